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
