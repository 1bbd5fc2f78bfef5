//! How much trade could be registered, and how many of its sellers know?

use super::{DEVELOPMENT, KINDS, REGIONS, RegistrationState, started};
use crate::base::math::{exp, ln, max, min};
use crate::model::context::Context;

/// Eligible trade of the quarter by region and kind \[mn\], and mean contract by kind \[mn\].
///
/// `rd` is all R&D of firms, bought one included \[mn/yr\].
pub(super) fn eligible(
    market: &mut RegistrationState,
    rd: f64,
    ctx: &Context,
) -> ([[f64; KINDS]; REGIONS], [f64; KINDS]) {
    let p = &ctx.parameters.registration;
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
        // derived: bn a year to mn a quarter
        let level = 1000.0 * p.eligible_2015 * back / 4.0;
        for region in 0..REGIONS {
            out[region][kind] = level * growth * regions[region] * kinds[kind];
        }
        let size = p.size_growth_share * (ln(growth) - p.reference_growth * 10.0 / 4.0); // derived: as above
        means[kind] = p.mean_service * relative[kind] * exp(size);
    }
    market.tally.eligible = out.iter().flatten().sum();
    (out, means)
}

/// Knowledge rises with the registered share of the region and, once awards run, by push.
pub(super) fn learn(
    market: &mut RegistrationState,
    trade: &[[f64; KINDS]; REGIONS],
    ctx: &Context,
) {
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
        let push = if started(ctx, region) { p.push } else { 0.0 };
        // derived: a quarter of the yearly rate
        let rate = (p.peers * peers + push) / 4.0;
        let room = max(0.0, p.ceiling - market.aware[region]);
        market.aware[region] += min(1.0, rate) * room;
    }
}
