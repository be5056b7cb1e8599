//! What is said of each outcome that is not as it should be, apart from how it looks.

use std::collections::BTreeMap;

use super::{Ending, Outcome, Recording, Tested};
use crate::report::document::{Text, numbers_of};
use crate::results::expectation::{Status, Verdict};
use crate::scenario::diagnostics::{Diagnostic, Place, Severity};
use crate::study::looks::Looks;
use crate::study::recorded::{Change, NumberChange, PolicyChange, Since};
use crate::text::number::{counted, significant};

/// The most metrics that are named of a policy that changed.
const METRICS: usize = 2;
/// The most policies that are named of a scenario that changed.
const POLICIES: usize = 3;

/// What a remark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The file cannot be used, or the project denies something about it.
    Error,
    /// Something about the file is doubtful.
    Warning,
    /// An expectation does not hold.
    Fail,
    /// An expectation is not decided.
    Open,
    /// Not all replications were run.
    Stopped,
    /// Its behaviour is another than the recorded one.
    Changed,
    /// It is recorded, but not there.
    Gone,
}

impl Kind {
    /// The word that a remark begins with.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Error => "ERROR",
            Kind::Warning => "WARNING",
            Kind::Fail => "FAIL",
            Kind::Open => "OPEN",
            Kind::Stopped => "STOPPED",
            Kind::Changed => "CHANGED",
            Kind::Gone => "GONE",
        }
    }
}

/// Something to be said of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Remark {
    /// What it is.
    pub kind: Kind,
    /// The file, with line and column where they are known.
    pub place: Text,
    /// What is said, each in a paragraph of its own.
    pub lines: Vec<Text>,
}

/// All remarks, in the order of the files.
pub(super) fn remarks(tested: &Tested) -> Vec<Remark> {
    // What is found in a pack is said once, with the first scenario that includes it.
    let found = tested.found();
    let mut by_file: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    found.iter().for_each(|one| by_file.entry(&one.file).or_default().push(one));
    let mut remarks = Vec::new();
    for outcome in &tested.outcomes {
        for one in &outcome.found {
            remarks.extend(by_file.remove(&*one.file).into_iter().flat_map(|all| of_findings(&all)));
        }
        remarks.extend(of_ending(outcome, tested));
    }
    remarks.extend(tested.gone.iter().map(|file| gone(file, tested)));
    remarks
}

/// The remarks about one outcome.
pub(super) fn of(outcome: &Outcome, tested: &Tested) -> Vec<Remark> {
    let mut remarks = of_findings(&outcome.found.iter().collect::<Vec<_>>());
    remarks.extend(of_ending(outcome, tested));
    remarks
}

/// That a recorded scenario is not there.
pub(super) fn gone(file: &str, tested: &Tested) -> Remark {
    let line = match &tested.recording {
        Recording::Compared(accept) => Text::from("recorded, but not there; accept: ").and_name(&**accept),
        Recording::Absent | Recording::Written { .. } => "recorded, but not there; removed".into(),
    };
    Remark { kind: Kind::Gone, place: Text::name(file), lines: vec![line] }
}

/// The remarks about what a scenario came to.
fn of_ending(outcome: &Outcome, tested: &Tested) -> Vec<Remark> {
    let remark = |kind, lines| Remark { kind, place: Text::name(&*outcome.file), lines };
    match &outcome.ending {
        Ending::Broken(error) => vec![remark(Kind::Error, vec![Text::name(error.to_string())])],
        Ending::Invalid | Ending::Checked | Ending::Stopped { done: 0, .. } => Vec::new(),
        Ending::Stopped { done, of } => {
            vec![remark(
                Kind::Stopped,
                vec![format!("after {done} of {}; not judged", counted(*of as usize, "replication")).into()],
            )]
        }
        Ending::Judged(judged) => {
            let wrong = |verdict: &&Verdict| matches!(verdict.verdict, Status::Fail | Status::Inconclusive);
            let line = |verdict: &Verdict| verdict.line.map_or_else(String::new, |line| format!(":{line}"));
            let file = |verdict: &Verdict| Text::name(verdict.pack.as_ref().unwrap_or(&outcome.file).as_str());
            let of_verdict = |verdict: &Verdict| Remark {
                kind: if verdict.verdict == Status::Fail { Kind::Fail } else { Kind::Open },
                place: file(verdict).words(line(verdict)),
                lines: verdict_lines(verdict, judged.looks.as_ref()),
            };
            let mut remarks: Vec<Remark> = judged.verdicts.iter().filter(wrong).map(of_verdict).collect();
            if let Some((since, change)) = judged.since.as_ref().and_then(|since| Some((since, since.change.as_ref()?)))
            {
                let still = outcomes_still(&judged.verdicts);
                let mut lines = change_lines(change, since);
                lines.push(Text::from(still).then(accepting(&tested.recording)));
                remarks.push(remark(Kind::Changed, lines));
            }
            remarks
        }
    }
}

