//! Scenario files with one mistake each, in `tests/bad-scenarios`: each is found once, under its code, and its remedy
//! is accepted when followed.
//!
//! The first lines of a file are comments that say what is expected of it:
//!
//! - `# MC010`: the code of its only finding;
//! - `# remedy: OLD -> NEW`: a replacement in the rest of the file that follows the help, where the finding has no
//!   change that a machine can make. `\n` is a line break. Of several lines each is a replacement;
//! - `# says: WORDS`: words of the help that lead to the remedy, where the help does not give its text.

mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use jiff::civil::Date;
use meterchurn::scenario::diagnostics::format::{FORMATS, Format};
use meterchurn::scenario::diagnostics::{Change, Code, Diagnostic, Example, Lint, Mistake, Severity};
use meterchurn::study::budget::Machine;
use meterchurn::study::session::Session;
use program::{stderr, stdout};
use serde_json::{Value, json};

/// The day on which assumptions are past their sunset or not.
const TODAY: Date = jiff::civil::date(2026, 1, 1);

/// The longest that a test of this file may take, which rules out that a file keeps the reader busy for ever.
const LONGEST: Duration = Duration::from_secs(300);

/// A scenario file with one mistake.
struct Wrong {
    name: String,
    code: Code,
    bytes: Vec<u8>,
    remedy: Remedy,
}

/// How the mistake is put right where a machine cannot.
enum Remedy {
    /// Replacements after the first `header` bytes, and words of the help.
    Replacements { header: usize, all: Vec<(String, String)>, says: Option<String> },
    /// Another file, and words of the help.
    File { right: Vec<u8>, says: &'static str },
}

/// A scenario that is right, for files that are made here.
const RIGHT: &str = include_str!("bad-scenarios/unknown-key-in-meter.toml");

/// [`RIGHT`] without its mistake.
fn right() -> String {
    RIGHT.replace("fule = ", "fuel = ")
}

/// Files that are too large to keep, or that cannot have comments.
fn made() -> Vec<Wrong> {
    let right = right();
    let utf16 = |units: Vec<u16>| units.into_iter().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let as_utf16: Vec<u16> = std::iter::once(0xfeff).chain(right.encode_utf16()).collect();
    let without_mark: Vec<u16> = right.encode_utf16().collect();
    let latin_1: Vec<u8> =
        right.replace("A script", "Caf\u{1}").bytes().map(|b| if b == 1 { 0xe9 } else { b }).collect();
    let with_zero = right.replace("A script", "A\0script");
    let keys: String = (0..20_001).map(|n| format!("k{n} = 1\n")).collect();
    let of = |name: &str, code: Mistake, bytes: Vec<u8>, says: &'static str| Wrong {
        name: format!("{name}.toml"),
        code: code.into(),
        bytes,
        remedy: Remedy::File { right: right.clone().into_bytes(), says },
    };
    vec![
        of("utf-16-with-a-byte-order-mark", Mistake::NotAScenario, utf16(as_utf16), "save the file as UTF-8"),
        of("utf-16-without-a-byte-order-mark", Mistake::NotAScenario, utf16(without_mark), "save the file as UTF-8"),
        of("latin-1", Mistake::NotAScenario, latin_1, "save the file as UTF-8"),
        of("zero-byte", Mistake::NotAScenario, with_zero.into_bytes(), "save the file as UTF-8"),
        of("picture", Mistake::NotAScenario, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "save the file as UTF-8"),
        of("cut-off-within-a-character", Mistake::NotAScenario, b"schema = 1\ntitle = \"\xe2\x82".to_vec(), "UTF-8"),
        of("empty", Mistake::NotAScenario, Vec::new(), "schema = 1"),
        of("larger-than-a-mebibyte", Mistake::LargeFile, vec![b'#'; (1 << 20) + 1], "keep the file within"),
        of("more-keys-than-allowed", Mistake::LargeFile, keys.into_bytes(), "split the study"),
        of("more-headings-than-allowed", Mistake::LargeFile, "[x]\n".repeat(20_001).into_bytes(), "split the study"),
    ]
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad-scenarios")
}

