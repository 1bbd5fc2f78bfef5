//! What waits on a unit's shelf, and what of it is next?
//!
//! Few of a shelf's cases are worked in a quarter. Those next in order stand sorted in its
//! head, all others unsorted behind; the head is filled up again when it has been worked off.

use super::Case;
use std::mem::swap;

/// Least number of cases that a head is filled up with.
const LEAST: usize = 16;
/// One in so many of the cases behind the head fills it up.
const PART: usize = 4;

/// Cases of one unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Shelf {
    /// Cases next in order, the best last.
    head: Vec<Case>,
    /// The others, in no order.
    reserve: Vec<Case>,
    /// Every case of the head stands before this one or is it, every other behind it.
    edge: Case,
    /// Length of the reserve at which void cases are cleared out.
    full: usize,
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            head: Vec::new(),
            reserve: Vec::new(),
            edge: Case {
                priority: f64::INFINITY,
                id: 0,
                invention: 0,
            },
            full: LEAST,
        }
    }
}

impl Shelf {
    /// Puts cases on the shelf; `cases` is left without those that stay behind the head.
    ///
    /// Example: 3, 1 and 2 on an empty shelf are taken as 3, 2, 1.
    pub fn put(&mut self, cases: &mut Vec<Case>) {
        let mut ahead = 0;
        for k in 0..cases.len() {
            let case = cases[k];
            if case.order(&self.edge).is_gt() {
                self.reserve.push(case);
            } else {
                cases[ahead] = case;
                ahead += 1;
            }
        }
        cases.truncate(ahead);
        if ahead > 0 {
            cases.sort_unstable_by(|a, b| b.order(a));
            put_in(&mut self.head, cases);
            self.cut();
        }
    }

    /// Takes the best case off the shelf.
    #[inline]
    pub fn take(&mut self) -> Option<Case> {
        if self.head.is_empty() {
            self.fill_up();
        }
        self.head.pop()
    }

    /// Clears out cases that are not `there` any more, once as many as were kept the last
    /// time have come.
    pub fn clear_out(&mut self, there: impl Fn(&Case) -> bool) {
        if self.reserve.len() >= self.full {
            self.reserve.retain(there);
            self.full = LEAST.max(2 * self.reserve.len());
        }
    }

    /// Number of cases that fill the head.
    fn filled(&self) -> usize {
        LEAST.max(self.reserve.len() / PART)
    }

    /// The best of the others become the head.
    #[cold]
    fn fill_up(&mut self) {
        let wanted = self.filled();
        if self.reserve.len() <= wanted {
            swap(&mut self.head, &mut self.reserve);
        } else {
            let behind = self.reserve.len() - wanted;
            self.reserve
                .select_nth_unstable_by(behind, |a, b| b.order(a));
            self.head.extend(self.reserve.drain(behind..));
        }
        self.head.sort_unstable_by(|a, b| b.order(a));
        if let Some(&last) = self.head.first() {
            self.edge = last;
        }
    }

    /// The last of a head that has grown long join the others.
    fn cut(&mut self) {
        let kept = self.filled();
        if self.head.len() > 2 * kept {
            let behind = self.head.len() - kept;
            self.reserve.extend(self.head.drain(..behind));
            self.edge = self.head[0];
        }
    }
}

/// Puts cases in order among those of a head in order, the best last.
///
/// Example: priorities 0 and 2 among 1 and 3: 0, 1, 2, 3.
fn put_in(head: &mut Vec<Case>, cases: &[Case]) {
    let mut old = head.len();
    let mut place = old + cases.len();
    head.extend_from_slice(cases);
    for case in cases.iter().rev() {
        while old > 0 && head[old - 1].order(case).is_lt() {
            old -= 1;
            place -= 1;
            head[place] = head[old];
        }
        place -= 1;
        head[place] = *case;
    }
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
        let mut head = vec![case(1.0, 7), case(1.0, 2), case(3.0, 1)];
        put_in(&mut head, &[case(0.0, 4), case(1.0, 5), case(4.0, 3)]);
        let ids: Vec<u32> = head.iter().map(|case| case.id).collect();
        assert_eq!(ids, [4, 7, 5, 2, 1, 3]);
        put_in(&mut head, &[]);
        assert_eq!(head.len(), 6);
        let mut empty = Vec::new();
        put_in(&mut empty, &head);
        assert_eq!(empty, head);
    }

    #[test]
    fn the_best_is_taken_first_whatever_came_between() {
        // a fixed walk through priorities, of which some fall back and are put again
        let mut shelf = Shelf::default();
        let mut all: Vec<Case> = Vec::new();
        let mut next = 0_u32;
        for round in 0..40_u32 {
            let mut fresh: Vec<Case> = (0..17 + round)
                .map(|_| {
                    next += 1;
                    case(f64::from(next * 7919 % 1009), next)
                })
                .collect();
            all.extend(&fresh);
            shelf.put(&mut fresh);
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
            shelf.put(&mut taken);
            let there = |case: &Case| !case.id.is_multiple_of(11);
            if round == 20 {
                shelf.reserve.retain(there);
                shelf.head.retain(there);
                all.retain(there);
            }
        }
        all.sort_by(Case::order);
        let rest: Vec<Case> = std::iter::from_fn(|| shelf.take()).collect();
        assert_eq!(rest, all);
    }
}
