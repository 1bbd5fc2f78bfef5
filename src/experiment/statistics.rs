//! How sure is a mean over runs: errors clustered by parameter draw, Fieller's interval,
//! the share of spread that comes from parameters.

use crate::base::math::sqrt;
use crate::base::stats::{mean, t_quantile};

/// Ranges of equal, adjacent `draws`.
pub fn clusters(draws: &[u32]) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for place in 1..=draws.len() {
        if place == draws.len() || draws[place] != draws[start] {
            ranges.push(start..place);
            start = place;
        }
    }
    ranges
}

/// Covariance of the means of `a` and `b`, clustered by draw:
/// G/(G−1) · Σ_g (Σ_{i∈g} (aᵢ−ā)) (Σ_{i∈g} (bᵢ−b̄)) / n².
///
/// With one draw the runs themselves are the clusters (an error conditional on that draw);
/// `None` under two runs.
pub fn covariance_of_means(a: &[f64], b: &[f64], draws: &[u32]) -> Option<f64> {
    let n = a.len();
    let mut groups = clusters(draws);
    if groups.len() < 2 {
        groups = (0..n).map(|i| i..i + 1).collect();
    }
    if groups.len() < 2 {
        return None;
    }
    let (mean_a, mean_b) = (mean(a), mean(b));
    let sum: f64 = groups
        .iter()
        .map(|group| {
            let left: f64 = a[group.clone()].iter().map(|x| x - mean_a).sum();
            let right: f64 = b[group.clone()].iter().map(|y| y - mean_b).sum();
            left * right
        })
        .sum();
    let g = groups.len() as f64;
    let n = n as f64;
    Some(g / (g - 1.0) * sum / (n * n))
}

/// Number of clusters that an error rests on.
pub fn cluster_count(draws: &[u32]) -> usize {
    let groups = clusters(draws).len();
    if groups < 2 { draws.len() } else { groups }
}

/// Standard error of the mean, clustered by draw; infinite with fewer than two runs.
pub fn standard_error(values: &[f64], draws: &[u32]) -> f64 {
    covariance_of_means(values, values, draws).map_or(f64::INFINITY, sqrt)
}

/// Share of the variance that lies between draws (one-way random effects, method of moments);
/// `None` with one draw, one run a draw, or no variance.
pub fn parameter_share(values: &[f64], draws: &[u32]) -> Option<f64> {
    let groups = clusters(draws);
    let (n, g) = (values.len() as f64, groups.len() as f64);
    if groups.len() < 2 || groups.len() == values.len() {
        return None;
    }
    let grand = mean(values);
    let (mut between, mut within, mut squares) = (0.0, 0.0, 0.0);
    for group in groups {
        let part = &values[group];
        let size = part.len() as f64;
        let centre = mean(part);
        between += size * (centre - grand) * (centre - grand);
        within += part
            .iter()
            .map(|x| (x - centre) * (x - centre))
            .sum::<f64>();
        squares += size * size;
    }
    let (between, within) = (between / (g - 1.0), within / (n - g));
    let size = (n - squares / n) / (g - 1.0);
    let of_draws = if between > within {
        (between - within) / size
    } else {
        0.0
    };
    let total = of_draws + within;
    (total > 0.0).then(|| of_draws / total)
}

