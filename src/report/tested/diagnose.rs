//! What `test` found, as diagnostics: for annotations and other tools.

use super::remarks::{change_lines, verdict_lines};
use super::{Ending, Recording, Tested};
use crate::results::expectation::{Status, Verdict};
use crate::scenario::diagnostics::{Diagnostic, Outcome};
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

/// Everything that is wrong or doubtful, in the order of the files. What is found in a pack comes once, with the first
/// scenario that includes it.
pub fn all(tested: &Tested) -> Vec<Diagnostic> {
    let mut all = Vec::new();
    for outcome in &tested.outcomes {
        all.extend(outcome.found.iter().cloned());
        let whole = |code: Outcome, text: String| Diagnostic::of_file(code, &*outcome.file, text);
        match &outcome.ending {
            Ending::Invalid | Ending::Checked | Ending::Stopped { .. } => {}
            Ending::Broken(error) => all.push(whole(Outcome::Broken, error.to_string())),
            Ending::Judged(judged) => {
                all.extend(judged.broken.iter().cloned());
                if let Some((since, change)) =
                    judged.since.as_ref().and_then(|since| Some((since, since.change.as_ref()?)))
                {
                    let lines: Vec<String> = change_lines(change, since).iter().map(|line| line.plain()).collect();
                    let changed = whole(Outcome::Changed, lines.join("; "));
                    all.push(match &tested.recording {
                        Recording::Compared(accept) => changed.with_help(format!("to accept it, run `{accept}`")),
                        Recording::Absent | Recording::Written { .. } => changed,
                    });
                }
            }
        }
    }
    let gone = |file: &String| {
        let diagnostic = Diagnostic::of_file(Outcome::Gone, &**file, "this scenario is recorded, but it is not there");
        match &tested.recording {
            Recording::Compared(accept) => {
                diagnostic.with_help(format!("restore it, or run `{accept}` to remove its record"))
            }
            Recording::Absent | Recording::Written { .. } => diagnostic,
        }
    };
    all.extend(tested.gone.iter().map(gone));
    Diagnostic::merged(all)
}
