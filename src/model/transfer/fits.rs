//! What is each invention worth to each firm that its search came upon? All pairs of a
//! quarter, in columns.

use super::offers::Offers;
use super::partners::{NOBODY, Partner};
use super::{TransferParameters, bargain};
use crate::base::math;
use crate::base::rng::{Key, Purpose};
use crate::model::population::field_distance;

crate::dispatched! {
    /// Values in use; the noise of a match is kept over quarters, as a trait of the pair.
    fn values_in_use(
        key: Key,
        invention: &[u32],
        firm: &[u32],
        pair: &[u32],
        worth: &[f64],
        misfit: &[f64],
        spread: f64,
        out: &mut [f64],
    ) {
        let n = out.len();
        let (invention, firm, pair) = (&invention[..n], &firm[..n], &pair[..n]);
        let (worth, misfit) = (&worth[..n], &misfit[..n]);
        for i in 0..n {
            let (member, lot) = (pair[i] >> 16, pair[i] & 0xFFFF);
            let u = key.uniform(invention[i], firm[i], member, lot, Purpose::Choice);
            let noise = math::normal_quantile(math::max(u, f64::EPSILON));
            out[i] = bargain::value_in_use(worth[i], misfit[i], noise, spread);
        }
    }
}

/// Pairs of lots and firms.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fits {
    invention: Vec<u32>,
    firm: Vec<u32>,
    /// Member of the firm agent and number of the lot, 16 bits each.
    pair: Vec<u32>,
    worth: Vec<f64>,
    misfit: Vec<f64>,
    /// The firms.
    pub(super) met: Vec<Partner>,
    /// Value in use \[mn\].
    pub(super) usage: Vec<f64>,
}

impl Fits {
    /// Values in use of all pairs of a lot and a firm that one of its `draws` came upon, in
    /// the order of searches. Draws of one lot that come upon the same agent meet different
    /// real firms of it, as many as it stands for.
    pub(super) fn value(
        &mut self,
        offers: &Offers,
        draws: usize,
        found: &[u32],
        rows: &[Partner],
        key: Key,
        p: &TransferParameters,
    ) {
        for column in [&mut self.invention, &mut self.firm, &mut self.pair] {
            column.clear();
        }
        self.worth.clear();
        self.misfit.clear();
        self.met.clear();
        // short, so that looking up one firm does not wait for another
        self.met
            .extend(found.iter().filter_map(|&row| rows.get(row as usize)));
        let mut met = self.met.iter();
        for (lot, found) in offers.lots.iter().zip(found.chunks(draws)) {
            let offer = &offers.all[lot.offer as usize];
            for (draw, &row) in found.iter().enumerate() {
                if row == NOBODY {
                    continue;
                }
                let partner = met.next().expect("one firm for each pair");
                let distance = field_distance(usize::from(offer.field), usize::from(partner.field));
                let need = partner.need || (offer.posed && distance == 0.0);
                let wanted = if need { 1.0 } else { p.no_need };
                let member = (draw as u32).min(partner.members - 1);
                self.invention.push(offer.id);
                self.firm.push(partner.id);
                self.pair.push(member << 16 | lot.number & 0xFFFF);
                self.worth.push(offer.quality * partner.ability * wanted);
                self.misfit.push(bargain::misfit(distance, offer.gap, p));
            }
        }
        self.usage.resize(self.worth.len(), 0.0);
        values_in_use(
            key,
            &self.invention,
            &self.firm,
            &self.pair,
            &self.worth,
            &self.misfit,
            p.match_log_sd,
            &mut self.usage,
        );
    }
}
