//! The command line: arguments in, exit code out. Data go to stdout, messages to stderr.

mod args;
mod catalogue;
mod check;
mod exit;
mod failure;
mod machine;
mod plots;
mod progress;
mod run;
mod signals;
mod stats;
mod streams;
mod trace;

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, Parser};

pub use args::Arguments;
pub use exit::Exit;
use failure::Failure;
use streams::Stdout;

use crate::text::visible;

/// Runs the program.
pub fn main() -> ExitCode {
    let mut out = Stdout::default();
    let exit = match Arguments::try_parse() {
        Ok(arguments) => dispatch(arguments, &mut out),
        // Help and version are not mistakes.
        Err(help) if !help.use_stderr() => {
            out.record(help.print());
            Exit::Success
        }
        Err(error) => {
            // The exit code is kept even if stderr cannot be written to.
            let _ = printable(error).print();
            Exit::Usage
        }
    };
    exit.worst(out.end()).into()
}

/// The same error without control characters. `clap` shows arguments unchanged, so they are escaped and parsed again.
fn printable(error: clap::Error) -> clap::Error {
    let typed: Vec<String> = std::env::args_os().map(|argument| visible(&argument.to_string_lossy())).collect();
    let mut error = Arguments::try_parse_from(&typed).err().unwrap_or(error);
    // For `-o -x` clap advises `-o -- -x`, which it refuses.
    if let Some(ContextValue::String(unexpected)) = error.get(ContextKind::InvalidArg)
        && typed.windows(2).any(|pair| pair[0].starts_with('-') && pair[1] == *unexpected)
    {
        error.remove(ContextKind::Suggested);
    }
    error
}

/// The exit code of a command, whose failure is reported here.
fn ended(outcome: Result<Exit, Failure>) -> Exit {
    outcome.unwrap_or_else(|failure| failure.report())
}

fn dispatch(arguments: Arguments, out: &mut Stdout) -> Exit {
    use args::Command;
    match arguments.command.unwrap_or_default() {
        Command::Run(options) => ended(run::run(&options, out)),
        Command::Check { files } => check::check(&files, out),
        Command::Trace(options) => ended(trace::trace(&options, out)),
        Command::List { kind } => catalogue::list(kind, out),
        Command::Explain { name } => catalogue::explain(&name, out),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "meterchurn", &mut script);
            out.write(script);
            Exit::Success
        }
    }
}
