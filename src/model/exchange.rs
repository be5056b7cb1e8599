//! Messages that travel together. What happens at a meter mostly sends messages over several legs within a minute, so
//! bins count exchanges. Messages and bytes by leg follow from these when results are read.

use super::message::{Leg, Message};
use super::plan::{Fuel, Reading};

/// Messages that travel within a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// A device alert crosses the WAN.
    Carried(Alert),
    /// A device alert crosses the WAN and goes on to its addressee.
    Delivered(Alert),
    /// A device alert goes to its addressee, some time after it has crossed the WAN.
    DeliveredLater(Alert),
    /// The DCC alerts a user.
    DccAlert,
    /// A user sends a 6.23, and the DCC answers.
    CosRequest,
    /// A user sends another request, and the DCC answers.
    Request,
    /// The DCC answers a request that came some time ago.
    Answer,
    /// A command goes to a device.
    Sent(Command),
    /// A device answers a command that came some time ago.
    Answered(Command),
    /// A command goes to a device, which answers. The DCC informs the sender of a 6.23.
    Executed(Command),
    /// A scheduled read goes to a device, which does not respond.
    ReadInVain(Reading),
    /// A scheduled read goes to a device, and its response to the user.
    Read(Reading),
    /// A 6.24.1 goes to a device, and its response to the user.
    ReadsCredentials,
}

/// A device alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alert {
    /// A pushed read.
    PushedRead,
    /// Another critical alert.
    Critical,
    /// Any other alert.
    NonCritical,
}

/// A command that may have to wait before it goes to its device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// 6.23, or a neutral certificate's.
    Cos {
        /// Whether it is to act at a later second.
        future_dated: bool,
    },
    /// 6.8.
    Calendar,
}

impl Alert {
    const ALL: [Self; 3] = [Self::PushedRead, Self::Critical, Self::NonCritical];

    const fn message(self) -> Message {
        match self {
            Alert::PushedRead => Message::PushedRead,
            Alert::Critical => Message::CriticalAlert,
            Alert::NonCritical => Message::NonCriticalAlert,
        }
    }
}

impl Command {
    const ALL: [Self; 3] = [Self::Cos { future_dated: false }, Self::Cos { future_dated: true }, Self::Calendar];

    const fn message(self) -> Message {
        match self {
            Command::Cos { future_dated } => Message::Cos { future_dated },
            Command::Calendar => Message::Calendar,
        }
    }

    /// The messages that carry the answer.
    const fn answers(self) -> [Option<(Leg, Message)>; 2] {
        let response = Message::CalendarResponse;
        match self {
            // Devices answer the CoS Party (domain 2.3).
            Command::Cos { future_dated: false } => [Some((Leg::North, Message::CosResponse)), None],
            Command::Cos { future_dated: true } => {
                [Some((Leg::North, Message::CosAccepted)), Some((Leg::North, Message::CosExecuted))]
            }
            Command::Calendar => [Some((Leg::North, response)), Some((Leg::ToUsers, response))],
        }
    }
}

/// Most messages of an exchange.
const MOST: usize = 4;

/// Every exchange, each at its [place](Exchange::place).
const EXCHANGES: [Exchange; 31] = {
    let (mut all, mut n) = ([Exchange::DccAlert; 31], 0);
    put(&mut all, &[Exchange::CosRequest, Exchange::Request, Exchange::Answer, Exchange::ReadsCredentials]);
    while n < Alert::ALL.len() {
        let alert = Alert::ALL[n];
        put(&mut all, &[Exchange::Carried(alert), Exchange::Delivered(alert), Exchange::DeliveredLater(alert)]);
        n += 1;
    }
    n = 0;
    while n < Command::ALL.len() {
        let command = Command::ALL[n];
        put(&mut all, &[Exchange::Sent(command), Exchange::Answered(command), Exchange::Executed(command)]);
        n += 1;
    }
    n = 0;
    while n < Reading::ALL.len() {
        let reads = Reading::ALL[n];
        put(&mut all, &[Exchange::ReadInVain(reads), Exchange::Read(reads)]);
        n += 1;
    }
    all
};

const fn put(all: &mut [Exchange; 31], some: &[Exchange]) {
    let mut n = 0;
    while n < some.len() {
        all[some[n].place()] = some[n];
        n += 1;
    }
}

