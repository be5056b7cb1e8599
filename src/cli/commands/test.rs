//! `test`: runs many scenario files, judges their expectations and compares their behaviour with what was recorded.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::run::{LARGEST_SEED, Until, judgement, most};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::linting::{self, Linting};
use crate::cli::machine::machine;
use crate::cli::progress::Bar;
use crate::cli::signals::Signals;
use crate::cli::stats::Stopwatch;
use crate::cli::streams::{Stdout, report};
use crate::cli::testing::files::folders;
use crate::cli::testing::locks::{Locks, Place};
use crate::cli::testing::partition::Partition;
use crate::cli::testing::selection::{Loaded, findings, load, select, too_much};
use crate::cli::values::whole;
use crate::report::folder::make;
use crate::report::put_file;
use crate::report::tested::{Ending, Judged, Outcome, Recording, Tested, diagnose, file_name, junit, screen, summary};
use crate::results::expectation::{Judging, Status, Verdict};
use crate::scenario::diagnostics::{Diagnostic, Levels, Lint};
use crate::study::recorded::{Note, Record, Since, accept};
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
/// whose events or metrics differ from it is reported, and so is one that is
/// recorded but gone; the exit code is then 6. Warning MC123 says that a scenario
/// is not recorded: `--deny MC123` makes it an error.
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
    /// Scenarios: files, folders that are searched for them, names of `list scenarios`,
    /// or - for stdin; the folder `scenarios` if omitted
    ///
    /// In a folder every file *.toml must be a scenario or included by one, at any
    /// depth, except for hidden files and folders and meterchurn.toml.
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
    /// Stop once a scenario does not pass; studies that have begun are not judged
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
    /// a number with the least significant byte first, are 0 modulo 4. A part without
    /// scenarios passes. Recorded scenarios that are gone are reported in part 1.
    #[arg(long, value_name = "PART")]
    pub partition: Option<Partition>,
    /// Record the behaviour of the scenarios in scenarios.lock beside them
    ///
    /// Later tests report which scenarios behave otherwise. Accepts what changed
    /// since it was last recorded, and removes scenarios that are gone.
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
    let ended = run_all(options, out);
    if let (Err(failure), None) = (&ended, options.list) {
        let found = failure.diagnostics();
        options.linting.end(&found, out);
        if !options.no_output {
            write_failure(options, found);
        }
    }
    ended
}

/// Leaves no reports of an earlier run beside a failure: writes it as that of a scenario, or removes them. The failure
/// is what the command ends with, so that the reports cannot be written is not said.
fn write_failure(options: &Options, found: Vec<Diagnostic>) {
    let part = options.partition.map(Partition::name);
    let Some(first) = found.first() else {
        let names = [file_name("junit", part.as_deref(), "xml"), file_name("summary", part.as_deref(), "md")];
        names.iter().for_each(|name| _ = std::fs::remove_file(options.output.join(name)));
        return;
    };
    let (file, id) = (first.file.clone(), first.file.clone());
    let outcome = Outcome { file, id, title: String::new(), found, ending: Ending::Invalid, spent: Duration::ZERO };
    let _ = write(&options.output, &mut Tested { outcomes: vec![outcome], part, ..Tested::default() });
}

