//! What the tests of tables and values share: walks of short documents, and what is told of them.

use super::{Table, Value, decode, parse};
use crate::scenario::diagnostics::{Finding, Sink};

/// A value of a test: its document lives as long as the tests do, which keeps their lifetimes out of the way.
pub(super) type X = Value<'static, 'static>;

/// What a walk of `source` gives, and each finding as `message | help`.
pub(super) fn walk<T>(
    source: &str,
    walk: impl FnOnce(&mut Table<'static, 'static>, &mut Sink) -> T,
) -> (T, Vec<String>) {
    let mut sink = Sink::new();
    let source: &'static str = source.to_owned().leak();
    let document = Box::leak(Box::new(parse(source, &mut sink)));
    let given = walk(&mut Table::root(document), &mut sink);
    (given, told(sink))
}

/// Each finding as `message | help`.
fn told(sink: Sink) -> Vec<String> {
    let one = |finding: Finding| format!("{} | {}", finding.message, finding.help.unwrap_or_default());
    sink.into_findings().into_iter().map(one).collect()
}

/// What is told about `x = <value>` where `read` is due.
pub(super) fn about<T>(value: &str, read: impl FnOnce(&X, &mut Sink) -> Option<T>) -> String {
    let (given, told) = walk(&format!("x = {value}"), |root, sink| read(&root.get("x").expect("x is there"), sink));
    assert!(given.is_none(), "{value} was accepted");
    assert_eq!(told.len(), 1, "{value}: {told:?}");
    told.concat()
}

/// What `x = <value>` gives.
pub(super) fn given<T>(value: &str, read: impl FnOnce(&X, &mut Sink) -> Option<T>) -> T {
    let (given, told) = walk(&format!("x = {value}"), |root, sink| read(&root.get("x").expect("x is there"), sink));
    given.unwrap_or_else(|| panic!("{value}: {told:?}"))
}

/// What is told about bytes that are no text.
pub(super) fn told_of_bytes(bytes: &[u8]) -> Vec<String> {
    let mut sink = Sink::new();
    assert_eq!(decode(bytes, &mut sink), None);
    told(sink)
}
