//! Commands, arguments and options.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::builder::TypedValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::exit::Exit;

/// Largest seed that a scenario file can contain: TOML integers are signed and have 64 bits.
const LARGEST_SEED: u64 = i64::MAX as u64;

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

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulate a scenario under each of its policies
    ///
    /// Judges the scenario's expectations, prints the results and writes them to a
    /// results folder.
    ///
    /// Ctrl-C or SIGTERM stops the study once the replications in progress have
    /// finished; their results are printed and written, marked as incomplete, and
    /// expectations are not judged. A second signal stops the program at once and
    /// writes nothing.
    #[command(after_long_help = Exit::table())]
    Run(RunOptions),
    /// Check scenario files without simulating them
    Check {
        /// Scenario files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Show what happens to one meter, event by event
    Trace(TraceOptions),
    /// List mitigations, metrics or parameters
    List {
        /// What to list
        #[arg(value_enum, default_value_t = Kind::Mitigations)]
        kind: Kind,
    },
    /// Explain a mitigation, metric or parameter, with its source
    Explain {
        /// Its name, or the number of a mitigation such as 13b
        name: String,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

impl Default for Command {
    fn default() -> Self {
        Command::Run(RunOptions::default())
    }
}

/// Options of `run`.
#[derive(Debug, Args)]
pub struct RunOptions {
    /// Scenario file; the built-in scenario if omitted
    pub file: Option<PathBuf>,
    /// Format of the results printed to stdout
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Directory in which to create the results folder
    #[arg(short, long, value_name = "DIR", default_value = "output")]
    pub output: PathBuf,
    /// Write no results folder
    #[arg(long)]
    pub no_output: bool,
    /// Number of threads; 0 means as many as memory allows
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0)]
    #[arg(allow_negative_numbers = true, value_parser = whole::<usize>(0..=u32::MAX.into()))]
    pub threads: usize,
    /// Use this seed instead of the scenario's
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole::<u64>(0..=LARGEST_SEED))]
    pub seed: Option<u64>,
    /// Run this many replications instead of the scenario's number
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole::<u32>(1..=1_000_000))]
    pub replications: Option<u32>,
    /// Print timing, throughput and memory use to stderr
    #[arg(long)]
    pub stats: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            file: None,
            format: Format::Table,
            output: PathBuf::from("output"),
            no_output: false,
            threads: 0,
            seed: None,
            replications: None,
            stats: false,
        }
    }
}

/// Options of `trace`.
#[derive(Debug, Args)]
pub struct TraceOptions {
    /// Scenario file
    pub file: PathBuf,
    /// The meter's `id` in the scenario
    #[arg(long, value_name = "ID", allow_negative_numbers = true, value_parser = whole::<u64>(0..=u64::MAX))]
    pub meter: u64,
    /// Policy to apply [default: the baseline]
    #[arg(long)]
    pub policy: Option<String>,
    /// Replication whose random draws are used
    #[arg(long, value_name = "N", default_value_t = 0)]
    #[arg(allow_negative_numbers = true, value_parser = whole::<u32>(0..=u32::MAX.into()))]
    pub replication: u32,
}

/// Formats of printed results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables for a terminal of 120 columns
    Table,
    /// The contents of `summary.json`
    Json,
    /// The contents of `metrics.csv`
    Csv,
}

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Mitigations that policies can use
    Mitigations,
    /// Metrics that expectations can name
    Metrics,
    /// Parameters of scenarios and mitigations, with defaults and sources
    Parameters,
}

/// Reads a whole number within a range that `T` can hold.
fn whole<T>(range: RangeInclusive<u64>) -> impl TypedValueParser<Value = T>
where
    T: TryFrom<u64> + Clone + Send + Sync + 'static,
{
    clap::builder::StringValueParser::new().try_map(move |text| {
        let number =
            text.parse().ok().filter(|number| range.contains(number)).and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| format!("expected a whole number from {} to {}", range.start(), range.end()))
    })
}
