//! What each injection does to one scripted meter. SSD is 2018-12-01; undisturbed, the 6.23 executes a second later.

use meterchurn::model::injection::REGISTRY;
use meterchurn::results::query::Query;
use meterchurn::{scenario, study};

/// The value of a metric under an injection, given as the lines of its table.
fn value(supplier: &str, injection: &str, metric: &str) -> f64 {
    let text = format!(
        r#"
schema = 1
title = "an injection"
[time]
start = 2018-11-01
horizon = 2019-03-01
[[supplier]]
id = "losing"
[[supplier]]
id = "gaining"
{supplier}
[[meter]]
id = 1
copies = 2
holder = "losing"
calendar = {{ period = "daily", offset = "10 min" }}
[[switch]]
meter = 1
from = "losing"
to = "gaining"
ssd = 2018-12-01
cos = {{ send = "0 d" }}
[[inject]]
{injection}
"#
    );
    let (scenario, _) = scenario::read("injection", &text).map_err(|f| format!("{f:?}")).unwrap();
    let results = study::run(&scenario, Default::default(), &|_| ()).unwrap();
    let query: Query = format!("{metric}.total").parse().expect("a query");
    query.values(&results, 0)[0].unwrap()
}

fn exposure(injection: &str) -> f64 {
    value("", injection, "exposure.seconds") / 2.0
}

#[test]
fn a_missing_623_exposes_until_the_horizon() {
    // 31 + 31 + 28 days.
    assert_eq!(exposure("kind = \"miss-623\""), 90.0 * 86_400.0);
}

#[test]
fn a_delayed_623_exposes_for_the_delay_and_its_latency() {
    assert_eq!(exposure("kind = \"delay-623\"\ndelay = \"30 d\""), 30.0 * 86_400.0 + 1.0);
}

#[test]
fn each_failing_attempt_costs_a_day() {
    assert_eq!(exposure("kind = \"fail-623\"\ntimes = 2"), 2.0 * 86_400.0 + 1.0);
}

#[test]
fn in_a_registration_outage_the_gainer_is_refused_until_its_end() {
    // The DCC would have learned of it on 26 November; it learns on 11 December. Ten refusals a copy.
    let outage = "kind = \"registration-outage\"\nfrom = 2018-11-20\nuntil = 2018-12-11";
    assert_eq!(exposure(outage), 10.0 * 86_400.0 + 1.0);
    assert_eq!(value("", outage, "requests{reference=6.23,outcome=e4}"), 20.0);
}

#[test]
fn an_outage_that_is_cleared_over_ten_days_lets_dcc_learn_between_its_start_and_its_end() {
    let outage = "kind = \"registration-outage\"\nfrom = 2018-11-20\nuntil = 2018-12-11\nclearing = \"10 d\"";
    // At some second of 1 to 11 December, in place of the last; refusals come each day until then.
    let seconds = exposure(outage);
    assert!(seconds > 1.0 && seconds < 10.0 * 86_400.0 + 1.0, "{seconds}");
}

#[test]
fn an_outage_that_prevents_switches_postpones_them_and_nothing_is_late() {
    // The DCC learns on 11 December, 00:00, so both copies change supplier on the 12th; their 6.23s go with them.
    let outage = "kind = \"registration-outage\"\nfrom = 2018-11-20\nuntil = 2018-12-11\nswitches = \"prevented\"";
    assert_eq!(exposure(outage), 1.0);
    assert_eq!(value("", outage, "requests{reference=6.23,outcome=e4}"), 0.0);
    assert_eq!(value("", outage, "cases.open{at=2018-12-11}"), 0.0);
    assert_eq!(value("", outage, "cases.opened{cause=on-time}"), 2.0);
}

#[test]
fn a_supplier_that_is_no_user_sends_when_it_becomes_one() {
    assert_eq!(exposure("kind = \"not-a-user\"\nuntil = 2018-12-21"), 20.0 * 86_400.0 + 1.0);
}

#[test]
fn with_a_capacity_its_backlog_goes_out_day_by_day() {
    // A User from Friday 21 December on: one copy goes out at 09:00 that day, the other on Monday 24.
    let injection = "kind = \"not-a-user\"\nuntil = 2018-12-21";
    let seconds = value("capacity = \"1 /d\"", injection, "exposure.seconds");
    assert_eq!(seconds, (20.0 + 23.0) * 86_400.0 + 2.0 * (9.0 * 3_600.0 + 1.0));
}

