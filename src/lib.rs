//! leverlab: which R&D policy mix turns more of China's research into industry, at what cost, for
//! whom, and how sure are we?
//!
//! An agent-based model of firms, universities, transfer agencies, banks and government, run as
//! paired Monte Carlo batches from TOML scenarios.
//!
//! # Rooms
//!
//! A room uses what stands below it, never above; a test reads every path and holds this.
//!
//! ```text
//! cli         one file a subcommand; the only room that prints, shows progress, reads the clock
//! report      results in, bytes out: page, figures, tables, Parquet; English and Chinese
//! experiment  compare: paired differences, clustered errors, Fieller, warnings; validate: the record
//! engine      one replicate, many in parallel, fans; takes the simulation as a trait
//! model       populations as columns, the quarter as a numbered list, one file a sub-model
//! scenario    TOML to a checked scenario: all faults at once, each with its place
//! policy      one file a lever family; dated schedules; what is known and expected when
//! evidence    facts, series, levers, instruments, parameters: loads and checks `seeds/`
//! base        time, portable maths, keyed random streams, dispatch, distributions, statistics
//! ```
//!
//! Read first: [`model::quarter`], then one sub-model, then [`experiment::compare`].
//!
//! # Contracts
//!
//! 1. A replicate is a pure function of (resolved scenario, master seed, run): the same bits for
//!    any threads, batch, order, shards or larger ensemble (`tests/it/contracts.rs`,
//!    `tests/it/shards.rs`), and of a large population walked in blocks by several threads
//!    ([`base::blocks`], `tests/it/blocks.rs`). Other machines than x86-64 should agree by construction and are
//!    untested.
//! 2. Draws are keyed by (seed, run, entity, quarter, purpose); the scenario is not in the key, so
//!    comparisons are paired. Philox4x32-10, frozen by known answers ([`base::rng`]).
//! 3. Model maths are our own ([`base::math`]), with tested error bounds; clippy bans the others.
//! 4. A lever at its status-quo value leaves the run bit-identical, and reaches outcomes only
//!    through a decision: with what agents see held fixed, moving the law moves money alone.
//! 5. Every yuan is booked twice ([`model::books`]); each quarter of every run is audited
//!    ([`model::audit`]): one in which money or inventions appear or vanish fails its run.
//! 6. A failed replicate is a record with its cause, dropped in all scenarios alike.
//! 7. The model digest names the sources; results of one digest never meet another's.
//! 8. A warm quarter of the baseline asks for no memory (`tests/it/allocations.rs`); where far more
//!    comes than at the start, as in single draws of the parameters, lists still grow.

pub mod base;
pub mod cli;
pub mod engine;
pub mod evidence;
pub mod experiment;
pub mod model;
pub mod policy;
pub mod report;
pub mod scenario;
