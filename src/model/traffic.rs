//! The capacity planner's traffic: messages and bytes on each leg of the way between users, DCC and meters, by minute.
//!
//! Sizes are those of DCC's published sample messages (calibration 3.5) where there is one. Messages between users and
//! the DCC are wrapped: they take four thirds of the payload and 1,500 bytes (assumed). The DCC's own alerts and
//! answers have no payload and take 1,500 bytes.

use super::labels::index;
use super::plan::{Fuel, Reading};
use super::south::{Ask, Demand, Throttled};
use super::window::Window;
use crate::engine::bins::{MINUTES_A_DAY, MinuteBins};
use crate::engine::merge::Merge;
use crate::engine::table::{By, Label as _};
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

    #[inline]
    const fn bytes(self, leg: Leg, fuel: Fuel) -> u64 {
        match leg {
            Leg::South | Leg::North => self.payload(fuel),
            Leg::FromUsers | Leg::ToUsers => self.wrapped(fuel),
        }
    }
}

/// Counts of the minutes of a UTC day.
pub type Minutes = [u64; MINUTES_A_DAY];

/// The lanes of a minute: of each leg the messages, then the bytes.
const LANES: usize = 2 * Leg::COUNT;

fn messages_lane(leg: Leg) -> usize {
    2 * leg.index()
}

fn bytes_lane(leg: Leg) -> usize {
    messages_lane(leg) + 1
}

index! {
    /// Why a message travels.
    MessageOrigin {
        /// A change of supplier causes it: requests and the answers to them, refusals, notices, and reads and alerts of
        /// a meter whose receiver is not the registered supplier.
        Caused => "caused",
        /// Ordinary traffic: the registered supplier reads its meter or receives its alerts.
        Ordinary => "ordinary",
    }
}

/// The demand for a stated capacity of the way south, besides the commands that changes of supplier cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Nothing: all meters are in the script, so all their commands are counted.
    Nothing,
    /// A market's estate. Its background holds all scheduled reads and all sweeps, including those of drawn meters.
    Estate,
}

impl Beside {
    /// Whether a command is counted here and not in the background.
    const fn leaves(self, command: Message) -> bool {
        match self {
            Beside::Nothing => true,
            Beside::Estate => !matches!(command, Message::Read(_) | Message::ReadCredentials),
        }
    }
}

/// Messages and bytes that changes of supplier cause, by leg and minute, and the ordinary messages of the same meters,
/// by leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic {
    // One channel with a lane for each count: most events are a message on several legs within a minute.
    caused: MinuteBins<(), LANES>,
    ordinary: By<Leg, u64>,
    // The same by minute, with a lane for each leg, where that is asked for.
    ordinary_bins: Option<MinuteBins<(), { Leg::COUNT }>>,
    demand: Option<(Beside, Demand)>,
}

/// What is counted of the traffic beside the usual numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counting {
    /// Where a capacity of the way south is stated: what asks for it beside the commands that changes of supplier
    /// cause. The demand is counted.
    pub capacity: Option<Beside>,
    /// Whether ordinary messages are counted by minute.
    pub by_minute: bool,
}

impl Traffic {
    /// Nothing counted yet.
    pub fn new(window: Window, counting: Counting) -> Self {
        let (first, last) = (window.start.utc_day(), Instant(window.horizon.0 - 1).utc_day());
        Self {
            caused: MinuteBins::new(first, last),
            ordinary: By::default(),
            ordinary_bins: counting.by_minute.then(|| MinuteBins::new(first, last)),
            demand: counting.capacity.map(|beside| (beside, Demand::default())),
        }
    }

    /// The same, to be merged into others: its minutes take memory and time by what is counted in them.
    pub fn sparse(self) -> Self {
        Self { caused: self.caused.sparse(), ordinary_bins: self.ordinary_bins.map(MinuteBins::sparse), ..self }
    }

    /// The bytes of memory that it takes over this many days, without the demand for a stated capacity.
    pub const fn memory(days: usize, by_minute: bool) -> usize {
        let ordinary = if by_minute { MinuteBins::<(), { Leg::COUNT }>::bytes(days) } else { 0 };
        MinuteBins::<(), LANES>::bytes(days) + ordinary
    }

    /// Bytes of memory that it has taken.
    pub fn taken(&self) -> usize {
        let ordinary = self.ordinary_bins.as_ref().map_or(0, MinuteBins::taken);
        self.caused.taken() + ordinary + self.demand.as_ref().map_or(0, |(_, demand)| demand.taken())
    }

