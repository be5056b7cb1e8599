//! What scenarios gave when their behaviour was last accepted, kept in [`FILE`] beside them, and how a study differs
//! from it.
//!
//! Of each policy it keeps the events of every run, as the beginning of the run's fingerprint and as a digest of all
//! fingerprints, and the number of each metric that has one for the whole window: its mean over the runs, or the median
//! of what is the largest of each run.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use serde::Deserialize;

use crate::results::cube::{Cube, Run, Runs};
use crate::results::metric::{Aggregation, Metric};
use crate::results::metrics;
use crate::results::query::Query;
use crate::scenario::Experiment;
use crate::text::number::{counted, plain};
use crate::text::{Advice, in_shell, visible};

/// The file beside the scenarios.
pub const FILE: &str = "scenarios.lock";
/// The most bytes that are read of it.
pub const MOST_BYTES: u64 = 64 << 20;
/// The version of its format.
const VERSION: u32 = 2;
/// Hexadecimal digits that are kept of a run's fingerprint.
const DIGITS: usize = 8;
/// Fingerprints on a line.
const ON_A_LINE: usize = 10;

/// What the scenarios of a folder gave.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lock {
    records: BTreeMap<String, Record>,
}

/// What a scenario gave.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The file, within the folder of the lock, with `/` between its parts.
    pub file: String,
    /// The digest of the scenario with every default; see [`crate::study::session::Identity`].
    pub digest: String,
    /// The seed.
    pub seed: u64,
    /// The number of replications.
    pub replications: u32,
    /// What each policy gave, in the order of the scenario.
    #[serde(default, rename = "policy")]
    pub policies: Vec<PolicyRecord>,
}

/// What a policy gave.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyRecord {
    /// The policy, by id.
    pub id: String,
    /// BLAKE3 of the fingerprints of all runs, in hex.
    pub events: String,
    /// The first digits of each run's fingerprint, by replication.
    pub runs: Vec<String>,
    /// What represents the replications of each metric, as a query; one that is left out has 0.
    #[serde(default)]
    pub numbers: BTreeMap<String, f64>,
}

/// The file, as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    #[serde(rename = "version")]
    _version: u32,
    #[serde(default, rename = "scenario")]
    scenarios: Vec<Record>,
}

impl Lock {
    /// Reads the text of the file.
    ///
    /// # Errors
    /// What is wrong with it, and what to do.
    pub fn parse(text: &str) -> Result<Self, Advice> {
        let again = "restore the file, or delete it and record the behaviour again with `meterchurn test --record`";
        let advice = |error: toml::de::Error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            Advice::new(format!("line {line}: {}", error.message()), again)
        };
        let table: toml::Table = text.parse().map_err(advice)?;
        match table.get("version").and_then(toml::Value::as_integer) {
            Some(version) if version == i64::from(VERSION) => {}
            Some(version) if version > i64::from(VERSION) => {
                let message = format!("its version is {version}, and this program reads version {VERSION}");
                return Err(Advice::new(message, "use a newer version of meterchurn"));
            }
            _ => return Err(Advice::new(format!("it does not say version = {VERSION}"), again)),
        }
        let Form { scenarios, .. } = toml::from_str(text).map_err(advice)?;
        Ok(Self { records: scenarios.into_iter().map(|record| (record.file.clone(), record)).collect() })
    }

    /// The text of the file: the same for the same records, in the order of the files.
    pub fn text(&self) -> String {
        let mut text = format!(
            "# What the scenarios of this folder gave when their behaviour was last accepted.\n\
             # `meterchurn test --record` writes this file.\n\
             version = {VERSION}\n"
        );
        self.records.values().for_each(|record| record.write(&mut text));
        text
    }

    /// What the scenario in a file gave.
    pub fn record_of(&self, file: &str) -> Option<&Record> {
        self.records.get(file)
    }

    /// The files, in order.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.records.keys().map(String::as_str)
    }

    /// Keeps a record in place of what was known of its file.
    pub fn put(&mut self, record: Record) {
        self.records.insert(record.file.clone(), record);
    }

    /// Removes the records of other files than these.
    pub fn keep(&mut self, is_there: impl Fn(&str) -> bool) {
        self.records.retain(|file, _| is_there(file));
    }
}

impl Record {
    /// What a study gave. `digest` is that of its scenario.
    pub fn of(file: &str, digest: &str, experiment: &Experiment, cube: &Cube) -> Self {
        let queries: Vec<Query> = metrics::all().filter_map(query).collect();
        let of = |(place, runs): (usize, &Runs)| PolicyRecord {
            id: runs.policy.clone(),
            events: events(&runs.runs),
            runs: runs.runs.iter().map(short).collect(),
            numbers: queries
                .iter()
                .filter_map(|query| Some((query.to_string(), number(query, cube, place)?)))
                .collect(),
        };
        Self {
            file: file.to_owned(),
            digest: digest.to_owned(),
            seed: experiment.seed,
            replications: cube.n() as u32,
            policies: cube.policies().iter().enumerate().map(of).collect(),
        }
    }

