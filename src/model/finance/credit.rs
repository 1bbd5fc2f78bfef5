//! Answers what a bank posts, whom it serves first, and when asking for a loan pays.
//!
//! Banks post a limit and a rate by rule, and lend on less of the same security when the quota is
//! short; firms that fail the rules mostly do not ask, so that
//! rationing works by not applying. The bank serves those it knows first, then by headroom
//! between the highest rate guidance allows and the rate it requires.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::FinanceParameters;
use crate::base::math;
use crate::policy::finance::Finance;

/// Number of queues of applicants: half for firms known to a bank, half for others.
pub const BUCKETS: usize = 64;
const HALF: usize = BUCKETS / 2;

/// Quota a firm borrows from: 0 small technology firms, 1 larger firms with R&D.
#[inline(always)]
pub fn pool_of(staff: f64, sales: f64, p: &FinanceParameters) -> usize {
    usize::from((staff > p.sme_staff) | (sales > p.sme_sales))
}

/// Hazard of default \[1/yr\]: log-linear in a loss year and in having no cash.
///
/// Example: 0.008 in a good state, e^{1.1} = 3 times that in a loss year.
#[inline]
pub fn default_hazard(taxed: bool, cash: f64, p: &FinanceParameters) -> f64 {
    let loss = if taxed { 0.0 } else { p.default_loss_log };
    let dry = if cash < 0.0 { p.default_cash_log } else { 0.0 };
    p.default_hazard * math::exp(loss + dry)
}

/// A number for each state of a firm that default hangs on: a loss year or not, no cash or some.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ByState([[f64; 2]; 2]);

impl ByState {
    /// Hazards of default \[1/yr\], worked out once and looked up by firm.
    pub fn hazards(p: &FinanceParameters) -> Self {
        let of = |taxed, cash| default_hazard(taxed, cash, p);
        Self([
            [of(false, 0.0), of(false, -1.0)],
            [of(true, 0.0), of(true, -1.0)],
        ])
    }

    /// What `f` makes of each number.
    pub fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self(self.0.map(|row| row.map(&f)))
    }

    /// The number of a firm in this state.
    #[inline(always)]
    pub fn of(&self, taxed: bool, cash: f64) -> f64 {
        let [[loss, loss_dry], [taxable, taxable_dry]] = self.0;
        let dry = if taxed { taxable_dry } else { loss_dry };
        let solvent = if taxed { taxable } else { loss };
        if cash < 0.0 { dry } else { solvent }
    }
}

/// Most a bank lends to a firm \[mn\]: security over the part of the loss the bank carries.
///
/// Security is seen in sales and in assets that can be mortgaged; `knowledge` \[mn\] counts at the
/// weight of points, patents at the pledge ratio. Example: sales 40 at 0.3, assets 36 at 0.25, no
/// points, 2 patents of 0.3 at 0.2: 21.12; half the loss compensated: 42.24.
#[inline(always)]
pub fn credit_limit(
    (sales, assets): (f64, f64),
    knowledge: f64,
    patents: f64,
    policy: &Finance,
    p: &FinanceParameters,
) -> f64 {
    let security = p.limit_sales * sales
        + p.limit_assets * assets
        + policy.points_lending * p.limit_knowledge * knowledge
        + policy.pledge_ratio * p.patent_value * patents;
    security / (1.0 - policy.risk_compensation)
}

/// Part of small technology firms' loans that re-lending covers \[share\]: quota over stock, at
/// most the covered principal; none where it is dearer than banks' own `funds`.
///
/// Example: 500 bn on 2,000 bn of loans: 0.25.
#[inline]
pub fn relending_share(stock: f64, funds: f64, policy: &Finance, p: &FinanceParameters) -> f64 {
    const MN: f64 = 1000.0; // derived: million in a billion
    if stock > 0.0 && policy.relending_rate < funds {
        math::min(policy.relending_quota * MN / stock, p.relending_cover)
    } else {
        0.0
    }
}

/// Rate at which a bank breaks even on a loan \[1/yr\]: the mean rate without its loss allowance
/// and the relief of cheap funds, plus the expected loss it carries itself.
///
/// Example: 4.5 − 1.0 − 0 + 2.4·0.5·(1 − 0.5) = 4.1 %.
#[inline(always)]
pub fn required_rate(
    mean_rate: f64,
    relief: f64,
    hazard: f64,
    policy: &Finance,
    p: &FinanceParameters,
) -> f64 {
    let carried = hazard * p.loss_given_default * (1.0 - policy.risk_compensation);
    mean_rate - p.loss_allowance - relief + carried
}

