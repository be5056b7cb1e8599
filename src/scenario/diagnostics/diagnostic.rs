//! Findings with their places, as every format shows them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Code, Files, Finding, Severity, Source};
use crate::text::number::counted;
use crate::text::{and, is_hidden};

/// A finding farther along its line than this has the beginning of the line left out, all but `BEFORE` characters.
const FAR: usize = 1_000;
const BEFORE: usize = 60;

/// A finding with its file and place: data for every format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of finding it is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// The file that it is about, as it was named.
    pub file: String,
    /// Where in the file; nothing if it is about the file as a whole.
    pub place: Option<Place>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// The reason for what was expected, in the scenario's words.
    pub why: Option<String>,
    /// The file that has what this repeats, and where in it.
    pub first: Option<(String, Place)>,
    /// A change of the file with which the finding goes away.
    pub change: Option<Change>,
    /// The scenarios that include the file, if it is a pack.
    pub included_by: Vec<String>,
    /// What made an error of a warning: the file of the project, or an option.
    pub denied_by: Option<String>,
    /// The line, where the file's text is known.
    pub(super) excerpt: Option<Excerpt>,
}

/// Where something is in a file. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Place {
    /// The line of its first character.
    pub line: usize,
    /// The column of its first character.
    pub column: usize,
    /// The line of its end.
    pub end_line: usize,
    /// The column after its last character.
    pub end_column: usize,
}

impl Place {
    /// Where a span of bytes is in a text.
    pub fn of(text: &str, span: &Range<usize>) -> Self {
        Lines::of(text).place(span)
    }
}

/// A text that takes the place of another.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// What is replaced.
    pub place: Place,
    /// What is written there.
    pub text: String,
}

/// The line of a finding, as far as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub text: String,
    pub marked: Range<usize>,
    /// Whether `text` leaves out the beginning of the line, so that columns of `text` are not those of the file.
    pub is_cut: bool,
}

impl Diagnostic {
    /// Something about a file as a whole.
    pub fn of_file(code: impl Into<Code>, file: impl Into<String>, message: impl Into<String>) -> Self {
        let code = code.into();
        Self {
            code,
            severity: code.severity(),
            file: file.into(),
            place: None,
            message: message.into(),
            help: None,
            why: None,
            first: None,
            change: None,
            included_by: Vec::new(),
            denied_by: None,
            excerpt: None,
        }
    }

    /// The same with what to write instead.
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The same with the reason for what was expected.
    pub fn with_why(self, why: Option<String>) -> Self {
        Self { why, ..self }
    }

    /// Something at a span of the text of some files.
    pub fn at(code: impl Into<Code>, span: &Range<usize>, files: &Files, message: impl Into<String>) -> Self {
        let (source, span) = files.locate(span);
        let lines = Lines::of(&source.text);
        let whole = Self::of_source(code, source, files, message);
        if source.text.is_empty() {
            return whole;
        }
        Self { place: Some(lines.place(&span)), excerpt: Some(lines.excerpt(&span)), ..whole }
    }

    /// Findings with their places, in their order.
    pub fn all(findings: &[Finding], files: &Files) -> Vec<Self> {
        let lines: Vec<(&Source, Lines<'_>)> = files.iter().map(|file| (file, Lines::of(&file.text))).collect();
        let of = |finding: &Finding| {
            let (source, span) = files.locate(&finding.span);
            let place_of = |span: &Range<usize>| {
                let known = lines.iter().find(|(file, _)| std::ptr::eq(*file, source));
                known.filter(|_| !source.text.is_empty()).map(|(_, lines)| (lines.place(span), lines.excerpt(span)))
            };
            let (place, excerpt) = place_of(&span).unzip();
            let change = finding.fix.as_ref().and_then(|fix| {
                let (_, span) = files.locate(&fix.span);
                Some(Change { place: place_of(&span)?.0, text: fix.text.clone() })
            });
            let first = finding.first.as_ref().map(|first| {
                let (source, span) = files.locate(first);
                (source.name.clone(), Place::of(&source.text, &span))
            });
            let help = finding.help.clone();
            let whole = Self::of_source(finding.code, source, files, finding.message.clone());
            Self { severity: finding.severity, place, help, first, change, excerpt, ..whole }
        };
        findings.iter().map(of).collect()
    }

    fn of_source(code: impl Into<Code>, source: &Source, files: &Files, message: impl Into<String>) -> Self {
        let scenario = files.first();
        let included_by = if std::ptr::eq(source, scenario) { Vec::new() } else { vec![scenario.name.clone()] };
        Self { included_by, ..Self::of_file(code, source.name.clone(), message) }
    }

    /// The same findings, each finding about a pack once for all scenarios that include it.
    pub fn merged(all: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut merged: Vec<Self> = Vec::new();
        // The places in the list of what was found in packs.
        let mut known: BTreeMap<(String, Option<Place>, Code, String), usize> = BTreeMap::new();
        for one in all {
            if !one.included_by.is_empty() {
                let key = (one.file.clone(), one.place, one.code, one.message.clone());
                if let Some(before) = known.get(&key).and_then(|place| merged.get_mut(*place)) {
                    before.included_by.extend(one.included_by);
                    continue;
                }
                known.insert(key, merged.len());
            }
            merged.push(one);
        }
        merged
    }

    /// What is to be known beside the message and its remedy, each a sentence without its full stop.
    pub fn notes(&self) -> Vec<String> {
        const NAMED: usize = 2;
        let first = self.first.iter().map(|(file, place)| {
            let of_file = if *file == self.file { String::new() } else { format!(" of {file}") };
            format!("the first is on line {}{of_file}", place.line)
        });
        let why = self.why.iter().map(|why| format!("why: {why}"));
        let included = Some(&self.included_by).filter(|by| !by.is_empty()).map(|by| {
            let first = by.iter().take(NAMED).map(String::as_str);
            match by.len().saturating_sub(NAMED) {
                0 => format!("included by {}", and(&first.collect::<Vec<_>>())),
                more => {
                    let more = counted(more, "more scenario");
                    let all: Vec<&str> = first.chain([more.as_str()]).collect();
                    format!("included by {}", and(&all))
                }
            }
        });
        let denied = self.denied_by.iter().map(|by| format!("denied by {by}"));
        first.chain(why).chain(included).chain(denied).collect()
    }
}

/// The lines of a text.
struct Lines<'s> {
    text: &'s str,
    /// The byte at which each begins.
    starts: Vec<usize>,
}

