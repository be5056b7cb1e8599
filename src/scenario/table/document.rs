//! Turns the bytes of a file into a document.

use toml::Spanned;
use toml::de::DeTable;

use super::limits::{ALL, LARGEST_FILE, LARGEST_RECOVERED, MOST_KEYS, limits, too_large, too_many_keys};
use super::syntax::{code_of, syntax, syntax_errors};
use crate::scenario::diagnostics::{Mistake, Sink};

/// The text of a file. Reports an error and returns nothing if the file is too large or not UTF-8.
pub fn decode<'b>(bytes: &'b [u8], sink: &mut Sink) -> Option<&'b str> {
    if bytes.len() > LARGEST_FILE {
        too_large(sink);
        return None;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) => {
            let at = error.valid_up_to();
            let line = bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
            let message = format!("the file is not valid UTF-8: byte {at}, on line {line}, is not part of a character");
            sink.error(Mistake::NotAScenario, at..at, message, "save the file as UTF-8");
            None
        }
    }
}

/// Parses the document in `source`. Syntax errors and exceeded limits go to the sink. The parts that could be parsed
/// are still returned, so that a walk can report more errors.
pub fn parse<'s>(source: &'s str, sink: &mut Sink) -> Spanned<DeTable<'s>> {
    let nothing = Spanned::new(0..0, DeTable::new());
    if source.len() > LARGEST_FILE {
        too_large(sink);
        return nothing;
    }
    // Check this before parsing: the parser's time grows with the square of the number of headings.
    if let Some(heading) = headings(source).nth(MOST_KEYS) {
        too_many_keys(heading..heading + 1, sink);
        return nothing;
    }
    if source.len() > LARGEST_RECOVERED {
        return match DeTable::parse(source) {
            Ok(document) => {
                limits(document.get_ref(), sink);
                document
            }
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                let problem = syntax(error.message(), source.get(span.clone()).unwrap_or(""));
                sink.syntax_error(code_of(error.message()), span, ALL, problem);
                nothing
            }
        };
    }
    let (document, errors) = DeTable::parse_recoverable(source);
    syntax_errors(source, &errors, sink);
    limits(document.get_ref(), sink);
    document
}

/// The positions of lines that begin with `[`: table headings, and some lists.
fn headings(source: &str) -> impl Iterator<Item = usize> {
    let mut first = true;
    source.bytes().enumerate().filter_map(move |(index, byte)| {
        let heading = first && byte == b'[';
        first = matches!(byte, b'\n' | b'\r') || (first && matches!(byte, b' ' | b'\t'));
        heading.then_some(index)
    })
}

#[cfg(test)]
mod tests {
    use super::super::Table;
    use super::super::examples::{findings_in_bytes, walk};
    use super::*;
    use crate::scenario::diagnostics::render;

    #[test]
    fn only_the_first_syntax_error_of_a_large_file_is_reported() {
        let source = format!("ok = 1\n{}", "x = 50 d\n".repeat(20_000));
        let ((), findings) = walk(&source, |root, sink| {
            root.required("title", "\"A study\"", sink);
        });
        assert!(findings.len() == 1, "{findings:?}");
    }

    #[test]
    fn a_file_cut_off_anywhere_is_survived() {
        let source = "t = \"é\"\n[a.b]\nx = [ { y = 2018-12-01, z = 'q' }, 0x1F ]\n[[c]]\nd = \"\"\"\nlong\"\"\"\n";
        for end in (0..=source.len()).filter(|end| source.is_char_boundary(*end)) {
            let mut sink = Sink::new();
            let part = &source[..end];
            let document = parse(part, &mut sink);
            Table::root(&document).finish(&mut sink);
            render("p", part, &sink.into_findings(), true);
        }
        assert_eq!(
            findings_in_bytes(&source.as_bytes()[..6]),
            ["the file is not valid UTF-8: byte 5, on line 1, is not part of a character | save the file as UTF-8"]
        );
    }

    #[test]
    fn a_byte_order_mark_and_an_empty_file_are_no_errors() {
        for source in ["", "\n", "# only a comment", "\u{feff}x = 1", "x = 1\r\n"] {
            assert_eq!(walk(source, |_, _| ()).1, [""; 0], "{source:?}");
        }
    }
}
