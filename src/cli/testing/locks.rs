//! The files of recorded behaviour beside the scenarios: which of them a scenario belongs to, and writing them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::files::Found;
use crate::cli::failure::Failure;
use crate::report::put_file;
use crate::study::recorded::{FILE, Lock, MOST_BYTES, Record, Since};
use crate::text::read_file;

/// The recorded behaviour of all scenarios, by folder.
#[derive(Debug, Default)]
pub struct Locks {
    /// `None` where nothing is recorded yet.
    folders: BTreeMap<PathBuf, Option<Lock>>,
}

/// Where the behaviour of a scenario is recorded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    folder: PathBuf,
    /// The file within the folder, with `/` between its parts.
    pub file: String,
}

impl Place {
    /// The scenario's file.
    pub fn path(&self) -> PathBuf {
        self.folder.join(&self.file)
    }
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// The files that were written, because something in them is new.
    pub files: Vec<PathBuf>,
    /// How many scenarios were recorded for the first time.
    pub new: usize,
    /// How many recorded scenarios were removed.
    pub removed: usize,
}

impl Locks {
    /// Reads the files that the scenarios of these folders belong to: each to the nearest one in the folder that was
    /// named or above it, or else to a new one in that folder.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn of<'f>(roots: impl Iterator<Item = &'f Path>) -> Result<Self, Failure> {
        let mut locks = Self::default();
        for root in roots {
            let folder = folder_of(root);
            if !locks.folders.contains_key(folder) {
                locks.folders.insert(folder.to_owned(), read(&folder.join(FILE))?);
            }
        }
        Ok(locks)
    }

    /// Where the behaviour of a scenario is recorded.
    pub fn place(&self, found: &Found) -> Place {
        let folder = folder_of(&found.root);
        let within = match folder {
            folder if folder == Path::new(".") => found.path.strip_prefix(".").unwrap_or(&found.path),
            folder => found.path.strip_prefix(folder).unwrap_or(&found.path),
        };
        let parts: Vec<_> = within.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        Place { folder: folder.to_owned(), file: parts.join("/") }
    }

    /// Whether anything is recorded at all.
    pub fn are_there(&self) -> bool {
        self.folders.values().any(Option::is_some)
    }

    /// How a study compares with what was recorded; nothing if its folder has no record.
    pub fn compare(&self, place: &Place, now: &Record) -> Option<Since> {
        let lock = self.folders.get(&place.folder)?.as_ref()?;
        Some(lock.record_of(&place.file).map_or_else(Since::unrecorded, |recorded| Since::of(recorded, now)))
    }

    /// The scenarios that are recorded in the folders that were searched, but are not among those that were found.
    pub fn gone(&self, searched: &[PathBuf], found: &BTreeSet<Place>) -> Vec<Place> {
        let places = self.folders.iter().flat_map(|(folder, lock)| {
            let files = lock.iter().flat_map(Lock::files);
            files.map(|file| Place { folder: folder.clone(), file: file.to_owned() })
        });
        let is_searched = |place: &Place| searched.iter().any(|folder| place.path().starts_with(folder));
        places.filter(|place| is_searched(place) && !found.contains(place)).collect()
    }

    /// Records what studies gave, removes scenarios that are gone, and writes the files that this changes.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn record(&mut self, studies: Vec<(Place, Record)>, gone: &[Place]) -> Result<Written, Failure> {
        let mut written = Written { removed: gone.len(), ..Written::default() };
        let mut before: BTreeMap<PathBuf, Option<String>> = BTreeMap::new();
        for (folder, lock) in &self.folders {
            before.insert(folder.clone(), lock.as_ref().map(Lock::text));
        }
        for (place, record) in studies {
            let lock = self.folders.entry(place.folder).or_default().get_or_insert_default();
            written.new += usize::from(lock.record_of(&record.file).is_none());
            lock.put(record);
        }
        for (folder, lock) in &mut self.folders {
            let Some(lock) = lock else { continue };
            lock.keep(|file| !gone.iter().any(|gone| gone.folder == *folder && gone.file == file));
            let text = lock.text();
            if before.get(folder).is_some_and(|before| before.as_ref() == Some(&text)) {
                continue;
            }
            let path = folder.join(FILE);
            put_file(&path, text.as_bytes())
                .map_err(|error| Failure::File { file: path.clone(), reason: error.to_string() })?;
            written.files.push(path);
        }
        Ok(written)
    }
}

/// The nearest folder with recorded behaviour, the one that was named or one above it; else the one that was named.
fn folder_of(root: &Path) -> &Path {
    let above = root.ancestors().filter(|folder| !folder.as_os_str().is_empty());
    above.into_iter().find(|folder| folder.join(FILE).is_file()).unwrap_or(root)
}

fn read(path: &Path) -> Result<Option<Lock>, Failure> {
    let refused = |reason: String| Failure::Lock { file: path.to_owned(), reason };
    if fs::symlink_metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        return Ok(None);
    }
    let bytes = read_file(path, MOST_BYTES).map_err(|error| refused(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| refused("it is not UTF-8".to_owned()))?;
    let lock = Lock::parse(&text).map_err(|advice| refused(format!("{}\nhelp: {}", advice.message, advice.help)))?;
    Ok(Some(lock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_belongs_to_the_nearest_record_above_it_or_to_a_new_one_in_the_folder_that_was_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let below = folder.path().join("a/b");
        fs::create_dir_all(&below).expect("a folder");
        let found = Found { path: below.join("c/d.toml"), root: below.clone(), is_searched: true };
        let place = |found: &Found| Locks::of([&*found.root].into_iter()).expect("readable").place(found);
        assert_eq!(place(&found), Place { folder: below.clone(), file: "c/d.toml".to_owned() });
        fs::write(folder.path().join(FILE), "version = 2\n").expect("a file");
        assert_eq!(place(&found), Place { folder: folder.path().to_owned(), file: "a/b/c/d.toml".to_owned() });
    }

    #[test]
    fn a_file_of_the_folder_itself_has_its_name_alone() {
        for path in ["a.toml", "./a.toml"] {
            let found = Found { path: path.into(), root: ".".into(), is_searched: true };
            assert_eq!(Locks::default().place(&found).file, "a.toml");
        }
    }
}
