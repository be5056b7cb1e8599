//! Values that are dates and times.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use toml::de::DeValue;
use toml::value::Datetime;

use super::Value;
use crate::scenario::diagnostics::{Mistake, Sink};
use crate::scenario::quantity;

/// A point in time, as written in a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A date and time by the civil clock, as in `2018-12-20T00:00:00`.
    Civil(DateTime),
    /// A second of UTC, as in `2018-12-20T00:00:00Z`.
    Utc(Timestamp),
    /// A date alone, as in `2018-12-20`.
    Date(Date),
}

const WRITE_DATE: &str = "write a date without quotes, as in 2018-12-01";
const WRITE_MOMENT: &str = "write a date or a date and time without quotes, as in 2018-12-01, 2018-12-01T18:00:00 \
    (London) or 2018-12-01T18:00:00Z";

impl Value<'_, '_> {
    /// A date by the calendar: `2018-12-01`.
    pub fn date(&self, sink: &mut Sink) -> Option<Date> {
        match self.moment_of(sink, "a date", WRITE_DATE)? {
            Moment::Date(date) => Some(date),
            _ => self.refuse(Mistake::WrongType, "a date", WRITE_DATE, sink),
        }
    }

    /// A date, a date and time by the civil clock, or a second of UTC.
    pub fn moment(&self, sink: &mut Sink) -> Option<Moment> {
        self.moment_of(sink, "a date or a date and time", WRITE_MOMENT)
    }

    fn moment_of(&self, sink: &mut Sink, due: &str, help: &str) -> Option<Moment> {
        let DeValue::Datetime(Datetime { date: Some(date), time, offset }) = self.value.get_ref() else {
            return match self.quoted().and_then(quantity::date) {
                Some(date) => {
                    let help = format!("write {date}, without quotes");
                    self.refuse_for(Mistake::BadNotation, due, (help, date.to_string()), sink)
                }
                None => self.refuse(Mistake::WrongType, due, help, sink),
            };
        };
        let small = |n: u8| i8::try_from(n).unwrap_or(i8::MAX); // calls that take it refuse what is too large
        let year = i16::try_from(date.year).unwrap_or(i16::MAX);
        let Ok(date) = Date::new(year, small(date.month), small(date.day)) else {
            return self.refuse(Mistake::OutOfRange, "a date in the calendar", help, sink);
        };
        let Some(time) = time else {
            return Some(Moment::Date(date));
        };
        let (Some(second), None) = (time.second, time.nanosecond) else {
            return self.refuse(
                Mistake::BadNotation,
                "a time in whole seconds",
                "write whole seconds, as in 2018-12-01T18:00:00",
                sink,
            );
        };
        let Ok(time) = jiff::civil::Time::new(small(time.hour), small(time.minute), small(second), 0) else {
            return self.refuse(Mistake::OutOfRange, "a time of day", "write a time from 00:00:00 to 23:59:59", sink);
        };
        let civil = DateTime::from_parts(date, time);
        match offset {
            None => Some(Moment::Civil(civil)),
            Some(toml::value::Offset::Z) => match Offset::UTC.to_timestamp(civil) {
                Ok(timestamp) => Some(Moment::Utc(timestamp)),
                Err(_) => self.refuse(Mistake::OutOfRange, "a time from year 1 to 9998", help, sink),
            },
            Some(_) => {
                let help =
                    "write it in UTC, as in 2018-12-01T18:00:00Z, or by the London clock, as in 2018-12-01T18:00:00";
                self.refuse(Mistake::BadNotation, "a time in UTC or by the London clock", help, sink)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::examples::{X, about, given};
    use super::*;

    #[test]
    fn a_date_has_no_quotes_and_no_time() {
        assert_eq!(given("2018-12-01", X::date), Date::constant(2018, 12, 1));
        for value in ["2018-12-01T00:00:00", "02:00:00", "20181201", "'today'"] {
            assert!(about(value, X::date).ends_with("write a date without quotes, as in 2018-12-01"), "{value}");
        }
        for value in ["'2018-12-03'", "'03/12/2018'"] {
            assert!(about(value, X::date).ends_with("write 2018-12-03, without quotes"), "{value}");
        }
    }

    #[test]
    fn a_moment_is_a_date_or_a_civil_time_or_a_second_of_utc() {
        let date = Date::constant(2018, 12, 1);
        assert_eq!(given("2018-12-01", X::moment), Moment::Date(date));
        assert_eq!(given("2018-12-01T18:00:01", X::moment), Moment::Civil(date.at(18, 0, 1, 0)));
        let utc = "2018-12-01T18:00:01Z".parse().expect("a timestamp");
        assert_eq!(given("2018-12-01T18:00:01Z", X::moment), Moment::Utc(utc));
        assert!(about("2018-12-01T18:00:00+01:00", X::moment).contains("UTC or by the London clock"));
        assert!(about("2018-12-01T18:00:00+00:00", X::moment).contains("UTC or by the London clock"));
        assert!(about("2018-12-01T18:00:00.5", X::moment).contains("whole seconds"));
        assert!(about("2018-12-01T18:00", X::moment).contains("whole seconds"));
        assert!(about("2018-12-01T23:59:60", X::moment).contains("23:59:59"));
        assert!(about("18:00:00", X::moment).contains("but is 18:00:00"));
        assert!(about("'2018-12-01'", X::moment).contains("without quotes"));
        assert_eq!(given("0000-01-01", X::moment), Moment::Date(Date::constant(0, 1, 1)));
        assert!(matches!(given("9999-12-31T00:00:00", X::moment), Moment::Civil(_)));
    }

    #[test]
    fn a_date_that_is_not_in_the_calendar_is_reported_once() {
        for value in ["2018-02-30", "2018-13-01", "2018-00-01", "2019-02-29", "2018-12-01T25:00:00"] {
            assert!(about(value, X::moment).contains("is not in the calendar or on the clock"), "{value}");
        }
    }
}