/// All files, by name.
fn all() -> Vec<Wrong> {
    let entries = fs::read_dir(folder()).expect("the folder").map(|entry| entry.expect("an entry").path());
    let mut all: Vec<Wrong> = entries.map(|path| stored(&path)).chain(made()).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// A file of the folder, with what its first lines say.
fn stored(path: &Path) -> Wrong {
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    let bytes = fs::read(path).expect("a file");
    let text = std::str::from_utf8(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (mut code, mut replacements, mut says, mut header) = (None, Vec::new(), None, 0);
    for line in text.split_inclusive('\n') {
        let said = line.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']);
        let Some(said) = said.strip_prefix("# ") else { break };
        if let Some(known) = Code::named(said) {
            code = Some(known);
        } else if let Some(replacement) = said.strip_prefix("remedy: ") {
            let (old, new) = replacement.split_once(" ->").unwrap_or_else(|| panic!("{name}: {replacement}"));
            replacements.push((unescaped(old), unescaped(new.strip_prefix(' ').unwrap_or(new))));
        } else if let Some(words) = said.strip_prefix("says: ") {
            says = Some(words.to_owned());
        } else {
            break;
        }
        header += line.len();
    }
    let code = code.unwrap_or_else(|| panic!("{name}: its first line names no code"));
    Wrong { name, code, bytes, remedy: Remedy::Replacements { header, all: replacements, says } }
}

/// The text of a remedy: `\n`, `\r` and `\t`, a control character as `\u{1b}`, and `\\` for a backslash.
fn unescaped(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let escape = after.chars().next().expect("something follows a backslash");
        rest = &after[escape.len_utf8()..];
        match escape {
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            '\\' => out.push('\\'),
            'x' => {
                let (digits, after) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).expect("\\x{…}");
                rest = after;
                out.extend(u32::from_str_radix(digits, 16).ok().and_then(char::from_u32));
            }
            other => panic!("unknown escape \\{other}"),
        }
    }
    out + rest
}

/// What `check` finds in a file, without starting a program.
fn check(path: &Path) -> Vec<Diagnostic> {
    const SMALL: Machine = Machine { memory: 4 << 30, threads: 2 };
    match Session::open(path) {
        Err(error) => error.diagnostics(),
        Ok(session) => {
            let mut found = session.warnings();
            found.extend(session.closer_look(TODAY).expect("the market can be drawn"));
            if let Err(excess) = session.budget(SMALL, 0) {
                let one = Diagnostic::of_file(Mistake::TooMuch, path.display().to_string(), excess.to_string());
                found.push(one.with_help(excess.help()));
            }
            found
        }
    }
}

/// Writes files into a folder that is removed afterwards.
struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).expect("a file");
        path
    }

    fn check(&self, name: &str, bytes: &[u8]) -> Vec<Diagnostic> {
        check(&self.write(name, bytes))
    }
}

/// Runs a test on another thread, and fails if it takes longer than [`LONGEST`].
fn within_the_limit(test: impl FnOnce() + Send + 'static) {
    let (done, ended) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        test();
        done.send(()).ok();
    });
    match ended.recv_timeout(LONGEST) {
        Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("still busy after {LONGEST:?}"),
        _ => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
    }
}

/// Fails with all that is wrong with any file.
fn none_fails(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "{} complaints\n\n{}", complaints.len(), complaints.join("\n\n"));
}

fn shown(found: &[Diagnostic]) -> String {
    (FORMATS[0].render)(found, false)
}

/// Where a line and a column are in a text.
fn byte_at(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    start + text[start..].chars().take(column - 1).map(char::len_utf8).sum::<usize>()
}

/// A text after a change that a finding offers.
fn changed(text: &str, Change { place, text: new }: &Change) -> String {
    let (from, to) = (byte_at(text, place.line, place.column), byte_at(text, place.end_line, place.end_column));
    format!("{}{new}{}", &text[..from], &text[to..])
}

