//! Where scenarios come from: files, names, stdin, pipes and `init`; and how `fmt` rewrites them.

mod program;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use meterchurn::results::expectation::Status;
use meterchurn::scenario::shipped::SHIPPED;
use meterchurn::study::Stop;
use meterchurn::study::budget::Machine;
use meterchurn::study::session::Session;
use program::{assert_in_order, file, meterchurn, shipped, stderr, stdout};

fn program(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_meterchurn"));
    command.env_remove("COLUMNS").args(arguments).current_dir(folder);
    command
}

fn in_folder(arguments: &[&str], folder: &Path) -> Output {
    program(arguments, folder).output().expect("the program starts")
}

/// Runs the program with this on stdin.
fn fed(arguments: &[&str], input: &[u8]) -> Output {
    fed_in_folder(arguments, input, Path::new("."))
}

fn fed_in_folder(arguments: &[&str], input: &[u8], folder: &Path) -> Output {
    let mut command = program(arguments, folder);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // The program may stop reading before the end.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    child.wait_with_output().expect("the program ends")
}

fn incident() -> String {
    std::fs::read_to_string(shipped("dp072-fifty-days")).expect("a shipped scenario")
}

// names

#[test]
fn a_shipped_scenario_is_run_checked_traced_and_listed_by_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    for arguments in [
        &["run", "dp072-fifty-days", "--no-output"][..],
        &["check", "dp072-incident", "dp072-fifty-days"],
        &["trace", "dp072-incident", "--meter", "1"],
        &["list", "inputs", "october-2024-recovery"],
    ] {
        let output = in_folder(arguments, folder.path());
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn a_file_wins_over_a_scenario_of_the_same_name() {
    let (folder, _) = file("gb-year", "schema = 1\n");
    let output = in_folder(&["check", "gb-year"], folder.path());
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("gb-year:1:1"), "{}", stderr(&output));
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest_and_the_list() {
    let output = meterchurn(&["run", "dp072-fifty-day"]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(
        stderr(&output).replace("\n\n", "\n"),
        "error[MC007]: there is no such file, and no scenario of this name comes with the program\n\
         --> dp072-fifty-day\n = help: did you mean `dp072-fifty-days`? `meterchurn list scenarios` lists them\n\
         dp072-fifty-day: 1 error\n"
    );
    // A path is a file's.
    assert!(
        stderr(&meterchurn(&["run", "./gb-year"]))
            .contains("cannot be read: No such file or directory\n--> ./gb-year\n")
    );
}

#[test]
fn the_list_of_scenarios_has_title_size_and_tags_of_each() {
    let told = stdout(&meterchurn(&["list", "scenarios"]));
    let names: Vec<&str> = SHIPPED.iter().map(|shipped| shipped.name).collect();
    assert_in_order(&told, &names);
    let year = &told[told.find("gb-year").expect("its name")..];
    assert_in_order(year, &["A year of all Great Britain", "60,000,000 meters", "about", "on two cores", "tags: long"]);
    assert_in_order(&told, &["dp072-fifty-days", "1 meter · ", "1 replication · seconds"]);
}

// stdin and pipes

#[test]
fn a_scenario_from_stdin_has_the_id_stdin_unless_it_says_another() {
    let ask = ["run", "-", "--format", "json", "--no-output"];
    let id = |input: &str| {
        let output = fed(&ask, input.as_bytes());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        document["scenario"]["id"].as_str().expect("an id").to_owned()
    };
    assert_eq!(id(&incident()), "stdin");
    assert_eq!(id(&format!("id = \"mine\"\n{}", incident())), "mine");
}

#[test]
fn mistakes_on_stdin_are_shown_with_their_places() {
    let output = fed(&["check", "-"], incident().replace("schema = 1", "schema = 7").as_bytes());
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("-:1:"), "{}", stderr(&output));
}

#[test]
fn what_never_ends_is_refused_at_the_size_limit() {
    let output = fed(&["check", "-"], &vec![b'#'; 3 << 20]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("larger than 1 MiB"), "{}", stderr(&output));
    #[cfg(unix)]
    {
        let output = meterchurn(&["check", "/dev/zero"]);
        assert_eq!(output.status.code(), Some(3));
        assert!(stderr(&output).contains("larger than 1 MiB"), "{}", stderr(&output));
    }
}

#[test]
#[cfg(unix)]
fn a_named_pipe_and_dev_stdin_are_read() {
    let output = fed(&["check", "/dev/stdin"], incident().as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    let reader = program(&["check", "pipe"], folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    std::fs::write(&pipe, incident()).expect("a reader");
    let output = reader.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

// init

#[test]
fn what_init_writes_is_checked_without_a_warning_and_formatted_and_what_it_expects_holds() {
    for (kind, scenarios) in [
        ("analyst", &["scenario.toml"][..]),
        ("planner", &["scenario.toml"]),
        ("ci", &["scenarios/one-meter.toml", "scenarios/small-market.toml"]),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let output = in_folder(&["init", "--for", kind], folder.path());
        assert_eq!(output.status.code(), Some(0), "{kind}: {}", stderr(&output));
        for scenario in scenarios {
            let checked = in_folder(&["check", scenario], folder.path());
            assert_eq!((checked.status.code(), stderr(&checked)), (Some(0), String::new()), "{kind}");
            let formatted = in_folder(&["fmt", "--check", scenario], folder.path());
            assert_eq!(formatted.status.code(), Some(0), "{kind}: {}", stdout(&formatted));
            let path = folder.path().join(scenario);
            let schema = path.with_file_name("scenario.schema.json");
            assert_eq!(std::fs::read_to_string(schema).expect("a schema"), meterchurn::scenario::schema::schema());
            assert!(std::fs::read_to_string(&path).expect("a file").starts_with("#:schema ./scenario.schema.json\n"));
            let session = Session::open(&path).expect("a valid scenario");
            let budget = session.budget(Machine { memory: 4 << 30, threads: 2 }, 0).expect("within all limits");
            let study = session.run(&budget, &Stop::default(), &|_| ()).expect("conservation holds");
            assert!(!study.verdicts.is_empty(), "{kind}: {scenario}");
            for verdict in &study.verdicts {
                assert_eq!(verdict.verdict, Status::Pass, "{kind}: {scenario}: {verdict:?}");
            }
        }
    }
}

#[test]
fn init_prints_the_command_to_type_next_and_that_command_works() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = in_folder(&["init", "my study.toml"], folder.path());
    assert_eq!(
        stdout(&output),
        "wrote my study.toml\nwrote scenario.schema.json\nnext:  meterchurn run 'my study.toml'\n"
    );
    let ci = stdout(&in_folder(&["init", "--for", "ci", "suite"], folder.path()));
    assert!(ci.ends_with("next:  meterchurn test suite/scenarios\n"), "{ci}");
    assert!(folder.path().join("suite/.github/workflows/scenarios.yml").is_file());
    assert!(folder.path().join("suite/meterchurn.toml").is_file());
    let ignored = std::fs::read_to_string(folder.path().join("suite/.gitignore")).expect("a file");
    assert!(ignored.lines().any(|line| line == "output/"), "{ignored}");
}

#[test]
fn init_overwrites_nothing() {
    let (folder, path) = file("scenario.toml", "mine");
    let output = in_folder(&["init"], folder.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("scenario.toml is there already\nhelp: "), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(path).expect("a file"), "mine");
    let schema = folder.path().join("scenario.schema.json");
    assert!(!schema.exists(), "nothing is written where something is there");
    std::fs::write(&schema, "{}").expect("a file");
    let output = in_folder(&["init", "other.toml"], folder.path());
    assert_eq!(output.status.code(), Some(0));
    assert!(stderr(&output).contains("scenario.schema.json is another schema and stays"), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(schema).expect("a file"), "{}");
}

#[test]
fn init_keeps_a_list_of_ignored_files_and_says_what_it_lacks() {
    for (before, note) in [
        ("/output\nreports/\n", ""),
        ("target/\noutput/\n", "note: .gitignore is there already and stays; add `reports/` to it\n"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(".gitignore");
        std::fs::write(&path, before).expect("a file");
        let output = in_folder(&["init", "--for", "ci"], folder.path());
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), note));
        assert_eq!(std::fs::read_to_string(path).expect("a file"), before);
    }
}

// fmt

#[test]
fn folders_are_searched_for_files_to_format_but_for_hidden_ones_and_the_settings() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |path: &str| folder.path().join(path);
    std::fs::create_dir_all(at("scenarios/packs")).expect("a folder");
    let files = ["scenarios/a.toml", "scenarios/packs/laws.toml", "scenarios/.b.toml", "scenarios/meterchurn.toml"];
    files.iter().for_each(|path| std::fs::write(at(path), "x=1\n").expect("a file"));
    let told = |ending: &str| format!("scenarios/a.toml: {ending}\nscenarios/packs/laws.toml: {ending}\n");
    let check = in_folder(&["fmt", "--check", "scenarios"], folder.path());
    assert_eq!((check.status.code(), stdout(&check)), (Some(10), told("would be formatted")));
    let done = in_folder(&["fmt", "scenarios"], folder.path());
    assert_eq!((done.status.code(), stdout(&done)), (Some(0), told("formatted")));
    let texts = files.map(|path| std::fs::read_to_string(at(path)).expect("a file"));
    assert_eq!(texts, ["x = 1\n", "x = 1\n", "x=1\n", "x=1\n"]);
    let none = tempfile::tempdir().expect("a folder");
    assert_eq!(in_folder(&["fmt", "."], none.path()).status.code(), Some(4));
}

