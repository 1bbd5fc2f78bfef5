//! Central values and a public research system for tests.

use crate::base::bound::Bound;
use crate::base::time::Quarter;
use crate::model::parameters::Parameters;
use crate::model::patents::testbed::Scene;
use std::collections::BTreeMap;

const PARAMETERS: [&str; 5] = [
    include_str!("../../../seeds/parameters/spin_offs.toml"),
    include_str!("../../../seeds/parameters/universities.toml"),
    include_str!("../../../seeds/parameters/contract_research.toml"),
    include_str!("../../../seeds/parameters/transfer.toml"),
    include_str!("../../../seeds/parameters/tax.toml"),
];
const LEVERS: [&str; 3] = [
    include_str!("../../../seeds/levers/transfer.toml"),
    include_str!("../../../seeds/levers/rights.toml"),
    include_str!("../../../seeds/levers/licensing.toml"),
];

fn number(value: &toml::Value) -> f64 {
    value
        .as_float()
        .unwrap_or_else(|| value.as_integer().unwrap() as f64)
}

fn entries(text: &str, kind: &str) -> Vec<toml::Value> {
    let table: toml::Table = text.parse().unwrap();
    table[kind].as_array().unwrap().clone()
}

/// Surroundings with this sub-model's central values and the levers of the quarter.
pub(in crate::model) fn scene(quarter: Quarter) -> Scene {
    let mut scene = Scene::at(quarter);
    let mut central = BTreeMap::new();
    for entry in PARAMETERS.iter().flat_map(|t| entries(t, "parameter")) {
        central.insert(
            entry["path"].as_str().unwrap().to_owned(),
            number(&entry["central"]),
        );
    }
    scene.parameters = Parameters::build(&mut |path| central.get(path).copied().unwrap_or(1.0));
    let month = quarter.of_year() * 3 - 2;
    let date = format!("{}-{month:02}-28", quarter.year());
    let mut now = BTreeMap::new();
    for lever in LEVERS.iter().flat_map(|t| entries(t, "lever")) {
        for dated in lever["status_quo"].as_array().unwrap() {
            if *dated["from"].as_str().unwrap() <= *date {
                now.insert(
                    lever["path"].as_str().unwrap().to_owned(),
                    number(&dated["value"]),
                );
            }
        }
    }
    scene.seen = crate::policy::Settings::build(&mut |path| now.get(path).copied().unwrap_or(0.0));
    scene.law = scene.seen;
    scene
}
