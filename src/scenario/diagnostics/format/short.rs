//! One line for each: `path:line:column: error[MC012]: message; help`.

use std::fmt::Write;

use super::super::Diagnostic;
use super::Format;
use crate::text::visible;

pub(super) const FORMAT: Format =
    Format { name: "short", about: "One line for each", is_data: false, wraps: false, render };

fn render(all: &[Diagnostic], _: bool) -> String {
    let mut text = String::new();
    for diagnostic in all {
        let Diagnostic { code, severity, file, place, message, help, .. } = diagnostic;
        // Writing to a String cannot fail.
        let _ = write!(text, "{}", visible(file));
        if let Some(place) = place {
            let _ = write!(text, ":{}:{}", place.line, place.column);
        }
        let _ = write!(text, ": {}[{code}]: {}", severity.name(), visible(message));
        if let Some(help) = help {
            let _ = write!(text, "; {}", visible(help));
        }
        let notes = diagnostic.notes().join("; ");
        if !notes.is_empty() {
            let _ = write!(text, " ({})", visible(&notes));
        }
        text.push('\n');
    }
    text
}
