//! `status` tells how far each shard of a folder is.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use crate::disk::{code, leverlab};
use crate::engine_files::order;
use crate::engine_toy::Toy;
use crate::shards::one;

/// Numbers, finished and failed runs, and states of the shards in `out`.
fn rows(home: &Path) -> Vec<(Value, u64, u64, String)> {
    let said = leverlab(home, &["status", "out", "--format", "json", "-q"]);
    assert_eq!(code(&said), 0, "{}", String::from_utf8_lossy(&said.stderr));
    let all: Vec<Value> = serde_json::from_slice(&said.stdout).unwrap();
    let row = |one: &Value| {
        let number = |name: &str| one[name].as_u64().unwrap();
        let state = one["state"].as_str().unwrap().to_owned();
        (
            one["shard"].clone(),
            number("finished"),
            number("failed"),
            state,
        )
    };
    all.iter().map(row).collect()
}

fn row(shard: u32, finished: u64, failed: u64, state: &str) -> (Value, u64, u64, String) {
    (shard.into(), finished, failed, state.to_owned())
}

#[test]
fn shards_are_done_begun_damaged_or_missing_and_failed_runs_are_counted() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("out");
    let order = order(&dir, 40, 1);
    let toy = || Toy {
        effects: vec![0.0, 1.0, 0.0],
        panics: vec![(1, 3), (0, 7), (2, 7), (1, 30)],
        ..Toy::default()
    };
    // Shard 2, runs 12 to 23, is stopped as its eighth run begins; the split is not known yet.
    let stopping = Toy {
        stop: Some((20, Arc::default())),
        ..toy()
    };
    one(&stopping, &order, 2, 3).expect_err("stopped");
    let begun = (Value::Null, 8, 0, "begun".to_owned());
    assert_eq!(rows(home.path()), [begun]);
    let first = one(&toy(), &order, 1, 3).unwrap().file.unwrap();
    let half = [
        row(1, 12, 2, "done"),
        row(2, 8, 0, "begun"),
        row(3, 0, 0, "missing"),
    ];
    assert_eq!(rows(home.path()), half);
    let said = leverlab(home.path(), &["status", "out"]);
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    let expected = "1 done, 1 begun, 0 damaged, 1 missing; 2 runs failed, which a merge drops\n";
    assert_eq!(said, expected);
    for index in [2, 3] {
        one(&toy(), &order, index, 3).unwrap();
    }
    let done = [
        row(1, 12, 2, "done"),
        row(2, 12, 0, "done"),
        row(3, 16, 1, "done"),
    ];
    assert_eq!(rows(home.path()), done);
    let mut bytes = fs::read(&first).unwrap();
    bytes[40] ^= 1;
    fs::write(&first, bytes).unwrap();
    let [_, second, third] = done;
    assert_eq!(rows(home.path()), [row(1, 0, 0, "damaged"), second, third]);
}