impl<'s> Lines<'s> {
    fn of(text: &'s str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(index, _)| index + 1)).collect();
        Self { text, starts }
    }

    /// The line of a byte, from 0, and the byte at which it begins.
    fn line_of(&self, at: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|begin| *begin <= at).max(1) - 1;
        (line, self.starts[line])
    }

    fn place(&self, span: &Range<usize>) -> Place {
        let point = |at: usize| {
            let at = floor(self.text, at);
            let (line, begin) = self.line_of(at);
            (line + 1, self.text[begin..at].trim_end_matches('\r').chars().count() + 1)
        };
        let ((line, column), (end_line, end_column)) = (point(span.start), point(span.end.max(span.start)));
        Place { line, column, end_line, end_column }
    }

    fn excerpt(&self, span: &Range<usize>) -> Excerpt {
        let start = floor(self.text, span.start);
        let (_, begin) = self.line_of(start);
        let whole = self.text[begin..].split('\n').next().unwrap_or("");
        let whole = whole.strip_suffix('\r').unwrap_or(whole);
        let start = (start - begin).min(whole.len());
        let end = floor(self.text, span.end).saturating_sub(begin).clamp(start, whole.len());
        let (before, rest) = whole.split_at(start);
        let (marked, after) = rest.split_at(end - start);
        let column = before.chars().count() + 1;

        let is_cut = column > FAR;
        let skipped = if is_cut { column - 1 - BEFORE } else { 0 };
        let mut text = String::from(if is_cut { "…" } else { "" });
        text.extend(before.chars().skip(skipped).map(stand_in));
        let from = text.len();
        text.extend(marked.chars().take(FAR).map(stand_in));
        let to = text.len();
        text.extend(after.chars().take(FAR).map(stand_in));
        Excerpt { text, marked: from..to, is_cut }
    }
}

/// How a character of the source is shown: one character for one, so that columns stay true. The renderer widens tabs.
fn stand_in(c: char) -> char {
    match c {
        '\t' => c,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '␡',
        c if c.is_control() || is_hidden(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

/// The last boundary of a character at or before `index`.
fn floor(source: &str, index: usize) -> usize {
    let mut index = index.min(source.len());
    while !source.is_char_boundary(index) {
        index -= 1;
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::diagnostics::Mistake;

    fn in_pack(scenario: &str, message: &str) -> Diagnostic {
        let included_by = vec![scenario.to_owned()];
        Diagnostic { included_by, ..Diagnostic::of_file(Mistake::UnknownKey, "p.toml", message) }
    }

    #[test]
    fn a_finding_in_a_pack_comes_once_with_all_scenarios_that_include_it() {
        let own = Diagnostic::of_file(Mistake::UnknownKey, "a.toml", "m");
        let all = [own.clone(), in_pack("a.toml", "m"), in_pack("b.toml", "m"), in_pack("b.toml", "other"), own];
        let merged = Diagnostic::merged(all);
        let by: Vec<String> = merged.iter().map(|one| one.included_by.join(" ")).collect();
        assert_eq!(by, ["", "a.toml b.toml", "b.toml", ""]);
    }

    #[test]
    fn two_scenarios_that_include_a_pack_are_named_and_more_are_counted() {
        let note = |scenarios: &[&str]| {
            Diagnostic::merged(scenarios.iter().map(|scenario| in_pack(scenario, "m")))[0].notes().concat()
        };
        assert_eq!(note(&["a"]), "included by a");
        assert_eq!(note(&["a", "b"]), "included by a and b");
        assert_eq!(note(&["a", "b", "c", "d"]), "included by a, b and 2 more scenarios");
    }
}
