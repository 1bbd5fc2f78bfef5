//! Which firms does an office come upon when it looks for a partner?
//!
//! Firms stand in a fixed table of addresses, one list per region and field. A founding
//! firm holds an interval in proportion to weight · sales^exposure, an entrant holds slots
//! kept free for entrants. A dead or shrunken address sends the search to its next keyed
//! draw, so that what happens to one firm moves no draw of others (mechanisms M16).

use super::TransferParameters;
use super::partners::{NOBODY, Partner};
use crate::base::math;
use crate::base::rng::{Key, Purpose};
use crate::model::context::Context;
use crate::model::firms::{FIELDS, Firms, REGIONS};

const CELLS: usize = REGIONS * FIELDS;
/// Slots one entrant can hold, and places it looks for a free one.
const HELD: u32 = 16;
const PROBES: usize = 8;

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

/// A founding firm's address, and the one that shares its step of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Step {
    own: Address,
    /// Part of the step that is the firm's own.
    keep: f64,
    /// Step of the firm that has the rest.
    other: u32,
}

/// Where the list of one region and field stands, and how wide it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Cell {
    /// First founding firm and their number.
    first: u32,
    founders: u32,
    /// First slot for entrants and their number.
    first_slot: u32,
    slots: u32,
    /// Founding mass.
    founding: f64,
    /// Width of a slot.
    width: f64,
}

/// Table of addresses: for each region and field the founding firms as an alias table
/// (Walker 1977), so that a digit finds its firm in one step, then slots for entrants.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Addresses {
    cells: Vec<Cell>,
    steps: Vec<Step>,
    slots: Vec<Address>,
    /// Upper edges of founding mass by region.
    region: [f64; REGIONS],
    /// The same by field within each region.
    fields: Vec<[f64; FIELDS]>,
    /// Id that each row of firms had when last looked at.
    known: Vec<u32>,
}

/// How a search divides between home and away.
#[derive(Clone, Copy, Debug, PartialEq)]
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

/// Number of lots that a mass is cut into, and the mass of each: at most `lot` real cases, and
/// at most `sampled`, so that at full scale each real case searches for itself.
///
/// Example: 25 cases at most 10 a lot: 3 lots of 8⅓.
pub fn lots(mass: f64, sampled: f64, lot: f64) -> (u32, f64) {
    let largest = math::min(lot, math::max(1.0, sampled));
    let n = math::max(1.0, (mass / largest - f64::EPSILON).ceil());
    (n as u32, mass / n)
}

/// Makes an alias table of steps whose own masses are given (Vose 1991).
fn alias(steps: &mut [Step]) {
    let n = steps.len();
    let total: f64 = steps.iter().map(|step| step.own.initial).sum();
    let mut scaled: Vec<f64> = (steps.iter())
        .map(|step| step.own.initial / total * n as f64)
        .collect();
    let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..n).partition(|&k| scaled[k] < 1.0);
    while let (Some(&few), Some(&many)) = (small.last(), large.last()) {
        small.pop();
        steps[few].keep = scaled[few];
        steps[few].other = many as u32;
        scaled[many] -= 1.0 - scaled[few];
        if scaled[many] < 1.0 {
            large.pop();
            small.push(many);
        }
    }
    for k in small.into_iter().chain(large) {
        steps[k].keep = 1.0;
    }
}

/// Searches of one quarter, one draw of a partner each, and what they came upon.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Searches {
    who: Vec<(u32, u32, u32)>,
    scope: Vec<Scope>,
    /// Row of the firm found, [`NOBODY`] where none was.
    pub found: Vec<u32>,
    open: Vec<u32>,
    target: Vec<Target>,
    digits: Digits,
}

/// Digits of the draws of one attempt: where to look (region, field), and at whom.
#[derive(Clone, Debug, Default, PartialEq)]
struct Digits {
    entity: [Vec<u32>; 3],
    columns: [Vec<f64>; 6],
}

