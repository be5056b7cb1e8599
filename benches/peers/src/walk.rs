//! Each case walked alone, its daily streams counted in closed form: the way of meterchurn's own engine.

use crate::draws::Draws;
use crate::totals::Totals;
use crate::{DAY, DAYS, SUPPLIERS};

/// Counts by hour of the day and day as steps up and down: a daily stream of any length is two of them.
pub(crate) struct Steps(pub(crate) Vec<i64>);

/// A stream may end with the year, one day behind the last.
const COLUMNS: usize = DAYS as usize + 1;

impl Steps {
    pub(crate) fn new() -> Self {
        Self(vec![0; 24 * COLUMNS])
    }

    /// Adds an alert at second `offset` of each day from `first` until before `end`.
    pub(crate) fn add(&mut self, offset: u32, first: u32, end: u32) {
        let row = (offset / 3_600) as usize * COLUMNS;
        self.0[row + first as usize] += 1;
        self.0[row + end as usize] -= 1;
    }

    /// The counts by hour of the year.
    fn by_hour(&self) -> Vec<u64> {
        let mut counts = vec![0; 24 * DAYS as usize];
        for (hour, steps) in self.0.chunks(COLUMNS).enumerate() {
            let mut level = 0;
            for (day, step) in steps[..DAYS as usize].iter().enumerate() {
                level += step;
                counts[day * 24 + hour] = u64::try_from(level).expect("a stream ends after it began");
            }
        }
        counts
    }
}

/// Walks all cases.
pub fn run(meters: u32) -> Totals {
    let draws = Draws::default();
    let (mut reads, mut rejected, mut losers) = (Steps::new(), Steps::new(), vec![0; SUPPLIERS]);
    for meter in 0..meters {
        let case = draws.case(meter);
        let days = |offset| (days_before(case.switch, offset), days_before(case.until, offset));
        let (first, end) = days(case.read);
        reads.add(case.read, first, end);
        losers[usize::from(case.loser)] += u64::from(end - first);
        for offset in case.rejections {
            let (first, end) = days(offset);
            rejected.add(offset, first, end);
        }
    }
    Totals { cases: u64::from(meters), reads: reads.by_hour(), rejected: rejected.by_hour(), losers }
}

/// How many days' second `offset` lies before the second `now` of the year.
fn days_before(now: u32, offset: u32) -> u32 {
    (now + (DAY - 1) - offset) / DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_of_the_very_second_is_not_before_it() {
        assert_eq!(days_before(0, 0), 0);
        assert_eq!(days_before(7, 7), 0);
        assert_eq!(days_before(8, 7), 1);
        assert_eq!(days_before(DAY + 7, 7), 1);
        assert_eq!(days_before(crate::HORIZON, DAY - 1), DAYS);
    }
}
