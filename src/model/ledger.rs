//! What is counted: integer counters, daily stocks and minute bins of one run. Everything adds, so ledgers of parts of a
//! market merge into the market's in any order.

use std::collections::BTreeMap;

use super::ages::{Age, Milestone, Waits};
use super::cause::Cause;
use super::civil::Civil;
use super::labels::*;
use super::plan::{DeviceKind, MeterId, MeterPlan, SupplierId};
use super::traffic::Traffic;
pub use super::window::Window;
use crate::engine::bins::MinuteBins;
use crate::engine::digest::Fingerprint;
use crate::engine::time::Instant;

/// Sums of the cases of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CaseSums {
    /// Cases, one a device.
    pub cases: u64,
    /// Exposure, device-seconds.
    pub exposure: u64,
    /// What was delivered meanwhile to suppliers that are not registered.
    pub unwanted: Unwanted,
    /// Prepay meters that could not accept their supplier's top-ups.
    pub supply_risk: SupplyRisk,
}

impl CaseSums {
    fn add(&mut self, other: &Self) {
        self.cases += other.cases;
        self.exposure += other.exposure;
        self.unwanted.add(&other.unwanted);
        self.supply_risk.add(&other.supply_risk);
    }
}

/// Prepay meters that hold no certificate of the registered supplier, so that they cannot accept its top-ups (domain 2.7, an inference).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SupplyRisk {
    /// Meter-seconds of the window.
    pub seconds: u64,
    /// Switches of which one second at least is among them.
    pub switches: u64,
}

impl SupplyRisk {
    /// Adds what else there is.
    pub const fn add(&mut self, other: &Self) {
        self.seconds += other.seconds;
        self.switches += other.switches;
    }
}

/// What suppliers receive of meters that are not theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unwanted {
    /// Leaked reads that the meter pushed.
    pub pushed: u64,
    /// Leaked reads that DCC schedules pulled.
    pub pulled: u64,
    /// E4s of DCC schedules.
    pub e4: u64,
}

impl Unwanted {
    /// Leaked reads by both paths.
    pub const fn reads(&self) -> u64 {
        self.pushed + self.pulled
    }

    /// What DP072 counted: leaked pushed reads and E4s. A pulled read is no alert.
    pub const fn alerts(&self) -> u64 {
        self.pushed + self.e4
    }

    /// Adds what else is received.
    pub const fn add(&mut self, other: &Self) {
        self.pushed += other.pushed;
        self.pulled += other.pulled;
        self.e4 += other.e4;
    }

    /// The same for so many copies.
    pub const fn times(&self, copies: u64) -> Self {
        Self { pushed: self.pushed * copies, pulled: self.pulled * copies, e4: self.e4 * copies }
    }

    /// Whether there is nothing.
    pub const fn is_nothing(&self) -> bool {
        self.pushed == 0 && self.pulled == 0 && self.e4 == 0
    }
}

/// A stock seen just before each local midnight that ends a day of the window, kept as differences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyStock {
    steps: Vec<i64>,
}

impl DailyStock {
    fn new(days: usize) -> Self {
        Self { steps: vec![0; days + 1] }
    }

    /// The stock at the end of each day.
    pub fn levels(&self) -> Vec<u64> {
        let mut level = 0_i64;
        self.steps[..self.steps.len() - 1]
            .iter()
            .map(|step| {
                level += step;
                level as u64
            })
            .collect()
    }

    fn merge(&mut self, other: &Self) {
        self.steps.iter_mut().zip(&other.steps).for_each(|(a, b)| *a += b);
    }
}

