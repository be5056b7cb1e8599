//! Drawing the device alerts of a meter (R17).

use super::Drawing;
use crate::engine::law::poisson;
use crate::engine::time::Seconds;
use crate::model::draw::{self, Lot};
use crate::model::market::{MarketAlert, Often};
use crate::model::plan::{DeviceAlert, Raised};
use crate::model::window::Window;

/// Most rare alerts of one kind and meter in a window. Their draws are numbered in fourteen bits, twice as many as one
/// alert a day needs in twenty years.
const MOST_RARE_ALERTS: u32 = (1 << 14) - 1;

impl Drawing<'_> {
    /// The device alerts that a meter raises in the window (R17).
    pub(super) fn alerts(&self, lot: &Lot) -> Vec<DeviceAlert> {
        let Window { start, horizon, .. } = self.window;
        let mut alerts = Vec::new();
        for (kind, alert) in (0..).zip(&self.market.alerts) {
            let MarketAlert { code, critical, often } = *alert;
            // The draws of a kind: first whether or how many, then their seconds.
            let number = |n: u32| kind << 14 | n;
            let uniform = |n: u32| lot.uniform(draw::DEVICE_ALERT, number(n));
            let mut raise = |raised| alerts.push(DeviceAlert::new(code, critical, raised));
            match often {
                Often::DailyOn(share) if uniform(0) < share => raise(Raised::Daily((uniform(1) * 86_400.0) as u32)),
                Often::DailyOn(_) => {}
                Often::AYear(times) => {
                    let seconds = (horizon - start).0 as f64;
                    let count = poisson(uniform(0), times * seconds / (365.25 * 86_400.0)) as u32;
                    for n in 1..=count.min(MOST_RARE_ALERTS) {
                        raise(Raised::Once(start + Seconds((uniform(n) * seconds) as i64)));
                    }
                }
            }
        }
        alerts
    }
}
