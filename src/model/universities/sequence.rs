//! In which order do inventions that look good and inventions that look poor come to a unit?
//!
//! An agent of the store stands for several inventions of a unit. Were agents drawn one by one, good
//! ones would come in runs, which keep an office busy for quarters while others wait and grow old;
//! what they stand for comes mixed. So what a unit's agents look like follows a sequence that fills
//! the unit interval evenly: multiples of the golden ratio from a keyed start. Each agent is as likely
//! to look good as any other, and a few that follow each other are good and poor in their shares.

use crate::base::math::{max, normal_cdf, normal_quantile};
use crate::base::rng::{Key, Purpose};
use crate::base::strip::pair;

/// Bits of an invention's id that count those of its unit and stratum.
pub(super) const ORDINAL: u32 = (1 << 18) - 1;

/// Draws of an invention below this one make its traits; this one of the unit's ordinal nought is
/// where its sequence starts.
const START: u32 = 4; // derived: number of the draw

/// The golden ratio less one, in parts of 2³².
const GOLDEN: u32 = 0x9E37_79B9; // derived: (√5 − 1)/2 · 2³²

/// Direction of what an office sees, `ln v + n ε`, among the standard normal draws of log value and
/// of noise: parts of length one.
///
/// Example: spread 3, noise 4: (0.6, 0.8).
pub(super) fn direction(spread: f64, noise: f64) -> [f64; 2] {
    let length = f64::sqrt(spread * spread + noise * noise);
    if length > 0.0 {
        [spread / length, noise / length]
    } else {
        [1.0, 0.0]
    }
}

crate::dispatched! {
    /// Draws values and noises of inventions, both uniform and independent of each other, so that
    /// what is seen `along` a direction follows each unit's sequence; `value` holds one uniform draw
    /// of each, for what is not seen.
    ///
    /// The turn of two standard normal draws leaves them standard normal and independent.
    pub(super) fn follow(
        key: Key,
        ids: &[u32],
        along: &[f64; 2],
        value: &mut [f64],
        noise: &mut [f64],
    ) {
        let n = ids.len();
        let (value, noise) = (&mut value[..n], &mut noise[..n]);
        let [a, b] = *along;
        for k in 0..n {
            let words = [0, START, Purpose::InventionQuality as u32];
            let start = pair(key, ids[k] & !ORDINAL, words).0;
            let steps = (ids[k] & ORDINAL).wrapping_mul(GOLDEN);
            let place = start + f64::from(steps) / 4_294_967_296.0; // derived: 2³²
            let place = if place < 1.0 { place } else { place - 1.0 };
            let seen = normal_quantile(max(place, f64::EPSILON));
            let unseen = normal_quantile(max(value[k], f64::EPSILON));
            value[k] = normal_cdf(a * seen + b * unseen);
            noise[k] = normal_cdf(b * seen - a * unseen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::math::ln;

    const KEY: Key = Key { seed: 3, run: 5 };

    /// Values and noises of the first `n` ordinary inventions of a unit.
    fn of_unit(unit: u32, n: u32, along: [f64; 2]) -> [Vec<f64>; 2] {
        let ids: Vec<u32> = (1..=n).map(|ordinal| unit << 19 | ordinal).collect();
        let draw = |id: &u32| KEY.uniform(*id, 0, 0, 0, Purpose::InventionQuality);
        let mut value: Vec<f64> = ids.iter().map(draw).collect();
        let mut noise = vec![0.0; ids.len()];
        follow(KEY, &ids, &along, &mut value, &mut noise);
        [value, noise]
    }

    /// Largest distance of the distribution of `x` from the uniform one.
    fn distance(mut x: Vec<f64>) -> f64 {
        x.sort_by(f64::total_cmp);
        let n = x.len() as f64;
        let steps = (0..).zip(&x);
        steps.fold(0.0, |most, (k, x)| {
            let (below, above) = (f64::from(k) / n, (f64::from(k) + 1.0) / n);
            max(most, max((x - below).abs(), (above - x).abs()))
        })
    }

    fn correlation(x: &[f64], y: &[f64]) -> f64 {
        let product = |x: &[f64], y: &[f64]| -> f64 {
            let pairs = x.iter().zip(y);
            pairs.map(|(x, y)| (x - 0.5) * (y - 0.5)).sum()
        };
        product(x, y) / (product(x, x) * product(y, y)).sqrt()
    }

    #[test]
    fn value_and_noise_are_uniform_and_independent() {
        // the same invention of many units: independent starts
        let along = direction(1.5, 1.0);
        let firsts: Vec<_> = (1..8000).map(|unit| of_unit(unit, 1, along)).collect();
        let [value, noise] =
            [0, 1].map(|column| firsts.iter().map(|of| of[column][0]).collect::<Vec<_>>());
        // a part in a thousand of samples lies beyond 1.95/√n
        assert!(correlation(&value, &noise).abs() < 4.0 / 8000_f64.sqrt());
        let squares = |x: &[f64]| -> Vec<f64> { x.iter().map(|x| (2.0 * x - 1.0).abs()).collect() };
        assert!(correlation(&squares(&value), &squares(&noise)).abs() < 4.0 / 8000_f64.sqrt());
        for column in [value, noise] {
            assert!(distance(column) < 1.95 / 8000_f64.sqrt());
        }
    }

    #[test]
    fn few_that_follow_each_other_look_good_and_poor_in_their_shares() {
        let along = direction(1.5, 1.0);
        for n in [5, 20, 200] {
            let (mut even, mut drawn) = (0.0, 0.0);
            for unit in 1..200 {
                let [value, noise] = of_unit(unit, n, along);
                let pairs = value.iter().zip(&noise);
                let seen = pairs
                    .map(|(v, e)| along[0] * normal_quantile(*v) + along[1] * normal_quantile(*e));
                even += distance(seen.map(normal_cdf).collect()) / 199.0;
                drawn += distance(value) / 199.0;
            }
            // what is seen has the discrepancy of multiples of the golden ratio, at most
            // (1 + 0.45 ln n)/n or so; values alone keep more of chance
            let n = f64::from(n);
            assert!(even < (1.0 + 0.5 * ln(n)) / n, "{n}: {even}");
            assert!(drawn > 1.2 * even, "{n}: {drawn} {even}");
        }
    }

    #[test]
    fn without_noise_the_value_itself_follows_the_sequence() {
        assert_eq!(direction(1.2, 0.0), [1.0, 0.0]);
        assert_eq!(direction(0.0, 0.0), [1.0, 0.0]);
        let [value, _] = of_unit(7, 2, [1.0, 0.0]);
        let step = (value[1] - value[0]).rem_euclid(1.0);
        assert!((step - 0.618_034).abs() < 1e-6, "{step}");
    }
}
