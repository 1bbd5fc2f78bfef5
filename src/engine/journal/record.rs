//! The bytes of the journal: one index entry, one record of values, one of paths, each fixed in
//! size and each with its checksum.

use crate::engine::{Failure, Outcome};

/// How many numbers a run leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Scenarios.
    pub scenarios: usize,
    /// Headline metrics a scenario.
    pub metrics: usize,
    /// Details a scenario.
    pub details: usize,
    /// Numbers of quarterly paths a scenario.
    pub paths: usize,
}

impl Shape {
    /// Bytes of a record of values.
    pub(in crate::engine) fn value_bytes(&self) -> u64 {
        (self.scenarios * (self.metrics + self.details) * 8) as u64
    }

    /// Bytes of a record of paths.
    pub(in crate::engine) fn path_bytes(&self) -> u64 {
        (self.scenarios * self.paths * 8) as u64
    }

    /// Both records of a run.
    pub(in crate::engine) fn encode(&self, outcomes: &[Outcome]) -> [Vec<u8>; 2] {
        let bytes = |numbers: &mut dyn Iterator<Item = &f64>| -> Vec<u8> {
            numbers.flat_map(|number| number.to_le_bytes()).collect()
        };
        let values = |one: &Outcome| -> Vec<f64> {
            one.metrics.iter().chain(&one.details).copied().collect()
        };
        let values: Vec<f64> = outcomes.iter().flat_map(values).collect();
        let mut paths = outcomes.iter().flat_map(|one| &one.paths);
        [bytes(&mut values.iter()), bytes(&mut paths)]
    }

    /// The outcomes in a record of values, without their paths.
    pub(in crate::engine) fn decode(&self, bytes: &[u8]) -> Vec<Outcome> {
        let numbers = floats(bytes);
        let row = (self.metrics + self.details).max(1);
        let outcome = |row: &[f64]| Outcome {
            metrics: row[..self.metrics].to_vec(),
            details: row[self.metrics..].to_vec(),
            paths: Vec::new(),
        };
        numbers.chunks_exact(row).map(outcome).collect()
    }
}

/// Numbers of a record.
pub(in crate::engine) fn floats(bytes: &[u8]) -> Vec<f64> {
    let number = |eight: &[u8]| f64::from_le_bytes(eight.try_into().expect("eight bytes"));
    bytes.chunks_exact(8).map(number).collect()
}

/// Checksum of some bytes.
pub(in crate::engine) type Sum = [u8; 16];

/// The checksum of `bytes`.
pub(in crate::engine) fn sum(bytes: &[u8]) -> Sum {
    let hash = blake3::hash(bytes);
    hash.as_bytes()[..16]
        .try_into()
        .expect("sixteen of 32 bytes")
}

/// What the index says of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Entry {
    pub(in crate::engine) run: u32,
    pub(in crate::engine) end: End,
}

/// How a run ended and where it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum End {
    /// Place of its records and their checksums: values, paths.
    Done { place: u64, sums: [Sum; 2] },
    /// Where its causes stand, as text, and their checksum.
    Failed { at: u64, length: u32, sum: Sum },
}

/// Bytes of an index entry.
pub(in crate::engine) const ENTRY: usize = 64;
const CHECKED: usize = ENTRY - 8;
const DONE: u32 = 1;
const FAILED: u32 = 2;

impl Entry {
    /// run, kind, place, two checksums or a length and one, spare, own checksum.
    pub(in crate::engine) fn encode(&self) -> [u8; ENTRY] {
        let mut out = [0; ENTRY];
        out[..4].copy_from_slice(&self.run.to_le_bytes());
        let (kind, place) = match self.end {
            End::Done { place, sums } => {
                out[16..32].copy_from_slice(&sums[0]);
                out[32..48].copy_from_slice(&sums[1]);
                (DONE, place)
            }
            End::Failed { at, length, sum } => {
                out[16..20].copy_from_slice(&length.to_le_bytes());
                out[32..48].copy_from_slice(&sum);
                (FAILED, at)
            }
        };
        out[4..8].copy_from_slice(&kind.to_le_bytes());
        out[8..16].copy_from_slice(&place.to_le_bytes());
        let own = sum(&out[..CHECKED]);
        out[CHECKED..].copy_from_slice(&own[..8]);
        out
    }

