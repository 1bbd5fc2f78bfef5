//! Answers what firms spend on R&D and what knowledge it leaves.

use super::{ResearchParameters, absorptive_capacity};
use crate::base::columns::Lent;
use crate::base::math;
use crate::base::strip::{self, Sum};
use crate::model::books::{Account, Instrument};
use crate::model::context::Context;
use crate::model::firms::{FIELDS, Firms};
use crate::model::state::State;
use std::ops::Range;

/// Years a quarter lasts.
const QUARTER: f64 = 1.0 / 4.0; // derived: quarters a year

/// Spends: R&D moves towards what is wanted and can be paid; knowledge and absorptive capacity
/// follow; the cost is booked.
pub fn spend(state: &mut State, ctx: &Context) {
    let prices = state.people.rd_price.map(|price| price * ctx.world.price);
    let spend = |mut firms| spend_block(&mut firms, &prices, ctx);
    let booked = ctx.crew.walk(state.firms.lend(), spend);
    state.books.pay(
        Account::Firms,
        Account::Households,
        Instrument::ResearchCost,
        booked.total(),
    );
}

/// Spending of a block of firms at these prices of R&D by field; gives what the represented firms
/// pay \[mn\].
fn spend_block(firms: &mut Firms<Lent>, prices: &[f64; FIELDS], ctx: &Context) -> Sum {
    let n = firms.len();
    let (mut price, mut cost) = ([0.0; strip::ROWS], [0.0; strip::ROWS]);
    let mut booked = Sum::default();
    for from in (0..n).step_by(strip::ROWS) {
        let rows = from..usize::min(from + strip::ROWS, n);
        strip::look_up(prices, &firms.field[rows.clone()], &mut price);
        stop(
            firms,
            rows.clone(),
            ctx.parameters.research.stop_quarters as u8,
        );
        let cost = &mut cost[..rows.len()];
        adjust_and_learn(
            firms,
            rows,
            &price,
            ctx.world.price,
            ctx.parameters.tax.depreciation,
            &ctx.parameters.research,
            cost,
        );
        booked.add(cost);
    }
    booked
}

/// Ends the R&D of firms whose surplus was too small for `limit` quarters.
fn stop(firms: &mut Firms<Lent>, rows: Range<usize>, limit: u8) {
    // in most strips nobody is near
    let longest = firms.quarters_under[rows.clone()]
        .iter()
        .fold(0, |a, &b| u8::max(a, b));
    if longest < limit {
        return;
    }
    for i in rows {
        if firms.quarters_under[i] >= limit && firms.rd[i] > 0.0 && firms.alive[i] {
            firms.rd[i] = 0.0;
            firms.claims[i] = false;
            firms.relabelled[i] = 0.0;
            firms.quarters_under[i] = 0;
            firms.rd_desired[i] = 0.0;
        }
    }
}

/// R&D a quarter on \[mn/yr\]: a part `speed` of the way to what is wanted and can be paid.
///
/// Example: does 4, wants 10, can pay 8, speed 0.25: 5.
#[inline(always)]
fn adjusted(rd: f64, wanted: f64, liquidity: f64, speed: f64) -> f64 {
    let target = math::min(wanted, math::max(liquidity, 0.0));
    rd + speed * (target - rd)
}

crate::dispatched! {
    /// Moves R&D, knowledge and absorptive capacity of firms in business and takes the cost of a
    /// quarter from their cash; `price` is that of R&D by row, `cost` what the represented firms
    /// pay \[mn\].
    fn adjust_and_learn(
        firms: &mut Firms<Lent>,
        rows: Range<usize>,
        price: &[f64; strip::ROWS],
        price_level: f64,
        depreciation: f64,
        p: &ResearchParameters,
        cost: &mut [f64],
    ) {
        let n = cost.len().min(strip::ROWS);
        let at = rows.start..rows.start + n;
        let (alive, weight) = (&firms.alive[at.clone()], &firms.weight[at.clone()]);
        let (wanted, liquidity) = (&firms.rd_desired[at.clone()], &firms.liquidity[at.clone()]);
        let (sales, rd) = (&firms.sales[at.clone()], &mut firms.rd[at.clone()]);
        let (knowledge, absorptive) =
            (&mut firms.knowledge[at.clone()], &mut firms.absorptive[at.clone()]);
        let (cash, this_year) = (&mut firms.cash[at.clone()], &mut firms.rd_this_year[at]);
        let kept = 1.0 - depreciation * QUARTER;
        for k in 0..n {
            let does = alive[k] & (rd[k] > 0.0);
            let moved = adjusted(rd[k], wanted[k], liquidity[k], p.adjustment);
            let spent = if does { moved } else { rd[k] };
            let paid = spent * QUARTER;
            let stock = kept * knowledge[k] + paid / price[k];
            let capacity = absorptive_capacity(stock, sales[k] / price_level, p.absorptive_half);
            rd[k] = spent;
            knowledge[k] = if alive[k] { stock } else { knowledge[k] };
            absorptive[k] = if alive[k] { capacity } else { absorptive[k] };
            cash[k] -= if alive[k] { paid } else { 0.0 };
            this_year[k] += if alive[k] { paid } else { 0.0 };
            cost[k] = if alive[k] { weight[k] * paid } else { 0.0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn research_moves_a_part_of_the_way() {
        assert_eq!(adjusted(4.0, 10.0, 8.0, 0.25), 5.0);
        assert_eq!(adjusted(4.0, 6.0, 8.0, 0.25), 4.5);
        // who can pay nothing runs down
        assert_eq!(adjusted(4.0, 6.0, -1.0, 0.25), 3.0);
    }
}
