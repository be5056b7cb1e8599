//! How many cases waited how long for their 6.23: the counts behind survival curves and behind the coarse ages.

use std::ops::Range;

use super::ages::{Age, Milestone, Wait};
use super::counters::Counter;
use super::labels::Owner;
use super::window::Window;
use crate::engine::merge::Merge;
use crate::engine::table::By;
use crate::engine::time::{DAY, Seconds};

/// Cases opened in the window by milestone, by who had to send the 6.23, by how the wait ended and by how long it was.
///
/// Who has to send is known when a case opens. The cause of a case is not: it depends on how the case ends, so curves
/// by cause would follow groups that the future has chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waits {
    // Waits of exactly n days of 86,400 s at 2n, and those between n and n + 1 days at 2n + 1. A list ends at the
    // longest wait that occurred.
    counts: By<Milestone, By<Owner, By<Wait, Vec<u64>>>>,
}

/// The entry of a wait.
const fn entry(wait: Seconds) -> usize {
    (2 * (wait.0 / DAY.0) + (wait.0 % DAY.0 > 0) as i64) as usize
}

impl Waits {
    /// Bytes that the counts of a window take at most.
    pub(super) const fn bytes(window: &Window) -> usize {
        // An hour more than its days, where the clocks go back.
        Milestone::COUNT * Owner::COUNT * Wait::COUNT * 2 * (window.days + 1) * size_of::<u64>()
    }

    /// Bytes that the counts have taken.
    pub(super) fn taken(&self) -> usize {
        let lists = self.counts.values().flat_map(By::values).flat_map(By::values);
        lists.map(|list| list.capacity() * size_of::<u64>()).sum()
    }

    /// Counts `cases` that waited for this long, which is not negative.
    pub fn count(&mut self, milestone: Milestone, owner: Owner, wait: Wait, lasted: Seconds, cases: u64) {
        let (list, place) = (&mut self.counts[milestone][owner][wait], entry(lasted));
        if list.len() <= place {
            list.resize(place + 1, 0);
        }
        list[place] += cases;
    }

    /// All cases, by a milestone.
    pub fn total(&self, milestone: Milestone) -> u64 {
        self.counts[milestone].values().flat_map(By::values).flatten().sum()
    }

    /// Cases whose wait was of an age.
    pub fn of_age(&self, milestone: Milestone, wait: Wait, age: Age) -> u64 {
        let (begins, ends) = age.range();
        let entries = entry(begins)..ends.map_or(usize::MAX, entry);
        self.counts[milestone].values().map(|by_wait| within(&by_wait[wait], entries.clone())).sum()
    }

    /// Cases whose wait ended on its day `day`: for day 0 those of 0 s, for day n those of more than n − 1 days and at
    /// most n days of 86,400 s.
    pub fn on_day(&self, milestone: Milestone, owner: Owner, wait: Wait, day: usize) -> u64 {
        within(&self.counts[milestone][owner][wait], (2 * day).saturating_sub(1)..2 * day + 1)
    }

    /// Cases whose wait was longer than this many days of 86,400 s.
    pub fn longer(&self, milestone: Milestone, owner: Owner, wait: Wait, days: usize) -> u64 {
        within(&self.counts[milestone][owner][wait], 2 * days + 1..usize::MAX)
    }
}

fn within(list: &[u64], entries: Range<usize>) -> u64 {
    list[entries.start.min(list.len())..entries.end.min(list.len())].iter().sum()
}

impl Merge for Waits {
    fn merge(&mut self, other: &Self) {
        self.counts.merge(&other.counts);
    }

    fn take_out(&mut self, part: &Self) {
        self.counts.take_out(&part.counts);
    }

    fn is_nothing(&self) -> bool {
        self.counts.is_nothing()
    }
}

impl Counter for Waits {
    fn empty(_: &Window) -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::model::civil::{Civil, day_of};

    /// One case of each length, in seconds.
    fn waits(lengths: &[i64]) -> Waits {
        let mut waits = Waits::default();
        for length in lengths {
            waits.count(Milestone::Sent, Owner::Mature, Wait::Reached, Seconds(*length), 1);
        }
        waits
    }

    #[test]
    fn a_day_of_a_wait_ends_with_its_last_second() {
        // Days 0, 1, 1, 2, 2, 3.
        let waits = waits(&[0, 1, 86_400, 86_401, 172_800, 172_801]);
        let on_day = |day| waits.on_day(Milestone::Sent, Owner::Mature, Wait::Reached, day);
        assert_eq!([0, 1, 2, 3, 4].map(on_day), [1, 2, 2, 1, 0]);
        assert_eq!(waits.on_day(Milestone::Sent, Owner::Immature, Wait::Reached, 0), 0);
        let longer = |days| waits.longer(Milestone::Sent, Owner::Mature, Wait::Reached, days);
        assert_eq!([0, 1, 2, 3].map(longer), [5, 3, 1, 0]);
    }

    #[test]
    fn ages_are_counted_as_their_groups_say() {
        let lengths = [0, 1, 86_399, 86_400, 172_799, 172_800, 6_739_199, 6_739_200, 31_536_000, 90_000_000];
        let waits = waits(&lengths);
        for age in Age::ALL {
            let expected = lengths.iter().filter(|length| Age::of(Seconds(**length)) == *age).count() as u64;
            assert_eq!(waits.of_age(Milestone::Sent, Wait::Reached, *age), expected, "{}", age.name());
        }
    }

    #[test]
    fn a_wait_of_a_whole_window_fits_the_memory_that_is_foreseen() {
        // 28 October 2018 has 25 hours.
        let first = day_of(date(2018, 10, 28));
        let civil = Civil::new(first, first.plus(2));
        let window = Window::new(civil.midnight(first), civil.midnight(first.plus(1)), &civil);
        assert_eq!(window.horizon - window.start, Seconds::hours(25));
        assert!(entry(window.horizon - window.start) < 2 * (window.days + 1));
    }
}
