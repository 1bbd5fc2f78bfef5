//! Where do searches find firms?
//!
//! Firms hold slots of a table, one list per region and field, as many as their visibility,
//! weight · sales^exposure, fills; a search points to a place along the list, and is answered
//! where that lies in the filled part of a slot. So each firm is found in proportion to its
//! visibility. Which slots a firm holds hangs on its own id, and a place that is not filled sends
//! the search to its next keyed draw, so that what happens to one firm moves hardly any draw of
//! others (mechanisms M16).

mod list;
mod orders;
mod room;

use super::TransferParameters;
use super::edges::Edges;
use super::partners::NOBODY;
use super::search::STRIP;
use crate::base::blocks::Crew;
use crate::base::rng::Key;
use crate::base::room::have_room;
use crate::base::{math, strip};
use crate::model::firms::{FIELDS, Firms, REGIONS};
use list::{Holding, List, Roll};
use orders::Orders;
use std::hint::select_unpredictable;
use std::ops::Range;

const CELLS: usize = REGIONS * FIELDS;
/// Slots that a firm of mean visibility fills at the start: the finer, the fewer searches go
/// without an answer and the more slots change hands; whom they find does not hang on it.
const RESOLUTION: f64 = 1.0;
/// Slots of the shortest list.
const SHORTEST: u32 = 16;

/// Table of addresses.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Addresses {
    /// By region and field.
    lists: Vec<List>,
    /// List of each row of firms, and what the firm holds of it.
    cell: Vec<u16>,
    holdings: Vec<Holding>,
    /// One over the visibility that the slots of each row stand for, 0 without a slot.
    shares: Vec<f64>,
    /// Whether each row holds more than one.
    several: Vec<bool>,
    /// How often the slots of a holder answer, see [`list::FREE`] \[2⁻³²\].
    answers: Vec<u32>,
    /// Scratch: firms that a list is to take up, give slots to or take slots from.
    orders: Orders,
    /// Scratch: rows of firms that hold too few slots or too many, and the same by block.
    misfits: Vec<u32>,
    found: Vec<Vec<u32>>,
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
    pub(super) fn found(
        seen: &[f64],
        firms: &Firms,
        p: &TransferParameters,
        key: Key,
        crew: Crew,
    ) -> Self {
        let mut table = Self::default();
        let (masses, numbers) = masses(seen, firms, 0..firms.len());
        let all = masses.iter().sum::<f64>() / math::max(1.0, firms.len() as f64);
        for (mass, number) in masses.iter().zip(numbers) {
            let n = f64::from(number);
            let mean = if number > 0 { mass / n } else { all };
            // half a slot a firm is lost to rounding up
            let held = n * (RESOLUTION + 0.5);
            let slots = ((1.0 + p.reserve) * held).ceil() as u32;
            let slots = slots.max(SHORTEST);
            table.lists.push(List::empty(slots, mean / RESOLUTION));
        }
        table.lists.iter_mut().for_each(List::make_room_beside);
        table.weigh(&masses);
        let living: Vec<u32> = (0..firms.len() as u32).collect();
        table.admit(&living, seen, firms, key, crew);
        table
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
    pub(super) fn turn_to(&mut self, seen: &[f64], firms: &Firms, crew: Crew) {
        let (masses, _) = crew.walk(0..firms.len(), |rows| masses(seen, firms, rows));
        self.weigh(&masses);
    }

    /// Gives slots to the firms that came or grew, takes them from those that left or shrank;
    /// `changed` are the rows that hold another firm, or none, since the last look, `seen` is
    /// the visibility by row.
    pub(super) fn admit(
        &mut self,
        changed: &[u32],
        seen: &[f64],
        firms: &Firms,
        key: Key,
        crew: Crew,
    ) {
        let n = firms.len();
        self.cell.resize(n, 0);
        self.holdings.resize(n, Holding::default());
        self.shares.resize(n, 0.0);
        self.several.resize(n, false);
        self.answers.resize(n + 1, 0);
        let roll = (seen, firms, key);
        let known = changed.iter().copied();
        let left = known.filter(|&row| self.holdings[row as usize].held() > 0);
        self.orders.sort(left, &self.cell);
        self.carry_out(roll, crew, |list, rows, roll| {
            list.read_through();
            for &row in rows {
                list.let_go(row as usize, roll);
            }
        });
        let known = changed.iter().copied();
        let came = known.filter(|&row| firms.alive[row as usize]);
        for row in came.clone() {
            self.cell[row as usize] = cell_of(firms, row as usize) as u16;
        }
        self.orders.sort(came, &self.cell);
        self.carry_out(roll, crew, |list, rows, roll| {
            for &row in rows {
                list.take_up(row as usize, roll);
            }
        });
        self.note(changed, seen, crew);
        self.measure(seen, crew);
        let misfits = std::mem::take(&mut self.misfits);
        self.orders.sort(misfits.iter().copied(), &self.cell);
        self.carry_out(roll, crew, |list, rows, roll| {
            for &row in rows {
                list.fit(row as usize, roll);
            }
        });
        self.note(&misfits, seen, crew);
        self.misfits = misfits;
    }

    /// Lists carry out their orders, side by side, as no firm is in two of them.
    fn carry_out(
        &mut self,
        (seen, firms, key): (&[f64], &Firms, Key),
        crew: Crew,
        act: impl Fn(&mut List, &[u32], &Roll) + Sync,
    ) {
        let roll = Roll {
            holdings: &self.holdings,
            seen,
            id: &firms.id,
            key,
        };
        let orders = &self.orders;
        let lists = (0..CELLS, &mut self.lists[..]);
        let crew = crew.of_lists(CELLS, firms.len());
        crew.walk(lists, |(cells, lists)| {
            for (cell, list) in cells.zip(lists) {
                act(list, orders.of(cell), &roll);
            }
        });
    }

    /// Notes what the slots of the firms in `rows`, which rise, and of all in lists whose slots
    /// have changed stand for, and how often they answer.
    fn note(&mut self, rows: &[u32], seen: &[f64], crew: Crew) {
        let (lists, cell, holdings) = (&self.lists, &self.cell, &self.holdings);
        let weigh = |row: usize| {
            let width = lists[usize::from(cell[row])].width();
            holdings[row].weigh(width)
        };
        let slots = (&mut self.shares[..], &mut self.several[..]);
        let parts = (0..seen.len(), slots, &mut self.answers[1..]);
        crew.walk(parts, |(block, (shares, several), answers)| {
            let before = |end: usize| rows.partition_point(|&row| (row as usize) < end);
            for &row in &rows[before(block.start)..before(block.end)] {
                let (row, own) = (row as usize, row as usize - block.start);
                (shares[own], several[own]) = weigh(row);
                answers[own] = answering(seen[row] * shares[own]);
            }
        });
        for list in lists.iter().filter(|list| list.is_changed()) {
            for row in list.rows() {
                let row = row as usize;
                (self.shares[row], self.several[row]) = weigh(row);
                self.answers[row + 1] = answering(seen[row] * self.shares[row]);
            }
        }
        self.lists.iter_mut().for_each(List::settle_down);
    }

    /// Notes how often firms answer; lists the rows of those whose slots overflow, and of those
    /// that fill not half of several.
    fn measure(&mut self, seen: &[f64], crew: Crew) {
        let rooms = crew.rooms(seen.len(), &mut self.found);
        let slots = (&self.shares[..], &self.several[..]);
        let parts = (
            (0..seen.len(), rooms),
            (seen, &mut self.answers[1..]),
            slots,
        );
        crew.walk(parts, |((rows, mut room), (seen, answers), slots)| {
            let misfits = room.own();
            misfits.clear();
            have_room(misfits, rows.len());
            let mut flags = [false; strip::ROWS];
            let slots = (slots.0.chunks(strip::ROWS)).zip(slots.1.chunks(strip::ROWS));
            let firms = (seen.chunks(strip::ROWS)).zip(answers.chunks_mut(strip::ROWS));
            let strips = (rows.start as u32..).step_by(strip::ROWS);
            for ((first, (seen, answers)), (shares, several)) in strips.zip(firms).zip(slots) {
                let flags = &mut flags[..answers.len()];
                fill(seen, shares, several, answers, flags);
                strip::flagged(flags, first, misfits);
            }
        });
        let found = &self.found[..crew.blocks(seen.len())];
        self.misfits.clear();
        have_room(&mut self.misfits, found.iter().map(Vec::capacity).sum());
        for found in found {
            self.misfits.extend_from_slice(found);
        }
    }

    /// Where the slots of all lists stand, and how often their holders answer.
    pub(super) fn directory(&self) -> Directory<'_> {
        Directory {
            slots: std::array::from_fn(|cell| self.lists[cell].slots()),
            answers: &self.answers,
        }
    }
}

