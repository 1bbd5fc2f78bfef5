//! Answers what happened in credit this quarter, in real units.

use super::super::context::Context;
use super::super::firms::Firms;
use super::super::state::State;
use super::equity::EquityTally;
use super::{Customers, MONTHS, POOLS, credit};

/// Counters of one quarter, real units; arrays by quota.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FinanceTally {
    /// Loans outstanding at the end of the quarter \[mn\].
    pub stock: [f64; POOLS],
    /// Firms with R&D \[firms\].
    pub doers: [f64; POOLS],
    /// Of them with a loan \[firms\].
    pub borrowers: [f64; POOLS],
    /// Of them held back in R&D by liquidity \[firms\].
    pub constrained: [f64; POOLS],
    /// Firms whose turn it was to think of a loan \[firms\].
    pub considered: [f64; POOLS],
    /// Of them those that asked \[firms\].
    pub applied: [f64; POOLS],
    /// Of these those refused \[firms\].
    pub refused: [f64; POOLS],
    /// Loans that firms whose turn it was would like to have, within the limit \[mn\].
    pub wanted: [f64; POOLS],
    /// Lent this quarter, new and renewed \[mn\].
    pub drawn: [f64; POOLS],
    /// What the quota left to lend this quarter \[mn\].
    pub room: [f64; POOLS],
    /// Asked by firms the bank holds sound and not lent for want of quota \[mn\].
    pub unserved: [f64; POOLS],
    /// Outstanding once this quarter's loans are drawn over the quota \[share\].
    pub quota_used: [f64; POOLS],
    /// Repaid, from cash or security \[mn\].
    pub repaid: f64,
    /// Written off \[mn\].
    pub lost: f64,
    /// Principal that defaulted \[mn\].
    pub defaulted: f64,
    /// Interest and fees paid \[mn\].
    pub interest: f64,
    /// State firms that their owners refinanced \[firms\].
    pub rescued: f64,
    /// Paid to them \[mn\].
    pub owner_support: f64,
    /// Outside equity.
    pub equity: EquityTally,
}

impl FinanceTally {
    /// Share of small technology firms whose turn it was that asked \[share\].
    pub fn applied_share(&self) -> f64 {
        self.applied[0] / self.considered[0]
    }

    /// Share of their applications that were refused \[share\].
    pub fn refused_share(&self) -> f64 {
        self.refused[0] / self.applied[0]
    }

    /// Share of small technology firms with a loan \[share\].
    pub fn borrowing_share(&self) -> f64 {
        self.borrowers[0] / self.doers[0]
    }

    /// Share of firms with R&D that liquidity holds back \[share\].
    pub fn constrained_share(&self) -> f64 {
        self.constrained.iter().sum::<f64>() / self.doers.iter().sum::<f64>()
    }
}

/// Counts firms with R&D, borrowers and those held back, once loans are paid out.
pub(super) fn count_doers(state: &mut State, customers: &mut Vec<Customers>, ctx: &Context) {
    let (firms, n) = (&state.firms, state.firms.len());
    let parts = (0..n, ctx.crew.rooms(n, customers));
    let counts = ctx.crew.walk(parts, |(rows, mut room)| {
        count(firms, rows.start, &room.own().turn.doers, ctx)
    });
    let tally = &mut state.finance.tally;
    [tally.doers, tally.borrowers, tally.constrained] = counts;
}

/// Firms of a block that begins with row `first`, those with a loan and those held back, by quota;
/// `doers` are rows of the block.
fn count(firms: &Firms, first: usize, doers: &[u32], ctx: &Context) -> [[f64; POOLS]; 3] {
    let p = &ctx.parameters.finance;
    let least = p.borrower_least / MONTHS;
    let (mut all, mut borrowers, mut constrained) = ([0.0; POOLS], [0.0; POOLS], [0.0; POOLS]);
    for &row in doers {
        let i = first + row as usize;
        let (weight, sales) = (firms.weight[i], firms.sales[i]);
        let of = credit::pool_of(firms.staff[i], sales, p);
        let borrows = firms.loan[i] > least * sales;
        let held_back = firms.liquidity[i] < firms.rd_desired[i];
        // each sum takes each firm, with nothing where it does not count: no address to wait for
        for pool in 0..POOLS {
            let counted = |is: bool| if is & (of == pool) { weight } else { 0.0 };
            all[pool] += counted(true);
            borrowers[pool] += counted(borrows);
            constrained[pool] += counted(held_back);
        }
    }
    [all, borrowers, constrained]
}
