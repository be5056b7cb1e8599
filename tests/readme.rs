//! The README shows what the program prints.

mod program;

use program::{meterchurn, stdout};

#[test]
#[ignore = "the whole built-in study and its screening"]
fn the_readme_shows_the_answer_of_the_built_in_study_as_it_prints() {
    let readme = include_str!("../README.md");
    let (_, rest) = readme.split_once("```text\n").expect("a block of text");
    let (shown, _) = rest.split_once("```").expect("its end");
    let printed = stdout(&meterchurn(&["run", "--no-output"]));
    assert_eq!(shown, printed);
    let lines: Vec<&str> = printed.lines().collect();
    assert!(lines.len() <= 45 && lines.iter().all(|line| line.chars().count() <= 100), "{} lines", lines.len());
}
