//! What is to come at an ordinary meter, for levers that ask whether they would make any difference to it, and for
//! policies that share what they have in common there. All answers follow from its course, before anything is counted.

use super::episode::Episode;
use super::{Closing, Course, Items, Receipts, ordinary};
use crate::engine::time::{Instant, Seconds};
use crate::model::civil::Civil;
use crate::model::emission;
use crate::model::ledger::Ledger;
use crate::model::plan::{Chase, DeviceAlert, MeterPlan, SupplierId};
use crate::model::window::Window;

/// The course of an ordinary meter, worked out but not counted.
pub struct Outlook<'p>(Course<'p>);

impl<'p> Outlook<'p> {
    /// `None` for a meter that is not ordinary.
    pub fn of(plan: &'p MeterPlan, window: &Window, civil: &'p Civil) -> Option<Self> {
        ordinary::is_ordinary(plan, window.start).then_some(())?;
        let mut course = Course::new(plan, window.horizon, civil);
        course.work_out()?;
        Some(Self(course))
    }

    /// Passes on what is to come at a meter, `None` if the meter is not ordinary. A course is large, so it is
    /// lent rather than returned.
    pub fn with<T>(
        plan: &'p MeterPlan,
        window: &Window,
        civil: &'p Civil,
        then: impl FnOnce(Option<&Outlook<'p>>) -> T,
    ) -> T {
        if !ordinary::is_ordinary(plan, window.start) {
            return then(None);
        }
        let mut outlook = Self(Course::new(plan, window.horizon, civil));
        let is_ordinary = outlook.0.work_out().is_some();
        then(is_ordinary.then_some(&outlook))
    }

    /// Counts what it shows.
    pub fn count(&self, ledger: &mut Ledger) {
        self.0.count(ledger);
    }

    /// All items that it counts.
    pub fn items(&self) -> Items {
        self.0.items()
    }

    /// The items that it has in common with the course of the same meter under another policy, and those of the other
    /// that it lacks. An item that is not found to be common is counted for each of the two.
    pub fn compared(&self, other: &Outlook<'_>) -> (Items, Items) {
        self.0.compared(&other.0)
    }

    /// Counts some of its items, and notes what is received by them. The rest of the ledger follows when all items are
    /// counted, by its [`closing`](Self::closing).
    pub fn count_items(&self, items: Items, ledger: &mut Ledger, receipts: &mut Receipts) {
        self.0.count_items(items, ledger, receipts);
    }

    /// What is to be counted once all items are.
    pub fn closing(&self, window: &Window) -> Closing {
        self.0.closing(window.start)
    }

    /// Its switches that start.
    fn started(&self) -> impl Iterator<Item = &Episode<'p>> {
        self.0.episodes.iter().filter(|episode| !episode.is_withdrawn())
    }

    /// Whether nothing is pushed in a stretch of time, and no device alert of this kind is raised.
    fn is_still(&self, from: Instant, until: Instant, of_kind: impl Fn(&DeviceAlert) -> bool) -> bool {
        let Course { plan, civil, on_wan, horizon, .. } = self.0;
        let until = until.min(horizon);
        let pushes = |writing| emission::first_push(writing, from, civil).is_some_and(|push| push < until);
        let raises = |alert: &DeviceAlert| of_kind(alert) && emission::raised(alert.raised, from, until).is_some();
        !on_wan || !self.0.writings.iter().any(pushes) && !plan.alerts.iter().any(raises)
    }

    /// Whether no supplier receives anything of the meter while another is registered or its 6.23 is outstanding: from
    /// each SSD until the 6.23 executes nothing is pushed, no device alert is raised, and no schedule of the losing
    /// supplier runs.
    pub fn is_silent(&self) -> bool {
        let is_silent = |episode: &Episode<'_>| {
            let from = episode.switch.ssd;
            let runs = self.0.reads_of(episode.loser, from).is_some_and(|reads| {
                let first = |schedule| emission::first_run(schedule, from);
                reads.schedules.iter().filter_map(first).any(|run| run < reads.until)
            });
            !runs && self.is_still(from, self.0.executed(episode), |_| true)
        };
        self.started().all(is_silent)
    }

    /// Whether no device sends anything to a supplier that the DCC's copy does not show, of reads or of this kind of
    /// alert.
    pub(in crate::model) fn reaches_no_stranger(
        &self,
        pushed_reads: bool,
        of_kind: impl Fn(&DeviceAlert) -> bool,
    ) -> bool {
        let needs_stillness = pushed_reads || self.0.plan.alerts.iter().any(&of_kind);
        !needs_stillness || self.started().all(|e| self.is_still(e.shown, self.0.executed(e), &of_kind))
    }

    /// Whether a losing supplier has schedules at an SSD, so that E4s or a notice may follow.
    pub(in crate::model) fn has_losing_schedules(&self) -> bool {
        let removes = |episode: &Episode<'_>| episode.removed.at_copy_change + episode.removed.at_execution > 0;
        self.started().any(|episode| removes(episode) || self.0.reads_of(episode.loser, episode.switch.ssd).is_some())
    }

    /// Whether a supplier has schedules at the meter in a second.
    pub(in crate::model) fn has_schedules(&self, supplier: SupplierId, at: Instant) -> bool {
        self.0.reads_of(supplier, at).is_some()
    }

    /// Whether a calendar is in use in a second that a losing supplier would thin.
    pub(in crate::model) fn has_calendar_to_thin(&self, at: Instant) -> bool {
        self.0.is_worth_thinning(at)
    }

    /// Whether every case is closed when a neutral certificate would be placed this long after SSD.
    pub(in crate::model) fn is_closed_after(&self, after: Seconds) -> bool {
        self.started().all(|episode| self.0.is_closed_for_neutral(episode.switch, &episode.turns, after))
    }

    /// Whether a chase of its k-th switch makes no difference: nobody notices that a 6.23 is missing, or every 6.23 has
    /// been sent by the answer.
    pub(in crate::model) fn chase_comes_to_nothing(&self, k: usize, chase: &Chase) -> bool {
        self.0.episodes.get(k).is_none_or(|episode| self.0.comes_to_nothing(chase, episode).unwrap_or(false))
    }
}
