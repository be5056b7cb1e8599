//! `explore`: varies the uncertain inputs of a scenario, and says what the answer depends on.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;

use crate::cli::changes::{Changed, Changes};
use crate::cli::exit::Exit;
use crate::cli::exploring::{Delivery, form_parser};
use crate::cli::failure::Failure;
use crate::cli::machine::machine;
use crate::cli::progress::Bar;
use crate::cli::signals::Signals;
use crate::cli::streams::{Stdout, report, report_warnings};
use crate::cli::values::whole;
use crate::explore::block::{Block, simulate};
use crate::explore::design::{self, from_csv};
use crate::explore::given::{GivenError, given};
use crate::explore::plan::{Chance, Plan, Subject};
use crate::explore::session::{USUAL_POINTS, USUAL_REPLICATIONS, free, start};
use crate::report::explored::{FORMS, Form};
use crate::report::parts::Parts;
use crate::scenario::input::{Input, find};
use crate::study::progress::{Counter, PARTS};
use crate::study::session::Session;
use crate::study::{How, Stop};
use crate::text::number::counted;
use crate::text::{help_instead_of, open_file, reason, visible_path};

/// Vary the uncertain inputs of a scenario, and say what its answer depends on
///
/// Simulates every policy at many points of the inputs' ranges (see `list
/// inputs`) and reports in how many of these futures each policy has fewer or
/// more, which pairs of policies change order and at which value of which
/// input, and which inputs matter most.
///
/// Finished points are kept beside the results folder, so an exploration that
/// is interrupted goes on where it stopped. With --part, several machines share
/// one, and `merge` puts their parts together.
#[derive(Debug, Args)]
#[command(after_long_help = Exit::table_with(&[
    Exit::InvalidScenario,
    Exit::NothingSelected,
    Exit::Interrupted,
    Exit::Terminated,
]))]
pub struct Options {
    /// Scenario: a file, a name of `list scenarios`, or - for stdin; december-2018 if
    /// omitted
    pub file: Option<PathBuf>,
    /// How points are chosen: sobol, latin-hypercube, morris, saltelli, grid, or
    /// a CSV file with a column for each input that varies
    ///
    /// The first line of the file names the inputs, and each further line is a
    /// point: a number with or without its unit, or a word, for each input. The
    /// design.csv of an exploration is such a file.
    #[arg(long, value_name = "DESIGN", default_value = "sobol")]
    pub design: DesignChoice,
    /// Number of points; rows of saltelli, trajectories of morris, levels of grid
    /// [default: 256]
    #[arg(long, value_name = "N", value_parser = whole::<usize>(2..=65_536))]
    pub points: Option<usize>,
    /// Replications at each point, the same at all
    #[arg(long, value_name = "N", default_value_t = USUAL_REPLICATIONS, value_parser = whole::<u32>(1..=10_000))]
    pub replications: u32,
    /// Vary only this input; may be repeated. If omitted, all that were not set
    #[arg(long = "input", value_name = "NAME")]
    pub inputs: Vec<String>,
    /// What is changed before the inputs vary
    #[command(flatten)]
    pub changes: Changes,
    /// Use this seed instead of the scenario's
    #[arg(long, value_name = "N", value_parser = whole::<u64>(0..=i64::MAX as u64))]
    pub seed: Option<u64>,
    /// Simulate only part K of N, as K/N, and leave the rest to others
    #[arg(long, value_name = "K/N")]
    pub part: Option<Share>,
    /// Format of the findings printed to stdout
    #[arg(long, value_name = "FORM", default_value = FORMS[0].name, value_parser = form_parser())]
    pub format: &'static Form,
    /// Directory in which to create the results folder
    #[arg(short, long, value_name = "DIR", default_value = "output")]
    pub output: PathBuf,
    /// Number of threads; 0 means as many as memory allows
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0, value_parser = whole::<usize>(0..=u32::MAX.into()))]
    pub threads: usize,
}

// What the help of `--points` says.
const _: () = assert!(USUAL_POINTS == 256);

/// How points are chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DesignChoice {
    /// By a method.
    Method(design::Kind),
    /// As a file says.
    File(PathBuf),
}

impl FromStr for DesignChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let method = design::Kind::ALL.into_iter().find(|kind| kind.name() == text);
        match method {
            Some(kind) => Ok(Self::Method(kind)),
            None if text.ends_with(".csv") => Ok(Self::File(text.into())),
            None => {
                let names = design::Kind::ALL.map(design::Kind::name).join(", ");
                Err(format!("expected {names}, or a file whose name ends in .csv"))
            }
        }
    }
}

/// A share of an exploration: one of several parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// From 1 to `of`.
    part: usize,
    of: usize,
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((part, of)) if 1 <= part && part <= of && of <= 100_000 => Ok(Self { part, of }),
            Some((part, of)) if of > 0 && part > of => {
                Err(format!("there are only {of} parts: write a part from 1/{of} to {of}/{of}"))
            }
            _ => Err("write a part and the number of parts, as in 3/8".to_owned()),
        }
    }
}

