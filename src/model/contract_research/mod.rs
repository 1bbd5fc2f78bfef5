//! Which firms buy research from universities and institutes, from whom, and for how much?
//!
//! A firm wants to buy a share of its R&D that rises with a past partner, an open need and
//! topics posed by firms. Once a year it may have lost sight of its past partner, and thinks over
//! whom to ask: that partner, or else the best of a few keyed candidates; contracts run a year, so
//! between it asks its partner.
//! Researchers' time limits what a unit serves; what it cannot serve is asked of
//! a second unit, which is thought over once a year as well, and then of all who have time left.
//! Offices play no part: ties carry the contract.

mod buyers;
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
use crate::base::blocks::{Crew, Join};
use crate::base::columns::Lent;
use crate::base::math;
use buyers::Buyers;
use requests::Served;
use search::Ground;
use units::Addresses;
use wishes::Terms;

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
    /// What firms ask for, block by block of them.
    buyers: Vec<Buyers>,
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
    state.universities.units.contract_income.fill(0.0);
    if state.universities.units.is_empty() {
        state.firms.outsourced.fill(0.0);
    } else {
        let p = &ctx.parameters.contract_research;
        market.addresses.draw_up(&state.universities, p);
        open_capacity(&mut market, &state.universities, ctx);
        ask_partners(&mut market, state, ctx);
        share_out(&mut market);
        market.tally.wanted = market.asked.iter().sum::<f64>() / 4.0; // derived: quarters a year
        book_service(&mut market, state);
        ask_helpers(&mut market, state, ctx);
        share_out(&mut market);
        book_service(&mut market, state);
        ask_all(&mut market, state, ctx);
        book_service(&mut market, state);
        settle(&mut market, state, ctx);
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

/// Calls `act` for each block of firms and what they ask for, and joins what that comes to.
fn walk<R: Join + Send>(
    buyers: &mut Vec<Buyers>,
    firms: &mut Firms,
    ctx: &Context,
    act: impl Fn(&mut Firms<Lent>, &mut Buyers) -> R + Sync,
) -> R {
    let crew = of_firms(ctx.crew);
    let rooms = crew.rooms(firms.len(), buyers);
    let parts = (firms.lend(), rooms);
    crew.walk(parts, |(mut firms, mut room)| act(&mut firms, room.own()))
}

/// Larger blocks than elsewhere: each block has a sum for every unit, and its searches go through
/// the addresses of all of them.
fn of_firms(crew: Crew) -> Crew {
    const BLOCKS: usize = 4; // derived: resolution of the work, not behaviour
    crew.coarser(BLOCKS)
}

/// Number of blocks of firms.
fn blocks(firms: &Firms, ctx: &Context) -> usize {
    of_firms(ctx.crew).blocks(firms.len())
}

/// Every firm asks its partner, or a unit that it looks for, for what it wants.
fn ask_partners(market: &mut ContractResearchState, state: &mut State, ctx: &Context) {
    let terms = Terms::of(state.programmes.need_share, ctx);
    let ground = Ground::new(&market.addresses, ctx);
    let units = market.left.len();
    let (buyers, firms) = (&mut market.buyers, &mut state.firms);
    walk(buyers, firms, ctx, |firms, buyers| {
        buyers.ask_partners(firms, &terms, &ground);
        buyers.add_up(units);
    });
    add_up(market, blocks(firms, ctx));
}

/// Partners serve in proportion to capacity; what they do not is asked of a second unit each.
fn ask_helpers(market: &mut ContractResearchState, state: &mut State, ctx: &Context) {
    let ground = Ground::new(&market.addresses, ctx);
    let (units, serve) = (market.left.len(), &market.served);
    let (buyers, firms) = (&mut market.buyers, &mut state.firms);
    let (served, fresh) = walk(buyers, firms, ctx, |firms, buyers| {
        let served = buyers.serve_first(firms, serve, ctx);
        buyers.ask_helpers(firms, &ground);
        buyers.add_up(units);
        served
    });
    market.tally.add(&served);
    market.tally.buyers += served.buyers.total();
    market.tally.repeated = math::max(market.tally.value - fresh, 0.0);
    add_up(market, blocks(firms, ctx));
}

/// Second units serve; what is still open is asked of all units in proportion to the time they have
/// left: an agent stands for many firms, whose further searches come upon many units. So nobody
/// goes without while researchers have time, and what is served does not hang on how many agents
/// share a unit.
fn ask_all(market: &mut ContractResearchState, state: &mut State, ctx: &Context) {
    for buyers in &mut market.buyers {
        buyers.late = [0.0; 2];
    }
    market.buyers[0].late = [market.tally.buyers, market.tally.repeated];
    let (units, serve) = (market.left.len(), &market.served);
    let (buyers, firms) = (&mut market.buyers, &mut state.firms);
    let (served, open, number) = walk(buyers, firms, ctx, |firms, buyers| {
        let served = buyers.serve_rest(firms, serve, ctx);
        buyers.requests.keep_unserved();
        buyers.add_up(units);
        let [open, number] = [&buyers.asked, &buyers.contracts].map(|all| all.iter().sum::<f64>());
        (served, open, number)
    });
    market.tally.add(&served);
    let free: f64 = market.left.iter().sum();
    market.served.fill(served_share(free, open));
    let columns = market.asked.iter_mut().zip(&mut market.contracts);
    for (&left, (asked, contracts)) in market.left.iter().zip(columns) {
        let part = if free > 0.0 { left / free } else { 0.0 };
        (*asked, *contracts) = (part * open, part * number);
    }
}

/// All units serve what they can of what was open, firms pay, and what nobody served is noted.
fn settle(market: &mut ContractResearchState, state: &mut State, ctx: &Context) {
    let (buyers, firms) = (&mut market.buyers, &mut state.firms);
    let serve = &market.served;
    let (served, unserved) = walk(buyers, firms, ctx, |firms, buyers| {
        let served = buyers.serve_rest(firms, serve, ctx);
        pay(firms.outsourced, firms.cash);
        (served, buyers.requests.open())
    });
    let tally = &mut market.tally;
    tally.add(&served);
    let mut late = [0.0; 2];
    for buyers in &market.buyers[..blocks(firms, ctx)] {
        late.join(buyers.late);
    }
    [tally.buyers, tally.repeated] = late;
    tally.unserved = unserved / 4.0; // derived: quarters a year
    state.books.pay(
        Account::Firms,
        Account::Units,
        Instrument::ContractResearch,
        tally.value,
    );
}

/// Adds up what firms of all `blocks` ask of each unit.
fn add_up(market: &mut ContractResearchState, blocks: usize) {
    for column in [&mut market.asked, &mut market.contracts] {
        column.clear();
        column.resize(market.left.len(), 0.0);
    }
    for buyers in &market.buyers[..blocks] {
        let units = market.asked.iter_mut().zip(&mut market.contracts);
        let more = buyers.asked.iter().zip(&buyers.contracts);
        for ((asked, contracts), more) in units.zip(more) {
            *asked += more.0;
            *contracts += more.1;
        }
    }
}

/// What share each unit serves of what it is asked for, and what it has left then.
fn share_out(market: &mut ContractResearchState) {
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
    /// Adds contracts and their value by size class in a round of service.
    fn add(&mut self, served: &Served) {
        for size in 0..SIZE_CLASSES {
            self.contracts_by_size[size] += served.contracts[size].total() / 4.0; // derived: quarters a year
            self.value_by_size[size] += served.value[size].total() / 4.0; // derived: quarters a year
        }
    }
}

crate::dispatched! {
    /// Takes a quarter of the contracts out of cash.
    fn pay(outsourced: &[f64], cash: &mut [f64]) {
        for (cash, outsourced) in cash.iter_mut().zip(outsourced) {
            *cash -= outsourced / 4.0; // derived: quarters a year
        }
    }
}
