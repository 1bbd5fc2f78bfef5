//! How much universities and public institutes research, what they invent, what of it they
//! disclose and keep on the shelf.

mod appraisal;
mod arrivals;
mod clock;
mod drawers;
pub mod effort;
mod fees;
mod halves;
mod inventions;
mod sample;
mod sequence;
mod shelf;
#[cfg(test)]
pub(in crate::model) mod testbed;
#[cfg(test)]
mod tests;

pub use appraisal::quality;
pub use fees::{Fee, kept_a_year};
pub use halves::{halve_inventions, halve_units};
pub use inventions::{Case, Invention, Inventions, observation_noise, priority};
pub use shelf::Shelf;

use super::context::Context;
use super::firms::FIELDS;
use super::state::State;
use crate::base::blocks::Crew;
use crate::base::math;
use crate::base::room::have_room;
use arrivals::Arrivals;
use clock::Due;
use drawers::Drawers;
use fees::{age_shelf, years_on_the_shelf};
use inventions::invent;

crate::family! {
    /// Universities and institutes: sizes, time use, inventions, disclosure.
    pub struct UniversityParameters in "universities" {
        /// Universities and public institutes that do R&D \[units\].
        count,
        /// Share of them that are universities \[share\].
        university_share,
        /// Share of them that report transfer at the start of 2013 \[share\].
        reporting_2013,
        /// Growth of the number of reporting units \[1/yr\].
        reporting_growth,
        /// Spread of the number of researchers among units \[log points\].
        size_log_sd,
        /// Noise in the order in which units get an office or report \[log points\].
        size_noise,
        /// Sampling fraction of units over that of firms \[ratio\].
        sample_boost,
        /// Researchers of all units \[thousand FTE\].
        researchers,
        /// Share of a unit's research outside its home field \[share\].
        field_spread,
        /// Own money for R&D over public money \[share\].
        own_funds,
        /// Inventions per volume of R&D at universities, prices of 2020 \[1/mn\].
        inventions_university,
        /// Inventions per volume of R&D at institutes, prices of 2020 \[1/mn\].
        inventions_institute,
        /// Elasticity of inventions to the stock of time given to papers \[elasticity\].
        idea_elasticity,
        /// Share of the idea stock renewed a quarter \[1/quarter\].
        idea_memory,
        /// Share of inventions in the top stratum of quality \[share\].
        top_share,
        /// Weight of an ordinary invention agent times the sampling fraction \[inventions\].
        ordinary_weight,
        /// The same of an agent of the top stratum \[inventions\].
        top_weight,
        /// Median value of an invention to a well-fitting firm, prices of 2020 \[mn\].
        quality_median,
        /// Spread of the value below the top stratum \[log points\].
        quality_log_sd,
        /// Pareto exponent of the value in the top stratum \[exponent\].
        tail_exponent,
        /// Mean readiness of an invention at the time use of 2015 \[TRL\].
        readiness_mean,
        /// Spread of readiness \[TRL\].
        readiness_sd,
        /// Levels gained per log point of time given to transfer \[TRL\].
        readiness_effort,
        /// Exponent a of the reward from time \[exponent\].
        effort_curvature,
        /// Worth of full appraisal by papers \[reward\].
        paper_reward,
        /// Worth of income and standing from contracts \[reward\].
        contract_reward,
        /// Worth of all of a transfer's income \[reward\].
        transfer_reward,
        /// Median share of value that an inventor can keep outside the books \[share\].
        outside_median,
        /// Spread of that share among inventors \[log points\].
        outside_log_sd,
        /// Worth of a disclosure in duty, points and appraisal \[share\].
        disclosure_credit,
        /// Part of the rest of the value that ownership or a long use right gives \[share\].
        control_gain,
        /// Hazard that a patent on the shelf lapses \[1/yr\].
        lapse,
        /// Fall of an undealt invention's value \[1/yr\].
        age_discount,
    }
}

crate::columns! {
    /// Universities and public institutes.
    pub struct Units of
    /// One unit.
    Unit {
        /// Entity id of its draws.
        id: u32,
        /// Real units it stands for \[units\].
        weight: f64,
        /// University, not institute.
        university: bool,
        /// Region.
        region: u8,
        /// Home field.
        field: u8,
        /// Researchers of one represented unit \[FTE\].
        researchers: f64,
        /// Standing, standard normal.
        standing: f64,
        /// Place in the order in which units report and get offices, 0 first \[0..1\].
        office_rank: f64,
        /// Place in the order in which inventors get control.
        control_rank: f64,
        /// Place in the order in which assets are kept apart.
        separate_rank: f64,
        /// Place in the order in which trials are offered.
        trial_rank: f64,
        /// Reports transfer.
        reports: bool,
        /// Has an office.
        office: bool,
        /// Contract income of one represented unit \[mn/yr\].
        contract_income: f64,
        /// R&D spending of one represented unit \[mn/yr\].
        spending: f64,
        /// Clock of ordinary arrivals \[arrivals\].
        clock: f64,
        /// When the next ordinary arrival comes.
        next: f64,
        /// Ordinary arrivals so far.
        arrivals: u32,
        /// Clock of top arrivals.
        top_clock: f64,
        /// When the next top arrival comes.
        top_next: f64,
        /// Top arrivals so far.
        top_arrivals: u32,
    }
}

