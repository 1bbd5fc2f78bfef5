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

use super::context::Context;
use super::firms::{Firms, Sector};
use super::state::State;
use super::tax::position::user_cost;
use super::tax::statute::{TaxStatus, super_deduction_rate};
use super::tax::{CarryTable, TaxPosition};
use crate::base::math;
use crate::base::rng::Purpose;
use crate::policy::tax::Tax;

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
    let funded = math::normal_cdf(distance(project_mean, cost, spread));
    let granted = math::normal_cdf(distance(project_mean, grant_cost, spread));
    math::min(mass * funded + grant * (granted - funded), cap)
}

/// Yearly surplus of doing the projects that pay, before the team's fixed cost \[mn/yr\].
#[inline(always)]
pub fn research_surplus(mass: f64, project_mean: f64, cost: f64, spread: f64) -> f64 {
    let d = distance(project_mean, cost, spread);
    let gain = math::exp(project_mean + 0.5 * spread * spread) * math::normal_cdf(d + spread);
    mass * (gain - cost * math::normal_cdf(d))
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
#[inline]
pub fn absorptive_capacity(knowledge: f64, real_sales: f64, half: f64) -> f64 {
    let k = knowledge / math::max(real_sales, f64::MIN_POSITIVE);
    k / (k + half)
}

/// Cost of own funds of a firm: loan rate and a premium that falls with size \[1/yr\].
#[inline]
pub fn funds_cost(loan_rate: f64, sales: f64, small: f64, large: f64) -> f64 {
    const SMALL: f64 = 20.0; // derived: 20 mn, limit of above-size industry
    const LARGE: f64 = 400.0; // derived: 400 mn, limit of large firms
    const SPAN: f64 = 2.995_732_273_553_991; // derived: ln(400/20)
    let size = if sales <= SMALL {
        0.0
    } else if sales >= LARGE {
        1.0
    } else {
        math::ln(sales / SMALL) / SPAN
    };
    loan_rate + small + size * (large - small)
}

/// The chain of loss years of a quarter, tabulated once and shared by all firms.
pub fn carry_table(ctx: &Context) -> CarryTable {
    let tax = &ctx.parameters.tax;
    let share = loss_share(ctx);
    let entry = share * (1.0 - tax.loss_persistence) / (1.0 - share);
    CarryTable::new(
        tax.loss_persistence,
        entry,
        tax.discount_rate,
        tax.depreciation,
    )
}

/// Share of firms in a loss year: constant to 2020, then a straight line to 2024.
pub fn loss_share(ctx: &Context) -> f64 {
    let tax = &ctx.parameters.tax;
    let since = f64::from(ctx.q() - crate::base::time::Quarter::new(2020, 1).index());
    let path = math::clamp(since / 16.0, 0.0, 1.0); // derived: 16 quarters 2020-2024
    tax.loss_share_2015 + path * (tax.loss_share_2024 - tax.loss_share_2015)
}

/// Brackets of the law that firm `i` meets.
#[inline]
pub fn tax_status(firms: &Firms, i: usize, q: i32, law: &Tax) -> TaxStatus {
    TaxStatus {
        hightech: firms.is_hightech(i, q),
        small: firms.staff[i] <= law.small_profit_staff
            && firms.assets[i] <= law.small_profit_assets,
    }
}

/// Tax position of firm `i` that does or plans R&D of `research` \[mn/yr\].
#[inline]
pub fn tax_position(
    firms: &Firms,
    i: usize,
    research: f64,
    claims: bool,
    law: &Tax,
    ctx: &Context,
) -> TaxPosition {
    let q = ctx.q();
    let tax = &ctx.parameters.tax;
    let status = tax_status(firms, i, q, law);
    let tech_sme = firms.is_tech_sme(i, q);
    let registered = status.hightech || tech_sme;
    let sales = firms.sales[i];
    let rate = if claims {
        let reported = research + firms.relabelled[i];
        super_deduction_rate(firms.sector[i], tech_sme, reported / sales, law)
    } else {
        0.0
    };
    TaxPosition {
        income: firms.margin[i] * sales + (1.0 + tax.research_return_in_income) * research,
        taxed: firms.taxed[i],
        losses: firms.losses[i].iter().sum(),
        status,
        rate,
        loss_years: if registered {
            law.loss_years_registered
        } else {
            law.loss_years_general
        },
    }
}

/// Relative user cost of R&D capital of firm `i` at R&D of `research` \[mn/yr\].
#[inline]
pub fn firm_user_cost(
    firms: &Firms,
    i: usize,
    research: f64,
    claims: bool,
    law: &Tax,
    carry: &CarryTable,
    ctx: &Context,
) -> f64 {
    let tax = &ctx.parameters.tax;
    let position = tax_position(firms, i, research, claims, law, ctx);
    let funds = funds_cost(
        ctx.world.loan_rate,
        firms.sales[i],
        tax.funds_premium_small,
        tax.funds_premium_large,
    );
    // a local bonus on claimed cost is paid out of the price of R&D
    let bonus = if claims {
        ctx.seen.programmes.local_bonus_rate
    } else {
        0.0
    };
    user_cost(
        position.b_index(research, carry, law) * (1.0 - bonus),
        firms.input_price[i],
        funds,
        tax.reference_funds_cost,
        tax.depreciation,
    ) * super::state_firms::cost_factor(firms.ownership[i], ctx)
}

/// Years since 2015 at this quarter.
#[inline]
fn years_since_2015(ctx: &Context) -> f64 {
    f64::from(ctx.quarter.since(super::world::HISTORY)) / 4.0 // derived: quarters a year
}

/// Plans of the firms that do R&D in one quarter, in columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plans {
    firm: Vec<u32>,
    mass: Vec<f64>,
    mean: Vec<f64>,
    cost: Vec<f64>,
    grant: Vec<f64>,
    cap: Vec<f64>,
    wanted: Vec<f64>,
    surplus: Vec<f64>,
}

