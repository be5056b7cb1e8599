//! Where a policy's levers find nothing to do at a meter, the meter goes as it goes without the policy: its ledger is
//! the same to the last number. Runs share the walk of such meters, so a lever that is wrongly called idle would change
//! results.

mod oracle;

use std::collections::BTreeMap;

use meterchurn::engine::law::Law;
use meterchurn::engine::time::Seconds;
use meterchurn::model::backlog::{self, Drive};
use meterchurn::model::course::Outlook;
use meterchurn::model::ledger::Ledger;
use meterchurn::model::lever::{Adoption, Lever, Pull, Scope};
use meterchurn::model::plan::{
    Cancelling, CosRequest, Detector, Fuel, MeterId, MeterPlan, ScheduleRemoval, Sending, SupplierId, SwitchPlan,
};
use meterchurn::model::traffic::{Beside, Counting, Traffic};
use meterchurn::model::walk::Around;
use meterchurn::scenario::{BUILT_IN, read};
use meterchurn::study::{self, How};

use oracle::generate_policy::{self, Study, kind_of_lever};

/// Markets tried in the quick suite; `--ignored` tries many more.
const QUICK: u64 = 1_000;
const LONG: u64 = 8_000;
/// The number of meters of the quick markets at which each lever must be idle.
const IDLE: u64 = 5;
/// Never called idle.
const NEVER: &str = "throttles";

/// What becomes of one meter that nothing couples.
fn ledger_of(study: &Study, meter: &MeterPlan) -> Ledger {
    let mut ledger = Ledger::new(study.window);
    ledger.each_meter = Some(Default::default());
    ledger.traffic =
        Some(Box::new(Traffic::new(study.window, Counting { capacity: Some(Beside::Nothing), by_minute: false })));
    backlog::run(std::slice::from_ref(meter), &[], Around::time(&study.civil), Drive::Alone, &mut ledger);
    ledger
}

/// The meter with all taken away that disturbs its first switch, as most meters of a market are.
fn undisturbed(meter: &MeterPlan) -> MeterPlan {
    let mut meter = meter.clone();
    meter.switches.truncate(1);
    meter.off_wan.clear();
    meter.filters.clear();
    meter.black_holes.clear();
    meter.muted.clear();
    (meter.neutral, meter.forwards, meter.removal_at_ssd_from) = (None, None, None);
    meter.removal = ScheduleRemoval::CosSuccess;
    for switch in &mut meter.switches {
        switch.chases.clear();
        switch.cancelling = Cancelling::default();
        for request in &mut switch.cos {
            request.fails = 0;
            if let Sending::Queued(at) = request.sending {
                request.sending = Sending::At(at);
            }
        }
    }
    meter
}

/// The same with a 6.23 that goes out late, so that a policy has time to come first; it may fail.
fn late(meter: &MeterPlan) -> MeterPlan {
    let fails: Vec<u32> = meter.switches.iter().flat_map(|switch| &switch.cos).map(|request| request.fails).collect();
    let mut meter = undisturbed(meter);
    for switch in &mut meter.switches {
        switch.cos.iter_mut().zip(&fails).for_each(|(request, fails)| request.fails = *fails);
        let delay = Seconds::hours(5 + 40 * (switch.ssd.0 / 60 % 20));
        switch.known = switch.known.min(switch.ssd);
        switch.cos.iter_mut().for_each(|request| request.sending = Sending::At(switch.ssd + delay));
    }
    meter
}

/// The same with schedules that are another supplier's.
fn with_strange_schedules(meter: &MeterPlan) -> MeterPlan {
    let mut meter = late(meter);
    let owner = SupplierId(u16::from(meter.holder.0 == 0));
    meter.practice.schedules.iter_mut().for_each(|schedule| schedule.owner = owner);
    meter
}

/// Counts the idle pulls by lever; fails where one, or all of a meter together, make a difference after all.
fn try_market(seed: u64, idle_at: &mut BTreeMap<&'static str, u64>) {
    let study = generate_policy::study(seed);
    let of_meter = |meter: &MeterPlan, idle_at: &mut BTreeMap<&'static str, u64>| {
        let outlook = Outlook::of(meter, &study.window, &study.civil);
        let idle: Vec<_> = study.with_lots(meter.id, |lots| {
            study.pulls.iter().filter(|pull| pull.is_idle(meter, outlook.as_ref(), lots, &study.laws)).collect()
        });
        if idle.is_empty() || meter.is_coupled() {
            return;
        }
        let without = ledger_of(&study, meter);
        for pulls in idle.chunks(1).chain([idle.as_slice()]) {
            let mut reshaped = meter.clone();
            study.with_lots(meter.id, |lots| {
                pulls.iter().for_each(|pull| pull.apply(&mut reshaped, lots, &study.laws));
            });
            assert!(ledger_of(&study, &reshaped) == without, "market {seed}, {pulls:?}, {meter:#?}");
        }
        idle.iter().for_each(|pull| *idle_at.entry(kind_of_lever(&pull.lever)).or_default() += 1);
    };
    for meter in &study.meters {
        let mut struck = meter.clone();
        study.with_lots(meter.id, |lots| {
            study.injections.iter().for_each(|injection| injection.apply(&mut struck, lots));
        });
        for variant in
            [meter.clone(), undisturbed(meter), late(meter), undisturbed(&struck), with_strange_schedules(&struck)]
        {
            of_meter(&variant, idle_at);
        }
        of_meter(&struck, idle_at);
    }
}

