//! What is offered this quarter? Inventions that are worked or posted, one short row each, and
//! the lots of real cases that search together.

use super::bargain::{self, Shield};
use super::{TransferParameters, search};
use crate::base::math;
use crate::base::room::have_room;
use crate::model::context::Context;
use crate::model::state::State;
use crate::model::universities::Inventions;

/// Highest readiness level.
const READY: f64 = 9.0; // derived: TRL scale

/// An invention picked to look for a partner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Pick {
    /// Picks stand in the order of this number: the row of the unit that works the case, or that
    /// of a posted invention.
    pub(super) turn: u32,
    /// Row and id of the invention.
    pub(super) row: u32,
    pub(super) id: u32,
    /// Real cases.
    pub(super) mass: f64,
}

/// An invention that looks for a partner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Offer {
    /// Value to a well-fitting firm, prices of 2020 \[mn\].
    pub(super) quality: f64,
    /// Readiness missing \[TRL\].
    pub(super) gap: f64,
    /// Log of the value the owner sees, prices of 2020.
    pub(super) log_seen: f64,
    /// Quarter of disclosure (index).
    pub(super) disclosed: i32,
    /// Value the owner sees, at current prices \[mn\].
    pub(super) seen: f64,
    /// Its id and row.
    pub(super) id: u32,
    pub(super) row: u32,
    /// See [`Pick`].
    turn: u32,
    /// Row of its unit.
    pub(super) unit: u32,
    /// Its region and field.
    pub(super) region: u8,
    pub(super) field: u8,
    /// Answers a need that firms posed.
    pub(super) posed: bool,
    /// Its unit keeps inventions apart from state assets.
    pub(super) separate: bool,
    /// Its unit offers trials.
    pub(super) trials: bool,
}

/// Real cases of one invention that meet the same firms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lot {
    /// Place of the invention among the offers of its block.
    pub(super) offer: u32,
    /// Its number among the invention's lots.
    pub(super) number: u32,
    /// Real cases.
    pub(super) mass: f64,
}

/// Offers of this quarter and of the one before, in the order of their turns: many come again.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Offers {
    /// Those of this quarter, once drawn up.
    pub(super) all: Vec<Offer>,
    last: Vec<Offer>,
}

impl Offers {
    /// Turns to a quarter of offers of what was `picked`: where they are drawn up, and those of the
    /// quarter before.
    pub(super) fn turn(&mut self, picked: &Vec<Pick>) -> (&mut [Offer], &[Offer]) {
        std::mem::swap(&mut self.all, &mut self.last);
        have_room(&mut self.all, picked.capacity());
        self.all.resize(picked.len(), Offer::default());
        (&mut self.all, &self.last)
    }

    /// Forgets the offers of the quarter before.
    pub(super) fn forget(&mut self) {
        self.all.clear();
    }
}

crate::dispatched! {
    /// Values whose logs are given, at current prices.
    fn values(log_seen: &[f64], price: f64, out: &mut [f64]) {
        for (&log, value) in log_seen.iter().zip(out) {
            *value = price * math::exp(log);
        }
    }
}

/// Offers of a block on their way to the market.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Draft {
    /// Lots, those of one offer together.
    pub(super) lots: Vec<Lot>,
    /// Scratch: places of offers that were not made in the quarter before.
    new: Vec<u32>,
    log_seen: Vec<f64>,
    value: Vec<f64>,
}

impl Draft {
    /// Has room for `n` lots.
    pub(super) fn make_room(&mut self, n: usize) {
        have_room(&mut self.lots, n);
        have_room(&mut self.new, n);
        have_room(&mut self.log_seen, n);
        have_room(&mut self.value, n);
    }

