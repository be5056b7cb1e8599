//! Reading a whole scenario: the sections in their order, each checked on its own, then what they say of one another.

use std::ops::Range;

use super::diagnostics::{Finding, Sink};
use super::names::Names;
use super::provenance::{Origin, Sources};
use super::table::{self, Table, Value};
use super::{Assumption, Experiment, Policy, Scenario};
use super::{read_expect, read_inject, read_law, read_market, read_policy, read_script, read_traffic};
use crate::engine::law::Law;
use crate::engine::time::Instant;
use crate::experiment::limits::{self, Excess, Section};
use crate::experiment::metric;
use crate::model::civil::{Civil, date_of, day_of};
use crate::model::laws::{CATALOGUE, Kind, Laws};
use crate::model::ledger::Window;
use crate::model::market::{Market, Weights};

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
    if let Some(schema) = root.required("schema", "1", sink) {
        schema.integer(1..=1, sink);
    }
    let title = root.required("title", "\"A study\"", sink).and_then(|v| v.string(sink)).unwrap_or_default().to_owned();
    root.get("story").map(|v| v.string(sink));
    root.get("tags").map(|v| v.array(sink));
    let mut names = Names::new();
    let window = root
        .required("time", "{ start = 2018-11-01, horizon = 2019-03-01 }", sink)
        .and_then(|v| window(&v, &names, sink));
    let conventions = read_market::conventions(root.get("dcc"), &mut sources, sink).unwrap_or_default();
    let market = root.get("market").map(|v| read_market::market(&v, &mut sources, sink));
    let drawn = market.as_ref().and_then(|m| m.as_ref());
    let (suppliers, habits) = read_market::suppliers(&mut root, &mut names, &mut sources, sink);
    let weights: Vec<Weights> = suppliers.iter().map(|s| s.weights).collect();
    let estate = drawn.map(|market| (market, weights.as_slice()));
    let traffic = root.get("traffic").and_then(|v| read_traffic::traffic(&v, estate, &mut sources, sink));
    let laws = laws(root.get("laws"), market.is_some(), &mut sources, sink);
    let (experiment, baseline) = experiment(root.get("experiment"), sink);
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
    pulled_laws(&laws, &policies, &mut sources);
    if let (Some(market), Some(value)) = (drawn, root.get("market")) {
        warn_of_months_without_switching(market, window, value.key_span(), sink);
    }
    let around = drawn.map(|market| (market, conventions));
    let frame = super::frame(&suppliers, traffic.as_ref(), around, &policies, (&window, &civil));
    let sections = Sections::of(&mut root, &policies);
    let values = metric::number_of_values(window, &frame);
    let too_many = limits::of_values(values, policies.len() as f64);
    sections.refuse(too_many, sink);
    let expectations = read_expect::expectations(root.get("expect"), &policies, window, &frame, sink);
    if let Some(value) = baseline {
        read_policy::policy_named(&value, &policies, sink);
    }
    if market.is_none() && meters.is_empty() && !sink.has_errors() {
        sink.error(root.span(), "nothing to simulate", "write a [market], or [[meter]] and [[switch]]");
    }
    if !sink.has_errors() && market.is_some() {
        let gain = suppliers.iter().filter(|s| s.weights.gains > 0.0).count();
        if gain < 2 {
            let help = "give two [[supplier]] a `share` and `gains`";
            sink.error(root.span(), "a market needs two suppliers with gains", help);
        } else if suppliers.iter().all(|s| s.weights.share <= 0.0) {
            let help = "give at least one [[supplier]] a `share` above 0";
            sink.error(root.span(), "in a market somebody has the meters", help);
        }
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
    let scenario = Scenario {
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
    };
    if !sink.has_errors() {
        sections.refuse(limits::of(&scenario, 1), sink);
    }
    Some(scenario)
}

/// Where the sections are that say how much a study has to do.
struct Sections {
    time: Range<usize>,
    market: Range<usize>,
    script: Range<usize>,
    policies: Vec<Range<usize>>,
}

