//! `calibrate`: fits inputs to published figures, or a law to waits.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::calibrate::moments::{Calibrating, Calibration, FEWEST_REPLICATIONS, input};
use crate::calibrate::pack::{self, Note};
use crate::calibrate::target::Target;
use crate::calibrate::waits::{Family, Fit, Sample, fit_all, read};
use crate::cli::changes::Changes;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::machine::{machine, page_width};
use crate::cli::progress::Bar;
use crate::cli::signals::Signals;
use crate::cli::streams::{Stdout, report, report_warnings};
use crate::cli::values::whole;
use crate::model::laws::{CATALOGUE, PREPAY};
use crate::report::calibration::{Calibrated, FittedLaw, Form, of_moments, of_waits, written};
use crate::report::put_file;
use crate::study::Stop;
use crate::study::session::Session;
use crate::text::{nearest, visible, visible_path};

/// As the help shows them.
const EXAMPLES: &str = "Examples:
  meterchurn calibrate --fit class-shares.immature --fit class-shares.non-user=0..0.2
  meterchurn calibrate my.toml --waits waits.csv --law to-623.immature --pack pack.toml";

/// The exit codes, as the help shows them.
fn codes() -> String {
    Exit::table_with(&[Exit::InvalidScenario, Exit::NothingSelected, Exit::Interrupted, Exit::Terminated])
}

/// Fit inputs to published figures, or a law to observed waits
///
/// With `--fit`, simulates the baseline at points over the ranges of some inputs
/// and finds the values that bring its figures nearest to the published ones,
/// their intervals, and other values that fit as well. With `--waits`, fits a
/// law to waits by maximum likelihood. Both write a parameter pack on request.
///
/// Ctrl-C or SIGTERM stops it without a result.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", codes()))]
pub struct Options {
    /// Scenario: a file, a name of `list scenarios`, or - for stdin; december-2018 if
    /// omitted
    pub file: Option<PathBuf>,
    /// Fit this input, within its own range or another; may be repeated
    ///
    /// NAME is an input's name or a unique ending of it (see `list inputs`).
    #[arg(long, value_name = "NAME[=LOW..HIGH]", conflicts_with = "waits")]
    pub fit: Vec<String>,
    /// Fit to this figure instead of the published ones; may be repeated
    ///
    /// QUERY is a number of the baseline, as in
    /// 'not-initiated.open{at=2018-12-31}.total=1046±30'. SD is how far VALUE may
    /// lie from the mean of the replications. Without it the figure is assumed to
    /// be like one replication.
    #[arg(long, value_name = "QUERY=VALUE[±SD]", conflicts_with = "waits")]
    pub to: Vec<String>,
    /// Fit a law to the waits in this CSV file
    ///
    /// Its columns are `days` and `ended`, which is sent, returned, superseded or
    /// open. All but sent count as censored.
    #[arg(long, value_name = "FILE", requires = "law")]
    pub waits: Option<PathBuf>,
    /// The law of the scenario that is fitted to the waits, such as to-623.immature
    #[arg(long, value_name = "NAME", requires = "waits")]
    pub law: Option<String>,
    /// Fit a law of this family instead of the one with the least AIC
    #[arg(long, value_name = "FAMILY", requires = "waits", value_parser = family_parser())]
    pub family: Option<Family>,
    /// Set an input first, as `run --set` does; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Replications at each point [default: the scenario's, or 30 if it has fewer than 8]
    #[arg(long, value_name = "N", conflicts_with = "waits")]
    #[arg(allow_negative_numbers = true, value_parser = whole::<u32>(1..=100_000))]
    pub replications: Option<u32>,
    /// Number of threads; 0 means as many as memory allows
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0, conflicts_with = "waits")]
    #[arg(allow_negative_numbers = true, value_parser = whole::<usize>(0..=u32::MAX.into()))]
    pub threads: usize,
    /// Format of what is printed to stdout
    #[arg(long, value_name = "FORM", default_value = Form::ALL[0].0, value_parser = form_parser())]
    pub format: Form,
    /// Write the fitted numbers to this file, as keys of a scenario
    #[arg(long, value_name = "FILE")]
    pub pack: Option<PathBuf>,
}

