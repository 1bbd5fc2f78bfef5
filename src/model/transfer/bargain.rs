//! Is an invention worth more to a firm than its owner dares to sell it for, and on what
//! terms do they agree?
//!
//! All values are of one real invention, at current prices.

use super::{DealKind, Motive, TransferParameters};
use crate::base::math;

/// Ability to use an invention, `price·(S/(price·S_ref))^ζ·(floor + (1 − floor)h)`: value at
/// current prices over the value to a well-fitting firm in 2020.
///
/// Example: reference sales, price 1, h = 1: 1.
pub fn ability(sales: f64, absorptive: f64, price: f64, p: &TransferParameters) -> f64 {
    price * math::exp(log_size(sales, price, p)) * usable(absorptive, p)
}

/// Log of what a firm's size does for the value of an invention, `ζ·ln(S/(price·S_ref))`
/// \[log points\].
///
/// Example: ζ = 0.4, ten times the reference sales: 0.92.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn log_size(sales: f64, price: f64, p: &TransferParameters) -> f64 {
    let reference = price * p.sales_reference;
    p.sales_elasticity * math::ln(math::max(sales, f64::MIN_POSITIVE) / reference)
}

/// Part of an invention's value that a firm of absorptive capacity `h` can make use of,
/// `floor + (1 − floor)h` \[share\].
///
/// Example: floor 0.05, h = 0.5: 0.525.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn usable(absorptive: f64, p: &TransferParameters) -> f64 {
    p.absorptive_floor + (1.0 - p.absorptive_floor) * absorptive
}

/// What distance of fields \[0..1\] and missing readiness \[TRL\] take off \[log points\].
///
/// Example: costs 2 and 0.2, half a block away, 3 levels missing: 1 + 0.6 = 1.6.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn misfit(distance: f64, gap: f64, p: &TransferParameters) -> f64 {
    p.distance_cost * distance + p.gap_cost * gap
}

/// Value in use, `worth·e^(σ·noise − misfit)` \[mn\]; `worth` is the invention's quality times
/// the firm's [`ability`], times `no_need` without an open need. Size may stand in `worth` or,
/// as its log, be taken off `misfit`.
///
/// Example: worth 2, no misfit, no noise: 2.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn value_in_use(worth: f64, misfit: f64, noise: f64, spread: f64) -> f64 {
    worth * math::exp(spread * noise - misfit)
}

/// Worth of a patent to a firm that lacks the certificate's points \[mn\]: falls to 0 at the
/// patents that give all points.
///
/// Example: 0.04 for a full set of 8, 6 held: 0.01.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn value_for_certificate(patents: f64, lacks: bool, price: f64, p: &TransferParameters) -> f64 {
    if lacks {
        let missing = math::max(0.0, 1.0 - patents / p.qualification_patents);
        p.qualification_value * price * missing
    } else {
        0.0
    }
}

/// Whether a firm obliges a unit that must place patents: those whose `rank` is below
/// `order_friends·push`.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn is_friendly(rank: f64, push: f64, p: &TransferParameters) -> bool {
    rank < p.order_friends * push
}

/// Worth of obliging such a unit \[mn\].
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn value_of_order(friendly: bool, price: f64, p: &TransferParameters) -> f64 {
    if friendly { p.order_value * price } else { 0.0 }
}

/// What shields the official who signs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shield {
    /// The unit keeps inventions apart from state assets.
    pub separate: bool,
    /// Belief in the liability shield \[0..1\].
    pub belief: f64,
    /// The price is posted.
    pub posted: bool,
    /// The owner takes a stake.
    pub equity: bool,
    /// Push for deal counts.
    pub push: f64,
}

/// Blame that an official expects for a sale at the seen value: penalty times the chance
/// that the later value is over the multiple x of the price, `Φ(−ln x/σ)`, less what
/// shields take away \[share of value\].
///
/// Example: penalty 1.5, x = 3, σ = 1.2, no shield: 1.5·Φ(−0.916) = 0.27.
pub fn blame(s: &Shield, p: &TransferParameters) -> f64 {
    let chance = math::normal_cdf(-math::ln(p.blame_multiple) / p.value_noise);
    let less = |on: bool, relief: f64| if on { 1.0 - relief } else { 1.0 };
    p.blame_penalty
        * chance
        * less(s.separate, p.separate_relief)
        * (1.0 - p.shield_relief * s.belief)
        * less(s.posted, p.posted_relief)
        * less(s.equity, p.equity_relief)
}

