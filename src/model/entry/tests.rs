use super::*;
use crate::base::bound::Bound;
use crate::base::rng::Key;
use crate::base::time::Quarter;
use crate::model::approval::own::Held;
use crate::model::books::Account;
use crate::model::firms::Firm;
use crate::model::parameters::Parameters;
use crate::model::world::WorldQuarter;
use crate::model::{demand, population};
use crate::policy::{PolicyPath, Settings};
use std::collections::{BTreeMap, BTreeSet};

const TEXTS: [&str; 7] = [
    include_str!("../../../seeds/parameters/entry.toml"),
    include_str!("../../../seeds/parameters/population.toml"),
    include_str!("../../../seeds/parameters/demand.toml"),
    include_str!("../../../seeds/parameters/claims.toml"),
    include_str!("../../../seeds/parameters/registers.toml"),
    include_str!("../../../seeds/parameters/research.toml"),
    include_str!("../../../seeds/parameters/tax.toml"),
];
const FAMILIES: [&str; 7] = [
    "entry.",
    "population.",
    "demand.",
    "claims.",
    "registers.",
    "research.",
    "tax.",
];

fn parameters() -> Parameters {
    let mut central = BTreeMap::new();
    for text in TEXTS {
        let table: toml::Table = text.parse().unwrap();
        for row in table["parameter"].as_array().unwrap() {
            let value = &row["central"];
            let value = value
                .as_float()
                .unwrap_or_else(|| value.as_integer().unwrap() as f64);
            central.insert(row["path"].as_str().unwrap().to_owned(), value);
        }
    }
    Parameters::build(&mut |path| match central.get(path) {
        Some(&value) => value,
        None if FAMILIES.iter().any(|f| path.starts_with(f)) => panic!("no value of {path}"),
        None => 1.0,
    })
}

/// Splits after a census of its own.
fn split(state: &mut State, ctx: &Context) {
    let crew = crate::base::blocks::Crew::ALONE;
    let census = Census::take(&state.firms, &mut state.entry.burdens, crew);
    let sums = leave::Sums::of(&census);
    split::split(state, &sums, ctx);
}

struct Scene {
    parameters: Parameters,
    settings: Settings,
    path: PolicyPath,
    world: WorldQuarter,
    scale: f64,
}

impl Scene {
    fn new(scale: f64) -> Self {
        Self {
            parameters: parameters(),
            settings: Settings::build(&mut |_| 0.0),
            path: PolicyPath::constant(Settings::build(&mut |_| 0.0), Quarter::new(2013, 1), 1),
            world: WorldQuarter {
                price: 1.0,
                gdp: 60_000.0,
                graduates: 0.05,
                sme_loan_rate: 0.06,
                ..WorldQuarter::default()
            },
            scale,
        }
    }

    fn at(&self, q: i32) -> Context<'_> {
        Context {
            key: Key { seed: 7, run: 1 },
            quarter: Quarter::new(2013, 1).plus(q),
            parameters: &self.parameters,
            seen: &self.settings,
            expected: &self.settings,
            seen_path: &self.path,
            law: &self.settings,
            world: &self.world,
            scale: self.scale,
            crew: crate::base::blocks::Crew::ALONE,
        }
    }

    fn found(&self) -> State {
        let ctx = self.at(0);
        let mut state = State {
            firms: population::found(&ctx),
            ..State::default()
        };
        let firms = &mut state.firms;
        for i in 0..firms.len() {
            // a tenth owes money, a quarter does R&D
            firms.cash[i] = firms.sales[i] * if i % 10 == 0 { -0.2 } else { 0.1 };
            if i % 4 == 0 {
                firms.rd[i] = 0.02 * firms.sales[i];
            }
        }
        state.openness.demand_factor = [1.0; FIELDS];
        state.market = demand::MarketState::found(&state, &ctx);
        state.entry = EntryState::found(&state, &ctx);
        state
    }
}

