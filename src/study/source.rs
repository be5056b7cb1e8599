//! Where a scenario comes from: a file, a pipe, stdin or the program itself; and why it could not be loaded from there.

use std::error::Error;
use std::fmt;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::scenario::diagnostics::format::FULL;
use crate::scenario::diagnostics::{Diagnostic, Files, Invalid, Mistake, Severity};
use crate::scenario::shipped;
use crate::text::number::counted;
use crate::text::{is_path, is_stdin, nearest, reason, visible, visible_path};

/// Most names of a folder among which the nearest is looked for.
const MOST_NAMES: usize = 1_000;

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
    /// A file that cannot be read, with the nearest one that is there.
    pub fn unreadable(path: &Path, source: io::Error) -> Self {
        let help = match source.kind() {
            ErrorKind::NotFound => near_path(path).map(|near| format!("did you mean `{}`?", visible_path(&near))),
            ErrorKind::IsADirectory => {
                Some("name a file in it; `check`, `test` and `fmt` take folders, too".to_owned())
            }
            _ => None,
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
                let help = format!("{near}`meterchurn list scenarios` lists them");
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

/// What is there and a path most likely means, if anything is near: the first folder or file that is missing stands for
/// the nearest name beside it. Where the file in such a folder is missing too, the folder.
fn near_path(path: &Path) -> Option<PathBuf> {
    let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.exists();
    let missing = path.ancestors().take_while(is_missing).last()?;
    let folder = missing.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let word = missing.file_name()?.to_str()?;
    // A link to nothing is missing, and has its own name.
    let names = names_in(folder, missing != path).into_iter().filter(|name| name != word).collect::<Vec<_>>();
    let found = missing.with_file_name(nearest(word, names.iter().map(String::as_str))?);
    match path.strip_prefix(missing).ok().filter(|rest| !rest.as_os_str().is_empty()).map(|rest| found.join(rest)) {
        None => Some(found),
        Some(whole) if whole.exists() => Some(whole),
        Some(whole) => Some(near_path(&whole).unwrap_or(found)),
    }
}

/// The names in a folder that are not hidden, in order; those of folders alone on request.
fn names_in(folder: &Path, folders_alone: bool) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().take(MOST_NAMES);
    let wanted = entries.filter(|entry| !folders_alone || entry.path().is_dir());
    let names = wanted.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort_unstable();
    names
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
    fn a_missing_path_means_the_nearest_one_that_is_there_or_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |path: &str| folder.path().join(path);
        fs::create_dir(at("scenarios")).expect("a folder");
        ["scenarios/december.toml", "scenarios/.decembr.toml", "notes.md"]
            .into_iter()
            .for_each(|path| fs::write(at(path), "").expect("a file"));
        for (missing, near) in [
            ("scenaros", Some("scenarios")),
            ("scenarios/decembr.toml", Some("scenarios/december.toml")),
            ("scenarois/december.toml", Some("scenarios/december.toml")),
            ("scenarois/decembr.toml", Some("scenarios/december.toml")),
            ("scenarois/x.toml", Some("scenarios")),
            ("scenarios/x.toml", None),
            ("note.md/x.toml", None),
            ("elsewhere/december.toml", None),
            ("scenarios", None),
        ] {
            assert_eq!(near_path(&at(missing)), near.map(at), "{missing}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("nowhere", at("gone.toml")).expect("a link");
            assert_eq!(near_path(&at("gone.toml")), None);
        }
    }

    #[test]
    fn a_word_is_a_name_and_what_has_a_separator_or_ends_in_toml_is_a_file() {
        let named = |text: &'static str| could_be_shipped(Path::new(text));
        assert_eq!(named("gb-year"), Some("gb-year"));
        assert_eq!(["gb-year.toml", "./gb-year", "a/gb-year", "-", "src"].map(named), [None; 5]);
    }
}
