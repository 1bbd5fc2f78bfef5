//! What lasting traits does a firm draw?

use super::fields::{ELECTRONICS, FIRST_SERVICE_BLOCK, MACHINERY, block_of};
use super::{LARGE_SALES, PopulationParameters};
use crate::base::rng::Purpose;
use crate::base::{math, strip};
use crate::model::context::Context;
use crate::model::firms::{Firm, Ownership, Sector, Segment};
use crate::model::research;
use std::array::from_fn;

/// Sales at which the mean return of projects is quoted \[mn/yr\].
const REFERENCE_SALES: f64 = 100.0; // derived: as in the trial the value comes from
/// Least profit over sales in a taxed year.
const LEAST_MARGIN: f64 = 0.005; // derived: a taxed year has a profit

/// Draws of a firm's lasting traits, in the order in which [`Drawn::firm`] names them; the last
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
/// Number of draws that differ.
const TRAITS: usize = strip::DRAWS - 1; // derived: without the one that fills the vector
/// Which uniform of which draw becomes a standard normal value: of project mass, team cost, staff,
/// claiming cost, mean return, margin, assets.
const NORMALS: [(usize, usize); 7] = [(0, 0), (0, 1), (0, 2), (0, 4), (1, 0), (1, 1), (1, 2)];
/// Number of log-normal factors: of staff, assets, project mass, team cost.
const FACTORS: usize = 4;

/// Spread of the logarithm of each factor \[log points\], and the normal value it is of.
fn factor_spreads(p: &PopulationParameters) -> [(f64, usize); FACTORS] {
    [
        (p.sales_per_staff_spread, 2),
        (p.assets_ratio_spread, 6),
        (p.project_share_spread, 0),
        (p.team_cost_spread, 1),
    ]
}

/// What a firm has drawn: uniforms, and the normal values and factors that some of them become.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Drawn {
    uniforms: [[f64; TRAITS]; 2],
    normals: [f64; NORMALS.len()],
    factors: [f64; FACTORS],
}

/// Firms whose traits are drawn together.
pub const TOGETHER: usize = 64;

type Column = [f64; TOGETHER];

/// What firms have drawn, in columns: a row of draws each.
#[derive(Debug)]
pub struct Traits {
    uniforms: [[Column; TRAITS]; 2],
    normals: [Column; NORMALS.len()],
    factors: [Column; FACTORS],
}

impl Default for Traits {
    fn default() -> Self {
        let zero = [0.0; TOGETHER];
        Self {
            uniforms: [[zero; TRAITS]; 2],
            normals: [zero; NORMALS.len()],
            factors: [zero; FACTORS],
        }
    }
}

impl Traits {
    /// Draws for the firms of `ids`, at most [`TOGETHER`], as if founded in the quarter of `ctx`.
    pub fn draw(&mut self, ids: &[u32], ctx: &Context) {
        let (n, q) = (ids.len(), ctx.q() as u32);
        let [first, second] = &mut self.uniforms;
        for ((&(draw, purpose), u), v) in TRAIT_DRAWS.iter().zip(first).zip(second) {
            strip::fill_pairs(ctx.key, ids, q, draw, purpose, &mut u[..n], &mut v[..n]);
        }
        work_out(self, n, &factor_spreads(&ctx.parameters.population));
    }

    /// Firm `k` of those drawn for: [`draw_firm_among`].
    #[allow(clippy::too_many_arguments)] // who, where and how large
    pub fn firm(
        &self,
        k: usize,
        aware: [f64; 2],
        id: u32,
        segment: Segment,
        region: u8,
        field: u8,
        sales: f64,
        weight: f64,
        ctx: &Context,
    ) -> Firm {
        let drawn = Drawn {
            uniforms: from_fn(|which| from_fn(|draw| self.uniforms[which][draw][k])),
            normals: from_fn(|normal| self.normals[normal][k]),
            factors: from_fn(|factor| self.factors[factor][k]),
        };
        drawn.firm(aware, id, segment, region, field, sales, weight, ctx)
    }
}

crate::dispatched! {
    /// Normal values and factors of the first `n` firms.
    fn work_out(traits: &mut Traits, n: usize, spreads: &[(f64, usize); FACTORS]) {
        let n = n.min(TOGETHER);
        for (values, (which, draw)) in traits.normals.iter_mut().zip(NORMALS) {
            for (value, &uniform) in values[..n].iter_mut().zip(&traits.uniforms[which][draw]) {
                *value = math::normal_quantile(uniform);
            }
        }
        for (factors, &(spread, normal)) in traits.factors.iter_mut().zip(spreads) {
            for (factor, &z) in factors[..n].iter_mut().zip(&traits.normals[normal]) {
                *factor = math::exp(spread * z);
            }
        }
    }
}

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
    Drawn::of(id, ctx).firm(aware, id, segment, region, field, sales, weight, ctx)
}

impl Drawn {
    /// What the firm `id` draws, all at once.
    fn of(id: u32, ctx: &Context) -> Self {
        let (mut first, mut second) = ([0.0; strip::DRAWS], [0.0; strip::DRAWS]);
        let q = ctx.q() as u32;
        strip::fill_draws(ctx.key, id, q, &TRAIT_DRAWS, &mut first, &mut second);
        let uniforms = [first, second];
        let mut normals = [0.5; strip::DRAWS];
        for (z, (which, draw)) in normals.iter_mut().zip(NORMALS) {
            *z = uniforms[which][draw];
        }
        strip::normals(&mut normals);
        let mut factors = [0.0; strip::DRAWS];
        let spreads = factor_spreads(&ctx.parameters.population);
        for (factor, (spread, normal)) in factors.iter_mut().zip(spreads) {
            *factor = spread * normals[normal];
        }
        strip::exponentials(&mut factors);
        Self {
            uniforms: from_fn(|which| from_fn(|draw| uniforms[which][draw])),
            normals: from_fn(|normal| normals[normal]),
            factors: from_fn(|factor| factors[factor]),
        }
    }

    /// The firm that has drawn this.
    #[allow(clippy::too_many_arguments)] // who, where and how large
    fn firm(
        &self,
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
        let [first, second] = self.uniforms;
        let [_, _, _, u_owner, _, u_aware_claim, u_taxed] = first;
        let [_, _, _, u_sector, u_fitness, u_aware_hightech, _] = second;
        let [z_share, _, _, z_claim, z_mean, z_own_margin, _] = self.normals;
        let [staff_factor, assets_factor, share_factor, team_factor] = self.factors;
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Quarter;
    use crate::model::patents::testbed::Scene;

    #[test]
    fn firms_drawn_together_are_those_drawn_one_by_one() {
        let scene = Scene::at(Quarter::new(2020, 2));
        let ctx = scene.context(Quarter::new(2020, 2));
        let ids: Vec<u32> = (0..TOGETHER as u32 - 3).map(|k| 7 + 13 * k).collect();
        let mut traits = Traits::default();
        traits.draw(&ids, &ctx);
        for (k, &id) in ids.iter().enumerate() {
            let (segment, sales) = (Segment::Small, 3.0 + k as f64);
            let one = draw_firm_among([0.4, 0.5], id, segment, 2, 11, sales, 2.5, &ctx);
            let firm = traits.firm(k, [0.4, 0.5], id, segment, 2, 11, sales, 2.5, &ctx);
            assert_eq!(firm, one);
        }
    }
}
