//! The capacity planner's tables: traffic and what a stated capacity makes of it, backlogs by supplier, and the days around an
//! outage of the registration feed.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::text::{framed, number};
use super::value::value_of;
use crate::model::background::Background;
use crate::model::injection::Fault;
use crate::model::traffic::Leg;
use crate::results::cube::{Results, Run};
use crate::results::metric::{METRICS, date_text};
use crate::scenario::Scenario;
use crate::text::visible;

/// What makes a busiest minute, where one is shown.
pub const MINUTE_BY_CONVENTION: &str = "* The busiest minute follows from conventions: an SSD begins at 00:00:00, a refused 6.23 is\n\
     sent again after exactly its retry, a backlog is worked off in the second of its opening, and a sweep reads all\n\
     meters in one second";

/// The tables that the scenario asks for.
pub fn push(out: &mut String, scenario: &Scenario, results: &Results) {
    if scenario.traffic.is_some() {
        push_traffic(out, scenario, results);
    }
    push_backlogs(out, scenario, results);
    if scenario.injections.iter().any(|injection| matches!(injection.fault, Fault::RegistrationOutage(_))) {
        push_outage(out, scenario, results);
    }
}

struct Cells<'a> {
    scenario: &'a Scenario,
    results: &'a Results,
}

impl Cells<'_> {
    /// A row for each leg: what it is, then the busiest minute, hour and day.
    fn legs(&self, name: &str, policy: usize, query: &dyn Fn(&str, &str) -> String) -> Vec<Vec<String>> {
        let legs = [
            ("WAN south", Leg::South),
            ("WAN north", Leg::North),
            ("to users", Leg::ToUsers),
            ("from users", Leg::FromUsers),
        ];
        let row = |(told, leg): (&str, Leg)| {
            let peaks = ["minute", "hour", "day"].map(|per| self.mean(policy, &query(leg.name(), per)));
            std::iter::once(format!("{name}, {told}")).chain(peaks).collect()
        };
        legs.into_iter().map(row).collect()
    }

    /// The mean of a query under a policy, or a dash.
    fn mean(&self, policy: usize, query: &str) -> String {
        value_of(self.results, policy, query, self.scenario.experiment.confidence)
            .map_or_else(|| "-".to_owned(), |summary| number(summary.mean))
    }
}

fn put(out: &mut String, title: &str, header: &[&str], rows: Vec<Vec<String>>) {
    let header = header.iter().map(|heading| (*heading).to_owned()).collect();
    let _ = writeln!(out, "{title}\n{}\n", framed(header, rows.into_iter()));
}

fn push_traffic(out: &mut String, scenario: &Scenario, results: &Results) {
    let cells = Cells { scenario, results };
    let mut rows = Vec::new();
    for (policy, named) in scenario.policies.iter().enumerate() {
        let query = |leg: &str, per: &str| format!("traffic.peak-messages{{leg={leg},per={per}}}.total");
        rows.extend(cells.legs(&visible(&named.id), policy, &query));
    }
    if scenario.market.is_some() {
        let query = |leg: &str, per: &str| format!("background.peak-messages{{leg={leg},per={per}}}.total");
        // Policies that leave the reading of the estate alone share its background.
        let mut told: Vec<&Background> = Vec::new();
        for (policy, (named, background)) in scenario.policies.iter().zip(&scenario.frame.backgrounds).enumerate() {
            if told.contains(&background) {
                continue;
            }
            let name = match told.len() {
                0 => "background".to_owned(),
                _ => format!("background, {}", visible(&named.id)),
            };
            told.push(background);
            rows.extend(cells.legs(&name, policy, &query).into_iter().filter(|row| row[1] != "-"));
        }
    }
    put(
        out,
        &format!(
            "Messages that changes of supplier cause, in the busiest minute, hour and day (UTC), and the estate's background.\n\
             {MINUTE_BY_CONVENTION}"
        ),
        &["policy and leg", "minute*", "hour", "day"],
        rows,
    );
    if scenario.traffic.is_some_and(|traffic| traffic.capacity.is_some()) {
        let queries = [
            "capacity.peak-use",
            "capacity.busy-minutes",
            "capacity.longest-delay",
            "capacity.held-back-623",
            "capacity.delayed-623",
            "capacity.waited-623",
            "capacity.unsettled-minutes",
        ];
        let rows = scenario.policies.iter().enumerate().map(|(policy, named)| {
            let values = queries.iter().map(|query| cells.mean(policy, &format!("{query}.total")));
            std::iter::once(visible(&named.id)).chain(values).collect()
        });
        put(
            out,
            "What the stated capacity of the way south makes of it, background included. It is an input: the real one is\nnot public. Commands wait, first come, first served, and execute later; waits are exact where no minute is unsettled",
            &[
                "policy",
                "busiest minute*,\n% of capacity",
                "minutes\nwith a queue",
                "longest\ndelay, s",
                "6.23s\nheld back",
                "6.23s that\nwaited",
                "their waits\nin all, s",
                "unsettled\nminutes",
            ],
            rows.collect(),
        );
    }
}

fn push_backlogs(out: &mut String, scenario: &Scenario, results: &Results) {
    // A supplier has a row for each day, so all are gone through once rather than once for each supplier.
    let mut days: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, row) in results.catalogue.iter().enumerate() {
        if METRICS[row.metric].name == "backlog.open"
            && let Some(id) = row.label("gaining")
        {
            days.entry(id).or_default().push(place);
        }
    }
    let mut rows = Vec::new();
    for (named, runs) in scenario.policies.iter().zip(&results.runs) {
        for supplier in &scenario.suppliers {
            let (Some(capacity), Some(days)) = (supplier.desk.capacity, days.get(supplier.id.as_str())) else {
                continue;
            };
            let mean = |of_a_run: &dyn Fn(&Run) -> u64| -> f64 {
                runs.iter().map(|run| of_a_run(run) as f64).sum::<f64>() / runs.len() as f64
            };
            let most = mean(&|run| days.iter().map(|place| run.values[*place]).max().unwrap_or(0));
            if most > 0.0 {
                let waiting = mean(&|run| days.iter().filter(|place| run.values[**place] > 0).count() as u64);
                let name = format!("{}, {}", visible(&named.id), visible(&supplier.id));
                rows.push(vec![name, number(capacity as f64), number(most), number(waiting)]);
            }
        }
    }
    if !rows.is_empty() {
        put(
            out,
            "6.23s that wait for a supplier's capacity, at ends of days",
            &[
                "policy and gaining supplier",
                "capacity\na working day",
                "most\nwaiting",
                "days at whose end\nsomething waits",
            ],
            rows,
        );
    }
}

/// A day a week, so that the outage's beginning and end are seen.
fn push_outage(out: &mut String, scenario: &Scenario, results: &Results) {
    let cells = Cells { scenario, results };
    let mut header = vec!["on".to_owned()];
    for policy in &scenario.policies {
        header.push(format!("leaked by schedule,\n{}", visible(&policy.id)));
        header.push(format!("falsely blocked,\n{}", visible(&policy.id)));
    }
    let rows = (0..scenario.window.days as i32).step_by(7).map(|day| {
        let date = date_text(scenario.window.first.plus(day));
        let mut row = vec![date.clone()];
        for policy in 0..scenario.policies.len() {
            for metric in ["leaked-reads.pulled-on", "false-blocks.on"] {
                row.push(cells.mean(policy, &format!("{metric}{{at={date}}}.total")));
            }
        }
        row
    });
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    put(
        out,
        "While DCC's copy lags: reads that leak by schedule, and alerts withheld from suppliers entitled to them",
        &header,
        rows.collect(),
    );
}
