//! The results folder. Results are written to a staging folder beside it, which is then renamed, so that a new results
//! folder is always complete. In an existing folder the program replaces its own files, each atomically, and leaves
//! other files alone.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tempfile::TempDir;

use super::manifest::{MANIFEST, Manifest, digest_of};
use crate::text::{reason, visible_path};

/// The file of a results folder that holds the scenario with every default filled in.
pub const RESOLVED: &str = "scenario.resolved.toml";
/// Prefix of the names of staging folders.
const STAGING: &str = ".results-";
/// The file in a staging folder that its process keeps locked.
const LOCK: &str = "meterchurn.lock";
/// The age at which an unlocked staging folder counts as abandoned. A process takes the lock when it creates the
/// folder.
const ABANDONED: Duration = Duration::from_secs(3_600);
/// The number of attempts to put results in place while other processes do the same.
const ATTEMPTS: usize = 20;

/// The staging folders of this process. Any thread that changes files holds the lock, so that [`abandon`] sees either
/// all of a change or none of it.
static STAGED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn staged() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    STAGED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes the staging folders of this process before it exits. Waits for results that are being put in place, and then
/// keeps all other threads from writing results.
pub fn abandon() {
    let staged = staged();
    // A folder that cannot be removed is harmless.
    staged.iter().for_each(|folder| _ = fs::remove_dir_all(folder));
    std::mem::forget(staged);
}

/// Why results could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The parent folder cannot be created or written to.
    #[error(
        "cannot write to `{}`: {}\nhelp: choose another directory with -o",
        visible_path(folder),
        if folder.is_file() { "it is a file".to_owned() } else { reason(source) }
    )]
    NoPlace {
        /// The parent folder.
        folder: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// Something that the program did not write has the name of the results folder, or of a file in it.
    #[error(
        "cannot write results to `{}`: something that this program did not write is already there\n\
         help: move it away or choose another directory with -o",
        visible_path(.0)
    )]
    Taken(PathBuf),
    /// An operation on a file failed.
    #[error("cannot {doing} `{}`: {}", visible_path(path), reason(source))]
    System {
        /// The operation.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A file could not be replaced, and the files replaced before it could not all be restored.
    #[error("{cause}; the previous results are in `{}`", visible_path(kept))]
    Torn {
        /// The first failure.
        cause: Box<FolderError>,
        /// The folder with the previous files.
        kept: PathBuf,
    },
}

impl FolderError {
    fn no_place(folder: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| FolderError::NoPlace { folder: folder.to_owned(), source }
    }

    fn while_doing(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| FolderError::System { doing, path: path.to_owned(), source }
    }
}

/// Makes the directory that -o names, or one within it.
///
/// # Errors
/// When the system refuses it.
pub fn make(output: &Path, folder: &Path) -> Result<(), FolderError> {
    fs::create_dir_all(folder).map_err(FolderError::no_place(output))
}

/// Checks that results can be written to `parent/name`, before they are computed. Creates `parent` and checks that it
/// is writable, and that the names of the results folder and of its `files` are free or belong to files that the
/// program wrote. Also removes abandoned staging folders.
///
/// # Errors
/// See [`FolderError`].
pub fn ready<'f>(parent: &Path, name: &str, files: impl IntoIterator<Item = &'f str>) -> Result<(), FolderError> {
    Staging::within(parent)?;
    remove_abandoned(parent);
    previous(&parent.join(name), files).map(drop)
}

