//! Parameter packs: fitted numbers in the form in which a scenario file has them.
//!
//! A pack is the part of a scenario in which the fitted numbers differ from it. Each number has `kind = "derived"`, a
//! source that says what it was fitted to, and its interval as `range`.

use toml::{Table, Value};

use crate::model::laws::{CATALOGUE, NumberKind, PREPAY};

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
    let before = read(before);
    let mut pack = difference(&before, &read(after));
    pack.iter_mut().for_each(|(key, value)| mark(value, before.get(key), &note.source));
    for (name, ends) in &note.ranges {
        put_range(&mut pack, name, ends);
    }
    let keys = "# Paste these keys into the scenario, in place of those of the same names.";
    let mut text = format!("{HEADER}\n{keys}\n");
    write(&mut text, "", &pack);
    text
}

/// Writes a table: its values, each on one line and long lists item by item, then the tables within it. A number with
/// its origin is a table of its own.
fn write(text: &mut String, path: &str, table: &Table) {
    let is_number = table.contains_key("value");
    let is_within = |value: &Value| value.is_table() && !is_number;
    if !path.is_empty() && table.iter().any(|(_, value)| !is_within(value)) {
        text.push_str(&format!("\n[{path}]\n"));
    }
    for (key, value) in table.iter().filter(|(_, value)| !is_within(value)) {
        let value = match value {
            Value::Array(items) if !is_number => {
                let items: String = items.iter().map(|item| format!("    {item},\n")).collect();
                format!("[\n{items}]")
            }
            value => value.to_string(),
        };
        text.push_str(&format!("{} = {value}\n", key_of(key)));
    }
    for (key, value) in table.iter() {
        if let (Value::Table(inner), true) = (value, is_within(value)) {
            let key = key_of(key);
            write(text, &if path.is_empty() { key } else { format!("{path}.{key}") }, inner);
        }
    }
}

/// A key as a file has it, in quotes where it needs them.
fn key_of(key: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !key.is_empty() && key.chars().all(is_plain) {
        key.to_owned()
    } else {
        Value::String(key.to_owned()).to_string()
    }
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

/// Marks every number that was set as derived: setting a number changes its source.
fn mark(value: &mut Value, before: Option<&Value>, source: &str) {
    match value {
        Value::Table(table) => {
            let before = |key: &str| before.and_then(|before| before.get(key));
            if table.get("source").is_some_and(|new| before("source") != Some(new)) {
                table.insert("source".to_owned(), Value::String(source.to_owned()));
                table.insert("kind".to_owned(), Value::String(NumberKind::Derived.name().to_owned()));
            }
            table.iter_mut().for_each(|(key, value)| mark(value, before(key), source));
        }
        Value::Array(values) => {
            let before = |place: usize| before.and_then(|before| before.get(place));
            values.iter_mut().enumerate().for_each(|(place, value)| mark(value, before(place), source));
        }
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
    let mut table = pack;
    if is_of_a_law(name) {
        let Some(Value::Table(laws)) = table.get_mut("laws") else { return };
        table = laws;
    }
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

/// Whether an input is a law or a part of one. Inputs name laws without their section.
fn is_of_a_law(input: &str) -> bool {
    CATALOGUE
        .iter()
        .chain([&PREPAY])
        .any(|(law, ..)| input.strip_prefix(law).is_some_and(|part| part.is_empty() || part.starts_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_has_what_differs_marked_as_derived_with_its_range() {
        let before = "[market]\ngas-share = 0.43\n[market.class-shares.value]\nimmature = 0.1\n";
        let set = "source = \"a set to b\"\nkind = \"assumed\"\n";
        let after = format!(
            "[market]\ngas-share = 0.43\n[market.class-shares]\n{set}[market.class-shares.value]\nimmature = 0.2\n\
             [laws.to-623.immature]\n{set}value = {{ lognormal = {{ median = \"30 d\", sigma = 1.0 }} }}\n"
        );
        let ends = |low: &str, high: &str| [low.to_owned(), high.to_owned()];
        let ranges = vec![
            ("market.class-shares.immature".to_owned(), ends("0.1", "0.3")),
            ("to-623.immature".to_owned(), ends("\"20 d\"", "\"40 d\"")),
        ];
        let pack = pack(before, &after, &Note { source: "calibrate: x".to_owned(), ranges });
        let keys = "# Paste these keys into the scenario, in place of those of the same names.";
        let expected = format!(
            "{HEADER}\n{keys}\n\n[market.class-shares]\nsource = \"calibrate: x\"\nkind = \"derived\"\n\
             value = {{ immature = 0.2 }}\nrange = {{ immature = [0.1, 0.3] }}\n\n[laws.to-623.immature]\n\
             source = \"calibrate: x\"\nkind = \"derived\"\n\
             value = {{ lognormal = {{ median = \"30 d\", sigma = 1.0 }} }}\nrange = [\"20 d\", \"40 d\"]\n"
        );
        assert_eq!(pack, expected);
    }

    #[test]
    fn a_law_and_a_key_of_another_section_both_keep_their_ranges() {
        let set = "source = \"a set to b\"\nkind = \"assumed\"\n";
        let after =
            format!("[traffic.messages]\nvalue = 5.0\n{set}[laws.notice]\nvalue = {{ fixed = \"6 d\" }}\n{set}");
        let ends = |low: &str, high: &str| [low.to_owned(), high.to_owned()];
        let ranges = vec![
            ("traffic.messages".to_owned(), ends("4.0", "6.0")),
            ("notice".to_owned(), ends("\"1 d\"", "\"9 d\"")),
        ];
        let pack = pack("", &after, &Note { source: "calibrate: x".to_owned(), ranges });
        let read: Table = pack.parse().expect("a pack is TOML");
        assert_eq!(read["traffic"]["messages"]["range"].to_string(), "[4.0, 6.0]", "{pack}");
        assert_eq!(read["laws"]["notice"]["range"].to_string(), "[\"1 d\", \"9 d\"]", "{pack}");
    }

    #[test]
    fn of_a_list_only_the_numbers_that_were_set_are_marked() {
        let item = |value: f64, source: &str| format!("{{ value = {value:?}, source = \"{source}\" }}");
        let list = |first: String| format!("supplier = [{first}, {}]\n", item(2.0, "a was set to 2 in 2019"));
        let note = Note { source: "calibrate: x".to_owned(), ranges: Vec::new() };
        let pack = pack(&list(item(1.0, "s")), &list(item(1.5, "a set to 1.5")), &note);
        let read: Table = pack.parse().expect("a pack is TOML");
        let sources = [0, 1].map(|place| read["supplier"][place]["source"].as_str());
        assert_eq!(sources, [Some("calibrate: x"), Some("a was set to 2 in 2019")], "{pack}");
    }

    #[test]
    fn a_list_that_differs_is_written_item_by_item() {
        let after = "[market]\npath = [{ on = 2018-12-31, meters = 5.0 }, { on = 2019-12-31, meters = 6.0 }]\n";
        let text = pack("", after, &Note { source: String::new(), ranges: Vec::new() });
        assert!(text.contains("\n[market]\npath = [\n    { on = 2018-12-31, meters = 5.0 },\n    {"), "{text}");
        assert!(
            text.parse::<Table>().is_ok_and(|read| read["market"]["path"].as_array().is_some_and(|a| a.len() == 2))
        );
    }
}
