//! What does a bargain see of each firm? One short row a firm, drawn up once a quarter, so that a
//! search that found it reads one place instead of a dozen columns.

use super::TransferParameters;
use super::addresses::visibility;
use super::bargain;
use crate::base::blocks::Crew;
use crate::base::rng::{Key, Purpose};
use crate::base::room::have_room;
use crate::base::{math, strip};
use crate::model::context::Context;
use crate::model::firms::{FIELDS, Firms};
use std::ops::Range;

/// Id of a row without a living firm.
pub(super) const NOBODY: u32 = u32::MAX;
/// A certificate that ends within a year is to be renewed.
const EXPIRING: i32 = 4; // derived: quarters a year

/// A firm as a possible partner, in 16 bytes, as many are looked at far apart: id (32 bits), sales
/// (`f32`), worth for the certificate (`f32`), absorptive capacity (16 bits), real firms that it
/// stands for (8 bits), field (5 bits), need, whether it obliges.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(align(16))] // none across two cache lines
pub(super) struct Partner(pub(super) [u64; 2]);

/// Bits of the second word.
const ABSORPTIVE: u32 = 32;
const MEMBERS: u32 = 48;
const FIELD: u32 = 56;
const NEED: u32 = 61;
const FRIENDLY: u32 = 62;
/// Real firms told apart.
const MOST: f64 = 255.0; // derived: eight bits
/// Steps of absorptive capacity.
const STEPS: f64 = 65_535.0; // derived: sixteen bits

#[allow(clippy::inline_always)] // parts of strip loops
impl Partner {
    /// Its id.
    #[inline(always)]
    pub(super) fn id(self) -> u32 {
        self.0[0] as u32
    }

    /// Sales \[mn/yr\].
    #[inline(always)]
    pub(super) fn sales(self) -> f64 {
        f64::from(f32::from_bits((self.0[0] >> 32) as u32)) // derived: bits of an id
    }

    /// Worth of a patent for its certificate \[mn\].
    #[inline(always)]
    pub(super) fn certificate(self) -> f64 {
        f64::from(f32::from_bits(self.0[1] as u32))
    }

    /// Absorptive capacity \[0..1\].
    #[inline(always)]
    pub(super) fn absorptive(self) -> f64 {
        f64::from((self.0[1] >> ABSORPTIVE) as u16) / STEPS
    }

    /// Real firms it stands for, at least one and no more than are ever told apart \[firms\].
    #[inline(always)]
    pub(super) fn members(self) -> u32 {
        u32::from((self.0[1] >> MEMBERS) as u8)
    }

    /// Its field.
    #[inline(always)]
    pub(super) fn field(self) -> usize {
        (self.0[1] >> FIELD) as usize % FIELDS
    }

    /// Whether it has an open need.
    #[inline(always)]
    pub(super) fn need(self) -> bool {
        self.0[1] >> NEED & 1 == 1
    }

    /// Whether it obliges a unit that must place patents.
    #[inline(always)]
    pub(super) fn friendly(self) -> bool {
        self.0[1] >> FRIENDLY & 1 == 1
    }
}

/// The whole number of a value without a fraction.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
fn whole(value: f64) -> u64 {
    const TWO_52: f64 = 4_503_599_627_370_496.0; // derived: behind it stand whole numbers
    (value + TWO_52).to_bits() & 0xFFFF
}

/// Columns of firms of which rows are made.
struct Columns<'a> {
    id: &'a [u32],
    sales: &'a [f64],
    absorptive: &'a [f64],
    weight: &'a [f64],
    patents: &'a [f64],
    until: &'a [i32],
    aware: &'a [bool],
    need: &'a [bool],
    field: &'a [u8],
    rank: &'a [f32],
}

impl<'a> Columns<'a> {
    /// Those of a block of firms.
    fn of(firms: &'a Firms, rank: &'a [f32], block: &Range<usize>) -> Self {
        let block = || block.clone();
        Self {
            id: &firms.id[block()],
            sales: &firms.sales[block()],
            absorptive: &firms.absorptive[block()],
            weight: &firms.weight[block()],
            patents: &firms.patents[block()],
            until: &firms.hightech_until[block()],
            aware: &firms.aware_hightech[block()],
            need: &firms.need[block()],
            field: &firms.field[block()],
            rank: &rank[block()],
        }
    }
}

crate::dispatched! {
    /// Rows of firms under a push for deals; those with a certificate that ends by `expires` or
    /// without one want it.
    fn list(
        of: &Columns,
        expires: i32,
        price: f64,
        push: f64,
        p: &TransferParameters,
        rows: &mut [Partner],
    ) {
        let n = rows.len();
        let (id, sales, absorptive) = (&of.id[..n], &of.sales[..n], &of.absorptive[..n]);
        let (weight, patents, until) = (&of.weight[..n], &of.patents[..n], &of.until[..n]);
        let (aware, need, field) = (&of.aware[..n], &of.need[..n], &of.field[..n]);
        let rank = &of.rank[..n];
        for i in 0..n {
            let lacks = aware[i] & (until[i] <= expires);
            let certificate = bargain::value_for_certificate(patents[i], lacks, price, p) as f32;
            let friendly = bargain::is_friendly(f64::from(rank[i]), push, p);
            let members = whole(math::clamp(weight[i], 1.0, MOST).floor());
            let absorptive = whole(math::clamp(absorptive[i], 0.0, 1.0) * STEPS);
            rows[i] = Partner([
                u64::from(id[i]) | u64::from((sales[i] as f32).to_bits()) << 32, // derived: bits of an id
                u64::from(certificate.to_bits())
                    | absorptive << ABSORPTIVE
                    | members << MEMBERS
                    | u64::from(field[i]) << FIELD
                    | u64::from(need[i]) << NEED
                    | u64::from(friendly) << FRIENDLY,
            ]);
        }
    }
}

