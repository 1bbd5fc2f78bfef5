//! When does a firm feel a need for technology?

use super::{MARKETS, market_of, need_hazard, probability};
use crate::base::rng::{Purpose, fill_uniform};
use crate::base::select;
use crate::model::context::Context;
use crate::model::state::State;

/// Opens and expires technology needs, once a year a firm, staggered by its id.
pub(super) fn turn_needs(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.demand;
    let firms = &mut state.firms;
    let market = &mut state.market;
    let turn = ctx.q().rem_euclid(4) as u32;
    let expiry = probability(p.need_expiry, 1.0);
    // chance of an opening by market, without R&D and with it
    let mut opening = [[0.0; 2]; MARKETS];
    for (chances, growth) in opening.iter_mut().zip(market.growth) {
        let growth = 4.0 * (growth - ctx.world.price_growth); // derived: a year
        *chances = [false, true].map(|does_rd| probability(need_hazard(does_rd, growth, p), 1.0));
    }
    select::list(firms.len(), &mut market.turn_row, |from, flags| {
        turn_now(turn, &firms.id[from..], &firms.alive[from..], flags);
    });
    market.turn_id.clear();
    let ids = market.turn_row.iter().map(|&row| firms.id[row as usize]);
    market.turn_id.extend(ids);
    let count = market.turn_row.len();
    market.draw.resize(count, 0.0);
    let q = ctx.q() as u32;
    fill_uniform(
        ctx.key,
        &market.turn_id,
        q,
        0,
        Purpose::Need,
        &mut market.draw,
    );
    let tally = &mut market.tally;
    for (&row, &u) in market.turn_row.iter().zip(&market.draw) {
        let i = row as usize;
        if firms.need[i] {
            if u < expiry {
                firms.need[i] = false;
                tally.needs_expired += firms.weight[i];
            }
        } else {
            let m = market_of(firms.field[i], firms.segment[i]);
            if u < opening[m][usize::from(firms.rd[i] > 0.0)] {
                firms.need[i] = true;
                tally.needs_opened += firms.weight[i];
            }
        }
    }
    select::list(firms.len(), &mut market.turn_row, |from, flags| {
        need_now(&firms.need[from..], &firms.alive[from..], flags);
    });
    for &row in &market.turn_row {
        tally.open_needs += firms.weight[row as usize];
    }
}

crate::dispatched! {
    /// Flags firms in business whose needs turn in quarter `turn` of a year.
    fn turn_now(turn: u32, id: &[u32], alive: &[bool], flags: &mut [bool]) {
        for ((flag, &id), &alive) in flags.iter_mut().zip(id).zip(alive) {
            *flag = (id % 4 == turn) & alive; // derived: one quarter of the year each
        }
    }
}

crate::dispatched! {
    /// Flags firms in business with an open need.
    fn need_now(need: &[bool], alive: &[bool], flags: &mut [bool]) {
        for ((flag, &need), &alive) in flags.iter_mut().zip(need).zip(alive) {
            *flag = need & alive;
        }
    }
}
