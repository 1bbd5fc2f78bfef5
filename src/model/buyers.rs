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

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::FIELDS;
use super::state::State;
use crate::base::math::{exp, max, min, normal_cdf, normal_quantile, pow};
use crate::base::rng::Purpose;

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
                    experience: 0.0,
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
        let insured = insured_share(
            p,
            seen.first_set_premium_subsidy,
            seen.first_set_insurance_cover,
        );
        let cover = seen.first_set_insurance_cover * insured;
        let count = self.buyers.len() / FIELDS;
        for field in 0..FIELDS {
            let quality = state
                .funnel
                .offered_quality
                .get(field)
                .copied()
                .unwrap_or(1.0);
            let turn = state.openness.domestic_turn[field] - 1.0;
            let mut willing = 0.0;
            for buyer in &self.buyers[field * count..(field + 1) * count] {
                let terms = Terms {
                    quality,
                    turn,
                    cover,
                    failure: failure_chance(p, buyer.experience),
                    liability: seen.liability_rule,
                    green: seen.green_channel,
                    scene: seen.scene_opening,
                    state_owned: buyer.state_owned,
                };
                let taste = 0.5 * p.taste_sd * buyer.taste;
                let share = normal_cdf((adoption_gain(p, &terms) + taste) / p.taste_sd);
                willing += buyer.weight * share;
            }
            let must = must_take(p.public_orders, seen.first_purchase_quota, willing);
            self.must[field] = must;
            self.willing[field] = min(1.0, willing + must);
        }
    }
}

/// What a buyer weighs.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Quality, median 1.
    pub quality: f64,
    /// Turn to domestic sets, 0 = none.
    pub turn: f64,
    /// Share of loss covered.
    pub cover: f64,
    /// Chance of failure.
    pub failure: f64,
    /// Share of blame lifted.
    pub liability: f64,
    /// Share of tender cost saved.
    pub green: f64,
    /// Share of users with an open scene.
    pub scene: f64,
    /// State firm.
    pub state_owned: bool,
}

/// Chance that a first set fails: floor, and an excess that experience wears off.
pub fn failure_chance(p: &BuyerParameters, experience: f64) -> f64 {
    p.failure_floor + (p.failure_start - p.failure_floor) * exp(-experience / p.experience_scale)
}

/// Gain of adopting over price (M22).
pub fn adoption_gain(p: &BuyerParameters, t: &Terms) -> f64 {
    let fail = t.failure * (1.0 - p.scene_gain * t.scene);
    let worth = p.worth * pow(max(t.quality, f64::MIN_POSITIVE), p.quality_exponent);
    let (blame, appraisal) = if t.state_owned {
        (p.blame * (1.0 - t.liability), p.appraisal)
    } else {
        (0.0, 0.0)
    };
    worth - 1.0 - fail * p.loss * (1.0 - t.cover) - fail * blame
        + appraisal
        + p.learning
        + p.turn_gain * t.turn
        - p.tender_cost * (1.0 - t.green)
}

/// Share of makers who insure: worth above the premium they bear; none without cover.
pub fn insured_share(p: &BuyerParameters, subsidy: f64, cover: f64) -> f64 {
    if cover <= 0.0 {
        return 0.0;
    }
    let premium = p.premium_rate * p.insurance_years * (1.0 - subsidy);
    normal_cdf((p.insurance_gain - premium) / p.insurance_sd)
}

/// Offers taken only because public buyers must: quota of public orders, of what is unwanted.
pub fn must_take(public_orders: f64, quota: f64, willing: f64) -> f64 {
    public_orders * quota * (1.0 - willing)
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
            market.tally.failed += sold * buyer.weight * failure_chance(p, buyer.experience);
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
    let firms = &mut state.firms;
    for waiting in &state.funnel.waiting {
        let firm = waiting.firm as usize;
        firms.cash[firm] += net * waiting.mass / firms.weight[firm];
    }
}