/// Lasting traits and date of each entrant over some quarters, by id.
fn arrivals(state: &mut State, scene: &Scene, quarters: i32) -> BTreeMap<u32, (i32, Firm)> {
    let mut seen = BTreeMap::new();
    for q in 0..quarters {
        state.books.open();
        enter_and_leave(state, &scene.at(q));
        for i in 0..state.firms.len() {
            let row = state.firms.row(i);
            if row.alive && population::is_entrant(row.id) && row.splits == 0 {
                seen.entry(row.id).or_insert((q, row));
            }
        }
    }
    seen
}

#[test]
fn worked_examples() {
    let p = parameters().entry;
    assert!((founding_share(0.08, 5.0, 0.4, 0.8) - 0.5).abs() < 1e-9);
    assert!((pool_growth(0.1, 0.03, 5.0, 2.5) - 0.065).abs() < 1e-12);
    assert_eq!(pool_growth(0.1, 0.03, 5.0, -3.0), 0.1);
    let plain = Health {
        real_sales: 10.0,
        cash: 0.1,
        young: false,
        loss: false,
    };
    assert!((exit_hazard(plain, &p) - p.exit_hazard).abs() < 1e-12);
    let worse = [
        Health {
            real_sales: 1.0,
            ..plain
        },
        Health {
            young: true,
            ..plain
        },
        Health {
            loss: true,
            ..plain
        },
        Health {
            cash: -1.0,
            ..plain
        },
    ];
    for health in worse {
        assert!(
            exit_probability(health, &p) > exit_probability(plain, &p),
            "{health:?}"
        );
    }
    let young = Health {
        young: true,
        ..plain
    };
    let expected = 0.06 * crate::base::math::exp(0.4);
    assert!((exit_hazard(young, &p) - expected).abs() < 1e-12);
}

#[test]
fn founding_falls_with_cost_of_funds() {
    let cheap = founding_share(0.06, crate::model::research::annuity(0.08, 10.0), 0.45, 0.8);
    let dear = founding_share(0.06, crate::model::research::annuity(0.12, 10.0), 0.45, 0.8);
    assert!(cheap > dear && dear > 0.0);
}

#[test]
fn what_waited_for_approval_is_dropped_with_the_firm_and_halved_with_the_agent() {
    let mut scene = Scene::new(0.002);
    scene.parameters.entry.exit_hazard = 0.4;
    let mut state = scene.found();
    for i in 0..state.firms.len() {
        state.firms.waits[i] = true;
        state.firms.held[i].gain = [0.01, 0.02];
    }
    let waiting = |state: &State| {
        let gains: Vec<f64> = state.firms.held.iter().map(Held::waiting).collect();
        state.firms.total(&gains)
    };
    let all = waiting(&state);
    for q in 0..8 {
        state.books.open();
        enter_and_leave(&mut state, &scene.at(q));
        let dropped = state.innovation.tally.approved.dropped;
        assert!((waiting(&state) + dropped - all).abs() < 1e-9 * all);
        for i in 0..state.firms.len() {
            assert_eq!(state.firms.waits[i], state.firms.held[i].waiting() > 0.0);
        }
    }
    assert!(state.innovation.tally.approved.dropped > 0.1 * all);
}

#[test]
fn firms_and_cash_are_conserved_and_rows_rest_a_quarter() {
    let scene = Scene::new(0.002);
    let mut state = scene.found();
    let ones = |state: &State| vec![1.0; state.firms.len()];
    let (mut present, mut reused) = (state.firms.total(&ones(&state)), 0);
    let mut dead: Vec<usize> = vec![];
    for q in 0..24 {
        state.books.open();
        let cash = state.firms.total(&state.firms.cash);
        let rows = state.firms.len();
        enter_and_leave(&mut state, &scene.at(q));
        let tally = state.entry.tally;
        present += tally.entries - tally.exits;
        let counted = state.firms.total(&ones(&state));
        assert!((counted / present - 1.0).abs() < 1e-12);
        assert!((tally.living_firms / present - 1.0).abs() < 1e-12);
        let change = state.firms.total(&state.firms.cash) - cash;
        let net = state.books.net(Account::Firms);
        assert!((change - net).abs() < 1e-9 * cash.abs(), "{change} {net}");
        assert!(tally.exits > 0.0 && tally.entries > 0.0);
        for &row in &state.entry.exited {
            assert!(!state.firms.alive[row] && state.firms.rd[row] == 0.0);
        }
        reused += dead.iter().filter(|&&row| state.firms.alive[row]).count();
        let grown = state.firms.len() - rows;
        assert!(grown as f64 <= tally.agents_entered + tally.splits);
        dead.clone_from(&state.entry.exited);
    }
    assert!(reused > 0);
}

