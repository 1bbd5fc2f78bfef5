//! Grants proposals in keyed order while places and cash last, and moves what is dealt.

use super::partners::NOBODY;
use super::{Deal, DealKind, Due, Proposal, RING, TransferState};
use crate::base::room::have_room;
use crate::base::{math, strip};
use crate::model::books::{Account, Instrument};
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::state::State;

/// Deals that one represented firm can still take, by row of firms: unused places last a year,
/// a lot that took more than were left is made up for in later quarters.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Places {
    /// Id of the firm.
    holder: Vec<u32>,
    /// Deals, negative where the last lot was larger than what was left \[deals\].
    left: Vec<f64>,
}

crate::dispatched! {
    /// Adds a quarter's places to what each firm has left, up to those of a year, which a firm
    /// new in its row has in full; a firm has `base` places and one more for each `sales`
    /// of `further`.
    fn open_places(
        base: f64,
        further: f64,
        ids: &[u32],
        sales: &[f64],
        holders: &mut [u32],
        left: &mut [f64],
    ) {
        let firms = ids.iter().zip(sales);
        for ((&id, &sales), (holder, left)) in firms.zip(holders.iter_mut().zip(left)) {
            let quarter = base + sales / further;
            let year = 4.0 * quarter; // derived: quarters a year
            let kept = math::min(year, *left + quarter);
            *left = if *holder == id { kept } else { year };
            *holder = id;
        }
    }
}

impl Places {
    /// Opens the places of a quarter.
    fn open(&mut self, state: &State, ctx: &Context) {
        let p = &ctx.parameters.transfer;
        let firms = &state.firms;
        self.holder.resize(firms.len(), NOBODY);
        self.left.resize(firms.len(), 0.0);
        let further = ctx.world.price * p.slot_sales;
        let seen = (&firms.id[..], &firms.sales[..]);
        let parts = (seen, (&mut self.holder[..], &mut self.left[..]));
        ctx.crew.walk(parts, |((id, sales), (holder, left))| {
            open_places(p.slots, further, id, sales, holder, left);
        });
    }
}

impl Places {
    /// The firm in row `child` has the places left that its `parent` has.
    pub(super) fn inherit(&mut self, firms: &Firms, parent: usize, child: usize) {
        self.holder.resize(firms.len(), NOBODY);
        self.left.resize(firms.len(), 0.0);
        if self.holder[parent] == firms.id[parent] {
            self.holder[child] = firms.id[child];
            self.left[child] = self.left[parent];
        }
    }
}

/// Each real firm in row `child` owes what each in row `parent` does.
pub(super) fn inherit(t: &mut TransferState, firms: &Firms, parent: usize, child: usize) {
    t.running.resize(firms.len(), 0.0);
    t.debtor.resize(firms.len(), NOBODY);
    if t.debtor[parent] == firms.id[parent] {
        t.debtor[child] = firms.id[child];
        t.running[child] = t.running[parent];
    }
}

/// Bits of a place among proposals, and of those behind.
const PLACE: u32 = 24;
const BEHIND: u64 = (1 << PLACE) - 1;

/// Places of proposals in keyed order: in the lower bits of words that order.
fn rank(proposals: &[Proposal], ranked: &mut Vec<u64>) {
    const DIGITS: f64 = (1_u64 << (u64::BITS - PLACE)) as f64;
    assert!(proposals.len() as u64 <= BEHIND, "places fit their bits");
    let word = |proposal: &Proposal| ((proposal.order * DIGITS) as u64) << PLACE;
    ranked.clear();
    ranked.extend((0..).zip(proposals).map(|(k, proposal)| word(proposal) | k));
    ranked.sort_unstable();
    // where the first bits are the same, the others decide; where all are, ids
    let tie = |word: &u64| {
        let proposal = &proposals[(word & BEHIND) as usize];
        // the bits of numbers that are not negative stand in the order of the numbers
        let order = proposal.order.to_bits();
        (order, proposal.invention_id, proposal.lot)
    };
    for same in ranked.chunk_by_mut(|a, b| a >> PLACE == b >> PLACE) {
        if same.len() > 1 {
            same.sort_unstable_by_key(tie);
        }
    }
}

