//! Answers who pays interest, which loans go bad and who bears the loss.

use super::super::books::{Account, Instrument};
use super::super::context::Context;
use super::super::firms::{Firms, Ownership};
use super::super::state::State;
use super::super::tax::operating_profit;
use super::apply::{Debtor, Terms, bank_funds, terms};
use super::credit::{self, ByState};
use super::{POOLS, find_some};
use crate::base::columns::Lent;
use crate::base::rng::{Purpose, fill_uniform};
use crate::base::room::have_room;
use crate::base::strip::gather;
use crate::base::{math, select};

/// Firms of a block with a loan, and the uniform that decides on default.
#[derive(Clone, Debug, Default, PartialEq)]
#[repr(align(128))] // the next block's lies in cache lines of its own
pub(super) struct Debtors {
    firm: Vec<u32>,
    id: Vec<u32>,
    luck: Vec<f64>,
}

impl Debtors {
    fn line_up(&mut self, firms: &Firms<Lent>, ctx: &Context) {
        select::list(firms.len(), &mut self.firm, |from, flags| {
            find_some(&firms.loan[from..], flags);
        });
        have_room(&mut self.id, firms.len());
        have_room(&mut self.luck, firms.len());
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

/// What becomes of the loans of a strip of debtors, in columns.
struct Strip {
    loan: [f64; STRIP],
    weight: [f64; STRIP],
    cash: [f64; STRIP],
    staff: [f64; STRIP],
    sales: [f64; STRIP],
    margin: [f64; STRIP],
    rd: [f64; STRIP],
    alive: [bool; STRIP],
    taxed: [bool; STRIP],
    owner: [Ownership; STRIP],
    /// Interest of this quarter \[mn\].
    due: [f64; STRIP],
    /// See [`credit::research_volatility`].
    volatility: [f64; STRIP],
    /// Whether it borrows from the quota of larger firms.
    larger: [bool; STRIP],
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
            margin: zero,
            rd: zero,
            alive: no,
            taxed: no,
            owner: [Ownership::Private; STRIP],
            due: zero,
            volatility: zero,
            larger: no,
        }
    }

    fn gather(&mut self, firms: &Firms<Lent>, rows: &[u32]) {
        gather(firms.loan, rows, &mut self.loan);
        gather(firms.weight, rows, &mut self.weight);
        gather(firms.cash, rows, &mut self.cash);
        gather(firms.staff, rows, &mut self.staff);
        gather(firms.sales, rows, &mut self.sales);
        gather(firms.margin, rows, &mut self.margin);
        gather(firms.rd, rows, &mut self.rd);
        gather(firms.alive, rows, &mut self.alive);
        gather(firms.taxed, rows, &mut self.taxed);
        gather(firms.ownership, rows, &mut self.owner);
    }
}

crate::dispatched! {
    /// What the debtors of a strip owe for the quarter, and from which quota.
    fn charge(strip: &mut Strip, terms: &Terms, ctx: &Context) {
        let (p, tax) = (&ctx.parameters.finance, &ctx.parameters.tax);
        for r in 0..STRIP {
            let (sales, rd, taxed) = (strip.sales[r], strip.rd[r], strip.taxed[r]);
            let (loss, research) = (tax.loss_margin, tax.research_return_in_income);
            let income = operating_profit(strip.margin[r], sales, rd, taxed, loss, research);
            let larger = credit::pool_of(strip.staff[r], sales, p) > 0;
            let volatility = credit::research_volatility(rd, income);
            let debtor = Debtor {
                larger,
                of_state: strip.owner[r] == Ownership::State,
                taxed,
                cash: strip.cash[r],
                volatility,
            };
            strip.due[r] = strip.loan[r] * terms.posted(&debtor, ctx) / 4.0; // derived: quarters a year
            (strip.volatility[r], strip.larger[r]) = (volatility, larger);
        }
    }
}

/// Sums over debtors of a block, weighted.
#[derive(Clone, Copy, Debug, Default)]
struct Repaid {
    interest: f64,
    /// Of loans that went bad: what security brought, and what was written off \[mn\].
    secured: f64,
    lost: f64,
    /// Loans left times the volatility of the debtor \[mn\].
    covered: f64,
    /// Loans left by quota, in eight partial sums each \[mn\].
    left: [[f64; 8]; POOLS],
}

crate::join_fields!(Repaid: interest, secured, lost, covered, left);

/// Pays interest, lets loans go bad, books who bears the loss.
///
/// A defaulting firm's security is sold (its assets fall, the proceeds go to the bank); the rest
/// is written off, which moves no cash of the firm. Firms out of business default on all.
pub fn repay_and_default(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.finance;
    let finance = &mut state.finance;
    let terms = terms(finance.relending, ctx);
    let rooms = (ctx.crew).rooms(state.firms.len(), &mut finance.debtors);
    let repaid = (ctx.crew).walk((state.firms.lend(), rooms), |(mut firms, mut room)| {
        let debtors = room.own();
        debtors.line_up(&firms, ctx);
        debtors.repay(&mut firms, &terms, ctx)
    });
    let Repaid {
        interest,
        secured,
        lost,
        covered,
        left,
    } = repaid;
    let tally = &mut finance.tally;
    tally.interest += interest;
    tally.repaid += secured;
    tally.lost += lost;
    tally.defaulted += secured + lost;
    let kept = math::exp(-p.resolution / 4.0); // derived: quarters a year
    finance.nonperforming = kept * finance.nonperforming + tally.defaulted;
    tally.stock = left.map(|sums| sums.iter().sum());
    book(state, interest, secured, lost, ctx);
    // banks sell the shares their options give them
    let upside = credit::option_yield(&ctx.law.finance, p) * covered / 4.0; // derived: a quarter
    let (buyers, banks) = (Account::Rest, Account::Banks);
    state.books.pay(buyers, banks, Instrument::Equity, upside);
}

impl Debtors {
    /// Lets debtors pay interest, or default.
    fn repay(&self, firms: &mut Firms<Lent>, terms: &Terms, ctx: &Context) -> Repaid {
        let p = &ctx.parameters.finance;
        // chance of default over a quarter, by state
        let chances = ByState::hazards(p).map(|hazard| 1.0 - math::exp(-hazard / 4.0)); // derived: quarters a year
        let (mut strip, mut sums) = (Strip::new(), Repaid::default());
        let strips = self.firm.chunks(STRIP).zip(self.luck.chunks(STRIP));
        for (rows, luck) in strips {
            strip.gather(firms, rows);
            charge(&mut strip, terms, ctx);
            for (r, (&firm, &u)) in rows.iter().zip(luck).enumerate() {
                let i = firm as usize;
                let (loan, weight) = (strip.loan[r], strip.weight[r]);
                let (taxed, cash) = (strip.taxed[r], strip.cash[r]);
                if !strip.alive[r] | (u < chances.of(taxed, cash)) {
                    let sold = (1.0 - p.loss_given_default) * loan;
                    firms.assets[i] = math::max(firms.assets[i] - sold, 0.0);
                    firms.loan[i] = 0.0;
                    firms.banked[i] = false;
                    sums.secured += weight * sold;
                    sums.lost += weight * (loan - sold);
                    continue;
                }
                firms.cash[i] = cash - strip.due[r];
                sums.interest += weight * strip.due[r];
                sums.covered += weight * loan * strip.volatility[r];
                sums.left[usize::from(strip.larger[r])][i % 8] += weight * loan;
            }
        }
        sums
    }
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
