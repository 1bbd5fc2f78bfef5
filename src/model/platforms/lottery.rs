//! In what order do projects get places where these are short?

use crate::base::rng::{Key, Purpose};

/// A project that waits for a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Applicant {
    pub mass: f64,
    /// Place among the projects under review.
    pub project: u32,
    /// Id of its firm.
    pub firm: u32,
    /// Id of its invention.
    pub invention: u32,
    pub region: u8,
}

/// Keyed order of applicants where places are short.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Lottery {
    inventions: Vec<u32>,
    firms: Vec<u32>,
    draws: Vec<f64>,
    /// First place of each bin of draws, then the first behind it.
    bins: Vec<u32>,
    /// Applicants from the smallest draw on.
    order: Vec<u32>,
}

crate::dispatched! {
    /// Keyed place of each project in a year's queue for a platform, both in `number`.
    fn fill_places(key: Key, inventions: &[u32], firms: &[u32], number: u32, out: &mut [f64]) {
        let n = out.len();
        let (inventions, firms) = (&inventions[..n], &firms[..n]);
        for i in 0..n {
            out[i] = key.uniform(inventions[i], firms[i], 0, number, Purpose::Funnel);
        }
    }
}

impl Lottery {
    /// Draws for the applicants of a `queue`; gives their order.
    pub(super) fn hold(&mut self, queue: &[Applicant], number: u32, key: Key) -> &[u32] {
        self.inventions.clear();
        self.inventions.extend(queue.iter().map(|a| a.invention));
        self.firms.clear();
        self.firms.extend(queue.iter().map(|a| a.firm));
        self.draws.resize(queue.len(), 0.0);
        let out = &mut self.draws;
        fill_places(key, &self.inventions, &self.firms, number, out);
        line_of(&self.draws, &mut self.bins, &mut self.order);
        &self.order
    }
}

/// Places of uniform `draws` from the smallest on, equal ones as they stand: as many bins as
/// draws hold about one each, so that few are left to exchange.
///
/// Example: draws 0.7, 0.1, 0.6 stand in the order 1, 2, 0.
fn line_of(draws: &[f64], bins: &mut Vec<u32>, order: &mut Vec<u32>) {
    let n = draws.len();
    let bin = |draw: f64| (draw * n as f64) as usize; // below n, as draws are below 1
    bins.clear();
    bins.resize(n + 1, 0);
    for &draw in draws {
        bins[bin(draw) + 1] += 1;
    }
    for k in 0..n {
        bins[k + 1] += bins[k];
    }
    order.resize(n, 0);
    for (i, &draw) in draws.iter().enumerate() {
        let place = &mut bins[bin(draw)];
        order[*place as usize] = i as u32;
        *place += 1;
    }
    for k in 1..n {
        let (mut k, at) = (k, order[k]);
        while k > 0 && draws[order[k - 1] as usize] > draws[at as usize] {
            order[k] = order[k - 1];
            k -= 1;
        }
        order[k] = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_line_up_by_size_and_equal_ones_as_they_stand() {
        let line = |draws: &[f64]| {
            let (mut bins, mut order) = (vec![9], vec![7; 2]);
            line_of(draws, &mut bins, &mut order);
            order
        };
        assert_eq!(line(&[0.7, 0.1, 0.6]), [1, 2, 0]);
        assert_eq!(line(&[0.5, 0.9999, 0.5, 0.4999]), [3, 0, 2, 1]);
        assert!(line(&[]).is_empty());
    }
}
