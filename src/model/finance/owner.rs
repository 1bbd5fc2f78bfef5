//! Answers which state firms their owner refinances.

use super::super::books::{Account, Instrument};
use super::super::context::Context;
use super::super::firms::{Firms, Ownership};
use super::super::state::State;
use super::MONTHS;
use super::turn::turn_of;
use crate::base::columns::Hold;
use crate::base::rng::Purpose;
use crate::base::select;

/// What an owner pays into a firm that is short \[mn\]: its debts and the cash it needs to go on.
///
/// Example: cash −5, 3 to go on: 8; a firm with cash is not short.
#[inline]
pub(super) fn refill(cash: f64, kept: f64) -> f64 {
    if cash < 0.0 { kept - cash } else { 0.0 }
}

/// Firms that owners refinanced, and what they paid them \[mn\].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Support {
    firms: f64,
    paid: f64,
}

crate::join_fields!(Support: firms, paid);

/// Refinances state firms that are short of cash, each looked at once a year, with the chance that
/// the budget is soft; `short` is scratch.
pub(super) fn refinance(
    firms: &mut Firms<impl Hold>,
    short: &mut Vec<u32>,
    ctx: &Context,
) -> Support {
    let p = &ctx.parameters.state_firms;
    let mut support = Support::default();
    if p.softness <= 0.0 {
        return support;
    }
    let turn = ctx.q().rem_euclid(4) as u32; // derived: one quarter of the year each
    select::list(firms.len(), short, |from, flags| {
        find_short(
            (&firms.alive[from..], &firms.ownership[from..]),
            (&firms.id[from..], &firms.cash[from..]),
            turn,
            flags,
        );
    });
    let months = ctx.parameters.finance.buffer_months;
    for &row in &*short {
        let i = row as usize;
        if ctx.uniform(firms.id[i], 0, 0, Purpose::OwnerSupport) < p.softness {
            let paid = refill(firms.cash[i], months / MONTHS * firms.sales[i]);
            firms.cash[i] += paid;
            support.firms += firms.weight[i];
            support.paid += firms.weight[i] * paid;
        }
    }
    support
}

/// Books what owners paid.
pub(super) fn book(state: &mut State, support: Support, ctx: &Context) {
    let tally = &mut state.finance.tally;
    (tally.rescued, tally.owner_support) = (support.firms, support.paid);
    let central = ctx.parameters.state_firms.owner_central_share * support.paid;
    for (owner, part) in [
        (Account::Central, central),
        (Account::Local, support.paid - central),
    ] {
        let (to, kind) = (Account::Firms, Instrument::OwnerSupport);
        state.books.pay(owner, to, kind, part);
    }
}

crate::dispatched! {
    /// Flags state firms in business whose turn it is and whose debts exceed their cash.
    fn find_short(
        firm: (&[bool], &[Ownership]),
        place: (&[u32], &[f64]),
        turn: u32,
        flags: &mut [bool],
    ) {
        let n = flags.len();
        let (alive, owner) = (&firm.0[..n], &firm.1[..n]);
        let (id, cash) = (&place.0[..n], &place.1[..n]);
        for k in 0..n {
            let short = alive[k] & (owner[k] == Ownership::State) & (cash[k] < 0.0);
            flags[k] = short & (turn_of(id[k]) == turn);
        }
    }
}

#[cfg(test)]
mod tests;
