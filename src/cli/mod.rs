//! The command line: arguments in, exit code out. Data go to stdout, messages to stderr.

mod args;
mod beside;
mod changes;
mod colour;
mod commands;
mod exit;
mod exploring;
mod failure;
mod formatting;
mod linting;
mod looking;
mod machine;
mod page;
mod plots;
mod progress;
mod series;
mod signals;
mod stats;
mod streams;
mod testing;
mod typos;
mod values;
mod view;

use std::process::ExitCode;

use clap::Parser;

pub use args::Arguments;
use colour::Colour;
pub use exit::Exit;
use streams::Stdout;

use crate::text::visible;

/// Runs the program.
pub fn main() -> ExitCode {
    let mut out = Stdout::default();
    // Also for help, and for errors of the command line.
    Colour::typed(std::env::args_os()).choose();
    let exit = match Arguments::try_parse() {
        Ok(arguments) => {
            arguments.manners.adopt();
            let command = arguments.command.unwrap_or_default();
            let ended = command.run(&mut out);
            // A command that failed may have left its bar.
            streams::remove_bar();
            ended.unwrap_or_else(|failure| failure.report())
        }
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

/// The same error without control characters and with better suggestions. `clap` shows arguments unchanged, so they are
/// escaped and parsed again.
fn printable(error: clap::Error) -> clap::Error {
    let typed: Vec<String> = std::env::args_os().map(|argument| visible(&argument.to_string_lossy())).collect();
    typos::corrected(Arguments::try_parse_from(&typed).err().unwrap_or(error), &typed)
}
