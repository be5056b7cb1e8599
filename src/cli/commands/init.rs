//! `init`: writes a scenario to start from.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::streams::{Stdout, report};
use crate::scenario::schema;
use crate::text::{in_shell, listed, read_file, visible_path};

/// Write a commented scenario to start from
///
/// Its first line names a schema, which is written beside it, so that editors
/// complete and explain what the file can say. Nothing is overwritten.
#[derive(Debug, Args)]
#[command(after_long_help = Exit::table_with(&[]))]
pub struct Options {
    /// What to begin with
    #[arg(long = "for", value_enum, default_value_t = Kind::Analyst, value_name = "WHOM")]
    kind: Kind,
    /// File to write [default: scenario.toml]; for ci the folder to write to
    /// [default: the current one]
    #[arg(value_name = "FILE|DIR")]
    place: Option<PathBuf>,
}

/// Whom a scenario is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// A small market under three policies
    Analyst,
    /// A failing supplier before a network of a stated capacity
    Planner,
    /// A folder of scenarios with expectations, and a workflow that checks them
    Ci,
}

/// Most bytes of a list of what a repository ignores.
const MOST_BYTES: u64 = 1 << 20;

/// A file to write: its place below the folder, and what is in it.
type Template = (&'static str, &'static str);

const CI: &[Template] = &[
    ("scenarios/one-meter.toml", include_str!("../templates/ci/one-meter.toml")),
    ("scenarios/small-market.toml", include_str!("../templates/ci/small-market.toml")),
    ("meterchurn.toml", include_str!("../templates/ci/meterchurn.toml")),
    (".github/workflows/scenarios.yml", include_str!("../templates/ci/scenarios.yml")),
];

/// What a repository ignores; most have such a file.
const IGNORED: Template = (".gitignore", include_str!("../templates/ci/gitignore"));

impl Kind {
    /// The files to write, and the folder of the scenarios among them.
    fn files(self, place: Option<&Path>) -> (Vec<(PathBuf, &'static str)>, PathBuf) {
        let one = |text| {
            let file = place.unwrap_or(Path::new("scenario.toml")).to_owned();
            let folder = file.parent().unwrap_or(Path::new("")).to_owned();
            (vec![(file, text)], folder)
        };
        match self {
            Kind::Analyst => one(include_str!("../templates/analyst.toml")),
            Kind::Planner => one(include_str!("../templates/planner.toml")),
            Kind::Ci => {
                let folder = place.unwrap_or(Path::new(""));
                (CI.iter().map(|(name, text)| (folder.join(name), *text)).collect(), folder.join("scenarios"))
            }
        }
    }

    /// What to type next.
    fn next(self, place: Option<&Path>) -> String {
        let shown = |path: &Path| in_shell(&visible_path(path)).into_owned();
        match self {
            Kind::Analyst | Kind::Planner => {
                format!("meterchurn run {}", shown(place.unwrap_or(Path::new("scenario.toml"))))
            }
            Kind::Ci => format!("meterchurn test {}", shown(&place.unwrap_or(Path::new("")).join("scenarios"))),
        }
    }
}

/// Writes the files.
///
/// # Errors
/// When one of them is there already, or cannot be written.
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let place = options.place.as_deref();
    let (files, scenarios) = options.kind.files(place);
    // All or nothing, as far as can be known before.
    for (file, _) in &files {
        if fs::symlink_metadata(file).is_ok() {
            return Err(taken(file));
        }
    }
    for (file, text) in &files {
        create(file, text)?;
        out.line(format_args!("wrote {}", visible_path(file)));
    }
    write_schema(&scenarios.join(schema::FILE), out)?;
    if options.kind == Kind::Ci {
        write_ignored(&place.unwrap_or(Path::new("")).join(IGNORED.0), out)?;
    }
    out.line(format_args!("next:  {}", options.kind.next(place)));
    Ok(Exit::Success)
}

/// The schema beside the scenarios; one that is there stays.
fn write_schema(file: &Path, out: &mut Stdout) -> Result<(), Failure> {
    let text = schema::schema();
    if fs::symlink_metadata(file).is_err() {
        create(file, &text)?;
        out.line(format_args!("wrote {}", visible_path(file)));
    } else if fs::read(file).ok().as_deref() != Some(text.as_bytes()) {
        let shown = visible_path(file);
        report(format_args!(
            "note: {shown} is another schema and stays; `meterchurn schema > {}` replaces it",
            in_shell(&shown)
        ));
    }
    Ok(())
}

/// The list of what a repository ignores; one that is there stays.
fn write_ignored(file: &Path, out: &mut Stdout) -> Result<(), Failure> {
    if fs::symlink_metadata(file).is_err() {
        create(file, IGNORED.1)?;
        out.line(format_args!("wrote {}", visible_path(file)));
        return Ok(());
    }
    let text = read_file(file, MOST_BYTES).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let bare = |line: &str| line.trim().trim_matches('/').to_owned();
    let known: Vec<String> = text.lines().map(bare).collect();
    let lines = IGNORED.1.lines().filter(|line| !line.starts_with('#'));
    let missing: Vec<&str> = lines.filter(|line| !known.contains(&bare(line))).collect();
    if !missing.is_empty() {
        let shown = visible_path(file);
        report(format_args!("note: {shown} is there already and stays; add {} to it", listed(missing, "`")));
    }
    Ok(())
}

/// Writes a file that is not there, with the folders that it needs.
fn create(file: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::AlreadyExists => taken(file),
        _ => Failure::File { file: file.to_owned(), reason: error.to_string() },
    };
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut new = OpenOptions::new().write(true).create_new(true).open(file).map_err(failed)?;
    new.write_all(text.as_bytes()).map_err(failed)
}

fn taken(file: &Path) -> Failure {
    Failure::Usage(format!("{} is there already\nhelp: name another place, or remove it first", visible_path(file)))
}
