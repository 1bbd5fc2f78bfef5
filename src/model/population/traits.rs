//! What lasting traits does a firm draw?

use super::LARGE_SALES;
use super::fields::{ELECTRONICS, FIRST_SERVICE_BLOCK, MACHINERY, block_of};
use crate::base::rng::Purpose;
use crate::base::{math, strip};
use crate::model::context::Context;
use crate::model::firms::{Firm, Ownership, Sector, Segment};
use crate::model::research;

/// Sales at which the mean return of projects is quoted \[mn/yr\].
const REFERENCE_SALES: f64 = 100.0; // derived: as in the trial the value comes from
/// Least profit over sales in a taxed year.
const LEAST_MARGIN: f64 = 0.005; // derived: a taxed year has a profit

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

/// Draws the lasting traits of a firm of given sales, place and kind, in the year of founding.
pub fn draw_firm(
    id: u32,
    segment: Segment,
    region: u8,
    field: u8,
    sales: f64,
    weight: f64,
    ctx: &Context,
) -> Firm {
    let (claims, registers) = (&ctx.parameters.claims, &ctx.parameters.registers);
    let aware = [claims.aware_2013, registers.aware_2013];
    draw_firm_among(aware, id, segment, region, field, sales, weight, ctx)
}

/// [`draw_firm`] among firms of which a share each is `aware` of the super-deduction and of the
/// certificate.
#[allow(clippy::too_many_arguments)] // who, where and how large
pub fn draw_firm_among(
    aware: [f64; 2],
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
        aware_claim: u_aware_claim < aware[0],
        aware_hightech: u_aware_hightech < aware[1],
        taxed: u_taxed >= research::loss_share(ctx),
        vintage: ctx.q(),
        ..Firm::default()
    }
}
