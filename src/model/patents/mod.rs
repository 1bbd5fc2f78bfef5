//! How many inventions are filed, how long do they wait, how many are granted, kept, used?
//!
//! ```text
//! file iff ln q > fee − subsidy − points          (M8, unit: median private value)
//! Q' = Q + χ F(t − 1) − E,  E = min(examiners·cases, (Q + χF)/(1 + goal/3))
//! granted iff ln q + noise > q̄
//! ```
//!
//! Throughput: staff is the driver (examiners × cases each) and the goal is policy; the
//! office closes what staff can, but no more than the goal asks, so the queue is not emptied.

mod filing;
mod queue;
#[cfg(test)]
pub(in crate::model) mod testbed;
#[cfg(test)]
mod tests;

pub use filing::{
    BINS, Mass, bin_share, bin_z, filed_share, filing_threshold, grant_chance, lapse_chance,
    points_need, practise_chance,
};
pub use queue::{ABROAD, Closed, FIRMS, OWNERS, UNITS, Vintage, examine, throughput};

use super::books::{Account, Instrument};
use super::context::Context;
use super::state::State;
use crate::base::math::{clamp, ln, max, min};
use crate::base::rng::{Purpose, fill_uniform};
use std::collections::VecDeque;

/// Classes of firms by need of points.
const NEEDS: usize = 4;

crate::family! {
    /// Parameters of filing, examination, renewal and use.
    pub struct PatentParameters in "patents" {
        /// Inventions considered for filing per R&D volume \[thousand per tn of 2020\].
        considered_per_volume,
        /// Filings considered per disclosure of universities and institutes.
        considered_per_disclosure,
        /// Standard deviation of log quality.
        quality_log_sd,
        /// Fee on the log scale of private value.
        fee_log,
        /// Worth of the full subsidy on that scale.
        subsidy_log,
        /// Worth of full points on that scale.
        points_log,
        /// Share of inventions filed for use whatever the subsidy.
        use_motivated_share,
        /// Log quality above which those are filed.
        use_motivated_threshold,
        /// Patents a firm that end its need of points by the factor 1/e.
        points_enough,
        /// Bar of examination on log quality.
        grant_bar,
        /// Noise of examination.
        grant_noise,
        /// Share of filings examined in 2018.
        examined_share_2018,
        /// Growth of that share \[1/yr\].
        examined_share_growth,
        /// Ceiling of that share.
        examined_share_ceiling,
        /// Grant share of applicants from abroad.
        foreign_grant_share,
        /// Backlog at the start of 2013 \[thousand\].
        backlog_2013,
        /// Vintages that make up that backlog \[quarters\].
        backlog_vintages,
        /// Patents in force of firms at the start of 2013 \[thousand\].
        in_force_firms_2013,
        /// Patents in force of universities and institutes then \[thousand\].
        in_force_units_2013,
        /// Patents in force of owners abroad then \[thousand\].
        in_force_abroad_2013,
        /// Log quality at which half the patents are given up in a year.
        keep_bar,
        /// Spread of that.
        keep_sd,
        /// Log quality at which half of enterprises practise their patent.
        practise_bar,
        /// Spread of that.
        practise_sd,
        /// Share of university patents used in their own firms.
        university_own_use,
        /// Quarters a university patent stays in use after industrialisation, times 4.
        university_use_years,
        /// Official and attorney fee of a filing \[mn, 2020 prices\].
        filing_cost,
        /// Part of it that is official.
        official_share,
        /// Full subsidy over the fee.
        subsidy_over_fee,
        /// Cost of an examiner \[mn/yr, 2020 prices\].
        examiner_cost,
    }
}

/// Counters of this quarter, in real patents.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PatentTally {
    /// Inventions considered by owner.
    pub considered: [f64; OWNERS],
    /// Filings by owner.
    pub filings: [f64; OWNERS],
    /// Filings that entered examination.
    pub entered: f64,
    /// Filings that left before examination.
    pub withdrawn: f64,
    /// Cases closed.
    pub disposals: f64,
    /// Grants by owner.
    pub grants: [f64; OWNERS],
    /// Mean log quality of domestic grants.
    pub grant_quality: f64,
    /// Mean months from filing to disposal.
    pub pendency: f64,
    /// Patents that lapsed.
    pub lapsed: f64,
    /// Patents in force by owner.
    pub in_force: [f64; OWNERS],
    /// Share of enterprises' patents in use.
    pub use_enterprise: f64,
    /// Share of universities' and institutes' patents in use.
    pub use_university: f64,
    /// Weighted patents given to firm agents.
    pub firms_granted: f64,
}

