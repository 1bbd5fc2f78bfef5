//! Which firms buy research from universities and institutes, from whom, and for how much?
//!
//! A firm wants to buy a share of its R&D that rises with a past partner, an open need and
//! topics posed by firms. Once a year it may have lost sight of its past partner, and thinks over
//! whom to ask: that partner, or else the best of a few keyed candidates; contracts run a year, so
//! between it asks its partner.
//! Researchers' time limits what a unit serves; what it cannot serve is asked of
//! a second unit, which is thought over once a year as well, and then of all who have time left.
//! Offices play no part: ties carry the contract.

mod choice;
mod requests;
mod search;
#[cfg(test)]
mod tests;
mod units;
mod wishes;

pub use choice::{
    Occasion, forgotten, mean_contract, partner_utility, served_share, size_class, unit_capacity,
    wanted_share,
};

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::{Firms, REGIONS};
use super::state::State;
use super::universities::Universities;
use crate::base::math;
use crate::base::strip::Sum;
use requests::{Requests, Served};
use search::{Ground, STRIP};
use units::Addresses;
use wishes::Wishes;

crate::family! {
    /// Matching of needs with professors.
    pub struct ContractResearchParameters in "contract_research" {
        /// Share of R&D a firm without tie or need would buy from universities at most \[share\].
        share,
        /// Hurdle of going outside for research \[probit\].
        hurdle,
        /// Gain of a past partner \[probit\].
        tie,
        /// Gain of an open technology need \[probit\].
        need_gain,
        /// Gain of a commissioner: project topics posed by firms \[probit\].
        posed_gain,
        /// Chance that a firm stays with its past partner when it thinks it over, once a year \[share\].
        loyalty,
        /// Chance that the professor sought is in the firm's region \[share\].
        alumni,
        /// Weight of field distance in choosing a professor \[utility\].
        field_match,
        /// Weight of a unit's standing in choosing a professor \[utility\].
        quality_match,
        /// Contracts a researcher can serve in a year at the time use of 2015, 2020 prices \[mn/yr\].
        capacity,
        /// Mean contract in 2020 prices \[mn\].
        price,
        /// Elasticity of the mean contract to the firm's R&D \[elasticity\].
        size_elasticity,
        /// R&D of the firm whose contract is the mean one \[mn/yr\].
        size_reference,
        /// Share of ties forgotten a year \[1/yr\].
        forget,
    }
}

/// Size classes of contracts, see [`size_class`].
pub const SIZE_CLASSES: usize = 4;

/// Counters of one quarter, real units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ContractResearchTally {
    /// Contracts.
    pub contracts: f64,
    /// Their value \[mn\].
    pub value: f64,
    /// What firms wanted to buy \[mn\].
    pub wanted: f64,
    /// What no unit asked could serve \[mn\].
    pub unserved: f64,
    /// Firms that bought \[firms\].
    pub buyers: f64,
    /// Value with the past partner \[mn\].
    pub repeated: f64,
    /// Contracts by region of the unit, who is the seller that registers.
    pub contracts_by_region: [f64; REGIONS],
    /// Value by region of the unit \[mn\].
    pub value_by_region: [f64; REGIONS],
    /// Contracts by size class (under ½, 1, 2 times the mean contract, above).
    pub contracts_by_size: [f64; SIZE_CLASSES],
    /// Value by size class \[mn\].
    pub value_by_size: [f64; SIZE_CLASSES],
}

/// State: where researchers sit, and this quarter's contracts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContractResearchState {
    /// Counters.
    pub tally: ContractResearchTally,
    addresses: Addresses,
    wishes: Wishes,
    requests: Requests,
    /// Scratch: requests that look for a unit.
    searching: Vec<u32>,
    /// Capacity left by unit \[mn/yr, all represented units\].
    left: Vec<f64>,
    /// Asked of a unit in this round \[mn/yr\].
    asked: Vec<f64>,
    /// Contracts in that.
    contracts: Vec<f64>,
    /// Part of it which a unit can serve \[share\].
    served: Vec<f64>,
}

impl ContractResearchState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }

    /// Finds out anew where researchers sit, as units have changed.
    pub fn look_again(&mut self) {
        self.addresses = Addresses::default();
    }
}

