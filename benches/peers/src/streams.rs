//! Daily streams of alerts, counted in closed form.

use serde::{Deserialize, Serialize};

use crate::draws::Case;
use crate::totals::Totals;
use crate::{DAY, DAYS, SUPPLIERS};

/// A stream may end with the year, one day behind the last.
const COLUMNS: usize = DAYS as usize + 1;

/// Counts by hour of the day and day as steps up and down: a daily stream of any length is two of them.
#[derive(Serialize, Deserialize)]
pub(crate) struct Steps(Vec<i64>);

impl Default for Steps {
    fn default() -> Self {
        Self(vec![0; 24 * COLUMNS])
    }
}

impl Steps {
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

/// What meters send between the change of supplier and the 6.23 that ends the wait.
#[derive(Serialize, Deserialize)]
pub(crate) struct Streams {
    cases: u64,
    reads: Steps,
    rejected: Steps,
    losers: Vec<u64>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { cases: 0, reads: Steps::default(), rejected: Steps::default(), losers: vec![0; SUPPLIERS] }
    }
}

impl Streams {
    /// Counts a case whose wait is over.
    pub(crate) fn count(&mut self, case: &Case) {
        let days = |offset| (days_before(case.switch, offset), days_before(case.until, offset));
        self.cases += 1;
        let (first, end) = days(case.read);
        self.reads.add(case.read, first, end);
        self.losers[usize::from(case.loser)] += u64::from(end - first);
        for offset in case.rejections {
            let (first, end) = days(offset);
            self.rejected.add(offset, first, end);
        }
    }

    /// The counts of all cases.
    pub(crate) fn totals(&self) -> Totals {
        let (reads, rejected) = (self.reads.by_hour(), self.rejected.by_hour());
        Totals { cases: self.cases, reads, rejected, losers: self.losers.clone() }
    }
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
