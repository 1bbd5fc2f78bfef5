//! What do founders find around them, and how large is the population of firms?
//!
//! All sums over living firms that a quarter of entry needs are taken in one pass, by group: a
//! row adds to two groups, and sums by region, field and segment follow from few groups.

use super::SEGMENTS;
use crate::base::blocks::{self, Crew};
use crate::base::room::have_room;
use crate::base::strip::ROWS;
use crate::model::firms::{FIELDS, Firms, REGIONS, Segment};
use std::ops::Range;

/// Kinds of firm by what founders learn from: does R&D, can claim, knows of the certificate.
const KINDS: usize = 8; // derived: two to the third
/// Numbers that a segment and field sums: firms, their sales, their log productivity.
const SUMS: usize = 3;

/// Weighted sums over living firms by group.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Census {
    /// Firms by region and kind, the kind in bits: 4 R&D, 2 claims, 1 certificate.
    kinds: [[f64; KINDS]; REGIONS],
    /// Sums by segment and field.
    trades: [[[f64; SUMS]; FIELDS]; SEGMENTS],
    /// Agents by segment.
    agents: [u32; SEGMENTS],
}

/// Groups and terms of a strip of firms, in columns; nothing is held of those out of business.
struct Strip {
    kind: [u8; ROWS],
    trade: [u8; ROWS],
    terms: [[f64; ROWS]; SUMS],
}

/// How much the agents of a block of firms carry.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Burdens {
    /// Largest weighted sales of an agent by strip and segment.
    largest: Vec<[f64; SEGMENTS]>,
}

impl Burdens {
    /// Whether any agent among rows of the block carries more than the limit of its segment.
    pub(super) fn exceed(&self, limit: &[f64; SEGMENTS], rows: Range<usize>) -> bool {
        let strips = &self.largest[rows.start / ROWS..rows.end.div_ceil(ROWS)];
        let above = |largest: &[f64; SEGMENTS]| (0..SEGMENTS).any(|s| largest[s] > limit[s]);
        strips.iter().any(above)
    }
}

crate::dispatched! {
    /// Finds the largest of what agents carry, by segment.
    fn find_largest(segment: &[Segment], carried: &[f64; ROWS], largest: &mut [f64; SEGMENTS]) {
        // sizes stand in the order of their bits
        let mut bits = [0; SEGMENTS];
        for (&segment, carried) in segment.iter().zip(carried) {
            for (s, bits) in bits.iter_mut().enumerate() {
                let own = segment as u8 == s as u8;
                *bits = u64::max(*bits, if own { carried.abs().to_bits() } else { 0 });
            }
        }
        *largest = bits.map(f64::from_bits);
    }
}

/// Sums of a block: by region and kind, by segment and field; agents by segment.
type Counts = (
    [f64; REGIONS * KINDS],
    [[f64; SUMS]; SEGMENTS * FIELDS],
    [u32; SEGMENTS],
);

impl Census {
    /// That of `firms`; notes how much agents carry at most.
    pub(super) fn take(firms: &Firms, burdens: &mut Vec<Burdens>, crew: Crew) -> Self {
        let n = firms.len();
        let (kinds, trades, agents) = crew
            .walk((0..n, crew.rooms(n, burdens)), |(rows, mut room)| {
                Self::count(firms, rows, room.own())
            });
        Self {
            kinds: std::array::from_fn(|r| std::array::from_fn(|k| kinds[r * KINDS + k])),
            trades: std::array::from_fn(|s| std::array::from_fn(|f| trades[s * FIELDS + f])),
            agents,
        }
    }

    /// Sums over a block of firms, by kind and by trade, and agents by segment.
    fn count(firms: &Firms, block: Range<usize>, burdens: &mut Burdens) -> Counts {
        let mut kinds = [0.0; REGIONS * KINDS];
        let mut trades = [[0.0; SUMS]; SEGMENTS * FIELDS];
        let mut agents = [0; SEGMENTS];
        let mut strip = Strip {
            kind: [0; ROWS],
            trade: [0; ROWS],
            terms: [[0.0; ROWS]; SUMS],
        };
        burdens.largest.clear();
        have_room(&mut burdens.largest, blocks::ROWS / ROWS);
        let end = block.end;
        for from in block.step_by(ROWS) {
            let n = usize::min(ROWS, end - from);
            sort(firms, from, n, &mut strip, &mut agents);
            let mut largest = [0.0; SEGMENTS];
            find_largest(
                &firms.segment[from..from + n],
                &strip.terms[1],
                &mut largest,
            );
            burdens.largest.push(largest);
            let [held, sales, ln_productivity] = &strip.terms;
            for k in 0..n {
                kinds[usize::from(strip.kind[k]) % (REGIONS * KINDS)] += held[k];
                let sums = &mut trades[usize::from(strip.trade[k]) % (SEGMENTS * FIELDS)];
                sums[0] += held[k];
                sums[1] += sales[k];
                sums[2] += ln_productivity[k];
            }
        }
        (kinds, trades, agents)
    }

