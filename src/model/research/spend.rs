//! Answers what firms spend on R&D and what knowledge it leaves.

use super::absorptive_capacity;
use crate::base::math;
use crate::model::books::{Account, Instrument};
use crate::model::context::Context;
use crate::model::state::State;

/// Spends: R&D moves towards what is wanted and can be paid; knowledge and absorptive capacity
/// follow; the cost is booked.
pub fn spend(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.research;
    let depreciation = ctx.parameters.tax.depreciation;
    let quarter = 1.0 / 4.0; // derived: quarters a year
    let firms = &mut state.firms;
    let mut booked = [0.0; 8];
    let stop = p.stop_quarters as u8;
    for i in 0..firms.len() {
        if !firms.alive[i] {
            continue;
        }
        let mut rd = firms.rd[i];
        if rd > 0.0 {
            if firms.quarters_under[i] >= stop {
                rd = 0.0;
                firms.claims[i] = false;
                firms.relabelled[i] = 0.0;
                firms.quarters_under[i] = 0;
                firms.rd_desired[i] = 0.0;
            } else {
                let target = math::min(firms.rd_desired[i], math::max(firms.liquidity[i], 0.0));
                rd += p.adjustment * (target - rd);
            }
            firms.rd[i] = rd;
        }
        let volume =
            rd * quarter / (state.people.rd_price[firms.field[i] as usize] * ctx.world.price);
        let knowledge = (1.0 - depreciation * quarter) * firms.knowledge[i] + volume;
        firms.knowledge[i] = knowledge;
        firms.absorptive[i] = absorptive_capacity(
            knowledge,
            firms.sales[i] / ctx.world.price,
            p.absorptive_half,
        );
        let paid = rd * quarter;
        firms.cash[i] -= paid;
        firms.rd_this_year[i] += paid;
        booked[i % 8] += firms.weight[i] * paid;
    }
    state.books.pay(
        Account::Firms,
        Account::Households,
        Instrument::ResearchCost,
        booked.iter().sum(),
    );
}
