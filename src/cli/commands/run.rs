//! `run`: loads a scenario, simulates and judges it, and writes and prints the results.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::beside::Beside;
use crate::cli::changes::{Changed, Changes};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::looking::until_decided;
use crate::cli::machine::machine;
use crate::cli::plots;
use crate::cli::progress::Bar;
use crate::cli::series;
use crate::cli::signals::Signals;
use crate::cli::stats::Stopwatch;
use crate::cli::streams::{Stdout, report, report_warnings};
use crate::cli::values::whole;
use crate::cli::view::View;
use crate::explore::session::screening;
use crate::report::attribution::{FILE as ATTRIBUTION, csv as csv_of_attribution};
use crate::report::folder::RESOLVED;
use crate::report::manifest::Manifest;
use crate::report::outline::{Outline, Repeated};
use crate::report::render::{FORMS, RenderError, Report, verdict_line};
use crate::report::{assumptions, folder};
use crate::results::cube::Cube;
use crate::results::expectation::{Status, Verdict};
use crate::results::statistics::fewest_for;
use crate::study::Stop;
use crate::study::attribution;
use crate::study::budget::Budget;
use crate::study::looks::usual_most;
use crate::study::session::{Identity, Session, Study, incomplete};
use crate::text::number::length;
use crate::text::{and, visible_path};

/// Largest seed that a scenario file can contain: TOML integers are signed and have 64 bits.
pub(super) const LARGEST_SEED: u64 = i64::MAX as u64;

/// Simulate a scenario under each of its policies
///
/// Judges the scenario's expectations, prints the results and writes them to a
/// results folder.
///
/// Ctrl-C or SIGTERM stops the study once the replications in progress have
/// finished; their results are printed and written, marked as incomplete, and
/// expectations are not judged. A second signal stops the program at once and
/// writes nothing.
#[derive(Debug, Args)]
#[command(after_long_help = Exit::table_with(&[
    Exit::InvalidScenario,
    Exit::NothingSelected,
    Exit::Inconclusive,
    Exit::Failed,
    Exit::Interrupted,
    Exit::Terminated,
]))]
pub struct Options {
    /// Scenario: a file, a name of `list scenarios`, or - for stdin; december-2018 if
    /// omitted
    pub file: Option<PathBuf>,
    /// How the results are printed
    #[command(flatten)]
    pub view: View,
    /// Directory in which to create the results folder
    #[arg(short, long, value_name = "DIR", default_value = "output")]
    pub output: PathBuf,
    /// Write no results folder
    #[arg(long)]
    pub no_output: bool,
    /// Number of threads; 0 means as many as memory allows
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0)]
    #[arg(allow_negative_numbers = true, value_parser = whole::<usize>(0..=u32::MAX.into()))]
    pub threads: usize,
    /// Use this seed instead of the scenario's
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole::<u64>(0..=LARGEST_SEED))]
    pub seed: Option<u64>,
    /// Run this many replications instead of the scenario's number
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole::<u32>(1..=1_000_000))]
    pub replications: Option<u32>,
    #[command(flatten)]
    pub changes: Changes,
    /// Also vary the uncertain inputs, to say what the answer depends on
    ///
    /// `screen` simulates as many futures as the study has replications, each
    /// with other inputs within their ranges. It needs a market, two policies
    /// and 8 replications; without them nothing is varied.
    ///
    /// [default: screen]
    #[arg(long, value_name = "HOW", value_enum)]
    pub explore: Option<Exploring>,
    /// Also say what each mitigation of this policy changes; may be repeated
    ///
    /// POLICY is the id of a policy that uses 2 to 8 mitigations, or `all` for every
    /// policy that uses several. Each subset of the mitigations is simulated in the
    /// study's replications. The numbers are also written to attribution.csv.
    #[arg(long, value_name = "POLICY")]
    pub attribute: Vec<String>,
    /// Check every word of the comparison on as many fresh replications
    ///
    /// They have the numbers after those of the study, and change none of its
    /// results: they only say whether each policy has fewer or more again.
    #[arg(long)]
    pub confirm: bool,
    /// Double the replications until everything is decided
    ///
    /// The first look is at the usual number of replications. It goes on until each
    /// policy has fewer or more than the baseline, or is about the same, and each
    /// expectation is decided. The looks share the error that the scenario allows:
    /// of 5 %, the k-th may use 5 % / (k (k + 1)).
    #[arg(long, value_name = "WHEN", value_enum)]
    pub until: Option<Until>,
    /// Run at most this many replications; 8 times those of the first look if
    /// omitted, and at least 240
    #[arg(long, value_name = "N", requires = "until", allow_negative_numbers = true)]
    #[arg(value_parser = whole::<u32>(1..=1_000_000))]
    pub most: Option<u32>,
    /// Print timing, throughput and memory use to stderr
    #[arg(long)]
    pub stats: bool,
}

