//! `check`: reads, and tells every mistake.

use std::path::PathBuf;

use super::exit::Exit;
use super::input::load;
use crate::experiment::scenario::diagnostics::visible;

/// Checks files, all of them.
pub fn check(files: &[PathBuf]) -> Exit {
    let mut exit = Exit::Success;
    for file in files {
        match load(Some(file)) {
            Ok(loaded) => {
                let scenario = loaded.scenario;
                let (policies, expectations) = (scenario.policies.len(), scenario.expectations.len());
                println!(
                    "{}: ok, {policies} policies, {expectations} expectations",
                    visible(&file.display().to_string())
                );
            }
            Err(error) => exit = exit.worst(error),
        }
    }
    exit
}
