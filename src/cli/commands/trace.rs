//! `trace`: what happens to one meter, event by event.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::machine::{machine, page_width};
use crate::cli::streams::{Stdout, report, report_warnings};
use crate::cli::values::whole;
use crate::cli::view::place_of;
use crate::model::plan::MeterId;
use crate::report::trace::{Sums, difference, story};
use crate::scenario::{Policy, Scenario};
use crate::study::budget::Budget;
use crate::study::follow::{Choice, FollowError, Traced, first_to_differ};
use crate::study::session::Session;
use crate::text::{in_shell, is_path, listed, visible_path};

/// Show what happens to one meter, event by event
///
/// Choose the meter with `--worst`, `--case` or `--meter`, unless the scenario has
/// only one. With `--diff POLICY`, the same meter is shown under two policies.
/// With `--diff FILE`, it is shown in two scenarios, such as one before and after
/// a change; without a choice it is the first meter whose events differ.
#[derive(Debug, Args)]
#[command(after_long_help = Exit::table_with(&[Exit::InvalidScenario, Exit::NothingSelected]))]
pub struct Options {
    /// Scenario: a file, a name of `list scenarios`, or - for stdin; december-2018 if
    /// omitted
    pub file: Option<PathBuf>,
    /// The meter from which most leaked reads are delivered under the policy
    #[arg(long, conflicts_with_all = ["case", "meter"])]
    pub worst: bool,
    /// The N-th meter of the replication, in the order in which they are drawn
    #[arg(long, value_name = "N", conflicts_with = "meter")]
    #[arg(allow_negative_numbers = true, value_parser = whole::<u64>(1..=u64::MAX))]
    pub case: Option<u64>,
    /// A scripted meter's `id` in the scenario
    #[arg(long, value_name = "ID", allow_negative_numbers = true, value_parser = whole::<u64>(0..=u64::MAX))]
    pub meter: Option<u64>,
    /// Policy to apply [default: the baseline]
    #[arg(long)]
    pub policy: Option<String>,
    /// Show the meter under this policy, or in this scenario file, too, and what differs
    #[arg(long, value_name = "POLICY|FILE")]
    pub diff: Option<String>,
    /// Replication whose random draws are used
    #[arg(long, value_name = "N", default_value_t = 0)]
    #[arg(allow_negative_numbers = true, value_parser = whole::<u32>(0..=u32::MAX.into()))]
    pub replication: u32,
}

impl Options {
    /// The meter that is asked for, if any is.
    fn choice(&self) -> Option<Choice> {
        let worst = self.worst.then_some(Choice::Worst);
        worst.or(self.case.map(Choice::Case)).or(self.meter.map(|id| Choice::Meter(MeterId(id))))
    }

    /// The command with another choice, as a person can type it.
    fn example(&self, choice: &str) -> String {
        let file = self.file.as_ref().map_or(String::new(), |file| format!(" {}", in_shell(&visible_path(file))));
        let replication = match self.replication {
            0 => String::new(),
            replication => format!(" --replication {replication}"),
        };
        format!("meterchurn trace{file} {choice}{replication}")
    }
}

/// Traces a meter.
///
/// # Errors
/// See [`Failure`].
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let session = match &options.file {
        Some(file) => Session::open(file)?,
        None => Session::built_in()?,
    };
    report_warnings(&session);
    if let Some(file) = options.diff.as_deref().filter(|diff| is_file(diff)) {
        return between_scenarios(options, &session, &Session::open(Path::new(file))?, out);
    }
    let scenario = session.scenario();
    let Some(choice) = options.choice().or_else(|| only_meter(scenario)) else {
        return Err(no_choice(options, scenario));
    };
    let policy = policy(scenario, options.policy.as_deref().unwrap_or(&scenario.experiment.baseline))?;
    let other = options.diff.as_deref().map(|id| self::policy(scenario, id)).transpose()?;
    Budget::to_follow_a_meter(scenario, machine())?;
    let (replication, width) = (options.replication, page_width());
    let follow = |policy: &Policy, choice: Choice| -> Result<Traced, Failure> {
        session.follow(policy, replication, choice).map_err(|error| match error {
            FollowError::Study(error) => error.into(),
            FollowError::NotThere { cases } => not_there(options, scenario, cases),
        })
    };
    let traced = follow(policy, choice)?;
    let leaks = Sums::of(&traced.followed.notes, &traced.followed.ledger.window).leaked_reads() > 0;
    // Of a queue of copies, the first alone is followed, and others may leak.
    if options.worst && !leaks && traced.plan.copies == 1 {
        report("note: no leaked read is delivered from any meter; this is the first of all");
    }
    out.write(match other {
        None => story(scenario, &traced, &policy.id, replication, width),
        Some(other) => {
            let under_other = follow(other, Choice::Case(traced.case))?;
            difference(scenario, [&traced, &under_other], [&policy.id, &other.id], replication, width)
        }
    });
    Ok(Exit::Success)
}

