//! Keys of `[[supplier]]` whose default holds for every supplier that does not state its own.

use toml::Value;

use super::draft::{Draft, Note, parsed};
use super::{Amount, Change, Family, Input, Level, Number, SetError, uncertain};
use crate::model::varies::Varies;
use crate::scenario::{Scenario, catalogue, quantity};

/// The family.
pub(super) static FAMILY: Family = Family { list, put };

fn list(scenario: &Scenario) -> Vec<Input> {
    let of_suppliers = catalogue::parameters().filter(|p| p.section == "supplier" && p.default_text().is_some());
    let input = |parameter: &crate::scenario::parameter::Parameter| {
        let assumption = uncertain(scenario, &parameter.name())?;
        let number = Number { assumption, family: &FAMILY };
        match parameter.varies? {
            Varies::Between(span) => {
                let length = quantity::duration(parsed(&assumption.value)?.as_str()?).ok()?;
                number.plain(&span, Amount::Seconds(length.0 as f64))
            }
            Varies::OneOf { values, why } => Some(number.word(values, why, &assumption.value)),
            Varies::Through(_) | Varies::Fixed { .. } => None,
        }
    };
    of_suppliers.filter_map(input).collect()
}

fn put(_: &Scenario, changes: &[Change<'_>], draft: &mut Draft) -> Result<(), SetError> {
    for change in changes {
        let Some(parameter) = catalogue::find(&change.input.name) else { continue };
        let usual = parameter.default_text().and_then(parsed);
        let value = match change.level {
            Level::Number(number) => Some(Value::String(change.input.measure.length(*number).to_string())),
            Level::Word(word) => parsed(word),
        };
        let Some(value) = value else { continue };
        for table in draft.list("supplier") {
            let needed = parameter.beside.is_none_or(|key| table.contains_key(key));
            // A resolved scenario spells the default out.
            let own = table.get(parameter.key).is_some_and(|own| Some(own) != usual.as_ref());
            if needed && !own {
                table.insert(parameter.key.to_owned(), value.clone());
                let before = table.get("source").and_then(Value::as_str).unwrap_or("the scenario").to_owned();
                Note::of(&[*change], &before).mark(table);
            }
        }
    }
    Ok(())
}
