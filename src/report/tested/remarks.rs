//! What is said of each outcome that is not as it should be, apart from how it looks.

use super::{Ending, Outcome, Recording, Tested};
use crate::report::document::{Text, numbers_of};
use crate::results::expectation::{Status, Verdict};
use crate::scenario::diagnostics::Place;
use crate::study::looks::Looks;
use crate::study::recorded::{Change, MeanChange, Note, PolicyChange, Since};
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
    /// Something that could not be compared.
    Note,
}

impl Kind {
    /// The word that a remark begins with.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Error => "ERROR",
            Kind::Fail => "FAIL",
            Kind::Open => "OPEN",
            Kind::Stopped => "STOPPED",
            Kind::Changed => "CHANGED",
            Kind::Gone => "GONE",
            Kind::Note => "NOTE",
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
    let mut remarks: Vec<Remark> = tested.outcomes.iter().flat_map(|outcome| of(outcome, tested)).collect();
    let gone = |file: &String| {
        let line = Text::from("recorded, but the file is not there");
        Remark { kind: Kind::Gone, place: Text::name(&**file), lines: vec![line.then(accepting(&tested.recording))] }
    };
    remarks.extend(tested.gone.iter().map(gone));
    remarks
}

/// The remarks about one outcome.
pub(super) fn of(outcome: &Outcome, tested: &Tested) -> Vec<Remark> {
    let at = |place: String| Text::name(&*outcome.file).words(place);
    let remark = |kind, lines| Remark { kind, place: at(String::new()), lines };
    let errors = of_errors(outcome);
    let is_known = errors.is_some();
    let ending = match &outcome.ending {
        Ending::Unloadable(_) | Ending::TooLarge(_) if is_known => Vec::new(),
        Ending::Unloadable(error) => vec![remark(Kind::Error, vec![Text::name(error.to_string())])],
        Ending::TooLarge(excess) => {
            vec![remark(Kind::Error, vec![Text::name(excess.to_string()), excess.help().into()])]
        }
        Ending::Broken(error) => vec![remark(Kind::Error, vec![Text::name(error.to_string())])],
        Ending::Checked | Ending::Stopped { done: 0, .. } => Vec::new(),
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
            if let Some(since) = &judged.since {
                if let Some(change) = &since.change {
                    let still = outcomes_still(&judged.verdicts);
                    remarks.push(remark(Kind::Changed, change_lines(change, since, still, &tested.recording)));
                }
                remarks.extend(notes(since, tested).map(|line| remark(Kind::Note, vec![line])));
            }
            remarks
        }
    };
    errors.into_iter().chain(ending).collect()
}

