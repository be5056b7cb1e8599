//! What a file may be at most: its size, its keys, its texts.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::scenario::diagnostics::Sink;

/// Largest file, in bytes. A caller reads at most one byte more than this.
pub const LARGEST_FILE: usize = 1 << 20;
/// Most keys in a file, those of nested tables included.
pub const MOST_KEYS: usize = 20_000;
/// Longest string or key, in bytes.
const LONGEST_STRING: usize = 4_096;
/// Largest file whose errors of syntax are all told; of a larger one it is the first, since every byte can hold an
/// error.
pub(super) const LARGEST_RECOVERED: usize = 128 << 10;
/// Deepest nesting of tables and lists; the parser refuses more.
pub(super) const DEEPEST: usize = 80;

/// The lines of a file that is not read at all.
pub(super) const ALL: Range<usize> = 0..usize::MAX;

/// Tells that the file is too large.
pub(super) fn too_large(sink: &mut Sink) {
    let help = format!("keep the file within {LARGEST_FILE} bytes; `copies` makes many meters of one");
    sink.syntax_error(0..0, ALL, "the file is larger than 1 MiB", help);
}

/// Tells keys and strings that are too many or too long.
pub(super) fn limits(root: &DeTable<'_>, sink: &mut Sink) {
    let mut keys = 0;
    let mut tables = vec![root];
    while let Some(table) = tables.pop() {
        for (key, value) in table {
            keys += 1;
            if keys > MOST_KEYS {
                return too_many_keys(key.span(), sink);
            }
            too_long(key.get_ref(), key.span(), sink);
            let mut values = vec![value];
            while let Some(value) = values.pop() {
                match value.get_ref() {
                    DeValue::String(text) => too_long(text, value.span(), sink),
                    DeValue::Array(items) => values.extend(items.iter()),
                    DeValue::Table(table) => tables.push(table),
                    _ => {}
                }
            }
        }
    }
}

/// Tells that the file has too many keys; at `span` is the first beyond the limit.
pub(super) fn too_many_keys(span: Range<usize>, sink: &mut Sink) {
    let message = format!("the file has more than {MOST_KEYS} keys");
    sink.syntax_error(span, ALL, message, "split the study; `copies` makes many meters of one");
}

fn too_long(text: &str, span: Range<usize>, sink: &mut Sink) {
    if text.len() > LONGEST_STRING {
        let message = format!("a text has {} bytes, more than {LONGEST_STRING}", text.len());
        sink.error(span, message, "shorten it; long notes can stand in comments, after `#`");
    }
}

#[cfg(test)]
mod tests {
    use super::super::decode;
    use super::super::examples::{told_of_bytes, walk};
    use super::*;

    #[test]
    fn a_file_that_is_too_large_is_refused() {
        let mut sink = Sink::new();
        assert!(decode(&vec![b'#'; LARGEST_FILE], &mut sink).is_some());
        assert!(!sink.has_errors());
        assert!(told_of_bytes(&vec![b'#'; LARGEST_FILE + 1])[0].starts_with("the file is larger than 1 MiB"));
        let ((), told) = walk(&"#".repeat(LARGEST_FILE + 1), |_, _| ());
        assert!(told[0].starts_with("the file is larger than 1 MiB"));
    }

    #[test]
    fn too_many_keys_and_too_long_texts_are_refused() {
        let keys = |n: usize| (0..n).map(|n| format!("k{n} = 1\n")).collect::<String>();
        assert_eq!(walk(&keys(MOST_KEYS), |_, _| ()).1.len(), 0);
        let of_all = walk(&keys(MOST_KEYS + 1), |root, sink| root.get("k0").and_then(|k0| k0.string(sink))).1;
        assert_eq!(of_all.len(), 1, "a file that is refused whole is told once");
        assert!(walk(&keys(MOST_KEYS + 1), |_, _| ()).1[0].starts_with("the file has more than 20000 keys"));
        let headings = "[x]\n".repeat(MOST_KEYS + 1);
        assert!(walk(&headings, |_, _| ()).1[0].starts_with("the file has more than 20000 keys"));
        let nested = format!("x = [{}]", "{ y = 1 },".repeat(MOST_KEYS));
        assert!(walk(&nested, |_, _| ()).1[0].starts_with("the file has more than 20000 keys"));
        assert_eq!(walk(&format!("x = '{}'", "a".repeat(4_096)), |_, _| ()).1.len(), 0);
        for source in [
            format!("x = '{}'", "a".repeat(4_097)),
            format!("x = [['{}']]", "é".repeat(2_049)),
            format!("{} = 1", "k".repeat(4_098)),
        ] {
            let told = walk(&source, |_, _| ()).1;
            assert!(told.len() == 1 && told[0].contains("more than 4096"), "{told:?}");
        }
    }
}
