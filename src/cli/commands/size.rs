//! `size`: finds how much is enough for a limit to hold.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::cli::changes::{Changed, Changes};
use crate::cli::colour;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::machine::{machine, page_width};
use crate::cli::progress::Bar;
use crate::cli::signals::Signals;
use crate::cli::streams::{Stdout, report, report_warnings};
use crate::cli::values::whole;
use crate::explore::session::start;
use crate::explore::sizing::{Amount, Per, Sizing};
use crate::report::render::{Depth, Page};
use crate::report::sized::{Answer, FORMS, Form};
use crate::study::budget::Budget;
use crate::study::progress::{Counter, PARTS};
use crate::study::session::Session;
use crate::study::{How, Stop};
use crate::text::{Advice, visible};

/// Find how much is enough: the least capacity at which a limit holds
///
/// Tries values of a capacity in the same replications, which then differ in
/// nothing else, and bisects between those at which the limit fails and holds.
/// Prints what happens at each value, and from which value on the limit holds.
///
///   meterchurn size september-2021-solr-wave --least capacity \
///     --between 500..1000 \
///     --limit 'capacity.wait{command=6.23,quantile=p95}.total < 60 s'
///
///   meterchurn size solr-run-book --least last-resort.capacity \
///     --between 5000..60000 \
///     --limit 'backlog.working-days{gaining=last-resort}.total <= 20'
#[derive(Debug, Args)]
#[command(after_long_help = Exit::table_with(&[
    Exit::InvalidScenario,
    Exit::NothingSelected,
    Exit::Failed,
    Exit::Interrupted,
    Exit::Terminated,
]))]
#[command(verbatim_doc_comment)]
#[command(override_usage = "meterchurn size --least <NAME> --between <RANGE> --limit <LIMIT> <FILE>")]
pub struct Options {
    /// Scenario: a file, a name of `list scenarios`, or - for stdin
    pub file: PathBuf,
    /// What is sized: `capacity`, which is that of WAN south, or a supplier's, as in
    /// last-resort.capacity or last-resort.opening-hours
    #[arg(long, value_name = "NAME")]
    pub least: String,
    /// What is to hold, written as an expectation is; may be repeated
    #[arg(long = "limit", value_name = "LIMIT", required = true)]
    pub limits: Vec<String>,
    /// The range that is searched, as LOW..HIGH; whole numbers
    ///
    /// The capacity of WAN south is in messages a second, or in another unit
    /// that follows: 500..1000, "30..240 /min". A supplier's capacity is in 6.23s a
    /// working day, and its opening hours are in minutes.
    #[arg(long, value_name = "RANGE")]
    pub between: Between,
    /// Also try these values in every replication, as in 600,750,800; three evenly
    /// spaced ones if omitted
    #[arg(long, value_name = "VALUES", value_delimiter = ',')]
    pub at: Vec<u64>,
    /// Stop the search once the least value is known to within this percentage of
    /// itself
    #[arg(long, value_name = "PERCENT", default_value_t = 1.0, value_parser = percentage)]
    pub within: f64,
    /// What is changed before values are tried; --policy names the one policy
    #[command(flatten)]
    pub changes: Changes,
    /// Run this many replications instead of the scenario's number
    #[arg(long, value_name = "N", value_parser = whole::<u32>(1..=10_000))]
    pub replications: Option<u32>,
    /// Use this seed instead of the scenario's
    #[arg(long, value_name = "N", value_parser = whole::<u64>(0..=i64::MAX as u64))]
    pub seed: Option<u64>,
    /// Format of the answer printed to stdout
    #[arg(long, value_name = "FORM", default_value = FORMS[0].name, value_parser = form_parser())]
    pub format: &'static Form,
    /// Number of threads; 0 means as many as memory allows
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0, value_parser = whole::<usize>(0..=u32::MAX.into()))]
    pub threads: usize,
}

/// A range of values, with the unit of time of a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Between {
    low: u64,
    high: u64,
    per: Option<Per>,
}

impl FromStr for Between {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const REMEDY: &str = "write two whole numbers, as in 500..1000 or \"30..240 /min\"";
        let (range, unit) = match text.split_once('/') {
            Some((range, unit)) => (range.trim(), Some(unit.trim())),
            None => (text.trim(), None),
        };
        let (low, high) = range.split_once("..").ok_or(REMEDY)?;
        let read = |text: &str| text.trim().replace('_', "").parse::<u64>().map_err(|_| REMEDY.to_owned());
        let (low, high) = (read(low)?, read(high)?);
        if low >= high {
            return Err(format!("the first number must be the smaller one: write {high}..{low}"));
        }
        if low == 0 {
            return Err("the least value is 1: write 1 as the first number".to_owned());
        }
        let named = |unit: &str| Per::named(unit).ok_or("the units are /s, /min, /h and /d");
        let per = unit.map(named).transpose()?;
        Ok(Self { low, high, per })
    }
}

