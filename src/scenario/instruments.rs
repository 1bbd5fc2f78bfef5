//! Says what an instrument of the source documents sets, as the scenario room sees it.

use crate::evidence::{Evidence, Label};

/// An instrument of the evidence base and the levers it sets at full intensity.
#[derive(Clone, Debug, Default)]
pub struct Instrument {
    /// Id.
    pub id: String,
    /// Label in English and Chinese.
    pub label: Label,
    /// Family it belongs to.
    pub family: String,
    /// Where it stands: in force, announced, proposed.
    pub status: String,
    /// Whether an intensity can be set.
    pub executable: bool,
    /// Levers and their values at intensity 1.
    pub sets: Vec<(String, f64)>,
    /// What the values rest on, or why there are none.
    pub reason: String,
}

/// The instruments of an evidence base.
pub fn of(evidence: &Evidence) -> Vec<Instrument> {
    evidence
        .instruments
        .iter()
        .map(|one| Instrument {
            id: one.id.clone(),
            label: Label {
                en: one.name_en.clone(),
                zh: one.name_zh.clone(),
            },
            family: one.family.clone(),
            status: one.status.clone(),
            executable: one.executable,
            sets: one
                .sets
                .iter()
                .map(|(path, value)| (path.clone(), *value))
                .collect(),
            reason: if one.executable {
                one.basis.clone()
            } else {
                one.reason.clone()
            },
        })
        .collect()
}