#[test]
fn an_injection_strikes_only_the_dates_that_it_names() {
    assert_eq!(exposure("kind = \"miss-623\"\nfrom = 2018-12-02"), 1.0);
    assert_eq!(exposure("kind = \"miss-623\"\nwhere = { losing = [\"gaining\"] }"), 1.0);
}

#[test]
fn a_meter_off_the_wan_executes_when_it_returns() {
    // Sent at SSD; off the air from the evening before until 11 December, 12:00.
    let outage = "kind = \"wan-outage\"\nfrom = 2018-11-30T18:00:00\nuntil = 2018-12-11T12:00:00";
    assert_eq!(exposure(outage), 10.5 * 86_400.0);
    assert_eq!(value("", outage, "cases.opened{cause=off-wan}"), 2.0); // no fault of the gainer's
    // Pushes of 1 to 11 December at 00:10 are lost.
    assert_eq!(value("", outage, "alerts.lost-on-air"), 22.0);
}

#[test]
fn an_outage_of_another_region_affects_no_meter_here() {
    let outage = "kind = \"wan-outage\"\nwhere = { region = \"south\" }\nfrom = 2018-11-30T18:00:00\n\
        until = 2018-12-11T12:00:00";
    assert_eq!(exposure(outage), 1.0); // a scripted meter is in the north unless it says so
}

/// 6.23 never comes: the losing supplier hears of every night from 1 December on.
fn with_gateway_away(from: &str, until: &str, metric: &str) -> f64 {
    let miss = "kind = \"miss-623\"\n[[inject]]";
    let away = format!(
        "{miss}\nkind = \"gateway-outage\"\nwhere = {{ supplier = [\"losing\"] }}\nfrom = {from}\nuntil = {until}"
    );
    value("", &away, metric) / 2.0
}

#[test]
fn a_gateway_that_is_away_for_a_night_gets_its_alert_late() {
    let night = |metric: &str| with_gateway_away("2018-12-10T00:00:00", "2018-12-10T06:00:00", metric);
    // 1 November to 28 February: 30 + 31 + 31 + 28 pushes, the closing one and 89 leaks among them.
    assert_eq!((night("alerts.delivered{class=read}"), night("alerts.lost")), (120.0, 0.0));
    assert_eq!(night("leaked-reads.delivered"), 89.0);
}

#[test]
fn a_gateway_unavailable_for_a_week_loses_alerts_older_than_two_days() {
    // Away from 10 December 00:00 to 17 December 00:00. The pushes of 10 to 14 December are lost two days after they
    // were made; those of the 15th and 16th, at 00:10, are delivered when it comes back.
    let week = |metric: &str| with_gateway_away("2018-12-10T00:00:00", "2018-12-17T00:00:00", metric);
    assert_eq!((week("alerts.lost"), week("leaked-reads.delivered")), (5.0, 84.0));
    assert_eq!(week("alerts.carried{class=read}"), 120.0); // the WAN has carried them
}

#[test]
fn what_a_gateway_has_not_taken_at_the_horizon_is_held() {
    // The last push is that of 28 February, 00:10; the gateway would be back a day after the horizon.
    let end = |metric: &str| with_gateway_away("2019-02-28T00:00:00", "2019-03-02T00:00:00", metric);
    assert_eq!((end("alerts.held"), end("alerts.lost"), end("leaked-reads.delivered")), (1.0, 0.0, 88.0));
}

#[test]
fn a_bulk_campaign_clears_overdue_6_23s_at_the_suppliers_capacity() {
    // Nothing was sent by Friday 21 December; one copy goes out then at 09:00, the other on Monday 24.
    let campaign = "kind = \"miss-623\"\n[[inject]]\nkind = \"bulk-campaign\"\nwhere = { gaining = [\"gaining\"] }\n\
        from = 2018-12-21";
    let seconds = value("capacity = \"1 /d\"", campaign, "exposure.seconds");
    assert_eq!(seconds, (20.0 + 23.0) * 86_400.0 + 2.0 * (9.0 * 3_600.0 + 1.0));
}

#[test]
fn a_bulk_campaign_leaves_alone_what_was_sent_in_time() {
    let campaign = "kind = \"bulk-campaign\"\nwhere = { gaining = [\"gaining\"] }\nfrom = 2018-12-21";
    assert_eq!(value("capacity = \"1 /d\"", campaign, "exposure.seconds"), 2.0);
}

