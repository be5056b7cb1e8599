//! The laws of conservation: a ledger that keeps all of them, and for each law one that breaks it alone.

use jiff::civil::date;
use meterchurn::engine::merge::Merge;
use meterchurn::engine::table::By;
use meterchurn::engine::time::{Instant, Seconds};
use meterchurn::model::ages::{Milestone, Wait};
use meterchurn::model::cause::Cause;
use meterchurn::model::civil::{Civil, day_of};
use meterchurn::model::labels::{
    AlertClass, Channel, Device, Ending, Owner, Path, ReadKind, ReadStage, Stage, Standing,
};
use meterchurn::model::ledger::{CaseSums, Ledger, Pairs, SupplyRisk, Unwanted, Window};
use meterchurn::model::plan::{DeviceKind, Fuel, SupplierId};
use meterchurn::scenario;

const PAIR: (SupplierId, SupplierId) = (SupplierId(0), SupplierId(1));
const SUMS: CaseSums = CaseSums {
    cases: 5,
    exposure: 700,
    unwanted: Unwanted { pushed: 3, pulled: 2, e4: 18 },
    supply_risk: SupplyRisk { seconds: 300, switches: 2 },
};

fn empty() -> Ledger {
    let first = day_of(date(2018, 12, 1));
    let civil = Civil::new(first, first.plus(2));
    Ledger::new(Window::new(first.utc_midnight(), Instant(first.utc_midnight().0 + 86_400), &civil))
}

/// Of each class and standing some alerts at every stage, as many pushed reads, 3 of the 36 that are delivered leaked;
/// 2 leaked pulls; one case at the start and 5 opened, one of them still open.
fn balanced() -> Ledger {
    let mut ledger = empty();
    for class in AlertClass::ALL {
        for standing in Standing::ALL {
            let at = &mut ledger.alerts[*class][*standing];
            // 18 delivered of 18 + 3 + 2 + 1 that are emitted by the DCC, or carried of 24 + 6 that a device emits.
            at[Stage::Retained] = 14;
            at[Stage::Discarded] = 4;
            at[Stage::Delivered] = 18;
            at[Stage::Blocked] = 3;
            at[Stage::Held] = 2;
            at[Stage::Lost] = 1;
            at[Stage::Emitted] = 24;
            if class.is_of_device() {
                at[Stage::Carried] = 24;
                at[Stage::LostOnAir] = 6;
                at[Stage::Emitted] = 30;
            }
        }
    }
    for (kind, (reads, retained)) in ReadKind::ALL.iter().zip([(20, 20), (5, 5), (3, 3), (4, 0), (4, 0)]) {
        let at = &mut ledger.reads[*kind][Path::Push];
        (at[ReadStage::Emitted], at[ReadStage::Delivered]) = (reads, reads);
        at[ReadStage::Retained] = retained;
    }
    // What is not delivered of both standings is rightful.
    let rightful = &mut ledger.reads[ReadKind::Rightful][Path::Push];
    for (stage, reads) in
        [(ReadStage::LostOnAir, 12), (ReadStage::Blocked, 6), (ReadStage::Held, 4), (ReadStage::Lost, 2)]
    {
        rightful[stage] = reads;
        rightful[ReadStage::Emitted] += reads;
    }
    let pulled = &mut ledger.reads[ReadKind::Leaked][Path::Pull];
    (pulled[ReadStage::Emitted], pulled[ReadStage::Delivered]) = (2, 2);
    ledger.at_start = 1;
    ledger.opened = 5;
    ledger.open = 1;
    ledger.closed[Ending::Executed] = 4;
    ledger.closed[Ending::Superseded] = 1;
    for milestone in Milestone::ALL {
        for (wait, days, cases) in [(Wait::Reached, 1, 3), (Wait::Superseded, 5, 1), (Wait::Open, 200, 1)] {
            ledger.waits.count(*milestone, Owner::Mature, wait, Seconds::days(days), cases);
        }
    }
    ledger.exposure = 700;
    ledger.exposure_of[Device::Meter] = 700;
    ledger.supply_risk = SUMS.supply_risk;
    let text = include_str!("../scenarios/dp072-incident.toml");
    let (scenario, _) = scenario::read("incident", text).expect("a shipped scenario");
    ledger.book(Cause::GainerLate, &scenario.meters[0], PAIR, &SUMS);
    ledger.receives(PAIR.0, &SUMS.unwanted);
    for (channel, count) in [(Channel::LeakedPush, 3), (Channel::LeakedPull, 2), (Channel::E4, 18)] {
        ledger.bins.add_daily(channel, ledger.window.start, 1, count);
    }
    ledger
}