/// Counters of one quarter, real units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct UniversityTally {
    /// Inventions made.
    pub made: f64,
    /// Inventions disclosed.
    pub disclosed: f64,
    /// Inventions used outside the books.
    pub off_book: f64,
    /// Inventions lapsed on the shelf.
    pub lapsed: f64,
    /// What drawing for small agents added to the shelf, or took off it: nothing is expected of it.
    pub redrawn: f64,
    /// Units that report.
    pub reporting: f64,
    /// Units with an office.
    pub offices: f64,
}

/// State: universities and institutes and their inventions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Universities {
    /// Units.
    pub units: Units,
    /// Inventions.
    pub inventions: Inventions,
    /// Free rows of the store, and fees that fall due on the others.
    drawers: Drawers,
    /// Shelf of each unit.
    pub shelf: Vec<Shelf>,
    /// Inventions disclosed this quarter.
    pub fresh: Vec<u32>,
    /// Scratch: units at which an invention is due, block by block of them.
    due_units: Vec<Due>,
    /// Scratch: what arrives this quarter.
    arrivals: Arrivals,
    /// R&D spending of public units by field \[mn/yr\].
    pub research_spending_by_field: [f64; FIELDS],
    /// R&D spending of universities \[mn/yr\].
    pub spending_universities: f64,
    /// R&D spending of institutes \[mn/yr\].
    pub spending_institutes: f64,
    /// Time for papers, contracts, transfer over that of 2015.
    pub effort: [f64; 3],
    /// Time shares of 2015Q1.
    pub effort_2015: [f64; 3],
    /// Slow mean of the relative time for papers.
    pub ideas: f64,
    /// Real inventions disclosed by quarter since 2013Q1.
    pub disclosed_by_cohort: Vec<f64>,
    /// Counters.
    pub tally: UniversityTally,
}

/// Quarters of inventions already on the shelf at the start.
const EARLIER_QUARTERS: i32 = 8; // derived: two years

/// Blocks of units: so many of them together take as long as a block of firms.
pub(super) fn of_units(crew: Crew) -> Crew {
    const UNITS: usize = 32; // derived: resolution of the work, not behaviour
    crew.finer(UNITS)
}

fn rewards(ctx: &Context, share: f64, paper: f64, transfer: f64) -> [f64; 3] {
    let p = &ctx.parameters.universities;
    [
        p.paper_reward * paper,
        p.contract_reward,
        p.transfer_reward * share * effort::reward_worth_seen(ctx) + transfer,
    ]
}

impl Universities {
    /// Units and a shelf filled by earlier years at the start of the warm-up.
    pub fn found(state: &State, ctx: &Context) -> Self {
        let p = &ctx.parameters.universities;
        let mut u = Self {
            ideas: 1.0,
            effort: [1.0; 3],
            drawers: Drawers::of(ctx.crew),
            ..Self::default()
        };
        let r = &ctx.seen.rights;
        let before = rewards(
            ctx,
            r.inventor_share,
            r.appraisal_paper_weight,
            r.appraisal_transfer_weight,
        );
        u.effort_2015 = effort::time_shares(before, p.effort_curvature);
        u.sample(ctx);
        u.fill_shelf(state, ctx);
        u.make_room(p.lapse);
        u
    }

    /// Fills the shelf by the two years before the start, as if its rules and money had held.
    fn fill_shelf(&mut self, state: &State, ctx: &Context) {
        let programmes = &state.programmes;
        let money = |known: &[f64; FIELDS], all: f64| {
            if known.iter().sum::<f64>() > 0.0 {
                *known
            } else {
                [1000.0 * all / FIELDS as f64; FIELDS] // derived: bn to mn
            }
        };
        let universities = money(
            &programmes.to_universities,
            ctx.world.appropriation_universities,
        );
        let institutes = money(
            &programmes.to_institutes,
            ctx.world.appropriation_institutes,
        );
        // research prices are not known before the market has met; their base is one
        let prices = state.people.rd_price.map(|p| if p > 0.0 { p } else { 1.0 });
        for back in (1..=EARLIER_QUARTERS).rev() {
            let then = Context {
                quarter: ctx.quarter.plus(-back),
                ..*ctx
            };
            self.spend(&then, [&universities, &institutes]);
            settle_offices(self, &then);
            age_shelf(self, &then);
            invent(self, &prices, 0.0, &then);
        }
        self.fresh.clear();
        self.tally = UniversityTally::default();
    }