/// Everything counted in one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// The window that it covers.
    pub window: Window,
    /// Alerts by class, standing and stage.
    pub alerts: [[[u64; Stage::COUNT]; Standing::COUNT]; AlertClass::COUNT],
    /// Reads by kind, path and stage.
    pub reads: [[[u64; ReadStage::COUNT]; Path::COUNT]; ReadKind::COUNT],
    /// Service requests by reference and outcome.
    pub requests: [[u64; Outcome::COUNT]; Reference::COUNT],
    /// Cases open when the window starts, one a device: opened in the warm-up before it.
    pub at_start: u64,
    /// Cases opened in the window, one a device.
    pub opened: u64,
    /// Cases closed, by ending.
    pub closed: [u64; Ending::COUNT],
    /// Cases open at the horizon.
    pub open: u64,
    /// Cases by how long they waited for their 6.23.
    pub waits: Waits,
    /// Device-seconds of exposure.
    pub exposure: u64,
    /// Exposure by device.
    pub exposure_of: [u64; Device::COUNT],
    /// Prepay meters that could not accept their supplier's top-ups.
    pub supply_risk: SupplyRisk,
    /// Device-seconds in which certificate or DCC's copy is not the registered supplier's.
    pub gap: u64,
    /// Alerts withheld from somebody entitled to them.
    pub false_blocks: [u64; FalseBlock::COUNT],
    /// Critical alerts that a filter, a neutral certificate or black-holing kept from everybody.
    pub lost_safety: u64,
    /// Critical alerts forwarded to a gainer that is no User.
    pub forwarded: u64,
    /// Device-seconds in which a device holds nobody's certificate.
    pub orphan: u64,
    /// Withdrawn switches whose loser had cancelled something.
    pub spoiled: u64,
    /// 6.23s of a campaign that were taken for an anomaly.
    pub quarantined: u64,
    /// 6.23s that waited for the capacity of the way south.
    pub delayed_cos: u64,
    /// How long they waited together, seconds.
    pub cos_wait: u64,
    /// Minutes whose demand differs from the demand of the round before, by which the waits were reckoned.
    pub unsettled_minutes: u64,
    /// Switches registered, and those withdrawn.
    pub switches: [u64; 2],
    /// By cause and fuel.
    pub causes: [[CaseSums; 2]; Cause::COUNT],
    /// By generation of the devices.
    pub kinds: [CaseSums; DeviceKind::COUNT],
    /// By the two suppliers of the current switch.
    pub pairs: Pairs,
    /// What each supplier receives, by number; as long as suppliers occur.
    pub addressees: Vec<Unwanted>,
    /// 6.23s that wait for a supplier's capacity, by number, at the end of each day.
    pub backlogs: Vec<DailyStock>,
    /// Meter points with an open case whose registered supplier has submitted no 6.23, by kind and owner, at the end of each day.
    pub not_initiated: [[DailyStock; Owner::COUNT]; DeviceKind::COUNT],
    /// Open cases at the end of each day, by their age then.
    pub open_cases: [DailyStock; Age::COUNT],
    /// By minute.
    pub bins: MinuteBins<{ Channel::COUNT }>,
    /// Messages and bytes, where asked for.
    pub traffic: Option<Box<Traffic>>,
    /// How many meter points (with their copies) suffered so many leaked reads; those with none left out.
    pub leaks_per_meter: BTreeMap<u64, u64>,
    /// Leaked reads delivered for each meter, where asked for.
    pub each_meter: Option<BTreeMap<MeterId, u64>>,
    /// Changes of state of all meters.
    pub fingerprint: Fingerprint,
}

impl Ledger {
    /// An empty ledger.
    pub fn new(window: Window) -> Self {
        let stock = DailyStock::new(window.days);
        Self {
            window,
            alerts: Default::default(),
            reads: Default::default(),
            requests: Default::default(),
            at_start: 0,
            opened: 0,
            closed: Default::default(),
            open: 0,
            waits: Default::default(),
            exposure: 0,
            exposure_of: Default::default(),
            supply_risk: SupplyRisk::default(),
            gap: 0,
            false_blocks: Default::default(),
            lost_safety: 0,
            forwarded: 0,
            orphan: 0,
            spoiled: 0,
            quarantined: 0,
            delayed_cos: 0,
            cos_wait: 0,
            unsettled_minutes: 0,
            switches: [0; 2],
            causes: Default::default(),
            kinds: Default::default(),
            pairs: Pairs::default(),
            addressees: Vec::new(),
            backlogs: Vec::new(),
            not_initiated: std::array::from_fn(|_| std::array::from_fn(|_| stock.clone())),
            open_cases: std::array::from_fn(|_| stock.clone()),
            bins: MinuteBins::new(window.start.utc_day(), Instant(window.horizon.0 - 1).utc_day()),
            traffic: None,
            leaks_per_meter: BTreeMap::new(),
            each_meter: None,
            fingerprint: Fingerprint::default(),
        }
    }

