//! The golden cases of the model, on the oracle itself: what the engine is held against must first hold on its own.

mod oracle;

use std::collections::BTreeMap;

use jiff::civil::date;
use meterchurn::engine::table::By;
use meterchurn::engine::time::{Instant, Seconds};
use meterchurn::model::ages::Age;
use meterchurn::model::cause::Cause;
use meterchurn::model::civil::{Civil, day_of};
use meterchurn::model::labels::{
    AlertClass, Ending, FalseBlock, Outcome, Owner, Path, ReadKind, ReadStage, Reference, Stage, Standing,
};
use meterchurn::model::ledger::{Ledger, SupplyRisk, Unwanted, Window};
use meterchurn::model::plan::{
    BlackHole, Calendar, CosRequest, DeviceKind, Every, Filter, Fuel, MeterId, MeterPlan, Passes, Payment, Practice,
    Reading, Recurrence, Schedule, Sending, SupplierId, SwitchPlan, Term,
};
use oracle::{Counts, Supplier, differences, generate, simulate};

const LOSER: SupplierId = SupplierId(0);
const GAINER: SupplierId = SupplierId(1);

fn at(year: i16, month: i8, day: i8, hour: i64) -> Instant {
    day_of(date(year, month, day)).utc_midnight() + Seconds::hours(hour)
}

fn daily() -> Recurrence {
    Recurrence { anchor: day_of(date(2018, 1, 1)), every: Every::Days(1) }
}

fn schedule(hour: u32) -> Schedule {
    Schedule { owner: LOSER, reads: Reading::DailyReadLog, due: daily(), second: hour * 3_600, term: Term::default() }
}

/// G1, the request sent a second before it executes.
fn g1() -> MeterPlan {
    let executes = at(2019, 2, 17, 1);
    let cos = CosRequest::new(Sending::At(executes - Seconds(1)));
    let calendar = Calendar { due: daily(), offset: Seconds::minutes(10) };
    MeterPlan {
        practice: Practice { calendar: Some(calendar), schedules: vec![schedule(2), schedule(3)] },
        watch: at(2018, 11, 1, 0),
        switches: vec![SwitchPlan {
            known: at(2018, 11, 20, 0),
            cos: [cos; 2],
            ..SwitchPlan::new(GAINER, day_of(date(2018, 12, 1)), at(2018, 12, 1, 0))
        }],
        ..MeterPlan::new(MeterId(1), Fuel::Electricity, LOSER)
    }
}

fn run(meter: MeterPlan) -> Counts {
    let civil = Civil::new(day_of(date(2018, 11, 1)), day_of(date(2019, 3, 31)));
    let window = Window::new(at(2018, 11, 1, 0), at(2019, 3, 1, 0), &civil);
    let supplier =
        Supplier { capacity: None, opening: Seconds::hours(9), hours: Seconds(0), anomaly: None, prepay_first: false };
    simulate(&[meter], &[supplier, supplier], window, &civil)
}

fn leaked(counts: &Counts, stage: ReadStage) -> u64 {
    counts.reads[ReadKind::Leaked][Path::Push][stage]
}

fn alerts(counts: &Counts, class: AlertClass, stage: Stage) -> u64 {
    counts.alerts[class][Standing::Unregistered][stage]
}

fn unwanted(counts: &Counts) -> u64 {
    leaked(counts, ReadStage::Delivered) + alerts(counts, AlertClass::E4, Stage::Delivered)
}

/// Reads that were all emitted, delivered and kept.
fn kept(n: u64) -> By<ReadStage, u64> {
    let mut stages = By::default();
    [ReadStage::Emitted, ReadStage::Delivered, ReadStage::Retained].into_iter().for_each(|s| stages[s] = n);
    stages
}

