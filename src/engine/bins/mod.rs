//! Minute bins of a window, for many channels. A stream that falls on the same minute of consecutive UTC days costs two
//! entries of a difference array along the days, however long it runs.

mod blocks;

use std::borrow::Cow;

use self::blocks::{Blocks, Place};
use super::merge::Merge;
use super::table::Label;
use super::time::{DAY, Day, Instant};

/// Minutes of a UTC day.
pub const MINUTES_A_DAY: usize = 1_440;
/// Minutes of an hour.
pub const MINUTES_AN_HOUR: usize = 60;
/// Hours of a UTC day.
pub const HOURS_A_DAY: usize = MINUTES_A_DAY / MINUTES_AN_HOUR;

const SECONDS_A_DAY: u64 = DAY.0 as u64;

/// Counts by channel and UTC minute over whole days. The labels of `C` are the channels; each has `L` lanes.
#[derive(Debug, Clone)]
pub struct MinuteBins<C: Label, const L: usize = 1> {
    first: Day,
    days: usize,
    blocks: Blocks<C, L>,
    // As they came: those that are not in the blocks yet.
    additions: Vec<Addition<C>>,
    // The most of these.
    most: usize,
}

/// Additions that are written into the blocks together. The blocks of many ledgers do not fit in the processor's
/// caches; those of one do while this many are written.
const TOGETHER: usize = 512;

/// A weight that is added in a lane of a minute of a number of days.
#[derive(Debug, Clone, Copy)]
struct Addition<C> {
    channel: C,
    minute: u16,
    day: u32,
    days: u32,
    lane: u8,
    weight: i64,
}

/// Bins are equal when their counts are, however they are kept.
impl<C: Label, const L: usize> PartialEq for MinuteBins<C, L> {
    fn eq(&self, other: &Self) -> bool {
        (self.first, self.days) == (other.first, other.days) && self.days().blocks == other.days().blocks
    }
}

impl<C: Label, const L: usize> Eq for MinuteBins<C, L> {}

impl<C: Label> MinuteBins<C> {
    /// Adds `weight` at the minute of `first` and at the same minute of each of the `days` UTC days from it on.
    ///
    /// # Panics
    /// When a minute lies outside the window. Callers clip to it.
    pub fn add_daily(&mut self, channel: C, first: Instant, days: u32, weight: u64) {
        self.add_daily_in(channel, 0, first, days, weight);
    }

    /// The counts of one channel, minute by minute from the first day's UTC midnight on.
    pub fn counts(&self, channel: C) -> Vec<u64> {
        self.counts_in(channel, |_| 1)
    }

    /// The sum of the counts of one channel. A difference counts on its day and on each later day.
    pub fn total(&self, channel: C) -> u64 {
        let (days, mut total) = (self.days(), 0);
        for day in 0..self.days {
            days.each_change(channel, day, |_, _, more| total += more * (self.days - day) as i64);
        }
        total as u64
    }

    /// Passes on the minutes of one UTC day after another, with the counts of several channels summed.
    pub fn each_day(&self, channels: &[C], each: impl FnMut(&[u64; MINUTES_A_DAY])) {
        self.each_day_in(channels, |_| 1, each);
    }

    /// Passes on the count of one UTC hour of a channel after another.
    pub fn each_hour(&self, channel: C, mut each: impl FnMut(u64)) {
        let (days, mut running) = (self.days(), [0_u64; HOURS_A_DAY]);
        for day in 0..self.days {
            days.each_change(channel, day, |minute, _, more| {
                let hour = &mut running[minute / MINUTES_AN_HOUR];
                *hour = hour.wrapping_add_signed(more);
            });
            running.iter().for_each(|count| each(*count));
        }
    }
}

impl<C: Label, const L: usize> MinuteBins<C, L> {
    /// Empty bins for the UTC days `first ..= last`.
    pub fn new(first: Day, last: Day) -> Self {
        let days = usize::try_from(last.0 - first.0 + 1).unwrap_or(0);
        Self { first, days, blocks: Blocks::new(days), additions: Vec::new(), most: TOGETHER }
    }

    /// Empty bins of the same days, in which additions are kept as they come as long as they take less memory than
    /// blocks. To merge such bins costs as much as the additions did.
    pub fn sparse(self) -> Self {
        // Of the memory that all lanes might take, an eighth: few fill more than half of them, and both together are
        // never much more than blocks.
        let most = C::COUNT * L * Self::bytes_of_lane(self.days) / 8 / size_of::<Addition<C>>();
        Self { most: most.max(TOGETHER), ..self }
    }

    /// Writes all additions into blocks, which makes reading faster.
    pub fn settle(&mut self) {
        self.write();
        self.additions.shrink_to_fit();
    }

