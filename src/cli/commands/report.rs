//! `report`: prints the results in a results folder again.

use std::path::PathBuf;

use clap::Args;

use super::run::judgement;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::streams::Stdout;
use crate::cli::view::View;
use crate::report::opened;
use crate::report::render::Report;

/// Print the results in a results folder again
///
/// Refuses a folder in which a file is missing or has been changed.
#[derive(Debug, Args)]
#[command(after_long_help = Exit::table_with(&[Exit::NothingSelected, Exit::Inconclusive, Exit::Failed]))]
pub struct Options {
    /// Results folder
    pub folder: PathBuf,
    /// How they are printed
    #[command(flatten)]
    pub view: View,
}

/// Prints results that were written before. The exit code is that of the verdicts, as it was when they were written.
///
/// # Errors
/// See [`Failure`].
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let (outline, cube) = opened::open(&options.folder)?;
    let page = options.view.page(cube.policies().iter().map(|runs| &*runs.policy))?;
    out.write((options.view.format.render)(&Report::new(&outline, &cube, page))?);
    Ok(judgement(&outline.verdicts))
}
