//! The scenario with every default written out. A results folder keeps it, and the scenario's digest covers it.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::catalogue::{find, section as declared_section};
use super::sections::policy::print_setting;
use super::sections::{SECTIONS, Section};
use super::{Policy, Scenario, law};
use crate::model::injection;
use crate::model::laws::{CATALOGUE, NumberKind};
use crate::model::mitigation::{self, Parameter, Setting};
use crate::text::is_hostile;

/// The text of the file, read again, with its id and the defaults of every section added. Keys are sorted, so that
/// their order in the file makes no difference.
pub fn resolved(scenario: &Scenario, source: &str) -> String {
    let mut root: Table = source.parse().unwrap_or_default();
    set(&mut root, "id", text(&scenario.id));
    let experiment = section(&mut root, "experiment");
    set(experiment, "seed", Value::Integer(scenario.experiment.seed as i64));
    set(experiment, "replications", Value::Integer(i64::from(scenario.experiment.replications)));
    set(experiment, "confidence", Value::Float(scenario.experiment.confidence));
    set(experiment, "baseline", text(&scenario.experiment.baseline));
    origins(scenario, &mut root);
    warm_up(scenario, &mut root);
    laws(scenario, &mut root);
    policies(scenario, &mut root);
    for section in SECTIONS.iter().filter(|section| !section.takes_origins && !section.name.is_empty()) {
        if section.name == "switch.cos" {
            each_table(&mut root, "switch", &mut spell_out_requests);
        }
        each_table(&mut root, section.name, &mut |table| fill(table, section));
    }
    let text = match sorted(Value::Table(root)) {
        Value::Table(root) => root.to_string(),
        other => other.to_string(),
    };
    escaped(text)
}

/// The numbers of the sections whose values can have an origin, with their origins.
fn origins(scenario: &Scenario, root: &mut Table) {
    for assumption in &scenario.assumptions {
        let Some(parameter) = find(&assumption.name) else { continue };
        let takes_origins = declared_section(parameter.section).is_some_and(|section| section.takes_origins);
        // Lists of tables and plain keys give their origin in their own tables.
        let said_inside = ["path", "pairs", "small-suppliers", "capacity"].contains(&parameter.key);
        if let (true, false, Some(value)) = (takes_origins, said_inside, parsed(&assumption.value)) {
            let mut said = said(value, &assumption.source, assumption.kind);
            if let (Value::Table(said), Some(range)) = (&mut said, assumption.range.as_deref().and_then(parsed)) {
                set(said, "range", range);
            }
            set(section(root, parameter.section), parameter.key, said);
        }
    }
}

/// Calls `each` with every table that a path such as `switch.cos` leads to, through tables and lists of tables.
fn each_table(table: &mut Table, path: &str, each: &mut dyn FnMut(&mut Table)) {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let mut go = |value: &mut Value| {
        if let Value::Table(table) = value {
            match rest {
                Some(rest) => each_table(table, rest, each),
                None => each(table),
            }
        }
    };
    match table.get_mut(first) {
        Some(Value::Array(items)) => items.iter_mut().for_each(go),
        Some(value) => go(value),
        None => {}
    }
}

/// Puts the defaults of a section into a table that lacks their keys.
fn fill(table: &mut Table, section: &Section) {
    let kind = table.get("kind").and_then(Value::as_str).and_then(injection::by_name);
    let takes = |key: &str| kind.is_some_and(|kind| kind.parameters.iter().any(|parameter| parameter.name == key));
    let applies = |key: &str| section.name != "inject" || takes(key);
    for parameter in section.keys.iter().filter(|parameter| applies(parameter.key)) {
        let needed = parameter.beside.is_none_or(|key| table.contains_key(key));
        if let (true, false, Some(value)) =
            (needed, table.contains_key(parameter.key), parameter.default_text().and_then(parsed))
        {
            set(table, parameter.key, value);
        }
    }
}

/// Writes each way of sending 6.23 that is a single word as a table, which can hold the defaults.
fn spell_out_requests(switch: &mut Table) {
    let spell_out = |request: &mut Value| {
        if request.is_str() {
            let word = std::mem::replace(request, Value::Boolean(false));
            *request = inline([("send", word)]);
        }
    };
    match switch.get_mut("cos") {
        Some(Value::Array(devices)) => devices.iter_mut().for_each(spell_out),
        Some(one) => spell_out(one),
        None => {}
    }
}

