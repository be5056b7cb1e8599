//! What a meter emits between its steps: pushes, runs and device alerts (R3 to R6, R17).

use arrayvec::ArrayVec;

use super::episode::{Episode, Reads};
use super::items::{Item, Items};
use super::receipts::Receipts;
use super::{Course, NEVER, SWITCHES};
use crate::engine::merge::Merge;
use crate::engine::time::{Instant, Seconds};
use crate::model::emission::{self, Blocks, Loss, Still, Treatment, Writing};
use crate::model::labels::{AlertClass, ReadKind};
use crate::model::ledger::{Ledger, Unwanted};
use crate::model::plan::SupplierId;
use crate::model::stretch::Stretch;
use crate::model::walk::counting::discards;

/// A stretch of time in which the meter's supplier, its certificate and the DCC's copy stay the same.
struct Part {
    from: Instant,
    until: Instant,
    registered: SupplierId,
    copy: SupplierId,
    holder: SupplierId,
    /// Which switch took the meter from the holder, and what it lost, if it has.
    loss: Option<(usize, Loss)>,
}

/// Most parts: three for each switch, and one after all.
const PARTS: usize = 3 * SWITCHES + 1;

impl Course<'_> {
    /// Counts the emissions among these items, and notes what losing suppliers receive by them.
    pub(super) fn count_streams(&self, items: Items, ledger: &mut Ledger, receipts: &mut Receipts) {
        if !items.and(Items::OF_PARTS).is_empty() {
            let parts = self.parts(ledger.window.start);
            for (n, writing) in self.writings.iter().enumerate().filter(|(n, _)| items.has(Item::Pushes(*n))) {
                self.count_pushes((n, writing), &parts, ledger, receipts);
            }
            if items.has(Item::Alerts) {
                parts.iter().for_each(|part| self.count_device_alerts(part, ledger));
            }
        }
        for (k, episode) in self.episodes.iter().enumerate().filter(|(k, _)| items.has(Item::LosersRuns(*k))) {
            self.count_runs_of_loser((k, episode), ledger, receipts);
        }
        for (_, reads) in self.reads.iter().enumerate().filter(|(n, _)| items.has(Item::Runs(*n))) {
            self.count_rightful_runs(reads, ledger);
        }
    }

    /// The parts of what is counted in a window that starts at a second, in their order.
    fn parts(&self, start: Instant) -> ArrayVec<Part, PARTS> {
        let mut parts = ArrayVec::new();
        let mut add = |part: Part| {
            if let Some((from, until)) = self.clipped(part.from, part.until, start) {
                parts.push(Part { from, until, ..part });
            }
        };
        // When the registered supplier's certificate came.
        let (mut since, mut holder) = (start.max(self.plan.watch), self.plan.holder);
        for (k, episode) in self.episodes.iter().enumerate().filter(|(_, episode)| !episode.is_withdrawn()) {
            let (to, ssd, executed) = (episode.switch.to, episode.switch.ssd, self.executed(episode));
            let loss = Some((k, episode.loss()));
            add(Part { from: since, until: ssd, registered: holder, copy: holder, holder, loss: None });
            add(Part { from: ssd, until: episode.shown, registered: to, copy: holder, holder, loss });
            add(Part { from: episode.shown, until: executed, registered: to, copy: to, holder, loss });
            (since, holder) = (executed, to);
        }
        add(Part { from: since, until: self.horizon, registered: holder, copy: holder, holder, loss: None });
        parts
    }

    /// When the device that pushes executes the 6.23 of a switch.
    pub(super) fn executed(&self, episode: &Episode<'_>) -> Instant {
        episode.turns[usize::from(self.plan.pusher)].executed
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

    /// Clips a stretch of time to what is counted in a window that starts at a second.
    fn clipped(&self, from: Instant, until: Instant, start: Instant) -> Option<(Instant, Instant)> {
        let (from, until) = (from.max(self.plan.watch).max(start), until.min(self.horizon));
        (from < until).then_some((from, until))
    }

    fn still_in(&self, part: &Part) -> Still {
        let Part { from, until, registered, copy, holder, .. } = *part;
        Still { from, until, ..self.still(registered, copy, Some(holder)) }
    }

    fn count_pushes(
        &self,
        (n, writing): (usize, &Writing),
        parts: &[Part],
        ledger: &mut Ledger,
        receipts: &mut Receipts,
    ) {
        let mut leaked = [0; SWITCHES];
        // The last second up to which pushes were counted, and the first date whose push comes later.
        let mut counted = None;
        for part in parts {
            // What was written before it was replaced is pushed within a day.
            let is_over = writing.until.is_some_and(|end| end + Seconds::days(2) < part.from);
            if writing.since >= part.until || is_over {
                continue;
            }
            let (still, hole) = (self.still_in(part), self.black_holes(part.holder));
            let mut books = self.books(ledger);
            let mut delivered = 0;
            let first = counted.filter(|(until, _)| *until == part.from).map(|(_, date)| date);
            let first = first.unwrap_or_else(|| writing.date_from(part.from, self.civil));
            let end = writing.date_from(part.until, self.civil);
            counted = Some((part.until, end));
            let loss = part.loss.map(|(_, loss)| loss);
            emission::pushes_of(writing, (first, end), (false, loss), self.civil, |kind, stretch| {
                let pushed = books.pushed(kind, stretch, &still, discards(hole, false, kind));
                if kind == ReadKind::Leaked {
                    delivered += pushed.count;
                }
            });
            if let Some((k, _)) = part.loss {
                leaked[k] += delivered;
                self.receives(part.holder, Unwanted { pushed: delivered, ..Unwanted::default() }, ledger);
            }
        }
        for (k, pushed) in leaked.into_iter().enumerate() {
            receipts.note(Item::Pushes(n), k, Unwanted { pushed, ..Unwanted::default() });
        }
    }

    fn count_device_alerts(&self, part: &Part, ledger: &mut Ledger) {
        let (still, hole) = (self.still_in(part), self.black_holes(part.holder));
        let mut books = self.books(ledger);
        for alert in &self.plan.alerts {
            let Some(stretch) = emission::raised(alert.raised, part.from, part.until) else { continue };
            let blocked = self.plan.s1sp_checks || self.plan.filters.iter().any(|filter| filter.blocks_alert(alert));
            let repeated = alert.withheld_from.is_some();
            let treatment = Treatment { blocked, repeated, discards: hole && part.holder != part.registered };
            books.device_alerts(alert, stretch, &still, treatment);
        }
    }

    /// Counts what a supplier receives of a meter that it has lost.
    fn receives(&self, addressee: SupplierId, received: Unwanted, ledger: &mut Ledger) {
        if !received.is_nothing() {
            ledger.receives(addressee, &received.times(self.plan.copies));
        }
    }

    /// When the schedules of a registered supplier no longer run for it: they are removed, or it has lost the meter.
    pub(super) fn rightful_until(&self, reads: &Reads<'_>) -> Instant {
        let lost = self.episodes.iter().find(|episode| {
            !episode.is_withdrawn() && episode.loser == reads.owner && episode.switch.ssd > reads.since
        });
        reads.until.min(lost.map_or(NEVER, |episode| episode.switch.ssd))
    }

    /// Runs of schedules for the registered supplier, whose certificate the meter holds.
    fn count_rightful_runs(&self, reads: &Reads<'_>, ledger: &mut Ledger) {
        let start = ledger.window.start;
        let Some((from, until)) = self.clipped(reads.since, self.rightful_until(reads), start) else { return };
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

    /// Runs of the losing supplier's schedules from SSD on: pulled until the DCC's copy shows the gainer, then refused
    /// (R5).
    fn count_runs_of_loser(&self, (k, episode): (usize, &Episode<'_>), ledger: &mut Ledger, receipts: &mut Receipts) {
        let (loser, switch, loss, start) = (episode.loser, episode.switch, episode.loss(), ledger.window.start);
        let Some(reads) = self.reads_of(loser, switch.ssd) else { return };
        let mut received = Unwanted::default();
        if let Some((from, until)) = self.clipped(switch.ssd, episode.shown.min(reads.until), start) {
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
        if let Some((from, until)) = self.clipped(episode.shown, reads.until, start) {
            let still = Still { from, until, ..self.still(switch.to, switch.to, Some(loser)) };
            let muted = self.mutes(loser);
            let mut books = self.books(ledger);
            for schedule in reads.schedules {
                emission::runs(schedule, from, until, |stretch| {
                    received.e4 += books.dcc_alerts(AlertClass::E4, loser, stretch, &still, muted).count;
                });
            }
        }
        self.receives(loser, received, ledger);
        receipts.note(Item::LosersRuns(k), k, received);
    }
}
