//! The stock of cases that a warm-up has to build up, and how long a warm-up that takes.

use meterchurn::engine::time::Seconds;
use meterchurn::model::warm_up::Stock;
use meterchurn::scenario::read;

/// A market of a million meters, one in a hundred of which switches a month, whose counts begin in `from`; all 6.23s
/// come after `delay`.
fn stock(from: &str, delay: &str) -> Stock {
    let months: Vec<String> = (2017..=2019)
        .flat_map(|year| (1..=12).map(move |month| format!("{year}-{month:02}")))
        .filter(|month| month.as_str() >= from)
        .map(|month| format!("\"{month}\" = 0.01"))
        .collect();
    let text = format!(
        "schema = 1\ntitle = \"t\"\nsupplier = [{{ id = \"a\", share = 1 }}, {{ id = \"b\", share = 1 }}]\n\
         [time]\nstart = 2019-01-01\nhorizon = 2019-03-01\n[market]\npath = [{{ on = 2016-01-01, meters = 1000000 }}]\n\
         class-shares = {{ mature = 1, immature = 0, non-user = 0 }}\ngas-share = 0\nswitching = {{ {} }}\n\
         [laws.to-623.mature]\nvalue = {delay}\n",
        months.join(", ")
    );
    let (scenario, _) = read("t", &text).expect("a valid scenario");
    Stock::of(scenario.market.as_ref().expect("a market"), &scenario.laws, &scenario.window)
}

#[test]
fn a_fixed_delay_of_45_days_needs_a_warm_up_of_45_days() {
    let stock = stock("2017-01", "\"45 d\"");
    assert_eq!(stock.lacking(Seconds::days(45)), 0.0);
    // Sixty is the first of the steps that is enough.
    assert_eq!(stock.warm_up(), Seconds::days(60));
    // Of 45 days the last 30 are there; hardly any meter has switched again.
    assert!((stock.lacking(Seconds::days(30)) - 15.0 / 45.0).abs() < 0.02, "{}", stock.lacking(Seconds::days(30)));
}

#[test]
fn a_warm_up_reaches_as_far_back_as_the_numbers_do_and_what_it_lacks_is_known() {
    let stock = stock("2018-12", "\"62 d\"");
    assert_eq!(stock.warm_up(), Seconds::days(31));
    assert!((stock.lacking(stock.warm_up()) - 0.5).abs() < 0.02);
    assert!(stock.lacks(stock.warm_up()));
    assert_eq!(stock.needed(), Seconds::days(90));
}

#[test]
fn laws_with_a_long_tail_get_two_years_at_most() {
    let stock = stock("2017-01", "{ exponential = { mean = \"365 d\" } }");
    assert_eq!(stock.warm_up(), Seconds::days(730));
}
