//! The golden cases of DP072, built by hand. `scenarios/` has the same cases as files.

use jiff::civil::date;
use meterchurn::engine::time::{Instant, Seconds};
use meterchurn::model::backlog::{self, Drive};
use meterchurn::model::civil::{Civil, day_of};
use meterchurn::model::labels::{AlertClass, Channel, Ending, Path, ReadKind, ReadStage, Stage};
use meterchurn::model::ledger::{Ledger, Window};
use meterchurn::model::plan::*;
use meterchurn::model::walk::Around;

const LOSING: SupplierId = SupplierId(0);
const GAINING: SupplierId = SupplierId(1);

fn civil() -> Civil {
    Civil::new(day_of(date(2018, 1, 1)), day_of(date(2019, 12, 31)))
}

/// Seconds after midnight of 2018-12-01, London (which is UTC in winter).
fn from_ssd(days: i64, seconds: i64) -> Instant {
    day_of(date(2018, 12, 1)).utc_midnight() + Seconds::days(days) + Seconds(seconds)
}

/// G1: a daily push at 00:10, runs at 02:00 and 03:00, SSD 2018-12-01, execution 78 days and an hour later.
fn g1() -> MeterPlan {
    let schedule = |reads, hour: u32| Schedule::daily(LOSING, reads, hour * 3_600);
    MeterPlan {
        practice: Practice {
            calendar: Some(Calendar { due: Recurrence::daily(), offset: Seconds::minutes(10) }),
            schedules: vec![schedule(Reading::DailyReadLog, 2), schedule(Reading::Profile, 3)],
        },
        watch: from_ssd(0, 0),
        switches: vec![SwitchPlan {
            known: from_ssd(-5, 0),
            class: Class::Immature,
            // It executes a second after it was sent.
            cos: [CosRequest::new(Sending::At(from_ssd(78, 3_599))); 2],
            ..SwitchPlan::new(GAINING, day_of(date(2018, 12, 1)), from_ssd(0, 0))
        }],
        ..MeterPlan::new(MeterId(1), Fuel::Electricity, LOSING)
    }
}

fn run(plan: &MeterPlan) -> Ledger {
    let civil = civil();
    let mut ledger = Ledger::new(Window::new(from_ssd(0, 0), from_ssd(90, 0), &civil));
    backlog::run(std::slice::from_ref(plan), &[], Around::time(&civil), Drive::Alone, &mut ledger);
    ledger.check_conservation().unwrap();
    ledger
}

fn leaked(ledger: &Ledger, stage: ReadStage) -> u64 {
    ledger.reads[ReadKind::Leaked][Path::Push][stage]
}

#[test]
fn g1_seventy_eight_days_of_exposure_give_234_alerts() {
    let ledger = run(&g1());
    // Days 1 to 78: one leak each; days 0 to 77: two E4s each.
    assert_eq!(leaked(&ledger, ReadStage::Delivered), 78);
    assert_eq!(ledger.alerts_at(AlertClass::E4, Stage::Delivered), 156);
    assert_eq!(ledger.unwanted_alerts(), 234);
    assert_eq!(ledger.reads_at(ReadKind::Closing, ReadStage::Delivered), 1);
    assert_eq!(ledger.alerts_at(AlertClass::Notice, Stage::Delivered), 2);
    // 78 × 86,400 + 3,600
    assert_eq!(ledger.exposure, 6_742_800);
    assert_eq!(ledger.closed[Ending::Executed], 1);
    // Days 79 to 89 after execution: the push goes on, now to the gaining supplier.
    assert_eq!(ledger.reads_at(ReadKind::Rightful, ReadStage::Delivered), 11);
    assert_eq!(ledger.bins.counts(Channel::LeakedPush).iter().sum::<u64>(), 78);
}

#[test]
fn g4_executed_fifty_days_after_ssd_gives_150_alerts() {
    let mut plan = g1();
    plan.switches[0].cos[0].sending = Sending::At(from_ssd(50, 3_599));
    let ledger = run(&plan);
    assert_eq!((leaked(&ledger, ReadStage::Delivered), ledger.alerts_at(AlertClass::E4, Stage::Delivered)), (50, 100));
}

/// G2 to G8 are in the scenarios, where `why` gives the derivation of each number.
#[test]
fn every_expectation_of_the_shipped_golden_scenarios_holds() {
    for id in ["dp072-incident", "dp072-fifty-days", "dp072-extrapolation"] {
        let path = format!("{}/scenarios/{id}.toml", env!("CARGO_MANIFEST_DIR"));
        let source = std::fs::read_to_string(path).unwrap();
        let (scenario, _) = meterchurn::scenario::read(id, &source).unwrap();
        let results = meterchurn::study::run(&scenario, Default::default(), &|_| ()).unwrap();
        let verdicts = meterchurn::study::judge(&scenario, &results);
        assert!(verdicts.len() >= 3);
        for verdict in verdicts {
            assert_eq!(verdict.verdict, meterchurn::results::expectation::Status::Pass, "{id}: {verdict:?}");
        }
    }
}
