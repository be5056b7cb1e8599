//! `compare`: what differs between two results folders, by numbers that follow from the scenarios.

mod program;

use std::path::{Path, PathBuf};
use std::process::Output;

use program::{file, meterchurn, shipped, stderr, stdout, unwrapped};
use serde_json::Value;
use tempfile::TempDir;

/// Runs a scenario into a new results folder.
fn folder(text: &str, more: &[&str]) -> (TempDir, String) {
    let (parent, path) = file("study.toml", text);
    let output = parent.path().join("results").to_string_lossy().into_owned();
    let run = meterchurn(&[&["run", &path, "-o", &output, "--format", "json"], more].concat());
    assert!(matches!(run.status.code(), Some(0 | 98 | 99)), "{}", stderr(&run));
    let entry = std::fs::read_dir(&output).expect("a folder").next().expect("results").expect("an entry");
    let folder = entry.path().to_string_lossy().into_owned();
    (parent, folder)
}

fn compared(before: &str, after: &str, form: &str) -> Output {
    meterchurn(&["compare", before, after, "--format", form])
}

#[track_caller]
fn document(before: &str, after: &str) -> Value {
    let output = compared(before, after, "json");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What changes in a number of a policy.
#[track_caller]
fn change<'d>(document: &'d Value, number: &str, policy: &str) -> &'d Value {
    let changes = document["changes"].as_array().expect("changes");
    changes.iter().find(|row| row["number"] == number && row["policy"] == policy).expect("the number")
}

/// One meter that leaks a read a day from SSD until its 6.23 executes after 50 days and an hour.
fn fifty_days() -> String {
    std::fs::read_to_string(shipped("dp072-fifty-days")).expect("a shipped scenario")
}

/// The same with the 6.23 ten days earlier.
fn forty_days() -> String {
    let text = fifty_days();
    assert!(text.contains("2019-01-20T01:00:00"));
    text.replace("2019-01-20T01:00:00", "2019-01-10T01:00:00")
}

/// A small market in which a share of the meters is read by calendar, in 30 replications.
fn market(calendar_share: &str) -> String {
    format!(
        r#"
schema = 1
title = "a small market"
supplier = [
    {{ id = "a", share = 1 }},
    {{ id = "b", share = 1, class = "immature" }},
]
[time]
start = 2019-01-01
horizon = 2019-03-01
[market]
path = [{{ on = 2018-12-31, meters = 5000 }}]
switching = {{ "2019-01" = 0.02, "2019-02" = 0.02 }}
calendar-share = {{ value = {calendar_share}, source = "a guess", kind = "assumed" }}
[experiment]
replications = 30
[[policy]]
id = "baseline"
[[policy]]
id = "filter"
use = [{{ mitigation = "13b" }}]
"#
    )
}

#[test]
fn a_study_does_not_differ_from_itself() {
    let (_parent, study) = folder(&market("0.5"), &[]);
    let told = document(&study, &study);
    assert_eq!((&told["paired"], told["inputs"].as_array().map(Vec::len)), (&Value::Bool(true), Some(0)));
    let changes = told["changes"].as_array().expect("changes");
    assert_eq!(changes.len(), 6 * 2);
    for change in changes {
        assert_eq!((&change["change"]["mean"], &change["change"]["method"]), (&0.0.into(), &"paired-identical".into()));
    }
    let screen = unwrapped(&stdout(&compared(&study, &study, "table")));
    assert!(screen.contains("Inputs that differ None"), "{screen}");
    // All six numbers are the same, and none has an empty table.
    let same = "Unchanged in every replication under every policy that both studies have: leaked reads delivered; ";
    assert!(screen.contains(same) && !screen.contains("policy ┆"), "{screen}");
}

#[test]
fn policies_that_two_studies_have_alike_are_named_as_unchanged() {
    let text = market("0.5");
    let ((_first, before), (_second, after)) = (folder(&text, &[]), folder(&text.replace("13b", "13a"), &[]));
    let screen = unwrapped(&stdout(&compared(&before, &after, "table")));
    assert!(screen.contains("Unchanged in every replication: baseline."), "{screen}");
}

#[test]
fn ten_days_less_of_exposure_are_ten_leaked_reads_and_twenty_e4s_less() {
    let ((_first, before), (_second, after)) = (folder(&fifty_days(), &[]), folder(&forty_days(), &[]));
    let told = document(&before, &after);
    // Of 50 leaked reads and 100 E4s, a day has one and two.
    for (number, mean, percent) in [
        ("leaked-reads.delivered", -10.0, Some(-20.0)),
        ("unwanted-alerts.delivered", -30.0, Some(-20.0)),
        ("reads.per-consumer", 0.0, Some(0.0)),
        ("exposure.days", -10.0, None),
        ("not-initiated.open", 0.0, None),
    ] {
        let change = &change(&told, number, "baseline")["change"];
        assert_eq!(change["mean"], mean, "{number}");
        if percent.is_some() {
            assert_eq!(change["percent"].as_f64(), percent, "{number}");
        }
    }
    let inputs = told["inputs"].as_array().expect("inputs");
    assert_eq!(inputs.len(), 1, "{inputs:?}");
    assert_eq!(inputs[0]["key"], "switch[1].cos.execute");
    assert_eq!(
        (&inputs[0]["before"], &inputs[0]["after"]),
        (&"2019-01-20T01:00:00".into(), &"2019-01-10T01:00:00".into())
    );
}

