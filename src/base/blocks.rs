//! Walks a population in blocks of fixed size, which several threads may take at once.
//!
//! Blocks do not hang on the number of threads, and what they come to is joined in their order: a
//! walk gives the same bits on any number of threads. A population of one block is walked as if
//! there were no blocks.

use super::fault::{self, Fault};
use rayon::ThreadPool;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Rows of a block: a multiple of a strip's; large enough that handing one over costs nothing
/// beside walking it.
pub const ROWS: usize = 16_384;

/// What can be cut at a row.
pub trait Part: Sized {
    /// Number of rows.
    fn rows(&self) -> usize;
    /// The first `row` rows, and the rest.
    fn part(self, row: usize) -> (Self, Self);
}

impl<T> Part for &mut [T] {
    fn rows(&self) -> usize {
        self.len()
    }
    fn part(self, row: usize) -> (Self, Self) {
        self.split_at_mut(row)
    }
}

impl<T> Part for &[T] {
    fn rows(&self) -> usize {
        self.len()
    }
    fn part(self, row: usize) -> (Self, Self) {
        self.split_at(row)
    }
}

/// Places of the rows, where they are read in columns that all threads see.
impl Part for Range<usize> {
    fn rows(&self) -> usize {
        self.len()
    }
    fn part(self, row: usize) -> (Self, Self) {
        let cut = self.start + row;
        (self.start..cut, cut..self.end)
    }
}

impl<A: Part, B: Part> Part for (A, B) {
    fn rows(&self) -> usize {
        self.0.rows()
    }
    fn part(self, row: usize) -> (Self, Self) {
        let (a, b) = (self.0.part(row), self.1.part(row));
        ((a.0, b.0), (a.1, b.1))
    }
}

impl<A: Part, B: Part, C: Part> Part for (A, B, C) {
    fn rows(&self) -> usize {
        self.0.rows()
    }
    fn part(self, row: usize) -> (Self, Self) {
        let (a, b, c) = (self.0.part(row), self.1.part(row), self.2.part(row));
        ((a.0, b.0, c.0), (a.1, b.1, c.1))
    }
}

impl<P: Part, const N: usize> Part for [P; N] {
    fn rows(&self) -> usize {
        self.first().map_or(0, P::rows)
    }
    fn part(self, row: usize) -> (Self, Self) {
        let mut rests = [const { None }; N];
        let mut places = rests.iter_mut();
        let owns = self.map(|whole| {
            let (own, rest) = whole.part(row);
            if let Some(place) = places.next() {
                *place = Some(rest);
            }
            own
        });
        (owns, rests.map(|rest| rest.expect("a rest for each")))
    }
}

/// Memory of blocks, one piece each: whatever rows a block takes, it takes the next piece.
#[derive(Debug)]
pub struct Rooms<'a, T>(&'a mut [T]);

impl<T> Rooms<'_, T> {
    /// The piece of this block.
    ///
    /// # Panics
    /// Where there are fewer pieces than blocks.
    pub fn own(&mut self) -> &mut T {
        self.0.first_mut().expect("a room for each block")
    }
}

impl<T> Part for Rooms<'_, T> {
    fn rows(&self) -> usize {
        usize::MAX
    }
    fn part(self, _row: usize) -> (Self, Self) {
        let (own, rest) = self.0.split_at_mut(1);
        (Self(own), Self(rest))
    }
}

/// A sum that goes on from what there was before: the first block takes it up, the others begin at
/// nothing.
///
/// ```
/// use leverlab::base::blocks::{Crew, GoesOn};
/// let parts = (0..10, GoesOn(5.0));
/// let sum = Crew::ALONE.with_rows(4).walk(parts, |(rows, GoesOn(before))| {
///     rows.fold(before, |sum, row| sum + row as f64)
/// });
/// assert_eq!(sum, 50.0);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GoesOn<T>(pub T);

impl<T: Default> Part for GoesOn<T> {
    fn rows(&self) -> usize {
        usize::MAX
    }
    fn part(self, _row: usize) -> (Self, Self) {
        (self, Self(T::default()))
    }
}

/// What blocks come to, which joins with what the next block comes to.
pub trait Join {
    /// Takes in the next block's.
    fn join(&mut self, next: Self);
}

impl Join for () {
    fn join(&mut self, _next: Self) {}
}

impl Join for f64 {
    fn join(&mut self, next: Self) {
        *self += next;
    }
}

impl Join for u32 {
    fn join(&mut self, next: Self) {
        *self += next;
    }
}

impl<T: Join, const N: usize> Join for [T; N] {
    fn join(&mut self, next: Self) {
        for (own, next) in self.iter_mut().zip(next) {
            own.join(next);
        }
    }
}

impl<A: Join, B: Join> Join for (A, B) {
    fn join(&mut self, next: Self) {
        self.0.join(next.0);
        self.1.join(next.1);
    }
}

impl<A: Join, B: Join, C: Join> Join for (A, B, C) {
    fn join(&mut self, next: Self) {
        self.0.join(next.0);
        self.1.join(next.1);
        self.2.join(next.2);
    }
}

