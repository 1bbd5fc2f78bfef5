//! A firm's tax position, its B-index and user cost.

#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::carry::CarryTable;
use super::statute::{TaxStatus, corporate_tax, relief, unused_value};
use crate::base::math;
use crate::policy::tax::Tax;

/// What the tax law sees of a firm that plans its R&D.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TaxPosition {
    /// Taxable income before R&D in a taxed year \[mn/yr\].
    pub income: f64,
    /// In a taxed year now.
    pub taxed: bool,
    /// Old losses \[mn\].
    pub losses: f64,
    /// Brackets.
    pub status: TaxStatus,
    /// Super-deduction rate it takes; 0 where it does not claim \[share\].
    pub rate: f64,
    /// Years it may carry a loss.
    pub loss_years: f64,
}

impl TaxPosition {
    /// Statutory average rate on income in a taxed year without R&D \[share\].
    #[inline(always)]
    pub fn average_rate(&self, law: &Tax) -> f64 {
        let earns = self.income > 0.0;
        let rate = corporate_tax(self.income, self.status, law) / self.income;
        if earns { rate } else { law.standard_rate }
    }

    /// Usable share u of a loss added now.
    #[inline]
    pub(in crate::model) fn usable(&self, carry: &CarryTable) -> f64 {
        let depth = self.losses / math::max(self.income, f64::MIN_POSITIVE);
        carry.usable(self.taxed, self.loss_years, depth)
    }

    /// Tax that a further deducted yuan saves, now or by what it is worth carried on \[share\].
    ///
    /// Example: a standard payer in a taxed year: 0.25.
    #[inline]
    pub fn deduction_value(&self, carry: &CarryTable, law: &Tax) -> f64 {
        let tau = self.average_rate(law);
        if self.taxed && self.income > self.losses {
            tau
        } else {
            tau * self.usable(carry)
        }
    }

    /// Value of the relief on R&D cost `research` deducted at `1 + rate` \[mn/yr\]:
    /// what it saves now plus what its unused part is worth.
    #[inline]
    pub fn relief_value(&self, research: f64, rate: f64, carry: &CarryTable, law: &Tax) -> f64 {
        self.relief_at(research, rate, self.usable(carry), law)
    }

    /// [`TaxPosition::relief_value`] where a share `usable` of a loss added now finds income.
    #[inline(always)]
    pub fn relief_at(&self, research: f64, rate: f64, usable: f64, law: &Tax) -> f64 {
        let deduction = (1.0 + rate) * research;
        let income = if self.taxed { self.income } else { 0.0 };
        let r = relief(income, self.losses, deduction, self.status, law);
        let later = unused_value(
            r.unused,
            rate * research,
            self.average_rate(law),
            usable,
            law.standard_rate_of(self.status),
            law,
        );
        r.now + later
    }

    /// Relief on `research` from the super-deduction: with it less without it \[mn/yr\].
    #[inline(always)]
    pub fn extra_relief_at(&self, research: f64, usable: f64, law: &Tax) -> f64 {
        self.relief_at(research, self.rate, usable, law)
            - self.relief_at(research, 0.0, usable, law)
    }

    /// B-index: pre-tax return that one unit of R&D must earn, `(1 − A)/(1 − τ̄ v)`.
    ///
    /// `research` is R&D of last year (a starter's team cost), on which relief is a finite
    /// difference. With a profit far from any cliff and `v = 1` this is
    /// `(1 − τ(1+s))/(1 − τ)`: 0.667 at τ = 25 %, s = 100 %.
    #[inline]
    pub fn b_index(&self, research: f64, carry: &CarryTable, law: &Tax) -> f64 {
        let returns = carry.taxed_returns(self.taxed);
        self.b_index_at(research, self.usable(carry), returns, law)
    }

    /// [`TaxPosition::b_index`] with the usable share of a loss and the taxed share of returns.
    #[inline(always)]
    pub fn b_index_at(&self, research: f64, usable: f64, returns: f64, law: &Tax) -> f64 {
        let allowance = self.relief_at(research, self.rate, usable, law) / research;
        let returns_taxed = self.average_rate(law) * returns;
        // Relief near a cliff can exceed the cost itself; a price of R&D stays positive.
        math::max(1.0 - allowance, FLOOR) / (1.0 - returns_taxed)
    }
}

/// Least after-tax cost of a unit of R&D.
const FLOOR: f64 = 0.05; // derived: keeps the logarithm of the price defined at a cliff

impl Tax {
    /// Statutory rate at which a refund is paid: the high-tech or the standard rate.
    #[inline(always)]
    pub fn standard_rate_of(&self, status: TaxStatus) -> f64 {
        if status.hightech {
            self.hightech_rate
        } else {
            self.standard_rate
        }
    }
}

