//! Who asks for how much this quarter, and who thinks over whom to ask?
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::choice::{Occasion, forgotten, wanted_share};
use super::requests::Requests;
use super::search::{STRIP, fill_ties};
use crate::base::columns::Lent;
use crate::base::room::have_room;
use crate::base::strip::{ROWS, gather};
use crate::base::{math, select};
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::tax::gift::after_displacement;
use std::ops::Range;

/// What the wishes of all firms rest on this quarter.
pub(super) struct Terms {
    /// Share of its R&D that a firm wants to buy, by tie and need.
    shares: [[f64; 2]; 2],
    /// Wish that a yuan given displaces.
    displacement: f64,
}

impl Terms {
    /// Those where firms posed a share `posed` of public project topics.
    pub(super) fn of(posed: f64, ctx: &Context) -> Self {
        let p = &ctx.parameters.contract_research;
        let share = |tie, need| wanted_share(Occasion { tie, need, posed }, p);
        Self {
            shares: [false, true].map(|tie| [false, true].map(|need| share(tie, need))),
            displacement: ctx.parameters.tax.gift_displacement,
        }
    }
}

/// Firms that think over whom to ask and ask while what is read of them is at hand.
const CROWD: usize = 8 * ROWS; // derived: a column of it is half of a first-level cache

/// Lets firms whose turn it is lose their partner or look for another, and notes what each firm
/// asks of whom; `searching` are the requests that look for a unit.
pub(super) fn draw_up(
    firms: &mut Firms<Lent>,
    terms: &Terms,
    requests: &mut Requests,
    searching: &mut Vec<u32>,
    ctx: &Context,
) {
    requests.clear();
    requests.make_room(firms.len());
    searching.clear();
    have_room(searching, firms.len());
    let mut think = [false; CROWD];
    for from in (0..firms.len()).step_by(CROWD) {
        let crowd = from..usize::min(from + CROWD, firms.len());
        think_over(firms, crowd.clone(), &mut think, ctx);
        let before = requests.len();
        wish(firms, crowd, terms, requests);
        look(requests, before, from, &think, searching);
    }
    requests.set_means(ctx.world.price, &ctx.parameters.contract_research);
}

/// Once a year a firm of a crowd may have lost its partner, or thinks of others; flags the latter.
fn think_over(
    firms: &mut Firms<Lent>,
    crowd: Range<usize>,
    think: &mut [bool; CROWD],
    ctx: &Context,
) {
    let p = &ctx.parameters.contract_research;
    let turn = ctx.q().rem_euclid(4) as u32; // derived: quarters a year
    let mut rows = [0; CROWD + select::SLACK];
    let flags = &mut think[..crowd.len()];
    find_turn(firms, crowd.start, turn, flags);
    let count = select::put(flags, crowd.start, &mut rows);
    let lost = forgotten(p.forget);
    let mut ids = [0; STRIP];
    let [mut stay, mut lose] = [[0.0; STRIP]; 2];
    for rows in rows[..count].chunks(STRIP) {
        gather(firms.id, rows, &mut ids);
        fill_ties(ctx.key, &ids, ctx.q() as u32, &mut stay, &mut lose);
        for (k, &row) in rows.iter().enumerate() {
            let partner = &mut firms.partner[row as usize];
            *partner = if lose[k] < lost { 0 } else { *partner };
            think[row as usize - crowd.start] = stay[k] >= p.loyalty;
        }
    }
}

/// Notes who of a crowd asks for how much.
fn wish(firms: &Firms<Lent>, crowd: Range<usize>, terms: &Terms, requests: &mut Requests) {
    let (mut amount, mut flags) = ([0.0; ROWS], [false; ROWS]);
    let mut rows = [0; ROWS + select::SLACK];
    // who asks is taken on while what was read of a strip is at hand
    for from in crowd.clone().step_by(ROWS) {
        let n = usize::min(ROWS, crowd.end - from);
        ask(firms, from, terms, &mut amount[..n], &mut flags[..n]);
        let count = select::put(&flags[..n], from, &mut rows);
        requests.take_on(firms, &rows[..count], from, &amount);
    }
}

/// Lists the requests from number `first` on, of a crowd from row `from` on, that look for a unit:
/// those of firms that think of others or have no partner.
fn look(
    requests: &Requests,
    first: usize,
    from: usize,
    think: &[bool; CROWD],
    searching: &mut Vec<u32>,
) {
    let (firms, units) = (&requests.firm[first..], &requests.unit[first..]);
    let mut count = searching.len();
    searching.resize(count + firms.len(), 0);
    for (at, (&firm, &unit)) in (first as u32..).zip(firms.iter().zip(units)) {
        // every place is written and the next one overwrites it unless it counts
        searching[count] = at;
        count += usize::from(think[firm as usize - from] | (unit == NO_UNIT));
    }
    searching.truncate(count);
}

/// Unit of a request of a firm without partner.
const NO_UNIT: u32 = u32::MAX;

crate::dispatched! {
    /// Flags firms from row `from` on that do R&D and whose quarter of the year is `turn`.
    fn find_turn(firms: &Firms<Lent>, from: usize, turn: u32, flags: &mut [bool]) {
        let n = flags.len();
        let (id, alive) = (&firms.id[from..][..n], &firms.alive[from..][..n]);
        let rd = &firms.rd[from..][..n];
        for k in 0..n {
            flags[k] = alive[k] & (rd[k] > 0.0) & (id[k] % 4 == turn); // derived: quarters a year
        }
    }
}

/// What a firm asks for: what it wants less what its gift displaces, as far as its cash goes.
///
/// Example: wants 0.07 of R&D of 10, gives 1, a fifth of it displaces, cash 2: 0.5.
#[inline(always)]
pub(super) fn asked_for(share: f64, rd: f64, gift: f64, displacement: f64, cash: f64) -> f64 {
    // a firm without cash signs nothing
    let cash = math::max(cash, 0.0) * 4.0; // derived: yearly rate of one quarter
    math::min(after_displacement(share * rd, gift, displacement), cash)
}

crate::dispatched! {
    /// What firms from row `from` on ask for, and who asks at all.
    fn ask(firms: &Firms<Lent>, from: usize, terms: &Terms, amount: &mut [f64], flags: &mut [bool]) {
        let n = flags.len();
        let (alive, rd) = (&firms.alive[from..][..n], &firms.rd[from..][..n]);
        let (partner, need) = (&firms.partner[from..][..n], &firms.need[from..][..n]);
        let (gift, joint) = (&firms.gift[from..][..n], &firms.joint[from..][..n]);
        let (cash, amount) = (&firms.cash[from..][..n], &mut amount[..n]);
        let [[neither, need_only], [tie_only, both]] = terms.shares;
        for k in 0..n {
            // a gift or a joint project makes an acquaintance
            let tie = (partner[k] > 0) | (gift[k] > 0.0) | (joint[k] > 0.0);
            let stranger = if need[k] { need_only } else { neither };
            let known = if need[k] { both } else { tie_only };
            let share = if tie { known } else { stranger };
            amount[k] = asked_for(share, rd[k], gift[k], terms.displacement, cash[k]);
        }
        for k in 0..n {
            flags[k] = alive[k] & (rd[k] > 0.0) & (amount[k] > 0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_end_with_cash() {
        let asked = |cash| asked_for(0.07, 10.0, 1.0, 0.2, cash);
        assert!((asked(2.0) - 0.5).abs() < 1e-12);
        assert!((asked(0.1) - 0.4).abs() < 1e-12);
        assert_eq!(asked(-1.0), 0.0);
    }
}
