//! Names every fault and warning of a scenario, what it means and what to do.

/// A fault or warning code and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// `E0101` (a fault) or `W0101` (a warning).
    pub id: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// What to do, in a few words.
    pub remedy: &'static str,
    /// What it means and what to do, at length.
    pub explanation: &'static str,
}

/// Declares codes and the list of them.
macro_rules! codes {
    ($($(#[$meta:meta])* $NAME:ident = $id:literal, $title:literal, $remedy:literal, $explanation:literal;)*) => {
        $($(#[$meta])* pub const $NAME: $crate::scenario::Code = $crate::scenario::Code { id: $id, title: $title, remedy: $remedy, explanation: $explanation };)*
        /// Every code of this file, in order.
        pub const CODES: &[$crate::scenario::Code] = &[$($NAME),*];
    };
}
pub(crate) use codes;

codes! {
    /// The file is missing.
    MISSING_FILE = "E0101", "file not found",
        "check the path; `leverlab list scenarios` names the shipped ones",
        "The scenario, or a file it extends, does not exist. `extends` is relative to the file that holds it; `leverlab:NAME` names a shipped scenario (`leverlab list scenarios`).";
    /// The path cannot be read.
    UNREADABLE = "E0102", "not a readable file",
        "name a file that may be read",
        "The path is a directory, or the file may not be read.";
    /// The file is not text.
    NOT_UTF8 = "E0103", "not UTF-8",
        "save the file as UTF-8",
        "Scenario files are UTF-8 text. Save the file again with that encoding.";
    /// The file is too long.
    TOO_LARGE = "E0104", "larger than 1 MB",
        "keep only what differs from the scenario it extends",
        "A scenario holds only what differs from the one it extends and stays far below 1 MB.";
    /// Nested too deep.
    TOO_DEEP = "E0105", "nested too deep",
        "write the value without so many brackets",
        "No scenario needs more than 32 levels of tables or arrays.";
    /// Not TOML.
    SYNTAX = "E0106", "not valid TOML",
        "mend the line: a quote, bracket or equals sign is missing or too many",
        "The text breaks the rules of TOML: a missing quote, bracket or equals sign, a key twice, a value of no type.";
    /// A key twice.
    DUPLICATE = "E0107", "named twice",
        "keep one of them",
        "The same key, or the same name, is given twice. Keep one.";
    /// `extends` goes in circles.
    CYCLE = "E0108", "scenarios extend each other",
        "let one of them extend something else, or nothing",
        "Following `extends` leads back to where it began; the chain is printed. One of them must extend something else.";
    /// Unknown table or key.
    UNKNOWN_KEY = "E0201", "unknown key",
        "take the key out or mend its name",
        "A scenario holds `extends`, [meta], [run], [policy.FAMILY], [instruments], [assumptions], [[shock]] and [[rule]]; `leverlab schema scenario` prints every key.";
    /// Unknown lever.
    UNKNOWN_LEVER = "E0202", "unknown lever",
        "find levers with `leverlab list levers --search TEXT`",
        "No lever has this path. `leverlab list levers --search TEXT` finds levers by path, label or decision.";
    /// Unknown instrument.
    UNKNOWN_INSTRUMENT = "E0203", "unknown instrument",
        "find instruments with `leverlab list instruments --search TEXT`",
        "No instrument has this name. `leverlab list instruments --search TEXT` finds them.";
    /// Unknown parameter.
    UNKNOWN_PARAMETER = "E0204", "unknown parameter",
        "see docs/parameters.md for all parameters",
        "[assumptions] replaces model parameters by path; `discount_rate` is short for tax.discount_rate, at which firms discount and present values are taken. `leverlab explain NAME` shows a parameter with its range and source.";
    /// Wrong type.
    WRONG_TYPE = "E0205", "wrong type",
        "write a value of the kind that is asked for",
        "The value is of another kind than the key takes: text for a number, a table for a value.";
    /// Outside hard bounds.
    OUT_OF_BOUNDS = "E0206", "outside the allowed range",
        "choose a value inside the range",
        "The value lies outside the range in which the model means anything. Values that are possible but unusual only warn.";
    /// NaN or infinity.
    NOT_FINITE = "E0207", "not a finite number",
        "write a number",
        "NaN and infinity are numbers to TOML, but no value of a scenario.";
    /// A key is missing.
    MISSING_KEY = "E0208", "a key is missing",
        "add the key",
        "The entry needs another key; the message names it.";
    /// The instrument only gives context.
    NOT_EXECUTABLE = "E0209", "instrument without a lever",
        "take it out, or set the levers you mean in [policy.FAMILY]",
        "The instrument is part of the evidence base but reaches no decision of the model, so no intensity can be set. `leverlab explain instrument:NAME` gives the reason.";
    /// No such date.
    BAD_DATE = "E0301", "no such date",
        "write 2026-07-01 or \"2026Q3\"",
        "Dates are 2026-07-01 or 2026Q3. A date acts in the quarter that holds it.";
    /// Dates run backwards.
    DATE_ORDER = "E0302", "dates run backwards",
        "let the end lie after the start",
        "An end must lie after its start.";
    /// Two entries cover the same time.
    OVERLAP = "E0303", "entries overlap",
        "give one of them another start, or end the earlier one with `until`",
        "Two entries of one lever start in the same quarter, or one has an `until` after the start of the next. Without `until` a value holds until the next one starts.";
    /// Not a number of quarters.
    BAD_DURATION = "E0304", "no number of quarters",
        "write \"8q\"",
        "A ramp or duration is written \"8q\": a whole number of quarters.";
    /// Invalid name.
    BAD_NAME = "E0401", "invalid name",
        "choose another [meta] name",
        "A scenario's name is 1 to 48 of a-z, 0-9 and hyphen. Without one, it is made from the file name.";
    /// Two scenarios alike.
    SAME_NAME = "E0402", "two scenarios with the same name",
        "give one of them another [meta] name",
        "Results are kept by name, so the scenarios of a comparison need different ones. To compare a scenario with itself, copy it under another name.";
    /// A variant with another run.
    VARIANT_RUN = "E0403", "variant with other run settings",
        "take it out; --set applies to all scenarios",
        "Variants are run in pairs with the baseline, so [run] is the baseline's: the same quarters, seed, scale and runs. Take the key out, or use --set to change it for all.";
    /// A variant with other assumptions.
    VARIANT_ASSUMPTIONS = "E0404", "variant with other assumptions",
        "put it into the baseline; --set applies to all scenarios",
        "A difference of assumptions is no effect of policy. Put [assumptions] into the baseline, or use --set to change it for all.";
    /// Adaptive rules.
    RULE = "E0501", "a rule that cannot be read",
        "write when = \"INDICATOR < NUMBER\" or with >",
        "A [[rule]] moves levers when a published indicator has crossed a bound: when = \"rd_intensity < 2.6\", for = \"4q\" (quarters in a row, 1 if left out), lag = \"2q\" (until the figure is published), then = { tax.super_deduction_general = 1.2 }. Figures are means of four quarters in the unit of the quarterly series; the quarters in a row are counted from the run's start.";
    /// Malformed `--set`.
    BAD_SET = "E0601", "malformed --set",
        "write --set PATH=VALUE, for example --set run.replicates=20",
        "--set takes PATH=VALUE, where PATH is a lever, an instrument, a parameter or a key of [run] and VALUE is TOML.";
    /// Evidence base at fault.
    EVIDENCE = "E0701", "the evidence base is at fault",
        "mend the files under --seeds, or leave --seeds out",
        "A file under the folder given by --seeds does not say what it must; the message lists each fault.";
    /// Implausible.
    IMPLAUSIBLE = "W0101", "outside the plausible range",
        "read the results with care, or choose a value inside the range",
        "The value is allowed, but lies outside the range seen or proposed anywhere; read the results with care.";
    /// After the end.
    AFTER_END = "W0102", "after the end of the run",
        "start it earlier, or let the run end later",
        "The date lies after the run's last quarter, so the value never acts; its announcement may.";
    /// Before the start.
    BEFORE_START = "W0103", "before the start of the run",
        "start it in the run, or let the run start earlier",
        "The past is recorded history and the same for all scenarios; the value acts from the run's start.";
    /// Covered by another setting.
    COVERED = "W0104", "covered by another setting",
        "keep one of them, or leave it if this is meant",
        "Two settings reach the same lever. [[rule]] covers [[shock]] once it acts, [[shock]] covers [policy], [policy] covers [instruments]; of two instruments the one that departs further from the status quo covers the other.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_explained() {
        for (n, code) in CODES.iter().enumerate() {
            assert!(code.explanation.len() > 20);
            assert!(
                CODES[..n]
                    .iter()
                    .all(|other| other.id < code.id
                        || other.id.as_bytes()[0] != code.id.as_bytes()[0])
            );
        }
    }
}
