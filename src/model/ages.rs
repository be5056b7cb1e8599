//! How the waits of cases for their 6.23 are grouped: by how they ended, so that those still under way at the horizon
//! remain visible, and by age.

use super::labels::{Ending, index};
use crate::engine::table::Label as _;
use crate::engine::time::{DAY, Seconds};

index! {
    /// The event for which a case waits.
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
        /// The horizon came first: censored.
        Open => "open",
    }
}

index! {
    /// Groups of ages in days of 86,400 s: at least the first number and less than the second.
    Age {
        /// The second of SSD.
        AtOnce => "0",
        /// The rest of the first day.
        Day1 => "0-1",
        /// The second day.
        Day2 => "1-2",
        /// The rest of the first week.
        Week1 => "2-7",
        /// The second week.
        Week2 => "7-14",
        /// Up to four weeks.
        Week4 => "14-28",
        /// Up to DP072's 50 days.
        Day50 => "28-50",
        /// Up to DP072's 78 days.
        Day78 => "50-78",
        /// Up to half a year.
        HalfYear => "78-182",
        /// Up to a year.
        Year => "182-365",
        /// Longer.
        Longer => "365+",
    }
}

/// The lowest age of each group after the first.
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

    /// The lowest age of the group and that of the next; the last group is open-ended.
    pub fn range(self) -> (Seconds, Option<Seconds>) {
        let group = self.index();
        let begins = group.checked_sub(1).map_or(Seconds(0), |before| BEGINNINGS[before]);
        (begins, BEGINNINGS.get(group).copied())
    }
}

impl Wait {
    /// The end of the wait of a case that closed before its milestone; `None` is a case open at the horizon.
    pub const fn of(ending: Option<Ending>) -> Self {
        match ending {
            Some(Ending::Executed) => Wait::Reached,
            Some(Ending::Returned) => Wait::Returned,
            Some(Ending::Superseded) => Wait::Superseded,
            None => Wait::Open,
        }
    }
}

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
