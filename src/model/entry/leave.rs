//! Which firms close this quarter, and which agents are split?

use super::census::Census;
use super::rules::{Health, exit_probability, is_split};
use super::{EntryParameters, SEGMENTS};
use crate::base::math;
use crate::base::rng::{Purpose, fill_uniform};
use crate::model::books::{Account, Instrument};
use crate::model::context::Context;
use crate::model::firms::{Firm, Firms};
use crate::model::population::{SPLIT_BITS, is_entrant, split_id};
use crate::model::state::State;

/// Firms whose turn it is to be tested, as columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tested {
    row: Vec<usize>,
    id: Vec<u32>,
    real_sales: Vec<f64>,
    cash: Vec<f64>,
    young: Vec<bool>,
    loss: Vec<bool>,
    probability: Vec<f64>,
    draw: Vec<f64>,
}

impl Tested {
    /// Forgets the firms and keeps the memory.
    fn clear(&mut self) {
        self.row.clear();
        self.id.clear();
        self.real_sales.clear();
        self.cash.clear();
        self.young.clear();
        self.loss.clear();
        self.probability.clear();
        self.draw.clear();
    }

    /// Gathers the firms whose turn it is and says for each how likely it closes and what it drew.
    fn take(&mut self, firms: &Firms, p: &EntryParameters, ctx: &Context) {
        self.clear();
        let turn = ctx.q().rem_euclid(4) as u32; // derived: quarters a year
        // every row is written and the next one overwrites it unless it counts: no branch to miss
        self.row.resize(firms.len(), 0);
        let mut count = 0;
        for (i, (&id, &alive)) in firms.id.iter().zip(&firms.alive).enumerate() {
            self.row[count] = i;
            count += usize::from((id % 4 == turn) & alive);
        }
        self.row.truncate(count);
        for &i in &self.row {
            let stands = health(firms, i, p, ctx);
            self.id.push(firms.id[i]);
            self.real_sales.push(stands.real_sales);
            self.cash.push(stands.cash);
            self.young.push(stands.young);
            self.loss.push(stands.loss);
        }
        self.probability.resize(self.row.len(), 0.0);
        self.draw.resize(self.row.len(), 0.0);
        let (real_sales, cash) = (&self.real_sales, &self.cash);
        let (young, loss) = (&self.young, &self.loss);
        probabilities(real_sales, cash, young, loss, p, &mut self.probability);
        let q = ctx.q() as u32;
        fill_uniform(ctx.key, &self.id, q, 1, Purpose::Entry, &mut self.draw);
    }
}

crate::dispatched! {
    /// Probability of closing within a year of each firm tested.
    fn probabilities(
        real_sales: &[f64],
        cash: &[f64],
        young: &[bool],
        loss: &[bool],
        p: &EntryParameters,
        out: &mut [f64],
    ) {
        let n = out.len();
        let (real_sales, cash) = (&real_sales[..n], &cash[..n]);
        let (young, loss) = (&young[..n], &loss[..n]);
        for k in 0..n {
            let stands = Health {
                real_sales: real_sales[k],
                cash: cash[k],
                young: young[k],
                loss: loss[k],
            };
            out[k] = exit_probability(stands, p);
        }
    }
}

/// How firm `i` stands; founding firms count as older than young.
pub(super) fn health(firms: &Firms, i: usize, p: &EntryParameters, ctx: &Context) -> Health {
    let age = f64::from(ctx.q() - firms.born[i]) / 4.0; // derived: quarters a year
    let sales = firms.sales[i];
    Health {
        real_sales: sales / ctx.world.price,
        cash: if sales > 0.0 {
            firms.cash[i] / sales
        } else {
            0.0
        },
        young: is_entrant(firms.id[i]) && age < p.young_years,
        loss: !firms.taxed[i],
    }
}

/// Firms in business and their sales, by segment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    weight: [f64; SEGMENTS],
    sales: [f64; SEGMENTS],
}

