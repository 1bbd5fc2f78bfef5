//! What is asked of units, and what is served of it, in columns.
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::choice::{mean_contract, size_class};
use super::search::STRIP;
use super::{ContractResearchParameters, SIZE_CLASSES};
use crate::base::columns::Lent;
use crate::base::room::have_room;
use crate::base::strip::{Sum, gather};
use crate::base::{math, select};
use crate::model::firms::Firms;

/// Requests of firms to units.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Requests {
    /// Row of the firm.
    pub firm: Vec<u32>,
    /// Unit that is asked.
    pub unit: Vec<u32>,
    /// Real firms that ask \[firms\].
    pub weight: Vec<f64>,
    /// Asked by one represented firm and not yet served \[mn/yr\].
    pub amount: Vec<f64>,
    /// Mean contract of the firm \[mn\].
    pub mean: Vec<f64>,
    /// Scratch: requests that are kept.
    kept: Vec<u32>,
}

/// What a round of service adds up to, real units a year.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Served {
    /// Firms that are served.
    pub buyers: Sum,
    /// Contracts by size class.
    pub contracts: [Sum; SIZE_CLASSES],
    /// Value by size class \[mn/yr\].
    pub value: [Sum; SIZE_CLASSES],
}

crate::join_fields!(Served: buyers, contracts, value);

impl Requests {
    /// Number of requests.
    pub(super) fn len(&self) -> usize {
        self.firm.len()
    }

    /// Has room for `n` requests.
    pub(super) fn make_room(&mut self, n: usize) {
        have_room(&mut self.firm, n);
        have_room(&mut self.unit, n);
        have_room(&mut self.kept, n);
        for column in [&mut self.weight, &mut self.amount, &mut self.mean] {
            have_room(column, n);
        }
    }

    /// Drops all.
    pub(super) fn clear(&mut self) {
        self.firm.clear();
        self.unit.clear();
        for column in [&mut self.weight, &mut self.amount, &mut self.mean] {
            column.clear();
        }
    }

    /// Takes on the firms of `rows`, each of which asks its partner for what `amount` holds for
    /// it, from row `from` on; means are still R&D.
    pub(super) fn take_on(
        &mut self,
        firms: &Firms<Lent>,
        rows: &[u32],
        from: usize,
        amount: &[f64],
    ) {
        let places = rows.iter().map(|&row| row as usize);
        self.firm.extend_from_slice(rows);
        let units = places.clone().map(|i| firms.partner[i].wrapping_sub(1));
        self.unit.extend(units);
        self.weight.extend(places.clone().map(|i| firms.weight[i]));
        self.amount.extend(places.clone().map(|i| amount[i - from]));
        self.mean.extend(places.map(|i| firms.rd[i]));
    }

    /// Turns R&D into mean contracts.
    pub(super) fn set_means(&mut self, price: f64, p: &ContractResearchParameters) {
        for mean in self.mean.chunks_mut(STRIP) {
            // a full strip has no rows left over to go through one by one
            let mut strip = [1.0; STRIP];
            strip[..mean.len()].copy_from_slice(mean);
            fill_means(&mut strip, price, p);
            mean.copy_from_slice(&strip[..mean.len()]);
        }
    }

    /// Adds up by unit what is asked for \[mn/yr\] and in how many contracts, real units.
    pub(super) fn add_up(&self, asked: &mut [f64], contracts: &mut [f64]) {
        let (mut all, mut number) = ([0.0; STRIP], [0.0; STRIP]);
        for at in (0..self.len()).step_by(STRIP) {
            let units = &self.unit[at..usize::min(at + STRIP, self.len())];
            let (all, number) = (&mut all[..units.len()], &mut number[..units.len()]);
            count(
                &self.weight[at..],
                &self.amount[at..],
                &self.mean[at..],
                all,
                number,
            );
            for ((&unit, &all), &number) in units.iter().zip(&*all).zip(&*number) {
                asked[unit as usize] += all;
                contracts[unit as usize] += number;
            }
        }
    }

