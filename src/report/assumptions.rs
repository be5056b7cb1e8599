//! `assumptions.csv`: every number that a study uses, with its value and unit, its kind and where it comes from.

use toml::Value;

use crate::scenario::Scenario;
use crate::scenario::quantity;
use crate::text::visible;

/// The table as CSV.
///
/// # Errors
/// When the writer fails, which in memory it does not.
pub fn csv(scenario: &Scenario) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["name", "value", "unit", "kind", "source", "range", "why", "about"])?;
    for a in &scenario.assumptions {
        let (value, unit) = plain(&a.value, a.unit);
        let (range, why) = a.range_and_why();
        let range = range.replace(['[', ']', '"', '{', '}'], "").trim().to_owned();
        let record = [&a.name, &value, &unit, a.kind.name(), &a.source, &range, &why, &a.about];
        writer.write_record(record.map(|text| visible(&inert(text))))?;
    }
    writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))
}

/// A value as a scenario writes it, `"24 h"` or `[0.1, 0.3]`, as a plain value and its unit: `24` and `h`, `0.1; 0.3`.
/// `usual` is the unit of values that have none.
fn plain(written: &str, usual: &str) -> (String, String) {
    let value = format!("value = {written}").parse::<toml::Table>().ok().and_then(|mut table| table.remove("value"));
    match value {
        Some(Value::String(text)) => match with_unit(&text) {
            Some((number, unit)) => (number, unit),
            None => (text, usual.to_owned()),
        },
        Some(Value::Array(items)) => same_unit(&items).unwrap_or_else(|| (all(&items), usual.to_owned())),
        Some(value) => (inside(&value), usual.to_owned()),
        None => (written.to_owned(), usual.to_owned()),
    }
}

/// A length of time or a rate as a number and its unit; a length in several units as seconds.
fn with_unit(text: &str) -> Option<(String, String)> {
    if let Some((number, unit)) = text.split_once('/') {
        return number.trim().parse::<u64>().ok().map(|number| (number.to_string(), format!("/{}", unit.trim())));
    }
    let length = quantity::duration(text).ok()?;
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).trim();
    match number.parse::<f64>() {
        Ok(_) => Some((number.to_owned(), text[text.rfind(|c: char| !c.is_ascii_alphabetic())? + 1..].to_owned())),
        Err(_) => Some((length.0.to_string(), "s".to_owned())),
    }
}

/// Lengths of time that all have one unit.
fn same_unit(items: &[Value]) -> Option<(String, String)> {
    let read: Option<Vec<(String, String)>> = items.iter().map(|item| with_unit(item.as_str()?)).collect();
    let read = read?;
    let unit = read.first()?.1.clone();
    let numbers: Vec<&str> = read.iter().map(|(number, _)| number.as_str()).collect();
    read.iter().all(|(_, other)| *other == unit).then(|| (numbers.join("; "), unit))
}

/// A value within another one, without the marks of TOML.
fn inside(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => all(items),
        Value::Table(table) => {
            let entries: Vec<String> = table.iter().map(|(key, value)| entry(key, value)).collect();
            entries.join("; ")
        }
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => value.to_string(),
    }
}

fn entry(key: &str, value: &Value) -> String {
    match value {
        Value::Table(_) | Value::Array(_) => format!("{key}({})", inside(value)),
        Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {
            format!("{key}={}", inside(value))
        }
    }
}

fn all(items: &[Value]) -> String {
    let one = |item: &Value| if item.is_table() { format!("({})", inside(item)) } else { inside(item) };
    items.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// A text of a scenario as no spreadsheet takes it for a formula; a number stays as it is.
fn inert(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@']) && text.parse::<f64>().is_err();
    if formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{BUILT_IN, read};

    #[test]
    fn a_text_that_looks_like_a_formula_is_made_text_and_a_number_is_not() {
        assert_eq!(inert("=1+1"), "'=1+1");
        assert_eq!(inert("-5"), "-5");
        assert_eq!(inert("calibration 8.1"), "calibration 8.1");
    }

    #[test]
    fn values_are_plain_and_have_their_unit_beside_them() {
        for (written, usual, value, unit) in [
            ("0.45", "share", "0.45", "share"),
            ("\"24 h\"", "", "24", "h"),
            ("\"-5 d\"", "", "-5", "d"),
            ("\"1.5 h\"", "", "1.5", "h"),
            ("\"1 d 1 h\"", "", "90000", "s"),
            ("\"600 /s\"", "", "600", "/s"),
            ("\"09:00\"", "time of day", "09:00", "time of day"),
            ("[0.15, 0.15, 0.45]", "weight", "0.15; 0.15; 0.45", "weight"),
            ("[\"1 d\", \"5 d\"]", "", "1; 5", "d"),
            ("{ mature = 0.79, non-user = 0.04 }", "share", "mature=0.79; non-user=0.04", "share"),
            ("{ lognormal = { median = \"30 d\", sigma = 1.0 } }", "", "lognormal(median=30 d; sigma=1.0)", ""),
            ("{ uniform = [\"3 d\", \"10 d\"] }", "", "uniform(3 d; 10 d)", ""),
            ("\"cos-success\"", "", "cos-success", ""),
            ("true", "", "true", ""),
        ] {
            assert_eq!(plain(written, usual), (value.to_owned(), unit.to_owned()), "{written}");
        }
    }

    #[test]
    fn every_number_of_the_built_in_scenario_has_a_kind_and_a_source() {
        let (scenario, findings) = read("december-2018", BUILT_IN).expect("the built-in scenario");
        assert_eq!(findings, []);
        let table = String::from_utf8(csv(&scenario).expect("a table in memory")).expect("text");
        assert_eq!(table.lines().count(), scenario.assumptions.len() + 1);
        assert!(table.contains("market.class-shares"), "{table}");
        assert!(!table.contains("without a source"), "{table}");
    }

    #[test]
    fn no_mark_of_toml_is_left_in_a_value_of_the_built_in_scenario() {
        let (scenario, _) = read("december-2018", BUILT_IN).expect("the built-in scenario");
        let table = csv(&scenario).expect("a table in memory");
        let mut values = csv::Reader::from_reader(table.as_slice());
        for record in values.records().map(|record| record.expect("a record")) {
            assert!(!record[1].contains(['{', '[', '"']), "{record:?}");
        }
    }
}