impl Sums {
    /// Those of a census.
    pub(super) fn of(census: &Census) -> Self {
        let mut sums = Self::default();
        for s in 0..SEGMENTS {
            [sums.weight[s], sums.sales[s], ..] = census.segment(s);
        }
        sums
    }
}

/// Closes firms, each tested in its own quarter of the year; their cash goes to the bank up to the
/// loan, then to the owners, their debts stay with the world.
pub(super) fn close(state: &mut State, sums: &mut Sums, ctx: &Context) {
    let p = &ctx.parameters.entry;
    let firms = &mut state.firms;
    let entry = &mut state.entry;
    let tested = &mut entry.tested;
    tested.take(firms, p, ctx);
    let (mut paid, mut left, mut repaid) = (0.0, 0.0, 0.0);
    for k in 0..tested.row.len() {
        if tested.draw[k] >= tested.probability[k] {
            continue;
        }
        let i = tested.row[k];
        let settled = math::clamp(firms.cash[i], 0.0, firms.loan[i]);
        firms.loan[i] -= settled;
        repaid += firms.weight[i] * settled;
        let cash = firms.weight[i] * (firms.cash[i] - settled);
        if cash > 0.0 {
            paid += cash;
        } else {
            left -= cash;
        }
        firms.alive[i] = false;
        firms.cash[i] = 0.0;
        firms.rd[i] = 0.0;
        firms.rd_desired[i] = 0.0;
        entry.exited.push(i);
        let (segment, weight) = (firms.segment[i] as usize, firms.weight[i]);
        sums.weight[segment] -= weight;
        sums.sales[segment] -= weight * firms.sales[i];
        entry.tally.exits += weight;
        entry.tally.agents_left += 1.0;
        entry.tally.count(segment, -weight, -1.0);
    }
    tested.clear();
    entry.tally.paid_out = paid - left;
    let (owners, exit) = (Account::Households, Instrument::EntryExit);
    state.books.pay(Account::Firms, owners, exit, paid);
    let (banks, loan) = (Account::Banks, Instrument::LoanRepaid);
    state.books.pay(Account::Firms, banks, loan, repaid);
    state.books.pay(Account::Rest, Account::Firms, exit, left);
}

/// Splits each agent that carries too much of its segment into two of half the weight; one keeps
/// the id and its draws, the other draws for itself from the next quarter on.
pub(super) fn split(state: &mut State, sums: &Sums, ctx: &Context) {
    let p = &ctx.parameters.entry;
    state.entry.split.clear();
    let Sums { weight, sales } = sums;
    // entrants stand for more firms as the pool grows, and so may any agent
    let mut limit = [f64::MAX; SEGMENTS];
    for s in 0..SEGMENTS {
        if weight[s] > 0.0 {
            limit[s] = p.split_threshold * sales[s] / weight[s] * state.entry.trend[s] / ctx.scale;
        }
    }
    for i in 0..state.firms.len() {
        let firms = &state.firms;
        let limit = limit[firms.segment[i] as usize];
        if !is_split(firms.weight[i], firms.sales[i], limit)
            || !firms.alive[i]
            || firms.splits[i] >= SPLIT_BITS
        {
            continue;
        }
        let j = halve(state, i);
        state.entry.split.push((i, j));
        state.entry.tally.splits += 1.0;
        state.entry.tally.living_agents += 1.0;
    }
}

/// Makes two agents of half the weight of agent `i`, and gives the row of the new one; what else
/// refers to the line stays with the one that keeps the id.
pub fn halve(state: &mut State, i: usize) -> usize {
    let whole = state.firms.row(i);
    let kept = Firm {
        weight: 0.5 * whole.weight,
        splits: whole.splits + 1,
        ..whole
    };
    let other = Firm {
        id: split_id(whole.id, whole.splits),
        ..kept
    };
    state.firms.set_row(i, kept);
    let j = super::place(state, other);
    let State {
        innovation,
        firms,
        patents,
        transfer,
        funnel,
        ..
    } = state;
    innovation.inherit(firms, i, j);
    patents.inherit(firms, i, j);
    transfer.inherit(firms, i, j);
    funnel.inherit(firms, i, j);
    j
}
