//! Calls for proposals and awards public research money: who asks, who judges, who gets it?
//!
//! ```text
//! score = quality + relevance · expert share + noise          of a proposal
//! award the best until the budget is spent                     yearly, for three years
//! ```
//!
//! Universities and institutes are paid by appropriation (a driver) and compete in the call with
//! firms. A firm's grant prices the projects on its slice at the own share asked, so that what it
//! adds and what it crowds out follows from the firm's project list, not from here. Part of the
//! call may be kept for firms and universities together ([`consortium`]); what they leave is
//! open to all. Left out: proposals that fail for form.

mod call;
pub mod consortium;
#[cfg(test)]
mod tests;

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::{FIELDS, Firms};
use super::state::State;
use super::tax::gift;
use crate::base::columns::Lent;
use crate::base::{math, select};

crate::family! {
    /// Public research money.
    pub struct ProgrammeParameters in "programmes" {
        /// Share of fiscal science money that is awarded by call \[share\].
        call_share,
        /// Share of doers that propose in a year \[share\].
        proposing,
        /// Money asked over the firm's R&D \[share\].
        request_share,
        /// Most that is asked \[mn/yr, 2020 prices\].
        request_cap,
        /// Years a grant lasts \[years\].
        years,
        /// Advantage of universities in quality \[score\].
        university_quality,
        /// Advantage of firms in relevance \[score\].
        firm_relevance,
        /// Noise of the jury \[score\].
        noise,
        /// Share of the call money that universities ask for \[share\].
        university_request,
        /// Share of calls paid by the centre \[share\].
        central_share,
        /// Part of a joint project's money that the university gets \[share\].
        partner_part,
        /// Mean cost of coming together with a university, over what is asked \[share\].
        consortium_cost,
        /// Part of that cost that a past partner saves \[share\].
        consortium_tie_saving,
        /// Weight of the last call in what proposers reckon is asked \[share\].
        odds_memory,
    }
}

/// Programmes' state and what universities read of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProgrammesState {
    /// R&D money of universities by field: public, and gifts, which no own money is added to
    /// \[mn/yr\].
    pub to_universities: [f64; FIELDS],
    /// Public R&D money of public institutes by field \[mn/yr\].
    pub to_institutes: [f64; FIELDS],
    /// Share of project money whose topic firms posed \[share\].
    pub need_share: f64,
    /// Share of posed topics that meet a need \[share\].
    pub direction_accuracy: f64,
    /// Budget beyond fiscal science money, cumulated growth of the lever \[log points\].
    pub ln_extra: f64,
    /// Call money that universities hold now \[mn/yr\].
    pub university_calls: f64,
    /// Part of it in joint projects, whose topics firms pose \[mn/yr\].
    pub joint_calls: f64,
    /// What proposers reckon is asked, alone and jointly \[mn/yr\].
    pub asked: [f64; 2],
    /// Public money of units, without firms' gifts \[mn/yr\].
    pub public_money: f64,
    /// Firms' gifts for basic research of last quarter, by field of the giver \[mn/yr\].
    pub gifts: [f64; FIELDS],
    /// Counters of this quarter.
    pub tally: ProgrammeTally,
    /// Scratch: firms' answers to the call, block by block of them.
    answers: Vec<call::Answers>,
    /// Scratch: rows of firms of a block that are paid or may give this quarter.
    pub(in crate::model) listed: Vec<Vec<u32>>,
}

/// Counters of a quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ProgrammeTally {
    /// Call budget of the year \[mn/yr\].
    pub budget: f64,
    /// Firms awarded \[firms\].
    pub awarded: f64,
    /// Grants paid to firms \[mn/yr\].
    pub firms: f64,
    /// Firms that answered the joint call \[firms\].
    pub joined: f64,
    /// Money awarded to joint projects, with universities' part \[mn/yr\].
    pub joint: f64,
}

/// Call budget a year \[mn/yr\] from fiscal science money \[bn/yr\].
#[inline]
pub fn call_budget(fiscal_science: f64, share: f64, ln_extra: f64) -> f64 {
    fiscal_science * 1e3 * share * math::exp(ln_extra) // derived: bn to mn
}

impl ProgrammesState {
    /// Programmes at the start of the warm-up: one call has been held.
    pub fn found(_state: &State, ctx: &Context) -> Self {
        let p = &ctx.parameters.programmes;
        let budget = call_budget(ctx.world.fiscal_science, p.call_share, 0.0);
        let mut programmes = Self {
            university_calls: budget * p.university_request,
            ..Self::default()
        };
        programmes.appropriate(ctx);
        programmes
    }

    /// Splits appropriations and call money of public performers evenly over fields.
    fn appropriate(&mut self, ctx: &Context) {
        let fields = FIELDS as f64;
        let universities = ctx.world.appropriation_universities * 1e3; // derived: bn to mn
        let institutes = ctx.world.appropriation_institutes * 1e3; // derived: bn to mn
        self.to_universities = [(universities + self.university_calls) / fields; FIELDS];
        self.to_institutes = [institutes / fields; FIELDS];
        self.public_money = universities + self.university_calls + institutes;
        let own = 1.0 + ctx.parameters.universities.own_funds;
        for (slot, gift) in self.to_universities.iter_mut().zip(self.gifts) {
            *slot += gift / own;
        }
        self.need_share = consortium::need_share(
            ctx.seen.programmes.enterprise_posed_share,
            self.joint_calls,
            self.university_calls,
        );
        self.direction_accuracy = ctx.seen.programmes.foresight_accuracy;
    }
}

