//! Answers which firms raise outside equity, from whom, and how funds get their money back.
//!
//! Funds hold dry powder of two kinds, with market money and with state partners; a fund invests
//! what it has raised over its investing years. A firm still short after loans considers to sell
//! shares once a year, to a fund drawn by the money funds hold; its manager takes it iff what it expects a yuan to earn a year, less the
//! price of risk, reaches the hurdle:
//!
//! ```text
//! ΔW = shadow rate·X_N + surplus of R&D let through           gain of the round X \[mn/yr\]
//! r  = (ΔW − deal cost)/X + g + h_l·premium − h_p·discount − (1 − residual)/T
//! take iff  r − ½ (γ + b (1 − tolerance)) σ²/n ≥ hurdle       b: blame, state partners only
//! ```
//!
//! n = R&D over a team's cost counts the firm's projects, σ is the spread of their returns. Shares
//! are listed (h_l), bought (h_p), or reach the end of the fund's life T: partners with a buy-back
//! clause are then paid by the firm as far as it can, the rest is lost. Left out: ties to a place,
//! windows of listing, rounds at a price, recycled proceeds.

use super::credit::BUCKETS;
use super::parameters::FinanceParameters;
use super::turn::{Turn, turn_of};
use super::{Customers, MONTHS, apply, credit, find_some, need, set_liquidity};
use crate::base::columns::{Hold, Lent};
use crate::base::rng::Purpose;
use crate::base::{math, select};
use crate::model::books::{Account, Instrument};
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::state::State;
use crate::policy::finance::Finance;
use std::array::from_fn;

/// Kinds of fund money: market partners, state partners.
pub const KINDS: usize = 2;
const STATE: usize = 1;
const MN: f64 = 1000.0; // derived: million in a billion

/// Counters of one quarter; arrays by kind of money.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EquityTally {
    /// Firms that would sell shares \[firms\].
    pub offered: f64,
    /// Of them those a manager took \[firms\].
    pub taken: [f64; KINDS],
    /// Invested \[mn\].
    pub invested: [f64; KINDS],
    /// What funds could invest this quarter \[mn\].
    pub room: [f64; KINDS],
    /// Paid to funds for listed and bought shares \[mn\].
    pub proceeds: f64,
    /// Paid back by firms under buy-back clauses \[mn\].
    pub bought_back: f64,
    /// Lost at cost \[mn\].
    pub lost: f64,
}

/// Number of projects a firm runs: R&D over a team's cost, at least one.
#[inline]
pub fn projects(rd: f64, team: f64) -> f64 {
    math::max(rd / math::max(team, f64::MIN_POSITIVE), 1.0)
}

/// What a manager expects a yuan to earn a year \[1/yr\]: the firm's gain and growth, less what
/// the ways out take on average.
///
/// Example: gain 0.2, growth 0.1, listing 0.03 at a premium of 0.8, purchase 0.08 at a discount of
/// 0.2, life 7 years with 0.6 left: 0.2 + 0.1 + 0.024 − 0.016 − 0.057 = 0.251.
#[inline]
pub fn expected_return(gain: f64, growth: f64, p: &FinanceParameters) -> f64 {
    gain + growth + p.listing_hazard * p.listing_premium
        - p.purchase_hazard * p.purchase_discount
        - (1.0 - p.fund_residual) / p.fund_years
}

/// Price of a firm's risk to a manager \[1/yr\]; with state partners, blame for losses adds to it
/// as far as faults are not tolerated.
///
/// Example: σ 0.8, two projects, aversion 0.2: 0.032; state partners, blame 0.4: 0.096, half
/// tolerated: 0.064.
#[inline]
pub fn risk_price(
    state: bool,
    projects: f64,
    spread: f64,
    policy: &Finance,
    p: &FinanceParameters,
) -> f64 {
    let blame = if state {
        p.fund_blame * (1.0 - policy.fault_tolerance)
    } else {
        0.0
    };
    0.5 * (p.fund_aversion + blame) * spread * spread / projects
}

/// Dry powder of the founding year: what a year raises, by kind \[mn\].
pub(super) fn founding_powder(ctx: &Context) -> [f64; KINDS] {
    let p = &ctx.parameters.finance;
    let year = ctx.world.equity_raised * MN * p.fund_research_share;
    [(1.0 - p.fund_state_share) * year, p.fund_state_share * year]
}

/// Pays what is raised into the funds; guide money goes to funds with state partners.
///
/// The budget carries guide money at the expected loss, not at its face: the rest is an asset.
fn raise(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.finance;
    let raised = ctx.world.equity_raised * MN * p.fund_research_share / 4.0; // derived: a quarter
    let guide = |policy: &Finance| policy.guide_fund * MN / 4.0; // derived: a quarter
    let powder = &mut state.finance.powder;
    powder[0] += (1.0 - p.fund_state_share) * raised;
    powder[STATE] += p.fund_state_share * raised + guide(&ctx.seen.finance);
    let books = &mut state.books;
    books.pay(Account::Rest, Account::Funds, Instrument::Equity, raised);
    let paid = guide(&ctx.law.finance);
    let (central, funds) = (Account::Central, Account::Funds);
    let element = p.guide_fund_loss * paid;
    books.place(central, funds, Instrument::GuideFund, paid, element);
}

