//! Where do searches find firms?
//!
//! Firms stand in a fixed table of addresses, one list per region and field. A founding
//! firm holds an interval in proportion to weight · sales^exposure, an entrant holds slots
//! kept free for entrants. A dead or shrunken address sends the search to its next keyed
//! draw, so that what happens to one firm moves no draw of others (mechanisms M16).

use super::TransferParameters;
use super::choices::{Choice, alias};
use super::partners::NOBODY;
use super::search::STRIP;
use crate::base::math;
use crate::base::rng::{Key, Purpose};
use crate::model::firms::{FIELDS, Firms, REGIONS};
use std::hint::select_unpredictable;

const CELLS: usize = REGIONS * FIELDS;
/// Slots one entrant can hold, and places it looks for a free one.
const HELD: u32 = 16;
const PROBES: u32 = 8;
/// A word of 32 bits over all there are.
const WORD: f64 = 1.0 / 4_294_967_296.0; // derived: 2^-32

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

/// Where a word points: a place, and which part of its step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Target {
    place: u32,
    part: f64,
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
pub(super) struct Addresses {
    cells: Vec<Cell>,
    all: Vec<Address>,
    /// First address of each row of firms, [`NOBODY`] where it has none.
    heads: Vec<u32>,
    /// Other regions by founding mass, of each region.
    pub(super) regions: Vec<Choice<REGIONS>>,
    /// Other fields by founding mass within each region, of each field.
    pub(super) fields: Vec<Choice<FIELDS>>,
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

impl Addresses {
    /// Table of the firms in business at the start.
    pub(super) fn found(firms: &Firms, p: &TransferParameters) -> Self {
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
            let masses: Vec<f64> = list.iter().map(|step| step.initial).collect();
            for (step, (keep, other)) in list.iter().zip(alias(&masses)) {
                table.heads[step.row as usize] = table.all.len() as u32;
                table.all.push(Address {
                    keep,
                    other: first + other as u32,
                    ..*step
                });
            }
            table.all.resize(table.all.len() + slots, Address::EMPTY);
        }
        let homes = 0..REGIONS;
        table.regions = homes.map(|home| Choice::among(&regions, home)).collect();
        table.fields = (masses.chunks(FIELDS))
            .flat_map(|masses| (0..FIELDS).map(|own| Choice::among(masses, own)))
            .collect();
        table
    }

    /// Empties the addresses of rows whose firm is no longer there and gives slots to the
    /// firms that came; `changed` are the rows that hold another firm, or none, since the
    /// last look, `seen` is the visibility by row.
    pub(super) fn admit(&mut self, changed: &[u32], seen: &[f64], firms: &Firms, key: Key) {
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

    /// Place in the table, and part of its step, to which a word points in a cell.
    #[inline]
    pub(super) fn place(&self, region: usize, field: usize, word: u32) -> Target {
        let cell = &self.cells[region * FIELDS + field];
        let steps = cell.founders + cell.slots;
        let x = u64::from(word) * u64::from(steps);
        Target {
            place: cell.first + (x >> 32) as u32, // derived: bits of a word
            part: f64::from(x as u32) * WORD,
        }
    }

    /// Place of whoever holds the part of its step that each of at most a strip points at: one
    /// short pass, so that looking up one step does not wait for another.
    #[inline]
    pub(super) fn holders(&self, targets: &[Target; STRIP]) -> [u32; STRIP] {
        targets.map(|target| {
            let step = &self.all[target.place as usize];
            // which of the two is for chance to decide: no branch foretells it
            let own = target.part < step.keep;
            select_unpredictable(own, target.place, step.other)
        })
    }

    /// Row of the firm at `holder`, and whether it answers a word: firms do as often as their
    /// visibility `seen` by row is what their addresses stand for.
    #[inline]
    pub(super) fn ask(&self, holder: u32, word: u32, seen: &[f64]) -> (u32, bool) {
        let address = &self.all[holder as usize];
        let accept = f64::from(word) * WORD;
        let answers = accept * address.initial < seen[address.row as usize];
        (address.row, answers)
    }
}

fn cell_of(firms: &Firms, row: usize) -> usize {
    usize::from(firms.region[row]) * FIELDS + usize::from(firms.field[row])
}
