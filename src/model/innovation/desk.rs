//! Takes own successes of regulated fields through approval: gathers, calls, scatters.

use crate::base::rng::Purpose;
use crate::base::{select, strip};
use crate::model::approval::ApprovalState;
use crate::model::approval::own::{Outcome, OwnRules, Success};
use crate::model::context::Context;
use crate::model::firms::Firms;
use std::ops::Range;

/// Rows of a strip with something that waits, and what of it comes this quarter.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Queue {
    place: Vec<u32>,
    gain: Vec<f64>,
}

/// Where own successes of a quarter are seen to.
pub(super) struct Desk<'a> {
    rules: OwnRules,
    approval: &'a mut ApprovalState,
    queue: &'a mut Queue,
    /// What became of them, real firms.
    pub(super) outcome: Outcome,
}

impl<'a> Desk<'a> {
    /// The desk of this quarter; none where no product needs approval.
    pub(super) fn open(
        approval: &'a mut ApprovalState,
        queue: &'a mut Queue,
        ctx: &Context,
    ) -> Option<Self> {
        let rules = OwnRules::of(ctx)?;
        Some(Self {
            rules,
            approval,
            queue,
            outcome: Outcome::default(),
        })
    }

    /// Of a strip of firms, clears what waits, then sends the successes of this quarter in
    /// `places` on their routes; `own` becomes what each firm may use.
    pub(super) fn serve(
        &mut self,
        firms: &mut Firms,
        rows: Range<usize>,
        places: &[u32],
        own: &mut [f64; strip::ROWS],
        ctx: &Context,
    ) {
        let first = rows.start;
        let mut queue = std::mem::take(self.queue);
        let waits = &firms.waits[rows.clone()];
        select::list(rows.len(), &mut queue.place, |_, flags| {
            flags.copy_from_slice(waits);
        });
        queue.gain.clear();
        for &k in &queue.place {
            let i = first + k as usize;
            let place = [firms.field[i], firms.region[i]];
            let sales = firms.sales[i];
            let (held, passages) = (&mut firms.held[i], &self.approval.passages);
            let outcome = self.rules.clear(held, place, sales, passages);
            firms.waits[i] = held.waiting() > 0.0;
            self.take(firms, i, &outcome);
            queue.gain.push(outcome.gain);
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
                let (held, passages) = (&mut firms.held[i], &self.approval.passages);
                let outcome = self.rules.lodge(held, &success, passages, ctx);
                firms.waits[i] = held.waiting() > 0.0;
                self.take(firms, i, &outcome);
                own[k] = outcome.gain;
            }
        }
        for (&k, gain) in queue.place.iter().zip(&queue.gain) {
            own[k as usize] += gain;
        }
        *self.queue = queue;
    }

    /// Firm `i` pays; what it uses may cause incidents in its field.
    fn take(&mut self, firms: &mut Firms, i: usize, outcome: &Outcome) {
        let weight = firms.weight[i];
        firms.cash[i] -= outcome.paid();
        self.approval.exposure[usize::from(firms.field[i])] += weight * outcome.incidents;
        self.outcome.add(weight, outcome);
    }
}

#[cfg(test)]
mod tests;
