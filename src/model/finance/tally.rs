//! Answers what happened in credit this quarter, in real units.

use super::super::context::Context;
use super::super::firms::Firms;
use super::super::state::State;
use super::equity::EquityTally;
use super::{Customers, FinanceParameters, MONTHS, POOLS, credit};
use crate::base::strip::gather;

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
fn count(firms: &Firms, first: usize, doers: &[u32], ctx: &Context) -> Counts<f64> {
    let (mut strip, mut counts) = (Strip::new(), Counts::default());
    for rows in doers.chunks(STRIP) {
        strip.gather(firms, first, rows);
        tell(&mut strip, &ctx.parameters.finance);
        // each sum takes each firm, with nothing where it does not count: no branch to miss
        for r in 0..rows.len() {
            for (counts, counted) in counts.iter_mut().zip(&strip.counted) {
                for pool in 0..POOLS {
                    counts[pool] += counted[pool][r];
                }
            }
        }
    }
    counts
}

/// All firms with R&D, those with a loan and those held back, by quota.
type Counts<T> = [[T; POOLS]; 3];

/// Firms counted together.
const STRIP: usize = 64;

/// What counts of a strip of firms hang on, in columns.
struct Strip {
    weight: [f64; STRIP],
    staff: [f64; STRIP],
    sales: [f64; STRIP],
    loan: [f64; STRIP],
    liquidity: [f64; STRIP],
    wanted: [f64; STRIP],
    /// Firms that each stands for, where it counts \[firms\].
    counted: Counts<[f64; STRIP]>,
}

impl Strip {
    fn new() -> Self {
        let zero = [0.0; STRIP];
        Self {
            weight: zero,
            staff: zero,
            sales: zero,
            loan: zero,
            liquidity: zero,
            wanted: zero,
            counted: [[zero; POOLS]; 3],
        }
    }

    fn gather(&mut self, firms: &Firms, first: usize, rows: &[u32]) {
        gather(&firms.weight[first..], rows, &mut self.weight);
        gather(&firms.staff[first..], rows, &mut self.staff);
        gather(&firms.sales[first..], rows, &mut self.sales);
        gather(&firms.loan[first..], rows, &mut self.loan);
        gather(&firms.liquidity[first..], rows, &mut self.liquidity);
        gather(&firms.rd_desired[first..], rows, &mut self.wanted);
    }
}

crate::dispatched! {
    /// Where each firm of a strip counts.
    fn tell(strip: &mut Strip, p: &FinanceParameters) {
        let least = p.borrower_least / MONTHS;
        let [all, borrowers, constrained] = &mut strip.counted;
        for r in 0..STRIP {
            let (weight, sales) = (strip.weight[r], strip.sales[r]);
            let larger = credit::pool_of(strip.staff[r], sales, p) > 0;
            let borrows = strip.loan[r] > least * sales;
            let held_back = strip.liquidity[r] < strip.wanted[r];
            let small = if larger { 0.0 } else { weight };
            let large = if larger { weight } else { 0.0 };
            (all[0][r], all[1][r]) = (small, large);
            borrowers[0][r] = if borrows { small } else { 0.0 };
            borrowers[1][r] = if borrows { large } else { 0.0 };
            constrained[0][r] = if held_back { small } else { 0.0 };
            constrained[1][r] = if held_back { large } else { 0.0 };
        }
    }
}
