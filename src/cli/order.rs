//! A batch as asked for: what it is made from, what names it, where it goes.

use std::path::PathBuf;

use super::run::BatchArgs;
use crate::engine::Simulation;
use crate::engine::shard::Part;
use crate::engine::tree::Branch;
use crate::report::folder::{default_folder, shards};
use crate::scenario::Scenario;

/// A batch as asked for, with what it is made from.
#[derive(Clone, Debug)]
pub struct Order {
    /// Checked scenarios, the baseline first, all with the baseline's `[run]`.
    pub scenarios: Vec<Scenario>,
    /// Digest of the evidence base.
    pub evidence_digest: String,
    /// Files read.
    pub files_read: Vec<String>,
    /// The command that reproduces the results.
    pub command: String,
    /// Metrics whose result hangs on assumptions.
    pub assumption_driven: Vec<(String, String, String)>,
    /// Flags; those of `[run]` are already in the scenarios.
    pub args: BatchArgs,
    /// Nothing on stderr but errors.
    pub quiet: bool,
}

/// Digest that names a batch and its folder.
pub fn batch_digest(order: &Order) -> String {
    digest_of(&order.scenarios, &order.evidence_digest)
}

/// Digest of a batch of these scenarios and this evidence under this model.
pub fn digest_of(scenarios: &[Scenario], evidence_digest: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    for scenario in scenarios {
        add(&scenario.meta.name);
        add(&scenario.digest);
    }
    let run = &scenarios[0].run;
    add(evidence_digest);
    add(env!("LEVERLAB_MODEL_DIGEST"));
    add(&format!(
        "{} {} {:016x}",
        run.seed,
        run.per_draw,
        run.scale.to_bits()
    ));
    hasher.finalize().to_hex().to_string()
}

/// Folder the order writes to.
pub fn folder_of(order: &Order, digest: &str) -> PathBuf {
    let name = &order.scenarios[0].meta.name;
    order
        .args
        .output
        .clone()
        .unwrap_or_else(|| default_folder(name, digest))
}

/// Says what an order would run and write.
pub fn dry_run<S: Simulation>(simulation: &S, order: &Order, part: Option<Part>) -> String {
    let run = &order.scenarios[0].run;
    let digest = batch_digest(order);
    let count = order.scenarios.len();
    let (values, paths) = numbers(simulation);
    let megabytes = |numbers: usize| megabytes(numbers, count, run.replicates);
    let mut out = format!(
        "{count} scenario(s), {} runs each ({} a parameter draw), seed {}, scale {}\n",
        run.replicates, run.per_draw, run.seed, run.scale
    );
    for scenario in &order.scenarios {
        let sets = if scenario.sets.is_empty() {
            "nothing".to_owned()
        } else {
            scenario.sets.join(", ")
        };
        out += &format!("  {} sets {sets}\n", scenario.meta.name);
    }
    let tree = Branch::of(simulation);
    out += &forks(&tree, count, simulation.horizon(), run.replicates);
    if let Some(part) = part {
        let (Part { index, of }, runs) = (part, part.runs(run.replicates, run.per_draw));
        let quarters = tree.quarters() * runs.len() as u64;
        let name = shards::name(&digest, &runs, run.replicates);
        return out
            + &format!(
                "shard {index} of {of}: {} of the runs, {quarters} quarters, about {:.1} MB on the \
                 disk\nfile {}\n",
                runs.len(),
                megabytes(values + paths) * runs.len() as f64 / f64::from(run.replicates),
                folder_of(order, &digest).join(name).display()
            );
    }
    out += &format!(
        "about {:.0} MB of memory for results besides {} population(s) a thread, about {:.0} MB \
         on the disk for finished runs\nfolder {}:\n",
        megabytes(values),
        tree.kept() + 1,
        megabytes(values + paths),
        folder_of(order, &digest).display()
    );
    for scenario in &order.scenarios {
        out += &format!("  scenario.{}.toml\n", scenario.meta.name);
    }
    out + "  summary.csv differences.csv runs.parquet details.parquet paths.parquet\n  \
           figures/ report.html manifest.json\n"
}

/// Numbers that a run of one scenario leaves: metrics and details, quarterly paths.
fn numbers<S: Simulation>(simulation: &S) -> (usize, usize) {
    let values = simulation.metrics().len() + simulation.details().len();
    let paths = simulation.series().len() * simulation.quarters().len();
    (values, paths)
}

/// Megabytes of so many numbers of eight bytes, each of so many scenarios and runs.
fn megabytes(numbers: usize, scenarios: usize, runs: u32) -> f64 {
    (numbers * 8 * scenarios) as f64 * f64::from(runs) / 1e6
}

/// Megabytes that the values of a batch take in memory, and all it leaves on the disk.
pub(super) fn stored_size<S: Simulation>(simulation: &S, scenarios: usize, runs: u32) -> [f64; 2] {
    let (values, paths) = numbers(simulation);
    [values, values + paths].map(|numbers| megabytes(numbers, scenarios, runs))
}

/// Says how many quarters are simulated, and how many are not because scenarios share them.
fn forks(tree: &Branch, scenarios: usize, horizon: usize, runs: u32) -> String {
    let runs = u64::from(runs);
    let (quarters, alone) = (tree.quarters() * runs, (scenarios * horizon) as u64 * runs);
    let mut out = format!("{quarters} quarters to run");
    if alone > quarters {
        let saved = alone - quarters;
        let share = 100.0 * saved as f64 / alone as f64;
        out += &format!(", {saved} saved where scenarios are still the same ({share:.0} %)");
    }
    out + "\n"
}

/// The command that reproduces a batch, as typed; a shard is told of as the whole batch.
pub(super) fn command_line() -> String {
    let words: Vec<String> = of_the_whole(std::env::args().skip(1)).collect();
    format!("leverlab {}", shell_words(&words))
}

/// Words as a shell reads them back.
pub(super) fn shell_words(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| shell_word(word)).collect();
    words.join(" ")
}

/// A word as a shell reads it back.
pub(super) fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// The words of a command without `--shard`.
fn of_the_whole(words: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    let mut value_next = false;
    words.filter(move |word| {
        let value = std::mem::replace(&mut value_next, word == "--shard");
        !(value || word == "--shard" || word.starts_with("--shard="))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_of_a_shard_is_that_of_the_batch() {
        for shard in ["--shard 3/16 ", "--shard=3/16 ", "--shard auto/16 "] {
            let words = format!("run a.toml {shard}-o out");
            let words = words.split(' ').map(str::to_owned);
            let kept: Vec<String> = of_the_whole(words).collect();
            assert_eq!(kept.join(" "), "run a.toml -o out");
        }
    }
}
