//! Whose projects are walked together?
//!
//! Those of a block of firms stand together with the purses of these firms: what a quarter does to
//! them and to their firms stays within the block, so that blocks can be walked side by side.

use super::{Purses, REVIEWS, Turn, Waiting};
use crate::base::blocks::{self, Crew, Rooms};
use crate::base::room::have_room;
use crate::model::transfer::{Deal, Motive};

/// Projects of a turn, purses and deals of a quarter for which a block has memory from the start:
/// more than it mostly has.
const ROOM: usize = 4096;

/// Projects of a block of firms, whose rows are counted from the first of the block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Portfolio {
    /// Projects, by the quarter of their yearly review, see [`super::under_review`].
    pub projects: [Turn; REVIEWS],
    /// What they see of their firms.
    pub purses: Purses,
    /// What waits for its first sale at the quarter's end.
    pub waiting: Vec<Waiting>,
    /// Scratch: projects of a turn seen while those of firms with heirs are divided.
    pub(super) divided: usize,
    /// Scratch: deals for use of this quarter.
    pub(super) deals: Vec<u32>,
}

impl Portfolio {
    /// Has memory from the start for what a block of so many `rows` of firms will do.
    fn make_room(&mut self, rows: usize) {
        for turn in &mut self.projects {
            turn.make_room(ROOM);
        }
        self.purses.make_room(ROOM, rows);
        have_room(&mut self.waiting, ROOM);
        have_room(&mut self.deals, ROOM);
    }
}

/// The portfolios of all firms, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Portfolios {
    all: Vec<Portfolio>,
    /// Rows of firms of each.
    rows: usize,
}

impl Default for Portfolios {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            rows: blocks::ROWS,
        }
    }
}

impl Portfolios {
    /// One for each block of `firms` rows of firms that `crew` walks.
    ///
    /// # Panics
    /// Where there are some already, of blocks of another size.
    pub fn rooms(&mut self, firms: usize, crew: Crew) -> Rooms<'_, Portfolio> {
        if self.all.is_empty() {
            self.rows = crew.rows();
        }
        assert!(self.rows == crew.rows(), "blocks of one size for life");
        crew.rooms(firms, &mut self.all)
    }

    /// Gives deals for use, by their number, to the portfolios of their firms.
    pub(super) fn sort_in(&mut self, deals: &[Deal]) {
        for own in &mut self.all {
            own.make_room(self.rows);
            own.deals.clear();
        }
        for (number, deal) in deals.iter().enumerate() {
            if deal.motive == Motive::Use {
                self.of(deal.firm).0.deals.push(number as u32);
            }
        }
    }

    /// Place of the purse of firm `id` in a row, if it has one.
    pub(super) fn purse(&self, row: usize, id: u32) -> Option<u32> {
        let own = self.all.get(row / self.rows)?;
        own.purses.known(row % self.rows, id)
    }

    /// That of the firm in a row, and its row within the block.
    pub fn of(&mut self, row: usize) -> (&mut Portfolio, usize) {
        let (number, row) = (row / self.rows, row % self.rows);
        if self.all.len() <= number {
            self.all.resize_with(number + 1, Portfolio::default);
        }
        (&mut self.all[number], row)
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Portfolio> {
        self.all.iter()
    }

    /// All, in order.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Portfolio> {
        self.all.iter_mut()
    }

    /// Projects of all, turn by turn.
    pub fn turns(&self) -> impl Iterator<Item = &Turn> {
        self.all.iter().flat_map(|portfolio| &portfolio.projects)
    }
}