/// The office's queue and patents in force.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PatentOffice {
    /// Cases that wait, oldest first.
    pub queue: VecDeque<Vintage>,
    /// Filings that enter next quarter.
    pub arriving: Vintage,
    /// Patents in force by owner and quality.
    pub in_force: [Mass; OWNERS],
    /// University patents in use.
    pub university_used: f64,
    /// Firm agents' cases that wait, per represented firm, by row.
    pub pending: Vec<f64>,
    /// Ids of those rows.
    pub pending_id: Vec<u32>,
    /// Counters of this quarter.
    pub tally: PatentTally,
    /// Scratch: rows of firms with cases or patents, their ids and draws.
    holders: Holders,
}

/// Firms with cases that wait or with patents.
#[derive(Clone, Debug, Default, PartialEq)]
struct Holders {
    /// Rows.
    rows: Vec<u32>,
    /// Ids of those rows.
    ids: Vec<u32>,
    /// Uniforms of this quarter.
    draws: Vec<f64>,
    /// Cases that wait at all firms after filing, weighted.
    waiting: f64,
}

impl PatentOffice {
    /// The office at the start of the warm-up: a backlog filed evenly over the quarters
    /// before, with everything subsidised filed.
    pub fn found(state: &State, ctx: &Context) -> Self {
        let p = &ctx.parameters.patents;
        let mut office = Self::default();
        let threshold = filing_threshold(p.fee_log, p.subsidy_log, p.points_log);
        let mut shape = [0.0; BINS];
        for (bin, share) in shape.iter_mut().enumerate() {
            *share = bin_share(bin)
                * filed_share(
                    bin,
                    p.quality_log_sd,
                    threshold,
                    p.use_motivated_share,
                    p.use_motivated_threshold,
                );
        }
        let sum: f64 = shape.iter().sum();
        let abroad = foreign_shape(ctx);
        let abroad_share = p.in_force_abroad_2013
            / (p.in_force_firms_2013 + p.in_force_units_2013 + p.in_force_abroad_2013);
        let units_share = p.in_force_units_2013 / (p.in_force_firms_2013 + p.in_force_units_2013);
        let vintages = max(1.0, p.backlog_vintages) as i32;
        // derived: thousands to cases; 0.5 of the share abroad, whose filings grow slower
        let each = 1000.0 * p.backlog_2013 / f64::from(vintages);
        for age in (1..=vintages).rev() {
            let mut vintage = Vintage {
                filed: ctx.q() - age - 1,
                ..Vintage::default()
            };
            for bin in 0..BINS {
                let home = each * (1.0 - 0.5 * abroad_share) * shape[bin] / sum;
                vintage.cases[FIRMS][bin] = home * (1.0 - units_share);
                vintage.cases[UNITS][bin] = home * units_share;
                vintage.cases[ABROAD][bin] = each * 0.5 * abroad_share * abroad[bin];
            }
            office.queue.push_back(vintage);
        }
        let newest = office.queue.back().copied().unwrap_or_default();
        office.arriving = Vintage {
            filed: ctx.q() - 1,
            ..newest
        };
        let granted = |bin: usize| {
            shape[bin] * grant_chance(p.quality_log_sd * bin_z(bin), p.grant_bar, p.grant_noise)
        };
        let good: f64 = (0..BINS).map(granted).sum();
        for bin in 0..BINS {
            // derived: thousands to patents
            office.in_force[FIRMS][bin] = 1000.0 * p.in_force_firms_2013 * granted(bin) / good;
            office.in_force[UNITS][bin] = 1000.0 * p.in_force_units_2013 * granted(bin) / good; // derived: as above
            office.in_force[ABROAD][bin] = 1000.0 * p.in_force_abroad_2013 * abroad[bin]; // derived: as above
        }
        office.pending = vec![0.0; state.firms.len()];
        office.pending_id = state.firms.id.clone();
        office.seed_pending(state, ctx);
        office
    }

    /// Shares the firms' backlog out by R&D.
    /// Gives the other half of a split agent its waiting cases: they are counted per
    /// represented firm.
    pub fn inherit(&mut self, firms: &super::firms::Firms, parent: usize, child: usize) {
        let rows = firms.len();
        self.pending.resize(rows, 0.0);
        self.pending_id.resize(rows, 0);
        if self.pending_id[parent] == firms.id[parent] {
            self.pending[child] = self.pending[parent];
            self.pending_id[child] = firms.id[child];
        }
    }