/// What of the reserve price an owner under a push still asks, `1 − credit·push` \[share\].
///
/// Example: credit 0.5, push 0.4: 0.8.
pub fn insisted(push: f64, p: &TransferParameters) -> f64 {
    math::max(0.0, 1.0 - p.order_credit * push)
}

/// Lowest price the owner signs, `(seen·blame + keep)·insisted` \[mn\]; `seen` is the value
/// the owner sees at current prices.
pub fn reserve_price(seen: f64, price: f64, s: &Shield, p: &TransferParameters) -> f64 {
    reserve(seen, blame(s, p), p.keep_cost * price, insisted(s.push, p))
}

/// [`reserve_price`] of a given blame \[share of value\], cost of keeping \[mn\] and part
/// insisted on.
///
/// Example: seen 2, blame 0.25, keep 0.1, half insisted on: 0.3.
#[inline]
pub fn reserve(seen: f64, blame: f64, keep: f64, insisted: f64) -> f64 {
    (seen * blame + keep) * insisted
}

/// The firm's values by motive \[mn\].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Values {
    /// In use.
    pub usage: f64,
    /// For the certificate.
    pub certificate: f64,
    /// To oblige.
    pub order: f64,
}

/// Motive of the highest value.
pub fn motive(v: &Values) -> Motive {
    if v.usage > v.certificate && v.usage > v.order {
        Motive::Use
    } else if v.order > v.certificate {
        Motive::Order
    } else {
        Motive::Qualification
    }
}

/// Price `r + β(V − r)` if V exceeds the reserve price.
///
/// Example: r = 0.4, V = 1.4, β = 0.3: 0.7.
pub fn bargain(value: f64, reserve: f64, share: f64) -> Option<f64> {
    (value > reserve).then_some(reserve + share * (value - reserve))
}

/// Price of a posted patent: a share of the seen value, not below the reserve price \[mn\].
pub fn posted_price(seen: f64, reserve: f64, p: &TransferParameters) -> f64 {
    math::max(p.open_price * seen, reserve)
}

/// Whether a patent is posted: those first in the order, up to the lever's share.
pub fn posted(rank: f64, open_licence: f64) -> bool {
    rank < open_licence
}

/// Fee now and part paid as a running royalty, of a price.
///
/// Example: 1 at a shift of 0.15: 0.85 and 0.15.
pub fn split_price(price: f64, shift: f64) -> (f64, f64) {
    let later = price * shift;
    (price - later, later)
}

/// What a trial is worth to the owner: `g·P + (1 − g)·cover·r`, g = good · honest \[mn\].
///
/// Example: g = ½, P = 1, cover ½, r = 0.4: 0.6.
pub fn trial_worth(price: f64, reserve: f64, cover: f64, p: &TransferParameters) -> f64 {
    let paid = p.trial_good * p.trial_honest;
    paid * price + (1.0 - paid) * cover * reserve
}

/// Surroundings of the choice of contract.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Price agreed \[mn\].
    pub price: f64,
    /// Reserve price \[mn\].
    pub reserve: f64,
    /// Why the firm takes it.
    pub motive: Motive,
    /// The value is above that from which both prefer a stake.
    pub stake: bool,
    /// The firm prefers a licence.
    pub licence: bool,
    /// What the firm would spend on a fee \[mn\].
    pub budget: f64,
    /// Part of a licence's price that runs as royalty \[share\].
    pub shift: f64,
    /// The unit offers trials.
    pub trials: bool,
    /// Cover of failed trials \[share\].
    pub cover: f64,
}

/// Contract under which firm and owner agree, with the fee due now \[mn\]: a stake for what
/// is worth most; transfer or licence as the firm likes; a firm short of cash takes a
/// licence whose fee it can pay, or a trial if one is worth offering.
pub fn contract(t: &Terms) -> Option<(DealKind, f64)> {
    if t.motive == Motive::Use && t.stake {
        return Some((DealKind::Equity, 0.0));
    }
    let qualifies = t.motive == Motive::Qualification;
    if (!t.licence || qualifies) && t.price <= t.budget {
        return Some((DealKind::Transfer, t.price));
    }
    if qualifies {
        return None;
    }
    let (fee, _) = split_price(t.price, t.shift);
    (fee <= t.budget).then_some((DealKind::Licence, fee))
}

/// Contract with the trial as last resort of a firm that means to use the invention.
pub fn contract_or_trial(t: &Terms, p: &TransferParameters) -> Option<(DealKind, f64)> {
    contract(t).or_else(|| {
        let worth = trial_worth(t.price, t.reserve, t.cover, p);
        let offered = t.trials && t.motive == Motive::Use && worth > t.reserve;
        offered.then_some((DealKind::Trial, 0.0))
    })
}