/// Runs the quarter: the yearly call in the first quarter; [`pay`] pays in each.
pub fn call_and_award(state: &mut State, ctx: &Context) {
    state.programmes.ln_extra += ctx.seen.programmes.call_budget_growth / 400.0; // derived: points a year to log a quarter
    if ctx.quarter.of_year() == 1 {
        call::hold(state, ctx);
    }
    gift::decide(state, ctx);
    state.programmes.appropriate(ctx);
}

/// Finds the rows of firms with a grant or a gift and, where there is a `bonus`, of those that claim.
fn find_paid(paid: &mut Vec<u32>, firms: &Firms<Lent>, bonus: bool) {
    select::list(firms.len(), paid, |from, flags| {
        let (grant, gift) = (&firms.grant[from..], &firms.gift[from..]);
        let claims = &firms.claims[from..];
        move_money(&firms.alive[from..], grant, gift, claims, bonus, flags);
    });
}

crate::dispatched! {
    /// Flags firms in business with a grant or a gift and, where there is a `bonus`, those that
    /// claim.
    fn move_money(
        alive: &[bool],
        grant: &[f64],
        gift: &[f64],
        claims: &[bool],
        bonus: bool,
        flags: &mut [bool],
    ) {
        let n = flags.len();
        let (alive, grant, gift) = (&alive[..n], &grant[..n], &gift[..n]);
        let claims = &claims[..n];
        for k in 0..n {
            let moves = (grant[k] != 0.0) | (gift[k] != 0.0) | (claims[k] & bonus);
            flags[k] = alive[k] & moves;
        }
    }
}

/// Paid to firms of a block and by them, weighted \[mn\]; sums to firms in eight parts.
#[derive(Clone, Copy, Debug)]
struct Payments {
    grants: [f64; 8],
    bonus: [f64; 8],
    /// By field \[mn/yr\].
    gifts: [f64; FIELDS],
}

crate::join_fields!(Payments: grants, bonus, gifts);

/// Pays grants and gifts of the quarter, and a bonus on last year's R&D to those that claim; `paid`
/// is scratch.
fn pay_block(firms: &mut Firms<Lent>, paid: &mut Vec<u32>, bonus_rate: f64) -> Payments {
    let quarter = 1.0 / 4.0; // derived: quarters a year
    let mut sums = Payments {
        grants: [0.0; 8],
        bonus: [0.0; 8],
        gifts: [0.0; FIELDS],
    };
    find_paid(paid, firms, bonus_rate != 0.0);
    for &i in &*paid {
        let i = i as usize;
        let grant = quarter * firms.grant[i];
        let extra = if firms.claims[i] {
            bonus_rate * firms.rd_last_year[i]
        } else {
            0.0
        };
        firms.cash[i] += grant + extra - quarter * firms.gift[i];
        sums.gifts[usize::from(firms.field[i])] += firms.weight[i] * firms.gift[i];
        sums.grants[i % 8] += firms.weight[i] * grant;
        sums.bonus[i % 8] += firms.weight[i] * extra;
    }
    // whom a bonus listed is no part of the state
    paid.clear();
    sums
}

/// Pays grants, gifts and appropriations of the quarter, and the local bonus with the settlement.
pub fn pay(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.programmes;
    let quarter = 1.0 / 4.0; // derived: quarters a year
    let bonus_rate = if ctx.quarter.of_year() == 2 {
        ctx.law.programmes.local_bonus_rate
    } else {
        0.0
    };
    let rooms = (ctx.crew).rooms(state.firms.len(), &mut state.programmes.listed);
    let sums = (ctx.crew).walk((state.firms.lend(), rooms), |(mut firms, mut room)| {
        pay_block(&mut firms, room.own(), bonus_rate)
    });
    let Payments {
        grants,
        bonus,
        gifts,
    } = sums;
    let grants: f64 = grants.iter().sum();
    let books = &mut state.books;
    let central = p.central_share;
    books.pay(
        Account::Central,
        Account::Firms,
        Instrument::Grants,
        central * grants,
    );
    books.pay(
        Account::Local,
        Account::Firms,
        Instrument::Grants,
        (1.0 - central) * grants,
    );
    books.pay(
        Account::Local,
        Account::Firms,
        Instrument::Grants,
        bonus.iter().sum(),
    );
    books.pay(
        Account::Firms,
        Account::Units,
        Instrument::ResearchGift,
        quarter * gifts.iter().sum::<f64>(),
    );
    state.programmes.gifts = gifts;
    let local = ctx.world.local_share;
    let units = quarter * state.programmes.public_money;
    books.pay(
        Account::Central,
        Account::Units,
        Instrument::Appropriation,
        (1.0 - local) * units,
    );
    books.pay(
        Account::Local,
        Account::Units,
        Instrument::Appropriation,
        local * units,
    );
}