/// The losing supplier itself fails, three weeks before the customer would have left it.
const FAILURE: &str =
    "kind = \"supplier-failure\"\nwhere = { losing = [\"losing\"], gaining = [\"gaining\"] }\nfrom = 2018-11-10";

#[test]
fn a_failed_suppliers_book_moves_on_one_date_and_is_served_at_its_successors_capacity() {
    // Saturday 10 November; at one 6.23 a working day the two copies go out on Monday 12 and Tuesday 13, 09:00.
    let seconds = value("capacity = \"1 /d\"", FAILURE, "exposure.seconds");
    assert_eq!(seconds, (2.0 + 3.0) * 86_400.0 + 2.0 * (9.0 * 3_600.0 + 1.0));
    // Pushes of 11 and 12 November, and of 11 to 13 November, at 00:10.
    assert_eq!(value("capacity = \"1 /d\"", FAILURE, "leaked-reads.delivered"), 5.0);
    assert_eq!(value("capacity = \"1 /d\"", FAILURE, "closing-reads.delivered"), 2.0);
}

#[test]
fn once_its_gateway_has_closed_a_failed_supplier_receives_nothing() {
    // Five pushes from 11 to 13 November, at 00:10; those of the 12th and the 13th, three of them, find the gateway
    // closed.
    let failure = format!("{FAILURE}\ngateway-closes = \"2 d\"");
    let of = |metric| value("capacity = \"1 /d\"", &failure, metric);
    assert_eq!((of("leaked-reads.emitted"), of("leaked-reads.delivered"), of("leaked-reads.lost")), (5.0, 2.0, 3.0));
}

#[test]
fn a_customer_who_was_moved_does_not_switch_to_the_successor_again() {
    assert_eq!(value("capacity = \"1 /d\"", FAILURE, "switches{outcome=registered}"), 2.0);
}

#[test]
fn a_backlog_b_at_capacity_c_is_cleared_in_b_over_c_working_days_rounded_up() {
    // With capacity c the last of b = 2 copies goes out at opening number ⌈b / c⌉ after Saturday 10 November.
    for (capacity, last_day) in [(1, 13), (2, 12), (3, 12)] {
        let supplier = format!("capacity = \"{capacity} /d\"");
        let open = |day: u32| value(&supplier, FAILURE, &format!("cases.open{{at=2018-11-{day}}}"));
        assert!(open(last_day - 1) > 0.0 && open(last_day) == 0.0, "capacity {capacity}");
    }
}

#[test]
fn a_supplier_that_is_no_user_yet_sends_when_it_becomes_one_or_works_off_a_backlog() {
    // A property of the supplier instead of an injection; the same dates as above.
    let none = "kind = \"miss-623\"\nfrom = 2019-02-01";
    assert_eq!(value("user-from = 2018-12-21", none, "exposure.seconds"), 2.0 * (20.0 * 86_400.0 + 1.0));
    let seconds = value("user-from = 2018-12-21\ncapacity = \"1 /d\"", none, "exposure.seconds");
    assert_eq!(seconds, (20.0 + 23.0) * 86_400.0 + 2.0 * (9.0 * 3_600.0 + 1.0));
    assert_eq!(value("user-from = 2018-12-21", none, "cases.opened{cause=gainer-not-user}"), 2.0);
}

#[test]
fn an_injection_of_no_user_holds_back_only_the_switches_that_it_strikes() {
    // No customer leaves the supplier that the injection names, so the failed supplier's book is served as if there
    // were none.
    let both = format!(
        "{FAILURE}\n[[inject]]\nkind = \"not-a-user\"\nuntil = 2018-12-21\nwhere = {{ losing = [\"gaining\"] }}"
    );
    let seconds = value("capacity = \"1 /d\"", &both, "exposure.seconds");
    assert_eq!(seconds, value("capacity = \"1 /d\"", FAILURE, "exposure.seconds"));
}

#[test]
fn a_supplier_that_is_no_user_sends_nothing_ahead_of_ssd_either() {
    // A User from SSD on: what would have been sent before waits for it.
    let injection = "kind = \"not-a-user\"\nuntil = 2018-12-01";
    assert_eq!(exposure(injection), 1.0);
}