#[test]
fn each_mistake_is_found_once_under_its_code_and_at_a_place() {
    within_the_limit(|| {
        let bench = Bench::new();
        let mut complaints = Vec::new();
        for Wrong { name, code, bytes, .. } in all() {
            let found = bench.check(&name, &bytes);
            let is_right = |one: &Diagnostic| {
                let lines = String::from_utf8_lossy(&bytes).lines().count().max(1);
                let within = one.place.is_none_or(|place| {
                    let ascends = (place.line, place.column) <= (place.end_line, place.end_column);
                    ascends && place.line >= 1 && place.column >= 1 && place.end_line <= lines + 1
                });
                one.code == code && one.severity == code.severity() && within
            };
            match found.as_slice() {
                [one] if is_right(one) => {}
                _ => complaints.push(format!("{name}: expected {code} alone\n{}", shown(&found))),
            }
        }
        none_fails(complaints);
    });
}

#[test]
fn the_remedy_of_each_mistake_is_accepted_when_followed() {
    within_the_limit(|| {
        let bench = Bench::new();
        none_fails(all().iter().filter_map(|wrong| remedied(wrong, &bench).err()).collect());
    });
}

/// Follows the remedy of a mistake.
fn remedied(Wrong { name, bytes, remedy, .. }: &Wrong, bench: &Bench) -> Result<(), String> {
    let found = bench.check(name, bytes);
    let [one] = found.as_slice() else { return Ok(()) }; // another test reports it
    let help = one.help.as_deref().unwrap_or_default();
    let complaint = |what: &str| Err(format!("{name}: {what}\n{}", shown(&found)));
    let right = match (&one.change, remedy) {
        (Some(change), Remedy::Replacements { all, .. }) => {
            if !all.is_empty() {
                return complaint("it has both a change and a remedy");
            }
            if !help.contains(change.text.trim()) {
                return complaint(&format!("the help does not name the change {:?}", change.text));
            }
            changed(&String::from_utf8_lossy(bytes), change).into_bytes()
        }
        (None, Remedy::Replacements { header, all, says }) => {
            if help.is_empty() || all.is_empty() {
                return complaint("it has no help, or neither a change nor a remedy");
            }
            let mut text = String::from_utf8_lossy(bytes).into_owned();
            for (old, new) in all {
                if text[*header..].matches(old.as_str()).count() != 1 {
                    return complaint(&format!("{old:?} does not occur once"));
                }
                if says.is_none() && !says_so(help, old, new) {
                    return complaint(&format!("the help does not say {new:?}"));
                }
                text = text[..*header].to_owned() + &text[*header..].replacen(old.as_str(), new, 1);
            }
            if says.as_ref().is_some_and(|words| words.is_empty() || !help.contains(words.as_str())) {
                return complaint(&format!("the help does not say {says:?}"));
            }
            text.into_bytes()
        }
        (Some(_), Remedy::File { .. }) => return complaint("it has a change, but it cannot be applied"),
        (None, Remedy::File { right, says }) => {
            if !help.contains(says) {
                return complaint(&format!("the help does not say {says:?}"));
            }
            right.clone()
        }
    };
    match bench.check(name, &right).as_slice() {
        [] => Ok(()),
        left => Err(format!("{name}: after its remedy there is still\n{}\n--- {}", shown(left), shown(&found))),
    }
}

/// Whether a help gives what a remedy writes in place of another text.
fn says_so(help: &str, old: &str, new: &str) -> bool {
    let same = |a: &str, b: &str| a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let start: usize = same(old, new);
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let mirrored = |text: &str| text.chars().rev().collect::<String>();
    let end: usize = same(&mirrored(old_rest), &mirrored(new_rest));
    let added = new_rest[..new_rest.len() - end].trim().trim_matches(',').trim();
    help.contains(new.trim()) || (!added.is_empty() && help.contains(added))
}

/// Codes without a file, and why.
const WITHOUT_A_FILE: [(Code, &str); 2] = [
    (Code::Mistake(Mistake::Unreadable), "there is no file to read"),
    (Code::Lint(Lint::NotRecorded), "it is about what was recorded of a study"),
];

/// Codes whose example is in words, and why.
const EXAMPLE_IN_WORDS: [(Code, &str); 4] = [
    (Code::Mistake(Mistake::NotAScenario), "the right example is the beginning of a scenario"),
    (Code::Mistake(Mistake::LargeFile), "the example would be too long to read"),
    (Code::Mistake(Mistake::BadInclude), "an include needs a second file"),
    (Code::Mistake(Mistake::Unreadable), "the example is a command"),
];

