//! `test`: many scenario files, one screen, one exit code, and files for CI.

mod program;

use std::fs;
use std::path::{Path, PathBuf};

use program::{assert_in_order_unwrapped, fiftieth, files, meterchurn, shipped, stderr, stdout, unwrapped};
use serde_json::Value;
use tempfile::TempDir;

/// A folder of scenarios, and one for what is written.
struct Suite {
    scenarios: TempDir,
    written: TempDir,
}

impl Suite {
    fn of(files: &[(&str, &str)]) -> Self {
        let suite =
            Self { scenarios: tempfile::tempdir().expect("a folder"), written: tempfile::tempdir().expect("one") };
        files.iter().for_each(|(name, text)| suite.put(name, text));
        suite
    }

    fn put(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scenarios.path().join(name)
    }

    /// Tests the folder. Returns the exit code, the screen with one space for each gap, and stderr.
    fn test(&self, more: &[&str]) -> (i32, String, String) {
        let folder = self.scenarios.path().to_string_lossy().into_owned();
        let output = self.written.path().to_string_lossy().into_owned();
        let output = meterchurn(&[&["test", &folder, "-o", &output], more].concat());
        (output.status.code().expect("an exit code"), unwrapped(&stdout(&output)), stderr(&output))
    }

    fn written(&self, name: &str) -> String {
        fs::read_to_string(self.written.path().join(name)).expect("a file that was written")
    }
}

fn fifty_days() -> String {
    fs::read_to_string(shipped("dp072-fifty-days")).expect("a shipped scenario")
}

/// An expectation that does not hold: there are 150.
fn wrong() -> String {
    fifty_days()
        + "\n[[expect]]\nthat = \"unwanted-alerts.delivered.total == 151\"\nkind = \"golden\"\nwhy = \"a slip\"\n"
}

/// 6.23 takes one of two times, drawn in each replication, so that a mean has an interval.
fn drawn(expectation: &str, replications: u32) -> String {
    let chased = "\n[[policy]]\nid = \"chased\"\nuse = [{ mitigation = \"4\" }]\n";
    format!(
        "{}{chased}[[expect]]\nthat = \"{expectation}\"\npolicy = \"chased\"\nkind = \"statistical\"\n\
         [experiment]\nreplications = {replications}\n",
        fifty_days()
    )
}

const MISSPELT: (&str, &str) = ("leaked-reads.delivered{path=push}.total == 50", "leaked-read.delivered.total == 50");

#[test]
fn a_folder_in_which_all_holds_has_one_line_and_exit_code_0() {
    let suite = Suite::of(&[("a.toml", &fifty_days()), ("b/c.toml", &fifty_days())]);
    let (code, screen, errors) = suite.test(&[]);
    assert_eq!((code, errors.as_str()), (0, ""));
    assert!(screen.starts_with("2 scenarios run · 6 expectations hold · behaviour not recorded · "), "{screen}");
    assert_eq!(files(suite.written.path()).len(), 2);
}

#[test]
fn a_wrong_expectation_is_99_a_misspelt_metric_3_an_undecided_one_98_and_3_comes_before_99_before_98() {
    let open = drawn("unwanted-alerts.delivered.total > 0", 1);
    let misspelt = fifty_days().replace(MISSPELT.0, MISSPELT.1);
    let codes = |files: &[(&str, &str)]| Suite::of(files).test(&[]).0;
    let (failed, invalid, open) = (("f.toml", &*wrong()), ("i.toml", &*misspelt), ("o.toml", &*open));
    assert_eq!([codes(&[failed]), codes(&[invalid]), codes(&[open])], [99, 3, 98]);
    assert_eq!([codes(&[open, failed, invalid]), codes(&[open, failed])], [3, 99]);
}

#[test]
fn what_is_wrong_has_file_line_numbers_and_reason() {
    let suite = Suite::of(&[("a.toml", &wrong()), ("b.toml", &fifty_days().replace(MISSPELT.0, MISSPELT.1))]);
    let (_, screen, _) = suite.test(&[]);
    let line = wrong().lines().position(|line| line.contains("== 151")).expect("the line");
    let place = format!("a.toml:{line} baseline: unwanted-alerts.delivered.total == 151 150, n = 1 why: a slip");
    assert_in_order_unwrapped(
        &screen,
        &["FAIL", &place, "ERROR", "b.toml:36:10 unknown metric", "1 scenario run, 1 invalid"],
    );
}

