//! Runs the quarter's market: every case that is worked looks for partners, and firms with
//! the highest values propose.
//!
//! What one case comes upon hangs on no other: offers go through search, choice and proposal in
//! blocks of their own.

use super::addresses::Addresses;
use super::bargain::{self, Terms, Values};
use super::fits::Fits;
use super::offers::{Asks, Draft, Offer, Pick};
use super::partners::Partner;
use super::search::{Scope, Searches};
use super::{DealKind, Motive, Proposal, TransferState, desks};
use crate::base::rng::{Key, Purpose};
use crate::base::room::have_room;
use crate::base::{math, strip};
use crate::model::context::Context;
use crate::model::state::State;

/// Lots for which a block has room from the start, more than it mostly has: it asks for no memory
/// later.
const ROOM: usize = 4_096;

/// Offers of which each is more work than so many firms.
const OFFERS: usize = 8;

/// A lot and a firm whose value is above the price asked.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Match {
    /// Place of the lot.
    lot: u32,
    /// Row of the firm.
    firm: u32,
    motive: Motive,
    /// Both prefer a stake.
    stake: bool,
    /// Value in use \[mn\].
    usage: f64,
    /// Price agreed and reserve price \[mn\].
    price: f64,
    reserve: f64,
}

impl Match {
    const NONE: Self = Self {
        lot: 0,
        firm: 0,
        motive: Motive::Use,
        stake: false,
        usage: 0.0,
        price: 0.0,
        reserve: 0.0,
    };
}

/// What keys the draws of matches.
#[derive(Clone, Debug, Default, PartialEq)]
struct Draws {
    invention: Vec<u32>,
    lot: Vec<u32>,
    /// Place in the order of grants.
    order: Vec<f64>,
    /// Liking for a licence.
    like: Vec<f64>,
    /// Cash of the firm \[mn\].
    cash: Vec<f64>,
}

impl Draws {
    /// Has room for `n` matches.
    fn make_room(&mut self, n: usize) {
        for column in [&mut self.invention, &mut self.lot] {
            have_room(column, n);
        }
        for column in [&mut self.order, &mut self.like, &mut self.cash] {
            have_room(column, n);
        }
    }
}

crate::dispatched! {
    /// Fills both uniforms of each invention and lot.
    fn fill_pairs(
        key: Key,
        quarter: u32,
        invention: &[u32],
        lot: &[u32],
        order: &mut [f64],
        like: &mut [f64],
    ) {
        let keys = invention.iter().zip(lot);
        for ((&a, &b), (order, like)) in keys.zip(order.iter_mut().zip(like)) {
            (*order, *like) = strip::pair(key, a, [b, quarter << 16, Purpose::Price as u32]);
        }
    }
}

/// Takes up the cases that are posted or worked this quarter.
pub(super) fn pick(t: &mut TransferState, state: &mut State, ctx: &Context) {
    let open = ctx.seen.licensing.open_licence;
    let u = &mut state.universities;
    t.posting.pick(u, open, &mut t.posted);
    desks::pick_worked(u, &t.capacity, open, ctx.crew, &mut t.desks, &mut t.worked);
    t.tally.cases = t.worked.iter().map(|pick| pick.mass).sum();
}

/// Proposals that the cases picked bring.
pub(super) fn gather(t: &mut TransferState, state: &State, ctx: &Context) {
    t.proposals.clear();
    seek(t, state, ctx, true);
    seek(t, state, ctx, false);
}

/// What is the same for all offers.
struct Ground<'a> {
    state: &'a State,
    ctx: &'a Context<'a>,
    addresses: &'a Addresses,
    partners: &'a [Partner],
    /// Whether prices are posted.
    posted: bool,
    /// Searches of each lot, and what keys them.
    draws: u16,
    purpose: Purpose,
    /// Worth of obliging \[mn\].
    order: f64,
    asks: Asks,
}