#[test]
fn idle_levers_make_no_difference_to_a_meters_ledger() {
    let mut idle_at = BTreeMap::new();
    (0..QUICK).for_each(|seed| try_market(seed, &mut idle_at));
    println!("meters at which each lever was idle: {idle_at:?}");
    for kind in generate_policy::LEVERS {
        let meters = idle_at.get(kind).copied().unwrap_or(0);
        assert!(kind == NEVER || meters >= IDLE, "'{kind}' was idle at {meters} meters only");
    }
}

#[test]
#[ignore = "minutes; run by .ci/run"]
fn idle_levers_make_no_difference_to_many_more_meters() {
    (QUICK..LONG).for_each(|seed| try_market(seed, &mut BTreeMap::new()));
}

/// The runs of a study are the same whether policies share walks or have no memory for it.
fn is_the_same_whatever_is_shared(text: &str, scale: f64) {
    let (mut scenario, _) = read("shared", text).expect("a valid scenario");
    scenario.market.as_mut().expect("a market").scale(scale);
    scenario.experiment.replications = 1;
    let of = |memory| {
        study::run(&scenario, How { threads: 1, memory, ..How::default() }, &|_| ()).expect("conservation holds")
    };
    let (alone, together, some) = (of(0), of(u64::MAX), of(3 << 28));
    for ((alone, together), some) in alone.policies().iter().zip(together.policies()).zip(some.policies()) {
        assert!(alone == together && alone == some, "{}", alone.policy);
    }
}

#[test]
fn a_year_under_fourteen_policies_is_the_same_whatever_they_share() {
    is_the_same_whatever_is_shared(include_str!("../scenarios/gb-year.toml"), 1.0 / 2_000.0);
}

#[test]
fn the_built_in_scenario_is_the_same_whatever_its_policies_share() {
    is_the_same_whatever_is_shared(BUILT_IN, 0.02);
}

/// Behind a capacity that the background nearly takes, a 6.23 executes later than its plan says, so that a neutral
/// certificate or a chase may come first.
#[test]
fn runs_behind_a_capacity_are_the_same_whatever_their_policies_share() {
    let market = r#"
schema = 1
title = "a market"
supplier = [
    { id = "a", share = 50, gains = 10 }, { id = "fails", share = 5, gains = 0 },
    { id = "takes-over", share = 45, gains = 90, capacity = "670 /d" },
]
[time]
start = 2021-09-01
horizon = 2021-10-15
warm-up = "0 d"
[market]
path = [{ on = 2021-03-01, meters = 56991 }, { on = 2021-12-31, meters = 56991 }]
no-response = 0.1
switching = { "2021-09" = 0.02, "2021-10" = 0.02 }
[traffic]
capacity = "1 /s"
[[inject]]
kind = "supplier-failure"
where = { losing = ["fails"], gaining = ["takes-over"] }
from = 2021-09-10
[experiment]
replications = 1
[[policy]]
id = "baseline"
[[policy]]
id = "neutral"
use = [{ mitigation = "25" }]
[[policy]]
id = "monitor"
use = [{ mitigation = "21" }]
[[policy]]
id = "filter"
use = [{ mitigation = "13b" }]
"#;
    is_the_same_whatever_is_shared(market, 1.0);
}

/// B's 6.23 waits for the WAN and executes after the meter has gone back to A, who sent nothing by then because its own
/// certificate was still there. A sends as long after that as it meant to after SSD: later than it answers when asked.
#[test]
fn a_chase_is_not_idle_where_a_supplier_comes_back() {
    let study = generate_policy::study(1);
    let (a, b) = (SupplierId(0), SupplierId(1));
    let (day, window) = (study.window.first.plus(3), study.window);
    let back = study.civil.midnight(day.plus(3));
    let switch = |to, date, sent| {
        let cos = CosRequest::new(Sending::At(sent));
        SwitchPlan { cos: [cos; 2], ..SwitchPlan::new(to, date, study.civil.midnight(date)) }
    };
    let meter = MeterPlan {
        switches: vec![switch(b, day, back - Seconds::hours(1)), switch(a, day.plus(3), back + Seconds::days(5))],
        off_wan: vec![(back - Seconds::hours(2), back + Seconds::days(6))],
        ..MeterPlan::new(MeterId(1), Fuel::Electricity, a)
    };
    assert!(back + Seconds::days(12) < window.horizon, "room for all of it");
    let lever = Lever::Chases {
        detector: Detector::Monitoring,
        detection: Law::Fixed(Seconds::days(7)),
        response: Law::Fixed(Seconds::days(1)),
    };
    let (adoption, scope) = (Adoption::FULL, Scope::All);
    let pull = Pull { lever, start: window.start, adoption, scope, entry: 0, occurrence: 0 };
    let mut chased = meter.clone();
    let is_idle = study.with_lots(meter.id, |lots| {
        pull.apply(&mut chased, lots, &study.laws);
        pull.is_idle(&meter, None, lots, &study.laws)
    });
    assert!(ledger_of(&study, &chased) != ledger_of(&study, &meter));
    assert!(!is_idle);
}
