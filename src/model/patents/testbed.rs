//! Central values and small worlds for tests of neighbouring sub-models.

use crate::base::bound::Bound;
use crate::base::rng::Key;
use crate::base::time::Quarter;
use crate::model::context::Context;
use crate::model::firms::Firm;
use crate::model::parameters::Parameters;
use crate::model::state::State;
use crate::model::world::WorldQuarter;
use crate::policy::{PolicyPath, Settings};
use std::collections::BTreeMap;

const PARAMETERS: [&str; 6] = [
    include_str!("../../../seeds/parameters/approval.toml"),
    include_str!("../../../seeds/parameters/patents.toml"),
    include_str!("../../../seeds/parameters/registration.toml"),
    include_str!("../../../seeds/parameters/funnel.toml"),
    include_str!("../../../seeds/parameters/platforms.toml"),
    include_str!("../../../seeds/parameters/buyers.toml"),
];
const LEVERS: [&str; 5] = [
    include_str!("../../../seeds/levers/regulation.toml"),
    include_str!("../../../seeds/levers/patents.toml"),
    include_str!("../../../seeds/levers/registration.toml"),
    include_str!("../../../seeds/levers/maturation.toml"),
    include_str!("../../../seeds/levers/buyers.toml"),
];

fn tables(texts: &[&str], kind: &str) -> Vec<toml::Table> {
    let mut out = Vec::new();
    for text in texts {
        let table: toml::Table = text.parse().unwrap();
        for entry in table[kind].as_array().unwrap() {
            out.push(entry.as_table().unwrap().clone());
        }
    }
    out
}

fn number(value: &toml::Value) -> f64 {
    value
        .as_float()
        .unwrap_or_else(|| value.as_integer().unwrap() as f64)
}

/// Central values of these sub-models' parameters, 1 for all others.
pub(in crate::model) fn parameters() -> Parameters {
    let mut central = BTreeMap::new();
    for entry in tables(&PARAMETERS, "parameter") {
        central.insert(
            entry["path"].as_str().unwrap().to_owned(),
            number(&entry["central"]),
        );
    }
    Parameters::build(&mut |path| {
        let mine = [
            "approval.",
            "patents.",
            "registration.",
            "funnel.",
            "platforms.",
            "buyers.",
        ];
        match central.get(path) {
            Some(&value) => value,
            None if mine.iter().any(|family| path.starts_with(family)) => {
                panic!("no value of {path}")
            }
            None => 1.0,
        }
    })
}

/// Status-quo levers at a date, written year-month-day.
pub(in crate::model) fn settings(date: &str) -> Settings {
    let mut now = BTreeMap::new();
    for lever in tables(&LEVERS, "lever") {
        for dated in lever["status_quo"].as_array().unwrap() {
            if dated["from"].as_str().unwrap() <= date {
                now.insert(
                    lever["path"].as_str().unwrap().to_owned(),
                    number(&dated["value"]),
                );
            }
        }
    }
    let mine = [
        "patents.",
        "registration.",
        "maturation.",
        "buyers.",
        "regulation.",
    ];
    Settings::build(&mut |path| match now.get(path) {
        Some(&value) => value,
        None if mine.iter().any(|family| path.starts_with(family)) => panic!("no value of {path}"),
        None => 0.0,
    })
}

/// Surroundings of a quarter, everything held.
#[derive(Clone)]
pub(in crate::model) struct Scene {
    pub(in crate::model) parameters: Parameters,
    pub(in crate::model) seen: Settings,
    pub(in crate::model) law: Settings,
    pub(in crate::model) path: PolicyPath,
    pub(in crate::model) world: WorldQuarter,
}

impl Scene {
    pub(in crate::model) fn at(quarter: Quarter) -> Self {
        let seen = settings(&format!(
            "{}-{:02}-28",
            quarter.year(),
            quarter.of_year() * 3 - 2
        ));
        Self {
            parameters: parameters(),
            seen,
            law: seen,
            path: PolicyPath::constant(seen, quarter, 1),
            world: WorldQuarter {
                price: 1.0,
                ..WorldQuarter::default()
            },
        }
    }

    pub(in crate::model) fn context(&self, quarter: Quarter) -> Context<'_> {
        Context {
            key: Key { seed: 7, run: 1 },
            quarter,
            parameters: &self.parameters,
            seen: &self.seen,
            expected: &self.seen,
            seen_path: &self.path,
            law: &self.law,
            world: &self.world,
            scale: 0.01,
            crew: crate::base::blocks::Crew::ALONE,
        }
    }
}

/// A state with `n` firms of weight `weight` and R&D `rd` each, spread over regions and fields.
pub(in crate::model) fn world_of(n: u32, weight: f64, rd: f64) -> State {
    let mut state = State::default();
    for id in 0..n {
        state.firms.push(Firm {
            id,
            weight,
            alive: true,
            region: (id % 8) as u8,
            field: (id / 8 % 32) as u8,
            sales: 300.0,
            sales_mean: 300.0,
            staff: 300.0,
            rd,
            margin: 0.1,
            absorptive: 0.5,
            cash: 1000.0,
            aware_hightech: true,
            claims: true,
            ..Firm::default()
        });
    }
    state.people.rd_price = [1.0; crate::model::firms::FIELDS];
    state.openness.domestic_turn = [1.0; crate::model::firms::FIELDS];
    state
}
