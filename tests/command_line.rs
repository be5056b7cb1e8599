//! The program from outside: exit codes, what goes to stdout and stderr, and the files it writes.

mod program;

use std::path::PathBuf;

use meterchurn::scenario::diagnostics::Code;
use meterchurn::scenario::diagnostics::format::{FORMATS, Format};
use program::{
    assert_in_order, assert_in_order_unwrapped, changed, file, meterchurn, results, shipped, small_market, stderr,
    stdout, unwrapped, without_manifest,
};
use serde_json::{Map, Value};
use tempfile::TempDir;

// run

#[test]
fn the_extrapolation_comes_out_as_in_dp072() {
    let output = meterchurn(&["run", &shipped("dp072-extrapolation"), "--format", "json", "--no-output"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let baseline = &document["policies"][0];
    assert_eq!(baseline["id"], "baseline");
    let sum = |metric: &str, label: &str, value: &str| -> u64 {
        let rows = baseline["metrics"].as_array().expect("metrics").iter();
        // Without a label it is the total itself; with one the rows of its family.
        let of = |row: &&Value| {
            if label.is_empty() {
                row["labels"].as_object().is_some_and(Map::is_empty)
            } else {
                row["labels"][label] == value
            }
        };
        let mine = rows.filter(|row| row["metric"] == metric).filter(of);
        mine.map(|row| row["value"].as_u64().expect("a count")).sum()
    };
    // 1,046 × 234 = 1,046 × 78 + 1,046 × 156
    assert_eq!(sum("unwanted-alerts.delivered", "", ""), 244_764);
    assert_eq!(sum("leaked-reads.delivered", "path", "push"), 81_588);
    assert_eq!(sum("alerts.delivered", "class", "e4"), 163_176);
}

#[test]
fn a_broken_expectation_exits_99_and_every_one_is_named() {
    // A day earlier there are a leaked read and two E4s less for each of the 1,046, and a day less of exposure.
    let (_folder, path) = changed("dp072-extrapolation", "2019-02-17T01:00:00", "2019-02-16T01:00:00");
    for format in ["table", "json"] {
        let output = meterchurn(&["run", &path, "--format", format, "--no-output"]);
        assert_eq!(output.status.code(), Some(99));
        let told = stdout(&output) + &stderr(&output);
        for broken in [
            "unwanted-alerts.delivered.total == 244764",
            "leaked-reads.delivered{path=push}.total == 81588",
            "alerts.delivered{class=e4}.total == 163176",
            "exposure.seconds.total == 7052968800 s",
        ] {
            assert!(told.lines().any(|l| l.contains("FAIL") && l.contains(broken)), "{broken}:\n{told}");
        }
    }
}

#[test]
fn a_script_says_which_policies_depend_on_the_seed() {
    let told = |more: &str| {
        let text = std::fs::read_to_string(shipped("dp072-fifty-days")).expect("a shipped scenario") + more;
        let (_folder, path) = file("script.toml", text);
        stdout(&meterchurn(&["run", &path, "--full", "--no-output"])).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(told("").contains("Scripted meters draw nothing"));
    let drawing = told(
        "\n[[policy]]\nid = \"chased\"\nuse = [{ mitigation = \"4\" }]\n[[policy]]\nid = \"fixed\"\n\
         use = [{ mitigation = \"1\" }]\n\
         [[policy]]\nid = \"half\"\nadoption = 0.5\nuse = [{ mitigation = \"1\" }]\n",
    );
    assert!(drawing.contains("depend on the seed: chased, half."), "{drawing}");
    let faults = told("\n[[inject]]\nkind = \"miss-623\"\nshare = 0.5\n");
    assert!(faults.contains("depend on the seed: the injected faults."), "{faults}");
}

#[test]
fn only_the_built_in_market_is_held_against_the_published_stocks() {
    let told = |path: &str| {
        let screen = stdout(&meterchurn(&["run", path, "--full", "--replications", "1", "--no-output"]));
        screen.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let (_folder, path) = small_market();
    let (other, built_in) = (told(&path), told(&shipped("december-2018")));
    for claim in ["were fitted to the two published stocks", "published 1,046"] {
        assert!(built_in.contains(claim) && !other.contains(claim), "{claim}:\n{other}");
    }
}

#[test]
fn the_built_in_study_fits_a_terminal_of_120_columns() {
    let (_folder, path) = small_market();
    let output = meterchurn(&["run", &path, "--full", "--replications", "30", "--no-output"]);
    let told = stdout(&output);
    assert!(told.contains('±') && told.contains("emitted"), "{told}");
    let widest = told.lines().max_by_key(|line| line.chars().count()).expect("lines");
    assert!(widest.chars().count() <= 120, "{widest}");
}

#[test]
fn policies_are_lined_up_and_one_that_changes_nothing_says_so() {
    let mut text = std::fs::read_to_string(shipped("dp072-fifty-days")).expect("a shipped scenario");
    text.push_str("\n[[policy]]\nid = \"idle\"\n[[policy]]\nid = \"a-policy-with-a-long-name\"\ntitle = \"");
    text.push_str(&"many words ".repeat(20));
    text.push_str("\"\n");
    let (_folder, path) = file("policies.toml", text);
    let told = stdout(&meterchurn(&["run", &path, "--full", "--no-output"]));
    assert!(told.contains("\n  idle                       changes nothing\n"), "{told}");
    assert!(told.lines().all(|line| line.chars().count() <= 120 && line.trim_end() == line), "{told}");
}

#[test]
fn csv_goes_to_stdout_and_talk_to_stderr() {
    let (output, files) = results(&shipped("dp072-incident"), &["--format", "csv"]);
    let table = files.iter().find(|(path, _)| path.ends_with("metrics.csv")).expect("a table").1;
    assert_eq!(&output.stdout, table);
    assert!(stderr(&output).contains("results in"));
}

#[test]
fn no_output_writes_no_results_folder() {
    let (output, files) = results(&shipped("dp072-fifty-days"), &["--no-output"]);
    assert_eq!((output.status.code(), files.len()), (Some(0), 0));
}

#[test]
fn results_that_would_have_no_place_are_refused_before_the_simulation_with_the_path() {
    let (_folder, taken) = file("taken", "a file");
    let output = meterchurn(&["run", &shipped("dp072-fifty-days"), "-o", &taken]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(1), String::new()));
    assert!(stderr(&output).contains(&taken) && stderr(&output).contains("-o"), "{}", stderr(&output));
}

#[test]
fn the_results_folder_holds_summary_table_scenario_manifest_and_pictures() {
    let (output, files) = results(&shipped("dp072-incident"), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for name in ["summary.json", "metrics.csv", "scenario.resolved.toml", "manifest.json"] {
        assert!(files.keys().any(|path| path.ends_with(name) && path.components().count() == 2), "{name}");
    }
    for extension in ["svg", "png"] {
        let plot = |path: &PathBuf| {
            path.extension().is_some_and(|e| e == extension) && path.parent().is_some_and(|p| p.ends_with("plots"))
        };
        assert!(files.keys().any(plot), "{extension}: {:?}", files.keys());
    }
}

#[test]
fn a_study_too_long_for_a_picture_says_so_and_is_written_without_it() {
    let (_folder, path) = changed("dp072-fifty-days", "horizon = 2019-03-01", "horizon = 2038-10-01");
    let (output, files) = results(&path, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("leaked reads"));
    assert!(stderr(&output).contains("warning: the picture plots/over-time is left out"), "{}", stderr(&output));
    for (name, there) in [("summary.json", true), ("plots/funnel.svg", true), ("plots/over-time.svg", false)] {
        assert_eq!(files.keys().any(|path| path.ends_with(name)), there, "{name}");
    }
}

#[test]
fn a_study_with_too_many_policies_for_a_picture_is_written_without_that_picture() {
    let mut text = std::fs::read_to_string(shipped("dp072-fifty-days")).expect("a shipped scenario");
    (0..70).for_each(|i| text.push_str(&format!("\n[[policy]]\nid = \"p{i}\"\n")));
    let (_folder, path) = file("many.toml", text);
    let (output, files) = results(&path, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("p69"));
    assert!(files.keys().any(|path| path.ends_with("summary.json")));
    let pictures: Vec<&PathBuf> = files.keys().filter(|path| path.extension().is_some_and(|e| e == "svg")).collect();
    // Identical policies share one row of the picture of effects.
    assert!(matches!(pictures[..], [one] if one.ends_with("plots/effect.svg")), "{pictures:?}");
}

#[test]
fn running_twice_gives_the_same_bytes_for_all_but_the_manifest() {
    let [(one, first), (two, second)] = [(); 2].map(|()| results(&shipped("dp072-incident"), &[]));
    assert_eq!(one.stdout, two.stdout);
    assert!(without_manifest(first) == without_manifest(second));
}

#[test]
fn the_resolved_scenario_passes_check_and_comes_to_the_same_results() {
    let (_market, market) = small_market();
    for path in [shipped("dp072-incident"), shipped("dp072-extrapolation"), market] {
        let of = |path: &str| {
            let (output, files) = results(path, &["--replications", "1", "--format", "json"]);
            let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
            let resolved = files.into_iter().find(|(path, _)| path.ends_with("scenario.resolved.toml"));
            (document["results_digest"].clone(), resolved.expect("a scenario").1)
        };
        let (digest, resolved) = of(&path);
        let (_folder, again) = file("again.toml", &resolved);
        assert_eq!(meterchurn(&["check", &again]).status.code(), Some(0), "{path}");
        assert_eq!(of(&again), (digest, resolved), "{path}");
    }
}

#[test]
fn the_order_of_keys_in_a_file_does_not_show_in_the_scenarios_digest() {
    let digest = |path: &str| {
        let document: Value =
            serde_json::from_slice(&meterchurn(&["run", path, "--format", "json", "--no-output"]).stdout)
                .expect("JSON");
        document["scenario"]["digest"].clone()
    };
    let (_folder, swapped) = changed(
        "dp072-incident",
        "start   = 2018-11-01\nhorizon = 2019-03-01",
        "horizon = 2019-03-01\nstart   = 2018-11-01",
    );
    assert_eq!(digest(&swapped), digest(&shipped("dp072-incident")));
}

#[test]
fn one_two_and_eight_threads_give_the_same_bytes() {
    let (_folder, path) = small_market();
    let run = |threads: &str| {
        let (output, files) = results(&path, &["-j", threads, "--replications", "3", "--format", "json"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        (output.stdout, without_manifest(files))
    };
    let one = run("1");
    assert!(one == run("2"));
    assert!(one == run("8"));
}

#[test]
fn stats_go_to_stderr_and_do_not_change_the_results() {
    let (_folder, path) = small_market();
    let of = |more: &[&str]| results(&path, &[&["--replications", "2", "-j", "1"], more].concat());
    let ((plain, files), (with, same)) = (of(&[]), of(&["--stats"]));
    assert_eq!(plain.stdout, with.stdout);
    assert!(without_manifest(files) == without_manifest(same));
    let (quiet, told) = (stderr(&plain), stderr(&with));
    assert!(!quiet.contains("Stats"), "{quiet}");
    assert_in_order(
        &told,
        &[
            "Stats\n",
            "  reading ",
            "  simulating ",
            "  statistics ",
            "  writing ",
            "  runs ",
            "4 (",
            "  cases ",
            "  events ",
            "  threads ",
        ],
    );
    assert_eq!(told.contains("  memory "), cfg!(target_os = "linux"), "{told}");
}

#[test]
fn another_seed_gives_another_market() {
    let (_folder, path) = small_market();
    let digest = |seed: &str| {
        let more = ["run", &path, "--replications", "1", "--format", "json", "--no-output", "--seed", seed];
        let document: Value = serde_json::from_slice(&meterchurn(&more).stdout).expect("JSON");
        document["results_digest"].as_str().expect("a digest").to_owned()
    };
    assert_eq!(digest("1"), digest("1"));
    assert_ne!(digest("1"), digest("2"));
}

#[test]
fn the_largest_seed_is_recorded_and_read_back_and_a_larger_one_is_refused() {
    let largest = i64::MAX.to_string();
    let (output, files) = results(&shipped("dp072-fifty-days"), &["--seed", &largest, "--format", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(document["seed"], i64::MAX);
    let resolved = files.into_iter().find(|(path, _)| path.ends_with("scenario.resolved.toml")).expect("a scenario").1;
    assert!(String::from_utf8_lossy(&resolved).contains(&format!("seed = {largest}\n")));
    let (_folder, again) = file("again.toml", &resolved);
    assert_eq!(meterchurn(&["check", &again]).status.code(), Some(0));
    for larger in ["9223372036854775808", "18446744073709551615"] {
        let output = meterchurn(&["run", &shipped("dp072-fifty-days"), "--no-output", "--seed", larger]);
        assert_eq!(output.status.code(), Some(2), "{larger}");
        assert!(
            stderr(&output).contains("expected a whole number from 0 to 9223372036854775807"),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn more_threads_than_there_are_runs_are_not_started() {
    // Two policies in three replications.
    let (_folder, path) =
        changed("dp072-fifty-days", "[time]", "[experiment]\nreplications = 3\n[[policy]]\nid = \"idle\"\n[time]");
    let output = meterchurn(&["run", &path, "--no-output", "--stats", "-j", "20000"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let told = stderr(&output);
    let threads = told.lines().find_map(|line| line.trim().strip_prefix("threads")).expect("a row");
    assert_eq!(threads.trim(), "6", "{told}");
}

// check

#[test]
fn check_reports_five_mistakes_at_once_each_with_line_and_remedy() {
    let text = "schema = 1
title = \"Five mistakes\"
[time]
start = 2018-11-01
horizon = 2019-03-01
[[supplier]]
id = \"losing\"
[[supplier]]
id = \"gaining\"
[[meter]]
id = 1
holder = \"losing\"
calendar = { period = \"daily\", offset = 10 }
colour = \"blue\"
[[switch]]
meter = 1
from = \"losing\"
to = \"gaining\"
ssd = 2018-11-31
[[policy]]
id = \"baseline\"
use = [{ mitigation = \"filter-by-cod\" }]
[[expect]]
that = \"leaked-read.delivered.total == 78\"
kind = \"golden\"
";
    let (_folder, path) = file("five.toml", text);
    let output = meterchurn(&["check", &path]);
    assert_eq!(output.status.code(), Some(3));
    let told = stderr(&output);
    for (line, place) in
        [(13, "offset"), (14, "colour"), (19, "2018-11-31"), (22, "filter-by-cod"), (24, "leaked-read")]
    {
        assert!(told.contains(&format!("five.toml:{line}:")), "line {line}:\n{told}");
        assert!(told.contains(place), "{place}:\n{told}");
    }
    for remedy in ["filter-by-code", "leaked-reads.delivered"] {
        assert!(told.contains(remedy), "{remedy}:\n{told}");
    }
    assert!(told.matches("help:").count() >= 5, "{told}");
    assert_eq!(stdout(&output), "");
}

#[test]
fn every_shipped_scenario_passes_check() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let paths = std::fs::read_dir(folder).expect("scenarios").map(|entry| entry.expect("an entry").path());
    for path in paths.filter(|path| path.extension().is_some_and(|e| e == "toml")) {
        let path = path.to_string_lossy().into_owned();
        let output = meterchurn(&["check", &path]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(stdout(&output).contains(": ok, "));
    }
}

#[test]
fn check_counts_one_policy_and_one_expectation_as_one() {
    let text = "schema = 1\ntitle = \"t\"\n[time]\nstart = 2018-11-01\nhorizon = 2019-03-01\n[[supplier]]\nid = \"a\"\n\
                [[meter]]\nid = 1\nholder = \"a\"\n[[expect]]\nthat = \"leaked-reads.delivered.total == 0\"\n\
                kind = \"golden\"\n";
    let (_folder, path) = file("one.toml", text);
    let output = meterchurn(&["check", &path]);
    assert!(stdout(&output).contains("ok, 1 policy, 1 expectation\n"), "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn check_goes_on_after_a_wrong_file() {
    let (_folder, wrong) = file("wrong.toml", "schema = 2\n");
    let output = meterchurn(&["check", &wrong, &shipped("dp072-incident")]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stdout(&output).contains("dp072-incident.toml: ok"));
}

#[test]
fn files_that_are_missing_or_no_text_exit_3() {
    let (folder, binary) = file("binary.toml", b"schema = 1\ntitle = \"\xff\xfe\"\n");
    for path in
        [binary, folder.path().join("none.toml").to_string_lossy().into(), folder.path().to_string_lossy().into()]
    {
        let output = meterchurn(&["check", &path]);
        assert_eq!(output.status.code(), Some(3), "{path}");
        assert!(stderr(&output).contains("error"), "{path}");
    }
}

// trace

#[test]
fn trace_lists_the_incident_in_order() {
    let output = meterchurn(&["trace", &shipped("dp072-incident"), "--meter", "1"]);
    assert_eq!(output.status.code(), Some(0));
    assert_in_order_unwrapped(
        &stdout(&output),
        &[
            "2018-12-01 00:00:00 GMT  day 0    SSD: gaining is the registered supplier",
            "2018-12-01 00:10:00 GMT  day 0    0x8F0A pushed to losing: the closing read",
            "2018-12-01 02:00:00 GMT  day 0    DCC schedule of losing (4.6.1 at 02:00:00 UTC) refused: E4",
            "2018-12-01 03:00:00 GMT  day 0    DCC schedule of losing (4.8.1 at 03:00:00 UTC) refused: E4",
            "2018-12-29 00:00:00 GMT  day 28   first request",
            "2019-02-17 01:00:01 GMT  day 78   6.23 executed",
            "DCC schedule of losing (4.6.1 at 02:00:00 UTC) removed",
            "DCC schedule of losing (4.8.1 at 03:00:00 UTC) removed",
            "Delivered in total: 78 leaked reads (78 pushed, 0 pulled), 156 E4s, 2 notices, 1 closing read",
        ],
    );
}

#[test]
fn trace_lists_daily_events_on_one_line_across_changes_that_do_not_show() {
    // From 2018-12-02 on a read leaks daily; on day 28 the first request is made, which does not change that.
    let told = stdout(&meterchurn(&["trace", &shipped("dp072-incident"), "--meter", "1"]));
    for line in [
        "2018-11-01 00:10:00 GMT           0x8F0A pushed to losing: its own customer's read, daily until 2018-11-30 \
         (30 in all)",
        "2018-12-02 00:10:00 GMT  day 1    0x8F0A pushed to losing: a leaked read, daily until 2019-02-17 (78 in all)",
        "2018-12-01 02:00:00 GMT  day 0    DCC schedule of losing (4.6.1 at 02:00:00 UTC) refused: E4, daily until \
         2019-02-16 (78 in all)",
        "2018-12-01 03:00:00 GMT  day 0    DCC schedule of losing (4.8.1 at 03:00:00 UTC) refused: E4, daily until \
         2019-02-16 (78 in all)",
    ] {
        assert_eq!(unwrapped(&told).matches(&unwrapped(line)).count(), 1, "{line}:\n{told}");
    }
    // In spring the push stays at ten past midnight by the local clock and the runs at 02:00 UTC come at 03:00.
    let (_folder, path) = changed("dp072-incident", "horizon = 2019-03-01", "horizon = 2019-05-01");
    let told = stdout(&meterchurn(&["trace", &path, "--meter", "1"]));
    assert!(
        unwrapped(&told)
            .contains("0x8F0A pushed to gaining: its own customer's read, daily until 2019-04-30 (72 in all)"),
        "{told}"
    );
}

/// The incident with its 6.23 in a backlog of one a working day, behind `others` copies of another meter.
fn queued(fuel: &str, others: u32) -> (TempDir, String) {
    let text = std::fs::read_to_string(shipped("dp072-incident")).expect("a shipped scenario");
    let text = text
        .replace("cos   = { detected = \"28 d\", response = \"50 d 1 h\" }", "cos   = \"queue\"")
        .replace("class = \"immature\"", "capacity = \"1 /d\"")
        .replace("copies    = 1", &format!("fuel = \"{fuel}\""));
    let switch = "from = \"losing\"\nto = \"gaining\"\nssd = 2018-12-01\ncos = \"queue\"";
    let before =
        format!("[[meter]]\nid = 0\ncopies = {others}\nholder = \"losing\"\n[[switch]]\nmeter = 0\n{switch}\n");
    file(
        "queue.toml",
        text.replace("[[policy]]\nid    = \"baseline\"", &format!("{before}[[policy]]\nid = \"baseline\"")),
    )
}

#[test]
fn trace_shows_the_turn_given_by_the_coupled_simulation() {
    // SSD is a Saturday. The three others go on Monday 3rd, Tuesday and Wednesday, this meter on Thursday at 09:00.
    let (_folder, path) = queued("electricity", 3);
    let output = meterchurn(&["trace", &path, "--meter", "1"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_in_order_unwrapped(
        &stdout(&output),
        &[
            "2018-12-01 00:00:00 GMT  day 0    the 6.23 of gaining for the meter joins its backlog",
            "2018-12-06 09:00:00 GMT  day 5    6.23 from gaining: accepted",
            "2018-12-06 09:00:01 GMT  day 5    6.23 executed: the meter trusts gaining",
            // A read on each of days 1 to 5, two E4s on each of days 0 to 5.
            "Delivered in total: 5 leaked reads (5 pushed, 0 pulled), 12 E4s",
            "17 unwanted alerts, 0 failed scheduled runs, exposure 5 d 9 h 1 s",
        ],
    );
    // The first of the copies goes on Monday.
    let told = stdout(&meterchurn(&["trace", &path, "--meter", "0"]));
    assert_in_order_unwrapped(
        &told,
        &[
            "The first in the queue of 3 identical \
        meters",
            "2018-12-03 09:00:01 GMT  day 2    6.23 executed",
        ],
    );
}

#[test]
fn trace_says_that_a_623_still_waits_at_the_horizon() {
    let (_folder, path) = queued("electricity", 1_000);
    let told = stdout(&meterchurn(&["trace", &path, "--meter", "1"]));
    assert_in_order_unwrapped(
        &told,
        &["2019-03-01 00:00:00 GMT  day 90   at the horizon the 6.23 of gaining for the meter is still in its \
             backlog"],
    );
}

#[test]
fn trace_names_the_device_of_a_request_where_a_meter_point_has_two() {
    let (_folder, path) = queued("gas", 1);
    assert_in_order_unwrapped(
        &stdout(&meterchurn(&["trace", &path, "--meter", "1"])),
        &[
            "2018-12-04 09:00:00 GMT  day 3    6.23 from gaining for the meter: accepted",
            "2018-12-05 09:00:00 GMT  day 4    6.23 from gaining for the gas proxy: accepted",
        ],
    );
}

#[test]
fn an_unknown_meter_or_policy_exits_4() {
    let incident = shipped("dp072-incident");
    assert_eq!(meterchurn(&["trace", &incident, "--meter", "2"]).status.code(), Some(4));
    let output = meterchurn(&["trace", &incident, "--meter", "1", "--policy", "filter-cod"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(stderr(&output).contains("filter-code"));
}

// list, explain, completions, and flags

#[test]
fn an_unknown_flag_or_format_exits_2() {
    for arguments in
        [&["run", "--colour"][..], &["run", "--format", "xml"], &["run", "--replications", "0"], &["chekc"]]
    {
        let output = meterchurn(arguments);
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), String::new()), "{arguments:?}");
    }
}

#[test]
fn a_negative_number_is_refused_with_the_range_that_is_accepted() {
    let incident = shipped("dp072-incident");
    for (arguments, range) in [
        (&["run", "--seed", "-1"][..], "from 0 to 9223372036854775807"),
        (&["run", "--replications", "-1"], "from 1 to 1000000"),
        (&["run", "-j", "-1"], "from 0 to 4294967295"),
        (&["trace", &incident, "--meter", "-1"], "from 0 to 18446744073709551615"),
        (&["trace", &incident, "--meter", "1", "--replication", "-1"], "from 0 to 4294967295"),
    ] {
        let output = meterchurn(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let told = stderr(&output);
        assert!(told.contains("'-1'") && told.contains(&format!("expected a whole number {range}\n")), "{told}");
        assert!(!told.contains("-- -1"), "{told}");
    }
    for seed in ["0", "9223372036854775807"] {
        assert_eq!(meterchurn(&["run", &incident, "--no-output", "--seed", seed]).status.code(), Some(0), "{seed}");
    }
}

#[test]
fn an_options_value_that_begins_with_a_dash_gets_no_advice_that_is_refused() {
    let output = meterchurn(&["run", "-o", "-x"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!stderr(&output).contains("-- -x"), "{}", stderr(&output));
    // Of a file's name it is right.
    assert!(stderr(&meterchurn(&["check", "-x"])).contains("-- -x"));
    assert_eq!(meterchurn(&["check", "--", "-x"]).status.code(), Some(3));
}

#[test]
fn help_and_version_go_to_stdout_and_exit_0() {
    for flag in ["--help", "--version"] {
        let output = meterchurn(&[flag]);
        assert_eq!(output.status.code(), Some(0));
        assert!(!output.stdout.is_empty() && output.stderr.is_empty(), "{flag}");
    }
}

#[test]
fn help_fits_80_columns_and_that_of_run_lists_the_exit_codes() {
    for command in
        [&[][..], &["run"], &["check"], &["compare"], &["trace"], &["list"], &["explain"], &["completions"], &["man"]]
    {
        for flag in ["-h", "--help"] {
            let help = stdout(&meterchurn(&[command, &[flag]].concat()));
            assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
        }
    }
    let help = stdout(&meterchurn(&["run", "--help"]));
    assert!(help.contains("\n  130  Stopped by Ctrl-C (SIGINT); results are incomplete\n"), "{help}");
}

#[test]
fn list_names_mitigations_metrics_and_parameters() {
    for (kind, name) in [
        ("mitigations", "13b  filter-by-code"),
        ("metrics", "not-initiated.open"),
        ("parameters", "to-623.immature"),
        ("injections", "wan-outage"),
        ("inputs", "market.calendar-share = 0.5 share (assumed)"),
    ] {
        let output = meterchurn(&["list", kind]);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains(name), "{}", stdout(&output));
    }
}

#[test]
fn a_policy_that_is_not_there_is_answered_with_the_nearest_ones() {
    for (arguments, said) in [
        (&["run", "--no-output", "--against", "nope"][..], "help: the nearest policies are `"),
        (&["trace", "--worst", "--policy", "nope"], "help: the nearest policies are `"),
        (&["run", "--no-output", "--against", "filter-cod"], "did you mean `filter-code`?"),
    ] {
        let output = meterchurn(arguments);
        assert_eq!(output.status.code(), Some(4), "{arguments:?}");
        assert_in_order(&stderr(&output), &["there is no policy `", said]);
    }
}

#[test]
fn lists_fit_the_page_and_their_further_lines_are_indented() {
    for kind in ["mitigations", "metrics", "injections", "inputs"] {
        let listed = stdout(&meterchurn(&["list", kind]));
        assert!(listed.lines().all(|line| line.chars().count() <= 100), "{kind}: {listed}");
    }
    let mitigations = stdout(&meterchurn(&["list", "mitigations"]));
    // Numbers take five columns and names 29.
    let is_further = |line: &&str| line.starts_with(' ');
    assert!(mitigations.lines().filter(is_further).count() > 0, "{mitigations}");
    assert!(mitigations.lines().filter(is_further).all(|line| line.starts_with(&" ".repeat(34))), "{mitigations}");
}

#[test]
fn explain_finds_a_metric_by_a_query_and_lists_those_that_begin_with_a_word() {
    let metric = stdout(&meterchurn(&["explain", "not-initiated.open"]));
    assert_eq!(stdout(&meterchurn(&["explain", "not-initiated.open{at=2018-12-31}.total"])), metric);
    let several = stdout(&meterchurn(&["explain", "leaked-reads"]));
    assert_in_order_unwrapped(&several, &["leaked-reads begins these names", "leaked-reads.delivered", "metric"]);
    let keys = stdout(&meterchurn(&["explain", "market.class-shares"]));
    assert!(keys.starts_with("market.class-shares: "), "a parameter goes before the inputs within it: {keys}");
}

#[test]
fn explain_finds_an_input_by_its_name_or_an_ending_of_it() {
    let [full, short] =
        ["market.class-shares.immature", "class-shares.immature"].map(|name| stdout(&meterchurn(&["explain", name])));
    assert_eq!(full, short);
    let all = [
        "market.class-shares.immature: ",
        "unit:    share",
        "range:   0.1 to 0.3",
        "kind:    assumed",
        "value:   0.17 in the scenario december-2018",
        "`--set market.class-shares.immature=VALUE` changes it",
    ];
    assert_in_order(&full, &all);
    let setting = stdout(&meterchurn(&["explain", "policy.escalation.escalation.detection"]));
    assert!(setting.contains("value:   28 d in the scenario december-2018"), "{setting}");
    // What is suggested is found.
    let near = stderr(&meterchurn(&["explain", "calendar-shar"]));
    assert!(near.contains("did you mean `calendar-share`?"), "{near}");
    assert_eq!(meterchurn(&["explain", "calendar-share"]).status.code(), Some(0));
    assert!(!stderr(&meterchurn(&["explain", "nope"])).contains("`open`"), "no metric is found by its ending");
    let several = meterchurn(&["explain", "immature"]);
    assert_eq!(several.status.code(), Some(4));
    assert_in_order(&stderr(&several), &["several inputs end in `immature`", "help: explain one of `"]);
}

#[test]
fn explain_says_where_the_rules_and_sections_are_that_a_source_names() {
    let rule = stdout(&meterchurn(&["explain", "dcc.schedule-removal"]));
    assert_in_order(&rule, &["source:  R7", "Rules of the model, R1 to R19, are in docs/semantics.md."]);
    let section = stdout(&meterchurn(&["explain", "market.off-air-share"]));
    assert_in_order(&section, &["calibration 8.14", "are in docs/calibration.md."]);
    for name in ["to-623.prepay", "dcc.smets1-pushes", "prepay-first"] {
        let page = stdout(&meterchurn(&["explain", name]));
        assert!(page.contains("source:") && !page.contains("domain 2"), "{page}");
    }
}

#[test]
fn the_codes_of_findings_are_listed_and_an_unknown_one_says_where() {
    let listed = stdout(&meterchurn(&["list", "findings"]));
    assert_in_order(
        &listed,
        &["MC001  error    broken TOML\n", "MC101  warning  ", "MC203  error    behaviour changed\n"],
    );
    assert_eq!(listed.lines().count(), Code::all().count(), "{listed}");
    for name in ["MC999", "mc1"] {
        let unknown = meterchurn(&["explain", name]);
        assert_eq!(unknown.status.code(), Some(4));
        let told = stderr(&unknown);
        assert!(told.ends_with("help: `meterchurn list findings` lists the codes of all findings\n"), "{told}");
    }
    assert!(!stderr(&meterchurn(&["explain", "mcx"])).contains("`meterchurn list findings`"));
}

#[test]
fn a_finding_that_no_text_shows_is_explained_without_an_example() {
    let page = stdout(&meterchurn(&["explain", "MC203"]));
    assert!(page.starts_with("MC203: behaviour changed\n") && !page.contains("wrong:"), "{page}");
    assert!(stdout(&meterchurn(&["explain", "MC201"])).contains("wrong:\n    that = "));
}

#[test]
fn the_help_of_check_and_test_says_what_each_format_of_findings_is_for() {
    for command in ["check", "test"] {
        let help = unwrapped(&stdout(&meterchurn(&[command, "--help"])));
        for Format { name, about, .. } in FORMATS {
            assert!(
                help.contains(&format!("- {name}: ")) && help.contains(&unwrapped(about)),
                "{command}, {name}: {help}"
            );
        }
    }
}

#[test]
fn explain_finds_a_mitigation_by_number_or_by_name() {
    let [number, name] = ["13a", "filter-by-class"].map(|name| stdout(&meterchurn(&["explain", name])));
    assert_eq!(number, name);
    assert!(name.contains("critical") && name.contains("source:"), "{name}");
}

#[test]
fn explain_finds_a_law_by_its_name_in_scenarios_or_in_results() {
    let [listed, short] = ["laws.notice", "notice"].map(|name| stdout(&meterchurn(&["explain", name])));
    assert_eq!(listed, short);
    assert!(listed.contains("default: { uniform = [\"3 d\", \"10 d\"] }"), "{listed}");
}

#[test]
fn list_parameters_shows_default_unit_range_and_reason_of_every_key() {
    let listed = stdout(&meterchurn(&["list", "parameters"]));
    let of = |name: &str| {
        let line = listed.lines().find(|line| line.split_whitespace().next() == Some(name));
        line.unwrap_or_else(|| panic!("{name}:\n{listed}")).split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        of("market.erroneous-share"),
        "0.006 probability 0.003 to 0.013; calibration 2.5: 0.6 % published, about 1 % often quoted"
    );
    assert_eq!(of("meter.copies"), "1 meters");
    assert_eq!(of("switch.cos.latency"), "\"1 s\" fixed; a script states its seconds");
    assert_eq!(of("time.start"), "required");
}

#[test]
fn explain_shows_everything_known_about_a_parameter() {
    let told = stdout(&meterchurn(&["explain", "market.off-air-share"]));
    let all = [
        "share of meters off the WAN",
        "default: 0.03",
        "unit:    share",
        "range:   0.01 to 0.095",
        "why:     calibration 8.14",
        "kind:    assumed",
        "source:  calibration 8.14",
    ];
    assert_in_order(&told, &all);
}

#[test]
fn explain_lists_the_keys_of_an_injection() {
    let told = stdout(&meterchurn(&["explain", "fail-623"]));
    assert_in_order(&told, &["fail-623: ", "times", "(default: 1)", "share", "keys of `where`:", "gaining", "meters"]);
    assert!(!told.contains("region"), "{told}");
}

#[test]
fn explain_lists_the_labels_of_a_metric_with_their_values() {
    let told = stdout(&meterchurn(&["explain", "leaked-reads.delivered"]));
    assert_in_order(&told, &["labels", "fuel", "electricity, gas"]);
    assert!(told.contains("push, pull"), "{told}");
}

#[test]
fn explain_answers_a_row_of_several_mitigations_with_all_of_them() {
    let output = meterchurn(&["explain", "13"]);
    assert_eq!(output.status.code(), Some(4));
    assert_in_order(&stderr(&output), &["`13a` (filter-by-class)", "`13b` (filter-by-code)", "`13c`"]);
}

#[test]
fn explain_answers_an_unknown_name_with_the_nearest_one() {
    let output = meterchurn(&["explain", "filter-by-cod"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(stderr(&output).contains("filter-by-code"));
}

#[test]
fn explain_answers_a_policy_of_the_built_in_scenario_with_what_it_uses() {
    let output = meterchurn(&["explain", "schedules-only"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let told = stdout(&output);
    assert!(told.starts_with("schedules-only: a policy of the scenario december-2018"), "{told}");
    assert!(told.ends_with(&stdout(&meterchurn(&["explain", "8"]))), "{told}");
}

#[test]
fn explain_says_what_to_ask_for_instead_of_a_policy_of_a_scenario_file() {
    let output = meterchurn(&["explain", "our-own-plan"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(stderr(&output).contains("explain the mitigations that its `use` names"), "{}", stderr(&output));
}

#[test]
fn completions_are_written_for_bash() {
    let output = meterchurn(&["completions", "bash"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("_meterchurn"));
}

// What a file says is shown, never obeyed.

/// The incident with titles that would colour a terminal, ring its bell and run in a browser.
fn hostile() -> (TempDir, String) {
    let hostile = r#""\u001B[31mred\u0007\u202E<script>alert(1)</script>""#;
    let text = std::fs::read_to_string(shipped("dp072-incident")).expect("a shipped scenario");
    let text = text
        .replace("\"DP072: one meter, 28 days undetected, 50 days to respond\"", hostile)
        .replace("\"As it happened\"", hostile)
        .replace("id = \"losing\"\n", &format!("id = \"losing\"\nname = {hostile}\n"));
    assert_eq!(text.matches("script>").count(), 6);
    file("hostile.toml", text)
}

#[test]
fn control_characters_in_titles_never_reach_stdout_raw() {
    let (_folder, path) = hostile();
    for arguments in [
        &["run", &path, "--no-output"][..],
        &["run", &path, "--no-output", "--format", "json"],
        &["run", &path, "--no-output", "--format", "csv"],
        &["check", &path],
        &["trace", &path, "--meter", "1"],
    ] {
        let output = meterchurn(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        let told = stdout(&output) + &stderr(&output);
        assert!(!told.chars().any(|c| c.is_control() && c != '\n' && c != '\r'), "{arguments:?}");
        if arguments.len() == 3 {
            assert!(!told.contains('\u{202e}'), "{arguments:?}");
        }
    }
}

#[test]
fn c1_controls_and_bidirectional_marks_in_titles_never_reach_stdout_raw_as_json() {
    let (_folder, path) =
        changed("dp072-fifty-days", "DP072 read literally: 50 days of exposure", "a\\u009B31mb\\u202Ec\\u007F");
    let told = stdout(&meterchurn(&["run", &path, "--no-output", "--format", "json"]));
    for raw in ['\u{9b}', '\u{202e}', '\u{7f}'] {
        assert!(!told.contains(raw), "{raw:?}");
    }
}

#[test]
fn markup_in_titles_never_reaches_a_picture_raw() {
    let (_folder, path) = hostile();
    let (output, files) = results(&path, &[]);
    assert_eq!(output.status.code(), Some(0));
    let pictures: Vec<String> = files
        .iter()
        .filter(|(path, _)| path.extension().is_some_and(|e| e == "svg"))
        .map(|(_, bytes)| String::from_utf8(bytes.clone()).expect("an SVG is UTF-8"))
        .collect();
    assert!(!pictures.is_empty());
    for picture in pictures {
        assert!(!picture.contains("<script") && !picture.chars().any(|c| c.is_control() && c != '\n'));
    }
}

#[test]
fn what_would_not_fit_into_memory_is_refused_with_the_estimate_and_the_limit() {
    let many = meterchurn(&["run", &shipped("dp072-incident"), "--replications", "1000000", "--no-output"]);
    assert_eq!(many.status.code(), Some(3));
    assert!(stderr(&many).contains("exceed the limit of 8 GB"), "{}", stderr(&many));
    let (_folder, path) = queued("electricity", 4_000_000);
    let held = meterchurn(&["trace", &path, "--meter", "1"]);
    assert_eq!(held.status.code(), Some(3));
    assert!(stderr(&held).contains("4000001 meters that wait"), "{}", stderr(&held));
}

/// A market of this many electricity meters. A share of them switches in every month of twenty years.
fn twenty_years(meters: u64, monthly: f64, more: &str) -> (TempDir, String) {
    let months: Vec<String> =
        (2001..2021).flat_map(|y| (1..=12).map(move |m| format!("\"{y}-{m:02}\" = {monthly}"))).collect();
    let text = format!(
        "schema = 1\ntitle = \"t\"\nsupplier = [{{ id = \"a\", share = 1 }}, {{ id = \"b\", share = 1, capacity = \"10 \
         /d\" }}]\n\
         [time]\nstart = 2001-01-01\nhorizon = 2021-01-01\n[market]\ngas-share = 0\n\
         path = [{{ on = 2000-12-31, meters = {meters} }}]\nswitching = {{ {} }}\n{more}",
        months.join(", ")
    );
    file("twenty-years.toml", text)
}

#[track_caller]
fn refused(arguments: &[&str]) -> String {
    let output = meterchurn(arguments);
    assert_eq!((output.status.code(), stdout(&output)), (Some(3), String::new()), "{}", stderr(&output));
    stderr(&output)
}

#[test]
fn a_market_that_would_not_end_is_refused_with_its_switches() {
    // 1e9 meters x 240 months, and 2 % that are withdrawn: 2.4e11.
    let (_folder, path) = twenty_years(1_000_000_000, 1.0, "");
    let told = refused(&["run", &path, "--no-output"]);
    assert!(told.contains("about 2.4e11 switches to simulate") && told.contains("fewer meters"), "{told}");
}

#[test]
fn more_switches_on_a_day_than_have_draws_of_their_own_are_refused() {
    // In February 1e9 / 28 = 36 million a day, of 16.8 million names.
    let (_folder, path) = twenty_years(1_000_000_000, 1.0, "");
    let text =
        std::fs::read_to_string(&path).expect("the file").replace("horizon = 2021-01-01", "horizon = 2001-03-01");
    let (_folder, path) = file("two-months.toml", text);
    let told = refused(&["run", &path, "--no-output"]);
    assert!(told.contains("about 3.6e7 switches of one fuel on one day"), "{told}");
}

#[test]
fn more_device_seconds_than_a_counter_takes_are_refused() {
    // 300 x 1e8 meters for 20 years: 3e10 x 7,304 x 86,400 = 1.9e19, more than 2^64 = 1.8e19.
    let (_folder, path) = changed("dp072-fifty-days", "horizon = 2019-03-01", "horizon = 2038-10-30");
    let mut text = std::fs::read_to_string(path).expect("the file");
    (2..302).for_each(|id| text += &format!("[[meter]]\nid = {id}\nholder = \"losing\"\ncopies = 100000000\n"));
    let (_folder, path) = file("many-copies.toml", text);
    let told = refused(&["run", &path, "--no-output"]);
    assert!(told.contains("up to 1.9e19 device-seconds") && told.contains("fewer `copies`"), "{told}");
}

#[test]
fn a_book_that_cannot_be_held_is_refused() {
    // Half of nine million meters.
    let failure =
        "[[inject]]\nkind = \"supplier-failure\"\nwhere = { losing = [\"a\"], gaining = [\"b\"] }\nfrom = 2010-01-01\n";
    let (_folder, path) = twenty_years(9_000_000, 0.0001, failure);
    let told = refused(&["run", &path, "--no-output"]);
    assert!(told.contains("about 4500000 meters that wait for a supplier's capacity"), "{told}");
}

#[test]
fn bins_of_many_years_on_many_threads_are_refused_where_memory_ends() {
    // Three channels and eight lanes of messages, of 1,440 bins for 7,305 days, are 0.9 GB; times 400.
    let (_folder, path) = twenty_years(1_000, 0.01, "[traffic]\n");
    let told = refused(&["run", &path, "--no-output", "--replications", "400", "-j", "400"]);
    assert!(told.contains("GB of memory (400 runs at once)") && told.contains("fewer threads"), "{told}");
}
