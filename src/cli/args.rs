//! The command line as a whole, and what several commands read alike.

use clap::Parser;

use super::commands::Command;
use super::exit::Exit;

/// Simulates what happens in Great Britain's smart metering when a customer
/// changes supplier and Service Request 6.23 comes late or never.
///
/// Without a command, runs the built-in scenario: the market of December 2018.
#[derive(Debug, Parser)]
#[command(
    name = "meterchurn",
    version,
    args_conflicts_with_subcommands = true,
    max_term_width = 80,
    after_long_help = Exit::table(),
    after_help = "Use --help for exit codes."
)]
pub struct Arguments {
    /// The command; `run` if there is none.
    #[command(subcommand)]
    pub command: Option<Command>,
}
