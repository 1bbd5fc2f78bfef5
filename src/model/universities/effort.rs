//! How researchers divide their time, and whether they disclose an invention.

use crate::base::math;
use crate::model::context::Context;

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

/// Worth of a yuan of cash reward in yuan of other pay, which is taxed in full at `rate`:
/// (1 − taxed·rate)/(1 − rate), 1 where the reward is taxed as wage too.
///
/// Example: half of it taxed at 0.25: 0.875/0.75 = 1.167.
pub fn reward_worth(taxed: f64, rate: f64) -> f64 {
    (1.0 - taxed * rate) / (1.0 - rate)
}

/// [`reward_worth`] under the rule that inventors see.
pub fn reward_worth_seen(ctx: &Context) -> f64 {
    reward_worth(
        ctx.seen.rights.inventor_cash_taxed,
        ctx.parameters.tax.reward_rate,
    )
}

/// Share of its income that an inventor reckons with: by rule, a yuan of it worth `worth`
/// yuan of other pay, and by ownership where the unit gives control,
/// worth·share + gain·(1 − share).
///
/// Example: 0.5 by rule at a worth of 1, 0.4 of the rest by ownership: 0.7.
pub fn inventor_income(share: f64, worth: f64, control: bool, control_gain: f64) -> f64 {
    let cash = worth * share;
    if control {
        cash + control_gain * (1.0 - share)
    } else {
        cash
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
        // inventor_cash_taxed: a reward less taxed than other pay draws time
        let pull = |taxed: f64| time_shares([1.0, 1.0, 4.0 * 0.5 * reward_worth(taxed, 0.25)], 0.5);
        assert!(pull(0.5)[2] > pull(1.0)[2]);
        // appraisal_paper_weight
        assert!(time_shares([1.1, 1.0, 2.0], 0.5)[0] > e[0]);
    }

    #[test]
    fn tax_on_rewards_lowers_their_worth() {
        assert!((reward_worth(0.5, 0.25) - 0.875 / 0.75).abs() < 1e-15);
        // taxed as wage, to the last bit
        assert_eq!(reward_worth(1.0, 0.27), 1.0);
        let income = |taxed: f64| inventor_income(0.5, reward_worth(taxed, 0.25), false, 0.4);
        assert_eq!(income(1.0), 0.5);
        assert!(income(0.5) > income(1.0) && income(0.0) > income(0.5));
        let told = |taxed: f64| disclosed_share(income(taxed), 0.5, 1.5);
        assert!(told(0.5) > told(1.0));
    }

    #[test]
    fn better_terms_bring_disclosure() {
        assert!((disclosed_share(0.5, 0.5, 1.5) - 0.5).abs() < 1e-6);
        assert!(disclosed_share(0.8, 0.5, 1.5) > disclosed_share(0.5, 0.5, 1.5));
        assert!((inventor_income(0.5, 1.0, true, 0.4) - 0.7).abs() < 1e-12);
        assert!(inventor_income(0.5, 1.0, true, 0.4) > inventor_income(0.5, 1.0, false, 0.4));
    }
}
