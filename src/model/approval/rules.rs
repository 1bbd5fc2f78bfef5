//! Which route to the market is open, and which does a firm choose? The rules, free of state.

use super::{ApprovalParameters, FULL, ROUTES, SANDBOX, WAITS};
use crate::base::math::{clamp, exp, max};
use crate::model::firms::REGIONS;
use crate::policy::regulation::Regulation;

/// What a product faces.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Worth of standing before the first sale \[mn, 2020 prices\].
    pub worth: f64,
    /// Rank of its risk among products that need approval \[0..1\].
    pub rank: f64,
}

/// What all products of a field and a region meet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Passage {
    /// Waiting time of full approval and of the sandbox \[yr\].
    pub wait: [f64; WAITS],
    /// Part of the worth that these leave, see [`kept`].
    pub kept: [f64; WAITS],
    /// How tight the field's rule is after incidents \[0..1\].
    pub tight: f64,
}

/// What a firm settles for a product at its yearly review, by route.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// Expected incidents of one product once it is sold \[incidents\].
    pub risk: [f64; ROUTES],
    /// Share of products that take the route.
    pub share: [f64; ROUTES],
    /// Worth before approval, mean over the routes taken \[mn, 2020 prices\].
    pub worth: f64,
}

/// Offers to buyers a year that leave the mean time of the last stage where its source has it,
/// `1/h' = 1/h − s·W`, once the share s of products waits W years for approval first; at least
/// half of the stage is selling.
///
/// Example: h = 1.25, s = 0.2, W = 1: `1/(0.8 − 0.2)` = 1.667.
pub fn offer_hazard(hazard: f64, share: f64, wait: f64) -> f64 {
    let whole = 1.0 / hazard;
    1.0 / max(0.5 * whole, whole - share * wait)
}

/// Part of a region that a pilot of open access reaches: regions join in their order.
///
/// Example: 0.3 of eight regions opens the first two and 0.4 of the third.
pub fn opened(access: f64, region: usize) -> f64 {
    clamp(access * REGIONS as f64 - region as f64, 0.0, 1.0)
}

/// Waiting time of full approval \[yr\]: assessment less what simplification saves, and the
/// licence to enter where the field is not opened; longer while the rule is tight.
///
/// Example: 0.7 and 0.2 yr, half saved, closed, tight 1 at a slowing of ½: 0.55 · 1.5 = 0.825.
pub fn waiting(saved: f64, opened: f64, tight: f64, p: &ApprovalParameters) -> f64 {
    let calm = p.assessment_wait * (1.0 - saved) + p.access_wait * (1.0 - opened);
    calm * (1.0 + p.tight_slowing * tight)
}

/// Incidents that a product of risk `rank` would cause if nobody looked: mean `risk`.
///
/// Example: risk 0.01 at the riskiest: 0.02.
pub fn raw_risk(rank: f64, p: &ApprovalParameters) -> f64 {
    2.0 * p.risk * rank
}

/// Expected incidents by route: what full review, a trial in the fence and routine supervision
/// do not find beforehand.
///
/// Example: risk 0.01, full review finds 0.7, routine supervision 0.3: 0.01·0.3·0.7 = 0.0021.
pub fn residual(raw: f64, seen: &Regulation, p: &ApprovalParameters) -> [f64; ROUTES] {
    let routine = 1.0 - p.routine_found * (1.0 - seen.trigger_supervision);
    let full = 1.0 - p.found * (1.0 - p.found_lost * seen.assessment_saved);
    let fence = 1.0 - p.fence_found;
    [raw * full * routine, raw * fence * routine, raw * routine]
}

/// Part of the worth that is left after a wait with hazards of failing and of erosion,
/// `1/(1 + (f + δ) W)`.
///
/// Example: f = 0.25, δ = 0.15, one year: 0.714.
pub fn kept(wait: f64, failure: f64, erosion: f64) -> f64 {
    1.0 / (1.0 + (failure + erosion) * wait)
}

/// What products of a field meet where the rule is `tight` and a part `opened` of the region's
/// firms may enter, while they fail at the yearly hazard `failure`.
pub fn passage(
    opened: f64,
    tight: f64,
    failure: f64,
    seen: &Regulation,
    p: &ApprovalParameters,
) -> Passage {
    let full = waiting(seen.assessment_saved, opened, tight, p);
    let wait = [full, full * p.sandbox_wait];
    let kept = wait.map(|w| kept(w, failure, p.erosion));
    Passage { wait, kept, tight }
}

/// Worth of each route \[mn\]: what the wait leaves of the product's worth, less the cost of the
/// route and the liability for incidents; a promise that failed is punished on top.
pub fn values(
    case: &Case,
    kept: &[f64; WAITS],
    risk: &[f64; ROUTES],
    supervision: f64,
    p: &ApprovalParameters,
) -> [f64; ROUTES] {
    let net = case.worth - supervision;
    let left = kept.map(|kept| net * kept);
    let in_fence = p.fence * raw_risk(case.rank, p);
    [
        left[FULL] - p.assessment_cost - p.liability * risk[FULL],
        left[SANDBOX] - p.sandbox_cost - p.liability * (in_fence + risk[SANDBOX]),
        net - p.filing_cost - p.liability * p.promise_penalty * risk[super::FILING],
    ]
}

/// Shares of a lot by route: firms judge worth with a spread (logit), each among the routes
/// that are open to it; filing where `filing`, the sandbox for a part `places` of the lot.
///
/// Example: values equal, filing open, places for all: a third each.
pub fn shares(values: &[f64; ROUTES], filing: bool, places: f64, spread: f64) -> [f64; ROUTES] {
    if !filing && places <= 0.0 {
        return [1.0, 0.0, 0.0];
    }
    let best = max(values[0], max(values[1], values[2]));
    let pull = values.map(|v| exp((v - best) / spread));
    let filed = if filing { pull[2] } else { 0.0 };
    let without = pull[0] + filed;
    let with = without + pull[1];
    // the best may be closed to all: then full approval
    if without <= 0.0 {
        let sandbox = places * pull[1] / max(with, f64::MIN_POSITIVE);
        return [1.0 - sandbox, sandbox, 0.0];
    }
    let (inside, outside) = (places / with, (1.0 - places) / without);
    [
        pull[0] * (inside + outside),
        pull[1] * inside,
        filed * (inside + outside),
    ]
}

/// What a firm settles for a product: risks by route, which route, worth of it all.
/// While a field's rule is tight, filing and the sandbox are closed to that extent.
pub fn choose(case: &Case, passage: &Passage, seen: &Regulation, p: &ApprovalParameters) -> Choice {
    let risk = residual(raw_risk(case.rank, p), seen, p);
    let supervision = p.supervision_cost * (1.0 - seen.trigger_supervision);
    let values = values(case, &passage.kept, &risk, supervision, p);
    let calm = 1.0 - passage.tight;
    let filing = case.rank < seen.filing_open * calm;
    let share = shares(
        &values,
        filing,
        seen.sandbox_places * calm,
        p.spread * p.assessment_cost,
    );
    let mean: f64 = share.iter().zip(values).map(|(s, v)| s * v).sum();
    Choice {
        risk,
        share,
        worth: max(0.0, mean),
    }
}