fn is_without_a_file(code: Code) -> bool {
    WITHOUT_A_FILE.iter().any(|(known, _)| *known == code)
}

/// Codes that a file alone can have.
fn codes() -> impl Iterator<Item = Code> {
    Code::all().filter(|code| !matches!(code, Code::Outcome(_)))
}

#[test]
fn every_code_has_a_file_and_no_two_files_are_alike() {
    let all = all();
    let covered: BTreeSet<Code> = all.iter().map(|wrong| wrong.code).collect();
    let missing: Vec<String> =
        codes().filter(|code| covered.contains(code) == is_without_a_file(*code)).map(|c| c.to_string()).collect();
    assert_eq!(missing, [""; 0], "each has a file, or an excuse");
    assert!(all.len() >= 150, "{} files", all.len());
    let mut by_text: BTreeMap<&[u8], &str> = BTreeMap::new();
    for wrong in &all {
        let again = by_text.insert(&wrong.bytes, &wrong.name);
        assert_eq!(again, None, "{} is the same", wrong.name);
    }
}

#[test]
fn the_examples_of_each_code_are_parts_of_a_file_that_show_the_mistake_and_its_remedy() {
    within_the_limit(|| {
        let (bench, all) = (Bench::new(), all());
        let mut complaints = Vec::new();
        for code in codes().filter(|code| !EXAMPLE_IN_WORDS.iter().any(|(known, _)| known == code)) {
            let Some(Example { wrong: wrong_part, right: right_part }) = &code.entry().example else {
                complaints.extend((!is_without_a_file(code)).then(|| format!("{code}: it has no example")));
                continue;
            };
            let shows = |wrong: &&Wrong| {
                let text = String::from_utf8_lossy(&wrong.bytes);
                let Remedy::Replacements { header, .. } = wrong.remedy else { return false };
                let (header, body) = text.split_at(header);
                let right = header.to_owned() + &body.replacen(wrong_part, right_part, 1);
                wrong.code == code
                    && body.matches(wrong_part).count() == 1
                    && bench.check(&wrong.name, right.as_bytes()).is_empty()
            };
            if !all.iter().any(|wrong| shows(&wrong)) {
                complaints
                    .push(format!("{code}: no file has the mistake {wrong_part:?} that {right_part:?} puts right"));
            }
        }
        none_fails(complaints);
    });
}

/// A key with two of its letters swapped.
fn slipped(key: &str) -> Option<String> {
    let letters: Vec<char> = key.chars().collect();
    let at = (1..letters.len() - 1).find(|at| letters[*at] != letters[at + 1])?;
    let mut slipped = letters;
    slipped.swap(at, at + 1);
    Some(slipped.into_iter().collect())
}

#[test]
fn a_slip_in_any_key_of_a_shipped_scenario_is_one_finding_that_names_the_key() {
    within_the_limit(|| {
        let bench = Bench::new();
        let (mut complaints, mut tried) = (Vec::new(), 0);
        let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        let files = fs::read_dir(scenarios).expect("the folder").map(|entry| entry.expect("an entry").path());
        for path in files.filter(|path| path.extension().is_some_and(|extension| extension == "toml")) {
            let text = fs::read_to_string(&path).expect("a scenario");
            let mut seen = BTreeSet::new();
            let mut start = 0;
            for line in text.split_inclusive('\n') {
                let key = line.split_once(" =").map_or("", |(key, _)| key);
                let is_key = key.len() > 2 && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
                if let Some(slip) = Some(key).filter(|key| is_key && seen.insert(*key)).and_then(slipped) {
                    let wrong = format!("{}{slip}{}", &text[..start], &text[start + key.len()..]);
                    let found = bench.check("slipped.toml", wrong.as_bytes());
                    let named = |one: &Diagnostic| {
                        one.code == Code::Mistake(Mistake::UnknownKey)
                            && one.change.as_ref().is_some_and(|change| change.text == key)
                    };
                    tried += 1;
                    if !matches!(found.as_slice(), [one] if named(one)) {
                        complaints.push(format!("{}: {slip} for {key}\n{}", path.display(), shown(&found)));
                    }
                }
                start += line.len();
            }
        }
        assert!(tried > 100, "{tried} keys");
        none_fails(complaints);
    });
}

