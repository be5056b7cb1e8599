//! The oracle's counts against an engine's ledger, in words a reader can act on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use meterchurn::engine::histogram::Histogram;
use meterchurn::engine::time::Instant;
use meterchurn::model::ages::{Age, Milestone, Wait};
use meterchurn::model::cause::Cause;
use meterchurn::model::labels::{
    AlertClass, Channel, Device, Ending, FalseBlock, Outcome, Owner, Path, ReadKind, ReadStage, Reference, Stage,
    Standing, SwitchOutcome,
};
use meterchurn::model::ledger::{CaseSums, Ledger};
use meterchurn::model::plan::{DeviceKind, Fuel, SupplierId};
use meterchurn::model::south::{Ask, Kind, SouthQueue};
use meterchurn::model::traffic::{Beside, Leg, MessageOrigin};

use super::Counts;
use super::south::Served;

/// So many single differences are spelt out of a series of days or minutes; the rest is only numbered.
const SPELT_OUT: usize = 5;

/// Every counter in which the ledger differs from the oracle: name, what the oracle expects, what the engine got.
pub fn differences(counts: &Counts, ledger: &Ledger) -> Vec<String> {
    let mut found = Differences::default();
    for class in AlertClass::ALL {
        for standing in Standing::ALL {
            for stage in Stage::ALL {
                let name = format!("alerts {} to {} {}", class.name(), standing.name(), stage.name());
                found.check(name, counts.alerts[*class][*standing][*stage], ledger.alerts[*class][*standing][*stage]);
            }
        }
    }
    for kind in ReadKind::ALL {
        for path in Path::ALL {
            for stage in ReadStage::ALL {
                let name = format!("reads {} by {} {}", kind.name(), path.name(), stage.name());
                found.check(name, counts.reads[*kind][*path][*stage], ledger.reads[*kind][*path][*stage]);
            }
        }
    }
    for reference in Reference::ALL {
        for outcome in Outcome::ALL {
            let name = format!("requests {} {}", reference.name(), outcome.name());
            found.check(name, counts.requests[*reference][*outcome], ledger.requests[*reference][*outcome]);
        }
    }
    found.check("cases open at the start", counts.at_start, ledger.at_start);
    found.check("cases opened", counts.opened, ledger.opened);
    for ending in Ending::ALL {
        found.check(format!("cases closed {}", ending.name()), counts.closed[*ending], ledger.closed[*ending]);
    }
    found.check("cases open at the horizon", counts.open, ledger.open);
    for milestone in Milestone::ALL {
        found.check(format!("waits to {}", milestone.name()), counts.opened, ledger.waits.total(*milestone));
        for wait in Wait::ALL {
            for age in Age::ALL {
                let name = format!("cases to {} {} after {} d", milestone.name(), wait.name(), age.name());
                found.check(name, counts.waits[*milestone][*wait][*age], ledger.waits.of_age(*milestone, *wait, *age));
            }
            for owner in Owner::ALL {
                // A wait begins and ends in the window, whose last day may have 25 hours.
                for day in 0..=ledger.window.days + 1 {
                    let due = counts.waits_by_day.get(&(*milestone, *owner, *wait, day as u64));
                    let (of, how) = (milestone.name(), wait.name());
                    let name = format!("{} cases to {of} {how} on day {day} of the wait", owner.name());
                    let got = ledger.waits.on_day(*milestone, *owner, *wait, day);
                    found.check(name, due.copied().unwrap_or(0), got);
                }
            }
        }
    }
    found.check("exposure seconds", counts.exposure, ledger.exposure);
    for device in Device::ALL {
        found.check(
            format!("exposure of the {}", device.name()),
            counts.exposure_of[*device],
            ledger.exposure_of[*device],
        );
    }
    found.check("supply risk", counts.supply_risk, ledger.supply_risk);
    found.check("gap seconds", counts.gap, ledger.gap);
    for block in FalseBlock::ALL {
        found.check(format!("false blocks {}", block.name()), counts.false_blocks[*block], ledger.false_blocks[*block]);
    }
    found.check("lost safety alerts", counts.lost_safety, ledger.lost_safety);
    found.check("forwarded alerts", counts.forwarded, ledger.forwarded);
    found.check("orphan seconds", counts.orphan, ledger.orphan);
    found.check("spoiled switches", counts.spoiled, ledger.spoiled);
    found.check("6.23s in quarantine", counts.quarantined, ledger.quarantined);
    for outcome in SwitchOutcome::ALL {
        found.check(format!("switches {}", outcome.name()), counts.switches[*outcome], ledger.switches[*outcome]);
    }
    for cause in Cause::ALL {
        for fuel in Fuel::ALL {
            found.sums(
                &format!("cause {} {}", cause.name(), fuel.name()),
                &counts.causes[*cause][fuel],
                &ledger.causes[*cause][fuel],
            );
        }
    }
    for kind in DeviceKind::ALL {
        found.sums(kind.name(), &counts.kinds[*kind], &ledger.kinds[*kind]);
    }
    let most = counts.addressees.keys().next_back().map_or(0, |supplier| supplier.0 + 1);
    for supplier in (0..most.max(ledger.addressees.len() as u16)).map(SupplierId) {
        let due = counts.addressees.get(&supplier).copied().unwrap_or_default();
        found.check(format!("received by {supplier:?}"), due, ledger.received(supplier));
    }
    let mut pairs: BTreeSet<_> = counts.pairs.keys().copied().collect();
    pairs.extend(ledger.pairs.each().map(|(pair, _)| pair));
    for (losing, gaining) in pairs {
        let due = counts.pairs.get(&(losing, gaining)).copied().unwrap_or_default();
        found.check(format!("from {losing:?} to {gaining:?}"), due, ledger.pairs.get(losing, gaining));
    }
    for (supplier, expected) in counts.backlogs.iter().enumerate() {
        let none = vec![0; ledger.window.days];
        let got = ledger.backlogs.get(supplier).map_or(none, |stock| stock.levels());
        found.days(&format!("backlog of supplier {supplier}"), expected, &got);
    }
    for kind in DeviceKind::ALL {
        for owner in Owner::ALL {
            let name = format!("not initiated {} {}", kind.name(), owner.name());
            found.days(&name, &counts.not_initiated[*kind][*owner], &ledger.not_initiated[*kind][*owner].levels());
        }
    }
    for age in Age::ALL {
        let name = format!("open cases of {} d", age.name());
        found.days(&name, &counts.open_cases[*age], &ledger.open_cases[*age].levels());
    }
    let first_minute = i64::from(ledger.bins.first_day().0) * 1_440;
    for channel in Channel::ALL {
        found.minutes(channel.name(), &counts.minutes[*channel], first_minute, &ledger.bins.counts(*channel));
    }
    if let Some(traffic) = &ledger.traffic {
        for leg in Leg::ALL {
            let of = |pick: fn(&(u64, u64)) -> u64| -> BTreeMap<i64, u64> {
                let caused = counts.traffic.iter().filter(|((why, l, _), _)| (*why, l) == (MessageOrigin::Caused, leg));
                caused.map(|((_, _, m), n)| (*m, pick(n))).collect()
            };
            let (messages, bytes) = (traffic.messages(*leg), traffic.bytes(*leg));
            found.minutes(&format!("messages {}", leg.name()), &of(|n| n.0), first_minute, &messages);
            found.minutes(&format!("bytes {}", leg.name()), &of(|n| n.1), first_minute, &bytes);
            let ordinary = counts.traffic.iter().filter(|((why, l, _), _)| (*why, l) == (MessageOrigin::Ordinary, leg));
            let ordinary: u64 = ordinary.map(|(_, (messages, _))| messages).sum();
            found.check(format!("ordinary messages {}", leg.name()), ordinary, traffic.ordinary(*leg));
        }
        if let Some(beside) = traffic.counting().capacity {
            let asks = |(in_background, others): &(u64, u64)| match beside {
                Beside::Nothing => in_background + others,
                Beside::Estate => *others,
            };
            let demand = traffic.demand().expect("what asks for a stated capacity");
            let others = counts.south.iter().map(|(second, commands)| (*second, asks(commands)));
            let others: BTreeMap<i64, u64> = others.filter(|(_, messages)| *messages > 0).collect();
            let (mut day, days) = (ledger.window.start.utc_day(), ledger.window.days + 1);
            let mut got: BTreeMap<i64, u64> = BTreeMap::new();
            demand.each_day_of_others(day, days, |seconds| {
                got.extend(seconds.iter().map(|(at, n)| (day.utc_midnight().0 + i64::from(*at), *n)));
                day = day.plus(1);
            });
            found.check("what others wait for on the way south", others, got);
            let in_turn: Vec<Ask> = counts
                .in_turn
                .iter()
                .map(|((at, place), (reference, meter, copies))| Ask {
                    at: Instant(*at),
                    place: *place,
                    meter: *meter,
                    copies: *copies as u32,
                    kind: kind_in_turn(*reference),
                })
                .collect();
            let mut got = demand.asks().into_owned();
            got.dedup_by(|next, kept| {
                let is_same = (next.at, next.place) == (kept.at, kept.place);
                kept.copies += if is_same { next.copies } else { 0 };
                is_same
            });
            found.check("what waits in turn on the way south", in_turn, got);
        }
    }
    found.check("leaks per meter", &counts.leaks_per_meter, &ledger.leaks_per_meter);
    if let Some(each_meter) = &ledger.each_meter {
        let leaking = counts.each_meter.iter().filter(|(_, reads)| **reads > 0);
        let leaking: BTreeMap<_, _> = leaking.map(|(meter, reads)| (*meter, *reads)).collect();
        found.check("leaks of each meter", &leaking, each_meter);
    }
    found.0
}

