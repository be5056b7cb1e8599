//! The scenario files in folders.

use std::collections::BTreeSet;
use std::fs::metadata;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::cli::failure::Failure;
use crate::scenario::diagnostics::LEVELS_FILE;
use crate::study::session::LoadError;
use crate::text::{and, visible_path};

/// Where scenarios are if no path is given.
pub const USUAL: &str = "scenarios";
/// Most files.
const MOST: usize = 10_000;

/// A scenario file, and the argument through which it was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The file.
    pub path: PathBuf,
    /// The folder that was named, or the file's own folder if the file was named.
    pub root: PathBuf,
    /// Whether it was found in a folder rather than named.
    pub is_searched: bool,
}

impl Found {
    /// Refuses what no scenario can be read from. A pipe may be named, but in a folder it would be waited for.
    ///
    /// # Errors
    /// When it was found in a folder and is not a regular file.
    pub fn readable(&self) -> Result<&Path, LoadError> {
        if self.is_searched && metadata(&self.path).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(LoadError::unreadable(&self.path, io::Error::other("it is not a regular file")));
        }
        Ok(&self.path)
    }
}

/// The folders that are searched: those of the paths that are folders, or the usual one if there is no path.
pub fn folders(paths: &[PathBuf]) -> Vec<PathBuf> {
    let usual = [PathBuf::from(USUAL)];
    let paths = if paths.is_empty() { &usual } else { paths };
    paths.iter().filter(|path| path.is_dir()).cloned().collect()
}

/// The files that are named and those in the folders that are named, at any depth, in the order of their paths. In
/// folders these are the files `*.toml` but for those whose name, or a folder's name above them, begins with a full
/// stop, and the settings of the repository. Links are followed. A file that is found twice counts once.
///
/// # Errors
/// When there is no such file, or too many.
pub fn find(paths: &[PathBuf]) -> Result<Vec<Found>, Failure> {
    let usual = [PathBuf::from(USUAL)];
    let paths = match paths {
        [] if Path::new(USUAL).is_dir() => &usual,
        [] => {
            let message = format!("there is no folder `{USUAL}` here\nhelp: name files or folders of scenarios");
            return Err(Failure::NotFound(message));
        }
        paths => paths,
    };
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            in_folder(path, &mut found)?;
        } else {
            let root = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
            found.push(Found { path: path.clone(), root: root.to_owned(), is_searched: false });
        }
    }
    if found.is_empty() {
        let folders: Vec<String> = paths.iter().map(|path| visible_path(path)).collect();
        let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
        return Err(Failure::NotFound(format!("no file *.toml in {}", and(&folders))));
    }
    found.sort();
    let mut known = BTreeSet::new();
    // A file that cannot be resolved is reported when it is read.
    found.retain(|found| known.insert(found.path.canonicalize().unwrap_or_else(|_| found.path.clone())));
    Ok(found)
}

fn in_folder(folder: &Path, found: &mut Vec<Found>) -> Result<(), Failure> {
    let is_hidden = |entry: &DirEntry| entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
    let walk = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(|entry| !is_hidden(entry)) {
        let path = match entry {
            Ok(entry) if entry.file_type().is_dir() => continue,
            Ok(entry) => entry.into_path(),
            // A link to a folder above it: its files are found there.
            Err(error) if error.loop_ancestor().is_some() => continue,
            // A link to nothing, which is refused when it is read.
            Err(error) => match error.path().filter(|path| path.is_symlink()) {
                Some(path) => path.to_owned(),
                None => {
                    let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    let at = error.path().unwrap_or(folder);
                    return Err(Failure::Folder { folder: at.to_owned(), reason });
                }
            },
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".toml") && !name.starts_with('.') && name != LEVELS_FILE {
            found.push(Found { path, root: folder.to_owned(), is_searched: true });
            if found.len() > MOST {
                let message =
                    format!("`{}` has more than {MOST} files *.toml: name a folder in it", visible_path(folder));
                return Err(Failure::Usage(message));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn names(found: &[Found], root: &Path) -> Vec<String> {
        let below = |found: &Found| found.path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
        found.iter().map(below).collect()
    }

    /// A folder with these files.
    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, "").expect("a file");
        }
        folder
    }

    #[test]
    fn folders_are_searched_at_any_depth_without_what_is_hidden_and_the_settings() {
        let folder =
            folder(&["b.toml", "a/z.toml", "a/meterchurn.toml", ".git/c.toml", ".d.toml", "notes.md", "e.TOML"]);
        let found = find(&[folder.path().to_owned()]).expect("files");
        assert_eq!(names(&found, folder.path()), ["a/z.toml", "b.toml"]);
    }

    #[test]
    fn a_file_that_is_named_is_taken_whatever_its_name_and_only_once() {
        let folder = folder(&["a.toml", "b.txt"]);
        let of = |name: &str| folder.path().join(name);
        let found = find(&[of("b.txt"), of("a.toml"), folder.path().to_owned()]).expect("files");
        assert_eq!(names(&found, folder.path()), ["a.toml", "b.txt"]);
    }

    #[test]
    #[cfg(unix)]
    fn a_link_to_a_folder_above_is_not_followed_and_one_to_nothing_is_left_to_the_reader() {
        let folder = folder(&["a/b.toml"]);
        std::os::unix::fs::symlink(folder.path(), folder.path().join("a/up")).expect("a link");
        std::os::unix::fs::symlink("nowhere", folder.path().join("a/gone.toml")).expect("a link");
        std::os::unix::fs::symlink("nowhere", folder.path().join("a/notes")).expect("a link");
        let found = find(&[folder.path().to_owned()]).expect("files");
        assert_eq!(names(&found, folder.path()), ["a/b.toml", "a/gone.toml"]);
    }

    #[test]
    fn a_folder_without_scenarios_selects_nothing() {
        let empty = folder(&["notes.md"]);
        assert!(matches!(find(&[empty.path().to_owned()]), Err(Failure::NotFound(_))));
    }
}
