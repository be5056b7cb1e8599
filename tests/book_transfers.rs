//! A supplier's book moves: in part, over days, or as a failed supplier's does.

use meterchurn::engine::time::Day;
use meterchurn::model::civil::day_of;
use meterchurn::model::drawing::Drawing;
use meterchurn::model::plan::{MeterPlan, SupplierId, SwitchPlan, TransferCause};
use meterchurn::results::query::Query;
use meterchurn::scenario::Scenario;
use meterchurn::study::budget::Cost;
use meterchurn::study::each_plan;
use meterchurn::{scenario, study};

/// Meters of the supplier that loses its book; each has the switches of `switches`, in which `#` is replaced by its
/// number.
fn script(meters: u32, switches: &str, injections: &str) -> Scenario {
    let meter = |id| {
        let switches = switches.replace('#', &format!("{id}"));
        format!(
            "[[meter]]\nid = {id}\nholder = \"seller\"\ncalendar = {{ period = \"daily\", offset = \"10 min\" }}\n\
             {switches}\n"
        )
    };
    let meters: String = (1..=meters).map(meter).collect();
    read(&format!("{meters}{injections}\n"))
}

/// A market of 100,000 electricity meters, two in five of which are the seller's, where no customer switches by choice.
fn still_market(injections: &str) -> Scenario {
    read(&format!(
        "[market]\npath = [{{ on = 2018-10-01, meters = 100000 }}]\ngas-share = 0\nlate-share = 0\n\
         switching = {{ \"2018-11\" = 0, \"2018-12\" = 0, \"2019-01\" = 0, \"2019-02\" = 0 }}\n\
         [laws.known-before]\nvalue = \"1 d\"\n{injections}\n"
    ))
}

fn read(rest: &str) -> Scenario {
    let text = format!(
        "schema = 1\ntitle = \"a book that moves\"\n\
         supplier = [{{ id = \"seller\", share = 40, gains = 0 }}, {{ id = \"buyer\", share = 30, gains = 1, capacity \
         = \"1 /d\" }}, {{ id = \"third\", share = 30, gains = 1, capacity = \"1 /d\" }}]\n\
         [time]\nstart = 2018-11-01\nhorizon = 2019-03-01\n{rest}"
    );
    scenario::read("book", &text).unwrap_or_else(|findings| panic!("{findings:#?}")).0
}

const SELLER: SupplierId = SupplierId(0);
const BUYER: SupplierId = SupplierId(1);
const THIRD: SupplierId = SupplierId(2);

fn sale(keys: &str) -> String {
    format!(
        "[[inject]]\nkind = \"book-transfer\"\nwhere = {{ losing = [\"seller\"], gaining = [\"buyer\"] }}\n{keys}\n"
    )
}

fn plans(scenario: &Scenario) -> Vec<MeterPlan> {
    let mut plans = Vec::new();
    each_plan(scenario, &scenario.policies[0], 0, |plan| plans.push(plan)).expect("a market that can be drawn");
    plans
}

/// The switches by which a book moves, in the order of the meters.
fn moves(plans: &[MeterPlan]) -> Vec<&SwitchPlan> {
    plans.iter().flat_map(|plan| &plan.switches).filter(|switch| switch.book.is_some()).collect()
}

fn date(month: i8, day: i8) -> Day {
    day_of(jiff::civil::date(2018, month, day))
}

fn value(scenario: &Scenario, policy: usize, metric: &str) -> f64 {
    let results = study::run(scenario, Default::default(), &|_| ()).expect("a study that ends");
    let query: Query = format!("{metric}.total").parse().expect("a query");
    query.values(&results, policy)[0].expect("a number")
}

/// Within five standard deviations of a binomial number.
#[track_caller]
fn binomial(number: usize, of: f64, share: f64) {
    let (mean, deviation) = (of * share, (of * share * (1.0 - share)).sqrt());
    assert!((number as f64 - mean).abs() <= 5.0 * deviation, "{number}, not {mean} ± {deviation}");
}

#[test]
fn three_in_ten_meters_of_a_book_move_with_a_share_of_0_3() {
    // 600 ± 20.5 of 2,000.
    let scenario = script(2_000, "", &sale("from = 2018-11-10\nshare = 0.3"));
    let plans = plans(&scenario);
    let moved = moves(&plans);
    binomial(moved.len(), 2_000.0, 0.3);
    assert!(moved.iter().all(|switch| switch.to == BUYER && switch.date == date(11, 10)));
    assert_eq!(plans.len(), 2_000, "the others stay with the seller");
}

