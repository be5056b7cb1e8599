//! The metrics: every number that a run yields, by name and labels, as integers read off its ledger.

use crate::engine::time::Day;
use crate::model::ages::{Age, Milestone, Wait};
use crate::model::background::Background;
use crate::model::cause::Cause;
use crate::model::civil::date_of;
use crate::model::labels::*;
use crate::model::ledger::*;
use crate::model::plan::{DeviceKind, Fuel, SupplierId};
use crate::model::south::SouthQueue;
use crate::model::traffic::{Leg, Traffic};

/// What a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Seconds, shown as days of 86,400 s where the metric is named so.
    DeviceSeconds,
    /// Seconds divided by 86,400.
    DeviceDays,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Parts of a hundred, kept as parts of a thousand.
    Percent,
    /// For each thousand, kept in thousandths.
    PerThousand,
}

impl Unit {
    /// The name in results.
    pub const fn name(self) -> &'static str {
        match self {
            Unit::Count => "count",
            Unit::DeviceSeconds => "device-s",
            Unit::DeviceDays => "device-d",
            Unit::Seconds => "s",
            Unit::Bytes => "B",
            Unit::Percent => "%",
            Unit::PerThousand => "per 1000",
        }
    }

    /// An integer of the ledger in this unit.
    pub fn value(self, raw: u64) -> f64 {
        match self {
            Unit::DeviceDays => raw as f64 / 86_400.0,
            Unit::Percent => raw as f64 / 10.0,
            Unit::PerThousand => raw as f64 / 1_000.0,
            _ => raw as f64,
        }
    }
}

/// A metric of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its name in scenarios and results.
    pub name: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// One sentence of definition.
    pub about: &'static str,
    /// How its values lie in time.
    pub series: Series,
}

/// How the values of a metric lie in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Series {
    /// One value for the whole window.
    Window,
    /// A stock, seen at the end of each local day: days do not add up.
    Stock,
    /// A flow by local day: the days add up to the window's total.
    Flow,
}

impl Series {
    /// Whether there is a value for each local day.
    pub const fn is_daily(self) -> bool {
        matches!(self, Series::Stock | Series::Flow)
    }
}

/// A metric's series: `false` is none, `true` a stock at the end of each day, `flow` a flow by day.
macro_rules! series {
    (false) => {
        Series::Window
    };
    (true) => {
        Series::Stock
    };
    (flow) => {
        Series::Flow
    };
}

macro_rules! metrics {
    ($($name:literal $unit:ident $daily:tt $about:literal;)+) => {
        /// All metrics.
        pub const METRICS: &[Metric] =
            &[$(Metric { name: $name, unit: Unit::$unit, series: series!($daily), about: $about }),+];
    };
}