    /// Room for a run, so that neither columns nor shelves ever move: what comes in a quarter of
    /// the start times growth, and that times the quarters for which one agent is expected to stay.
    fn make_room(&mut self, lapse: f64) {
        const GROWTH: f64 = 4.0; // derived: research of units doubles in a run, and room to spare
        let stay = 4.0 * years_on_the_shelf(lapse); // derived: quarters a year
        let a_quarter = |begun: usize| GROWTH * begun as f64 / f64::from(EARLIER_QUARTERS);
        let all = a_quarter(self.inventions.len());
        let rows = (all * stay) as usize;
        self.inventions.reserve(rows);
        self.drawers.make_room(rows);
        self.arrivals.make_room(all as usize);
        have_room(&mut self.fresh, all as usize);
        for shelf in &mut self.shelf {
            let begun = shelf.cases().count();
            shelf.make_room((a_quarter(begun) * stay) as usize);
        }
        let quarters = super::world::HORIZON.index() - super::world::WARM_UP.index();
        have_room(&mut self.disclosed_by_cohort, quarters as usize + 1);
    }

    /// Share of units that report at quarter index `q`.
    fn reporting(q: i32, p: &UniversityParameters) -> f64 {
        let years = f64::from(q - super::world::WARM_UP.index()) / 4.0; // derived: quarters a year
        math::min(
            1.0,
            p.reporting_2013 * math::exp(p.reporting_growth * years),
        )
    }

    fn spend(&mut self, ctx: &Context, money: [&[f64; FIELDS]; 2]) {
        let p = &ctx.parameters.universities;
        let own = 1.0 + p.own_funds;
        let spread = p.field_spread / FIELDS as f64;
        let mut home = [[0.0; FIELDS]; 2];
        let mut all = [0.0; 2];
        let n = self.units.len();
        for i in 0..n {
            let k = usize::from(!self.units.university[i]);
            let size = self.units.weight[i] * self.units.researchers[i];
            home[k][usize::from(self.units.field[i])] += size;
            all[k] += size;
        }
        // money per researcher, at home in a field and from every field
        let mut at_home = [[0.0; FIELDS]; 2];
        let mut common = [0.0; 2];
        let mut by_field = [0.0; FIELDS];
        for k in 0..2 {
            for f in 0..FIELDS {
                let denominator = (1.0 - p.field_spread) * home[k][f] + spread * all[k];
                if denominator > 0.0 {
                    let rate = own * money[k][f] / denominator;
                    at_home[k][f] = (1.0 - p.field_spread) * rate;
                    common[k] += spread * rate;
                }
                by_field[f] += own * money[k][f];
            }
        }
        let mut total = [0.0; 2];
        for i in 0..n {
            let k = usize::from(!self.units.university[i]);
            let f = usize::from(self.units.field[i]);
            let income = self.units.contract_income[i];
            let spending = self.units.researchers[i] * (at_home[k][f] + common[k]) + income;
            self.units.spending[i] = spending;
            total[k] += self.units.weight[i] * spending;
            by_field[f] += self.units.weight[i] * income;
        }
        self.research_spending_by_field = by_field;
        self.spending_universities = total[0];
        self.spending_institutes = total[1];
    }
}

/// One quarter: spending, time use, ageing of the shelf, new inventions, disclosure.
pub fn work(state: &mut State, ctx: &Context) {
    let programmes = &state.programmes;
    let posed = programmes.need_share * programmes.direction_accuracy;
    let u = &mut state.universities;
    u.tally = UniversityTally::default();
    u.spend(
        ctx,
        [&programmes.to_universities, &programmes.to_institutes],
    );
    divide_time(u, ctx);
    settle_offices(u, ctx);
    age_shelf(u, ctx);
    // a given budget buys less research where inputs are dearer
    let cost = &state.openness.input_cost;
    let prices = std::array::from_fn(|f| state.people.rd_price[f] * cost[f]);
    invent(u, &prices, posed, ctx);
    if let Ok(cohort) = usize::try_from(ctx.q() - super::world::WARM_UP.index()) {
        if u.disclosed_by_cohort.len() <= cohort {
            u.disclosed_by_cohort.resize(cohort + 1, 0.0);
        }
        u.disclosed_by_cohort[cohort] += u.tally.disclosed;
    }
}

fn divide_time(u: &mut Universities, ctx: &Context) {
    let (p, r) = (&ctx.parameters.universities, &ctx.seen.rights);
    let now = rewards(
        ctx,
        r.inventor_share,
        r.appraisal_paper_weight,
        r.appraisal_transfer_weight,
    );
    let shares = effort::time_shares(now, p.effort_curvature);
    if ctx.quarter <= super::world::HISTORY {
        u.effort_2015 = shares;
    }
    for k in 0..3 {
        u.effort[k] = shares[k] / u.effort_2015[k];
    }
    u.ideas += p.idea_memory * (u.effort[0] - u.ideas);
}

fn settle_offices(u: &mut Universities, ctx: &Context) {
    let reporting = Universities::reporting(ctx.q(), &ctx.parameters.universities);
    let offices = reporting * ctx.seen.transfer.office_coverage;
    for i in 0..u.units.len() {
        let rank = u.units.office_rank[i];
        u.units.reports[i] = rank < reporting;
        u.units.office[i] = rank < offices;
        u.tally.reporting += if u.units.reports[i] {
            u.units.weight[i]
        } else {
            0.0
        };
        u.tally.offices += if u.units.office[i] {
            u.units.weight[i]
        } else {
            0.0
        };
    }
}
