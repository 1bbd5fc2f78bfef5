//! Answers who pays interest, which loans go bad and who bears the loss.

use super::super::books::{Account, Instrument};
use super::super::context::Context;
use super::super::firms::{Firms, Ownership};
use super::super::state::State;
use super::apply::{bank_funds, terms};
use super::credit::ByState;
use super::{credit, operating_income, outstanding};
use crate::base::rng::{Purpose, fill_uniform};
use crate::base::strip::gather;
use crate::base::{math, select};

/// Firms with a loan, and the uniform that decides on default.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Debtors {
    firm: Vec<u32>,
    id: Vec<u32>,
    luck: Vec<f64>,
}

impl Debtors {
    fn line_up(&mut self, firms: &Firms, ctx: &Context) {
        select::list(firms.len(), &mut self.firm, |from, flags| {
            for (flag, &loan) in flags.iter_mut().zip(&firms.loan[from..]) {
                *flag = loan > 0.0;
            }
        });
        self.id.clear();
        self.id
            .extend(self.firm.iter().map(|&i| firms.id[i as usize]));
        self.luck.resize(self.id.len(), 0.0);
        let (now, purpose) = (ctx.q() as u32, Purpose::LoanDefault);
        fill_uniform(ctx.key, &self.id, now, 0, purpose, &mut self.luck);
    }
}

/// Debtors gone through together.
const STRIP: usize = 64;

/// What becomes of the loans of a strip of debtors hangs on this, in columns.
struct Strip {
    loan: [f64; STRIP],
    weight: [f64; STRIP],
    cash: [f64; STRIP],
    staff: [f64; STRIP],
    sales: [f64; STRIP],
    alive: [bool; STRIP],
    taxed: [bool; STRIP],
    owner: [Ownership; STRIP],
}

impl Strip {
    fn new() -> Self {
        let (zero, no) = ([0.0; STRIP], [false; STRIP]);
        Self {
            loan: zero,
            weight: zero,
            cash: zero,
            staff: zero,
            sales: zero,
            alive: no,
            taxed: no,
            owner: [Ownership::Private; STRIP],
        }
    }

    fn gather(&mut self, firms: &Firms, rows: &[u32]) {
        gather(&firms.loan, rows, &mut self.loan);
        gather(&firms.weight, rows, &mut self.weight);
        gather(&firms.cash, rows, &mut self.cash);
        gather(&firms.staff, rows, &mut self.staff);
        gather(&firms.sales, rows, &mut self.sales);
        gather(&firms.alive, rows, &mut self.alive);
        gather(&firms.taxed, rows, &mut self.taxed);
        gather(&firms.ownership, rows, &mut self.owner);
    }
}

/// Pays interest, lets loans go bad, books who bears the loss.
///
/// A defaulting firm's security is sold (its assets fall, the proceeds go to the bank); the rest
/// is written off, which moves no cash of the firm. Firms out of business default on all.
pub fn repay_and_default(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.finance;
    let terms = terms(state.finance.relending, ctx);
    let (firms, finance) = (&mut state.firms, &mut state.finance);
    let (mut interest, mut secured, mut lost, mut covered) = (0.0, 0.0, 0.0, 0.0);
    let debtors = &mut finance.debtors;
    debtors.line_up(firms, ctx);
    let posted = terms.posted_by_state(ctx);
    // chance of default over a quarter, by state
    let chances = ByState::hazards(p).map(|hazard| 1.0 - math::exp(-hazard / 4.0)); // derived: quarters a year
    let mut strip = Strip::new();
    let strips = debtors.firm.chunks(STRIP).zip(debtors.luck.chunks(STRIP));
    for (rows, luck) in strips {
        strip.gather(firms, rows);
        for (r, (&firm, &u)) in rows.iter().zip(luck).enumerate() {
            let i = firm as usize;
            let (loan, weight) = (strip.loan[r], strip.weight[r]);
            let (taxed, cash) = (strip.taxed[r], strip.cash[r]);
            if !strip.alive[r] | (u < chances.of(taxed, cash)) {
                let sold = (1.0 - p.loss_given_default) * loan;
                firms.assets[i] = math::max(firms.assets[i] - sold, 0.0);
                firms.loan[i] = 0.0;
                firms.banked[i] = false;
                secured += weight * sold;
                lost += weight * (loan - sold);
                continue;
            }
            let pool = credit::pool_of(strip.staff[r], strip.sales[r], p);
            let rate = match &posted {
                Some(rates) => {
                    let of_state = strip.owner[r] == Ownership::State;
                    rates[pool][usize::from(of_state)].of(taxed, cash)
                }
                None => terms.posted(firms, i, pool, ctx),
            };
            let due = loan * rate / 4.0; // derived: quarters a year
            firms.cash[i] = cash - due;
            interest += weight * due;
            if ctx.law.finance.linkage > 0.0 {
                let income = operating_income(firms, i, ctx);
                covered += weight * loan * credit::research_volatility(firms.rd[i], income);
            }
        }
    }
    let tally = &mut finance.tally;
    tally.interest += interest;
    tally.repaid += secured;
    tally.lost += lost;
    tally.defaulted += secured + lost;
    let kept = math::exp(-p.resolution / 4.0); // derived: quarters a year
    finance.nonperforming = kept * finance.nonperforming + tally.defaulted;
    tally.stock = outstanding(firms, ctx);
    book(state, interest, secured, lost, ctx);
    // banks sell the shares their options give them
    let upside = credit::option_yield(&ctx.law.finance, p) * covered / 4.0; // derived: a quarter
    let (buyers, banks) = (Account::Rest, Account::Banks);
    state.books.pay(buyers, banks, Instrument::Equity, upside);
}

/// Books a quarter's interest, losses and public shares of them.
fn book(state: &mut State, interest: f64, secured: f64, lost: f64, ctx: &Context) {
    use Account::{Banks, Central, Firms, Local, Rest};
    let (p, law) = (&ctx.parameters.finance, &ctx.law.finance);
    let small = state.finance.tally.stock[0];
    let books = &mut state.books;
    books.pay(Firms, Banks, Instrument::Interest, interest);
    books.pay(Firms, Banks, Instrument::LoanRepaid, secured);
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
