//! The progress bar and the time that is left.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use indicatif::{FormattedDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::streams::report;
use crate::study::Progress;
use crate::study::progress::PARTS;

/// A progress bar on stderr, if stderr is a terminal. Clones share the bar.
#[derive(Debug, Clone)]
pub struct Bar {
    bar: ProgressBar,
    // What was done when progress was first reported, and the time until then.
    first: Arc<OnceLock<Done>>,
}

/// Parts that are done, and the time that they took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Done {
    parts: u64,
    spent: Duration,
}

impl Bar {
    /// A progress bar for this many runs.
    pub fn new(runs: u64) -> Self {
        Self::of("runs", runs)
    }

    /// A progress bar for this many points of an exploration.
    pub fn of_points(points: u64) -> Self {
        Self::of("points", points)
    }

    fn of(noun: &'static str, runs: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(runs * PARTS), ProgressDrawTarget::stderr());
        // A terminal that cannot be written to does not matter.
        let runs = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = write!(out, "{:.1} of {}", state.pos() as f64 / PARTS as f64, state.len().unwrap_or(0) / PARTS);
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
        Self { bar, first }
    }

    /// Shows progress.
    pub fn show(&self, progress: Progress) {
        // A calibration or a search may need more than it usually takes.
        if self.bar.length() < Some(progress.total) {
            self.bar.set_length(progress.total);
        }
        self.bar.set_position(progress.done);
        self.first.get_or_init(|| Done { parts: progress.done, spent: self.bar.elapsed() });
    }

    /// Writes a line to stderr without disturbing the bar.
    pub fn say(&self, line: &str) {
        self.bar.suspend(|| report(line));
    }

    /// Removes the bar.
    pub fn end(&self) {
        self.bar.finish_and_clear();
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
    use super::*;

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