fn run_all(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let watch = Stopwatch::start();
    let loaded = load(&options.paths)?;
    let folders = folders(&options.paths);
    let roots = loaded.iter().map(|loaded| &*loaded.found.root);
    let mut locks = Locks::of(roots.chain(folders.iter().map(PathBuf::as_path)))?;
    let is_whole = options.filter.is_empty() && options.partition.is_none_or(Partition::is_first);
    let found = loaded.iter().map(|loaded| locks.place(&loaded.found)).collect();
    let gone = if is_whole { locks.gone(&folders, &found) } else { Vec::new() };
    let mut selected = select(loaded, &options.filter, options.partition)?;
    if let Some(form) = options.list {
        return Ok(list(&selected, form, out));
    }
    selected.iter_mut().for_each(|loaded| prepare(loaded, options));
    let mut tested = test(options, selected, (&mut locks, &gone), &|| watch.elapsed())?;
    tested.tested.spent = watch.elapsed();
    if !options.no_output {
        write(&options.output, &mut tested.tested)?;
    }
    if options.linting.is_data() {
        options.linting.end(&diagnose::all(&tested.tested), out);
        report(screen::text(&tested.tested, true).trim_end());
    } else {
        let in_a_format = options.linting.message_format.is_some();
        if in_a_format {
            options.linting.show(&diagnose::all(&tested.tested));
        }
        out.write(screen::text(&tested.tested, !in_a_format));
    }
    let exits = tested.tested.outcomes.iter().map(|outcome| exit_of(outcome, options.record));
    let gone = (!options.record && !gone.is_empty()).then_some(Exit::Mismatch);
    Ok(exits.chain(gone).chain(tested.signal).fold(Exit::Success, Exit::worst))
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

/// A scenario that can be run: where its behaviour is recorded, and which warnings count.
struct Member {
    session: Session,
    /// Nothing for what is not a file.
    place: Option<Place>,
    levels: Levels,
}

/// Runs what is to be run, and records it if that is asked for. `gone` are recorded scenarios that are not there.
fn test(
    options: &Options,
    selected: Vec<Loaded>,
    (locks, gone): (&mut Locks, &[Place]),
    clock: &(dyn Fn() -> Duration + Sync),
) -> Result<Ran, Failure> {
    let mut suite = Suite::new(machine(), options.threads);
    let mut outcomes: Vec<Outcome> = Vec::new();
    // The places among the outcomes of the studies of the suite.
    let mut places: Vec<usize> = Vec::new();
    let mut members: Vec<Option<Member>> = Vec::new();
    let mut of_id: BTreeMap<String, usize> = BTreeMap::new();
    selected.iter().for_each(|loaded| *of_id.entry(loaded.id()).or_default() += 1);
    for loaded in selected {
        let is_long = loaded.is_long();
        let place = loaded.found.path.is_file().then(|| locks.place(&loaded.found));
        if place.is_none() && options.record && loaded.session.is_ok() {
            let name = visible_path(&loaded.found.path);
            return Err(Failure::Usage(format!("--record is for files in a folder, and `{name}` is none")));
        }
        let file = loaded.found.path.display().to_string();
        let id = Some(loaded.id()).filter(|id| of_id.get(id) == Some(&1)).unwrap_or_else(|| file.clone());
        let levels = options.linting.levels(&loaded.found.path)?;
        let found = levels.apply(findings(&loaded));
        let (title, ending, session) = match loaded.session {
            Err(_) => (String::new(), Ending::Invalid, None),
            Ok(session) => {
                (session.scenario().title.clone(), waiting(&session, is_long && !options.long), Some(session))
            }
        };
        outcomes.push(Outcome { file, id, title, found, ending, spent: Duration::ZERO });
        members.push(session.map(|session| Member { session, place, levels }));
    }
    for (place, (outcome, member)) in outcomes.iter_mut().zip(&members).enumerate() {
        let Some(Member { session, .. }) = member else { continue };
        let most = most(options.until, options.most, session)?;
        let added = match outcome.ending {
            Ending::Checked => suite.check(session, most).map(drop),
            _ => suite.add(session, most).map(|()| places.push(place)),
        };
        if let Err(excess) = added {
            outcome.ending = Ending::Invalid;
            outcome.found.push(too_much(session, &excess));
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
        let Some(member) = &members[place] else { return };
        let spent = ended.spent;
        let (ending, record) = ending(options, member, ended, compared);
        let mut outcomes = shared.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = &mut outcomes[place];
        (outcome.ending, outcome.spent) = (ending, spent);
        let unrecorded = unrecorded(options, outcome, member.levels.denies_by_code(Lint::NotRecorded));
        outcome.found.extend(member.levels.apply(unrecorded));
        if fails(outcome) {
            stop.request();
        }
        drop(outcomes);
        let record = member.place.clone().zip(record);
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
        gone: gone.iter().map(|place| place.path().display().to_string()).collect(),
        quick: options.quick,
        ..Tested::default()
    };
    if options.record {
        let written = locks.record(records, gone)?;
        tested.recording = Recording::Written { new: written.new, removed: written.removed };
        tested.written.extend(written.files.iter().map(|file| file.display().to_string()));
    } else if locks.are_there() {
        tested.recording = Recording::Compared(accepting(options));
    }
    Ok(Ran { tested, signal: signals.received() })
}

/// The command that records the scenarios that are selected.
fn accepting(options: &Options) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(options.long.then(|| "--long".to_owned()));
    words.extend(options.filter.iter().flat_map(|filter| ["--filter".to_owned(), filter.clone()]));
    words.extend(options.paths.iter().map(|path| path.display().to_string()));
    accept(&words)
}

/// Warnings of what is not recorded, unless it is being recorded or the command line is why it could not be compared.
/// Where nothing is recorded at all, it is only a warning if it `is_demanded`.
fn unrecorded(options: &Options, outcome: &Outcome, is_demanded: bool) -> Vec<Diagnostic> {
    let of_options = |note: &Note| match note {
        Note::OtherSeed { .. } => options.seed.is_some(),
        Note::OtherReplications { .. } => options.quick || options.replications.is_some() || options.until.is_some(),
        Note::NotRecorded | Note::NewPolicy(_) | Note::GonePolicy(_) => false,
    };
    let judged = outcome.judged().filter(|_| !options.record);
    let demanded = judged.filter(|_| is_demanded).map(|_| Since::unrecorded());
    let since = judged.and_then(|judged| judged.since.as_ref()).or(demanded.as_ref());
    let notes = since.into_iter().flat_map(|since| &since.notes).filter(|note| !of_options(note));
    let warning = |note: &Note| {
        let help = format!("to record it as it is now, run `{}`", accepting(options));
        Diagnostic::of_file(Lint::NotRecorded, &*outcome.file, note.to_string()).with_help(help)
    };
    notes.map(warning).collect()
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
    Member { session, place, .. }: &Member,
    ended: Ended,
    locks: &Locks,
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
    let record =
        Record::of(place.as_ref().map_or("", |place| &place.file), &session.identity().digest, experiment, &study.cube);
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
        since: place.as_ref().and_then(|place| locks.compare(place, &record)),
    };
    (Ending::Judged(judged), Some(record))
}

/// The exit code of an outcome alone.
fn exit_of(outcome: &Outcome, is_recorded: bool) -> Exit {
    let ending = match &outcome.ending {
        Ending::Invalid | Ending::Broken(StudyError::Market(_)) => Exit::InvalidScenario,
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
    make(folder, folder)?;
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
