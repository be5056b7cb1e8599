//! `test`: runs many scenario files, judges their expectations and compares their behaviour with what was recorded.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::run::{LARGEST_SEED, Until, judgement};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::linting::{self, Linting};
use crate::cli::machine::machine;
use crate::cli::progress::Bar;
use crate::cli::signals::Signals;
use crate::cli::stats::Stopwatch;
use crate::cli::streams::{Stdout, report};
use crate::cli::testing::locks::{Locks, Place};
use crate::cli::testing::partition::Partition;
use crate::cli::testing::selection::{Loaded, findings, load, select};
use crate::cli::values::whole;
use crate::report::put_file;
use crate::report::tested::{Ending, Judged, Outcome, Recording, Tested, diagnose, file_name, junit, screen, summary};
use crate::results::expectation::{Judging, Status, Verdict};
use crate::study::looks::usual_most;
use crate::study::recorded::{Record, Since, accept};
use crate::study::session::{Session, Study};
use crate::study::suite::{Ended, Suite};
use crate::study::{Stop, StudyError};
use crate::text::{visible, visible_path};

/// Replications with `--quick`.
const QUICK: u32 = 2;

/// Test scenario files: judge their expectations and compare their behaviour
///
/// Runs every scenario in the files and folders, together on all threads. Prints
/// what is wrong, with its place, and one line if nothing is. Writes junit.xml
/// and summary.md for CI.
///
/// Where behaviour is recorded in `scenarios.lock` (see --record), a scenario
/// whose events or metrics differ from it is reported, and the exit code is 6.
///
/// Ctrl-C or SIGTERM stops the tests once the replications in progress have
/// finished; what is complete by then is judged.
#[derive(Debug, Args)]
#[command(after_long_help = Exit::table_with(&[
    Exit::InvalidScenario,
    Exit::NothingSelected,
    Exit::Mismatch,
    Exit::Denied,
    Exit::Inconclusive,
    Exit::Failed,
    Exit::Interrupted,
    Exit::Terminated,
]))]
pub struct Options {
    /// Scenario files, and folders that are searched for them; `scenarios` if omitted
    ///
    /// In a folder every file *.toml must be a scenario, at any depth, except for
    /// hidden files and folders and meterchurn.toml.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Run only scenarios with this text in their id, title or tags; may be repeated
    ///
    /// A scenario is run if it has any of the texts. Capital and small letters are
    /// the same. A file that is no valid scenario is known by its name alone.
    #[arg(long, value_name = "TEXT")]
    pub filter: Vec<String>,
    /// Also run scenarios tagged `long`, which are otherwise only checked
    #[arg(long)]
    pub long: bool,
    /// Run 2 replications of each scenario and judge only golden numbers and invariants
    #[arg(long)]
    pub quick: bool,
    /// Stop at the first scenario that does not pass
    #[arg(long)]
    pub fail_fast: bool,
    /// List the selected scenarios instead of running them
    #[arg(long, value_name = "FORM", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    pub list: Option<ListForm>,
    /// Run one part of the scenarios: slice:1/4 or hash:1/4
    ///
    /// Of 4 parts, slice:1/4 takes the 1st, 5th, 9th and so on of the selected files
    /// in the order of their paths. hash:1/4 goes by the id, so that a scenario stays
    /// in its part when others come and go: the first 8 bytes of the id's BLAKE3, as
    /// a number with the least significant byte first, are 0 modulo 4.
    #[arg(long, value_name = "PART")]
    pub partition: Option<Partition>,
    /// Record the behaviour of the scenarios in scenarios.lock beside them
    ///
    /// Later tests report which scenarios behave otherwise. Accepts what changed
    /// since it was last recorded.
    #[arg(long, conflicts_with_all = ["quick", "seed", "replications", "until", "list"])]
    pub record: bool,
    /// Double the replications of a scenario until its expectations are decided
    ///
    /// The looks at it share the error that the scenario allows, as with `run --until`.
    #[arg(long, value_name = "WHEN", value_enum, conflicts_with = "quick")]
    pub until: Option<Until>,
    /// Run at most this many replications; 8 times those of the scenario if
    /// omitted, and at least 240
    #[arg(long, value_name = "N", requires = "until", allow_negative_numbers = true)]
    #[arg(value_parser = whole::<u32>(1..=1_000_000))]
    pub most: Option<u32>,
    /// Use this seed instead of the scenarios'
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole::<u64>(0..=LARGEST_SEED))]
    pub seed: Option<u64>,
    /// Run this many replications of each scenario
    #[arg(long, value_name = "N", conflicts_with = "quick", allow_negative_numbers = true)]
    #[arg(value_parser = whole::<u32>(1..=1_000_000))]
    pub replications: Option<u32>,
    /// Number of threads; 0 means as many as the machine has
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0)]
    #[arg(allow_negative_numbers = true, value_parser = whole::<usize>(0..=u32::MAX.into()))]
    pub threads: usize,
    /// Directory for junit.xml and summary.md
    ///
    /// With --partition slice:1/4 they are junit-slice-1-of-4.xml and
    /// summary-slice-1-of-4.md.
    #[arg(short, long, value_name = "DIR", default_value = "output/test")]
    pub output: PathBuf,
    /// Write no junit.xml and summary.md
    #[arg(long)]
    pub no_output: bool,
    #[command(flatten)]
    pub linting: Linting,
}