#[test]
fn g1_is_234_alerts_of_78_leaked_reads_and_156_e4s() {
    let counts = run(g1());
    assert_eq!(leaked(&counts, ReadStage::Delivered), 78);
    assert_eq!(alerts(&counts, AlertClass::E4, Stage::Delivered), 156);
    assert_eq!(unwanted(&counts), 234);
    assert_eq!(counts.reads[ReadKind::Closing][Path::Push], kept(1));
    assert_eq!(alerts(&counts, AlertClass::Notice, Stage::Delivered), 2);
    assert_eq!(counts.exposure, 6_742_800);
    assert_eq!(counts.gap, 6_742_800);
    assert_eq!((counts.opened, counts.open), (1, 0));
    assert_eq!(counts.closed, By::from_fn(|ending| u64::from(ending == Ending::Executed)));
    // November's 30 days to the losing supplier, and 11 pushes to the gainer from 18 February on.
    assert_eq!(counts.reads[ReadKind::Rightful], By::from_fn(|path| kept(if path == Path::Push { 41 } else { 60 })));
    let late = counts.causes[Cause::GainerLate][Fuel::Electricity];
    let received = Unwanted { pushed: 78, pulled: 0, e4: 156 };
    assert_eq!((late.cases, late.exposure, late.unwanted), (1, 6_742_800, received));
    assert_eq!(counts.addressees.iter().collect::<Vec<_>>(), [(&LOSER, &received)]);
    // Not initiated at the end of each day from 1 December to 16 February; sent on the 17th.
    let levels = &counts.not_initiated[DeviceKind::Smets2][Owner::Mature];
    assert_eq!(levels.len(), 120);
    assert!((0..120).all(|day| levels[day] == u64::from((30..108).contains(&day))));
    let open = |day: usize| counts.open_cases.values().map(|by_day| by_day[day]).sum::<u64>();
    assert!((0..120).all(|day| open(day) == levels[day]));
    // Just before its second midnight the case is 86,399 s old; before its 29th, four weeks less a second; then older.
    let of_age = |age: Age| (0..120).filter(|day| counts.open_cases[age][*day] == 1).collect::<Vec<_>>();
    assert_eq!(of_age(Age::Day1), [30]);
    assert_eq!(of_age(Age::Week4), (44..58).collect::<Vec<_>>());
    assert!(of_age(Age::HalfYear).is_empty());
    assert_eq!(counts.each_meter[&MeterId(1)], 78);
    assert_eq!(counts.requests[Reference::R6_23][Outcome::Accepted], 1);
}

#[test]
fn g3_is_so_many_copies_of_g1() {
    let counts = run(MeterPlan { copies: 1_046, ..g1() });
    assert_eq!((unwanted(&counts), leaked(&counts, ReadStage::Delivered)), (244_764, 81_588));
    assert_eq!(counts.leaks_per_meter.iter().collect::<Vec<_>>(), [(&78, &1_046)]);
    assert_eq!(counts.each_meter[&MeterId(1)], 81_588);
}

#[test]
fn g4_executed_after_50_days_is_150_alerts() {
    let mut meter = g1();
    meter.switches[0].cos[0].sending = Sending::At(at(2019, 1, 20, 1) - Seconds(1));
    let counts = run(meter);
    assert_eq!((unwanted(&counts), leaked(&counts, ReadStage::Delivered)), (150, 50));
}

#[test]
fn g5_by_schedule_only_is_234_e4s() {
    let practice = Practice { calendar: None, schedules: vec![schedule(2), schedule(3), schedule(4)] };
    let counts = run(MeterPlan { practice, ..g1() });
    assert_eq!((unwanted(&counts), leaked(&counts, ReadStage::Delivered)), (234, 0));
}

#[test]
fn g6_a_filter_of_classes_leaves_the_reads_alone() {
    let filter = |dcc_alerts| Filter { from: at(2018, 11, 1, 0), passes: Passes::Critical, dcc_alerts };
    let counts = run(MeterPlan { filters: vec![filter(false)], ..g1() });
    assert_eq!((unwanted(&counts), leaked(&counts, ReadStage::Delivered)), (234, 78));
    let counts = run(MeterPlan { filters: vec![filter(true)], ..g1() });
    assert_eq!(unwanted(&counts), 78);
    let counts = run(MeterPlan { filters: vec![Filter { passes: Passes::Codes(vec![]), ..filter(false) }], ..g1() });
    assert_eq!((unwanted(&counts), leaked(&counts, ReadStage::Emitted)), (156, 78));
    assert_eq!(counts.false_blocks[FalseBlock::ClosingRead], 1);
}

