//! Ledgers of the parts of a market merge, in any order, to the ledger of the whole market.

mod oracle;

use std::collections::BTreeSet;

use meterchurn::engine::merge::Merge;
use meterchurn::model::backlog::{self, Drive};
use meterchurn::model::civil::Civil;
use meterchurn::model::desk::{Anomaly, Desk};
use meterchurn::model::ledger::{CaseSums, Ledger, SupplyRisk, Unwanted, Window};
use meterchurn::model::plan::{MeterPlan, Sending, SupplierId};
use meterchurn::model::south::{Demand, SouthQueue};
use meterchurn::model::traffic::{Beside, Counting, Leg, Traffic};
use meterchurn::model::walk::Around;

use oracle::generate_policy::Study;

/// Random markets, each reshaped by random injections and levers.
const MARKETS: u64 = 400;
/// Parts of a market.
const PARTS: usize = 4;

/// What its ledger counts besides what the meters do.
struct Frame {
    window: Window,
    civil: Civil,
    desks: Vec<Desk>,
    south: Option<SouthQueue>,
    beside: Beside,
}

impl Frame {
    fn empty(&self) -> Ledger {
        let mut ledger = Ledger::new(self.window);
        ledger.each_meter = Some(Default::default());
        ledger.traffic =
            Some(Box::new(Traffic::new(self.window, Counting { capacity: Some(self.beside), by_minute: true })));
        ledger
    }

    fn run(&self, meters: &[MeterPlan]) -> Ledger {
        let mut ledger = self.empty();
        let around = Around { civil: &self.civil, south: self.south.as_ref() };
        backlog::run(meters, &self.desks, around, Drive::Alone, &mut ledger);
        ledger
    }
}

fn frame(seed: u64, study: &Study) -> Frame {
    let desks = study.suppliers.iter().map(|supplier| Desk {
        capacity: supplier.capacity,
        opening: supplier.opening,
        hours: supplier.hours,
        anomaly: supplier.anomaly.map(|(threshold, quarantine)| Anomaly { threshold, quarantine }),
        prepay_first: supplier.prepay_first,
    });
    // A queue that others make: it is the same before each part.
    let queue = |south: &oracle::South| SouthQueue::new(&south.way(), &Demand::default(), &[]);
    Frame {
        window: study.window,
        civil: study.civil.clone(),
        desks: desks.collect(),
        south: study.south.as_ref().map(queue),
        beside: if seed.is_multiple_of(2) { Beside::Nothing } else { Beside::Estate },
    }
}

fn reshaped(study: &Study) -> Vec<MeterPlan> {
    let reshape = |meter: &MeterPlan| {
        let mut plan = meter.clone();
        study.with_lots(meter.id, |lots| {
            study.injections.iter().for_each(|injection| injection.apply(&mut plan, lots));
            study.pulls.iter().for_each(|pull| pull.apply(&mut plan, lots, &study.laws));
        });
        plan
    };
    study.meters.iter().map(reshape).collect()
}

/// The suppliers in whose backlogs a meter's 6.23s wait.
fn queues(meter: &MeterPlan) -> BTreeSet<SupplierId> {
    let waits = |request: &meterchurn::model::plan::CosRequest| matches!(request.sending, Sending::Queued(_));
    let queued = meter.switches.iter().filter(|switch| switch.cos[..meter.devices.into()].iter().any(waits));
    queued.map(|switch| switch.to).collect()
}

/// The meters in [`PARTS`] parts. Meters that wait in one backlog are in one part, because they act on one another.
fn parts(meters: &[MeterPlan]) -> Vec<Vec<MeterPlan>> {
    let mut groups: Vec<(BTreeSet<SupplierId>, Vec<MeterPlan>)> = Vec::new();
    for meter in meters {
        let (mut suppliers, mut group) = (queues(meter), vec![meter.clone()]);
        let apart = |(others, _): &(BTreeSet<SupplierId>, _)| others.is_disjoint(&suppliers);
        let (apart, together): (Vec<_>, Vec<_>) = groups.into_iter().partition(apart);
        for (others, members) in together {
            suppliers.extend(others);
            group.extend(members);
        }
        groups = apart;
        groups.push((suppliers, group));
    }
    let mut parts = vec![Vec::new(); PARTS];
    for (place, (_, group)) in groups.into_iter().enumerate() {
        parts[place % PARTS].extend(group);
    }
    parts
}