/// The same value, with characters that a terminal would act on or hide escaped in its strings. Keys of scenarios
/// contain no such characters.
fn escaped(mut text: String) -> String {
    if !text.chars().any(is_hostile) {
        return text;
    }
    let mut spans = Vec::new();
    if let Ok(document) = DeTable::parse(&text) {
        let mut values: Vec<&Spanned<DeValue<'_>>> = document.get_ref().values().collect();
        while let Some(value) = values.pop() {
            match value.get_ref() {
                DeValue::String(inside) if inside.chars().any(is_hostile) => spans.push((value.span(), quoted(inside))),
                DeValue::Array(items) => values.extend(items.iter()),
                DeValue::Table(table) => values.extend(table.values()),
                _ => {}
            }
        }
    }
    spans.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    spans.into_iter().for_each(|(span, quoted)| text.replace_range(span, &quoted));
    text
}

/// A string in double quotes, with invisible characters escaped.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() || is_hostile(c) => quoted.push_str(&format!("\\U{:08X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The warm-up of a market. If the file gives none, it follows from the market's laws.
fn warm_up(scenario: &Scenario, root: &mut Table) {
    let time = section(root, "time");
    if let (false, Some(assumption)) =
        (time.contains_key("warm-up"), scenario.assumptions.iter().find(|a| a.name == "time.warm-up"))
        && let Some(value) = parsed(&assumption.value)
    {
        set(time, "warm-up", said(value, &assumption.source, assumption.kind));
    }
}

/// The laws in use: all of them for a market, and otherwise those that policies draw from.
fn laws(scenario: &Scenario, root: &mut Table) {
    let pulled = |name: &str| scenario.policies.iter().any(|policy| policy.draws_from(name));
    let mut in_force = scenario.laws.clone();
    for (name, kind, source, _) in CATALOGUE {
        let Some(in_use) = in_force.by_name(name) else { continue };
        if scenario.market.is_none() && !pulled(name) {
            continue;
        }
        let mut table = section(root, "laws");
        let (groups, last) = name.rsplit_once('.').map_or((None, *name), |(group, last)| (Some(group), last));
        if let Some(group) = groups {
            table = section(table, group);
        }
        if let (false, Some(value)) = (table.contains_key(last), parsed(&law::print(in_use))) {
            set(table, last, said(value, source, *kind));
        }
    }
}

/// The policies, with the settings of their mitigations. Includes the baseline if the scenario declares none.
fn policies(scenario: &Scenario, root: &mut Table) {
    let declared = |root: &mut Table, id: &str| {
        entries(root, "policy").any(|policy| policy.get("id").and_then(Value::as_str) == Some(id))
    };
    let missing: Vec<&Policy> = scenario.policies.iter().filter(|policy| !declared(root, &policy.id)).collect();
    let missing = missing.into_iter().map(|policy| inline([("id", text(&policy.id)), ("title", text(&policy.title))]));
    if let Value::Array(all) = root.entry("policy").or_insert_with(|| Value::Array(Vec::new())) {
        all.splice(0..0, missing);
    }
    for policy in entries(root, "policy") {
        for used in entries(policy, "use") {
            let mitigation = used.get("mitigation").and_then(Value::as_str).and_then(mitigation::by_name);
            for parameter in mitigation.map(|m| (m.parameters)()).unwrap_or_default() {
                if let (false, Some(value)) = (used.contains_key(parameter.name), setting(&parameter)) {
                    set(used, parameter.name, said(value, parameter.source, parameter.kind));
                }
            }
        }
    }
}

/// The exact default of a parameter. The printed form of a share is rounded.
fn setting(parameter: &Parameter) -> Option<Value> {
    match &parameter.default {
        Setting::Share(share) => Some(Value::Float(*share)),
        other => parsed(&print_setting(other)),
    }
}

/// The tables of a list of tables.
fn entries<'t>(table: &'t mut Table, key: &str) -> impl Iterator<Item = &'t mut Table> {
    table.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_table_mut)
}

/// A value with its origin.
fn said(value: Value, source: &str, kind: NumberKind) -> Value {
    inline([("value", value), ("source", text(source)), ("kind", text(kind.name()))])
}

fn inline<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Table(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// The same value with the keys of all tables sorted. Lists keep their order, which has a meaning.
fn sorted(value: Value) -> Value {
    match value {
        Value::Table(table) => {
            let by_key: BTreeMap<String, Value> = table.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Table(by_key.into_iter().collect())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(sorted).collect()),
        other => other,
    }
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// A value in the form that an assumption holds: TOML on one line.
fn parsed(value: &str) -> Option<Value> {
    format!("value = {value}").parse::<Table>().ok()?.remove("value")
}

fn section<'t>(root: &'t mut Table, name: &str) -> &'t mut Table {
    let entry = root.entry(name).or_insert_with(|| Value::Table(Table::new()));
    if !entry.is_table() {
        *entry = Value::Table(Table::new());
    }
    match entry {
        Value::Table(table) => table,
        _ => unreachable!("a table was just put there"),
    }
}

