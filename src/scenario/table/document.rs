//! Bytes of a file into a document.

use toml::Spanned;
use toml::de::DeTable;

use super::limits::{ALL, LARGEST_FILE, LARGEST_RECOVERED, MOST_KEYS, limits, too_large, too_many_keys};
use super::syntax::{syntax, syntax_errors};
use crate::scenario::diagnostics::Sink;

/// The text of a file, or nothing and an error where it is too large or not UTF-8.
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
            let message = format!("the file is not UTF-8 text: byte {at}, in line {line}, belongs to no character");
            sink.error(at..at, message, "save the file as UTF-8");
            None
        }
    }
}

/// The document in `source`. Errors of syntax and excess of the limits go to the sink, and what could be understood is
/// returned all the same, so that a walk can tell more.
pub fn parse<'s>(source: &'s str, sink: &mut Sink) -> Spanned<DeTable<'s>> {
    let nothing = Spanned::new(0..0, DeTable::new());
    if source.len() > LARGEST_FILE {
        too_large(sink);
        return nothing;
    }
    // Before the parser, whose time grows with the square of the headings.
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
                let (message, help) = syntax(error.message(), source.get(span.clone()).unwrap_or(""));
                sink.syntax_error(span, ALL, message, help);
                nothing
            }
        };
    }
    let (document, errors) = DeTable::parse_recoverable(source);
    syntax_errors(source, &errors, sink);
    limits(document.get_ref(), sink);
    document
}

/// Where lines begin with `[`: the headings of tables, and some lists.
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
    use super::super::examples::{told_of_bytes, walk};
    use super::*;
    use crate::scenario::diagnostics::render;

    #[test]
    fn of_a_large_file_with_broken_syntax_the_first_error_is_told() {
        let source = format!("ok = 1\n{}", "x = 50 d\n".repeat(20_000));
        let ((), told) = walk(&source, |root, sink| {
            root.required("title", "\"A study\"", sink);
        });
        assert!(told.len() == 1, "{told:?}");
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
            told_of_bytes(&source.as_bytes()[..6]),
            ["the file is not UTF-8 text: byte 5, in line 1, belongs to no character | save the file as UTF-8"]
        );
    }

    #[test]
    fn a_byte_order_mark_and_an_empty_file_are_no_errors() {
        for source in ["", "\n", "# only a comment", "\u{feff}x = 1", "x = 1\r\n"] {
            assert_eq!(walk(source, |_, _| ()).1, [""; 0], "{source:?}");
        }
    }
}