    fn seed_pending(&mut self, state: &State, _ctx: &Context) {
        let total = state.firms.total(&state.firms.rd);
        let waiting: f64 = self
            .queue
            .iter()
            .map(|v| v.cases[FIRMS].iter().sum::<f64>())
            .sum();
        if total > 0.0 {
            for (pending, rd) in self.pending.iter_mut().zip(&state.firms.rd) {
                *pending = waiting * rd / total;
            }
        }
    }

    /// Cases that wait for examination.
    pub fn backlog(&self) -> f64 {
        self.queue.iter().map(Vintage::total).sum()
    }
}

/// Quality of filings from abroad: one class each side of the bar, so that the grant share
/// of the parameter comes out.
fn foreign_shape(ctx: &Context) -> Mass {
    let mut shape = [0.0; BINS];
    shape[BINS - 1] = ctx.parameters.patents.foreign_grant_share;
    shape[0] = 1.0 - shape[BINS - 1];
    shape
}

/// Files, examines, grants, renews.
pub fn file_and_examine(state: &mut State, ctx: &Context) {
    let mut office = std::mem::take(&mut state.patents);
    office.tally = PatentTally::default();
    let filed = file(&mut office, state, ctx);
    let closed = close(&mut office, ctx, filed);
    let rates = grant(&mut office, ctx, &closed);
    give_to_firms(&mut office, state, ctx, rates);
    renew_and_use(&mut office, state, ctx);
    let extra = ctx.law.patents.examiners_extra;
    if extra > 0.0 {
        // derived: thousand examiners, a quarter of a year
        let cost = 1000.0 * extra * ctx.parameters.patents.examiner_cost * ctx.world.price / 4.0;
        state.books.pay(
            Account::Central,
            Account::Households,
            Instrument::PatentOffice,
            cost,
        );
    }
    state.patents = office;
}

/// Share of each class that files, by class of need.
fn firm_shares(ctx: &Context, need: f64) -> Mass {
    let p = &ctx.parameters.patents;
    let seen = &ctx.seen.patents;
    let threshold = filing_threshold(
        p.fee_log,
        p.subsidy_log * seen.filing_subsidy,
        p.points_log * seen.points_weight * need,
    );
    let mut shares = [0.0; BINS];
    for (bin, share) in shares.iter_mut().enumerate() {
        *share = bin_share(bin)
            * filed_share(
                bin,
                p.quality_log_sd,
                threshold,
                p.use_motivated_share,
                p.use_motivated_threshold,
            );
    }
    shares
}

/// Classes of need by patents held: the need of a firm that is aware falls with its patents.
struct NeedClasses {
    /// Patents above which the need falls below each class, the highest class last.
    most: [f64; NEEDS - 1],
}

impl NeedClasses {
    /// Edges midway between the needs of classes, where [`points_need`] passes them.
    fn new(enough: f64) -> Self {
        let top = (NEEDS - 1) as f64;
        Self {
            most: std::array::from_fn(|class| -enough * ln((class as f64 + 0.5) / top)),
        }
    }

    /// Class of a firm, 0 without need.
    fn of(&self, aware: bool, patents: f64) -> usize {
        let above = self.most.iter().filter(|most| patents <= **most).count();
        if aware { above } else { 0 }
    }
}

