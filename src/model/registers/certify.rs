//! Who hears of a register, applies and is entered this year?

#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::rules::{Rules, count_doers};
use super::{Route, certificate_tax_gain, certificate_value, register_awareness_hazard, route};
use crate::base::columns::Lent;
use crate::base::math;
use crate::base::rng::{Key, Purpose};
use crate::base::strip::pair;
use crate::model::books::{Account, Instrument};
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::research::{research_surplus, tax_status};
use crate::model::state::State;
use crate::model::tax::statute::hightech_threshold;

/// Firms that apply together.
const STRIP: usize = 256;

type Column = [f64; STRIP];

/// Yearly, in the fourth quarter: awareness, applications, certificates, awards.
pub fn certify(state: &mut State, ctx: &Context) {
    if ctx.quarter.of_year() != 4 {
        return;
    }
    let rules = Rules::of(count_doers(state, ctx), ctx);
    let rooms = (ctx.crew).rooms(state.firms.len(), &mut state.plans.doers_by_block);
    let awards = (ctx.crew).walk((state.firms.lend(), rooms), |(mut firms, mut doers)| {
        certify_block(&mut firms, doers.own(), &rules, ctx)
    });
    state.books.pay(
        Account::Local,
        Account::Firms,
        Instrument::RegisterAward,
        awards.iter().sum(),
    );
}

/// Lets `doers` of a block hear, apply and be entered; gives awards paid in eight partial
/// sums \[mn\].
fn certify_block(firms: &mut Firms<Lent>, doers: &[u32], rules: &Rules, ctx: &Context) -> [f64; 8] {
    let (mut hightech, mut tech_sme) = (Applicants::new(), Entrants::new());
    let (mut unaware, mut awards) = (Unaware::new(), [0.0; 8]);
    for rows in doers.chunks(STRIP) {
        unaware.hear_of_hightech(firms, rows, rules, ctx);
        hightech.gather(firms, rows, rules, ctx);
        hightech.certify(firms, rules, &mut awards);
        if f64::from(ctx.quarter.year()) >= rules.p.sme_since {
            unaware.hear_of_tech_sme(firms, rows, rules, ctx);
            tech_sme.enter(firms, rows, rules, ctx);
        }
    }
    awards
}

/// Firms of a strip that have not heard of a register, in columns.
struct Unaware {
    row: [u32; STRIP],
    id: [u32; STRIP],
    draw: Column,
}

impl Unaware {
    fn new() -> Self {
        Self {
            row: [0; STRIP],
            id: [0; STRIP],
            draw: [0.0; STRIP],
        }
    }

    /// Lets firms of `rows` hear of the certificate.
    fn hear_of_hightech(
        &mut self,
        firms: &mut Firms<Lent>,
        rows: &[u32],
        rules: &Rules,
        ctx: &Context,
    ) {
        let n = self.draw(firms.aware_hightech, firms.id, rows, 0, ctx);
        let p = rules.p;
        for (&row, &draw) in self.row[..n].iter().zip(&self.draw) {
            let i = row as usize;
            let share = rules.certified[usize::from(firms.region[i])];
            let hazard = register_awareness_hazard(p.aware_base, p.aware_peers, share);
            firms.aware_hightech[i] = draw < hazard;
        }
    }

    /// Lets firms of `rows` hear of the technology-SME register.
    fn hear_of_tech_sme(
        &mut self,
        firms: &mut Firms<Lent>,
        rows: &[u32],
        rules: &Rules,
        ctx: &Context,
    ) {
        let n = self.draw(firms.aware_tech_sme, firms.id, rows, 1, ctx);
        let p = rules.p;
        for (&row, &draw) in self.row[..n].iter().zip(&self.draw) {
            let i = row as usize;
            let share = rules.registered[usize::from(firms.region[i])];
            let hazard = register_awareness_hazard(p.sme_aware_base, p.sme_aware_peers, share);
            firms.aware_tech_sme[i] = draw < hazard;
        }
    }

    /// Lists those of `rows` that are not `aware` of a register, and draws for them; gives how many
    /// there are.
    fn draw(
        &mut self,
        aware: &[bool],
        id: &[u32],
        rows: &[u32],
        register: u32,
        ctx: &Context,
    ) -> usize {
        let mut n = 0;
        // every row is written and the next one overwrites it unless it counts
        for &row in rows {
            (self.row[n], self.id[n]) = (row, id[row as usize]);
            n += usize::from(!aware[row as usize]);
        }
        let words = [
            register,
            (ctx.q() as u32) << 16,
            Purpose::LearnRegister as u32,
        ];
        fill_draws(ctx.key, &self.id[..n], words, &mut self.draw);
        n
    }
}

