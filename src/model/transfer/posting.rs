//! Which inventions are posted under an open licence?
//!
//! An invention's place in the order of posting lasts, so the list is kept from quarter to
//! quarter: what was disclosed is looked at once, all rows only when the lever moves.

use super::bargain;
use super::offers::Pick;
use crate::base::room::have_room;
use crate::model::universities::Universities;

/// One in so many rows for which the store has memory may be posted before more is asked for.
const ROOM: usize = 64;

/// Posted inventions.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Posting {
    /// Rows in order, with the ids that they hold.
    rows: Vec<(u32, u32)>,
    /// Share of patents posted when all rows were last looked at, none before.
    open: Option<f64>,
}

impl Posting {
    /// The next list is drawn up from all rows.
    pub(super) fn look_again(&mut self) {
        self.open = None;
    }

    /// Inventions posted now that are still on the shelf, in the order of rows.
    pub(super) fn pick(&mut self, u: &Universities, open: f64, picked: &mut Vec<Pick>) {
        let v = &u.inventions;
        let posted = |row: u32| {
            // few are: only theirs are the ids looked up
            let posted = bargain::posted(v.post_rank[row as usize], open);
            (posted && v.id[row as usize] != 0).then(|| (row, v.id[row as usize]))
        };
        have_room(&mut self.rows, v.id.capacity() / ROOM);
        have_room(picked, self.rows.capacity());
        if self.open == Some(open) {
            self.rows.retain(|&(row, id)| v.id[row as usize] == id);
            self.rows
                .extend(u.fresh.iter().filter_map(|&row| posted(row)));
            self.rows.sort_unstable();
            self.rows.dedup();
        } else {
            self.open = Some(open);
            self.rows.clear();
            self.rows.extend((0..v.len() as u32).filter_map(posted));
        }
        let picks = self.rows.iter().map(|&(row, id)| Pick {
            turn: row,
            row,
            id,
            mass: v.shelf[row as usize],
        });
        picked.clear();
        picked.extend(picks.filter(|pick| pick.mass > 0.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::universities::Invention;

    fn invention(id: u32, post_rank: f64) -> Invention {
        Invention {
            id,
            post_rank,
            shelf: f64::from(id),
            ..Invention::default()
        }
    }

    fn masses(picked: &[Pick]) -> Vec<(u32, f64)> {
        picked.iter().map(|pick| (pick.row, pick.mass)).collect()
    }

    /// Posts what comes, drops what goes, looks at all again as the lever moves.
    #[test]
    fn the_list_is_that_of_all_rows() {
        let mut u = Universities::default();
        for (id, rank) in [(1, 0.3), (2, 0.01), (3, 0.02)] {
            u.inventions.push(invention(id, rank));
        }
        let (mut posting, mut picked) = (Posting::default(), Vec::new());
        posting.pick(&u, 0.05, &mut picked);
        assert_eq!(masses(&picked), [(1, 2.0), (2, 3.0)]);
        // the second row is given to another, not posted; a fourth comes
        u.inventions.set_row(1, invention(7, 0.9));
        let fresh = u.inventions.push(invention(8, 0.0)) as u32;
        u.fresh = vec![1, fresh];
        for _ in 0..2 {
            posting.pick(&u, 0.05, &mut picked);
            assert_eq!(masses(&picked), [(2, 3.0), (3, 8.0)]);
        }
        u.inventions.shelf[3] = 0.0;
        posting.pick(&u, 0.5, &mut picked);
        assert_eq!(masses(&picked), [(0, 1.0), (2, 3.0)]);
    }
}