impl Plans {
    fn clear(&mut self) {
        self.firm.clear();
        for column in [
            &mut self.mass,
            &mut self.mean,
            &mut self.cost,
            &mut self.grant,
            &mut self.cap,
        ] {
            column.clear();
        }
    }

    fn work_out(&mut self, p: &ResearchParameters) {
        let n = self.firm.len();
        self.wanted.resize(n, 0.0);
        self.surplus.resize(n, 0.0);
        let (mass, mean, cost) = (&self.mass, &self.mean, &self.cost);
        want(
            mass,
            mean,
            cost,
            &self.grant,
            &self.cap,
            p,
            &mut self.wanted,
        );
        gain(mass, mean, cost, p.returns_spread, &mut self.surplus);
    }
}

crate::dispatched! {
    /// Desired R&D of each firm.
    fn want(
        mass: &[f64],
        mean: &[f64],
        cost: &[f64],
        grant: &[f64],
        cap: &[f64],
        p: &ResearchParameters,
        out: &mut [f64],
    ) {
        let n = out.len();
        let (mass, mean, cost) = (&mass[..n], &mean[..n], &cost[..n]);
        let (grant, cap) = (&grant[..n], &cap[..n]);
        for i in 0..n {
            let (c, g) = (cost[i], cost[i] * p.grant_own_share);
            out[i] = desired_rd(mass[i], mean[i], c, grant[i], g, p.returns_spread, cap[i]);
        }
    }
}

crate::dispatched! {
    /// Yearly surplus of each firm's projects.
    fn gain(mass: &[f64], mean: &[f64], cost: &[f64], spread: f64, out: &mut [f64]) {
        for (((&m, &mu), &c), surplus) in mass.iter().zip(mean).zip(cost).zip(out) {
            *surplus = research_surplus(m, mu, c, spread);
        }
    }
}

/// Plans: user cost and desired R&D of every firm that does R&D; the start test of those that
/// could (each in its own quarter of the year).
pub fn plan(state: &mut State, ctx: &Context) {
    let carry = carry_table(ctx);
    let (firms, plans) = (&mut state.firms, &mut state.plans);
    let rd_price = &state.people.rd_price;
    plans.clear();
    for i in 0..firms.len() {
        if !firms.alive[i] || firms.sector[i] == Sector::Negative {
            continue;
        }
        if firms.rd[i] > 0.0 {
            price_doer(firms, plans, rd_price, i, &carry, ctx);
        } else if firms.id[i] % 4 == ctx.quarter.index() as u32 % 4 {
            // derived: one quarter of the year each
            consider_start(firms, rd_price, i, &carry, ctx);
        }
    }
    plans.work_out(&ctx.parameters.research);
    for (row, &firm) in plans.firm.iter().enumerate() {
        let i = firm as usize;
        let team = team_cost(firms, rd_price, i, ctx);
        firms.rd_desired[i] = math::max(plans.wanted[row], math::min(team, firms.rd[i]));
        firms.quarters_under[i] = if plans.surplus[row] < team {
            firms.quarters_under[i].saturating_add(1)
        } else {
            0
        };
    }
}

/// Cost of a minimal team now: 2015 prices, moved by the price of R&D and of output.
#[inline]
fn team_cost(firms: &Firms, rd_price: &[f64], i: usize, ctx: &Context) -> f64 {
    firms.team_cost[i] * rd_price[firms.field[i] as usize] * ctx.world.price
}

