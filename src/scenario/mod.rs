//! Scenarios: a whole study, read from one TOML file with its mistakes reported at once, or built in code.
//!
//! - [`read()`]: a scenario from a file's text; [`Scenario::builder`]: one built in code;
//! - [`catalogue`]: every key of a file, with its reader, default, unit, range, source and meaning;
//! - [`diagnostics`], [`table`], [`quantity`]: reading any TOML file, with places and remedies;
//! - [`provenance`]: where the numbers come from; [`resolved`]: the scenario with every default written out;
//! - [`schema`], [`mod@reference`]: what a file can say, for editors and for readers, generated from the catalogue;
//! - [`shipped`]: the scenarios that come with the program;
//! - `sections`: the sections of a file, one a module.

pub mod builder;
pub mod catalogue;
pub mod check;
pub mod diagnostics;
pub mod include;
pub mod input;
mod law;
mod lint;
mod names;
mod parameter;
pub mod places;
pub mod provenance;
pub mod quantity;
mod read;
pub mod reference;
pub mod resolved;
pub mod schema;
mod sections;
pub mod shape;
pub mod shipped;
pub mod table;

pub use builder::Builder;
pub use diagnostics::Invalid;
pub use law::print as print_law;
pub use provenance::Sunset;
pub use read::read;
pub use sections::policy::print_setting;

use crate::engine::random::Draws;
use crate::engine::rate::Rate;
use crate::engine::time::Seconds;
use crate::results::comparison::Primary;
use crate::results::dimension::WaitDay;
use crate::results::expectation::Expectation;
use crate::results::query::Query;
use crate::results::series::Resolution;
use std::sync::Arc;

use crate::model::background::{Background, Estate, Totals};
use crate::model::civil::Civil;
use crate::model::desk::Desk;
use crate::model::draw::Lot;
use crate::model::injection::{Fault, Injection, Transfer};
use crate::model::laws::{Laws, NumberKind};
use crate::model::ledger::{Ledger, Window};
use crate::model::lever::{Lots, Pull};
use crate::model::market::{Conventions, Market, Weights};
use crate::model::plan::{MeterPlan, SupplierId};
use crate::model::south::WaySouth;
use crate::model::traffic::{Beside, Counting, Traffic};
use crate::model::varies::Varies;
use crate::results::frame::{Frame, date_text};

/// The market of December 2018, which is studied where no scenario is named.
pub const BUILT_IN: &str = shipped::SHIPPED[0].source;
/// The id of the built-in scenario.
pub const BUILT_IN_ID: &str = shipped::SHIPPED[0].name;

/// A scenario, ready to run.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its name for files: the file's `id`, or else its stem.
    pub id: String,
    /// Free text.
    pub title: String,
    /// What the scenario is about, in several lines; may be empty.
    pub story: String,
    /// Words to find it by, in the order of the file.
    pub tags: Vec<String>,
    /// The window that is counted.
    pub window: Window,
    /// How long before it the market begins: simulated and not counted, so that the cases that are open at the start
    /// exist.
    pub warm_up: Seconds,
    /// Civil time around the window.
    pub civil: Civil,
    /// Suppliers, in the order of the file; scripts and policies refer to them by place.
    pub suppliers: Vec<Supplier>,
    /// What the DCC does where its rules leave a choice.
    pub conventions: Conventions,
    /// Laws of the market and of losing suppliers' cancelling.
    pub laws: Laws,
    /// The stochastic market, if there is one.
    pub market: Option<Market>,
    /// The traffic of the whole estate, if it is counted.
    pub traffic: Option<TrafficPlan>,
    /// What the catalogue of metrics depends on; the background of a long window is computed once.
    pub frame: Frame,
    /// Scripted meters, by number.
    pub meters: Vec<MeterPlan>,
    /// Faults.
    pub injections: Vec<Injection>,
    /// Policies, the baseline among them.
    pub policies: Vec<Policy>,
    /// What the results must show.
    pub expectations: Vec<Expectation>,
    /// The numbers by which policies are compared.
    pub primaries: Vec<Primary>,
    /// Published figures to show beside the baseline's numbers.
    pub published: Vec<Published>,
    /// Seed, replications and judging.
    pub experiment: Experiment,
    /// Where the numbers come from, defaults included.
    pub assumptions: Vec<Assumption>,
    /// Until when assumed numbers may be used unreviewed.
    pub sunsets: Vec<Sunset>,
    /// Where its sections are in the file.
    pub places: places::Places,
}