impl Exchange {
    /// Its place in [`EXCHANGES`].
    #[inline]
    const fn place(self) -> usize {
        const fn of(command: Command) -> usize {
            match command {
                Command::Cos { future_dated } => future_dated as usize,
                Command::Calendar => 2,
            }
        }
        match self {
            Exchange::DccAlert => 0,
            Exchange::CosRequest => 1,
            Exchange::Request => 2,
            Exchange::Answer => 3,
            Exchange::ReadsCredentials => 4,
            Exchange::Carried(alert) => 5 + alert as usize,
            Exchange::Delivered(alert) => 8 + alert as usize,
            Exchange::DeliveredLater(alert) => 11 + alert as usize,
            Exchange::Sent(command) => 14 + of(command),
            Exchange::Answered(command) => 17 + of(command),
            Exchange::Executed(command) => 20 + of(command),
            Exchange::ReadInVain(reading) => 23 + reading as usize,
            Exchange::Read(reading) => 27 + reading as usize,
        }
    }

    /// Its messages, the first ones of these.
    const fn messages(self) -> [Option<(Leg, Message)>; MOST] {
        let informs = Some((Leg::ToUsers, Message::DccAlert));
        match self {
            Exchange::Carried(alert) => [Some((Leg::North, alert.message())), None, None, None],
            Exchange::Delivered(alert) => {
                [Some((Leg::North, alert.message())), Some((Leg::ToUsers, alert.message())), None, None]
            }
            Exchange::DeliveredLater(alert) => [Some((Leg::ToUsers, alert.message())), None, None, None],
            Exchange::DccAlert => [informs, None, None, None],
            Exchange::CosRequest => {
                [Some((Leg::FromUsers, Message::CosRequest)), Some((Leg::ToUsers, Message::Answer)), None, None]
            }
            Exchange::Request => {
                [Some((Leg::FromUsers, Message::Request)), Some((Leg::ToUsers, Message::Answer)), None, None]
            }
            Exchange::Answer => [Some((Leg::ToUsers, Message::Answer)), None, None, None],
            Exchange::Sent(command) => [Some((Leg::South, command.message())), None, None, None],
            Exchange::Answered(command) => {
                let [first, second] = command.answers();
                [first, second, None, None]
            }
            Exchange::Executed(command) => {
                let (sent, [first, second]) = (Some((Leg::South, command.message())), command.answers());
                match command {
                    Command::Cos { future_dated: true } => [sent, first, second, informs],
                    Command::Cos { future_dated: false } => [sent, first, informs, None],
                    Command::Calendar => [sent, first, second, None],
                }
            }
            Exchange::ReadInVain(reads) => [Some((Leg::South, Message::Read(reads))), None, None, None],
            Exchange::Read(reads) => read(Message::Read(reads), Message::ReadResponse(reads)),
            Exchange::ReadsCredentials => read(Message::ReadCredentials, Message::Credentials),
        }
    }

    /// Whether a command goes to a device.
    pub(super) const fn goes_south(self) -> bool {
        matches!(self.messages()[0], Some((Leg::South, _)))
    }
}

/// A read and its response, which goes on to the user.
const fn read(command: Message, response: Message) -> [Option<(Leg, Message)>; MOST] {
    [Some((Leg::South, command)), Some((Leg::North, response)), Some((Leg::ToUsers, response)), None]
}

/// Exchanges whose messages have the same legs and sizes: what bins have to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lane(pub u8);

/// Leg and bytes of each message of a lane, the first ones of these.
type Sizes = [Option<(Leg, u64)>; MOST];

/// The lanes, and those of all exchanges by fuel.
struct Lanes {
    all: [Sizes; EXCHANGES.len() * Fuel::ALL.len()],
    number: usize,
    of: [[u8; Fuel::ALL.len()]; EXCHANGES.len()],
}

const LANES: Lanes = Lanes::new();