metrics! {
    "unwanted-alerts.delivered" Count false "E4s and leaked pushes, not pulls, to suppliers not registered at emission: DP072's count. `addressee` is the supplier that receives them; `losing` and `gaining` are the two suppliers of the current switch.";
    "unwanted-alerts.on" Count flow "Unwanted alerts delivered on a local day.";
    "e4.delivered" Count false "E4s of DCC schedules, delivered to a supplier not registered at emission. Labels as for unwanted-alerts.delivered.";
    "e4.on" Count flow "E4s of DCC schedules, delivered on a local day to a supplier not registered at emission.";
    "unwanted-alerts.per-1000-switches" PerThousand false "Unwanted alerts delivered for each thousand switches that started in the window; 0 where none did.";
    "leaked-reads.per-1000-switches" PerThousand false "Leaked reads delivered for each thousand switches that started in the window; 0 where none did.";
    "leaked-reads.emitted" Count false "Reads dated after the SSD at which their addressee lost the meter; off-WAN pushes included. Such a push never leaves the meter.";
    "leaked-reads.lost-on-air" Count false "Leaked reads that a meter off the WAN pushed in vain.";
    "leaked-reads.blocked" Count false "Leaked reads that crossed the WAN and were withheld by a DCC filter, or by the SMETS1 service provider.";
    "leaked-reads.delivered" Count false "Leaked reads, pushed or pulled, that reached the supplier that lost the meter. `addressee` is the supplier that receives them; `losing` and `gaining` are the two suppliers of the current switch. After two switches the addressee may be a supplier further back than `losing`.";
    "leaked-reads.held" Count false "Leaked reads that wait for the addressee's gateway at the horizon.";
    "leaked-reads.lost" Count false "Leaked reads given up because the addressee's gateway was away for two days.";
    "leaked-reads.pulled-on" Count flow "Leaked reads that DCC schedules brought on a local day.";
    "leaked-reads.retained" Count false "Leaked reads that the addressee kept.";
    "closing-reads.delivered" Count false "The snapshot of SSD's midnight, delivered to the supplier that lost the meter: legitimate.";
    "closing-reads.retained" Count false "Reads of SSD's midnight, to which the supplier that lost the meter is entitled, as kept.";
    "rightful-reads.delivered" Count false "Reads delivered to the registered supplier, from the notice of the first switch on.";
    "rightful-reads.retained" Count false "Rightful reads kept.";
    "repeated-reads.delivered" Count false "Reads that show an unregistered supplier its own data once more.";
    "orphaned-reads.delivered" Count false "Reads pushed while the meter held nobody's certificate; nobody can read them.";
    "alerts.emitted" Count false "Alerts emitted by devices or the DCC; those of a meter off the WAN are among them.";
    "alerts.lost-on-air" Count false "Device alerts of meters off the WAN.";
    "alerts.carried" Count false "Device alerts that crossed the WAN.";
    "alerts.blocked" Count false "Alerts withheld by a DCC filter, or by the SMETS1 service provider.";
    "alerts.delivered" Count false "Alerts at the addressee's gateway, whether it is registered or not.";
    "alerts.held" Count false "Alerts that wait for the addressee's gateway at the horizon.";
    "alerts.lost" Count false "Alerts given up because the addressee's gateway was away for two days.";
    "alerts.retained" Count false "Alerts kept by the addressee.";
    "alerts.discarded" Count false "Alerts discarded on receipt.";
    "alerts.peak-minute" Count false "Most unwanted alerts delivered in one UTC minute.";
    "alerts.peak-hour" Count false "Most unwanted alerts delivered in one UTC hour.";
    "alerts.peak-day" Count false "Most unwanted alerts delivered on one UTC day.";
    "cases.at-start" Count false "Devices with an open case when the window starts, opened in its warm-up.";
    "cases.opened" Count false "Devices whose certificate was not the new supplier's at an SSD.";
    "cases.closed" Count false "Cases that ended, by outcome.";
    "cases.open" Count true "Devices with an open case at the end of the day.";
    "not-initiated.open" Count true "Meter points with an open case past SSD and no 6.23 submitted for the switch by its gainer.";
    "cases.per-1000-switches" PerThousand false "Cases opened for each thousand switches that started in the window; 0 where none did.";
    "not-initiated.per-1000-meters" PerThousand true "Meter points not initiated for each thousand connected meters of the market, at the end of the day.";
    "time-to-623" Count false "Cases by how long they waited for their first 6.23 to be sent, or for one to execute: age in days from the opening of the case, and how the wait ended.";
    "reads.per-consumer" Count false "Meter points that suffered so many leaked reads, pushed or pulled; those without any are left out.";
    "reads.per-consumer-most" Count false "Most leaked reads that one meter point suffered.";
    "exposure.seconds" DeviceSeconds false "From SSD to the end of the case, over all devices, even those off the WAN or read by nobody.";
    "exposure.days" DeviceDays false "From SSD to the end of the case, over all devices, even those off the WAN or read by nobody. In days of 86,400 s.";
    "gap.days" DeviceDays false "Device-days in which the responsible supplier could neither read nor command the meter.";
    "orphan.days" DeviceDays false "Device-days in which a neutral certificate stands on a device, so that nobody controls it; a part of exposure.";
    "requests" Count false "Requests by reference and outcome, 6.23s a device and attempt; accepted ones may still fail.";
    "false-blocks" Count false "Alerts withheld from a supplier entitled to them: the closing read, or its own customer's.";
    "lost-safety-alerts" Count false "Critical device alerts that a filter, the SMETS1 service provider or a neutral certificate kept from everybody.";
    "forwarded-alerts" Count false "Critical device alerts that the losing supplier passed on by hand to a gainer that is no DCC User.";
    "false-blocks.on" Count flow "Alerts withheld on a local day from the registered supplier, because DCC's copy did not show it.";
    "quarantined-623" Count false "6.23s of a backlog that the DCC took for an anomaly and kept back.";
    "spoiled-switches" Count false "Withdrawn switches whose losing supplier had deleted schedules or thinned the calendar.";
    "backlog.open" Count true "6.23s that wait for a supplier's capacity at the end of the day.";
    "backlog.days" Count false "Local days at whose end something waits in a supplier's backlog.";
    "traffic.messages" Count false "Messages of the changes of supplier, by leg: over the WAN south and north, from and to users.";
    "traffic.bytes" Bytes false "Their bytes: payload over the WAN, wrapped between users and DCC (assumed).";
    "traffic.peak-messages" Count false "Most messages of a leg in one UTC minute, hour or day.";
    "traffic.peak-bytes" Bytes false "Most bytes of a leg in one UTC minute, hour or day.";
    "background.messages" Count false "Expected messages of the whole estate without its changes of supplier.";
    "background.peak-messages" Count false "Most of them in one UTC minute, hour or day.";
    "capacity.peak-use" Percent false "Demand of the busiest minute south, background included, of the stated capacity.";
    "capacity.busy-minutes" Count false "Minutes at whose end something waits to go south.";
    "capacity.longest-delay" Seconds false "Longest wait to go south.";
    "capacity.held-back-623" Count false "6.23s that the DCC held back because the way south was busy.";
    "capacity.delayed-623" Count false "6.23s that waited to go south.";
    "capacity.waited-623" DeviceSeconds false "How long they waited together.";
    "capacity.unsettled-minutes" Count false "Minutes in which demand still differs from the demand that the waits were reckoned from; 0 says that all waits are exact.";
    "switches" Count false "Switches that started, and those withdrawn.";
}

