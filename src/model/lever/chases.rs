//! The gaining supplier is chased (R18).

use super::acts::Acts;
use super::effect::{Effect, EstateChange, Profile, Seen, each_switch};
use super::{Adoption, Lots, Pull, varies};
use crate::engine::law::Law;
use crate::engine::time::Seconds;
use crate::model::draw;
use crate::model::laws::Laws;
use crate::model::plan::{Chase, Detector, MeterPlan, Sending, SwitchPlan};

pub(super) struct Chases<'l> {
    /// Who notices that a 6.23 is missing.
    pub detector: Detector,
    /// Law of detection.
    pub detection: &'l Law,
    /// Law of response.
    pub response: &'l Law,
}

impl Effect for Chases<'_> {
    fn acts(&self) -> Acts {
        Acts::Chasing
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, _laws: &Laws) {
        let detector = self.detector;
        each_switch(meter, lots, |switch, loser, lot| {
            let concerned = match detector {
                Detector::LosingSupplier => loser,
                Detector::Monitoring | Detector::Passing | Detector::Sweep(_) => switch.to,
            };
            if let Some(from) = pull.reaches(concerned, lots)
                && let Some(detection) = lot.duration(self.detection, draw::DETECTION, pull.index())
            {
                let response = lot.duration(self.response, draw::RESPONSE, pull.index());
                switch.chases.push(Chase { detector, detection, response, from });
            }
        });
    }

    fn is_idle(&self, pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        let can_be_late = !matches!(self.detector, Detector::Sweep(_)) && !seen.meter.comes_back();
        let comes_to_nothing = |(k, switch): (usize, &SwitchPlan)| {
            let goes_unnoticed = seen.smooth.is_some_and(|smooth| match self.detector {
                Detector::LosingSupplier | Detector::Passing => smooth.is_silent,
                Detector::Monitoring => switch.withdrawn.is_some() || seen.sent_by_ssd(switch),
                // Sweeps begin with the policy under full adoption at once.
                Detector::Sweep(every) => {
                    pull.adoption == Adoption::FULL && pull.start.next_in_step(every, switch.ssd) >= smooth.done
                }
            });
            // Each 6.23 is sent before the ask, or before its answer. The visits of a sweep are counted by then, and it
            // may see one that has failed. A supplier that comes back may need no 6.23 at first, and one later.
            let asks_too_late = || {
                let draw = |law, purpose| (seen.lots.of)(k).duration(law, purpose, pull.index());
                let Some(detection) = draw(self.detection, draw::DETECTION) else { return true };
                let Some(response) = draw(self.response, draw::RESPONSE) else { return true };
                let answer = switch.ssd + detection + response.max(Seconds(1));
                let devices = &switch.cos[..usize::from(seen.meter.devices)];
                devices.iter().all(|request| matches!(request.sending, Sending::At(at) if at <= answer))
            };
            goes_unnoticed || can_be_late && asks_too_late()
        };
        seen.meter.switches.iter().enumerate().all(comes_to_nothing)
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
