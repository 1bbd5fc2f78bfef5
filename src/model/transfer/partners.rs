//! What does a bargain see of each firm? One short row a firm, drawn up once a quarter, so that a
//! search that found it reads one place instead of a dozen columns.

use super::TransferParameters;
use super::addresses::visibility;
use super::bargain;
use crate::base::math;
use crate::base::rng::{Key, Purpose};
use crate::model::context::Context;
use crate::model::firms::{FIELDS, Firms};

/// Id of a row without a living firm.
pub(super) const NOBODY: u32 = u32::MAX;
/// Rows that are looked at together for those that changed hands.
const STRIP: usize = 8;
/// A certificate that ends within a year is to be renewed.
const EXPIRING: i32 = 4; // derived: quarters a year

/// A firm as a possible partner: 16 bytes, as many are looked at far apart.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(align(16))] // none across two cache lines
pub(super) struct Partner {
    /// Its id.
    pub id: u32,
    /// Sales \[mn/yr\].
    pub sales: f32,
    /// Worth of a patent for its certificate \[mn\].
    pub certificate: f32,
    /// Absorptive capacity \[1/65535\].
    absorptive: u16,
    /// Traits: real firms that it stands for, its field, whether it has a need and whether it
    /// obliges.
    traits: u16,
}

/// Bit of traits behind that of real firms: [`MOST`] of them are told apart.
const FIELD: u32 = 8;
const MOST: f64 = 255.0; // derived: eight bits
/// Bits of a need and of obliging.
const NEED: u32 = 13;
const FRIENDLY: u32 = 14;
/// Steps of absorptive capacity.
const STEPS: f64 = 65_535.0; // derived: sixteen bits

impl Partner {
    /// Absorptive capacity \[0..1\].
    #[inline(always)]
    #[allow(clippy::inline_always)] // part of a strip loop
    pub(super) fn absorptive(&self) -> f64 {
        f64::from(self.absorptive) / STEPS
    }

    /// Real firms it stands for, at least one and no more than are ever told apart \[firms\].
    #[inline(always)]
    #[allow(clippy::inline_always)] // part of a strip loop
    pub(super) fn members(&self) -> u32 {
        u32::from(self.traits & 0xFF)
    }

    /// Its field.
    #[inline(always)]
    #[allow(clippy::inline_always)] // part of a strip loop
    pub(super) fn field(&self) -> usize {
        usize::from(self.traits >> FIELD) % FIELDS
    }

    /// Whether it has an open need.
    #[inline(always)]
    #[allow(clippy::inline_always)] // part of a strip loop
    pub(super) fn need(&self) -> bool {
        self.traits >> NEED & 1 == 1
    }

    /// Whether it obliges a unit that must place patents.
    #[inline(always)]
    #[allow(clippy::inline_always)] // part of a strip loop
    pub(super) fn friendly(&self) -> bool {
        self.traits >> FRIENDLY & 1 == 1
    }
}

crate::dispatched! {
    /// Worth of a patent for the certificates of firms that lack one lasting beyond a quarter.
    fn certify(
        aware: &[bool],
        until: &[i32],
        patents: &[f64],
        expires: i32,
        price: f64,
        p: &TransferParameters,
        out: &mut [f64],
    ) {
        let n = out.len();
        let (aware, until, patents) = (&aware[..n], &until[..n], &patents[..n]);
        for i in 0..n {
            let lacks = aware[i] & (until[i] <= expires);
            out[i] = bargain::value_for_certificate(patents[i], lacks, price, p);
        }
    }
}

