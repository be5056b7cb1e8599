//! A reader of TOML tables that reports mistakes with their places and remedies.
//!
//! [`decode`] and [`parse`] turn bytes into a document. A [`Table`] remembers which keys were asked for, so that
//! [`Table::finish`] can report unknown keys. A [`Value`] converts to the type wanted, or reports what it is instead.
//! Reading continues after an error, so that all errors are found at once.

mod document;
#[cfg(test)]
mod examples;
mod limits;
#[cfg(test)]
mod quote;
mod syntax;
mod value;

pub(super) use crate::text::{cut, listed as list};
pub use document::{decode, parse};
pub use limits::{LARGEST_FILE, MOST_KEYS};
pub(super) use value::is_id;
pub use value::{Moment, Value};

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::scenario::catalogue::find;
use crate::scenario::diagnostics::{Fix, Mistake, Sink};
use crate::text::{nearest, one_of};

/// One table of a file. It returns the values of its keys and remembers which were asked for.
#[derive(Debug)]
pub struct Table<'a, 's> {
    map: &'a DeTable<'s>,
    path: Rc<str>,
    span: Range<usize>,
    asked: BTreeSet<String>,
}

impl<'a, 's> Table<'a, 's> {
    /// The root table, which is the whole document.
    pub fn root(document: &'a Spanned<DeTable<'s>>) -> Self {
        Self::new(document.get_ref(), "".into(), 0..0)
    }

    fn new(map: &'a DeTable<'s>, path: Rc<str>, span: Range<usize>) -> Self {
        Self { map, path, span, asked: BTreeSet::new() }
    }

    /// The place of the table in the file: its heading or its braces. The root is at the top.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Its name in messages, such as `supplier[2].reads`. List entries count from 0. The name of the root is empty.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether it has no keys.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Whether the table has `key`. Does not count as asking for it.
    pub fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// The value of `key`, if the table has it. Marks `key` as known.
    pub fn get(&mut self, key: &str) -> Option<Value<'a, 's>> {
        if !self.asked.contains(key) {
            self.asked.insert(key.to_owned());
        }
        self.map.get_key_value(key).map(|(key, value)| self.value(key, value))
    }

    /// The value of `key`. If it is missing, reports a key that is `key` with a slip, or else an error with an example,
    /// unless the file has broken lines, one of which may hold it.
    pub fn required(&mut self, key: &str, example: &str, sink: &mut Sink) -> Option<Value<'a, 's>> {
        let value = self.get(key);
        if value.is_none() && !sink.has_broken_lines() && !self.misspelt(key, sink) {
            let (place, help) = if self.path.is_empty() {
                (
                    "at the top of the file".to_owned(),
                    format!("write for example `{key} = {example}` before the first [table]"),
                )
            } else {
                (format!("in [{}]", self.path), format!("write for example `{key} = {example}` in [{}]", self.path))
            };
            sink.error(Mistake::MissingKey, self.span(), format!("{place}: `{key}` is missing"), help);
        }
        value
    }

    /// All values with their keys, in the order of the file, for tables whose keys are names chosen by the file. Marks
    /// all of them as known.
    pub fn entries(&mut self) -> Vec<(&'a str, Value<'a, 's>)> {
        let map = self.map;
        self.asked.extend(map.keys().map(|key| key.get_ref().to_string()));
        map.iter().map(|(key, value)| (key.get_ref().as_ref(), self.value(key, value))).collect()
    }

    /// Reports every key that was not asked for. Returns whether there is none: what seems to be missing may be
    /// misspelt.
    pub fn finish(&self, sink: &mut Sink) -> bool {
        let place = if self.path.is_empty() { String::new() } else { format!(" in [{}]", self.path) };
        let known = || self.asked.iter().map(String::as_str);
        let mut all_known = true;
        for key in self.map.keys().filter(|key| !self.asked.contains(key.get_ref().as_ref())) {
            all_known = false;
            let message = format!("unknown key `{}`{place}", cut(key.get_ref()));
            // A key that is there already would then be given twice.
            let others = || known().filter(|known| !self.has(known));
            let help = match nearest(key.get_ref(), others()) {
                Some(near) => {
                    let fix = Fix { span: key.span(), text: near.to_owned() };
                    let help = format!("write `{}`, or remove the key", cut(near));
                    sink.fixable(Mistake::UnknownKey, key.span(), message, (help, fix));
                    continue;
                }
                None if self.asked.is_empty() => "remove it; this table takes no keys".to_owned(),
                None if others().next().is_none() => "remove it".to_owned(),
                None => format!("remove it, or write {}", one_of(others(), "`")),
            };
            sink.error(Mistake::UnknownKey, key.span(), message, help);
        }
        all_known
    }

    /// The name of its section in the catalogue: its path without the places of entries.
    fn section(&self) -> String {
        let parts = self.path.split('[').map(|part| part.split_once(']').map_or(part, |(_, after)| after));
        parts.collect()
    }

