//! Suppliers and markets as a file describes them: how they read, how they react, what the DCC makes of their campaigns, and
//! which device alerts their meters raise.

mod one_meter;

use meterchurn::experiment::{expectation, scenario, study};
use one_meter::*;

/// A small market of electricity in which every 6.23 is ten days late; `supplier` describes both suppliers, `market` adds to the section.
fn market(supplier: &str, market: &str) -> impl Fn(&str) -> f64 {
    let text = format!(
        r#"
schema = 1
title = "a small market"
[[supplier]]
id = "a"
share = 1
{supplier}
[[supplier]]
id = "b"
share = 1
{supplier}
[time]
start = 2019-01-01
horizon = 2019-03-01
[market]
path = [{{ on = 2018-12-31, meters = 20000 }}]
switching = {{ "2019-01" = 0.02 }}
class-shares = {{ mature = 1, immature = 0, non-user = 0 }}
gas-share = 0
erroneous-share = 0
withdrawn-share = 0
off-air-share = 0
no-response = 0
late-share = 0
{market}
[laws.to-623.mature]
value = "10 d"
source = "test"
kind = "assumed"
[experiment]
replications = 1
"#
    );
    let (scenario, _) = scenario::read("small", &text).unwrap_or_else(|f| panic!("{f:#?}"));
    let results = study::run(&scenario, Default::default(), &|_| ()).expect("a study that ends");
    move |metric| {
        let (query, _) = expectation::parse(&format!("{metric}.total == 0")).expect("a query");
        results.values(&query, 0)[0].expect("a number")
    }
}

#[test]
fn suppliers_that_read_by_calendar_alone_leak_reads_and_raise_no_e4() {
    let of = market("reads = { calendar = 1.0, monthly = 0.0 }", "");
    // Pushes fall due on days 1 to 9 and, where the offset is less than the way of the 6.23, on day 10; day 0's is the closing read.
    let cases = of("cases.opened");
    assert!(cases > 300.0);
    assert!((9.0 * cases..=10.0 * cases).contains(&of(LEAKED)));
    assert_eq!(of(E4), 0.0);
}

#[test]
fn suppliers_that_read_by_two_schedules_raise_two_e4s_a_day_and_leak_no_push() {
    let of = market("reads = { calendar = 0.0, schedules = [0, 0, 1, 0, 0] }", "");
    let cases = of("cases.opened");
    assert!((20.0 * cases..=22.0 * cases).contains(&of(E4)), "{} for {cases} cases", of(E4));
    assert_eq!(of(LEAKED), 0.0);
}

#[test]
fn meters_that_raise_an_alert_daily_send_it_to_the_holder_for_as_long_as_a_case_is_open() {
    let of = market("", "alerts = [{ code = \"0x8F1D\", class = \"non-critical\", daily-share = 1.0 }]");
    let (cases, days) = (of("cases.opened"), of("exposure.days"));
    let alerts = of("alerts.delivered{class=non-critical,standing=unregistered}");
    // So many whole days, and at each end of a case a part of one that may hold an alert.
    assert!((alerts - days).abs() <= cases, "{alerts} in {days} days");
    let none = market("", "alerts = [{ code = \"0x8F1D\", class = \"non-critical\", daily-share = 0.0 }]");
    assert_eq!(none("alerts.emitted{class=non-critical}"), 0.0);
}

#[test]
fn rare_alerts_come_as_often_a_year_as_the_file_says() {
    let of = market("", "alerts = [{ code = \"0x8F3F\", class = \"critical\", a-year = 36.525 }]");
    // One in ten days: as many as exposure lasts ten days, within four times the root of a Poisson number.
    let expected = of("exposure.days") / 10.0;
    let alerts = of("alerts.delivered{class=critical,standing=unregistered}");
    assert!((alerts - expected).abs() < 4.0 * expected.sqrt(), "{alerts} for {expected}");
}

#[test]
fn a_supplier_that_does_not_react_is_chased_in_vain() {
    let chase = r#"{ mitigation = "4", detection = "7 d", response = "1 d" }"#;
    let reacts = script().using(chase).run();
    assert!(reacts.difference("exposure.seconds") < 0.0);
    let deaf = script().gaining("class = \"immature\"\nreacts-to-chases = 0").using(chase).run();
    assert_eq!(deaf.difference("exposure.seconds"), 0.0);
}

