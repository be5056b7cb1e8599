//! GitLab's code quality report: a JSON list with an object for each.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::{Diagnostic, Severity};
use super::{Format, pretty};
use crate::text::visible;

pub(super) const FORMAT: Format =
    Format { name: "gitlab", about: "A code quality report of GitLab", is_data: true, wraps: false, render };

fn render(all: &[Diagnostic], _: bool) -> String {
    // Equal findings of a file are numbered, so that each has its own fingerprint, whatever its line.
    let mut seen: BTreeMap<(String, &str, &str), usize> = BTreeMap::new();
    let object = |d| {
        let Diagnostic { code, severity, file, place, message, help, .. }: &Diagnostic = d;
        let (code, title) = (code.to_string(), code.entry().title);
        let again = seen.entry((code.clone(), file.as_str(), message.as_str())).or_default();
        *again += 1;
        let mut hasher = blake3::Hasher::new();
        for part in [code.as_str(), file, message, &again.to_string()] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
        let said: String = help.iter().chain(&d.notes()).map(|said| format!("; {}", visible(said))).collect();
        let first = place.map_or(1, |place| place.line);
        let last = place.map_or(1, |place| place.end_line);
        json!({
            "description": format!("{title}: {}{said}", visible(message)),
            "check_name": code,
            "fingerprint": hasher.finalize().to_hex()[..32],
            "severity": match severity { Severity::Error => "major", Severity::Warning => "minor" },
            "location": { "path": file, "lines": { "begin": first, "end": last } },
        })
    };
    pretty(&Value::Array(all.iter().map(object).collect()))
}
