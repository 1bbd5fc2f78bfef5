//! Plans and spending on R&D of a quarter, a firm at a time.

use super::world::{World, share_below};
use leverlab::base::math;
use leverlab::base::rng::Purpose;
use leverlab::model::books::{Account, Instrument};
use leverlab::model::context::Context;
use leverlab::model::firms::{Firm, Sector};
use leverlab::model::policy_knowledge::expected_tax;
use leverlab::model::registers::certificate_tax_gain;
use leverlab::model::research::{
    absorptive_capacity, annuity, carry_table, distance, funds_cost, starts,
};
use leverlab::model::state_firms::cost_factor;
use leverlab::model::tax::position::user_cost;
use leverlab::model::tax::statute::{TaxStatus, hightech_threshold, super_deduction_rate};
use leverlab::model::tax::{CarryTable, TaxPosition};
use leverlab::model::{claims, world};
use leverlab::policy::tax::Tax;

/// Projects of a firm at today's prices.
struct Projects {
    mass: f64,
    mean: f64,
    team: f64,
}

/// What comes of a plan.
struct Plan {
    cost: f64,
    wanted: f64,
    surplus: f64,
}

pub fn plan(world: &mut World, ctx: &Context) {
    let carry = carry_table(ctx);
    let p = &ctx.parameters.research;
    let trend = p.returns_trend * f64::from(ctx.quarter.since(world::HISTORY)) / 4.0;
    let news = ctx.seen_path.last_news(ctx.quarter).index();
    let today = &ctx.seen_path.expected_at(ctx.quarter).tax;
    let turn = ctx.q() as u32 % 4;
    for agent in &mut world.firms {
        let firm = &mut agent.firm;
        if !firm.alive || firm.sector == Sector::Negative {
            continue;
        }
        let does = firm.rd > 0.0;
        if !does && (firm.id % 4 != turn || !looks(firm, ctx)) {
            continue;
        }
        let projects = Projects {
            mass: firm.project_share * firm.sales_mean,
            mean: firm.project_mean + trend,
            team: firm.team_cost * world.rd_price[usize::from(firm.field)] * ctx.world.price,
        };
        let law = if firm.vintage >= news {
            today
        } else {
            expected_tax(firm.vintage, ctx)
        };
        if does {
            continue_research(firm, &projects, law, &carry, ctx);
        } else {
            consider(firm, &projects, law, &carry, ctx);
        }
    }
}

/// Plans of a firm that does R&D.
fn continue_research(
    firm: &mut Firm,
    projects: &Projects,
    law: &Tax,
    carry: &CarryTable,
    ctx: &Context,
) {
    let team = projects.team;
    let last = firm.rd_last_year;
    let research = if last > 0.0 { last } else { team };
    let plan = weigh(
        firm,
        projects,
        research,
        firm.grant,
        firm.claims,
        law,
        carry,
        ctx,
    );
    firm.user_cost = plan.cost;
    firm.rd_desired = math::max(plan.wanted, math::min(team, firm.rd));
    firm.quarters_under = if plan.surplus < team {
        firm.quarters_under.saturating_add(1)
    } else {
        0
    };
}

/// Whether a firm without R&D looks at a start.
fn looks(firm: &Firm, ctx: &Context) -> bool {
    ctx.uniform(firm.id, 0, 0, Purpose::StartResearch) < ctx.parameters.research.start_hazard
}

/// Lets a firm without R&D consider a start.
fn consider(firm: &mut Firm, projects: &Projects, law: &Tax, carry: &CarryTable, ctx: &Context) {
    let (p, team) = (&ctx.parameters.research, projects.team);
    let spread = p.returns_spread;
    if projects.mass * math::exp(projects.mean + 0.5 * spread * spread) < team {
        return;
    }
    let worth = annuity(ctx.parameters.tax.discount_rate, p.start_horizon);
    let passes = |firm: &Firm, plan: &Plan| {
        starts(plan.surplus, 0.0, team, worth, p.start_multiple) || {
            let value = p.certificate_weight * certificate(firm, team, law, ctx);
            starts(plan.surplus, value, team, worth, p.start_multiple)
        }
    };
    let best = weigh(firm, projects, team, 0.0, firm.aware_claim, law, carry, ctx);
    if !passes(firm, &best) {
        return;
    }
    let claims = would_claim(firm, team, carry, ctx);
    let plan = weigh(firm, projects, team, 0.0, claims, law, carry, ctx);
    if passes(firm, &plan) {
        firm.user_cost = plan.cost;
        firm.claims = claims;
        firm.rd_desired = plan.wanted;
        firm.rd = math::max(team, p.start_share * plan.wanted);
        firm.quarters_under = 0;
    }
}

/// What the certificate is worth to a starter a year \[mn/yr\].
fn certificate(firm: &Firm, research: f64, law: &Tax, ctx: &Context) -> f64 {
    if !firm.aware_hightech || research < hightech_threshold(firm.sales, law) * firm.sales_mean {
        return 0.0;
    }
    let small = status(firm, law, ctx).small;
    certificate_tax_gain(firm.margin * firm.sales, small, law) + ctx.parameters.registers.access
}

