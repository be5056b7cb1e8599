//! Results that are read back from a folder are the results that were written.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use meterchurn::report::outline::Outline;
use meterchurn::report::render::parquet;
use meterchurn::report::render::{FORMS, Page, Report};
use meterchurn::results::cube::Cube;
use meterchurn::scenario::{BUILT_IN, Scenario, read};
use meterchurn::study;
use tempfile::TempDir;

/// A small market with traffic, a capacity, backlogs and an outage, so that every metric has values.
fn market() -> (Scenario, Cube) {
    let more = "\n[traffic]\ncapacity = \"600 /s\"\n\
        [[inject]]\nkind = \"registration-outage\"\nfrom = 2018-09-01\nuntil = 2018-09-08\n";
    let (mut scenario, _) = read("december-2018", &format!("{BUILT_IN}{more}")).expect("a valid scenario");
    scenario.market.as_mut().expect("a market").scale(0.01);
    scenario.policies.truncate(3);
    scenario.expectations.retain(|expectation| expectation.policy == "baseline");
    scenario.experiment.replications = 2;
    let cube = study::run(&scenario, Default::default(), &|_| ()).expect("conservation holds");
    (scenario, cube)
}

#[test]
fn a_cube_survives_json() {
    let (_, cube) = market();
    let text = serde_json::to_string(&cube).expect("JSON");
    assert_eq!(serde_json::from_str::<Cube>(&text).expect("a cube"), cube);
}

#[test]
fn outline_and_cube_survive_parquet_and_make_the_same_report_in_every_form() {
    let (scenario, cube) = market();
    let outline = Outline::of(&scenario, "digest", study::judge(&scenario, &cube));
    let report = Report::new(&outline, &cube, Page::of_width(80).full());
    let file = FORMS.iter().find(|form| form.file == Some(parquet::FILE)).expect("the form");
    let bytes = (file.render)(&report).expect("a file");
    let (read_outline, read_cube) = parquet::read(bytes).expect("what was written");
    assert_eq!(read_outline, outline);
    assert!(read_cube == cube && read_cube.digest() == cube.digest());
    let again = Report::new(&read_outline, &read_cube, Page::of_width(80).full());
    for form in FORMS {
        let render = |report: &Report<'_>| (form.render)(report).expect("a report");
        assert!(render(&report) == render(&again), "{form:?}");
    }
}

#[test]
fn the_digest_of_a_cube_covers_names_and_boundaries() {
    let (_, cube) = market();
    let digest = |change: &dyn Fn(&str) -> String| {
        let text = change(&serde_json::to_string(&cube).expect("JSON"));
        serde_json::from_str::<Cube>(&text).expect("a cube").digest()
    };
    let as_it_is = digest(&|text| text.to_owned());
    assert_eq!(as_it_is, cube.digest());
    let policy = &cube.policies()[1].policy;
    for (from, to) in [
        (format!("\"{policy}\""), "\"renamed\"".to_owned()),
        ("\"cases.at-start\"".to_owned(), "\"spoiled-switches\"".to_owned()),
        ("[\"path\",\"push\"]".to_owned(), "[\"path\",\"pushed\"]".to_owned()),
        ("\"replications\":[0,1]".to_owned(), "\"replications\":[0,2]".to_owned()),
    ] {
        assert_ne!(digest(&|text| text.replacen(&from, &to, 1)), as_it_is, "{from}");
    }
}

fn meterchurn(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_meterchurn"))
        .env_remove("COLUMNS")
        .args(arguments)
        .output()
        .expect("the program starts")
}

/// The folder of a run of a shipped scenario, and the screen of the run.
fn folder(parent: &TempDir) -> (PathBuf, Output) {
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/dp072-fifty-days.toml");
    let output = parent.path().to_str().expect("a path");
    let run = meterchurn(&["run", scenario, "-o", output]);
    let entry = std::fs::read_dir(parent.path()).expect("a folder").next().expect("results").expect("an entry");
    (entry.path(), run)
}

