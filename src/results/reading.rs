//! A run as metrics see it: its ledger, with what several metrics need worked out once.

use std::cell::OnceCell;

use super::dimension::Command;
use super::frame::Frame;
use super::load::{Counting, Load};
use super::peaks::Peaks;
use crate::engine::bins::MINUTES_A_DAY;
use crate::engine::histogram::Histogram;
use crate::engine::table::By;
use crate::model::ages::Age;
use crate::model::background::{Background, Days};
use crate::model::labels::{Channel, Owner, Path, ReadKind, ReadStage, SwitchOutcome};
use crate::model::ledger::{CaseSums, DailyStock, Ledger};
use crate::model::plan::{DeviceKind, SupplierId};
use crate::model::south::{SouthQueue, Strain};
use crate::model::traffic::Leg;

/// The ledger of a run and the frame of its study.
pub struct Reading<'r> {
    /// The run's counts.
    pub ledger: &'r Ledger,
    /// The study's frame.
    pub frame: &'r Frame,
    /// The queue before the way south, where its capacity is stated.
    pub south: Option<&'r SouthQueue>,
    policy: usize,
    not_initiated: OnceCell<By<DeviceKind, By<Owner, Vec<u64>>>>,
    open_cases: OnceCell<By<Age, Vec<u64>>>,
    backlogs: OnceCell<Vec<Vec<u64>>>,
    on_days: By<Channel, OnceCell<Vec<u64>>>,
    losing: OnceCell<Vec<CaseSums>>,
    gaining: OnceCell<Vec<CaseSums>>,
    unwanted: OnceCell<Peaks>,
    legs: OnceCell<By<Leg, (Load, Peaks)>>,
    waits_south: OnceCell<By<Command, Histogram>>,
}

impl<'r> Reading<'r> {
    /// A run of the policy with this place.
    pub fn new(ledger: &'r Ledger, south: Option<&'r SouthQueue>, frame: &'r Frame, policy: usize) -> Self {
        Self {
            ledger,
            frame,
            south,
            policy,
            not_initiated: OnceCell::new(),
            open_cases: OnceCell::new(),
            backlogs: OnceCell::new(),
            on_days: By::from_fn(|_| OnceCell::new()),
            losing: OnceCell::new(),
            gaining: OnceCell::new(),
            unwanted: OnceCell::new(),
            legs: OnceCell::new(),
            waits_south: OnceCell::new(),
        }
    }

    /// Leaked reads delivered, both paths.
    pub fn leaked(&self) -> u64 {
        self.ledger.reads_at(ReadKind::Leaked, ReadStage::Delivered)
    }

    /// Switches that started in the window.
    pub fn started(&self) -> u64 {
        self.ledger.switches[SwitchOutcome::Registered]
    }

    /// Reads of a kind by a path at a stage.
    pub fn reads(&self, kind: ReadKind, path: Path, stage: ReadStage) -> u64 {
        self.ledger.reads[kind][path][stage]
    }

    /// Meter points that are not initiated at the end of a day.
    pub fn not_initiated(&self, kind: DeviceKind, owner: Owner, day: usize) -> u64 {
        let stocks = &self.ledger.not_initiated;
        let levels = || By::from_fn(|kind| By::from_fn(|owner| stocks[kind][owner].levels()));
        self.not_initiated.get_or_init(levels)[kind][owner][day]
    }

    /// All meter points that are not initiated at the end of a day.
    pub fn all_not_initiated(&self, day: usize) -> u64 {
        let of_kind =
            |kind: &DeviceKind| Owner::ALL.iter().map(|owner| self.not_initiated(*kind, *owner, day)).sum::<u64>();
        DeviceKind::ALL.iter().map(of_kind).sum()
    }

    /// Cases of an age that are open at the end of a day.
    pub fn open_cases(&self, age: Age, day: usize) -> u64 {
        let levels = || By::from_fn(|age| self.ledger.open_cases[age].levels());
        self.open_cases.get_or_init(levels)[age][day]
    }

    /// 6.23s that wait for a supplier's capacity, at the end of each day.
    pub fn backlog(&self, supplier: SupplierId) -> &[u64] {
        let backlogs = self.backlogs.get_or_init(|| {
            let levels = |place| self.ledger.backlogs.get(place).map_or(Vec::new(), DailyStock::levels);
            (0..self.frame.suppliers.len()).map(levels).collect()
        });
        &backlogs[supplier.0 as usize]
    }

    /// A channel's counts on a local day.
    pub fn on(&self, channel: Channel, day: usize) -> u64 {
        self.on_days[channel].get_or_init(|| self.frame.by_day(self.ledger, channel))[day]
    }

    /// What is counted of the switches that leave a supplier.
    pub fn losing(&self, supplier: SupplierId) -> &CaseSums {
        let sums = || self.suppliers().map(|supplier| self.ledger.pairs.losing(supplier)).collect();
        &self.losing.get_or_init(sums)[supplier.0 as usize]
    }