/// Lots look for partners; the best that agrees proposes.
fn seek(t: &mut TransferState, state: &State, ctx: &Context, posted: bool) {
    let p = &ctx.parameters.transfer;
    let (draws, purpose) = if posted {
        (p.open_draws, Purpose::OpenLicence)
    } else {
        (p.draws, Purpose::Search)
    };
    let ground = Ground {
        state,
        ctx,
        addresses: &t.addresses,
        partners: &t.partners.rows,
        posted,
        draws: math::clamp(draws, 1.0, f64::from(u8::MAX)) as u16,
        purpose,
        order: bargain::value_of_order(true, ctx.world.price, p),
        asks: Asks::of(posted, ctx),
    };
    let (picked, offers) = if posted {
        (&t.posted, &mut t.on_post)
    } else {
        (&t.worked, &mut t.offers)
    };
    let crew = ctx.crew.finer(OFFERS);
    let (all, last) = offers.turn(picked);
    let rooms = crew.rooms(picked.len(), &mut t.stalls);
    crew.walk((&picked[..], all, rooms), |(picked, offers, mut room)| {
        room.own().serve(picked, last, offers, &ground);
    });
    let stalls = &t.stalls[..crew.blocks(picked.len())];
    // those posted and those worked
    let room: usize = stalls.iter().map(|stall| stall.proposals.capacity()).sum();
    have_room(&mut t.proposals, 2 * room);
    for stall in stalls {
        t.proposals.extend_from_slice(&stall.proposals);
    }
}

/// A block of offers on the market.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Stall {
    draft: Draft,
    searches: Searches,
    /// What they came upon.
    fits: Fits,
    /// Lots and firms that are of use to each other, and their draws.
    matches: Vec<Match>,
    draws: Draws,
    /// What offices and firms agreed on before places run out.
    proposals: Vec<Proposal>,
}

impl Stall {
    /// Takes offers of the inventions picked to proposals; `last` are all offers of the quarter
    /// before.
    fn serve(&mut self, picked: &[Pick], last: &[Offer], offers: &mut [Offer], ground: &Ground) {
        let Ground { state, ctx, .. } = *ground;
        self.make_room(usize::from(ground.draws));
        self.draft.draw_up(picked, last, offers, state, ctx);
        self.search(offers, ground);
        self.choose(offers, ground);
        self.propose(offers, ground);
    }

    /// Has room for the lots of a block, each of which searches `draws` times.
    fn make_room(&mut self, draws: usize) {
        self.draft.make_room(ROOM);
        self.searches.make_room(ROOM * draws);
        self.fits.make_room(ROOM * draws);
        have_room(&mut self.matches, ROOM);
        self.draws.make_room(ROOM);
        have_room(&mut self.proposals, ROOM);
    }

    /// Lots look for partners.
    fn search(&mut self, offers: &[Offer], ground: &Ground) {
        let (ctx, lots, draws) = (ground.ctx, &self.draft.lots[..], ground.draws);
        let scope = Scope {
            reach: ctx.seen.transfer.reach,
            focus: ctx.parameters.transfer.field_focus,
            tries: ctx.parameters.transfer.tries as u32,
        };
        let key = (ctx.key, ctx.q() as u32, ground.purpose);
        self.searches.open(offers, lots, draws);
        self.searches.carry_out(ground.addresses, &scope, key);
        let (found, draws) = (&self.searches.found, usize::from(draws));
        let (partners, order) = (ground.partners, ground.order);
        self.fits
            .value((offers, lots), draws, found, partners, order, ctx);
    }

