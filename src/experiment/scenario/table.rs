//! A reader of TOML tables that tells everything it dislikes, each finding at its place and with what to write instead.
//!
//! [`decode`] and [`parse`] turn bytes into a document; a [`Table`] remembers which keys were asked for, so that
//! [`Table::finish`] can tell the unknown ones; a [`Value`] gives itself as the type that is due, or tells what it is instead
//! and gives nothing. A walk therefore goes on after an error and finds all of them at once.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};
use std::rc::Rc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};
use toml::value::Datetime;

use super::diagnostics::{Sink, visible};
use super::quantity;
use crate::engine::time::Seconds;

/// Largest file, in bytes. A caller reads at most one byte more than this.
pub const LARGEST_FILE: usize = 1 << 20;
/// Most keys in a file, those of nested tables included.
pub const MOST_KEYS: usize = 20_000;
/// Longest string or key, in bytes.
pub const LONGEST_STRING: usize = 4_096;
/// Largest file whose errors of syntax are all told; of a larger one it is the first, since every byte can hold an error.
pub const LARGEST_RECOVERED: usize = 128 << 10;
/// Deepest nesting of tables and lists; the parser refuses more.
pub const DEEPEST: usize = 80;

/// Most characters of a file's text that a message repeats, and most names that it lists.
const REPEATED: usize = 60;
const LISTED: usize = 24;

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

fn too_large(sink: &mut Sink) {
    let help = format!("keep the file within {LARGEST_FILE} bytes; `copies` makes many meters of one");
    sink.syntax_error(0..0, ALL, "the file is larger than 1 MiB", help);
}

/// The lines of a file that is not read at all.
const ALL: Range<usize> = 0..usize::MAX;

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

/// Tells errors of syntax, the first one of each line.
fn syntax_errors(source: &str, errors: &[toml::de::Error], sink: &mut Sink) {
    let last = source.trim_end().len();
    let mut errors: Vec<(Range<usize>, &str)> = errors
        .iter()
        .map(|error| (error.span().unwrap_or(0..0), error.message()))
        .map(|(span, message)| (span.start.min(last)..span.end.min(last), message))
        .collect();
    errors.sort_by_key(|(span, _)| span.start);
    let mut before: Option<(Range<usize>, &str)> = None;
    for (span, message) in errors {
        let line = line_around(source, span.start);
        // A list that is not closed swallows the lines beneath it, and each has the same error.
        let swallowed = |(above, same): &(Range<usize>, &str)| {
            *same == message
                && source.get(above.end..line.start).is_some_and(|between| between.trim().is_empty())
                && message.starts_with("missing comma between")
        };
        if before.as_ref().is_some_and(|(above, _)| above.start == line.start) {
            continue;
        } else if before.as_ref().is_some_and(swallowed) {
            sink.broken_line(line.clone());
        } else {
            let (message, help) = syntax(message, source.get(span.clone()).unwrap_or(""));
            sink.syntax_error(span, line.clone(), message, help);
        }
        before = Some((line, message));
    }
}

/// The line in which `index` stands, without its end.
fn line_around(source: &str, index: usize) -> Range<usize> {
    let (before, after) = source.split_at_checked(index).unwrap_or((source, ""));
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    start..before.len() + after.find('\n').unwrap_or(after.len())
}

