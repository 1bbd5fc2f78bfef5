//! Clears the researchers' market by field: who is there, what does a researcher cost?
//!
//! ```text
//! D   = spending / w                                    researchers wanted
//! w'  : ln w' = ln w + (π + g)/4 + (1/ψ)·ln(D/N)        cost per researcher
//! N'  = N·(1 + n/4 + κ_e/4·max(0, ln(w/w̄))) + training/4 + returnees/4
//! q   = [(w/p)/(w₀/p₀)]^θ                               price of R&D volume over output price
//! ```
//!
//! `w` is R&D cost per full-time equivalent, so labour's share is inside it; π is the deflator's
//! growth, g real growth at constant tightness, w̄ what engineers outside R&D are worth. Universities
//! and firms bid for the same people. Source: mechanisms M12 with the correction of the trial.

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::{FIELDS, Firms};
use super::state::State;
use crate::base::columns::Lent;
use crate::base::math;
use crate::base::time::Quarter;

crate::family! {
    /// Researchers' market.
    pub struct PeopleParameters in "people" {
        /// R&D cost per researcher in 2013 \[mn/yr\].
        cost_2013,
        /// Real growth of that cost at constant tightness \[1/yr\].
        cost_growth,
        /// Response of cost to tightness, a quarter 1/ψ \[1/quarter\].
        tightness_response,
        /// Own growth of the stock: graduates less leavers \[1/yr\].
        own_growth,
        /// Inflow of engineers per log point of premium, as a share of the stock κ_e \[1/yr\].
        engineer_inflow,
        /// Outside worth of an engineer in 2015, as cost per researcher w̄ \[mn/yr\].
        engineer_worth_2015,
        /// Its real growth \[1/yr\].
        engineer_worth_growth,
        /// Labour's weight in the price of R&D θ \[share\].
        labour_share,
        /// Data's share of R&D cost \[share\].
        data_share,
        /// Compute's share of R&D cost \[share\].
        compute_share,
        /// Public cost of training a graduate for research \[mn\].
        training_cost,
    }
}

/// Researchers and what they cost, by field.
#[derive(Clone, Debug, PartialEq)]
pub struct People {
    /// Researchers \[full-time equivalents\].
    pub stock: [f64; FIELDS],
    /// R&D cost per researcher \[mn/yr\].
    pub wage: [f64; FIELDS],
    /// Price of R&D volume over the price level, about 1 in 2015.
    pub rd_price: [f64; FIELDS],
    /// Real cost per researcher at which the price is 1 \[mn/yr, 2020 prices\].
    pub reference: f64,
    /// Scratch by block: rows of firms that do R&D.
    doers: Vec<Vec<u32>>,
}

impl Default for People {
    fn default() -> Self {
        Self {
            stock: [0.0; FIELDS],
            wage: [0.0; FIELDS],
            rd_price: [1.0; FIELDS],
            reference: 1.0,
            doers: Vec::new(),
        }
    }
}

impl People {
    /// Balanced markets at the start of the warm-up.
    pub fn found(state: &State, ctx: &Context) -> Self {
        let p = &ctx.parameters.people;
        let wage = [p.cost_2013; FIELDS];
        let mut doers = Vec::new();
        let spending = spending(state, &mut doers, ctx);
        // the cost of 2015 is that of 2013 after two years at constant tightness
        let years = 2.0;
        Self {
            stock: spending.map(|s| math::max(s, f64::MIN_POSITIVE) / p.cost_2013),
            wage,
            rd_price: [1.0; FIELDS],
            reference: p.cost_2013 / ctx.world.price * math::exp(p.cost_growth * years),
            doers,
        }
    }
}

