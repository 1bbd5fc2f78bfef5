//! Runs the quarter's market: every case that is worked looks for partners, and firms with
//! the highest values propose.

use super::bargain::{self, Terms};
use super::fits::Best;
use super::offers::{Asks, Offers};
use super::search::Scope;
use super::{DealKind, Motive, Proposal, TransferState};
use crate::base::rng::{Key, Purpose};
use crate::base::{math, strip};
use crate::model::context::Context;
use crate::model::state::State;
use crate::model::universities::Universities;

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
    /// Price agreed and reserve price \[mn\].
    price: f64,
    reserve: f64,
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

/// Cases worked and posted, and the proposals they bring.
pub(super) fn gather(t: &mut TransferState, state: &mut State, ctx: &Context) {
    let open = ctx.seen.licensing.open_licence;
    t.proposals.clear();
    t.posting.pick(&state.universities, open, &mut t.posted);
    t.offers.draw_up(&t.posted, state, ctx);
    seek(t, state, ctx, true);
    pick_worked(t, &mut state.universities, open);
    t.tally.cases = t.worked.iter().map(|pick| pick.1).sum();
    t.offers.draw_up(&t.worked, state, ctx);
    seek(t, state, ctx, false);
}

/// Takes the cases that each unit works off its shelf, best priority first.
fn pick_worked(t: &mut TransferState, u: &mut Universities, open: f64) {
    let v = &u.inventions;
    t.worked.clear();
    for (shelf, &capacity) in u.shelf.iter_mut().zip(&t.capacity) {
        let mut left = capacity;
        t.fallen.clear();
        while left > 0.0 {
            let Some(case) = shelf.take() else {
                break;
            };
            let row = case.invention as usize;
            if v.id[row] != case.id || v.shelf[row] <= 0.0 {
                continue;
            }
            if bargain::posted(v.post_rank[row], open) {
                t.fallen.push(case);
                continue;
            }
            let worked = math::min(left, v.shelf[row]);
            left -= worked;
            t.worked.push((case.invention, worked));
        }
        // posted ones stay where they are
        shelf.put(&mut t.fallen);
    }
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
    t.searches.open(&t.offers, draws);
    let scope = Scope {
        reach: ctx.seen.transfer.reach,
        focus: p.field_focus,
        tries: p.tries as u32,
    };
    let key = (ctx.key, ctx.q() as u32, purpose);
    t.searches.carry_out(&t.addresses, &scope, key);
    let draws = usize::from(draws);
    let (found, partners) = (&t.searches.found, &t.partners);
    t.fits.value(&t.offers, draws, found, &partners.rows, ctx);
    choose(t, ctx, draws, posted);
    propose(t, state, ctx, posted);
}

/// Of the firms that a lot came upon, the one of the highest value takes it, if that is above
/// the price asked.
fn choose(t: &mut TransferState, ctx: &Context, draws: usize, posted: bool) {
    let p = &ctx.parameters.transfer;
    let asks = Asks::of(posted, ctx);
    let stake_from = p.equity_value * ctx.world.price;
    let obliging = bargain::value_of_order(true, ctx.world.price, p);
    let rows = &t.partners.rows;
    t.matches.clear();
    for (k, found) in t.searches.found.chunks(draws).enumerate() {
        let Some(Best { firm, values }) = t.fits.best(k * draws, found, rows, obliging) else {
            continue;
        };
        let (motive, value) = bargain::motive(&values);
        let offer = &t.offers.all[t.offers.lots[k].offer as usize];
        let stake = !posted && motive == Motive::Use && value >= stake_from;
        let reserve = asks.reserve(offer, stake);
        let agreed = if posted {
            let asked = bargain::posted_price(offer.seen, reserve, p);
            (value > asked).then_some(asked)
        } else {
            bargain::bargain(value, reserve, p.bargaining)
        };
        t.matches.extend(agreed.map(|price| Match {
            lot: k as u32,
            firm,
            motive,
            stake,
            price,
            reserve,
        }));
    }
}

/// Matches become proposals where the two find a contract.
fn propose(t: &mut TransferState, state: &State, ctx: &Context, posted: bool) {
    let p = &ctx.parameters.transfer;
    let licensing = &ctx.seen.licensing;
    t.draws.fill(&t.matches, &t.offers, ctx);
    let uniforms = t.draws.order.iter().zip(&t.draws.like);
    for (found, (&order, &like)) in t.matches.iter().zip(uniforms) {
        let lot = &t.offers.lots[found.lot as usize];
        let offer = &t.offers.all[lot.offer as usize];
        let budget = p.fee_cash * math::max(0.0, state.firms.cash[found.firm as usize]);
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
