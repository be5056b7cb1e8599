//! What each mitigation of a policy changes: that subsets have the draws of the whole policy, that the parts add up,
//! and what is said of them.

mod program;

use meterchurn::results::attribution::Contributions;
use meterchurn::results::metrics;
use meterchurn::results::query::Query;
use meterchurn::scenario::{self, Scenario};
use meterchurn::study::attribution::{AttributionError, chosen, subsets};
use meterchurn::study::{How, numbers};
use program::{assert_in_order_unwrapped, fiftieth, file, meterchurn, results, stderr, stdout};

/// Mitigations that draw delays, notice and adoption, two of them with levers of the same kind.
const CHASED_AND_DELETED: &str = r#"
[[policy]]
id = "chased-and-deleted"
adoption = { share = 0.7, over = "30 d", by = "supplier" }
use = [{ mitigation = "4" }, { mitigation = "6" }, { mitigation = "1" }, { mitigation = "4", start = 2018-10-01 }]
"#;
const BOTH: &str = "[[policy]]\nid = \"both\"\nuse = [{ mitigation = \"6\" }, { mitigation = \"13b\" }]\n";

fn read(policies: &str) -> Scenario {
    scenario::read("market", &fiftieth(3, policies)).unwrap_or_else(|invalid| panic!("{invalid}")).0
}

fn queries() -> Vec<Query> {
    vec![Query::total(&metrics::LEAKED_DELIVERED), Query::total(&metrics::UNWANTED_DELIVERED)]
}

#[test]
fn all_mitigations_are_the_policy_and_none_the_baseline_in_every_number() {
    let scenario = read(CHASED_AND_DELETED);
    let policy = &scenario.policies[1];
    let subsets = subsets(&scenario, policy);
    assert_eq!((subsets.policies.len(), subsets.policies[15].pulls.len()), (16, policy.pulls.len()));
    let every: Vec<Query> = metrics::all().map(Query::total).collect();
    let [whole, parts] = [&scenario, &subsets].map(|of| numbers(of, How::default(), 2, &every).expect("numbers"));
    assert_eq!((&parts[0], &parts[15]), (&whole[0], &whole[1]));
    assert!(whole[0] != whole[1] && parts[1] != parts[9], "each mitigation changes something");
}

#[test]
fn the_contributions_add_up_to_the_change_of_each_replication_exactly() {
    let scenario = read(CHASED_AND_DELETED);
    let subsets = subsets(&scenario, &scenario.policies[1]);
    for replication in 0..2 {
        let whole = numbers(&scenario, How::default(), replication, &queries()).expect("numbers");
        let values = numbers(&subsets, How::default(), replication, &queries()).expect("numbers");
        for number in 0..2 {
            let found = Contributions::of(&values.iter().map(|subset| subset[number]).collect::<Vec<f64>>());
            let change = whole[1][number] - whole[0][number];
            assert_ne!(change, 0.0);
            // Twenty-four orders of four mitigations.
            assert_eq!(found.over_all_orders.iter().sum::<f64>(), 24.0 * change);
        }
    }
}

#[test]
fn policies_that_use_one_mitigation_or_more_than_eight_are_refused() {
    let nine = format!("[[policy]]\nid = \"nine\"\nuse = [{}]\n", ["{ mitigation = \"4\" }"; 9].join(", "));
    let one = "[[policy]]\nid = \"one\"\nuse = [{ mitigation = \"4\" }]\n";
    let scenario = read(&format!("{BOTH}{one}{nine}"));
    let chosen = |name: &str| chosen(&scenario, &[name.to_owned()]);
    assert_eq!(chosen("both"), Ok(vec![1]));
    assert_eq!(chosen("nine"), Err(AttributionError::TooMany { policy: "nine".to_owned(), used: 9 }));
    assert!(matches!(chosen("one"), Err(AttributionError::NotStacked { help, .. }) if help.contains("`both`")));
    assert!(matches!(chosen("bot"), Err(AttributionError::Unknown { help, .. }) if help == "did you mean `both`?"));
}

/// A push and a refused run a day from 2018-12-01 to 2019-02-28 at one meter whose 6.23 never comes; losing suppliers
/// that delete their schedules, and a filter of all alerts.
fn script() -> String {
    r#"
schema = 1
title = "a script"
[time]
start = 2018-11-01
horizon = 2019-03-01
[[supplier]]
id = "losing"
[[supplier]]
id = "gaining"
[[meter]]
id = 1
holder = "losing"
calendar = { period = "daily", offset = "10 min" }
[[switch]]
meter = 1
from = "losing"
to = "gaining"
ssd = 2018-12-01
cos = "never"
[[policy]]
id = "both"
use = [{ mitigation = "13a" }, { mitigation = "13b" }]
"#
    .to_owned()
}

#[test]
fn both_orders_of_two_mitigations_are_on_the_screen_in_a_file_and_in_a_later_report() {
    let (_folder, path) = file("script.toml", script());
    let (output, files) = results(&path, &["--attribute", "all"]);
    let screen = stdout(&output);
    assert_in_order_unwrapped(
        &screen,
        &["What each mitigation of both changes, from no mitigation", "Shapley value", "all together", "both orders"],
    );
    let (at, table) = files.iter().find(|(path, _)| path.ends_with("attribution.csv")).expect("a table");
    let table = String::from_utf8(table.clone()).expect("UTF-8");
    // Two numbers, each with two mitigations in three ways and the whole.
    assert_eq!(table.lines().count(), 1 + 2 * (2 * 3 + 1), "{table}");
    let folder = tempfile::tempdir().expect("a folder");
    for (path, bytes) in &files {
        let path = folder.path().join(path.strip_prefix(at.parent().expect("a folder")).expect("beneath"));
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }
    let again = meterchurn(&["report", &folder.path().to_string_lossy()]);
    assert_eq!(stdout(&again), screen, "{}", stderr(&again));
}

#[test]
fn without_the_option_nothing_is_attributed() {
    let (_folder, path) = file("script.toml", script());
    let (output, files) = results(&path, &[]);
    assert!(!stdout(&output).contains("Shapley"));
    assert!(files.keys().all(|path| !path.ends_with("attribution.csv")));
}
