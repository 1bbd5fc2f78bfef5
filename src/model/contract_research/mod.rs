//! Which firms buy research from universities and institutes, from whom, and for how much?
//!
//! A firm wants to buy a share of its R&D that rises with a past partner, an open need and
//! topics posed by firms. Once a year it thinks over whom to ask: its past partner, or else the
//! best of a few keyed candidates; contracts run a year, so between it asks its partner.
//! Researchers' time limits what a unit serves; what it cannot serve is asked of
//! a second unit and then dropped. Offices play no part: ties carry the contract.

mod choice;
#[cfg(test)]
mod tests;

pub use choice::{
    Occasion, forgotten, mean_contract, partner_utility, served_share, size_class, unit_capacity,
    wanted_share,
};

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::REGIONS;
use super::population::field_distance;
use super::state::State;
use super::tax::gift::after_displacement;
use super::universities::Universities;
use crate::base::rng::Purpose;
use crate::base::{dist, math};

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
/// Units a firm looks at when it searches.
const CANDIDATES: u32 = 6; // derived: a handful; the choice among them is the logit
/// Units a firm asks in a quarter at most.
const ROUNDS: u32 = 2; // derived: the first and, for what it cannot serve, another

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
    /// Asked by one represented firm \[mn/yr\].
    amount: f64,
}

/// State: where researchers sit, and this quarter's contracts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContractResearchState {
    /// Counters.
    pub tally: ContractResearchTally,
    /// Units of each region and, last, of the nation.
    members: Vec<Vec<u32>>,
    /// Researchers of these units, cumulated \[FTE\].
    cumulated: Vec<Vec<f64>>,
    /// First of these units whose sum passes each step of the table.
    guide: Vec<Vec<u32>>,
    /// e to minus the utility of each unit to a firm of its own field.
    mean_wait: Vec<f64>,
    requests: Vec<Request>,
    /// Capacity left by unit \[mn/yr, all represented units\].
    left: Vec<f64>,
    /// Asked of a unit in this round \[mn/yr\].
    asked: Vec<f64>,
}

impl ContractResearchState {
    /// State at the start of the warm-up; the table of researchers is drawn up when units
    /// are first met, and stays.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }

    fn index_units(&mut self, u: &Universities, p: &ContractResearchParameters) {
        if !self.members.is_empty() {
            return;
        }
        let utility = |&standing: &f64| math::exp(-partner_utility(0.0, standing, p));
        self.mean_wait = u.units.standing.iter().map(utility).collect();
        self.members = vec![Vec::new(); REGIONS + 1];
        self.cumulated = vec![Vec::new(); REGIONS + 1];
        for i in 0..u.units.len() {
            let size = u.units.weight[i] * u.units.researchers[i];
            for table in [usize::from(u.units.region[i]), REGIONS] {
                let before = self.cumulated[table].last().copied().unwrap_or(0.0);
                self.members[table].push(i as u32);
                self.cumulated[table].push(before + size);
            }
        }
        for sums in &self.cumulated {
            let all = sums.last().copied().unwrap_or(0.0);
            let steps = 4 * sums.len().max(1); // derived: a few steps a unit
            let first = |k: usize| {
                let goal = k as f64 / steps as f64 * all;
                sums.partition_point(|&s| s <= goal)
                    .min(sums.len().max(1) - 1) as u32
            };
            self.guide.push((0..steps).map(first).collect());
        }
    }

    /// Unit at uniform `u` of a region's (or the nation's) researchers: the guide names the
    /// unit at the step of `u`, the goal is there or a little further.
    fn at(&self, region: usize, u: f64) -> usize {
        let table = if self.members[region].is_empty() {
            REGIONS
        } else {
            region
        };
        let sums = &self.cumulated[table];
        let goal = u * sums.last().copied().unwrap_or(0.0);
        let guide = &self.guide[table];
        let mut place = guide[(u * guide.len() as f64) as usize] as usize;
        while place + 1 < sums.len() && sums[place] <= goal {
            place += 1;
        }
        self.members[table][place] as usize
    }
}

