//! Where do searches find firms?
//!
//! Firms stand in a fixed table of addresses, one list per region and field. A founding
//! firm holds an interval in proportion to weight · sales^exposure, an entrant holds slots
//! kept free for entrants. A dead or shrunken address sends the search to its next keyed
//! draw, so that what happens to one firm moves no draw of others (mechanisms M16).

use super::TransferParameters;
use super::partners::NOBODY;
use super::search::{STRIP, Target};
use crate::base::math;
use crate::base::rng::{Key, Purpose};
use crate::model::firms::{FIELDS, Firms, REGIONS};
use std::hint::select_unpredictable;

const CELLS: usize = REGIONS * FIELDS;
/// Slots one entrant can hold, and places it looks for a free one.
const HELD: u32 = 16;
const PROBES: u32 = 8;

/// One step of a cell's list: a founding firm's, of which another may hold a part, or a slot.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(32))] // none across two cache lines
struct Address {
    /// Weight · sales^exposure that the firm's addresses stand for; infinite at an empty
    /// address, so that nobody answers there.
    initial: f64,
    /// Part of the step that is the holder's own.
    keep: f64,
    /// Place in the table of the address that has the rest.
    other: u32,
    /// Row of the firm.
    row: u32,
    /// Place of the firm's next address, [`NOBODY`] at the last.
    next: u32,
}

impl Address {
    const EMPTY: Self = Self {
        initial: f64::INFINITY,
        keep: 1.0,
        other: 0,
        row: 0,
        next: NOBODY,
    };

    fn is_empty(&self) -> bool {
        self.initial == f64::INFINITY
    }
}

/// Where the list of one region and field stands, and how wide its steps are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Cell {
    /// First address, founding firms and slots behind them.
    first: u32,
    founders: u32,
    slots: u32,
    /// Founding mass of a step.
    width: f64,
}

/// Table of addresses: for each region and field the founding firms as an alias table
/// (Walker 1977), so that a digit finds its firm in one step, then slots for entrants.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Addresses {
    cells: Vec<Cell>,
    all: Vec<Address>,
    /// First address of each row of firms, [`NOBODY`] where it has none.
    heads: Vec<u32>,
    /// Edges of founding mass by region.
    pub(super) regions: Edges<{ REGIONS + 1 }>,
    /// The same by field within each region.
    pub(super) fields: Vec<Edges<{ FIELDS + 1 }>>,
}

/// Edges of intervals, of which there is a power of two, from zero to the whole mass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Edges<const N: usize>([f64; N]);

impl<const N: usize> Default for Edges<N> {
    fn default() -> Self {
        Self([0.0; N])
    }
}

impl<const N: usize> Edges<N> {
    /// Edges of intervals of the given masses.
    fn of(masses: &[f64]) -> Self {
        let mut edges = [0.0; N];
        for (k, mass) in masses.iter().enumerate() {
            edges[k + 1] = edges[k] + mass;
        }
        Self(edges)
    }

    /// Interval chosen in proportion to mass, `without` left out; that one itself where no
    /// other has mass.
    ///
    /// Example: masses 1, 2, 1 without the second: a pick of 0.4 gives the first, 0.6 the third.
    #[inline(always)]
    #[allow(clippy::inline_always)] // part of a strip loop
    pub(super) fn choose(&self, without: usize, pick: f64) -> usize {
        let Self(edges) = self;
        let below = edges[without];
        let own = edges[without + 1] - below;
        let others = edges[N - 1] - own;
        if others <= 0.0 {
            return without;
        }
        let x = pick * others;
        let x = x + if x < below { 0.0 } else { own };
        if x >= edges[N - 1] {
            return self.last(without);
        }
        // halving without a branch, as the way through is for chance to decide
        let (mut found, mut half) = (0, (N - 1) / 2);
        while half > 0 {
            found += half * usize::from(edges[found + half] <= x);
            half /= 2;
        }
        found
    }

