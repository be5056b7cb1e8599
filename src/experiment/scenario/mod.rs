//! Scenario files: a whole study in one TOML file, read into typed values with every mistake told at once.
//!
//! - [`diagnostics`], [`table`], [`quantity`]: reading any TOML file with places and remedies;
//! - [`provenance`]: where its numbers come from;
//! - [`read`]: the sections of a scenario; `read_expect`, `read_inject`, `read_law`, `read_market`, `read_policy`, `read_script`, `read_traffic`: theirs.

pub mod diagnostics;
mod idle;
mod names;
pub mod provenance;
pub mod quantity;
mod read;
mod read_alert;
mod read_expect;
mod read_inject;
mod read_law;
mod read_market;
mod read_policy;
mod read_script;
mod read_traffic;
pub mod resolved;
pub mod table;

pub use read::read;
pub use read_law::print as print_law;
pub use read_policy::print_setting;

use crate::engine::time::Seconds;
use crate::experiment::expectation::Expectation;
use crate::experiment::metric::Frame;
use crate::model::background::{Background, Totals};
use crate::model::backlog::Desk;
use crate::model::civil::Civil;
use crate::model::injection::{Failure, Fault, Injection};
use crate::model::laws::{Kind, Laws};
use crate::model::ledger::{Ledger, Window};
use crate::model::lever::Pull;
use crate::model::market::{Conventions, Market, Weights};
use crate::model::plan::MeterPlan;
use crate::model::traffic::Traffic;

/// The market of December 2018, built into the program.
pub const BUILT_IN: &str = include_str!("../../../scenarios/december-2018.toml");
/// The id of the built-in scenario.
pub const BUILT_IN_ID: &str = "december-2018";

/// A scenario, ready to run.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its name for files: the file's stem.
    pub id: String,
    /// Free text.
    pub title: String,
    /// What the scenario is about, in free text of several lines; may be empty.
    pub story: String,
    /// The window that is counted.
    pub window: Window,
    /// How long before it the market begins: simulated and not counted, so that what is open at the start is there.
    pub warm_up: Seconds,
    /// Civil time around the window.
    pub civil: Civil,
    /// Suppliers, in the order of the file; scripts and policies refer to them by place.
    pub suppliers: Vec<Supplier>,
    /// What of the DCC the plans hang on.
    pub conventions: Conventions,
    /// Laws of the market and of losing suppliers' cancelling.
    pub laws: Laws,
    /// The stochastic market, if there is one.
    pub market: Option<Market>,
    /// What the capacity planner asks for, if he does.
    pub traffic: Option<TrafficPlan>,
    /// What the catalogue of metrics hangs on; the background of a long window is worked out once.
    pub frame: Frame,
    /// Scripted meters, by number.
    pub meters: Vec<MeterPlan>,
    /// Faults.
    pub injections: Vec<Injection>,
    /// Policies, the baseline among them.
    pub policies: Vec<Policy>,
    /// What must come out.
    pub expectations: Vec<Expectation>,
    /// Seed, replications and judging.
    pub experiment: Experiment,
    /// Where the numbers come from, those taken as defaults too.
    pub assumptions: Vec<Assumption>,
}

/// What is known of the traffic of the whole estate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrafficPlan {
    /// Published totals.
    pub totals: Totals,
    /// Messages a second that the way south takes.
    pub capacity: Option<u64>,
}

/// A supplier.
#[derive(Debug, Clone, PartialEq)]
pub struct Supplier {
    /// Its id in the file.
    pub id: String,
    /// Free text.
    pub name: String,
    /// Its weights in the market.
    pub weights: Weights,
    /// How it works off a backlog.
    pub desk: Desk,
}

/// A policy: a named difference from the baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Its id.
    pub id: String,
    /// What it is, in a line.
    pub title: String,
    /// Levers in the order of application.
    pub pulls: Vec<Pull>,
}

impl Policy {
    /// Whether one of its levers draws from the law of this name.
    pub fn draws_from(&self, law: &str) -> bool {
        self.pulls.iter().any(|pull| pull.lever.laws().contains(&law))
    }
}

/// How the study is run.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// Seed of all draws.
    pub seed: u64,
    /// Replications of each policy.
    pub replications: u32,
    /// Confidence level of intervals.
    pub confidence: f64,
    /// Id of the policy that others are held against.
    pub baseline: String,
}

/// Where a number comes from.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Assumption {
    /// The parameter.
    pub name: String,
    /// Its value, as a scenario would write it.
    pub value: String,
    /// What kind of number it is.
    pub kind: Kind,
    /// Its source.
    pub source: String,
    /// What it means.
    pub about: String,
}

/// The messages of the estate around the meters; a scenario that only has scripted meters has none.
fn background(
    suppliers: &[Supplier],
    plan: &TrafficPlan,
    market: Option<&Market>,
    window: &Window,
    civil: &Civil,
) -> Background {
    market.map_or_else(Background::default, |market| {
        let weights: Vec<Weights> = suppliers.iter().map(|s| s.weights).collect();
        Background::over(window, (market, &weights), &plan.totals, civil)
    })
}

/// What the catalogue of metrics hangs on; `traffic` is the background and the capacity of the way south.
fn frame(
    suppliers: &[Supplier],
    traffic: Option<(Background, Option<u64>)>,
    market: Option<&Market>,
    window: &Window,
    civil: &Civil,
) -> Frame {
    let origin = window.start.utc_day().utc_midnight();
    let place = |day: i32| usize::try_from((civil.midnight(window.first.plus(day)) - origin).0 / 60).unwrap_or(0);
    Frame {
        midnights: (0..=window.days as i32).map(place).collect(),
        meters: market.map_or_else(Vec::new, |market| {
            let on = |day: i32| libm::round(market.meters_on(window.first.plus(day))) as u64;
            (0..window.days as i32).map(on).collect()
        }),
        suppliers: suppliers.iter().map(|s| s.id.clone()).collect(),
        queues: suppliers.iter().map(|s| s.desk.capacity.is_some()).collect(),
        traffic,
    }
}

impl Scenario {
    /// The window with the warm-up before it.
    pub fn life(&self) -> Window {
        Window::new(self.window.start - self.warm_up, self.window.horizon, &self.civil)
    }

    /// An empty ledger of a run.
    pub fn ledger(&self) -> Ledger {
        let traffic = self.traffic.map(|_| Box::new(Traffic::new(self.window)));
        Ledger { traffic, ..Ledger::new(self.window) }
    }

    /// Whether the capacity of the way south is stated.
    pub fn states_a_capacity(&self) -> bool {
        self.traffic.is_some_and(|traffic| traffic.capacity.is_some())
    }

    /// How each supplier works off a backlog.
    pub fn desks(&self) -> Vec<Desk> {
        self.suppliers.iter().map(|s| s.desk).collect()
    }

    /// Failures of suppliers, by date.
    pub fn failures(&self) -> Vec<Failure> {
        let of = |injection: &Injection| match injection.fault {
            Fault::SupplierFailure(failure) => Some(failure),
            _ => None,
        };
        self.injections.iter().filter_map(of).collect()
    }

    /// The suppliers' weights in the market.
    pub fn weights(&self) -> Vec<Weights> {
        self.suppliers.iter().map(|s| s.weights).collect()
    }
}
