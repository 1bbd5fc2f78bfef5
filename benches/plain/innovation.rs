//! Innovation of a quarter, a firm at a time.

use super::world::{Agent, World, normal};
use leverlab::base::math;
use leverlab::base::rng::Purpose;
use leverlab::model::approval::own::{Outcome, OwnRules, Success};
use leverlab::model::books::{Account, Instrument};
use leverlab::model::context::Context;
use leverlab::model::firms::{FIELDS, Firm, REGIONS};
use leverlab::model::innovation::pools::{CELLS, KnowledgePools, cell_of, closeness, pool_growth};
use leverlab::model::innovation::{
    InnovationTally, imitated_gain, imitates, knowledge_growth, lumpy_gain, next_new_products,
    noise_change, renewal, spillover, success_probability,
};

pub fn succeed_and_imitate(world: &mut World, ctx: &Context) {
    let p = &ctx.parameters.innovation;
    survey(world, ctx);
    let rules = OwnRules::of(ctx);
    let chance = success_probability(p.success_hazard);
    let tacit = p.tacit_knowledge / ctx.world.price;
    let mut tally = InnovationTally::default();
    let (mut weight, mut gains) = (0.0, 0.0);
    for Agent {
        firm,
        last_knowledge,
        ..
    } in &mut world.firms
    {
        if !firm.alive {
            continue;
        }
        let growth = if firm.knowledge == *last_knowledge {
            0.0
        } else {
            knowledge_growth(*last_knowledge, firm.knowledge, tacit * firm.sales_mean)
        };
        *last_knowledge = firm.knowledge;
        let promise = p.productivity_elasticity * growth;
        let frontier = world.frontier[usize::from(firm.field)];
        let (absorptive, level) = (firm.absorptive, firm.ln_productivity);
        let imitated = imitated_gain(p.imitation_rate, absorptive, frontier, level);
        let (mut copied, mut own) = (0.0, math::min(promise, 0.0));
        if imitates(imitated, promise) {
            copied = imitated;
            tally.imitations += firm.weight;
        } else if promise > 0.0 {
            let luck = ctx.pair(firm.id, 0, 0, Purpose::Productivity).1;
            own = lumpy_gain(promise, chance, luck);
            if own > 0.0 {
                tally.successes += firm.weight;
            }
        }
        if let Some(rules) = &rules {
            let approval = &mut world.approval;
            let place = [firm.field, firm.region];
            let mut cleared = 0.0;
            if firm.waits {
                let sales = firm.sales;
                let outcome = rules.clear(&mut firm.held, place, sales, &approval.passages);
                take(firm, &outcome, &mut approval.exposure, &mut tally.approved);
                cleared = outcome.gain;
            }
            if own > 0.0 && rules.concern(firm.field) {
                let success = Success {
                    gain: own,
                    sales: firm.sales,
                    rank: ctx.uniform(firm.id, 0, 0, Purpose::OwnApproval),
                    place,
                };
                let outcome = rules.lodge(&mut firm.held, &success, &approval.passages, ctx);
                take(firm, &outcome, &mut approval.exposure, &mut tally.approved);
                own = outcome.gain;
            }
            own += cleared;
        }
        let pool = world.pools.growth[cell_of(firm.field, firm.region)];
        let spilt = spillover(p.spillover_elasticity, absorptive, pool);
        let gain = own + copied + spilt + firm.pending_gain;
        // an imitator expects nothing of its own knowledge, but loses what that loses
        let private = if copied > 0.0 {
            math::min(promise, 0.0)
        } else {
            promise
        };
        let value = firm.weight * firm.sales;
        weight += firm.weight;
        gains += firm.weight * gain;
        tally.own_value += value * private;
        tally.imitated_value += value * copied;
        tally.spillover_value += value * spilt;
        tally.transferred_value += value * firm.pending_gain;
        let shock = normal(ctx.uniform(firm.id, 0, 0, Purpose::Productivity));
        let e = noise_change(firm.noise, p.noise_persistence, p.noise_log_sd * shock);
        firm.ln_productivity = firm.ln_productivity + gain + e;
        firm.noise += e;
        firm.pending_gain = 0.0;
        let learnt = own + copied;
        let share = if learnt > 0.0 {
            renewal(p.new_products_per_gain, learnt)
        } else {
            0.0
        };
        let (new, expiry) = (firm.new_product_sales, p.new_product_expiry);
        firm.new_product_sales = next_new_products(new, firm.sales, expiry, share);
    }
    tally.mean_gain = if weight > 0.0 { gains / weight } else { 0.0 };
    world.tally = tally;
    if rules.is_some() {
        let (from, to, paid) = (Account::Firms, Account::Rest, &tally.approved);
        let books = &mut world.books;
        books.pay(from, to, Instrument::ResearchCost, paid.cost);
        books.pay(from, to, Instrument::OperatingCost, paid.supervision);
        books.pay(from, to, Instrument::InsurancePremium, paid.liability);
    }
}

/// A firm pays for what became of its successes; what it uses may cause incidents in its field.
fn take(firm: &mut Firm, outcome: &Outcome, exposure: &mut [f64; FIELDS], all: &mut Outcome) {
    firm.waits = firm.held.waiting() > 0.0;
    firm.cash -= outcome.paid();
    exposure[usize::from(firm.field)] += firm.weight * outcome.incidents;
    all.add(firm.weight, outcome);
}

/// Frontiers of the fields and growth of the pools of knowledge.
fn survey(world: &mut World, ctx: &Context) {
    let mut sums = [[0.0; 3]; FIELDS];
    let mut held = [0.0; CELLS];
    for Agent { firm, .. } in &world.firms {
        if !firm.alive {
            continue;
        }
        let (w, a) = (firm.weight, firm.ln_productivity);
        let field = &mut sums[usize::from(firm.field)];
        field[0] += w;
        field[1] += w * a;
        field[2] += w * a * a;
        held[cell_of(firm.field, firm.region)] += w * firm.knowledge;
    }
    for (f, [weight, first, second]) in sums.into_iter().enumerate() {
        world.frontier[f] = world.inflow[f];
        if weight > 0.0 {
            let mean = first / weight;
            let variance = math::max(second / weight - mean * mean, 0.0);
            world.frontier[f] += mean + math::sqrt(variance);
        }
    }
    move_pools(
        &mut world.pools,
        &held,
        ctx.parameters.innovation.other_region,
    );
}

/// Moves the pools to what is `held` in each cell now.
fn move_pools(pools: &mut KnowledgePools, held: &[f64; CELLS], other_region: f64) {
    for a in 0..FIELDS {
        let mut near = [0.0; REGIONS];
        for b in 0..FIELDS {
            let weight = closeness(a, b);
            if weight > 0.0 {
                for r in 0..REGIONS {
                    near[r] += weight * held[b * REGIONS + r];
                }
            }
        }
        let nation: f64 = near.iter().sum();
        for r in 0..REGIONS {
            let c = a * REGIONS + r;
            let now = (near[r] + other_region * (nation - near[r])) / pools.founding;
            pools.growth[c] = pool_growth(pools.level[c], now);
            pools.level[c] = now;
        }
    }
}
