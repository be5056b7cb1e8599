//! `list` and `explain`: what a scenario can name, with sources.

use std::collections::BTreeMap;

use super::args::Kind;
use super::exit::Exit;
use super::streams::{Stdout, report_error};
use crate::model::mitigation::{self, Mitigation, REGISTRY};
use crate::results::metric::{self, METRICS, Metric, Series};
use crate::scenario::catalogue::{Entry, entries, find};
use crate::scenario::{BUILT_IN, BUILT_IN_ID, INJECTIONS, Scenario, print_setting, read};
use crate::text::{nearest, visible};

/// Lists a kind of thing, a line each.
pub fn list(kind: Kind, out: &mut Stdout) -> Exit {
    match kind {
        Kind::Mitigations => {
            for m in REGISTRY {
                out.line(format_args!("{:<4} {:<28} {}", m.number, m.name, m.line));
            }
        }
        Kind::Metrics => {
            for m in METRICS {
                out.line(format_args!("{:<28} {:<10} {}", m.name, m.unit.name(), m.about));
            }
        }
        Kind::Injections => {
            for injection in INJECTIONS {
                out.line(format_args!("{:<22} {}", injection.name, injection.about));
            }
        }
        Kind::Parameters => {
            out.line(format_args!("{:<42} {:<44} {:<14} range", "name", "default", "unit"));
            for Entry { name, default, without, unit, range, .. } in entries() {
                let default = default.as_deref().unwrap_or(without);
                let line = format!("{name:<42} {default:<44} {unit:<14} {}", range_text(range));
                out.line(line.trim_end());
            }
        }
    }
    Exit::Success
}

fn range_text(range: Option<[&str; 2]>) -> String {
    range.map_or_else(String::new, |[low, high]| format!("{low} to {high}"))
}

/// Explains one name.
pub fn explain(name: &str, out: &mut Stdout) -> Exit {
    if let Some(mitigation) = mitigation::by_name(name) {
        explain_mitigation(mitigation, out);
        return Exit::Success;
    }
    if let Some(metric) = METRICS.iter().find(|m| m.name == name) {
        explain_metric(metric, out);
        return Exit::Success;
    }
    let entries = entries();
    // Results name a law without its section.
    let law = format!("laws.{name}");
    if let Some(entry) = entries.iter().find(|entry| entry.name == name || entry.name == law) {
        explain_parameter(entry, out);
        return Exit::Success;
    }
    if let Some(injection) = INJECTIONS.iter().find(|injection| injection.name == name) {
        out.line(format_args!("{name}: {}\nkeys:", injection.about));
        explain_keys("inject", injection.keys, out);
        out.line("keys of `where`:");
        explain_keys("inject.where", injection.takes, out);
        return Exit::Success;
    }
    let rows: Vec<String> = rows_of(name).map(|m| format!("`{}` ({})", m.number, m.name)).collect();
    if !rows.is_empty() {
        report_error(format_args!("row {} has several mitigations: {}", visible(name), rows.join(", ")));
        return Exit::NothingSelected;
    }
    let scenario = built_in();
    if let Some(policy) = scenario.as_ref().and_then(|s| s.policies.iter().find(|policy| policy.id == name)) {
        out.line(format_args!("{name}: a policy of the scenario {BUILT_IN_ID}; it uses:"));
        for mitigation in mitigations_of(&policy.id) {
            out.line("");
            explain_mitigation(mitigation, out);
        }
        return Exit::Success;
    }
    let known = REGISTRY
        .iter()
        .map(|m| m.name)
        .chain(METRICS.iter().map(|m| m.name))
        .chain(INJECTIONS.iter().map(|injection| injection.name))
        .chain(entries.iter().map(|entry| entry.name.as_str()))
        .chain(scenario.iter().flat_map(|s| s.policies.iter().map(|policy| policy.id.as_str())));
    let hint = nearest(name, known).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    report_error(format_args!(
        "nothing is called `{}`{hint}\nhelp: see `meterchurn list` with mitigations, metrics, parameters or injections; for a policy \
         of a scenario file, explain the mitigations that its `use` names",
        visible(name)
    ));
    Exit::NothingSelected
}

