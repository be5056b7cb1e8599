//! What a meter emits between its steps: pushes, runs and device alerts (R3 to R6, R17), and the cases that are open
//! meanwhile.

use super::episode::{Episode, Reads};
use super::{Course, NEVER};
use crate::engine::merge::Merge;
use crate::engine::time::{Instant, Seconds};
use crate::model::case::CaseEnd;
use crate::model::emission::{self, Blocks, Loss, Still, Treatment};
use crate::model::labels::{AlertClass, Ending, Owner, ReadKind};
use crate::model::ledger::{Ledger, Unwanted};
use crate::model::plan::SupplierId;
use crate::model::stretch::Stretch;
use crate::model::walk::counting::discards;

/// A stretch of time in which the meter's supplier, its certificate and DCC's copy stay the same.
struct Part {
    from: Instant,
    until: Instant,
    registered: SupplierId,
    copy: SupplierId,
    holder: SupplierId,
    /// When the holder lost the meter, if it has.
    loss: Option<Loss>,
}

impl Course<'_> {
    /// Counts cases and emissions. Returns the leaked reads of one meter point.
    pub(super) fn count_streams(&self, ledger: &mut Ledger) -> u64 {
        let pusher = usize::from(self.plan.pusher);
        // When the registered supplier's certificate came.
        let mut since = ledger.window.start.max(self.plan.watch);
        let (mut leaked, mut holder) = (0, self.plan.holder);
        for episode in self.episodes.iter().filter(|episode| episode.shown != NEVER) {
            let (switch, executed) = (episode.switch, episode.turns[pusher].executed);
            let (to, loss) = (switch.to, episode.loss());
            let mut unwanted = Unwanted::default();
            let parts = [
                Part { from: since, until: switch.ssd, registered: holder, copy: holder, holder, loss: None },
                Part { from: switch.ssd, until: episode.shown, registered: to, copy: holder, holder, loss: Some(loss) },
                Part { from: episode.shown, until: executed, registered: to, copy: to, holder, loss: Some(loss) },
            ];
            for part in parts {
                self.count_part(part, &mut unwanted, ledger);
            }
            self.count_runs_of_loser(episode, &mut unwanted, ledger);
            self.count_cases(episode, &unwanted, ledger);
            leaked += unwanted.reads();
            (since, holder) = (executed, to);
        }
        let part = Part { from: since, until: self.horizon, registered: holder, copy: holder, holder, loss: None };
        self.count_part(part, &mut Unwanted::default(), ledger);
        for reads in &self.reads {
            self.count_rightful_runs(reads, ledger);
        }
        leaked
    }

    /// What filters and the S1SP withhold.
    pub(super) fn blocks(&self) -> Blocks {
        Blocks::of(self.plan, NEVER) // All are in force all the time.
    }

    pub(super) fn still(&self, registered: SupplierId, copy: SupplierId, holder: Option<SupplierId>) -> Still {
        let (from, until) = (Instant(0), Instant(0));
        Still { from, until, registered, copy, holder, on_wan: self.on_wan, blocks: self.blocks() }
    }

    /// Whether a supplier discards what is not its own.
    fn black_holes(&self, supplier: SupplierId) -> bool {
        self.plan.black_holes.iter().any(|(other, _)| *other == supplier)
    }

    /// Clips a stretch of time to what is counted.
    fn clipped(&self, from: Instant, until: Instant, ledger: &Ledger) -> Option<(Instant, Instant)> {
        let (from, until) = (from.max(self.plan.watch).max(ledger.window.start), until.min(self.horizon));
        (from < until).then_some((from, until))
    }

    fn count_part(&self, part: Part, unwanted: &mut Unwanted, ledger: &mut Ledger) {
        let Some((from, until)) = self.clipped(part.from, part.until, ledger) else { return };
        let still = Still { from, until, ..self.still(part.registered, part.copy, Some(part.holder)) };
        let hole = self.black_holes(part.holder);
        let mut leaked = 0;
        let mut books = self.books(ledger);
        for writing in &self.writings {
            // What was written before it was replaced is pushed within a day.
            let is_over = writing.until.is_some_and(|end| end + Seconds::days(2) < from);
            if writing.since >= until || is_over {
                continue;
            }
            emission::pushes(writing, &still, part.loss, self.civil, |kind, stretch| {
                let delivered = books.pushed(kind, stretch, &still, discards(hole, false, kind));
                if kind == ReadKind::Leaked {
                    leaked += delivered.count;
                }
            });
        }
        for alert in &self.plan.alerts {
            let Some(stretch) = emission::raised(alert.raised, from, until) else { continue };
            let blocked = self.plan.s1sp_checks || self.plan.filters.iter().any(|filter| filter.blocks_alert(alert));
            let repeated = alert.withheld_from.is_some();
            let treatment = Treatment { blocked, repeated, discards: hole && part.holder != part.registered };
            books.device_alerts(alert, stretch, &still, treatment);
        }
        self.receives(part.holder, Unwanted { pushed: leaked, ..Unwanted::default() }, unwanted, ledger);
    }

    /// Counts what a supplier receives of a meter that it has lost.
    fn receives(&self, addressee: SupplierId, received: Unwanted, unwanted: &mut Unwanted, ledger: &mut Ledger) {
        if !received.is_nothing() {
            ledger.receives(addressee, &received.times(self.plan.copies));
            unwanted.merge(&received);
        }
    }

    /// Runs of schedules for the registered supplier, whose certificate the meter holds.
    fn count_rightful_runs(&self, reads: &Reads<'_>, ledger: &mut Ledger) {
        let lost = self
            .episodes
            .iter()
            .find(|episode| episode.shown != NEVER && episode.loser == reads.owner && episode.switch.ssd > reads.since);
        let until = reads.until.min(lost.map_or(NEVER, |episode| episode.switch.ssd));
        let Some((from, until)) = self.clipped(reads.since, until, ledger) else { return };
        let still = Still { from, until, ..self.still(reads.owner, reads.owner, Some(reads.owner)) };
        let discarded = discards(self.black_holes(reads.owner), false, ReadKind::Rightful);
        let mut books = self.books(ledger);
        for schedule in reads.schedules {
            emission::runs(schedule, from, until, |stretch| {
                if self.on_wan {
                    books.pulled(schedule.reads, ReadKind::Rightful, stretch, discarded);
                } else {
                    books.failed_runs(schedule.reads, stretch, &still);
                }
            });
        }
    }

    /// Runs of the losing supplier's schedules from SSD on: pulled until DCC's copy shows the gainer, then refused
    /// (R5).
    fn count_runs_of_loser(&self, episode: &Episode<'_>, unwanted: &mut Unwanted, ledger: &mut Ledger) {
        let (loser, switch, loss) = (episode.loser, episode.switch, episode.loss());
        let Some(reads) = self.reads_of(loser, switch.ssd) else { return };
        let mut received = Unwanted::default();
        if let Some((from, until)) = self.clipped(switch.ssd, episode.shown.min(reads.until), ledger) {
            let still = Still { from, until, ..self.still(switch.to, loser, Some(loser)) };
            let hole = self.black_holes(loser);
            let mut closed = false;
            let mut books = self.books(ledger);
            for schedule in reads.schedules {
                emission::runs(schedule, from, until, |stretch| {
                    if !self.on_wan {
                        return books.failed_runs(schedule.reads, stretch, &still);
                    }
                    for n in 0..stretch.count {
                        let one = Stretch { first: stretch.first + Seconds::days(i64::from(n)), count: 1 };
                        let kind = emission::pulled_kind(schedule, one.first, loss, self.civil, &mut closed);
                        books.pulled(schedule.reads, kind, one, discards(hole, false, kind));
                        received.pulled += u64::from(kind == ReadKind::Leaked);
                    }
                });
            }
        }
        if let Some((from, until)) = self.clipped(episode.shown, reads.until, ledger) {
            let still = Still { from, until, ..self.still(switch.to, switch.to, Some(loser)) };
            let muted = self.mutes(loser);
            let mut books = self.books(ledger);
            for schedule in reads.schedules {
                emission::runs(schedule, from, until, |stretch| {
                    received.e4 += books.dcc_alerts(AlertClass::E4, loser, stretch, &still, muted).count;
                });
            }
        }
        self.receives(loser, received, unwanted, ledger);
    }

    /// Counts a switch's cases, one for each device, and what came meanwhile.
    fn count_cases(&self, episode: &Episode<'_>, unwanted: &Unwanted, ledger: &mut Ledger) {
        let Self { plan, civil, horizon, .. } = *self;
        let (switch, copies) = (episode.switch, plan.copies);
        if switch.ssd >= horizon {
            return;
        }
        let devices = &episode.turns[..usize::from(plan.devices)];
        for (device, turns) in devices.iter().enumerate() {
            let executes = turns.executed < horizon;
            let until = turns.executed.min(horizon);
            let end = CaseEnd {
                meter: plan,
                switch,
                device,
                copies,
                opened: switch.ssd,
                sent: (turns.sent < horizon).then_some(turns.sent),
                until,
                ending: executes.then_some(Ending::Executed),
                risked_before: false,
            };
            if !executes {
                ledger.open += copies;
            }
            // The copy shows the gainer by the time at which its 6.23 executes, so the gap is the case.
            let seconds = (until - switch.ssd.max(ledger.window.start)).0.max(0) as u64 * copies;
            ledger.gap += seconds;
            if let Some((cause, mut sums)) = end.count(ledger, civil) {
                if device == usize::from(plan.pusher) {
                    sums.unwanted = unwanted.times(copies);
                }
                ledger.book(cause, plan, (episode.loser, switch.to), &sums);
            }
        }
        let sent = devices.iter().map(|turns| turns.sent).min().unwrap_or(NEVER).min(horizon);
        if sent > switch.ssd {
            let owner = Owner::of(switch.class, switch.erroneous);
            ledger.hold(|l| &mut l.not_initiated[plan.kind][owner], switch.ssd, sent, civil, copies);
        }
    }
}