/// Filings of this quarter; firms pay the fee and get the subsidy.
fn file(office: &mut PatentOffice, state: &mut State, ctx: &Context) -> Vintage {
    let p = &ctx.parameters.patents;
    let firms = &mut state.firms;
    office.pending.resize(firms.len(), 0.0);
    office.pending_id.resize(firms.len(), 0);
    let mut shares = [[0.0; BINS]; NEEDS];
    let mut sums = [0.0; NEEDS];
    for need in 0..NEEDS {
        // derived: middle of a quarter of [0, 1], the top class at 1 and the lowest at 0
        shares[need] = firm_shares(ctx, need as f64 / (NEEDS - 1) as f64);
        sums[need] = shares[need].iter().sum();
    }
    let mut considered = [0.0; NEEDS];
    let cost = p.filing_cost * ctx.world.price;
    let net = cost * (1.0 - ctx.law.patents.filing_subsidy * p.subsidy_over_fee);
    let classes = NeedClasses::new(p.points_enough);
    let price = state.people.rd_price.map(|price| price * ctx.world.price);
    let holders = &mut office.holders;
    holders.rows.clear();
    holders.ids.clear();
    holders.waiting = 0.0;
    for i in 0..firms.len() {
        if office.pending_id[i] != firms.id[i] {
            office.pending_id[i] = firms.id[i];
            office.pending[i] = 0.0;
        }
        if !firms.alive[i] {
            continue;
        }
        if firms.rd[i] > 0.0 {
            let price = price[usize::from(firms.field[i])];
            // derived: thousand per trillion = per billion = a thousandth per million; 4 quarters
            let mine = p.considered_per_volume * firms.rd[i] / price / 1000.0 / 4.0;
            let class = classes.of(firms.aware_hightech[i], firms.patents[i]);
            considered[class] += firms.weight[i] * mine;
            let filings = mine * sums[class];
            office.pending[i] += filings;
            firms.cash[i] -= filings * net;
        }
        if office.pending[i] > 0.0 {
            holders.waiting += firms.weight[i] * office.pending[i];
        }
        if office.pending[i] + firms.patents[i] > 0.0 {
            holders.rows.push(i as u32);
            holders.ids.push(firms.id[i]);
        }
    }
    let mut vintage = Vintage {
        filed: ctx.q(),
        ..Vintage::default()
    };
    for need in 0..NEEDS {
        for bin in 0..BINS {
            vintage.cases[FIRMS][bin] += considered[need] * shares[need][bin];
        }
    }
    let reward = ctx.seen.patents.university_filing_reward;
    let threshold = filing_threshold(p.fee_log, p.subsidy_log * reward, p.points_log * reward);
    let disclosed = state.universities.tally.disclosed * p.considered_per_disclosure;
    // derived: thousands a year to cases a quarter
    let abroad = 1000.0 * ctx.world.foreign_filings / 4.0;
    let shape = foreign_shape(ctx);
    for bin in 0..BINS {
        vintage.cases[UNITS][bin] = disclosed
            * bin_share(bin)
            * filed_share(
                bin,
                p.quality_log_sd,
                threshold,
                p.use_motivated_share,
                p.use_motivated_threshold,
            );
        vintage.cases[ABROAD][bin] = abroad * shape[bin];
    }
    office.tally.considered = [considered.iter().sum(), disclosed, abroad];
    for owner in 0..OWNERS {
        office.tally.filings[owner] = vintage.cases[owner].iter().sum();
    }
    book_filings(state, ctx, office.tally.filings);
    vintage
}

/// Books fees and subsidies of filings.
fn book_filings(state: &mut State, ctx: &Context, filings: [f64; OWNERS]) {
    let p = &ctx.parameters.patents;
    let cost = p.filing_cost * ctx.world.price;
    let rates = [
        ctx.law.patents.filing_subsidy,
        ctx.law.patents.university_filing_reward,
    ];
    for (owner, account) in [(FIRMS, Account::Firms), (UNITS, Account::Units)] {
        let fees = filings[owner] * cost;
        let books = &mut state.books;
        books.pay(
            account,
            Account::Central,
            Instrument::PatentFee,
            fees * p.official_share,
        );
        books.pay(
            account,
            Account::Rest,
            Instrument::PatentFee,
            fees * (1.0 - p.official_share),
        );
        let subsidy = fees * rates[owner] * p.subsidy_over_fee;
        books.pay(Account::Local, account, Instrument::FilingSubsidy, subsidy);
    }
}

/// Share of filings that ask for examination and survive form checks.
pub fn examined_share(start: f64, growth: f64, ceiling: f64, years_since_2018: f64) -> f64 {
    clamp(start + growth * years_since_2018, 0.0, ceiling)
}

/// Lets last quarter's filings into the queue and closes cases.
fn close(office: &mut PatentOffice, ctx: &Context, filed: Vintage) -> Closed {
    let p = &ctx.parameters.patents;
    // derived: index 72 is 2018Q1 (quarters since 2000Q1), 4 quarters a year
    let years = f64::from(ctx.q() - 72) / 4.0;
    let share = examined_share(
        p.examined_share_2018,
        p.examined_share_growth,
        p.examined_share_ceiling,
        years,
    );
    let mut entering = office.arriving;
    let total = entering.total();
    for case in entering.cases.iter_mut().flatten() {
        *case *= share;
    }
    office.arriving = filed;
    office.tally.entered = entering.total();
    office.tally.withdrawn = total - office.tally.entered;
    let seen = &ctx.seen.patents;
    // derived: thousand examiners, 4 quarters
    let staff = 1000.0 * (ctx.world.examiners + seen.examiners_extra);
    let capacity = staff * ctx.world.cases_per_examiner / 4.0; // derived: 4 quarters
    let cases = throughput(
        office.backlog(),
        office.tally.entered,
        capacity,
        seen.pendency_goal,
    );
    office.queue.push_back(entering);
    let closed = examine(&mut office.queue, cases, seen.fast_track_share, ctx.q());
    office.tally.disposals = closed.total;
    office.tally.pendency = closed.pendency();
    closed
}

