//! Mutated scenarios: the reader reads files with mutated pieces, and those that it accepts are run.
//!
//! Mutations are seeded, so that a case is found again by its number: see [`mutated`]. The quick suite tries some,
//! `--ignored` many.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;

use meterchurn::engine::random::{Draws, Entity, Purpose};
use meterchurn::engine::time::Seconds;
use meterchurn::model::backlog::Drive;
use meterchurn::model::lever::Lever;
use meterchurn::model::plan::{Detector, Raised};
use meterchurn::scenario::diagnostics::{Finding, Severity, Sink, render};
use meterchurn::scenario::resolved::{digest, resolved};
use meterchurn::scenario::{Scenario, table};
use meterchurn::study::budget::Cost;
use meterchurn::study::{self, How, load};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

const READ_QUICK: u64 = 2_000;
const READ_LONG: u64 = 100_000;
const RUN_QUICK: usize = 60;
const RUN_LONG: usize = 5_000;
/// The most faults shown at once.
const ENOUGH: usize = 12;

/// A script with one of each thing that scripts can have.
const SCRIPT: &str = r#"schema = 1
title = "A script"
tags = ["fuzz"]
[time]
start = 2018-11-01
horizon = 2019-02-01
[experiment]
seed = 3
replications = 2
[dcc]
gas-devices = 2
schedule-removal = "cos-success"
[[supplier]]
id = "losing"
loses = { deletes-schedules = true, notice = "5 d", lead = "1 d" }
[[supplier]]
id = "gaining"
class = "immature"
user-from = 2018-12-05
capacity = "3 /d"
opening = "09:00"
anomaly-threshold = "2 /d"
quarantine = "1 d"
prepay-first = true
source = "judgement"
kind = "assumed"
[[meter]]
id = 1
copies = 3
payment = "prepay"
holder = "losing"
calendar = { period = "daily", offset = "10 min" }
off-wan = [{ from = 2018-12-03, to = 2018-12-04T12:00:00 }]
alerts = [
    { code = "0x8F3F", class = "critical", at = 2018-12-24T18:00:00 },
    { code = "0x8F1D", class = "non-critical", daily = "18:00" },
]
[[meter]]
id = 2
fuel = "gas"
region = "south"
holder = "losing"
schedules = [{ owner = "losing", reads = "4.6.1", period = "weekly", anchor = 2018-11-05, at = "02:00" }]
[[switch]]
meter = 1
from = "losing"
to = "gaining"
ssd = 2018-12-01
known = "-3 d"
cos = { send = "20 d", fails = 1, retry = "24 h", latency = "2 s" }
configures = "1 d"
reads = { calendar = "none", schedules = [{ reads = "4.8.1", period = "daily", at = "03:00" }] }
[[switch]]
meter = 2
from = "losing"
to = "gaining"
ssd = 2018-12-02
cos = [{ execute = 2019-01-10T01:00:00 }, "queue"]
[[switch]]
meter = 1
from = "gaining"
to = "losing"
ssd = 2019-01-15
withdrawn = "-1 d"
cos = { detected = "5 d", response = "10 d" }
[[inject]]
kind = "delay-623"
delay = { exponential = { mean = "3 d" }, cap = "20 d" }
share = 0.5
[[inject]]
kind = "wan-outage"
where = { region = "north" }
from = 2018-12-10
until = 2018-12-12
[[inject]]
kind = "gateway-outage"
where = { supplier = ["losing"] }
from = 2018-12-06
until = 2018-12-09
[[policy]]
id = "prompt"
start = 2018-11-05
adoption = { share = 0.5, over = "20 d", by = "supplier" }
scope = ["losing", "gaining"]
use = [{ mitigation = "1" }, { mitigation = "13b" }]
[[expect]]
that = "leaked-reads.delivered{path=push}.total >= 0"
kind = "invariant"
[[expect]]
that = "cases.open{at=2018-12-31}.diff within -5..5"
policy = "prompt"
kind = "golden"
why = "no more than there are"
"#;

