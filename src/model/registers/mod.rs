//! Answers which registers a firm enters: high-tech enterprise, technology SME.
//!
//! ```text
//! V = Σ_{k<3} β^k [T(y; standard) − T(y; high-tech) + access] + award − preparation  > 0
//! ```
//!
//! A certificate lasts three years and is tested on (R + m)/S over three years. A firm below the
//! bar compares staying out, relabelling up to it and doing real R&D up to it. Awareness spreads
//! with certified neighbours. The value goes beyond tax: awards, loans, tenders, a longer
//! carry-forward. Left out: points of intellectual property item by item (one fitness for all),
//! the ladder above the certificate.

mod certify;
mod rules;

pub use certify::certify;

use super::context::Context;
use super::firms::Firms;
use super::research::tax_status;
use super::tax::statute::{TaxStatus, corporate_tax, hightech_threshold};
use crate::base::columns::Hold;
use crate::base::math;
use crate::policy::tax::Tax;

crate::family! {
    /// Registers.
    pub struct RegisterParameters in "registers" {
        /// Local award for a first certificate and access worth as much once \[mn\].
        award,
        /// Value of access to loans, tenders and projects a year \[mn/yr\].
        access,
        /// Cost of preparing an application \[mn\].
        preparation,
        /// Share of that cost that certified neighbours save at most \[share\].
        preparation_relief,
        /// Share aware of the certificate in 2013 \[share\].
        aware_2013,
        /// Yearly hazard of hearing of it, alone \[1/yr\].
        aware_base,
        /// Added hazard at a full share of certified doers \[1/yr\].
        aware_peers,
        /// Share of doers that pass the IP and staff tests in 2015 \[share\].
        fit_2015,
        /// Rise of that share a year \[1/yr\].
        fit_trend,
        /// Yearly hazard of hearing of the technology-SME register, alone \[1/yr\].
        sme_aware_base,
        /// Added hazard at a full share of registered doers \[1/yr\].
        sme_aware_peers,
        /// Value of the technology-SME entry beyond tax a year \[mn/yr\].
        sme_access,
        /// Cost of that entry a year \[mn/yr\].
        sme_preparation,
        /// Staff at most \[persons\].
        sme_staff,
        /// Sales at most \[mn\].
        sme_sales,
        /// First year of the technology-SME register \[year\].
        sme_since,
        /// Years a certificate lasts \[years\].
        certificate_years,
    }
}

/// Tax a certificate saves a firm with taxable income `income` a year \[mn/yr\].
#[inline]
pub fn certificate_tax_gain(income: f64, small: bool, law: &Tax) -> f64 {
    let without = TaxStatus {
        hightech: false,
        small,
    };
    let with = TaxStatus {
        hightech: true,
        small,
    };
    corporate_tax(income, without, law) - corporate_tax(income, with, law)
}

/// What a yuan a year over the life of a certificate is worth, `Σ_{k<n} β^k`.
///
/// Example: three years at no discount: nearly 3; at 7 %: 2.81.
#[inline]
pub fn certificate_annuity(discount: f64, p: &RegisterParameters) -> f64 {
    let beta = 1.0 / (1.0 + discount);
    // β⁰ + β¹ + β² for a three-year certificate
    (1.0 - math::pow(beta, p.certificate_years)) / (1.0 - beta)
}

/// Value of a certificate over its life, before the cost of reaching the bar \[mn\]; `annuity` is
/// [`certificate_annuity`].
#[inline]
pub fn certificate_value(
    tax_gain: f64,
    award: f64,
    preparation: f64,
    annuity: f64,
    p: &RegisterParameters,
) -> f64 {
    annuity * (tax_gain + p.access) + award - preparation
}

/// Share of certificate value in reach of a firm that is about to start R&D, a year \[mn/yr\].
pub fn value_to_starter(
    firms: &Firms<impl Hold>,
    i: usize,
    research: f64,
    law: &Tax,
    ctx: &Context,
) -> f64 {
    let p = &ctx.parameters.registers;
    if !firms.aware_hightech[i]
        || research < hightech_threshold(firms.sales[i], law) * firms.sales_mean[i]
    {
        return 0.0;
    }
    let gain = certificate_tax_gain(
        firms.margin[i] * firms.sales[i],
        tax_status(firms, i, ctx.q(), law).small,
        law,
    );
    gain + p.access
}

