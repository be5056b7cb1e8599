//! Points that another tool chose, as a plan.

use super::design::from_csv::Table;
use super::plan::{Chance, Plan, Subject, position};
use crate::scenario::input::{Input, Level, Range, SetError, find};
use crate::study::session::Session;
use crate::text::cut;

/// Why the points of a file are not those of a scenario. Lines and columns count from 1.
#[derive(Debug, thiserror::Error)]
pub enum GivenError {
    /// A column is named after no input, or after several.
    #[error(transparent)]
    Name(#[from] SetError),
    /// Two columns are the same input.
    #[error("columns {first} and {column} are both the input {name}: remove one of the two")]
    Twice {
        /// The input.
        name: String,
        /// The first column.
        first: usize,
        /// The second.
        column: usize,
    },
    /// A value is none of its input.
    #[error("line {line}, column {column} ({name}): '{}' is no value of it: {help}", cut(value))]
    Value {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
        /// The input.
        name: String,
        /// What is written.
        value: String,
        /// What to write instead.
        help: String,
    },
}

/// The plan of a table of points: each column is an input by its name or a unique ending of it, each value is as
/// `--set` takes it.
///
/// # Errors
/// When a column is no input, two columns are the same, or a value is none of its input or has no place on the
/// logarithmic scale of its range.
pub fn given(session: &Session, table: &Table, chance: Chance) -> Result<Plan, GivenError> {
    let all = session.inputs();
    let found = table.names.iter().map(|name| find(session.scenario(), &all, name).cloned());
    let inputs: Vec<Input> = found.collect::<Result<_, SetError>>()?;
    for (place, input) in inputs.iter().enumerate() {
        if let Some(first) = inputs[..place].iter().position(|earlier| earlier.name == input.name) {
            let [first, column] = [first, place].map(|place| table.column(place));
            return Err(GivenError::Twice { name: input.name.clone(), first, column });
        }
    }
    let mut rows: Vec<Vec<Level>> = Vec::with_capacity(table.points.len());
    for point in &table.points {
        let value = |(place, (input, value)): (usize, (&Input, &str))| {
            let level = input.read(value).and_then(|level| placed(input, level));
            level.map_err(|help| GivenError::Value {
                line: point.line,
                column: table.column(place),
                name: input.name.clone(),
                value: value.to_owned(),
                help,
            })
        };
        rows.push(inputs.iter().zip(point.values()).enumerate().map(value).collect::<Result<_, _>>()?);
    }
    Ok(Plan::of_levels(Subject { session, inputs: &inputs, chance }, &rows))
}

/// A value that has a place in the range of its input.
fn placed(input: &Input, level: Level) -> Result<Level, String> {
    match &input.range {
        Range::Between { low, high, .. } if !position(input, &level).is_finite() => {
            let [low, high] = [low, high].map(|end| input.print(&Level::Number(*end)));
            Err(format!("write one in or near its range, {low} to {high}"))
        }
        _ => Ok(level),
    }
}
