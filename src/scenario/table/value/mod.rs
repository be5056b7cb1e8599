//! One value of a file: its place, its kind, and its conversion to a boolean, a list or a table.

mod moment;
mod number;
mod text;

pub use moment::Moment;
pub(in crate::scenario) use text::is_id;

use std::ops::Range;
use std::rc::Rc;

use toml::Spanned;
use toml::de::{DeString, DeValue};

use super::Table;
use crate::scenario::diagnostics::{Fix, Mistake, Sink};
use crate::text::{Advice, cut};

/// One value of a file with its place. Each accessor converts it to the type wanted, or reports what it is instead.
#[derive(Debug, Clone)]
pub struct Value<'a, 's> {
    value: &'a Spanned<DeValue<'s>>,
    parent: Rc<str>,
    step: Step<'a, 's>,
}

/// The step from a parent to a value.
#[derive(Debug, Clone, Copy)]
enum Step<'a, 's> {
    Key(&'a Spanned<DeString<'s>>),
    Entry(usize),
}

impl<'a, 's> Value<'a, 's> {
    /// The value of a key of the table whose path is `parent`.
    pub(super) fn of_key(value: &'a Spanned<DeValue<'s>>, parent: &Rc<str>, key: &'a Spanned<DeString<'s>>) -> Self {
        Self { value, parent: Rc::clone(parent), step: Step::Key(key) }
    }

    /// The place of the value in the file. If the parser made the value up because of broken syntax, the place of its
    /// key.
    pub fn span(&self) -> Range<usize> {
        match (self.value.span(), self.step) {
            (span, Step::Key(key)) if span.is_empty() => key.span(),
            (span, _) => span,
        }
    }

    /// The place of its key. For an entry of a list, the place of the value itself.
    pub fn key_span(&self) -> Range<usize> {
        match self.step {
            Step::Key(key) => key.span(),
            Step::Entry(_) => self.span(),
        }
    }

    /// Its name in messages, such as `market.meters` or `expect[0]`.
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

    /// The value in a message, as a file has it: `5`, `"5"`; or `a table`, `a list of 3`.
    pub fn found(&self) -> String {
        match self.value.get_ref() {
            DeValue::String(text) => format!("\"{}\"", cut(text)),
            DeValue::Integer(_) | DeValue::Float(_) => cut(&self.scalar()),
            DeValue::Boolean(truth) => truth.to_string(),
            DeValue::Datetime(_) => self.scalar(),
            DeValue::Array(items) => format!("a list of {}", items.len()),
            DeValue::Table(_) => "a table".to_owned(),
        }
    }

    /// Whether it is a string.
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

    /// The number as written in TOML; `None` for other values, and for a number that is too large to be read.
    pub fn written_number(&self) -> Option<String> {
        self.number(f64::MIN..=f64::MAX, &mut Sink::new()).map(|_| self.scalar())
    }

    /// `true` or `false`.
    pub fn boolean(&self, sink: &mut Sink) -> Option<bool> {
        match self.value.get_ref() {
            DeValue::Boolean(truth) => Some(*truth),
            _ => self.refuse(Mistake::WrongType, "true or false", "write true or false, without quotes", sink),
        }
    }

    /// The entries of a list.
    pub fn array(&self, sink: &mut Sink) -> Option<Vec<Value<'a, 's>>> {
        self.array_like("[ 1, 2 ] or [ \"a\", \"b\" ]", sink)
    }

