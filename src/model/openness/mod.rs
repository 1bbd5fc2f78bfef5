//! Lets the world in: imported inputs, links that carry knowledge, exports, retaliation.
//!
//! All published factors are relative to the undisturbed world that the drivers describe,
//! so they are exactly 1 (additions exactly 0) until a lever leaves its status-quo value.

mod inputs;
mod links;
mod parameters;

#[cfg(test)]
mod tests;

pub use inputs::{
    input_cost, join, learning, learnt_gap, redesign, reference_gap, substitute_invest,
    support_rate, want_import,
};
pub use links::{demand_factor, link_gain, link_join, move_link, retaliation_chance};
pub use parameters::OpennessParameters;

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::{FIELDS, Ownership};
use super::people::data_compute_price;
use super::population::block_of;
use super::state::State;
use crate::base::math::{clamp, max, min};
use crate::base::rng::Purpose;

/// Stocks and published factors of openness.
#[derive(Clone, Debug, PartialEq)]
pub struct OpennessState {
    /// Demand for domestic first sets over the undisturbed one, by field.
    pub domestic_turn: [f64; FIELDS],
    /// Demand of a field over what it would be with undisturbed exports.
    pub demand_factor: [f64; FIELDS],
    /// Cost of R&D inputs over the undisturbed one, by field.
    pub input_cost: [f64; FIELDS],
    /// Addition to the world frontier that imitators see, by field \[log points\].
    pub inflow: [f64; FIELDS],
    /// Researchers who return beyond the undisturbed flow \[thousand/yr\].
    pub returnees: f64,
    /// Extra use that domestic makers have learnt from, by field \[years of full use\].
    pub use_years: [f64; FIELDS],
    /// Inputs of cut-off users that have redesigned, by field \[share of inputs\].
    pub adapted: [f64; FIELDS],
    /// Partners, foreign centres, returnees over the undisturbed stocks.
    pub links: [f64; 3],
    /// Part of closed exports sold elsewhere \[share\].
    pub diverted: f64,
    /// Export access taken by retaliation \[share\].
    pub closed: f64,
    /// Imported inputs undisturbed \[mn/yr\], share of makers that take support.
    pub support: [f64; 2],
}

impl Default for OpennessState {
    fn default() -> Self {
        Self {
            domestic_turn: [1.0; FIELDS],
            demand_factor: [1.0; FIELDS],
            input_cost: [1.0; FIELDS],
            inflow: [0.0; FIELDS],
            returnees: 0.0,
            support: [0.0; 2],
            use_years: [0.0; FIELDS],
            adapted: [0.0; FIELDS],
            links: [1.0; 3],
            diverted: 0.0,
            closed: 0.0,
        }
    }
}

impl OpennessState {
    /// State at the start of the warm-up.
    pub fn found(_state: &State, _ctx: &Context) -> Self {
        Self::default()
    }
}

/// Imported share of a field's inputs, undisturbed; electronics and machinery import more.
fn imported_share(field: usize, ctx: &Context) -> f64 {
    let tilt = ctx.parameters.openness.import_tilt;
    let over = match block_of(field) {
        0 | 3 => 1.0 + tilt,
        _ => 1.0 - tilt / 3.0, // derived: 8 of 32 fields are tilted, so the mean stays 1
    };
    clamp(ctx.world.import_share * over, 0.0, 1.0)
}

/// Value of each field's imported inputs, undisturbed \[mn/yr\].
fn imported_value(state: &State, ctx: &Context) -> [f64; FIELDS] {
    let firms = &state.firms;
    let mut value = [0.0; FIELDS];
    for i in 0..firms.len() {
        if firms.alive[i] {
            value[firms.field[i] as usize] += firms.weight[i] * firms.rd[i];
        }
    }
    for (field, value) in value.iter_mut().enumerate() {
        *value *= imported_share(field, ctx);
    }
    value
}

/// Moves inputs, links and exports a quarter on ; [`pay`] pays what the levers promise.
pub fn turn(state: &mut State, ctx: &Context) {
    let imported: f64 = imported_value(state, ctx).iter().sum();
    let takeup = supply(&mut state.openness, imported, ctx);
    let open = &mut state.openness;
    join_links(open, ctx);
    export(open, ctx);
    let data_compute = data_compute_price(ctx);
    for i in 0..state.firms.len() {
        let field = state.firms.field[i] as usize;
        state.firms.input_price[i] = state.openness.input_cost[field] * data_compute;
    }
    state.openness.support = [imported, takeup];
}

