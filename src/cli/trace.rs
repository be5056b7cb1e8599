//! `trace`: what happens to one meter, event by event.

use super::args::TraceOptions;
use super::exit::Exit;
use super::failure::Failure;
use super::machine::machine;
use super::streams::{Stdout, report_warnings};
use crate::model::plan::MeterId;
use crate::report::trace::story;
use crate::study::budget::Budget;
use crate::study::session::Session;
use crate::text::{nearest, visible};

/// Traces a meter.
///
/// # Errors
/// See [`Failure`].
pub fn trace(options: &TraceOptions, out: &mut Stdout) -> Result<Exit, Failure> {
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