/// Writes `files` (paths within the folder, and contents) and their manifest to `parent/name`. Previous results are
/// replaced. If the same results are already there, perhaps written by another process at the same time, they are left
/// as they are. After an error the previous results are unchanged.
///
/// # Errors
/// See [`FolderError`].
pub fn put(parent: &Path, name: &str, files: &[(&str, &[u8])], manifest: &Manifest) -> Result<PathBuf, FolderError> {
    let target = parent.join(name);
    let mut attempts = 0;
    loop {
        attempts += 1;
        let previous = previous(&target, files.iter().map(|(path, _)| *path))?;
        if previous.as_ref().is_some_and(|previous| previous.is_of_the_same_results(manifest))
            && holds(&target, manifest)
        {
            return Ok(target);
        }
        let mut staging = Staging::within(parent)?;
        staging.write(&target, files, manifest)?;
        let mut staged = staged();
        if let Some(previous) = previous {
            Replacement::of(&target, &mut staging).run(&previous, manifest, &mut staged)?;
            return Ok(target);
        }
        match fs::rename(staging.new_files(), &target) {
            Ok(()) => return Ok(target),
            // Another process was faster. Check its results.
            Err(_) if attempts < ATTEMPTS && fs::symlink_metadata(&target).is_ok() => {}
            Err(error) => return Err(FolderError::while_doing("put the results in place as", &target)(error)),
        }
    }
}

/// The manifest of the results at `target`, if there are any. Fails if the program did not write what is there.
fn previous<'f>(target: &Path, files: impl IntoIterator<Item = &'f str>) -> Result<Option<Manifest>, FolderError> {
    let Some(folder) = metadata(target)? else { return Ok(None) };
    let manifest = Manifest::read(target).filter(|_| folder.is_dir());
    let Some(manifest) = manifest else { return Err(FolderError::Taken(target.to_owned())) };
    let own = manifest.files();
    for path in files {
        let place = target.join(path);
        let is_own = |found: &fs::Metadata| !found.is_dir() && own.as_ref().is_none_or(|own| own.contains_key(path));
        if metadata(&place)?.is_some_and(|found| !is_own(&found)) {
            return Err(FolderError::Taken(place));
        }
    }
    Ok(Some(manifest))
}

fn metadata(path: &Path) -> Result<Option<fs::Metadata>, FolderError> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == ErrorKind::NotADirectory => Err(FolderError::Taken(path.to_owned())),
        Err(error) => Err(FolderError::while_doing("look at", path)(error)),
    }
}

/// Whether a folder holds all files of a manifest, unchanged.
fn holds(folder: &Path, manifest: &Manifest) -> bool {
    manifest.files().is_some_and(|files| files.iter().all(|(path, digest)| is(&folder.join(path), digest)))
}

fn is(file: &Path, digest: &str) -> bool {
    digest_of(file).is_ok_and(|found| found == digest)
}

/// A staging folder. It is removed when dropped.
#[derive(Debug)]
struct Staging {
    // Dropped before the folder, because some systems do not remove open files.
    _lock: File,
    folder: TempDir,
}

impl Staging {
    fn within(parent: &Path) -> Result<Self, FolderError> {
        let made = || {
            fs::create_dir_all(parent)?;
            let mut staged = staged();
            let folder = tempfile::Builder::new().prefix(STAGING).tempdir_in(parent)?;
            staged.insert(folder.path().to_owned());
            let lock = File::create_new(folder.path().join(LOCK))?;
            // On a file system without locks, no other process gets the lock either, so the folder is never removed as
            // abandoned.
            let _ = lock.try_lock();
            Ok(Self { _lock: lock, folder })
        };
        made().map_err(FolderError::no_place(parent))
    }

    /// The folder to which the new files are written.
    fn new_files(&self) -> PathBuf {
        self.folder.path().join("new")
    }

    /// The folder in which previous files are kept during a replacement.
    fn backup(&self) -> PathBuf {
        self.folder.path().join("old")
    }