#[test]
fn one_replication_leaves_a_statistical_expectation_open_and_quick_does_not_judge_it() {
    let suite = Suite::of(&[("a.toml", &drawn("unwanted-alerts.delivered.total > 0", 1))]);
    let (code, screen, _) = suite.test(&[]);
    assert_eq!(code, 98);
    assert_in_order_unwrapped(
        &screen,
        &["OPEN", "an interval needs 30 replications", "3 of 4 expectations hold · 1 open"],
    );
    // It fails in every form.
    let (_, annotations, _) = suite.test(&["--message-format", "github"]);
    assert!(annotations.contains("::error file=") && annotations.contains("MC202"), "{annotations}");
    assert!(suite.written("junit.xml").contains("<failure type=\"inconclusive\""));
    let (code, screen, _) = suite.test(&["--quick"]);
    assert_eq!(code, 0);
    assert!(screen.contains("1 scenario run · 3 expectations hold · 1 not judged (--quick)"), "{screen}");
}

#[test]
fn an_open_expectation_gets_more_replications_until_it_is_decided_or_there_are_the_most() {
    let suite = Suite::of(&[("a.toml", &drawn("unwanted-alerts.delivered.total > 0", 8))]);
    assert_eq!(suite.test(&[]).0, 98);
    let (code, screen, _) = suite.test(&["--until", "decided"]);
    assert_eq!((code, screen.contains("4 expectations hold")), (0, true), "{screen}");
    let (code, screen, _) = suite.test(&["--until", "decided", "--most", "16"]);
    assert_eq!(code, 98);
    assert_in_order_unwrapped(&screen, &["n = 16", "open after 2 looks"]);
}

#[test]
fn long_scenarios_are_checked_and_run_when_asked_for() {
    let long = wrong().replacen("schema = 1", "schema = 1\ntags = [\"long\"]", 1);
    let suite = Suite::of(&[("a.toml", &long)]);
    let (code, screen, _) = suite.test(&[]);
    assert_eq!(code, 0);
    assert!(screen.starts_with("0 scenarios run, 1 long one only checked · "), "{screen}");
    assert_eq!(suite.test(&["--long"]).0, 99);
    suite.put("a.toml", &long.replace(MISSPELT.0, MISSPELT.1));
    assert_eq!(suite.test(&[]).0, 3);
}

#[test]
fn a_filter_is_a_text_in_id_title_or_tag_and_one_that_matches_nothing_is_exit_4_with_the_nearest() {
    let tagged = wrong().replacen("schema = 1", "schema = 1\ntags = [\"Nightly\"]", 1);
    let suite = Suite::of(&[("december.toml", &fifty_days()), ("other.toml", &tagged)]);
    assert_eq!(suite.test(&["--filter", "decem"]).0, 0);
    assert_eq!(suite.test(&["--filter", "nightly"]).0, 99);
    assert_eq!(suite.test(&["--filter", "READ LITERALLY"]).0, 99);
    let (code, screen, errors) = suite.test(&["--filter", "decmber"]);
    assert_eq!((code, screen.as_str()), (4, ""));
    assert!(errors.contains("no scenario has `decmber`") && errors.contains("most like it: `december`"), "{errors}");
}

#[test]
fn fail_fast_begins_no_study_after_one_that_fails() {
    let suite = Suite::of(&[("a.toml", &wrong()), ("b.toml", &fifty_days().replace(MISSPELT.0, MISSPELT.1))]);
    let (code, screen, _) = suite.test(&["--fail-fast"]);
    assert_eq!(code, 3);
    assert!(screen.contains("0 scenarios run, 1 invalid, 1 not run"), "{screen}");
    assert!(suite.written("junit.xml").contains("the tests were stopped"));
}

#[test]
fn parts_are_in_the_names_of_files_and_together_run_every_scenario_once() {
    let names = ["a", "b", "c", "d", "e"];
    let suite = Suite::of(&[]);
    names.iter().for_each(|name| suite.put(&format!("{name}.toml"), &fifty_days()));
    for way in ["slice", "hash"] {
        let mut found: Vec<String> = Vec::new();
        for part in 1..=2 {
            let (code, _, errors) = suite.test(&["--partition", &format!("{way}:{part}/2")]);
            assert_eq!(code, 0, "{errors}");
            let xml = suite.written(&format!("junit-{way}-{part}-of-2.xml"));
            let suites = xml.lines().filter_map(|line| line.trim().strip_prefix("<testsuite name=\""));
            found.extend(suites.map(|rest| rest[..1].to_owned()));
            suite.written(&format!("summary-{way}-{part}-of-2.md"));
        }
        found.sort();
        assert_eq!(found, names, "{way}");
    }
    assert_eq!(suite.test(&["--partition", "slice:3/2"]).0, 2);
}