/// Relative user cost of R&D capital, `c = B·p·(ρ + δ)/(ρ₀ + δ)`.
///
/// Example: B = 2/3, p = 1, ρ = ρ₀: c = 2/3.
#[inline(always)]
pub fn user_cost(
    b_index: f64,
    input_price: f64,
    funds_cost: f64,
    reference: f64,
    depreciation: f64,
) -> f64 {
    b_index * input_price * (funds_cost + depreciation) / (reference + depreciation)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::base::bound::Bound;

    /// Law of 2023 without refund, tiers or services.
    pub(crate) fn law_2023() -> Tax {
        Tax::build(&mut |path| match path {
            "tax.standard_rate" => 0.25,
            "tax.hightech_rate" => 0.15,
            "tax.small_profit_low_rate" | "tax.small_profit_high_rate" => 0.05,
            "tax.small_profit_low_ceiling" => 1.0,
            "tax.small_profit_ceiling" => 3.0,
            "tax.small_profit_staff" => 300.0,
            "tax.small_profit_assets" => 50.0,
            "tax.super_deduction_general"
            | "tax.super_deduction_maker"
            | "tax.super_deduction_tech_sme" => 1.0,
            "tax.super_deduction_chips_tools" => 1.2,
            "tax.tier_1_threshold" => 0.03,
            "tax.tier_2_threshold" => 0.05,
            "tax.tier_3_threshold" => 0.10,
            "tax.claim_procedure" => 0.08,
            "tax.prepayment_july" => 0.5,
            "tax.prepayment_october" => 0.75,
            "tax.renewal_belief" => 0.9,
            "tax.hightech_threshold_small" => 0.05,
            "tax.hightech_threshold_medium" => 0.04,
            "tax.hightech_threshold_large" => 0.03,
            "tax.audit_rate" => 0.04,
            "tax.loss_years_general" => 5.0,
            "tax.loss_years_registered" => 10.0,
            _ => 0.0,
        })
    }

    fn profitable(tau: f64, rate: f64) -> (TaxPosition, Tax) {
        let mut law = law_2023();
        law.standard_rate = tau;
        let position = TaxPosition {
            income: 1000.0,
            taxed: true,
            losses: 0.0,
            status: TaxStatus::default(),
            rate,
            loss_years: 5.0,
        };
        (position, law)
    }

    /// A chain in which every year is taxed: v = 1.
    fn always_taxed() -> CarryTable {
        CarryTable::new(0.0, 0.0, 0.07, 0.15)
    }

    #[test]
    fn subsidy_table_of_the_literature() {
        // literature.md section 3: 1 − B in percent by u and s.
        let table = [
            (0.05, [2.6, 3.9, 5.3, 6.3, 7.9]),
            (0.15, [8.8, 13.2, 17.6, 21.2, 26.5]),
            (0.25, [16.7, 25.0, 33.3, 40.0, 50.0]),
        ];
        let rates = [0.5, 0.75, 1.0, 1.2, 1.5];
        for (tau, row) in table {
            for (s, expected) in rates.into_iter().zip(row) {
                let (position, law) = profitable(tau, s);
                let subsidy = 100.0 * (1.0 - position.b_index(1.0, &always_taxed(), &law));
                assert!(
                    (subsidy - expected).abs() < 0.1,
                    "τ {tau}, s {s}: {subsidy}, expected {expected}"
                );
            }
        }
    }

    #[test]
    fn a_deducted_yuan_is_worth_less_in_a_loss_year() {
        let carry = CarryTable::new(0.7, 0.1, 0.07, 0.15);
        let (mut position, law) = profitable(0.25, 1.0);
        assert_eq!(position.deduction_value(&carry, &law), 0.25);
        position.taxed = false;
        let later = position.deduction_value(&carry, &law);
        assert!(later > 0.0 && later < 0.25);
    }

    #[test]
    fn refund_beats_a_higher_rate_where_losses_are_rarely_used() {
        // mechanisms M4: refund φ = 1 beats Δs = 0.5 at s = 1 iff u < 0.8 (whole loss), 0.67 (extra).
        for (base, threshold) in [(1.0, 0.8), (0.0, 2.0 / 3.0)] {
            for persistence in [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] {
                let carry = CarryTable::new(persistence, 0.1, 0.07, 0.15);
                let (mut position, law) = profitable(0.25, 1.0);
                position.taxed = false;
                let u = carry.usable(false, 5.0, 0.0);
                let mut refund_law = law;
                refund_law.refund_share = 1.0;
                refund_law.refund_base = base;
                let refund = position.b_index(1.0, &carry, &refund_law);
                position.rate = 1.5;
                let higher = position.b_index(1.0, &carry, &law);
                if (u - threshold).abs() > 0.01 {
                    assert_eq!(refund < higher, u < threshold, "u {u}, base {base}");
                }
            }
        }
    }

    #[test]
    fn a_certificate_weakens_the_deduction() {
        let (mut position, law) = profitable(0.25, 1.0);
        let standard = position.b_index(1.0, &always_taxed(), &law);
        position.status.hightech = true;
        let certified = position.b_index(1.0, &always_taxed(), &law);
        assert!(certified > standard);
    }

    #[test]
    fn user_cost_rises_with_the_cost_of_funds() {
        assert!((user_cost(2.0 / 3.0, 1.0, 0.05, 0.05, 0.15) - 2.0 / 3.0).abs() < 1e-15);
        assert!((user_cost(1.0, 1.0, 0.09, 0.05, 0.15) - 1.2).abs() < 1e-12);
    }
}
