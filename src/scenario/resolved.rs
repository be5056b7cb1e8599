//! The scenario with every default spelled out: what a results folder keeps, and what the scenario's digest is taken of.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::provenance::number;
use super::read_policy::print_setting;
use super::{Policy, Scenario, read_law};
use crate::model::laws::{CATALOGUE, Kind};
use crate::model::mitigation::{self, Parameter, Setting};
use crate::text::is_hostile;

/// The file's text, read again, with the defaults of every section that has them put in. Keys are sorted, so that their
/// order in the file shows in no digest.
pub fn resolved(scenario: &Scenario, source: &str) -> String {
    let mut root: Table = source.parse().unwrap_or_default();
    root.remove("story");
    let experiment = section(&mut root, "experiment");
    set(experiment, "seed", Value::Integer(scenario.experiment.seed as i64));
    set(experiment, "replications", Value::Integer(i64::from(scenario.experiment.replications)));
    set(experiment, "confidence", Value::Float(scenario.experiment.confidence));
    set(experiment, "baseline", text(&scenario.experiment.baseline));
    for assumption in &scenario.assumptions {
        let Some((name, key)) = number(&assumption.name).and_then(|n| n.name.split_once('.')) else { continue };
        // What stands in lists, as suppliers and switches do, is spelled out in each of their entries.
        if let ("market" | "dcc", Some(value)) = (name, parsed(&assumption.value))
            && key != "path"
        {
            let said = said(value, &assumption.source, assumption.kind);
            set(section(&mut root, name), key, said);
        }
    }
    warm_up(scenario, &mut root);
    laws(scenario, &mut root);
    entries(&mut root, "supplier").for_each(supplier);
    entries(&mut root, "meter").for_each(meter);
    entries(&mut root, "switch").for_each(switch);
    policies(scenario, &mut root);
    let text = match sorted(Value::Table(root)) {
        Value::Table(root) => root.to_string(),
        other => other.to_string(),
    };
    escaped(text)
}

/// The same with what a terminal would obey or hide in its texts written as escapes. Keys are those of scenarios and hold nothing of the kind.
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

/// A text between double quotes, with nothing in it that is not to be seen.
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

/// The warm-up of a market, which follows from its laws where the file gives none.
fn warm_up(scenario: &Scenario, root: &mut Table) {
    let time = section(root, "time");
    if let (false, Some(assumption)) =
        (time.contains_key("warm-up"), scenario.assumptions.iter().find(|a| a.name == "time.warm-up"))
        && let Some(value) = parsed(&assumption.value)
    {
        set(time, "warm-up", said(value, &assumption.source, assumption.kind));
    }
}

/// The laws that are drawn from: all of a market, and without one those of the levers that are pulled.
fn laws(scenario: &Scenario, root: &mut Table) {
    let pulled = |name: &str| scenario.policies.iter().any(|policy| policy.draws_from(name));
    let mut in_force = scenario.laws.clone();
    for (name, kind, source, _) in CATALOGUE {
        let Some(law) = in_force.by_name(name) else { continue };
        if scenario.market.is_none() && !pulled(name) {
            continue;
        }
        let mut table = section(root, "laws");
        let (groups, last) = name.rsplit_once('.').map_or((None, *name), |(group, last)| (Some(group), last));
        if let Some(group) = groups {
            table = section(table, group);
        }
        if let (false, Some(value)) = (table.contains_key(last), parsed(&read_law::print(law))) {
            set(table, last, said(value, source, *kind));
        }
    }
}

fn supplier(supplier: &mut Table) {
    if supplier.contains_key("capacity") {
        default(supplier, "opening", "supplier.opening");
        default(supplier, "prepay-first", "supplier.prepay-first");
    }
    if supplier.contains_key("anomaly-threshold") {
        default(supplier, "quarantine", "supplier.quarantine");
    }
    if let Some(Value::Table(loses)) = supplier.get_mut("loses") {
        default(loses, "notice", "supplier.notice");
        default(loses, "lead", "supplier.lead");
    }
}

fn meter(meter: &mut Table) {
    let usual = [
        ("copies", Value::Integer(1)),
        ("fuel", text("electricity")),
        ("kind", text("smets2")),
        ("payment", text("credit")),
        ("region", text("north")),
    ];
    for (key, value) in usual {
        meter.entry(key).or_insert(value);
    }
}

fn switch(switch: &mut Table) {
    default(switch, "known", "switch.known");
    match switch.entry("cos").or_insert_with(|| text("never")) {
        Value::Array(devices) => devices.iter_mut().for_each(request),
        one => request(one),
    }
}

/// A way of sending 6.23 with all that belongs to it; a word stands for a table that sends in this way.
fn request(request: &mut Value) {
    if request.is_str() {
        let word = std::mem::replace(request, Value::Table(Table::new()));
        if let Value::Table(table) = request {
            set(table, "send", word);
        }
    }
    if let Value::Table(table) = request {
        default(table, "latency", "switch.latency");
        default(table, "retry", "switch.retry");
        table.entry("fails").or_insert(Value::Integer(0));
    }
}

/// Policies with the one that is there where the file declares none, and the parameters of what they use.
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
        policy.entry("adoption").or_insert(Value::Float(1.0));
        policy.entry("scope").or_insert(text("all"));
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

/// A parameter's default to the last bit: what is printed of a share is rounded.
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

/// Puts in the default of a number where its key is silent.
fn default(table: &mut Table, key: &str, name: &str) {
    if let (false, Some(value)) = (table.contains_key(key), number(name).and_then(|n| n.default).and_then(parsed)) {
        set(table, key, value);
    }
}

/// A value with its origin.
fn said(value: Value, source: &str, kind: Kind) -> Value {
    inline([("value", value), ("source", text(source)), ("kind", text(kind.name()))])
}

fn inline<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Table(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// The same with the keys of all tables in order; lists stay as they are, theirs means something.
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

/// A value as an assumption holds it: TOML in one line.
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

/// BLAKE3 of the resolved text, in hex.
pub fn digest(resolved: &str) -> String {
    blake3::hash(resolved.as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::super::{BUILT_IN, read};
    use super::*;
    use crate::study::{How, run};

    /// What the resolved text of a scenario reads as, and that text.
    fn again(source: &str) -> (Scenario, Scenario, String) {
        let (scenario, _) = read("s", source).unwrap();
        let text = resolved(&scenario, source);
        let (again, _) =
            read("s", &text).map_err(|f| super::super::diagnostics::render("r", &text, &f, false)).unwrap();
        (scenario, again, text)
    }

    /// A script that leaves everything open that has a default.
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
