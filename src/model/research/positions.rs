//! Answers what tax positions a list of firms has: [`super::tax_position`] a strip at a time.

#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::position::Law;
use crate::base::columns::Hold;
use crate::base::math;
use crate::base::strip::gather;
use crate::model::context::Context;
use crate::model::firms::{Firms, Sector};
use crate::model::tax::carry::UsableLosses;
use crate::model::tax::statute::{DeductionRates, TaxStatus};
use crate::model::tax::{CarryTable, TaxPosition};
use crate::policy::tax::Tax;

/// Firms worked out together: their columns stay in the nearest cache.
pub(in crate::model) const STRIP: usize = 128;

/// Rows that loops over a strip of `n` firms go through: whole vectors, several at a time, so that
/// none is done by itself; what stands behind the firms does no harm.
///
/// Example: 40 firms: 64 rows.
#[inline(always)]
pub(in crate::model) fn whole(n: usize) -> usize {
    const TOGETHER: usize = 32; // derived: four vectors of 512 bits
    usize::min((n + (TOGETHER - 1)) & !(TOGETHER - 1), STRIP)
}

/// Tax positions of a strip of firms, in columns; row `r` is the firm `rows[r]`.
pub(in crate::model) struct Positions {
    /// Firms in the strip.
    pub(in crate::model) count: usize,
    /// R&D that the firm does or plans \[mn/yr\].
    pub(in crate::model) research: [f64; STRIP],
    /// Sales \[mn/yr\].
    pub(in crate::model) sales: [f64; STRIP],
    margin: [f64; STRIP],
    staff: [f64; STRIP],
    assets: [f64; STRIP],
    hightech_until: [i32; STRIP],
    tech_sme_until: [i32; STRIP],
    /// Ordinary cost relabelled, where a tier of the law looks at it \[mn/yr\].
    relabelled: [f64; STRIP],
    sector: [Sector; STRIP],
    income: [f64; STRIP],
    losses: [f64; STRIP],
    reported: [f64; STRIP],
    /// Place of the firm's kind in the table of rates.
    kind: [u8; STRIP],
    rate: [f64; STRIP],
    taxed: [bool; STRIP],
    hightech: [bool; STRIP],
    small: [bool; STRIP],
    /// Place in the tables of usable losses, by what old losses weigh against income.
    place: [u8; STRIP],
    /// How far towards the next whole year of old losses \[share\].
    part: [f64; STRIP],
    /// By how much the usable share falls over that year.
    change: [f64; STRIP],
    /// Share of a loss added now that finds income.
    usable: [f64; STRIP],
    /// Share of the return on R&D that falls into taxed years.
    returns: [f64; STRIP],
}

impl Positions {
    pub(in crate::model) fn new() -> Self {
        let (zero, no) = ([0.0; STRIP], [false; STRIP]);
        Self {
            count: 0,
            research: zero,
            sales: zero,
            margin: zero,
            staff: zero,
            assets: zero,
            hightech_until: [0; STRIP],
            tech_sme_until: [0; STRIP],
            relabelled: zero,
            sector: [Sector::Maker; STRIP],
            income: zero,
            losses: zero,
            reported: zero,
            kind: [0; STRIP],
            rate: zero,
            taxed: no,
            hightech: no,
            small: no,
            place: [0; STRIP],
            part: zero,
            change: zero,
            usable: zero,
            returns: zero,
        }
    }

    /// Works out the positions of the firms of `rows`, whose R&D stands in `research` and of which
    /// those claim that `claims` says.
    pub(in crate::model) fn fill(
        &mut self,
        firms: &Firms<impl Hold>,
        rows: &[u32],
        claims: &[bool; STRIP],
        law: &Law,
        carry: &CarryTable,
        ctx: &Context,
    ) {
        self.gather(firms, rows);
        if law.rates.are_tiered() {
            gather(&firms.relabelled, rows, &mut self.relabelled);
        }
        self.work_out(claims, law, carry, ctx);
    }

