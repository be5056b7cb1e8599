//! Pipes that are closed, devices that are full, and text that a terminal would obey.

mod program;

use std::process::{Command, Output, Stdio};

use program::{changed, file, files, meterchurn, shipped, stderr, stdout};

/// Where the program writes to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Stream {
    Caught,
    Closed,
    #[cfg(target_os = "linux")]
    Full,
}

impl Stream {
    fn open(self) -> Stdio {
        match self {
            Stream::Caught => Stdio::piped(),
            // The reading end goes at once.
            Stream::Closed => std::io::pipe().expect("a pipe").1.into(),
            #[cfg(target_os = "linux")]
            Stream::Full => std::fs::File::options().write(true).open("/dev/full").expect("the full device").into(),
        }
    }
}

fn onto(stdout: Stream, stderr: Stream, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_meterchurn"));
    let child =
        command.args(arguments).stdout(stdout.open()).stderr(stderr.open()).spawn().expect("the program starts");
    child.wait_with_output().expect("the program ends")
}

/// A scenario with failing expectations: a 6.23 that comes a day earlier takes a leaked read and two E4s off each
/// meter.
fn failing() -> (tempfile::TempDir, String) {
    changed("dp072-extrapolation", "2019-02-17T01:00:00", "2019-02-16T01:00:00")
}

/// Every command, with arguments that succeed.
fn commands(incident: &str) -> [Vec<&str>; 12] {
    [
        vec!["run", incident, "--no-output"],
        vec!["run", incident, "--no-output", "--format", "json"],
        vec!["run", incident, "--no-output", "--format", "csv", "--stats"],
        vec!["check", incident, incident],
        vec!["trace", incident, "--meter", "1"],
        vec!["list"],
        vec!["list", "metrics"],
        vec!["list", "parameters"],
        vec!["explain", "13b"],
        vec!["completions", "bash"],
        vec!["--help"],
        vec!["--version"],
    ]
}

/// Every kind of error, with its exit code.
fn mistakes(wrong: &str) -> [(Vec<&str>, i32); 6] {
    [
        (vec!["run", wrong, "--no-output"], 3),
        (vec!["check", wrong], 3),
        (vec!["trace", wrong, "--meter", "1"], 3),
        (vec!["check", "no-such-file.toml"], 3),
        (vec!["explain", "nothing"], 4),
        (vec!["list", "--colour"], 2),
    ]
}

