//! What did the projects of a quarter do, taken together?

use super::WINDOW;
use super::movement::Round;
use super::project::{Column, STAGES, Strip};
use super::purse::Purses;
use crate::base::strip::Sum;
use crate::model::approval::Traffic;
use crate::model::firms::{FIELDS, REGIONS};
use crate::model::platforms::SERVED;

/// Sums of whole columns, in real inventions unless they say otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Columns {
    pub passed: [Sum; STAGES],
    pub failed: [Sum; STAGES],
    pub present: [Sum; STAGES],
    pub abandoned: Sum,
    /// What firms pay for stages \[mn\].
    pub research: Sum,
    /// What they pay for places \[mn\].
    pub fees: Sum,
}

crate::join_fields!(Columns: passed, failed, present, abandoned, research, fees);

/// Sums over the projects of a quarter, in real inventions.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub columns: Columns,
    pub offered: f64,
    /// Given up with the firm.
    pub abandoned: f64,
    /// What firms pay to clear approval \[mn\].
    pub research: f64,
    /// By field: quality times mass that waits for its first sale, that mass, first sales.
    pub fields: [[f64; 3]; FIELDS],
    /// First sales by quarters since disclosure, the last place for all beyond the window.
    pub aged: [f64; WINDOW + 2],
    /// Mass in platforms that the next reviews leave alone.
    pub held: [[f64; REGIONS]; SERVED],
    /// What passed through approval.
    pub traffic: Traffic,
}

crate::join_fields!(Sums: columns, offered, abandoned, research, fields, aged, held, traffic);

impl Sums {
    /// Notes what the projects of a strip sold, and what they leave for the next quarter: what
    /// waits for a first sale, and the places they hold unless they are up for review.
    pub(super) fn note(
        &mut self,
        strip: &Strip,
        rows: usize,
        sold: &Column,
        round: &Round,
        purses: &mut Purses,
    ) {
        for row in 0..rows {
            let (project, sold) = (&strip.project[row], sold[row]);
            let offered = strip.stage[STAGES - 1].mass[row];
            let field = &mut self.fields[usize::from(project.field) % FIELDS];
            field[0] += offered * f64::from(project.quality);
            field[1] += offered;
            field[2] += sold;
            let age = (round.q - i32::from(project.disclosed)).max(0) as usize;
            self.aged[age.min(WINDOW + 1)] += sold;
            let purse = purses.at_mut(project.purse);
            purse.revenue += sold * f64::from(project.revenue);
            purse.waiting += offered;
            if !round.is_next && strip.served[0][row] + strip.served[1][row] > 0.0 {
                for kind in 0..SERVED {
                    let held = strip.served[kind][row] * strip.stage[kind].mass[row];
                    self.held[kind][usize::from(project.region)] += held;
                }
            }
        }
    }
}
