//! Calls for proposals and awards public research money: who asks, who judges, who gets it?
//!
//! ```text
//! score = quality + relevance · expert share + noise          of a proposal
//! award the best until the budget is spent                     yearly, for three years
//! ```
//!
//! Universities and institutes are paid by appropriation (a driver) and compete in the call with
//! firms. A firm's grant prices the projects on its slice at the own share asked, so that what it
//! adds and what it crowds out follows from the firm's project list, not from here. Left out:
//! proposals that fail for form; consortia.

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::{FIELDS, Firms};
use super::population::LARGE_SALES;
use super::state::State;
use super::tax::gift;
use crate::base::math;
use crate::base::rng::Purpose;

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
    /// Public money of units, without firms' gifts \[mn/yr\].
    pub public_money: f64,
    /// Firms' gifts for basic research of last quarter, by field of the giver \[mn/yr\].
    pub gifts: [f64; FIELDS],
    /// Counters of this quarter.
    pub tally: ProgrammeTally,
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
}

/// Score of a proposal.
#[inline]
pub fn score(quality: f64, relevance: f64, expert_share: f64, noise: f64) -> f64 {
    quality + relevance * expert_share + noise
}

/// Call budget a year \[mn/yr\] from fiscal science money \[bn/yr\].
#[inline]
pub fn call_budget(fiscal_science: f64, share: f64, ln_extra: f64) -> f64 {
    fiscal_science * 1e3 * share * math::exp(ln_extra) // derived: bn to mn
}

/// Number of classes of scores in which awards are made.
const CLASSES: usize = 64; // derived: a class holds about 1.5 % of proposals
/// Scores are classed between −SPAN and SPAN.
const SPAN: f64 = 4.0; // derived: four standard deviations

fn class_of(score: f64) -> usize {
    let place = (math::clamp(score, -SPAN, SPAN) + SPAN) / (2.0 * SPAN);
    ((place * CLASSES as f64) as usize).min(CLASSES - 1)
}

/// Lowest class whose cumulated requests, from the best down, fit the budget, and the share of
/// that class's requests that is granted.
fn cut(requests: &[f64; CLASSES], budget: f64) -> (usize, f64) {
    let mut left = budget;
    for class in (0..CLASSES).rev() {
        if requests[class] > left {
            return (class, left / requests[class]);
        }
        left -= requests[class];
    }
    (0, 1.0)
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
        self.need_share = ctx.seen.programmes.enterprise_posed_share;
        self.direction_accuracy = ctx.seen.programmes.foresight_accuracy;
    }
}

/// Runs the quarter: the yearly call in the first quarter; [`pay`] pays in each.
pub fn call_and_award(state: &mut State, ctx: &Context) {
    state.programmes.ln_extra += ctx.seen.programmes.call_budget_growth / 400.0; // derived: points a year to log a quarter
    if ctx.quarter.of_year() == 1 {
        call(state, ctx);
    }
    gift::decide(state, ctx);
    state.programmes.appropriate(ctx);
}

/// Request of firm `i` if it proposes this year \[mn/yr\].
fn request(firms: &Firms, i: usize, ctx: &Context) -> Option<f64> {
    let p = &ctx.parameters.programmes;
    if !firms.alive[i] || firms.rd[i] <= 0.0 {
        return None;
    }
    let proposes = ctx.uniform(firms.id[i], 0, 0, Purpose::CallProposal) < p.proposing;
    let amount = math::min(
        p.request_share * firms.rd[i],
        p.request_cap * ctx.world.price,
    );
    proposes.then_some(amount)
}

/// Holds the call: one third of the budget is awarded each year for three years.
fn call(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.programmes;
    let lever = &ctx.seen.programmes;
    let budget = call_budget(
        ctx.world.fiscal_science,
        p.call_share,
        state.programmes.ln_extra,
    );
    let fresh = budget / p.years;
    let firms = &mut state.firms;
    let mut asked = [[0.0; CLASSES]; 2];
    for i in 0..firms.len() {
        if let Some(amount) = request(firms, i, ctx) {
            let class = class_of(firm_score(firms, i, ctx));
            let small = usize::from(firms.sales[i] < LARGE_SALES);
            asked[small][class] += firms.weight[i] * amount;
        }
    }
    // reserved money first, then all compete with the universities for the rest
    let reserved = lever.small_firm_share * fresh;
    let (small_cut, small_part) = cut(&asked[1], reserved);
    let mut open = [0.0; CLASSES];
    for class in 0..CLASSES {
        let granted = match class.cmp(&small_cut) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => small_part,
            std::cmp::Ordering::Less => 0.0,
        };
        open[class] = asked[0][class] + asked[1][class] * (1.0 - granted);
    }
    let universities = university_classes(p.university_request * fresh, ctx);
    for class in 0..CLASSES {
        open[class] += universities[class];
    }
    let (open_cut, open_part) = cut(&open, fresh - reserved);
    let mut awarded = 0.0;
    let mut granted = 0.0;
    // a third of running grants ends each year
    let kept = 1.0 - 1.0 / p.years;
    for i in 0..firms.len() {
        firms.grant[i] = if firms.alive[i] && firms.rd[i] > 0.0 {
            kept * firms.grant[i]
        } else {
            0.0
        };
        let Some(amount) = request(firms, i, ctx) else {
            continue;
        };
        let class = class_of(firm_score(firms, i, ctx));
        let small = firms.sales[i] < LARGE_SALES;
        let mut share = part(class, open_cut, open_part);
        if small {
            let first = part(class, small_cut, small_part);
            share = first + (1.0 - first) * share;
        }
        firms.grant[i] += amount * share;
        awarded += firms.weight[i] * share;
        granted += firms.weight[i] * amount * share;
    }
    let won: f64 = (0..CLASSES)
        .map(|class| universities[class] * part(class, open_cut, open_part))
        .sum();
    state.programmes.university_calls = kept * state.programmes.university_calls + won;
    state.programmes.tally = ProgrammeTally {
        budget,
        awarded,
        firms: granted,
    };
}

