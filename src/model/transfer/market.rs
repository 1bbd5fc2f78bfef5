//! Runs the quarter's market: every case that is worked looks for partners, and firms with
//! the highest values propose.

use super::bargain::{self, Terms, Values};
use super::offers::{Asks, Offers, Pick, have_room};
use super::search::Scope;
use super::{DealKind, Motive, Proposal, TransferState};
use crate::base::rng::{Key, Purpose};
use crate::base::{math, strip};
use crate::model::context::Context;
use crate::model::state::State;
use crate::model::universities::{Case, Inventions, Shelf, Universities};
use std::hint::select_unpredictable;

/// A lot and a firm whose value is above the price asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Match {
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
pub(super) struct Draws {
    invention: Vec<u32>,
    lot: Vec<u32>,
    /// Place in the order of grants.
    order: Vec<f64>,
    /// Liking for a licence.
    like: Vec<f64>,
    /// Cash of the firm \[mn\].
    cash: Vec<f64>,
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
pub(super) fn offer(t: &mut TransferState, state: &mut State, ctx: &Context) {
    let open = ctx.seen.licensing.open_licence;
    t.posting.pick(&state.universities, open, &mut t.posted);
    t.on_post.make_room(&t.offers);
    t.on_post.draw_up(&t.posted, state, ctx);
    pick_worked(t, &mut state.universities, open);
    t.tally.cases = t.worked.iter().map(|pick| pick.mass).sum();
    t.offers.draw_up(&t.worked, state, ctx);
}

/// Proposals that the cases offered bring.
pub(super) fn gather(t: &mut TransferState, state: &State, ctx: &Context) {
    t.proposals.clear();
    seek(t, state, ctx, true);
    seek(t, state, ctx, false);
}

/// Nothing at hand yet.
const NO_CASE: Case = Case {
    priority: 0.0,
    id: 0,
    invention: 0,
};

/// A unit at work on its shelf.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Desk {
    /// Row of the unit.
    unit: u32,
    /// Real cases that it can still work.
    capacity: f64,
    /// The case at hand, its real inventions still on the shelf, and whether it is posted.
    case: Case,
    left: f64,
    posted: bool,
}

impl Desk {
    /// Takes the next case, if there is one.
    fn take(&mut self, shelf: &mut Shelf) -> bool {
        let next = shelf.take();
        self.case = next.unwrap_or(self.case);
        next.is_some()
    }
}

/// Takes the cases that each unit works off its shelf, best priority first: one case of each unit
/// that can still work in every round, so that looking up one does not wait for another.
fn pick_worked(t: &mut TransferState, u: &mut Universities, open: f64) {
    let v = &u.inventions;
    t.stirred.clear();
    t.stirred.extend(u.shelf.iter().map(Shelf::is_stirred));
    t.desks.clear();
    let units = (0..).zip(&u.shelf).zip(&t.capacity);
    let able = units.filter(|&(_, &capacity)| capacity > 0.0);
    t.desks.extend(able.map(|((unit, shelf), &capacity)| Desk {
        unit,
        capacity,
        // as far as known before the shelf is settled
        case: shelf.next().unwrap_or(NO_CASE),
        left: 0.0,
        posted: false,
    }));
    t.desks.retain_mut(|desk| {
        let unit = desk.unit as usize;
        u.shelf[unit].settle(t.stirred[unit]);
        desk.take(&mut u.shelf[unit])
    });
    t.picked.clear();
    t.passed.clear();
    have_room(&mut t.passed, t.desks.capacity());
    have_room(&mut t.picked, 4 * t.desks.capacity());
    while !t.desks.is_empty() {
        for desk in &mut t.desks {
            desk.left = waiting(v, &desk.case);
            desk.posted = bargain::posted(v.post_rank[desk.case.invention as usize], open);
        }
        let (picked, passed) = (&mut t.picked, &mut t.passed);
        t.desks.retain_mut(|desk| {
            if desk.left > 0.0 {
                if desk.posted {
                    passed.push((desk.unit, desk.case));
                } else {
                    let worked = math::min(desk.capacity, desk.left);
                    desk.capacity -= worked;
                    picked.push(Pick {
                        turn: desk.unit,
                        row: desk.case.invention,
                        id: desk.case.id,
                        mass: worked,
                    });
                }
            }
            desk.capacity > 0.0 && desk.take(&mut u.shelf[desk.unit as usize])
        });
    }
    // posted ones stay where they are
    for &(unit, case) in &t.passed {
        u.shelf[unit as usize].put(&[case]);
    }
    group(
        &t.picked,
        u.shelf.len(),
        &mut t.places_of_picks,
        &mut t.worked,
    );
}

/// Picks in the order of their turns, of which there are `turns`, those of one turn as they stand.
fn group(picked: &[Pick], turns: usize, places: &mut Vec<u32>, grouped: &mut Vec<Pick>) {
    places.clear();
    places.resize(turns + 1, 0);
    for pick in picked {
        places[pick.turn as usize + 1] += 1;
    }
    let mut before = 0;
    for place in &mut *places {
        before += *place;
        *place = before;
    }
    grouped.clear();
    grouped.resize(picked.len(), Pick::default());
    for pick in picked {
        let place = &mut places[pick.turn as usize];
        grouped[*place as usize] = *pick;
        *place += 1;
    }
}