/// A market with one of each thing that markets can have.
const MARKET: &str = r#"schema = 1
title = "A market"
[time]
start = 2018-11-01
horizon = 2018-12-15
[market]
path = [{ on = 2018-10-01, meters = 20000, source = "s", kind = "observed" }, { on = 2018-12-31, meters = 30000 }]
switching = { value = { "2018-11" = 0.0155, "2018-12" = 0.0155 }, source = "s", kind = "derived" }
gas-share = { value = 0.43, source = "s", kind = "expert", range = [0.3, 0.5] }
small-suppliers = { count = 3, share = 8, gains = 19, source = "s", kind = "assumed" }
class-shares = { mature = 0.79, immature = 0.17, non-user = 0.04 }
dead-time = "40 d"
no-response = 0.03
retry = "24 h"
alerts = [{ code = "0x8F3F", class = "critical", a-year = 0.5 }]
[[supplier]]
id = "large"
share = 60
gains = 40
reads = { calendar = 0.5, monthly = 0.2, schedules = [1, 1, 1, 0, 0] }
[[supplier]]
id = "second"
share = 30
gains = 30
capacity = "20 /d"
[[supplier]]
id = "failing"
share = 0.5
gains = 0
[laws.ahead]
value = { mixture = [{ weight = 0.9, fixed = "2 d" }, { weight = 0.1, lognormal = { median = "30 d", sigma = 1.0 } }] }
source = "s"
kind = "expert"
[traffic]
messages = 1.54
capacity = "600 /s"
source = "s"
kind = "assumed"
[[inject]]
kind = "supplier-failure"
where = { losing = ["failing"], gaining = ["second"] }
from = 2018-11-10
[[inject]]
kind = "book-transfer"
where = { losing = ["large"], gaining = ["second"] }
from = 2018-11-12
over = "14 d"
share = 0.02
[[inject]]
kind = "registration-outage"
share = 0.6
from = 2018-11-05
until = 2018-11-20
[experiment]
seed = 1
replications = 2
[[policy]]
id = "baseline"
title = "As it was"
[[policy]]
id = "thin"
use = [{ mitigation = "9" }]
source = "s"
kind = "policy-lever"
[[expect]]
that = "not-initiated.open{at=2018-11-30}.total within 0..100000"
kind = "statistical"
"#;

/// What edges of numbers, dates, texts and structure are put where something else was.
const EDGES: [&str; 64] = [
    "9999-12-31",
    "0000-01-01",
    "1999-12-31",
    "2100-01-01",
    "2099-12-31T23:59:59",
    "2018-10-28T01:30:00",
    "2018-03-25T01:30:00",
    "2018-12-01T00:00:00Z",
    "2018-12-01T00:00:00+01:00",
    "12:00:00",
    "01/12/2018",
    "1e999",
    "-1e999",
    "nan",
    "inf",
    "-inf",
    "-0.0",
    "0",
    "1",
    "-1",
    "0.5",
    "1e-308",
    "4.9e-324",
    "1e308",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "100000000",
    "0x7F",
    "1_000",
    "true",
    "false",
    "[]",
    "{}",
    "[[]]",
    "[1, 2]",
    "\"\"",
    "\" \"",
    "\"0 s\"",
    "\"1 s\"",
    "\"-1 s\"",
    "\"366000 d\"",
    "\"366001 d\"",
    "\"0.5 s\"",
    "\"never\"",
    "\"queue\"",
    "\"none\"",
    "\"all\"",
    "\"24:00\"",
    "\"00:00\"",
    "\"0 /d\"",
    "\"18446744073709551615 /d\"",
    "\"0x8F0A\"",
    "\"0xFFFF\"",
    "\"baseline\"",
    "\"losing\"",
    "\"gaining\"",
    "\"2018-12\"",
    "\"\\u202e\\u200b\"",
    "\"\\u009b31m\"",
    "'\u{202e}'",
    "\"é電\u{1f600}\"",
    "50 d",
    "",
];

/// What is put between other characters.
const BITS: [&str; 18] = [
    "\"", "'", "[", "]", "{", "}", "=", ",", ".", "#", "\n", "\r\n", "\u{0}", "\u{1b}", "\u{feff}", "\u{202e}", "é",
    "\"\"\"",
];

/// The texts that are mutated.
fn texts() -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let entries = std::fs::read_dir(folder).expect("the shipped scenarios");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut texts: Vec<String> = files.iter().map(|path| std::fs::read_to_string(path).expect("a text")).collect();
    // As often as all the shipped ones together: they have more of what can be mutated.
    let times = texts.len() / 2;
    texts.extend([SCRIPT, MARKET].repeat(times).into_iter().map(str::to_owned));
    texts
}

/// The draws of one case.
struct Dice {
    draws: Draws,
    case: u64,
    next: u32,
}

impl Dice {
    fn of(case: u64) -> Self {
        Self { draws: Draws::new(2018, 0), case, next: 0 }
    }

