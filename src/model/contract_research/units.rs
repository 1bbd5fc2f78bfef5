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

/// Where the units of a region, or of the nation, stand in [`Addresses`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Table {
    /// Researchers of all \[FTE\].
    all: f64,
    /// Steps of its guide.
    steps: f64,
    /// First of them.
    guide: u32,
    /// First of its units.
    first: u32,
}

/// Where researchers sit, drawn up when units are first met.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Addresses {
    /// Units table by table, in the order of their rows; no goal passes the last of a table.
    list: Vec<Address>,
    /// First unit of a table whose sum passes each step of it: short, as all searches go through it.
    guide: Vec<u16>,
    /// Those of each region and, last, of the nation.
    tables: Vec<Table>,
}

impl Addresses {
    /// Draws up the tables where there are none.
    pub(super) fn draw_up(&mut self, u: &Universities, p: &ContractResearchParameters) {
        if !self.tables.is_empty() {
            return;
        }
        let region_of = |i: usize| usize::from(u.units.region[i]);
        for region in 0..=REGIONS {
            let has = |i: &usize| region == REGIONS || region_of(*i) == region;
            // who looks in a region without units looks in the nation
            let all = 0..u.units.len();
            let some = all.clone().any(|i| has(&i));
            self.draw_table(u, all.filter(|i| has(i) || !some), p);
        }
    }

    /// Draws up a table of some units.
    fn draw_table(
        &mut self,
        u: &Universities,
        units: impl Iterator<Item = usize>,
        p: &ContractResearchParameters,
    ) {
        let (first, mut all) = (self.list.len(), 0.0);
        for i in units {
            all += u.units.weight[i] * u.units.researchers[i];
            self.list.push(Address {
                upto: all,
                mean_wait: math::exp(-partner_utility(0.0, u.units.standing[i], p)),
                unit: i as u32,
                field: u.units.field[i],
                block: block_of(usize::from(u.units.field[i])) as u8,
            });
        }
        let table = &mut self.list[first..];
        let places = table.len().max(1);
        let steps = 4 * places; // derived: a few steps a unit
        self.tables.push(Table {
            all,
            steps: steps as f64,
            guide: self.guide.len() as u32,
            first: first as u32,
        });
        self.guide.extend((0..steps).map(|k| {
            let goal = k as f64 / steps as f64 * all;
            let place = table.partition_point(|a| a.upto <= goal);
            u16::try_from(place.min(places - 1)).expect("units have ids of 13 bits")
        }));
        if let Some(last) = table.last_mut() {
            last.upto = f64::INFINITY;
        }
    }

    /// Where to look for the unit at uniform `u` of a region's (or the nation's) researchers: the
    /// goal, and the place that the guide names for the step of `u`.
    #[inline]
    pub(super) fn aim(&self, region: usize, u: f64) -> (f64, u32) {
        let table = self.tables[region];
        let step = table.guide as usize + (u * table.steps) as usize;
        let place = table.first + u32::from(self.guide[step]);
        (u * table.all, place)
    }

    /// The next place where a goal is not at this one. Most goals are where the guide points or
    /// one further: two steps without a guess leave few to walk to.
    #[inline]
    pub(super) fn step(&self, goal: f64, place: u32) -> u32 {
        place + u32::from(self.list[place as usize].upto <= goal)
    }

    /// The unit of a goal that is at a place or beyond.
    #[inline]
    pub(super) fn find(&self, goal: f64, place: u32) -> &Address {
        let mut place = place as usize;
        while self.list[place].upto <= goal {
            place += 1;
        }
        &self.list[place]
    }
}
