//! `[[expect]]`: what the results must show, checked against the rows that this scenario has.

use std::borrow::Cow;

use super::policy::Declared;
use crate::model::ledger::Window;
use crate::results::expectation::{self, Expectation, Judging, Limit, Query};
use crate::results::metric::{self, METRICS, Row};
use crate::scenario::catalogue::keys;
use crate::scenario::check::Problem;
use crate::scenario::diagnostics::Sink;
use crate::scenario::table::{self, Value};
use crate::text::nearest;

keys! { KEYS of "expect" {
    THAT, "that", "a metric, how it is summarised, and a limit", .required("\"leaked-reads.delivered.total == 0\"");
    POLICY, "policy", "the policy that it is about", .default("\"baseline\"");
    KIND: Judging = judging, "kind", "how it is judged: `golden`, `invariant` or `statistical`", .required("\"invariant\"");
    WHY: String = |v, sink| v.string(sink).map(str::to_owned), "why", "the reason for the limit";
}}

fn judging(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Judging> {
    let kinds = [("golden", Judging::Golden), ("invariant", Judging::Invariant), ("statistical", Judging::Statistical)];
    value.one_of(&kinds, sink)
}

/// What expectations are read against.
pub(in crate::scenario) struct Known<'f> {
    /// Its policies.
    pub declared: &'f Declared,
    /// Its window.
    pub window: Window,
    /// What its catalogue of rows depends on, if that is free of mistakes.
    pub frame: Option<&'f metric::Frame>,
}

/// `[[expect]]`.
pub(in crate::scenario) fn expectations(
    value: Option<Value<'_, '_>>,
    known: &Known<'_>,
    sink: &mut Sink,
) -> Vec<Expectation> {
    let items = value.and_then(|v| v.array(sink)).unwrap_or_default();
    let catalogue = known.frame.filter(|_| !items.is_empty()).map(|frame| Catalogue::of(frame, known.window));
    let mut expectations = Vec::new();
    for item in items {
        let Some(mut table) = item.table(sink) else { continue };
        let that = THAT.get(&mut table, sink).and_then(|v| that(&v, catalogue.as_ref(), sink));
        let policy = match POLICY.get(&mut table, sink) {
            Some(v) => known.declared.policy_named(&v, sink).map(str::to_owned),
            None => Some(super::policy::BASELINE.to_owned()),
        };
        let judging = KIND.read(&mut table, sink);
        let why = WHY.optional(&mut table, sink).flatten();
        table.finish(sink);
        if let (Some((that, query, limit)), Some(policy), Some(judging)) = (that, policy, judging) {
            expectations.push(Expectation { that, query, limit, policy, judging, why });
        }
    }
    expectations
}

/// The rows of a scenario's first day: the others differ in the day alone, and are too many to hold only to look one up.
struct Catalogue<'f> {
    rows: Vec<Row>,
    /// The days of the window as results write them.
    dates: &'f [String],
}

impl<'f> Catalogue<'f> {
    fn of(frame: &'f metric::Frame, window: Window) -> Self {
        let (day, of_day) = frame.of_days(window, 1);
        Self { rows: metric::catalogue(day, &of_day), dates: &frame.dates }
    }

    /// The query of the first day where it is of any.
    fn of_first_day<'q>(&self, query: &'q Query) -> Cow<'q, Query> {
        let [first, others @ ..] = self.dates else { return Cow::Borrowed(query) };
        let Some(place) = query.labels.iter().position(|(name, day)| name == "at" && others.contains(day)) else {
            return Cow::Borrowed(query);
        };
        let mut query = query.clone();
        query.labels[place].1.clone_from(first);
        Cow::Owned(query)
    }
}

fn that(value: &Value<'_, '_>, catalogue: Option<&Catalogue<'_>>, sink: &mut Sink) -> Option<(String, Query, Limit)> {
    let text = value.string(sink)?;
    let problem = match expectation::parse(text) {
        Ok((query, limit)) => match catalogue.and_then(|catalogue| without_row(&query, catalogue)) {
            None => return Some((text.to_owned(), query, limit)),
            Some(problem) => problem,
        },
        Err((message, help)) => Problem::new(message, help),
    };
    sink.problem(value.span(), problem);
    None
}

/// Why a query selects no row of a scenario, if so.
pub(in crate::scenario) fn selects_nothing(query: &Query, frame: &metric::Frame, window: Window) -> Option<Problem> {
    without_row(query, &Catalogue::of(frame, window))
}

fn without_row(query: &Query, catalogue: &Catalogue<'_>) -> Option<Problem> {
    let of_day = catalogue.of_first_day(query);
    (!of_day.has_rows(&catalogue.rows)).then(|| missing(&of_day, catalogue))
}

/// Why a query selects no row, and what there is instead.
fn missing(query: &Query, catalogue: &Catalogue<'_>) -> Problem {
    let metric = METRICS[query.metric].name;
    let rows = || catalogue.rows.iter().filter(|row| row.metric == query.metric);
    if rows().next().is_none() {
        let help =
            "traffic.*, background.* and capacity.* need a section [traffic], backlog.* a supplier with a `capacity`";
        return Problem::new(format!("`{metric}` has no rows in this scenario"), help);
    }
    let families = families(rows());
    let unknown = query.labels.iter().find(|(name, _)| !families.iter().flatten().any(|known| known == name));
    if let Some((name, _)) = unknown {
        let near = did_you_mean(name, families.iter().flatten().copied());
        let help = format!("{near}its labels are {}", listed_families(&families));
        return Problem::new(format!("`{metric}` has no label `{}`", table::cut(name)), help);
    }
    unknown_value(query, catalogue, metric).unwrap_or_else(|| {
        let help = format!("its labels are {}", listed_families(&families));
        Problem::new(format!("no row of `{metric}` has all of these"), help)
    })
}

/// A label of a query that never has the value that the query asks for.
fn unknown_value(query: &Query, catalogue: &Catalogue<'_>, metric: &str) -> Option<Problem> {
    let has_all = |row: &&Row| query.labels.iter().all(|(name, _)| row.label(name).is_some());
    let rows = catalogue.rows.iter().filter(|row| row.metric == query.metric);
    let together: Vec<&Row> = rows.filter(has_all).collect();
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
        let known = match (name.as_str(), catalogue.dates.first(), catalogue.dates.last()) {
            ("at", Some(first), Some(last)) => format!("its days go from {first} to {last}"),
            _ => {
                let near = did_you_mean(wanted, values.iter().copied());
                format!("{near}its values are {}", table::list(values.iter().copied(), "`"))
            }
        };
        let message = format!("the label `{name}` of `{metric}` has no value `{}`", table::cut(wanted));
        return Some(Problem::new(message, known));
    }
    None
}

fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(word, known).map_or(String::new(), |near| format!("did you mean `{near}`? "))
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
