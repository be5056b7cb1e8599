//! How many switches a market is expected to have: shares, published counts and the ratio of gas by month (R2,
//! calibration 2.1).

use meterchurn::model::civil::day_of;
use meterchurn::model::plan::Fuel;
use meterchurn::scenario::read;

/// Switches expected on the first of November and of December 2018, of electricity and of gas. 100,000 meters are
/// connected throughout, two fifths of them of gas.
fn on_first_days(switching: &str, gas_ratio: &str) -> [[f64; 2]; 2] {
    let text = format!(
        "schema = 1\ntitle = \"t\"\n[time]\nstart = 2018-11-01\nhorizon = 2019-01-01\nwarm-up = \"0 d\"\n\
         [market]\npath = [{{ on = 2018-10-01, meters = 100000 }}]\ngas-share = 0.4\n\
         switching = {switching}\ngas-ratio = {gas_ratio}\n\
         [[supplier]]\nid = \"a\"\nshare = 1\n[[supplier]]\nid = \"b\"\nshare = 1\n"
    );
    let (scenario, _) = read("t", &text).expect("a valid scenario");
    let market = scenario.market.as_ref().expect("a market");
    [11, 12].map(|month| {
        let day = day_of(jiff::civil::date(2018, month, 1));
        Fuel::ALL.map(|fuel| market.volume_on(fuel, day))
    })
}

#[track_caller]
fn assert_close(found: [[f64; 2]; 2], expected: [[f64; 2]; 2]) {
    for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
        assert!((found - expected).abs() < 1e-9 * expected, "{found} is not {expected}");
    }
}

#[test]
fn a_share_is_spread_evenly_over_the_days_of_its_month() {
    // 60,000 × 0.015 / 30 of electricity and 40,000 × 0.015 × 0.5 / 30 of gas; December has 31 days.
    let found = on_first_days(r#"{ "2018-11" = 0.015, "2018-12" = 0.031 }"#, "0.5");
    assert_close(found, [[30.0, 10.0], [60.0, 20.0]]);
}

#[test]
fn a_published_count_over_the_meters_of_the_country_is_a_share() {
    // 435,000 of 29,000,000 are 1.5 %.
    let found = on_first_days(r#"{ "2018-11" = { switches = 435000, of = 29000000 }, "2018-12" = 0.031 }"#, "0.5");
    assert_close(found, [[30.0, 10.0], [60.0, 20.0]]);
}

#[test]
fn gas_follows_its_ratio_of_each_month() {
    // In December gas meters switch twice as readily as electricity meters: 40,000 × 0.031 × 2 / 31.
    let found = on_first_days(r#"{ "2018-11" = 0.015, "2018-12" = 0.031 }"#, r#"{ "2018-11" = 0.5, "2018-12" = 2.0 }"#);
    assert_close(found, [[30.0, 10.0], [60.0, 80.0]]);
}