    /// Of the firms that a lot came upon, the one of the highest value takes it, if that is above
    /// the price asked.
    fn choose(&mut self, offers: &[Offer], ground: &Ground) {
        let (ctx, posted) = (ground.ctx, ground.posted);
        let p = &ctx.parameters.transfer;
        let stake_from = p.equity_value * ctx.world.price;
        let draws = usize::from(ground.draws);
        self.matches.resize(self.draft.lots.len(), Match::NONE);
        let mut n = 0;
        for (k, lot) in (0..).zip(&self.draft.lots) {
            let best = self.fits.best(k as usize * draws, draws);
            let offer = &offers[lot.offer as usize];
            let stake = !posted & (best.usage >= math::max(best.value, stake_from));
            let reserve = ground.asks.reserve(offer, stake);
            let agreed = if posted {
                let asked = bargain::posted_price(offer.seen, reserve, p);
                (best.value > asked).then_some(asked)
            } else {
                bargain::bargain(best.value, reserve, p.bargaining)
            };
            // whether they agree is for chance to decide: no branch foretells it
            self.matches[n] = Match {
                lot: k,
                firm: self.searches.found[best.search],
                motive: Motive::Use,
                stake,
                usage: best.usage,
                price: agreed.unwrap_or(0.0),
                reserve,
            };
            n += usize::from(agreed.is_some());
        }
        self.matches.truncate(n);
        for found in &mut self.matches {
            let firm = ground.partners[found.firm as usize];
            found.motive = bargain::motive(&Values {
                usage: found.usage,
                certificate: firm.certificate(),
                order: if firm.friendly() { ground.order } else { 0.0 },
            });
        }
    }

    /// Matches become proposals where the two find a contract.
    fn propose(&mut self, offers: &[Offer], ground: &Ground) {
        let Ground { state, ctx, .. } = *ground;
        let p = &ctx.parameters.transfer;
        let licensing = &ctx.seen.licensing;
        self.draw(offers, ctx);
        // short, so that looking up one firm does not wait for another
        let cash = |found: &Match| state.firms.cash[found.firm as usize];
        self.draws.cash.clear();
        self.draws.cash.extend(self.matches.iter().map(cash));
        self.proposals.clear();
        let uniforms = self.draws.order.iter().zip(&self.draws.like);
        let matches = self.matches.iter().zip(&self.draws.cash);
        for ((found, &cash), (&order, &like)) in matches.zip(uniforms) {
            let lot = &self.draft.lots[found.lot as usize];
            let offer = &offers[lot.offer as usize];
            let budget = p.fee_cash * math::max(0.0, cash);
            let contract = if ground.posted {
                (found.price <= budget).then_some((DealKind::OpenLicence, found.price))
            } else {
                let terms = Terms {
                    price: found.price,
                    reserve: found.reserve,
                    motive: found.motive,
                    stake: found.stake,
                    licence: like < p.licence_share,
                    budget,
                    shift: licensing.royalty_shift,
                    trials: offer.trials,
                    cover: licensing.upfl_cover,
                };
                bargain::contract_or_trial(&terms, p)
            };
            self.proposals.extend(contract.map(|(kind, fee)| Proposal {
                order,
                invention_id: offer.id,
                invention: offer.row,
                lot: lot.number,
                unit: offer.unit,
                region: offer.region,
                firm: found.firm,
                mass: lot.mass,
                motive: found.motive,
                kind,
                price: found.price,
                fee,
                reserve: found.reserve,
            }));
        }
    }

    /// Draws for each match, keyed by invention and lot.
    fn draw(&mut self, offers: &[Offer], ctx: &Context) {
        let Self { matches, draws, .. } = self;
        draws.invention.clear();
        draws.lot.clear();
        for found in &*matches {
            let lot = &self.draft.lots[found.lot as usize];
            draws.invention.push(offers[lot.offer as usize].id);
            draws.lot.push(lot.number);
        }
        draws.order.resize(matches.len(), 0.0);
        draws.like.resize(matches.len(), 0.0);
        fill_pairs(
            ctx.key,
            ctx.q() as u32,
            &draws.invention,
            &draws.lot,
            &mut draws.order,
            &mut draws.like,
        );
    }
}
