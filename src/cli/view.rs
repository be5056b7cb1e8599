//! How results are printed: what `run` and `report` have in common.

use clap::Args;

use super::colour;
use super::failure::Failure;
use super::machine::page_width;
use super::values::{default_form, form_parser};
use crate::report::render::{Depth, FORMS, Form, Page};
use crate::text::{by_likeness, listed, nearest, visible};

/// How results are printed.
#[derive(Debug, Clone, Args)]
pub struct View {
    /// Format of the results printed to stdout
    #[arg(long, value_name = "FORM", default_value = default_form(), value_parser = form_parser())]
    pub format: &'static Form,
    /// Print every table, not the answer alone
    #[arg(long)]
    pub full: bool,
    /// Compare the policies with this one instead of the baseline
    #[arg(long, value_name = "POLICY")]
    pub against: Option<String>,
}

impl Default for View {
    fn default() -> Self {
        Self { format: &FORMS[0], full: false, against: None }
    }
}

impl View {
    /// The page for a study's results.
    ///
    /// # Errors
    /// When the study has no policy of the name to compare with.
    pub fn page<'p>(&self, policies: impl Iterator<Item = &'p str> + Clone) -> Result<Page, Failure> {
        let against = self.against.as_deref().map(|wanted| place_of(wanted, policies));
        Ok(Page {
            width: page_width(),
            depth: if self.full { Depth::Full } else { Depth::Answer },
            against: against.transpose()?,
            colour: colour::on_stdout(),
        })
    }
}

/// Policies that are named where none has the id that is asked for.
const NEAREST: usize = 5;

/// The place of the policy with an id.
///
/// # Errors
/// When there is none, with the nearest ids.
pub fn place_of<'p>(wanted: &str, policies: impl Iterator<Item = &'p str> + Clone) -> Result<usize, Failure> {
    policies.clone().position(|policy| policy == wanted).ok_or_else(|| {
        let hint = match nearest(wanted, policies.clone()) {
            Some(near) => format!("; did you mean `{}`?", visible(near)),
            None => {
                let most = by_likeness(wanted, policies).into_iter().take(NEAREST);
                format!("\nhelp: the nearest policies are {}", listed(most, "`"))
            }
        };
        Failure::NotFound(format!("there is no policy `{}`{hint}", visible(wanted)))
    })
}