impl<A: Join, B: Join, C: Join, D: Join> Join for (A, B, C, D) {
    fn join(&mut self, next: Self) {
        self.0.join(next.0);
        self.1.join(next.1);
        self.2.join(next.2);
        self.3.join(next.3);
    }
}

/// Joins a struct of sums field by field.
///
/// ```
/// use leverlab::base::blocks::Join;
/// #[derive(Debug, PartialEq)]
/// struct Sums { sold: f64, by_kind: [f64; 2] }
/// leverlab::join_fields!(Sums: sold, by_kind);
/// let mut sums = Sums { sold: 1.0, by_kind: [1.0, 0.0] };
/// sums.join(Sums { sold: 2.0, by_kind: [0.0, 2.0] });
/// assert_eq!(sums, Sums { sold: 3.0, by_kind: [1.0, 2.0] });
/// ```
#[macro_export]
macro_rules! join_fields {
    ($Sums:ty: $($field:ident),+ $(,)?) => {
        impl $crate::base::blocks::Join for $Sums {
            fn join(&mut self, next: Self) {
                $($crate::base::blocks::Join::join(&mut self.$field, next.$field);)+
            }
        }
    };
}

/// Who walks blocks: the thread that asks, alone or with threads that have nothing else to do.
#[derive(Clone, Copy, Debug)]
pub struct Crew<'a> {
    pool: Option<&'a ThreadPool>,
    rows: usize,
}

impl Default for Crew<'_> {
    fn default() -> Self {
        Self::ALONE
    }
}

impl<'a> Crew<'a> {
    /// The thread that asks, alone.
    pub const ALONE: Self = Self {
        pool: None,
        rows: ROWS,
    };

    /// The thread that asks, with the idle threads of `pool`.
    pub fn of(pool: &'a ThreadPool) -> Self {
        Self {
            pool: Some(pool).filter(|pool| pool.current_num_threads() > 1),
            ..Self::ALONE
        }
    }

    /// The same with blocks of `rows` rows, a multiple of a strip's where they are walked in
    /// strips; it moves the last bits of sums.
    pub fn with_rows(self, rows: usize) -> Self {
        Self { rows, ..self }
    }

    /// The same with blocks so many `times` as large, where a row takes less work or memory than
    /// others do. It moves the last bits of sums.
    pub fn coarser(self, times: usize) -> Self {
        self.with_rows(self.rows * times)
    }

    /// The same with blocks of one part in so many `parts`, where a row takes more.
    ///
    /// Example: 16 parts of 16,384 rows: blocks of 1,024.
    pub fn finer(self, parts: usize) -> Self {
        self.with_rows((self.rows / parts).max(1))
    }

    /// The same for walks of `lists` that hold `rows` rows: blocks of as many lists as hold the
    /// rows of a block in the mean.
    ///
    /// Example: 16 lists of 32,768 rows: blocks of 8 lists.
    pub fn of_lists(self, lists: usize, rows: usize) -> Self {
        let whole = lists.max(1);
        self.with_rows((lists * self.rows / rows.max(1)).clamp(1, whole))
    }

    /// Rows of a block.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of blocks of `n` rows, at least one.
    pub fn blocks(&self, n: usize) -> usize {
        n.div_ceil(self.rows).max(1)
    }

    /// The block that holds `row`, and its row there.
    pub fn place_of(&self, row: usize) -> (usize, usize) {
        (row / self.rows, row % self.rows)
    }

    /// Scratch memory for each block of `n` rows, as it was left; `rooms` keeps it.
    pub fn rooms<'r, T: Default>(&self, n: usize, rooms: &'r mut Vec<T>) -> Rooms<'r, T> {
        let blocks = self.blocks(n);
        if rooms.len() < blocks {
            rooms.resize_with(blocks, T::default);
        }
        Rooms(&mut rooms[..blocks])
    }

    /// Calls `act` for each block of `rows` and joins what they come to, in order.
    ///
    /// ```
    /// use leverlab::base::blocks::Crew;
    /// let sum = Crew::ALONE.walk(0..10, |rows| rows.map(|row| row as f64).sum::<f64>());
    /// assert_eq!(sum, 45.0);
    /// ```
    pub fn walk<P, R>(&self, rows: P, act: impl Fn(P) -> R + Sync) -> R
    where
        P: Part + Send,
        R: Join + Send,
    {
        if rows.rows() <= self.rows {
            return act(rows);
        }
        let blocks = Blocks {
            rest: Some(rows),
            size: self.rows,
        };
        let all = match self.pool {
            None => blocks.map(act).reduce(joined),
            Some(pool) => share(pool, blocks, &act).into_iter().reduce(joined),
        };
        all.expect("at least one block")
    }
}

/// What two neighbours come to.
fn joined<R: Join>(mut first: R, next: R) -> R {
    first.join(next);
    first
}

