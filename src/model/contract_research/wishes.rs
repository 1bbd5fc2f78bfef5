//! Who asks for how much this quarter, and who thinks over whom to ask?
#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::ContractResearchParameters;
use super::choice::{Occasion, forgotten, wanted_share};
use super::requests::Requests;
use super::search::{STRIP, fill_ties};
use crate::base::strip::{ROWS, gather};
use crate::base::{math, select};
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::tax::gift::after_displacement;

/// What the wishes of all firms rest on this quarter.
struct Terms {
    /// Share of its R&D that a firm wants to buy, by tie and need.
    shares: [[f64; 2]; 2],
    /// Wish that a yuan given displaces.
    displacement: f64,
}

/// Who asks for how much; memory is kept from quarter to quarter.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Wishes {
    /// Firms that do R&D and think over their tie this quarter.
    thinking: Vec<u32>,
}

impl Wishes {
    /// Lets firms whose turn it is lose their partner or look for another, and notes what each
    /// firm asks of whom; `searching` are the requests that look for a unit.
    pub(super) fn draw_up(
        &mut self,
        firms: &mut Firms,
        posed: f64,
        requests: &mut Requests,
        searching: &mut Vec<u32>,
        ctx: &Context,
    ) {
        let p = &ctx.parameters.contract_research;
        self.think_over(firms, p, ctx);
        let share = |tie, need| wanted_share(Occasion { tie, need, posed }, p);
        let terms = Terms {
            shares: [false, true].map(|tie| [false, true].map(|need| share(tie, need))),
            displacement: ctx.parameters.tax.gift_displacement,
        };
        requests.clear();
        let (mut amount, mut flags) = ([0.0; ROWS], [false; ROWS]);
        let mut rows = [0; ROWS + select::SLACK];
        // who asks is taken on while what was read of a strip is at hand
        for from in (0..firms.len()).step_by(ROWS) {
            let n = usize::min(ROWS, firms.len() - from);
            ask(firms, from, &terms, &mut amount[..n], &mut flags[..n]);
            let count = select::put(&flags[..n], from, &mut rows);
            requests.take_on(firms, &rows[..count], from, &amount);
        }
        requests.set_means(ctx.world.price, p);
        searching.clear();
        searching.resize(requests.firm.len() + 1, 0);
        // both lists are in the order of rows; most who think ask, and few firms are passed over
        let (mut count, mut thinkers) = (0, self.thinking.iter());
        let mut next = thinkers.next().copied();
        for (at, (&firm, &unit)) in (0..).zip(requests.firm.iter().zip(&requests.unit)) {
            while next.is_some_and(|next| next < firm) {
                next = thinkers.next().copied();
            }
            // every place is written and the next one overwrites it unless it counts
            searching[count] = at;
            count += usize::from((next == Some(firm)) | (unit == NO_UNIT));
        }
        searching.truncate(count);
    }

    /// Once a year a firm may have lost its partner, or thinks of others; lists the latter.
    fn think_over(&mut self, firms: &mut Firms, p: &ContractResearchParameters, ctx: &Context) {
        let turn = ctx.q().rem_euclid(4) as u32; // derived: quarters a year
        select::list(firms.len(), &mut self.thinking, |from, flags| {
            find_turn(firms, from, turn, flags);
        });
        let lost = forgotten(p.forget);
        let mut ids = [0; STRIP];
        let [mut stay, mut lose] = [[0.0; STRIP]; 2];
        let (mut kept, all) = (0, self.thinking.len());
        for from in (0..all).step_by(STRIP) {
            let n = usize::min(STRIP, all - from);
            gather(&firms.id, &self.thinking[from..from + n], &mut ids);
            fill_ties(ctx.key, &ids, ctx.q() as u32, &mut stay, &mut lose);
            for k in 0..n {
                let row = self.thinking[from + k];
                let partner = &mut firms.partner[row as usize];
                *partner = if lose[k] < lost { 0 } else { *partner };
                // every row is written and the next one overwrites it unless it counts
                self.thinking[kept] = row;
                kept += usize::from(stay[k] >= p.loyalty);
            }
        }
        self.thinking.truncate(kept);
    }
}

/// Unit of a request of a firm without partner.
const NO_UNIT: u32 = u32::MAX;

crate::dispatched! {
    /// Flags firms from row `from` on that do R&D and whose quarter of the year is `turn`.
    fn find_turn(firms: &Firms, from: usize, turn: u32, flags: &mut [bool]) {
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
    fn ask(firms: &Firms, from: usize, terms: &Terms, amount: &mut [f64], flags: &mut [bool]) {
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