fn percentage(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').trim().parse::<f64>();
    number.ok().filter(|number| (0.0..=50.0).contains(number)).ok_or_else(|| "expected 0 to 50".to_owned())
}

fn form_parser() -> impl TypedValueParser<Value = &'static Form> {
    let named = FORMS.iter().map(|form| PossibleValue::new(form.name).help(form.about));
    PossibleValuesParser::new(named).map(|name| FORMS.iter().find(|form| form.name == name).unwrap_or(&FORMS[0]))
}

/// Sizes a capacity.
///
/// # Errors
/// See [`Failure`].
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let session = Session::open(&options.file)?;
    report_warnings(&session);
    let Changed { mut session, .. } = options.changes.make(&session, None)?;
    if let Some(seed) = options.seed {
        session.set_seed(seed);
    }
    if let Some(replications) = options.replications {
        session.set_replications(replications);
    }
    let mut scenario = session.scenario().clone();
    let policy = one_policy(&options.changes.policies, &session)?;
    scenario = scenario.under(vec![scenario.policies[policy].clone()]);
    let amount = Amount::named(&options.least, options.between.per.unwrap_or(Per::Second), &scenario)
        .map_err(|advice| Failure::NotFound(told("--least", &advice)))?;
    let most = amount.most(&scenario);
    if options.between.high > most {
        let words = amount.about(&scenario);
        return Err(Failure::Usage(format!("--between: {most} is the most that the {words} can be")));
    }
    let other_unit = match (amount, options.between.per) {
        (Amount::WaySouth(_), _) | (_, None) | (Amount::Supplier(_), Some(Per::Day)) => None,
        (_, Some(per)) => Some(per.name()),
    };
    if let Some(per) = other_unit {
        return Err(Failure::Usage(format!("--between: only `capacity` has another unit: leave /{per} out")));
    }
    let wanted = Sizing::wanted(&options.limits, amount, &scenario)
        .map_err(|(text, advice)| Failure::Usage(told(&format!("--limit \"{}\"", visible(&text)), &advice)))?;
    let replications = scenario.experiment.replications;
    let within = options.within / 100.0;
    let sizing = Sizing { scenario: &scenario, amount, wanted, values: values(options)?, within, replications };
    // As many runs at once as there are first values and replications.
    let mut all = scenario.clone();
    amount.set(&mut all, options.between.low);
    all.experiment.replications = sizing.first_runs().min(10_000) as u32;
    let how = Budget::of(&all, machine(), options.threads)?.how();
    let (stop, bar) = (Stop::default(), Bar::new(sizing.most_runs()));
    let signals = Signals::watch(stop.clone(), bar.clone())?;
    let threads = start(&how)?;
    let how = How { threads: threads.count(), ..how };
    let shown = |progress| bar.show(progress);
    let counter = Counter::new(sizing.most_runs(), &shown);
    let sized = sizing.run((how, &threads), &stop, &|| counter.add(PARTS));
    bar.end();
    let Some(sized) = sized? else {
        report("Stopped before the answer was found");
        return Ok(signals.exit());
    };
    let page = Page { width: page_width(), depth: Depth::Answer, against: None, colour: colour::on_stdout() };
    let answer = Answer { sizing: &sizing, sized: &sized, set: session.settings(), page };
    out.write((options.format.render)(&answer)?);
    let holds = |limit: usize| sized.brackets[limit].iter().all(|bracket| bracket.holds().is_some());
    let all = (0..sizing.wanted.len()).all(holds);
    Ok(if all { Exit::Success } else { Exit::Failed })
}

/// The place of the one policy that is sized: the one that is named, or else the baseline.
fn one_policy(named: &[String], session: &Session) -> Result<usize, Failure> {
    let scenario = session.scenario();
    let place = |id: &str| scenario.policies.iter().position(|policy| policy.id == id).unwrap_or(0);
    match named {
        [] => Ok(place(&scenario.experiment.baseline)),
        [one] => Ok(place(one)),
        _ => Err(Failure::Usage("--policy: one policy is sized at a time".to_owned())),
    }
}

/// The values that are tried in every replication: the ends of the range and those between them.
fn values(options: &Options) -> Result<Vec<u64>, Failure> {
    let Between { low, high, .. } = options.between;
    if let Some(outside) = options.at.iter().find(|value| !(low..=high).contains(value)) {
        return Err(Failure::Usage(format!("--at {outside} lies outside --between {low}..{high}: widen the range")));
    }
    let mut values = match options.at.as_slice() {
        [] => (1..=3).map(|quarter| low + (high - low) / 4 * quarter).collect(),
        at => at.to_vec(),
    };
    values.extend([low, high]);
    values.sort_unstable();
    values.dedup();
    Ok(values)
}

fn told(option: &str, advice: &Advice) -> String {
    format!("{option}: {}\nhelp: {}", advice.message, advice.help)
}
