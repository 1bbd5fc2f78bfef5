//! Who wins and who loses: firms by the change in the present value of their after-tax profit.

use crate::base::math;
use crate::model::firms::{Firms, Ownership, REGIONS};
use crate::model::observe::BAND_GROUPS;
use crate::model::population::LARGE_SALES;

/// Edges between the five bands, as shares of the baseline's value.
const EDGES: [f64; 4] = [-0.05, -0.01, 0.01, 0.05];
/// Sales below which a firm counts as small \[mn/yr\].
const SMALL_SALES: f64 = 20.0;
/// Value below which changes are not shares of it \[mn\].
const LEAST_VALUE: f64 = 1e-6;

/// The firms in business when the scenarios began.
#[derive(Debug, Default)]
pub(super) struct Founders {
    id: Vec<u32>,
    alive: Vec<bool>,
    weight: Vec<f64>,
    /// Size class, owner and region, as places among [`BAND_GROUPS`].
    groups: Vec<[u8; 3]>,
}

impl Clone for Founders {
    fn clone(&self) -> Self {
        let mut copy = Self::default();
        copy.clone_from(self);
        copy
    }

    fn clone_from(&mut self, other: &Self) {
        let Self {
            id,
            alive,
            weight,
            groups,
        } = other;
        self.id.clone_from(id);
        self.alive.clone_from(alive);
        self.weight.clone_from(weight);
        self.groups.clone_from(groups);
    }
}

impl Founders {
    /// Notes the firms of today.
    pub(super) fn note(&mut self, firms: &Firms) {
        self.id.clone_from(&firms.id);
        self.alive.clone_from(&firms.alive);
        self.weight.clone_from(&firms.weight);
        self.groups.clear();
        self.groups.extend((0..firms.len()).map(|i| {
            let region = (firms.region[i] as usize).min(REGIONS - 1);
            let owner = owner_group(firms.ownership[i]);
            [size_group(firms.sales[i]), owner, 6 + region as u8]
        }));
    }

    /// Present value of profit of each that is in business still; not a number for the others.
    pub(super) fn profits(&self, end: &Firms) -> Vec<f64> {
        (0..self.id.len())
            .map(|i| {
                let same = self.alive[i] && end.alive[i] && self.id[i] == end.id[i];
                if same { end.profit_value[i] } else { f64::NAN }
            })
            .collect()
    }

    /// Weighted shares of firms by group and band, of those that survive in both.
    pub(super) fn bands(&self, baseline: &[f64], own: &[f64], out: &mut Vec<f64>) {
        let mut weights = [[0.0; EDGES.len() + 1]; BAND_GROUPS.len()];
        for i in 0..self.id.len() {
            let (before, after) = (baseline[i], own[i]);
            if before.is_nan() || after.is_nan() {
                continue;
            }
            let band = band_of(before, after);
            for group in self.groups[i] {
                weights[group as usize][band] += self.weight[i];
            }
        }
        for group in weights {
            let all: f64 = group.iter().sum();
            out.extend(group.map(|w| if all > 0.0 { w / all } else { 0.0 }));
        }
    }
}

/// Place of a size class among the groups: small, medium, large.
fn size_group(sales: f64) -> u8 {
    if sales < SMALL_SALES {
        0
    } else if sales < LARGE_SALES {
        1
    } else {
        2
    }
}

/// Place of an owner among the groups.
fn owner_group(owner: Ownership) -> u8 {
    match owner {
        Ownership::Private => 3,
        Ownership::State => 4,
        Ownership::Foreign => 5,
    }
}

/// Band of a change: how many edges `(after − before) / |before|` lies above.
///
/// From 100 to 97 is −3 %: above the edge at −5 % alone, so band 1.
fn band_of(before: f64, after: f64) -> usize {
    let change = (after - before) / math::max(before.abs(), LEAST_VALUE);
    EDGES.iter().filter(|edge| change > **edge).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_minus_three_percent_is_in_the_second_band() {
        assert_eq!(band_of(100.0, 97.0), 1);
        assert_eq!([band_of(-100.0, -94.0), band_of(5.0, 5.0)], [4, 2]);
    }

    #[test]
    fn shares_are_of_survivors_of_both_by_weight() {
        let founders = Founders {
            id: vec![1, 2, 3],
            alive: vec![true; 3],
            weight: vec![1.0, 3.0, 9.0],
            groups: vec![[0, 3, 6]; 3],
        };
        let mut out = Vec::new();
        let gone = f64::NAN;
        founders.bands(&[100.0, 100.0, 100.0], &[100.0, 110.0, gone], &mut out);
        assert_eq!(out[..5], [0.0, 0.0, 0.25, 0.0, 0.75]);
        assert_eq!(out[5..10], [0.0; 5], "nobody of that size");
    }
}
