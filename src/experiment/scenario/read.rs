//! Reading a whole scenario: the sections in their order, each checked on its own, then what they say of one another.

use super::diagnostics::{Finding, Sink};
use super::names::Names;
use super::provenance::{Origin, Sources};
use super::table::{self, Table, Value};
use super::{Assumption, Experiment, Policy, Scenario};
use super::{read_inject, read_law, read_market, read_policy, read_script, read_traffic};
use crate::engine::time::Instant;
use crate::experiment::expectation::{self, Expectation, Judging};
use crate::experiment::metric;
use crate::model::civil::{Civil, date_of, day_of};
use crate::model::laws::{CATALOGUE, Laws};
use crate::model::ledger::{Ledger, Window};
use crate::model::market::Market;

/// Longest window, days.
const LONGEST_WINDOW: i32 = 20 * 366;
/// Most replications.
const MOST_REPLICATIONS: i64 = 1_000_000;

/// Reads a scenario from a file's text. `id` is the file's stem.
///
/// # Errors
/// Everything that is wrong with it, each with its place and a remedy. With a scenario come the warnings.
pub fn read(id: &str, source: &str) -> Result<(Scenario, Vec<Finding>), Vec<Finding>> {
    let mut sink = Sink::new();
    let document = table::parse(source, &mut sink);
    // What the parser could recover is walked all the same, so that the mistakes behind a syntax error are told too.
    let scenario = sections(id, Table::root(&document), Sources::new(source), &mut sink);
    match scenario {
        Some(scenario) if !sink.has_errors() => Ok((scenario, sink.into_findings())),
        _ => {
            if !sink.has_errors() {
                sink.error(0..0, "the scenario is not complete", "see the other findings");
            }
            Err(sink.into_findings())
        }
    }
}

fn sections(id: &str, mut root: Table<'_, '_>, mut sources: Sources<'_>, sink: &mut Sink) -> Option<Scenario> {
    if let Some(schema) = root.required("schema", sink) {
        schema.integer(1..=1, sink);
    }
    let title = root.required("title", sink).and_then(|v| v.string(sink)).unwrap_or_default().to_owned();
    root.get("story").map(|v| v.string(sink));
    root.get("tags").map(|v| v.array(sink));
    let mut names = Names::new();
    let window = root.required("time", sink).and_then(|v| window(&v, &names, sink));
    let conventions = read_market::conventions(root.get("dcc"), &mut sources, sink).unwrap_or_default();
    let market = root.get("market").map(|v| read_market::market(&v, &mut sources, sink));
    let drawn = market.as_ref().and_then(|m| m.as_ref());
    let traffic = root.get("traffic").and_then(|v| read_traffic::traffic(&v, drawn, &mut sources, sink));
    let (suppliers, habits) = read_market::suppliers(&mut root, &mut names, &mut sources, sink);
    let laws = laws(root.get("laws"), market.is_some(), &mut sources, sink);
    let experiment = experiment(root.get("experiment"), sink);
    // A placeholder keeps the later sections readable where the window is wrong, so that their mistakes are told too.
    let placeholder = || (Instant(1_543_622_400), Instant(1_551_398_400));
    let (start, horizon) = window.unwrap_or_else(placeholder);
    let civil = Civil::new(start.utc_day(), horizon.utc_day());
    let window_ok = window.is_some();
    let window = Window::new(start, horizon, &civil);
    let context = read_script::Context {
        names: &names,
        suppliers: &suppliers,
        habits: &habits,
        conventions,
        window,
        civil: &civil,
    };
    let meters = read_script::meters(&mut root, &context, sink);
    let injections = read_inject::injections(root.get("inject"), &context, sink);
    let policies = read_policy::policies(root.get("policy"), &names, (window, &civil), &mut sources, sink);
    if let (Some(market), Some(value)) = (drawn, root.get("market")) {
        warn_of_months_without_switching(market, window, value.key_span(), sink);
    }
    let frame = super::frame(&suppliers, traffic.as_ref(), drawn, &window, &civil);
    let expectations = expectations(root.get("expect"), &policies, window, &frame, sink);
    if let Some(unknown) = experiment.as_ref().filter(|e| !policies.iter().any(|p| p.id == e.baseline)) {
        sink.error(
            root.span(),
            format!("the baseline `{}` is no policy", unknown.baseline),
            "name the id of a [[policy]]",
        );
    }
    if market.is_none() && meters.is_empty() && !sink.has_errors() {
        sink.error(root.span(), "nothing to simulate", "write a [market], or [[meter]] and [[switch]]");
    }
    if !sink.has_errors() && market.is_some() && suppliers.iter().filter(|s| s.weights.gains > 0.0).count() < 2 {
        sink.error(
            root.span(),
            "a market needs two suppliers with gains",
            "give two [[supplier]] a `share` and `gains`",
        );
    }
    root.finish(sink);
    if meters.iter().any(|m| !m.switches.is_empty()) {
        ["switch.known", "switch.latency", "switch.retry"].iter().for_each(|name| sources.take_default(name));
    }
    if habits.iter().any(|h| h.deletes_schedules || h.thins_calendar) {
        ["supplier.notice", "supplier.lead"].iter().for_each(|name| sources.take_default(name));
    }
    let assumptions = sources.finish(sink);
    if !window_ok {
        return None;
    }
    Some(Scenario {
        id: id.to_owned(),
        title,
        window,
        civil,
        suppliers,
        conventions,
        laws,
        market: match market {
            Some(market) => Some(market?),
            None => None,
        },
        traffic,
        frame,
        meters,
        injections,
        policies,
        expectations,
        experiment: experiment?,
        assumptions,
    })
}