    fn write(&self, text: &mut String) {
        let quoted = |word: &str| toml::Value::from(word).to_string();
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n[[scenario]]\nfile = {}\ndigest = {}\nseed = {}\nreplications = {}\n",
            quoted(&self.file),
            quoted(&self.digest),
            self.seed,
            self.replications
        );
        for policy in &self.policies {
            let _ = write!(
                text,
                "\n[[scenario.policy]]\nid = {}\nevents = {}\nruns = [\n",
                quoted(&policy.id),
                quoted(&policy.events)
            );
            for line in policy.runs.chunks(ON_A_LINE) {
                let line: Vec<String> = line.iter().map(|run| quoted(run)).collect();
                let _ = writeln!(text, "    {},", line.join(", "));
            }
            text.push_str("]\n[scenario.policy.numbers]\n");
            for (query, number) in &policy.numbers {
                let _ = writeln!(text, "{} = {}", quoted(query), plain(*number));
            }
        }
    }
}

/// The number of a metric that is kept: its total, or of a stock its mean over days. None of one that has several
/// numbers.
fn query(metric: &'static Metric) -> Option<Query> {
    match metric.aggregation {
        _ if !metric.apart.is_empty() => None,
        Aggregation::Moment | Aggregation::DailyPeak => None,
        Aggregation::Stock => Some(Query::mean(metric)),
        Aggregation::Sum | Aggregation::Flow | Aggregation::Peak | Aggregation::Share => Some(Query::total(metric)),
    }
}

/// What represents the runs of a policy, unless it is 0 or the study does not have it.
fn number(query: &Query, cube: &Cube, policy: usize) -> Option<f64> {
    let number = query.sample(cube, policy)?.value()?;
    (number != 0.0).then_some(number)
}

fn short(run: &Run) -> String {
    run.fingerprint.to_string().chars().take(DIGITS).collect()
}

fn events(runs: &[Run]) -> String {
    let mut hasher = blake3::Hasher::new();
    runs.iter().for_each(|run| _ = hasher.update(run.fingerprint.to_string().as_bytes()));
    hasher.finalize().to_hex().to_string()
}

/// How a study compares with what was recorded of its scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Since {
    /// The replications that could be compared: none with another seed, or if nothing was recorded.
    pub compared: u32,
    /// Why not all of it could be compared.
    pub notes: Vec<Note>,
    /// What differs, if anything does.
    pub change: Option<Change>,
}

/// Why something could not be compared with what was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Nothing was recorded of the scenario.
    NotRecorded,
    /// It was recorded with another seed, so that every run differs.
    OtherSeed {
        /// Then.
        recorded: u64,
        /// Now.
        now: u64,
    },
    /// It was recorded with another number of replications, so that only the first are compared, and no numbers.
    OtherReplications {
        /// Then.
        recorded: u32,
        /// Now.
        now: u32,
    },
    /// Nothing was recorded of this policy.
    NewPolicy(String),
    /// The scenario no longer has this policy.
    GonePolicy(String),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRecorded => f.write_str("the behaviour of this scenario is not recorded"),
            Self::OtherSeed { recorded, now } => {
                write!(
                    f,
                    "the seed is {now}, but the behaviour is recorded with seed {recorded}, so nothing is compared"
                )
            }
            Self::OtherReplications { recorded, now } => write!(
                f,
                "the scenario has {}, but the behaviour is recorded with {recorded}, so only the first {} are compared",
                counted(*now as usize, "replication"),
                recorded.min(now)
            ),
            Self::NewPolicy(policy) => write!(f, "the behaviour of the policy `{}` is not recorded", visible(policy)),
            Self::GonePolicy(policy) => {
                write!(f, "the policy `{}` is recorded, but it is not in the scenario", visible(policy))
            }
        }
    }
}

/// How the behaviour of a scenario differs from what was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Whether the scenario is the one that was recorded, with every default: then the program changed.
    pub same_scenario: bool,
    /// The policies that differ, in the order of the scenario.
    pub policies: Vec<PolicyChange>,
    /// How many policies were compared.
    pub of_policies: usize,
}

