//! Which agents are split in two?

use super::SEGMENTS;
use super::leave::Sums;
use super::rules::is_split;
use crate::base::select;
use crate::model::context::Context;
use crate::model::firms::{Firm, Firms, Segment};
use crate::model::population::{SPLIT_BITS, split_id};
use crate::model::state::State;

/// Splits each agent that carries too much of its segment into two of half the weight; one keeps
/// the id and its draws, the other draws for itself from the next quarter on. A half that is
/// still too heavy waits for that quarter.
pub(super) fn split(state: &mut State, sums: &Sums, ctx: &Context) {
    let p = &ctx.parameters.entry;
    state.entry.split.clear();
    let Sums { weight, sales } = sums;
    // entrants stand for more firms as the pool grows, and so may any agent
    let mut limit = [f64::MAX; SEGMENTS];
    for s in 0..SEGMENTS {
        if weight[s] > 0.0 {
            limit[s] = p.split_threshold * sales[s] / weight[s] * state.entry.trend[s] / ctx.scale;
        }
    }
    let mut heavy = std::mem::take(&mut state.entry.heavy);
    let (firms, n) = (&state.firms, state.firms.len());
    let rooms = ctx.crew.rooms(n, &mut state.entry.burdens);
    let parts = (0..n, ctx.crew.rooms(n, &mut heavy), rooms);
    ctx.crew.walk(parts, |(rows, mut room, mut burdens)| {
        let (heavy, burdens) = (room.own(), burdens.own());
        select::list(rows.len(), heavy, |from, flags| {
            // in most strips nobody has come to carry too much
            if burdens.exceed(&limit, from..from + flags.len()) {
                find_heavy(firms, rows.start + from, &limit, flags);
            } else {
                flags.fill(false);
            }
        });
        for row in heavy {
            *row += rows.start as u32;
        }
    });
    for &row in heavy[..ctx.crew.blocks(n)].iter().flatten() {
        let i = row as usize;
        let j = halve(state, i);
        state.entry.split.push((i, j));
        state.entry.tally.splits += 1.0;
        state.entry.tally.living_agents += 1.0;
    }
    state.entry.heavy = heavy;
}

crate::dispatched! {
    /// Flags agents from row `from` on that are split: those above the limit of their segment
    /// whose line may go on.
    fn find_heavy(firms: &Firms, from: usize, limit: &[f64; SEGMENTS], flags: &mut [bool]) {
        let n = flags.len();
        let (weight, sales) = (&firms.weight[from..][..n], &firms.sales[from..][..n]);
        let (alive, segment) = (&firms.alive[from..][..n], &firms.segment[from..][..n]);
        let splits = &firms.splits[from..][..n];
        for k in 0..n {
            let small = if segment[k] == Segment::Small { limit[2] } else { limit[1] };
            let limit = if segment[k] == Segment::Industry { limit[0] } else { small };
            let heavy = is_split(weight[k], sales[k], limit);
            flags[k] = heavy & alive[k] & (splits[k] < SPLIT_BITS);
        }
    }
}

/// Makes two agents of half the weight of agent `i`, and gives the row of the new one; what else
/// refers to the line stays with the one that keeps the id.
pub fn halve(state: &mut State, i: usize) -> usize {
    let firms = &mut state.firms;
    let id = split_id(firms.id[i], firms.splits[i]);
    firms.weight[i] *= 0.5;
    firms.splits[i] += 1;
    let other = Firm { id, ..firms.row(i) };
    let j = super::place(state, other);
    let State {
        innovation,
        firms,
        patents,
        transfer,
        funnel,
        ..
    } = state;
    innovation.inherit(firms, i, j);
    patents.inherit(firms, i, j);
    transfer.inherit(firms, i, j);
    funnel.inherit(firms, i, j);
    j
}
