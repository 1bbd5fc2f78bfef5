//! How is a crowded list of slots given room? By wider slots, or by more of them.

use super::list::{List, Roll};
use super::{NOBODY, RESOLUTION};
use crate::base::math;

/// By how much the slots of a crowded list are widened.
const WIDER: f64 = 1.5; // derived: resolution

impl List {
    /// Whether firms hold so many slots that wider ones would leave more of them free.
    ///
    /// Example: 3 slots held by 2 firms: just so.
    fn is_fine(&self) -> bool {
        f64::from(self.held) >= WIDER * f64::from(self.firms)
    }

    /// Row of the firm whose latest slot stands at a place.
    fn headed(&self, place: usize, roll: &Roll) -> Option<usize> {
        let row = (self.holder[place].checked_sub(1))? as usize;
        (roll.holdings[row].get().0 == place as u32).then_some(row)
    }

    /// Widens a list's slots, or doubles their number where firms hold hardly more than one each.
    #[cold]
    pub(super) fn make_room(&mut self, roll: &Roll) {
        self.changed = true;
        if self.is_fine() {
            self.width *= WIDER;
            for place in 0..self.holder.len() {
                if let Some(row) = self.headed(place, roll) {
                    let wanted = self.wanted(roll.seen[row]);
                    self.release(row, wanted, roll);
                }
            }
        } else {
            self.lengthen(roll);
        }
    }

    /// Doubles the number of slots, which are to be no wider than at the start; all firms are given
    /// theirs anew.
    fn lengthen(&mut self, roll: &Roll) {
        let (slots, mut all) = (self.holder.len(), std::mem::take(&mut self.all));
        let rows = (0..slots).filter_map(|place| self.headed(place, roll));
        all.clear();
        all.extend(rows.map(|row| row as u32));
        let (mut mass, mut number) = (0.0, 0.0);
        for &row in &all {
            mass += roll.seen[row as usize];
            number += 1.0;
        }
        if mass > 0.0 {
            self.width = math::min(self.width, mass / (number * RESOLUTION));
        }
        self.open(2 * slots);
        for &row in &all {
            let row = row as usize;
            roll.holdings[row].set(NOBODY, 0);
            for _ in 0..self.wanted(roll.seen[row]) {
                self.settle(row, roll);
            }
        }
        self.all = all;
    }
}
