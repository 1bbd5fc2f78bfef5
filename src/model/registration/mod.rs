//! How much of technology trade shows up as registered contracts?
//!
//! Eligible trade by region, kind and size; a contract is registered iff its seller knows and
//!
//! ```text
//! relief + award + deduction + income tax + certificate + pressure·V^0.55 > cost·ε
//! ln ε ~ N(0, σ_c²)
//! ```
//!
//! Knowledge spreads with the *registered* share of the region (M7, corrections 1–6). Money
//! of the test is in thousand yuan, V in million. The relief counts net of the credit a
//! buyer would have had, awards are capped per seller and year, and the deduction of the
//! buyer applies to development and a part of services. Income from transfer is free of income
//! tax to a limit only where the contract is registered. University contracts are part of
//! the eligible trade; their registered part is published beside it.

mod gain;
#[cfg(test)]
mod tests;

pub use gain::{
    Benefit, Sellers, registration_gain, size_classes, target_pressure, transfer_relief,
    willing_share,
};

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::{Firms, REGIONS};
use super::state::State;
use crate::base::math::{clamp, exp, ln, max, min};

/// Kinds of contract: transfer, development, service, consulting.
pub const KINDS: usize = 4;
const TRANSFER: usize = 0;
const DEVELOPMENT: usize = 1;
const SERVICE: usize = 2;
/// Size classes of contracts; the last is the Pareto end.
pub const SIZES: usize = 14;

crate::family! {
    /// Parameters of eligible trade and of the decision to register.
    pub struct RegistrationParameters in "registration" {
        /// Eligible trade in 2015 \[bn/yr\].
        eligible_2015,
        /// Its log growth before 2015, to cast back \[1/yr\].
        reference_growth,
        /// Part of growth that is contract size \[share\].
        size_growth_share,
        /// Log growth of development bought per R&D \[1/yr\].
        outsourcing_growth,
        /// Share of Beijing.
        share_beijing,
        /// Share of Shanghai.
        share_shanghai,
        /// Share of the rest of the delta.
        share_delta,
        /// Share of Guangdong.
        share_guangdong,
        /// Share of Hubei.
        share_hubei,
        /// Share of Shandong.
        share_shandong,
        /// Share of the middle west.
        share_midwest,
        /// Share of the rest.
        share_rest,
        /// Share of transfer in value.
        share_transfer,
        /// Share of development.
        share_development,
        /// Share of service.
        share_service,
        /// Share of consulting.
        share_consulting,
        /// Mean service contract in 2015 \[mn\].
        mean_service,
        /// Mean transfer over mean service.
        relative_transfer,
        /// Mean development over mean service.
        relative_development,
        /// Mean consulting over mean service.
        relative_consulting,
        /// Standard deviation of log size.
        size_log_sd,
        /// Pareto exponent of the largest contracts.
        pareto_exponent,
        /// Awareness of Beijing in 2015.
        aware_beijing,
        /// Awareness of early regions.
        aware_early,
        /// Awareness of late regions.
        aware_late,
        /// Highest awareness.
        ceiling,
        /// Learning from registered peers \[1/yr\].
        peers,
        /// Weight of peers of the region.
        within_region,
        /// Learning without peers where awards have begun \[1/yr\].
        push,
        /// Relief that stays with the seller after the buyer's credit \[share\].
        relief_kept,
        /// Part of plain service that is exempt.
        exempt_service,
        /// Deduction of the buyer per contracted value, 0.8·τ·s·u.
        deduction_value,
        /// Seller's part of that by bargain.
        deduction_share,
        /// Part of service that is R&D.
        research_service,
        /// Contracts of a registered seller a year.
        contracts_per_seller,
        /// Worth of a contract in the certificate test \[thousand yuan\].
        certificate_need,
        /// Pressure of local targets in 2015, times V^exponent \[thousand yuan\].
        target_pressure,
        /// Exponent of size in pressure.
        target_exponent,
        /// Cost of registering \[thousand yuan\].
        cost,
        /// Standard deviation of log cost.
        cost_log_sd,
        /// Rise of log cost with the audit rate.
        audit_cost,
        /// Share of registered contracts that an audit strikes off.
        sham_share,
    }
}

