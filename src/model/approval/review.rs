//! Which routes do firms settle for at the yearly review of a project?

use super::{
    ApprovalState, Case, Docket, Passage, WAITS, choose, is_regulated_field, opened, passage,
    raw_risk,
};
use crate::base::math::max;
use crate::model::context::Context;
use crate::model::firms::{FIELDS, REGIONS};
use crate::model::funnel::competing_risks;

/// What products of a field and a region meet, and how much of what waits moves in a quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Pace {
    pub(super) passage: Passage,
    /// Part of what waits that is cleared.
    pub(super) clear: [f32; WAITS],
    /// Part of what waits that fails.
    pub(super) fail: [f32; WAITS],
}

impl Pace {
    /// Of a passage on which products fail at the yearly hazard `failure`.
    fn of(passage: Passage, failure: f64) -> Self {
        let risks = passage
            .wait
            .map(|wait| competing_risks(1.0 / max(wait, f64::EPSILON), failure));
        Self {
            passage,
            clear: risks.map(|(clear, _)| clear as f32),
            fail: risks.map(|(_, fail)| fail as f32),
        }
    }
}

/// What products meet this quarter, by field and region.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Passages([[Pace; REGIONS]; FIELDS]);

impl ApprovalState {
    /// Writes what products of regulated fields meet this quarter.
    pub fn post(&mut self, ctx: &Context) {
        let p = &ctx.parameters.approval;
        let failure = ctx.parameters.funnel.sale_failure;
        let seen = &ctx.seen.regulation;
        for (field, paces) in self.passages.0.iter_mut().enumerate() {
            if is_regulated_field(field) {
                // most regions are open to the same extent
                let mut last = None;
                for (region, pace) in paces.iter_mut().enumerate() {
                    let opened = opened(seen.market_access, region);
                    if last.is_none_or(|(extent, _)| extent != opened) {
                        let passage = passage(opened, self.tight[field], failure, seen, p);
                        last = Some((opened, Pace::of(passage, failure)));
                    }
                    if let Some((_, known)) = last {
                        *pace = known;
                    }
                }
            }
        }
    }
}

impl Passages {
    /// What products of a field and a region meet.
    #[inline]
    pub(super) fn pace(&self, [field, region]: [u8; 2]) -> &Pace {
        &self.0[usize::from(field)][usize::from(region)]
    }

    /// Settles the routes of a project of the field and region `place`; turns the `worth` of standing
    /// before the first sale into that of standing before approval.
    pub fn settle(&self, docket: &mut Docket, worth: f64, place: [u8; 2], ctx: &Context) -> f64 {
        let p = &ctx.parameters.approval;
        let pace = self.pace(place);
        let rank = docket.rank;
        let case = Case { worth, rank };
        let choice = choose(&case, &pace.passage, &ctx.seen.regulation, p);
        docket.share = choice.share;
        docket.risk = choice.risk.map(|risk| risk as f32);
        docket.in_fence = (p.fence * raw_risk(rank, p)) as f32;
        (docket.clear, docket.fail) = (pace.clear, pace.fail);
        choice.worth
    }
}
