//! A supplier's book moves to another supplier: whole and on one date when it fails (R15, domain 2.7), or sold, in
//! whole or in part, on one date or over many (calibration 2.1).

use super::local_days::LocalDays;
use crate::engine::time::{Day, Instant, Seconds};
use crate::model::draw::{self, Lot};
use crate::model::plan::*;

/// The move of a book.
#[derive(Debug, Clone, PartialEq)]
pub struct Transfer {
    /// Why it moves.
    pub cause: TransferCause,
    /// Whose book.
    pub from: SupplierId,
    /// Which supplier takes it over.
    pub to: SupplierId,
    /// Share of the book that moves, above 0 to 1; 1 for a failure.
    pub share: f64,
    /// Days from the first local date of the transfer to the last, at least 1; each meter's date is one of them. 1 for
    /// a failure.
    pub over: u32,
    /// The dates in the window, at least the first.
    pub dates: LocalDays,
    /// Its place in the scenario; names its draws.
    pub index: u32,
}

impl Transfer {
    /// How long before a failure the DCC learns of it: identifiers of market participants are moved ahead (domain 2.7,
    /// MP185). The DCC learns as early of a sale that moves a scripted meter.
    pub const KNOWN_BEFORE: Seconds = Seconds::days(1);

    /// Whether nothing stays with the supplier.
    pub fn is_whole(&self) -> bool {
        self.share >= 1.0
    }

    /// Whether draws decide which meters move, and when.
    pub fn draws(&self) -> bool {
        !self.is_whole() || self.over > 1
    }

    /// The first local date.
    pub fn first(&self) -> Day {
        self.dates.first
    }

    /// The part of the book that moves in the window, 0 to 1.
    pub fn part_in_window(&self) -> f64 {
        self.share * self.dates.midnights.len() as f64 / f64::from(self.over)
    }

    /// The book that its switches carry.
    pub fn book(&self) -> Book {
        Book { cause: self.cause, from: self.from }
    }

    /// The date on which a meter moves if it is in the book then, and its supply start (R1); `None` where the meter
    /// stays, or moves after the window. `first` has the draws of the meter's first switch.
    pub fn date_of(&self, fuel: Fuel, first: &Lot) -> Option<(Day, Instant)> {
        if !self.draws() {
            return self.dates.start(0, fuel);
        }
        let u = first.uniform(draw::TRANSFERRED, self.index);
        let place = libm::floor(f64::from(self.over) * (u / self.share)) as usize;
        if u < self.share { self.dates.start(place.min(self.over as usize - 1), fuel) } else { None }
    }

    /// Moves a meter on its date if it is in the book just before. If the whole book moves, customers that the supplier
    /// would have gained from the first date on go to its successor. `switch` makes the transfer.
    pub fn move_book(
        &self,
        meter: &mut MeterPlan,
        date: Option<(Day, Instant)>,
        switch: impl FnOnce(Day, Instant) -> SwitchPlan,
    ) {
        if let (true, Some((_, start))) = (self.is_whole(), self.dates.start(0, meter.fuel)) {
            for later in meter.switches.iter_mut().filter(|s| s.ssd >= start && s.to == self.from) {
                later.to = self.to;
                later.practice.schedules.iter_mut().for_each(|schedule| schedule.owner = self.to);
            }
        }
        if let Some((date, ssd)) = date {
            let earlier = meter.switches.iter().rfind(|s| s.ssd < ssd && s.withdrawn.is_none());
            let in_book = earlier.map_or(meter.holder, |s| s.to) == self.from;
            // The transfer replaces a withdrawn switch of the same day.
            if in_book || self.cause == TransferCause::Failure {
                meter.switches.retain(|s| s.ssd != ssd || s.withdrawn.is_none());
            }
            if in_book && !meter.switches.iter().any(|s| s.ssd == ssd) {
                let transfer = switch(date, ssd);
                meter.watch = meter.watch.min(transfer.known).min(ssd);
                meter.switches.push(transfer);
                meter.switches.sort_by_key(|s| s.ssd);
            }
        }
        // A customer does not switch to its own supplier, and a meter does not move with a book that it has left.
        let mut registered = meter.holder;
        meter.switches.retain(|s| {
            let moves = s.to != registered && s.book.is_none_or(|book| book.from == registered);
            if moves && s.withdrawn.is_none() {
                registered = s.to;
            }
            moves
        });
    }

    /// Moves a scripted meter, which draws only whether and when. 6.23s wait for the successor's capacity and take a
    /// second.
    pub(super) fn move_scripted(&self, meter: &mut MeterPlan, first: &Lot) {
        let date = self.date_of(meter.fuel, first);
        self.move_book(meter, date, |date, ssd| {
            // By default a 6.23 succeeds at once and takes a second.
            let request = CosRequest::new(Sending::Queued(ssd));
            SwitchPlan {
                known: ssd - Self::KNOWN_BEFORE,
                book: Some(self.book()),
                injected: self.cause == TransferCause::Failure,
                cos: [request; 2],
                ..SwitchPlan::new(self.to, date, ssd)
            }
        });
    }
}
