//! Reading a whole scenario: the sections in their order, each checked on its own, then what they say of one another.

use super::diagnostics::{Finding, Severity, Sink};
use super::names::{EARLIEST, LATEST, Names};
use super::places::Places;
use super::provenance::{Origin, Sources, origin};
use super::table::{self, Table, Value};
use super::{Assumption, Experiment, Policy, Scenario, idle};
use super::{read_expect, read_inject, read_law, read_market, read_policy, read_script, read_traffic};
use crate::engine::law::Law;
use crate::engine::time::{Instant, Seconds};
use crate::model::civil::Civil;
use crate::model::laws::{CATALOGUE, Kind, Laws, PREPAY};
use crate::model::ledger::Window;
use crate::model::market::{Market, Weights};
use crate::model::warm_up::Stock;

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
    if let Some(finding) = no_scenario(source, &Table::root(&document), &sink) {
        return Err(vec![finding]);
    }
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

/// The keys at the top of a scenario.
const SECTIONS: [&str; 16] = [
    "schema",
    "title",
    "story",
    "tags",
    "time",
    "experiment",
    "dcc",
    "supplier",
    "market",
    "laws",
    "meter",
    "switch",
    "traffic",
    "inject",
    "policy",
    "expect",
];

/// The only finding of a file that is no scenario at all: of each of its lines there would be one else.
fn no_scenario(source: &str, root: &Table<'_, '_>, sink: &Sink) -> Option<Finding> {
    let help =
        "a scenario is a text in TOML that begins with schema = 1; write a study there or name another file".to_owned();
    let told = |at: usize, message: &str, help: String| {
        let (message, severity) = (message.to_owned(), Severity::Error);
        Some(Finding { span: at..at, message, help: Some(help), severity })
    };
    if let Some(at) = source.find('\0') {
        let help = "save the file as UTF-8, perhaps it is UTF-16; or name a scenario".to_owned();
        return told(at, "this file is not a scenario: it holds zero bytes, as no text does", help);
    }
    // An empty file lacks what a scenario has; one that is refused whole has been told once.
    let empty = root.is_empty() && !sink.has_errors();
    if empty || sink.is_closed() || SECTIONS.iter().any(|key| root.has(key)) {
        return None;
    }
    let at = sink.findings().first().map_or(0, |finding| finding.span.start);
    told(at, "this file is not a scenario: it has none of a scenario's keys and sections", help)
}

