//! The forms of a report: one file each, and its line in [`FORMS`].

use std::cell::OnceCell;

pub use super::document::Depth;
use super::document::Document;
use super::estimates::{Estimate, estimates};
use super::outline::Outline;
use crate::results::comparison::Comparison;
use crate::results::cube::Cube;

pub use terminal::verdict as verdict_line;

/// Declares the file of each form and its place in the list, in one line.
macro_rules! forms {
    ($($(#[$when:meta])* $file:ident),+ $(,)?) => {
        $($(#[$when])* pub mod $file;)+

        /// All forms. The first is the default.
        pub static FORMS: &[Form] = &[$($(#[$when])* $file::FORM),+];
    };
}

pub mod table;

forms! {
    terminal,
    markdown,
    json,
    csv,
    days,
    effects,
    durations,
    #[cfg(feature = "parquet")]
    parquet,
}

/// Everything that is known of a study when it is reported.
pub struct Report<'r> {
    outline: &'r Outline,
    cube: &'r Cube,
    page: Page,
    comparisons: [OnceCell<Comparison>; 2],
    // Several forms need them, and skewed numbers take thousands of resamples.
    estimates: OnceCell<Vec<Estimate<'r>>>,
}

impl<'r> Report<'r> {
    /// The report of a study on a page.
    pub fn new(outline: &'r Outline, cube: &'r Cube, page: Page) -> Self {
        Self { outline, cube, page, comparisons: [OnceCell::new(), OnceCell::new()], estimates: OnceCell::new() }
    }

    /// What a reader has to know beside the numbers.
    pub fn outline(&self) -> &'r Outline {
        self.outline
    }

    /// The numbers.
    pub fn cube(&self) -> &'r Cube {
        self.cube
    }

    /// The page, where a form has one.
    pub fn page(&self) -> Page {
        self.page
    }

    /// What is said, apart from how it looks.
    pub fn document(&self) -> Document {
        Document::of(self.outline, self.cube, self.comparison(), self.page.depth)
    }

    /// Every policy against the one that the page asks for.
    pub fn comparison(&self) -> &Comparison {
        match self.page.against.filter(|against| *against != self.cube.baseline()) {
            Some(against) => self.comparisons[1].get_or_init(|| self.outline.compare(self.cube, against)),
            None => self.against_baseline(),
        }
    }

    /// Every policy against the baseline.
    pub fn against_baseline(&self) -> &Comparison {
        self.comparisons[0].get_or_init(|| self.outline.compare(self.cube, self.cube.baseline()))
    }

    /// Every number with its interval.
    pub fn estimates(&self) -> &[Estimate<'r>] {
        self.estimates.get_or_init(|| estimates(self.cube, self.outline.confidence))
    }
}

/// The page that a reader wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Its columns.
    pub width: usize,
    /// How much is on it.
    pub depth: Depth,
    /// The policy that others are compared with, by place; the baseline if there is none.
    pub against: Option<usize>,
    /// Whether words may be coloured.
    pub colour: bool,
}

impl Page {
    /// The answer against the baseline, at this width, without colour.
    pub const fn of_width(width: usize) -> Self {
        Self { width, depth: Depth::Answer, against: None, colour: false }
    }

    /// The same with every table.
    pub const fn full(self) -> Self {
        Self { depth: Depth::Full, ..self }
    }
}

/// A form of a report.
#[derive(Debug)]
pub struct Form {
    /// Its name on the command line; none if it is only a file.
    pub name: Option<&'static str>,
    /// Its file in the results folder; none if it is only printed.
    pub file: Option<&'static str>,
    /// What it is, for `--help`.
    pub about: &'static str,
    /// Whether it is for programs, so that a person who prints it sees no verdicts.
    pub is_data: bool,
    /// Writes a report in this form.
    pub render: fn(&Report<'_>) -> Result<Vec<u8>, RenderError>,
}

/// Why a report cannot be written in a form.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The JSON writer failed.
    #[error("cannot write JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The CSV writer failed.
    #[error("cannot write CSV: {0}")]
    Csv(#[from] ::csv::Error),
    /// The Parquet writer failed.
    #[cfg(feature = "parquet")]
    #[error("cannot write Parquet: {0}")]
    Parquet(#[from] ::parquet::errors::ParquetError),
}

/// The form of a name.
pub fn form(name: &str) -> Option<&'static Form> {
    FORMS.iter().find(|form| form.name == Some(name))
}
