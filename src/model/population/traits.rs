//! What lasting traits does a firm draw?

use super::fields::{ELECTRONICS, FIRST_SERVICE_BLOCK, MACHINERY, block_of};
use super::{LARGE_SALES, PopulationParameters};
use crate::base::rng::Purpose;
use crate::base::{math, strip};
use crate::model::context::Context;
use crate::model::firms::{Firm, Ownership, Sector, Segment};
use crate::model::research;

/// Sales at which the mean return of projects is quoted \[mn/yr\].
const REFERENCE_SALES: f64 = 100.0; // derived: as in the trial the value comes from
/// Least profit over sales in a taxed year.
const LEAST_MARGIN: f64 = 0.005; // derived: a taxed year has a profit

/// Number of draws of a firm's lasting traits.
const TRAITS: usize = 7; // derived: one for each below
/// These draws, in the order in which [`Traits::firm`] names them.
const TRAIT_DRAWS: [(u32, Purpose); TRAITS] = [
    (0, Purpose::FirmTechnology),
    (1, Purpose::FirmTechnology),
    (0, Purpose::FirmTraits),
    (1, Purpose::FirmTraits),
    (0, Purpose::FirmTax),
    (1, Purpose::FirmTax),
    (2, Purpose::FirmTax),
];
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

/// A firm that is founded: who, where and how large?
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Founding {
    /// Entity id.
    pub id: u32,
    /// Segment.
    pub segment: Segment,
    /// Region.
    pub region: u8,
    /// Field.
    pub field: u8,
    /// Sales \[mn/yr\].
    pub sales: f64,
    /// Real firms it stands for \[firms\].
    pub weight: f64,
    /// Firms around it that know of the super-deduction and of the certificate \[share\].
    pub aware: [f64; 2],
}

/// Firms whose traits are drawn together.
pub const TOGETHER: usize = 64;

type Column = [f64; TOGETHER];

/// What firms have drawn, in columns: uniforms, and the normal values and factors that some of them
/// become.
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

    /// Firm `k` of those drawn for, of which `founding` is told.
    pub fn firm(&self, k: usize, founding: &Founding, ctx: &Context) -> Firm {
        let p = &ctx.parameters.population;
        let Founding {
            id,
            segment,
            region,
            field,
            sales,
            weight,
            aware,
        } = *founding;
        let [first, second] = self.uniforms.each_ref().map(|columns| row(columns, k));
        let [_, _, _, u_owner, _, u_aware_claim, u_taxed] = first;
        let [_, _, _, u_sector, u_fitness, u_aware_hightech, _] = second;
        let [z_share, _, _, z_claim, z_mean, z_own_margin, _] = row(&self.normals, k);
        let [staff_factor, assets_factor, share_factor, team_factor] = row(&self.factors, k);
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

/// Values at place `k` of some columns.
fn row<const N: usize>(columns: &[Column; N], k: usize) -> [f64; N] {
    columns.each_ref().map(|column| column[k])
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

/// Draws the lasting traits of one firm, as if founded in the quarter of `ctx`.
pub fn draw_firm(founding: &Founding, ctx: &Context) -> Firm {
    let mut traits = Traits::default();
    traits.draw(&[founding.id], ctx);
    traits.firm(0, founding, ctx)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Quarter;
    use crate::model::patents::testbed::Scene;

    #[test]
    fn a_firm_does_not_hang_on_those_it_is_drawn_with() {
        let scene = Scene::at(Quarter::new(2020, 2));
        let ctx = scene.context(Quarter::new(2020, 2));
        let ids: Vec<u32> = (0..TOGETHER as u32 - 3).map(|k| 7 + 13 * k).collect();
        let mut traits = Traits::default();
        traits.draw(&ids, &ctx);
        for (k, &id) in ids.iter().enumerate() {
            let founding = Founding {
                id,
                segment: Segment::Small,
                region: 2,
                field: 11,
                sales: 3.0 + k as f64,
                weight: 2.5,
                aware: [0.4, 0.5],
            };
            let firm = traits.firm(k, &founding, &ctx);
            assert_eq!(firm, draw_firm(&founding, &ctx));
        }
    }
}