    /// Bytes that a ledger of a window takes once something is counted in every block of so many channels, and of traffic where it is
    /// counted; `traffic` says whether before a stated capacity.
    pub fn bytes(window: &Window, channels: usize, traffic: Option<bool>) -> usize {
        // A window touches a UTC day more than it has local ones.
        let days = window.days + 1;
        let traffic = traffic.map_or(0, |capacity| Traffic::memory(days, capacity));
        channels * MinuteBins::<1>::bytes(days) + traffic + Self::stocks(window)
    }

    /// Bytes that it has taken.
    pub fn taken(&self) -> usize {
        let traffic = self.traffic.as_ref().map_or(0, |traffic| traffic.taken());
        self.bins.taken() + traffic + Self::stocks(&self.window)
    }

    fn stocks(window: &Window) -> usize {
        (Owner::COUNT + Age::COUNT) * (window.days + 1) * size_of::<i64>() + size_of::<Self>()
    }

    /// Notes that something holds from `from` to before `until`, in the daily stock that `pick` names.
    pub fn hold(
        &mut self,
        pick: impl Fn(&mut Ledger) -> &mut DailyStock,
        from: Instant,
        until: Instant,
        civil: &Civil,
        copies: u64,
    ) {
        // Seen at the last second of a day: the first such at or after `from`, the first at or after `until`.
        let (first, days) = (self.window.first, self.window.days);
        let from = from.max(self.window.start);
        let index = |t: Instant| usize::try_from(civil.date(t).0 - first.0).unwrap_or(0).min(days);
        if until <= from {
            return;
        }
        let until = if until >= self.window.horizon { days } else { index(until) };
        let from = index(from);
        let steps = &mut pick(self).steps;
        steps[from] += copies as i64;
        steps[until] -= copies as i64;
    }

    /// Books sums of a meter point's cases under their cause, their switch's two suppliers and the kind of its devices.
    pub fn book(
        &mut self,
        cause: Cause,
        meter: &MeterPlan,
        (losing, gaining): (SupplierId, SupplierId),
        sums: &CaseSums,
    ) {
        self.causes[cause as usize][meter.fuel as usize].add(sums);
        self.kinds[meter.kind as usize].add(sums);
        self.pairs.of(losing, gaining).add(sums);
    }

    /// Books what a supplier receives under its number.
    pub fn receives(&mut self, addressee: SupplierId, unwanted: &Unwanted) {
        grown(&mut self.addressees, addressee.0 as usize, Unwanted::default).add(unwanted);
    }

    /// What a supplier has received of meters that are not its own, whichever switch is current.
    pub fn received(&self, addressee: SupplierId) -> Unwanted {
        self.addressees.get(addressee.0 as usize).copied().unwrap_or_default()
    }

    /// A case was open from one second to before another: its days by its age on them.
    pub fn was_open(&mut self, opened: Instant, until: Instant, civil: &Civil, copies: u64) {
        for age in Age::ALL {
            let (begins, ends) = age.range();
            let from = opened + begins;
            if from >= until {
                break;
            }
            let until = ends.map_or(until, |ends| until.min(opened + ends));
            self.hold(|ledger| &mut ledger.open_cases[*age as usize], from, until, civil, copies);
        }
    }

