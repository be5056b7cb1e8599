//! Reading a whole scenario: the sections in their order, each checked by itself, then what they say about one another.

use super::diagnostics::{Finding, Invalid, Mistake, Sink};
use super::names::Names;
use super::places::Places;
use super::provenance::Sources;
use super::sections::context::Context;
use super::sections::{
    cos, dcc, expect, experiment, inject, laws, market, policy, primary, published, supplier, switch, time, top,
    traffic,
};
use super::table::{self, Table};
use super::{Scenario, check, input, lint};
use crate::model::market::Weights;

/// Reads a scenario from a file's text, with the warnings about it. `id` is the file's stem: the scenario's id where
/// the file gives none.
///
/// # Errors
/// Everything that is wrong with it, each finding with its place and a remedy.
pub fn read(id: &str, source: &str) -> Result<(Scenario, Vec<Finding>), Invalid> {
    let mut sink = Sink::new();
    let document = table::parse(source, &mut sink);
    if let Some(finding) = no_scenario(source, &Table::root(&document), &sink) {
        return Err(vec![finding].into());
    }
    // What the parser could recover is read all the same, so that the mistakes after a syntax error are reported too.
    let scenario = sections(id, (Table::root(&document), source), Sources::new(source), &mut sink);
    match scenario {
        Some(scenario) if !sink.has_errors() => Ok((scenario, sink.into_findings())),
        _ => {
            if !sink.has_errors() {
                sink.error(Mistake::MissingKey, 0..0, "the scenario is not complete", "");
            }
            Err(sink.into_invalid())
        }
    }
}

/// The only finding about a file that is not a scenario at all; otherwise there would be one for each of its lines.
fn no_scenario(source: &str, root: &Table<'_, '_>, sink: &Sink) -> Option<Finding> {
    let help =
        "a scenario is a TOML file that begins with schema = 1, a title and a section [time]; write one there, or \
        name another file"
            .to_owned();
    let only = |at: usize, message: &str, help: String| {
        let mut sink = Sink::new();
        sink.error(Mistake::NotAScenario, at..at, message, help);
        sink.into_findings().pop()
    };
    if let Some(at) = source.find('\0') {
        let help = "save the file as UTF-8 (it may be UTF-16), or name a scenario".to_owned();
        return only(at, "this file is not a scenario: it contains zero bytes, which text does not", help);
    }
    // A file that is refused as a whole has one finding.
    if sink.is_closed() {
        return None;
    }
    if top::KEYS.iter().any(|parameter| root.has(parameter.key)) {
        let is_pack = [&top::TITLE.parameter, &top::TIME.parameter].iter().all(|needed| !root.has(needed.key));
        if !is_pack || sink.has_errors() {
            return None;
        }
        let help =
            "if it is a pack, include it in a scenario, as in include = [\"packs/laws.toml\"]; otherwise begin it \
                    with schema = 1, a title and a section [time]"
                .to_owned();
        return only(0, "this file is not a scenario: it has no `title` and no section [time]", help);
    }
    let at = sink.findings().first().map_or(0, |finding| finding.span.start);
    let message = match root.is_empty() && !sink.has_errors() {
        true => "this file is empty",
        false => "this file is not a scenario: it has none of a scenario's keys and sections",
    };
    only(at, message, help)
}

