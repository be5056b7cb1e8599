//! How the program behaves on a command line and in a pipeline, whatever the command: colour, silence, exit codes in
//! the help, suggestions and manual pages.

mod program;

use std::path::Path;
use std::process::{Command, Output};

use program::{changed, file, meterchurn, shipped, stderr, stdout};

/// The program with these environment variables and none of those that decide about colour and progress.
fn with_variables(variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_meterchurn"));
    for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI", "TERM", "COLUMNS"] {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied()).args(arguments).output().expect("the program starts")
}

fn has_colour(text: &str) -> bool {
    text.contains('\u{1b}')
}

/// All commands that the help lists, but `help` itself.
fn commands() -> Vec<String> {
    let help = stdout(&meterchurn(&["--help"]));
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<String> = names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert!(names.len() > 5, "{help}");
    names.into_iter().filter(|name| name != "help").collect()
}

// quiet

#[test]
fn quiet_leaves_stderr_empty_and_stdout_as_it_is() {
    let (_folder, path) = warned();
    for arguments in [&["run", &path, "--no-output", "--stats"][..], &["check", &path]] {
        let usual = meterchurn(arguments);
        let quiet = meterchurn(&[&["--quiet"], arguments].concat());
        let after = meterchurn(&[arguments, &["-q"]].concat());
        assert!(!usual.stderr.is_empty(), "{arguments:?}");
        for output in [&quiet, &after] {
            assert_eq!((stderr(output), stdout(output)), (String::new(), stdout(&usual)), "{arguments:?}");
            assert_eq!(output.status, usual.status);
        }
    }
}

#[test]
fn quiet_still_prints_errors() {
    let (_folder, path) = invalid();
    let output = meterchurn(&["check", &path, "--quiet"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).starts_with("error[MC010]: "), "{}", stderr(&output));
    let missing = meterchurn(&["check", "no-such.toml", "--quiet"]);
    assert!(stderr(&missing).starts_with("error[MC007]: cannot be read: "), "{}", stderr(&missing));
}

/// A scenario about which there is a warning.
fn warned() -> (tempfile::TempDir, String) {
    let more = "[[policy]]\nid = \"twin\"\n";
    let text = std::fs::read_to_string(shipped("dp072-fifty-days")).expect("a shipped scenario");
    file("warned.toml", format!("{text}\n{more}"))
}

/// A scenario with one mistake.
fn invalid() -> (tempfile::TempDir, String) {
    changed("dp072-fifty-days", "schema = 1\n", "schema = 1\nschemes = 1\n")
}

// colour

#[test]
fn findings_have_colour_on_request_and_say_the_same() {
    let (_folder, path) = invalid();
    let plain = with_variables(&[], &["check", &path]);
    for coloured in [
        with_variables(&[], &["check", &path, "--color", "always"]),
        with_variables(&[], &["--color=always", "check", &path]),
        with_variables(&[("FORCE_COLOR", "1")], &["check", &path]),
        with_variables(&[("CLICOLOR_FORCE", "1")], &["check", &path]),
    ] {
        let said = stderr(&coloured);
        assert!(has_colour(&said), "{said}");
        assert_eq!(anstream::adapter::strip_str(&said).to_string(), stderr(&plain));
    }
    assert!(!has_colour(&stderr(&plain)));
}

#[test]
fn results_errors_and_what_clap_prints_follow_the_same_choice() {
    let incident = shipped("dp072-incident");
    for arguments in [
        &["run", &incident, "--no-output"][..],
        &["check", "no-such.toml"],
        &["chek"],
        &["run", "--no-such"],
        &["--help"],
        &["run", "-h"],
    ] {
        let said = |variables: &[(&str, &str)], more: &[&str]| {
            let output = with_variables(variables, &[more, arguments].concat());
            stdout(&output) + &stderr(&output)
        };
        for (variables, more, colour) in [
            (&[][..], &[][..], false),
            (&[("FORCE_COLOR", "1")], &[], true),
            (&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], &[], false),
            (&[("NO_COLOR", "1")], &["--color", "always"], true),
            (&[("TERM", "dumb"), ("FORCE_COLOR", "1")], &["--color=never"], false),
        ] {
            assert_eq!(has_colour(&said(variables, more)), colour, "{variables:?} {more:?} {arguments:?}");
        }
    }
}

// exit codes

