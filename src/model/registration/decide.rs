//! Which contracts are registered, and what is paid for them?

use super::money::{hand_out, pay_awards, spare_tax};
use super::sellers::Sellers;
use super::terms::classes;
use super::{DEVELOPMENT, KINDS, REGIONS, RegistrationState, SIZES, started};
use crate::base::math::{clamp, max, min};
use crate::model::books::Instrument;
use crate::model::context::Context;
use crate::model::state::State;

/// Registered contracts of every cell, and their money.
pub(super) fn decide(
    market: &mut RegistrationState,
    state: &mut State,
    ctx: &Context,
    trade: &[[f64; KINDS]; REGIONS],
    means: &[f64; KINDS],
    sellers: &Sellers,
) {
    let p = &ctx.parameters.registration;
    let audit = ctx.seen.registration.audit_rate;
    let law = &ctx.law.registration;
    let cap = law.award_cap / p.contracts_per_seller;
    let classes = classes(&market.relative, means, sellers, ctx);
    let mut relief = 0.0;
    let mut awards = [0.0; REGIONS];
    let mut spared = [0.0; REGIONS];
    for region in 0..REGIONS {
        let begun = started(ctx, region);
        for kind in 0..KINDS {
            let exempt = if kind <= DEVELOPMENT {
                1.0
            } else {
                p.exempt_service
            };
            let contracts = trade[region][kind] / means[kind];
            for size in 0..SIZES {
                let class = &classes[kind][size];
                let value = class.value;
                let target = market.aware[region] * class.willing[usize::from(begun)];
                let share = &mut market.share[region][kind][size];
                // Sticky: who registers goes on; audits strike shams off.
                // derived: a quarter of the yearly audit
                let struck = *share * audit * p.sham_share / 4.0;
                *share = clamp(
                    max(*share - struck, target * (1.0 - audit * p.sham_share)),
                    0.0,
                    1.0,
                );
                let number = contracts * market.number[size] * *share;
                market.tally.struck_off += contracts * market.number[size] * struck;
                market.tally.contracts += number;
                market.tally.value += number * value;
                market.tally.by_region[region] += number * value;
                market.tally.by_kind[kind] += number * value;
                relief += number * value * law.vat_relief * exempt;
                spared[region] += number * class.spared;
                if begun {
                    awards[region] += number * min(law.award_rate * value, cap);
                }
            }
        }
        let all: f64 = trade[region].iter().sum();
        market.registered[region] = if all > 0.0 {
            market.tally.by_region[region] / all
        } else {
            0.0
        };
    }
    let tally = &mut market.tally;
    tally.mean = if tally.contracts > 0.0 {
        tally.value / tally.contracts
    } else {
        0.0
    };
    let top = tally.by_region.iter().fold(0.0, |a, &b| max(a, b));
    tally.top_region_share = if tally.value > 0.0 {
        top / tally.value
    } else {
        0.0
    };
    let deals: f64 = state
        .transfer
        .deals_this_quarter
        .iter()
        .map(|d| d.mass * d.price)
        .sum();
    let share = tally.by_kind[DEVELOPMENT]
        / max(
            trade.iter().map(|t| t[DEVELOPMENT]).sum(),
            f64::MIN_POSITIVE,
        );
    tally.university_value = share * (sellers.bought / 4.0 + deals); // derived: mn a year to mn a quarter
    tally.awards = awards.iter().sum();
    let got = sellers.research.map(|research| research > 0.0);
    hand_out(state, &awards, &spared, &sellers.research, ctx);
    pay_awards(state, &awards, &got);
    spare_tax(state, &spared, &got, ctx);
    state
        .books
        .forgo(Instrument::RegistrationRelief, 0.5 * relief, 0.5 * relief);
}
