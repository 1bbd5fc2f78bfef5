//! Who has a firm's projects once its agent has been split?
//!
//! Each real firm keeps its projects: of every project one half stays, the other goes with the
//! half of the firms that left. Plans and places are those of the whole until the next review,
//! at which each half draws for itself.

use super::purse::Purses;
use super::{FunnelState, Turn};
use crate::model::firms::Firms;

impl FunnelState {
    /// The firm in row `child` splits off from that in row `parent`, of half its weight: each
    /// of its real firms has the projects that it had, once they are divided, see
    /// [`Self::divide`].
    ///
    /// Example: of 8 inventions in a pilot, 4 stay and 4 go; `firms.weight` being half of what it
    /// was for both, each real firm has what it had.
    pub fn inherit(&mut self, firms: &Firms, parent: usize, child: usize) {
        if self.purses.has_heir(parent, firms.id[parent]) {
            self.divide();
        }
        self.purses.name_heir(firms, parent, child);
    }

    /// Divides the projects of all firms with heirs. It is done before anything looks at projects
    /// again, for all firms in one go.
    pub fn divide(&mut self) {
        if self.purses.have_heirs() {
            for turn in &mut self.projects {
                turn.divide(&self.purses);
            }
            self.purses.forget_heirs();
        }
    }
}

impl Turn {
    /// Halves each project of a firm with an heir; the other half is the heir's, and stands
    /// behind all others, so that projects of one firm keep their order.
    fn divide(&mut self, purses: &Purses) {
        let (mut row, mut dockets) = (0, 0);
        // heirs may have heirs: their halves are come to as well
        while row < self.len() {
            let waiting = self.dockets.get(dockets);
            let docket = waiting.filter(|docket| docket.row as usize == row);
            let docket = docket.map(|_| dockets);
            dockets += usize::from(docket.is_some());
            if let Some(heir) = purses.heir(self.project(row).purse) {
                self.halve(row, heir, docket);
            }
            row += 1;
        }
    }

    /// Leaves half of a project, and of its docket, in its row; the rest goes to the purse `heir`.
    fn halve(&mut self, row: usize, heir: u32, docket: Option<usize>) {
        let other = self.len();
        if let Some(place) = docket {
            let half = self.dockets[place].part(0.5);
            self.dockets[place] = half;
            self.dockets.push(crate::model::approval::Docket {
                row: other as u32,
                ..half
            });
        }
        self.copy_half(row);
        self.project_mut(other).purse = heir;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Origin, Plan, Project, ROWS, STAGES, advance, enter};
    use super::*;
    use crate::base::time::Quarter;
    use crate::model::approval::Docket;
    use crate::model::entry::halve;
    use crate::model::firms::FIELDS;
    use crate::model::patents::testbed::{Scene, world_of};
    use crate::model::state::State;

    /// Projects of a firm: quality, mass by stage, docket.
    fn projects_of(state: &State, firm: usize) -> Vec<(f32, [f64; STAGES], Option<Docket>)> {
        let id = state.firms.id[firm];
        let mut all = Vec::new();
        for turn in &state.funnel.projects {
            for row in 0..turn.len() {
                let (strip, i) = (&turn.strips[row / ROWS], row % ROWS);
                let project = turn.project(row);
                if state.funnel.purses.at(project.purse).id == id && strip.entered[i] > 0.0 {
                    let docket = turn.dockets.iter().find(|d| d.row as usize == row);
                    let mass = std::array::from_fn(|k| strip.stage[k].mass[i]);
                    all.push((
                        project.quality,
                        mass,
                        docket.map(|d| Docket { row: 0, ..*d }),
                    ));
                }
            }
        }
        all
    }

