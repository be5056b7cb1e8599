//! Counting the stretches between two changes of state: pushes, runs and gap days.

use super::Walk;
use crate::engine::merge::Merge;
use crate::engine::time::{Instant, Seconds};
use crate::model::cause::Cause;
use crate::model::emission::{self, Blocks, Books, Still, Treatment, Writing};
use crate::model::gateway::{self, Arrival};
use crate::model::labels::{AlertClass, ReadKind, Standing};
use crate::model::ledger::{CaseSums, Ledger, Unwanted};
use crate::model::plan::SupplierId;
use crate::model::stretch::Stretch;
use crate::model::witness::{Note, Witness};

impl<'a> Walk<'a> {
    /// Counts the stretch from the last change of state to `until`.
    pub(super) fn advance(&mut self, until: Instant, ledger: &mut Ledger, witness: &mut impl Witness) {
        let from = self.now;
        if until <= from {
            return;
        }
        self.now = until;
        let copy = self.copy_at(from, from);
        let in_window = until.min(self.horizon) - from.max(self.start);
        if in_window.0 > 0 {
            let devices = &self.holder[..self.plan.devices as usize];
            let seconds = in_window.0 as u64 * self.copies;
            let gaps = devices.iter().filter(|h| **h != Some(self.registered) || copy != self.registered).count();
            ledger.gap += gaps as u64 * seconds;
            ledger.orphan += devices.iter().filter(|h| h.is_none()).count() as u64 * seconds;
        }
        let counted = from.max(self.plan.watch).max(self.start);
        if from < counted && !self.plan.gateway_outages.is_empty() {
            self.hears_of_uncounted(&self.still(from, until.min(counted), from, copy));
        }
        let still = self.still(counted, until.min(self.horizon), from, copy);
        if still.from < still.until {
            self.count_pushes(&still, ledger, witness);
            self.count_runs(&still, ledger, witness);
            self.count_device_alerts(&still, ledger, witness);
        }
    }