fn family_parser() -> impl TypedValueParser<Value = Family> {
    let known = |name: &str| Family::ALL.into_iter().find(|family| family.name() == name);
    PossibleValuesParser::new(Family::ALL.map(Family::name)).map(move |name| known(&name).unwrap_or(Family::LogNormal))
}

fn form_parser() -> impl TypedValueParser<Value = Form> {
    let named = Form::ALL.map(|(name, _, about)| PossibleValue::new(name).help(about));
    PossibleValuesParser::new(named).map(|name| Form::named(&name).unwrap_or(Form::Table))
}

/// Calibrates a scenario.
///
/// # Errors
/// See [`Failure`].
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let session = match &options.file {
        Some(file) => Session::open(file)?,
        None => Session::built_in()?,
    };
    report_warnings(&session);
    let session = Changes { set: options.set.clone(), ..Changes::default() }.make(&session, None)?.session;
    if let Some(file) = &options.pack {
        check_place(file)?;
    }
    match (&options.waits, &options.law) {
        (Some(waits), Some(law)) => to_waits(options, &session, (waits, law), out),
        _ => to_figures(options, &session, out),
    }
}

/// Fits inputs to figures.
fn to_figures(options: &Options, session: &Session, out: &mut Stdout) -> Result<Exit, Failure> {
    let baseline = session.scenario().experiment.baseline.clone();
    let mut alone =
        session.only(std::slice::from_ref(&baseline)).map_err(|error| Failure::Set { option: "--policy", error })?.0;
    let usual = alone.scenario().experiment.replications;
    let usual = if usual < FEWEST_REPLICATIONS { 30 } else { usual };
    let replications = options.replications.unwrap_or(usual);
    alone.set_replications(replications);
    if options.fit.is_empty() {
        let names: Vec<String> = alone.inputs().into_iter().map(|input| input.name).collect();
        let example = names.iter().find(|name| name.ends_with("immature")).or(names.first());
        let help = match example {
            Some(name) => format!("name one with `--fit`, as in `--fit {}`; `list inputs` shows all", visible(name)),
            None => "this scenario has no inputs".to_owned(),
        };
        return Err(Failure::Usage(format!("nothing is fitted\nhelp: {help}, and `--waits` fits a law to waits")));
    }
    let inputs = options.fit.iter().map(|text| input(&alone, text)).collect::<Result<_, _>>()?;
    let scenario = alone.scenario();
    let targets = match options.to.as_slice() {
        [] => Target::published(scenario),
        given => given.iter().map(|text| Target::parse(scenario, text)).collect::<Result<_, _>>()?,
    };
    let how = alone.budget(machine(), options.threads)?.how();
    let calibrating = Calibrating { session: &alone, inputs, targets, replications, how };
    let (stop, bar) = (Stop::default(), Bar::of_points(calibrating.usual_points() as u64));
    let signals = Signals::watch(stop.clone(), bar.clone())?;
    let found = calibrating.run(&stop, &|progress| bar.show(progress));
    bar.end();
    let Some(found) = found? else {
        report("Stopped before the fit was found: there is no result");
        return Ok(signals.exit());
    };
    let calibrated = Calibrated {
        scenario: &alone.scenario().id,
        file: &alone.name(),
        policy: &baseline,
        set: alone.settings(),
        calibration: &found,
    };
    out.write(written(options.format, &of_moments(&calibrated), &calibrated, page_width())?);
    if let Some(file) = &options.pack {
        write_pack(file, &pack_of(session, &found)?)?;
    }
    Ok(Exit::Success)
}

/// The pack of fitted inputs.
fn pack_of(session: &Session, found: &Calibration) -> Result<String, Failure> {
    let of = |error| Failure::Set { option: "--fit", error };
    let texts: Vec<String> = found.inputs.iter().map(|input| format!("{}={}", input.name, input.text)).collect();
    let settings = session.parse_settings(&texts).map_err(of)?;
    let fitted = session.set(&settings).map_err(of)?;
    let figures: Vec<String> =
        found.figures.iter().map(|figure| format!("{} = {}", figure.what, figure.observed)).collect();
    let note = Note {
        source: format!("calibrate: fitted by simulated moments to {}", figures.join(" and ")),
        ranges: found.inputs.iter().map(|input| (input.name.clone(), input.ends.clone().map(as_toml))).collect(),
    };
    Ok(pack::pack(session.source(), fitted.source(), &note))
}

