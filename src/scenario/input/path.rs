//! `market.path`: a factor on the connected meters of all dates.

use toml::Value;

use super::draft::{Draft, Note, entries};
use super::{Amount, Change, Family, Input, Number, SetError, uncertain};
use crate::model::varies::Varies;
use crate::scenario::Scenario;

/// The family.
pub(super) static FAMILY: Family = Family { list, put };

fn list(scenario: &Scenario) -> Vec<Input> {
    let Some(assumption) = uncertain(scenario, "market.path") else { return Vec::new() };
    let Some(Varies::Through(parts)) = assumption.varies else { return Vec::new() };
    let number = Number { assumption, family: &FAMILY };
    parts.iter().filter_map(|part| number.part(part, Amount::Plain(1.0))).collect()
}

fn put(_: &Scenario, changes: &[Change<'_>], draft: &mut Draft) -> Result<(), SetError> {
    for change in changes {
        let factor = change.number();
        if factor <= 0.0 {
            return Err(change.refuse("a market needs meters", "write a factor above 0, as in 1.02"));
        }
        for date in entries(draft.table(&["market"]), "path") {
            for key in ["meters", "smets1"] {
                if let Some(meters) = date.get(key).and_then(number) {
                    date.insert(key.to_owned(), Value::Float(meters * factor));
                }
            }
            let before = date.get("source").and_then(Value::as_str).unwrap_or("the scenario").to_owned();
            Note::of(&[*change], &before).mark(date);
        }
    }
    Ok(())
}

fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64))
}
