//! `check`: reads scenarios and reports every mistake.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::machine::machine;
use crate::cli::streams::{Stdout, report_warnings};
use crate::scenario::Scenario;
use crate::study::session::Session;
use crate::text::visible_path;

/// Check scenario files without simulating them
#[derive(Debug, Args)]
pub struct Options {
    /// Scenarios: files, names of `list scenarios`, or - for stdin
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Checks files, every one of them.
///
/// # Errors
/// None: what is wrong with a file is reported, and the next one is checked.
#[allow(clippy::unnecessary_wraps, reason = "as every command")]
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let mut exit = Exit::Success;
    for file in &options.files {
        match check_one(file) {
            Ok(session) => out.line(format_args!("{}: ok, {}", visible_path(file), contents(session.scenario()))),
            Err(failure) => exit = exit.worst(failure.report()),
        }
    }
    Ok(exit)
}

/// Loads a scenario and refuses what `run` would refuse.
fn check_one(file: &Path) -> Result<Session, Failure> {
    let session = Session::open(file)?;
    report_warnings(&session);
    match session.budget(machine(), 0) {
        Ok(_) => Ok(session),
        Err(excess) => Err(Failure::LimitOfFile { file: file.to_owned(), excess }),
    }
}

fn contents(scenario: &Scenario) -> String {
    let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let policies = count(scenario.policies.len(), "policy", "policies");
    format!("{policies}, {}", count(scenario.expectations.len(), "expectation", "expectations"))
}
