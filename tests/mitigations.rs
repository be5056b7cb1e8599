//! What must come out of each mitigation that DP072 names (model, "Mitigations"), on the meter of `one_meter`.

mod one_meter;

use one_meter::*;

#[test]
fn left_alone_the_meter_gives_the_numbers_of_dp072() {
    let ran = script().run();
    assert_eq!((ran.left_alone(LEAKED), ran.left_alone(E4)), (78.0, 156.0));
    assert_eq!((ran.left_alone(UNWANTED), ran.left_alone(CLOSING), ran.left_alone(NOTICES)), (234.0, 1.0, 2.0));
    assert_eq!(ran.left_alone("exposure.seconds"), 6_742_800.0); // 78 × 86,400 + 3,600
}

// Filters at the DCC: rows 13a and 13b.

#[test]
fn a_filter_by_class_changes_nothing_because_0x8f0a_is_critical() {
    let ran = script().using(r#"{ mitigation = "13a" }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried(E4), ran.difference(UNWANTED)), (78.0, 156.0, 0.0));
    assert_eq!(ran.tried("alerts.blocked"), 0.0);
}

#[test]
fn a_filter_by_class_with_dcc_alerts_in_scope_stops_the_e4s_alone() {
    let ran = script().using(r#"{ mitigation = "13a", dcc-alerts = true }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried(E4), ran.tried(UNWANTED)), (78.0, 0.0, 78.0));
    // 156 E4s; the two notices of 17 February also go to a supplier that the DCC's copy does not show.
    assert_eq!((ran.tried("alerts.blocked{class=e4}"), ran.tried("alerts.blocked{class=notice}")), (156.0, 2.0));
}

#[test]
fn a_filter_by_code_brings_leaked_reads_to_zero_and_leaves_e4s() {
    let ran = script().using(r#"{ mitigation = "13b" }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried(E4)), (0.0, 156.0));
}

#[test]
fn a_filter_by_code_falsely_blocks_the_closing_read() {
    let ran = script().using(r#"{ mitigation = "13b" }"#).run();
    assert_eq!((ran.tried(CLOSING), ran.tried("false-blocks{kind=closing-read}")), (0.0, 1.0));
    assert_eq!(ran.tried("alerts.blocked{class=read}"), 79.0); // 78 leaked reads and the closing one
}

#[test]
fn a_filter_by_code_spares_the_wan_nothing() {
    let ran = script().using(r#"{ mitigation = "13b" }"#).run();
    assert_eq!(ran.difference("alerts.carried"), 0.0);
    // One push a day from 1 November to 28 February: 30 + 31 + 31 + 28.
    assert_eq!(ran.tried("alerts.carried{class=read}"), 120.0);
}

#[test]
fn a_filter_whose_list_holds_0x8f0a_lets_every_read_pass() {
    let ran = script().using(r#"{ mitigation = "13b", allow = ["0x8F0A"] }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried("alerts.blocked")), (78.0, 0.0));
}

#[test]
fn a_filter_by_code_stops_leaks_only_once_dccs_copy_is_current() {
    // Known two days after SSD: the pushes of 1 December (closing) and 2 December (leaked) pass, from 3 December on
    // none.
    let ran = script().switch(&format!("known = \"2 d\"\n{LATE}")).using(r#"{ mitigation = "13b" }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried(CLOSING)), (1.0, 1.0));
}

#[test]
fn a_filter_falsely_blocks_rightful_reads_when_the_feed_is_wrong() {
    // The customer is back on 20 December, the DCC knows it on the 23rd: the pushes of the 20th, 21st and 22nd are the
    // registered supplier's own, and the DCC's copy does not show it.
    let back = "[[switch]]\nmeter = 1\nfrom = \"gaining\"\nto = \"losing\"\nssd = 2018-12-20\nknown = \"3 d\"\n\
        cos = \"never\"";
    let ran = script().switch("cos = \"never\"").further(back).using(r#"{ mitigation = "13b" }"#).run();
    assert_eq!(ran.tried("false-blocks{kind=stale-copy}"), 3.0);
}

// Reads by DCC schedule: rows 8 and 9.

#[test]
fn reading_by_schedule_only_ends_push_leaks_and_raises_e4s() {
    let ran = script().using(r#"{ mitigation = "8", at = "04:00" }"#).run();
    // Runs at 02:00, 03:00 and 04:00 on days 0 to 77.
    assert_eq!((ran.tried(LEAKED), ran.tried(PULLED), ran.tried(E4)), (0.0, 0.0, 234.0));
    assert_eq!(ran.difference(E4), 78.0);
}

#[test]
fn while_registration_lags_schedules_leak_by_pull_until_dccs_copy_is_current() {
    let lags = format!("known = \"2 d\"\n{LATE}");
    let ran = script().switch(&lags).using(r#"{ mitigation = "8", at = "04:00" }"#).run();
    // Day 0: 02:00 is the closing read, 03:00 (4.8.1: data of its second) leaks, 04:00 repeats SSD's midnight.
    // Day 1: all three leak. From day 2 on they are refused: 76 days × 3.
    assert_eq!((ran.tried(PULLED), ran.tried("closing-reads.delivered{path=pull}")), (4.0, 1.0));
    assert_eq!(ran.tried("repeated-reads.delivered{path=pull}"), 1.0);
    assert_eq!((ran.tried(LEAKED), ran.tried(E4)), (0.0, 228.0));
}

#[test]
fn every_day_of_registration_lag_leaks_its_runs_of_that_day() {
    let leaks_at = |days: u32| {
        let lags = format!("known = \"{days} d\"\n{LATE}");
        script().switch(&lags).using(r#"{ mitigation = "8", at = "04:00" }"#).run().tried(PULLED)
    };
    // Day 0 leaks one run (4.8.1), each later day three.
    assert_eq!((leaks_at(1), leaks_at(2), leaks_at(3)), (1.0, 4.0, 7.0));
}

#[test]
fn schedules_only_and_deleted_leaves_neither_leaks_nor_e4s() {
    let ran = script().top(IN_TIME).using(r#"{ mitigation = "9", at = "04:00" }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried(PULLED), ran.tried(E4)), (0.0, 0.0, 0.0));
    assert_eq!(ran.tried("requests{reference=5.3,outcome=accepted}"), 3.0);
}

// The losing supplier cleans up before SSD: rows 6 and 7.

#[test]
fn deleting_schedules_before_ssd_ends_e4s_and_leaves_leaked_reads() {
    let ran = script().top(IN_TIME).using(r#"{ mitigation = "6" }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried(E4)), (78.0, 0.0));
    assert_eq!(ran.tried("requests{reference=5.3,outcome=accepted}"), 2.0);
    assert_eq!(ran.tried(NOTICES), 0.0); // an owner's own deletion is not notified
}

#[test]
fn deleting_schedules_too_late_is_refused_and_the_e4s_stay() {
    let ran = script().top(TOO_LATE).using(r#"{ mitigation = "6" }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried(E4)), (78.0, 156.0));
    assert_eq!(ran.tried("requests{reference=5.3,outcome=e4}"), 2.0); // one refusal for each schedule
    assert_eq!(ran.tried("requests{reference=5.3,outcome=accepted}"), 0.0);
}

#[test]
fn deleting_schedules_spoils_a_switch_that_is_withdrawn_afterwards() {
    let withdrawn = format!("withdrawn = \"-1 d\"\n{LATE}");
    let ran = script().top(IN_TIME).switch(&withdrawn).using(r#"{ mitigation = "6" }"#).run();
    assert_eq!((ran.left_alone("spoiled-switches"), ran.tried("spoiled-switches")), (0.0, 1.0));
    // From 27 November to 28 February, 4 + 31 + 31 + 28 = 94 days, two runs a day are missing.
    assert_eq!(ran.difference("rightful-reads.delivered{path=pull}"), -188.0);
    assert_eq!((ran.tried(LEAKED), ran.tried(E4)), (0.0, 0.0));
}

#[test]
fn a_switch_withdrawn_before_anything_was_cancelled_is_not_spoiled() {
    let withdrawn = format!("withdrawn = \"-5 d\"\n{LATE}"); // cancelling would be at -4 d
    let ran = script().top(IN_TIME).switch(&withdrawn).using(r#"{ mitigation = "6" }, { mitigation = "7" }"#).run();
    assert_eq!((ran.tried("spoiled-switches"), ran.difference("rightful-reads.delivered")), (0.0, 0.0));
}

#[test]
fn a_supplier_that_deletes_by_habit_needs_no_policy() {
    let habit = "loses = { deletes-schedules = true, notice = \"5 d\", lead = \"1 d\" }";
    let ran = script().losing(habit).run();
    assert_eq!((ran.left_alone(LEAKED), ran.left_alone(E4)), (78.0, 0.0));
}

#[test]
fn thinning_the_calendar_ends_leaks_within_the_horizon_and_leaves_e4s() {
    // Yearly from 27 November 2018: the next snapshot is in November 2019, after the horizon.
    let ran = script().top(IN_TIME).using(r#"{ mitigation = "7" }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried(E4)), (0.0, 156.0));
    assert_eq!(ran.tried("requests{reference=6.8,outcome=accepted}"), 1.0);
}

#[test]
fn thinning_the_calendar_costs_the_closing_read() {
    let ran = script().top(IN_TIME).using(r#"{ mitigation = "7" }"#).run();
    assert_eq!((ran.left_alone(CLOSING), ran.tried(CLOSING)), (1.0, 0.0));
}

#[test]
fn thinning_the_calendar_too_late_is_refused_and_the_leaks_stay() {
    let ran = script().top(TOO_LATE).using(r#"{ mitigation = "7" }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried("requests{reference=6.8,outcome=e4}")), (78.0, 1.0));
}

#[test]
fn thinning_and_deleting_spoil_a_withdrawn_switch_once() {
    let withdrawn = format!("withdrawn = \"-1 d\"\n{LATE}");
    let ran = script().top(IN_TIME).switch(&withdrawn).using(r#"{ mitigation = "6" }, { mitigation = "7" }"#).run();
    assert_eq!(ran.tried("spoiled-switches"), 1.0);
    // One push a day from 28 November on: that of 27 November was written before the 6.8 executed at 00:00:01.
    assert_eq!(ran.difference("rightful-reads.delivered{path=push}"), -93.0);
}

#[test]
fn a_snapshot_already_written_is_pushed_although_the_calendar_was_then_thinned() {
    // SSD 2018-12-01 less two days: the 6.8 executes on 29 November, a second before or at 00:00:00, at which the
    // snapshot is written.
    let thinned = |notice: &str| {
        let laws = format!(
            "[laws.notice]\nvalue = \"{notice}\"\nsource = \"test\"\nkind = \"assumed\"\n\
            [laws.lead]\nvalue = \"0 s\"\nsource = \"test\"\nkind = \"assumed\""
        );
        let ran = script().top(&laws).using(r#"{ mitigation = "7" }"#).run();
        ran.tried("rightful-reads.delivered{path=push}")
    };
    // Left alone 41: 30 in November and 11 after execution, from 18 February on. Thinned, those of 1 to 28 November,
    // and the one of the 29th if it was written first; the yearly calendar pushes no more.
    assert_eq!(thinned("2 d 1 s"), 28.0); // sent on 28 November at 23:59:59
    assert_eq!(thinned("2 d"), 29.0); // sent on 29 November at 00:00:00, executed a second later
}

// Black-holing: rows 10 and 11.

#[test]
fn black_holing_delivers_as_before_and_retains_no_leaked_read() {
    let ran = script().using(r#"{ mitigation = "10" }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.difference(UNWANTED)), (78.0, 0.0));
    assert_eq!(ran.tried("leaked-reads.retained"), 0.0);
}

#[test]
fn black_holing_keeps_closing_reads_e4s_and_notices() {
    let ran = script().using(r#"{ mitigation = "10" }"#).run();
    assert_eq!(ran.tried("closing-reads.retained"), 1.0);
    assert_eq!((ran.tried("alerts.retained{class=e4}"), ran.tried("alerts.retained{class=notice}")), (156.0, 2.0));
}

#[test]
fn after_a_return_black_holing_discards_rightful_reads_while_the_portfolio_lags() {
    // Back on 20 December, the portfolio knows it five days later: the pushes and both runs of 20 to 24 December.
    let back = "[[switch]]\nmeter = 1\nfrom = \"gaining\"\nto = \"losing\"\nssd = 2018-12-20\ncos = \"never\"";
    let ran = script().switch("cos = \"never\"").further(back).using(r#"{ mitigation = "10" }"#).run();
    assert_eq!(ran.difference("rightful-reads.delivered"), 0.0);
    assert_eq!(ran.difference("rightful-reads.retained{path=push}"), -5.0);
    assert_eq!(ran.difference("rightful-reads.retained{path=pull}"), -10.0);
    assert_eq!((ran.tried(LEAKED), ran.tried("leaked-reads.retained")), (18.0, 0.0)); // days 1 to 18
}

#[test]
fn a_portfolio_that_lags_a_second_costs_no_read() {
    let back = "[[switch]]\nmeter = 1\nfrom = \"gaining\"\nto = \"losing\"\nssd = 2018-12-20\ncos = \"never\"";
    let uses = r#"{ mitigation = "10", portfolio-lag = "1 s" }"#;
    let ran = script().switch("cos = \"never\"").further(back).using(uses).run();
    assert_eq!(ran.difference("rightful-reads.retained"), 0.0);
}

#[test]
fn delete_and_notify_shortens_exposure_and_retains_no_leaked_read() {
    // The first E4 is at 02:00 on 1 December; asked 10 d later, sent 5 d after that: executed 16 December, 02:00:01.
    let uses = r#"{ mitigation = "11", detection = "10 d", response = "5 d" }"#;
    let ran = script().using(uses).run();
    assert_eq!((ran.tried(LEAKED), ran.tried("leaked-reads.retained")), (15.0, 0.0));
}

// Shorter exposure: rows 1, 2, 4, 17, 18, 19, 21.

#[test]
fn prompt_623_leaves_one_second_of_exposure() {
    let ran = script().using(r#"{ mitigation = "1" }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried(E4), ran.tried("exposure.seconds")), (0.0, 0.0, 1.0));
    assert_eq!(ran.tried(NOTICES), 2.0);
}

#[test]
fn prompt_623_sends_the_closing_read_to_the_gaining_supplier() {
    let ran = script().using(r#"{ mitigation = "1" }"#).run();
    assert_eq!(ran.tried(CLOSING), 0.0);
    // All 120 pushes are rightful; left alone 30 before SSD and 11 after execution are.
    assert_eq!(ran.tried("rightful-reads.delivered{path=push}"), 120.0);
    assert_eq!(ran.left_alone("rightful-reads.delivered{path=push}"), 41.0);
}

#[test]
fn a_future_dated_623_leaves_no_exposure() {
    let ran = script().using(r#"{ mitigation = "2" }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried(E4), ran.tried("exposure.seconds")), (0.0, 0.0, 0.0));
    assert_eq!(ran.tried("requests{reference=6.23,outcome=accepted}"), 1.0);
}

#[test]
fn a_future_dated_623_of_a_withdrawn_switch_is_refused_when_due() {
    let withdrawn = "known = \"-8 d\"\nwithdrawn = \"-1 d\"\ncos = { send = \"-4 d\" }";
    let ran = script().switch(withdrawn).using(r#"{ mitigation = "2" }"#).run();
    assert_eq!(ran.tried("requests{reference=6.23,outcome=e4-when-due}"), 1.0);
    assert_eq!((ran.tried(LEAKED), ran.tried(E4)), (0.0, 0.0));
}

#[test]
fn escalation_ends_exposure_after_detection_and_response() {
    // First E4 on 1 December at 02:00, asked on the 11th, sent on the 16th at 02:00 and executed a second later.
    // Leaks of days 1 to 15; E4s of days 0 to 14, two each, and the one of day 15 at 02:00.
    let ran = script().using(r#"{ mitigation = "4", detection = "10 d", response = "5 d" }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried(E4)), (15.0, 31.0));
    assert_eq!(ran.tried("exposure.seconds"), 1_303_201.0); // 15 × 86,400 + 7,200 + 1
}

#[test]
fn an_alert_that_arrives_late_is_heard_in_the_second_of_its_arrival() {
    // The losing supplier's gateway is away until 2 December, 12:00; then the E4s of the 1st arrive, and in that second
    // the meter leaves the WAN for a second. Asked ten days later, sent five days after that.
    let away = "[[inject]]\nkind = \"gateway-outage\"\nwhere = { supplier = [\"losing\"] }\nfrom = 2018-11-30\n\
        until = 2018-12-02T12:00:00";
    let off = "off-wan = [{ from = 2018-12-02T12:00:00, to = 2018-12-02T12:00:01 }]";
    let uses = r#"{ mitigation = "4", detection = "10 d", response = "5 d" }"#;
    let ran = script().meter(off).further(away).using(uses).run();
    assert_eq!(ran.tried("exposure.seconds"), 16.5 * 86_400.0 + 1.0);
}

#[test]
fn monitoring_all_623_counts_from_ssd() {
    // Asked on 6 December, sent on the 16th at 00:00: leaks of days 1 to 14, E4s of days 0 to 14.
    let ran = script().using(r#"{ mitigation = "21", after = "5 d", response = "10 d" }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried(E4)), (14.0, 30.0));
}

#[test]
fn enforcement_caps_how_late_a_user_sends() {
    // Sent 30 d after SSD, on 31 December at 00:00: leaks of days 1 to 29, E4s of days 0 to 29.
    let ran = script().using(r#"{ mitigation = "19", latest = "30 d" }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried(E4)), (29.0, 60.0));
}

#[test]
fn guidance_and_the_rec_obligation_make_immature_suppliers_follow_mature_practice() {
    for row in ["17", "18"] {
        let uses = format!("{{ mitigation = \"{row}\", share = 1 }}");
        let ran = script().top(MATURE_AT_ONCE).using(&uses).run();
        assert_eq!((ran.tried(LEAKED), ran.tried(E4)), (0.0, 0.0), "row {row}");
    }
}

#[test]
fn guidance_changes_nothing_for_a_mature_supplier() {
    let uses = r#"{ mitigation = "17", share = 1 }"#;
    let ran = script().top(MATURE_AT_ONCE).gaining("class = \"mature\"").using(uses).run();
    assert_eq!(ran.difference(UNWANTED), 0.0);
}

#[test]
fn nothing_that_asks_for_623_has_an_effect_on_a_non_user() {
    let rows = [
        r#"{ mitigation = "1" }"#,
        r#"{ mitigation = "2" }"#,
        r#"{ mitigation = "4", detection = "10 d", response = "5 d" }"#,
        r#"{ mitigation = "17", share = 1 }"#,
        r#"{ mitigation = "18", share = 1 }"#,
        r#"{ mitigation = "21", after = "5 d", response = "10 d" }"#,
    ];
    for uses in rows {
        let ran = script().top(MATURE_AT_ONCE).gaining("class = \"non-user\"").using(uses).run();
        assert_eq!(ran.left_alone(UNWANTED), 234.0);
        assert_eq!((ran.difference(UNWANTED), ran.difference("exposure.seconds")), (0.0, 0.0), "{uses}");
    }
}

// Existing practice, and the DCC's own conventions.

#[test]
fn rows_0_3_5_12_and_14_change_nothing_by_default() {
    for row in ["0", "3", "5", "12", "14"] {
        let ran = script().using(&format!("{{ mitigation = \"{row}\" }}")).run();
        assert_eq!(ran.results.runs(1), ran.results.runs(0), "row {row}");
        assert_eq!(ran.tried(UNWANTED), 234.0, "row {row}");
    }
}

#[test]
fn schedules_removed_at_ssd_give_one_notice_each_and_no_e4() {
    let ran = script().top("[dcc]\nschedule-removal = \"ssd\"").run();
    assert_eq!((ran.left_alone(NOTICES), ran.left_alone(E4), ran.left_alone(LEAKED)), (2.0, 0.0, 78.0));
}

#[test]
fn schedules_that_are_never_removed_go_on_being_refused_to_the_horizon() {
    // 1 December to 28 February: 31 + 31 + 28 = 90 days, two runs each.
    let ran = script().top("[dcc]\nschedule-removal = \"never\"").run();
    assert_eq!((ran.left_alone(NOTICES), ran.left_alone(E4)), (0.0, 180.0));
}

// Scope, start and adoption.

#[test]
fn a_policy_concerns_only_the_suppliers_of_its_scope() {
    let mut script = script();
    script.uses.push(
        "[[policy]]\nid = \"tried\"\nscope = [\"gaining\"]\n\
         use = [{ mitigation = \"10\" }, { mitigation = \"13b\" }]\n"
            .into(),
    );
    let ran = script.run();
    assert_eq!((ran.tried(LEAKED), ran.tried("leaked-reads.retained")), (78.0, 78.0));
}

#[test]
fn a_policy_that_starts_during_exposure_changes_nothing_before() {
    let mut script = script();
    script.uses.push("[[policy]]\nid = \"tried\"\nstart = 2018-12-11\nuse = [{ mitigation = \"10\" }]\n".into());
    let ran = script.run();
    // Kept: the leaks of 2 to 10 December.
    assert_eq!((ran.tried(LEAKED), ran.tried("leaked-reads.retained")), (78.0, 9.0));
}

#[test]
fn a_policy_without_adopters_changes_nothing() {
    let mut script = script();
    script.uses.push("[[policy]]\nid = \"tried\"\nadoption = 0\nuse = [{ mitigation = \"1\" }]\n".into());
    assert_eq!(script.run().difference(UNWANTED), 0.0);
}