/// Counters of this quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RegistrationTally {
    /// Eligible trade \[mn\].
    pub eligible: f64,
    /// Registered contracts \[contracts\].
    pub contracts: f64,
    /// Registered value \[mn\].
    pub value: f64,
    /// Registered value by region \[mn\].
    pub by_region: [f64; REGIONS],
    /// Registered value by kind \[mn\].
    pub by_kind: [f64; KINDS],
    /// Mean registered contract \[mn\].
    pub mean: f64,
    /// Share of registered value of the largest region.
    pub top_region_share: f64,
    /// Registered value of universities' contracts, a part of `value` \[mn\].
    pub university_value: f64,
    /// Awards paid \[mn\].
    pub awards: f64,
    /// Contracts struck off by audit.
    pub struck_off: f64,
}

/// Awareness, sizes and registered shares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RegistrationState {
    /// Share of sellers who know, by region.
    pub aware: [f64; REGIONS],
    /// Registered share of value last quarter, by region.
    pub registered: [f64; REGIONS],
    /// Registered share by region, kind and size.
    pub share: [[[f64; SIZES]; KINDS]; REGIONS],
    /// Share of number by size.
    pub number: [f64; SIZES],
    /// Mean size of a class over the mean contract.
    pub relative: [f64; SIZES],
    /// Log trade since founding.
    pub ln_trade: f64,
    /// R&D of firms at founding \[mn/yr\], 0 before the first quarter.
    pub rd_start: f64,
    /// Quarters since founding.
    pub quarters: f64,
    /// Counters of this quarter.
    pub tally: RegistrationTally,
}

/// First quarter of awards and targets by region (index since 2000Q1).
const STARTS: [i32; REGIONS] = [32, 52, 64, 68, 48, 68, 56, 66];

impl RegistrationState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, ctx: &Context) -> Self {
        let p = &ctx.parameters.registration;
        let (number, relative) = size_classes(p.size_log_sd, p.pareto_exponent);
        let (early, late) = (p.aware_early, p.aware_late);
        let mut aware = [early, early, early, late, early, late, early, late];
        aware[0] = p.aware_beijing;
        Self {
            aware,
            registered: aware,
            number,
            relative,
            ..Self::default()
        }
    }
}

/// Spreads knowledge, decides by cell, books awards and relief.
pub fn register(state: &mut State, ctx: &Context) {
    let mut market = std::mem::take(&mut state.registration);
    market.tally = RegistrationTally::default();
    let (trade, means) = eligible(&mut market, state, ctx);
    learn(&mut market, &trade, ctx);
    let sellers = Sellers::of(&state.firms, [&ctx.seen.tax, &ctx.law.tax], ctx.q());
    decide(&mut market, state, ctx, &trade, &means, &sellers);
    state.registration = market;
}

/// Eligible trade of the quarter by region and kind \[mn\], and mean contract by kind \[mn\].
fn eligible(
    market: &mut RegistrationState,
    state: &State,
    ctx: &Context,
) -> ([[f64; KINDS]; REGIONS], [f64; KINDS]) {
    let p = &ctx.parameters.registration;
    let rd = state.firms.total(&state.firms.rd) + state.firms.total(&state.firms.outsourced);
    if market.rd_start == 0.0 {
        market.rd_start = rd;
    }
    market.ln_trade += ctx.world.trade_growth;
    market.quarters += 1.0;
    // derived: 4 quarters a year; mid-2015 lies 10 quarters after the start of 2013
    let years = market.quarters / 4.0;
    let back = exp(-p.reference_growth * 10.0 / 4.0); // derived: 10 quarters to mid-2015
    let rd_growth = if market.rd_start > 0.0 {
        rd / market.rd_start
    } else {
        1.0
    };
    let trade = exp(market.ln_trade);
    let development = rd_growth * exp(p.outsourcing_growth * years);
    let regions = [
        p.share_beijing,
        p.share_shanghai,
        p.share_delta,
        p.share_guangdong,
        p.share_hubei,
        p.share_shandong,
        p.share_midwest,
        p.share_rest,
    ];
    let kinds = [
        p.share_transfer,
        p.share_development,
        p.share_service,
        p.share_consulting,
    ];
    let relative = [
        p.relative_transfer,
        p.relative_development,
        1.0,
        p.relative_consulting,
    ];
    let mut out = [[0.0; KINDS]; REGIONS];
    let mut means = [0.0; KINDS];
    for kind in 0..KINDS {
        let growth = if kind == DEVELOPMENT {
            development
        } else {
            trade
        };
        for region in 0..REGIONS {
            // derived: bn a year to mn a quarter
            let level = 1000.0 * p.eligible_2015 * back / 4.0;
            out[region][kind] = level * growth * regions[region] * kinds[kind];
        }
        let size = p.size_growth_share * (ln(growth) - p.reference_growth * 10.0 / 4.0); // derived: as above
        means[kind] = p.mean_service * relative[kind] * exp(size);
    }
    market.tally.eligible = out.iter().flatten().sum();
    (out, means)
}