#[test]
fn studies_with_one_seed_are_compared_by_replication_and_others_as_independent_samples() {
    let (_a, before) = folder(&market("0.2"), &[]);
    let (_b, after) = folder(&market("0.8"), &[]);
    let (_c, reseeded) = folder(&market("0.8"), &["--seed", "2"]);
    let width = |told: &Value| {
        let change = &change(told, "leaked-reads.delivered", "baseline")["change"];
        let interval = change["interval"].as_array().expect("an interval");
        let [low, high] = [0, 1].map(|end: usize| interval[end].as_f64().expect("a number"));
        let mean = change["mean"].as_f64().expect("a number");
        assert!(low < mean && mean < high && low > 0.0, "{change}");
        (high - low, change["method"].as_str().expect("a name").to_owned())
    };
    let (paired, independent) = (document(&before, &after), document(&before, &reseeded));
    assert_eq!((&paired["paired"], &independent["paired"]), (&Value::Bool(true), &Value::Bool(false)));
    let (pairs, welch) = (width(&paired), width(&independent));
    assert!(pairs.1.starts_with("paired-") && welch.1 == "welch", "{} and {}", pairs.1, welch.1);
    let said = |after: &str| unwrapped(&stdout(&compared(&before, after, "table")));
    assert!(said(&after).contains("each replication is compared with its own counterpart"));
    assert!(said(&reseeded).contains("compared as independent samples (Welch)"));
    let inputs = paired["inputs"].as_array().expect("inputs");
    assert_eq!((inputs.len(), &inputs[0]["key"]), (1, &"market.calendar-share".into()), "{inputs:?}");
    assert!(said(&after).contains("market.calendar-share 0.2 -> 0.8"), "{}", said(&after));
}

#[test]
fn the_difference_of_the_means_is_the_mean_of_the_differences() {
    let ((_a, before), (_b, after)) = (folder(&market("0.2"), &[]), folder(&market("0.8"), &[]));
    let told = document(&before, &after);
    for row in told["changes"].as_array().expect("changes") {
        let number = |side: &str, key: &str| row[side][key].as_f64().expect("a number");
        let means = number("after", "value") - number("before", "value");
        assert!((means - number("change", "mean")).abs() < 1e-6, "{row}");
    }
}

#[test]
fn with_fewer_than_30_replications_there_are_no_intervals() {
    let few = ["--replications", "5"];
    let ((_a, before), (_b, after)) = (folder(&market("0.2"), &few), folder(&market("0.8"), &few));
    let told = document(&before, &after);
    assert_eq!(change(&told, "leaked-reads.delivered", "baseline")["change"]["interval"], Value::Null);
    let screen = unwrapped(&stdout(&compared(&before, &after, "table")));
    assert!(screen.contains("With fewer than 30 replications there are no intervals."), "{screen}");
}

#[test]
fn policies_that_only_one_study_has_are_named() {
    let more = "[[policy]]\nid = \"chased\"\nuse = [{ mitigation = \"4\" }]\n";
    let few = ["--replications", "2"];
    let (_a, before) = folder(&market("0.5"), &few);
    let (_b, after) = folder(&format!("{}{more}", market("0.5").replace("\"filter\"", "\"filtered\"")), &few);
    let screen = unwrapped(&stdout(&compared(&before, &after, "table")));
    assert!(screen.contains("Policies of the first study only: filter."), "{screen}");
    assert!(screen.contains("Policies of the second study only: filtered, chased."), "{screen}");
    assert!(!screen.contains("mitigation =") && !screen.contains("not there"), "{screen}");
}

/// Fitted shares are Beta(1, 1) laws, which a mean of 0.72 stretches to three parameters.
#[test]
fn an_input_that_was_set_is_named_with_its_old_and_its_new_value() {
    let beta = market("{ beta = [1, 1] }");
    let few = ["--replications", "1"];
    let set = ["--replications", "1", "--set", "calendar-share=0.72", "--set", "gas-share=0.41"];
    let ((_a, before), (_b, after)) = (folder(&beta, &few), folder(&beta, &set));
    let told = document(&before, &after);
    let inputs = told["inputs"].as_array().expect("inputs");
    let rows: Vec<[&str; 3]> =
        inputs.iter().map(|row| ["key", "before", "after"].map(|key| row[key].as_str().expect("a text"))).collect();
    assert_eq!(rows, [["market.gas-share", "0.43", "0.41"], ["market.calendar-share", "0.5", "0.72"]]);
}