/// When a study has enough replications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Until {
    /// Once every word and every expectation is decided
    Decided,
}

/// How the inputs are explored beside a study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Exploring {
    /// Not at all
    None,
    /// In as many futures as there are replications
    #[default]
    Screen,
    /// In 256 futures with 4 replications each, as `explore` does
    Full,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            file: None,
            view: View::default(),
            output: PathBuf::from("output"),
            no_output: false,
            threads: 0,
            seed: None,
            replications: None,
            changes: Changes::default(),
            explore: None,
            attribute: Vec::new(),
            confirm: false,
            until: None,
            most: None,
            stats: false,
        }
    }
}

/// Runs a scenario.
///
/// # Errors
/// See [`Failure`].
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let mut watch = Stopwatch::start();
    let mut session = match &options.file {
        Some(file) => Session::open(file)?,
        None => Session::built_in()?,
    };
    report_warnings(&session);
    let Changed { session: changed, left_out } = options.changes.make(&session, options.view.against.as_deref())?;
    session = changed;
    if let Some(seed) = options.seed {
        session.set_seed(seed);
    }
    if let Some(replications) = options.replications {
        session.set_replications(replications);
    }
    // Checked before anything is simulated.
    let ids = session.scenario().policies.iter().map(|policy| &*policy.id);
    let page = options.view.page(ids)?;
    let attributed = attribution::chosen(session.scenario(), &options.attribute)?;
    let most = most(options.until, options.most, &session)?;
    let budget = budget(options, &session, most)?;
    let identity = session.identity();
    let name = folder_name(options, &session, &identity, most);
    let (stop, bar) = (Stop::default(), Bar::new(budget.cost().runs as u64));
    let signals = Signals::watch(stop.clone(), bar.clone())?;
    // Checked before anything is simulated: results of a quarter of an hour would be lost.
    if !options.no_output {
        folder::ready(&options.output, &name, paths().iter().map(String::as_str))?;
    }
    if !options.no_output
        && let Some(words) = series::announcement(session.scenario(), budget.cost().runs as usize)
    {
        report(words);
    }
    watch.lap();
    let ran = match most {
        Some(most) => {
            until_decided(&mut session, most, &budget, &stop, &bar).map(|(study, looks)| (study, Some(looks)))
        }
        None => session
            .run(&budget, &stop, &|progress| bar.show(progress))
            .map(|study| (study, None))
            .map_err(Failure::from),
    };
    bar.end();
    let (study, looks) = ran?;
    // Its replications are part of what it is.
    let identity = if looks.is_some() { session.identity() } else { identity };
    watch.lap();
    if study.cube.n() == 0 {
        report("Stopped before the first replication was complete: there are no results");
        return Ok(signals.exit());
    }
    let beside = match study.is_complete() {
        true => Beside::of(options, &attributed, &session, &study, &budget, &stop),
        false => Beside::default(),
    };
    let is_whole = study.is_complete() && beside.missing.is_empty();
    let name = if is_whole { name } else { format!("{name}-incomplete") };
    let outline = Outline::of(session.scenario(), &identity.digest, study.verdicts.clone());
    let Beside { exploration, attributions, confirmation, missing, failure } = beside;
    let (file, set) = (session.name(), session.settings().to_vec());
    let outline = Outline { file, set, left_out, exploration, attributions, confirmation, looks, ..outline };
    let report_of = Report::new(&outline, &study.cube, page);
    let delivery =
        Delivery { session: &session, identity: &identity, study: &study, report: report_of, missing: &missing };
    let delivered = delivery.deliver(options, &name, out, &mut watch);
    if let Some(words) = longer(&outline, &study.cube, watch.simulating()) {
        report(words);
    }
    watch.lap();
    if options.stats {
        report(watch.table(&study.cube, budget.how().threads).trim_end());
    }
    delivered?;
    if let Some(failure) = failure {
        return Err(failure);
    }
    if is_whole { Ok(judgement(&study.verdicts)) } else { Ok(signals.exit()) }
}

