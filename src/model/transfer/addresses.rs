//! Where do searches find firms?
//!
//! Firms hold slots of a table, one list per region and field, as many as their visibility,
//! weight · sales^exposure, fills; a search points to a place along the list, and is answered
//! where that lies in the filled part of a slot. So each firm is found in proportion to its
//! visibility. Which slots a firm holds hangs on its own id, and a place that is not filled sends
//! the search to its next keyed draw, so that what happens to one firm moves hardly any draw of
//! others (mechanisms M16).

mod room;

use super::TransferParameters;
use super::edges::Edges;
use super::partners::NOBODY;
use super::search::STRIP;
use crate::base::rng::{Key, Purpose};
use crate::base::{math, strip};
use crate::model::firms::{FIELDS, Firms, REGIONS};
use std::hint::select_unpredictable;

const CELLS: usize = REGIONS * FIELDS;
/// Slots that a firm of mean visibility fills at the start: the finer, the fewer searches go
/// without an answer and the more slots change hands; whom they find does not hang on it.
const RESOLUTION: f64 = 1.0;
/// A list of which less than this part is free is given room.
const LEAST_FREE: u32 = 8;
/// Slots of the shortest list.
const SHORTEST: u32 = 16;
/// Who holds a free slot; else it is one more than the row of the firm.
const FREE: u32 = 0;

/// List of one region and field.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Cell {
    /// Its first slot, their number, and how many are held.
    first: u32,
    slots: u32,
    held: u32,
    /// Firms in it.
    firms: u32,
    /// Visibility that fills a slot.
    width: f64,
}

impl Cell {
    /// Slots that a visibility of `seen` fills, at least one.
    ///
    /// Example: slots of 2: a firm of 5 holds 3, and answers 5 of 6 times.
    #[inline]
    fn wanted(&self, seen: f64) -> u32 {
        let most = f64::from(self.slots);
        math::clamp((seen / self.width).ceil(), 1.0, most) as u32
    }

    /// Whether so few are free that `more` must not be added.
    fn is_crowded(&self, more: u32) -> bool {
        self.held + more > self.slots - self.slots / LEAST_FREE
    }
}

/// What a firm holds.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Holding {
    /// Its list, and its latest slot, [`NOBODY`] where it holds none.
    cell: u32,
    head: u32,
    /// Number of its slots.
    held: u32,
}

impl Holding {
    const NONE: Self = Self {
        cell: 0,
        head: NOBODY,
        held: 0,
    };
}

/// Table of addresses.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Addresses {
    cells: Vec<Cell>,
    /// First slot of each list and how many there are.
    spans: Vec<[u32; 2]>,
    /// Who holds each slot, see [`FREE`].
    holder: Vec<u32>,
    /// The slot that the same firm took before each slot, anything at its first.
    before: Vec<u32>,
    /// By row of firms.
    holdings: Vec<Holding>,
    /// One over the visibility that the slots of each row stand for, 0 without a slot.
    shares: Vec<f64>,
    /// Whether each row holds more than one.
    several: Vec<bool>,
    /// How often the slots of a holder answer, see [`FREE`] \[2⁻³²\].
    answers: Vec<u32>,
    /// Rows of firms that hold too few slots or too many.
    misfits: Vec<u32>,
    /// Edges of mass by region.
    pub(super) regions: Edges<{ REGIONS + 1 }>,
    /// The same by field within each region.
    pub(super) fields: Vec<Edges<{ FIELDS + 1 }>>,
}

/// Visibility of a firm agent, weight · sales^exposure.
///
/// Example: weight 2, sales 9, exposure ½: 6.
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

/// How often holders answer whose slots are filled so far \[2⁻³²\].
///
/// Example: half filled: 2³¹.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
fn answering(filled: f64) -> u32 {
    const ALL: f64 = 4_294_967_295.0; // derived: words of 32 bits
    const TWO_52: f64 = 4_503_599_627_370_496.0; // derived: behind it stand whole numbers
    (math::min(filled, 1.0) * ALL + TWO_52).to_bits() as u32
}

crate::dispatched! {
    /// How often firms answer, and whether their slots overflow or `several` are filled less
    /// than by half.
    fn fill(
        seen: &[f64],
        shares: &[f64],
        several: &[bool],
        answers: &mut [u32],
        misfits: &mut [bool],
    ) {
        let firms = seen.iter().zip(shares).zip(several);
        for ((answers, misfit), ((seen, share), &several)) in
            answers.iter_mut().zip(misfits).zip(firms)
        {
            let filled = seen * share;
            *answers = answering(filled);
            *misfit = (filled > 1.0) | (several & (filled <= 0.5));
        }
    }
}

