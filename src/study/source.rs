//! Where a scenario comes from: a file, a pipe, stdin or the program itself; and why it could not be loaded from there.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::scenario::diagnostics::format::FULL;
use crate::scenario::diagnostics::{Diagnostic, Files, Invalid, Mistake, Severity};
use crate::scenario::shipped;
use crate::text::number::counted;
use crate::text::{in_shell, instead_of, is_path, is_stdin, names_in, nearest, reason, visible};

/// Why a scenario could not be loaded. Its text shows every finding with its place in the file and a remedy.
#[derive(Debug)]
pub enum LoadError {
    /// The file cannot be read.
    Unreadable {
        /// The name of the file.
        name: String,
        /// What to do instead, if anything is known.
        help: Option<String>,
        /// The system's error.
        source: io::Error,
    },
    /// There is no file of this name, and no scenario of this name comes with the program.
    Unknown {
        /// The name for display.
        name: String,
        /// The nearest name, in words; empty if none is near.
        near: String,
    },
    /// The scenario is invalid.
    Invalid {
        /// Its files.
        files: Box<Files>,
        /// What is wrong with them.
        invalid: Invalid,
    },
}

impl LoadError {
    /// A file that cannot be read, with the nearest one that is there, or where there are scenarios.
    pub fn unreadable(path: &Path, source: io::Error) -> Self {
        let help = match source.kind() {
            ErrorKind::IsADirectory => {
                Some("name a file in it; `check`, `test` and `fmt` take folders, too".to_owned())
            }
            _ => instead_of(path, &source, elsewhere(path)),
        };
        Self::Unreadable { name: path.display().to_string(), help, source }
    }

    /// What its `Display` says, with findings in colour on request and without control characters from a file: the
    /// findings, and how many of them are errors.
    pub fn text(&self, colour: bool) -> String {
        let found = self.diagnostics();
        let errors = found.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        format!("{}{}: {}", (FULL.render)(&found, colour), visible(self.name()), counted(errors, "error"))
    }

    /// The name of the file, or of what could be one.
    fn name(&self) -> &str {
        match self {
            Self::Unreadable { name, .. } | Self::Unknown { name, .. } => name,
            Self::Invalid { files, .. } => &files.first().name,
        }
    }

    /// What is wrong, as diagnostics.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            Self::Unreadable { name, help, source } => {
                let message = format!("cannot be read: {}", reason(source));
                let found = Diagnostic::of_file(Mistake::Unreadable, name.clone(), message);
                vec![match help {
                    Some(help) => found.with_help(help),
                    None => found,
                }]
            }
            Self::Unknown { name, near } => {
                let message = "there is no such file, and no scenario of this name comes with the program";
                let help = format!("{near}{LISTED} lists them");
                vec![Diagnostic::of_file(Mistake::Unreadable, name.clone(), message).with_help(help)]
            }
            Self::Invalid { files, invalid } => Diagnostic::all(invalid, files),
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(false))
    }
}

impl Error for LoadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            Self::Unknown { .. } | Self::Invalid { .. } => None,
        }
    }
}

/// The command that lists the scenarios that come with the program.
const LISTED: &str = "`meterchurn list scenarios`";

/// Where to find a scenario in place of a path at which there is nothing.
fn elsewhere(path: &Path) -> String {
    let listed = format!("{LISTED} lists those that come with the program");
    match path.to_str().filter(|name| name.ends_with(".toml")) {
        Some(name) => format!("`meterchurn init {}` writes one to begin with, and {listed}", visible(&in_shell(name))),
        None => listed,
    }
}

/// The argument as a name of a scenario that comes with the program; nothing if it is a path, or if there is a file of
/// that name.
pub(super) fn could_be_shipped(path: &Path) -> Option<&str> {
    let name = path.to_str().filter(|name| !name.is_empty())?;
    let is_file = is_stdin(path) || is_path(name) || path.exists();
    (!is_file).then_some(name)
}

/// What to say about a name that no scenario has.
pub(super) fn near(name: &str) -> String {
    let here = names_in(Path::new("."), false);
    let shipped = shipped::SHIPPED.iter().map(|shipped| shipped.name);
    match nearest(name, shipped.chain(here.iter().map(String::as_str))) {
        Some(near) => format!("did you mean `{}`? ", visible(near)),
        None => String::new(),
    }
}

/// Where the packs of a scenario are looked for: beside its file, or in the current folder if a pipe gives it.
pub(super) fn place_of(path: &Path) -> &Path {
    if is_of_system(path) { Path::new("-") } else { path }
}

/// Whether a path is none of a person's files, such as what a shell makes of `<(…)`.
fn is_of_system(path: &Path) -> bool {
    ["/dev", "/proc"].iter().any(|of_system| path.starts_with(of_system))
}

/// A file's stem as an id. An id becomes part of paths, so dashes replace characters that it may not contain. What a
/// shell makes of `<(…)` has a number as its name, which means nothing.
pub(super) fn id_of(path: &Path) -> String {
    if is_stdin(path) || is_of_system(path) {
        return "stdin".to_owned();
    }
    let stem = path.file_stem().map(|s| s.to_string_lossy().to_lowercase()).unwrap_or_default();
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    let mut id: String = stem.chars().map(|c| if allowed(c) { c } else { '-' }).collect();
    id.truncate(64);
    if id.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) { id } else { format!("scenario{id}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_made_of_what_paths_can_hold() {
        let id = |path: &str| id_of(Path::new(path));
        assert_eq!([id("a/My File.toml"), id("1.x.toml"), id("é.toml")], ["my-file", "1.x", "scenario-"]);
        assert_eq!([id("-"), id("/dev/stdin"), id("/proc/self/fd/63")], ["stdin"; 3]);
    }

    #[test]
    fn a_word_is_a_name_and_what_has_a_separator_or_ends_in_toml_is_a_file() {
        let named = |text: &'static str| could_be_shipped(Path::new(text));
        assert_eq!(named("gb-year"), Some("gb-year"));
        assert_eq!(["gb-year.toml", "./gb-year", "a/gb-year", "-", "src"].map(named), [None; 5]);
    }
}
