//! What the plans of a strip of firms rest on, and what comes of them, in columns.

#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::position::{Law, Prices};
pub(super) use super::positions::STRIP;
use super::positions::{Positions, whole};
use super::{ResearchParameters, distance, surplus_of, wanted_rd, years_since_2015};
use crate::base::columns::Hold;
use crate::base::math;
use crate::base::strip::{gather, look_up};
use crate::model::context::Context;
use crate::model::firms::{FIELDS, Firms, Ownership};
use crate::model::state_firms::cost_factor;
use crate::model::tax::CarryTable;
use crate::policy::tax::Tax;

/// One number for each firm of a strip.
type Column = [f64; STRIP];

/// Columns of a strip of firms.
pub(super) struct Strip {
    /// Firms in the strip.
    count: usize,
    pub(super) positions: Positions,
    pub(super) claims: [bool; STRIP],
    field: [u8; STRIP],
    ownership: [Ownership; STRIP],
    input_price: Column,
    /// What appraisal by the state makes of the user cost \[ratio\].
    appraised: Column,
    sales_mean: Column,
    project_share: Column,
    pub(super) rd_price: Column,
    pub(super) mass: Column,
    pub(super) mean: Column,
    pub(super) grant: Column,
    pub(super) team: Column,
    pub(super) cost: Column,
    /// How far the marginal project lies above the user cost, without and with a grant.
    distance: [Column; 2],
    /// Share of projects that pay, without and with a grant, and share of all return they bring.
    share: [Column; 3],
    pub(super) wanted: Column,
    pub(super) surplus: Column,
}

/// What is the same for all firms that plan this quarter.
pub(super) struct Ground {
    /// Price of R&D by field, over that of 2015, at current prices of output \[ratio\].
    rd_price: [f64; FIELDS],
    price: f64,
    /// What returns have gained since 2015 \[log points\].
    trend: f64,
    prices: Prices,
    /// What appraisal by the state makes of a user cost \[ratio\].
    appraised: f64,
    pub(super) carry: CarryTable,
}

impl Ground {
    /// That of this quarter.
    pub(super) fn of(rd_price: [f64; FIELDS], ctx: &Context) -> Self {
        Self {
            rd_price,
            price: ctx.world.price,
            trend: ctx.parameters.research.returns_trend * years_since_2015(ctx),
            prices: Prices::of(ctx),
            appraised: cost_factor(Ownership::State, ctx),
            carry: super::carry_table(ctx),
        }
    }
}

impl Strip {
    /// A strip of nothing.
    pub(super) fn new() -> Self {
        let zero = [0.0; STRIP];
        Self {
            count: 0,
            positions: Positions::new(),
            claims: [false; STRIP],
            field: [0; STRIP],
            ownership: [Ownership::Private; STRIP],
            input_price: zero,
            appraised: zero,
            sales_mean: zero,
            project_share: zero,
            rd_price: zero,
            mass: zero,
            mean: zero,
            grant: zero,
            team: zero,
            cost: zero,
            distance: [zero; 2],
            share: [zero; 3],
            wanted: zero,
            surplus: zero,
        }
    }

    /// Gathers what the projects of the firms of `rows` promise: mass, mean return, team cost.
    pub(super) fn set_projects(&mut self, firms: &Firms<impl Hold>, rows: &[u32], ground: &Ground) {
        self.count = rows.len();
        gather(&firms.team_cost, rows, &mut self.team);
        gather(&firms.field, rows, &mut self.field);
        gather(&firms.project_mean, rows, &mut self.mean);
        gather(&firms.project_share, rows, &mut self.project_share);
        gather(&firms.sales_mean, rows, &mut self.sales_mean);
        let fields = &self.field[..whole(rows.len())];
        look_up(&ground.rd_price, fields, &mut self.rd_price);
        appraise(self, ground.price, ground.trend);
    }

    /// Gathers what else the firms of `rows` plan on, works out their tax positions under `law`,
    /// what R&D costs them, what they want and what it yields; their R&D so far stands in the
    /// positions.
    pub(super) fn plan(
        &mut self,
        firms: &Firms<impl Hold>,
        rows: &[u32],
        law: &Law,
        ground: &Ground,
        ctx: &Context,
    ) {
        gather(&firms.input_price, rows, &mut self.input_price);
        gather(&firms.ownership, rows, &mut self.ownership);
        let owners = &self.ownership[..whole(rows.len())];
        for (appraised, ownership) in self.appraised.iter_mut().zip(owners) {
            let state = *ownership == Ownership::State;
            *appraised = if state { ground.appraised } else { 1.0 };
        }
        let p = &ctx.parameters.research;
        let (positions, claims) = (&mut self.positions, &self.claims);
        positions.fill(firms, rows, claims, law, &ground.carry, ctx);
        price(self, law.tax, &ground.prices);
        find_distances(self, p);
        if are_central(self, p.returns_spread) {
            find_central_shares(self, p.returns_spread);
        } else {
            find_shares(self, p.returns_spread);
        }
        want(self, p);
    }
}

