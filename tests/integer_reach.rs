//! How far the integers reach (docs/semantics.md): a thousand times Great Britain fits, and what would not fit stops
//! the program.

use meterchurn::engine::merge::Merge;
use meterchurn::model::backlog::Drive;
use meterchurn::model::labels::{AlertClass, Channel, Stage};
use meterchurn::model::ledger::Ledger;
use meterchurn::model::traffic::Leg;
use meterchurn::scenario::read;
use meterchurn::study::simulate;

/// The most copies that a file can ask for.
const COPIES: u64 = 100_000_000;

/// This many gas meters, pushing daily, read by schedule and with a daily alert, that never get their 6.23 in the year
/// from SSD on.
fn never_sent() -> Ledger {
    let text = format!(
        "schema = 1\ntitle = \"t\"\n[time]\nstart = 2021-01-01\nhorizon = 2022-01-01\n[traffic]\n\
         [[supplier]]\nid = \"a\"\n[[supplier]]\nid = \"b\"\n\
         [[meter]]\nid = 1\nfuel = \"gas\"\ncopies = {COPIES}\nholder = \"a\"\n\
         calendar = {{ period = \"daily\", offset = \"6 h\" }}\n\
         schedules = [{{ reads = \"4.6.1\", period = \"daily\", at = \"12:00\" }}]\n\
         alerts = [{{ code = \"0x8F3F\", class = \"critical\", daily = \"18:00\" }}]\n\
         [[switch]]\nmeter = 1\nfrom = \"a\"\nto = \"b\"\nssd = 2021-01-01\nknown = \"-1 h\"\n"
    );
    let (scenario, _) = read("never-sent", &text).expect("a valid scenario");
    simulate(&scenario, &scenario.policies[0], 0, Drive::Alone).expect("conservation holds")
}

fn doubled(ledger: &mut Ledger) {
    let same = ledger.clone();
    ledger.merge(&same);
}

#[test]
fn a_hundred_billion_meters_all_wrong_for_a_year_fit() {
    let mut ledger = never_sent();
    // Gas starts at 05:00 of 365 days of 86,400 s, and has two devices.
    let exposure = 2 * (365 * 86_400 - 5 * 3_600);
    assert_eq!(ledger.exposure, COPIES * exposure);
    (0..10).for_each(|_| doubled(&mut ledger));
    let meters = COPIES * 1_024;
    assert!(meters > 60_000_000_000, "more than a thousand times Great Britain");
    ledger.check_conservation().expect("nothing was lost on the way");
    assert_eq!((ledger.opened, ledger.open), (2 * meters, 2 * meters));
    assert_eq!(ledger.exposure, meters * exposure);
    // Each day a push that leaks or closes, an E4 and an alert; each in one minute.
    assert_eq!(ledger.alerts_at(AlertClass::Read, Stage::Delivered), 365 * meters);
    assert_eq!(ledger.alerts_at(AlertClass::E4, Stage::Delivered), 365 * meters);
    let e4 = ledger.bins.counts(Channel::E4);
    assert_eq!((e4.iter().max(), e4.iter().sum::<u64>()), (Some(&meters), 365 * meters));
    let traffic = ledger.traffic.expect("it is asked for");
    let messages: u64 = traffic.messages(Leg::North).iter().sum();
    // Pushes of 209 bytes and critical alerts of 124.
    assert_eq!(messages, 2 * 365 * meters);
    assert_eq!(traffic.bytes(Leg::North).iter().sum::<u64>(), 365 * meters * (209 + 124));
}

#[test]
#[should_panic(expected = "overflow")]
fn what_does_not_fit_stops_the_program_in_release_too() {
    let mut ledger = never_sent();
    // 6.3e15 device-seconds times 2^12 are 2.6e19, more than 1.8e19.
    (0..12).for_each(|_| doubled(&mut ledger));
}