#[test]
fn g1_as_a_smets1_meter_leaks_no_push_and_gets_its_156_e4s() {
    let counts = run(MeterPlan { kind: DeviceKind::Smets1, s1sp_checks: true, ..g1() });
    assert_eq!((leaked(&counts, ReadStage::Blocked), leaked(&counts, ReadStage::Delivered)), (78, 0));
    assert_eq!(alerts(&counts, AlertClass::E4, Stage::Delivered), 156);
    assert_eq!(counts.kinds[DeviceKind::Smets1].cases, 1);
}

#[test]
fn g7_a_black_hole_keeps_the_closing_read_and_the_e4s() {
    let hole = BlackHole { from: at(2018, 11, 1, 0), portfolio_lag: Seconds::days(3) };
    let counts = run(MeterPlan { black_holes: vec![(LOSER, hole)], ..g1() });
    assert_eq!((leaked(&counts, ReadStage::Delivered), leaked(&counts, ReadStage::Retained)), (78, 0));
    assert_eq!(counts.reads[ReadKind::Closing][Path::Push][ReadStage::Retained], 1);
    assert_eq!(alerts(&counts, AlertClass::E4, Stage::Retained), 156);
}

/// Copies that do not compete are counted by weight, or one by one, all the same.
#[test]
fn a_queue_without_limit_treats_copies_alike() {
    let mut meter = MeterPlan { copies: 3, ..g1() };
    // Thursday before the opening; G1's own hour would be a Sunday.
    meter.switches[0].cos[0].sending = Sending::Queued(at(2019, 2, 14, 0));
    let queued = run(meter.clone());
    meter.switches[0].cos[0].sending = Sending::At(at(2019, 2, 14, 9));
    // Only those that wait for a supplier have places of their own on the way south.
    let apart_from_places = |counts: Counts| Counts { in_turn: BTreeMap::new(), ..counts };
    assert_eq!(apart_from_places(queued), apart_from_places(run(meter)));
}

/// One opening, one 6.23: three copies go on three working days.
#[test]
fn a_backlog_goes_at_its_capacity() {
    let mut meter = MeterPlan { copies: 3, ..g1() };
    meter.switches[0].cos[0].sending = Sending::Queued(at(2019, 2, 14, 12));
    let civil = Civil::new(day_of(date(2018, 11, 1)), day_of(date(2019, 3, 31)));
    let window = Window::new(at(2018, 11, 1, 0), at(2019, 3, 1, 0), &civil);
    let supplier = Supplier {
        capacity: Some(1),
        opening: Seconds::hours(9),
        hours: Seconds(0),
        anomaly: None,
        prepay_first: false,
    };
    let counts = simulate(std::slice::from_ref(&meter), &[supplier, supplier], window, &civil);
    // A second after each is sent its case closes.
    let exposures = [15, 18, 19].map(|day| (at(2019, 2, day, 9) + Seconds(1) - meter.switches[0].ssd).0 as u64);
    assert_eq!(counts.exposure, exposures.iter().sum::<u64>());
    // At the end of 13 February and of the six days after it.
    let waiting: Vec<u64> = (104..=110).map(|day| counts.backlogs[1][day]).collect();
    assert_eq!(waiting, [0, 3, 2, 2, 2, 1, 0]);
}

/// A prepay meter joins the backlog last and goes first.
#[test]
fn prepay_goes_first_where_the_supplier_says_so() {
    let queued = |id: u64, payment: Payment, hour: i64| {
        let mut meter = MeterPlan { id: MeterId(id), payment, ..g1() };
        meter.switches[0].cos[0].sending = Sending::Queued(at(2019, 2, 14, hour));
        meter
    };
    let meters = [queued(1, Payment::Credit, 12), queued(2, Payment::Prepay, 13)];
    let civil = Civil::new(day_of(date(2018, 11, 1)), day_of(date(2019, 3, 31)));
    let window = Window::new(at(2018, 11, 1, 0), at(2019, 3, 1, 0), &civil);
    let risk = |prepay_first: bool| {
        let supplier =
            Supplier { capacity: Some(1), opening: Seconds::hours(9), hours: Seconds(0), anomaly: None, prepay_first };
        simulate(&meters, &[supplier, supplier], window, &civil).supply_risk
    };
    // From 1 December to Friday 15 February, 09:00:01, or to Monday 18.
    let until_nine = |days: u64| days * 86_400 + 9 * 3_600 + 1;
    assert_eq!(risk(true), SupplyRisk { seconds: until_nine(76), switches: 1 });
    assert_eq!(risk(false), SupplyRisk { seconds: until_nine(79), switches: 1 });
}