    /// A number below `most`; 0 where that is 0.
    fn below(&mut self, most: usize) -> usize {
        self.next += 1;
        let bits = self.draws.bits(Entity(self.case), Purpose(1), self.next);
        bits.checked_rem(most as u64).unwrap_or(0) as usize
    }

    fn one_of<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of.get(self.below(of.len())).copied().unwrap_or_default()
    }
}

/// The bytes of a case: a text after one to four mutations.
fn mutated(case: u64, texts: &[String]) -> Vec<u8> {
    let dice = &mut Dice::of(case);
    let mut text = texts[dice.below(texts.len())].clone();
    for _ in 0..=dice.below(4) {
        text = mutation(&text, texts, dice);
    }
    let mut bytes = text.into_bytes();
    if dice.below(10) == 0 && !bytes.is_empty() {
        let at = dice.below(bytes.len());
        bytes[at] ^= 1 << dice.below(8);
    }
    bytes
}

fn mutation(text: &str, texts: &[String], dice: &mut Dice) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let of = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let (a, b) = (dice.below(lines.len()), dice.below(lines.len()));
    if lines.is_empty() {
        return text.to_owned();
    }
    match dice.below(10) {
        // A line goes, comes twice, changes places with another, or comes from elsewhere.
        0 => _ = lines.remove(a),
        1 => lines.insert(a, lines[a]),
        2 => lines.swap(a, b),
        3 => {
            let other: Vec<&str> = texts[dice.below(texts.len())].lines().collect();
            lines.insert(a, other[dice.below(other.len())]);
        }
        // A value, or a word or number within a line, becomes an edge.
        4 | 5 => {
            let Some((key, _)) = lines[a].split_once('=') else { return text.to_owned() };
            let line = format!("{key}= {}", dice.one_of(&EDGES));
            lines[a] = &line;
            return of(&lines);
        }
        6 | 7 => {
            let words: Vec<(usize, usize)> = words(lines[a]);
            let Some((from, to)) = words.get(dice.below(words.len())).copied() else { return text.to_owned() };
            let line = format!("{}{}{}", &lines[a][..from], dice.one_of(&EDGES), &lines[a][to..]);
            lines[a] = &line;
            return of(&lines);
        }
        // A word becomes another one of the file.
        8 => {
            let (mine, others) = (words(lines[a]), words(lines[b]));
            let (Some((from, to)), Some((begin, end))) =
                (mine.get(dice.below(mine.len())).copied(), others.get(dice.below(others.len())).copied())
            else {
                return text.to_owned();
            };
            let line = format!("{}{}{}", &lines[a][..from], &lines[b][begin..end], &lines[a][to..]);
            lines[a] = &line;
            return of(&lines);
        }
        // There is something between the two characters, or the file ends there.
        _ => {
            let mut at = dice.below(text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            if dice.below(8) == 0 {
                return text[..at].to_owned();
            }
            return format!("{}{}{}", &text[..at], dice.one_of(&BITS), &text[at..]);
        }
    }
    of(&lines)
}

/// Where a line has words, numbers, dates and texts in quotes.
fn words(line: &str) -> Vec<(usize, usize)> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        let belongs = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | ':' | '_' | '+');
        let rest = &line[at..];
        let length = match c {
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            c if belongs(c) => rest.find(|c| !belongs(c)).unwrap_or(rest.len()),
            c => {
                at += c.len_utf8();
                continue;
            }
        };
        words.push((at, at + length));
        at += length;
    }
    words
}

/// What is wrong with the findings on a text.
fn faults(findings: &[Finding], text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for finding in findings {
        let span = &finding.span;
        let inside = span.start <= span.end && span.end <= text.len();
        let at_the_top =
            ["at the top of the file", "nothing to simulate", "this file is not a scenario", "this file is empty"];
        let is_of_the_whole = at_the_top.iter().any(|beginning| finding.message.starts_with(beginning));
        if !inside || (*span == (0..0) && !is_of_the_whole) {
            faults.push(format!("no place: {finding:?}"));
        }
        if !seen.insert((span.start, span.end, finding.message.clone())) {
            faults.push(format!("reported twice: {finding:?}"));
        }
        if finding.help.as_deref().unwrap_or_default().is_empty() {
            faults.push(format!("no remedy: {finding:?}"));
        }
        if finding.message.contains("the scenario is not complete") {
            faults.push("refused without a finding".to_owned());
        }
    }
    faults
}

