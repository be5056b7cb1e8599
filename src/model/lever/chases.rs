//! The gaining supplier is chased (R18).

use super::acts::Acts;
use super::effect::{Effect, EstateChange, Profile, Seen, each_switch};
use super::{Lots, Pull, varies};
use crate::engine::law::Law;
use crate::model::draw::{self, Lot};
use crate::model::laws::Laws;
use crate::model::plan::{Chase, Detector, MeterPlan, SupplierId, SwitchPlan};

pub(super) struct Chases<'l> {
    /// Who notices that a 6.23 is missing.
    pub detector: Detector,
    /// Law of detection.
    pub detection: &'l Law,
    /// Law of response.
    pub response: &'l Law,
}

impl Chases<'_> {
    /// The chase of a switch, if anybody chases it.
    fn chase(
        &self,
        pull: &Pull,
        (switch, loser): (&SwitchPlan, SupplierId),
        lot: &Lot,
        lots: &Lots<'_>,
    ) -> Option<Chase> {
        let concerned = match self.detector {
            Detector::LosingSupplier => loser,
            Detector::Monitoring | Detector::Passing | Detector::Sweep(_) => switch.to,
        };
        let from = pull.reaches(concerned, lots)?;
        let detection = lot.duration(self.detection, draw::DETECTION, pull.index())?;
        let response = lot.duration(self.response, draw::RESPONSE, pull.index());
        Some(Chase { detector: self.detector, detection, response, from })
    }
}

impl Effect for Chases<'_> {
    fn acts(&self) -> Acts {
        Acts::Chasing
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, _laws: &Laws) {
        each_switch(meter, lots, |switch, loser, lot| {
            switch.chases.extend(self.chase(pull, (switch, loser), lot, lots));
        });
    }

    fn is_idle(&self, pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        // The visits of a sweep are counted by the time of an ask.
        let can_be_late = !matches!(self.detector, Detector::Sweep(_));
        // A supplier that comes back may need no 6.23 at first, and one later.
        let needs_outlook = seen.meter.comes_back();
        seen.every_loss(|(k, switch, loser), lot| {
            if can_be_late && (seen.outlook.is_some() || !needs_outlook) && seen.sent_by_ssd(switch) {
                return true;
            }
            let Some(chase) = self.chase(pull, (switch, loser), lot, seen.lots) else { return true };
            match seen.outlook {
                Some(outlook) => outlook.chase_comes_to_nothing(k, &chase),
                None => can_be_late && !needs_outlook && seen.is_sent_by_answer(switch, &chase),
            }
        })
    }

    fn finds_nothing(&self, _pull: &Pull, _seen: &Seen<'_, '_>) -> bool {
        false // It watches each meter, whether it comes to ask or not.
    }

    fn varies(&self, _laws: &Laws) -> bool {
        varies(self.detection) || varies(self.response)
    }

    fn profile(&self) -> Profile {
        // Chases of each detector are a separate kind.
        let (kind, visits_every) = match self.detector {
            Detector::LosingSupplier => (4, None),
            Detector::Monitoring => (5, None),
            Detector::Passing => (6, None),
            Detector::Sweep(every) => (7, Some(every)),
        };
        let sweeps = visits_every.filter(|_| *self.detection != Law::Never);
        Profile {
            kind: Some(kind),
            estate: sweeps.map(EstateChange::Sweep),
            sends_sooner: true,
            visits_every,
            ..Profile::default()
        }
    }
}
