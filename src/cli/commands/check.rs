//! `check`: reads scenarios and reports every mistake.

use std::path::PathBuf;

use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::linting::{Linting, exit_of};
use crate::cli::machine::machine;
use crate::cli::streams::{Stdout, report};
use crate::cli::testing::selection::{findings, load, too_much};
use crate::scenario::Scenario;
use crate::scenario::diagnostics::{Diagnostic, Severity};
use crate::text::number::counted;
use crate::text::visible_path;

/// Check scenario files without simulating them
#[derive(Debug, Args)]
#[command(after_long_help = Exit::table_with(&[Exit::InvalidScenario, Exit::NothingSelected, Exit::Denied]))]
pub struct Options {
    /// Scenarios: files, folders that are searched for them, names of `list scenarios`,
    /// or - for stdin; `scenarios` if omitted
    ///
    /// In a folder every file *.toml must be a scenario or included by one, at any
    /// depth, except for hidden files and folders and meterchurn.toml.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    linting: Linting,
}

/// Checks files, every one of them.
///
/// # Errors
/// When a `meterchurn.toml` cannot be read. What is wrong with a scenario is reported, and the next one is checked.
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let checked = check(options, out);
    if let Err(failure) = &checked {
        options.linting.end(&failure.diagnostics(), out);
    }
    checked
}

fn check(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let linting = &options.linting;
    let mut all = Vec::new();
    // The files that can be run and those that cannot, each with its line.
    let (mut ok, mut refused) = (Vec::new(), Vec::new());
    for loaded in load(&options.paths)? {
        let file = visible_path(&loaded.found.path);
        let mut found = findings(&loaded);
        if let Ok(session) = &loaded.session
            && let Err(excess) = session.budget(machine(), 0)
        {
            found.push(too_much(session, &excess));
        }
        let found = linting.levels(&loaded.found.path)?.apply(found);
        let errors = found.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        match &loaded.session {
            Ok(session) if errors == 0 => ok.push(format!("{file}: ok, {}", contents(session.scenario()))),
            _ => refused.push(format!("{file}: {}", counted(errors, "error"))),
        }
        all.extend(found);
    }
    let all = Diagnostic::merged(all);
    linting.show(&all);
    if !linting.is_data() {
        refused.iter().for_each(report);
        ok.iter().for_each(|line| out.line(line));
    }
    linting.end(&all, out);
    Ok(exit_of(&all))
}

fn contents(scenario: &Scenario) -> String {
    let (policies, expectations) = (scenario.policies.len(), scenario.expectations.len());
    format!("{}, {}", counted(policies, "policy"), counted(expectations, "expectation"))
}