fn set(table: &mut Table, key: &str, value: Value) {
    table.insert(key.to_owned(), value);
}

/// The digest of a resolved scenario: BLAKE3, in hex, of its keys and values rather than of its text. Every string and
/// list is hashed with its length, so that no boundary can move. Numbers are hashed by value, so that `1` and `1.0` are
/// equal. The id and the story change no result and are left out.
pub fn digest(resolved: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"meterchurn scenario 1\n");
    match resolved.parse::<Table>() {
        Ok(mut root) => {
            ["id", "story"].into_iter().for_each(|key| _ = root.remove(key));
            hash(&Value::Table(root), &mut hasher);
        }
        Err(_) => hash_text('?', resolved, &mut hasher),
    }
    hasher.finalize().to_hex().to_string()
}

fn hash(value: &Value, hasher: &mut blake3::Hasher) {
    match value {
        Value::String(text) => hash_text('s', text, hasher),
        Value::Datetime(time) => hash_text('t', &time.to_string(), hasher),
        Value::Boolean(truth) => _ = hasher.update(&[b'b', u8::from(*truth)]),
        Value::Integer(whole) => _ = hasher.update(b"i").update(&whole.to_le_bytes()),
        // Up to this limit a float represents every whole number exactly.
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 => {
            hash(&Value::Integer(*number as i64), hasher);
        }
        Value::Float(number) => _ = hasher.update(b"f").update(&number.to_bits().to_le_bytes()),
        Value::Array(items) => {
            hasher.update(b"l").update(&(items.len() as u64).to_le_bytes());
            items.iter().for_each(|item| hash(item, hasher));
        }
        Value::Table(table) => {
            hasher.update(b"m").update(&(table.len() as u64).to_le_bytes());
            let sorted: BTreeMap<&String, &Value> = table.iter().collect();
            for (key, value) in sorted {
                hash_text('k', key, hasher);
                hash(value, hasher);
            }
        }
    }
}

