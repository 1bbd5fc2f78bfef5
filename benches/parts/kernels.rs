//! The parts that are timed and counted: each walks one column once.

use leverlab::base::blocks::Crew;
use leverlab::base::rng::{self, Key, Purpose};
use leverlab::base::{dist, math, stats, strip};
use leverlab::engine::RunId;
use leverlab::engine::replicate::Economy;
use leverlab::evidence::Evidence;
use leverlab::model::context::Context;
use leverlab::model::quarter::PROCESSES;
use leverlab::model::state::State;
use leverlab::model::world::WARM_UP;
use leverlab::scenario::resolve;
use std::hint::black_box;

#[path = "../../examples/slice/firms.rs"]
#[allow(dead_code, unused_imports)] // the example reads more of it, and tests it
pub mod firms;

/// Rows of the columns.
pub const ROWS: usize = 4096;
const KEY: Key = Key { seed: 1, run: 2 };

/// What the kernels read and write.
pub struct Columns {
    ids: Vec<u32>,
    uniforms: Vec<f64>,
    positive: Vec<f64>,
    out: Vec<f64>,
    other: Vec<f64>,
    firms: firms::Firms,
    quarter: u32,
}

impl Columns {
    pub fn new() -> Self {
        let ids: Vec<u32> = (0..ROWS as u32).collect();
        let mut uniforms = vec![0.0; ROWS];
        rng::fill_uniform(KEY, &ids, 1, 0, Purpose::Choice, &mut uniforms);
        let mut firms = firms::Firms::default();
        firms.found(ROWS as u32);
        Self {
            positive: uniforms.iter().map(|u| 0.01 + 100.0 * u).collect(),
            out: uniforms.clone(),
            other: uniforms.clone(),
            ids,
            uniforms,
            firms,
            quarter: 0,
        }
    }
}

/// A part: its name in tables and budgets, and one walk over the columns. The walks are never
/// inlined, so that a profile can name them.
pub type Kernel = (&'static str, fn(&mut Columns));

pub const KERNELS: &[Kernel] = &[
    ("one_pair", one_pair),
    ("fill_uniform", fill_uniform),
    ("fill_pairs", fill_pairs),
    ("fill_normal", fill_normal),
    ("ln", ln),
    ("exp", exp),
    ("raise", raise),
    ("normal_cdf", normal_cdf),
    ("normal_quantile", normal_quantile),
    ("gumbel", gumbel),
    ("sum", sum),
    ("firm_quarter", firm_quarter),
];

/// Draws one by one, as code outside strips does.
#[inline(never)]
fn one_pair(c: &mut Columns) {
    for (&id, out) in c.ids.iter().zip(&mut c.out) {
        *out = black_box(KEY).uniform(black_box(id), 0, 3, 0, Purpose::Choice);
    }
}

#[inline(never)]
fn fill_uniform(c: &mut Columns) {
    rng::fill_uniform(KEY, &c.ids, 3, 0, Purpose::Choice, &mut c.out);
}

#[inline(never)]
fn fill_pairs(c: &mut Columns) {
    strip::fill_pairs(KEY, &c.ids, 3, 0, Purpose::Choice, &mut c.out, &mut c.other);
}

#[inline(never)]
fn fill_normal(c: &mut Columns) {
    rng::fill_normal(KEY, &c.ids, 3, 0, Purpose::Choice, &mut c.out);
}

/// Declares a kernel that maps a column through a function, compiled for each vector width.
macro_rules! mapped {
    ($($name:ident from $column:ident by $function:path;)*) => {$(
        #[inline(never)]
        fn $name(c: &mut Columns) {
            leverlab::dispatched! {
                fn walk(values: &[f64], out: &mut [f64]) {
                    for (&x, y) in values.iter().zip(out) {
                        *y = $function(x);
                    }
                }
            }
            walk(&c.$column, &mut c.out);
        }
    )*};
}

mapped! {
    ln from positive by math::ln;
    exp from uniforms by math::exp;
    normal_cdf from positive by math::normal_cdf;
    normal_quantile from uniforms by math::normal_quantile;
    gumbel from uniforms by dist::gumbel;
}

#[inline(never)]
fn raise(c: &mut Columns) {
    c.out.copy_from_slice(&c.positive);
    strip::raise(&mut c.out, black_box(-0.3));
}

#[inline(never)]
fn sum(c: &mut Columns) {
    black_box(stats::sum(&c.uniforms));
}

/// One quarter of the firms of `examples/slice`.
#[inline(never)]
fn firm_quarter(c: &mut Columns) {
    let p = firms::Parameters::standard();
    black_box(c.firms.quarter(KEY, c.quarter, &p));
    c.quarter += 1;
}

/// Runs the whole model at a tiny scale for some quarters; gives firm rows times quarters.
pub fn whole_quarters(quarters: u32) -> f64 {
    let evidence = Evidence::embedded().expect("evidence");
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/baseline.toml");
    let (baseline, _) =
        resolve(&path, &["run.scale=0.001".to_owned()], &evidence).expect("a baseline");
    let economy = Economy::new(&evidence, &[baseline]).expect("a model");
    let run = RunId { draw: 0, run: 0 };
    let parameters = economy.parameters(run.draw);
    let mut state = State::default();
    economy.found(run, &parameters, &mut state, Crew::ALONE);
    let policy = economy.policy(0);
    let (mut now, mut rows) = (WARM_UP, 0.0);
    for _ in 0..quarters {
        let ctx = economy.context(KEY, now, &parameters, policy, policy.at(now));
        all_processes(&mut state, &ctx);
        rows += state.firms.len() as f64;
        now = now.next();
    }
    rows
}

/// The processes of one quarter, in functions that a profile can name.
#[inline(never)]
fn all_processes(state: &mut State, ctx: &Context) {
    state.books.open();
    for process in NUMBERED {
        process(state, ctx);
    }
}

/// Declares a function for each number, which runs the process of that number, if there is one.
macro_rules! numbered {
    ($($name:ident $k:literal)*) => {
        $(#[inline(never)]
        fn $name(state: &mut State, ctx: &Context) {
            if let Some((_, process)) = PROCESSES.get($k) {
                process(state, ctx);
                black_box(()); // not a jump into the process, which would hide it
            }
        })*
        /// More numbers than processes.
        const NUMBERED: &[fn(&mut State, &Context)] = &[$($name),*];
    };
}

numbered!(
    p0 0 p1 1 p2 2 p3 3 p4 4 p5 5 p6 6 p7 7 p8 8 p9 9
    p10 10 p11 11 p12 12 p13 13 p14 14 p15 15 p16 16 p17 17 p18 18 p19 19
    p20 20 p21 21 p22 22 p23 23 p24 24 p25 25 p26 26 p27 27 p28 28 p29 29
    p30 30 p31 31 p32 32 p33 33 p34 34 p35 35 p36 36 p37 37 p38 38 p39 39
);
const _: () = assert!(PROCESSES.len() <= NUMBERED.len());
