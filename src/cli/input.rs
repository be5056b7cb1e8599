//! Reading scenario files from disk, within limits, and telling what is wrong with them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::exit::Exit;
use super::streams::{report, report_error};
use crate::scenario::diagnostics::{Finding, Severity, Sink, render};
use crate::scenario::{BUILT_IN, BUILT_IN_ID, Scenario, table};
use crate::study;
use crate::text::visible_path;

/// A scenario and the text it was read from.
pub struct Loaded {
    /// The scenario.
    pub scenario: Scenario,
    /// Its text.
    pub source: String,
}

/// The built-in scenario, or the one of a file. What is wrong with it goes to stderr.
pub fn load(path: Option<&Path>) -> Result<Loaded, Exit> {
    let Some(path) = path else { return parse("(built-in)", BUILT_IN_ID, BUILT_IN.to_owned()) };
    let shown = visible_path(path);
    let bytes = match contents(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            report_error(format_args!("cannot read {shown}: {error}"));
            return Err(Exit::InvalidScenario);
        }
    };
    let mut sink = Sink::new();
    let Some(source) = table::decode(&bytes, &mut sink) else {
        tell(&shown, &String::from_utf8_lossy(&bytes[..bytes.len().min(4_096)]), &sink.into_findings());
        return Err(Exit::InvalidScenario);
    };
    parse(&shown, &id_of(path), source.to_owned())
}

fn parse(shown: &str, id: &str, source: String) -> Result<Loaded, Exit> {
    match study::load(id, &source) {
        Ok((scenario, warnings)) => {
            tell(shown, &source, &warnings);
            Ok(Loaded { scenario, source })
        }
        Err(findings) => {
            tell(shown, &source, &findings);
            let errors = findings.iter().filter(|f| f.severity == Severity::Error).count();
            report(format_args!("{shown}: {errors} error{}", if errors == 1 { "" } else { "s" }));
            Err(Exit::InvalidScenario)
        }
    }
}

fn tell(shown: &str, source: &str, findings: &[Finding]) {
    if !findings.is_empty() {
        report(render(shown, source, findings, false));
    }
}

/// At most a byte more than a scenario may have, of a regular file.
fn contents(path: &Path) -> std::io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut bytes = Vec::new();
    file.take(table::LARGEST_FILE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file's stem as an id: it becomes part of paths, so what an id may not hold becomes a dash.
fn id_of(path: &Path) -> String {
    let stem = path.file_stem().map(|s| s.to_string_lossy().to_lowercase()).unwrap_or_default();
    let mut id: String = stem
        .chars()
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-') { c } else { '-' })
        .collect();
    id.truncate(64);
    if id.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) { id } else { format!("scenario{id}") }
}