    /// Reports a key that is most likely `key` with a slip, if there is one that was not asked for.
    fn misspelt(&mut self, key: &str, sink: &mut Sink) -> bool {
        // The section may ask for a key that it knows later.
        let known = |other: &str| find(&format!("{}.{other}", self.section())).is_some();
        let unasked = || {
            let others = self.map.keys().filter(|other| !self.asked.contains(other.get_ref().as_ref()));
            others.filter(|other| !known(other.get_ref()))
        };
        let near = nearest(key, unasked().map(|other| other.get_ref().as_ref()));
        let Some(slip) = near.and_then(|near| unasked().find(|other| other.get_ref().as_ref() == near)) else {
            return false;
        };
        let place = if self.path.is_empty() { String::new() } else { format!(" in [{}]", self.path) };
        let message = format!("unknown key `{}`{place}", cut(slip.get_ref()));
        let fix = Fix { span: slip.span(), text: key.to_owned() };
        sink.fixable(Mistake::UnknownKey, slip.span(), message, (format!("write `{key}`"), fix));
        self.asked.insert(slip.get_ref().to_string());
        true
    }

    fn value(&self, key: &'a Spanned<DeString<'s>>, value: &'a Spanned<DeValue<'s>>) -> Value<'a, 's> {
        Value::of_key(value, &self.path, key)
    }
}

#[cfg(test)]
mod tests {
    use super::examples::walk;
    use super::*;

    #[test]
    fn a_walk_finds_all_errors_at_once() {
        let source = "[market]\nmeters = -5\n[[supplier]]\nid = 'A'\n[[supplier]]\nid = 'b'\nreads = 1\n";
        let ((), findings) = walk(source, |root, sink| {
            root.required("title", "\"A study\"", sink);
            let mut market = root.get("market").and_then(|value| value.table(sink)).expect("a table");
            market.required("meters", "5", sink).and_then(|value| value.integer(0..=10, sink));
            market.required("fuel", "\"gas\"", sink);
            market.finish(sink);
            for supplier in root.get("supplier").and_then(|value| value.array(sink)).expect("a list") {
                let mut supplier = supplier.table(sink).expect("a table");
                supplier.required("id", "\"a\"", sink).and_then(|value| value.id(sink));
                supplier.get("reads").and_then(|value| value.table(sink));
                supplier.finish(sink);
            }
        });
        let messages: Vec<&str> = findings.iter().filter_map(|finding| finding.split(" | ").next()).collect();
        assert_eq!(
            messages,
            [
                "at the top of the file: `title` is missing",
                "in [market]: `fuel` is missing",
                "`market.meters` must be a whole number from 0 to 10, but is -5",
                "`supplier[0].id` must be an identifier, but is \"A\"",
                "`supplier[1].reads` must be a table, but is 1",
            ]
        );
    }

    #[test]
    fn an_unknown_key_names_the_nearest_known_one_or_lists_them() {
        let ((), findings) = walk("[market]\nmetres = 1\nwhatever = 2\n", |root, sink| {
            let mut market = root.get("market").and_then(|value| value.table(sink)).expect("a table");
            market.get("meters");
            market.get("gas-share");
            market.finish(sink);
        });
        assert_eq!(
            findings,
            [
                "unknown key `metres` in [market] | write `meters`, or remove the key",
                "unknown key `whatever` in [market] | remove it, or write one of `gas-share`, `meters`",
            ]
        );
    }

    #[test]
    fn a_required_key_with_a_slip_is_one_finding_and_another_known_key_is_no_slip() {
        let findings = |source: &str| {
            let read = |root: &mut Table<'_, '_>, sink: &mut Sink| {
                root.required("title", "\"A study\"", sink);
                root.get("time");
                root.finish(sink);
            };
            walk(source, read).1
        };
        assert_eq!(findings("tittle = 1\n"), ["unknown key `tittle` | write `title`"]);
        // `time` is as much like `title`.
        assert!(findings("time = 1\n")[0].starts_with("at the top of the file: `title` is missing"));
    }

    #[test]
    fn a_key_that_is_there_is_not_suggested_for_another() {
        let ((), findings) = walk("offset = 1\nofset = 2\n", |root, sink| {
            root.get("offset");
            root.finish(sink);
        });
        assert_eq!(findings, ["unknown key `ofset` | remove it"]);
    }

    #[test]
    fn a_key_that_was_asked_for_is_known_and_so_are_all_entries() {
        let (keys, findings) = walk("b = 1\na = 2\n", |root, _| {
            root.entries().into_iter().map(|(key, value)| (key.to_owned(), value.path())).collect::<Vec<_>>()
        });
        assert_eq!(keys, [("b".into(), "b".into()), ("a".into(), "a".into())]);
        assert_eq!(findings, [""; 0]);
        let mut sink = Sink::new();
        let document = parse("b = 1\n", &mut sink);
        let mut root = Table::root(&document);
        root.entries();
        root.finish(&mut sink);
        assert!(!sink.has_errors());
    }

    #[test]
    fn a_missing_key_may_be_on_a_broken_line_and_is_not_reported() {
        let (_, findings) = walk("title \"x\"\n[market]\n", |root, sink| {
            root.required("title", "\"A study\"", sink);
            root.get("market")
                .and_then(|value| value.table(sink))
                .and_then(|mut market| market.required("meters", "5", sink))
        });
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].starts_with("a key needs `=`"), "{findings:?}");
    }
}
