//! Which firms buy research from universities and institutes, from whom, and for how much?
//!
//! A firm wants to buy a share of its R&D that rises with a past partner, an open need and
//! topics posed by firms. Once a year it thinks over whom to ask: its past partner, or else the
//! best of a few keyed candidates; contracts run a year, so between it asks its partner.
//! Researchers' time limits what a unit serves; what it cannot serve is asked of
//! a second unit, which is thought over once a year as well, and then dropped. Offices play no part: ties carry the contract.

mod choice;
mod search;
#[cfg(test)]
mod tests;
mod units;

pub use choice::{
    Occasion, forgotten, mean_contract, partner_utility, served_share, size_class, unit_capacity,
    wanted_share,
};

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::{Firms, REGIONS};
use super::state::State;
use super::tax::gift::after_displacement;
use super::universities::Universities;
use crate::base::math;
use search::{Ground, STRIP, fill_means, fill_ties};
use units::Addresses;

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

/// A firm's request to a unit.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Request {
    firm: u32,
    unit: u32,
    /// Real firms that ask \[firms\].
    weight: f64,
    /// Asked by one represented firm \[mn/yr\].
    amount: f64,
    /// Its mean contract \[mn\].
    mean: f64,
}

/// State: where researchers sit, and this quarter's contracts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContractResearchState {
    /// Counters.
    pub tally: ContractResearchTally,
    addresses: Addresses,
    requests: Vec<Request>,
    /// Scratch: rows of firms that do R&D.
    doers: Vec<u32>,
    /// Scratch: requests that look for a unit.
    searching: Vec<u32>,
    /// Capacity left by unit \[mn/yr, all represented units\].
    left: Vec<f64>,
    /// Asked of a unit in this round \[mn/yr\].
    asked: Vec<f64>,
    /// Part of that which a unit can serve \[share\].
    served: Vec<f64>,
}

impl ContractResearchState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
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
        wish(&mut market, state, ctx);
        look_around(&mut market, state, ctx, 0);
        serve(&mut market, state, ctx);
        turn_to_helpers(&mut market, state, ctx);
        look_around(&mut market, state, ctx, 1);
        keep_helpers(&market, &mut state.firms);
        serve(&mut market, state, ctx);
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

/// Finds the rows of firms that do R&D.
fn find_doers(doers: &mut Vec<u32>, firms: &Firms) {
    // every row is written and the next one overwrites it unless it counts: no branch to miss
    doers.resize(firms.len(), 0);
    let mut count = 0;
    for (i, (&alive, &rd)) in firms.alive.iter().zip(&firms.rd).enumerate() {
        doers[count] = i as u32;
        count += usize::from(alive & (rd > 0.0));
    }
    doers.truncate(count);
}