/// One quarter: wishes, requests, service in proportion, a second round, payment.
pub fn trade(state: &mut State, ctx: &Context) {
    let mut market = std::mem::take(&mut state.contract_research);
    market.tally = ContractResearchTally::default();
    state.firms.outsourced.fill(0.0);
    state.universities.units.contract_income.fill(0.0);
    if !state.universities.units.is_empty() {
        let p = &ctx.parameters.contract_research;
        market.addresses.draw_up(&state.universities, p);
        open_capacity(&mut market, &state.universities, ctx);
        let posed = state.programmes.need_share;
        let (requests, searching) = (&mut market.requests, &mut market.searching);
        let (wishes, firms) = (&mut market.wishes, &mut state.firms);
        wishes.draw_up(firms, posed, requests, searching, ctx);
        look_around(&mut market, state, ctx, 0);
        share_out(&mut market);
        market.tally.wanted = market.asked.iter().sum::<f64>() / 4.0; // derived: quarters a year
        book_service(&mut market, state);
        serve_first(&mut market, &mut state.firms, ctx);
        turn_to_helpers(&mut market, state, ctx);
        look_around(&mut market, state, ctx, 1);
        keep_helpers(&market, &mut state.firms);
        share_out(&mut market);
        book_service(&mut market, state);
        serve_rest(&mut market, &mut state.firms, ctx);
        turn_to_all(&mut market);
        book_service(&mut market, state);
        serve_rest(&mut market, &mut state.firms, ctx);
        settle(&mut market, state);
    }
    state.contract_research = market;
}

fn open_capacity(market: &mut ContractResearchState, u: &Universities, ctx: &Context) {
    let per_head = ctx.parameters.contract_research.capacity;
    market.left.clear();
    for i in 0..u.units.len() {
        let one = unit_capacity(
            u.units.researchers[i],
            u.effort[1],
            ctx.world.price,
            per_head,
        );
        market.left.push(u.units.weight[i] * one);
    }
}

/// Finds units for those that look for one.
fn look_around(market: &mut ContractResearchState, state: &State, ctx: &Context, round: u32) {
    let ground = Ground {
        addresses: &market.addresses,
        firms: &state.firms,
        ctx,
    };
    ground.search(&mut market.requests, &market.searching, round);
}

/// What share each unit serves of what it is asked for, and what it has left then.
fn share_out(market: &mut ContractResearchState) {
    for column in [&mut market.asked, &mut market.contracts] {
        column.clear();
        column.resize(market.left.len(), 0.0);
    }
    (market.requests).add_up(&mut market.asked, &mut market.contracts);
    let units = market.left.iter_mut().zip(&market.asked);
    market.served.clear();
    market.served.extend(units.map(|(left, &asked)| {
        let share = served_share(*left, asked);
        *left = math::max(*left - asked, 0.0);
        share
    }));
}

/// Notes what units serve, and pays them.
fn book_service(market: &mut ContractResearchState, state: &mut State) {
    let units = &mut state.universities.units;
    let tally = &mut market.tally;
    for unit in 0..units.len() {
        let served = market.served[unit];
        let value = served * market.asked[unit] / 4.0; // derived: quarters a year
        let contracts = served * market.contracts[unit] / 4.0; // derived: quarters a year
        let region = usize::from(units.region[unit]);
        tally.contracts += contracts;
        tally.value += value;
        tally.contracts_by_region[region] += contracts;
        tally.value_by_region[region] += value;
        units.contract_income[unit] += served * market.asked[unit] / units.weight[unit];
    }
}

impl ContractResearchTally {
    /// Adds what a round of service adds up to.
    fn add(&mut self, served: &Served) {
        for size in 0..SIZE_CLASSES {
            self.contracts_by_size[size] += served.contracts[size].total() / 4.0; // derived: quarters a year
            self.value_by_size[size] += served.value[size].total() / 4.0; // derived: quarters a year
        }
        self.buyers += served.buyers.total();
    }
}

/// Serves the first requests in proportion to capacity; who serves a firm is its partner.
fn serve_first(market: &mut ContractResearchState, firms: &mut Firms, ctx: &Context) {
    let reference = ctx.parameters.contract_research.price * ctx.world.price;
    let (mut sums, mut values) = (Served::default(), [0.0; STRIP]);
    for at in (0..market.requests.len()).step_by(STRIP) {
        let requests = &mut market.requests;
        let values = requests.serve(at, &market.served, reference, &mut values, &mut sums);
        for (&firm, &value) in market.requests.firm[at..].iter().zip(values) {
            firms.outsourced[firm as usize] = value;
        }
    }
    market.tally.add(&sums);
    let mut fresh = 0.0;
    for &at in &market.searching {
        let i = market.requests.firm[at as usize] as usize;
        let unit = market.requests.unit[at as usize];
        if firms.outsourced[i] > 0.0 && firms.partner[i] != unit + 1 {
            firms.partner[i] = unit + 1;
            fresh += firms.weight[i] * firms.outsourced[i] / 4.0; // derived: quarters a year
        }
    }
    market.tally.repeated = math::max(market.tally.value - fresh, 0.0);
}

