//! Which deals become projects?

use super::decision::product_revenue;
use super::project::{Origin, Project, Strip, under_review};
use super::remnant::Roulette;
use super::{CONVERSION, FunnelParameters, FunnelState, FunnelTally, READINESS_LEVELS, add};
use crate::base::rng::Purpose;
use crate::base::strip::fill_pairs;
use crate::model::approval::{ApprovalParameters, ApprovalTally, Docket, docket_of};
use crate::model::context::Context;
use crate::model::state::State;
use crate::model::transfer::Motive;

/// Deals that enter together.
const DEALS: usize = 64;
/// One number for each of them.
type Column = [f64; DEALS];

/// Use-motivated deals become projects and count for conversion.
pub fn enter(state: &mut State, ctx: &Context) {
    let funnel = &mut state.funnel;
    funnel.tally = FunnelTally::default();
    state.approval.tally = ApprovalTally::default();
    funnel.divide();
    let roulette = Roulette::of(&ctx.parameters.funnel, ctx);
    let due = &mut funnel.projects[under_review(ctx.q())];
    funnel.tally.drawn +=
        due.clear_out(|strip, waiting| roulette.review(strip, waiting, &funnel.purses));
    let inventions = &state.universities.inventions;
    // the funnel counts quality in medians and readiness as a share of the scale
    let median = ctx.parameters.universities.quality_median;
    let none = [0.0; DEALS];
    let (mut quality, mut revenue, mut draw, mut rank) = (none, none, none, none);
    let mut ids = [0; DEALS];
    for deals in state.transfer.deals_this_quarter.chunks(DEALS) {
        for (row, deal) in deals.iter().enumerate() {
            quality[row] = inventions.quality[deal.invention] / median;
            ids[row] = deal.invention_id;
        }
        fill_revenue(&quality, &mut revenue, &ctx.parameters.funnel);
        fill_pairs(ctx.key, &ids, 0, 0, Purpose::Approval, &mut draw, &mut rank);
        for (row, deal) in deals.iter().enumerate() {
            if deal.motive != Motive::Use {
                continue;
            }
            let disclosed = inventions.disclosed[deal.invention];
            if ctx.q() - disclosed <= CONVERSION {
                add(&mut funnel.dealt_within_12, disclosed, deal.mass);
            }
            funnel.tally.entered += deal.mass;
            let weight = state.firms.weight[deal.firm];
            let factor = roulette.enter(deal.mass, weight, deal.invention_id, deal.firm_id);
            funnel.tally.drawn += deal.mass - factor * deal.mass;
            if factor == 0.0 {
                continue;
            }
            let readiness = inventions.readiness[deal.invention] / READINESS_LEVELS;
            let project = Project {
                quality: quality[row] as f32,
                revenue: revenue[row] as f32,
                purse: funnel.purses.of(deal.firm, deal.firm_id),
                disclosed: disclosed as i16,
                begun: ctx.q() as i16,
                field: inventions.field[deal.invention],
                region: state.firms.region[deal.firm],
            };
            let origin = Origin {
                invention_id: deal.invention_id,
                readiness: readiness as f32,
            };
            let draws = (draw[row], rank[row]);
            let mass = factor * deal.mass;
            funnel.begin(project, origin, mass, draws, &ctx.parameters.approval);
        }
    }
}

impl FunnelState {
    /// A project begins with `entered` real inventions, and with a docket if it needs approval,
    /// see [`docket_of`]; gives its strip and row.
    pub fn begin(
        &mut self,
        project: Project,
        origin: Origin,
        entered: f64,
        draws: (f64, f64),
        p: &ApprovalParameters,
    ) -> (&mut Strip, usize) {
        let turn = &mut self.projects[under_review(i32::from(project.begun))];
        if let Some(docket) = docket_of(usize::from(project.field), draws, p) {
            let row = turn.len() as u32;
            turn.dockets.push(Docket { row, ..docket });
        }
        turn.push(project, origin, entered)
    }
}

crate::dispatched! {
    /// Revenue of the products that inventions of some quality become.
    fn fill_revenue(quality: &Column, revenue: &mut Column, p: &FunnelParameters) {
        for i in 0..DEALS {
            revenue[i] = product_revenue(quality[i], p);
        }
    }
}
