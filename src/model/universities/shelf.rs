//! What waits on a unit's shelf, and what of it is next?
//!
//! Few of a shelf's cases are worked in a quarter. Those next in order stand sorted in its
//! head, all others unsorted behind; the head is filled up again when it has been worked off.

use super::Case;
use crate::base::room::have_room;

/// Least number of cases that a head is filled up with.
const LEAST: usize = 16;
/// One in so many of the cases behind the head fills it up.
const PART: usize = 16;
/// Cases for which every shelf has room from the start.
const FEW: usize = 8 * LEAST;

/// Number of cases that a head is filled up with while `others` stand behind it.
fn filled(others: usize) -> usize {
    LEAST.max(others / PART)
}

/// Number of cases in a head above which the last of them join the `others`.
fn most(others: usize) -> usize {
    2 * filled(others)
}

/// A case as one number that orders: the higher, the earlier it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place(u128);

/// Bits by which a negative number's order is turned round.
const SIGN: u64 = 1 << 63; // derived: top bit of 64

impl From<Case> for Place {
    /// Priority first, by its bits; of equals the lower id; the row is carried along.
    #[inline]
    fn from(case: Case) -> Self {
        let bits = case.priority.to_bits();
        let rising = if bits & SIGN == 0 { bits | SIGN } else { !bits };
        let rest = u64::from(!case.id) << 32 | u64::from(case.invention);
        Self(u128::from(rising) << 64 | u128::from(rest))
    }
}

impl From<Place> for Case {
    #[inline]
    fn from(place: Place) -> Self {
        let rising = (place.0 >> 64) as u64;
        let bits = if rising & SIGN == 0 {
            !rising
        } else {
            rising & !SIGN
        };
        Self {
            priority: f64::from_bits(bits),
            id: !((place.0 >> 32) as u32),
            invention: place.0 as u32,
        }
    }
}

/// Cases of one unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Shelf {
    /// Cases next in order, the best last.
    head: Vec<Place>,
    /// The others, in no order.
    reserve: Vec<Place>,
    /// Length of that part of the reserve that stands behind the edge; what follows is new.
    sifted: usize,
    /// Every case of the head stands before this one or is it, every sifted one behind it.
    edge: Place,
    /// Length of the reserve at which void cases are cleared out.
    full: usize,
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            head: Vec::new(),
            reserve: Vec::new(),
            sifted: 0,
            edge: Place(u128::MAX),
            full: LEAST,
        }
    }
}

impl Extend<Case> for Shelf {
    /// Puts cases on the shelf; see [`Shelf::put`].
    #[inline]
    fn extend<I: IntoIterator<Item = Case>>(&mut self, cases: I) {
        self.reserve.extend(cases.into_iter().map(Place::from));
    }
}

impl Shelf {
    /// Has room for `n` cases and for the head that goes with them.
    pub(super) fn make_room(&mut self, n: usize) {
        let n = n.max(FEW);
        have_room(&mut self.reserve, n);
        have_room(&mut self.head, most(n) + 1);
    }

    /// Puts cases on the shelf; where they belong is looked up when the next case is taken.
    ///
    /// Example: 3, 1 and 2 on an empty shelf are taken as 3, 2, 1.
    #[inline]
    pub fn put(&mut self, cases: &[Case]) {
        self.extend(cases.iter().copied());
    }

    /// All cases on the shelf, void ones too, in no order.
    pub fn cases(&self) -> impl Iterator<Item = Case> {
        let all = self.head.iter().chain(&self.reserve);
        all.map(|&place| place.into())
    }

    /// Whether any case put on the shelf since the last one was taken belongs to its head.
    #[inline]
    pub fn is_stirred(&self) -> bool {
        // no branch, so that many shelves can be looked up at once
        let new = &self.reserve[self.sifted..];
        new.iter()
            .fold(false, |any, &place| any | (place >= self.edge))
    }

    /// The case that is next if the shelf is not stirred; none where its head was worked off.
    #[inline]
    pub fn next(&self) -> Option<Case> {
        self.head.last().copied().map(Case::from)
    }

    /// New cases find their place, which is behind the head if the shelf is not stirred.
    #[inline]
    pub fn settle(&mut self, stirred: bool) {
        if stirred {
            self.sift();
        } else {
            self.sifted = self.reserve.len();
        }
    }

    /// Takes the best case off the shelf.
    #[inline]
    pub fn take(&mut self) -> Option<Case> {
        if self.sifted < self.reserve.len() {
            self.sift();
        }
        if self.head.is_empty() {
            self.fill_up();
        }
        self.head.pop().map(Case::from)
    }

    /// Clears out cases that are not `there` any more, once as many as were kept the last
    /// time have come.
    pub fn clear_out(&mut self, there: impl Fn(&Case) -> bool) {
        if self.reserve.len() >= self.full {
            self.sift();
            self.reserve.retain(|&place| there(&place.into()));
            self.sifted = self.reserve.len();
            self.full = LEAST.max(2 * self.reserve.len());
        }
    }

