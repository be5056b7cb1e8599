//! Findings about a file: what is wrong, where, and what to write instead.
//!
//! A [`Finding`] has a [`Code`] and a span of bytes. A [`Diagnostic`] is a finding with its file, line and column;
//! every [`format`](mod@format) renders it. A file may be hostile: everything that is shown passes through [`visible`],
//! so that no control character, ANSI escape or bidirectional mark of a file reaches a terminal.

mod code;
mod diagnostic;
mod files;
pub mod format;
mod levels;

use std::fmt;
use std::ops::Range;

pub use code::{Code, Entry, Example, Lint, Mistake, Outcome};
pub use diagnostic::{Change, Diagnostic, Place};
pub use files::{Files, Source};
pub use levels::{FILE as LEVELS_FILE, Level, Levels, Which};

use crate::text::{Advice, visible};

/// Most findings that a [`Sink`] keeps, to bound its memory.
pub const KEPT: usize = 10_000;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// The file can be used, but it may not mean what it says.
    Warning,
}

impl Severity {
    /// Its name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A text that takes the place of another, so that the finding goes away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What is replaced, in bytes of the source.
    pub span: Range<usize>,
    /// What is written there.
    pub text: String,
}

/// An error or a warning about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of finding it is.
    pub code: Code,
    /// Where, in bytes of the source.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// The same as a change of the text, where it is one.
    pub fix: Option<Fix>,
    /// Where the other is that it repeats, in bytes of the source.
    pub first: Option<Range<usize>>,
    /// Whether the file can still be used.
    pub severity: Severity,
}

/// Why a scenario is refused: all findings about it, in the order of the file, at least one of them an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invalid {
    findings: Vec<Finding>,
}

impl Invalid {
    /// All findings, warnings among them.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How many of them are errors.
    pub fn errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error).count()
    }
}

impl std::ops::Deref for Invalid {
    type Target = [Finding];

    fn deref(&self) -> &[Finding] {
        &self.findings
    }
}

impl From<Vec<Finding>> for Invalid {
    fn from(findings: Vec<Finding>) -> Self {
        Self { findings }
    }
}

impl From<Invalid> for Vec<Finding> {
    fn from(invalid: Invalid) -> Self {
        invalid.findings
    }
}

impl From<Advice> for Invalid {
    fn from(advice: Advice) -> Self {
        let mut sink = Sink::new();
        sink.problem(Mistake::Contradiction, 0..0, advice);
        sink.into_invalid()
    }
}

impl IntoIterator for Invalid {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.findings.into_iter()
    }
}

