//! Answers what R&D the firms that do some would like to do.

#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::position::{Law, Prices, position_of};
use super::{ResearchParameters, desired_rd, research_surplus, start, team_cost, years_since_2015};
use crate::base::math;
use crate::model::context::Context;
use crate::model::firms::{Firms, Sector};
use crate::model::policy_knowledge::expected_tax;
use crate::model::state::State;
use crate::model::state_firms::cost_factor;
use crate::model::tax::statute::TaxStatus;
use crate::model::tax::{CarryTable, TaxPosition};
use crate::policy::tax::Tax;

/// Rows worked out together: their columns stay in the nearest cache.
pub(super) const STRIP: usize = 64;

/// Who plans this quarter; memory is kept from quarter to quarter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plans {
    doers: Vec<u32>,
    pub(super) starters: start::Starters,
}

/// What the plans of a strip of firms rest on, and what comes of them, in columns.
pub(super) struct Strip {
    income: [f64; STRIP],
    losses: [f64; STRIP],
    research: [f64; STRIP],
    rate: [f64; STRIP],
    taxed: [bool; STRIP],
    hightech: [bool; STRIP],
    small: [bool; STRIP],
    pub(super) claims: [bool; STRIP],
    usable: [f64; STRIP],
    returns: [f64; STRIP],
    sales: [f64; STRIP],
    input_price: [f64; STRIP],
    /// What appraisal by the state makes of the user cost \[ratio\].
    appraised: [f64; STRIP],
    pub(super) mass: [f64; STRIP],
    pub(super) mean: [f64; STRIP],
    pub(super) grant: [f64; STRIP],
    cap: [f64; STRIP],
    pub(super) team: [f64; STRIP],
    pub(super) cost: [f64; STRIP],
    pub(super) wanted: [f64; STRIP],
    pub(super) surplus: [f64; STRIP],
}

impl Strip {
    fn new() -> Self {
        let (zero, no) = ([0.0; STRIP], [false; STRIP]);
        Self {
            income: zero,
            losses: zero,
            research: zero,
            rate: zero,
            taxed: no,
            hightech: no,
            small: no,
            claims: no,
            usable: zero,
            returns: zero,
            sales: zero,
            input_price: zero,
            appraised: zero,
            mass: zero,
            mean: zero,
            grant: zero,
            cap: zero,
            team: zero,
            cost: zero,
            wanted: zero,
            surplus: zero,
        }
    }

    /// Writes the tax position of a firm into row `r`.
    #[inline(always)]
    fn set_position(&mut self, r: usize, position: &TaxPosition, carry: &CarryTable) {
        self.income[r] = position.income;
        self.losses[r] = position.losses;
        self.rate[r] = position.rate;
        self.taxed[r] = position.taxed;
        self.hightech[r] = position.status.hightech;
        self.small[r] = position.status.small;
        self.usable[r] = position.usable(carry);
        self.returns[r] = carry.taxed_returns(position.taxed);
    }

    /// Writes what the projects of firm `i` promise into row `r`: mass, mean return, team cost.
    #[inline(always)]
    pub(super) fn set_projects(
        &mut self,
        r: usize,
        firms: &Firms,
        i: usize,
        team: f64,
        trend: f64,
    ) {
        self.mean[r] = firms.project_mean[i] + trend;
        self.mass[r] = firms.project_share[i] * firms.sales_mean[i];
        self.team[r] = team;
    }

    /// Writes firm `i` with R&D of `research`, claiming or not, into row `r`: its sales, grant and
    /// cap, and its tax position under the law of the last news.
    #[inline(always)]
    pub(super) fn set_firm(
        &mut self,
        (r, firms, i): (usize, &Firms, usize),
        (research, claims): (f64, bool),
        expected: &Expected,
        carry: &CarryTable,
        ctx: &Context,
    ) {
        (self.research[r], self.claims[r]) = (research, claims);
        (self.sales[r], self.input_price[r]) = (firms.sales[i], firms.input_price[i]);
        self.appraised[r] = cost_factor(firms.ownership[i], ctx);
        self.grant[r] = firms.grant[i];
        self.cap[r] = ctx.parameters.research.intensity_cap * firms.sales_mean[i];
        let position = position_of(firms, i, research, claims, &expected.law, ctx);
        self.set_position(r, &position, carry);
    }

    /// Prices the R&D of the firms of `rows`, of each on the law it knows, and works out what they
    /// want and what it yields.
    pub(super) fn price_and_want(
        &mut self,
        firms: &Firms,
        rows: &[u32],
        expected: &Expected,
        carry: &CarryTable,
        ctx: &Context,
    ) {
        let prices = Prices::of(ctx);
        price(self, rows.len(), expected.law.tax, &prices);
        for (r, &firm) in rows.iter().enumerate() {
            let i = firm as usize;
            if firms.vintage[i] < expected.news {
                // has missed news: plans on the law it knows
                let law = expected_tax(firms.vintage[i], ctx);
                let (research, claims) = (self.research[r], self.claims[r]);
                let position = super::tax_position(firms, i, research, claims, law, ctx);
                self.set_position(r, &position, carry);
                self.cost[r] = self.user_cost(r, law, &prices);
            }
        }
        want(self, rows.len(), &ctx.parameters.research);
    }

    /// User cost of row `r` under `law`.
    #[inline(always)]
    fn user_cost(&self, r: usize, law: &Tax, prices: &Prices) -> f64 {
        let position = TaxPosition {
            income: self.income[r],
            taxed: self.taxed[r],
            losses: self.losses[r],
            status: TaxStatus {
                hightech: self.hightech[r],
                small: self.small[r],
            },
            rate: self.rate[r],
            loss_years: 0.0,
        };
        let b = position.b_index_at(self.research[r], self.usable[r], self.returns[r], law);
        prices.user_cost(b, self.claims[r], self.sales[r], self.input_price[r]) * self.appraised[r]
    }
}

