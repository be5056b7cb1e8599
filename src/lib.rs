//! `meterchurn` simulates the change of supplier on Great Britain's smart meters: when Service Request 6.23 comes late or
//! never, how many alerts and leaked reads follow, for whom, and what does each mitigation change?
//!
//! The case of DP072: a meter pushes a read every day at 00:10 and has two DCC schedules. Its 6.23 is executed 78 days and an
//! hour late, and until then every push and every refused run raises an alert that the losing supplier should not get.
//!
//! ```
//! use jiff::civil::date;
//! use meterchurn::engine::time::Seconds;
//! use meterchurn::model::plan::Reading::{DailyReadLog, Profile};
//! use meterchurn::results::expectation;
//! use meterchurn::scenario::builder::{Meter, Switch};
//! use meterchurn::scenario::{Scenario, Supplier};
//! use meterchurn::study::{self, How};
//!
//! let late = Seconds::days(78) + Seconds::hours(1);
//! let scenario = Scenario::builder("dp072")
//!     .window(date(2018, 11, 1), date(2019, 3, 1))
//!     .suppliers(["losing", "gaining"].map(Supplier::new))
//!     .meter(
//!         Meter::of("losing")
//!             .pushing_daily(Seconds::minutes(10))
//!             .read_daily(DailyReadLog, Seconds::hours(2))
//!             .read_daily(Profile, Seconds::hours(3))
//!             .switch(Switch::to("gaining", date(2018, 12, 1)).executing_after(late)),
//!     )
//!     .build()?;
//!
//! let results = study::run(&scenario, How::default(), &|_| ())?;
//! let (unwanted, _) = expectation::parse("unwanted-alerts.delivered.total > 0").expect("a query");
//! // 78 pushes, and two refused runs on each of 78 days.
//! assert_eq!(results.values(&unwanted, 0), [Some(78.0 + 2.0 * 78.0)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
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
