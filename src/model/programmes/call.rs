//! Who proposes, who is judged how, and who is awarded: one yearly call.

use super::consortium::{self, Odds};
use super::{ProgrammeTally, ProgrammesState, call_budget};
use crate::base::blocks::Join;
use crate::base::columns::Lent;
use crate::base::math;
use crate::base::rng::{Purpose, fill_normal, fill_uniform};
use crate::base::room::have_room;
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::population::LARGE_SALES;
use crate::model::state::State;

/// Score of a proposal.
#[inline]
pub(super) fn score(quality: f64, relevance: f64, expert_share: f64, noise: f64) -> f64 {
    quality + relevance * expert_share + noise
}

/// Number of classes of scores in which awards are made.
pub(super) const CLASSES: usize = 64; // derived: a class holds about 1.5 % of proposals
/// Scores are classed between −SPAN and SPAN.
const SPAN: f64 = 4.0; // derived: four standard deviations

fn class_of(score: f64) -> usize {
    let place = (math::clamp(score, -SPAN, SPAN) + SPAN) / (2.0 * SPAN);
    ((place * CLASSES as f64) as usize).min(CLASSES - 1)
}

/// Lowest class whose cumulated requests, from the best down, fit the budget, and the share of
/// that class's requests that is granted.
pub(super) fn cut(requests: &[f64; CLASSES], budget: f64) -> (usize, f64) {
    let mut left = budget;
    for class in (0..CLASSES).rev() {
        if requests[class] > left {
            return (class, left / requests[class]);
        }
        left -= requests[class];
    }
    (0, 1.0)
}

/// Money that a firm with R&D asks for where it proposes \[mn/yr\].
fn request(rd: f64, ctx: &Context) -> f64 {
    let p = &ctx.parameters.programmes;
    math::min(p.request_share * rd, p.request_cap * ctx.world.price)
}

/// A firm's answer to the call.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Proposal {
    /// Row of the firm.
    row: u32,
    /// With a university.
    joint: bool,
    /// Class of its score.
    class: u8,
    /// Money asked \[mn/yr\].
    amount: f64,
}

/// Answers of a block of firms to a call, and columns they are made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Answers {
    rows: Vec<u32>,
    ids: Vec<u32>,
    draws: Vec<f64>,
    proposals: Vec<Proposal>,
}

impl Answers {
    /// Firms that do R&D and propose this year, in the order of their rows.
    fn find(&mut self, firms: &Firms<Lent>, ctx: &Context) {
        let q = ctx.q() as u32;
        let (rows, ids, draws) = (&mut self.rows, &mut self.ids, &mut self.draws);
        firms.list_doers(rows);
        ids.clear();
        ids.extend(rows.iter().map(|&row| firms.id[row as usize]));
        draws.resize(ids.len(), 0.0);
        fill_uniform(ctx.key, ids, q, 0, Purpose::CallProposal, draws);
        let mut kept = 0;
        for k in 0..rows.len() {
            (rows[kept], ids[kept]) = (rows[k], ids[k]);
            kept += usize::from(draws[k] < ctx.parameters.programmes.proposing);
        }
        rows.truncate(kept);
        ids.truncate(kept);
        draws.truncate(kept);
        fill_normal(ctx.key, ids, q, 0, Purpose::CallScore, draws);
    }

    /// Draws up the proposals of all, alone or in consortia.
    fn draw_up(&mut self, firms: &Firms<Lent>, odds: Odds, ctx: &Context) {
        self.find(firms, ctx);
        self.proposals.clear();
        have_room(&mut self.proposals, self.rows.capacity());
        for (&row, &noise) in self.rows.iter().zip(&self.draws) {
            let i = row as usize;
            let joint = consortium::answers(firms, i, odds, ctx);
            self.proposals.push(Proposal {
                row,
                joint,
                class: class_of(firm_score(firms.absorptive[i], joint, noise, ctx)) as u8,
                amount: request(firms.rd[i], ctx),
            });
        }
    }
}

/// What is asked for, by class of score \[mn/yr\].
struct Bids {
    /// By firms alone, larger and smaller ones.
    alone: [[f64; CLASSES]; 2],
    /// By consortia, with the university's part.
    joint: [f64; CLASSES],
    /// By universities alone.
    universities: [f64; CLASSES],
    /// Firms in consortia \[firms\].
    joined: f64,
}

