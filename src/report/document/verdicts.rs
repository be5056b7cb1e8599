//! Verdicts on expectations.

use std::fmt::Write;

use super::{Block, Document, Item, Text};
use crate::report::outline::Outline;
use crate::results::cube::Cube;
use crate::results::expectation::{Status, Verdict};
use crate::results::statistics::{self, Method};
use crate::text::number::significant;

pub(super) fn add(document: &mut Document, outline: &Outline, _: &Cube) {
    let verdicts = &outline.verdicts;
    if verdicts.is_empty() {
        return;
    }
    let count = |status| verdicts.iter().filter(|verdict| verdict.verdict == status).count();
    let [hold, failed, open] = [Status::Pass, Status::Fail, Status::Inconclusive].map(count);
    document.push(Block::Heading(format!("Expectations: {hold} passed, {failed} failed, {open} inconclusive").into()));
    let item = |verdict: &Verdict| Item {
        name: word(verdict.verdict).into(),
        text: text(verdict),
        more: verdict.why.as_ref().map(|why| Text::from("Why: ").and_name(&**why)),
    };
    document.push(Block::List(verdicts.iter().map(item).collect()));
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
    }
}

fn text(verdict: &Verdict) -> Text {
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
    Text::name(&*verdict.policy)
        .words(": ")
        .and_name(&*verdict.that)
        .words(format!("  (value {value}{interval}, n = {}{notes})", verdict.n))
}
