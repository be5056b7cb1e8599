//! `completions`: completion scripts for shells.

use clap::{Args, CommandFactory};

use crate::cli::args::Arguments;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::streams::Stdout;

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_long_help = Exit::table_with(&[]))]
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
    clap_complete::generate(options.shell, &mut Arguments::command(), "meterchurn", &mut script);
    out.write(script);
    Ok(Exit::Success)
}
