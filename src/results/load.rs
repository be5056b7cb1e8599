//! What a leg of the way carries, minute by minute, as a capacity planner reads it: peaks with their times, the load
//! that a part of the minutes does not exceed, and the hours of the week.

use super::dimension::{Hour, LoadPart, Period, Weekday};
use super::frame::Frame;
use super::peaks::Peaks;
use crate::engine::table::By;
use crate::engine::time::Day;
use crate::model::traffic::Minutes;

const HOURS_A_DAY: usize = 24;
const MINUTES_AN_HOUR: usize = 60;

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

/// A load that is being counted, day by day. A window may have ten million minutes, most of them empty.
pub struct Counting<'f> {
    frame: &'f Frame,
    first: Day,
    load: Load,
    // Minutes so far.
    minutes: usize,
    // The local day of the next minute.
    day: usize,
    // Minutes of the window that have messages, and how many have none.
    busy: Vec<u64>,
    empty: u64,
}

impl<'f> Counting<'f> {
    /// Nothing counted yet, of a window whose local days begin with `first`. Minutes begin at the first UTC midnight.
    pub fn new(frame: &'f Frame, first: Day) -> Self {
        Self { frame, first, load: Load::default(), minutes: 0, day: 0, busy: Vec::new(), empty: 0 }
    }

    /// Counts the next UTC day.
    pub fn add_day(&mut self, caused: &Minutes, background: &Minutes) {
        let sum = |minutes: &[u64]| minutes.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
        let mut both = *caused;
        both.iter_mut().zip(background).for_each(|(both, count)| *both = both.saturating_add(*count));
        let Load {
            caused: of_caused, background: of_background, joint, background_at_peak, caused_at_joint_peak, ..
        } = &mut self.load;
        of_caused.add_day(caused, |per, window| background_at_peak[per] = sum(&background[window]));
        of_background.add_day(background, |_, _| ());
        joint.add_day(&both, |per, window| caused_at_joint_peak[per] = sum(&caused[window]));
        // London's clocks are whole hours from UTC, so an hour of UTC is one of the local day.
        for hour in both.chunks_exact(MINUTES_AN_HOUR) {
            self.count_hour(hour);
            self.minutes += hour.len();
        }
    }

    fn count_hour(&mut self, minutes: &[u64]) {
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
        of_week.minutes += minutes.len() as u64;
        for messages in minutes {
            of_week.messages = of_week.messages.saturating_add(*messages);
        }
        let busy = self.busy.len();
        self.busy.extend(minutes.iter().filter(|messages| **messages > 0));
        self.empty += (minutes.len() - (self.busy.len() - busy)) as u64;
    }

    /// The load of all minutes.
    pub fn finish(&mut self) -> Load {
        let all = self.empty + self.busy.len() as u64;
        let rank = |part: &LoadPart| (all * part.ten_thousandths()).div_ceil(10_000);
        let place = |part: &LoadPart| Some((*part, rank(part).checked_sub(self.empty + 1)? as usize));
        let places: Vec<(LoadPart, usize)> = LoadPart::ALL.iter().filter_map(place).collect();
        select(&mut self.busy, 0, &places, &mut self.load.parts);
        std::mem::take(&mut self.load)
    }
}

/// Finds the values that would be in these places, which ascend, if all values were sorted. `values` begin with place
/// `first`.
fn select(values: &mut [u64], first: usize, places: &[(LoadPart, usize)], found: &mut By<LoadPart, u64>) {
    // Each value found in the middle halves what the others are among.
    let Some((_, place)) = places.get(places.len() / 2).copied() else { return };
    let (below, value, above) = values.select_nth_unstable(place - first);
    let from = places.partition_point(|(_, other)| *other < place);
    let until = places.partition_point(|(_, other)| *other <= place);
    places[from..until].iter().for_each(|(part, _)| found[*part] = *value);
    select(below, first, &places[..from], found);
    select(above, place + 1, &places[until..], found);
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
    use crate::engine::bins::MINUTES_A_DAY;

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
