//! Messages and bytes on each leg, counted by hand for the meter of `one_meter`, and the estate's background.

mod one_meter;

use meterchurn::experiment::scenario::{BUILT_IN, BUILT_IN_ID, read};
use meterchurn::model::background::{Background, Explained, Totals};
use one_meter::*;

const ON: &str = "[traffic]";

#[test]
fn commands_and_what_comes_back_cross_the_wan() {
    let ran = script().top(ON).run();
    // South: two scheduled reads a day in the 30 days of November, and the 6.23.
    assert_eq!(ran.left_alone("traffic.messages{leg=wan-south}"), 61.0);
    assert_eq!(ran.left_alone("traffic.bytes{leg=wan-south}"), 60.0 * 187.0 + 1_885.0);
    // North: 120 pushes, those reads, the response to 6.23.
    assert_eq!(ran.left_alone("traffic.messages{leg=wan-north}"), 181.0);
    assert_eq!(ran.left_alone("traffic.bytes{leg=wan-north}"), 120.0 * 557.0 + 30.0 * 1_164.0 + 30.0 * 552.0 + 318.0);
    assert_eq!(ran.left_alone("traffic.peak-messages{leg=wan-north,per=day}"), 3.0);
}

#[test]
fn refusals_cross_no_wan_but_reach_the_user() {
    let ran = script().top(ON).run();
    // To users: 120 pushes, 156 E4s, 2 notices, 60 reads, the answer to 6.23 and the word that it was executed.
    assert_eq!(ran.left_alone("traffic.messages{leg=to-users}"), 340.0);
    assert_eq!(ran.left_alone("traffic.messages{leg=from-users}"), 1.0);
    assert_eq!(ran.left_alone("traffic.bytes{leg=from-users}"), 4_638.0);
}

#[test]
fn a_filter_saves_the_way_to_the_user_and_nothing_on_the_wan() {
    let ran = script().top(ON).using(r#"{ mitigation = "13b" }"#).run();
    assert_eq!(ran.difference("traffic.messages{leg=wan-north}"), 0.0);
    assert_eq!(ran.difference("traffic.messages{leg=to-users}"), -79.0); // 78 leaks and the closing read
}

#[test]
fn a_sweep_pays_for_its_question() {
    let ran =
        script().top(ON).using(r#"{ mitigation = "22", every = "30 d", detection = "1 d", response = "90 d" }"#).run();
    // 79 bytes out, 225 back; nothing else changes, for the answer would come after the 6.23 that comes anyhow.
    assert_eq!(ran.difference("traffic.bytes{leg=wan-south}"), 79.0);
    assert_eq!(ran.difference("traffic.bytes{leg=wan-north}"), 225.0);
}

#[test]
fn the_background_adds_up_to_the_published_totals_and_explains_a_part_of_them() {
    let (scenario, _) = read(BUILT_IN_ID, BUILT_IN).expect("the built-in scenario");
    let market = scenario.market.as_ref().expect("a market");
    let explained = Explained::by(market);
    // Half the meters: 0.15 × 1 + 0.45 × 2 + 0.20 × 3 + 0.05 × 4 = 1.85 schedules; 0.9 + 0.1 / 30.4 pushes.
    assert!((explained.scheduled_reads - 0.925).abs() < 1e-9);
    assert!((explained.pushed_reads - 0.4516).abs() < 1e-4);
    let first = scenario.window.start.utc_day();
    let meter_days: f64 = (0..scenario.window.days as i32).map(|day| market.meters_on(first.plus(day))).sum();
    // 2019, 2021 and July 2022 (calibration 3.1).
    for messages in [1.12, 1.31, 1.54] {
        let totals = Totals { messages, device_alerts: 2.46, dcc_alerts: 0.13 };
        let background = Background::over(&scenario.window, market, &totals, &scenario.civil);
        let a_day = |minutes: &[u64]| minutes.iter().sum::<u64>() as f64 / meter_days;
        let close = |value: f64, due: f64| assert!((value / due - 1.0).abs() < 0.02, "{value} for {due}");
        close(a_day(&background.south), messages);
        close(a_day(&background.north), messages + 2.46);
        close(a_day(&background.to_users), messages + 2.46 + 0.13);
        assert!(messages > explained.scheduled_reads); // the unexplained rest is not negative
    }
}
