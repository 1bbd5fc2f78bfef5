//! Which cases are closed, which granted, and who gets the patents?

use super::filing::{BINS, bin_z, grant_chance};
use super::office::{Holders, PatentOffice};
use super::queue::{ABROAD, Closed, FIRMS, UNITS, Vintage, examine, throughput};
use super::renewal::lapse_rate;
use crate::base::columns::Lent;
use crate::base::math::{clamp, max, min};
use crate::base::rng::{Purpose, fill_uniform};
use crate::base::room::have_room;
use crate::base::strip::gather;
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::state::State;

/// Firms dealt with at a time.
const STRIP: usize = 256;

/// Share of filings that ask for examination and survive form checks.
pub fn examined_share(start: f64, growth: f64, ceiling: f64, years_since_2018: f64) -> f64 {
    clamp(start + growth * years_since_2018, 0.0, ceiling)
}

/// Lets last quarter's filings into the queue and closes cases.
pub(super) fn close(office: &mut PatentOffice, ctx: &Context, filed: Vintage) -> Closed {
    let p = &ctx.parameters.patents;
    // derived: index 72 is 2018Q1 (quarters since 2000Q1), 4 quarters a year
    let years = f64::from(ctx.q() - 72) / 4.0;
    let share = examined_share(
        p.examined_share_2018,
        p.examined_share_growth,
        p.examined_share_ceiling,
        years,
    );
    let mut entering = office.arriving;
    let total = entering.total();
    for case in entering.cases.iter_mut().flatten() {
        *case *= share;
    }
    office.arriving = filed;
    office.tally.entered = entering.total();
    office.tally.withdrawn = total - office.tally.entered;
    let seen = &ctx.seen.patents;
    // derived: thousand examiners, 4 quarters
    let staff = 1000.0 * (ctx.world.examiners + seen.examiners_extra);
    let capacity = staff * ctx.world.cases_per_examiner / 4.0; // derived: 4 quarters
    let cases = throughput(
        office.backlog(),
        office.tally.entered,
        capacity,
        seen.pendency_goal,
    );
    office.queue.push_back(entering);
    let closed = examine(&mut office.queue, cases, seen.fast_track_share, ctx.q());
    office.tally.disposals = closed.total;
    office.tally.pendency = closed.pendency();
    closed
}

/// Grants what passes the bar; gives the firms' (closed share of backlog, grant share).
pub(super) fn grant(office: &mut PatentOffice, ctx: &Context, closed: &Closed) -> (f64, f64) {
    let p = &ctx.parameters.patents;
    let mut quality = 0.0;
    for bin in 0..BINS {
        let z = p.quality_log_sd * bin_z(bin);
        let chance = grant_chance(z, p.grant_bar, p.grant_noise);
        // Filings from abroad stand in the outer classes: granted or not.
        let abroad = f64::from(u8::from(bin + 1 == BINS));
        for (owner, chance) in [(FIRMS, chance), (UNITS, chance), (ABROAD, abroad)] {
            let granted = closed.cases[owner][bin] * chance;
            office.in_force[owner][bin] += granted;
            office.tally.grants[owner] += granted;
            if owner != ABROAD {
                quality += granted * z;
            }
        }
    }
    let home = office.tally.grants[FIRMS] + office.tally.grants[UNITS];
    office.tally.grant_quality = if home > 0.0 { quality / home } else { 0.0 };
    let disposed: f64 = closed.cases[FIRMS].iter().sum();
    let waiting: f64 = office
        .queue
        .iter()
        .map(|v| v.cases[FIRMS].iter().sum::<f64>())
        .sum();
    if disposed > 0.0 {
        (
            disposed / (disposed + waiting),
            office.tally.grants[FIRMS] / disposed,
        )
    } else {
        (0.0, 0.0)
    }
}

/// Whole patents by firm: its part of the grants, rounded by a keyed draw. Firms' cases that wait
/// after filing are `waiting`, weighted.
pub(super) fn give_to_firms(
    office: &mut PatentOffice,
    state: &mut State,
    ctx: &Context,
    (closed, granted): (f64, f64),
    waiting: f64,
) {
    let scale = if waiting > 0.0 && closed > 0.0 {
        office.tally.grants[FIRMS] / (waiting * closed * granted)
    } else {
        0.0
    };
    let rates = (
        closed,
        granted,
        scale,
        lapse_rate(&office.in_force[FIRMS], ctx),
    );
    let rooms = ctx.crew.rooms(state.firms.len(), &mut office.holders);
    let parts = (state.firms.lend(), &mut office.pending[..], rooms);
    office.tally.firms_granted = ctx.crew.walk(parts, |(mut firms, pending, mut room)| {
        room.own().receive(&mut firms, pending, rates, ctx)
    });
}

impl Holders {
    /// Gives firms of a block their patents; gives how many, weighted.
    fn receive(
        &mut self,
        firms: &mut Firms<Lent>,
        waiting: &mut [f64],
        rates: (f64, f64, f64, f64),
        ctx: &Context,
    ) -> f64 {
        have_room(&mut self.draws, firms.len());
        self.draws.resize(self.rows.len(), 0.0);
        let (q, purpose) = (ctx.q() as u32, Purpose::Examination);
        fill_uniform(ctx.key, &self.ids, q, 0, purpose, &mut self.draws);
        let zero = [0.0; STRIP];
        let (mut pending, mut patents, mut new) = (zero, zero, zero);
        let mut given = 0.0;
        for (rows, draws) in self.rows.chunks(STRIP).zip(self.draws.chunks(STRIP)) {
            gather(waiting, rows, &mut pending);
            gather(firms.patents, rows, &mut patents);
            round(draws, rates, &mut pending, &mut patents, &mut new);
            for (r, &row) in rows.iter().enumerate() {
                let i = row as usize;
                waiting[i] = pending[r];
                firms.patents[i] = patents[r];
                given += firms.weight[i] * new[r];
            }
        }
        given
    }
}

crate::dispatched! {
    /// Whole patents that each firm gains and loses: its part of grants and of lapses, rounded up
    /// or down by its draw, mirrored for the loss.
    ///
    /// Example: 0.3 expected and a draw of 0.8: one; lost 0.3 of 2 held and the same draw: none.
    fn round(
        draws: &[f64],
        rates: (f64, f64, f64, f64),
        pending: &mut [f64; STRIP],
        patents: &mut [f64; STRIP],
        new: &mut [f64; STRIP],
    ) {
        let (closed, granted, scale, lapse) = rates;
        for r in 0..draws.len().min(STRIP) {
            let u = draws[r];
            let expected = pending[r] * closed * granted * scale;
            new[r] = (expected + u).floor();
            pending[r] -= min(pending[r], pending[r] * closed);
            let lost = (patents[r] * lapse + 1.0 - u).floor();
            patents[r] = max(0.0, patents[r] + new[r] - min(lost, patents[r]));
        }
    }
}
