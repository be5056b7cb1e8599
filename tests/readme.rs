//! The README shows what the program prints.

mod program;

use std::path::Path;

use program::{meterchurn, stderr, stdout};

const README: &str = include_str!("../README.md");

/// The commands of the program in the README, as the words that a shell makes of them.
fn commands() -> Vec<Vec<String>> {
    let blocks = README.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.map(|block| block.replace("\\\n", " ")).collect::<String>();
    let words = |line: &str| -> Vec<String> {
        let line = line.split(" #").next().unwrap_or_default();
        // What is between single quotes is one word.
        let parts = line.split('\'').enumerate();
        let words = parts.flat_map(|(place, part)| match place % 2 {
            1 => vec![part.to_owned()],
            _ => part.split_whitespace().map(str::to_owned).collect(),
        });
        words.collect()
    };
    lines.lines().filter_map(|line| line.strip_prefix("meterchurn ")).map(words).collect()
}

#[test]
fn the_commands_of_the_readme_name_scenarios_that_are_there_and_options_that_exist() {
    let commands = commands();
    assert!(commands.len() > 15, "{commands:?}");
    for command in &commands {
        let is_file = |word: &&String| word.starts_with("scenarios/") || word.ends_with(".toml");
        // The reader's own file.
        for file in command.iter().filter(is_file).filter(|file| *file != "my.toml") {
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(file).exists(), "{command:?}");
        }
        let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        arguments.push("--help");
        let output = meterchurn(&arguments);
        assert_eq!(output.status.code(), Some(0), "{command:?}: {}", stderr(&output));
    }
}

#[test]
#[ignore = "the whole built-in study and its screening"]
fn the_readme_shows_the_answer_of_the_built_in_study_as_it_prints() {
    let (_, rest) = README.split_once("```text\n").expect("a block of text");
    let (shown, _) = rest.split_once("```").expect("its end");
    let printed = stdout(&meterchurn(&["run", "--no-output"]));
    assert_eq!(shown, printed);
    let lines: Vec<&str> = printed.lines().collect();
    assert!(lines.len() <= 45 && lines.iter().all(|line| line.chars().count() <= 100), "{} lines", lines.len());
}
