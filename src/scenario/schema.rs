//! The JSON Schema of scenario files, generated from the catalogue: what editors complete, explain and underline.
//!
//! It says what a schema can say: keys, shapes of values, words and ranges. What concerns several values at once, such
//! as shares that add up to 1 or names that must be declared, only `check` knows. It is draft-07, the newest that
//! [taplo](https://taplo.tamasfe.dev) reads, which checks TOML in editors. Dates arrive there as texts, so a schema
//! cannot see whether they had quotes.

use serde_json::{Map, Value, json};

use super::catalogue::Entry;
use super::provenance::{KEYS, VALUE};
use super::sections::inject::{FaultKind, WHERE};
use super::sections::{SECTIONS, Section, policy};
use super::shape::Shape;
use crate::model::injection::InjectionKind;
use crate::model::laws::{CATALOGUE, NumberKind, PREPAY};
use crate::model::mitigation::REGISTRY;

/// The name of the file that holds the schema beside scenarios.
pub const FILE: &str = "scenario.schema.json";

/// A length of time: numbers with units.
const LENGTH: &str = r"([0-9]+(\.[0-9]+)?\s*(w|d|h|min|s)\s*)+$";

/// The schema, as text.
pub fn schema() -> String {
    let mut root = table(section("")).as_object().cloned().unwrap_or_default();
    root.insert("$schema".into(), json!("http://json-schema.org/draft-07/schema#"));
    root.insert("title".into(), json!("Scenario of meterchurn"));
    root.insert("description".into(), json!("A study of changes of supplier, in one file."));
    let mut definitions: Map<String, Value> =
        SECTIONS.iter().filter(|s| !s.name.is_empty()).map(|s| (s.name.to_owned(), table(s))).collect();
    definitions.insert("law".into(), law());
    definitions.insert("laws".into(), laws());
    definitions.insert("origin".into(), origins());
    definitions.insert("range".into(), range());
    root.insert("definitions".into(), definitions.into());
    // A map of text and numbers can always be written.
    serde_json::to_string_pretty(&root).unwrap_or_default() + "\n"
}

fn section(name: &str) -> &'static Section {
    super::catalogue::section(name).unwrap_or(&SECTIONS[0])
}

/// The table of a section.
fn table(section: &Section) -> Value {
    let mut properties = Map::new();
    for parameter in section.keys {
        let value = json(&parameter.shape);
        let value = if section.takes_origin_of(parameter) { with_origin(value) } else { value };
        properties.insert(parameter.key.to_owned(), described(value, &Entry::of_key(parameter)));
    }
    if section.says_origin {
        properties.extend(origin());
    }
    let required: Vec<&str> = section.keys.iter().filter(|p| p.is_required()).map(|p| p.key).collect();
    let mut table = object(properties, &required);
    match section.name {
        "inject" => by_kind(&mut table),
        "policy.use" => by_mitigation(&mut table),
        _ => {}
    }
    table
}

