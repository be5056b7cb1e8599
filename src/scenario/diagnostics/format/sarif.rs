//! SARIF 2.1.0, which code scanning services read.

use serde_json::{Map, Value, json};

use super::super::{Change, Code, Diagnostic, Place};
use super::{Format, pretty};
use crate::text::visible;

pub(super) const FORMAT: Format =
    Format { name: "sarif", about: "SARIF 2.1.0, for code scanning", is_data: true, wraps: false, render };

fn render(all: &[Diagnostic], _: bool) -> String {
    let codes: Vec<Code> = Code::all().collect();
    let rule = |code: &Code| {
        let entry = code.entry();
        json!({
            "id": code.to_string(),
            "shortDescription": { "text": entry.title },
            "fullDescription": { "text": entry.about },
            "defaultConfiguration": { "level": code.severity() },
        })
    };
    let result = |diagnostic: &Diagnostic| {
        let Diagnostic { code, severity, file, place, message, help, change, .. } = diagnostic;
        let notes = diagnostic.notes();
        let said = [message].into_iter().chain(&notes).chain(help).map(|text| visible(text));
        let mut location = json!({ "artifactLocation": { "uri": uri(file) } });
        if let Some(place) = place {
            location["region"] = region(place);
        }
        let mut result = json!({
            "ruleId": code.to_string(),
            "ruleIndex": codes.iter().position(|known| known == code),
            "level": severity,
            "message": { "text": said.collect::<Vec<_>>().join("\n") },
            "locations": [{ "physicalLocation": location }],
        });
        if let Some(Change { place, text }) = change {
            let replacement = json!({ "deletedRegion": region(place), "insertedContent": { "text": text } });
            result["fixes"] = json!([{
                "artifactChanges": [{ "artifactLocation": { "uri": uri(file) }, "replacements": [replacement] }],
            }]);
        }
        result
    };
    let driver = json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "rules": codes.iter().map(rule).collect::<Vec<_>>(),
    });
    let mut log = Map::new();
    log.insert("$schema".to_owned(), "https://json.schemastore.org/sarif-2.1.0.json".into());
    log.insert("version".to_owned(), "2.1.0".into());
    let results: Vec<Value> = all.iter().map(result).collect();
    let run = json!({ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints", "results": results });
    log.insert("runs".to_owned(), json!([run]));
    pretty(&Value::Object(log))
}

fn region(place: &Place) -> Value {
    json!({
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    })
}

/// A path as a relative reference: everything but unreserved characters and slashes is escaped.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
