//! A market for tests: a few thousand unlike firms, the public research system of 2025, and
//! what two runs of it have in common.

use crate::base::rng::{Key, Purpose};
use crate::base::time::Quarter;
use crate::base::{dist, math};
use crate::model::context::Context;
use crate::model::firms::{FIELDS, Firm, Firms, REGIONS};
use crate::model::patents::testbed::Scene;
use crate::model::state::State;
use crate::model::transfer::{self, Deal, TransferState, TransferTally};
use crate::model::universities::testbed::scene;
use crate::model::universities::{self, Universities};
use std::collections::BTreeMap;

/// First quarter of every run.
pub(super) const START: Quarter = Quarter::new(2025, 1);
/// Firm agents.
const FIRMS: u32 = 3000;
/// Sampling fraction: 3,000 agents for 1.2 mn firms.
const SCALE: f64 = 0.0025;

/// Surroundings, state and chance of one run.
#[derive(Clone)]
pub(super) struct Bench {
    pub(super) scene: Scene,
    pub(super) state: State,
    pub(super) key: Key,
    pub(super) now: Quarter,
    /// Sampling fraction that searches go by.
    pub(super) scale: f64,
}

impl Bench {
    /// Firms and units at rest, shelves filled by two years, nothing dealt yet.
    pub(super) fn new() -> Self {
        let mut scene = scene(START);
        scene.world.price = 1.0;
        // finer than a run is: what is split here shall not hang on other agents being heavy, in few
        // quarters in which firms have the places of a year (docs/measurements.md)
        let p = &mut scene.parameters;
        p.transfer.lot = 30.0;
        (p.universities.ordinary_weight, p.universities.sample_boost) = (2.0, 10.0);
        let mut state = State {
            firms: firms(FIRMS),
            ..State::default()
        };
        state.people.rd_price = [1.0; FIELDS];
        // public R&D near 700 bn a year, of which own funds are a part
        let all = 700_000.0 / (1.0 + scene.parameters.universities.own_funds);
        state.programmes.to_universities = [0.36 * all / FIELDS as f64; FIELDS];
        state.programmes.to_institutes = [0.64 * all / FIELDS as f64; FIELDS];
        let mut bench = Self {
            scene,
            state,
            key: Key { seed: 7, run: 1 },
            now: START,
            scale: SCALE,
        };
        bench.state.universities = Universities::found(&bench.state, &bench.context());
        universities::work(
            &mut bench.state,
            &surroundings(&bench.scene, bench.key, START, SCALE),
        );
        bench.open();
        bench
    }

    /// Founds the transfer market on the firms as they stand.
    pub(super) fn open(&mut self) {
        self.state.transfer = TransferState::found(&self.state, &self.context());
    }

    pub(super) fn context(&self) -> Context<'_> {
        surroundings(&self.scene, self.key, self.now, self.scale)
    }

    /// One quarter of transfer on the shelves as they stand.
    pub(super) fn deal(&mut self) -> &TransferTally {
        let ctx = surroundings(&self.scene, self.key, self.now, self.scale);
        transfer::deal(&mut self.state, &ctx);
        self.now = self.now.next();
        &self.state.transfer.tally
    }

    /// One quarter of universities and transfer.
    pub(super) fn step(&mut self) {
        let ctx = surroundings(&self.scene, self.key, self.now, self.scale);
        self.state.books.open();
        universities::work(&mut self.state, &ctx);
        transfer::deal(&mut self.state, &ctx);
        self.now = self.now.next();
    }

    /// The same bench under another chance stream, in which others oblige and other ties stand.
    pub(super) fn under(&self, run: u32) -> Self {
        let mut other = self.clone();
        other.key.run = run;
        other.open();
        other
    }

    /// Rows of firms from the smallest sales to the largest.
    pub(super) fn by_sales(&self) -> Vec<usize> {
        let firms = &self.state.firms;
        let mut rows: Vec<usize> = (0..firms.len()).collect();
        rows.sort_by(|&a, &b| firms.sales[a].total_cmp(&firms.sales[b]).then(a.cmp(&b)));
        rows
    }
}

fn surroundings(scene: &Scene, key: Key, now: Quarter, scale: f64) -> Context<'_> {
    Context {
        key,
        scale,
        ..scene.context(now)
    }
}

/// Firms drawn as the founding population is: half by number, half by sales, each at the
/// weight that makes their sample stand for all.
pub(super) fn firms(count: u32) -> Firms {
    let scale = SCALE * f64::from(count) / f64::from(FIRMS);
    let key = Key { seed: 11, run: 0 };
    let mut firms = Firms::default();
    for id in 1..=count {
        let draw = |k: u32| key.pair(id, 0, 0, k, Purpose::FirmSize);
        let (size, by_sales) = draw(0);
        // log-normal of mean 1; weighted by itself it keeps its spread and shifts by σ²
        let spread = 1.8;
        let shift = if by_sales < 0.5 { 0.5 } else { -0.5 } * spread * spread;
        let relative = dist::lognormal(math::max(size, f64::EPSILON), math::exp(shift), spread);
        let (a, b) = draw(1);
        let (c, d) = draw(2);
        let (e, f) = draw(3);
        let sales = 60.0 * relative;
        firms.push(Firm {
            id,
            weight: math::max(1.0, 1.0 / (scale * (0.5 + 0.5 * relative))),
            alive: true,
            region: (a * REGIONS as f64) as u8,
            field: (b * FIELDS as f64) as u8,
            sales,
            sales_mean: sales,
            absorptive: c,
            cash: sales * 0.4 * d,
            need: e < 0.3,
            aware_hightech: f < 0.5,
            patents: 4.0 * d,
            ..Firm::default()
        });
    }
    firms
}

/// Real inventions dealt, by quarter, firm and invention.
pub(super) type Ledger = BTreeMap<(i32, u32, u32), f64>;

/// Enters a quarter's deals, those of firm `without` left out.
pub(super) fn enter(ledger: &mut Ledger, deals: &[Deal], now: Quarter, without: Option<u32>) {
    for deal in deals {
        if Some(deal.firm_id) != without {
            *ledger
                .entry((now.index(), deal.firm_id, deal.invention_id))
                .or_default() += deal.mass;
        }
    }
}

/// Share of mass that two ledgers do not have in common, `Σ|a − b|/Σ(a + b)`.
///
/// Example: 2 against 2 and 1 more: 1/5.
pub(super) fn differing(a: &Ledger, b: &Ledger) -> f64 {
    let at = |l: &Ledger, k: &(i32, u32, u32)| l.get(k).copied().unwrap_or(0.0);
    let apart: f64 = a.iter().map(|(k, m)| (m - at(b, k)).abs()).sum();
    let only_b: f64 = b
        .iter()
        .filter(|(k, _)| !a.contains_key(k))
        .map(|e| e.1)
        .sum();
    let all: f64 = a.values().chain(b.values()).sum();
    (apart + only_b) / all
}
