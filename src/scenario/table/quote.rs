//! Tests of how messages quote text from a file.

#[cfg(test)]
mod tests {
    use super::super::examples::{X, about};
    use super::super::{Table, parse};
    use crate::scenario::diagnostics::Sink;
    use crate::text::visible;

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