crate::dispatched! {
    /// Fills four columns of 32-bit digits and two of 53.
    fn fill_digits(
        key: Key,
        quarter: u32,
        purpose: Purpose,
        entity: &[Vec<u32>; 3],
        columns: &mut [Vec<f64>; 6],
    ) {
        let [a, b, number] = entity;
        let [away, where_to, other, which, position, accept] = columns;
        let n = a.len();
        let (b, number) = (&b[..n], &number[..n]);
        let (away, where_to) = (&mut away[..n], &mut where_to[..n]);
        let (other, which) = (&mut other[..n], &mut which[..n]);
        let (position, accept) = (&mut position[..n], &mut accept[..n]);
        for i in 0..n {
            let four = key.digits(a[i], b[i], quarter, number[i], purpose);
            [away[i], where_to[i], other[i], which[i]] = four;
            let two = key.pair(a[i], b[i], quarter, number[i] + 1, purpose);
            (position[i], accept[i]) = two;
        }
    }
}

impl Digits {
    fn draw(
        &mut self,
        who: &[(u32, u32, u32)],
        open: &[u32],
        attempt: u32,
        tries: u32,
        purpose: Purpose,
        ctx: &Context,
    ) {
        let [a, b, number] = &mut self.entity;
        for column in [&mut *a, &mut *b, &mut *number] {
            column.clear();
        }
        for &k in open {
            let (invention, lot, partner) = who[k as usize];
            a.push(invention);
            b.push(lot);
            number.push((partner * tries + attempt) * 2); // derived: two blocks of digits
        }
        for column in &mut self.columns {
            column.resize(open.len(), 0.0);
        }
        let quarter = ctx.q() as u32;
        fill_digits(ctx.key, quarter, purpose, &self.entity, &mut self.columns);
    }

    #[inline]
    fn of(&self, at: usize) -> [f64; 6] {
        std::array::from_fn(|k| self.columns[k][at])
    }
}

/// Where a draw points.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Target {
    cell: u32,
    position: f64,
    accept: f64,
}

impl Searches {
    /// Forgets the last quarter's.
    pub fn clear(&mut self) {
        self.who.clear();
        self.scope.clear();
        self.found.clear();
    }

    /// Adds draw `partner` of a lot of an invention.
    pub fn push(&mut self, invention: u32, lot: u32, partner: u32, scope: Scope) {
        self.who.push((invention, lot, partner));
        self.scope.push(scope);
        self.found.push(NOBODY);
    }
}

impl Addresses {
    /// Table of the firms in business at the start.
    pub fn found(firms: &Firms, p: &TransferParameters) -> Self {
        let mut table = Self {
            fields: vec![[0.0; FIELDS]; REGIONS],
            ..Self::default()
        };
        let mut lists = vec![Vec::new(); CELLS];
        for row in 0..firms.len() {
            table.known.push(firms.id[row]);
            if firms.alive[row] {
                let own = Address {
                    row: row as u32,
                    id: firms.id[row],
                    initial: visibility(firms.weight[row], firms.sales[row], p.exposure),
                };
                lists[cell_of(firms, row)].push(Step {
                    own,
                    ..Step::default()
                });
                table.region[usize::from(firms.region[row])] += own.initial;
            }
        }
        let mean = table.region.iter().sum::<f64>() / math::max(1.0, firms.len() as f64);
        for (k, list) in lists.iter_mut().enumerate() {
            let n = list.len();
            let founding = list.iter().map(|step| step.own.initial).sum();
            table.fields[k / FIELDS][k % FIELDS] = founding;
            let slots = math::max(1.0, (p.reserve * n as f64).ceil()) as usize;
            table.cells.push(Cell {
                first: table.steps.len() as u32,
                founders: n as u32,
                first_slot: table.slots.len() as u32,
                slots: slots as u32,
                founding,
                width: if n > 0 { founding / n as f64 } else { mean },
            });
            alias(list);
            table.steps.append(list);
            let nobody = Address {
                row: NOBODY,
                id: NOBODY,
                initial: 0.0,
            };
            table.slots.resize(table.slots.len() + slots, nobody);
        }
        cumulate(&mut table.region);
        for edges in &mut table.fields {
            cumulate(edges);
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
            let cell = self.cells[cell_of(firms, row)];
            let wanted = math::clamp((seen / cell.width).ceil(), 1.0, f64::from(HELD)) as u32;
            let held = Address {
                row: row as u32,
                id,
                initial: f64::from(wanted) * cell.width,
            };
            for k in 0..wanted {
                let start = ctx.key.uniform(id, k, 0, 0, Purpose::Search);
                let n = cell.slots as usize;
                let first = (start * n as f64) as usize;
                for step in 0..PROBES {
                    let slot = &mut self.slots[cell.first_slot as usize + (first + step) % n];
                    if slot.row == NOBODY || !lives(slot, firms) {
                        *slot = held;
                        break;
                    }
                }
            }
        }
    }

