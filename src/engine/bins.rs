//! Minute bins of a window, for many channels. A stream that falls on the same minute of consecutive UTC days costs two
//! entries of a difference array along the days, however long it runs.

use std::borrow::Cow;

use super::merge::Merge;
use super::table::{By, Label};
use super::time::{Day, Instant};

/// Minutes of a UTC day.
pub const MINUTES_A_DAY: usize = 1_440;

/// Counts by channel and UTC minute over whole days. The labels of `C` are the channels; each has `L` lanes, which lie
/// side by side in memory because they are mostly counted at the same minutes.
#[derive(Debug, Clone)]
pub struct MinuteBins<C: Label, const L: usize = 1> {
    first: Day,
    days: usize,
    // By channel and block of days, empty until something is counted there; then by day, minute of day and lane, as
    // differences along the days. One day more than the window has takes the closing entries.
    steps: By<C, Vec<Vec<[i64; L]>>>,
    // Additions that are kept as they came, while they are few, in place of blocks.
    log: Option<Vec<Addition<C, L>>>,
}

/// Weights that are added in a minute of a number of days.
#[derive(Debug, Clone, Copy)]
struct Addition<C, const L: usize> {
    channel: C,
    minute: u16,
    day: u32,
    days: u32,
    weights: [i64; L],
}

/// Days in a block. Memory is allocated and cleared by the block: a page that is first read and then written faults
/// twice, and the second fault interrupts all other threads.
const BLOCK: usize = 16;

/// Bins are equal when their counts are, whatever blocks they have allocated.
impl<C: Label, const L: usize> PartialEq for MinuteBins<C, L> {
    fn eq(&self, other: &Self) -> bool {
        let is_equal = |channel: C, n: usize| match (self.block(channel, n), other.block(channel, n)) {
            ([], rest) | (rest, []) => is_zero(rest),
            (mine, theirs) => mine == theirs,
        };
        if self.log.is_some() || other.log.is_some() {
            return self.in_blocks() == other.in_blocks();
        }
        (self.first, self.days) == (other.first, other.days)
            && C::ALL.iter().all(|channel| (0..=self.days / BLOCK).all(|n| is_equal(*channel, n)))
    }
}

impl<C: Label, const L: usize> Eq for MinuteBins<C, L> {}

impl<C: Label> MinuteBins<C> {
    /// Adds `weight` at the minute of `first` and at the same minute of each of the `days` UTC days from it on.
    ///
    /// # Panics
    /// When a minute lies outside the window. Callers clip to it.
    pub fn add_daily(&mut self, channel: C, first: Instant, days: u32, weight: u64) {
        self.add_daily_in(channel, 0, first, days, [weight]);
    }

    /// The counts of one channel, minute by minute from the first day's UTC midnight on.
    pub fn counts(&self, channel: C) -> Vec<u64> {
        self.counts_in(channel, 0)
    }

    /// The sum of the counts of one channel. A difference counts on its day and on each later day.
    pub fn total(&self, channel: C) -> u64 {
        let bins = self.in_blocks();
        let of_day = |day: usize| {
            let steps = bins.block(channel, day / BLOCK).chunks_exact(MINUTES_A_DAY).nth(day % BLOCK);
            steps.unwrap_or_default().as_flattened().iter().sum::<i64>()
        };
        let (_, total) = (0..self.days).fold((0, 0), |(level, total), day| {
            let level = level + of_day(day);
            (level, total + level)
        });
        total as u64
    }
}

impl<C: Label, const L: usize> MinuteBins<C, L> {
    /// Empty bins for the UTC days `first ..= last`.
    pub fn new(first: Day, last: Day) -> Self {
        let days = usize::try_from(last.0 - first.0 + 1).unwrap_or(0);
        Self { first, days, steps: By::default(), log: None }
    }

    /// The same bins, in which additions are kept as they come as long as they take less memory than blocks. To merge
    /// such bins costs as much as the additions did.
    pub fn sparse(self) -> Self {
        Self { log: Some(Vec::new()), ..self }
    }

