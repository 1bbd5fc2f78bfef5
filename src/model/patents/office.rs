//! What does the patent office hold: cases that wait, patents in force?

use super::PatentTally;
use super::filing::{BINS, Mass, bin_share, bin_z, filed_share, filing_threshold, grant_chance};
use super::queue::{ABROAD, FIRMS, OWNERS, UNITS, Vintage};
use crate::base::math::max;
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::state::State;
use std::collections::VecDeque;

/// The office's queue and patents in force.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PatentOffice {
    /// Cases that wait, oldest first.
    pub queue: VecDeque<Vintage>,
    /// Filings that enter next quarter.
    pub arriving: Vintage,
    /// Patents in force by owner and quality.
    pub in_force: [Mass; OWNERS],
    /// University patents in use.
    pub university_used: f64,
    /// Firm agents' cases that wait, per represented firm, by row.
    pub pending: Vec<f64>,
    /// Ids of those rows.
    pub pending_id: Vec<u32>,
    /// Counters of this quarter.
    pub tally: PatentTally,
    /// Scratch by block.
    pub(super) holders: Vec<Holders>,
}

/// Firms of a block with cases that wait or with patents.
#[derive(Clone, Debug, Default, PartialEq)]
#[repr(align(128))] // the next block's lies in cache lines of its own
pub(super) struct Holders {
    /// Rows.
    pub(super) rows: Vec<u32>,
    /// Ids of those rows.
    pub(super) ids: Vec<u32>,
    /// Uniforms of this quarter.
    pub(super) draws: Vec<f64>,
    /// Scratch: rows of firms that do R&D.
    pub(super) doers: Vec<u32>,
}

impl PatentOffice {
    /// The office at the start of the warm-up: a backlog filed evenly over the quarters
    /// before, with everything subsidised filed.
    pub fn found(state: &State, ctx: &Context) -> Self {
        let p = &ctx.parameters.patents;
        let mut office = Self::default();
        let threshold = filing_threshold(p.fee_log, p.subsidy_log, p.points_log);
        let mut shape = [0.0; BINS];
        for (bin, share) in shape.iter_mut().enumerate() {
            *share = bin_share(bin)
                * filed_share(
                    bin,
                    p.quality_log_sd,
                    threshold,
                    p.use_motivated_share,
                    p.use_motivated_threshold,
                );
        }
        let sum: f64 = shape.iter().sum();
        let abroad = foreign_shape(ctx);
        let abroad_share = p.in_force_abroad_2013
            / (p.in_force_firms_2013 + p.in_force_units_2013 + p.in_force_abroad_2013);
        let units_share = p.in_force_units_2013 / (p.in_force_firms_2013 + p.in_force_units_2013);
        let vintages = max(1.0, p.backlog_vintages) as i32;
        // derived: thousands to cases; 0.5 of the share abroad, whose filings grow slower
        let each = 1000.0 * p.backlog_2013 / f64::from(vintages);
        for age in (1..=vintages).rev() {
            let mut vintage = Vintage {
                filed: ctx.q() - age - 1,
                ..Vintage::default()
            };
            for bin in 0..BINS {
                let home = each * (1.0 - 0.5 * abroad_share) * shape[bin] / sum;
                vintage.cases[FIRMS][bin] = home * (1.0 - units_share);
                vintage.cases[UNITS][bin] = home * units_share;
                vintage.cases[ABROAD][bin] = each * 0.5 * abroad_share * abroad[bin];
            }
            office.queue.push_back(vintage);
        }
        let newest = office.queue.back().copied().unwrap_or_default();
        office.arriving = Vintage {
            filed: ctx.q() - 1,
            ..newest
        };
        let granted = |bin: usize| {
            shape[bin] * grant_chance(p.quality_log_sd * bin_z(bin), p.grant_bar, p.grant_noise)
        };
        let good: f64 = (0..BINS).map(granted).sum();
        for bin in 0..BINS {
            // derived: thousands to patents
            office.in_force[FIRMS][bin] = 1000.0 * p.in_force_firms_2013 * granted(bin) / good;
            office.in_force[UNITS][bin] = 1000.0 * p.in_force_units_2013 * granted(bin) / good; // derived: as above
            office.in_force[ABROAD][bin] = 1000.0 * p.in_force_abroad_2013 * abroad[bin]; // derived: as above
        }
        office.pending = vec![0.0; state.firms.len()];
        office.pending_id = state.firms.id.clone();
        office.seed_pending(state);
        office
    }

    /// Gives the other half of a split agent its waiting cases: they are counted per
    /// represented firm.
    pub fn inherit(&mut self, firms: &Firms, parent: usize, child: usize) {
        let rows = firms.len();
        self.pending.resize(rows, 0.0);
        self.pending_id.resize(rows, 0);
        if self.pending_id[parent] == firms.id[parent] {
            self.pending[child] = self.pending[parent];
            self.pending_id[child] = firms.id[child];
        }
    }

    /// Shares the firms' backlog out by R&D.
    fn seed_pending(&mut self, state: &State) {
        let total = state.firms.total(&state.firms.rd);
        let waiting: f64 = self
            .queue
            .iter()
            .map(|v| v.cases[FIRMS].iter().sum::<f64>())
            .sum();
        if total > 0.0 {
            for (pending, rd) in self.pending.iter_mut().zip(&state.firms.rd) {
                *pending = waiting * rd / total;
            }
        }
    }

    /// Cases that wait for examination.
    pub fn backlog(&self) -> f64 {
        self.queue.iter().map(Vintage::total).sum()
    }
}

/// Quality of filings from abroad: one class each side of the bar, so that the grant share
/// of the parameter comes out.
pub(super) fn foreign_shape(ctx: &Context) -> Mass {
    let mut shape = [0.0; BINS];
    shape[BINS - 1] = ctx.parameters.patents.foreign_grant_share;
    shape[0] = 1.0 - shape[BINS - 1];
    shape
}
