//! Answers who asks banks and funds for money, who gets it, what it costs and what a firm can
//! then spend on R&D.
//!
//! A firm decides once a year, in the quarter of its id:
//!
//! ```text
//! want  = max(N + max(R* − income, 0) − own, 0)          N: working funds and equipment (`need`)
//! ask   = min(want, limit),  iff p ΔW > a + (1 − p) stigma
//! ΔW    = (shadow rate − rate − fee) ask + surplus of R&D let through
//! ```
//!
//! own = cash − loan. Loans run for a year: at the firm's turn the old one is due, and what is
//! lent anew takes its place; a firm that gets less pays back out of cash, and what it cannot pay
//! is carried on. Convention of `firms.liquidity` \[mn/yr\]: what the firm could spend on R&D
//! over the coming year,
//!
//! ```text
//! liquidity = max(cash − buffer − tied, 0) + max(operating income before R&D, 0)
//! ```
//!
//! `cash` holds funds at work as well as money at the bank. What was borrowed for equipment is
//! tied (operating cost carries its wear); what was borrowed for working funds lies in cash like
//! any other, so it also eases R&D that cash held back, and only there.
//!
//! State firms: the owner may refinance one that is short (`owner`), its head counts on that, and
//! banks see part of its risk borne by the state ([`super::state_firms`]).
//!
//! Left out: collateral prices, the choice among banks, loans to firms without R&D. Interest is
//! paid out of cash; margins are taken as before interest.

mod apply;
mod asking;
pub mod credit;
pub mod equity;
mod liquidity;
pub mod need;
mod owner;
pub mod parameters;
mod repay;
mod tally;
mod turn;

pub use parameters::FinanceParameters;
pub use repay::repay_and_default;
pub use tally::FinanceTally;

use super::context::Context;
use super::firms::{Firms, REGIONS, Segment};
use super::state::State;
use super::tax::operating_profit;
use crate::base::columns::{Hold, Lent};
use crate::base::rng::Purpose;
use crate::base::strip::{self, Sum};
use crate::base::{dist, math};
use apply::Ask;
use liquidity::{set_liquidity, tied};
use std::array::from_fn;
use turn::Turn;

const MONTHS: f64 = 12.0; // derived: months a year

/// Number of quotas: small technology firms, larger firms with R&D.
pub const POOLS: usize = 2;

/// Banks: quotas, what firms think of them, bad loans.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FinanceState {
    /// Most that may be outstanding, by quota \[mn\].
    pub quota: [f64; POOLS],
    /// Share of applications approved as firms of a region see it \[share\].
    pub approval: [f64; REGIONS],
    /// Part of the limit that banks post, by quota \[share\].
    pub posted: [f64; POOLS],
    /// Part of small firms' loans covered by re-lending \[share\].
    pub relending: f64,
    /// Defaulted loans not yet off the books \[mn\].
    pub nonperforming: f64,
    /// Counters of this quarter.
    pub tally: FinanceTally,
    /// Dry powder of funds with market and with state partners \[mn\].
    pub powder: [f64; equity::KINDS],
    /// Scratch by block.
    customers: Vec<Customers>,
    debtors: Vec<repay::Debtors>,
}

/// Firms of a block that deal with banks and funds; memory is kept from quarter to quarter.
#[derive(Clone, Debug, Default, PartialEq)]
#[repr(align(128))] // the next block's lies in cache lines of its own
struct Customers {
    turn: Turn,
    asks: Vec<Ask>,
    deals: Vec<equity::Deal>,
    /// Scratch: rows of state firms short of cash.
    short: Vec<u32>,
    /// Scratch: rows of firms with outside equity.
    holders: Vec<u32>,
}

impl FinanceState {
    /// Non-performing over all technology loans \[share\].
    pub fn nonperforming_share(&self) -> f64 {
        let stock: f64 = self.tally.stock.iter().sum();
        self.nonperforming / (stock + self.nonperforming)
    }
}

