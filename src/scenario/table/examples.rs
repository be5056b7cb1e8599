//! Shared by the tests of tables and values: walks of short documents, and their findings.

use super::{Table, Value, decode, parse};
use crate::scenario::diagnostics::{Finding, Sink};

/// A value of a test. Its document is leaked, which avoids lifetimes in the tests.
pub(super) type X = Value<'static, 'static>;

/// The result of a walk of `source`, and each finding as `message | help`.
pub(super) fn walk<T>(
    source: &str,
    walk: impl FnOnce(&mut Table<'static, 'static>, &mut Sink) -> T,
) -> (T, Vec<String>) {
    let mut sink = Sink::new();
    let source: &'static str = source.to_owned().leak();
    let document = Box::leak(Box::new(parse(source, &mut sink)));
    let given = walk(&mut Table::root(document), &mut sink);
    (given, findings(sink))
}

/// Each finding as `message | help`.
fn findings(sink: Sink) -> Vec<String> {
    let one = |finding: Finding| format!("{} | {}", finding.message, finding.help.unwrap_or_default());
    sink.into_findings().into_iter().map(one).collect()
}

/// The one finding for `x = <value>` when read with `read`.
pub(super) fn about<T>(value: &str, read: impl FnOnce(&X, &mut Sink) -> Option<T>) -> String {
    let (given, findings) = walk(&format!("x = {value}"), |root, sink| read(&root.get("x").expect("x is there"), sink));
    assert!(given.is_none(), "{value} was accepted");
    assert_eq!(findings.len(), 1, "{value}: {findings:?}");
    findings.concat()
}

/// The value of `x = <value>` when read with `read`.
pub(super) fn given<T>(value: &str, read: impl FnOnce(&X, &mut Sink) -> Option<T>) -> T {
    let (given, findings) = walk(&format!("x = {value}"), |root, sink| read(&root.get("x").expect("x is there"), sink));
    given.unwrap_or_else(|| panic!("{value}: {findings:?}"))
}

/// The findings for bytes that are not text.
pub(super) fn findings_in_bytes(bytes: &[u8]) -> Vec<String> {
    let mut sink = Sink::new();
    assert_eq!(decode(bytes, &mut sink), None);
    findings(sink)
}