    /// A 6.23 waited for a supplier's capacity from one second to before another.
    pub fn waited(&mut self, supplier: SupplierId, from: Instant, until: Instant, civil: &Civil) {
        let (place, days) = (supplier.0 as usize, self.window.days);
        grown(&mut self.backlogs, place, || DailyStock::new(days));
        self.hold(|ledger| &mut ledger.backlogs[place], from, until, civil, 1);
    }

    /// Adds another run's counts over the same window.
    pub fn merge(&mut self, other: &Ledger) {
        let Ledger {
            window: _,
            alerts,
            reads,
            requests,
            at_start,
            opened,
            closed,
            open,
            waits,
            exposure,
            exposure_of,
            supply_risk,
            gap,
            false_blocks,
            lost_safety,
            forwarded,
            orphan,
            spoiled,
            quarantined,
            delayed_cos,
            cos_wait,
            unsettled_minutes,
            switches,
            causes,
            kinds,
            pairs,
            addressees,
            backlogs,
            not_initiated,
            open_cases,
            bins,
            traffic,
            leaks_per_meter,
            each_meter,
            fingerprint,
        } = other;
        add(self.alerts.as_flattened_mut().as_flattened_mut(), alerts.as_flattened().as_flattened());
        add(self.reads.as_flattened_mut().as_flattened_mut(), reads.as_flattened().as_flattened());
        add(self.requests.as_flattened_mut(), requests.as_flattened());
        self.at_start += at_start;
        self.opened += opened;
        add(&mut self.closed, closed);
        self.open += open;
        add(self.waits.as_flattened_mut().as_flattened_mut(), waits.as_flattened().as_flattened());
        self.exposure += exposure;
        add(&mut self.exposure_of, exposure_of);
        self.supply_risk.add(supply_risk);
        self.gap += gap;
        add(&mut self.false_blocks, false_blocks);
        self.lost_safety += lost_safety;
        self.forwarded += forwarded;
        self.orphan += orphan;
        self.spoiled += spoiled;
        self.quarantined += quarantined;
        self.delayed_cos += delayed_cos;
        self.cos_wait += cos_wait;
        self.unsettled_minutes += unsettled_minutes;
        add(&mut self.switches, switches);
        for (a, b) in self.causes.as_flattened_mut().iter_mut().zip(causes.as_flattened()) {
            a.add(b);
        }
        self.kinds.iter_mut().zip(kinds).for_each(|(a, b)| a.add(b));
        self.pairs.merge(pairs);
        for (place, unwanted) in addressees.iter().enumerate() {
            grown(&mut self.addressees, place, Unwanted::default).add(unwanted);
        }
        for (place, stock) in backlogs.iter().enumerate() {
            let days = self.window.days;
            grown(&mut self.backlogs, place, || DailyStock::new(days)).merge(stock);
        }
        let not_initiated = not_initiated.as_flattened();
        self.not_initiated.as_flattened_mut().iter_mut().zip(not_initiated).for_each(|(a, b)| a.merge(b));
        self.open_cases.iter_mut().zip(open_cases).for_each(|(a, b)| a.merge(b));
        self.bins.merge(bins);
        if let (Some(mine), Some(theirs)) = (&mut self.traffic, traffic) {
            mine.merge(theirs);
        }
        for (reads, meters) in leaks_per_meter {
            *self.leaks_per_meter.entry(*reads).or_default() += meters;
        }
        if let (Some(mine), Some(theirs)) = (&mut self.each_meter, each_meter) {
            theirs.iter().for_each(|(meter, leaked)| *mine.entry(*meter).or_default() += leaked);
        }
        self.fingerprint.merge(*fingerprint);
    }

    /// Alerts of a class at a stage, whatever the addressee's standing.
    pub fn alerts_at(&self, class: AlertClass, stage: Stage) -> u64 {
        self.alerts[class as usize].iter().map(|by_stage| by_stage[stage as usize]).sum()
    }

