//! `list`: what a scenario can name.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::machine::page_width;
use crate::cli::page::beside;
use crate::cli::streams::{Stdout, report_warnings};
use crate::model::injection;
use crate::model::mitigation::REGISTRY;
use crate::model::varies::Varies;
use crate::results::metrics;
use crate::scenario::catalogue::{Entry, entries};
use crate::scenario::diagnostics::Code;
use crate::scenario::input::{Input, Level, short};
use crate::scenario::shipped::{SHIPPED, Shipped};
use crate::study::How;
use crate::study::budget::Cost;
use crate::study::session::Session;
use crate::text::number::{counted, with_decimals};
use crate::text::visible;

/// List mitigations, metrics, parameters, injections, inputs, scenarios or findings
#[derive(Debug, Args)]
#[command(after_long_help = Exit::table_with(&[Exit::InvalidScenario]))]
pub struct Options {
    /// What to list
    #[arg(value_enum, default_value_t = Listed::Mitigations)]
    kind: Listed,
    /// Scenario whose inputs are listed: a file, a name of `list scenarios`, or - for
    /// stdin; december-2018 if omitted
    file: Option<PathBuf>,
}

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Listed {
    /// Mitigations that policies can use
    Mitigations,
    /// Metrics that expectations can name
    Metrics,
    /// Keys of scenario files, laws and settings of mitigations, with default, unit and range
    Parameters,
    /// Faults that scenarios can inject
    Injections,
    /// Uncertain numbers of a scenario that `run --set` changes, with their ranges
    Inputs,
    /// Scenarios that come with the program, which commands take by name in place of a file
    Scenarios,
    /// Codes of findings, which `check` and `test` report and `explain` explains
    Findings,
}

/// Lists a kind of thing.
///
/// # Errors
/// When a scenario file cannot be loaded, or is not what is listed.
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    if options.file.is_some() && options.kind != Listed::Inputs {
        return Err(Failure::Usage("only inputs are listed for a file\nhelp: write `list inputs FILE`".to_owned()));
    }
    let width = page_width();
    match options.kind {
        Listed::Inputs => {
            let session = match &options.file {
                Some(file) => Session::open(file)?,
                None => Session::built_in()?,
            };
            report_warnings(&session);
            session.inputs().iter().for_each(|input| out.write(input_text(input)));
        }
        Listed::Mitigations => {
            for m in REGISTRY {
                out.write(beside(&format!("{:<4} {:<28} ", m.number, m.name), m.line, width));
            }
        }
        Listed::Metrics => {
            for m in metrics::all() {
                out.line(format_args!("{} ({}, {})", m.id, m.unit.name(), m.aggregation.name()));
                out.write(beside("    ", m.about, width));
            }
        }
        Listed::Injections => {
            for injection in injection::REGISTRY {
                out.write(beside(&format!("{:<22} ", injection.name), injection.about, width));
            }
        }
        Listed::Scenarios => {
            for shipped in SHIPPED {
                out.write(scenario_text(shipped, width)?);
            }
        }
        Listed::Findings => {
            for code in Code::all() {
                out.write(beside(&format!("{code}  {:<8} ", code.severity().name()), code.entry().title, width));
            }
        }
        Listed::Parameters => {
            out.line(format_args!("{:<42} {:<44} {:<14} range, and why", "name", "default", "unit"));
            for Entry { name, default, without, unit, varies, .. } in entries() {
                let default = default.as_deref().unwrap_or(without);
                let line = format!("{name:<42} {default:<44} {unit:<14} {}", range_text(varies));
                out.line(line.trim_end());
            }
        }
    }
    Ok(Exit::Success)
}

/// A scenario that comes with the program: name and title; then its size, what it takes and its tags.
fn scenario_text(Shipped { name, source }: &Shipped, width: usize) -> Result<String, Failure> {
    let session = Session::of_text(name, name, source)?;
    let scenario = session.scenario();
    let last = scenario.window.days.saturating_sub(1) as i32;
    let drawn = scenario.market.as_ref().map_or(0.0, |market| market.meters_on(scenario.window.first.plus(last)));
    let scripted: u64 = scenario.meters.iter().map(|meter| meter.copies).sum();
    let cost = Cost::of(scenario, How::default());
    let mut facts = vec![
        counted_as(drawn + scripted as f64, "meter"),
        match scenario.policies.len() {
            1 => "1 policy".to_owned(),
            n => format!("{n} policies"),
        },
        counted(scenario.experiment.replications as usize, "replication"),
        duration(cost.all_switches() / SWITCHES_A_SECOND),
    ];
    let file: toml::Table = source.parse().unwrap_or_default();
    let tags: Vec<&str> =
        file.get("tags").and_then(toml::Value::as_array).into_iter().flatten().filter_map(|tag| tag.as_str()).collect();
    if !tags.is_empty() {
        facts.push(format!("tags: {}", tags.join(", ")));
    }
    Ok(format!("{name}\n{}{}", beside("    ", &scenario.title, width), beside("    ", &facts.join(" · "), width)))
}

/// Switches that two cores simulate in a second (`benches/README.md`), for rough times.
const SWITCHES_A_SECOND: f64 = 2e6;

/// A whole number of things, with thousands separated.
fn counted_as(count: f64, noun: &str) -> String {
    format!("{} {noun}{}", with_decimals(count.round(), 0), if count.round() == 1.0 { "" } else { "s" })
}

/// A rough length of time on two cores.
fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 10.0 => "seconds".to_owned(),
        s if s < 60.0 => "less than a minute".to_owned(),
        s if s < 5_400.0 => format!("about {} min on two cores", (s / 60.0).ceil()),
        s => format!("about {} h on two cores", (s / 3_600.0).ceil()),
    }
}

/// An input in lines of 80 columns: name, value and kind; then unit, range and the reason for it.
fn input_text(input: &Input) -> String {
    let unit = if input.unit.is_empty() { String::new() } else { format!(" {}", input.unit) };
    let value = match &input.value {
        Level::Number(number) => short(*number) + &unit,
        Level::Word(word) => word.trim_matches('"').to_owned(),
    };
    let first = format!("{} = {} ({})", input.name, value, input.kind.name());
    let second = format!("{}{unit}; {}", input.range.text(), input.why);
    let fill = |text: &str, indent| {
        textwrap::fill(text, textwrap::Options::new(80).initial_indent(indent).subsequent_indent("    "))
    };
    format!("{}\n{}\n", fill(&visible(&first), ""), fill(&visible(&second), "    "))
}

/// A range with the reason for it; empty where there is none.
fn range_text(varies: Option<Varies>) -> String {
    varies.map_or_else(String::new, |varies| format!("{}; {}", varies.text(), varies.why()))
}
