//! Does a large population, walked in blocks by several threads, come to the same bits?

use crate::pairing::economy;
use leverlab::base::blocks::Crew;
use leverlab::base::rng::Key;
use leverlab::base::time::Quarter;
use leverlab::engine::RunId;
use leverlab::model::context::Context;
use leverlab::model::observe;
use leverlab::model::population::is_entrant;
use leverlab::model::quarter;
use leverlab::model::state::State;
use leverlab::model::world::WARM_UP;
use std::collections::BTreeSet;

/// Readings of 2013 to 2017 and the state at their end, walked by `crew`.
fn walked(crew: Crew) -> (String, State) {
    let economy = economy(0.002, "2025Q1", "2035Q4");
    let run = RunId { draw: 0, run: 0 };
    let key = Key {
        seed: economy.seed(),
        run: 0,
    };
    let parameters = economy.parameters(run.draw);
    let mut state = State::default();
    economy.found(run, &parameters, &mut state);
    let policy = economy.policy(0);
    let (mut now, mut readings) = (WARM_UP, String::new());
    while now <= Quarter::new(2017, 4) {
        let ctx = Context {
            crew,
            ..economy.context(key, now, &parameters, policy, policy.at(now))
        };
        quarter::step(&mut state, &ctx);
        readings += &format!("{:?}\n", observe::read(&state, &ctx));
        now = now.next();
    }
    (readings, state)
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let small = Crew::ALONE.with_rows(256);
    let (readings, state) = walked(small);
    let blocks = small.blocks(state.firms.len());
    assert!(blocks > 3, "{blocks} blocks test nothing");
    let u = &state.universities;
    let finer = [
        // drawers of the store, blocks of units and of what they invent in a quarter
        small.coarser(4).blocks(u.inventions.len()),
        small.finer(32).blocks(u.units.len()),
        small.finer(4).blocks(u.fresh.len()),
        // blocks of firms that buy research
        small.coarser(4).blocks(state.firms.len()),
    ];
    assert!(finer.iter().all(|&blocks| blocks > 1), "{finer:?} blocks");
    let portfolios = state.funnel.portfolios.iter();
    let with_projects = portfolios.filter(|own| own.projects.iter().any(|turn| !turn.is_empty()));
    assert!(with_projects.count() > 3, "projects stand in few blocks");
    let newcomers = (0..state.firms.len()).filter(|&i| is_entrant(state.firms.id[i]));
    let entered: BTreeSet<usize> = newcomers.map(|i| small.place_of(i).0).collect();
    assert!(
        entered.len() > 3,
        "founders came into {} blocks",
        entered.len()
    );
    for threads in 1..=3 {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().expect("threads");
        let (others, other) = walked(Crew::of(&pool).with_rows(256));
        assert!(others == readings, "readings with {threads} threads");
        assert!(other == state, "the state with {threads} threads");
    }
}

#[test]
fn blocks_move_no_more_than_the_last_bits() {
    let (_, one) = walked(Crew::ALONE);
    let (_, many) = walked(Crew::ALONE.with_rows(256));
    let total = |state: &State| state.firms.total(&state.firms.sales);
    let (one, many) = (total(&one), total(&many));
    assert!((one - many).abs() < 1e-6 * one, "{one} {many}");
}
