//! What does each firm sell and earn, and what follows its sales?

use super::markets::fill_markets;
use super::{DemandParameters, MARKETS, next_sales, operating_profit, ratios};
use crate::base::columns::Lent;
use crate::base::math;
use crate::base::rng::{Purpose, fill_normal};
use crate::base::strip::{self, Sum};
use crate::model::books::{Account, Instrument};
use crate::model::context::Context;
use crate::model::firms::{FIELDS, Firms};
use crate::model::state::State;
use std::ops::Range;

/// Weight of the newest quarter in an exponential mean that is as old as a plain mean over
/// twelve quarters, 2 / (12 + 1).
const NEWEST_OF_TWELVE: f64 = 2.0 / 13.0; // derived: mean age of twelve quarters

/// A strip of firms on their market, in columns.
struct Stall {
    /// Market of each firm.
    place: [u8; strip::ROWS],
    /// Standard normal shock to appeal.
    shock: [f64; strip::ROWS],
    /// Demand over all attraction of the market \[mn/yr\].
    per_attraction: [f64; strip::ROWS],
    /// Growth of the market over the quarter \[ratio\].
    growth: [f64; strip::ROWS],
    /// Sales over those a quarter ago, −1 where there were none \[ratio\].
    ratio: [f64; strip::ROWS],
    /// Sales of the represented firms \[mn/yr\].
    sold: [f64; strip::ROWS],
    /// Their profit after R&D by the observed margin \[mn/yr\].
    kept: [f64; strip::ROWS],
    /// Their operating profit before R&D \[mn/yr\].
    earned: [f64; strip::ROWS],
}

/// What the rules of trade hang on this quarter.
struct Rules<'a> {
    p: &'a DemandParameters,
    /// Standard deviation and mean of the growth of appeal over a quarter \[log points\].
    sd: f64,
    drift: f64,
    /// Sales below which appeal does not fall \[mn/yr\].
    floor: f64,
    /// Growth of sales a worker over a quarter \[log points\].
    labour: f64,
}

/// Moves each firm's appeal, sales, staff and assets, books sales and operating cost; cash rises
/// by operating profit before R&D.
pub(super) fn trade(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.demand;
    let sd = p.appeal_log_sd * 0.5; // derived: a quarter holds a quarter of a year's variance
    let rules = Rules {
        p,
        sd,
        drift: -0.5 * sd * sd,
        floor: p.floor_sales * ctx.world.price,
        labour: ctx.world.price_growth + p.labour_productivity_growth / 4.0, // derived: per quarter
    };
    let market = &state.market;
    let mut per_attraction = [0.0; MARKETS];
    for m in 0..MARKETS {
        if market.attraction[m] > 0.0 {
            per_attraction[m] = market.demand[m] / market.attraction[m];
        }
    }
    let mut growth = market.growth;
    exponentials(&mut growth);
    let parts = (state.firms.lend(), &state.market.pull[..]);
    let ((sold, profits), all, fields) = ctx.crew.walk(parts, |(mut firms, pull)| {
        let (n, mut stall) = (firms.len(), Stall::new());
        let (mut sold, mut profits, mut all) = (0.0, 0.0, Sum::default());
        let mut fields = [[0.0; 2]; FIELDS];
        for from in (0..n).step_by(strip::ROWS) {
            let rows = from..usize::min(from + strip::ROWS, n);
            stall.set_up(&firms, rows.clone(), &per_attraction, &growth, ctx);
            stall.move_sales(&mut firms, pull, rows.clone(), &rules);
            stall.move_rest(&mut firms, rows.clone(), &rules);
            all.add(&stall.sold[..rows.len()]);
            for (k, i) in rows.enumerate() {
                sold += stall.sold[k];
                profits += stall.earned[k];
                let [earned, all] = &mut fields[usize::from(firms.field[i]) % FIELDS];
                *earned += stall.kept[k];
                *all += stall.sold[k];
            }
        }
        ((sold, profits), all, fields)
    });
    let newest = 1.0 / 8.0; // derived: mean age of two years
    let held = state.market.profit_margin.iter_mut();
    for (held, now) in held.zip(ratios(fields)) {
        *held += newest * (now - *held);
    }
    let (sold, earned) = (sold / 4.0, profits / 4.0); // derived: quarters a year
    let (rest, payee) = (Account::Rest, Account::Firms);
    let books = &mut state.books;
    books.pay(rest, payee, Instrument::Sales, sold);
    books.pay(payee, rest, Instrument::OperatingCost, sold - earned);
    state.market.tally.operating_profit = profits;
    state.market.tally.sales = all.total();
}

crate::dispatched! {
    /// Turns log growth into factors.
    fn exponentials(growth: &mut [f64; MARKETS]) {
        for growth in growth {
            *growth = math::exp(*growth);
        }
    }
}

impl Stall {
    fn new() -> Self {
        let zero = [0.0; strip::ROWS];
        Self {
            place: [0; strip::ROWS],
            shock: zero,
            per_attraction: zero,
            growth: zero,
            ratio: zero,
            sold: zero,
            kept: zero,
            earned: zero,
        }
    }

    /// Finds the market of each firm and draws its shock.
    fn set_up(
        &mut self,
        firms: &Firms<Lent>,
        rows: Range<usize>,
        per_attraction: &[f64; MARKETS],
        growth: &[f64; MARKETS],
        ctx: &Context,
    ) {
        let (n, q) = (rows.len(), ctx.q() as u32);
        let (field, segment) = (&firms.field[rows.clone()], &firms.segment[rows.clone()]);
        fill_markets(field, segment, &mut self.place);
        strip::look_up(per_attraction, &self.place[..n], &mut self.per_attraction);
        strip::look_up(growth, &self.place[..n], &mut self.growth);
        let (ids, shock) = (&firms.id[rows], &mut self.shock[..n]);
        fill_normal(ctx.key, ids, q, 0, Purpose::Preference, shock);
    }

