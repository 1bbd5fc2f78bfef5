//! What is each invention worth to each firm that its search came upon?

use super::TransferParameters;
use super::bargain;
use super::offers::{Lot, Offer};
use super::partners::{NOBODY, Partner};
use crate::base::rng::{Key, Purpose};
use crate::base::room::have_room;
use crate::base::{math, strip};
use crate::model::context::Context;
use crate::model::population::field_distance;
use std::hint::select_unpredictable;

/// Pairs valued together.
const STRIP: usize = strip::ROWS;

/// Pairs of a lot and a firm, in columns.
#[derive(Clone, Debug)]
struct Pairs {
    /// The firms.
    met: [Partner; STRIP],
    invention: [u32; STRIP],
    firm: [u32; STRIP],
    /// Member of the firm agent and number of the lot, 16 bits each.
    member: [u32; STRIP],
    /// Value to a well-fitting firm, less to one without need, prices of 2020 \[mn\]: none where
    /// nobody was found.
    worth: [f64; STRIP],
    /// What distance and missing readiness take off \[log points\].
    misfit: [f64; STRIP],
    sales: [f64; STRIP],
    absorptive: [f64; STRIP],
    /// Worth for the certificate or to oblige, whichever is more \[mn\].
    other: [f64; STRIP],
}

impl Pairs {
    fn none() -> Self {
        Self {
            met: [Partner::default(); STRIP],
            invention: [0; STRIP],
            firm: [0; STRIP],
            member: [0; STRIP],
            worth: [0.0; STRIP],
            misfit: [0.0; STRIP],
            sales: [0.0; STRIP],
            absorptive: [0.0; STRIP],
            other: [0.0; STRIP],
        }
    }

    /// Looks up the firms found, any where a search found nobody: short, so that looking up one
    /// does not wait for another.
    fn meet(&mut self, found: &[u32], rows: &[Partner]) {
        for (met, &row) in self.met.iter_mut().zip(found) {
            *met = rows[if row == NOBODY { 0 } else { row as usize }];
        }
    }

    /// Gathers what each lot's invention and the firms met are, of those found; `order` is
    /// the worth of obliging \[mn\].
    fn gather(
        &mut self,
        lots: &[Lot],
        offers: &[Offer],
        draws: usize,
        found: &[u32],
        order: f64,
        p: &TransferParameters,
    ) {
        let mut i = 0;
        for lot in lots {
            let offer = &offers[lot.offer as usize];
            for draw in 0..draws.min(STRIP - i) {
                let firm = self.met[i];
                let distance = field_distance(usize::from(offer.field), firm.field());
                let need = firm.need() | (offer.posed & (distance == 0.0));
                let wanted = select_unpredictable(need, 1.0, p.no_need);
                let there = f64::from(u8::from(found[i] != NOBODY));
                let member = (draw as u32).min(firm.members() - 1);
                self.invention[i] = offer.id;
                self.firm[i] = firm.id();
                self.member[i] = member << 16 | lot.number & 0xFFFF;
                self.worth[i] = offer.quality * wanted * there;
                self.misfit[i] = bargain::misfit(distance, offer.gap, p);
                self.sales[i] = firm.sales();
                self.absorptive[i] = firm.absorptive();
                let obliging = if firm.friendly() { order } else { 0.0 };
                self.other[i] = there * math::max(firm.certificate(), obliging);
                i += 1;
            }
        }
    }
}

crate::dispatched! {
    /// Values in use of the first pairs of a strip, and those of the motive that is worth most;
    /// the noise of a match is kept over quarters, as a trait of the pair.
    fn appraise(
        key: Key,
        price: f64,
        p: &TransferParameters,
        pairs: &Pairs,
        usage: &mut [f64],
        value: &mut [f64],
    ) {
        let n = usage.len().min(STRIP);
        let (mut noise, mut size) = ([0.0; STRIP], [0.0; STRIP]);
        for i in 0..n {
            let words = [pairs.firm[i], pairs.member[i], Purpose::Choice as u32];
            noise[i] = math::max(strip::pair(key, pairs.invention[i], words).0, f64::EPSILON);
        }
        strip::quantiles(&mut noise[..n]);
        for i in 0..n {
            size[i] = bargain::log_size(pairs.sales[i], price, p);
        }
        for (i, (usage, value)) in usage.iter_mut().zip(value).enumerate().take(n) {
            let worth = pairs.worth[i] * price * bargain::usable(pairs.absorptive[i], p);
            let misfit = pairs.misfit[i] - size[i];
            *usage = bargain::value_in_use(worth, misfit, noise[i], p.match_log_sd);
            *value = math::max(*usage, pairs.other[i]);
        }
    }
}

/// Values of all pairs of a block, by search \[mn\].
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fits {
    /// Value in use.
    usage: Vec<f64>,
    /// Value by the motive that is worth most.
    value: Vec<f64>,
}

/// The firm of those that a lot came upon to which it is worth most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Best {
    /// Place of the search that found it.
    pub(super) search: usize,
    /// What the lot is worth to it, by the motive that is worth most \[mn\].
    pub(super) value: f64,
    /// What it is worth in use \[mn\].
    pub(super) usage: f64,
}

impl Fits {
    /// Has room for `n` pairs.
    pub(super) fn make_room(&mut self, n: usize) {
        have_room(&mut self.usage, n);
        have_room(&mut self.value, n);
    }

    /// Values all pairs of a lot and a firm that one of its `draws` came upon, in the order of
    /// searches; `order` is the worth of obliging \[mn\]. Draws of one lot that come upon the same
    /// agent meet different real firms of it, as many as it stands for. A search that found nobody
    /// is worth nothing.
    pub(super) fn value(
        &mut self,
        (offers, lots): (&[Offer], &[Lot]),
        draws: usize,
        found: &[u32],
        rows: &[Partner],
        order: f64,
        ctx: &Context,
    ) {
        let p = &ctx.parameters.transfer;
        self.usage.resize(found.len(), 0.0);
        self.value.resize(found.len(), 0.0);
        if rows.is_empty() {
            self.value.fill(0.0);
            return;
        }
        let mut pairs = Pairs::none();
        let strip = STRIP / draws;
        let met = lots.chunks(strip).zip(found.chunks(strip * draws));
        let usage = self.usage.chunks_mut(strip * draws);
        let values = usage.zip(self.value.chunks_mut(strip * draws));
        for ((lots, found), (usage, value)) in met.zip(values) {
            pairs.meet(found, rows);
            pairs.gather(lots, offers, draws, found, order, p);
            appraise(ctx.key, ctx.world.price, p, &pairs, usage, value);
        }
    }

    /// Of the firms that a lot's searches from `first` on found, the first of the highest value.
    #[inline]
    pub(super) fn best(&self, first: usize, draws: usize) -> Best {
        let values = &self.value[first..first + draws];
        let (mut best, mut highest) = (0, values[0]);
        for (draw, &value) in values.iter().enumerate().skip(1) {
            // which is the best is for chance to decide: no branch foretells it
            best = select_unpredictable(value > highest, draw, best);
            highest = math::max(highest, value);
        }
        let search = first + best;
        Best {
            search,
            value: highest,
            usage: self.usage[search],
        }
    }
}
