//! Where a scenario comes from: a file, a pipe, stdin or the program itself; and why it could not be loaded from there.

use std::io;
use std::path::Path;

use crate::scenario::diagnostics::format::FULL;
use crate::scenario::diagnostics::{Diagnostic, Files, Invalid, Mistake};
use crate::scenario::shipped;
use crate::text::number::counted;
use crate::text::{is_path, is_stdin, nearest, visible};

/// Why a scenario could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", visible(name))]
    Unreadable {
        /// The name of the file for display.
        name: String,
        /// The system's error.
        source: io::Error,
    },
    /// There is no file of this name, and no scenario of this name comes with the program.
    #[error(
        "there is no file `{name}`, and no scenario of this name comes with the program\nhelp: {near}`meterchurn \
        list scenarios` lists them"
    )]
    Unknown {
        /// The name for display.
        name: String,
        /// The nearest name, in words; empty if none is near.
        near: String,
    },
    /// The scenario is invalid. Its text shows every finding with its place in the file and a remedy.
    #[error("{}", refusal(files, invalid, false))]
    Invalid {
        /// Its files.
        files: Box<Files>,
        /// What is wrong with them.
        invalid: Invalid,
    },
}

/// The findings about a scenario that is refused, and how many of them are errors.
fn refusal(files: &Files, invalid: &Invalid, colour: bool) -> String {
    let name = visible(&files.first().name);
    let findings = (FULL.render)(&Diagnostic::all(invalid, files), colour);
    format!("{findings}{name}: {}", counted(invalid.errors(), "error"))
}

impl LoadError {
    /// What its `Display` says, with findings in colour on request and without control characters from a file.
    pub fn text(&self, colour: bool) -> String {
        match self {
            Self::Invalid { files, invalid } => refusal(files, invalid, colour),
            Self::Unreadable { .. } | Self::Unknown { .. } => self.to_string(),
        }
    }

    /// What is wrong, as diagnostics.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            Self::Unreadable { name, source } => {
                vec![Diagnostic::of_file(Mistake::Unreadable, name.clone(), format!("cannot be read: {source}"))]
            }
            Self::Unknown { name, near } => {
                let message = "there is no such file, and no scenario of this name comes with the program";
                let help = format!("{near}`meterchurn list scenarios` lists them");
                vec![Diagnostic::of_file(Mistake::Unreadable, name.clone(), message).with_help(help)]
            }
            Self::Invalid { files, invalid } => Diagnostic::all(invalid, files),
        }
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
    match nearest(name, shipped::SHIPPED.iter().map(|shipped| shipped.name)) {
        Some(near) => format!("did you mean `{near}`? "),
        None => String::new(),
    }
}

/// A file's stem as an id. An id becomes part of paths, so dashes replace characters that it may not contain. What a
/// shell makes of `<(…)` has a number as its name, which means nothing.
pub(super) fn id_of(path: &Path) -> String {
    if is_stdin(path) || ["/dev", "/proc"].iter().any(|of_system| path.starts_with(of_system)) {
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
