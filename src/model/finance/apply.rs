//! Answers which firms ask for a loan, how much, how a bank ranks them and who gets it.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::super::books::{Account, Instrument};
use super::super::context::Context;
use super::super::firms::{Firms, REGIONS};
use super::super::state::State;
use super::super::state_firms::{borne, counted_on, spendable};
use super::credit::{BUCKETS, ByState};
use super::turn::Standing;
use super::{
    Customers, FinanceParameters, MONTHS, Owed, POOLS, credit, need, operating_income, outstanding,
    set_liquidity, stock_of, tied,
};
use crate::base::columns::{Hold, Lent};
use crate::base::math;

/// An application of this quarter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ask {
    pub(super) firm: u32,
    pub(super) pool: u8,
    pub(super) bucket: u8,
    /// Passed the bank's own look at it.
    pub(super) sound: bool,
    pub(super) amount: f64,
}

/// Banks' posted terms of a quarter, by quota.
pub(super) struct Terms {
    mean_rate: [f64; POOLS],
    relief: [f64; POOLS],
    /// Yearly worth of options on shares per yuan of loan, all value in R&D \[1/yr\].
    option: f64,
    hazards: ByState,
    /// Part of a loss that banks expect to bear, of others' and of the state's firms \[share\].
    borne: [f64; 2],
    /// Odds that own luck adds, of firms unknown and known to a bank.
    odds: [f64; 2],
}

/// Cost of banks' own funds \[1/yr\].
pub(super) fn bank_funds(ctx: &Context) -> f64 {
    ctx.world.loan_rate - ctx.parameters.finance.funding_margin
}

/// What banks post this quarter; re-lending serves small technology firms only.
pub(super) fn terms(relending: f64, ctx: &Context) -> Terms {
    let p = &ctx.parameters.finance;
    let gain = bank_funds(ctx) - ctx.seen.finance.relending_rate;
    Terms {
        mean_rate: [ctx.world.sme_loan_rate, ctx.world.loan_rate],
        relief: [relending * math::max(gain, 0.0), 0.0],
        option: credit::option_yield(&ctx.seen.finance, p),
        hazards: ByState::hazards(p),
        borne: [false, true].map(|of_state| borne(of_state, &ctx.parameters.state_firms)),
        odds: credit::own_odds(p),
    }
}

impl Terms {
    /// Interest for which options on shares of a firm of some volatility stand in \[1/yr\].
    #[inline(always)]
    pub(super) fn upside(&self, volatility: f64) -> f64 {
        if self.option > 0.0 {
            self.option * volatility
        } else {
            0.0
        }
    }

    /// Rate a bank requires of a small or a `larger` firm at a hazard \[1/yr\], where options
    /// stand in for `upside`.
    #[inline(always)]
    pub(super) fn required(&self, larger: bool, hazard: f64, upside: f64, ctx: &Context) -> f64 {
        let p = &ctx.parameters.finance;
        let (mean, relief) = (pick(self.mean_rate, larger), pick(self.relief, larger));
        credit::required_rate(mean, relief + upside, hazard, &ctx.seen.finance, p)
    }

    /// Highest rate that guidance allows for a small or a `larger` firm \[1/yr\].
    #[inline(always)]
    fn cap(&self, larger: bool, ctx: &Context) -> f64 {
        credit::rate_cap(pick(self.mean_rate, larger), &ctx.parameters.finance)
    }

    /// Hazard at which banks expect to bear a loss of a firm in some state, the state's or
    /// not \[1/yr\].
    #[inline(always)]
    fn feared(&self, of_state: bool, taxed: bool, cash: f64) -> f64 {
        self.hazards.of(taxed, cash) * pick(self.borne, of_state)
    }

    /// Rate that a debtor is charged \[1/yr\].
    #[inline(always)]
    pub(super) fn posted(&self, debtor: &Debtor, ctx: &Context) -> f64 {
        let hazard = self.feared(debtor.of_state, debtor.taxed, debtor.cash);
        let upside = self.upside(debtor.volatility);
        let required = self.required(debtor.larger, hazard, upside, ctx);
        math::min(required, self.cap(debtor.larger, ctx))
    }
}

/// One of two numbers.
#[inline(always)]
fn pick(pair: [f64; 2], second: bool) -> f64 {
    if second { pair[1] } else { pair[0] }
}

