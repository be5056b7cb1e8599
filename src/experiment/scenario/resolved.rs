//! The scenario with every default spelled out: what a results folder keeps, and what the scenario's digest is taken of.

use toml::{Table, Value};

use super::Scenario;
use super::provenance::number;
use crate::model::laws::CATALOGUE;

/// The file's text, read again, with the defaults of every section that has them put in.
pub fn resolved(scenario: &Scenario, source: &str) -> String {
    let mut root: Table = source.parse().unwrap_or_default();
    root.remove("story");
    let experiment = section(&mut root, "experiment");
    set(experiment, "seed", Value::Integer(scenario.experiment.seed as i64));
    set(experiment, "replications", Value::Integer(i64::from(scenario.experiment.replications)));
    set(experiment, "confidence", Value::Float(scenario.experiment.confidence));
    set(experiment, "baseline", Value::String(scenario.experiment.baseline.clone()));
    for assumption in &scenario.assumptions {
        let Some((name, key)) = number(&assumption.name).and_then(|n| n.name.split_once('.')) else { continue };
        // What stands in lists, as suppliers and switches do, is spelled out by its own file or is the same for all.
        if let ("market" | "dcc", Some(value)) = (name, parsed(&assumption.value))
            && key != "path"
        {
            let said = [("value", value), ("source", text(&assumption.source)), ("kind", text(assumption.kind.name()))];
            let said = said.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            set(section(&mut root, name), key, Value::Table(said));
        }
    }
    let mut out = root.to_string();
    for law in scenario.assumptions.iter().filter(|a| CATALOGUE.iter().any(|(name, ..)| *name == a.name)) {
        if root.get("laws").and_then(|laws| find(laws, &law.name)).is_none() {
            let (source, kind) = (text(&law.source), law.kind.name());
            out.push_str(&format!(
                "\n[laws.{}]\nvalue = {}\nsource = {source}\nkind = \"{kind}\"\n",
                law.name, law.value
            ));
        }
    }
    out
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// A value as an assumption holds it: TOML in one line.
fn parsed(value: &str) -> Option<Value> {
    format!("value = {value}").parse::<Table>().ok()?.remove("value")
}

fn section<'t>(root: &'t mut Table, name: &str) -> &'t mut Table {
    let entry = root.entry(name).or_insert_with(|| Value::Table(Table::new()));
    if !entry.is_table() {
        *entry = Value::Table(Table::new());
    }
    match entry {
        Value::Table(table) => table,
        _ => unreachable!("a table was just put there"),
    }
}

fn set(table: &mut Table, key: &str, value: Value) {
    table.insert(key.to_owned(), value);
}

fn find<'v>(laws: &'v Value, name: &str) -> Option<&'v Value> {
    name.split('.').try_fold(laws, |value, part| value.get(part))
}

/// BLAKE3 of the resolved text, in hex.
pub fn digest(resolved: &str) -> String {
    blake3::hash(resolved.as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::super::{BUILT_IN, read};
    use super::*;

    #[test]
    fn the_resolved_scenario_reads_back_as_the_same_scenario() {
        let (scenario, _) = read("december-2018", BUILT_IN).unwrap();
        let text = resolved(&scenario, BUILT_IN);
        let (again, _) =
            read("december-2018", &text).map_err(|f| super::super::diagnostics::render("r", &text, &f, false)).unwrap();
        assert_eq!((again.market, again.laws), (scenario.market.clone(), scenario.laws.clone()));
        assert_eq!(again.policies, scenario.policies);
        assert_eq!(again.assumptions.len(), scenario.assumptions.len());
    }
}
