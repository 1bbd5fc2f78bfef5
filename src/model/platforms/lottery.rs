//! In what order do projects get places where these are short?

use super::queue::Queue;
use super::{Cells, Lines, SERVED};
use crate::base::math::{max, min};
use crate::base::rng::Purpose;
use crate::base::select;
use crate::base::strip::fill_pairs_of;
use crate::model::context::Context;
use crate::model::firms::REGIONS;
use crate::model::funnel::{Column, Purses, ROWS, Strip, Turn, under_review};

/// Room for so many called from the start.
const ROOM: usize = 1024;

/// An applicant in a region that is short of places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Called {
    /// Its draw: the smallest come first.
    draw: f64,
    mass: f64,
    /// Row of the first firm of its block.
    first: u32,
    /// Row among the projects under review of the block.
    row: u32,
    kind: u8,
    region: u8,
}

/// Keyed order of applicants where places are short.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Lottery {
    called: Vec<Called>,
}

impl Lottery {
    /// Gives the places `left` to those who applied, of mass `wanted`: to all where there are
    /// enough, else in keyed order.
    ///
    /// Applicants are called in tranches by their draw, the first of them twice as large as
    /// places would allow, so that only few need be put in order.
    pub(super) fn give(
        &mut self,
        lines: &mut Lines,
        wanted: &Cells,
        mut left: Cells,
        ctx: &Context,
    ) {
        let cells = |what: &dyn Fn(usize, usize) -> f64| -> Cells {
            std::array::from_fn(|kind| std::array::from_fn(|region| what(kind, region)))
        };
        let ratio = cells(&|k, r| left[k][r] / max(wanted[k][r], f64::MIN_POSITIVE));
        let all = ratio.map(|row| row.map(|ratio| ratio >= 1.0));
        let mut from = [[0.0; REGIONS]; SERVED];
        let mut to = cells(&|k, r| {
            if all[k][r] {
                0.0
            } else {
                min(1.0, 2.0 * ratio[k][r])
            }
        });
        let now = under_review(ctx.q());
        lines.walk(|queue, own, _| {
            let due = &mut own.projects[now];
            serve_all(queue, &all, due);
            if from != to {
                for ((strip, rows), applicants) in due.filled().zip(&mut queue.applied) {
                    draw(&mut applicants.draw, strip, rows, &own.purses, ctx);
                }
            }
        });
        while from != to {
            lines.walk(|queue, own, first| queue.call(&from, &to, &mut own.projects[now], first));
            self.gather(lines.queues);
            for called in &self.called {
                let left = &mut left[usize::from(called.kind)][usize::from(called.region)];
                let served = min(*left, called.mass);
                if served > 0.0 {
                    *left -= served;
                    let (own, _) = lines.portfolios.of(called.first as usize);
                    let (strip, row) = (called.row as usize / ROWS, called.row as usize % ROWS);
                    let strip = &mut own.projects[now].strips[strip];
                    strip.served[usize::from(called.kind)][row] = served / called.mass;
                }
            }
            from = to;
            to = cells(&|k, r| {
                if left[k][r] > 0.0 {
                    min(1.0, 2.0 * to[k][r])
                } else {
                    to[k][r]
                }
            });
        }
    }

    /// Puts those called of all blocks in order.
    fn gather(&mut self, queues: &[Queue]) {
        self.called.clear();
        self.called.reserve(ROOM);
        for queue in queues {
            self.called.extend(&queue.called);
        }
        // draws are not negative: they stand in the order of their bits
        (self.called).sort_unstable_by_key(|called| (called.draw.to_bits(), called.row));
    }
}

/// Keyed place of each project of a strip in this year's queues.
fn draw(
    [first, second]: &mut [Column; SERVED],
    strip: &Strip,
    rows: usize,
    purses: &Purses,
    ctx: &Context,
) {
    let (mut inventions, mut firms) = ([0; ROWS], [0; ROWS]);
    for (row, project) in strip.project[..rows].iter().enumerate() {
        inventions[row] = strip.origin[row].invention_id;
        firms[row] = purses.at(project.purse).id;
    }
    let (ids, year) = ([&inventions, &firms], ctx.quarter.year() as u32);
    fill_pairs_of(ctx.key, ids, year, Purpose::Funnel, first, second);
}

impl Queue {
    /// Calls applicants whose draw lies in the tranche of their kind and region; the block's first
    /// firm stands in row `first`.
    fn call(&mut self, from: &Cells, to: &Cells, due: &mut Turn, first: usize) {
        let (applied, called) = (&self.applied, &mut self.called);
        called.clear();
        called.reserve(ROOM);
        let (mut flags, mut found) = ([false; ROWS], [0; ROWS + select::SLACK]);
        for (number, ((strip, rows), applied)) in due.filled().zip(applied).enumerate() {
            for kind in 0..SERVED {
                let (draw, mass) = (&applied.draw[kind], &applied.mass[kind]);
                for (row, project) in strip.project[..rows].iter().enumerate() {
                    let region = usize::from(project.region);
                    let (from, to) = (from[kind][region], to[kind][region]);
                    // no branch: whose turn it is hangs on chance
                    flags[row] = (draw[row] >= from) & (draw[row] < to) & (mass[row] > 0.0);
                }
                let count = select::put(&flags[..rows], 0, &mut found);
                called.extend(found[..count].iter().map(|&row| Called {
                    draw: draw[row as usize],
                    mass: mass[row as usize],
                    first: first as u32,
                    row: (number * ROWS) as u32 + row,
                    kind: kind as u8,
                    region: strip.project[row as usize].region,
                }));
            }
        }
    }
}

/// Serves applicants of kinds and regions where there are places for `all`, nobody else yet.
fn serve_all(queue: &Queue, all: &[[bool; REGIONS]; SERVED], due: &mut Turn) {
    let somewhere = all.map(|regions| regions.contains(&true));
    for ((strip, rows), applied) in due.filled().zip(&queue.applied) {
        for kind in 0..SERVED {
            strip.served[kind] = [0.0; ROWS];
            if somewhere[kind] {
                for row in 0..rows {
                    let region = usize::from(strip.project[row].region);
                    if all[kind][region] && applied.mass[kind][row] > 0.0 {
                        strip.served[kind][row] = 1.0;
                    }
                }
            }
        }
    }
}
