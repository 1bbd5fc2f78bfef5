//! What income tax takes of the cash that units pass on to inventors.
//!
//! The rest of personal income tax is not modelled: no lever of this version acts there.

use crate::model::books::{Account, Books, Instrument};
use crate::model::context::Context;

/// Tax on a reward and tax forgone against a reward taxed as wage \[mn\].
///
/// Example: 2 mn, half of it taxed at 0.25: 0.25 paid, 0.25 forgone.
#[inline]
pub fn reward_tax(reward: f64, taxed: f64, rate: f64) -> (f64, f64) {
    (reward * taxed * rate, reward * (1.0 - taxed) * rate)
}

/// Books the income tax on cash rewards of `reward` by the law in force \[mn, real\].
pub fn tax_rewards(books: &mut Books, reward: f64, ctx: &Context) {
    let p = &ctx.parameters.tax;
    let local = p.personal_local_share;
    let (paid, forgone) = reward_tax(reward, ctx.law.rights.inventor_cash_taxed, p.reward_rate);
    for (to, share) in [(Account::Central, 1.0 - local), (Account::Local, local)] {
        books.pay(Account::Households, to, Instrument::RewardTax, share * paid);
    }
    books.forgo(
        Instrument::RewardRelief,
        (1.0 - local) * forgone,
        local * forgone,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_taxed_is_forgone() {
        assert_eq!(reward_tax(2.0, 0.5, 0.25), (0.25, 0.25));
        assert_eq!(reward_tax(2.0, 1.0, 0.25), (0.5, 0.0));
    }
}
