//! Answers how much R&D a firm wants, starts, stops and can pay for.
//!
//! A firm holds a mass κS of projects with log return N(μ, σ²) and does those that pay at its
//! user cost c:
//!
//! ```text
//! d  = (μ + g_μ t − ln c)/σ
//! R* = κ S̄ Φ(d) + G·(Φ(d_g) − Φ(d))                           desired R&D [mn/yr]
//! W  = κ S̄ [e^{μ+σ²/2} Φ(d + σ) − c Φ(d)]                      yearly surplus [mn/yr]
//! start if PV(W + χ V_cert − f) > m f;  stop after four quarters with W < f
//! R  ← R + λ (min(R*, liquidity) − R)
//! K  ← (1 − δ/4) K + R/(4 q p)                                  volume at prices of 2020
//! ```
//!
//! S̄ is the three-year mean of sales, G a grant whose slice is priced at `c (1 − grant share)`,
//! so crowding out follows from Φ. The user-cost elasticity is φ(d)/(σ Φ(d)): an outcome.
//! Left out: dynamic anticipation beyond the mean expected setting of policy.

#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

mod plan;
mod position;
mod positions;
mod spend;
mod start;
mod strip;

pub use plan::{Plans, plan};
pub use position::{Law, carry_table, firm_user_cost, loss_share, tax_position, tax_status};
pub(in crate::model) use positions::{Positions, STRIP, whole};
pub use spend::spend;

use super::context::Context;
use crate::base::math;

crate::family! {
    /// Projects, teams, adjustment.
    pub struct ResearchParameters in "research" {
        /// Standard deviation of log returns of projects σ \[log points\].
        returns_spread,
        /// Residual trend of expected returns g_μ \[1/yr\].
        returns_trend,
        /// Start multiple m: present value of surplus over the team cost \[ratio\].
        start_multiple,
        /// Yearly chance that a firm that could start looks at it \[1/yr\].
        start_hazard,
        /// Weight of the certificate's value in the start test χ \[share\].
        certificate_weight,
        /// R&D of a starter over desired R&D \[share\].
        start_share,
        /// Years over which a start is valued \[years\].
        start_horizon,
        /// Adjustment of R&D towards desired, a quarter λ \[1/quarter\].
        adjustment,
        /// Desired R&D over mean sales at most \[share\].
        intensity_cap,
        /// Own share of a granted project's cost \[share\].
        grant_own_share,
        /// Knowledge over real sales at which absorptive capacity is one half \[ratio\].
        absorptive_half,
        /// Quarters with too little surplus after which R&D is stopped \[quarters\].
        stop_quarters,
    }
}

/// How far a firm's marginal project lies above the user cost, `d = (μ − ln c)/σ`.
#[inline(always)]
pub fn distance(project_mean: f64, user_cost: f64, spread: f64) -> f64 {
    (project_mean - math::ln(user_cost)) / spread
}

/// Desired R&D `κS̄·Φ(d) + G·(Φ(d_g) − Φ(d))`, at most `cap·S̄` \[mn/yr\].
///
/// `mass` = κS̄; a grant `grant` makes the projects on its slice cost `grant_cost` instead.
#[inline(always)]
pub fn desired_rd(
    mass: f64,
    project_mean: f64,
    cost: f64,
    grant: f64,
    grant_cost: f64,
    spread: f64,
    cap: f64,
) -> f64 {
    let done = math::normal_cdf(distance(project_mean, cost, spread));
    let granted = math::normal_cdf(distance(project_mean, grant_cost, spread));
    wanted_rd(mass, done, grant, granted, cap)
}

/// [`desired_rd`] where a share `done` of all projects pays, and one of `granted` on the slice
/// that a grant pays for.
///
/// Example: mass 10, a half pays, a grant of 2 on which all pay: 5 + 1 = 6.
#[inline(always)]
fn wanted_rd(mass: f64, done: f64, grant: f64, granted: f64, cap: f64) -> f64 {
    math::min(mass * done + grant * (granted - done), cap)
}

/// Yearly surplus of doing the projects that pay, before the team's fixed cost \[mn/yr\].
#[inline(always)]
pub fn research_surplus(mass: f64, project_mean: f64, cost: f64, spread: f64) -> f64 {
    let d = distance(project_mean, cost, spread);
    let mean_return = math::exp(project_mean + 0.5 * spread * spread);
    let (done, above) = (math::normal_cdf(d), math::normal_cdf(d + spread));
    surplus_of(mass, mean_return, above, cost, done)
}

/// [`research_surplus`] of projects with mean return e^{μ+σ²/2}, of which a share `done` pays and
/// a share `above` of all return falls to those.
///
/// Example: mass 10, mean return 1, 0.8 of it to the half that pays, at a cost of 1: 10 · 0.3 = 3.
#[inline(always)]
fn surplus_of(mass: f64, mean_return: f64, above: f64, cost: f64, done: f64) -> f64 {
    mass * (mean_return * above - cost * done)
}

/// Whether starting pays: `PV(W + χ V − f) > m f`.
#[inline]
pub fn starts(surplus: f64, certificate: f64, team_cost: f64, annuity: f64, multiple: f64) -> bool {
    annuity * (surplus + certificate - team_cost) > multiple * team_cost
}

/// Present value of one yuan a year for `years` at rate `rate`.
#[inline]
pub fn annuity(rate: f64, years: f64) -> f64 {
    (1.0 - math::exp(-years * math::ln(1.0 + rate))) / rate
}

/// Absorptive capacity `k/(k + k̄)` of a firm with knowledge over real sales `k`.
#[inline(always)]
pub fn absorptive_capacity(knowledge: f64, real_sales: f64, half: f64) -> f64 {
    let k = knowledge / math::max(real_sales, f64::MIN_POSITIVE);
    k / (k + half)
}

/// Cost of own funds of a firm: loan rate and a premium that falls with size \[1/yr\].
#[inline(always)]
pub fn funds_cost(loan_rate: f64, sales: f64, small: f64, large: f64) -> f64 {
    const SMALL: f64 = 20.0; // derived: 20 mn, limit of above-size industry
    const LARGE: f64 = 400.0; // derived: 400 mn, limit of large firms
    const SPAN: f64 = 2.995_732_273_553_991; // derived: ln(400/20)
    let between = math::ln(sales / SMALL) / SPAN;
    let size = if sales >= LARGE { 1.0 } else { between };
    let size = if sales <= SMALL { 0.0 } else { size };
    loan_rate + small + size * (large - small)
}

/// Years since 2015 at this quarter.
#[inline]
fn years_since_2015(ctx: &Context) -> f64 {
    f64::from(ctx.quarter.since(super::world::HISTORY)) / 4.0 // derived: quarters a year
}
