//! What do projects see of their firms, and what do firms get back?
//!
//! A firm with projects has a purse as long as it is in business; amounts are of all firms that
//! its row represents.

use super::decision::productivity_jump;
use super::{FunnelParameters, Waiting};
use crate::base::math::{max, min};
use crate::model::firms::Firms;

/// What a firm's projects take from and bring to it in a quarter; small, as each project looks
/// into it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(32))] // within a cache line
pub struct Purse {
    /// Cash at the quarter's start \[mn\]; [`GONE`] where the firm is not in business.
    pub(super) budget: f64,
    /// Spent on stages, places and approval \[mn\].
    pub(super) spent: f64,
    /// Revenue of products first sold \[mn/yr, 2020 prices\].
    pub(super) revenue: f64,
    /// Real inventions that wait for a first sale.
    pub(super) waiting: f64,
}

/// Whose a purse is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Owner {
    /// Absorptive capacity of the firm.
    pub(super) absorptive: f64,
    /// Row of the firm.
    pub row: u32,
    /// Id of the firm, [`NOBODY`] for a free purse.
    pub id: u32,
}

/// Id of no firm.
const NOBODY: u32 = u32::MAX;
/// Budget of a firm out of business: not even nothing can be paid from it.
const GONE: f64 = -1.0;

impl Purse {
    /// Of a firm with a budget, nothing spent yet.
    fn of(budget: f64) -> Self {
        Self {
            budget,
            spent: 0.0,
            revenue: 0.0,
            waiting: 0.0,
        }
    }

    /// Cash that projects may spend yet \[mn\].
    #[inline]
    pub(super) fn left(&self) -> f64 {
        max(0.0, self.budget - self.spent)
    }

    /// Whether the firm was out of business when last looked at.
    #[inline]
    pub fn is_gone(&self) -> bool {
        self.budget < 0.0
    }

    /// The firm in row `i` pays, of which `fees` for places, notes what it sells first, and
    /// gains from what it sells.
    fn settle(&self, fees: f64, firms: &mut Firms, i: usize, price: f64, p: &FunnelParameters) {
        let each = 1.0 / firms.weight[i];
        firms.cash[i] -= self.spent * each;
        if fees > 0.0 {
            firms.platform_fees[i] += fees * each;
        }
        if self.revenue > 0.0 {
            let revenue = self.revenue * price * each;
            firms.new_product_sales[i] += revenue;
            let jump = productivity_jump(p.productivity_share * revenue, firms.sales[i]);
            firms.pending_gain[i] = min(p.gain_cap, firms.pending_gain[i] + jump);
        }
    }
}

impl Owner {
    /// Whether the firm is in business.
    fn is_there(&self, firms: &Firms) -> bool {
        let row = self.row as usize;
        firms.alive[row] && firms.id[row] == self.id
    }
}

/// Whose purse a firm's row knows.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Known {
    id: u32,
    place: u32,
}

/// Purses of all firms that have, or had, projects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Purses {
    /// The last purse opened for each row of firms.
    known: Vec<Known>,
    purses: Vec<Purse>,
    owners: Vec<Owner>,
    /// Of what is spent, fees for places \[mn\].
    fees: Vec<f64>,
    /// Rows of firms with purses and the places of these, in order, so that firms are read in
    /// theirs; the last have been opened since and stand in none.
    order: Vec<(u32, u32)>,
    /// How many stand in order.
    ordered: usize,
    /// Scratch: those that do not.
    opened: Vec<(u32, u32)>,
    /// Purses without a firm.
    free: Vec<u32>,
    /// Purses of firms that were split and of their heirs.
    heirs: Vec<(u32, u32)>,
    /// Which last digits, in base 64, places of purses of firms that were split have, by bit.
    digits: u64,
    /// Quarter index at which firms were last looked into, and whether nothing has been opened
    /// since.
    seen: Option<i32>,
}

impl Purses {
    /// Place of the purse of firm `id` in `row`.
    pub fn of(&mut self, row: usize, id: u32) -> u32 {
        if self.known.len() <= row {
            let nobody = Known {
                id: NOBODY,
                place: 0,
            };
            self.known.resize(row + 1, nobody);
        }
        let known = self.known[row];
        if known.id == id {
            return known.place;
        }
        let place = self.free.pop().unwrap_or(self.purses.len() as u32);
        let owner = Owner {
            absorptive: 0.0,
            row: row as u32,
            id,
        };
        if let Some(slot) = self.owners.get_mut(place as usize) {
            *slot = owner;
        } else {
            self.owners.push(owner);
            self.purses.push(Purse::of(GONE));
            self.fees.push(0.0);
        }
        self.known[row] = Known { id, place };
        self.order.push((row as u32, place));
        self.seen = None;
        place
    }

