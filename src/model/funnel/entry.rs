//! Which deals become projects?

use super::decision::product_revenue;
use super::portfolio::Portfolio;
use super::project::{Origin, Project, Strip, under_review};
use super::remnant::Roulette;
use super::{CONVERSION, FunnelParameters, FunnelTally, Purses, READINESS_LEVELS, cohort_of, set};
use crate::base::columns::Lent;
use crate::base::rng::Purpose;
use crate::base::strip::fill_pairs;
use crate::model::approval::{ApprovalParameters, ApprovalTally, Docket, docket_of};
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::state::State;
use crate::model::transfer::Deal;
use crate::model::universities::Inventions;

/// Deals that enter together.
const DEALS: usize = 64;
/// One number for each of them.
type Column = [f64; DEALS];

/// Use-motivated deals become projects and count for conversion.
pub fn enter(state: &mut State, ctx: &Context) {
    let State {
        funnel,
        approval,
        firms,
        universities,
        transfer,
        ..
    } = state;
    approval.tally = ApprovalTally::default();
    funnel.divide();
    let gate = Gate {
        roulette: Roulette::of(&ctx.parameters.funnel, ctx),
        inventions: &universities.inventions,
        deals: &transfer.deals_this_quarter,
        ctx,
    };
    let (n, cohorts) = (firms.len(), &mut funnel.dealt_within_12);
    funnel.portfolios.rooms(n, ctx.crew);
    funnel.portfolios.sort_in(gate.deals);
    let parts = (0..n, firms.lend(), funnel.portfolios.rooms(n, ctx.crew));
    let sums = ctx.crew.walk(parts, |(rows, firms, mut portfolio)| {
        let mut sums = Entered::default();
        if rows.start == 0 {
            // the first goes on from what there is
            sums.converted = last_cohorts(cohorts, ctx.q());
        }
        gate.open(portfolio.own(), &firms, rows.start, &mut sums);
        sums
    });
    for (age, &mass) in sums.converted.iter().enumerate() {
        set(cohorts, ctx.q() - age as i32, mass);
    }
    funnel.tally = FunnelTally {
        entered: sums.mass,
        drawn: sums.drawn,
        ..FunnelTally::default()
    };
}

/// Sums over what enters, in real inventions.
#[derive(Clone, Copy, Debug, Default)]
struct Entered {
    mass: f64,
    /// Lost, less what was won, to draws.
    drawn: f64,
    /// Under contract within the quarters that count for conversion, by quarters since disclosure,
    /// with what was before.
    converted: [f64; CONVERSION + 1],
}

crate::join_fields!(Entered: mass, drawn, converted);

/// Mass of the cohorts disclosed in quarter index `q` and before.
fn last_cohorts(cohorts: &[f64], q: i32) -> [f64; CONVERSION + 1] {
    std::array::from_fn(|age| {
        let cohort = cohort_of(q - age as i32).and_then(|cohort| cohorts.get(cohort));
        cohort.copied().unwrap_or(0.0)
    })
}

/// What all that enters in a quarter has in common.
struct Gate<'a> {
    roulette: Roulette,
    inventions: &'a Inventions,
    deals: &'a [Deal],
    ctx: &'a Context<'a>,
}

/// What deals that enter together see of their inventions.
struct Sheet {
    id: [u32; DEALS],
    /// Quality, median 1.
    quality: Column,
    /// Revenue of the product \[mn/yr, 2020 prices\].
    revenue: Column,
    /// Readiness as a share of the scale.
    readiness: Column,
    disclosed: [i32; DEALS],
    field: [u8; DEALS],
    /// Real firms that the firm stands for.
    weight: Column,
    /// Region of the firm.
    region: [u8; DEALS],
    /// Place of the firm's purse, if it had one before.
    purse: [Option<u32>; DEALS],
    /// Whether approval is needed, and how risky the product is.
    draws: [Column; 2],
}

impl Sheet {
    /// A sheet of nothing.
    fn empty() -> Self {
        let none = [0.0; DEALS];
        Self {
            id: [0; DEALS],
            quality: none,
            revenue: none,
            readiness: none,
            disclosed: [0; DEALS],
            field: [0; DEALS],
            weight: none,
            region: [0; DEALS],
            purse: [None; DEALS],
            draws: [none; 2],
        }
    }

