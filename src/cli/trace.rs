//! `trace`: one meter's story, scripted or drawn.

use super::args::TraceOptions;
use super::exit::Exit;
use super::input::load;
use super::run::holdable;
use super::streams::{Stdout, report_error};
use crate::model::plan::MeterId;
use crate::report::trace::story;
use crate::study::follow;
use crate::text::nearest;
use crate::text::visible;

/// Traces a meter.
pub fn trace(options: &TraceOptions, out: &mut Stdout) -> Exit {
    let loaded = match load(Some(&options.file)) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let scenario = loaded.scenario;
    let wanted = options.policy.as_deref().unwrap_or(&scenario.experiment.baseline);
    let Some(policy) = scenario.policies.iter().find(|p| p.id == wanted) else {
        let near = nearest(wanted, scenario.policies.iter().map(|p| p.id.as_str()));
        let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        report_error(format_args!("no policy `{}`{hint}", visible(wanted)));
        return Exit::NothingSelected;
    };
    if let Err(message) = holdable(&scenario) {
        report_error(message);
        return Exit::InvalidScenario;
    }
    match follow(&scenario, policy, options.replication, MeterId(options.meter)) {
        Ok(Some((plan, followed))) => {
            out.write(story(&scenario, &plan, &followed));
            Exit::Success
        }
        Ok(None) => {
            report_error(format_args!("no meter {} in this scenario", options.meter));
            Exit::NothingSelected
        }
        Err(error) => {
            report_error(error);
            Exit::Unexpected
        }
    }
}