#[test]
fn over_ten_days_a_tenth_of_what_moves_moves_on_each() {
    for share in [1.0_f64, 0.3] {
        let keys = format!("from = 2018-11-10\nover = \"10 d\"\nshare = {share}");
        let plans = plans(&script(2_000, "", &sale(&keys)));
        let moved = moves(&plans);
        binomial(moved.len(), 2_000.0, share);
        for day in 10..20 {
            let on_day = moved.iter().filter(|switch| switch.date == date(11, day)).count();
            binomial(on_day, 2_000.0, share / 10.0);
        }
        assert!(moved.iter().all(|switch| date(11, 10) <= switch.date && switch.date <= date(11, 19)));
    }
}

#[test]
fn which_meters_move_and_when_is_each_meters_own_whatever_else_moves() {
    let keys = "from = 2018-11-10\nover = \"10 d\"\nshare = 0.3";
    let (few, many) = (plans(&script(100, "", &sale(keys))), plans(&script(200, "", &sale(keys))));
    assert_eq!(few, many[..100]);
    // Another transfer after it in the file, of what is left, changes nothing of the first.
    let both = format!("{}{}", sale(keys), sale("from = 2018-12-10\nshare = 0.5").replace("\"buyer\"", "\"third\""));
    let both = plans(&script(100, "", &both));
    let to_buyer = |plans: &[MeterPlan]| -> Vec<(usize, Day)> {
        let by_meter = plans.iter().enumerate().flat_map(|(n, plan)| plan.switches.iter().map(move |s| (n, s)));
        by_meter.filter(|(_, switch)| switch.to == BUYER).map(|(n, switch)| (n, switch.date)).collect()
    };
    assert_eq!(to_buyer(&few), to_buyer(&both));
}

#[test]
fn of_two_transfers_of_one_book_the_later_moves_a_share_of_what_is_left() {
    // A half of 2,000, then a half of the other half; and none of those that have left move again.
    let second = sale("from = 2018-11-20\nshare = 0.5").replace("\"buyer\"", "\"third\"");
    let plans = plans(&script(2_000, "", &format!("{}{second}", sale("from = 2018-11-10\nshare = 0.5"))));
    let to = |supplier| moves(&plans).iter().filter(|switch| switch.to == supplier).count();
    binomial(to(BUYER), 2_000.0, 0.5);
    binomial(to(THIRD), 2_000.0, 0.25);
    assert!(plans.iter().all(|plan| plan.switches.len() <= 1));
}

#[test]
fn where_two_transfers_run_at_once_the_earlier_date_moves_a_meter() {
    // Both dates are uniform over the same days: half of the meters go to either, but for the same date, where the
    // first one wins.
    let second = sale("from = 2018-11-10\nover = \"20 d\"").replace("\"buyer\"", "\"third\"");
    let plans =
        plans(&script(2_000, "", &format!("{}{second}", sale("from = 2018-11-10\nover = \"20 d\"\nshare = 0.999999"))));
    assert!(plans.iter().all(|plan| plan.switches.len() == 1));
    let to_third = moves(&plans).iter().filter(|switch| switch.to == THIRD).count();
    // (1 − 1/20) / 2 of them.
    binomial(to_third, 2_000.0, 0.475);
}

/// The plans with what a failure and a sale differ in taken out.
fn but_for_the_cause(mut plans: Vec<MeterPlan>) -> Vec<MeterPlan> {
    for switch in plans.iter_mut().flat_map(|plan| &mut plan.switches) {
        switch.book.iter_mut().for_each(|book| book.cause = TransferCause::Failure);
        switch.injected |= switch.book.is_some();
    }
    plans
}

#[test]
fn a_sale_of_a_whole_book_on_one_date_is_a_failure_but_for_its_cause() {
    let sale = sale("from = 2018-11-10");
    let failure = sale.replace("book-transfer", "supplier-failure");
    let switch = "[[switch]]\nmeter = #\nfrom = \"seller\"\nto = \"third\"\nssd = 2018-12-01\n";
    for [failed, sold] in [
        [&failure, &sale].map(|injections| plans(&script(10, switch, injections))),
        // The DCC learns of any switch a day before here, as of a failure.
        [&failure, &sale].map(|injections| plans(&still_market(injections))),
    ] {
        assert!(moves(&sold).iter().all(|s| !s.injected && !s.follows_a_failure()) && !sold.is_empty());
        assert!(failed == but_for_the_cause(sold));
    }
}

#[test]
fn a_sold_book_is_served_at_the_buyers_capacity_and_its_cases_are_counted_as_such() {
    // Two meters; Saturday 10 November, one 6.23 a working day: Monday 12 and Tuesday 13, 09:00.
    let scenario = script(2, "", &sale("from = 2018-11-10"));
    let exposure = value(&scenario, 0, "exposure.seconds{cause=book-transfer}");
    assert_eq!(exposure, (2.0 + 3.0) * 86_400.0 + 2.0 * (9.0 * 3_600.0 + 1.0));
    assert_eq!(value(&scenario, 0, "cases.opened{cause=book-transfer}"), 2.0);
    assert_eq!(value(&scenario, 0, "cases.opened{cause=injected}"), 0.0);
}

