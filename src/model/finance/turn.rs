//! Answers whose turn it is to think of loans and shares, and what is drawn of those firms.

use super::super::context::Context;
use super::super::firms::{Firms, Ownership};
use super::super::tax::operating_profit;
use super::credit::{credit_limit, pool_of, research_volatility};
use super::{FinanceParameters, need};
use crate::base::columns::Hold;
use crate::base::math;
use crate::base::rng::{Purpose, fill_normal};
use crate::base::room::have_room;
use crate::base::strip::gather;
use crate::model::population::ARRIVAL_BITS;

/// Quarter of the year in which a firm thinks of loans, whatever the one in which it plans R&D: the
/// last bits of its id, turned by those above and by the stream in which an entrant came.
#[inline]
pub(super) fn turn_of(id: u32) -> u32 {
    (id ^ id >> 5 ^ id >> ARRIVAL_BITS) % 4 // derived: quarters a year
}

/// Firms of a block with R&D whose turn it is, in columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Turn {
    /// Rows of all firms with R&D.
    pub(super) doers: Vec<u32>,
    /// Row of the firm.
    pub(super) firm: Vec<u32>,
    id: Vec<u32>,
    /// Working capital it needs \[months of sales\].
    pub(super) months: Vec<f64>,
    /// Mean-one factor on the loss a bank expects: what it finds out beyond its rules.
    pub(super) found: Vec<f64>,
    /// What the year takes: working funds, equipment, R&D that income does not cover \[mn\].
    pub(super) needs: Vec<f64>,
    /// Most that banks lend to it, all of the limit posted \[mn\].
    pub(super) limit: Vec<f64>,
    /// See [`research_volatility`].
    pub(super) volatility: Vec<f64>,
    /// What banks see of it.
    pub(super) standing: Vec<Standing>,
}

/// What banks see of a firm before they lend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Standing {
    pub(super) weight: f64,
    pub(super) cash: f64,
    pub(super) loan: f64,
    pub(super) pool: u8,
    pub(super) region: u8,
    pub(super) taxed: bool,
    pub(super) banked: bool,
    pub(super) of_state: bool,
}

impl Standing {
    /// What banks see of firm `i`.
    #[inline]
    pub(super) fn of(firms: &Firms<impl Hold>, i: usize, p: &FinanceParameters) -> Self {
        Self {
            weight: firms.weight[i],
            cash: firms.cash[i],
            loan: firms.loan[i],
            pool: pool_of(firms.staff[i], firms.sales[i], p) as u8,
            region: firms.region[i],
            taxed: firms.taxed[i],
            banked: firms.banked[i],
            of_state: firms.ownership[i] == Ownership::State,
        }
    }
}

impl Turn {
    /// Has room for the turn of `n` firms, of whom at most a fourth or so have theirs.
    fn make_room(&mut self, n: usize) {
        have_room(&mut self.firm, n);
        have_room(&mut self.id, n);
        let columns = [
            &mut self.months,
            &mut self.found,
            &mut self.needs,
            &mut self.limit,
            &mut self.volatility,
        ];
        for column in columns {
            have_room(column, n / 4);
        }
        have_room(&mut self.standing, n / 4);
    }

    /// Lists the firms of this quarter and draws their traits.
    pub(super) fn line_up(&mut self, firms: &Firms<impl Hold>, ctx: &Context) {
        let turn = ctx.q().rem_euclid(4) as u32; // derived: one quarter of the year each
        firms.list_doers(&mut self.doers);
        self.make_room(firms.len());
        self.firm.resize(self.doers.len(), 0);
        self.id.resize(self.doers.len(), 0);
        // every row is written and the next one overwrites it unless it counts: no branch to miss
        let mut count = 0;
        for &row in &self.doers {
            let id = firms.id[row as usize];
            (self.firm[count], self.id[count]) = (row, id);
            count += usize::from(turn_of(id) == turn);
        }
        self.firm.truncate(count);
        self.id.truncate(count);
        let (p, key, now) = (&ctx.parameters.finance, ctx.key, ctx.q() as u32);
        self.months.resize(self.id.len(), 0.0);
        self.found.resize(self.id.len(), 0.0);
        self.needs.resize(self.firm.len(), 0.0);
        self.limit.resize(self.firm.len(), 0.0);
        self.volatility.resize(self.firm.len(), 0.0);
        let median = math::exp(-0.5 * p.score_log_sd * p.score_log_sd);
        let (months, found) = (&mut self.months, &mut self.found);
        // a lasting trait: the same draw in every quarter
        fill_normal(key, &self.id, 0, 1, Purpose::FirmFinance, months);
        log_normal(months, p.working_months, p.working_log_sd);
        fill_normal(key, &self.id, now, 0, Purpose::LoanApply, found);
        log_normal(found, median, p.score_log_sd);
        let (needs, limit, volatility) = (&mut self.needs, &mut self.limit, &mut self.volatility);
        reckon(firms, &self.firm, months, ctx, (needs, limit, volatility));
        self.standing.clear();
        let rows = self.firm.iter();
        self.standing
            .extend(rows.map(|&row| Standing::of(firms, row as usize, p)));
    }
}