/// Real inventions of a case that are still on the shelf, none where it is void.
fn waiting(v: &Inventions, case: &Case) -> f64 {
    let row = case.invention as usize;
    select_unpredictable(v.id[row] == case.id, v.shelf[row], 0.0)
}

/// Lots look for partners; the best that agrees proposes.
fn seek(t: &mut TransferState, state: &State, ctx: &Context, posted: bool) {
    let p = &ctx.parameters.transfer;
    let (draws, purpose) = if posted {
        (p.open_draws, Purpose::OpenLicence)
    } else {
        (p.draws, Purpose::Search)
    };
    let draws = math::clamp(draws, 1.0, f64::from(u8::MAX)) as u16;
    let offers = if posted { &t.on_post } else { &t.offers };
    t.searches.open(offers, draws);
    let scope = Scope {
        reach: ctx.seen.transfer.reach,
        focus: p.field_focus,
        tries: p.tries as u32,
    };
    let key = (ctx.key, ctx.q() as u32, purpose);
    t.searches.carry_out(&t.addresses, &scope, key);
    let draws = usize::from(draws);
    let (found, partners) = (&t.searches.found, &t.partners);
    let order = bargain::value_of_order(true, ctx.world.price, p);
    t.fits
        .value(offers, draws, found, &partners.rows, order, ctx);
    choose(t, ctx, draws, order, posted);
    propose(t, state, ctx, posted);
}

/// Of the firms that a lot came upon, the one of the highest value takes it, if that is above
/// the price asked; `order` is the worth of obliging \[mn\].
fn choose(t: &mut TransferState, ctx: &Context, draws: usize, order: f64, posted: bool) {
    let p = &ctx.parameters.transfer;
    let asks = Asks::of(posted, ctx);
    let stake_from = p.equity_value * ctx.world.price;
    let searches = &t.searches.found;
    let offers = if posted { &t.on_post } else { &t.offers };
    t.matches.resize(offers.lots.len(), Match::NONE);
    let mut n = 0;
    for (k, lot) in (0..).zip(&offers.lots) {
        let best = t.fits.best(k as usize * draws, draws);
        let offer = &offers.all[lot.offer as usize];
        let stake = !posted & (best.usage >= math::max(best.value, stake_from));
        let reserve = asks.reserve(offer, stake);
        let agreed = if posted {
            let asked = bargain::posted_price(offer.seen, reserve, p);
            (best.value > asked).then_some(asked)
        } else {
            bargain::bargain(best.value, reserve, p.bargaining)
        };
        // whether they agree is for chance to decide: no branch foretells it
        t.matches[n] = Match {
            lot: k,
            firm: searches[best.search],
            motive: Motive::Use,
            stake,
            usage: best.usage,
            price: agreed.unwrap_or(0.0),
            reserve,
        };
        n += usize::from(agreed.is_some());
    }
    t.matches.truncate(n);
    for found in &mut t.matches {
        let firm = t.partners.rows[found.firm as usize];
        found.motive = bargain::motive(&Values {
            usage: found.usage,
            certificate: firm.certificate(),
            order: if firm.friendly() { order } else { 0.0 },
        });
    }
}

/// Matches become proposals where the two find a contract.
fn propose(t: &mut TransferState, state: &State, ctx: &Context, posted: bool) {
    let p = &ctx.parameters.transfer;
    let licensing = &ctx.seen.licensing;
    let offers = if posted { &t.on_post } else { &t.offers };
    t.draws.fill(&t.matches, offers, ctx);
    // short, so that looking up one firm does not wait for another
    let cash = |found: &Match| state.firms.cash[found.firm as usize];
    t.draws.cash.clear();
    t.draws.cash.extend(t.matches.iter().map(cash));
    let uniforms = t.draws.order.iter().zip(&t.draws.like);
    for ((found, &cash), (&order, &like)) in t.matches.iter().zip(&t.draws.cash).zip(uniforms) {
        let lot = &offers.lots[found.lot as usize];
        let offer = &offers.all[lot.offer as usize];
        let budget = p.fee_cash * math::max(0.0, cash);
        let contract = if posted {
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
        t.proposals.extend(contract.map(|(kind, fee)| Proposal {
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

impl Draws {
    /// Draws for each match, keyed by invention and lot.
    fn fill(&mut self, matches: &[Match], offers: &Offers, ctx: &Context) {
        self.invention.clear();
        self.lot.clear();
        for found in matches {
            let lot = &offers.lots[found.lot as usize];
            self.invention.push(offers.all[lot.offer as usize].id);
            self.lot.push(lot.number);
        }
        self.order.resize(matches.len(), 0.0);
        self.like.resize(matches.len(), 0.0);
        let quarter = ctx.q() as u32;
        fill_pairs(
            ctx.key,
            quarter,
            &self.invention,
            &self.lot,
            &mut self.order,
            &mut self.like,
        );
    }
}