/// Explores a scenario.
///
/// # Errors
/// See [`Failure`].
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let session = match &options.file {
        Some(file) => Session::open(file)?,
        None => Session::built_in()?,
    };
    report_warnings(&session);
    let Changed { mut session, .. } = options.changes.make(&session, None)?;
    if let Some(seed) = options.seed {
        session.set_seed(seed);
    }
    session.set_replications(options.replications);
    if session.scenario().policies.len() < 2 {
        return Err(Failure::Usage("an exploration compares policies, and this scenario has one".to_owned()));
    }
    let mut plan = plan(options, &session)?;
    let seed = options.seed.map(|seed| ("--seed".to_owned(), seed.to_string()));
    let policies = options.changes.policies.iter().map(|policy| ("--policy".to_owned(), policy.clone()));
    plan.options = seed.into_iter().chain(policies).collect();
    let how = session.budget(machine(), options.threads)?.how();
    let parts = Parts::beneath(&options.output, &plan)?;
    let mut blocks = parts.done(&plan);
    let is_ours = |block: usize| options.part.is_none_or(|share| block % share.of == share.part - 1);
    let is_done = |number: usize| blocks.iter().any(|block| block.number == number);
    let left: Vec<usize> = (0..plan.blocks()).filter(|block| is_ours(*block) && !is_done(*block)).collect();
    if !blocks.is_empty() {
        let points: usize = blocks.iter().map(|block| block.values.len()).sum();
        report(format_args!("{} found in {}", counted(points, "finished point"), visible_path(parts.folder())));
    }
    let points = left.iter().map(|block| plan.points_of(*block).len()).sum::<usize>();
    let (stop, bar) = (Stop::default(), Bar::of_points(points as u64));
    let signals = Signals::watch(stop.clone(), bar.clone())?;
    let threads = start(&how)?;
    let how = How { threads: threads.count(), ..how };
    let shown = |progress| bar.show(progress);
    let counter = Counter::new(points as u64, &shown);
    let finished = |block: &Block| {
        parts.keep(&plan, block)?;
        counter.add(PARTS * block.values.len() as u64);
        Ok::<(), Failure>(())
    };
    let simulated = simulate(&plan, &session, &left, (how, &threads), &stop, finished);
    bar.end();
    let simulated = simulated?;
    if simulated.len() < left.len() {
        report("Stopped: repeat the command to go on with the points that are left");
        return Ok(signals.exit());
    }
    if let Some(Share { part, of }) = options.part {
        report(format_args!("part {part} of {of} is in {}", visible_path(parts.folder())));
        return Ok(Exit::Success);
    }
    blocks.extend(simulated);
    let (threads, stop, output) = (&threads, &stop, &options.output);
    let delivery = Delivery { session: &session, plan: &plan, how, threads, stop, output };
    if !delivery.deliver(blocks, options.format, out)? {
        report("Stopped: repeat the command to go on; all points are finished");
        return Ok(signals.exit());
    }
    parts.remove(&plan);
    Ok(Exit::Success)
}

/// The points that the options ask for.
fn plan(options: &Options, session: &Session) -> Result<Plan, Failure> {
    let kind = match &options.design {
        DesignChoice::Method(kind) => *kind,
        DesignChoice::File(file) => return of_file(file, options, session),
    };
    let all = session.inputs();
    let of = |option| move |error| Failure::Set { option, error };
    let mut inputs: Vec<Input> = Vec::new();
    for wanted in &options.inputs {
        inputs.push(find(session.scenario(), &all, wanted).map_err(of("--input"))?.clone());
    }
    if inputs.is_empty() {
        inputs = free(session);
    }
    if inputs.is_empty() {
        return Err(Failure::Usage(match all.first() {
            None => "this scenario has no uncertain input: `meterchurn list inputs FILE` would list them".to_owned(),
            Some(input) => {
                format!("every input was set, so none varies: name those that shall, as in --input {}", input.name)
            }
        }));
    }
    let seed = session.scenario().experiment.seed;
    let subject = Subject { session, inputs: &inputs, chance: Chance::Common(options.replications) };
    let (k, n) = (inputs.len(), options.points.unwrap_or(USUAL_POINTS));
    let design = match kind {
        design::Kind::Sobol => design::sobol(k, n, seed)?,
        design::Kind::LatinHypercube => design::latin_hypercube(k, n, seed)?,
        design::Kind::Morris => design::trajectories(k, n, 4, seed)?,
        design::Kind::Saltelli => design::saltelli(k, n, seed)?.design().clone(),
        design::Kind::Grid | design::Kind::Given => design::grid(&vec![n; k])?,
    };
    Ok(Plan::of_design(subject, &design, seed))
}

/// Points of another tool, from a CSV file.
fn of_file(file: &Path, options: &Options, session: &Session) -> Result<Plan, Failure> {
    let shown = visible_path(file);
    let ignored = match options {
        Options { points: Some(_), .. } => Some(("--points", "has its points")),
        Options { inputs, .. } if !inputs.is_empty() => Some(("--input", "names its inputs")),
        _ => None,
    };
    if let Some((option, why)) = ignored {
        return Err(Failure::Usage(format!("{option} does not go with --design {shown}, which {why}: leave it out")));
    }
    let unreadable = |error: from_csv::CsvError| Failure::Design(format!("cannot use the design {shown}: {error}"));
    let opened = open_file(file).map_err(|error| {
        let help = "name a CSV file with a column for each input that varies, such as the design.csv of an exploration";
        let help = help_instead_of(file, &error, help);
        Failure::Design(format!("cannot use the design {shown}: {}{help}", reason(error)))
    })?;
    let table = from_csv::read(opened).map_err(unreadable)?;
    given(session, &table, Chance::Common(options.replications)).map_err(|error| match error {
        GivenError::Name(error) => Failure::Set { option: "--design", error },
        error => Failure::Design(format!("cannot use the design {shown}: {error}")),
    })
}
