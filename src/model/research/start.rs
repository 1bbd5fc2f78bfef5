//! Answers which firms without R&D start it.

use super::years_since_2015;
use super::{annuity, desired_rd, firm_user_cost, research_surplus, starts, team_cost};
use crate::base::math;
use crate::base::rng::{Purpose, fill_uniform};
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::policy_knowledge::expected_tax;
use crate::model::tax::CarryTable;
use crate::model::{claims, registers};

/// Firms without R&D whose quarter of the year it is, and the uniform that says who looks at it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Starters {
    firm: Vec<u32>,
    id: Vec<u32>,
    luck: Vec<f64>,
}

impl Starters {
    /// Columns of rows and ids with room for `n` firms.
    pub(super) fn room(&mut self, n: usize) -> (&mut [u32], &mut [u32]) {
        self.firm.resize(n, 0);
        self.id.resize(n, 0);
        (&mut self.firm, &mut self.id)
    }

    /// Keeps the first `n` firms.
    pub(super) fn keep(&mut self, n: usize) {
        self.firm.truncate(n);
        self.id.truncate(n);
    }
}

/// Lets firms consider a start.
pub(super) fn consider(
    firms: &mut Firms,
    rd_price: &[f64],
    starters: &mut Starters,
    carry: &CarryTable,
    ctx: &Context,
) {
    let p = &ctx.parameters.research;
    let Starters { firm, id, luck } = starters;
    luck.resize(id.len(), 0.0);
    let now = ctx.quarter.index() as u32;
    fill_uniform(ctx.key, id, now, 0, Purpose::StartResearch, luck);
    let trend = p.returns_trend * years_since_2015(ctx);
    let annuity = annuity(ctx.parameters.tax.discount_rate, p.start_horizon);
    let half_square = 0.5 * p.returns_spread * p.returns_spread;
    for (&firm, &u) in firm.iter().zip(luck.iter()) {
        if u >= p.start_hazard {
            continue;
        }
        let i = firm as usize;
        let mean = firms.project_mean[i] + trend;
        let mass = firms.project_share[i] * firms.sales_mean[i];
        let team = team_cost(firms, rd_price, i, ctx);
        // A firm whose whole project mass could not feed a team has nothing to weigh.
        if mass * math::exp(mean + half_square) >= team {
            weigh(firms, i, (mass, mean, team), annuity, carry, ctx);
        }
    }
}

/// Whether firm `i` with these projects \[mn/yr, log\] and team cost \[mn/yr\] starts, and with
/// how much.
fn weigh(
    firms: &mut Firms,
    i: usize,
    (mass, mean, team): (f64, f64, f64),
    annuity: f64,
    carry: &CarryTable,
    ctx: &Context,
) {
    let p = &ctx.parameters.research;
    let law = expected_tax(firms.vintage[i], ctx);
    let claims = claims::would_claim(firms, i, team, carry, ctx);
    let cost = firm_user_cost(firms, i, team, claims, law, carry, ctx);
    let surplus = research_surplus(mass, mean, cost, p.returns_spread);
    let certificate = p.certificate_weight * registers::value_to_starter(firms, i, team, law, ctx);
    if starts(surplus, certificate, team, annuity, p.start_multiple) {
        let cap = p.intensity_cap * firms.sales_mean[i];
        let wanted = desired_rd(mass, mean, cost, 0.0, cost, p.returns_spread, cap);
        firms.user_cost[i] = cost;
        firms.claims[i] = claims;
        firms.rd_desired[i] = wanted;
        firms.rd[i] = math::max(team, p.start_share * wanted);
        firms.quarters_under[i] = 0;
    }
}
