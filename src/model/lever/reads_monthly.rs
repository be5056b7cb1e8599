//! Suppliers have monthly billing calendars where they had daily or weekly ones.

use super::acts::Acts;
use super::effect::{Effect, EstateChange, Profile, Seen, each_practice};
use super::{Lots, Pull};
use crate::model::draw;
use crate::model::laws::Laws;
use crate::model::plan::{Every, MeterPlan, Practice, Recurrence};

pub(super) struct ReadsMonthly;

impl Effect for ReadsMonthly {
    fn acts(&self) -> Acts {
        Acts::LosingBeforeSsd
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, _laws: &Laws) {
        each_practice(pull, meter, lots, |practice, _, k| {
            if let Some(calendar) = practice.calendar.as_mut().filter(|calendar| is_by_days(&calendar.due)) {
                // On the first of a scripted meter's month, otherwise on any day up to the 28th (R3).
                let drawn = || (lots.of(k).uniform(draw::MONTH_DAY, 0) * 28.0) as i32;
                calendar.due = Recurrence::monthly(if lots.scripted { 0 } else { drawn() });
            }
        });
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        let changes = |practice: &Practice| practice.calendar.is_some_and(|calendar| is_by_days(&calendar.due));
        !seen.any_reads(changes)
    }

    fn varies(&self, _laws: &Laws) -> bool {
        false
    }

    fn profile(&self) -> Profile {
        Profile { estate: Some(EstateChange::Monthly), ..Profile::default() }
    }
}

fn is_by_days(due: &Recurrence) -> bool {
    matches!(due.every, Every::Days(_))
}