// check

#[test]
fn check_without_a_path_checks_the_folder_scenarios() {
    let folder = tempfile::tempdir().expect("a folder");
    let without = in_folder(&["check"], folder.path());
    assert_eq!(without.status.code(), Some(4));
    assert!(stderr(&without).contains("there is no folder `scenarios` here\nhelp: "), "{}", stderr(&without));
    std::fs::create_dir(folder.path().join("scenarios")).expect("a folder");
    std::fs::write(folder.path().join("scenarios/a.toml"), incident()).expect("a file");
    let output = in_folder(&["check"], folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).starts_with("scenarios/a.toml: ok, "), "{}", stdout(&output));
}

// files that cannot be read

#[test]
fn a_file_that_cannot_be_read_has_the_same_finding_in_every_command_and_the_nearest_name() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("scenarios")).expect("a folder");
    std::fs::write(folder.path().join("scenarios/december.toml"), incident()).expect("a file");
    for command in ["run", "check", "trace", "explore", "fmt"] {
        let output = in_folder(&[command, "scenarois/decembr.toml"], folder.path());
        assert_eq!(output.status.code(), Some(3), "{command}");
        let told = stderr(&output).replace("\n\n", "\n");
        assert_eq!(
            told,
            "error[MC007]: cannot be read: No such file or directory\n--> scenarois/decembr.toml\n \
             = help: did you mean `scenarios/december.toml`?\nscenarois/decembr.toml: 1 error\n",
            "{command}"
        );
    }
    for command in ["check", "run"] {
        let told = stderr(&in_folder(&[command, "scenaros"], folder.path()));
        assert!(told.contains("did you mean `scenarios`? "), "{told}");
    }
    let told = stderr(&in_folder(&["run", "scenarios"], folder.path()));
    assert!(told.contains("Is a directory\n") && told.contains("`check`, `test` and `fmt` take folders"), "{told}");
    for command in [vec!["run"], vec!["check"], vec!["trace", "--worst"], vec!["explore"], vec!["fmt"]] {
        let told = stderr(&in_folder(&[&command[..], &["elsewhere.toml"]].concat(), folder.path()));
        assert!(
            told.contains(
                "help: `meterchurn init elsewhere.toml` writes one to begin with, and `meterchurn list scenarios` \
                 lists those that come with the program\n"
            ),
            "{command:?}: {told}"
        );
    }
    let told = stderr(&in_folder(&["check", "nowhere/"], folder.path()));
    assert!(told.contains("help: `meterchurn list scenarios` lists those that come with the program\n"), "{told}");
}