/// What the rate of a loan hangs on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Debtor {
    /// Borrows from the quota of larger firms.
    pub(super) larger: bool,
    pub(super) of_state: bool,
    pub(super) taxed: bool,
    /// Cash \[mn\].
    pub(super) cash: f64,
    /// See [`credit::research_volatility`].
    pub(super) volatility: f64,
}

/// What the year takes of firm `i` beyond what is its own \[mn\], where it takes `needs`: working
/// funds and equipment, and R&D that the year's income does not cover; below 0 it has more than it
/// needs.
#[inline]
pub(super) fn shortage(firms: &Firms<impl Hold>, i: usize, needs: f64) -> f64 {
    needs - (firms.cash[i] - firms.loan[i])
}

/// Loan a firm would like to have and a bank would grant it \[mn\]: what it is short of, at most
/// the `posted` part of the limit.
#[inline]
pub(super) fn target_loan(firm: &Standing, (needs, limit): (f64, f64), posted: f64) -> f64 {
    math::clamp(needs - (firm.cash - firm.loan), 0.0, posted * limit)
}

/// Dearer money that a loan of `amount` at `rate` replaces over a year \[mn\].
#[inline]
fn saving(amount: f64, rate: f64, p: &FinanceParameters) -> f64 {
    amount * (p.shadow_rate - rate - p.loan_fee)
}

/// Surplus of R&D that a loan of `amount` lets through beyond what the own cash of firm `i`
/// does \[mn/yr\].
fn surplus_of_loan(firms: &Firms<impl Hold>, i: usize, amount: f64, ctx: &Context) -> f64 {
    let p = &ctx.parameters.finance;
    let wanted = firms.rd_desired[i];
    let buffer = p.buffer_months / MONTHS * firms.sales[i];
    let own = firms.cash[i] - firms.loan[i];
    let income = operating_income(firms, i, ctx);
    let counted = counted_on(firms.ownership[i], &ctx.parameters.state_firms);
    let most = |own| spendable(own, wanted, counted);
    let now = most(need::liquidity(own, buffer, 0.0, income));
    if now >= wanted {
        return 0.0;
    }
    let tied = tied(firms, i, amount, p);
    let then = most(need::liquidity(own + amount, buffer, tied, income));
    surplus_let_through(firms, i, now, math::min(then, wanted) - now, ctx)
}

/// Yearly surplus of R&D of firm `i` that `extra` beyond `now` \[mn/yr\] lets through \[mn/yr\].
pub(super) fn surplus_let_through(
    firms: &Firms<impl Hold>,
    i: usize,
    now: f64,
    extra: f64,
    ctx: &Context,
) -> f64 {
    if extra <= 0.0 {
        return 0.0;
    }
    let research = &ctx.parameters.research;
    let years = f64::from(ctx.quarter.since(super::super::world::HISTORY)) / 4.0; // derived: a year
    let mean = firms.project_mean[i] + research.returns_trend * years;
    credit::project_gain(
        firms.project_share[i] * firms.sales_mean[i],
        now,
        extra,
        (mean, research.returns_spread),
        firms.user_cost[i],
    )
}

/// Whether firm `i` of some standing and `volatility` asks for `amount` where a `share` of its
/// region's applications is approved, and how a bank looks at it that finds out the factor `found`
/// on its expected loss.
#[inline]
pub(super) fn consider(
    firms: &Firms<impl Hold>,
    i: usize,
    firm: &Standing,
    amount: f64,
    (share, found, volatility): (f64, f64, f64),
    terms: &Terms,
    ctx: &Context,
) -> Option<Ask> {
    // nothing to ask for is worth nothing
    if amount <= 0.0 {
        return None;
    }
    let (p, larger) = (&ctx.parameters.finance, firm.pool > 0);
    let hazard = terms.feared(firm.of_state, firm.taxed, firm.cash);
    let cap = terms.cap(larger, ctx);
    let upside = terms.upside(volatility);
    let required = terms.required(larger, hazard, upside, ctx);
    let odds = terms.odds[usize::from(firm.banked)];
    let chance = credit::expected_chance(share, odds, required <= cap, p);
    let saved = saving(amount, math::min(required, cap), p);
    // surplus only adds to what is saved: it is worked out where it could tip the scale
    if !credit::applies(chance, saved, p)
        && !credit::applies(chance, saved + surplus_of_loan(firms, i, amount, ctx), p)
    {
        return None;
    }
    let headroom = cap - terms.required(larger, hazard * found, upside, ctx);
    Some(Ask {
        firm: i as u32,
        pool: firm.pool,
        bucket: credit::bucket(firm.banked, headroom, p) as u8,
        sound: headroom >= 0.0,
        amount,
    })
}

