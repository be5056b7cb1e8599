//! `compare`: what differs between the studies of two results folders.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::machine::page_width;
use crate::cli::streams::Stdout;
use crate::report::opened::{self, OpenError};
use crate::report::two_studies::{FORMS, Form, Side, TwoStudies, form};
use crate::text::visible_path;

/// Compare the results in two results folders
///
/// Lists the inputs that differ and, for each policy that both studies have,
/// what that changes. If both have the same seed and replications, each
/// replication is compared with its counterpart.
///
/// Refuses a folder in which a file is missing or has been changed.
#[derive(Debug, Args)]
#[command(after_long_help = Exit::table_with(&[]))]
pub struct Options {
    /// Results folder to compare with
    pub before: PathBuf,
    /// Results folder that is compared
    pub after: PathBuf,
    /// Format of the comparison printed to stdout
    #[arg(long, value_name = "FORM", default_value = FORMS[0].name, value_parser = form_parser())]
    pub format: &'static Form,
}

fn form_parser() -> impl TypedValueParser<Value = &'static Form> {
    let named = FORMS.iter().map(|form| PossibleValue::new(form.name).help(form.about));
    PossibleValuesParser::new(named).map(|name| form(&name).unwrap_or(&FORMS[0]))
}

/// Compares two results folders.
///
/// # Errors
/// See [`Failure`].
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let studies = TwoStudies::of(side(&options.before)?, side(&options.after)?);
    out.write((options.format.render)(&studies, page_width())?);
    Ok(Exit::Success)
}

fn side(folder: &Path) -> Result<Side, OpenError> {
    let (outline, cube) = opened::open(folder)?;
    Ok(Side { folder: visible_path(folder), outline, cube, inputs: opened::scenario(folder)? })
}
