//! The capacity planner's traffic: messages and bytes on each leg of the way between users, DCC and meters, by minute.
//!
//! Sizes are those of DCC's published sample messages (calibration 3.5) where there is one. What travels between users and the DCC is
//! wrapped: four thirds of the payload and 1,500 bytes (assumed), which is also what the DCC's own alerts and answers take.

use super::labels::index;
use super::ledger::Window;
use super::plan::{Fuel, Reading};
use crate::engine::bins::MinuteBins;
use crate::engine::time::Instant;

index! {
    /// A leg of the way.
    Leg {
        /// Over the WAN to meters: commands.
        South => "wan-south",
        /// Over the WAN from meters: responses and device alerts.
        North => "wan-north",
        /// From users to the DCC: service requests.
        FromUsers => "from-users",
        /// From the DCC to users: answers, responses and alerts.
        ToUsers => "to-users",
    }
}

/// A message, by what it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// A pushed read, 0x8F0A.
    PushedRead,
    /// Another critical alert of a device.
    CriticalAlert,
    /// Another alert of a device.
    NonCriticalAlert,
    /// An alert of the DCC's own: E4, notice, credentials updated.
    DccAlert,
    /// A 6.23 from a supplier.
    CosRequest,
    /// Any other service request.
    Request,
    /// What the DCC answers to a request at once.
    Answer,
    /// 6.23 on its way to a device, or a neutral certificate's.
    Cos {
        /// Whether it is to act at a later second.
        future_dated: bool,
    },
    /// Its response.
    CosResponse,
    /// A device's acceptance of a future-dated 6.23.
    CosAccepted,
    /// The alert that a future-dated 6.23 was executed, 0x8F66.
    CosExecuted,
    /// 6.8 on its way.
    Calendar,
    /// Its response.
    CalendarResponse,
    /// 6.24.1 on its way.
    ReadCredentials,
    /// Its response.
    Credentials,
    /// A scheduled read on its way.
    Read(Reading),
    /// Its response.
    ReadResponse(Reading),
}

impl Message {
    /// Bytes over the WAN; 0 for what never goes there.
    pub const fn payload(self, fuel: Fuel) -> u64 {
        let (electricity, gas) = match self {
            Message::PushedRead => (557, 209),
            Message::CriticalAlert => (124, 124),
            Message::NonCriticalAlert => (85, 85),
            Message::DccAlert | Message::CosRequest | Message::Request | Message::Answer => (0, 0),
            Message::Cos { future_dated: false } => (1_885, 1_885),
            Message::Cos { future_dated: true } => (1_902, 1_902),
            Message::CosResponse => (318, 318),
            Message::CosAccepted => (115, 115),
            Message::CosExecuted => (326, 326),
            Message::Calendar => (205, 180),
            Message::CalendarResponse => (111, 122),
            Message::ReadCredentials => (79, 79),
            Message::Credentials => (225, 225),
            Message::Read(Reading::Profile) => (187, 80),
            // Samples of 4.14 and 4.17 were not at hand: taken as 4.6.1's (assumed).
            Message::Read(_) => (187, 718),
            Message::ReadResponse(Reading::Profile) => (552, 398),
            Message::ReadResponse(_) => (1_164, 559),
        };
        match fuel {
            Fuel::Electricity => electricity,
            Fuel::Gas => gas,
        }
    }

    /// Bytes between users and the DCC.
    pub const fn wrapped(self, fuel: Fuel) -> u64 {
        match self {
            // The sample requests without a signature: 4,638 bytes, and 1,700 to 2,000.
            Message::CosRequest => 4_638,
            Message::Request => 1_850,
            _ => (self.payload(fuel) * 4).div_ceil(3) + 1_500,
        }
    }

    const fn bytes(self, leg: Leg, fuel: Fuel) -> u64 {
        match leg {
            Leg::South | Leg::North => self.payload(fuel),
            Leg::FromUsers | Leg::ToUsers => self.wrapped(fuel),
        }
    }
}

/// Messages and bytes of each leg: what is counted at one minute of the way.
const LANES: usize = 2 * Leg::COUNT;

/// Messages and bytes by leg and minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic {
    // Of each leg the messages, then the bytes: most of what happens is a message on several legs within a minute.
    bins: MinuteBins<1, LANES>,
}

impl Traffic {
    /// None yet.
    pub fn new(window: Window) -> Self {
        Self { bins: MinuteBins::new(window.start.utc_day(), Instant(window.horizon.0 - 1).utc_day()) }
    }

    /// Bytes of memory that it takes over so many days.
    pub const fn memory(days: usize) -> usize {
        MinuteBins::<1, LANES>::bytes(days)
    }

    /// `copies` of each message at `first` and in the same second of each of the `days` UTC days from it on.
    pub fn add<const M: usize>(
        &mut self,
        messages: [(Leg, Message); M],
        fuel: Fuel,
        first: Instant,
        days: u32,
        copies: u64,
    ) {
        for (leg, message) in messages {
            self.bins.add_daily_in(0, 2 * leg as usize, first, days, [copies, copies * message.bytes(leg, fuel)]);
        }
    }

    /// Messages of a leg, minute by minute.
    pub fn messages(&self, leg: Leg) -> Vec<u64> {
        self.bins.counts_in(0, 2 * leg as usize)
    }

    /// Bytes of a leg, minute by minute.
    pub fn bytes(&self, leg: Leg) -> Vec<u64> {
        self.bins.counts_in(0, 2 * leg as usize + 1)
    }

    /// Adds another part's.
    pub fn merge(&mut self, other: &Self) {
        self.bins.merge(&other.bins);
    }
}
