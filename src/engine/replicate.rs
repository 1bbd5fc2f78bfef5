//! One replicate of the model: the economy as a [`Simulation`].
//!
//! A run goes through 2013–14 (warm-up) and the recorded history to the quarter before the
//! scenarios start under the baseline's policy, then on under each scenario's own.

use super::bands::Founders;
use super::government::{Government, Term};
use super::policy_prefix::prefixes;
use super::tree::Prefix;
use super::{MetricSpec, Outcome, RunId, Simulation};
use crate::base::blocks::Crew;
use crate::base::bound::Bound;
use crate::base::rng::{Key, Purpose};
use crate::base::time::Quarter;
use crate::base::{dist, math};
use crate::evidence::{Distribution, Evidence};
use crate::model::audit::Holdings;
use crate::model::context::Context;
use crate::model::observe::{self, Reading, Record};
use crate::model::parameters::Parameters;
use crate::model::state::State;
use crate::model::world::{Drivers, HORIZON, LAST_RECORDED, WARM_UP};
use crate::model::{population, quarter};
use crate::policy::{PolicyPath, Settings};
use crate::scenario::{RunSettings, Scenario};

/// How one parameter is drawn.
#[derive(Clone, Debug)]
struct Prior {
    path: &'static str,
    entity: u32,
    range: [f64; 3],
    distribution: Distribution,
}

impl Prior {
    /// Value at probability `u`.
    fn at(&self, u: f64) -> f64 {
        let [low, central, high] = self.range;
        match self.distribution {
            Distribution::Fixed => central,
            Distribution::Uniform => low + u * (high - low),
            Distribution::Triangular => dist::triangular(u, low, central, high),
            Distribution::Lognormal => {
                let spread = math::ln(high / low) / (2.0 * math::normal_quantile(0.95));
                dist::lognormal(u, central, spread)
            }
        }
    }
}

/// The model under a set of scenarios, the first of which is the baseline.
#[derive(Debug)]
pub struct Economy {
    run: RunSettings,
    priors: Vec<Prior>,
    drivers: Drivers,
    policies: Vec<PolicyPath>,
    governments: Vec<Government>,
    prefixes: Vec<Vec<Prefix>>,
}

/// State and record of one world.
#[derive(Clone, Debug, Default)]
pub struct World {
    parameters: Option<Parameters>,
    state: State,
    /// What was held at the end of the last quarter.
    held: Holdings,
    record: Record,
    /// What a government with rules has decided so far.
    term: Option<Term>,
    /// Durations in the funnel when the scenarios began.
    duration: Vec<f64>,
    founders: Founders,
}

impl World {
    /// The state.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Quarterly series as last read.
    pub(super) fn last_series(&self) -> Vec<f64> {
        let mut row = Vec::new();
        observe::series_value(&self.record, self.record.len() - 1, &mut row);
        row
    }
}

impl Economy {
    /// Prepares the model for these scenarios.
    ///
    /// # Errors
    /// Says what evidence or scenario lacks.
    pub fn new(evidence: &Evidence, scenarios: &[Scenario]) -> Result<Self, String> {
        let base = scenarios.first().ok_or("no scenario to run")?;
        let run = base.run.clone();
        if run.end > HORIZON {
            return Err(format!("drivers end in {HORIZON}, the run in {}", run.end));
        }
        let mut paths = Vec::new();
        Parameters::paths(&mut paths);
        let mut priors = Vec::new();
        for path in paths {
            let spec = evidence
                .parameter(path)
                .ok_or_else(|| format!("no evidence for parameter `{path}`"))?;
            let set = base.assumptions.iter().find(|(name, ..)| name == path);
            let (range, distribution) = set
                .map_or((spec.range, spec.distribution), |(_, range, d)| {
                    (*range, *d)
                });
            let hash = blake3::hash(path.as_bytes());
            let word = hash.as_bytes();
            priors.push(Prior {
                path,
                // keyed by name, so that adding a parameter leaves the others' draws alone
                entity: u32::from_le_bytes([word[0], word[1], word[2], word[3]]),
                range,
                distribution,
            });
        }
        let discount = priors
            .iter()
            .find(|prior: &&Prior| prior.path == "tax.discount_rate")
            .map_or(0.0, |prior| prior.range[1]);
        let policies: Vec<PolicyPath> = scenarios
            .iter()
            .map(|scenario| PolicyPath::new(&scenario.schedules, WARM_UP, run.end, discount))
            .collect();
        let governments = scenarios
            .iter()
            .map(|scenario| Government::new(scenario, discount))
            .collect::<Result<_, _>>()?;
        let prefixes = scenarios
            .iter()
            .zip(&policies)
            .map(|(scenario, path)| prefixes(path, &scenario.rules, run.start))
            .collect();
        let drivers = Drivers::new(evidence)?;
        Ok(Self {
            run,
            priors,
            drivers,
            policies,
            governments,
            prefixes,
        })
    }

