//! `leverlab submit`: writes what a scheduler needs to run a batch in shards, and sends it.

mod kubernetes;
mod pilot;
mod size;
mod slurm;

use std::path::{Path, PathBuf, absolute};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::order::{digest_of, stored_size};
use super::run::StudyArgs;
use super::{CliError, Session, codes};
use crate::engine::replicate::Economy;
use crate::evidence::Evidence;
use crate::report::folder::default_folder;
use crate::scenario::codes::EVIDENCE;
use crate::scenario::{Scenario, resolve_all};
use size::{Size, Wish};

/// Who runs the shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// An array of Slurm.
    Slurm,
    /// An indexed job of Kubernetes.
    Kubernetes,
}

/// Arguments of `submit`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  leverlab submit leverlab:baseline study/scenario.toml -n 1000 --engine slurm
                                        scripts under jobs/, to be looked at and sent
  leverlab submit study/scenario.toml --engine slurm --partition short --go
  leverlab submit study/scenario.toml --engine kubernetes --image registry/leverlab:0.1.0")]
pub struct SubmitArgs {
    /// Scenario, or baseline and variants.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Who runs the shards.
    #[arg(long, value_enum)]
    pub engine: Engine,
    /// What changes the scenarios.
    #[command(flatten)]
    pub study: StudyArgs,
    /// Another evidence base.
    #[arg(long, value_name = "DIR")]
    pub seeds: Option<PathBuf>,
    /// Slurm: folder of the results, on a disk that all tasks see (default: output/NAME-DIGEST8/).
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Folder of the scripts (default: jobs/NAME-DIGEST8/).
    #[arg(long, value_name = "DIR")]
    pub jobs: Option<PathBuf>,
    /// Shards, or auto for as many as take some minutes each.
    #[arg(long, value_name = "N", default_value = "auto", value_parser = shards)]
    pub shards: Shards,
    /// Minutes a shard, for --shards auto.
    #[arg(long, value_name = "MIN", default_value_t = 10.0, value_parser = minutes)]
    pub minutes: f64,
    /// Cores of a task.
    #[arg(long, value_name = "C", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub cpus: u32,
    /// Slurm: partition.
    #[arg(long, value_name = "P", value_parser = word)]
    pub partition: Option<String>,
    /// Slurm: time of a task as Slurm writes it (default: thrice the pilot's).
    #[arg(long, value_name = "T", value_parser = time)]
    pub time: Option<String>,
    /// Slurm: a further #SBATCH line, e.g. --option=--account=lab; may be repeated.
    #[arg(long = "option", value_name = "TEXT", allow_hyphen_values = true, value_parser = option)]
    pub options: Vec<String>,
    /// Slurm: send the scripts.
    #[arg(long)]
    pub go: bool,
    /// Kubernetes: image that holds leverlab (default: leverlab:VERSION).
    #[arg(long, value_name = "IMAGE", value_parser = word)]
    pub image: Option<String>,
    /// Kubernetes: volume claim that takes the results (default: leverlab).
    #[arg(long, value_name = "NAME", value_parser = word)]
    pub claim: Option<String>,
    /// Shards at a time (default: all).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub parallel: Option<u32>,
}

/// `--shards`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shards {
    /// As many as take some minutes each.
    Auto,
    /// That many.
    Of(u32),
}

fn shards(text: &str) -> Result<Shards, String> {
    if text == "auto" {
        return Ok(Shards::Auto);
    }
    let number = text.parse().ok().filter(|number| *number > 0);
    number
        .map(Shards::Of)
        .ok_or_else(|| "a whole number from 1, or auto, is expected".to_owned())
}

fn minutes(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok();
    number
        .filter(|number| number.is_finite() && *number > 0.0)
        .ok_or_else(|| "a number of minutes over 0 is expected".to_owned())
}

/// A name that schedulers take as it stands, without quotes.
fn word(text: &str) -> Result<String, String> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "'\"\\`#$".contains(c);
    if text.is_empty() || text.starts_with('-') || text.contains(odd) {
        return Err("a name without spaces, quotes and the like is expected".to_owned());
    }
    Ok(text.to_owned())
}

/// A time as Slurm writes it: `MIN`, `MIN:SEC`, `HH:MM:SS`, `D-HH`, `D-HH:MM`, `D-HH:MM:SS`.
fn time(text: &str) -> Result<String, String> {
    let (days, clock) = match text.split_once('-') {
        Some((days, clock)) => (Some(days), clock),
        None => (None, text),
    };
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = days.into_iter().chain(clock.split(':')).collect();
    if parts.len() > 3 + usize::from(days.is_some()) || !parts.into_iter().all(number) {
        return Err("a time is expected: MIN, HH:MM:SS or D-HH:MM:SS".to_owned());
    }
    Ok(text.to_owned())
}

