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
    /// Words of the firms, see [`Partner`].
    met: [[u64; STRIP]; 2],
    invention: [u32; STRIP],
    /// Number of the lot, and of the draw among its draws.
    lot: [u32; STRIP],
    draw: [u32; STRIP],
    /// Value to a well-fitting firm, prices of 2020 \[mn\].
    quality: [f64; STRIP],
    /// Readiness missing \[TRL\].
    gap: [f64; STRIP],
    /// Distance of fields \[0..1\].
    distance: [f64; STRIP],
    /// Whether the invention answers a need that firms posed.
    posed: [bool; STRIP],
}

impl Pairs {
    fn none() -> Self {
        Self {
            met: [[0; STRIP]; 2],
            invention: [0; STRIP],
            lot: [0; STRIP],
            draw: [0; STRIP],
            quality: [0.0; STRIP],
            gap: [0.0; STRIP],
            distance: [0.0; STRIP],
            posed: [false; STRIP],
        }
    }

    /// Looks up the firms found, any where a search found nobody: short, so that looking up one
    /// does not wait for another.
    fn meet(&mut self, found: &[u32], rows: &[Partner]) {
        let [first, second] = &mut self.met;
        for ((first, second), &row) in first.iter_mut().zip(second).zip(found) {
            let Partner(words) = rows[if row == NOBODY { 0 } else { row as usize }];
            [*first, *second] = words;
        }
    }

    /// The firm of the `i`-th pair.
    #[inline(always)]
    #[allow(clippy::inline_always)] // part of a strip loop
    fn firm(&self, i: usize) -> Partner {
        Partner([self.met[0][i], self.met[1][i]])
    }

    /// Gathers what each lot's invention is, and how far the firms met are from it: little, as
    /// what firms are is unfolded in a strip loop.
    fn gather(&mut self, lots: &[Lot], offers: &[Offer], draws: usize) {
        let mut i = 0;
        for lot in lots {
            let offer = &offers[lot.offer as usize];
            let field = usize::from(offer.field);
            for draw in 0..draws.min(STRIP - i) {
                self.invention[i] = offer.id;
                self.lot[i] = lot.number;
                self.draw[i] = draw as u32;
                self.quality[i] = offer.quality;
                self.gap[i] = offer.gap;
                self.distance[i] = field_distance(field, self.firm(i).field());
                self.posed[i] = offer.posed;
                i += 1;
            }
        }
    }
}

/// What holds for all pairs of a quarter.
#[derive(Clone, Copy)]
struct Terms<'a> {
    key: Key,
    price: f64,
    /// Worth of obliging \[mn\].
    order: f64,
    p: &'a TransferParameters,
}

crate::dispatched! {
    /// Values in use of the first pairs of a strip, and those of the motive that is worth most,
    /// none where nobody was `found`; the noise of a match is kept over quarters, as a trait of
    /// the pair.
    fn appraise(
        of: &Terms,
        pairs: &Pairs,
        found: &[u32],
        usage: &mut [f64],
        value: &mut [f64],
    ) {
        let n = usage.len().min(STRIP);
        let (found, usage, value) = (&found[..n], &mut usage[..n], &mut value[..n]);
        let p = of.p;
        let (mut noise, mut size) = ([0.0; STRIP], [0.0; STRIP]);
        for i in 0..n {
            let firm = pairs.firm(i);
            let member = pairs.draw[i].min(firm.members() - 1);
            let member = member << 16 | pairs.lot[i] & 0xFFFF; // derived: 16 bits each
            let words = [firm.id(), member, Purpose::Choice as u32];
            noise[i] = math::max(strip::pair(of.key, pairs.invention[i], words).0, f64::EPSILON);
        }
        strip::quantiles(&mut noise[..n]);
        for i in 0..n {
            size[i] = bargain::log_size(pairs.firm(i).sales(), of.price, p);
        }
        for i in 0..n {
            let (firm, distance) = (pairs.firm(i), pairs.distance[i]);
            let need = firm.need() | (pairs.posed[i] & (distance == 0.0));
            let wanted = if need { 1.0 } else { p.no_need };
            let there = if found[i] == NOBODY { 0.0 } else { 1.0 };
            let worth = pairs.quality[i] * wanted * there;
            let worth = worth * of.price * bargain::usable(firm.absorptive(), p);
            let misfit = bargain::misfit(distance, pairs.gap[i], p) - size[i];
            let obliging = if firm.friendly() { of.order } else { 0.0 };
            usage[i] = bargain::value_in_use(worth, misfit, noise[i], p.match_log_sd);
            value[i] = math::max(usage[i], there * math::max(firm.certificate(), obliging));
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
        self.usage.resize(found.len(), 0.0);
        self.value.resize(found.len(), 0.0);
        if rows.is_empty() {
            self.value.fill(0.0);
            return;
        }
        let terms = Terms {
            key: ctx.key,
            price: ctx.world.price,
            order,
            p: &ctx.parameters.transfer,
        };
        let mut pairs = Pairs::none();
        let strip = STRIP / draws;
        let met = lots.chunks(strip).zip(found.chunks(strip * draws));
        let usage = self.usage.chunks_mut(strip * draws);
        let values = usage.zip(self.value.chunks_mut(strip * draws));
        for ((lots, found), (usage, value)) in met.zip(values) {
            pairs.meet(found, rows);
            pairs.gather(lots, offers, draws);
            appraise(&terms, &pairs, found, usage, value);
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
