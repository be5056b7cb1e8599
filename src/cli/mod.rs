//! The command line. stdout is data, stderr is talk.

mod args;
mod catalogue;
mod check;
mod exit;
mod input;
mod machine;
mod progress;
mod run;
mod stats;
mod trace;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

pub use args::Arguments;
pub use exit::Exit;

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no mistakes; clap prints each where it belongs.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Success.into() };
        }
    };
    dispatch(arguments).into()
}

fn dispatch(arguments: Arguments) -> Exit {
    use args::Command;
    match arguments.command.unwrap_or_default() {
        Command::Run(options) => run::run(&options),
        Command::Check { files } => check::check(&files),
        Command::Trace(options) => trace::trace(&options),
        Command::List { kind } => catalogue::list(kind),
        Command::Explain { name } => catalogue::explain(&name),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Arguments::command(), "meterchurn", &mut std::io::stdout());
            Exit::Success
        }
    }
}
