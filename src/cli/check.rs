//! `check`: reads scenarios and reports every mistake.

use std::path::{Path, PathBuf};

use super::exit::Exit;
use super::failure::Failure;
use super::machine::machine;
use super::streams::{Stdout, report_warnings};
use crate::scenario::Scenario;
use crate::study::session::Session;
use crate::text::visible_path;

/// Checks files, every one of them.
pub fn check(files: &[PathBuf], out: &mut Stdout) -> Exit {
    let mut exit = Exit::Success;
    for file in files {
        match check_one(file) {
            Ok(session) => out.line(format_args!("{}: ok, {}", visible_path(file), contents(session.scenario()))),
            Err(failure) => exit = exit.worst(failure.report()),
        }
    }
    exit
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
