//! How far a study has come and the time that is left: a bar on a terminal, and a line every half minute elsewhere.

use std::io::IsTerminal;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{FormattedDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::args::Manners;
use super::streams::{keep_clear_of, remove_bar, report};
use crate::study::Progress;
use crate::study::progress::PARTS;

/// The time between two lines, and before the first.
const EVERY: Duration = Duration::from_secs(30);

/// Progress on stderr. Clones share it.
#[derive(Debug, Clone)]
pub struct Bar(Shown);

/// How progress is shown.
#[derive(Debug, Clone)]
enum Shown {
    /// By a bar, with what was done when progress was first reported.
    Bar(ProgressBar, Arc<OnceLock<Done>>),
    /// By lines.
    Lines(Lines),
    /// Not at all.
    Nothing,
}

/// What is to be done, as far as is known before it begins.
#[derive(Debug, Clone, Copy)]
struct Whole {
    /// The plural of the things that are counted.
    noun: &'static str,
    /// How many there are, each of [`PARTS`].
    things: u64,
    /// Whether what goes beyond that is known before it begins.
    is_final: bool,
}

impl Whole {
    fn parts(self) -> u64 {
        self.things * PARTS
    }
}

/// Parts that are done, and the time that they took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Done {
    parts: u64,
    spent: Duration,
}

impl Bar {
    /// The progress of this many runs.
    pub fn new(runs: u64) -> Self {
        Self::of(Whole { noun: "runs", things: runs, is_final: true })
    }

    /// The progress of this many points, after which others may prove to be needed.
    pub fn of_points(points: u64) -> Self {
        Self::of(Whole { noun: "points", things: points, is_final: false })
    }

    /// No progress, for what is over soon.
    pub fn none() -> Self {
        Self(Shown::Nothing)
    }

    fn of(whole: Whole) -> Self {
        let Manners { quiet, no_progress, .. } = Manners::adopted();
        if quiet || no_progress {
            Self::none()
        } else if is_live() {
            Self::drawn(whole)
        } else {
            Self(Shown::Lines(Lines::start(whole, EVERY, |line| report(line))))
        }
    }

    fn drawn(whole: Whole) -> Self {
        let bar = ProgressBar::with_draw_target(Some(whole.parts()), ProgressDrawTarget::stderr());
        keep_clear_of(&bar);
        let first = Arc::new(OnceLock::new());
        let begun = Arc::clone(&first);
        // A terminal that cannot be written to does not matter.
        let words = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let progress = Progress { done: state.pos(), total: state.len().unwrap_or(0) };
            let done = Done { parts: progress.done, spent: state.elapsed() };
            let left = left(begun.get().copied(), done, progress.total);
            let _ = write!(out, "{}", line(whole, progress, left, |left| FormattedDuration(left).to_string()));
        };
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {words}") {
            bar.set_style(style.with_key("words", words));
        }
        if !bar.is_hidden() {
            // A part can take seconds, during which the time left shrinks.
            bar.enable_steady_tick(Duration::from_secs(1));
        }
        Self(Shown::Bar(bar, first))
    }

    /// Shows progress.
    pub fn show(&self, progress: Progress) {
        match &self.0 {
            Shown::Bar(bar, first) => {
                // A calibration or a search may need more than it usually takes.
                if bar.length() < Some(progress.total) {
                    bar.set_length(progress.total);
                }
                bar.set_position(progress.done);
                first.get_or_init(|| Done { parts: progress.done, spent: bar.elapsed() });
            }
            Shown::Lines(lines) => lines.show(progress),
            Shown::Nothing => {}
        }
    }

    /// Removes the bar, or writes no further line.
    pub fn end(&self) {
        match &self.0 {
            Shown::Bar(..) => remove_bar(),
            Shown::Lines(lines) => lines.end(),
            Shown::Nothing => {}
        }
    }
}

/// Whether stderr is a terminal on which a bar can be drawn, and somebody may look at it.
fn is_live() -> bool {
    std::io::stderr().is_terminal() && anstyle_query::term_supports_ansi_color() && !anstyle_query::is_ci()
}

/// Progress in lines, which a thread of its own writes: also while nothing is reported.
#[derive(Debug, Clone)]
struct Lines {
    shared: Arc<(Mutex<State>, Condvar)>,
}

/// What the next line says.
#[derive(Debug)]
struct State {
    whole: Whole,
    progress: Progress,
    // What was done when progress was first reported.
    first: Option<Done>,
    since: Instant,
    is_ended: bool,
}