#[test]
fn a_list_runs_nothing_and_names_each_scenario() {
    let suite = Suite::of(&[("a.toml", &wrong()), ("b.toml", "not = a scenario")]);
    let (code, screen, _) = suite.test(&["--list"]);
    assert_eq!(code, 3);
    assert!(
        screen.contains("a: DP072 read literally: 50 days of exposure") && screen.contains("b.toml invalid"),
        "{screen}"
    );
    let (_, json, _) = suite.test(&["--list=json"]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json[0]["id"], &json[0]["valid"], &json[1]["valid"]), (&"a".into(), &true.into(), &false.into()));
    assert!(files(suite.written.path()).is_empty());
}

#[test]
fn names_from_scenarios_are_harmless_in_every_form() {
    let hostile = wrong().replace("why = \"a slip\"", "why = \"\\u001B[31m </failure> ]]> & \\uFFFF | * \\\" '\"");
    let suite = Suite::of(&[("a.toml", &hostile)]);
    let (code, screen, _) = suite.test(&[]);
    assert_eq!(code, 99);
    let (xml, page) = (suite.written("junit.xml"), suite.written("summary.md"));
    for text in [&screen, &xml, &page] {
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text}");
        assert!(text.contains("\\u{1b}") || text.contains("\\\\u"), "{text}");
    }
    assert!(!xml.contains("</failure> ]]>") && xml.contains("&lt;/failure&gt;") && !xml.contains('\u{ffff}'));
    assert!(page.contains("\\|"));
}

#[test]
fn numbers_of_a_failed_expectation_are_properties_of_its_case() {
    let suite = Suite::of(&[("a.toml", &wrong())]);
    suite.test(&[]);
    let xml = suite.written("junit.xml");
    assert_in_order_unwrapped(
        &xml,
        &[
            "<testsuite name=\"a\" tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"0\"",
            "<testcase name=\"baseline: unwanted-alerts.delivered.total == 151\" classname=\"a\"",
            "<property name=\"value\" value=\"150.0\"/>",
            "<property name=\"limit\" value=\"== 151\"/>",
            "<property name=\"n\" value=\"1\"/>",
            "<failure type=\"failed\" message=\"150, n = 1\">",
        ],
    );
}

#[test]
fn recorded_behaviour_that_changes_is_exit_6_and_names_the_scenarios_that_use_what_changed() {
    // Two markets use a law that the script does not use; the law becomes a tenth longer.
    let law = |median: &str| {
        let law = format!("value = {{ lognormal = {{ median = \"{median}\", sigma = 1.0 }} }}");
        fiftieth(2, &format!("[laws.to-623.immature]\n{law}\nsource = \"a test\"\nkind = \"assumed\"\n"))
    };
    let (before, after) = (law("20 d"), law("22 d"));
    let suite = Suite::of(&[("one.toml", &before), ("script.toml", &fifty_days()), ("two.toml", &before)]);
    let (code, screen, errors) = suite.test(&["--record"]);
    assert_eq!(code, 0, "{errors}");
    assert!(screen.contains("behaviour recorded: 3 new"), "{screen}");
    let (code, screen, _) = suite.test(&[]);
    assert_eq!((code, screen.contains("behaviour as recorded")), (0, true), "{screen}");
    suite.put("one.toml", &after);
    suite.put("two.toml", &after);
    let (code, screen, _) = suite.test(&[]);
    assert_eq!(code, 6);
    assert_eq!((screen.matches("CHANGED").count(), screen.contains("script.toml")), (2, false), "{screen}");
    assert_in_order_unwrapped(
        &screen,
        &[
            "one.toml the events of 2 of 2 runs differ from those recorded",
            "baseline: ",
            " -> ",
            "%",
            "accept: meterchurn test --record",
            "2 changed",
        ],
    );
    let (code, screen, _) = suite.test(&["--quick"]);
    assert_eq!((code, screen.matches("CHANGED").count()), (6, 2), "{screen}");
    // The remedy works.
    assert_eq!(suite.test(&["--record"]).0, 0);
    assert_eq!(suite.test(&[]).0, 0);
}