fn reported(folder: &Path) -> Output {
    meterchurn(&["report", folder.to_str().expect("a path")])
}

#[test]
fn report_prints_the_screen_of_run_byte_for_byte_and_exits_alike() {
    let parent = tempfile::tempdir().expect("a folder");
    let (folder, run) = folder(&parent);
    let report = reported(&folder);
    assert_eq!(String::from_utf8_lossy(&report.stdout), String::from_utf8_lossy(&run.stdout));
    assert_eq!(report.status.code(), run.status.code());
}

#[test]
fn report_prints_the_files_of_the_folder() {
    let parent = tempfile::tempdir().expect("a folder");
    let (folder, _) = folder(&parent);
    for (form, file) in [("json", "summary.json"), ("csv", "metrics.csv")] {
        let report = meterchurn(&["report", folder.to_str().expect("a path"), "--format", form]);
        assert_eq!(report.stdout, std::fs::read(folder.join(file)).expect("a file"), "{form}");
    }
}

/// What `report` says of a folder after a change to it.
fn refusal(change: impl Fn(&Path)) -> String {
    let parent = tempfile::tempdir().expect("a folder");
    let (folder, _) = folder(&parent);
    change(&folder);
    let report = reported(&folder);
    assert!(report.stdout.is_empty() && report.status.code() == Some(1), "{report:?}");
    String::from_utf8_lossy(&report.stderr).replace(&*folder.to_string_lossy(), "FOLDER")
}

#[test]
fn a_truncated_folder_is_refused_with_the_file() {
    let cut = refusal(|folder| {
        let path = folder.join("results.parquet");
        let bytes = std::fs::read(&path).expect("a file");
        std::fs::write(path, &bytes[..bytes.len() / 2]).expect("a shorter file");
    });
    assert!(cut.starts_with("error: `FOLDER/results.parquet` has been changed since it was written"), "{cut}");
    let gone = refusal(|folder| std::fs::remove_file(folder.join("metrics.csv")).expect("a file less"));
    assert!(gone.starts_with("error: cannot read `FOLDER/metrics.csv`"), "{gone}");
}

#[test]
fn an_edited_folder_is_refused_with_the_file() {
    let edited = refusal(|folder| std::fs::write(folder.join("days.csv"), "policy\n").expect("a file"));
    assert!(edited.starts_with("error: `FOLDER/days.csv` has been changed since it was written"), "{edited}");
    let digest = refusal(|folder| {
        let path = folder.join("manifest.json");
        let text = std::fs::read_to_string(&path).expect("a manifest");
        let at = text.find("results-digest\": \"").expect("a digest") + 18;
        std::fs::write(path, format!("{}{}{}", &text[..at], "0".repeat(64), &text[at + 64..])).expect("a manifest");
    });
    assert!(digest.starts_with("error: `FOLDER/manifest.json` has been changed since it was written"), "{digest}");
}

#[test]
fn results_of_another_version_are_refused_with_both_versions() {
    let (scenario, cube) = market();
    let outline = Outline::of(&scenario, "digest", Vec::new());
    let file = FORMS.iter().find(|form| form.file == Some(parquet::FILE)).expect("the form");
    let mut bytes = (file.render)(&Report::new(&outline, &cube, Page::of_width(80).full())).expect("a file");
    let this = format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"));
    let at = bytes.windows(this.len()).position(|window| window == this.as_bytes()).expect("the version");
    bytes[at + 11] = b'7';
    let error = parquet::read(bytes).expect_err("another version").to_string();
    let expected = format!("written by version 7{} of the program; this is version", &env!("CARGO_PKG_VERSION")[1..]);
    assert!(error.starts_with(&expected), "{error}");
}

#[test]
fn a_folder_that_is_not_one_of_results_is_refused() {
    let parent = tempfile::tempdir().expect("a folder");
    let report = reported(parent.path());
    let told = String::from_utf8_lossy(&report.stderr).into_owned();
    assert!(told.contains("is not a results folder: it has no manifest.json of this program"), "{told}");
}
