//! Knowledge of policy, claims and registers of a quarter, a firm at a time.

use super::research::{extra_relief, status, would_claim};
use super::world::{Agent, World};
use leverlab::base::math;
use leverlab::base::rng::Purpose;
use leverlab::model::books::{Account, Instrument};
use leverlab::model::claims::{claim_awareness_hazard, relabelled_share, relabelling_gain};
use leverlab::model::context::Context;
use leverlab::model::firms::{Firm, REGIONS};
use leverlab::model::policy_knowledge::learning_hazard;
use leverlab::model::registers::{
    Route, certificate_annuity, certificate_tax_gain, certificate_value, register_awareness_hazard,
    route,
};
use leverlab::model::research::{carry_table, research_surplus};
use leverlab::model::tax::statute::{hightech_threshold, super_deduction_rate};
use leverlab::model::world::HISTORY;

/// Share of those among doers, by region, of whom `is` holds.
fn shares(firms: &[Agent], is: impl Fn(&Firm) -> bool) -> [f64; REGIONS] {
    let mut sums = [[0.0; 2]; REGIONS];
    for Agent { firm, .. } in firms {
        if firm.alive && firm.rd > 0.0 {
            let region = &mut sums[usize::from(firm.region)];
            region[0] += firm.weight;
            if is(firm) {
                region[1] += firm.weight;
            }
        }
    }
    sums.map(|[all, those]| those / math::max(all, f64::MIN_POSITIVE))
}

/// Lets firms learn of tax policy.
pub fn learn(world: &mut World, ctx: &Context) {
    let p = &ctx.parameters.policy_knowledge;
    let news = ctx.seen_path.last_news(ctx.quarter).index();
    if world.firms.iter().all(|agent| agent.firm.vintage >= news) {
        for agent in &mut world.firms {
            agent.firm.vintage = ctx.q();
        }
        return;
    }
    let shares = shares(&world.firms, |firm| firm.claims);
    for agent in &mut world.firms {
        let firm = &mut agent.firm;
        let base = if firm.rd > 0.0 {
            p.learn_doer
        } else {
            p.learn_small
        };
        let hazard = learning_hazard(base, p.learn_peers, shares[usize::from(firm.region)]);
        if firm.vintage >= news || ctx.uniform(firm.id, 0, 0, Purpose::LearnPolicy) < hazard {
            firm.vintage = ctx.q();
        }
    }
}

/// Who gets to know, who claims, who relabels.
pub fn claim(world: &mut World, ctx: &Context) {
    if ctx.quarter.of_year() != 2 {
        return;
    }
    let carry = carry_table(ctx);
    let service = ctx.seen.tax.claim_service;
    let hazards = shares(&world.firms, |firm| firm.claims)
        .map(|share| claim_awareness_hazard(share, service, &ctx.parameters.claims));
    for agent in &mut world.firms {
        let firm = &mut agent.firm;
        if !firm.alive || firm.rd <= 0.0 {
            continue;
        }
        if !firm.aware_claim {
            let hazard = hazards[usize::from(firm.region)];
            firm.aware_claim = ctx.uniform(firm.id, 0, 0, Purpose::LearnClaim) < hazard;
        }
        let research = math::max(firm.rd_last_year, firm.rd);
        firm.claims = would_claim(firm, research, &carry, ctx);
        firm.relabelled = if firm.claims {
            relabelling(firm, extra_relief(firm, firm.rd, &carry, ctx), ctx)
        } else {
            0.0
        };
    }
}

/// Relabelled cost of a firm whose R&D earns `extra` relief \[mn/yr\].
fn relabelling(firm: &Firm, extra: f64, ctx: &Context) -> f64 {
    let (p, law, research) = (&ctx.parameters.claims, &ctx.seen.tax, firm.rd);
    let saving = extra / research;
    let fine = law.audit_rate * p.fine;
    let (cost, cap) = (p.relabelling_cost, p.relabelled_cap);
    let interior = research * relabelled_share(saving, fine, cost, cap);
    let tiers = [
        (law.tier_1_threshold, law.tier_1_rate),
        (law.tier_2_threshold, law.tier_2_rate),
        (law.tier_3_threshold, law.tier_3_rate),
    ];
    if tiers.iter().all(|(_, rate)| *rate <= 0.0) {
        return interior;
    }
    let listed = firm.tech_sme_until > ctx.q();
    let rate = |m: f64| super_deduction_rate(firm.sector, listed, (research + m) / firm.sales, law);
    let plain = rate(interior);
    let unit = saving / math::max(plain, f64::MIN_POSITIVE);
    let gain = |m: f64| {
        let s = rate(m);
        (s - plain) * unit * research + relabelling_gain(m, research, s * unit, fine, cost)
    };
    let (mut best, mut most) = (interior, gain(interior));
    for (threshold, _) in tiers {
        let m = threshold * firm.sales - research;
        if m > interior && m <= cap * research && gain(m) > most {
            (best, most) = (m, gain(m));
        }
    }
    best
}