/// Yearly worth of options on shares that a bank takes beside a loan, per yuan of loan, of a firm
/// whose value hangs on R&D alone \[1/yr\].
///
/// An at-the-money option is worth `σ √(T/2π)` of what it covers (Brenner, Subrahmanyam 1988); it
/// pays only where shares are listed or bought within its life. Example: cover 0.2, σ 0.6, T 3
/// years, ways out 0.11 a year: 0.2·0.4146·0.281/3 = 0.78 %.
#[inline]
pub fn option_yield(policy: &Finance, p: &FinanceParameters) -> f64 {
    let years = p.option_years;
    let worth = p.equity_volatility * math::sqrt(years) * math::normal_pdf(0.0);
    let out = 1.0 - math::exp(-years * (p.listing_hazard + p.purchase_hazard));
    policy.linkage * worth * out / years
}

/// Part of a firm's volatility that stems from R&D: the root of R&D over income before it, all of
/// it in a loss year, none without R&D.
///
/// Example: R&D 4 of income 16: one half.
#[inline(always)]
pub fn research_volatility(rd: f64, income: f64) -> f64 {
    if rd > 0.0 {
        math::sqrt(rd / math::max(income, rd))
    } else {
        0.0
    }
}

/// Highest rate guidance allows \[1/yr\].
#[inline(always)]
pub fn rate_cap(mean_rate: f64, p: &FinanceParameters) -> f64 {
    mean_rate + p.rate_room
}

/// Queue of an applicant: known firms above all others, more headroom before less.
#[inline]
pub fn bucket(banked: bool, headroom: f64, p: &FinanceParameters) -> usize {
    let rank = rank(headroom / (p.rate_room + p.loss_allowance), HALF);
    if banked { HALF + rank } else { rank }
}

/// Queue out of `queues` for a score between 0 and 1.
///
/// Example: a score of 0.5 out of 32: 16.
#[inline]
pub fn rank(score: f64, queues: usize) -> usize {
    let share = math::clamp(score, 0.0, 1.0);
    ((share * queues as f64) as usize).min(queues - 1)
}

/// Chance of approval a firm expects: its region's share of approvals, its own luck in odds
/// ([`own_odds`]), and doubt where it fails what banks post.
///
/// Example: share one half, odds 3: 0.75.
#[inline]
pub fn expected_chance(share: f64, odds: f64, passes: bool, p: &FinanceParameters) -> f64 {
    let chance = share * odds / (1.0 - share + share * odds);
    if passes { chance } else { p.doubt * chance }
}

/// Odds of approval that a firm's own luck adds, for firms without and with a loan before.
pub fn own_odds(p: &FinanceParameters) -> [f64; 2] {
    [
        math::exp(-p.history_log_odds),
        math::exp(p.history_log_odds),
    ]
}

/// Whether asking pays: `p·ΔW > a + (1 − p)·stigma`, in million yuan.
#[inline]
pub fn applies(chance: f64, gain: f64, p: &FinanceParameters) -> bool {
    chance * gain > p.apply_cost + (1.0 - chance) * p.stigma
}

/// Yearly surplus of R&D that a loan adds where cash holds R&D at `own` of a project mass
/// `mass` \[mn/yr\]: the best projects come first, so the loan pays for the next best.
///
/// ```text
/// ΔW = mass [e^{μ+σ²/2} (Φ(d₁ + σ) − Φ(d₀ + σ)) − c (Φ(d₁) − Φ(d₀))],   Φ(d₀) = own/mass
/// ```
#[inline]
pub fn project_gain(mass: f64, own: f64, extra: f64, (mean, spread): (f64, f64), cost: f64) -> f64 {
    let top = math::normal_cdf((mean - math::ln(cost)) / spread);
    let from = math::clamp(own / mass, f64::EPSILON, top);
    let to = math::clamp((own + extra) / mass, from, top);
    if to <= from {
        return 0.0;
    }
    let (d0, d1) = (math::normal_quantile(from), math::normal_quantile(to));
    let gain = math::exp(mean + 0.5 * spread * spread)
        * (math::normal_cdf(d1 + spread) - math::normal_cdf(d0 + spread));
    mass * (gain - cost * (to - from))
}

/// Part of the limit that banks post next, `θ (available/demand)^speed`, at most all of it: they
/// lend less on the same security where applicants ask for more than the quota holds.
///
/// Example: half the limit posted, asked twice what there is, speed 0.5: 0.354.
#[inline]
pub fn posted_part(now: f64, available: f64, demand: f64, p: &FinanceParameters) -> f64 {
    if demand <= 0.0 {
        return 1.0;
    }
    let fill = math::clamp(available / demand, p.posting_step, 1.0 / p.posting_step);
    math::min(now * math::pow(fill, p.posting_speed), 1.0)
}

/// Part of each queue's demand that `available` serves, from the top; the queue at the cut gets
/// what is left, evenly.
///
/// Example: 5 to lend, 4 asked at the top and 2 below: all of the top, half of the next.
pub fn serve(demand: &[f64; BUCKETS], available: f64) -> [f64; BUCKETS] {
    let mut left = math::max(available, 0.0);
    let mut served = [0.0; BUCKETS];
    for k in (0..BUCKETS).rev() {
        if demand[k] > 0.0 && left > 0.0 {
            served[k] = math::min(1.0, left / demand[k]);
            left -= served[k] * demand[k];
        }
    }
    served
}
