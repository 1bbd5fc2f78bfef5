//! Synthesises the firms of 2013, with and without R&D, as a weighted sample.
//!
//! Three founding segments: industry above 20 mn of sales (Pareto), services above 20 mn
//! (Pareto), small capable firms (log-normal, cut at 20 mn). A firm with sales z times its
//! segment's mean is included with probability `π = min(1, scale·(½ + ½ z))` and stands for
//! `1/π` real ones (mechanisms M11). Agents are placed systematically along the cumulated
//! inclusion probability, one keyed uniform each, so that totals vary little between runs.

use super::context::Context;
use super::firms::{FIELDS, Firm, Firms, Ownership, REGIONS, Sector, Segment};
use crate::base::rng::Purpose;
use crate::base::time::Quarter;
use crate::base::{math, strip};

crate::family! {
    /// Founding population of 2013.
    pub struct PopulationParameters in "population" {
        /// Firms in above-size industry \[firms\].
        industry_firms,
        /// Tail exponent of their sales \[1\].
        industry_tail,
        /// Largest sales of an industrial firm \[mn/yr\].
        industry_largest,
        /// Service firms above size that could do R&D \[firms\].
        services_firms,
        /// Tail exponent of their sales \[1\].
        services_tail,
        /// Largest sales of a service firm \[mn/yr\].
        services_largest,
        /// Small capable firms \[firms\].
        small_firms,
        /// Median sales of a small capable firm \[mn/yr\].
        small_median,
        /// Spread of their log sales \[log points\].
        small_spread,
        /// Least sales of above-size firms \[mn/yr\].
        size_limit,
        /// Median project mass over sales, industry \[share\].
        project_share_industry,
        /// The same, services \[share\].
        project_share_services,
        /// The same, small firms \[share\].
        project_share_small,
        /// Spread of log project mass \[log points\].
        project_share_spread,
        /// Mean log return of projects at sales of 100 mn \[log points\].
        project_mean,
        /// Its slope on log sales \[1\].
        project_mean_slope,
        /// Its spread across firms \[log points\].
        project_mean_spread,
        /// Minimal team above size, 2015 \[mn/yr\].
        team_cost_large,
        /// Minimal team of a small firm, 2015 \[mn/yr\].
        team_cost_small,
        /// Spread of its logarithm \[log points\].
        team_cost_spread,
        /// Mean profit over sales in a taxed year, after R&D \[share\].
        margin_mean,
        /// Spread of profit over sales across firms \[share\].
        margin_spread,
        /// Correlation of margin with project mass \[1\].
        margin_research_correlation,
        /// Sales a member of staff \[mn\].
        sales_per_staff,
        /// Spread of its logarithm \[log points\].
        sales_per_staff_spread,
        /// Assets over sales \[ratio\].
        assets_ratio,
        /// Spread of its logarithm \[log points\].
        assets_ratio_spread,
        /// Share of state-controlled firms below 400 mn of sales \[share\].
        state_share_small,
        /// The same above \[share\].
        state_share_large,
        /// Share of foreign firms \[share\].
        foreign_share,
        /// Share of chip makers among electronics firms \[share\].
        chips_share,
        /// Share of machine-tool makers among machinery firms \[share\].
        tools_share,
        /// Share of service firms in sectors without super-deduction \[share\].
        negative_share,
        /// Firms in Beijing \[share\].
        region_beijing,
        /// Firms in Shanghai \[share\].
        region_shanghai,
        /// Firms in the rest of the delta \[share\].
        region_delta,
        /// Firms in Guangdong \[share\].
        region_guangdong,
        /// Firms in Hubei \[share\].
        region_hubei,
        /// Firms in Shandong \[share\].
        region_shandong,
        /// Firms in the middle and west \[share\].
        region_midwest,
        /// Firms elsewhere \[share\].
        region_rest,
    }
}