    fn write(&mut self) {
        self.additions.iter().for_each(|addition| addition.add_to(&mut self.blocks, 1));
        self.additions.clear();
        if self.most > TOGETHER {
            self.most = TOGETHER;
            self.additions.shrink_to(TOGETHER + 1);
        }
    }

    /// The bytes that each lane of a channel takes over this many days, once something is counted in all of its blocks.
    pub const fn bytes_of_lane(days: usize) -> usize {
        Blocks::<C, L>::bytes_of_lane(days)
    }

    /// Bytes that they have taken.
    pub fn taken(&self) -> usize {
        self.blocks.taken() + self.additions.capacity() * size_of::<Addition<C>>()
    }

    /// Adds a weight to a lane of a channel, as [`MinuteBins::add_daily`] does.
    ///
    /// # Panics
    /// When a minute lies outside the window. Callers clip to it.
    #[inline]
    pub fn add_daily_in(&mut self, channel: C, lane: u8, first: Instant, days: u32, weight: u64) {
        let (day, minute) = self.place(first);
        let (minute, day, weight) = (minute as u16, day as u32, weight as i64);
        self.additions.push(Addition { channel, minute, day, days, lane, weight });
        if self.additions.len() > self.most {
            self.write();
        }
    }

    #[inline]
    fn place(&self, at: Instant) -> (usize, usize) {
        // Before the first day this is a huge number.
        let second = (at - self.first.utc_midnight()).0 as u64;
        let (day, second) = ((second / SECONDS_A_DAY) as usize, second % SECONDS_A_DAY);
        assert!(day < self.days, "an instant outside the window reached the bins");
        (day, second as usize / 60)
    }

    /// The counts of a channel, each lane's times its factor, minute by minute from the first day's UTC midnight on.
    pub fn counts_in(&self, channel: C, factor: impl Fn(usize) -> u64) -> Vec<u64> {
        let mut counts = Vec::with_capacity(self.days * MINUTES_A_DAY);
        self.each_day_in(&[channel], factor, |minutes| counts.extend_from_slice(minutes));
        counts
    }

    /// Passes on the minutes of one UTC day after another, with the counts of several channels summed, each lane's
    /// times its factor.
    fn each_day_in(&self, channels: &[C], factor: impl Fn(usize) -> u64, mut each: impl FnMut(&[u64; MINUTES_A_DAY])) {
        let (days, mut running) = (self.days(), [0_u64; MINUTES_A_DAY]);
        for day in 0..self.days {
            for channel in channels {
                days.each_change(*channel, day, |minute, lane, more| {
                    running[minute] = running[minute].wrapping_add_signed(more.wrapping_mul(factor(lane) as i64));
                });
            }
            each(&running);
        }
    }

    /// The counts, to be read day by day.
    pub fn days(&self) -> Days<'_, C, L> {
        let mut blocks = Cow::Borrowed(&self.blocks);
        if !self.additions.is_empty() {
            self.additions.iter().for_each(|addition| addition.add_to(blocks.to_mut(), 1));
        }
        Days { days: self.days, blocks }
    }

    /// The first UTC day.
    pub fn first_day(&self) -> Day {
        self.first
    }

    /// Adds the counts of others, times a sign.
    fn add(&mut self, other: &Self, sign: i64) {
        self.blocks.merge(&other.blocks, sign);
        other.additions.iter().for_each(|addition| addition.add_to(&mut self.blocks, sign));
    }
}

/// The counts of bins by day.
pub struct Days<'b, C: Label, const L: usize> {
    days: usize,
    blocks: Cow<'b, Blocks<C, L>>,
}

impl<C: Label, const L: usize> Days<'_, C, L> {
    /// The number of days.
    pub fn number(&self) -> usize {
        self.days
    }

    /// Calls `each` with the changes of a channel's counts from the day before: minute, lane and difference, which may
    /// come in two parts. Days are numbered from 0.
    pub fn each_change(&self, channel: C, day: usize, each: impl FnMut(usize, usize, i64)) {
        self.blocks.each_step(channel, day, each);
    }
}

impl<C: Label> Addition<C> {
    fn add_to<const L: usize>(&self, blocks: &mut Blocks<C, L>, sign: i64) {
        let Self { channel, minute, day, days, lane, weight } = *self;
        let place = Place { channel, day: day as usize, minute: usize::from(minute) };
        blocks.add_days(place, days as usize, lane, sign * weight);
    }
}

/// The other part's bins must cover the same days.
impl<C: Label, const L: usize> Merge for MinuteBins<C, L> {
    fn merge(&mut self, other: &Self) {
        self.add(other, 1);
    }

