//! Answers who asks banks for money, who gets it, what it costs and what a firm can then spend
//! on R&D.
//!
//! Convention of `firms.liquidity` \[mn/yr\]: what the firm could spend on R&D over the coming
//! year,
//!
//! ```text
//! liquidity = max(cash − buffer, 0) + max(operating income before R&D, 0)
//! ```
//!
//! with cash after this quarter's new loan, and operating income at the present R&D and tax
//! state. Borrowed money lies in cash like any other, so a loan for working capital also eases
//! R&D that cash held back, and only there. A firm decides once a year, in the quarter of its id.
//!
//! ```text
//! want  = max(W − own cash, 0) + max(R* − own liquidity, 0)      own: without what is borrowed
//! ask   = min(want, limit) − loan,  iff p ΔW > a + (1 − p) stigma
//! ΔW    = (shadow rate − rate − fee) ask + surplus of R&D let through
//! ```
//!
//! Left out: collateral prices, the choice among banks, equity and guide funds, loans to firms
//! without R&D. Interest is paid out of cash; margins are taken as before interest.

pub mod credit;
pub mod parameters;

pub use parameters::FinanceParameters;

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::{Firms, REGIONS, Segment};
use super::state::State;
use super::tax::operating_profit;
use crate::base::rng::Purpose;
use crate::base::{dist, math};
use credit::BUCKETS;

const MONTHS: f64 = 12.0; // derived: months a year

/// Number of quotas: small technology firms, larger firms with R&D.
pub const POOLS: usize = 2;

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
    /// Drawn this quarter \[mn\].
    pub drawn: [f64; POOLS],
    /// Repaid, from cash or security \[mn\].
    pub repaid: f64,
    /// Written off \[mn\].
    pub lost: f64,
    /// Principal that defaulted \[mn\].
    pub defaulted: f64,
    /// Interest and fees paid \[mn\].
    pub interest: f64,
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

/// An application of this quarter.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Ask {
    firm: u32,
    pool: u8,
    bucket: u8,
    /// Passed the bank's own look at it.
    sound: bool,
    amount: f64,
}

/// Banks: quotas, what firms think of them, bad loans.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FinanceState {
    /// Most that may be outstanding, by quota \[mn\].
    pub quota: [f64; POOLS],
    /// Share of applications approved as firms of a region see it \[share\].
    pub approval: [f64; REGIONS],
    /// Part of small firms' loans covered by re-lending \[share\].
    pub relending: f64,
    /// Defaulted loans not yet off the books \[mn\].
    pub nonperforming: f64,
    /// Counters of this quarter.
    pub tally: FinanceTally,
    asks: Vec<Ask>,
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

/// What a firm could spend on R&D over the coming year \[mn/yr\].
///
/// Example: cash 10, buffer 4, operating income 3 a year: 9. A loss of 3 leaves 6.
#[inline]
pub fn liquidity(cash: f64, buffer: f64, operating_income: f64) -> f64 {
    math::max(cash - buffer, 0.0) + math::max(operating_income, 0.0)
}

/// Writes what firm `i` can spend on R&D.
#[inline]
fn set_liquidity(firms: &mut Firms, i: usize, ctx: &Context) {
    let tax = &ctx.parameters.tax;
    let income = operating_profit(
        firms.margin[i],
        firms.sales[i],
        firms.rd[i],
        firms.taxed[i],
        tax.loss_margin,
        tax.research_return_in_income,
    );
    let buffer = ctx.parameters.finance.buffer_months / MONTHS * firms.sales[i];
    firms.liquidity[i] = liquidity(firms.cash[i], buffer, income);
}

impl FinanceState {
    /// Gives the founding firms their cash and loans, and banks their quotas.
    pub fn found(state: &mut State, ctx: &Context) -> Self {
        let p = &ctx.parameters.finance;
        let firms = &mut state.firms;
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
        let quota = [p.founding_stock_sme, p.founding_stock_larger];
        for i in 0..firms.len() {
            if firms.loan[i] > 0.0 {
                // what is left of the founding stock after a quarter's repayment
                let pool = credit::pool_of(firms.staff[i], firms.sales[i], p);
                firms.loan[i] *= (1.0 - p.amortisation) * quota[pool] / stock[pool];
                firms.cash[i] += firms.loan[i];
            }
            set_liquidity(firms, i, ctx);
        }
        Self {
            quota,
            approval: [FOUNDING_APPROVAL; REGIONS],
            ..Self::default()
        }
    }
}

