//! What is offered this quarter? Inventions that are worked or posted, one short row each, and
//! the lots of real cases that search together.

use super::bargain::{self, Shield};
use super::{TransferParameters, search};
use crate::base::math;
use crate::model::context::Context;
use crate::model::state::State;

/// Highest readiness level.
const READY: f64 = 9.0; // derived: TRL scale

/// An invention that looks for a partner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Offer {
    /// Value to a well-fitting firm, prices of 2020 \[mn\].
    pub(super) quality: f64,
    /// Readiness missing \[TRL\].
    pub(super) gap: f64,
    /// Log of the value the owner sees, prices of 2020.
    pub(super) log_seen: f64,
    /// Value the owner sees, at current prices \[mn\].
    pub(super) seen: f64,
    /// Its id and row.
    pub(super) id: u32,
    pub(super) row: u32,
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
    /// Place of the invention among the offers.
    pub(super) offer: u32,
    /// Its number among the invention's lots.
    pub(super) number: u32,
    /// Real cases.
    pub(super) mass: f64,
}

/// Offers and their lots.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Offers {
    /// Offers.
    pub(super) all: Vec<Offer>,
    /// Lots, those of one offer together.
    pub(super) lots: Vec<Lot>,
    log_seen: Vec<f64>,
    value: Vec<f64>,
}

crate::dispatched! {
    /// Values whose logs are given, at current prices.
    fn values(log_seen: &[f64], price: f64, out: &mut [f64]) {
        for (&log, value) in log_seen.iter().zip(out) {
            *value = price * math::exp(log);
        }
    }
}

impl Offers {
    /// Draws up offers of the given rows of inventions and real cases.
    pub(super) fn draw_up(&mut self, picked: &[(u32, f64)], state: &State, ctx: &Context) {
        let v = &state.universities.inventions;
        let units = &state.universities.units;
        let (rights, licensing) = (&ctx.seen.rights, &ctx.seen.licensing);
        self.log_seen.clear();
        self.log_seen
            .extend(picked.iter().map(|pick| v.seen[pick.0 as usize]));
        self.value.resize(picked.len(), 0.0);
        values(&self.log_seen, ctx.world.price, &mut self.value);
        self.all.clear();
        // short, so that looking up one invention does not wait for another
        let logs = self.log_seen.iter().zip(&self.value);
        self.all
            .extend(picked.iter().zip(logs).map(|(pick, (&log_seen, &seen))| {
                let row = pick.0 as usize;
                let unit = v.unit[row] as usize;
                Offer {
                    quality: v.quality[row],
                    gap: math::max(0.0, READY - v.readiness[row]),
                    log_seen,
                    seen,
                    unit: v.unit[row],
                    id: v.id[row],
                    row: pick.0,
                    region: v.region[row],
                    field: v.field[row],
                    posed: v.posed[row],
                    separate: units.separate_rank[unit] < rights.separate_assets,
                    trials: units.trial_rank[unit] < licensing.use_first_pay_later,
                }
            }));
        let p = &ctx.parameters.transfer;
        let sampled = p.lot_share / ctx.scale;
        self.lots.clear();
        for (offer, pick) in picked.iter().enumerate() {
            let (n, mass) = search::lots(pick.1, sampled, p.lot);
            let offer = offer as u32;
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
