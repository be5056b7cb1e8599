//! Keys of `[market]`, `[dcc]` and `[traffic]` that are one number or one word.

use toml::Value;

use super::draft::{Draft, Note, parsed};
use super::range::Measure;
use super::{Amount, Change, Family, Input, Level, Number, SetError, uncertain};
use crate::model::varies::Varies;
use crate::scenario::parameter::Parameter;
use crate::scenario::{Scenario, catalogue, quantity};

/// The family.
pub(super) static FAMILY: Family = Family { list, put };

/// Sections in which a value can have an origin.
const SECTIONS: [&str; 3] = ["market", "dcc", "traffic"];

fn list(scenario: &Scenario) -> Vec<Input> {
    catalogue::parameters().filter(|p| SECTIONS.contains(&p.section)).filter_map(|p| input(scenario, p)).collect()
}

fn input(scenario: &Scenario, parameter: &Parameter) -> Option<Input> {
    let assumption = uncertain(scenario, &parameter.name())?;
    let number = Number { assumption, family: &FAMILY };
    match parameter.varies? {
        Varies::Between(span) => {
            let value = match parsed(&assumption.value)? {
                Value::Float(value) => Amount::Plain(value),
                Value::Integer(value) => Amount::Plain(value as f64),
                Value::String(text) => Amount::Seconds(quantity::duration(&text).ok()?.0 as f64),
                _ => return None,
            };
            number.plain(&span, value)
        }
        Varies::OneOf { values, why } => Some(number.word(values, why, &assumption.value)),
        Varies::Through(_) | Varies::Fixed { .. } => None,
    }
}

fn put(_: &Scenario, changes: &[Change<'_>], draft: &mut Draft) -> Result<(), SetError> {
    for change in changes {
        let Some((section, key)) = change.input.name.split_once('.') else { continue };
        let note = Note::of(&[*change], &change.input.source);
        draft.number(&[section], key, value(change.level, change.input.measure), &note);
    }
    Ok(())
}

/// A number or a word as a scenario writes it.
fn value(level: &Level, measure: Measure) -> Value {
    match level {
        Level::Number(number) if measure.seconds.is_some() => Value::String(measure.length(*number).to_string()),
        Level::Number(number) => Value::Float(*number),
        Level::Word(word) => parsed(word).unwrap_or_else(|| Value::String(word.clone())),
    }
}
