//! Civil time in Europe/London (R1): midnights, dates, working days. The zone data are compiled in, so that all
//! machines agree about the clock changes.

use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::engine::time::{Day, Instant, Seconds};

/// The time zone Europe/London, from the data that are compiled in, whatever the machine has.
///
/// # Panics
/// When the program was built without these data, rather than taking London for UTC.
pub fn london() -> &'static TimeZone {
    static LONDON: LazyLock<TimeZone> = LazyLock::new(|| {
        TimeZoneDatabase::bundled().get("Europe/London").expect("the zone data of Europe/London are compiled in")
    });
    &LONDON
}

/// The civil calendar of a window of days. Between two clock changes a local midnight is a fixed second of UTC.
///
/// ```
/// use meterchurn::engine::time::Seconds;
/// use meterchurn::model::civil::{Civil, day_of};
///
/// let day = day_of(jiff::civil::date(2019, 3, 31));
/// let civil = Civil::new(day, day);
/// // The clocks go forward.
/// assert_eq!(civil.midnight(day.plus(1)) - civil.midnight(day), Seconds::hours(23));
/// ```
#[derive(Debug, Clone)]
pub struct Civil {
    // The first day whose midnight has this offset east of UTC; ascending, and the first entry covers all days before
    // it.
    offsets: Vec<(Day, Seconds)>,
    // Of each day from `from` on: its place among the offsets, and its midnight, because dates are looked up more often
    // than anything else.
    from: Day,
    places: Vec<u16>,
    midnights: Vec<Instant>,
}

impl Civil {
    /// The calendar of the years that `first ..= last` touch, with a year to spare on either side.
    pub fn new(first: Day, last: Day) -> Self {
        let zone = london();
        let (from, to) = (first.0 - 400, last.0 + 400);
        let mut offsets: Vec<(Day, Seconds)> = Vec::new();
        let (mut places, mut midnights) = (Vec::new(), Vec::new());
        for n in from..=to {
            // London's clocks change at 01:00 UTC, so every local midnight exists once; an hour before it the same
            // offset holds.
            let offset = offset_at(zone, Day(n).utc_midnight() - Seconds::hours(1));
            if offsets.last().is_none_or(|(_, last)| *last != offset) {
                offsets.push((Day(n), offset));
            }
            // Two clock changes a year: sixteen bits reach thirty thousand years.
            places.push((offsets.len() - 1) as u16);
            midnights.push(Day(n).utc_midnight() - offset);
        }
        Self { offsets, from: Day(from), places, midnights }
    }

    fn place(&self, day: Day) -> usize {
        let last = self.places.len() - 1;
        usize::from(self.places[usize::try_from(day.0 - self.from.0).unwrap_or(0).min(last)])
    }

    /// The second at which the local day begins.
    #[inline]
    pub fn midnight(&self, day: Day) -> Instant {
        let known = usize::try_from(day.0 - self.from.0).ok().and_then(|place| self.midnights.get(place));
        known.copied().unwrap_or_else(|| day.utc_midnight() - self.offsets[self.place(day)].1)
    }

    /// The first day after `day` whose midnight has another offset, if any is known.
    pub fn next_change(&self, day: Day) -> Option<Day> {
        self.offsets.get(self.place(day) + 1).map(|(first, _)| *first)
    }

    /// The local date of a second.
    #[inline]
    pub fn date(&self, at: Instant) -> Day {
        let day = at.utc_day();
        // London is never west of UTC, and never more than a day east.
        if self.midnight(day.plus(1)) <= at { day.plus(1) } else { day }
    }
}

/// A month of the civil calendar, by its number since January 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthNumber(pub i32);

impl MonthNumber {
    /// The months of any window, whose first days are looked up in a table.
    const TABLE: std::ops::Range<i32> = 0..(2101 - 1970) * 12;

    /// The month that a day lies in.
    pub fn of(day: Day) -> Self {
        let firsts = firsts_of_months();
        // Correct, or off by one.
        let near = (i64::from(day.0) * 120_000 / 3_652_425) as i32;
        let is_it = |n: i32| {
            let place = usize::try_from(n).ok()?;
            (firsts.get(place)? <= &day && &day < firsts.get(place + 1)?).then_some(Self(n))
        };
        is_it(near).or_else(|| is_it(near - 1)).or_else(|| is_it(near + 1)).unwrap_or_else(|| {
            let date = date_of(day);
            Self((i32::from(date.year()) - 1970) * 12 + i32::from(date.month()) - 1)
        })
    }

    /// Its first day.
    pub fn first(self) -> Day {
        let known = usize::try_from(self.0).ok().and_then(|place| firsts_of_months().get(place));
        known.copied().unwrap_or_else(|| self.computed_first())
    }

    /// The month this many months later.
    pub const fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    fn computed_first(self) -> Day {
        let (year, month) = (1970 + self.0.div_euclid(12), 1 + self.0.rem_euclid(12));
        let date = i16::try_from(year).ok().and_then(|year| Date::new(year, month as i8, 1).ok());
        day_of(date.unwrap_or(if year < 0 { Date::MIN } else { Date::MAX }))
    }
}

fn firsts_of_months() -> &'static [Day] {
    static FIRSTS: LazyLock<Vec<Day>> =
        LazyLock::new(|| MonthNumber::TABLE.map(|n| MonthNumber(n).computed_first()).collect());
    &FIRSTS
}

fn offset_at(zone: &TimeZone, at: Instant) -> Seconds {
    let offset = jiff::Timestamp::from_second(at.0).map(|t| zone.to_offset(t).seconds()).unwrap_or(0);
    Seconds(i64::from(offset))
}