#[test]
fn a_campaign_beyond_the_anomaly_threshold_goes_into_quarantine() {
    let exposure = |threshold: &'static str| {
        let ran = script().meter("copies = 3").gaining(threshold).switch("cos = { send = \"queue\" }").run();
        (ran.left_alone("exposure.seconds"), ran.left_alone("quarantined-623"))
    };
    // SSD is a Saturday: all three go out on Monday at nine, and act a second later.
    let open = 3.0 * (2.0 * 86_400.0 + 9.0 * 3_600.0 + 1.0);
    assert_eq!(exposure("capacity = \"3 /d\""), (open, 0.0));
    // One passes, two are kept for two days.
    let kept = exposure("capacity = \"3 /d\"\nanomaly-threshold = \"1 /d\"\nquarantine = \"2 d\"");
    assert_eq!(kept, (open + 2.0 * 2.0 * 86_400.0, 2.0));
}

#[test]
fn a_refresh_of_the_registration_data_ends_what_dcc_did_not_know() {
    // DCC learns ten days late; refused on 1, 2 and 3 December, the 6.23 is accepted at the refresh of the 4th.
    let late = "known = \"10 d\"\ncos = { send = \"0 d\" }";
    assert_eq!(script().switch(late).run().left_alone("exposure.seconds"), 10.0 * 86_400.0 + 1.0);
    let refresh = "[[inject]]\nkind = \"registration-refresh\"\nat = 2018-12-04";
    let refreshed = script().switch(late).further(refresh).run();
    assert_eq!(refreshed.left_alone("exposure.seconds"), 3.0 * 86_400.0 + 1.0);
    // It mends, and is no fault: the cause stays the late registration.
    assert_eq!(refreshed.left_alone("cases.opened{cause=registration-lag}"), 1.0);
}

/// What the reader says of a supplier's line, or of a line of the market.
fn findings(text: &str) -> Vec<String> {
    let text = format!(
        "schema = 1\ntitle = \"mistakes\"\n[time]\nstart = 2019-01-01\nhorizon = 2019-02-01\n[[supplier]]\nid = \"a\"\n{text}"
    );
    scenario::read("mistakes", &text).err().unwrap_or_default().into_iter().map(|finding| finding.message).collect()
}

#[test]
fn an_anomaly_threshold_needs_a_capacity_and_a_quarantine_a_threshold() {
    let told = |line: &str| findings(line).join("; ");
    assert!(told("anomaly-threshold = \"5 /d\"").contains("`supplier[0].anomaly-threshold` must be beside a capacity"));
    assert!(told("quarantine = \"1 d\"").contains("`supplier[0].quarantine` must be beside an anomaly-threshold"));
    let negative = "capacity = \"9 /d\"\nanomaly-threshold = \"5 /d\"\nquarantine = \"-2 d\"";
    assert!(told(negative).contains("`supplier[0].quarantine` must be longer than nothing"));
}

#[test]
fn a_refresh_outside_the_window_is_refused() {
    let refresh = "[[inject]]\nkind = \"registration-refresh\"\nat = 2018-06-01";
    assert!(findings(refresh).join("; ").contains("`inject[0].at` must be a second of the window"));
}

#[test]
fn a_failing_623_in_quarantine_fails_when_it_comes_out() {
    let gaining = "capacity = \"3 /d\"\nanomaly-threshold = \"0 /d\"\nquarantine = \"10 d\"";
    let ran = script().gaining(gaining).switch("cos = { send = \"queue\", fails = 1 }").run();
    // Sent on Monday 3 December at 09:00, processed on the 13th at 09:00; the next try a day later goes out at once on Friday the 14th,
    // and into quarantine again, until the 24th.
    assert_eq!(ran.left_alone("quarantined-623"), 2.0);
    assert_eq!(ran.left_alone("exposure.seconds"), 23.0 * 86_400.0 + 9.0 * 3_600.0 + 1.0);
}
