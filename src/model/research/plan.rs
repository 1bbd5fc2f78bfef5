//! Answers what R&D the firms that do some would like to do.

#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::position::{Law, Prices};
use super::positions::Positions;
pub(super) use super::positions::STRIP;
use super::{ResearchParameters, desired_rd, research_surplus, start, team_cost, years_since_2015};
use crate::base::strip::gather;
use crate::base::{math, select};
use crate::model::context::Context;
use crate::model::firms::{Firms, Ownership, Sector};
use crate::model::policy_knowledge::expected_tax;
use crate::model::state::State;
use crate::model::state_firms::cost_factor;
use crate::model::tax::CarryTable;
use crate::policy::tax::Tax;

/// Who plans this quarter; memory is kept from quarter to quarter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plans {
    /// Rows of firms that do R&D, listed anew by each process that needs them.
    pub(in crate::model) doers: Vec<u32>,
    pub(super) starters: start::Starters,
}

/// What the plans of a strip of firms rest on, and what comes of them, in columns.
pub(super) struct Strip {
    positions: Positions,
    pub(super) claims: [bool; STRIP],
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
        let zero = [0.0; STRIP];
        Self {
            positions: Positions::new(),
            claims: [false; STRIP],
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

    /// Writes R&D of `research`, claimed or not, into row `r`.
    #[inline(always)]
    pub(super) fn set_research(&mut self, r: usize, research: f64, claims: bool) {
        (self.positions.research[r], self.claims[r]) = (research, claims);
    }

    /// Gathers what else the firms of `rows` plan on, and their tax positions under the law of the
    /// last news.
    pub(super) fn gather(
        &mut self,
        firms: &Firms,
        rows: &[u32],
        expected: &Expected,
        carry: &CarryTable,
        ctx: &Context,
    ) {
        gather(&firms.input_price, rows, &mut self.input_price);
        gather(&firms.grant, rows, &mut self.grant);
        gather(&firms.sales_mean, rows, &mut self.cap);
        let cap = ctx.parameters.research.intensity_cap;
        for (r, &firm) in rows.iter().enumerate().take(STRIP) {
            let appraised = firms.ownership[firm as usize] == Ownership::State;
            self.appraised[r] = if appraised { expected.appraised } else { 1.0 };
            self.cap[r] *= cap;
        }
        let (positions, law) = (&mut self.positions, &expected.law);
        positions.fill(firms, rows, &self.claims, law, carry, ctx);
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
                let (research, claims) = (self.positions.research[r], self.claims[r]);
                let position = super::tax_position(firms, i, research, claims, law, ctx);
                self.positions.set(r, &position, carry);
                self.cost[r] = self.user_cost(r, law, &prices);
            }
        }
        want(self, rows.len(), &ctx.parameters.research);
    }

    /// User cost of row `r` under `law`.
    #[inline(always)]
    fn user_cost(&self, r: usize, law: &Tax, prices: &Prices) -> f64 {
        let b = self.positions.b_index(r, law);
        let (sales, input_price) = (self.positions.sales[r], self.input_price[r]);
        prices.user_cost(b, self.claims[r], sales, input_price) * self.appraised[r]
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
    /// Lists who does R&D, outside sectors that the law leaves out, and who may think of starting
    /// this quarter.
    fn line_up(&mut self, firms: &Firms, ctx: &Context) {
        let (n, sector) = (firms.len(), &firms.sector);
        firms.list_doers(&mut self.doers);
        self.doers
            .retain(|&i| sector[i as usize] != Sector::Negative);
        let turn = ctx.quarter.index() as u32 % 4; // derived: one quarter of the year each
        select::list(n, &mut self.starters.firm, |from, flags| {
            may_start(
                turn,
                (&firms.alive[from..], &firms.id[from..]),
                (&sector[from..], &firms.rd[from..]),
                flags,
            );
        });
        self.starters.identify(firms);
    }
}

crate::dispatched! {
    /// Flags firms in business without R&D that may think of starting in quarter `turn` of a year.
    fn may_start(
        turn: u32,
        who: (&[bool], &[u32]),
        what: (&[Sector], &[f64]),
        flags: &mut [bool],
    ) {
        let n = flags.len();
        let (alive, id, sector, rd) = (&who.0[..n], &who.1[..n], &what.0[..n], &what.1[..n]);
        for k in 0..n {
            let theirs = id[k] % 4 == turn; // derived: one quarter of the year each
            flags[k] = alive[k] & (sector[k] != Sector::Negative) & (rd[k] <= 0.0) & theirs;
        }
    }
}

/// The law that firms expect: one for all that have heard the last news.
pub(super) struct Expected<'a> {
    pub(super) news: i32,
    law: Law<'a>,
    /// What appraisal by the state makes of a user cost \[ratio\].
    appraised: f64,
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
            appraised: cost_factor(Ownership::State, ctx),
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
        strip.set_research(r, research, firms.claims[i]);
    }
    strip.gather(firms, rows, expected, carry, ctx);
    strip.price_and_want(firms, rows, expected, carry, ctx);
    for (r, &firm) in rows.iter().enumerate() {
        let i = firm as usize;
        let team = strip.team[r];
        firms.user_cost[i] = strip.cost[r];
        firms.rd_desired[i] = math::max(strip.wanted[r], math::min(team, firms.rd[i]));
        let under = firms.quarters_under[i].saturating_add(1);
        firms.quarters_under[i] = if strip.surplus[r] < team { under } else { 0 };
    }
}
