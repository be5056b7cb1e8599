//! Traffic of the whole estate that has nothing to do with changes of supplier, in closed form: expected messages by minute.
//!
//! The published totals hold everything, scheduled reads and daily pushes too. These follow from how suppliers read meters; the rest is
//! unexplained and spread evenly over the day.

use super::civil::Civil;
use super::ledger::Window;
use super::market::Market;
use crate::engine::time::{DAY, Instant, Seconds};

/// Mean share of meters that are read by billing calendar: that of Beta(2, 2) (calibration 8.17).
const CALENDAR_SHARE: f64 = 0.5;
const DAYS_A_MONTH: f64 = 30.4;
const MINUTES_A_DAY: usize = 1_440;
/// Scheduled reads run in the first six hours of the UTC day, pushes in the first two of the local day (calibration 5).
const READING_MINUTES: usize = 360;
const PUSHING_MINUTES: usize = 120;

/// Published totals for a meter and day: a message is a request with its response (calibration 3.1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Totals {
    /// Messages: one command south, one response north.
    pub messages: f64,
    /// Device alerts, pushed reads among them.
    pub device_alerts: f64,
    /// Alerts of the DCC's own.
    pub dcc_alerts: f64,
}

/// What of the totals the practice of reading explains, for a meter and day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Explained {
    /// Scheduled reads, a part of the messages.
    pub scheduled_reads: f64,
    /// Pushed reads, a part of the device alerts.
    pub pushed_reads: f64,
}

impl Explained {
    /// By a market's mix of practices.
    pub fn by(market: &Market) -> Self {
        let counts = &market.schedule_counts;
        let schedules: f64 = counts.iter().zip(0..).map(|(weight, n)| weight * f64::from(n)).sum();
        let schedules = schedules / counts.iter().sum::<f64>();
        let pushes = 1.0 - market.monthly_share + market.monthly_share / DAYS_A_MONTH;
        Self { scheduled_reads: (1.0 - CALENDAR_SHARE) * schedules, pushed_reads: CALENDAR_SHARE * pushes }
    }
}

/// Expected messages, minute by minute from the first UTC day's midnight on, rounded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Background {
    /// Commands over the WAN.
    pub south: Vec<u64>,
    /// Responses and device alerts over the WAN.
    pub north: Vec<u64>,
    /// Responses and all alerts from the DCC to users.
    pub to_users: Vec<u64>,
}

impl Background {
    /// Over the UTC days that a window touches.
    pub fn over(window: &Window, market: &Market, totals: &Totals, civil: &Civil) -> Self {
        let explained = Explained::by(market);
        let (first, last) = (window.start.utc_day(), Instant(window.horizon.0 - 1).utc_day());
        let days = usize::try_from(last.0 - first.0 + 1).unwrap_or(0);
        let minutes = days * MINUTES_A_DAY;
        let mut background = Self { south: vec![0; minutes], north: vec![0; minutes], to_users: vec![0; minutes] };
        let even = |part: f64, minutes: usize| part / minutes as f64;
        for day in 0..days {
            let date = first.plus(day as i32);
            let meters = market.meters_on(date);
            let local = (civil.midnight(date) - date.utc_midnight()).0.rem_euclid(DAY.0) as usize / 60;
            for minute in 0..MINUTES_A_DAY {
                let reads =
                    if minute < READING_MINUTES { even(explained.scheduled_reads, READING_MINUTES) } else { 0.0 };
                let since_local_midnight = (minute + MINUTES_A_DAY - local) % MINUTES_A_DAY;
                let pushes = if since_local_midnight < PUSHING_MINUTES {
                    even(explained.pushed_reads, PUSHING_MINUTES)
                } else {
                    0.0
                };
                let messages = reads + even(totals.messages - explained.scheduled_reads, MINUTES_A_DAY);
                let alerts = pushes + even(totals.device_alerts - explained.pushed_reads, MINUTES_A_DAY);
                let of_dcc = even(totals.dcc_alerts, MINUTES_A_DAY);
                let place = day * MINUTES_A_DAY + minute;
                let at = date.utc_midnight() + Seconds(60 * minute as i64);
                if at < window.start || at >= window.horizon {
                    continue;
                }
                let count = |rate: f64| libm::round(meters * rate) as u64;
                background.south[place] = count(messages);
                background.north[place] = count(messages + alerts);
                background.to_users[place] = count(messages + alerts + of_dcc);
            }
        }
        background
    }
}

/// What a stated capacity of the way south makes of a demand by minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Strain {
    /// Minutes at whose end something waits.
    pub busy_minutes: u64,
    /// Longest wait of what comes last in a minute, in seconds, rounded up.
    pub longest_delay: u64,
    /// 6.23s of minutes at whose end something waits.
    pub delayed_cos: u64,
    /// Demand of the busiest minute in parts of a thousand of the capacity.
    pub peak_use: u64,
}

/// First come, first served, `capacity` messages a minute.
pub fn strain(demand: impl Iterator<Item = u64>, cos: &[u64], capacity: u64) -> Strain {
    let mut strain = Strain::default();
    let mut waiting = 0_u64;
    for (demand, cos) in demand.zip(cos) {
        strain.peak_use = strain.peak_use.max(demand.saturating_mul(1_000).div_ceil(capacity));
        waiting = (waiting + demand).saturating_sub(capacity);
        if waiting > 0 {
            strain.busy_minutes += 1;
            strain.delayed_cos += cos;
            strain.longest_delay = strain.longest_delay.max((waiting * 60).div_ceil(capacity));
        }
    }
    strain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_exceeds_a_minutes_capacity_waits_for_the_next() {
        // 25, 5, 0 and 3 against 10 a minute: 15, 10, 0 and 0 are left over.
        let strain = strain([25, 5, 0, 3].into_iter(), &[20, 0, 0, 1], 10);
        assert_eq!(strain, Strain { busy_minutes: 2, longest_delay: 90, delayed_cos: 20, peak_use: 2_500 });
    }
}