fn part(class: usize, cut: usize, at_cut: f64) -> f64 {
    match class.cmp(&cut) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => at_cut,
        std::cmp::Ordering::Less => 0.0,
    }
}

/// Score of firm `i`'s proposal.
fn firm_score(firms: &Firms, i: usize, ctx: &Context) -> f64 {
    let p = &ctx.parameters.programmes;
    let u = ctx.uniform(firms.id[i], 0, 0, Purpose::CallScore);
    let noise = p.noise * math::normal_quantile(math::clamp(u, 1e-12, 1.0 - 1e-12)); // derived: keeps the quantile finite
    let quality = 2.0 * firms.absorptive[i] - 1.0;
    score(
        quality,
        p.firm_relevance,
        ctx.seen.programmes.enterprise_expert_share,
        noise,
    )
}

/// Requests of universities by class of score: a normal spread around their quality.
fn university_classes(amount: f64, ctx: &Context) -> [f64; CLASSES] {
    let p = &ctx.parameters.programmes;
    let mut classes = [0.0; CLASSES];
    let width = 2.0 * SPAN / CLASSES as f64;
    for (class, slot) in classes.iter_mut().enumerate() {
        let low = class as f64 * width - SPAN;
        let below = |x: f64| math::normal_cdf((x - p.university_quality) / p.noise);
        *slot = amount * (below(low + width) - below(low));
    }
    classes
}

/// Pays grants, gifts and appropriations of the quarter, and the local bonus with the settlement.
pub fn pay(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.programmes;
    let quarter = 1.0 / 4.0; // derived: quarters a year
    let firms = &mut state.firms;
    let mut grants = [0.0; 8];
    let mut bonus = [0.0; 8];
    let mut gifts = [0.0; FIELDS];
    let rate = if ctx.quarter.of_year() == 2 {
        ctx.law.programmes.local_bonus_rate
    } else {
        0.0
    };
    for i in 0..firms.len() {
        if !firms.alive[i] {
            continue;
        }
        let grant = quarter * firms.grant[i];
        let extra = if firms.claims[i] {
            rate * firms.rd_last_year[i]
        } else {
            0.0
        };
        firms.cash[i] += grant + extra - quarter * firms.gift[i];
        gifts[firms.field[i] as usize] += firms.weight[i] * firms.gift[i];
        grants[i % 8] += firms.weight[i] * grant;
        bonus[i % 8] += firms.weight[i] * extra;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn experts_from_firms_raise_firms_scores() {
        let gap = |share: f64| score(0.0, 1.0, share, 0.0) - score(0.5, 0.0, share, 0.0);
        assert!(gap(0.4) > gap(0.2));
        assert!((gap(0.5) - 0.0).abs() < 1e-15);
    }

    #[test]
    fn a_larger_budget_lowers_the_cut() {
        let mut requests = [1.0; CLASSES];
        requests[0] = 100.0;
        let (class, share) = cut(&requests, 10.5);
        assert_eq!(class, CLASSES - 11);
        assert!((share - 0.5).abs() < 1e-12);
        assert!(cut(&requests, 20.5).0 < class);
        assert_eq!(cut(&requests, 1e6), (0, 1.0));
    }

    #[test]
    fn awards_spend_the_budget() {
        let mut requests = [0.0; CLASSES];
        for (k, slot) in requests.iter_mut().enumerate() {
            *slot = k as f64;
        }
        let (cut_class, share) = cut(&requests, 300.0);
        let spent: f64 = (0..CLASSES)
            .map(|k| requests[k] * part(k, cut_class, share))
            .sum();
        assert!((spent - 300.0).abs() < 1e-9);
    }

    #[test]
    fn budget_follows_fiscal_money_and_the_lever() {
        assert!((call_budget(1000.0, 0.1, 0.0) - 100_000.0).abs() < 1e-9);
        assert!(call_budget(1000.0, 0.1, 0.05) > call_budget(1000.0, 0.1, 0.0));
    }
}
