//! `supplier.gains`: the share of gains that suppliers have that are not large. Within both groups gains keep their
//! proportions.

use toml::Value;

use super::draft::{Draft, Note};
use super::{Amount, Change, Family, Input, Number, SetError};
use crate::model::laws::NumberKind;
use crate::model::market::Size;
use crate::model::varies::Varies;
use crate::scenario::{Assumption, Scenario, catalogue};

/// The family.
pub(super) static FAMILY: Family = Family { list, put };

/// The gains of large suppliers and of the others.
fn gains(scenario: &Scenario) -> [f64; 2] {
    let sum = |large: bool| {
        let of = scenario.suppliers.iter().filter(|s| (s.weights.size == Size::Large) == large);
        of.map(|s| s.weights.gains).sum::<f64>()
    };
    [sum(true), sum(false)]
}

fn list(scenario: &Scenario) -> Vec<Input> {
    let [large, others] = gains(scenario);
    if scenario.market.is_none() || large <= 0.0 || others <= 0.0 {
        return Vec::new();
    }
    let Some(parameter) = catalogue::find("supplier.gains") else { return Vec::new() };
    let Some(Varies::Through(parts)) = parameter.varies else { return Vec::new() };
    let known = scenario.suppliers.iter().find_map(|supplier| {
        let name = format!("supplier.{}", supplier.id);
        scenario.assumptions.iter().find(|a| a.name == name)
    });
    let (kind, source) =
        known.map_or((NumberKind::Assumed, "the scenario"), |known| (known.kind, known.source.as_str()));
    let assumption = Assumption::new(&parameter.name(), String::new(), (kind, source), parameter.about);
    let number = Number { assumption: &assumption, family: &FAMILY };
    parts.iter().filter_map(|part| number.part(part, Amount::Plain(others / (large + others)))).collect()
}

fn put(scenario: &Scenario, changes: &[Change<'_>], draft: &mut Draft) -> Result<(), SetError> {
    let [large, others] = gains(scenario);
    let share = others / (large + others);
    let Some(change) = changes.last() else { return Ok(()) };
    let asked = change.number();
    if !(asked > 0.0 && asked < 1.0) {
        return Err(change.refuse("both groups of suppliers must gain customers", "write a share above 0 and below 1"));
    }
    let factors = [(1.0 - asked) / (1.0 - share), asked / share];
    for table in draft.list("supplier") {
        let id = table.get("id").and_then(Value::as_str).unwrap_or_default();
        let Some(weights) = scenario.suppliers.iter().find(|s| s.id == id).map(|s| s.weights) else { continue };
        if weights.gains > 0.0 {
            let factor = factors[usize::from(weights.size != Size::Large)];
            table.insert("gains".to_owned(), Value::Float(weights.gains * factor));
            mark(table, change);
        }
    }
    if let Some(small) = draft.table(&["market"]).get_mut("small-suppliers").and_then(Value::as_table_mut) {
        let gains = small.get("gains").and_then(|v| v.as_float().or_else(|| v.as_integer().map(|whole| whole as f64)));
        if let Some(gains) = gains {
            small.insert("gains".to_owned(), Value::Float(gains * factors[1]));
            mark(small, change);
        }
    }
    Ok(())
}

fn mark(table: &mut toml::Table, change: &Change<'_>) {
    let before = table.get("source").and_then(Value::as_str).unwrap_or("the scenario").to_owned();
    Note::of(&[*change], &before).mark(table);
}
