//! How the suppliers of a market read their meters: by billing calendar, by DCC schedules, or by both, as DP072's own
//! meter was read.

use meterchurn::results::cube::Cube;
use meterchurn::results::query::Query;
use meterchurn::{scenario, study};

/// An electricity market of two large suppliers and ten small ones in which every 6.23 executes ten days after SSD.
/// `market` adds to its section.
fn run(market: &str, policy: &str) -> Cube {
    let text = format!(
        r#"
schema = 1
title = "a small market"
supplier = [{{ id = "a", share = 30 }}, {{ id = "b", share = 30 }}]
policy = [{{ id = "baseline" }}, {policy}]
[time]
start = 2019-01-01
horizon = 2019-03-01
[market]
path = [{{ on = 2018-12-31, meters = 100000 }}]
switching = {{ "2019-01" = 0.02, "2019-02" = 0 }}
class-shares = {{ mature = 1, immature = 0, non-user = 0 }}
small-suppliers = {{ count = 10, share = 40, gains = 40 }}
gas-share = 0
erroneous-share = 0
withdrawn-share = 0
off-air-share = 0
no-response = 0
late-share = 0
monthly-calendar-share = 0
{market}
[laws.to-623.mature]
value = "10 d"
"#
    );
    let (scenario, _) = scenario::read("small", &text).unwrap_or_else(|f| panic!("{f:#?}"));
    study::run(&scenario, Default::default(), &|_| ()).expect("a study that ends")
}

fn total(results: &Cube, policy: usize, metric: &str) -> f64 {
    let query: Query = format!("{metric}.total").parse().expect("a query");
    query.values(results, policy)[0].expect("a number")
}

const LEAKED: &str = "leaked-reads.delivered{path=push}";
const E4: &str = "alerts.delivered{class=e4}";

#[test]
fn a_meter_with_both_has_one_leaked_read_and_two_e4s_a_day() {
    let results = run("calendar-share = 1\nboth-share = 1\nschedule-counts = [0.5, 0, 0.5, 0, 0]", "");
    // Of ten days the first brings the closing read; the push of the eleventh midnight comes after the 6.23. Two
    // schedules run on all ten.
    let (leaked, e4) = (total(&results, 0, LEAKED), total(&results, 0, E4));
    assert!(leaked > 9.0 * 1_900.0, "{leaked}");
    assert!((e4 / leaked - 20.0 / 9.0).abs() < 0.01, "{e4} E4s to {leaked} leaked reads");
}

#[test]
fn by_default_some_meters_have_both() {
    let only = run("both-share = 0", "");
    let both = run("", "");
    // Leaked reads are the calendars' alone; E4s come in addition.
    assert_eq!(total(&both, 0, LEAKED), total(&only, 0, LEAKED));
    assert!(total(&both, 0, E4) > total(&only, 0, E4));
}

#[test]
fn one_share_of_calendars_covers_every_supplier_the_small_ones_too() {
    let results = run("calendar-share = 0.25\nboth-share = 0\nschedule-counts = [0, 1, 0, 0, 0]", "");
    // A meter with a calendar leaks nine reads, one with a schedule has ten E4s.
    let (pushing, scheduled) = (total(&results, 0, LEAKED) / 9.0, total(&results, 0, E4) / 10.0);
    let share = pushing / (pushing + scheduled);
    // Five standard deviations of a share of about 2,000 meters.
    assert!((share - 0.25).abs() < 0.05, "{share}");
}

#[test]
fn where_dcc_sees_a_read_pass_e4s_fall_too_because_some_meters_have_both() {
    let asks = r#"{ id = "asks", use = [{ mitigation = "23", detection = "1 h", response = "1 d" }] }"#;
    let e4 = |market: &str| {
        let results = run(market, asks);
        (total(&results, 0, E4), total(&results, 1, E4))
    };
    let (before, after) = e4("both-share = 0");
    assert_eq!(before, after, "only meters with a calendar are seen");
    let (before, after) = e4("both-share = 1");
    assert!(after < before * 0.9, "{before} to {after}");
}
