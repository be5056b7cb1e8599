//! Limits on the size of a file, its keys and its strings.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::scenario::diagnostics::{Mistake, Sink};
use crate::text::Advice;

/// The largest file, in bytes. Callers read at most one byte more.
pub const LARGEST_FILE: usize = 1 << 20;
/// The most keys in a file, including those of nested tables.
pub const MOST_KEYS: usize = 20_000;
/// The longest string or key, in bytes.
const LONGEST_STRING: usize = 4_096;
/// The largest file for which all syntax errors are reported. For larger files only the first is, since every byte may
/// be an error.
pub(super) const LARGEST_RECOVERED: usize = 128 << 10;
/// The deepest nesting of tables and lists that the parser accepts.
pub(super) const DEEPEST: usize = 80;

/// All lines, for a file that is not read at all.
pub(super) const ALL: Range<usize> = 0..usize::MAX;

/// Reports that the file is too large.
pub(super) fn too_large(sink: &mut Sink) {
    let help = format!("keep the file within {LARGEST_FILE} bytes; use `copies` for many identical meters");
    sink.syntax_error(Mistake::LargeFile, 0..0, ALL, Advice::new("the file is larger than 1 MiB", help));
}

/// Reports too many keys, and keys or strings that are too long.
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

/// Reports that the file has too many keys. `span` is that of the first key beyond the limit.
pub(super) fn too_many_keys(span: Range<usize>, sink: &mut Sink) {
    let message = format!("the file has more than {MOST_KEYS} keys");
    let help = "split the study; use `copies` for many identical meters";
    sink.syntax_error(Mistake::LargeFile, span, ALL, Advice::new(message, help));
}

fn too_long(text: &str, span: Range<usize>, sink: &mut Sink) {
    if text.len() > LONGEST_STRING {
        let message = format!("this text has {} bytes, more than {LONGEST_STRING}", text.len());
        let help = "shorten it; put long notes in comments, after `#`";
        sink.syntax_error(Mistake::LargeFile, span, ALL, Advice::new(message, help));
    }
}

#[cfg(test)]
mod tests {
    use super::super::decode;
    use super::super::examples::{findings_in_bytes, walk};
    use super::*;

    #[test]
    fn a_file_that_is_too_large_is_refused() {
        let mut sink = Sink::new();
        assert!(decode(&vec![b'#'; LARGEST_FILE], &mut sink).is_some());
        assert!(!sink.has_errors());
        assert!(findings_in_bytes(&vec![b'#'; LARGEST_FILE + 1])[0].starts_with("the file is larger than 1 MiB"));
        let ((), findings) = walk(&"#".repeat(LARGEST_FILE + 1), |_, _| ());
        assert!(findings[0].starts_with("the file is larger than 1 MiB"));
    }

    #[test]
    fn too_many_keys_and_too_long_texts_are_refused() {
        let keys = |n: usize| (0..n).map(|n| format!("k{n} = 1\n")).collect::<String>();
        assert_eq!(walk(&keys(MOST_KEYS), |_, _| ()).1.len(), 0);
        let of_all = walk(&keys(MOST_KEYS + 1), |root, sink| root.get("k0").and_then(|k0| k0.string(sink))).1;
        assert_eq!(of_all.len(), 1, "a file that is refused as a whole gets one finding");
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
            let findings = walk(&source, |_, _| ()).1;
            assert!(findings.len() == 1 && findings[0].contains("more than 4096"), "{findings:?}");
        }
    }
}