/// An option of `sbatch` on a line of its own.
fn option(text: &str) -> Result<String, String> {
    if !text.starts_with('-') || text.contains(char::is_control) {
        return Err("one option of sbatch is expected, e.g. --account=lab".to_owned());
    }
    Ok(text.to_owned())
}

/// What goes to a scheduler.
struct Batch<'a> {
    args: &'a SubmitArgs,
    scenarios: &'a [Scenario],
    digest: String,
    size: Size,
    /// Memory of the job that merges \[MiB\].
    merging: u64,
}

/// A file to be written, and what is in it.
struct Paper {
    name: String,
    text: String,
}

/// What templates say of a batch.
struct Words {
    name: String,
    shards: u32,
    /// Shards at a time.
    parallel: u32,
    runs: u32,
    cpus: u32,
    mebibytes: u64,
    merging: u64,
    time: String,
}

impl Batch<'_> {
    fn name(&self) -> &str {
        &self.scenarios[0].meta.name
    }

    fn words(&self) -> Words {
        let size = &self.size;
        Words {
            name: self.name().to_owned(),
            shards: size.shards,
            parallel: (self.args.parallel.unwrap_or(size.shards)).min(size.shards),
            runs: size.runs,
            cpus: size.cpus,
            mebibytes: size.mebibytes,
            merging: self.merging,
            time: self.args.time.clone().unwrap_or_else(|| size.time()),
        }
    }

    /// The subcommand that runs it, its scenario files under `folder`.
    fn subcommand(&self, folder: &str) -> Vec<String> {
        let verb = ["run", "compare"][usize::from(self.scenarios.len() > 1)];
        let file = |one: &Scenario| format!("{folder}/{}.toml", one.meta.name);
        let files = self.scenarios.iter().map(file);
        std::iter::once(verb.to_owned()).chain(files).collect()
    }

    /// What follows it: the shard, the results' folder, the threads.
    fn flags(&self, output: &str) -> Vec<String> {
        let Size { shards, cpus, .. } = self.size;
        let flags = format!("--quiet --shard auto/{shards} --threads {cpus} -o");
        let flags = flags.split(' ').map(str::to_owned);
        flags.chain([output.to_owned()]).collect()
    }

    /// The scenarios as files that extend nothing.
    fn scenarios(&self) -> Vec<Paper> {
        let paper = |one: &Scenario| Paper {
            name: format!("{}.toml", one.meta.name),
            text: one.resolved.clone(),
        };
        self.scenarios.iter().map(paper).collect()
    }
}

/// Runs the command.
///
/// # Errors
/// [`CliError`]: scenarios as for `run`; flags that cannot be; scripts that cannot be written; a
/// scheduler that is not there or refuses.
pub fn command(args: &SubmitArgs, session: &Session) -> Result<(), CliError> {
    fitting(args)?;
    let evidence = session.evidence(args.seeds.as_deref())?;
    let scenarios = scenarios(args, &evidence, session)?;
    let economy =
        Economy::new(&evidence, &scenarios).map_err(|error| CliError::new(EVIDENCE, error))?;
    session.say("pilot: a run of all scenarios on one core");
    let cost = pilot::fly(&economy)?;
    let run = &scenarios[0].run;
    let wish = Wish {
        shards: match args.shards {
            Shards::Auto => None,
            Shards::Of(number) => Some(number),
        },
        minutes: args.minutes,
        cpus: args.cpus,
    };
    let [in_memory, on_disk] = stored_size(&economy, scenarios.len(), run.replicates);
    let size = Size::of(wish, cost, run.replicates, run.per_draw);
    let batch = Batch {
        args,
        scenarios: &scenarios,
        digest: digest_of(&scenarios, &evidence.digest),
        merging: size.merging(in_memory),
        size,
    };
    let folder = folder_of(&batch);
    let next = match args.engine {
        Engine::Slurm => {
            let program = std::env::current_exe()
                .map_err(|error| CliError::new(codes::INTERNAL, error.to_string()))?;
            let scripts = slurm::papers(&batch, &folder, &program)?;
            write(&folder, scripts.into_iter().chain(batch.scenarios()))?;
            if args.go {
                slurm::send(&folder)?
            } else {
                slurm::how(&folder)
            }
        }
        Engine::Kubernetes => {
            write(&folder, kubernetes::papers(&batch)?)?;
            kubernetes::how(&folder, &batch)
        }
    };
    tell(&batch, cost, on_disk, &folder, &next, session)
}