    /// What is counted of the switches that bring a supplier.
    pub fn gaining(&self, supplier: SupplierId) -> &CaseSums {
        let sums = || self.suppliers().map(|supplier| self.ledger.pairs.gaining(supplier)).collect();
        &self.gaining.get_or_init(sums)[supplier.0 as usize]
    }

    fn suppliers(&self) -> impl Iterator<Item = SupplierId> {
        (0..).map(SupplierId).take(self.frame.suppliers.len())
    }

    /// Unwanted alerts by minute.
    pub fn unwanted(&self) -> &Peaks {
        self.unwanted.get_or_init(|| {
            let mut peaks = Peaks::default();
            self.ledger.bins.each_day(&[Channel::LeakedPush, Channel::E4], |minutes| {
                peaks.add_day(minutes, |_, _| ());
            });
            peaks
        })
    }

    /// Messages on a leg by minute.
    pub fn load(&self, leg: Leg) -> &Load {
        &self.legs()[leg].0
    }

    /// Messages and bytes on all legs by minute, read in one pass.
    fn legs(&self) -> &By<Leg, (Load, Peaks)> {
        self.legs.get_or_init(|| {
            let counting = || Counting::new(self.frame, self.ledger.window.first);
            let mut legs = By::from_fn(|_: Leg| (counting(), Peaks::default()));
            let mut background = self.background().map(Background::days);
            let none = By::from_fn(|_: Leg| [0; MINUTES_A_DAY]);
            if let Some(traffic) = &self.ledger.traffic {
                traffic.each_day(|messages, bytes| {
                    let beside = background.as_mut().and_then(Days::next_day).unwrap_or(&none);
                    for (leg, (load, peaks)) in legs.each_mut() {
                        load.add_day(&messages[leg], &beside[leg]);
                        peaks.add_day(&bytes[leg], |_, _| ());
                    }
                });
            }
            By::from_fn(|leg| {
                let (load, bytes) = &mut legs[leg];
                (load.finish(), std::mem::take(bytes))
            })
        })
    }

    /// The second at which a minute of the window's UTC days begins, counted from 1970; 0 for no minute.
    pub fn moment(&self, minute: Option<usize>) -> u64 {
        let first = self.ledger.window.start.utc_day().utc_midnight();
        minute.map_or(0, |minute| u64::try_from(first.0 + 60 * minute as i64).unwrap_or(0))
    }

    /// Bytes on a leg by minute.
    pub fn bytes(&self, leg: Leg) -> &Peaks {
        &self.legs()[leg].1
    }

    /// The estate's background under the policy.
    pub fn background(&self) -> Option<&Background> {
        self.frame.backgrounds.get(self.policy)
    }

    /// The most messages that wait before the way south on a local day.
    pub fn queue_on(&self, day: usize) -> u64 {
        let minutes = self.frame.midnights[day]..self.frame.midnights[day + 1];
        self.south.map_or(0, |queue| queue.most_waiting()[minutes].iter().copied().max().unwrap_or(0))
    }

    /// The waits of a kind of messages before the way south.
    pub fn waits_south(&self, command: Command) -> &Histogram {
        let none = || By::from_fn(|_| Histogram::default());
        let waits = self.waits_south.get_or_init(|| {
            let Some(queue) = self.south else { return none() };
            let Strain { waits, waits_of, .. } = queue.strain();
            let others = || waits_of.values().fold(waits.clone(), |rest, kind| rest.without(kind));
            By::from_fn(|command: Command| command.kind().map_or_else(others, |kind| waits_of[kind].clone()))
        });
        &waits[command]
    }

    /// The share of a kind of messages that wait at most this many seconds, in thousandths of a per cent.
    pub fn share_within(&self, command: Command, seconds: u64) -> u64 {
        let waits = self.waits_south(command);
        hundred_thousandths(waits.at_most(seconds), waits.number())
    }

    /// A number of the queue before the way south; 0 where no capacity is stated.
    pub fn strain(&self, number: impl FnOnce(&Strain) -> u64) -> u64 {
        self.south.map_or(0, |queue| number(queue.strain()))
    }
}

/// The share in thousandths of a per cent, rounded down; all of none.
fn hundred_thousandths(part: u64, of: u64) -> u64 {
    let share = (u128::from(part) * 100_000).checked_div(u128::from(of));
    share.map_or(100_000, |share| share as u64)
}

/// How many for each thousand, in thousandths, rounded; 0 of none.
pub fn per_thousand(count: u64, of: u64) -> u64 {
    let (count, of) = (u128::from(count), u128::from(of));
    (count * 1_000_000 + of / 2).checked_div(of).map_or(0, |rate| u64::try_from(rate).unwrap_or(u64::MAX))
}