crate::join_fields!(Bids: alone, joint, universities, joined);

/// Score from which each part of the call awards, and the share awarded in that class.
struct Lines {
    joint: (usize, f64),
    small: (usize, f64),
    open: (usize, f64),
}

/// What proposers reckon of the two kinds of call before `joint` of `fresh` money is offered.
fn reckon(programmes: &mut ProgrammesState, joint: f64, fresh: f64) -> Odds {
    let [alone, together] = &mut programmes.asked;
    if *together == 0.0 {
        // before the first joint call all expect askers to split as the money does
        *together = joint / fresh * *alone;
    }
    Odds {
        alone: consortium::odds(fresh - joint, *alone),
        joint: consortium::odds(joint, *together),
    }
}

/// Gathers what firms ask for, alone or in consortia.
fn gather(firms: &Firms<Lent>, proposals: &[Proposal], ctx: &Context) -> Bids {
    let mut bids = Bids {
        alone: [[0.0; CLASSES]; 2],
        joint: [0.0; CLASSES],
        universities: [0.0; CLASSES],
        joined: 0.0,
    };
    for of in proposals {
        let (i, class) = (of.row as usize, usize::from(of.class));
        let weight = firms.weight[i];
        if of.joint {
            let part = ctx.parameters.programmes.partner_part;
            bids.joint[class] += weight * consortium::project(of.amount, part);
            bids.joined += weight;
        } else {
            let small = usize::from(firms.sales[i] < LARGE_SALES);
            bids.alone[small][class] += weight * of.amount;
        }
    }
    bids
}

/// Draws the lines: joint money first; of what it leaves, reserved money, then all compete with
/// the universities for the rest.
fn draw_lines(bids: &mut Bids, fresh: f64, joint: f64, ctx: &Context) -> Lines {
    let together = cut(&bids.joint, joint);
    let rest = fresh - awarded_of(&bids.joint, together);
    let reserved = ctx.seen.programmes.small_firm_share * rest;
    let small = cut(&bids.alone[1], reserved);
    bids.universities =
        university_classes(ctx.parameters.programmes.university_request * rest, ctx);
    let mut open = [0.0; CLASSES];
    for class in 0..CLASSES {
        let granted = part(class, small);
        open[class] = bids.alone[0][class] + bids.alone[1][class] * (1.0 - granted);
        open[class] += bids.universities[class];
    }
    Lines {
        joint: together,
        small,
        // reserved money that smaller firms leave is open to all
        open: cut(
            &open,
            rest - math::min(reserved, awarded_of(&bids.alone[1], small)),
        ),
    }
}

/// Calls `act` for each block of firms and their answers, and joins what that comes to.
fn walk<R: Join + Send>(
    answers: &mut Vec<Answers>,
    firms: &mut Firms,
    ctx: &Context,
    act: impl Fn(&mut Firms<Lent>, &mut Answers) -> R + Sync,
) -> R {
    let rooms = ctx.crew.rooms(firms.len(), answers);
    let parts = (firms.lend(), rooms);
    (ctx.crew).walk(parts, |(mut firms, mut room)| act(&mut firms, room.own()))
}

/// Holds the call: one third of the budget is awarded each year for three years.
pub(super) fn hold(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.programmes;
    let programmes = &mut state.programmes;
    let budget = call_budget(ctx.world.fiscal_science, p.call_share, programmes.ln_extra);
    let fresh = budget / p.years;
    let joint = ctx.seen.programmes.consortium * fresh;
    let odds = reckon(programmes, joint, fresh);
    let (answers, firms) = (&mut programmes.answers, &mut state.firms);
    let mut bids = walk(answers, firms, ctx, |firms, answers| {
        answers.draw_up(firms, odds, ctx);
        gather(firms, &answers.proposals, ctx)
    });
    let lines = draw_lines(&mut bids, fresh, joint, ctx);
    let [awarded, granted] = walk(answers, firms, ctx, |firms, answers| {
        award(firms, &answers.proposals, &lines, ctx)
    });
    // a third of running grants ends each year
    let kept = 1.0 - 1.0 / p.years;
    let won = awarded_of(&bids.universities, lines.open);
    let joint_won = awarded_of(&bids.joint, lines.joint);
    let partners = joint_won * p.partner_part;
    programmes.university_calls = kept * programmes.university_calls + won + partners;
    programmes.joint_calls = kept * programmes.joint_calls + partners;
    let alone: f64 = bids.alone.iter().flatten().sum();
    let universities: f64 = bids.universities.iter().sum();
    for (memory, asked) in programmes
        .asked
        .iter_mut()
        .zip([alone + universities, bids.joint.iter().sum()])
    {
        *memory = consortium::recall(*memory, asked, p.odds_memory);
    }
    programmes.tally = ProgrammeTally {
        budget,
        awarded,
        firms: granted,
        joined: bids.joined,
        joint: joint_won,
    };
}

