//! Who joins a call that only a firm and a university together may answer?
//!
//! ```text
//! joins iff odds(joint) − c·(1 − tie·saving) > odds(alone),   c exponential about its mean
//! ```
//!
//! Odds are money on offer over money that proposers expect to be asked, from the calls before.
//! The firm's part of a joint project is what it would ask alone; the university's comes on top.
//! The firm leads, so it poses the topic. The cost of coming together is effort, not money.

use super::ProgrammeParameters;
use crate::base::columns::Hold;
use crate::base::math;
use crate::base::rng::Purpose;
use crate::model::context::Context;
use crate::model::firms::Firms;

/// What proposers reckon of the two kinds of call, alone and joint.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Odds {
    /// Of a proposal of one's own \[share of money asked\].
    pub alone: f64,
    /// Of a joint proposal.
    pub joint: f64,
}

/// Share of money asked that `money` covers if `asked` is asked; none where none is offered.
///
/// Example: 2 offered, 8 asked: ¼.
#[inline]
pub fn odds(money: f64, asked: f64) -> f64 {
    if asked > 0.0 {
        math::min(money / asked, 1.0)
    } else if money > 0.0 {
        1.0
    } else {
        0.0
    }
}

/// Whether a firm joins with a university: better odds are worth the cost of coming together.
///
/// Example: odds 0.6 joint and 0.4 alone, cost 0.3: no; with half of it saved by a tie: yes.
#[inline]
pub fn joins(odds: Odds, cost: f64, tie: bool, saving: f64) -> bool {
    let kept = if tie { 1.0 - saving } else { 1.0 };
    odds.joint - kept * cost > odds.alone
}

/// Whether proposer `i` answers the joint call.
pub fn answers(firms: &Firms<impl Hold>, i: usize, odds: Odds, ctx: &Context) -> bool {
    if odds.joint <= odds.alone {
        return false;
    }
    let p = &ctx.parameters.programmes;
    let u = ctx.uniform(firms.id[i], 0, 0, Purpose::Consortium);
    let cost = -p.consortium_cost * math::ln(1.0 - u);
    let tie = firms.partner[i] > 0 || firms.joint[i] > 0.0;
    joins(odds, cost, tie, p.consortium_tie_saving)
}

/// Money of a joint project whose firm asks `own` \[mn/yr\].
///
/// Example: 6 at a partner's part of 0.4: 10.
#[inline]
pub fn project(own: f64, partner_part: f64) -> f64 {
    own / (1.0 - partner_part)
}

/// Quality of a joint proposal: the firm's and the university's in equal parts \[score\].
#[inline]
pub fn quality(firm: f64, p: &ProgrammeParameters) -> f64 {
    0.5 * (firm + p.university_quality)
}

/// Share of universities' project money whose topic firms pose: of joint money all.
///
/// Example: 0.2 of topics posed, a quarter of the money joint: 0.4.
#[inline]
pub fn need_share(posed: f64, joint: f64, all: f64) -> f64 {
    if joint > 0.0 {
        posed + (1.0 - posed) * math::min(joint / all, 1.0)
    } else {
        posed
    }
}

/// What proposers reckon is asked, after a call in which `asked` was \[mn/yr\].
#[inline]
pub fn recall(before: f64, asked: f64, weight: f64) -> f64 {
    if before > 0.0 {
        before + weight * (asked - before)
    } else {
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_odds_and_ties_bring_firms_to_universities() {
        let odds = Odds {
            alone: 0.4,
            joint: 0.6,
        };
        assert!(!joins(odds, 0.3, false, 0.5) && joins(odds, 0.3, true, 0.5));
        assert!(joins(Odds { joint: 0.8, ..odds }, 0.3, false, 0.5));
        // programmes.consortium: more money in joint calls is better odds there
        assert!(super::odds(3.0, 8.0) > super::odds(2.0, 8.0));
        assert_eq!(super::odds(2.0, 8.0), 0.25);
        assert_eq!((super::odds(0.0, 0.0), super::odds(1.0, 0.0)), (0.0, 1.0));
    }

    #[test]
    fn joint_money_by_hand() {
        assert!((project(6.0, 0.4) - 10.0).abs() < 1e-12);
        assert!((need_share(0.2, 1.0, 4.0) - 0.4).abs() < 1e-12);
        assert_eq!(need_share(0.2, 0.0, 0.0), 0.2);
        assert_eq!(recall(0.0, 4.0, 0.5), 4.0);
        assert_eq!(recall(2.0, 4.0, 0.5), 3.0);
    }
}
