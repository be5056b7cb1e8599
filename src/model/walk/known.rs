//! What the walk knows about suppliers: the DCC's copy, when each lost the meter, and whose portfolio lags.

use super::Walk;
use crate::engine::time::Instant;
use crate::model::emission::Loss;
use crate::model::plan::{SupplierId, SwitchPlan};

impl Walk<'_> {
    /// The DCC's copy as seen at `at` for the second `second` (R9).
    pub(super) fn copy_at(&self, at: Instant, second: Instant) -> SupplierId {
        self.shown_at(at, second).map_or(self.plan.holder, |k| self.plan.switches[k].to)
    }

    /// The switch by which the DCC knows the supplier at a second.
    pub(super) fn shown_at(&self, at: Instant, second: Instant) -> Option<usize> {
        let shows = |s: &SwitchPlan| s.ssd <= second && s.known <= at && s.withdrawn.is_none_or(|w| w > at);
        self.plan.switches.iter().rposition(shows)
    }

    /// The SSD at which an unregistered supplier lost the meter.
    pub(super) fn loss_of(&self, supplier: SupplierId) -> Option<Loss> {
        if supplier == self.registered {
            return None;
        }
        let current = self.current?;
        let so_far = self.plan.switches[..=current].iter().enumerate().rev().filter(|(_, s)| s.withdrawn.is_none());
        so_far
            .filter(|(k, s)| self.registered_before(*k) == supplier && s.to != supplier)
            .map(|(_, s)| Loss { ssd: s.ssd, date: s.date })
            .next()
    }

    /// The losing and the gaining supplier of a switch.
    pub(super) fn suppliers_of(&self, k: usize) -> (SupplierId, SupplierId) {
        (self.registered_before(k), self.plan.switches[k].to)
    }

    pub(super) fn registered_before(&self, k: usize) -> SupplierId {
        let earlier = self.plan.switches[..k].iter().rev().find(|s| s.withdrawn.is_none());
        earlier.map_or(self.plan.holder, |s| s.to)
    }

    /// Whether a supplier black-holes, and whether its portfolio lags because the meter has just come back to it.
    pub(super) fn black_hole(&self, supplier: Option<SupplierId>, at: Instant) -> (bool, bool) {
        let Some(supplier) = supplier else { return (false, false) };
        let Some((_, hole)) = self.plan.black_holes.iter().find(|(s, hole)| *s == supplier && hole.from <= at) else {
            return (false, false);
        };
        let lagging = self.registered == supplier
            && self.current.is_some_and(|k| {
                let came_back = self.plan.holder == supplier
                    || self.plan.switches[..k].iter().any(|s| s.withdrawn.is_none() && s.to == supplier);
                came_back && at < self.plan.switches[k].ssd + hole.portfolio_lag
            });
        (true, lagging)
    }

    /// Whether the owner's schedule is on the DCC's list.
    pub(super) fn has_schedule_of(&self, owner: SupplierId) -> bool {
        self.schedules.iter().any(|schedule| schedule.owner == owner && !schedule.is_over(self.now))
    }

    /// Whether the supplier has asked the DCC to withhold DCC alerts to it.
    pub(super) fn mutes(&self, supplier: SupplierId, at: Instant) -> bool {
        self.plan.muted.iter().any(|(mutes, from)| *mutes == supplier && *from <= at)
    }

    /// Whether a switch, withdrawn or not, has its SSD in the window that is counted.
    pub(super) fn starts_in_window(&self, k: usize) -> bool {
        (self.start..self.horizon).contains(&self.plan.switches[k].ssd)
    }

    pub(super) fn any_case(&self) -> bool {
        self.cases.iter().any(Option::is_some)
    }

    pub(super) fn submitted(&self, k: usize) -> bool {
        self.progress[k].submitted.iter().any(Option::is_some)
    }
}