    /// The same counts, in blocks.
    fn in_blocks(&self) -> Cow<'_, Self> {
        let mut bins = Cow::Borrowed(self);
        if self.log.is_some() {
            bins.to_mut().write();
        }
        bins
    }

    /// Writes what was kept as it came into blocks.
    fn write(&mut self) {
        for addition in self.log.take().unwrap_or_default() {
            self.add(&addition, 1);
        }
    }

    /// Adds weights, or takes them out with a sign of -1.
    fn add(&mut self, addition: &Addition<C, L>, sign: i64) {
        if let Some(log) = &mut self.log {
            log.push(Addition { weights: addition.weights.map(|weight| sign * weight), ..*addition });
            // A quarter of the memory of blocks, so that both are never much more than blocks.
            if log.len() * size_of::<Addition<C, L>>() > Self::bytes(self.days) / 4 {
                self.write();
            }
            return;
        }
        let Addition { channel, minute, day, days, weights } = *addition;
        let (minute, day) = (usize::from(minute), day as usize);
        let start = self.minute(channel, day, minute);
        start.iter_mut().zip(weights).for_each(|(step, weight)| *step += sign * weight);
        let end = self.minute(channel, day + days as usize, minute);
        end.iter_mut().zip(weights).for_each(|(step, weight)| *step -= sign * weight);
    }

    /// The most bytes that they take over this many days, once something is counted in each channel.
    pub const fn bytes(days: usize) -> usize {
        C::COUNT * L * (days / BLOCK + 1) * BLOCK * MINUTES_A_DAY * size_of::<i64>()
    }

    /// Bytes that the blocks take in which something has been counted.
    pub fn taken(&self) -> usize {
        let blocks = self.steps.values().flatten().filter(|block| !block.is_empty()).count();
        let log = self.log.as_ref().map_or(0, |log| log.capacity() * size_of::<Addition<C, L>>());
        blocks * L * BLOCK * MINUTES_A_DAY * size_of::<i64>() + log
    }

    /// Adds the weights to consecutive lanes of a channel from `lane` on, each as [`MinuteBins::add_daily`] does.
    ///
    /// # Panics
    /// When a minute lies outside the window. Callers clip to it.
    pub fn add_daily_in<const K: usize>(
        &mut self,
        channel: C,
        lane: usize,
        first: Instant,
        days: u32,
        weights: [u64; K],
    ) {
        let (day, minute) = self.place(first);
        if self.log.is_some() {
            let mut all = [0; L];
            all[lane..lane + K].iter_mut().zip(weights).for_each(|(all, weight)| *all = weight as i64);
            return self.add(&Addition { channel, minute: minute as u16, day: day as u32, days, weights: all }, 1);
        }
        let start = &mut self.minute(channel, day, minute)[lane..lane + K];
        start.iter_mut().zip(weights).for_each(|(step, weight)| *step += weight as i64);
        let end = &mut self.minute(channel, day + days as usize, minute)[lane..lane + K];
        end.iter_mut().zip(weights).for_each(|(step, weight)| *step -= weight as i64);
    }

    fn minute(&mut self, channel: C, day: usize, minute: usize) -> &mut [i64; L] {
        let blocks = &mut self.steps[channel];
        if blocks.is_empty() {
            blocks.resize_with(self.days / BLOCK + 1, Vec::new);
        }
        let block = &mut blocks[day / BLOCK];
        if block.is_empty() {
            clear(block);
        }
        &mut block[day % BLOCK * MINUTES_A_DAY + minute]
    }

    /// A block of a channel; empty if nothing has been counted in it.
    fn block(&self, channel: C, n: usize) -> &[[i64; L]] {
        self.steps[channel].get(n).map_or(&[], Vec::as_slice)
    }

    fn place(&self, at: Instant) -> (usize, usize) {
        let day = (at.utc_day().0 - self.first.0) as usize;
        assert!(day < self.days, "an instant outside the window reached the bins");
        (day, at.second_of_utc_day() as usize / 60)
    }

    /// The counts of one lane of a channel, minute by minute from the first day's UTC midnight on.
    pub fn counts_in(&self, channel: C, lane: usize) -> Vec<u64> {
        let mut counts = Vec::with_capacity(self.days * MINUTES_A_DAY);
        self.each_day(&[(channel, lane)], |minutes| counts.extend_from_slice(minutes));
        counts
    }

    /// Passes on the minutes of one UTC day after another, with the counts of several channels' lanes summed.
    pub fn each_day(&self, lanes: &[(C, usize)], mut each: impl FnMut(&[u64])) {
        let (bins, mut running) = (self.in_blocks(), [0_u64; MINUTES_A_DAY]);
        for day in 0..self.days {
            for (channel, lane) in lanes {
                let steps = bins.block(*channel, day / BLOCK).chunks_exact(MINUTES_A_DAY).nth(day % BLOCK);
                for (sum, step) in running.iter_mut().zip(steps.unwrap_or_default()) {
                    *sum = sum.wrapping_add_signed(step[*lane]);
                }
            }
            each(&running);
        }
    }

    /// Passes on the minutes of one UTC day after another, with the counts of all lanes of a channel.
    pub fn each_day_of_lanes(&self, channel: C, mut each: impl FnMut(&[[u64; L]])) {
        let (bins, mut running) = (self.in_blocks(), vec![[0_u64; L]; MINUTES_A_DAY]);
        for day in 0..self.days {
            let steps = bins.block(channel, day / BLOCK).chunks_exact(MINUTES_A_DAY).nth(day % BLOCK);
            for (sums, steps) in running.iter_mut().zip(steps.unwrap_or_default()) {
                sums.iter_mut().zip(steps).for_each(|(sum, step)| *sum = sum.wrapping_add_signed(*step));
            }
            each(&running);
        }
    }

    /// The first UTC day.
    pub fn first_day(&self) -> Day {
        self.first
    }
}

