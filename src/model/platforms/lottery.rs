//! In what order do projects get places where these are short?

use super::SERVED;
use super::queue::Queue;
use crate::base::math::{max, min};
use crate::base::rng::Purpose;
use crate::base::strip::fill_pairs_of;
use crate::model::context::Context;
use crate::model::firms::REGIONS;
use crate::model::funnel::{Column, Purses, ROWS, Strip, Turn};

/// An applicant in a region that is short of places, as one number that orders: its draw, to a
/// part in 2³² (the smallest come first), then its place, by row and kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Called(u64);

/// Steps in which draws are told apart.
const STEPS: f64 = 4_294_967_296.0; // derived: 2³²

impl Called {
    /// The applicant of a `kind` in a `row` of the projects under review.
    fn new(draw: f64, row: usize, kind: usize) -> Self {
        let order = (draw * STEPS) as u64;
        Self(order << 32 | (row * SERVED + kind) as u64)
    }

    /// Its row and kind.
    fn place(self) -> (usize, usize) {
        let place = self.0 as u32 as usize;
        (place / SERVED, place % SERVED)
    }
}

/// Keyed order of applicants where places are short.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Lottery {
    /// Draws of the projects under review, by strip and kind.
    draws: Vec<[Column; SERVED]>,
    called: Vec<Called>,
}

/// Keyed place of each project of a strip in this year's queues.
fn draw(strip: &Strip, rows: usize, purses: &Purses, ctx: &Context, draws: &mut [Column; SERVED]) {
    let (mut inventions, mut firms) = ([0; ROWS], [0; ROWS]);
    for (row, project) in strip.project[..rows].iter().enumerate() {
        inventions[row] = strip.origin[row].invention_id;
        firms[row] = purses.owner(project.purse).id;
    }
    let [first, second] = draws;
    let year = ctx.quarter.year() as u32;
    let ids = [&inventions, &firms];
    fill_pairs_of(ctx.key, ids, year, Purpose::Funnel, first, second);
}

/// By kind and region.
type Cells = [[f64; REGIONS]; SERVED];

impl Lottery {
    /// Gives the places `left` to those who applied: to all where there are enough, else in
    /// keyed order.
    ///
    /// Applicants are called in tranches by their draw, the first of them twice as large as
    /// places would allow, so that only few need be put in order.
    pub(super) fn give(
        &mut self,
        queue: &Queue,
        mut left: Cells,
        due: &mut Turn,
        purses: &Purses,
        ctx: &Context,
    ) {
        let cells = |what: &dyn Fn(usize, usize) -> f64| -> Cells {
            std::array::from_fn(|kind| std::array::from_fn(|region| what(kind, region)))
        };
        let ratio = cells(&|k, r| left[k][r] / max(queue.wanted[k][r], f64::MIN_POSITIVE));
        let all = ratio.map(|row| row.map(|ratio| ratio >= 1.0));
        let mut from = [[0.0; REGIONS]; SERVED];
        let mut to = cells(&|k, r| {
            if all[k][r] {
                0.0
            } else {
                min(1.0, 2.0 * ratio[k][r])
            }
        });
        serve_all(queue, &all, due);
        if from != to {
            self.draws.resize(due.strips.len(), [[0.0; ROWS]; SERVED]);
            for ((strip, rows), draws) in due.filled().zip(&mut self.draws) {
                draw(strip, rows, purses, ctx, draws);
            }
        }
        while from != to {
            self.call(queue, &from, &to, due);
            for called in &self.called {
                let (row, kind) = called.place();
                let (number, row) = (row / ROWS, row % ROWS);
                let strip = &mut due.strips[number];
                let mass = queue.applied[number][kind][row];
                let left = &mut left[kind][usize::from(strip.project[row].region)];
                let served = min(*left, mass);
                if served > 0.0 {
                    *left -= served;
                    strip.served[kind][row] = served / mass;
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

    /// Calls applicants whose draw lies in the tranche of their kind and region, in order.
    fn call(&mut self, queue: &Queue, from: &Cells, to: &Cells, due: &mut Turn) {
        // every applicant is written down and the next one writes over it unless it is called:
        // no branch to miss
        self.called
            .resize(SERVED * (due.len() + 1), Called::default());
        let mut count = 0;
        let strips = due.filled().zip(&queue.applied).zip(&self.draws);
        for (number, (((strip, rows), applied), draws)) in strips.enumerate() {
            for kind in 0..SERVED {
                for (row, project) in strip.project[..rows].iter().enumerate() {
                    let region = usize::from(project.region) % REGIONS;
                    let draw = draws[kind][row];
                    let called = (draw >= from[kind][region])
                        & (draw < to[kind][region])
                        & (applied[kind][row] > 0.0);
                    self.called[count] = Called::new(draw, number * ROWS + row, kind);
                    count += usize::from(called);
                }
            }
        }
        self.called.truncate(count);
        self.called.sort_unstable();
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
                    if all[kind][region] && applied[kind][row] > 0.0 {
                        strip.served[kind][row] = 1.0;
                    }
                }
            }
        }
    }
}
