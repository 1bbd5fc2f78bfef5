//! What is a project, and how are projects kept from one quarter to the next?
//!
//! All are read each quarter: what moves stands in columns of short strips, what is fixed in a
//! small record.

use crate::base::room::have_room;
use crate::model::approval::Docket;
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

/// What is fixed about a lot of real inventions in a firm, amounts to seven digits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Project {
    /// Quality, median 1.
    pub quality: f32,
    /// Revenue of the product \[mn/yr, 2020 prices\].
    pub revenue: f32,
    /// Purse of its firm, see [`super::Purses`].
    pub purse: u32,
    /// Quarter index of disclosure.
    pub disclosed: i16,
    /// Quarter index of the deal.
    pub begun: i16,
    /// Field of the invention.
    pub field: u8,
    /// Region of the firm.
    pub region: u8,
}

/// What only reviews ask about a project.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Origin {
    /// Id of the invention.
    pub invention_id: u32,
    /// Readiness \[0..1\].
    pub readiness: f32,
}

/// Projects of a strip.
pub const ROWS: usize = 64;
/// One number for each project of a strip.
pub type Column = [f64; ROWS];
/// One number for each project of a strip, to seven digits.
type ShortColumn = [f32; ROWS];

/// A stage of all projects of a strip.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)] // in the order in which it is read
pub struct StageColumns {
    /// Of [`Plan`].
    pub go: ShortColumn,
    /// Of [`Plan`].
    pub pass: ShortColumn,
    /// Of [`Plan`].
    pub fail: ShortColumn,
    /// Real inventions.
    pub mass: Column,
}

/// Projects that are read together; a row without one is zero.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)] // in the order in which it is read
pub struct Strip {
    /// Share of a stage's mass in a platform until the next review.
    pub served: [Column; SERVED],
    /// What stands in the stages, and what is planned.
    pub stage: [StageColumns; STAGES],
    /// What is fixed.
    pub project: [Project; ROWS],
    /// Real inventions that entered, to seven digits; none once the project is given up.
    pub entered: ShortColumn,
    /// What only reviews ask.
    pub origin: [Origin; ROWS],
}

impl Default for Strip {
    fn default() -> Self {
        let stage = StageColumns {
            go: [0.0; ROWS],
            pass: [0.0; ROWS],
            fail: [0.0; ROWS],
            mass: [0.0; ROWS],
        };
        Self {
            served: [[0.0; ROWS]; SERVED],
            stage: [stage; STAGES],
            project: [Project::default(); ROWS],
            entered: [0.0; ROWS],
            origin: [Origin::default(); ROWS],
        }
    }
}

impl Strip {
    /// Sets the plan of a stage of a row.
    pub fn set_plan(&mut self, stage: usize, row: usize, plan: Plan) {
        let stage = &mut self.stage[stage];
        stage.go[row] = plan.go;
        stage.pass[row] = plan.pass;
        stage.fail[row] = plan.fail;
    }

    /// The plan of a stage of a row.
    pub fn plan(&self, stage: usize, row: usize) -> Plan {
        let stage = &self.stage[stage];
        Plan {
            go: stage.go[row],
            pass: stage.pass[row],
            fail: stage.fail[row],
        }
    }

    /// Real inventions of a row in all stages.
    pub fn present(&self, row: usize) -> f64 {
        self.stage.iter().map(|stage| stage.mass[row]).sum()
    }
}

/// Projects of one yearly turn, those of a firm in the order in which they began.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turn {
    /// Projects.
    pub strips: Vec<Strip>,
    /// What of them waits for approval, in the same order.
    pub dockets: Vec<Docket>,
    len: usize,
}

impl Turn {
    /// Projects, with those given up since the last review.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Has room for `n` projects, of which few need approval.
    pub(super) fn make_room(&mut self, n: usize) {
        have_room(&mut self.strips, n / ROWS);
        have_room(&mut self.dockets, n / 4);
    }

