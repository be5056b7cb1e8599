//! Changing the numbers of a scenario by name, and running a part of its policies.

#[allow(unused_imports, reason = "each test file uses a part of it")]
mod program;

use program::{assert_in_order, changed, file, meterchurn, shipped, stderr, stdout};

/// A preview of the built-in scenario with these options, without results folder.
fn preview(options: &[&str]) -> std::process::Output {
    meterchurn(&[&["run", "--no-output", "--replications", "1"], options].concat())
}

#[test]
fn run_shows_what_was_set_and_which_policies_are_left_out() {
    let output = preview(&["--set", "calendar-share=90 %", "--set", "to-623.immature=20 d", "--policy", "filter-code"]);
    assert_eq!(output.status.code(), Some(0), "the calibration is not judged: {}", stderr(&output));
    let set = "Set for this run: market.calendar-share = 0.9, to-623.immature = 20 d";
    // Of the built-in scenario's six expectations four are about other policies.
    let only = "Only some policies of the scenario; 4 expectations of others left out";
    assert_in_order(&stdout(&output), &["2 policies", "calibration not judged", set, only, "filter-code"]);
}

#[test]
fn a_results_folder_keeps_what_was_set_and_report_shows_it() {
    let (folder, path) = file("unused", "");
    drop(path);
    let to = folder.path().to_string_lossy().into_owned();
    let run = |options: &[&str], code: i32| {
        let fixed = ["run", "--output", &to, "--replications", "1", "--policy", "prompt"];
        let output = meterchurn(&[&fixed, options].concat());
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        let said = stderr(&output);
        let line = said.lines().find_map(|line| line.split("results in ").nth(1)).expect("a folder");
        line.split(" · ").next().unwrap_or_default().to_owned()
    };
    // A preview decides nothing about the calibration; with an input changed it is not even judged.
    let (plain, set) = (run(&[], 98), run(&["--set", "gas-share=0.41"], 0));
    assert_ne!(plain, set, "the digest covers what was set");
    let read = |name: &str| std::fs::read_to_string(format!("{set}/{name}")).expect("a file");
    assert!(read("scenario.resolved.toml").contains("market.gas-share set to 0.41 instead of 0.43"));
    assert!(read("assumptions.csv").contains("before: calibration 1.2"));
    assert!(read("manifest.json").contains("gas-share=0.41"));
    let report = stdout(&meterchurn(&["report", &set]));
    assert!(report.contains("Set for this run: market.gas-share = 0.41"), "{report}");
}

#[test]
fn a_policy_has_the_same_results_alone_as_in_the_whole_study() {
    let path = shipped("dp072-incident");
    let of = |options: &[&str]| {
        let fixed = ["run", path.as_str(), "--no-output", "--format", "csv"];
        stdout(&meterchurn(&[&fixed, options].concat()))
    };
    let (whole, part) = (of(&[]), of(&["--policy", "black-hole"]));
    let rows = |text: &str, policy: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with(&format!("\"{policy}\","))).map(str::to_owned).collect()
    };
    for policy in ["baseline", "black-hole"] {
        // Rows that are zero under all policies are left out, so the whole study has more of them.
        let (all, own) = (rows(&whole, policy), rows(&part, policy));
        assert!(own.len() > 100 && own.iter().all(|row| all.contains(row)), "{policy}");
    }
    assert!(rows(&part, "filter-code").is_empty() && !rows(&whole, "filter-code").is_empty());
}

#[test]
fn a_word_that_is_too_implausible_to_vary_can_be_set() {
    // The range is a 6.23's success or never.
    let output = preview(&["--set", "schedule-removal=ssd", "--explore", "none"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_in_order(&stdout(&output), &["Set for this run: dcc.schedule-removal = "]);
    for (word, help) in
        [("nevr", "help: write never"), ("nope", "help: write one of \"cos-success\", \"ssd\", \"never\"")]
    {
        let output = preview(&["--set", &format!("schedule-removal={word}")]);
        assert_eq!(output.status.code(), Some(3), "{word}: {}", stderr(&output));
        assert!(stderr(&output).contains(help), "{}", stderr(&output));
    }
}

#[test]
fn a_wrong_setting_gets_the_option_the_reason_and_what_to_write() {
    for (options, exit, parts) in [
        (
            ["--set", "gas-share=1.5"],
            3,
            ["--set market.gas-share=1.5: `market.gas-share` must be a share", "help: write"],
        ),
        (["--set", "calendar-shar=1"], 4, ["--set: nothing in this scenario", "did you mean `calendar-share`?"]),
        (["--set", "gas-share"], 2, ["--set: `gas-share` sets nothing", "help: write NAME=VALUE"]),
        (["--set", "share=1"], 2, ["--set: several inputs end in `share`", "policy.guidance.cos-guidance.share"]),
        (["--policy", "filtr-code"], 4, ["--policy: nothing in this scenario", "did you mean `filter-code`?"]),
        (
            ["--set", "\u{1b}[31m=1"],
            4,
            ["nothing in this scenario", "help: `meterchurn list inputs FILE` lists all inputs"],
        ),
    ] {
        let output = preview(&options);
        assert_eq!(output.status.code(), Some(exit), "{options:?}: {}", stderr(&output));
        assert_in_order(&stderr(&output), &parts);
        assert!(!stderr(&output).contains('\u{1b}'), "{options:?}");
    }
}

#[test]
fn the_inputs_of_every_scenario_are_listed_within_80_columns() {
    for name in ["december-2018", "gb-year", "september-2021-solr-wave", "dp072-fifty-days"] {
        let listed = stdout(&meterchurn(&["list", "inputs", &shipped(name)]));
        assert!(listed.lines().all(|line| line.chars().count() <= 80), "{name}:\n{listed}");
    }
    let built_in = stdout(&meterchurn(&["list", "inputs"]));
    assert_in_order(
        &built_in,
        &["market.gas-share = 0.43 share (derived)\n", "    0.41 to 0.45 share; calibration 1.2"],
    );
    assert_eq!(meterchurn(&["list", "metrics", "x.toml"]).status.code(), Some(2));
}

#[test]
fn a_range_of_the_file_shows_in_the_list() {
    let old = "gas-share    = { value = 0.43,";
    let (_folder, path) = changed("december-2018", old, "gas-share = { range = [0.2, 0.6], value = 0.43,");
    let listed = stdout(&meterchurn(&["list", "inputs", &path]));
    assert_in_order(&listed, &["market.gas-share = 0.43", "0.2 to 0.6 share; the scenario's own range"]);
}
