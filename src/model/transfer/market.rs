//! Runs the quarter's market: every case that is worked looks for partners, firms with the
//! highest values propose, proposals are granted in keyed order while places last.

use super::bargain::{self, Fit, Shield, Terms, Values};
use super::search::{Scope, lots};
use super::{Deal, DealKind, Due, Motive, Proposal, RING, Running, TransferState};
use crate::base::math;
use crate::base::rng::Purpose;
use crate::model::books::{Account, Instrument};
use crate::model::context::Context;
use crate::model::population::field_distance;
use crate::model::state::State;
use crate::model::universities::priority;

/// Highest readiness level.
const READY: f64 = 9.0; // derived: TRL scale
/// A certificate that ends within a year is to be renewed.
const EXPIRING: i32 = 4; // derived: quarters a year

/// Cases worked and posted, and the proposals they bring.
pub(super) fn gather(t: &mut TransferState, state: &State, ctx: &Context) {
    let open = ctx.seen.licensing.open_licence;
    let u = &state.universities;
    for unit in 0..u.units.len() {
        let mut left = t.capacity[unit];
        for &invention in &u.shelf[unit] {
            let row = invention as usize;
            let shelf = u.inventions.shelf[row];
            if shelf <= 0.0 {
                continue;
            }
            if bargain::posted(u.inventions.post_rank[row], open) {
                seek(t, state, ctx, invention, shelf, true);
            } else if left > 0.0 {
                let worked = math::min(left, shelf);
                left -= worked;
                t.tally.cases += worked;
                t.worked.push((invention, worked));
                seek(t, state, ctx, invention, worked, false);
            }
        }
    }
}

/// Lots of one invention look for partners; the best that agrees proposes.
fn seek(
    t: &mut TransferState,
    state: &State,
    ctx: &Context,
    invention: u32,
    mass: f64,
    posted: bool,
) {
    let p = &ctx.parameters.transfer;
    let v = &state.universities.inventions;
    let row = invention as usize;
    let id = v.id[row];
    let scope = Scope {
        region: usize::from(v.region[row]),
        field: usize::from(v.field[row]),
        reach: ctx.seen.transfer.reach,
        focus: p.field_focus,
    };
    let (draws, purpose) = if posted {
        (p.open_draws as u32, Purpose::OpenLicence)
    } else {
        (p.draws as u32, Purpose::Search)
    };
    let (n, each) = lots(mass, v.mass[row], p);
    for lot in 0..n {
        let mut best: Option<(usize, Motive, f64)> = None;
        for partner in 0..draws {
            let who = (id, lot, partner);
            let Some(firm) = t.addresses.draw(&state.firms, &scope, who, purpose, ctx) else {
                continue;
            };
            let (why, value) = bargain::motive(&values(state, ctx, row, lot, firm));
            if best.is_none_or(|(_, _, highest)| value > highest) {
                best = Some((firm, why, value));
            }
        }
        let Some((firm, why, value)) = best else {
            continue;
        };
        let offer = (firm, why, value);
        if let Some(proposal) = propose(state, ctx, (row, lot, each), offer, posted) {
            t.proposals.push(proposal);
        }
    }
}

/// What an invention is worth to a firm, by motive.
fn values(state: &State, ctx: &Context, row: usize, lot: u32, firm: usize) -> Values {
    let p = &ctx.parameters.transfer;
    let v = &state.universities.inventions;
    let f = &state.firms;
    let price = ctx.world.price;
    // kept over quarters: a match is a trait of the pair
    let noise = ctx
        .key
        .uniform(v.id[row], f.id[firm], 0, lot, Purpose::Choice);
    let distance = field_distance(usize::from(v.field[row]), usize::from(f.field[firm]));
    let usage = bargain::value_in_use(
        &Fit {
            quality: v.quality[row],
            price,
            sales: f.sales[firm],
            absorptive: f.absorptive[firm],
            distance,
            gap: math::max(0.0, READY - v.readiness[row]),
            need: f.need[firm] || (v.posed[row] && distance == 0.0),
            noise: math::normal_quantile(math::max(noise, f64::EPSILON)),
        },
        p,
    );
    let lacks = f.aware_hightech[firm] && !f.is_hightech(firm, ctx.q() + EXPIRING);
    let friendly = ctx.key.uniform(f.id[firm], 0, 0, 0, Purpose::Choice);
    Values {
        usage,
        certificate: bargain::value_for_certificate(f.patents[firm], lacks, price, p),
        order: bargain::value_of_order(friendly, ctx.seen.rights.appraisal_push, price, p),
    }
}

