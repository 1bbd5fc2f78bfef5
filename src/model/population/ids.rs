//! What is the id of a founding firm, of an entrant, of the other half of a line?

use crate::model::firms::Segment;

/// Bits of a founding ordinal; the split path stands above them, the segment above that, and
/// the top bit is left to entrants. Low bits count, so that `id % 4` spreads firms over the year.
const ORDINAL_BITS: u32 = 23; // derived: 8 million agents a segment
/// Splits a line can go through: bits of the split path.
pub const SPLIT_BITS: u8 = 5; // derived: 2^5 = 32 parts
/// Bits of an entrant's ordinal within its stream.
pub const ARRIVAL_BITS: u32 = 16; // derived: 65,536 arrivals a stream
/// Bits of the stream an entrant arrives in.
const STREAM_BITS: u32 = 10; // derived: 3 segments of 256 cells
/// Bits of a stream's field, above which its region stands.
const FIELD_BITS: u32 = 5; // derived: 32 fields
/// The bit that tells an entrant from a founding firm.
const ENTRANT: u32 = 1 << 31; // derived: top bit

/// Id of a founding firm: segment in the high bits, then room for the split path, ordinal low.
pub fn firm_id(segment: Segment, ordinal: u32) -> u32 {
    assert!(
        ordinal < 1 << ORDINAL_BITS,
        "founding index {ordinal} passes its bits"
    );
    (segment as u32) << (ORDINAL_BITS + u32::from(SPLIT_BITS)) | ordinal
}

/// Id of arrival `ordinal` of an entry stream: top bit, room for the split path, stream, ordinal.
///
/// Streams begin in different quarters of the year: most entrants of a small sample are among the
/// first few of their stream, who would otherwise all think of loans and plans in the same one.
pub fn entrant_id(stream: u32, ordinal: u32) -> u32 {
    assert!(
        stream < 1 << STREAM_BITS && ordinal < 1 << ARRIVAL_BITS,
        "arrival {ordinal} of stream {stream} passes its bits"
    );
    let quarter = (ordinal + stream + (stream >> FIELD_BITS)) % 4; // derived: quarters a year
    ENTRANT | stream << ARRIVAL_BITS | ordinal & !3 | quarter
}

/// Whether a firm entered after the founding.
pub fn is_entrant(id: u32) -> bool {
    id & ENTRANT != 0
}

/// Id of the other half when a line is split for the `splits + 1`-th time.
pub fn split_id(id: u32, splits: u8) -> u32 {
    assert!(
        splits < SPLIT_BITS,
        "a line is split at most {SPLIT_BITS} times"
    );
    let foot = if is_entrant(id) {
        ARRIVAL_BITS + STREAM_BITS
    } else {
        ORDINAL_BITS
    };
    id | 1 << (foot + u32::from(splits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_are_spread_over_the_year_from_the_first_on() {
        for ordinal in 0..8 {
            let mut quarters = [0; 4];
            for stream in 0..768 {
                quarters[entrant_id(stream, ordinal) as usize % 4] += 1;
            }
            assert_eq!(quarters, [192; 4], "{ordinal}");
        }
        // and so are those of each stream
        for stream in [0, 5, 700] {
            let mut quarters: Vec<u32> = (8..12).map(|n| entrant_id(stream, n) % 4).collect();
            quarters.sort_unstable();
            assert_eq!(quarters, [0, 1, 2, 3]);
        }
    }

    #[test]
    fn ids_of_lineages_do_not_meet() {
        let mut ids = std::collections::BTreeSet::new();
        for ordinal in [0, 1, 31, 32, 5000, (1 << 23) - 1] {
            for segment in [Segment::Industry, Segment::Services, Segment::Small] {
                assert!(ids.insert(firm_id(segment, ordinal)));
            }
        }
        for stream in [0, 1, 255, 256, 767] {
            for ordinal in [0, 1, 2, 65_535] {
                assert!(ids.insert(entrant_id(stream, ordinal)));
            }
        }
        // every line split fully: 2^5 parts each
        let mut lines: Vec<(u32, u8)> = ids.iter().map(|&id| (id, 0)).collect();
        let mut parts = 0;
        while let Some((id, splits)) = lines.pop() {
            if splits < SPLIT_BITS {
                let other = split_id(id, splits);
                assert!(ids.insert(other), "{other:#x}");
                assert_eq!(is_entrant(id), is_entrant(other));
                assert_eq!(id % 4, other % 4);
                lines.extend([(id, splits + 1), (other, splits + 1)]);
            } else {
                parts += 1;
            }
        }
        assert_eq!(parts, ids.len());
        assert_eq!(parts, (18 + 20) * 32);
    }
}