/// The other part's bins must cover the same days.
impl<C: Label, const L: usize> Merge for MinuteBins<C, L> {
    fn merge(&mut self, other: &Self) {
        if let Some(log) = &other.log {
            return log.iter().for_each(|addition| self.add(addition, 1));
        }
        self.write();
        for ((_, mine), theirs) in self.steps.each_mut().zip(other.steps.values()) {
            if mine.is_empty() {
                mine.clone_from(theirs);
                continue;
            }
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                if mine.is_empty() {
                    mine.clone_from(theirs);
                } else {
                    let theirs = theirs.as_flattened();
                    mine.as_flattened_mut().iter_mut().zip(theirs).for_each(|(a, b)| *a += b);
                }
            }
        }
    }

    fn take_out(&mut self, part: &Self) {
        if let Some(log) = &part.log {
            return log.iter().for_each(|addition| self.add(addition, -1));
        }
        self.write();
        for ((_, mine), theirs) in self.steps.each_mut().zip(part.steps.values()) {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                let theirs = theirs.as_flattened();
                mine.as_flattened_mut().iter_mut().zip(theirs).for_each(|(a, b)| *a -= b);
            }
        }
    }

    fn is_nothing(&self) -> bool {
        if self.log.is_some() {
            return self.in_blocks().is_nothing();
        }
        self.steps.values().flatten().all(|block| is_zero(block))
    }
}

/// Whether all differences of a block are 0.
fn is_zero<const L: usize>(block: &[[i64; L]]) -> bool {
    block.as_flattened().iter().all(|step| *step == 0)
}

