//! What registering is worth under the policy of the quarter, by kind and size of contract.

use super::gain::{Benefit, registration_gain, target_pressure, transfer_relief, willing_share};
use super::sellers::Sellers;
use super::{DEVELOPMENT, KINDS, REGIONS, SERVICE, SIZES, TRANSFER, started};
use crate::base::math::exp;
use crate::model::context::Context;

/// The benefit of a region and kind under the policy sellers see.
///
/// `claiming` is the share of buyers' R&D that claims, `tax_rate` what sellers pay.
pub fn benefit(ctx: &Context, region: usize, kind: usize, claiming: f64, tax_rate: f64) -> Benefit {
    terms(ctx, started(ctx, region), kind, claiming, tax_rate)
}

/// The benefit of a kind where awards have begun or not.
fn terms(ctx: &Context, started: bool, kind: usize, claiming: f64, tax_rate: f64) -> Benefit {
    let p = &ctx.parameters.registration;
    let seen = &ctx.seen.registration;
    let exempt = match kind {
        TRANSFER | DEVELOPMENT => 1.0,
        _ => p.exempt_service,
    };
    let deducted = match kind {
        DEVELOPMENT => 1.0,
        SERVICE => p.research_service,
        _ => 0.0,
    };
    // derived: index 62 is mid-2015, 4 quarters a year
    let years = f64::from(ctx.q() - 62) / 4.0;
    Benefit {
        relief: seen.vat_relief * exempt * p.relief_kept,
        award_rate: if started { seen.award_rate } else { 0.0 },
        award_cap: seen.award_cap / p.contracts_per_seller,
        deduction: deducted * p.deduction_value * p.deduction_share * claiming,
        income: if kind == TRANSFER {
            ctx.parameters.tax.transfer_income_share
        } else {
            0.0
        },
        exempt: ctx.seen.tax.transfer_income_exempt / p.contracts_per_seller,
        taxed_above: ctx.seen.tax.transfer_income_reduced,
        tax_rate,
        certificate: p.certificate_need,
        pressure: target_pressure(p.target_pressure, seen.target_growth, years),
        exponent: p.target_exponent,
    }
}

/// What holds of contracts of a kind and size in every region.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Class {
    /// Value \[mn\].
    pub(super) value: f64,
    /// Share of aware sellers who register before and after awards have begun, 0 where that
    /// holds in no region.
    pub(super) willing: [f64; 2],
    /// Income tax that the law spares a registered seller \[mn\].
    pub(super) spared: f64,
}

/// Classes of contracts by kind and size, where awards have begun or not.
pub(super) fn classes(
    relative: &[f64; SIZES],
    means: &[f64; KINDS],
    sellers: &Sellers,
    ctx: &Context,
) -> [[Class; SIZES]; KINDS] {
    let p = &ctx.parameters.registration;
    let cost = p.cost * exp(p.audit_cost * ctx.seen.registration.audit_rate);
    let [seen_rate, law_rate] = sellers.tax_rate;
    // in most quarters one of both holds everywhere
    let holds = [false, true].map(|begun| (0..REGIONS).any(|r| started(ctx, r) == begun));
    let mut classes = [[Class::default(); SIZES]; KINDS];
    for (kind, classes) in classes.iter_mut().enumerate() {
        let terms =
            [false, true].map(|started| terms(ctx, started, kind, sellers.claiming, seen_rate));
        let legal = Benefit {
            exempt: ctx.law.tax.transfer_income_exempt / p.contracts_per_seller,
            taxed_above: ctx.law.tax.transfer_income_reduced,
            tax_rate: law_rate,
            ..terms[0]
        };
        let mut values = [1.0; LANES];
        for (value, relative) in values.iter_mut().zip(relative) {
            *value = means[kind] * relative;
        }
        let mut willing = [[0.0; LANES]; 2];
        for begun in 0..2 {
            if holds[begun] {
                let willing = &mut willing[begun];
                weigh(&terms[begun], &values, (cost, p.cost_log_sd), willing);
            }
        }
        for (size, class) in classes.iter_mut().enumerate() {
            *class = Class {
                value: values[size],
                willing: [willing[0][size], willing[1][size]],
                spared: transfer_relief(&legal, values[size]),
            };
        }
    }
    classes
}

/// Room for the sizes of a kind in whole vectors.
const LANES: usize = SIZES.next_multiple_of(8); // derived: numbers in 512 bits

crate::dispatched! {
    /// Share of aware sellers who register contracts of these values, at a median
    /// cost with a spread of its logarithm.
    fn weigh(
        terms: &Benefit,
        values: &[f64; LANES],
        cost: (f64, f64),
        willing: &mut [f64; LANES],
    ) {
        for k in 0..LANES {
            willing[k] = willing_share(registration_gain(terms, values[k]), cost.0, cost.1);
        }
    }
}