/// What differs is named; what does not is not.
#[test]
fn differences_name_the_counters() {
    let civil = Civil::new(day_of(date(2018, 11, 1)), day_of(date(2019, 3, 31)));
    let window = Window::new(at(2018, 11, 1, 0), at(2019, 3, 1, 0), &civil);
    let nothing = Ledger::new(window);
    assert_eq!(differences(&simulate(&[], &[], window, &civil), &nothing), Vec::<String>::new());
    let found = differences(&run(g1()), &nothing);
    for expected in [
        "exposure seconds: expected 6742800 (oracle), got 0 (engine)",
        "alerts e4 to unregistered delivered: expected 156 (oracle), got 0 (engine)",
        "bin e4 at 2018-12-01 02:00Z: expected 1 (oracle), got 0 (engine)",
        "open cases of 0-1 d at the end of day 30 of the window: expected 1 (oracle), got 0 (engine)",
        "open cases of 50-78 d: 23 more differences",
    ] {
        assert!(found.iter().any(|line| line == expected), "{expected} is not in {found:#?}");
    }
}

/// The generator keeps to what a plan must be, and the counts to what must always hold.
#[test]
fn random_markets_are_valid_and_conserve() {
    for seed in 0..400 {
        let (meters, suppliers, window, civil) = generate::market(seed);
        for meter in &meters {
            check_plan(meter, window, suppliers.len());
        }
        let counts = simulate(&meters, &suppliers, window, &civil);
        for class in AlertClass::ALL {
            for standing in Standing::ALL {
                let at = |stage: Stage| counts.alerts[*class][*standing][stage];
                let of_dcc = [AlertClass::E4, AlertClass::Notice].contains(class);
                let crossed = if of_dcc { at(Stage::Emitted) } else { at(Stage::Carried) };
                assert_eq!(at(Stage::Emitted), at(Stage::LostOnAir) + crossed, "seed {seed}");
                let at_gateway = at(Stage::Delivered) + at(Stage::Held) + at(Stage::Lost);
                assert_eq!(crossed, at(Stage::Blocked) + at_gateway, "seed {seed}");
                assert_eq!(at(Stage::Delivered), at(Stage::Retained) + at(Stage::Discarded), "seed {seed}");
            }
        }
        let ended = counts.closed.values().sum::<u64>() + counts.open;
        assert_eq!(counts.at_start + counts.opened, ended, "seed {seed}");
        let causes = || counts.causes.values().flat_map(By::values);
        assert_eq!(causes().map(|sums| sums.cases).sum::<u64>(), counts.opened, "seed {seed}");
        assert_eq!(causes().map(|sums| sums.exposure).sum::<u64>(), counts.exposure, "seed {seed}");
        let leaks: u64 = counts.reads[ReadKind::Leaked].values().map(|stages| stages[ReadStage::Delivered]).sum();
        assert_eq!(causes().map(|sums| sums.unwanted.reads()).sum::<u64>(), leaks, "seed {seed}");
        assert_eq!(counts.each_meter.values().sum::<u64>(), leaks, "seed {seed}");
        let unwanted_e4s = alerts(&counts, AlertClass::E4, Stage::Delivered);
        assert_eq!(causes().map(|sums| sums.unwanted.e4).sum::<u64>(), unwanted_e4s, "seed {seed}");
        assert!(counts.open_cases.values().all(|by_day| by_day.len() == window.days), "seed {seed}");
        let last = counts.open_cases.values().filter_map(|by_day| by_day.last()).sum::<u64>();
        assert_eq!(last, counts.open, "seed {seed}");
    }
}

fn check_plan(meter: &MeterPlan, window: Window, suppliers: usize) {
    let mut registered = meter.holder;
    let mut last = None;
    for switch in &meter.switches {
        assert!(last.is_none_or(|last| last < switch.ssd));
        assert!(switch.withdrawn.is_none_or(|withdrawn| withdrawn < switch.ssd));
        assert!(switch.to != registered && usize::from(switch.to.0) < suppliers);
        assert!(switch.cos.iter().all(|cos| cos.latency >= Seconds(1) && cos.retry >= Seconds(1)));
        if switch.withdrawn.is_none() {
            registered = switch.to;
        }
        last = Some(switch.ssd);
    }
    assert_eq!(meter.devices, if meter.fuel == Fuel::Gas { 2 } else { 1 });
    assert!(meter.pusher < meter.devices && meter.watch >= window.start);
    assert!(meter.off_wan.iter().all(|(from, to)| from < to));
    assert!(meter.off_wan.windows(2).all(|pair| pair[0].1 < pair[1].0));
}