/// The waits of a queue that differ.
pub fn queues(served: &Served, queue: &SouthQueue) -> Vec<String> {
    let mut found = Differences::default();
    let strain = queue.strain();
    let histogram = |waits: &mut dyn Iterator<Item = (i64, u64)>| {
        let mut histogram = Histogram::default();
        waits.for_each(|(wait, messages)| histogram.add(wait.unsigned_abs(), messages));
        histogram
    };
    let all = histogram(&mut served.all_waits.iter().map(|(wait, messages)| (*wait, *messages)));
    found.check("waits of all messages", all, strain.waits.clone());
    for (reference, kind) in IN_TURN {
        let waits = served.waits.iter().filter(|((of, _), _)| *of == reference);
        let waits = histogram(&mut waits.map(|((_, wait), copies)| (*wait, *copies)));
        found.check(format!("waits of {}", kind.name()), waits, strain.waits_of[kind].clone());
    }
    found.0
}

/// Commands that wait in turn.
const IN_TURN: [(Reference, Kind); 3] =
    [(Reference::R6_23, Kind::Cos), (Reference::R6_8, Kind::Calendar), (Reference::Neutral, Kind::Neutral)];

/// The engine's name of a command that waits in turn.
pub fn kind_in_turn(reference: Reference) -> Kind {
    let of = IN_TURN.into_iter().find(|(known, _)| *known == reference);
    of.map(|(_, kind)| kind).expect("a command that waits")
}

