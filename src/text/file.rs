//! Files that a person names, read without blocking and without filling memory.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Opens a regular file. Others, such as a named pipe or a device, may block or never end.
///
/// # Errors
/// When the system refuses it, or it is no regular file.
pub fn open_file(path: &Path) -> io::Result<File> {
    // Opening a named pipe would block.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "not a regular file"));
    }
    File::open(path)
}

/// The bytes of a regular file of at most `most` bytes.
///
/// # Errors
/// When the system refuses it, it is no regular file, or it is larger.
pub fn read_file(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_file(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        let message = format!("it is larger than {} MiB", most >> 20);
        return Err(io::Error::new(ErrorKind::InvalidInput, message));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_most_bytes_is_read_and_a_larger_one_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        fs::write(&path, [b'x'; 8]).expect("a file");
        assert_eq!(read_file(&path, 8).expect("a file of eight bytes"), [b'x'; 8]);
        assert_eq!(read_file(&path, 7).unwrap_err().kind(), ErrorKind::InvalidInput);
    }

    #[test]
    fn what_is_no_regular_file_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(read_file(folder.path(), 8).unwrap_err().to_string(), "not a regular file");
        #[cfg(unix)]
        assert_eq!(read_file(Path::new("/dev/zero"), 8).unwrap_err().to_string(), "not a regular file");
    }
}