/// A generator that never reaches a rule tests nothing: every counter of consequence occurs.
#[test]
fn random_markets_reach_every_counter() {
    const MARKETS: u64 = 2_000;
    let mut seen: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
    for seed in 0..MARKETS {
        let (meters, suppliers, window, civil) = generate::market(seed);
        let counts = simulate(&meters, &suppliers, window, &civil);
        let mut note = |name: String, n: u64| *seen.entry(name).or_default() += u64::from(n > 0);
        for outcome in Outcome::ALL {
            note(format!("6.23 {}", outcome.name()), counts.requests[Reference::R6_23][*outcome]);
        }
        for reference in [Reference::R6_8, Reference::R5_1, Reference::R5_3] {
            for outcome in [Outcome::Accepted, Outcome::E4] {
                note(format!("{} {}", reference.name(), outcome.name()), counts.requests[reference][outcome]);
            }
        }
        note("6.8 failed".into(), counts.requests[Reference::R6_8][Outcome::Failed]);
        note("runs failed".into(), counts.requests[Reference::Scheduled][Outcome::Failed]);
        for kind in ReadKind::ALL {
            for path in Path::ALL {
                // A push never repeats, and without a certificate no supplier can pull.
                if ![(ReadKind::Repeated, Path::Push), (ReadKind::Orphaned, Path::Pull)].contains(&(*kind, *path)) {
                    note(format!("{} {}", kind.name(), path.name()), counts.reads[*kind][*path][ReadStage::Emitted]);
                }
            }
        }
        for cause in Cause::ALL {
            let booked = counts.causes[*cause].values().map(|sums| sums.cases + sums.unwanted.e4);
            note(format!("cause {}", cause.name()), booked.sum());
        }
        for (kind, sums) in counts.kinds.each() {
            note(format!("{} cases", kind.name()), sums.cases);
            note(format!("{} leaked by push", kind.name()), sums.unwanted.pushed);
            note(format!("{} leaked by pull", kind.name()), sums.unwanted.pulled);
        }
        for stage in ReadStage::ALL {
            note(format!("leaked {}", stage.name()), counts.reads[ReadKind::Leaked][Path::Push][*stage]);
        }
        counts.closed.each().for_each(|(ending, n)| note(format!("ending {}", ending.name()), *n));
        counts.false_blocks.each().for_each(|(block, n)| note(format!("false block {}", block.name()), *n));
        for owner in Owner::ALL {
            let levels = counts.not_initiated.values().flat_map(|owners| &owners[*owner]);
            note(format!("not initiated {}", owner.name()), levels.sum());
        }
        note("spoiled".into(), counts.spoiled);
        note("lost safety".into(), counts.lost_safety);
        note("forwarded".into(), counts.forwarded);
        note("orphan".into(), counts.orphan);
        note("supply risk".into(), counts.supply_risk.seconds);
        note("switches at supply risk".into(), counts.supply_risk.switches);
        let discarded = counts.alerts[AlertClass::Read][Standing::Registered][Stage::Discarded];
        note("rightful push discarded".into(), discarded);
        for class in AlertClass::ALL {
            for standing in Standing::ALL {
                let stages = counts.alerts[*class][*standing];
                note(format!("{} to {} blocked", class.name(), standing.name()), stages[Stage::Blocked]);
                // Notices come once a switch: one that waits at the horizon hardly ever.
                if *class != AlertClass::Notice {
                    note(format!("{} held", class.name()), stages[Stage::Held]);
                }
                note(format!("{} lost", class.name()), stages[Stage::Lost]);
            }
        }
    }
    let rare: Vec<_> = seen.iter().filter(|(_, markets)| **markets < 3).collect();
    println!("{seen:#?}");
    assert!(rare.is_empty(), "hardly ever reached in {MARKETS} markets: {rare:?}");
}
