//! Does a large population, walked in blocks by several threads, come to the same bits?

use crate::pairing::economy;
use leverlab::base::blocks::{self, Crew};
use leverlab::base::rng::Key;
use leverlab::base::time::Quarter;
use leverlab::engine::RunId;
use leverlab::model::context::Context;
use leverlab::model::firms::{Firms, Segment};
use leverlab::model::observe;
use leverlab::model::population::{self, is_entrant};
use leverlab::model::quarter;
use leverlab::model::state::State;
use leverlab::model::world::WARM_UP;
use std::collections::BTreeSet;

const SCALE: f64 = 0.002;

/// Readings of 2013 to 2017 and the state at their end, walked by `crew`.
fn walked(crew: Crew) -> (String, State) {
    let economy = economy(SCALE, "2025Q1", "2035Q4");
    let run = RunId { draw: 0, run: 0 };
    let key = Key {
        seed: economy.seed(),
        run: 0,
    };
    let parameters = economy.parameters(run.draw);
    let mut state = State::default();
    economy.found(run, &parameters, &mut state, crew);
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

/// Firms of the start, by blocks of `rows`, and the real firms of each segment.
fn founded(rows: usize) -> (Firms, [(Segment, f64); 3]) {
    let economy = economy(SCALE, "2025Q1", "2035Q4");
    let parameters = economy.parameters(0);
    let (p, policy) = (&parameters.population, economy.policy(0));
    let counts = [
        (Segment::Industry, p.industry_firms),
        (Segment::Services, p.services_firms),
        (Segment::Small, p.small_firms),
    ];
    let key = Key { seed: 7, run: 1 };
    let ctx = Context {
        crew: Crew::ALONE.with_rows(rows),
        ..economy.context(key, WARM_UP, &parameters, policy, policy.at(WARM_UP))
    };
    (population::found(&ctx), counts)
}

#[test]
fn a_firm_does_not_hang_on_the_block_it_is_founded_in() {
    let (firms, _) = founded(blocks::ROWS);
    for rows in [1, 100, 640] {
        assert!(founded(rows).0 == firms, "blocks of {rows}");
    }
}

#[test]
fn agents_stand_for_all_firms_of_their_segment() {
    let (firms, counts) = founded(blocks::ROWS);
    for (segment, count) in counts {
        let agents = (0..firms.len()).filter(|&i| firms.segment[i] == segment);
        let stood_for: f64 = agents.map(|i| firms.weight[i]).sum();
        // one agent a unit of cumulated inclusion, so about two agents are off, of which the
        // smallest firms' stand for twice the mean
        let off = (stood_for - count).abs() * SCALE;
        assert!(off < 4.0, "{segment:?}: {stood_for} of {count}");
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