#[cfg(test)]
mod tests {
    use super::super::funnel::{FunnelState, Waiting};
    use super::super::patents::testbed::{Scene, parameters, world_of};
    use super::*;
    use crate::base::time::Quarter;

    fn terms() -> Terms {
        Terms {
            quality: 1.0,
            turn: 0.0,
            cover: 0.5,
            failure: 0.2,
            liability: 0.0,
            green: 0.0,
            scene: 0.0,
            state_owned: true,
        }
    }

    #[test]
    fn gain_by_hand() {
        let p = parameters().buyers;
        // 1.25 − 1 − 0.2·1.5·0.5 − 0.2·0.6 + 0.05 + 0.05 − 0.06 = 0.02
        assert!((adoption_gain(&p, &terms()) - 0.02).abs() < 1e-9);
    }

    #[test]
    fn each_lever_raises_the_willingness_of_a_state_buyer() {
        let p = parameters().buyers;
        let base = adoption_gain(&p, &terms());
        assert!(
            adoption_gain(
                &p,
                &Terms {
                    cover: 0.8,
                    ..terms()
                }
            ) > base
        );
        assert!(
            adoption_gain(
                &p,
                &Terms {
                    liability: 1.0,
                    ..terms()
                }
            ) > base
        );
        assert!(
            adoption_gain(
                &p,
                &Terms {
                    green: 1.0,
                    ..terms()
                }
            ) > base
        );
        assert!(
            adoption_gain(
                &p,
                &Terms {
                    scene: 0.5,
                    ..terms()
                }
            ) > base
        );
        assert!(
            adoption_gain(
                &p,
                &Terms {
                    turn: 0.5,
                    ..terms()
                }
            ) > base
        );
        assert!(insured_share(&p, 0.8, 0.7) > insured_share(&p, 0.0, 0.7));
        assert_eq!(insured_share(&p, 0.8, 0.0), 0.0);
        assert!(must_take(0.15, 0.3, 0.5) > must_take(0.15, 0.1, 0.5));
        let private = Terms {
            state_owned: false,
            ..terms()
        };
        let shielded = Terms {
            liability: 1.0,
            ..private
        };
        assert_eq!(adoption_gain(&p, &private), adoption_gain(&p, &shielded));
    }

    #[test]
    fn experience_wears_off_failure() {
        let p = parameters().buyers;
        assert!((failure_chance(&p, 0.0) - p.failure_start).abs() < 1e-12);
        assert!(failure_chance(&p, 100.0) < failure_chance(&p, 10.0));
        assert!((failure_chance(&p, 1e9) - p.failure_floor).abs() < 1e-12);
    }

    #[test]
    fn first_sets_teach_and_money_is_booked() {
        let now = Quarter::new(2016, 1);
        let mut state = world_of(64, 100.0, 20.0);
        let mut scene = Scene::at(now);
        scene.seen.buyers.first_purchase_quota = 0.2;
        scene.law.buyers.first_purchase_quota = 0.2;
        state.funnel = FunnelState::found(&state, &scene.context(now));
        state.buyers = BuyersState::found(&state, &scene.context(now));
        let before = state.buyers.willing(3);
        state.funnel.first_sales[3] = 30.0;
        state.funnel.tally.present[2] = 4.0;
        state.funnel.waiting.push(Waiting { firm: 0, mass: 4.0 });
        let cash = state.firms.total(&state.firms.cash);
        adopt(&mut state, &scene.context(now));
        let moved = state.firms.total(&state.firms.cash) - cash;
        assert!(
            (moved - state.books.net(Account::Firms)).abs() < 1e-6,
            "{moved}"
        );
        assert!(state.books.cash[Instrument::FirstSetInsurance as usize][0] > 0.0);
        assert!(state.books.cash[Instrument::FirstPurchase as usize][1] > 0.0);
        assert!(state.buyers.willing(3) > before);
        assert_eq!(state.buyers.tally.adopted, 30.0);
        assert!(
            state
                .buyers
                .willing
                .iter()
                .all(|&w| (0.0..=1.0).contains(&w))
        );
    }
}