    /// Draws up `offers` of the inventions picked, and their lots; `last` are all offers of the
    /// quarter before.
    pub(super) fn draw_up(
        &mut self,
        picked: &[Pick],
        last: &[Offer],
        offers: &mut [Offer],
        state: &State,
        ctx: &Context,
    ) {
        self.recall(picked, last, offers);
        self.look_up(&state.universities.inventions, offers);
        self.log_seen.clear();
        self.log_seen
            .extend(offers.iter().map(|offer| offer.log_seen));
        self.value.resize(picked.len(), 0.0);
        values(&self.log_seen, ctx.world.price, &mut self.value);
        let units = &state.universities.units;
        let (rights, licensing) = (&ctx.seen.rights, &ctx.seen.licensing);
        for (offer, &seen) in offers.iter_mut().zip(&self.value) {
            let unit = offer.unit as usize;
            offer.seen = seen;
            offer.separate = units.separate_rank[unit] < rights.separate_assets;
            offer.trials = units.trial_rank[unit] < licensing.use_first_pay_later;
        }
        self.cut(picked, ctx);
    }

    /// Begins with what was offered in the quarter before, notes what was not.
    fn recall(&mut self, picked: &[Pick], last: &[Offer], offers: &mut [Offer]) {
        self.new.clear();
        let first = picked.first().map_or(0, |pick| pick.turn);
        let mut last = &last[last.partition_point(|offer| offer.turn < first)..];
        for ((place, pick), offer) in (0..).zip(picked).zip(offers) {
            while let Some((_, later)) = (last.split_first()).filter(|(o, _)| o.turn < pick.turn) {
                last = later;
            }
            let turn = last.iter().take_while(|offer| offer.turn == pick.turn);
            let mut same = turn.filter(|offer| offer.id == pick.id && offer.row == pick.row);
            *offer = same.next().copied().unwrap_or_else(|| {
                self.new.push(place);
                Offer {
                    turn: pick.turn,
                    id: pick.id,
                    row: pick.row,
                    ..Offer::default()
                }
            });
        }
    }

    /// Looks up what is new: little else, so that one look-up does not wait for another.
    fn look_up(&self, v: &Inventions, offers: &mut [Offer]) {
        for &place in &self.new {
            let offer = &mut offers[place as usize];
            let row = offer.row as usize;
            offer.quality = v.quality[row];
            offer.gap = math::max(0.0, READY - v.readiness[row]);
            offer.log_seen = v.seen[row];
            offer.disclosed = v.disclosed[row];
            offer.unit = v.unit[row];
            offer.region = v.region[row];
            offer.field = v.field[row];
            offer.posed = v.posed[row];
        }
    }

    /// Cuts what was picked into lots.
    fn cut(&mut self, picked: &[Pick], ctx: &Context) {
        let p = &ctx.parameters.transfer;
        let sampled = p.lot_share / ctx.scale;
        self.lots.clear();
        for (offer, pick) in (0..).zip(picked) {
            let (n, mass) = search::lots(pick.mass, sampled, p.lot);
            self.lots.extend((0..n).map(|number| Lot {
                offer,
                number,
                mass,
            }));
        }
    }
}

/// What owners ask for, this quarter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asks {
    /// Blame by separate assets and stake \[share of value\].
    blame: [[f64; 2]; 2],
    keep: f64,
    insisted: f64,
}

impl Asks {
    /// Asks under the levers as seen, of posted inventions or of those worked.
    pub(super) fn of(posted: bool, ctx: &Context) -> Self {
        let p: &TransferParameters = &ctx.parameters.transfer;
        let rights = &ctx.seen.rights;
        let blame = |separate: bool, equity: bool| {
            let shield = Shield {
                separate,
                belief: rights.liability_shield,
                posted,
                equity,
                push: rights.appraisal_push,
            };
            bargain::blame(&shield, p)
        };
        Self {
            blame: [false, true].map(|separate| [false, true].map(|stake| blame(separate, stake))),
            keep: p.keep_cost * ctx.world.price,
            insisted: bargain::insisted(rights.appraisal_push, p),
        }
    }

    /// Reserve price of an offer, see [`bargain::reserve_price`] \[mn\].
    #[inline]
    pub(super) fn reserve(&self, offer: &Offer, stake: bool) -> f64 {
        let blame = self.blame[usize::from(offer.separate)][usize::from(stake)];
        bargain::reserve(offer.seen, blame, self.keep, self.insisted)
    }
}
