//! What is a project?

use crate::model::approval::Docket;
use crate::model::firms::Firms;
use crate::model::platforms::SERVED;

/// Proof of concept, pilot, first sale.
pub const STAGES: usize = 3;
/// Number of quarters between reviews.
pub const REVIEWS: usize = 4; // derived: yearly

/// Which projects are reviewed in quarter index `q`: those begun in that quarter of a year.
pub fn under_review(q: i32) -> usize {
    q.rem_euclid(REVIEWS as i32) as usize
}

/// What a firm settled for a stage at its last review, to seven digits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Plan {
    /// Share of the stage's mass it goes on with.
    pub go: f32,
    /// Part of funded mass that passes in a quarter.
    pub pass: f32,
    /// Part of funded mass that fails in a quarter.
    pub fail: f32,
}

/// A lot of real inventions in a firm; all are read each quarter, so it is kept small.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Project {
    /// Quality, median 1.
    pub quality: f64,
    /// Revenue of the product \[mn/yr, 2020 prices\].
    pub revenue: f64,
    /// Real inventions that entered.
    pub entered: f64,
    /// Real inventions by stage.
    pub mass: [f64; STAGES],
    /// Share of the stage's mass in a platform until the next review.
    pub served: [f64; SERVED],
    /// Plans by stage until the next review.
    pub plan: [Plan; STAGES],
    /// Readiness \[0..1\].
    pub readiness: f32,
    /// Row of the firm.
    pub firm: u32,
    /// Id of the firm.
    pub firm_id: u32,
    /// Id of the invention.
    pub invention_id: u32,
    /// Quarter index of disclosure.
    pub disclosed: i32,
    /// Quarter index of the deal.
    pub begun: i32,
    /// Field of the invention.
    pub field: u8,
    /// Region of the firm.
    pub region: u8,
    /// What waits for approval.
    pub docket: Docket,
}

impl Project {
    /// Whether its firm is still in business.
    pub fn has_firm(&self, firms: &Firms) -> bool {
        let row = self.firm as usize;
        firms.alive[row] && firms.id[row] == self.firm_id
    }

    /// Real inventions in all stages and before approval.
    #[inline]
    pub fn present(&self) -> f64 {
        self.mass.iter().sum::<f64>() + self.docket.mass()
    }
}