#[test]
fn what_is_not_recorded_or_has_another_seed_is_a_warning_that_can_be_denied() {
    let suite = Suite::of(&[("a.toml", &fifty_days())]);
    suite.test(&["--record"]);
    suite.put("c.toml", &fifty_days());
    suite.put("a.toml", &(fifty_days() + "[experiment]\nseed = 2\n"));
    let (code, screen, _) = suite.test(&[]);
    assert_eq!(code, 0);
    let seed = "a.toml the seed is 2, but the behaviour is recorded with seed 1, so nothing is compared: to record it as it \
                is now, run `meterchurn test --record";
    let new = "c.toml the behaviour of this scenario is not recorded: to record it as it is now, run `meterchurn test --record";
    assert_in_order_unwrapped(
        &screen,
        &["WARNING", seed, "(MC123)", "WARNING", new, "(MC123)", "2 warnings · behaviour not compared"],
    );
    let (code, screen, _) = suite.test(&["--deny", "MC123"]);
    assert_eq!(code, 10);
    assert_in_order_unwrapped(&screen, &["ERROR", seed, "(MC123, denied by --deny)", "ERROR", "2 denied"]);
    assert_eq!(suite.test(&["--allow", "MC123"]).1.matches("WARNING").count(), 0);
    let (_, json, _) = suite.test(&["--message-format", "json"]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json.as_array().expect("a list").iter().filter(|one| one["code"] == "MC123").count(), 2);
    assert!(suite.written("junit.xml").contains("warning[MC123]") && suite.written("summary.md").contains("MC123"));
    // The remedy is accepted.
    suite.test(&["--record"]);
    assert_eq!(suite.test(&["--deny", "warnings"]).0, 0);
}

#[test]
fn that_all_scenarios_are_recorded_can_be_demanded_before_any_is() {
    let suite = Suite::of(&[("a.toml", &fifty_days())]);
    assert_eq!([suite.test(&[]).0, suite.test(&["--deny", "warnings"]).0], [0, 0]);
    suite.put("meterchurn.toml", "[lint]\ndeny = [\"MC123\"]\n");
    assert_eq!(suite.test(&[]).0, 10);
    suite.test(&["--record"]);
    assert_eq!(suite.test(&[]).0, 0);
    fs::remove_file(suite.path("scenarios.lock")).expect("the record");
    assert_eq!(suite.test(&[]).0, 10);
}

