//! The messages that travel between users, the DCC and meters, and their sizes.
//!
//! Sizes are those of the DCC's published sample messages (calibration 3.5) where there is one. Messages between users
//! and the DCC are wrapped: they take four thirds of the payload and 1,500 bytes (assumed). The DCC's own alerts and
//! answers have no payload and take 1,500 bytes.

use super::labels::index;
use super::plan::{Fuel, Reading};

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
    /// An alert that the DCC creates: E4, notice, credentials updated.
    DccAlert,
    /// A 6.23 from a supplier.
    CosRequest,
    /// Any other service request.
    Request,
    /// The DCC's immediate answer to a request.
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
    /// Bytes over the WAN; 0 for messages that never cross it.
    #[inline]
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
            // No samples of 4.14 and 4.17 were available. Their sizes are assumed to be those of 4.6.1.
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
    #[inline]
    pub const fn wrapped(self, fuel: Fuel) -> u64 {
        match self {
            // The sample requests without a signature: 4,638 bytes, and 1,700 to 2,000.
            Message::CosRequest => 4_638,
            Message::Request => 1_850,
            _ => (self.payload(fuel) * 4).div_ceil(3) + 1_500,
        }
    }

    /// Bytes on a leg.
    #[inline]
    pub(super) const fn bytes(self, leg: Leg, fuel: Fuel) -> u64 {
        match leg {
            Leg::South | Leg::North => self.payload(fuel),
            Leg::FromUsers | Leg::ToUsers => self.wrapped(fuel),
        }
    }
}
