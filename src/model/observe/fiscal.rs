//! Which instruments cost, which bring in, and which only forgo?

use crate::model::books::{INSTRUMENTS, Instrument};

/// Relief and outlays of a quarter, all instruments and payers \[mn\].
pub fn fiscal_cost(accrual: &[[f64; 2]; INSTRUMENTS]) -> f64 {
    (0..INSTRUMENTS)
        .filter(|&k| !is_receipt(k))
        .map(|k| accrual[k][0] + accrual[k][1])
        .sum()
}

/// Outlays less receipts of a quarter \[mn\]: relief is not money and counts through the tax.
pub fn fiscal_net(accrual: &[[f64; 2]; INSTRUMENTS]) -> f64 {
    (0..INSTRUMENTS)
        .filter(|&k| !is_relief(k))
        .map(|k| accrual[k][0] + accrual[k][1])
        .sum()
}

/// Whether an instrument is a receipt that no relief or outlay is part of.
fn is_receipt(k: usize) -> bool {
    [
        Instrument::CorporateTax,
        Instrument::PatentFee,
        Instrument::RewardTax,
    ]
    .iter()
    .any(|receipt| *receipt as usize == k)
}

/// Whether an instrument forgoes tax instead of paying money.
pub(super) fn is_relief(k: usize) -> bool {
    [
        Instrument::SuperDeduction,
        Instrument::HighTechRate,
        Instrument::SmallProfitRate,
        Instrument::TransferRelief,
        Instrument::GiftDeduction,
        Instrument::RegistrationRelief,
        Instrument::RewardRelief,
    ]
    .iter()
    .any(|relief| *relief as usize == k)
}
