//! How far a study has come.

use std::sync::{Mutex, PoisonError};

/// Parts into which each run of a policy is divided.
pub const PARTS: u64 = 1_000;

/// How far a study has come, in [`PARTS`] of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Parts done.
    pub done: u64,
    /// Parts of all runs: policies times replications times [`PARTS`].
    pub total: u64,
}

/// Adds up what threads have done and reports it, one thread at a time, so that progress never goes back.
pub struct Counter<'p> {
    progress: Mutex<Progress>,
    report: &'p (dyn Fn(Progress) + Sync),
}

impl<'p> Counter<'p> {
    /// Counts the parts of this many runs.
    pub fn new(runs: u64, report: &'p (dyn Fn(Progress) + Sync)) -> Self {
        Self { progress: Mutex::new(Progress { done: 0, total: runs * PARTS }), report }
    }

    /// Counts the parts of runs that turn out to be needed as well.
    pub fn extend(&self, runs: u64) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.total += runs * PARTS;
    }

    /// Makes the total that of this many runs, if that is more than was expected.
    pub fn expect(&self, runs: u64) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.total = progress.total.max(runs * PARTS);
    }

    /// Counts parts that have been done since they were last counted.
    pub fn add(&self, parts: u64) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.done += parts;
        (self.report)(*progress);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_never_exceeds_a_total_that_grows() {
        let seen = Mutex::new(Vec::new());
        let report = |progress: Progress| seen.lock().expect("one thread").push((progress.done, progress.total));
        let counter = Counter::new(2, &report);
        counter.expect(1);
        counter.add(2 * PARTS);
        counter.expect(5);
        counter.add(3 * PARTS);
        assert_eq!(*seen.lock().expect("one thread"), [(2 * PARTS, 2 * PARTS), (5 * PARTS, 5 * PARTS)]);
    }
}