fn window(value: &Value<'_, '_>, names: &Names, sink: &mut Sink) -> Option<(Instant, Instant)> {
    let mut table = value.table(sink)?;
    let start = table.required("start", sink).and_then(|v| names.instant(&v, None, sink));
    let horizon_value = table.required("horizon", sink);
    let horizon = horizon_value.as_ref().and_then(|v| names.instant(v, None, sink));
    table.finish(sink);
    let (start, horizon) = (start?, horizon?);
    let earliest = day_of(jiff::civil::date(2000, 1, 1)).utc_midnight();
    let latest = day_of(jiff::civil::date(2100, 1, 1)).utc_midnight();
    let days = (horizon - start).0 / 86_400;
    if start < earliest || horizon > latest || horizon <= start || days > i64::from(LONGEST_WINDOW) {
        let help = "let the horizon come after the start, both between 2000 and 2100, and at most 20 years apart";
        return horizon_value?.refuse("after the start, within 20 years", help, sink);
    }
    Some((start, horizon))
}

fn experiment(value: Option<Value<'_, '_>>, sink: &mut Sink) -> Option<Experiment> {
    let mut experiment = Experiment { seed: 1, replications: 1, confidence: 0.95, baseline: "baseline".into() };
    let Some(value) = value else { return Some(experiment) };
    let mut table = value.table(sink)?;
    if let Some(seed) = table.get("seed") {
        experiment.seed = seed.integer(0..=i64::MAX, sink)? as u64;
    }
    if let Some(n) = table.get("replications") {
        experiment.replications = n.integer(1..=MOST_REPLICATIONS, sink)? as u32;
    }
    if let Some(level) = table.get("confidence") {
        experiment.confidence = level.number(0.5..=0.999_999, sink)?;
    }
    if let Some(baseline) = table.get("baseline") {
        experiment.baseline = baseline.id(sink)?.to_owned();
    }
    table.finish(sink);
    Some(experiment)
}

/// A month that `switching` leaves out has none; that is seldom meant.
fn warn_of_months_without_switching(market: &Market, window: Window, at: std::ops::Range<usize>, sink: &mut Sink) {
    let mut days = (0..window.days as i32).map(|day| date_of(window.first.plus(day)));
    let given =
        |date: &jiff::civil::Date| market.hazards.iter().any(|(month, _)| *month == (date.year(), date.month()));
    if let Some(date) = days.find(|date| !given(date)) {
        let month = format!("{}-{:02}", date.year(), date.month());
        let help = format!("add it to `switching`, as in \"{month}\" = 0.0155; 0 if nobody switches");
        sink.warning(at, format!("nobody switches in {month}: `switching` leaves it out"), help);
    }
}