/// What the check says of a balanced ledger after a change.
fn broken(change: impl Fn(&mut Ledger)) -> String {
    let mut ledger = balanced();
    change(&mut ledger);
    ledger.check_conservation().expect_err("a law is broken")
}

#[test]
fn a_balanced_ledger_and_an_empty_one_keep_all_laws() {
    assert_eq!(balanced().check_conservation(), Ok(()));
    assert_eq!(empty().check_conservation(), Ok(()));
}

#[test]
fn merged_ledgers_keep_all_laws() {
    let mut ledger = balanced();
    ledger.merge(&balanced());
    assert_eq!(ledger.check_conservation(), Ok(()));
}

/// One alert more or less at one stage, of each class and standing, breaks the law that names the stage.
fn stage_is_in_the_laws(stage: Stage, of_device: bool, law: &str) {
    for class in AlertClass::ALL.iter().filter(|class| class.is_of_device() == of_device) {
        for standing in Standing::ALL {
            for change in [1_i64, -1] {
                let told = broken(|ledger| {
                    let at = &mut ledger.alerts[*class][*standing][stage];
                    *at = at.checked_add_signed(change).expect("there are some");
                });
                let named = [law, class.name(), standing.name()].iter().all(|part| told.contains(part));
                assert!(named, "{} {} {}: {told}", class.name(), standing.name(), stage.name());
            }
        }
    }
}

#[test]
fn what_a_device_emits_is_lost_on_air_or_carried() {
    stage_is_in_the_laws(Stage::Emitted, true, "emitted = lost on air + carried");
    stage_is_in_the_laws(Stage::LostOnAir, true, "emitted = lost on air + carried");
}

#[test]
fn carried_alerts_are_blocked_delivered_held_or_lost() {
    for stage in [Stage::Blocked, Stage::Held, Stage::Lost] {
        stage_is_in_the_laws(stage, true, "carried = blocked + delivered + held + lost");
    }
    // One more carried is lost on air no more, so that the first law holds.
    let told = broken(|ledger| {
        let at = &mut ledger.alerts[AlertClass::Critical][Standing::Registered];
        at[Stage::Carried] += 1;
        at[Stage::LostOnAir] -= 1;
    });
    assert!(told.contains("carried = blocked"), "{told}");
}

#[test]
fn what_the_dcc_emits_is_blocked_delivered_held_or_lost() {
    for stage in [Stage::Emitted, Stage::Blocked, Stage::Held, Stage::Lost] {
        stage_is_in_the_laws(stage, false, "emitted = blocked + delivered + held + lost");
    }
}

#[test]
fn delivered_alerts_are_retained_or_discarded() {
    for stage in [Stage::Retained, Stage::Discarded] {
        for of_device in [false, true] {
            stage_is_in_the_laws(stage, of_device, "delivered = retained + discarded");
        }
    }
}

#[test]
fn each_pushed_read_that_is_delivered_is_an_alert() {
    for kind in ReadKind::ALL.iter().filter(|kind| **kind != ReadKind::Leaked) {
        for change in [1_i64, -1] {
            let told = broken(|ledger| {
                let at = &mut ledger.reads[*kind][Path::Push];
                at[ReadStage::Retained] = 0;
                for stage in [ReadStage::Emitted, ReadStage::Delivered] {
                    at[stage] = at[stage].checked_add_signed(change).expect("there are some");
                }
            });
            assert!(told.contains("pushed reads emitted = read alerts emitted"), "{told}");
        }
    }
}