/// Yearly hazard of hearing of a register.
#[inline]
pub fn register_awareness_hazard(base: f64, peers: f64, share: f64) -> f64 {
    math::min(base + peers * share, 1.0)
}

/// How a firm below the bar meets it, if it does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Route {
    /// Meets it as it is.
    Already,
    /// Relabels ordinary cost \[mn/yr\].
    Relabel(f64),
    /// Does more real R&D \[mn/yr\].
    Research(f64),
    /// Stays out.
    Out,
}

/// Cheapest way over the bar for a firm `gap` \[mn/yr\] below it, and whether the certificate's
/// yearly value `value` pays for it. `relabel_cost` and `research_cost` are yearly costs of
/// closing the gap in each way.
#[inline]
pub fn route(gap: f64, value: f64, relabel_cost: f64, research_cost: f64) -> Route {
    if gap <= 0.0 {
        return if value > 0.0 {
            Route::Already
        } else {
            Route::Out
        };
    }
    let cheapest = math::min(relabel_cost, research_cost);
    if value <= cheapest {
        Route::Out
    } else if relabel_cost <= research_cost {
        Route::Relabel(gap)
    } else {
        Route::Research(gap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tax::position::tests::law_2023;

    fn parameters() -> RegisterParameters {
        RegisterParameters {
            award: 0.37,
            access: 0.08,
            preparation: 0.15,
            preparation_relief: 0.5,
            aware_2013: 0.48,
            aware_base: 0.03,
            aware_peers: 0.48,
            fit_2015: 0.76,
            fit_trend: 0.068,
            sme_aware_base: 0.27,
            sme_aware_peers: 0.26,
            sme_access: 0.05,
            sme_preparation: 0.03,
            sme_staff: 500.0,
            sme_sales: 200.0,
            sme_since: 2017.0,
            certificate_years: 3.0,
        }
    }

    #[test]
    fn certificate_saves_ten_points_above_the_cliff_and_nothing_below() {
        let law = law_2023();
        assert!((certificate_tax_gain(10.0, true, &law) - 1.0).abs() < 1e-12);
        assert_eq!(certificate_tax_gain(2.5, true, &law), 0.0);
    }

    #[test]
    fn each_lever_moves_the_certificate_value() {
        let p = parameters();
        let value = |law: &Tax, income: f64, small: bool| {
            certificate_value(
                certificate_tax_gain(income, small, law),
                0.0,
                0.15,
                certificate_annuity(0.07, &p),
                &p,
            )
        };
        let law = law_2023();
        let mut other = law;
        other.hightech_rate = 0.2;
        assert!(value(&other, 10.0, false) < value(&law, 10.0, false));
        let mut other = law;
        other.small_profit_ceiling = 12.0;
        other.small_profit_low_ceiling = 1.0;
        assert!(value(&other, 10.0, true) < value(&law, 10.0, true));
        let mut other = law;
        other.small_profit_low_ceiling = 3.0;
        other.small_profit_low_rate = 0.02;
        assert!(value(&other, 2.0, true) <= value(&law, 2.0, true));
    }

    #[test]
    fn the_cheaper_route_over_the_bar_is_taken_if_it_pays() {
        assert_eq!(route(-1.0, 0.2, 0.0, 0.0), Route::Already);
        assert_eq!(route(1.0, 0.2, 0.1, 0.3), Route::Relabel(1.0));
        assert_eq!(route(1.0, 0.2, 0.3, 0.1), Route::Research(1.0));
        assert_eq!(route(1.0, 0.05, 0.3, 0.1), Route::Out);
    }

    #[test]
    fn higher_bars_are_met_by_fewer() {
        let law = law_2023();
        for sales in [40.0, 100.0, 500.0] {
            let mut higher = law;
            higher.hightech_threshold_small *= 1.5;
            higher.hightech_threshold_medium *= 1.5;
            higher.hightech_threshold_large *= 1.5;
            assert!(hightech_threshold(sales, &higher) > hightech_threshold(sales, &law));
        }
    }
}
