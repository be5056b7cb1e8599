//! Flags and commands.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// Reads scenario files and tells every mistake; simulates nothing.
    Check {
        /// Scenario files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Tells one scripted meter's story, event by event.
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
    /// Threads; 0 is as many as the machine has, and has memory for.
    #[arg(short = 'j', long, default_value_t = 0)]
    pub threads: usize,
    /// Seed, instead of the scenario's.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Replications, instead of the scenario's.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
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
    #[arg(long)]
    pub meter: u64,
    /// Policy; the baseline where none is named.
    #[arg(long)]
    pub policy: Option<String>,
    /// Replication, for the draws of policies with laws.
    #[arg(long, default_value_t = 0)]
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
    /// Laws, other numbers and mitigations' parameters: defaults, kinds and sources.
    Parameters,
}