/// Fields per industry block, in the order of the R&D sector split: electronics, electrical,
/// vehicles, machinery, pharma, chemicals and materials, metals, other industry, software,
/// engineering and other services.
const BLOCKS: [usize; 10] = [4, 3, 3, 4, 3, 3, 3, 3, 3, 3]; // derived: 32 fields over ten sectors
/// First block of services.
const FIRST_SERVICE_BLOCK: usize = 8; // derived: software
/// Electronics, the block that holds chip makers.
const ELECTRONICS: usize = 0;
/// Machinery, the block that holds machine-tool makers.
const MACHINERY: usize = 3; // derived: fourth of the sector split

/// Block of each field.
const BLOCK_OF: [u8; FIELDS] = {
    let mut blocks = [0; FIELDS];
    let (mut field, mut block, mut left) = (0, 0, BLOCKS[0]);
    while field < FIELDS {
        if left == 0 {
            block += 1;
            left = BLOCKS[block];
        }
        blocks[field] = block as u8;
        left -= 1;
        field += 1;
    }
    blocks
};

/// Block of a field.
#[inline]
pub fn block_of(field: usize) -> usize {
    usize::from(BLOCK_OF[field])
}

/// Distance of two fields: 0 the same, one half in the same block, 1 elsewhere.
#[inline]
pub fn field_distance(a: usize, b: usize) -> f64 {
    // no branch: which it is hangs on chance where searches meet firms
    let apart = u8::from(a != b) + u8::from(block_of(a) != block_of(b));
    0.5 * f64::from(apart)
}

/// Pareto quantile on \[low, high\] with tail exponent `tail`.
pub fn bounded_pareto(u: f64, low: f64, high: f64, tail: f64) -> f64 {
    let cut = math::pow(low / high, tail);
    low * math::pow(1.0 - u * (1.0 - cut), -1.0 / tail)
}

/// Where a keyed uniform falls among cumulated shares.
fn pick(u: f64, shares: &[f64]) -> usize {
    let mut rest = u * shares.iter().sum::<f64>();
    for (index, share) in shares.iter().enumerate() {
        rest -= share;
        if rest < 0.0 {
            return index;
        }
    }
    shares.len() - 1
}

/// Shares of firms by region.
pub fn region_shares(p: &PopulationParameters) -> [f64; REGIONS] {
    [
        p.region_beijing,
        p.region_shanghai,
        p.region_delta,
        p.region_guangdong,
        p.region_hubei,
        p.region_shandong,
        p.region_midwest,
        p.region_rest,
    ]
}

/// Sales at quantile `u` of a segment \[mn/yr\].
pub fn sales_quantile(segment: Segment, u: f64, p: &PopulationParameters) -> f64 {
    match segment {
        Segment::Industry => bounded_pareto(u, p.size_limit, p.industry_largest, p.industry_tail),
        Segment::Services => bounded_pareto(u, p.size_limit, p.services_largest, p.services_tail),
        Segment::Small => {
            // truncated at the limit of above-size firms
            let z = math::ln(p.size_limit / p.small_median) / p.small_spread;
            let share = u * math::normal_cdf(z);
            p.small_median * math::exp(p.small_spread * math::normal_quantile(share))
        }
    }
}

/// Draws of a firm's lasting traits, in the order in which [`draw_firm`] names them; the last
/// fills the vector.
const TRAIT_DRAWS: [(u32, Purpose); strip::DRAWS] = [
    (0, Purpose::FirmTechnology),
    (1, Purpose::FirmTechnology),
    (0, Purpose::FirmTraits),
    (1, Purpose::FirmTraits),
    (0, Purpose::FirmTax),
    (1, Purpose::FirmTax),
    (2, Purpose::FirmTax),
    (2, Purpose::FirmTax),
];