    /// The purse at a place.
    #[inline]
    pub fn at(&self, place: u32) -> &Purse {
        &self.purses[place as usize]
    }

    /// Whose the purse at a place is.
    #[inline]
    pub fn owner(&self, place: u32) -> &Owner {
        &self.owners[place as usize]
    }

    /// Fees for places are part of what is spent from the purse at a place \[mn\].
    #[inline]
    pub(super) fn add_fees(&mut self, place: u32, fees: f64) {
        self.fees[place as usize] += fees;
    }

    /// The purse at a place.
    #[inline]
    pub(super) fn at_mut(&mut self, place: u32) -> &mut Purse {
        &mut self.purses[place as usize]
    }

    /// Whether the firm in business in `row` has an heir already.
    pub(super) fn has_heir(&self, row: usize, id: u32) -> bool {
        let known = self.known.get(row).filter(|known| known.id == id);
        known.is_some_and(|known| self.heir(known.place).is_some())
    }

    /// The firm in row `child` is the heir of that in row `parent`, if this has a purse.
    pub(super) fn name_heir(&mut self, firms: &Firms, parent: usize, child: usize) {
        let known = self.known.get(parent).copied();
        let Some(known) = known.filter(|known| known.id == firms.id[parent]) else {
            return;
        };
        let heir = self.of(child, firms.id[child]);
        self.heirs.push((known.place, heir));
        self.digits |= 1 << (known.place % u64::BITS);
    }

    /// Whether any firm has an heir.
    pub(super) fn have_heirs(&self) -> bool {
        !self.heirs.is_empty()
    }

    /// The purse of the heir of the firm whose purse stands at a place; hardly any has one.
    #[inline]
    pub(super) fn heir(&self, place: u32) -> Option<u32> {
        if self.digits >> (place % u64::BITS) & 1 == 0 {
            return None;
        }
        let heir = self.heirs.iter().find(|(parent, _)| *parent == place);
        heir.map(|&(_, heir)| heir)
    }

    /// Heirs have what is theirs.
    pub(super) fn forget_heirs(&mut self) {
        self.heirs.clear();
        self.digits = 0;
    }

    /// Puts purses opened since in order with the others.
    fn put_in_order(&mut self) {
        self.opened.clear();
        (self.opened).extend_from_slice(&self.order[self.ordered..]);
        self.opened.sort_unstable();
        let (mut end, mut old) = (self.order.len(), self.ordered);
        // from the last on: what is in order moves up to make room
        while let Some(&last) = self.opened.last() {
            end -= 1;
            if old > 0 && self.order[old - 1] > last {
                old -= 1;
                self.order[end] = self.order[old];
            } else {
                self.order[end] = last;
                self.opened.pop();
            }
        }
        self.ordered = self.order.len();
    }

    /// Looks into all firms, unless that was done in this quarter.
    pub fn fill(&mut self, firms: &Firms, q: i32) {
        if self.seen == Some(q) {
            return;
        }
        self.seen = Some(q);
        self.fees.fill(0.0);
        self.put_in_order();
        for &(_, place) in &self.order {
            let owner = &mut self.owners[place as usize];
            let i = owner.row as usize;
            owner.absorptive = firms.absorptive[i];
            self.purses[place as usize] = Purse::of(if owner.is_there(firms) {
                max(0.0, firms.cash[i]) * firms.weight[i]
            } else {
                GONE
            });
        }
    }

    /// Firms settle what their projects did; purses of those out of business become free, as
    /// all their projects have been given up.
    pub(super) fn close(
        &mut self,
        firms: &mut Firms,
        waiting: &mut Vec<Waiting>,
        price: f64,
        p: &FunnelParameters,
    ) {
        self.seen = None;
        let free = self.free.len();
        for &(row, place) in &self.order {
            let purse = &self.purses[place as usize];
            if purse.spent > 0.0 || purse.revenue > 0.0 {
                purse.settle(self.fees[place as usize], firms, row as usize, price, p);
            }
            if purse.waiting > 0.0 {
                let mass = purse.waiting;
                waiting.push(Waiting { firm: row, mass });
            }
            if purse.is_gone() {
                let (owner, known) = (
                    &mut self.owners[place as usize],
                    &mut self.known[row as usize],
                );
                if known.id == owner.id {
                    known.id = NOBODY;
                }
                owner.id = NOBODY;
                self.free.push(place);
            }
        }
        if self.free.len() > free {
            let owners = &self.owners;
            (self.order).retain(|&(_, place)| owners[place as usize].id != NOBODY);
            self.ordered = self.order.len();
        }
    }
}