/// Awareness of registers, applications, certificates, awards.
pub fn certify(world: &mut World, ctx: &Context) {
    if ctx.quarter.of_year() != 4 {
        return;
    }
    let (p, q) = (&ctx.parameters.registers, ctx.q());
    let certified = shares(&world.firms, |firm| firm.hightech_until > q);
    let registered = shares(&world.firms, |firm| firm.tech_sme_until > q);
    let annuity = certificate_annuity(ctx.parameters.tax.discount_rate, p);
    let since_2015 = f64::from(ctx.quarter.year() - HISTORY.year());
    let fit = math::clamp(p.fit_2015 + p.fit_trend * since_2015, 0.0, 1.0);
    let mut awards = 0.0;
    for agent in &mut world.firms {
        let firm = &mut agent.firm;
        if !firm.alive || firm.rd <= 0.0 {
            continue;
        }
        let region = usize::from(firm.region);
        let draw = |k| ctx.uniform(firm.id, k, 0, Purpose::LearnRegister);
        if !firm.aware_hightech {
            let share = certified[region];
            firm.aware_hightech =
                draw(0) < register_awareness_hazard(p.aware_base, p.aware_peers, share);
        }
        if firm.aware_hightech && firm.hightech_until <= q + 1 && firm.fitness < fit {
            awards += apply(firm, certified[region], annuity, ctx);
        }
        if f64::from(ctx.quarter.year()) >= p.sme_since {
            enter(firm, registered[region], ctx);
        }
    }
    let (from, to) = (Account::Local, Account::Firms);
    world.books.pay(from, to, Instrument::RegisterAward, awards);
}

/// Lets a firm apply for the certificate if that pays; gives the award that goes with a first one.
fn apply(firm: &mut Firm, share: f64, annuity: f64, ctx: &Context) -> f64 {
    let (p, law, research) = (&ctx.parameters.registers, &ctx.seen.tax, firm.rd);
    let income = firm.margin * firm.sales + ctx.parameters.tax.research_return_in_income * research;
    let gain = if firm.taxed {
        let small = status(firm, law, ctx).small;
        certificate_tax_gain(math::max(income - research, 0.0), small, law)
    } else {
        0.0
    };
    let first = firm.hightech_until == 0;
    let award = if first { p.award } else { 0.0 };
    let preparation = p.preparation * (1.0 - p.preparation_relief * share);
    let value = certificate_value(gain, award, preparation, annuity, p) / p.certificate_years;
    if value <= 0.0 {
        return 0.0;
    }
    let bar = hightech_threshold(firm.sales, law) * firm.sales_mean;
    let gap = bar - firm.rd_mean - firm.relabelled;
    let claims = &ctx.parameters.claims;
    let by_relabelling = if firm.relabelled + gap <= claims.relabelled_cap * research {
        0.5 * claims.relabelling_cost * gap * gap / research + law.audit_rate * claims.fine * gap
    } else {
        f64::INFINITY
    };
    let by_research = if gap > 0.0 {
        more_research(firm, gap, ctx)
    } else {
        0.0
    };
    match route(gap, value, by_relabelling, by_research) {
        Route::Out => return 0.0,
        Route::Already => {}
        Route::Relabel(gap) => firm.relabelled += gap,
        Route::Research(gap) => firm.rd += gap,
    }
    firm.hightech_until = ctx.q() + 4 * p.certificate_years as i32;
    if !first {
        return 0.0;
    }
    let cash = 0.5 * p.award;
    firm.cash += cash;
    firm.weight * cash
}

/// Yearly loss of doing `gap` more R&D than wanted \[mn/yr\].
fn more_research(firm: &Firm, gap: f64, ctx: &Context) -> f64 {
    let spread = ctx.parameters.research.returns_spread;
    let (mass, mean) = (firm.project_share * firm.sales_mean, firm.project_mean);
    let cost = math::max(firm.user_cost, f64::MIN_POSITIVE);
    let target = firm.rd_desired + gap;
    if target >= mass {
        return f64::INFINITY;
    }
    let shadow = math::exp(mean - spread * super::world::normal(target / mass));
    let wanted = research_surplus(mass, mean, cost, spread);
    let forced = research_surplus(mass, mean, shadow, spread) - (cost - shadow) * target;
    math::max(wanted - forced, 0.0)
}

/// Lets a firm hear of and enter the technology-SME register for a year.
fn enter(firm: &mut Firm, share: f64, ctx: &Context) {
    let (p, law) = (&ctx.parameters.registers, &ctx.seen.tax);
    if !firm.aware_tech_sme {
        let hazard = register_awareness_hazard(p.sme_aware_base, p.sme_aware_peers, share);
        firm.aware_tech_sme = ctx.uniform(firm.id, 1, 0, Purpose::LearnRegister) < hazard;
    }
    if !firm.aware_tech_sme || firm.staff > p.sme_staff || firm.sales > p.sme_sales {
        return;
    }
    let saving = if firm.claims && firm.taxed {
        let more = law.super_deduction_tech_sme - law.super_deduction_general;
        math::max(more, 0.0) * law.small_profit_high_rate * firm.rd
    } else {
        0.0
    };
    if saving + p.sme_access > p.sme_preparation * math::exp(firm.claim_cost) {
        firm.tech_sme_until = ctx.q() + 5;
    }
}