#[test]
fn other_files_and_folders_that_are_not_there_get_a_remedy_too() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.toml"), incident()).expect("a file");
    std::fs::write(folder.path().join("points.csv"), "").expect("a file");
    for (arguments, says) in [
        (vec!["report", "nowhere"], "error: there is no folder `nowhere`\nhelp: `meterchurn run` writes"),
        (vec!["verify", "nowhere"], "error: there is no folder `nowhere`\nhelp: `meterchurn run` writes"),
        (vec!["compare", "nowhere", "nowhere"], "error: there is no folder `nowhere`\nhelp: `meterchurn run` writes"),
        (vec!["merge", "nowhere"], "help: name the folders that `explore --part` made"),
        (vec!["run", "a.toml", "--point", "x.csv:1"], "help: name the design.csv in the results folder"),
        (vec!["run", "a.toml", "--point", "point.csv:1"], "help: did you mean `points.csv`?"),
        (vec!["explore", "--design", "x.csv"], "help: name a CSV file with a column for each input"),
        (
            vec!["calibrate", "a.toml", "--waits", "x.csv", "--law", "notice"],
            "help: name a CSV file with the columns `days` and `ended`",
        ),
    ] {
        let told = stderr(&in_folder(&arguments, folder.path()));
        assert!(told.contains(says), "{arguments:?}: {told}");
    }
}

