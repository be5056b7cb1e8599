//! Draws have names: what is added to a study moves no draw of what was there, so that differences are due to policies
//! alone.

mod program;

use std::collections::BTreeMap;

use meterchurn::results::cube::Cube;
use meterchurn::scenario::read;
use meterchurn::study;
use program::{file, meterchurn, stdout, without_manifest};

/// A market in which everything is drawn that a market can draw: classes, failures, returns, small suppliers, reads.
const MARKET: &str = r#"
schema = 1
title = "a small market"
supplier = [{ id = "a", share = 5, gains = 1 }, { id = "b", share = 1, gains = 3 }, { id = "c", share = 1, gains = 2 }]
[time]
start = 2018-09-01
horizon = 2019-01-01
[market]
path = [{ on = 2018-08-31, meters = 3000 }, { on = 2018-12-31, meters = 12000 }]
small-suppliers = { count = 5, share = 1, gains = 2 }
erroneous-share = 0.1
late-share = 0.1
no-response = 0.2
[market.switching]
2018-09 = 0.02
2018-10 = 0.03
2018-11 = 0.02
2018-12 = 0.02
[experiment]
replications = 2
[[policy]]
id = "baseline"
[[policy]]
id = "escalation"
use = [{ mitigation = "4" }]
"#;

fn run(text: &str) -> Cube {
    let (scenario, _) = read("market", text).unwrap_or_else(|findings| panic!("{findings:#?}"));
    study::run(&scenario, Default::default(), &|_| ()).expect("a study that ends")
}

/// Every value of a policy's replications by metric and labels.
fn values(cube: &Cube, policy: &str) -> BTreeMap<String, Vec<u64>> {
    let place = cube.place_of(policy).expect("a policy");
    let name = |key: meterchurn::results::catalogue::Key<'_>| {
        let labels: Vec<String> = key.labels().map(|(of, label)| format!("{}={label}", of.name())).collect();
        (format!("{} {}", key.metric().id, labels.join(",")), cube.counts(place, key.place).collect())
    };
    cube.catalogue().keys().map(name).collect()
}

/// Fails unless all values of the first study are the same in the second, which may have more.
fn assert_moves_nothing(before: &Cube, after: &Cube, policies: &[&str]) {
    for policy in policies {
        let (before, after) = (values(before, policy), values(after, policy));
        assert!(before.values().flatten().any(|value| *value > 1_000), "{policy}");
        for (key, values) in before {
            assert_eq!(after.get(&key), Some(&values), "{policy}: {key}");
        }
    }
}

fn with_policies(more: &str) -> Cube {
    run(&format!("{MARKET}{more}"))
}

#[test]
fn a_null_policy_differs_by_exactly_0_in_every_value() {
    // It does what is done anyway, does nothing, or is adopted by nobody.
    let results = with_policies(
        r#"
[[policy]]
id = "existing"
use = [{ mitigation = "0" }]
[[policy]]
id = "nothing"
use = []
[[policy]]
id = "adopted-by-nobody"
adoption = 0
use = [{ mitigation = "4" }]
"#,
    );
    let baseline = results.runs(0);
    for null in ["existing", "nothing", "adopted-by-nobody"] {
        assert!(results.runs(results.place_of(null).expect("a policy")) == baseline, "{null}");
    }
    assert!(results.runs(1) != baseline, "a policy that does something differs");
}

#[test]
fn adding_policies_moves_no_draw_of_the_others() {
    let before = run(MARKET);
    let after = with_policies(
        r#"
[[policy]]
id = "prompt"
adoption = 0.5
use = [{ mitigation = "1" }]
[[policy]]
id = "filter"
use = [{ mitigation = "13b" }]
"#,
    );
    for place in 0..2 {
        assert!(before.runs(place) == after.runs(place), "{place}");
    }
}

#[test]
fn replications_are_the_same_however_many_there_are() {
    let (two, three) = (run(MARKET), run(&MARKET.replace("replications = 2", "replications = 3")));
    assert!(two.runs(1) == &three.runs(1)[..2]);
}

#[test]
fn a_supplier_without_meters_and_gains_moves_no_draw_wherever_it_is_listed() {
    // One that gains changes the market: the others then gain less.
    let more = |supplier: &str| run(&MARKET.replace("{ id = \"c\",", &format!("{supplier}, {{ id = \"c\",")));
    let before = run(MARKET);
    assert_moves_nothing(&before, &more("{ id = \"idle\", share = 0, gains = 0 }"), &["baseline", "escalation"]);
    assert!(values(&before, "baseline") != values(&more("{ id = \"gains\", share = 0, gains = 1 }"), "baseline"));
}

#[test]
fn counting_traffic_moves_no_draw() {
    let traffic = "[traffic]\nmessages = 10\n";
    let text = MARKET.replace("[experiment]", &format!("{traffic}[experiment]"));
    assert_moves_nothing(&run(MARKET), &run(&text), &["baseline", "escalation"]);
}

#[test]
fn more_schedules_of_the_dcc_move_no_draw_but_change_what_is_read() {
    // The switches, waits and cases of a market with twice as many schedules are the same; its reads are not.
    let reads = |weights: &str| {
        let keys = format!("late-share = 0.1\nschedule-counts = [{weights}]");
        values(&run(&MARKET.replace("late-share = 0.1", &keys)), "baseline")
    };
    let (few, many) = (reads("0, 1, 0, 0, 0"), reads("0, 0, 1, 0, 0"));
    let is_of_switches = |key: &&String| {
        ["switches", "cases.", "exposure.", "not-initiated.", "time-to-623"]
            .iter()
            .any(|metric| key.starts_with(metric))
    };
    assert!(few.keys().filter(is_of_switches).count() > 100);
    for key in few.keys().filter(is_of_switches) {
        assert_eq!(few[key], many[key], "{key}");
    }
    let leaked = |values: &BTreeMap<String, Vec<u64>>| values["leaked-reads.delivered path=pull"].clone();
    assert!(leaked(&few).iter().zip(leaked(&many)).all(|(few, many)| many > *few), "{:?}", leaked(&few));
}

#[test]
fn a_screening_gives_the_same_bytes_for_any_number_of_threads() {
    let text = MARKET
        .replace("replications = 2", "replications = 8")
        .replace("meters = 3000 }", "meters = 300 }")
        .replace("meters = 12000 }", "meters = 1200 }");
    let (_scenario, path) = file("market.toml", text);
    let run = |threads: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().to_string_lossy().into_owned();
        let output = meterchurn(&["run", &path, "-o", &target, "--explore", "screen", "--full", "-j", threads]);
        assert_eq!(output.status.code(), Some(0), "{}", program::stderr(&output));
        (stdout(&output).replace(&target, ""), without_manifest(program::files(folder.path())))
    };
    let (screen, files) = run("1");
    assert!(screen.contains("of 8"), "a screening of eight points: {screen}");
    for threads in ["2", "3"] {
        let (other_screen, other_files) = run(threads);
        assert!(other_screen == screen, "{threads} threads:\n{other_screen}\nand\n{screen}");
        assert!(other_files == files, "{threads} threads");
    }
}