#[test]
fn identifiers_that_move_late_after_a_failure_do_not_after_a_sale() {
    let held = "[[policy]]\nid = \"baseline\"\n[[policy]]\nid = \"held\"\nwhat-if = true\n\
                use = [{ mitigation = \"26\", hold = \"14 d\" }]\n";
    let exposure = |kind: &str| {
        let injection = sale("from = 2018-11-10").replace("book-transfer", kind);
        let scenario = script(2, "", &format!("{injection}{held}"));
        [0, 1].map(|policy| value(&scenario, policy, "exposure.seconds"))
    };
    let [without, with] = exposure("supplier-failure");
    assert!(with > without);
    assert_eq!(exposure("book-transfer"), [without; 2]);
}

#[test]
fn a_customer_who_has_left_before_its_date_is_not_moved() {
    let leaves = "[[switch]]\nmeter = #\nfrom = \"seller\"\nto = \"third\"\nssd = 2018-11-15\n";
    let plans = plans(&script(200, leaves, &sale("from = 2018-11-10\nover = \"10 d\"")));
    // Five of the ten dates lie before the customer's own switch.
    let moved = moves(&plans);
    binomial(moved.len(), 200.0, 0.5);
    assert!(moved.iter().all(|switch| switch.date < date(11, 15)));
    assert!(plans.iter().all(|plan| plan.switches.last().is_some_and(|last| last.to == THIRD)), "all leave in the end");
}

/// Customers who leave on 5 November and are back with the seller on the 15th.
const BACK: &str = "[[switch]]\nmeter = #\nfrom = \"seller\"\nto = \"third\"\nssd = 2018-11-05\n\
                    [[switch]]\nmeter = #\nfrom = \"third\"\nto = \"seller\"\nssd = 2018-11-15\n";

#[test]
fn a_seller_of_a_part_keeps_what_it_gains_unless_the_meters_date_comes_later() {
    let plans = plans(&script(800, BACK, &sale("from = 2018-11-10\nover = \"10 d\"\nshare = 0.5")));
    assert!(plans.iter().all(|plan| plan.switches[1].to == SELLER));
    // Of the half that moves, those with one of the four dates 16 to 19 November.
    let moved = moves(&plans);
    binomial(moved.len(), 800.0, 0.5 * 0.4);
    assert!(moved.iter().all(|switch| switch.date > date(11, 15)));
}

#[test]
fn whoever_comes_to_a_seller_of_its_whole_book_comes_to_the_buyer() {
    let plans = plans(&script(200, BACK, &sale("from = 2018-11-10\nover = \"10 d\"")));
    assert!(plans.iter().all(|plan| plan.switches.iter().map(|switch| switch.to).eq([THIRD, BUYER])));
    assert!(moves(&plans).is_empty(), "they were not with the seller on any date of the transfer");
}

#[test]
fn what_a_market_moves_is_share_times_book_and_so_its_cost_says() {
    // Of 40,000: three in ten; a half and then a half of the rest; three in ten over 30 days of which 10 are in the
    // window.
    let third = |keys: &str| sale(keys).replace("\"buyer\"", "\"third\"");
    let two = format!(
        "{}{}",
        sale("from = 2018-11-10\nshare = 0.5"),
        third("from = 2018-11-15\nover = \"9 d\"\nshare = 0.5")
    );
    for (injections, part) in [
        (sale("from = 2018-11-10\nshare = 0.3"), 0.3),
        (two, 0.75),
        (sale("from = 2019-02-19\nover = \"30 d\"\nshare = 0.3"), 0.1),
    ] {
        let scenario = still_market(&injections);
        let plans = plans(&scenario);
        assert_eq!(moves(&plans).len(), plans.len(), "no customer switches by choice");
        binomial(plans.len(), 40_000.0, part);
        let cost = Cost::of(&scenario, Default::default());
        assert!((cost.switches - 40_000.0 * part).abs() < 1e-6 && (cost.held - cost.switches).abs() < 1e-6);
        let (market, weights) = (scenario.market.as_ref().expect("a market"), scenario.weights());
        let (transfers, time) = (scenario.transfers(), ([scenario.window, scenario.life()], &scenario.civil));
        let drawing = Drawing::new(market, &scenario.laws, &weights, &transfers, scenario.conventions, time);
        let expected = drawing.expect("weights that can be drawn from").expected_switches();
        assert!((expected - 40_000.0 * part).abs() < 1e-6, "{expected}");
    }
}
