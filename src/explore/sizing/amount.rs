//! What can be sized: the capacity of the way south, and what a supplier sends.

use crate::engine::rate::Rate;
use crate::engine::time::{DAY, Seconds};
use crate::model::traffic::Leg;
use crate::results::dimension::{Command, Dimension, Period, Quantile};
use crate::results::metrics;
use crate::results::query::Query;
use crate::scenario::Scenario;
use crate::text::{Advice, cut, nearest};

/// What is sized. Its values are whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// The capacity of the way south, in messages in this length of time.
    WaySouth(Per),
    /// The 6.23s that a supplier sends on a working day, by its place in the scenario.
    Supplier(usize),
    /// The minutes over which a supplier sends them, by its place in the scenario.
    Hours(usize),
}

/// The unit of time of a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day of 86,400 s.
    Day,
}

impl Per {
    /// The unit of a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Second, Self::Minute, Self::Hour, Self::Day].into_iter().find(|per| per.name() == name)
    }

    /// The name in rates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Minute => "min",
            Self::Hour => "h",
            Self::Day => "d",
        }
    }

    const fn length(self) -> Seconds {
        match self {
            Self::Second => Seconds(1),
            Self::Minute => Seconds(60),
            Self::Hour => Seconds(3_600),
            Self::Day => DAY,
        }
    }
}

/// What follows the id of a supplier in the name of its capacity.
const CAPACITY: &str = ".capacity";
/// What follows it in the names of all that can be sized.
const OF_SUPPLIER: [&str; 2] = [CAPACITY, ".opening-hours"];

/// A number that is shown for each value, with its heading.
pub struct Column {
    /// The heading; a newline marks where it may break.
    pub heading: &'static str,
    /// The number.
    pub query: Query,
}

impl Amount {
    /// The amount of a name: `capacity`, or a supplier's id and `.capacity` or `.opening-hours`.
    ///
    /// # Errors
    /// When the scenario has none of that name.
    pub fn named(name: &str, per: Per, scenario: &Scenario) -> Result<Self, Advice> {
        if name == "capacity" {
            return match scenario.traffic {
                Some(_) => Ok(Self::WaySouth(per)),
                None => Err(Advice::new("this scenario counts no messages", "add a section [traffic] to it")),
            };
        }
        let with_capacity = || scenario.suppliers.iter().filter(|s| s.desk.capacity.is_some()).map(|s| s.id.as_str());
        for suffix in OF_SUPPLIER {
            let Some(id) = name.strip_suffix(suffix) else { continue };
            if let Some(place) = scenario.suppliers.iter().position(|supplier| supplier.id == id) {
                if scenario.suppliers[place].desk.capacity.is_some() {
                    return Ok(if suffix == CAPACITY { Self::Supplier(place) } else { Self::Hours(place) });
                }
                let message = format!("the supplier `{}` has no capacity in this scenario", cut(id));
                return Err(Advice::new(message, "give it a `capacity`, such as capacity = \"500 /d\""));
            }
        }
        let mut known = vec!["capacity".to_owned()];
        let suffixed = |id: &str| OF_SUPPLIER.map(|suffix| format!("{id}{suffix}"));
        known.extend(with_capacity().flat_map(suffixed));
        let help = match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write one of {}", known.join(", ")),
        };
        Err(Advice::new(format!("nothing is called `{}`", cut(name)), help))
    }

    /// The largest value that makes sense.
    pub fn most(self, scenario: &Scenario) -> u64 {
        match self {
            Self::WaySouth(_) | Self::Supplier(_) => 1_000_000_000_000,
            // The hours end by midnight.
            Self::Hours(place) => ((DAY.0 - scenario.suppliers[place].desk.opening.0) / 60).max(0) as u64,
        }
    }

    /// The scenario with this value.
    pub fn set(self, scenario: &mut Scenario, value: u64) {
        match self {
            Self::WaySouth(per) => {
                let rate = Rate::new(value, per.length());
                scenario.frame.capacity = rate;
                if let Some(traffic) = &mut scenario.traffic {
                    traffic.capacity = rate;
                }
            }
            Self::Supplier(place) => scenario.suppliers[place].desk.capacity = Some(value),
            Self::Hours(place) => scenario.suppliers[place].desk.hours = Seconds::minutes(value as i64),
        }
    }

    /// What it is, in words.
    pub fn about(self, scenario: &Scenario) -> String {
        match self {
            Self::WaySouth(_) => "capacity towards the meters (WAN south)".to_owned(),
            Self::Supplier(place) => format!("6.23s that {} sends on a working day", scenario.suppliers[place].id),
            Self::Hours(place) => format!("time over which {} sends its 6.23s", scenario.suppliers[place].id),
        }
    }

    /// The unit of its values, after a number.
    pub fn unit(self) -> String {
        match self {
            Self::WaySouth(per) => format!("/{}", per.name()),
            Self::Supplier(_) => "/d".to_owned(),
            Self::Hours(_) => "min".to_owned(),
        }
    }

    /// What a planner wants to know at each value.
    pub fn columns(self, scenario: &Scenario) -> Vec<Column> {
        let of = |heading, query| Column { heading, query };
        let south = |per: Period| {
            let of_leg = Query::total(&metrics::PEAK_MESSAGES).with(Dimension::Leg, Leg::South.name());
            of_leg.with(Dimension::Per, per.name())
        };
        let cos = |query: Query| query.with(Dimension::Command, Command::Cos.name());
        let wait = |quantile: Quantile| cos(Query::total(&metrics::WAIT).with(Dimension::Quantile, quantile.name()));
        let mut columns = Vec::new();
        if let Self::Supplier(place) | Self::Hours(place) = self {
            let id = &*scenario.suppliers[place].id;
            let gaining = |query: Query| query.with(Dimension::Gaining, id);
            columns.extend([
                of("most in\nbacklog", gaining(Query::max(&metrics::BACKLOG_OPEN))),
                of("days with\na backlog", gaining(Query::total(&metrics::BACKLOG_DAYS))),
                of("working\ndays", gaining(Query::total(&metrics::BACKLOG_WORKING_DAYS))),
                of("leaked\nreads", Query::total(&metrics::LEAKED_DELIVERED)),
            ]);
            if scenario.traffic.is_some() {
                columns.push(of("busiest\nminute south", south(Period::Minute)));
            }
        }
        if matches!(self, Self::WaySouth(_)) {
            columns.extend([
                of("busiest\nminute, %", Query::total(&metrics::PEAK_USE)),
                of("minutes with\na queue", Query::total(&metrics::BUSY_MINUTES)),
                of("most\nwaiting", Query::total(&metrics::LONGEST_QUEUE)),
                of("6.23s that\nwait", cos(Query::total(&metrics::DELAYED))),
            ]);
        }
        if matches!(self, Self::WaySouth(_)) || scenario.states_a_capacity() {
            columns.extend([of("p95\nwait", wait(Quantile::P95)), of("longest\nwait", wait(Quantile::Max))]);
        }
        columns
    }
}