/// The contract a lot and a firm agree on, if any.
fn propose(
    state: &State,
    ctx: &Context,
    (row, lot, mass): (usize, u32, f64),
    (firm, why, value): (usize, Motive, f64),
    posted: bool,
) -> Option<Proposal> {
    let p = &ctx.parameters.transfer;
    let (rights, licensing) = (&ctx.seen.rights, &ctx.seen.licensing);
    let v = &state.universities.inventions;
    let units = &state.universities.units;
    let unit = v.unit[row] as usize;
    let price = ctx.world.price;
    let seen = price * math::exp(v.seen[row]);
    let stake = !posted && why == Motive::Use && value >= p.equity_value * price;
    let shield = Shield {
        separate: units.separate_rank[unit] < rights.separate_assets,
        belief: rights.liability_shield,
        posted,
        equity: stake,
        push: rights.appraisal_push,
    };
    let reserve = bargain::reserve_price(seen, price, &shield, p);
    let (order, like) = ctx.pair(v.id[row], lot, 0, Purpose::Price);
    let budget = p.fee_cash * math::max(0.0, state.firms.cash[firm]);
    let (kind, agreed, fee) = if posted {
        let asked = bargain::posted_price(seen, reserve, p);
        if value <= asked || asked > budget {
            return None;
        }
        (DealKind::OpenLicence, asked, asked)
    } else {
        let agreed = bargain::bargain(value, reserve, p.bargaining)?;
        let terms = Terms {
            price: agreed,
            reserve,
            motive: why,
            stake,
            licence: like < p.licence_share,
            budget,
            shift: licensing.royalty_shift,
            trials: units.trial_rank[unit] < licensing.use_first_pay_later,
            cover: licensing.upfl_cover,
        };
        let (kind, fee) = bargain::contract_or_trial(&terms, p)?;
        (kind, agreed, fee)
    };
    Some(Proposal {
        order,
        invention: row as u32,
        lot,
        firm: firm as u32,
        mass,
        motive: why,
        kind,
        price: agreed,
        fee,
        reserve,
    })
}

/// Grants proposals in keyed order while firms have places and cash.
pub(super) fn grant(t: &mut TransferState, state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.transfer;
    t.slots.clear();
    for &sales in &state.firms.sales {
        t.slots
            .push(p.slots + sales / (ctx.world.price * p.slot_sales));
    }
    let ids = &state.universities.inventions.id;
    t.proposals.sort_unstable_by(|a, b| {
        let key = |x: &Proposal| (ids[x.invention as usize], x.lot);
        a.order.total_cmp(&b.order).then(key(a).cmp(&key(b)))
    });
    let proposals = std::mem::take(&mut t.proposals);
    for proposal in &proposals {
        let (row, firm) = (proposal.invention as usize, proposal.firm as usize);
        let weight = state.firms.weight[firm];
        let mut mass = math::min(proposal.mass, state.universities.inventions.shelf[row]);
        mass = math::min(mass, weight * t.slots[firm]);
        if proposal.fee > 0.0 {
            let budget = p.fee_cash * math::max(0.0, state.firms.cash[firm]);
            mass = math::min(mass, weight * budget / proposal.fee);
        }
        if mass > 0.0 {
            t.slots[firm] -= mass / weight;
            strike(t, state, ctx, proposal, mass);
        }
    }
    t.proposals = proposals;
    t.tally.without_deal = math::max(0.0, t.tally.cases - worked_deals(t));
}

/// Cases of this quarter that ended in a deal, posted ones aside.
fn worked_deals(t: &TransferState) -> f64 {
    let worked = t.deals_this_quarter.iter();
    worked
        .filter(|deal| deal.kind != DealKind::OpenLicence)
        .map(|deal| deal.mass)
        .sum()
}

/// Moves mass, money and rights of one deal, and counts it.
fn strike(t: &mut TransferState, state: &mut State, ctx: &Context, of: &Proposal, mass: f64) {
    let p = &ctx.parameters.transfer;
    let (row, firm) = (of.invention as usize, of.firm as usize);
    let per_firm = mass / state.firms.weight[firm];
    let firm_id = state.firms.id[firm];
    let v = &mut state.universities.inventions;
    v.shelf[row] = math::max(0.0, v.shelf[row] - mass);
    let (region, unit) = (v.region[row], v.unit[row] as usize);
    let invention_id = v.id[row];
    if of.kind == DealKind::Transfer {
        state.firms.patents[firm] += per_firm;
    }
    pay_unit(t, state, ctx, firm, mass * of.fee);
    let mut royalty = 0.0;
    if of.kind == DealKind::Licence {
        let later = of.price - of.fee;
        owe(t, state, firm, per_firm * later);
        let product = &ctx.parameters.funnel;
        royalty = later / (product.revenue * ctx.world.price * product.horizon);
    }
    if of.kind == DealKind::Trial {
        let length = math::clamp(p.trial_length, 1.0, (RING - 1) as f64);
        t.dues[(ctx.q() as usize + length as usize) % RING].push(Due {
            firm,
            firm_id,
            mass,
            price: of.price,
            reserve: of.reserve,
        });
    }
    let contracts = mass / p.bundle;
    let tally = &mut t.tally;
    tally.contracts += contracts;
    tally.by_motive[of.motive as usize] += contracts;
    tally.by_kind[of.kind as usize] += contracts;
    tally.value += mass * of.price;
    tally.value_by_kind[of.kind as usize] += mass * of.price;
    tally.patents += mass;
    if state.firms.region[firm] == region {
        tally.within_region += contracts;
    }
    t.deals_this_quarter.push(Deal {
        invention: row,
        invention_id,
        firm,
        firm_id,
        mass,
        motive: of.motive,
        kind: of.kind,
        price: of.price,
        royalty,
        unit,
    });
}

