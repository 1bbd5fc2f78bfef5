//! Settlement of a quarter, a firm at a time.

use super::research::{position, status, usable};
use super::world::World;
use leverlab::base::math;
use leverlab::base::rng::Purpose;
use leverlab::model::books::{Account, Instrument};
use leverlab::model::context::Context;
use leverlab::model::firms::{Firm, Ownership, Sector};
use leverlab::model::research::{carry_table, loss_share};
use leverlab::model::settlement::{advance_share, assess, loss_entry};
use leverlab::model::tax::statute::{corporate_tax, relief, super_deduction_rate};
use leverlab::model::tax::{CarryTable, operating_profit};
use leverlab::model::world::LAST_RECORDED;

/// Instruments of relief, in the order of [`Paid::relief`].
const RELIEF: [Instrument; 4] = [
    Instrument::SuperDeduction,
    Instrument::HighTechRate,
    Instrument::SmallProfitRate,
    Instrument::GiftDeduction,
];

/// Money of the quarter, central and local \[mn\].
#[derive(Default)]
struct Paid {
    tax: [f64; 2],
    refund: [f64; 2],
    relief: [[f64; 2]; 4],
}

/// Adds an amount of which the part `local` is the local government's.
fn add(sum: &mut [f64; 2], amount: f64, local: f64) {
    sum[0] += amount * (1.0 - local);
    sum[1] += amount * local;
}

pub fn settle(world: &mut World, ctx: &Context) {
    let (law, tax) = (&ctx.law.tax, &ctx.parameters.tax);
    let of_year = ctx.quarter.of_year();
    let years = f64::from(ctx.quarter.since(LAST_RECORDED)) / 4.0;
    let discount = math::pow(1.0 + tax.discount_rate, -years);
    let carry = (ctx.seen.tax.refund_share > 0.0).then(|| carry_table(ctx));
    let advanced = advance_share(of_year, law.prepayment_july, law.prepayment_october);
    let losing = loss_share(ctx);
    let mut paid = Paid::default();
    for agent in &mut world.firms {
        let firm = &mut agent.firm;
        if !firm.alive {
            continue;
        }
        let local = if firm.ownership == Ownership::State {
            0.5 * tax.local_share
        } else {
            tax.local_share
        };
        prepay(firm, advanced, discount, local, &mut paid, ctx);
        if of_year == 2 {
            // what the settlement of last year still asks
            firm.cash -= firm.tax_due;
            firm.profit_value -= discount * firm.tax_due;
            add(&mut paid.tax, firm.weight * firm.tax_due, local);
            firm.tax_due = 0.0;
        }
        if of_year == 4 {
            close_year(firm, carry.as_ref(), discount, local, &mut paid, ctx);
            let draw = ctx.uniform(firm.id, 0, 0, Purpose::TaxState);
            let (lasting, slope) = (tax.loss_persistence, tax.loss_size_slope);
            let to_loss = if firm.taxed {
                loss_entry(losing, lasting, firm.sales, slope)
            } else {
                lasting
            };
            firm.taxed = draw >= to_loss;
        }
    }
    let (firms, books) = (Account::Firms, &mut world.books);
    for (k, government) in [Account::Central, Account::Local].into_iter().enumerate() {
        books.pay(firms, government, Instrument::CorporateTax, paid.tax[k]);
        books.pay(
            government,
            firms,
            Instrument::DeductionRefund,
            paid.refund[k],
        );
    }
    for (instrument, [central, local]) in RELIEF.into_iter().zip(paid.relief) {
        books.forgo(instrument, central, local);
    }
}

/// A quarter of the tax on annualised income, less the relief that is advanced.
fn prepay(
    firm: &mut Firm,
    advanced: f64,
    discount: f64,
    local: f64,
    paid: &mut Paid,
    ctx: &Context,
) {
    let (law, tax) = (&ctx.law.tax, &ctx.parameters.tax);
    let status = status(firm, law, ctx);
    let income = operating_profit(
        firm.margin,
        firm.sales,
        firm.rd,
        firm.taxed,
        tax.loss_margin,
        tax.research_return_in_income,
    );
    let profit = income - firm.rd;
    let before = math::max(profit - firm.carried_losses, 0.0);
    let mut due = 0.25 * corporate_tax(before, status, law);
    if advanced > 0.0 && firm.claims {
        let extra = extra_deduction(firm, firm.rd, 0.0, ctx);
        let saved = relief(profit, firm.carried_losses, extra, status, law).now;
        due = math::max(due - advanced * saved, -firm.prepaid);
    }
    firm.income_this_year += 0.25 * income;
    firm.cash -= due;
    firm.prepaid += due;
    firm.profit_value += discount * (0.25 * (profit - firm.gift) - due);
    add(&mut paid.tax, firm.weight * due, local);
}