/// The program's `check` on files of a folder, in a format.
fn checked(folder: &Path, arguments: &[&str], names: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_meterchurn"))
        .current_dir(folder)
        .env_remove("COLUMNS")
        .env_remove("NO_COLOR")
        .arg("check")
        .args(arguments)
        .args(names)
        .output()
        .expect("the program starts")
}

/// All files in a folder, with the names of those that have an error and of those that have a warning.
fn unpacked() -> (Bench, Vec<String>, Vec<String>) {
    let bench = Bench::new();
    let (mut mistakes, mut lints) = (Vec::new(), Vec::new());
    for Wrong { name, code, bytes, .. } in all() {
        bench.write(&name, &bytes);
        if code.severity() == Severity::Error { mistakes.push(name) } else { lints.push(name) }
    }
    (bench, mistakes, lints)
}

fn texts(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// What the program shows of all files in a format.
fn shows(format: &Format) -> String {
    let (bench, mistakes, lints) = unpacked();
    let names = [texts(&mistakes), texts(&lints)].concat();
    let output = checked(bench.0.path(), &["--message-format", format.name], &names);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let shown = if format.is_data { stdout(&output) } else { stderr(&output) };
    shown.replace(env!("CARGO_PKG_VERSION"), "[version]")
}

#[test]
fn every_format_shows_every_file() {
    within_the_limit(|| {
        for format in FORMATS {
            let mut settings = insta::Settings::clone_current();
            settings.set_omit_expression(true);
            settings.set_prepend_module_to_snapshot(true);
            settings.bind(|| insta::assert_snapshot!(format!("in_{}", format.name), shows(format)));
        }
    });
}

/// The keys of an object are among those that its schema allows, and include those that it requires.
#[track_caller]
fn has_keys(object: &Value, required: &[&str], optional: &[&str]) {
    let keys: BTreeSet<&str> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    assert!(required.iter().all(|key| keys.contains(key)), "{required:?} in {object:#}");
    assert!(keys.iter().all(|key| required.contains(key) || optional.contains(key)), "{object:#}");
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("a list `{key}` in {value:#}"))
}

/// A region of SARIF: lines and columns count from 1, and the end is not before the start (section 3.30).
fn is_region(region: &Value) {
    has_keys(region, &["startLine", "startColumn", "endLine", "endColumn"], &[]);
    let [start, end] = [["startLine", "startColumn"], ["endLine", "endColumn"]]
        .map(|keys| keys.map(|key| region[key].as_u64().expect("a number")));
    assert!(start.iter().chain(&end).all(|n| *n >= 1) && start <= end, "{region:#}");
}

fn is_artifact(artifact: &Value) {
    has_keys(artifact, &["uri"], &[]);
    let uri = artifact["uri"].as_str().expect("a URI");
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b);
    assert!(!uri.is_empty() && uri.bytes().all(is_plain), "{uri}");
}

