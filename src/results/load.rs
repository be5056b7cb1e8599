//! What a leg of the way carries, minute by minute, as a capacity planner reads it: peaks with their times, the load
//! that a part of the minutes does not exceed, and the hours of the week.

use std::collections::BTreeMap;
use std::ops::Range;

use super::dimension::{Hour, LoadPart, Period, Weekday};
use super::frame::Frame;
use super::peaks::{Peaks, sum};
use crate::engine::bins::{HOURS_A_DAY, MINUTES_A_DAY, MINUTES_AN_HOUR};
use crate::engine::table::By;
use crate::engine::time::Day;
use crate::model::traffic::Minutes;

/// The messages of a leg in a run: those that changes of supplier cause, the estate's background, and both together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Load {
    /// What changes of supplier cause.
    pub caused: Peaks,
    /// The estate's background.
    pub background: Peaks,
    /// Both together.
    pub joint: Peaks,
    background_at_peak: By<Period, u64>,
    caused_at_joint_peak: By<Period, u64>,
    parts: By<LoadPart, u64>,
    by_hour: By<Weekday, [HourOfWeek; HOURS_A_DAY]>,
}

/// An hour of the week, over all weeks of a window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct HourOfWeek {
    messages: u64,
    minutes: u64,
}

/// A load that is being counted, day by day. Most hours are like those of the day before: their minutes are looked at
/// once for all of these days.
pub struct Counting<'f> {
    frame: &'f Frame,
    first: Day,
    load: Load,
    // Minutes so far.
    minutes: usize,
    // The local day of the next minute.
    day: usize,
    // The messages of the last UTC day, and on how many days of the window each of its hours has been the same.
    both: Minutes,
    recurs: [u64; HOURS_A_DAY],
    // How many minutes of the window have each number of messages, without those of `recurs`.
    spread: BTreeMap<u64, u64>,
}

impl<'f> Counting<'f> {
    /// Nothing counted yet, of a window whose local days begin with `first`. Minutes begin at the first UTC midnight.
    pub fn new(frame: &'f Frame, first: Day) -> Self {
        let (both, recurs) = ([0; MINUTES_A_DAY], [0; HOURS_A_DAY]);
        Self { frame, first, load: Load::default(), minutes: 0, day: 0, both, recurs, spread: BTreeMap::new() }
    }

    /// Counts the next UTC day.
    pub fn add_day(&mut self, caused: &Minutes, background: &Minutes) {
        let differs = self
            .load
            .caused
            .add_day(caused, |per, window| self.load.background_at_peak[per] = sum(&background[window]));
        let beside_differs = self.load.background.add_day(background, |_, _| ());
        for hour in (0..HOURS_A_DAY).filter(|hour| differs[*hour] || beside_differs[*hour]) {
            self.spread_hour(hour);
            for minute in minutes_of(hour) {
                self.both[minute] = caused[minute].saturating_add(background[minute]);
            }
        }
        self.load.joint.add_day(&self.both, |per, window| self.load.caused_at_joint_peak[per] = sum(&caused[window]));
        // London's clocks are whole hours from UTC, so an hour of UTC is one of the local day.
        for hour in 0..HOURS_A_DAY {
            self.count_hour(hour);
            self.minutes += MINUTES_AN_HOUR;
        }
    }

    /// Counts an hour of the UTC day, if it is one of the window.
    fn count_hour(&mut self, of_day: usize) {
        let midnights = &self.frame.midnights;
        while midnights.get(self.day + 1).is_some_and(|ends| *ends <= self.minutes) {
            self.day += 1;
        }
        let (Some(begins), Some(ends)) = (midnights.get(self.day), midnights.get(self.day + 1)) else { return };
        if self.minutes < *begins {
            return;
        }
        let hour = local_hour((self.minutes - begins) / MINUTES_AN_HOUR, (ends - begins) / MINUTES_AN_HOUR);
        let of_week = &mut self.load.by_hour[Weekday::of(self.first.plus(self.day as i32))][hour];
        of_week.minutes += MINUTES_AN_HOUR as u64;
        of_week.messages = of_week.messages.saturating_add(self.load.joint.hours()[of_day]);
        self.recurs[of_day] += 1;
    }

    /// Counts the minutes of an hour of the last UTC day for all days on which it has been the same.
    fn spread_hour(&mut self, hour: usize) {
        let days = std::mem::take(&mut self.recurs[hour]);
        if days > 0 {
            for equal in self.both[minutes_of(hour)].chunk_by(|minute, next| minute == next) {
                *self.spread.entry(equal[0]).or_default() += days * equal.len() as u64;
            }
        }
    }

    /// The load of all minutes.
    pub fn finish(&mut self) -> Load {
        (0..HOURS_A_DAY).for_each(|hour| self.spread_hour(hour));
        let all: u64 = self.spread.values().sum();
        let mut parts = LoadPart::ALL.iter().peekable();
        let mut minutes = 0;
        for (messages, number) in &self.spread {
            minutes += number;
            // The minute of rank n is the n-th when they are sorted.
            while let Some(part) = parts.next_if(|part| (all * part.ten_thousandths()).div_ceil(10_000) <= minutes) {
                self.load.parts[*part] = *messages;
            }
        }
        std::mem::take(&mut self.load)
    }
}

/// The minutes of an hour of the UTC day.
const fn minutes_of(hour: usize) -> Range<usize> {
    hour * MINUTES_AN_HOUR..(hour + 1) * MINUTES_AN_HOUR
}

