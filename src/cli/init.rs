//! `leverlab init`: writes a scenario that runs as it is.

use super::{CliError, Session, codes, write_file};
use crate::scenario::{schema, shipped};
use clap::Args;
use std::path::{Path, PathBuf};

/// Arguments of `init`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  leverlab init study                                study/scenario.toml, which runs as it is
  leverlab init study --preset rights-reform         one that builds on a shipped variant")]
pub struct InitArgs {
    /// Folder.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Shipped scenario to start from.
    #[arg(long, value_name = "NAME", default_value = "baseline")]
    pub preset: String,
}

/// Title of the schema, by which an earlier one is known.
const TITLE: &str = "leverlab scenario";

/// Writes `scenario.toml` and `scenario.schema.json`.
///
/// # Errors
/// An unknown preset, a scenario that is there already, a folder that cannot be written.
pub fn command(args: &InitArgs, session: &Session) -> Result<(), CliError> {
    let names = shipped();
    let short = |name: &String| name.rsplit([':', '/']).next().unwrap_or(name).to_owned();
    let preset = args
        .preset
        .strip_prefix("leverlab:")
        .unwrap_or(&args.preset);
    let Some(preset) = names
        .iter()
        .find(|name| short(name) == preset || name.ends_with(&format!(":{preset}")))
    else {
        let message = format!("no shipped scenario `{}`", args.preset);
        let names = names.iter().map(String::as_str);
        return Err(CliError::unknown(message, &args.preset, names));
    };
    let file = args.dir.join("scenario.toml");
    let schema_file = args.dir.join("scenario.schema.json");
    let ours = |path: &Path| std::fs::read_to_string(path).is_ok_and(|text| text.contains(TITLE));
    for (path, keep) in [(&file, true), (&schema_file, !ours(&schema_file))] {
        if path.exists() && keep {
            let message = format!("`{}` is there already", path.display());
            return Err(CliError::new(codes::THERE_ALREADY, message));
        }
    }
    let evidence = session.evidence(None)?;
    std::fs::create_dir_all(&args.dir)
        .map_err(|error| CliError::output(&args.dir.display().to_string(), &error))?;
    let example = evidence.levers.first().map_or_else(String::new, |lever| {
        let (family, name) = lever.path.split_once('.').unwrap_or((&lever.path, ""));
        let now = lever.status_quo.last().map_or(0.0, |dated| dated.value);
        format!(
            "\n# {} [{}]; now {now}\n# [policy.{family}]\n# {name} = {}\n",
            lever.label.en, lever.unit, lever.plausible[1]
        )
    });
    let text = format!(
        "#:schema ./scenario.schema.json\nextends = \"{preset}\"\n\n[meta]\nname = \"my-scenario\"\ntitle = \"What this scenario changes, in a line\"\n{example}"
    );
    write_file(
        &schema_file,
        &format!("{:#}\n", schema::scenario(&evidence)),
    )?;
    write_file(&file, &text)?;
    session.print(&file.display().to_string())
}