impl fmt::Display for Invalid {
    /// The errors, one a line, each with its remedy.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = self.findings.iter().filter(|finding| finding.severity == Severity::Error);
        for (place, Finding { message, help, .. }) in errors.enumerate() {
            let separator = if place > 0 { "\n" } else { "" };
            write!(f, "{separator}{}", visible(message))?;
            if let Some(help) = help {
                write!(f, ": {}", visible(help))?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Invalid {}

/// Collects findings, so that all of a file are reported at once.
///
/// A line with broken syntax is reported once: other findings on it are dropped (see [`Sink::syntax_error`]).
#[derive(Debug, Clone, Default)]
pub struct Sink {
    findings: Vec<Finding>,
    broken_lines: Vec<Range<usize>>,
    errors: usize,
}

impl Sink {
    /// A sink without findings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an error at `span`: what is wrong, and what to write instead (empty for "no help").
    pub fn error(&mut self, code: Mistake, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.add(code.into(), span, (message.into(), help.into()), None);
    }

    /// Adds a problem as an error at `span`.
    pub fn problem(&mut self, code: Mistake, span: Range<usize>, Advice { message, help, .. }: Advice) {
        self.error(code, span, message, help);
    }

    /// Adds a finding at `span` that goes away with a change of the text, which `help` says in words.
    pub fn fixable(
        &mut self,
        code: impl Into<Code>,
        span: Range<usize>,
        message: impl Into<String>,
        (help, fix): (impl Into<String>, Fix),
    ) {
        self.add(code.into(), span, (message.into(), help.into()), Some(fix));
    }

    /// Adds a warning at `span`: what is doubtful, and what to write instead (empty for "no help").
    pub fn warning(&mut self, code: Lint, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.add(code.into(), span, (message.into(), help.into()), None);
    }

    /// Adds a finding at `span` about what was there `first`, elsewhere.
    pub fn repeated(
        &mut self,
        code: impl Into<Code>,
        (span, first): (Range<usize>, Range<usize>),
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let before = self.findings.len();
        let first = Some(first).filter(|first| *first != span);
        self.add(code.into(), span, (message.into(), help.into()), None);
        // On a broken line it is not kept.
        self.findings[before..].iter_mut().for_each(|finding| finding.first.clone_from(&first));
    }

    /// Adds an error at `span` and drops whatever is found on `line` from now on: what a parser recovers from a broken
    /// line is a guess. Lines must come in the order that [`Sink::broken_line`] wants.
    pub fn syntax_error(
        &mut self,
        code: Mistake,
        span: Range<usize>,
        line: Range<usize>,
        Advice { message, help, instead }: Advice,
    ) {
        // What is found is what the span covers.
        let fix = instead.map(|instead| Fix { span: span.clone(), text: instead.1 });
        self.add(code.into(), span, (message, help), fix);
        self.broken_line(line);
    }

    /// Drops whatever is found on `line` from now on. Lines must come in the order of the file; one that is the whole
    /// file may come last.
    pub fn broken_line(&mut self, line: Range<usize>) {
        self.broken_lines.push(line);
    }

    /// Whether the file has lines with broken syntax: what seems to be missing may be on one of them.
    pub fn has_broken_lines(&self) -> bool {
        !self.broken_lines.is_empty()
    }

    /// Whether the whole file is refused, and no more findings are taken.
    pub fn is_closed(&self) -> bool {
        self.broken_lines.last().is_some_and(|line| line.start == 0 && line.end == usize::MAX)
    }

    /// Whether any error was added.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// How many errors were added; those on broken lines count, though they are dropped.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// The findings in the order in which they were added.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The findings in the order of the file.
    pub fn into_findings(mut self) -> Vec<Finding> {
        self.findings.sort_by_key(|finding| finding.span.start);
        self.findings
    }

    /// The findings as the reason why a file is refused.
    pub fn into_invalid(self) -> Invalid {
        Invalid::from(self.into_findings())
    }

    fn add(&mut self, code: Code, span: Range<usize>, (message, help): (String, String), fix: Option<Fix>) {
        let severity = code.severity();
        self.errors += usize::from(severity == Severity::Error);
        let later = self.broken_lines.partition_point(|line| line.end < span.start);
        let near = [self.broken_lines.get(later), self.broken_lines.last()];
        let broken = near.into_iter().flatten().any(|line| line.start <= span.start && span.start <= line.end);
        if broken || self.findings.len() >= KEPT {
            return;
        }
        let help = Some(help).filter(|help| !help.is_empty());
        self.findings.push(Finding { code, span, message, help, fix, first: None, severity });
    }
}

/// Findings about one file as text for people, see [`format`](mod@format).
pub fn render(name: &str, source: &str, findings: &[Finding], colour: bool) -> String {
    (format::FULL.render)(&Diagnostic::all(findings, &Files::one(name, source)), colour)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::is_hidden;

    const SOURCE: &str = "schema = 1\n[market]\nmeters = -5\n";

    const ANY: Mistake = Mistake::OutOfRange;

    fn finding(span: Range<usize>, message: &str) -> Finding {
        let (code, severity) = (ANY.into(), Severity::Error);
        Finding { code, span, message: message.to_owned(), help: None, fix: None, first: None, severity }
    }

    fn no_control_but_newline(text: &str) {
        let bad = text.chars().find(|c| (c.is_control() && *c != '\n') || is_hidden(*c));
        assert_eq!(bad, None, "{text:?}");
    }

    #[test]
    fn a_finding_shows_place_line_caret_message_and_help() {
        let mut sink = Sink::new();
        sink.error(ANY, 29..31, "`market.meters` is negative", "write a count, as in 1000");
        let text = render("scenarios/a.toml", SOURCE, &sink.into_findings(), false);
        assert!(text.contains("error[MC013]: `market.meters` is negative"), "{text}");
        assert!(text.contains("--> scenarios/a.toml:3:10"), "{text}");
        assert!(text.contains("3 | meters = -5\n  |          ^^\n"), "{text}");
        assert!(text.contains("help: write a count, as in 1000"), "{text}");
    }

    #[test]
    fn findings_come_in_the_order_of_the_file() {
        let mut sink = Sink::new();
        sink.error(ANY, 21..27, "second", "");
        sink.warning(Lint::NoSource, 0..6, "first", "");
        assert!(sink.has_errors());
        assert_eq!(sink.findings()[0].message, "second");
        let messages: Vec<String> = sink.into_findings().into_iter().map(|finding| finding.message).collect();
        assert_eq!(messages, ["first", "second"]);
    }

    #[test]
    fn an_invalid_scenario_is_an_error_that_lists_its_errors_with_their_remedies() {
        let mut sink = Sink::new();
        sink.error(ANY, 9..9, "second", "");
        sink.warning(Lint::NoSource, 5..5, "doubtful", "look");
        sink.error(ANY, 0..0, "first\u{1b}", "do it");
        let invalid = sink.into_invalid();
        let error: &dyn std::error::Error = &invalid;
        assert_eq!(error.to_string(), "first\\u{1b}: do it\nsecond");
        assert_eq!((invalid.errors(), invalid.len()), (2, 3));
    }

    #[test]
    fn warnings_alone_are_not_errors() {
        let mut sink = Sink::new();
        sink.warning(Lint::NoSource, 0..1, "look", "");
        assert!(!sink.has_errors());
        assert!(render("a", SOURCE, sink.findings(), false).starts_with("warning[MC101]: look"));
    }

    #[test]
    fn a_line_with_broken_syntax_is_reported_once() {
        let mut sink = Sink::new();
        sink.syntax_error(ANY, 20..20, 11..19, Advice::new("broken", ""));
        sink.error(ANY, 11..12, "consequence", "");
        sink.error(ANY, 19..19, "consequence at the end of the line", "");
        sink.error(ANY, 21..22, "another line", "");
        let messages: Vec<&str> = sink.findings().iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["broken", "another line"]);
    }

    #[test]
    fn more_than_a_hundred_findings_are_counted_and_no_error_hides_behind_warnings() {
        let mut findings: Vec<Finding> = (0..150).map(|_| finding(0..1, "doubtful")).collect();
        findings.iter_mut().for_each(|finding| finding.severity = Severity::Warning);
        findings.push(finding(0..1, "wrong"));
        let text = render("a.toml", SOURCE, &findings, false);
        assert_eq!(text.matches("doubtful").count(), 99);
        assert_eq!(text.matches("wrong").count(), 1);
        assert!(text.ends_with("and 51 more\n"), "{text}");
    }

    #[test]
    fn a_sink_has_a_bound() {
        let mut sink = Sink::new();
        for n in 0..KEPT + 50 {
            sink.error(ANY, n..n, "again", "");
        }
        assert_eq!(sink.findings().len(), KEPT);
        assert!(render("a", SOURCE, sink.findings(), false).ends_with("and 9900 or more\n"));
    }

    #[test]
    fn hostile_text_in_path_source_message_and_help_is_made_visible() {
        let hostile = "\u{1b}[2J\u{9b}1m\u{202e}\u{200b}\r\t\u{7}\u{0}\u{7f}";
        let source = format!("ok = 1\nkey = \"{hostile}\" # {hostile}\n");
        let mut finding = finding(7..10, &format!("message {hostile}\nerror: forged"));
        finding.help = Some(format!("help {hostile}\nerror: forged"));
        let text = render(&format!("path {hostile}\n"), &source, &[finding], false);
        no_control_but_newline(&text);
        assert!(!text.contains("\nerror: forged") && text.contains("\\u{1b}[2J"), "{text}");
    }

    #[test]
    fn colour_comes_from_us_alone() {
        let source = "a = \"\u{1b}[31m\"";
        let findings = [finding(0..1, "m\u{1b}[31m")];
        let styled = render("p\u{1b}[31m", source, &findings, true);
        let mut rest = styled.as_str();
        let mut plain = String::new();
        while let Some((before, after)) = rest.split_once("\u{1b}[") {
            plain.push_str(before);
            let (code, after) = after.split_once('m').expect("a colour code");
            assert!(code.bytes().all(|b| b.is_ascii_digit() || b == b';'), "{code:?}");
            rest = after;
        }
        plain.push_str(rest);
        assert_eq!(plain, render("p\u{1b}[31m", source, &findings, false));
    }

    #[test]
    fn every_span_is_survived() {
        for source in ["", "\n", "é\r\n電\t\u{1b}", "a", "a\n", "\r\n\r\n"] {
            for start in 0..12 {
                for end in 0..12 {
                    let text = render("p", source, &[finding(start..end, "m")], false);
                    no_control_but_newline(&text);
                    assert!(text.starts_with("error[MC013]: m\n"), "{text}");
                }
            }
        }
        let text = render("p", "a", &[finding(usize::MAX..usize::MAX, "m")], true);
        assert!(text.contains("p:1:2"), "{text}");
    }

    #[test]
    fn a_file_that_is_not_text_has_findings_without_lines() {
        let text = render("a.toml", "", &[finding(17..17, "not text")], false);
        assert!(text.contains("a.toml") && !text.contains(" | "), "{text}");
    }

    #[test]
    fn a_span_over_several_lines_shows_its_first_line() {
        let text = render("p", SOURCE, &[finding(11..33, "m")], false);
        assert!(text.contains("2 | [market]") && !text.contains("meters"), "{text}");
    }

    #[test]
    fn a_very_long_line_is_cut_around_its_finding_and_the_column_stays_true() {
        let source = format!("a = [{}oops{}]", "1, ".repeat(100_000), ", 1".repeat(100_000));
        let at = source.find("oops").expect("it is there");
        let findings = vec![finding(at..at + 4, "m"); 100];
        let text = render("p", &source, &findings, false);
        assert!(text.contains(&format!("p:1:{}", at + 1)), "{text}");
        assert!(text.contains("oops") && text.contains("..."));
        assert!(text.lines().all(|line| line.chars().count() <= 140), "{text}");
    }
}
