//! Flags and commands.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::builder::TypedValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Largest seed that a scenario file can hold: TOML has signed 64-bit integers.
const LARGEST_SEED: u64 = i64::MAX as u64;

/// What a late or missing 6.23 costs: alerts, leaked reads, and what each mitigation changes.
#[derive(Debug, Parser)]
#[command(name = "meterchurn", version, about, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// What to do; without one the built-in scenario is run.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulates every policy of a scenario (without a file: the built-in December 2018 market).
    Run(RunOptions),
    /// Reads scenario files and reports every mistake; simulates nothing.
    Check {
        /// Scenario files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Shows what happens to one scripted meter, event by event.
    Trace(TraceOptions),
    /// Lists what a scenario can name.
    List {
        /// What to list.
        #[arg(value_enum, default_value_t = Kind::Mitigations)]
        kind: Kind,
    },
    /// Explains one mitigation, metric or parameter, with its source.
    Explain {
        /// Its name, or a mitigation's number.
        name: String,
    },
    /// Writes a completion script for a shell.
    Completions {
        /// The shell.
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
    /// Scenario file.
    pub file: Option<PathBuf>,
    /// Form of what is printed.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Folder that takes the results folder.
    #[arg(short, long, default_value = "output")]
    pub output: PathBuf,
    /// Writes no results folder.
    #[arg(long)]
    pub no_output: bool,
    /// Threads, at most one for each run of a policy; 0 is as many as the machine has, and has memory for.
    #[arg(short = 'j', long, default_value_t = 0)]
    #[arg(allow_negative_numbers = true, value_parser = whole::<usize>(0..=u32::MAX.into()))]
    pub threads: usize,
    /// Seed, instead of the scenario's.
    #[arg(long, allow_negative_numbers = true, value_parser = whole::<u64>(0..=LARGEST_SEED))]
    pub seed: Option<u64>,
    /// Replications, instead of the scenario's.
    #[arg(long, allow_negative_numbers = true, value_parser = whole::<u32>(1..=1_000_000))]
    pub replications: Option<u32>,
    /// Tells on stderr what the study took: time by phase, cases and events a second, memory.
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
    /// Scenario file.
    pub file: PathBuf,
    /// Number of the scripted meter.
    #[arg(long, allow_negative_numbers = true, value_parser = whole::<u64>(0..=u64::MAX))]
    pub meter: u64,
    /// Policy; the baseline where none is named.
    #[arg(long)]
    pub policy: Option<String>,
    /// Replication, for the draws of policies with laws.
    #[arg(long, default_value_t = 0)]
    #[arg(allow_negative_numbers = true, value_parser = whole::<u32>(0..=u32::MAX.into()))]
    pub replication: u32,
}

/// Forms of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// The same document as `summary.json`.
    Json,
    /// The same table as `metrics.csv`.
    Csv,
}

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Mitigations of the registry.
    Mitigations,
    /// Metrics.
    Metrics,
    /// Every key of a scenario file, every law and every setting of a mitigation, with its default, unit and range.
    Parameters,
    /// Faults that a scenario can inject.
    Injections,
}

/// Reads a whole number within a range that `T` holds.
fn whole<T>(range: RangeInclusive<u64>) -> impl TypedValueParser<Value = T>
where
    T: TryFrom<u64> + Clone + Send + Sync + 'static,
{
    clap::builder::StringValueParser::new().try_map(move |text| {
        let number =
            text.parse().ok().filter(|number| range.contains(number)).and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| format!("write a whole number from {} to {}", range.start(), range.end()))
    })
}
