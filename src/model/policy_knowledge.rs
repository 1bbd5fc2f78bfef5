//! Spreads knowledge of policy: which firms have learnt of what has been announced.
//!
//! A firm carries the quarter up to which it knows policy (`vintage`). When something new is
//! announced or comes into force it learns with a hazard that rises with size and with the share
//! of claiming firms in its region; until then it plans on what it knew before. Left out:
//! wrong beliefs other than stale ones.

use super::context::Context;
use super::firms::{Firms, REGIONS};
use super::state::State;
use crate::base::columns::Lent;
use crate::base::math;
use crate::base::rng::{Purpose, fill_uniform};
use crate::base::strip::{ROWS, look_up};
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
    let (p, q) = (&ctx.parameters.policy_knowledge, ctx.q());
    let news = ctx.seen_path.last_news(ctx.quarter).index();
    let (crew, vintages) = (ctx.crew, &mut state.firms.vintage);
    if crew.walk(&vintages[..], |vintages| count_behind(vintages, news)) == 0 {
        crew.walk(&mut vintages[..], |vintages| vintages.fill(q));
        return;
    }
    let hazards = hazards(claiming_shares(state, ctx), p);
    let learn = |mut firms: Firms<Lent>| learn_block(&mut firms, &hazards, news, ctx);
    crew.walk(state.firms.lend(), learn);
}

/// How many do not know the last news.
fn count_behind(vintages: &[i32], news: i32) -> u32 {
    // no way out before the end: a plain loop over all is faster
    vintages.iter().map(|&known| u32::from(known < news)).sum()
}

/// Lets firms of a block learn, with the chance of their group, what is new.
fn learn_block(firms: &mut Firms<Lent>, hazards: &[f64; GROUPS], news: i32, ctx: &Context) {
    let (mut groups, mut chances, mut draws) = ([0; ROWS], [0.0; ROWS], [0.0; ROWS]);
    let q = ctx.q();
    for from in (0..firms.len()).step_by(ROWS) {
        let to = usize::min(from + ROWS, firms.len());
        let (ids, rd) = (&firms.id[from..to], &firms.rd[from..to]);
        let (vintages, draws) = (&mut firms.vintage[from..to], &mut draws[..to - from]);
        sort(&firms.region[from..to], rd, &mut groups);
        look_up(hazards, &groups, &mut chances);
        fill_uniform(ctx.key, ids, q as u32, 0, Purpose::LearnPolicy, draws);
        keep_up(vintages, news, q, &chances, draws);
    }
}

/// Groups that learn with one chance: regions, without R&D and with it.
const GROUPS: usize = 2 * REGIONS;

crate::dispatched! {
    /// Sorts firms into groups by region and R&D.
    fn sort(regions: &[u8], rd: &[f64], groups: &mut [u8; ROWS]) {
        for ((group, &region), &rd) in groups.iter_mut().zip(regions).zip(rd) {
            *group = 2 * region + u8::from(rd > 0.0);
        }
    }
}

crate::dispatched! {
    /// Firms that know the last news, or learn of them, know all up to quarter index `q`.
    fn keep_up(vintages: &mut [i32], news: i32, q: i32, chances: &[f64; ROWS], draws: &[f64]) {
        for ((vintage, chance), draw) in vintages.iter_mut().zip(chances).zip(draws) {
            let knows = (*vintage >= news) | (draw < chance);
            *vintage = if knows { q } else { *vintage };
        }
    }
}

/// Chance by group that a firm learns this quarter, where these `shares` of doers claim.
fn hazards(shares: [f64; REGIONS], p: &PolicyKnowledgeParameters) -> [f64; GROUPS] {
    std::array::from_fn(|group| {
        let base = [p.learn_small, p.learn_doer][group % 2];
        learning_hazard(base, p.learn_peers, shares[group / 2])
    })
}

/// Lists the firms that do R&D in [`super::research::Plans::doers_by_block`], and gives the share of
/// claimants among them, by region.
pub(super) fn claiming_shares(state: &mut State, ctx: &Context) -> [f64; REGIONS] {
    let n = state.firms.len();
    let rooms = ctx.crew.rooms(n, &mut state.plans.doers_by_block);
    let sums = (ctx.crew).walk((state.firms.lend(), rooms), |(firms, mut room)| {
        let doers = room.own();
        firms.list_doers(doers);
        count_claimants(&firms, doers)
    });
    sums.map(|[doing, claiming]| claiming / math::max(doing, f64::MIN_POSITIVE))
}

/// Firms that do R&D and those of them that claim, by region, weighted.
fn count_claimants(firms: &Firms<Lent>, doers: &[u32]) -> [[f64; 2]; REGIONS] {
    let mut sums = [[0.0; 2]; REGIONS];
    for &row in doers {
        let i = row as usize;
        let weight = firms.weight[i];
        let [doing, claiming] = &mut sums[usize::from(firms.region[i])];
        *doing += weight;
        *claiming += if firms.claims[i] { weight } else { 0.0 };
    }
    sums
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