/// An error of syntax in words of this tool: what is wrong, and what to write instead.
fn syntax(message: &str, found: &str) -> (String, String) {
    let (what, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let bare = found.trim_matches(['“', '”', '„', '‘', '’', '"', '\'']);
    let (own, help): (String, String) = match what {
        "duplicate key" => (
            format!("`{}` is given twice", cut(found)),
            "keep one of the two; entries of a list of tables each begin with [[name]]".into(),
        ),
        "string values must be quoted" if found.is_empty() => {
            ("the value is missing".into(), "write a value after `=`, as in title = \"A study\"".into())
        }
        "string values must be quoted" => {
            ("text and quantities stand in quotes".into(), format!("write \"{}\"", cut(bare)))
        }
        "invalid boolean" => (
            format!("`{}` is neither true nor false", cut(found)),
            format!("write true or false; text stands in quotes: \"{}\"", cut(bare)),
        ),
        "key with no value" | "missing value for key" | "missing value" => (
            "a key needs `=` and a value".into(),
            "write key = value, as in meters = 1000; a key with blanks stands in quotes".into(),
        ),
        "extra `=`" => ("there is an `=` too many".into(), "write one `=`, as in meters = 1000".into()),
        "unexpected key or value" | "unexpected content" => (
            "something follows that belongs on a line of its own".into(),
            "begin a new line here, or put `#` before a comment; fields of { … } are parted by commas".into(),
        ),
        "unclosed table" | "unclosed array table" | "missing table open" => (
            "the brackets of a table's heading do not match".into(),
            "write [name] for a table, [[name]] for an entry of a list of tables".into(),
        ),
        "unclosed array" => ("a list is not closed".into(), "write `]` after the last entry, as in [ 1, 2 ]".into()),
        "unclosed inline table" => (
            "a table in braces is not closed".into(),
            "write `}` after the last field, as in { at = \"02:00\" }".into(),
        ),
        "extra comma in array" | "missing comma between array elements" | "unexpected `=` in array" => (
            "entries of a list are parted by one comma each".into(),
            "write a list as in [ 1, 2 ] or [ { id = 1 }, { id = 2 } ]; perhaps a `]` is missing before this".into(),
        ),
        "missing comma between key-value pairs"
        | "extra comma in inline table"
        | "extra assignment between key-value pairs"
        | "missing assignment between key-value pairs"
        | "missing key for inline table element"
        | "invalid inline table element" => (
            "fields of a table in braces are key = value, parted by one comma each".into(),
            "write them as in { period = \"daily\", at = \"02:00\" }".into(),
        ),
        "unquoted keys cannot be empty" => {
            ("a key is missing".into(), "write key = value, or [name], as in meters = 1000".into())
        }
        "invalid unquoted key" => (
            format!("`{}` cannot stand in a key without quotes", cut(found)),
            "write keys with letters, digits, `-` and `_`, or put them in quotes".into(),
        ),
        "cannot recurse further; max recursion depth met" | "recursion limit" => (
            format!("tables and lists are nested more than {DEEPEST} deep"),
            "write them flatter; no scenario needs more than ten".into(),
        ),
        "unexpected leading zero" => ("a number begins with 0".into(), "leave out the leading 0".into()),
        "redundant numeric sign" | "unexpected sign" => {
            ("a sign is out of place".into(), "write one sign or none".into())
        }
        "`_` may only go between digits" => ("`_` is out of place in a number".into(), "write it as in 50_000".into()),
        "invalid date" | "invalid datetime" | "invalid time" => (
            format!("`{}` is not in the calendar or on the clock{}", cut(found), wanted(expected)),
            "write it as in 2018-12-01 or 2018-12-01T18:00:00".into(),
        ),
        "carriage return must be followed by newline" => {
            ("a line ends in a lone carriage return".into(), "end lines with a newline, or with both".into())
        }
        "invalid comment character" => {
            ("a comment holds a control character".into(), "remove the control character".into())
        }
        _ if what.contains("extend value") => (
            format!("`{}` has a value already and cannot be given keys", cut(found)),
            "give its keys in one place, either { … } or [name]".into(),
        ),
        _ if what.contains("string") && expected.contains("visible characters") => (
            "a text in quotes holds a control character or goes on in the next line".into(),
            "write control characters as escapes in double quotes, as in \"\\n\" for a new line".into(),
        ),
        _ if what.contains("string") => (
            "a text in quotes is not closed".into(),
            "close it on its line with the quotes that open it, as in \"A study\"".into(),
        ),
        _ if what.contains("escape") || what.contains("unicode value") => (
            "a backslash in double quotes begins an escape, and this one does not exist".into(),
            "write \\\\ for a backslash, or put the text in single quotes".into(),
        ),
        _ => (
            format!("this is not TOML: {}{}", cut(what), wanted(expected)),
            "write lines as in meters = 1000, title = \"A study\" or [market]".into(),
        ),
    };
    (own, help)
}

fn wanted(expected: &str) -> String {
    if expected.is_empty() || expected == "nothing" { String::new() } else { format!(" (due: {})", cut(expected)) }
}

/// Tells keys and strings that are too many or too long.
fn limits(root: &DeTable<'_>, sink: &mut Sink) {
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

fn too_many_keys(span: Range<usize>, sink: &mut Sink) {
    let message = format!("the file has more than {MOST_KEYS} keys");
    sink.syntax_error(span, ALL, message, "split the study; `copies` makes many meters of one");
}

fn too_long(text: &str, span: Range<usize>, sink: &mut Sink) {
    if text.len() > LONGEST_STRING {
        let message = format!("a text has {} bytes, more than {LONGEST_STRING}", text.len());
        sink.error(span, message, "shorten it; long notes can stand in comments, after `#`");
    }
}

/// The name among `known` that `word` most likely stands for, if any is near. Case and `_` for `-` make no difference.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    /// Similarity (Jaro-Winkler, 0 to 1) from which a name counts as near.
    const NEAR: f64 = 0.82;
    /// Longest word that is compared, and most names: both may come from a hostile file.
    const LONGEST_WORD: usize = 128;
    const MOST_NAMES: usize = 1_000;

    let plain = |text: &str| text.to_lowercase().replace('_', "-");
    if word.len() > LONGEST_WORD {
        return None;
    }
    let word = plain(word);
    let mut best = None;
    for name in known.into_iter().take(MOST_NAMES).filter(|name| name.len() <= LONGEST_WORD) {
        let likeness = strsim::jaro_winkler(&word, &plain(name));
        if likeness >= NEAR && best.is_none_or(|(_, most)| likeness > most) {
            best = Some((name, likeness));
        }
    }
    best.map(|(name, _)| name)
}

/// Text of a file as a message repeats it: visible and not too long.
fn cut(text: &str) -> String {
    let mut shown: String = text.chars().take(REPEATED).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    visible(&shown)
}

fn list<'k>(names: impl IntoIterator<Item = &'k str>, quote: &str) -> String {
    let mut names = names.into_iter();
    let mut words: Vec<String> =
        names.by_ref().take(LISTED).map(|name| format!("{quote}{}{quote}", cut(name))).collect();
    if names.next().is_some() {
        words.push("…".to_owned());
    }
    words.join(", ")
}

/// One table of a file: gives the values of its keys and remembers which were asked for.
#[derive(Debug)]
pub struct Table<'a, 's> {
    map: &'a DeTable<'s>,
    path: Rc<str>,
    span: Range<usize>,
    asked: BTreeSet<String>,
}

impl<'a, 's> Table<'a, 's> {
    /// The table that is the whole document.
    pub fn root(document: &'a Spanned<DeTable<'s>>) -> Self {
        Self { map: document.get_ref(), path: "".into(), span: 0..0, asked: BTreeSet::new() }
    }

    /// Where the table stands in the file: its heading, or its braces. The root stands at the top.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Its name as messages give it, such as `supplier[2].reads`; list entries count from 0, the root is empty.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether it has no keys.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Whether `key` is there; does not count as asking for it.
    pub fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// The value of `key`, if it is there. From now on `key` is known.
    pub fn get(&mut self, key: &str) -> Option<Value<'a, 's>> {
        if !self.asked.contains(key) {
            self.asked.insert(key.to_owned());
        }
        self.map.get_key_value(key).map(|(key, value)| self.value(key, value))
    }

