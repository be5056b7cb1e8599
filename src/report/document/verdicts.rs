//! Verdicts on expectations.

use std::fmt::Write;

use super::{Block, Document, Item, Text};
use crate::report::outline::Outline;
use crate::results::cube::Cube;
use crate::results::expectation::{Judging, Status, Verdict};
use crate::results::statistics::{self, Method};
use crate::text::number::significant;

/// The verdicts in one line.
pub(super) fn summary(outline: &Outline) -> Option<String> {
    counts(outline).map(|counts| format!("expectations: {counts}"))
}

/// How many expectations hold, those of the calibration apart: `4 of 4 hold · calibration 2 of 2`.
fn counts(outline: &Outline) -> Option<String> {
    let (calibration, claims): (Vec<&Verdict>, Vec<&Verdict>) =
        outline.verdicts.iter().partition(|verdict| verdict.kind == Judging::Calibration);
    let hold = |of: &[&Verdict]| of.iter().filter(|verdict| verdict.verdict == Status::Pass).count();
    let open = |of: &[&Verdict]| match of.iter().filter(|verdict| verdict.verdict == Status::Inconclusive).count() {
        0 => String::new(),
        open => format!(" ({open} open)"),
    };
    let mut parts = Vec::new();
    if !claims.is_empty() {
        parts.push(format!("{} of {} hold{}", hold(&claims), claims.len(), open(&claims)));
    }
    if calibration.iter().any(|verdict| verdict.verdict == Status::Reported) {
        parts.push("calibration not judged, because inputs were changed".to_owned());
    } else if !calibration.is_empty() {
        parts.push(format!("calibration {} of {}{}", hold(&calibration), calibration.len(), open(&calibration)));
    }
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// Each expectation that does not hold, with its place and its reason.
pub(super) fn add_broken(document: &mut Document, outline: &Outline) {
    let item = |verdict: &Verdict| {
        let place = match verdict.line {
            Some(line) if !outline.file.is_empty() => {
                Text::name(verdict.pack.as_ref().unwrap_or(&outline.file).as_str()).words(format!(":{line}: "))
            }
            _ => Text::default(),
        };
        Item { text: place.then(text(verdict)), ..item(verdict) }
    };
    let broken = |verdict: &&Verdict| matches!(verdict.verdict, Status::Fail | Status::Inconclusive);
    let items: Vec<Item> = outline.verdicts.iter().filter(broken).map(item).collect();
    if !items.is_empty() {
        document.push(Block::List(items));
    }
}

fn item(verdict: &Verdict) -> Item {
    Item {
        name: word(verdict.verdict).into(),
        text: text(verdict),
        more: verdict.why.as_ref().map(|why| Text::from("Why: ").and_name(&**why)),
    }
}

pub(super) fn add(document: &mut Document, outline: &Outline, _: &Cube) {
    let Some(counts) = counts(outline) else { return };
    document.push(Block::Heading(format!("Expectations: {counts}").into()));
    document.push(Block::List(outline.verdicts.iter().map(item).collect()));
}

/// A verdict on one line: policy, expectation, value, interval and number of replications.
pub fn line(verdict: &Verdict) -> Text {
    Text::from(format!("{}  ", word(verdict.verdict))).then(text(verdict))
}

const fn word(status: Status) -> &'static str {
    match status {
        Status::Pass => "PASS",
        Status::Fail => "FAIL",
        Status::Inconclusive => "OPEN",
        Status::Reported => "INFO",
    }
}

fn text(verdict: &Verdict) -> Text {
    Text::name(&*verdict.policy).words(": ").and_name(&*verdict.that).words(format!("  (value {})", numbers(verdict)))
}

/// The value of a verdict, its interval, the number of replications, and what has to be known of them.
pub fn numbers(verdict: &Verdict) -> String {
    // Five digits: 0.9996 must not show as 1.00.
    let close = |value| significant(value, 5);
    let value = verdict.value.map_or("undefined".to_owned(), close);
    let interval = verdict.interval.map_or(String::new(), |[low, high]| format!(" [{}..{}]", close(low), close(high)));
    let mut notes = String::new();
    match (verdict.verdict, verdict.method) {
        (_, Some(Method::Identical)) => notes.push_str(", the same in each"),
        (Status::Inconclusive, Some(Method::None)) => {
            let _ = write!(notes, "; an interval needs {} replications", statistics::FEWEST_FOR_AN_INTERVAL);
        }
        (Status::Inconclusive, Some(Method::TooRare)) => {
            notes.push_str("; too few replications differ for an interval");
        }
        (Status::Inconclusive, Some(Method::DenominatorNearZero)) => {
            notes.push_str("; a ratio has no interval if the interval of the baseline's number contains 0");
        }
        _ => {}
    }
    if let Some(broken) = verdict.broken_in.filter(|broken| *broken > 0 && verdict.n > 1) {
        let _ = write!(notes, "; violated in {broken}");
    }
    format!("{value}{interval}, n = {}{notes}", verdict.n)
}
