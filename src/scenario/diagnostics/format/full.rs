//! For people: the message, `path:line:column`, the line with a caret beneath, and `help: …`.

use std::fmt::Write;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use super::super::{Diagnostic, KEPT, Severity};
use super::Format;
use crate::text::visible;

/// Most diagnostics that are shown.
const SHOWN: usize = 100;
/// Columns of the text that is rendered; longer lines are cut around the finding.
const WIDTH: usize = 140;

pub(super) const FORMAT: Format =
    Format { name: "full", about: "With the line and a caret", is_data: false, wraps: true, render };

/// At most [`SHOWN`] diagnostics are shown, errors before warnings where there are more; the others are counted.
fn render(all: &[Diagnostic], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.term_width(WIDTH);
    let mut text = String::new();
    for diagnostic in shown(all) {
        let path = visible(&diagnostic.file);
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(visible(&diagnostic.message)).id(diagnostic.code.to_string());
        let origin = Origin::path(path.as_str());
        let mut group = match (&diagnostic.place, &diagnostic.excerpt) {
            (Some(place), Some(excerpt)) => {
                let caret = AnnotationKind::Primary.span(excerpt.marked.clone());
                let snippet = Snippet::source(excerpt.text.as_str()).line_start(place.line).annotation(caret);
                if excerpt.is_cut {
                    title.element(origin.line(place.line).char_column(place.column)).element(snippet)
                } else {
                    title.element(snippet.path(path.as_str()))
                }
            }
            (Some(place), None) => title.element(origin.line(place.line).char_column(place.column)),
            _ => title.element(origin),
        };
        for note in diagnostic.notes() {
            group = group.element(Level::NOTE.message(visible(&note)));
        }
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(visible(help)));
        }
        text.push_str(renderer.render(&[group]).trim_end());
        text.push_str("\n\n");
    }
    match all.len().saturating_sub(SHOWN) {
        0 => {}
        more if all.len() >= KEPT => _ = writeln!(text, "and {more} or more"),
        more => _ = writeln!(text, "and {more} more"),
    }
    text
}

/// The diagnostics to show, in their order.
fn shown(all: &[Diagnostic]) -> Vec<&Diagnostic> {
    let is = |severity| move |(_, one): &(usize, &Diagnostic)| one.severity == severity;
    let errors = all.iter().enumerate().filter(is(Severity::Error));
    let warnings = all.iter().enumerate().filter(is(Severity::Warning));
    let mut shown: Vec<_> = errors.chain(warnings).take(SHOWN).collect();
    shown.sort_by_key(|(index, _)| *index);
    shown.into_iter().map(|(_, one)| one).collect()
}
