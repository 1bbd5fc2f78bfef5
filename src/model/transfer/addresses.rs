//! Where do searches find firms?
//!
//! Firms stand in a fixed table of addresses, one list per region and field. A founding
//! firm holds an interval in proportion to weight · sales^exposure, an entrant holds slots
//! kept free for entrants. A dead or shrunken address sends the search to its next keyed
//! draw, so that what happens to one firm moves no draw of others (mechanisms M16).

use super::TransferParameters;
use super::choices::{Choice, alias, words};
use super::partners::NOBODY;
use super::search::STRIP;
use crate::base::math;
use crate::base::rng::{Key, Purpose};
use crate::model::firms::{FIELDS, Firms, REGIONS};
use std::hint::select_unpredictable;

const CELLS: usize = REGIONS * FIELDS;
/// Slots one entrant can hold, and places it looks for a free one.
const HELD: u32 = 16;
const PROBES: usize = 8;
/// Who stands at an empty address; else it is one more than the row of the firm.
const EMPTY: u32 = 0;

/// One step of a cell's list: a founding firm's, of which another may hold a part, or a slot.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Step {
    /// Part of the step that is the holder's own \[2⁻³²\].
    keep: u32,
    /// Place in the table of the address that has the rest.
    other: u32,
}

/// Where a word points: a place, and which part of its step \[2⁻³²\].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Target {
    place: u32,
    part: u32,
}

/// Where the list of one region and field stands, and how wide its steps are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Cell {
    /// First address, founding firms and slots behind them.
    first: u32,
    founders: u32,
    slots: u32,
    /// Slots that nobody holds.
    free: u32,
    /// Founding mass of a step.
    width: f64,
}

/// Table of addresses: for each region and field the founding firms as an alias table, so that
/// a word finds its firm in one step, then slots for entrants.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Addresses {
    cells: Vec<Cell>,
    /// First address of each cell, and how many there are.
    spans: Vec<[u32; 2]>,
    steps: Vec<Step>,
    /// Who stands at each address, see [`EMPTY`].
    holders: Vec<u32>,
    /// Place of the firm's next address, [`NOBODY`] at the last.
    next: Vec<u32>,
    /// First address of each row of firms, [`NOBODY`] where it has none.
    heads: Vec<u32>,
    /// One over the visibility that the addresses of each row of firms stand for, 0 without.
    shares: Vec<f64>,
    /// How often whoever stands somewhere answers, by who it is, see [`EMPTY`] \[2⁻³²\].
    answers: Vec<u32>,
    /// Other regions by founding mass, of each region.
    pub(super) regions: Vec<Choice<REGIONS>>,
    /// Other fields by founding mass within each region, of each field.
    pub(super) fields: Vec<Choice<FIELDS>>,
}

/// Visibility of a firm agent, weight · sales^exposure.
///
/// Example: weight 2, sales 9, exposure ½: 6.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
fn visibility(weight: f64, sales: f64, exposure: f64) -> f64 {
    let sales = math::max(sales, f64::MIN_POSITIVE);
    // the root, as it is by default, is quicker than a power
    let often = if exposure == 0.5 {
        math::sqrt(sales)
    } else {
        math::pow(sales, exposure)
    };
    weight * often
}

crate::dispatched! {
    /// How often firms answer: as often as their visibility is what their addresses stand for.
    fn listen(weight: &[f64], sales: &[f64], shares: &[f64], exposure: f64, answers: &mut [u32]) {
        const ALL: f64 = 4_294_967_295.0; // derived: words of 32 bits
        const TWO_52: f64 = 4_503_599_627_370_496.0; // derived: behind it stand whole numbers
        let columns = weight.iter().zip(sales).zip(shares);
        for (((&w, &s), &share), answers) in columns.zip(answers) {
            let part = math::min(visibility(w, s, exposure) * share, 1.0);
            *answers = (part * ALL + TWO_52).to_bits() as u32;
        }
    }
}

impl Addresses {
    /// Table of the firms in business at the start.
    pub(super) fn found(firms: &Firms, p: &TransferParameters) -> Self {
        let mut table = Self {
            heads: vec![NOBODY; firms.len()],
            shares: vec![0.0; firms.len()],
            ..Self::default()
        };
        let mut lists = vec![Vec::new(); CELLS];
        let mut regions = [0.0; REGIONS];
        for row in (0..firms.len()).filter(|&row| firms.alive[row]) {
            let initial = visibility(firms.weight[row], firms.sales[row], p.exposure);
            regions[usize::from(firms.region[row])] += initial;
            lists[cell_of(firms, row)].push((row, initial));
        }
        let mean = regions.iter().sum::<f64>() / math::max(1.0, firms.len() as f64);
        let mut masses = [0.0; CELLS];
        for (mass, list) in masses.iter_mut().zip(&lists) {
            let initial: Vec<f64> = list.iter().map(|step| step.1).collect();
            let n = initial.len();
            *mass = initial.iter().sum();
            let slots = math::max(1.0, (p.reserve * n as f64).ceil()) as u32;
            let width = if n > 0 { *mass / n as f64 } else { mean };
            table.add_cell(slots, width, n as u32);
            for (&(row, initial), (keep, other)) in list.iter().zip(alias(&initial)) {
                table.heads[row] = table.holders.len() as u32;
                table.shares[row] = 1.0 / initial;
                table.add(row as u32 + 1, keep, other);
            }
            for _ in 0..slots {
                table.add(EMPTY, 1.0, 0);
            }
        }
        let homes = 0..REGIONS;
        table.regions = homes.map(|home| Choice::among(&regions, home)).collect();
        table.fields = (masses.chunks(FIELDS))
            .flat_map(|masses| (0..FIELDS).map(|own| Choice::among(masses, own)))
            .collect();
        table
    }