/// Reads the bytes of a case as the program does.
fn read_case(bytes: &[u8]) -> (Option<(Scenario, String)>, Vec<String>) {
    let mut sink = Sink::new();
    let Some(text) = table::decode(bytes, &mut sink) else {
        return (None, if sink.findings().len() == 1 { Vec::new() } else { vec!["more than one finding".into()] });
    };
    match load("fuzz", text) {
        Ok((scenario, warnings)) => (Some((scenario, text.to_owned())), faults(&warnings, text)),
        Err(findings) => {
            let mut faults = faults(&findings, text);
            if !findings.iter().any(|finding| finding.severity == Severity::Error) {
                faults.push("refused without an error".to_owned());
            }
            render("fuzz.toml", text, &findings, false);
            (None, faults)
        }
    }
}

/// What is wrong with the resolved text of a scenario.
fn resolves(scenario: &Scenario, text: &str) -> Vec<String> {
    let first = resolved(scenario, text);
    let hidden = |c: char| (c.is_control() && c != '\n') || ('\u{200b}'..='\u{202e}').contains(&c) || c == '\u{feff}';
    if let Some(hidden) = first.chars().find(|c| hidden(*c)) {
        return vec![format!("{hidden:?} is in the resolved text")];
    }
    match load("fuzz", &first) {
        Ok((again, _)) if digest(&resolved(&again, &first)) == digest(&first) => Vec::new(),
        Ok((again, _)) => vec![format!("resolves to something else:\n{first}\n---\n{}", resolved(&again, &first))],
        Err(findings) => vec![format!("does not read back: {findings:?}\n{first}")],
    }
}

/// All that a range of cases finds wrong, case by case, and how many were read as scenarios.
fn read_all(cases: std::ops::Range<u64>) -> (Vec<String>, usize) {
    let texts = texts();
    let (mut wrong, mut taken) = (Vec::new(), 0);
    for case in cases {
        let bytes = mutated(case, &texts);
        let (scenario, mut faults) = read_case(&bytes);
        if let Some((scenario, text)) = &scenario {
            taken += 1;
            faults.extend(resolves(scenario, text));
        }
        wrong.extend(faults.into_iter().map(|fault| format!("case {case}: {fault}")));
        if wrong.len() >= ENOUGH {
            break;
        }
    }
    (wrong, taken)
}