/// What a bound of the 95th percentile of peaks would take, for a planner whose study has too few replications.
fn longer(outline: &Outline, cube: &Cube, simulating: Duration) -> Option<String> {
    let (needed, n) = (fewest_for(0.95, outline.confidence), cube.n());
    (outline.traffic && outline.is_market() && outline.is_complete(cube) && n < needed).then(|| {
        let time = simulating.as_secs_f64() / n as f64 * needed as f64;
        let over = Repeated::of_days(outline.days).in_words();
        let time = length(time.max(1.0).round());
        format!("The 95th percentile of peaks over {over}: --replications {needed} would take about {time} here")
    })
}

/// The most replications of a study that runs until everything is decided; nothing for one that does not.
///
/// # Errors
/// When fewer are wanted than the first look has.
pub fn most(until: Option<Until>, most: Option<u32>, session: &Session) -> Result<Option<u32>, Failure> {
    let Some(Until::Decided) = until else { return Ok(None) };
    let first = session.scenario().experiment.replications;
    match most {
        Some(most) if most < first => Err(Failure::Usage(format!(
            "--most {most} is less than the {first} replications of the first look: write --most {first} or more, or \
             add --replications {most}"
        ))),
        most => Ok(Some(most.unwrap_or_else(|| usual_most(first)))),
    }
}

/// The budget of a study, which is checked with all replications that it may come to have.
fn budget(options: &Options, session: &Session, most: Option<u32>) -> Result<Budget, Failure> {
    let of = |replications: u32| {
        let mut session = session.clone();
        session.set_replications(replications);
        session.budget(machine(), options.threads)
    };
    let most = most.unwrap_or(session.scenario().experiment.replications);
    if options.confirm {
        if session.scenario().policies.len() < 2 {
            return Err(Failure::Usage("--confirm needs a policy beside the baseline: leave it out".to_owned()));
        }
        of(most.saturating_mul(2))?;
    }
    Ok(of(most)?)
}

/// The name of the results folder of a study. What it says beside the study's own results is part of the name, so that
/// a run that says less does not replace one that says more. One that runs until everything is decided has the name of
/// its first look, which is known before anything is simulated.
fn folder_name(options: &Options, session: &Session, identity: &Identity, most: Option<u32>) -> String {
    let mut name = format!("{}-{}", session.scenario().id, &identity.digest[..12]);
    match options.explore {
        Some(Exploring::None) if screening(session).is_some() => name += "-unexplored",
        Some(Exploring::Full) => name += "-explored",
        _ => {}
    }
    for policy in &options.attribute {
        name = name + "-attributed-" + policy;
    }
    if options.confirm {
        name += "-confirmed";
    }
    if let Some(most) = most {
        name = format!("{name}-until-{most}");
    }
    name
}

