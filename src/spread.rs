//! Work spread over threads. Without the feature `parallel` it is done in order, with the same results.

#[cfg(feature = "parallel")]
use rayon::prelude::*;

/// Threads that work is spread over.
#[derive(Debug)]
pub struct Threads {
    #[cfg(feature = "parallel")]
    pool: rayon::ThreadPool,
}

/// Why threads could not be started.
#[cfg(feature = "parallel")]
pub type Refused = rayon::ThreadPoolBuildError;
/// Why threads could not be started: nothing is started.
#[cfg(not(feature = "parallel"))]
pub type Refused = std::convert::Infallible;

impl Threads {
    /// Starts `threads`; 0 means as many as the machine has.
    ///
    /// # Errors
    /// When the system refuses them.
    #[cfg(feature = "parallel")]
    pub fn start(threads: usize) -> Result<Self, Refused> {
        Ok(Self { pool: rayon::ThreadPoolBuilder::new().num_threads(threads).build()? })
    }

    /// The one thread that there is.
    #[cfg(not(feature = "parallel"))]
    #[allow(clippy::unnecessary_wraps, reason = "as with threads")]
    pub fn start(_: usize) -> Result<Self, Refused> {
        Ok(Self {})
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        #[cfg(feature = "parallel")]
        let count = self.pool.current_num_threads();
        #[cfg(not(feature = "parallel"))]
        let count = 1;
        count
    }

    /// Does the work of every item and returns the results in the order of the items. An item is taken from the
    /// iterator when a thread is free for it, in order: work on the items before it has begun by then.
    pub fn each<T: Send, R: Send>(
        &self,
        items: impl Iterator<Item = T> + Send,
        work: impl Fn(T) -> R + Sync + Send,
    ) -> Vec<R> {
        #[cfg(feature = "parallel")]
        let done = {
            let numbered = items.enumerate().par_bridge().map(|(place, item)| (place, work(item)));
            let mut done: Vec<(usize, R)> = self.pool.install(|| numbered.collect());
            done.sort_unstable_by_key(|(place, _)| *place);
            done.into_iter().map(|(_, result)| result).collect()
        };
        #[cfg(not(feature = "parallel"))]
        let done = items.map(work).collect();
        done
    }
}

/// Does the work of every number below `count` and returns in order what it finds.
#[cfg(any(feature = "cli", test))]
pub fn find_below<R: Send>(count: usize, work: impl Fn(usize) -> Option<R> + Sync + Send) -> Vec<R> {
    #[cfg(feature = "parallel")]
    let numbers = (0..count).into_par_iter();
    #[cfg(not(feature = "parallel"))]
    let numbers = 0..count;
    numbers.filter_map(work).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn results_have_the_order_of_the_items() {
        let threads = Threads::start(3).expect("three threads");
        assert_eq!(threads.each(0..1_000, |n| n * 2), (0..1_000).map(|n| n * 2).collect::<Vec<_>>());
        assert_eq!(find_below(6, |n| (n % 2 == 0).then_some(n * 2)), [0, 4, 8]);
    }

    #[test]
    fn items_that_are_worked_on_are_the_first_ones() {
        // The item after which no more are taken is the fifth, whichever thread has it.
        let (threads, taken) = (Threads::start(3).expect("three threads"), AtomicU32::new(0));
        let items = (0..1_000_u32).take_while(|n| *n < 5).inspect(|_| _ = taken.fetch_add(1, Ordering::Relaxed));
        assert_eq!(threads.each(items, |n| n), [0, 1, 2, 3, 4]);
        assert_eq!(taken.into_inner(), 5);
    }
}
