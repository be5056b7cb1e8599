//! The files of an exploration: its points, its futures and what they say.

use super::document;
use super::render::table::{Csv, text};
use super::render::{Page, RenderError, json, markdown, terminal};
use crate::explore::exploration::Exploration;
use crate::explore::futures::Futures;
use crate::explore::plan::Plan;
use crate::text::number::plain;

/// The points: a row each, with the value of every input.
pub const DESIGN: &str = "design.csv";
/// The numbers of every policy in every replication at every point.
pub const FUTURES: &str = "futures.csv";
/// What they say.
pub const FINDINGS: &str = "exploration.json";

/// A form of an exploration's report.
#[derive(Debug)]
pub struct Form {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, for `--help`.
    pub about: &'static str,
    /// Writes a report in this form.
    pub render: fn(&Explored<'_>) -> Result<Vec<u8>, RenderError>,
}

/// An exploration that is reported.
pub struct Explored<'e> {
    /// Its points and their numbers.
    pub futures: &'e Futures,
    /// What they say.
    pub exploration: &'e Exploration,
    /// Its results folder.
    pub folder: String,
    /// The page.
    pub page: Page,
}

/// All forms. The first is the default.
pub static FORMS: &[Form] = &[
    Form {
        name: "table",
        about: "Tables and text for a terminal",
        render: |explored| Ok(terminal::text_of(&explored.document(), explored.page).into_bytes()),
    },
    Form {
        name: "markdown",
        about: "The same as a page of Markdown",
        render: |explored| Ok(markdown::text_of(&explored.document()).into_bytes()),
    },
    Form {
        name: "json",
        about: "All findings as JSON: the contents of exploration.json",
        render: |explored| Ok(json::text_of(explored.exploration)?.into_bytes()),
    },
    Form { name: "csv", about: "All futures as CSV: the contents of futures.csv", render: futures },
];

/// The form of a name.
pub fn form(name: &str) -> Option<&'static Form> {
    FORMS.iter().find(|form| form.name == name)
}

impl Explored<'_> {
    fn document(&self) -> document::Document {
        let Plan { id, file, set, options, .. } = &self.futures.plan;
        let subject = document::Explored { id, file, set, options, folder: &self.folder };
        document::exploration(&subject, self.exploration)
    }

    /// The files of its results folder: names and contents.
    ///
    /// # Errors
    /// If one cannot be written, which in memory it can.
    pub fn files(&self) -> Result<Vec<(&'static str, Vec<u8>)>, RenderError> {
        let findings = json::text_of(self.exploration)?.into_bytes();
        Ok(vec![(DESIGN, design(self)?), (FUTURES, futures(self)?), (FINDINGS, findings)])
    }
}

fn design(explored: &Explored<'_>) -> Result<Vec<u8>, RenderError> {
    let plan = &explored.futures.plan;
    let mut table = Csv::new(std::iter::once("point").chain(plan.inputs.iter().map(String::as_str)))?;
    for (number, point) in explored.futures.numbers.iter().zip(&plan.points) {
        let number = number.to_string();
        table.row(std::iter::once(number).chain(point.levels.iter().map(|level| value(level))))?;
    }
    table.bytes()
}

/// A number as it is, and anything else as text.
fn value(level: &str) -> String {
    if level.parse::<f64>().is_ok() { level.to_owned() } else { text(level) }
}

fn futures(explored: &Explored<'_>) -> Result<Vec<u8>, RenderError> {
    let (futures, plan) = (explored.futures, &explored.futures.plan);
    let mut table = Csv::new(["point", "policy", "number", "replication", "value"])?;
    for (point, name) in futures.numbers.iter().enumerate() {
        for (policy, id) in plan.policies.iter().enumerate() {
            for (number, query) in plan.numbers.iter().enumerate() {
                for (replication, value) in futures.at(point, policy, number).iter().enumerate() {
                    let row = [name.to_string(), text(id), text(query), replication.to_string(), plain(*value)];
                    table.row(row)?;
                }
            }
        }
    }
    table.bytes()
}
