//! Suppliers and markets as a file describes them: how they read, how they react, what the DCC makes of their
//! campaigns, and which device alerts their meters raise.

mod one_meter;

use meterchurn::results::query::Query;
use meterchurn::{scenario, study};
use one_meter::*;

/// A small market of electricity in which every 6.23 is ten days late; `supplier` describes both suppliers, `market`
/// adds to the section.
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
        let query: Query = format!("{metric}.total").parse().expect("a query");
        query.values(&results, 0)[0].expect("a number")
    }
}

#[test]
fn suppliers_that_read_by_calendar_alone_leak_reads_and_raise_no_e4() {
    let of = market("reads = { calendar = 1.0, both = 0.0, monthly = 0.0 }", "");
    // Pushes fall due on days 1 to 9 and, where the offset is less than the way of the 6.23, on day 10; day 0's is the
    // closing read.
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
    // The whole days, and at each end of a case a part of one that may hold an alert.
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
    // The DCC learns ten days late; refused on 1, 2 and 3 December, the 6.23 is accepted at the refresh of the 4th.
    let late = "known = \"10 d\"\ncos = { send = \"0 d\" }";
    assert_eq!(script().switch(late).run().left_alone("exposure.seconds"), 10.0 * 86_400.0 + 1.0);
    let refresh = "[[inject]]\nkind = \"registration-refresh\"\nat = 2018-12-04";
    let refreshed = script().switch(late).further(refresh).run();
    assert_eq!(refreshed.left_alone("exposure.seconds"), 3.0 * 86_400.0 + 1.0);
    // It is a remedy, not a fault, so the cause is still the late registration.
    assert_eq!(refreshed.left_alone("cases.opened{cause=registration-lag}"), 1.0);
}

