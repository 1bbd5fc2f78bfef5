//! Where on its unit's shelf does a case stand that was worked in vain?

use super::desks::Desks;
use super::offers::{Offer, Pick};
use super::{DealKind, TransferState};
use crate::base::math;
use crate::base::room::have_room;
use crate::model::context::Context;
use crate::model::state::State;
use crate::model::universities::{Case, Inventions, Shelf, of_units, priority};

/// Cases of a block of units on their way back to the shelf.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Return {
    /// What is left of worked inventions, and how often they were tried so far.
    left: Vec<f64>,
    tried: Vec<f64>,
    /// Rows of those that fall back, and how often they were tried now.
    fallen: Vec<(u32, f64)>,
    /// Scratch of one unit's cases.
    cases: Vec<Case>,
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
    let (crew, n) = (of_units(ctx.crew), u.shelf.len());
    let parts = (0..n, &mut u.shelf[..], crew.rooms(n, &mut t.desks));
    let (offers, inventions) = (&t.offers.all[..], &*v);
    crew.walk(parts, |(units, shelf, mut room)| {
        let Desks { worked, back, .. } = room.own();
        let before = offers.partition_point(|offer| (offer.unit as usize) < units.start);
        let offers = &offers[before..before + worked.len()];
        back.make_room(worked.capacity());
        back.put(offers, worked, shelf, units.start, inventions, ctx);
    });
    for desks in &t.desks[..crew.blocks(n)] {
        for &(row, tried) in &desks.back.fallen {
            v.tried[row as usize] = tried;
        }
    }
}

impl Return {
    /// Has room for as many cases as may be worked.
    fn make_room(&mut self, n: usize) {
        have_room(&mut self.left, n);
        have_room(&mut self.tried, n);
        have_room(&mut self.fallen, n);
    }

    /// Puts what is left of the cases `worked` by units from `first` on back on their shelves.
    fn put(
        &mut self,
        offers: &[Offer],
        worked: &[Pick],
        shelf: &mut [Shelf],
        first: usize,
        v: &Inventions,
        ctx: &Context,
    ) {
        let (p, q) = (&ctx.parameters.universities, &ctx.parameters.transfer);
        // short, so that looking up one invention does not wait for another
        let rows = || worked.iter().map(|pick| pick.row as usize);
        self.left.clear();
        self.left.extend(rows().map(|row| v.shelf[row]));
        self.tried.clear();
        self.tried.extend(rows().map(|row| v.tried[row]));
        self.fallen.clear();
        let looked_up = self.left.iter().zip(&self.tried);
        // entries of one unit stand together
        let shares = offers.iter().zip(worked).zip(looked_up);
        let mut worked = shares.peekable();
        while let Some(&((next, _), _)) = worked.peek() {
            let unit = next.unit;
            self.cases.clear();
            while let Some(((offer, pick), (&left, &tried))) =
                worked.next_if(|((offer, _), _)| offer.unit == unit)
            {
                if left <= 0.0 {
                    continue;
                }
                let tried = math::max(0.0, tried + pick.mass / left);
                self.fallen.push((pick.row, tried));
                self.cases.push(Case {
                    priority: priority(offer.log_seen, offer.disclosed, tried, p, q),
                    id: offer.id,
                    invention: pick.row,
                });
            }
            shelf[unit as usize - first].put(&self.cases);
        }
    }
}