    /// Writes the new files. Errors name their final paths under `target`.
    fn write(&self, target: &Path, files: &[(&str, &[u8])], manifest: &Manifest) -> Result<(), FolderError> {
        let manifest =
            manifest.text().map_err(|error| FolderError::while_doing("write", &target.join(MANIFEST))(error.into()))?;
        for (path, content) in files.iter().copied().chain([(MANIFEST, manifest.as_bytes())]) {
            let _staged = staged();
            write(&self.new_files().join(path), content)
                .map_err(FolderError::while_doing("write", &target.join(path)))?;
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let mut staged = staged();
        // A folder that is kept is no longer listed. What cannot be removed yet is removed when the folder is dropped.
        if staged.remove(self.folder.path()) {
            let _ = fs::remove_dir_all(self.folder.path());
        }
    }
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    make_parent(path)?;
    let mut file = File::create_new(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Removes a file unless it is already gone.
fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path).or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

fn make_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

/// Removes the staging folders of killed processes: those older than [`ABANDONED`] whose lock is free. They hold only
/// files of the program.
fn remove_abandoned(parent: &Path) {
    let is_abandoned = |folder: &Path| {
        let Ok(lock) = File::open(folder.join(LOCK)) else { return false };
        let made = lock.metadata().and_then(|lock| lock.modified());
        made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age > ABANDONED)) && lock.try_lock().is_ok()
    };
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let named = entry.file_name().as_encoded_bytes().starts_with(STAGING.as_bytes());
        if named && entry.file_type().is_ok_and(|kind| kind.is_dir()) && is_abandoned(&entry.path()) {
            // A folder that cannot be removed is harmless.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Replaces the program's files in a results folder one by one, and restores the previous files if an operation fails.
/// The manifest is replaced first. If the process is killed, each file is either the old or the new one, and complete.
/// The next run replaces the files whose digests differ from the manifest's.
struct Replacement<'p> {
    target: &'p Path,
    staging: &'p mut Staging,
    // Files that have a backup, and files that the previous results did not have.
    backed_up: Vec<String>,
    added: Vec<String>,
}

impl<'p> Replacement<'p> {
    fn of(target: &'p Path, staging: &'p mut Staging) -> Self {
        Self { target, staging, backed_up: Vec::new(), added: Vec::new() }
    }

    fn run(mut self, previous: &Manifest, new: &Manifest, staged: &mut BTreeSet<PathBuf>) -> Result<(), FolderError> {
        let Err(cause) = self.replace(previous, new) else { return Ok(()) };
        if self.restore().is_ok() {
            return Err(cause);
        }
        // Without the lock file, no later run removes the folder as abandoned.
        let kept = self.staging.folder.path().to_owned();
        self.staging.folder.disable_cleanup(true);
        staged.remove(&kept);
        let _ = fs::remove_file(kept.join(LOCK));
        Err(FolderError::Torn { cause: Box::new(cause), kept })
    }

    fn replace(&mut self, previous: &Manifest, new: &Manifest) -> Result<(), FolderError> {
        let (own, files) = (previous.files().unwrap_or_default(), new.files().unwrap_or_default());
        // Remove files that are no longer part of the results, unless the user has changed them.
        for (path, digest) in own.iter().filter(|(path, _)| !files.contains_key(*path)) {
            let place = self.target.join(path);
            if is(&place, digest) {
                self.back_up(path)?;
                remove(&place).map_err(FolderError::while_doing("remove", &place))?;
            }
        }
        let changed = files.iter().filter(|(path, digest)| !is(&self.target.join(path), digest)).map(|(path, _)| *path);
        let changed: Vec<&str> = changed.collect();
        for path in std::iter::once(MANIFEST).chain(changed) {
            self.back_up(path)?;
            let place = self.target.join(path);
            make_parent(&place)
                .and_then(|()| fs::rename(self.staging.new_files().join(path), &place))
                .map_err(FolderError::while_doing("replace", &place))?;
        }
        Ok(())
    }

    /// Backs up a previous file, which stays in place.
    fn back_up(&mut self, path: &str) -> Result<(), FolderError> {
        let (place, copy) = (self.target.join(path), self.staging.backup().join(path));
        if metadata(&place)?.is_none() {
            self.added.push(path.to_owned());
            return Ok(());
        }
        make_parent(&copy)
            .and_then(|()| fs::hard_link(&place, &copy).or_else(|_| fs::copy(&place, &copy).map(drop)))
            .map_err(FolderError::while_doing("back up", &place))?;
        self.backed_up.push(path.to_owned());
        Ok(())
    }