impl Load {
    /// The background in the window in which most is caused.
    pub fn background_at_peak(&self, per: Period) -> u64 {
        self.background_at_peak[per]
    }

    /// What is caused in the window in which most travels in all.
    pub fn caused_at_joint_peak(&self, per: Period) -> u64 {
        self.caused_at_joint_peak[per]
    }

    /// The load of both that a part of the minutes does not exceed.
    pub fn not_exceeded(&self, part: LoadPart) -> u64 {
        self.parts[part]
    }

    /// The mean load of both in an hour of the week, in thousandths of a message a minute.
    pub fn in_hour(&self, weekday: Weekday, hour: Hour) -> u64 {
        let HourOfWeek { messages, minutes } = self.by_hour[weekday][hour.0];
        let (messages, minutes) = (u128::from(messages), u128::from(minutes));
        let mean = (messages * 1_000 + minutes / 2).checked_div(minutes).unwrap_or(0);
        u64::try_from(mean).unwrap_or(u64::MAX)
    }
}

/// What the local clock shows in an hour of a local day of 23, 24 or 25 hours. London's clocks change at 01:00 UTC:
/// they skip an hour in spring and repeat one in autumn.
const fn local_hour(hour: usize, hours: usize) -> usize {
    if hours < HOURS_A_DAY && hour >= 1 {
        hour + 1
    } else if hours > HOURS_A_DAY && hour >= 2 {
        hour - 1
    } else {
        hour
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday, 3 December 2018.
    const MONDAY: Day = Day(17_868);

    /// A load over this many days, counted from their first midnight.
    fn load(days: usize, caused: &[(usize, u64)], background: u64) -> Load {
        let midnights = (0..=days).map(|day| day * MINUTES_A_DAY).collect();
        let frame = Frame { midnights, ..Frame::default() };
        let mut minutes = vec![0; days * MINUTES_A_DAY];
        caused.iter().for_each(|(minute, count)| minutes[*minute] = *count);
        let mut counting = Counting::new(&frame, MONDAY);
        for caused in minutes.chunks_exact(MINUTES_A_DAY) {
            counting.add_day(caused.try_into().expect("a day"), &[background; MINUTES_A_DAY]);
        }
        counting.finish()
    }

    #[test]
    fn a_peak_is_known_with_what_travels_beside_it() {
        let load = load(1, &[(540, 70), (544, 30)], 5);
        assert_eq!(load.caused.most(Period::FiveMinutes), 100);
        assert_eq!(load.background_at_peak(Period::FiveMinutes), 25);
        assert_eq!((load.joint.most(Period::Minute), load.caused_at_joint_peak(Period::Minute)), (75, 70));
        assert_eq!(load.joint.begins(Period::Minute), Some(540));
    }

    #[test]
    fn of_a_thousand_four_hundred_and_forty_minutes_one_in_a_thousand_exceeds_p99_9() {
        // Rank 1,439 of 1,440: the second largest.
        let load = load(1, &[(540, 70), (544, 30)], 5);
        assert_eq!(load.not_exceeded(LoadPart::P999), 35);
        assert_eq!(load.not_exceeded(LoadPart::Max), 75);
        assert_eq!(load.not_exceeded(LoadPart::P99), 5);
    }

    #[test]
    fn minutes_without_messages_count_as_minutes() {
        // Half of 1,440 minutes have one message: rank 720 is the last empty one.
        let busy: Vec<(usize, u64)> = (0..720).map(|minute| (minute, 1)).collect();
        let load = load(1, &busy, 0);
        assert_eq!((load.not_exceeded(LoadPart::P50), load.not_exceeded(LoadPart::P60)), (0, 1));
    }

    #[test]
    fn the_load_of_a_part_is_that_of_its_rank_when_all_minutes_are_sorted() {
        // All alike, few numbers, all different, and next to the largest number.
        let numbers: [fn(u64) -> u64; 4] = [|_| 7, |n| n / 50 % 3, |n| n * 7_919 % 4_320, |n| u64::MAX - n % 5];
        for number in numbers {
            let mut sorted: Vec<u64> = (0..4_320).map(number).collect();
            let counted = load(3, &sorted.iter().copied().enumerate().collect::<Vec<_>>(), 0);
            sorted.sort_unstable();
            for part in LoadPart::ALL {
                let rank = (4_320 * part.ten_thousandths()).div_ceil(10_000);
                assert_eq!(counted.not_exceeded(*part), sorted[rank as usize - 1], "{part:?}");
            }
        }
        assert_eq!(load(0, &[], 0).not_exceeded(LoadPart::Max), 0);
    }

    #[test]
    fn the_mean_of_an_hour_of_the_week_is_over_all_its_weeks() {
        // 120 on the first Tuesday from nine to ten, in two weeks of 60 minutes each.
        let load = load(14, &[(MINUTES_A_DAY + 540, 120)], 2);
        assert_eq!(load.in_hour(Weekday::Tuesday, Hour(9)), 3_000);
        assert_eq!(load.in_hour(Weekday::Monday, Hour(9)), 2_000);
    }

    #[test]
    fn the_clock_skips_an_hour_in_spring_and_repeats_one_in_autumn() {
        assert_eq!([0, 1, 22].map(|hour| local_hour(hour, 23)), [0, 2, 23]);
        assert_eq!([0, 1, 2, 24].map(|hour| local_hour(hour, 25)), [0, 1, 1, 23]);
    }
}
