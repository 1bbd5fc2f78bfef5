//! What is each invention worth to each firm that its search came upon?

use super::TransferParameters;
use super::bargain::{self, Values};
use super::offers::{Lot, Offers};
use super::partners::{NOBODY, Partners};
use crate::base::rng::{Key, Purpose};
use crate::base::{math, strip};
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::population::field_distance;
use std::hint::select_unpredictable;

/// Pairs valued together.
const STRIP: usize = strip::ROWS;
/// A certificate that ends within a year is to be renewed.
const EXPIRING: i32 = 4; // derived: quarters a year

/// Pairs of a lot and a firm, in columns.
#[derive(Clone, Debug)]
struct Pairs {
    invention: [u32; STRIP],
    firm: [u32; STRIP],
    /// Member of the firm agent and number of the lot, 16 bits each.
    member: [u32; STRIP],
    /// Value to a well-fitting firm, less to one without need, prices of 2020 \[mn\].
    worth: [f64; STRIP],
    /// What distance and missing readiness take off \[log points\].
    misfit: [f64; STRIP],
    sales: [f64; STRIP],
    absorptive: [f64; STRIP],
    patents: [f64; STRIP],
    /// Lacks a lasting certificate that it knows of.
    lacks: [bool; STRIP],
    /// Obliges a unit that must place patents.
    friendly: [bool; STRIP],
}

impl Pairs {
    const NONE: Self = Self {
        invention: [0; STRIP],
        firm: [0; STRIP],
        member: [0; STRIP],
        worth: [0.0; STRIP],
        misfit: [0.0; STRIP],
        sales: [0.0; STRIP],
        absorptive: [0.0; STRIP],
        patents: [0.0; STRIP],
        lacks: [false; STRIP],
        friendly: [false; STRIP],
    };

    /// Gathers what firms are, in short passes, so that looking up one does not wait for another.
    fn of_firms(&mut self, found: &[u32], partners: &Partners, firms: &Firms, ctx: &Context) {
        let p = &ctx.parameters.transfer;
        let push = ctx.seen.rights.appraisal_push;
        let expires = ctx.q() + EXPIRING;
        for (i, &row) in found.iter().enumerate() {
            let row = row_or_first(row);
            self.sales[i] = firms.sales[row];
            self.absorptive[i] = firms.absorptive[row];
            self.patents[i] = firms.patents[row];
        }
        for (i, &row) in found.iter().enumerate() {
            let row = row_or_first(row);
            self.lacks[i] = firms.aware_hightech[row] & !firms.is_hightech(row, expires);
            self.friendly[i] = bargain::is_friendly(partners.rank[row], push, p);
        }
    }

    /// Gathers what each lot's invention is to the firms its draws came upon.
    fn of_inventions(
        &mut self,
        lots: &[Lot],
        offers: &Offers,
        draws: usize,
        found: &[u32],
        firms: &Firms,
        p: &TransferParameters,
    ) {
        for (k, (lot, found)) in lots.iter().zip(found.chunks(draws)).enumerate() {
            let offer = &offers.all[lot.offer as usize];
            for (draw, &row) in found.iter().enumerate() {
                let (i, row) = (k * draws + draw, row_or_first(row));
                let distance =
                    field_distance(usize::from(offer.field), usize::from(firms.field[row]));
                let need = firms.need[row] | (offer.posed & (distance == 0.0));
                let wanted = if need { 1.0 } else { p.no_need };
                let members = math::max(firms.weight[row], 1.0) as u32;
                let member = (draw as u32).min(members - 1);
                self.invention[i] = offer.id;
                self.firm[i] = firms.id[row];
                self.member[i] = member << 16 | lot.number & 0xFFFF;
                self.worth[i] = offer.quality * wanted;
                self.misfit[i] = bargain::misfit(distance, offer.gap, p);
            }
        }
    }
}

/// The row found, or any where a search found nobody.
#[inline]
fn row_or_first(row: u32) -> usize {
    if row == NOBODY { 0 } else { row as usize }
}

