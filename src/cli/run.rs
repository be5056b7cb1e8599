//! `run`: the main job, as a story: load, simulate, judge, write, print.

use std::io::{IsTerminal, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use super::args::{Format, RunOptions};
use super::exit::Exit;
use super::input::{Loaded, load};
use super::machine;
use super::progress::Progress;
use super::stats::Stopwatch;
use crate::experiment::cost::Cost;
use crate::experiment::expectation::{Outcome, Verdict};
use crate::experiment::limits::{self, Excess};
use crate::experiment::scenario::Scenario;
use crate::experiment::scenario::resolved::{digest, resolved};
use crate::experiment::study::{self, How, Results};
use crate::model::backlog::Drive;
use crate::model::draw::FirstSwitch;
use crate::report::{assumptions, folder, pictures, rows, summary, text};

/// Most switches that are begun: at some 3 µs each two thirds of a day on one thread.
const MOST_SWITCHES: f64 = 2e10;
/// Most expected switches of one fuel on a day: six standard deviations of such a number below the names that there are.
const MOST_A_DAY: f64 = FirstSwitch::MOST as f64 - 6.0 * 4_096.0;
/// The largest counter; no run can count more device-seconds than all its devices have.
const MOST_DEVICE_SECONDS: f64 = u64::MAX as f64;
/// Most meters that are held at once: a supplier goes through its whole backlog at each opening.
const MOST_HELD: f64 = 4e6;

/// Runs a scenario.
pub fn run(options: &RunOptions) -> Exit {
    let mut watch = Stopwatch::start();
    let Loaded { mut scenario, source } = match load(options.file.as_deref()) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    if let Some(seed) = options.seed {
        scenario.experiment.seed = seed;
    }
    if let Some(replications) = options.replications {
        scenario.experiment.replications = replications;
    }
    let threads = threads(&scenario, options.threads);
    if let Err(message) = affordable(&scenario, threads) {
        eprintln!("error: {message}");
        return Exit::InvalidScenario;
    }
    // Before anything is simulated: half an hour's results would have no place.
    if !options.no_output
        && let Err(error) = folder::ready(&options.output)
    {
        eprintln!("error: {error}");
        return Exit::Unexpected;
    }
    watch.lap();
    let results = match simulate(&scenario, threads) {
        Ok(results) => results,
        Err(error) => {
            eprintln!("error: {error}");
            return Exit::Unexpected;
        }
    };
    watch.lap();
    let verdicts = results.verdicts(&scenario);
    let delivered = deliver(options, &scenario, &source, &results, &verdicts, &mut watch);
    watch.lap();
    if options.stats {
        eprint!("{}", watch.told(&results, threads));
    }
    match delivered {
        Ok(()) => verdicts.iter().fold(Exit::Success, |exit, verdict| exit.worst(code(verdict))),
        Err(error) => {
            eprintln!("error: {error}");
            Exit::Unexpected
        }
    }
}

fn code(verdict: &Verdict) -> Exit {
    match verdict.verdict {
        Outcome::Pass => Exit::Success,
        Outcome::Fail => Exit::Failed,
        Outcome::Inconclusive => Exit::Inconclusive,
    }
}

/// As many threads as are asked for; else those of the machine, or fewer where there is no memory for so many runs at once.
pub(super) fn threads(scenario: &Scenario, asked: usize) -> usize {
    if asked > 0 {
        return asked;
    }
    let fits = |threads: &usize| Cost::of(scenario, how(*threads)).memory() <= machine::memory();
    (1..=machine::threads()).rev().find(fits).unwrap_or(1)
}

/// So many threads, and a part of the machine's memory for ledgers.
fn how(threads: usize) -> How {
    How { threads, drive: Drive::Alone, memory: (machine::memory() / 4.0) as usize }
}

/// Refuses up front what would not end or not fit, with the estimate and the limit.
pub(super) fn affordable(scenario: &Scenario, threads: usize) -> Result<(), String> {
    let cost = Cost::of(scenario, how(threads));
    let Cost { runs, switches, switches_a_day, .. } = cost;
    let total = cost.all_switches();
    if total > MOST_SWITCHES {
        return Err(format!(
            "about {total:.1e} switches to simulate ({switches:.1e} in each of {runs} runs), more than the limit of {MOST_SWITCHES:.0e}: \
             take fewer replications or policies, a shorter window or fewer meters"
        ));
    }
    if switches_a_day > MOST_A_DAY {
        return Err(format!(
            "about {switches_a_day:.1e} switches of one fuel on one day, more than the {MOST_A_DAY:.1e} that have draws of their own: \
             take fewer meters or less switching"
        ));
    }
    if cost.device_seconds > MOST_DEVICE_SECONDS {
        return Err(format!(
            "up to {:.1e} device-seconds to count, more than the {MOST_DEVICE_SECONDS:.1e} that a counter takes: give meters fewer \
             `copies`, or take a shorter window",
            cost.device_seconds
        ));
    }
    let excess =
        limits::of_values(cost.values, runs).or_else(|| limits::of(scenario, scenario.experiment.replications));
    if let Some(Excess { message, help, .. }) = excess {
        return Err(format!("{message}: {help}"));
    }
    fits(&cost)
}

/// Refuses to trace among more meters than can be held.
pub(super) fn holdable(scenario: &Scenario) -> Result<(), String> {
    fits(&Cost::of(scenario, how(1)))
}

/// Refuses more meters that wait for a supplier's capacity than can be held, and what the machine has no memory for.
fn fits(cost: &Cost) -> Result<(), String> {
    let Cost { held, threads, .. } = *cost;
    if held > MOST_HELD {
        return Err(format!(
            "about {held:.0} meters wait for a supplier's capacity, more than the limit of {MOST_HELD:.0}: give scripted ones fewer \
             `copies`, a market fewer meters, or a failed supplier a smaller `share`"
        ));
    }
    let (needed, there) = (cost.memory(), machine::memory());
    if needed > there {
        let holding = if held > 0.0 { format!(", {held:.0} held meters in each") } else { String::new() };
        return Err(format!(
            "about {:.1} GB of memory ({threads} runs at once{holding}), more than the {:.1} GB that there are: take fewer \
             threads, as in `-j 1`, a shorter window, no [traffic], or fewer meters that wait for a supplier's capacity",
            needed / 1e9,
            there / 1e9
        ));
    }
    Ok(())
}

fn simulate(scenario: &Scenario, threads: usize) -> Result<Results, study::StudyError> {
    let total = scenario.policies.len() as u64 * u64::from(scenario.experiment.replications);
    let progress = Progress::of(total);
    let results = study::run(scenario, how(threads), &|parts| progress.tick(parts));
    progress.end();
    results
}

fn deliver(
    options: &RunOptions,
    scenario: &Scenario,
    source: &str,
    results: &Results,
    verdicts: &[Verdict],
    watch: &mut Stopwatch,
) -> Result<(), Box<dyn std::error::Error>> {
    let resolved = resolved(scenario, source);
    let digest = digest(&resolved);
    let document = summary::json(&summary::summary(scenario, &digest, results, verdicts))?;
    let table = rows::csv(scenario, results)?;
    watch.lap();
    // What was asked for is told first: nothing that fails later takes it away.
    print(options.format, scenario, results, verdicts, &document, &table)?;
    if options.no_output {
        return Ok(());
    }
    let mut files = vec![
        ("summary.json".to_owned(), document.into_bytes()),
        ("metrics.csv".to_owned(), table),
        ("assumptions.csv".to_owned(), assumptions::csv(scenario)?),
        ("scenario.resolved.toml".to_owned(), resolved.into_bytes()),
        ("manifest.json".to_owned(), manifest(scenario, &digest, results)?.into_bytes()),
    ];
    let pictures = pictures::pictures(scenario, results)?;
    files.extend(pictures.files);
    for reason in pictures.left_out {
        eprintln!("warning: {reason}");
    }
    let name = format!("{}-{}", scenario.id, &digest[..12]);
    let folder = folder::put(&options.output, &name, &files)?;
    let arrow = if std::io::stderr().is_terminal() { "→ " } else { "" };
    eprintln!("{arrow}results in {}", folder.display());
    Ok(())
}

fn print(
    format: Format,
    scenario: &Scenario,
    results: &Results,
    verdicts: &[Verdict],
    document: &str,
    table: &[u8],
) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match format {
        Format::Table => out.write_all(text::screen(scenario, results, verdicts).as_bytes()),
        Format::Json => out.write_all(document.as_bytes()),
        Format::Csv => out.write_all(table),
    }
    .and_then(|()| out.flush())
    .or_else(broken_pipe_is_fine)?;
    if format != Format::Table {
        // The reader of data still learns what failed.
        for verdict in verdicts.iter().filter(|v| v.verdict != Outcome::Pass) {
            eprintln!("{}", text::verdict_line(verdict));
        }
    }
    Ok(())
}

fn broken_pipe_is_fine(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}

/// What belongs to no digest: the version, the time.
#[allow(clippy::disallowed_methods, reason = "the manifest alone knows when it was written")]
fn manifest(scenario: &Scenario, digest: &str, results: &Results) -> serde_json::Result<String> {
    let written = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let manifest = serde_json::json!({
        "program": "meterchurn",
        "version": env!("CARGO_PKG_VERSION"),
        "scenario": scenario.id,
        "scenario-digest": digest,
        "results-digest": results.digest(),
        "seed": scenario.experiment.seed,
        "replications": scenario.experiment.replications,
        "written-unix-seconds": written,
    });
    serde_json::to_string_pretty(&manifest).map(|text| text + "\n")
}