#[track_caller]
fn nothing_wrong(wrong: &[String]) {
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_scenarios_that_are_mutated_are_right() {
    for text in [SCRIPT, MARKET] {
        let findings = load("fuzz", text).err().unwrap_or_default();
        assert!(findings.is_empty(), "{}", render("fuzz.toml", text, &findings, false));
    }
}

/// The places of the values in a text that are neither tables nor lists.
fn leaves(text: &str) -> Vec<Range<usize>> {
    let document = DeTable::parse(text).expect("a right text");
    let mut values: Vec<&Spanned<DeValue<'_>>> = document.get_ref().values().collect();
    let mut leaves = Vec::new();
    while let Some(value) = values.pop() {
        match value.get_ref() {
            DeValue::Array(items) => values.extend(items.iter()),
            DeValue::Table(table) => values.extend(table.values()),
            _ => leaves.push(value.span()),
        }
    }
    leaves
}

#[test]
fn every_value_of_the_wrong_kind_gets_exactly_one_finding() {
    let mut faults = Vec::new();
    for text in [SCRIPT, MARKET] {
        for leaf in leaves(text) {
            for wrong in ["9999-12-31", "[[]]"] {
                let mut text = text.to_owned();
                text.replace_range(leaf.clone(), wrong);
                let findings = load("fuzz", &text).err().unwrap_or_default();
                // Of a list or a table that is wrong as a whole the beginning is shown.
                let is_there = |f: &Finding| f.span.start < leaf.start + wrong.len() && leaf.start <= f.span.end;
                if findings.len() != 1 || !findings.iter().all(is_there) {
                    let line = text[..leaf.start].lines().count();
                    faults.push(format!("line {line}: {:?}: {findings:?}", text.lines().nth(line - 1)));
                }
            }
        }
    }
    nothing_wrong(&faults);
}

#[test]
fn mutated_scenarios_are_read_or_refused_with_places_and_remedies() {
    let (wrong, taken) = read_all(0..READ_QUICK);
    nothing_wrong(&wrong);
    assert!(taken > 100, "of {READ_QUICK} only {taken} were read: the mutations are too coarse");
}

#[test]
#[ignore = "a minute or two"]
fn many_mutated_scenarios_are_read_or_refused_with_places_and_remedies() {
    let (wrong, taken) = read_all(READ_QUICK..READ_LONG);
    nothing_wrong(&wrong);
    assert!(taken > 5_000, "{taken}");
}

/// Most switches of a run, days of all runs and values of a run here: all in milliseconds.
const MOST_SWITCHES: f64 = 200.0;
const MOST_DAYS: usize = 800;
/// A day with traffic takes this many times as long.
const TRAFFIC: usize = 8;
const MOST_VALUES: f64 = 40_000.0;
/// The shortest step of what repeats.
const SHORTEST: Seconds = Seconds(3_600);

/// The same scenario with few meters, policies and replications; nothing where it would still be long.
fn shrunk(mut scenario: Scenario) -> Option<Scenario> {
    scenario.experiment.replications =
        scenario.experiment.replications.min(if scenario.traffic.is_some() { 1 } else { 2 });
    let baseline = scenario.policies.iter().position(|policy| policy.id == scenario.experiment.baseline)?;
    scenario.policies.swap(0, baseline);
    scenario.policies.truncate(3);
    let kept: BTreeSet<String> = scenario.policies.iter().map(|policy| policy.id.clone()).collect();
    scenario.expectations.retain(|expectation| kept.contains(&expectation.policy));
    let expected = |scenario: &Scenario| Cost::of(scenario, HOW).switches;
    let drawn = expected(&scenario);
    if let Some(market) = scenario.market.as_mut().filter(|_| drawn > MOST_SWITCHES) {
        market.scale(MOST_SWITCHES / 2.0 / drawn);
    }
    let copies_are_few = scenario.meters.iter().all(|meter| meter.copies <= 1_000 || !meter.is_coupled());
    let cost = Cost::of(&scenario, HOW);
    let runs = scenario.policies.len() * scenario.experiment.replications as usize;
    let is_small = cost.switches <= MOST_SWITCHES
        && cost.held <= MOST_SWITCHES
        && cost.values <= MOST_VALUES
        && cost.device_seconds < u64::MAX as f64
        && scenario.window.days * runs * if scenario.traffic.is_some() { TRAFFIC } else { 1 } <= MOST_DAYS
        && copies_are_few;
    (is_small && repeats_seldom(&scenario)).then_some(scenario)
}

/// Whether nothing comes again sooner than [`SHORTEST`].
fn repeats_seldom(scenario: &Scenario) -> bool {
    let seldom = |step: Seconds| step >= SHORTEST;
    let retry = scenario.market.as_ref().is_none_or(|market| seldom(market.retry) && market.no_response < 0.9);
    let scripts = scenario.meters.iter().flat_map(|m| &m.switches).flat_map(|s| &s.cos).all(|cos| seldom(cos.retry));
    let alerts =
        scenario.meters.iter().map(|m| m.alerts.iter().filter(|a| !matches!(a.raised, Raised::Once(_))).count());
    let sweeps = scenario.policies.iter().flat_map(|policy| &policy.pulls).all(|pull| match &pull.lever {
        Lever::Chases { detector: Detector::Sweep(every), .. } => seldom(*every),
        _ => true,
    });
    retry && scripts && sweeps && alerts.sum::<usize>() < 10
}

const HOW: How = How { threads: 1, drive: Drive::Alone, memory: 256 << 20 };

/// Runs this many mutated scenarios, and every tenth again on two threads and by the agenda.
fn run_all(wanted: usize) {
    let texts = texts();
    let (mut ran, mut wrong) = (0, Vec::new());
    for case in 0.. {
        let (Some((scenario, _)), _) = read_case(&mutated(case, &texts)) else { continue };
        let Some(scenario) = shrunk(scenario) else { continue };
        ran += 1;
        match study::run(&scenario, HOW, &|_| ()) {
            Err(error) => wrong.push(format!("case {case}: {error}")),
            Ok(results) if ran % 10 == 0 => {
                for how in [How { threads: 2, ..HOW }, How { drive: Drive::Agenda, ..HOW }] {
                    let other = study::run(&scenario, how, &|_| ()).map(|other| other.digest());
                    if other.as_ref().ok() != Some(&results.digest()) {
                        wrong.push(format!("case {case}: other results by {how:?}"));
                    }
                }
            }
            Ok(results) => _ = study::judge(&scenario, &results),
        }
        if ran == wanted || wrong.len() >= ENOUGH {
            break;
        }
    }
    nothing_wrong(&wrong);
}

#[test]
fn mutated_scenarios_run_and_conserve() {
    run_all(RUN_QUICK);
}

#[test]
#[ignore = "a minute or two"]
fn many_mutated_scenarios_run_and_conserve() {
    run_all(RUN_LONG);
}
