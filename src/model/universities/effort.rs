//! How researchers divide their time, and whether they disclose an invention.

use crate::base::math;

/// Shares of time given to papers, contracts and transfer, e_k ∝ reward_k^(1/(1−a)), the
/// optimum of Σ reward_k·e_k^a under Σ e_k = 1 \[shares\] (mechanisms M25).
///
/// Example: rewards 1, 1, 2 at a = 0.5 give 1/6, 1/6, 4/6.
pub fn time_shares(rewards: [f64; 3], curvature: f64) -> [f64; 3] {
    let exponent = 1.0 / (1.0 - curvature);
    let pull = rewards.map(|r| if r > 0.0 { math::pow(r, exponent) } else { 0.0 });
    let total = pull[0] + pull[1] + pull[2];
    pull.map(|p| p / total)
}

/// Share of its income that an inventor reckons with: by rule, and by ownership where the
/// unit gives control, share + gain·(1 − share).
///
/// Example: 0.5 by rule, 0.4 of the rest by ownership: 0.7.
pub fn inventor_income(share: f64, control: bool, control_gain: f64) -> f64 {
    if control {
        share + control_gain * (1.0 - share)
    } else {
        share
    }
}

/// Share of inventors who disclose: those whose outside share of the value, log-normal
/// about `median`, is below what disclosing gives them.
///
/// Example: worth equal to the median gives one half.
pub fn disclosed_share(worth: f64, median: f64, log_sd: f64) -> f64 {
    math::normal_cdf(math::ln(worth / median) / log_sd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_follows_rewards() {
        let e = time_shares([1.0, 1.0, 2.0], 0.5);
        assert!((e[0] - 1.0 / 6.0).abs() < 1e-12 && (e[2] - 4.0 / 6.0).abs() < 1e-12);
        // appraisal_transfer_weight, inventor_share: a higher reward draws time
        assert!(time_shares([1.0, 1.0, 2.2], 0.5)[2] > e[2]);
        // appraisal_paper_weight
        assert!(time_shares([1.1, 1.0, 2.0], 0.5)[0] > e[0]);
    }

    #[test]
    fn better_terms_bring_disclosure() {
        assert!((disclosed_share(0.5, 0.5, 1.5) - 0.5).abs() < 1e-6);
        assert!(disclosed_share(0.8, 0.5, 1.5) > disclosed_share(0.5, 0.5, 1.5));
        assert!((inventor_income(0.5, true, 0.4) - 0.7).abs() < 1e-12);
        assert!(inventor_income(0.5, true, 0.4) > inventor_income(0.5, false, 0.4));
    }
}