crate::dispatched! {
    /// Which rows hold another firm than known, or none any more; notes who holds each.
    fn recognise(alive: &[bool], id: &[u32], known: &mut [u32], differs: &mut [bool]) {
        let firms = alive.iter().zip(id);
        for ((known, differs), (&alive, &id)) in known.iter_mut().zip(differs).zip(firms) {
            let now = if alive { id } else { NOBODY };
            *differs = now != *known;
            *known = now;
        }
    }
}

crate::dispatched! {
    /// Visibility of firms, by row.
    fn see(weight: &[f64], sales: &[f64], exposure: f64, seen: &mut [f64]) {
        for ((seen, &w), &s) in seen.iter_mut().zip(weight).zip(sales) {
            *seen = visibility(w, s, exposure);
        }
    }
}

/// Rows of all firms, and what lasts of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Partners {
    /// By row of the firms.
    pub rows: Vec<Partner>,
    /// Weight · sales^exposure, by row.
    pub seen: Vec<f64>,
    /// Rows that hold another firm, or none, since the last quarter.
    pub changed: Vec<u32>,
    /// Place in the order in which firms oblige.
    rank: Vec<f32>,
    /// Id, [`NOBODY`] where none is in business.
    known: Vec<u32>,
    /// Scratch by block.
    changes: Vec<Changes>,
}

/// Rows of a block of firms that changed hands.
#[derive(Clone, Debug, Default, PartialEq)]
struct Changes {
    rows: Vec<u32>,
    /// Ids of the firms that came, and their draws.
    came: Vec<u32>,
    drawn: [Vec<f64>; 2],
}

impl Changes {
    /// Looks for rows of the block that hold another firm than `known`, and draws its place in
    /// the order of obliging.
    fn find(
        &mut self,
        firms: &Firms,
        block: Range<usize>,
        known: &mut [u32],
        rank: &mut [f32],
        key: Key,
    ) {
        let (alive, id) = (&firms.alive[block.clone()], &firms.id[block.clone()]);
        self.rows.clear();
        let mut differs = [false; strip::ROWS];
        let strips = alive.chunks(strip::ROWS).zip(id.chunks(strip::ROWS));
        let strips = strips.zip(known.chunks_mut(strip::ROWS));
        for (first, ((alive, id), known)) in (0..).step_by(strip::ROWS).zip(strips) {
            let differs = &mut differs[..id.len()];
            recognise(alive, id, known, differs);
            strip::flagged(differs, first, &mut self.rows);
        }
        self.came.clear();
        (self.came).extend(self.rows.iter().map(|&row| known[row as usize]));
        let [first, second] = &mut self.drawn;
        first.resize(self.came.len(), 0.0);
        second.resize(self.came.len(), 0.0);
        strip::fill_pairs(key, &self.came, 0, 0, Purpose::Choice, first, second);
        for (row, &drawn) in self.rows.iter_mut().zip(&*first) {
            rank[*row as usize] = drawn as f32;
            *row += block.start as u32;
        }
    }
}

impl Partners {
    /// Draws up the rows of this quarter.
    pub(super) fn draw_up(&mut self, firms: &Firms, ctx: &Context) {
        self.rows.resize(firms.len(), Partner::default());
        let (expires, push) = (ctx.q() + EXPIRING, ctx.seen.rights.appraisal_push);
        let (price, p) = (ctx.world.price, &ctx.parameters.transfer);
        let (rank, parts) = (&self.rank, (0..firms.len(), &mut self.rows[..]));
        ctx.crew.walk(parts, |(block, rows)| {
            let columns = Columns::of(firms, rank, &block);
            list(&columns, expires, price, push, p, rows);
        });
    }

    /// Notes how visible firms are, which rows changed hands, and the standing traits of the
    /// firms that came.
    pub(super) fn look_round(&mut self, firms: &Firms, exposure: f64, key: Key, crew: Crew) {
        let n = firms.len();
        self.seen.resize(n, 0.0);
        self.known.resize(n, NOBODY);
        self.rank.resize(n, 1.0);
        let columns = (&mut self.known[..], &mut self.rank[..]);
        let rooms = crew.rooms(n, &mut self.changes);
        let parts = ((0..n, &mut self.seen[..]), columns, rooms);
        crew.walk(parts, |((block, seen), (known, rank), mut room)| {
            let (weight, sales) = (&firms.weight[block.clone()], &firms.sales[block.clone()]);
            see(weight, sales, exposure, seen);
            room.own().find(firms, block, known, rank, key);
        });
        let changes = &self.changes[..crew.blocks(n)];
        let room = changes.iter().map(|changes| changes.rows.capacity()).sum();
        self.changed.clear();
        have_room(&mut self.changed, room);
        for changes in changes {
            self.changed.extend_from_slice(&changes.rows);
        }
    }
}
