//! `schema`: what a scenario file can say, for editors and for readers.

use clap::{Args, ValueEnum};

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::streams::Stdout;
use crate::scenario::{reference, schema};

/// Print the JSON Schema of scenario files, or their reference
///
/// Editors that read JSON Schema complete keys, explain them and underline
/// mistakes, if the first line of a scenario names the file:
///
///   #:schema ./scenario.schema.json
///
/// `meterchurn schema > scenario.schema.json` writes it. A schema does not see
/// everything that `check` does.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_long_help = Exit::table_with(&[]))]
pub struct Options {
    /// Format of what is printed
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
}

/// How it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// JSON Schema, draft-07
    Json,
    /// Reference of all keys, laws and settings, as Markdown
    Markdown,
}

/// Prints the schema.
///
/// # Errors
/// None.
#[allow(clippy::unnecessary_wraps, reason = "as every command")]
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    match options.format {
        Format::Json => out.write(schema::schema()),
        Format::Markdown => out.write(wrapped(&reference::reference())),
    }
    Ok(Exit::Success)
}

/// A page of Markdown in lines of 120 columns at most. Further lines of a list's entry are indented.
fn wrapped(page: &str) -> String {
    let line = |line: &str| {
        let rest = if line.starts_with("- ") { "  " } else { "" };
        let options = textwrap::Options::new(120).subsequent_indent(rest).break_words(false);
        textwrap::fill(line, options.word_splitter(textwrap::WordSplitter::NoHyphenation)) + "\n"
    };
    page.lines().map(line).collect()
}
