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
fn commands_wait_for_a_stated_capacity_and_execute_later() {
    let ran = script().top("[traffic]\ncapacity = \"1 /s\"").meter("copies = 120").run();
    // 120 reads each in 60 minutes of November, and 120 6.23s in one of February: twice what a minute takes, so that the last waits
    // a minute after its own is over.
    assert_eq!(ran.left_alone("capacity.peak-use"), 200.0);
    assert_eq!(ran.left_alone("capacity.busy-minutes"), 61.0);
    assert_eq!(ran.left_alone("capacity.longest-delay"), 60.0);
    // Copies keep together: all have one place of 120, and wait until those before it and themselves have gone, a second each.
    let wait = ran.left_alone("capacity.waited-623") / 120.0;
    assert!((1.0..=120.0).contains(&wait), "{wait}");
    assert_eq!(ran.left_alone("capacity.delayed-623"), 120.0);
    assert_eq!(ran.left_alone("exposure.seconds"), 120.0 * (6_742_800.0 + wait));
    assert_eq!(ran.left_alone("capacity.unsettled-minutes"), 0.0);
}

#[test]
fn throttling_holds_back_what_comes_in_a_busy_minute_and_nothing_else() {
    let uses = r#"{ mitigation = "16", delay = "1 h", above = 0.9 }"#;
    let busy = script().top("[traffic]\ncapacity = \"1 /s\"").meter("copies = 55").using(uses).run();
    // 55 of 60 are more than nine tenths; an hour later nobody else is there.
    assert_eq!(busy.difference("exposure.seconds"), 55.0 * 3_600.0);
    let quiet = script().top("[traffic]\ncapacity = \"1 /s\"").meter("copies = 54").using(uses).run();
    assert_eq!(quiet.difference("exposure.seconds"), 0.0);
    // Where no capacity is stated, it always holds.
    assert_eq!(script().using(uses).run().difference("exposure.seconds"), 3_600.0);
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
    let explained = Explained::by(market, &scenario.weights());
    // Half the meters: 0.15 × 1 + 0.45 × 2 + 0.20 × 3 + 0.05 × 4 = 1.85 schedules; 0.9 + 0.1 / 30.4 pushes.
    assert!((explained.scheduled_reads - 0.925).abs() < 1e-9);
    assert!((explained.pushed_reads - 0.4516).abs() < 1e-4);
    let first = scenario.window.start.utc_day();
    let meter_days: f64 = (0..scenario.window.days as i32).map(|day| market.meters_on(first.plus(day))).sum();
    // 2019, 2021 and July 2022 (calibration 3.1).
    for messages in [1.12, 1.31, 1.54] {
        let totals = Totals { messages, device_alerts: 2.46, dcc_alerts: 0.13 };
        let background = Background::over(&scenario.window, (market, &scenario.weights()), &totals, &scenario.civil);
        let a_day = |minutes: &[u64]| minutes.iter().sum::<u64>() as f64 / meter_days;
        let close = |value: f64, due: f64| assert!((value / due - 1.0).abs() < 0.02, "{value} for {due}");
        close(a_day(&background.south), messages);
        close(a_day(&background.north), messages + 2.46);
        close(a_day(&background.to_users), messages + 2.46 + 0.13);
        assert!(messages > explained.scheduled_reads); // the unexplained rest is not negative
    }
}
