//! The results folder: written aside and put in place whole. A folder is complete or it is not there.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The file by which a folder is known as ours.
const MANIFEST: &str = "manifest.json";

/// Makes the folder in which results are put, and sees whether it can be written to.
///
/// # Errors
/// When the disk refuses; the message names the path.
pub fn ready(parent: &Path) -> io::Result<()> {
    aside(parent).map(drop)
}

/// A folder within `parent`, which it makes, for what is not yet whole.
fn aside(parent: &Path) -> io::Result<TempDir> {
    let made =
        fs::create_dir_all(parent).and_then(|()| tempfile::Builder::new().prefix(".results-").tempdir_in(parent));
    made.map_err(|e| {
        let message = format!("no results can be put into `{}` ({e}); choose another folder with -o", parent.display());
        io::Error::new(e.kind(), message)
    })
}

/// Writes `files` (relative paths and contents) into `parent/name`, replacing results of the same name.
///
/// # Errors
/// When the disk refuses, or something that is no results folder stands there.
pub fn put(parent: &Path, name: &str, files: &[(String, Vec<u8>)]) -> io::Result<PathBuf> {
    let aside = aside(parent)?;
    let target = parent.join(name);
    let occupied = fs::symlink_metadata(&target).is_ok();
    if occupied && !(fs::symlink_metadata(&target)?.is_dir() && target.join(MANIFEST).is_file()) {
        let message = format!(
            "{} stands there and is no results folder; move it away or choose another with -o",
            target.display()
        );
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
    }
    let fresh = aside.path().join("new");
    for (path, content) in files {
        let path = fresh.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = fs::File::create_new(path)?;
        file.write_all(content)?;
        file.sync_all()?;
    }
    if occupied {
        fs::rename(&target, aside.path().join("old"))?;
    }
    fs::rename(&fresh, &target)?;
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(text: &str) -> Vec<(String, Vec<u8>)> {
        vec![(MANIFEST.into(), b"{}".to_vec()), ("plots/a.svg".into(), text.as_bytes().to_vec())]
    }

    #[test]
    fn results_of_the_same_name_are_replaced_whole() -> io::Result<()> {
        let parent = tempfile::tempdir()?;
        put(parent.path(), "a", &files("old"))?;
        let target = put(parent.path(), "a", &files("new"))?;
        assert_eq!(fs::read_to_string(target.join("plots/a.svg"))?, "new");
        assert_eq!(fs::read_dir(parent.path())?.count(), 1);
        Ok(())
    }

    #[test]
    fn what_is_no_results_folder_is_left_alone() -> io::Result<()> {
        let parent = tempfile::tempdir()?;
        fs::create_dir(parent.path().join("a"))?;
        fs::write(parent.path().join("a/thesis.txt"), "mine")?;
        assert!(put(parent.path(), "a", &files("new")).is_err());
        assert_eq!(fs::read_to_string(parent.path().join("a/thesis.txt"))?, "mine");
        assert_eq!(fs::read_dir(parent.path())?.count(), 1);
        Ok(())
    }
}
