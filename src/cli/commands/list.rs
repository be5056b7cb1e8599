//! `list`: what a scenario can name, a line each.

use clap::{Args, ValueEnum};

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::streams::Stdout;
use crate::model::injection;
use crate::model::mitigation::REGISTRY;
use crate::model::varies::Varies;
use crate::results::metrics;
use crate::scenario::catalogue::{Entry, entries};

/// List mitigations, metrics, parameters or injections
#[derive(Debug, Args)]
pub struct Options {
    /// What to list
    #[arg(value_enum, default_value_t = Listed::Mitigations)]
    kind: Listed,
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
}

/// Lists a kind of thing, a line each.
///
/// # Errors
/// None.
#[allow(clippy::unnecessary_wraps, reason = "as every command")]
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    match options.kind {
        Listed::Mitigations => {
            for m in REGISTRY {
                out.line(format_args!("{:<4} {:<28} {}", m.number, m.name, m.line));
            }
        }
        Listed::Metrics => {
            for m in metrics::all() {
                out.line(format_args!("{:<32} {:<9} {:<6} {}", m.id, m.unit.name(), m.aggregation.name(), m.about));
            }
        }
        Listed::Injections => {
            for injection in injection::REGISTRY {
                out.line(format_args!("{:<22} {}", injection.name, injection.about));
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

/// A range with the reason for it; empty where there is none.
fn range_text(varies: Option<Varies>) -> String {
    varies.map_or_else(String::new, |varies| format!("{}; {}", varies.text(), varies.why()))
}