/// The exit code of verdicts.
pub(in crate::cli) fn judgement(verdicts: &[Verdict]) -> Exit {
    let of = |verdict: &Verdict| match verdict.verdict {
        Status::Pass | Status::Reported => Exit::Success,
        Status::Fail => Exit::Failed,
        Status::Inconclusive => Exit::Inconclusive,
    };
    verdicts.iter().map(of).fold(Exit::Success, Exit::worst)
}

/// A file of every results folder beside those of the forms and the plots, as [`RESOLVED`] is.
const ASSUMPTIONS: &str = "assumptions.csv";

/// Paths within a results folder of everything that is written to it, but for the manifest.
fn paths() -> Vec<String> {
    let forms = FORMS.iter().filter_map(|form| form.file).chain([ASSUMPTIONS, RESOLVED, ATTRIBUTION]);
    forms.chain(series::paths()).map(str::to_owned).chain(plots::paths()).collect()
}

/// A study to be written and printed.
struct Delivery<'s> {
    session: &'s Session,
    identity: &'s Identity,
    study: &'s Study,
    report: Report<'s>,
    missing: &'s [&'static str],
}

impl Delivery<'_> {
    /// Writes the results folder and then prints the results. If one fails, the other is still done.
    fn deliver(&self, options: &Options, name: &str, out: &mut Stdout, watch: &mut Stopwatch) -> Result<(), Failure> {
        let outline = self.report.outline();
        // Only what is written or printed is made.
        let printed = (options.view.format.render)(&self.report)?;
        watch.lap();
        let written = if options.no_output { Ok(None) } else { self.write(&options.output, name).map(Some) };
        out.write(printed);
        if options.view.format.is_data {
            // A reader who redirects data still sees what did not pass.
            for verdict in outline.verdicts.iter().filter(|verdict| verdict.verdict != Status::Pass) {
                report(verdict_line(verdict));
            }
        }
        if let Some(incomplete) = incomplete(self.session.scenario(), &self.study.cube) {
            report(incomplete);
        }
        if !self.missing.is_empty() {
            report(format_args!("The results are incomplete: they lack the {}", and(self.missing)));
        }
        if let Some(folder) = written? {
            let arrow = if std::io::stderr().is_terminal() { "→ " } else { "" };
            let is_short = options.view.format.name == FORMS[0].name && !options.view.full;
            let more = if is_short { " · run --full prints every table" } else { "" };
            report(format_args!("{arrow}results in {}{more}", visible_path(&folder)));
        }
        Ok(())
    }

    fn write(&self, parent: &Path, name: &str) -> Result<PathBuf, Failure> {
        let scenario = self.session.scenario();
        let plots = plots::draw(&self.report);
        plots.left_out.iter().for_each(|reason| report(format_args!("warning: {reason}")));
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        for form in FORMS {
            if let Some(file) = form.file {
                files.push((file.to_owned(), (form.render)(&self.report)?));
            }
        }
        files.push((ASSUMPTIONS.to_owned(), assumptions::csv(scenario).map_err(RenderError::from)?));
        if !self.report.outline().attributions.is_empty() {
            files.push((ATTRIBUTION.to_owned(), csv_of_attribution(&self.report.outline().attributions)?));
        }
        if let Some((name, bytes)) = series::file(scenario, &self.study.cube)? {
            files.push((name.to_owned(), bytes));
        }
        files.push((RESOLVED.to_owned(), self.identity.resolved.clone().into_bytes()));
        files.extend(plots.files);
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        let command_line: Vec<String> = std::env::args_os().map(|a| a.to_string_lossy().into_owned()).collect();
        let manifest = Manifest::new(scenario, self.identity, self.study, self.missing, &command_line, &files);
        let folder = folder::put(parent, name, &files, &manifest)?;
        match plots.failed {
            Some(reason) => Err(Failure::Plots { reason, folder }),
            None => Ok(folder),
        }
    }
}
