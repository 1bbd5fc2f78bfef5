//! How are losses used, aged and added at the end of a tax year?

use super::Column;
use crate::base::columns::Lent;
use crate::base::{math, select, strip};
use crate::model::firms::Firms;

/// Ages of losses \[years\].
const AGES: usize = 10;

/// Closes the year of the `n` firms from row `first`: those with losses to use, to age or to add.
/// `income` of the year is what is left after deductions, a loss where negative \[mn\]; `extra` the
/// extra deduction that was not given up for a refund \[mn\]; a loss lapses after so many `years`.
pub(super) fn close(
    firms: &mut Firms<Lent>,
    (first, n): (usize, usize),
    income: &Column,
    extra: &Column,
    years: &Column,
) {
    let (mut flags, mut places) = ([false; strip::ROWS], [0; strip::ROWS + select::SLACK]);
    let rows = first..first + n.min(strip::ROWS);
    let flags = &mut flags[..rows.len()];
    let carried = &firms.carried_losses[rows.clone()];
    matter(&firms.alive[rows], carried, income, flags);
    let count = select::put(flags, 0, &mut places);
    let places = &places[..count];
    bring_near(&firms.losses[first..], places);
    for &place in places {
        let k = place as usize;
        let i = first + k;
        let losses = &mut firms.losses[i];
        let fresh = math::max(-income[k], 0.0);
        let sum = absorb(losses, math::max(income[k], 0.0), fresh, years[k]);
        // of old losses that part stems from extra deductions that did before, of the new one
        // what the extra deduction made of it
        let before = math::max(firms.carried_losses[i], f64::MIN_POSITIVE);
        let of_extra = firms.extra_losses[i] / before;
        let added = math::min(math::max(extra[k], 0.0), fresh);
        firms.carried_losses[i] = sum;
        firms.extra_losses[i] = of_extra * (sum - fresh) + added;
    }
}

/// Reads both ends of the losses of all `places`: a year after they were last used they lie far
/// away, and the short loop waits for many of them at once.
fn bring_near(losses: &[[f64; AGES]], places: &[u32]) {
    let ends = places.iter().map(|&place| {
        let losses = &losses[place as usize];
        losses[0].to_bits() | losses[AGES - 1].to_bits()
    });
    std::hint::black_box(ends.fold(0, |seen, ends| seen | ends));
}

crate::dispatched! {
    /// Flags firms in business with a loss, of this year or carried.
    fn matter(alive: &[bool], carried: &[f64], income: &Column, flags: &mut [bool]) {
        let n = flags.len().min(strip::ROWS);
        let (alive, carried) = (&alive[..n], &carried[..n]);
        for k in 0..n {
            flags[k] = alive[k] & ((carried[k] > 0.0) | (income[k] < 0.0));
        }
    }
}

/// Uses losses by age, youngest first, against `income`, oldest first; all age by one year, lapse
/// after so many `years`, and `fresh` becomes the youngest. Gives their sum \[mn\].
///
/// Example: 1, 2 and 4 of ages 0, 1 and 4 at an income of 5 and 5 years: the 4 is used whole, one
/// of the 2; 1 is left of each of ages 1 and 2.
#[inline]
fn absorb(losses: &mut [f64; AGES], income: f64, fresh: f64, years: f64) -> f64 {
    let mut left = income;
    for age in (0..AGES).rev() {
        let loss = losses[age];
        let used = math::min(loss, left);
        left -= used;
        let older = age + 1;
        if older < AGES {
            let lasts = (older as f64) < years;
            losses[older] = if lasts { loss - used } else { 0.0 };
        }
    }
    losses[0] = fresh;
    losses.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::patents::testbed::world_of;

    /// Losses by age, their sum and the part of extra deductions, after a year.
    fn closed(by_age: &[f64], income: f64, extra: f64, years: f64) -> ([f64; AGES], f64, f64) {
        let mut firms = world_of(1, 1.0, 20.0).firms;
        firms.losses[0][..by_age.len()].copy_from_slice(by_age);
        firms.carried_losses[0] = by_age.iter().sum();
        firms.extra_losses[0] = 0.5 * firms.carried_losses[0];
        let column = |value: f64| [value; strip::ROWS];
        let (income, extra, years) = (column(income), column(extra), column(years));
        close(&mut firms.lend(), (0, 1), &income, &extra, &years);
        (
            firms.losses[0],
            firms.carried_losses[0],
            firms.extra_losses[0],
        )
    }

    #[test]
    fn losses_are_used_oldest_first_and_lapse() {
        let (losses, sum, extra) = closed(&[1.0, 2.0, 0.0, 0.0, 4.0], 5.0, 0.0, 5.0);
        // the loss of age 4 is used whole, one of age 1 loses 1.0, all age by a year
        assert_eq!(losses[..4], [0.0, 1.0, 1.0, 0.0]);
        assert_eq!((sum, extra), (2.0, 1.0));
        let (losses, sum, extra) = closed(&losses[..5], -3.0, 2.0, 5.0);
        assert_eq!((losses[0], losses[2], sum), (3.0, 1.0, 5.0));
        // half of what is carried on, and 2 of the 3 of this year
        assert_eq!(extra, 3.0);
        // of age 4 a year later it lapses, after ten years of carrying it does not
        assert_eq!(closed(&[0.0, 0.0, 0.0, 0.0, 1.0], 0.0, 0.0, 5.0).1, 0.0);
        assert_eq!(closed(&[0.0, 0.0, 0.0, 0.0, 1.0], 0.0, 0.0, 10.0).1, 1.0);
    }
}
