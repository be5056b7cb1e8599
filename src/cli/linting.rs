//! How findings are shown and which of them count, for commands that check files.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::args::Manners;
use super::colour;
use super::exit::Exit;
use super::failure::Failure;
use super::streams::{Stdout, report_findings, report_lines};
use crate::scenario::diagnostics::format::{FORMATS, FULL, Format};
use crate::scenario::diagnostics::{Code, Diagnostic, Files, LEVELS_FILE, Level, Levels, Severity, Which};
use crate::study::session::LoadError;
use crate::text::{read_file, visible_path};

/// Most bytes of a `meterchurn.toml`.
const MOST_BYTES: u64 = 1 << 20;

/// The long help of `--deny`.
const DENY: &str = "\
Treat a warning as an error, by its code, or all with `warnings`; may be repeated

A file meterchurn.toml in the folder of a scenario or above it can do the same, as in

    [lint]
    deny  = [\"warnings\"]
    warn  = [\"MC101\"]
    allow = [\"MC112\"]

Options hold before the file, and a code before `warnings`.";

/// How findings are shown, and which of them count.
#[derive(Debug, Clone, Args)]
pub struct Linting {
    /// Format of findings; `json`, `github`, `gitlab` and `sarif` go to stdout
    #[arg(long, value_name = "FORMAT", value_parser = format_parser())]
    pub message_format: Option<&'static Format>,
    /// Treat a warning as an error, by its code, or all with `warnings`; may be repeated
    #[arg(long, value_name = "CODE", value_parser = Which::parse, long_help = DENY)]
    pub deny: Vec<Which>,
    /// Report a warning as a warning; may be repeated
    #[arg(long, value_name = "CODE", value_parser = Which::parse)]
    pub warn: Vec<Which>,
    /// Do not report a warning; may be repeated
    #[arg(long, value_name = "CODE", value_parser = Which::parse)]
    pub allow: Vec<Which>,
}

fn format_parser() -> impl TypedValueParser<Value = &'static Format> {
    let named = FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(named).map(|name| Format::named(&name).unwrap_or(&FORMATS[0]))
}

impl Linting {
    /// The levels for a scenario's file: those of the nearest `meterchurn.toml` in its folder or above it, changed by
    /// the options.
    ///
    /// # Errors
    /// When that file cannot be read.
    pub fn levels(&self, scenario: &Path) -> Result<Levels, Failure> {
        let mut levels = match nearest_file(scenario) {
            Some(file) => read(&file)?,
            None => Levels::default(),
        };
        for (which, level, option) in [
            (&self.allow, Level::Allow, "--allow"),
            (&self.warn, Level::Warn, "--warn"),
            (&self.deny, Level::Deny, "--deny"),
        ] {
            which.iter().for_each(|which| levels.put(*which, level, option));
        }
        Ok(levels)
    }

    /// Whether stdout is data for a program.
    pub fn is_data(&self) -> bool {
        self.message_format.is_some_and(|format| format.is_data)
    }

    /// Shows diagnostics for people. Data are shown at the end, see [`Linting::end`].
    pub fn show(&self, all: &[Diagnostic]) {
        let format = self.message_format.unwrap_or(FULL);
        if format.is_data {
            return;
        }
        let is_shown = |one: &&Diagnostic| one.severity == Severity::Error || !Manners::adopted().quiet;
        let shown: Vec<Diagnostic> = all.iter().filter(is_shown).cloned().collect();
        if !shown.is_empty() {
            let text = (format.render)(&shown, colour::on_stderr());
            let report = if format.wraps { report_findings } else { report_lines };
            report(text.trim_end_matches('\n'));
        }
    }

    /// Shows all diagnostics of a command as data, if the format is data.
    pub fn end(&self, all: &[Diagnostic], out: &mut Stdout) {
        if let Some(format) = self.message_format.filter(|format| format.is_data) {
            out.write((format.render)(all, false));
        }
    }
}

/// How a command ends that has found this.
pub fn exit_of(all: &[Diagnostic]) -> Exit {
    let of = |diagnostic: &Diagnostic| match (diagnostic.code, diagnostic.severity) {
        (_, Severity::Warning) | (Code::Outcome(_), _) => Exit::Success,
        (Code::Mistake(_), Severity::Error) => Exit::InvalidScenario,
        (Code::Lint(_), Severity::Error) => Exit::Denied,
    };
    all.iter().map(of).fold(Exit::Success, Exit::worst)
}

/// The nearest `meterchurn.toml` in the folder of a file or above it.
fn nearest_file(scenario: &Path) -> Option<PathBuf> {
    let folder = std::path::absolute(scenario).ok()?;
    folder.ancestors().skip(1).map(|folder| folder.join(LEVELS_FILE)).find(|file| file.is_file())
}

fn read(file: &Path) -> Result<Levels, Failure> {
    let name = || file.display().to_string();
    let bytes = read_file(file, MOST_BYTES).map_err(|source| LoadError::unreadable(file, source))?;
    let text = String::from_utf8_lossy(&bytes);
    let here = std::env::current_dir().unwrap_or_default();
    Levels::read(&visible_path(file.strip_prefix(here).unwrap_or(file)), &text)
        .map_err(|invalid| LoadError::Invalid { files: Box::new(Files::one(name(), text.as_ref())), invalid }.into())
}
