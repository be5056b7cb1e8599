//! `trace`: one scripted meter's story.

use super::args::TraceOptions;
use super::exit::Exit;
use super::input::load;
use crate::experiment::scenario::diagnostics::visible;
use crate::experiment::scenario::table::nearest;
use crate::experiment::study::each_plan;
use crate::model::ledger::Ledger;
use crate::model::plan::MeterId;
use crate::model::walk::{Around, Walk};
use crate::report::trace::story;

/// Traces a meter.
pub fn trace(options: &TraceOptions) -> Exit {
    let loaded = match load(Some(&options.file)) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let scenario = loaded.scenario;
    let wanted = options.policy.as_deref().unwrap_or(&scenario.experiment.baseline);
    let Some(policy) = scenario.policies.iter().find(|p| p.id == wanted) else {
        let near = nearest(wanted, scenario.policies.iter().map(|p| p.id.as_str()));
        let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        eprintln!("error: no policy `{}`{hint}", visible(wanted));
        return Exit::NothingSelected;
    };
    let mut found = None;
    if let Err(error) = each_plan(&scenario, policy, options.replication, |plan| {
        if plan.id == MeterId(options.meter) {
            found = Some(plan);
        }
    }) {
        eprintln!("error: {error}");
        return Exit::Unexpected;
    }
    let Some(plan) = found else {
        eprintln!("error: no meter {} in this scenario", options.meter);
        return Exit::NothingSelected;
    };
    let mut ledger = Ledger::new(scenario.window);
    let mut notes = Vec::new();
    let (start, horizon) = (scenario.window.start, scenario.window.horizon);
    Walk::new(&plan, plan.copies, start, horizon, Around::time(&scenario.civil)).finish(&mut ledger, &mut notes);
    print!("{}", story(&scenario, &plan, &notes, &ledger));
    Exit::Success
}
