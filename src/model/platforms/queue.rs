//! For which projects is a place worth its fee?

use super::lottery::Called;
use super::{Cells, SERVED, application_gain};
use crate::base::math::min;
use crate::base::room::have_room;
use crate::model::claims::FeeDeduction;
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::funnel::{
    Column, Portfolio, ROWS, STAGES, Strip, gap, needs, product_worth, under_review,
};

/// What a place of one kind offers.
#[derive(Clone, Copy, Debug)]
struct Offer {
    /// Stage cost that it replaces \[mn/yr, 2020 prices\].
    saved: f64,
    /// Its fee \[mn/yr, 2020 prices\].
    fee: f64,
    /// Readiness that the stage asks for.
    need: f64,
    /// Readiness that it adds.
    relief: f64,
    /// Part of the worth won by a year for each unit of readiness added.
    pace: f64,
}

/// What places of each kind offer.
fn offers(ctx: &Context) -> [Offer; SERVED] {
    let (p, f) = (&ctx.parameters.platforms, &ctx.parameters.funnel);
    let cost = [f.proof_cost, f.pilot_cost];
    let running = [p.proof_running_cost, p.pilot_running_cost];
    let relief = [p.proof_gap_relief, p.pilot_gap_relief];
    let hazard = [f.proof_hazard, f.pilot_hazard];
    std::array::from_fn(|kind| Offer {
        saved: p.cost_saved * cost[kind],
        fee: running[kind] * ctx.seen.maturation.platform_fee,
        need: needs(f)[kind],
        relief: relief[kind],
        pace: hazard[kind] * f.gap_slowing / STAGES as f64,
    })
}

impl Offer {
    /// Gain of a place at a `fee` \[mn/yr\]: a smaller gap raises the hazard, and time won is
    /// worth a part of the product.
    #[inline(always)]
    fn gain(&self, worth: f64, readiness: f64, fee: f64) -> f64 {
        let added = min(self.relief, gap(readiness, self.need));
        application_gain(self.saved, worth * self.pace * added, fee)
    }
}

/// A strip of applicants, by kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Applicants {
    /// Mass that applies.
    pub mass: [Column; SERVED],
    /// Place in this year's queue, where one is drawn for.
    pub draw: [Column; SERVED],
}

impl Applicants {
    /// Nobody.
    const NONE: Self = Self {
        mass: [[0.0; ROWS]; SERVED],
        draw: [[0.0; ROWS]; SERVED],
    };
}

/// Who of a block of firms applies for a place at this quarter's reviews.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Queue {
    /// By strip of the projects under review.
    pub applied: Vec<Applicants>,
    /// Scratch: who is called.
    pub called: Vec<Called>,
}

/// What applicants look at, besides their own.
pub(super) struct Notice<'a> {
    offers: [Offer; SERVED],
    deduction: FeeDeduction,
    firms: &'a Firms,
    ctx: &'a Context<'a>,
}

impl<'a> Notice<'a> {
    /// What firms see this quarter.
    pub(super) fn of(firms: &'a Firms, ctx: &'a Context) -> Self {
        Self {
            offers: offers(ctx),
            deduction: FeeDeduction::of(ctx),
            firms,
            ctx,
        }
    }
}

/// Columns of a strip of applicants.
struct Sheet {
    worth: Column,
    readiness: Column,
    /// Whether the firm is in business.
    there: [bool; ROWS],
}

crate::dispatched! {
    /// Mass of projects that gain by a place at its full fee.
    fn apply(sheet: &Sheet, mass: &Column, offer: &Offer, applied: &mut Column) {
        for i in 0..ROWS {
            let gain = offer.gain(sheet.worth[i], sheet.readiness[i], offer.fee);
            applied[i] = if (gain > 0.0) & sheet.there[i] { mass[i] } else { 0.0 };
        }
    }
}

impl Queue {
    /// Projects of a block of firms, of which the first stands in row `first`, line up at their
    /// review if a place is worth its fee; gives their mass by kind and region.
    pub(super) fn line_up(&mut self, own: &mut Portfolio, first: usize, notice: &Notice) -> Cells {
        let Notice {
            offers,
            deduction,
            firms,
            ctx,
        } = notice;
        own.purses.see_who_is_gone(firms, first);
        let purses = &own.purses;
        let due = &mut own.projects[under_review(ctx.q())];
        let deducted = ctx.seen.tax.platform_cost > 0.0;
        let none = [0.0; ROWS];
        let mut sheet = Sheet {
            worth: none,
            readiness: none,
            there: [false; ROWS],
        };
        let mut wanted = Cells::default();
        have_room(&mut self.applied, due.strips.capacity());
        self.applied.resize(due.strips.len(), Applicants::NONE);
        for ((strip, rows), applicants) in due.filled().zip(&mut self.applied) {
            let applied = &mut applicants.mass;
            for (row, project) in strip.project[..rows].iter().enumerate() {
                sheet.worth[row] =
                    product_worth(f64::from(project.revenue), &ctx.parameters.funnel);
                sheet.readiness[row] = f64::from(strip.origin[row].readiness);
                sheet.there[row] = !purses.at(project.purse).is_gone();
            }
            for (kind, offer) in offers.iter().enumerate() {
                apply(&sheet, &strip.stage[kind].mass, offer, &mut applied[kind]);
            }
            if deducted {
                let net = |row: usize, offer: &Offer| {
                    let firm = first + purses.at(strip.project[row].purse).row as usize;
                    deduction.net(offer.fee, firms, firm, ctx)
                };
                apply_net(&sheet, strip, rows, offers, net, applied);
            }
            for (row, project) in strip.project[..rows].iter().enumerate() {
                for kind in 0..SERVED {
                    let wanted = &mut wanted[kind][usize::from(project.region)];
                    *wanted += applied[kind][row];
                }
            }
        }
        wanted
    }
}

/// Those who do not gain at the full fee look at what it costs them `net` of a deduction.
fn apply_net(
    sheet: &Sheet,
    strip: &Strip,
    rows: usize,
    offers: &[Offer; SERVED],
    net: impl Fn(usize, &Offer) -> f64,
    applied: &mut [Column; SERVED],
) {
    for row in (0..rows).filter(|&row| sheet.there[row]) {
        for (kind, offer) in offers.iter().enumerate() {
            let mass = strip.stage[kind].mass[row];
            let gain = |fee: f64| offer.gain(sheet.worth[row], sheet.readiness[row], fee);
            if applied[kind][row] <= 0.0 && mass > 0.0 && gain(net(row, offer)) > 0.0 {
                applied[kind][row] = mass;
            }
        }
    }
}