/// Refuses flags of one engine that stand with the other.
fn fitting(args: &SubmitArgs) -> Result<(), CliError> {
    let slurm = [
        (args.partition.is_some(), "--partition is for Slurm"),
        (args.time.is_some(), "--time is for Slurm"),
        (!args.options.is_empty(), "--option is for Slurm"),
        (
            args.go,
            "--go sends to Slurm; `kubectl apply` sends to Kubernetes",
        ),
        (
            args.output.is_some(),
            "-o: pods write to the volume of --claim",
        ),
        (
            args.seeds.is_some(),
            "--seeds: a pod does not see that folder; build an image that holds it",
        ),
    ];
    let kubernetes = [
        (args.image.is_some(), "--image is for Kubernetes"),
        (args.claim.is_some(), "--claim is for Kubernetes"),
    ];
    let of_others = match args.engine {
        Engine::Slurm => &kubernetes[..],
        Engine::Kubernetes => &slurm,
    };
    match of_others.iter().find(|(given, _)| *given) {
        Some((_, what)) => Err(CliError::new(codes::BAD_FLAG, *what)),
        None => Ok(()),
    }
}

/// The scenarios, checked; warnings are said.
fn scenarios(
    args: &SubmitArgs,
    evidence: &Evidence,
    session: &Session,
) -> Result<Vec<Scenario>, CliError> {
    let variants: Vec<&Path> = args.files[1..].iter().map(PathBuf::as_path).collect();
    let all = resolve_all(&args.files[0], &variants, &args.study.all_sets(), evidence)?;
    let warnings = all.iter().flat_map(|one| one.warnings.clone());
    session.warn(&crate::scenario::Faults(warnings.collect()).in_order().0);
    Ok(all.into_iter().map(|one| one.scenario).collect())
}

/// Folder of the scripts.
fn folder_of(batch: &Batch) -> PathBuf {
    let default = default_folder(batch.name(), &batch.digest);
    let own = default.file_name().map(PathBuf::from).unwrap_or_default();
    let jobs = || Path::new("jobs").join(own);
    batch.args.jobs.clone().unwrap_or_else(jobs)
}

/// A path that holds wherever the task starts.
fn whole(path: &Path) -> Result<String, CliError> {
    if path
        .to_str()
        .is_none_or(|text| text.contains(char::is_control))
    {
        let message = format!("a script cannot name the path {}", path.display());
        return Err(CliError::new(
            codes::BAD_FLAG,
            message.escape_debug().to_string(),
        ));
    }
    let broken = |error: std::io::Error| CliError::output(&path.display().to_string(), &error);
    Ok(absolute(path).map_err(broken)?.display().to_string())
}

/// Writes the papers, each whole or not at all.
fn write(folder: &Path, papers: impl IntoIterator<Item = Paper>) -> Result<(), CliError> {
    let broken = |error: std::io::Error| CliError::output(&folder.display().to_string(), &error);
    std::fs::create_dir_all(folder).map_err(broken)?;
    for paper in papers {
        super::write_file(&folder.join(&paper.name), &paper.text)?;
    }
    Ok(())
}

/// Prints the size of the batch and what is to be done next.
fn tell(
    batch: &Batch,
    cost: pilot::Cost,
    megabytes: f64,
    folder: &Path,
    next: &[String],
    session: &Session,
) -> Result<(), CliError> {
    let size = &batch.size;
    let rows = [
        ("shards", size.shards.to_string()),
        ("runs_per_shard", size.runs.to_string()),
        ("seconds_per_run", format!("{:.1}", cost.seconds)),
        ("minutes_per_shard", format!("{:.1}", size.minutes)),
        ("core_hours", format!("{:.2}", size.core_hours)),
        ("mebibytes_per_task", size.mebibytes.to_string()),
        ("megabytes_on_disk", format!("{megabytes:.1}")),
        ("folder", folder.display().to_string()),
        ("next", next.join("\n")),
    ];
    let json = json!({
        "shards": size.shards, "runs_per_shard": size.runs, "seconds_per_run": cost.seconds,
        "minutes_per_shard": size.minutes, "core_hours": size.core_hours,
        "mebibytes_per_task": size.mebibytes, "megabytes_on_disk": megabytes, "folder": folder.display().to_string(),
        "next": next,
    });
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(what, value)| vec![what.to_owned(), value])
        .collect();
    session.rows(&["what", "value"], &rows, &json)
}

#[cfg(test)]
mod tests;
