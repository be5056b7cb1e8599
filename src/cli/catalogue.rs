//! `list` and `explain`: what a scenario can name, with sources.

use toml::{Table, Value};

use super::args::Kind;
use super::exit::Exit;
use super::streams::{Stdout, report_error};
use crate::model::laws::{self, CATALOGUE, Laws, PREPAY};
use crate::model::mitigation::{self, Mitigation, REGISTRY};
use crate::results::metric::{METRICS, Series};
use crate::scenario::provenance::NUMBERS;
use crate::scenario::{BUILT_IN, BUILT_IN_ID};
use crate::scenario::{print_law, print_setting};
use crate::text::{nearest, visible};

/// What stands for the default of a number that has none.
const NO_DEFAULT: &str = "no default";

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
        Kind::Parameters => {
            let mut defaults = Laws::default();
            for (name, kind, source, about) in CATALOGUE.iter().chain([&PREPAY]) {
                let value = defaults.by_name(name).map_or(NO_DEFAULT.to_owned(), |law| print_law(law));
                print_parameter(out, &format!("laws.{name}"), about, *kind, source, &value);
            }
            for n in NUMBERS.iter() {
                print_parameter(out, n.name, n.about, n.kind, n.source, n.default.unwrap_or(NO_DEFAULT));
            }
            for m in REGISTRY {
                for p in (m.parameters)() {
                    let name = format!("{} {}", m.name, p.name);
                    print_parameter(out, &name, p.about, p.kind, p.source, &print_setting(&p.default));
                }
            }
        }
    }
    Exit::Success
}

fn print_parameter(out: &mut Stdout, name: &str, about: &str, kind: laws::Kind, source: &str, value: &str) {
    out.line(format_args!("{name:<36} {about} [{}; {source}]\n    {value}", kind.name()));
}

/// Explains one name.
pub fn explain(name: &str, out: &mut Stdout) -> Exit {
    if let Some(mitigation) = mitigation::by_name(name) {
        explain_mitigation(mitigation, out);
        return Exit::Success;
    }
    if let Some(metric) = METRICS.iter().find(|m| m.name == name) {
        out.line(format_args!("{} ({})\n{}", metric.name, metric.unit.name(), metric.about));
        match metric.series {
            Series::Window => {}
            Series::Stock => out.line(format_args!(
                "A stock, seen just before the local midnight that ends a day: name the day with {{at=2018-12-31}}."
            )),
            Series::Flow => out.line(format_args!(
                "A flow by local day: name a day with {{at=2018-12-31}}, or leave it out for the whole window."
            )),
        }
        return Exit::Success;
    }
    // `list parameters` and scenarios say `laws.notice`, results say `notice`.
    let law = name.strip_prefix("laws.").unwrap_or(name);
    let known_laws = || CATALOGUE.iter().chain([&PREPAY]);
    if let Some((name, kind, source, about)) = known_laws().find(|(n, ..)| *n == law) {
        out.line(format_args!("laws.{name}: {about}\nkind: {}\nsource: {source}", kind.name()));
        out.line(format_args!(
            "default: {}",
            Laws::default().by_name(name).map_or("none; the class's own law holds".to_owned(), |law| print_law(law))
        ));
        return Exit::Success;
    }
    if let Some(n) = NUMBERS.iter().find(|n| n.name == name) {
        out.line(format_args!("{name}: {}\nkind: {}\nsource: {}", n.about, n.kind.name(), n.source));
        out.line(format_args!("default: {}", n.default.unwrap_or("none; a market must give it")));
        return Exit::Success;
    }
    let rows: Vec<String> = rows_of(name).map(|m| format!("`{}` ({})", m.number, m.name)).collect();
    if !rows.is_empty() {
        report_error(format_args!("row {} has several mitigations: {}", visible(name), rows.join(", ")));
        return Exit::NothingSelected;
    }
    let policies = built_in_policies();
    if let Some((_, mitigations)) = policies.iter().find(|(id, _)| id == name) {
        out.line(format_args!("{name}: a policy of the scenario {BUILT_IN_ID}; what it uses:"));
        for mitigation in mitigations {
            out.line("");
            explain_mitigation(mitigation, out);
        }
        return Exit::Success;
    }
    let known = REGISTRY
        .iter()
        .map(|m| m.name)
        .chain(METRICS.iter().map(|m| m.name))
        .chain(known_laws().map(|l| l.0))
        .chain(NUMBERS.iter().map(|n| n.name))
        .chain(policies.iter().map(|(id, _)| id.as_str()));
    let hint = nearest(name, known).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    report_error(format_args!(
        "nothing is called `{}`{hint}\nhelp: `meterchurn list` shows the mitigations; for a policy of a scenario file, explain \
         the mitigations that its `use` names",
        visible(name)
    ));
    Exit::NothingSelected
}

/// The policies of the built-in scenario, with the mitigations that each uses.
fn built_in_policies() -> Vec<(String, Vec<&'static Mitigation>)> {
    let entries = |table: &Table, key: &str| table.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let scenario: Table = BUILT_IN.parse().unwrap_or_default();
    let policy = |policy: Value| {
        let policy = policy.as_table()?;
        let used = entries(policy, "use").into_iter();
        let used = used.filter_map(|used| mitigation::by_name(used.get("mitigation")?.as_str()?));
        Some((policy.get("id")?.as_str()?.to_owned(), used.collect()))
    };
    entries(&scenario, "policy").into_iter().filter_map(policy).collect()
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
        out.line(format_args!("in force:  from {}; earlier it is a what-if", jiff::civil::date(year, month, day)));
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