#[test]
fn a_split_conserves_every_sum() {
    let scene = Scene::new(0.002);
    let mut state = scene.found();
    state.entry.age = 1;
    let heavy = (0..state.firms.len())
        .find(|&i| state.firms.weight[i] > 400.0)
        .expect("small firms stand for many");
    state.firms.sales[heavy] = 30_000.0;
    state.firms.rd[heavy] = 123.0;
    let (w, s, r, id) = (
        state.firms.weight[heavy],
        state.firms.sales[heavy],
        state.firms.rd[heavy],
        state.firms.id[heavy],
    );
    split(&mut state, &scene.at(0));
    let &(kept, other) = state
        .entry
        .split
        .iter()
        .find(|(i, _)| *i == heavy)
        .expect("split");
    let firms = &state.firms;
    assert_eq!(firms.weight[kept] + firms.weight[other], w);
    assert_eq!(
        firms.weight[kept] * s + firms.weight[other] * firms.sales[other],
        w * s
    );
    assert_eq!(
        firms.weight[kept] * r + firms.weight[other] * firms.rd[other],
        w * r
    );
    assert_eq!(firms.id[kept], id);
    let expected = Firm {
        id: firms.id[other],
        ..firms.row(kept)
    };
    assert_eq!(firms.row(other), expected);
    assert_ne!(firms.id[other], id);
    // again and again, at most five times along a line
    for _ in 0..12 {
        split(&mut state, &scene.at(0));
    }
    let splits = &state.firms.splits;
    assert!(splits.iter().all(|&k| k <= population::SPLIT_BITS));
    let ids: BTreeSet<u32> = state.firms.id.iter().copied().collect();
    assert_eq!(ids.len(), state.firms.len());
}

#[test]
fn dearer_loans_delay_founders_and_redraw_none() {
    let (scene, mut dear) = (Scene::new(0.002), Scene::new(0.002));
    let (mut a, mut b) = (scene.found(), scene.found());
    // founded alike; the rate rises afterwards
    for (state, scene) in [(&mut a, &scene), (&mut b, &scene)] {
        enter_and_leave(state, &scene.at(0));
    }
    dear.world.sme_loan_rate = 0.10;
    let early = arrivals(&mut a, &scene, 24);
    let late = arrivals(&mut b, &dear, 24);
    assert!(late.len() < early.len(), "{} {}", late.len(), early.len());
    let mut delayed = 0;
    for (id, (when, row)) in &late {
        let (before, same) = &early[id];
        assert!(when >= before);
        delayed += usize::from(when > before);
        // sales keep their rank: only the lag behind GDP over the delay tells them apart
        let years = f64::from(when - before) / 4.0;
        let lag = -scene.parameters.entry.entrant_sales_lag * years;
        let slope = scene.parameters.population.project_mean_slope;
        for (x, y) in [
            (row.margin, same.margin),
            (row.project_share, same.project_share),
            (row.sales, same.sales * crate::base::math::exp(lag)),
            (row.project_mean, same.project_mean + slope * lag),
            (row.team_cost, same.team_cost),
            (row.fitness, same.fitness),
            (row.claim_cost, same.claim_cost),
            (row.staff / row.sales, same.staff / same.sales),
        ] {
            assert!((x - y).abs() < 1e-9 * (1.0 + x.abs()), "{x} {y}");
        }
        assert_eq!((row.ownership, row.sector), (same.ownership, same.sector));
    }
    assert!(delayed > 10, "{delayed}");
}