/// Draws the lasting traits of a firm of given sales, place and kind.
pub fn draw_firm(
    id: u32,
    segment: Segment,
    region: u8,
    field: u8,
    sales: f64,
    weight: f64,
    ctx: &Context,
) -> Firm {
    let p = &ctx.parameters.population;
    let (mut first, mut second) = ([0.0; strip::DRAWS], [0.0; strip::DRAWS]);
    let q = ctx.q() as u32;
    strip::fill_draws(ctx.key, id, q, &TRAIT_DRAWS, &mut first, &mut second);
    let [
        u_share,
        u_team,
        u_staff,
        u_owner,
        u_claim,
        u_aware_claim,
        u_taxed,
        _,
    ] = first;
    let [
        u_mean,
        u_margin,
        u_assets,
        u_sector,
        u_fitness,
        u_aware_hightech,
        ..,
    ] = second;
    let mut normals = [
        u_share, u_team, u_staff, u_claim, u_mean, u_margin, u_assets, 0.5,
    ];
    strip::normals(&mut normals);
    let [
        z_share,
        z_team,
        z_staff,
        z_claim,
        z_mean,
        z_own_margin,
        z_assets,
        _,
    ] = normals;
    let mut spreads = [
        p.sales_per_staff_spread * z_staff,
        p.assets_ratio_spread * z_assets,
        p.project_share_spread * z_share,
        p.team_cost_spread * z_team,
        0.0,
        0.0,
        0.0,
        0.0,
    ];
    strip::exponentials(&mut spreads);
    let [staff_factor, assets_factor, share_factor, team_factor, ..] = spreads;
    let small = segment == Segment::Small;
    let share_median = match segment {
        Segment::Industry => p.project_share_industry,
        Segment::Services => p.project_share_services,
        Segment::Small => p.project_share_small,
    };
    let correlation = p.margin_research_correlation;
    let z_margin =
        correlation * z_share + math::sqrt(1.0 - correlation * correlation) * z_own_margin;
    let large = sales > LARGE_SALES;
    let state_share = if large {
        p.state_share_large
    } else {
        p.state_share_small
    };
    let ownership = if u_owner < state_share {
        Ownership::State
    } else if u_owner < state_share + p.foreign_share {
        Ownership::Foreign
    } else {
        Ownership::Private
    };
    let block = block_of(field as usize);
    let service = block >= FIRST_SERVICE_BLOCK;
    let sector = match (service, block) {
        (true, _) if u_sector < p.negative_share => Sector::Negative,
        (true, _) => Sector::Service,
        (false, ELECTRONICS) if u_sector < p.chips_share => Sector::Chips,
        (false, MACHINERY) if u_sector < p.tools_share => Sector::Tools,
        _ => Sector::Maker,
    };
    let reference = math::ln(sales / REFERENCE_SALES);
    let team = if small {
        p.team_cost_small
    } else {
        p.team_cost_large
    };
    let margin = math::max(p.margin_mean + p.margin_spread * z_margin, LEAST_MARGIN);
    Firm {
        id,
        weight,
        alive: true,
        sector,
        ownership,
        segment,
        region,
        field,
        born: ctx.q(),
        sales,
        sales_mean: sales,
        margin,
        staff: sales / (p.sales_per_staff * staff_factor),
        assets: sales * p.assets_ratio * assets_factor,
        project_share: share_median * share_factor,
        project_mean: p.project_mean
            + p.project_mean_slope * reference
            + p.project_mean_spread * z_mean,
        team_cost: team * team_factor,
        user_cost: 1.0,
        input_price: 1.0,
        claim_cost: z_claim,
        fitness: u_fitness,
        aware_claim: u_aware_claim < ctx.parameters.claims.aware_2013,
        aware_hightech: u_aware_hightech < ctx.parameters.registers.aware_2013,
        taxed: u_taxed >= super::research::loss_share(ctx),
        vintage: ctx.q(),
        ..Firm::default()
    }
}

/// Sales above which a firm counts as large \[mn/yr\].
pub const LARGE_SALES: f64 = 400.0; // derived: limit of large industrial firms
/// Sales at which the mean return of projects is quoted \[mn/yr\].
const REFERENCE_SALES: f64 = 100.0; // derived: as in the trial the value comes from
/// Least profit over sales in a taxed year.
const LEAST_MARGIN: f64 = 0.005; // derived: a taxed year has a profit