    fn move_sales(
        &mut self,
        firms: &mut Firms<Lent>,
        pull: &[f64],
        rows: Range<usize>,
        rules: &Rules,
    ) {
        move_sales(
            &firms.alive[rows.clone()],
            &pull[rows.clone()],
            (&self.per_attraction, &self.growth, &self.shock),
            rules,
            &mut firms.ln_appeal[rows.clone()],
            &mut firms.sales[rows],
            &mut self.ratio,
        );
    }

    fn move_rest(&mut self, firms: &mut Firms<Lent>, rows: Range<usize>, rules: &Rules) {
        let n = rows.len();
        follow_sales(
            &firms.alive[rows.clone()],
            &firms.sales[rows.clone()],
            &self.ratio[..n],
            rules,
            &mut firms.sales_mean[rows.clone()],
            &mut firms.new_product_sales[rows.clone()],
            &mut firms.staff[rows.clone()],
            &mut firms.assets[rows.clone()],
        );
        take_profit(
            (&firms.alive[rows.clone()], &firms.taxed[rows.clone()]),
            (&firms.weight[rows.clone()], &firms.sales[rows.clone()]),
            (&firms.rd[rows.clone()], &firms.margin[rows.clone()]),
            rules.p,
            &mut firms.cash[rows],
            &mut self.sold,
            &mut self.kept,
            &mut self.earned,
        );
    }
}

crate::dispatched! {
    /// Moves appeal and sales of firms in business; `ratio` is sales over those a quarter ago, −1
    /// where there were none.
    fn move_sales(
        alive: &[bool],
        pull: &[f64],
        market: (&[f64; strip::ROWS], &[f64; strip::ROWS], &[f64; strip::ROWS]),
        rules: &Rules,
        ln_appeal: &mut [f64],
        sales: &mut [f64],
        ratio: &mut [f64; strip::ROWS],
    ) {
        let n = sales.len().min(strip::ROWS);
        let (alive, pull, ln_appeal) = (&alive[..n], &pull[..n], &mut ln_appeal[..n]);
        let (per_attraction, growth, shock) = market;
        let speed = rules.p.share_speed;
        for k in 0..n {
            let target = per_attraction[k] * pull[k];
            let step = rules.drift + rules.sd * shock[k];
            let step = if target < rules.floor { step.abs() } else { step };
            let before = sales[k];
            let now = next_sales(before, growth[k], target, speed);
            ln_appeal[k] = if alive[k] { ln_appeal[k] + step } else { ln_appeal[k] };
            sales[k] = if alive[k] { now } else { before };
            let grown = now / before;
            ratio[k] = if alive[k] & (before > 0.0) { grown } else { -1.0 };
        }
    }
}

crate::dispatched! {
    /// Moves what follows the sales of firms in business: their mean, new products, staff, assets.
    fn follow_sales(
        alive: &[bool],
        sales: &[f64],
        ratio: &[f64],
        rules: &Rules,
        sales_mean: &mut [f64],
        new_product_sales: &mut [f64],
        staff: &mut [f64],
        assets: &mut [f64],
    ) {
        let n = ratio.len();
        let (alive, sales, sales_mean) = (&alive[..n], &sales[..n], &mut sales_mean[..n]);
        let (new_product_sales, staff) = (&mut new_product_sales[..n], &mut staff[..n]);
        let assets = &mut assets[..n];
        let p = rules.p;
        let (elasticity, speed, per_sales) = (p.staff_elasticity, p.asset_speed, p.asset_ratio);
        let labour = rules.labour;
        for k in 0..n {
            let (live, sold) = (alive[k], ratio[k] >= 0.0);
            let mean = sales_mean[k] + NEWEST_OF_TWELVE * (sales[k] - sales_mean[k]);
            sales_mean[k] = if live { mean } else { sales_mean[k] };
            new_product_sales[k] *= if sold { ratio[k] } else { 1.0 };
            staff[k] *= if sold { 1.0 + elasticity * (ratio[k] - 1.0 - labour) } else { 1.0 };
            let held = assets[k] + speed * (per_sales * sales[k] - assets[k]);
            assets[k] = if live { held } else { assets[k] };
        }
    }
}

crate::dispatched! {
    /// Adds a quarter's operating profit before R&D to the cash of firms in business; `sold`,
    /// `kept` and `earned` are yearly rates of the firms each stands for \[mn/yr\].
    fn take_profit(
        flags: (&[bool], &[bool]),
        size: (&[f64], &[f64]),
        income: (&[f64], &[f64]),
        p: &DemandParameters,
        cash: &mut [f64],
        sold: &mut [f64; strip::ROWS],
        kept: &mut [f64; strip::ROWS],
        earned: &mut [f64; strip::ROWS],
    ) {
        let n = cash.len().min(strip::ROWS);
        let (alive, taxed) = (&flags.0[..n], &flags.1[..n]);
        let (weight, sales) = (&size.0[..n], &size.1[..n]);
        let (rd, margin) = (&income.0[..n], &income.1[..n]);
        for k in 0..n {
            let profit = operating_profit(sales[k], rd[k], margin[k], taxed[k], p);
            let held = cash[k] + profit / 4.0; // derived: quarters a year
            cash[k] = if alive[k] { held } else { cash[k] };
            let w = if alive[k] { weight[k] } else { 0.0 };
            sold[k] = w * sales[k];
            kept[k] = sold[k] * if taxed[k] { margin[k] } else { -p.loss_margin };
            earned[k] = w * profit;
        }
    }
}