    /// `copies` of each message at `first` and in the same second of each of the `days` UTC days from it on.
    #[inline]
    pub fn add<const M: usize>(
        &mut self,
        origin: MessageOrigin,
        messages: [(Leg, Message); M],
        fuel: Fuel,
        (first, days): (Instant, u32),
        copies: u64,
    ) {
        match origin {
            MessageOrigin::Caused => {
                let mut counts = [0; LANES];
                for (leg, message) in messages {
                    counts[messages_lane(leg)] += copies;
                    counts[bytes_lane(leg)] += copies * message.bytes(leg, fuel);
                }
                self.caused.add_daily_in((), 0, first, days, counts);
            }
            MessageOrigin::Ordinary => {
                for (leg, _) in messages {
                    self.ordinary[leg] += copies * u64::from(days);
                    if let Some(bins) = &mut self.ordinary_bins {
                        bins.add_daily_in((), leg.index(), first, days, [copies]);
                    }
                }
            }
        }
        if let Some((beside, demand)) = &mut self.demand {
            for (_, message) in messages.into_iter().filter(|(leg, _)| *leg == Leg::South) {
                if beside.leaves(message) {
                    demand.count(first, days, copies);
                }
            }
        }
    }

    /// A command that changes of supplier cause goes south, and waits there if the way is full.
    pub fn add_waiting(&mut self, message: Message, fuel: Fuel, ask: Ask) {
        let copies = u64::from(ask.copies);
        let counts = [copies, copies * message.bytes(Leg::South, fuel)];
        self.caused.add_daily_in((), messages_lane(Leg::South), ask.at, 1, counts);
        if let Some((_, demand)) = &mut self.demand {
            demand.ask(ask);
        }
    }

    /// Commands are held back at the DCC before they ask for the way south, if it is busy.
    pub fn throttle(&mut self, throttled: Throttled) {
        if let Some((_, demand)) = &mut self.demand {
            demand.throttle(throttled);
        }
    }

    /// Messages of a leg that are caused, minute by minute.
    pub fn messages(&self, leg: Leg) -> Vec<u64> {
        self.caused.counts_in((), messages_lane(leg))
    }

    /// Ordinary messages of a leg, minute by minute; none where they are not counted so.
    pub fn ordinary_by_minute(&self, leg: Leg) -> Vec<u64> {
        self.ordinary_bins.as_ref().map_or(Vec::new(), |bins| bins.counts_in((), leg.index()))
    }

    /// Bytes of a leg that are caused, minute by minute.
    pub fn bytes(&self, leg: Leg) -> Vec<u64> {
        self.caused.counts_in((), bytes_lane(leg))
    }

    /// Passes on the minutes of one UTC day after another: of each leg the messages that are caused, and their bytes.
    pub fn each_day(&self, mut each: impl FnMut(&By<Leg, Minutes>, &By<Leg, Minutes>)) {
        let none = || By::from_fn(|_: Leg| [0; MINUTES_A_DAY]);
        let (mut messages, mut bytes) = (none(), none());
        self.caused.each_day_of_lanes((), |lanes| {
            for leg in Leg::ALL {
                let (number, size) = (messages_lane(*leg), bytes_lane(*leg));
                messages[*leg].iter_mut().zip(lanes).for_each(|(count, lanes)| *count = lanes[number]);
                bytes[*leg].iter_mut().zip(lanes).for_each(|(count, lanes)| *count = lanes[size]);
            }
            each(&messages, &bytes);
        });
    }

    /// The total of the ordinary messages of a leg.
    pub fn ordinary(&self, leg: Leg) -> u64 {
        self.ordinary[leg]
    }

    /// What is counted beside the usual numbers.
    pub fn counting(&self) -> Counting {
        let capacity = self.demand.as_ref().map(|(beside, _)| *beside);
        Counting { capacity, by_minute: self.ordinary_bins.is_some() }
    }

    /// What asks for the stated capacity of the way south, without the estate's background. `None` if no capacity is
    /// stated.
    pub fn demand(&self) -> Option<&Demand> {
        self.demand.as_ref().map(|(_, demand)| demand)
    }

    /// The same, to be changed.
    pub(super) fn demand_mut(&mut self) -> Option<&mut Demand> {
        self.demand.as_mut().map(|(_, demand)| demand)
    }
}

/// The other part must cover the same window, and count the same beside the usual numbers.
impl Merge for Traffic {
    fn merge(&mut self, other: &Self) {
        let Self { caused, ordinary, ordinary_bins, demand } = other;
        self.caused.merge(caused);
        self.ordinary.merge(ordinary);
        self.ordinary_bins.merge(ordinary_bins);
        if let (Some((_, mine)), Some((_, theirs))) = (&mut self.demand, demand) {
            mine.merge(theirs);
        }
    }

    fn take_out(&mut self, part: &Self) {
        let Self { caused, ordinary, ordinary_bins, demand } = part;
        self.caused.take_out(caused);
        self.ordinary.take_out(ordinary);
        self.ordinary_bins.take_out(ordinary_bins);
        if let (Some((_, mine)), Some((_, theirs))) = (&mut self.demand, demand) {
            mine.take_out(theirs);
        }
    }

    fn is_nothing(&self) -> bool {
        let demand = self.demand.as_ref().is_none_or(|(_, demand)| demand.is_nothing());
        self.caused.is_nothing() && self.ordinary.is_nothing() && self.ordinary_bins.is_nothing() && demand
    }
}