/// What is wrong with a file: the first error, and how many more there are.
fn of_errors(outcome: &Outcome) -> Option<Remark> {
    let first = outcome.errors().next()?;
    let mut text = Text::name(&*first.message);
    if let Some(help) = &first.help {
        text = text.words(": ").and_name(&**help);
    }
    let more = outcome.errors().count() - 1;
    let more = if more > 0 { format!(", {more} more in this file") } else { String::new() };
    let text = text.words(format!(" ({}{more})", first.code));
    Some(Remark { kind: Kind::Error, place: place_of(&first.file, first.place), lines: vec![text] })
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

fn change_lines(change: &Change, since: &Since, still: &str, recording: &Recording) -> Vec<Text> {
    let mut policies: Vec<&PolicyChange> = change.policies.iter().collect();
    // The policy whose metric moved most comes first; those of one size stay in the order of the scenario.
    let largest = |policy: &&PolicyChange| policy.means.first().map_or(0.0, |mean| mean.relative().abs());
    policies.sort_by(|a, b| largest(b).total_cmp(&largest(a)));
    let of_policies = match (policies.len(), change.of_policies) {
        (1, 1) => String::new(),
        (2, 2) => " in both policies".to_owned(),
        (changed, all) if changed == all => format!(" in all {all} policies"),
        (changed, all) => format!(" in {changed} of {all} policies"),
    };
    let what = match (change.runs(), since.compared) {
        (0, _) => "the events are as recorded, the metrics are not".to_owned(),
        (1, 1) => "its run differs from the one recorded".to_owned(),
        (runs, of) => format!("{runs} of {of} runs differ from those recorded"),
    };
    let cause = if change.same_scenario { "; the scenario is the one recorded" } else { "" };
    let mut lines = vec![Text::from(what + &of_policies + cause)];
    if let Some((policy, replication)) = change.first() {
        let first = format!("the first is replication {replication} of ");
        lines[0] = std::mem::take(&mut lines[0]).words(format!("; {first}")).and_name(policy);
    }
    for policy in policies.iter().filter(|policy| !policy.means.is_empty()).take(POLICIES) {
        let means: Vec<String> = policy.means.iter().take(METRICS).map(mean_text).collect();
        let more = policy.means.len().saturating_sub(METRICS);
        let more = if more > 0 { format!(" and {}", counted(more, "more metric")) } else { String::new() };
        lines.push(Text::name(&*policy.id).words(format!(": {}{more}", means.join(", "))));
    }
    if policies.len() > POLICIES {
        let others = policies[POLICIES..].iter().map(|policy| &*policy.id);
        lines.push(Text::from("and ").then(Text::names(others)));
    }
    lines.push(Text::from(still).then(accepting(recording)));
    lines
}

/// A mean as it was and as it is.
pub fn mean_text(mean: &MeanChange) -> String {
    let close = |value| significant(value, 4);
    let relative = 100.0 * mean.relative();
    let change = if relative.is_finite() {
        format!(" ({}{} %)", if relative > 0.0 { "+" } else { "" }, significant(relative, 2))
    } else {
        String::new()
    };
    format!("{} {} -> {}{change}", mean.number, close(mean.before), close(mean.after))
}

/// How to accept what is there now.
fn accepting(recording: &Recording) -> Text {
    match recording {
        Recording::Compared(accept) => Text::from("; accept: ").and_name(&**accept),
        Recording::Written { .. } => "; accepted".into(),
        Recording::Absent => Text::default(),
    }
}

/// What could not be compared, unless the command line is why.
fn notes<'s>(since: &'s Since, tested: &'s Tested) -> impl Iterator<Item = Text> + 's {
    let is_written = matches!(tested.recording, Recording::Written { .. });
    let text = move |note: &'s Note| -> Option<Text> {
        Some(
            match note {
                _ if is_written => return None,
                Note::OtherReplications { .. } if tested.quick => return None,
                Note::NotRecorded => "its behaviour is not recorded".into(),
                Note::OtherSeed { recorded, now } => {
                    format!("seed {now}, recorded with {recorded}: its behaviour is not compared").into()
                }
                Note::OtherReplications { recorded, now } => format!(
                    "{}, recorded with {recorded}: only the first {} are compared",
                    counted(*now as usize, "replication"),
                    recorded.min(now)
                )
                .into(),
                Note::NewPolicy(policy) => Text::from("the policy ").and_name(&**policy).words(" is not recorded"),
                Note::GonePolicy(policy) => {
                    Text::from("the policy ").and_name(&**policy).words(" is recorded, but not in the scenario")
                }
            }
            .then(accepting(&tested.recording)),
        )
    };
    since.notes.iter().filter_map(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_that_was_zero_has_no_percentage() {
        let mean = |before, after| MeanChange { number: "a.total".to_owned(), before, after };
        assert_eq!(mean_text(&mean(29_608.0, 30_598.0)), "a.total 29,608 -> 30,598 (+3.3 %)");
        assert_eq!(mean_text(&mean(4.0, 3.0)), "a.total 4 -> 3 (-25 %)");
        assert_eq!(mean_text(&mean(0.0, 3.5)), "a.total 0 -> 3.500");
    }
}