/// A value as a file of TOML has it: a length of time needs quotes.
fn as_toml(value: String) -> String {
    if value.parse::<f64>().is_ok() { value } else { format!("\"{value}\"") }
}

/// Fits a law to waits.
fn to_waits(
    options: &Options,
    session: &Session,
    (file, law): (&Path, &str),
    out: &mut Stdout,
) -> Result<Exit, Failure> {
    let name = law.strip_prefix("laws.").unwrap_or(law);
    let known = || CATALOGUE.iter().chain([&PREPAY]).map(|(name, ..)| *name);
    if !known().any(|known| known == name) {
        let help = nearest(name, known())
            .map_or("`list parameters` shows all".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Failure::NotFound(format!("there is no law `{}`\nhelp: {help}", visible(law))));
    }
    let of_file = |error| Failure::Waits { file: file.to_owned(), error };
    let waits = File::open(file).map_err(|error| of_file(error.into())).and_then(|open| read(open).map_err(of_file))?;
    let (sample, level) = (Sample::of(&waits), session.scenario().experiment.confidence);
    let fits = fit_all(&sample, options.family, level).map_err(|advice| {
        Failure::Usage(format!("{}: {}\nhelp: {}", visible_path(file), advice.message, advice.help))
    })?;
    let best = &fits[0];
    let value = best.text();
    let of = |error| Failure::Set { option: "--law", error };
    let settings = session.parse_settings(&[format!("laws.{name}={value}")]).map_err(of)?;
    let fitted = session.set(&settings).map_err(of)?;
    let said = FittedLaw::of((&session.scenario().id, name, &value), &sample, (best, &fits), level);
    out.write(written(options.format, &of_waits(&said), &said, page_width())?);
    if let Some(to) = &options.pack {
        let source =
            format!("calibrate: {} fitted to {} waits of {}", best.family.name(), waits.len(), visible_path(file));
        let note = Note { source, ranges: range_of(name, best, &fitted) };
        write_pack(to, &pack::pack(session.source(), fitted.source(), &note))?;
    }
    Ok(Exit::Success)
}

/// The interval of the typical duration, where the scenario varies the law by that and the law has it as a number.
fn range_of(law: &str, fit: &Fit, session: &Session) -> Vec<(String, [String; 2])> {
    let inputs = session.inputs();
    let Some(input) = inputs.iter().find(|input| input.name == law) else { return Vec::new() };
    let [estimate] = &fit.estimates.iter().filter(|estimate| estimate.unit == "d").collect::<Vec<_>>()[..] else {
        return Vec::new();
    };
    match (estimate.interval, fit.at_once > 0.0) {
        ([Some(low), Some(high)], false) => {
            let days = |days: f64| format!("\"{} d\"", libm::round(days * 1e3) / 1e3);
            vec![(input.name.clone(), [days(low), days(high)])]
        }
        _ => Vec::new(),
    }
}

/// Checks before anything is simulated that a pack can be written.
fn check_place(file: &Path) -> Result<(), Failure> {
    let refused = |reason: String| Err(Failure::File { file: file.to_owned(), reason });
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !parent.is_dir() {
        return refused("its directory does not exist\nhelp: create it, or write the pack elsewhere".to_owned());
    }
    match is_pack(file) {
        Ok(true) => Ok(()),
        Ok(false) => {
            refused("a file that is no pack is already there\nhelp: write the pack to another file".to_owned())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => refused(format!("{error}\nhelp: write the pack to another file")),
    }
}

/// Whether a file is a pack, by how it begins. Only a regular file is opened: others may never end.
fn is_pack(file: &Path) -> io::Result<bool> {
    if !fs::metadata(file)?.is_file() {
        return Ok(false);
    }
    let mut begin = Vec::new();
    File::open(file)?.take(pack::HEADER.len() as u64).read_to_end(&mut begin)?;
    Ok(begin == pack::HEADER.as_bytes())
}

fn write_pack(file: &Path, text: &str) -> Result<(), Failure> {
    put_file(file, text.as_bytes())
        .map_err(|error| Failure::File { file: file.to_owned(), reason: error.to_string() })?;
    report(format_args!("parameter pack in {}", visible_path(file)));
    Ok(())
}
