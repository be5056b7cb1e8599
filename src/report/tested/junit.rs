//! `junit.xml`: what `test` found, as CI services read it. A suite for each scenario, with a case for each expectation
//! and its warnings as output.
//!
//! The numbers of an expectation are properties of its case: `value`, `low` and `high` of the interval, `limit`, `n`
//! and `method`.

use std::io;
use std::time::Duration;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::remarks::{Kind, Remark, gone, of as remarks_of};
use super::{Ending, Judged, Outcome, Recording, Tested};
use crate::results::expectation::{Status, Verdict};
use crate::scenario::diagnostics::format::{FULL, SHORT};
use crate::scenario::diagnostics::{Diagnostic, Severity};
use crate::text::number::plain;
use crate::text::visible;

/// The case of behaviour that was compared with what was recorded.
const RECORDED: &str = "behaviour as recorded";

/// The document.
///
/// # Errors
/// When the writer fails, which in memory it does not.
pub fn xml(tested: &Tested) -> io::Result<Vec<u8>> {
    let mut suites: Vec<Suite> = tested.outcomes.iter().map(|outcome| Suite::of(outcome, tested)).collect();
    suites.extend(tested.gone.iter().map(|file| Suite::of_gone(file, tested)));
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let sum = |of: &str| suites.iter().map(|suite| suite.count(of)).sum::<usize>().to_string();
    let attributes = [
        ("name", "meterchurn".to_owned()),
        ("tests", suites.iter().map(|suite| suite.cases.len()).sum::<usize>().to_string()),
        ("failures", sum("failure")),
        ("errors", sum("error")),
        ("time", seconds(tested.spent)),
    ];
    element(&mut writer, "testsuites", &attributes, |writer| suites.iter().try_for_each(|suite| suite.write(writer)))?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

/// A scenario.
struct Suite {
    attributes: Vec<(&'static str, String)>,
    properties: Vec<(&'static str, String)>,
    cases: Vec<Case>,
    /// Its warnings, one a line.
    output: String,
}

/// Something that holds or does not.
struct Case {
    attributes: Vec<(&'static str, String)>,
    properties: Vec<(&'static str, String)>,
    /// Why it does not hold, or was not judged.
    flaw: Option<Flaw>,
}

/// Why a case does not simply hold.
struct Flaw {
    /// `failure`, `error` or `skipped`.
    element: &'static str,
    kind: &'static str,
    message: String,
    /// The whole text.
    text: String,
}

impl Suite {
    fn of(outcome: &Outcome, tested: &Tested) -> Self {
        let mut properties = Vec::new();
        let cases = match &outcome.ending {
            Ending::Judged(judged) => {
                properties.push(("seed", judged.seed.to_string()));
                properties.push(("replications", judged.n.to_string()));
                of_judged(outcome, judged, tested)
            }
            Ending::Invalid => {
                let errors: Vec<Diagnostic> = outcome.errors().cloned().collect();
                let text = (FULL.render)(&errors, false);
                vec![whole(outcome, "scenario", "error", "invalid-scenario", text, tested)]
            }
            Ending::Broken(error) => vec![whole(outcome, "study", "error", "study", error.to_string(), tested)],
            Ending::Checked => {
                vec![whole(outcome, "study", "skipped", "long", "tagged long: checked only".to_owned(), tested)]
            }
            Ending::Stopped { .. } => {
                vec![whole(outcome, "study", "skipped", "stopped", "the tests were stopped".to_owned(), tested)]
            }
        };
        let warnings = outcome.found.iter().filter(|one| one.severity == Severity::Warning);
        let warnings: Vec<Diagnostic> = warnings.cloned().collect();
        let suite = Self { attributes: Vec::new(), properties, cases, output: (SHORT.render)(&warnings, false) };
        suite.named(&outcome.id, &outcome.file, outcome.spent)
    }

    /// A recorded scenario that is not there.
    fn of_gone(file: &str, tested: &Tested) -> Self {
        let attributes = vec![("name", RECORDED.to_owned()), ("classname", file.to_owned()), ("file", file.to_owned())];
        let is_removed = matches!(tested.recording, Recording::Written { .. });
        let flaw = (!is_removed).then(|| flaw_of("failure", "gone", &gone(file, tested)));
        let case = Case { attributes, properties: Vec::new(), flaw };
        let suite = Self { attributes: Vec::new(), properties: Vec::new(), cases: vec![case], output: String::new() };
        suite.named(file, file, Duration::ZERO)
    }

    /// The same with its attributes.
    fn named(mut self, name: &str, file: &str, spent: Duration) -> Self {
        self.attributes = vec![
            ("name", name.to_owned()),
            ("tests", self.cases.len().to_string()),
            ("failures", self.count("failure").to_string()),
            ("errors", self.count("error").to_string()),
            ("skipped", self.count("skipped").to_string()),
            ("time", seconds(spent)),
            ("file", file.to_owned()),
        ];
        self
    }

    fn count(&self, element: &str) -> usize {
        self.cases.iter().filter(|case| case.flaw.as_ref().is_some_and(|flaw| flaw.element == element)).count()
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
        element(writer, "testsuite", &self.attributes, |writer| {
            write_properties(writer, &self.properties)?;
            self.cases.iter().try_for_each(|case| case.write(writer))?;
            if self.output.is_empty() {
                return Ok(());
            }
            let output = lines(&self.output);
            element(writer, "system-out", &[], |writer| writer.write_event(Event::Text(BytesText::new(&output))))
        })
    }
}

impl Case {
    fn write(&self, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
        element(writer, "testcase", &self.attributes, |writer| {
            write_properties(writer, &self.properties)?;
            let Some(Flaw { element: name, kind, message, text }) = &self.flaw else { return Ok(()) };
            let attributes = [("type", (*kind).to_owned()), ("message", message.clone())];
            element(writer, name, &attributes, |writer| writer.write_event(Event::Text(BytesText::new(&lines(text)))))
        })
    }
}

/// The one case of a scenario that was not judged.
fn whole(
    outcome: &Outcome,
    name: &str,
    element: &'static str,
    kind: &'static str,
    text: String,
    tested: &Tested,
) -> Case {
    let remark = remarks_of(outcome, tested).into_iter().next();
    let message = remark.and_then(|remark| Some(remark.lines.first()?.plain())).unwrap_or_else(|| text.clone());
    let attributes = attributes(outcome, name.to_owned(), None);
    Case { attributes, properties: Vec::new(), flaw: Some(Flaw { element, kind, message, text }) }
}

fn attributes(outcome: &Outcome, name: String, line: Option<usize>) -> Vec<(&'static str, String)> {
    let mut attributes = vec![("name", name), ("classname", outcome.id.clone()), ("file", outcome.file.clone())];
    attributes.extend(line.map(|line| ("line", line.to_string())));
    attributes
}

/// A case for each expectation, and one for the behaviour if it was compared with what was recorded.
fn of_judged(outcome: &Outcome, judged: &Judged, tested: &Tested) -> Vec<Case> {
    let remarks = remarks_of(outcome, tested);
    let denied = remarks.iter().filter(|remark| remark.kind == Kind::Error).map(|remark| {
        let attributes = attributes(outcome, "findings".to_owned(), None);
        Case { attributes, properties: Vec::new(), flaw: Some(flaw_of("failure", "denied", remark)) }
    });
    let denied: Vec<Case> = denied.collect();
    // Remarks come in the order of the verdicts that they are about.
    let mut wrong = remarks.iter().filter(|remark| matches!(remark.kind, Kind::Fail | Kind::Open));
    let mut cases: Vec<Case> = judged.verdicts.iter().map(|verdict| of_verdict(outcome, verdict, &mut wrong)).collect();
    if judged.since.as_ref().is_some_and(|since| since.compared > 0) {
        let changed = remarks.iter().find(|remark| remark.kind == Kind::Changed).filter(|_| judged.is_changed());
        let flaw = changed.map(|remark| flaw_of("failure", "changed", remark));
        let attributes = attributes(outcome, RECORDED.to_owned(), None);
        cases.push(Case { attributes, properties: Vec::new(), flaw });
    }
    cases.extend(denied);
    if cases.is_empty() {
        let attributes = attributes(outcome, "study".to_owned(), None);
        cases.push(Case { attributes, properties: Vec::new(), flaw: None });
    }
    cases
}

fn of_verdict<'r>(outcome: &Outcome, verdict: &Verdict, wrong: &mut impl Iterator<Item = &'r Remark>) -> Case {
    let mut properties = Vec::new();
    properties.extend(verdict.value.map(|value| ("value", plain(value))));
    properties
        .extend(verdict.interval.into_iter().flat_map(|[low, high]| [("low", plain(low)), ("high", plain(high))]));
    properties.push(("limit", verdict.limit.clone()));
    properties.push(("n", verdict.n.to_string()));
    properties.extend(verdict.method.map(|method| ("method", method.name().to_owned())));
    properties.extend(verdict.why.clone().map(|why| ("why", why)));
    let flaw = match verdict.verdict {
        Status::Pass => None,
        Status::Fail => wrong.next().map(|remark| flaw_of("failure", "failed", remark)),
        Status::Inconclusive => wrong.next().map(|remark| flaw_of("failure", "inconclusive", remark)),
        Status::Reported => {
            let message = "not judged".to_owned();
            Some(Flaw { element: "skipped", kind: "not-judged", text: message.clone(), message })
        }
    };
    let name = format!("{}: {}", verdict.policy, verdict.that);
    Case { attributes: attributes(outcome, name, verdict.line), properties, flaw }
}

fn flaw_of(element: &'static str, kind: &'static str, remark: &Remark) -> Flaw {
    let lines: Vec<String> = remark.lines.iter().map(|line| line.plain()).collect();
    // The first line of a verdict repeats the name of its case.
    let message = lines.get(1).or(lines.first()).cloned().unwrap_or_default();
    let text = format!("{} {}\n{}", remark.kind.word(), remark.place.plain(), lines.join("\n"));
    Flaw { element, kind, message, text }
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

fn write_properties(writer: &mut Writer<Vec<u8>>, properties: &[(&'static str, String)]) -> io::Result<()> {
    if properties.is_empty() {
        return Ok(());
    }
    element(writer, "properties", &[], |writer| {
        properties.iter().try_for_each(|(name, value)| {
            let value = harmless(value);
            let property = writer.create_element("property");
            property.with_attributes([("name", *name), ("value", &*value)]).write_empty().map(drop)
        })
    })
}

/// An element with what is in it. Names in its attributes are made harmless.
fn element(
    writer: &mut Writer<Vec<u8>>,
    name: &str,
    attributes: &[(&'static str, String)],
    inner: impl FnOnce(&mut Writer<Vec<u8>>) -> io::Result<()>,
) -> io::Result<()> {
    let shown: Vec<(&str, String)> = attributes.iter().map(|(name, value)| (*name, harmless(value))).collect();
    let shown = shown.iter().map(|(name, value)| (*name, value.as_str()));
    writer.create_element(name).with_attributes(shown).write_inner_content(inner)?;
    Ok(())
}

/// A text without the characters that XML does not have.
fn harmless(text: &str) -> String {
    visible(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// The same of several lines.
fn lines(text: &str) -> String {
    text.split('\n').map(harmless).collect::<Vec<_>>().join("\n")
}