crate::dispatched! {
    /// Keyed draw of each firm.
    fn fill_draws(key: Key, id: &[u32], words: [u32; 3], draw: &mut Column) {
        for (draw, &id) in draw.iter_mut().zip(id) {
            *draw = pair(key, id, words).0;
        }
    }
}

/// Firms of a strip to which a certificate is worth its preparation, in columns.
struct Applicants {
    rows: [usize; STRIP],
    count: usize,
    /// Yearly value of the certificate \[mn/yr\].
    value: Column,
    /// R&D below the bar \[mn/yr\].
    gap: Column,
    /// Yearly cost of closing the gap by relabelling and by R&D \[mn/yr\].
    relabel_cost: Column,
    research_cost: Column,
    below: Below,
}

/// Applicants below the bar, to whom R&D up to it costs something, in columns.
struct Below {
    /// Place among the applicants.
    place: [usize; STRIP],
    count: usize,
    gap: Column,
    cost: Column,
    /// Mass of projects, their mean log return, user cost and desired R&D.
    mass: Column,
    mean: Column,
    user_cost: Column,
    desired: Column,
}

impl Applicants {
    fn new() -> Self {
        let zero = [0.0; STRIP];
        Self {
            rows: [0; STRIP],
            count: 0,
            value: zero,
            gap: zero,
            relabel_cost: zero,
            research_cost: zero,
            below: Below {
                place: [0; STRIP],
                count: 0,
                gap: zero,
                cost: zero,
                mass: zero,
                mean: zero,
                user_cost: zero,
                desired: zero,
            },
        }
    }

    /// Gathers those firms of `rows` that would apply for a certificate.
    fn gather(&mut self, firms: &Firms<Lent>, rows: &[u32], rules: &Rules, ctx: &Context) {
        (self.count, self.below.count) = (0, 0);
        for &row in rows {
            let i = row as usize;
            let share = rules.certified[usize::from(firms.region[i])];
            // a certificate still good for a year is not renewed
            let open = firms.aware_hightech[i] & (firms.hightech_until[i] <= ctx.q() + 1);
            if open & (firms.fitness[i] < rules.fit) {
                self.screen(firms, i, share, rules, ctx);
            }
        }
    }

    /// Keeps firm `i` if there is a way over the bar that could be cheaper than nothing.
    fn screen(&mut self, firms: &Firms<Lent>, i: usize, share: f64, rules: &Rules, ctx: &Context) {
        let (p, law, research) = (rules.p, &ctx.seen.tax, firms.rd[i]);
        let small = tax_status(firms, i, ctx.q(), law).small;
        let returned = ctx.parameters.tax.research_return_in_income * research;
        let income = firms.margin[i] * firms.sales[i] + returned;
        let deducted = math::max(income - research, 0.0);
        let gain = if firms.taxed[i] {
            certificate_tax_gain(deducted, small, law)
        } else {
            0.0
        };
        let award = if first(firms, i) { p.award } else { 0.0 };
        let preparation = p.preparation * (1.0 - p.preparation_relief * share);
        let value = certificate_value(gain, award, preparation, rules.annuity, p);
        let yearly = value / p.certificate_years;
        if yearly <= 0.0 {
            return;
        }
        let bar = hightech_threshold(firms.sales[i], law) * firms.sales_mean[i];
        let gap = bar - firms.rd_mean[i] - firms.relabelled[i];
        let claims = &ctx.parameters.claims;
        let m = firms.relabelled[i] + gap;
        let r = self.count;
        self.rows[r] = i;
        self.value[r] = yearly;
        self.gap[r] = gap;
        self.relabel_cost[r] = if m <= claims.relabelled_cap * research {
            // convex cost of what is relabelled beyond today's choice, and the fine on it
            0.5 * claims.relabelling_cost * gap * gap / research
                + law.audit_rate * claims.fine * gap
        } else {
            f64::INFINITY
        };
        self.research_cost[r] = 0.0;
        self.count += 1;
        if gap > 0.0 {
            let below = &mut self.below;
            let b = below.count;
            (below.place[b], below.gap[b]) = (r, gap);
            below.mass[b] = firms.project_share[i] * firms.sales_mean[i];
            below.mean[b] = firms.project_mean[i];
            below.user_cost[b] = math::max(firms.user_cost[i], f64::MIN_POSITIVE);
            below.desired[b] = firms.rd_desired[i];
            below.count += 1;
        }
    }

