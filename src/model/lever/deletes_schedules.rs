//! Losing suppliers delete their schedules before SSD (5.3).

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen, cancels_at, each_switch, has_schedules};
use super::{Lots, Pull, varies};
use crate::model::course::Outlook;
use crate::model::laws::Laws;
use crate::model::plan::MeterPlan;

pub(super) struct DeletesSchedules;

impl Effect for DeletesSchedules {
    fn acts(&self) -> Acts {
        Acts::LosingBeforeSsd
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, laws: &Laws) {
        each_switch(meter, lots, |switch, loser, lot| {
            let at = cancels_at(pull, switch, (loser, lot), lots, laws);
            switch.cancelling.deletes_schedules = at.or(switch.cancelling.deletes_schedules);
        });
    }

    fn is_idle(&self, pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        let finds_none = |outlook: &Outlook<'_>| {
            seen.every_cancelling(pull, |switch, loser, at| {
                switch.cancelling.deletes_schedules.is_none() && !outlook.has_schedules(loser, at)
            })
        };
        !seen.any_loser_reads(has_schedules) || seen.outlook.is_some_and(finds_none)
    }

    fn varies(&self, laws: &Laws) -> bool {
        varies(&laws.notice) || varies(&laws.lead)
    }

    fn profile(&self) -> Profile {
        Profile { laws: &["notice", "lead"], ..Profile::default() }
    }
}
