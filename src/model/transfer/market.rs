//! Runs the quarter's market: every case that is worked looks for partners, firms with the
//! highest values propose, proposals are granted in keyed order while places last.

use super::bargain::{self, Shield, Terms, Values};
use super::search::{Scope, lots};
use super::{Deal, DealKind, Due, Lot, Motive, Places, Proposal, RING, Running, TransferState};
use crate::base::math;
use crate::base::rng::Purpose;
use crate::model::books::{Account, Instrument};
use crate::model::context::Context;
use crate::model::state::State;
use crate::model::universities::{Case, priority};

/// Cases worked and posted, and the proposals they bring.
pub(super) fn gather(t: &mut TransferState, state: &State, ctx: &Context) {
    let open = ctx.seen.licensing.open_licence;
    let u = &state.universities;
    let v = &u.inventions;
    t.lots.clear();
    for row in 0..v.len() {
        if bargain::posted(v.post_rank[row], open) && v.shelf[row] > 0.0 {
            cut(t, ctx, row as u32, v.shelf[row]);
        }
    }
    seek(t, state, ctx, true);
    t.lots.clear();
    for unit in 0..u.units.len() {
        let mut left = t.capacity[unit];
        for case in &u.shelf[unit] {
            if left <= 0.0 {
                break;
            }
            let row = case.invention as usize;
            let shelf = v.shelf[row];
            let there = v.id[row] == case.id && shelf > 0.0;
            if there && !bargain::posted(v.post_rank[row], open) {
                let worked = math::min(left, shelf);
                left -= worked;
                t.tally.cases += worked;
                t.worked.push((case.invention, worked));
                cut(t, ctx, case.invention, worked);
            }
        }
    }
    seek(t, state, ctx, false);
}

/// Cuts the mass of an invention into lots.
fn cut(t: &mut TransferState, ctx: &Context, invention: u32, mass: f64) {
    let p = &ctx.parameters.transfer;
    let (n, each) = lots(mass, p.lot_share / ctx.scale, p.lot);
    for number in 0..n {
        t.lots.push(Lot {
            invention,
            number,
            mass: each,
        });
    }
}

/// Lots look for partners; the best that agrees proposes.
fn seek(t: &mut TransferState, state: &State, ctx: &Context, posted: bool) {
    let p = &ctx.parameters.transfer;
    let v = &state.universities.inventions;
    let (draws, purpose) = if posted {
        (p.open_draws as u32, Purpose::OpenLicence)
    } else {
        (p.draws as u32, Purpose::Search)
    };
    t.searches.clear();
    for lot in &t.lots {
        let row = lot.invention as usize;
        let scope = Scope {
            region: usize::from(v.region[row]),
            field: usize::from(v.field[row]),
            reach: ctx.seen.transfer.reach,
            focus: p.field_focus,
        };
        for partner in 0..draws {
            t.searches.push(v.id[row], lot.number, partner, scope);
        }
    }
    let rows = &t.partners.rows;
    t.addresses.carry_out(&mut t.searches, rows, purpose, ctx);
    t.fits.clear();
    let draws = draws as usize;
    let found = |k: usize, draw: usize| t.searches.found[k * draws + draw] as usize;
    for (k, lot) in t.lots.iter().enumerate() {
        for draw in 0..draws {
            if let Some(partner) = rows.get(found(k, draw)) {
                t.fits.push(v, lot, draw as u32, partner, p);
            }
        }
    }
    t.fits.value(ctx.key, p);
    let mut usages = t.fits.usage.iter();
    for (k, lot) in t.lots.iter().enumerate() {
        let mut best: Option<(usize, Motive, f64)> = None;
        for firm in (0..draws).map(|draw| found(k, draw)) {
            let Some(partner) = rows.get(firm) else {
                continue;
            };
            let (why, value) = bargain::motive(&Values {
                usage: *usages.next().expect("one value for each pair"),
                certificate: partner.certificate,
                order: partner.order,
            });
            if best.is_none_or(|(_, _, highest)| value > highest) {
                best = Some((firm, why, value));
            }
        }
        if let Some(offer) = best
            && let Some(proposal) = propose(state, ctx, lot, offer, posted)
        {
            t.proposals.push(proposal);
        }
    }
}

