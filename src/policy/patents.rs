//! Filing and examination of patents: subsidies, points, examiners, the pendency goal.

crate::family! {
    /// Filing and examination of patents: subsidies, points, examiners, the pendency goal.
    pub struct Patents in "patents" {
        /// Filing subsidy and award over the full scheme of 2015 \[share\].
        filing_subsidy,
        /// Weight of patents in certificate tests of firms \[share of 2015\].
        points_weight,
        /// Reward of filing in universities and institutes \[share of 2015\].
        university_filing_reward,
        /// Pendency that the office aims at \[months\].
        pendency_goal,
        /// Examiners hired beyond the recorded path \[thousand\].
        examiners_extra,
        /// Share of entering cases examined ahead of the queue \[share\].
        fast_track_share,
    }
}
