//! The progress bar, and what is left.

use std::time::Duration;

use indicatif::{FormattedDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::experiment::study::PARTS;

/// A bar on stderr, if that is a terminal.
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar of so many runs.
    pub fn of(runs: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(runs * PARTS), ProgressDrawTarget::stderr());
        // A terminal that cannot be written to is no matter.
        let runs = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = write!(out, "{:.1} of {}", state.pos() as f64 / PARTS as f64, state.len().unwrap_or(0) / PARTS);
        };
        let shown = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = match left(state.pos(), state.len().unwrap_or(0), state.elapsed()) {
                Some(left) => write!(out, "{}", FormattedDuration(left)),
                None => write!(out, "?"),
            };
        };
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {runs} runs, {left} left") {
            bar.set_style(style.with_key("runs", runs).with_key("left", shown));
        }
        if !bar.is_hidden() {
            // Parts can be seconds long, and what is left grows less meanwhile.
            bar.enable_steady_tick(Duration::from_secs(1));
        }
        Self(bar)
    }

    /// So many parts of runs have been done.
    pub fn tick(&self, parts: u64) {
        self.0.inc(parts);
    }

    /// All have.
    pub fn end(self) {
        self.0.finish_and_clear();
    }
}

/// What is left at the pace so far.
fn left(done: u64, of: u64, spent: Duration) -> Option<Duration> {
    let left = of.saturating_sub(done) as f64 / done as f64;
    (done > 0).then(|| spent.mul_f64(left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_takes_as_long_as_what_is_done_did() {
        let seconds = Duration::from_secs;
        assert_eq!(left(0, 40_000, seconds(10)), None);
        // A fifth in ten seconds: fifty in all.
        assert_eq!(left(8_000, 40_000, seconds(10)), Some(seconds(40)));
        assert_eq!(left(40_000, 40_000, seconds(50)), Some(seconds(0)));
    }
}
