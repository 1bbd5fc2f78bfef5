//! One quarter, in order:
//!
//!  1. policy and knowledge    2. world    3. people    4. public money    5. universities
//!  6. demand    7. firms' R&D    8. transfer    9. funnel    10. innovation, entry, exit
//! 11. settlement    12. observe

use super::context::Context;
use super::state::State;
use super::{
    buyers, claims, contract_research, demand, entry, finance, funnel, innovation, openness,
    patents, people, platforms, policy_knowledge, programmes, registers, registration, research,
    settlement, transfer, universities,
};

/// Runs one quarter.
pub fn step(state: &mut State, ctx: &Context) {
    state.books.open();
    // 1. Policy and knowledge: who has learnt of what.
    policy_knowledge::learn(state, ctx);
    // 2. World: frontier, inflow, inputs, shocks.
    openness::turn(state, ctx);
    // 3. People: graduates, leavers, wages by field.
    people::clear_market(state, ctx);
    // 4. Public money: calls, proposals, awards, appropriations.
    programmes::call_and_award(state, ctx);
    // 5. Universities: time use, inventions, disclosure, contract research.
    universities::work(state, ctx);
    contract_research::trade(state, ctx);
    // 6. Demand: shares, sales, profit, needs.
    demand::sell(state, ctx);
    // 7. Firms' R&D: claims, desired R&D, loans, actual R&D, registers.
    claims::decide(state, ctx);
    research::plan(state, ctx);
    finance::lend(state, ctx);
    research::spend(state, ctx);
    registers::certify(state, ctx);
    // 8. Transfer: cases, search, bargains, registration.
    transfer::deal(state, ctx);
    registration::register(state, ctx);
    // 9. Funnel: stages, platforms, buyers.
    platforms::serve(state, ctx);
    funnel::advance(state, ctx);
    buyers::adopt(state, ctx);
    // 10. Innovation: successes, imitation, filing, examination, entry, exit.
    innovation::succeed_and_imitate(state, ctx);
    patents::file_and_examine(state, ctx);
    finance::repay_and_default(state, ctx);
    entry::enter_and_leave(state, ctx);
    // 11. Settlement on its dates; public money promised over the quarter is paid.
    settlement::settle(state, ctx);
    programmes::pay(state, ctx);
    people::pay(state, ctx);
    openness::pay(state, ctx);
}