/// Works out what the year takes of the firms of `rows`, which turn their working funds over every
/// `months`, the most that banks lend to them \[mn\], and the volatility that stems from R&D.
pub(super) fn reckon(
    firms: &Firms<impl Hold>,
    rows: &[u32],
    months: &[f64],
    ctx: &Context,
    (needs, limit, volatility): (&mut [f64], &mut [f64], &mut [f64]),
) {
    let mut strip = Strip::new();
    let rows = rows.chunks(STRIP).zip(months.chunks(STRIP));
    let out = needs.chunks_mut(STRIP).zip(limit.chunks_mut(STRIP));
    let out = out.zip(volatility.chunks_mut(STRIP));
    for ((rows, months), ((needs, limit), volatility)) in rows.zip(out) {
        strip.gather(firms, rows);
        need_and_limit(&strip, months, ctx, needs, limit, volatility);
    }
}

/// Firms reckoned together.
const STRIP: usize = 64;

type Column = [f64; STRIP];

/// What needs and limits of a strip of firms hang on, in columns.
struct Strip {
    sales: Column,
    sales_mean: Column,
    margin: Column,
    rd: Column,
    wanted: Column,
    assets: Column,
    knowledge: Column,
    patents: Column,
    taxed: [bool; STRIP],
}

impl Strip {
    fn new() -> Self {
        let zero = [0.0; STRIP];
        Self {
            sales: zero,
            sales_mean: zero,
            margin: zero,
            rd: zero,
            wanted: zero,
            assets: zero,
            knowledge: zero,
            patents: zero,
            taxed: [false; STRIP],
        }
    }

    fn gather(&mut self, firms: &Firms<impl Hold>, rows: &[u32]) {
        gather(&firms.sales, rows, &mut self.sales);
        gather(&firms.sales_mean, rows, &mut self.sales_mean);
        gather(&firms.margin, rows, &mut self.margin);
        gather(&firms.rd, rows, &mut self.rd);
        gather(&firms.rd_desired, rows, &mut self.wanted);
        gather(&firms.assets, rows, &mut self.assets);
        gather(&firms.knowledge, rows, &mut self.knowledge);
        gather(&firms.patents, rows, &mut self.patents);
        gather(&firms.taxed, rows, &mut self.taxed);
    }
}

crate::dispatched! {
    /// What the year takes of each firm of a strip, the most that banks lend to it and its
    /// volatility; firms turn their working funds over every `months`.
    fn need_and_limit(
        strip: &Strip,
        months: &[f64],
        ctx: &Context,
        needs: &mut [f64],
        limit: &mut [f64],
        volatility: &mut [f64],
    ) {
        let (p, tax) = (&ctx.parameters.finance, &ctx.parameters.tax);
        let n = needs.len().min(STRIP);
        let (months, limit) = (&months[..n], &mut limit[..n]);
        let volatility = &mut volatility[..n];
        for r in 0..n {
            let sales = strip.sales[r];
            let growth = need::growth(sales, strip.sales_mean[r]);
            let funds = need::working_funds(sales, months[r], growth);
            let funds = funds + need::equipment(sales, growth, p);
            let income = operating_profit(
                strip.margin[r],
                sales,
                strip.rd[r],
                strip.taxed[r],
                tax.loss_margin,
                tax.research_return_in_income,
            );
            volatility[r] = research_volatility(strip.rd[r], income);
            let research = math::max(strip.wanted[r] - math::max(income, 0.0), 0.0);
            needs[r] = funds + research;
            limit[r] = credit_limit(
                (sales, strip.assets[r]),
                strip.knowledge[r] * ctx.world.price,
                strip.patents[r],
                &ctx.seen.finance,
                p,
            );
        }
    }
}

crate::dispatched! {
    /// Turns standard normal values into log-normal ones.
    fn log_normal(values: &mut [f64], median: f64, log_sd: f64) {
        for value in values {
            *value = median * math::exp(log_sd * *value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::population::entrant_id;

    #[test]
    fn firms_that_plan_in_one_quarter_think_of_loans_in_all() {
        // the first arrivals of all streams: all there are in a small sample
        for ordinal in 0..4 {
            let mut pairs = [[0; 4]; 4];
            for stream in 0..768 {
                let id = entrant_id(stream, ordinal);
                pairs[id as usize % 4][turn_of(id) as usize] += 1;
            }
            assert_eq!(pairs, [[48; 4]; 4], "{ordinal}");
        }
    }
}
