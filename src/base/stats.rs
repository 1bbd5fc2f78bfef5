//! Sums, moments, quantiles and intervals of result columns.

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

/// Arithmetic mean; not a number of an empty column.
pub fn mean(values: &[f64]) -> f64 {
    sum(values) / values.len() as f64
}

/// Sample variance (over n − 1); not a number below two values.
pub fn variance(values: &[f64]) -> f64 {
    covariance(values, values)
}

/// Sample covariance (over n − 1) of two columns of equal length.
pub fn covariance(a: &[f64], b: &[f64]) -> f64 {
    let (mean_a, mean_b) = (mean(a), mean(b));
    let products: Vec<f64> = a
        .iter()
        .zip(b)
        .map(|(x, y)| (x - mean_a) * (y - mean_b))
        .collect();
    if products.len() < 2 {
        return f64::NAN;
    }
    sum(&products) / (products.len() - 1) as f64
}

/// Pearson correlation; not a number where a column does not vary.
pub fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let scale = math::sqrt(variance(a)) * math::sqrt(variance(b));
    math::clamp(covariance(a, b) / scale, -1.0, 1.0) + 0.0 * scale / scale
}

/// Quantile `p` in \[0, 1\] of a rising column, linear between order statistics (type 7).
///
/// ```
/// use leverlab::base::stats::quantile;
/// assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], 0.25), 1.75);
/// ```
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let place = math::clamp(p, 0.0, 1.0) * last as f64;
    let below = (place.floor() as usize).min(last);
    let above = (below + 1).min(last);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
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

/// Sums of a column by cluster; `clusters` names the cluster of each value, in runs or not.
fn by_cluster(values: &[f64], clusters: &[u32]) -> Vec<(f64, f64)> {
    let mut sums = std::collections::BTreeMap::<u32, (f64, f64)>::new();
    for (value, cluster) in values.iter().zip(clusters) {
        let entry = sums.entry(*cluster).or_insert((0.0, 0.0));
        entry.0 += value;
        entry.1 += 1.0;
    }
    sums.into_values().collect()
}

/// Standard error of a mean whose values come in clusters (replicates of one parameter draw).
///
/// √(G/(G − 1) · Σ over clusters of (sum of residuals)² / n²); not a number below two
/// clusters. With clusters of one value it is the usual standard error.
pub fn clustered_se(values: &[f64], clusters: &[u32]) -> f64 {
    let n = values.len() as f64;
    let centre = mean(values);
    let squares: Vec<f64> = by_cluster(values, clusters)
        .iter()
        .map(|(sum, count)| (sum - count * centre) * (sum - count * centre))
        .collect();
    let groups = squares.len() as f64;
    if groups < 2.0 {
        return f64::NAN;
    }
    math::sqrt(groups / (groups - 1.0) * sum(&squares)) / n
}

/// Share of the variance that lies between clusters, in \[0, 1\].
///
/// One-way random-effects analysis of variance; 0 where nothing varies, not a number where
/// the split cannot be seen (one cluster, or one value in each).
pub fn share_between(values: &[f64], clusters: &[u32]) -> f64 {
    let groups = by_cluster(values, clusters);
    let (n, g) = (values.len() as f64, groups.len() as f64);
    if g < 2.0 || n <= g {
        return f64::NAN;
    }
    let centre = mean(values);
    let between: Vec<f64> = groups
        .iter()
        .map(|(sum, count)| count * (sum / count - centre) * (sum / count - centre))
        .collect();
    let between = sum(&between);
    let total: Vec<f64> = values.iter().map(|x| (x - centre) * (x - centre)).collect();
    let within = math::max(sum(&total) - between, 0.0) / (n - g);
    let between = between / (g - 1.0);
    let squares: Vec<f64> = groups.iter().map(|(_, count)| count * count).collect();
    let size = (n - sum(&squares) / n) / (g - 1.0);
    let variance = math::max((between - within) / size, 0.0);
    if variance + within == 0.0 {
        return 0.0;
    }
    variance / (variance + within)
}