    /// Master seed.
    pub fn seed(&self) -> u32 {
        self.run.seed
    }

    /// First quarter in which scenarios may differ.
    pub fn start(&self) -> Quarter {
        self.run.start
    }

    /// Parameter values of draw `draw`.
    pub fn parameters(&self, draw: u32) -> Parameters {
        let key = Key {
            seed: self.run.seed,
            run: draw,
        };
        let mut priors = self.priors.iter();
        Parameters::build(&mut |path| {
            let prior = priors.next().expect("one prior a parameter, in order");
            debug_assert_eq!(prior.path, path);
            prior.at(key.uniform(prior.entity, 0, 0, 0, Purpose::Parameter))
        })
    }

    fn key(&self, run: RunId) -> Key {
        Key {
            seed: self.run.seed,
            run: run.run,
        }
    }

    /// Surroundings of a quarter under a policy.
    pub fn context<'a>(
        &'a self,
        key: Key,
        quarter: Quarter,
        parameters: &'a Parameters,
        seen: &'a PolicyPath,
        law: &'a Settings,
    ) -> Context<'a> {
        Context {
            key,
            quarter,
            parameters,
            seen: seen.known_at(quarter),
            expected: seen.expected_at(quarter),
            seen_path: seen,
            law,
            world: self.drivers.at(quarter),
            scale: self.run.scale,
            crew: Crew::ALONE,
        }
    }

    /// Founds the economy of 2013 in `state`.
    pub fn found(&self, run: RunId, parameters: &Parameters, state: &mut State, crew: Crew) {
        let policy = &self.policies[0];
        let law = policy.at(WARM_UP);
        let ctx = Context {
            crew,
            ..self.context(self.key(run), WARM_UP, parameters, policy, law)
        };
        population::found_state(state, &ctx);
    }

    /// Policy of a scenario.
    pub fn policy(&self, scenario: usize) -> &PolicyPath {
        &self.policies[scenario]
    }

    /// Founds the world of a run and brings it to the quarter before the scenarios start.
    pub fn past(&self, run: RunId, world: &mut World) {
        Simulation::found(self, run, world, Crew::ALONE);
        for quarter in 0..self.past_quarters() {
            self.advance(0, run, world, quarter, Crew::ALONE);
        }
        self.begin(world);
    }

    /// What statistics read in a run of the first scenario, from the founding to the last recorded
    /// year or the end of the run; `world` is scratch.
    ///
    /// # Panics
    /// Where the run breaks, as any run may.
    pub fn history(&self, run: RunId, world: &mut World) -> Record {
        Simulation::found(self, run, world, Crew::ALONE);
        for quarter in 0..self.recorded_quarters() as usize {
            self.advance(0, run, world, quarter, Crew::ALONE);
        }
        world.record.clone()
    }

    /// Quarters of [`Self::history`].
    pub fn recorded_quarters(&self) -> u64 {
        let last = self.run.end.min(LAST_RECORDED);
        last.since(WARM_UP) as u64 + 1
    }

    /// One quarter of a scenario; `note` hears the name of each process before it runs.
    pub(super) fn step(
        &self,
        scenario: usize,
        run: RunId,
        world: &mut World,
        quarter: usize,
        crew: Crew,
        note: &mut dyn FnMut(&'static str),
    ) {
        let now = WARM_UP.plus(quarter as i32);
        let mut policy = &self.policies[0];
        if now >= self.run.start {
            if now == self.run.start {
                self.begin(world);
            }
            policy = &self.policies[scenario];
            let government = &self.governments[scenario];
            if !government.is_bound_by_dates() {
                let term = world.term.get_or_insert_with(|| government.begin());
                policy = term.decide(government, policy, &world.record, now, self.run.end);
            }
        }
        let parameters = world.parameters.as_ref().expect("founded before");
        let ctx = Context {
            crew,
            ..self.context(self.key(run), now, parameters, policy, policy.at(now))
        };
        world.state.books.open();
        for (name, process) in quarter::PROCESSES {
            note(name);
            process(&mut world.state, &ctx);
            let books = &world.state.books;
            assert!(books.are_numbers(), "a booking is not a number");
        }
        note("audit");
        let audited = world.held.next(&world.state);
        world.held = audited.unwrap_or_else(|fault| panic!("{fault}"));
        let reading: Reading = observe::read(&world.state, &ctx);
        world.record.push(reading);
    }

    /// Quarters that all scenarios share by construction.
    fn past_quarters(&self) -> usize {
        self.run.start.since(WARM_UP) as usize
    }

    /// Marks the start of the scenarios.
    fn begin(&self, world: &mut World) {
        world.duration.clear();
        world.duration.extend(world.state.funnel.duration.iter());
        world.founders.note(&world.state.firms);
        for value in &mut world.state.firms.profit_value {
            *value = 0.0;
        }
    }
}