    pub(super) fn books<'l>(&self, ledger: &'l mut Ledger) -> Books<'l>
    where
        'a: 'l,
    {
        Books { ledger, copies: self.copies, fuel: self.plan.fuel, outages: &self.plan.gateway_outages }
    }

    /// Notes unwanted alerts that are emitted before counting begins but delivered later by a gateway: the supplier
    /// still learns of them.
    fn hears_of_uncounted(&mut self, still: &Still) {
        let mut late = Vec::new();
        let mut hear = |to: SupplierId, stretch: Stretch| {
            gateway::split(&self.plan.gateway_outages, to, stretch, |_, arrival| {
                if let Arrival::Late(at) = arrival {
                    late.push(at);
                }
            });
        };
        let reached =
            still.holder.filter(|holder| still.on_wan && !(still.blocks.pushed_reads && *holder != still.copy));
        if let Some((holder, loss)) = reached.and_then(|holder| Some((holder, self.loss_of(holder)?))) {
            for writing in self.writings() {
                emission::pushes(writing, still, Some(loss), self.civil, |kind, stretch| {
                    if kind == ReadKind::Leaked {
                        hear(holder, stretch);
                    }
                });
            }
        }
        for schedule in &self.schedules {
            let owner = schedule.owner;
            let reaches = !still.blocks.dcc_alerts && !self.mutes(owner, still.from);
            if reaches && owner != still.copy && owner != still.registered {
                emission::runs(schedule, still.from, still.until, |stretch| hear(owner, stretch));
            }
        }
        self.hear_later(late);
    }

    /// Notes unwanted alerts that reach the losing supplier only later.
    fn hear_later(&mut self, late: Vec<Instant>) {
        self.unwanted_late.extend(late.into_iter().filter(|at| *at >= self.now));
    }

    pub(super) fn still(&self, from: Instant, until: Instant, at: Instant, copy: SupplierId) -> Still {
        Still {
            from,
            until,
            registered: self.registered,
            copy,
            holder: self.holder[self.plan.pusher as usize],
            on_wan: self.on_wan,
            blocks: self.blocks(at),
        }
    }

    pub(super) fn blocks(&self, at: Instant) -> Blocks {
        Blocks::of(self.plan, at)
    }

    fn count_pushes(&mut self, still: &Still, ledger: &mut Ledger, witness: &mut impl Witness) {
        if !self.replaced.is_empty() {
            for writing in std::mem::take(&mut self.replaced) {
                self.count_pushes_of(&writing, still, ledger, witness);
                if emission::first_push(&writing, still.until, self.civil).is_some() {
                    self.replaced.push(writing);
                }
            }
        }
        if let Some(writing) = self.calendar {
            self.count_pushes_of(&writing, still, ledger, witness);
        }
    }

    fn count_pushes_of(&mut self, writing: &Writing, still: &Still, ledger: &mut Ledger, witness: &mut impl Witness) {
        let loss = still.holder.and_then(|holder| self.loss_of(holder));
        let (hole, lagging) = self.black_hole(still.holder, still.from);
        let mut books = self.books(ledger);
        let (mut leaked, mut late) = (0, Vec::new());
        emission::pushes(writing, still, loss, self.civil, |kind, stretch| {
            let delivered = books.pushed(kind, stretch, still, discards(hole, lagging, kind));
            for (part, fate) in delivered.parts() {
                witness.note(part.first, Note::Pushed(kind, still.holder, part, fate));
            }
            if kind == ReadKind::Leaked {
                leaked += delivered.count;
                late.extend(delivered.late());
            }
        });
        if let Some(holder) = still.holder {
            let received = Unwanted { pushed: leaked, ..Unwanted::default() };
            self.received(holder, &received, ledger);
        }
        self.hear_later(late);
    }

    /// Counts what a supplier receives that is meant for another, by supplier and by current switch.
    fn received(&mut self, addressee: SupplierId, unwanted: &Unwanted, ledger: &mut Ledger) {
        if unwanted.is_nothing() {
            return;
        }
        self.leaked += unwanted.reads();
        let of_all = unwanted.times(self.copies);
        ledger.receives(addressee, &of_all);
        if self.current.is_some() {
            self.tally.unwanted.merge(unwanted);
        } else {
            // The addressee lost the meter before the plan begins.
            let sums = CaseSums { unwanted: of_all, ..CaseSums::default() };
            ledger.book(Cause::EarlierSwitch, self.plan, (addressee, self.registered), &sums);
        }
    }

    /// Other device alerts go to the holder, regardless of who is registered (R17).
    fn count_device_alerts(&mut self, still: &Still, ledger: &mut Ledger, witness: &mut impl Witness) {
        let plan = self.plan;
        let (hole, lagging) = self.black_hole(still.holder, still.from);
        let discards = hole && (lagging || still.holder != Some(self.registered));
        let not_user = self.current.is_some_and(|k| plan.switches[k].is_not_user_at(still.from));
        for alert in &plan.alerts {
            let Some(stretch) = emission::raised(alert.raised, still.from, still.until) else { continue };
            let blocked =
                plan.s1sp_checks || plan.filters.iter().any(|f| f.from <= still.from && f.blocks_alert(alert));
            let repeated = alert.withheld_from.is_some_and(|from| from <= still.from);
            let treatment = Treatment { blocked, repeated, discards };
            let delivered = self.books(ledger).device_alerts(alert, stretch, still, treatment);
            let forwards = plan
                .forwards
                .as_ref()
                .is_some_and(|(from, codes)| *from <= still.from && alert.critical && codes.contains(&alert.code));
            if forwards && !discards && not_user && still.holder.is_some_and(|holder| holder != self.registered) {
                ledger.forwarded += delivered.count * self.copies;
            }
            for (part, fate) in delivered.parts() {
                witness.note(part.first, Note::DeviceAlert(alert.code, still.holder, part, fate));
            }
        }
    }

    fn count_runs(&mut self, still: &Still, ledger: &mut Ledger, witness: &mut impl Witness) {
        for i in 0..self.schedules.len() {
            let schedule = self.schedules[i];
            let owner = schedule.owner;
            let loss = self.loss_of(owner);
            let (hole, lagging) = self.black_hole(Some(owner), still.from);
            let muted = self.mutes(owner, still.from);
            let mut books = self.books(ledger);
            let (mut refused, mut late) = (0, Vec::new());
            let standing = emission::standing(owner, still.registered);
            let (mut pulled, mut closed) = (0, loss.is_some_and(|l| self.pull_closed == Some(l.ssd)));
            let was_closed = closed;
            emission::runs(&schedule, still.from, still.until, |stretch| {
                if still.copy != owner {
                    let delivered = books.dcc_alerts(AlertClass::E4, owner, stretch, still, muted);
                    for (part, fate) in delivered.parts() {
                        witness.note(part.first, Note::Refused(schedule, standing, part, fate));
                    }
                    if standing == Standing::Unregistered {
                        refused += delivered.count;
                        late.extend(delivered.late());
                    }
                } else if !still.on_wan || still.holder != Some(owner) {
                    books.failed_runs(schedule.reads, stretch, still);
                    witness.note(stretch.first, Note::RunFailed(schedule, stretch, !still.on_wan));
                } else if let Some(loss) = loss {
                    for n in 0..stretch.count {
                        let one = Stretch { first: stretch.first + Seconds::days(i64::from(n)), count: 1 };
                        let kind = emission::pulled_kind(&schedule, one.first, loss, self.civil, &mut closed);
                        let discarded = discards(hole, lagging, kind);
                        books.pulled(schedule.reads, kind, one, discarded);
                        pulled += u64::from(kind == ReadKind::Leaked);
                        witness.note(one.first, Note::Pulled(kind, schedule, one, discarded));
                    }
                } else {
                    let discarded = discards(hole, lagging, ReadKind::Rightful);
                    books.pulled(schedule.reads, ReadKind::Rightful, stretch, discarded);
                    witness.note(stretch.first, Note::Pulled(ReadKind::Rightful, schedule, stretch, discarded));
                }
            });
            if closed && !was_closed {
                self.pull_closed = loss.map(|l| l.ssd);
            }
            self.received(owner, &Unwanted { pushed: 0, pulled, e4: refused }, ledger);
            self.hear_later(late);
        }
    }
}

/// Whether a black-holing supplier discards such a read (row 10 of the mitigations).
pub(in crate::model) fn discards(black_hole: bool, lagging: bool, kind: ReadKind) -> bool {
    black_hole
        && match kind {
            ReadKind::Leaked | ReadKind::Repeated => true,
            ReadKind::Rightful => lagging,
            ReadKind::Closing | ReadKind::Orphaned => false,
        }
}
