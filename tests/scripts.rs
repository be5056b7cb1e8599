//! What a script can say of one meter, on the meter of `one_meter`: terms of schedules, repeated alerts, seconds of
//! execution.

mod one_meter;

use meterchurn::scenario::read;

use one_meter::*;

/// The errors of a script, each with its help.
fn errors(script: &str) -> Vec<String> {
    match read("script", script) {
        Ok(_) => Vec::new(),
        Err(findings) => {
            let told = |f: meterchurn::scenario::diagnostics::Finding| {
                format!("{} | {}", f.message, f.help.unwrap_or_default())
            };
            findings.into_iter().map(told).collect()
        }
    }
}

#[track_caller]
fn refused(script: &str, message: &str) -> String {
    let told = errors(script);
    assert!(told.iter().any(|error| error.contains(message)), "{message} is not in {told:#?}");
    told.concat()
}

// Terms of schedules

/// A schedule of the losing supplier that runs at 04:00.
fn with_schedule(more: &str) -> Ran {
    let meter = r#"{ owner = "losing", reads = "4.8.1", period = "daily", at = "03:00" },"#;
    let text = script().text().replacen(
        meter,
        &format!("{meter}\n{{ reads = \"4.17\", period = \"daily\", at = \"04:00\"{more} }},"),
        1,
    );
    let (scenario, _) = read("term", &text).unwrap_or_else(|findings| panic!("{findings:#?}\n{text}"));
    let results = meterchurn::study::run(&scenario, Default::default(), &|_| ()).expect("a study that ends");
    Ran { policies: vec!["baseline".into()], results }
}

fn total(ran: &Ran, metric: &str) -> f64 {
    ran.value("baseline", &format!("{metric}.total"))
}

#[test]
fn a_schedule_runs_from_its_first_date_to_its_last() {
    // Beside the two of the meter, 156 E4s: refused on days 0 to 77, of which these runs fall on 5 to 14.
    let ran = with_schedule(", from = 2018-12-06, until = 2018-12-15");
    assert_eq!((total(&ran, E4), total(&ran, NOTICES)), (166.0, 2.0));
    // From 29 November on: two rightful reads more and all 78 days.
    let open = with_schedule(", from = 2018-11-29");
    assert_eq!((total(&open, E4), total(&open, NOTICES)), (234.0, 3.0));
    assert_eq!(total(&open, "rightful-reads.delivered{path=pull}"), 62.0);
}

#[test]
fn a_schedule_whose_last_date_has_passed_is_gone_without_a_notice() {
    // The 6.23 executes on 17 February at 01:00: on that date a last run is still to come.
    assert_eq!(total(&with_schedule(", until = 2019-02-16"), NOTICES), 2.0);
    assert_eq!(total(&with_schedule(", until = 2019-02-17"), NOTICES), 3.0);
}

#[test]
fn a_term_that_ends_before_it_begins_is_refused() {
    let text = script().text().replacen("at = \"02:00\"", "at = \"02:00\", from = 2018-12-02, until = 2018-12-01", 1);
    refused(&text, "`meter[0].schedules[0].until` must be no earlier than `from`");
}

#[test]
fn an_anchor_of_a_daily_period_is_refused() {
    let text = script().text().replacen("at = \"02:00\"", "at = \"02:00\", anchor = 2018-12-02", 1);
    let told = refused(&text, "`meter[0].schedules[0].anchor` has no effect on a daily period");
    assert!(told.contains("`from` and `until`"), "{told}");
    let text = script().text().replacen("offset = \"10 min\"", "offset = \"10 min\", anchor = 2018-12-02", 1);
    refused(&text, "`meter[0].calendar.anchor` has no effect on a daily period");
}

#[test]
fn an_anchor_after_the_28th_is_refused() {
    for day in ["29", "30", "31"] {
        let monthly = format!("period = \"monthly\", anchor = 2018-12-{day}, offset = \"10 min\"");
        let text = script().text().replacen("period = \"daily\", offset = \"10 min\"", &monthly, 1);
        refused(&text, "a day of the month up to 28");
    }
}

// Repeated alerts

