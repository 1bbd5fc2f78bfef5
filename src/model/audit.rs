//! Checks of every quarter of every run: money and inventions neither appear nor vanish.

use super::books::{Account, Books};
use super::state::State;
use crate::base::{math, stats};

/// What is counted at the end of a quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Holdings {
    /// Cash of living firms, weighted \[mn\].
    pub cash: f64,
    /// Inventions on public shelves \[inventions\].
    pub shelf: f64,
}

impl Holdings {
    /// Counts the state.
    pub fn of(state: &State) -> Self {
        Self {
            cash: state.firms.total(&state.firms.cash),
            shelf: stats::sum(&state.universities.inventions.shelf),
        }
    }

    /// Counts the state a quarter later and holds that against the quarter: firms' cash moved by
    /// what the books say, the books close, inventions on shelves are those of before and those
    /// disclosed, less those dealt and those lapsed.
    ///
    /// # Errors
    /// Says what does not close and by how much.
    pub fn next(&self, state: &State) -> Result<Self, String> {
        let now = Self::of(state);
        let books = &state.books;
        if !books.are_numbers() {
            return Err("a booking is not a number".to_owned());
        }
        let turnover = turnover(books);
        let (moved, booked) = (now.cash - self.cash, books.net(Account::Firms));
        if !close(moved, booked, turnover) {
            return Err(format!(
                "cash of firms moved by {moved} mn, the books say {booked} mn"
            ));
        }
        let all: f64 = ACCOUNTS.iter().map(|account| books.net(*account)).sum();
        if !close(all, 0.0, turnover) {
            return Err(format!("the books do not close: {all} mn"));
        }
        let (moved, counted) = (now.shelf - self.shelf, shelved(state));
        if !close(moved, counted, math::max(self.shelf, now.shelf)) {
            return Err(format!(
                "inventions on shelves moved by {moved}, those disclosed, dealt and lapsed \
                 come to {counted}"
            ));
        }
        Ok(now)
    }
}

/// Money that changed hands in the quarter \[mn\].
fn turnover(books: &Books) -> f64 {
    let flows = books.flow.as_flattened();
    flows.iter().map(|amount| amount.abs()).sum()
}

/// Inventions that came to shelves this quarter less those that left them.
fn shelved(state: &State) -> f64 {
    let tally = &state.universities.tally;
    let deals = &state.transfer.deals_this_quarter;
    let dealt: f64 = deals.iter().map(|deal| deal.mass).sum();
    tally.disclosed - tally.lapsed + tally.redrawn - dealt
}

/// Rounding allowed, relative to the size of what is added up.
const TOLERANCE: f64 = 1e-9; // derived: a million sums of 53-bit numbers

fn close(a: f64, b: f64, size: f64) -> bool {
    (a - b).abs() <= TOLERANCE * math::max(size, 1.0)
}

const ACCOUNTS: [Account; 8] = [
    Account::Firms,
    Account::Units,
    Account::Households,
    Account::Banks,
    Account::Funds,
    Account::Central,
    Account::Local,
    Account::Rest,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::books::Instrument;
    use crate::model::firms::Firm;
    use crate::model::universities::Invention;

    /// One agent of ten firms with 3 mn each, an invention of 8 on the shelf, and what is held.
    fn quarter() -> (State, Holdings) {
        let mut state = State::default();
        state.firms.push(Firm {
            weight: 10.0,
            alive: true,
            cash: 3.0,
            ..Firm::default()
        });
        state.universities.inventions.push(Invention {
            shelf: 8.0,
            ..Invention::default()
        });
        let held = Holdings::of(&state);
        (state, held)
    }

    #[test]
    fn a_quarter_that_closes_is_the_next_start() {
        let (mut state, held) = quarter();
        state.firms.cash[0] -= 0.5;
        let (firms, rest) = (Account::Firms, Account::Rest);
        state.books.pay(firms, rest, Instrument::OperatingCost, 5.0);
        state.universities.inventions.shelf[0] -= 2.0;
        state.universities.tally.lapsed = 2.0;
        let now = Holdings {
            cash: 25.0,
            shelf: 6.0,
        };
        assert_eq!(held.next(&state), Ok(now));
    }

    #[test]
    fn money_and_inventions_that_come_from_nowhere_are_named() {
        let (mut state, held) = quarter();
        state.firms.cash[0] += 1e-6;
        let fault = held.next(&state).unwrap_err();
        assert!(fault.starts_with("cash of firms moved by"), "{fault}");
        let (mut state, held) = quarter();
        state.universities.inventions.shelf[0] += 1e-6;
        let fault = held.next(&state).unwrap_err();
        assert!(fault.starts_with("inventions on shelves moved"), "{fault}");
    }

    #[test]
    fn a_booking_that_is_not_a_number_is_named() {
        let (mut state, held) = quarter();
        let (banks, rest) = (Account::Banks, Account::Rest);
        state.books.pay(banks, rest, Instrument::Interest, f64::NAN);
        assert!(held.next(&state).unwrap_err().contains("not a number"));
    }
}
