//! What does each firm pay its owners?

use super::dividend;
use crate::base::columns::Lent;
use crate::base::{math, strip};
use crate::model::books::{Account, Instrument};
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::state::State;

/// Pays dividends out of what is a firm's own: borrowed money is not paid out.
pub(super) fn pay_dividends(state: &mut State, ctx: &Context) {
    let months = ctx.parameters.demand.cash_buffer_months;
    let pay = |mut firms| pay_owners(&mut firms, months);
    let paid = ctx.crew.walk(state.firms.lend(), pay);
    let households = Account::Households;
    state
        .books
        .pay(Account::Firms, households, Instrument::Dividend, paid);
    state.market.tally.dividends = paid;
}

/// Takes dividends out of cash; gives what the represented firms pay \[mn\].
fn pay_owners(firms: &mut Firms<Lent>, months: f64) -> f64 {
    let n = firms.len();
    let (mut paid, mut weighted) = (0.0, [0.0; strip::ROWS]);
    for from in (0..n).step_by(strip::ROWS) {
        let rows = from..usize::min(from + strip::ROWS, n);
        share_out(
            (&firms.alive[rows.clone()], &firms.weight[rows.clone()]),
            (&firms.rd[rows.clone()], &firms.rd_desired[rows.clone()]),
            (&firms.sales[rows.clone()], &firms.loan[rows.clone()]),
            months,
            &mut firms.cash[rows.clone()],
            &mut weighted,
        );
        for share in &weighted[..rows.len()] {
            paid += share;
        }
    }
    paid
}

crate::dispatched! {
    /// Takes dividends from the cash of firms in business; `weighted` is what the firms each
    /// stands for pay \[mn\].
    fn share_out(
        stands_for: (&[bool], &[f64]),
        research: (&[f64], &[f64]),
        size: (&[f64], &[f64]),
        months: f64,
        cash: &mut [f64],
        weighted: &mut [f64; strip::ROWS],
    ) {
        let n = cash.len().min(strip::ROWS);
        let (alive, weight) = (&stands_for.0[..n], &stands_for.1[..n]);
        let (rd, wanted) = (&research.0[..n], &research.1[..n]);
        let (sales, loan) = (&size.0[..n], &size.1[..n]);
        for k in 0..n {
            let planned = math::max(rd[k], wanted[k]);
            let share = dividend(cash[k] - loan[k], sales[k], months, planned);
            let share = if alive[k] { share } else { 0.0 };
            cash[k] -= share;
            weighted[k] = weight[k] * share;
        }
    }
}