/// Resolution of the quantile grid on which inclusion is cumulated.
const GRID: usize = 4096; // derived: fine enough that halving it moves totals by under 0.1 %

/// Founds the firms of one segment.
fn found_segment(firms: &mut Firms, segment: Segment, count: f64, ctx: &Context) {
    let p = &ctx.parameters.population;
    // quantile edges crowd towards the top: 1 − (1 − k/n)^4
    let edge = |k: f64| {
        let x = 1.0 - k / GRID as f64;
        1.0 - x * x * x * x
    };
    let mut mean = 0.0;
    for k in 0..GRID {
        let (a, b) = (edge(k as f64), edge(k as f64 + 1.0));
        mean += (b - a) * sales_quantile(segment, 0.5 * (a + b), p);
    }
    let kind = segment as u32;
    let mut cumulated = 0.0;
    let mut ordinal = 0_u32;
    let mut next = ctx.uniform(kind, ordinal, 0, Purpose::FirmSize);
    for k in 0..GRID {
        let (a, b) = (edge(k as f64), edge(k as f64 + 1.0));
        let z = sales_quantile(segment, 0.5 * (a + b), p) / mean;
        let inclusion = math::min(1.0, ctx.scale * (0.5 + 0.5 * z));
        let step = count * (b - a) * inclusion;
        while next < cumulated + step {
            let quantile = a + (b - a) * (next - cumulated) / step;
            let sales = sales_quantile(segment, quantile, p);
            let id = firm_id(segment, ordinal);
            let (u_region, u_field) = ctx.pair(id, 0, 0, Purpose::FirmPlace);
            let region = pick(u_region, &region_shares(p)) as u8;
            let field = draw_field(segment, u_field) as u8;
            let row = draw_firm(id, segment, region, field, sales, 1.0 / inclusion, ctx);
            firms.push(row);
            ordinal += 1;
            // one agent a unit of cumulated inclusion, at a keyed place in it
            next = f64::from(ordinal) + ctx.uniform(kind, ordinal, 0, Purpose::FirmSize);
        }
        cumulated += step;
    }
}

/// Bits of a founding ordinal; the split path stands above them, the segment above that, and
/// the top bit is left to entrants. Low bits count, so that `id % 4` spreads firms over the year.
const ORDINAL_BITS: u32 = 23; // derived: 8 million agents a segment
/// Splits a line can go through: bits of the split path.
pub const SPLIT_BITS: u8 = 5; // derived: 2^5 = 32 parts
/// Bits of an entrant's ordinal within its stream.
const ARRIVAL_BITS: u32 = 16; // derived: 65,536 arrivals a stream
/// Bits of the stream an entrant arrives in.
const STREAM_BITS: u32 = 10; // derived: 3 segments of 256 cells
/// The bit that tells an entrant from a founding firm.
const ENTRANT: u32 = 1 << 31; // derived: top bit

/// Id of a founding firm: segment in the high bits, then room for the split path, ordinal low.
pub fn firm_id(segment: Segment, ordinal: u32) -> u32 {
    assert!(
        ordinal < 1 << ORDINAL_BITS,
        "founding index {ordinal} passes its bits"
    );
    (segment as u32) << (ORDINAL_BITS + u32::from(SPLIT_BITS)) | ordinal
}

/// Id of arrival `ordinal` of an entry stream: top bit, room for the split path, stream, ordinal.
pub fn entrant_id(stream: u32, ordinal: u32) -> u32 {
    assert!(
        stream < 1 << STREAM_BITS && ordinal < 1 << ARRIVAL_BITS,
        "arrival {ordinal} of stream {stream} passes its bits"
    );
    ENTRANT | stream << ARRIVAL_BITS | ordinal
}

/// Whether a firm entered after the founding.
pub fn is_entrant(id: u32) -> bool {
    id & ENTRANT != 0
}

