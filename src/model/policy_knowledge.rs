//! Spreads knowledge of policy: which firms have learnt of what has been announced.
//!
//! A firm carries the quarter up to which it knows policy (`vintage`). When something new is
//! announced or comes into force it learns with a hazard that rises with size and with the share
//! of claiming firms in its region; until then it plans on what it knew before. Left out:
//! wrong beliefs other than stale ones.

use super::context::Context;
use super::firms::{Firms, REGIONS};
use super::state::State;
use crate::base::math;
use crate::base::rng::{Purpose, fill_uniform};
use crate::base::strip::ROWS;
use crate::policy::tax::Tax;

crate::family! {
    /// Learning of policy.
    pub struct PolicyKnowledgeParameters in "policy_knowledge" {
        /// Chance a quarter that a small firm learns of a new measure \[1/quarter\].
        learn_small,
        /// The same for a firm doing R&D \[1/quarter\].
        learn_doer,
        /// Added chance at a full share of claiming neighbours \[1/quarter\].
        learn_peers,
    }
}

/// Chance that a firm learns of a measure this quarter.
#[inline]
pub fn learning_hazard(base: f64, peers: f64, claiming_share: f64) -> f64 {
    math::min(base + peers * claiming_share, 1.0)
}

/// Tax settings a firm of that vintage expects: today's expectation if it knows the last news,
/// else what it expected just before the first news it missed.
#[inline]
pub fn expected_tax<'a>(vintage: i32, ctx: &Context<'a>) -> &'a Tax {
    let known = ctx.seen_path.known_until(vintage, ctx.quarter);
    &ctx.seen_path.expected_at(known).tax
}

/// Tax settings in force as a firm of that vintage knows them: today's if it knows the last
/// news, else those just before the first news it missed.
#[inline]
pub fn known_tax<'a>(vintage: i32, ctx: &Context<'a>) -> &'a Tax {
    let known = ctx.seen_path.known_until(vintage, ctx.quarter);
    &ctx.seen_path.known_at(known).tax
}

/// Lets firms learn of tax policy.
pub fn learn(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.policy_knowledge;
    let q = ctx.q();
    let news = ctx.seen_path.last_news(ctx.quarter).index();
    let firms = &mut state.firms;
    if firms.vintage.iter().all(|&vintage| vintage >= news) {
        // all know the last news
        firms.vintage.fill(q);
        return;
    }
    let hazards = hazards(firms, p);
    let (mut rows, mut ids, mut draws) = ([0; ROWS], [0; ROWS], [0.0; ROWS]);
    for first in (0..firms.len()).step_by(ROWS) {
        let end = (first + ROWS).min(firms.len());
        // every row is written and the next one overwrites it unless it knows too little
        let mut count = 0;
        for (i, vintage) in (first..).zip(&mut firms.vintage[first..end]) {
            let knows = *vintage >= news;
            *vintage = if knows { q } else { *vintage };
            (rows[count], ids[count]) = (i, firms.id[i]);
            count += usize::from(!knows);
        }
        fill_uniform(
            ctx.key,
            &ids[..count],
            q as u32,
            0,
            Purpose::LearnPolicy,
            &mut draws[..count],
        );
        for (&i, &draw) in rows[..count].iter().zip(&draws) {
            let does_rd = usize::from(firms.rd[i] > 0.0);
            let hazard = hazards[usize::from(firms.region[i])][does_rd];
            let vintage = firms.vintage[i];
            firms.vintage[i] = if draw < hazard { q } else { vintage };
        }
    }
}

/// Chance by region that a firm learns this quarter, without R&D and with it.
fn hazards(firms: &Firms, p: &PolicyKnowledgeParameters) -> [[f64; 2]; REGIONS] {
    let mut sums = [[0.0; 2]; REGIONS];
    for i in 0..firms.len() {
        let does_rd = firms.alive[i] & (firms.rd[i] > 0.0);
        let weight = if does_rd { firms.weight[i] } else { 0.0 };
        let [doing, claiming] = &mut sums[usize::from(firms.region[i])];
        *doing += weight;
        *claiming += if firms.claims[i] { weight } else { 0.0 };
    }
    sums.map(|[doing, claiming]| {
        let share = claiming / math::max(doing, f64::MIN_POSITIVE);
        [p.learn_small, p.learn_doer].map(|base| learning_hazard(base, p.learn_peers, share))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_speed_up_learning() {
        assert!((learning_hazard(0.3, 0.4, 0.5) - 0.5).abs() < 1e-15);
        assert_eq!(learning_hazard(0.9, 0.4, 1.0), 1.0);
    }
}