/// R&D spending by field of all who hire researchers \[mn/yr\]; lists the firms among them in
/// `doers`, by block.
fn spending(state: &State, doers: &mut Vec<Vec<u32>>, ctx: &Context) -> [f64; FIELDS] {
    let firms = &state.firms;
    let outlay = 1.0 + ctx.parameters.observe.capital_share;
    let parts = (0..firms.len(), ctx.crew.rooms(firms.len(), doers));
    let sums = ctx.crew.walk(parts, |(rows, mut room)| {
        let doers = room.own();
        firms.list_doers_of(rows.clone(), doers);
        let mut sums = [[0.0; FIELDS]; 8];
        for &row in &*doers {
            let i = rows.start + row as usize;
            sums[i % 8][usize::from(firms.field[i])] += firms.weight[i] * firms.rd[i] * outlay;
        }
        sums
    });
    let public = &state.universities.research_spending_by_field;
    let others = ctx.world.other_performers * 1e3 / FIELDS as f64; // derived: bn to mn
    let mut total = [0.0; FIELDS];
    for (f, slot) in total.iter_mut().enumerate() {
        *slot = sums.iter().map(|sum| sum[f]).sum::<f64>() + public[f] + others;
    }
    total
}

/// Log change of the cost per researcher in a quarter.
///
/// Example: no inflation, 3 % real growth, demand 10 % above the stock, 1/ψ = 0.12:
/// 0.0075 + 0.12·ln 1.1 = 0.0189.
#[inline]
pub fn wage_step(inflation: f64, real_growth: f64, tightness: f64, response: f64) -> f64 {
    inflation + real_growth / 4.0 + response * math::ln(tightness) // derived: quarters a year
}

/// Growth of the stock in a quarter, before training: own growth and engineers drawn in by a
/// premium over their outside worth.
#[inline]
pub fn researcher_growth(own: f64, inflow: f64, premium: f64) -> f64 {
    (own + inflow * math::max(premium, 0.0)) / 4.0 // derived: quarters a year
}

/// Price of R&D inputs at these prices of data and compute, 1 at today's: a Cobb–Douglas index.
#[inline]
pub fn data_compute_index(data: f64, compute: f64, p: &PeopleParameters) -> f64 {
    math::exp(p.data_share * math::ln(data) + p.compute_share * math::ln(compute))
}

/// Price of R&D inputs that data and compute make this quarter, 1 at today's prices.
pub fn data_compute_price(ctx: &Context) -> f64 {
    data_compute_index(
        ctx.seen.people.data_price,
        ctx.seen.people.compute_price,
        &ctx.parameters.people,
    )
}

/// Clears the quarter: cost moves with tightness, people come and go, the price of R&D follows.
pub fn clear_market(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.people;
    let mut doers = std::mem::take(&mut state.people.doers);
    let wanted = spending(state, &mut doers, ctx);
    state.people.doers = doers;
    let since_2015 = f64::from(ctx.quarter.since(Quarter::new(2015, 1))) / 4.0; // derived: years
    // worth of engineers outside R&D, in yuan of the year
    let worth = p.engineer_worth_2015
        * (ctx.world.price / PRICE_2015)
        * math::exp(p.engineer_worth_growth * since_2015);
    let arriving = ctx.seen.people.training + state.openness.returnees;
    let trained = arriving * 1e3 / 4.0; // derived: thousand a year to a quarter
    let people = &mut state.people;
    let all: f64 = people.stock.iter().sum();
    for f in 0..FIELDS {
        let stock = people.stock[f];
        let tightness = wanted[f] / (people.wage[f] * stock);
        let step = wage_step(
            ctx.world.price_growth,
            p.cost_growth,
            math::max(tightness, f64::MIN_POSITIVE),
            p.tightness_response,
        );
        let wage = people.wage[f] * math::exp(step);
        let growth = researcher_growth(p.own_growth, p.engineer_inflow, math::ln(wage / worth));
        people.wage[f] = wage;
        people.stock[f] = stock * (1.0 + growth) + trained * stock / all;
        let real = wage / ctx.world.price / people.reference;
        people.rd_price[f] = math::pow(real, p.labour_share);
    }
}

/// Price level of 2015, 2020 = 1.
const PRICE_2015: f64 = 0.8874; // derived: history:price_index_2020, 88.74 in 2015

