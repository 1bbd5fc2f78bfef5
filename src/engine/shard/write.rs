//! Writes a shard from the journal of its runs.

use std::io::{self, Write};

use super::{AT_A_TIME, Head, NAME};
use crate::engine::journal::Journal;
use crate::engine::journal::record::{End, Entry};

/// Passes bytes on and hashes them.
struct Sealed<'a> {
    out: &'a mut dyn Write,
    hasher: blake3::Hasher,
}

impl Sealed<'_> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.out.write_all(bytes)
    }

    fn end(self) -> io::Result<()> {
        self.out.write_all(self.hasher.finalize().as_bytes())?;
        self.out.flush()
    }
}

/// Writes the runs of `head`, all of which `journal` has read back sound, to `out`.
///
/// # Errors
/// What the system says, or a run that the journal does not hold.
pub fn write(out: &mut dyn Write, head: &Head, journal: &mut Journal) -> io::Result<()> {
    let ends = journal.ends(head.runs.clone());
    if ends.len() != head.runs.len() {
        return Err(io::Error::other("a run is not recorded"));
    }
    let (mut entries, mut values, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    for (run, at) in ends {
        let record = journal.record(at)?;
        let end = match at.1 {
            End::Done { sums, .. } => {
                values.push(record);
                let place = values.len() as u64 - 1;
                End::Done { place, sums }
            }
            End::Failed { length, sum, .. } => {
                let at = failures.len() as u64;
                failures.extend(record);
                End::Failed { at, length, sum }
            }
        };
        entries.push(Entry { run, end });
    }
    let mut out = Sealed {
        out,
        hasher: blake3::Hasher::new(),
    };
    out.put(NAME)?;
    for word in words(head, values.len(), failures.len()) {
        out.put(&word.to_le_bytes())?;
    }
    out.put(head.about.as_bytes())?;
    for entry in &entries {
        out.put(&entry.encode())?;
    }
    out.put(&failures)?;
    for record in &values {
        out.put(record)?;
    }
    columns(&mut out, head, values.len(), journal)?;
    out.end()
}

/// The numbers of the head, in the order of the file.
fn words(head: &Head, done: usize, failures: usize) -> [u64; super::WORDS] {
    let shape = head.shape;
    [
        u64::from(head.asked),
        u64::from(head.per_draw),
        u64::from(head.runs.start),
        u64::from(head.runs.end),
        shape.scenarios as u64,
        shape.metrics as u64,
        shape.details as u64,
        shape.paths as u64,
        head.quarters as u64,
        done as u64,
        failures as u64,
        head.about.len() as u64,
        u64::from(head.of),
    ]
}

/// Turns the paths of runs, some series at a time, into columns of runs.
fn columns(
    out: &mut Sealed<'_>,
    head: &Head,
    done: usize,
    journal: &mut Journal,
) -> io::Result<()> {
    let quarters = head.quarters;
    let series = head.places() / quarters.max(1);
    let one = head.place_bytes(done) as usize * quarters;
    let step = (AT_A_TIME / one.max(1)).clamp(1, series.max(1));
    for first in (0..series).step_by(step) {
        let some = first..series.min(first + step);
        let block = journal.paths(head.runs.clone(), some, quarters)?;
        for place in 0..block.series * quarters {
            for scenario in 0..block.scenarios {
                let numbers = block.column(scenario, place);
                let bytes: Vec<u8> = numbers.flat_map(f64::to_le_bytes).collect();
                out.put(&bytes)?;
            }
        }
    }
    Ok(())
}