#[test]
fn every_command_ends_quietly_when_stdout_is_closed() {
    for arguments in commands(&shipped("dp072-incident")) {
        let output = onto(Stream::Closed, Stream::Caught, &arguments);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {told}");
        assert!(
            told.is_empty() || arguments.contains(&"--stats") && told.starts_with("Stats\n"),
            "{arguments:?}: {told}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_stdout_is_one_line_on_stderr_and_exit_1_in_every_command() {
    for arguments in commands(&shipped("dp072-incident")) {
        let output = onto(Stream::Full, Stream::Caught, &arguments);
        let told = stderr(&output);
        let last = "error: cannot write to stdout: No space left on device\n";
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {told}");
        assert!(told == last || arguments.contains(&"--stats") && told.ends_with(last), "{arguments:?}: {told}");
    }
}

#[test]
fn a_closed_pipe_loses_neither_the_results_nor_the_verdict_of_a_study() {
    let (_scenario, path) = failing();
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().to_string_lossy().into_owned();
    let output = onto(Stream::Closed, Stream::Caught, &["run", &path, "-o", &target]);
    assert_eq!(output.status.code(), Some(99), "{}", stderr(&output));
    assert!(files(folder.path()).keys().any(|path| path.ends_with("summary.json")));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_stdout_does_not_lose_the_results_of_a_study() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().to_string_lossy().into_owned();
    let output = onto(Stream::Full, Stream::Caught, &["run", &shipped("dp072-incident"), "-o", &target]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("results in "), "{}", stderr(&output));
    let written = files(folder.path());
    assert!(written.keys().any(|path| path.ends_with("manifest.json")), "{:?}", written.keys());
}

/// Streams that cannot be written to.
fn dead_streams() -> Vec<Stream> {
    vec![
        Stream::Closed,
        #[cfg(target_os = "linux")]
        Stream::Full,
    ]
}

#[test]
fn a_closed_or_full_stderr_changes_no_exit_code() {
    let (_wrong, wrong) = file("wrong.toml", "schema = 2\n");
    let (_failing, failing) = failing();
    let judged = (vec!["run", &failing, "--no-output", "--format", "json", "--stats"], 99);
    for stream in dead_streams() {
        for (arguments, code) in mistakes(&wrong).into_iter().chain([judged.clone()]) {
            let output = onto(Stream::Caught, stream, &arguments);
            assert_eq!(output.status.code(), Some(code), "{stream:?}: {arguments:?}");
        }
    }
}

#[test]
fn a_study_with_both_streams_closed_still_writes_its_results_and_keeps_its_verdict() {
    let (_scenario, path) = failing();
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().to_string_lossy().into_owned();
    let output = onto(Stream::Closed, Stream::Closed, &["run", &path, "-o", &target]);
    assert_eq!(output.status.code(), Some(99));
    assert!(files(folder.path()).keys().any(|path| path.ends_with("manifest.json")));
}

#[test]
fn check_reads_all_files_even_when_stdout_is_closed() {
    let (_wrong, wrong) = file("wrong.toml", "schema = 2\n");
    let output = onto(Stream::Closed, Stream::Caught, &["check", &shipped("dp072-incident"), &wrong]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("wrong.toml"));
}

/// Clears the screen, rings the bell, returns to the start of the line; a C1 control and a bidirectional mark.
const HOSTILE: &str = "\u{1b}[2J\u{7}\r\u{9b}1m\u{202e}";

#[test]
fn control_characters_in_arguments_never_reach_the_terminal() {
    let incident = shipped("dp072-incident");
    let folder = tempfile::tempdir().expect("a folder");
    let place =
        |name: &str| folder.path().join(format!("{name}{HOSTILE}\nerror: forged")).to_string_lossy().into_owned();
    let (taken, fresh) = (place("taken"), place("fresh"));
    std::fs::write(&taken, "a file").expect("a file");
    let option = format!("--{HOSTILE}");
    for arguments in [
        &["run", &incident, "-o", &taken][..],
        &["run", &incident, "-o", &fresh],
        &["run", &taken],
        &["check", &taken],
        &["trace", &incident, "--meter", "1", "--policy", HOSTILE],
        &["explain", HOSTILE],
        &["run", "--format", HOSTILE],
        &["run", "--seed", HOSTILE],
        &["list", HOSTILE],
        &["run", &option],
        &["completions", HOSTILE],
        &[HOSTILE],
    ] {
        let output = meterchurn(arguments);
        let told = stderr(&output);
        assert!(told.contains("\\u{1b}[2J"), "{arguments:?}: {told}");
        let raw = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!(told.clone() + &stdout(&output)).chars().any(raw), "{arguments:?}: {told:?}");
        assert!(!told.lines().any(|line| line.starts_with("error: forged")), "{arguments:?}: {told}");
    }
}

/// What a terminal is sent while the program has it.
#[cfg(target_os = "linux")]
fn on_a_terminal(arguments: &[&str]) -> String {
    let command: Vec<String> = [&[env!("CARGO_BIN_EXE_meterchurn")], arguments]
        .concat()
        .iter()
        .map(|argument| format!("'{argument}'"))
        .collect();
    let output = Command::new("script")
        .args(["-qec", &format!("stty cols 80; {}", command.join(" ")), "/dev/null"])
        .env("TERM", "xterm")
        .env_remove("CI")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .output()
        .expect("`script` of util-linux starts");
    stdout(&output)
}

#[cfg(target_os = "linux")]
#[test]
fn a_note_on_a_terminal_begins_its_line_and_the_bar_is_gone_at_the_end() {
    let (_folder, path) = changed("wan-outage-catch-up", "[traffic]", "[traffic]\nseries = \"hour\"");
    let output = tempfile::tempdir().expect("a folder");
    let sent = on_a_terminal(&["run", &path, "--replications", "1", "-o", &output.path().to_string_lossy()]);
    let at = sent.find("hours.parquet for 3 runs: ").expect("the size of the series");
    let before = sent[..at].rsplit(['\r', '\n']).next().expect("a line");
    assert!(["", "\u{1b}[2K"].contains(&before), "{before:?}");
    assert!(!sent[..at].contains('?') && sent.contains(" of 3 runs"), "{sent:?}");

    // A command that fails with its bar drawn.
    let taken = output.path().join("taken");
    std::fs::write(&taken, "a file").expect("a file");
    let sent = on_a_terminal(&["run", &path, "-o", &taken.to_string_lossy()]);
    let (_, after) = sent.split_once("error:").expect("an error");
    assert!(!after.contains(" runs"), "{sent:?}");
}
