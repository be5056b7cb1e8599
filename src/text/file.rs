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

/// What a file, a named pipe, a device or, for `-`, stdin gives until it ends, but no more than a byte over `most`. A
/// pipe is waited for.
///
/// # Errors
/// When the system refuses it.
pub fn read_stream(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = most.saturating_add(1);
    if is_stdin(path) {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)?;
    } else {
        File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// Whether an argument is a path rather than the name of something: it has a separator, or ends as a scenario file
/// does.
pub fn is_path(argument: &str) -> bool {
    argument.contains(['/', '\\']) || argument.ends_with(".toml")
}

/// Whether an argument stands for stdin.
pub fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
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
    fn a_stream_without_an_end_is_read_to_a_byte_over_the_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        fs::write(&path, [b'x'; 8]).expect("a file");
        assert_eq!(read_stream(&path, 8).expect("a file of eight bytes").len(), 8);
        #[cfg(unix)]
        assert_eq!(read_stream(Path::new("/dev/zero"), 8).expect("zeros"), [0; 9]);
        assert!(read_stream(folder.path(), 8).is_err());
    }

    #[test]
    fn what_is_no_regular_file_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(read_file(folder.path(), 8).unwrap_err().to_string(), "not a regular file");
        #[cfg(unix)]
        assert_eq!(read_file(Path::new("/dev/zero"), 8).unwrap_err().to_string(), "not a regular file");
    }
}
