//! The year of all Great Britain, too long for a suite: what can be said of it without running it, and all that it
//! expects at a thousandth of its size.

use meterchurn::results::expectation::Status;
use meterchurn::scenario::{Scenario, read};
use meterchurn::study;

const TEXT: &str = include_str!("../scenarios/gb-year.toml");

fn gb_year() -> Scenario {
    read("gb-year", TEXT).expect("a valid scenario").0
}

#[test]
fn it_expects_ten_million_switches_of_sixty_million_meters() {
    let scenario = gb_year();
    let market = scenario.market.expect("a market");
    assert_eq!(market.meters_on(scenario.window.first), 60e6);
    // 60 million x 0.17521 x (0.57 + 0.43 x 0.89), and 2 % on top that are withdrawn.
    let due = 60e6 * 0.17521 * (0.57 + 0.43 * 0.89) * 1.02;
    let expected = market.expected_switches(&scenario.window);
    assert!((expected / due - 1.0).abs() < 1e-9, "{expected}, due {due}");
    assert!((expected / 1.02 / 1e7 - 1.0).abs() < 0.01);
}

#[test]
fn it_says_that_it_is_long_and_runs_a_dozen_policies_thirty_times() {
    assert!(TEXT.contains("\ntags   = [\"long\"]\n"), "what suites go by to leave it out");
    let scenario = gb_year();
    assert!(scenario.policies.len() >= 12);
    assert_eq!(scenario.experiment.replications, 30);
}

#[test]
fn at_a_thousandth_of_its_size_all_holds_that_is_no_number_of_things() {
    let mut scenario = gb_year();
    scenario.market.as_mut().expect("a market").scale(1e-3);
    scenario.experiment.replications = 2;
    let results = study::run(&scenario, Default::default(), &|_| ()).expect("conservation holds");
    let verdicts = study::judge(&scenario, &results);
    let verdicts: Vec<_> = verdicts.iter().filter(|v| !v.that.starts_with("switches{")).collect();
    assert_eq!(verdicts.len(), scenario.expectations.len() - 1);
    for verdict in verdicts {
        assert_eq!(verdict.verdict, Status::Pass, "{verdict:?}");
    }
}
