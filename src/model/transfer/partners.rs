//! Who stands where among the firms, and what of them lasts: which rows changed hands, who
//! obliges.

use crate::base::rng::{Key, Purpose};
use crate::model::firms::Firms;

/// Id of a row without a living firm.
pub(super) const NOBODY: u32 = u32::MAX;
/// Rows that are looked at together for those that changed hands.
const STRIP: usize = 64;

crate::dispatched! {
    /// Whether any row of a strip holds another firm than was known.
    fn differ(alive: &[bool], id: &[u32], known: &[u32]) -> bool {
        let firms = alive.iter().zip(id).zip(known);
        firms.fold(false, |any, ((&alive, &id), &known)| {
            any | (known != if alive { id } else { NOBODY })
        })
    }
}

/// Standing traits of firms by row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Partners {
    /// Place in the order in which firms oblige.
    pub rank: Vec<f64>,
    /// Rows that hold another firm, or none, since the last quarter.
    pub changed: Vec<u32>,
    /// Id, [`NOBODY`] where none is in business.
    known: Vec<u32>,
}

impl Partners {
    /// Notes which rows changed hands, and the standing traits of the firms that came.
    pub(super) fn look_round(&mut self, firms: &Firms, key: Key) {
        let n = firms.len();
        self.known.resize(n, NOBODY);
        self.rank.resize(n, 1.0);
        self.changed.clear();
        let strips = (firms.alive.chunks(STRIP)).zip(firms.id.chunks(STRIP));
        for (k, (alive, id)) in strips.enumerate() {
            let first = k * STRIP;
            // few rows change hands in a quarter: many strips are passed over at once
            if !differ(alive, id, &self.known[first..first + id.len()]) {
                continue;
            }
            for (row, (&alive, &id)) in (first..).zip(alive.iter().zip(id)) {
                let id = if alive { id } else { NOBODY };
                if self.known[row] != id {
                    self.known[row] = id;
                    self.rank[row] = key.uniform(id, 0, 0, 0, Purpose::Choice);
                    self.changed.push(row as u32);
                }
            }
        }
    }
}
