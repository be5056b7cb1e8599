//! Files that are written whole or not at all.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// Writes a file, whole or not at all: a reader of one that is there sees its old or its new text. Its permissions
/// stay, and so does a link to it. The folder must exist.
///
/// # Errors
/// When the system refuses it, or the file is read-only.
pub fn put_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (path, permissions) = match fs::canonicalize(path) {
        Ok(path) => {
            let permissions = fs::metadata(&path)?.permissions();
            if permissions.readonly() {
                return Err(io::Error::new(ErrorKind::PermissionDenied, "it is read-only"));
            }
            (path, Some(permissions))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => (path.to_owned(), None),
        Err(error) => return Err(error),
    };
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".meterchurn-");
    // As any new file; a temporary one would be its owner's alone.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left_in_its_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        put_file(&path, b"old, and longer").expect("a folder that can be written to");
        put_file(&path, b"new").expect("a folder that can be written to");
        assert_eq!(std::fs::read(&path).expect("the file"), b"new");
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 1);
    }

    #[test]
    #[cfg(unix)]
    fn permissions_and_links_stay_and_a_file_that_is_read_only_is_refused() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("a"), folder.path().join("link"));
        let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its owner");
        fs::write(&path, "old").expect("a file");
        symlink("a", &link).expect("a link");
        set(0o640);
        put_file(&link, b"new").expect("a file that can be written to");
        assert!(fs::symlink_metadata(&link).expect("the link").is_symlink());
        assert_eq!(fs::read(&path).expect("the file"), b"new");
        assert_eq!(fs::metadata(&path).expect("the file").permissions().mode() & 0o777, 0o640);
        set(0o440);
        assert_eq!(put_file(&path, b"newer").unwrap_err().to_string(), "it is read-only");
        assert_eq!(fs::read(&path).expect("the file"), b"new");
    }
}
