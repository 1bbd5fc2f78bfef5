//! Parameters of credit, valued in `seeds/parameters/finance.toml`.

crate::family! {
    /// Credit to technology firms.
    pub struct FinanceParameters in "finance" {
        /// Median cash of founding firms \[months of sales\].
        cash_months,
        /// Spread of its logarithm \[log points\].
        cash_log_sd,
        /// Further cash of founding doers \[years of R&D\].
        cash_research_years,
        /// Cash a firm does not spend on R&D \[months of sales\].
        buffer_months,
        /// Founding small technology firms with a loan \[share\].
        borrowing_share_small,
        /// The same above size \[share\].
        borrowing_share_large,
        /// Founding loan before rescaling to the founding stock \[months of sales\].
        founding_loan_months,
        /// Loans of small technology firms at founding \[mn\].
        founding_stock_sme,
        /// Loans of larger firms with R&D at founding \[mn\].
        founding_stock_larger,
        /// By how much the larger firms' quota grows more slowly \[1/yr\].
        larger_growth_gap,
        /// Staff up to which a firm counts as small \[persons\].
        sme_staff,
        /// Sales up to which a firm counts as small \[mn/yr\].
        sme_sales,
        /// Median need of working capital \[months of sales\].
        working_months,
        /// Spread of its logarithm across firms \[log points\].
        working_log_sd,
        /// Equipment on sales \[share of yearly sales\].
        equipment_ratio,
        /// Equipment replaced a year \[1/yr\].
        wear,
        /// Mean time that equipment bought on credit stays unpaid \[years\].
        equipment_years,
        /// Cost of working capital without a bank \[1/yr\].
        shadow_rate,
        /// Fees of a loan \[share of loan\].
        loan_fee,
        /// Fixed cost of an application \[mn\].
        apply_cost,
        /// Cost of a refusal \[mn\].
        stigma,
        /// Weight of own luck in the expected chance \[log odds\].
        history_log_odds,
        /// Chance left to a firm that fails the posted rules \[share\].
        doubt,
        /// Speed at which the expected approval share follows the last quarter \[1/quarter\].
        belief_speed,
        /// Security seen in sales \[share of yearly sales\].
        limit_sales,
        /// Security seen in assets \[share of total assets\].
        limit_assets,
        /// Security seen in knowledge at full weight of points \[share of knowledge stock\].
        limit_knowledge,
        /// Appraised value of a patent \[mn per patent\].
        patent_value,
        /// Power of quota over demand by which banks move the posted part of the limit, a quarter.
        posting_speed,
        /// Smallest ratio of quota to demand they react to \[ratio\].
        posting_step,
        /// Expected loss inside the mean rate \[1/yr\].
        loss_allowance,
        /// Room of the rate above the mean \[1/yr\].
        rate_room,
        /// What a bank finds out beyond its posted rules \[log points\].
        score_log_sd,
        /// Part of a loan re-lending may cover \[share of principal\].
        relending_cover,
        /// Loan rate less banks' cost of funds \[1/yr\].
        funding_margin,
        /// Hazard of default in a good state \[1/yr\].
        default_hazard,
        /// Rise of its logarithm in a loss year \[log points\].
        default_loss_log,
        /// Rise of its logarithm without cash \[log points\].
        default_cash_log,
        /// Part of a bad loan that is lost \[share\].
        loss_given_default,
        /// Central part of public compensation \[share\].
        compensation_central_share,
        /// Speed at which bad loans leave the books \[1/yr\].
        resolution,
        /// Life of an option on shares \[years\].
        option_years,
        /// Yearly volatility of a firm whose value hangs on R&D alone \[log points\].
        equity_volatility,
        /// Hazard that shares are listed \[1/yr\].
        listing_hazard,
        /// Price over cost of listed shares, less one \[ratio\].
        listing_premium,
        /// Hazard that shares are bought \[1/yr\].
        purchase_hazard,
        /// Cost over price of bought shares, as a discount \[share\].
        purchase_discount,
        /// Life of a fund from its investments on \[years\].
        fund_years,
        /// What a manager expects to keep of a stake at the end of the fund's life \[share\].
        fund_residual,
        /// Years over which a fund invests what it raised \[years\].
        investing_years,
        /// Return a manager must show \[1/yr\].
        fund_hurdle,
        /// Aversion to variance of a manager of market money.
        fund_aversion,
        /// Further aversion from blame for losses, state partners.
        fund_blame,
        /// Fund money of state partners \[share\].
        fund_state_share,
        /// State partners with a buy-back clause \[share\].
        buy_back,
        /// Money raised that goes to firms with R&D \[share\].
        fund_research_share,
        /// Expected loss on guide money, its subsidy element \[share\].
        guide_fund_loss,
        /// Cost of a round \[mn\].
        deal_cost,
        /// Yearly worth of the control a founder gives up \[share of the round\].
        control_cost,
        /// Outside equity over assets at most \[share\].
        largest_stake,
        /// Loan above which a firm counts as a borrower \[months of sales\].
        borrower_least,
    }
}
