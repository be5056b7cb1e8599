//! The metrics: every number that a run yields, by name and labels, as integers read off its ledger.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::table::By;
use crate::engine::time::{Day, Seconds};
use crate::model::background::Background;
use crate::model::cause::Cause;
use crate::model::civil::date_of;
use crate::model::labels::*;
use crate::model::ledger::*;
use crate::model::plan::{Fuel, SupplierId};
use crate::model::south::SouthQueue;
use crate::model::traffic::Leg;

/// What a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Seconds, shown as days of 86,400 s where the metric is named so.
    DeviceSeconds,
    /// Seconds divided by 86,400.
    DeviceDays,
    /// The same, of meter points.
    MeterDays,
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
            Unit::MeterDays => "meter-d",
            Unit::Seconds => "s",
            Unit::Bytes => "B",
            Unit::Percent => "%",
            Unit::PerThousand => "per 1000",
        }
    }

    /// An integer of the ledger in this unit.
    pub fn value(self, raw: u64) -> f64 {
        match self {
            Unit::DeviceDays | Unit::MeterDays => raw as f64 / 86_400.0,
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
    "alerts.peak-minute" Count false "Most unwanted alerts delivered in one UTC minute; it follows from a convention. Pushes and runs keep to exact seconds of their day.";
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
    "supply-risk.meter-days" MeterDays false "Meter-days from SSD in which a prepay meter holds no certificate of its supplier and, by inference, refuses that supplier's top-ups. Domain 2.7 infers it; no source counts it. Counted as exposure is, off the WAN too; gas by its meter alone; SMETS1, whose top-ups go through the S1SP, not at all (assumed). In days of 86,400 s.";
    "supply-risk.switches" Count false "Switches of prepay meters of which a second or more is in supply-risk.meter-days; their quotient is the mean length in the window.";
    "requests" Count false "Requests by reference and outcome, 6.23s a device and attempt; accepted ones may still fail.";
    "false-blocks" Count false "Alerts withheld from a supplier entitled to them: the closing read, or its own customer's.";
    "lost-safety-alerts" Count false "Critical device alerts that a filter, the SMETS1 service provider or a neutral certificate kept from everybody.";
    "forwarded-alerts" Count false "Critical device alerts that the losing supplier passed on by hand to a gainer that is no DCC User.";
    "false-blocks.on" Count flow "Alerts withheld on a local day from the registered supplier, because DCC's copy did not show it.";
    "quarantined-623" Count false "6.23s of a backlog that the DCC took for an anomaly and kept back.";
    "spoiled-switches" Count false "Withdrawn switches whose losing supplier had deleted schedules or thinned the calendar.";
    "backlog.open" Count true "6.23s that wait for a supplier's capacity at the end of the day.";
    "backlog.days" Count false "Local days at whose end something waits in a supplier's backlog.";
    "traffic.messages" Count false "Messages that changes of supplier cause, by leg (over the WAN south and north, from and to users): requests and what answers them, E4s, notices, leaked, closing, repeated and orphaned reads, runs in vain, and device alerts to others than the registered supplier.";
    "traffic.bytes" Bytes false "Their bytes: payload over the WAN, wrapped between users and DCC (assumed).";
    "traffic.peak-messages" Count false "Most messages that changes of supplier cause in one UTC minute, hour or day, by leg. A minute's follows from conventions: an SSD begins at 00:00:00, a refused 6.23 is sent again after exactly its retry, and a backlog is worked off in the second of its opening.";
    "traffic.peak-bytes" Bytes false "Most of their bytes in one UTC minute, hour or day, by leg. A minute's follows from conventions: an SSD begins at 00:00:00, a refused 6.23 is sent again after exactly its retry, and a backlog is worked off in the second of its opening.";
    "traffic.ordinary-messages" Count false "Messages of the same meters that would travel anyhow, from the notice of the first switch on: reads by the registered supplier and device alerts to it. In a market they are a part of background.messages.";
    "background.requests" Count false "6.24.1s by which a policy sweeps the certificates of the market's whole estate, expected, one for each device; those at meters with an open case, which `requests` counts, are among them.";
    "background.messages" Count false "Expected messages of the whole estate under the policy: published totals, changed practice of reading, sweeps. Reads that leak take the place of some of them.";
    "background.peak-messages" Count false "Most of them in one UTC minute, hour or day. A minute's follows from conventions: reads fall evenly in their hours, and a sweep reads all meters in one second.";
    "capacity.peak-use" Percent false "Demand of the busiest minute south, background included, of the stated capacity. The minute follows from conventions, as in traffic.peak-messages.";
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

/// What a value of a run is: a metric and its labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Place in [`METRICS`].
    pub metric: usize,
    /// Labels in the order of their family; rows share the texts.
    pub labels: Vec<(&'static str, Arc<str>)>,
}

impl Row {
    /// The value of a label, if the row has it.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| *label == name).map(|(_, value)| &**value)
    }
}

/// The place of a metric in the catalogue.
pub fn find(name: &str) -> Option<usize> {
    METRICS.iter().position(|m| m.name == name)
}

/// What the values of a run are, in a fixed order that depends on the window and the frame alone. Rows of one metric with the same label
/// names form a family and add up to the metric's total; a metric may have several families.
pub fn catalogue(window: Window, frame: &Frame) -> Vec<Row> {
    match rows(&Ledger::new(window), frame, 0, Keep::Rows(Vec::new(), BTreeMap::new())) {
        Keep::Rows(rows, _) => rows,
        Keep::Values(_) | Keep::Number(_) => Vec::new(),
    }
}

/// The values of a run of a policy, by its place, in the order of the [`catalogue`].
pub fn values(ledger: &Ledger, frame: &Frame, policy: usize) -> Vec<u64> {
    match rows(ledger, frame, policy, Keep::Values(Vec::with_capacity(1_024))) {
        Keep::Values(values) => values,
        Keep::Rows(..) | Keep::Number(_) => Vec::new(),
    }
}

/// How many values a run has; nothing is built for it, however long the window is.
pub fn number_of_values(window: Window, frame: &Frame) -> f64 {
    let of = |days: usize| {
        let (window, frame) = frame.of_days(window, days);
        match rows(&Ledger::new(window), &frame, 0, Keep::Number(0)) {
            Keep::Number(number) => number as f64,
            Keep::Rows(..) | Keep::Values(_) => 0.0,
        }
    };
    // They are so many, and so many more for each day.
    let (one, two) = (of(1), of(2));
    one + (window.days as f64 - 1.0) * (two - one)
}

fn rows(ledger: &Ledger, frame: &Frame, policy: usize, keep: Keep) -> Keep {
    let mut rows = Rows(keep);
    rows.reads(ledger);
    rows.alerts(ledger);
    rows.cases(ledger);
    rows.stocks(ledger, frame);
    rows.rates(ledger);
    rows.by_day(ledger, frame);
    rows.requests(ledger);
    rows.suppliers(ledger, frame);
    if frame.traffic {
        rows.traffic(ledger);
    }
    if let Some(background) = frame.backgrounds.get(policy) {
        rows.background(background, frame);
    }
    if let Some(queue) = frame.south(ledger, policy) {
        rows.capacity(ledger, &queue);
    }
    rows.0
}

/// What the catalogue of a study has beside the window's days.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// The window's local days, as results write them.
    pub dates: Vec<String>,
    /// Places in the minute bins at which the window's local days begin, and at which the last one ends.
    pub midnights: Vec<usize>,
    /// Connected meters at the end of each local day, where there is a market.
    pub meters: Vec<u64>,
    /// Ids of suppliers, by number.
    pub suppliers: Vec<String>,
    /// Those whose 6.23s can wait for a capacity.
    pub queues: Vec<bool>,
    /// The estate's background under each policy, in the order of policies; none where there is no market.
    pub backgrounds: Vec<Background>,
    /// Whether messages are asked for.
    pub traffic: bool,
    /// How many messages a second the way south takes, where that is stated.
    pub capacity: Option<u64>,
}

