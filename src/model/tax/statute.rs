//! The statutory tax function: what the law takes from a taxable income.

#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use crate::base::math;
use crate::base::strip::look_up;
use crate::model::firms::Sector;
use crate::policy::tax::Tax;

/// Which brackets of the law a firm meets this year.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TaxStatus {
    /// Holds a valid high-tech certificate.
    pub hightech: bool,
    /// Staff and assets are within the limits of small low-profit firms.
    pub small: bool,
}

/// Corporate income tax on taxable income `income` \[mn/yr\].
///
/// `T(x) = min(small(x), rate·x)`: the small-profit rate and the high-tech rate do not stack,
/// and the small-profit rate ends at a cliff.
///
/// Example: law of 2023, small, 3.0 mn: 0.15 mn; 3.01 mn at 25 %: 0.7525 mn.
#[inline(always)]
pub fn corporate_tax(income: f64, status: TaxStatus, law: &Tax) -> f64 {
    let income = math::max(income, 0.0);
    let rate = if status.hightech {
        law.hightech_rate
    } else {
        law.standard_rate
    };
    let full = rate * income;
    let lower = math::min(income, law.small_profit_low_ceiling);
    let small = law.small_profit_low_rate * lower + law.small_profit_high_rate * (income - lower);
    if status.small && income <= law.small_profit_ceiling {
        math::min(small, full)
    } else {
        full
    }
}

/// What one year's law makes of an R&D deduction.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Relief {
    /// Tax saved this year \[mn\].
    pub now: f64,
    /// Deduction that finds no income this year \[mn\].
    pub unused: f64,
}

/// Tax saved this year by deducting `deduction` from income `income` before losses `losses`
/// are taken, and the part of the deduction that finds no income.
///
/// The order is the law's: R&D deduction, then losses, then the small-profit test on what is
/// left. A deduction that only displaces old losses is not lost: it comes back in `unused`.
#[inline(always)]
pub fn relief(income: f64, losses: f64, deduction: f64, status: TaxStatus, law: &Tax) -> Relief {
    let before = math::max(income - losses, 0.0);
    let after = math::max(income - losses - deduction, 0.0);
    Relief {
        now: corporate_tax(before, status, law) - corporate_tax(after, status, law),
        unused: deduction - (before - after),
    }
}

/// Value today of the unused part of a deduction of which `extra` is the super-deduction:
/// carried forward it is worth `tau · usable` a yuan, refunded `share · tau_refund`; the firm
/// takes the better for the part that may be refunded.
#[inline(always)]
pub fn unused_value(
    unused: f64,
    extra: f64,
    tau: f64,
    usable: f64,
    tau_refund: f64,
    law: &Tax,
) -> f64 {
    let extra_part = math::min(unused, extra);
    let refundable = extra_part + law.refund_base * (unused - extra_part);
    let carried = tau * usable;
    let refund = law.refund_share * tau_refund;
    unused * carried + refundable * math::max(refund - carried, 0.0)
}

/// Super-deduction rate a firm may take: the highest of those open to it.
///
/// `intensity` is R&D over sales. Rates by kind: all, manufacturing, technology SME, chips and
/// machine tools, intensity tier.
#[inline]
pub fn super_deduction_rate(sector: Sector, tech_sme: bool, intensity: f64, law: &Tax) -> f64 {
    if sector == Sector::Negative {
        return 0.0;
    }
    let mut rate = law.super_deduction_general;
    if sector != Sector::Service {
        rate = math::max(rate, law.super_deduction_maker);
    }
    if matches!(sector, Sector::Chips | Sector::Tools) {
        rate = math::max(rate, law.super_deduction_chips_tools);
    }
    if tech_sme {
        rate = math::max(rate, law.super_deduction_tech_sme);
    }
    for (threshold, tier) in [
        (law.tier_1_threshold, law.tier_1_rate),
        (law.tier_2_threshold, law.tier_2_rate),
        (law.tier_3_threshold, law.tier_3_rate),
    ] {
        if intensity >= threshold {
            rate = math::max(rate, tier);
        }
    }
    rate
}

/// Super-deduction rates of a law by sector and register, before intensity tiers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeductionRates {
    /// By [`DeductionRates::key`].
    plain: [f64; KEYS],
    /// Whether a tier can lift that rate.
    lifted: [bool; KEYS],
    /// Whether a tier can lift any.
    tiered: bool,
}

/// Sectors, in the order of their numbers.
const SECTORS: [Sector; 5] = [
    Sector::Maker,
    Sector::Service,
    Sector::Negative,
    Sector::Chips,
    Sector::Tools,
];
/// Room for two rates of each sector.
const KEYS: usize = 16; // derived: the power of two that holds them

impl DeductionRates {
    /// Tabulates a law.
    pub fn new(law: &Tax) -> Self {
        let (mut plain, mut lifted) = ([0.0; KEYS], [false; KEYS]);
        for sector in SECTORS {
            for sme in [false, true] {
                let key = usize::from(Self::key(sector, sme));
                let rate = |intensity| super_deduction_rate(sector, sme, intensity, law);
                plain[key] = rate(f64::NEG_INFINITY);
                lifted[key] = rate(f64::INFINITY) > plain[key];
            }
        }
        let tiered = lifted.contains(&true);
        Self {
            plain,
            lifted,
            tiered,
        }
    }

    /// Whether an intensity tier can lift a rate.
    pub fn are_tiered(&self) -> bool {
        self.tiered
    }

    /// Place of a sector on or off the technology-SME register.
    #[inline(always)]
    pub fn key(sector: Sector, sme: bool) -> u8 {
        2 * sector as u8 + u8::from(sme)
    }

