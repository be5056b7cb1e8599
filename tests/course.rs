//! An ordinary meter counted in closed form: its ledger is that of its walk in every counter, minute bin and message,
//! and its fingerprint is the walk's. Where a plan is not ordinary, nothing is counted.
//!
//! What two courses of a meter have in common may be counted from either.

mod oracle;

use std::collections::BTreeMap;

use meterchurn::engine::time::{Instant, Seconds};
use meterchurn::model::civil::Civil;
use meterchurn::model::course::{self, Outlook, Receipts};
use meterchurn::model::ledger::{Ledger, Window};
use meterchurn::model::lever::Pull;
use meterchurn::model::plan::{Cancelling, MeterPlan, Practice, ScheduleRemoval, Sending, SupplierId, Term};
use meterchurn::model::traffic::{Counting, Traffic};
use meterchurn::model::walk::{Around, Walk};
use meterchurn::model::witness::Nobody;
use meterchurn::scenario::{BUILT_IN, Scenario, read};
use meterchurn::study;

use oracle::generate_policy::{self, kind_of_lever};

/// Markets tried in the quick suite; `--ignored` tries many more.
const QUICK: u64 = 1_500;
const LONG: u64 = 4_000;
/// The number of ordinary meters of the quick markets that each lever must have reshaped.
const RESHAPED: u64 = 20;

fn empty(window: Window) -> Ledger {
    let mut ledger = Ledger::new(window);
    ledger.each_meter = Some(BTreeMap::new());
    ledger.traffic = Some(Box::new(Traffic::new(window, Counting { capacity: None, by_minute: true })));
    ledger
}

/// Whether a meter is ordinary. Fails where its course is not its walk.
fn is_ordinary(meter: &MeterPlan, (window, civil): (Window, &Civil)) -> bool {
    let mut course = empty(window);
    if !course::counts(meter, &mut course, civil) {
        assert!(course == empty(window), "counted, and not ordinary: {meter:#?}");
        return false;
    }
    let mut walk = empty(window);
    Walk::new(meter, meter.copies, window.start, window.horizon, Around::time(civil)).finish(&mut walk, &mut Nobody);
    let differing = walk.differing(&course);
    assert!(differing.is_empty(), "{differing:?} {window:?} {meter:#?}\n{}", differences(&walk, &course));
    true
}

/// Whether two plans of a meter have courses with items in common, but not all. Fails where these, counted from the one
/// course, and the others, counted from the other, are not the other's whole ledger.
fn shares_items(one: &MeterPlan, other: &MeterPlan, (window, civil): (Window, &Civil)) -> bool {
    let of = |plan| Outlook::of(plan, &window, civil);
    let (Some(mine), Some(theirs)) = (of(one), of(other)) else { return false };
    let (common, own) = mine.compared(&theirs);
    let (mut together, mut receipts, mut own_receipts) = (empty(window), Receipts::default(), Receipts::default());
    mine.count_items(common, &mut together, &mut receipts);
    theirs.count_items(own, &mut together, &mut own_receipts);
    let received = receipts.of(common).and(own_receipts.of(own));
    theirs.closing(&window).count(one, received, &mut together);
    let mut alone = empty(window);
    theirs.count(&mut alone);
    let differing = alone.differing(&together);
    assert!(differing.is_empty(), "{differing:?} {common:?} {own:?} {window:?} {one:#?} {other:#?}");
    assert_eq!(mine.compared(&mine), (mine.items(), mine.items().without(mine.items())));
    !common.is_empty() && !own.is_empty()
}

/// The lines of two ledgers that differ, without their bins.
fn differences(walk: &Ledger, course: &Ledger) -> String {
    let lines = |ledger: &Ledger| -> Vec<String> {
        let Ledger { requests, reads, alerts, causes, exposure, gap, .. } = ledger;
        let text = format!("{requests:#?} {reads:#?} {alerts:#?} {causes:#?} {exposure} {gap} {:?}", ledger.closed);
        text.lines().map(str::to_owned).collect()
    };
    let (walk, course) = (lines(walk), lines(course));
    let both = walk.iter().zip(&course).enumerate().filter(|(_, (a, b))| a != b);
    both.map(|(n, (a, b))| format!("{n}: walk {a}, course {b}\n")).collect()
}