impl Addresses {
    /// Table of the firms in business at the start, whose visibility is `seen` by row.
    pub(super) fn found(seen: &[f64], firms: &Firms, p: &TransferParameters, key: Key) -> Self {
        let mut table = Self::default();
        let (masses, numbers) = masses(seen, firms);
        let all = masses.iter().sum::<f64>() / math::max(1.0, firms.len() as f64);
        for (mass, number) in masses.iter().zip(numbers) {
            let n = f64::from(number);
            let mean = if number > 0 { mass / n } else { all };
            // half a slot a firm is lost to rounding up
            let held = n * (RESOLUTION + 0.5);
            let slots = ((1.0 + p.reserve) * held).ceil() as u32;
            let first = table.holder.len() as u32;
            table.open(first, slots.max(SHORTEST), mean / RESOLUTION);
        }
        table.weigh(&masses);
        let living: Vec<u32> = (0..firms.len() as u32).collect();
        table.admit(&living, seen, firms, key);
        table
    }

    /// Adds an empty list.
    fn open(&mut self, first: u32, slots: u32, width: f64) {
        self.spans.push([first, slots]);
        self.cells.push(Cell {
            first,
            slots,
            width,
            ..Cell::default()
        });
        let end = (first + slots) as usize;
        self.holder.resize(end, FREE);
        self.before.resize(end, NOBODY);
    }

    /// Sets the edges by which searches choose regions and fields.
    fn weigh(&mut self, masses: &[f64; CELLS]) {
        let mut regions = [0.0; REGIONS];
        for (region, fields) in regions.iter_mut().zip(masses.chunks(FIELDS)) {
            *region = fields.iter().sum();
        }
        self.regions = Edges::of(&regions);
        self.fields.clear();
        self.fields.extend(masses.chunks(FIELDS).map(Edges::of));
    }

    /// Searches turn to regions and fields in proportion to the visibility in them now.
    pub(super) fn turn_to(&mut self, seen: &[f64], firms: &Firms) {
        self.weigh(&masses(seen, firms).0);
    }

    /// Gives slots to the firms that came or grew, takes them from those that left or shrank;
    /// `changed` are the rows that hold another firm, or none, since the last look, `seen` is
    /// the visibility by row.
    pub(super) fn admit(&mut self, changed: &[u32], seen: &[f64], firms: &Firms, key: Key) {
        self.read_through();
        self.holdings.resize(firms.len(), Holding::NONE);
        self.shares.resize(firms.len(), 0.0);
        self.several.resize(firms.len(), false);
        self.answers.resize(firms.len() + 1, 0);
        for &row in changed {
            let row = row as usize;
            if self.holdings[row].held > 0 {
                self.release(row, 0, seen);
                self.cells[self.holdings[row].cell as usize].firms -= 1;
            }
        }
        for &row in changed {
            let row = row as usize;
            if firms.alive[row] {
                let cell = cell_of(firms, row);
                self.cells[cell].firms += 1;
                self.holdings[row].cell = cell as u32;
                let wanted = self.cells[cell].wanted(seen[row]);
                self.take(row, wanted, seen, firms, key);
            }
        }
        let mut misfits = std::mem::take(&mut self.misfits);
        misfits.clear();
        self.measure(seen, &mut misfits);
        for &row in &misfits {
            self.fit(row as usize, seen, firms, key);
        }
        self.misfits = misfits;
    }

    /// Notes how often firms answer; lists the rows of those whose slots overflow, and of those
    /// that fill not half of several.
    fn measure(&mut self, seen: &[f64], misfits: &mut Vec<u32>) {
        let mut flags = [false; strip::ROWS];
        let columns = self
            .shares
            .chunks(strip::ROWS)
            .zip(self.several.chunks(strip::ROWS));
        let seen = seen.chunks(strip::ROWS);
        let answers = self.answers[1..].chunks_mut(strip::ROWS);
        let strips = (0..).step_by(strip::ROWS).zip(answers);
        for ((first, answers), (seen, (shares, several))) in strips.zip(seen.zip(columns)) {
            let flags = &mut flags[..answers.len()];
            fill(seen, shares, several, answers, flags);
            strip::flagged(flags, first, misfits);
        }
    }

    /// Gives slots to a firm that grew, takes them from one that shrank to less than half.
    fn fit(&mut self, row: usize, seen: &[f64], firms: &Firms, key: Key) {
        let Holding { cell, held, .. } = self.holdings[row];
        let wanted = self.cells[cell as usize].wanted(seen[row]);
        if wanted > held {
            self.take(row, wanted, seen, firms, key);
        } else if 2 * wanted < held {
            self.release(row, wanted, seen);
        }
    }

    /// Adds slots until the firm in `row` holds `wanted`, or what is wanted of wider slots.
    fn take(&mut self, row: usize, wanted: u32, seen: &[f64], firms: &Firms, key: Key) {
        let mut wanted = wanted;
        let cell = self.holdings[row].cell as usize;
        while self.cells[cell].is_crowded(wanted.saturating_sub(self.holdings[row].held)) {
            self.make_room(cell, seen, firms, key);
            wanted = self.cells[cell].wanted(seen[row]);
        }
        while self.holdings[row].held < wanted {
            self.settle(row, firms.id[row], key);
        }
        self.weigh_share(row, seen);
    }