    /// [`super_deduction_rate`] of a firm that reports R&D of `reported` on `sales`.
    #[inline(always)]
    pub fn of(&self, sector: Sector, sme: bool, reported: f64, sales: f64, law: &Tax) -> f64 {
        let key = usize::from(Self::key(sector, sme));
        if self.lifted[key] {
            super_deduction_rate(sector, sme, reported / sales, law)
        } else {
            self.plain[key]
        }
    }

    /// [`super_deduction_rate`] of firms by their keys and by what R&D they report on what sales.
    pub fn fill(&self, keys: &[u8], reported: &[f64], sales: &[f64], law: &Tax, rates: &mut [f64]) {
        look_up(&self.plain, keys, rates);
        if self.tiered {
            let firms = keys.iter().zip(reported.iter().zip(sales));
            for (rate, (&key, (reported, sales))) in rates.iter_mut().zip(firms) {
                let key = usize::from(key);
                if self.lifted[key] {
                    let (sector, sme) = (SECTORS[key / 2], key % 2 == 1);
                    *rate = super_deduction_rate(sector, sme, reported / sales, law);
                }
            }
        }
    }
}

/// Least R&D over sales that the high-tech certificate asks of a firm with `sales` \[mn\].
#[inline]
pub fn hightech_threshold(sales: f64, law: &Tax) -> f64 {
    const SMALL: f64 = 50.0; // derived: class limit of the administration measures, mn
    const MEDIUM: f64 = 200.0; // derived: class limit of the administration measures, mn
    if sales <= SMALL {
        law.hightech_threshold_small
    } else if sales <= MEDIUM {
        law.hightech_threshold_medium
    } else {
        law.hightech_threshold_large
    }
}

/// Part of a year's income from technology transfer that is not taxed \[mn\]: the first
/// `exempt` and, above it, what is left beside the taxed part.
///
/// Example: 8 mn at 5 mn and one half: 5 + 1.5 = 6.5.
#[inline(always)]
pub fn transfer_income_free(income: f64, exempt: f64, taxed_above: f64) -> f64 {
    let above = math::max(income - exempt, 0.0);
    math::min(income, exempt) + (1.0 - taxed_above) * above
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tax::position::tests::law_2023;

    const STANDARD: TaxStatus = TaxStatus {
        hightech: false,
        small: false,
    };
    const SMALL: TaxStatus = TaxStatus {
        hightech: false,
        small: true,
    };

    #[test]
    fn small_profit_ends_at_a_cliff() {
        let law = law_2023();
        assert!((corporate_tax(3.0, SMALL, &law) - 0.15).abs() < 1e-12);
        assert!((corporate_tax(3.01, SMALL, &law) - 0.7525).abs() < 1e-12);
    }

    #[test]
    fn extra_deduction_near_the_cliff_is_worth_more_than_itself() {
        // mechanisms M3: 0.3 mn of extra deduction saves 0.66 mn at 3.2 mn of income, 0.075 at 4.
        let law = law_2023();
        let near = relief(3.2, 0.0, 0.3, SMALL, &law).now;
        let far = relief(4.0, 0.0, 0.3, SMALL, &law).now;
        assert!((near - 0.655).abs() < 1e-9, "{near}");
        assert!((far - 0.075).abs() < 1e-9, "{far}");
    }

    #[test]
    fn hightech_rate_is_worth_nothing_below_the_small_profit_ceiling() {
        let law = law_2023();
        let both = TaxStatus {
            hightech: true,
            small: true,
        };
        assert_eq!(
            corporate_tax(2.9, both, &law),
            corporate_tax(2.9, SMALL, &law)
        );
        assert!(corporate_tax(3.5, both, &law) < corporate_tax(3.5, SMALL, &law));
    }

    #[test]
    fn unused_deduction_is_what_found_no_income() {
        let law = law_2023();
        let r = relief(1.0, 0.4, 2.0, STANDARD, &law);
        assert!((r.now - 0.25 * 0.6).abs() < 1e-12);
        assert!((r.unused - 1.4).abs() < 1e-12);
    }

    #[test]
    fn transfer_income_is_free_to_a_limit() {
        assert_eq!(transfer_income_free(8.0, 5.0, 0.5), 6.5);
        assert_eq!(transfer_income_free(3.0, 5.0, 0.5), 3.0);
        assert_eq!(transfer_income_free(3.0, 0.0, 1.0), 0.0);
        assert!(transfer_income_free(8.0, 5.0, 1.0) < 6.5);
        assert!(transfer_income_free(8.0, 6.0, 0.5) > 6.5);
    }

    #[test]
    fn tabulated_rates_are_the_law_s() {
        let mut law = law_2023();
        for tier in [0.0, 1.1, 1.5] {
            law.tier_2_rate = tier;
            let rates = DeductionRates::new(&law);
            for (number, sector) in SECTORS.into_iter().enumerate() {
                assert_eq!(sector as usize, number);
                for (sme, reported) in [(false, 1.0), (true, 1.0), (false, 6.0), (true, 6.0)] {
                    let expected = super_deduction_rate(sector, sme, reported / 100.0, &law);
                    let (key, mut rate) = (DeductionRates::key(sector, sme), [0.0]);
                    rates.fill(&[key], &[reported], &[100.0], &law, &mut rate);
                    assert_eq!(rate[0], expected);
                }
            }
        }
    }

    #[test]
    fn refund_pays_the_better_of_two() {
        let mut law = law_2023();
        law.refund_share = 1.0;
        let narrow = unused_value(2.0, 1.0, 0.25, 0.4, 0.25, &law);
        assert!((narrow - (2.0 * 0.1 + 1.0 * 0.15)).abs() < 1e-12);
        law.refund_base = 1.0;
        let wide = unused_value(2.0, 1.0, 0.25, 0.4, 0.25, &law);
        assert!((wide - 0.5).abs() < 1e-12);
    }
}