/// What each block comes to, worked out by this thread and the idle ones of `pool`: whoever is free
/// takes the next block.
///
/// A thread of the pool that waits here may be lent to another walk, for one block at most: nothing
/// longer is ever handed to the pool's threads in a heap that others take from.
fn share<P, R>(pool: &ThreadPool, blocks: Blocks<P>, act: &(impl Fn(P) -> R + Sync)) -> Vec<R>
where
    P: Part + Send,
    R: Send,
{
    let count = blocks.count_left();
    let left = Mutex::new(blocks.enumerate());
    let done = Mutex::new((Vec::with_capacity(count), Vec::new()));
    let work = || {
        loop {
            let next = open(&left).next();
            let Some((number, block)) = next else { break };
            let result = fault::caught(|| act(block));
            let (results, faults) = &mut *open(&done);
            match result {
                Ok(result) => results.push((number, result)),
                Err(fault) => faults.push((number, fault)),
            }
        }
    };
    pool.in_place_scope(|scope| {
        for _ in 1..usize::min(count, pool.current_num_threads()) {
            scope.spawn(|_| work());
        }
        work();
    });
    let (mut results, faults) = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, fault)) = faults
        .into_iter()
        .min_by_key(|fault: &(usize, Fault)| fault.0)
    {
        fault.again();
    }
    results.sort_unstable_by_key(|result| result.0);
    results.into_iter().map(|result| result.1).collect()
}

/// What a lock holds; no thread panics while it has one.
fn open<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Blocks of rows, in order.
struct Blocks<P> {
    rest: Option<P>,
    size: usize,
}

impl<P: Part> Blocks<P> {
    /// How many are still to come.
    fn count_left(&self) -> usize {
        let rest = self.rest.as_ref().map_or(0, P::rows);
        rest.div_ceil(self.size)
    }
}

impl<P: Part> Iterator for Blocks<P> {
    type Item = P;

    fn next(&mut self) -> Option<P> {
        let rest = self.rest.take()?;
        if rest.rows() <= self.size {
            return Some(rest);
        }
        let (block, rest) = rest.part(self.size);
        self.rest = Some(rest);
        Some(block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(threads: usize) -> ThreadPool {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap()
    }

    /// 0.1 has no exact float: another order of summation would show.
    fn sum_and_move(crew: Crew, values: &mut [f64], rooms: &mut Vec<Vec<usize>>) -> (f64, u32) {
        let n = values.len();
        let parts = (values, 0..n, crew.rooms(n, rooms));
        crew.walk(parts, |(values, rows, mut room)| {
            room.own().clear();
            let mut sum = 0.0;
            for (value, row) in values.iter_mut().zip(rows) {
                room.own().push(row);
                *value += 0.1 * row as f64;
                sum += *value;
            }
            (sum, 1)
        })
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        for n in [0, 1, 255, 256, 257, 1003, 5000] {
            let crew = Crew::ALONE.with_rows(256);
            let (mut values, mut rooms) = (vec![0.3; n], Vec::new());
            let (sum, blocks) = sum_and_move(crew, &mut values, &mut rooms);
            assert_eq!(blocks as usize, crew.blocks(n));
            assert_eq!(rooms.concat(), (0..n).collect::<Vec<_>>());
            for threads in 1..=3 {
                let pool = pool(threads);
                let crew = Crew::of(&pool).with_rows(256);
                let (mut again, mut others) = (vec![0.3; n], Vec::new());
                let (total, _) = sum_and_move(crew, &mut again, &mut others);
                assert_eq!(total.to_bits(), sum.to_bits(), "{n} {threads}");
                assert!(again == values && others == rooms, "{n} {threads}");
            }
        }
    }

    #[test]
    fn columns_of_an_array_part_at_the_same_row() {
        let (first, rest) = [&[1, 2, 3][..], &[4, 5, 6]].part(1);
        assert_eq!((first, rest), ([&[1][..], &[4]], [&[2, 3][..], &[5, 6]]));
        assert_eq!((first.rows(), rest.rows()), (1, 2));
    }

    #[test]
    fn one_block_is_a_plain_walk() {
        let (mut values, mut rooms) = (vec![0.3; ROWS], Vec::new());
        let (sum, blocks) = sum_and_move(Crew::ALONE, &mut values, &mut rooms);
        let plain = values.iter().fold(0.0, |sum, value| sum + value);
        assert_eq!((sum.to_bits(), blocks), (f64::to_bits(plain), 1));
    }

    #[test]
    fn several_threads_take_blocks() {
        let pool = pool(2);
        let crew = Crew::of(&pool).with_rows(1);
        // each of two blocks waits for the other to begin
        let both = std::sync::Barrier::new(2);
        assert_eq!(
            crew.walk(0..2, |rows| u32::from(both.wait().is_leader())
                + rows.start as u32),
            2
        );
    }

    #[test]
    fn a_fault_in_any_block_is_the_callers() {
        fault::silence();
        let pool = pool(2);
        let crew = Crew::of(&pool).with_rows(1);
        let fault = fault::caught(|| {
            crew.walk(0..8, |rows| {
                assert!(rows.start < 5, "row {} is bad", rows.start);
            });
        });
        let message = fault.unwrap_err().message();
        assert!(
            message.starts_with("row 5 is bad (src/base/blocks.rs:"),
            "{message}"
        );
    }
}
