//! The capacity planner's tables: traffic and what a stated capacity makes of it, backlogs by supplier, and the days
//! around an outage of the registration feed.

use super::{CONVENTIONS, LEGS};
use crate::model::traffic::Leg;
use crate::report::document::{Block, Cell, Document, Table, Text};
use crate::report::outline::Outline;
use crate::results::cube::Cube;
use crate::results::dimension::{Command, Dimension, Period, Quantile};
use crate::results::metric::Metric;
use crate::results::metrics;
use crate::results::query::Query;

/// What a cell shows that is the largest number of a run.
const RANGES: &str = "Of peaks and longest waits the smallest and the largest of the runs are shown.";

pub(in crate::report::document) fn add(document: &mut Document, outline: &Outline, cube: &Cube) {
    let planner = Planner { outline, cube };
    if outline.traffic {
        document.push(Block::Table(planner.traffic()));
    }
    if outline.capacity {
        document.push(Block::Table(planner.capacity()));
    }
    document.blocks.extend(planner.backlogs().map(Block::Table));
    if outline.registration_outage {
        document.push(Block::Table(planner.outage()));
    }
}

/// The table of an outage of the registration feed, day by day.
pub(super) fn outage(outline: &Outline, cube: &Cube) -> Table {
    Planner { outline, cube }.outage()
}

struct Planner<'a> {
    outline: &'a Outline,
    cube: &'a Cube,
}

impl Planner<'_> {
    fn mean(&self, query: &Query, policy: usize) -> Cell {
        Cell::mean_of(query, self.cube, policy, self.outline.confidence)
    }

    /// A row for each leg with values: the busiest window of each length.
    fn legs(&self, name: &Text, policy: usize, metric: &'static Metric) -> Vec<(Text, Vec<Cell>)> {
        let row = |(leg, words): &(Leg, &str)| {
            let peak = |per: &Period| {
                let query = Query::total(metric).with(Dimension::Leg, leg.name()).with(Dimension::Per, per.name());
                self.mean(&query, policy)
            };
            (name.clone().words(format!(", {words}")), Period::ALL.iter().map(peak).collect::<Vec<_>>())
        };
        LEGS.iter().map(row).filter(|(_, cells)| cells[0] != Cell::Missing).collect()
    }

    fn traffic(&self) -> Table {
        let policies = || self.outline.policies.iter().enumerate();
        let mut rows = Vec::new();
        for (place, policy) in policies() {
            rows.extend(self.legs(&Text::name(&*policy.id), place, &metrics::PEAK_MESSAGES));
        }
        if self.outline.is_market() {
            // Policies that do not change how the estate is read share its background.
            for (place, policy) in policies().filter(|(place, policy)| policy.background == *place) {
                let name = match place {
                    0 => Text::from("background"),
                    _ => Text::from("background, ").and_name(&*policy.id),
                };
                rows.extend(self.legs(&name, place, &metrics::BACKGROUND_PEAK));
            }
        }
        Table {
            title: "Messages that changes of supplier cause, and the estate's background: busiest windows (UTC)".into(),
            notes: vec![RANGES.into(), CONVENTIONS.into()],
            rows_are: "policy and leg",
            columns: ["minute*", "5 min*", "15 min*", "hour", "day"].map(Text::from).to_vec(),
            rows,
            definitions: Vec::new(),
        }
    }

    fn capacity(&self) -> Table {
        let cos = |query: Query| query.with(Dimension::Command, Command::Cos.name());
        let wait = |quantile: Quantile| cos(Query::total(&metrics::WAIT).with(Dimension::Quantile, quantile.name()));
        let columns = [
            ("busiest minute*,\n% of capacity", Query::total(&metrics::PEAK_USE)),
            ("minutes\nwith a queue", Query::total(&metrics::BUSY_MINUTES)),
            ("6.23s\nheld back", Query::total(&metrics::HELD_BACK)),
            ("6.23s that\nwaited", cos(Query::total(&metrics::DELAYED))),
            ("95 % of 6.23s\nwait at most, s", wait(Quantile::P95)),
            ("99 %,\ns", wait(Quantile::P99)),
            ("all,\ns", wait(Quantile::Max)),
            ("unsettled\nminutes", Query::total(&metrics::UNSETTLED)),
        ];
        let row = |(place, id): (usize, &str)| {
            (Text::name(id), columns.iter().map(|(_, query)| self.mean(query, place)).collect())
        };
        Table {
            title: "WAN south at the stated capacity, background included".into(),
            notes: vec![
                "The capacity is an input: the real one is not public. Commands wait in order of arrival and execute \
                 later. Waits are exact if no minute is unsettled. 6.23s that need not wait count with 0 s."
                    .into(),
                RANGES.into(),
                CONVENTIONS.into(),
            ],
            rows_are: "policy",
            columns: columns.iter().map(|(heading, _)| Text::from(*heading)).collect(),
            rows: self.outline.policies.iter().map(|policy| &*policy.id).enumerate().map(row).collect(),
            definitions: Vec::new(),
        }
    }

    /// Backlogs that ever hold something.
    fn backlogs(&self) -> Option<Table> {
        let mut rows = Vec::new();
        for (place, policy) in self.outline.policies.iter().enumerate() {
            for (supplier, capacity) in &self.outline.capacities {
                let of = |query: Query| self.mean(&query.with(Dimension::Gaining, &**supplier), place);
                let most = of(Query::max(&metrics::BACKLOG_OPEN));
                if most.is_something() {
                    let name = Text::name(&*policy.id).words(", ").and_name(&**supplier);
                    let days = of(Query::total(&metrics::BACKLOG_DAYS));
                    rows.push((name, vec![Cell::Number(*capacity as f64), most, days]));
                }
            }
        }
        (!rows.is_empty()).then(|| Table {
            title: "6.23s that wait for a supplier's capacity at the end of a day".into(),
            notes: Vec::new(),
            rows_are: "policy and gaining supplier",
            columns: ["capacity,\na working day", "most\nwaiting", "days with\na backlog"].map(Text::from).to_vec(),
            rows,
            definitions: Vec::new(),
        })
    }

    /// A day a week, so that the outage's beginning and end are seen.
    fn outage(&self) -> Table {
        let metrics: [(&str, &'static Metric); 2] =
            [("leaked by schedule,\n", &metrics::LEAKED_PULLED_ON), ("falsely blocked,\n", &metrics::FALSE_BLOCKS_ON)];
        let policies = || self.outline.policies.iter().enumerate();
        let columns = policies().flat_map(|(place, policy)| {
            metrics.map(|(heading, metric)| (Text::from(heading).and_name(&*policy.id), place, metric))
        });
        let columns: Vec<(Text, usize, &'static Metric)> = columns.collect();
        let dates = self.cube.catalogue().margins(&metrics::LEAKED_PULLED_ON).flat_map(|block| block.keys());
        let dates = dates.filter_map(|key| key.label(Dimension::At)).step_by(7);
        let row = |date: &str| {
            let cell = |(_, place, metric): &(Text, usize, &'static Metric)| {
                self.mean(&Query::total(metric).with(Dimension::At, date), *place)
            };
            (Text::from(date), columns.iter().map(cell).collect())
        };
        Table {
            title:
                "While the DCC's copy lags: reads leaked by schedule, and alerts withheld from those entitled to them"
                    .into(),
            notes: Vec::new(),
            rows_are: "day",
            rows: dates.map(row).collect(),
            columns: columns.iter().map(|(heading, ..)| heading.clone()).collect(),
            definitions: Vec::new(),
        }
    }
}
