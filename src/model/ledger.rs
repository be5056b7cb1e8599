//! Everything that a run counts: integer counters, daily stocks and minute bins.

use std::collections::BTreeMap;

use super::ages::Age;
use super::cause::Cause;
use super::civil::Civil;
use super::counters::{Counter, counters};
use super::labels::*;
use super::plan::{DeviceKind, Fuel, MeterId, MeterPlan, SupplierId};
use super::south::Demand;
pub use super::stock::DailyStock;
use super::sums::grown;
pub use super::sums::{CaseSums, Pairs, SupplyRisk, Unwanted};
use super::traffic::{Counting, Traffic};
use super::waits::Waits;
pub use super::window::Window;
use crate::engine::bins::MinuteBins;
use crate::engine::digest::Fingerprint;
use crate::engine::merge::Merge;
use crate::engine::table::By;
use crate::engine::time::Instant;

counters! {
    /// Everything counted in one run. Ledgers of the parts of a market [merge](Merge::merge) into the market's ledger
    /// in any order.
    #[derive(Debug, Clone, PartialEq, Eq)]
    Ledger {
        /// The window that it covers.
        window: Window,
        /// Alerts by class, standing and stage.
        alerts: By<AlertClass, By<Standing, By<Stage, u64>>>,
        /// Reads by kind, path and stage.
        reads: By<ReadKind, By<Path, By<ReadStage, u64>>>,
        /// Service requests by reference and outcome.
        requests: By<Reference, By<Outcome, u64>>,
        /// Cases opened in the warm-up and open when the window starts, one for each device.
        at_start: u64,
        /// Cases opened in the window, one for each device.
        opened: u64,
        /// Cases closed in the window, by ending.
        closed: By<Ending, u64>,
        /// Cases open at the horizon.
        open: u64,
        /// Cases opened in the window, by how long they waited for their 6.23.
        waits: Waits,
        /// Exposure in device-seconds.
        exposure: u64,
        /// Exposure by device.
        exposure_of: By<Device, u64>,
        /// Prepay meters that could not accept their supplier's top-ups.
        supply_risk: SupplyRisk,
        /// Device-seconds in which the certificate or the DCC's copy does not show the registered supplier.
        gap: u64,
        /// Alerts withheld from a supplier entitled to them.
        false_blocks: By<FalseBlock, u64>,
        /// Critical alerts that reached no supplier because of a filter, a neutral certificate or black-holing.
        lost_safety: u64,
        /// Critical alerts forwarded to a gainer that is not a DCC User.
        forwarded: u64,
        /// Device-seconds in which a device holds no supplier's certificate.
        orphan: u64,
        /// Withdrawn switches for which the losing supplier had already cancelled something.
        spoiled: u64,
        /// 6.23s of a campaign that the DCC took for an anomaly and quarantined.
        quarantined: u64,
        /// Minutes whose demand differs from that of the round before, from which the waits were computed.
        unsettled_minutes: u64,
        /// Switches by outcome.
        switches: By<SwitchOutcome, u64>,
        /// Sums over cases by cause and fuel.
        causes: By<Cause, By<Fuel, CaseSums>>,
        /// Sums over cases by generation of the devices.
        kinds: By<DeviceKind, CaseSums>,
        /// Sums over cases by the two suppliers of the current switch.
        pairs: Pairs,
        /// What each supplier receives, by its number; the list ends at the last supplier that occurred.
        addressees: Vec<Unwanted>,
        /// 6.23s that wait for a supplier's capacity, by its number, at the end of each day.
        backlogs: Vec<DailyStock>,
        /// Meter points with an open case whose registered supplier has sent no 6.23, by kind and owner, at the end of
        /// each day.
        not_initiated: By<DeviceKind, By<Owner, DailyStock>>,
        /// Open cases by their age at the end of each day.
        open_cases: By<Age, DailyStock>,
        /// Counts by minute.
        bins: MinuteBins<Channel>,
        /// Messages and bytes, if asked for.
        traffic: Option<Box<Traffic>>,
        /// The number of meter points, copies included, by the number of leaked reads of each; those with none are left
        /// out.
        leaks_per_meter: BTreeMap<u64, u64>,
        /// Leaked reads delivered from each meter that leaks, if asked for.
        each_meter: Option<BTreeMap<MeterId, u64>>,
        /// The changes of state of all meters.
        fingerprint: Fingerprint,
    }
}

impl Ledger {
    /// The bytes that a ledger of a window takes once something is counted in every block of this many channels, and of
    /// traffic if it is counted. What asks for a stated capacity of the way south is not among them.
    pub fn bytes(window: &Window, channels: usize, traffic: Option<Counting>) -> usize {
        // A window touches one UTC day more than it has local days.
        let days = window.days + 1;
        let traffic = traffic.map_or(0, |counting| Traffic::memory(days, counting.by_minute));
        channels * MinuteBins::<()>::bytes_of_lane(days) + traffic + Waits::bytes(window) + Self::stocks(window)
    }

    /// The bytes that it has taken.
    pub fn taken(&self) -> usize {
        let traffic = self.traffic.as_ref().map_or(0, |traffic| traffic.taken());
        self.bins.taken() + traffic + self.waits.taken() + Self::stocks(&self.window)
    }

    fn stocks(window: &Window) -> usize {
        (Owner::COUNT + Age::COUNT) * DailyStock::bytes(window) + size_of::<Self>()
    }

