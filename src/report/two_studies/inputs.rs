//! Which inputs of two resolved scenarios differ.

use std::collections::BTreeSet;

use serde::Serialize;
use toml::{Table, Value};

use crate::scenario::input as scenario;
use crate::study::session::Session;

/// An input that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Input {
    /// Its name in `list inputs`, or else its key, such as `supplier[large-1].share`.
    pub key: String,
    /// Its value in the first scenario: as `--set` takes it, that of a key as TOML; `None` where it has none.
    pub before: Option<String>,
    /// Its value in the second scenario, in the same form; `None` where it has none.
    pub after: Option<String>,
}

/// Sections and keys of the whole file that change no simulated number.
const NO_INPUTS: [&str; 5] = ["id", "title", "story", "expect", "published"];
/// Keys that name a table of a list.
const NAMES: [&str; 4] = ["id", "on", "mitigation", "code"];
/// Keys with which a number says where it comes from. Only with `source` is `kind` one of them.
const SOURCE: &str = "source";
const KIND: &str = "kind";
/// The key of a number beside its origin.
const VALUE: &str = "value";

/// The inputs that differ between two resolved scenarios by their names, and then the keys that differ apart from them.
pub fn differing(before: &Table, after: &Table) -> Vec<Input> {
    let keys = differing_keys(before, after);
    if keys.is_empty() {
        return keys;
    }
    let session = |table: &Table| Session::of_text("resolved", "resolved", &table.to_string()).ok();
    let (Some(first), Some(second)) = (session(before), session(after)) else { return keys };
    let (old, new) = (first.inputs(), second.inputs());
    let twin = |input: &scenario::Input| old.iter().find(|old| old.name == input.name && old.value != input.value);
    let pairs: Vec<_> = new.iter().filter_map(|new| Some((twin(new)?, new))).collect();
    // Setting these inputs in either scenario explains some of the keys, and the others remain.
    let there = remaining(&first, pairs.iter().map(|(_, new)| *new), after);
    let back = remaining(&second, pairs.iter().map(|(old, _)| *old), before);
    let (Some(there), Some(back)) = (there, back) else { return keys };
    let said = |(old, new): &(&scenario::Input, &scenario::Input)| {
        let [before, after] = [old, new].map(|input| Some(input.print(&input.value)));
        Input { key: new.name.clone(), before, after }
    };
    let others = keys.into_iter().filter(|input| there.contains(&input.key) && back.contains(&input.key));
    pairs.iter().map(said).chain(others).collect()
}

/// The keys in which a study still differs from a scenario once it has the values of some inputs.
fn remaining<'i>(
    of: &Session,
    inputs: impl Iterator<Item = &'i scenario::Input>,
    from: &Table,
) -> Option<BTreeSet<String>> {
    let settings: Vec<_> = inputs.map(|input| input.to(input.value.clone())).collect();
    let set: Table = of.set(&settings).ok()?.identity().resolved.parse().ok()?;
    Some(differing_keys(&set, from).into_iter().map(|input| input.key).collect())
}

/// The keys that differ between two resolved scenarios, in order. Titles, sources, expectations and
/// published figures are no inputs.
fn differing_keys(before: &Table, after: &Table) -> Vec<Input> {
    let inputs = |table: &Table| -> Table {
        table
            .iter()
            .filter(|(key, _)| !NO_INPUTS.contains(&key.as_str()))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect()
    };
    let mut found = Vec::new();
    tables("", &inputs(before), &inputs(after), &mut found);
    found
}

fn tables(path: &str, before: &Table, after: &Table, found: &mut Vec<Input>) {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let is_origin = |key: &str| {
        let has_source = before.contains_key(SOURCE) || after.contains_key(SOURCE);
        key == SOURCE || key == KIND && has_source
    };
    for key in keys.into_iter().filter(|key| !is_origin(key)) {
        let path = match (path, key.as_str()) {
            ("", key) => key.to_owned(),
            (path, VALUE) => path.to_owned(),
            (path, key) => format!("{path}.{}", quoted(key)),
        };
        values(&path, before.get(key), after.get(key), found);
    }
}

fn values(path: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Input>) {
    match (before, after) {
        (Some(Value::Table(before)), Some(Value::Table(after))) => return tables(path, before, after, found),
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            if let (Some(before), Some(after)) = (elements(before), elements(after)) {
                return lists(path, &before, &after, found);
            }
        }
        _ => {}
    }
    if !are_equal(before, after) {
        let text = |value: Option<&Value>| value.map(Value::to_string);
        found.push(Input { key: path.to_owned(), before: text(before), after: text(after) });
    }
}