/// Extra deduction on `research` and platform `fees` \[mn/yr\].
fn extra_deduction(firm: &Firm, research: f64, fees: f64, ctx: &Context) -> f64 {
    if firm.sector == Sector::Negative {
        return 0.0;
    }
    let (law, tax) = (&ctx.law.tax, &ctx.parameters.tax);
    let sales = math::max(firm.sales, f64::MIN_POSITIVE);
    let reported = research + firm.relabelled;
    let listed = firm.tech_sme_until > ctx.q();
    let rate = super_deduction_rate(firm.sector, listed, reported / sales, law);
    let own = math::max(research - firm.grant, 0.0) * tax.deductible_share;
    let outside = tax.outsourced_share * firm.outsourced;
    rate * (own + outside + firm.relabelled + law.platform_cost * fees)
}

/// Assesses the tax year, ages the losses, starts the next year.
fn close_year(
    firm: &mut Firm,
    carry: Option<&CarryTable>,
    discount: f64,
    local: f64,
    paid: &mut Paid,
    ctx: &Context,
) {
    let law = &ctx.law.tax;
    let status = status(firm, law, ctx);
    let claimed = if firm.claims {
        extra_deduction(firm, firm.rd_this_year, firm.platform_fees, ctx)
    } else {
        0.0
    };
    let refunds = carry.is_some_and(|carry| wants_refund(firm, carry, ctx));
    let (earned, research) = (firm.income_this_year - firm.gift, firm.rd_this_year);
    let extra = claimed + law.basic_research_gift * firm.gift;
    let old = [firm.carried_losses, firm.extra_losses];
    let a = assess(earned, research, extra, old, status, refunds, law);
    let of_gift = if firm.gift > 0.0 {
        let without = math::max(earned - research - claimed - firm.carried_losses, 0.0);
        corporate_tax(without, status, law) - a.tax
    } else {
        0.0
    };
    firm.tax_due = a.tax - firm.prepaid;
    firm.prepaid = 0.0;
    firm.cash += a.refund;
    firm.profit_value += discount * a.refund;
    add(&mut paid.refund, firm.weight * a.refund, local);
    let reliefs = [
        a.super_deduction - of_gift,
        a.hightech,
        a.small_profit,
        of_gift,
    ];
    for (sum, relief) in paid.relief.iter_mut().zip(reliefs) {
        add(sum, firm.weight * relief, local);
    }
    if firm.carried_losses > 0.0 || a.income < 0.0 {
        let listed = firm.tech_sme_until > ctx.q();
        let lasting = if status.hightech || listed {
            law.loss_years_registered
        } else {
            law.loss_years_general
        };
        carry_losses(firm, a.income, extra - a.given_up, lasting.floor());
    }
    firm.extra_deduction = claimed;
    firm.rd_last_year = research;
    firm.rd_mean += (research - firm.rd_mean) / 3.0;
    firm.rd_this_year = 0.0;
    firm.income_this_year = 0.0;
    firm.platform_fees = 0.0;
}

/// Uses old losses against `income`, oldest first, ages them and adds a new one.
fn carry_losses(firm: &mut Firm, income: f64, extra: f64, years: f64) {
    let fresh = math::max(-income, 0.0);
    let mut left = math::max(income, 0.0);
    for age in (0..firm.losses.len()).rev() {
        let used = math::min(firm.losses[age], left);
        left -= used;
        if age + 1 < firm.losses.len() {
            let lasts = ((age + 1) as f64) < years;
            firm.losses[age + 1] = if lasts { firm.losses[age] - used } else { 0.0 };
        }
    }
    firm.losses[0] = fresh;
    let sum: f64 = firm.losses.iter().sum();
    let of_extra = firm.extra_losses / math::max(firm.carried_losses, f64::MIN_POSITIVE);
    let added = math::min(math::max(extra, 0.0), fresh);
    firm.carried_losses = sum;
    firm.extra_losses = of_extra * (sum - fresh) + added;
}

/// Whether a refund is worth more to a firm than the loss carried on.
fn wants_refund(firm: &Firm, carry: &CarryTable, ctx: &Context) -> bool {
    let seen = &ctx.seen.tax;
    let status = status(firm, &ctx.law.tax, ctx);
    let position = position(firm, firm.rd, firm.claims, seen, ctx);
    let carried = position.average_rate(seen) * usable(&position, carry);
    seen.refund_share * seen.standard_rate_of(status) > carried
}