/// An estimate with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Estimate.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Mean with its Student interval from the clustered standard error, G − 1 degrees of freedom.
pub fn mean_interval(values: &[f64], clusters: &[u32], level: f64) -> Interval {
    let estimate = mean(values);
    let groups = by_cluster(values, clusters).len() as f64;
    let half = t_quantile(level, groups - 1.0) * clustered_se(values, clusters);
    Interval {
        estimate,
        low: estimate - half,
        high: estimate + half,
    }
}

/// Ratio of the means of two paired columns with Fieller's interval.
///
/// The pairs are correlated, and the interval solves
/// (ȳ − ρ x̄)² = t² (s_yy − 2ρ s_xy + ρ² s_xx)/n for ρ. `None` where the interval of the
/// denominator holds zero: the ratio is then unbounded and not to be quoted.
pub fn ratio_interval(numerator: &[f64], denominator: &[f64], level: f64) -> Option<Interval> {
    let n = numerator.len() as f64;
    let t = t_quantile(level, n - 1.0);
    let (y, x) = (mean(numerator), mean(denominator));
    let scale = t * t / n;
    let v_yy = scale * variance(numerator);
    let v_xx = scale * variance(denominator);
    let v_xy = scale * covariance(numerator, denominator);
    let a = x * x - v_xx;
    // written so that a number that is none refuses as well
    if !(a > 0.0) {
        return None;
    }
    let b = x * y - v_xy;
    let c = y * y - v_yy;
    let root = math::sqrt(math::max(b * b - a * c, 0.0));
    Some(Interval {
        estimate: y / x,
        low: (b - root) / a,
        high: (b + root) / a,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::dist;
    use crate::base::rng::{Key, Purpose};

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    fn normals(run: u32, purpose: Purpose) -> impl FnMut(u32) -> f64 {
        let key = Key { seed: 99, run };
        move |i| dist::normal(key.uniform(i, 0, 0, 0, purpose), 0.0, 1.0)
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
        assert!(close(variance(&a), 14.0 / 3.0));
        // with -1 -2 1 2: 2 + 2 + 0 + 6 = 10, over 3
        assert!(close(covariance(&a, &b), 10.0 / 3.0));
        assert!(close(correlation(&a, &b), 10.0 / (14.0_f64 * 10.0).sqrt()));
        assert!(variance(&[1.0]).is_nan());
        assert!(correlation(&[1.0, 1.0], &[1.0, 2.0]).is_nan());
    }

    #[test]
    fn quantiles_by_hand() {
        let sorted = [1.0, 3.0, 4.0, 8.0, 9.0];
        assert_eq!(quantile(&sorted, 0.0), 1.0);
        assert_eq!(quantile(&sorted, 1.0), 9.0);
        assert_eq!(quantile(&sorted, 0.5), 4.0);
        // place 0.4: 1 + 0.4 · 2
        assert!(close(quantile(&sorted, 0.1), 1.8));
        assert!(quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn t_points_match_the_printed_tables() {
        assert!((t_quantile(0.95, 1.0) - 12.706).abs() < 1e-3);
        assert!((t_quantile(0.95, 9.0) - 2.262).abs() < 1e-3);
        assert!((t_quantile(0.90, 30.0) - 1.697).abs() < 1e-3);
        assert!(t_quantile(0.95, 0.0).is_nan());
    }

    #[test]
    fn clustered_error_by_hand() {
        // mean 3; residuals (-2 -1) (0 3): sums -3 and 3; 2/1 · 18 / 16
        let se = clustered_se(&[1.0, 2.0, 3.0, 6.0], &[7, 7, 9, 9]);
        assert!(close(se, (36.0_f64 / 16.0).sqrt()));
        // clusters of one: s/√n
        let alone = clustered_se(&[1.0, 2.0, 3.0, 6.0], &[1, 2, 3, 4]);
        assert!(close(alone, (14.0_f64 / 3.0 / 4.0).sqrt()));
        assert!(clustered_se(&[1.0, 2.0], &[1, 1]).is_nan());
    }

    #[test]
    fn share_between_by_hand() {
        // means 2 and 6, centre 4: between 2·4·2 = 16 over 1; within 2 + 2 = 4 over 2 = 2;
        // variance (16 − 2)/2 = 7; 7/9
        let share = share_between(&[1.0, 3.0, 5.0, 7.0], &[0, 0, 1, 1]);
        assert!(close(share, 7.0 / 9.0), "{share}");
        assert_eq!(share_between(&[1.0, 3.0, 1.0, 3.0], &[0, 0, 1, 1]), 0.0);
        assert_eq!(share_between(&[2.0, 2.0, 5.0, 5.0], &[0, 0, 1, 1]), 1.0);
        assert_eq!(share_between(&[2.0; 4], &[0, 0, 1, 1]), 0.0);
        assert!(share_between(&[1.0, 2.0], &[0, 1]).is_nan());
    }

    #[test]
    fn ratio_by_hand() {
        // y = 2x exactly: the ratio is known without error
        let x = [1.0, 2.0, 3.0, 2.0];
        let y = [2.0, 4.0, 6.0, 4.0];
        let ratio = ratio_interval(&y, &x, 0.95).unwrap();
        assert!(close(ratio.estimate, 2.0) && close(ratio.low, 2.0) && close(ratio.high, 2.0));
        // a constant denominator: the interval of the mean, divided
        let ratio = ratio_interval(&[1.0, 2.0, 3.0], &[2.0; 3], 0.95).unwrap();
        let half = t_quantile(0.95, 2.0) / 3.0_f64.sqrt();
        assert!(
            close(ratio.low, (2.0 - half) / 2.0) && close(ratio.high, f64::midpoint(2.0, half))
        );
        assert!(ratio_interval(&y, &[-1.0, 1.0, -1.0, 1.5], 0.95).is_none());
        assert!(ratio_interval(&[1.0], &[1.0], 0.95).is_none());
    }

    /// 1,000 batches of 20 clusters by 4 with half of the variance between clusters.
    #[test]
    fn clustered_interval_covers_as_often_as_it_says() {
        let clusters: Vec<u32> = (0..80).map(|i| i / 4).collect();
        let (mut covered, mut naive, mut shares) = (0, 0, 0.0);
        for run in 0..1000 {
            let (mut common, mut own) =
                (normals(run, Purpose::Choice), normals(run, Purpose::Shock));
            let values: Vec<f64> = (0..80).map(|i| common(i / 4) + own(i)).collect();
            let interval = mean_interval(&values, &clusters, 0.95);
            covered += u32::from(interval.low < 0.0 && interval.high > 0.0);
            let alone: Vec<u32> = (0..80).collect();
            let interval = mean_interval(&values, &alone, 0.95);
            naive += u32::from(interval.low < 0.0 && interval.high > 0.0);
            shares += share_between(&values, &clusters) / 1000.0;
        }
        assert!((925..=970).contains(&covered), "{covered} of 1000");
        assert!(naive < 850, "clusters matter here: {naive} of 1000");
        assert!((shares - 0.5).abs() < 0.03, "{shares}");
    }

    /// 1,000 batches of 30 pairs with correlation about 0.7 and a true ratio of 2.
    #[test]
    fn ratio_interval_covers_as_often_as_it_says() {
        let mut covered = 0;
        for run in 0..1000 {
            let (mut common, mut own) =
                (normals(run, Purpose::Choice), normals(run, Purpose::Shock));
            let x: Vec<f64> = (0..30).map(|i| 3.0 + common(i)).collect();
            let y: Vec<f64> = (0..30).map(|i| 6.0 + common(i) + own(i)).collect();
            let ratio = ratio_interval(&y, &x, 0.95).unwrap();
            covered += u32::from(ratio.low < 2.0 && ratio.high > 2.0);
        }
        assert!((925..=970).contains(&covered), "{covered} of 1000");
    }
}
