//! Who buys a first set, and what makes a cautious buyer take it?
//!
//! Large users and state firms of a field adopt iff (M22), all over the price,
//!
//! ```text
//! v(q) − 1 − P(fail)·loss·(1 − cover) − blame·P(fail) + appraisal + learning + turn − tender > 0
//! ```
//!
//! with blame, appraisal for state firms only. Peers see first sets in use, and experience
//! lowers P(fail). Serves the last step of the funnel; firms' own first sets are left out.

mod decision;
#[cfg(test)]
mod tests;

pub use decision::{
    Terms, adopting_share, adoption_gain, failure_chance, insured_share, must_take,
    worth_over_price,
};

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::FIELDS;
use super::state::State;
use crate::base::math::{max, min, normal_quantile};
use crate::base::rng::Purpose;
use crate::policy::buyers::Buyers;

crate::family! {
    /// Parameters of first buyers.
    pub struct BuyerParameters in "buyers" {
        /// Buyers a field.
        buyers_a_field,
        /// Price of a first set \[mn, 2020 prices\].
        price,
        /// Worth of median quality over price.
        worth,
        /// Worth by quality, exponent.
        quality_exponent,
        /// Chance of failure without experience.
        failure_start,
        /// Chance of failure with much experience.
        failure_floor,
        /// First sets after which the excess falls by 1/e.
        experience_scale,
        /// Forgetting \[1/yr\].
        experience_fading,
        /// What peers see of others \[share\].
        peer_share,
        /// Loss of a failure over price.
        loss,
        /// Blame of a state buyer over price.
        blame,
        /// Credit in a state buyer's appraisal over price.
        appraisal,
        /// Worth of learning over price.
        learning,
        /// Cost of a tender over price.
        tender_cost,
        /// Failures a test scene finds beforehand \[share\].
        scene_gain,
        /// Willingness by the turn to domestic sets.
        turn_gain,
        /// Spread of buyers over price.
        taste_sd,
        /// Premium of insurance over price.
        premium_rate,
        /// Years insured.
        insurance_years,
        /// Worth of insurance to the maker over price.
        insurance_gain,
        /// Spread of that.
        insurance_sd,
        /// Public orders among first sales \[share\].
        public_orders,
        /// Price of a first purchase above a proven set \[share\].
        purchase_premium,
    }
}

/// A large user or a state firm.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Buyer {
    /// State firm.
    pub state_owned: bool,
    /// Its share of the field's orders.
    pub weight: f64,
    /// Standing taste for new things, standard normal.
    pub taste: f64,
    /// First sets it has seen.
    pub experience: f64,
    /// Chance that its next first set fails.
    pub failure: f64,
    /// Share of its orders that it would give to first sets.
    pub share: f64,
}

/// Counters of this quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BuyerTally {
    /// First sets adopted.
    pub adopted: f64,
    /// Of them only because a quota asked for it.
    pub by_quota: f64,
    /// Of them insured.
    pub insured: f64,
    /// First sets that failed.
    pub failed: f64,
    /// Mean share of buyers who are willing.
    pub willing: f64,
}

/// Buyers by field and what they published last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BuyersState {
    /// Buyers, field-major.
    pub buyers: Vec<Buyer>,
    /// Share of offers taken by field, published for the next quarter.
    pub willing: Vec<f64>,
    /// Part of that due to the quota.
    pub must: Vec<f64>,
    /// Counters of this quarter.
    pub tally: BuyerTally,
}

impl BuyersState {
    /// Buyers without experience; every second is a state firm.
    pub fn found(state: &State, ctx: &Context) -> Self {
        let count = max(1.0, ctx.parameters.buyers.buyers_a_field) as usize;
        let mut found = Self {
            willing: vec![0.0; FIELDS],
            must: vec![0.0; FIELDS],
            ..Self::default()
        };
        for field in 0..FIELDS {
            for k in 0..count {
                let u = ctx
                    .key
                    .uniform(field as u32, k as u32, 0, 0, Purpose::BuyerTraits);
                found.buyers.push(Buyer {
                    state_owned: k % 2 == 0,
                    weight: 1.0 / count as f64,
                    taste: normal_quantile(max(u, f64::EPSILON)),
                    ..Buyer::default()
                });
            }
        }
        found.publish(state, ctx);
        found
    }

    /// Share of offers of a field that buyers take.
    pub fn willing(&self, field: usize) -> f64 {
        self.willing.get(field).copied().unwrap_or(0.0)
    }

    /// Decides for every field what is taken next quarter.
    fn publish(&mut self, state: &State, ctx: &Context) {
        let p = &ctx.parameters.buyers;
        let seen = &ctx.seen.buyers;
        let mut worth = [1.0; FIELDS];
        for (worth, &quality) in worth.iter_mut().zip(&state.funnel.offered_quality) {
            *worth = quality;
        }
        fill_worth(&mut worth, p);
        let turn = state.openness.domestic_turn.map(|turn| turn - 1.0);
        decide(&mut self.buyers, &worth, &turn, &terms(seen, p), p);
        let fields = self.buyers.chunks(self.buyers.len() / FIELDS);
        for (field, buyers) in fields.enumerate() {
            let willing = buyers.iter().fold(0.0, |sum, b| sum + b.weight * b.share);
            let must = must_take(p.public_orders, seen.first_purchase_quota, willing);
            self.must[field] = must;
            self.willing[field] = min(1.0, willing + must);
        }
    }
}