    /// Begins the next cell.
    fn add_cell(&mut self, slots: u32, width: f64, founders: u32) {
        let first = self.holders.len() as u32;
        self.spans.push([first, founders + slots]);
        self.cells.push(Cell {
            first,
            founders,
            slots,
            free: slots,
            width,
        });
    }

    /// Adds an address to the last cell; the `other`th of the cell has what its holder does not
    /// keep.
    fn add(&mut self, holder: u32, keep: f64, other: usize) {
        let first = self.cells.last().map_or(0, |cell| cell.first);
        let place = self.holders.len() as u32;
        let whole = keep >= 1.0;
        self.steps.push(Step {
            keep: words(keep).min(u64::from(u32::MAX)) as u32,
            other: if whole { place } else { first + other as u32 },
        });
        self.holders.push(holder);
        self.next.push(NOBODY);
    }

    /// Empties the addresses of rows whose firm is no longer there and gives slots to the
    /// firms that came; `changed` are the rows that hold another firm, or none, since the
    /// last look. Then each firm answers by its present visibility.
    pub(super) fn admit(&mut self, changed: &[u32], firms: &Firms, exposure: f64, key: Key) {
        let n = firms.len();
        self.heads.resize(n, NOBODY);
        self.shares.resize(n, 0.0);
        for &row in changed {
            self.vacate(row as usize);
        }
        for &row in changed {
            if firms.alive[row as usize] {
                self.settle(row, firms, exposure, key);
            }
        }
        self.answers.resize(n + 1, 0);
        let answers = &mut self.answers[1..];
        listen(&firms.weight, &firms.sales, &self.shares, exposure, answers);
    }

    /// Empties the addresses of a row.
    fn vacate(&mut self, row: usize) {
        self.shares[row] = 0.0;
        let mut place = std::mem::replace(&mut self.heads[row], NOBODY);
        if place == NOBODY {
            return;
        }
        let cell = self.cells.partition_point(|cell| cell.first <= place) - 1;
        let cell = &mut self.cells[cell];
        while place != NOBODY {
            self.holders[place as usize] = EMPTY;
            cell.free += u32::from(place >= cell.first + cell.founders);
            place = std::mem::replace(&mut self.next[place as usize], NOBODY);
        }
    }

    /// Gives an entrant as many slots as founding firms of its visibility have on average,
    /// where it finds free ones.
    fn settle(&mut self, row: u32, firms: &Firms, exposure: f64, key: Key) {
        let (id, at) = (firms.id[row as usize], row as usize);
        let seen = visibility(firms.weight[at], firms.sales[at], exposure);
        let cell = &mut self.cells[cell_of(firms, at)];
        let slots = cell.first + cell.founders;
        let wanted = math::clamp((seen / cell.width).ceil(), 1.0, f64::from(HELD)) as u32;
        for k in 0..wanted {
            if cell.free == 0 {
                break;
            }
            let start = key.uniform(id, k, 0, 0, Purpose::Search);
            let first = (start * f64::from(cell.slots)) as u32;
            let free = (first..cell.slots)
                .chain(0..first)
                .take(PROBES)
                .map(|slot| slots + slot)
                .find(|&place| self.holders[place as usize] == EMPTY);
            if let Some(place) = free {
                cell.free -= 1;
                self.holders[place as usize] = row + 1;
                self.next[place as usize] = std::mem::replace(&mut self.heads[at], place);
                self.shares[at] = 1.0 / (f64::from(wanted) * cell.width);
            }
        }
    }

    /// Place in the table, and part of its step, to which a word points in a cell.
    #[inline]
    pub(super) fn place(&self, region: usize, field: usize, word: u32) -> Target {
        let [first, steps] = self.spans[region * FIELDS + field];
        let x = u64::from(word) * u64::from(steps);
        Target {
            place: first + (x >> 32) as u32, // derived: bits of a word
            part: x as u32,
        }
    }

    /// Who holds the part of its step that each of at most a strip points at: one short pass, so
    /// that looking up one step does not wait for another.
    #[inline]
    pub(super) fn holders(&self, targets: &[Target; STRIP]) -> [u32; STRIP] {
        targets.map(|target| {
            let step = &self.steps[target.place as usize];
            // which of the two is for chance to decide: no branch foretells it
            let own = target.part < step.keep;
            self.holders[select_unpredictable(own, target.place, step.other) as usize]
        })
    }

    /// Row of the firm that is `holder`, and whether it answers a word.
    #[inline]
    pub(super) fn ask(&self, holder: u32, word: u32) -> (u32, bool) {
        let answers = word < self.answers[holder as usize];
        (holder.wrapping_sub(1), answers)
    }
}

fn cell_of(firms: &Firms, row: usize) -> usize {
    usize::from(firms.region[row]) * FIELDS + usize::from(firms.field[row])
}
