//! `verify`: runs the study of a results folder again and compares.

use std::path::PathBuf;

use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::machine::machine;
use crate::cli::progress::Bar;
use crate::cli::signals::Signals;
use crate::cli::streams::{Stdout, report};
use crate::cli::values::whole;
use crate::report::folder::RESOLVED;
use crate::report::manifest::Manifest;
use crate::report::opened;
use crate::report::tested::number_text;
use crate::results::cube::Cube;
use crate::study::Stop;
use crate::study::recorded::{Record, Since};
use crate::study::session::{Session, incomplete};
use crate::text::number::counted;
use crate::text::{visible, visible_path};

/// The most metrics that are named of a policy that differs.
const METRICS: usize = 3;

/// Run the study of a results folder again and compare the results
///
/// Runs scenario.resolved.toml of the folder with its seed and replications. The
/// exit code is 6 if a run has other events or values; the first is named.
///
/// Refuses a folder in which a file is missing or has been changed.
#[derive(Debug, Args)]
#[command(after_long_help = Exit::table_with(&[
    Exit::InvalidScenario,
    Exit::Mismatch,
    Exit::Interrupted,
    Exit::Terminated,
]))]
pub struct Options {
    /// Results folder
    pub folder: PathBuf,
    /// Number of threads; 0 means as many as memory allows
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0)]
    #[arg(allow_negative_numbers = true, value_parser = whole::<usize>(0..=u32::MAX.into()))]
    pub threads: usize,
}

/// Verifies a results folder.
///
/// # Errors
/// See [`Failure`].
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let (_, before) = opened::open(&options.folder)?;
    let name = visible_path(&options.folder);
    let mut session = Session::open(&options.folder.join(RESOLVED))?;
    session.set_replications(before.n() as u32);
    let budget = session.budget(machine(), options.threads)?;
    let (stop, bar) = (Stop::default(), Bar::new(budget.cost().runs as u64));
    let signals = Signals::watch(stop.clone(), bar.clone())?;
    let ran = session.run(&budget, &stop, &|progress| bar.show(progress));
    bar.end();
    let now = ran?.cube;
    if let Some(incomplete) = incomplete(session.scenario(), &now) {
        report(incomplete);
        return Ok(signals.exit());
    }
    if before.digest() == now.digest() {
        let runs = counted(before.policies().len() * before.n(), "run");
        out.line(format_args!("{name}: verified, {runs} with the same events and values"));
        return Ok(Exit::Success);
    }
    let version = Manifest::read(&options.folder).and_then(|manifest| manifest.version().map(visible));
    out.line(format_args!(
        "{name}: meterchurn {}, which wrote it, gave other results than {}",
        version.unwrap_or_else(|| "of an unknown version".to_owned()),
        env!("CARGO_PKG_VERSION")
    ));
    differences(&session, [&before, &now]).iter().for_each(|line| out.line(format_args!("  {line}")));
    Ok(Exit::Mismatch)
}

/// What differs between the results of a folder and those of now, a line each.
fn differences(session: &Session, cubes: [&Cube; 2]) -> Vec<String> {
    let [before, now] = cubes.map(|cube| Record::of("", "", &session.scenario().experiment, cube));
    let Some(change) = Since::of(&before, &now).change else {
        return vec!["the events are the same, and so are the means of all metrics; single values differ".to_owned()];
    };
    let mut lines = Vec::new();
    if let Some((policy, replication)) = change.first() {
        let policy = visible(policy);
        lines.push(format!("replication {replication} of {policy} is the first run whose events differ"));
    } else {
        lines.push("the events of all runs are the same; metrics differ".to_owned());
    }
    for policy in &change.policies {
        let numbers: Vec<String> = policy.numbers.iter().take(METRICS).map(number_text).collect();
        let runs = format!("{} of {} runs differ", policy.runs, now.replications);
        let numbers = if numbers.is_empty() { String::new() } else { format!("; {}", numbers.join(", ")) };
        lines.push(format!("{}: {runs}{numbers}", visible(&policy.id)));
    }
    lines
}