crate::dispatched! {
    /// Mass, mean return and team cost of projects out of what was gathered.
    fn appraise(strip: &mut Strip, price_level: f64, trend: f64) {
        for r in 0..whole(strip.count) {
            strip.mean[r] += trend;
            strip.mass[r] = strip.project_share[r] * strip.sales_mean[r];
            strip.team[r] = strip.team[r] * strip.rd_price[r] * price_level;
        }
    }
}

crate::dispatched! {
    /// What all projects would yield if they were free, as their surplus \[mn/yr\]; `half_square`
    /// is σ²/2.
    pub(super) fn promise(strip: &mut Strip, half_square: f64) {
        for r in 0..whole(strip.count) {
            strip.surplus[r] = strip.mass[r] * math::exp(strip.mean[r] + half_square);
        }
    }
}

crate::dispatched! {
    /// User costs.
    fn price(strip: &mut Strip, law: &Tax, prices: &Prices) {
        for r in 0..whole(strip.count) {
            let b = strip.positions.b_index(r, law);
            let (sales, input_price) = (strip.positions.sales[r], strip.input_price[r]);
            let cost = prices.user_cost(b, strip.claims[r], sales, input_price);
            strip.cost[r] = cost * strip.appraised[r];
        }
    }
}

crate::dispatched! {
    /// How far marginal projects lie above their costs.
    fn find_distances(strip: &mut Strip, p: &ResearchParameters) {
        for r in 0..whole(strip.count) {
            let (mean, cost) = (strip.mean[r], strip.cost[r]);
            strip.distance[0][r] = distance(mean, cost, p.returns_spread);
            strip.distance[1][r] = distance(mean, cost * p.grant_own_share, p.returns_spread);
        }
    }
}

crate::dispatched! {
    /// Whether all shares at the distances of the firms, and a `spread` above them, lie in the
    /// middle of the normal distribution.
    fn are_central(strip: &Strip, spread: f64) -> bool {
        let n = strip.count.min(STRIP);
        let mut beyond = false;
        for distance in &strip.distance {
            for &d in &distance[..n] {
                beyond |= (d < -math::CENTRE) | (d + spread > math::CENTRE);
            }
        }
        !beyond
    }
}

crate::dispatched! {
    /// Shares of projects that pay, whatever their distance.
    fn find_shares(strip: &mut Strip, spread: f64) {
        for r in 0..whole(strip.count) {
            let [own, granted] = [strip.distance[0][r], strip.distance[1][r]];
            strip.share[0][r] = math::normal_cdf(own);
            strip.share[1][r] = math::normal_cdf(granted);
            strip.share[2][r] = math::normal_cdf(own + spread);
        }
    }
}

crate::dispatched! {
    /// [`find_shares`] where all lie in the middle of the distribution.
    fn find_central_shares(strip: &mut Strip, spread: f64) {
        for r in 0..whole(strip.count) {
            strip.share[0][r] = math::central_cdf(strip.distance[0][r]);
        }
        for r in 0..whole(strip.count) {
            strip.share[1][r] = math::central_cdf(strip.distance[1][r]);
        }
        for r in 0..whole(strip.count) {
            strip.share[2][r] = math::central_cdf(strip.distance[0][r] + spread);
        }
    }
}

crate::dispatched! {
    /// Desired R&D and yearly surplus.
    fn want(strip: &mut Strip, p: &ResearchParameters) {
        let spread = p.returns_spread;
        for r in 0..whole(strip.count) {
            let [done, granted, above] = strip.share.each_ref().map(|share| share[r]);
            let (mass, cost) = (strip.mass[r], strip.cost[r]);
            let cap = strip.sales_mean[r] * p.intensity_cap;
            strip.wanted[r] = wanted_rd(mass, done, strip.grant[r], granted, cap);
            let mean_return = math::exp(strip.mean[r] + 0.5 * spread * spread);
            strip.surplus[r] = surplus_of(mass, mean_return, above, cost, done);
        }
    }
}