/// How the selected scenarios are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListForm {
    /// A line for each: file, id, title and tags
    Text,
    /// An array of objects
    Json,
}

/// Tests scenarios.
///
/// # Errors
/// See [`Failure`].
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let watch = Stopwatch::start();
    let loaded = load(&options.paths)?;
    let mut locks = Locks::of(loaded.iter().map(|loaded| &loaded.found))?;
    let mut selected = select(loaded, &options.filter, options.partition)?;
    if let Some(form) = options.list {
        return Ok(list(&selected, form, out));
    }
    selected.iter_mut().for_each(|loaded| prepare(loaded, options));
    let mut tested = test(options, selected, &mut locks, &|| watch.elapsed())?;
    tested.tested.spent = watch.elapsed();
    if !options.no_output {
        write(&options.output, &mut tested.tested)?;
    }
    let text = screen::text(&tested.tested);
    if options.linting.is_data() {
        options.linting.end(&diagnose::all(&tested.tested), out);
        report(text.trim_end());
    } else {
        if options.linting.message_format.is_some() {
            options.linting.show(&diagnose::all(&tested.tested));
        }
        out.write(text);
    }
    let exits = tested.tested.outcomes.iter().map(|outcome| exit_of(outcome, options.record));
    Ok(exits.chain(tested.signal).fold(Exit::Success, Exit::worst))
}

/// Sets seed and replications.
fn prepare(loaded: &mut Loaded, options: &Options) {
    let Ok(session) = &mut loaded.session else { return };
    if let Some(seed) = options.seed {
        session.set_seed(seed);
    }
    let replications = session.scenario().experiment.replications;
    let quick = if options.quick { replications.min(QUICK) } else { replications };
    session.set_replications(options.replications.unwrap_or(quick));
}

