//! What every process of a quarter may read: the clock, the parameters, the policy that
//! agents see, the law that payments follow, the world outside.

use super::parameters::Parameters;
use super::world::WorldQuarter;
use crate::base::blocks::Crew;
use crate::base::rng::{Key, Purpose};
use crate::base::time::Quarter;
use crate::policy::{PolicyPath, Settings};

/// Read-only surroundings of one quarter of one run.
///
/// Decisions read `seen`, payments read `law`. They are the same except in the test that
/// freezes choices: with `seen` held, moving `law` may change money and nothing else.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Chance stream.
    pub key: Key,
    /// The quarter.
    pub quarter: Quarter,
    /// Model parameters of this draw.
    pub parameters: &'a Parameters,
    /// Policy that agents decide on, in force now.
    pub seen: &'a Settings,
    /// Policy that agents who know every announcement expect over coming years.
    pub expected: &'a Settings,
    /// The whole path of the policy that agents see (for vintages).
    pub seen_path: &'a PolicyPath,
    /// Policy by which payments are made.
    pub law: &'a Settings,
    /// Drivers of this quarter.
    pub world: &'a WorldQuarter,
    /// Sampling fraction of the population.
    pub scale: f64,
    /// Who walks the population in blocks; moves no result.
    pub crew: Crew<'a>,
}

impl Context<'_> {
    /// Quarter index since 2000Q1.
    pub fn q(&self) -> i32 {
        self.quarter.index()
    }

    /// Keyed uniform of entity `a` in this quarter.
    pub fn uniform(&self, a: u32, b: u32, draw: u32, purpose: Purpose) -> f64 {
        self.key
            .uniform(a, b, self.quarter.index() as u32, draw, purpose)
    }

    /// Keyed pair of uniforms of entity `a` in this quarter.
    pub fn pair(&self, a: u32, b: u32, draw: u32, purpose: Purpose) -> (f64, f64) {
        self.key
            .pair(a, b, self.quarter.index() as u32, draw, purpose)
    }

    /// Four keyed digits of 32 bits of entity `a` in this quarter, for choices among few.
    pub fn digits(&self, a: u32, b: u32, draw: u32, purpose: Purpose) -> [f64; 4] {
        self.key
            .digits(a, b, self.quarter.index() as u32, draw, purpose)
    }
}
