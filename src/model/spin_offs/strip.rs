//! Inventors' decisions of a strip of inventions, in columns.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::SpinOffParameters;
use super::rules::{founding_cost, founding_share, own_value};
use crate::base::math::{exp, max, min, normal_quantile};
use crate::base::strip::gather;
use crate::model::context::Context;
use crate::model::firms::FIELDS;
use crate::model::state::State;
use crate::model::transfer::bargain;

/// Inventions decided on together.
pub(super) const STRIP: usize = 64;
/// One number for each invention of a strip.
type Column = [f64; STRIP];

/// What the inventors of a unit can count on this quarter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Terms {
    /// Their share of the value of an invention.
    pub income: f64,
    /// Blame that the official expects who signs \[share of value\].
    pub blame: f64,
    /// Their posts are kept.
    pub on_leave: bool,
    /// A rule or their control decides, the unit does not.
    pub is_bound: bool,
}

/// What the inventors of an invention and their unit would like.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Choice {
    /// Row of the invention.
    pub row: u32,
    /// Share of the inventors who would found.
    pub share: f64,
    /// The unit does not let the invention go.
    pub refused: bool,
}

impl Choice {
    /// One that is still to be made.
    pub(super) fn of(row: u32) -> Self {
        Self {
            row,
            ..Self::default()
        }
    }
}

/// What is the same for all inventions of a quarter.
pub(super) struct Market {
    /// Cost of founding by field, without and with leave \[mn\].
    cost: [[f64; 2]; FIELDS],
    /// Ability of a firm of the sales that founders expect \[mn\].
    ability: f64,
    /// What a missing readiness level takes off \[log points\].
    gap_cost: f64,
    price: f64,
    keep: f64,
    insisted: f64,
}

impl Market {
    /// That of this quarter.
    pub(super) fn of(state: &State, ctx: &Context) -> Self {
        let (p, t) = (&ctx.parameters.spin_offs, &ctx.parameters.transfer);
        let price = ctx.world.price;
        let rate = ctx.world.sme_loan_rate + p.risk_premium;
        let cost =
            |field: usize, leave| founding_cost(rate, price, state.people.wage[field], leave, p);
        Self {
            cost: std::array::from_fn(|field| [cost(field, false), cost(field, true)]),
            ability: bargain::ability(p.grown_sales * price, 1.0, price, t),
            gap_cost: t.gap_cost,
            price,
            keep: t.keep_cost * price,
            insisted: bargain::insisted(ctx.seen.rights.appraisal_push, t),
        }
    }
}

impl Market {
    /// Quality below which less than a share `least` of inventors would found, whatever the unit,
    /// the field and the readiness.
    pub(super) fn cut(&self, terms: &[Terms], least: f64, p: &SpinOffParameters) -> f64 {
        let income = terms.iter().map(|unit| unit.income).fold(0.0, max);
        let cost = self.cost.iter().flatten().copied().fold(f64::INFINITY, min);
        cost * exp(p.cost_log_sd * normal_quantile(least)) / (income * self.ability)
    }
}

/// Columns of a strip of inventions.
pub(super) struct Strip {
    quality: Column,
    readiness: Column,
    seen: Column,
    income: Column,
    blame: Column,
    cost: Column,
    /// 0 where the unit has no say.
    asks: Column,
    /// Share of the inventors who would found.
    share: Column,
    /// Stake that the unit keeps \[mn\].
    stake: Column,
    /// Least stake it lets the invention go for \[mn\].
    reserve: Column,
}

impl Strip {
    /// A strip of nothing.
    pub(super) const EMPTY: Self = Self {
        quality: [1.0; STRIP],
        readiness: [0.0; STRIP],
        seen: [0.0; STRIP],
        income: [0.0; STRIP],
        blame: [0.0; STRIP],
        cost: [1.0; STRIP],
        asks: [0.0; STRIP],
        share: [0.0; STRIP],
        stake: [0.0; STRIP],
        reserve: [0.0; STRIP],
    };

    /// Sets what the inventors see who are to choose.
    pub(super) fn gather(
        &mut self,
        choices: &[Choice],
        terms: &[Terms],
        market: &Market,
        state: &State,
    ) {
        let v = &state.universities.inventions;
        let mut rows = [0; STRIP];
        for (row, choice) in rows.iter_mut().zip(choices) {
            *row = choice.row;
        }
        let rows = &rows[..choices.len()];
        gather(&v.quality, rows, &mut self.quality);
        gather(&v.readiness, rows, &mut self.readiness);
        gather(&v.seen, rows, &mut self.seen);
        for (r, &row) in rows.iter().enumerate() {
            let row = row as usize;
            let unit = &terms[v.unit[row] as usize];
            self.income[r] = unit.income;
            self.blame[r] = unit.blame;
            self.cost[r] = market.cost[usize::from(v.field[row])][usize::from(unit.on_leave)];
            self.asks[r] = f64::from(!unit.is_bound);
        }
    }
}

impl Strip {
    /// Notes the choices of the first inventions.
    pub(super) fn note(&self, choices: &mut [Choice]) {
        for (r, choice) in choices.iter_mut().enumerate() {
            choice.share = self.share[r];
            choice.refused = self.stake[r] < self.reserve[r];
        }
    }
}

crate::dispatched! {
    /// Shares, stakes and reserve prices of a strip.
    pub(super) fn weigh(strip: &mut Strip, market: &Market, p: &SpinOffParameters) {
        for r in 0..STRIP {
            let value = own_value(strip.quality[r], strip.readiness[r], market.ability, market.gap_cost);
            let (income, cost) = (strip.income[r], strip.cost[r]);
            strip.share[r] = founding_share(income * value, cost, p);
            strip.stake[r] = (1.0 - income) * value;
            let seen = market.price * exp(strip.seen[r]);
            let asked = bargain::reserve(seen, strip.blame[r], market.keep, market.insisted);
            strip.reserve[r] = strip.asks[r] * asked;
        }
    }
}
