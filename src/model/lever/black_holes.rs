//! Suppliers discard what is not theirs.

use super::acts::Acts;
use super::effect::{Effect, Profile, Seen, taken_up};
use super::{Lots, Pull};
use crate::engine::time::Seconds;
use crate::model::laws::Laws;
use crate::model::plan::{BlackHole, MeterPlan};

pub(super) struct BlackHoles {
    /// How long their own portfolio lags after a return.
    pub portfolio_lag: Seconds,
}

impl Effect for BlackHoles {
    fn acts(&self) -> Acts {
        Acts::OnReceipt
    }

    fn reshape(&self, pull: &Pull, meter: &mut MeterPlan, lots: &Lots<'_>, _laws: &Laws) {
        let suppliers = std::iter::once(meter.holder).chain(meter.switches.iter().map(|s| s.to)).collect();
        let hole = |from| BlackHole { from, portfolio_lag: self.portfolio_lag };
        meter.black_holes.extend(taken_up(pull, suppliers, lots).map(|(supplier, from)| (supplier, hole(from))));
    }

    fn is_idle(&self, _pull: &Pull, seen: &Seen<'_, '_>) -> bool {
        // What is its own may be discarded as well after a return.
        seen.is_silent() && !seen.meter.comes_back()
    }

    fn varies(&self, _laws: &Laws) -> bool {
        false
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }
}