/// The meter without what most meters of a market do not have.
fn simpler(meter: &MeterPlan, start: Instant) -> MeterPlan {
    let mut meter = meter.clone();
    meter.off_wan.clear();
    meter.gateway_outages.clear();
    (meter.neutral, meter.forwards, meter.removal) = (None, None, ScheduleRemoval::CosSuccess);
    meter.filters.iter_mut().for_each(|filter| filter.from = filter.from.min(start));
    meter.black_holes.iter_mut().for_each(|(_, hole)| hole.from = hole.from.min(start));
    meter.muted.iter_mut().for_each(|(_, from)| *from = start.min(*from));
    let owner = meter.holder;
    let settle = |practice: &mut Practice, owner: SupplierId| {
        practice.schedules.iter_mut().for_each(|schedule| (schedule.owner, schedule.term) = (owner, Term::default()));
    };
    settle(&mut meter.practice, owner);
    let mut holder = owner;
    meter.switches.retain(|switch| {
        let stays = switch.to != holder;
        holder = if switch.withdrawn.is_none() { switch.to } else { holder };
        stays
    });
    for switch in &mut meter.switches {
        settle(&mut switch.practice, switch.to);
        switch.cancelling.late_passes_from = None;
        for request in &mut switch.cos {
            request.throttle = None;
            if let Sending::Queued(at) = request.sending {
                request.sending = Sending::At(at);
            }
        }
    }
    meter
}

/// The same with one switch, so that nothing overlaps.
fn once(meter: &MeterPlan, start: Instant) -> MeterPlan {
    let mut meter = simpler(meter, start);
    meter.switches.truncate(1);
    meter
}

/// The same with its switches so far apart that they do not overlap.
fn apart(meter: &MeterPlan, start: Instant) -> MeterPlan {
    let mut meter = simpler(meter, start);
    let mut moved = Seconds(0);
    for switch in &mut meter.switches {
        let length = Seconds::days(moved.0 / 86_400);
        switch.ssd = switch.ssd + length;
        switch.date = switch.date.plus((length.0 / 86_400) as i32);
        switch.known = switch.known + length;
        switch.withdrawn = switch.withdrawn.map(|at| at + length);
        let Cancelling { deletes_schedules, thins_calendar, late_passes_from } = &mut switch.cancelling;
        for at in [deletes_schedules, thins_calendar, late_passes_from] {
            *at = at.map(|at| at + length);
        }
        for request in &mut switch.cos {
            if let Sending::At(at) = request.sending {
                request.sending = Sending::At((at + length).min(switch.ssd + Seconds::days(2)));
            }
            request.latency = request.latency.min(Seconds::hours(2));
            request.fails = request.fails.min(1);
        }
        switch.configures = switch.configures.map(|after| after.min(Seconds::days(1)));
        moved += Seconds::days(5);
    }
    meter
}

/// A meter off the WAN for good.
fn off_for_good(mut meter: MeterPlan, window: &Window) -> MeterPlan {
    let first = meter.switches.iter().map(|switch| switch.ssd.min(switch.known)).min();
    let from = first.unwrap_or(window.start).min(window.start) - Seconds::days(40);
    meter.watch = from + Seconds::days(1);
    meter.off_wan = vec![(from, window.horizon)];
    meter
}

/// Ordinary meters by the levers that reshaped them, and those among them that have items in common with the meter as it
/// was.
#[derive(Debug, Default)]
struct Tried {
    ordinary: BTreeMap<&'static str, u64>,
    sharing: BTreeMap<&'static str, u64>,
}