#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn check<T: PartialEq + Debug>(&mut self, name: impl Into<String>, expected: T, got: T) {
        if expected != got {
            self.0.push(format!("{}: expected {expected:?} (oracle), got {got:?} (engine)", name.into()));
        }
    }

    fn sums(&mut self, name: &str, expected: &CaseSums, got: &CaseSums) {
        // Taken apart without `..`, so that a new sum cannot be forgotten here.
        let CaseSums { cases, exposure, unwanted, supply_risk } = expected;
        self.check(format!("{name} cases"), cases, &got.cases);
        self.check(format!("{name} exposure"), exposure, &got.exposure);
        self.check(format!("{name} received"), unwanted, &got.unwanted);
        self.check(format!("{name} supply risk"), supply_risk, &got.supply_risk);
    }

    fn days(&mut self, name: &str, expected: &[u64], got: &[u64]) {
        self.check(format!("{name}: number of days"), expected.len(), got.len());
        let differing: Vec<usize> = (0..expected.len().min(got.len())).filter(|&n| expected[n] != got[n]).collect();
        for &day in differing.iter().take(SPELT_OUT) {
            self.check(format!("{name} at the end of day {day} of the window"), expected[day], got[day]);
        }
        self.rest(name, differing.len());
    }

    /// `got` is minute by minute from `first` on, `expected` has only the minutes in which something happened.
    fn minutes(&mut self, name: &str, expected: &BTreeMap<i64, u64>, first: i64, got: &[u64]) {
        let mut differing = Vec::new();
        let mut ahead = expected.iter().peekable();
        while let Some((minute, n)) = ahead.next_if(|(minute, _)| **minute < first) {
            differing.push((*minute, *n, 0));
        }
        for (minute, &got) in (first..).zip(got) {
            let expected = ahead.next_if(|(at, _)| **at == minute).map_or(0, |(_, n)| *n);
            if expected != got {
                differing.push((minute, expected, got));
            }
        }
        differing.extend(ahead.map(|(minute, n)| (*minute, *n, 0)));
        for &(minute, expected, got) in differing.iter().take(SPELT_OUT) {
            let (day, time) = (minute.div_euclid(1_440), minute.rem_euclid(1_440));
            let date = meterchurn::model::civil::date_of(meterchurn::engine::time::Day(day as i32));
            self.check(format!("bin {name} at {date} {:02}:{:02}Z", time / 60, time % 60), expected, got);
        }
        self.rest(&format!("bin {name}"), differing.len());
    }

    fn rest(&mut self, name: &str, differing: usize) {
        if differing > SPELT_OUT {
            self.0.push(format!("{name}: {} more differences", differing - SPELT_OUT));
        }
    }
}
