//! The parts of an exploration on disk: a file for each block. With them an interrupted exploration goes on, and
//! several machines can share one.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::explore::block::{Block, PartError, read_part};
use crate::explore::plan::Plan;
use crate::text::visible_path;

/// The most bytes of a part.
const LARGEST: u64 = 256 << 20;

/// Why parts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PartsError {
    /// The system refuses something.
    #[error("cannot {doing} `{}`: {source}", visible_path(path))]
    System {
        /// The operation.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A file is no part, or of another exploration.
    #[error("cannot use `{}`: {error}", visible_path(path))]
    Part {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: PartError,
    },
    /// A block cannot be written as JSON.
    #[error("cannot write a part: {0}")]
    Json(#[from] serde_json::Error),
}

impl PartsError {
    fn system(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { doing, path: path.to_owned(), source }
    }
}

/// The folder of an exploration's parts.
#[derive(Debug, Clone)]
pub struct Parts {
    folder: PathBuf,
    digest: String,
}

impl Parts {
    /// The folder for the parts of a plan beneath `parent`, which is made.
    ///
    /// # Errors
    /// When the system refuses it.
    pub fn beneath(parent: &Path, plan: &Plan) -> Result<Self, PartsError> {
        let digest = plan.digest();
        let folder = parent.join(format!("{}-explore-{}.parts", plan.id, &digest[..12]));
        fs::create_dir_all(&folder).map_err(PartsError::system("make", &folder))?;
        Ok(Self { folder, digest })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The blocks of a plan that are already there. A file that is damaged, or of another plan, is simulated again.
    pub fn done(&self, plan: &Plan) -> Vec<Block> {
        let read = |number: usize| {
            let (known, block) = read(&self.folder.join(plan.part_name(&self.digest, number))).ok()?;
            (block.number == number && known.digest() == self.digest).then_some(block)
        };
        (0..plan.blocks()).filter_map(read).collect()
    }

    /// Writes a block, whole or not at all.
    ///
    /// # Errors
    /// When the system refuses it.
    pub fn keep(&self, plan: &Plan, block: &Block) -> Result<(), PartsError> {
        let path = self.folder.join(plan.part_name(&self.digest, block.number));
        let bytes = plan.part(block)?;
        let written = || {
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(&bytes)?;
            file.persist(&path).map_err(|error| error.error)?;
            Ok(())
        };
        written().map_err(PartsError::system("write", &path))
    }

    /// Removes the parts of a plan, and their folder if nothing else is in it.
    pub fn remove(&self, plan: &Plan) {
        for number in 0..plan.blocks() {
            // What cannot be removed is harmless.
            let _ = fs::remove_file(self.folder.join(plan.part_name(&self.digest, number)));
        }
        let _ = fs::remove_dir(&self.folder);
    }
}

/// The parts in some files and folders, and the plan that they belong to; `None` if there is no part.
///
/// # Errors
/// When a file cannot be read, is no part, or belongs to another exploration than the first.
pub fn gathered(paths: &[PathBuf]) -> Result<Option<(Plan, Vec<Block>)>, PartsError> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let entries = fs::read_dir(path).map_err(PartsError::system("read", path))?;
            let mut inside: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
            inside.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
            inside.sort();
            files.extend(inside);
        } else {
            files.push(path.clone());
        }
    }
    let mut found: Option<(Plan, String, Vec<Block>)> = None;
    for path in files {
        let of_part = |error| PartsError::Part { path: path.clone(), error };
        let (plan, block) = match read(&path) {
            Ok(part) => part,
            Err(ReadError::System(source)) => return Err(PartsError::system("read", &path)(source)),
            Err(ReadError::Part(error)) => return Err(of_part(error)),
        };
        match &mut found {
            None => {
                let digest = plan.digest();
                found = Some((plan, digest, vec![block]));
            }
            Some((_, digest, blocks)) if plan.digest() == *digest => blocks.push(block),
            Some(_) => return Err(of_part(PartError::Other)),
        }
    }
    Ok(found.map(|(plan, _, blocks)| (plan, blocks)))
}

enum ReadError {
    System(io::Error),
    Part(PartError),
}

fn read(path: &Path) -> Result<(Plan, Block), ReadError> {
    let length = fs::metadata(path).map_err(ReadError::System)?;
    if !length.is_file() || length.len() > LARGEST {
        let refused = io::Error::new(ErrorKind::InvalidInput, "not a regular file of at most 256 MiB");
        return Err(ReadError::System(refused));
    }
    read_part(&fs::read(path).map_err(ReadError::System)?).map_err(ReadError::Part)
}