    /// Reads of a kind at a stage, both paths.
    pub fn reads_at(&self, kind: ReadKind, stage: ReadStage) -> u64 {
        self.reads[kind as usize].iter().map(|by_stage| by_stage[stage as usize]).sum()
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
    fn unwanted(&self) -> Unwanted {
        let leaked = |path: Path| self.reads[ReadKind::Leaked as usize][path as usize][ReadStage::Delivered as usize];
        let e4 = self.alerts[AlertClass::E4 as usize][Standing::Unregistered as usize][Stage::Delivered as usize];
        Unwanted { pushed: leaked(Path::Push), pulled: leaked(Path::Pull), e4 }
    }

    /// Checks the conservation laws of the model.
    ///
    /// # Errors
    /// The first law that does not hold, in words.
    pub fn check_conservation(&self) -> Result<(), String> {
        for class in AlertClass::ALL {
            for standing in Standing::ALL {
                let at = |stage: Stage| self.alerts[*class as usize][*standing as usize][stage as usize];
                let device = class.is_of_device();
                let arrived = at(Stage::Delivered) + at(Stage::Held) + at(Stage::Lost);
                let laws = [
                    (
                        !device || at(Stage::Emitted) == at(Stage::LostOnAir) + at(Stage::Carried),
                        "emitted = lost on air + carried",
                    ),
                    (
                        !device || at(Stage::Carried) == at(Stage::Blocked) + arrived,
                        "carried = blocked + delivered + held + lost",
                    ),
                    (
                        device || at(Stage::Emitted) == at(Stage::Blocked) + arrived,
                        "emitted = blocked + delivered + held + lost",
                    ),
                    (
                        at(Stage::Delivered) == at(Stage::Retained) + at(Stage::Discarded),
                        "delivered = retained + discarded",
                    ),
                ];
                for (holds, law) in laws {
                    if !holds {
                        return Err(format!(
                            "{law} broken for {} alerts to a {} supplier",
                            class.name(),
                            standing.name()
                        ));
                    }
                }
            }
        }
        self.check_reads()?;
        if self.at_start + self.opened != self.closed.iter().sum::<u64>() + self.open {
            return Err("cases at the start + opened = closed + open broken".into());
        }
        for (milestone, waits) in Milestone::ALL.iter().zip(&self.waits) {
            if waits.as_flattened().iter().sum::<u64>() != self.opened {
                return Err(format!("cases by time to {} = cases opened broken", milestone.name()));
            }
        }
        self.check_breakdowns()
    }

    /// The funnel of reads, and of pushed ones the agreement with their alerts.
    fn check_reads(&self) -> Result<(), String> {
        for kind in ReadKind::ALL {
            for path in Path::ALL {
                let at = |stage: ReadStage| self.reads[*kind as usize][*path as usize][stage as usize];
                let stopped = at(ReadStage::LostOnAir) + at(ReadStage::Blocked);
                let arrived = at(ReadStage::Held) + at(ReadStage::Lost) + at(ReadStage::Delivered);
                let reads = || format!("{} reads by {}", kind.name(), path.name());
                if at(ReadStage::Emitted) != stopped + arrived {
                    let law = "emitted = lost on air + blocked + held + lost + delivered";
                    return Err(format!("{law} broken for {}", reads()));
                }
                if at(ReadStage::Retained) > at(ReadStage::Delivered) {
                    return Err(format!("more {} retained than delivered", reads()));
                }
            }
        }
        for stage in Stage::ALL {
            let Some(of_read) = ReadStage::of(*stage) else { continue };
            let reads = self.reads.iter().map(|by_path| by_path[Path::Push as usize][of_read as usize]);
            if reads.sum::<u64>() != self.alerts_at(AlertClass::Read, *stage) {
                return Err(format!("pushed reads {0} = read alerts {0} broken", stage.name()));
            }
        }
        Ok(())
    }

    /// Whatever is counted by something adds up to its total.
    fn check_breakdowns(&self) -> Result<(), String> {
        let total = CaseSums {
            cases: self.opened,
            exposure: self.exposure,
            unwanted: self.unwanted(),
            supply_risk: self.supply_risk,
        };
        let by_pair = sum(self.pairs.each().map(|(_, sums)| sums));
        for (sum, by) in
            [(sum(self.causes.as_flattened()), "cause"), (sum(&self.kinds), "kind"), (by_pair, "pair of suppliers")]
        {
            if sum != total {
                return Err(format!("counts by {by} add up to {sum:?}, not {total:?}"));
            }
        }
        let mut received = Unwanted::default();
        self.addressees.iter().for_each(|unwanted| received.add(unwanted));
        if received != total.unwanted {
            return Err(format!("counts by addressee add up to {received:?}, not {:?}", total.unwanted));
        }
        if self.exposure_of.iter().sum::<u64>() != self.exposure {
            return Err("exposure by device = exposure broken".into());
        }
        if self.supply_risk.seconds > self.exposure_of[Device::Meter as usize] {
            return Err("supply risk ≤ exposure of meters broken".into());
        }
        let channels = [
            (Channel::LeakedPush, total.unwanted.pushed),
            (Channel::LeakedPull, total.unwanted.pulled),
            (Channel::E4, total.unwanted.e4),
        ];
        for (channel, total) in channels {
            let sum = self.bins.total(channel as usize);
            if sum != total {
                return Err(format!("bins of {} add up to {sum}, not {total}", channel.name()));
            }
        }
        Ok(())
    }
}

/// Sums of cases by the supplier that a switch left and the one that it brought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pairs {
    // By losing supplier, then gaining; as long as suppliers occur.
    sums: Vec<Vec<CaseSums>>,
}