#[test]
fn an_alert_repeats_from_its_first_second_to_before_the_last() {
    let repeats = |until: &str| {
        let alerts = format!(
            "alerts = [{{ code = \"0x8F3F\", class = \"critical\", at = 2018-12-10T00:00:00, every = \"10 min\", until \
             = {until} }}]"
        );
        script().meter(&alerts).run().left_alone("alerts.delivered{class=critical}")
    };
    // Six an hour; the one at the end itself is not raised.
    assert_eq!(
        (repeats("2018-12-11"), repeats("2018-12-11T00:00:01"), repeats("2018-12-10T00:00:01")),
        (144.0, 145.0, 1.0)
    );
}

#[test]
fn storm_protection_sees_a_storm_that_repeats() {
    let storm = r#"alerts = [
        { code = "0x8168", class = "non-critical", daily = "00:05" },
        { code = "0x8168", class = "non-critical", at = 2018-12-10T00:00:00, every = "10 min", until = 2018-12-12 },
    ]"#;
    let ran = script().meter(storm).using(r#"{ mitigation = "15", most = 24 }"#).run();
    // On each of two days 144 and the daily one, of which 24 pass; the daily one comes second and is counted among
    // daily ones.
    assert_eq!(ran.tried("alerts.blocked"), 2.0 * (145.0 - 24.0));
}

#[test]
fn a_line_of_alerts_ends_and_makes_no_more_than_it_may() {
    let line = |more: &str| {
        let alerts = format!("alerts = [{{ code = \"0x8F3F\", class = \"critical\", {more} }}]");
        script().meter(&alerts).text()
    };
    refused(&line("at = 2018-12-10, every = \"1 s\", until = 2018-12-11"), "must be long enough");
    refused(&line("at = 2018-12-10, every = \"1 h\", until = 2018-12-10"), "later than `at`");
    refused(&line("at = 2018-12-10, every = \"1 h\""), "one time at which it is raised");
    refused(&line("daily = \"18:00\", every = \"1 h\", until = 2018-12-12"), "one time at which it is raised");
}

// Seconds of execution

/// When the 6.23 executes by its exposure, days and seconds from SSD, 2018-12-01.
fn exposure(switch: &str) -> f64 {
    script().switch(switch).run().left_alone("exposure.seconds")
}

#[test]
fn a_6_23_executes_in_the_second_that_the_script_names() {
    assert_eq!(exposure("cos = { execute = 2018-12-01 }"), 0.0);
    assert_eq!(exposure("cos = { execute = 2018-12-01T00:00:01 }"), 1.0);
    assert_eq!(exposure("cos = { execute = 2018-12-05T00:00:00, latency = \"4 d\" }"), 4.0 * 86_400.0);
    // The DCC learns of it less than a day before SSD.
    assert_eq!(exposure("known = \"-1 s\"\ncos = { execute = 2018-12-01 }"), 0.0);
    assert_eq!(exposure("known = \"2 d\"\ncos = { execute = 2018-12-03T00:00:01 }"), 2.0 * 86_400.0 + 1.0);
}

#[test]
fn a_second_in_which_no_6_23_can_execute_is_refused_with_the_first_that_will_do() {
    // It takes five days from SSD; the DCC learns of it at SSD, or two days later, and it is sent a second before.
    for (switch, first, seconds) in [
        ("cos = { execute = 2018-12-05, latency = \"5 d\" }", "2018-12-06T00:00:00Z", 5.0 * 86_400.0),
        ("known = \"0 d\"\ncos = { execute = 2018-12-01 }", "2018-12-01T00:00:01Z", 1.0),
        ("known = \"2 d\"\ncos = { execute = 2018-12-03 }", "2018-12-03T00:00:01Z", 2.0 * 86_400.0 + 1.0),
    ] {
        let told = refused(&script().switch(switch).text(), "a second in which the 6.23 can execute");
        assert!(told.contains(&format!("write execute = {first}")), "{told}");
        let (before, rest) = switch.split_once("execute = 2018-12-0").expect("a date");
        let mended = format!("{before}execute = {first}{}", &rest[1..]);
        assert_eq!(exposure(&mended), seconds, "{mended}");
    }
    let late = script().gaining("user-from = 2018-12-20").switch("cos = { execute = 2018-12-10 }");
    assert!(refused(&late.text(), "a second in which the 6.23 can execute").contains("2018-12-20T00:00:01Z"));
}

