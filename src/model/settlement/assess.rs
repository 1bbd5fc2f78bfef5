//! What a tax year comes to: tax due, relief by instrument, refund, loss carried on.

use crate::base::math;
use crate::model::tax::statute::{TaxStatus, corporate_tax};
use crate::policy::tax::Tax;

/// Relief of one assessment by instrument, and what is due \[mn\].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Assessment {
    /// Tax of the year, before refunds.
    pub tax: f64,
    /// Tax saved by the extra deduction.
    pub super_deduction: f64,
    /// Tax saved by the high-tech rate before extra deductions.
    pub hightech: f64,
    /// Tax saved beyond that by the small-profit rate.
    pub small_profit: f64,
    /// Cash paid for deductions given up.
    pub refund: f64,
    /// Deductions given up for it.
    pub given_up: f64,
    /// Income after all deductions, before losses; negative is a loss.
    pub income: f64,
}

/// Assesses a tax year of a firm.
///
/// `income` before R&D cost, `research` real cost, `extra` the extra deductions in yuan, the
/// losses carried in and the part of them that stems from extra deductions of earlier years,
/// `refunds` whether the firm gives up what it cannot use for a refund.
#[inline(always)]
#[allow(clippy::inline_always)] // part of a strip loop
pub fn assess(
    income: f64,
    research: f64,
    extra: f64,
    [losses, extra_losses]: [f64; 2],
    status: TaxStatus,
    refunds: bool,
    law: &Tax,
) -> Assessment {
    let after_cost = income - research;
    let deducted = after_cost - extra;
    let taxable = math::max(deducted - losses, 0.0);
    let tax = corporate_tax(taxable, status, law);
    // brackets first, on income without extra deductions, then the deductions: so the parts add
    // up to what no relief at all would yield, and a deduction does not seem to pay for itself by
    // leaving less income to the other reliefs
    let none = TaxStatus::default();
    let large = TaxStatus {
        small: false,
        ..status
    };
    // without any super-deduction, now or earlier, these losses would not be there either
    let bare = math::max(after_cost - (losses - extra_losses), 0.0);
    let unused = math::max(-deducted, 0.0);
    let of_extra = math::min(unused, extra);
    let of_cost = math::min(unused - of_extra, research);
    let given_up = if refunds {
        of_extra + law.refund_base * of_cost
    } else {
        0.0
    };
    Assessment {
        tax,
        super_deduction: corporate_tax(bare, status, law) - tax,
        hightech: corporate_tax(bare, none, law) - corporate_tax(bare, large, law),
        small_profit: corporate_tax(bare, large, law) - corporate_tax(bare, status, law),
        refund: law.refund_share * law.standard_rate_of(status) * given_up,
        given_up,
        income: deducted + given_up,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tax::position::tests::law_2023;

    #[test]
    fn assessment_by_hand() {
        // income 10, R&D 2, s = 1: taxable 6, tax 1.5; without the extra 8 → 2.0; relief 0.5
        let law = law_2023();
        let a = assess(10.0, 2.0, 2.0, [0.0; 2], TaxStatus::default(), false, &law);
        assert!((a.tax - 1.5).abs() < 1e-12);
        assert!((a.super_deduction - 0.5).abs() < 1e-12);
        assert_eq!(a.income, 6.0);
    }

    #[test]
    fn reliefs_add_up_and_a_deduction_moves_its_own_alone() {
        let law = law_2023();
        for (hightech, small) in [(false, false), (true, false), (false, true), (true, true)] {
            let status = TaxStatus { hightech, small };
            let at = |extra: f64| assess(3.5, 0.5, extra, [0.2, 0.0], status, false, &law);
            let (less, more) = (at(0.5), at(0.8));
            let bare = corporate_tax(3.5 - 0.5 - 0.2, TaxStatus::default(), &law);
            let sum = less.super_deduction + less.hightech + less.small_profit;
            assert!((sum - (bare - less.tax)).abs() < 1e-12);
            assert_eq!(
                (less.hightech, less.small_profit),
                (more.hightech, more.small_profit)
            );
            assert!(more.super_deduction > less.super_deduction);
        }
    }

    #[test]
    fn an_extra_deduction_carried_as_a_loss_counts_when_it_is_used() {
        // income 10, losses 4 of which half from extra deductions: those 2 save 0.5 now
        let law = law_2023();
        let a = assess(
            10.0,
            0.0,
            0.0,
            [4.0, 2.0],
            TaxStatus::default(),
            false,
            &law,
        );
        assert!((a.super_deduction - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_refund_is_paid_once_and_extinguishes_its_loss() {
        let mut law = law_2023();
        law.refund_share = 1.0;
        let status = TaxStatus::default();
        let without = assess(1.0, 2.0, 2.0, [0.0; 2], status, false, &law);
        assert_eq!((without.income, without.refund), (-3.0, 0.0));
        let narrow = assess(1.0, 2.0, 2.0, [0.0; 2], status, true, &law);
        assert_eq!((narrow.income, narrow.given_up), (-1.0, 2.0));
        assert!((narrow.refund - 0.5).abs() < 1e-12);
        law.refund_base = 1.0;
        let wide = assess(1.0, 2.0, 2.0, [0.0; 2], status, true, &law);
        assert_eq!((wide.income, wide.given_up), (0.0, 3.0));
    }
}