impl Metric {
    /// Labels that a query has to name, each with a value for example, for rows that differ in them do not add up: peaks come at
    /// different times, and a case is in both views of its wait.
    pub fn apart(&self) -> &'static [(&'static str, &'static str)] {
        match self.name {
            "traffic.peak-messages" | "traffic.peak-bytes" | "background.peak-messages" => {
                &[("leg", "wan-south"), ("per", "minute")]
            }
            "time-to-623" => &[("to", "sent")],
            _ => &[],
        }
    }
}

/// Pairs of suppliers are told where there are at most so many suppliers; their number grows with the square.
const MOST_PAIRED: usize = 40;

/// Groups of `reads.per-consumer`: from, to and name.
const READS_PER_CONSUMER: [(u64, u64, &str); 6] =
    [(1, 1, "1"), (2, 7, "2-7"), (8, 28, "8-28"), (29, 78, "29-78"), (79, 182, "79-182"), (183, u64::MAX, "183+")];

/// A row of a run: a metric, its labels, a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Place in [`METRICS`].
    pub metric: usize,
    /// Labels in the order of their family.
    pub labels: Vec<(&'static str, String)>,
    /// The integer of the ledger.
    pub value: u64,
}

impl Row {
    /// The value of a label, if the row has it.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| *label == name).map(|(_, value)| value.as_str())
    }
}

/// The place of a metric in the catalogue.
pub fn find(name: &str) -> Option<usize> {
    METRICS.iter().position(|m| m.name == name)
}

