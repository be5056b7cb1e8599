//! What queueing theory and the laws themselves say must come out of a drawn market.

use meterchurn::engine::law::Law;
use meterchurn::engine::random::Draws;
use meterchurn::model::draw::{self, Lot};
use meterchurn::model::laws::Laws;
use meterchurn::model::plan::{Fuel, SupplierName};
use meterchurn::results::query::Query;
use meterchurn::scenario::{Scenario, read};
use meterchurn::study;
use statrs::distribution::{DiscreteCDF, Poisson};

/// A market of a million meters in which every 6.23 is sent five days after SSD.
fn steady() -> Scenario {
    let text = r#"
schema = 1
title = "Poisson switches, a fixed delay"
supplier = [{ id = "a", share = 1 }, { id = "b", share = 1 }]
[time]
start = 2019-01-01
horizon = 2019-03-01
[market]
path = [{ on = 2018-12-31, meters = 1000000 }]
switching = { "2019-01" = 0.015, "2019-02" = 0.015 }
class-shares = { mature = 1, immature = 0, non-user = 0 }
erroneous-share = 0
withdrawn-share = 0
[laws.to-623.mature]
value = "5 d"
[experiment]
replications = 200
"#;
    read("steady", text).unwrap_or_else(|findings| panic!("{findings:#?}")).0
}

fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0))
}

#[test]
#[ignore = "200 replications; run by .ci/run"]
fn poisson_switches_and_a_fixed_delay_give_the_stock_of_an_m_g_infinity_queue() {
    let scenario = steady();
    let market = scenario.market.as_ref().expect("a market");
    // On 20 February those of the 16th to the 20th have not been sent: a Poisson number, by the volumes of five days.
    let last = scenario.window.first.plus(50);
    let due: f64 = (0..5).flat_map(|ago| Fuel::ALL.map(|fuel| market.volume_on(fuel, last.plus(-ago)))).sum();
    let results = study::run(&scenario, Default::default(), &|_| ()).expect("a study that ends");
    let query: Query = "not-initiated.open{at=2019-02-20}.total".parse().expect("a query");
    let stocks: Vec<f64> = query.values(&results, 0).into_iter().map(|v| v.expect("a number")).collect();
    let (mean, variance) = moments(&stocks);
    let z = (mean - due) / (due / 200.0).sqrt();
    assert!(z.abs() < 3.291, "mean {mean}, due {due}, z {z}");
    // Variance over mean is 1; its standard error over 200 runs is 0.1.
    assert!((variance / mean - 1.0).abs() < 0.329, "variance {variance}, mean {mean}");
    // As many stocks lie up to each quantile as the law says, within the 99.9 % interval of that share.
    let law = Poisson::new(due).expect("a rate");
    for quantile in [0.1, 0.25, 0.5, 0.75, 0.9].map(|share| law.inverse_cdf(share)) {
        let (share, due) =
            (stocks.iter().filter(|stock| **stock <= quantile as f64).count() as f64 / 200.0, law.cdf(quantile));
        let error = (due * (1.0 - due) / 200.0).sqrt();
        assert!((share - due).abs() < 3.291 * error, "{share} up to {quantile}, due {due}");
    }
}

#[test]
fn of_a_weeks_switches_the_stated_share_are_withdrawn_ones_whenever_they_were_withdrawn() {
    let text = r#"
schema = 1
title = "A week in which half as many again withdraw"
supplier = [{ id = "a", share = 1 }, { id = "b", share = 1 }]
[time]
start = 2019-01-07
horizon = 2019-01-14
[market]
path = [{ on = 2018-12-31, meters = 4000000 }]
switching = { "2019-01" = 0.015 }
erroneous-share = 0
withdrawn-share = 0.5
"#;
    let (scenario, _) = read("a week", text).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let results = study::run(&scenario, Default::default(), &|_| ()).expect("a study that ends");
    let count = |outcome: &str| {
        let query: Query = format!("switches{{outcome={outcome}}}.total").parse().expect("a query");
        query.values(&results, 0)[0].expect("a number")
    };
    // Poisson numbers of about λ and λ / 2: their ratio has the variance (1 / λ + 2 / λ) / 4.
    let (started, withdrawn) = (count("registered"), count("withdrawn"));
    let deviation = (3.0 / (4.0 * started)).sqrt();
    assert!(started > 10_000.0 && (withdrawn / started - 0.5).abs() < 4.0 * deviation, "{withdrawn} of {started}");
}

#[test]
fn of_a_million_agreements_11_85_in_a_hundred_take_more_than_20_working_days() {
    let (law, draws) = (Laws::default().et_agreement, Draws::new(1, 0));
    let days = |law: &Law, n: u16| {
        let lot = Lot::supplier(&draws, SupplierName::of(&n.to_string()));
        (0..100)
            .map(move |i| lot.duration(law, draw::ET_AGREEMENT, i).map_or(0, |d| (d.0 + 86_399) / 86_400))
            .collect::<Vec<_>>()
    };
    let late = (0..10_000).flat_map(|n| days(&law, n)).filter(|days| *days > 20).count();
    assert!((11_700.0 / 1e5..=12_000.0 / 1e5).contains(&(late as f64 / 1e6)), "{late} of a million");
}
