//! Writing the results folder: many processes at once, files of the user, other programs' folders, full disks.

mod program;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use program::{files, meterchurn, shipped, stderr, stdout, unwrapped};
use serde_json::Value;
use tempfile::TempDir;

/// A folder for results folders, and its path as an argument.
fn place() -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_string_lossy().into_owned();
    (folder, path)
}

fn run_into(place: &str, scenario: &str) -> Output {
    meterchurn(&["run", scenario, "-o", place])
}

/// The one results folder of a place.
fn only(place: &Path) -> PathBuf {
    let found: Vec<_> =
        std::fs::read_dir(place).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

fn manifest(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).expect("a manifest")).expect("JSON")
}

#[test]
fn many_processes_can_run_one_scenario_into_a_fresh_folder() {
    let (folder, place) = place();
    let start = |_| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_meterchurn"));
        command.args(["run", &shipped("dp072-fifty-days"), "-o", &place]).stdout(Stdio::null()).stderr(Stdio::piped());
        command.spawn().expect("the program starts")
    };
    let all: Vec<_> = (0..12).map(start).collect();
    for one in all {
        let output = one.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    assert!(only(folder.path()).join("manifest.json").is_file());
}

#[test]
fn a_second_run_leaves_the_users_own_files_in_the_results_folder() {
    let (folder, place) = place();
    run_into(&place, &shipped("dp072-incident"));
    let results = only(folder.path());
    std::fs::write(results.join("notes.md"), "mine").expect("a file");
    std::fs::write(results.join("plots/notes.md"), "mine").expect("a file");
    std::fs::write(results.join("metrics.csv"), "cut").expect("a file");
    let output = run_into(&place, &shipped("dp072-incident"));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for name in ["notes.md", "plots/notes.md"] {
        assert_eq!(std::fs::read_to_string(results.join(name)).expect("the user's file"), "mine", "{name}");
    }
    assert!(std::fs::metadata(results.join("metrics.csv")).expect("a table").len() > 1_000, "our own is whole again");
    assert_eq!(only(folder.path()), results);
}

#[test]
fn the_manifest_lists_every_other_file_with_its_digest() {
    let (folder, place) = place();
    run_into(&place, &shipped("dp072-incident"));
    let results = only(folder.path());
    let listed = manifest(&results)["files"].as_object().expect("files").clone();
    let mut found = files(&results);
    found.remove(Path::new("manifest.json")).expect("the manifest");
    assert_eq!(listed.len(), found.len());
    for (path, content) in found {
        let digest = blake3::hash(&content).to_hex().to_string();
        assert_eq!(listed[&path.to_string_lossy().replace('\\', "/")], digest, "{}", path.display());
    }
}

#[test]
fn the_manifest_says_by_what_command_and_with_which_options_its_results_were_made() {
    let (folder, place) = place();
    let place = format!("{place}/a\u{1b}b");
    let incident = shipped("dp072-incident");
    let arguments = ["run", &incident, "-o", &place, "--seed", "7", "--replications", "2"];
    assert_eq!(meterchurn(&arguments).status.code(), Some(0));
    let results = only(&only(folder.path()));
    let manifest = manifest(&results);
    let typed: Vec<String> = arguments.iter().map(|argument| argument.replace('\u{1b}', "\\u{1b}")).collect();
    let command: Vec<&str> = manifest["command-line"].as_array().expect("arguments")[1..]
        .iter()
        .map(|argument| argument.as_str().expect("text"))
        .collect();
    assert_eq!(command, typed);
    let options = serde_json::json!({ "seed": 7, "replications": 2, "confidence": 0.95, "baseline": "baseline" });
    assert_eq!(manifest["options"], options);
    assert_eq!((&manifest["complete"], &manifest["replications-done"]), (&Value::Bool(true), &Value::from(2)));
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
    for digest in ["scenario-digest", "results-digest"] {
        assert_eq!(manifest[digest].as_str().map(str::len), Some(64), "{digest}");
    }
}

