//! The trace of a meter adds up to the counts of the ledger, and says what became of each alert.

mod oracle;

use std::process::Command;

use meterchurn::model::backlog::{self, Drive, Followed};
use meterchurn::model::labels::{AlertClass, Device, Outcome, ReadKind, ReadStage, Reference, Stage};
use meterchurn::model::ledger::Ledger;
use meterchurn::model::plan::MeterPlan;
use meterchurn::model::walk::{Around, Walk};
use meterchurn::report::trace::Sums;

/// Random markets in which every meter is followed.
const MARKETS: u64 = 1_500;

/// The same totals from the ledger.
fn of_the_books(ledger: &Ledger) -> Sums {
    let reads = |kind: ReadKind| ledger.reads[kind].map(|stages| stages[ReadStage::Delivered]);
    Sums {
        leaked: reads(ReadKind::Leaked),
        closing: reads(ReadKind::Closing),
        e4: ledger.alerts[AlertClass::E4].map(|stages| stages[Stage::Delivered]),
        notices: ledger.alerts_at(AlertClass::Notice, Stage::Delivered),
        failed_runs: ledger.requests[Reference::Scheduled][Outcome::Failed],
        exposure: ledger.exposure,
        exposure_of: ledger.exposure_of,
    }
}

#[test]
fn every_trace_adds_up_to_the_ledger() {
    let mut not_delivered = 0;
    for seed in 0..MARKETS {
        let (meters, suppliers, window, civil) = oracle::generate::market(seed);
        let around = Around::time(&civil);
        for meter in &meters {
            let mut followed = Followed::new(meter.id, window);
            if meter.is_coupled() {
                let desk = |s: &oracle::Supplier| backlog::Desk {
                    capacity: s.capacity,
                    opening: s.opening,
                    anomaly: None,
                    prepay_first: s.prepay_first,
                };
                let desks: Vec<backlog::Desk> = suppliers.iter().map(desk).collect();
                let coupled: Vec<MeterPlan> = meters.iter().filter(|meter| meter.is_coupled()).cloned().collect();
                let others = &mut Ledger::new(window);
                backlog::run_following(&coupled, &desks, around, Drive::Alone, others, Some(&mut followed));
            } else {
                let walk = Walk::new(meter, 1, window.start, window.horizon, around);
                walk.finish(&mut followed.ledger, &mut followed.notes);
            }
            let (told, booked) = (Sums::of(&followed.notes, &window), of_the_books(&followed.ledger));
            assert_eq!(told, booked, "market {seed}, meter {:?}", meter.id);
            let at_risk = if meter.checks_top_ups() { told.exposure_of[Device::Meter] } else { 0 };
            assert_eq!(at_risk, followed.ledger.supply_risk.seconds, "market {seed}, meter {:?}", meter.id);
            let alerts =
                |stage: Stage| AlertClass::ALL.iter().map(|c| followed.ledger.alerts_at(*c, stage)).sum::<u64>();
            not_delivered += alerts(Stage::Held) + alerts(Stage::Lost) + alerts(Stage::Blocked);
        }
    }
    assert!(not_delivered > 10_000, "{not_delivered} alerts were held, lost or blocked");
}