/// Cash \[mn\], loan \[mn\] and whether it is known to a bank, of a firm with a past.
///
/// Cash is log-normal in months of sales, a loan is held with a chance that depends on the
/// segment. A firm that enters takes the cash only: nobody has lent to it yet. Example: sales
/// 120, median 1.5 months, u at one half: cash 15.
pub fn founding_position(
    sales: f64,
    segment: Segment,
    u: (f64, f64),
    p: &FinanceParameters,
) -> (f64, f64, bool) {
    let cash = dist::lognormal(u.0, p.cash_months, p.cash_log_sd) / MONTHS * sales;
    let share = if segment == Segment::Small {
        p.borrowing_share_small
    } else {
        p.borrowing_share_large
    };
    if u.1 < share {
        (cash, p.founding_loan_months / MONTHS * sales, true)
    } else {
        (cash, 0.0, false)
    }
}

/// Operating income of firm `i` before R&D, in its present tax state \[mn/yr\].
#[inline]
fn operating_income(firms: &Firms<impl Hold>, i: usize, ctx: &Context) -> f64 {
    let tax = &ctx.parameters.tax;
    operating_profit(
        firms.margin[i],
        firms.sales[i],
        firms.rd[i],
        firms.taxed[i],
        tax.loss_margin,
        tax.research_return_in_income,
    )
}

impl FinanceState {
    /// Gives the founding firms their cash and loans, and banks their quotas.
    pub fn found(state: &mut State, ctx: &Context) -> Self {
        let p = &ctx.parameters.finance;
        let firms = &mut state.firms;
        let stock = (ctx.crew).walk(firms.lend(), |mut firms| lend_before(&mut firms, ctx));
        let quota = [p.founding_stock_sme, p.founding_stock_larger];
        let scale: [f64; POOLS] = from_fn(|pool| quota[pool] / stock[pool]);
        ctx.crew.walk(firms.lend(), |mut firms| {
            for i in 0..firms.len() {
                if firms.loan[i] > 0.0 {
                    let pool = credit::pool_of(firms.staff[i], firms.sales[i], p);
                    firms.loan[i] *= scale[pool];
                    firms.cash[i] += firms.loan[i];
                }
                set_liquidity(&mut firms, i, ctx);
            }
        });
        Self {
            quota,
            approval: [FOUNDING_APPROVAL; REGIONS],
            posted: [1.0; POOLS],
            powder: equity::founding_powder(ctx),
            ..Self::default()
        }
    }
}

/// Gives founding firms cash, and loans to those that do R&D; gives their sum by quota \[mn\].
fn lend_before(firms: &mut Firms<Lent>, ctx: &Context) -> [f64; POOLS] {
    let p = &ctx.parameters.finance;
    let mut stock = [0.0; POOLS];
    for i in 0..firms.len() {
        let u = ctx.pair(firms.id[i], 0, 0, Purpose::FirmFinance);
        let (cash, loan, banked) = founding_position(firms.sales[i], firms.segment[i], u, p);
        firms.cash[i] = cash + p.cash_research_years * firms.rd[i];
        if firms.rd[i] > 0.0 {
            firms.loan[i] = loan;
            firms.banked[i] = banked;
            let pool = credit::pool_of(firms.staff[i], firms.sales[i], p);
            stock[pool] += firms.weight[i] * loan;
        }
    }
    stock
}

/// Share of applications approved as firms see it at founding.
const FOUNDING_APPROVAL: f64 = 0.96; // derived: 3.6 % refused, OECD scoreboard 2022

/// Lends and invests, and writes what every firm with R&D can spend on it.
pub fn lend(state: &mut State, ctx: &Context) {
    state.finance.tally = FinanceTally::default();
    let mut customers = std::mem::take(&mut state.finance.customers);
    let stock = line_up(state, &mut customers, ctx);
    let asked = asking::hear(state, &mut customers, stock, ctx);
    let served = asking::ration(&mut state.finance, &asked, ctx);
    let stock = apply::grant(state, &mut customers, &served, ctx);
    let FinanceState { quota, tally, .. } = &mut state.finance;
    for pool in 0..POOLS {
        tally.quota_used[pool] = stock[pool] / math::max(quota[pool], f64::MIN_POSITIVE);
    }
    equity::invest(state, &mut customers, ctx);
    tally::count_doers(state, &mut customers, ctx);
    state.finance.customers = customers;
}

