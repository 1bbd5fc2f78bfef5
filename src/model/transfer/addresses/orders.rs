//! Which firms has each list to see to?

use super::CELLS;
use crate::base::room::have_room;

/// Rows of firms by list, those of one list in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Orders {
    rows: Vec<u32>,
    /// Where those of each list end.
    ends: Vec<u32>,
}

impl Orders {
    /// Sorts `rows` by the list, the `cell`, of each.
    pub(super) fn sort(&mut self, rows: impl Iterator<Item = u32> + Clone, cell: &[u16]) {
        let list = |row: u32| usize::from(cell[row as usize]);
        self.ends.clear();
        self.ends.resize(CELLS + 1, 0);
        for row in rows.clone() {
            self.ends[list(row) + 1] += 1;
        }
        let mut before = 0;
        for end in &mut self.ends {
            before += *end;
            *end = before;
        }
        // far more than now in one quarter of many
        have_room(&mut self.rows, 2 * before as usize);
        self.rows.resize(before as usize, 0);
        for row in rows {
            let place = &mut self.ends[list(row)];
            self.rows[*place as usize] = row;
            *place += 1;
        }
    }

    /// Those of a list.
    pub(super) fn of(&self, cell: usize) -> &[u32] {
        let first = cell.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.rows[first as usize..self.ends[cell] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_by_list_and_keep_their_order() {
        let mut orders = Orders::default();
        for cell in [[2, 0, 2, 255], [0, 0, 1, 0]] {
            orders.sort([3, 0, 2].into_iter(), &cell);
            let lists: Vec<&[u32]> = (0..CELLS).map(|cell| orders.of(cell)).collect();
            assert_eq!(lists.concat().len(), 3);
            for (list, rows) in lists.iter().enumerate() {
                let own = [3, 0, 2].into_iter();
                let own = own.filter(|&row: &u32| usize::from(cell[row as usize]) == list);
                assert_eq!(*rows, own.collect::<Vec<u32>>());
            }
        }
    }
}
