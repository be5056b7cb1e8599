//! The origins of a scenario's numbers: those given in the file, and those of the catalogue's defaults.
//!
//! A number is written plainly, `gas-share = 0.43`, or with its origin,
//! `gas-share = { value = 0.43, source = "…", kind = "derived" }`.

use std::ops::Range;

use jiff::civil::Date;

use super::Assumption;
use super::diagnostics::{Lint, Mistake, Sink};
use super::parameter::{Field, Parameter};
use super::quantity;
use super::table::{Table, Value};
use crate::model::laws::NumberKind;
use crate::model::varies::Varies;
use crate::text::and;

/// The origins found while reading a file.
pub(super) struct Sources<'s> {
    text: &'s str,
    found: Vec<Assumption>,
    /// Numbers without an origin, which are reported together.
    silent: Vec<Silent>,
    /// Ranges that the file gives.
    ranges: Vec<(String, FileRange)>,
    sunsets: Vec<Sunset>,
}

/// Until when an assumed number may be used unreviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sunset {
    /// The number, by name.
    pub name: String,
    /// The last day on which it may be used so.
    pub last: Date,
    /// Where the file says so.
    pub span: Range<usize>,
}

/// What the catalogue knows of a number.
#[derive(Debug, Clone, Copy)]
pub(super) struct About {
    /// What it means, in a line.
    pub about: &'static str,
    /// The unit, if its value has none.
    pub unit: &'static str,
    /// How it can vary.
    pub varies: Option<Varies>,
}

impl<'s> Sources<'s> {
    /// The text of the file.
    pub fn new(text: &'s str) -> Self {
        Self { text, found: Vec::new(), silent: Vec::new(), ranges: Vec::new(), sunsets: Vec::new() }
    }

    /// Reads a number, plain or with its origin, from the table of its section. Takes the default if the table lacks
    /// it.
    pub fn read<T: PartialEq>(
        &mut self,
        field: &'static Field<T>,
        table: &mut Table<'_, '_>,
        sink: &mut Sink,
    ) -> Option<T> {
        let parameter = &field.parameter;
        let Some(entry) = parameter.get(table, sink) else {
            parameter.default_text()?;
            self.take_default(parameter);
            return Some(field.usual());
        };
        let (value, said) = origin(&entry, parameter.example(), sink)?;
        let number = (field.reader)(&value, sink)?;
        let is_default = parameter.default_text().is_some() && field.usual() == number;
        self.note(parameter, &value, said.or_of(parameter, is_default), entry.key_span());
        Some(number)
    }

    /// Records a number with the origin that the file gives.
    pub fn note(&mut self, parameter: &'static Parameter, value: &Value<'_, '_>, said: Origin, key: Range<usize>) {
        let about = About { about: parameter.about, unit: parameter.unit, varies: parameter.varies };
        self.note_with(&parameter.name(), about, value, said, key);
    }

    /// Records a number under another name.
    pub fn note_as(&mut self, name: &str, about: &'static str, value: &Value<'_, '_>, said: Origin, key: Range<usize>) {
        self.note_with(name, About { about, unit: "", varies: None }, value, said, key);
    }

    /// Records a number under another name, with what is known of it.
    pub fn note_with(
        &mut self,
        name: &str,
        About { about, unit, varies }: About,
        value: &Value<'_, '_>,
        said: Origin,
        key: Range<usize>,
    ) {
        let written = self.written(value);
        self.note_text(name, about, &written, said, key);
        if let Some(last) = self.found.last_mut() {
            last.unit = unit;
            last.varies = varies;
        }
    }

    /// A value as written in the file. A table under a heading, or of dotted keys, is given in braces.
    fn written(&self, value: &Value<'_, '_>) -> String {
        let text = self.text.get(value.span()).unwrap_or_default();
        let table = value.is_table().then(|| value.table(&mut Sink::new())).flatten();
        match table.filter(|_| !text.starts_with('{')) {
            Some(mut table) => {
                let entry = |(key, value): (&str, Value<'_, '_>)| format!("\"{key}\" = {}", self.written(&value));
                let entries: Vec<String> = table.entries().into_iter().map(entry).collect();
                format!("{{ {} }}", entries.join(", "))
            }
            None => text.to_owned(),
        }
    }

    /// Records a number that is written in several places.
    pub fn note_text(&mut self, name: &str, about: &'static str, written: &str, said: Origin, key: Range<usize>) {
        if let Some(range) = &said.range {
            self.ranges.push((name.to_owned(), range.clone()));
        }
        if let Some((last, span)) = &said.sunset {
            self.sunsets.push(Sunset { name: name.to_owned(), last: *last, span: span.clone() });
        }
        if said.kind.is_none() || said.source.is_none() {
            self.silent.push(Silent { place: key, name: name.to_owned(), beside: said.beside });
        }
        self.found.push(Assumption {
            name: name.to_owned(),
            value: one_line(written),
            unit: "",
            kind: said.kind.unwrap_or(NumberKind::Assumed),
            source: said.source.unwrap_or_else(|| "the scenario, without a source".to_owned()),
            varies: None,
            range: said.range.as_ref().map(|range| range.text.clone()),
            about: about.to_owned(),
        });
    }

