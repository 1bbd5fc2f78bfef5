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

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::{Firms, REGIONS};
use super::state::State;
use super::tax::statute::transfer_income_free;
use crate::base::math::{clamp, exp, ln, max, min, normal_cdf, pow};
use crate::policy::tax::Tax;

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

/// Classes of size: log-normal within ±3 standard deviations, Pareto above; number shares
/// and means over the overall mean.
///
/// The end: above `x₀ = e^{3σ}` medians the mean is `x₀·α/(α−1)`.
pub fn size_classes(log_sd: f64, alpha: f64) -> ([f64; SIZES], [f64; SIZES]) {
    let (mut number, mut relative) = ([0.0; SIZES], [0.0; SIZES]);
    let mut mean = 0.0;
    for size in 0..SIZES {
        // derived: 13 classes half a standard deviation wide up to 3, then the Pareto end
        let low = -3.5 + 0.5 * size as f64;
        let high = low + 0.5;
        let below = if size == 0 { 0.0 } else { normal_cdf(low) };
        if size + 1 == SIZES {
            number[size] = 1.0 - normal_cdf(low);
            relative[size] = exp(log_sd * low) * alpha / (alpha - 1.0);
        } else {
            number[size] = normal_cdf(high) - below;
            let below = if size == 0 {
                0.0
            } else {
                normal_cdf(low - log_sd)
            };
            let value = exp(0.5 * log_sd * log_sd) * (normal_cdf(high - log_sd) - below);
            relative[size] = value / number[size];
        }
        mean += number[size] * relative[size];
    }
    for value in &mut relative {
        *value /= mean;
    }
    (number, relative)
}

/// What a seller weighs, in thousand yuan for a contract of `value` million.
#[derive(Clone, Copy, Debug)]
pub struct Benefit {
    /// Tax not charged and kept \[share of value\].
    pub relief: f64,
    /// Award on value \[share\].
    pub award_rate: f64,
    /// Cap of awards per contract \[mn\].
    pub award_cap: f64,
    /// Seller's part of the buyer's deduction \[share of value\].
    pub deduction: f64,
    /// Income from transfer that the law favours \[share of value\].
    pub income: f64,
    /// Such income free of tax, a contract \[mn\].
    pub exempt: f64,
    /// Part of it above that is taxed \[share\].
    pub taxed_above: f64,
    /// Income tax on the seller's last yuan \[share\].
    pub tax_rate: f64,
    /// Worth in the certificate test \[thousand yuan\].
    pub certificate: f64,
    /// Pressure of local targets \[thousand yuan at 1 mn\].
    pub pressure: f64,
    /// Exponent of size.
    pub exponent: f64,
}

/// Gain of registering a contract of `value` million \[thousand yuan\].
///
/// Example: pressure 17, value 1, nothing else: 17.
pub fn registration_gain(b: &Benefit, value: f64) -> f64 {
    let award = min(b.award_rate * value, b.award_cap);
    // derived: million to thousand yuan
    1000.0 * ((b.relief + b.deduction) * value + award + transfer_relief(b, value))
        + b.certificate
        + b.pressure * pow(value, b.exponent)
}

/// Income tax that the seller of a registered contract of `value` is spared \[mn\].
///
/// Example: 0.3 of 40 mn is income, 5 mn free, half above, 20 %: 0.2·(5 + 3.5) = 1.7.
pub fn transfer_relief(b: &Benefit, value: f64) -> f64 {
    b.tax_rate * transfer_income_free(b.income * value, b.exempt, b.taxed_above)
}

/// Income tax on the last yuan of firms that sell technology, the mean weighted by R&D, nothing
/// in a loss year \[share\].
pub fn seller_rate(firms: &Firms, law: &Tax, q: i32) -> f64 {
    let (mut tax, mut all) = (0.0, 0.0);
    for i in 0..firms.len() {
        if firms.alive[i] {
            let research = firms.weight[i] * firms.rd[i];
            let rate = match (firms.taxed[i], firms.is_hightech(i, q)) {
                (false, _) => 0.0,
                (true, true) => law.hightech_rate,
                (true, false) => law.standard_rate,
            };
            all += research;
            tax += research * rate;
        }
    }
    if all > 0.0 { tax / all } else { 0.0 }
}

