//! `trace`: what happens to one meter, event by event.

use std::path::PathBuf;

use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::machine::machine;
use crate::cli::streams::{Stdout, report_warnings};
use crate::cli::values::whole;
use crate::model::plan::MeterId;
use crate::report::trace::story;
use crate::study::budget::Budget;
use crate::study::session::Session;
use crate::text::{nearest, visible};

/// Show what happens to one meter, event by event
#[derive(Debug, Args)]
pub struct Options {
    /// Scenario file
    pub file: PathBuf,
    /// The meter's `id` in the scenario
    #[arg(long, value_name = "ID", allow_negative_numbers = true, value_parser = whole::<u64>(0..=u64::MAX))]
    pub meter: u64,
    /// Policy to apply [default: the baseline]
    #[arg(long)]
    pub policy: Option<String>,
    /// Replication whose random draws are used
    #[arg(long, value_name = "N", default_value_t = 0)]
    #[arg(allow_negative_numbers = true, value_parser = whole::<u32>(0..=u32::MAX.into()))]
    pub replication: u32,
}

/// Traces a meter.
///
/// # Errors
/// See [`Failure`].
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let session = Session::open(&options.file)?;
    report_warnings(&session);
    let scenario = session.scenario();
    let wanted = options.policy.as_deref().unwrap_or(&scenario.experiment.baseline);
    let Some(policy) = scenario.policies.iter().find(|p| p.id == wanted) else {
        let near = nearest(wanted, scenario.policies.iter().map(|p| p.id.as_str()));
        let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        return Err(Failure::NotFound(format!("there is no policy `{}`{hint}", visible(wanted))));
    };
    Budget::to_follow_a_meter(scenario, machine())?;
    let meter = options.meter;
    let Some((plan, followed)) = session.follow(policy, options.replication, MeterId(meter))? else {
        return Err(Failure::NotFound(format!("there is no meter {meter} in this scenario")));
    };
    out.write(story(scenario, &plan, &followed));
    Ok(Exit::Success)
}