    /// Records that the default of a number is used.
    pub fn take_default(&mut self, parameter: &'static Parameter) {
        if let (Some(default), Some((kind, source))) = (parameter.default_text(), parameter.origin)
            && !self.has(&parameter.name())
        {
            self.put(parameter, default, kind, source);
        }
    }

    /// Records a value that this program chooses.
    pub fn put(&mut self, parameter: &'static Parameter, value: &str, kind: NumberKind, source: &str) {
        self.add(Assumption {
            unit: parameter.unit,
            varies: parameter.varies,
            ..Assumption::new(&parameter.name(), value.to_owned(), (kind, source), parameter.about)
        });
    }

    /// Whether a number of this name is recorded.
    pub fn has(&self, name: &str) -> bool {
        self.found.iter().any(|a| a.name == *name)
    }

    /// Adds an assumption whose origin is known.
    pub fn add(&mut self, assumption: Assumption) {
        self.found.push(assumption);
    }

    /// The ranges that the file gives, by the names of their numbers.
    pub fn ranges(&self) -> Vec<(String, FileRange)> {
        self.ranges.clone()
    }

    /// Until when assumed numbers may be used.
    pub fn sunsets(&self) -> Vec<Sunset> {
        self.sunsets.clone()
    }

    /// Returns everything found. One warning lists the numbers without an origin.
    pub fn finish(self, sink: &mut Sink) -> Vec<Assumption> {
        const NAMED: usize = 6;
        if let (Some(Silent { place, .. }), false) = (self.silent.first(), sink.has_errors()) {
            let help = match (self.silent.iter().any(|s| !s.beside), self.silent.iter().any(|s| s.beside)) {
                (_, false) => WRAP.to_owned(),
                (false, true) => format!("write {BESIDE} beside it in its table"),
                (true, true) => format!("{WRAP}; where that is refused, write {BESIDE} beside it in its table"),
            };
            let mut names: Vec<String> = self.silent.iter().map(|s| format!("`{}`", s.name)).collect();
            // All dates of a path share one name.
            names.dedup();
            let first = names.remove(0);
            let verb = if names.len() == 1 { "does" } else { "do" };
            let more = names.len().saturating_sub(NAMED);
            names.truncate(NAMED);
            names.extend((more > 0).then(|| format!("{more} more")));
            let others = if names.is_empty() { String::new() } else { format!("; nor {verb} {}", and(&names)) };
            let message = format!("{first} does not say where its number comes from{others}");
            sink.warning(Lint::NoSource, place.clone(), message, help);
        }
        self.found
    }
}

/// What to write in place of a plain number.
const WRAP: &str = "write { value = …, source = \"…\", kind = \"observed\" | \"derived\" | \"expert\" | \"assumed\" | \
    \"policy-lever\" }";
/// What to write beside a number in its table.
const BESIDE: &str =
    "`source = \"…\"` and `kind = \"observed\"`, \"derived\", \"expert\", \"assumed\" or \"policy-lever\"";

/// The key of a number in a table that says where it comes from.
pub(super) const VALUE: &str = "value";
/// The keys that say where a number comes from, in a table that holds it or beside it in its own.
pub(super) const KEYS: [&str; 4] = [SOURCE, KIND, RANGE, SUNSET];
const SOURCE: &str = "source";
const KIND: &str = "kind";
const RANGE: &str = "range";
const SUNSET: &str = "sunset";

/// A number without an origin.
#[derive(Debug)]
struct Silent {
    place: Range<usize>,
    name: String,
    beside: bool,
}

/// The origin of a number, as given in a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Origin {
    pub kind: Option<NumberKind>,
    pub source: Option<String>,
    /// The plausible values.
    pub range: Option<FileRange>,
    /// Until when an assumed number may be used unreviewed.
    pub sunset: Option<(Date, Range<usize>)>,
    /// Whether it is given beside the number in its table, rather than in a table that holds the number.
    pub beside: bool,
}

impl Origin {
    /// The [`KEYS`] of a table.
    pub fn of(table: &mut Table<'_, '_>, sink: &mut Sink) -> Self {
        let kind = table.get(KIND).and_then(|v| v.one_of(&NumberKind::ALL, sink));
        Self {
            range: table.get(RANGE).and_then(|v| range(&v, sink)),
            kind,
            sunset: table.get(SUNSET).and_then(|v| sunset(&v, kind, sink)),
            source: table.get(SOURCE).and_then(|v| source(&v, sink)),
            beside: true,
        }
    }