    /// The value of `key`; an error where it is missing, unless the file has broken lines, on one of which it may stand.
    pub fn required(&mut self, key: &str, sink: &mut Sink) -> Option<Value<'a, 's>> {
        let value = self.get(key);
        if value.is_none() && !sink.has_broken_lines() {
            let (place, help) = if self.path.is_empty() {
                ("at the top of the file".to_owned(), format!("write `{key} = …` before the first [table]"))
            } else {
                (format!("in [{}]", self.path), format!("write `{key} = …` in [{}]", self.path))
            };
            sink.error(self.span(), format!("{place}: `{key}` is missing"), help);
        }
        value
    }

    /// All values with their keys, in the order of the file, for tables whose keys are names that the file chooses. All of
    /// them count as known.
    pub fn entries(&mut self) -> Vec<(&'a str, Value<'a, 's>)> {
        let map = self.map;
        self.asked.extend(map.keys().map(|key| key.get_ref().to_string()));
        map.iter().map(|(key, value)| (key.get_ref().as_ref(), self.value(key, value))).collect()
    }

    /// Tells every key that nobody asked for.
    pub fn finish(self, sink: &mut Sink) {
        let place = if self.path.is_empty() { String::new() } else { format!(" in [{}]", self.path) };
        let known = || self.asked.iter().map(String::as_str);
        for key in self.map.keys().filter(|key| !self.asked.contains(key.get_ref().as_ref())) {
            let help = match nearest(key.get_ref(), known()) {
                Some(near) => format!("write `{}`, or remove the line", cut(near)),
                None if self.asked.is_empty() => "remove it; nothing stands here".to_owned(),
                None => format!("known here: {}", list(known(), "`")),
            };
            sink.error(key.span(), format!("unknown key `{}`{place}", cut(key.get_ref())), help);
        }
    }

    fn value(&self, key: &'a Spanned<DeString<'s>>, value: &'a Spanned<DeValue<'s>>) -> Value<'a, 's> {
        Value { value, parent: Rc::clone(&self.path), step: Step::Key(key) }
    }
}

/// One value of a file with its place. Each accessor gives the type that is due, or tells the sink what the value is instead.
#[derive(Debug, Clone)]
pub struct Value<'a, 's> {
    value: &'a Spanned<DeValue<'s>>,
    parent: Rc<str>,
    step: Step<'a, 's>,
}

/// The way from a parent to a value.
#[derive(Debug, Clone, Copy)]
enum Step<'a, 's> {
    Key(&'a Spanned<DeString<'s>>),
    Entry(usize),
}

/// A point of time as a scenario names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A date and time by the civil clock, as in `2018-12-20T00:00:00`.
    Civil(DateTime),
    /// A second of UTC, as in `2018-12-20T00:00:00Z`.
    Utc(Timestamp),
    /// A date alone, as in `2018-12-20`.
    Date(Date),
}

const WRITE_DATE: &str = "write a date without quotes, as in 2018-12-01";
const WRITE_MOMENT: &str = "write a date or a date and time without quotes, as in 2018-12-01, 2018-12-01T18:00:00 (London) or 2018-12-01T18:00:00Z";

impl<'a, 's> Value<'a, 's> {
    /// Where the value stands in the file.
    pub fn span(&self) -> Range<usize> {
        self.value.span()
    }

    /// Where its key stands; the value itself where it is an entry of a list.
    pub fn key_span(&self) -> Range<usize> {
        match self.step {
            Step::Key(key) => key.span(),
            Step::Entry(_) => self.span(),
        }
    }

    /// Its name as messages give it, such as `market.meters` or `expect[0]`.
    pub fn path(&self) -> String {
        let parent = &self.parent;
        let dot = if parent.is_empty() { "" } else { "." };
        match self.step {
            Step::Entry(index) => format!("{parent}[{index}]"),
            Step::Key(key) => {
                let key = key.get_ref();
                let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
                let quote = if bare { "" } else { "\"" };
                format!("{parent}{dot}{quote}{}{quote}", cut(key))
            }
        }
    }

    /// What the value is, in words: `the number 5`, `a table`.
    pub fn found(&self) -> String {
        match self.value.get_ref() {
            DeValue::String(text) => format!("the text \"{}\"", cut(text)),
            DeValue::Integer(_) | DeValue::Float(_) => format!("the number {}", cut(&self.scalar())),
            DeValue::Boolean(truth) => truth.to_string(),
            DeValue::Datetime(Datetime { date: None, .. }) => format!("the time {}", self.scalar()),
            DeValue::Datetime(Datetime { time: None, .. }) => format!("the date {}", self.scalar()),
            DeValue::Datetime(_) => format!("the date and time {}", self.scalar()),
            DeValue::Array(items) => format!("a list of {}", items.len()),
            DeValue::Table(_) => "a table".to_owned(),
        }
    }

    /// Whether it is a text.
    pub fn is_string(&self) -> bool {
        self.value.get_ref().is_str()
    }

    /// Whether it is a table.
    pub fn is_table(&self) -> bool {
        self.value.get_ref().is_table()
    }

    /// Whether it is a list.
    pub fn is_array(&self) -> bool {
        self.value.get_ref().is_array()
    }

    /// Whether it is a whole number.
    pub fn is_integer(&self) -> bool {
        self.value.get_ref().is_integer()
    }

