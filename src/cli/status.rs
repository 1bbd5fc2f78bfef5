//! `leverlab status`: which shards of a folder are finished, begun or missing?

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use rayon::prelude::*;
use serde_json::json;

use super::{CliError, Session, codes};
use crate::engine::journal::recorded;
use crate::engine::shard::{Head, Part, Shard};
use crate::report::folder::shards;

/// Arguments of `status`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  leverlab status output/baseline-1a2b3c4d           a row a shard
  leverlab status output/baseline-1a2b3c4d --format csv")]
pub struct StatusArgs {
    /// Folder that shards are written to.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

/// How far a shard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Done,
    Begun,
    Damaged,
    Missing,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Begun => "begun",
            Self::Damaged => "damaged",
            Self::Missing => "missing",
        }
    }
}

/// A stretch of runs and how far it is.
#[derive(Clone, Debug)]
struct Row {
    /// Number of the shard, where the batch is known to be split so.
    shard: Option<u32>,
    first: u32,
    last: u32,
    finished: u32,
    /// Runs that failed, of a finished shard.
    failed: u32,
    state: State,
}

/// Runs the command.
///
/// # Errors
/// Code 3 where the folder holds no shards or cannot be read.
pub fn command(args: &StatusArgs, session: &Session) -> Result<(), CliError> {
    let rows = look(&args.folder)?;
    let table: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let shard = row.shard.map_or(String::new(), |shard| shard.to_string());
            let runs = row.last - row.first + 1;
            let far = format!("{} of {runs}", row.finished);
            let [first, last] = [row.first, row.last].map(|run| run.to_string());
            let failed = row.failed.to_string();
            vec![shard, first, last, far, failed, row.state.word().to_owned()]
        })
        .collect();
    let json: Vec<_> = rows
        .iter()
        .map(|row| {
            json!({ "shard": row.shard, "first": row.first, "last": row.last,
                "finished": row.finished, "failed": row.failed, "state": row.state.word() })
        })
        .collect();
    let header = ["shard", "first", "last", "runs", "failed", "state"];
    session.rows(&header, &table, &json!(json))?;
    let count = |state| rows.iter().filter(|row| row.state == state).count();
    let [done, begun, damaged, missing] =
        [State::Done, State::Begun, State::Damaged, State::Missing].map(count);
    let failed: u32 = rows.iter().map(|row| row.failed).sum();
    let mut said = format!("{done} done, {begun} begun, {damaged} damaged, {missing} missing");
    if failed > 0 {
        said += &format!("; {failed} runs failed, which a merge drops");
    }
    if done == rows.len() {
        said += ": `leverlab merge` joins them";
    }
    session.say(&said);
    Ok(())
}

/// All shards of a folder; those that nobody has begun too, once one is finished.
fn look(folder: &Path) -> Result<Vec<Row>, CliError> {
    let broken = |error: std::io::Error| {
        let message = format!("{} cannot be read: {error}", folder.display());
        CliError::new(codes::NO_SHARDS, message)
    };
    let mut rows = Vec::new();
    let mut split: Option<Head> = None;
    let files = shards::list(folder).map_err(broken)?;
    let opened: Vec<_> = files.par_iter().map(|file| Shard::open(file)).collect();
    for (path, opened) in files.iter().zip(opened) {
        let Some((runs, _)) = shards::runs_of(path) else {
            continue;
        };
        let whole = opened.ok();
        rows.push(Row {
            shard: None,
            first: runs.start,
            last: runs.end - 1,
            finished: whole.as_ref().map_or(0, |_| runs.end - runs.start),
            failed: whole.as_ref().map_or(0, Shard::failed),
            state: whole.as_ref().map_or(State::Damaged, |_| State::Done),
        });
        split = whole.map(|one| one.head).or(split);
    }
    for begun in shards::begun(folder).map_err(broken)? {
        // A journal that has just been begun has no index yet.
        let journals = begun.journals.iter();
        let known: BTreeSet<u32> = journals
            .flat_map(|journal| recorded(journal).unwrap_or_default())
            .filter(|run| begun.runs.contains(run))
            .collect();
        rows.push(Row {
            shard: None,
            first: begun.runs.start,
            last: begun.runs.end - 1,
            finished: known.len() as u32,
            failed: 0,
            state: State::Begun,
        });
    }
    if rows.is_empty() {
        let message = format!("{} holds no shards", folder.display());
        return Err(CliError::new(codes::NO_SHARDS, message));
    }
    if let Some(head) = split {
        number(&mut rows, &head);
    }
    rows.sort_by_key(|row| (row.first, row.last));
    Ok(rows)
}

/// Numbers the shards of a batch as one of them tells of it, and adds those that are missing.
fn number(rows: &mut Vec<Row>, head: &Head) {
    for index in 1..=head.of {
        let part = Part { index, of: head.of };
        let runs = part.runs(head.asked, head.per_draw);
        if runs.is_empty() {
            continue;
        }
        let (first, last) = (runs.start, runs.end - 1);
        let same = |row: &&mut Row| (row.first, row.last) == (first, last);
        match rows.iter_mut().find(same) {
            Some(row) => row.shard = Some(index),
            None => rows.push(Row {
                shard: Some(index),
                first,
                last,
                finished: 0,
                failed: 0,
                state: State::Missing,
            }),
        }
    }
}
