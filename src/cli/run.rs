//! `run`: loads a scenario, simulates and judges it, and writes and prints the results.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use super::args::{Format, RunOptions};
use super::exit::Exit;
use super::failure::Failure;
use super::machine::machine;
use super::plots;
use super::progress::Bar;
use super::signals::Signals;
use super::stats::Stopwatch;
use super::streams::{Stdout, report, report_warnings};
use crate::report::manifest::Manifest;
use crate::report::{assumptions, folder, rows, summary, text};
use crate::results::expectation::{Outcome, Verdict};
use crate::study::Stop;
use crate::study::session::{Identity, Session, Study, incomplete};
use crate::text::visible_path;

/// Runs a scenario.
///
/// # Errors
/// See [`Failure`].
pub fn run(options: &RunOptions, out: &mut Stdout) -> Result<Exit, Failure> {
    let mut watch = Stopwatch::start();
    let mut session = match &options.file {
        Some(file) => Session::open(file)?,
        None => Session::built_in()?,
    };
    report_warnings(&session);
    if let Some(seed) = options.seed {
        session.set_seed(seed);
    }
    if let Some(replications) = options.replications {
        session.set_replications(replications);
    }
    let budget = session.budget(machine(), options.threads)?;
    let identity = session.identity();
    let name = format!("{}-{}", session.scenario().id, &identity.digest[..12]);
    let (stop, bar) = (Stop::default(), Bar::new(budget.cost().runs as u64));
    let signals = Signals::watch(stop.clone(), bar.clone())?;
    // Checked before anything is simulated: results of half an hour would be lost.
    if !options.no_output {
        let plots = plots::paths();
        folder::ready(&options.output, &name, FILES.into_iter().chain(plots.iter().map(String::as_str)))?;
    }
    watch.lap();
    let study = session.run(&budget, &stop, &|progress| bar.show(progress));
    bar.end();
    let study = study?;
    watch.lap();
    if study.results.replications() == 0 {
        report("Stopped before the first replication was complete: there are no results");
        return Ok(signals.exit());
    }
    let name = if study.is_complete() { name } else { format!("{name}-incomplete") };
    let delivery = Delivery { session: &session, identity: &identity, study: &study };
    let delivered = delivery.deliver(options, &name, out, &mut watch);
    watch.lap();
    if options.stats {
        report(watch.table(&study.results, budget.how().threads).trim_end());
    }
    delivered?;
    if study.is_complete() { Ok(judgement(&study.verdicts)) } else { Ok(signals.exit()) }
}

fn judgement(verdicts: &[Verdict]) -> Exit {
    let of = |verdict: &Verdict| match verdict.verdict {
        Outcome::Pass => Exit::Success,
        Outcome::Fail => Exit::Failed,
        Outcome::Inconclusive => Exit::Inconclusive,
    };
    verdicts.iter().map(of).fold(Exit::Success, Exit::worst)
}

/// Files of every results folder, apart from the manifest and the plots.
const FILES: [&str; 4] = ["summary.json", "metrics.csv", "assumptions.csv", "scenario.resolved.toml"];

/// A study to be written and printed.
struct Delivery<'s> {
    session: &'s Session,
    identity: &'s Identity,
    study: &'s Study,
}

impl Delivery<'_> {
    /// Writes the results folder and then prints the results. If one fails, the other is still done.
    fn deliver(
        &self,
        options: &RunOptions,
        name: &str,
        out: &mut Stdout,
        watch: &mut Stopwatch,
    ) -> Result<(), Failure> {
        let (scenario, Study { results, verdicts, .. }) = (self.session.scenario(), self.study);
        let writes = !options.no_output;
        // Only what is written or printed is made.
        let json = (writes || options.format == Format::Json)
            .then(|| summary::json(&summary::summary(scenario, &self.identity.digest, results, verdicts)));
        let csv = (writes || options.format == Format::Csv).then(|| rows::csv(scenario, results));
        let (json, csv) = (json.transpose()?.unwrap_or_default(), csv.transpose()?.unwrap_or_default());
        let screen =
            if options.format == Format::Table { text::screen(scenario, results, verdicts) } else { String::new() };
        watch.lap();
        let written =
            if writes { self.write(&options.output, name, [json.as_bytes(), &csv]).map(Some) } else { Ok(None) };
        match options.format {
            Format::Table => out.write(screen),
            Format::Json => out.write(json),
            Format::Csv => out.write(csv),
        }
        if options.format != Format::Table {
            // Whoever pipes data elsewhere still sees what did not pass.
            for verdict in verdicts.iter().filter(|v| v.verdict != Outcome::Pass) {
                report(text::verdict_line(verdict));
            }
        }
        if let Some(incomplete) = incomplete(scenario, results) {
            report(incomplete);
        }
        if let Some(folder) = written? {
            let arrow = if std::io::stderr().is_terminal() { "→ " } else { "" };
            report(format_args!("{arrow}results in {}", visible_path(&folder)));
        }
        Ok(())
    }

    fn write(&self, parent: &Path, name: &str, [document, table]: [&[u8]; 2]) -> Result<PathBuf, Failure> {
        let scenario = self.session.scenario();
        let assumptions = assumptions::csv(scenario)?;
        let plots = plots::draw(scenario, &self.study.results);
        plots.left_out.iter().for_each(|reason| report(format_args!("warning: {reason}")));
        let contents = FILES.into_iter().zip([document, table, &assumptions, self.identity.resolved.as_bytes()]);
        let drawn = plots.files.iter().map(|(path, content)| (path.as_str(), content.as_slice()));
        let files: Vec<(&str, &[u8])> = contents.chain(drawn).collect();
        let command_line: Vec<String> = std::env::args_os().map(|a| a.to_string_lossy().into_owned()).collect();
        let manifest = Manifest::new(scenario, self.identity, self.study, &command_line, &files);
        let folder = folder::put(parent, name, &files, &manifest)?;
        match plots.failed {
            Some(reason) => Err(Failure::Plots { reason, folder }),
            None => Ok(folder),
        }
    }
}
