//! The parts of an exploration on disk: a file for its plan and a file for each block. With them an interrupted
//! exploration goes on, and several machines can share one.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::folder::{self, FolderError};
use super::put_file;
use crate::explore::block::{Block, POINTS};
use crate::explore::part::{PartError, block_file, plan_file, read_block, read_plan};
use crate::explore::plan::Plan;
use crate::text::number::counted;
use crate::text::{instead_of, read_file, reason, visible_path};

/// The most bytes of a file.
const LARGEST: u64 = 256 << 20;
/// The most bytes of a value with its comma.
const VALUE: u64 = 26;
/// The name of the plan's file.
pub const PLAN: &str = "plan.json";

/// Where parts come from.
pub const MADE: &str = "name the folders that `explore --part` made, which end in .parts";

/// Why parts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PartsError {
    /// The system refuses something.
    #[error("cannot {doing} `{}`: {}", visible_path(path), reason(source))]
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
    /// The plan of a part is not beside it.
    #[error(
        "cannot use `{}`: it has no {PLAN} beside it: copy that of the folder in which the part was made",
        visible_path(.0)
    )]
    NoPlan(PathBuf),
    /// A plan is larger than what is read back.
    #[error(
        "{} over {} make up a plan of {} MiB, and at most {} MiB are kept: take fewer points \
         or vary fewer inputs",
        counted(*points, "point"),
        counted(*inputs, "input"),
        bytes.div_ceil(1 << 20),
        LARGEST >> 20
    )]
    LargePlan {
        /// Points.
        points: usize,
        /// Inputs.
        inputs: usize,
        /// Bytes.
        bytes: u64,
    },
    /// A block is larger than what is read back.
    #[error(
        "{values} values at each point make up parts of more than {} MiB, which are not kept: take fewer replications \
         or fewer policies",
        LARGEST >> 20
    )]
    LargeBlocks {
        /// Values at each point.
        values: usize,
    },
    /// Their directory cannot be made.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Nothing is where a part was named.
    #[error("cannot read `{}`: {}\nhelp: {help}", visible_path(path), reason(source))]
    Missing {
        /// What was named.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
        /// What to name instead.
        help: String,
    },
    /// A part cannot be written as JSON.
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
    /// The folder for the parts of a plan beneath `parent`, which is made, with the plan in it.
    ///
    /// # Errors
    /// When the plan or its blocks are too large to be read back, or the system refuses something.
    pub fn beneath(parent: &Path, plan: &Plan) -> Result<Self, PartsError> {
        let (bytes, values) = (plan_file(plan)?, plan.values_of_a_point());
        check_size(plan, bytes.len() as u64, values)?;
        let digest = plan.digest();
        let folder = parent.join(format!("{}-explore-{}.parts", plan.id, &digest[..12]));
        folder::make(parent, &folder)?;
        let parts = Self { folder, digest };
        parts.write(PLAN, &bytes)?;
        Ok(parts)
    }

    /// Writes a file, whole or not at all.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), PartsError> {
        let path = self.folder.join(name);
        put_file(&path, bytes).map_err(PartsError::system("write", &path))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The blocks of a plan that are already there. A file that is damaged, or of another plan, is simulated again.
    pub fn done(&self, plan: &Plan) -> Vec<Block> {
        let read = |number: usize| {
            let bytes = read_file(&self.folder.join(plan.part_name(&self.digest, number)), LARGEST).ok()?;
            read_block(&bytes, plan, &self.digest).ok().filter(|block| block.number == number)
        };
        (0..plan.blocks()).filter_map(read).collect()
    }

    /// Writes a block, whole or not at all.
    ///
    /// # Errors
    /// When the system refuses it.
    pub fn keep(&self, plan: &Plan, block: &Block) -> Result<(), PartsError> {
        self.write(&plan.part_name(&self.digest, block.number), &block_file(&self.digest, block)?)
    }

    /// Removes the parts of a plan, and their folder if nothing else is in it.
    pub fn remove(&self, plan: &Plan) {
        let blocks = (0..plan.blocks()).map(|number| plan.part_name(&self.digest, number));
        for name in blocks.chain([PLAN.to_owned()]) {
            // What cannot be removed is harmless.
            let _ = fs::remove_file(self.folder.join(name));
        }
        let _ = fs::remove_dir(&self.folder);
    }
}

/// Refuses a plan whose files could not be read back.
fn check_size(plan: &Plan, bytes: u64, values: usize) -> Result<(), PartsError> {
    if bytes > LARGEST {
        return Err(PartsError::LargePlan { points: plan.points.len(), inputs: plan.inputs.len(), bytes });
    }
    if (values as u64).saturating_mul(POINTS as u64 * VALUE) > LARGEST {
        return Err(PartsError::LargeBlocks { values });
    }
    Ok(())
}

/// The parts in some files and folders, and the plan that they belong to; `None` if there is no part. The plan is that
/// of the first part's folder.
///
/// # Errors
/// When a file cannot be read, is no part, belongs to another exploration than the first, or has other values than
/// another part for the same points.
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
            if let Err(source) = fs::metadata(path)
                && let Some(help) = instead_of(path, &source, MADE)
            {
                return Err(PartsError::Missing { path: path.clone(), source, help });
            }
            files.push(path.clone());
        }
    }
    files.retain(|path| path.file_name().is_none_or(|name| name != PLAN));
    let Some(first) = files.first() else { return Ok(None) };
    let read = |path: &Path| read_file(path, LARGEST).map_err(PartsError::system("read", path));
    let of_file = |path: &Path| {
        let path = path.to_owned();
        move |error| PartsError::Part { path, error }
    };
    let beside = first.with_file_name(PLAN);
    if !beside.exists() {
        return Err(PartsError::NoPlan(first.clone()));
    }
    let plan = read_plan(&read(&beside)?).map_err(of_file(&beside))?;
    let digest = plan.digest();
    let mut blocks: BTreeMap<usize, Block> = BTreeMap::new();
    for path in files {
        let block = read_block(&read(&path)?, &plan, &digest).map_err(of_file(&path))?;
        match blocks.entry(block.number) {
            Entry::Vacant(place) => {
                place.insert(block);
            }
            Entry::Occupied(known) if *known.get() == block => {}
            Entry::Occupied(_) => return Err(of_file(&path)(PartError::Unequal)),
        }
    }
    Ok(Some((plan, blocks.into_values().collect())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::design::Kind;

    #[test]
    fn a_plan_whose_files_could_not_be_read_back_is_refused_with_a_remedy() {
        let plan = Plan::of_five_points(Kind::Given);
        assert!(check_size(&plan, LARGEST, 2).is_ok());
        let error = check_size(&plan, LARGEST + 1, 2).unwrap_err().to_string();
        assert!(error.starts_with("5 points over 1 input make up a plan of 257 MiB"), "{error}");
        // Four points of this many values of at most 26 bytes each: 4 x 2,581,110 x 26 = 268,435,440 of 268,435,456.
        assert!(check_size(&plan, 1, 2_581_110).is_ok());
        let error = check_size(&plan, 1, 2_581_111).unwrap_err().to_string();
        assert!(error.contains("take fewer replications"), "{error}");
    }

    #[test]
    fn a_block_of_the_longest_values_is_not_larger_than_what_is_reckoned() {
        let block = Block { number: 0, values: vec![vec![-f64::MIN_POSITIVE; 1_000]; POINTS] };
        let bytes = block_file("d1", &block).expect("JSON").len() as u64;
        assert!(bytes <= POINTS as u64 * 1_000 * VALUE, "{bytes}");
    }
}
