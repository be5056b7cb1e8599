//! What `test` found: an outcome for each scenario file, and what is said of them on the screen, in `junit.xml` and in
//! `summary.md`.

pub mod diagnose;
pub mod junit;
mod remarks;
pub mod screen;
pub mod summary;

pub use remarks::number_text;

use std::time::Duration;

use crate::results::expectation::{Status, Verdict};
use crate::scenario::diagnostics::{Code, Diagnostic, Severity};
use crate::study::StudyError;
use crate::study::looks::Looks;
use crate::study::recorded::Since;

/// What became of the scenarios that were selected.
#[derive(Debug, Default)]
pub struct Tested {
    /// One for each file, in order.
    pub outcomes: Vec<Outcome>,
    /// The part of the scenarios that was run, such as `slice-1-of-4`, if it is not all.
    pub part: Option<String>,
    /// The files of recorded scenarios that are not there.
    pub gone: Vec<String>,
    /// How behaviour was compared with what was recorded.
    pub recording: Recording,
    /// Whether only what needs few replications was judged.
    pub quick: bool,
    /// How long it took.
    pub spent: Duration,
    /// Files that were written.
    pub written: Vec<String>,
}

impl Tested {
    /// What was found about the files; what is found in a pack comes once.
    fn found(&self) -> Vec<Diagnostic> {
        Diagnostic::merged(self.outcomes.iter().flat_map(|outcome| outcome.found.iter().cloned()))
    }
}

/// How behaviour was compared with what was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Recording {
    /// There is no file of recorded behaviour.
    #[default]
    Absent,
    /// It was compared; the command that accepts what changed.
    Compared(String),
    /// It was written anew.
    Written {
        /// How many scenarios were recorded for the first time.
        new: usize,
        /// How many are no longer recorded, because they are not there.
        removed: usize,
    },
}

/// What became of a scenario file.
#[derive(Debug)]
pub struct Outcome {
    /// The file, as it was named.
    pub file: String,
    /// The scenario's id, or the file's stem where it cannot be loaded; the file if others have the same id.
    pub id: String,
    /// The scenario's title; empty where it cannot be loaded.
    pub title: String,
    /// What is wrong with the file, or doubtful.
    pub found: Vec<Diagnostic>,
    /// What it came to.
    pub ending: Ending,
    /// The time from the beginning of its first replication to the end of its last.
    pub spent: Duration,
}

/// What a scenario file came to.
#[derive(Debug)]
pub enum Ending {
    /// It cannot be read, is no valid scenario, or exceeds a limit. [`Outcome::found`] says why.
    Invalid,
    /// It is tagged `long`, and was only checked.
    Checked,
    /// Not all replications were run, because the tests were stopped.
    Stopped {
        /// Those that were.
        done: u32,
        /// Those that were wanted.
        of: u32,
    },
    /// Its study cannot be finished.
    Broken(StudyError),
    /// It was run and judged.
    Judged(Judged),
}

/// A study that was run to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Replications.
    pub n: u32,
    /// The seed.
    pub seed: u64,
    /// Expectations in the order of the file, judged.
    pub verdicts: Vec<Verdict>,
    /// Those that do not hold, with their places.
    pub broken: Vec<Diagnostic>,
    /// The looks that were taken, if it was run until its expectations are decided.
    pub looks: Option<Looks>,
    /// How it compares with what was recorded; nothing if there is no file of recorded behaviour.
    pub since: Option<Since>,
}

impl Judged {
    /// How many of its expectations have this status.
    pub fn count(&self, status: Status) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.verdict == status).count()
    }

    /// Whether its behaviour is another than the recorded one.
    pub fn is_changed(&self) -> bool {
        self.since.as_ref().is_some_and(|since| since.change.is_some())
    }
}

impl Outcome {
    /// What is wrong with the file: its mistakes, and warnings that the project denies.
    fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter().filter(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether the project denies something about it.
    fn is_denied(&self) -> bool {
        self.errors().any(|diagnostic| matches!(diagnostic.code, Code::Lint(_)))
    }

    /// The study, if it was run to its end.
    pub fn judged(&self) -> Option<&Judged> {
        match &self.ending {
            Ending::Judged(judged) => Some(judged),
            _ => None,
        }
    }

    /// What it is in a word.
    pub fn word(&self) -> &'static str {
        match &self.ending {
            Ending::Invalid => "invalid",
            Ending::Broken(_) => "error",
            Ending::Checked => "checked only",
            Ending::Stopped { done: 0, .. } => "not run",
            Ending::Stopped { .. } => "stopped",
            Ending::Judged(judged) if judged.count(Status::Fail) > 0 => "failed",
            Ending::Judged(judged) if judged.count(Status::Inconclusive) > 0 => "open",
            Ending::Judged(judged) if judged.is_changed() => "changed",
            Ending::Judged(_) if self.is_denied() => "denied",
            Ending::Judged(_) => "passed",
        }
    }
}

/// How many of what there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Counts {
    run: usize,
    checked: usize,
    /// Studies of which no replication was run, because the tests were stopped.
    not_run: usize,
    /// Studies of which some replications were.
    stopped: usize,
    invalid: usize,
    /// Studies that cannot be finished.
    errors: usize,
    changed: usize,
    /// Studies that could be compared with what was recorded.
    compared: usize,
    hold: usize,
    failed: usize,
    open: usize,
    reported: usize,
    /// Scenarios about which the project denies something.
    denied: usize,
    /// Warnings.
    warnings: usize,
    /// Recorded scenarios that are not there.
    gone: usize,
}

impl Counts {
    fn of(tested: &Tested) -> Self {
        let is_warning = |one: &&Diagnostic| one.severity == Severity::Warning;
        let warnings = tested.found().iter().filter(is_warning).count();
        let mut counts = Self { warnings, gone: tested.gone.len(), ..Self::default() };
        for outcome in &tested.outcomes {
            counts.denied += usize::from(outcome.is_denied());
            match &outcome.ending {
                Ending::Invalid => counts.invalid += 1,
                Ending::Broken(_) => counts.errors += 1,
                Ending::Checked => counts.checked += 1,
                Ending::Stopped { done: 0, .. } => counts.not_run += 1,
                Ending::Stopped { .. } => counts.stopped += 1,
                Ending::Judged(judged) => {
                    counts.run += 1;
                    counts.changed += usize::from(judged.is_changed());
                    counts.compared += usize::from(judged.since.as_ref().is_some_and(|since| since.compared > 0));
                    counts.hold += judged.count(Status::Pass);
                    counts.failed += judged.count(Status::Fail);
                    counts.open += judged.count(Status::Inconclusive);
                    counts.reported += judged.count(Status::Reported);
                }
            }
        }
        counts
    }
}

/// A file's name with the part of the scenarios that was run, as in `junit-slice-1-of-4.xml`.
pub fn file_name(stem: &str, part: Option<&str>, extension: &str) -> String {
    part.map_or_else(|| format!("{stem}.{extension}"), |part| format!("{stem}-{part}.{extension}"))
}

/// A time as people say it: `850 ms`, `12 s`, `2 min 13 s`.
fn time_text(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        seconds @ 1..60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}
