//! The names of all draws. A purpose keeps its number for ever, and a new one takes a new number, so that it moves no
//! other draw.

use super::plan::{Fuel, MeterId, SupplierName};
use crate::engine::law::Law;
use crate::engine::random::{Draws, Entity, Purpose, Sequence, Stream};
use crate::engine::time::{Day, Seconds};

macro_rules! purposes {
    ($($(#[$doc:meta])* $name:ident = $number:literal),+ $(,)?) => {
        $($(#[$doc])* pub const $name: Purpose = Purpose($number);)+
    };
}

purposes! {
    /// How many switches start on a day.
    ARRIVALS = 1,
    /// How many switches of a day are withdrawn.
    WITHDRAWALS = 2,
    /// The losing supplier.
    LOSING = 3,
    /// The gaining supplier.
    GAINING = 4,
    /// The gainer's class.
    CLASS = 5,
    /// From SSD to the first sending.
    SENDING = 6,
    /// When the DCC learns of the switch.
    KNOWN = 7,
    /// Whether the DCC learns of it late.
    LATE = 8,
    /// From the DCC's learning to a future-dated sending.
    AHEAD = 9,
    /// DCC processing time.
    PROCESSING = 10,
    /// WAN and device round trip.
    ROUND_TRIP = 11,
    /// A gas meter's wait until it wakes.
    WAKING = 12,
    /// How many attempts fail.
    FAILURES = 13,
    /// Whether the meter is off the WAN for good.
    OFF_AIR = 14,
    /// Whether a supplier reads a meter by billing calendar.
    BY_CALENDAR = 15,
    /// A supplier's share of meters with a calendar.
    CALENDAR_SHARE = 16,
    /// Daily or monthly calendar.
    CALENDAR_PERIOD = 17,
    /// Offset of the push.
    PUSH_OFFSET = 18,
    /// How many DCC schedules.
    SCHEDULES = 19,
    /// Second of a schedule's run.
    RUN_SECOND = 20,
    /// Notice of the loss.
    NOTICE = 21,
    /// Lead of the losing supplier's cancelling.
    LEAD = 22,
    /// When a withdrawn switch is withdrawn.
    WITHDRAWN = 23,
    /// From execution to the gainer's own 6.8.
    CONFIGURES = 24,
    /// Whether a switch is an erroneous transfer.
    ERRONEOUS = 25,
    /// Whether the gainer of an erroneous transfer sends 6.23.
    ERRONEOUS_SENDS = 26,
    /// Detection of an erroneous transfer.
    ET_DETECTION = 27,
    /// Agreement about it.
    ET_AGREEMENT = 28,
    /// Re-registration.
    ET_RETURN = 29,
    /// When the meter switches again.
    NEXT_SWITCH = 30,
    /// Whether a policy reaches a meter.
    ADOPTION = 31,
    /// Detection under a chasing policy.
    DETECTION = 32,
    /// Response under a chasing policy.
    RESPONSE = 33,
    /// Whether a case follows better practice under a policy.
    IMPROVES = 34,
    /// The delay under that better practice.
    IMPROVED = 35,
    /// Whether an injection strikes.
    INJECTED = 36,
    /// A delay that an injection adds.
    INJECTED_DELAY = 37,
    /// Day of the month of a calendar that a policy makes monthly.
    MONTH_DAY = 38,
    /// Region of the WAN.
    REGION = 39,
    /// When a supplier becomes a DCC User.
    USER_DATE = 40,
    /// Whether a supplier reacts to being chased.
    REACTS = 41,
    /// Whether a meter raises a device alert daily, how often it raises a rare one, and when.
    DEVICE_ALERT = 42,
    /// A supplier's place among those of its size when classes are drawn.
    CLASS_ORDER = 43,
    /// Where the circle of classes begins.
    CLASS_START = 44,
    /// Whether a meter with a billing calendar has DCC schedules as well.
    BOTH = 45,
    /// When a switch that an outage held up is cleared.
    CLEARED = 46,
    /// How a meter's customer pays.
    PAYMENT = 47,
    /// Whether a meter moves with a part of its supplier's book, and on which date.
    TRANSFERRED = 49,
    /// Whether a meter is SMETS1.
    DEVICE_KIND = 60,
    /// Where the draws of a meter's later switch start.
    SWITCH = 61,
}

/// The draws of a supplier, of a day, or of a meter's switch.
#[derive(Debug, Clone, Copy)]
pub struct Lot(Sequence);

impl Lot {
    /// The draws of a supplier.
    pub fn supplier(draws: &Draws, name: SupplierName) -> Self {
        Self(draws.of(Entity(1 << 61 | name.bits())))
    }

    /// The draws of a day of one fuel.
    pub fn day(draws: &Draws, fuel: Fuel, day: Day) -> Self {
        Self(draws.of(Entity(2 << 61 | (fuel as u64) << 40 | u64::from(day.0 as u32))))
    }

    /// The draws of a drawn meter's first switch, and of the meter as a whole.
    pub fn drawn(draws: &Draws, first: FirstSwitch) -> Self {
        Self(draws.of(Entity(3 << 61 | first.packed())))
    }

    /// The draws of a scripted meter's first switch. The script itself draws nothing; the laws of policies and
    /// injections do.
    pub fn scripted(draws: &Draws, meter: MeterId) -> Self {
        Self(draws.of(Entity(4 << 61 | meter.0 & (u64::MAX >> 3))))
    }

    /// The draws of a meter's switch, if these are those of its first, which has the number 0. Nearly all meters have
    /// one switch, so the meter is the entity and a later switch is a part of it.
    pub fn switch(&self, number: u32) -> Self {
        if number == 0 { *self } else { Self(self.0.part(SWITCH, number)) }
    }

    /// A uniform draw in (0, 1).
    pub fn uniform(&self, purpose: Purpose, index: u32) -> f64 {
        self.0.uniform(purpose, index)
    }

    /// A generator for samplers that take one.
    pub fn stream(&self, purpose: Purpose, index: u32) -> Stream {
        self.0.stream(purpose, index)
    }

    /// Whether something with this probability happens.
    pub fn happens(&self, purpose: Purpose, probability: f64) -> bool {
        probability > 0.0 && self.uniform(purpose, 0) < probability
    }

    /// A duration from a law.
    pub fn duration(&self, law: &Law, purpose: Purpose, index: u32) -> Option<Seconds> {
        match law {
            Law::Fixed(length) => Some(*length),
            Law::Never => None,
            _ => law.at(self.uniform(purpose, index)),
        }
    }
}

/// Names a meter of the market by its first switch: fuel, SSD day, kind and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstSwitch {
    /// Fuel.
    pub fuel: Fuel,
    /// SSD day of its first switch.
    pub day: Day,
    /// Number on that day.
    pub number: u32,
    /// The kind of its first switch; each kind is numbered separately.
    pub kind: First,
}

/// The kind of a meter's first switch in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// Its customer changes supplier.
    Chosen,
    /// Its customer intends to, and withdraws.
    Withdrawn,
    /// Its supplier's book moves.
    Book,
}

impl FirstSwitch {
    /// The number of meters of one fuel, day and kind that have distinct names.
    pub const MOST: u32 = 1 << 24;

    /// 24 bits of number, 24 of day, one of fuel, two of kind.
    const fn packed(self) -> u64 {
        (self.number as u64 & 0xFF_FFFF)
            | ((self.day.0 as u64) & 0xFF_FFFF) << 24
            | (self.fuel as u64) << 48
            | (self.kind as u64) << 49
    }

    /// The meter's number in results.
    pub const fn meter(self) -> MeterId {
        MeterId(self.packed())
    }

    /// The name of a drawn meter with a number.
    pub fn of(MeterId(packed): MeterId) -> Self {
        let kind = match packed >> 49 & 3 {
            0 => First::Chosen,
            1 => First::Withdrawn,
            _ => First::Book,
        };
        let fuel = if packed >> 48 & 1 == 0 { Fuel::Electricity } else { Fuel::Gas };
        // The day is a signed number of 24 bits.
        let day = Day(((packed >> 24) as i32) << 8 >> 8);
        Self { fuel, day, number: (packed & 0xFF_FFFF) as u32, kind }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_meter_is_named_again_by_its_number() {
        for fuel in Fuel::ALL {
            for kind in [First::Chosen, First::Withdrawn, First::Book] {
                for (day, number) in [(17_866, 0), (-1, FirstSwitch::MOST - 1)] {
                    let first = FirstSwitch { fuel, day: Day(day), number, kind };
                    assert_eq!(FirstSwitch::of(first.meter()), first);
                }
            }
        }
    }
}