#[test]
fn what_would_put_an_execution_off_is_refused() {
    let fails = script().switch("cos = { execute = 2018-12-10, fails = 1 }");
    refused(&fails.text(), "the attempts that fail would delay the execution");
    let off =
        script().meter("off-wan = [{ from = 2018-12-09, to = 2018-12-11 }]").switch("cos = { execute = 2018-12-10 }");
    refused(&off.text(), "a second in which the meter is on the WAN");
    let next = "[[switch]]\nmeter = 1\nfrom = \"gaining\"\nto = \"losing\"\nssd = 2018-12-10\ncos = \"never\"";
    let superseded = |at: &str| script().switch(&format!("cos = {{ execute = {at} }}")).further(next).text();
    refused(&superseded("2018-12-10T00:00:01"), "a later switch starts before this second");
    assert_eq!(errors(&superseded("2018-12-10T00:00:00")), Vec::<String>::new());
}

// A foreign certificate at the start

/// Ten days of a meter that the gaining supplier has had from the start, and that trusts the losing one.
fn inherited(meter: &str, more: &str, policy: &str, metric: &str) -> f64 {
    let text = format!(
        r#"
schema = 1
title = "A foreign certificate"
[time]
start = 2018-12-01
horizon = 2018-12-11
[[supplier]]
id = "losing"
[[supplier]]
id = "gaining"
{more}
[[meter]]
id = 1
holder = "gaining"
certificate = "losing"
calendar = {{ period = "daily", offset = "10 min" }}
schedules = [{{ owner = "losing", reads = "4.6.1", period = "daily", at = "02:00" }}]
{meter}
[[policy]]
id = "tried"
use = [{policy}]
"#
    );
    let (scenario, _) = read("inherited", &text).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let results = meterchurn::study::run(&scenario, Default::default(), &|_| ()).expect("a study that ends");
    let policies = scenario.policies.iter().map(|policy| policy.id.clone()).collect();
    Ran { policies, results }.tried(metric)
}

#[test]
fn a_meter_with_a_foreign_certificate_leaks_from_the_first_day_and_has_a_case() {
    let of = |metric| inherited("", "", "", metric);
    assert_eq!((of(LEAKED), of(E4), of(CLOSING)), (10.0, 10.0, 0.0));
    assert_eq!(of("exposure.seconds"), 10.0 * 86_400.0);
    assert_eq!((of("cases.at-start"), of("cases.opened"), of("switches{outcome=registered}")), (1.0, 0.0, 0.0));
    assert_eq!(of("exposure.days{cause=gainer-late}"), 10.0);
    assert_eq!(inherited("", "class = \"non-user\"", "", "exposure.days{cause=gainer-not-user}"), 10.0);
}

#[test]
fn an_inherited_case_ends_when_somebody_asks_for_its_6_23() {
    // Supply is held to have started on 30 November: asked five days later, sent two days after that, on 7 December at
    // 00:00.
    let monitored = r#"{ mitigation = "21", after = "5 d", response = "2 d" }"#;
    assert_eq!(inherited("", "", monitored, "exposure.seconds"), 6.0 * 86_400.0 + 1.0);
    assert_eq!(inherited("", "", monitored, LEAKED), 6.0);
}

#[test]
fn a_policy_for_new_gains_comes_too_late_for_an_inherited_case() {
    assert_eq!(inherited("", "", r#"{ mitigation = "1" }"#, LEAKED), 10.0);
}

#[test]
fn both_devices_of_a_gas_meter_have_the_foreign_certificate() {
    assert_eq!(inherited("fuel = \"gas\"", "", "", "exposure.seconds"), 20.0 * 86_400.0);
}

#[test]
fn the_holders_own_certificate_is_no_foreign_one() {
    let own = script().text().replacen("holder = \"losing\"", "holder = \"losing\"\ncertificate = \"losing\"", 1);
    refused(&own, "a supplier other than `holder`");
}
