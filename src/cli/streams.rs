//! Writing to stdout and stderr, for all commands.
//!
//! A closed pipe on stdout is not an error: its reader has seen enough. Any other failure of stdout is reported once,
//! when the command has ended. A failure of stderr is ignored, so that the exit code is kept. A bar on stderr is
//! removed for as long as anything is written there.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, WeakProgressBar};

use super::args::Manners;
use super::colour;
use super::exit::Exit;
use super::machine::{stderr_width, terminal_width};
use crate::scenario::diagnostics::format::FULL;
use crate::study::session::Session;
use crate::text::{reason, visible};

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
                report_error(format_args!("cannot write to stdout: {}", reason(error)));
                Exit::Unexpected
            }
            _ => Exit::Success,
        }
    }
}

/// How `clap` and the findings print the word "error".
const ERROR: Style = AnsiColor::BrightRed.on_default().bold();

/// Writes lines to stderr, but not with `--quiet`. Control characters are escaped: paths may contain them.
pub fn report(lines: impl Display) {
    if !Manners::adopted().quiet {
        write_lines(&escaped(lines));
    }
}

/// Writes the warnings about a scenario to stderr, if there are any, but not with `--quiet`.
pub fn report_warnings(session: &Session) {
    let warnings = session.warnings();
    if !warnings.is_empty() && !Manners::adopted().quiet {
        report_findings((FULL.render)(&warnings, colour::on_stderr()).trim_end_matches('\n'));
    }
}

/// Writes an error to stderr.
pub fn report_error(message: impl Display) {
    let style = if colour::on_stderr() { ERROR } else { Style::new() };
    write_lines(&format!("{style}error:{style:#} {}", escaped(message)));
}

/// Writes findings in the form for people to stderr. They are escaped already, and may have colour. On a terminal their
/// sentences are wrapped, and the lines of a file that they show are not.
pub fn report_findings(findings: &str) {
    match stderr_width() {
        Some(width) => {
            write_lines(&findings.split('\n').map(|line| wrapped(line, width)).collect::<Vec<_>>().join("\n"))
        }
        None => write_lines(findings),
    }
}

/// Writes lines to stderr that are for people and for programs that take one line for each finding.
pub fn report_lines(lines: &str) {
    write_lines(lines);
}

/// A line of findings within `width` columns, if it is a sentence.
fn wrapped(line: &str, width: usize) -> String {
    let plain = anstream::adapter::strip_str(line).to_string();
    let begins = plain.trim_start();
    // A note or a remedy, whose further lines begin below its text; or what is wrong.
    let indent = match begins.strip_prefix("= ").and_then(|said| said.split_once(": ")) {
        Some((label, _)) => plain.len() - begins.len() + 2 + label.len() + 2,
        None if ["error", "warning"].iter().any(|word| plain.starts_with(word)) => 4,
        None => return line.to_owned(),
    };
    let indent = " ".repeat(indent);
    let options = textwrap::Options::new(width).subsequent_indent(&indent).break_words(false);
    textwrap::fill(line, options.word_splitter(textwrap::WordSplitter::NoHyphenation))
}

fn escaped(lines: impl Display) -> String {
    lines.to_string().split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

fn write_lines(lines: &str) {
    let write = || _ = io::stderr().lock().write_all(format!("{lines}\n").as_bytes());
    match drawn().as_ref().and_then(WeakProgressBar::upgrade) {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

/// The bar that is drawn on stderr, if one is.
static DRAWN: Mutex<Option<WeakProgressBar>> = Mutex::new(None);

fn drawn() -> MutexGuard<'static, Option<WeakProgressBar>> {
    DRAWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes lines on stderr keep clear of a bar, until it or another is removed.
pub fn keep_clear_of(bar: &ProgressBar) {
    *drawn() = Some(bar.downgrade());
}

/// Removes the bar on stderr, if there is one.
pub fn remove_bar() {
    if let Some(bar) = drawn().take().and_then(|bar| bar.upgrade()) {
        bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_of_findings_are_wrapped_and_lines_of_a_file_are_not() {
        let long = "a word and another word";
        assert_eq!(wrapped(&format!("error[MC010]: {long}"), 24), "error[MC010]: a word and\n    another word");
        let help = format!("   = help: {long}");
        assert_eq!(wrapped(&help, 24), "   = help: a word and\n           another word");
        for line in [format!("12 | {long} {long}"), format!("   | {long} {long}"), format!("--> {long}/{long}")] {
            assert_eq!(wrapped(&line, 24), line);
        }
    }

    #[test]
    fn colour_takes_no_room() {
        let line = "\u{1b}[1m\u{1b}[91merror[MC010]\u{1b}[0m\u{1b}[1m: a word and another word\u{1b}[0m";
        let plain = anstream::adapter::strip_str(&wrapped(line, 24)).to_string();
        assert_eq!(plain, "error[MC010]: a word and\n    another word");
    }
}