/// What searches look up, close together: what else belongs to a list stands apart.
pub(super) struct Directory<'a> {
    /// Slots of each list.
    slots: [&'a [u32]; CELLS],
    /// See [`Addresses`].
    answers: &'a [u32],
}

impl Directory<'_> {
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
            let slots = self.slots[cells[i] as usize];
            let along = u64::from(words[i]) * slots.len() as u64;
            // derived: bits of a word
            *holder = slots[(along >> 32) as usize];
            *part = along as u32;
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
        let slots = self.lists[usize::from(self.cell[row])].slots();
        let held = slots.iter().filter(|&&holder| holder as usize == row + 1);
        assert!(seen * self.shares[row] <= 1.0 + f64::EPSILON);
        held.count() as f64 * f64::from(self.answers[row + 1]) / slots.len() as f64
    }

    /// Rows of the holders of all slots, [`NOBODY`] for free ones.
    pub(super) fn slots(&self) -> Vec<u32> {
        let slots = self.lists.iter().flat_map(List::slots);
        slots.map(|holder| holder.wrapping_sub(1)).collect()
    }
}

/// Visibility by region and field, and number of firms, of a block of firms.
fn masses(seen: &[f64], firms: &Firms, rows: Range<usize>) -> ([f64; CELLS], [u32; CELLS]) {
    let (mut masses, mut numbers) = ([0.0; CELLS], [0; CELLS]);
    for row in rows.filter(|&row| firms.alive[row]) {
        let cell = cell_of(firms, row);
        masses[cell] += seen[row];
        numbers[cell] += 1;
    }
    (masses, numbers)
}

fn cell_of(firms: &Firms, row: usize) -> usize {
    usize::from(firms.region[row]) * FIELDS + usize::from(firms.field[row])
}