/// The traffic of the whole estate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrafficPlan {
    /// Published totals.
    pub totals: Totals,
    /// What the network takes towards the meters.
    pub capacity: Option<Rate>,
    /// The steps of the series that is written of each run, if one is.
    pub series: Option<Resolution>,
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
    /// Names of the mitigations that it uses, in the order of its list; a [`Pull`] has its place in it.
    pub mitigations: Vec<&'static str>,
    /// Levers in the order of application.
    pub pulls: Vec<Pull>,
}

impl Policy {
    /// The shares of a stated capacity, in thousandths, above which its levers hold commands back.
    pub fn throttles(&self) -> Vec<u16> {
        self.pulls.iter().filter_map(|pull| pull.lever.throttles_above()).collect()
    }

    /// The same with only some of its mitigations, under another id. Their levers keep their names for draws, so that
    /// each draws what it draws in the whole policy. `is_used` is asked for the place of a mitigation.
    pub fn only(&self, id: String, is_used: impl Fn(usize) -> bool) -> Self {
        let pulls = self.pulls.iter().filter(|pull| is_used(pull.entry as usize)).cloned().collect();
        let used = |(place, name): (usize, &&'static str)| is_used(place).then_some(*name);
        let mitigations = self.mitigations.iter().enumerate().filter_map(used).collect();
        Self { id, title: self.title.clone(), mitigations, pulls }
    }

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
    /// Id of the policy that the others are compared with.
    pub baseline: String,
}

/// A published figure beside a number of the baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// The number.
    pub what: Query,
    /// The published value.
    pub value: f64,
    /// How far it may lie from the model's mean, as a standard deviation above 0, if the file says so.
    pub sd: Option<f64>,
    /// Where it was published.
    pub source: String,
    /// What was fitted to it, if anything.
    pub fitted: Option<String>,
}

/// Where a number comes from.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Assumption {
    /// The parameter.
    pub name: String,
    /// Its value, as a scenario would write it.
    pub value: String,
    /// The unit, if the value has none.
    #[serde(skip)]
    pub unit: &'static str,
    /// What kind of number it is.
    pub kind: NumberKind,
    /// Its source.
    pub source: String,
    /// How it can vary by the catalogue; nothing for what is chosen and for what only the scenario has.
    #[serde(skip)]
    pub varies: Option<Varies>,
    /// The range that the scenario gives instead, as it writes it.
    #[serde(skip)]
    pub range: Option<String>,
    /// What it means.
    pub about: String,
}

impl Assumption {
    /// Its range as words, and why: the scenario's own, or else the catalogue's. Empty for what is chosen.
    pub fn range_and_why(&self) -> (String, String) {
        match (&self.range, &self.varies) {
            (Some(range), _) => (range.clone(), "the scenario's own range".to_owned()),
            (None, Some(varies)) => (varies.text(), varies.why()),
            (None, None) => (String::new(), String::new()),
        }
    }

    /// A number with its origin, without unit and range.
    fn new(name: &str, value: String, (kind, source): (NumberKind, &str), about: &str) -> Self {
        let (name, source, about) = (name.to_owned(), source.to_owned(), about.to_owned());
        Self { name, value, unit: "", kind, source, varies: None, range: None, about }
    }

    /// How it can vary.
    fn varying(self, varies: Option<Varies>) -> Self {
        Self { varies, ..self }
    }
}

/// A market, with the laws by which its meters are read, and what goes wrong in it.
type Around<'a> = (&'a Market, Conventions, (&'a Laws, &'a [Injection]));

