//! Lets the world in: imported inputs, links that carry knowledge, exports, retaliation.
//!
//! All published factors are relative to the undisturbed world that the drivers describe,
//! so they are exactly 1 (additions exactly 0) until a lever leaves its status-quo value.
//!
//! Which sign is fixed by the mechanism, and which by a prior:
//!
//! | channel | sign | fixed by |
//! |---|---|---|
//! | lost access → input cost | up, back towards 1 with learning | mechanism while `learning_limit` ≤ 1; above 1 the substitute surpasses the import in the end and cost may fall below 1: a prior, with a chance of a twentieth |
//! | support → input cost | down, only for users that are cut off or have redesigned | mechanism: through makers who invest and so learn sooner |
//! | lost access → demand for domestic first sets | up, once users have redesigned | mechanism; what it is worth to a buyer is a prior (`buyers.turn_gain`) |
//! | lost access → partners, centres, inflow | down | mechanism; the size is a prior |
//! | lost access → returnees | open | prior: push abroad less the cost of forbidden links, even about 0 |
//! | lost access → exports | down, less what is diverted | mechanism |
//! | closed doors, support → retaliation | exports down | mechanism; the size is a prior, and support may provoke nobody |

mod inputs;
mod links;
mod parameters;
mod users;

#[cfg(test)]
mod tests;

pub use inputs::{
    callable_support, closed_share, domestic_turn, input_cost, join, learning, redesign,
    substitute_invest, support_rate,
};
pub use links::{
    demand_factor, link_gain, link_join, move_link, partner_gain, provocation, retaliation_chance,
    talent_gain,
};
pub use parameters::OpennessParameters;
pub use users::{BANDS, Users, redesign_hurdle};

use super::books::{Account, Instrument};
use super::context::Context;
use super::firms::{FIELDS, Ownership};
use super::people::data_compute_price;
use super::population::block_of;
use super::state::State;
use crate::base::math::{clamp, max, min};
use crate::base::rng::Purpose;
use crate::base::strip;

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
    /// Importers that have redesigned for the substitute, by field and band \[share of the band\].
    pub home: [[f64; BANDS]; FIELDS],
    /// Partners, foreign centres, returnees over the undisturbed stocks.
    pub links: [f64; 3],
    /// Part of closed exports sold elsewhere \[share\].
    pub diverted: f64,
    /// Export access taken by retaliation \[share\].
    pub closed: f64,
    /// Imported inputs undisturbed \[mn/yr\] where there is support, share of makers that invest and so call support.
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
            home: [[0.0; BANDS]; FIELDS],
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
        let weight = if firms.alive[i] { firms.weight[i] } else { 0.0 };
        value[usize::from(firms.field[i]) % FIELDS] += weight * firms.rd[i];
    }
    for (field, value) in value.iter_mut().enumerate() {
        *value *= imported_share(field, ctx);
    }
    value
}

/// Moves inputs, links and exports a quarter on; [`pay`] pays what came of it.
pub fn turn(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.openness;
    // what is imported only bounds support
    let [seen, paid] = [ctx.seen, ctx.law].map(|policy| policy.openness.substitute_support);
    let imported = if (seen > 0.0) | (paid > 0.0) {
        imported_value(state, ctx).iter().sum()
    } else {
        0.0
    };
    let support = seen * 1000.0; // derived: bn to mn
    let rate = support_rate(support, imported, p);
    let open = &mut state.openness;
    let takeup = supply(open, rate, ctx);
    join_links(open, ctx);
    export(open, rate, ctx);
    let data_compute = data_compute_price(ctx);
    let prices = state.openness.input_cost.map(|cost| cost * data_compute);
    let firms = &mut state.firms;
    strip::look_up(&prices, &firms.field, &mut firms.input_price);
    state.openness.support = [imported, takeup];
}