/// Whether a firm would claim on R&D of `research`.
pub fn would_claim(firm: &Firm, research: f64, carry: &CarryTable, ctx: &Context) -> bool {
    if !firm.aware_claim {
        return false;
    }
    let law = &ctx.seen.tax;
    let p = &ctx.parameters.claims;
    let cost = claims::claim_cost(research, firm.claim_cost, law.claim_procedure, p);
    claims::claim_net_benefit(extra_relief(firm, research, carry, ctx), cost) > 0.0
}

/// Relief from the super-deduction on R&D of `research` \[mn/yr\].
pub fn extra_relief(firm: &Firm, research: f64, carry: &CarryTable, ctx: &Context) -> f64 {
    let law = &ctx.seen.tax;
    let position = position(firm, research, true, law, ctx);
    position.extra_relief_at(research, usable(&position, carry), law)
}

/// Brackets that a firm meets.
pub fn status(firm: &Firm, law: &Tax, ctx: &Context) -> TaxStatus {
    TaxStatus {
        hightech: firm.hightech_until > ctx.q(),
        small: firm.staff <= law.small_profit_staff && firm.assets <= law.small_profit_assets,
    }
}

/// Tax position of a firm at R&D of `research`.
pub fn position(firm: &Firm, research: f64, claims: bool, law: &Tax, ctx: &Context) -> TaxPosition {
    let status = status(firm, law, ctx);
    let listed = firm.tech_sme_until > ctx.q();
    let returned = (1.0 + ctx.parameters.tax.research_return_in_income) * research;
    let reported = research + firm.relabelled;
    TaxPosition {
        income: firm.margin * firm.sales + returned,
        taxed: firm.taxed,
        losses: firm.carried_losses,
        status,
        rate: if claims {
            super_deduction_rate(firm.sector, listed, reported / firm.sales, law)
        } else {
            0.0
        },
        loss_years: if status.hightech || listed {
            law.loss_years_registered
        } else {
            law.loss_years_general
        },
    }
}

/// Usable share of a loss added now.
pub fn usable(position: &TaxPosition, carry: &CarryTable) -> f64 {
    let depth = position.losses / math::max(position.income, f64::MIN_POSITIVE);
    carry.usable(position.taxed, position.loss_years, depth)
}

/// User cost, desired R&D and surplus of a firm whose R&D so far is `research`.
#[allow(clippy::too_many_arguments)]
fn weigh(
    firm: &Firm,
    projects: &Projects,
    research: f64,
    grant: f64,
    claims: bool,
    law: &Tax,
    carry: &CarryTable,
    ctx: &Context,
) -> Plan {
    let (p, tax) = (&ctx.parameters.research, &ctx.parameters.tax);
    let position = position(firm, research, claims, law, ctx);
    let b = position.b_index(research, carry, law);
    let bonus = if claims {
        ctx.seen.programmes.local_bonus_rate
    } else {
        0.0
    };
    let (small, large) = (tax.funds_premium_small, tax.funds_premium_large);
    let funds = funds_cost(ctx.world.loan_rate, firm.sales, small, large);
    let (reference, wear) = (tax.reference_funds_cost, tax.depreciation);
    let cost = user_cost(b * (1.0 - bonus), firm.input_price, funds, reference, wear)
        * cost_factor(firm.ownership, ctx);
    let (mass, mean, spread) = (projects.mass, projects.mean, p.returns_spread);
    let d = distance(mean, cost, spread);
    let done = share_below(d);
    let own = mass * done;
    let wanted = if grant > 0.0 {
        let granted = share_below(distance(mean, cost * p.grant_own_share, spread));
        own + grant * (granted - done)
    } else {
        own
    };
    let mean_return = math::exp(mean + 0.5 * spread * spread);
    Plan {
        cost,
        wanted: math::min(wanted, firm.sales_mean * p.intensity_cap),
        surplus: mass * (mean_return * share_below(d + spread) - cost * done),
    }
}

pub fn spend(world: &mut World, ctx: &Context) {
    let p = &ctx.parameters.research;
    let kept = 1.0 - ctx.parameters.tax.depreciation * 0.25;
    let mut cost = 0.0;
    for agent in &mut world.firms {
        let firm = &mut agent.firm;
        if !firm.alive {
            continue;
        }
        if firm.rd > 0.0 {
            if firm.quarters_under >= p.stop_quarters as u8 {
                firm.rd = 0.0;
                firm.claims = false;
                firm.relabelled = 0.0;
                firm.quarters_under = 0;
                firm.rd_desired = 0.0;
            } else {
                let target = math::min(firm.rd_desired, math::max(firm.liquidity, 0.0));
                firm.rd += p.adjustment * (target - firm.rd);
            }
        }
        firm.knowledge *= kept;
        if firm.rd > 0.0 {
            let paid = firm.rd * 0.25;
            let price = world.rd_price[usize::from(firm.field)] * ctx.world.price;
            firm.knowledge += paid / price;
            firm.cash -= paid;
            firm.rd_this_year += paid;
            cost += firm.weight * paid;
        }
        let real_sales = firm.sales / ctx.world.price;
        firm.absorptive = absorptive_capacity(firm.knowledge, real_sales, p.absorptive_half);
    }
    let (from, to) = (Account::Firms, Account::Households);
    world.books.pay(from, to, Instrument::ResearchCost, cost);
}
