//! The course of an ordinary meter, counted in closed form: without a list of events, and without stepping from one
//! change of state to the next. It counts exactly what a [walk](super::walk::Walk) of the same plan counts (tested).
//!
//! A meter is ordinary if no other acts on it and its switches come one after another: all that one of them causes is
//! over before the next begins. `ordinary` lists what else rules it out. Then everything follows from the plan in the
//! order of the rules:
//!
//! 1. `turns`: when each 6.23 is sent, refused, sent in vain, and executed (R9 to R11, R19).
//!    `chases`: which of them a chase brings forward (R18).
//! 2. `episode`: what one switch causes from its first request to the gaining supplier's own calendar and schedules
//!    (R1, R7, R8, R12).
//! 3. `steps`: the requests, messages and changes of state of these seconds, in their order (R2).
//! 4. `streams`: the pushes, runs and device alerts between them (R3 to R6, R17).
//! 5. `cases`: the cases that are open meanwhile, and what came while they were.
//!
//! What 3 to 5 count are `items`; `receipts` adds up what suppliers receive by them. Under another policy most items
//! are the same: `likeness` finds which. `outlook` answers the questions of levers.

mod cases;
mod chases;
mod episode;
mod items;
mod likeness;
mod ordinary;
mod outlook;
mod receipts;
mod steps;
mod streams;
mod turns;

use arrayvec::ArrayVec;

pub use self::cases::Closing;
use self::episode::{Episode, Reads, SCHEDULE_SETS};
pub use self::items::Items;
pub use self::outlook::Outlook;
pub use self::receipts::{Receipts, Received};
use self::steps::Steps;
use super::civil::Civil;
use super::emission::Writing;
use super::ledger::Ledger;
use super::plan::MeterPlan;
use super::walk::{Around, Walk};
use super::witness::Nobody;
use crate::engine::time::Instant;

/// Later than any second of a window.
const NEVER: Instant = Instant(i64::MAX / 2);

/// Most switches of a meter in closed form.
const SWITCHES: usize = 4;

/// Most billing calendars of a meter in closed form.
const WRITINGS: usize = 2 * SWITCHES + 1;

/// Counts all copies of a meter that has no turns: in closed form if it is ordinary, by a walk if not.
pub fn count(plan: &MeterPlan, ledger: &mut Ledger, around: Around<'_>) {
    if around.south.is_none() && counts(plan, ledger, around.civil) {
        return;
    }
    let (start, horizon) = (ledger.window.start, ledger.window.horizon);
    Walk::new(plan, plan.copies, start, horizon, around).finish(ledger, &mut Nobody);
}

/// Counts a meter in closed form. Returns whether it is ordinary; if not, nothing is counted.
pub fn counts(plan: &MeterPlan, ledger: &mut Ledger, civil: &Civil) -> bool {
    if ledger.demand().is_some() || !ordinary::is_ordinary(plan, ledger.window.start) {
        return false;
    }
    let mut course = Course::new(plan, ledger.window.horizon, civil);
    if course.work_out().is_none() {
        return false;
    }
    course.count(ledger);
    true
}

/// Whether no case of an ordinary meter is open in a second, and only the registered supplier has schedules: nothing
/// unwanted comes until the next switch. `None` if the meter is not ordinary until then.
pub fn is_settled(plan: &MeterPlan, at: Instant, civil: &Civil) -> Option<bool> {
    ordinary::is_ordinary(plan, at).then_some(())?;
    let mut course = Course::new(plan, at, civil);
    course.work_out()?;
    Some(course.episodes.iter().all(|episode| episode.is_over(plan, at)))
}

/// All that happens to an ordinary meter, by second.
struct Course<'p> {
    plan: &'p MeterPlan,
    civil: &'p Civil,
    horizon: Instant,
    on_wan: bool,
    steps: Steps,
    /// Its switches, in their order.
    episodes: ArrayVec<Episode<'p>, SWITCHES>,
    /// Billing calendars, each from when it is set to when it is replaced.
    writings: ArrayVec<Writing, WRITINGS>,
    /// A 6.8 that thins the calendar and has yet to arrive: when it is sent, and when it arrives.
    thinning: Option<(Instant, Instant)>,
    /// Schedules, each supplier's from their creation to their removal.
    reads: ArrayVec<Reads<'p>, SCHEDULE_SETS>,
}

impl Course<'_> {
    /// Counts everything.
    fn count(&self, ledger: &mut Ledger) {
        let (items, mut receipts) = (self.items(), Receipts::default());
        self.count_items(items, ledger, &mut receipts);
        self.closing(ledger.window.start).count(self.plan, receipts.of(items), ledger);
    }

    /// Counts some of its items, and notes what is received by them.
    fn count_items(&self, items: Items, ledger: &mut Ledger, receipts: &mut Receipts) {
        self.count_steps(items, ledger);
        if !items.without(Items::STEPS).is_empty() {
            self.count_streams(items, ledger, receipts);
            self.count_cases(items, ledger);
        }
    }
}