/// Ratio of the means of `top` and `bottom` with its 90 % Fieller interval (5 %, 95 %);
/// `None` where the interval of the mean of `bottom` holds 0 or under four clusters.
pub fn fieller(top: &[f64], bottom: &[f64], draws: &[u32]) -> Option<(f64, [f64; 2])> {
    let groups = cluster_count(draws);
    if groups < 4 {
        return None;
    }
    // derived: 5 % on each side
    let t = t_quantile(0.9, (groups - 1) as f64);
    let t2 = t * t;
    let (a, b) = (mean(top), mean(bottom));
    let var_a = covariance_of_means(top, top, draws)?;
    let var_b = covariance_of_means(bottom, bottom, draws)?;
    let cov = covariance_of_means(top, bottom, draws)?;
    let lead = b * b - t2 * var_b;
    if lead <= 0.0 || b == 0.0 {
        return None;
    }
    let middle = a * b - t2 * cov;
    let inner = middle * middle - (a * a - t2 * var_a) * lead;
    let half = if inner > 0.0 { sqrt(inner) } else { 0.0 };
    Some((a / b, [(middle - half) / lead, (middle + half) / lead]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::dist;
    use crate::base::rng::{Key, Purpose};

    #[test]
    fn clustered_error_by_hand() {
        // Means of draws 1.5 and 5.5 round 3.5: cluster sums −4 and 4; 2/1 · 32/16 = 4.
        let values = [1.0, 2.0, 5.0, 6.0];
        assert_eq!(standard_error(&values, &[0, 0, 1, 1]), 2.0);
        // Each run its own draw: s²/n = (17/3)/4.
        let own = standard_error(&values, &[0, 1, 2, 3]);
        assert!((own * own - 17.0 / 12.0).abs() < 1e-12);
        assert_eq!(
            own,
            standard_error(&values, &[0; 4]),
            "one draw: error given that draw"
        );
        assert!(standard_error(&[1.0], &[0]).is_infinite());
    }

    #[test]
    fn share_between_draws_by_hand() {
        // MSB = 2(2²+2²)/1 = 16, MSW = (0.5+0.5)/2 = 0.5, between = 15.5/2 = 7.75.
        let share = parameter_share(&[1.0, 2.0, 5.0, 6.0], &[0, 0, 1, 1]).expect("two draws");
        assert!((share - 7.75 / 8.25).abs() < 1e-12);
        assert_eq!(parameter_share(&[1.0, 2.0], &[0, 0]), None);
        assert_eq!(parameter_share(&[3.0; 4], &[0, 0, 1, 1]), None);
    }

    #[test]
    fn fieller_meets_its_definition_and_refuses_a_cost_round_zero() {
        let draws: Vec<u32> = (0..8).collect();
        let top = [2.0, 2.4, 1.8, 2.2, 2.1, 1.9, 2.3, 1.7];
        let bottom = [1.0, 1.1, 0.9, 1.2, 1.0, 0.8, 1.1, 0.9];
        let (ratio, [low, high]) = fieller(&top, &bottom, &draws).expect("cost away from 0");
        assert!(low < ratio && ratio < high);
        // At each end, top − end · bottom lies exactly t standard errors from 0.
        let t = t_quantile(0.9, 7.0);
        for end in [low, high] {
            let gap: Vec<f64> = top.iter().zip(&bottom).map(|(a, b)| a - end * b).collect();
            let score = mean(&gap).abs() / standard_error(&gap, &draws);
            assert!((score - t).abs() < 1e-9, "{score} against {t}");
        }
        let round_zero = [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -0.9];
        assert_eq!(fieller(&top, &round_zero, &draws), None);
        assert_eq!(fieller(&top, &[0.0; 8], &draws), None);
    }

    fn normals(run: u32, purpose: Purpose) -> impl FnMut(u32) -> f64 {
        let key = Key { seed: 99, run };
        move |i| dist::normal(key.uniform(i, 0, 0, 0, purpose), 0.0, 1.0)
    }

    /// 1,000 batches of 20 draws by 4 runs with half of the variance between draws.
    #[test]
    fn clustered_interval_covers_as_often_as_it_says() {
        let draws: Vec<u32> = (0..80).map(|i| i / 4).collect();
        let alone: Vec<u32> = (0..80).collect();
        let (mut covered, mut naive, mut shares) = (0, 0, 0.0);
        for run in 0..1000 {
            let (mut common, mut own) =
                (normals(run, Purpose::Choice), normals(run, Purpose::Shock));
            let values: Vec<f64> = (0..80).map(|i| common(i / 4) + own(i)).collect();
            let holds = |draws: &[u32]| {
                let t = t_quantile(0.95, cluster_count(draws) as f64 - 1.0);
                mean(&values).abs() < t * standard_error(&values, draws)
            };
            covered += u32::from(holds(&draws));
            naive += u32::from(holds(&alone));
            shares += parameter_share(&values, &draws).unwrap() / 1000.0;
        }
        assert!((925..=970).contains(&covered), "{covered} of 1000");
        assert!(naive < 850, "draws matter here: {naive} of 1000");
        assert!((shares - 0.5).abs() < 0.03, "{shares}");
    }

    /// 1,000 batches of 30 pairs with correlation about 0.7 and a true ratio of 2.
    #[test]
    fn fieller_covers_as_often_as_it_says() {
        let draws: Vec<u32> = (0..30).collect();
        let mut covered = 0;
        for run in 0..1000 {
            let (mut common, mut own) =
                (normals(run, Purpose::Choice), normals(run, Purpose::Shock));
            let x: Vec<f64> = (0..30).map(|i| 3.0 + common(i)).collect();
            let y: Vec<f64> = (0..30).map(|i| 6.0 + common(i) + own(i)).collect();
            let (_, [low, high]) = fieller(&y, &x, &draws).unwrap();
            covered += u32::from(low < 2.0 && high > 2.0);
        }
        assert!((875..=925).contains(&covered), "{covered} of 1000");
    }
}