/// Users choose suppliers, makers learn; gives the share of makers that invest, over all
/// fields weighted equally.
fn supply(open: &mut OpennessState, imported: f64, ctx: &Context) -> f64 {
    let p = &ctx.parameters.openness;
    let sd = p.substitute_spread;
    let access = ctx.seen.openness.input_access;
    let support = ctx.seen.openness.substitute_support * 1000.0; // derived: bn to mn
    let rate = support_rate(support, imported, p);
    let idle = substitute_invest(0.0, 0.0, p);
    let mut investing = 0.0;
    for field in 0..FIELDS {
        let reference = reference_gap(imported_share(field, ctx), sd);
        let gap = learnt_gap(reference, open.use_years[field], p);
        let before = want_import(reference, sd);
        let want = want_import(gap, sd);
        let bought = access * want;
        let cost =
            input_cost(gap, access, open.adapted[field], p) / input_cost(reference, 1.0, 0.0, p);
        // losing a supplier does not make inputs cheaper than they would be with it: what is
        // learnt shortens the damage, and only support can turn it into a gain
        let floor = if support > 0.0 { 0.0 } else { 1.0 };
        open.input_cost[field] = max(cost, floor);
        // derived: keeps the ratio finite where all is imported
        open.domestic_turn[field] = max(1.0 - bought, 1e-6) / max(1.0 - before, 1e-6);
        let turned = max(1.0 - bought / before, 0.0);
        let invest = substitute_invest(turned, rate, p);
        open.use_years[field] += learning(turned, invest, idle, p) / 4.0; // derived: quarters
        open.adapted[field] = redesign(
            open.adapted[field],
            (1.0 - access) * want,
            p.redesign_hazard,
        );
        investing += invest;
    }
    investing / FIELDS as f64
}

/// Partners, centres and researchers decide; stocks follow.
fn join_links(open: &mut OpennessState, ctx: &Context) {
    let p = &ctx.parameters.openness;
    let seen = &ctx.seen.openness;
    let access = seen.knowledge_access;
    let funded = min(seen.partner_funding / p.partner_cost, 1.0);
    let paid = seen.talent_support / p.talent_pay;
    let talent = link_join(p.talent_join, paid, access, p);
    let [a, b, c] = open.links;
    open.links = [
        move_link(
            a,
            link_join(p.partner_join, funded, access, p),
            p.partner_speed,
        ),
        move_link(
            b,
            link_join(p.centre_join, seen.centre_incentive, access, p),
            p.centre_speed,
        ),
        move_link(c, talent, p.talent_speed),
    ];
    open.returnees = p.talent_inflow * (talent - 1.0);
    open.inflow = [p.inflow_strength * link_gain(&open.links, p); FIELDS];
}

/// Blocs answer while an access lever is below 1; exporters open other markets.
fn export(open: &mut OpennessState, ctx: &Context) {
    let p = &ctx.parameters.openness;
    let seen = &ctx.seen.openness;
    let least = min(
        seen.input_access,
        min(seen.knowledge_access, seen.market_access),
    );
    let chance = retaliation_chance(least, p);
    let mut answers = 0.0;
    if least < 1.0 {
        for bloc in 0..p.partners as u32 {
            if ctx.uniform(bloc, 0, 0, Purpose::Retaliation) < chance {
                answers += 1.0;
            }
        }
    }
    open.closed -= open.closed * min(0.25 / p.retaliation_years, 1.0); // derived: quarter of a year
    open.closed = min(open.closed + answers * p.retaliation_step, 1.0);
    let access = seen.market_access * (1.0 - open.closed);
    open.demand_factor = [demand_factor(ctx.world.export_share, access, open.diverted); FIELDS];
    let wanted = if access < 1.0 { p.diversion_share } else { 0.0 };
    open.diverted = move_link(open.diverted, wanted, p.diversion_speed);
}

/// Books the quarter's support: substitutes and centres to firms, partners, returnees.
pub fn pay(state: &mut State, ctx: &Context) {
    let [imported, takeup] = state.openness.support;
    let p = &ctx.parameters.openness;
    let law = &ctx.law.openness;
    let [_, centres, returnees] = state.openness.links;
    if law.substitute_support > 0.0 || law.centre_incentive > 0.0 {
        // derived: bn to mn
        let rate = if imported > 0.0 {
            takeup * law.substitute_support * 1000.0 / imported // derived: bn to mn
        } else {
            0.0
        };
        let terms = law.centre_incentive * p.centre_share * centres;
        for i in 0..state.firms.len() {
            if !state.firms.alive[i] {
                continue;
            }
            let share = imported_share(state.firms.field[i] as usize, ctx);
            let foreign = state.firms.ownership[i] == Ownership::Foreign;
            let reach = rate * share + if foreign { terms } else { 0.0 };
            let amount = reach * state.firms.rd[i] / 4.0; // derived: quarters a year
            state.firms.cash[i] += amount;
            let booked = state.firms.weight[i] * amount;
            let books = &mut state.books;
            books.pay(
                Account::Central,
                Account::Firms,
                Instrument::Openness,
                booked,
            );
        }
    }
    let years = 1.0 / p.talent_speed;
    let talent = law.talent_support * p.talent_inflow * years * returnees; // thousand · thousand yuan
    for (to, yearly) in [
        (Account::Households, talent),
        (Account::Rest, law.partner_funding * 1000.0), // derived: bn to mn
    ] {
        let books = &mut state.books;
        books.pay(Account::Central, to, Instrument::Openness, yearly / 4.0); // derived: quarters
    }
}
