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
    // short, so that looking up one invention does not wait for another
    let [lefts, trieds] = &mut t.columns;
    let rows = || t.worked.iter().map(|pick| pick.row as usize);
    lefts.clear();
    lefts.extend(rows().map(|row| v.shelf[row]));
    trieds.clear();
    trieds.extend(rows().map(|row| v.tried[row]));
    let looked_up = lefts.iter().zip(&*trieds);
    // entries of one unit stand together
    let shares = t.offers.all.iter().zip(&t.worked).zip(looked_up);
    let mut worked = shares.peekable();
    while let Some(&((first, _), _)) = worked.peek() {
        let unit = first.unit;
        t.fallen.clear();
        while let Some(((offer, pick), (&left, &tried))) =
            worked.next_if(|((offer, _), _)| offer.unit == unit)
        {
            if left <= 0.0 {
                continue;
            }
            let tried = math::max(0.0, tried + pick.mass / left);
            v.tried[pick.row as usize] = tried;
            t.fallen.push(Case {
                priority: priority(offer.log_seen, offer.disclosed, tried, p, q),
                id: offer.id,
                invention: pick.row,
            });
        }
        u.shelf[unit as usize].put(&t.fallen);
    }
}