impl Frame {
    /// The queue before the way south that a run's demand and the background of its policy make, where a capacity is stated.
    pub fn south(&self, ledger: &Ledger, policy: usize) -> Option<SouthQueue> {
        let capacity = self.capacity?;
        let mut demand = ledger.traffic.as_ref().map_or(Vec::new(), |traffic| traffic.demand());
        if let Some(background) = self.backgrounds.get(policy) {
            demand.iter_mut().zip(background.minutes(Leg::South)).for_each(|(ours, others)| *ours += others);
        }
        let held = ledger.bins.counts(Channel::HeldBack);
        Some(SouthQueue::new(ledger.window.start.utc_day().utc_midnight(), demand, &held, capacity * 60))
    }

    /// A channel's counts by local day: a push keeps to the local clock, so on UTC days it would seem to skip one in autumn.
    pub fn by_day(&self, ledger: &Ledger, channel: Channel) -> Vec<u64> {
        let mut days = vec![0; self.midnights.len().saturating_sub(1)];
        let (mut begins, mut local) = (0, 0);
        ledger.bins.each_day(&[(channel, 0)], |minutes| {
            let mut from = begins;
            begins += minutes.len();
            while from < begins && local < days.len() {
                let (first, end) = (self.midnights[local].clamp(from, begins), self.midnights[local + 1]);
                let until = end.clamp(first, begins);
                days[local] += minutes[minutes.len() - (begins - first)..][..until - first].iter().sum::<u64>();
                from = until;
                local += usize::from(end <= begins);
            }
        });
        days
    }

