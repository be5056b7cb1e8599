//! Prepay meters: how long they cannot accept the new supplier's top-ups, when their 6.23s are sent, and who goes first
//! in a backlog.

use meterchurn::engine::time::{DAY, Seconds};
use meterchurn::model::plan::{Class, MeterPlan, Payment, Sending, SwitchPlan};
use meterchurn::results::query::Query;
use meterchurn::scenario::{Scenario, read};
use meterchurn::study;
use meterchurn::study::each_plan;

/// The window has 120 days: 30 of November, 31 of December, 31 of January, 28 of February.
const SCRIPT: &str = r#"
schema = 1
title = "Prepay"
[time]
start = 2018-11-01
horizon = 2019-03-01
[[supplier]]
id = "losing"
"#;

/// A supplier `gaining`, with what its section has beside its id.
fn gaining(more: &str) -> String {
    format!("{SCRIPT}[[supplier]]\nid = \"gaining\"\n{more}\n")
}

/// A meter of `losing`, with what its section has beside that.
fn meter(id: u32, more: &str) -> String {
    format!("[[meter]]\nid = {id}\nholder = \"losing\"\n{more}\n")
}

/// Its switch to `gaining`.
fn switch(id: u32, ssd: &str, cos: &str) -> String {
    format!("[[switch]]\nmeter = {id}\nfrom = \"losing\"\nto = \"gaining\"\nssd = {ssd}\ncos = {cos}\n")
}

/// One meter that switches on 1 December.
fn one(of_meter: &str, cos: &str) -> String {
    gaining("") + &meter(1, of_meter) + &switch(1, "2018-12-01", cos)
}

fn scenario(text: &str) -> Scenario {
    read("prepay", text).unwrap_or_else(|findings| panic!("{findings:#?}\n{text}")).0
}

/// Totals of a scenario's policy, by place.
fn totals(text: &str, policy: usize) -> impl Fn(&str) -> f64 + use<> {
    let scenario = scenario(text);
    let results = study::run(&scenario, Default::default(), &|_| ()).expect("a study that ends");
    move |metric| {
        let query: Query = format!("{metric}.total").parse().expect("a query");
        query.values(&results, policy)[0].expect("a number")
    }
}

const RISK: &str = "supply-risk.meter-days";
const SWITCHES: &str = "supply-risk.switches";
const PREPAY: &str = "payment = \"prepay\"";
const THREE_DAYS_LATE: &str = "{ execute = 2018-12-04T00:00:00 }";

#[test]
fn a_prepay_meter_whose_6_23_is_three_days_late_is_three_meter_days_at_risk() {
    let of = totals(&one(PREPAY, THREE_DAYS_LATE), 0);
    assert_eq!((of(RISK), of(SWITCHES), of("exposure.days")), (3.0, 1.0, 3.0));
    for label in ["fuel=electricity,cause=gainer-late", "losing=losing", "gaining=gaining", "kind=smets2"] {
        assert_eq!(of(&format!("{RISK}{{{label}}}")), 3.0, "{label}");
    }
    assert_eq!(of(&format!("{RISK}{{losing=gaining}}")), 0.0);
}

#[test]
fn copies_are_as_many_meters() {
    let of = totals(&one("payment = \"prepay\"\ncopies = 7", THREE_DAYS_LATE), 0);
    assert_eq!((of(RISK), of(SWITCHES)), (21.0, 7.0));
}

#[test]
fn a_credit_meter_is_at_no_supply_risk() {
    for payment in ["", "payment = \"credit\""] {
        let of = totals(&one(payment, THREE_DAYS_LATE), 0);
        assert_eq!((of(RISK), of(SWITCHES), of("exposure.days")), (0.0, 0.0, 3.0));
    }
}

#[test]
fn a_smets1_meter_tops_up_through_its_service_provider() {
    let of = totals(&one("payment = \"prepay\"\nkind = \"smets1\"", THREE_DAYS_LATE), 0);
    assert_eq!((of(RISK), of(SWITCHES), of("exposure.days")), (0.0, 0.0, 3.0));
}