    /// Fills in the origin of a value that a file chooses rather than assumes, where the file does not give one.
    pub fn or_chosen(self, source: &str) -> Self {
        Self {
            kind: self.kind.or(Some(NumberKind::Assumed)),
            source: self.source.or_else(|| Some(source.to_owned())),
            ..self
        }
    }

    /// Takes the default's origin if a plain number equals the default.
    fn or_of(self, parameter: &Parameter, is_default: bool) -> Self {
        match parameter.origin {
            Some((kind, source)) if is_default && self.kind.is_none() && self.source.is_none() => {
                Self { kind: Some(kind), source: Some(source.to_owned()), ..self }
            }
            _ => self,
        }
    }
}

/// The last day on which a number may be used unreviewed.
fn sunset(value: &Value<'_, '_>, kind: Option<NumberKind>, sink: &mut Sink) -> Option<(Date, Range<usize>)> {
    let last = value.date(sink)?;
    if kind.is_some_and(|kind| kind != NumberKind::Assumed) {
        let message = format!("`{}` has no effect: only an assumed number has a sunset", value.path());
        sink.warning(Lint::IdleKey, value.key_span(), message, "leave it out, or write kind = \"assumed\"");
    }
    Some((last, value.span()))
}

/// The source of a number: any text.
fn source(value: &Value<'_, '_>, sink: &mut Sink) -> Option<String> {
    let text = value.string(sink)?;
    if text.trim().is_empty() {
        return value.refuse(
            Mistake::BadNotation,
            "a source",
            "name it, as in \"calibration 2.1\", or leave `source` out",
            sink,
        );
    }
    Some(text.to_owned())
}

/// A range that a file gives a number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FileRange {
    /// As written, on one line.
    pub text: String,
    /// The ranges of the number itself, or of each of its parts.
    pub parts: Vec<PartRange>,
}

/// The range that a file gives a number, or a part of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PartRange {
    /// The name of the part; empty for the number itself.
    pub part: String,
    /// Both ends as the file writes them, the lower first.
    pub ends: [String; 2],
    /// Where the part is named.
    pub key: Range<usize>,
    /// Where the range is.
    pub span: Range<usize>,
}

/// `range = [low, high]`: two numbers, or two quantities in quotes; or a table of such ranges, one for each part.
fn range(value: &Value<'_, '_>, sink: &mut Sink) -> Option<FileRange> {
    let of = |part: &str, value: &Value<'_, '_>, sink: &mut Sink| {
        let ends = pair(value, sink)?;
        Some(PartRange { part: part.to_owned(), ends, key: value.key_span(), span: value.span() })
    };
    if !value.is_table() {
        let whole = of("", value, sink)?;
        return Some(FileRange { text: format!("[{}, {}]", whole.ends[0], whole.ends[1]), parts: vec![whole] });
    }
    let mut parts = Vec::new();
    for (part, value) in value.table(sink)?.entries() {
        parts.push(of(part, &value, sink)?);
    }
    let written = |PartRange { part, ends: [low, high], .. }: &PartRange| format!("{part} = [{low}, {high}]");
    let text = format!("{{ {} }}", parts.iter().map(written).collect::<Vec<_>>().join(", "));
    Some(FileRange { text, parts })
}

/// Two ends in order, as a scenario writes them.
fn pair(value: &Value<'_, '_>, sink: &mut Sink) -> Option<[String; 2]> {
    let items = if value.is_array() { value.array(sink)? } else { Vec::new() };
    let numbers = items.iter().all(|item| item.written_number().is_some());
    let (2, true) = (items.len(), numbers || items.iter().all(Value::is_string)) else {
        return value.refuse(
            Mistake::BadRange,
            "a lower and an upper bound",
            "write for example [0.1, 0.3] or [\"1 d\", \"5 d\"]",
            sink,
        );
    };
    let end = |item: &Value<'_, '_>| match item.written_number() {
        Some(number) => number,
        None => format!("\"{}\"", item.string(&mut Sink::new()).unwrap_or_default()),
    };
    let size = |item: &Value<'_, '_>| match item.written_number() {
        Some(_) => item.number(f64::MIN..=f64::MAX, &mut Sink::new()),
        None => quantity::duration(item.string(&mut Sink::new())?).ok().map(|length| length.0 as f64),
    };
    if let (Some(low), Some(high)) = (size(&items[0]), size(&items[1]))
        && low > high
    {
        let right = format!("[{}, {}]", end(&items[1]), end(&items[0]));
        let help = format!("write {right}");
        return value.refuse_for(Mistake::BadRange, "two bounds, the lower first", (help, right), sink);
    }
    Some([end(&items[0]), end(&items[1])])
}