#[test]
fn policies_with_the_same_numbers_share_a_row() {
    let same = |text: String| text + "\n[[policy]]\nid = \"same\"\nuse = [{ mitigation = \"0\" }]\n";
    let ((_a, before), (_b, after)) = (folder(&same(fifty_days()), &[]), folder(&same(forty_days()), &[]));
    let page = stdout(&compared(&before, &after, "markdown"));
    assert!(page.contains("| baseline, same | 50 | 40 | -10 | -20 |"), "{page}");
}

#[test]
fn a_market_is_compared_with_a_script_by_the_numbers_that_both_have() {
    let (_a, before) = folder(&fifty_days(), &[]);
    let (_b, after) = folder(&market("0.5"), &["--replications", "2"]);
    let told = document(&before, &after);
    assert_eq!(told["paired"], false);
    assert_eq!(change(&told, "leaked-reads.delivered", "baseline")["before"]["value"], 50.0);
}

#[test]
fn every_form_has_the_numbers_and_a_page_is_not_wider_than_it_may_be() {
    let ((_a, before), (_b, after)) = (folder(&fifty_days(), &[]), folder(&forty_days(), &[]));
    let told = |form: &str| stdout(&compared(&before, &after, form));
    let csv = told("csv");
    let head = "number,unit,policy,before,before_low,before_high,before_n,after,";
    assert!(csv.starts_with(head), "{csv}");
    let row = "\"leaked-reads.delivered\",\"count\",\"baseline\",50.0,,,1,40.0,,,1,-10.0,,,-20.0,\"paired-none\"";
    assert!(csv.lines().any(|line| line == row), "{csv}");
    assert!(told("markdown").contains("| baseline | 50 | 40 | -10 | -20 |"), "{}", told("markdown"));
    let table = told("table");
    assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
}

#[test]
fn names_from_a_scenario_never_reach_stdout_raw() {
    let hostile = |day: &str| {
        let text = fifty_days().replace("id = \"losing\"", "id = \"losing\"\nname = \"a\\u001b[31m\\u202eb\"");
        text.replace("2019-01-20T01:00:00", day)
    };
    let (_a, before) = folder(&hostile("2019-01-20T01:00:00"), &[]);
    let (_b, after) = folder(&hostile("2019-01-10T01:00:00").replace("[31m", "[32m"), &[]);
    for form in ["table", "markdown", "csv", "json"] {
        let told = stdout(&compared(&before, &after, form));
        assert!(!told.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{form}: {told}");
    }
}

#[test]
fn a_folder_of_results_folders_is_refused_with_the_newest_of_them() {
    let (parent, older) = folder(&forty_days(), &[]);
    let results = Path::new(&older).parent().expect("a folder").to_string_lossy().into_owned();
    let path = parent.path().join("study.toml").to_string_lossy().into_owned();
    let run = meterchurn(&["run", &path, "-o", &results, "--seed", "2"]);
    let folders = std::fs::read_dir(&results).expect("a folder").map(|entry| entry.expect("an entry").path());
    let newer = folders.map(|path| path.to_string_lossy().into_owned()).find(|path| *path != older).expect("another");
    for arguments in [&["report", &results][..], &["compare", &older, &results]] {
        let said = stderr(&meterchurn(arguments));
        assert!(said.contains("is not a results folder, but there are some in it"), "{said}");
        assert!(unwrapped(&said).contains(&format!("the newest is `{newer}`")), "{said}");
    }
    // The remedy works: the verdicts are those of the run.
    assert_eq!(meterchurn(&["report", &newer]).status.code(), run.status.code());
}

#[test]
fn what_report_refuses_is_refused_with_the_same_words() {
    let (_parent, study) = folder(&fifty_days(), &[]);
    let empty = tempfile::tempdir().expect("a folder");
    let (_changed, changed) = folder(&forty_days(), &[]);
    let csv = Path::new(&changed).join("metrics.csv");
    std::fs::write(&csv, "changed").expect("a file");
    for refused in [empty.path().to_owned(), PathBuf::from(&changed), empty.path().join("none")] {
        let refused = refused.to_string_lossy().into_owned();
        let report = meterchurn(&["report", &refused]);
        assert_eq!(report.status.code(), Some(1));
        for arguments in [["compare", &study, &refused], ["compare", &refused, &study]] {
            let output = meterchurn(&arguments);
            assert_eq!((output.status.code(), stdout(&output)), (Some(1), String::new()));
            assert_eq!(stderr(&output), stderr(&report));
        }
    }
}