/// The contract a lot and a firm agree on, if any.
fn propose(
    state: &State,
    ctx: &Context,
    lot: &Lot,
    (firm, why, value): (usize, Motive, f64),
    posted: bool,
) -> Option<Proposal> {
    let p = &ctx.parameters.transfer;
    let (rights, licensing) = (&ctx.seen.rights, &ctx.seen.licensing);
    let v = &state.universities.inventions;
    let units = &state.universities.units;
    let row = lot.invention as usize;
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
    let (order, like) = ctx.pair(v.id[row], lot.number, 0, Purpose::Price);
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
        invention: lot.invention,
        lot: lot.number,
        firm: firm as u32,
        mass: lot.mass,
        motive: why,
        kind,
        price: agreed,
        fee,
        reserve,
    })
}

/// Adds a quarter's places to what each firm has left, up to those of a year, which a firm
/// new in its row has in full.
fn open_places(t: &mut TransferState, state: &State, ctx: &Context) {
    let p = &ctx.parameters.transfer;
    t.places.resize(state.firms.len(), Places::default());
    for (firm, places) in t.places.iter_mut().enumerate() {
        let firm_id = state.firms.id[firm];
        let quarter = p.slots + state.firms.sales[firm] / (ctx.world.price * p.slot_sales);
        let year = 4.0 * quarter; // derived: quarters a year
        let left = if places.firm_id == firm_id {
            math::min(year, places.left + quarter)
        } else {
            year
        };
        *places = Places { firm_id, left };
    }
}

/// Grants proposals in keyed order while firms have places and cash. A firm with a place
/// left takes the whole lot, so that what it takes does not hang on its weight.
pub(super) fn grant(t: &mut TransferState, state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.transfer;
    open_places(t, state, ctx);
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
        if t.places[firm].left <= 0.0 {
            continue;
        }
        if proposal.fee > 0.0 {
            let budget = p.fee_cash * math::max(0.0, state.firms.cash[firm]);
            mass = math::min(mass, weight * budget / proposal.fee);
        }
        if mass > 0.0 {
            t.places[firm].left -= mass / weight;
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
    // of what is left, the part that was worked in vain was tried once more
    for deal in &t.deals_this_quarter {
        let left = v.shelf[deal.invention];
        if deal.kind != DealKind::OpenLicence && left > 0.0 {
            v.tried[deal.invention] -= deal.mass / left;
        }
    }
    let (p, q) = (&ctx.parameters.universities, &ctx.parameters.transfer);
    t.fallen.clear();
    for &(invention, worked) in &t.worked {
        let row = invention as usize;
        if v.shelf[row] > 0.0 {
            v.tried[row] = math::max(0.0, v.tried[row] + worked / v.shelf[row]);
        }
        t.fallen.push(Case {
            priority: priority(v.seen[row], v.disclosed[row], v.tried[row], p, q),
            id: v.id[row],
            invention,
        });
    }
    // entries of one unit stand together, in the order of its shelf
    let (mut worked, mut fallen) = (t.worked.as_slice(), t.fallen.as_mut_slice());
    while let Some(&(first, _)) = worked.first() {
        let unit = v.unit[first as usize];
        let end = worked.partition_point(|&(i, _)| v.unit[i as usize] <= unit);
        let (own, others) = worked.split_at(end);
        let (back, rest) = fallen.split_at_mut(end);
        back.sort_unstable_by(Case::order);
        fall_back(&mut u.shelf[unit as usize], own, back);
        (worked, fallen) = (others, rest);
    }
}

/// Takes the worked cases out of a shelf that is otherwise in order and merges them back as
/// they fall, given in order.
fn fall_back(list: &mut [Case], worked: &[(u32, f64)], fallen: &[Case]) {
    // one pass: `read` runs over those that stayed, behind it the list is merged anew
    let (mut write, mut next, mut skipped) = (0, 0, 0);
    for read in 0..list.len() {
        let stayed = list[read];
        if skipped < worked.len() && worked[skipped].0 == stayed.invention {
            skipped += 1;
            continue;
        }
        while next < skipped && fallen[next].order(&stayed).is_lt() {
            list[write] = fallen[next];
            write += 1;
            next += 1;
        }
        if skipped == worked.len() && next == worked.len() {
            return;
        }
        list[write] = stayed;
        write += 1;
    }
    list[write..].copy_from_slice(&fallen[next..]);
}
