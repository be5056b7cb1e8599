//! Losing suppliers thin their billing calendar before SSD (6.8).

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen, cancels_at, each_switch, has_calendar};
use super::{Lots, Pull, varies};
use crate::model::course::Outlook;
use crate::model::laws::Laws;
use crate::model::plan::MeterPlan;

pub(super) struct ThinsCalendar;

impl Effect for ThinsCalendar {
    fn acts(&self) -> Acts {
        Acts::LosingBeforeSsd
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, laws: &Laws) {
        each_switch(meter, lots, |switch, loser, lot| {
            let at = cancels_at(pull, switch, (loser, lot), lots, laws);
            switch.cancelling.thins_calendar = at.or(switch.cancelling.thins_calendar);
        });
    }

    fn is_idle(&self, pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        // A 6.8 that comes late is refused where the gainer has set a calendar by then.
        let finds_none = |outlook: &Outlook<'_>| {
            seen.every_cancelling(pull, |switch, _, at| {
                switch.cancelling.thins_calendar.is_none() && !outlook.has_calendar_to_thin(at)
            })
        };
        !seen.any_reads(has_calendar) || seen.outlook.is_some_and(finds_none)
    }

    fn varies(&self, laws: &Laws) -> bool {
        varies(&laws.notice) || varies(&laws.lead)
    }

    fn profile(&self) -> Profile {
        Profile { laws: &["notice", "lead"], ..Profile::default() }
    }
}