fn merged<'l>(frame: &Frame, ledgers: impl Iterator<Item = &'l Ledger>) -> Ledger {
    let mut all = frame.empty();
    ledgers.for_each(|ledger| all.merge(ledger));
    all
}

/// The counts in `sums` that are not zero. Taken apart without `..`, so that a new count cannot be forgotten.
fn counted(sums: &CaseSums) -> impl Iterator<Item = &'static str> + use<> {
    let CaseSums { cases, exposure, unwanted, supply_risk } = *sums;
    let Unwanted { pushed, pulled, e4 } = unwanted;
    let SupplyRisk { seconds, switches } = supply_risk;
    let counts = [
        ("cases", cases),
        ("case exposure", exposure),
        ("pushed", pushed),
        ("pulled", pulled),
        ("e4", e4),
        ("supply risk seconds", seconds),
        ("supply risk switches", switches),
    ];
    counts.into_iter().filter(|(_, count)| *count > 0).map(|(name, _)| name)
}

/// The names of all counts of a ledger that are not zero.
fn counts(frame: &Frame, ledger: &Ledger) -> BTreeSet<&'static str> {
    let mut names: BTreeSet<&str> = ledger.differing(&frame.empty()).into_iter().collect();
    names.extend(ledger.kinds.values().flat_map(counted));
    let traffic = ledger.traffic.as_ref().expect("it is counted");
    let of_legs: [(&str, u64); 5] = [
        ("messages", Leg::ALL.iter().map(|leg| traffic.messages(*leg).iter().sum::<u64>()).sum()),
        ("bytes", Leg::ALL.iter().map(|leg| traffic.bytes(*leg).iter().sum::<u64>()).sum()),
        ("ordinary messages", Leg::ALL.iter().map(|leg| traffic.ordinary(*leg)).sum()),
        ("ordinary by minute", Leg::ALL.iter().map(|leg| traffic.ordinary_by_minute(*leg).iter().sum::<u64>()).sum()),
        ("demand", traffic.demand().map_or(0, |demand| demand.asks().len() as u64)),
    ];
    names.extend(of_legs.into_iter().filter(|(_, count)| *count > 0).map(|(name, _)| name));
    names
}

#[test]
fn ledgers_of_parts_merge_in_any_order_to_the_ledger_of_the_whole() {
    let mut exercised = BTreeSet::new();
    for seed in 0..MARKETS {
        let study = oracle::generate_policy::study(seed);
        let (frame, meters) = (frame(seed, &study), reshaped(&study));
        let mut whole = frame.run(&meters);
        let mut ledgers: Vec<Ledger> = parts(&meters).iter().map(|part| frame.run(part)).collect();
        // No meter counts these: the study does, once a round has ended.
        for (ledger, minutes) in ledgers.iter_mut().zip(1..) {
            ledger.unsettled_minutes = minutes;
            whole.unsettled_minutes += minutes;
        }
        let check = |merged: Ledger| {
            assert!(merged == whole, "market {seed}: merged parts differ in {:?}", merged.differing(&whole));
        };
        for first in 0..PARTS {
            let (before, after) = ledgers.split_at(first);
            check(merged(&frame, after.iter().chain(before)));
        }
        let (some, others) = ledgers.split_at(PARTS / 2);
        let (some, others) = (merged(&frame, some.iter().rev()), merged(&frame, others.iter().rev()));
        check(merged(&frame, [&others, &some].into_iter()));
        exercised.extend(counts(&frame, &others));
    }
    let mut wanted = BTreeSet::from_iter(Ledger::COUNTERS.iter().copied());
    let every_sum = SupplyRisk { seconds: 1, switches: 1 };
    let every_sum =
        CaseSums { cases: 1, exposure: 1, unwanted: Unwanted { pushed: 1, pulled: 1, e4: 1 }, supply_risk: every_sum };
    wanted.extend(counted(&every_sum));
    wanted.extend(["messages", "bytes", "ordinary messages", "ordinary by minute", "demand"]);
    let missing: Vec<_> = wanted.difference(&exercised).collect();
    assert!(missing.is_empty(), "no part of any market counts {missing:?}, so their merge is not tested");
}