/// Knowledge rises with the registered share of the region and, once awards run, by push.
fn learn(market: &mut RegistrationState, trade: &[[f64; KINDS]; REGIONS], ctx: &Context) {
    let p = &ctx.parameters.registration;
    // derived: index 60 is 2015Q1; starting values of awareness are those of 2015
    if ctx.q() < 60 {
        return;
    }
    let mut nation = 0.0;
    for (region, kinds) in trade.iter().enumerate() {
        nation += market.registered[region] * kinds.iter().sum::<f64>();
    }
    nation /= max(market.tally.eligible, f64::MIN_POSITIVE);
    for region in 0..REGIONS {
        let peers = p.within_region * market.registered[region] + (1.0 - p.within_region) * nation;
        let push = if ctx.q() >= STARTS[region] {
            p.push
        } else {
            0.0
        };
        // derived: a quarter of the yearly rate
        let rate = (p.peers * peers + push) / 4.0;
        let room = max(0.0, p.ceiling - market.aware[region]);
        market.aware[region] += min(1.0, rate) * room;
    }
}

/// The benefit of a region and kind under the policy sellers see.
///
/// `claiming` is the share of buyers' R&D that claims, `tax_rate` what sellers pay.
pub fn benefit(ctx: &Context, region: usize, kind: usize, claiming: f64, tax_rate: f64) -> Benefit {
    terms(ctx, started(ctx, region), kind, claiming, tax_rate)
}

/// Whether awards and targets of a region have begun.
fn started(ctx: &Context, region: usize) -> bool {
    ctx.q() >= STARTS[region]
}

/// The benefit of a kind where awards have begun or not.
fn terms(ctx: &Context, started: bool, kind: usize, claiming: f64, tax_rate: f64) -> Benefit {
    let p = &ctx.parameters.registration;
    let seen = &ctx.seen.registration;
    let exempt = match kind {
        TRANSFER | DEVELOPMENT => 1.0,
        _ => p.exempt_service,
    };
    let deducted = match kind {
        DEVELOPMENT => 1.0,
        SERVICE => p.research_service,
        _ => 0.0,
    };
    // derived: index 62 is mid-2015, 4 quarters a year
    let years = f64::from(ctx.q() - 62) / 4.0;
    Benefit {
        relief: seen.vat_relief * exempt * p.relief_kept,
        award_rate: if started { seen.award_rate } else { 0.0 },
        award_cap: seen.award_cap / p.contracts_per_seller,
        deduction: deducted * p.deduction_value * p.deduction_share * claiming,
        income: if kind == TRANSFER {
            ctx.parameters.tax.transfer_income_share
        } else {
            0.0
        },
        exempt: ctx.seen.tax.transfer_income_exempt / p.contracts_per_seller,
        taxed_above: ctx.seen.tax.transfer_income_reduced,
        tax_rate,
        certificate: p.certificate_need,
        pressure: target_pressure(p.target_pressure, seen.target_growth, years),
        exponent: p.target_exponent,
    }
}

/// What holds of contracts of a kind and size in every region.
#[derive(Clone, Copy, Debug, Default)]
struct Class {
    /// Value \[mn\].
    value: f64,
    /// Share of aware sellers who register before and after awards have begun.
    willing: [f64; 2],
    /// Income tax that the law spares a registered seller \[mn\].
    spared: f64,
}

