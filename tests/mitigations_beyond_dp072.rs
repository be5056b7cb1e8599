//! What must come out of the mitigations that DP072 does not name (model, "Mitigations"), on the meter of `one_meter`.

mod one_meter;

use one_meter::*;

/// A tamper alert every evening, at 18:00 UTC.
const TAMPER_DAILY: &str = r#"alerts = [{ daily = "18:00", class = "critical", code = "0x8F3F" }]"#;

#[test]
fn a_filter_on_everything_loses_safety_alerts_for_everybody() {
    let ran = script().meter(TAMPER_DAILY).using(r#"{ mitigation = "13c" }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried(E4), ran.tried(NOTICES)), (0.0, 0.0, 0.0));
    // The evenings of days 0 to 77; on day 78 the gaining supplier holds the meter.
    assert_eq!(ran.tried("lost-safety-alerts"), 78.0);
    assert_eq!((ran.left_alone("lost-safety-alerts"), ran.difference("alerts.carried")), (0.0, 0.0));
}

#[test]
fn a_filter_by_code_lets_the_safety_alerts_on_its_list_pass() {
    let ran = script().meter(TAMPER_DAILY).using(r#"{ mitigation = "13b", allow = ["0x8F3F"] }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried("lost-safety-alerts")), (0.0, 0.0));
    assert_eq!(ran.tried("alerts.delivered{class=critical,standing=unregistered}"), 78.0);
}

#[test]
fn black_holing_loses_the_safety_alerts_that_only_it_could_read() {
    let ran = script().meter(TAMPER_DAILY).using(r#"{ mitigation = "10" }"#).run();
    // The evenings of days 0 to 77, as under 13c.
    assert_eq!((ran.left_alone("lost-safety-alerts"), ran.tried("lost-safety-alerts")), (0.0, 78.0));
    assert_eq!(ran.tried("alerts.delivered{class=critical,standing=unregistered}"), 78.0);
}

#[test]
fn black_holing_loses_the_registered_suppliers_safety_alerts_while_its_portfolio_lags() {
    // Gone for the evenings of 1 to 19 December; back on the 20th, the portfolio knows it five days later.
    let back = "[[switch]]\nmeter = 1\nfrom = \"gaining\"\nto = \"losing\"\nssd = 2018-12-20\ncos = \"never\"";
    let ran =
        script().meter(TAMPER_DAILY).switch("cos = \"never\"").further(back).using(r#"{ mitigation = "10" }"#).run();
    assert_eq!(ran.tried("lost-safety-alerts"), 19.0 + 5.0);
}

#[test]
fn discarded_alerts_are_not_forwarded() {
    let uses = r#"{ mitigation = "10" }, { mitigation = "27", codes = ["0x8F3F"] }"#;
    let ran = script().meter(TAMPER_DAILY).gaining("class = \"non-user\"").using(uses).run();
    assert_eq!((ran.tried("forwarded-alerts"), ran.tried("lost-safety-alerts")), (0.0, 78.0));
}

#[test]
fn the_alert_management_service_mutes_dcc_alerts_and_never_critical_ones() {
    let ran = script().meter(TAMPER_DAILY).using(r#"{ mitigation = "14", dcc-alerts = true }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried(E4), ran.tried(NOTICES)), (78.0, 0.0, 0.0));
    assert_eq!((ran.tried("alerts.blocked{class=e4}"), ran.tried("alerts.blocked{class=notice}")), (156.0, 2.0));
    assert_eq!((ran.tried("false-blocks"), ran.tried("lost-safety-alerts")), (0.0, 0.0));
    assert_eq!(ran.difference("alerts.delivered{class=critical}"), 0.0);
}

#[test]
fn a_supplier_that_mutes_e4s_does_not_notice_by_them() {
    // Without a calendar nothing but E4s comes to the losing supplier.
    let muted = "{ mitigation = \"8\", at = \"04:00\" }, { mitigation = \"14\", dcc-alerts = true }, \
        { mitigation = \"4\", detection = \"10 d\", response = \"5 d\" }";
    assert_eq!(script().using(muted).run().difference("exposure.seconds"), 0.0);
}

#[test]
fn policies_that_do_the_same_draw_the_same_whichever_mitigation_they_name() {
    let same = |one: &str, other: &str| {
        let ran = script().top("[experiment]\nreplications = 20").using(one).using(other).run();
        let kept = ran.values("tried", "exposure.seconds.total");
        assert!(kept.iter().any(|exposure| *exposure != kept[0]), "{one} draws");
        assert!(ran.results.runs(1) == ran.results.runs(2), "{one} and {other}");
    };
    same(r#"{ mitigation = "18", share = 0.5 }"#, r#"{ mitigation = "30", share = 0.5 }"#);
    same(r#"{ mitigation = "0" }, { mitigation = "18" }"#, r#"{ mitigation = "3" }, { mitigation = "30" }"#);
    let law = r#"detection = "10 d", response = { exponential = { mean = "9 d" } }"#;
    let discards = format!(r#"{{ mitigation = "10" }}, {{ mitigation = "4", {law} }}"#);
    same(&discards, &format!(r#"{{ mitigation = "11", {law} }}"#));
}

#[test]
fn two_levers_of_one_kind_in_a_policy_draw_apart() {
    // Of 400 cases each of the two reaches half: together three quarters, 300 ± 8.7. With one draw for both it would
    // be 200.
    let twice = r#"{ mitigation = "18", share = 0.5 }, { mitigation = "30", share = 0.5 }"#;
    let top = "[experiment]\nreplications = 400\n[laws.to-623.mature]\nvalue = \"0 s\"\nsource = \"test\"\n\
        kind = \"assumed\"";
    let exposures = script().top(top).using(twice).run().values("tried", "exposure.seconds.total");
    let prompt = exposures.iter().filter(|exposure| **exposure == 1.0).count();
    assert!((265..=335).contains(&prompt), "{prompt} of 400"); // 4 standard deviations
}

#[test]
fn each_measure_of_a_stack_may_have_its_own_start_and_scope() {
    let tried = |first: &str, second: &str| {
        let mut script = script();
        script.uses.push(format!(
            "[[policy]]\nid = \"tried\"\nstart = 2018-12-11\n\
             use = [{{ mitigation = \"10\"{first} }}, {{ mitigation = \"13b\"{second} }}]\n"
        ));
        script.run()
    };
    // Both from 11 December on: the leaks of 2 to 10 December are delivered and kept.
    let ran = tried("", "");
    assert_eq!((ran.tried(LEAKED), ran.tried("leaked-reads.retained")), (9.0, 9.0));
    // The filter only from the 21st on, black-holing from the start.
    let ran = tried(", start = 2018-11-01", ", start = 2018-12-21");
    assert_eq!((ran.tried(LEAKED), ran.tried("leaked-reads.retained")), (19.0, 0.0));
    // The filter goes by the holder of the meter, black-holing by the receiver: both are the losing supplier.
    let ran = tried(", scope = [\"gaining\"]", ", scope = \"all\"");
    assert_eq!((ran.tried(LEAKED), ran.tried("leaked-reads.retained")), (9.0, 9.0));
    let ran = tried(", start = 2018-11-01", ", scope = [\"gaining\"]");
    assert_eq!((ran.tried(LEAKED), ran.tried("leaked-reads.retained")), (78.0, 0.0));
}

#[test]
fn storm_protection_withholds_repeats_and_neither_reads_nor_e4s() {
    let storm = r#"alerts = [
        { daily = "18:00", class = "non-critical", code = "0x8168" },
        { daily = "18:01", class = "non-critical", code = "0x8168" },
        { daily = "18:02", class = "non-critical", code = "0x8168" },
    ]"#;
    let ran = script().meter(storm).using(r#"{ mitigation = "15", most = 2 }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried(E4), ran.difference(UNWANTED)), (78.0, 156.0, 0.0));
    // The third of each of the 120 days from 1 November to 28 February; no alert was withheld from an entitled
    // supplier.
    assert_eq!((ran.tried("alerts.blocked"), ran.tried("false-blocks")), (120.0, 0.0));
}

#[test]
fn request_throttling_leaves_alerts_alone_and_delays_623() {
    let ran = script().using(r#"{ mitigation = "16", delay = "2 h" }"#).run();
    assert_eq!(ran.difference("exposure.seconds"), 7_200.0);
    // Executed on day 78 at 03:00: one more run, at 02:00, is refused; that of 03:00 is removed in time (R2).
    assert_eq!((ran.tried(LEAKED), ran.tried(E4)), (78.0, 157.0));
}

#[test]
fn a_ban_on_gains_by_non_users_takes_root_cause_1_away() {
    let banned = r#"{ mitigation = "20", immature = 0 }"#;
    let ran = script().top(MATURE_AT_ONCE).gaining("class = \"non-user\"").using(banned).run();
    assert_eq!((ran.left_alone(UNWANTED), ran.tried(UNWANTED)), (234.0, 0.0));
    assert_eq!(ran.tried("exposure.seconds"), 1.0);
    assert_eq!(ran.left_alone("cases.opened{cause=gainer-not-user}"), 1.0);
    assert_eq!(ran.tried("cases.opened{cause=gainer-not-user}"), 0.0);
}

#[test]
fn a_ban_does_nothing_for_the_stock_that_is_there() {
    let mut script = script().top(MATURE_AT_ONCE).gaining("class = \"non-user\"");
    script.uses.push("[[policy]]\nid = \"tried\"\nstart = 2018-12-02\nuse = [{ mitigation = \"20\" }]\n".into());
    assert_eq!(script.run().difference(UNWANTED), 0.0);
}

#[test]
fn a_sweep_finds_the_certificate_and_costs_a_request() {
    let ran = script().using(r#"{ mitigation = "22", every = "30 d", detection = "1 d", response = "5 d" }"#).run();
    // Swept on 1 November and thirty days later, in the second of SSD; asked on 2, sent on 7 December at 00:00.
    assert_eq!(ran.tried("exposure.seconds"), 518_401.0); // 6 × 86,400 + 1
    assert_eq!((ran.tried(LEAKED), ran.tried(E4)), (5.0, 12.0)); // pushes of days 1 to 5, runs of days 0 to 5
    assert_eq!(ran.tried("requests{reference=6.24.1,outcome=accepted}"), 1.0);
}

#[test]
fn the_check_of_passing_alerts_needs_no_request() {
    let ran = script().using(r#"{ mitigation = "23", detection = "1 d", response = "5 d" }"#).run();
    // The closing read passes on day 0 at 00:10; asked a day later, sent on day 6 at 00:10, just after the push.
    assert_eq!(ran.tried("exposure.seconds"), 519_001.0); // 6 × 86,400 + 600 + 1
    assert_eq!((ran.tried(LEAKED), ran.tried(E4)), (6.0, 12.0));
    assert_eq!(ran.difference("requests"), 0.0);
}

#[test]
fn the_check_of_passing_alerts_is_blind_where_nothing_is_pushed() {
    let uses = r#"{ mitigation = "8", at = "04:00" }, { mitigation = "23", detection = "1 d", response = "5 d" }"#;
    let ran = script().using(uses).run();
    assert_eq!((ran.tried(E4), ran.difference("exposure.seconds")), (234.0, 0.0)); // three runs a day, 78 days
}

#[test]
fn schedules_removed_at_ssd_by_policy_leave_one_notice_each() {
    let ran = script().using(r#"{ mitigation = "24" }"#).run();
    assert_eq!((ran.tried(LEAKED), ran.tried(E4), ran.tried(NOTICES)), (78.0, 0.0, 2.0));
}

#[test]
fn schedules_removed_at_ssd_must_be_created_again_after_an_erroneous_transfer() {
    let back = "[[switch]]\nmeter = 1\nfrom = \"gaining\"\nto = \"losing\"\nssd = 2018-12-20\ncos = \"never\"";
    let erroneous = "cos = \"never\"\ncause = \"erroneous-transfer\"";
    let ran = script().switch(erroneous).further(back).using(r#"{ mitigation = "24" }"#).run();
    // Two runs a day from 20 December to 28 February are missing: 12 + 31 + 28 = 71 days.
    assert_eq!(ran.difference("rightful-reads.delivered{path=pull}"), -142.0);
}

#[test]
fn a_supplier_that_comes_back_creates_its_removed_schedules_again_when_it_configures() {
    // As above, but the supplier configures two days after the return: it lacks the runs of 20 and 21 December alone.
    let back = "[[switch]]\nmeter = 1\nfrom = \"gaining\"\nto = \"losing\"\nssd = 2018-12-20\ncos = \"never\"\n\
        configures = \"2 d\"\n\
        reads = { calendar = { period = \"daily\", offset = \"10 min\" }, schedules = [\n\
        { owner = \"losing\", reads = \"4.6.1\", period = \"daily\", at = \"02:00\" },\n\
        { owner = \"losing\", reads = \"4.8.1\", period = \"daily\", at = \"03:00\" } ] }";
    let ran = script().switch("cos = \"never\"").further(back).using(r#"{ mitigation = "24" }"#).run();
    assert_eq!(ran.difference("rightful-reads.delivered{path=pull}"), -4.0);
    assert_eq!(ran.tried("requests{reference=5.1,outcome=accepted}"), 2.0);
    assert_eq!(ran.left_alone("requests{reference=5.1}"), 0.0);
}

#[test]
fn a_notice_of_earlier_schedules_does_not_restore_those_that_a_supplier_deleted_itself() {
    // Away from 1 to 20 December, with notices, and again from 10 to 20 January: an erroneous transfer.
    let home = "configures = \"1 d\"\nreads = { schedules = [\n\
        { owner = \"losing\", reads = \"4.6.1\", period = \"daily\", at = \"02:00\" } ] }";
    let further = format!(
        "[[switch]]\nmeter = 1\nfrom = \"gaining\"\nto = \"losing\"\nssd = 2018-12-20\n\
        cos = {{ execute = 2018-12-20T01:00:00 }}\n{home}\n\
        [[switch]]\nmeter = 1\nfrom = \"losing\"\nto = \"gaining\"\nssd = 2019-01-10\ncos = \"never\"\n\
        cause = \"erroneous-transfer\"\n\
        [[switch]]\nmeter = 1\nfrom = \"gaining\"\nto = \"losing\"\nssd = 2019-01-20\ncos = \"never\"\n{home}"
    );
    let ran = script()
        .top(IN_TIME)
        .switch("cos = { execute = 2018-12-01T01:00:00 }")
        .further(&further)
        .using(r#"{ mitigation = "6", start = 2019-01-01 }"#)
        .using(r#"{ mitigation = "24", start = 2019-01-01 }"#)
        .run();
    let created = |policy: &str| ran.value(policy, "requests{reference=5.1,outcome=accepted}.total");
    // On 21 December under each policy. The DCC removes them on 10 January with a notice, the supplier without one.
    assert_eq!((created("baseline"), created("tried"), created("tried-1")), (1.0, 1.0, 2.0));
}

#[test]
fn a_neutral_certificate_ends_leaks_and_e4s_and_orphans_the_device() {
    let ran = script().meter(TAMPER_DAILY).using(r#"{ mitigation = "25", after = "5 d" }"#).run();
    // It arrives on day 5 at 00:00:01: leaks of days 1 to 4, E4s of days 0 to 4, then the schedules go.
    assert_eq!((ran.tried(LEAKED), ran.tried(E4), ran.tried(NOTICES)), (4.0, 10.0, 2.0));
    // Until day 78 at 01:00 no supplier controls the meter, and exposure continues.
    assert_eq!(ran.tried("orphan.days") * 86_400.0, 73.0 * 86_400.0 + 3_599.0);
    assert_eq!(ran.difference("exposure.seconds"), 0.0);
    // Pushes of days 5 to 78 and evenings of days 5 to 77 reach no supplier.
    assert_eq!((ran.tried("orphaned-reads.delivered"), ran.tried("lost-safety-alerts")), (74.0, 73.0));
    assert_eq!(ran.tried("alerts.discarded"), 147.0);
}

#[test]
fn a_neutral_certificate_waits_until_dccs_copy_is_current() {
    let lags = format!("known = \"10 d\"\n{LATE}");
    let ran = script().switch(&lags).using(r#"{ mitigation = "25", after = "5 d" }"#).run();
    assert_eq!(ran.tried(LEAKED), 9.0); // days 1 to 9
}

#[test]
fn forwarding_critical_alerts_makes_their_leak_authorised_and_no_smaller() {
    let uses = r#"{ mitigation = "27", codes = ["0x8F3F"] }"#;
    let ran = script().meter(TAMPER_DAILY).gaining("class = \"non-user\"").using(uses).run();
    assert_eq!((ran.tried("forwarded-alerts"), ran.difference(UNWANTED)), (78.0, 0.0));
    let user = script().meter(TAMPER_DAILY).using(uses).run();
    assert_eq!(user.tried("forwarded-alerts"), 0.0); // the gainer is a User
}

#[test]
fn hardening_the_feed_ends_leaks_by_pull_and_changes_no_push() {
    let lags = format!("known = \"2 d\"\n{LATE}");
    let ran = script().switch(&lags).using(r#"{ mitigation = "28", share = 1 }"#).run();
    // Day 0: 4.8.1 leaks, 4.6.1 is the closing read; day 1: both leak.
    assert_eq!((ran.left_alone(PULLED), ran.tried(PULLED)), (3.0, 0.0));
    assert_eq!((ran.left_alone(E4), ran.tried(E4), ran.difference(LEAKED)), (152.0, 156.0, 0.0));
}

#[test]
fn a_monthly_calendar_leaks_a_read_a_month() {
    let ran = script().using(r#"{ mitigation = "29" }"#).run();
    // The snapshot of 1 December closes; those of 1 January and 1 February leak.
    assert_eq!((ran.tried(LEAKED), ran.tried(CLOSING), ran.tried(E4)), (2.0, 1.0, 156.0));
}

#[test]
fn a_duty_in_the_sec_and_right_service_flags_lead_to_mature_practice_but_not_for_non_users() {
    for row in ["30", "31"] {
        let uses = format!("{{ mitigation = \"{row}\", share = 1 }}");
        let ran = script().top(MATURE_AT_ONCE).using(&uses).run();
        assert_eq!((ran.tried(UNWANTED), ran.tried("exposure.seconds")), (0.0, 1.0), "row {row}");
        let not_user = script().top(MATURE_AT_ONCE).gaining("class = \"non-user\"").using(&uses).run();
        assert_eq!(not_user.difference(UNWANTED), 0.0, "row {row}");
    }
}

// Adoption.

/// Leaked reads that the losing supplier keeps in each of 200 replications, if it begins to black-hole by this
/// adoption.
fn retained(adoption: &str) -> Vec<f64> {
    let mut script = script().top("[experiment]\nreplications = 200");
    script.uses.push(format!("[[policy]]\nid = \"tried\"\nadoption = {adoption}\nuse = [{{ mitigation = \"10\" }}]\n"));
    script.run().values("tried", "leaked-reads.retained.total")
}

#[test]
fn half_of_suppliers_adopt_with_a_share_of_one_half_all_or_nothing() {
    let kept = retained(r#"{ share = 0.5, by = "supplier" }"#);
    let none = kept.iter().filter(|kept| **kept == 0.0).count();
    assert_eq!(none + kept.iter().filter(|kept| **kept == 78.0).count(), 200);
    assert!((75..=125).contains(&none), "{none} of 200"); // 100 ± 3.5 standard deviations
}

#[test]
fn a_ramp_brings_adopters_in_evenly() {
    let kept = retained(r#"{ share = 1, over = "100 d", by = "supplier" }"#);
    // The start is even over the 100 days from 1 November; after the 31 days before the first leak each further day
    // keeps one more: a mean of 69² / 200 = 23.8, with a standard deviation of 23 a run.
    let mean = kept.iter().sum::<f64>() / 200.0;
    assert!((18.5..29.5).contains(&mean), "{mean}");
}
