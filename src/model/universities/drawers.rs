//! Which rows of the store are free, and which fees fall due on the others?
//!
//! A drawer is a run of rows that one thread looks after at a time. What is invented fills the free
//! rows of the first drawer, then of the next, and new rows once there are no more free ones: units
//! that stand side by side have their inventions side by side.

use super::fees::{Fee, turn_of};
use super::{Invention, Inventions, Universities};
use crate::base::blocks::{Crew, Join};
use crate::base::columns::Lent;
use crate::base::room::have_room;
use crate::model::context::Context;
use std::ops::Range;

/// Blocks of firms in a drawer: one drawer is enough for a sample of one block of firms.
const BLOCKS: usize = 4; // derived: resolution of the work, not behaviour

/// What is noted of a run of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Drawer {
    /// Free rows; the last one is taken first.
    pub free: Vec<u32>,
    /// Fees by the quarter of the year in which they fall due, in the order of disclosure.
    pub due: [Vec<Fee>; 4],
    /// Which of the quarter's inventions it takes.
    pub taken: Range<usize>,
}

/// All drawers of the store.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Drawers {
    /// Rows of each.
    rows: usize,
    list: Vec<Drawer>,
}

impl Default for Drawers {
    fn default() -> Self {
        Self::of(Crew::ALONE)
    }
}

impl Drawers {
    /// Those of an empty store that `crew` walks.
    pub(super) fn of(crew: Crew) -> Self {
        Self {
            rows: crew.coarser(BLOCKS).rows(),
            list: vec![Drawer::default()],
        }
    }

    /// Makes drawers for `rows` rows of the store, with room for the fees that fall due on them and
    /// for those that fall free.
    pub(super) fn make_room(&mut self, rows: usize) {
        self.make_drawers(rows);
        let fees = rows.min(self.rows) / 4; // derived: quarters a year
        for drawer in &mut self.list {
            drawer.due.iter_mut().for_each(|due| have_room(due, fees));
            have_room(&mut drawer.free, fees);
        }
    }

    /// Calls `act` for each drawer, its rows of the `store` and the number of the first of them, and
    /// joins what that comes to.
    pub(super) fn walk<R: Join + Send>(
        &mut self,
        store: &mut Inventions,
        ctx: &Context,
        act: impl Fn(&mut Drawer, &mut Inventions<Lent>, usize) -> R + Sync,
    ) -> R {
        let crew = ctx.crew.with_rows(self.rows);
        let n = store.len();
        let parts = (0..n, store.lend(), crew.rooms(n, &mut self.list));
        crew.walk(parts, |(rows, mut store, mut drawer)| {
            act(drawer.own(), &mut store, rows.start)
        })
    }

    /// Shares `n` inventions out among drawers and lists in `fresh` the rows that they take.
    pub(super) fn share_out(&mut self, n: usize, store: &mut Inventions, fresh: &mut Vec<u32>) {
        let free: usize = self.list.iter().map(|drawer| drawer.free.len()).sum();
        let mut next = store.len();
        store.grow(n.saturating_sub(free));
        self.make_drawers(store.len());
        fresh.clear();
        for (drawer, end) in self.list.iter_mut().zip((self.rows..).step_by(self.rows)) {
            let from = fresh.len();
            let kept = drawer.free.len() - drawer.free.len().min(n - from);
            fresh.extend(drawer.free.drain(kept..).rev());
            let end = usize::max(next, store.len().min(end));
            fresh.extend(next as u32..end as u32);
            next = end;
            drawer.taken = from..fresh.len();
        }
    }

    /// Makes drawers for `rows` rows of the store where there are too few.
    fn make_drawers(&mut self, rows: usize) {
        let drawers = rows.div_ceil(self.rows).max(self.list.len());
        self.list.resize_with(drawers, Drawer::default);
    }

    /// Puts one more invention into the store and gives its row; its fee is still to be filed.
    pub(super) fn put(&mut self, invention: Invention, store: &mut Inventions) -> u32 {
        let free = self.list.iter_mut().find_map(|drawer| drawer.free.pop());
        let Some(row) = free else {
            self.make_drawers(store.len() + 1);
            return store.push(invention) as u32;
        };
        store.set_row(row as usize, invention);
        row
    }

    /// Files the fee of an invention, disclosed no earlier than others of its drawer.
    pub(super) fn file(&mut self, fee: Fee) {
        let drawer = &mut self.list[fee.row as usize / self.rows];
        drawer.due[turn_of(fee.disclosed)].push(fee);
    }

    /// Takes all fees out, in the order of disclosure.
    pub(super) fn take_fees(&mut self) -> Vec<Fee> {
        let mut all = Vec::new();
        for turn in 0..4 {
            let drawers = self.list.iter_mut();
            let of_turn = drawers.flat_map(|drawer| drawer.due[turn].drain(..));
            all.extend(of_turn);
        }
        all.sort_by_key(|fee| fee.disclosed);
        all
    }
}

impl Universities {
    /// Number of drawers of the store.
    pub fn drawers(&self) -> usize {
        self.drawers.list.len()
    }

    /// Fees of rows in use of a drawer disclosed whole years before quarter index `q`, in the order
    /// of disclosure.
    pub fn anniversaries(&self, drawer: usize, q: i32) -> &[Fee] {
        let fees = &self.drawers.list[drawer].due[turn_of(q)];
        &fees[..fees.partition_point(|fee| fee.disclosed < q)]
    }

    /// All fees by the quarter of the year in which they fall due, drawer by drawer.
    #[cfg(test)]
    pub(super) fn fees(&self) -> impl Iterator<Item = &Vec<Fee>> {
        self.drawers.list.iter().flat_map(|drawer| &drawer.due)
    }

    /// Puts an invention into the store and gives its row.
    #[cfg(test)]
    pub(in crate::model) fn admit(&mut self, invention: Invention) -> u32 {
        let row = self.drawers.put(invention, &mut self.inventions);
        self.drawers.file(Fee::of(&invention, row, 0.0));
        self.fresh = vec![row];
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_rows_of_the_first_drawer_are_taken_first_and_new_ones_last() {
        let mut drawers = Drawers::of(Crew::ALONE.with_rows(1));
        assert_eq!(drawers.rows, 4);
        let (mut store, mut fresh) = (Inventions::default(), Vec::new());
        let taken = |drawers: &Drawers| -> Vec<_> {
            drawers.list.iter().map(|of| of.taken.clone()).collect()
        };
        drawers.share_out(6, &mut store, &mut fresh);
        assert_eq!((&fresh[..], store.len()), (&[0, 1, 2, 3, 4, 5][..], 6));
        assert_eq!(taken(&drawers), [0..4, 4..6]);
        drawers.list[0].free = vec![1, 3];
        drawers.list[1].free = vec![5];
        drawers.share_out(2, &mut store, &mut fresh);
        assert_eq!(fresh, [3, 1]);
        drawers.list[0].free = vec![2];
        drawers.share_out(5, &mut store, &mut fresh);
        assert_eq!((&fresh[..], store.len()), (&[2, 5, 6, 7, 8][..], 9));
        assert_eq!(taken(&drawers), [0..1, 1..4, 4..5]);
    }
}