/// A value and its origin, from `{ value = …, source = "…", kind = "…" }` or from a plain value. `example` is one that
/// would be valid.
pub(super) fn origin<'a, 's>(value: &Value<'a, 's>, example: &str, sink: &mut Sink) -> Option<(Value<'a, 's>, Origin)> {
    if !value.is_table() {
        return Some((value.clone(), Origin::default()));
    }
    let mut table = value.table(sink)?;
    if !std::iter::once(&VALUE).chain(&KEYS).any(|key| table.has(key)) {
        return Some((value.clone(), Origin::default()));
    }
    let inside = table.required(VALUE, example, sink)?;
    let said = Origin::of(&mut table, sink);
    table.finish(sink);
    Some((inside, said))
}

/// A text of several lines as one, without comments.
fn one_line(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_once(" #").map_or(line, |(code, _)| code).trim());
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::parameters;
    use super::super::sections::dcc;
    use super::*;
    use crate::model::market::Conventions;

    /// Everything assumed of a market of two suppliers, with these lines in `[market]` and `[dcc]`.
    fn assumed(market: &str, dcc: &str) -> (Vec<Assumption>, Vec<String>) {
        let text = format!(
            "schema = 1\ntitle = \"t\"\n[time]\nstart = 2018-11-01\nhorizon = 2018-12-01\nwarm-up = \"0 d\"\n\
             [market]\npath = [{{ on = 2018-10-01, meters = 1000, source = \"s\", kind = \"observed\" }}]\n\
             switching = {{ value = {{ \"2018-11\" = 0.02 }}, source = \"s\", kind = \"derived\" }}\n{market}\n[dcc]\n\
             {dcc}\n\
             [[supplier]]\nid = \"a\"\nshare = 1\nsource = \"s\"\nkind = \"assumed\"\n\
             [[supplier]]\nid = \"b\"\nshare = 1\nsource = \"s\"\nkind = \"assumed\"\n"
        );
        let (scenario, findings) = super::super::read("t", &text).expect("a valid scenario");
        (scenario.assumptions, findings.into_iter().map(|f| f.message).collect())
    }

    fn named<'a>(all: &'a [Assumption], name: &str) -> &'a Assumption {
        all.iter().find(|a| a.name == name).expect("a number of this name")
    }

    #[test]
    fn a_number_that_a_file_does_not_give_has_its_default_and_the_defaults_source() {
        let (all, warnings) = assumed("", "");
        for parameter in parameters().filter(|p| p.default_text().is_some()) {
            if parameter.section == "market" || parameter.section == "dcc" {
                let found = named(&all, &parameter.name());
                assert_eq!(Some(found.value.as_str()), parameter.default_text());
                assert_eq!(Some((found.kind, found.source.as_str())), parameter.origin);
            }
        }
        assert_eq!(warnings, Vec::<String>::new());
    }

    #[test]
    fn a_number_carries_the_source_and_kind_that_the_file_gives_it() {
        let (all, warnings) = assumed("gas-share = { value = 0.4, source = \"a survey\", kind = \"observed\" }", "");
        let found = named(&all, "market.gas-share");
        assert_eq!(
            (found.value.as_str(), found.source.as_str(), found.kind),
            ("0.4", "a survey", NumberKind::Observed)
        );
        assert_eq!(warnings, Vec::<String>::new());
    }

    #[test]
    fn each_key_of_an_origin_makes_a_table_one_that_lacks_its_value() {
        for key in KEYS {
            let text = format!("schema = 1\ntitle = \"t\"\n[market]\ngas-share = {{ {key} = 1 }}\n");
            let found = super::super::read("t", &text).expect_err("no value").to_string();
            assert!(found.contains("in [market.gas-share]: `value` is missing"), "{key}: {found}");
        }
    }

    #[test]
    fn plain_numbers_other_than_the_default_are_assumptions_and_share_one_warning() {
        let (all, warnings) = assumed("gas-share = 0.4\noff-air-share = 0.1\ngas-ratio = 0.89", "gas-devices = 1");
        assert_eq!(named(&all, "market.gas-share").source, "the scenario, without a source");
        assert_eq!(named(&all, "market.gas-share").kind, NumberKind::Assumed);
        assert_eq!(named(&all, "market.gas-ratio").source, "calibration 2.1");
        let [warning] = warnings.as_slice() else { panic!("{warnings:?}") };
        for name in ["dcc.gas-devices", "market.gas-share", "market.off-air-share"] {
            assert!(warning.contains(name), "{warning}");
        }
    }

    #[test]
    fn the_defaults_of_the_catalogue_are_those_of_the_model() {
        let conventions = Conventions::default();
        let read = dcc::conventions(None, &mut Sources::new(""), &mut Sink::new());
        assert_eq!(read, Some(conventions));
    }
}