    fn take_out(&mut self, part: &Self) {
        self.add(part, -1);
    }

    fn is_nothing(&self) -> bool {
        self.days().blocks.is_nothing()
    }
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
        assert_eq!((bins.total(Channel::A), bins.total(Channel::B)), (0, 51 * 3 + 20 * 5 + 7));
        assert_eq!(bins.total(Channel::B), bins.counts(Channel::B).iter().sum::<u64>());
    }

    #[test]
    fn an_hours_count_is_the_sum_of_its_minutes() {
        // On three days from 00:02 on, and once in the last minute of the second of them.
        let mut bins = MinuteBins::<Channel>::new(Day(10), Day(12));
        bins.add_daily(Channel::B, Instant(10 * 86_400 + 121), 3, 5);
        bins.add_daily(Channel::B, Instant(11 * 86_400 + 3_599), 1, 2);
        let mut hours = Vec::new();
        bins.each_hour(Channel::B, |count| hours.push(count));
        assert_eq!((hours.len(), hours.iter().sum::<u64>()), (72, 17));
        assert_eq!([0, 24, 48].map(|hour| hours[hour]), [5, 7, 5]);
    }

    #[test]
    fn a_minute_of_a_lane_takes_a_byte_of_memory_once_something_is_counted_in_its_block() {
        // Sixteen days make a block; what ends on the last day begins another.
        let block = 16 * MINUTES_A_DAY;
        let bytes = [15, 16].map(MinuteBins::<Channel>::bytes_of_lane);
        assert_eq!(bytes, [block, 2 * block]);
        let mut bins = MinuteBins::<Channel>::new(Day(0), Day(15));
        for (day, channels) in [(0, 1), (1, Channel::COUNT)] {
            Channel::ALL[..channels].iter().for_each(|channel| bins.add_daily(*channel, Instant(day * 86_400), 1, 1));
            bins.settle();
            assert_eq!(bins.taken(), channels * block);
        }
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
        bins.add_daily_in((), 2, Instant(60), 2, 7);
        bins.add_daily_in((), 3, Instant(60), 1, 4);
        let at = |factors: [u64; 4]| {
            let counts = bins.counts_in((), |lane| factors[lane]);
            (counts[1], counts[1_441])
        };
        assert_eq!([at([1, 1, 0, 0]), at([0, 0, 1, 0]), at([0, 0, 0, 1])], [(0, 0), (7, 7), (4, 0)]);
        assert_eq!(at([1, 1, 2, 1]), (2 * 7 + 4, 2 * 7));
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
                let (channel, lane) = (Channel::ALL[n % 2], n as u8 % 2);
                bins.add_daily_in(channel, lane, Instant(60 * n as i64), 1 + n as u32 % 30, n as u64);
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
        let of_lane = |bins: &MinuteBins<_, _>| bins.counts_in(Channel::B, |lane| u64::from(lane == 1));
        assert_eq!(of_lane(&kept), of_lane(&blocks));
    }

    #[test]
    fn a_count_of_any_size_is_kept_to_the_last_one() {
        let mut bins = MinuteBins::<()>::new(Day(0), Day(3));
        let empty = bins.clone();
        let mut expected = [0_u64; 4];
        // From what fits in a byte to what does not.
        for weight in [100, 27, 1, 1_000_000_000_000, 1] {
            bins.add_daily((), Instant(86_400), 2, weight);
            (expected[1], expected[2]) = (expected[1] + weight, expected[2] + weight);
            let midnights: Vec<u64> = bins.counts(()).into_iter().step_by(MINUTES_A_DAY).collect();
            assert_eq!(midnights, expected);
        }
        let mut part = empty.clone();
        part.add_daily((), Instant(86_400), 2, 1_000_000_000_029);
        let mut rest = bins.clone();
        rest.take_out(&part);
        assert_eq!(rest.counts(())[MINUTES_A_DAY], 100);
        // What is left fits in a byte again, and is kept as if it had never been more.
        let mut alone = empty.clone();
        alone.add_daily((), Instant(86_400), 2, 100);
        assert_eq!(rest, alone);
        rest.take_out(&alone);
        assert!(rest.is_nothing() && rest == empty);
        part.merge(&alone);
        assert_eq!(part, bins);
    }

    #[test]
    fn a_stream_may_run_to_the_last_day() {
        let mut bins = MinuteBins::<()>::new(Day(0), Day(1));
        bins.add_daily((), Instant(86_399), 2, 1);
        let counts = bins.counts(());
        assert_eq!((counts[1_439], counts[2_879], counts.iter().sum::<u64>()), (1, 1, 2));
    }
}
