//! Traffic of the whole estate that has nothing to do with changes of supplier, in closed form: expected messages by minute.
//!
//! The published totals hold everything, scheduled reads and daily pushes too. These follow from how suppliers read meters; the rest is
//! unexplained and spread evenly over the day.

use super::civil::Civil;
use super::ledger::Window;
use super::market::{Market, Weights};
use crate::engine::bins::MINUTES_A_DAY;
use crate::engine::time::{DAY, Instant, Seconds};

const DAYS_A_MONTH: f64 = 30.4;
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
    /// By a market's mix of practices and its suppliers' own, weighed by their meters.
    pub fn by(market: &Market, suppliers: &[Weights]) -> Self {
        let of = |supplier: &Weights| {
            let counts = supplier.collection.schedule_counts.unwrap_or(market.schedule_counts);
            let weighted: f64 = counts.iter().zip(0..).map(|(weight, n)| weight * f64::from(n)).sum();
            // On meters without a calendar, and on those that have schedules beside one: none of these is without.
            let schedules = weighted / counts.iter().sum::<f64>();
            let some = counts[1..].iter().sum::<f64>();
            let beside = if some > 0.0 { weighted / some } else { 0.0 };
            let monthly = supplier.collection.monthly_share.unwrap_or(market.monthly_share);
            let calendars = supplier.collection.calendar_share.unwrap_or(market.calendar_share.mean());
            let both = supplier.collection.both_share.unwrap_or(market.both_share);
            (
                (1.0 - calendars) * schedules + calendars * both * beside,
                calendars * (1.0 - monthly + monthly / DAYS_A_MONTH),
            )
        };
        let all: f64 = suppliers.iter().map(|s| s.share).sum();
        let mean = |pick: fn((f64, f64)) -> f64| suppliers.iter().map(|s| s.share / all * pick(of(s))).sum();
        Self { scheduled_reads: mean(|(reads, _)| reads), pushed_reads: mean(|(_, pushes)| pushes) }
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
    pub fn over(window: &Window, (market, suppliers): (&Market, &[Weights]), totals: &Totals, civil: &Civil) -> Self {
        let explained = Explained::by(market, suppliers);
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