    fn restore(&self) -> io::Result<()> {
        let added = self.added.iter().map(|path| remove(&self.target.join(path)));
        let backed_up =
            self.backed_up.iter().map(|path| fs::rename(self.staging.backup().join(path), self.target.join(path)));
        added.chain(backed_up).fold(Ok(()), Result::and)
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::super::manifest::digests;
    use super::*;

    type Files<'f> = &'f [(&'f str, &'f [u8])];

    const OLD: Files = &[("a.csv", b"old"), ("plots/b.svg", b"old"), ("plots/c.svg", b"same")];
    const NEW: Files = &[("a.csv", b"new"), ("plots/c.svg", b"same"), ("d.json", b"new")];

    fn manifest(files: Files) -> Manifest {
        Manifest::of([("files", digests(files))])
    }

    fn put(parent: &Path, files: Files) -> Result<PathBuf, FolderError> {
        super::put(parent, "a", files, &manifest(files))
    }

    /// A folder with the old results in `a`.
    fn with_old() -> (TempDir, PathBuf) {
        let parent = tempfile::tempdir().unwrap();
        let folder = put(parent.path(), OLD).unwrap();
        (parent, folder)
    }

    fn text(path: impl AsRef<Path>) -> Option<String> {
        fs::read_to_string(path).ok()
    }

    #[test]
    fn previous_results_are_replaced_and_files_of_the_user_stay() {
        let (parent, folder) = with_old();
        fs::write(folder.join("plots/thesis.txt"), "mine").unwrap();
        put(parent.path(), NEW).unwrap();
        let found =
            ["a.csv", "plots/b.svg", "plots/c.svg", "d.json", "plots/thesis.txt"].map(|path| text(folder.join(path)));
        let expected = [Some("new"), None, Some("same"), Some("new"), Some("mine")];
        assert_eq!(found, expected.map(|text| text.map(str::to_owned)));
        assert_eq!(Manifest::read(&folder), Some(manifest(NEW)));
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1, "no staging folder is left");
    }

    #[test]
    fn a_file_that_is_no_longer_written_stays_if_the_user_has_changed_it() {
        let (parent, folder) = with_old();
        fs::write(folder.join("plots/b.svg"), "old, with a note").unwrap();
        put(parent.path(), NEW).unwrap();
        assert_eq!(text(folder.join("plots/b.svg")).as_deref(), Some("old, with a note"));
    }

    #[test]
    fn equal_results_are_left_as_they_are_and_a_damaged_file_is_replaced() {
        let (parent, folder) = with_old();
        fs::write(folder.join(MANIFEST), manifest(OLD).text().unwrap() + "\n\n").unwrap();
        let marked = text(folder.join(MANIFEST));
        put(parent.path(), OLD).unwrap();
        assert_eq!(text(folder.join(MANIFEST)), marked);
        fs::write(folder.join("a.csv"), "cut").unwrap();
        put(parent.path(), OLD).unwrap();
        assert_eq!(text(folder.join("a.csv")).as_deref(), Some("old"));
    }

