//! Answers what tax position and what user cost of R&D a firm has.

#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::funds_cost;
use crate::base::columns::Hold;
use crate::base::math;
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::state_firms::cost_factor;
use crate::model::tax::position::user_cost;
use crate::model::tax::statute::{DeductionRates, TaxStatus, super_deduction_rate};
use crate::model::tax::{CarryTable, TaxPosition};
use crate::policy::tax::Tax;

/// A law that firms plan on, its deduction rates tabulated.
#[derive(Clone, Copy, Debug)]
pub struct Law<'a> {
    /// The levers.
    pub tax: &'a Tax,
    /// Rates by sector and register.
    pub rates: DeductionRates,
}

impl<'a> Law<'a> {
    /// Tabulates a law.
    pub fn new(tax: &'a Tax) -> Self {
        let rates = DeductionRates::new(tax);
        Self { tax, rates }
    }
}

/// The chain of loss years of a quarter, tabulated once and shared by all firms.
pub fn carry_table(ctx: &Context) -> CarryTable {
    let tax = &ctx.parameters.tax;
    let share = loss_share(ctx);
    let entry = share * (1.0 - tax.loss_persistence) / (1.0 - share);
    CarryTable::new(
        tax.loss_persistence,
        entry,
        tax.discount_rate,
        tax.depreciation,
    )
}

/// Share of firms in a loss year: constant to 2020, then a straight line to 2024.
pub fn loss_share(ctx: &Context) -> f64 {
    let tax = &ctx.parameters.tax;
    let since = f64::from(ctx.q() - crate::base::time::Quarter::new(2020, 1).index());
    let path = math::clamp(since / 16.0, 0.0, 1.0); // derived: 16 quarters 2020-2024
    tax.loss_share_2015 + path * (tax.loss_share_2024 - tax.loss_share_2015)
}

/// Brackets of the law that firm `i` meets.
#[inline]
pub fn tax_status(firms: &Firms<impl Hold>, i: usize, q: i32, law: &Tax) -> TaxStatus {
    TaxStatus {
        hightech: firms.is_hightech(i, q),
        small: firms.staff[i] <= law.small_profit_staff
            && firms.assets[i] <= law.small_profit_assets,
    }
}

/// Tax position of firm `i` that does or plans R&D of `research` \[mn/yr\].
#[inline]
pub fn tax_position(
    firms: &Firms<impl Hold>,
    i: usize,
    research: f64,
    claims: bool,
    law: &Tax,
    ctx: &Context,
) -> TaxPosition {
    let reported = research + firms.relabelled[i];
    let tech_sme = firms.is_tech_sme(i, ctx.q());
    let rate = if claims {
        super_deduction_rate(firms.sector[i], tech_sme, reported / firms.sales[i], law)
    } else {
        0.0
    };
    position_at(firms, i, research, rate, law, ctx)
}

/// Tax position at a super-deduction rate.
#[inline(always)]
fn position_at(
    firms: &Firms<impl Hold>,
    i: usize,
    research: f64,
    rate: f64,
    law: &Tax,
    ctx: &Context,
) -> TaxPosition {
    let tax = &ctx.parameters.tax;
    let status = tax_status(firms, i, ctx.q(), law);
    let returned = (1.0 + tax.research_return_in_income) * research;
    TaxPosition {
        income: firms.margin[i] * firms.sales[i] + returned,
        taxed: firms.taxed[i],
        losses: firms.carried_losses[i],
        status,
        rate,
        loss_years: if status.hightech || firms.is_tech_sme(i, ctx.q()) {
            law.loss_years_registered
        } else {
            law.loss_years_general
        },
    }
}

/// Relative user cost of R&D capital of firm `i` at R&D of `research` \[mn/yr\].
#[inline]
pub fn firm_user_cost(
    firms: &Firms<impl Hold>,
    i: usize,
    research: f64,
    claims: bool,
    law: &Tax,
    carry: &CarryTable,
    ctx: &Context,
) -> f64 {
    let position = tax_position(firms, i, research, claims, law, ctx);
    Prices::of(ctx).user_cost(
        position.b_index(research, carry, law),
        claims,
        firms.sales[i],
        firms.input_price[i],
    ) * cost_factor(firms.ownership[i], ctx)
}

/// What the price of R&D hangs on beside the law, the same for all firms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prices {
    /// Local bonus on claimed cost, paid out of the price of R&D \[share\].
    bonus: f64,
    loan_rate: f64,
    premium_small: f64,
    premium_large: f64,
    reference: f64,
    depreciation: f64,
}

impl Prices {
    /// Prices of this quarter.
    pub(super) fn of(ctx: &Context) -> Self {
        let tax = &ctx.parameters.tax;
        Self {
            bonus: ctx.seen.programmes.local_bonus_rate,
            loan_rate: ctx.world.loan_rate,
            premium_small: tax.funds_premium_small,
            premium_large: tax.funds_premium_large,
            reference: tax.reference_funds_cost,
            depreciation: tax.depreciation,
        }
    }

    /// Relative user cost of a firm with this B-index.
    #[inline(always)]
    pub(super) fn user_cost(&self, b: f64, claims: bool, sales: f64, input_price: f64) -> f64 {
        let bonus = if claims { self.bonus } else { 0.0 };
        let funds = funds_cost(
            self.loan_rate,
            sales,
            self.premium_small,
            self.premium_large,
        );
        let (reference, wear) = (self.reference, self.depreciation);
        user_cost(b * (1.0 - bonus), input_price, funds, reference, wear)
    }
}
