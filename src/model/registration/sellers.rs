//! Who sells technology: what registration reads of firms, weighted by their R&D.

use crate::base::blocks::Crew;
use crate::base::strip::{ROWS, Sum};
use crate::model::firms::{Firms, REGIONS};
use crate::policy::tax::Tax;
use std::ops::Range;

/// What registration reads of firms, weighted by their R&D.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sellers {
    /// R&D by region \[mn/yr\].
    pub research: [f64; REGIONS],
    /// Share of bought development whose buyers claim the super-deduction.
    pub claiming: f64,
    /// Income tax on the last yuan of firms that sell technology under each of two laws,
    /// nothing in a loss year \[share\].
    pub tax_rate: [f64; 2],
    /// Development that firms in business buy from units \[mn/yr\].
    pub bought: f64,
}

/// Weighted R&D of firms by region, and of those that claim, that pay tax at the standard rate,
/// and as high-tech firms; development bought \[mn/yr\].
#[derive(Clone, Copy, Debug, Default)]
struct Research {
    /// In eight partial sums each, as [`Sum`] has.
    region: [[f64; 8]; REGIONS],
    claiming: Sum,
    standard: Sum,
    hightech: Sum,
    bought: Sum,
}

crate::join_fields!(Research: region, claiming, standard, hightech, bought);

/// Columns of a strip of firms.
struct Strip<'a> {
    alive: &'a [bool],
    region: &'a [u8],
    weight: &'a [f64],
    rd: &'a [f64],
    claims: &'a [bool],
    taxed: &'a [bool],
    hightech_until: &'a [i32],
    outsourced: &'a [f64],
}

crate::dispatched! {
    /// Adds the research of a strip: one pass for each sum, all of them without a branch,
    /// and one for all regions, where eight neighbours never wait for each other.
    fn add(strip: &Strip<'_>, q: i32, to: &mut Research) {
        let n = strip.alive.len().min(ROWS);
        let (mut research, mut part) = ([0.0; ROWS], [0.0; ROWS]);
        let (research, part) = (&mut research[..n], &mut part[..n]);
        let (alive, region) = (&strip.alive[..n], &strip.region[..n]);
        let (weight, rd) = (&strip.weight[..n], &strip.rd[..n]);
        let (claims, taxed) = (&strip.claims[..n], &strip.taxed[..n]);
        let (until, outsourced) = (&strip.hightech_until[..n], &strip.outsourced[..n]);
        for i in 0..n {
            research[i] = if alive[i] { weight[i] * rd[i] } else { 0.0 };
        }
        for i in 0..n {
            to.region[usize::from(region[i]) % REGIONS][i % 8] += research[i];
        }
        for i in 0..n {
            part[i] = if claims[i] { research[i] } else { 0.0 };
        }
        to.claiming.add(part);
        for i in 0..n {
            part[i] = if taxed[i] & (until[i] <= q) { research[i] } else { 0.0 };
        }
        to.standard.add(part);
        for i in 0..n {
            part[i] = if taxed[i] & (until[i] > q) { research[i] } else { 0.0 };
        }
        to.hightech.add(part);
        for i in 0..n {
            part[i] = if alive[i] { weight[i] * outsourced[i] } else { 0.0 };
        }
        to.bought.add(part);
    }
}

impl Research {
    /// That of a block of firms, read in strips.
    fn of(firms: &Firms, block: Range<usize>, q: i32) -> Self {
        let mut sum = Self::default();
        let end = block.end;
        for first in block.step_by(ROWS) {
            let rows = first..end.min(first + ROWS);
            let strip = Strip {
                alive: &firms.alive[rows.clone()],
                region: &firms.region[rows.clone()],
                weight: &firms.weight[rows.clone()],
                rd: &firms.rd[rows.clone()],
                claims: &firms.claims[rows.clone()],
                taxed: &firms.taxed[rows.clone()],
                hightech_until: &firms.hightech_until[rows.clone()],
                outsourced: &firms.outsourced[rows],
            };
            add(&strip, q, &mut sum);
        }
        sum
    }
}

impl Sellers {
    /// Reads firms in blocks, in the order of their rows.
    pub fn of(firms: &Firms, laws: [&Tax; 2], q: i32, crew: Crew) -> Self {
        let sum = crew.walk(0..firms.len(), |rows| Research::of(firms, rows, q));
        let bought = sum.bought.total();
        let research = sum.region.map(|sums| sums.iter().sum());
        let all: f64 = research.iter().sum();
        if all <= 0.0 {
            return Self {
                bought,
                ..Self::default()
            };
        }
        let (standard, hightech) = (sum.standard.total(), sum.hightech.total());
        let rate = |law: &Tax| law.standard_rate * standard + law.hightech_rate * hightech;
        Self {
            research,
            claiming: sum.claiming.total() / all,
            tax_rate: laws.map(|law| rate(law) / all),
            bought,
        }
    }
}