/// Books training, and vouchers for data and compute that firms use in their R&D.
pub fn pay(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.people;
    let law = &ctx.law.people;
    let training = law.training * 1e3 * p.training_cost * ctx.world.price / 4.0; // derived: a quarter
    state.books.pay(
        Account::Central,
        Account::Units,
        Instrument::Training,
        training,
    );
    let share = p.data_share * (1.0 - law.data_price) + p.compute_share * (1.0 - law.compute_price);
    if share != 0.0 {
        let paid = (ctx.crew).walk(state.firms.lend(), |mut firms| redeem(&mut firms, share));
        state.books.pay(
            Account::Central,
            Account::Firms,
            Instrument::DataCompute,
            paid.iter().sum(),
        );
    }
}

/// Gives firms of a block vouchers for a `share` of their R&D; gives what they are worth in eight
/// partial sums \[mn\].
fn redeem(firms: &mut Firms<Lent>, share: f64) -> [f64; 8] {
    let mut paid = [0.0; 8];
    for i in 0..firms.len() {
        if firms.alive[i] {
            // the voucher reaches the firm, which pays the owner at the full price
            let voucher = share * firms.rd[i] / 4.0; // derived: quarters a year
            firms.cash[i] += voucher;
            paid[i % 8] += firms.weight[i] * voucher;
        }
    }
    paid
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> PeopleParameters {
        PeopleParameters {
            cost_2013: 0.33,
            cost_growth: 0.03,
            tightness_response: 0.12,
            own_growth: 0.018,
            engineer_inflow: 1.1,
            engineer_worth_2015: 0.367,
            engineer_worth_growth: 0.006,
            labour_share: 0.38,
            data_share: 0.03,
            compute_share: 0.05,
            training_cost: 0.1,
        }
    }

    #[test]
    fn a_tight_market_is_dearer() {
        let step = wage_step(0.0, 0.03, 1.1, 0.12);
        assert!((step - (0.0075 + 0.12 * 1.1_f64.ln_oracle())).abs() < 1e-12);
        assert!(wage_step(0.0, 0.03, 0.9, 0.12) < 0.0075);
    }

    trait Oracle {
        fn ln_oracle(self) -> f64;
    }
    impl Oracle for f64 {
        #[allow(clippy::disallowed_methods)]
        fn ln_oracle(self) -> f64 {
            self.ln()
        }
    }

    #[test]
    fn a_premium_draws_engineers_and_a_discount_drives_nobody_out() {
        assert!((researcher_growth(0.018, 1.1, 0.1) - (0.018 + 0.11) / 4.0).abs() < 1e-15);
        assert_eq!(
            researcher_growth(0.018, 1.1, -0.2),
            researcher_growth(0.018, 1.1, 0.0)
        );
    }

    #[test]
    fn cheaper_data_and_compute_lower_the_input_price() {
        let p = parameters();
        assert_eq!(data_compute_index(1.0, 1.0, &p), 1.0);
        assert!(data_compute_index(0.5, 1.0, &p) < 1.0);
        assert!(data_compute_index(1.0, 0.5, &p) < data_compute_index(0.5, 1.0, &p));
    }

    #[test]
    fn a_lasting_rise_of_demand_is_met_by_people_in_the_end() {
        // one field: spending 30 % up for good; price takes 30-50 % of it in year one, little later
        let p = parameters();
        let (mut wage, mut stock) = (0.367, 1000.0);
        let spending = 1.3 * wage * stock;
        let mut after_one = 0.0;
        for t in 0..80 {
            wage *= math::exp(wage_step(0.0, 0.0, spending / (wage * stock), 0.12));
            let premium = math::ln(wage / 0.367);
            stock *= 1.0 + researcher_growth(0.0, p.engineer_inflow, premium);
            if t == 3 {
                after_one = premium / math::ln(1.3);
            }
        }
        let late = math::ln(wage / 0.367) / math::ln(1.3);
        assert!((0.2..0.55).contains(&after_one), "{after_one}");
        assert!(late < 0.15, "{late}");
    }
}
