//! What a mistyped command line most likely means. `clap` suggests words that merely begin alike, such as `completions`
//! for `compare`.

use std::path::Path;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{Command, CommandFactory};

use super::args::Arguments;
use crate::text::{by_likeness, in_shell, is_path};

/// The error with suggestions that are right, or none. `typed` are the words of the command line, the program's name
/// first.
pub fn corrected(mut error: Error, typed: &[String]) -> Error {
    let mut program = Arguments::command();
    program.build();
    let command = typed[1.min(typed.len())..].iter().find_map(|word| program.find_subcommand(word));
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let Some(word) = text_of(&error, ContextKind::InvalidSubcommand) else { return error };
            let names: Vec<&str> = program.get_subcommands().map(Command::get_name).collect();
            let is_file = is_file(&word);
            let meant = if is_file { Vec::new() } else { meant(&word, &names) };
            suggest(&mut error, ContextKind::SuggestedSubcommand, meant);
            let run = || format!("to run a scenario file, use 'meterchurn run {}'", in_shell(&word));
            advise(&mut error, is_file.then(run));
        }
        ErrorKind::UnknownArgument => {
            let Some(word) = text_of(&error, ContextKind::InvalidArg) else { return error };
            let command = command.unwrap_or(&program);
            let options: Vec<String> = options_of(command);
            let options: Vec<&str> = options.iter().map(String::as_str).collect();
            let meant = meant(&word, &options);
            let usage = command.clone().render_usage();
            if text_of(&error, ContextKind::SuggestedArg).as_deref() != meant.first().copied() {
                // It names what clap suggests.
                error.insert(ContextKind::Usage, ContextValue::StyledStr(usage));
            }
            if !meant.is_empty() {
                advise(&mut error, None);
            } else if is_after_an_option(&word, typed) {
                // For `-o -x` clap advises `-o -- -x`, which it refuses.
                error.remove(ContextKind::Suggested);
            }
            suggest(&mut error, ContextKind::SuggestedArg, meant);
        }
        ErrorKind::InvalidValue => {
            let Some(word) = text_of(&error, ContextKind::InvalidValue) else { return error };
            let Some(ContextValue::Strings(known)) = error.get(ContextKind::ValidValue).cloned() else { return error };
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            suggest(&mut error, ContextKind::SuggestedValue, meant(&word, &known));
        }
        _ => {}
    }
    error
}

/// The known words that a word most likely means: those that it begins, or else one that differs in few letters.
fn meant<'k>(word: &str, known: &[&'k str]) -> Vec<&'k str> {
    /// Longest word that is compared; it may be hostile.
    const LONGEST: usize = 64;
    /// A word of this many letters may differ in one from what is meant, a longer one in more.
    const LETTERS_FOR_ONE: usize = 3;
    let bare = word.trim_start_matches('-').to_lowercase();
    let length = bare.chars().count();
    if !(2..=LONGEST).contains(&length) {
        return Vec::new();
    }
    let name = |known: &str| known.trim_start_matches('-').to_owned();
    let begun: Vec<&str> = known.iter().copied().filter(|known| name(known).starts_with(&bare)).collect();
    if !begun.is_empty() {
        return begun;
    }
    let most = (length / LETTERS_FOR_ONE).max(1);
    // A transposition counts as one letter. Of several at the same distance, the most alike comes first.
    let distance = |known: &str| strsim::osa_distance(&bare, &name(known));
    let near = by_likeness(word, known.iter().copied()).into_iter().min_by_key(|known| distance(known));
    near.into_iter().filter(|near| distance(near) <= most).collect()
}

/// Whether a word is the name of a file rather than a mistyped command.
fn is_file(word: &str) -> bool {
    is_path(word) || Path::new(word).is_file()
}

/// Whether a word comes right after an option on the command line.
fn is_after_an_option(word: &str, typed: &[String]) -> bool {
    typed.windows(2).any(|pair| pair[0].starts_with('-') && pair[1] == word)
}

/// The long options of a command, with their dashes.
fn options_of(command: &Command) -> Vec<String> {
    let options = command.get_arguments().filter(|option| !option.is_hide_set());
    options.filter_map(|option| Some(format!("--{}", option.get_long()?))).collect()
}

/// A word of the command line that the error is about.
fn text_of(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.split('=').next().unwrap_or(text).to_owned()),
        _ => None,
    }
}

/// Replaces the words that an error suggests.
fn suggest(error: &mut Error, kind: ContextKind, words: Vec<&str>) {
    error.remove(kind);
    let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    match words.as_slice() {
        [] => {}
        [word] => _ = error.insert(kind, ContextValue::String(word.clone())),
        _ => _ = error.insert(kind, ContextValue::Strings(words)),
    }
}

/// Replaces the advice of an error.
fn advise(error: &mut Error, advice: Option<String>) {
    error.remove(ContextKind::Suggested);
    if let Some(advice) = advice {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(advice)]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMANDS: [&str; 10] =
        ["run", "check", "report", "compare", "explore", "merge", "explain", "list", "completions", "help"];

    #[test]
    fn a_mistyped_command_means_the_right_one_or_nothing() {
        for (typed, commands) in [
            ("compar", &["compare"][..]),
            ("comapre", &["compare"]),
            ("chek", &["check"]),
            ("chekc", &["check"]),
            ("RUN", &["run"]),
            ("rnu", &["run"]),
            ("reprot", &["report"]),
            ("exp", &["explore", "explain"]),
            ("completion", &["completions"]),
            ("mrege", &["merge"]),
            ("foo", &[]),
            ("r", &[]),
            ("validate", &[]),
            ("simulate", &[]),
            ("publish", &[]),
            ("", &[]),
        ] {
            assert_eq!(meant(typed, &COMMANDS), commands, "{typed}");
        }
        assert_eq!(meant(&"run".repeat(1_000_000), &COMMANDS), [""; 0]);
    }

    #[test]
    fn a_command_that_a_build_lacks_is_not_taken_for_another_that_begins_alike() {
        let without: Vec<&str> = COMMANDS.into_iter().filter(|name| *name != "compare").collect();
        assert_eq!(meant("compare", &without), [""; 0]);
    }

    #[test]
    fn a_mistyped_option_means_the_right_one_or_nothing() {
        let options = ["--seed", "--replications", "--format", "--color", "--version", "--no-progress"];
        for (typed, meaning) in [
            ("--replication", &["--replications"][..]),
            ("--colour", &["--color"]),
            ("--fromat", &["--format"]),
            ("--sed", &["--seed"]),
            ("--verbose", &[]),
            ("--output-dir", &[]),
            ("-x", &[]),
        ] {
            assert_eq!(meant(typed, &options), meaning, "{typed}");
        }
    }
}