/// Id of the other half when a line is split for the `splits + 1`-th time.
pub fn split_id(id: u32, splits: u8) -> u32 {
    assert!(
        splits < SPLIT_BITS,
        "a line is split at most {SPLIT_BITS} times"
    );
    let foot = if is_entrant(id) {
        ARRIVAL_BITS + STREAM_BITS
    } else {
        ORDINAL_BITS
    };
    id | 1 << (foot + u32::from(splits))
}

/// Field of a firm: industrial blocks for industry, service blocks for services, all for small.
pub fn draw_field(segment: Segment, u: f64) -> usize {
    let services = BLOCKS[FIRST_SERVICE_BLOCK..].iter().sum::<usize>();
    let industry = FIELDS - services;
    match segment {
        Segment::Industry => (u * industry as f64) as usize,
        Segment::Services => industry + (u * services as f64) as usize,
        Segment::Small => (u * FIELDS as f64) as usize,
    }
}

/// The firms at the start of the warm-up, before any R&D history.
pub fn found(ctx: &Context) -> Firms {
    let p = &ctx.parameters.population;
    let mut firms = Firms::default();
    found_segment(&mut firms, Segment::Industry, p.industry_firms, ctx);
    found_segment(&mut firms, Segment::Services, p.services_firms, ctx);
    found_segment(&mut firms, Segment::Small, p.small_firms, ctx);
    firms
}

/// Gives the founding firms a past: who does R&D, claims and is certified, with the stocks that
/// go with it, as if the rules of 2013 had held for years.
pub fn found_history(state: &mut super::state::State, ctx: &Context) {
    let research = &ctx.parameters.research;
    let tax = &ctx.parameters.tax;
    let carry = super::research::carry_table(ctx);
    let warm_up = Quarter::new(2013, 1).index();
    let firms = &mut state.firms;
    for i in 0..firms.len() {
        if firms.sector[i] == Sector::Negative {
            continue;
        }
        let mass = firms.project_share[i] * firms.sales_mean[i];
        let team = firms.team_cost[i] * ctx.world.price;
        let law = &ctx.expected.tax;
        let claims = super::claims::would_claim(firms, i, team, &carry, ctx);
        let cost = super::research::firm_user_cost(firms, i, team, claims, law, &carry, ctx);
        let mean = firms.project_mean[i]
            + research.returns_trend * f64::from(warm_up - super::world::HISTORY.index()) / 4.0; // derived: quarters a year
        let surplus = super::research::research_surplus(mass, mean, cost, research.returns_spread);
        let annuity = super::research::annuity(tax.discount_rate, research.start_horizon);
        if !super::research::starts(surplus, 0.0, team, annuity, research.start_multiple) {
            continue;
        }
        let rd = super::research::desired_rd(
            mass,
            mean,
            cost,
            0.0,
            cost,
            research.returns_spread,
            research.intensity_cap * firms.sales_mean[i],
        );
        firms.user_cost[i] = cost;
        firms.rd[i] = math::max(rd, team);
        firms.rd_desired[i] = firms.rd[i];
        firms.rd_last_year[i] = firms.rd[i];
        firms.rd_mean[i] = firms.rd[i];
        firms.claims[i] = super::claims::would_claim(firms, i, firms.rd[i], &carry, ctx);
        firms.liquidity[i] = firms.rd[i];
        // stock of a firm whose R&D volume has grown at the rate of the years before
        firms.knowledge[i] = firms.rd[i] / ctx.world.price / (tax.depreciation + FOUNDING_GROWTH);
        firms.absorptive[i] = super::research::absorptive_capacity(
            firms.knowledge[i],
            firms.sales[i] / ctx.world.price,
            research.absorptive_half,
        );
    }
}

