//! Levers on a whole meter point: how it is read, and what the DCC does with its alerts and schedules. The DCC's go by the
//! supplier that holds the meter at the outset.

use super::{Lever, Lots, Pull};
use crate::engine::time::{DAY, Instant, Seconds};
use crate::model::draw;
use crate::model::laws::Laws;
use crate::model::plan::{
    BlackHole, DeviceAlert, Every, Filter, MeterPlan, Neutral, Practice, Raised, Reading, Recurrence, Schedule,
    SupplierId,
};

pub(super) fn apply(pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, laws: &Laws) {
    match &pull.lever {
        Lever::BlackHoles { portfolio_lag } => return black_hole(pull, meter, lots, *portfolio_lag),
        Lever::MutesDccAlerts => return mute(pull, meter, lots),
        Lever::ReadsBySchedule { second } => {
            return convert(pull, meter, lots, |practice, owner, k| {
                by_schedule(practice, owner, k, lots, laws, *second)
            });
        }
        Lever::ReadsMonthly => return convert(pull, meter, lots, |practice, _, k| monthly(practice, k, lots)),
        _ => {}
    }
    let Some(from) = pull.reaches(meter.holder, lots) else { return };
    match &pull.lever {
        Lever::Filters { passes, dcc_alerts } => {
            meter.filters.push(Filter { from, passes: passes.clone(), dcc_alerts: *dcc_alerts });
        }
        Lever::WithholdsRepeats { most } => withhold_repeats(&mut meter.alerts, *most, from),
        Lever::RemovesSchedulesAtSsd => {
            meter.removal_at_ssd_from = Some(meter.removal_at_ssd_from.map_or(from, |before| before.min(from)));
        }
        Lever::PlacesNeutral(after) => meter.neutral = Some(Neutral { from, after: *after }),
        Lever::Forwards(codes) => meter.forwards = Some((from, codes.clone())),
        _ => {}
    }
}

fn black_hole(pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, portfolio_lag: Seconds) {
    let suppliers = std::iter::once(meter.holder).chain(meter.switches.iter().map(|s| s.to));
    let hole = |from| BlackHole { from, portfolio_lag };
    meter.black_holes.extend(taken_up(pull, suppliers.collect(), lots).map(|(supplier, from)| (supplier, hole(from))));
}

fn mute(pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>) {
    let practices = std::iter::once(&meter.practice).chain(meter.switches.iter().map(|s| &s.practice));
    let owners = practices.flat_map(|practice| &practice.schedules).map(|schedule| schedule.owner).collect();
    meter.muted.extend(taken_up(pull, owners, lots));
}

/// Each of these suppliers that takes a policy up, once and in ascending order, with the second from which on it has.
fn taken_up<'l>(
    pull: &'l Pull,
    mut suppliers: Vec<SupplierId>,
    lots: &'l Lots<'_>,
) -> impl Iterator<Item = (SupplierId, Instant)> + 'l {
    suppliers.sort();
    suppliers.dedup();
    suppliers.into_iter().filter_map(|supplier| Some((supplier, pull.reaches(supplier, lots)?)))
}

/// Changes how a meter is read: by its holder, if that supplier can still act for it when the policy starts, and by
/// those that gain it later.
fn convert(pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, change: impl Fn(&mut Practice, SupplierId, usize)) {
    let first_loss = meter.switches.first().map(|s| s.ssd);
    if pull.reaches(meter.holder, lots).is_some_and(|from| first_loss.is_none_or(|ssd| ssd >= from)) {
        change(&mut meter.practice, meter.holder, 0);
    }
    for (k, switch) in meter.switches.iter_mut().enumerate() {
        if pull.reaches(switch.to, lots).is_some_and(|from| switch.ssd >= from) {
            change(&mut switch.practice, switch.to, k);
        }
    }
}

fn by_schedule(practice: &mut Practice, owner: SupplierId, k: usize, lots: &Lots<'_>, laws: &Laws, second: u32) {
    if practice.calendar.take().is_some() {
        let drawn = || laws.run_second.at((lots.of)(k).uniform(draw::RUN_SECOND, 63)).unwrap_or_default();
        let second = if lots.scripted { second } else { drawn().0.rem_euclid(DAY.0) as u32 };
        practice.schedules.push(Schedule::daily(owner, Reading::DailyReadLog, second));
    }
}

/// Monthly on the first of a scripted meter's month, on any day up to the 28th else (R3).
fn monthly(practice: &mut Practice, k: usize, lots: &Lots<'_>) {
    if let Some(calendar) = &mut practice.calendar
        && matches!(calendar.due.every, Every::Days(_))
    {
        let after_first = if lots.scripted { 0 } else { ((lots.of)(k).uniform(draw::MONTH_DAY, 0) * 28.0) as i32 };
        calendar.due = Recurrence::monthly(after_first);
    }
}

/// Of the alerts of one code those pass that come first in the UTC day: of daily ones by the daily ones before them, of single ones by all.
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
