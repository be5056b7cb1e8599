//! Counting the stretches between two changes of state: pushes, runs and gap days.

use super::Walk;
use crate::engine::time::{Instant, Seconds};
use crate::model::emission::{self, Blocks, Books, Still, Stretch};
use crate::model::labels::{AlertClass, Outcome, ReadKind, Reference};
use crate::model::ledger::Ledger;
use crate::model::plan::SupplierId;
use crate::model::witness::{Note, Witness};

impl Walk<'_> {
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
            let gaps = (0..self.plan.devices as usize)
                .filter(|&d| self.holder[d] != self.registered || copy != self.registered)
                .count();
            ledger.gap += gaps as u64 * in_window.0 as u64 * self.copies;
        }
        let still = self.still(from.max(self.plan.watch).max(self.start), until.min(self.horizon), from, copy);
        if still.from < still.until {
            self.count_pushes(&still, ledger, witness);
            self.count_runs(&still, ledger, witness);
        }
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
        let mut blocks = Blocks::default();
        for filter in self.plan.filters.iter().filter(|f| f.from <= at) {
            blocks.pushed_reads |= filter.blocks_pushed_reads();
            blocks.dcc_alerts |= filter.dcc_alerts;
        }
        blocks
    }

    pub(super) fn count_pushes(&mut self, still: &Still, ledger: &mut Ledger, witness: &mut impl Witness) {
        let Some((calendar, since)) = self.calendar else {
            return;
        };
        let loss = self.loss_of(still.holder);
        let (hole, lagging) = self.black_hole(still.holder, still.from);
        let mut books = Books { ledger, copies: self.copies };
        let mut leaked = 0;
        emission::pushes(&calendar, since, still, loss, self.civil, |kind, stretch| {
            let discards = discards(hole, lagging, kind);
            let delivered = books.pushed(kind, stretch, still, discards);
            if delivered && kind == ReadKind::Leaked {
                leaked += u64::from(stretch.count);
            }
            witness.note(stretch.first, Note::Pushed(kind, still.holder, stretch, delivered));
        });
        self.tally.leaked += leaked;
        self.leaked += leaked;
    }

    pub(super) fn count_runs(&mut self, still: &Still, ledger: &mut Ledger, witness: &mut impl Witness) {
        for i in 0..self.schedules.len() {
            let schedule = self.schedules[i];
            let owner = schedule.owner;
            let loss = self.loss_of(owner);
            let (hole, lagging) = self.black_hole(owner, still.from);
            let mut books = Books { ledger, copies: self.copies };
            let tally = &mut self.tally;
            let (mut leaked, mut closed) = (0, loss.is_some_and(|l| self.pull_closed == Some(l.ssd)));
            let was_closed = closed;
            emission::runs(&schedule, still.from, still.until, |stretch| {
                if still.copy != owner {
                    let delivered = books.dcc_alerts(AlertClass::E4, owner, stretch, still);
                    if delivered && owner != still.registered {
                        tally.e4 += u64::from(stretch.count);
                    }
                    witness.note(stretch.first, Note::DccAlert(AlertClass::E4, owner, stretch, delivered));
                } else if !still.on_wan || still.holder != owner {
                    books.requests(stretch.first, Reference::Scheduled, Outcome::Failed, u64::from(stretch.count));
                } else if let Some(loss) = loss {
                    for n in 0..stretch.count {
                        let one = Stretch { first: stretch.first + Seconds::days(i64::from(n)), count: 1 };
                        let kind = emission::pulled_kind(&schedule, one.first, loss, self.civil, &mut closed);
                        books.pulled(kind, one, discards(hole, lagging, kind));
                        leaked += u64::from(kind == ReadKind::Leaked);
                        witness.note(one.first, Note::Pulled(kind, owner, one));
                    }
                } else {
                    books.pulled(ReadKind::Rightful, stretch, discards(hole, lagging, ReadKind::Rightful));
                    witness.note(stretch.first, Note::Pulled(ReadKind::Rightful, owner, stretch));
                }
            });
            if closed && !was_closed {
                self.pull_closed = loss.map(|l| l.ssd);
            }
            self.tally.leaked += leaked;
            self.leaked += leaked;
        }
    }
}

/// Whether a black-holing supplier discards such a read (row 10 of the mitigations).
fn discards(black_hole: bool, lagging: bool, kind: ReadKind) -> bool {
    black_hole
        && match kind {
            ReadKind::Leaked | ReadKind::Repeated => true,
            ReadKind::Rightful => lagging,
            ReadKind::Closing => false,
        }
}
