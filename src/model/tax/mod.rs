//! Answers what a yuan of R&D saves a firm in corporate income tax, as the law computes it.
//!
//! ```text
//! T(x)  = min(small-profit tax, rate · x)                      statutory tax on taxable income x
//! A(R)  = [T(x₀) − T(x₁)]/R + value of what cannot be used now   relief of a yuan of R&D
//! B     = (1 − A) / (1 − τ̄ v)                                   B-index (Warda)
//! c     = B · (ρ + δ)/(ρ₀ + δ) · input price                     relative user cost
//! ```
//!
//! Relief is a finite difference of the statutory function, never a rate times an amount: the
//! small-profit cliff, the high-tech rate and losses by age all enter through `T`. What a loss
//! year cannot use is valued by a two-state chain of taxed and loss years ([`carry`]).

pub mod carry;
pub mod gift;
pub mod position;
pub mod reward;
pub mod statute;

pub use carry::CarryTable;
pub use position::TaxPosition;

/// Profit before R&D cost and tax \[mn/yr\]: `margin·S + (ν + 1)·R` in a taxed year,
/// `−loss·S + R` in a loss year. Observed margins are after R&D, so R&D is given back, and what
/// R&D returns is part of a taxed year's profit.
///
/// Example: margin 8 %, sales 100, R&D 4, ν = 0.65: 8 + 6.6 = 14.6.
#[allow(clippy::inline_always)] // called in strip loops
#[inline(always)]
pub fn operating_profit(
    margin: f64,
    sales: f64,
    research: f64,
    taxed: bool,
    loss_margin: f64,
    research_return: f64,
) -> f64 {
    let good = margin * sales + (1.0 + research_return) * research;
    let bad = research - loss_margin * sales;
    if taxed { good } else { bad }
}

crate::family! {
    /// Tax positions of firms.
    pub struct TaxParameters in "tax" {
        /// Probability that a loss year follows a loss year \[1/yr\].
        loss_persistence,
        /// Share of firms in a loss year, 2015 to 2020 \[share\].
        loss_share_2015,
        /// The same in 2024 and after; straight line from 2020 \[share\].
        loss_share_2024,
        /// Fall of the chance of a loss year with the log of sales \[1\].
        loss_size_slope,
        /// Return on R&D inside taxable income ν, per yuan of R&D \[1/yr\].
        research_return_in_income,
        /// Loss over sales in a loss year \[share\].
        loss_margin,
        /// Discount rate of firms, nominal \[1/yr\].
        discount_rate,
        /// Share of R&D that is deductible current cost \[share\].
        deductible_share,
        /// Share of contract R&D that may be deducted \[share\].
        outsourced_share,
        /// Share of corporate income tax that stays with local government \[share\].
        local_share,
        /// Own cost of funds over the loan rate for a small firm \[1/yr\].
        funds_premium_small,
        /// The same for a large firm \[1/yr\].
        funds_premium_large,
        /// Reference cost of funds ρ₀ \[1/yr\].
        reference_funds_cost,
        /// Depreciation of R&D capital δ \[1/yr\].
        depreciation,
        /// Income tax on the last yuan of an inventor's pay \[share\].
        reward_rate,
        /// Share of personal income tax that stays with local government \[share\].
        personal_local_share,
        /// Income that qualifies for relief over the value of transfer contracts \[share\].
        transfer_income_share,
        /// Median of what a firm expects of gifts for basic research w \[share of R&D\].
        gift_return,
        /// Spread of it between firms \[log points\].
        gift_log_sd,
        /// Gift over R&D from which more of it brings less x₀ \[share\].
        gift_threshold,
        /// Gift over R&D at most \[share\].
        gift_cap,
        /// Contract research that a yuan given takes the place of \[share\].
        gift_displacement,
    }
}
