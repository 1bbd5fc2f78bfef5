//! Whether a plain process leaves what production leaves.

use super::world::World;
use leverlab::base::math;
use leverlab::model::state::State;

/// Largest relative difference between sums that are taken in another order.
const TOLERANCE: f64 = 1e-12;

/// Fails unless all columns of all firms have the same bits and all sums agree.
pub fn check(process: &str, world: &World, state: &State) {
    let innovation = &state.innovation;
    assert_eq!(world.firms.len(), state.firms.len());
    for (i, agent) in world.firms.iter().enumerate() {
        // printed numbers differ where any bit does
        let (plain, columns) = (
            format!("{:#?}", agent.firm),
            format!("{:#?}", state.firms.row(i)),
        );
        if plain != columns {
            let lines = plain.lines().zip(columns.lines());
            let odd: Vec<_> = lines.filter(|(a, b)| a != b).collect();
            panic!("{process}, row {i}: plain and production differ: {odd:?}");
        }
        if process == "innovation" && agent.firm.alive {
            let known = innovation.last_knowledge[i];
            assert_eq!(
                agent.last_knowledge.to_bits(),
                known.to_bits(),
                "{process}, row {i}"
            );
        }
    }
    let (a, b) = (&world.market, &state.market);
    near(process, "attraction", &a.attraction, &b.attraction);
    near(process, "prices", &a.ln_price, &b.ln_price);
    near(process, "demand", &a.demand, &b.demand);
    near(process, "growth", &a.growth, &b.growth);
    near(process, "paths", &a.ln_path, &b.ln_path);
    near(process, "margins", &a.profit_margin, &b.profit_margin);
    let (a, b) = (&a.tally, &b.tally);
    near(
        process,
        "demand counted",
        &[
            a.sales,
            a.operating_profit,
            a.dividends,
            a.open_needs,
            a.needs_opened,
            a.needs_expired,
        ],
        &[
            b.sales,
            b.operating_profit,
            b.dividends,
            b.open_needs,
            b.needs_opened,
            b.needs_expired,
        ],
    );
    near(
        process,
        "pools",
        &world.pools.level,
        &innovation.pools.level,
    );
    near(
        process,
        "pools' growth",
        &world.pools.growth,
        &innovation.pools.growth,
    );
    near(process, "frontiers", &world.frontier, &innovation.frontier);
    let (a, b) = (&world.tally, &innovation.tally);
    near(
        process,
        "innovation counted",
        &[a.successes, a.imitations, a.mean_gain, a.own_value],
        &[b.successes, b.imitations, b.mean_gain, b.own_value],
    );
    near(
        process,
        "innovation counted",
        &[
            a.imitated_value,
            a.spillover_value,
            a.transferred_value,
            a.approved.gain,
        ],
        &[
            b.imitated_value,
            b.spillover_value,
            b.transferred_value,
            b.approved.gain,
        ],
    );
    let exposure = &state.approval.exposure;
    near(process, "incidents", &world.approval.exposure, exposure);
    let (a, b) = (&world.books, &state.books);
    near(
        process,
        "flows",
        a.flow.as_flattened(),
        b.flow.as_flattened(),
    );
    near(
        process,
        "cash",
        a.cash.as_flattened(),
        b.cash.as_flattened(),
    );
    near(
        process,
        "accruals",
        a.accrual.as_flattened(),
        b.accrual.as_flattened(),
    );
}

/// Fails unless numbers agree but for the order in which their parts were added.
fn near(process: &str, what: &str, plain: &[f64], columns: &[f64]) {
    assert_eq!(plain.len(), columns.len(), "{process}, {what}");
    for (k, (a, b)) in plain.iter().zip(columns).enumerate() {
        let size = math::max(math::abs(*a), math::abs(*b));
        let close = math::abs(a - b) <= TOLERANCE * size;
        assert!(close, "{process}, {what} {k}: {a} plain, {b} in production");
    }
}
