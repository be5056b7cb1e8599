//! The capacity planner's traffic: messages and bytes on each leg of the way between users, the DCC and meters, by
//! minute.

use std::collections::BTreeMap;

use super::exchange::Lane;
pub(super) use super::exchange::{Alert, Command, Exchange};
use super::labels::index;
pub use super::message::{Leg, Message};
use super::plan::Fuel;
use super::south::{Ask, Demand, Throttled};
use super::window::Window;
use crate::engine::bins::{MINUTES_A_DAY, MinuteBins};
use crate::engine::merge::Merge;
use crate::engine::table::{By, Label as _};
use crate::engine::time::Instant;

/// Lanes that a market usually fills.
const USUAL_LANES: usize = 16;

/// Counts of the minutes of a UTC day.
pub type Minutes = [u64; MINUTES_A_DAY];

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
    /// Whether the command of an exchange is counted here and not in the background.
    const fn leaves(self, exchange: Exchange) -> bool {
        match self {
            Beside::Nothing => true,
            Beside::Estate => {
                !matches!(exchange, Exchange::Read(_) | Exchange::ReadInVain(_) | Exchange::ReadsCredentials)
            }
        }
    }
}

/// Messages and bytes that changes of supplier cause, by leg and minute, and the ordinary messages of the same meters,
/// by leg.
#[derive(Debug, Clone)]
pub struct Traffic {
    caused: MinuteBins<(), { Lane::COUNT }>,
    // By lane.
    ordinary: [u64; Lane::COUNT],
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
            ordinary: [0; Lane::COUNT],
            ordinary_bins: counting.by_minute.then(|| MinuteBins::new(first, last)),
            demand: counting.capacity.map(|beside| (beside, Demand::default())),
        }
    }

    /// The same, to be merged into others: its minutes take memory and time by what is counted in them.
    pub fn sparse(self) -> Self {
        Self { caused: self.caused.sparse(), ordinary_bins: self.ordinary_bins.map(MinuteBins::sparse), ..self }
    }

    /// Makes reading faster, once all is counted.
    pub fn settle(&mut self) {
        self.caused.settle();
        self.ordinary_bins.iter_mut().for_each(MinuteBins::settle);
    }

    /// The bytes of memory that it takes over this many days, without the demand for a stated capacity.
    pub const fn memory(days: usize, by_minute: bool) -> usize {
        let ordinary = if by_minute { Leg::COUNT } else { 0 };
        (USUAL_LANES + ordinary) * MinuteBins::<()>::bytes_of_lane(days)
    }

    /// Bytes of memory that it has taken.
    pub fn taken(&self) -> usize {
        let ordinary = self.ordinary_bins.as_ref().map_or(0, MinuteBins::taken);
        self.caused.taken() + ordinary + self.demand.as_ref().map_or(0, |(_, demand)| demand.taken())
    }

    /// `copies` of an exchange at `first` and in the same second of each of the `days` UTC days from it on.
    #[inline]
    pub(super) fn add(
        &mut self,
        origin: MessageOrigin,
        exchange: Exchange,
        fuel: Fuel,
        (first, days): (Instant, u32),
        copies: u64,
    ) {
        let lane = Lane::of(exchange, fuel);
        match origin {
            MessageOrigin::Caused => self.caused.add_daily_in((), lane.0, first, days, copies),
            MessageOrigin::Ordinary => {
                self.ordinary[usize::from(lane.0)] += copies * u64::from(days);
                if let Some(bins) = &mut self.ordinary_bins {
                    lane.messages().for_each(|(leg, _)| bins.add_daily_in((), leg.index() as u8, first, days, copies));
                }
            }
        }
        if let Some((beside, demand)) = &mut self.demand
            && exchange.goes_south()
            && beside.leaves(exchange)
        {
            demand.count(first, days, copies);
        }
    }

    /// A command that changes of supplier cause goes south, and waits there if the way is full.
    pub(super) fn add_waiting(&mut self, command: Command, fuel: Fuel, ask: Ask) {
        let Lane(lane) = Lane::of(Exchange::Sent(command), fuel);
        self.caused.add_daily_in((), lane, ask.at, 1, u64::from(ask.copies));
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
        self.caused.counts_in((), |lane| Lane(lane as u8).on(leg))
    }

    /// Ordinary messages of a leg, minute by minute; none where they are not counted so.
    pub fn ordinary_by_minute(&self, leg: Leg) -> Vec<u64> {
        let of_leg = |bins: &MinuteBins<_, _>| bins.counts_in((), |lane| u64::from(lane == leg.index()));
        self.ordinary_bins.as_ref().map_or(Vec::new(), of_leg)
    }

    /// Bytes of a leg that are caused, minute by minute.
    pub fn bytes(&self, leg: Leg) -> Vec<u64> {
        let mut minutes = Vec::new();
        self.each_day(|_, bytes| minutes.extend_from_slice(&bytes[leg]));
        minutes
    }

    /// Passes on the minutes of one UTC day after another: of each leg the messages that are caused, and their bytes.
    pub fn each_day(&self, mut each: impl FnMut(&By<Leg, Minutes>, &By<Leg, Minutes>)) {
        let none = || By::from_fn(|_: Leg| [0_u64; MINUTES_A_DAY]);
        let (mut messages, mut bytes) = (none(), none());
        let days = self.caused.days();
        for day in 0..days.number() {
            days.each_change((), day, |minute, lane, more| {
                for (leg, size) in Lane(lane as u8).messages() {
                    let (count, sum) = (&mut messages[leg][minute], &mut bytes[leg][minute]);
                    *count = count.wrapping_add_signed(more);
                    *sum = sum.wrapping_add_signed(more * size as i64);
                }
            });
            each(&messages, &bytes);
        }
    }

    /// By how many messages and bytes a minute of a leg differs from the same minute of the day before, where it does:
    /// by day, minute and leg.
    fn steps(&self) -> BTreeMap<(usize, usize, Leg), (i64, i64)> {
        let (days, mut steps) = (self.caused.days(), BTreeMap::new());
        // What ends on the last day is a step of the day after it.
        for day in 0..=days.number() {
            days.each_change((), day, |minute, lane, more| {
                for (leg, size) in Lane(lane as u8).messages() {
                    let (messages, bytes): &mut (i64, i64) = steps.entry((day, minute, leg)).or_default();
                    (*messages, *bytes) = (*messages + more, *bytes + more * size as i64);
                }
            });
        }
        steps.retain(|_, step| *step != (0, 0));
        steps
    }

    /// The total of the ordinary messages of a leg.
    pub fn ordinary(&self, leg: Leg) -> u64 {
        (0..).zip(&self.ordinary).map(|(lane, count)| Lane(lane).on(leg) * count).sum()
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

/// Traffic is equal when its messages and bytes are, whatever they travelled with.
impl PartialEq for Traffic {
    fn eq(&self, other: &Self) -> bool {
        (self.caused == other.caused || self.steps() == other.steps())
            && Leg::ALL.iter().all(|leg| self.ordinary(*leg) == other.ordinary(*leg))
            && self.ordinary_bins == other.ordinary_bins
            && self.demand == other.demand
    }
}

impl Eq for Traffic {}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::time::Day;

    const GAS: Fuel = Fuel::Gas;

    /// What these exchanges of a minute send.
    fn traffic(exchanges: &[Exchange]) -> Traffic {
        let window = Window { start: Instant(0), horizon: Instant(86_400), first: Day(0), days: 1 };
        let mut traffic = Traffic::new(window, Counting::default());
        for exchange in exchanges {
            traffic.add(MessageOrigin::Caused, *exchange, GAS, (Instant(60), 1), 1);
        }
        traffic
    }

    #[test]
    fn traffic_is_equal_where_its_messages_and_bytes_are_whatever_they_travel_with() {
        let command = Command::Cos { future_dated: true };
        let steps = [Exchange::Sent(command), Exchange::Answered(command), Exchange::DccAlert];
        assert_eq!(traffic(&[Exchange::Executed(command)]), traffic(&steps));
        assert_ne!(traffic(&[Exchange::Executed(command)]), traffic(&steps[..2]));
        // As many messages on the same leg, of other sizes.
        let sent = |future_dated| traffic(&[Exchange::Sent(Command::Cos { future_dated })]);
        assert_ne!(sent(true), sent(false));
    }

    #[test]
    fn an_exchange_counts_each_of_its_messages_on_its_leg_with_its_bytes() {
        // A 6.8 to a gas meter takes 180 bytes and its response 122 (calibration 3.5), wrapped for the user
        // 122 × 4/3, rounded up, + 1,500.
        let traffic = traffic(&[Exchange::Executed(Command::Calendar)]);
        let of = |leg| (traffic.messages(leg)[1], traffic.bytes(leg)[1]);
        assert_eq!([Leg::South, Leg::North, Leg::ToUsers].map(of), [(1, 180), (1, 122), (1, 1_663)]);
        assert_eq!(of(Leg::FromUsers), (0, 0));
    }
}
