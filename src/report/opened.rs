//! A results folder that is read back.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::explored::FINDINGS;
use super::folder::RESOLVED;
use super::manifest::{MANIFEST, Manifest, digest_of};
use super::outline::Outline;
use super::parts::PLAN;
use super::render::parquet::{self, FILE, ReadError};
use crate::results::cube::Cube;
use crate::text::{in_shell, instead_of, reason, visible, visible_path};

/// Why a results folder cannot be read back.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no manifest of this program.
    #[error("`{}` is not a results folder: it has no {MANIFEST} of this program", visible_path(.0))]
    NotAFolder(PathBuf),
    /// There is no such folder.
    #[error("there is no folder `{}`\nhelp: {help}", visible_path(folder))]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// Where results are.
        help: String,
    },
    /// The folder is one in which there are results folders.
    #[error(
        "`{}` is not a results folder, but there are some in it\nhelp: name one of them; the newest is `{}`",
        visible_path(folder),
        visible_path(newest)
    )]
    Parent {
        /// The folder.
        folder: PathBuf,
        /// The results folder in it that was written last.
        newest: PathBuf,
    },
    /// The manifest lists no results that can be read back.
    #[error("`{}` has no {FILE}: another version of the program wrote it; run the scenario again", visible_path(.0))]
    NoResults(PathBuf),
    /// The folder holds an exploration.
    #[error(
        "`{}` holds an exploration, not the results of a study\nhelp: its findings are in {}; this prints them \
         again:\n  {}",
        visible_path(folder),
        visible_path(&folder.join(FINDINGS)),
        visible(command)
    )]
    Exploration {
        /// The folder.
        folder: PathBuf,
        /// The command that wrote it.
        command: String,
    },
    /// The folder holds parts of an exploration.
    #[error(
        "`{}` holds parts of an exploration, not the results of a study\nhelp: this puts them together:\n  \
         meterchurn merge {}",
        visible_path(.0),
        visible(&in_shell(&.0.to_string_lossy()))
    )]
    Parts(PathBuf),
    /// A listed file is missing or cannot be read.
    #[error("cannot read `{}`: {}", visible_path(path), reason(source))]
    System {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A listed file is not as it was written.
    #[error("`{}` has been changed since it was written: its digest differs; run the scenario \
        again", visible_path(.0))]
    Changed(PathBuf),
    /// The results cannot be read.
    #[error("cannot read the results in `{}`: {}", visible_path(path), reason(source))]
    Results {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ReadError,
    },
    /// The manifest lists no resolved scenario.
    #[error(
        "`{}` has no {RESOLVED}: another version of the program wrote it; run the scenario again",
        visible_path(.0)
    )]
    NoScenario(PathBuf),
    /// The resolved scenario is no TOML.
    #[error("cannot read the scenario in `{}`: {source}", visible_path(path))]
    Scenario {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: toml::de::Error,
    },
    /// The results are not those of the manifest.
    #[error(
        "the results in `{}` are not those of its {MANIFEST} (digest {}, not {})",
        visible_path(folder),
        visible(found),
        visible(listed)
    )]
    Mismatch {
        /// The folder.
        folder: PathBuf,
        /// The digest of the results.
        found: String,
        /// The digest in the manifest.
        listed: String,
    },
}

/// Reads the results in a folder, after checking that every listed file is as it was written.
///
/// # Errors
/// See [`OpenError`].
pub fn open(folder: &Path) -> Result<(Outline, Cube), OpenError> {
    let manifest = Manifest::read(folder).ok_or_else(|| match newest_in(folder) {
        _ if !folder.exists() => missing(folder),
        _ if folder.join(PLAN).is_file() => OpenError::Parts(folder.to_owned()),
        Some(newest) => OpenError::Parent { folder: folder.to_owned(), newest },
        None => OpenError::NotAFolder(folder.to_owned()),
    })?;
    let files = manifest.files().unwrap_or_default();
    if files.contains_key(FINDINGS) {
        let command = manifest.command().unwrap_or_else(|| "meterchurn explore".to_owned());
        return Err(OpenError::Exploration { folder: folder.to_owned(), command });
    }
    if !files.contains_key(FILE) {
        return Err(OpenError::NoResults(folder.to_owned()));
    }
    if !manifest.is_as_written() {
        return Err(OpenError::Changed(folder.join(MANIFEST)));
    }
    for (file, listed) in &files {
        let path = folder.join(file);
        match digest_of(&path) {
            Ok(digest) if digest == *listed => {}
            Ok(_) => return Err(OpenError::Changed(path)),
            Err(source) => return Err(OpenError::System { path, source }),
        }
    }
    let path = folder.join(FILE);
    let bytes = fs::read(&path).map_err(|source| OpenError::System { path: path.clone(), source })?;
    let (outline, cube) = parquet::read(bytes).map_err(|source| OpenError::Results { path, source })?;
    let (found, listed) = (cube.digest(), manifest.results_digest().unwrap_or_default().to_owned());
    if found != listed {
        return Err(OpenError::Mismatch { folder: folder.to_owned(), found, listed });
    }
    Ok((outline, cube))
}

/// That there is no such folder, and where results are.
fn missing(folder: &Path) -> OpenError {
    const USUAL: &str = "output";
    let elsewhere = || match newest_in(Path::new(USUAL)) {
        Some(newest) => format!("the newest results in `{USUAL}` are `{}`", visible_path(&newest)),
        None => format!("`meterchurn run` writes a results folder, into `{USUAL}` or where its option -o says"),
    };
    let help = instead_of(folder, &ErrorKind::NotFound.into(), elsewhere()).unwrap_or_default();
    OpenError::Missing { folder: folder.to_owned(), help }
}

/// The results folder in a folder that was written last, among the first thousand entries.
fn newest_in(folder: &Path) -> Option<PathBuf> {
    let written = |inner: &PathBuf| fs::metadata(inner.join(MANIFEST)).and_then(|manifest| manifest.modified()).ok();
    let inner = fs::read_dir(folder).ok()?.take(1_000).filter_map(|entry| Some(entry.ok()?.path()));
    let has_results = |manifest: &Manifest| manifest.files().unwrap_or_default().contains_key(FILE);
    let results = inner.filter(|inner| Manifest::read(inner).as_ref().is_some_and(has_results));
    // Of two that were written at once, the one whose name comes last.
    results.max_by_key(|inner| (written(inner), inner.clone()))
}

/// Reads the resolved scenario in a results folder that can be opened.
///
/// # Errors
/// See [`OpenError`].
pub fn scenario(folder: &Path) -> Result<toml::Table, OpenError> {
    let listed = Manifest::read(folder).ok_or_else(|| OpenError::NotAFolder(folder.to_owned()))?;
    if !listed.files().unwrap_or_default().contains_key(RESOLVED) {
        return Err(OpenError::NoScenario(folder.to_owned()));
    }
    let path = folder.join(RESOLVED);
    let text = fs::read_to_string(&path).map_err(|source| OpenError::System { path: path.clone(), source })?;
    text.parse().map_err(|source| OpenError::Scenario { path, source })
}
