//! What each injection does to one scripted meter. SSD is 2018-12-01; undisturbed, the 6.23 executes a second later.

use meterchurn::experiment::{expectation, scenario, study};

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
    let results = study::run(&scenario, Default::default(), &|| ()).unwrap();
    let (query, _) = expectation::parse(&format!("{metric}.total == 0")).unwrap();
    results.values(&query, 0)[0].unwrap()
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
    // DCC would have learned of it on 26 November; it learns on 11 December. Ten refusals a copy.
    let outage = "kind = \"registration-outage\"\nfrom = 2018-11-20\nuntil = 2018-12-11";
    assert_eq!(exposure(outage), 10.0 * 86_400.0 + 1.0);
    assert_eq!(value("", outage, "requests{reference=6.23,outcome=e4}"), 20.0);
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