    /// Cases put on the shelf since the last one was taken find their place: those before the
    /// edge in the head.
    fn sift(&mut self) {
        let mut behind = self.sifted;
        let mut k = self.sifted;
        // what is cut off the head stands last and is come to as well
        while k < self.reserve.len() {
            let place = self.reserve[k];
            if place < self.edge {
                self.reserve[behind] = place;
                behind += 1;
            } else {
                put_in(&mut self.head, place);
                self.cut();
            }
            k += 1;
        }
        self.reserve.truncate(behind);
        self.sifted = behind;
    }

    /// The best of the others become the head.
    #[cold]
    fn fill_up(&mut self) {
        let others = self.reserve.len();
        let behind = others - others.min(filled(others));
        if behind > 0 {
            self.reserve.select_nth_unstable(behind);
        }
        self.head.extend(self.reserve.drain(behind..));
        self.sifted = self.reserve.len();
        self.head.sort_unstable();
        if let Some(&last) = self.head.first() {
            self.edge = last;
        }
    }

    /// The last of a head that has grown long join the others.
    fn cut(&mut self) {
        let others = self.reserve.len();
        if self.head.len() > most(others) {
            let behind = self.head.len() - filled(others);
            self.reserve.extend(self.head.drain(..behind));
            self.edge = self.head[0];
        }
    }
}

/// Puts a case where it belongs in a head in order, the best last.
///
/// Example: priority 2 among 0, 1 and 3: 0, 1, 2, 3.
#[inline]
fn put_in(head: &mut Vec<Place>, place: Place) {
    let mut at = head.len();
    head.push(place);
    while at > 0 && head[at - 1] > place {
        head[at] = head[at - 1];
        at -= 1;
    }
    head[at] = place;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(priority: f64, id: u32) -> Case {
        Case {
            priority,
            id,
            invention: id,
        }
    }

    #[test]
    fn cases_are_put_in_where_they_belong() {
        let mut head = Vec::new();
        let cases = [(1.0, 7), (1.0, 2), (3.0, 1), (0.0, 4), (1.0, 5), (4.0, 3)];
        for (priority, id) in cases {
            put_in(&mut head, case(priority, id).into());
        }
        let ids: Vec<u32> = head.iter().map(|&place| Case::from(place).id).collect();
        assert_eq!(ids, [4, 7, 5, 2, 1, 3]);
    }

    #[test]
    fn a_place_orders_as_its_case_and_holds_it() {
        let priorities = [-7.5, -0.2, -0.0, 0.0, 1e-300, 0.7, 12.0];
        let ids = [1, 9, u32::MAX];
        let cases: Vec<Case> = priorities
            .iter()
            .flat_map(|&priority| ids.map(|id| case(priority, id)))
            .collect();
        for a in &cases {
            assert_eq!(Case::from(Place::from(*a)), *a);
            for b in &cases {
                let order = Place::from(*b).cmp(&Place::from(*a));
                assert_eq!(a.order(b), order, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn a_shelf_with_room_for_its_cases_stays_where_it_is() {
        let mut shelf = Shelf::default();
        shelf.make_room(400);
        let room = |shelf: &Shelf| (shelf.head.capacity(), shelf.reserve.capacity());
        let before = room(&shelf);
        // each is better than all before it, so that the head takes it in
        let mut cases = (0..6000).map(|n| case(f64::from(n), n));
        for _ in 0..200 {
            shelf.extend(cases.by_ref().take(30));
            for _ in 0..29 {
                assert!(shelf.take().is_some());
            }
        }
        assert_eq!(room(&shelf), before);
    }

    #[test]
    fn the_best_is_taken_first_whatever_came_between() {
        // a fixed walk through priorities, of which some fall back and are put again
        let mut shelf = Shelf::default();
        let mut all: Vec<Case> = Vec::new();
        let mut next = 0_u32;
        for round in 0..40_u32 {
            let fresh: Vec<Case> = (0..17 + round)
                .map(|_| {
                    next += 1;
                    case(f64::from(next * 7919 % 1009), next)
                })
                .collect();
            all.extend(&fresh);
            shelf.put(&fresh);
            all.sort_by(Case::order);
            let mut taken: Vec<Case> = (0..9 + round % 23)
                .map(|_| shelf.take().expect("a case"))
                .collect();
            assert_eq!(taken, all[..taken.len()]);
            all.drain(..taken.len());
            taken.retain(|case| case.id % 3 > 0);
            for case in &mut taken {
                case.priority -= 100.0;
            }
            all.extend(&taken);
            shelf.put(&taken);
            let there = |case: &Case| !case.id.is_multiple_of(11);
            if round == 20 {
                shelf.sift();
                shelf.reserve.retain(|&place| there(&place.into()));
                shelf.sifted = shelf.reserve.len();
                shelf.head.retain(|&place| there(&place.into()));
                all.retain(there);
            }
        }
        all.sort_by(Case::order);
        let rest: Vec<Case> = std::iter::from_fn(|| shelf.take()).collect();
        assert_eq!(rest, all);
    }
}