    #[test]
    fn if_one_file_cannot_be_replaced_all_previous_results_are_restored() {
        let (parent, folder) = with_old();
        let mut staging = Staging::within(parent.path()).unwrap();
        // One of the new files is missing and cannot be put in place, after others were.
        staging.write(&folder, &NEW[..1], &manifest(NEW)).unwrap();
        let replacement = Replacement::of(&folder, &mut staging);
        let error = replacement.run(&manifest(OLD), &manifest(NEW), &mut staged()).unwrap_err();
        drop(staging);
        assert!(error.to_string().starts_with("cannot replace") && error.to_string().contains("d.json"), "{error}");
        assert_eq!(Manifest::read(&folder), Some(manifest(OLD)));
        assert!(holds(&folder, &manifest(OLD)) && text(folder.join("d.json")).is_none());
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_the_program_did_not_write_is_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        let (folder, ready) =
            (parent.path().join("a"), || ready(parent.path(), "a", NEW.iter().map(|(path, _)| *path)));
        fs::create_dir(&folder).unwrap();
        for (file, content) in [("thesis.txt", "mine"), (MANIFEST, r#"{"program": "another", "name": "meterchurn"}"#)] {
            fs::write(folder.join(file), content).unwrap();
            assert!(matches!(ready(), Err(FolderError::Taken(_))), "{file}");
            assert!(matches!(put(parent.path(), NEW), Err(FolderError::Taken(_))), "{file}");
            assert_eq!(text(folder.join(file)).as_deref(), Some(content));
        }
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_of_the_user_with_the_name_of_a_result_is_left_alone() {
        let (parent, folder) = with_old();
        fs::write(folder.join("d.json"), "mine").unwrap();
        let names = NEW.iter().map(|(path, _)| *path);
        for refused in [ready(parent.path(), "a", names), put(parent.path(), NEW).map(drop)] {
            assert!(matches!(refused, Err(FolderError::Taken(path)) if path == folder.join("d.json")));
        }
        assert_eq!(text(folder.join("d.json")).as_deref(), Some("mine"));
        assert!(holds(&folder, &manifest(OLD)));
    }

    #[test]
    fn a_manifest_without_a_list_of_files_owns_those_that_are_to_be_written() {
        let (parent, folder) = with_old();
        fs::write(folder.join(MANIFEST), r#"{"program": "meterchurn"}"#).unwrap();
        put(parent.path(), NEW).unwrap();
        assert!(holds(&folder, &manifest(NEW)));
        assert!(folder.join("plots/b.svg").exists(), "it may be the user's");
    }

    #[test]
    fn a_manifest_owns_nothing_outside_its_folder() {
        let (parent, folder) = with_old();
        let outside = parent.path().join("outside");
        fs::write(&outside, "mine").unwrap();
        let digest = digest_of(&outside).unwrap();
        let text = format!(r#"{{"program": "meterchurn", "files": {{"../outside": "{digest}", "/etc/passwd": ""}}}}"#);
        fs::write(folder.join(MANIFEST), text).unwrap();
        assert_eq!(Manifest::read(&folder).unwrap().files().unwrap().len(), 0);
    }

    #[test]
    fn many_writers_of_the_same_results_all_succeed() {
        let parent = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..16).map(|_| scope.spawn(|| put(parent.path(), NEW))).collect();
            all.into_iter().for_each(|one| drop(one.join().unwrap().unwrap()));
        });
        assert!(holds(&parent.path().join("a"), &manifest(NEW)));
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
    }

    #[test]
    fn staging_folders_are_removed_an_hour_after_their_process_has_died() {
        let parent = tempfile::tempdir().unwrap();
        let staging = |name: &str, age: u64| {
            let folder = parent.path().join(format!("{STAGING}{name}"));
            fs::create_dir(&folder).unwrap();
            let lock = File::create(folder.join(LOCK)).unwrap();
            let now = lock.metadata().and_then(|made| made.modified()).unwrap();
            lock.set_modified(now - Duration::from_secs(age)).unwrap();
            lock
        };
        staging("dead", 3_660);
        staging("young", 3_540);
        let living = staging("living", 7_200);
        living.lock().unwrap();
        fs::create_dir(parent.path().join(format!("{STAGING}notes"))).unwrap();
        ready(parent.path(), "a", []).unwrap();
        let mut left: Vec<OsString> =
            fs::read_dir(parent.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["living", "notes", "young"].map(|name| OsString::from(format!("{STAGING}{name}"))));
    }
}
