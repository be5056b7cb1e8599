//! The section `[[expect]]`: what must come out, held against the rows that this scenario has.

use super::Policy;
use super::diagnostics::Sink;
use super::read_policy::policy_named;
use super::table::{self, Value};
use crate::experiment::expectation::{self, Expectation, Judging, Limit, Query, Stat};
use crate::experiment::metric::{self, METRICS, Row};
use crate::model::ledger::Window;

/// `[[expect]]`.
pub(super) fn expectations(
    value: Option<Value<'_, '_>>,
    policies: &[Policy],
    window: Window,
    frame: &metric::Frame,
    sink: &mut Sink,
) -> Vec<Expectation> {
    // All days have the same rows: two of them are enough to find a query's.
    let (window, ends) = frame.of_days(window, 2);
    let catalogue = metric::catalogue(window, &ends);
    let mut expectations = Vec::new();
    for item in value.and_then(|v| v.array(sink)).unwrap_or_default() {
        let Some(mut table) = item.table(sink) else { continue };
        let that = table
            .required("that", "\"leaked-reads.delivered.total == 0\"", sink)
            .and_then(|v| that(&v, &catalogue, &frame.dates, sink));
        let policy = table.get("policy").map_or(Some("baseline"), |v| policy_named(&v, policies, sink));
        let kinds =
            [("golden", Judging::Golden), ("invariant", Judging::Invariant), ("statistical", Judging::Statistical)];
        let judging = table.required("kind", "\"invariant\"", sink).and_then(|v| v.one_of(&kinds, sink));
        table.get("why").map(|v| v.string(sink));
        table.finish(sink);
        if let (Some((that, query, limit)), Some(policy), Some(judging)) = (that, policy, judging) {
            expectations.push(Expectation { that, query, limit, policy: policy.to_owned(), judging });
        }
    }
    expectations
}

fn that(value: &Value<'_, '_>, catalogue: &[Row], dates: &[String], sink: &mut Sink) -> Option<(String, Query, Limit)> {
    let text = value.string(sink)?;
    let (message, help) = match expectation::parse(text) {
        Ok((query, limit)) => {
            // A ratio of zeros is undefined; whether its rows exist, its total says.
            let stat = if query.stat == Stat::Ratio { Stat::Total } else { query.stat };
            let zeros = vec![0; catalogue.len()];
            if (Query { stat, ..on_a_known_day(&query, dates) }).value(catalogue, &zeros, &zeros).is_some() {
                return Some((text.to_owned(), query, limit));
            }
            missing(&query, catalogue)
        }
        Err(told) => told,
    };
    sink.error(value.span(), message, help);
    None
}

/// The query with one of the window's days in place of another.
fn on_a_known_day(query: &Query, dates: &[String]) -> Query {
    let mut query = query.clone();
    for (_, day) in query.labels.iter_mut().filter(|(name, _)| name == "at") {
        if dates.contains(day)
            && let Some(first) = dates.first()
        {
            day.clone_from(first);
        }
    }
    query
}

/// Why a query has no row, and what there is instead.
fn missing(query: &Query, catalogue: &[Row]) -> (String, String) {
    let metric = METRICS[query.metric].name;
    let rows = || catalogue.iter().filter(|row| row.metric == query.metric);
    if rows().next().is_none() {
        let help =
            "traffic.*, background.* and capacity.* need a section [traffic], backlog.* a supplier with a `capacity`";
        return (format!("`{metric}` has no rows in this scenario"), help.to_owned());
    }
    let families = families(rows());
    let unknown = query.labels.iter().find(|(name, _)| !families.iter().flatten().any(|known| known == name));
    if let Some((name, _)) = unknown {
        let near = did_you_mean(name, families.iter().flatten().copied());
        let help = format!("{near}its labels are {}", listed_families(&families));
        return (format!("`{metric}` has no label `{}`", table::cut(name)), help);
    }
    let has_all = |row: &&Row| query.labels.iter().all(|(name, _)| row.label(name).is_some());
    let together: Vec<&Row> = rows().filter(has_all).collect();
    for (name, wanted) in &query.labels {
        let mut values: Vec<&str> = Vec::new();
        for value in together.iter().filter_map(|row| row.label(name)) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        if values.is_empty() || values.contains(&wanted.as_str()) {
            continue;
        }
        let known = match (name.as_str(), values.first(), values.last()) {
            ("at", Some(first), Some(last)) => format!("its days go from {first} to {last}"),
            _ => format!(
                "{}its values are {}",
                did_you_mean(wanted, values.iter().copied()),
                table::list(values.iter().copied(), "`")
            ),
        };
        return (format!("the label `{name}` of `{metric}` has no value `{}`", table::cut(wanted)), known);
    }
    (format!("no row of `{metric}` has all of these"), format!("its labels are {}", listed_families(&families)))
}

fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    table::nearest(word, known).map_or(String::new(), |near| format!("did you mean `{near}`? "))
}

/// The sets of labels that rows have.
fn families<'r>(rows: impl Iterator<Item = &'r Row>) -> Vec<Vec<&'static str>> {
    let mut families: Vec<Vec<&'static str>> = Vec::new();
    for row in rows {
        let family: Vec<&'static str> = row.labels.iter().map(|(name, _)| *name).collect();
        if !families.contains(&family) {
            families.push(family);
        }
    }
    families
}

fn listed_families(families: &[Vec<&str>]) -> String {
    let one = |family: &Vec<&str>| if family.is_empty() { "none".to_owned() } else { family.join(" and ") };
    families.iter().map(one).collect::<Vec<_>>().join("; or ")
}