/// Share of applications approved as firms see it at founding.
const FOUNDING_APPROVAL: f64 = 0.96; // derived: 3.6 % refused, OECD scoreboard 2022

/// Banks' posted terms of a quarter, by quota.
struct Terms {
    mean_rate: [f64; POOLS],
    relief: [f64; POOLS],
}

/// Cost of banks' own funds \[1/yr\].
fn bank_funds(ctx: &Context) -> f64 {
    ctx.world.loan_rate - ctx.parameters.finance.funding_margin
}

/// What banks post this quarter; re-lending serves small technology firms only.
fn terms(relending: f64, ctx: &Context) -> Terms {
    let gain = bank_funds(ctx) - ctx.seen.finance.relending_rate;
    Terms {
        mean_rate: [ctx.world.sme_loan_rate, ctx.world.loan_rate],
        relief: [relending * math::max(gain, 0.0), 0.0],
    }
}

impl Terms {
    /// Rate a bank requires of firm `i` in `pool` at a hazard \[1/yr\].
    fn required(&self, pool: usize, hazard: f64, ctx: &Context) -> f64 {
        let p = &ctx.parameters.finance;
        let (mean, relief) = (self.mean_rate[pool], self.relief[pool]);
        credit::required_rate(mean, relief, hazard, &ctx.seen.finance, p)
    }

    /// Rate firm `i` is charged \[1/yr\].
    fn posted(&self, firms: &Firms, i: usize, pool: usize, ctx: &Context) -> f64 {
        let p = &ctx.parameters.finance;
        let hazard = credit::default_hazard(firms.taxed[i], firms.cash[i], p);
        let cap = credit::rate_cap(self.mean_rate[pool], p);
        math::min(self.required(pool, hazard, ctx), cap)
    }
}

/// Lends, and writes what every firm with R&D can spend on it.
pub fn lend(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.finance;
    let stock = outstanding(&state.firms, ctx);
    let finance = &mut state.finance;
    finance.tally = FinanceTally::default();
    grow_quota(finance, ctx);
    finance.relending = credit::relending_share(stock[0], bank_funds(ctx), &ctx.seen.finance, p);
    let terms = terms(finance.relending, ctx);
    let turn = ctx.q().rem_euclid(4) as u32; // derived: one quarter of the year each
    let mut asks = std::mem::take(&mut finance.asks);
    asks.clear();
    let mut demand = [[0.0; BUCKETS]; POOLS];
    for i in 0..state.firms.len() {
        let firms = &mut state.firms;
        if !firms.alive[i] || firms.rd[i] <= 0.0 {
            continue;
        }
        set_liquidity(firms, i, ctx);
        if turn_of(firms.id[i]) != turn {
            continue;
        }
        let pool = credit::pool_of(firms.staff[i], firms.sales[i], p);
        finance.tally.considered[pool] += firms.weight[i];
        let share = finance.approval[usize::from(firms.region[i])];
        if let Some(ask) = consider(firms, i, pool, share, &terms, ctx) {
            finance.tally.applied[pool] += firms.weight[i];
            if ask.sound {
                demand[pool][usize::from(ask.bucket)] += firms.weight[i] * ask.amount;
            }
            asks.push(ask);
        }
    }
    let served: [_; POOLS] =
        std::array::from_fn(|pool| credit::serve(&demand[pool], finance.quota[pool] - stock[pool]));
    grant(state, &asks, &served, ctx);
    state.finance.asks = asks;
    count_doers(state, ctx);
}

