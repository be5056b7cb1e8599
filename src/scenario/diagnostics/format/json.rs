//! Data: a JSON list with an object for each.

use serde_json::{Value, json};

use super::super::Diagnostic;
use super::{Format, pretty};

pub(super) const FORMAT: Format =
    Format { name: "json", about: "A list with an object for each", is_data: true, wraps: false, render };

fn render(all: &[Diagnostic], _: bool) -> String {
    let object = |d: &Diagnostic| {
        json!({
            "code": d.code.to_string(),
            "severity": d.severity,
            "title": d.code.entry().title,
            "file": d.file,
            "place": d.place,
            "message": d.message,
            "help": d.help,
            "why": d.why,
            "first": d.first.as_ref().map(|(file, place)| json!({ "file": file, "place": place })),
            "change": d.change,
            "included-by": d.included_by,
            "denied-by": d.denied_by,
        })
    };
    pretty(&Value::Array(all.iter().map(object).collect()))
}