impl Lines {
    /// Writes a line after this time, and again each time it has passed, until it is ended. If no thread can be
    /// started, no line is written.
    #[allow(clippy::disallowed_methods, reason = "it feeds nothing back into results")]
    fn start(whole: Whole, every: Duration, write: impl Fn(&str) + Send + 'static) -> Self {
        let progress = Progress { done: 0, total: whole.parts() };
        let state = State { whole, progress, first: None, since: Instant::now(), is_ended: false };
        let shared = Arc::new((Mutex::new(state), Condvar::new()));
        let of_thread = Arc::clone(&shared);
        let writing = move || {
            let (state, ended) = &*of_thread;
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            loop {
                let waited = ended.wait_timeout_while(state, every, |state| !state.is_ended);
                let (now, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
                if !timeout.timed_out() {
                    break;
                }
                // Under the lock: nothing is written once it has ended.
                write(&now.line());
                state = now;
            }
        };
        let _ = std::thread::Builder::new().name("progress".into()).spawn(writing);
        Self { shared }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self, progress: Progress) {
        let mut state = self.state();
        let total = state.progress.total.max(progress.total);
        state.progress = Progress { total, ..progress };
        let spent = state.since.elapsed();
        state.first.get_or_insert(Done { parts: progress.done, spent });
    }

    fn end(&self) {
        self.state().is_ended = true;
        self.shared.1.notify_all();
    }
}

impl State {
    fn line(&self) -> String {
        let done = Done { parts: self.progress.done, spent: self.since.elapsed() };
        let left = left(self.first, done, self.progress.total);
        line(self.whole, self.progress, left, about)
    }
}

/// `12 of 60 runs, 3 min left`. The time is left out while it is unknown. A search for as many points as it takes knows
/// neither how many these are nor how long they take.
fn line(whole: Whole, progress: Progress, left: Option<Duration>, words: impl Fn(Duration) -> String) -> String {
    let (done, noun) = (progress.done / PARTS, whole.noun);
    if !whole.is_final && progress.total > whole.parts() {
        return format!("{done} {noun}, searching");
    }
    let left = left.map_or(String::new(), |left| format!(", {} left", words(left)));
    format!("{done} of {} {noun}{left}", progress.total / PARTS)
}

/// A length of time to the unit that matters.
fn about(time: Duration) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    match time.as_secs() {
        seconds if seconds < 2 * MINUTE => format!("{seconds} s"),
        seconds if seconds < 2 * HOUR => format!("{} min", seconds.div_ceil(MINUTE)),
        seconds => format!("{} h", seconds.div_ceil(HOUR)),
    }
}

/// The time left at the pace so far. The first part takes longer because everything is prepared in it; once it is a
/// small share of what is done, it is left out.
fn left(first: Option<Done>, done: Done, of: u64) -> Option<Duration> {
    const SMALL: u64 = 10;
    let nothing = Done { parts: 0, spent: Duration::ZERO };
    let from = first.filter(|first| first.parts.saturating_mul(SMALL) <= done.parts).unwrap_or(nothing);
    let parts = done.parts.saturating_sub(from.parts);
    let left = of.saturating_sub(done.parts) as f64 / parts as f64;
    (parts > 0).then(|| done.spent.saturating_sub(from.spent).mul_f64(left))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const RUNS: Whole = Whole { noun: "runs", things: 60, is_final: true };
    // What a test waits for at most.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// Lines at an interval, and what they say.
    fn lines(every: Duration) -> (Lines, mpsc::Receiver<String>) {
        let (send, said) = mpsc::channel();
        (Lines::start(RUNS, every, move |line| _ = send.send(line.to_owned())), said)
    }

    #[test]
    fn a_line_comes_every_interval_even_if_nothing_was_ever_done() {
        let (lines, said) = lines(Duration::from_millis(5));
        for _ in 0..3 {
            assert_eq!(said.recv_timeout(PATIENCE).as_deref(), Ok("0 of 60 runs"));
        }
        lines.end();
    }

    #[test]
    fn a_line_says_what_was_last_reported() {
        let (lines, said) = lines(Duration::from_millis(5));
        lines.show(Progress { done: 12_400, total: RUNS.parts() });
        let reported = said.iter().take(1_000).find(|line| !line.starts_with("0 "));
        lines.end();
        let reported = reported.expect("a line after the report");
        assert!(reported.starts_with("12 of 60 runs, ") && reported.ends_with(" left"), "{reported}");
    }

    #[test]
    fn what_ends_within_the_interval_writes_no_line() {
        let (lines, said) = lines(PATIENCE);
        lines.show(Progress { done: RUNS.parts(), total: RUNS.parts() });
        lines.end();
        // The thread has ended: it holds the sender.
        assert_eq!(said.recv_timeout(PATIENCE), Err(mpsc::RecvTimeoutError::Disconnected));
    }

    #[test]
    fn a_line_gives_the_time_left_in_the_unit_that_matters() {
        let progress = Progress { done: 12_400, total: 60_000 };
        let of = |seconds| line(RUNS, progress, Some(Duration::from_secs(seconds)), about);
        assert_eq!(of(119), "12 of 60 runs, 119 s left");
        assert_eq!(of(170), "12 of 60 runs, 3 min left");
        assert_eq!(of(7_200), "12 of 60 runs, 2 h left");
    }

    #[test]
    fn what_is_done_is_rounded_down_and_a_time_that_is_unknown_left_out() {
        assert_eq!(line(RUNS, Progress { done: 59_999, total: 60_000 }, None, about), "59 of 60 runs");
    }

    #[test]
    fn a_search_beyond_its_points_has_no_total_and_no_time() {
        let points = Whole { noun: "points", things: 36, is_final: false };
        let of = |done, total| line(points, Progress { done, total }, Some(Duration::from_secs(9)), about);
        assert_eq!(of(36_000, 36_000), "36 of 36 points, 9 s left");
        assert_eq!(of(36_500, 38_000), "36 points, searching");
        assert_eq!(of(61_000, 63_000), "61 points, searching");
    }

    const fn done(parts: u64, seconds: u64) -> Done {
        Done { parts, spent: Duration::from_secs(seconds) }
    }

    #[test]
    fn the_time_left_is_in_proportion_to_the_time_taken() {
        let seconds = |left| Some(Duration::from_secs(left));
        assert_eq!(left(None, done(0, 10), 40_000), None);
        // A fifth in ten seconds: fifty in all.
        assert_eq!(left(None, done(8_000, 10), 40_000), seconds(40));
        assert_eq!(left(None, done(40_000, 50), 40_000), seconds(0));
    }

    #[test]
    fn the_first_part_is_ignored_if_it_is_small_compared_with_the_rest() {
        let first = Some(done(1_000, 5));
        // 9,000 in nine seconds since; before that, 9,000 in 14.
        assert_eq!(left(first, done(10_000, 14), 40_000), Some(Duration::from_secs(30)));
        assert_eq!(left(first, done(9_000, 14), 36_000), Some(Duration::from_secs(42)));
    }
}