/// Lets owners refinance their firms, writes what firms can spend and lists those whose turn it
/// is; gives loans outstanding by quota \[mn\].
fn line_up(state: &mut State, customers: &mut Vec<Customers>, ctx: &Context) -> [f64; POOLS] {
    let rooms = ctx.crew.rooms(state.firms.len(), customers);
    let parts = (state.firms.lend(), rooms);
    let (support, owed) = ctx.crew.walk(parts, |(mut firms, mut room)| {
        let customers = room.own();
        let support = owner::refinance(&mut firms, &mut customers.short, ctx);
        let owed = outstanding(&firms, ctx);
        liquidity::write(&mut firms, ctx);
        customers.turn.line_up(&firms, ctx);
        (support, owed)
    });
    owner::book(state, support, ctx);
    stock_of(owed)
}

crate::dispatched! {
    /// Flags what is above zero.
    fn find_some(amounts: &[f64], flags: &mut [bool]) {
        for (flag, &amount) in flags.iter_mut().zip(amounts) {
            *flag = amount > 0.0;
        }
    }
}

/// Loans by quota \[mn\].
type Owed = [Sum; POOLS];

/// Loans outstanding by quota \[mn\].
fn stock_of(owed: Owed) -> [f64; POOLS] {
    owed.map(|sum| sum.total())
}

/// Loans outstanding of firms of a block in business.
fn outstanding(firms: &Firms<impl Hold>, ctx: &Context) -> Owed {
    let p = &ctx.parameters.finance;
    let limits = (p.sme_staff, p.sme_sales);
    let (mut held, mut owed) = ([[0.0; strip::ROWS]; POOLS], Owed::default());
    for from in (0..firms.len()).step_by(strip::ROWS) {
        let rows = from..usize::min(from + strip::ROWS, firms.len());
        let (staff, sales) = (&firms.staff[rows.clone()], &firms.sales[rows.clone()]);
        let (alive, weight) = (&firms.alive[rows.clone()], &firms.weight[rows.clone()]);
        let loan = &firms.loan[rows];
        owe(alive, (staff, sales), (weight, loan), limits, &mut held);
        add(&held, loan.len(), &mut owed);
    }
    owed
}

crate::dispatched! {
    /// Loans of the firms that each firm of a strip in business stands for, by quota \[mn\];
    /// `limits` are staff and sales up to which a firm is small.
    fn owe(
        alive: &[bool],
        size: (&[f64], &[f64]),
        debt: (&[f64], &[f64]),
        limits: (f64, f64),
        held: &mut [[f64; strip::ROWS]; POOLS],
    ) {
        let n = alive.len().min(strip::ROWS);
        let (alive, staff, sales) = (&alive[..n], &size.0[..n], &size.1[..n]);
        let (weight, loan) = (&debt.0[..n], &debt.1[..n]);
        let [small, large] = held;
        for k in 0..n {
            let all = weight[k] * loan[k];
            let all = if alive[k] & (loan[k] > 0.0) { all } else { 0.0 };
            let larger = (staff[k] > limits.0) | (sales[k] > limits.1);
            small[k] = if larger { 0.0 } else { all };
            large[k] = if larger { all } else { 0.0 };
        }
    }
}

crate::dispatched! {
    /// Adds the first `n` rows of a strip.
    fn add(held: &[[f64; strip::ROWS]; POOLS], n: usize, owed: &mut Owed) {
        for (sum, held) in owed.iter_mut().zip(held) {
            sum.add(&held[..n.min(strip::ROWS)]);
        }
    }
}

#[cfg(test)]
mod tests;