#[test]
fn another_command_with_the_same_results_leaves_the_folder_as_it_is() {
    let (folder, place) = place();
    run_into(&place, &shipped("dp072-incident"));
    let before = files(folder.path());
    let output = meterchurn(&["run", &shipped("dp072-incident"), "-o", &place, "-j", "1", "--format", "csv"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(files(folder.path()) == before);
}

#[test]
fn results_beside_a_manifest_of_an_early_version_are_replaced() {
    let (folder, place) = place();
    run_into(&place, &shipped("dp072-incident"));
    let results = only(folder.path());
    let old = serde_json::json!({ "program": "meterchurn", "version": "0.1.0", "seed": 1, "replications": 1 });
    std::fs::write(results.join("manifest.json"), old.to_string()).expect("a file");
    let output = run_into(&place, &shipped("dp072-incident"));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(manifest(&only(folder.path()))["complete"], true);
}

#[test]
fn a_folder_of_another_program_is_refused_before_the_simulation() {
    let (folder, place) = place();
    run_into(&place, &shipped("dp072-incident"));
    let results = only(folder.path());
    // A manifest, but of another program.
    std::fs::write(results.join("manifest.json"), r#"{"name": "a web page"}"#).expect("a file");
    let before = files(folder.path());
    let output = run_into(&place, &shipped("dp072-incident"));
    assert_eq!((output.status.code(), stdout(&output)), (Some(1), String::new()), "{}", stderr(&output));
    let told = stderr(&output);
    assert!(
        told.contains(&*results.to_string_lossy()) && told.contains("help: move it away or choose another directory"),
        "{told}"
    );
    assert!(files(folder.path()) == before);
    // The advice works.
    std::fs::rename(&results, folder.path().join("away")).expect("moved");
    assert_eq!(run_into(&place, &shipped("dp072-incident")).status.code(), Some(0));
}

#[test]
fn pictures_need_no_folder_for_temporary_files() {
    let (folder, place) = place();
    let mut command = Command::new(env!("CARGO_BIN_EXE_meterchurn"));
    let output = command
        .args(["run", &shipped("dp072-incident"), "-o", &place])
        .env("TMPDIR", "/no/such/folder")
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(files(&only(folder.path())).keys().any(|path| path.ends_with("plots/funnel.png")));
}

/// A limit of 16 kB a file, which `metrics.csv` exceeds, simulates a full disk.
#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_the_error_names_the_file_the_results_are_printed_and_previous_ones_stay() {
    let (folder, place) = place();
    run_into(&place, &shipped("dp072-incident"));
    let results = only(folder.path());
    std::fs::write(results.join("summary.json"), "an older version's").expect("a file");
    let before = files(folder.path());
    let script = r#"trap '' XFSZ; ulimit -f 16; exec "$0" run "$1" -o "$2""#;
    let arguments = [env!("CARGO_BIN_EXE_meterchurn"), &shipped("dp072-incident"), &place];
    let output = Command::new("bash").args(["-c", script]).args(arguments).output().expect("a shell");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let told = stderr(&output);
    let line = told.lines().find(|line| line.starts_with("error: ")).expect("an error");
    assert!(line.starts_with("error: cannot write `") && line.contains(&*results.to_string_lossy()), "{told}");
    assert!(line.contains("File too large"), "{told}");
    assert!(stdout(&output).contains("leaked reads"));
    assert!(files(folder.path()) == before);
}

#[test]
fn a_planner_is_told_what_is_averaged_what_is_the_largest_and_of_which_policy_a_picture_is() {
    let (folder, place) = place();
    let run = meterchurn(&["run", &shipped("wan-outage-catch-up"), "--replications", "2", "-o", &place]);
    let screen = unwrapped(&stdout(&run));
    for words in [
        "London time in the replication with the largest minute; it depends on conventions",
        "stated capacity 1,400 /s; busiest minute ",
        " minutes on average, never more than 5,0",
        "commands on WAN south wait on average; at most p95 ",
        "windows busiest minute south over windows like this one, with 95 % confidence: the 95th percentile needs 59 \
         replications, the 99th 299; there are 2",
    ] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
    assert!(unwrapped(&stderr(&run)).contains("The 95th percentile of peaks over windows like this one: "));
    let picture = |name: &str| {
        let path = only(folder.path()).join("plots").join(name).with_extension("svg");
        std::fs::read_to_string(path).expect("a picture")
    };
    for (name, words) in [
        ("queue", "Queue for messages to the meters (WAN south), by policy"),
        ("queue", "on the highest day"),
        ("load-duration", "Load-duration curves by policy: "),
        ("load-duration", "stated capacity 1,400 /s: 84,000 a minute"),
        ("hours-of-the-week", "Hours of the week under the baseline: "),
        ("effect", "no change here has a percentage"),
    ] {
        assert!(picture(name).contains(words), "{words} in {name}");
    }
}
