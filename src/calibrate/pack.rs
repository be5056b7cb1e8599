//! Parameter packs: fitted numbers in the form in which a scenario file has them.
//!
//! A pack is the part of a scenario in which the fitted numbers differ from it. Each number has `kind = "derived"`, a
//! source that says what it was fitted to, and its interval as `range`.

use toml::{Table, Value};

use crate::model::laws::NumberKind;

/// Begins every pack, and marks a file as one.
pub const HEADER: &str = "# Fitted by meterchurn calibrate.";

/// What is written beside fitted numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// What they were fitted to.
    pub source: String,
    /// The names of the inputs with both ends of their intervals, as a scenario has values of these inputs: texts of
    /// TOML.
    pub ranges: Vec<(String, [String; 2])>,
}

/// The pack of what was set in a scenario: `before` is its text, and `after` that with the fitted numbers, as
/// [`Session::set`](crate::study::session::Session::set) gives it.
pub fn pack(before: &str, after: &str, note: &Note) -> String {
    let read = |text: &str| text.parse::<Table>().unwrap_or_default();
    let mut pack = difference(&read(before), &read(after));
    pack.iter_mut().for_each(|(_, value)| mark(value, &note.source));
    for (name, ends) in &note.ranges {
        put_range(&mut pack, name, ends);
    }
    let keys = "# Paste these keys into the scenario, in place of those of the same names.";
    format!("{HEADER}\n{keys}\n\n{pack}")
}

/// The keys of a table that another does not have, or has with other values. A number with its origin is one value.
fn difference(before: &Table, after: &Table) -> Table {
    let mut different = Table::new();
    for (key, value) in after {
        match (before.get(key), value) {
            (Some(old), new) if old == new => {}
            (Some(Value::Table(old)), Value::Table(new)) if !new.contains_key("value") => {
                different.insert(key.clone(), Value::Table(difference(old, new)));
            }
            _ => _ = different.insert(key.clone(), value.clone()),
        }
    }
    different
}

/// Marks every number that was set as derived.
fn mark(value: &mut Value, source: &str) {
    match value {
        Value::Table(table) => {
            if table.get("source").and_then(Value::as_str).is_some_and(|old| old.contains(" set to ")) {
                table.insert("source".to_owned(), Value::String(source.to_owned()));
                table.insert("kind".to_owned(), Value::String(NumberKind::Derived.name().to_owned()));
            }
            table.iter_mut().for_each(|(_, value)| mark(value, source));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| mark(value, source)),
        // What a difference leaves behind the twelfth digit is not meant.
        Value::Float(number) => *number = format!("{number:.11e}").parse().unwrap_or(*number),
        _ => {}
    }
}

/// Writes the range of an input beside its number: of a part of a composite number under the part's name. Nothing if
/// the number is not written with its origin in one place, as the dates of a path are not.
fn put_range(pack: &mut Table, name: &str, ends: &[String; 2]) {
    let end = |text: &String| format!("end = {text}").parse::<Table>().ok()?.remove("end");
    let Some(range) = ends.iter().map(end).collect::<Option<Vec<Value>>>().map(Value::Array) else { return };
    let root = if pack.contains_key("laws") && !name.starts_with("market.") { pack.get_mut("laws") } else { None };
    let mut table = match root {
        Some(Value::Table(laws)) => laws,
        _ => pack,
    };
    let mut parts = name.split('.').peekable();
    while !table.contains_key("value") {
        let Some(Value::Table(inner)) = parts.next().and_then(|part| table.get_mut(part)) else { return };
        table = inner;
    }
    let part = parts.collect::<Vec<_>>().join(".");
    if part.is_empty() {
        table.insert("range".to_owned(), range);
    } else {
        let ranges = table.entry("range").or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(ranges) = ranges {
            ranges.insert(part, range);
        }
    }
}
