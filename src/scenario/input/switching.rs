//! `market.switching`: a factor on the share of meters that switch, of all months.

use toml::{Table, Value};

use super::draft::{Draft, Note};
use super::{Amount, Change, Family, Input, Number, SetError, uncertain};
use crate::model::varies::Varies;
use crate::scenario::Scenario;

/// The family.
pub(super) static FAMILY: Family = Family { list, put };

fn list(scenario: &Scenario) -> Vec<Input> {
    let Some(assumption) = uncertain(scenario, "market.switching") else { return Vec::new() };
    let Some(Varies::Through(parts)) = assumption.varies else { return Vec::new() };
    let number = Number { assumption, family: &FAMILY };
    parts.iter().filter_map(|part| number.part(part, Amount::Plain(1.0))).collect()
}

fn put(scenario: &Scenario, changes: &[Change<'_>], draft: &mut Draft) -> Result<(), SetError> {
    let hazards = scenario.market.as_ref().map(|market| market.hazards.as_slice()).unwrap_or_default();
    for change in changes {
        let factor = change.number();
        let month =
            |((year, month), share): &((i16, i8), f64)| (format!("{year:04}-{month:02}"), Value::Float(share * factor));
        let months: Table = hazards.iter().map(month).collect();
        let note = Note::of(&[*change], &change.input.source);
        draft.number(&["market"], "switching", Value::Table(months), &note);
    }
    Ok(())
}