/// Forgets ties, then notes what each firm asks of whom, or that it looks for a unit.
fn wish(market: &mut ContractResearchState, state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.contract_research;
    let posed = state.programmes.need_share;
    let turn = ctx.q().rem_euclid(4) as u32; // derived: quarters a year
    let lost = forgotten(p.forget);
    let shares = [false, true]
        .map(|tie| [false, true].map(|need| wanted_share(Occasion { tie, need, posed }, p)));
    market.requests.clear();
    market.searching.clear();
    let firms = &mut state.firms;
    find_doers(&mut market.doers, firms);
    let [mut stay, mut lose, mut mean] = [[0.0; STRIP]; 3];
    let mut ids = [0; STRIP];
    for rows in market.doers.chunks(STRIP) {
        for (id, &i) in ids.iter_mut().zip(rows) {
            *id = firms.id[i as usize];
        }
        let ids = &ids[..rows.len()];
        fill_ties(ctx.key, ids, ctx.q() as u32, &mut stay, &mut lose);
        let first = market.requests.len();
        for (row, &i) in rows.iter().enumerate() {
            let i = i as usize;
            if lose[row] < lost {
                firms.partner[i] = 0;
            }
            let partner = firms.partner[i];
            // a gift or a joint project makes an acquaintance
            let tie = partner > 0 || firms.gift[i] > 0.0 || firms.joint[i] > 0.0;
            // a firm without cash signs nothing
            let cash = math::max(firms.cash[i], 0.0) * 4.0; // derived: yearly rate of one quarter
            let share = shares[usize::from(tie)][usize::from(firms.need[i])];
            let wish = after_displacement(
                share * firms.rd[i],
                firms.gift[i],
                ctx.parameters.tax.gift_displacement,
            );
            let amount = math::min(wish, cash);
            if amount <= 0.0 {
                continue;
            }
            let stays = firms.id[i] % 4 != turn || stay[row] < p.loyalty;
            if partner == 0 || !stays {
                market.searching.push(market.requests.len() as u32);
            }
            mean[market.requests.len() - first] = firms.rd[i];
            market.requests.push(Request {
                firm: i as u32,
                unit: partner.wrapping_sub(1),
                weight: firms.weight[i],
                amount,
                mean: 0.0,
            });
        }
        let asking = &mut market.requests[first..];
        fill_means(&mut mean[..asking.len()], ctx.world.price, p);
        for (request, mean) in asking.iter_mut().zip(mean) {
            request.mean = mean;
            market.tally.wanted += request.weight * request.amount / 4.0; // derived: quarters a year
        }
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

/// Serves requests in proportion to capacity left, and leaves in each what was not served.
fn serve(market: &mut ContractResearchState, state: &mut State, ctx: &Context) {
    let reference = ctx.parameters.contract_research.price * ctx.world.price;
    let firms = &mut state.firms;
    let units = &mut state.universities.units;
    share_out(market);
    let mut tally = market.tally;
    for r in &mut market.requests {
        let (i, unit) = (r.firm as usize, r.unit as usize);
        let value = r.amount * market.served[unit];
        if value <= 0.0 {
            continue;
        }
        r.amount = math::max(r.amount - value, 0.0);
        let all = r.weight * value / 4.0; // derived: quarters a year
        let size = size_class(r.mean / reference);
        let region = usize::from(units.region[unit]);
        let number = all / r.mean;
        tally.contracts += number;
        tally.value += all;
        tally.contracts_by_region[region] += number;
        tally.value_by_region[region] += all;
        tally.contracts_by_size[size] += number;
        tally.value_by_size[size] += all;
        if firms.partner[i] == r.unit + 1 {
            tally.repeated += all;
        }
        // the first who serves is the partner; a second one helps out
        if firms.outsourced[i] == 0.0 {
            tally.buyers += r.weight;
            firms.partner[i] = r.unit + 1;
        }
        firms.outsourced[i] += value;
        firms.cash[i] -= value / 4.0; // derived: quarters a year
        units.contract_income[unit] += r.weight * value / units.weight[unit];
    }
    market.tally = tally;
}

/// What share each unit serves of what it is asked for, and what it has left then.
fn share_out(market: &mut ContractResearchState) {
    let ContractResearchState {
        requests,
        left,
        asked,
        served,
        ..
    } = market;
    asked.clear();
    asked.resize(left.len(), 0.0);
    for r in requests.iter() {
        asked[r.unit as usize] += r.weight * r.amount;
    }
    let units = left.iter_mut().zip(asked.iter());
    served.clear();
    served.extend(units.map(|(left, &asked)| {
        let share = served_share(*left, asked);
        *left = math::max(*left - asked, 0.0);
        share
    }));
}

/// What was not served is asked of the unit that the firm turned to last, or of another where it
/// thinks that over, refused now or knows none.
fn turn_to_helpers(market: &mut ContractResearchState, state: &State, ctx: &Context) {
    let turn = ctx.q().rem_euclid(4) as u32; // derived: quarters a year
    let firms = &state.firms;
    market.requests.retain(|r| r.amount > 0.0);
    market.searching.clear();
    for (at, r) in (0..).zip(&mut market.requests) {
        let i = r.firm as usize;
        let helper = firms.helper[i];
        if helper == 0 || helper == r.unit + 1 || firms.id[i] % 4 == turn {
            market.searching.push(at);
        } else {
            r.unit = helper - 1;
        }
    }
}

/// Firms remember whom they turned to for what their partner could not serve.
fn keep_helpers(market: &ContractResearchState, firms: &mut Firms) {
    for &at in &market.searching {
        let r = &market.requests[at as usize];
        firms.helper[r.firm as usize] = r.unit + 1;
    }
}

/// Books the payments and notes what nobody served.
fn settle(market: &mut ContractResearchState, state: &mut State) {
    let unserved = |r: &Request| r.weight * r.amount / 4.0; // derived: quarters a year
    market.tally.unserved = market.requests.iter().map(unserved).sum();
    state.books.pay(
        Account::Firms,
        Account::Units,
        Instrument::ContractResearch,
        market.tally.value,
    );
}
