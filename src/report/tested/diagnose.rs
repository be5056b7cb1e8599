//! What `test` found, as diagnostics: for annotations and other tools.

use super::remarks::{Kind, of as remarks_of, verdict_lines};
use super::{Ending, Tested};
use crate::results::expectation::{Status, Verdict};
use crate::scenario::diagnostics::{Code, Diagnostic, Mistake, Outcome};
use crate::study::looks::Looks;
use crate::study::session::Session;

/// The expectations of a scenario that do not hold, with the lines that have them.
pub fn broken(session: &Session, verdicts: &[Verdict], looks: Option<&Looks>) -> Vec<Diagnostic> {
    let of = |(place, verdict): (usize, &Verdict)| {
        let code = match verdict.verdict {
            Status::Fail => Outcome::Failed,
            Status::Inconclusive => Outcome::Undecided,
            Status::Pass | Status::Reported => return None,
        };
        let lines: Vec<String> = verdict_lines(verdict, looks).iter().take(2).map(|line| line.plain()).collect();
        Some(session.of_expectation(place, code, lines.join("; ")).with_why(verdict.why.clone()))
    };
    verdicts.iter().enumerate().filter_map(of).collect()
}

/// Everything that is wrong or doubtful, in the order of the files.
pub fn all(tested: &Tested) -> Vec<Diagnostic> {
    let mut all = Vec::new();
    for outcome in &tested.outcomes {
        all.extend(outcome.found.iter().cloned());
        let whole = |code: Code, text: String| Diagnostic::of_file(code, &*outcome.file, text);
        match &outcome.ending {
            Ending::Unloadable(_) | Ending::Checked | Ending::Stopped { .. } => {}
            Ending::TooLarge(excess) => {
                if outcome.errors().next().is_none() {
                    all.push(whole(Mistake::TooMuch.into(), excess.to_string()).with_help(excess.help()));
                }
            }
            Ending::Broken(error) => all.push(whole(Outcome::Broken.into(), error.to_string())),
            Ending::Judged(judged) => {
                all.extend(judged.broken.iter().cloned());
                if judged.is_changed() {
                    let remark = remarks_of(outcome, tested).into_iter().find(|remark| remark.kind == Kind::Changed);
                    let lines = remark.map_or_else(Vec::new, |remark| remark.lines);
                    let text: Vec<String> = lines.iter().map(|line| line.plain()).collect();
                    all.push(whole(Outcome::Changed.into(), text.join("; ")));
                }
            }
        }
    }
    all
}