impl Simulation for Economy {
    type State = World;
    /// Present value of profit of each firm of the start.
    type Reference = Vec<f64>;

    fn scenarios(&self) -> usize {
        self.policies.len()
    }

    fn metrics(&self) -> &[MetricSpec] {
        observe::metrics()
    }

    fn details(&self) -> &[MetricSpec] {
        observe::details()
    }

    fn series(&self) -> &[MetricSpec] {
        observe::series()
    }

    fn quarters(&self) -> Vec<String> {
        (self.past_quarters()..self.horizon())
            .map(|quarter| self.label(quarter))
            .collect()
    }

    fn horizon(&self) -> usize {
        self.run.end.since(WARM_UP) as usize + 1
    }

    fn label(&self, quarter: usize) -> String {
        WARM_UP.plus(quarter as i32).to_string()
    }

    fn prefix(&self, scenario: usize, quarter: usize) -> Prefix {
        self.prefixes[scenario][quarter]
    }

    fn blank(&self) -> World {
        World::default()
    }

    fn found(&self, run: RunId, world: &mut World, crew: Crew) {
        world.state = State::default();
        world.record.clear();
        world.term = None;
        let parameters = self.parameters(run.draw);
        Economy::found(self, run, &parameters, &mut world.state, crew);
        world.parameters = Some(parameters);
        world.held = Holdings::of(&world.state);
    }

    fn copy(&self, from: &World, to: &mut World) {
        let World {
            parameters,
            state,
            held,
            record,
            term,
            duration,
            founders,
        } = from;
        to.parameters = *parameters;
        to.state.clone_from(state);
        to.held = *held;
        to.record.clone_from(record);
        to.term.clone_from(term);
        to.duration.clone_from(duration);
        to.founders.clone_from(founders);
    }

    fn advance(&self, scenario: usize, run: RunId, world: &mut World, quarter: usize, crew: Crew) {
        self.step(scenario, run, world, quarter, crew, &mut |_| ());
    }

    fn outcome(&self, world: &World) -> (Outcome, Vec<f64>) {
        let first = observe::reading_index(self.run.start);
        let last = observe::reading_index(self.run.end);
        let metrics = observe::headline(
            &world.record,
            first,
            last,
            &world.state.funnel,
            &world.state.universities.disclosed_by_cohort,
            &world.duration,
        );
        let mut details = Vec::new();
        observe::detail_values(&world.record, first, last, &mut details);
        let paths = paths(&world.record, first, last);
        let outcome = Outcome {
            metrics,
            details,
            paths,
        };
        (outcome, world.founders.profits(&world.state.firms))
    }

    fn relate(&self, world: &World, baseline: &Vec<f64>, own: &Vec<f64>, outcome: &mut Outcome) {
        world.founders.bands(baseline, own, &mut outcome.details);
    }
}

/// Quarterly paths, series-major.
fn paths(record: &Record, first: usize, last: usize) -> Vec<f64> {
    let series = observe::series().len();
    let quarters = last + 1 - first;
    let mut row = Vec::with_capacity(series);
    let mut paths = vec![0.0; series * quarters];
    for t in first..=last {
        row.clear();
        observe::series_value(record, t, &mut row);
        for (k, value) in row.iter().enumerate() {
            paths[k * quarters + t - first] = *value;
        }
    }
    paths
}
