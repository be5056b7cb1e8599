//! `explain`: all that is known of a name, with its source.

use std::collections::BTreeMap;

use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::streams::Stdout;
use crate::model::injection;
use crate::model::mitigation::{self, Mitigation, REGISTRY};
use crate::results::frame::Frame;
use crate::results::metric::{Aggregation, Metric};
use crate::results::metrics;
use crate::results::query::listed_margins;
use crate::scenario::catalogue::{Entry, entries, find};
use crate::scenario::{BUILT_IN, BUILT_IN_ID, Scenario, print_setting, read};
use crate::text::{nearest, visible};

/// Explain a mitigation, metric, parameter or injection, with its source
#[derive(Debug, Args)]
pub struct Options {
    /// Its name, or the number of a mitigation such as 13b
    name: String,
}

/// Explains one name.
///
/// # Errors
/// If nothing has the name.
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let name = &*options.name;
    if let Some(mitigation) = mitigation::by_name(name) {
        explain_mitigation(mitigation, out);
        return Ok(Exit::Success);
    }
    let entries = entries();
    // Results name a law without its section.
    let law = format!("laws.{name}");
    let entry = entries.iter().find(|entry| entry.name == name || entry.name == law).or_else(|| {
        // The last part of a name, as `--set` takes it, if only one parameter ends in it.
        let mut ending = entries.iter().filter(|entry| entry.name.strip_suffix(name).is_some_and(|s| s.ends_with('.')));
        ending.next().filter(|_| ending.next().is_none())
    });
    let metric = metrics::named(name);
    if let Some(metric) = metric {
        explain_metric(metric, out);
    }
    if let Some(entry) = entry {
        if metric.is_some() {
            out.line("\nA parameter has the same name:");
        }
        explain_parameter(entry, out);
    }
    if metric.is_some() || entry.is_some() {
        return Ok(Exit::Success);
    }
    if let Some(injection) = injection::by_name(name) {
        out.line(format_args!("{name}: {}\nkeys:", injection.about));
        explain_keys("inject", injection.parameters.iter().map(|parameter| parameter.name), out);
        out.line("keys of `where`:");
        explain_keys("inject.where", injection.takes.iter().copied(), out);
        return Ok(Exit::Success);
    }
    let rows: Vec<String> = rows_of(name).map(|m| format!("`{}` ({})", m.number, m.name)).collect();
    if !rows.is_empty() {
        let message = format!("row {} has several mitigations: {}", visible(name), rows.join(", "));
        return Err(Failure::NotFound(message));
    }
    let scenario = built_in();
    if let Some(policy) = scenario.as_ref().and_then(|s| s.policies.iter().find(|policy| policy.id == name)) {
        out.line(format_args!("{name}: a policy of the scenario {BUILT_IN_ID}; it uses:"));
        for mitigation in mitigations_of(&policy.id) {
            out.line("");
            explain_mitigation(mitigation, out);
        }
        return Ok(Exit::Success);
    }
    let known = REGISTRY
        .iter()
        .map(|m| m.name)
        .chain(metrics::all().map(|m| m.id))
        .chain(injection::REGISTRY.iter().map(|injection| injection.name))
        .chain(entries.iter().map(|entry| entry.name.as_str()))
        .chain(scenario.iter().flat_map(|s| s.policies.iter().map(|policy| policy.id.as_str())));
    let hint = nearest(name, known).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    Err(Failure::NotFound(format!(
        "nothing is called `{}`{hint}\nhelp: see `meterchurn list` with mitigations, metrics, parameters or \
         injections; for a policy of a scenario file, explain the mitigations that its `use` names",
        visible(name)
    )))
}

fn explain_parameter(entry: &Entry, out: &mut Stdout) {
    out.line(format_args!("{}: {}", entry.name, entry.about));
    out.line(format_args!("default: {}", entry.default.as_deref().unwrap_or(entry.without)));
    if !entry.unit.is_empty() {
        out.line(format_args!("unit:    {}", entry.unit));
    }
    if let Some(varies) = entry.varies {
        out.line(format_args!("range:   {}\nwhy:     {}", varies.text(), varies.why()));
    }
    if let Some((kind, source)) = entry.origin {
        out.line(format_args!("kind:    {}\nsource:  {source}", kind.name()));
    }
}

fn explain_keys<'k>(section: &str, keys: impl Iterator<Item = &'k str>, out: &mut Stdout) {
    for parameter in keys.filter_map(|key| find(&format!("{section}.{key}"))) {
        let default = parameter.default_text().map_or(String::new(), |default| format!(" (default: {default})"));
        out.line(format_args!("  {:<16} {}{default}", parameter.key, parameter.about));
    }
}

fn explain_metric(metric: &Metric, out: &mut Stdout) {
    out.line(format_args!("{} ({}, {})\n{}", metric.id, metric.unit.name(), metric.aggregation.name(), metric.about));
    match metric.aggregation {
        Aggregation::Sum => {}
        Aggregation::Stock => out.line(
            "A stock, just before the local midnight that ends a day: name the day with {at=2018-12-31}, or use .mean \
             or .max.",
        ),
        Aggregation::Flow => {
            out.line("A flow by local day: name a day with {at=2018-12-31}, or leave it out for the whole window.");
        }
        Aggregation::Peak => out.line("A peak: values do not add up."),
    }
    out.line(format_args!("counted by {}", listed_margins(metric)));
    let Some(scenario) = built_in() else { return };
    let labels = labels_of(metric, &scenario.frame);
    if !labels.is_empty() {
        out.line(format_args!("labels, in the scenario {BUILT_IN_ID}:"));
    }
    for (label, values) in labels {
        const SHOWN: usize = 12;
        let more = if values.len() > SHOWN { format!(", … ({} values)", values.len()) } else { String::new() };
        out.line(format_args!("  {label:<10} {}{more}", values[..values.len().min(SHOWN)].join(", ")));
    }
}

/// The labels of a metric in a study, with the values of each.
fn labels_of<'f>(metric: &Metric, frame: &'f Frame) -> BTreeMap<&'static str, Vec<&'f str>> {
    let mut labels: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for margin in metric.margins {
        for dimension in margin.dimensions() {
            let values = labels.entry(dimension.name()).or_default();
            for value in margin.domain(dimension, frame) {
                if !values.contains(&value) {
                    values.push(value);
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
        if let Some(varies) = p.varies {
            out.line(format_args!("           range: {}; {}", varies.text(), varies.why()));
        }
    }
}
