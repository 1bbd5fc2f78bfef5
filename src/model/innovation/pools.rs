//! How much knowledge lies within reach of a firm, and how fast does it grow?
//!
//! Firms of one field and region draw on one pool `Σ_j ω w_j K_j`, where ω falls with the
//! distance of fields and between regions. Only its growth acts, so its unit is free: pools are
//! printed over the national sum at founding, which keeps them independent of the sample.
#![allow(clippy::inline_always)] // parts of strip loops

use crate::base::blocks::Crew;
use crate::base::{math, strip};
use crate::model::firms::{FIELDS, Firms, REGIONS};
use crate::model::population::field_distance;
use std::ops::Range;

/// Number of cells: fields times regions.
pub const CELLS: usize = FIELDS * REGIONS;

/// The cell of a firm.
#[inline(always)]
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
#[inline(always)]
pub fn pool_growth(before: f64, now: f64) -> f64 {
    let growth = math::ln(now / before);
    if (before > 0.0) & (now > 0.0) {
        growth
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
        let held = crew.walk(0..firms.len(), |rows| sum_knowledge(firms, rows));
        self.held.copy_from_slice(&held);
        if self.founding <= 0.0 {
            // the first knowledge there is sets the unit
            self.founding = self.held.iter().sum();
        }
        if self.founding <= 0.0 {
            return;
        }
        for (a, (level, growth)) in (self.level.chunks_mut(REGIONS))
            .zip(self.growth.chunks_mut(REGIONS))
            .enumerate()
        {
            let closeness = &self.closeness[a * FIELDS..(a + 1) * FIELDS];
            let mut near = [0.0; REGIONS];
            add_near(closeness, &held, &mut near);
            let nation: f64 = near.iter().sum();
            let unit = [nation, self.founding];
            grow(&near, other_region, unit, level, growth);
        }
    }
}

/// Knowledge of a block of living firms by cell.
fn sum_knowledge(firms: &Firms, block: Range<usize>) -> [f64; CELLS] {
    let mut held = [0.0; CELLS];
    let (mut cell, mut known) = ([0; strip::ROWS], [0.0; strip::ROWS]);
    let end = block.end;
    for from in block.step_by(strip::ROWS) {
        let rows = from..usize::min(from + strip::ROWS, end);
        weigh(
            (&firms.alive[rows.clone()], &firms.weight[rows.clone()]),
            &firms.knowledge[rows.clone()],
            (&firms.field[rows.clone()], &firms.region[rows.clone()]),
            &mut cell,
            &mut known,
        );
        for (&cell, known) in cell.iter().zip(&known[..rows.len()]) {
            held[usize::from(cell) % CELLS] += known;
        }
    }
    held
}

crate::dispatched! {
    /// Cell of each firm, and what the firms know that it stands for.
    fn weigh(
        stands_for: (&[bool], &[f64]),
        knowledge: &[f64],
        place: (&[u8], &[u8]),
        cell: &mut [u8; strip::ROWS],
        known: &mut [f64; strip::ROWS],
    ) {
        let n = knowledge.len().min(strip::ROWS);
        let (alive, weight) = (&stands_for.0[..n], &stands_for.1[..n]);
        let (field, region) = (&place.0[..n], &place.1[..n]);
        for k in 0..n {
            cell[k] = cell_of(field[k], region[k]) as u8;
            known[k] = if alive[k] { weight[k] } else { 0.0 } * knowledge[k];
        }
    }
}

crate::dispatched! {
    /// Adds the knowledge `held` in each region by closeness of its field.
    fn add_near(closeness: &[f64], held: &[f64; CELLS], near: &mut [f64; REGIONS]) {
        let mut sums = *near;
        for (&weight, held) in closeness.iter().zip(held.as_chunks::<REGIONS>().0) {
            for region in 0..REGIONS {
                sums[region] += weight * held[region];
            }
        }
        *near = sums;
    }
}

crate::dispatched! {
    /// Level and growth of the pools of a field, of what is near in each region; `unit` is the sum
    /// of that, and the national one at founding.
    fn grow(
        near: &[f64; REGIONS],
        other_region: f64,
        unit: [f64; 2],
        level: &mut [f64],
        growth: &mut [f64],
    ) {
        let [nation, founding] = unit;
        let (level, growth) = (&mut level[..REGIONS], &mut growth[..REGIONS]);
        for r in 0..REGIONS {
            let now = (near[r] + other_region * (nation - near[r])) / founding;
            growth[r] = pool_growth(level[r], now);
            level[r] = now;
        }
    }
}