    /// Looks up the inventions: column by column, so that many loads are under way at once.
    fn fill<'a>(&mut self, deals: impl Iterator<Item = &'a Deal> + Clone, gate: &Gate) {
        let (inventions, p) = (gate.inventions, gate.ctx.parameters);
        let deals = || deals.clone();
        for (id, deal) in self.id.iter_mut().zip(deals()) {
            *id = deal.invention_id;
        }
        // the funnel counts quality in medians and readiness as a share of the scale
        let median = p.universities.quality_median;
        for (quality, deal) in self.quality.iter_mut().zip(deals()) {
            *quality = inventions.quality[deal.invention] / median;
        }
        for (readiness, deal) in self.readiness.iter_mut().zip(deals()) {
            *readiness = inventions.readiness[deal.invention] / READINESS_LEVELS;
        }
        for (disclosed, deal) in self.disclosed.iter_mut().zip(deals()) {
            *disclosed = inventions.disclosed[deal.invention];
        }
        for (field, deal) in self.field.iter_mut().zip(deals()) {
            *field = inventions.field[deal.invention];
        }
        fill_revenue(&self.quality, &mut self.revenue, &p.funnel);
        let [draw, rank] = &mut self.draws;
        fill_pairs(gate.ctx.key, &self.id, 0, 0, Purpose::Approval, draw, rank);
    }

    /// Looks up the firms in the same way; the first of the block stands in row `first`.
    fn fill_firms<'a>(
        &mut self,
        deals: impl Iterator<Item = &'a Deal> + Clone,
        firms: &Firms<Lent>,
        purses: &Purses,
        first: usize,
    ) {
        for (purse, deal) in self.purse.iter_mut().zip(deals.clone()) {
            *purse = purses.known(deal.firm - first, deal.firm_id);
        }
        for (weight, deal) in self.weight.iter_mut().zip(deals.clone()) {
            *weight = firms.weight[deal.firm - first];
        }
        for (region, deal) in self.region.iter_mut().zip(deals) {
            *region = firms.region[deal.firm - first];
        }
    }
}

impl Gate<'_> {
    /// Clears out the projects under review and lets in the deals of a portfolio of `firms`, of
    /// which the first stands in row `first`.
    fn open(&self, own: &mut Portfolio, firms: &Firms<Lent>, first: usize, sums: &mut Entered) {
        let (p, q) = (self.ctx.parameters, self.ctx.q());
        let due = &mut own.projects[under_review(q)];
        let purses = &own.purses;
        sums.drawn += due.clear_out(|strip, waiting| self.roulette.review(strip, waiting, purses));
        let numbers = std::mem::take(&mut own.deals);
        let mut sheet = Sheet::empty();
        for numbers in numbers.chunks(DEALS) {
            let deals = numbers.iter().map(|&number| &self.deals[number as usize]);
            sheet.fill(deals.clone(), self);
            sheet.fill_firms(deals.clone(), firms, &own.purses, first);
            for (i, deal) in deals.enumerate() {
                let disclosed = sheet.disclosed[i];
                if let Some(converted) = sums.converted.get_mut((q - disclosed).max(0) as usize) {
                    *converted += deal.mass;
                }
                sums.mass += deal.mass;
                let (invention, firm) = (deal.invention_id, deal.firm_id);
                let weight = sheet.weight[i];
                let mass = deal.mass * self.roulette.enter(deal.mass, weight, invention, firm);
                sums.drawn += deal.mass - mass;
                if mass == 0.0 {
                    continue;
                }
                let known = sheet.purse[i];
                let project = Project {
                    quality: sheet.quality[i] as f32,
                    revenue: sheet.revenue[i] as f32,
                    purse: known.unwrap_or_else(|| own.purses.of(deal.firm - first, firm)),
                    disclosed: disclosed as i16,
                    begun: q as i16,
                    field: sheet.field[i],
                    region: sheet.region[i],
                };
                let origin = Origin {
                    invention_id: invention,
                    readiness: sheet.readiness[i] as f32,
                };
                let draws = (sheet.draws[0][i], sheet.draws[1][i]);
                own.begin(project, origin, mass, draws, &p.approval);
            }
        }
        own.deals = numbers;
    }
}

impl Portfolio {
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