/// All rows of a run, in a fixed order that depends on the window alone. Rows of one metric with the same label names
/// form a family and add up to the metric's total; a metric may have several families.
pub fn rows(ledger: &Ledger, frame: &Frame) -> Vec<Row> {
    let mut rows = Rows(Vec::with_capacity(1_024));
    let of_alerts = [Channel::LeakedPush, Channel::E4].map(|channel| ledger.bins.counts(channel as usize));
    rows.reads(ledger);
    rows.alerts(ledger, &of_alerts);
    rows.cases(ledger);
    rows.stocks(ledger, frame);
    rows.rates(ledger);
    rows.by_day(ledger, frame, of_alerts);
    rows.requests(ledger);
    rows.suppliers(ledger, frame);
    if let Some((background, _)) = &frame.traffic {
        rows.traffic(ledger, background);
        rows.capacity(ledger, frame);
    }
    rows.0
}

/// What the catalogue of a study has beside the window's days.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// Places in the minute bins at which the window's local days begin, and at which the last one ends.
    pub midnights: Vec<usize>,
    /// Connected meters at the end of each local day, where there is a market.
    pub meters: Vec<u64>,
    /// Ids of suppliers, by number.
    pub suppliers: Vec<String>,
    /// Those whose 6.23s can wait for a capacity.
    pub queues: Vec<bool>,
    /// The estate's background, and how many messages a second the way south takes, where traffic is asked for.
    pub traffic: Option<(Background, Option<u64>)>,
}

impl Frame {
    /// The queue before the way south that a run's demand and the background make, where a capacity is stated.
    pub fn south(&self, ledger: &Ledger) -> Option<SouthQueue> {
        let (background, capacity) = self.traffic.as_ref()?;
        let demand = ledger.traffic.as_ref().map_or(Vec::new(), |traffic| traffic.messages(Leg::South));
        let others = background.south.iter().copied().chain(std::iter::repeat(0));
        let demand = demand.iter().zip(others).map(|(ours, others)| ours + others).collect();
        let held = ledger.bins.counts(Channel::HeldBack as usize);
        Some(SouthQueue::new(ledger.window.start.utc_day().utc_midnight(), demand, &held, (*capacity)? * 60))
    }

    /// A channel's counts by local day: a push keeps to the local clock, so on UTC days it would seem to skip one in autumn.
    pub fn by_day(&self, ledger: &Ledger, channel: Channel) -> Vec<u64> {
        self.days(&ledger.bins.counts(channel as usize))
    }

    /// Sums of minutes by local day.
    fn days(&self, minutes: &[u64]) -> Vec<u64> {
        let day = |ends: &[usize]| minutes[ends[0].min(minutes.len())..ends[1].min(minutes.len())].iter().sum();
        self.midnights.windows(2).map(day).collect()
    }
}

struct Rows(Vec<Row>);

