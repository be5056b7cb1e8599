//! Reading a whole scenario: the sections in their order, each checked on its own, then what they say of one another.

use std::ops::Range;

use super::diagnostics::{Finding, Sink};
use super::names::Names;
use super::provenance::{Origin, Sources, origin};
use super::table::{self, Table, Value};
use super::{Assumption, Experiment, Policy, Scenario};
use super::{read_expect, read_inject, read_law, read_market, read_policy, read_script, read_traffic};
use crate::engine::law::Law;
use crate::engine::time::{Instant, Seconds};
use crate::experiment::warm_up::Stock;
use crate::model::civil::{Civil, date_of, day_of};
use crate::model::laws::{CATALOGUE, Kind, Laws};
use crate::model::ledger::Window;
use crate::model::market::{ClassRule, Fit, Market, Weights};

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
    let story = root.get("story").and_then(|v| v.string(sink)).unwrap_or_default().to_owned();
    root.get("tags").map(|v| v.array(sink));
    let mut names = Names::new();
    let said_warm_up =
        root.get("time").filter(|v| v.is_table()).and_then(|v| v.table(sink)).is_some_and(|t| t.has("warm-up"));
    let window = root
        .required("time", "{ start = 2018-11-01, horizon = 2019-03-01 }", sink)
        .and_then(|v| window(&v, &names, &mut sources, sink));
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
    let laws = laws(root.get("laws"), market.is_some(), &mut sources, sink);
    let (experiment, baseline) = experiment(root.get("experiment"), sink);
    // A placeholder keeps the later sections readable where the window is wrong, so that their mistakes are told too.
    let placeholder = || (Instant(1_543_622_400), Instant(1_551_398_400), None);
    let window_ok = window.is_some();
    let (start, horizon, warm_up) = window.map_or_else(placeholder, |time| (time.start, time.horizon, time.warm_up));
    let (window, civil, warm_up) = begin(start, horizon, warm_up, drawn.map(|market| (market, &laws)), &mut sources);
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
        warn_of_classes_without_room(market, &weights, &value, sink);
        warn_of_months_without_switching(market, window, value.key_span(), sink);
        if !said_warm_up {
            warn_of_a_stock_that_is_missing(&Stock::of(market, &laws, &window), warm_up, value.key_span(), sink);
        }
    }
    let frame = super::frame(&suppliers, traffic.as_ref(), drawn, &window, &civil);
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
    Some(Scenario {
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
    })
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
    let earliest = day_of(jiff::civil::date(2000, 1, 1)).utc_midnight();
    let latest = day_of(jiff::civil::date(2100, 1, 1)).utc_midnight();
    let days = (horizon - start).0 / 86_400;
    if start < earliest || horizon > latest || horizon <= start || days > i64::from(LONGEST_WINDOW) {
        let help = "let the horizon come after the start, both between 2000 and 2100, and at most 20 years apart";
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
    start: Instant,
    horizon: Instant,
    given: Option<Seconds>,
    market: Option<(&Market, &Laws)>,
    sources: &mut Sources<'_>,
) -> (Window, Civil, Seconds) {
    let civil = Civil::new(start.utc_day(), horizon.utc_day());
    let warm_up = match (given, market) {
        (Some(given), _) => given,
        (None, None) => Seconds(0),
        (None, Some((market, laws))) => {
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

/// Cases from before the warm-up that would be open at the start are not there. A scenario that gives its warm-up has decided that.
fn warn_of_a_stock_that_is_missing(stock: &Stock, warm_up: Seconds, at: Range<usize>, sink: &mut Sink) {
    if stock.lacks(warm_up) {
        let begins = match warm_up.0 / 86_400 {
            0 => "with the window".to_owned(),
            days => format!("{days} days before the window"),
        };
        let message = format!(
            "about {:.0} % of the cases that wait for their 6.23 at the start are missing: the market begins {begins}",
            stock.lacking(warm_up) * 100.0
        );
        let help = format!(
            "let `path` and `switching` begin {} days before the start, or write warm-up = \"{} d\" in [time] to leave them out",
            stock.needed().0 / 86_400,
            warm_up.0 / 86_400
        );
        sink.warning(at, message, help);
    }
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

/// A class belongs to suppliers of some sizes; where these gain too little the rest is drawn case by case. Where there are none of
/// these sizes, that is the only way.
fn warn_of_classes_without_room(market: &Market, weights: &[Weights], at: &Value<'_, '_>, sink: &mut Sink) {
    if market.class_rule == ClassRule::ByCase {
        return;
    }
    for fit in Fit::of(market, weights).iter().filter(|fit| fit.room > 0.0 && !fit.fits()) {
        let place = at.table(sink).and_then(|mut table| table.get("class-shares"));
        let message = format!(
            "suppliers whose size lets them be {} gain {:.1} % of switches, fewer than the {:.1} % of that class: it is drawn case by case",
            fit.class.name(),
            fit.room * 100.0,
            fit.share * 100.0
        );
        let help = "give more suppliers a `size` that `class-sizes` names, change `class-sizes`, or write class-drawn-for = \"case\"";
        sink.warning(place.map_or(at.key_span(), |v| v.key_span()), message, help);
    }
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
