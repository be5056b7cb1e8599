//! `man`: manual pages.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::cli::args::Arguments;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::streams::{Stdout, report};
use crate::text::visible_path;

/// Print the manual page, or write one for each command
///
/// The page that is printed has all commands: `meterchurn man | man -l -`.
#[derive(Debug, Args)]
#[command(after_long_help = Exit::table_with(&[]))]
pub struct Options {
    /// Write a page for each command to this directory, such as meterchurn-run.1
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// Prints or writes the pages.
///
/// # Errors
/// When a page cannot be written.
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let Some(dir) = &options.dir else {
        out.write(as_ascii(&whole().map_err(|error| unwritten(Path::new("the manual page"), &error))?));
        return Ok(Exit::Success);
    };
    fs::create_dir_all(dir).map_err(|error| unwritten(dir, &error))?;
    for (name, page) in pages().map_err(|error| unwritten(dir, &error))? {
        let file = dir.join(name);
        fs::write(&file, as_ascii(&page)).map_err(|error| unwritten(&file, &error))?;
    }
    report(format_args!("manual pages in {}", visible_path(dir)));
    Ok(Exit::Success)
}

fn unwritten(file: &Path, error: &io::Error) -> Failure {
    Failure::File { file: file.to_owned(), reason: error.to_string() }
}

/// A page in ASCII, with other characters as all formatters read them. They do not agree on the encoding of a page.
fn as_ascii(page: &[u8]) -> String {
    let text = String::from_utf8_lossy(page);
    let escaped = |c: char| if c.is_ascii() { c.to_string() } else { format!("\\[u{:04X}]", u32::from(c)) };
    text.chars().map(escaped).collect()
}

/// The program with all its commands, as clap completes it. `help` has no page.
fn program() -> Command {
    let mut program = Arguments::command()
        .disable_help_subcommand(true)
        .subcommand_help_heading("COMMANDS")
        .subcommand_value_name("COMMAND");
    program.build();
    program
}

/// The file and the page of the program and of each command.
fn pages() -> io::Result<Vec<(String, Vec<u8>)>> {
    let program = program();
    let commands = [&program].into_iter().chain(shown(&program));
    commands
        .map(|command| {
            let man = manual(command);
            Ok((man.get_filename(), page(&man, command)?))
        })
        .collect()
}

/// The commands that the help lists.
fn shown(program: &Command) -> impl Iterator<Item = &Command> {
    program.get_subcommands().filter(|command| !command.is_hide_set())
}

fn manual(command: &Command) -> Man {
    Man::new(command.clone()).source(concat!("meterchurn ", env!("CARGO_PKG_VERSION"))).manual("User Commands")
}

/// The page of a command.
fn page(man: &Man, command: &Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    body(man, command, &mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    notes(command, &mut page)?;
    Ok(page)
}

/// One page with all commands: that of the program, and a section for each command.
fn whole() -> io::Result<Vec<u8>> {
    let program = program();
    let mut whole = page(&manual(&program), &program)?;
    for command in shown(&program) {
        let mut part = Vec::new();
        let bare = without_global_options(command);
        body(&manual(&bare), &bare, &mut part)?;
        notes(&bare, &mut part)?;
        let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_uppercase();
        Roff::new().control("SH", [name.as_str()]).to_writer(&mut whole)?;
        // Its sections are parts of that section.
        let part: Vec<String> =
            String::from_utf8_lossy(&part).lines().map(|line| line.replacen(".SH ", ".SS ", 1)).collect();
        whole.extend((part.join("\n") + "\n").into_bytes());
    }
    Ok(whole)
}

/// A command without the options that the page of the program has.
fn without_global_options(command: &Command) -> Command {
    command.clone().mut_args(|option| if option.is_global_set() { option.hide(true) } else { option })
}

fn body(man: &Man, command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    if command.get_arguments().any(|option| !option.is_hide_set()) {
        man.render_options_section(page)?;
    }
    Ok(())
}

/// What the help shows at its end: sections of lines that are not filled, each with its heading.
fn notes(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let Some(after) = command.get_after_long_help().or_else(|| command.get_after_help()) else { return Ok(()) };
    let mut roff = Roff::new();
    for section in after.to_string().split("\n\n") {
        let mut lines = section.lines();
        let heading = lines.next().unwrap_or_default().trim_end_matches(':').to_uppercase();
        roff.control("SH", [heading.as_str()]).control("nf", []);
        lines.for_each(|line| _ = roff.text([roman(line)]));
        roff.control("fi", []);
    }
    roff.to_writer(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_with_its_options_and_its_exit_codes() {
        let pages = pages().expect("pages in memory");
        let program = program();
        assert_eq!(pages.len(), 1 + shown(&program).count());
        for command in shown(&program) {
            let name = format!("meterchurn-{}.1", command.get_name());
            let (_, page) = pages.iter().find(|(file, _)| *file == name).expect(&name);
            let page = String::from_utf8_lossy(page);
            let section = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "\"EXIT CODES\""];
            assert!(section.iter().all(|section| page.contains(&format!("\n.SH {section}\n"))), "{page}");
            for long in command.get_arguments().filter_map(|option| option.get_long()) {
                assert!(page.contains(&format!("\\-\\-{}", long.replace('-', "\\-"))), "{name}: {long}");
            }
        }
    }

    #[test]
    fn characters_beyond_ascii_are_written_as_every_formatter_reads_them() {
        assert_eq!(as_ascii("VALUE[±SD] – 10 %".as_bytes()), r"VALUE[\[u00B1]SD] \[u2013] 10 %");
    }

    #[test]
    fn the_whole_manual_has_a_section_for_every_command() {
        let whole = String::from_utf8(whole().expect("a page in memory")).expect("roff is UTF-8");
        assert_eq!(whole.matches("\n.TH ").count() + usize::from(whole.starts_with(".TH ")), 1);
        for command in shown(&program()) {
            let heading = format!("\n.SH \"METERCHURN {}\"\n", command.get_name().to_uppercase());
            assert_eq!(whole.matches(&heading).count(), 1, "{heading}");
        }
    }
}