/// What the catalogue of metrics depends on. A scenario with scripted meters alone has no estate around them.
fn frame(
    suppliers: &[Supplier],
    traffic: Option<&TrafficPlan>,
    market: Option<Around<'_>>,
    policies: &[Policy],
    (window, civil): (&Window, &Civil),
) -> Frame {
    let backgrounds = market.map_or_else(Vec::new, |(market, conventions, drawn_by)| {
        let weights: Vec<Weights> = suppliers.iter().map(|s| s.weights).collect();
        let totals = traffic.map(|plan| plan.totals);
        let estate = Arc::new(Estate::new(window, (market, &weights, conventions), drawn_by, totals, civil));
        policies.iter().map(|policy| Background::under(&estate, &policy.pulls)).collect()
    });
    let origin = window.start.utc_day().utc_midnight();
    let place = |day: i32| usize::try_from((civil.midnight(window.first.plus(day)) - origin).0 / 60).unwrap_or(0);
    let days = 0..window.days as i32;
    Frame {
        dates: days.clone().map(|day| date_text(window.first.plus(day))).collect(),
        midnights: (0..=window.days as i32).map(place).collect(),
        wait_days: WaitDay::names(window.days_of_waits()),
        meters: market.map_or_else(Vec::new, |(market, ..)| {
            days.map(|day| libm::round(market.meters_on(window.first.plus(day))) as u64).collect()
        }),
        suppliers: suppliers.iter().map(|s| s.id.clone()).collect(),
        queues: suppliers.iter().map(|s| s.desk.capacity.is_some()).collect(),
        backgrounds,
        traffic: traffic.is_some(),
        capacity: traffic.and_then(|plan| plan.capacity),
        series: traffic.and_then(|plan| plan.series),
    }
}

impl Scenario {
    /// The window with the warm-up before it.
    pub fn life(&self) -> Window {
        Window::new(self.window.start - self.warm_up, self.window.horizon, &self.civil)
    }

    /// An empty ledger of a run.
    pub fn ledger(&self) -> Ledger {
        let traffic = self.counting().map(|counting| Box::new(Traffic::new(self.window, counting)));
        Ledger { traffic, ..Ledger::new(self.window) }
    }

    /// The same market under other policies, compared with the first of them, without expectations.
    pub fn under(&self, policies: Vec<Policy>) -> Self {
        let any = self.frame.backgrounds.first();
        let background = |policy: &Policy| any.map(|background| background.changed(&policy.pulls));
        let backgrounds = policies.iter().filter_map(background).collect();
        let baseline = policies.first().map_or_else(String::new, |policy| policy.id.clone());
        Self {
            frame: Frame { backgrounds, ..self.frame.clone() },
            experiment: Experiment { baseline, ..self.experiment.clone() },
            expectations: Vec::new(),
            policies,
            ..self.clone()
        }
    }

    /// The place of a policy among the scenario's; the first one's where it is another's.
    pub fn place_of(&self, policy: &Policy) -> usize {
        self.policies.iter().position(|known| known.id == policy.id).unwrap_or(0)
    }

    /// What is counted of the traffic. `None` where no messages are counted.
    pub fn counting(&self) -> Option<Counting> {
        let beside = if self.market.is_some() { Beside::Estate } else { Beside::Nothing };
        let counting =
            |plan: TrafficPlan| Counting { capacity: plan.capacity.map(|_| beside), by_minute: plan.series.is_some() };
        self.traffic.map(counting)
    }

    /// Whether the capacity of the way south is stated.
    pub fn states_a_capacity(&self) -> bool {
        self.traffic.is_some_and(|traffic| traffic.capacity.is_some())
    }

    /// What is known before a run of the way south under a policy. `None` where no capacity is stated.
    pub fn way_south(&self, policy: &Policy) -> Option<WaySouth> {
        self.frame.way_south(&self.window, self.place_of(policy))
    }

    /// How each supplier works off a backlog.
    pub fn desks(&self) -> Vec<Desk> {
        self.suppliers.iter().map(|s| s.desk).collect()
    }

    /// Transfers of books, by their first dates.
    pub fn transfers(&self) -> Vec<Transfer> {
        let of = |injection: &Injection| match &injection.fault {
            Fault::BookTransfer(transfer) => Some(transfer.clone()),
            _ => None,
        };
        self.injections.iter().filter_map(of).collect()
    }

    /// The suppliers' weights in the market.
    pub fn weights(&self) -> Vec<Weights> {
        self.suppliers.iter().map(|s| s.weights).collect()
    }

    /// Lets injections strike a scripted meter as in the first replication.
    pub(crate) fn strike(&self, injections: &[Injection], meter: &mut MeterPlan) {
        let draws = Draws::new(self.experiment.seed, 0);
        let supplier = |SupplierId(place)| Lot::supplier(&draws, self.suppliers[usize::from(place)].weights.name);
        let lots = Lots { first: Lot::scripted(&draws, meter.id), supplier: &supplier, scripted: true };
        injections.iter().for_each(|injection| injection.apply(meter, &lots));
    }
}
