//! Turns TOML text into a checked [`Scenario`]: unknown keys, types, bounds and dates are
//! found all at once, each with its place; `extends` and `--set` are resolved here and
//! nowhere else, so the same file gives the same run everywhere.

mod chain;
pub mod codes;
pub mod dates;
pub mod diagnose;
pub mod instruments;
mod lay;
pub mod read;
pub mod resolve;
pub mod schema;
mod text;
mod walk;

pub use codes::{CODES, Code};
pub use diagnose::{Fault, Faults, Place, Source, Warnings, nearest};
pub use lay::status_quo;
pub use read::shipped;
pub use resolve::{Resolved, resolve, resolve_all, resolve_stack};
pub use walk::{DISCOUNT_RATE, FIRST_QUARTER, LAST_QUARTER};

use crate::base::time::Quarter;
use crate::policy::Schedule;

/// `[run]`: what is simulated and reported.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSettings {
    /// First quarter that is reported and in which variants may differ.
    pub start: Quarter,
    /// Last quarter.
    pub end: Quarter,
    /// Replicates a scenario.
    pub replicates: u32,
    /// Replicates that share one parameter draw.
    pub per_draw: u32,
    /// Master seed.
    pub seed: u32,
    /// Sampling fraction of the population, in (0, 1].
    pub scale: f64,
}

/// `[meta]`: what the scenario is and where it comes from.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Meta {
    /// Name, `[a-z0-9-]{1,48}`.
    pub name: String,
    /// Title.
    pub title: String,
    /// Title in Chinese, where given.
    pub title_zh: String,
    /// Author.
    pub author: String,
    /// Note.
    pub note: String,
    /// Document that proposes it.
    pub document: String,
    /// Fact ids it rests on.
    pub facts: Vec<String>,
}

/// A checked scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What it is.
    pub meta: Meta,
    /// What is run.
    pub run: RunSettings,
    /// One schedule per lever, in the order of `Settings`' paths: status quo with the
    /// scenario's values laid over it.
    pub schedules: Vec<Schedule>,
    /// Rules by which levers answer to published indicators.
    pub rules: Vec<crate::policy::Rule>,
    /// Parameters replaced in `[assumptions]` by path: low, central, high (equal if fixed).
    pub assumptions: Vec<(String, [f64; 3], crate::evidence::Distribution)>,
    /// Levers the scenario itself sets, by path.
    pub sets: Vec<String>,
    /// Canonical TOML of the resolved scenario (what `resolve` prints).
    pub resolved: String,
    /// blake3 of the canonical text without `replicates`.
    pub digest: String,
}

/// Whether a text is a scenario's name: 1 to 48 of a-z, 0-9 and hyphen.
pub fn is_name(text: &str) -> bool {
    (1..=48).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// A name made from a file's stem; letters outside a-z are kept apart by a short hash.
pub fn default_name(stem: &str) -> String {
    let mut name = String::new();
    for c in stem.to_lowercase().chars() {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    name.truncate(39);
    let name = name.trim_matches('-');
    if stem.is_ascii() && !name.is_empty() && stem.len() <= 39 {
        return name.to_owned();
    }
    let hash = blake3::hash(stem.as_bytes()).to_hex();
    let name = if name.is_empty() { "scenario" } else { name };
    format!("{name}-{}", &hash[..8])
}

#[cfg(test)]
mod tests;