    /// Whether it is a date, with or without a time.
    pub fn is_date(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::Datetime(Datetime { date: Some(_), .. }))
    }

    /// A text.
    pub fn string(&self, sink: &mut Sink) -> Option<&'a str> {
        match self.value.get_ref() {
            DeValue::String(text) => Some(text.as_ref()),
            DeValue::Array(_) | DeValue::Table(_) => {
                self.refuse("a text", "write it in double quotes, as in \"daily\"", sink)
            }
            _ => self.refuse("a text", format!("write it in double quotes: \"{}\"", cut(&self.scalar())), sink),
        }
    }

    /// `true` or `false`.
    pub fn boolean(&self, sink: &mut Sink) -> Option<bool> {
        match self.value.get_ref() {
            DeValue::Boolean(truth) => Some(*truth),
            _ => self.refuse("true or false", "write true or false, without quotes", sink),
        }
    }

    /// A whole number within `range`.
    pub fn integer(&self, range: RangeInclusive<i64>, sink: &mut Sink) -> Option<i64> {
        let (low, high) = (*range.start(), *range.end());
        let low = Some(low).filter(|low| *low > i64::MIN).map(|low| low.to_string());
        let high = Some(high).filter(|high| *high < i64::MAX).map(|high| high.to_string());
        let due = format!("a whole number{}", bounds(low.as_deref(), high.as_deref()));
        if let Some(number) = self.as_integer().filter(|number| range.contains(number)) {
            return Some(number);
        }
        let example = if range.contains(&1) { 1 } else { *range.start() };
        let help = match self.quoted().and_then(|text| text.parse::<i64>().ok()) {
            Some(number) if range.contains(&number) => format!("write it without quotes: {number}"),
            _ => format!("write {due}, as in {example}"),
        };
        self.refuse(&due, help, sink)
    }

    /// A finite number within `range`; whole numbers do as well.
    pub fn number(&self, range: RangeInclusive<f64>, sink: &mut Sink) -> Option<f64> {
        let end = |bound: f64| Some(bound).filter(|bound| bound.abs() < f64::MAX).map(|bound| bound.to_string());
        let due = format!("a number{}", bounds(end(*range.start()).as_deref(), end(*range.end()).as_deref()));
        let example = [0.5, 1.0].into_iter().find(|number| range.contains(number)).unwrap_or(*range.start());
        self.number_as(range, &due, &format!("write {due}, as in {example}"), sink)
    }

    /// A share: a number from 0 to 1.
    pub fn share(&self, sink: &mut Sink) -> Option<f64> {
        self.number_as(0.0..=1.0, "a share from 0 to 1", "write a share from 0 to 1, as in 0.43 for 43 %", sink)
    }

    fn number_as(&self, range: RangeInclusive<f64>, due: &str, help: &str, sink: &mut Sink) -> Option<f64> {
        let fits = |number: &f64| number.is_finite() && range.contains(number);
        let number = match self.value.get_ref() {
            DeValue::Integer(_) => self.as_integer().map(|number| number as f64),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        if let Some(number) = number.filter(fits) {
            return Some(number + 0.0); // −0 becomes 0
        }
        match self.quoted().and_then(|text| text.parse::<f64>().ok()).filter(fits) {
            Some(number) => self.refuse(due, format!("write it without quotes: {number}"), sink),
            None => self.refuse(due, help, sink),
        }
    }

    /// The entries of a list.
    pub fn array(&self, sink: &mut Sink) -> Option<Vec<Value<'a, 's>>> {
        match self.value.get_ref() {
            DeValue::Array(items) => {
                let parent: Rc<str> = self.path().into();
                let entry = |(index, value)| Value { value, parent: Rc::clone(&parent), step: Step::Entry(index) };
                Some(items.iter().enumerate().map(entry).collect())
            }
            DeValue::Table(_) => {
                let help = format!(
                    "write a list, as in [ {{ … }}, {{ … }} ], or a heading in double brackets: [[{}]]",
                    self.path()
                );
                self.refuse("a list of tables", help, sink)
            }
            _ => self.refuse("a list", "write a list in brackets, as in [ 1, 2 ] or [ \"a\", \"b\" ]", sink),
        }
    }

    /// A table.
    pub fn table(&self, sink: &mut Sink) -> Option<Table<'a, 's>> {
        match self.value.get_ref() {
            DeValue::Table(map) => {
                Some(Table { map, path: self.path().into(), span: self.span(), asked: BTreeSet::new() })
            }
            DeValue::Array(_) => {
                let help = format!("write one table, under [{}] in single brackets or in braces", self.path());
                self.refuse("a table", help, sink)
            }
            _ => self.refuse("a table", "write a table in braces, as in { period = \"daily\", at = \"02:00\" }", sink),
        }
    }

    /// An identifier: `[a-z0-9][a-z0-9._-]{0,63}`.
    pub fn id(&self, sink: &mut Sink) -> Option<&'a str> {
        let text = match self.value.get_ref() {
            DeValue::String(text) => text.as_ref(),
            _ => return self.string(sink),
        };
        if is_id(text) {
            return Some(text);
        }
        let help = "write 1 to 64 of a-z, 0-9, `.`, `_` and `-`, the first a letter or a digit, as in \"gainer-2\"";
        self.refuse("an identifier", help, sink)
    }

    /// What stands beside the given name.
    pub fn one_of<T: Copy>(&self, names: &[(&str, T)], sink: &mut Sink) -> Option<T> {
        let text = self.quoted();
        if let Some((_, meant)) = names.iter().find(|(name, _)| Some(*name) == text) {
            return Some(*meant);
        }
        let known = || names.iter().map(|(name, _)| *name);
        let help = match text.and_then(|text| nearest(text, known())) {
            Some(near) => format!("write \"{near}\"; known are {}", list(known(), "\"")),
            None => format!("write one of {}", list(known(), "\"")),
        };
        self.refuse("a known name", help, sink)
    }

    /// A date by the calendar: `2018-12-01`.
    pub fn date(&self, sink: &mut Sink) -> Option<Date> {
        match self.moment_of(sink, "a date", WRITE_DATE)? {
            Moment::Date(date) => Some(date),
            _ => self.refuse("a date", WRITE_DATE, sink),
        }
    }

    /// A date, a date and time by the civil clock, or a second of UTC.
    pub fn moment(&self, sink: &mut Sink) -> Option<Moment> {
        self.moment_of(sink, "a date or a date and time", WRITE_MOMENT)
    }

    fn moment_of(&self, sink: &mut Sink, due: &str, help: &str) -> Option<Moment> {
        let DeValue::Datetime(Datetime { date: Some(date), time, offset }) = self.value.get_ref() else {
            return self.refuse(due, help, sink);
        };
        let small = |n: u8| i8::try_from(n).unwrap_or(i8::MAX); // calls that take it refuse what is too large
        let year = i16::try_from(date.year).unwrap_or(i16::MAX);
        let Ok(date) = Date::new(year, small(date.month), small(date.day)) else {
            return self.refuse("a day of the calendar", help, sink);
        };
        let Some(time) = time else {
            return Some(Moment::Date(date));
        };
        let (Some(second), None) = (time.second, time.nanosecond) else {
            return self.refuse(
                "a time in whole seconds",
                "write the seconds and no parts of one: 2018-12-01T18:00:00",
                sink,
            );
        };
        let Ok(time) = jiff::civil::Time::new(small(time.hour), small(time.minute), small(second), 0) else {
            return self.refuse("a time of the clock", "write a time from 00:00:00 to 23:59:59", sink);
        };
        let civil = DateTime::from_parts(date, time);
        match offset {
            None => Some(Moment::Civil(civil)),
            Some(toml::value::Offset::Z) => match Offset::UTC.to_timestamp(civil) {
                Ok(timestamp) => Some(Moment::Utc(timestamp)),
                Err(_) => self.refuse("a time from year 1 to 9998", help, sink),
            },
            Some(_) => {
                let help =
                    "write it in UTC, as in 2018-12-01T18:00:00Z, or by the London clock, as in 2018-12-01T18:00:00";
                self.refuse("a time in UTC or by the London clock", help, sink)
            }
        }
    }

    /// A length of time: `"78 d 1 h"`.
    pub fn duration(&self, sink: &mut Sink) -> Option<Seconds> {
        self.quantity("a length of time", quantity::duration, sink)
    }

    /// A text that `read` understands; its error is what to write instead. `due` says what the text is, as in "a length of
    /// time".
    pub fn quantity<T>(&self, due: &str, read: impl Fn(&str) -> Result<T, String>, sink: &mut Sink) -> Option<T> {
        let text = match self.value.get_ref() {
            DeValue::String(text) => match read(text) {
                Ok(quantity) => return Some(quantity),
                Err(help) => return self.refuse(due, help, sink),
            },
            _ => self.scalar(),
        };
        let help = match read(&text) {
            Ok(_) => format!("write it in double quotes: \"{}\"", cut(&text)),
            Err(help) => help,
        };
        self.refuse(due, help, sink)
    }

    /// The code of an alert or event: `"0x8F0A"`.
    pub fn code(&self, sink: &mut Sink) -> Option<u16> {
        let digits = self.quoted().and_then(|text| text.strip_prefix("0x"));
        let digits = digits.filter(|digits| digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()) {
            Some(code) => Some(code),
            None => self.refuse("a code", "write 0x and four hexadecimal digits in quotes, as in \"0x8F0A\"", sink),
        }
    }

    /// Tells that the value is not what is due, and gives nothing: for checks of meaning that end like those of type.
    pub fn refuse<T>(&self, due: &str, help: impl Into<String>, sink: &mut Sink) -> Option<T> {
        sink.error(self.span(), format!("`{}` must be {due}, but is {}", self.path(), self.found()), help);
        None
    }

    fn quoted(&self) -> Option<&'a str> {
        self.value.get_ref().as_str()
    }

    fn as_integer(&self) -> Option<i64> {
        let integer = self.value.get_ref().as_integer()?;
        i64::from_str_radix(integer.as_str(), integer.radix()).ok()
    }

    /// A number, date or truth value as TOML writes it; nothing for other values.
    fn scalar(&self) -> String {
        match self.value.get_ref() {
            DeValue::Integer(number) => number.to_string(),
            DeValue::Float(number) => number.to_string(),
            DeValue::Boolean(truth) => truth.to_string(),
            DeValue::Datetime(time) => time.to_string(),
            DeValue::String(_) | DeValue::Array(_) | DeValue::Table(_) => String::new(),
        }
    }
}