    /// The entry in these bytes; `None` where they are damaged.
    pub(in crate::engine) fn decode(bytes: &[u8; ENTRY]) -> Option<Self> {
        if sum(&bytes[..CHECKED])[..8] != bytes[CHECKED..] {
            return None;
        }
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four"));
        let part = |at: usize| bytes[at..at + 16].try_into().expect("sixteen");
        let place = u64::from(word(8)) | u64::from(word(12)) << 32;
        let end = match word(4) {
            DONE => End::Done {
                place,
                sums: [part(16), part(32)],
            },
            FAILED => End::Failed {
                at: place,
                length: word(16),
                sum: part(32),
            },
            _ => return None,
        };
        Some(Self { run: word(0), end })
    }
}

/// Failures of a run as lines of scenario, tab, cause with its line breaks escaped.
pub(in crate::engine) fn failures_text(failures: &[Failure]) -> String {
    let line = |one: &Failure| format!("{}\t{}\n", one.scenario, one.cause.escape_debug());
    failures.iter().map(line).collect()
}

/// The reverse of [`failures_text`], the causes still escaped where they held odd characters.
pub(in crate::engine) fn failures_of(run: u32, text: &str) -> Vec<Failure> {
    let failure = |line: &str| {
        let (scenario, cause) = line.split_once('\t')?;
        Some(Failure {
            scenario: scenario.parse().ok()?,
            run,
            cause: unescape(cause),
        })
    };
    text.lines().filter_map(failure).collect()
}

/// Undoes what `escape_debug` does to quotes, backslashes and line breaks.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('0') => out.push('\0'),
            Some('u') => {
                let code: String = letters.by_ref().take_while(|c| *c != '}').collect();
                let code = u32::from_str_radix(code.trim_start_matches('{'), 16).ok();
                out.extend(code.and_then(char::from_u32));
            }
            other => out.extend(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_and_every_flipped_bit_is_seen() {
        let sums = [sum(b"values"), sum(b"paths")];
        let done = Entry {
            run: 7,
            end: End::Done {
                place: 1 << 40,
                sums,
            },
        };
        let failed = Entry {
            run: 8,
            end: End::Failed {
                at: 12,
                length: 99,
                sum: sums[1],
            },
        };
        for entry in [done, failed] {
            let bytes = entry.encode();
            assert_eq!(Entry::decode(&bytes), Some(entry));
            for bit in 0..ENTRY * 8 {
                let mut flipped = bytes;
                flipped[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(Entry::decode(&flipped), None, "bit {bit}");
            }
        }
        assert_eq!(Entry::decode(&[0; ENTRY]), None, "a hole is no entry");
    }

    #[test]
    fn records_and_causes_come_back() {
        let shape = Shape {
            scenarios: 2,
            metrics: 2,
            details: 1,
            paths: 3,
        };
        let outcome = |x: f64| Outcome {
            metrics: vec![x, -0.0],
            details: vec![0.1 * x],
            paths: vec![x; 3],
        };
        let [values, paths] = shape.encode(&[outcome(1.0), outcome(2.0)]);
        assert_eq!(values.len() as u64, shape.value_bytes());
        assert_eq!(paths.len() as u64, shape.path_bytes());
        assert_eq!(floats(&paths), [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]);
        let back = shape.decode(&values);
        assert_eq!(back[1].metrics, [2.0, 0.0]);
        assert!(back[1].metrics[1].is_sign_negative());
        let failures = [Failure {
            scenario: 1,
            run: 5,
            cause: "in 2027Q3:\n\t'x' \\ \"y\" 甲\u{7f}".to_owned(),
        }];
        assert_eq!(failures_of(5, &failures_text(&failures)), failures);
    }
}
