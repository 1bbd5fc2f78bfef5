//! Which firms does an office come upon when it looks for a partner?
//!
//! Firms stand in a fixed table of addresses, one list per region and field. A founding
//! firm holds an interval in proportion to weight · sales^exposure, an entrant holds slots
//! kept free for entrants. A dead or shrunken address sends the search to its next keyed
//! draw, so that what happens to one firm moves no draw of others (mechanisms M16).

use super::TransferParameters;
use super::partners::Partner;
use crate::base::math;
use crate::base::rng::Purpose;
use crate::model::context::Context;
use crate::model::firms::{FIELDS, Firms, REGIONS};

const CELLS: usize = REGIONS * FIELDS;
/// Slots one entrant can hold, and places it looks for a free one.
const HELD: u32 = 16;
const PROBES: usize = 8;
const NOBODY: u32 = u32::MAX;

/// One place in the table.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Address {
    /// Row of the firm.
    row: u32,
    /// Its id.
    id: u32,
    /// Weight · sales^exposure that the firm's addresses stand for.
    initial: f64,
}

/// List of one region and field.
#[derive(Clone, Debug, Default, PartialEq)]
struct Cell {
    /// Founding firms.
    founders: Vec<Address>,
    /// Upper edge of each founder's interval.
    edge: Vec<f64>,
    /// Slots for entrants.
    slots: Vec<Address>,
    /// Width of a slot.
    width: f64,
}

impl Cell {
    fn founding(&self) -> f64 {
        self.edge.last().copied().unwrap_or(0.0)
    }

    fn at(&self, position: f64) -> Option<Address> {
        let founding = self.founding();
        let x = position * (founding + self.width * self.slots.len() as f64);
        let found = if x < founding {
            self.founders
                .get(self.edge.partition_point(|&edge| edge <= x))
        } else {
            self.slots.get(((x - founding) / self.width) as usize)
        };
        found.copied().filter(|address| address.row != NOBODY)
    }
}

/// Table of addresses.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Addresses {
    cells: Vec<Cell>,
    /// Upper edges of founding mass by region.
    region: [f64; REGIONS],
    /// The same by field within each region.
    fields: Vec<[f64; FIELDS]>,
    /// Id that each row of firms had when last looked at.
    known: Vec<u32>,
}

/// How a search divides between home and away.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    /// Region of the invention.
    pub region: usize,
    /// Field of the invention.
    pub field: usize,
    /// Share of search outside the home region.
    pub reach: f64,
    /// Share of search in the invention's own field.
    pub focus: f64,
}

/// Visibility of a firm agent, weight · sales^exposure.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn visibility(weight: f64, sales: f64, exposure: f64) -> f64 {
    weight * math::pow(math::max(sales, f64::MIN_POSITIVE), exposure)
}

/// Region searched: home below `1 − reach`, else another in proportion to mass, given by
/// upper `edges`.
///
/// Example: reach 0.3: a first digit of 0.69 stays, 0.71 goes; raising reach moves only
/// digits between the two shares.
pub fn region_searched(scope: &Scope, digit: f64, pick: f64, edges: &[f64; REGIONS]) -> usize {
    if digit < 1.0 - scope.reach {
        return scope.region;
    }
    choose(edges, scope.region, pick)
}

/// Turns masses into upper edges of intervals.
fn cumulate(mass: &mut [f64]) {
    let mut sum = 0.0;
    for m in mass {
        sum += *m;
        *m = sum;
    }
}

/// Index chosen in proportion to mass, given by upper `edges`, `without` left out; that one
/// itself where no other has mass.
///
/// Example: masses 1, 2, 1 without the second: a pick of 0.4 gives the first, 0.6 the third.
fn choose(edges: &[f64], without: usize, pick: f64) -> usize {
    let below = if without > 0 { edges[without - 1] } else { 0.0 };
    let own = edges[without] - below;
    let all = edges[edges.len() - 1];
    if all - own <= 0.0 {
        return without;
    }
    let x = pick * (all - own);
    let x = if x < below { x } else { x + own };
    let found = edges.partition_point(|&edge| edge <= x);
    if found < edges.len() {
        return found;
    }
    // rounding at the upper end: the last other one that has mass
    (0..edges.len())
        .rev()
        .find(|&k| k != without && edges[k] > if k > 0 { edges[k - 1] } else { 0.0 })
        .unwrap_or(without)
}

