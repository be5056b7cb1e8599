//! Text of a file as messages repeat it.

use crate::text::visible;

/// Most characters of a file's text that a message repeats, and most names that it lists.
const REPEATED: usize = 60;
const LISTED: usize = 24;

/// Text of a file as a message repeats it: visible and not too long.
pub(in crate::scenario) fn cut(text: &str) -> String {
    let mut shown: String = text.chars().take(REPEATED).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    visible(&shown)
}

/// Names one after the other, each within `quote`; not too many.
pub(in crate::scenario) fn list<'k>(names: impl IntoIterator<Item = &'k str>, quote: &str) -> String {
    let mut names = names.into_iter();
    let mut words: Vec<String> =
        names.by_ref().take(LISTED).map(|name| format!("{quote}{}{quote}", cut(name))).collect();
    if names.next().is_some() {
        words.push("…".to_owned());
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::examples::{X, about};
    use super::super::{Table, parse};
    use super::*;
    use crate::scenario::diagnostics::Sink;

    #[test]
    fn hostile_text_of_keys_and_values_is_made_visible_and_cut() {
        let source = "\"k\\u001b[31m\\u202e\" = 1\nx = \"\\u001b[2J\\u200b\"\n\"a\\n[b]\" = { y = 1 }\n";
        let mut sink = Sink::new();
        let document = parse(source, &mut sink);
        let mut root = Table::root(&document);
        root.get("x").and_then(|value| value.duration(&mut sink));
        let value = root.get("a\n[b]").expect("it is there");
        assert_eq!(value.path(), "\"a\\n[b]\"");
        let inner = value.table(&mut sink).expect("a table");
        inner.finish(&mut sink);
        root.finish(&mut sink);
        let findings = sink.into_findings();
        assert_eq!(findings.len(), 3);
        let shown = |text: &str| text == visible(text);
        assert!(findings.iter().all(|finding| shown(&finding.message) && finding.help.as_deref().is_none_or(shown)));
        let long = about(&format!("'{}'", "a".repeat(4_000)), X::duration);
        assert!(long.chars().count() < 300, "{long}");
    }
}