fn sections(
    id: &str,
    (mut root, text): (Table<'_, '_>, &str),
    mut sources: Sources<'_>,
    sink: &mut Sink,
) -> Option<Scenario> {
    if let Some(include) = root.get(top::INCLUDE.parameter.key) {
        let help = "read the file as a session, which reads its packs too";
        include.refuse::<()>(Mistake::BadInclude, "in a file whose packs are read with it", help, sink);
    }
    top::SCHEMA.read(&mut root, sink);
    let id = top::ID.optional(&mut root, sink).flatten().unwrap_or_else(|| id.to_owned());
    let title = top::TITLE.read(&mut root, sink).unwrap_or_default();
    let story = top::STORY.optional(&mut root, sink).flatten().unwrap_or_default();
    let tags = top::TAGS.optional(&mut root, sink).flatten().unwrap_or_default();
    let mut names = Names::new();
    let given = top::TIME.get(&mut root, sink).and_then(|v| time::time(&v, &names, &mut sources, sink));
    let before = sink.errors();
    let conventions = dcc::conventions(top::DCC.get(&mut root, sink), &mut sources, sink).unwrap_or_default();
    let market_value = top::MARKET.get(&mut root, sink);
    let mut market = market_value.as_ref().map(|v| market::market(v, &mut sources, sink));
    let (suppliers, habits) = supplier::suppliers(&mut root, &mut names, &mut sources, sink);
    let weights: Vec<Weights> = suppliers.iter().map(|s| s.weights).collect();
    let pairs = market::pairs(market_value.as_ref(), &names, &weights, &mut sources, sink);
    if let Some(Some(market)) = &mut market {
        market.pairs = pairs;
    }
    let drawn = market.as_ref().and_then(|m| m.as_ref());
    let estate = drawn.map(|market| (market, weights.as_slice()));
    let traffic = top::TRAFFIC.get(&mut root, sink).and_then(|v| traffic::traffic(&v, estate, &mut sources, sink));
    let frame_known = given.is_some() && sink.errors() == before;
    let laws = laws::laws(top::LAWS.get(&mut root, sink), market.is_some(), &mut sources, sink);
    let (experiment, baseline) = experiment::experiment(top::EXPERIMENT.get(&mut root, sink), sink);
    // A wrong window is replaced by all the time that the model knows, so that no finding merely follows from it.
    let (window, civil, warm_up) = time::begin(given.as_ref(), drawn.map(|market| (market, &laws)), &mut sources);
    let context = Context { names: &names, suppliers: &suppliers, habits: &habits, conventions, window, civil: &civil };
    let meters = switch::meters(&mut root, &context, sink);
    let injections = inject::injections(top::INJECT.get(&mut root, sink), &context, sink);
    let (policies, declared) = policy::policies(top::POLICY.get(&mut root, sink), &context, &mut sources, sink);
    laws::pulled_laws(&laws, &policies, &mut sources);
    let around = drawn.map(|market| (market, conventions, (&laws, injections.as_slice())));
    // Of a wrong window no rows are known.
    let frame =
        given.is_some().then(|| super::frame(&suppliers, traffic.as_ref(), around, &policies, (&window, &civil)));
    let places = Places::of(&mut root, &policies);
    let known = expect::Known { declared: &declared, frame: frame.as_ref().filter(|_| frame_known), text };
    let expectations = expect::expectations(top::EXPECT.get(&mut root, sink), &known, sink);
    let primaries = primary::primaries(top::PRIMARY.get(&mut root, sink), known.frame, sink);
    let published = published::published(top::PUBLISHED.get(&mut root, sink), known.frame, sink);
    if let Some(value) = baseline {
        declared.policy_named(&value, sink);
    }
    root.finish(sink);
    if let (Some(problem), false) = (check::not_empty(market.is_some(), &meters), sink.has_errors()) {
        sink.problem(Mistake::NothingToStudy, root.span(), problem);
    }
    if let (Some(value), false) = (market_value, sink.has_errors())
        && let Some(problem) = check::market(&suppliers)
    {
        sink.problem(Mistake::BadMarket, value.key_span(), problem);
    }
    if meters.iter().any(|m| !m.switches.is_empty()) {
        [&switch::KNOWN.parameter].into_iter().chain(cos::defaults()).for_each(|p| sources.take_default(p));
    }
    if habits.iter().any(|h| h.deletes_schedules || h.thins_calendar) {
        supplier::cancelling_defaults().into_iter().for_each(|p| sources.take_default(p));
    }
    let (ranges, sunsets) = (sources.ranges(), sources.sunsets());
    let assumptions = sources.finish(sink);
    if sink.has_errors() {
        return None; // the background of a long window takes time
    }
    let scenario = Scenario {
        id,
        title,
        story,
        tags,
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
        frame: frame?,
        meters,
        injections,
        policies,
        expectations,
        primaries,
        published,
        experiment: experiment?,
        assumptions,
        sunsets,
        places,
    };
    input::check_ranges(&scenario, &ranges, sink);
    if sink.has_errors() {
        return None;
    }
    lint::warn(&scenario, &mut root, &habits, sink);
    Some(scenario)
}