    /// Serves the strip from request `at` on by what share each unit can `serve`, and leaves in
    /// each what was not served; gives the firms and what each is served \[mn/yr\].
    pub(super) fn serve<'a>(
        &mut self,
        at: usize,
        serve: &[f64],
        reference: f64,
        values: &'a mut [f64; STRIP],
        sums: &mut Served,
    ) -> &'a [f64] {
        let rows = at..usize::min(at + STRIP, self.len());
        let values = &mut values[..rows.len()];
        gather(serve, &self.unit[rows.clone()], values);
        let (weight, mean) = (&self.weight[rows.clone()], &self.mean[rows.clone()]);
        give(
            weight,
            mean,
            reference,
            &mut self.amount[rows],
            values,
            sums,
        );
        values
    }

    /// Drops requests that were served in full.
    pub(super) fn keep_unserved(&mut self) {
        let (n, amount) = (self.len(), &self.amount);
        select::list(n, &mut self.kept, |from, flags| {
            for (flag, amount) in flags.iter_mut().zip(&amount[from..]) {
                *flag = *amount > 0.0;
            }
        });
        keep(&mut self.firm, &self.kept);
        keep(&mut self.unit, &self.kept);
        keep(&mut self.weight, &self.kept);
        keep(&mut self.amount, &self.kept);
        keep(&mut self.mean, &self.kept);
    }

    /// What is still asked for, all represented firms \[mn/yr\].
    pub(super) fn open(&self) -> f64 {
        let all = self.weight.iter().zip(&self.amount);
        all.map(|(weight, amount)| weight * amount).sum()
    }
}

/// Keeps what stands at the rising places `kept`.
fn keep<T: Copy>(column: &mut Vec<T>, kept: &[u32]) {
    for (to, &from) in kept.iter().enumerate() {
        column[to] = column[from as usize];
    }
    column.truncate(kept.len());
}

crate::dispatched! {
    /// Mean contract of firms whose R&D is `mean` \[mn\], in place.
    fn fill_means(mean: &mut [f64; STRIP], price: f64, p: &ContractResearchParameters) {
        for mean in mean {
            *mean = mean_contract(*mean, price, p);
        }
    }
}

crate::dispatched! {
    /// What requests ask for and in how many contracts, all represented firms.
    fn count(
        weight: &[f64],
        amount: &[f64],
        mean: &[f64],
        all: &mut [f64],
        number: &mut [f64],
    ) {
        let n = all.len();
        let (weight, amount, mean) = (&weight[..n], &amount[..n], &mean[..n]);
        let number = &mut number[..n];
        for k in 0..n {
            all[k] = weight[k] * amount[k];
            number[k] = all[k] / mean[k];
        }
    }
}

crate::dispatched! {
    /// Serves a strip: shares that units can serve become what is served, and adds that up;
    /// `reference` is the mean contract of all \[mn\].
    fn give(
        weight: &[f64],
        mean: &[f64],
        reference: f64,
        amount: &mut [f64],
        values: &mut [f64],
        sums: &mut Served,
    ) {
        let n = values.len().min(STRIP);
        let (weight, mean) = (&weight[..n], &mean[..n]);
        let (amount, values) = (&mut amount[..n], &mut values[..n]);
        let [mut buyers, mut all, mut number, mut part] = [[0.0; STRIP]; 4];
        let mut size = [0; STRIP];
        for k in 0..n {
            let value = amount[k] * values[k];
            amount[k] = math::max(amount[k] - value, 0.0);
            values[k] = value;
            buyers[k] = if value > 0.0 { weight[k] } else { 0.0 };
            all[k] = weight[k] * value;
            number[k] = all[k] / mean[k];
            size[k] = size_class(mean[k] / reference) as u64;
        }
        sums.buyers.add(&buyers);
        for (class, (contracts, value)) in (0..).zip(sums.contracts.iter_mut().zip(&mut sums.value)) {
            for k in 0..STRIP {
                part[k] = if size[k] == class { number[k] } else { 0.0 };
            }
            contracts.add(&part);
            for k in 0..STRIP {
                part[k] = if size[k] == class { all[k] } else { 0.0 };
            }
            value.add(&part);
        }
    }
}