    /// A ledger that counts the same, with nothing counted yet.
    pub fn empty_like(other: &Self) -> Self {
        let traffic = other.traffic.as_ref().map(|traffic| Box::new(Traffic::new(other.window, traffic.counting())));
        let each_meter = other.each_meter.as_ref().map(|_| BTreeMap::new());
        Self { traffic, each_meter, ..Self::new(other.window) }
    }

    /// The same, to be merged into others: its minutes take memory and time by what is counted in them.
    pub fn sparse(self) -> Self {
        let traffic = self.traffic.map(|traffic| Box::new(traffic.sparse()));
        Self { bins: self.bins.sparse(), traffic, ..self }
    }

    /// Makes reading faster, once all is counted.
    pub fn settle(&mut self) {
        self.bins.settle();
        self.traffic.iter_mut().for_each(|traffic| traffic.settle());
    }

    /// What asks for a stated capacity of the way south, if that is counted.
    pub fn demand(&self) -> Option<&Demand> {
        self.traffic.as_ref()?.demand()
    }

    /// Adds `copies` to the daily stock that `pick` returns, from `from` to before `until`.
    pub fn hold(
        &mut self,
        pick: impl Fn(&mut Ledger) -> &mut DailyStock,
        from: Instant,
        until: Instant,
        civil: &Civil,
        copies: u64,
    ) {
        let window = self.window;
        pick(self).hold(&window, from, until, civil, copies);
    }

    /// Books sums over a meter point's cases under their cause, the two suppliers of their switch and the kind of its
    /// devices.
    pub fn book(
        &mut self,
        cause: Cause,
        meter: &MeterPlan,
        (losing, gaining): (SupplierId, SupplierId),
        sums: &CaseSums,
    ) {
        if sums.is_nothing() {
            return; // Lists end at the last supplier of whom something is counted.
        }
        self.causes[cause][meter.fuel].merge(sums);
        self.kinds[meter.kind].merge(sums);
        self.pairs.of(losing, gaining).merge(sums);
    }

    /// Completes what is counted of a meter's copies: the leaked reads of each.
    pub(super) fn complete(&mut self, meter: MeterId, copies: u64, leaked: u64) {
        if leaked > 0 {
            *self.leaks_per_meter.entry(leaked).or_default() += copies;
            if let Some(each) = &mut self.each_meter {
                *each.entry(meter).or_default() += leaked * copies;
            }
        }
    }

    /// Books what a supplier receives under its number.
    pub fn receives(&mut self, addressee: SupplierId, unwanted: &Unwanted) {
        if !unwanted.is_nothing() {
            grown(&mut self.addressees, addressee, Unwanted::default).merge(unwanted);
        }
    }

    /// What a supplier has received from meters that are not its own, whichever switch is current.
    pub fn received(&self, addressee: SupplierId) -> Unwanted {
        self.addressees.get(usize::from(addressee.0)).copied().unwrap_or_default()
    }

    /// Counts a case that was open from `opened` to before `until` in the daily stocks of its ages.
    pub fn was_open(&mut self, opened: Instant, until: Instant, civil: &Civil, copies: u64) {
        if opened >= until {
            return; // A 6.23 that executes at SSD.
        }
        let window = self.window;
        let end = DailyStock::day(&window, until, civil);
        let mut from = (opened, DailyStock::day(&window, opened, civil));
        for age in Age::ALL {
            if from.0 >= until {
                break;
            }
            let next = age.range().1.map(|ends| opened + ends).filter(|ends| *ends < until);
            let next = next.map_or((until, end), |ends| (ends, DailyStock::day(&window, ends, civil)));
            self.open_cases[*age].hold_days(from.1, next.1, copies);
            from = next;
        }
    }

    /// Counts a 6.23 that waited for a supplier's capacity from `from` to before `until`.
    pub fn waited(&mut self, supplier: SupplierId, from: Instant, until: Instant, civil: &Civil) {
        let window = self.window;
        if DailyStock::days(&window, from, until, civil).is_some() {
            let backlog = grown(&mut self.backlogs, supplier, || DailyStock::empty(&window));
            backlog.hold(&window, from, until, civil, 1);
        }
    }

    /// Alerts of a class at a stage, whatever the addressee's standing.
    pub fn alerts_at(&self, class: AlertClass, stage: Stage) -> u64 {
        self.alerts[class].values().map(|by_stage| by_stage[stage]).sum()
    }

    /// Reads of a kind at a stage by both paths.
    pub fn reads_at(&self, kind: ReadKind, stage: ReadStage) -> u64 {
        self.reads[kind].values().map(|by_stage| by_stage[stage]).sum()
    }

    /// What DP072 counted: leaked pushed reads and E4s, delivered to a supplier not registered at emission.
    pub fn unwanted_alerts(&self) -> u64 {
        self.unwanted().alerts()
    }

    /// E4s delivered to a supplier not registered at emission.
    pub fn unwanted_e4s(&self) -> u64 {
        self.unwanted().e4
    }

    /// All that was delivered to suppliers not registered at emission.
    pub(super) fn unwanted(&self) -> Unwanted {
        let leaked = |path: Path| self.reads[ReadKind::Leaked][path][ReadStage::Delivered];
        let e4 = self.alerts[AlertClass::E4][Standing::Unregistered][Stage::Delivered];
        Unwanted { pushed: leaked(Path::Push), pulled: leaked(Path::Pull), e4 }
    }
}
