//! How much does a firm give to universities for basic research?
//!
//! ```text
//! max over x ≥ 0:  w·h·ln(1 + x/x₀) − p·x       x gift over R&D, h absorptive capacity
//! x* = w·h/p − x₀, at least 0, at most a cap     p = 1 − v·(1 + e)
//! ```
//!
//! w is what a firm expects of ties, of being able to use what is found and of standing; it
//! differs between firms and stays. v is the tax that a deducted yuan saves, e the extra
//! deduction. Gifts are settled once a year; they pay research of universities in the firm's
//! field, make an acquaintance there and take the place of some contract research (M39). What
//! basic research brings the giver beyond that is in w only.

use crate::base::columns::Lent;
use crate::base::math;
use crate::base::rng::{Key, Purpose};
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::policy_knowledge::known_tax;
use crate::model::research::{carry_table, tax_position};
use crate::model::state::State;
use crate::model::tax::{CarryTable, TaxParameters};
use crate::policy::tax::Tax;

/// Cost of a yuan given, after tax, `1 − v (1 + e)`, not below nothing \[share\].
///
/// Example: v = 0.25: 0.75 without an extra deduction, 0.5 with one of 1.
#[inline]
pub fn gift_price(saved: f64, extra: f64) -> f64 {
    math::max(1.0 - saved * (1.0 + extra), 0.0)
}

/// Gift over R&D, `w h/p − x₀` within 0 and `cap` \[share\].
///
/// Example: w h = 0.01, p = 0.5, x₀ = 0.005: 0.015.
#[inline]
pub fn gift_share(gain: f64, price: f64, threshold: f64, cap: f64) -> f64 {
    math::clamp(
        gain / math::max(price, f64::MIN_POSITIVE) - threshold,
        0.0,
        cap,
    )
}

/// Contract research a firm still wants where it gives \[mn/yr\].
///
/// Example: wants 1, gives 2, a fifth of that displaces: 0.6.
#[inline]
pub fn after_displacement(wanted: f64, gift: f64, displacement: f64) -> f64 {
    math::max(wanted - displacement * gift, 0.0)
}

/// Least that a yuan given can cost under `law`: whatever the bracket, the average rate is at
/// most the full one, and what is saved later is worth less than now.
///
/// Example: full rate 0.25, no extra deduction: 0.75.
#[inline]
fn least_price(law: &Tax) -> f64 {
    let rate = math::max(law.standard_rate, law.hightech_rate);
    gift_price(rate * (1.0 + ROUNDING), law.basic_research_gift)
}

/// Room for rounding in a bound.
const ROUNDING: f64 = 1e-12; // derived: thousands of last digits

/// Firms that weigh a gift together.
const STRIP: usize = 64;

crate::dispatched! {
    /// What firms expect of a gift: the median times a lasting taste times absorptive capacity;
    /// `gain` holds the last and takes all.
    fn fill_gains(key: Key, ids: &[u32], p: &TaxParameters, gain: &mut [f64]) {
        let ids = &ids[..gain.len()];
        for i in 0..gain.len() {
            let u = key.uniform(ids[i], 0, 0, 0, Purpose::Gift);
            let taste = math::normal_quantile(math::max(u, f64::EPSILON));
            gain[i] *= p.gift_return * math::exp(p.gift_log_sd * taste);
        }
    }
}

/// Yearly, in the first quarter: every firm that does R&D decides what it gives this year.
pub fn decide(state: &mut State, ctx: &Context) {
    if ctx.quarter.of_year() != 1 {
        return;
    }
    let carry = carry_table(ctx);
    let firms = &mut state.firms;
    let rooms = ctx.crew.rooms(firms.len(), &mut state.programmes.listed);
    let parts = (firms.lend(), rooms);
    (ctx.crew).walk(parts, |(mut firms, mut room)| {
        decide_all(&mut firms, room.own(), &carry, ctx);
    });
}

/// The firms of a block decide; `doers` is room for a list of rows.
fn decide_all(firms: &mut Firms<Lent>, doers: &mut Vec<u32>, carry: &CarryTable, ctx: &Context) {
    firms.gift.fill(0.0);
    firms.list_doers(doers);
    let (mut ids, mut gains) = ([0; STRIP], [0.0; STRIP]);
    for rows in doers.chunks(STRIP) {
        for (r, &row) in rows.iter().enumerate() {
            (ids[r], gains[r]) = (firms.id[row as usize], firms.absorptive[row as usize]);
        }
        let n = rows.len();
        fill_gains(ctx.key, &ids[..n], &ctx.parameters.tax, &mut gains[..n]);
        for (&row, &gain) in rows.iter().zip(&gains) {
            let i = row as usize;
            firms.gift[i] = self::gift(firms, i, gain, carry, ctx);
        }
    }
}