crate::dispatched! {
    /// Rows of firms from their columns, under a push for deals.
    fn list(
        push: f64,
        p: &TransferParameters,
        id: &[u32],
        sales: &[f64],
        absorptive: &[f64],
        certificate: &[f64],
        weight: &[f64],
        field: &[u8],
        need: &[bool],
        rank: &[f64],
        rows: &mut [Partner],
    ) {
        let n = rows.len();
        let (id, sales, absorptive) = (&id[..n], &sales[..n], &absorptive[..n]);
        let (certificate, weight, rank) = (&certificate[..n], &weight[..n], &rank[..n]);
        let (field, need) = (&field[..n], &need[..n]);
        for i in 0..n {
            let members = math::clamp(weight[i], 1.0, MOST) as i32 as u16;
            let friendly = bargain::is_friendly(rank[i], push, p);
            let flags = u16::from(need[i]) << NEED | u16::from(friendly) << FRIENDLY;
            rows[i] = Partner {
                id: id[i],
                sales: sales[i] as f32,
                certificate: certificate[i] as f32,
                absorptive: (math::min(absorptive[i], 1.0) * STEPS + 0.5) as i32 as u16,
                traits: members | u16::from(field[i]) << FIELD | flags,
            };
        }
    }
}

crate::dispatched! {
    /// Visibility of firms, by row.
    fn see(weight: &[f64], sales: &[f64], exposure: f64, seen: &mut [f64]) {
        for ((seen, &w), &s) in seen.iter_mut().zip(weight).zip(sales) {
            *seen = visibility(w, s, exposure);
        }
    }
}

/// Rows of all firms, and what lasts of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Partners {
    /// By row of the firms.
    pub rows: Vec<Partner>,
    /// Weight · sales^exposure, by row.
    pub seen: Vec<f64>,
    /// Rows that hold another firm, or none, since the last quarter.
    pub changed: Vec<u32>,
    /// Place in the order in which firms oblige.
    rank: Vec<f64>,
    /// Id, [`NOBODY`] where none is in business.
    known: Vec<u32>,
    certificate: Vec<f64>,
}

impl Partners {
    /// Draws up the rows of this quarter.
    pub(super) fn draw_up(&mut self, firms: &Firms, ctx: &Context) {
        let (p, price) = (&ctx.parameters.transfer, ctx.world.price);
        let n = firms.len();
        self.certificate.resize(n, 0.0);
        certify(
            &firms.aware_hightech,
            &firms.hightech_until,
            &firms.patents,
            ctx.q() + EXPIRING,
            price,
            p,
            &mut self.certificate,
        );
        self.rows.resize(n, Partner::default());
        list(
            ctx.seen.rights.appraisal_push,
            p,
            &firms.id,
            &firms.sales,
            &firms.absorptive,
            &self.certificate,
            &firms.weight,
            &firms.field,
            &firms.need,
            &self.rank,
            &mut self.rows,
        );
    }

    /// Notes how visible firms are, which rows changed hands, and the standing traits of the
    /// firms that came.
    pub(super) fn look_round(&mut self, firms: &Firms, exposure: f64, key: Key) {
        let n = firms.len();
        self.seen.resize(n, 0.0);
        see(&firms.weight, &firms.sales, exposure, &mut self.seen);
        self.known.resize(n, NOBODY);
        self.rank.resize(n, 1.0);
        self.changed.clear();
        let now = |alive: bool, id: u32| if alive { id } else { NOBODY };
        let strips = firms.alive.chunks(STRIP).zip(firms.id.chunks(STRIP));
        let known = self.known.chunks_mut(STRIP);
        for ((first, known), (alive, id)) in (0..n).step_by(STRIP).zip(known).zip(strips) {
            let firms = || alive.iter().zip(id);
            // most strips are passed over at once
            let differs = |any, ((&alive, &id), &known): ((&bool, &u32), &u32)| {
                any | (known != now(alive, id))
            };
            if !firms().zip(&*known).fold(false, differs) {
                continue;
            }
            for ((row, known), (&alive, &id)) in (first..).zip(known).zip(firms()) {
                let id = now(alive, id);
                if *known != id {
                    *known = id;
                    if id != NOBODY {
                        self.rank[row] = key.uniform(id, 0, 0, 0, Purpose::Choice);
                    }
                    self.changed.push(row as u32);
                }
            }
        }
    }
}
