//! Which shard is meant: `--shard I/N` as written, or `auto/N` as the scheduler says.

use crate::cli::{CliError, codes};
use crate::engine::shard::Part;

/// `--shard` as given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Number, from 1; `None` where the scheduler says it.
    pub index: Option<u32>,
    /// Shards of the batch.
    pub of: u32,
}

/// Variables by which schedulers number the tasks of an array, the first that is set counts, and
/// what is added to make the first task 1. Indexed Kubernetes jobs and AWS Batch arrays always
/// begin with 0, Grid Engine with 1; Slurm, PBS and HyperQueue begin where the user says, so
/// their numbers are taken as they are: ask for an array of 1 to N.
pub const SCHEDULERS: [(&str, u32); 6] = [
    ("SLURM_ARRAY_TASK_ID", 0),
    ("JOB_COMPLETION_INDEX", 1),
    ("PBS_ARRAY_INDEX", 0),
    ("SGE_TASK_ID", 0),
    ("AWS_BATCH_JOB_ARRAY_INDEX", 1),
    ("HQ_TASK_ID", 0),
];

/// Reads `--shard`.
///
/// # Errors
/// What is wrong with it and what would be right.
pub fn spec(text: &str) -> Result<Spec, String> {
    let Some((index, of)) = text.split_once('/') else {
        let wanted = if text == "auto" {
            "the number of shards is missing: auto/N, e.g. --shard auto/16"
        } else {
            "I/N or auto/N is expected, e.g. 3/16 for the third of 16 shards"
        };
        return Err(wanted.to_owned());
    };
    let of = whole(of).filter(|&of| of > 0);
    let of = of.ok_or("the number of shards is a whole number from 1: I/N, e.g. 3/16")?;
    if index == "auto" {
        return Ok(Spec { index: None, of });
    }
    let index = whole(index).filter(|index| (1..=of).contains(index));
    let index = index.ok_or_else(|| format!("shards of {of} are numbered 1 to {of}"))?;
    let index = Some(index);
    Ok(Spec { index, of })
}

/// Digits alone, no sign.
fn whole(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// The shard that is meant, and where its number is from if not from the command line.
///
/// # Errors
/// Code 2 where no scheduler gave a number, or one that cannot be.
pub fn pick(
    spec: Spec,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<(Part, Option<String>), CliError> {
    let of = spec.of;
    if let Some(index) = spec.index {
        return Ok((Part { index, of }, None));
    }
    // Grid Engine says "undefined" outside of arrays.
    let set =
        |name: &str| variable(name).filter(|text| !["", "undefined"].contains(&text.as_str()));
    let found = SCHEDULERS
        .iter()
        .find_map(|(name, add)| Some((*name, set(name)?, *add)));
    let Some((name, text, add)) = found else {
        let names = SCHEDULERS.map(|(name, _)| name).join(", ");
        let message =
            format!("--shard auto/{of}: no scheduler numbers this task; none of {names} is set");
        return Err(CliError::new(codes::NO_TASK, message));
    };
    let index = whole(&text).and_then(|number| number.checked_add(add));
    let index = index.filter(|index| (1..=of).contains(index));
    let index = index.ok_or_else(|| {
        let (first, last) = (1 - add, of - add);
        let message = format!("--shard auto/{of}: {name} is {text}, tasks are {first} to {last}");
        CliError::new(codes::NO_TASK, message)
    })?;
    let said = format!("shard {index} of {of}, from {name}={text}");
    Ok((Part { index, of }, Some(said)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(set: &[(&str, &str)]) -> Result<(Part, Option<String>), CliError> {
        let variable = |name: &str| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let spec = spec("auto/16").expect("a spec");
        pick(spec, &variable)
    }

    #[test]
    fn numbers_of_tasks_become_numbers_from_one() {
        for (name, add) in SCHEDULERS {
            let (first, last) = ((1 - add).to_string(), (16 - add).to_string());
            assert_eq!(auto(&[(name, &first)]).expect("first").0.index, 1, "{name}");
            assert_eq!(auto(&[(name, &last)]).expect("last").0.index, 16, "{name}");
            let over = (17 - add).to_string();
            for bad in [&over, "-1", "+3", "x", "99999999999"] {
                let error = auto(&[(name, bad)]).expect_err("not a shard");
                assert_eq!(error.code(), 2, "{name}={bad}");
            }
        }
        assert!(auto(&[("SLURM_ARRAY_TASK_ID", "0")]).is_err());
    }

    #[test]
    fn the_first_that_is_set_counts_and_is_said() {
        let set = [
            ("HQ_TASK_ID", "3"),
            ("SGE_TASK_ID", "undefined"),
            ("PBS_ARRAY_INDEX", ""),
        ];
        let (part, said) = auto(&set).expect("a shard");
        assert_eq!(part, Part { index: 3, of: 16 });
        assert_eq!(said.expect("said"), "shard 3 of 16, from HQ_TASK_ID=3");
        let set = [("HQ_TASK_ID", "3"), ("SLURM_ARRAY_TASK_ID", "5")];
        assert_eq!(auto(&set).expect("a shard").0.index, 5);
        assert_eq!(auto(&[]).expect_err("none").code(), 2);
    }

    #[test]
    fn what_cannot_be_a_shard_is_refused_with_a_remedy() {
        for bad in [
            "0/4", "5/4", "1/0", "auto", "auto/0", "4", "1/4/2", "-1/4", "a/b", "/", "",
        ] {
            assert!(spec(bad).is_err(), "{bad}");
        }
        assert!(spec("auto").expect_err("plain").contains("auto/N"));
        let (first, last) = (spec("1/1"), spec("16/16"));
        assert_eq!(
            first,
            Ok(Spec {
                index: Some(1),
                of: 1
            })
        );
        assert_eq!(
            last,
            Ok(Spec {
                index: Some(16),
                of: 16
            })
        );
    }
}
