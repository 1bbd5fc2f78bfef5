//! Which universities and institutes make up the weighted sample?

use super::clock::gap;
use super::{Shelf, Unit, Universities};
use crate::base::rng::Purpose;
use crate::base::{dist, math};
use crate::model::context::Context;
use crate::model::firms::{FIELDS, REGIONS};

/// Inclusion probability of a unit of relative size `z` over the mean, π = min(1, s(½ + ½z)).
fn inclusion(sampling: f64, z: f64) -> f64 {
    math::min(1.0, sampling * (0.5 + 0.5 * z))
}

/// Region of a unit at uniform `u`, by regular schools (history: `universities_region`).
fn region_of(u: f64) -> u8 {
    // derived: 92, 69, 285, 162, 133, 157 of 2,868; the rest between midwest and elsewhere
    const EDGE: [f64; REGIONS] = [0.032, 0.056, 0.155, 0.212, 0.258, 0.313, 0.65, 1.0];
    EDGE.iter()
        .position(|&edge| u < edge)
        .unwrap_or(REGIONS - 1) as u8
}

impl Universities {
    /// Draws the agents among units, and ranks them by how early they get an office.
    pub(super) fn sample(&mut self, ctx: &Context) {
        let p = &ctx.parameters.universities;
        let mean_log = 0.5 * p.size_log_sd * p.size_log_sd;
        let traits = |j: u32, draw: u32| ctx.key.pair(j, 0, 0, draw, Purpose::UnitTraits);
        let mut order: Vec<(f64, usize)> = Vec::new();
        for j in 0..p.count as u32 {
            let (a, b) = traits(j, 0);
            let z = dist::lognormal(math::max(a, f64::EPSILON), 1.0, p.size_log_sd)
                / math::exp(mean_log);
            let pi = inclusion(p.sample_boost * ctx.scale, z);
            if b >= pi {
                continue;
            }
            let (place, kind) = traits(j, 1);
            let (field, standing) = traits(j, 2);
            let (control, separate) = traits(j, 3); // derived: number of the draw
            let (trial, noise) = traits(j, 4); // derived: number of the draw
            let id = 0x8000_0000 | j;
            let i = self.units.push(Unit {
                id,
                weight: 1.0 / pi,
                university: kind < p.university_share,
                region: region_of(place),
                field: (field * FIELDS as f64) as u8,
                researchers: 1000.0 * p.researchers / p.count * z, // derived: thousand
                standing: math::normal_quantile(math::max(standing, f64::EPSILON)),
                control_rank: control,
                separate_rank: separate,
                trial_rank: trial,
                next: gap(ctx, id, 0, 0),
                top_next: gap(ctx, id, 0, 1),
                ..Unit::default()
            });
            let score =
                math::ln(z) + dist::normal(math::max(noise, f64::EPSILON), 0.0, p.size_noise);
            order.push((score, i));
        }
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let total: f64 = self.units.weight.iter().sum();
        let mut before = 0.0;
        for &(_, i) in &order {
            let w = self.units.weight[i];
            self.units.office_rank[i] = (before + 0.5 * w) / total;
            before += w;
        }
        self.shelf = vec![Shelf::default(); self.units.len()];
    }
}