/// Writes the zeros of a block. Zeroed memory from the allocator would be read first.
#[inline(never)]
fn clear<const L: usize>(block: &mut Vec<[i64; L]>) {
    block.reserve_exact(BLOCK * MINUTES_A_DAY);
    std::hint::black_box(&mut *block).resize(BLOCK * MINUTES_A_DAY, [0; L]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::table::index;

    index! {
        /// Two channels.
        Channel {
            /// One.
            A => "a",
            /// The other.
            B => "b",
        }
    }

    #[test]
    fn a_channels_total_is_the_sum_of_its_minutes() {
        let mut bins = MinuteBins::<Channel>::new(Day(10), Day(60));
        for (first, days, weight) in [(10 * 86_400, 51, 3), (12 * 86_400 + 61, 20, 5), (60 * 86_400 + 86_399, 1, 7)] {
            bins.add_daily(Channel::B, Instant(first), days, weight);
        }
        assert_eq!(size_of_val(&bins.steps), Channel::COUNT * size_of::<Vec<()>>());
        assert_eq!((bins.total(Channel::A), bins.total(Channel::B)), (0, 51 * 3 + 20 * 5 + 7));
        assert_eq!(bins.total(Channel::B), bins.counts(Channel::B).iter().sum::<u64>());
    }

    #[test]
    fn a_daily_stream_of_three_days_fills_three_bins_and_no_more() {
        let mut bins = MinuteBins::<Channel>::new(Day(10), Day(13));
        bins.add_daily(Channel::B, Instant(10 * 86_400 + 121), 3, 5);
        let counts = bins.counts(Channel::B);
        let filled: Vec<usize> = (0..counts.len()).filter(|&i| counts[i] > 0).collect();
        assert_eq!(filled, [2, 1_442, 2_882]);
        assert_eq!(counts[2], 5);
        assert!(bins.counts(Channel::A).iter().all(|&n| n == 0));
    }

    #[test]
    fn lanes_of_a_channel_are_counted_apart() {
        let mut bins = MinuteBins::<(), 4>::new(Day(0), Day(1));
        bins.add_daily_in((), 2, Instant(60), 2, [7, 11]);
        let at = |lane| (bins.counts_in((), lane)[1], bins.counts_in((), lane)[1_441]);
        assert_eq!([at(0), at(1), at(2), at(3)], [(0, 0), (0, 0), (7, 7), (11, 11)]);
    }

    #[test]
    fn bins_in_which_what_came_was_taken_back_are_empty_ones() {
        let empty = MinuteBins::<()>::new(Day(0), Day(40));
        let mut bins = empty.clone();
        bins.add_daily((), Instant(0), 35, 0);
        assert_eq!(bins, empty);
        bins.add_daily((), Instant(0), 35, 1);
        assert_ne!(bins, empty);
    }

    #[test]
    fn additions_kept_as_they_came_count_as_blocks_do() {
        let empty = MinuteBins::<Channel, 2>::new(Day(0), Day(40));
        let (mut blocks, mut kept) = (empty.clone(), empty.clone().sparse());
        for n in 0..2_000 {
            // Enough additions that the later ones are written into blocks.
            for bins in [&mut blocks, &mut kept] {
                bins.add_daily_in(Channel::ALL[n % 2], n % 2, Instant(60 * n as i64), 1 + n as u32 % 30, [n as u64]);
            }
            if n % 500 == 0 {
                assert_eq!(kept, blocks, "{n}");
                let mut merged = blocks.clone();
                merged.merge(&kept);
                merged.take_out(&blocks);
                assert_eq!(merged, blocks, "{n}");
                merged.take_out(&kept);
                assert!(merged.is_nothing());
            }
        }
        assert_eq!(kept.counts_in(Channel::B, 1), blocks.counts_in(Channel::B, 1));
    }

    #[test]
    fn a_stream_may_run_to_the_last_day() {
        let mut bins = MinuteBins::<()>::new(Day(0), Day(1));
        bins.add_daily((), Instant(86_399), 2, 1);
        let counts = bins.counts(());
        assert_eq!((counts[1_439], counts[2_879], counts.iter().sum::<u64>()), (1, 1, 2));
    }
}
