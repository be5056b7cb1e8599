//! The DCC withholds what a device repeats of one alert code in a day (storm protection).

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen};
use super::{Lots, Pull};
use crate::engine::time::{DAY, Instant};
use crate::model::laws::Laws;
use crate::model::plan::{DeviceAlert, MeterPlan, Raised};

pub(super) struct WithholdsRepeats {
    /// The number of alerts of one code that pass each day.
    pub most: u32,
}

impl Effect for WithholdsRepeats {
    fn acts(&self) -> Acts {
        Acts::Dcc
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, _laws: &Laws) {
        if let Some(from) = pull.reaches(meter.holder, lots) {
            withhold_repeats(&mut meter.alerts, self.most, from);
        }
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        seen.meter.alerts.is_empty()
    }

    fn varies(&self, _laws: &Laws) -> bool {
        false
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }
}

/// Of the alerts of one code, those that come first in the UTC day pass: a daily one if few enough daily ones come
/// before it, a single one if few enough of either kind do.
fn withhold_repeats(alerts: &mut [DeviceAlert], most: u32, from: Instant) {
    let (mut daily, mut single) = (Vec::new(), Vec::new());
    for (place, alert) in alerts.iter().enumerate() {
        match alert.raised {
            Raised::Daily(second) => daily.push((alert.code, i64::from(second), place)),
            Raised::Once(at) => single.push(((alert.code, at.utc_day()), at.0.rem_euclid(DAY.0), place)),
        }
    }
    daily.sort();
    single.sort();
    let before = |alert: &(u16, i64, usize)| {
        let code = |code: u16| daily.partition_point(|other| other.0 < code);
        daily.partition_point(|other| other < alert) - code(alert.0)
    };
    let of_singles = single.chunk_by(|a, b| a.0 == b.0).flat_map(|of_a_day| of_a_day.iter().enumerate());
    let of_singles = of_singles.map(|(n, ((code, _), second, place))| (n + before(&(*code, *second, *place)), *place));
    for (earlier, place) in daily.iter().map(|alert| (before(alert), alert.2)).chain(of_singles) {
        if earlier >= most as usize {
            let already = alerts[place].withheld_from;
            alerts[place].withheld_from = Some(already.map_or(from, |already| already.min(from)));
        }
    }
}
