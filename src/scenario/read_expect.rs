//! The section `[[expect]]`: what must come out, held against the rows that this scenario has.

use std::borrow::Cow;

use super::diagnostics::Sink;
use super::read_policy::Declared;
use super::table::{self, Value};
use crate::model::ledger::Window;
use crate::results::expectation::{self, Expectation, Judging, Limit, Query};
use crate::results::metric::{self, METRICS, Row};
use crate::text::nearest;

/// What of a file expectations are read against.
pub(super) struct Known<'f> {
    /// Its policies.
    pub declared: &'f Declared,
    /// Its window.
    pub window: Window,
    /// What its catalogue depends on, if that is free of mistakes.
    pub frame: Option<&'f metric::Frame>,
}

/// `[[expect]]`.
pub(super) fn expectations(value: Option<Value<'_, '_>>, known: &Known<'_>, sink: &mut Sink) -> Vec<Expectation> {
    let items = value.and_then(|v| v.array(sink)).unwrap_or_default();
    let catalogue = known.frame.filter(|_| !items.is_empty()).map(|frame| Catalogue::of(frame, known.window));
    let mut expectations = Vec::new();
    for item in items {
        let Some(mut table) = item.table(sink) else { continue };
        let that = table
            .required("that", "\"leaked-reads.delivered.total == 0\"", sink)
            .and_then(|v| that(&v, catalogue.as_ref(), sink));
        let policy = table.get("policy").map_or(Some("baseline"), |v| known.declared.policy_named(&v, sink));
        let kinds =
            [("golden", Judging::Golden), ("invariant", Judging::Invariant), ("statistical", Judging::Statistical)];
        let judging = table.required("kind", "\"invariant\"", sink).and_then(|v| v.one_of(&kinds, sink));
        let why = table.get("why").and_then(|v| v.string(sink)).map(str::to_owned);
        table.finish(sink);
        if let (Some((that, query, limit)), Some(policy), Some(judging)) = (that, policy, judging) {
            expectations.push(Expectation { that, query, limit, policy: policy.to_owned(), judging, why });
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
    let (message, help) = match expectation::parse(text) {
        Ok((query, limit)) => {
            let Some(catalogue) = catalogue else { return Some((text.to_owned(), query, limit)) };
            let of_day = catalogue.of_first_day(&query);
            if of_day.has_rows(&catalogue.rows) {
                return Some((text.to_owned(), query, limit));
            }
            missing(&of_day, catalogue)
        }
        Err(told) => told,
    };
    sink.error(value.span(), message, help);
    None
}

/// Why a query has no row, and what there is instead.
fn missing(query: &Query, catalogue: &Catalogue<'_>) -> (String, String) {
    let metric = METRICS[query.metric].name;
    let rows = || catalogue.rows.iter().filter(|row| row.metric == query.metric);
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
        let known = match (name.as_str(), catalogue.dates.first(), catalogue.dates.last()) {
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
