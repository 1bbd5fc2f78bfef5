//! What do projects see of their firms, and what do firms get back?
//!
//! A firm with projects has a purse as long as it is in business; amounts are of all firms that
//! its row represents.

use super::decision::productivity_jump;
use super::{FunnelParameters, Waiting};
use crate::base::columns::Hold;
use crate::base::math::{max, min};
use crate::base::room::have_room;
use crate::model::firms::Firms;

/// Purse of a firm with projects.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))] // one cache line
pub struct Purse {
    /// Cash at the quarter's start \[mn\]; [`GONE`] where the firm is not in business.
    pub(super) budget: f64,
    /// Spent on stages, places and approval \[mn\].
    pub(super) spent: f64,
    /// Of that, fees for places \[mn\].
    pub(super) fees: f64,
    /// Revenue of products first sold \[mn/yr, 2020 prices\].
    pub(super) revenue: f64,
    /// Real inventions that wait for a first sale.
    pub(super) waiting: f64,
    /// Absorptive capacity of the firm.
    pub(super) absorptive: f64,
    /// Real firms that it stands for.
    pub(super) weight: f64,
    /// Row of the firm in its block.
    pub row: u32,
    /// Id of the firm, `NOBODY` for a free purse.
    pub id: u32,
}

/// Id of no firm.
const NOBODY: u32 = u32::MAX;
/// Budget of a firm out of business: not even nothing can be paid from it.
const GONE: f64 = -1.0;

impl Purse {
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

    /// Whether the firm is in business, where its block begins at row `first` of `firms`.
    fn has_firm<H: Hold>(&self, firms: &Firms<H>, first: usize) -> bool {
        let row = first + self.row as usize;
        firms.alive[row] && firms.id[row] == self.id
    }

    /// Looks into the firm, with nothing spent yet.
    fn fill<H: Hold>(&mut self, firms: &Firms<H>) {
        let i = self.row as usize;
        self.budget = if self.has_firm(firms, 0) {
            max(0.0, firms.cash[i]) * firms.weight[i]
        } else {
            GONE
        };
        (self.absorptive, self.weight) = (firms.absorptive[i], firms.weight[i]);
        (self.spent, self.fees, self.revenue, self.waiting) = (0.0, 0.0, 0.0, 0.0);
    }

    /// The firm pays, notes what it sells first, and gains from what it sells.
    fn settle<H: Hold>(&self, firms: &mut Firms<H>, price: f64, p: &FunnelParameters) {
        let firm = self.row as usize;
        firms.cash[firm] -= self.spent / self.weight;
        if self.fees > 0.0 {
            firms.platform_fees[firm] += self.fees / self.weight;
        }
        if self.revenue > 0.0 {
            let revenue = self.revenue * price / self.weight;
            firms.new_product_sales[firm] += revenue;
            let jump = productivity_jump(p.productivity_share * revenue, firms.sales[firm]);
            firms.pending_gain[firm] = min(p.gain_cap, firms.pending_gain[firm] + jump);
        }
    }
}

/// Whose purse a firm's row knows.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Known {
    id: u32,
    place: u32,
}

/// Who has a part of a firm's projects: row among all firms, and place of its purse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Heir {
    pub row: u32,
    pub place: u32,
}

/// Heir of a firm that was not split.
const NO_HEIR: Heir = Heir {
    row: NOBODY,
    place: 0,
};

/// Purses of all firms of a block that have, or had, projects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Purses {
    /// The last purse opened for each row of firms.
    known: Vec<Known>,
    all: Vec<Purse>,
    /// Rows of firms with purses and the places of these, in order, so that firms are read in
    /// theirs.
    order: Vec<(u32, u32)>,
    /// Purses without a firm.
    free: Vec<u32>,
    /// Heirs of firms that were split, by place; empty where none was.
    heirs: Vec<Heir>,
}

