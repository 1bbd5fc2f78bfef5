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
const STRIP: usize = 64;

/// Who plans this quarter; memory is kept from quarter to quarter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plans {
    doers: Vec<u32>,
    pub(super) starters: start::Starters,
}

/// What the plans of a strip of firms rest on, and what comes of them, in columns.
struct Strip {
    income: [f64; STRIP],
    losses: [f64; STRIP],
    research: [f64; STRIP],
    rate: [f64; STRIP],
    taxed: [bool; STRIP],
    hightech: [bool; STRIP],
    small: [bool; STRIP],
    claims: [bool; STRIP],
    usable: [f64; STRIP],
    returns: [f64; STRIP],
    sales: [f64; STRIP],
    input_price: [f64; STRIP],
    /// What appraisal by the state makes of the user cost \[ratio\].
    appraised: [f64; STRIP],
    mass: [f64; STRIP],
    mean: [f64; STRIP],
    grant: [f64; STRIP],
    cap: [f64; STRIP],
    team: [f64; STRIP],
    cost: [f64; STRIP],
    wanted: [f64; STRIP],
    surplus: [f64; STRIP],
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
    start::consider(firms, rd_price, &mut plans.starters, &carry, ctx);
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
struct Expected<'a> {
    news: i32,
    law: Law<'a>,
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
    let p = &ctx.parameters.research;
    let prices = Prices::of(ctx);
    let trend = p.returns_trend * years_since_2015(ctx);
    for (r, &firm) in rows.iter().enumerate() {
        let i = firm as usize;
        let team = team_cost(firms, rd_price, i, ctx);
        let last = firms.rd_last_year[i];
        let research = if last > 0.0 { last } else { team };
        let claims = firms.claims[i];
        (strip.research[r], strip.claims[r]) = (research, claims);
        (strip.sales[r], strip.input_price[r]) = (firms.sales[i], firms.input_price[i]);
        strip.appraised[r] = cost_factor(firms.ownership[i], ctx);
        strip.mean[r] = firms.project_mean[i] + trend;
        strip.mass[r] = firms.project_share[i] * firms.sales_mean[i];
        strip.grant[r] = firms.grant[i];
        strip.cap[r] = p.intensity_cap * firms.sales_mean[i];
        strip.team[r] = team;
        let position = position_of(firms, i, research, claims, &expected.law, ctx);
        strip.set_position(r, &position, carry);
    }
    price(strip, rows.len(), expected.law.tax, &prices);
    for (r, &firm) in rows.iter().enumerate() {
        let i = firm as usize;
        if firms.vintage[i] < expected.news {
            // has missed news: plans on the law it knows
            let law = expected_tax(firms.vintage[i], ctx);
            let position =
                super::tax_position(firms, i, strip.research[r], strip.claims[r], law, ctx);
            strip.set_position(r, &position, carry);
            strip.cost[r] = strip.user_cost(r, law, &prices);
        }
    }
    want(strip, rows.len(), p);
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