/// What levers make of any buyer's terms.
fn terms(seen: &Buyers, p: &BuyerParameters) -> Terms {
    let cover = seen.first_set_insurance_cover;
    Terms {
        worth: 1.0,
        turn: 0.0,
        cover: cover * insured_share(p, seen.first_set_premium_subsidy, cover),
        failure: 0.0,
        liability: seen.liability_rule,
        green: seen.green_channel,
        scene: seen.scene_opening,
        state_owned: false,
    }
}

crate::dispatched! {
    /// Turns the quality that a field offers into its worth over price.
    fn fill_worth(quality: &mut [f64; FIELDS], p: &BuyerParameters) {
        for quality in quality {
            *quality = worth_over_price(*quality, p);
        }
    }
}

/// Buyers that decide together.
const STRIP: usize = 64;

crate::dispatched! {
    /// Buyers, field-major, see how safe first sets are by now and settle what share they take.
    fn decide(
        buyers: &mut [Buyer],
        worth: &[f64; FIELDS],
        turn: &[f64; FIELDS],
        terms: &Terms,
        p: &BuyerParameters,
    ) {
        let none = [0.0; STRIP];
        let (mut experience, mut taste, mut state_owned) = (none, none, [false; STRIP]);
        let (mut worths, mut turns) = (none, none);
        let (mut failure, mut share) = (none, none);
        let in_field = buyers.len() / FIELDS;
        let fields = (0..FIELDS).flat_map(|field| std::iter::repeat_n(field, in_field));
        let mut fields = fields.into_iter();
        for strip in buyers.chunks_mut(STRIP) {
            for (row, (buyer, field)) in strip.iter().zip(&mut fields).enumerate() {
                experience[row] = buyer.experience;
                taste[row] = buyer.taste;
                state_owned[row] = buyer.state_owned;
                (worths[row], turns[row]) = (worth[field], turn[field]);
            }
            for i in 0..STRIP {
                let (worth, turn, state_owned) = (worths[i], turns[i], state_owned[i]);
                failure[i] = failure_chance(p, experience[i]);
                let own = Terms { worth, turn, failure: failure[i], state_owned, ..*terms };
                share[i] = adopting_share(adoption_gain(p, &own), taste[i], p);
            }
            for (row, buyer) in strip.iter_mut().enumerate() {
                (buyer.failure, buyer.share) = (failure[row], share[row]);
            }
        }
    }
}

/// Books first sets sold this quarter, lets buyers learn and decide for the next.
pub fn adopt(state: &mut State, ctx: &Context) {
    let mut market = std::mem::take(&mut state.buyers);
    market.tally = BuyerTally::default();
    let p = &ctx.parameters.buyers;
    let seen = &ctx.seen.buyers;
    let insured = insured_share(
        p,
        seen.first_set_premium_subsidy,
        seen.first_set_insurance_cover,
    );
    let count = market.buyers.len() / FIELDS;
    for field in 0..FIELDS {
        let sold = state.funnel.first_sales[field];
        let by_quota = if market.willing[field] > 0.0 {
            sold * market.must[field] / market.willing[field]
        } else {
            0.0
        };
        market.tally.adopted += sold;
        market.tally.by_quota += by_quota;
        market.tally.insured += sold * insured;
        for buyer in &mut market.buyers[field * count..(field + 1) * count] {
            market.tally.failed += sold * buyer.weight * buyer.failure;
            let own = sold * buyer.weight;
            // derived: a quarter of the yearly fading
            buyer.experience *= 1.0 - p.experience_fading / 4.0;
            buyer.experience += own + p.peer_share * (sold - own);
        }
    }
    market.tally.willing = market.willing.iter().sum::<f64>() / FIELDS as f64;
    pay(state, ctx, market.tally);
    market.publish(state, ctx);
    state.buyers = market;
}

/// Premiums, their subsidy, and the price above a proven set, shared among firms by what
/// they still have to sell first.
fn pay(state: &mut State, ctx: &Context, tally: BuyerTally) {
    let p = &ctx.parameters.buyers;
    let price = p.price * ctx.world.price;
    let premium = tally.insured * price * p.premium_rate * p.insurance_years;
    let subsidy = premium * ctx.law.buyers.first_set_premium_subsidy;
    let quota = ctx.law.buyers.first_purchase_quota;
    let paid = if quota > 0.0 {
        tally.by_quota * price * p.purchase_premium
    } else {
        0.0
    };
    let sellers = state.funnel.tally.present[2];
    let (from, weightless) = (Account::Firms, sellers <= 0.0);
    let holder = if weightless { Account::Rest } else { from };
    state
        .books
        .pay(holder, Account::Rest, Instrument::InsurancePremium, premium);
    state.books.pay(
        Account::Central,
        holder,
        Instrument::FirstSetInsurance,
        subsidy,
    );
    state
        .books
        .pay(Account::Local, holder, Instrument::FirstPurchase, paid);
    if weightless {
        return;
    }
    let net = (subsidy + paid - premium) / sellers;
    let (n, firms) = (state.firms.len(), &mut state.firms);
    let portfolios = state.funnel.portfolios.rooms(n, ctx.crew);
    let parts = ((&mut firms.cash[..], &firms.weight[..]), portfolios);
    ctx.crew.walk(parts, |((cash, weight), mut portfolio)| {
        for waiting in &portfolio.own().waiting {
            let firm = waiting.firm as usize;
            cash[firm] += net * waiting.mass / weight[firm];
        }
    });
}
