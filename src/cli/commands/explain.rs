//! `explain`: all that is known of a name, with its source.

use std::collections::BTreeMap;

use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::page::Page;
use crate::cli::streams::Stdout;
use crate::model::injection::{self, InjectionKind};
use crate::model::mitigation::{self, Mitigation, REGISTRY};
use crate::results::frame::Frame;
use crate::results::metric::{Aggregation, Metric};
use crate::results::metrics;
use crate::results::query::listed_margins;
use crate::scenario::catalogue::{Entry, entries, find};
use crate::scenario::diagnostics::Code;
use crate::scenario::input::{Input, SetError, find as find_input, named};
use crate::scenario::{BUILT_IN, BUILT_IN_ID, Policy, Scenario, print_setting};
use crate::study::session::Session;
use crate::text::{listed, nearest, visible};

/// Explain a mitigation, metric, parameter, injection, input, policy or finding, with its source
///
/// Inputs and policies are those of the built-in scenario.
#[derive(Debug, Args)]
#[command(after_long_help = Exit::table_with(&[Exit::NothingSelected]))]
pub struct Options {
    /// Its name or the beginning of one, the number of a mitigation such as 13b, or the code of a finding such as MC101
    name: String,
}

/// Explains one name.
///
/// # Errors
/// If nothing has the name.
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let mut page = Page::new();
    explain(&options.name, &Known::all()?, &mut page)?;
    references(&mut page);
    out.write(page.text());
    Ok(Exit::Success)
}

/// All that has a name.
struct Known {
    session: Session,
    entries: Vec<Entry>,
    inputs: Vec<Input>,
    codes: Vec<String>,
}

impl Known {
    fn all() -> Result<Self, Failure> {
        let session = Session::built_in()?;
        let codes = Code::all().map(|code| code.to_string()).collect();
        Ok(Self { entries: entries(), inputs: session.inputs(), codes, session })
    }

    fn scenario(&self) -> &Scenario {
        self.session.scenario()
    }

    fn policy(&self, id: &str) -> Option<&Policy> {
        self.scenario().policies.iter().find(|policy| policy.id == id)
    }

    /// The parameter of a name, or the only one whose name ends in it.
    fn entry(&self, name: &str) -> Option<&Entry> {
        // Results name a law without its section.
        let law = format!("laws.{name}");
        self.entries.iter().find(|entry| entry.name == name || entry.name == law).or_else(|| {
            let ends = |entry: &&Entry| entry.name.strip_suffix(name).is_some_and(|before| before.ends_with('.'));
            let mut ending = self.entries.iter().filter(ends);
            ending.next().filter(|_| ending.next().is_none())
        })
    }

    /// All names, with what each is the name of.
    fn names(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let own = REGISTRY.iter().map(|m| (m.name, "mitigation"));
        let metrics = metrics::all().map(|m| (m.id, "metric"));
        let injections = injection::REGISTRY.iter().map(|injection| (injection.name, "injection"));
        let parameters = self.entries.iter().map(|entry| (entry.name.as_str(), "parameter"));
        let is_parameter = |input: &&Input| self.entries.iter().any(|entry| entry.name == input.name);
        let inputs = self.inputs.iter().filter(move |input| !is_parameter(input));
        let inputs = inputs.map(|input| (input.name.as_str(), "input"));
        let policies = self.scenario().policies.iter().map(|policy| (policy.id.as_str(), "policy"));
        let codes = self.codes.iter().map(|code| (code.as_str(), "finding"));
        own.chain(metrics).chain(codes).chain(injections).chain(parameters).chain(inputs).chain(policies)
    }
}

