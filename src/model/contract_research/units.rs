//! Which unit does a draw among a region's researchers point at?

use super::{ContractResearchParameters, partner_utility};
use crate::base::math;
use crate::model::firms::REGIONS;
use crate::model::population::block_of;
use crate::model::universities::Universities;

/// What a search sees of a unit, in one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Address {
    /// Researchers up to and with this unit \[FTE\].
    upto: f64,
    /// e to minus the utility of the unit to a firm of its own field.
    pub mean_wait: f64,
    /// Row of the unit.
    pub unit: u32,
    /// Its field.
    pub field: u8,
    /// The block of that field.
    pub block: u8,
}

/// Units of a region, or of the nation.
#[derive(Clone, Debug, Default, PartialEq)]
struct Table {
    /// In the order of their rows; no goal passes the last.
    addresses: Vec<Address>,
    /// Researchers of all \[FTE\].
    all: f64,
    /// First unit whose sum passes each step of the table.
    guide: Vec<u32>,
}

/// Where researchers sit, drawn up when units are first met.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Addresses {
    /// Units of each region and, last, of the nation.
    tables: Vec<Table>,
}

impl Table {
    fn push(&mut self, size: f64, address: Address) {
        self.all += size;
        self.addresses.push(Address {
            upto: self.all,
            ..address
        });
    }

    fn draw_guide(&mut self) {
        let places = self.addresses.len().max(1);
        let steps = 8 * places; // derived: a few steps a unit
        let first = |k: usize| {
            let goal = k as f64 / steps as f64 * self.all;
            let place = self.addresses.partition_point(|a| a.upto <= goal);
            place.min(places - 1) as u32
        };
        self.guide = (0..steps).map(first).collect();
        if let Some(last) = self.addresses.last_mut() {
            last.upto = f64::INFINITY;
        }
    }
}

impl Addresses {
    /// Draws up the table where there is none.
    pub(super) fn draw_up(&mut self, u: &Universities, p: &ContractResearchParameters) {
        if !self.tables.is_empty() {
            return;
        }
        self.tables = vec![Table::default(); REGIONS + 1];
        for i in 0..u.units.len() {
            let size = u.units.weight[i] * u.units.researchers[i];
            let address = Address {
                upto: 0.0,
                mean_wait: math::exp(-partner_utility(0.0, u.units.standing[i], p)),
                unit: i as u32,
                field: u.units.field[i],
                block: block_of(usize::from(u.units.field[i])) as u8,
            };
            for table in [usize::from(u.units.region[i]), REGIONS] {
                self.tables[table].push(size, address);
            }
        }
        for table in &mut self.tables {
            table.draw_guide();
        }
        // who looks in a region without units looks in the nation
        let nation = self.tables[REGIONS].clone();
        for table in &mut self.tables {
            if table.addresses.is_empty() {
                table.clone_from(&nation);
            }
        }
    }

    /// Where to look for the unit at uniform `u` of a region's (or the nation's) researchers:
    /// the guide names the unit at the step of `u`, the goal is there or a little further.
    #[inline]
    pub(super) fn start(&self, region: usize, u: f64) -> Start<'_> {
        let table = &self.tables[region];
        Start {
            addresses: &table.addresses,
            goal: u * table.all,
            place: table.guide[(u * table.guide.len() as f64) as usize] as usize,
        }
    }
}

/// A place at or before a unit that is looked for.
#[derive(Clone, Copy)]
pub(super) struct Start<'a> {
    addresses: &'a [Address],
    /// Researchers up to the one that is looked for \[FTE\].
    goal: f64,
    place: usize,
}

impl<'a> Start<'a> {
    /// The unit that is looked for.
    #[inline]
    pub(super) fn find(self) -> &'a Address {
        let (addresses, goal) = (self.addresses, self.goal);
        // most are there or one further: a step without a guess, then a walk
        let mut place = self.place + usize::from(addresses[self.place].upto <= goal);
        while addresses[place].upto <= goal {
            place += 1;
        }
        &addresses[place]
    }
}