/// Founds the whole economy of 2013: populations first, then the stocks that rest on them.
pub fn found_state(state: &mut super::state::State, ctx: &Context) {
    use super::{
        approval::ApprovalState, buyers::BuyersState, contract_research::ContractResearchState,
        demand::MarketState, entry::EntryState, finance::FinanceState, funnel::FunnelState,
        innovation::InnovationState, openness::OpennessState, patents::PatentOffice,
        people::People, platforms::PlatformsState, programmes::ProgrammesState,
        registration::RegistrationState, spin_offs::SpinOffState, transfer::TransferState,
        universities::Universities,
    };
    state.firms = found(ctx);
    state.people = People::found(state, ctx);
    found_history(state, ctx);
    state.people = People::found(state, ctx);
    state.programmes = ProgrammesState::found(state, ctx);
    state.finance = FinanceState::found(state, ctx);
    state.market = MarketState::found(state, ctx);
    state.openness = OpennessState::found(state, ctx);
    state.innovation = InnovationState::found(state, ctx);
    state.universities = Universities::found(state, ctx);
    state.contract_research = ContractResearchState::found(state, ctx);
    state.transfer = TransferState::found(state, ctx);
    state.registration = RegistrationState::found(state, ctx);
    state.spin_offs = SpinOffState::found(ctx);
    state.funnel = FunnelState::found(state, ctx);
    state.platforms = PlatformsState::found(state, ctx);
    state.approval = ApprovalState::found(ctx);
    state.buyers = BuyersState::found(state, ctx);
    state.patents = PatentOffice::found(state, ctx);
    state.entry = EntryState::found(state, ctx);
}

/// Growth of R&D volume before 2013 a year.
const FOUNDING_GROWTH: f64 = 0.12; // derived: 11-14 % nominal a year in 2010-2013, general knowledge

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounded_pareto_keeps_its_ends_and_tail() {
        assert!((bounded_pareto(0.0, 20.0, 1e6, 1.1) - 20.0).abs() < 1e-9);
        assert!((bounded_pareto(1.0, 20.0, 1e6, 1.1) - 1e6).abs() < 1e-3);
        // P(S > 200) = 10^-1.1 in the unbounded law
        let u = 1.0 - math::pow(10.0, -1.1);
        assert!((bounded_pareto(u, 20.0, 1e12, 1.1) - 200.0).abs() < 0.01);
    }

    #[test]
    fn blocks_cover_the_fields() {
        assert_eq!(BLOCKS.iter().sum::<usize>(), FIELDS);
        assert_eq!(block_of(0), 0);
        assert_eq!(block_of(FIELDS - 1), BLOCKS.len() - 1);
        assert_eq!(field_distance(0, 1), 0.5);
        assert_eq!(field_distance(0, 31), 1.0);
    }

    #[test]
    fn ids_of_lineages_do_not_meet() {
        let mut ids = std::collections::BTreeSet::new();
        for ordinal in [0, 1, 31, 32, 5000, (1 << 23) - 1] {
            for segment in [Segment::Industry, Segment::Services, Segment::Small] {
                assert!(ids.insert(firm_id(segment, ordinal)));
            }
        }
        for stream in [0, 1, 255, 256, 767] {
            for ordinal in [0, 1, 2, 65_535] {
                assert!(ids.insert(entrant_id(stream, ordinal)));
            }
        }
        // every line split fully: 2^5 parts each
        let mut lines: Vec<(u32, u8)> = ids.iter().map(|&id| (id, 0)).collect();
        let mut parts = 0;
        while let Some((id, splits)) = lines.pop() {
            if splits < SPLIT_BITS {
                let other = split_id(id, splits);
                assert!(ids.insert(other), "{other:#x}");
                assert_eq!(is_entrant(id), is_entrant(other));
                assert_eq!(id % 4, other % 4);
                lines.extend([(id, splits + 1), (other, splits + 1)]);
            } else {
                parts += 1;
            }
        }
        assert_eq!(parts, ids.len());
        assert_eq!(parts, (18 + 20) * 32);
    }

    #[test]
    fn keyed_place_follows_the_shares() {
        let shares = [0.2, 0.3, 0.5];
        assert_eq!(pick(0.1, &shares), 0);
        assert_eq!(pick(0.35, &shares), 1);
        assert_eq!(pick(0.9, &shares), 2);
    }
}
