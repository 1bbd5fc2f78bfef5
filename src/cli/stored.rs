//! Brings back the batch of a results folder, to run parts of it again.

use super::order::digest_of;
use super::{CliError, Session, codes};
use crate::engine::replicate::Economy;
use crate::report::folder;
use crate::report::results::Results;
use crate::scenario::codes::EVIDENCE;
use crate::scenario::{Scenario, resolve_all};
use std::path::{Path, PathBuf};

/// Results of a folder.
///
/// # Errors
/// Where there are none, or another process is at it.
pub fn results(folder: &Path) -> Result<Results, CliError> {
    folder::settle(folder)?;
    merged(folder)?;
    Results::read(folder).map_err(|error| CliError::new(codes::NO_RESULTS, error.to_string()))
}

/// Refuses a folder of shards that were not merged.
///
/// # Errors
/// Code 3 with what to do.
pub fn merged(folder: &Path) -> Result<(), CliError> {
    let wait = folder::unmerged(folder);
    wait.map_or(Ok(()), |what| Err(CliError::new(codes::UNMERGED, what)))
}

/// The model under the scenarios that a folder holds results of.
///
/// # Errors
/// Scenarios that cannot be read, and results that this version would not give.
pub fn economy(
    folder: &Path,
    results: &Results,
    seeds: Option<&Path>,
    session: &Session,
) -> Result<Economy, CliError> {
    let evidence = session.evidence(seeds)?;
    let files: Vec<PathBuf> = results
        .scenarios
        .iter()
        .map(|scenario| folder.join(format!("scenario.{}.toml", scenario.name)))
        .collect();
    let variants: Vec<&Path> = files.iter().skip(1).map(PathBuf::as_path).collect();
    let base = files.first().map_or(folder, PathBuf::as_path);
    let all = resolve_all(base, &variants, &[], &evidence)?;
    let scenarios: Vec<Scenario> = all.into_iter().map(|one| one.scenario).collect();
    if digest_of(&scenarios, &evidence.digest) != results.digest {
        let message = format!(
            "{} holds results of version {} (model {}) with its evidence and scenarios; \
             this is {} (model {})",
            folder.display(),
            results.version,
            brief(&results.model_digest),
            env!("CARGO_PKG_VERSION"),
            brief(env!("LEVERLAB_MODEL_DIGEST")),
        );
        return Err(CliError::new(codes::OTHER_VERSION, message));
    }
    Economy::new(&evidence, &scenarios).map_err(|error| CliError::new(EVIDENCE, error))
}

fn brief(digest: &str) -> &str {
    digest.get(..8).unwrap_or(digest)
}