    /// Gathers what the law looks at beside R&D and claims.
    fn gather(&mut self, firms: &Firms<impl Hold>, rows: &[u32]) {
        self.count = rows.len();
        gather(&firms.sales, rows, &mut self.sales);
        gather(&firms.margin, rows, &mut self.margin);
        gather(&firms.staff, rows, &mut self.staff);
        gather(&firms.assets, rows, &mut self.assets);
        gather(&firms.carried_losses, rows, &mut self.losses);
        gather(&firms.taxed, rows, &mut self.taxed);
        gather(&firms.hightech_until, rows, &mut self.hightech_until);
        gather(&firms.tech_sme_until, rows, &mut self.tech_sme_until);
        gather(&firms.sector, rows, &mut self.sector);
    }

    /// Works out the positions of the firms gathered last at the R&D in `research`.
    pub(in crate::model) fn work_out(
        &mut self,
        claims: &[bool; STRIP],
        law: &Law,
        carry: &CarryTable,
        ctx: &Context,
    ) {
        let returned = 1.0 + ctx.parameters.tax.research_return_in_income;
        let returns = [false, true].map(|taxed| carry.taxed_returns(taxed));
        derive(self, returned, returns, law.tax, ctx.q());
        let n = whole(self.count);
        let (keys, reported, sales) = (&self.kind[..n], &self.reported, &self.sales);
        (law.rates).fill(keys, reported, sales, law.tax, &mut self.rate);
        let usable = UsableLosses::new(carry, law.tax);
        usable.look_up(&self.place[..n], &mut self.usable, &mut self.change);
        finish(self, claims);
    }

    /// Position of row `r`, but for the years it may carry a loss: they are in its usable share.
    #[inline(always)]
    fn at(&self, r: usize) -> TaxPosition {
        TaxPosition {
            income: self.income[r],
            taxed: self.taxed[r],
            losses: self.losses[r],
            status: TaxStatus {
                hightech: self.hightech[r],
                small: self.small[r],
            },
            rate: self.rate[r],
            loss_years: 0.0,
        }
    }

    /// B-index of row `r` under `law`.
    #[inline(always)]
    pub(in crate::model) fn b_index(&self, r: usize, law: &Tax) -> f64 {
        let (research, usable) = (self.research[r], self.usable[r]);
        self.at(r)
            .b_index_at(research, usable, self.returns[r], law)
    }

    /// Relief of row `r` from the super-deduction on its R&D \[mn/yr\].
    #[inline(always)]
    pub(in crate::model) fn extra_relief(&self, r: usize, law: &Tax) -> f64 {
        self.at(r)
            .extra_relief_at(self.research[r], self.usable[r], law)
    }
}

crate::dispatched! {
    /// Income, brackets and places in the tables of a law.
    fn derive(p: &mut Positions, returned: f64, returns: [f64; 2], law: &Tax, q: i32) {
        let n = whole(p.count);
        for r in 0..n {
            p.income[r] = p.margin[r] * p.sales[r] + returned * p.research[r];
            p.reported[r] = p.research[r] + p.relabelled[r];
            p.small[r] =
                (p.staff[r] <= law.small_profit_staff) & (p.assets[r] <= law.small_profit_assets);
            p.returns[r] = if p.taxed[r] { returns[1] } else { returns[0] };
        }
        for r in 0..n {
            let registered = p.tech_sme_until[r] > q;
            p.hightech[r] = p.hightech_until[r] > q;
            p.kind[r] = DeductionRates::key(p.sector[r], registered);
            let depth = p.losses[r] / math::max(p.income[r], f64::MIN_POSITIVE);
            let registered = p.hightech[r] | registered;
            (p.place[r], p.part[r]) = UsableLosses::place(p.taxed[r], registered, depth);
        }
    }
}

crate::dispatched! {
    /// Rates of those that claim, and usable shares between whole years of old losses.
    fn finish(p: &mut Positions, claims: &[bool; STRIP]) {
        for r in 0..whole(p.count) {
            p.rate[r] = if claims[r] { p.rate[r] } else { 0.0 };
            p.usable[r] += p.part[r] * p.change[r];
        }
    }
}
