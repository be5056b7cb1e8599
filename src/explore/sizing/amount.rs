//! What can be sized: the capacity of the way south, and what a supplier sends.

use crate::engine::rate::Rate;
use crate::engine::time::Seconds;
use crate::results::dimension::{Command, Dimension, Quantile};
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
}

impl Per {
    /// The unit of a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Second, Self::Minute, Self::Hour].into_iter().find(|per| per.name() == name)
    }

    /// The name in rates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Minute => "min",
            Self::Hour => "h",
        }
    }

    const fn length(self) -> Seconds {
        match self {
            Self::Second => Seconds(1),
            Self::Minute => Seconds(60),
            Self::Hour => Seconds(3_600),
        }
    }
}

/// A number that is shown for each value, with its heading.
pub struct Column {
    /// The heading; a newline marks where it may break.
    pub heading: &'static str,
    /// The number.
    pub query: Query,
}

impl Amount {
    /// The amount of a name: `capacity`, or a supplier's id and `.capacity`.
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
        let id = name.strip_suffix(".capacity").unwrap_or(name);
        let place = scenario.suppliers.iter().position(|supplier| supplier.id == id);
        match place {
            Some(place) if name != id && scenario.suppliers[place].desk.capacity.is_some() => Ok(Self::Supplier(place)),
            Some(place) if scenario.suppliers[place].desk.capacity.is_some() => {
                Err(Advice::new(format!("`{}` is a supplier", cut(name)), format!("write {id}.capacity")))
            }
            Some(_) => {
                let message = format!("the supplier `{}` has no capacity in this scenario", cut(id));
                Err(Advice::new(message, "give it a `capacity`, such as capacity = \"500 /d\""))
            }
            None => {
                let mut known = vec!["capacity".to_owned()];
                known.extend(with_capacity().map(|id| format!("{id}.capacity")));
                let help = match nearest(name, known.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("write one of {}", known.join(", ")),
                };
                Err(Advice::new(format!("nothing is called `{}`", cut(name)), help))
            }
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
        }
    }

    /// What it is, in words.
    pub fn about(self, scenario: &Scenario) -> String {
        match self {
            Self::WaySouth(_) => "capacity of the way south".to_owned(),
            Self::Supplier(place) => format!("6.23s that {} sends on a working day", scenario.suppliers[place].id),
        }
    }

    /// The unit of its values, after a number.
    pub fn unit(self) -> String {
        match self {
            Self::WaySouth(per) => format!("/{}", per.name()),
            Self::Supplier(_) => "/d".to_owned(),
        }
    }

    /// What a planner wants to know at each value.
    pub fn columns(self, scenario: &Scenario) -> Vec<Column> {
        let of = |heading, query| Column { heading, query };
        match self {
            Self::WaySouth(_) => {
                let cos = |query: Query| query.with(Dimension::Command, Command::Cos.name());
                let wait =
                    |quantile: Quantile| cos(Query::total(&metrics::WAIT).with(Dimension::Quantile, quantile.name()));
                vec![
                    of("busiest\nminute, %", Query::total(&metrics::PEAK_USE)),
                    of("minutes with\na queue", Query::total(&metrics::BUSY_MINUTES)),
                    of("most\nwaiting", Query::total(&metrics::LONGEST_QUEUE)),
                    of("6.23s that\nwait", cos(Query::total(&metrics::DELAYED))),
                    of("p95\nwait", wait(Quantile::P95)),
                    of("longest\nwait", wait(Quantile::Max)),
                ]
            }
            Self::Supplier(place) => {
                let id = &*scenario.suppliers[place].id;
                let gaining = |query: Query| query.with(Dimension::Gaining, id);
                vec![
                    of("most\nwaiting", gaining(Query::max(&metrics::BACKLOG_OPEN))),
                    of("days with\na backlog", gaining(Query::total(&metrics::BACKLOG_DAYS))),
                    of("working\ndays", gaining(Query::total(&metrics::BACKLOG_WORKING_DAYS))),
                    of("leaked\nreads", Query::total(&metrics::LEAKED_DELIVERED)),
                    of("unwanted\nalerts", Query::total(&metrics::UNWANTED_DELIVERED)),
                ]
            }
        }
    }
}