#[test]
fn a_6_23_that_acts_at_ssd_leaves_no_risk_and_counts_no_switch() {
    let of = totals(&one(PREPAY, "{ execute = 2018-12-01T00:00:00 }"), 0);
    assert_eq!((of(RISK), of(SWITCHES), of("cases.opened")), (0.0, 0.0, 1.0));
}

#[test]
fn of_gas_the_meter_counts_and_not_its_proxy() {
    // Each takes its second of latency.
    let text = one("payment = \"prepay\"\nfuel = \"gas\"", "[{ send = \"2 d\" }, { send = \"5 d\" }]");
    let of = totals(&text, 0);
    assert_eq!(of(RISK), 2.0 + 1.0 / 86_400.0);
    assert_eq!(of("exposure.seconds"), 7.0 * 86_400.0 + 2.0);
    assert_eq!(of(&format!("{RISK}{{cause=gainer-late,fuel=gas}}")), of(RISK));
}

#[test]
fn risk_counts_in_the_window_off_the_wan_as_well() {
    // Lost the day before the window, and no 6.23 ever: all 120 days, whether or not the meter is on the WAN.
    let strange = "payment = \"prepay\"\ncertificate = \"gaining\"\n";
    let off = "off-wan = [{ from = 2018-11-10, to = 2019-02-01 }]";
    for more in [strange.to_owned(), format!("{strange}{off}")] {
        let of = totals(&(gaining("") + &meter(1, &more)), 0);
        assert_eq!((of(RISK), of(SWITCHES), of("cases.opened")), (120.0, 1.0, 0.0));
    }
}

#[test]
fn a_neutral_certificate_refuses_top_ups_too() {
    // No supplier's certificate from 15 December 00:00:01, and the supplier's own on 1 January.
    let text = one(PREPAY, "{ execute = 2019-01-01T00:00:00 }");
    let policy = "[[policy]]\nid = \"neutral\"\nuse = [{ mitigation = \"25\", after = \"14 d\" }]\n";
    let of = totals(&format!("{text}[[policy]]\nid = \"baseline\"\n{policy}"), 1);
    assert_eq!(of("orphan.days"), 17.0 - 1.0 / 86_400.0);
    assert_eq!((of(RISK), of(SWITCHES)), (31.0, 1.0));
}

#[test]
fn risk_ends_when_the_customer_comes_back_to_a_meter_that_still_trusts_the_supplier() {
    let back = "[[switch]]\nmeter = 1\nfrom = \"gaining\"\nto = \"losing\"\nssd = 2018-12-11\n";
    let of = totals(&(one(PREPAY, "\"never\"") + back), 0);
    assert_eq!((of(RISK), of(SWITCHES)), (10.0, 1.0));
}

/// A credit meter's 6.23 joins the backlog on Saturday 1 December, a prepay meter's on Sunday; one goes out on Monday,
/// at 09:00, and one on Tuesday.
fn two_in_a_queue(supplier: &str, rest: &str) -> impl Fn(&str) -> f64 + use<> {
    let meters = meter(1, "") + &meter(2, PREPAY);
    let switches = switch(1, "2018-12-01", "\"queue\"") + &switch(2, "2018-12-02", "\"queue\"");
    let policy = if rest.is_empty() { 0 } else { 1 };
    let text = gaining(&format!("capacity = \"1 /d\"\n{supplier}")) + &meters + &switches;
    totals(&format!("{text}[[policy]]\nid = \"baseline\"\n{rest}"), policy)
}

/// From Sunday to 09:00:01 this many days later.
fn until_nine(days: f64) -> f64 {
    days + (9.0 * 3_600.0 + 1.0) / 86_400.0
}

