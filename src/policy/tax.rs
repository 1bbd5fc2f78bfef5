//! Corporate income tax and R&D relief: rates, super-deduction, tiers, refund, thresholds.

crate::family! {
    /// Corporate income tax as it stands in one quarter.
    pub struct Tax in "tax" {
        /// Standard rate \[share\].
        standard_rate,
        /// Rate of certified high-tech enterprises \[share\].
        hightech_rate,
        /// Rate on profit of small low-profit firms up to the lower ceiling \[share\].
        small_profit_low_rate,
        /// Rate on the part of their profit above it \[share\].
        small_profit_high_rate,
        /// Lower ceiling \[mn\].
        small_profit_low_ceiling,
        /// Taxable income above which a firm is no longer small low-profit \[mn\].
        small_profit_ceiling,
        /// Staff above which a firm is not small \[persons\].
        small_profit_staff,
        /// Assets above which a firm is not small \[mn\].
        small_profit_assets,
        /// Super-deduction, all eligible firms \[share of R&D cost\].
        super_deduction_general,
        /// Super-deduction, manufacturing \[share\].
        super_deduction_maker,
        /// Super-deduction, registered technology SMEs \[share\].
        super_deduction_tech_sme,
        /// Super-deduction, integrated circuits and industrial mother machines \[share\].
        super_deduction_chips_tools,
        /// R&D over sales from which the first tier holds \[share\].
        tier_1_threshold,
        /// Super-deduction in the first tier; 0 where there is none \[share\].
        tier_1_rate,
        /// R&D over sales from which the second tier holds \[share\].
        tier_2_threshold,
        /// Super-deduction in the second tier \[share\].
        tier_2_rate,
        /// R&D over sales from which the third tier holds \[share\].
        tier_3_threshold,
        /// Super-deduction in the third tier \[share\].
        tier_3_rate,
        /// Share of the statutory value of an unused deduction that is paid out \[share\].
        refund_share,
        /// Part of the unused deduction beyond the extra one that may be refunded: 0 only the
        /// extra part, 1 the whole \[share\].
        refund_base,
        /// Claiming cost over that of 2015 \[ratio\].
        claim_procedure,
        /// Firms a year that a claiming service reaches \[share of those unaware\].
        claim_service,
        /// Share of the year's deduction that may be taken in the July prepayment \[share\].
        prepayment_july,
        /// Share of the year's deduction that may be taken in the October prepayment \[share\].
        prepayment_october,
        /// Probability that agents put on the renewal of a measure with an end date \[share\].
        renewal_belief,
        /// Least R&D over sales for the certificate, sales to 50 mn \[share\].
        hightech_threshold_small,
        /// The same, sales of 50 to 200 mn \[share\].
        hightech_threshold_medium,
        /// The same, sales over 200 mn \[share\].
        hightech_threshold_large,
        /// Yearly probability that relabelled cost is audited \[1/yr\].
        audit_rate,
        /// Years a loss may be carried forward, all firms \[years\].
        loss_years_general,
        /// The same, high-tech enterprises and technology SMEs \[years\].
        loss_years_registered,
        /// Income from technology transfer that is free of tax, a seller and year \[mn/yr\].
        transfer_income_exempt,
        /// Part of such income above it that is taxed \[share\].
        transfer_income_reduced,
        /// Part of fees for pilot and proof-of-concept places that the super-deduction counts
        /// \[share\].
        platform_cost,
        /// Extra deduction on a firm's gifts to universities for basic research \[share\].
        basic_research_gift,
    }
}