/// A lot that a firm is granted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Grant {
    /// Place of the proposal.
    proposal: u32,
    /// Real inventions of it that go to the firm.
    mass: f64,
    /// Real firms that it stands for.
    weight: f64,
}

/// Grants proposals in keyed order while firms have places and cash. A firm with a place
/// left takes the whole lot, so that what it takes does not hang on its weight.
pub(super) fn grant(t: &mut TransferState, state: &mut State, ctx: &Context) {
    t.places.open(state, ctx);
    have_room(&mut t.ranked, t.proposals.capacity());
    rank(&t.proposals, &mut t.ranked);
    let fees = allot(t, state, ctx);
    have_room(&mut t.deals_this_quarter, t.grants.capacity());
    let grants = std::mem::take(&mut t.grants);
    let proposals = std::mem::take(&mut t.proposals);
    for grant in &grants {
        strike(t, state, ctx, &proposals[grant.proposal as usize], grant);
    }
    (t.grants, t.proposals) = (grants, proposals);
    pay_units(t, state, ctx, fees);
    t.tally.without_deal = math::max(0.0, t.tally.cases - worked_deals(t));
}

/// Proposals looked up together.
const STRIP: usize = 64;

/// Lists what is granted, in order, and takes it off shelves, places and cash; gives the fees
/// \[mn, real\].
fn allot(t: &mut TransferState, state: &mut State, ctx: &Context) -> f64 {
    let p = &ctx.parameters.transfer;
    let (firms, left) = (&mut state.firms, &mut t.places.left);
    let shelf = &mut state.universities.inventions.shelf;
    let (mut bids, mut weights, mut fees) = ([0; STRIP], [0.0; STRIP], 0.0);
    t.grants.clear();
    have_room(&mut t.grants, t.ranked.capacity());
    for words in t.ranked.chunks(STRIP) {
        // short, so that looking up one firm does not wait for another; no place left now is none
        // left later
        let mut n = 0;
        for word in words {
            bids[n] = (word & BEHIND) as u32;
            let firm = t.proposals[bids[n] as usize].firm as usize;
            weights[n] = firms.weight[firm];
            n += usize::from(left[firm] > 0.0);
        }
        let near = bids[..n].iter().fold(0.0, |near, &bid| {
            let proposal = &t.proposals[bid as usize];
            near + firms.cash[proposal.firm as usize] + shelf[proposal.invention as usize]
        });
        std::hint::black_box(near);
        for (&bid, &weight) in bids[..n].iter().zip(&weights) {
            let proposal = &t.proposals[bid as usize];
            let (row, firm) = (proposal.invention as usize, proposal.firm as usize);
            if left[firm] <= 0.0 {
                continue;
            }
            let mut mass = math::min(proposal.mass, shelf[row]);
            if proposal.fee > 0.0 {
                let budget = p.fee_cash * math::max(0.0, firms.cash[firm]);
                mass = math::min(mass, weight * budget / proposal.fee);
            }
            if mass > 0.0 {
                left[firm] -= mass / weight;
                firms.cash[firm] -= mass * proposal.fee / weight;
                shelf[row] = math::max(0.0, shelf[row] - mass);
                fees += mass * proposal.fee;
                t.grants.push(Grant {
                    proposal: bid,
                    mass,
                    weight,
                });
            }
        }
    }
    fees
}

/// Cases of this quarter that ended in a deal, posted ones aside.
fn worked_deals(t: &TransferState) -> f64 {
    let worked = t.deals_this_quarter.iter();
    worked
        .filter(|deal| deal.kind != DealKind::OpenLicence)
        .map(|deal| deal.mass)
        .sum()
}