/// Quarter of the year in which a firm thinks of loans; the low five bits of an id are the path
/// of its splits and zero in founding firms, so the ordinal above them decides as well.
#[inline]
fn turn_of(id: u32) -> u32 {
    (id ^ id >> 5) % 4 // derived: see above
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

/// Loans outstanding of living firms by quota \[mn\].
fn outstanding(firms: &Firms, ctx: &Context) -> [f64; POOLS] {
    let p = &ctx.parameters.finance;
    let mut partial = [[0.0; 8]; POOLS];
    for i in 0..firms.len() {
        if firms.alive[i] && firms.loan[i] > 0.0 {
            let pool = credit::pool_of(firms.staff[i], firms.sales[i], p);
            partial[pool][i % 8] += firms.weight[i] * firms.loan[i];
        }
    }
    partial.map(|sums| sums.iter().sum())
}

/// Whether firm `i` asks for a loan, how much, and how a bank looks at it.
fn consider(
    firms: &Firms,
    i: usize,
    pool: usize,
    share: f64,
    terms: &Terms,
    ctx: &Context,
) -> Option<Ask> {
    let p = &ctx.parameters.finance;
    let (id, sales, loan) = (firms.id[i], firms.sales[i], firms.loan[i]);
    // a lasting trait: the same draw in every quarter
    let trait_draw = ctx.key.uniform(id, 0, 0, 1, Purpose::FirmFinance);
    let need = dist::lognormal(trait_draw, p.working_months, p.working_log_sd) / MONTHS * sales;
    let own_cash = firms.cash[i] - loan;
    let working = math::max(need - own_cash, 0.0);
    let own_liquidity = math::max(firms.liquidity[i] - loan, 0.0);
    let held_back = math::max(firms.rd_desired[i] - own_liquidity, 0.0);
    let worth = firms.knowledge[i] * ctx.world.price;
    let limit = credit::credit_limit(sales, worth, firms.patents[i], &ctx.seen.finance, p);
    let amount = math::min(working + held_back, limit) - loan;
    if amount <= 0.0 {
        return None;
    }
    let research = &ctx.parameters.research;
    let years = f64::from(ctx.quarter.since(super::world::HISTORY)) / 4.0; // derived: a year
    let mut gain = amount * (p.shadow_rate - terms.posted(firms, i, pool, ctx) - p.loan_fee);
    if firms.liquidity[i] < firms.rd_desired[i] {
        gain += credit::project_gain(
            firms.project_share[i] * firms.sales_mean[i],
            firms.liquidity[i],
            math::min(amount, firms.rd_desired[i] - firms.liquidity[i]),
            (
                firms.project_mean[i] + research.returns_trend * years,
                research.returns_spread,
            ),
            firms.user_cost[i],
        );
    }
    let hazard = credit::default_hazard(firms.taxed[i], firms.cash[i], p);
    let cap = credit::rate_cap(terms.mean_rate[pool], p);
    let passes = terms.required(pool, hazard, ctx) <= cap;
    let chance = credit::expected_chance(share, firms.banked[i], passes, p);
    if !credit::applies(chance, gain, p) {
        return None;
    }
    // a mean-one factor on expected loss: what the bank finds out beyond its rules
    let u = ctx.uniform(id, 0, 0, Purpose::LoanApply);
    let median = math::exp(-0.5 * p.score_log_sd * p.score_log_sd);
    let found = dist::lognormal(u, median, p.score_log_sd);
    let headroom = cap - terms.required(pool, hazard * found, ctx);
    Some(Ask {
        firm: i as u32,
        pool: pool as u8,
        bucket: credit::bucket(firms.banked[i], headroom, p) as u8,
        sound: headroom >= 0.0,
        amount,
    })
}

/// Pays out what is served, and lets regions learn of approvals.
fn grant(state: &mut State, asks: &[Ask], served: &[[f64; BUCKETS]; POOLS], ctx: &Context) {
    let p = &ctx.parameters.finance;
    let (firms, finance) = (&mut state.firms, &mut state.finance);
    let (mut asked, mut approved) = ([0.0; REGIONS], [0.0; REGIONS]);
    let mut fees = 0.0;
    for ask in asks {
        let (i, pool) = (ask.firm as usize, usize::from(ask.pool));
        let (weight, region) = (firms.weight[i], usize::from(firms.region[i]));
        let share = if ask.sound {
            served[pool][usize::from(ask.bucket)]
        } else {
            0.0
        };
        asked[region] += weight;
        if share > 0.0 {
            let drawn = share * ask.amount;
            firms.loan[i] += drawn;
            firms.cash[i] += drawn - p.loan_fee * drawn;
            firms.banked[i] = true;
            approved[region] += weight;
            finance.tally.drawn[pool] += weight * drawn;
            fees += weight * p.loan_fee * drawn;
            set_liquidity(firms, i, ctx);
        } else {
            finance.tally.refused[pool] += weight;
        }
    }
    for region in 0..REGIONS {
        if asked[region] > 0.0 {
            let news = approved[region] / asked[region] - finance.approval[region];
            finance.approval[region] += p.belief_speed * news;
        }
    }
    let drawn = finance.tally.drawn.iter().sum();
    finance.tally.interest += fees;
    let (banks, payer) = (Account::Banks, Account::Firms);
    state.books.pay(banks, payer, Instrument::LoanDrawn, drawn);
    state.books.pay(payer, banks, Instrument::Interest, fees);
}

/// Counts firms with R&D, borrowers and those held back, once loans are paid out.
fn count_doers(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.finance;
    let (firms, tally) = (&state.firms, &mut state.finance.tally);
    for i in 0..firms.len() {
        if firms.alive[i] && firms.rd[i] > 0.0 {
            let pool = credit::pool_of(firms.staff[i], firms.sales[i], p);
            let weight = firms.weight[i];
            tally.doers[pool] += weight;
            if firms.loan[i] > p.borrower_least / MONTHS * firms.sales[i] {
                tally.borrowers[pool] += weight;
            }
            if firms.liquidity[i] < firms.rd_desired[i] {
                tally.constrained[pool] += weight;
            }
        }
    }
}

/// Pays interest and principal, lets loans go bad, books who bears the loss.
///
/// A defaulting firm's security is sold (its assets fall, the proceeds go to the bank); the rest
/// is written off, which moves no cash of the firm. Firms out of business default on all.
pub fn repay_and_default(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.finance;
    let terms = terms(state.finance.relending, ctx);
    let (firms, finance) = (&mut state.firms, &mut state.finance);
    let (mut interest, mut repaid, mut secured, mut lost) = (0.0, 0.0, 0.0, 0.0);
    for i in 0..firms.len() {
        let loan = firms.loan[i];
        if loan <= 0.0 {
            continue;
        }
        let (weight, cash) = (firms.weight[i], firms.cash[i]);
        let hazard = credit::default_hazard(firms.taxed[i], cash, p);
        let chance = 1.0 - math::exp(-hazard / 4.0); // derived: quarters a year
        let failed =
            !firms.alive[i] || ctx.uniform(firms.id[i], 0, 0, Purpose::LoanDefault) < chance;
        if failed {
            let sold = (1.0 - p.loss_given_default) * loan;
            firms.assets[i] = math::max(firms.assets[i] - sold, 0.0);
            firms.loan[i] = 0.0;
            firms.banked[i] = false;
            secured += weight * sold;
            lost += weight * (loan - sold);
            continue;
        }
        let pool = credit::pool_of(firms.staff[i], firms.sales[i], p);
        let due = loan * terms.posted(firms, i, pool, ctx) / 4.0; // derived: quarters a year
        let paid = math::min(p.amortisation * loan, math::max(cash - due, 0.0));
        firms.cash[i] -= due + paid;
        firms.loan[i] -= paid;
        interest += weight * due;
        repaid += weight * paid;
    }
    let tally = &mut finance.tally;
    tally.interest += interest;
    tally.repaid += repaid + secured;
    tally.lost += lost;
    tally.defaulted += secured + lost;
    let kept = math::exp(-p.resolution / 4.0); // derived: quarters a year
    finance.nonperforming = kept * finance.nonperforming + tally.defaulted;
    tally.stock = outstanding(firms, ctx);
    book(state, interest, repaid, secured, lost, ctx);
}

/// Books a quarter's repayments, losses and public shares of them.
fn book(state: &mut State, interest: f64, repaid: f64, secured: f64, lost: f64, ctx: &Context) {
    use Account::{Banks, Central, Firms, Local, Rest};
    let (p, law) = (&ctx.parameters.finance, &ctx.law.finance);
    let small = state.finance.tally.stock[0];
    let books = &mut state.books;
    books.pay(Firms, Banks, Instrument::Interest, interest);
    books.pay(Firms, Banks, Instrument::LoanRepaid, repaid + secured);
    books.pay(Rest, Firms, Instrument::Sales, secured);
    books.pay(Banks, Banks, Instrument::LoanLoss, lost);
    let borne = law.risk_compensation * lost;
    let central = p.compensation_central_share * borne;
    books.pay(Central, Banks, Instrument::RiskCompensation, central);
    books.pay(Local, Banks, Instrument::RiskCompensation, borne - central);
    let funds = bank_funds(ctx);
    let covered = credit::relending_share(small, funds, law, p) * small;
    let subsidy = covered * math::max(funds - law.relending_rate, 0.0) / 4.0; // derived: a quarter
    books.pay(Central, Banks, Instrument::RelendingSubsidy, subsidy);
}

#[cfg(test)]
mod tests;
