//! The progress bar, and what is left.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{FormattedDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// A bar on stderr, if that is a terminal.
pub struct Progress {
    bar: ProgressBar,
    // For each thread, milliseconds from the start to the end of its last run.
    ends: Arc<[AtomicU64]>,
}

impl Progress {
    /// A bar of so many runs, of which so many go on at once.
    pub fn of(runs: u64, threads: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(runs), ProgressDrawTarget::stderr());
        let ends: Arc<[AtomicU64]> = (0..threads.max(1)).map(|_| AtomicU64::new(0)).collect();
        let seen = ends.clone();
        let shown = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let spent = Duration::from_millis(seen.iter().map(|end| end.load(Ordering::Relaxed)).sum());
            let runs = (state.pos(), state.len().unwrap_or(0));
            // A terminal that cannot be written to is no matter.
            let _ = match left(runs, spent, seen.len(), state.elapsed()) {
                Some(left) => write!(out, "{}", FormattedDuration(left)),
                None => write!(out, "?"),
            };
        };
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} runs, {left} left") {
            bar.set_style(style.with_key("left", shown));
        }
        if !bar.is_hidden() {
            // Runs can be minutes long, and what is left grows less meanwhile.
            bar.enable_steady_tick(Duration::from_secs(1));
        }
        Self { bar, ends }
    }

    /// A run has ended, on the thread that calls.
    pub fn tick(&self) {
        let thread = rayon::current_thread_index().unwrap_or(0) % self.ends.len();
        self.ends[thread].store(self.bar.elapsed().as_millis() as u64, Ordering::Relaxed);
        self.bar.inc(1);
    }

    /// All have.
    pub fn end(self) {
        self.bar.finish_and_clear();
    }
}

/// What is left at what the runs that have ended took: `spent` is the threads' time up to the end of the last run of each. What is
/// half done counts for nothing then, neither as time nor as work: runs end in bursts, a replication's policies at once, and at the
/// pace of the bar they would seem to take far too long at first.
fn left((done, of): (u64, u64), spent: Duration, threads: usize, now: Duration) -> Option<Duration> {
    if done == 0 {
        return None;
    }
    let whole = spent.mul_f64(of as f64 / done as f64 / threads as f64);
    Some(whole.saturating_sub(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn what_is_left_follows_from_what_the_runs_that_ended_took() {
        assert_eq!(left((0, 40), seconds(0), 1, seconds(10)), None);
        // 8 of 40 in ten seconds: 50 in all.
        assert_eq!(left((8, 40), seconds(10), 1, seconds(10)), Some(seconds(40)));
        assert_eq!(left((8, 40), seconds(10), 1, seconds(12)), Some(seconds(38)));
        assert_eq!(left((8, 40), seconds(10), 1, seconds(60)), Some(seconds(0)));
        assert_eq!(left((40, 40), seconds(50), 1, seconds(50)), Some(seconds(0)));
    }

    #[test]
    fn a_thread_that_is_half_done_makes_nothing_seem_slower() {
        // One of two threads has ended 8 of 40 runs after ten seconds, the other is about to: 25 in all, not 50.
        assert_eq!(left((8, 40), seconds(10), 2, seconds(10)), Some(seconds(15)));
        // A moment later it has.
        assert_eq!(left((16, 40), seconds(20), 2, seconds(10)), Some(seconds(15)));
    }
}
