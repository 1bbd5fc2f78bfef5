//! Which firms close this quarter?

use super::census::Census;
use super::rules::{Health, exit_probability};
use super::{EntryParameters, SEGMENTS};
use crate::base::columns::{Hold, Lent};
use crate::base::rng::{Purpose, fill_uniform};
use crate::base::room::have_room;
use crate::base::strip::gather;
use crate::base::{math, select};
use crate::model::approval::own::Held;
use crate::model::books::{Account, Instrument};
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::population::is_entrant;
use crate::model::state::State;

/// Firms tested together.
pub(super) const STRIP: usize = 256;

/// Firms of a block whose turn it is to be tested, and those of them that close.
#[derive(Clone, Debug, Default, PartialEq)]
#[repr(align(128))] // the next block's lies in cache lines of its own
pub(super) struct Tested {
    row: Vec<u32>,
    /// What those drew that may close.
    draw: Vec<f64>,
    closed: Vec<Closed>,
}

/// A firm that has closed; money of one represented firm.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Closed {
    row: usize,
    segment: usize,
    weight: f64,
    sales: f64,
    /// Cash that went to the bank \[mn\].
    settled: f64,
    /// What was left of it, debts where negative \[mn\].
    cash: f64,
    /// Gain that waited for approval \[log points\].
    waiting: f64,
}

impl Tested {
    /// Lists firms in business whose turn it is and that draw less than the highest probability
    /// of closing at sales like theirs: the others stay, however they stand.
    fn take(&mut self, firms: &Firms<Lent>, p: &EntryParameters, ctx: &Context) {
        let turn = ctx.q().rem_euclid(4) as u32; // derived: quarters a year
        select::list(firms.len(), &mut self.row, |from, flags| {
            find_turn(&firms.id[from..], &firms.alive[from..], turn, flags);
        });
        have_room(&mut self.draw, firms.len());
        self.draw.resize(self.row.len(), 0.0);
        let (mut ids, mut draws) = ([0; STRIP], [0.0; STRIP]);
        let (mut sales, mut most) = ([0.0; STRIP], [0.0; STRIP]);
        let (ceilings, q) = (Ceilings::of(p, ctx.world.price), ctx.q() as u32);
        let (mut kept, all) = (0, self.row.len());
        for from in (0..all).step_by(STRIP) {
            let n = usize::min(STRIP, all - from);
            let rows = &self.row[from..from + n];
            gather(firms.id, rows, &mut ids);
            gather(firms.sales, rows, &mut sales);
            fill_uniform(ctx.key, &ids, q, 1, Purpose::Entry, &mut draws);
            ceilings.fill(&sales, &mut most);
            // every row is written and the next one overwrites it unless it counts
            for k in 0..n {
                (self.row[kept], self.draw[kept]) = (self.row[from + k], draws[k]);
                kept += usize::from(draws[k] < most[k]);
            }
        }
        self.row.truncate(kept);
        self.draw.truncate(kept);
    }

    /// Closes those taken that draw less than the probability of closing as they stand, in a block
    /// whose first firm is that of row `first`.
    fn close(&mut self, firms: &mut Firms<Lent>, first: usize, p: &EntryParameters, ctx: &Context) {
        self.closed.clear();
        // a quarter in which one in eight closes does not come
        self.closed.reserve(firms.len() / 8);
        let mut stands = Stands::new();
        for (rows, draws) in self.row.chunks(STRIP).zip(self.draw.chunks(STRIP)) {
            let closing = stands.examine(firms, rows, p, ctx);
            for ((&row, &draw), &probability) in rows.iter().zip(draws).zip(closing) {
                if draw < probability {
                    self.closed.push(shut(firms, row as usize, first));
                }
            }
        }
    }
}

/// Closes firm `i` of a block whose first firm is that of row `first`.
fn shut(firms: &mut Firms<Lent>, i: usize, first: usize) -> Closed {
    let settled = math::clamp(firms.cash[i], 0.0, firms.loan[i]);
    // what waited for approval is never used; of most firms nothing does
    let held = if firms.waits[i] {
        std::mem::take(&mut firms.held[i])
    } else {
        Held::default()
    };
    let closed = Closed {
        row: first + i,
        segment: firms.segment[i] as usize,
        weight: firms.weight[i],
        sales: firms.sales[i],
        settled,
        cash: firms.cash[i] - settled,
        waiting: held.waiting(),
    };
    firms.loan[i] -= settled;
    firms.alive[i] = false;
    firms.waits[i] = false;
    firms.cash[i] = 0.0;
    firms.rd[i] = 0.0;
    firms.rd_desired[i] = 0.0;
    closed
}

crate::dispatched! {
    /// Flags firms in business whose quarter of the year is `turn`.
    fn find_turn(id: &[u32], alive: &[bool], turn: u32, flags: &mut [bool]) {
        let n = flags.len();
        let (id, alive) = (&id[..n], &alive[..n]);
        for k in 0..n {
            flags[k] = (id[k] % 4 == turn) & alive[k]; // derived: quarters a year
        }
    }
}

/// Sales that part classes of firms by their highest probability of closing \[mn/yr, 2020 prices\].
const EDGES: [f64; 4] = [0.1, 1.0, 10.0, 100.0]; // derived: a class each decade

/// Highest probability of closing within a year, by class of sales.
#[derive(Clone, Copy, Debug)]
struct Ceilings {
    /// Lower edges at current prices \[mn/yr\].
    edges: [f64; EDGES.len()],
    /// That of firms above each edge.
    above: [f64; EDGES.len()],
}