fn explain(name: &str, known: &Known, page: &mut Page) -> Result<(), Failure> {
    if let Some(code) = Code::named(name) {
        explain_code(code, page);
        return Ok(());
    }
    let policy = known.policy(name);
    if let Some(mitigation) = mitigation::by_name(name) {
        explain_mitigation(mitigation, page);
        if policy.is_some() {
            page.gap();
            let used: Vec<&str> = mitigations_of(name).iter().map(|m| m.name).collect();
            page.line(format!(
                "A policy of the scenario {BUILT_IN_ID} has the same name; it uses {}.",
                used.join(", ")
            ));
        }
        return Ok(());
    }
    let (metric, entry) = (metric(name), known.entry(name));
    let input = find_input(known.scenario(), &known.inputs, name);
    if let Some(metric) = metric {
        explain_metric(metric, known.scenario(), page);
    }
    if let Some(entry) = entry {
        if metric.is_some() {
            page.gap();
            page.line("A parameter has the same name:");
        }
        explain_parameter(entry, page);
        let input = entry.name.strip_prefix("laws.").unwrap_or(&entry.name);
        if let Some(input) = known.inputs.iter().find(|known| known.name == input) {
            explain_setting(input, page);
        }
    }
    if metric.is_some() || entry.is_some() {
        return Ok(());
    }
    if let Ok(input) = input {
        explain_input(input, page);
        return Ok(());
    }
    if let Some(injection) = injection::by_name(name) {
        explain_injection(injection, page);
        return Ok(());
    }
    let rows: Vec<String> = rows_of(name).map(|m| format!("`{}` ({})", m.number, m.name)).collect();
    if !rows.is_empty() {
        let message = format!("row {} has several mitigations: {}", visible(name), rows.join(", "));
        return Err(Failure::NotFound(message));
    }
    if let Some(policy) = policy {
        page.line(format!("{name}: a policy of the scenario {BUILT_IN_ID}; it uses:"));
        for mitigation in mitigations_of(&policy.id) {
            page.gap();
            explain_mitigation(mitigation, page);
        }
        return Ok(());
    }
    if explain_beginning(name, known, page) {
        return Ok(());
    }
    if let Err(SetError::Ambiguous { candidates, .. }) = input {
        let names = listed(candidates.iter().map(String::as_str), "`");
        return Err(Failure::NotFound(format!(
            "several inputs end in `{}`\nhelp: explain one of {names}",
            visible(name)
        )));
    }
    // Parameters and inputs are found by their endings, too.
    let endings = known.names().flat_map(|(full, _)| full.match_indices('.').map(|(dot, _)| &full[dot + 1..]));
    let endings = endings.filter(|end| known.entry(end).is_some() || named(&known.inputs, end).is_some());
    let names = known.names().map(|(full, _)| full).chain(endings);
    let hint = nearest(name, names).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    let help = if looks_like_a_code(name) {
        "`meterchurn list findings` lists the codes of all findings"
    } else {
        "see `meterchurn list` with mitigations, metrics, parameters, injections, inputs or findings; for a policy of \
         a scenario file, explain the mitigations that its `use` names"
    };
    Err(Failure::NotFound(format!("nothing is called `{}`{hint}\nhelp: {help}", visible(name))))
}

/// Whether a name is written as the code of a finding is, in letters of either case.
fn looks_like_a_code(name: &str) -> bool {
    let number = name.get(..2).filter(|start| start.eq_ignore_ascii_case("mc")).map(|_| &name[2..]);
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// The metric of a name, or of a query such as `not-initiated.open{at=2018-12-31}.total`.
fn metric(name: &str) -> Option<&'static Metric> {
    let path = name.split('{').next().unwrap_or_default();
    let aggregated = || ["total", "mean", "max"].iter().find_map(|end| path.strip_suffix(end)?.strip_suffix('.'));
    metrics::named(path).or_else(|| metrics::named(aggregated()?))
}

/// Lists the names that begin with a word. Whether there are any.
fn explain_beginning(name: &str, known: &Known, page: &mut Page) -> bool {
    let begins = |full: &str| full.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    let names: Vec<(&str, &str)> = known.names().filter(|(full, _)| begins(full)).collect();
    if name.is_empty() || names.is_empty() {
        return false;
    }
    page.line(format!("{name} begins these names; `explain` shows each:"));
    let longest = names.iter().map(|(full, _)| full.len()).max().unwrap_or(0);
    for (full, what) in names {
        page.fact(format!("  {full:<longest$}  "), what);
    }
    true
}

/// Says where to read what sources refer to.
fn references(page: &mut Page) {
    let text = page.text();
    let numbered = |before: &str| {
        let mut after = text.match_indices(before).map(|(at, _)| (&text[..at], &text[at + before.len()..]));
        after.any(|(left, right)| {
            !left.ends_with(char::is_alphanumeric) && right.starts_with(|c: char| c.is_ascii_digit())
        })
    };
    let (rules, sections) = (numbered("R"), numbered("calibration "));
    if rules || sections {
        page.gap();
    }
    if rules {
        page.line("Rules of the model, R1 to R19, are in docs/semantics.md.");
    }
    if sections {
        page.line("Sections of \"calibration\" are in docs/calibration.md.");
    }
}

fn explain_parameter(entry: &Entry, page: &mut Page) {
    page.line(format!("{}: {}", entry.name, entry.about));
    page.fact("default: ", entry.default.as_deref().unwrap_or(entry.without));
    if !entry.unit.is_empty() {
        page.fact("unit:    ", entry.unit);
    }
    if let Some(varies) = entry.varies {
        page.fact("range:   ", varies.text());
        page.fact("why:     ", varies.why());
    }
    if let Some((kind, source)) = entry.origin {
        page.fact("kind:    ", kind.name());
        page.fact("source:  ", source);
    }
}

