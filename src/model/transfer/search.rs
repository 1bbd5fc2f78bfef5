//! Which firms does an office come upon when it looks for a partner?
//!
//! Firms stand in a fixed table of addresses, one list per region and field. A founding
//! firm holds an interval in proportion to weight · sales^exposure, an entrant holds slots
//! kept free for entrants. A dead or shrunken address sends the search to its next keyed
//! draw, so that what happens to one firm moves no draw of others (mechanisms M16).

use super::TransferParameters;
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
    /// Founding mass by region.
    region: [f64; REGIONS],
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
pub fn visibility(weight: f64, sales: f64, exposure: f64) -> f64 {
    weight * math::pow(math::max(sales, f64::MIN_POSITIVE), exposure)
}

/// Region searched: home below `1 − reach`, else another by `mass`.
///
/// Example: reach 0.3: a first digit of 0.69 stays, 0.71 goes; raising reach moves only
/// digits between the two shares.
pub fn region_searched(scope: &Scope, digit: f64, pick: f64, mass: &[f64; REGIONS]) -> usize {
    if digit < 1.0 - scope.reach {
        return scope.region;
    }
    choose(REGIONS, scope.region, pick, |r| mass[r])
}

/// Index chosen in proportion to `mass`, `without` left out.
fn choose(n: usize, without: usize, pick: f64, mass: impl Fn(usize) -> f64) -> usize {
    let others = || (0..n).filter(|&k| k != without);
    let mut left = pick * others().map(&mass).sum::<f64>();
    let mut chosen = without;
    for k in others() {
        if mass(k) > 0.0 {
            chosen = k;
            left -= mass(k);
            if left < 0.0 {
                break;
            }
        }
    }
    chosen
}

/// Number of lots that a mass is cut into, and the mass of each.
///
/// Example: 25 cases of an agent of weight 100 at 10 and a tenth: 3 lots of 8⅓.
pub fn lots(mass: f64, weight: f64, p: &TransferParameters) -> (u32, f64) {
    let lot = math::max(p.lot, p.lot_share * weight);
    let n = math::max(1.0, (mass / lot - f64::EPSILON).ceil());
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
        firms: &Firms,
        scope: &Scope,
        who: (u32, u32, u32),
        purpose: Purpose,
        ctx: &Context,
    ) -> Option<usize> {
        let p = &ctx.parameters.transfer;
        let (invention, lot, partner) = who;
        let tries = p.tries as u32;
        for attempt in 0..tries {
            // three pairs of digits: region, field, position
            let first = (partner * tries + attempt) * 4; // derived: numbers of the draws
            let digits = |k: u32| ctx.pair(invention, lot, first + k, purpose);
            let (away, where_to) = digits(0);
            let region = region_searched(scope, away, where_to, &self.region);
            let (other, which) = digits(1);
            let field = if other < scope.focus {
                scope.field
            } else {
                choose(FIELDS, scope.field, which, |f| {
                    self.cells[region * FIELDS + f].founding()
                })
            };
            let (position, accept) = digits(2);
            let Some(address) = self.cells[region * FIELDS + field].at(position) else {
                continue;
            };
            if !lives(&address, firms) {
                continue;
            }
            let row = address.row as usize;
            let now = visibility(firms.weight[row], firms.sales[row], p.exposure);
            if accept * address.initial < now {
                return Some(row);
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
