//! How long cases wait for their 6.23: counted by age, so that waits still under way at the horizon stay visible as such.

use super::labels::{Ending, index};
use crate::engine::time::{DAY, Seconds};

index! {
    /// Up to which event a case's wait is told.
    Milestone {
        /// The first 6.23 is sent.
        Sent => "sent",
        /// A 6.23 executes.
        Executed => "executed",
    }
}

index! {
    /// How a wait ended.
    Wait {
        /// The milestone was reached.
        Reached => "reached",
        /// The customer was back with the holder first.
        Returned => "returned",
        /// A further switch came first.
        Superseded => "superseded",
        /// Still waiting at the horizon: censored.
        Open => "open",
    }
}

index! {
    /// Ages in days of 86,400 s: from the first number on, before the second.
    Age {
        /// In the very second of SSD.
        AtOnce => "0",
        /// Later, on the first day.
        Day1 => "0-1",
        /// The second day.
        Day2 => "1-2",
        /// The rest of the first week.
        Week1 => "2-7",
        /// The second week.
        Week2 => "7-14",
        /// To four weeks.
        Week4 => "14-28",
        /// To DP072's 50 days.
        Day50 => "28-50",
        /// To DP072's 78 days.
        Day78 => "50-78",
        /// To half a year.
        HalfYear => "78-182",
        /// To a year.
        Year => "182-365",
        /// Longer.
        Longer => "365+",
    }
}

/// The first age of each group but the first, ascending.
const BEGINNINGS: [Seconds; Age::COUNT - 1] = [
    Seconds(1),
    DAY,
    Seconds::days(2),
    Seconds::days(7),
    Seconds::days(14),
    Seconds::days(28),
    Seconds::days(50),
    Seconds::days(78),
    Seconds::days(182),
    Seconds::days(365),
];

impl Age {
    /// The age group of a wait.
    pub fn of(wait: Seconds) -> Self {
        Age::ALL[BEGINNINGS.partition_point(|begins| *begins <= wait)]
    }

    /// The ages of the group: from the first to before the second; the last group has no end.
    pub fn range(self) -> (Seconds, Option<Seconds>) {
        let group = self as usize;
        let begins = group.checked_sub(1).map_or(Seconds(0), |before| BEGINNINGS[before]);
        (begins, BEGINNINGS.get(group).copied())
    }
}

impl Wait {
    /// How a case's wait ended that did not reach its milestone; `None` is a case open at the horizon.
    pub const fn of(ending: Option<Ending>) -> Self {
        match ending {
            Some(Ending::Executed) => Wait::Reached,
            Some(Ending::Returned) => Wait::Returned,
            Some(Ending::Superseded) => Wait::Superseded,
            None => Wait::Open,
        }
    }
}

/// Cases by milestone, ending of the wait and age.
pub type Waits = [[[u64; Age::COUNT]; Wait::COUNT]; Milestone::COUNT];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_belongs_to_the_group_that_it_begins() {
        assert_eq!(Age::of(Seconds(0)), Age::AtOnce);
        assert_eq!(Age::of(Seconds(1)), Age::Day1);
        assert_eq!(Age::of(Seconds(86_399)), Age::Day1);
        assert_eq!(Age::of(Seconds(86_400)), Age::Day2);
        assert_eq!(Age::of(Seconds::days(50)), Age::Day78);
        assert_eq!(Age::of(Seconds::days(78)), Age::HalfYear);
        assert_eq!(Age::of(Seconds::days(365)), Age::Longer);
    }

    #[test]
    fn groups_follow_one_another_without_a_gap() {
        let mut next = Some(Seconds(0));
        for age in Age::ALL {
            assert_eq!(Some(age.range().0), next);
            assert_eq!(Age::of(age.range().0), *age);
            next = age.range().1;
        }
        assert_eq!(next, None);
    }
}
