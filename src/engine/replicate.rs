//! One replicate of the model: the economy as a [`Simulation`].
//!
//! A run goes through 2013–14 (warm-up) and the recorded history to the quarter before the
//! scenarios start, once; every scenario continues from a copy of that state.

use super::government::Government;
use super::{MetricSpec, Outcome, RunId, Simulation};
use crate::base::bound::Bound;
use crate::base::rng::{Key, Purpose};
use crate::base::time::Quarter;
use crate::base::{dist, math};
use crate::evidence::{Distribution, Evidence};
use crate::model::context::Context;
use crate::model::firms::{Firms, Ownership, REGIONS};
use crate::model::observe::{self, Reading, Record};
use crate::model::parameters::Parameters;
use crate::model::state::State;
use crate::model::world::{Drivers, HORIZON, WARM_UP};
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
}

/// State and record of one world.
#[derive(Clone, Debug, Default)]
pub struct World {
    state: State,
    record: Record,
    duration: Vec<f64>,
}

impl World {
    /// The state.
    pub fn state(&self) -> &State {
        &self.state
    }
}

/// What a variant needs of the baseline's run: the present value of each firm's profit.
#[derive(Clone, Debug, Default)]
pub struct Profits {
    id: Vec<u32>,
    value: Vec<f64>,
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
        let policies = scenarios
            .iter()
            .map(|scenario| PolicyPath::new(&scenario.schedules, WARM_UP, run.end, discount))
            .collect();
        let governments = scenarios
            .iter()
            .map(|scenario| Government::new(scenario, discount))
            .collect::<Result<_, _>>()?;
        let drivers = Drivers::new(evidence)?;
        Ok(Self {
            run,
            priors,
            drivers,
            policies,
            governments,
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
        }
    }

    /// Founds the economy of 2013 in `state`.
    pub fn found(&self, run: RunId, parameters: &Parameters, state: &mut State) {
        let policy = &self.policies[0];
        let ctx = self.context(
            self.key(run),
            WARM_UP,
            parameters,
            policy,
            policy.at(WARM_UP),
        );
        population::found_state(state, &ctx);
    }

    /// Policy of a scenario.
    pub fn policy(&self, scenario: usize) -> &PolicyPath {
        &self.policies[scenario]
    }

    fn advance(
        &self,
        world: &mut World,
        run: RunId,
        parameters: &Parameters,
        policy: &PolicyPath,
        first: Quarter,
        last: Quarter,
    ) {
        let mut now = first;
        while now <= last {
            let ctx = self.context(self.key(run), now, parameters, policy, policy.at(now));
            quarter::step(&mut world.state, &ctx);
            let reading: Reading = observe::read(&world.state, &ctx);
            world.record.push(reading);
            now = now.next();
        }
    }
}

impl Simulation for Economy {
    type State = World;
    type Reference = Profits;

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
        let count = self.run.end.since(self.run.start) + 1;
        (0..count)
            .map(|t| self.run.start.plus(t).to_string())
            .collect()
    }

    fn blank(&self) -> World {
        World::default()
    }

    fn past(&self, run: RunId, world: &mut World) {
        world.state = State::default();
        world.record.clear();
        let parameters = self.parameters(run.draw);
        self.found(run, &parameters, &mut world.state);
        let policy = &self.policies[0];
        let last = self.run.start.plus(-1);
        self.advance(world, run, &parameters, policy, WARM_UP, last);
        world.duration.clear();
        world.duration.extend(world.state.funnel.duration.iter());
        for value in &mut world.state.firms.profit_value {
            *value = 0.0;
        }
    }

    fn project(
        &self,
        scenario: usize,
        run: RunId,
        past: &World,
        world: &mut World,
        reference: Option<&Profits>,
    ) -> (Outcome, Profits) {
        world.state.clone_from(&past.state);
        world.record.clone_from(&past.record);
        world.duration.clone_from(&past.duration);
        let parameters = self.parameters(run.draw);
        let policy = &self.policies[scenario];
        let (start, end) = (self.run.start, self.run.end);
        let government = &self.governments[scenario];
        if government.is_bound_by_dates() {
            self.advance(world, run, &parameters, policy, start, end);
        } else {
            let mut term = government.begin(policy, end);
            let mut now = start;
            while now <= end {
                let policy = term.decide(&world.record, now);
                self.advance(world, run, &parameters, policy, now, now);
                now = now.next();
            }
        }
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
        let profits = Profits {
            id: past.state.firms.id.clone(),
            value: survivors(&past.state.firms, &world.state.firms),
        };
        bands(
            &past.state.firms,
            reference.unwrap_or(&profits),
            &profits,
            &mut details,
        );
        let paths = paths(&world.record, first, last);
        (
            Outcome {
                metrics,
                details,
                paths,
            },
            profits,
        )
    }
}

/// Present value of profit of each firm alive at the start that is alive at the end; not a
/// number for the others.
fn survivors(start: &Firms, end: &Firms) -> Vec<f64> {
    (0..start.len())
        .map(|i| {
            let same = start.alive[i] && end.alive[i] && start.id[i] == end.id[i];
            if same { end.profit_value[i] } else { f64::NAN }
        })
        .collect()
}

/// Shares of surviving firms by group and by change in present value of after-tax profit.
fn bands(firms: &Firms, base: &Profits, variant: &Profits, out: &mut Vec<f64>) {
    let edges = [-0.05, -0.01, 0.01, 0.05];
    let groups = observe::BAND_GROUPS.len();
    let mut weights = vec![[0.0; 5]; groups];
    for i in 0..firms.len() {
        let (before, after) = (base.value[i], variant.value[i]);
        if before.is_nan() || after.is_nan() || firms.id[i] != base.id[i] {
            continue;
        }
        let size = math::max(before.abs(), 1e-6);
        let change = (after - before) / size;
        let band = edges.iter().filter(|edge| change > **edge).count();
        let class = if firms.sales[i] < 20.0 {
            0
        } else if firms.sales[i] < population::LARGE_SALES {
            1
        } else {
            2
        };
        let owner = match firms.ownership[i] {
            Ownership::Private => 3,
            Ownership::State => 4,
            Ownership::Foreign => 5,
        };
        let region = 6 + (firms.region[i] as usize).min(REGIONS - 1);
        for group in [class, owner, region] {
            weights[group][band] += firms.weight[i];
        }
    }
    for group in weights {
        let all: f64 = group.iter().sum();
        out.extend(group.map(|w| if all > 0.0 { w / all } else { 0.0 }));
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
