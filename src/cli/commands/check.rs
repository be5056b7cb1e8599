//! `check`: reads scenarios and reports every mistake.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::linting::{Linting, exit_of};
use crate::cli::machine::{machine, today};
use crate::cli::streams::{Stdout, report};
use crate::scenario::Scenario;
use crate::scenario::diagnostics::{Diagnostic, Mistake, Severity};
use crate::study::session::Session;
use crate::text::number::counted;
use crate::text::visible_path;

/// Check scenario files without simulating them
#[derive(Debug, Args)]
#[command(after_long_help = Exit::table_with(&[Exit::InvalidScenario, Exit::Lint]))]
pub struct Options {
    /// Scenario files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    linting: Linting,
}

/// Checks files, every one of them.
///
/// # Errors
/// When a `meterchurn.toml` cannot be read. What is wrong with a scenario is reported, and the next one is checked.
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let linting = &options.linting;
    let mut all = Vec::new();
    for file in &options.files {
        let levels = linting.levels(file)?;
        let (session, found) = check(file);
        let found = levels.apply(found);
        linting.show(&found);
        let errors = found.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        match session {
            _ if linting.message_format.is_data => {}
            _ if errors > 0 => report(format_args!("{}: {}", visible_path(file), counted(errors, "error"))),
            Some(session) => out.line(format_args!("{}: ok, {}", visible_path(file), contents(session.scenario()))),
            None => {}
        }
        all.extend(found);
    }
    linting.end(&all, out);
    Ok(exit_of(&all))
}

/// Loads a scenario and refuses what `run` would refuse. A session is returned if it can be run.
fn check(file: &Path) -> (Option<Session>, Vec<Diagnostic>) {
    let session = match Session::open(file) {
        Ok(session) => session,
        Err(error) => return (None, error.diagnostics()),
    };
    let mut found = session.warnings();
    match session.closer_look(today()) {
        Ok(more) => found.extend(more),
        Err(error) => {
            found.push(Diagnostic::of_file(Mistake::BadMarket, session.name(), error.to_string()));
            return (None, found);
        }
    }
    match session.budget(machine(), 0) {
        Ok(_) => (Some(session), found),
        Err(excess) => {
            let one = Diagnostic::of_file(Mistake::TooMuch, file.display().to_string(), excess.to_string());
            found.push(one.with_help(excess.help()));
            (None, found)
        }
    }
}

fn contents(scenario: &Scenario) -> String {
    let (policies, expectations) = (scenario.policies.len(), scenario.expectations.len());
    format!("{}, {}", counted(policies, "policy"), counted(expectations, "expectation"))
}