#[test]
fn only_files_are_recorded() {
    let suite = Suite::of(&[]);
    let (code, _, errors) = suite.test(&[]);
    assert_eq!(code, 4, "{errors}");
    let output = meterchurn(&["test", "--record", "dp072-fifty-days", "--no-output"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--record is for files in a folder, and `dp072-fifty-days` is none"));
}

#[test]
fn a_part_of_an_earlier_report_does_not_stay_beside_a_failure() {
    let suite = Suite::of(&[("a.toml", &fifty_days())]);
    suite.test(&[]);
    assert_eq!(suite.test(&["--filter", "b"]).0, 4);
    assert!(files(suite.written.path()).is_empty());
}

#[test]
fn fewer_replications_than_a_scenario_has_are_no_most() {
    let suite = Suite::of(&[("a.toml", &drawn("unwanted-alerts.delivered.total > 0", 8))]);
    let (code, _, errors) = suite.test(&["--until", "decided", "--most", "5"]);
    assert_eq!(code, 2);
    assert!(errors.contains("--most 5 is less than the 8 replications"), "{errors}");
}

#[test]
fn what_the_command_line_makes_incomparable_is_no_warning() {
    let suite = Suite::of(&[("a.toml", &drawn("unwanted-alerts.delivered.total > 0", 8))]);
    suite.test(&["--record"]);
    for options in [&["--seed", "9"][..], &["--replications", "2"], &["--quick"], &["--until", "decided"]] {
        let (_, screen, _) = suite.test(options);
        assert!(!screen.contains("MC123"), "{options:?}: {screen}");
    }
    assert!(suite.test(&["--seed", "9"]).1.contains("behaviour not compared"));
}

#[test]
fn a_recorded_scenario_that_is_gone_is_exit_6_in_every_form_until_it_is_removed_from_the_record() {
    let suite = Suite::of(&[("a.toml", &fifty_days()), ("b.toml", &fifty_days())]);
    suite.test(&["--record"]);
    fs::remove_file(suite.path("b.toml")).expect("the file");
    // A folder of its name does not take its place.
    fs::create_dir(suite.path("b.toml")).expect("a folder");
    let (code, screen, _) = suite.test(&[]);
    assert_eq!(code, 6);
    assert_in_order_unwrapped(
        &screen,
        &["GONE", "b.toml recorded, but not there; accept: meterchurn test --record", "behaviour as recorded, 1 gone"],
    );
    assert!(suite.written("junit.xml").contains("<failure type=\"gone\""));
    let (code, json, _) = suite.test(&["--message-format", "json"]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((code, &json[0]["code"], &json[0]["severity"]), (6, &"MC205".into(), &"error".into()));
    let (code, screen, _) = suite.test(&["--record"]);
    assert_eq!((code, screen.contains("behaviour recorded: 1 removed")), (0, true), "{screen}");
    let lock = fs::read_to_string(suite.path("scenarios.lock")).expect("the record");
    assert!(lock.contains("file = \"a.toml\"") && !lock.contains("b.toml"));
    assert_eq!([suite.test(&[]).0, suite.test(&["--record"]).0], [0, 0]);
    assert_eq!(fs::read_to_string(suite.path("scenarios.lock")).expect("the record"), lock);
}

#[test]
fn only_a_test_of_the_whole_folder_can_miss_a_scenario_and_of_its_parts_the_first_does() {
    let suite = Suite::of(&[("a.toml", &fifty_days()), ("b.toml", &fifty_days()), ("c.toml", &fifty_days())]);
    suite.test(&["--record"]);
    fs::remove_file(suite.path("c.toml")).expect("the file");
    assert_eq!(suite.test(&["--filter", "a"]).0, 0);
    assert_eq!([suite.test(&["--partition", "hash:1/2"]).0, suite.test(&["--partition", "hash:2/2"]).0], [6, 0]);
    let named = suite.path("a.toml").to_string_lossy().into_owned();
    assert_eq!(meterchurn(&["test", &named, "--no-output"]).status.code(), Some(0));
    // What is not looked for is not removed.
    suite.test(&["--record", "--filter", "a"]);
    assert!(fs::read_to_string(suite.path("scenarios.lock")).expect("the record").contains("c.toml"));
}

#[test]
#[cfg(unix)]
fn a_link_to_nothing_and_a_pipe_in_a_folder_are_invalid() {
    let suite = Suite::of(&[("a.toml", &fifty_days())]);
    std::os::unix::fs::symlink("nowhere", suite.path("b.toml")).expect("a link");
    let made = std::process::Command::new("mkfifo").arg(suite.path("c.toml")).status();
    assert!(made.expect("a command `mkfifo`").success());
    let (code, screen, _) = suite.test(&[]);
    assert_eq!(code, 3);
    assert_in_order_unwrapped(&screen, &["b.toml cannot be read", "c.toml cannot be read: it is not a regular file"]);
}

#[test]
fn a_record_that_cannot_be_read_is_refused_with_a_remedy_that_works() {
    let suite = Suite::of(&[("a.toml", &fifty_days()), ("scenarios.lock", "version = 2\n[[scenario]]\nfile = 3\n")]);
    let (code, _, errors) = suite.test(&[]);
    assert_eq!(code, 3);
    assert!(errors.contains("scenarios.lock: line 3: ") && errors.contains("delete it"), "{errors}");
    // What reads the reports or the findings sees it, too.
    assert!(suite.written("junit.xml").contains("<error type=\"invalid-scenario\""));
    for format in ["json", "gitlab", "sarif"] {
        let (_, found, _) = suite.test(&["--message-format", format]);
        assert!(serde_json::from_str::<Value>(&found).is_ok() && found.contains("MC007"), "{format}: {found}");
    }
    fs::remove_file(suite.path("scenarios.lock")).expect("the file");
    assert_eq!([suite.test(&["--record"]).0, suite.test(&[]).0], [0, 0]);
}

#[test]
fn the_screen_and_the_files_are_the_same_for_any_number_of_threads_but_for_times() {
    let timeless = |text: &str| {
        let is_time = |word: &&str| word.starts_with("time=") || word.ends_with("ms") || word.parse::<u32>().is_ok();
        text.split_whitespace().filter(|word| !is_time(word)).map(|word| word.to_owned() + " ").collect::<String>()
    };
    let drawn = drawn("unwanted-alerts.delivered.total > 0", 3);
    let suite = Suite::of(&[("a.toml", &wrong()), ("b.toml", &drawn), ("c.toml", &fifty_days())]);
    let of = |threads: &str| {
        let (code, screen, _) = suite.test(&["-j", threads]);
        (code, timeless(&screen), timeless(&suite.written("junit.xml")))
    };
    let one = of("1");
    assert_eq!([of("2"), of("3")], [one.clone(), one]);
}

#[test]
fn no_scenario_takes_longer_than_all_of_them() {
    let drawn = drawn("unwanted-alerts.delivered.total > 0", 2_000);
    let suite = Suite::of(&[("a.toml", &drawn), ("b.toml", &fifty_days())]);
    suite.test(&["-j", "4"]);
    let junit = suite.written("junit.xml");
    let suites = junit.split('<').filter(|tag| tag.starts_with("testsuite"));
    let time = |tag: &str| -> f64 {
        let time = tag.split("time=\"").nth(1).and_then(|rest| rest.split('"').next());
        time.and_then(|time| time.parse().ok()).expect("a time")
    };
    let times: Vec<f64> = suites.map(time).collect();
    assert!(times.len() >= 3 && times.iter().all(|time| *time <= times[0]), "{times:?}");
}

#[test]
fn a_folder_without_scenarios_is_exit_4_and_a_file_that_is_not_there_3() {
    let suite = Suite::of(&[("notes.md", "")]);
    assert_eq!(suite.test(&[]).0, 4);
    let gone = suite.path("gone.toml").to_string_lossy().into_owned();
    let output = meterchurn(&["test", &gone, "--no-output"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stdout(&output).contains("cannot be read"), "{}", stdout(&output));
}

#[test]
#[cfg(target_os = "linux")]
fn an_interrupt_ends_the_tests_soon_with_exit_code_130() {
    use std::process::{Command, Stdio};
    let suite = Suite::of(&[("a.toml", &fiftieth(3_000, "")), ("b.toml", &wrong())]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_meterchurn"));
    command.arg("test").arg(suite.scenarios.path()).args(["-j", "1", "-o"]).arg(suite.written.path());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    // The system says which signals a process catches; SIGINT is the second.
    let status = format!("/proc/{}/status", child.id());
    let catches = |text: &str| {
        let mask = text.lines().find_map(|line| line.strip_prefix("SigCgt:")).expect("the mask");
        u64::from_str_radix(mask.trim(), 16).expect("a mask") & 2 != 0
    };
    while !catches(&fs::read_to_string(&status).expect("a process that runs")) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).output();
    sent.expect("a command `kill`");
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    let screen = stdout(&output);
    assert!(screen.contains("not finished") || screen.contains("not run"), "{screen}");
}

#[cfg(feature = "parquet")]
/// The same scenario with its suppliers and an expectation in a pack.
fn in_two_files(expected: u32) -> [(&'static str, String); 2] {
    let text = fifty_days();
    let suppliers: String = ["losing", "gaining"].map(|id| format!("[[supplier]]\nid = \"{id}\"\n")).concat();
    let without: Vec<&str> = text.split("[[supplier]]").collect();
    let after = without[without.len() - 1].split_once("\n\n").expect("what follows the suppliers").1;
    let scenario =
        format!("{}{after}", without[0]).replace("schema = 1\n", "schema = 1\ninclude = [\"packs/p.toml\"]\n");
    let that = format!("that = \"leaked-reads.delivered.total == {expected}\"");
    [("a.toml", scenario), ("packs/p.toml", format!("{suppliers}[[expect]]\n{that}\nkind = \"golden\"\n"))]
}

#[test]
fn a_pack_is_no_scenario_of_its_own_and_its_expectations_have_its_file_and_line() {
    for (expected, exit) in [(50, 0), (51, 99)] {
        let files = in_two_files(expected);
        let suite = Suite::of(&[(files[0].0, &files[0].1), (files[1].0, &files[1].1)]);
        let (code, screen, errors) = suite.test(&[]);
        assert_eq!((code, errors.as_str()), (exit, ""), "{screen}");
        assert!(screen.contains("1 scenario run"), "{screen}");
        assert_eq!(
            screen.contains("packs/p.toml:5 baseline: leaked-reads.delivered.total == 51"),
            exit == 99,
            "{screen}"
        );
    }
}

/// The first file includes a pack, which is broken by a change of its text.
fn broken_pack(from: &str, to: &str) -> Suite {
    let [(scenario, text), (pack, packed)] = in_two_files(50);
    let suite = Suite::of(&[(scenario, &text), (pack, &packed.replace(from, to))]);
    suite.put("b.toml", &text);
    suite
}

#[test]
fn a_mistake_in_a_pack_is_said_once_with_the_scenarios_that_include_it() {
    for (from, to, code_of) in [("id = \"losing\"", "id = losing", "MC001"), ("kind =", "knid =", "MC010")] {
        let suite = broken_pack(from, to);
        let (code, screen, _) = suite.test(&[]);
        assert_eq!((code, screen.matches(code_of).count()), (3, 1), "{screen}");
        assert_in_order_unwrapped(
            &screen,
            &["packs/p.toml:", "included by ", "a.toml and ", "b.toml", "0 scenarios run, 2 invalid"],
        );
        let (_, json, _) = suite.test(&["--message-format", "json"]);
        let json: Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(json.as_array().map(Vec::len), Some(1), "{json}");
        assert_eq!(json[0]["included-by"].as_array().map(Vec::len), Some(2), "{json}");
    }
}

#[test]
fn a_pack_is_known_as_one_when_a_scenario_that_includes_it_is_invalid() {
    for (from, to) in [("title  =", "titel  ="), ("[time]", "[time")] {
        let [(scenario, text), (pack, packed)] = in_two_files(50);
        let suite = Suite::of(&[(scenario, &text.replacen(from, to, 1)), (pack, &packed)]);
        let (code, screen, _) = suite.test(&[]);
        assert_eq!(
            (code, screen.contains("packs/p.toml"), screen.contains("0 scenarios run, 1 invalid")),
            (3, false, true),
            "{screen}"
        );
    }
}

#[test]
fn a_pack_that_no_scenario_includes_has_one_finding_that_says_so() {
    let [_, (pack, packed)] = in_two_files(50);
    let suite = Suite::of(&[("a.toml", &fifty_days()), (pack, &packed)]);
    let (code, screen, _) = suite.test(&[]);
    assert_eq!((code, screen.matches("MC").count()), (3, 1), "{screen}");
    assert_in_order_unwrapped(&screen, &["this file is not a scenario", "if it is a pack, include it", "(MC002)"]);
}

#[test]
fn what_a_pack_gives_for_other_scenarios_is_no_warning() {
    let [(scenario, text), (pack, packed)] = in_two_files(50);
    let suite = Suite::of(&[(scenario, &text), (pack, &(packed + "[[supplier]]\nid = \"extra\"\n"))]);
    let (code, screen, _) = suite.test(&["--deny", "warnings"]);
    assert_eq!((code, screen.contains("warning")), (0, false), "{screen}");
}

#[test]
fn scenarios_of_one_id_are_named_by_their_files() {
    let suite = Suite::of(&[("2018/a.toml", &fifty_days()), ("2019/a.toml", &fifty_days())]);
    suite.test(&[]);
    let xml = suite.written("junit.xml");
    assert_eq!(xml.matches("<testsuite name=\"a\"").count(), 0, "{xml}");
    assert_in_order_unwrapped(&xml, &["2018/a.toml\" tests", "2019/a.toml\" tests"]);
}

#[test]
fn findings_in_a_format_for_people_are_shown_once() {
    let suite = Suite::of(&[("a.toml", &wrong())]);
    let (code, screen, errors) = suite.test(&["--message-format", "full"]);
    assert_eq!((code, screen.contains("FAIL"), errors.matches("MC201").count()), (99, false, 1), "{screen}{errors}");
    assert!(screen.starts_with("1 scenario run · 3 of 4 expectations hold · 1 failed"), "{screen}");
}

#[test]
fn a_warning_that_the_project_denies_ends_with_exit_code_10() {
    let unused = fifty_days() + "\n[[supplier]]\nid = \"extra\"\n";
    let suite = Suite::of(&[("a.toml", &unused)]);
    let (code, screen, _) = suite.test(&[]);
    assert_eq!((code, screen.contains("1 warning")), (0, true), "{screen}");
    assert_in_order_unwrapped(&screen, &["WARNING", "the supplier `extra` has no part in this study", "(MC116)"]);
    suite.put("meterchurn.toml", "[lint]\ndeny = [\"MC116\"]\n");
    let (code, screen, _) = suite.test(&[]);
    assert_eq!(code, 10, "{screen}");
    assert!(
        screen.contains("the supplier `extra` has no part in this study")
            && screen.contains("meterchurn.toml)")
            && screen.contains("1 denied"),
        "{screen}"
    );
    assert!(suite.written("junit.xml").contains("type=\"denied\""));
    assert_eq!(suite.test(&["--warn", "MC116"]).0, 0, "an option holds before the file");
    suite.put("meterchurn.toml", "[lint]\ndeny = [\"MC010\"]\n");
    let (code, _, errors) = suite.test(&[]);
    assert!(code == 3 && errors.contains("MC010 is always an error"), "{code} {errors}");
    assert!(suite.written("summary.md").contains("MC010 is always an error"));
}

#[test]
fn data_go_to_stdout_and_the_screen_to_stderr() {
    let suite = Suite::of(&[("a.toml", &wrong())]);
    let (code, out, screen) = suite.test(&["--message-format", "json"]);
    let found: Value = serde_json::from_str(&out).expect("JSON");
    let (code_of, why) = (&found[0]["code"], &found[0]["why"]);
    assert_eq!((code, code_of.as_str(), why.as_str()), (99, Some("MC201"), Some("a slip")));
    assert!(found[0]["place"]["line"].is_u64() && found.as_array().is_some_and(|all| all.len() == 1), "{out}");
    assert!(screen.contains("FAIL") && screen.contains("1 failed"), "{screen}");
    let (_, out, _) = suite.test(&["--message-format", "github"]);
    assert!(out.starts_with("::error file=") && out.contains("MC201 expectation failed"), "{out}");
}

mod verify {
    use super::*;

    fn results(text: &str) -> (TempDir, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.toml");
        fs::write(&path, text).expect("a file");
        let output = folder.path().join("results").to_string_lossy().into_owned();
        let ran = meterchurn(&["run", &path.to_string_lossy(), "--explore", "none", "-o", &output]);
        assert_eq!(ran.status.code(), Some(0), "{}", stderr(&ran));
        let results =
            fs::read_dir(Path::new(&output)).expect("results").next().expect("a folder").expect("a folder").path();
        (folder, results.to_string_lossy().into_owned())
    }

    #[test]
    fn a_results_folder_is_verified_by_running_it_again() {
        let (_folder, results) = results(&fifty_days());
        let output = meterchurn(&["verify", &results]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(stdout(&output).contains("verified, 1 run with the same events and values"), "{}", stdout(&output));
    }

    #[test]
    fn a_results_folder_that_was_changed_is_refused() {
        let (_folder, results) = results(&fifty_days());
        let path = Path::new(&results).join("scenario.resolved.toml");
        let text = fs::read_to_string(&path).expect("the scenario");
        fs::write(&path, text.replace("2019-01-20", "2019-01-21")).expect("the scenario");
        let output = meterchurn(&["verify", &results]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("has been changed"), "{}", stderr(&output));
    }

    /// Replaces a part of the resolved scenario in a results folder, as if a program had given it the results there.
    fn forge(results: &Path, old: &str, new: &str) {
        let (scenario, manifest) = (results.join("scenario.resolved.toml"), results.join("manifest.json"));
        let text = fs::read_to_string(&scenario).expect("the scenario").replace(old, new);
        fs::write(&scenario, &text).expect("the scenario");
        let digest = |bytes: &[u8]| Value::from(blake3::hash(bytes).to_hex().as_str());
        let mut entries: Value = serde_json::from_slice(&fs::read(&manifest).expect("it")).expect("JSON");
        entries["files"]["scenario.resolved.toml"] = digest(text.as_bytes());
        entries.as_object_mut().expect("entries").remove("manifest-digest");
        let own = digest(entries.to_string().as_bytes());
        entries["manifest-digest"] = own;
        fs::write(&manifest, entries.to_string()).expect("the manifest");
    }

    #[test]
    fn other_results_than_those_of_a_folder_end_with_6_and_the_first_run_that_differs() {
        let (_folder, results) = results(&fifty_days());
        // A day of exposure more.
        forge(Path::new(&results), "2019-01-20", "2019-01-21");
        let output = meterchurn(&["verify", &results]);
        assert_eq!(output.status.code(), Some(6), "{}", stderr(&output));
        assert_in_order_unwrapped(
            &stdout(&output),
            &[
                "which wrote it, gave other results than",
                "replication 0 of baseline is the first run whose events differ",
                "baseline: 1 of 1 runs differ; ",
            ],
        );
    }
}
