//! `leverlab merge`: joins shards to the results that one machine would have given.

use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::Args;
use rayon::prelude::*;
use serde_json::json;

use super::publish::{Executed, close, conclude, stored_batch, volatile, write_page};
use super::{CliError, Format, Session, codes, compare, output, run};
use crate::engine::shard::{Joined, Shard, ShardError, holding};
use crate::experiment::compare::Comparison;
use crate::report::files::Provenance;
use crate::report::folder::{self, Claim, Permission, default_folder, shards};
use crate::report::results::Results;
use crate::report::shards::Batch;

/// Arguments of `merge`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  leverlab merge output/baseline-1a2b3c4d            all shards in that folder
  leverlab merge node1/ node2/ late/*.leverlab -o study/results
  sbatch --array=$(leverlab merge shards) job.sh     run again what is missing (exit 5)")]
pub struct MergeArgs {
    /// Shards, or folders of shards, in any order.
    #[arg(value_name = "DIR_OR_FILE", required = true)]
    pub from: Vec<PathBuf>,
    /// Output folder (default: output/NAME-DIGEST8/).
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Use the folder whatever is in it.
    #[arg(long)]
    pub force: bool,
}

/// What shards come to.
#[derive(Debug)]
pub enum Merged {
    /// Results, as of one batch.
    Whole(Box<Executed>),
    /// Runs are missing.
    Gaps(Gaps),
}

/// What is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gaps {
    /// Runs, in stretches.
    pub runs: Vec<Range<u32>>,
    /// Runs of the batch.
    pub asked: u32,
    /// Numbers of the shards that hold them.
    pub shards: Vec<u32>,
    /// Shards of the batch.
    pub of: u32,
}

/// Runs the command.
///
/// # Errors
/// Code 3 for shards that cannot be read, 2 for shards of different batches, 5 where runs are
/// missing or shards contradict each other, 6 where results cannot be written.
pub fn command(args: &MergeArgs, session: &Session) -> Result<(), CliError> {
    let done = match execute(args, &write_page)? {
        Merged::Whole(done) => done,
        Merged::Gaps(gaps) => return tell(&gaps, session),
    };
    for warning in &done.warnings {
        session.caution(warning);
    }
    if done.results.scenarios.len() > 1 {
        let metrics = output::chosen(&done.results, &[]).unwrap_or_default();
        compare::show(&done, &metrics, session)?;
    } else {
        run::show(&done, session)?;
    }
    close(&done, session)
}

/// Merges shards; `report` writes figures and page.
///
/// # Errors
/// As [`command`], but for missing runs.
pub fn execute(
    args: &MergeArgs,
    report: &dyn Fn(&Results, &Comparison, &Path) -> std::io::Result<()>,
) -> Result<Merged, CliError> {
    let opened = open(&files(&args.from)?)?;
    let count = opened.len();
    let batch = same_batch(&opened)?;
    let joined = Joined::of(opened).map_err(|found| {
        let [a, b] = found.files.map(|file| file.display().to_string());
        let message = format!("{a} and {b} say different things of run {}", found.run);
        CliError::new(codes::CONTRADICTION, message)
    })?;
    if let Some(gaps) = gaps(&joined, batch.results.per_draw) {
        return Ok(Merged::Gaps(gaps));
    }
    let gone = |error: ShardError| CliError::new(codes::BAD_SHARD, error.to_string());
    let Batch {
        results,
        provenance,
    } = batch;
    let folder = args.output.clone().unwrap_or_else(|| {
        let name = results.scenarios.first().map_or("", |one| &one.name);
        default_folder(name, &results.digest)
    });
    let permission = Permission {
        force: args.force,
        fresh: false,
        merge: true,
    };
    let asked = results.ensemble.asked;
    let hold = match folder::claim(&folder, &results.digest, asked, permission)? {
        Claim::Free(hold) => hold,
        Claim::Stored => return Ok(Merged::Whole(Box::new(stored_batch(&folder)?))),
    };
    let results = Results {
        ensemble: joined.ensemble().map_err(gone)?,
        fans: joined.fans().map_err(gone)?,
        ..results
    };
    let provenance = Provenance {
        volatile: volatile("shards", count),
        ..provenance
    };
    let done = conclude(&hold, results, &provenance, report, None, Vec::new())?;
    Ok(Merged::Whole(Box::new(done)))
}

/// The shards that are named, or lie in folders that are.
fn files(from: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
    let mut files = Vec::new();
    for path in from {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let none = |what: String| {
            let message = format!("{} {what}", path.display());
            CliError::new(codes::NO_SHARDS, message)
        };
        let found = shards::list(path).map_err(|error| none(format!("cannot be read: {error}")))?;
        if found.is_empty() {
            return Err(none("holds no shards".to_owned()));
        }
        files.extend(found);
    }
    Ok(files)
}

/// Opens shards and holds them against their seals; all that cannot be used are named.
fn open(files: &[PathBuf]) -> Result<Vec<Shard>, CliError> {
    let opened: Vec<_> = files.par_iter().map(|file| Shard::open(file)).collect();
    let (mut shards, mut faults) = (Vec::new(), Vec::new());
    for one in opened {
        match one {
            Ok(shard) => shards.push(shard),
            Err(error) => faults.push(error.to_string()),
        }
    }
    if faults.is_empty() {
        return Ok(shards);
    }
    Err(CliError::new(codes::BAD_SHARD, faults.join("; ")))
}

/// The batch that all shards are of, as the first of those that ask for most runs tells it.
fn same_batch(shards: &[Shard]) -> Result<Batch, CliError> {
    let read = |shard: &Shard| {
        Batch::read(&shard.head.about).ok_or_else(|| {
            let message = format!("{} is no shard of this version", shard.path.display());
            CliError::new(codes::BAD_SHARD, message)
        })
    };
    let key = |shard: &&Shard| (std::cmp::Reverse(shard.head.asked), shard.head.runs.start);
    let nothing = || CliError::new(codes::NO_SHARDS, "no shard was named");
    let first = shards.iter().min_by_key(key).ok_or_else(nothing)?;
    let batch = read(first)?;
    for shard in shards
        .iter()
        .filter(|one| one.head.about != first.head.about)
    {
        let differ = batch.differs(&read(shard)?);
        if !differ.is_empty() {
            let (a, b) = (first.path.display(), shard.path.display());
            let message = format!("{a} and {b} differ in {}", differ.join(", "));
            return Err(CliError::new(codes::MIXED_SHARDS, message));
        }
    }
    let (theirs, ours) = (&batch.results.model_digest, env!("LEVERLAB_MODEL_DIGEST"));
    if theirs != ours {
        let short = |digest: &str| digest.chars().take(8).collect::<String>();
        let message = format!(
            "the shards are of version {} (model {}); this is {} (model {})",
            batch.results.version,
            short(theirs),
            env!("CARGO_PKG_VERSION"),
            short(ours)
        );
        return Err(CliError::new(codes::OTHER_VERSION, message));
    }
    Ok(batch)
}

/// What is missing, if anything; shards are counted as most of those that are there are.
fn gaps(joined: &Joined, per_draw: u32) -> Option<Gaps> {
    let runs = joined.missing();
    let asked = joined.heads().map(|head| head.asked).max()?;
    let mut counts: Vec<u32> = joined
        .heads()
        .filter(|head| head.asked == asked)
        .map(|head| head.of)
        .collect();
    counts.sort_unstable();
    let most = |of: &&[u32]| (of.len(), std::cmp::Reverse(of[0]));
    let of = counts.chunk_by(|a, b| a == b).max_by_key(most)?[0];
    (!runs.is_empty()).then(|| Gaps {
        shards: holding(&runs, of, asked, per_draw),
        runs,
        asked,
        of,
    })
}

/// Prints the missing shards, ready for a scheduler, and says which runs they hold.
fn tell(gaps: &Gaps, session: &Session) -> Result<(), CliError> {
    let numbers = gaps.shards.iter().map(|&index| index..index + 1).collect();
    let shards = stretches(&joined_up(numbers));
    match session.format {
        Format::Table => session.print(&shards)?,
        Format::Json | Format::Csv => {
            let stretch = |runs: &Range<u32>| [runs.start, runs.end - 1];
            let runs: Vec<_> = gaps.runs.iter().map(stretch).collect();
            let json = json!({ "shards": shards, "of": gaps.of, "missing_runs": runs });
            let row = vec![shards.clone(), gaps.of.to_string()];
            session.rows(&["shards", "of"], &[row], &json)?;
        }
    }
    let (runs, asked, of) = (stretches(&gaps.runs), gaps.asked, gaps.of);
    let message = format!("runs {runs} of {asked} are missing: shards {shards} of {of}");
    Err(CliError::new(codes::GAPS, message))
}

/// Stretches that touch as one.
fn joined_up(stretches: Vec<Range<u32>>) -> Vec<Range<u32>> {
    let mut out: Vec<Range<u32>> = Vec::new();
    for one in stretches {
        match out.last_mut() {
            Some(last) if last.end == one.start => last.end = one.end,
            _ => out.push(one),
        }
    }
    out
}

/// First and last of each stretch, as schedulers read them: `3,7-9`.
fn stretches(all: &[Range<u32>]) -> String {
    let text = |one: &Range<u32>| match one.len() {
        1 => one.start.to_string(),
        _ => format!("{}-{}", one.start, one.end - 1),
    };
    all.iter().map(text).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_as_schedulers_read_them() {
        let numbers = [3, 7, 8, 9, 11].map(|index| index..index + 1);
        assert_eq!(stretches(&joined_up(numbers.to_vec())), "3,7-9,11");
        assert_eq!(stretches(&[0..12, 30..31]), "0-11,30");
    }
}
