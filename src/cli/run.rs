//! `run`: the main job, as a story: load, simulate, judge, write, print.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use super::args::{Format, RunOptions};
use super::exit::Exit;
use super::input::{Loaded, load};
use super::machine;
use super::progress::Progress;
use super::stats::Stopwatch;
use super::streams::{Stdout, report, report_error};
use crate::model::backlog::Drive;
use crate::model::draw::FirstSwitch;
use crate::report::manifest::Manifest;
use crate::report::pictures::Pictures;
use crate::report::{assumptions, folder, pictures, rows, summary, text};
use crate::results::cube::Results;
use crate::results::expectation::{Outcome, Verdict};
use crate::scenario::Scenario;
use crate::scenario::resolved::{digest, resolved};
use crate::study::cost::Cost;
use crate::study::limits::{self, Excess};
use crate::study::{self, How};
use crate::text::visible_path;

/// Most switches that are begun: at some 3 µs each two thirds of a day on one thread.
const MOST_SWITCHES: f64 = 2e10;
/// Most expected switches of one fuel on a day: six standard deviations of such a number below the names that there are.
const MOST_A_DAY: f64 = FirstSwitch::MOST as f64 - 6.0 * 4_096.0;
/// The largest counter; no run can count more device-seconds than all its devices have.
const MOST_DEVICE_SECONDS: f64 = u64::MAX as f64;
/// Most meters that are held at once: a supplier goes through its whole backlog at each opening.
const MOST_HELD: f64 = 4e6;

/// Runs a scenario.
pub fn run(options: &RunOptions, out: &mut Stdout) -> Exit {
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
        report_error(message);
        return Exit::InvalidScenario;
    }
    let resolved = resolved(&scenario, &source);
    let digest = digest(&resolved);
    let name = format!("{}-{}", scenario.id, &digest[..12]);
    // Before anything is simulated: half an hour's results would have no place.
    let pictures: Vec<String> = pictures::paths().collect();
    let files = FILES.into_iter().chain(pictures.iter().map(String::as_str));
    if !options.no_output
        && let Err(error) = folder::ready(&options.output, &name, files)
    {
        report_error(error);
        return Exit::Unexpected;
    }
    watch.lap();
    let results = match simulate(&scenario, threads) {
        Ok(results) => results,
        Err(error) => {
            report_error(error);
            return Exit::Unexpected;
        }
    };
    watch.lap();
    let study = Study { verdicts: study::judge(&scenario, &results), scenario, resolved, digest, results };
    let delivered = study.deliver(options, &name, out, &mut watch);
    watch.lap();
    if options.stats {
        report(watch.told(&study.results, threads).trim_end());
    }
    match delivered {
        Ok(()) => study.verdicts.iter().fold(Exit::Success, |exit, verdict| exit.worst(code(verdict))),
        Err(error) => {
            report_error(error);
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

/// The threads that the user asks for, or else those of the machine that there is memory for. Never more than the study has
/// work for.
pub(super) fn threads(scenario: &Scenario, asked: usize) -> usize {
    let most = study::most_threads(scenario);
    if asked > 0 {
        return asked.min(most);
    }
    let fits = |threads: &usize| Cost::of(scenario, how(*threads)).memory() <= machine::memory();
    (1..=machine::threads().min(most)).rev().find(fits).unwrap_or(1)
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
             `copies`, a market fewer meters, or a supplier whose book moves a smaller `share`"
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

/// Files of every results folder, apart from the manifest and the pictures.
const FILES: [&str; 4] = ["summary.json", "metrics.csv", "assumptions.csv", "scenario.resolved.toml"];

/// A finished study.
struct Study {
    scenario: Scenario,
    resolved: String,
    digest: String,
    results: Results,
    verdicts: Vec<Verdict>,
}

type Failed = Box<dyn std::error::Error>;

impl Study {
    /// Writes the results folder and then prints the results. If one fails, the other is still done.
    fn deliver(&self, options: &RunOptions, name: &str, out: &mut Stdout, watch: &mut Stopwatch) -> Result<(), Failed> {
        let Self { scenario, results, verdicts, .. } = self;
        let document = summary::json(&summary::summary(scenario, &self.digest, results, verdicts))?;
        let table = rows::csv(scenario, results)?;
        watch.lap();
        let written = if options.no_output {
            Ok(None)
        } else {
            self.write(&options.output, name, [document.as_bytes(), &table]).map(Some)
        };
        match options.format {
            Format::Table => out.write(text::screen(scenario, results, verdicts)),
            Format::Json => out.write(document),
            Format::Csv => out.write(table),
        }
        if options.format != Format::Table {
            // Data on stdout do not include the verdicts.
            for verdict in verdicts.iter().filter(|v| v.verdict != Outcome::Pass) {
                report(text::verdict_line(verdict));
            }
        }
        if let Some(folder) = written? {
            let arrow = if std::io::stderr().is_terminal() { "→ " } else { "" };
            report(format_args!("{arrow}results in {}", visible_path(&folder)));
        }
        Ok(())
    }

    fn write(&self, parent: &Path, name: &str, [document, table]: [&[u8]; 2]) -> Result<PathBuf, Failed> {
        let Self { scenario, resolved, digest, results, .. } = self;
        let assumptions = assumptions::csv(scenario)?;
        let (pictures, failed) = match pictures::pictures(scenario, results) {
            Ok(pictures) => (pictures, None),
            Err(error) => (Pictures::default(), Some(error)),
        };
        pictures.left_out.iter().for_each(|reason| report(format_args!("warning: {reason}")));
        let contents = FILES.into_iter().zip([document, table, &assumptions, resolved.as_bytes()]);
        let drawn = pictures.files.iter().map(|(path, content)| (path.as_str(), content.as_slice()));
        let files: Vec<(&str, &[u8])> = contents.chain(drawn).collect();
        let folder = folder::put(parent, name, &files, &Manifest::new(scenario, digest, results, &files))?;
        match failed {
            None => Ok(folder),
            Some(error) => {
                let folder = visible_path(&folder);
                Err(format!("cannot draw the pictures: {error}; all other results are in {folder}").into())
            }
        }
    }
}