fn try_market(seed: u64, tried: &mut Tried) {
    let Tried { ordinary, sharing } = tried;
    let study = generate_policy::study(seed);
    let (time, start) = ((study.window, &study.civil), study.window.start);
    for meter in &study.meters {
        let variants = [
            ("as drawn", meter.clone()),
            ("simpler", simpler(meter, start)),
            ("apart", apart(meter, start)),
            ("once", once(meter, start)),
            ("off", off_for_good(once(meter, start), &study.window)),
            ("off, apart", off_for_good(apart(meter, start), &study.window)),
        ];
        for (name, variant) in &variants {
            *ordinary.entry(name).or_default() += u64::from(is_ordinary(variant, time));
            for pulls in study.pulls.chunks(1).chain([study.pulls.as_slice()]) {
                let mut reshaped = variant.clone();
                study.with_lots(meter.id, |lots| {
                    for pull in pulls {
                        // A measure that begins with the window is in force all the time.
                        let from_the_start = Pull { start: pull.start.min(start), ..pull.clone() };
                        let pull = if seed.is_multiple_of(2) { pull } else { &from_the_start };
                        pull.apply(&mut reshaped, lots, &study.laws);
                    }
                });
                let name = if let [pull] = pulls { kind_of_lever(&pull.lever) } else { "all levers" };
                if reshaped != *variant {
                    *ordinary.entry(name).or_default() += u64::from(is_ordinary(&reshaped, time));
                    *sharing.entry(name).or_default() += u64::from(shares_items(variant, &reshaped, time));
                }
            }
        }
    }
}

#[test]
fn the_course_of_an_ordinary_meter_is_its_walk() {
    let mut tried = Tried::default();
    (0..QUICK).for_each(|seed| try_market(seed, &mut tried));
    println!("{tried:?}");
    // A throttle always needs a walk.
    let never = ["throttles"];
    for kind in generate_policy::LEVERS.into_iter().chain(["simpler", "apart", "once", "off", "off, apart"]) {
        let meters = tried.ordinary.get(kind).copied().unwrap_or(0);
        assert!(never.contains(&kind) || meters >= RESHAPED, "'{kind}': {meters} ordinary meters only");
    }
    let sharing: u64 = tried.sharing.values().sum();
    assert!(sharing >= RESHAPED, "{sharing} meters only have items in common with what they were");
}

#[test]
#[ignore = "minutes; run by .ci/run"]
fn the_courses_of_many_more_ordinary_meters_are_their_walks() {
    (QUICK..LONG).for_each(|seed| try_market(seed, &mut Tried::default()));
}

/// The share of a scenario's meters that are ordinary, by policy.
fn shares(text: &str, scale: f64) -> Vec<(String, f64)> {
    let (mut scenario, _): (Scenario, _) = read("shares", text).expect("a valid scenario");
    scenario.market.as_mut().expect("a market").scale(scale);
    let share = |policy: &meterchurn::scenario::Policy| {
        let (mut all, mut ordinary) = (0_u32, 0_u32);
        study::each_plan(&scenario, policy, 0, |plan| {
            all += 1;
            ordinary += u32::from(is_ordinary(&plan, (scenario.window, &scenario.civil)));
        })
        .expect("a market to draw");
        (policy.id.clone(), f64::from(ordinary) / f64::from(all))
    };
    scenario.policies.iter().map(share).collect()
}

#[test]
fn nearly_all_meters_of_a_year_of_great_britain_are_ordinary() {
    let shares = shares(include_str!("../scenarios/gb-year.toml"), 1.0 / 5_000.0);
    println!("{shares:?}");
    assert!(shares[0].1 >= 0.96, "{shares:?}");
}

#[test]
fn nearly_all_meters_of_december_2018_are_ordinary() {
    let shares = shares(BUILT_IN, 0.1);
    println!("{shares:?}");
    assert!(shares[0].1 >= 0.99, "{shares:?}");
}
