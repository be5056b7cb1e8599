//! Writing to stdout and stderr, for all commands.
//!
//! A closed pipe on stdout is not an error: its reader has seen enough. Any other failure of stdout is reported once,
//! when the command has ended. A failure of stderr is ignored, so that the exit code is kept.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use super::exit::Exit;
use super::machine::terminal_width;
use crate::scenario::diagnostics::format::FULL;
use crate::study::session::Session;
use crate::text::visible;

/// The output of a command. Writing never fails; [`Stdout::end`] reports the first failure.
#[derive(Debug, Default)]
pub struct Stdout {
    failed: Option<io::Error>,
}

impl Stdout {
    /// Writes data unchanged.
    pub fn write(&mut self, data: impl AsRef<[u8]>) {
        if self.failed.is_none() {
            let mut out = io::stdout().lock();
            self.record(out.write_all(data.as_ref()).and_then(|()| out.flush()));
        }
    }

    /// Writes a line of text. On a terminal that is too narrow for it, it is wrapped.
    pub fn line(&mut self, line: impl Display) {
        let line = line.to_string();
        match terminal_width() {
            Some(width) if line.chars().count() > width => {
                let options = textwrap::Options::new(width).subsequent_indent("    ");
                self.write(textwrap::fill(&line, options) + "\n");
            }
            _ => self.write(line + "\n"),
        }
    }

    /// Records the outcome of writing to stdout by other means.
    pub fn record(&mut self, outcome: io::Result<()>) {
        if let Err(error) = outcome {
            self.failed.get_or_insert(error);
        }
    }

    /// Reports a failure, unless it is a closed pipe.
    pub fn end(self) -> Exit {
        match self.failed {
            Some(error) if error.kind() != ErrorKind::BrokenPipe => {
                report_error(format_args!("cannot write to stdout: {error}"));
                Exit::Unexpected
            }
            _ => Exit::Success,
        }
    }
}

/// Writes lines to stderr. Control characters are escaped, since paths and arguments may contain them.
pub fn report(lines: impl Display) {
    let lines: Vec<String> = lines.to_string().split('\n').map(visible).collect();
    let _ = io::stderr().lock().write_all((lines.join("\n") + "\n").as_bytes());
}

/// Writes the warnings about a scenario to stderr, if there are any.
pub fn report_warnings(session: &Session) {
    let warnings = session.warnings();
    if !warnings.is_empty() {
        report((FULL.render)(&warnings, false));
    }
}

/// Writes an error to stderr.
pub fn report_error(message: impl Display) {
    report(format_args!("error: {message}"));
}
