//! The dates on which a calendar or a schedule falls due.

use crate::engine::time::Day;
use crate::model::civil::{MonthNumber, day_of};

/// When something periodic falls due: on the anchor's date and then at each period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recurrence {
    /// A date on which it falls due; day of month ≤ 28 where the period is in months (R3).
    pub anchor: Day,
    /// The period.
    pub every: Every,
}

/// A period of a billing calendar or a DCC schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// This many days.
    Days(u16),
    /// This many calendar months.
    Months(u16),
}

impl Recurrence {
    /// Every day.
    pub const fn daily() -> Self {
        Self { anchor: Day(0), every: Every::Days(1) }
    }

    /// On one day of every month, this many days after the first; at most 27 (R3).
    pub fn monthly(after_first: i32) -> Self {
        Self { anchor: day_of(jiff::civil::date(2010, 1, 1)).plus(after_first), every: Every::Months(1) }
    }

    /// The first date on or after `day`. Nothing falls due before the anchor, except what is daily.
    pub fn first_from(&self, day: Day) -> Day {
        match self.every {
            Every::Days(1) => day,
            Every::Days(step) => {
                let step = i32::from(step);
                let ahead = (day.0 - self.anchor.0).max(0);
                self.anchor.plus((ahead + step - 1) / step * step)
            }
            Every::Months(step) => {
                let (anchor, wanted, step) = (MonthNumber::of(self.anchor), MonthNumber::of(day), i32::from(step));
                let after_first = self.anchor.0 - anchor.first().0;
                let on = |month: MonthNumber| month.first().plus(after_first);
                let mut month = anchor.plus((wanted.0 - anchor.0).max(0) / step * step);
                while on(month) < day {
                    month = month.plus(step);
                }
                on(month)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::civil::date_of;
    use jiff::civil::date;

    fn next(every: Every, anchor: (i16, i8, i8), from: (i16, i8, i8)) -> jiff::civil::Date {
        let anchor = day_of(date(anchor.0, anchor.1, anchor.2));
        date_of(Recurrence { anchor, every }.first_from(day_of(date(from.0, from.1, from.2))))
    }

    #[test]
    fn a_weekly_calendar_keeps_to_its_weekday() {
        assert_eq!(next(Every::Days(7), (2018, 11, 5), (2018, 11, 12)), date(2018, 11, 12));
        assert_eq!(next(Every::Days(7), (2018, 11, 5), (2018, 11, 13)), date(2018, 11, 19));
    }

    #[test]
    fn a_monthly_calendar_keeps_to_its_day_of_the_month() {
        assert_eq!(next(Every::Months(1), (2018, 1, 28), (2018, 3, 1)), date(2018, 3, 28));
        assert_eq!(next(Every::Months(12), (2018, 6, 1), (2018, 6, 2)), date(2019, 6, 1));
    }

    #[test]
    fn nothing_falls_due_before_the_anchor() {
        assert_eq!(next(Every::Months(3), (2018, 6, 1), (2018, 1, 1)), date(2018, 6, 1));
        assert_eq!(next(Every::Days(7), (2018, 6, 1), (2018, 1, 1)), date(2018, 6, 1));
    }
}