    /// Three firms with projects in all fields, begun over a year, under way.
    fn under_way(start: Quarter) -> State {
        let mut state = world_of(64, 100.0, 20.0);
        let scene = Scene::at(start);
        state.buyers = crate::model::buyers::BuyersState::found(&state, &scene.context(start));
        state.funnel = FunnelState::found(&state, &scene.context(start));
        for step in 0..8 {
            let now = start.plus(step);
            let mut scene = Scene::at(now);
            scene.parameters.approval.regulated_share = 0.5;
            let ctx = scene.context(now);
            state.books.open();
            state.transfer.deals_this_quarter.clear();
            enter(&mut state, &ctx);
            for number in 0..120_usize {
                let firm = number % 3;
                let id = state.firms.id[firm];
                let project = Project {
                    quality: (1 + number) as f32 + step as f32 / 8.0, // derived: eighths are exact
                    revenue: 9.0,
                    purse: state.funnel.purses.of(firm, id),
                    disclosed: now.index() as i16,
                    begun: now.index() as i16,
                    field: (number % FIELDS) as u8,
                    region: state.firms.region[firm],
                };
                let draws = (number as f64 / 120.0, 0.5);
                let p = &ctx.parameters.approval;
                let (strip, row) = (state.funnel).begin(project, Origin::default(), 4.0, draws, p);
                let (go, pass, fail) = (1.0, 0.2, 0.05);
                (0..STAGES).for_each(|k| strip.set_plan(k, row, Plan { go, pass, fail }));
            }
            advance(&mut state, &ctx);
        }
        state
    }

    #[test]
    fn real_firms_keep_their_projects_when_their_agent_is_split() {
        let start = Quarter::new(2024, 1);
        let mut state = under_way(start);
        let before: Vec<_> = (0..3).map(|firm| projects_of(&state, firm)).collect();
        assert!(before[1].len() > 200 && before[1].iter().any(|(_, _, docket)| docket.is_some()));
        // twice along the line, and a third of the line of the other half
        let first = halve(&mut state, 1);
        let second = halve(&mut state, 1);
        let third = halve(&mut state, first);
        state.funnel.divide();
        for (firm, before) in [(0, &before[0]), (2, &before[2])] {
            assert_eq!(
                &projects_of(&state, firm),
                before,
                "others keep what they have"
            );
        }
        let weight = |firm: usize| state.firms.weight[firm];
        assert_eq!(
            weight(1) + weight(first) + weight(second) + weight(third),
            100.0
        );
        for firm in [1, first, second, third] {
            let part = weight(firm) / 100.0; // derived: the weight of the whole
            let now = projects_of(&state, firm);
            assert_eq!((part, now.len()), (0.25, before[1].len()));
            for ((quality, mass, docket), whole) in now.iter().zip(&before[1]) {
                assert_eq!(*quality, whole.0, "in the order of the whole");
                assert_eq!(*mass, whole.1.map(|mass| part * mass));
                let docket = docket.map(|docket| (docket.waiting, docket.before_sale));
                let whole = whole.2.map(|whole| {
                    (
                        whole.waiting.map(|mass| part * mass),
                        part * whole.before_sale,
                    )
                });
                assert_eq!(docket, whole);
            }
        }
    }

    #[test]
    fn a_divided_funnel_goes_on_as_the_whole() {
        let start = Quarter::new(2024, 1);
        let run = |divided: bool| {
            let mut state = under_way(start);
            let heir = divided.then(|| halve(&mut state, 1));
            let mut sold = Vec::new();
            for step in 8..60 {
                let now = start.plus(step);
                let mut scene = Scene::at(now);
                scene.parameters.funnel.least_mass = 0.0; // to the last bit, so none is drawn for
                let ctx = scene.context(now);
                state.books.open();
                enter(&mut state, &ctx);
                advance(&mut state, &ctx);
                let t = &state.funnel.tally;
                sold.extend([t.industrialised, t.abandoned, t.spent, t.failed[1]]);
            }
            assert!(heir.is_none_or(|heir| {
                (state.firms.cash[heir] / state.firms.cash[1] - 1.0).abs() < 1e-12
            }));
            (sold, state.firms.cash[1], state.firms.pending_gain[1])
        };
        let (whole, halves) = (run(false), run(true));
        for (a, b) in whole.0.iter().zip(&halves.0) {
            assert!((a - b).abs() <= 1e-12 * (1.0 + a.abs()), "{a} {b}");
        }
        assert!(whole.0.iter().any(|&sold| sold > 0.0));
        assert!((whole.1 / halves.1 - 1.0).abs() < 1e-12);
        assert!((whole.2 / halves.2 - 1.0).abs() < 1e-12);
    }
}