/// How a policy differs from what was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyChange {
    /// The policy, by id.
    pub id: String,
    /// The runs whose events differ.
    pub runs: u32,
    /// The first replication whose events differ.
    pub first: Option<u32>,
    /// The numbers that differ, the largest relative change first; none where other replications were recorded.
    pub numbers: Vec<NumberChange>,
}

/// A number that differs from what was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberChange {
    /// The number, as a query.
    pub number: String,
    /// The value that was recorded.
    pub before: f64,
    /// The value of the study.
    pub after: f64,
}

impl NumberChange {
    /// The change as a share of what was recorded; infinite where that was 0.
    pub fn relative(&self) -> f64 {
        (self.after - self.before) / self.before.abs()
    }
}

impl Change {
    /// The runs that differ, in the policy in which most do.
    pub fn runs(&self) -> u32 {
        self.policies.iter().map(|policy| policy.runs).max().unwrap_or(0)
    }

    /// The first run that differs: its policy and replication.
    pub fn first(&self) -> Option<(&str, u32)> {
        let firsts = self.policies.iter().filter_map(|policy| Some((&*policy.id, policy.first?)));
        firsts.min_by_key(|(_, replication)| *replication)
    }
}

impl Since {
    /// What is known of a scenario that was not recorded.
    pub fn unrecorded() -> Self {
        Self { compared: 0, notes: vec![Note::NotRecorded], change: None }
    }

    /// Compares a study with what was recorded.
    pub fn of(recorded: &Record, now: &Record) -> Self {
        if recorded.seed != now.seed {
            let note = Note::OtherSeed { recorded: recorded.seed, now: now.seed };
            return Self { compared: 0, notes: vec![note], change: None };
        }
        let compared = recorded.replications.min(now.replications);
        let all = recorded.replications == now.replications;
        let mut notes = Vec::new();
        if !all {
            notes.push(Note::OtherReplications { recorded: recorded.replications, now: now.replications });
        }
        let mut policies = Vec::new();
        let mut of_policies = 0;
        for policy in &now.policies {
            let Some(before) = recorded.policies.iter().find(|before| before.id == policy.id) else {
                notes.push(Note::NewPolicy(policy.id.clone()));
                continue;
            };
            of_policies += 1;
            policies.extend(PolicyChange::of(before, policy, all));
        }
        let gone = recorded.policies.iter().filter(|before| now.policies.iter().all(|policy| policy.id != before.id));
        notes.extend(gone.map(|before| Note::GonePolicy(before.id.clone())));
        let same_scenario = recorded.digest == now.digest;
        let change = (!policies.is_empty()).then_some(Change { same_scenario, policies, of_policies });
        Self { compared, notes, change }
    }
}

impl PolicyChange {
    /// The difference, if there is one. Numbers are compared only if both have the same replications.
    fn of(before: &PolicyRecord, now: &PolicyRecord, with_numbers: bool) -> Option<Self> {
        let differ = |pair: &(u32, (&String, &String))| pair.1.0 != pair.1.1;
        let differing: Vec<u32> =
            (0..).zip(before.runs.iter().zip(&now.runs)).filter(differ).map(|(replication, _)| replication).collect();
        let mut numbers = if with_numbers { changed_numbers(before, now) } else { Vec::new() };
        numbers.sort_by(|a, b| b.relative().abs().total_cmp(&a.relative().abs()));
        let events_differ = with_numbers && before.events != now.events;
        (!differing.is_empty() || !numbers.is_empty() || events_differ).then(|| Self {
            id: now.id.clone(),
            runs: differing.len() as u32,
            first: differing.first().copied(),
            numbers,
        })
    }
}

