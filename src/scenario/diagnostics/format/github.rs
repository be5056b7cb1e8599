//! Workflow commands of GitHub Actions, which become annotations of a change.

use std::fmt::Write;

use super::super::Diagnostic;
use super::Format;
use crate::text::visible;

pub(super) const FORMAT: Format =
    Format { name: "github", about: "Annotations of GitHub Actions", is_data: true, wraps: false, render };

fn render(all: &[Diagnostic], _: bool) -> String {
    let mut text = String::new();
    for diagnostic in all {
        let Diagnostic { code, severity, file, place, message, help, .. } = diagnostic;
        // Writing to a String cannot fail.
        let _ = write!(text, "::{} file={}", severity.name(), property(file));
        if let Some(place) = place {
            let _ = write!(text, ",line={},col={}", place.line, place.column);
            let _ = write!(text, ",endLine={},endColumn={}", place.end_line, place.end_column);
        }
        let title = format!("{code} {}", code.entry().title);
        let _ = write!(text, ",title={}::{}", property(&title), data(message));
        let help = help.iter().map(|help| format!("help: {help}"));
        for said in diagnostic.notes().into_iter().chain(help) {
            let _ = write!(text, "%0A{}", data(&said));
        }
        text.push('\n');
    }
    text
}

/// A message: a percent sign begins an escape. Line ends were made visible.
fn data(text: &str) -> String {
    visible(text).replace('%', "%25")
}

/// A property, in which a comma and a colon have a meaning too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