/// Share of aware sellers who register: `Φ(ln(gain/cost)/σ_c)`.
pub fn willing_share(gain: f64, cost: f64, log_sd: f64) -> f64 {
    if gain > 0.0 {
        normal_cdf(ln(gain / cost) / log_sd)
    } else {
        0.0
    }
}

/// Pressure of local targets `t` years after 2015.
pub fn target_pressure(start: f64, growth: f64, years: f64) -> f64 {
    start * exp(growth * years)
}

/// First quarter of awards and targets by region (index since 2000Q1).
const STARTS: [i32; REGIONS] = [32, 52, 64, 68, 48, 68, 56, 66];

impl RegistrationState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, ctx: &Context) -> Self {
        let p = &ctx.parameters.registration;
        let (number, relative) = size_classes(p.size_log_sd, p.pareto_exponent);
        let (early, late) = (p.aware_early, p.aware_late);
        Self {
            aware: [
                p.aware_beijing,
                early,
                early,
                late,
                early,
                late,
                early,
                late,
            ],
            registered: [
                p.aware_beijing,
                early,
                early,
                late,
                early,
                late,
                early,
                late,
            ],
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
    let claiming = claiming_share(state);
    decide(&mut market, state, ctx, &trade, &means, claiming);
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

/// Share of bought development whose buyers claim the super-deduction.
fn claiming_share(state: &State) -> f64 {
    let (mut claims, mut all) = (0.0, 0.0);
    let firms = &state.firms;
    for i in 0..firms.len() {
        if firms.alive[i] {
            let rd = firms.weight[i] * firms.rd[i];
            all += rd;
            claims += if firms.claims[i] { rd } else { 0.0 };
        }
    }
    if all > 0.0 { claims / all } else { 0.0 }
}

/// The benefit of a region and kind under the policy sellers see.
///
/// `claiming` is the share of buyers' R&D that claims, `tax_rate` what sellers pay.
pub fn benefit(ctx: &Context, region: usize, kind: usize, claiming: f64, tax_rate: f64) -> Benefit {
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
    let started = ctx.q() >= STARTS[region];
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

/// Registered contracts of every cell, and their money.
fn decide(
    market: &mut RegistrationState,
    state: &mut State,
    ctx: &Context,
    trade: &[[f64; KINDS]; REGIONS],
    means: &[f64; KINDS],
    claiming: f64,
) {
    let p = &ctx.parameters.registration;
    let audit = ctx.seen.registration.audit_rate;
    let cost = p.cost * exp(p.audit_cost * audit);
    let law = &ctx.law.registration;
    let seen_rate = seller_rate(&state.firms, &ctx.seen.tax, ctx.q());
    let law_rate = seller_rate(&state.firms, &ctx.law.tax, ctx.q());
    let mut relief = 0.0;
    let mut awards = [0.0; REGIONS];
    let mut spared = [0.0; REGIONS];
    for region in 0..REGIONS {
        for kind in 0..KINDS {
            let terms = benefit(ctx, region, kind, claiming, seen_rate);
            let legal = Benefit {
                exempt: ctx.law.tax.transfer_income_exempt / p.contracts_per_seller,
                taxed_above: ctx.law.tax.transfer_income_reduced,
                tax_rate: law_rate,
                ..terms
            };
            let contracts = trade[region][kind] / means[kind];
            for size in 0..SIZES {
                let value = means[kind] * market.relative[size];
                let willing = willing_share(registration_gain(&terms, value), cost, p.cost_log_sd);
                let target = market.aware[region] * willing;
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
                let exempt = if kind <= DEVELOPMENT {
                    1.0
                } else {
                    p.exempt_service
                };
                relief += number * value * law.vat_relief * exempt;
                let started = f64::from(u8::from(ctx.q() >= STARTS[region]));
                let cap = law.award_cap / p.contracts_per_seller;
                spared[region] += number * transfer_relief(&legal, value);
                awards[region] += started * number * min(law.award_rate * value, cap);
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
    tally.awards = pay_awards(state, &awards);
    spare_tax(state, &spared, ctx);
    state
        .books
        .forgo(Instrument::RegistrationRelief, 0.5 * relief, 0.5 * relief);
}

/// Adds a region's money to the cash of its firms in proportion to their R&D; says in which
/// regions a firm was there to get it.
fn hand_out(firms: &mut Firms, amounts: &[f64; REGIONS]) -> [bool; REGIONS] {
    let mut research = [0.0; REGIONS];
    for i in 0..firms.len() {
        if firms.alive[i] {
            research[usize::from(firms.region[i])] += firms.weight[i] * firms.rd[i];
        }
    }
    for i in 0..firms.len() {
        let region = usize::from(firms.region[i]);
        if firms.alive[i] && research[region] > 0.0 {
            firms.cash[i] += amounts[region] * firms.rd[i] / research[region];
        }
    }
    research.map(|all| all > 0.0)
}

/// Spares sellers the income tax on transfers: they keep it as the quarter ends, not with the
/// settlement. Where no firm of the population stands, nothing was paid that could be spared.
fn spare_tax(state: &mut State, spared: &[f64; REGIONS], ctx: &Context) {
    let local = ctx.parameters.tax.local_share;
    let got = hand_out(&mut state.firms, spared);
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
fn pay_awards(state: &mut State, awards: &[f64; REGIONS]) -> f64 {
    let got = hand_out(&mut state.firms, awards);
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
    awards.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::super::patents::testbed::{Scene, world_of};
    use super::*;
    use crate::base::time::Quarter;

    #[test]
    fn gain_of_a_contract_by_hand() {
        let b = Benefit {
            relief: 0.02,
            award_rate: 0.006,
            award_cap: 0.05,
            deduction: 0.0,
            income: 0.0,
            exempt: 0.0,
            taxed_above: 0.0,
            tax_rate: 0.0,
            certificate: 1.0,
            pressure: 17.0,
            exponent: 0.55,
        };
        // 1 mn: 20 + 6 + 1 + 17 thousand
        assert!((registration_gain(&b, 1.0) - 44.0).abs() < 1e-9);
        // the cap binds at 100 mn: 2000 + 50 + 1 + 17·100^0.55
        assert!((registration_gain(&b, 100.0) - 2051.0 - 17.0 * pow(100.0, 0.55)).abs() < 1e-6);
        assert!((willing_share(1.4, 1.4, 1.2) - 0.5).abs() < 1e-6);
        let taxed = Benefit {
            income: 0.3,
            exempt: 5.0,
            taxed_above: 0.5,
            tax_rate: 0.2,
            ..b
        };
        assert!((transfer_relief(&taxed, 40.0) - 1.7).abs() < 1e-12);
        let more = registration_gain(&taxed, 40.0) - registration_gain(&b, 40.0);
        assert!((more - 1700.0).abs() < 1e-6);
    }

    #[test]
    fn sizes_keep_the_mean_and_are_heavy() {
        let (number, relative) = size_classes(2.55, 1.5);
        let total: f64 = number.iter().sum();
        let mean: f64 = number.iter().zip(&relative).map(|(n, r)| n * r).sum();
        assert!((total - 1.0).abs() < 1e-6 && (mean - 1.0).abs() < 1e-6);
        assert!(relative.windows(2).all(|w| w[0] < w[1]));
        assert!(number[SIZES - 1] * relative[SIZES - 1] > 0.2);
    }

    #[test]
    fn each_lever_moves_the_gain() {
        let now = Quarter::new(2019, 1);
        let gain = |change: &dyn Fn(&mut crate::policy::registration::Registration)| {
            let mut scene = Scene::at(now);
            change(&mut scene.seen.registration);
            registration_gain(&benefit(&scene.context(now), 0, TRANSFER, 1.0, 0.2), 20.0)
        };
        let base = gain(&|_| {});
        assert!(gain(&|l| l.vat_relief += 0.03) > base);
        assert!(gain(&|l| l.award_rate *= 2.0) >= base);
        assert!(gain(&|l| l.award_cap *= 2.0) > base);
        assert!(gain(&|l| l.target_growth += 0.05) > base);
    }

    #[test]
    fn income_tax_on_transfers_brings_contracts_to_the_register() {
        let now = Quarter::new(2019, 1);
        let run = |exempt: f64, taxed_above: f64| {
            let mut state = world_of(64, 100.0, 20.0);
            state.firms.taxed.fill(true);
            let mut scene = Scene::at(now);
            for tax in [&mut scene.seen.tax, &mut scene.law.tax] {
                tax.standard_rate = 0.25;
                tax.transfer_income_exempt = exempt;
                tax.transfer_income_reduced = taxed_above;
            }
            state.registration = RegistrationState::found(&state, &scene.context(now));
            let cash = state.firms.total(&state.firms.cash);
            register(&mut state, &scene.context(now));
            let moved = state.firms.total(&state.firms.cash) - cash;
            assert!((moved - state.books.net(Account::Firms)).abs() < 1e-6 * moved);
            let relief = state.books.accrual[Instrument::TransferRelief as usize];
            let tally = state.registration.tally;
            (
                tally.by_kind[TRANSFER],
                relief[0] + relief[1],
                tally.by_kind[SERVICE],
            )
        };
        let none = run(0.0, 1.0);
        let law = run(5.0, 0.5);
        assert_eq!(none.1, 0.0);
        assert!(law.0 > none.0 && law.1 > 0.0);
        assert!(run(20.0, 0.5).0 > law.0 && run(5.0, 0.0).0 > law.0);
        // other kinds of contract are not favoured
        assert_eq!(law.2, none.2);
    }

    #[test]
    fn audits_lower_registration() {
        let now = Quarter::new(2019, 1);
        let value = |audit: f64| {
            let mut state = world_of(64, 100.0, 20.0);
            let mut scene = Scene::at(now);
            scene.seen.registration.audit_rate = audit;
            state.registration = RegistrationState::found(&state, &scene.context(now));
            register(&mut state, &scene.context(now));
            state.registration.tally.value
        };
        assert!(value(0.5) < value(0.0));
    }

    #[test]
    fn history_of_turnover_follows_from_trade_and_spread() {
        let fit = [
            911.0, 1140.0, 1434.0, 1804.0, 2269.0, 2844.0, 3543.0, 4378.0, 5363.0, 6512.0,
        ];
        let research = [
            920.0, 1005.67, 1088.13, 1214.24, 1366.02, 1523.37, 1692.18, 1867.38, 2150.41, 2387.86,
            2592.22, 2821.16,
        ];
        let mut state = world_of(64, 1000.0, 0.0);
        let start = Quarter::new(2013, 1);
        state.registration = RegistrationState::found(&state, &Scene::at(start).context(start));
        let mut values = Vec::new();
        for (year, rd) in research.iter().enumerate() {
            let mut sums = [0.0; 4];
            for quarter in 1..=4 {
                let now = Quarter::new(2013 + year as i32, quarter);
                let mut scene = Scene::at(now);
                scene.world.trade_growth = ln(1.16) / 4.0;
                let weight: f64 = state.firms.weight.iter().sum();
                state
                    .firms
                    .rd
                    .iter_mut()
                    .for_each(|r| *r = rd * 1000.0 / weight);
                let cash = state.firms.total(&state.firms.cash);
                state.books.open();
                register(&mut state, &scene.context(now));
                let moved = state.firms.total(&state.firms.cash) - cash;
                assert!(
                    (moved - state.books.net(Account::Firms)).abs() < 1e-6 * (1.0 + moved.abs())
                );
                let t = state.registration.tally;
                assert!(t.value <= t.eligible && t.contracts >= 0.0);
                sums[0] += t.value / 1000.0;
                sums[1] += t.contracts / 1000.0;
                sums[2] += t.by_region[0] / 1000.0;
                sums[3] += t.eligible / 1000.0;
            }
            values.push(sums);
        }
        for (k, v) in values[2..].iter().enumerate() {
            assert!(
                (v[0] / fit[k] - 1.0).abs() < 0.3,
                "value of {}: {:.0}",
                2015 + k,
                v[0]
            );
        }
    }
}
