//! What is said of shards that are missing, damaged or of different batches; shown in `messages`.

use std::fs;
use std::path::Path;

use leverlab::cli::CliError;
use leverlab::cli::publish::Executed;

use crate::engine_files::order;
use crate::engine_toy::Toy;
use crate::messages::{Case, outcome};
use crate::shards::{merge, one};

/// Command lines round shards, most with the first of two of a batch of eight runs.
pub(crate) const CASES: &[Case] = &[
    Case(
        "shard-zero",
        2,
        &["run", "leverlab:baseline", "--shard", "0/4"],
    ),
    Case(
        "shard-over",
        2,
        &["run", "leverlab:baseline", "--shard", "5/4"],
    ),
    Case(
        "shard-auto",
        2,
        &["run", "leverlab:baseline", "--shard", "auto"],
    ),
    Case(
        "shard-no-task",
        2,
        &["run", "leverlab:baseline", "--shard", "auto/4"],
    ),
    Case("shards-none", 3, &["merge", "a-directory"]),
    Case("shards-missing", 5, &["merge", "shards"]),
    Case("shards-mixed", 2, &["merge", "shards", "others"]),
    Case("shards-damaged", 3, &["merge", "shards", "damaged"]),
    Case("shards-not-merged", 3, &["report", "shards"]),
    Case(
        "shards-wait",
        2,
        &["run", "eight.toml", "-o", "shards", "--scale", "0.0005"],
    ),
    Case(
        "shards-of-another-batch",
        2,
        &["run", "eight.toml", "-o", "shards", "--shard", "1/2"],
    ),
    Case(
        "shard-empty",
        0,
        &["run", "eight.toml", "-o", "few", "--shard", "1/3"],
    ),
];

/// A folder with the first shard, one with the second of another seed, one with a damaged one.
pub(crate) fn folders(home: &Path) {
    fs::write(
        home.join("eight.toml"),
        "[run]\nend = \"2025Q2\"\nreplicates = 8\n",
    )
    .unwrap();
    for (seed, shard, folder) in [("1", "1/2", "shards"), ("2", "2/2", "others")] {
        let words = ["run", "eight.toml", "--scale", "0.0005", "--seed", seed];
        let words = [&words[..], &["--shard", shard, "-o", folder]].concat();
        assert_eq!(outcome(home, &words, true).0, 0);
    }
    let file = fs::read_dir(home.join("others")).unwrap().next();
    let file = file.unwrap().unwrap();
    let mut bytes = fs::read(file.path()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::create_dir(home.join("damaged")).unwrap();
    fs::write(home.join("damaged").join(file.file_name()), bytes).unwrap();
}

/// Two shards of the same batch, one by a machine that adds wrongly.
pub(crate) fn contradiction(home: &Path) -> Result<Executed, CliError> {
    let files = [(1.0, 1), (1.5, 2)].map(|(effect, of)| {
        let toy = Toy {
            effects: vec![0.0, effect],
            ..Toy::default()
        };
        let mut order = order(&home.join(format!("of-{of}")), 8, 1);
        order.scenarios.truncate(2);
        one(&toy, &order, of, of).unwrap().file.unwrap()
    });
    let refused = merge(&files, &home.join("none"));
    Err(refused.expect_err("they say different things"))
}
