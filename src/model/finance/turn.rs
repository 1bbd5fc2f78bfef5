//! Answers whose turn it is to think of loans and shares, and what is drawn of those firms.

use super::super::context::Context;
use super::super::firms::Firms;
use crate::base::math;
use crate::base::rng::{Purpose, fill_normal};

/// Quarter of the year in which a firm thinks of loans; the low five bits of an id are the path
/// of its splits and zero in founding firms, so the ordinal above them decides as well.
#[inline]
pub(super) fn turn_of(id: u32) -> u32 {
    (id ^ id >> 5) % 4 // derived: see above
}

/// Firms with R&D whose turn it is, in columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Turn {
    /// Row of the firm.
    pub(super) firm: Vec<u32>,
    id: Vec<u32>,
    /// Working capital it needs \[months of sales\].
    pub(super) months: Vec<f64>,
    /// Mean-one factor on the loss a bank expects: what it finds out beyond its rules.
    pub(super) found: Vec<f64>,
}

impl Turn {
    /// Lists the firms of this quarter and draws their traits.
    pub(super) fn line_up(&mut self, firms: &Firms, ctx: &Context) {
        let turn = ctx.q().rem_euclid(4) as u32; // derived: one quarter of the year each
        let n = firms.len();
        self.firm.resize(n, 0);
        self.id.resize(n, 0);
        let (id, alive, rd) = (&firms.id[..n], &firms.alive[..n], &firms.rd[..n]);
        // every row is written and the next one overwrites it unless it counts: no branch to miss
        let mut count = 0;
        for i in 0..n {
            (self.firm[count], self.id[count]) = (i as u32, id[i]);
            let theirs = (turn_of(id[i]) == turn) & alive[i] & (rd[i] > 0.0);
            count += usize::from(theirs);
        }
        self.firm.truncate(count);
        self.id.truncate(count);
        let (p, key, now) = (&ctx.parameters.finance, ctx.key, ctx.q() as u32);
        self.months.resize(self.id.len(), 0.0);
        self.found.resize(self.id.len(), 0.0);
        // a lasting trait: the same draw in every quarter
        fill_normal(key, &self.id, 0, 1, Purpose::FirmFinance, &mut self.months);
        log_normal(&mut self.months, p.working_months, p.working_log_sd);
        let median = math::exp(-0.5 * p.score_log_sd * p.score_log_sd);
        fill_normal(key, &self.id, now, 0, Purpose::LoanApply, &mut self.found);
        log_normal(&mut self.found, median, p.score_log_sd);
    }
}

crate::dispatched! {
    /// Turns standard normal values into log-normal ones.
    fn log_normal(values: &mut [f64], median: f64, log_sd: f64) {
        for value in values {
            *value = median * math::exp(log_sd * *value);
        }
    }
}
