//! Sums, moments and quantiles of result columns; the one place that takes them.

use super::math;

/// Sum in eight fixed partial sums, joined in order: the same bits on every machine.
pub fn sum(values: &[f64]) -> f64 {
    let mut partial = [0.0; 8];
    let mut chunks = values.chunks_exact(8);
    for chunk in &mut chunks {
        for (sum, value) in partial.iter_mut().zip(chunk) {
            *sum += value;
        }
    }
    for (sum, value) in partial.iter_mut().zip(chunks.remainder()) {
        *sum += value;
    }
    partial.iter().fold(0.0, |total, part| total + part)
}

/// Arithmetic mean; 0 of nothing.
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() {
        0.0
    } else {
        sum(values) / values.len() as f64
    }
}

/// Sample variance (over n − 1); `None` under two values.
pub fn variance(values: &[f64]) -> Option<f64> {
    covariance(values, values)
}

/// Sample covariance (over n − 1) of two columns of equal length; `None` under two pairs.
pub fn covariance(a: &[f64], b: &[f64]) -> Option<f64> {
    let (mean_a, mean_b) = (mean(a), mean(b));
    let products: Vec<f64> = a
        .iter()
        .zip(b)
        .map(|(x, y)| (x - mean_a) * (y - mean_b))
        .collect();
    (products.len() > 1).then(|| sum(&products) / (products.len() - 1) as f64)
}

/// Pearson correlation; `None` where a column does not vary.
pub fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let scale = math::sqrt(variance(a)? * variance(b)?);
    (scale > 0.0).then(|| covariance(a, b).map(|c| math::clamp(c / scale, -1.0, 1.0)))?
}

/// Quantile `p` in \[0, 1\] of a rising column, linear between order statistics (type 7 of
/// Hyndman and Fan 1996); 0 of nothing.
///
/// ```
/// use leverlab::base::stats::quantile;
/// assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], 0.25), 1.75);
/// ```
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let place = math::clamp(p, 0.0, 1.0) * last as f64;
    let below = (place.floor() as usize).min(last);
    let above = (below + 1).min(last);
    // Equal neighbours give themselves, to the bit.
    if sorted[below] == sorted[above] {
        sorted[below]
    } else {
        sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
    }
}

/// Two-sided Student t point: `level` of the mass lies within ± the result.
///
/// Not a number for fewer than one degree of freedom.
pub fn t_quantile(level: f64, degrees_of_freedom: f64) -> f64 {
    use statrs::distribution::{ContinuousCDF, StudentsT};
    if degrees_of_freedom < 1.0 || !(0.0..1.0).contains(&level) {
        return f64::NAN;
    }
    StudentsT::new(0.0, 1.0, degrees_of_freedom)
        .map_or(f64::NAN, |t| t.inverse_cdf(0.5 + 0.5 * level))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn sum_joins_eight_partial_sums_in_order() {
        let values: Vec<f64> = (1..=19).map(f64::from).collect();
        assert_eq!(sum(&values), 190.0);
        assert_eq!(sum(&[]), 0.0);
        // 1 falls into the sum of element 8 (with element 0) and is lost against 1e16; a
        // running sum would lose it as well, a pairwise one would not
        let mut values = vec![0.0; 9];
        values[0] = 1e16;
        values[8] = 1.0;
        values[1] = -1e16;
        assert_eq!(sum(&values), 0.0);
    }

    #[test]
    fn moments_by_hand() {
        let a = [1.0, 2.0, 3.0, 6.0];
        let b = [2.0, 1.0, 4.0, 5.0];
        assert_eq!(mean(&a), 3.0);
        // deviations -2 -1 0 3: 14/3
        assert!(close(variance(&a).unwrap(), 14.0 / 3.0));
        // with -1 -2 1 2: 2 + 2 + 0 + 6 = 10, over 3
        assert!(close(covariance(&a, &b).unwrap(), 10.0 / 3.0));
        assert!(close(
            correlation(&a, &b).unwrap(),
            10.0 / (14.0_f64 * 10.0).sqrt()
        ));
        assert_eq!(variance(&[1.0]), None);
        assert_eq!(mean(&[]), 0.0);
        assert_eq!(correlation(&[1.0, 1.0], &[1.0, 2.0]), None);
    }

    #[test]
    fn quantiles_by_hand() {
        let sorted = [1.0, 3.0, 4.0, 8.0, 9.0];
        assert_eq!(quantile(&sorted, 0.0), 1.0);
        assert_eq!(quantile(&sorted, 1.0), 9.0);
        assert_eq!(quantile(&sorted, 0.5), 4.0);
        // place 0.4: 1 + 0.4 · 2
        assert!(close(quantile(&sorted, 0.1), 1.8));
        assert_eq!(quantile(&[], 0.5), 0.0);
        assert_eq!(quantile(&[7.0], 0.9), 7.0);
    }

    #[test]
    fn t_points_match_the_printed_tables() {
        assert!((t_quantile(0.95, 1.0) - 12.706).abs() < 1e-3);
        assert!((t_quantile(0.95, 9.0) - 2.262).abs() < 1e-3);
        assert!((t_quantile(0.90, 30.0) - 1.697).abs() < 1e-3);
        assert!(t_quantile(0.95, 0.0).is_nan());
    }
}
