//! `size`: how much is enough for a limit to hold.

mod program;

use program::{file, meterchurn, stderr, stdout, unwrapped};
use serde_json::Value;

/// 120 meters whose 6.23s come in one second, a day after SSD.
const BURST: &str = r#"
schema = 1
title = "a burst"
supplier = [{ id = "a" }, { id = "b", capacity = "10 /d" }]
policy = [{ id = "baseline" }, { id = "other", use = [{ mitigation = "10" }] }]
[time]
start = 2018-12-01
horizon = 2018-12-22
[traffic]
[[meter]]
id = 1
copies = 120
fuel = "electricity"
holder = "a"
calendar = "none"
[[switch]]
meter = 1
from = "a"
to = "b"
ssd = 2018-12-03
cos = { send = "1 d" }
[[meter]]
id = 2
copies = 30
fuel = "electricity"
holder = "a"
calendar = "none"
[[switch]]
meter = 2
from = "a"
to = "b"
ssd = 2018-12-03
cos = "queue"
"#;

fn size(arguments: &[&str]) -> std::process::Output {
    let (_folder, burst) = file("burst.toml", BURST);
    meterchurn(&[&["size", &burst], arguments].concat())
}

#[test]
fn the_least_rate_is_the_one_that_is_known_by_hand() {
    // The last of 120 waits for 119 others: 60.5 s at 118 a minute, 61.03 s at 117.
    let limit = "capacity.wait{command=6.23,quantile=max}.total <= 60 s";
    let arguments = ["--least", "capacity", "--between", "30..240 /min", "--limit", limit, "--within", "0"];
    let output = size(&[&arguments[..], &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let answer: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!((&answer["limits"][0]["least"], &answer["limits"][0]["fails"]), (&[118, 118].into(), &117.into()));
    assert_eq!((&answer["unit"], &answer["policy"]), (&"/min".into(), &"baseline".into()));
    // 118 a minute are 169,920 a day, which is known to 1 % of itself.
    let daily = ["--least", "capacity", "--between", "100..200000 /d", "--limit", limit, "--format", "json"];
    let answer: Value = serde_json::from_str(&stdout(&size(&daily))).expect("JSON");
    let fails = answer["limits"][0]["fails"].as_u64().expect("a value");
    assert!(answer["unit"] == "/d" && (165_000..118 * 1_440).contains(&fails), "{}", answer["limits"]);
    let screen = stdout(&size(&arguments));
    assert!(screen.lines().all(|line| line.chars().count() <= 100), "{screen}");
    let screen = unwrapped(&screen);
    assert!(screen.contains("holds from 118 /min on, and fails at 117 /min"), "{screen}");
}

#[test]
fn a_backlog_of_thirty_is_cleared_in_a_working_day_by_thirty_a_day_and_in_two_by_fifteen() {
    // At the end of Monday 30 have joined and all that is sent is gone; a day with a backlog is one too few.
    let least = |days: u32| {
        let limit = format!("backlog.working-days{{gaining=b}}.total < {days}");
        let output = size(&[
            "--least",
            "b.capacity",
            "--between",
            "1..40",
            "--limit",
            &limit,
            "--within",
            "0",
            "--format",
            "json",
        ]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let answer: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
        answer["limits"][0]["least"][0].as_u64().expect("a value")
    };
    assert_eq!((least(1), least(2), least(3)), (30, 15, 10));
}

#[test]
fn a_limit_that_holds_nowhere_exits_with_99_and_says_where_it_was_searched() {
    let output = size(&["--least", "capacity", "--between", "10..20", "--limit", "capacity.messages.total < 0"]);
    assert_eq!(output.status.code(), Some(99));
    assert!(stdout(&output).contains("fails up to 20 /s"), "{}", stdout(&output));
}

#[test]
fn what_cannot_be_sized_is_answered_with_what_can() {
    let refused = |arguments: &[&str]| {
        let output = size(&[arguments, &["--limit", "capacity.delayed.total == 0"]].concat());
        (output.status.code(), stderr(&output))
    };
    let (code, text) = refused(&["--least", "b.capacty", "--between", "1..9"]);
    assert!(code == Some(4) && text.contains("did you mean `b.capacity`?"), "{text}");
    let (code, text) = refused(&["--least", "a.capacity", "--between", "1..9"]);
    assert!(code == Some(4) && text.contains("has no capacity"), "{text}");
    let (code, text) = refused(&["--least", "b.opening-hours", "--between", "1..1000"]);
    assert!(code == Some(2) && text.contains("900 is the most"), "{text}");
    let (code, text) = refused(&["--least", "b.capacity", "--between", "1..9 /min"]);
    assert!(code == Some(2) && text.contains("leave /min out"), "{text}");
    let (code, text) = refused(&["--least", "capacity", "--between", "9..1"]);
    assert!(code == Some(2) && text.contains("write 1..9"), "{text}");
    let (code, text) = refused(&["--least", "capacity", "--between", "1..9", "--at", "12"]);
    assert!(code == Some(2) && text.contains("--at 12 lies outside"), "{text}");
}