impl Purses {
    /// Has room for the purses of `n` of the firms in so many `rows`.
    pub(super) fn make_room(&mut self, n: usize, rows: usize) {
        have_room(&mut self.known, rows);
        have_room(&mut self.all, n);
        have_room(&mut self.order, n);
        have_room(&mut self.free, n);
        have_room(&mut self.heirs, n);
    }

    /// Place of the purse of firm `id` in `row` of the block.
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
        let place = self.free.pop().unwrap_or(self.all.len() as u32);
        let purse = Purse {
            budget: GONE,
            spent: 0.0,
            fees: 0.0,
            revenue: 0.0,
            waiting: 0.0,
            absorptive: 0.0,
            weight: 0.0,
            row: row as u32,
            id,
        };
        if let Some(slot) = self.all.get_mut(place as usize) {
            *slot = purse;
        } else {
            self.all.push(purse);
        }
        self.known[row] = Known { id, place };
        let entry = (row as u32, place);
        let at = self.order.partition_point(|other| *other < entry);
        self.order.insert(at, entry);
        place
    }

    /// The purse at a place.
    #[inline]
    pub fn at(&self, place: u32) -> &Purse {
        &self.all[place as usize]
    }

    /// The purse at a place.
    #[inline]
    pub(super) fn at_mut(&mut self, place: u32) -> &mut Purse {
        &mut self.all[place as usize]
    }

    /// Place of the purse of firm `id` in `row` of the block, if it has one.
    pub(super) fn known(&self, row: usize, id: u32) -> Option<u32> {
        let known = self.known.get(row).filter(|known| known.id == id);
        known.map(|known| known.place)
    }

    /// The firm whose purse stands at a place has an heir.
    pub(super) fn name_heir(&mut self, place: u32, heir: Heir) {
        self.heirs.resize(self.all.len(), NO_HEIR);
        self.heirs[place as usize] = heir;
    }

    /// Whether any firm has an heir.
    pub(super) fn have_heirs(&self) -> bool {
        !self.heirs.is_empty()
    }

    /// The heir of the firm whose purse stands at a place.
    #[inline]
    pub(super) fn heir(&self, place: u32) -> Option<Heir> {
        let heir = self.heirs.get(place as usize).copied();
        heir.filter(|&heir| heir != NO_HEIR)
    }

    /// Heirs have what is theirs.
    pub(super) fn forget_heirs(&mut self) {
        self.heirs.clear();
    }

    /// Looks which firms are still in business, where their block begins at row `first`.
    pub fn see_who_is_gone(&mut self, firms: &Firms, first: usize) {
        for purse in &mut self.all {
            let there = purse.has_firm(firms, first);
            purse.budget = if there { 0.0 } else { GONE };
        }
    }

    /// Looks into all firms of the block at the start of a quarter.
    pub(super) fn fill<H: Hold>(&mut self, firms: &Firms<H>) {
        for &(_, place) in &self.order {
            self.all[place as usize].fill(firms);
        }
    }

    /// Firms of the block settle what their projects did; purses of those out of business become
    /// free, as all their projects have been given up.
    pub(super) fn close<H: Hold>(
        &mut self,
        firms: &mut Firms<H>,
        waiting: &mut Vec<Waiting>,
        price: f64,
        p: &FunnelParameters,
    ) {
        let free = self.free.len();
        for &(row, place) in &self.order {
            let purse = &mut self.all[place as usize];
            if purse.spent > 0.0 || purse.revenue > 0.0 {
                purse.settle(firms, price, p);
            }
            if purse.waiting > 0.0 {
                let (firm, mass) = (purse.row, purse.waiting);
                waiting.push(Waiting { firm, mass });
            }
            if purse.is_gone() {
                let known = &mut self.known[row as usize];
                if known.id == purse.id {
                    known.id = NOBODY;
                }
                purse.id = NOBODY;
                self.free.push(place);
            }
        }
        if self.free.len() > free {
            let purses = &self.all;
            (self.order).retain(|&(_, place)| purses[place as usize].id != NOBODY);
        }
    }
}
