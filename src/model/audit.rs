//! Ordinary functions that check conservation of money and things; every test run calls them.

use super::books::Account;
use super::state::State;
use crate::base::math;

/// What is counted at the start of a quarter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Holdings {
    /// Cash of living firms, weighted \[mn\].
    pub cash: f64,
    /// Technology loans outstanding, weighted \[mn\].
    pub loans: f64,
    /// Inventions on public shelves \[inventions\].
    pub shelf: f64,
}

impl Holdings {
    /// Counts the state.
    pub fn of(state: &State) -> Self {
        Self {
            cash: state.firms.total(&state.firms.cash),
            loans: state.firms.total(&state.firms.loan),
            shelf: state.universities.inventions.shelf.iter().sum(),
        }
    }
}

/// Rounding allowed, relative to the size of what is added up.
const TOLERANCE: f64 = 1e-9; // derived: a million sums of 53-bit numbers

fn close(a: f64, b: f64, size: f64) -> bool {
    (a - b).abs() <= TOLERANCE * math::max(size, 1.0)
}

/// Checks a quarter: firms' cash moved by what the books say, bookings are finite.
///
/// # Errors
/// Says which account does not close and by how much.
pub fn check(before: &Holdings, after: &State) -> Result<(), String> {
    let now = Holdings::of(after);
    let booked = after.books.net(Account::Firms);
    let turnover: f64 = after
        .books
        .flow
        .iter()
        .flatten()
        .map(|amount| amount.abs())
        .sum();
    if !after.books.are_numbers() {
        return Err("a booking is not a number".to_owned());
    }
    if !close(now.cash - before.cash, booked, turnover) {
        return Err(format!(
            "cash of firms moved by {} mn, the books say {booked} mn (turnover {turnover} mn)",
            now.cash - before.cash
        ));
    }
    let all: f64 = ACCOUNTS
        .iter()
        .map(|account| after.books.net(*account))
        .sum();
    if !close(all, 0.0, turnover) {
        return Err(format!("the books do not close: {all} mn"));
    }
    Ok(())
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