/// Grants what passes the bar; gives the firms' (closed share of backlog, grant share).
fn grant(office: &mut PatentOffice, ctx: &Context, closed: &Closed) -> (f64, f64) {
    let p = &ctx.parameters.patents;
    let mut quality = 0.0;
    for bin in 0..BINS {
        let z = p.quality_log_sd * bin_z(bin);
        let chance = grant_chance(z, p.grant_bar, p.grant_noise);
        // Filings from abroad stand in the outer classes: granted or not.
        let abroad = f64::from(u8::from(bin + 1 == BINS));
        for (owner, chance) in [(FIRMS, chance), (UNITS, chance), (ABROAD, abroad)] {
            let granted = closed.cases[owner][bin] * chance;
            office.in_force[owner][bin] += granted;
            office.tally.grants[owner] += granted;
            if owner != ABROAD {
                quality += granted * z;
            }
        }
    }
    let home = office.tally.grants[FIRMS] + office.tally.grants[UNITS];
    office.tally.grant_quality = if home > 0.0 { quality / home } else { 0.0 };
    let disposed: f64 = closed.cases[FIRMS].iter().sum();
    let waiting: f64 = office
        .queue
        .iter()
        .map(|v| v.cases[FIRMS].iter().sum::<f64>())
        .sum();
    if disposed > 0.0 {
        (
            disposed / (disposed + waiting),
            office.tally.grants[FIRMS] / disposed,
        )
    } else {
        (0.0, 0.0)
    }
}

/// Whole patents by firm: its part of the grants, rounded by a keyed draw.
fn give_to_firms(office: &mut PatentOffice, state: &mut State, ctx: &Context, rates: (f64, f64)) {
    let (closed, granted) = rates;
    let firms = &mut state.firms;
    let holders = &mut office.holders;
    let all = holders.waiting;
    let scale = if all > 0.0 && closed > 0.0 {
        office.tally.grants[FIRMS] / (all * closed * granted)
    } else {
        0.0
    };
    let lapse = lapse_rate(&office.in_force[FIRMS], ctx);
    holders.draws.resize(holders.rows.len(), 0.0);
    let q = ctx.q() as u32;
    let draws = &mut holders.draws;
    fill_uniform(ctx.key, &holders.ids, q, 0, Purpose::Examination, draws);
    for (&row, &u) in holders.rows.iter().zip(&holders.draws) {
        let i = row as usize;
        let expected = office.pending[i] * closed * granted * scale;
        let new = (expected + u).floor();
        office.pending[i] -= min(office.pending[i], office.pending[i] * closed);
        office.tally.firms_granted += firms.weight[i] * new;
        // The same uniform, mirrored, rounds the loss.
        let lost = (firms.patents[i] * lapse + 1.0 - u).floor();
        firms.patents[i] = max(0.0, firms.patents[i] + new - min(lost, firms.patents[i]));
    }
}

/// Share of a stock that lapses in a quarter.
fn lapse_rate(stock: &Mass, ctx: &Context) -> f64 {
    let p = &ctx.parameters.patents;
    let (mut lapsed, mut total) = (0.0, 0.0);
    for (bin, &patents) in stock.iter().enumerate() {
        // derived: a quarter of the yearly share
        lapsed +=
            patents * lapse_chance(p.quality_log_sd * bin_z(bin), p.keep_bar, p.keep_sd) / 4.0; // derived: 4 quarters
        total += patents;
    }
    if total > 0.0 { lapsed / total } else { 0.0 }
}

/// Lets patents lapse and counts those in use.
fn renew_and_use(office: &mut PatentOffice, state: &State, ctx: &Context) {
    let p = &ctx.parameters.patents;
    let mut used = 0.0;
    for bin in 0..BINS {
        let z = p.quality_log_sd * bin_z(bin);
        for owner in 0..OWNERS {
            let stock = &mut office.in_force[owner][bin];
            // derived: a quarter of the yearly share
            let lost = *stock * lapse_chance(z, p.keep_bar, p.keep_sd) / 4.0;
            *stock -= lost;
            office.tally.lapsed += lost;
        }
        used += office.in_force[FIRMS][bin] * practise_chance(z, p.practise_bar, p.practise_sd);
    }
    for owner in 0..OWNERS {
        office.tally.in_force[owner] = office.in_force[owner].iter().sum();
    }
    let rate = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    office.tally.use_enterprise = rate(used, office.tally.in_force[FIRMS]);
    // derived: 4 quarters a year
    let fading = office.university_used / (4.0 * p.university_use_years);
    office.university_used += state.funnel.tally.industrialised - fading;
    let units = office.tally.in_force[UNITS];
    office.tally.use_university =
        rate(min(office.university_used, units), units) + p.university_own_use;
}