/// `[laws.…]`.
fn laws(value: Option<Value<'_, '_>>, has_market: bool, sources: &mut Sources<'_>, sink: &mut Sink) -> Laws {
    let mut laws = Laws::default();
    let mut root = value.and_then(|v| v.table(sink));
    let mut groups: Vec<(&str, Option<Table<'_, '_>>)> = Vec::new();
    for (name, kind, source, about) in CATALOGUE {
        let Some(law) = laws.by_name(name) else { continue };
        let entry = match (name.split_once('.'), &mut root) {
            (_, None) => None,
            (None, Some(root)) => root.get(name),
            (Some((group, member)), Some(root)) => {
                if !groups.iter().any(|(known, _)| *known == group) {
                    groups.push((group, root.get(group).and_then(|v| v.table(sink))));
                }
                let place = groups.iter().position(|(known, _)| *known == group).unwrap_or(0);
                groups[place].1.as_mut().and_then(|t| t.get(member))
            }
        };
        if let Some(entry) = entry {
            let Some(mut table) = entry.table(sink) else { continue };
            if let Some(value) = table.required("value", sink) {
                if let Some(new) = read_law::law(&value, sink) {
                    *law = new;
                }
                let said = Origin::of(&mut table, sink);
                sources.note(name, about, &value, said, entry.key_span());
            }
            table.finish(sink);
        } else if has_market {
            let (name, source, about) = ((*name).to_owned(), (*source).to_owned(), (*about).to_owned());
            sources.put(Assumption { name, value: read_law::print(law), kind: *kind, source, about });
        }
    }
    for (_, group) in groups {
        if let Some(group) = group {
            group.finish(sink);
        }
    }
    if let Some(root) = root {
        root.finish(sink);
    }
    laws
}

fn expectations(
    value: Option<Value<'_, '_>>,
    policies: &[Policy],
    window: Window,
    frame: &metric::Frame,
    sink: &mut Sink,
) -> Vec<Expectation> {
    let catalogue = metric::rows(&Ledger::new(window), frame);
    let zeros = vec![0; catalogue.len()];
    let mut expectations = Vec::new();
    for item in value.and_then(|v| v.array(sink)).unwrap_or_default() {
        let Some(mut table) = item.table(sink) else { continue };
        let that = table.required("that", sink);
        let read = that.as_ref().and_then(|v| {
            let text = v.string(sink)?;
            match expectation::parse(text) {
                Ok((query, limit)) => {
                    // A ratio of zeros is undefined; whether its rows exist, its total says.
                    let probe = match query.stat {
                        expectation::Stat::Ratio => {
                            expectation::Query { stat: expectation::Stat::Total, ..query.clone() }
                        }
                        _ => query.clone(),
                    };
                    let exists = probe.value(&catalogue, &zeros, &zeros).is_some();
                    if exists {
                        return Some((text.to_owned(), query, limit));
                    }
                    let labels = label_names(&catalogue, query.metric);
                    sink.error(v.span(), "no row of this metric has these labels", format!("its labels are {labels}"));
                    None
                }
                Err((message, help)) => {
                    sink.error(v.span(), message, help);
                    None
                }
            }
        });
        let policy = table.get("policy");
        let policy_id = policy.as_ref().map_or(Some("baseline"), |v| v.string(sink)).unwrap_or("baseline");
        if !policies.iter().any(|p| p.id == policy_id) {
            let near = table::nearest(policy_id, policies.iter().map(|p| p.id.as_str()));
            let help = near.map_or("declare it in [[policy]]".into(), |near| format!("did you mean \"{near}\"?"));
            sink.error(policy.map_or(item.span(), |v| v.span()), format!("no policy `{policy_id}`"), help);
        }
        let kinds =
            [("golden", Judging::Golden), ("invariant", Judging::Invariant), ("statistical", Judging::Statistical)];
        let judging = table.required("kind", sink).and_then(|v| v.one_of(&kinds, sink));
        table.get("why").map(|v| v.string(sink));
        table.finish(sink);
        if let (Some((that, query, limit)), Some(judging)) = (read, judging) {
            expectations.push(Expectation { that, query, limit, policy: policy_id.to_owned(), judging });
        }
    }
    expectations
}

fn label_names(catalogue: &[metric::Row], metric: usize) -> String {
    let mut families: Vec<String> = Vec::new();
    for row in catalogue.iter().filter(|r| r.metric == metric) {
        let labels: Vec<&str> = row.labels.iter().map(|(name, _)| *name).collect();
        let family = if labels.is_empty() { "none".to_owned() } else { labels.join(" and ") };
        if !families.contains(&family) {
            families.push(family);
        }
    }
    families.join("; or ")
}