    /// The entries of a list. `example` is a list that would be valid in its place.
    pub fn array_like(&self, example: &str, sink: &mut Sink) -> Option<Vec<Value<'a, 's>>> {
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
                self.refuse(Mistake::WrongType, "a list of tables", help, sink)
            }
            _ => self.refuse(Mistake::WrongType, "a list", format!("write a list in brackets, as in {example}"), sink),
        }
    }

    /// A table.
    pub fn table(&self, sink: &mut Sink) -> Option<Table<'a, 's>> {
        self.table_like("{ period = \"daily\", at = \"02:00\" }", sink)
    }

    /// A table. `example` is a table that would be valid in its place.
    pub fn table_like(&self, example: &str, sink: &mut Sink) -> Option<Table<'a, 's>> {
        match self.value.get_ref() {
            DeValue::Table(map) => Some(Table::new(map, self.path().into(), self.span())),
            DeValue::Array(_) => {
                let help = format!("write one table, under [{}] in single brackets or in braces", self.path());
                self.refuse(Mistake::WrongType, "a table", help, sink)
            }
            _ => self.refuse(Mistake::WrongType, "a table", format!("write a table in braces, as in {example}"), sink),
        }
    }

    /// Reports that the value is not what it must be, and returns nothing.
    pub fn refuse<T>(&self, code: Mistake, due: &str, help: impl Into<String>, sink: &mut Sink) -> Option<T> {
        sink.error(code, self.span(), self.is_not(code, due), help);
        None
    }

    /// The same where another value in its place would be right: `help` says it in words.
    pub fn refuse_for<T>(
        &self,
        code: Mistake,
        due: &str,
        (help, right): (String, String),
        sink: &mut Sink,
    ) -> Option<T> {
        sink.fixable(code, self.span(), self.is_not(code, due), (help, Fix { span: self.span(), text: right }));
        None
    }

    /// Reports what is wrong with the value in other words, and returns nothing.
    pub fn refuse_as<T>(&self, code: Mistake, Advice { message, help, instead }: Advice, sink: &mut Sink) -> Option<T> {
        match instead.and_then(|instead| Some(Fix { span: self.span_of(&instead.0)?, text: instead.1 })) {
            Some(fix) => sink.fixable(code, self.span(), message, (help, fix)),
            None => sink.error(code, self.span(), message, help),
        }
        None
    }

    /// Where a part of a text is in the file; nothing if it is there several times, or behind escapes.
    fn span_of(&self, part: &str) -> Option<Range<usize>> {
        const QUOTES: usize = 2;
        let (text, span) = (self.quoted()?, self.span());
        let (before, after) = text.split_once(part)?;
        // With escapes the file has more bytes than the text.
        let is_plain = span.len() == text.len() + QUOTES && !after.contains(part);
        let start = span.start + 1 + before.len();
        is_plain.then_some(start..start + part.len())
    }

    fn is_not(&self, code: Mistake, due: &str) -> String {
        let is_of_type = code == Mistake::WrongType || !(self.is_table() || self.is_array());
        // What it is says nothing where another key is wrong, or a part of it.
        match is_of_type && !matches!(code, Mistake::KeyOutOfPlace) {
            true => format!("`{}` must be {due}, but is {}", self.path(), self.found()),
            false => format!("`{}` must be {due}", self.path()),
        }
    }

    fn quoted(&self) -> Option<&'a str> {
        self.value.get_ref().as_str()
    }

    /// A number, date or boolean as written in TOML; empty for other values.
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

#[cfg(test)]
mod tests {
    use super::super::examples::{X, about, given, walk};

    #[test]
    fn a_truth_value_is_not_a_text() {
        assert!(given("true", X::boolean));
        assert!(about("'true'", X::boolean).contains("write true or false, without quotes"));
    }

    #[test]
    fn a_list_is_not_a_table() {
        assert_eq!(given("[1, 2]", X::array).len(), 2);
        assert!(given("{}", X::table).is_empty());
        assert!(about("{ a = 1 }", X::array).ends_with("a heading in double brackets: [[x]]"));
        assert!(about("5", X::array).contains("write a list in brackets"));
        assert!(about("[{ a = 1 }]", X::table).contains("write one table, under [x] in single brackets"));
        assert!(about("'none'", X::table).contains("write a table in braces"));
    }

    #[test]
    fn a_huge_list_is_read() {
        let source = format!("x = [{}]", "1,".repeat(500_000));
        let (count, findings) =
            walk(&source, |root, sink| root.get("x").and_then(|x| x.array(sink)).map(|items| items.len()));
        assert_eq!((count, findings.len()), (Some(500_000), 0));
    }
}
