//! Which field does a firm belong to, and how far apart are two fields?

use crate::model::firms::{FIELDS, Segment};

/// Fields per industry block, in the order of the R&D sector split: electronics, electrical,
/// vehicles, machinery, pharma, chemicals and materials, metals, other industry, software,
/// engineering and other services.
const BLOCKS: [usize; 10] = [4, 3, 3, 4, 3, 3, 3, 3, 3, 3]; // derived: 32 fields over ten sectors
/// First block of services.
pub(super) const FIRST_SERVICE_BLOCK: usize = 8; // derived: software
/// Electronics, the block that holds chip makers.
pub(super) const ELECTRONICS: usize = 0;
/// Machinery, the block that holds machine-tool makers.
pub(super) const MACHINERY: usize = 3; // derived: fourth of the sector split

/// Block of each field.
const BLOCK_OF: [u8; FIELDS] = {
    let mut blocks = [0; FIELDS];
    let (mut field, mut block, mut left) = (0, 0, BLOCKS[0]);
    while field < FIELDS {
        if left == 0 {
            block += 1;
            left = BLOCKS[block];
        }
        blocks[field] = block as u8;
        left -= 1;
        field += 1;
    }
    blocks
};

/// Block of a field.
#[inline]
pub fn block_of(field: usize) -> usize {
    usize::from(BLOCK_OF[field])
}

/// Distance of two fields: 0 the same, one half in the same block, 1 elsewhere.
#[inline]
pub fn field_distance(a: usize, b: usize) -> f64 {
    // no branch: which it is hangs on chance where searches meet firms
    let apart = u8::from(a != b) + u8::from(block_of(a) != block_of(b));
    0.5 * f64::from(apart)
}

/// Field of a firm: industrial blocks for industry, service blocks for services, all for small.
pub fn draw_field(segment: Segment, u: f64) -> usize {
    let services = BLOCKS[FIRST_SERVICE_BLOCK..].iter().sum::<usize>();
    let industry = FIELDS - services;
    match segment {
        Segment::Industry => (u * industry as f64) as usize,
        Segment::Services => industry + (u * services as f64) as usize,
        Segment::Small => (u * FIELDS as f64) as usize,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_the_fields() {
        assert_eq!(BLOCKS.iter().sum::<usize>(), FIELDS);
        assert_eq!(block_of(0), 0);
        assert_eq!(block_of(FIELDS - 1), BLOCKS.len() - 1);
        assert_eq!(field_distance(0, 1), 0.5);
        assert_eq!(field_distance(0, 31), 1.0);
    }
}