    /// Lets applicants take the cheapest way over the bar that pays, and gives certificates and
    /// first awards.
    fn certify(&mut self, firms: &mut Firms<Lent>, rules: &Rules, awards: &mut [f64; 8]) {
        let below = &mut self.below;
        cost_more_research(below, rules.spread);
        for (&r, &cost) in below.place[..below.count].iter().zip(&below.cost) {
            self.research_cost[r] = cost;
        }
        for r in 0..self.count {
            let i = self.rows[r];
            let (relabel, research) = (self.relabel_cost[r], self.research_cost[r]);
            match route(self.gap[r], self.value[r], relabel, research) {
                Route::Out => continue,
                Route::Already => {}
                Route::Relabel(gap) => firms.relabelled[i] += gap,
                Route::Research(gap) => firms.rd[i] += gap,
            }
            if first(firms, i) {
                let award = rules.p.award * AWARD_SHARE;
                firms.cash[i] += award;
                awards[i % 8] += firms.weight[i] * award;
            }
            firms.hightech_until[i] = rules.until;
        }
    }
}

/// Whether firm `i` never held a certificate.
#[inline]
fn first(firms: &Firms<Lent>, i: usize) -> bool {
    firms.hightech_until[i] == 0
}

/// Part of the one-off value that is cash from the local government; the rest is access.
const AWARD_SHARE: f64 = 0.5; // derived: half and half, only the sum is identified

/// Yearly loss of doing `gap` more R&D than wanted: surplus forgone at the margin \[mn/yr\].
#[inline(always)]
fn extra_research_cost(
    gap: f64,
    (mass, mean, spread): (f64, f64, f64),
    cost: f64,
    desired: f64,
) -> f64 {
    let target = desired + gap;
    // the user cost at which the firm would itself want the target
    let quantile = math::normal_quantile(target / mass);
    let shadow = math::exp(mean - spread * quantile);
    let wanted = research_surplus(mass, mean, cost, spread);
    let forced = research_surplus(mass, mean, shadow, spread) - (cost - shadow) * target;
    if target >= mass {
        f64::INFINITY
    } else {
        math::max(wanted - forced, 0.0)
    }
}

crate::dispatched! {
    /// [`extra_research_cost`] of each applicant below the bar.
    fn cost_more_research(a: &mut Below, spread: f64) {
        for r in 0..a.count.min(STRIP) {
            let projects = (a.mass[r], a.mean[r], spread);
            let (gap, desired) = (a.gap[r], a.desired[r]);
            a.cost[r] = extra_research_cost(gap, projects, a.user_cost[r], desired);
        }
    }
}

/// Cost of entering the technology-SME register, by firm of a strip \[mn/yr\].
struct Entrants {
    cost: Column,
}

impl Entrants {
    fn new() -> Self {
        Self { cost: [0.0; STRIP] }
    }

    /// Lets the firms of `rows` enter the technology-SME register for a year.
    fn enter(&mut self, firms: &mut Firms<Lent>, rows: &[u32], rules: &Rules, ctx: &Context) {
        let p = rules.p;
        for (cost, &row) in self.cost.iter_mut().zip(rows) {
            *cost = firms.claim_cost[row as usize];
        }
        cost_entry(&mut self.cost, p.sme_preparation);
        for (&cost, &row) in self.cost.iter().zip(rows) {
            let i = row as usize;
            let eligible = (firms.staff[i] <= p.sme_staff) & (firms.sales[i] <= p.sme_sales);
            if firms.aware_tech_sme[i] & eligible & (entry_gain(firms, i, ctx) > cost) {
                firms.tech_sme_until[i] = ctx.q() + 5; // derived: a year, to the next fourth quarter
            }
        }
    }
}

/// What an entry is worth to firm `i` a year: the higher deduction and access \[mn/yr\].
fn entry_gain(firms: &Firms<Lent>, i: usize, ctx: &Context) -> f64 {
    let law = &ctx.seen.tax;
    let premium = math::max(
        law.super_deduction_tech_sme - law.super_deduction_general,
        0.0,
    );
    let saving = if firms.claims[i] & firms.taxed[i] {
        premium * law.small_profit_high_rate * firms.rd[i]
    } else {
        0.0
    };
    saving + ctx.parameters.registers.sme_access
}

crate::dispatched! {
    /// Turns log deviations into costs around `median`.
    fn cost_entry(values: &mut Column, median: f64) {
        for value in values {
            *value = median * math::exp(*value);
        }
    }
}
