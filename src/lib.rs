//! `meterchurn` simulates the change of supplier on Great Britain's smart meters: when Service Request 6.23 comes late
//! or never, how many alerts and leaked reads follow, for whom, and what does each mitigation change?
//!
//! The case of DP072: a meter pushes a read every day at 00:10 and has two DCC schedules. Its 6.23 is executed 78 days
//! and an hour late, and until then every push and every refused run raises an alert that the losing supplier should
//! not get.
//!
//! ```
//! use jiff::civil::date;
//! use meterchurn::engine::time::Seconds;
//! use meterchurn::model::plan::Reading::{DailyReadLog, Profile};
//! use meterchurn::results::metrics;
//! use meterchurn::results::query::Query;
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
//! let unwanted = Query::total(&metrics::UNWANTED_DELIVERED);
//! // 78 pushes, and two refused runs on each of 78 days.
//! assert_eq!(unwanted.values(&results, 0), [Some(78.0 + 2.0 * 78.0)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Layers
//!
//! Each module uses only those above it in this table.
//!
//! | Module | Subject | Start reading at |
//! | --- | --- | --- |
//! | [`text`] | names from outside, figures, advice | [`text::visible()`] |
//! | [`engine`] | time, order, randomness and counting | [`engine::random`], [`engine::bins`] |
//! | [`model`] | meters, suppliers, the DCC and mitigations | [`model::plan`], then [`model::walk`] |
//! | [`results`] | metrics, values of all runs, statistics, expectations | [`results::metrics`], [`results::cube`] |
//! | [`scenario`] | scenario files, and scenarios built in code | [`scenario::read()`] |
//! | [`study`] | the runs of a scenario, and what they may cost | [`study::run`], [`study::session`] |
//! | [`explore`] | designs over the inputs, and what depends on which input | [`explore::design`] |
//! | [`calibrate`] | inputs fitted to figures, laws fitted to waits | [`calibrate::moments`], [`calibrate::waits`] |
//! | [`report`] | documents and their forms, results folders, pictures | [`report::document`] |
//! | `cli` | commands and exit codes | |
//!
//! # From a scenario to a number
//!
//! A scenario file becomes a [`Scenario`](scenario::Scenario). Each replication [draws](model::drawing) its market as
//! [plans](model::plan::MeterPlan) of meter points. [Injections](model::injection) and the [levers](model::lever) of a
//! policy reshape the plans. A [walk](model::walk::Walk) follows each plan from one change of state to the next and
//! adds what is periodic in between to a [ledger](model::ledger::Ledger), in [closed form](model::emission).
//! [Metrics](results::metric) are read off the ledger into a [cube](results::cube::Cube); [queries](results::query) ask
//! it for numbers with [intervals](results::statistics), on which [expectations](results::expectation) are judged.
//!
//! # Features
//!
//! `cli`, `plots`, `parallel` and `parquet` are on by default. Without them the library has only what a simulation
//! needs and builds for `wasm32-unknown-unknown`.

// `cli::streams` does all writing to stdout and stderr: `println!` panics on a closed pipe or a full device.
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod calibrate;
#[cfg(feature = "cli")]
pub mod cli;
pub mod engine;
pub mod explore;
pub mod model;
pub mod report;
pub mod results;
pub mod scenario;
mod spread;
pub mod study;
pub mod text;
