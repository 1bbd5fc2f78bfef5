//! The slots of one region and field: who holds them, and how do they change hands?

use super::NOBODY;
use crate::base::math;
use crate::base::rng::{Key, Purpose};
use crate::base::room::have_room;
use std::sync::atomic::{AtomicU64, Ordering};

/// Who holds a free slot; else it is one more than the row of the firm.
pub(super) const FREE: u32 = 0;
/// A list of which less than this part is free is given room.
const LEAST_FREE: u32 = 8;
/// Slots for which memory is asked for at the start, over those that there are.
const ROOM: usize = 4;

/// What a firm holds: its latest slot, [`NOBODY`] where it holds none, and the number of its slots.
///
/// Only the list changes it that the firm is in, so that lists can be at work side by side.
#[derive(Debug)]
pub(super) struct Holding(AtomicU64);

impl Default for Holding {
    fn default() -> Self {
        let holding = Self(AtomicU64::new(0));
        holding.set(NOBODY, 0);
        holding
    }
}

impl Clone for Holding {
    fn clone(&self) -> Self {
        Self(AtomicU64::new(self.0.load(Ordering::Relaxed)))
    }
}

impl PartialEq for Holding {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Holding {
    /// Latest slot and number of slots.
    pub(super) fn get(&self) -> (u32, u32) {
        let both = self.0.load(Ordering::Relaxed);
        ((both >> u32::BITS) as u32, both as u32)
    }

    /// Number of slots.
    pub(super) fn held(&self) -> u32 {
        self.get().1
    }

    /// One over the visibility that the slots stand for, each for `width`, 0 without a slot; and
    /// whether there are several.
    pub(super) fn weigh(&self, width: f64) -> (f64, bool) {
        let held = self.held();
        let share = if held > 0 {
            1.0 / (f64::from(held) * width)
        } else {
            0.0
        };
        (share, held > 1)
    }

    pub(super) fn set(&self, head: u32, held: u32) {
        let both = u64::from(head) << u32::BITS | u64::from(held);
        self.0.store(both, Ordering::Relaxed);
    }
}

/// What lists look up of firms, by row.
pub(super) struct Roll<'a> {
    pub(super) holdings: &'a [Holding],
    /// Visibility.
    pub(super) seen: &'a [f64],
    pub(super) id: &'a [u32],
    pub(super) key: Key,
}

/// List of one region and field.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct List {
    /// Who holds each slot, see [`FREE`].
    pub(super) holder: Vec<u32>,
    /// The slot that the same firm took before each slot, anything at its first.
    pub(super) before: Vec<u32>,
    /// Visibility that fills a slot.
    pub(super) width: f64,
    /// Slots that are held.
    pub(super) held: u32,
    /// Firms in it.
    pub(super) firms: u32,
    /// Scratch: rows of its firms while it is lengthened.
    pub(super) all: Vec<u32>,
    /// Its slots have come to stand for more or less, which is to be noted.
    pub(super) changed: bool,
}

impl List {
    /// One of free slots, each of which a visibility of `width` fills, with room to be lengthened.
    pub(super) fn empty(slots: u32, width: f64) -> Self {
        let mut list = Self {
            holder: Vec::with_capacity(ROOM * slots as usize),
            width,
            ..Self::default()
        };
        list.holder.resize(slots as usize, FREE);
        list
    }

    /// Has room for what is noted beside the holders. It is asked for once all lists have theirs:
    /// what searches look up stands side by side.
    pub(super) fn make_room_beside(&mut self) {
        have_room(&mut self.before, self.holder.capacity());
        have_room(&mut self.all, self.holder.capacity());
        self.before.resize(self.holder.len(), NOBODY);
    }

    /// Frees all slots, of which there are to be `slots`.
    pub(super) fn open(&mut self, slots: usize) {
        self.holder.clear();
        self.holder.resize(slots, FREE);
        self.before.resize(slots, NOBODY);
        self.held = 0;
    }

    /// Holders of its slots, see [`FREE`].
    #[inline]
    pub(super) fn slots(&self) -> &[u32] {
        &self.holder
    }

