//! Rates of service as fractions, so that a queue can be followed without rounding.

use std::fmt;

use super::time::Seconds;
use crate::text::number::number;

/// A number of messages in a length of time, both at least 1, in lowest terms.
///
/// ```
/// use meterchurn::engine::rate::Rate;
/// use meterchurn::engine::time::Seconds;
///
/// let rate = Rate::new(36_000, Seconds(60)).expect("a rate above 0");
/// assert_eq!(rate, Rate::new(600, Seconds(1)).expect("a rate above 0"));
/// assert_eq!(rate.done_in_a_minute(), 36_000 * rate.work_of_one());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    messages: u64,
    seconds: u64,
}

impl Rate {
    /// A rate; `None` where it would be 0, or where the length of time is none.
    pub const fn new(messages: u64, per: Seconds) -> Option<Self> {
        if messages == 0 || per.0 <= 0 {
            return None;
        }
        let seconds = per.0.unsigned_abs();
        let divisor = greatest_common_divisor(messages, seconds);
        Some(Self { messages: messages / divisor, seconds: seconds / divisor })
    }

    /// The work of one message, where [`done_in_a_second`](Self::done_in_a_second) is the work of a second.
    pub const fn work_of_one(self) -> u128 {
        self.seconds as u128
    }

    /// The work that is done in a second.
    pub const fn done_in_a_second(self) -> u128 {
        self.messages as u128
    }

    /// The work that is done in a minute.
    pub const fn done_in_a_minute(self) -> u128 {
        60 * self.done_in_a_second()
    }

    /// Messages in a second.
    pub fn in_a_second(self) -> f64 {
        self.messages as f64 / self.seconds as f64
    }
}

/// Whole messages in the shortest of a second, a minute, an hour and a day in which there are any: `1,400 /s` or
/// `7 /min`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(1, "s"), (60, "min"), (3_600, "h"), (86_400, "d")];
        match units.into_iter().find(|(seconds, _)| seconds % self.seconds == 0) {
            Some((seconds, unit)) => {
                write!(f, "{} /{unit}", number((self.messages * (seconds / self.seconds)) as f64))
            }
            None => write!(f, "{} /s", number(self.in_a_second())),
        }
    }
}

const fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_of_nothing_is_none() {
        assert_eq!(Rate::new(0, Seconds(1)), None);
        assert_eq!(Rate::new(1, Seconds(0)), None);
        assert_eq!(Rate::new(1, Seconds(-1)), None);
    }

    #[test]
    fn a_rate_is_written_in_the_shortest_unit_with_whole_messages() {
        let of = |messages, seconds| Rate::new(messages, Seconds(seconds)).map(|rate| rate.to_string());
        assert_eq!(of(36_000, 60), Some("600 /s".to_owned()));
        assert_eq!(of(1_400, 1), Some("1,400 /s".to_owned()));
        assert_eq!(of(7, 60), Some("7 /min".to_owned()));
        assert_eq!(of(10, 86_400), Some("10 /d".to_owned()));
    }

    #[test]
    fn seven_messages_a_minute_take_sixty_sevenths_of_a_second_each() {
        let rate = Rate::new(14, Seconds(120)).expect("a rate above 0");
        assert_eq!((rate.work_of_one(), rate.done_in_a_second()), (60, 7));
        assert_eq!(rate.done_in_a_minute(), 7 * rate.work_of_one());
    }
}
