//! A scenario's file with some of its values replaced.

use toml::{Table, Value};

use super::{Change, SetError};
use crate::model::laws::{CATALOGUE, NumberKind, PREPAY};
use crate::scenario::parameter::Parameter;
use crate::scenario::{Assumption, Scenario, catalogue, sections};

/// A scenario's file in the making.
pub(super) struct Draft {
    root: Table,
}

/// Where a number that was set comes from.
#[derive(Debug, Clone)]
pub(super) struct Note(String);

/// Separates what was set from the source before.
const BEFORE: &str = "; before: ";

impl Note {
    /// Of changes of one number.
    pub fn of(changes: &[Change<'_>], before: &str) -> Self {
        let one = |change: &Change<'_>| {
            let Change { input, level } = change;
            format!("{} set to {} instead of {}", input.name, input.print(level), input.print(&input.value))
        };
        Self::saying(&changes.iter().map(one).collect::<Vec<_>>().join(", "), before)
    }

    fn saying(what: &str, before: &str) -> Self {
        // The source of the file, if the number was set before.
        let source = before.split_once(BEFORE).map_or(before, |(_, source)| source);
        Self(format!("{what}{BEFORE}{source}"))
    }

    /// Marks a table that holds a number as set.
    pub fn mark(&self, table: &mut Table) {
        table.insert("source".to_owned(), Value::String(self.0.clone()));
        table.insert("kind".to_owned(), Value::String(NumberKind::Assumed.name().to_owned()));
    }
}

impl Draft {
    /// The file of a scenario.
    pub fn of(source: &str) -> Self {
        Self { root: source.parse().unwrap_or_default() }
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        self.root.to_string()
    }

    /// A table within tables, which are made where they are missing.
    pub fn table(&mut self, path: &[&str]) -> &mut Table {
        path.iter().fold(&mut self.root, |table, key| within(table, key))
    }

    /// The tables of a list of tables at the top of the file.
    pub fn list(&mut self, key: &str) -> impl Iterator<Item = &mut Table> {
        entries(&mut self.root, key)
    }

    /// Writes a number with its origin, and keeps the range that the file gives it.
    pub fn number(&mut self, path: &[&str], key: &str, value: Value, note: &Note) {
        put(self.table(path), key, value, note);
    }

    /// Writes a law.
    pub fn law(&mut self, name: &str, value: Value, note: &Note) {
        // The reader also takes the whole name in quotes, but goes by the group where there are both.
        if let Some(laws) = self.root.get_mut("laws").and_then(Value::as_table_mut)
            && name.contains('.')
        {
            laws.remove(name);
        }
        let mut path: Vec<&str> = std::iter::once("laws").chain(name.split('.')).collect();
        let key = path.pop().unwrap_or_default();
        self.number(&path, key, value, note);
    }

    /// Writes a setting of a mitigation wherever a policy uses it. Returns whether it does.
    pub fn setting(
        &mut self,
        (policy, numbers, parameter): (&str, [&str; 2], &str),
        value: &Value,
        note: &Note,
    ) -> bool {
        let mut found = false;
        for table in self.list("policy").filter(|table| table.get("id").and_then(Value::as_str) == Some(policy)) {
            for used in entries(table, "use") {
                if used.get("mitigation").and_then(Value::as_str).is_some_and(|name| numbers.contains(&name)) {
                    put(used, parameter, value.clone(), note);
                    found = true;
                }
            }
        }
        found
    }

    /// Removes all other policies and their expectations. Returns the number of the latter.
    pub fn keep_policies(&mut self, kept: &[&str]) -> usize {
        let mut removed = 0;
        let named = |value: &Value, key: &str| match value.get(key).and_then(Value::as_str) {
            Some(id) => kept.contains(&id),
            // An expectation without a policy is about `baseline`.
            None => kept.contains(&sections::policy::BASELINE),
        };
        for (list, key) in [("policy", "id"), ("expect", "policy")] {
            if let Some(items) = self.root.get_mut(list).and_then(Value::as_array_mut) {
                let before = items.len();
                items.retain(|item| named(item, key));
                if list == "expect" {
                    removed = before - items.len();
                }
            }
        }
        removed
    }

    /// Writes any value of TOML under the name of a key, a law or a setting.
    ///
    /// # Errors
    /// When nothing has the name, or it is one of a list of tables.
    pub fn key(&mut self, scenario: &Scenario, name: &str, text: &str) -> Result<(), SetError> {
        let value = parsed(text).ok_or_else(|| {
            SetError::refused(name, text, "this is no value of TOML", "write a number, or text or a table in quotes")
        })?;
        let assumption = |name: &str| scenario.assumptions.iter().find(|a| a.name == name);
        let note = |name: &str| {
            let before = assumption(name).map_or("the scenario", |a: &Assumption| a.source.as_str());
            Note::saying(&format!("{name} set to {text}"), before)
        };
        let law = name.strip_prefix("laws.").unwrap_or(name);
        if CATALOGUE.iter().chain([&PREPAY]).any(|(known, ..)| *known == law) {
            self.law(law, value, &note(law));
            return Ok(());
        }
        if let Some((place, _)) = super::settings::place(scenario, name) {
            self.setting(place, &value, &note(name));
            return Ok(());
        }
        match catalogue::find(name).filter(|p| can_be_set(p)) {
            Some(parameter) => {
                let takes_origin = sections::SECTIONS.iter().any(|s| s.name == parameter.section && s.takes_origins);
                let plain = ["path", "pairs", "small-suppliers", "alerts", "capacity"].contains(&parameter.key);
                if takes_origin && !plain {
                    self.number(&[parameter.section], parameter.key, value, &note(name));
                } else {
                    self.table(&[parameter.section]).insert(parameter.key.to_owned(), value);
                }
                Ok(())
            }
            None => {
                let help = format!("it {OF_SEVERAL}");
                Err(SetError::Unknown { name: name.to_owned(), help })
            }
        }
    }
}

/// What is said of a key of a list of tables.
pub(super) const OF_SEVERAL: &str = "belongs to one of several tables; edit the file";

/// Whether a key is in a section that a file has once.
pub(super) fn can_be_set(parameter: &Parameter) -> bool {
    ["time", "experiment", "market", "dcc", "traffic"].contains(&parameter.section)
}

/// Writes a number with its origin into a table.
fn put(table: &mut Table, key: &str, value: Value, note: &Note) {
    let range = table.get(key).and_then(Value::as_table).and_then(|before| before.get("range")).cloned();
    let mut said = Table::new();
    said.insert("value".to_owned(), value);
    note.mark(&mut said);
    said.extend(range.map(|range| ("range".to_owned(), range)));
    table.insert(key.to_owned(), Value::Table(said));
}

fn within<'t>(table: &'t mut Table, key: &str) -> &'t mut Table {
    let entry = table.entry(key).or_insert_with(|| Value::Table(Table::new()));
    if !entry.is_table() {
        *entry = Value::Table(Table::new());
    }
    match entry {
        Value::Table(table) => table,
        _ => unreachable!("a table was just put there"),
    }
}

/// The tables of a list of tables.
pub(super) fn entries<'t>(table: &'t mut Table, key: &str) -> impl Iterator<Item = &'t mut Table> {
    table.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_table_mut)
}

/// A value of TOML on one line.
pub(super) fn parsed(text: &str) -> Option<Value> {
    format!("value = {text}").parse::<Table>().ok()?.remove("value")
}

/// A value of TOML in one form, however it is spaced.
pub(super) fn normal(text: &str) -> String {
    parsed(text).map_or_else(|| text.to_owned(), |value| value.to_string())
}