fn is_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.len() <= 64
        && text.bytes().next().is_some_and(plain)
        && text.bytes().all(|b| plain(b) || b == b'.' || b == b'_' || b == b'-')
}

fn bounds(low: Option<&str>, high: Option<&str>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!(" from {low} to {high}"),
        (Some(low), None) => format!(" of at least {low}"),
        (None, Some(high)) => format!(" of at most {high}"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::diagnostics::{Finding, render};
    use super::*;

    /// A value of a test: its document lives as long as the tests do, which keeps their lifetimes out of the way.
    type X = Value<'static, 'static>;

    /// What a walk of `source` gives, and each finding as `message | help`.
    fn walk<T>(source: &str, walk: impl FnOnce(&mut Table<'static, 'static>, &mut Sink) -> T) -> (T, Vec<String>) {
        let mut sink = Sink::new();
        let source: &'static str = source.to_owned().leak();
        let document = Box::leak(Box::new(parse(source, &mut sink)));
        let given = walk(&mut Table::root(document), &mut sink);
        (given, told(sink))
    }

    fn told(sink: Sink) -> Vec<String> {
        let one = |finding: Finding| format!("{} | {}", finding.message, finding.help.unwrap_or_default());
        sink.into_findings().into_iter().map(one).collect()
    }

    /// What is told about `x = <value>` where `read` is due.
    fn about<T>(value: &str, read: impl FnOnce(&X, &mut Sink) -> Option<T>) -> String {
        let (given, told) = walk(&format!("x = {value}"), |root, sink| read(&root.get("x").expect("x is there"), sink));
        assert!(given.is_none(), "{value} was accepted");
        assert_eq!(told.len(), 1, "{value}: {told:?}");
        told.concat()
    }

    /// What `x = <value>` gives.
    fn given<T>(value: &str, read: impl FnOnce(&X, &mut Sink) -> Option<T>) -> T {
        let (given, told) = walk(&format!("x = {value}"), |root, sink| read(&root.get("x").expect("x is there"), sink));
        given.unwrap_or_else(|| panic!("{value}: {told:?}"))
    }

    #[test]
    fn a_walk_finds_all_errors_at_once() {
        let source = "[market]\nmeters = -5\n[[supplier]]\nid = 'A'\n[[supplier]]\nid = 'b'\nreads = 1\n";
        let ((), told) = walk(source, |root, sink| {
            root.required("title", sink);
            let mut market = root.get("market").and_then(|value| value.table(sink)).expect("a table");
            market.required("meters", sink).and_then(|value| value.integer(0..=10, sink));
            market.required("fuel", sink);
            market.finish(sink);
            for supplier in root.get("supplier").and_then(|value| value.array(sink)).expect("a list") {
                let mut supplier = supplier.table(sink).expect("a table");
                supplier.required("id", sink).and_then(|value| value.id(sink));
                supplier.get("reads").and_then(|value| value.table(sink));
                supplier.finish(sink);
            }
        });
        let messages: Vec<&str> = told.iter().filter_map(|told| told.split(" | ").next()).collect();
        assert_eq!(
            messages,
            [
                "at the top of the file: `title` is missing",
                "in [market]: `fuel` is missing",
                "`market.meters` must be a whole number from 0 to 10, but is the number -5",
                "`supplier[0].id` must be an identifier, but is the text \"A\"",
                "`supplier[1].reads` must be a table, but is the number 1",
            ]
        );
    }

    #[test]
    fn an_unknown_key_names_the_nearest_known_one_or_lists_them() {
        let ((), told) = walk("[market]\nmetres = 1\nwhatever = 2\n", |root, sink| {
            let mut market = root.get("market").and_then(|value| value.table(sink)).expect("a table");
            market.get("meters");
            market.get("gas-share");
            market.finish(sink);
        });
        assert_eq!(
            told,
            [
                "unknown key `metres` in [market] | write `meters`, or remove the line",
                "unknown key `whatever` in [market] | known here: `gas-share`, `meters`",
            ]
        );
    }

    #[test]
    fn a_key_that_was_asked_for_is_known_and_so_are_all_entries() {
        let (keys, told) = walk("b = 1\na = 2\n", |root, _| {
            root.entries().into_iter().map(|(key, value)| (key.to_owned(), value.path())).collect::<Vec<_>>()
        });
        assert_eq!(keys, [("b".into(), "b".into()), ("a".into(), "a".into())]);
        assert_eq!(told, [""; 0]);
        let mut sink = Sink::new();
        let document = parse("b = 1\n", &mut sink);
        let mut root = Table::root(&document);
        root.entries();
        root.finish(&mut sink);
        assert!(!sink.has_errors());
    }

    #[test]
    fn the_nearest_name_is_near_or_none() {
        let known = ["meters", "gas-share", "class-shares", "season", "from", "to"];
        for (word, name) in [
            ("metres", Some("meters")),
            ("meter", Some("meters")),
            ("METERS", Some("meters")),
            ("gas_share", Some("gas-share")),
            ("form", Some("from")),
            ("seasons", Some("season")),
            ("zzz", None),
            ("", None),
            ("at", None),
        ] {
            assert_eq!(nearest(word, known), name, "{word}");
        }
        assert_eq!(nearest(&"m".repeat(1_000_000), known), None);
    }

    #[test]
    fn text_must_be_quoted() {
        assert_eq!(given("'daily'", X::string), "daily");
        assert_eq!(about("5", X::string), "`x` must be a text, but is the number 5 | write it in double quotes: \"5\"");
        assert_eq!(about("true", X::string), "`x` must be a text, but is true | write it in double quotes: \"true\"");
        assert!(about("[1, 2]", X::string).contains("but is a list of 2"));
        assert!(about("{ a = 1 }", X::string).contains("but is a table"));
        assert!(about("2018-12-01", X::string).contains("but is the date 2018-12-01"));
    }

    #[test]
    fn a_truth_value_is_not_a_text() {
        assert!(given("true", X::boolean));
        assert!(about("'true'", X::boolean).contains("write true or false, without quotes"));
    }

    #[test]
    fn a_whole_number_lies_within_its_range() {
        assert_eq!(given("0xff", |x, sink| x.integer(0..=255, sink)), 255);
        assert_eq!(given("1_000", |x, sink| x.integer(0..=1_000, sink)), 1_000);
        assert_eq!(given("-9223372036854775808", |x, sink| x.integer(i64::MIN..=i64::MAX, sink)), i64::MIN);
        let small = |x: &X, sink: &mut Sink| x.integer(1..=9, sink);
        assert_eq!(
            about("0", small),
            "`x` must be a whole number from 1 to 9, but is the number 0 | write a whole number from 1 to 9, as in 1"
        );
        assert!(about("1.5", small).contains("but is the number 1.5"));
        assert!(about("'5'", small).ends_with("write it without quotes: 5"));
        assert!(about("'50'", small).ends_with("write a whole number from 1 to 9, as in 1"));
        assert!(about("99999999999999999999999", small).contains("99999999999999999999999"));
        assert!(about("-9223372036854775809", small).contains("from 1 to 9"));
        assert!(about("-1", |x, sink| x.integer(0..=i64::MAX, sink)).contains("a whole number of at least 0"));
    }

    #[test]
    fn a_number_is_finite_and_within_its_range() {
        let any = |x: &X, sink: &mut Sink| x.number(f64::NEG_INFINITY..=f64::INFINITY, sink);
        assert_eq!(given("1.5", any), 1.5);
        assert_eq!(given("2", any), 2.0);
        assert_eq!(given("-1e-300", any), -1e-300);
        for value in ["nan", "-nan", "inf", "-inf", "1e999", "-1e999"] {
            assert!(about(value, any).starts_with("`x` must be a number, but is the number "), "{value}");
        }
        let positive = |x: &X, sink: &mut Sink| x.number(0.0..=f64::MAX, sink);
        assert!(about("-1", positive).contains("a number of at least 0, but is the number -1"));
        assert!(about("'0.5'", positive).ends_with("write it without quotes: 0.5"));
        assert!(about("'nan'", positive).ends_with("as in 0.5"));
    }

    #[test]
    fn a_share_runs_from_0_to_1_and_has_no_minus_zero() {
        assert_eq!(given("0.43", X::share), 0.43);
        assert_eq!(given("1", X::share), 1.0);
        assert!(given("-0.0", X::share).is_sign_positive());
        for value in ["1.0000000000000002", "-0.1", "43", "'43 %'", "nan"] {
            assert!(about(value, X::share).ends_with("as in 0.43 for 43 %"), "{value}");
        }
    }

    #[test]
    fn a_list_and_a_table_are_told_apart() {
        assert_eq!(given("[1, 2]", X::array).len(), 2);
        assert!(given("{}", X::table).is_empty());
        assert!(about("{ a = 1 }", X::array).ends_with("a heading in double brackets: [[x]]"));
        assert!(about("5", X::array).contains("write a list in brackets"));
        assert!(about("[{ a = 1 }]", X::table).contains("write one table, under [x] in single brackets"));
        assert!(about("'none'", X::table).contains("write a table in braces"));
    }

    #[test]
    fn an_identifier_is_plain() {
        for id in ["losing", "a", "0", "a.b_c-d", &"a".repeat(64)] {
            assert_eq!(given(&format!("'{id}'"), X::id), id);
        }
        for id in ["", "A", "-a", ".a", "../etc", "a/b", "a b", "é", "a\u{202e}", &"a".repeat(65)] {
            assert!(about(&format!("'{id}'"), X::id).contains("write 1 to 64 of a-z"), "{id}");
        }
        assert!(about("5", X::id).contains("\"5\""));
    }

    #[test]
    fn a_choice_names_the_nearest_or_all() {
        let fuel = |x: &X, sink: &mut Sink| x.one_of(&[("electricity", 1), ("gas", 2)], sink);
        assert_eq!(given("'gas'", fuel), 2);
        assert_eq!(
            about("'electrcity'", fuel),
            "`x` must be a known name, but is the text \"electrcity\" | write \"electricity\"; known are \"electricity\", \"gas\""
        );
        assert!(about("'water'", fuel).ends_with("write one of \"electricity\", \"gas\""));
        assert!(about("[]", fuel).ends_with("write one of \"electricity\", \"gas\""));
    }

    #[test]
    fn a_date_has_no_quotes_and_no_time() {
        assert_eq!(given("2018-12-01", X::date), Date::constant(2018, 12, 1));
        for value in ["'2018-12-01'", "2018-12-01T00:00:00", "02:00:00", "20181201"] {
            assert!(about(value, X::date).ends_with("write a date without quotes, as in 2018-12-01"), "{value}");
        }
    }

    #[test]
    fn a_moment_is_a_date_or_a_civil_time_or_a_second_of_utc() {
        let date = Date::constant(2018, 12, 1);
        assert_eq!(given("2018-12-01", X::moment), Moment::Date(date));
        assert_eq!(given("2018-12-01T18:00:01", X::moment), Moment::Civil(date.at(18, 0, 1, 0)));
        let utc = "2018-12-01T18:00:01Z".parse().expect("a timestamp");
        assert_eq!(given("2018-12-01T18:00:01Z", X::moment), Moment::Utc(utc));
        assert!(about("2018-12-01T18:00:00+01:00", X::moment).contains("UTC or by the London clock"));
        assert!(about("2018-12-01T18:00:00+00:00", X::moment).contains("UTC or by the London clock"));
        assert!(about("2018-12-01T18:00:00.5", X::moment).contains("whole seconds"));
        assert!(about("2018-12-01T18:00", X::moment).contains("whole seconds"));
        assert!(about("2018-12-01T23:59:60", X::moment).contains("23:59:59"));
        assert!(about("18:00:00", X::moment).contains("but is the time 18:00:00"));
        assert!(about("'2018-12-01'", X::moment).contains("without quotes"));
        assert_eq!(given("0000-01-01", X::moment), Moment::Date(Date::constant(0, 1, 1)));
        assert!(matches!(given("9999-12-31T00:00:00", X::moment), Moment::Civil(_)));
    }

    #[test]
    fn a_day_that_is_not_in_the_calendar_is_told_once() {
        for value in ["2018-02-30", "2018-13-01", "2018-00-01", "2019-02-29", "2018-12-01T25:00:00"] {
            assert!(about(value, X::moment).contains("is not in the calendar or on the clock"), "{value}");
        }
    }

    #[test]
    fn a_quantity_has_a_unit() {
        assert_eq!(given("'78 d 1 h'", X::duration), Seconds::days(78) + Seconds::hours(1));
        assert_eq!(
            about("50", X::duration),
            "`x` must be a length of time, but is the number 50 | write a number and a unit, as in \"50 d\" or \"78 d 1 h\"; \
             units are s, min, h, d, w"
        );
        assert!(about("{}", X::duration).contains("but is a table | write a number and a unit"));
        let opening = |x: &X, sink: &mut Sink| x.quantity("a time of day", quantity::time_of_day, sink);
        assert_eq!(given("'09:00'", opening), Seconds::hours(9));
        assert!(about("09:00:00", opening).ends_with("write it in double quotes: \"09:00:00\""));
    }

    #[test]
    fn a_code_is_four_hexadecimal_digits_in_quotes() {
        assert_eq!(given("'0x8F0A'", X::code), 0x8f0a);
        assert_eq!(given("'0x8f0a'", X::code), 0x8f0a);
        for value in ["0x8F0A", "'8F0A'", "'0x8F0'", "'0x18F0A'", "'0x+F0A'", "'0X8F0A'", "36618", "''"] {
            assert!(about(value, X::code).ends_with("in quotes, as in \"0x8F0A\""), "{value}");
        }
    }

    #[test]
    fn errors_of_syntax_are_told_in_own_words_one_for_a_line() {
        for (source, message, help) in [
            ("x = 50 d", "text and quantities stand in quotes", "write \"50 d\""),
            ("x = “50 d”", "text and quantities stand in quotes", "write \"50 d\""),
            ("x = daily", "text and quantities stand in quotes", "write \"daily\""),
            ("x = fixed", "`fixed` is neither true nor false", "\"fixed\""),
            ("x = TRUE", "`TRUE` is neither true nor false", "write true or false"),
            ("x =", "the value is missing", "after `=`"),
            ("x", "a key needs `=` and a value", "meters = 1000"),
            ("a b = 1", "a key needs `=` and a value", "quotes"),
            ("x: 1", "cannot stand in a key", "letters"),
            ("= 1", "a key is missing", "key = value"),
            ("x == 1", "an `=` too many", "one `=`"),
            ("x = \"abc", "not closed", "close it"),
            ("x = 'abc", "not closed", "close it"),
            ("x = [1, 2", "a list is not closed", "`]`"),
            ("x = { a = 1", "a table in braces is not closed", "`}`"),
            ("x = { a = 1 b = 2 }", "text and quantities", "write"),
            ("x = { a = 1,, b = 2 }", "one comma each", "{ period"),
            ("x = [1,, 2]", "one comma each", "[ 1, 2 ]"),
            ("[market", "heading do not match", "[name]"),
            ("[[market]", "heading do not match", "[[name]]"),
            ("[market]]", "line of its own", "new line"),
            ("x = 1\nx = 2", "`x` is given twice", "keep one"),
            ("[x]\n[x]", "`x` is given twice", "[[name]]"),
            ("x = { a = 1, a = 2 }", "`a` is given twice", "keep one"),
            ("x = 1\nx.y = 2", "`x` has a value already", "one place"),
            ("x = 01", "begins with 0", "leave out"),
            ("x = 1__0", "`_` is out of place", "50_000"),
            ("x = \"\\q\"", "a backslash", "\\\\"),
            ("x = .5", "not TOML", "meters = 1000"),
            ("# \u{1b}", "control character", "remove"),
            ("x = \"\u{1b}\"", "control character", "escapes"),
            ("x = '\u{1b}'", "control character", "escapes"),
        ] {
            let ((), told) = walk(source, |_, _| ());
            assert_eq!(told.len(), 1, "{source:?}: {told:?}");
            assert!(told[0].contains(message) && told[0].contains(help), "{source:?}: {told:?}");
        }
    }

    #[test]
    fn several_errors_of_syntax_are_told_in_one_pass_and_the_walk_goes_on() {
        let source = "a = 50 d\nb = 1\nb = 2\nc = [1\nd = 5\n";
        let (_, told) = walk(source, |root, sink| root.get("b").and_then(|value| value.string(sink)));
        assert!(told.len() >= 4, "{told:?}");
        assert!(told[0].contains("quotes") && told[1].contains("`b` must be a text") && told[2].contains("twice"));
    }

    #[test]
    fn a_list_that_is_not_closed_is_told_once_and_hides_what_it_swallows() {
        let source = "list = [1\n[market]\nmeters = -5\n\n\nshare = 2\n";
        let (_, told) = walk(source, |root, sink| {
            root.required("market", sink);
            root.get("list").and_then(|value| value.array(sink))
        });
        let comma = told.iter().filter(|told| told.contains("parted by one comma")).count();
        assert!(comma == 1 && !told.concat().contains("is missing |"), "{told:?}");
    }

    #[test]
    fn a_missing_key_may_stand_on_a_broken_line_and_is_not_told() {
        let (_, told) = walk("title \"x\"\n[market]\n", |root, sink| {
            root.required("title", sink);
            root.get("market")
                .and_then(|value| value.table(sink))
                .and_then(|mut market| market.required("meters", sink))
        });
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("a key needs `=`"), "{told:?}");
    }

    #[test]
    fn of_a_large_file_with_broken_syntax_the_first_error_is_told() {
        let source = format!("ok = 1\n{}", "x = 50 d\n".repeat(20_000));
        let ((), told) = walk(&source, |root, sink| {
            root.required("title", sink);
        });
        assert!(told.len() == 1, "{told:?}");
    }

    #[test]
    fn a_broken_value_is_told_once() {
        let (_, told) = walk("x = 50 days\n", |root, sink| root.get("x").and_then(|value| value.duration(sink)));
        assert_eq!(told, ["text and quantities stand in quotes | write \"50 days\""]);
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

    fn told_of_bytes(bytes: &[u8]) -> Vec<String> {
        let mut sink = Sink::new();
        assert_eq!(decode(bytes, &mut sink), None);
        told(sink)
    }

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

    #[test]
    fn deep_nesting_is_refused_without_deep_recursion() {
        for source in [
            format!("x = {}", "[".repeat(100_000)),
            format!("x = {}{}", "[".repeat(100_000), "]".repeat(100_000)),
            format!("x = {}", "{a=".repeat(100_000)),
            format!("x{} = 1", ".x".repeat(100_000)),
            format!("[x{}]", ".x".repeat(100_000)),
        ] {
            let ((), told) = walk(&source, |_, _| ());
            assert!(told.len() == 1 && told[0].contains("nested more than 80 deep"), "{told:?}");
        }
    }

    #[test]
    fn a_huge_list_is_read() {
        let source = format!("x = [{}]", "1,".repeat(500_000));
        let (count, told) =
            walk(&source, |root, sink| root.get("x").and_then(|x| x.array(sink)).map(|items| items.len()));
        assert_eq!((count, told.len()), (Some(500_000), 0));
    }

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

    #[test]
    fn a_byte_order_mark_and_an_empty_file_are_no_errors() {
        for source in ["", "\n", "# only a comment", "\u{feff}x = 1", "x = 1\r\n"] {
            assert_eq!(walk(source, |_, _| ()).1, [""; 0], "{source:?}");
        }
    }
}
