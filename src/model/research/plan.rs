//! Answers what R&D the firms that do some would like to do.

#![allow(clippy::inline_always)] // part of a strip loop

use super::position::Law;
use super::start;
use super::strip::{Ground, STRIP, Strip};
use crate::base::columns::Lent;
use crate::base::room::have_room;
use crate::base::strip::gather;
use crate::base::{math, select};
use crate::model::context::Context;
use crate::model::firms::{Firms, Sector};
use crate::model::policy_knowledge::expected_tax;
use crate::model::state::State;

/// Who plans this quarter; memory is kept from quarter to quarter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plans {
    /// Rows of firms that do R&D, listed anew by each process that needs them.
    pub(in crate::model) doers: Vec<u32>,
    /// The same by block, each counted from the first of its block.
    pub(in crate::model) doers_by_block: Vec<Vec<u32>>,
    /// Scratch by block.
    planners: Vec<Planners>,
}

/// Who of a block of firms plans this quarter.
#[derive(Clone, Debug, Default, PartialEq)]
struct Planners {
    /// Rows of firms that do R&D.
    doers: Vec<u32>,
    starters: start::Starters,
    /// Scratch: rows of firms that have missed news.
    behind: Vec<u32>,
}

/// Plans: user cost and desired R&D of every firm that does R&D; the start test of those that
/// could (each in its own quarter of the year).
pub fn plan(state: &mut State, ctx: &Context) {
    let ground = Ground::of(state.people.rd_price, ctx);
    let rooms = ctx.crew.rooms(state.firms.len(), &mut state.plans.planners);
    let parts = (state.firms.lend(), rooms);
    ctx.crew.walk(parts, |(mut firms, mut room)| {
        plan_block(&mut firms, room.own(), &ground, ctx);
    });
}

/// Plans of a block of firms.
fn plan_block(firms: &mut Firms<Lent>, planners: &mut Planners, ground: &Ground, ctx: &Context) {
    planners.line_up(firms, ctx);
    let mut strip = Strip::new();
    let Planners {
        doers,
        starters,
        behind,
    } = planners;
    for_each_law(doers, behind, firms, ctx, |firms, rows, law| {
        for rows in rows.chunks(STRIP) {
            plan_strip(firms, rows, &mut strip, law, ground, ctx);
        }
    });
    starters.keep_those_who_look(firms, &mut strip, ground, ctx);
    for_each_law(
        &mut starters.firm,
        behind,
        firms,
        ctx,
        |firms, rows, law| {
            start::consider(firms, rows, &mut strip, law, ground, ctx);
        },
    );
}

/// Calls `act` for the firms of `rows` in groups that expect one law each: those that have heard
/// the last news, and those that missed it, by what they know. It puts `rows` into the order of
/// the groups; `behind` is scratch.
fn for_each_law(
    rows: &mut [u32],
    behind: &mut Vec<u32>,
    firms: &mut Firms<Lent>,
    ctx: &Context,
    mut act: impl FnMut(&mut Firms<Lent>, &[u32], &Law),
) {
    let known = |firms: &Firms<Lent>, row: u32| {
        let vintage = firms.vintage[row as usize];
        ctx.seen_path.known_until(vintage, ctx.quarter)
    };
    let news = ctx.seen_path.last_news(ctx.quarter).index();
    have_room(behind, firms.len());
    let mut from = 0;
    while from < rows.len() {
        let rest = &mut rows[from..];
        behind.clear();
        let first = known(firms, rest[0]);
        let mut kept = 0;
        for k in 0..rest.len() {
            let row = rest[k];
            let vintage = firms.vintage[row as usize];
            let knows = first == ctx.quarter && vintage >= news;
            if knows || known(firms, row) == first {
                rest[kept] = row;
                kept += 1;
            } else {
                behind.push(row);
            }
        }
        rest[kept..].copy_from_slice(behind);
        let vintage = firms.vintage[rest[0] as usize];
        act(firms, &rest[..kept], &Law::new(expected_tax(vintage, ctx)));
        from += kept;
    }
}

impl Planners {
    /// Lists who does R&D, outside sectors that the law leaves out, and who may think of starting
    /// this quarter.
    fn line_up(&mut self, firms: &Firms<Lent>, ctx: &Context) {
        let (n, sector) = (firms.len(), &firms.sector);
        select::list(n, &mut self.doers, |from, flags| {
            do_research(
                &firms.alive[from..],
                &sector[from..],
                &firms.rd[from..],
                flags,
            );
        });
        let turn = ctx.quarter.index() as u32 % 4; // derived: one quarter of the year each
        select::list(n, &mut self.starters.firm, |from, flags| {
            may_start(
                turn,
                (&firms.alive[from..], &firms.id[from..]),
                (&sector[from..], &firms.rd[from..]),
                flags,
            );
        });
    }
}

crate::dispatched! {
    /// Flags firms in business with R&D, outside sectors that the law leaves out.
    fn do_research(alive: &[bool], sector: &[Sector], rd: &[f64], flags: &mut [bool]) {
        let n = flags.len();
        let (alive, sector, rd) = (&alive[..n], &sector[..n], &rd[..n]);
        for k in 0..n {
            flags[k] = alive[k] & (sector[k] != Sector::Negative) & (rd[k] > 0.0);
        }
    }
}

crate::dispatched! {
    /// Flags firms in business without R&D that may think of starting in quarter `turn` of a year.
    fn may_start(
        turn: u32,
        who: (&[bool], &[u32]),
        what: (&[Sector], &[f64]),
        flags: &mut [bool],
    ) {
        let n = flags.len();
        let (alive, id, sector, rd) = (&who.0[..n], &who.1[..n], &what.0[..n], &what.1[..n]);
        for k in 0..n {
            let theirs = id[k] % 4 == turn; // derived: one quarter of the year each
            flags[k] = alive[k] & (sector[k] != Sector::Negative) & (rd[k] <= 0.0) & theirs;
        }
    }
}

/// Plans of a strip of firms: gathers, prices, and writes back.
fn plan_strip(
    firms: &mut Firms<Lent>,
    rows: &[u32],
    strip: &mut Strip,
    law: &Law,
    ground: &Ground,
    ctx: &Context,
) {
    strip.set_projects(firms, rows, ground);
    gather(firms.rd_last_year, rows, &mut strip.positions.research);
    gather(firms.claims, rows, &mut strip.claims);
    gather(firms.grant, rows, &mut strip.grant);
    for (research, team) in strip.positions.research.iter_mut().zip(&strip.team) {
        *research = if *research > 0.0 { *research } else { *team };
    }
    strip.plan(firms, rows, law, ground, ctx);
    for (r, &firm) in rows.iter().enumerate() {
        let (i, team) = (firm as usize, strip.team[r]);
        firms.user_cost[i] = strip.cost[r];
        firms.rd_desired[i] = math::max(strip.wanted[r], math::min(team, firms.rd[i]));
        let under = firms.quarters_under[i].saturating_add(1);
        firms.quarters_under[i] = if strip.surplus[r] < team { under } else { 0 };
    }
}