/// What firm `i` gives a year that expects `gain` of it \[mn/yr\].
fn gift(firms: &Firms<Lent>, i: usize, gain: f64, carry: &CarryTable, ctx: &Context) -> f64 {
    let p = &ctx.parameters.tax;
    let law = known_tax(firms.vintage[i], ctx);
    let share = |price: f64| gift_share(gain, price, p.gift_threshold, p.gift_cap);
    // most would not give where it costs least: their tax need not be known
    if share(least_price(law)) <= 0.0 {
        return 0.0;
    }
    let position = tax_position(firms, i, firms.rd[i], firms.claims[i], law, ctx);
    let saved = position.deduction_value(carry, law);
    let price = gift_price(saved, law.basic_research_gift);
    // a firm without cash gives nothing
    math::min(share(price) * firms.rd[i], math::max(firms.cash[i], 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extra_deduction_makes_giving_cheaper() {
        assert_eq!(gift_price(0.25, 0.0), 0.75);
        assert_eq!(gift_price(0.25, 1.0), 0.5);
        assert!((gift_share(0.01, 0.5, 0.005, 0.05) - 0.015).abs() < 1e-15);
        let given = |extra: f64| gift_share(0.01, gift_price(0.25, extra), 0.005, 0.05);
        assert!(given(1.0) > given(0.0));
        // whom a yuan saves no tax the lever does not reach
        assert_eq!(gift_price(0.0, 1.0), 1.0);
        // below the threshold nothing, above it at most the cap
        assert_eq!(gift_share(0.002, 0.75, 0.005, 0.05), 0.0);
        assert_eq!(gift_share(1.0, 0.75, 0.005, 0.05), 0.05);
    }

    #[test]
    fn nobody_pays_less_than_the_least_price() {
        use crate::model::tax::TaxPosition;
        let mut law = crate::model::tax::position::tests::law_2023();
        law.basic_research_gift = 1.0;
        let carry = CarryTable::new(0.7, 0.05, 0.07, 0.15);
        for k in 0..400 {
            let mut position = TaxPosition {
                income: 0.05 * f64::from(k) - 1.0,
                taxed: k % 3 > 0,
                losses: f64::from(k % 7),
                rate: 1.0,
                loss_years: 5.0,
                ..TaxPosition::default()
            };
            (position.status.small, position.status.hightech) = (k % 2 == 0, k % 5 == 0);
            let saved = position.deduction_value(&carry, &law);
            assert!(gift_price(saved, 1.0) >= least_price(&law), "{position:?}");
        }
    }

    #[test]
    fn gifts_take_the_place_of_contracts() {
        assert!((after_displacement(1.0, 2.0, 0.2) - 0.6).abs() < 1e-15);
        assert_eq!(after_displacement(0.1, 2.0, 0.2), 0.0);
        assert_eq!(after_displacement(0.37, 0.0, 0.2), 0.37);
    }

    /// All that 400 firms of R&D 20 and cash `cash` give, mn a year, under an extra deduction.
    fn all_gifts(extra: f64, cash: f64) -> f64 {
        use crate::base::time::Quarter;
        use crate::model::patents::testbed::{Scene, world_of};
        use crate::policy::PolicyPath;
        let now = Quarter::new(2024, 1);
        let mut scene = Scene::at(now);
        scene.seen.tax = crate::model::tax::position::tests::law_2023();
        scene.seen.tax.basic_research_gift = extra;
        scene.path = PolicyPath::constant(scene.seen, now, 1);
        let p = &mut scene.parameters.tax;
        (p.gift_return, p.gift_log_sd) = (0.001, 1.5);
        (p.gift_threshold, p.gift_cap) = (0.005, 0.05);
        (p.loss_share_2015, p.loss_share_2024, p.loss_persistence) = (0.15, 0.15, 0.7);
        (p.discount_rate, p.depreciation) = (0.07, 0.15);
        let mut state = world_of(400, 1.0, 20.0);
        state.firms.taxed.fill(true);
        state.firms.cash.fill(cash);
        decide(&mut state, &scene.context(now));
        state.firms.total(&state.firms.gift)
    }

    #[test]
    fn firms_give_more_where_it_costs_less_and_nothing_without_cash() {
        let (none, full) = (all_gifts(0.0, 1000.0), all_gifts(1.0, 1000.0));
        assert!(none > 0.0 && full > 1.2 * none, "{none} {full}");
        assert!(full < 0.05 * 400.0 * 20.0);
        assert_eq!(all_gifts(1.0, -5.0), 0.0);
    }
}