    /// [`choose`](Self::choose) for a strip of picks, level by level.
    #[inline(always)]
    #[allow(clippy::inline_always)] // part of a strip loop
    pub(super) fn choose_all(&self, without: &[u32; STRIP], pick: &[f64; STRIP]) -> [u32; STRIP] {
        let Self(edges) = self;
        let (mut x, mut found) = ([0.0; STRIP], [0_u32; STRIP]);
        let mut rare = false;
        for i in 0..STRIP {
            let k = without[i] as usize % (N - 1);
            let below = edges[k];
            let own = edges[k + 1] - below;
            let others = edges[N - 1] - own;
            let at = pick[i] * others;
            x[i] = at + if at < below { 0.0 } else { own };
            rare |= (others <= 0.0) | (x[i] >= edges[N - 1]);
        }
        let mut half = (N - 1) / 2;
        while half > 0 {
            for i in 0..STRIP {
                let passed = edges[(found[i] as usize + half) % (N - 1)] <= x[i];
                found[i] += if passed { half as u32 } else { 0 };
            }
            half /= 2;
        }
        if rare {
            for i in 0..STRIP {
                found[i] = self.choose(without[i] as usize, pick[i]) as u32;
            }
        }
        found
    }

    /// The last interval with mass other than `without`, for rounding at the upper end.
    #[cold]
    fn last(&self, without: usize) -> usize {
        (0..N - 1)
            .rev()
            .find(|&k| k != without && self.0[k + 1] > self.0[k])
            .unwrap_or(without)
    }
}

/// Visibility of a firm agent, weight · sales^exposure.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub(super) fn visibility(weight: f64, sales: f64, exposure: f64) -> f64 {
    let sales = math::max(sales, f64::MIN_POSITIVE);
    // the root, as it is by default, is quicker than a power
    let often = if exposure == 0.5 {
        math::sqrt(sales)
    } else {
        math::pow(sales, exposure)
    };
    weight * often
}

/// Makes an alias table of addresses whose own masses are given (Vose 1991), the first of
/// which has place `first`.
fn alias(steps: &mut [Address], first: u32) {
    let n = steps.len();
    let total: f64 = steps.iter().map(|step| step.initial).sum();
    let mut scaled: Vec<f64> = (steps.iter())
        .map(|step| step.initial / total * n as f64)
        .collect();
    let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..n).partition(|&k| scaled[k] < 1.0);
    while let (Some(&few), Some(&many)) = (small.last(), large.last()) {
        small.pop();
        steps[few].keep = scaled[few];
        steps[few].other = first + many as u32;
        scaled[many] -= 1.0 - scaled[few];
        if scaled[many] < 1.0 {
            large.pop();
            small.push(many);
        }
    }
}

impl Addresses {
    /// Table of the firms in business at the start.
    pub fn found(firms: &Firms, p: &TransferParameters) -> Self {
        let mut table = Self {
            heads: vec![NOBODY; firms.len()],
            ..Self::default()
        };
        let mut lists = vec![Vec::new(); CELLS];
        let mut regions = [0.0; REGIONS];
        for row in (0..firms.len()).filter(|&row| firms.alive[row]) {
            let initial = visibility(firms.weight[row], firms.sales[row], p.exposure);
            regions[usize::from(firms.region[row])] += initial;
            lists[cell_of(firms, row)].push(Address {
                initial,
                row: row as u32,
                ..Address::EMPTY
            });
        }
        let mean = regions.iter().sum::<f64>() / math::max(1.0, firms.len() as f64);
        let mut masses = [0.0; CELLS];
        for (mass, list) in masses.iter_mut().zip(&mut lists) {
            let (n, first) = (list.len(), table.all.len() as u32);
            *mass = list.iter().map(|step| step.initial).sum();
            let slots = math::max(1.0, (p.reserve * n as f64).ceil()) as usize;
            table.cells.push(Cell {
                first,
                founders: n as u32,
                slots: slots as u32,
                width: if n > 0 { *mass / n as f64 } else { mean },
            });
            alias(list, first);
            for step in list.iter() {
                table.heads[step.row as usize] = table.all.len() as u32;
                table.all.push(*step);
            }
            table.all.resize(table.all.len() + slots, Address::EMPTY);
        }
        table.regions = Edges::of(&regions);
        table.fields = masses.chunks(FIELDS).map(Edges::of).collect();
        table
    }

