//! Which unit does a draw among a region's researchers point at?

use super::{ContractResearchParameters, partner_utility};
use crate::base::math;
use crate::model::firms::REGIONS;
use crate::model::universities::Universities;

/// Where researchers sit, drawn up when units are first met.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Addresses {
    /// Units of each region and, last, of the nation.
    members: Vec<Vec<u32>>,
    /// Researchers of these units, cumulated \[FTE\].
    cumulated: Vec<Vec<f64>>,
    /// First of these units whose sum passes each step of the table.
    guide: Vec<Vec<u32>>,
    /// e to minus the utility of each unit to a firm of its own field.
    pub(super) mean_wait: Vec<f64>,
}

impl Addresses {
    /// Draws up the table where there is none.
    pub(super) fn draw_up(&mut self, u: &Universities, p: &ContractResearchParameters) {
        if !self.members.is_empty() {
            return;
        }
        let utility = |&standing: &f64| math::exp(-partner_utility(0.0, standing, p));
        self.mean_wait = u.units.standing.iter().map(utility).collect();
        self.members = vec![Vec::new(); REGIONS + 1];
        self.cumulated = vec![Vec::new(); REGIONS + 1];
        for i in 0..u.units.len() {
            let size = u.units.weight[i] * u.units.researchers[i];
            for table in [usize::from(u.units.region[i]), REGIONS] {
                let before = self.cumulated[table].last().copied().unwrap_or(0.0);
                self.members[table].push(i as u32);
                self.cumulated[table].push(before + size);
            }
        }
        for sums in &self.cumulated {
            let all = sums.last().copied().unwrap_or(0.0);
            let steps = 4 * sums.len().max(1); // derived: a few steps a unit
            let first = |k: usize| {
                let goal = k as f64 / steps as f64 * all;
                sums.partition_point(|&s| s <= goal)
                    .min(sums.len().max(1) - 1) as u32
            };
            self.guide.push((0..steps).map(first).collect());
        }
    }

    /// Unit at uniform `u` of a region's (or the nation's) researchers: the guide names the
    /// unit at the step of `u`, the goal is there or a little further.
    pub(super) fn at(&self, region: usize, u: f64) -> usize {
        let table = if self.members[region].is_empty() {
            REGIONS
        } else {
            region
        };
        let sums = &self.cumulated[table];
        let goal = u * sums.last().copied().unwrap_or(0.0);
        let guide = &self.guide[table];
        let mut place = guide[(u * guide.len() as f64) as usize] as usize;
        while place + 1 < sums.len() && sums[place] <= goal {
            place += 1;
        }
        self.members[table][place] as usize
    }
}
