//! How much knowledge lies within reach of a firm, and how fast does it grow?
//!
//! Firms of one field and region draw on one pool `Σ_j ω w_j K_j`, where ω falls with the
//! distance of fields and between regions. Only its growth acts, so its unit is free: pools are
//! printed over the national sum at founding, which keeps them independent of the sample.

use crate::base::blocks::Crew;
use crate::base::math;
use crate::model::firms::{FIELDS, Firms, REGIONS};
use crate::model::population::field_distance;

/// Number of cells: fields times regions.
pub const CELLS: usize = FIELDS * REGIONS;

/// The cell of a firm.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn cell_of(field: u8, region: u8) -> usize {
    usize::from(field) * REGIONS + usize::from(region)
}

/// Closeness ω of knowledge in another field: 1 in the same field, 0 at full distance.
#[inline]
pub fn closeness(a: usize, b: usize) -> f64 {
    1.0 - field_distance(a, b)
}

/// Log growth of a pool over a quarter, 0 where it was or is empty.
///
/// Example: from 2 to 2.2 it is ln 1.1 = 0.0953.
#[inline]
pub fn pool_growth(before: f64, now: f64) -> f64 {
    if before > 0.0 && now > 0.0 {
        math::ln(now / before)
    } else {
        0.0
    }
}

/// Knowledge within reach of each cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnowledgePools {
    /// Closeness of two fields, row by row \[share\].
    closeness: Vec<f64>,
    /// Σ w K of the nation at founding \[mn\].
    pub founding: f64,
    /// Σ w K by cell \[mn\].
    held: Vec<f64>,
    /// Pool by cell over the founding national sum.
    pub level: Vec<f64>,
    /// Log growth of the pool over the last quarter, by cell.
    pub growth: Vec<f64>,
}

impl KnowledgePools {
    /// Pools of the founding firms; `other_region` is the weight of knowledge elsewhere.
    pub fn found(firms: &Firms, other_region: f64, crew: Crew) -> Self {
        let mut pools = Self {
            closeness: (0..FIELDS * FIELDS)
                .map(|k| closeness(k / FIELDS, k % FIELDS))
                .collect(),
            founding: 0.0,
            held: vec![0.0; CELLS],
            level: vec![0.0; CELLS],
            growth: vec![0.0; CELLS],
        };
        pools.refill(firms, other_region, crew);
        pools.growth.fill(0.0);
        pools
    }

    /// Whether the pools were founded.
    pub fn is_founded(&self) -> bool {
        !self.held.is_empty()
    }

    /// Sums the knowledge of living firms anew and takes each pool's growth since the last time.
    pub fn refill(&mut self, firms: &Firms, other_region: f64, crew: Crew) {
        let held = crew.walk(0..firms.len(), |rows| {
            let mut held = [0.0; CELLS];
            for i in rows {
                let weight = if firms.alive[i] { firms.weight[i] } else { 0.0 };
                held[cell_of(firms.field[i], firms.region[i])] += weight * firms.knowledge[i];
            }
            held
        });
        self.held.copy_from_slice(&held);
        if self.founding <= 0.0 {
            // the first knowledge there is sets the unit
            self.founding = self.held.iter().sum();
        }
        if self.founding <= 0.0 {
            return;
        }
        for a in 0..FIELDS {
            let mut near = [0.0; REGIONS];
            for b in 0..FIELDS {
                let weight = self.closeness[a * FIELDS + b];
                if weight > 0.0 {
                    for (sum, held) in near.iter_mut().zip(&self.held[b * REGIONS..]) {
                        *sum += weight * held;
                    }
                }
            }
            let nation: f64 = near.iter().sum();
            for (r, own) in near.iter().enumerate() {
                let c = a * REGIONS + r;
                let now = (own + other_region * (nation - own)) / self.founding;
                self.growth[c] = pool_growth(self.level[c], now);
                self.level[c] = now;
            }
        }
    }
}