fn list(selected: &[Loaded], form: ListForm, out: &mut Stdout) -> Exit {
    match form {
        ListForm::Text => {
            for loaded in selected {
                let file = visible_path(&loaded.found.path);
                match &loaded.session {
                    Ok(session) => {
                        let scenario = session.scenario();
                        let tags: Vec<String> = scenario.tags.iter().map(|tag| format!(" [{tag}]")).collect();
                        let line = format!("{}: {}{}", scenario.id, scenario.title, tags.concat());
                        out.line(format!("{file}  {}", visible(&line)));
                    }
                    Err(_) => out.line(format!("{file}  invalid: see `meterchurn check`")),
                }
            }
        }
        ListForm::Json => {
            let entry = |loaded: &Loaded| {
                let scenario = loaded.session.as_ref().ok().map(Session::scenario);
                json!({
                    "file": loaded.found.path.to_string_lossy(),
                    "id": loaded.id(),
                    "valid": scenario.is_some(),
                    "title": scenario.map(|scenario| &scenario.title),
                    "tags": scenario.map(|scenario| &scenario.tags),
                    "long": loaded.is_long(),
                })
            };
            let all = serde_json::Value::from(selected.iter().map(entry).collect::<Vec<_>>());
            out.line(format_args!("{all:#}"));
        }
    }
    let is_invalid = selected.iter().any(|loaded| loaded.session.is_err());
    if is_invalid { Exit::InvalidScenario } else { Exit::Success }
}

/// What was tested, and the exit code of a signal that stopped it.
struct Ran {
    tested: Tested,
    signal: Option<Exit>,
}

/// Runs what is to be run, and records it if that is asked for.
fn test(
    options: &Options,
    selected: Vec<Loaded>,
    locks: &mut Locks,
    clock: &(dyn Fn() -> Duration + Sync),
) -> Result<Ran, Failure> {
    let mut suite = Suite::new(machine(), options.threads);
    let mut outcomes: Vec<Outcome> = Vec::new();
    // The places among the outcomes of the studies of the suite.
    let mut places: Vec<usize> = Vec::new();
    let mut sessions: Vec<Option<(Session, Place)>> = Vec::new();
    for loaded in selected {
        let (is_long, id, place) = (loaded.is_long(), loaded.id(), locks.place(&loaded.found));
        let file = loaded.found.path.display().to_string();
        let found = options.linting.levels(&loaded.found.path)?.apply(findings(&loaded));
        let (title, ending, session) = match loaded.session {
            Err(error) => (String::new(), Ending::Unloadable(error), None),
            Ok(session) => {
                (session.scenario().title.clone(), waiting(&session, is_long && !options.long), Some(session))
            }
        };
        outcomes.push(Outcome { file, id, title, found, ending, spent: Duration::ZERO });
        sessions.push(session.map(|session| (session, place)));
    }
    for (place, (outcome, session)) in outcomes.iter_mut().zip(&sessions).enumerate() {
        let Some((session, _)) = session else { continue };
        let most = options.until.map(|Until::Decided| {
            let first = session.scenario().experiment.replications;
            options.most.unwrap_or_else(|| usual_most(first)).max(first)
        });
        let added = match outcome.ending {
            Ending::Checked => suite.check(session, most).map(drop),
            _ => suite.add(session, most).map(|()| places.push(place)),
        };
        if let Err(excess) = added {
            outcome.ending = Ending::TooLarge(excess);
        }
    }
    let stop = Stop::default();
    let bar = Bar::new(suite.runs());
    let signals = Signals::watch(stop.clone(), bar.clone())?;
    let fails = |outcome: &Outcome| options.fail_fast && exit_of(outcome, options.record) != Exit::Success;
    if outcomes.iter().any(fails) {
        stop.request();
    }
    let (shared, records) = (Mutex::new(outcomes), Mutex::new(Vec::new()));
    let compared = &*locks;
    let finished = |study: usize, ended: Ended| {
        let place = places[study];
        let Some((session, lock_place)) = &sessions[place] else { return };
        let spent = ended.spent;
        let (ending, record) =
            ending(options, session, ended, &lock_place.file, &|record| compared.compare(lock_place, record));
        let mut outcomes = shared.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = &mut outcomes[place];
        (outcome.ending, outcome.spent) = (ending, spent);
        if fails(outcome) {
            stop.request();
        }
        drop(outcomes);
        let record = record.map(|record| (lock_place.clone(), record));
        records.lock().unwrap_or_else(PoisonError::into_inner).extend(record);
    };
    let ran = suite.run(&stop, clock, &|progress| bar.show(progress), &finished);
    bar.end();
    ran?;
    let outcomes = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    let records = records.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut tested = Tested {
        outcomes,
        part: options.partition.map(Partition::name),
        gone: locks.gone(),
        quick: options.quick,
        ..Tested::default()
    };
    if options.record {
        let written = locks.record(records)?;
        tested.recording = Recording::Written { new: written.new };
        tested.gone.clear();
        tested.written.extend(written.files.iter().map(|file| file.display().to_string()));
    } else if locks.are_there() {
        let paths: Vec<String> = options.paths.iter().map(|path| path.display().to_string()).collect();
        tested.recording = Recording::Compared(accept(&paths));
    }
    Ok(Ran { tested, signal: signals.received() })
}

