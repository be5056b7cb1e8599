//! `meterchurn` simulates the change of supplier on Great Britain's smart meters: when Service Request 6.23 comes late or
//! never, how many alerts and leaked reads follow, for whom, and what does each mitigation change?
//!
//! # The house
//!
//! Layers point one way; each knows only those before it.
//!
//! | Layer | What it is | Start reading at |
//! | --- | --- | --- |
//! | [`engine`] | time, order, randomness, counting; knows no energy | [`engine::random`], [`engine::bins`] |
//! | [`model`] | meters, suppliers, DCC, mitigations; knows no experiment | [`model::plan`] then [`model::walk`] |
//! | [`results`] | metrics, the values of all runs, statistics, expectations; knows no scenario | [`results::metric`], [`results::cube`] |
//! | [`scenario`] | scenario files | [`scenario::read()`] |
//! | [`study`] | a scenario's runs: meters, rounds, replications, limits | [`study::run`] |
//! | [`report`] | the screen, files, pictures, a meter's story | [`report::text`] |
//! | [`cli`] | commands and exit codes | [`cli::main`] |
//!
//! # The way of an event
//!
//! A scenario file becomes a [`Scenario`](scenario::Scenario). For each replication the
//! market is [drawn](model::drawing): it gives [plans](model::plan::MeterPlan) of meter points; [injections](model::injection) and the
//! [levers](model::lever) of a policy reshape them; a [walk](model::walk::Walk) follows each from one change of state to
//! the next and books what is periodic in between into a [ledger](model::ledger::Ledger) in
//! [closed form](model::emission). [Metrics](results::metric) are read off the ledger, replications become
//! [intervals](results::statistics), and [expectations](results::expectation) are judged.

// `cli::streams` does all writing to stdout and stderr: `println!` panics on a closed pipe or a full device.
#![deny(clippy::print_stdout, clippy::print_stderr)]

#[cfg(feature = "cli")]
pub mod cli;
pub mod engine;
pub mod model;
pub mod report;
pub mod results;
pub mod scenario;
mod spread;
pub mod study;
pub mod text;