    /// Carries out the searches: each draws addresses until a firm in business answers, at
    /// most `tries` times. One attempt of all runs in short passes, so that looking up one
    /// address does not wait for another.
    pub fn carry_out(
        &self,
        searches: &mut Searches,
        partners: &[Partner],
        purpose: Purpose,
        ctx: &Context,
    ) {
        let tries = ctx.parameters.transfer.tries as u32;
        let Searches {
            who,
            scope,
            found,
            open,
            target,
            digits,
        } = searches;
        open.clear();
        open.extend(0..who.len() as u32);
        for attempt in 0..tries {
            digits.draw(who, open, attempt, tries, purpose, ctx);
            target.clear();
            for (at, &k) in open.iter().enumerate() {
                target.push(self.point(&scope[k as usize], digits, at));
            }
            let mut left = 0;
            for at in 0..open.len() {
                let address = self.at(&target[at]);
                // an empty slot has no row
                let answers = partners.get(address.row as usize).is_some_and(|partner| {
                    let there = partner.id == address.id;
                    there && target[at].accept * address.initial < partner.visibility
                });
                if answers {
                    found[open[at] as usize] = address.row;
                } else {
                    open[left] = open[at];
                    left += 1;
                }
            }
            open.truncate(left);
        }
    }

    /// Where the digits of one draw point.
    #[inline]
    fn point(&self, scope: &Scope, digits: &Digits, at: usize) -> Target {
        let [away, where_to, other, which, position, accept] = digits.of(at);
        let region = region_searched(scope, away, where_to, &self.region);
        let field = if other < scope.focus {
            scope.field
        } else {
            choose(&self.fields[region], scope.field, which)
        };
        Target {
            cell: (region * FIELDS + field) as u32,
            position,
            accept,
        }
    }

    /// The address at a position in \[0, 1) of a cell.
    #[inline]
    fn at(&self, target: &Target) -> Address {
        let cell = &self.cells[target.cell as usize];
        let x = target.position * (cell.founding + cell.width * f64::from(cell.slots));
        if x >= cell.founding || cell.founders == 0 {
            let slot = ((x - cell.founding) / cell.width) as u32;
            return self.slots[(cell.first_slot + slot.min(cell.slots - 1)) as usize];
        }
        let y = x / cell.founding * f64::from(cell.founders);
        let k = (y as u32).min(cell.founders - 1);
        let step = &self.steps[(cell.first + k) as usize];
        if y - f64::from(k) < step.keep {
            step.own
        } else {
            self.steps[(cell.first + step.other) as usize].own
        }
    }
}

fn lives(address: &Address, firms: &Firms) -> bool {
    let row = address.row as usize;
    firms.alive[row] && firms.id[row] == address.id
}

fn cell_of(firms: &Firms, row: usize) -> usize {
    usize::from(firms.region[row]) * FIELDS + usize::from(firms.field[row])
}