impl Ceilings {
    /// Those of firms that are young, in loss and in distress, with sales at the edges.
    fn of(p: &EntryParameters, price: f64) -> Self {
        let worst = |real_sales| {
            let worst = Health {
                real_sales,
                cash: f64::NEG_INFINITY,
                young: p.exit_young > 0.0,
                loss: p.exit_loss > 0.0,
            };
            exit_probability(worst, p)
        };
        // a hazard that rose with size would have no ceiling
        let falls = p.exit_size >= 0.0 && p.exit_distress >= 0.0;
        Self {
            edges: EDGES.map(|edge| edge * price),
            above: EDGES.map(|edge| if falls { worst(edge) + ROUNDING } else { 1.0 }),
        }
    }

    /// Ceilings of firms with these `sales`; 1 below the lowest edge.
    fn fill(&self, sales: &[f64; STRIP], most: &mut [f64; STRIP]) {
        fill_ceilings(self, sales, most);
    }
}

/// More than rounding may move a probability.
const ROUNDING: f64 = 1e-12; // derived: far above 2^-52, far below any probability

crate::dispatched! {
    /// [`Ceilings::fill`].
    fn fill_ceilings(ceilings: &Ceilings, sales: &[f64; STRIP], most: &mut [f64; STRIP]) {
        for k in 0..STRIP {
            let mut ceiling = 1.0;
            for (edge, above) in ceilings.edges.iter().zip(&ceilings.above) {
                ceiling = if sales[k] > *edge { *above } else { ceiling };
            }
            most[k] = ceiling;
        }
    }
}

/// How a strip of firms stands, in columns.
pub(super) struct Stands {
    real_sales: [f64; STRIP],
    cash: [f64; STRIP],
    young: [bool; STRIP],
    loss: [bool; STRIP],
    /// Probability of closing within a year.
    probability: [f64; STRIP],
}

impl Stands {
    pub(super) fn new() -> Self {
        Self {
            real_sales: [1.0; STRIP],
            cash: [0.0; STRIP],
            young: [false; STRIP],
            loss: [false; STRIP],
            probability: [0.0; STRIP],
        }
    }

    /// Says of each of `rows`, at most a strip of them, how likely it closes within a year.
    pub(super) fn examine(
        &mut self,
        firms: &Firms<impl Hold>,
        rows: &[u32],
        p: &EntryParameters,
        ctx: &Context,
    ) -> &[f64] {
        for (k, &row) in rows.iter().enumerate() {
            let stands = health(firms, row as usize, p, ctx);
            self.real_sales[k] = stands.real_sales;
            self.cash[k] = stands.cash;
            self.young[k] = stands.young;
            self.loss[k] = stands.loss;
        }
        probabilities(self, p);
        &self.probability[..rows.len()]
    }
}

crate::dispatched! {
    /// Probability of closing within a year of each firm of a strip.
    fn probabilities(strip: &mut Stands, p: &EntryParameters) {
        for k in 0..STRIP {
            let stands = Health {
                real_sales: strip.real_sales[k],
                cash: strip.cash[k],
                young: strip.young[k],
                loss: strip.loss[k],
            };
            strip.probability[k] = exit_probability(stands, p);
        }
    }
}

/// How firm `i` stands; founding firms count as older than young.
fn health(firms: &Firms<impl Hold>, i: usize, p: &EntryParameters, ctx: &Context) -> Health {
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
    pub(super) weight: [f64; SEGMENTS],
    pub(super) sales: [f64; SEGMENTS],
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
    let n = state.firms.len();
    let mut tested = std::mem::take(&mut state.entry.tested);
    let parts = (state.firms.lend(), 0..n, ctx.crew.rooms(n, &mut tested));
    ctx.crew.walk(parts, |(mut firms, rows, mut room)| {
        let tested = room.own();
        tested.take(&firms, p, ctx);
        tested.close(&mut firms, rows.start, p, ctx);
    });
    let tested_now = &tested[..ctx.crew.blocks(n)];
    wind_up(
        state,
        sums,
        tested_now.iter().flat_map(|tested| &tested.closed),
    );
    state.entry.tested = tested;
}

/// Counts firms that have closed and books what they leave.
fn wind_up<'a>(state: &mut State, sums: &mut Sums, closed: impl Iterator<Item = &'a Closed>) {
    let entry = &mut state.entry;
    let dropped = &mut state.innovation.tally.approved.dropped;
    let (mut paid, mut left, mut repaid) = (0.0, 0.0, 0.0);
    for firm in closed {
        let (weight, s) = (firm.weight, firm.segment);
        repaid += weight * firm.settled;
        let cash = weight * firm.cash;
        if cash > 0.0 {
            paid += cash;
        } else {
            left -= cash;
        }
        *dropped += weight * firm.waiting;
        entry.exited.push(firm.row);
        sums.weight[s] -= weight;
        sums.sales[s] -= weight * firm.sales;
        entry.tally.exits += weight;
        entry.tally.agents_left += 1.0;
        entry.tally.count(s, -weight, -1.0);
    }
    entry.tally.paid_out = paid - left;
    let (owners, exit) = (Account::Households, Instrument::EntryExit);
    state.books.pay(Account::Firms, owners, exit, paid);
    let (banks, loan) = (Account::Banks, Instrument::LoanRepaid);
    state.books.pay(Account::Firms, banks, loan, repaid);
    state.books.pay(Account::Rest, Account::Firms, exit, left);
}