fn explain_parameter(entry: &Entry, out: &mut Stdout) {
    out.line(format_args!("{}: {}", entry.name, entry.about));
    out.line(format_args!("default: {}", entry.default.as_deref().unwrap_or(entry.without)));
    if !entry.unit.is_empty() {
        out.line(format_args!("unit:    {}", entry.unit));
    }
    if let Some(range) = entry.range {
        out.line(format_args!("range:   {}", range_text(Some(range))));
    }
    if let Some((kind, source)) = entry.origin {
        out.line(format_args!("kind:    {}\nsource:  {source}", kind.name()));
    }
}

fn explain_keys(section: &str, keys: &[&str], out: &mut Stdout) {
    for parameter in keys.iter().filter_map(|key| find(&format!("{section}.{key}"))) {
        let default = parameter.default_text().map_or(String::new(), |default| format!(" (default: {default})"));
        out.line(format_args!("  {:<16} {}{default}", parameter.key, parameter.about));
    }
}

fn explain_metric(metric: &Metric, out: &mut Stdout) {
    out.line(format_args!("{} ({})\n{}", metric.name, metric.unit.name(), metric.about));
    match metric.series {
        Series::Window => {}
        Series::Stock => {
            out.line("A stock, seen just before the local midnight that ends a day: name the day with {at=2018-12-31}.")
        }
        Series::Flow => {
            out.line("A flow by local day: name a day with {at=2018-12-31}, or leave it out for the whole window.");
        }
    }
    let labels = labels_of(metric);
    if !labels.is_empty() {
        out.line(format_args!("labels, in the scenario {BUILT_IN_ID}:"));
    }
    for (label, values) in labels {
        const SHOWN: usize = 12;
        let more = if values.len() > SHOWN { format!(", … ({} values)", values.len()) } else { String::new() };
        out.line(format_args!("  {label:<10} {}{more}", values[..values.len().min(SHOWN)].join(", ")));
    }
}

/// The labels of a metric in the built-in scenario, with the values of each in the order of the rows.
fn labels_of(metric: &Metric) -> BTreeMap<&'static str, Vec<String>> {
    let mut labels: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let Some(scenario) = built_in() else { return labels };
    for row in metric::catalogue(scenario.window, &scenario.frame) {
        if METRICS[row.metric].name == metric.name {
            for (label, value) in &row.labels {
                let values = labels.entry(label).or_default();
                if !values.iter().any(|known| **known == **value) {
                    values.push(value.to_string());
                }
            }
        }
    }
    labels
}

fn built_in() -> Option<Scenario> {
    read(BUILT_IN_ID, BUILT_IN).ok().map(|(scenario, _)| scenario)
}

/// The mitigations that a policy of the built-in scenario uses, as its file names them.
fn mitigations_of(policy: &str) -> Vec<&'static Mitigation> {
    let entries = |table: &toml::Table, key: &str| -> Vec<toml::Value> {
        table.get(key).and_then(toml::Value::as_array).cloned().unwrap_or_default()
    };
    let file: toml::Table = BUILT_IN.parse().unwrap_or_default();
    let policies = entries(&file, "policy").into_iter().filter_map(|value| value.as_table().cloned());
    let of_policy = policies.filter(|table| table.get("id").and_then(toml::Value::as_str) == Some(policy));
    let used = of_policy.flat_map(|table| entries(&table, "use"));
    used.filter_map(|used| mitigation::by_name(used.get("mitigation")?.as_str()?)).collect()
}

/// The mitigations of a row of the table that has several, such as 13a to 13c.
fn rows_of(number: &str) -> impl Iterator<Item = &'static Mitigation> {
    let lettered = |rest: &str| rest.len() == 1 && rest.starts_with(|c: char| c.is_ascii_lowercase());
    let is_number = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
    REGISTRY.iter().filter(move |m| is_number && m.number.strip_prefix(number).is_some_and(lettered))
}

fn explain_mitigation(m: &Mitigation, out: &mut Stdout) {
    out.line(format_args!("{} {}: {}", m.number, m.name, m.line));
    out.line(format_args!("who acts:  {}", m.actor));
    out.line(format_args!("how:       {}", m.does));
    out.line(format_args!("limits:    {}", m.limits));
    out.line(format_args!("source:    {}", m.source));
    if let Some((year, month, day)) = m.since {
        out.line(format_args!(
            "in force:  from {}; an earlier start is a what-if",
            jiff::civil::date(year, month, day)
        ));
    }
    for p in (m.parameters)() {
        let default = print_setting(&p.default);
        out.line(format_args!(
            "parameter: {} = {default}\n           {} [{}; {}]",
            p.name,
            p.about,
            p.kind.name(),
            p.source
        ));
    }
}