    /// Empties the addresses of rows whose firm is no longer there and gives slots to the
    /// firms that came; `changed` are the rows that hold another firm, or none, since the
    /// last look, `seen` is the visibility by row.
    pub fn admit(&mut self, changed: &[u32], seen: &[f64], firms: &Firms, key: Key) {
        self.heads.resize(firms.len(), NOBODY);
        for &row in changed {
            let mut place = std::mem::replace(&mut self.heads[row as usize], NOBODY);
            while let Some(address) = self.all.get_mut(place as usize) {
                place = std::mem::replace(&mut address.next, NOBODY);
                address.initial = f64::INFINITY;
            }
        }
        for &row in changed {
            if firms.alive[row as usize] {
                self.settle(row, seen[row as usize], firms, key);
            }
        }
    }

    /// Gives an entrant of visibility `seen` as many slots as founding firms of its kind have
    /// on average, where it finds free ones.
    fn settle(&mut self, row: u32, seen: f64, firms: &Firms, key: Key) {
        let id = firms.id[row as usize];
        let cell = self.cells[cell_of(firms, row as usize)];
        let wanted = math::clamp((seen / cell.width).ceil(), 1.0, f64::from(HELD)) as u32;
        for k in 0..wanted {
            let start = key.uniform(id, k, 0, 0, Purpose::Search);
            let first = (start * f64::from(cell.slots)) as u32;
            let free = (0..PROBES)
                .map(|probe| cell.first + cell.founders + (first + probe) % cell.slots)
                .find(|&place| self.all[place as usize].is_empty());
            if let Some(place) = free {
                let head = &mut self.heads[row as usize];
                self.all[place as usize] = Address {
                    initial: f64::from(wanted) * cell.width,
                    row,
                    next: std::mem::replace(head, place),
                    ..Address::EMPTY
                };
            }
        }
    }

    /// Place in the table, and part of its step, at a position in \[0, 1) of a cell.
    #[inline(always)]
    #[allow(clippy::inline_always)] // part of a strip loop
    pub(super) fn place(&self, region: usize, field: usize, position: f64) -> (u32, f64) {
        let cell = &self.cells[region * FIELDS + field];
        let steps = cell.founders + cell.slots;
        let x = position * f64::from(steps);
        let step = (x as u32).min(steps - 1);
        (cell.first + step, x - f64::from(step))
    }

    /// Place of whoever holds the part of its step that each of at most a strip points at: one
    /// short pass, so that looking up one step does not wait for another.
    #[inline]
    pub(super) fn holders(&self, targets: &[Target]) -> [u32; STRIP] {
        let mut holders = [0; STRIP];
        for (holder, target) in holders.iter_mut().zip(targets) {
            let step = &self.all[target.place as usize];
            // which of the two is for chance to decide: no branch foretells it
            let own = target.part < step.keep;
            *holder = select_unpredictable(own, target.place, step.other);
        }
        holders
    }

    /// Row of the firm at `holder`, and whether it answers: firms do as often as their
    /// visibility `seen` by row is what their addresses stand for.
    #[inline]
    pub(super) fn ask(&self, holder: u32, accept: f64, seen: &[f64]) -> (u32, bool) {
        let address = &self.all[holder as usize];
        let answers = accept * address.initial < seen[address.row as usize];
        (address.row, answers)
    }
}

fn cell_of(firms: &Firms, row: usize) -> usize {
    usize::from(firms.region[row]) * FIELDS + usize::from(firms.field[row])
}
