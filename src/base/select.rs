//! Lists the few rows on which an expensive part runs, out of many, without a branch a row.

/// Rows tested at a time: their flags stay in the nearest cache.
const STRIP: usize = 256;
/// Rows whose flags make one byte.
const EIGHT: usize = 8;

/// Places of the bits of each byte, lowest first; what follows them is overwritten.
const PLACES: [[u8; EIGHT]; 256] = places();

const fn places() -> [[u8; EIGHT]; 256] {
    let mut places = [[0; EIGHT]; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut bit, mut count) = (0, 0);
        while bit < EIGHT {
            if byte >> bit & 1 == 1 {
                places[byte][count] = bit as u8;
                count += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    places
}

/// Lists in `rows`, in rising order, the rows below `n` that `test` flags; it is given where a
/// strip of rows begins and the flags of the strip to fill, and should be a plain loop.
///
/// ```
/// let values = [3.0, -1.0, 0.0, 2.0];
/// let mut rows = Vec::new();
/// leverlab::base::select::list(values.len(), &mut rows, |from, flags| {
///     for (flag, value) in flags.iter_mut().zip(&values[from..]) {
///         *flag = *value > 0.0;
///     }
/// });
/// assert_eq!(rows, [0, 3]);
/// ```
pub fn list(n: usize, rows: &mut Vec<u32>, mut test: impl FnMut(usize, &mut [bool])) {
    // the head of the list is held here: where blocks list, those of neighbours share a cache line
    let mut list = std::mem::take(rows);
    list.clear();
    list.reserve(n);
    let (mut flags, mut found) = ([false; STRIP], [0; STRIP + SLACK]);
    for from in (0..n).step_by(STRIP) {
        let strip = &mut flags[..usize::min(STRIP, n - from)];
        test(from, strip);
        let count = put(strip, from, &mut found);
        list.extend_from_slice(&found[..count]);
    }
    *rows = list;
}

/// Room that a list of rows needs beyond its last one.
pub const SLACK: usize = EIGHT;

/// Lists the rows of `flags`, the first of which is row `from`, in `rows`, which has [`SLACK`] more
/// places than there are flags; gives how many there are.
///
/// ```
/// let mut rows = [0; 3 + leverlab::base::select::SLACK];
/// assert_eq!(leverlab::base::select::put(&[true, false, true], 10, &mut rows), 2);
/// assert_eq!(rows[..2], [10, 12]);
/// ```
///
/// # Panics
/// Where `rows` has not that room.
#[inline]
pub fn put(flags: &[bool], from: usize, rows: &mut [u32]) -> usize {
    let (eights, rest) = flags.as_chunks::<EIGHT>();
    let mut count = 0;
    for (k, eight) in eights.iter().enumerate() {
        count = put_eight(eight, from + EIGHT * k, rows, count);
    }
    let mut last = [false; EIGHT];
    last[..rest.len()].copy_from_slice(rest);
    put_eight(&last, from + EIGHT * eights.len(), rows, count)
}

/// Writes the rows of eight flags behind the first `count` rows; gives how many there are then.
#[inline]
fn put_eight(flags: &[bool; EIGHT], from: usize, rows: &mut [u32], count: usize) -> usize {
    // derived: moves the lowest bit of byte k to bit k of the highest byte; adds all bytes there
    const GATHER: u64 = 0x0102_0408_1020_4080;
    const ADD: u64 = 0x0101_0101_0101_0101;
    let bytes = u64::from_le_bytes(flags.map(u8::from));
    let byte = (bytes.wrapping_mul(GATHER) >> 56) as usize;
    let room = &mut rows[count..count + EIGHT];
    for (row, &place) in room.iter_mut().zip(&PLACES[byte]) {
        *row = from as u32 + u32::from(place);
    }
    count + (bytes.wrapping_mul(ADD) >> 56) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_what_a_plain_walk_lists() {
        for n in [0, 1, 7, 8, 9, 255, 256, 257, 1003] {
            for step in [1, 2, 3, 7, 50, 2000] {
                let flagged = |i: usize| (i * i + i / 3).is_multiple_of(step);
                let mut rows = vec![9; 3];
                list(n, &mut rows, |from, flags| {
                    for (k, flag) in flags.iter_mut().enumerate() {
                        *flag = flagged(from + k);
                    }
                });
                let plain: Vec<u32> = (0..n as u32).filter(|&i| flagged(i as usize)).collect();
                assert_eq!(rows, plain, "{n} {step}");
            }
        }
    }
}