/// One quarter: wishes, requests, service in proportion, a second round, payment.
pub fn trade(state: &mut State, ctx: &Context) {
    let mut market = std::mem::take(&mut state.contract_research);
    market.tally = ContractResearchTally::default();
    state.firms.outsourced.fill(0.0);
    state.universities.units.contract_income.fill(0.0);
    if !state.universities.units.is_empty() {
        market.index_units(&state.universities, &ctx.parameters.contract_research);
        open_capacity(&mut market, &state.universities, ctx);
        wish(&mut market, state, ctx);
        serve(&mut market, state, ctx);
        for round in 1..ROUNDS {
            ask_again(&mut market, state, ctx, round);
            serve(&mut market, state, ctx);
        }
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

/// Forgets ties, then notes what each firm asks of whom.
fn wish(market: &mut ContractResearchState, state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.contract_research;
    let posed = state.programmes.need_share;
    let turn = ctx.q().rem_euclid(4) as u32; // derived: quarters a year
    let lost = forgotten(p.forget);
    let shares = [false, true]
        .map(|tie| [false, true].map(|need| wanted_share(Occasion { tie, need, posed }, p)));
    market.requests.clear();
    for i in 0..state.firms.len() {
        let firms = &mut state.firms;
        if !firms.alive[i] || firms.rd[i] <= 0.0 {
            continue;
        }
        let (stay, lose) = ctx.pair(firms.id[i], 0, 0, Purpose::ContractResearch);
        if lose < lost {
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
        market.tally.wanted += firms.weight[i] * amount / 4.0; // derived: quarters a year
        let stays = firms.id[i] % 4 != turn || stay < p.loyalty;
        let unit = if partner > 0 && stays {
            partner as usize - 1
        } else {
            search(market, state, i, 0, None, ctx)
        };
        market.requests.push(Request {
            firm: i as u32,
            unit: unit as u32,
            amount,
        });
    }
}

/// Best of a firm's keyed candidates by the logit of [`partner_utility`], leaving out the unit
/// that had no time.
fn search(
    market: &ContractResearchState,
    state: &State,
    firm: usize,
    round: u32,
    refused: Option<usize>,
    ctx: &Context,
) -> usize {
    let p = &ctx.parameters.contract_research;
    let (firms, units) = (&state.firms, &state.universities.units);
    let id = firms.id[firm];
    let distaste = [0.0, 0.5, 1.0].map(|distance| math::exp(p.field_match * distance));
    let mut best = (f64::INFINITY, None);
    let mut seen = [usize::MAX; CANDIDATES as usize];
    for k in 0..CANDIDATES {
        let draw = 1 + round * CANDIDATES + k;
        let [near, place, wait, _] = ctx.digits(id, 0, draw, Purpose::ContractResearch);
        let region = if near < p.alumni {
            usize::from(firms.region[firm])
        } else {
            REGIONS
        };
        let unit = market.at(region, place);
        if Some(unit) == refused || seen.contains(&unit) {
            continue;
        }
        seen[k as usize] = unit;
        let distance = field_distance(
            usize::from(firms.field[firm]),
            usize::from(units.field[unit]),
        );
        // utility plus a Gumbel draw is highest where the wait at rate e^utility is shortest
        let mean = market.mean_wait[unit];
        let wait = dist::exponential(wait, mean) * distaste[(2.0 * distance) as usize];
        if wait < best.0 {
            best = (wait, Some(unit));
        }
    }
    best.1.or(refused).unwrap_or(0)
}

/// Serves requests in proportion to capacity left, and leaves in each what was not served.
fn serve(market: &mut ContractResearchState, state: &mut State, ctx: &Context) {
    let ContractResearchState {
        requests,
        left,
        asked,
        tally,
        ..
    } = market;
    let p = &ctx.parameters.contract_research;
    let firms = &mut state.firms;
    let units = &mut state.universities.units;
    asked.clear();
    asked.resize(units.len(), 0.0);
    for r in requests.iter() {
        asked[r.unit as usize] += firms.weight[r.firm as usize] * r.amount;
    }
    for r in requests.iter_mut() {
        let (i, unit) = (r.firm as usize, r.unit as usize);
        let value = r.amount * served_share(left[unit], asked[unit]);
        if value <= 0.0 {
            continue;
        }
        r.amount = math::max(r.amount - value, 0.0);
        let all = firms.weight[i] * value / 4.0; // derived: quarters a year
        let mean = mean_contract(firms.rd[i], ctx.world.price, p);
        let size = size_class(mean / (p.price * ctx.world.price));
        let region = usize::from(units.region[unit]);
        let number = all / mean;
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
            tally.buyers += firms.weight[i];
            firms.partner[i] = r.unit + 1;
        }
        firms.outsourced[i] += value;
        firms.cash[i] -= value / 4.0; // derived: quarters a year
        units.contract_income[unit] += firms.weight[i] * value / units.weight[unit];
    }
    for (unit, rest) in left.iter_mut().enumerate() {
        *rest = math::max(*rest - asked[unit], 0.0);
    }
}

/// What was not served is asked of another unit.
fn ask_again(market: &mut ContractResearchState, state: &State, ctx: &Context, round: u32) {
    let mut requests = std::mem::take(&mut market.requests);
    requests.retain(|r| r.amount > 0.0);
    for r in &mut requests {
        let refused = Some(r.unit as usize);
        r.unit = search(market, state, r.firm as usize, round, refused, ctx) as u32;
    }
    market.requests = requests;
}

/// Books the payments and notes what nobody served.
fn settle(market: &mut ContractResearchState, state: &mut State) {
    let mut unserved = 0.0;
    for r in &market.requests {
        unserved += state.firms.weight[r.firm as usize] * r.amount / 4.0; // derived: quarters
    }
    market.tally.unserved = unserved;
    state.books.pay(
        Account::Firms,
        Account::Units,
        Instrument::ContractResearch,
        market.tally.value,
    );
}