    /// Takes on a project with `entered` real inventions, at proof of concept; gives its strip
    /// and row.
    pub fn push(&mut self, project: Project, origin: Origin, entered: f64) -> (&mut Strip, usize) {
        let row = self.len % ROWS;
        if row == 0 {
            self.strips.push(Strip::default());
        }
        self.len += 1;
        let strip = self.strips.last_mut().expect("a strip for every row");
        (strip.project[row], strip.origin[row]) = (project, origin);
        strip.entered[row] = entered as f32;
        strip.stage[0].mass[row] = entered;
        (strip, row)
    }

    /// Strips, each with the number of its projects.
    pub fn filled(&mut self) -> impl Iterator<Item = (&mut Strip, usize)> {
        let len = self.len;
        let rows = (0..len)
            .step_by(ROWS)
            .map(move |start| (len - start).min(ROWS));
        self.strips.iter_mut().zip(rows)
    }

    /// What is fixed about the project in a row.
    pub fn project(&self, row: usize) -> &Project {
        &self.strips[row / ROWS].project[row % ROWS]
    }

    /// Drops projects that were given up; what `factors` gives for a strip, and for what of it
    /// waits for approval, multiplies the others, which go as well where it is zero. Gives what
    /// was lost by that, less what was won. Places and plans are not kept: a review is next.
    pub fn clear_out(&mut self, mut factors: impl FnMut(&Strip, &Column) -> Column) -> f64 {
        let (mut left, mut lost) = (0, 0.0);
        let (mut docket, mut dockets_left) = (0, 0);
        let mut factor = [0.0; ROWS];
        for row in 0..self.len {
            let i = row % ROWS;
            if i == 0 {
                let waiting = self.waiting(row, docket);
                factor = factors(&self.strips[row / ROWS], &waiting);
            }
            let (from, factor) = (&self.strips[row / ROWS], factor[i]);
            let given_up = from.entered[i] <= 0.0;
            let stays = !given_up & (factor > 0.0);
            let (project, origin, entered) = (from.project[i], from.origin[i], from.entered[i]);
            let mass: [f64; STAGES] = std::array::from_fn(|k| from.stage[k].mass[i]);
            let mut present: f64 = mass.iter().sum();
            if let Some(&held) = self.dockets.get(docket)
                && held.row as usize == row
            {
                docket += 1;
                present += held.mass();
                if stays {
                    self.dockets[dockets_left] = Docket {
                        row: left as u32,
                        ..held.part(factor)
                    };
                    dockets_left += 1;
                }
            }
            lost += if given_up {
                0.0
            } else {
                present - factor * present
            };
            if stays {
                let (to, j) = (&mut self.strips[left / ROWS], left % ROWS);
                (to.project[j], to.origin[j]) = (project, origin);
                to.entered[j] = (factor * f64::from(entered)) as f32;
                for k in 0..STAGES {
                    to.stage[k].mass[j] = factor * mass[k];
                }
                left += 1;
            }
        }
        self.dockets.truncate(dockets_left);
        self.truncate(left);
        lost
    }

    /// What waits for approval of the strip that begins at `first`, whose dockets begin at
    /// `docket`.
    fn waiting(&self, first: usize, docket: usize) -> Column {
        let mut waiting = [0.0; ROWS];
        let of_strip = |docket: &&Docket| (docket.row as usize) < first + ROWS;
        for docket in self.dockets[docket..].iter().take_while(of_strip) {
            waiting[docket.row as usize % ROWS] = docket.mass();
        }
        waiting
    }

    /// Drops all projects behind the first `len`.
    fn truncate(&mut self, len: usize) {
        self.len = len;
        self.strips.truncate(len.div_ceil(ROWS));
        if let Some(last) = self.strips.last_mut() {
            for row in (len - 1) % ROWS + 1..ROWS {
                last.project[row] = Project::default();
                last.entered[row] = 0.0;
                for stage in &mut last.stage {
                    stage.mass[row] = 0.0;
                }
            }
        }
    }
}
