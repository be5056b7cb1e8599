//! Stopping a study by signals: what is finished is kept and marked, and nothing is left half-written.

#![cfg(unix)]

mod program;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use program::{file, files, meterchurn, shipped, small_market, stderr, stdout};
use serde_json::Value;
use tempfile::TempDir;

/// A running study and the directory that its results go to, which the program creates once it watches for signals.
struct Running {
    child: Child,
    place: PathBuf,
    _folder: TempDir,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("results");
        let mut command = Command::new(env!("CARGO_BIN_EXE_meterchurn"));
        command.arg("run").args(arguments).arg("-o").arg(&place).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().expect("the program starts");
        Self { child, place, _folder: folder }
    }

    /// Waits until the program watches for signals, and a while longer.
    fn watching_for(&self, longer: Duration) {
        while !self.place.exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(longer);
    }

    fn send(&self, signal: &str) {
        let sent = Command::new("kill").args([&format!("-{signal}"), &self.child.id().to_string()]).output();
        sent.expect("a command `kill`");
    }

    fn end(self) -> (Output, PathBuf, TempDir) {
        (self.child.wait_with_output().expect("the program ends"), self.place, self._folder)
    }
}

/// A market of two policies in 2,000 replications, and an expectation that fails.
fn long_study() -> (TempDir, String) {
    let (_folder, path) = small_market();
    let text = std::fs::read_to_string(path).expect("the file");
    let expectation = "[[expect]]\nthat = \"leaked-reads.delivered.total == 0\"\nkind = \"golden\"\n";
    file("long.toml", format!("{text}{expectation}"))
}

fn manifest(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).expect("a manifest")).expect("JSON")
}

fn entries(place: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(place).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
}

#[test]
fn an_interrupted_study_keeps_the_replications_that_are_done_and_marks_them_incomplete() {
    let (_folder, path) = long_study();
    let running = Running::start(&[&path, "--replications", "2000", "-j", "2", "--format", "json"]);
    running.watching_for(Duration::from_secs(2));
    running.send("INT");
    let (output, place, _kept) = running.end();
    // The expectation would give 99.
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let done = document["replications"].as_u64().expect("a count");
    assert!(done > 0 && done < 2_000, "{done}");
    assert_eq!((&document["complete"], &document["expectations"]), (&Value::Bool(false), &Value::Array(Vec::new())));
    let told = stderr(&output);
    let line =
        format!("Stopped after {done} of 2000 replications: results are incomplete and expectations are not judged\n");
    assert!(told.contains(&line) && told.contains("repeat to stop at once"), "{told}");

    let [results] = entries(&place).try_into().expect("one results folder and nothing else");
    assert!(results.to_string_lossy().ends_with("-incomplete"), "{}", results.display());
    let manifest = manifest(&results);
    assert_eq!((&manifest["complete"], &manifest["replications-done"]), (&Value::Bool(false), &Value::from(done)));
    assert_eq!(manifest["options"]["replications"], 2_000);

    // Complete runs of this many replications have the same numbers.
    let whole = meterchurn(&["run", &path, "--no-output", "--format", "csv", "--replications", &done.to_string()]);
    assert!(std::fs::read(results.join("metrics.csv")).expect("a table") == whole.stdout);
}

#[test]
fn a_terminated_study_exits_143_and_its_screen_says_that_it_is_incomplete() {
    let (_folder, path) = long_study();
    let running = Running::start(&[&path, "--replications", "2000", "-j", "1"]);
    running.watching_for(Duration::from_secs(2));
    running.send("TERM");
    let (output, ..) = running.end();
    assert_eq!(output.status.code(), Some(143), "{}", stderr(&output));
    let screen = stdout(&output);
    assert!(screen.contains("\nStopped after ") && !screen.contains("FAIL"), "{screen}");
}

#[test]
fn a_second_signal_stops_at_once_with_its_own_exit_code_and_writes_nothing() {
    for (second, code) in [("INT", 130), ("TERM", 143)] {
        // A replication takes minutes.
        let running = Running::start(&[&shipped("gb-year"), "-j", "1", "--replications", "1"]);
        running.watching_for(Duration::from_millis(200));
        running.send("INT");
        std::thread::sleep(Duration::from_millis(200));
        running.send(second);
        let (output, place, _kept) = running.end();
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert_eq!((stdout(&output), entries(&place)), (String::new(), Vec::new()));
    }
}

#[test]
fn whenever_two_signals_come_results_are_whole_or_not_there_and_no_staging_folder_is_left() {
    let incident = shipped("dp072-incident");
    for step in 0..30 {
        let running = Running::start(&[&incident]);
        running.watching_for(Duration::from_millis(5 * step));
        running.send("INT");
        running.send("TERM");
        let (_, place, _kept) = running.end();
        for folder in entries(&place) {
            let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
            assert!(name.starts_with("dp072-incident-"), "step {step}: {name}");
            let listed = manifest(&folder)["files"].as_object().expect("files").clone();
            let mut found = files(&folder);
            found.remove(Path::new("manifest.json")).expect("the manifest");
            assert_eq!(listed.len(), found.len(), "step {step}");
            for (path, content) in found {
                let digest = blake3::hash(&content).to_hex().to_string();
                assert_eq!(listed[&*path.to_string_lossy()], digest, "step {step}: {}", path.display());
            }
        }
    }
}

#[test]
fn a_complete_study_is_kept_when_what_is_found_beside_it_is_stopped() {
    let (_folder, path) = small_market();
    let started = ["--replications", "8", "-j", "1", "--explore", "full", "--confirm", "--format", "json"];
    let running = Running::start(&[&[path.as_str()], started.as_slice()].concat());
    // The study takes a second, and the exploration a minute.
    running.watching_for(Duration::from_secs(6));
    running.send("INT");
    let (output, place, _kept) = running.end();
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    let said = stderr(&output);
    assert!(said.contains("\nThe results are incomplete: they lack the exploration and confirmation\n"), "{said}");
    let [results] = entries(&place).try_into().expect("one results folder and nothing else");
    assert!(results.to_string_lossy().ends_with("-explored-confirmed-incomplete"), "{}", results.display());
    let manifest = manifest(&results);
    assert_eq!((&manifest["complete"], &manifest["replications-done"]), (&Value::Bool(false), &Value::from(8)));
    assert_eq!(manifest["missing"], serde_json::json!(["exploration", "confirmation"]));
    let alone =
        meterchurn(&["run", &path, "--no-output", "--explore", "none", "--replications", "8", "--format", "csv"]);
    assert!(std::fs::read(results.join("metrics.csv")).expect("a table") == alone.stdout);
}