/// What the reader says of a supplier's line, or of a line of the market.
fn findings(text: &str) -> Vec<String> {
    let text = format!(
        "schema = 1\ntitle = \"mistakes\"\n[time]\nstart = 2019-01-01\nhorizon = 2019-02-01\n[[supplier]]\nid = \"a\"\n\
         {text}"
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
    // Sent on Monday 3 December at 09:00, processed on the 13th at 09:00; the next try a day later goes out at once on
    // Friday the 14th, and into quarantine again, until the 24th.
    assert_eq!(ran.left_alone("quarantined-623"), 2.0);
    assert_eq!(ran.left_alone("exposure.seconds"), 23.0 * 86_400.0 + 9.0 * 3_600.0 + 1.0);
}

/// The first customer moves on to a third supplier on 20 December, and no 6.23 is ever sent.
const MOVES_ON: &str = "[[supplier]]\nid = \"third\"\n[[switch]]\nmeter = 1\nfrom = \"gaining\"\nto = \"third\"\n\
    ssd = 2018-12-20\ncos = \"never\"";

#[test]
fn e4s_and_unwanted_alerts_are_counted_by_cause_by_both_suppliers_and_by_addressee() {
    let ran = script().run();
    let of = |labels: &str| {
        let total = |metric: &str| ran.left_alone(&format!("{metric}{labels}"));
        (total("e4.delivered"), total("unwanted-alerts.delivered"), total("leaked-reads.delivered"))
    };
    let (all, none) = ((156.0, 234.0, 78.0), (0.0, 0.0, 0.0));
    for labels in [
        "",
        "{cause=gainer-immature,fuel=electricity}",
        "{losing=losing}",
        "{gaining=gaining}",
        "{addressee=losing}",
        "{kind=smets2}",
    ] {
        assert_eq!(of(labels), all, "{labels}");
    }
    for labels in ["{cause=gainer-late}", "{fuel=gas}", "{losing=gaining}", "{addressee=gaining}", "{kind=smets1}"] {
        assert_eq!(of(labels), none, "{labels}");
    }
}

#[test]
fn after_a_second_switch_the_addressee_is_not_the_supplier_that_the_switch_left() {
    let ran = script().switch("cos = \"never\"").further(MOVES_ON).run();
    // Leaked from 2 December to 28 February, 89 days, two E4s a day from 1 December on; 71 of the days are after 20
    // December.
    let (leaked, e4) = (
        |labels: &str| ran.left_alone(&format!("leaked-reads.delivered{labels}")),
        |labels: &str| ran.left_alone(&format!("e4.delivered{labels}")),
    );
    assert_eq!((leaked("{addressee=losing}"), e4("{addressee=losing}")), (89.0, 180.0));
    assert_eq!((leaked("{addressee=gaining}"), e4("{addressee=gaining}")), (0.0, 0.0));
    assert_eq!((leaked("{losing=gaining}"), e4("{losing=gaining}")), (71.0, 142.0));
    assert_eq!((leaked("{losing=losing}"), e4("{losing=losing}")), (18.0, 38.0));
}

#[test]
fn unwanted_alerts_are_counted_by_local_day_and_the_days_add_up() {
    let ran = script().run();
    // Two E4s on day 0, whose push is the closing read; a leaked read more on days 1 to 77; on day 78 that alone,
    // before the 6.23.
    let on = |day: &str| {
        let count = |metric: &str| ran.left_alone(&format!("{metric}{{at={day}}}"));
        (count("unwanted-alerts.on"), count("e4.on"))
    };
    assert_eq!([on("2018-11-30"), on("2018-12-01"), on("2018-12-02")], [(0.0, 0.0), (2.0, 2.0), (3.0, 2.0)]);
    assert_eq!([on("2019-02-16"), on("2019-02-17"), on("2019-02-18")], [(3.0, 2.0), (1.0, 0.0), (0.0, 0.0)]);
    assert_eq!((ran.left_alone("unwanted-alerts.on"), ran.left_alone("e4.on")), (234.0, 156.0));
    assert_eq!(ran.value("baseline", "unwanted-alerts.on.max"), 3.0);
    // 234 on the 120 days of the window.
    assert_eq!(ran.value("baseline", "unwanted-alerts.on.mean"), 1.95);
}

#[test]
fn a_local_day_of_alerts_ends_at_londons_midnight() {
    // The run of 23:30 UTC on 30 June is at half past midnight on 1 July in London.
    let text = script().switch("cos = \"never\"").text().replace("at = \"02:00\"", "at = \"23:30\"");
    let text = text.replace("2018-12-01", "2018-07-01").replace("2018-11-01", "2018-06-01");
    let (scenario, _) = scenario::read("summer", &text.replace("2019-03-01", "2018-07-03")).expect("valid");
    let results = study::run(&scenario, Default::default(), &|_| ()).expect("a study that ends");
    let on = |day: &str| {
        let query: Query = format!("e4.on{{at={day}}}.total").parse().expect("a query");
        query.values(&results, 0)[0].expect("a number")
    };
    assert_eq!([on("2018-06-30"), on("2018-07-01"), on("2018-07-02")], [0.0, 2.0, 2.0]);
}

#[test]
fn exposure_is_counted_by_device() {
    let gas = "cos = [{ send = \"0 d\" }, { send = \"0 d\", fails = 3 }]";
    let ran = script().meter("fuel = \"gas\"").switch(gas).run();
    // The meter answers after a second; the proxy to the fourth attempt, three days later.
    assert_eq!(ran.left_alone("exposure.seconds{device=meter}"), 1.0);
    assert_eq!(ran.left_alone("exposure.seconds{device=proxy}"), 3.0 * 86_400.0 + 1.0);
    assert_eq!(ran.left_alone("exposure.days"), (3.0 * 86_400.0 + 2.0) / 86_400.0);
}

#[test]
fn the_funnel_of_leaked_reads_says_where_each_one_stays() {
    let away = "[[inject]]\nkind = \"gateway-outage\"\nwhere = { supplier = [\"losing\"] }\nfrom = 2019-01-10\n\
        until = 2019-01-17\n\
        [[inject]]\nkind = \"gateway-outage\"\nwhere = { supplier = [\"losing\"] }\nfrom = 2019-02-27\n\
        until = 2019-03-05";
    let ran = script()
        .switch("cos = \"never\"")
        .meter("off-wan = [{ from = 2018-12-10, to = 2018-12-20 }]")
        .further(away)
        .using("{ mitigation = \"13b\" }")
        .run();
    let stages = ["emitted", "lost-on-air", "blocked", "lost", "held", "delivered"];
    let funnel =
        |policy: &str| stages.map(|stage| ran.value(policy, &format!("leaked-reads.{stage}{{path=push}}.total")));
    // Pushed at 00:10 from 2 December to 28 February. Ten find no WAN; of the first outage of the gateway the last two
    // arrive when it ends, and those of the last two days still wait for the second one to end.
    assert_eq!(funnel("baseline"), [89.0, 10.0, 0.0, 5.0, 2.0, 72.0]);
    assert_eq!(funnel("tried"), [89.0, 10.0, 79.0, 0.0, 0.0, 0.0]);
}

#[test]
fn e4s_before_the_first_switch_have_an_addressee_and_a_cause_of_their_own() {
    // The second schedule is the gaining supplier's from the outset: it gets an E4 a day until its customer comes, on
    // 30 days.
    let left_over = "owner = \"gaining\", reads = \"4.8.1\"";
    let text = script().text().replace("owner = \"losing\", reads = \"4.8.1\"", left_over);
    let (scenario, _) = scenario::read("left-over", &text).expect("valid");
    let results = study::run(&scenario, Default::default(), &|_| ()).expect("conservation holds");
    let e4s = |labels: &str| {
        let query: Query = format!("e4.delivered{labels}.total").parse().expect("a query");
        query.values(&results, 0)[0].expect("a number")
    };
    assert_eq!([e4s("{cause=earlier-switch}"), e4s("{addressee=gaining}"), e4s("{losing=gaining}")], [30.0; 3]);
    assert_eq!((e4s("{addressee=losing}"), e4s("")), (78.0, 108.0));
}