fn hash_text(tag: char, text: &str, hasher: &mut blake3::Hasher) {
    hasher.update(&[tag as u8]).update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::super::{BUILT_IN, read};
    use super::*;
    use crate::study::{How, run};

    /// The scenario read from the resolved text of another, and that text.
    fn again(source: &str) -> (Scenario, Scenario, String) {
        let (scenario, _) = read("s", source).unwrap();
        let text = resolved(&scenario, source);
        let (again, _) =
            read("s", &text).map_err(|f| super::super::diagnostics::render("r", &text, &f, false)).unwrap();
        (scenario, again, text)
    }

    /// A script that gives no value for anything that has a default.
    const SCRIPT: &str = r#"
title = "t"
schema = 1
[time]
start = 2018-11-01
horizon = 2019-03-01
[[supplier]]
id = "losing"
loses = { deletes-schedules = true }
[[supplier]]
id = "gaining"
capacity = "10 /d"
[[meter]]
id = 1
holder = "losing"
calendar = { period = "daily", offset = "10 min" }
[[meter]]
id = 2
fuel = "gas"
holder = "losing"
schedules = [{ owner = "losing", reads = "4.6.1", period = "daily", at = "02:00" }]
[[meter]]
id = 3
holder = "losing"
calendar = { period = "daily", offset = "10 min" }
[[switch]]
meter = 1
from = "losing"
to = "gaining"
ssd = 2018-12-01
[[switch]]
meter = 2
from = "losing"
to = "gaining"
ssd = 2018-12-01
cos = [{ send = "3 d", fails = 2 }, "queue"]
[[switch]]
meter = 3
from = "losing"
to = "gaining"
ssd = 2018-12-05
cos = "queue"
[[policy]]
id = "enforced"
use = [{ mitigation = "19" }, { mitigation = "4" }, { mitigation = "17" }]
[[policy]]
id = "cancelled"
use = [{ mitigation = "7" }, { mitigation = "13b", dcc-alerts = true }, { mitigation = "8" }]
"#;

    #[test]
    fn the_resolved_scenario_reads_back_as_the_same_scenario() {
        let (scenario, again, _) = again(BUILT_IN);
        assert_eq!((again.market, again.laws), (scenario.market.clone(), scenario.laws.clone()));
        assert_eq!(again.policies, scenario.policies);
        assert_eq!(again.assumptions.len(), scenario.assumptions.len());
    }

    #[test]
    fn the_resolved_scenario_of_a_script_comes_to_the_same_results() {
        let (scenario, again, _) = again(SCRIPT);
        assert_eq!((&again.policies, &again.meters), (&scenario.policies, &scenario.meters));
        let digest = |scenario| run(scenario, How { threads: 1, ..How::default() }, &|_| ()).unwrap().digest();
        assert_eq!(digest(&again), digest(&scenario));
    }

    #[test]
    fn a_resolved_scenario_resolves_to_itself() {
        for source in [SCRIPT, BUILT_IN] {
            let (_, scenario, text) = again(source);
            assert_eq!(resolved(&scenario, &text), text);
        }
    }

    #[test]
    fn the_defaults_of_switches_suppliers_and_mitigations_are_spelled_out() {
        let (.., text) = again(SCRIPT);
        for (what, times) in [
            ("known = \"-5 d\"", 3),
            ("latency = \"1 s\"", 4),
            ("retry = \"24 h\"", 4),
            ("opening = \"09:00\"", 1),
            ("lead = \"1 d\"", 1),
            ("id = \"baseline\"", 1),
            ("non-user-scale", 1),
            ("allow", 1),
            ("[laws.notice]", 1),
        ] {
            assert_eq!(text.matches(what).count(), times, "{what}:\n{text}");
        }
    }

    /// The id and the digest of a text, read under this file stem.
    fn identity(stem: &str, source: &str) -> (String, String) {
        let (scenario, _) = read(stem, source).unwrap_or_else(|invalid| panic!("{invalid}"));
        (scenario.id.clone(), digest(&resolved(&scenario, source)))
    }

    #[test]
    fn the_resolved_text_of_every_shipped_scenario_has_its_id_and_digest() {
        let folder = format!("{}/scenarios", env!("CARGO_MANIFEST_DIR"));
        let mut tried = 0;
        for path in std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()) {
            if path.extension().is_some_and(|extension| extension == "toml") {
                let stem = path.file_stem().expect("a stem").to_string_lossy().into_owned();
                let source = std::fs::read_to_string(&path).expect("a readable file");
                let (scenario, _) = read(&stem, &source).expect("a valid scenario");
                let text = resolved(&scenario, &source);
                assert_eq!(identity("scenario.resolved", &text), identity(&stem, &source), "{stem}");
                let (again, warnings) = read("scenario.resolved", &text).expect("it reads back");
                assert_eq!(
                    (again.story, again.assumptions.len()),
                    (scenario.story, scenario.assumptions.len()),
                    "{stem}"
                );
                assert_eq!(warnings, [], "{stem}");
                tried += 1;
            }
        }
        assert!(tried >= 10, "{tried}");
    }

    #[test]
    fn the_id_of_a_file_goes_before_its_stem_and_changes_no_digest() {
        let named = SCRIPT.replace("schema = 1", "schema = 1\nid = \"named\"");
        assert_eq!(identity("stem", &named), identity("named", SCRIPT));
        assert_eq!(identity("stem", SCRIPT).1, identity("stem", &named).1);
    }

    #[test]
    fn the_story_is_kept_and_changes_no_digest() {
        let with_story = SCRIPT.replace("schema = 1", "schema = 1\nstory = \"It was late.\"");
        assert_eq!(identity("s", &with_story), identity("s", SCRIPT));
        assert_eq!(again(&with_story).1.story, "It was late.");
    }

    #[test]
    fn a_number_has_one_digest_however_it_is_written() {
        let with = |adoption: &str| {
            identity("s", &SCRIPT.replace("id = \"cancelled\"", &format!("id = \"cancelled\"\nadoption = {adoption}")))
                .1
        };
        assert_eq!(with("1"), with("1.0"));
        assert_eq!(with("0.5"), with("5e-1"));
        assert_ne!(with("0.5"), with("0.25"));
    }

    #[test]
    fn no_boundary_between_texts_moves_without_changing_the_digest() {
        assert_ne!(digest("a = \"bc\""), digest("ab = \"c\""));
        assert_ne!(digest("a = [\"b\", \"c\"]"), digest("a = [\"bc\"]"));
        assert_ne!(digest("a = [[1], [2]]"), digest("a = [[1, 2], []]"));
        assert_ne!(digest("a = \"1\""), digest("a = 1"));
    }

    #[test]
    fn the_order_of_keys_does_not_show_in_the_digest() {
        let swapped = SCRIPT
            .replace("start = 2018-11-01\nhorizon = 2019-03-01", "horizon = 2019-03-01\nstart = 2018-11-01")
            .replace("title = \"t\"\nschema = 1", "schema = 1\ntitle = \"t\"");
        assert_ne!(swapped, SCRIPT);
        let of = |source: &str| digest(&resolved(&read("s", source).unwrap().0, source));
        assert_eq!(of(&swapped), of(SCRIPT));
        assert_ne!(of(&SCRIPT.replace("\"3 d\"", "\"4 d\"")), of(SCRIPT));
    }
}