    /// Rows of the holders, as often as they hold slots.
    pub(super) fn rows(&self) -> impl Iterator<Item = u32> {
        self.holder
            .iter()
            .filter_map(|holder| holder.checked_sub(1))
    }

    /// Visibility that fills a slot.
    pub(super) fn width(&self) -> f64 {
        self.width
    }

    /// Whether slots have come to stand for more or less, which was not noted yet.
    pub(super) fn is_changed(&self) -> bool {
        self.changed
    }

    /// What changed has been noted.
    pub(super) fn settle_down(&mut self) {
        self.changed = false;
    }

    /// Reads the list through once in order, so that what is looked up at random afterwards
    /// stands near.
    pub(super) fn read_through(&self) {
        std::hint::black_box(self.holder.iter().fold(0, |all, &holder| all ^ holder));
    }

    /// Slots that a visibility of `seen` fills, at least one.
    ///
    /// Example: slots of 2: a firm of 5 holds 3, and answers 5 of 6 times.
    #[inline]
    pub(super) fn wanted(&self, seen: f64) -> u32 {
        let most = self.holder.len() as f64;
        math::ceil(math::clamp(seen / self.width, 1.0, most)) as u32
    }

    /// Whether so few are free that `more` must not be added.
    fn is_crowded(&self, more: u32) -> bool {
        let slots = self.holder.len() as u32;
        self.held + more > slots - slots / LEAST_FREE
    }

    /// The firm in `row` leaves.
    pub(super) fn let_go(&mut self, row: usize, roll: &Roll) {
        self.release(row, 0, roll);
        self.firms -= 1;
    }

    /// The firm in `row` comes.
    pub(super) fn take_up(&mut self, row: usize, roll: &Roll) {
        self.firms += 1;
        self.take(row, self.wanted(roll.seen[row]), roll);
    }

    /// Gives slots to a firm that grew, takes them from one that shrank to less than half.
    pub(super) fn fit(&mut self, row: usize, roll: &Roll) {
        let (held, wanted) = (roll.holdings[row].held(), self.wanted(roll.seen[row]));
        if wanted > held {
            self.take(row, wanted, roll);
        } else if 2 * wanted < held {
            self.release(row, wanted, roll);
        }
    }

    /// Adds slots until the firm in `row` holds `wanted`, or what is wanted of wider slots.
    fn take(&mut self, row: usize, wanted: u32, roll: &Roll) {
        let (mut wanted, holding) = (wanted, &roll.holdings[row]);
        while self.is_crowded(wanted.saturating_sub(holding.held())) {
            self.make_room(roll);
            wanted = self.wanted(roll.seen[row]);
        }
        while holding.held() < wanted {
            self.settle(row, roll);
        }
    }

    /// Gives the firm in `row` one more slot: the first free one from where its id points.
    pub(super) fn settle(&mut self, row: usize, roll: &Roll) {
        let (head, held) = roll.holdings[row].get();
        let start = (roll.key).uniform(roll.id[row], held, 0, 0, Purpose::Search);
        let start = (start * self.holder.len() as f64) as usize;
        let free = |&holder: &u32| holder == FREE;
        let after = self.holder[start..].iter().position(free);
        let place = (after.map(|step| start + step))
            .or_else(|| self.holder[..start].iter().position(free))
            .expect("a crowded list is given room");
        self.held += 1;
        self.holder[place] = row as u32 + 1;
        if held > 0 {
            self.before[place] = head;
        }
        roll.holdings[row].set(place as u32, held + 1);
    }

    /// Takes the latest slots of a firm until it holds `left`.
    pub(super) fn release(&mut self, row: usize, left: u32, roll: &Roll) {
        let (mut head, mut held) = roll.holdings[row].get();
        while held > left {
            let place = head as usize;
            held -= 1;
            // before the first slot stands none: that is not looked up
            head = match held {
                0 => NOBODY,
                _ => self.before[place],
            };
            self.holder[place] = FREE;
            self.held -= 1;
        }
        roll.holdings[row].set(head, held);
    }
}
