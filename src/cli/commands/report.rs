//! `report`: prints the results in a results folder again.

use std::path::PathBuf;

use clap::Args;

use super::run::judgement;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::machine::page_width;
use crate::cli::streams::Stdout;
use crate::cli::values::{default_form, form_parser};
use crate::report::opened;
use crate::report::render::{Form, Report};

/// Print the results in a results folder again
///
/// Refuses a folder in which a file is missing or has been changed.
#[derive(Debug, Args)]
pub struct Options {
    /// Results folder
    pub folder: PathBuf,
    /// Format of the results printed to stdout
    #[arg(long, value_name = "FORM", default_value = default_form(), value_parser = form_parser())]
    pub format: &'static Form,
}

/// Prints results that were written before. The exit code is that of the verdicts, as it was when they were written.
///
/// # Errors
/// See [`Failure`].
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let (outline, cube) = opened::open(&options.folder)?;
    out.write((options.format.render)(&Report::new(&outline, &cube, page_width()))?);
    Ok(judgement(&outline.verdicts))
}
