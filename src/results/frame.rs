//! What the values of a study depend on beside its ledgers: days, suppliers, the estate around the meters.

use super::series::Resolution;
use crate::engine::bins::{MINUTES_A_DAY, MINUTES_AN_HOUR};
use crate::engine::rate::Rate;
use crate::engine::time::{Day, Instant};
use crate::model::background::Background;
use crate::model::civil::date_of;
use crate::model::labels::Channel;
use crate::model::ledger::{Ledger, Window};
use crate::model::south::WaySouth;
use crate::model::traffic::Leg;

/// What the values of a study depend on beside its ledgers.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// The window's local days, as results write them.
    pub dates: Vec<String>,
    /// Minutes from the first UTC midnight at which the window's local days begin, and at which the last one ends.
    pub midnights: Vec<usize>,
    /// The days on which waits within the window can end, as results write them.
    pub wait_days: Vec<String>,
    /// Connected meters at the end of each local day. Empty where there is no market.
    pub meters: Vec<u64>,
    /// Ids of suppliers, by number.
    pub suppliers: Vec<String>,
    /// Whether the 6.23s of each supplier can wait for its capacity.
    pub queues: Vec<bool>,
    /// The estate's background under each policy, in the order of policies. Empty where there is no market.
    pub backgrounds: Vec<Background>,
    /// Whether messages are counted.
    pub traffic: bool,
    /// What the way south takes, where that is stated.
    pub capacity: Option<Rate>,
    /// The steps of the series that is kept of each run, if one is.
    pub series: Option<Resolution>,
}

impl Frame {
    /// What is known before a run of the way south under a policy. `None` where no capacity is stated.
    pub fn way_south(&self, window: &Window, policy: usize) -> Option<WaySouth> {
        let (first, last) = (window.start.utc_day(), Instant(window.horizon.0 - 1).utc_day());
        let background = self.backgrounds.get(policy);
        Some(WaySouth {
            first: first.utc_midnight(),
            minutes: (last.0 - first.0 + 1) as usize * MINUTES_A_DAY,
            rate: self.capacity?,
            background: background.map_or(Vec::new(), |background| background.minutes(Leg::South).collect()),
        })
    }

    /// A channel's counts by local day. A push keeps to the local clock, so on UTC days it would seem to skip a day in
    /// autumn.
    pub fn by_day(&self, ledger: &Ledger, channel: Channel) -> Vec<u64> {
        let mut days = vec![0; self.midnights.len().saturating_sub(1)];
        let (mut minute, mut local) = (0, 0);
        // London's clocks are whole hours from UTC.
        ledger.bins.each_hour(channel, |count| {
            while self.midnights.get(local + 1).is_some_and(|ends| *ends <= minute) {
                local += 1;
            }
            if local < days.len() && self.midnights[local] <= minute {
                days[local] += count;
            }
            minute += MINUTES_AN_HOUR;
        });
        days
    }
}

/// A local date as results write it.
pub fn date_text(day: Day) -> String {
    date_of(day).to_string()
}