#[test]
fn one_firms_sales_move_no_other_entrant() {
    let scene = Scene::new(0.002);
    let (mut a, mut b) = (scene.found(), scene.found());
    b.firms.sales[3] *= 1.7;
    b.firms.cash[3] = -1e6;
    let (x, y) = (arrivals(&mut a, &scene, 20), arrivals(&mut b, &scene, 20));
    let dates = |seen: &BTreeMap<u32, (i32, Firm)>| -> Vec<(u32, i32)> {
        seen.iter().map(|(&id, &(q, _))| (id, q)).collect()
    };
    // the touched firm enters the founding calibration, so a few dates at the edge may shift
    let (x, y) = (dates(&x), dates(&y));
    let moved = x.iter().filter(|row| !y.contains(row)).count();
    assert!(moved * 100 <= x.len(), "{moved} of {}", x.len());
}

#[test]
fn the_small_pool_grows_as_assumed_at_founding_conditions() {
    let scene = Scene::new(0.01);
    let mut state = scene.found();
    for i in 0..state.firms.len() {
        state.firms.cash[i] = state.firms.cash[i].abs();
    }
    state.entry = EntryState::found(&state, &scene.at(0));
    let small = |state: &State| -> f64 {
        let firms = &state.firms;
        (0..firms.len())
            .filter(|&i| firms.alive[i] && firms.segment[i] == Segment::Small)
            .map(|i| firms.weight[i])
            .sum()
    };
    let before = small(&state);
    for q in 0..16 {
        state.books.open();
        enter_and_leave(&mut state, &scene.at(q));
    }
    let growth = crate::base::math::ln(small(&state) / before) / 4.0;
    assert!((0.06..0.14).contains(&growth), "{growth}");
    let counted = state.entry.tally.living_small;
    assert!((counted / small(&state) - 1.0).abs() < 1e-12, "{counted}");
}

#[test]
fn agents_stay_few_and_ids_unique_to_the_horizon() {
    let mut scene = Scene::new(0.01);
    scene.world.services_growth = 0.018;
    scene.world.industry_growth = 0.013;
    let mut state = scene.found();
    for q in 0..88 {
        state.books.open();
        scene.world.gdp *= 1.018;
        demand::sell(&mut state, &scene.at(q));
        enter_and_leave(&mut state, &scene.at(q));
        let firms = &state.firms;
        let ids: BTreeSet<u32> = (0..firms.len())
            .filter(|&i| firms.alive[i])
            .map(|i| firms.id[i])
            .collect();
        assert_eq!(ids.len() as f64, state.entry.tally.living_agents);
        assert!(state.entry.tally.living_agents < 25_000.0, "quarter {q}");
        assert!(firms.sales.iter().all(|s| s.is_finite() && *s >= 0.0));
    }
    let tally = state.entry.tally;
    // two in three of those at founding
    assert!(tally.living_agents > 6_500.0, "{tally:?}");
}

#[test]
fn newcomers_keep_the_sales_they_came_with() {
    let mut scene = Scene::new(0.01);
    scene.parameters.demand.appeal_log_sd = 0.0;
    let mut state = scene.found();
    demand::sell(&mut state, &scene.at(0));
    enter_and_leave(&mut state, &scene.at(0));
    let newcomers: Vec<(usize, f64)> = (0..state.firms.len())
        .filter(|&i| population::is_entrant(state.firms.id[i]))
        .map(|i| (i, state.firms.sales[i]))
        .collect();
    assert!(newcomers.len() > 50);
    demand::sell(&mut state, &scene.at(1));
    for (i, sales) in newcomers {
        assert!((state.firms.sales[i] / sales - 1.0).abs() < 0.02, "{i}");
    }
}
