//! How are losses used, aged and added at the end of a tax year?

use super::Column;
use crate::base::{math, strip};
use crate::model::firms::Firms;

/// Ages of losses \[years\].
const AGES: usize = 10;

/// Losses of a strip of firms by age, youngest first, and what the year makes of them.
pub(super) struct Losses {
    places: [usize; strip::ROWS],
    by_age: [Column; AGES],
    /// Income of the year after deductions; negative is a loss \[mn\].
    income: Column,
    /// Years after which a loss lapses.
    years: Column,
    carried: Column,
    extra_carried: Column,
    /// Extra deduction of the year that was not given up for a refund \[mn\].
    extra: Column,
}

impl Losses {
    pub(super) fn new() -> Self {
        let zero = [0.0; strip::ROWS];
        Self {
            places: [0; strip::ROWS],
            by_age: [zero; AGES],
            income: zero,
            years: zero,
            carried: zero,
            extra_carried: zero,
            extra: zero,
        }
    }

    /// Closes the year of the `n` firms from row `first`: those with losses to use, to age or to
    /// add. `income` and `extra` as in [`Losses`], `years` by firm.
    pub(super) fn close(
        &mut self,
        firms: &mut Firms,
        (first, n): (usize, usize),
        income: &Column,
        extra: &Column,
        years: &Column,
    ) {
        let mut count = 0;
        for k in 0..n.min(strip::ROWS) {
            let i = first + k;
            self.places[count] = k;
            let matters = (firms.carried_losses[i] > 0.0) | (income[k] < 0.0);
            count += usize::from(matters & firms.alive[i]);
        }
        for (r, &k) in self.places[..count].iter().enumerate() {
            let i = first + k;
            for (age, &loss) in firms.losses[i].iter().enumerate() {
                self.by_age[age][r] = loss;
            }
            (self.income[r], self.extra[r], self.years[r]) = (income[k], extra[k], years[k]);
            self.carried[r] = firms.carried_losses[i];
            self.extra_carried[r] = firms.extra_losses[i];
        }
        absorb(self, count);
        for (r, &k) in self.places[..count].iter().enumerate() {
            let i = first + k;
            firms.losses[i] = std::array::from_fn(|age| self.by_age[age][r]);
            firms.carried_losses[i] = self.carried[r];
            firms.extra_losses[i] = self.extra_carried[r];
        }
    }
}

crate::dispatched! {
    /// Uses losses of the first `n` rows against income, oldest first; a negative income becomes
    /// the youngest loss; losses age by one year and lapse. Of old losses that part stems from
    /// extra deductions that did before, of the new one what the extra deduction made of it.
    fn absorb(losses: &mut Losses, n: usize) {
        let n = n.min(strip::ROWS);
        for r in 0..n {
            let mut left = math::max(losses.income[r], 0.0);
            let fresh = math::max(-losses.income[r], 0.0);
            for age in (0..AGES).rev() {
                let loss = losses.by_age[age][r];
                let used = math::min(loss, left);
                left -= used;
                let older = age + 1;
                if older < AGES {
                    let lasts = (older as f64) < losses.years[r];
                    losses.by_age[older][r] = if lasts { loss - used } else { 0.0 };
                }
            }
            losses.by_age[0][r] = fresh;
            let mut sum = 0.0;
            for age in 0..AGES {
                sum += losses.by_age[age][r];
            }
            let before = math::max(losses.carried[r], f64::MIN_POSITIVE);
            let of_extra = losses.extra_carried[r] / before;
            let added = math::min(math::max(losses.extra[r], 0.0), fresh);
            losses.carried[r] = sum;
            losses.extra_carried[r] = of_extra * (sum - fresh) + added;
        }
    }
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
        Losses::new().close(&mut firms, (0, 1), &income, &extra, &years);
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