/// A civil date as a day number.
pub fn day_of(date: Date) -> Day {
    Day((date - EPOCH).get_days())
}

/// A day number as a civil date.
pub fn date_of(day: Day) -> Date {
    EPOCH.checked_add(jiff::Span::new().days(day.0)).unwrap_or(EPOCH)
}

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// Monday to Friday except England's bank holidays (R15).
pub fn is_working_day(day: Day) -> bool {
    let date = date_of(day);
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) && !is_bank_holiday(date)
}

/// The `n`-th working day after `day`; day itself for 0.
pub fn plus_working_days(day: Day, n: i64) -> Day {
    let (mut day, mut left) = (day, n);
    while left > 0 {
        day = day.plus(1);
        if is_working_day(day) {
            left -= 1;
        }
    }
    day
}

/// Bank holidays in England and Wales, by the rules in force since 1978 and the proclaimed exceptions since 2011.
fn is_bank_holiday(date: Date) -> bool {
    let (year, month, day, weekday) = (date.year(), date.month(), date.day(), date.weekday());
    let monday = weekday == Weekday::Monday;
    let moved_early_may = year == 2020; // to 8 May, VE Day
    let moved_spring = matches!(year, 2012 | 2022); // to June, jubilees
    match (year, month, day) {
        (2011, 4, 29) | (2012, 6, 4 | 5) | (2020, 5, 8) | (2022, 6, 2 | 3) | (2022, 9, 19) | (2023, 5, 8) => {
            return true;
        }
        _ => {}
    }
    match (month, day) {
        (1, 1) => true,
        (1, 2 | 3) if monday => true,
        (5, 1..=7) if monday => !moved_early_may,
        (5, 25..=31) if monday => !moved_spring,
        (8, 25..=31) if monday => true,
        (12, 25 | 26) => true,
        (12, 27 | 28) => monday || (weekday == Weekday::Tuesday),
        _ => {
            let easter = day_of(easter_sunday(year));
            let this = day_of(date);
            this == easter.plus(-2) || this == easter.plus(1)
        }
    }
}

/// Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher).
fn easter_sunday(year: i16) -> Date {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    jiff::civil::date(year, month as i8, day as i8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn civil() -> Civil {
        Civil::new(day_of(date(2018, 1, 1)), day_of(date(2019, 12, 31)))
    }

    #[test]
    fn london_is_an_hour_ahead_of_utc_in_july_and_not_in_january() {
        let offset = |d: Date| london().to_offset(d.in_tz("UTC").expect("a date").timestamp()).seconds();
        assert_eq!([date(2018, 7, 1), date(2019, 1, 1)].map(offset), [3_600, 0]);
    }

    #[test]
    fn days_with_a_clock_change_have_23_and_25_hours() {
        let civil = civil();
        let length = |d: Date| civil.midnight(day_of(d).plus(1)) - civil.midnight(day_of(d));
        assert_eq!(length(date(2019, 3, 31)), Seconds::hours(23));
        assert_eq!(length(date(2018, 10, 28)), Seconds::hours(25));
        assert_eq!(length(date(2018, 12, 1)), Seconds::hours(24));
    }

    #[test]
    fn in_summer_the_local_date_begins_an_hour_before_utc_midnight() {
        let civil = civil();
        let summer = day_of(date(2018, 7, 1));
        assert_eq!(civil.date(summer.utc_midnight() - Seconds(3_600)), summer);
        assert_eq!(civil.date(summer.utc_midnight() - Seconds(3_601)), summer.plus(-1));
        let winter = day_of(date(2018, 12, 1));
        assert_eq!(civil.date(winter.utc_midnight() - Seconds(1)), winter.plus(-1));
        assert_eq!(civil.date(winter.utc_midnight()), winter);
    }

    #[test]
    fn a_month_is_the_one_of_the_date_whether_looked_up_or_computed() {
        // Before, in and after the table.
        for day in (-40_000..80_000).step_by(7).chain([-1, 0, 30, 31, 47_846, 47_847]).map(Day) {
            let (date, month) = (date_of(day), MonthNumber::of(day));
            assert_eq!(month.first(), day_of(date.first_of_month()), "{date}");
            assert_eq!(
                month.plus(14).first(),
                day_of(date.first_of_month().checked_add(jiff::Span::new().months(14)).unwrap())
            );
        }
    }

    #[test]
    fn england_has_its_eight_bank_holidays_of_2018_and_the_moved_ones() {
        let holidays = |year: i16| -> Vec<Date> {
            (0..366)
                .map(|n| date_of(day_of(date(year, 1, 1)).plus(n)))
                .filter(|d| d.year() == year && is_bank_holiday(*d))
                .collect()
        };
        let d = |m, day| date(2018, m, day);
        assert_eq!(holidays(2018), [d(1, 1), d(3, 30), d(4, 2), d(5, 7), d(5, 28), d(8, 27), d(12, 25), d(12, 26)]);
        // Christmas Day 2021 fell on a Saturday: Monday and Tuesday instead.
        assert!(is_bank_holiday(date(2021, 12, 27)) && is_bank_holiday(date(2021, 12, 28)));
        assert!(is_bank_holiday(date(2020, 5, 8)) && !is_bank_holiday(date(2020, 5, 4)));
    }

    #[test]
    fn working_days_skip_the_weekend() {
        // 2018-11-30 was a Friday.
        assert_eq!(plus_working_days(day_of(date(2018, 11, 30)), 2), day_of(date(2018, 12, 4)));
    }
}
