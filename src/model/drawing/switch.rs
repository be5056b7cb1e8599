//! Draws the switches of a meter: when they are and who gains, when the DCC learns of them, and when the gainer sends
//! 6.23.

use super::{Customer, Drawing, MOST_SWITCHES, pick};
use crate::engine::law::{Law, exponential};
use crate::engine::random::Purpose;
use crate::engine::time::{DAY, Day, HOUR, Instant, Seconds};
use crate::model::civil::plus_working_days;
use crate::model::draw::{self, First, FirstSwitch, Lot};
use crate::model::injection::Transfer;
use crate::model::plan::{Book, Class, CosRequest, Fuel, Sending, SupplierId, SwitchPlan, TransferCause};

/// How a switch comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    Chosen,
    Erroneous,
    Return,
    Moved(Book),
}

impl Occasion {
    /// The book that the switch moves with, if it does.
    fn book(self) -> Option<Book> {
        match self {
            Occasion::Moved(book) => Some(book),
            Occasion::Chosen | Occasion::Erroneous | Occasion::Return => None,
        }
    }

    /// Whether the customer moves because its supplier fails.
    fn is_failure(self) -> bool {
        self.book().is_some_and(|book| book.cause == TransferCause::Failure)
    }
}

impl Drawing<'_> {
    /// A meter's switches in the window, by SSD, and the second from which the meter is watched. Where the meter is
    /// `moved` with a book, that is the first; `hazard` is that of the meter's region over the mean. `None` where no
    /// supplier gains the customer.
    pub(super) fn switches(
        &self,
        customer: &Customer<'_>,
        holder: SupplierId,
        moved: Option<(&Transfer, Day)>,
        hazard: f64,
    ) -> Option<(Vec<SwitchPlan>, Instant)> {
        let first = customer.first;
        let mut switches = Vec::with_capacity(1);
        let mut day = moved.map_or(first.day, |(_, date)| date);
        let (mut registered, mut returns_to) = (holder, None);
        let mut watch = Instant(i64::MAX);
        for generation in 0..MOST_SWITCHES {
            let lot = customer.lot.switch(generation);
            let moved = moved.filter(|_| generation == 0).map(|(transfer, _)| transfer);
            let (to, occasion) = self.gain(&lot, first, registered, moved, returns_to.take())?;
            let switch = self.switch(&lot, customer, (day, to), occasion);
            let notice = match occasion {
                Occasion::Moved(_) => Seconds(0),
                _ => lot.duration(&self.laws.notice, draw::NOTICE, 0).unwrap_or_default(),
            };
            watch = watch.min(switch.known.min(switch.ssd - notice));
            switches.push(switch);
            if first.kind == First::Withdrawn {
                break;
            }
            let next = if occasion == Occasion::Erroneous {
                returns_to = Some(registered);
                self.return_day(&lot, day)
            } else {
                self.next_day(&lot, first.fuel, day, hazard)
            };
            registered = to;
            match next {
                Some(next) if next.0 < self.first.0 + self.life.days as i32 => day = next,
                _ => break,
            }
        }
        Some((switches, watch))
    }

    /// Who gains a customer of `registered`, and how the switch comes about.
    fn gain(
        &self,
        lot: &Lot,
        first: FirstSwitch,
        registered: SupplierId,
        moved: Option<&Transfer>,
        returns_to: Option<SupplierId>,
    ) -> Option<(SupplierId, Occasion)> {
        if let Some(transfer) = moved {
            return Some((transfer.to, Occasion::Moved(transfer.book())));
        }
        if let Some(back) = returns_to {
            return Some((back, Occasion::Return));
        }
        let chosen = first.kind != First::Withdrawn;
        let erroneous = chosen && lot.happens(draw::ERRONEOUS, self.market.erroneous_share);
        let occasion = if erroneous { Occasion::Erroneous } else { Occasion::Chosen };
        Some((self.gainer(lot, registered)?, occasion))
    }

    fn gainer(&self, lot: &Lot, loser: SupplierId) -> Option<SupplierId> {
        let other = || (0..self.suppliers.len() as u16).map(SupplierId).find(|s| *s != loser);
        self.gainers.draw(lot, loser).or_else(other)
    }

    /// A switch on a date to a supplier.
    pub(super) fn switch(
        &self,
        lot: &Lot,
        customer: &Customer<'_>,
        (date, to): (Day, SupplierId),
        occasion: Occasion,
    ) -> SwitchPlan {
        let (laws, first) = (self.laws, customer.first);
        let gas_start = if first.fuel == Fuel::Gas { self.conventions.gas_day_start } else { Seconds(0) };
        let ssd = self.civil.midnight(date) + gas_start;
        let class = self.class(lot, customer, (ssd, to), occasion);
        let known = self.known(lot, ssd, occasion);
        let delay = self.delay(lot, customer, (ssd, to), class, occasion);
        let sending = self.sending(lot, (ssd, known), (to, class), delay, occasion);
        // The law of an erroneous transfer replaces the class's: it does not wait for its gainer to become a User.
        let user_from = match (class, occasion, delay) {
            (Class::NonUser, Occasion::Erroneous, _) => None,
            (Class::NonUser, _, Some(delay)) => Some(ssd + delay),
            _ => None,
        };
        let configures = if class == Class::Mature { &laws.configures_mature } else { &laws.configures_immature };
        SwitchPlan {
            known,
            withdrawn: (first.kind == First::Withdrawn).then(|| self.withdrawn(lot, ssd)),
            erroneous: matches!(occasion, Occasion::Erroneous | Occasion::Return),
            book: occasion.book(),
            injected: occasion.is_failure(),
            class,
            user_from,
            cos: self.requests(lot, first.fuel, sending),
            configures: lot.duration(configures, draw::CONFIGURES, 0),
            practice: self.practice(lot, 1, to, customer.habits),
            ..SwitchPlan::new(to, date, ssd)
        }
    }

    /// The gainer's class.
    fn class(&self, lot: &Lot, customer: &Customer<'_>, (ssd, to): (Instant, SupplierId), occasion: Occasion) -> Class {
        let classes = &customer.habits[to.0 as usize].classes;
        match (occasion, self.suppliers[to.0 as usize].user_from) {
            (Occasion::Moved(_), _) => Class::Mature,
            (_, Some(date)) if date > ssd => Class::NonUser,
            // It has recently become a User.
            (_, Some(_)) if classes[Class::NonUser as usize] >= 1.0 => Class::Immature,
            _ => pick(classes, lot.uniform(draw::CLASS, 0)).map_or(Class::Mature, |i| Class::ALL[i]),
        }
    }

    /// When the DCC learns of a switch.
    fn known(&self, lot: &Lot, ssd: Instant, occasion: Occasion) -> Instant {
        let drawn = |law: &Law, index: u32| lot.duration(law, draw::KNOWN, index).unwrap_or_default();
        if occasion.is_failure() {
            ssd - Transfer::KNOWN_BEFORE
        } else if lot.happens(draw::LATE, self.market.late_share) {
            ssd + drawn(&self.laws.late_feed, 1)
        } else {
            ssd - drawn(&self.laws.known_before, 0)
        }
    }

    /// From SSD to the first sending of 6.23; `None` is never.
    fn delay(
        &self,
        lot: &Lot,
        customer: &Customer<'_>,
        (ssd, to): (Instant, SupplierId),
        class: Class,
        occasion: Occasion,
    ) -> Option<Seconds> {
        if occasion == Occasion::Erroneous {
            let sends = lot.happens(draw::ERRONEOUS_SENDS, self.market.erroneous_sends);
            return if sends { lot.duration(&self.laws.to_623_mature, draw::SENDING, 0) } else { None };
        }
        let user_date = customer.habits[to.0 as usize].user_dates.iter().copied().find(|date| *date > ssd);
        match user_date.filter(|_| class == Class::NonUser) {
            Some(date) => Some(date - ssd),
            None => lot.duration(self.laws.to_623(class, customer.payment), draw::SENDING, 0),
        }
    }

    /// How the gaining supplier sends after a delay from SSD.
    fn sending(
        &self,
        lot: &Lot,
        (ssd, known): (Instant, Instant),
        (to, class): (SupplierId, Class),
        delay: Option<Seconds>,
        occasion: Occasion,
    ) -> Sending {
        let weights = &self.suppliers[to.0 as usize];
        let waits_for_capacity = class == Class::NonUser && weights.user_from.is_some() && weights.has_capacity;
        match delay {
            _ if occasion.book().is_some() => Sending::Queued(ssd),
            None => Sending::Never,
            Some(Seconds(0)) => {
                let ahead = known + lot.duration(&self.laws.ahead, draw::AHEAD, 0).unwrap_or_default();
                Sending::At(if ahead <= ssd - HOUR { ahead } else { ssd })
            }
            Some(_) if waits_for_capacity && occasion != Occasion::Erroneous => Sending::Queued(ssd),
            Some(delay) => Sending::At(ssd + delay),
        }
    }

    /// The 6.23s of a meter's devices.
    fn requests(&self, lot: &Lot, fuel: Fuel, sending: Sending) -> [CosRequest; 2] {
        let laws = self.laws;
        let request = |device: u32| {
            let draw = |law: &Law, purpose: Purpose| lot.duration(law, purpose, device).unwrap_or_default();
            let mut latency = draw(&laws.processing, draw::PROCESSING) + draw(&laws.round_trip, draw::ROUND_TRIP);
            if fuel == Fuel::Gas && device == 0 {
                latency += draw(&laws.waking, draw::WAKING);
            }
            let fails = geometric(lot.uniform(draw::FAILURES, device), self.market.no_response);
            CosRequest { latency, fails, retry: self.market.retry, ..CosRequest::new(sending) }
        };
        // Only gas has a second device to draw for.
        let reading = request(0);
        [reading, if fuel == Fuel::Gas { request(1) } else { reading }]
    }

    /// When a switch is withdrawn: evenly within the notice before SSD.
    fn withdrawn(&self, lot: &Lot, ssd: Instant) -> Instant {
        let notice = lot.duration(&self.laws.notice, draw::NOTICE, 0).unwrap_or_default();
        let before = Seconds(libm::ceil(lot.uniform(draw::WITHDRAWN, 0) * notice.0 as f64) as i64);
        ssd - before.max(Seconds(1))
    }

    /// An erroneous transfer's return: detection, agreement in working days, re-registration (calibration 8.8).
    fn return_day(&self, lot: &Lot, day: Day) -> Option<Day> {
        let days = |law: &Law, purpose: Purpose| lot.duration(law, purpose, 0).map(|d| (d.0 + DAY.0 - 1) / DAY.0);
        let limit = self.life.days as i64;
        let detected = days(&self.laws.et_detection, draw::ET_DETECTION)?;
        let agreement = days(&self.laws.et_agreement, draw::ET_AGREEMENT)?;
        let back = days(&self.laws.et_return, draw::ET_RETURN)?;
        if detected + agreement + back > limit {
            return None;
        }
        Some(plus_working_days(day.plus(detected as i32), agreement).plus(back as i32))
    }

    /// The day of the next switch, if it lies in the window (calibration 8.22); `hazard` is that of the meter's region
    /// over the mean.
    fn next_day(&self, lot: &Lot, fuel: Fuel, day: Day, hazard: f64) -> Option<Day> {
        let cumulative = &self.flows[fuel as usize].cumulative;
        let free = (day.0 - self.first.0) as usize + self.market.dead_time_days as usize;
        let spent = cumulative.get(free)?;
        let target = spent + exponential(lot.uniform(draw::NEXT_SWITCH, 0)) / hazard;
        let index = cumulative.partition_point(|sum| *sum < target);
        (index < cumulative.len()).then(|| self.first.plus(index as i32 - 1))
    }
}

/// How many failures precede the first success.
fn geometric(u: f64, failure: f64) -> u32 {
    // Most succeed at once, and cost no logarithm.
    if u > failure {
        return 0;
    }
    libm::floor(libm::log(u) / libm::log(failure)).min(1_000.0) as u32
}
