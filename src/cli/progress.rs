//! How far a study has come and the time that is left: a bar on a terminal, and a line every half minute elsewhere.

use std::io::IsTerminal;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{FormattedDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::args::Manners;
use super::streams::report;
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

/// Parts that are done, and the time that they took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Done {
    parts: u64,
    spent: Duration,
}

impl Bar {
    /// The progress of this many runs.
    pub fn new(runs: u64) -> Self {
        Self::of("runs", runs)
    }

    /// The progress of this many points of an exploration.
    pub fn of_points(points: u64) -> Self {
        Self::of("points", points)
    }

    /// No progress, for what is over soon.
    pub fn none() -> Self {
        Self(Shown::Nothing)
    }

    /// The progress of this many things, each of [`PARTS`]. `noun` is their plural.
    pub fn of(noun: &'static str, whole: u64) -> Self {
        let Manners { quiet, no_progress, .. } = Manners::adopted();
        if quiet || no_progress {
            Self::none()
        } else if is_live() {
            Self::drawn(noun, whole)
        } else {
            Self(Shown::Lines(Lines::start(noun, whole, EVERY, |line| report(line))))
        }
    }

    fn drawn(noun: &'static str, whole: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(whole * PARTS), ProgressDrawTarget::stderr());
        // A terminal that cannot be written to does not matter.
        let runs = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = write!(out, "{}", share(Progress { done: state.pos(), total: state.len().unwrap_or(0) }));
        };
        let first = Arc::new(OnceLock::new());
        let begun = Arc::clone(&first);
        let shown = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let done = Done { parts: state.pos(), spent: state.elapsed() };
            let _ = match left(begun.get().copied(), done, state.len().unwrap_or(0)) {
                Some(left) => write!(out, "{}", FormattedDuration(left)),
                None => write!(out, "?"),
            };
        };
        if let Ok(style) = ProgressStyle::with_template(&format!("{{bar:40}} {{runs}} {noun}, {{left}} left")) {
            bar.set_style(style.with_key("runs", runs).with_key("left", shown));
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

    /// Writes a line to stderr without disturbing the bar.
    pub fn say(&self, line: &str) {
        match &self.0 {
            Shown::Bar(bar, _) => bar.suspend(|| report(line)),
            Shown::Lines(_) | Shown::Nothing => report(line),
        }
    }

    /// Removes the bar, or writes no further line.
    pub fn end(&self) {
        match &self.0 {
            Shown::Bar(bar, _) => bar.finish_and_clear(),
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
    noun: &'static str,
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
    fn start(noun: &'static str, whole: u64, every: Duration, write: impl Fn(&str) + Send + 'static) -> Self {
        let progress = Progress { done: 0, total: whole * PARTS };
        let state = State { noun, progress, first: None, since: Instant::now(), is_ended: false };
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
        line(self.noun, self.progress, left)
    }
}

/// `12.4 of 60 runs, 3 min left`.
fn line(noun: &str, progress: Progress, left: Option<Duration>) -> String {
    let left = left.map_or("time left unknown".to_owned(), |left| format!("{} left", about(left)));
    // A search does not know its points until it has found them.
    let share = if progress.total == 0 { "more".to_owned() } else { share(progress) };
    format!("{share} {noun}, {left}")
}

/// How much is done of how much.
fn share(progress: Progress) -> String {
    format!("{:.1} of {}", progress.done as f64 / PARTS as f64, progress.total / PARTS)
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

    const RUNS: u64 = 60;
    // What a test waits for at most.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// Lines at an interval, and what they say.
    fn lines(every: Duration) -> (Lines, mpsc::Receiver<String>) {
        let (send, said) = mpsc::channel();
        (Lines::start("runs", RUNS, every, move |line| _ = send.send(line.to_owned())), said)
    }

    #[test]
    fn a_line_comes_every_interval_even_if_nothing_was_ever_done() {
        let (lines, said) = lines(Duration::from_millis(5));
        for _ in 0..3 {
            assert_eq!(said.recv_timeout(PATIENCE).as_deref(), Ok("0.0 of 60 runs, time left unknown"));
        }
        lines.end();
    }

    #[test]
    fn a_line_says_what_was_last_reported() {
        let (lines, said) = lines(Duration::from_millis(5));
        lines.show(Progress { done: 12_400, total: RUNS * PARTS });
        let reported = said.iter().take(1_000).find(|line| !line.starts_with("0.0"));
        lines.end();
        let reported = reported.expect("a line after the report");
        assert!(reported.starts_with("12.4 of 60 runs, ") && reported.ends_with(" left"), "{reported}");
    }

    #[test]
    fn what_ends_within_the_interval_writes_no_line() {
        let (lines, said) = lines(PATIENCE);
        lines.show(Progress { done: RUNS * PARTS, total: RUNS * PARTS });
        lines.end();
        // The thread has ended: it holds the sender.
        assert_eq!(said.recv_timeout(PATIENCE), Err(mpsc::RecvTimeoutError::Disconnected));
    }

    #[test]
    fn a_line_gives_the_time_left_in_the_unit_that_matters() {
        let of = |seconds| line("runs", Progress { done: 12_400, total: 60_000 }, Some(Duration::from_secs(seconds)));
        assert_eq!(of(119), "12.4 of 60 runs, 119 s left");
        assert_eq!(of(170), "12.4 of 60 runs, 3 min left");
        assert_eq!(of(7_200), "12.4 of 60 runs, 2 h left");
        assert_eq!(line("points", Progress { done: 0, total: 0 }, None), "more points, time left unknown");
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
