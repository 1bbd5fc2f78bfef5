//! Who among importing users would take the domestic substitute, and at what cost?
//!
//! Users' log cost disadvantage x of the substitute over the import, quality included, is
//! normal with mean g and spread σ. Who has x ≤ 0 buys at home anyway and is untouched by
//! any lever; who has x > 0 imports, a share s of inputs, so `g = σ·Φ⁻¹(s)`. Domestic makers
//! close a share L of the remaining disadvantage: the substitute then costs `e^{x(1−L)}`
//! times the import. As L is the same share for all, importers with access go on importing
//! while L ≤ 1; only who has redesigned for the substitute may keep it.

use super::OpennessParameters;
use crate::base::math::{clamp, exp, ln, normal_cdf, normal_quantile};

/// Bands of equal share into which the importers of a field fall by their disadvantage.
pub const BANDS: usize = 8;

/// Importers of a field, in bands from the nearly indifferent to the most dependent.
#[derive(Clone, Copy, Debug)]
pub struct Users {
    share: f64,
    spread: f64,
    /// Mean log disadvantage over all users g.
    gap: f64,
    edges: [f64; BANDS],
}

impl Users {
    /// Users of whom a share imports when undisturbed.
    pub fn new(share: f64, spread: f64) -> Self {
        // derived: keeps the quantiles finite
        let share = clamp(share, 1e-6, 1.0 - 1e-6);
        let mut edges = [0.0; BANDS];
        for (k, edge) in edges.iter_mut().enumerate() {
            *edge = normal_quantile(1.0 - share * (1.0 - k as f64 / BANDS as f64));
        }
        Self {
            share,
            spread,
            gap: spread * normal_quantile(share),
            edges,
        }
    }

    /// Mean log disadvantage over all users, `g = σ·Φ⁻¹(s)` \[log points\]; 0 with s one half.
    pub fn mean_gap(&self) -> f64 {
        self.gap
    }

    /// Mean cost of the substitute to a band, the import's being 1: `E[e^{mx} | band]` with
    /// `m = 1 − L`, in closed form
    /// `e^{mg + m²σ²/2}·[Φ(z′ − mσ) − Φ(z − mσ)]/P(band)`, z and z′ the edges of the band.
    ///
    /// With s one half, σ = 0.8, L = 0 the mean of the bands is 2·e^0.32·Φ(0.8) = 2.171;
    /// with L = 1 every band pays 1.
    pub fn cost(&self, band: usize, closed: f64) -> f64 {
        let open = (1.0 - closed) * self.spread;
        let lower = normal_cdf(self.edges[band] - open);
        let upper = match self.edges.get(band + 1) {
            Some(edge) => normal_cdf(edge - open),
            None => 1.0,
        };
        let scale = exp((1.0 - closed) * self.gap + 0.5 * open * open);
        scale * (upper - lower) * BANDS as f64 / self.share
    }

    /// Share of a band whose disadvantage is at most a threshold \[share\].
    ///
    /// At an infinite threshold it is 1, at 0 it is 0.
    pub fn within(&self, band: usize, threshold: f64) -> f64 {
        let below = normal_cdf((threshold - self.gap) / self.spread);
        let importers = (below - (1.0 - self.share)) / self.share;
        clamp(importers * BANDS as f64 - band as f64, 0.0, 1.0)
    }

    /// Share of a band that keeps the substitute it has redesigned for when the import is
    /// offered again: the saving `x(1 − L)` must exceed the hurdle κ for it to go back.
    pub fn keeps(&self, band: usize, closed: f64, hurdle: f64) -> f64 {
        if closed < 1.0 {
            self.within(band, hurdle / (1.0 - closed))
        } else {
            1.0
        }
    }

    /// Share of a band with access that redesigns for the substitute unforced: none until the
    /// substitute surpasses the import, then who saves more than the hurdle, `x(L − 1) > κ`.
    pub fn leaves(&self, band: usize, closed: f64, hurdle: f64) -> f64 {
        if closed > 1.0 {
            1.0 - self.within(band, hurdle / (closed - 1.0))
        } else {
            0.0
        }
    }
}

/// Log saving a year that a redesign must bring: `κ = ln(1 + r/(h·T))`, its cost r over 1/h
/// years spread over the life T of a design.
///
/// r 0.6, h 0.6, T 5: ln 1.2 = 0.182.
pub fn redesign_hurdle(p: &OpennessParameters) -> f64 {
    ln(1.0 + p.redesign_cost / (p.redesign_hazard * p.design_life))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_sum_to_the_closed_form() {
        let users = Users::new(0.5, 0.8);
        let mean = |closed| (0..BANDS).map(|k| users.cost(k, closed)).sum::<f64>() / BANDS as f64;
        assert!((mean(0.0) - 2.0 * exp(0.32) * normal_cdf(0.8)).abs() < 1e-9);
        assert!((mean(1.0) - 1.0).abs() < 1e-12);
        assert!(mean(1.1) < 1.0);
        // half of a fifth's importers lie below the disadvantage that a tenth of all exceed
        let users = Users::new(0.2, 0.8);
        let middle = users.mean_gap() + 0.8 * normal_quantile(0.9);
        let within = |x| (0..BANDS).map(|k| users.within(k, x)).sum::<f64>() / BANDS as f64;
        assert!((within(middle) - 0.5).abs() < 1e-9);
        assert!(within(0.0) < 1e-9 && within(f64::INFINITY) > 1.0 - 1e-9);
    }

    #[test]
    fn who_surpasses_the_import_wins_users_with_access() {
        let users = Users::new(0.2, 0.8);
        let hurdle = 0.1;
        assert_eq!(users.leaves(BANDS - 1, 1.0, hurdle), 0.0);
        assert!(users.leaves(BANDS - 1, 1.5, hurdle) > users.leaves(0, 1.5, hurdle));
        assert!(users.keeps(3, 0.9, hurdle) > users.keeps(3, 0.5, hurdle));
        assert_eq!(users.keeps(BANDS - 1, 1.0, hurdle), 1.0);
    }
}