/// A round a firm would sell: amount \[mn\], yearly gain \[mn/yr\] and growth \[1/yr\].
#[derive(Clone, Copy, Debug, PartialEq)]
struct Round {
    amount: f64,
    gain: f64,
    growth: f64,
}

/// The round firm `i`, of which the year takes `needs`, offers: what it lacks beyond its loan, iff that is worth the control it
/// gives up.
fn offer(firms: &Firms<impl Hold>, i: usize, needs: f64, ctx: &Context) -> Option<Round> {
    let p = &ctx.parameters.finance;
    // most firms are not short: what a stake may be is looked up for the others
    let short = apply::shortage(firms, i, needs) - firms.loan[i];
    if short <= 0.0 {
        return None;
    }
    let stake = p.largest_stake * firms.assets[i] - firms.equity[i];
    let amount = math::min(short, stake);
    if amount <= 0.0 {
        return None;
    }
    let now = firms.liquidity[i];
    let gap = math::clamp(firms.rd_desired[i] - now, 0.0, amount);
    let surplus = apply::surplus_let_through(firms, i, now, gap, ctx);
    let gain = p.shadow_rate * (amount - gap) + surplus - p.deal_cost;
    let growth = need::growth(firms.sales[i], firms.sales_mean[i]);
    (gain > p.control_cost * amount).then_some(Round {
        amount,
        gain,
        growth,
    })
}

/// A round that a manager takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Deal {
    firm: u32,
    kind: u8,
    queue: u8,
    amount: f64,
}

/// The kind of fund that leads a firm's round, drawn by the money they hold.
#[inline]
fn leader(u: f64, powder: &[f64; KINDS]) -> usize {
    usize::from(u * (powder[0] + powder[STATE]) >= powder[0])
}

/// Raises, invests in firms whose turn it is, and leaves, in this order.
pub(super) fn invest(state: &mut State, customers: &mut Vec<Customers>, ctx: &Context) {
    raise(state, ctx);
    let powder = state.finance.powder;
    let (n, p) = (state.firms.len(), &ctx.parameters.finance);
    let parts = (state.firms.lend(), ctx.crew.rooms(n, customers));
    let offers = ctx.crew.walk(parts, |(firms, mut room)| {
        let Customers { turn, deals, .. } = room.own();
        look_at_offers(&firms, turn, deals, &powder, ctx)
    });
    // derived: quarters a year
    let room = powder.map(|powder| math::max(powder, 0.0) / (4.0 * p.investing_years));
    let served = from_fn(|kind| credit::serve(&offers.demand[kind], room[kind]));
    let parts = (state.firms.lend(), ctx.crew.rooms(n, customers));
    let (invested, left) = ctx.crew.walk(parts, |(mut firms, mut room)| {
        let Customers { deals, holders, .. } = room.own();
        let invested = pay_in(&mut firms, deals, &served, ctx);
        (invested, leave(&mut firms, holders, ctx))
    });
    for kind in 0..KINDS {
        state.finance.powder[kind] -= invested[kind];
    }
    state.finance.tally.equity = EquityTally {
        offered: offers.offered,
        taken: offers.taken,
        invested,
        room,
        proceeds: left.proceeds,
        bought_back: left.bought_back,
        lost: left.lost,
    };
    let invested = invested.iter().sum();
    let (books, stakes) = (&mut state.books, Instrument::Equity);
    books.pay(Account::Funds, Account::Firms, stakes, invested);
    books.pay(Account::Rest, Account::Funds, stakes, left.proceeds);
    books.pay(Account::Firms, Account::Funds, stakes, left.bought_back);
}

/// Sums over firms of a block that would sell shares, weighted.
struct Offers {
    /// All of them \[firms\].
    offered: f64,
    /// Those that a manager takes, by kind \[firms\].
    taken: [f64; KINDS],
    /// What these ask for, by kind and queue \[mn\].
    demand: [[f64; BUCKETS]; KINDS],
}

crate::join_fields!(Offers: offered, taken, demand);