    /// Gives the firm in `row` one more slot: the first free one from where its id points.
    fn settle(&mut self, row: usize, id: u32, key: Key) {
        let Holding { cell, head, held } = self.holdings[row];
        let list = &mut self.cells[cell as usize];
        let start = key.uniform(id, held, 0, 0, Purpose::Search);
        let start = (start * f64::from(list.slots)) as usize;
        let first = list.first as usize;
        let holder = &self.holder[first..first + list.slots as usize];
        let free = |&holder: &u32| holder == FREE;
        let after = holder[start..].iter().position(free);
        let place = (after.map(|step| start + step))
            .or_else(|| holder[..start].iter().position(free))
            .expect("a crowded list is given room");
        let place = list.first + place as u32;
        list.held += 1;
        self.holder[place as usize] = row as u32 + 1;
        if held > 0 {
            self.before[place as usize] = head;
        }
        self.holdings[row].head = place;
        self.holdings[row].held += 1;
    }

    /// Takes the latest slots of a firm until it holds `left`.
    fn release(&mut self, row: usize, left: u32, seen: &[f64]) {
        let holding = &mut self.holdings[row];
        let list = &mut self.cells[holding.cell as usize];
        while holding.held > left {
            let place = holding.head as usize;
            holding.held -= 1;
            // before the first slot stands none: that is not looked up
            holding.head = match holding.held {
                0 => NOBODY,
                _ => self.before[place],
            };
            self.holder[place] = FREE;
            list.held -= 1;
        }
        self.weigh_share(row, seen);
    }

    /// Notes what the slots of a firm stand for, and how often they answer.
    fn weigh_share(&mut self, row: usize, seen: &[f64]) {
        let Holding { cell, held, .. } = self.holdings[row];
        let width = self.cells[cell as usize].width;
        let share = if held > 0 {
            1.0 / (f64::from(held) * width)
        } else {
            0.0
        };
        self.shares[row] = share;
        self.several[row] = held > 1;
        self.answers[row + 1] = answering(seen[row] * share);
    }

    /// Reads the table through once in order, so that what is looked up at random afterwards
    /// stands near.
    fn read_through(&self) {
        std::hint::black_box(self.holder.iter().fold(0, |all, &holder| all ^ holder));
    }

    /// Each of the searches `asked`, of a strip, points along the list of its cell: notes the rows
    /// of the firms that answer, keeps the others. In short passes, so that looking up one place
    /// does not wait for another.
    #[inline]
    pub(super) fn point(
        &self,
        cells: &[u32; STRIP],
        words: &[u32; STRIP],
        asked: &mut [u32; STRIP],
        n: usize,
        found: &mut [u32; STRIP],
    ) -> usize {
        let (mut holders, mut parts) = ([0; STRIP], [0; STRIP]);
        let n = n.min(STRIP);
        for ((&i, holder), part) in asked[..n].iter().zip(&mut holders).zip(&mut parts) {
            let i = i as usize % STRIP;
            let [first, slots] = self.spans[cells[i] as usize];
            let along = u64::from(words[i]) * u64::from(slots);
            // derived: bits of a word
            *holder = first + (along >> 32) as u32;
            *part = along as u32;
        }
        for place in &mut holders[..n] {
            *place = self.holder[*place as usize];
        }
        let mut left = 0;
        for (k, (&holder, &part)) in holders[..n].iter().zip(&parts).enumerate() {
            let i = asked[k];
            let answers = part < self.answers[holder as usize];
            let row = select_unpredictable(answers, holder.wrapping_sub(1), NOBODY);
            found[i as usize % STRIP] = row;
            asked[left % STRIP] = i;
            left += usize::from(!answers);
        }
        left
    }
}

#[cfg(test)]
impl Addresses {
    /// Chance that one draw within its region and field finds the firm in `row`, of which `seen`
    /// is the visibility.
    pub(super) fn odds(&self, row: usize, seen: f64) -> f64 {
        let slots = self.cells[self.holdings[row].cell as usize].slots;
        let held = (self.holder.iter()).filter(|&&holder| holder as usize == row + 1);
        assert!(seen * self.shares[row] <= 1.0 + f64::EPSILON);
        held.count() as f64 * f64::from(self.answers[row + 1]) / f64::from(slots)
    }

    /// Rows of the holders of all slots, [`NOBODY`] for free ones.
    pub(super) fn slots(&self) -> Vec<u32> {
        (self.holder.iter())
            .map(|holder| holder.wrapping_sub(1))
            .collect()
    }
}

/// Visibility by region and field, and number of firms.
fn masses(seen: &[f64], firms: &Firms) -> ([f64; CELLS], [u32; CELLS]) {
    let (mut masses, mut numbers) = ([0.0; CELLS], [0; CELLS]);
    for row in (0..firms.len()).filter(|&row| firms.alive[row]) {
        let cell = cell_of(firms, row);
        masses[cell] += seen[row];
        numbers[cell] += 1;
    }
    (masses, numbers)
}

fn cell_of(firms: &Firms, row: usize) -> usize {
    usize::from(firms.region[row]) * FIELDS + usize::from(firms.field[row])
}
