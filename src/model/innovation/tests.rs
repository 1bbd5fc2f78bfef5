use super::pools::{CELLS, closeness, pool_growth};
use super::*;
use crate::base::bound::Bound;
use crate::base::rng::Key;
use crate::base::time::Quarter;
use crate::model::demand::{self, MarketState};
use crate::model::firms::{Firm, Segment};
use crate::model::parameters::Parameters;
use crate::model::research::absorptive_capacity;
use crate::model::world::WorldQuarter;
use crate::policy::{PolicyPath, Settings};
use std::collections::BTreeMap;

const SEEDS: [&str; 4] = [
    include_str!("../../../seeds/parameters/innovation.toml"),
    include_str!("../../../seeds/parameters/demand.toml"),
    include_str!("../../../seeds/parameters/research.toml"),
    include_str!("../../../seeds/parameters/tax.toml"),
];

/// Central values of the sub-models these tests run, 1 for all others.
fn parameters() -> Parameters {
    let mut central = BTreeMap::new();
    for text in SEEDS {
        let table: toml::Table = text.parse().unwrap();
        for row in table["parameter"].as_array().unwrap() {
            let path = row["path"].as_str().unwrap().to_owned();
            central.insert(path, row["central"].as_float().unwrap());
        }
    }
    Parameters::build(&mut |path| {
        let mine = path.starts_with("innovation.") || path.starts_with("demand.");
        assert!(central.contains_key(path) || !mine, "no value of {path}");
        central.get(path).copied().unwrap_or(1.0)
    })
}

/// Surroundings that do not change.
struct Scene {
    parameters: Parameters,
    settings: Settings,
    path: PolicyPath,
    world: WorldQuarter,
}

impl Scene {
    fn new(parameters: Parameters) -> Self {
        Self {
            parameters,
            settings: Settings::build(&mut |_| 0.0),
            path: PolicyPath {
                start: Quarter::new(2013, 1),
                in_force: vec![],
                expected: vec![],
            },
            world: WorldQuarter {
                price: 1.0,
                industry_growth: 0.015,
                services_growth: 0.02,
                ..WorldQuarter::default()
            },
        }
    }

    fn at(&self, quarter: i32) -> Context<'_> {
        Context {
            key: Key { seed: 7, run: 1 },
            quarter: Quarter::new(2013, 1).plus(quarter),
            parameters: &self.parameters,
            seen: &self.settings,
            expected: &self.settings,
            seen_path: &self.path,
            law: &self.settings,
            world: &self.world,
            scale: 1.0,
        }
    }
}

/// Parameters with no noise, no imitation and no spillover.
fn own_only() -> Parameters {
    let mut parameters = parameters();
    let p = &mut parameters.innovation;
    p.noise_log_sd = 0.0;
    p.imitation_rate = 0.0;
    p.spillover_elasticity = 0.0;
    parameters
}

/// `n` firms that know `knowledge` \[mn\] each, spread over fields and regions.
fn firms_of(n: u32, knowledge: f64) -> State {
    let mut state = State::default();
    for id in 0..n {
        state.firms.push(Firm {
            id,
            weight: 1.0,
            alive: true,
            region: (id % 8) as u8,
            field: (id / 8 % 32) as u8,
            sales: 100.0,
            sales_mean: 100.0,
            knowledge,
            absorptive: 0.5,
            ..Firm::default()
        });
    }
    state
}

#[test]
fn worked_examples() {
    let near = |a: f64, b: f64| assert!((a - b).abs() < 5e-5, "{a} against {b}");
    near(knowledge_growth(0.0, 4.0, 4.0), 0.693_147);
    near(knowledge_growth(4.0, 8.0, 0.0), 0.693_147);
    near(knowledge_growth(8.0, 4.0, 0.0), -0.693_147);
    assert_eq!(knowledge_growth(0.0, 0.0, 0.0), 0.0);
    assert_eq!(knowledge_growth(0.0, 3.0, 0.0), 0.0);
    near(success_probability(1.0), 0.2212);
    near(lumpy_gain(0.01, 0.2, 0.1), 0.05);
    assert_eq!(lumpy_gain(0.01, 0.2, 0.3), 0.0);
    near(imitated_gain(0.08, 0.5, 0.4, 0.1), 0.003);
    assert_eq!(imitated_gain(0.08, 0.5, 0.1, 0.4), 0.0);
    near(spillover(0.06, 0.5, 0.02), 0.0006);
    near(noise_change(0.5, 0.98, 0.02), 0.01);
    near(stationary_sd(0.05, 0.98), 0.2513);
    near(renewal(8.0, 0.01), 0.0769);
    near(next_new_products(24.0, 100.0, 1.0 / 12.0, 0.1), 29.8);
    assert_eq!(next_new_products(240.0, 100.0, 1.0 / 12.0, 0.1), 100.0);
    near(pool_growth(2.0, 2.2), 0.0953);
    assert_eq!(pool_growth(0.0, 2.2), 0.0);
    let tally = InnovationTally {
        own_value: 2.0,
        imitated_value: 1.0,
        spillover_value: 1.0,
        ..InnovationTally::default()
    };
    near(tally.social_over_private(), 2.0);
    assert_eq!(InnovationTally::default().social_over_private(), 0.0);
}

#[test]
fn a_firm_takes_the_better_of_two_ways() {
    assert!(imitates(0.003, 0.002));
    assert!(!imitates(0.002, 0.003));
    assert!(!imitates(0.0, -0.01), "nothing to imitate");
    assert!(imitates(0.001, -0.01));
}

#[test]
fn lumps_have_the_mean_of_the_growth_of_knowledge() {
    for hazard in [0.5, 1.0, 2.0] {
        let chance = success_probability(hazard);
        let n = 1_000_000;
        let (mut sum, mut hits) = (0.0, 0.0);
        for k in 0..n {
            let gain = lumpy_gain(0.01, chance, (f64::from(k) + 0.5) / f64::from(n));
            sum += gain;
            hits += f64::from(u8::from(gain > 0.0));
        }
        let n = f64::from(n);
        assert!((sum / n / 0.01 - 1.0).abs() < 1e-4, "{hazard}: {}", sum / n);
        assert!((hits / n - chance).abs() < 1e-5);
    }
}