/// What is said of a file's findings: of the errors the first, and how many more there are; every warning.
fn of_findings(found: &[&Diagnostic]) -> Vec<Remark> {
    let of = |kind, one: &Diagnostic, more: String| {
        let mut text = Text::name(&*one.message);
        if let Some(help) = &one.help {
            text = text.words(": ").and_name(&**help);
        }
        let notes: String = one.notes().iter().map(|note| format!(", {note}")).collect();
        let text = text.words(format!(" ({}", one.code)).and_name(notes).words(format!("{more})"));
        Remark { kind, place: place_of(&one.file, one.place), lines: vec![text] }
    };
    let is = |severity| move |one: &&&Diagnostic| one.severity == severity;
    let mut errors = found.iter().filter(is(Severity::Error));
    let first = errors.next().map(|first| {
        let more = errors.count();
        of(Kind::Error, first, if more > 0 { format!(", {more} more in this file") } else { String::new() })
    });
    let warnings = found.iter().filter(is(Severity::Warning)).map(|one| of(Kind::Warning, one, String::new()));
    first.into_iter().chain(warnings).collect()
}

/// A file, with the line and the column where they are known.
fn place_of(file: &str, place: Option<Place>) -> Text {
    let place = place.map_or_else(String::new, |place| format!(":{}:{}", place.line, place.column));
    Text::name(file).words(place)
}

/// The expectation, its numbers and its reason.
pub(super) fn verdict_lines(verdict: &Verdict, looks: Option<&Looks>) -> Vec<Text> {
    let mut numbers = numbers_of(verdict);
    if let Some(looks) = looks.filter(|looks| verdict.verdict == Status::Inconclusive && looks.replications.len() > 1) {
        numbers += &format!("; open after {} looks", looks.replications.len());
    }
    let mut lines = vec![Text::name(&*verdict.policy).words(": ").and_name(&*verdict.that), numbers.into()];
    lines.extend(verdict.why.as_ref().map(|why| Text::from("why: ").and_name(&**why)));
    lines
}

/// Whether the expectations of a scenario that changed still hold.
fn outcomes_still(verdicts: &[Verdict]) -> &'static str {
    let all = |is: fn(Status) -> bool| verdicts.iter().all(|verdict| is(verdict.verdict));
    match verdicts.len() {
        0 => "it has no expectations",
        _ if !all(|status| matches!(status, Status::Pass | Status::Reported)) => "not all of its expectations hold",
        1 => "its expectation still holds",
        _ => "its expectations still hold",
    }
}

pub(super) fn change_lines(change: &Change, since: &Since) -> Vec<Text> {
    let mut policies: Vec<&PolicyChange> = change.policies.iter().collect();
    // The policy whose metric moved most comes first; those of one size stay in the order of the scenario.
    let largest = |policy: &&PolicyChange| policy.numbers.first().map_or(0.0, |change| change.relative().abs());
    policies.sort_by(|a, b| largest(b).total_cmp(&largest(a)));
    let of_policies = match (policies.len(), change.of_policies) {
        (1, 1) => String::new(),
        (2, 2) => " in both policies".to_owned(),
        (changed, all) if changed == all => format!(" in all {all} policies"),
        (changed, all) => format!(" in {changed} of {all} policies"),
    };
    let what = match (change.runs(), since.compared) {
        (0, _) => "the events are as recorded, the metrics are not".to_owned(),
        (1, 1) => "the events of its run differ from those recorded".to_owned(),
        (runs, of) => format!("the events of {runs} of {of} runs differ from those recorded"),
    };
    let cause = if change.same_scenario {
        "; the scenario is the one recorded"
    } else {
        "; the scenario or one of its defaults has changed"
    };
    let mut lines = vec![Text::from(what + &of_policies + cause)];
    if let Some((policy, replication)) = change.first() {
        let first = format!("the first is replication {replication} of ");
        lines[0] = std::mem::take(&mut lines[0]).words(format!("; {first}")).and_name(policy);
    }
    for policy in policies.iter().filter(|policy| !policy.numbers.is_empty()).take(POLICIES) {
        let numbers: Vec<String> = policy.numbers.iter().take(METRICS).map(number_text).collect();
        let more = policy.numbers.len().saturating_sub(METRICS);
        let more = if more > 0 { format!(" and {}", counted(more, "more metric")) } else { String::new() };
        lines.push(Text::name(&*policy.id).words(format!(": {}{more}", numbers.join(", "))));
    }
    if policies.len() > POLICIES {
        let others = policies[POLICIES..].iter().map(|policy| &*policy.id);
        lines.push(Text::from("and ").then(Text::names(others)));
    }
    lines
}

/// A number as it was and as it is.
pub fn number_text(change: &NumberChange) -> String {
    let close = |value| significant(value, 4);
    let relative = 100.0 * change.relative();
    let by = if relative.is_finite() {
        format!(" ({}{} %)", if relative > 0.0 { "+" } else { "" }, significant(relative, 2))
    } else {
        String::new()
    };
    format!("{} {} -> {}{by}", change.number, close(change.before), close(change.after))
}

/// How to accept what is there now.
fn accepting(recording: &Recording) -> Text {
    match recording {
        Recording::Compared(accept) => Text::from("; accept: ").and_name(&**accept),
        Recording::Written { .. } => "; accepted".into(),
        Recording::Absent => Text::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_that_was_zero_has_no_percentage() {
        let number = |before, after| NumberChange { number: "a.total".to_owned(), before, after };
        assert_eq!(number_text(&number(29_608.0, 30_598.0)), "a.total 29,608 -> 30,598 (+3.3 %)");
        assert_eq!(number_text(&number(4.0, 3.0)), "a.total 4 -> 3 (-25 %)");
        assert_eq!(number_text(&number(0.0, 3.5)), "a.total 0 -> 3.500");
    }
}