/// What firms make of them, in columns as long as the searches \[mn\].
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fits {
    /// Value in use.
    pub(super) usage: Vec<f64>,
    /// Worth for the certificate.
    pub(super) certificate: Vec<f64>,
    /// Worth of obliging.
    pub(super) order: Vec<f64>,
}

crate::dispatched! {
    /// Values of the first pairs of a strip; the noise of a match is kept over quarters, as a
    /// trait of the pair.
    fn appraise(
        key: Key,
        price: f64,
        p: &TransferParameters,
        pairs: &Pairs,
        usage: &mut [f64],
        certificate: &mut [f64],
        order: &mut [f64],
    ) {
        let n = usage.len().min(STRIP);
        let (mut noise, mut size) = ([0.0; STRIP], [0.0; STRIP]);
        for i in 0..n {
            let words = [pairs.firm[i], pairs.member[i], Purpose::Choice as u32];
            noise[i] = math::max(strip::pair(key, pairs.invention[i], words).0, f64::EPSILON);
        }
        for noise in &mut noise[..n] {
            *noise = math::normal_quantile(*noise);
        }
        for i in 0..n {
            size[i] = bargain::log_size(pairs.sales[i], price, p);
        }
        for (i, usage) in usage.iter_mut().enumerate().take(n) {
            let worth = pairs.worth[i] * price * bargain::usable(pairs.absorptive[i], p);
            let misfit = pairs.misfit[i] - size[i];
            *usage = bargain::value_in_use(worth, misfit, noise[i], p.match_log_sd);
        }
        let (certificate, order) = (&mut certificate[..n], &mut order[..n]);
        for i in 0..n {
            certificate[i] = bargain::value_for_certificate(pairs.patents[i], pairs.lacks[i], price, p);
            order[i] = bargain::value_of_order(pairs.friendly[i], price, p);
        }
    }
}

impl Fits {
    /// Values all pairs of a lot and a firm that one of its `draws` came upon, in the order of
    /// searches. Draws of one lot that come upon the same agent meet different real firms of
    /// it, as many as it stands for. What stands where a search found nobody is of no use.
    pub(super) fn value(
        &mut self,
        offers: &Offers,
        draws: usize,
        found: &[u32],
        partners: &Partners,
        firms: &Firms,
        ctx: &Context,
    ) {
        let p = &ctx.parameters.transfer;
        for column in [&mut self.usage, &mut self.certificate, &mut self.order] {
            column.resize(found.len(), 0.0);
        }
        if firms.len() == 0 {
            return;
        }
        let mut pairs = Pairs::NONE;
        let lots = STRIP / draws;
        let rows = self.usage.chunks_mut(lots * draws);
        let others =
            (self.certificate.chunks_mut(lots * draws)).zip(self.order.chunks_mut(lots * draws));
        let met = offers.lots.chunks(lots).zip(found.chunks(lots * draws));
        for ((lots, found), (usage, (certificate, order))) in met.zip(rows.zip(others)) {
            pairs.of_inventions(lots, offers, draws, found, firms, p);
            pairs.of_firms(found, partners, firms, ctx);
            appraise(
                ctx.key,
                ctx.world.price,
                p,
                &pairs,
                usage,
                certificate,
                order,
            );
        }
    }

    /// Values of the pair of a search.
    #[inline]
    pub(super) fn of(&self, search: usize) -> Values {
        Values {
            usage: self.usage[search],
            certificate: self.certificate[search],
            order: self.order[search],
        }
    }

    /// Of the firms that a lot's searches from `first` on `found`, the first of the highest
    /// value: its search and its row.
    #[inline]
    pub(super) fn best(&self, first: usize, found: &[u32]) -> Option<(usize, u32)> {
        let (mut best, mut highest) = (first, f64::NEG_INFINITY);
        let mut firm = NOBODY;
        for (search, &row) in (first..).zip(found) {
            let v = self.of(search);
            let value = math::max(v.usage, math::max(v.order, v.certificate));
            // which is the best is for chance to decide: no branch foretells it
            let better = (row != NOBODY) & (value > highest);
            highest = select_unpredictable(better, value, highest);
            best = select_unpredictable(better, search, best);
            firm = select_unpredictable(better, row, firm);
        }
        (firm != NOBODY).then_some((best, firm))
    }
}
