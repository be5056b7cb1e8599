//! The command line as a whole, and what all commands read alike.

use std::sync::OnceLock;

use clap::{Args, Parser};

use super::colour::Colour;
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
    max_term_width = HELP_WIDTH,
    after_long_help = Exit::table(),
    after_help = "Use --help for exit codes."
)]
pub struct Arguments {
    /// What the program prints beside the results.
    #[command(flatten)]
    pub manners: Manners,
    /// The command; `run` if there is none.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The most columns of a line of help.
pub const HELP_WIDTH: usize = 80;

/// What the program prints beside the results, for all commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Args)]
pub struct Manners {
    /// Print only errors to stderr: no progress, notes or warnings
    ///
    /// What goes to stdout stays the same, and so does the exit code.
    #[arg(short, long, global = true, help_heading = HEADING)]
    pub quiet: bool,
    /// Show no progress
    #[arg(long, global = true, help_heading = HEADING)]
    pub no_progress: bool,
    /// When to use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, global = true, help_heading = HEADING)]
    pub color: Colour,
}

/// The heading of these options in the help.
const HEADING: &str = "Global options";

/// The manners of this process.
static MANNERS: OnceLock<Manners> = OnceLock::new();

impl Manners {
    /// Adopts these manners for the rest of the program. Only the first call counts.
    pub fn adopt(self) {
        self.color.choose();
        MANNERS.get_or_init(|| self);
    }

    /// The manners that were adopted; the usual ones before that.
    pub fn adopted() -> Self {
        MANNERS.get().copied().unwrap_or_default()
    }
}
