//! What a path at which there is nothing may mean.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::{nearest, visible_path};

/// Most names of a folder among which the nearest is looked for.
const MOST_NAMES: usize = 1_000;

/// What to do where nothing is at a path: take the nearest that is there, or else what `otherwise` says. Nothing is
/// known of other errors.
pub fn instead_of(path: &Path, error: &io::Error, otherwise: impl Into<String>) -> Option<String> {
    match error.kind() {
        ErrorKind::NotFound => Some(match near_path(path) {
            Some(near) => format!("did you mean `{}`?", visible_path(&near)),
            None => otherwise.into(),
        }),
        ErrorKind::NotADirectory => Some(otherwise.into()),
        _ => None,
    }
}

/// The same as the second line of a message; nothing if nothing is known.
pub fn help_instead_of(path: &Path, error: &io::Error, otherwise: &str) -> String {
    instead_of(path, error, otherwise).map_or_else(String::new, |help| format!("\nhelp: {help}"))
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
    let found = missing.with_file_name(near_name(word, &names)?);
    match path.strip_prefix(missing).ok().filter(|rest| !rest.as_os_str().is_empty()).map(|rest| found.join(rest)) {
        None => Some(found),
        Some(whole) if whole.exists() => Some(whole),
        Some(whole) => Some(near_path(&whole).unwrap_or(found)),
    }
}

/// The name that a word most likely means. Where both have the same ending, such as `.toml`, it says nothing about how
/// much they are alike.
fn near_name<'n>(word: &str, names: &'n [String]) -> Option<&'n str> {
    let ending = word.rfind('.').map_or("", |dot| &word[dot..]);
    let (alike, others): (Vec<&str>, Vec<&str>) =
        names.iter().map(String::as_str).partition(|name| name.ends_with(ending));
    let bare = |name: &'n str| name.strip_suffix(ending).unwrap_or(name);
    let near = word.strip_suffix(ending).and_then(|word| nearest(word, alike.iter().map(|name| bare(name))));
    match near {
        Some(near) => alike.into_iter().find(|name| bare(name) == near),
        None => nearest(word, others),
    }
}

/// The names in a folder that are not hidden, in order; those of folders alone on request.
pub fn names_in(folder: &Path, folders_alone: bool) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().take(MOST_NAMES);
    let wanted = entries.filter(|entry| !folders_alone || entry.path().is_dir());
    let names = wanted.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("scenarios/number.toml", None),
            ("scenarios/decembr", Some("scenarios/december.toml")),
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
}
