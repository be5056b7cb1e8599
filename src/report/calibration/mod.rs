//! Calibrations as a person or a program reads them.

mod moments;
mod waits;

use serde::Serialize;

use super::document::Document;
use super::render::{Page, RenderError, json, markdown, terminal};

pub use moments::{Calibrated, document as of_moments};
pub use waits::{FittedLaw, document as of_waits};

/// A form of a calibration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Tables and text for a terminal.
    Table,
    /// A page of Markdown.
    Markdown,
    /// JSON.
    Json,
}

impl Form {
    /// All forms with their names and what they are. The first is the default.
    pub const ALL: [(&'static str, Form, &'static str); 3] = [
        ("table", Form::Table, "Tables and text for a terminal"),
        ("markdown", Form::Markdown, "The same as a page of Markdown"),
        ("json", Form::Json, "Data, estimates, intervals and what fits as well as JSON"),
    ];

    /// The form of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, ..)| *known == name).map(|(_, form, _)| form)
    }
}

/// Version of the JSON document's form.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct File<'d, D> {
    format: u32,
    #[serde(flatten)]
    data: &'d D,
}

/// A calibration in a form: `document` is what a person reads, at this width, and `data` what a program reads.
///
/// # Errors
/// When JSON cannot be written.
pub fn written(form: Form, document: &Document, data: &impl Serialize, width: usize) -> Result<Vec<u8>, RenderError> {
    Ok(match form {
        Form::Table => terminal::text_of(document, Page::of_width(width)).into_bytes(),
        Form::Markdown => markdown::text_of(document).into_bytes(),
        Form::Json => json::text_of(&File { format: FORMAT, data })?.into_bytes(),
    })
}
