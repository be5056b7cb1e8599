//! The manifest of a results folder. It identifies the folder as this program's and lists the files that the program
//! wrote.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Component, Path};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use crate::scenario::Scenario;
use crate::study::session::{Identity, Study};
use crate::text::{in_shell, read_file, visible};

/// The file name of the manifest.
pub const MANIFEST: &str = "manifest.json";
/// The value of `program` in every manifest.
const PROGRAM: &str = env!("CARGO_PKG_NAME");
/// Keys that may differ between runs with equal results.
const WRITTEN: &str = "written-unix-seconds";
const COMMAND_LINE: &str = "command-line";
/// The key of the manifest's own digest.
const OWN_DIGEST: &str = "manifest-digest";
/// The most bytes read from a manifest.
const LARGEST: u64 = 1 << 20;

/// A manifest, as a JSON object.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest(Map<String, Value>);

impl Manifest {
    /// The manifest of a study with these `files` (paths within the folder, and contents). `missing` names what was
    /// asked for beside the study and could not be found out. `command_line` holds the arguments with which the
    /// program was started.
    #[allow(clippy::disallowed_methods, reason = "the manifest alone knows when it was written")]
    pub fn new(
        scenario: &Scenario,
        identity: &Identity,
        study: &Study,
        missing: &[&str],
        command_line: &[String],
        files: &[(&str, &[u8])],
    ) -> Self {
        let written = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let arguments: Vec<String> = command_line.iter().map(|argument| visible(argument)).collect();
        let experiment = &scenario.experiment;
        Self::of([
            ("version", json!(env!("CARGO_PKG_VERSION"))),
            (COMMAND_LINE, json!(arguments)),
            (WRITTEN, json!(written)),
            ("scenario", json!(scenario.id)),
            ("scenario-digest", json!(identity.digest)),
            (
                "options",
                json!({
                    "seed": experiment.seed,
                    "replications": experiment.replications,
                    "confidence": experiment.confidence,
                    "baseline": experiment.baseline,
                }),
            ),
            ("complete", json!(study.is_complete() && missing.is_empty())),
            ("missing", json!(missing)),
            ("replications-done", json!(study.cube.n())),
            ("results-digest", json!(study.cube.digest())),
            ("files", digests(files)),
        ])
    }

    /// The manifest of an exploration with these `files`. `digest` is that of its plan.
    #[allow(clippy::disallowed_methods, reason = "the manifest alone knows when it was written")]
    pub fn of_exploration(id: &str, digest: &str, command_line: &[String], files: &[(&str, &[u8])]) -> Self {
        let written = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let arguments: Vec<String> = command_line.iter().map(|argument| visible(argument)).collect();
        Self::of([
            ("version", json!(env!("CARGO_PKG_VERSION"))),
            (COMMAND_LINE, json!(arguments)),
            (WRITTEN, json!(written)),
            ("scenario", json!(id)),
            ("exploration-digest", json!(digest)),
            ("files", digests(files)),
        ])
    }

    /// A manifest with these entries.
    pub(super) fn of<const N: usize>(entries: [(&str, Value); N]) -> Self {
        let program = ("program", json!(PROGRAM));
        let mut map: Map<String, Value> =
            std::iter::once(program).chain(entries).map(|(key, value)| (key.to_owned(), value)).collect();
        map.insert(OWN_DIGEST.to_owned(), json!(digest_of_entries(&map)));
        Self(map)
    }

    /// Reads the manifest of a folder; `None` if it is not a results folder of this program.
    pub fn read(folder: &Path) -> Option<Self> {
        let text = read_file(&folder.join(MANIFEST), LARGEST).ok()?;
        let map: Map<String, Value> = serde_json::from_slice(&text).ok()?;
        (map.get("program")? == PROGRAM).then_some(Self(map))
    }

    /// The text of the manifest.
    ///
    /// # Errors
    /// When serialisation fails, which cannot happen for a JSON object.
    pub fn text(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&self.0).map(|text| text + "\n")
    }

    /// Whether nothing in it has been changed since it was written.
    pub fn is_as_written(&self) -> bool {
        self.0.get(OWN_DIGEST) == Some(&json!(digest_of_entries(&self.0)))
    }

    /// The files that the program wrote: paths within the folder, with digests. `None` if the manifest has no list, as
    /// in early versions. Paths that lead out of the folder are left out.
    pub fn files(&self) -> Option<BTreeMap<&str, &str>> {
        let listed = self.0.get("files")?.as_object()?.iter();
        let within = |path: &str| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        Some(
            listed
                .filter(|(path, _)| within(path))
                .filter_map(|(path, digest)| Some((path.as_str(), digest.as_str()?)))
                .collect(),
        )
    }

    /// The version of the program that wrote the folder.
    pub fn version(&self) -> Option<&str> {
        self.0.get("version")?.as_str()
    }

    /// The digest of the results.
    pub fn results_digest(&self) -> Option<&str> {
        self.0.get("results-digest")?.as_str()
    }

    /// The command that wrote the folder, as a shell reads it.
    pub fn command(&self) -> Option<String> {
        let words = self.0.get(COMMAND_LINE)?.as_array()?;
        let words = words.iter().skip(1).map(|word| Some(in_shell(word.as_str()?)));
        let words: Vec<_> = words.collect::<Option<_>>()?;
        Some(format!("{PROGRAM} {}", words.join(" ")))
    }

    /// Whether both describe the same results, regardless of when and by which command they were written.
    pub fn is_of_the_same_results(&self, other: &Self) -> bool {
        let may_differ = |key: &str| matches!(key, WRITTEN | COMMAND_LINE | OWN_DIGEST);
        let timeless =
            |manifest: &Self| Map::from_iter(manifest.0.clone().into_iter().filter(|(key, _)| !may_differ(key)));
        timeless(self) == timeless(other)
    }
}

/// BLAKE3 of all entries but the digest itself.
fn digest_of_entries(map: &Map<String, Value>) -> String {
    let others: Map<String, Value> =
        map.iter().filter(|(key, _)| *key != OWN_DIGEST).map(|(key, value)| (key.clone(), value.clone())).collect();
    blake3::hash(Value::Object(others).to_string().as_bytes()).to_hex().to_string()
}

/// Lists the files with their digests.
pub(super) fn digests(files: &[(&str, &[u8])]) -> Value {
    files.iter().map(|(path, content)| ((*path).to_owned(), json!(blake3::hash(content).to_hex().as_str()))).collect()
}

/// The BLAKE3 digest of a file, in hex.
///
/// # Errors
/// When the file cannot be read.
pub fn digest_of(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}