#[test]
fn every_command_that_cannot_write_to_a_file_in_place_of_a_directory_names_its_option() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.toml"), incident()).expect("a file");
    std::fs::write(folder.path().join("taken"), "").expect("a file");
    for arguments in
        [vec!["run", "a.toml", "-o", "taken"], vec!["explore", "-o", "taken"], vec!["test", "a.toml", "-o", "taken"]]
    {
        let output = in_folder(&arguments, folder.path());
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {told}");
        assert!(
            told.ends_with("error: cannot write to `taken`: it is a file\nhelp: choose another directory with -o\n"),
            "{arguments:?}: {told}"
        );
    }
}

#[test]
fn a_scenario_from_a_pipe_finds_its_packs_from_the_current_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("packs")).expect("a folder");
    let text = incident();
    let (top, sections) = text.split_at(text.find("[time]").expect("a section"));
    std::fs::write(folder.path().join("packs/sections.toml"), sections).expect("a file");
    let scenario = format!("{top}include = [\"packs/sections.toml\"]\n");
    for path in ["-", "/dev/stdin"] {
        let output = fed_in_folder(&["check", path], scenario.as_bytes(), folder.path());
        assert_eq!(output.status.code(), Some(0), "{path}: {}", stderr(&output));
    }
}

// fmt, file by file

#[test]
fn a_file_is_formatted_once_and_keeps_its_permissions() {
    let (folder, path) = file("a.toml", "schema=1 # the format\r\ntitle='t'\r\n");
    #[cfg(unix)]
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o640)).expect("permissions");
    let check = in_folder(&["fmt", "--check", "a.toml"], folder.path());
    assert_eq!((check.status.code(), stdout(&check).as_str()), (Some(10), "a.toml: would be formatted\n"));
    let output = in_folder(&["fmt", "a.toml"], folder.path());
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), "a.toml: formatted\n"));
    let text = std::fs::read_to_string(&path).expect("a file");
    assert_eq!(text, "schema = 1 # the format\r\ntitle  = 't'\r\n");
    #[cfg(unix)]
    {
        let mode = std::fs::metadata(&path).expect("a file").permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o640);
    }
    let again = in_folder(&["fmt", "a.toml"], folder.path());
    assert_eq!((again.status.code(), stdout(&again).as_str()), (Some(0), ""));
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "no temporary file stays");
}

#[test]
fn a_file_that_is_not_toml_is_reported_and_left_as_it_is_and_the_next_one_is_formatted() {
    let (folder, path) = file("broken.toml", "schema=1\ntitle = \"a\n");
    std::fs::write(folder.path().join("good.toml"), "a=1\n").expect("a file");
    let output = in_folder(&["fmt", "broken.toml", "good.toml"], folder.path());
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("broken.toml:2:"), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(path).expect("a file"), "schema=1\ntitle = \"a\n");
    assert_eq!(stdout(&output), "good.toml: formatted\n");
}

#[test]
fn fmt_of_stdin_goes_to_stdout() {
    let output = fed(&["fmt", "-"], b"a=1 # one\n");
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), "a = 1 # one\n"));
    assert_eq!(fed(&["fmt", "--check", "-"], b"a=1\n").status.code(), Some(10));
}

#[test]
#[cfg(unix)]
fn fmt_rewrites_what_a_link_leads_to_and_no_file_that_is_read_only() {
    let (folder, path) = file("a.toml", "a=1\n");
    let link = folder.path().join("link.toml");
    std::os::unix::fs::symlink(&path, &link).expect("a link");
    assert_eq!(in_folder(&["fmt", "link.toml"], folder.path()).status.code(), Some(0));
    assert!(std::fs::symlink_metadata(&link).expect("a link").is_symlink());
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), "a = 1\n");
    std::fs::write(&path, "a=2\n").expect("a file");
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o444)).expect("permissions");
    let output = in_folder(&["fmt", "a.toml"], folder.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("read-only"), "{}", stderr(&output));
}
