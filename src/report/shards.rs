//! What a shard says of its batch, so that shards alone are enough to write the results.

use serde_json::{Value, json};

use super::files::Provenance;
use super::results::{Results, from_manifest, manifest_of};
use crate::engine::Ensemble;

/// The batch that shards are of: results without runs, and where they come from.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Results, with neither outcomes nor fans.
    pub results: Results,
    /// Where they come from; the volatile part is empty.
    pub provenance: Provenance,
}

impl Batch {
    /// The text that a shard carries: the manifest without runs, and the resolved scenarios.
    pub fn about(&self) -> String {
        let mut all = manifest_of(&self.results);
        self.provenance.tell(&mut all);
        all["resolved"] = json!(self.provenance.resolved);
        all.to_string()
    }

    /// The reverse of [`Batch::about`]; `None` where it is not of this version.
    pub fn read(about: &str) -> Option<Self> {
        let all: Value = serde_json::from_str(about).ok()?;
        let texts = |value: &Value| serde_json::from_value(value.clone()).ok();
        Some(Self {
            provenance: Provenance {
                resolved: texts(&all["resolved"])?,
                evidence_digest: all["evidence_digest"].as_str()?.to_owned(),
                git_revision: all["git_revision"].as_str().map(str::to_owned),
                files_read: texts(&all["files_read"])?,
                volatile: Value::Null,
            },
            results: from_manifest(&all)?,
        })
    }

    /// In which respects another batch differs; empty where both are the same.
    pub fn differs(&self, other: &Self) -> Vec<String> {
        let (a, b) = (&self.results, &other.results);
        let mut out = Vec::new();
        let mut tell = |what: &str, pair: [String; 2]| {
            let [one, two] = pair;
            if one != two {
                out.push(format!("{what} ({one} and {two})"));
            }
        };
        let short = |digest: &str| digest.chars().take(8).collect::<String>();
        tell(
            "model",
            [&a.model_digest, &b.model_digest].map(|one| short(one)),
        );
        let evidence = [&self.provenance, &other.provenance];
        tell("evidence", evidence.map(|one| short(&one.evidence_digest)));
        tell("seed", [a.seed, b.seed].map(|one| one.to_string()));
        tell(
            "runs a draw",
            [a.per_draw, b.per_draw].map(|one| one.to_string()),
        );
        tell("scale", [a.scale, b.scale].map(|one| one.to_string()));
        let names = |one: &Results| {
            let names: Vec<&str> = one.scenarios.iter().map(|s| s.name.as_str()).collect();
            names.join(", ")
        };
        tell("scenarios", [names(a), names(b)]);
        if out.is_empty() {
            // A scenario's digest holds all of `[run]`: alone only if nothing above differs.
            for (one, two) in a.scenarios.iter().zip(&b.scenarios) {
                if one.digest != two.digest {
                    out.push(format!("scenario {}", one.name));
                }
            }
        }
        if out.is_empty() && a.digest != b.digest {
            out.push("batch".to_owned());
        }
        out
    }

    /// The batch without runs, of `asked`.
    pub fn of(results: Results, provenance: Provenance, asked: u32) -> Self {
        let ensemble = Ensemble {
            asked,
            ..Ensemble::default()
        };
        Self {
            results: Results {
                ensemble,
                fans: Vec::new(),
                ..results
            },
            provenance,
        }
    }
}