/// A table with these keys and no others.
fn object(properties: Map<String, Value>, required: &[&str]) -> Value {
    let mut object = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

/// A value with what is known of it. Draft-07 ignores what is beside a reference, so that goes into a list.
fn described(value: Value, entry: &Entry) -> Value {
    let mut value = if value.get("$ref").is_some() { json!({ "allOf": [value] }) } else { value };
    value["description"] = json!(entry.description());
    if let Some(default) = entry.default.as_deref().and_then(of_toml) {
        value["default"] = default;
    }
    value
}

/// A plain value, or a table of the value and its origin.
fn with_origin(value: Value) -> Value {
    let mut properties = Map::from_iter([(VALUE.to_owned(), value.clone())]);
    properties.extend(origin());
    json!({ "anyOf": [value, object(properties, &[VALUE])] })
}

/// The keys that say where a number comes from.
fn origin() -> Map<String, Value> {
    KEYS.map(|key| (key.to_owned(), reference(&format!("origin/properties/{key}")))).into_iter().collect()
}

/// What these keys hold.
fn origins() -> Value {
    let kinds: Vec<&str> = NumberKind::ALL.iter().map(|(name, _)| *name).collect();
    let about_sunset = "Until when an assumed number may be used unreviewed.";
    let about_range = "The plausible values, in place of the catalogue's.";
    json!({ "properties": {
        "source": { "type": "string", "pattern": r"\S", "description": "Where the number comes from." },
        "kind": { "enum": kinds, "description": "What kind of number it is." },
        "range": { "allOf": [reference("range")], "description": about_range },
        "sunset": { "allOf": [json(&Shape::Date)], "description": about_sunset },
    } })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// The schema of a shape.
fn json(shape: &Shape) -> Value {
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    const DATE: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
    let moment = || text(&format!("^{DATE}([Tt ][0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}[Zz]?)?$"));
    let number = |low: f64, high: f64| match low == f64::MIN_POSITIVE {
        true => json!({ "type": "number", "exclusiveMinimum": 0, "maximum": high }),
        false => json!({ "type": "number", "minimum": low, "maximum": high }),
    };
    match shape {
        Shape::Text => json!({ "type": "string" }),
        Shape::Id => text("^[a-z0-9][a-z0-9._-]{0,63}$"),
        Shape::Truth => json!({ "type": "boolean" }),
        Shape::Whole(low, high) => json!({ "type": "integer", "minimum": low, "maximum": high }),
        Shape::Number(low, high) => number(*low, *high),
        Shape::Share => number(0.0, 1.0),
        Shape::Date => text(&format!("^{DATE}$")),
        Shape::Moment => moment(),
        Shape::FromSsd => json!({ "anyOf": [moment(), json(&Shape::SignedLength)] }),
        Shape::Length => text(&format!(r"^\s*{LENGTH}")),
        Shape::SignedLength => text(&format!(r"^\s*-?{LENGTH}")),
        Shape::Percentage => text(r"^\s*[0-9]+(\.[0-9]*)?\s*%\s*$"),
        Shape::TimeOfDay => text(r"^\s*([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?\s*$"),
        Shape::Rate(per) => text(&format!(r"^\s*[0-9]+\s*/\s*{per}\s*$")),
        Shape::RateOfService => text(r"^\s*[0-9]*[1-9][0-9]*\s*/\s*(s|min|h|d|w)\s*$"),
        Shape::Code => text("^0x[0-9A-Fa-f]{4}$"),
        Shape::Law => reference("law"),
        Shape::Laws => reference("laws"),
        Shape::Words(words) => json!({ "enum": words() }),
        Shape::List(items) => json!({ "type": "array", "items": json(items) }),
        Shape::ListOf(count, items) => {
            json!({ "type": "array", "items": json(items), "minItems": count, "maxItems": count })
        }
        Shape::Section(name) => reference(name),
        Shape::Keyed(words, values) => {
            object(words().into_iter().map(|word| (word.to_owned(), json(values))).collect(), &[])
        }
        Shape::Table(members) => {
            let required: Vec<&str> = members.iter().filter(|(_, needed, _)| *needed).map(|(key, ..)| *key).collect();
            object(members.iter().map(|(key, _, shape)| ((*key).to_owned(), json(shape))).collect(), &required)
        }
        Shape::Months(values) => json!({
            "type": "object",
            "patternProperties": { "^20[0-9]{2}-(0[1-9]|1[0-2])$": json(values) },
            "additionalProperties": false,
        }),
        Shape::Either(shapes) => json!({ "anyOf": shapes.iter().map(json).collect::<Vec<_>>() }),
        Shape::WithOrigin(shape) => json(shape),
    }
}

/// A law: a duration, `"never"`, or a table with one family. `weight` is for the parts of a mixture.
fn law() -> Value {
    let length = || json(&Shape::Length);
    let families = Map::from_iter([
        ("fixed".to_owned(), length()),
        ("exponential".to_owned(), object(Map::from_iter([("mean".to_owned(), length())]), &["mean"])),
        (
            "lognormal".to_owned(),
            object(
                Map::from_iter([
                    ("median".to_owned(), length()),
                    ("sigma".to_owned(), json(&Shape::Number(0.0, 10.0))),
                ]),
                &["median", "sigma"],
            ),
        ),
        ("uniform".to_owned(), json!({ "type": "array", "items": length(), "minItems": 2, "maxItems": 2 })),
        (
            "mixture".to_owned(),
            json!({
                "type": "array",
                "minItems": 1,
                "items": { "type": "object", "required": ["weight"], "allOf": [reference("law")] },
            }),
        ),
    ]);
    let one: Vec<Value> = families.keys().map(|family| json!({ "required": [family] })).collect();
    let mut properties = families;
    properties.insert("cap".to_owned(), length());
    properties.insert("weight".to_owned(), json(&Shape::Number(0.0, 1e9)));
    let mut table = object(properties, &[]);
    table["oneOf"] = json!(one);
    json!({ "anyOf": [{ "const": "never" }, length(), table] })
}

/// `[laws]`: each law under its name, such as `[laws.to-623.mature]` or `[laws."to-623.mature"]`.
fn laws() -> Value {
    let mut properties = Map::new();
    for (name, ..) in CATALOGUE.iter().chain([&PREPAY]) {
        let mut members = Map::from_iter([("value".to_owned(), reference("law"))]);
        members.extend(origin());
        let entry = Entry::of_law(name);
        let entry = entry.map(|entry| described(object(members, &["value"]), &entry)).unwrap_or_default();
        if let Some((group, member)) = name.split_once('.') {
            let group = properties.entry(group).or_insert_with(|| object(Map::new(), &[]));
            group["properties"][member] = reference(&format!("laws/properties/{name}"));
        }
        properties.insert((*name).to_owned(), entry);
    }
    object(properties, &[])
}

/// `[0.1, 0.3]`, or a table of such ranges, one for each part of a composite number.
fn range() -> Value {
    let pair = |ends: Value| json!({ "type": "array", "items": ends, "minItems": 2, "maxItems": 2 });
    let pair = json!({ "anyOf": [pair(json!({ "type": "number" })), pair(json!({ "type": "string" }))] });
    json!({ "anyOf": [pair, { "type": "object", "additionalProperties": pair }] })
}

/// What holds where a key has one of some values: the schema that applies then.
fn when(key: &str, values: &[&str], then: Value) -> Value {
    json!({ "if": { "properties": { key: { "enum": values } }, "required": [key] }, "then": then })
}

/// Each kind of injection has its own keys.
fn by_kind(table: &mut Value) {
    let rule = |(name, kind): (&'static str, FaultKind)| {
        let InjectionKind { takes, parameters, .. } = kind.known()?;
        let keys: Vec<&str> =
            ["kind", WHERE.parameter.key].into_iter().chain(parameters.iter().map(|p| p.name)).collect();
        let needs: Vec<&str> = kind.needs().iter().map(|(key, _)| *key).collect();
        let target = json!({ WHERE.parameter.key: { "propertyNames": { "enum": takes } } });
        let then = json!({ "propertyNames": { "enum": keys }, "required": needs, "properties": target });
        Some(when("kind", &[name], then))
    };
    table["allOf"] = FaultKind::all().into_iter().filter_map(rule).collect::<Vec<_>>().into();
}

/// Each mitigation has its own settings.
fn by_mitigation(table: &mut Value) {
    let own = policy::USE_KEYS.iter().map(|parameter| parameter.key);
    let mut rules = Vec::new();
    for mitigation in REGISTRY {
        let mut settings = Map::new();
        for parameter in (mitigation.parameters)() {
            let value = with_origin(json(&policy::setting_shape(&parameter.default)));
            settings.insert(parameter.name.to_owned(), described(value, &Entry::of_setting(mitigation, &parameter)));
        }
        let names: Vec<String> = own.clone().map(str::to_owned).chain(settings.keys().cloned()).collect();
        let then = json!({ "propertyNames": { "enum": names }, "properties": settings });
        rules.push(when("mitigation", &[mitigation.name, mitigation.number], then));
        // Known here, so that no setting is refused for every mitigation, and completed in editors.
        for (name, value) in settings {
            let properties = table["properties"].as_object_mut().map(|known| known.entry(name).or_insert(json!({})));
            if let Some(known) = properties {
                let text = |value: &Value| value["description"].as_str().unwrap_or_default().to_owned();
                let about = format!("{}\n\n{}: {}", text(known), mitigation.name, text(&value));
                known["description"] = json!(about.trim());
            }
        }
    }
    table["allOf"] = rules.into();
}

/// A value of TOML as JSON; dates as texts.
fn of_toml(text: &str) -> Option<Value> {
    let parsed: toml::Table = format!("value = {text}").parse().ok()?;
    parsed.get("value").map(json_of)
}

/// A document of TOML as a schema sees it: dates as texts, and numbers that JSON lacks as nothing.
pub fn json_of(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => json!(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(truth) => json!(truth),
        toml::Value::Datetime(moment) => json!(moment.to_string()),
        toml::Value::Array(items) => items.iter().map(json_of).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.iter().map(|(key, value)| (key.clone(), json_of(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use jsonschema::Validator;

    use super::super::catalogue::parameters;
    use super::super::diagnostics::Sink;
    use super::super::table::{self, Table};
    use super::*;

    /// Values of all shapes, right and wrong, as a scenario would write them.
    const VALUES: &[&str] = &[
        "true",
        "0",
        "1",
        "2",
        "3",
        "-1",
        "0.5",
        "1.5",
        "0.999999",
        "1e6",
        "1e9",
        "1e19",
        "1001",
        "[]",
        "{}",
        "\"\"",
        "\"a\"",
        "\"A b\"",
        "\"none\"",
        "\"never\"",
        "\"queue\"",
        "\"all\"",
        "\"5 d\"",
        "\"-5 d\"",
        "\"0 d\"",
        "\"1.5 h\"",
        "\"90 min 5 s\"",
        "\"5 days\"",
        "\"5\"",
        "\"1 %\"",
        "\"101 %\"",
        "\"09:00\"",
        "\"24:00\"",
        "\"23:59:59\"",
        "\"500 /d\"",
        "\"500 /s\"",
        "\"-1 /d\"",
        "\"0x8F3F\"",
        "\"8F3F\"",
        "2018-12-01",
        "2018-12-01T18:00:00",
        "2018-12-01T18:00:00Z",
        "[1, 2]",
        "[1, 1, 1, 1, 1]",
        "[1, 1, 1, 1, -1]",
        "[\"a\"]",
        "{ mature = 1 }",
        "{ north = 1 }",
        "{ north = 1, central = 1, south = 1 }",
        "{ mature = 1, other = 0 }",
        "{ immature = [\"small\"] }",
        "{ immature = [\"tiny\"] }",
        "{ \"2018-12\" = 0.5 }",
        "{ \"2018-13\" = 0.5 }",
        "{ \"2018-12\" = { switches = 1, of = 2 } }",
        "{ \"2018-12\" = { switches = 1 } }",
        "{ beta = [2, 2] }",
        "{ beta = [2, 2], mean = 0.5 }",
        "{ beta = [2] }",
        "{ mean = 0.5 }",
        "{ share = 0.5, over = \"5 d\" }",
        "{ share = 0.5, by = \"supplier\" }",
        "{ over = \"5 d\" }",
        "{ calendar = 0.5, schedules = [1, 1, 1, 1, 1] }",
        "{ calendar = 2 }",
    ];

    fn validator(schema: &Value) -> Validator {
        jsonschema::validator_for(schema).expect("a schema")
    }

    /// The schema of a part of a scenario.
    fn part(shape: Value) -> Value {
        let whole: Value = serde_json::from_str(&schema()).expect("JSON");
        json!({ "definitions": whole["definitions"], "allOf": [shape] })
    }

    /// The values that the reader of a key and its shape judge differently: those that only the reader takes, and
    /// those that only the shape takes.
    fn differences(shape: &Shape, accepts: fn(&table::Value<'_, '_>) -> bool) -> [Vec<String>; 2] {
        let schema = validator(&part(json(shape)));
        let mut values: Vec<String> = VALUES.iter().map(|value| (*value).to_owned()).collect();
        if let Shape::Words(words) = shape {
            values.extend(words().iter().map(|word| format!("\"{word}\"")));
        }
        let mut found = [Vec::new(), Vec::new()];
        for text in values {
            let (source, mut sink) = (format!("value = {text}"), Sink::new());
            let document = table::parse(&source, &mut sink);
            let read = Table::root(&document).get("value").is_some_and(|value| accepts(&value));
            let valid = schema.is_valid(&of_toml(&text).expect("TOML"));
            if read != valid {
                found[usize::from(valid)].push(text);
            }
        }
        found
    }

    #[test]
    fn a_shape_takes_all_that_its_reader_takes_and_no_more_than_a_schema_can_see() {
        let mut finer = Vec::new();
        let mut tried = 0;
        for parameter in parameters() {
            let Some(accepts) = parameter.accepts else { continue };
            let [only_read, only_valid] = differences(&parameter.shape, accepts);
            assert_eq!(only_read, [""; 0], "{}", parameter.name());
            // A schema gets dates as texts.
            let is_text = matches!(parameter.shape, Shape::Text | Shape::Id);
            for value in only_valid.iter().filter(|value| !(is_text && value.starts_with("2018-"))) {
                finer.push(format!("{} = {value}", parameter.name()));
            }
            tried += 1;
        }
        assert!(tried > 60, "{tried}");
        finer.sort();
        let mut known: Vec<&str> = FINER.to_vec();
        known.sort_unstable();
        assert_eq!(finer, known);
    }

    /// What a shape takes and the reader refuses: rules that a schema cannot state, or would state less clearly.
    const FINER: &[&str] = &[
        // A length of nothing.
        "inject.catch-up = \"0 d\"",
        "inject.clearing = \"0 d\"",
        "inject.over = \"0 d\"",
        // Whole days.
        "inject.over = \"1.5 h\"",
        "inject.over = \"90 min 5 s\"",
        "market.class-shares = {}",
        "market.dead-time = \"1.5 h\"",
        "market.dead-time = \"90 min 5 s\"",
        // An attempt that always fails would be repeated without end.
        "market.no-response = 1",
        // Shares that do not add up to 1.
        "market.region-shares = { north = 1, central = 1, south = 1 }",
        "market.region-shares = {}",
        "market.retry = \"0 d\"",
        // To JSON Schema 1e6 is a whole number.
        "meter.copies = 1e6",
        // Below a day.
        "meter.calendar.offset = \"5 d\"",
        "meter.id = 1e6",
        "meter.id = 1e9",
        "policy.adoption.over = \"0 d\"",
        "primary.indifference = \"101 %\"",
        "experiment.replications = 1e6",
        "experiment.seed = 1e6",
        "experiment.seed = 1e9",
        "supplier.quarantine = \"0 d\"",
        "switch.configures = \"0 d\"",
        "switch.cos.latency = \"0 d\"",
        "switch.cos.retry = \"0 d\"",
        "switch.meter = 1e6",
        "switch.meter = 1e9",
        "time.warm-up = \"1.5 h\"",
        "time.warm-up = \"90 min 5 s\"",
    ];
}
