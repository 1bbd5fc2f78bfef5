//! A toy of paired first-order autoregressions that can be told to fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use leverlab::base::blocks::Crew;
use leverlab::cli::progress::Interrupt;
use leverlab::engine::tree::Prefix;
use leverlab::engine::{Direction, MetricSpec, Outcome, RunId, Simulation};

/// What is to go wrong: (scenario, run).
#[derive(Clone, Debug, Default)]
pub(crate) struct Toy {
    /// Effect of each scenario on the level.
    pub effects: Vec<f64>,
    /// First reported quarter in which each scenario's effect acts; 0 where none is given.
    pub starts: Vec<usize>,
    /// Panics here.
    pub panics: Vec<(usize, u32)>,
    /// Gives a metric that is not a number here.
    pub nans: Vec<(usize, u32)>,
    /// Panics in the past of these runs.
    pub past_panics: Vec<u32>,
    /// Runs founded so far, by all copies.
    pub founded: Arc<AtomicU32>,
    /// Raises this when that run is founded.
    pub stop: Option<(u32, Arc<Interrupt>)>,
    /// Where scenarios wait for each other at the end.
    pub meeting: Option<Arc<Meeting>>,
}

/// Do two threads come here at a time?
#[derive(Debug, Default)]
pub(crate) struct Meeting {
    inside: AtomicU32,
    met: AtomicBool,
}

impl Meeting {
    /// Waits for another thread, but not for long.
    fn wait(&self) {
        self.inside.fetch_add(1, Ordering::SeqCst);
        for _millisecond in 0..5000 {
            if self.inside.load(Ordering::SeqCst) > 1 {
                self.met.store(true, Ordering::SeqCst);
            }
            if self.have_met() {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        self.inside.fetch_sub(1, Ordering::SeqCst);
    }

    /// Whether two threads were here at a time.
    pub(crate) fn have_met(&self) -> bool {
        self.met.load(Ordering::SeqCst)
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    level: f64,
    effect: f64,
    paths: Vec<f64>,
    nan: bool,
    /// Set before a panic, to show that a spoilt state is never used again.
    spoilt: bool,
}

pub(crate) const QUARTERS: usize = 6;
/// Quarters before those that are reported.
pub(crate) const PAST: usize = 2;

const fn spec(id: &'static str, unit: &'static str, direction: Direction) -> MetricSpec {
    MetricSpec {
        id,
        unit,
        direction,
        label_en: id,
        label_zh: "指标",
        definition: "A toy.",
    }
}

static METRICS: [MetricSpec; 3] = [
    spec("rd_business_real", "CNY bn", Direction::Higher),
    spec("fiscal_cost", "CNY bn", Direction::Lower),
    spec("industrialised", "thousand", Direction::Higher),
];
static DETAILS: [MetricSpec; 1] = [spec("detail", "share", Direction::Neutral)];
static SERIES: [MetricSpec; 2] = [
    spec("level", "CNY bn", Direction::Higher),
    spec("square", "–", Direction::Neutral),
];

/// A share in [0, 1) that depends on its keys alone.
fn chance(a: u32, b: u32) -> f64 {
    let mut x = (u64::from(a) << 32 | u64::from(b)).wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

impl Simulation for Toy {
    type State = World;
    type Reference = f64;
    fn scenarios(&self) -> usize {
        self.effects.len()
    }
    fn metrics(&self) -> &[MetricSpec] {
        &METRICS
    }
    fn details(&self) -> &[MetricSpec] {
        &DETAILS
    }
    fn series(&self) -> &[MetricSpec] {
        &SERIES
    }
    fn quarters(&self) -> Vec<String> {
        (0..QUARTERS)
            .map(|q| format!("{}Q{}", 2025 + q / 4, q % 4 + 1))
            .collect()
    }
    fn horizon(&self) -> usize {
        PAST + QUARTERS
    }
    fn label(&self, quarter: usize) -> String {
        format!("quarter {quarter}")
    }
    fn prefix(&self, scenario: usize, quarter: usize) -> Prefix {
        let mut hasher = blake3::Hasher::new();
        for place in PAST..=quarter {
            hasher.update(&self.effect(scenario, place).to_le_bytes());
        }
        *hasher.finalize().as_bytes()
    }
    fn blank(&self) -> World {
        World::default()
    }
    fn found(&self, run: RunId, state: &mut World, _: Crew) {
        self.founded.fetch_add(1, Ordering::SeqCst);
        if let Some((at, interrupt)) = &self.stop
            && *at == run.run
        {
            interrupt.stop.store(true, Ordering::SeqCst);
        }
        assert!(!state.spoilt, "a spoilt state was used again");
        *state = World {
            level: 100.0 + 20.0 * chance(run.draw, 7),
            ..World::default()
        };
    }
    fn copy(&self, from: &World, to: &mut World) {
        assert!(!from.spoilt && !to.spoilt, "a spoilt state was used again");
        to.clone_from(from);
    }
    fn advance(&self, scenario: usize, run: RunId, state: &mut World, quarter: usize, _: Crew) {
        assert!(!state.spoilt, "a spoilt state was used again");
        if quarter < PAST {
            if self.meeting.is_some() {
                // so that the others find that there is nothing left for them
                std::thread::sleep(Duration::from_millis(50));
            }
            if self.past_panics.contains(&run.run) {
                state.spoilt = true;
                panic!("the past of run {} is broken", run.run);
            }
            return;
        }
        assert_eq!(state.paths.len(), quarter - PAST, "every quarter once");
        let effect = self.effect(scenario, quarter) * (1.0 + chance(run.run, 99));
        let noise = 10.0 * chance(run.run, (quarter - PAST) as u32);
        state.level = 0.9 * state.level + noise + effect;
        state.effect = effect;
        state.paths.push(state.level);
        if self.panics.contains(&(scenario, run.run)) && quarter == PAST + QUARTERS - 1 {
            state.spoilt = true;
            panic!("broken invariant in run {}", run.run);
        }
        state.nan = self.nans.contains(&(scenario, run.run));
        if let Some(meeting) = &self.meeting
            && quarter == PAST + QUARTERS - 1
        {
            meeting.wait();
        }
    }
    fn outcome(&self, state: &World) -> (Outcome, f64) {
        let level = state.level;
        let squares = state.paths.iter().map(|level| level * level);
        let outcome = Outcome {
            metrics: vec![
                if state.nan { f64::NAN } else { level },
                2.0 + state.effect,
                0.1 * level,
            ],
            details: vec![],
            paths: state.paths.iter().copied().chain(squares).collect(),
        };
        (outcome, level)
    }
    fn relate(&self, _: &World, baseline: &f64, own: &f64, outcome: &mut Outcome) {
        outcome.details.push(own - baseline);
    }
}

impl Toy {
    /// Effect of a scenario in a quarter of a run.
    fn effect(&self, scenario: usize, quarter: usize) -> f64 {
        let start = self.starts.get(scenario).copied().unwrap_or(0);
        if quarter >= PAST + start {
            self.effects[scenario]
        } else {
            0.0
        }
    }
}
