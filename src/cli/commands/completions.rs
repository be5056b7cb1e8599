//! `completions`: completion scripts for shells.

use clap::{Args, Subcommand};

use super::Command;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::streams::Stdout;

/// Print a completion script for a shell
#[derive(Debug, Args)]
pub struct Options {
    /// The shell
    shell: clap_complete::Shell,
}

/// Prints the script.
///
/// # Errors
/// None.
#[allow(clippy::unnecessary_wraps, reason = "as every command")]
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    let mut program = Command::augment_subcommands(clap::Command::new("meterchurn"));
    clap_complete::generate(options.shell, &mut program, "meterchurn", &mut script);
    out.write(script);
    Ok(Exit::Success)
}
