//! `run`: the main job, as a story: load, simulate, judge, write, print.

use std::io::{IsTerminal, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::{Format, RunOptions};
use super::exit::Exit;
use super::input::{Loaded, load};
use crate::experiment::expectation::{Outcome, Verdict};
use crate::experiment::metric;
use crate::experiment::scenario::Scenario;
use crate::experiment::scenario::resolved::{digest, resolved};
use crate::experiment::study::{self, How, Results};
use crate::model::backlog::Drive;
use crate::model::ledger::Ledger;
use crate::report::{assumptions, folder, pictures, rows, summary, text};

/// Most runs' work that is begun without being asked for twice: expected switches times policies times replications.
const MOST_SWITCHES: f64 = 2e10;

/// Runs a scenario.
pub fn run(options: &RunOptions) -> Exit {
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
    if let Err(message) = affordable(&scenario) {
        eprintln!("error: {message}");
        return Exit::InvalidScenario;
    }
    let results = match simulate(&scenario, options.threads) {
        Ok(results) => results,
        Err(error) => {
            eprintln!("error: {error}");
            return Exit::Unexpected;
        }
    };
    let verdicts = results.verdicts(&scenario);
    match deliver(options, &scenario, &source, &results, &verdicts) {
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

/// Refuses up front what would not end, with the estimate and the limit.
fn affordable(scenario: &Scenario) -> Result<(), String> {
    let drawn = scenario.market.as_ref().map_or(0.0, |market| market.expected_switches(&scenario.window));
    let runs = scenario.policies.len() as f64 * f64::from(scenario.experiment.replications);
    let total = (drawn + scenario.meters.len() as f64) * runs;
    if total > MOST_SWITCHES {
        return Err(format!(
            "about {total:.1e} switches to simulate ({drawn:.1e} in each of {runs} runs), more than the limit of {MOST_SWITCHES:.0e}: \
             take fewer replications or policies, a shorter window or fewer meters"
        ));
    }
    holdable(scenario)?;
    // Every value of every run is kept: eight bytes, and some more as text.
    let rows = metric::rows(&Ledger::new(scenario.window), &scenario.frame).len() as f64;
    let bytes = rows * runs * BYTES_A_VALUE;
    if bytes > MOST_BYTES {
        return Err(format!(
            "about {:.1} GB of results ({rows} values in each of {runs} runs), more than the limit of {:.0} GB: take fewer \
             replications or policies, or a shorter window",
            bytes / 1e9,
            MOST_BYTES / 1e9
        ));
    }
    Ok(())
}

/// Refuses more meters that wait for a supplier's capacity than can be held: they are walked copy by copy.
pub(super) fn holdable(scenario: &Scenario) -> Result<(), String> {
    let held: u64 = scenario.meters.iter().filter(|meter| meter.is_coupled()).map(|meter| meter.copies).sum();
    if held > MOST_HELD {
        return Err(format!(
            "{held} meters wait for a supplier's capacity, more than the limit of {MOST_HELD}: give them fewer `copies`"
        ));
    }
    Ok(())
}

/// Most meters that are held at once.
const MOST_HELD: u64 = 4_000_000;
/// Most bytes that the results may take.
const MOST_BYTES: f64 = 8e9;
/// A value in memory, and its line in `metrics.csv`.
const BYTES_A_VALUE: f64 = 100.0;

fn simulate(scenario: &Scenario, threads: usize) -> Result<Results, study::StudyError> {
    let total = scenario.policies.len() as u64 * u64::from(scenario.experiment.replications);
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} runs, {eta} left") {
        bar.set_style(style);
    }
    let results = study::run(scenario, How { threads, drive: Drive::Alone }, &|| bar.inc(1));
    bar.finish_and_clear();
    results
}

fn deliver(
    options: &RunOptions,
    scenario: &Scenario,
    source: &str,
    results: &Results,
    verdicts: &[Verdict],
) -> Result<(), Box<dyn std::error::Error>> {
    let resolved = resolved(scenario, source);
    let digest = digest(&resolved);
    let document = summary::json(&summary::summary(scenario, &digest, results, verdicts))?;
    let table = rows::csv(scenario, results)?;
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