/// The tables of a list by their names, in order; a table without a name, and a second of one name, by its place.
/// `None` if the list holds anything else.
fn elements(list: &[Value]) -> Option<Vec<(String, &Value)>> {
    let mut named: Vec<(String, &Value)> = Vec::new();
    for (place, value) in list.iter().enumerate() {
        let table = value.as_table()?;
        let name = NAMES.iter().find_map(|key| table.get(*key)).map(|name| match name {
            Value::String(name) => name.clone(),
            other => other.to_string(),
        });
        let is_taken = |name: &String| named.iter().any(|(other, _)| other == name);
        let name = name.filter(|name| !is_taken(name)).unwrap_or_else(|| (place + 1).to_string());
        named.push((name, value));
    }
    Some(named)
}

fn lists(path: &str, before: &[(String, &Value)], after: &[(String, &Value)], found: &mut Vec<Input>) {
    let of = |list: &[(String, &Value)], name: &str| {
        list.iter().find(|(own, _)| own == name).map(|(_, value)| value.to_owned().clone())
    };
    for (name, value) in before {
        values(&format!("{path}[{name}]"), Some(value), of(after, name).as_ref(), found);
    }
    for (name, value) in after.iter().filter(|(name, _)| of(before, name).is_none()) {
        values(&format!("{path}[{name}]"), None, Some(value), found);
    }
}

/// Whether two values are the same: a whole number with and without a decimal point, and numbers that differ behind the
/// twelfth digit.
fn are_equal(before: Option<&Value>, after: Option<&Value>) -> bool {
    let number = |value: Option<&Value>| match value {
        Some(Value::Integer(whole)) => Some(*whole as f64),
        Some(Value::Float(number)) => Some(*number),
        _ => None,
    };
    match (number(before), number(after)) {
        (Some(before), Some(after)) => (before - after).abs() <= 1e-12 * before.abs().max(after.abs()),
        _ => before == after,
    }
}

/// A key, in quotes where TOML needs them.
fn quoted(key: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !key.is_empty() && key.chars().all(is_bare) { key.to_owned() } else { format!("\"{key}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(before: &str, after: &str) -> Vec<(String, Option<String>, Option<String>)> {
        let table = |text: &str| text.parse::<Table>().expect("TOML");
        let found = differing_keys(&table(before), &table(after));
        found.into_iter().map(|input| (input.key, input.before, input.after)).collect()
    }

    fn row(key: &str, before: Option<&str>, after: Option<&str>) -> (String, Option<String>, Option<String>) {
        (key.to_owned(), before.map(str::to_owned), after.map(str::to_owned))
    }

    #[test]
    fn a_number_with_an_origin_is_one_input_and_its_origin_is_none() {
        let before = "[market.gas-share]\nvalue = 0.4\nsource = \"a\"\nkind = \"assumed\"\n";
        let after = "[market.gas-share]\nvalue = 0.5\nsource = \"b\"\nkind = \"observed\"\n";
        assert_eq!(of(before, after), [row("market.gas-share", Some("0.4"), Some("0.5"))]);
    }

    #[test]
    fn tables_of_a_list_are_matched_by_name_whatever_their_order() {
        let before = "[[supplier]]\nid = \"a\"\nshare = 1\n[[supplier]]\nid = \"b\"\nshare = 2\n";
        let after = "[[supplier]]\nid = \"b\"\nshare = 3\n[[supplier]]\nid = \"a\"\nshare = 1.0\n";
        assert_eq!(of(before, after), [row("supplier[b].share", Some("2"), Some("3"))]);
    }

    #[test]
    fn what_only_one_scenario_has_is_there_once() {
        let found = of("[[policy]]\nid = \"a\"\n", "[traffic]\ncapacity = \"9 /s\"\n[[policy]]\nid = \"a\"\n");
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((&*found[0].0, &found[0].1), ("traffic", &None));
    }

    #[test]
    fn titles_and_expectations_are_no_inputs() {
        assert_eq!(of("title = \"a\"\n[[expect]]\nwhy = \"a\"\n", "title = \"b\"\n"), []);
    }

    #[test]
    fn the_kind_of_an_injection_is_an_input() {
        let found = of("[[inject]]\nkind = \"a\"\n", "[[inject]]\nkind = \"b\"\n");
        assert_eq!(found, [row("inject[1].kind", Some("\"a\""), Some("\"b\""))]);
    }
}
