//! When does a firm feel a need for technology?

use super::{DemandParameters, MARKETS, market_of, need_hazard, probability};
use crate::base::columns::Lent;
use crate::base::rng::{Purpose, fill_uniform};
use crate::base::select;
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::state::State;

/// Opens and expires technology needs, once a year a firm, staggered by its id.
pub(super) fn turn_needs(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.demand;
    let market = &mut state.market;
    let turn = ctx.q().rem_euclid(4) as u32;
    let expiry = probability(p.need_expiry, 1.0);
    let mut opening = Opening::default();
    find_chances(&market.growth, ctx.world.price_growth, p, &mut opening);
    let rooms = ctx.crew.rooms(state.firms.len(), &mut market.turning);
    let parts = (state.firms.lend(), rooms);
    let [opened, expired, open] = ctx.crew.walk(parts, |(mut firms, mut room)| {
        let turning = room.own();
        turning.line_up(&firms, turn, ctx);
        let [opened, expired] = turning.turn(&mut firms, &opening, expiry);
        [opened, expired, turning.count_open(&firms)]
    });
    market.tally.needs_opened = opened;
    market.tally.needs_expired = expired;
    market.tally.open_needs = open;
}

/// Chance of an opening by market, without R&D and with it.
struct Opening {
    without: [f64; MARKETS],
    with: [f64; MARKETS],
}

impl Default for Opening {
    fn default() -> Self {
        let none = [0.0; MARKETS];
        Self {
            without: none,
            with: none,
        }
    }
}

crate::dispatched! {
    /// Chances that a need opens within a year, of firms in markets that grow so much a quarter.
    fn find_chances(
        growth: &[f64; MARKETS],
        price_growth: f64,
        p: &DemandParameters,
        opening: &mut Opening,
    ) {
        for m in 0..MARKETS {
            let growth = 4.0 * (growth[m] - price_growth); // derived: a year
            opening.without[m] = probability(need_hazard(false, growth, p), 1.0);
            opening.with[m] = probability(need_hazard(true, growth, p), 1.0);
        }
    }
}

/// Firms of a block whose needs turn this quarter; memory is kept from quarter to quarter.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Turning {
    /// Their rows, then those of firms with an open need.
    row: Vec<u32>,
    /// Their ids.
    id: Vec<u32>,
    /// What they drew.
    draw: Vec<f64>,
}

impl Turning {
    /// Lists firms in business whose quarter of the year it is, and draws for each.
    fn line_up(&mut self, firms: &Firms<Lent>, turn: u32, ctx: &Context) {
        select::list(firms.len(), &mut self.row, |from, flags| {
            turn_now(turn, &firms.id[from..], &firms.alive[from..], flags);
        });
        self.id.clear();
        let ids = self.row.iter().map(|&row| firms.id[row as usize]);
        self.id.extend(ids);
        self.draw.resize(self.row.len(), 0.0);
        let q = ctx.q() as u32;
        fill_uniform(ctx.key, &self.id, q, 0, Purpose::Need, &mut self.draw);
    }

    /// Opens and expires needs; gives how many real firms' were opened and expired.
    fn turn(&self, firms: &mut Firms<Lent>, opening: &Opening, expiry: f64) -> [f64; 2] {
        let (mut opened, mut expired) = (0.0, 0.0);
        for (&row, &u) in self.row.iter().zip(&self.draw) {
            let i = row as usize;
            let (open, market) = (firms.need[i], market_of(firms.field[i], firms.segment[i]));
            let (without, with) = (opening.without[market], opening.with[market]);
            let opens = if firms.rd[i] > 0.0 { with } else { without };
            // few turn: one branch, mostly not taken
            if u < if open { expiry } else { opens } {
                firms.need[i] = !open;
                let turned = if open { &mut expired } else { &mut opened };
                *turned += firms.weight[i];
            }
        }
        [opened, expired]
    }

    /// How many real firms in business have an open need.
    fn count_open(&mut self, firms: &Firms<Lent>) -> f64 {
        select::list(firms.len(), &mut self.row, |from, flags| {
            need_now(&firms.need[from..], &firms.alive[from..], flags);
        });
        let mut open = 0.0;
        for &row in &self.row {
            open += firms.weight[row as usize];
        }
        open
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
