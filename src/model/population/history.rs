//! What is the past of firms that were there before the first quarter?

use crate::base::columns::Lent;
use crate::base::math;
use crate::model::claims::would_claim;
use crate::model::context::Context;
use crate::model::firms::{Firms, Sector};
use crate::model::research;
use crate::model::tax::CarryTable;
use crate::model::world::{HISTORY, WARM_UP};

/// Growth of R&D volume before 2013 a year.
const FOUNDING_GROWTH: f64 = 0.12; // derived: 11-14 % nominal a year in 2010-2013, general knowledge

/// Gives the founding firms a past: who does R&D, claims and is certified, with the stocks that
/// go with it, as if the rules of 2013 had held for years.
pub(super) fn found_history(firms: &mut Firms, ctx: &Context) {
    let carry = research::carry_table(ctx);
    ctx.crew.walk(firms.lend(), |mut firms| {
        for i in 0..firms.len() {
            if firms.sector[i] != Sector::Negative {
                give_past(&mut firms, i, &carry, ctx);
            }
        }
    });
}

/// Gives firm `i` its past.
fn give_past(firms: &mut Firms<Lent>, i: usize, carry: &CarryTable, ctx: &Context) {
    let p = &ctx.parameters.research;
    let tax = &ctx.parameters.tax;
    let law = &ctx.expected.tax;
    let mass = firms.project_share[i] * firms.sales_mean[i];
    let team = firms.team_cost[i] * ctx.world.price;
    let claims = would_claim(firms, i, team, carry, ctx);
    let cost = research::firm_user_cost(firms, i, team, claims, law, carry, ctx);
    let years = f64::from(WARM_UP.since(HISTORY)) / 4.0; // derived: quarters a year
    let mean = firms.project_mean[i] + p.returns_trend * years;
    let surplus = research::research_surplus(mass, mean, cost, p.returns_spread);
    let annuity = research::annuity(tax.discount_rate, p.start_horizon);
    if !research::starts(surplus, 0.0, team, annuity, p.start_multiple) {
        return;
    }
    let cap = p.intensity_cap * firms.sales_mean[i];
    let rd = research::desired_rd(mass, mean, cost, 0.0, cost, p.returns_spread, cap);
    firms.user_cost[i] = cost;
    firms.rd[i] = math::max(rd, team);
    firms.rd_desired[i] = firms.rd[i];
    firms.rd_last_year[i] = firms.rd[i];
    firms.rd_mean[i] = firms.rd[i];
    firms.claims[i] = would_claim(firms, i, firms.rd[i], carry, ctx);
    firms.liquidity[i] = firms.rd[i];
    // stock of a firm whose R&D volume has grown at the rate of the years before
    firms.knowledge[i] = firms.rd[i] / ctx.world.price / (tax.depreciation + FOUNDING_GROWTH);
    let real_sales = firms.sales[i] / ctx.world.price;
    firms.absorptive[i] =
        research::absorptive_capacity(firms.knowledge[i], real_sales, p.absorptive_half);
}
