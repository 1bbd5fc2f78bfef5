//! One quarter, in order:
//!
//!  1. policy and knowledge    2. world    3. people    4. public money    5. universities
//!  6. demand    7. firms' R&D    8. transfer    9. funnel    10. innovation, entry, exit
//! 11. settlement    12. observe

use super::context::Context;
use super::state::State;
use super::{
    approval, buyers, claims, contract_research, demand, entry, finance, funnel, innovation,
    openness, patents, people, platforms, policy_knowledge, programmes, registers, registration,
    research, settlement, spin_offs, transfer, universities,
};

/// One process: what runs in a quarter, and its name in tables of time.
pub type Process = (&'static str, fn(&mut State, &Context));

/// Processes of a quarter, in order; observing (12) reads the state they leave.
pub const PROCESSES: &[Process] = &[
    // 1. Policy and knowledge: who has learnt of what.
    ("policy_knowledge", policy_knowledge::learn),
    // 2. World: frontier, inflow, inputs, shocks.
    ("openness", openness::turn),
    // 3. People: graduates, leavers, wages by field.
    ("people", people::clear_market),
    // 4. Public money: calls, proposals, awards, appropriations.
    ("programmes", programmes::call_and_award),
    // 5. Universities: time use, inventions, disclosure, contract research.
    ("universities", universities::work),
    ("contract_research", contract_research::trade),
    // 6. Demand: shares, sales, profit, needs.
    ("demand", demand::sell),
    // 7. Firms' R&D: claims, desired R&D, loans, actual R&D, registers.
    ("claims", claims::decide),
    ("research_plan", research::plan),
    ("finance_lend", finance::lend),
    ("research_spend", research::spend),
    ("registers", registers::certify),
    // 8. Transfer: cases, search, bargains, registration, firms of inventors.
    ("transfer", transfer::deal),
    ("registration", registration::register),
    ("spin_offs", spin_offs::found),
    // 9. Funnel: new projects, platforms, stages, approvals, buyers.
    ("funnel_enter", funnel::enter),
    ("platforms", platforms::serve),
    ("funnel", funnel::advance),
    ("approval", approval::supervise),
    ("buyers", buyers::adopt),
    // 10. Innovation: successes, imitation, filing, examination, entry, exit.
    ("innovation", innovation::succeed_and_imitate),
    ("patents", patents::file_and_examine),
    ("finance_repay", finance::repay_and_default),
    ("entry", entry::enter_and_leave),
    // 11. Settlement on its dates; public money promised over the quarter is paid.
    ("settlement", settlement::settle),
    ("programmes_pay", programmes::pay),
    ("people_pay", people::pay),
    ("openness_pay", openness::pay),
];

/// Runs one quarter.
pub fn step(state: &mut State, ctx: &Context) {
    state.books.open();
    for (_, process) in PROCESSES {
        process(state, ctx);
    }
}