#[test]
fn a_backlog_goes_by_age_and_by_payment_first_where_the_supplier_says_so() {
    let by_age = two_in_a_queue("", "");
    let by_payment = two_in_a_queue("prepay-first = true", "");
    assert_eq!((by_age(RISK), by_payment(RISK)), (until_nine(2.0), until_nine(1.0)));
    // The credit meter waits a day longer, and as many go out on each day.
    assert_eq!(by_age("exposure.seconds"), by_payment("exposure.seconds"));
    for of in [&by_age, &by_payment] {
        // Something waits at the end of the Saturday, the Sunday and the Monday.
        assert_eq!(of("backlog.days{gaining=gaining}"), 3.0);
    }
}

#[test]
fn a_policy_puts_prepay_first_for_the_suppliers_in_its_scope() {
    let policy = |more: &str| format!("[[policy]]\nid = \"p\"\n{more}\nuse = [{{ mitigation = \"prepay-first\" }}]\n");
    assert_eq!(two_in_a_queue("", &policy(""))(RISK), until_nine(1.0));
    assert_eq!(two_in_a_queue("", &policy("scope = [\"losing\"]"))(RISK), until_nine(2.0));
    // Those that gain from its start on: the prepay meter's switch came a day before.
    assert_eq!(two_in_a_queue("", &policy("start = 2018-12-03"))(RISK), until_nine(2.0));
    assert_eq!(two_in_a_queue("", &policy("start = 2018-12-02"))(RISK), until_nine(1.0));
}

#[test]
fn payment_does_not_change_the_order_unless_prepay_goes_first() {
    let baseline = two_in_a_queue("prepay-first = false", "");
    assert_eq!(baseline(RISK), until_nine(2.0));
}

/// A market of electricity in which a mature gainer takes ten days and, of prepay, one.
fn market(market: &str, laws: &str) -> String {
    format!(
        r#"
schema = 1
title = "a small market"
supplier = [{{ id = "a", share = 1 }}, {{ id = "b", share = 1 }}]
[time]
start = 2019-01-01
horizon = 2019-03-01
warm-up = "0 d"
[market]
path = [{{ on = 2018-12-31, meters = 200000 }}]
switching = {{ "2019-01" = 0.02, "2019-02" = 0 }}
class-drawn-for = "case"
gas-share = 0
withdrawn-share = 0
off-air-share = 0
no-response = 0
late-share = 0
{market}
[laws.to-623.mature]
value = "10 d"
[laws.to-623.immature]
value = "20 d"
{laws}
"#
    )
}

const PREPAY_LAW: &str = "[laws.to-623.prepay]\nvalue = \"1 d\"";

/// Calls `each` with every switch that is drawn, its meter, and whether somebody gains by it by mistake; the return
/// that follows is not a mistake.
fn each_switch(text: &str, mut each: impl FnMut(&MeterPlan, &SwitchPlan, bool)) {
    let scenario = scenario(text);
    let of_meter = |plan: MeterPlan| {
        let mut mistaken = false;
        for switch in &plan.switches {
            mistaken = switch.erroneous && !mistaken;
            each(&plan, switch, mistaken);
        }
    };
    each_plan(&scenario, &scenario.policies[0], 0, of_meter).expect("a market that can be drawn");
}

#[test]
fn by_default_13_in_100_meters_of_a_market_are_prepay() {
    let share = |more: &str| {
        let (mut meters, mut prepay) = (0.0, 0.0);
        let scenario = scenario(&market(more, ""));
        let count = |plan: MeterPlan| {
            meters += 1.0;
            prepay += f64::from(u8::from(plan.payment == Payment::Prepay));
        };
        each_plan(&scenario, &scenario.policies[0], 0, count).expect("a market that can be drawn");
        (meters, prepay)
    };
    // Of some 4,000 meters: 520, give or take four standard deviations of 21.
    let (meters, prepay) = share("");
    assert!(meters > 3_500.0);
    let deviation = f64::sqrt(meters * 0.13 * 0.87);
    assert!((prepay - 0.13 * meters).abs() < 4.0 * deviation, "{prepay} of {meters}");
    assert_eq!((share("prepay-share = 0").1, share("prepay-share = 1").1), (0.0, meters));
}