/// Number of lots that a mass is cut into, and the mass of each: at most `lot` real cases,
/// or at most `sampled` where the sample is coarser than that.
///
/// Example: 25 cases at 10: 3 lots of 8⅓.
pub fn lots(mass: f64, sampled: f64, lot: f64) -> (u32, f64) {
    let n = math::max(1.0, (mass / math::max(lot, sampled) - f64::EPSILON).ceil());
    (n as u32, mass / n)
}

impl Addresses {
    /// Table of the firms in business at the start.
    pub fn found(firms: &Firms, p: &TransferParameters) -> Self {
        let mut table = Self {
            cells: vec![Cell::default(); CELLS],
            ..Self::default()
        };
        for row in 0..firms.len() {
            table.known.push(firms.id[row]);
            if !firms.alive[row] {
                continue;
            }
            let seen = visibility(firms.weight[row], firms.sales[row], p.exposure);
            let cell = &mut table.cells[cell_of(firms, row)];
            let below = cell.founding();
            cell.edge.push(below + seen);
            cell.founders.push(Address {
                row: row as u32,
                id: firms.id[row],
                initial: seen,
            });
            table.region[usize::from(firms.region[row])] += seen;
        }
        table.fields = vec![[0.0; FIELDS]; REGIONS];
        for (k, cell) in table.cells.iter().enumerate() {
            table.fields[k / FIELDS][k % FIELDS] = cell.founding();
        }
        for edges in &mut table.fields {
            cumulate(edges);
        }
        let mean = table.region.iter().sum::<f64>() / math::max(1.0, firms.len() as f64);
        for cell in &mut table.cells {
            let n = cell.founders.len();
            cell.width = if n > 0 {
                cell.founding() / n as f64
            } else {
                mean
            };
            let slots = math::max(1.0, (p.reserve * n as f64).ceil()) as usize;
            let nobody = Address {
                row: NOBODY,
                ..Address::default()
            };
            cell.slots.resize(slots, nobody);
        }
        cumulate(&mut table.region);
        table
    }

    /// Gives slots to firms that came since the last look.
    pub fn admit(&mut self, firms: &Firms, ctx: &Context) {
        let exposure = ctx.parameters.transfer.exposure;
        for row in 0..firms.len() {
            if row == self.known.len() {
                self.known.push(!firms.id[row]);
            }
            let id = firms.id[row];
            if self.known[row] == id || !firms.alive[row] {
                continue;
            }
            self.known[row] = id;
            let seen = visibility(firms.weight[row], firms.sales[row], exposure);
            let cell = &mut self.cells[cell_of(firms, row)];
            let wanted = math::clamp((seen / cell.width).ceil(), 1.0, f64::from(HELD)) as u32;
            let held = Address {
                row: row as u32,
                id,
                initial: f64::from(wanted) * cell.width,
            };
            for k in 0..wanted {
                let start = ctx.key.uniform(id, k, 0, 0, Purpose::Search);
                let n = cell.slots.len();
                let first = (start * n as f64) as usize;
                for step in 0..PROBES {
                    let slot = &mut cell.slots[(first + step) % n];
                    let free = slot.row == NOBODY || !lives(slot, firms);
                    if free {
                        *slot = held;
                        break;
                    }
                }
            }
        }
    }

    /// Row of the firm that partner draw `partner` of a lot comes upon, if any.
    pub fn draw(
        &self,
        partners: &[Partner],
        scope: &Scope,
        who: (u32, u32, u32),
        purpose: Purpose,
        ctx: &Context,
    ) -> Option<usize> {
        let p = &ctx.parameters.transfer;
        let (invention, lot, partner) = who;
        let tries = p.tries as u32;
        for attempt in 0..tries {
            // two blocks of digits: where to look, and at whom
            let first = (partner * tries + attempt) * 2;
            let [away, where_to, other, which] = ctx.digits(invention, lot, first, purpose);
            let region = region_searched(scope, away, where_to, &self.region);
            let field = if other < scope.focus {
                scope.field
            } else {
                choose(&self.fields[region], scope.field, which)
            };
            let (position, accept) = ctx.pair(invention, lot, first + 1, purpose);
            let Some(address) = self.cells[region * FIELDS + field].at(position) else {
                continue;
            };
            let partner = &partners[address.row as usize];
            if partner.id == address.id && accept * address.initial < partner.visibility {
                return Some(address.row as usize);
            }
        }
        None
    }
}

fn lives(address: &Address, firms: &Firms) -> bool {
    let row = address.row as usize;
    firms.alive[row] && firms.id[row] == address.id
}

fn cell_of(firms: &Firms, row: usize) -> usize {
    usize::from(firms.region[row]) * FIELDS + usize::from(firms.field[row])
}