/// Sums over firms of a block that asked, weighted.
#[derive(Clone, Debug, Default)]
struct Granted {
    /// Firms that asked and those that got something, by region \[firms\].
    asked: [f64; REGIONS],
    approved: [f64; REGIONS],
    /// Firms refused, by quota \[firms\].
    refused: [f64; POOLS],
    /// Asked by sound firms and not lent, and lent, by quota \[mn\].
    unserved: [f64; POOLS],
    drawn: [f64; POOLS],
    lent: f64,
    repaid: f64,
    /// Loans of all firms of the block then.
    owed: Owed,
}

crate::join_fields!(Granted: asked, approved, refused, unserved, drawn, lent, repaid, owed);

/// Lends what is served in place of loans that are due, and lets regions learn of approvals; gives
/// loans outstanding then, by quota \[mn\].
pub(super) fn grant(
    state: &mut State,
    customers: &mut Vec<Customers>,
    served: &[[f64; BUCKETS]; POOLS],
    ctx: &Context,
) -> [f64; POOLS] {
    let p = &ctx.parameters.finance;
    let rooms = ctx.crew.rooms(state.firms.len(), customers);
    let parts = (state.firms.lend(), rooms);
    let granted = ctx.crew.walk(parts, |(mut firms, mut room)| {
        let granted = grant_block(&mut firms, &room.own().asks, served, ctx);
        Granted {
            owed: outstanding(&firms, ctx),
            ..granted
        }
    });
    let finance = &mut state.finance;
    for region in 0..REGIONS {
        if granted.asked[region] > 0.0 {
            let share = granted.approved[region] / granted.asked[region];
            finance.approval[region] += p.belief_speed * (share - finance.approval[region]);
        }
    }
    let (fees, tally) = (p.loan_fee * granted.lent, &mut finance.tally);
    tally.refused = granted.refused;
    tally.unserved = granted.unserved;
    tally.drawn = granted.drawn;
    tally.interest += fees;
    tally.repaid += granted.repaid;
    let (books, banks, payer) = (&mut state.books, Account::Banks, Account::Firms);
    books.pay(banks, payer, Instrument::LoanDrawn, granted.lent);
    books.pay(payer, banks, Instrument::LoanRepaid, granted.repaid);
    books.pay(payer, banks, Instrument::Interest, fees);
    stock_of(granted.owed)
}

/// Lends to firms of a block what is served of `asks`, in place of loans that are due.
fn grant_block(
    firms: &mut Firms<Lent>,
    asks: &[Ask],
    served: &[[f64; BUCKETS]; POOLS],
    ctx: &Context,
) -> Granted {
    let p = &ctx.parameters.finance;
    let mut sums = Granted::default();
    for ask in asks {
        let (i, pool) = (ask.firm as usize, usize::from(ask.pool));
        let (weight, region) = (firms.weight[i], usize::from(firms.region[i]));
        let share = if ask.sound {
            served[pool][usize::from(ask.bucket)]
        } else {
            0.0
        };
        let drawn = share * ask.amount;
        let fee = p.loan_fee * drawn;
        firms.loan[i] += drawn;
        firms.cash[i] += drawn - fee;
        let paid = give_back(firms, i, firms.loan[i] - drawn, drawn, ctx);
        sums.asked[region] += weight;
        if share > 0.0 {
            firms.banked[i] = true;
            sums.approved[region] += weight;
        } else {
            sums.refused[pool] += weight;
        }
        if ask.sound {
            sums.unserved[pool] += weight * (ask.amount - drawn);
        }
        sums.drawn[pool] += weight * drawn;
        sums.lent += weight * drawn;
        sums.repaid += weight * paid;
    }
    sums
}

/// Pays back `due` of the loan of firm `i`, as far as cash goes beside `fresh` money and the
/// buffer: what it cannot pay, the bank carries on \[mn\].
pub(super) fn give_back(
    firms: &mut Firms<impl Hold>,
    i: usize,
    due: f64,
    fresh: f64,
    ctx: &Context,
) -> f64 {
    let p = &ctx.parameters.finance;
    let kept = p.buffer_months / MONTHS * firms.sales[i];
    let spare = math::max(firms.cash[i] - kept, math::min(fresh, firms.cash[i]));
    let paid = math::clamp(due, 0.0, math::max(spare, 0.0));
    firms.cash[i] -= paid;
    firms.loan[i] -= paid;
    set_liquidity(firms, i, ctx);
    paid
}
