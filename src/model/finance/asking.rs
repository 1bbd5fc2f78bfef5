//! Answers what banks post, which firms ask, and which part of each queue is served.

use super::super::books::{Account, Instrument};
use super::super::context::Context;
use super::super::firms::{Firms, REGIONS};
use super::super::state::State;
use super::apply::{self, Terms};
use super::credit::{self, BUCKETS};
use super::{Customers, FinanceState, POOLS};
use crate::base::blocks::GoesOn;
use crate::base::columns::Lent;
use crate::base::math;
use crate::base::room::have_room;

/// What firms go by that think of a loan.
struct Posted {
    /// Part of the limit, by quota.
    part: [f64; POOLS],
    /// Share of applications approved, by region.
    approval: [f64; REGIONS],
    terms: Terms,
}

/// Sums over firms whose turn it is, weighted; arrays by quota.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// Firms that thought of a loan and those that asked \[firms\].
    considered: [f64; POOLS],
    applied: [f64; POOLS],
    /// Loans they would like to have \[mn\].
    wanted: [f64; POOLS],
    /// Asked by firms that banks hold sound, by queue \[mn\].
    demand: [[f64; BUCKETS]; POOLS],
    /// Loans that stay on the books whatever is lent now \[mn\].
    kept: [f64; POOLS],
    /// Paid back by firms that ask for nothing \[mn\].
    returned: f64,
}

crate::join_fields!(Asked: considered, applied, wanted, demand, kept, returned);

impl Asked {
    /// Nobody has asked, and `stock` is outstanding.
    fn of(stock: [f64; POOLS]) -> Self {
        let none = [0.0; POOLS];
        Self {
            considered: none,
            applied: none,
            wanted: none,
            demand: [[0.0; BUCKETS]; POOLS],
            kept: stock,
            returned: 0.0,
        }
    }
}

/// Posts quotas and terms, and hears who asks for a loan; others pay back what is due. `stock` is
/// outstanding by quota \[mn\].
pub(super) fn hear(
    state: &mut State,
    customers: &mut Vec<Customers>,
    stock: [f64; POOLS],
    ctx: &Context,
) -> Asked {
    let (p, finance) = (&ctx.parameters.finance, &mut state.finance);
    grow_quota(finance, ctx);
    let funds = apply::bank_funds(ctx);
    finance.relending = credit::relending_share(stock[0], funds, &ctx.seen.finance, p);
    let posted = Posted {
        part: finance.posted,
        approval: finance.approval,
        terms: apply::terms(finance.relending, ctx),
    };
    let rooms = ctx.crew.rooms(state.firms.len(), customers);
    let parts = (state.firms.lend(), rooms, GoesOn(stock));
    let asked = (ctx.crew).walk(parts, |(mut firms, mut room, GoesOn(stock))| {
        room.own().ask(&mut firms, stock, &posted, ctx)
    });
    let tally = &mut finance.tally;
    tally.considered = asked.considered;
    tally.applied = asked.applied;
    tally.wanted = asked.wanted;
    tally.repaid = asked.returned;
    let (payer, banks) = (Account::Firms, Account::Banks);
    (state.books).pay(payer, banks, Instrument::LoanRepaid, asked.returned);
    asked
}

impl Customers {
    /// Lets firms whose turn it is ask for a loan, or pay back the one that is due; `stock` is
    /// outstanding before.
    fn ask(
        &mut self,
        firms: &mut Firms<Lent>,
        stock: [f64; POOLS],
        posted: &Posted,
        ctx: &Context,
    ) -> Asked {
        let (turn, mut sums) = (&self.turn, Asked::of(stock));
        self.asks.clear();
        have_room(&mut self.asks, turn.standing.capacity());
        for (row, &firm) in turn.firm.iter().enumerate() {
            let (i, standing) = (firm as usize, &turn.standing[row]);
            let (pool, weight) = (usize::from(standing.pool), standing.weight);
            let reckoned = (turn.needs[row], turn.limit[row]);
            let amount = apply::target_loan(standing, reckoned, posted.part[pool]);
            sums.considered[pool] += weight;
            sums.wanted[pool] += weight * amount;
            let share = posted.approval[usize::from(standing.region)];
            let seen = (share, turn.found[row], turn.volatility[row]);
            let terms = &posted.terms;
            if let Some(ask) = apply::consider(firms, i, standing, amount, seen, terms, ctx) {
                sums.applied[pool] += weight;
                sums.kept[pool] -= weight * standing.loan;
                if ask.sound {
                    sums.demand[pool][usize::from(ask.bucket)] += weight * ask.amount;
                }
                self.asks.push(ask);
            } else if standing.loan > 0.0 {
                let paid = weight * apply::give_back(firms, i, standing.loan, 0.0, ctx);
                sums.kept[pool] -= paid;
                sums.returned += paid;
            }
        }
        sums
    }
}

/// Part of each queue that banks serve, by quota; they post the next limit by what was asked.
pub(super) fn ration(
    finance: &mut FinanceState,
    asked: &Asked,
    ctx: &Context,
) -> [[f64; BUCKETS]; POOLS] {
    let p = &ctx.parameters.finance;
    std::array::from_fn(|pool| {
        let available = math::max(finance.quota[pool] - asked.kept[pool], 0.0);
        finance.tally.room[pool] = available;
        let (posted, demand) = (&mut finance.posted[pool], &asked.demand[pool]);
        *posted = credit::posted_part(*posted, available, demand.iter().sum(), p);
        credit::serve(demand, available)
    })
}

/// Quotas grow by the recorded path and the lever's points.
fn grow_quota(finance: &mut FinanceState, ctx: &Context) {
    const POINTS: f64 = 100.0; // derived: points in one
    let extra = ctx.seen.finance.loan_quota_growth / POINTS / 4.0; // derived: quarters a year
    let growth = ctx.world.loan_quota_growth + extra;
    let gap = ctx.parameters.finance.larger_growth_gap / 4.0; // derived: quarters a year
    finance.quota[0] *= math::exp(growth);
    finance.quota[1] *= math::exp(growth - gap);
}