fn sections(id: &str, mut root: Table<'_, '_>, mut sources: Sources<'_>, sink: &mut Sink) -> Option<Scenario> {
    if let Some(schema) = root.required("schema", "1", sink) {
        schema.integer(1..=1, sink);
    }
    let title = root.required("title", "\"A study\"", sink).and_then(|v| v.string(sink)).unwrap_or_default().to_owned();
    let story = root.get("story").and_then(|v| v.string(sink)).unwrap_or_default().to_owned();
    let tags = root.get("tags").and_then(|v| v.array(sink)).unwrap_or_default();
    tags.iter().for_each(|tag| _ = tag.string(sink));
    let mut names = Names::new();
    let window = root
        .required("time", "{ start = 2018-11-01, horizon = 2019-03-01 }", sink)
        .and_then(|v| window(&v, &names, &mut sources, sink));
    let before = sink.errors();
    let conventions = read_market::conventions(root.get("dcc"), &mut sources, sink).unwrap_or_default();
    let mut market = root.get("market").map(|v| read_market::market(&v, &mut sources, sink));
    let (suppliers, habits) = read_market::suppliers(&mut root, &mut names, &mut sources, sink);
    let weights: Vec<Weights> = suppliers.iter().map(|s| s.weights).collect();
    let pairs = read_market::pairs(root.get("market").as_ref(), &names, &weights, &mut sources, sink);
    if let Some(Some(market)) = &mut market {
        market.pairs = pairs;
    }
    let drawn = market.as_ref().and_then(|m| m.as_ref());
    let estate = drawn.map(|market| (market, weights.as_slice()));
    let traffic = root.get("traffic").and_then(|v| read_traffic::traffic(&v, estate, &mut sources, sink));
    let frame_known = window.is_some() && sink.errors() == before;
    let laws = laws(root.get("laws"), market.is_some(), &mut sources, sink);
    let (experiment, baseline) = experiment(root.get("experiment"), sink);
    // Where the window is wrong all time that the model knows stands for it, so that nothing is told that only follows from that.
    let given = window;
    let of_drawn = drawn.map(|market| (market, &laws));
    let (window, civil, warm_up) = begin(given.as_ref(), of_drawn, &mut sources);
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
    let (policies, declared) = read_policy::policies(root.get("policy"), &context, &mut sources, sink);
    pulled_laws(&laws, &policies, &mut sources);
    let around = drawn.map(|market| (market, conventions));
    // Of a wrong window nothing is known.
    let frame =
        given.is_some().then(|| super::frame(&suppliers, traffic.as_ref(), around, &policies, (&window, &civil)));
    let places = Places::of(&mut root, &policies);
    let known = frame.as_ref().filter(|_| frame_known);
    let of_file = read_expect::Known { declared: &declared, window, frame: known };
    let expectations = read_expect::expectations(root.get("expect"), &of_file, sink);
    if let Some(value) = baseline {
        declared.policy_named(&value, sink);
    }
    if market.is_none() && meters.is_empty() && !sink.has_errors() {
        sink.error(root.span(), "nothing to simulate", "write a [market], or [[meter]] and [[switch]]");
    }
    if let (Some(value), false) = (root.get("market"), sink.has_errors()) {
        let gain = suppliers.iter().filter(|s| s.weights.gains > 0.0).count();
        if gain < 2 {
            let help = "give two [[supplier]] a `share` and `gains`";
            sink.error(value.key_span(), "a market needs two suppliers with gains", help);
        } else if suppliers.iter().all(|s| s.weights.share <= 0.0) {
            let help = "give at least one [[supplier]] a `share` above 0";
            sink.error(value.key_span(), "in a market somebody has the meters", help);
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
    if sink.has_errors() {
        return None; // the background of a long window takes time
    }
    let frame = frame?;
    let scenario = Scenario {
        id: id.to_owned(),
        title,
        story,
        window,
        warm_up,
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
        places,
    };
    idle::tell(&scenario, &mut root, &habits, sink);
    Some(scenario)
}

/// What `[time]` says.
struct Time {
    start: Instant,
    horizon: Instant,
    /// Where the file gives one.
    warm_up: Option<Seconds>,
}

fn window(value: &Value<'_, '_>, names: &Names, sources: &mut Sources<'_>, sink: &mut Sink) -> Option<Time> {
    let mut table = value.table(sink)?;
    let start = table.required("start", "2018-11-01", sink).and_then(|v| names.instant(&v, None, sink));
    let horizon_value = table.required("horizon", "2019-03-01", sink);
    let horizon = horizon_value.as_ref().and_then(|v| names.instant(v, None, sink));
    let warm_up = table.get("warm-up").map(|entry| warm_up(&entry, sources, sink));
    table.finish(sink);
    let (start, horizon) = (start?, horizon?);
    let warm_up = match warm_up {
        Some(length) => Some(length?),
        None => None,
    };
    let days = (horizon - start).0 / 86_400;
    if horizon <= start || days > i64::from(LONGEST_WINDOW) {
        let help = "let the horizon come after the start, and at most 20 years after it";
        return horizon_value?.refuse("after the start, within 20 years", help, sink);
    }
    Some(Time { start, horizon, warm_up })
}

/// `warm-up`: whole days before the start.
fn warm_up(entry: &Value<'_, '_>, sources: &mut Sources<'_>, sink: &mut Sink) -> Option<Seconds> {
    let (value, said) = origin(entry, sink)?;
    let length = value.duration(sink)?;
    if length.0 < 0 || length.0 % 86_400 != 0 || length.0 > i64::from(LONGEST_WINDOW) * 86_400 {
        return value.refuse("whole days, at most 20 years", "write for example \"365 d\", or \"0 d\" for none", sink);
    }
    let said = said.or_chosen("a choice of the scenario");
    sources.note("time.warm-up", WARM_UP, &value, said, entry.key_span());
    Some(length)
}

const WARM_UP: &str = "how long before the start the market begins, simulated and not counted";

/// The window, civil time around it and its warm-up, and the warm-up: what the file gives, else what the laws need.
fn begin(
    given: Option<&Time>,
    market: Option<(&Market, &Laws)>,
    sources: &mut Sources<'_>,
) -> (Window, Civil, Seconds) {
    let Some(&Time { start, horizon, warm_up }) = given else {
        let (start, horizon) = (EARLIEST.utc_midnight(), LATEST.utc_midnight());
        let civil = Civil::new(start.utc_day(), start.utc_day());
        return (Window::new(start, horizon, &civil), civil, Seconds(0));
    };
    let warm_up = match (warm_up, market) {
        (Some(given), _) => given,
        (None, None) => Seconds(0),
        (None, Some((market, laws))) => {
            let civil = Civil::new(start.utc_day(), horizon.utc_day());
            let warm_up = Stock::of(market, laws, &Window::new(start, horizon, &civil)).warm_up();
            sources.put(Assumption {
                name: "time.warm-up".to_owned(),
                value: format!("\"{} d\"", warm_up.0 / 86_400),
                kind: Kind::Derived,
                source: "as long as the laws in use need, as far as the market's numbers reach, at most two years"
                    .to_owned(),
                about: WARM_UP.to_owned(),
            });
            warm_up
        }
    };
    let civil = Civil::new((start - warm_up).utc_day(), horizon.utc_day());
    (Window::new(start, horizon, &civil), civil, warm_up)
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

/// `[laws.…]`.
fn laws(value: Option<Value<'_, '_>>, has_market: bool, sources: &mut Sources<'_>, sink: &mut Sink) -> Laws {
    let mut laws = Laws::default();
    let mut root = value.and_then(|v| v.table(sink));
    let mut groups: Vec<(&str, Option<Table<'_, '_>>)> = Vec::new();
    for entry in CATALOGUE.iter().chain([&PREPAY]) {
        let (name, _, _, about) = entry;
        let given = match (name.split_once('.'), &mut root) {
            (_, None) => None,
            (None, Some(root)) => root.get(name),
            (Some((group, member)), Some(root)) => {
                if !groups.iter().any(|(known, _)| *known == group) {
                    groups.push((group, root.get(group).and_then(|v| v.table(sink))));
                }
                let place = groups.iter().position(|(known, _)| *known == group).unwrap_or(0);
                let in_group = groups[place].1.as_mut().and_then(|t| t.get(member));
                // Asked for so that a slip such as `to-623-prepay` finds the whole name near it.
                in_group.or_else(|| root.get(name))
            }
        };
        if let Some(given) = given {
            let Some(mut table) = given.table(sink) else { continue };
            if let Some(value) = table.required("value", "\"28 d\"", sink) {
                match (read_law::law(&value, sink), laws.by_name(name)) {
                    (Some(new), Some(law)) => *law = new,
                    (Some(new), None) => laws.to_623_prepay = Some(new),
                    (None, _) => {}
                }
                let said = Origin::of(&mut table, sink);
                sources.note(name, about, &value, said, given.key_span());
            }
            table.finish(sink);
        } else if let (true, Some(law)) = (has_market, laws.by_name(name)) {
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
