//! A toy of paired first-order autoregressions that can be told to fail.

use leverlab::engine::{Direction, MetricSpec, Outcome, RunId, Simulation};

/// What is to go wrong: (scenario, run).
#[derive(Clone, Debug, Default)]
pub(crate) struct Toy {
    /// Effect of each scenario on the level.
    pub effects: Vec<f64>,
    /// Panics here.
    pub panics: Vec<(usize, u32)>,
    /// Gives a metric that is not a number here.
    pub nans: Vec<(usize, u32)>,
    /// Panics in the past of these runs.
    pub past_panics: Vec<u32>,
}

pub(crate) struct World {
    level: f64,
    /// Set before a panic, to show that a spoilt state is never used again.
    spoilt: bool,
}

pub(crate) const QUARTERS: usize = 6;

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
    fn blank(&self) -> World {
        World {
            level: 0.0,
            spoilt: false,
        }
    }
    fn past(&self, run: RunId, state: &mut World) {
        assert!(!state.spoilt, "a spoilt state was used again");
        state.level = 100.0 + 20.0 * chance(run.draw, 7);
        if self.past_panics.contains(&run.run) {
            state.spoilt = true;
            panic!("the past of run {} is broken", run.run);
        }
    }
    fn project(
        &self,
        scenario: usize,
        run: RunId,
        past: &World,
        state: &mut World,
        reference: Option<&f64>,
    ) -> (Outcome, f64) {
        assert!(!state.spoilt, "a spoilt state was used again");
        assert_eq!(reference.is_some(), scenario > 0);
        state.level = past.level;
        let effect = self.effects[scenario] * (1.0 + chance(run.run, 99));
        let mut paths = vec![0.0; 2 * QUARTERS];
        for quarter in 0..QUARTERS {
            state.level = 0.9 * state.level + 10.0 * chance(run.run, quarter as u32) + effect;
            paths[quarter] = state.level;
            paths[QUARTERS + quarter] = state.level * state.level;
        }
        if self.panics.contains(&(scenario, run.run)) {
            state.spoilt = true;
            panic!("broken invariant in run {}", run.run);
        }
        let mut rd = state.level;
        if self.nans.contains(&(scenario, run.run)) {
            state.spoilt = true;
            rd = f64::NAN;
        }
        let outcome = Outcome {
            metrics: vec![rd, 2.0 + effect, 0.1 * state.level],
            details: vec![reference.map_or(0.0, |base| state.level - base)],
            paths,
        };
        (outcome, state.level)
    }
}