#[test]
fn cases_opened_are_closed_or_open() {
    for ending in Ending::ALL {
        let told = broken(|ledger| ledger.closed[*ending] += 1);
        assert!(told.contains("cases at the start + opened = closed + open"), "{told}");
    }
    assert!(broken(|ledger| ledger.at_start = 0).contains("cases at the start + opened"));
    assert!(broken(|ledger| ledger.open = 0).contains("cases at the start + opened = closed + open"));
}

#[test]
fn each_case_is_in_both_views_of_its_wait() {
    for milestone in Milestone::ALL {
        let told = broken(|ledger| ledger.waits.count(*milestone, Owner::Immature, Wait::Returned, Seconds(0), 1));
        assert!(told.contains(&format!("cases by time to {}", milestone.name())), "{told}");
    }
}

#[test]
fn each_kind_of_read_is_stopped_or_arrives() {
    for kind in ReadKind::ALL {
        for path in Path::ALL {
            let told = broken(|ledger| ledger.reads[*kind][*path][ReadStage::Emitted] += 1);
            let named = format!("broken for {} reads by {}", kind.name(), path.name());
            assert!(told.contains("emitted = lost on air + blocked") && told.contains(&named), "{told}");
        }
    }
}

#[test]
fn a_pushed_read_is_retained_as_its_alert_is() {
    let told = broken(|ledger| ledger.reads[ReadKind::Closing][Path::Push][ReadStage::Retained] = 4);
    assert!(told.contains("pushed reads retained = read alerts retained"), "{told}");
}

#[test]
fn no_more_reads_are_retained_than_delivered() {
    let told = broken(|ledger| ledger.reads[ReadKind::Closing][Path::Push][ReadStage::Retained] = 6);
    assert!(told.contains("more closing reads by push retained"), "{told}");
}

#[test]
fn counts_add_up_over_causes_kinds_pairs_and_addressees() {
    let open_another = |ledger: &mut Ledger| {
        ledger.opened += 1;
        ledger.open += 1;
        for milestone in Milestone::ALL {
            ledger.waits.count(*milestone, Owner::Mature, Wait::Open, Seconds::days(1), 1);
        }
    };
    assert!(broken(open_another).contains("counts by cause"));
    assert!(broken(|ledger| ledger.exposure += 1).contains("counts by cause"));
    assert!(broken(|ledger| ledger.supply_risk.seconds += 1).contains("counts by cause"));
    assert!(broken(|ledger| ledger.supply_risk.switches += 1).contains("counts by cause"));
    let told = broken(|ledger| ledger.causes[Cause::OnTime][Fuel::Electricity].unwanted.e4 += 1);
    assert!(told.contains("counts by cause"), "{told}");
    assert!(broken(|ledger| ledger.kinds[DeviceKind::Smets1].cases += 1).contains("counts by kind"));
    assert!(broken(|ledger| ledger.pairs = Pairs::default()).contains("counts by pair of suppliers"));
    assert!(broken(|ledger| ledger.receives(PAIR.1, &SUMS.unwanted)).contains("counts by addressee"));
    assert!(broken(|ledger| ledger.exposure_of[Device::Proxy] = 1).contains("exposure by device"));
    // Of 700 device-seconds 401 are of a meter's proxy, so no more than 299 can be supply risk.
    assert!(
        broken(|ledger| ledger.exposure_of = By::from_fn(|device| if device == Device::Meter { 299 } else { 401 }))
            .contains("supply risk")
    );
}

#[test]
fn unwanted_alerts_and_leaked_pulls_add_up_over_minutes() {
    for channel in [Channel::LeakedPush, Channel::LeakedPull, Channel::E4] {
        let told = broken(|ledger| {
            let at = ledger.window.start;
            ledger.bins.add_daily(channel, at, 1, 1);
        });
        assert!(told.contains(&format!("bins of {} add up", channel.name())), "{told}");
    }
}