/// The meter of a scenario that has no other.
fn only_meter(scenario: &Scenario) -> Option<Choice> {
    match scenario.meters.as_slice() {
        [only] if scenario.market.is_none() => Some(Choice::Meter(only.id)),
        _ => None,
    }
}

/// Whether a word is a file rather than a policy, whose id has neither slashes nor this ending.
fn is_file(word: &str) -> bool {
    is_path(word) || Path::new(word).is_file()
}

/// Shows one meter in two scenarios, under the policy of the same name.
fn between_scenarios(options: &Options, one: &Session, other: &Session, out: &mut Stdout) -> Result<Exit, Failure> {
    report_warnings(other);
    let sessions = [one, other];
    let wanted = options.policy.as_deref();
    let mut policies = Vec::new();
    for session in sessions {
        let scenario = session.scenario();
        policies.push(policy(scenario, wanted.unwrap_or(&scenario.experiment.baseline))?);
        Budget::to_follow_a_meter(scenario, machine())?;
    }
    let replication = options.replication;
    let choices = match options.choice() {
        Some(choice) => [Some(choice); 2],
        None => {
            let under = |at: usize| (sessions[at].scenario(), policies[at]);
            match first_to_differ(under(0), under(1), replication)? {
                Some(cases) => cases.map(|case| case.map(Choice::Case)),
                None => {
                    out.line(format_args!("No meter of replication {replication} takes another course"));
                    return Ok(Exit::Success);
                }
            }
        }
    };
    let mut traced = Vec::new();
    for (at, choice) in choices.into_iter().enumerate() {
        let Some(choice) = choice else { continue };
        let followed = sessions[at].follow(policies[at], replication, choice);
        traced.push(followed.map_err(|error| match error {
            FollowError::Study(error) => error.into(),
            FollowError::NotThere { cases } => not_there(options, sessions[at].scenario(), cases),
        })?);
    }
    let names = sessions.map(Session::name);
    let width = page_width();
    match traced.as_slice() {
        [first, second] => {
            out.write(difference(one.scenario(), [first, second], [&names[0], &names[1]], replication, width));
        }
        only => {
            let at = usize::from(choices[0].is_none());
            out.line(format_args!("Only {} has this meter:", names[at]));
            let policy = &policies[at].id;
            only.iter().for_each(|only| out.write(story(sessions[at].scenario(), only, policy, replication, width)));
        }
    }
    Ok(Exit::Success)
}

fn policy<'s>(scenario: &'s Scenario, wanted: &str) -> Result<&'s Policy, Failure> {
    let place = place_of(wanted, scenario.policies.iter().map(|policy| policy.id.as_str()))?;
    Ok(&scenario.policies[place])
}

/// What can be asked for, where nothing was.
fn no_choice(options: &Options, scenario: &Scenario) -> Failure {
    let mut help = vec!["`--worst` shows the meter with most leaked reads, `--case N` the N-th meter that is drawn"];
    let example = match scenario.meters.first() {
        Some(meter) => {
            help.push("`--meter ID` a meter of the script");
            options.example(&format!("--meter {}", meter.id.0))
        }
        None => options.example("--worst"),
    };
    Failure::Usage(format!("no meter is chosen\nhelp: {}; for example\n  {example}", help.join(", ")))
}

/// Which meters there are, where another was asked for.
fn not_there(options: &Options, scenario: &Scenario, cases: u64) -> Failure {
    let replication = options.replication;
    let ids: Vec<String> = scenario.meters.iter().map(|meter| meter.id.0.to_string()).collect();
    Failure::NotFound(match options.choice() {
        Some(Choice::Meter(MeterId(meter))) if ids.is_empty() => format!(
            "there is no meter {meter}: this scenario draws its meters and has none with an id\n\
             help: replication {replication} has {cases}; choose one by `--worst` or `--case N`, for example\n  {}",
            options.example("--worst")
        ),
        Some(Choice::Meter(MeterId(meter))) => format!(
            "there is no meter {meter} in this scenario\nhelp: the ids of its script are {}",
            listed(ids.iter().map(String::as_str), "")
        ),
        _ if cases == 0 => format!(
            "replication {replication} has no meters\nhelp: choose another `--replication`, or give the market more \
             meters or more switching"
        ),
        _ => format!(
            "replication {replication} has {cases} meters\nhelp: choose one with `--case` and a number from 1 to \
             {cases}, for example\n  {}",
            options.example(&format!("--case {cases}"))
        ),
    })
}