/// Classes of contracts by kind and size, where awards have begun or not.
fn classes(
    relative: &[f64; SIZES],
    means: &[f64; KINDS],
    sellers: &Sellers,
    ctx: &Context,
) -> [[Class; SIZES]; KINDS] {
    let p = &ctx.parameters.registration;
    let cost = p.cost * exp(p.audit_cost * ctx.seen.registration.audit_rate);
    let [seen_rate, law_rate] = sellers.tax_rate;
    let mut classes = [[Class::default(); SIZES]; KINDS];
    for (kind, classes) in classes.iter_mut().enumerate() {
        let terms =
            [false, true].map(|started| terms(ctx, started, kind, sellers.claiming, seen_rate));
        let legal = Benefit {
            exempt: ctx.law.tax.transfer_income_exempt / p.contracts_per_seller,
            taxed_above: ctx.law.tax.transfer_income_reduced,
            tax_rate: law_rate,
            ..terms[0]
        };
        for (class, relative) in classes.iter_mut().zip(relative) {
            let value = means[kind] * relative;
            let willing = |b| willing_share(registration_gain(b, value), cost, p.cost_log_sd);
            *class = Class {
                value,
                willing: terms.each_ref().map(willing),
                spared: transfer_relief(&legal, value),
            };
        }
    }
    classes
}

/// Registered contracts of every cell, and their money.
fn decide(
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
    // derived: mn a year to mn a quarter
    let bought = state.firms.total(&state.firms.outsourced) / 4.0;
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
    tally.university_value = share * (bought + deals);
    tally.awards = awards.iter().sum();
    let got = sellers.research.map(|research| research > 0.0);
    hand_out(&mut state.firms, &awards, &spared, &sellers.research);
    pay_awards(state, &awards, &got);
    spare_tax(state, &spared, &got, ctx);
    state
        .books
        .forgo(Instrument::RegistrationRelief, 0.5 * relief, 0.5 * relief);
}

/// Adds a region's awards and spared tax to the cash of its firms in proportion to their R&D,
/// of which there is `research` \[mn/yr\].
fn hand_out(
    firms: &mut Firms,
    awards: &[f64; REGIONS],
    spared: &[f64; REGIONS],
    research: &[f64; REGIONS],
) {
    let rate: [f64; REGIONS] = std::array::from_fn(|region| {
        if research[region] > 0.0 {
            (awards[region] + spared[region]) / research[region]
        } else {
            0.0
        }
    });
    let n = firms.len();
    let (alive, region, rd) = (&firms.alive[..n], &firms.region[..n], &firms.rd[..n]);
    let cash = &mut firms.cash[..n];
    for i in 0..n {
        let rate = if alive[i] {
            rate[usize::from(region[i])]
        } else {
            0.0
        };
        cash[i] += rate * rd[i];
    }
}

/// Spares sellers the income tax on transfers: they keep it as the quarter ends, not with the
/// settlement. Where no firm of the population stands, nothing was paid that could be spared.
fn spare_tax(state: &mut State, spared: &[f64; REGIONS], got: &[bool; REGIONS], ctx: &Context) {
    let local = ctx.parameters.tax.local_share;
    let all: f64 = (0..REGIONS).filter(|&r| got[r]).map(|r| spared[r]).sum();
    for (from, share) in [(Account::Central, 1.0 - local), (Account::Local, local)] {
        let tax = Instrument::CorporateTax;
        state.books.pay(from, Account::Firms, tax, share * all);
    }
    state
        .books
        .forgo(Instrument::TransferRelief, (1.0 - local) * all, local * all);
}

/// Pays a region's awards to its firms; what no firm of the population stands for goes to
/// sellers outside it.
fn pay_awards(state: &mut State, awards: &[f64; REGIONS], got: &[bool; REGIONS]) {
    for region in 0..REGIONS {
        let to = if got[region] {
            Account::Firms
        } else {
            Account::Rest
        };
        state.books.pay(
            Account::Local,
            to,
            Instrument::RegistrationAward,
            awards[region],
        );
    }
}
