//! Takes own successes of regulated fields through approval: gathers, calls, scatters.

use crate::base::columns::Lent;
use crate::base::rng::Purpose;
use crate::base::{select, strip};
use crate::model::approval::Passages;
use crate::model::approval::own::{Held, Outcome, OwnRules, Success};
use crate::model::context::Context;
use crate::model::firms::{FIELDS, Firms};
use std::ops::Range;

/// Rows of a strip with something that waits, and what of it comes this quarter.
#[derive(Clone, Debug, Default, PartialEq)]
struct Waiting {
    place: Vec<u32>,
    held: Vec<Held>,
    gain: Vec<f64>,
}

/// What waits in a block of firms.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Queue {
    waiting: Waiting,
    /// Incidents to be expected of products in use, by field: of the first block with those that
    /// were there before \[incidents\].
    pub(super) exposure: [f64; FIELDS],
}

/// Where own successes of a quarter are seen to.
pub(super) struct Desk<'a> {
    pub(super) rules: &'a OwnRules,
    pub(super) passages: &'a Passages,
    pub(super) queue: &'a mut Queue,
    /// What became of them, real firms.
    pub(super) outcome: Outcome,
}

impl Desk<'_> {
    /// Of a strip of firms, clears what waits, then sends the successes of this quarter in
    /// `places` on their routes; `own` becomes what each firm may use.
    pub(super) fn serve(
        &mut self,
        firms: &mut Firms<Lent>,
        rows: Range<usize>,
        places: &[u32],
        own: &mut [f64; strip::ROWS],
        ctx: &Context,
    ) {
        let first = rows.start;
        let mut waiting = std::mem::take(&mut self.queue.waiting);
        let waits = &firms.waits[rows.clone()];
        select::list(rows.len(), &mut waiting.place, |_, flags| {
            flags.copy_from_slice(waits);
        });
        // read together, as what waits stands far apart and was last seen a quarter ago
        let held = &firms.held[rows];
        waiting.held.clear();
        let all = waiting.place.iter().map(|&k| held[k as usize]);
        waiting.held.extend(all);
        waiting.gain.clear();
        for (&k, held) in waiting.place.iter().zip(&mut waiting.held) {
            let i = first + k as usize;
            let place = [firms.field[i], firms.region[i]];
            let sales = firms.sales[i];
            let outcome = self.rules.clear(held, place, sales, self.passages);
            firms.waits[i] = held.waiting() > 0.0;
            firms.held[i] = *held;
            self.take(firms, i, &outcome);
            waiting.gain.push(outcome.gain);
        }
        for &k in places {
            let (k, i) = (k as usize, first + k as usize);
            if own[k] > 0.0 && self.rules.concern(firms.field[i]) {
                let success = Success {
                    gain: own[k],
                    sales: firms.sales[i],
                    rank: ctx.uniform(firms.id[i], 0, 0, Purpose::OwnApproval),
                    place: [firms.field[i], firms.region[i]],
                };
                let (held, passages) = (&mut firms.held[i], self.passages);
                let outcome = self.rules.lodge(held, &success, passages, ctx);
                firms.waits[i] = held.waiting() > 0.0;
                self.take(firms, i, &outcome);
                own[k] = outcome.gain;
            }
        }
        for (&k, gain) in waiting.place.iter().zip(&waiting.gain) {
            own[k as usize] += gain;
        }
        self.queue.waiting = waiting;
    }

    /// Firm `i` pays; what it uses may cause incidents in its field.
    fn take(&mut self, firms: &mut Firms<Lent>, i: usize, outcome: &Outcome) {
        let weight = firms.weight[i];
        firms.cash[i] -= outcome.paid();
        self.queue.exposure[usize::from(firms.field[i])] += weight * outcome.incidents;
        self.outcome.add(weight, outcome);
    }
}

#[cfg(test)]
mod tests;