#[test]
fn the_law_of_prepay_is_that_of_prepay_meters_of_users_alone() {
    let mut seen = [0; 5];
    each_switch(&market("erroneous-share = 0.2\nerroneous-sends = 1", PREPAY_LAW), |meter, switch, mistaken| {
        let Sending::At(at) = switch.cos[0].sending else { return };
        // Whoever gains by mistake sends as mature suppliers do for credit.
        let (case, due) = match (mistaken, switch.class, meter.payment) {
            (true, _, Payment::Prepay) => (0, 10),
            (true, _, Payment::Credit) => (1, 10),
            (_, Class::NonUser, _) => return,
            (_, _, Payment::Prepay) => (2, 1),
            (_, Class::Mature, _) => (3, 10),
            (_, Class::Immature, _) => (4, 20),
        };
        seen[case] += 1;
        assert_eq!((at - switch.ssd).0 / DAY.0, due, "case {case}");
    });
    assert!(seen.iter().all(|switches| *switches > 50), "{seen:?}");
}

#[test]
fn a_supplier_that_is_no_user_waits_for_prepay_as_for_credit() {
    let non_users = |payment: &str| {
        let mut delays = Vec::new();
        let text = market(&format!("{payment}\nclass-shares = {{ non-user = 1 }}\nerroneous-share = 0"), PREPAY_LAW);
        each_switch(&text, |_, switch, _| delays.push(switch.cos[0].sending));
        delays
    };
    let credit = non_users("prepay-share = 0");
    assert!(credit.len() > 3_500);
    assert_eq!(non_users("prepay-share = 1"), credit);
}

#[test]
fn without_its_own_law_prepay_uses_that_of_the_class() {
    each_switch(&market("prepay-share = 1\nerroneous-share = 0", ""), |_, switch, _| {
        let due = match switch.class {
            Class::Mature => Seconds::days(10),
            Class::Immature => Seconds::days(20),
            Class::NonUser => return,
        };
        assert_eq!(switch.cos[0].sending, Sending::At(switch.ssd + due));
    });
}

#[test]
fn mature_practice_changes_nothing_for_prepay_with_its_own_law() {
    let policies =
        "[[policy]]\nid = \"baseline\"\n[[policy]]\nid = \"guided\"\nuse = [{ mitigation = \"18\", share = 1 }]\n";
    let of = |share: &str, law: &str| {
        let text = market(&format!("{share}\nerroneous-share = 0"), law) + policies;
        (totals(&text, 0)("exposure.seconds"), totals(&text, 1)("exposure.seconds"))
    };
    let (before, after) = of("prepay-share = 1", PREPAY_LAW);
    assert_eq!(before, after);
    let (before, after) = of("prepay-share = 1", "");
    assert!(after < before, "{before} {after}");
}

#[test]
fn a_warm_up_is_as_long_as_the_laws_of_both_payments_need() {
    // All 6.23s come within 20 days, so that 30 are enough; of prepay, 45 days need 60.
    let days = |law: &str| {
        let months = "\"2018-10\" = 0.02, \"2018-11\" = 0.02, \"2018-12\" = 0.02, \"2019-01\" = 0.02, \"2019-02\" = 0";
        let text = market("class-shares = { mature = 1, immature = 0, non-user = 0 }", law)
            .replace("warm-up = \"0 d\"\n", "")
            .replace("2018-12-31", "2018-09-30")
            .replace("\"2019-01\" = 0.02, \"2019-02\" = 0", months);
        scenario(&text).warm_up
    };
    assert_eq!(days(""), Seconds::days(30));
    assert_eq!(days("[laws.to-623.prepay]\nvalue = \"45 d\""), Seconds::days(60));
}
