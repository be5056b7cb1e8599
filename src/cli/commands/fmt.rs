//! `fmt`: gives scenario files their usual layout.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::formatting::{FormatError, formatted};
use crate::cli::streams::{Stdout, report_error};
use crate::cli::testing::files::find;
use crate::report::put_file;
use crate::scenario::diagnostics::{Files, Finding, Severity, Sink};
use crate::scenario::table;
use crate::study::session::LoadError;
use crate::text::{is_stdin, read_stream, visible_path};

/// Format scenario files
///
/// Changes white space and the last commas of lists alone: comments, keys and
/// values stay as they are. A file that is not TOML is reported and left alone.
#[derive(Debug, Args)]
#[command(after_long_help = Exit::table_with(&[Exit::InvalidScenario, Exit::NothingSelected, Exit::Denied]))]
pub struct Options {
    /// Files to format, folders that are searched for them, or - to format stdin to
    /// stdout; the folder `scenarios` if omitted
    ///
    /// In a folder every file *.toml is formatted, at any depth, except for hidden
    /// files and folders and meterchurn.toml.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Change nothing; name the files that would change, and exit with 10 if there
    /// are any
    #[arg(long)]
    check: bool,
}

/// Formats files, every one of them.
///
/// # Errors
/// When a folder cannot be searched, or has no such file. What is wrong with a file is reported, and the next one is
/// formatted.
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let mut exit = Exit::Success;
    for found in find(&options.paths)? {
        exit =
            exit.worst(match found.readable().map_err(Failure::from).and_then(|file| one(file, options.check, out)) {
                Ok(exit) => exit,
                Err(failure) => failure.report(),
            });
    }
    Ok(exit)
}

/// Formats one file.
fn one(file: &Path, check: bool, out: &mut Stdout) -> Result<Exit, Failure> {
    let (name, bytes) = read(file)?;
    let text = valid(&name, &bytes)?;
    let done = match formatted(text) {
        Ok(done) => done,
        Err(error @ (FormatError::Newer { .. } | FormatError::LongList { .. })) => {
            report_error(format_args!("{name}: {error}"));
            return Ok(Exit::InvalidScenario);
        }
        Err(error) => return Err(Failure::File { file: file.to_owned(), reason: error.to_string() }),
    };
    match (check, done == text) {
        (false, _) if is_stdin(file) => out.write(&done),
        (_, true) => {}
        (true, false) => {
            out.line(format_args!("{name}: would be formatted"));
            return Ok(Exit::Denied);
        }
        (false, false) => {
            let failed = |error: io::Error| Failure::File { file: file.to_owned(), reason: error.to_string() };
            put_file(file, done.as_bytes()).map_err(failed)?;
            out.line(format_args!("{name}: formatted"));
        }
    }
    Ok(Exit::Success)
}

/// The name of a file for display, and its bytes.
fn read(file: &Path) -> Result<(String, Vec<u8>), Failure> {
    let name = visible_path(file);
    match read_stream(file, table::LARGEST_FILE as u64) {
        Ok(bytes) => Ok((name, bytes)),
        Err(source) => Err(LoadError::unreadable(file, source).into()),
    }
}

/// The text of a file that is TOML.
fn valid<'b>(name: &str, bytes: &'b [u8]) -> Result<&'b str, Failure> {
    let mut sink = Sink::new();
    let text = table::decode(bytes, &mut sink);
    if let Some(text) = text {
        table::parse(text, &mut sink);
    }
    let errors: Vec<Finding> =
        sink.into_findings().into_iter().filter(|finding| finding.severity == Severity::Error).collect();
    match text {
        Some(text) if errors.is_empty() => Ok(text),
        _ => {
            let source_text = text.unwrap_or_default();
            Err(LoadError::Invalid { files: Box::new(Files::one(name, source_text)), invalid: errors.into() }.into())
        }
    }
}
