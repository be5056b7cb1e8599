//! Which scenarios are run: those that a filter names, of a part, and without those tagged `long`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::files::{Found, find};
use super::partition::Partition;
use crate::cli::failure::Failure;
use crate::cli::machine::today;
use crate::scenario::Scenario;
use crate::scenario::diagnostics::{Diagnostic, Mistake};
use crate::study::budget::Excess;
use crate::study::session::{LoadError, Session};
use crate::text::{by_likeness, listed, visible};

/// The tag of scenarios that are only checked, unless they are asked for.
const LONG: &str = "long";
/// Names that are offered in place of a filter that matches nothing.
const OFFERED: usize = 3;

/// A scenario file that was loaded, or why it was not.
#[derive(Debug)]
pub struct Loaded {
    /// The file.
    pub found: Found,
    /// The scenario.
    pub session: Result<Session, LoadError>,
}

impl Loaded {
    /// Loads a file.
    pub fn of(found: Found) -> Self {
        let session = found.readable().and_then(Session::open);
        Self { found, session }
    }

    /// The files that it includes, with all links resolved.
    fn packs(&self) -> Vec<PathBuf> {
        match &self.session {
            Ok(session) => session.packs().to_vec(),
            Err(LoadError::Invalid { files, .. }) => {
                files.iter().skip(1).filter_map(|pack| Path::new(&pack.name).canonicalize().ok()).collect()
            }
            Err(_) => Vec::new(),
        }
    }

    /// The scenario's id; the file's stem where it cannot be loaded.
    pub fn id(&self) -> String {
        match &self.session {
            Ok(session) => session.scenario().id.clone(),
            Err(_) => self.found.path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        }
    }

    /// Whether it is only checked, unless it is asked for.
    pub fn is_long(&self) -> bool {
        self.session.as_ref().is_ok_and(|session| session.scenario().tags.iter().any(|tag| tag == LONG))
    }

    /// Whether the text is in its id, its title or one of its tags. Capital letters count as small ones.
    fn matches(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let has = |name: &str| name.to_lowercase().contains(&text);
        let named = |scenario: &Scenario| has(&scenario.title) || scenario.tags.iter().any(|tag| has(tag));
        has(&self.id()) || self.session.as_ref().is_ok_and(|session| named(session.scenario()))
    }
}

/// Loads the files that are named, and those in folders. A file that another one includes is no scenario of its own,
/// unless it is named.
///
/// # Errors
/// When there is no such file, or too many.
pub fn load(paths: &[PathBuf]) -> Result<Vec<Loaded>, Failure> {
    let mut loaded: Vec<Loaded> = find(paths)?.into_iter().map(Loaded::of).collect();
    let packs: BTreeSet<PathBuf> = loaded.iter().flat_map(Loaded::packs).collect();
    let is_pack = |path: &PathBuf| path.canonicalize().is_ok_and(|path| packs.contains(&path));
    loaded.retain(|loaded| !loaded.found.is_searched || !is_pack(&loaded.found.path));
    Ok(loaded)
}

/// What is wrong with a scenario, or doubtful, before it is run.
pub fn findings(loaded: &Loaded) -> Vec<Diagnostic> {
    let session = match &loaded.session {
        Ok(session) => session,
        Err(error) => return error.diagnostics(),
    };
    let mut found = session.warnings();
    match session.closer_look(today()) {
        Ok(more) => found.extend(more),
        Err(error) => found.push(of_whole(session, Mistake::BadMarket, error.to_string())),
    }
    found
}

/// That a study exceeds a limit.
pub fn too_much(session: &Session, excess: &Excess) -> Diagnostic {
    of_whole(session, Mistake::TooMuch, excess.to_string()).with_help(excess.help())
}

fn of_whole(session: &Session, code: Mistake, message: String) -> Diagnostic {
    Diagnostic::of_file(code, session.file_name(), message)
}

/// The files that one of the filters matches, or all if there is none; of those, the ones of a part.
///
/// # Errors
/// When a filter matches nothing, with what is most like it.
pub fn select(
    mut loaded: Vec<Loaded>,
    filters: &[String],
    partition: Option<Partition>,
) -> Result<Vec<Loaded>, Failure> {
    for filter in filters {
        if !loaded.iter().any(|loaded| loaded.matches(filter)) {
            let ids: Vec<String> = loaded.iter().map(Loaded::id).collect();
            let near: Vec<&str> =
                by_likeness(filter, ids.iter().map(String::as_str)).into_iter().take(OFFERED).collect();
            return Err(Failure::NotFound(format!(
                "no scenario has `{}` in its id, title or tags\nhelp: `--list` shows what there is; most like it: {}",
                visible(filter),
                listed(near, "`")
            )));
        }
    }
    loaded.retain(|loaded| filters.is_empty() || filters.iter().any(|filter| loaded.matches(filter)));
    if let Some(partition) = partition {
        let mut places = 0..;
        loaded.retain(|loaded| partition.has(places.next().unwrap_or(0), &loaded.id()));
    }
    Ok(loaded)
}