    /// The same with the first and last day of the window alone, which is enough to list the rows.
    pub fn of_days(&self, window: Window, days: usize) -> (Window, Self) {
        let days = days.clamp(1, window.days.max(1));
        let start = window.start;
        let window = Window { start, horizon: start + Seconds::days(days as i64), days, ..window };
        let ends = [self.dates.first(), self.dates.last()].into_iter().flatten().cloned();
        let frame = Self {
            dates: ends.take(days).collect(),
            midnights: vec![0; days + 1],
            meters: if self.meters.is_empty() { Vec::new() } else { vec![0; days] },
            suppliers: self.suppliers.clone(),
            queues: self.queues.clone(),
            backgrounds: self.backgrounds.iter().take(1).map(Background::idle).collect(),
            traffic: self.traffic,
            capacity: self.capacity,
        };
        (window, frame)
    }
}

/// What is kept of the rows: values alone make up a run, and only one catalogue says what they are.
enum Keep {
    Values(Vec<u64>),
    // The texts of labels so far.
    Rows(Vec<Row>, BTreeMap<String, Arc<str>>),
    Number(u64),
}

struct Rows(Keep);

impl Rows {
    fn put(&mut self, name: &str, labels: &[(&'static str, &str)], value: u64) {
        match &mut self.0 {
            Keep::Values(values) => values.push(value),
            Keep::Number(number) => *number += 1,
            Keep::Rows(rows, texts) => {
                // A row is mostly like the one before.
                let before = rows.last();
                let known = before.map(|row| row.metric).filter(|metric| METRICS[*metric].name == name);
                let Some(metric) = known.or_else(|| find(name)) else {
                    unreachable!("{name} is missing from the catalogue of metrics")
                };
                let labels = labels.iter().enumerate().map(|(place, (label, text))| {
                    let before = before.and_then(|row| row.labels.get(place)).map(|(_, text)| text);
                    let shared = match before.filter(|before| ***before == **text).or_else(|| texts.get(*text)) {
                        Some(shared) => Arc::clone(shared),
                        None => Arc::clone(texts.entry((*text).to_owned()).or_insert_with(|| (*text).into())),
                    };
                    (*label, shared)
                });
                let labels = labels.collect();
                rows.push(Row { metric, labels });
            }
        }
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
                    let value = ledger.reads[kind][*path][*stage];
                    self.put(&format!("{name}.{}", stage.name()), &[("path", path.name())], value);
                }
            }
        }
        let orphaned = ledger.reads[ReadKind::Orphaned][Path::Push][ReadStage::Delivered];
        self.put("orphaned-reads.delivered", &[], orphaned);
        for cause in Cause::ALL {
            for fuel in Fuel::ALL {
                let sums = &ledger.causes[*cause][fuel];
                self.sums(&[("cause", cause.name()), ("fuel", fuel.name())], sums);
            }
        }
        for (kind, sums) in ledger.kinds.each() {
            self.sums(&[("kind", kind.name())], sums);
        }
        for (device, exposure) in ledger.exposure_of.each() {
            self.exposure(&[("device", device.name())], *exposure);
        }
    }

    /// What cases come to, by the same labels.
    fn sums(&mut self, labels: &[(&'static str, &str)], sums: &CaseSums) {
        self.put("cases.opened", labels, sums.cases);
        self.exposure(labels, sums.exposure);
        self.unwanted(labels, &sums.unwanted);
        self.put("supply-risk.meter-days", labels, sums.supply_risk.seconds);
        self.put("supply-risk.switches", labels, sums.supply_risk.switches);
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
    fn alerts(&mut self, ledger: &Ledger) {
        for stage in Stage::ALL {
            for class in AlertClass::ALL {
                for standing in Standing::ALL {
                    let value = ledger.alerts[*class][*standing][*stage];
                    let labels = [("class", class.name()), ("standing", standing.name())];
                    self.put(&format!("alerts.{}", stage.name()), &labels, value);
                }
            }
        }
        let mut unwanted = Minutes::default();
        let channels = [Channel::LeakedPush, Channel::E4].map(|channel| (channel, 0));
        ledger.bins.each_day(&channels, |minutes| unwanted.add_day(minutes));
        for (per, peak) in unwanted.peaks() {
            self.put(&format!("alerts.peak-{per}"), &[], peak);
        }
    }

    fn cases(&mut self, ledger: &Ledger) {
        self.put("cases.at-start", &[], ledger.at_start);
        for ending in Ending::ALL {
            self.put("cases.closed", &[("outcome", ending.name())], ledger.closed[*ending]);
        }
        for (milestone, by_wait) in ledger.waits.each() {
            for (wait, by_age) in by_wait.each() {
                for (age, cases) in by_age.each() {
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
            self.put("false-blocks", &[("kind", kind.name())], ledger.false_blocks[*kind]);
        }
        self.put("quarantined-623", &[], ledger.quarantined);
        self.put("spoiled-switches", &[], ledger.spoiled);
        self.put("switches", &[("outcome", "registered")], ledger.switches[SwitchOutcome::Registered]);
        self.put("switches", &[("outcome", "withdrawn")], ledger.switches[SwitchOutcome::Withdrawn]);
    }

    fn stocks(&mut self, ledger: &Ledger, frame: &Frame) {
        let date = |i: usize| frame.dates[i].as_str();
        // By kind and owner.
        let not_initiated = ledger.not_initiated.map(|owners| owners.map(DailyStock::levels));
        for owner in Owner::ALL {
            for i in 0..ledger.window.days {
                let level = not_initiated.values().map(|owners| owners[*owner][i]).sum();
                self.put("not-initiated.open", &[("by", owner.name()), ("at", date(i))], level);
            }
        }
        for (kind, owners) in not_initiated.each() {
            for i in 0..ledger.window.days {
                let level = owners.values().map(|levels| levels[i]).sum();
                self.put("not-initiated.open", &[("kind", kind.name()), ("at", date(i))], level);
            }
        }
        for (i, meters) in frame.meters.iter().enumerate() {
            let level = not_initiated.values().flat_map(By::values).map(|levels| levels[i]).sum();
            self.put("not-initiated.per-1000-meters", &[("at", date(i))], per_thousand(level, *meters));
        }
        let by_age = ledger.open_cases.map(DailyStock::levels);
        for i in 0..ledger.window.days {
            self.put("cases.open", &[("at", date(i))], by_age.values().map(|levels| levels[i]).sum());
        }
        for (age, levels) in by_age.each() {
            for (i, level) in levels.iter().copied().enumerate() {
                self.put("cases.open", &[("days", age.name()), ("at", date(i))], level);
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
            self.put(name, &[], per_thousand(count, ledger.switches[SwitchOutcome::Registered]));
        }
    }

    fn by_day(&mut self, ledger: &Ledger, frame: &Frame) {
        let [pushed, e4] = [Channel::LeakedPush, Channel::E4].map(|channel| frame.by_day(ledger, channel));
        let unwanted = pushed.iter().zip(&e4).map(|(pushed, e4)| pushed + e4).collect();
        for (name, days) in [
            ("unwanted-alerts.on", unwanted),
            ("e4.on", e4),
            ("leaked-reads.pulled-on", frame.by_day(ledger, Channel::LeakedPull)),
            ("false-blocks.on", frame.by_day(ledger, Channel::FalselyBlocked)),
        ] {
            for (i, count) in days.into_iter().enumerate() {
                self.put(name, &[("at", &frame.dates[i])], count);
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
                self.put("backlog.open", &[("gaining", id), ("at", &frame.dates[i])], level);
            }
        }
    }

    fn traffic(&mut self, ledger: &Ledger) {
        for leg in Leg::ALL {
            let (mut messages, mut bytes) = (Minutes::default(), Minutes::default());
            if let Some(traffic) = &ledger.traffic {
                traffic.each_day_of_messages(*leg, |minutes| messages.add_day(minutes));
                traffic.each_day_of_bytes(*leg, |minutes| bytes.add_day(minutes));
            }
            self.put("traffic.messages", &[("leg", leg.name())], messages.sum);
            self.put("traffic.bytes", &[("leg", leg.name())], bytes.sum);
            self.peaks("traffic.peak-messages", *leg, &messages);
            self.peaks("traffic.peak-bytes", *leg, &bytes);
            let ordinary = ledger.traffic.as_ref().map_or(0, |traffic| traffic.ordinary(*leg));
            self.put("traffic.ordinary-messages", &[("leg", leg.name())], ordinary);
        }
    }

    fn background(&mut self, background: &Background, frame: &Frame) {
        let of_sweeps = [("reference", Reference::R6_24_1.name())];
        self.put("background.requests", &of_sweeps, background.sweeping_requests());
        for leg in [Leg::South, Leg::North, Leg::ToUsers].into_iter().filter(|_| frame.traffic) {
            let mut messages = Minutes::default();
            background.minutes(leg).for_each(|minute| messages.add(minute));
            self.put("background.messages", &[("leg", leg.name())], messages.sum);
            self.peaks("background.peak-messages", leg, &messages);
        }
    }

    fn peaks(&mut self, name: &str, leg: Leg, minutes: &Minutes) {
        for (per, peak) in minutes.peaks() {
            self.put(name, &[("leg", leg.name()), ("per", per)], peak);
        }
    }

    fn capacity(&mut self, ledger: &Ledger, queue: &SouthQueue) {
        let strain = queue.strain();
        self.put("capacity.peak-use", &[], strain.peak_use);
        self.put("capacity.busy-minutes", &[], strain.busy_minutes);
        self.put("capacity.longest-delay", &[], strain.longest_delay);
        let held: u64 = ledger.bins.counts(Channel::HeldBack).iter().sum();
        self.put("capacity.held-back-623", &[], held);
        self.put("capacity.delayed-623", &[], ledger.delayed_cos);
        self.put("capacity.waited-623", &[], ledger.cos_wait);
        self.put("capacity.unsettled-minutes", &[], ledger.unsettled_minutes);
    }

    fn requests(&mut self, ledger: &Ledger) {
        for reference in Reference::ALL {
            for outcome in Outcome::ALL {
                let value = ledger.requests[*reference][*outcome];
                self.put("requests", &[("reference", reference.name()), ("outcome", outcome.name())], value);
            }
        }
    }
}

/// The sum of counts by minute, and the most in one UTC minute, hour and day; a sum that no counter takes stays at the largest number.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Minutes {
    pub sum: u64,
    minute: u64,
    hour: u64,
    day: u64,
    // Of the hour and the day under way, and how many minutes have come.
    this_hour: u64,
    this_day: u64,
    come: u64,
}

impl Minutes {
    pub fn add_day(&mut self, minutes: &[u64]) {
        minutes.iter().for_each(|count| self.add(*count));
    }

    fn add(&mut self, count: u64) {
        if self.come.is_multiple_of(60) {
            self.this_hour = 0;
        }
        if self.come.is_multiple_of(1_440) {
            self.this_day = 0;
        }
        self.come += 1;
        let adds = |sum: &mut u64| *sum = sum.saturating_add(count);
        [&mut self.sum, &mut self.this_hour, &mut self.this_day].into_iter().for_each(adds);
        self.minute = self.minute.max(count);
        self.hour = self.hour.max(self.this_hour);
        self.day = self.day.max(self.this_day);
    }

    fn peaks(&self) -> [(&'static str, u64); 3] {
        [("minute", self.minute), ("hour", self.hour), ("day", self.day)]
    }
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
