//! The clock: whole seconds (R1). An [`Instant`] is a second of UTC, [`Seconds`] a length of time.

use std::fmt;
use std::ops::{Add, AddAssign, Neg, Sub};

/// Seconds in a day; a duration of N d is N of these (R1).
pub const DAY: Seconds = Seconds(86_400);
/// Seconds in an hour.
pub const HOUR: Seconds = Seconds(3_600);
/// Seconds in a minute.
pub const MINUTE: Seconds = Seconds(60);

/// A length of time in whole seconds; may be negative.
///
/// ```
/// use meterchurn::engine::time::Seconds;
///
/// assert_eq!(Seconds::days(50) + Seconds::hours(1), Seconds(4_323_600));
/// assert_eq!(Seconds(4_323_600).to_string(), "50 d 1 h");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Seconds(pub i64);

/// A second of UTC, counted from 1970-01-01T00:00:00Z.
///
/// ```
/// use meterchurn::engine::time::{Day, Instant, Seconds};
///
/// let at = Instant(90_000);
/// assert_eq!((at.utc_day(), at.second_of_utc_day()), (Day(1), 3_600));
/// assert_eq!(at - Instant(86_400), Seconds::hours(1));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

/// A day of some calendar, counted from 1970-01-01.
///
/// ```
/// use meterchurn::engine::time::{Day, Instant};
///
/// assert_eq!(Day(1).plus(2).utc_midnight(), Instant(3 * 86_400));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Seconds {
    /// `n` days of 86,400 s.
    pub const fn days(n: i64) -> Self {
        Self(n * DAY.0)
    }

    /// `n` hours.
    pub const fn hours(n: i64) -> Self {
        Self(n * HOUR.0)
    }

    /// `n` minutes.
    pub const fn minutes(n: i64) -> Self {
        Self(n * MINUTE.0)
    }
}

impl Instant {
    /// The first instant not before `at` among this one and those whole steps after it.
    pub const fn next_in_step(self, step: Seconds, at: Instant) -> Instant {
        let steps = (at.0 - self.0 + step.0 - 1).div_euclid(step.0);
        Instant(self.0 + if steps > 0 { steps * step.0 } else { 0 })
    }

    /// The UTC day that this second lies in.
    pub const fn utc_day(self) -> Day {
        Day(self.0.div_euclid(DAY.0) as i32)
    }

    /// The second within its UTC day, `0..86_400`.
    pub const fn second_of_utc_day(self) -> u32 {
        self.0.rem_euclid(DAY.0) as u32
    }
}

impl Day {
    /// Midnight UTC at which this day begins.
    pub const fn utc_midnight(self) -> Instant {
        Instant(self.0 as i64 * DAY.0)
    }

    /// The day `n` days later.
    pub const fn plus(self, n: i32) -> Self {
        Self(self.0 + n)
    }
}

impl Add<Seconds> for Instant {
    type Output = Instant;
    fn add(self, rhs: Seconds) -> Instant {
        Instant(self.0 + rhs.0)
    }
}

impl Sub<Seconds> for Instant {
    type Output = Instant;
    fn sub(self, rhs: Seconds) -> Instant {
        Instant(self.0 - rhs.0)
    }
}

impl Sub for Instant {
    type Output = Seconds;
    fn sub(self, rhs: Instant) -> Seconds {
        Seconds(self.0 - rhs.0)
    }
}

impl Add for Seconds {
    type Output = Seconds;
    fn add(self, rhs: Seconds) -> Seconds {
        Seconds(self.0 + rhs.0)
    }
}

impl AddAssign for Seconds {
    fn add_assign(&mut self, rhs: Seconds) {
        self.0 += rhs.0;
    }
}

impl Neg for Seconds {
    type Output = Seconds;
    fn neg(self) -> Seconds {
        Seconds(-self.0)
    }
}

impl fmt::Display for Seconds {
    /// Days, hours, minutes and seconds, the empty ones left out: `50 d 1 h`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0 s");
        }
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut rest = self.0.unsigned_abs();
        let mut first = true;
        for (unit, length) in [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)] {
            let n = rest / length;
            rest %= length;
            if n > 0 {
                write!(f, "{}{n} {unit}", if first { "" } else { " " })?;
                first = false;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_reads_as_days_hours_minutes_and_seconds() {
        assert_eq!((Seconds::days(50) + Seconds::hours(1)).to_string(), "50 d 1 h");
        assert_eq!(Seconds(-61).to_string(), "-1 min 1 s");
    }

    #[test]
    fn a_second_before_the_epoch_lies_in_the_day_before() {
        assert_eq!(Instant(-1).utc_day(), Day(-1));
        assert_eq!(Instant(-1).second_of_utc_day(), 86_399);
    }
}
