//! Which strengths does openness hang on?

crate::family! {
    /// Parameters of inputs, links, exports and retaliation.
    pub struct OpennessParameters in "openness" {
        /// Imported share in tilted fields over the mean of fields, less 1 \[share\].
        import_tilt,
        /// Spread of log cost of a substitute over the import among users \[log points\].
        substitute_spread,
        /// Exponent of the part of the disadvantage still open in cumulative use.
        learning_by_use,
        /// Share of the disadvantage that learning can close in the end; 1 is the import's standard.
        learning_limit,
        /// Use that stands before users turn, in years of what was imported \[yr\].
        founding_experience,
        /// Extra cost of a user cut off before redesign \[share of input cost\].
        redesign_cost,
        /// Cut-off users that complete a redesign \[1/yr\].
        redesign_hazard,
        /// Life of a design, over which a redesign must pay \[yr\].
        design_life,
        /// Makers that invest in substitutes without support \[share\].
        invest_share,
        /// Cost of all makers' investment over the value of the imported inputs \[share\].
        invest_cost,
        /// Learning of a doubled share of investing makers, in years of full use a year.
        invest_learning,
        /// Spread of net benefit among makers, partners, centres, researchers, exporters \[log points\].
        decision_spread,
        /// Fall of a foreigner's net benefit without access \[log points\].
        tension_cost,
        /// Rise of a researcher's net benefit of coming when doors abroad close \[log points\].
        talent_push,
        /// Share of possible partners that join, undisturbed.
        partner_join,
        /// Share of possible centres that stand, undisturbed.
        centre_join,
        /// Share of researchers abroad that come, undisturbed.
        talent_join,
        /// Foreign partners' yearly cost of joint projects \[bn/yr\].
        partner_cost,
        /// Pay abroad at which support is measured \[thousand yuan a year\].
        talent_pay,
        /// Researchers who return a year, undisturbed \[thousand/yr\].
        talent_inflow,
        /// Part of foreign-owned firms' R&D in centres that terms reach \[share\].
        centre_share,
        /// Joint projects that end and start \[1/yr\].
        partner_speed,
        /// Centres that move \[1/yr\].
        centre_speed,
        /// Returnees that leave or are replaced \[1/yr\].
        talent_speed,
        /// Part of the inflow through joint projects \[share\].
        partner_weight,
        /// Part of the inflow through foreign centres \[share\].
        centre_weight,
        /// Part of the inflow through returnees \[share\].
        talent_weight,
        /// World frontier that imitators see through all links \[log points\].
        inflow_strength,
        /// Closed exports for which other markets open \[share\].
        diversion_share,
        /// Speed at which they open \[1/yr\].
        diversion_speed,
        /// Blocs that may retaliate.
        partners,
        /// Chance a year that a bloc answers when access is gone \[1/yr\].
        retaliation_hazard,
        /// Provocation by support that bears all of makers' cost, over that by a closed door \[share\].
        support_provocation,
        /// Export access that one answer takes \[share\].
        retaliation_step,
        /// Time over which answers fade \[yr\].
        retaliation_years,
    }
}
