//! Which cases does each unit work this quarter? The best of its shelf, as many as it can.

use super::bargain;
use super::offers::Pick;
use super::shelf::Return;
use crate::base::blocks::Crew;
use crate::base::math;
use crate::base::room::have_room;
use crate::model::universities::{Case, Inventions, Shelf, Universities, of_units};
use std::hint::select_unpredictable;

/// Cases for which there is memory a unit from the start, more than all mostly pick a quarter.
const ROOM: usize = 8;

/// Nothing at hand yet.
const NO_CASE: Case = Case {
    priority: 0.0,
    id: 0,
    invention: 0,
};

/// A unit at work on its shelf.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Desk {
    /// Place of the unit in its block.
    unit: u32,
    /// Real cases that it can still work.
    capacity: f64,
    /// The case at hand, its real inventions still on the shelf, and whether it is posted.
    case: Case,
    left: f64,
    posted: bool,
}

impl Desk {
    /// Takes the next case, if there is one.
    fn take(&mut self, shelf: &mut Shelf) -> bool {
        let next = shelf.take();
        self.case = next.unwrap_or(self.case);
        next.is_some()
    }
}

/// Units of a block at work.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Desks {
    /// Those that can still work.
    busy: Vec<Desk>,
    /// Whether new cases came to the head of each unit's shelf.
    stirred: Vec<bool>,
    /// What they picked, posted cases that they passed over, and places of picks.
    picked: Vec<Pick>,
    passed: Vec<(u32, Case)>,
    places: Vec<u32>,
    /// Inventions worked, by unit.
    pub(super) worked: Vec<Pick>,
    /// What of them falls back.
    pub(super) back: Return,
}

/// Lists in `worked` the cases that each unit takes off its shelf within its capacity, best priority
/// first; a share `open` of inventions is posted, which are passed over.
pub(super) fn pick_worked(
    u: &mut Universities,
    capacity: &[f64],
    open: f64,
    crew: Crew,
    desks: &mut Vec<Desks>,
    worked: &mut Vec<Pick>,
) {
    let (v, n) = (&u.inventions, capacity.len());
    let crew = of_units(crew);
    let units = (0..n, (&mut u.shelf[..], capacity));
    let parts = (units, crew.rooms(n, desks));
    crew.walk(parts, |((units, (shelf, capacity)), mut room)| {
        let desks = room.own();
        desks.open(shelf, capacity);
        desks.work(shelf, v, open);
        desks.group(units.start as u32, shelf.len());
    });
    let desks = &desks[..crew.blocks(n)];
    worked.clear();
    have_room(
        worked,
        desks.iter().map(|desks| desks.worked.capacity()).sum(),
    );
    for desks in desks {
        worked.extend_from_slice(&desks.worked);
    }
}

impl Desks {
    /// Units that can work take the first case off their shelves.
    fn open(&mut self, shelf: &mut [Shelf], capacity: &[f64]) {
        self.stirred.clear();
        self.stirred.extend(shelf.iter().map(Shelf::is_stirred));
        self.busy.clear();
        have_room(&mut self.busy, shelf.len());
        let units = (0..).zip(&*shelf).zip(capacity);
        let able = units.filter(|&(_, &capacity)| capacity > 0.0);
        self.busy
            .extend(able.map(|((unit, shelf), &capacity)| Desk {
                unit,
                capacity,
                // as far as known before the shelf is settled
                case: shelf.next().unwrap_or(NO_CASE),
                left: 0.0,
                posted: false,
            }));
        self.busy.retain_mut(|desk| {
            let unit = desk.unit as usize;
            shelf[unit].settle(self.stirred[unit]);
            desk.take(&mut shelf[unit])
        });
    }

    /// Works cases: one of each unit that can still work in every round, so that looking up one
    /// does not wait for another.
    fn work(&mut self, shelf: &mut [Shelf], v: &Inventions, open: f64) {
        let Self { picked, passed, .. } = self;
        picked.clear();
        passed.clear();
        have_room(passed, self.busy.capacity());
        have_room(picked, ROOM * self.busy.capacity());
        while !self.busy.is_empty() {
            for desk in &mut self.busy {
                desk.left = waiting(v, &desk.case);
                desk.posted = bargain::posted(v.post_rank[desk.case.invention as usize], open);
            }
            self.busy.retain_mut(|desk| {
                if desk.left > 0.0 {
                    if desk.posted {
                        passed.push((desk.unit, desk.case));
                    } else {
                        let worked = math::min(desk.capacity, desk.left);
                        desk.capacity -= worked;
                        picked.push(Pick {
                            turn: desk.unit,
                            row: desk.case.invention,
                            id: desk.case.id,
                            mass: worked,
                        });
                    }
                }
                desk.capacity > 0.0 && desk.take(&mut shelf[desk.unit as usize])
            });
        }
        // posted ones stay where they are
        for &(unit, case) in &*passed {
            shelf[unit as usize].put(&[case]);
        }
    }

    /// Puts picks in the order of the block's units, of which `first` is the first and there are
    /// `n`, those of one unit as they stand.
    fn group(&mut self, first: u32, n: usize) {
        self.places.clear();
        self.places.resize(n + 1, 0);
        for pick in &self.picked {
            self.places[pick.turn as usize + 1] += 1;
        }
        let mut before = 0;
        for place in &mut self.places {
            before += *place;
            *place = before;
        }
        self.worked.clear();
        have_room(&mut self.worked, self.picked.capacity());
        self.worked.resize(self.picked.len(), Pick::default());
        for pick in &self.picked {
            let place = &mut self.places[pick.turn as usize];
            self.worked[*place as usize] = Pick {
                turn: first + pick.turn,
                ..*pick
            };
            *place += 1;
        }
    }
}

/// Real inventions of a case that are still on the shelf, none where it is void.
fn waiting(v: &Inventions, case: &Case) -> f64 {
    let row = case.invention as usize;
    select_unpredictable(v.id[row] == case.id, v.shelf[row], 0.0)
}