/// A firm pays units, who pass the inventors' share on \[mn, real\].
fn pay_unit(t: &mut TransferState, state: &mut State, ctx: &Context, firm: usize, amount: f64) {
    if amount <= 0.0 {
        return;
    }
    state.firms.cash[firm] -= amount / state.firms.weight[firm];
    let books = &mut state.books;
    books.pay(Account::Firms, Account::Units, Instrument::Licence, amount);
    let inventors = ctx.law.rights.inventor_share * amount;
    books.pay(
        Account::Units,
        Account::Households,
        Instrument::InventorReward,
        inventors,
    );
    crate::model::tax::reward::tax_rewards(books, inventors, ctx);
    t.tally.received += amount;
    t.tally.inventors += inventors;
}

/// Adds to the royalties that one represented firm still owes.
fn owe(t: &mut TransferState, state: &State, firm: usize, amount: f64) {
    if t.running.len() < state.firms.len() {
        t.running.resize(state.firms.len(), Running::default());
    }
    let running = &mut t.running[firm];
    let firm_id = state.firms.id[firm];
    if running.firm_id != firm_id {
        *running = Running {
            firm_id,
            balance: 0.0,
        };
    }
    running.balance += amount;
}

/// Royalties of the quarter; payments and covers of trials that fall due.
pub(super) fn settle_dues(t: &mut TransferState, state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.transfer;
    // royalties run over the years a product pays
    let part = math::min(1.0, 1.0 / (4.0 * ctx.parameters.funnel.horizon)); // derived: quarters a year
    for firm in 0..t.running.len() {
        let Running { firm_id, balance } = t.running[firm];
        if balance <= 0.0 {
            continue;
        }
        if !state.firms.alive[firm] || state.firms.id[firm] != firm_id {
            t.running[firm].balance = 0.0;
            continue;
        }
        let paid = balance * part;
        t.running[firm].balance -= paid;
        pay_unit(t, state, ctx, firm, paid * state.firms.weight[firm]);
    }
    let now = ctx.q() as usize % RING;
    let mut dues = std::mem::take(&mut t.dues[now]);
    for due in &dues {
        let lives = state.firms.alive[due.firm] && state.firms.id[due.firm] == due.firm_id;
        let good = if lives {
            p.trial_good * p.trial_honest
        } else {
            0.0
        };
        pay_unit(t, state, ctx, due.firm, due.mass * good * due.price);
        let cover = due.mass * (1.0 - good) * ctx.law.licensing.upfl_cover * due.reserve;
        if cover > 0.0 {
            let (from, to) = (Account::Central, Account::Units);
            state.books.pay(from, to, Instrument::LicenceCover, cover);
            t.tally.cover += cover;
        }
    }
    dues.clear();
    t.dues[now] = dues;
}

/// Cases worked without a deal fall back on their unit's shelf.
pub(super) fn reorder(t: &mut TransferState, state: &mut State, ctx: &Context) {
    let u = &mut state.universities;
    let v = &mut u.inventions;
    for deal in &t.deals_this_quarter {
        if deal.kind != DealKind::OpenLicence {
            v.tried[deal.invention] -= deal.mass / v.mass[deal.invention];
        }
    }
    let mut last = None;
    for &(invention, worked) in &t.worked {
        let row = invention as usize;
        v.tried[row] = math::max(0.0, v.tried[row] + worked / v.mass[row]);
    }
    for &(invention, _) in &t.worked {
        // entries of one unit stand together
        let unit = v.unit[invention as usize];
        if last.replace(unit) == Some(unit) {
            continue;
        }
        u.shelf[unit as usize].sort_unstable_by(|&a, &b| {
            let rank = |i: u32| priority(v, i as usize, ctx);
            rank(b)
                .total_cmp(&rank(a))
                .then(v.id[a as usize].cmp(&v.id[b as usize]))
        });
    }
}