    /// Firms, their sales \[mn/yr\] and agents of a segment.
    pub(super) fn segment(&self, s: usize) -> [f64; 3] {
        let [mut held, mut sales] = [0.0; 2];
        for row in &self.trades[s] {
            held += row[0];
            sales += row[1];
        }
        [held, sales, f64::from(self.agents[s])]
    }
}

crate::dispatched! {
    /// Sets groups and terms of the `n` firms from row `from` on, and counts agents.
    fn sort(firms: &Firms, from: usize, n: usize, strip: &mut Strip, agents: &mut [u32; SEGMENTS]) {
        let n = n.min(ROWS);
        let (alive, weight) = (&firms.alive[from..][..n], &firms.weight[from..][..n]);
        let (region, field) = (&firms.region[from..][..n], &firms.field[from..][..n]);
        let (segment, rd) = (&firms.segment[from..][..n], &firms.rd[from..][..n]);
        let claim = &firms.aware_claim[from..][..n];
        let hightech = &firms.aware_hightech[from..][..n];
        for k in 0..n {
            let kind = u8::from(rd[k] > 0.0) << 2 | u8::from(claim[k]) << 1 | u8::from(hightech[k]);
            strip.kind[k] = region[k] * KINDS as u8 + kind;
            strip.trade[k] = segment[k] as u8 * FIELDS as u8 + field[k];
        }
        for k in 0..n {
            for (s, agents) in agents.iter_mut().enumerate() {
                *agents += u32::from(alive[k] & (segment[k] as u8 == s as u8));
            }
        }
        let [held, sales, productivity] = &mut strip.terms;
        let (sold, ln_productivity) =
            (&firms.sales[from..][..n], &firms.ln_productivity[from..][..n]);
        for k in 0..n {
            held[k] = if alive[k] { weight[k] } else { 0.0 };
            sales[k] = held[k] * sold[k];
            productivity[k] = held[k] * ln_productivity[k];
        }
    }
}

/// What founders find around them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::model) struct Surroundings {
    /// Share of firms doing R&D, by region.
    pub(super) doers: [f64; REGIONS],
    /// Share of firms that know how to claim, by region.
    pub(super) aware_claim: [f64; REGIONS],
    /// Share of firms that know of the certificate, by region.
    pub(super) aware_hightech: [f64; REGIONS],
    /// Mean log productivity, by field.
    pub(super) ln_productivity: [f64; FIELDS],
}

impl Surroundings {
    /// Shares of firms of a region that know how to claim, and of the certificate.
    pub(in crate::model) fn aware(&self, region: u8) -> [f64; 2] {
        let home = usize::from(region);
        [self.aware_claim[home], self.aware_hightech[home]]
    }

    /// Weighted means of a census.
    ///
    /// Example: of weights 1 and 3 in a region the second does R&D: a share of ¾.
    pub(super) fn of(census: &Census) -> Self {
        let mut scene = Self::default();
        for (r, kinds) in census.kinds.iter().enumerate() {
            let with = |bit: usize| -> f64 {
                let some = kinds.iter().enumerate().filter(|(kind, _)| kind & bit != 0);
                some.map(|(_, firms)| firms).sum()
            };
            let all: f64 = kinds.iter().sum();
            if all > 0.0 {
                scene.doers[r] = with(4) / all; // derived: bits of a kind
                scene.aware_claim[r] = with(2) / all;
                scene.aware_hightech[r] = with(1) / all;
            }
        }
        for (f, mean) in scene.ln_productivity.iter_mut().enumerate() {
            let sum = |part: usize| -> f64 { census.trades.iter().map(|of| of[f][part]).sum() };
            if sum(0) > 0.0 {
                *mean = sum(2) / sum(0);
            }
        }
        scene
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::firms::{Firm, Segment};

    #[test]
    fn sums_and_shares_by_hand() {
        let mut firms = Firms::default();
        let one = Firm {
            weight: 1.0,
            alive: true,
            sales: 5.0,
            ln_productivity: 0.2,
            aware_claim: true,
            ..Firm::default()
        };
        let other = Firm {
            weight: 3.0,
            rd: 2.0,
            ln_productivity: 0.6,
            aware_claim: false,
            aware_hightech: true,
            ..one
        };
        let elsewhere = Firm {
            region: 1,
            field: 4,
            segment: Segment::Small,
            ..one
        };
        let dead = Firm {
            alive: false,
            ..other
        };
        for row in [one, other, elsewhere, dead] {
            firms.push(row);
        }
        let census = Census::take(&firms, &mut Vec::new(), Crew::ALONE);
        let [held, sales, agents] = census.segment(0);
        assert_eq!((held, sales, agents), (4.0, 20.0, 2.0));
        assert_eq!(census.segment(2)[0], 1.0);
        let scene = Surroundings::of(&census);
        assert_eq!((scene.doers[0], scene.doers[1]), (0.75, 0.0));
        assert_eq!((scene.aware_claim[0], scene.aware_claim[1]), (0.25, 1.0));
        assert_eq!(scene.aware_hightech[0], 0.75);
        assert!((scene.ln_productivity[0] - 0.5).abs() < 1e-15);
        assert_eq!((scene.ln_productivity[4], scene.doers[2]), (0.2, 0.0));
    }
}
