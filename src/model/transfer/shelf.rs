//! Where on its unit's shelf does a case stand that was worked in vain?

use super::{DealKind, TransferState};
use crate::base::math;
use crate::model::context::Context;
use crate::model::state::State;
use crate::model::universities::{Case, priority};

/// Cases worked without a deal fall back on their unit's shelf.
pub(super) fn reorder(t: &mut TransferState, state: &mut State, ctx: &Context) {
    let u = &mut state.universities;
    let v = &mut u.inventions;
    let (p, q) = (&ctx.parameters.universities, &ctx.parameters.transfer);
    // of what is left, the part that was worked in vain was tried once more
    for deal in &t.deals_this_quarter {
        let left = v.shelf[deal.invention];
        if deal.kind != DealKind::OpenLicence && left > 0.0 {
            v.tried[deal.invention] -= deal.mass / left;
        }
    }
    // entries of one unit stand together
    let shares = t.offers.all.iter().zip(&t.worked);
    let mut worked = shares.peekable();
    while let Some(&(first, _)) = worked.peek() {
        let unit = first.unit;
        t.fallen.clear();
        while let Some((offer, &(invention, mass))) =
            worked.next_if(|(offer, _)| offer.unit == unit)
        {
            let row = invention as usize;
            let left = v.shelf[row];
            if left <= 0.0 {
                continue;
            }
            let tried = math::max(0.0, v.tried[row] + mass / left);
            v.tried[row] = tried;
            t.fallen.push(Case {
                priority: priority(offer.log_seen, v.disclosed[row], tried, p, q),
                id: offer.id,
                invention,
            });
        }
        u.shelf[unit as usize].put(&mut t.fallen);
    }
}