impl Rows {
    fn put(&mut self, name: &str, labels: &[(&'static str, &str)], value: u64) {
        let Some(metric) = find(name) else { unreachable!("{name} is missing from the catalogue of metrics") };
        self.0.push(Row { metric, labels: labels.iter().map(|(k, v)| (*k, (*v).to_owned())).collect(), value });
    }

    fn reads(&mut self, ledger: &Ledger) {
        self.put("unwanted-alerts.delivered", &[], ledger.unwanted_alerts());
        self.put("e4.delivered", &[], ledger.unwanted_e4s());
        for (kind, name) in [
            (ReadKind::Leaked, "leaked-reads"),
            (ReadKind::Closing, "closing-reads"),
            (ReadKind::Rightful, "rightful-reads"),
            (ReadKind::Repeated, "repeated-reads"),
        ] {
            for path in Path::ALL {
                for stage in ReadStage::ALL {
                    // Of other reads only those that arrive matter.
                    let is_told = match stage {
                        ReadStage::Delivered => true,
                        ReadStage::Retained => kind != ReadKind::Repeated,
                        _ => kind == ReadKind::Leaked,
                    };
                    if !is_told {
                        continue;
                    }
                    let value = ledger.reads[kind as usize][*path as usize][*stage as usize];
                    self.put(&format!("{name}.{}", stage.name()), &[("path", path.name())], value);
                }
            }
        }
        let orphaned = ledger.reads[ReadKind::Orphaned as usize][Path::Push as usize][ReadStage::Delivered as usize];
        self.put("orphaned-reads.delivered", &[], orphaned);
        for cause in Cause::ALL {
            for fuel in Fuel::ALL {
                let sums = &ledger.causes[*cause as usize][fuel as usize];
                self.sums(&[("cause", cause.name()), ("fuel", fuel.name())], sums);
            }
        }
        for (kind, sums) in DeviceKind::ALL.iter().zip(&ledger.kinds) {
            self.sums(&[("kind", kind.name())], sums);
        }
        for (device, exposure) in Device::ALL.iter().zip(ledger.exposure_of) {
            self.exposure(&[("device", device.name())], exposure);
        }
    }

    /// What cases come to, by the same labels.
    fn sums(&mut self, labels: &[(&'static str, &str)], sums: &CaseSums) {
        self.put("cases.opened", labels, sums.cases);
        self.exposure(labels, sums.exposure);
        self.unwanted(labels, &sums.unwanted);
    }

    fn exposure(&mut self, labels: &[(&'static str, &str)], exposure: u64) {
        self.put("exposure.seconds", labels, exposure);
        self.put("exposure.days", labels, exposure);
    }

    /// What suppliers receive of meters that are not theirs.
    fn unwanted(&mut self, labels: &[(&'static str, &str)], unwanted: &Unwanted) {
        self.put("leaked-reads.delivered", labels, unwanted.reads());
        self.put("unwanted-alerts.delivered", labels, unwanted.alerts());
        self.put("e4.delivered", labels, unwanted.e4);
    }

    /// Alerts; `pushed` and `e4` are the unwanted ones by minute.
    fn alerts(&mut self, ledger: &Ledger, [pushed, e4]: &[Vec<u64>; 2]) {
        for stage in Stage::ALL {
            for class in AlertClass::ALL {
                for standing in Standing::ALL {
                    let value = ledger.alerts[*class as usize][*standing as usize][*stage as usize];
                    let labels = [("class", class.name()), ("standing", standing.name())];
                    self.put(&format!("alerts.{}", stage.name()), &labels, value);
                }
            }
        }
        let minutes: Vec<u64> = pushed.iter().zip(e4).map(|(a, b)| a + b).collect();
        for (per, peak) in peaks(&minutes) {
            self.put(&format!("alerts.peak-{per}"), &[], peak);
        }
    }

    fn cases(&mut self, ledger: &Ledger) {
        self.put("cases.at-start", &[], ledger.at_start);
        for ending in Ending::ALL {
            self.put("cases.closed", &[("outcome", ending.name())], ledger.closed[*ending as usize]);
        }
        for (milestone, by_wait) in Milestone::ALL.iter().zip(&ledger.waits) {
            for (wait, by_age) in Wait::ALL.iter().zip(by_wait) {
                for (age, cases) in Age::ALL.iter().zip(by_age) {
                    let labels = [("to", milestone.name()), ("outcome", wait.name()), ("days", age.name())];
                    self.put("time-to-623", &labels, *cases);
                }
            }
        }
        for (low, high, name) in READS_PER_CONSUMER {
            let meters = ledger.leaks_per_meter.range(low..=high).map(|(_, meters)| meters).sum();
            self.put("reads.per-consumer", &[("reads", name)], meters);
        }
        let most = ledger.leaks_per_meter.keys().next_back().copied().unwrap_or(0);
        self.put("reads.per-consumer-most", &[], most);
        self.put("gap.days", &[], ledger.gap);
        self.put("orphan.days", &[], ledger.orphan);
        self.put("lost-safety-alerts", &[], ledger.lost_safety);
        self.put("forwarded-alerts", &[], ledger.forwarded);
        for kind in FalseBlock::ALL {
            self.put("false-blocks", &[("kind", kind.name())], ledger.false_blocks[*kind as usize]);
        }
        self.put("quarantined-623", &[], ledger.quarantined);
        self.put("spoiled-switches", &[], ledger.spoiled);
        self.put("switches", &[("outcome", "registered")], ledger.switches[0]);
        self.put("switches", &[("outcome", "withdrawn")], ledger.switches[1]);
    }

    fn stocks(&mut self, ledger: &Ledger, frame: &Frame) {
        let date = |i: usize| date_text(ledger.window.first.plus(i as i32));
        // By kind and owner.
        let not_initiated = ledger.not_initiated.each_ref().map(|owners| owners.each_ref().map(DailyStock::levels));
        for owner in Owner::ALL {
            for i in 0..ledger.window.days {
                let level = not_initiated.iter().map(|owners| owners[*owner as usize][i]).sum();
                self.put("not-initiated.open", &[("by", owner.name()), ("at", &date(i))], level);
            }
        }
        for (kind, owners) in DeviceKind::ALL.iter().zip(&not_initiated) {
            for i in 0..ledger.window.days {
                let level = owners.iter().map(|levels| levels[i]).sum();
                self.put("not-initiated.open", &[("kind", kind.name()), ("at", &date(i))], level);
            }
        }
        for (i, meters) in frame.meters.iter().enumerate() {
            let level = not_initiated.as_flattened().iter().map(|levels| levels[i]).sum();
            self.put("not-initiated.per-1000-meters", &[("at", &date(i))], per_thousand(level, *meters));
        }
        let by_age: Vec<_> = ledger.open_cases.iter().map(DailyStock::levels).collect();
        for i in 0..ledger.window.days {
            self.put("cases.open", &[("at", &date(i))], by_age.iter().map(|levels| levels[i]).sum());
        }
        for (age, levels) in Age::ALL.iter().zip(by_age) {
            for (i, level) in levels.into_iter().enumerate() {
                self.put("cases.open", &[("days", age.name()), ("at", &date(i))], level);
            }
        }
    }

    fn rates(&mut self, ledger: &Ledger) {
        let leaked = ledger.reads_at(ReadKind::Leaked, ReadStage::Delivered);
        for (name, count) in [
            ("unwanted-alerts.per-1000-switches", ledger.unwanted_alerts()),
            ("leaked-reads.per-1000-switches", leaked),
            ("cases.per-1000-switches", ledger.opened),
        ] {
            self.put(name, &[], per_thousand(count, ledger.switches[0]));
        }
    }

    fn by_day(&mut self, ledger: &Ledger, frame: &Frame, unwanted: [Vec<u64>; 2]) {
        let [pushed, e4] = unwanted.map(|minutes| frame.days(&minutes));
        let unwanted = pushed.iter().zip(&e4).map(|(pushed, e4)| pushed + e4).collect();
        for (name, days) in [
            ("unwanted-alerts.on", unwanted),
            ("e4.on", e4),
            ("leaked-reads.pulled-on", frame.by_day(ledger, Channel::LeakedPull)),
            ("false-blocks.on", frame.by_day(ledger, Channel::FalselyBlocked)),
        ] {
            for (i, count) in days.into_iter().enumerate() {
                let date = date_text(ledger.window.first.plus(i as i32));
                self.put(name, &[("at", &date)], count);
            }
        }
    }

    fn suppliers(&mut self, ledger: &Ledger, frame: &Frame) {
        let numbered = || (0..).map(SupplierId).zip(&frame.suppliers);
        for side in ["losing", "gaining"] {
            for (supplier, id) in numbered() {
                let pairs = &ledger.pairs;
                let sums = if side == "losing" { pairs.losing(supplier) } else { pairs.gaining(supplier) };
                self.sums(&[(side, id.as_str())], &sums);
            }
        }
        for (supplier, id) in numbered() {
            self.unwanted(&[("addressee", id.as_str())], &ledger.received(supplier));
        }
        for (losing, from) in numbered().filter(|_| frame.suppliers.len() <= MOST_PAIRED) {
            for (gaining, to) in numbered().filter(|(gaining, _)| *gaining != losing) {
                let sums = ledger.pairs.get(losing, gaining);
                let labels = [("losing", from.as_str()), ("gaining", to)];
                self.put("leaked-reads.delivered", &labels, sums.unwanted.reads());
                self.put("cases.opened", &labels, sums.cases);
            }
        }
        for (place, id) in frame.suppliers.iter().enumerate().filter(|(place, _)| frame.queues[*place]) {
            let levels = ledger.backlogs.get(place).map_or(vec![0; ledger.window.days], DailyStock::levels);
            self.put("backlog.days", &[("gaining", id)], levels.iter().filter(|level| **level > 0).count() as u64);
            for (i, level) in levels.into_iter().enumerate() {
                let date = date_text(ledger.window.first.plus(i as i32));
                self.put("backlog.open", &[("gaining", id), ("at", &date)], level);
            }
        }
    }

    fn traffic(&mut self, ledger: &Ledger, background: &Background) {
        for leg in Leg::ALL {
            let counts =
                |of: fn(&Traffic, Leg) -> Vec<u64>| ledger.traffic.as_ref().map_or(Vec::new(), |t| of(t, *leg));
            let (messages, bytes) = (counts(Traffic::messages), counts(Traffic::bytes));
            let leg = leg.name();
            self.put("traffic.messages", &[("leg", leg)], messages.iter().sum());
            self.put("traffic.bytes", &[("leg", leg)], bytes.iter().sum());
            self.peaks("traffic.peak-messages", leg, &messages);
            self.peaks("traffic.peak-bytes", leg, &bytes);
        }
        for (leg, minutes) in
            [(Leg::South, &background.south), (Leg::North, &background.north), (Leg::ToUsers, &background.to_users)]
        {
            self.put("background.messages", &[("leg", leg.name())], minutes.iter().sum());
            self.peaks("background.peak-messages", leg.name(), minutes);
        }
    }

    fn peaks(&mut self, name: &str, leg: &str, minutes: &[u64]) {
        for (per, peak) in peaks(minutes) {
            self.put(name, &[("leg", leg), ("per", per)], peak);
        }
    }

    fn capacity(&mut self, ledger: &Ledger, frame: &Frame) {
        let Some(queue) = frame.south(ledger) else { return };
        let strain = queue.strain();
        self.put("capacity.peak-use", &[], strain.peak_use);
        self.put("capacity.busy-minutes", &[], strain.busy_minutes);
        self.put("capacity.longest-delay", &[], strain.longest_delay);
        let held: u64 = ledger.bins.counts(Channel::HeldBack as usize).iter().sum();
        self.put("capacity.held-back-623", &[], held);
        self.put("capacity.delayed-623", &[], ledger.delayed_cos);
        self.put("capacity.waited-623", &[], ledger.cos_wait);
        self.put("capacity.unsettled-minutes", &[], ledger.unsettled_minutes);
    }

    fn requests(&mut self, ledger: &Ledger) {
        for reference in Reference::ALL {
            for outcome in Outcome::ALL {
                let value = ledger.requests[*reference as usize][*outcome as usize];
                self.put("requests", &[("reference", reference.name()), ("outcome", outcome.name())], value);
            }
        }
    }
}

/// The most in one UTC minute, hour and day.
fn peaks(minutes: &[u64]) -> [(&'static str, u64); 3] {
    let most = |length: usize| minutes.chunks(length).map(|chunk| chunk.iter().sum()).max().unwrap_or(0);
    [("minute", most(1)), ("hour", most(60)), ("day", most(1_440))]
}

/// How many for each thousand, in thousandths, rounded; 0 of none.
fn per_thousand(count: u64, of: u64) -> u64 {
    let (count, of) = (u128::from(count), u128::from(of));
    (count * 1_000_000 + of / 2).checked_div(of).map_or(0, |rate| u64::try_from(rate).unwrap_or(u64::MAX))
}

/// A local date as results write it.
pub fn date_text(day: Day) -> String {
    date_of(day).to_string()
}