crate::dispatched! {
    /// User cost of the first `n` rows.
    fn price(strip: &mut Strip, n: usize, law: &Tax, prices: &Prices) {
        for r in 0..n.min(STRIP) {
            strip.cost[r] = strip.user_cost(r, law, prices);
        }
    }
}

crate::dispatched! {
    /// What all projects of the first `n` rows would yield if they were free, as their surplus
    /// \[mn/yr\]; `half_square` is σ²/2.
    pub(super) fn promise(strip: &mut Strip, n: usize, half_square: f64) {
        for r in 0..n.min(STRIP) {
            strip.surplus[r] = strip.mass[r] * math::exp(strip.mean[r] + half_square);
        }
    }
}

crate::dispatched! {
    /// Desired R&D and yearly surplus of the first `n` rows.
    fn want(strip: &mut Strip, n: usize, p: &ResearchParameters) {
        let spread = p.returns_spread;
        for r in 0..n.min(STRIP) {
            let (mass, mean, cost) = (strip.mass[r], strip.mean[r], strip.cost[r]);
            let (grant, granted, cap) = (strip.grant[r], cost * p.grant_own_share, strip.cap[r]);
            strip.wanted[r] = desired_rd(mass, mean, cost, grant, granted, spread, cap);
            strip.surplus[r] = research_surplus(mass, mean, cost, spread);
        }
    }
}

/// Plans: user cost and desired R&D of every firm that does R&D; the start test of those that
/// could (each in its own quarter of the year).
pub fn plan(state: &mut State, ctx: &Context) {
    let carry = super::carry_table(ctx);
    let (firms, plans) = (&mut state.firms, &mut state.plans);
    let rd_price = &state.people.rd_price;
    plans.line_up(firms, ctx);
    let mut strip = Strip::new();
    let expected = Expected::of(ctx);
    for rows in plans.doers.chunks(STRIP) {
        plan_strip(firms, rd_price, rows, &mut strip, &expected, &carry, ctx);
    }
    let starters = &mut plans.starters;
    start::consider(
        firms, rd_price, starters, &mut strip, &expected, &carry, ctx,
    );
}

impl Plans {
    /// Lists who does R&D and who may think of starting this quarter.
    fn line_up(&mut self, firms: &Firms, ctx: &Context) {
        let turn = ctx.quarter.index() as u32 % 4; // derived: one quarter of the year each
        let n = firms.len();
        let (alive, sector) = (&firms.alive[..n], &firms.sector[..n]);
        let (rd, id) = (&firms.rd[..n], &firms.id[..n]);
        self.doers.resize(n, 0);
        let starters = self.starters.room(n);
        // every row is written and the next one overwrites it unless it counts: no branch to miss
        let (mut doers, mut started) = (0, 0);
        for i in 0..n {
            let may = alive[i] & (sector[i] != Sector::Negative);
            self.doers[doers] = i as u32;
            doers += usize::from(may & (rd[i] > 0.0));
            (starters.0[started], starters.1[started]) = (i as u32, id[i]);
            started += usize::from(may & (rd[i] <= 0.0) & (id[i] % 4 == turn)); // derived: see above
        }
        self.doers.truncate(doers);
        self.starters.keep(started);
    }
}

/// The law that firms expect: one for all that have heard the last news.
pub(super) struct Expected<'a> {
    pub(super) news: i32,
    law: Law<'a>,
}

impl Expected<'_> {
    /// The law that a firm of this vintage expects.
    pub(super) fn of_vintage<'b>(&'b self, vintage: i32, ctx: &Context<'b>) -> &'b Tax {
        if vintage < self.news {
            expected_tax(vintage, ctx)
        } else {
            self.law.tax
        }
    }
}

impl<'a> Expected<'a> {
    fn of(ctx: &Context<'a>) -> Self {
        let news = ctx.seen_path.last_news(ctx.quarter).index();
        Self {
            news,
            law: Law::new(expected_tax(i32::MAX, ctx)),
        }
    }
}

/// Plans of a strip of firms: gathers, prices, and writes back.
fn plan_strip(
    firms: &mut Firms,
    rd_price: &[f64],
    rows: &[u32],
    strip: &mut Strip,
    expected: &Expected,
    carry: &CarryTable,
    ctx: &Context,
) {
    let trend = ctx.parameters.research.returns_trend * years_since_2015(ctx);
    for (r, &firm) in rows.iter().enumerate() {
        let i = firm as usize;
        let team = team_cost(firms, rd_price, i, ctx);
        let last = firms.rd_last_year[i];
        let research = if last > 0.0 { last } else { team };
        strip.set_projects(r, firms, i, team, trend);
        strip.set_firm(
            (r, firms, i),
            (research, firms.claims[i]),
            expected,
            carry,
            ctx,
        );
    }
    strip.price_and_want(firms, rows, expected, carry, ctx);
    for (r, &firm) in rows.iter().enumerate() {
        let i = firm as usize;
        let team = strip.team[r];
        firms.user_cost[i] = strip.cost[r];
        firms.rd_desired[i] = math::max(strip.wanted[r], math::min(team, firms.rd[i]));
        firms.quarters_under[i] = if strip.surplus[r] < team {
            firms.quarters_under[i].saturating_add(1)
        } else {
            0
        };
    }
}
