//! How is a crowded list of slots given room? By wider slots, or by more of them.

use super::{Addresses, Cell, FREE, NOBODY, RESOLUTION};
use crate::base::math;
use crate::base::rng::Key;
use crate::model::firms::Firms;

/// By how much the slots of a crowded list are widened.
const WIDER: f64 = 1.5; // derived: resolution

/// Whether firms hold so many slots that wider ones would leave more of them free.
///
/// Example: 3 slots held by 2 firms: just so.
fn is_fine(list: &Cell) -> bool {
    f64::from(list.held) >= WIDER * f64::from(list.firms)
}

impl Addresses {
    /// Row of the firm whose latest slot stands at a place.
    fn headed(&self, place: u32) -> Option<usize> {
        let row = (self.holder[place as usize].checked_sub(1))? as usize;
        (self.holdings[row].head == place).then_some(row)
    }

    /// Widens a list's slots, or doubles their number where firms hold hardly more than one each.
    #[cold]
    pub(super) fn make_room(&mut self, cell: usize, seen: &[f64], firms: &Firms, key: Key) {
        let list = &mut self.cells[cell];
        let places = list.first..list.first + list.slots;
        if is_fine(list) {
            list.width *= WIDER;
            for place in places {
                if let Some(row) = self.headed(place) {
                    let wanted = self.cells[cell].wanted(seen[row]);
                    self.release(row, wanted, seen);
                }
            }
        } else {
            self.lengthen(cell, seen);
            for place in places {
                if let Some(row) = self.headed(place) {
                    self.release(row, 0, seen);
                    let wanted = self.cells[cell].wanted(seen[row]);
                    for _ in 0..wanted {
                        self.settle(row, firms.id[row], key);
                    }
                    self.weigh_share(row, seen);
                }
            }
        }
    }

    /// A list moves to a place of twice its length; its slots are to be no wider than at the start.
    fn lengthen(&mut self, cell: usize, seen: &[f64]) {
        let Cell { first, slots, .. } = self.cells[cell];
        let (mut mass, mut number) = (0.0, 0.0);
        for row in (first..first + slots).filter_map(|place| self.headed(place)) {
            mass += seen[row];
            number += 1.0;
        }
        let list = &mut self.cells[cell];
        list.first = self.holder.len() as u32;
        list.slots *= 2;
        if mass > 0.0 {
            list.width = math::min(list.width, mass / (number * RESOLUTION));
        }
        self.spans[cell] = [list.first, list.slots];
        let end = (list.first + list.slots) as usize;
        self.holder.resize(end, FREE);
        self.before.resize(end, NOBODY);
    }
}
