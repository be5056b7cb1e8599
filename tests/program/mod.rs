//! The program as tests start it, the scenarios that they give it and the files that it leaves.

#![allow(dead_code, reason = "no test uses all of it")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The program, run to its end.
pub fn meterchurn(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_meterchurn"))
        .env_remove("COLUMNS")
        .args(arguments)
        .output()
        .expect("the program starts")
}

/// The path of a shipped scenario.
pub fn shipped(name: &str) -> String {
    format!("{}/scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"))
}

/// What went to stdout.
pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("stdout is UTF-8")
}

/// What went to stderr.
pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("stderr is UTF-8")
}

/// A folder with one scenario file in it.
pub fn file(name: &str, contents: impl AsRef<[u8]>) -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, contents).expect("a file");
    let path = path.to_string_lossy().into_owned();
    (folder, path)
}

/// A shipped scenario with a part replaced.
pub fn changed(name: &str, from: &str, to: &str) -> (TempDir, String) {
    let text = std::fs::read_to_string(shipped(name)).expect("a shipped scenario");
    assert!(text.contains(from), "{from}");
    file("changed.toml", text.replace(from, to))
}

/// A text with one space wherever it has blanks or breaks its lines, as it is before it is wrapped.
pub fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Finds the parts in a text, one after another, wherever it breaks its lines.
#[track_caller]
pub fn assert_in_order_unwrapped(text: &str, parts: &[&str]) {
    let parts: Vec<String> = parts.iter().map(|part| unwrapped(part)).collect();
    assert_in_order(&unwrapped(text), &parts.iter().map(String::as_str).collect::<Vec<_>>());
}

/// Finds the parts in a text, one after another.
#[track_caller]
pub fn assert_in_order(text: &str, parts: &[&str]) {
    let mut from = 0;
    for part in parts {
        let at = text[from..].find(part).unwrap_or_else(|| panic!("no {part:?} in its place in:\n{text}"));
        from += at + part.len();
    }
}

/// The files below a folder, by path within it.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_owned();
                found.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

/// Runs a scenario into a new folder. Returns stdout and the results files, relative to the results folder.
pub fn results(path: &str, more: &[&str]) -> (Output, BTreeMap<PathBuf, Vec<u8>>) {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().to_string_lossy().into_owned();
    let output = meterchurn(&[&["run", path, "-o", &target], more].concat());
    (output, files(folder.path()))
}

/// The files of one results folder but its manifest, which knows when it was written.
pub fn without_manifest(mut files: BTreeMap<PathBuf, Vec<u8>>) -> BTreeMap<PathBuf, Vec<u8>> {
    let before = files.len();
    files.retain(|path, _| !path.ends_with("manifest.json"));
    assert_eq!(files.len(), before - 1);
    files
}

/// `december-2018` with two policies and no expectations.
pub fn small_market() -> (TempDir, String) {
    let text = std::fs::read_to_string(shipped("december-2018")).expect("a shipped scenario");
    let (head, _) = text.split_once("[[policy]]").expect("policies");
    let policies = "[[policy]]\nid = \"baseline\"\n[[policy]]\nid = \"escalation\"\nuse = [{ mitigation = \"4\" }]\n";
    file("small-market.toml", format!("{head}{policies}"))
}

/// A market of eight months at a fiftieth of the built-in one's size, with this number of replications and what is
/// written after its baseline.
pub fn fiftieth(replications: u32, more: &str) -> String {
    let text = std::fs::read_to_string(shipped("december-2018")).expect("a shipped scenario");
    let (head, _) = text.split_once("[[policy]]").expect("policies");
    let head = head
        .replace("meters = 300,", "meters = 60,")
        .replace("meters = 1000,", "meters = 200,")
        .replace("meters = 176000", "meters = 3520")
        .replace("meters = 220000", "meters = 4400")
        .replace("meters = 250000", "meters = 5000")
        .replace("replications = 30", &format!("replications = {replications}"));
    format!("{head}[[policy]]\nid = \"baseline\"\n{more}")
}