/// User cost of a firm that does R&D, and what its plan rests on.
fn price_doer(
    firms: &mut Firms,
    plans: &mut Plans,
    rd_price: &[f64],
    i: usize,
    carry: &CarryTable,
    ctx: &Context,
) {
    let p = &ctx.parameters.research;
    let law = super::policy_knowledge::expected_tax(firms.vintage[i], ctx);
    let base = if firms.rd_last_year[i] > 0.0 {
        firms.rd_last_year[i]
    } else {
        team_cost(firms, rd_price, i, ctx)
    };
    let cost = firm_user_cost(firms, i, base, firms.claims[i], law, carry, ctx);
    firms.user_cost[i] = cost;
    plans.firm.push(i as u32);
    plans.cost.push(cost);
    plans
        .mean
        .push(firms.project_mean[i] + p.returns_trend * years_since_2015(ctx));
    plans
        .mass
        .push(firms.project_share[i] * firms.sales_mean[i]);
    plans.grant.push(firms.grant[i]);
    plans.cap.push(p.intensity_cap * firms.sales_mean[i]);
}

fn consider_start(
    firms: &mut Firms,
    rd_price: &[f64],
    i: usize,
    carry: &CarryTable,
    ctx: &Context,
) {
    let p = &ctx.parameters.research;
    let mean = firms.project_mean[i] + p.returns_trend * years_since_2015(ctx);
    let mass = firms.project_share[i] * firms.sales_mean[i];
    let team = team_cost(firms, rd_price, i, ctx);
    // A firm whose whole project mass could not feed a team has nothing to weigh.
    if mass * math::exp(mean + 0.5 * p.returns_spread * p.returns_spread) < team {
        return;
    }
    if ctx.uniform(firms.id[i], 0, 0, Purpose::StartResearch) >= p.start_hazard {
        return;
    }
    let law = super::policy_knowledge::expected_tax(firms.vintage[i], ctx);
    let claims = super::claims::would_claim(firms, i, team, carry, ctx);
    let cost = firm_user_cost(firms, i, team, claims, law, carry, ctx);
    let surplus = research_surplus(mass, mean, cost, p.returns_spread);
    let certificate =
        p.certificate_weight * super::registers::value_to_starter(firms, i, team, law, ctx);
    let annuity = annuity(ctx.parameters.tax.discount_rate, p.start_horizon);
    if starts(surplus, certificate, team, annuity, p.start_multiple) {
        let wanted = desired_rd(
            mass,
            mean,
            cost,
            0.0,
            cost,
            p.returns_spread,
            p.intensity_cap * firms.sales_mean[i],
        );
        firms.user_cost[i] = cost;
        firms.claims[i] = claims;
        firms.rd_desired[i] = wanted;
        firms.rd[i] = math::max(team, p.start_share * wanted);
        firms.quarters_under[i] = 0;
    }
}

/// Spends: R&D moves towards what is wanted and can be paid; knowledge and absorptive capacity
/// follow; the cost is booked.
pub fn spend(state: &mut State, ctx: &Context) {
    use super::books::{Account, Instrument};
    let p = &ctx.parameters.research;
    let depreciation = ctx.parameters.tax.depreciation;
    let quarter = 1.0 / 4.0; // derived: quarters a year
    let firms = &mut state.firms;
    let mut booked = [0.0; 8];
    let stop = p.stop_quarters as u8;
    for i in 0..firms.len() {
        if !firms.alive[i] {
            continue;
        }
        let mut rd = firms.rd[i];
        if rd > 0.0 {
            if firms.quarters_under[i] >= stop {
                rd = 0.0;
                firms.claims[i] = false;
                firms.relabelled[i] = 0.0;
                firms.quarters_under[i] = 0;
                firms.rd_desired[i] = 0.0;
            } else {
                let target = math::min(firms.rd_desired[i], math::max(firms.liquidity[i], 0.0));
                rd += p.adjustment * (target - rd);
            }
            firms.rd[i] = rd;
        }
        let volume =
            rd * quarter / (state.people.rd_price[firms.field[i] as usize] * ctx.world.price);
        let knowledge = (1.0 - depreciation * quarter) * firms.knowledge[i] + volume;
        firms.knowledge[i] = knowledge;
        firms.absorptive[i] = absorptive_capacity(
            knowledge,
            firms.sales[i] / ctx.world.price,
            p.absorptive_half,
        );
        let paid = rd * quarter;
        firms.cash[i] -= paid;
        firms.rd_this_year[i] += paid;
        booked[i % 8] += firms.weight[i] * paid;
    }
    state.books.pay(
        Account::Firms,
        Account::Households,
        Instrument::ResearchCost,
        booked.iter().sum(),
    );
}