impl Pairs {
    fn of(&mut self, losing: SupplierId, gaining: SupplierId) -> &mut CaseSums {
        let row = grown(&mut self.sums, losing.0 as usize, Vec::new);
        grown(row, gaining.0 as usize, CaseSums::default)
    }

    /// The sums of one pair.
    pub fn get(&self, losing: SupplierId, gaining: SupplierId) -> CaseSums {
        let row = self.sums.get(losing.0 as usize);
        row.and_then(|row| row.get(gaining.0 as usize)).copied().unwrap_or_default()
    }

    /// Over all gaining suppliers.
    pub fn losing(&self, supplier: SupplierId) -> CaseSums {
        sum(self.sums.get(supplier.0 as usize).into_iter().flatten())
    }

    /// Over all losing suppliers.
    pub fn gaining(&self, supplier: SupplierId) -> CaseSums {
        sum(self.sums.iter().filter_map(|row| row.get(supplier.0 as usize)))
    }

    /// Every pair up to the highest numbers that occurred.
    pub fn each(&self) -> impl Iterator<Item = ((SupplierId, SupplierId), &CaseSums)> {
        let gaining = |row| (0..).map(SupplierId).zip(row);
        (0..)
            .map(SupplierId)
            .zip(&self.sums)
            .flat_map(move |(l, row): (_, &Vec<CaseSums>)| gaining(row).map(move |(g, sums)| ((l, g), sums)))
    }

    fn merge(&mut self, other: &Self) {
        for ((losing, gaining), sums) in other.each() {
            self.of(losing, gaining).add(sums);
        }
    }
}

fn sum<'a>(sums: impl IntoIterator<Item = &'a CaseSums>) -> CaseSums {
    sums.into_iter().fold(CaseSums::default(), |mut all, more| {
        all.add(more);
        all
    })
}

/// The entry at a place of a list that grows as places occur.
fn grown<T>(list: &mut Vec<T>, place: usize, new: impl FnMut() -> T) -> &mut T {
    if list.len() <= place {
        list.resize_with(place + 1, new);
    }
    &mut list[place]
}

fn add(into: &mut [u64], from: &[u64]) {
    into.iter_mut().zip(from).for_each(|(a, b)| *a += b);
}