/// An input of the built-in scenario.
fn explain_input(input: &Input, page: &mut Page) {
    page.line(format!("{}: {}", input.name, input.about));
    if !input.unit.is_empty() {
        page.fact("unit:    ", input.unit);
    }
    page.fact("range:   ", visible(&input.range.text()));
    page.fact("why:     ", visible(&input.why));
    page.fact("kind:    ", input.kind.name());
    page.fact("source:  ", visible(&input.source));
    explain_setting(input, page);
}

/// The value of an input in the built-in scenario, and how it is changed.
fn explain_setting(input: &Input, page: &mut Page) {
    let value = visible(&input.print(&input.value));
    page.fact("value:   ", format!("{value} in the scenario {BUILT_IN_ID}; `--set {}=VALUE` changes it", input.name));
}

fn explain_injection(injection: &InjectionKind, page: &mut Page) {
    page.line(format!("{}: {}", injection.name, injection.about));
    page.line("keys:");
    explain_keys("inject", injection.parameters.iter().map(|parameter| parameter.name), page);
    page.line("keys of `where`:");
    explain_keys("inject.where", injection.takes.iter().copied(), page);
}

fn explain_keys<'k>(section: &str, keys: impl Iterator<Item = &'k str>, page: &mut Page) {
    for parameter in keys.filter_map(|key| find(&format!("{section}.{key}"))) {
        let default = parameter.default_text().map_or(String::new(), |default| format!(" (default: {default})"));
        page.fact(format!("  {:<16} ", parameter.key), format!("{}{default}", parameter.about));
    }
}

fn explain_metric(metric: &Metric, scenario: &Scenario, page: &mut Page) {
    page.line(format!("{} ({}, {})", metric.id, metric.unit.name(), metric.aggregation.name()));
    page.line(metric.about);
    match metric.aggregation {
        Aggregation::Sum => {}
        Aggregation::Stock => page.line(
            "A stock, just before the local midnight that ends a day: name the day with {at=2018-12-31}, or use .mean \
             or .max.",
        ),
        Aggregation::Flow => {
            page.line("A flow by local day: name a day with {at=2018-12-31}, or leave it out for the whole window.");
        }
        Aggregation::DailyPeak => {
            page.line("A peak of each local day: name a day with {at=2018-12-31}, or use .max. Days do not add up.");
        }
        Aggregation::Peak => page.line("A peak: values do not add up."),
        Aggregation::Share => page.line("A share or a mean: values do not add up."),
        Aggregation::Moment => page.line("A moment: it has no mean over replications."),
    }
    page.line(format!("counted by {}", listed_margins(metric)));
    let labels = labels_of(metric, &scenario.frame);
    if !labels.is_empty() {
        page.line(format!("labels, in the scenario {BUILT_IN_ID}:"));
    }
    for (label, values) in labels {
        const SHOWN: usize = 12;
        let more = if values.len() > SHOWN { format!(", … ({} values)", values.len()) } else { String::new() };
        page.fact(format!("  {label:<10} "), format!("{}{more}", values[..values.len().min(SHOWN)].join(", ")));
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

fn explain_code(code: Code, page: &mut Page) {
    let entry = code.entry();
    page.line(format!("{code}: {}", entry.title));
    page.fact("means:    ", entry.about);
    let kind = match code {
        Code::Lint(_) => "a warning; --deny, --allow or a meterchurn.toml changes that",
        Code::Mistake(_) | Code::Outcome(_) => "an error",
    };
    page.fact("severity: ", kind);
    let examples = entry.example.iter().flat_map(|example| [("wrong:", example.wrong), ("right:", example.right)]);
    for (name, text) in examples {
        page.gap();
        page.line(name);
        text.lines().for_each(|line| page.line(format!("    {line}")));
    }
}

fn explain_mitigation(m: &Mitigation, page: &mut Page) {
    page.line(format!("{} {}: {}", m.number, m.name, m.line));
    for (name, text) in
        [("who acts: ", m.actor), ("how:      ", m.does), ("limits:   ", m.limits), ("source:   ", m.source)]
    {
        page.fact(format!("{name} "), text);
    }
    if let Some((year, month, day)) = m.since {
        page.fact(
            "in force:  ",
            format!("from {}; an earlier start is a what-if", jiff::civil::date(year, month, day)),
        );
    }
    for p in (m.parameters)() {
        page.fact("parameter: ", format!("{} = {}", p.name, print_setting(&p.default)));
        page.fact("           ", format!("{} [{}; {}]", p.about, p.kind.name(), p.source));
        if let Some(varies) = p.varies {
            page.fact("           ", format!("range: {}; {}", varies.text(), varies.why()));
        }
    }
}