impl Lanes {
    const fn new() -> Self {
        let mut lanes = Self {
            all: [[None; MOST]; EXCHANGES.len() * Fuel::ALL.len()],
            number: 0,
            of: [[0; Fuel::ALL.len()]; EXCHANGES.len()],
        };
        let mut place = 0;
        while place < EXCHANGES.len() * Fuel::ALL.len() {
            let (exchange, fuel) = (EXCHANGES[place / Fuel::ALL.len()], place % Fuel::ALL.len());
            lanes.of[exchange.place()][fuel] = lanes.add(sizes(exchange, Fuel::ALL[fuel]));
            place += 1;
        }
        lanes
    }

    /// The lane of these messages, which is new if there is none yet.
    const fn add(&mut self, sizes: Sizes) -> u8 {
        let mut lane = 0;
        while lane < self.number {
            if are_equal(&self.all[lane], &sizes) {
                return lane as u8;
            }
            lane += 1;
        }
        self.all[lane] = sizes;
        self.number += 1;
        lane as u8
    }
}

const fn sizes(exchange: Exchange, fuel: Fuel) -> Sizes {
    let (messages, mut sizes, mut n) = (exchange.messages(), [None; MOST], 0);
    while n < MOST {
        if let Some((leg, message)) = messages[n] {
            sizes[n] = Some((leg, message.bytes(leg, fuel)));
        }
        n += 1;
    }
    sizes
}

const fn are_equal(a: &Sizes, b: &Sizes) -> bool {
    let mut n = 0;
    while n < MOST {
        let is_equal = match (a[n], b[n]) {
            (Some((a, of_a)), Some((b, of_b))) => a as usize == b as usize && of_a == of_b,
            (None, None) => true,
            _ => false,
        };
        if !is_equal {
            return false;
        }
        n += 1;
    }
    true
}

impl Lane {
    /// The number of lanes.
    pub const COUNT: usize = LANES.number;

    /// The messages of each lane.
    const ALL: [Sizes; Self::COUNT] = {
        let (mut all, mut lane) = ([[None; MOST]; Self::COUNT], 0);
        while lane < Self::COUNT {
            all[lane] = LANES.all[lane];
            lane += 1;
        }
        all
    };

    /// The lane of an exchange.
    #[inline]
    pub const fn of(exchange: Exchange, fuel: Fuel) -> Self {
        static OF: [[u8; Fuel::ALL.len()]; EXCHANGES.len()] = LANES.of;
        Self(OF[exchange.place()][fuel as usize])
    }

    /// Leg and bytes of each of its messages.
    #[inline]
    pub fn messages(self) -> impl Iterator<Item = (Leg, u64)> {
        static ALL: [Sizes; Lane::COUNT] = Lane::ALL;
        ALL[usize::from(self.0)].iter().copied().map_while(|message| message)
    }

    /// The number of its messages on a leg.
    pub fn on(self, leg: Leg) -> u64 {
        self.messages().filter(|(other, _)| *other == leg).count() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exchange_has_its_place() {
        for (place, exchange) in EXCHANGES.into_iter().enumerate() {
            assert_eq!(exchange.place(), place);
        }
    }

    #[test]
    fn a_lane_has_the_legs_and_sizes_of_each_of_its_exchanges() {
        for exchange in EXCHANGES {
            for fuel in Fuel::ALL.iter().copied() {
                let messages = exchange.messages().into_iter().flatten();
                let expected: Vec<(Leg, u64)> =
                    messages.map(|(leg, message)| (leg, message.bytes(leg, fuel))).collect();
                assert_eq!(Lane::of(exchange, fuel).messages().collect::<Vec<_>>(), expected);
            }
        }
    }

    #[test]
    fn a_command_that_is_executed_at_once_sends_what_it_sends_step_by_step() {
        for command in Command::ALL {
            let all = |exchanges: &[Exchange]| {
                let messages = exchanges.iter().flat_map(|exchange| Lane::of(*exchange, Fuel::Gas).messages());
                let mut messages: Vec<(usize, u64)> = messages.map(|(leg, bytes)| (leg as usize, bytes)).collect();
                messages.sort_unstable();
                messages
            };
            let mut steps = vec![Exchange::Sent(command), Exchange::Answered(command)];
            if matches!(command, Command::Cos { .. }) {
                steps.push(Exchange::DccAlert);
            }
            assert_eq!(all(&[Exchange::Executed(command)]), all(&steps));
        }
    }
}