#[test]
fn sarif_has_the_objects_and_keys_of_version_2_1_0_alone() {
    within_the_limit(|| {
        let format = Format::named("sarif").expect("a format");
        let log: Value = serde_json::from_str(&shows(format)).expect("JSON");
        has_keys(&log, &["version", "runs"], &["$schema"]);
        assert_eq!(log["version"], "2.1.0");
        let [run] = list(&log, "runs") else { panic!("one run") };
        has_keys(run, &["tool", "results"], &["columnKind"]);
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        has_keys(&run["tool"], &["driver"], &[]);
        let driver = &run["tool"]["driver"];
        has_keys(driver, &["name"], &["version", "rules"]);
        let levels = ["none", "note", "warning", "error"];
        let rules = list(driver, "rules");
        for rule in rules {
            has_keys(rule, &["id"], &["shortDescription", "fullDescription", "defaultConfiguration"]);
            assert!(
                ["shortDescription", "fullDescription"].iter().all(|key| rule[key]["text"].is_string()),
                "{rule:#}"
            );
            assert!(levels.contains(&rule["defaultConfiguration"]["level"].as_str().expect("a level")), "{rule:#}");
        }
        let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().expect("an id")).collect();
        assert_eq!(ids.len(), rules.len(), "each rule has its own id");
        let results = list(run, "results");
        assert_eq!(results.len(), all().len());
        for result in results {
            has_keys(result, &["message", "ruleId", "ruleIndex", "level", "locations"], &["fixes"]);
            let index = result["ruleIndex"].as_u64().expect("an index") as usize;
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert!(levels.contains(&result["level"].as_str().expect("a level")), "{result:#}");
            assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()), "{result:#}");
            let [location] = list(result, "locations") else { panic!("one location") };
            let physical = &location["physicalLocation"];
            has_keys(physical, &["artifactLocation"], &["region"]);
            is_artifact(&physical["artifactLocation"]);
            physical.get("region").into_iter().for_each(is_region);
            for fix in result.get("fixes").and_then(Value::as_array).into_iter().flatten() {
                for change in list(fix, "artifactChanges") {
                    has_keys(change, &["artifactLocation", "replacements"], &[]);
                    is_artifact(&change["artifactLocation"]);
                    for replacement in list(change, "replacements") {
                        has_keys(replacement, &["deletedRegion", "insertedContent"], &[]);
                        is_region(&replacement["deletedRegion"]);
                        assert!(replacement["insertedContent"]["text"].is_string(), "{replacement:#}");
                    }
                }
            }
        }
    });
}

#[test]
fn a_code_quality_report_has_the_keys_that_gitlab_requires_and_each_finding_its_own_fingerprint() {
    within_the_limit(|| {
        let format = Format::named("gitlab").expect("a format");
        let report: Value = serde_json::from_str(&shows(format)).expect("JSON");
        let findings = report.as_array().expect("a list");
        let mut fingerprints = BTreeSet::new();
        for finding in findings {
            has_keys(finding, &["description", "check_name", "fingerprint", "severity", "location"], &[]);
            assert!(Code::named(finding["check_name"].as_str().expect("a code")).is_some(), "{finding:#}");
            let severities = ["info", "minor", "major", "critical", "blocker"];
            assert!(severities.contains(&finding["severity"].as_str().expect("a severity")), "{finding:#}");
            let location = &finding["location"];
            let path = location["path"].as_str().expect("a path");
            assert!(!path.starts_with("./") && !path.starts_with('/'), "{path} is relative to the repository");
            assert!(location["lines"]["begin"].as_u64().is_some_and(|line| line >= 1), "{finding:#}");
            fingerprints.insert(finding["fingerprint"].as_str().expect("a fingerprint"));
        }
        assert_eq!((fingerprints.len(), findings.len()), (all().len(), all().len()));
    });
}

#[test]
fn a_mistake_ends_the_program_with_3_and_a_warning_with_0_or_10_if_it_is_denied() {
    within_the_limit(|| {
        let (bench, mistakes, lints) = unpacked();
        let ends = |arguments: &[&str], name: &str| checked(bench.0.path(), arguments, &[name]).status.code();
        let mut wrong = Vec::new();
        for name in &mistakes {
            wrong.extend((ends(&[], name) != Some(3)).then(|| name.clone()));
        }
        for name in &lints {
            let both = (ends(&[], name), ends(&["--deny", "warnings"], name));
            wrong.extend((both != (Some(0), Some(10))).then(|| name.clone()));
        }
        assert_eq!(wrong, [""; 0]);
    });
}

#[test]
fn a_file_that_does_not_exist_is_reported_once_and_a_folder_without_scenarios_selects_nothing() {
    let bench = Bench::new();
    let output = checked(bench.0.path(), &["--message-format", "json"], &["missing.toml"]);
    let found: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let codes: Vec<&Value> = found.as_array().expect("a list").iter().map(|one| &one["code"]).collect();
    assert_eq!((codes, output.status.code()), (vec![&json!("MC007")], Some(3)));
    fs::create_dir(bench.0.path().join("folder.toml")).expect("a folder");
    assert_eq!(checked(bench.0.path(), &[], &["folder.toml"]).status.code(), Some(4));
}
