//! Who has a firm's projects once its agent has been split?
//!
//! Each real firm keeps its projects: of every project one half stays, the other goes with the
//! half of the firms that left. Plans and places are those of the whole until the next review,
//! at which each half draws for itself.

use super::purse::{Heir, Purses};
use super::{FunnelState, Origin, Plan, Portfolios, Project, REVIEWS, ROWS, STAGES, Turn};
use crate::model::approval::Docket;
use crate::model::firms::Firms;
use crate::model::platforms::SERVED;

impl FunnelState {
    /// The firm in row `child` splits off from that in row `parent`, of half its weight: each
    /// project, and what of it waits for approval, is halved between them, see
    /// [`Self::divide`].
    ///
    /// Example: of 8 inventions in a pilot, 4 stay and 4 go; `firms.weight` being half of what it
    /// was for both, each real firm has what it had.
    pub fn inherit(&mut self, firms: &Firms, parent: usize, child: usize) {
        let portfolios = &mut self.portfolios;
        let Some(place) = portfolios.purse(parent, firms.id[parent]) else {
            return;
        };
        if portfolios.of(parent).0.purses.heir(place).is_some() {
            self.divide();
        }
        let (portfolio, row) = self.portfolios.of(child);
        let heir = Heir {
            row: child as u32,
            place: portfolio.purses.of(row, firms.id[child]),
        };
        self.portfolios.of(parent).0.purses.name_heir(place, heir);
    }

    /// Divides the projects of all firms with heirs. It is done before anything looks at projects
    /// again, for all firms in one go.
    pub fn divide(&mut self) {
        let portfolios = &mut self.portfolios;
        if !portfolios.iter().any(|own| own.purses.have_heirs()) {
            return;
        }
        for number in 0..REVIEWS {
            portfolios.iter_mut().for_each(|own| own.divided = 0);
            // heirs may have heirs: their halves are come to as well
            while let Some((half, heir)) = portfolios.halve_next(number) {
                let (portfolio, _) = portfolios.of(heir.row as usize);
                portfolio.projects[number].take_on(&half, heir.place);
            }
        }
        (portfolios.iter_mut()).for_each(|own| own.purses.forget_heirs());
    }
}

/// Half of what stands in a project.
struct Half {
    project: Project,
    origin: Origin,
    entered: f32,
    mass: [f64; STAGES],
    plan: [Plan; STAGES],
    served: [f64; SERVED],
    docket: Option<Docket>,
}

impl Portfolios {
    /// Halves the next project of a turn whose firm has an heir.
    fn halve_next(&mut self, number: usize) -> Option<(Half, Heir)> {
        self.iter_mut().find_map(|own| {
            let (turn, purses) = (&mut own.projects[number], &own.purses);
            turn.halve_next(&mut own.divided, purses)
        })
    }
}

impl Turn {
    /// Halves the first project from row `from` on whose firm has an heir, which gets the other
    /// half; the next one to look at stands behind it.
    fn halve_next(&mut self, from: &mut usize, purses: &Purses) -> Option<(Half, Heir)> {
        if !purses.have_heirs() {
            return None;
        }
        while *from < self.len() {
            let (number, start) = (*from / ROWS, *from % ROWS);
            let end = ROWS.min(self.len() - number * ROWS);
            let left = &self.strips[number].project[start..end];
            let heirs = left.iter().map(|project| purses.heir(project.purse));
            let found = heirs.enumerate().find_map(|(at, heir)| Some((at, heir?)));
            let Some((at, heir)) = found else {
                *from += left.len();
                continue;
            };
            let row = *from + at;
            *from = row + 1;
            return Some((self.halve(row), heir));
        }
        None
    }

    /// Leaves half of a project, and of its docket, in its row, and gives the other.
    fn halve(&mut self, row: usize) -> Half {
        let place = self.dockets.binary_search_by_key(&(row as u32), |d| d.row);
        let docket = place.ok().map(|place| {
            self.dockets[place] = self.dockets[place].part(0.5);
            self.dockets[place]
        });
        let (strip, i) = (&mut self.strips[row / ROWS], row % ROWS);
        strip.entered[i] *= 0.5;
        for stage in &mut strip.stage {
            stage.mass[i] *= 0.5;
        }
        Half {
            project: strip.project[i],
            origin: strip.origin[i],
            entered: strip.entered[i],
            mass: strip.stage.each_ref().map(|stage| stage.mass[i]),
            plan: std::array::from_fn(|k| strip.plan(k, i)),
            served: strip.served.each_ref().map(|served| served[i]),
            docket,
        }
    }

    /// Takes on half of a project for the firm with the purse at a place, behind all others, so
    /// that projects of one firm keep their order.
    fn take_on(&mut self, half: &Half, purse: u32) {
        let row = self.len() as u32;
        (self.dockets).extend(half.docket.map(|docket| Docket { row, ..docket }));
        let project = Project {
            purse,
            ..half.project
        };
        let (strip, i) = self.push(project, half.origin, f64::from(half.entered));
        for (served, &half) in strip.served.iter_mut().zip(&half.served) {
            served[i] = half;
        }
        for k in 0..STAGES {
            strip.set_plan(k, i, half.plan[k]);
            strip.stage[k].mass[i] = half.mass[k];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Origin, Plan, Project, ROWS, STAGES, advance, enter};
    use super::*;
    use crate::base::blocks::Crew;
    use crate::base::time::Quarter;
    use crate::model::approval::Docket;
    use crate::model::context::Context;
    use crate::model::entry::halve;
    use crate::model::firms::FIELDS;
    use crate::model::patents::testbed::{Scene, world_of};
    use crate::model::state::State;

    /// Projects of a firm: quality, mass by stage, docket.
    fn projects_of(state: &State, firm: usize) -> Vec<(f32, [f64; STAGES], Option<Docket>)> {
        let id = state.firms.id[firm];
        let mut all = Vec::new();
        let portfolios = state.funnel.portfolios.iter();
        let turns = portfolios.flat_map(|own| own.projects.iter().map(|turn| (turn, &own.purses)));
        for (turn, purses) in turns {
            for row in 0..turn.len() {
                let (strip, i) = (&turn.strips[row / ROWS], row % ROWS);
                let project = turn.project(row);
                if purses.at(project.purse).id == id && strip.entered[i] > 0.0 {
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

    /// Two firms to a block.
    fn in_pairs(scene: &Scene, now: Quarter) -> Context<'_> {
        Context {
            crew: Crew::ALONE.with_rows(2),
            ..scene.context(now)
        }
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
            let ctx = in_pairs(&scene, now);
            state.books.open();
            state.transfer.deals_this_quarter.clear();
            enter(&mut state, &ctx);
            for number in 0..120_usize {
                let firm = number % 3;
                let id = state.firms.id[firm];
                let (own, row) = state.funnel.portfolios.of(firm);
                let project = Project {
                    quality: (1 + number) as f32 + step as f32 / 8.0, // derived: eighths are exact
                    revenue: 9.0,
                    purse: own.purses.of(row, id),
                    disclosed: now.index() as i16,
                    begun: now.index() as i16,
                    field: (number % FIELDS) as u8,
                    region: state.firms.region[firm],
                };
                let draws = (number as f64 / 120.0, 0.5);
                let p = &ctx.parameters.approval;
                let (strip, row) = own.begin(project, Origin::default(), 4.0, draws, p);
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
                let ctx = in_pairs(&scene, now);
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