/// Lets firms of a block whose turn it is offer shares, and lists the `deals` that managers take.
fn look_at_offers(
    firms: &Firms<Lent>,
    turn: &Turn,
    deals: &mut Vec<Deal>,
    powder: &[f64; KINDS],
    ctx: &Context,
) -> Offers {
    let p = &ctx.parameters.finance;
    let spread = ctx.parameters.research.returns_spread;
    deals.clear();
    let mut sums = Offers {
        offered: 0.0,
        taken: [0.0; KINDS],
        demand: [[0.0; BUCKETS]; KINDS],
    };
    for (&firm, &needs) in turn.firm.iter().zip(&turn.needs) {
        let i = firm as usize;
        let Some(round) = offer(firms, i, needs, ctx) else {
            continue;
        };
        let weight = firms.weight[i];
        sums.offered += weight;
        let u = ctx.uniform(firms.id[i], 0, 0, Purpose::Equity);
        let kind = leader(u, powder);
        let number = projects(firms.rd[i], firms.team_cost[i] * ctx.world.price);
        let risk = risk_price(kind == STATE, number, spread, &ctx.seen.finance, p);
        let earned = expected_return(round.gain / round.amount, round.growth, p);
        let margin = earned - risk - p.fund_hurdle;
        if margin < 0.0 {
            continue;
        }
        sums.taken[kind] += weight;
        let queue = credit::rank(margin / p.fund_hurdle, BUCKETS);
        sums.demand[kind][queue] += weight * round.amount;
        deals.push(Deal {
            firm,
            kind: kind as u8,
            queue: queue as u8,
            amount: round.amount,
        });
    }
    sums
}

/// Pays the part of rounds of a block that is `served`; gives what is invested, by kind \[mn\].
fn pay_in(
    firms: &mut Firms<Lent>,
    deals: &[Deal],
    served: &[[f64; BUCKETS]; KINDS],
    ctx: &Context,
) -> [f64; KINDS] {
    let mut invested = [0.0; KINDS];
    for deal in deals {
        let (i, kind) = (deal.firm as usize, usize::from(deal.kind));
        let paid = served[kind][usize::from(deal.queue)] * deal.amount;
        firms.cash[i] += paid;
        firms.equity[i] += paid;
        invested[kind] += firms.weight[i] * paid;
        set_liquidity(firms, i, ctx);
    }
    invested
}

/// How a stake ends this year, if it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    Listed,
    Bought,
    LifeEnd,
}

/// The way out of a stake at uniform `u`: competing hazards of listing, purchase and the end of
/// the fund's life over a year.
///
/// Example: 0.03, 0.08 and 1/7 a year: a stake ends with 22.4 %, by listing with 2.7 %.
fn exit(u: f64, p: &FinanceParameters) -> Option<Exit> {
    let (listing, purchase) = (p.listing_hazard, p.purchase_hazard);
    let total = listing + purchase + 1.0 / p.fund_years;
    let ends = 1.0 - math::exp(-total);
    if u >= ends {
        return None;
    }
    let place = u / ends * total;
    Some(if place < listing {
        Exit::Listed
    } else if place < listing + purchase {
        Exit::Bought
    } else {
        Exit::LifeEnd
    })
}

/// Money of stakes that end, weighted \[mn\]: see [`EquityTally`].
#[derive(Clone, Copy, Debug, Default)]
struct Ended {
    proceeds: f64,
    bought_back: f64,
    lost: f64,
}

crate::join_fields!(Ended: proceeds, bought_back, lost);

/// Ends stakes in firms of a block, each firm in its own quarter of the year; stakes of closed
/// firms are lost. `holders` is scratch.
fn leave(firms: &mut Firms<Lent>, holders: &mut Vec<u32>, ctx: &Context) -> Ended {
    let turn = ctx.q().rem_euclid(4) as u32; // derived: one quarter of the year each
    let p = &ctx.parameters.finance;
    select::list(firms.len(), holders, |from, flags| {
        find_some(&firms.equity[from..], flags);
    });
    let mut sums = Ended::default();
    for &row in &*holders {
        let i = row as usize;
        let stake = firms.equity[i];
        if !firms.alive[i] {
            sums.lost += firms.weight[i] * stake;
            firms.equity[i] = 0.0;
            continue;
        }
        if turn_of(firms.id[i]) != turn {
            continue;
        }
        let weight = firms.weight[i];
        match exit(ctx.uniform(firms.id[i], 0, 1, Purpose::Equity), p) {
            None => continue,
            Some(Exit::Listed) => sums.proceeds += weight * stake * (1.0 + p.listing_premium),
            Some(Exit::Bought) => sums.proceeds += weight * stake * (1.0 - p.purchase_discount),
            Some(Exit::LifeEnd) => {
                let kept = p.buffer_months / MONTHS * firms.sales[i];
                let owed = p.fund_state_share * p.buy_back * stake;
                let paid = math::clamp(owed, 0.0, math::max(firms.cash[i] - kept, 0.0));
                firms.cash[i] -= paid;
                sums.bought_back += weight * paid;
                sums.lost += weight * (stake - paid);
                set_liquidity(firms, i, ctx);
            }
        }
        firms.equity[i] = 0.0;
    }
    sums
}

#[cfg(test)]
mod tests;
