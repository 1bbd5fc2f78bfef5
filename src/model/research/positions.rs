//! Answers what tax positions a list of firms has: [`super::tax_position`] a strip at a time.

#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::position::Law;
use crate::base::math;
use crate::base::strip::gather;
use crate::model::context::Context;
use crate::model::firms::{Firms, Sector};
use crate::model::tax::carry::UsableLosses;
use crate::model::tax::statute::TaxStatus;
use crate::model::tax::{CarryTable, TaxPosition};
use crate::policy::tax::Tax;

/// Firms worked out together: their columns stay in the nearest cache.
pub(in crate::model) const STRIP: usize = 64;

/// Tax positions of a strip of firms, in columns; row `r` is the firm `rows[r]`.
pub(in crate::model) struct Positions {
    /// R&D that the firm does or plans \[mn/yr\].
    pub(in crate::model) research: [f64; STRIP],
    /// Sales \[mn/yr\].
    pub(in crate::model) sales: [f64; STRIP],
    margin: [f64; STRIP],
    staff: [f64; STRIP],
    assets: [f64; STRIP],
    hightech_until: [i32; STRIP],
    tech_sme_until: [i32; STRIP],
    relabelled: [f64; STRIP],
    sector: [Sector; STRIP],
    /// On the technology-SME register.
    registered: [bool; STRIP],
    income: [f64; STRIP],
    losses: [f64; STRIP],
    rate: [f64; STRIP],
    taxed: [bool; STRIP],
    hightech: [bool; STRIP],
    small: [bool; STRIP],
    /// Old losses over income \[years\].
    depth: [f64; STRIP],
    /// Share of a loss added now that finds income.
    usable: [f64; STRIP],
    /// Share of the return on R&D that falls into taxed years.
    returns: [f64; STRIP],
}

impl Positions {
    pub(in crate::model) fn new() -> Self {
        let (zero, no) = ([0.0; STRIP], [false; STRIP]);
        Self {
            research: zero,
            sales: zero,
            margin: zero,
            staff: zero,
            assets: zero,
            hightech_until: [0; STRIP],
            tech_sme_until: [0; STRIP],
            relabelled: zero,
            sector: [Sector::Maker; STRIP],
            registered: no,
            income: zero,
            losses: zero,
            rate: zero,
            taxed: no,
            hightech: no,
            small: no,
            depth: zero,
            usable: zero,
            returns: zero,
        }
    }

    /// Works out the positions of the firms of `rows`, whose R&D stands in `research` and of which
    /// those claim that `claims` says.
    pub(in crate::model) fn fill(
        &mut self,
        firms: &Firms,
        rows: &[u32],
        claims: &[bool; STRIP],
        law: &Law,
        carry: &CarryTable,
        ctx: &Context,
    ) {
        let (n, q) = (rows.len().min(STRIP), ctx.q());
        gather(&firms.sales, rows, &mut self.sales);
        gather(&firms.margin, rows, &mut self.margin);
        gather(&firms.staff, rows, &mut self.staff);
        gather(&firms.assets, rows, &mut self.assets);
        gather(&firms.carried_losses, rows, &mut self.losses);
        gather(&firms.taxed, rows, &mut self.taxed);
        gather(&firms.hightech_until, rows, &mut self.hightech_until);
        gather(&firms.tech_sme_until, rows, &mut self.tech_sme_until);
        gather(&firms.relabelled, rows, &mut self.relabelled);
        gather(&firms.sector, rows, &mut self.sector);
        let returned = 1.0 + ctx.parameters.tax.research_return_in_income;
        derive(self, n, returned, law.tax, q);
        for r in 0..n {
            let (sector, sales) = (self.sector[r], self.sales[r]);
            let reported = self.research[r] + self.relabelled[r];
            let rates = &law.rates;
            let rate = rates.of(sector, self.registered[r], reported, sales, law.tax);
            self.rate[r] = if claims[r] { rate } else { 0.0 };
        }
        let usable = UsableLosses::new(carry, law.tax);
        for r in 0..n {
            let registered = self.hightech[r] | self.registered[r];
            self.usable[r] = usable.of(self.taxed[r], registered, self.depth[r]);
            self.returns[r] = carry.taxed_returns(self.taxed[r]);
        }
    }

    /// Overwrites row `r` by a position under another law.
    pub(in crate::model) fn set(&mut self, r: usize, position: &TaxPosition, carry: &CarryTable) {
        self.income[r] = position.income;
        self.losses[r] = position.losses;
        self.rate[r] = position.rate;
        self.taxed[r] = position.taxed;
        self.hightech[r] = position.status.hightech;
        self.small[r] = position.status.small;
        self.usable[r] = position.usable(carry);
        self.returns[r] = carry.taxed_returns(position.taxed);
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
    /// Income, brackets and depth of old losses of the first `n` rows.
    fn derive(p: &mut Positions, n: usize, returned: f64, law: &Tax, q: i32) {
        for r in 0..n.min(STRIP) {
            let income = p.margin[r] * p.sales[r] + returned * p.research[r];
            p.income[r] = income;
            p.hightech[r] = p.hightech_until[r] > q;
            p.registered[r] = p.tech_sme_until[r] > q;
            p.small[r] =
                (p.staff[r] <= law.small_profit_staff) & (p.assets[r] <= law.small_profit_assets);
            p.depth[r] = p.losses[r] / math::max(income, f64::MIN_POSITIVE);
        }
    }
}