/// The numbers that differ, by name.
fn changed_numbers(before: &PolicyRecord, now: &PolicyRecord) -> Vec<NumberChange> {
    let of = |policy: &PolicyRecord, number: &str| policy.numbers.get(number).copied().unwrap_or(0.0);
    let mut numbers: Vec<&String> = before.numbers.keys().chain(now.numbers.keys()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let change =
        |number: &String| NumberChange { number: number.clone(), before: of(before, number), after: of(now, number) };
    numbers.into_iter().map(change).filter(|change| change.before != change.after).collect()
}

/// The command that records the behaviour of what was selected with these options and paths.
pub fn accept(selected: &[String]) -> String {
    let selected: String = selected.iter().map(|word| format!(" {}", in_shell(word))).collect();
    format!("meterchurn test --record{selected}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Stop;
    use crate::study::budget::Machine;
    use crate::study::session::Session;

    /// The incident, with a policy that chases, in some replications.
    fn record(replications: u32, from: &str, to: &str) -> Record {
        let chased = "\n[[policy]]\nid = \"chased\"\nuse = [{ mitigation = \"4\" }]\n";
        let text = include_str!("../../scenarios/dp072-fifty-days.toml").to_owned() + chased;
        let mut session = Session::of_text("a", "a", &text.replace(from, to)).expect("a valid scenario");
        session.set_replications(replications);
        let budget = session.budget(Machine { memory: 4 << 30, threads: 2 }, 0).expect("within all limits");
        let study = session.run(&budget, &Stop::default(), &|_| ()).expect("conservation holds");
        Record::of("a.toml", &session.identity().digest, &session.scenario().experiment, &study.cube)
    }

    fn locked(records: impl IntoIterator<Item = Record>) -> Lock {
        let mut lock = Lock::default();
        records.into_iter().for_each(|record| lock.put(record));
        lock
    }

    #[test]
    fn what_is_written_is_read_back_and_records_come_in_the_order_of_their_files() {
        let one = record(12, "", "");
        let other = Record { file: "A \"quoted\"/b.toml".to_owned(), ..record(1, "", "") };
        let lock = locked([one.clone(), other.clone()]);
        assert_eq!(Lock::parse(&lock.text()), Ok(lock.clone()));
        assert_eq!(lock.files().collect::<Vec<_>>(), [other.file.as_str(), "a.toml"]);
        assert_eq!(locked([other, one]).text(), lock.text());
    }

    #[test]
    fn a_file_of_a_newer_version_and_a_broken_one_are_refused_with_a_remedy() {
        let newer = Lock::parse("version = 3\nfuture = true\n").expect_err("newer");
        assert_eq!(newer.message, "its version is 3, and this program reads version 2");
        let broken = Lock::parse("version = 2\n[[scenario]]\nfile = 3\n").expect_err("broken");
        assert!(broken.message.starts_with("line 3: ") && broken.help.contains("--record"), "{broken}");
        assert!(Lock::parse("").is_err());
    }

    #[test]
    fn the_same_study_has_no_change_and_no_notes() {
        let record = record(12, "", "");
        assert_eq!(Since::of(&record, &record), Since { compared: 12, notes: Vec::new(), change: None });
    }

    #[test]
    fn a_later_623_changes_every_run_and_its_leaked_reads_by_a_fiftieth() {
        // 51 days of exposure instead of 50.
        let (before, now) = (record(3, "", ""), record(3, "2019-01-20", "2019-01-21"));
        let since = Since::of(&before, &now);
        let change = since.change.expect("a change");
        assert!(!change.same_scenario);
        assert_eq!((change.first(), change.runs(), change.of_policies), (Some(("baseline", 0)), 3, 2));
        let numbers = &change.policies[0].numbers;
        let leaked =
            numbers.iter().find(|change| change.number == "leaked-reads.delivered.total").expect("leaked reads");
        assert!((leaked.relative() - 0.02).abs() < 1e-12, "{leaked:?}");
        let sizes: Vec<f64> = numbers.iter().map(|change| change.relative().abs()).collect();
        assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
    }

    #[test]
    fn fewer_replications_are_compared_with_the_first_that_were_recorded() {
        let (before, same) = (record(12, "", ""), record(2, "", ""));
        let since = Since::of(&before, &same);
        assert_eq!((since.compared, &since.change), (2, &None));
        assert_eq!(since.notes, [Note::OtherReplications { recorded: 12, now: 2 }]);
        let change = Since::of(&before, &record(2, "2019-01-20", "2019-01-21")).change.expect("a change");
        assert_eq!((change.runs(), change.policies[0].numbers.len()), (2, 0));
    }

    #[test]
    fn another_seed_is_said_and_not_compared() {
        let before = record(1, "", "");
        let now = Record { seed: 2, ..record(1, "2019-01-20", "2019-01-21") };
        let notes = vec![Note::OtherSeed { recorded: 1, now: 2 }];
        assert_eq!(Since::of(&before, &now), Since { compared: 0, notes, change: None });
    }

    #[test]
    fn a_policy_that_is_new_or_gone_is_said() {
        let (before, now) = (record(1, "", ""), record(1, "\"chased\"", "\"other\""));
        let notes = vec![Note::NewPolicy("other".to_owned()), Note::GonePolicy("chased".to_owned())];
        assert_eq!(Since::of(&before, &now), Since { compared: 1, notes, change: None });
    }

    #[test]
    fn a_change_of_metrics_without_one_of_events_is_a_change() {
        let before = record(1, "", "");
        let mut now = before.clone();
        now.policies[0].numbers.insert("leaked-reads.delivered.total".to_owned(), 51.0);
        let change = Since::of(&before, &now).change.expect("a change");
        assert!(change.same_scenario);
        assert_eq!((change.runs(), change.first(), change.policies.len()), (0, None, 1));
    }
}