impl Sections {
    fn of(root: &mut Table<'_, '_>, policies: &[Policy]) -> Self {
        let whole = root.span();
        let mut span = |name: &str| root.get(name).map_or(whole.clone(), |value| value.key_span());
        let (time, market, script) = (span("time"), span("market"), span("switch"));
        // Mistakes in them have been told already.
        let unheard = &mut Sink::new();
        let mut entries = Vec::new();
        for entry in root.get("policy").and_then(|v| v.array(unheard)).unwrap_or_default() {
            let id = entry.table(unheard).and_then(|mut table| table.get("id")?.string(unheard).map(str::to_owned));
            entries.push((id, entry.span()));
        }
        let place = |policy: &Policy| {
            entries
                .iter()
                .find(|(id, _)| id.as_deref() == Some(&policy.id))
                .map_or(time.clone(), |(_, span)| span.clone())
        };
        Self { policies: policies.iter().map(place).collect(), time: time.clone(), market, script }
    }

    /// Refuses what is too much, where less of it can be had.
    fn refuse(&self, excess: Option<Excess>, sink: &mut Sink) {
        let Some(Excess { section, message, help }) = excess else { return };
        let span = match section {
            Section::Time => &self.time,
            Section::Market => &self.market,
            Section::Script => &self.script,
            Section::Policy(place) => self.policies.get(place).unwrap_or(&self.time),
        };
        sink.error(span.clone(), message, help);
    }
}

fn window(value: &Value<'_, '_>, names: &Names, sink: &mut Sink) -> Option<(Instant, Instant)> {
    let mut table = value.table(sink)?;
    let start = table.required("start", "2018-11-01", sink).and_then(|v| names.instant(&v, None, sink));
    let horizon_value = table.required("horizon", "2019-03-01", sink);
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

/// `[experiment]`, and the value that names the baseline: policies are read later.
fn experiment<'a, 's>(value: Option<Value<'a, 's>>, sink: &mut Sink) -> (Option<Experiment>, Option<Value<'a, 's>>) {
    let usual = Experiment { seed: 1, replications: 1, confidence: 0.95, baseline: "baseline".into() };
    let Some(value) = value else { return (Some(usual), None) };
    let Some(mut table) = value.table(sink) else { return (None, None) };
    let seed = table.get("seed").map_or(Some(usual.seed), |v| v.integer(0..=i64::MAX, sink).map(|n| n as u64));
    let replications = table
        .get("replications")
        .map_or(Some(usual.replications), |v| v.integer(1..=MOST_REPLICATIONS, sink).map(|n| n as u32));
    let confidence = table.get("confidence").map_or(Some(usual.confidence), |v| v.number(0.5..=0.999_999, sink));
    let named = table.get("baseline");
    let baseline = named.as_ref().map_or(Some(usual.baseline.as_str()), |v| v.id(sink));
    table.finish(sink);
    let known = baseline.is_some();
    let experiment = (|| {
        let baseline = baseline?.to_owned();
        Some(Experiment { seed: seed?, replications: replications?, confidence: confidence?, baseline })
    })();
    (experiment, named.filter(|_| known))
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
    for entry in CATALOGUE {
        let (name, _, _, about) = entry;
        let Some(law) = laws.by_name(name) else { continue };
        let given = match (name.split_once('.'), &mut root) {
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
        if let Some(given) = given {
            let Some(mut table) = given.table(sink) else { continue };
            if let Some(value) = table.required("value", "\"28 d\"", sink) {
                if let Some(new) = read_law::law(&value, sink) {
                    *law = new;
                }
                let said = Origin::of(&mut table, sink);
                sources.note(name, about, &value, said, given.key_span());
            }
            table.finish(sink);
        } else if has_market {
            sources.put(default_law(law, entry));
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

fn default_law(law: &Law, (name, kind, source, about): &(&str, Kind, &str, &str)) -> Assumption {
    let (name, source, about) = ((*name).to_owned(), (*source).to_owned(), (*about).to_owned());
    Assumption { name, value: read_law::print(law), kind: *kind, source, about }
}

/// The laws that policies draw from stand behind the numbers of scripted meters too.
fn pulled_laws(laws: &Laws, policies: &[Policy], sources: &mut Sources<'_>) {
    let mut laws = laws.clone();
    for entry in CATALOGUE.iter().filter(|(name, ..)| policies.iter().any(|policy| policy.draws_from(name))) {
        if let (Some(law), false) = (laws.by_name(entry.0), sources.has(entry.0)) {
            sources.put(default_law(law, entry));
        }
    }
}