/// What a scenario is until its study has ended.
fn waiting(session: &Session, only_checked: bool) -> Ending {
    if only_checked {
        return Ending::Checked;
    }
    Ending::Stopped { done: 0, of: session.scenario().experiment.replications }
}

/// What a study came to, and what would be recorded of it.
fn ending(
    options: &Options,
    session: &Session,
    ended: Ended,
    file: &str,
    compare: &dyn Fn(&Record) -> Option<Since>,
) -> (Ending, Option<Record>) {
    let study: Study = match ended.study {
        Ok(study) => study,
        Err(error) => return (Ending::Broken(error), None),
    };
    let (n, asked) = (study.cube.n() as u32, study.asked);
    if !study.is_complete() {
        return (Ending::Stopped { done: n, of: asked }, None);
    }
    let experiment = &session.scenario().experiment;
    let record = Record::of(file, &session.identity().digest, experiment, &study.cube);
    let quickly = |mut verdict: Verdict| {
        if options.quick && matches!(verdict.kind, Judging::Statistical | Judging::Calibration) {
            verdict.verdict = Status::Reported;
        }
        verdict
    };
    let verdicts: Vec<Verdict> = study.verdicts.into_iter().map(quickly).collect();
    let judged = Judged {
        n,
        seed: experiment.seed,
        broken: diagnose::broken(session, &verdicts, ended.looks.as_ref()),
        verdicts,
        looks: ended.looks,
        since: compare(&record),
    };
    (Ending::Judged(judged), Some(record))
}

/// The exit code of an outcome alone.
fn exit_of(outcome: &Outcome, is_recorded: bool) -> Exit {
    let ending = match &outcome.ending {
        Ending::Unloadable(_) | Ending::TooLarge(_) | Ending::Broken(StudyError::Market(_)) => Exit::InvalidScenario,
        Ending::Broken(_) => Exit::Unexpected,
        Ending::Checked | Ending::Stopped { .. } => Exit::Success,
        Ending::Judged(judged) => {
            let behaviour = if judged.is_changed() && !is_recorded { Exit::Mismatch } else { Exit::Success };
            behaviour.worst(judgement(&judged.verdicts))
        }
    };
    ending.worst(linting::exit_of(&outcome.found))
}

/// Writes the reports.
fn write(folder: &Path, tested: &mut Tested) -> Result<(), Failure> {
    let refused = |file: &Path, error: io::Error| Failure::File { file: file.to_owned(), reason: error.to_string() };
    std::fs::create_dir_all(folder).map_err(|error| refused(folder, error))?;
    let part = tested.part.clone();
    let xml = junit::xml(tested).map_err(|error| refused(folder, error))?;
    let files = [
        (file_name("junit", part.as_deref(), "xml"), xml),
        (file_name("summary", part.as_deref(), "md"), summary::text(tested).into_bytes()),
    ];
    for (name, bytes) in files {
        let path = folder.join(name);
        put_file(&path, &bytes).map_err(|error| refused(&path, error))?;
        tested.written.push(path.display().to_string());
    }
    Ok(())
}
