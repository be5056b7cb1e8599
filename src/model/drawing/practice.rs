//! Drawing how a supplier reads a meter (calibration 8.15 to 8.17).

use super::{Drawing, Habit, pick};
use crate::engine::time::{DAY, Seconds};
use crate::model::draw::{self, Lot};
use crate::model::plan::{Calendar, Practice, Reading, Recurrence, Schedule, SupplierId};

impl Drawing<'_> {
    /// How a supplier reads this meter: by billing calendar, by DCC schedules, or by both. `place` is 0 for the
    /// practice before a switch and 1 for the one after it.
    pub(super) fn practice(&self, lot: &Lot, place: u32, owner: SupplierId, habits: &[Habit]) -> Practice {
        let collection = &self.suppliers[owner.0 as usize].collection;
        let has_calendar = lot.uniform(draw::BY_CALENDAR, place) < habits[owner.0 as usize].calendar_share;
        let both = collection.both_share.unwrap_or(self.market.both_share);
        let has_schedules = !has_calendar || (both > 0.0 && lot.uniform(draw::BOTH, place) < both);
        Practice {
            calendar: has_calendar.then(|| self.calendar(lot, place, owner)),
            schedules: if has_schedules { self.schedules(lot, place, owner, has_calendar) } else { Vec::new() },
        }
    }

    fn calendar(&self, lot: &Lot, place: u32, owner: SupplierId) -> Calendar {
        let monthly_share =
            self.suppliers[owner.0 as usize].collection.monthly_share.unwrap_or(self.market.monthly_share);
        let offset = lot.duration(&self.laws.push_offset, draw::PUSH_OFFSET, place).unwrap_or_default();
        let u = lot.uniform(draw::CALENDAR_PERIOD, place);
        let due = if u < monthly_share {
            // The same draw picks the day of the month, 1 to 28.
            Recurrence::monthly((u / monthly_share * 28.0) as i32)
        } else {
            Recurrence::daily()
        };
        Calendar { due, offset: Seconds(offset.0.rem_euclid(DAY.0)) }
    }

    /// Daily schedules; at least one where they come `beside` a calendar, because a meter without any is read by its
    /// calendar alone.
    fn schedules(&self, lot: &Lot, place: u32, owner: SupplierId, beside: bool) -> Vec<Schedule> {
        let collection = &self.suppliers[owner.0 as usize].collection;
        let mut counts = collection.schedule_counts.unwrap_or(self.market.schedule_counts);
        if beside {
            counts[0] = 0.0;
        }
        let count = pick(&counts, lot.uniform(draw::SCHEDULES, place)).unwrap_or(0);
        let readings = [Reading::DailyReadLog, Reading::Profile, Reading::ConsumptionLog, Reading::PrepaymentLog];
        let schedule = |(reads, index): (&Reading, u32)| {
            let second = lot.duration(&self.laws.run_second, draw::RUN_SECOND, index).unwrap_or_default();
            let second = second.0.rem_euclid(DAY.0) as u32;
            Schedule::daily(owner, *reads, second)
        };
        readings[..count].iter().zip(place * 8..).map(schedule).collect()
    }
}