/// Serves what is asked of others than the first; they help out, unless the first did nothing.
fn serve_rest(market: &mut ContractResearchState, firms: &mut Firms, ctx: &Context) {
    let reference = ctx.parameters.contract_research.price * ctx.world.price;
    let (mut sums, mut values) = (Served::default(), [0.0; STRIP]);
    for at in (0..market.requests.len()).step_by(STRIP) {
        let requests = &mut market.requests;
        let values = requests.serve(at, &market.served, reference, &mut values, &mut sums);
        let asked = (market.requests.firm[at..].iter()).zip(&market.requests.unit[at..]);
        for ((&firm, &unit), &value) in asked.zip(values) {
            let i = firm as usize;
            if firms.outsourced[i] == 0.0 && value > 0.0 {
                market.tally.buyers += firms.weight[i];
                if firms.partner[i] == unit + 1 {
                    market.tally.repeated += firms.weight[i] * value / 4.0; // derived: quarters a year
                }
                firms.partner[i] = unit + 1;
            }
            firms.outsourced[i] += value;
        }
    }
    // who is helped out is a buyer already
    sums.buyers = Sum::default();
    market.tally.add(&sums);
}

/// What was not served is asked of the unit that the firm turned to last, or of another where it
/// thinks that over, refused now or knows none.
fn turn_to_helpers(market: &mut ContractResearchState, state: &State, ctx: &Context) {
    let turn = ctx.q().rem_euclid(4) as u32; // derived: quarters a year
    let firms = &state.firms;
    let requests = &mut market.requests;
    requests.keep_unserved();
    market.searching.clear();
    for (at, (&firm, unit)) in (0..).zip(requests.firm.iter().zip(&mut requests.unit)) {
        let i = firm as usize;
        let helper = firms.helper[i];
        if helper == 0 || helper == *unit + 1 || firms.id[i] % 4 == turn {
            market.searching.push(at);
        } else {
            *unit = helper - 1;
        }
    }
}

/// Firms remember whom they turned to for what their partner could not serve.
fn keep_helpers(market: &ContractResearchState, firms: &mut Firms) {
    let requests = &market.requests;
    for &at in &market.searching {
        let i = requests.firm[at as usize] as usize;
        firms.helper[i] = requests.unit[at as usize] + 1;
    }
}

/// What is still open is asked of all units in proportion to the time they have left: an agent
/// stands for many firms, whose further searches come upon many units. So nobody goes without while
/// researchers have time, and what is served does not hang on how many agents share a unit.
fn turn_to_all(market: &mut ContractResearchState) {
    market.requests.keep_unserved();
    for column in [&mut market.asked, &mut market.contracts] {
        column.fill(0.0);
    }
    (market.requests).add_up(&mut market.asked, &mut market.contracts);
    let open: f64 = market.asked.iter().sum();
    let number: f64 = market.contracts.iter().sum();
    let free: f64 = market.left.iter().sum();
    market.served.fill(served_share(free, open));
    let columns = market.asked.iter_mut().zip(&mut market.contracts);
    for (&left, (asked, contracts)) in market.left.iter().zip(columns) {
        let part = if free > 0.0 { left / free } else { 0.0 };
        (*asked, *contracts) = (part * open, part * number);
    }
}

/// Books the payments and notes what nobody served.
fn settle(market: &mut ContractResearchState, state: &mut State) {
    let firms = &mut state.firms;
    pay(&firms.outsourced, &mut firms.cash);
    market.tally.unserved = market.requests.open() / 4.0; // derived: quarters a year
    state.books.pay(
        Account::Firms,
        Account::Units,
        Instrument::ContractResearch,
        market.tally.value,
    );
}

crate::dispatched! {
    /// Takes a quarter of the contracts out of cash.
    fn pay(outsourced: &[f64], cash: &mut [f64]) {
        for (cash, outsourced) in cash.iter_mut().zip(outsourced) {
            *cash -= outsourced / 4.0; // derived: quarters a year
        }
    }
}
