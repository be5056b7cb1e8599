//! `check`: reads, and reports every mistake.

use std::path::PathBuf;

use super::exit::Exit;
use super::input::load;
use super::run::{affordable, threads};
use super::streams::{Stdout, report_error};
use crate::text::visible_path;

/// Checks files, all of them.
pub fn check(files: &[PathBuf], out: &mut Stdout) -> Exit {
    let mut exit = Exit::Success;
    for file in files {
        match load(Some(file)) {
            Ok(loaded) => {
                let scenario = loaded.scenario;
                // What `run` would refuse is refused here, too.
                if let Err(message) = affordable(&scenario, threads(&scenario, 0)) {
                    report_error(format_args!("{}: {message}", visible_path(file)));
                    exit = exit.worst(Exit::InvalidScenario);
                    continue;
                }
                out.line(format_args!(
                    "{}: ok, {}, {}",
                    visible_path(file),
                    count(scenario.policies.len(), "policy", "policies"),
                    count(scenario.expectations.len(), "expectation", "expectations")
                ));
            }
            Err(error) => exit = exit.worst(error),
        }
    }
    exit
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