/// Moves the rights of one deal, and counts it.
fn strike(
    t: &mut TransferState,
    state: &mut State,
    ctx: &Context,
    of: &Proposal,
    &Grant { mass, weight, .. }: &Grant,
) {
    let p = &ctx.parameters.transfer;
    let (row, firm) = (of.invention as usize, of.firm as usize);
    let per_firm = mass / weight;
    let firm_id = state.firms.id[firm];
    let (region, unit) = (of.region, of.unit as usize);
    let invention_id = of.invention_id;
    if of.kind == DealKind::Transfer {
        state.firms.patents[firm] += per_firm;
    }
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

/// Books what firms paid units, who pass the inventors' share on \[mn, real\].
fn pay_units(t: &mut TransferState, state: &mut State, ctx: &Context, amount: f64) {
    if amount <= 0.0 {
        return;
    }
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
        t.running.resize(state.firms.len(), 0.0);
        t.debtor.resize(state.firms.len(), NOBODY);
    }
    let firm_id = state.firms.id[firm];
    if t.debtor[firm] != firm_id {
        t.debtor[firm] = firm_id;
        t.running[firm] = 0.0;
    }
    t.running[firm] += amount;
}

crate::dispatched! {
    /// Firms pay a part of the royalties that they owe, those no longer there owe nothing; gives
    /// what is paid \[mn, real\].
    fn pay_royalties(
        part: f64,
        alive: &[bool],
        id: &[u32],
        weight: &[f64],
        debtor: &[u32],
        running: &mut [f64],
        cash: &mut [f64],
    ) -> strip::Sum {
        let mut sum = strip::Sum::default();
        let mut paid = [0.0; strip::ROWS];
        let strips = (0..running.len()).step_by(strip::ROWS);
        for first in strips {
            let last = running.len().min(first + strip::ROWS);
            let (alive, id) = (&alive[first..last], &id[first..last]);
            let (weight, debtor) = (&weight[first..last], &debtor[first..last]);
            let (running, cash) = (&mut running[first..last], &mut cash[first..last]);
            let paid = &mut paid[..last - first];
            for i in 0..paid.len() {
                let owed = if alive[i] & (id[i] == debtor[i]) { running[i] } else { 0.0 };
                let due = owed * part;
                running[i] = owed - due;
                cash[i] -= due;
                paid[i] = due * weight[i];
            }
            sum.add(paid);
        }
        sum
    }
}

/// Royalties of the quarter; payments and covers of trials that fall due.
pub(super) fn settle_dues(t: &mut TransferState, state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.transfer;
    // royalties run over the years a product pays
    let part = math::min(1.0, 1.0 / (4.0 * ctx.parameters.funnel.horizon)); // derived: quarters a year
    let n = t.running.len().min(state.firms.len());
    let firms = &mut state.firms;
    let seen = (&firms.alive[..n], &firms.id[..n], &firms.weight[..n]);
    let debts = (&t.debtor[..n], &mut t.running[..n], &mut firms.cash[..n]);
    let pay = |((alive, id, weight), (debtor, running, cash))| {
        pay_royalties(part, alive, id, weight, debtor, running, cash)
    };
    let mut received = ctx.crew.walk((seen, debts), pay).total();
    let now = ctx.q() as usize % RING;
    let mut dues = std::mem::take(&mut t.dues[now]);
    for due in &dues {
        let lives = state.firms.alive[due.firm] && state.firms.id[due.firm] == due.firm_id;
        let good = if lives {
            p.trial_good * p.trial_honest
        } else {
            0.0
        };
        let price = due.mass * good * due.price;
        if price > 0.0 {
            state.firms.cash[due.firm] -= price / state.firms.weight[due.firm];
            received += price;
        }
        let cover = due.mass * (1.0 - good) * ctx.law.licensing.upfl_cover * due.reserve;
        if cover > 0.0 {
            let (from, to) = (Account::Central, Account::Units);
            state.books.pay(from, to, Instrument::LicenceCover, cover);
            t.tally.cover += cover;
        }
    }
    dues.clear();
    t.dues[now] = dues;
    pay_units(t, state, ctx, received);
}
