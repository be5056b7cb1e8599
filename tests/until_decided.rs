//! `run --until decided`: looks at ever more replications, and what is left open.

mod program;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use meterchurn::results::expectation::{Expectation, Judging, Status, parse};
use meterchurn::results::statistics::Sample;
use meterchurn::study::looks::{Looks, Open, level_of};
use program::{assert_in_order_unwrapped, fiftieth, file, meterchurn, results, stderr, stdout};

/// Losing suppliers that delete their schedules: clearly fewer unwanted alerts, and hardly fewer leaked reads.
const DELETE: &str = "[[policy]]\nid = \"delete\"\nuse = [{ mitigation = \"6\" }]\n";
/// No mean has an interval below thirty replications.
const LEAKS: &str =
    "[[expect]]\nthat = \"leaked-reads.delivered.total > 0\"\npolicy = \"baseline\"\nkind = \"statistical\"\n";

/// The tables by name. Words and their intervals are those of the last look's own level.
fn tables(files: BTreeMap<PathBuf, Vec<u8>>) -> BTreeMap<OsString, Vec<u8>> {
    let named = files.into_iter().filter_map(|(path, bytes)| Some((path.file_name()?.to_owned(), bytes)));
    named.filter(|(name, _)| name.to_string_lossy().ends_with(".csv") && name != "effects.csv").collect()
}

#[test]
fn a_study_that_is_decided_has_the_results_of_its_last_number_of_replications() {
    let (_folder, path) = file("market.toml", fiftieth(8, &format!("{DELETE}{LEAKS}")));
    let (decided, files) = results(&path, &["--explore", "none", "--until", "decided"]);
    assert_eq!(decided.status.code(), Some(0), "{}", stderr(&decided));
    // 1 - 0.05 / (3 · 4).
    let looks = "3 looks, at 8, 16 and 32 replications; everything is decided at 99.6 %";
    assert_in_order_unwrapped(&stdout(&decided), &["32 replications", looks]);
    // Of the first look's 8 replications, eight times as many as one that has intervals (30) may follow.
    assert!(stderr(&decided).contains("-unexplored-until-240 · "), "{}", stderr(&decided));
    let (_, direct) = results(&path, &["--explore", "none", "--replications", "32"]);
    let (decided, direct) = (tables(files), tables(direct));
    assert!(direct.len() >= 4);
    assert_eq!(decided, direct);
}

#[test]
fn what_is_open_with_the_most_replications_is_named_and_the_exit_code_says_so() {
    let (_folder, path) = file("market.toml", fiftieth(8, &format!("{DELETE}{LEAKS}")));
    let output = meterchurn(&["run", &path, "--no-output", "--explore", "none", "--until", "decided", "--most", "12"]);
    assert_eq!(output.status.code(), Some(98));
    let looks = "2 looks, at 8 and 12 replications; not decided at 99.2 %: delete: leaked reads; ";
    assert_in_order_unwrapped(&stdout(&output), &[&format!("{looks}baseline: leaked-reads.delivered.total > 0")]);
}

#[test]
fn fewer_replications_than_the_first_look_are_refused_with_a_remedy_that_works() {
    let (_folder, path) = file("market.toml", fiftieth(8, DELETE));
    let run = |more: &[&str]| {
        meterchurn(&[&["run", &path, "--no-output", "--explore", "none", "--until", "decided"], more].concat())
    };
    let refused = run(&["--most", "4"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("write --most 8 or more, or add --replications 4"), "{}", stderr(&refused));
    assert_eq!(run(&["--most", "4", "--replications", "4"]).status.code(), Some(0));
    assert_eq!(run(&["--most", "8"]).status.code(), Some(0));
}

#[test]
fn an_expectation_that_the_last_look_leaves_open_is_inconclusive_although_its_usual_interval_decides() {
    // 1 to 30: mean 15.5 with half an interval of 3.29 at 95 % (t 2.045) and of 3.80 at 97.5 % (t 2.364).
    let that = "leaked-reads.delivered.total < 19";
    let (query, limit) = parse(that).expect("an expectation");
    let expectation = Expectation {
        that: that.to_owned(),
        query,
        limit,
        policy: "a".to_owned(),
        judging: Judging::Statistical,
        why: None,
        span: 0..0,
        pack: None,
        line: None,
    };
    let sample = Sample::Counts((1..=30).map(f64::from).collect());
    let usual = expectation.judge(Some(&sample), 30, 0.95);
    let at_first_look = expectation.judge(Some(&sample), 30, level_of(1, 0.95));
    assert_eq!((usual.verdict, at_first_look.verdict), (Status::Pass, Status::Inconclusive));
    let open = vec![Open::Expectation { policy: "a".to_owned(), that: that.to_owned() }];
    let looks = Looks { replications: vec![30], level: Some(level_of(1, 0.95)), open };
    let after = looks.at_most(usual.clone());
    assert_eq!((after.verdict, after.interval), (Status::Inconclusive, usual.interval));
    assert_eq!(Looks { open: Vec::new(), ..looks }.at_most(usual.clone()), usual);
}