/// The trace of the meter of DP072's incident, after these changes to its file.
fn story(changes: &[(&str, &str)], policy: Option<&str>) -> String {
    let shipped = format!("{}/scenarios/dp072-incident.toml", env!("CARGO_MANIFEST_DIR"));
    let mut text = std::fs::read_to_string(shipped).expect("a shipped scenario");
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("story.toml");
    std::fs::write(&path, text).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_meterchurn"));
    command.args(["trace", "--meter", "1"]).arg(&path);
    policy.iter().for_each(|policy| {
        command.args(["--policy", policy]);
    });
    let output = command.output().expect("the program");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The text before which tables are inserted: the first policy of the incident.
const POLICIES: &str = "[[policy]]\nid    = \"baseline\"";

#[track_caller]
fn says(story: &str, lines: &[&str]) {
    for line in lines {
        assert!(story.contains(line), "{line} is not in\n{story}");
    }
}

#[test]
fn a_gateway_outage_at_the_horizon_shows_in_both_lines_and_totals() {
    // The losing supplier's gateway becomes unavailable on 5 December at noon. The horizon is midnight on the 7th,
    // within two days.
    let away = "[[inject]]\nkind = \"gateway-outage\"\nwhere = { supplier = [\"losing\"] }\n\
        from = 2018-12-05T12:00:00\nuntil = 2018-12-20\n";
    let told =
        story(&[("horizon = 2019-03-01", "horizon = 2018-12-07"), (POLICIES, &format!("{away}{POLICIES}"))], None);
    says(
        &told,
        &[
            "2018-12-02 00:10:00 GMT  day 1    0x8F0A pushed to losing: a leaked read, daily until 2018-12-05 (4 in \
             all)",
            "2018-12-06 00:10:00 GMT  day 5    0x8F0A pushed to losing: a leaked read, not delivered by the horizon: \
             its gateway is unavailable",
            // Two runs on each of days 0 to 5; those of day 5 are held.
            "Delivered in total: 4 leaked reads (4 pushed, 0 pulled), 10 E4s",
        ],
    );
}

#[test]
fn alerts_held_for_a_gateway_arrive_if_it_returns_and_are_lost_if_it_does_not() {
    let away = |until: &str| {
        format!(
            "[[inject]]\nkind = \"gateway-outage\"\nwhere = {{ supplier = [\"losing\"] }}\n\
            from = 2018-12-05T12:00:00\nuntil = {until}\n{POLICIES}"
        )
    };
    let back = story(&[(POLICIES, &away("2018-12-07T12:00:00"))], None);
    says(
        &back,
        &["a leaked read, accepted by its gateway only at 2018-12-07 12:00:00 GMT, daily until 2018-12-07 (2 in all)"],
    );
    let gone = story(&[(POLICIES, &away("2018-12-20"))], None);
    // The pushes of 6 to 17 December are given up after two days; that of the 18th waits until the 20th.
    says(&gone, &["a leaked read, lost: its gateway is unavailable for two days, daily until 2018-12-17 (12 in all)"]);
}

#[test]
fn failed_runs_and_lost_pushes_show_their_reason() {
    let off = ("copies    = 1", "copies    = 1\noff-wan = [{ from = 2018-11-10, to = 2018-11-12 }]");
    let told = story(&[off], None);
    says(
        &told,
        &[
            "0x8F0A pushed to losing: its own customer's read, lost: the meter is off the WAN, daily until \
             2018-11-11 (2 in all)",
            "DCC schedule of losing (4.6.1 at 02:00:00 UTC) fails: the meter is off the WAN, daily until \
             2018-11-11 (2 in all)",
            " 4 failed scheduled runs,",
        ],
    );
}

#[test]
fn the_cos_party_places_a_neutral_certificate() {
    let policy =
        format!("[[policy]]\nid = \"neutral\"\nuse = [{{ mitigation = \"25\", after = \"5 d\" }}]\n{POLICIES}");
    let told = story(&[(POLICIES, &policy)], Some("neutral"));
    says(&told, &["2018-12-06 00:00:00 GMT  day 5    the CoS Party sends a neutral certificate to replace losing's"]);
}

#[test]
fn the_trace_of_a_prepay_meter_says_how_long_top_ups_are_refused() {
    let told = story(&[("copies    = 1", "copies    = 1\npayment = \"prepay\"")], None);
    // From 1 December to 17 February, 01:00:01.
    says(&told, &["Meter 1 (electricity, prepay), initially a customer of losing", "At supply risk for 78 d 1 h 1 s:"]);
    assert!(!story(&[], None).contains("supply risk"));
}

#[test]
fn times_in_summer_are_marked_bst() {
    let told = story(
        &[("horizon = 2019-03-01", "horizon = 2019-05-01"), ("cos   = {", "cos = { send = 2019-04-10 } #")],
        None,
    );
    says(&told, &["2019-04-10 00:00:00 BST  day 129  6.23 from gaining: accepted"]);
}