#[test]
fn the_help_of_a_command_lists_every_exit_code_that_it_ends_with() {
    let (_folder, wrong) = invalid();
    let (_other, failing) = changed("dp072-fifty-days", "== 100", "== 101");
    let folder = tempfile::tempdir().expect("a folder");
    let output = folder.path().to_string_lossy().into_owned();
    for (arguments, code) in [
        (&["run", &failing, "--no-output"][..], 99),
        (&["run", &wrong, "--no-output"], 3),
        (&["run", "--policy", "nope", "--no-output"], 4),
        (&["check", &wrong], 3),
        (&["explore", &wrong], 3),
        (&["explore", "--input", "nope", "-o", &output], 4),
        (&["merge", &output], 6),
        (&["calibrate", "--fit", "nope"], 4),
        (&["calibrate", &wrong], 3),
        (&["trace", &wrong, "--worst"], 3),
        (&["trace", "--worst", "--policy", "nope"], 4),
        (&["list", "inputs", &wrong], 3),
        (&["explain", "nope"], 4),
        (&["completions", "nope"], 2),
        (&["man", "--nope"], 2),
    ] {
        let ended = meterchurn(arguments);
        assert_eq!(ended.status.code(), Some(code), "{arguments:?}: {}", stderr(&ended));
        let help = stdout(&meterchurn(&[arguments[0], "--help"]));
        assert!(help.lines().any(|line| line.starts_with(&format!("  {code:>3}  "))), "{arguments:?}: {help}");
    }
}

#[test]
fn every_command_lists_its_exit_codes_in_ascending_order_and_no_code_of_others() {
    for command in commands() {
        let help = stdout(&meterchurn(&[&command, "--help"]));
        let (_, table) = help.split_once("Exit codes:\n").unwrap_or_else(|| panic!("{command}: {help}"));
        let codes: Vec<u8> = table.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect();
        // Further lines of a text begin below it.
        let is_below = |line: &str| !line.starts_with("       ") || !line[7..].starts_with(' ');
        assert!(table.lines().all(|line| line.is_empty() || line.starts_with("  ") && is_below(line)), "{help}");
        assert!(codes.starts_with(&[0, 1, 2]) && codes.is_sorted(), "{command}: {codes:?}");
        assert_eq!(codes.contains(&130), codes.contains(&143), "{command}: {codes:?}");
        let is_read_only = ["list", "explain", "completions", "man", "trace", "compare"].contains(&&*command);
        assert!(!(is_read_only && codes.iter().any(|code| *code > 4)), "{command}: {codes:?}");
        assert!(!stdout(&meterchurn(&[&command, "-h"])).contains("Exit codes"), "{command}");
    }
}

#[test]
fn the_help_of_every_command_fits_80_columns() {
    for command in commands() {
        for flag in ["-h", "--help"] {
            let help = stdout(&meterchurn(&[&command, flag]));
            let long = help.lines().find(|line| line.chars().count() > 80);
            assert_eq!(long, None, "{command} {flag}");
        }
    }
}

// suggestions

#[test]
fn a_mistyped_command_or_option_is_answered_with_the_right_one_or_nothing() {
    for (arguments, suggested) in [
        (&["chek"][..], Some("'check'")),
        (&["explan"], Some("'explain'")),
        (&["completion"], Some("'completions'")),
        (&["foo"], None),
        (&["publish"], None),
        (&["run", "--replication", "3"], Some("'--replications'")),
        (&["run", "--colour", "never"], Some("'--color'")),
        (&["check", "--quite"], Some("'--quiet'")),
        (&["run", "--verbose"], None),
        (&["list", "metrix"], Some("'metrics'")),
    ] {
        let output = meterchurn(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = stderr(&output);
        match suggested {
            Some(word) => assert!(said.contains("similar") && said.contains(word), "{arguments:?}: {said}"),
            None => assert!(!said.contains("similar"), "{arguments:?}: {said}"),
        }
    }
}

#[test]
fn a_file_in_place_of_a_command_is_answered_with_the_command_that_runs_it() {
    for (file, advice) in [
        ("my.toml", "meterchurn run my.toml"),
        ("scenarios/mine", "meterchurn run scenarios/mine"),
        ("my file.toml", "meterchurn run 'my file.toml'"),
    ] {
        let output = meterchurn(&[file]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(advice), "{}", stderr(&output));
        assert!(!stderr(&output).contains("similar"), "{}", stderr(&output));
    }
}

// manual pages

#[test]
fn every_command_has_a_manual_page_which_a_formatter_reads_without_a_complaint() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("man");
    let output = meterchurn(&["man", "--dir", &dir.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for command in commands() {
        let page = dir.join(format!("meterchurn-{command}.1"));
        let text = std::fs::read_to_string(&page).unwrap_or_else(|error| panic!("{command}: {error}"));
        assert!(text.contains(".SH \"EXIT CODES\"\n"), "{command}");
        assert_well_formed(&page);
    }
    assert_well_formed(&dir.join("meterchurn.1"));
    let whole = dir.join("whole.1");
    std::fs::write(&whole, meterchurn(&["man"]).stdout).expect("a page");
    assert_well_formed(&whole);
}

/// Formats a page with groff, where there is one.
fn assert_well_formed(page: &Path) {
    // Formatters do not agree on the encoding of a page.
    assert!(std::fs::read(page).expect("a page").is_ascii(), "{}", page.display());
    let groff = Command::new("groff").args(["-man", "-Tutf8", "-ww"]).arg(page).output();
    let Ok(formatted) = groff else { return };
    assert_eq!(String::from_utf8_lossy(&formatted.stderr), "", "{}", page.display());
    assert!(String::from_utf8_lossy(&formatted.stdout).contains("An unexpected error"), "{}", page.display());
}