/// Ends a third of running grants and adds those won; firms awarded and their money, weighted.
fn award(
    firms: &mut Firms<Lent>,
    proposals: &[Proposal],
    lines: &Lines,
    ctx: &Context,
) -> [f64; 2] {
    let kept = 1.0 - 1.0 / ctx.parameters.programmes.years;
    let [mut awarded, mut granted] = [0.0; 2];
    let Firms {
        alive,
        rd,
        grant,
        joint,
        ..
    } = firms;
    run_on(alive, rd, kept, grant, joint);
    for of in proposals {
        let (i, class) = (of.row as usize, usize::from(of.class));
        let (joint, amount) = (of.joint, of.amount);
        let share = if joint {
            part(class, lines.joint)
        } else if firms.sales[i] < LARGE_SALES {
            let first = part(class, lines.small);
            first + (1.0 - first) * part(class, lines.open)
        } else {
            part(class, lines.open)
        };
        firms.grant[i] += amount * share;
        if joint {
            firms.joint[i] += amount * share;
        }
        awarded += firms.weight[i] * share;
        granted += firms.weight[i] * amount * share;
    }
    [awarded, granted]
}

crate::dispatched! {
    /// Keeps the part `kept` of grants of firms that go on with R&D, none of others.
    fn run_on(alive: &[bool], rd: &[f64], kept: f64, grant: &mut [f64], joint: &mut [f64]) {
        let n = rd.len();
        let (alive, grant, joint) = (&alive[..n], &mut grant[..n], &mut joint[..n]);
        for k in 0..n {
            let left = if alive[k] & (rd[k] > 0.0) { kept } else { 0.0 };
            grant[k] *= left;
            joint[k] *= left;
        }
    }
}

/// Awarded share of a class: above the line all, on it a part, below it none.
fn part(class: usize, (line, at_line): (usize, f64)) -> f64 {
    match class.cmp(&line) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => at_line,
        std::cmp::Ordering::Less => 0.0,
    }
}

/// Money awarded of what is asked \[mn/yr\].
pub(super) fn awarded_of(asked: &[f64; CLASSES], line: (usize, f64)) -> f64 {
    (0..CLASSES)
        .map(|class| asked[class] * part(class, line))
        .sum()
}

/// Score of the proposal of a firm of some absorptive capacity, alone or with a university,
/// where the jury errs by `noise` standard deviations.
fn firm_score(absorptive: f64, joint: bool, noise: f64, ctx: &Context) -> f64 {
    let p = &ctx.parameters.programmes;
    let own = 2.0 * absorptive - 1.0;
    let quality = if joint {
        consortium::quality(own, p)
    } else {
        own
    };
    score(
        quality,
        p.firm_relevance,
        ctx.seen.programmes.enterprise_expert_share,
        p.noise * noise,
    )
}

/// Requests of universities by class of score: a normal spread around their quality.
fn university_classes(amount: f64, ctx: &Context) -> [f64; CLASSES] {
    let p = &ctx.parameters.programmes;
    let mut classes = [0.0; CLASSES];
    let width = 2.0 * SPAN / CLASSES as f64;
    for (class, slot) in classes.iter_mut().enumerate() {
        let low = class as f64 * width - SPAN;
        let below = |x: f64| math::normal_cdf((x - p.university_quality) / p.noise);
        *slot = amount * (below(low + width) - below(low));
    }
    classes
}
