//! The messages that travel between users, DCC and meters, and their sizes.
//!
//! Sizes are those of DCC's published sample messages (calibration 3.5) where there is one. Messages between users and
//! the DCC are wrapped: they take four thirds of the payload and 1,500 bytes (assumed). The DCC's own alerts and
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
    const fn bytes(self, leg: Leg, fuel: Fuel) -> u64 {
        match leg {
            Leg::South | Leg::North => self.payload(fuel),
            Leg::FromUsers | Leg::ToUsers => self.wrapped(fuel),
        }
    }
}

/// Every message.
const MESSAGES: [Message; 24] = [
    Message::PushedRead,
    Message::CriticalAlert,
    Message::NonCriticalAlert,
    Message::DccAlert,
    Message::CosRequest,
    Message::Request,
    Message::Answer,
    Message::Cos { future_dated: false },
    Message::Cos { future_dated: true },
    Message::CosResponse,
    Message::CosAccepted,
    Message::CosExecuted,
    Message::Calendar,
    Message::CalendarResponse,
    Message::ReadCredentials,
    Message::Credentials,
    Message::Read(Reading::ALL[0]),
    Message::Read(Reading::ALL[1]),
    Message::Read(Reading::ALL[2]),
    Message::Read(Reading::ALL[3]),
    Message::ReadResponse(Reading::ALL[0]),
    Message::ReadResponse(Reading::ALL[1]),
    Message::ReadResponse(Reading::ALL[2]),
    Message::ReadResponse(Reading::ALL[3]),
];

impl Message {
    /// Its place in [`MESSAGES`].
    #[inline]
    const fn place(self) -> usize {
        match self {
            Message::PushedRead => 0,
            Message::CriticalAlert => 1,
            Message::NonCriticalAlert => 2,
            Message::DccAlert => 3,
            Message::CosRequest => 4,
            Message::Request => 5,
            Message::Answer => 6,
            Message::Cos { future_dated } => 7 + future_dated as usize,
            Message::CosResponse => 9,
            Message::CosAccepted => 10,
            Message::CosExecuted => 11,
            Message::Calendar => 12,
            Message::CalendarResponse => 13,
            Message::ReadCredentials => 14,
            Message::Credentials => 15,
            Message::Read(reading) => 16 + reading as usize,
            Message::ReadResponse(reading) => 20 + reading as usize,
        }
    }

    /// Whether it ever travels on a leg.
    const fn travels(self, leg: Leg) -> bool {
        match self {
            Message::CosRequest | Message::Request => matches!(leg, Leg::FromUsers),
            Message::DccAlert | Message::Answer => matches!(leg, Leg::ToUsers),
            Message::Cos { .. } | Message::Calendar | Message::ReadCredentials | Message::Read(_) => {
                matches!(leg, Leg::South)
            }
            Message::CosResponse | Message::CosAccepted | Message::CosExecuted => matches!(leg, Leg::North),
            Message::PushedRead
            | Message::CriticalAlert
            | Message::NonCriticalAlert
            | Message::CalendarResponse
            | Message::Credentials
            | Message::ReadResponse(_) => matches!(leg, Leg::North | Leg::ToUsers),
        }
    }
}

/// Messages of one size on one leg. Their number is all that bins have to count: bytes follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lane(pub u8);

/// The lanes, and those of all messages by leg and fuel.
struct Lanes {
    all: [(Leg, u64); MESSAGES.len() * Fuel::ALL.len()],
    number: usize,
    of: [[[Option<u8>; Fuel::ALL.len()]; Leg::COUNT]; MESSAGES.len()],
}

const LANES: Lanes = Lanes::new();

impl Lanes {
    const fn new() -> Self {
        let mut lanes = Self {
            all: [(Leg::South, 0); MESSAGES.len() * Fuel::ALL.len()],
            number: 0,
            of: [[[None; Fuel::ALL.len()]; Leg::COUNT]; MESSAGES.len()],
        };
        let mut place = 0;
        while place < MESSAGES.len() * Leg::COUNT * Fuel::ALL.len() {
            let (message, leg, fuel) =
                (place / (Leg::COUNT * Fuel::ALL.len()), place / Fuel::ALL.len() % Leg::COUNT, place % Fuel::ALL.len());
            if MESSAGES[message].travels(Leg::ALL[leg]) {
                let bytes = MESSAGES[message].bytes(Leg::ALL[leg], Fuel::ALL[fuel]);
                lanes.of[MESSAGES[message].place()][leg][fuel] = Some(lanes.add(Leg::ALL[leg], bytes));
            }
            place += 1;
        }
        lanes
    }

    /// The lane of a leg and size, which is new if there is none yet.
    const fn add(&mut self, leg: Leg, bytes: u64) -> u8 {
        let mut lane = 0;
        while lane < self.number {
            if self.all[lane].0 as usize == leg as usize && self.all[lane].1 == bytes {
                return lane as u8;
            }
            lane += 1;
        }
        self.all[lane] = (leg, bytes);
        self.number += 1;
        lane as u8
    }
}

impl Lane {
    /// The number of lanes.
    pub const COUNT: usize = LANES.number;

    /// Leg and bytes of each lane.
    pub const ALL: [(Leg, u64); Self::COUNT] = {
        let (mut all, mut lane) = ([(Leg::South, 0); Self::COUNT], 0);
        while lane < Self::COUNT {
            all[lane] = LANES.all[lane];
            lane += 1;
        }
        all
    };

    /// The lane of a message.
    ///
    /// # Panics
    /// When the message never travels on the leg.
    #[inline]
    pub const fn of(leg: Leg, message: Message, fuel: Fuel) -> Self {
        static OF: [[[Option<u8>; Fuel::ALL.len()]; Leg::COUNT]; MESSAGES.len()] = LANES.of;
        match OF[message.place()][leg as usize][fuel as usize] {
            Some(lane) => Self(lane),
            None => panic!("a message travels on a leg on which it never does"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_has_its_place() {
        for (place, message) in MESSAGES.into_iter().enumerate() {
            assert_eq!(message.place(), place);
        }
    }

    #[test]
    fn a_lane_has_the_leg_and_size_of_each_of_its_messages() {
        for message in MESSAGES {
            for leg in Leg::ALL.iter().copied().filter(|leg| message.travels(*leg)) {
                for fuel in Fuel::ALL {
                    let Lane(lane) = Lane::of(leg, message, fuel);
                    assert_eq!(Lane::ALL[usize::from(lane)], (leg, message.bytes(leg, fuel)));
                }
            }
        }
    }
}