/// Two meters of a supplier that fails on Monday 3 December, one of each fuel, each read by a schedule at 02:00. Its
/// successor sends one 6.23 a working day, at nine.
fn failed_supplier(policy: &str, metric: &str) -> f64 {
    let text = format!(
        r#"
schema = 1
title = "a failure"
supplier = [{{ id = "failed" }}, {{ id = "last-resort", capacity = "1 /d" }}]
[time]
start = 2018-11-01
horizon = 2019-03-01
[[meter]]
id = 1
holder = "failed"
schedules = [{{ reads = "4.6.1", period = "daily", at = "02:00" }}]
[[meter]]
id = 2
fuel = "gas"
holder = "failed"
schedules = [{{ reads = "4.6.1", period = "daily", at = "02:00" }}]
[[inject]]
kind = "supplier-failure"
where = {{ losing = ["failed"], gaining = ["last-resort"] }}
from = 2018-12-03
[[policy]]
id = "tried"
what-if = true
use = [{policy}]
"#
    );
    let (scenario, _) = scenario::read("failure", &text).map_err(|f| format!("{f:?}")).unwrap();
    let results = study::run(&scenario, Default::default(), &|_| ()).unwrap();
    let query: Query = format!("{metric}.total").parse().expect("a query");
    let tried = scenario.policies.iter().position(|policy| policy.id == "tried").unwrap();
    query.values(&results, tried)[0].unwrap()
}

#[test]
fn where_identifiers_move_late_the_successor_waits_and_keeps_the_order_of_its_queue() {
    let held = r#"{ mitigation = "26", hold = "14 d" }"#;
    let refused = "requests{reference=6.23,outcome=e4}";
    assert_eq!((failed_supplier("", refused), failed_supplier(held, refused)), (0.0, 0.0));
    // Supply starts at midnight, gas at 05:00. Left alone electricity goes on the 3rd at 09:00:01, gas on the 4th and
    // 5th; fourteen days later all the same: Monday 17, Tuesday 18, Wednesday 19 December.
    let exposure = |gas_days: f64, electricity_days: f64| {
        // Two gas devices, a day apart.
        let hours = |days: f64, after: f64| days * 86_400.0 + after * 3_600.0 + 1.0;
        hours(electricity_days, 9.0) + hours(gas_days, 4.0) + hours(gas_days + 1.0, 4.0)
    };
    assert_eq!(failed_supplier("", "exposure.seconds"), exposure(1.0, 0.0));
    assert_eq!(failed_supplier(held, "exposure.seconds"), exposure(15.0, 14.0));
}

#[test]
fn until_identifiers_move_the_failed_suppliers_schedules_leak_in_place_of_being_refused() {
    // Gas is not the failed supplier's before 05:00, so its first run after SSD is that of the 4th.
    let held = r#"{ mitigation = "26", hold = "14 d" }"#;
    assert_eq!(failed_supplier("", "leaked-reads.delivered{path=pull}"), 0.0);
    // 4.6.1 brings the last midnight: electricity's of the 3rd closes, those of the 4th to the 16th leak (13); gas' of
    // the 4th to the 17th do (14).
    assert_eq!(failed_supplier(held, "leaked-reads.delivered{path=pull}"), 27.0);
}

/// The findings of a scenario that is wrong in one injection.
fn refused(injection: &str) -> String {
    let text = format!(
        "schema = 1\ntitle = \"t\"\n[time]\nstart = 2018-11-01\nhorizon = 2019-03-01\n[[supplier]]\nid = \"a\"\n\
         [[supplier]]\nid = \"b\"\n[[inject]]\n{injection}\n"
    );
    format!("{:?}", scenario::read("injection", &text).map(|_| ()).unwrap_err())
}

#[test]
fn the_kinds_that_are_read_are_those_of_the_registry() {
    let names: Vec<String> = REGISTRY.iter().map(|kind| format!("{:?}", kind.name)).collect();
    let known = format!("write one of {}", names.join(", "));
    assert!(refused("kind = \"flood\"").contains(&format!("{known:?}")), "{known}");
}

#[test]
fn keys_of_where_that_the_registry_does_not_name_for_a_kind_are_refused() {
    let values = [("region", "\"north\""), ("meters", "[1]"), ("losing", "[\"a\"]"), ("gaining", "[\"b\"]")];
    for kind in REGISTRY {
        let takes: Vec<String> = kind.takes.iter().map(|key| format!("`{key}`")).collect();
        let help = format!("this kind takes {}", takes.join(", "));
        for (key, value) in values {
            let findings = refused(&format!("kind = \"{}\"\nwhere = {{ {key} = {value} }}\nmore = 1", kind.name));
            assert_eq!(findings.contains(&help), !kind.takes.contains(&key), "{} {key}: {findings}", kind.name);
        }
    }
}
