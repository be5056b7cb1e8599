//! The schema of scenario files and their reference: what is in them, and that they say what the reader does.

mod program;

use std::collections::BTreeSet;

use jsonschema::Validator;
use meterchurn::scenario::catalogue::{parameters, settings};
use meterchurn::scenario::read;
use meterchurn::scenario::schema::{self, json_of};
use meterchurn::scenario::shipped::{SHIPPED, Shipped};
use program::{meterchurn, stdout};
use serde_json::Value;
use toml::Table;

fn validator() -> Validator {
    let schema: Value = serde_json::from_str(&schema::schema()).expect("JSON");
    jsonschema::validator_for(&schema).expect("a schema")
}

/// A document as the schema sees it.
fn document(text: &str) -> Value {
    json_of(&toml::Value::Table(text.parse::<Table>().expect("TOML")))
}

/// What the schema says about a text.
fn mistakes(validator: &Validator, text: &str) -> Vec<String> {
    let document = document(text);
    validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// A file that a test holds equal to what the program prints; with METERCHURN_BLESS set it is written instead.
#[track_caller]
fn holds(file: &str, printed: &str) {
    let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("METERCHURN_BLESS").is_some() {
        std::fs::write(&path, printed).expect("the file can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == printed, "{file} is not what the program prints; METERCHURN_BLESS=1 writes it");
}

#[test]
fn the_schema_beside_the_scenarios_is_the_one_that_the_program_prints() {
    let printed = stdout(&meterchurn(&["schema"]));
    assert_eq!(printed, schema::schema());
    holds("scenarios/scenario.schema.json", &printed);
}

#[test]
fn the_reference_is_the_one_that_the_program_prints() {
    let printed = stdout(&meterchurn(&["schema", "--format", "markdown"]));
    assert!(printed.lines().all(|line| line.chars().count() <= 120));
    holds("docs/reference.md", &printed);
}

#[test]
fn every_shipped_scenario_and_every_scenario_of_the_docs_is_valid() {
    let validator = validator();
    let page = include_str!("../docs/scenarios.md");
    let of_docs = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let of_docs = of_docs.filter(|text| text.starts_with("schema = 1"));
    let mut tried = 0;
    for text in SHIPPED.iter().map(|shipped| shipped.source).chain(of_docs) {
        assert_eq!(mistakes(&validator, text), [""; 0], "{text}");
        tried += 1;
    }
    assert!(tried > SHIPPED.len());
}

#[test]
fn a_resolved_scenario_is_valid() {
    let validator = validator();
    for name in ["december-2018", "dp072-incident", "september-2021-solr-wave"] {
        let session = meterchurn::study::session::Session::open(name.as_ref()).expect("a shipped scenario");
        assert_eq!(mistakes(&validator, &session.identity().resolved), [""; 0], "{name}");
    }
}

const SCRIPT: &str = "schema = 1\ntitle = \"t\"\n[time]\nstart = 2018-11-01\nhorizon = 2019-03-01\n\
    [[supplier]]\nid = \"a\"\n[[supplier]]\nid = \"b\"\n[[meter]]\nid = 1\nholder = \"a\"\n";

#[test]
fn what_the_reader_refuses_by_its_shape_the_schema_refuses() {
    let validator = validator();
    assert_eq!(mistakes(&validator, SCRIPT), [""; 0]);
    for (wrong, of) in [
        ("[[policy]]\nid = \"p\"\nuse = [{ mitigation = \"99\" }]", "no mitigation"),
        (
            "[[policy]]\nid = \"p\"\nuse = [{ mitigation = \"1\", allow = [\"0x8F3F\"] }]",
            "another mitigation's setting",
        ),
        ("[[policy]]\nid = \"p\"\nuse = [\"1\"]", "a name in place of a table"),
        ("[[policy]]\nid = \"P\"", "an id in capitals"),
        ("[[inject]]\nkind = \"miss-623\"\ndelay = \"5 d\"", "another injection's key"),
        ("[[inject]]\nkind = \"wan-outage\"\nfrom = 2018-12-01", "an outage without its end"),
        (
            "[[inject]]\nkind = \"gateway-outage\"\nfrom = 2018-12-01\nuntil = 2018-12-02\nwhere = { region = \"north\" }",
            "a key of `where` that does not apply",
        ),
        ("[[inject]]\nkind = \"delay-623\"\ndelay = { exponential = { mean = 5 } }", "a length without its unit"),
        ("[laws.to-623.matur]\nvalue = \"5 d\"", "no law"),
        ("[laws.notice]\nvalue = { fixed = \"1 d\", uniform = [\"1 d\", \"2 d\"] }", "a law of two families"),
        ("[[expect]]\nthat = \"requests.total == 0\"\nkind = \"certain\"", "no kind of expectation"),
        ("[dcc]\ngas-devices = 3", "a number out of its range"),
        ("[market]\ngas-share = { value = 0.4, kind = \"guess\" }", "no kind of number"),
        ("[experiment]\nreplication = 30", "a misspelt key"),
    ] {
        let text = format!("{SCRIPT}{wrong}\n");
        assert_ne!(mistakes(&validator, &text), [""; 0], "{of}: {wrong}");
        assert!(read("t", &text).is_err(), "{of}: {wrong}");
    }
}

#[test]
fn an_unknown_key_is_refused_in_every_table_of_every_shipped_scenario() {
    let validator = validator();
    let mut tried = 0;
    for Shipped { name, source } in SHIPPED {
        let whole = document(source);
        for path in tables(&whole, String::new()) {
            let mut wrong = whole.clone();
            let table = wrong.pointer_mut(&path).and_then(Value::as_object_mut).expect("a table");
            table.insert("no-such-key".into(), Value::Bool(true));
            assert!(!validator.is_valid(&wrong), "{name}: {path}");
            tried += 1;
        }
    }
    assert!(tried > 300, "{tried}");
}

/// The places of all tables in a document.
fn tables(value: &Value, path: String) -> Vec<String> {
    match value {
        Value::Object(entries) => {
            let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
            let inside = entries.iter().flat_map(|(key, value)| tables(value, format!("{path}/{}", escaped(key))));
            [path.clone()].into_iter().chain(inside).collect()
        }
        Value::Array(items) => {
            (0..).zip(items).flat_map(|(n, item): (usize, _)| tables(item, format!("{path}/{n}"))).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn what_the_reader_accepts_without_a_line_of_a_shipped_scenario_the_schema_accepts_as_well() {
    let validator = validator();
    let mut accepted = 0;
    for Shipped { name, source } in SHIPPED.iter().filter(|shipped| shipped.name != "gb-year") {
        let lines: Vec<&str> = source.lines().collect();
        for left_out in 0..lines.len() {
            let text = [&lines[..left_out], &lines[left_out + 1..]].concat().join("\n");
            if text.parse::<Table>().is_ok() && read(name, &text).is_ok() {
                assert_eq!(mistakes(&validator, &text), [""; 0], "{name} without line {}", left_out + 1);
                accepted += 1;
            }
        }
    }
    assert!(accepted > 100, "{accepted}");
}

#[test]
fn every_key_law_and_setting_is_in_the_schema_with_a_description() {
    let schema: Value = serde_json::from_str(&schema::schema()).expect("JSON");
    let described = |path: &str| schema.pointer(path).and_then(|key| key["description"].as_str()).is_some();
    for parameter in parameters() {
        let table =
            if parameter.section.is_empty() { String::new() } else { format!("/definitions/{}", parameter.section) };
        assert!(described(&format!("{table}/properties/{}", parameter.key)), "{}", parameter.name());
    }
    for entry in settings() {
        let key = entry.name.rsplit('.').next().unwrap_or_default();
        assert!(described(&format!("/definitions/policy.use/properties/{key}")), "{}", entry.name);
    }
}

#[test]
fn every_name_is_in_the_reference() {
    let page = stdout(&meterchurn(&["schema", "--format", "markdown"]));
    let named: BTreeSet<&str> = page.split('`').skip(1).step_by(2).collect();
    for parameter in parameters() {
        assert!(named.contains(parameter.key), "{}", parameter.name());
    }
    for entry in settings() {
        assert!(entry.name.split('.').next_back().is_some_and(|key| named.contains(key)), "{}", entry.name);
    }
}