/// Users choose suppliers, makers learn, support bearing a part `rate` of their cost; gives
/// the share of makers that invest, over all fields weighted equally.
fn supply(open: &mut OpennessState, rate: f64, ctx: &Context) -> f64 {
    let p = &ctx.parameters.openness;
    let cut = 1.0 - ctx.seen.openness.input_access;
    let hurdle = redesign_hurdle(p);
    let idle = substitute_invest(0.0, 0.0, p);
    let mut investing = 0.0;
    for field in 0..FIELDS {
        let share = imported_share(field, ctx);
        let home = &mut open.home[field];
        let closed = closed_share(open.use_years[field], p);
        let (mut sought, mut used) = (0.0, 0.0);
        for redesigned in home.iter() {
            sought += max(cut, *redesigned) / BANDS as f64;
            used += redesigned / BANDS as f64;
        }
        open.domestic_turn[field] = domestic_turn(share, used);
        open.input_cost[field] = 1.0;
        // nobody is cut off, has redesigned or would: all users buy as undisturbed
        if sought > 0.0 || closed > 1.0 {
            let users = Users::new(share, p.substitute_spread);
            open.input_cost[field] = input_cost(&users, share, cut, home, closed, p);
            for (band, redesigned) in home.iter_mut().enumerate() {
                let keeps = users.keeps(band, closed, hurdle);
                let leaves = users.leaves(band, closed, hurdle);
                *redesigned = redesign(*redesigned, cut, keeps, leaves, p.redesign_hazard);
            }
        }
        let undisturbed = (sought == 0.0) & (rate == 0.0);
        let invest = if undisturbed {
            idle
        } else {
            substitute_invest(sought, rate, p)
        };
        open.use_years[field] += learning(used, invest, idle, p) / 4.0; // derived: quarters
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
    let partners = link_join(p.partner_join, partner_gain(funded, access, p), p);
    let terms = partner_gain(seen.centre_incentive, access, p);
    let centres = link_join(p.centre_join, terms, p);
    let talent = link_join(p.talent_join, talent_gain(paid, access, p), p);
    let [a, b, c] = open.links;
    open.links = [
        move_link(a, partners, p.partner_speed),
        move_link(b, centres, p.centre_speed),
        move_link(c, talent, p.talent_speed),
    ];
    open.returnees = p.talent_inflow * (talent - 1.0);
    open.inflow = [p.inflow_strength * link_gain(&open.links, p); FIELDS];
}

/// Blocs answer while a door is closed or support provokes them; exporters open other markets.
fn export(open: &mut OpennessState, rate: f64, ctx: &Context) {
    let p = &ctx.parameters.openness;
    let seen = &ctx.seen.openness;
    let least = min(
        seen.input_access,
        min(seen.knowledge_access, seen.market_access),
    );
    let chance = retaliation_chance(provocation(least, rate, p), p);
    let mut answers = 0.0;
    if chance > 0.0 {
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

/// Firms pay what their R&D costs above (or, below 0, saves on) its undisturbed price:
/// `R/4·(C − 1)` to suppliers, C the cost of the field's inputs.
fn charge(state: &mut State) {
    if state.openness.input_cost.iter().all(|&cost| cost == 1.0) {
        return;
    }
    let firms = &mut state.firms;
    let mut paid = [0.0; 8];
    for i in 0..firms.len() {
        let dearer = state.openness.input_cost[firms.field[i] as usize] - 1.0;
        if firms.alive[i] && dearer != 0.0 {
            let extra = firms.rd[i] / 4.0 * dearer; // derived: quarters a year
            firms.cash[i] -= extra;
            paid[i % 8] += firms.weight[i] * extra;
        }
    }
    let (from, to) = (Account::Firms, Account::Rest);
    let paid = paid.iter().sum();
    state.books.pay(from, to, Instrument::ResearchCost, paid);
}

/// Books what dearer inputs cost firms, and the quarter's support: substitutes and centres
/// to firms, partners, returnees.
pub fn pay(state: &mut State, ctx: &Context) {
    charge(state);
    let [imported, takeup] = state.openness.support;
    let p = &ctx.parameters.openness;
    let law = &ctx.law.openness;
    let [_, centres, returnees] = state.openness.links;
    if law.substitute_support > 0.0 || law.centre_incentive > 0.0 {
        let rate = if imported > 0.0 {
            let support = law.substitute_support * 1000.0; // derived: bn to mn
            takeup * callable_support(support, imported, p) / imported
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
