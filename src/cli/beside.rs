//! What `run` finds out beside the results of the study: what they depend on, what each mitigation contributes, and
//! whether fresh replications agree. A failure here leaves the study's own results as they are.

use super::commands::run::{Exploring, Options};
use super::failure::Failure;
use super::looking::confirmation;
use super::progress::Bar;
use super::streams::report;
use crate::explore::exploration::Exploration;
use crate::explore::findings::Depth;
use crate::explore::plan::Plan;
use crate::explore::session::{self as explore, screening, usual};
use crate::results::attribution::Attribution;
use crate::results::confirmation::Confirmation;
use crate::study::Stop;
use crate::study::attribution;
use crate::study::budget::Budget;
use crate::study::session::{Session, Study};

/// What was found out beside a complete study.
#[derive(Debug, Default)]
pub(super) struct Beside {
    pub(super) exploration: Option<Exploration>,
    pub(super) attributions: Vec<Attribution>,
    pub(super) confirmation: Option<Confirmation>,
    /// What was asked for and is not there, because the program was asked to stop or because it failed.
    pub(super) missing: Vec<&'static str>,
    /// The first failure. Nothing is begun after it.
    pub(super) failure: Option<Failure>,
}

impl Beside {
    /// Finds out what the options ask for. `attributed` are the policies of `--attribute`, by place.
    pub(super) fn of(
        options: &Options,
        attributed: &[usize],
        session: &Session,
        study: &Study,
        budget: &Budget,
        stop: &Stop,
    ) -> Self {
        let mut beside = Self::default();
        if let Some(exploring) = beside.taken("exploration", || exploring(options, session)).flatten() {
            let found = || explored(exploring, session, budget, stop);
            beside.exploration = beside.taken_unless_stopped("exploration", found);
        }
        if !attributed.is_empty() {
            let found = || contributed(attributed, session, budget, stop);
            beside.attributions = beside.taken_unless_stopped("attribution", found).unwrap_or_default();
        }
        if options.confirm {
            let found = || confirmation(session, study, budget, stop);
            beside.confirmation = beside.taken_unless_stopped("confirmation", found);
        }
        beside
    }

    /// What is found, which is missing if it fails or if something failed before.
    fn taken<T>(&mut self, what: &'static str, find: impl FnOnce() -> Result<T, Failure>) -> Option<T> {
        let found = match self.failure {
            Some(_) => None,
            None => find().map_err(|failure| self.failure = Some(failure)).ok(),
        };
        if found.is_none() {
            self.missing.push(what);
        }
        found
    }

    /// What is found, which is also missing if the program was asked to stop.
    fn taken_unless_stopped<T>(
        &mut self,
        what: &'static str,
        find: impl FnOnce() -> Result<Option<T>, Failure>,
    ) -> Option<T> {
        let found = self.taken(what, find)?;
        if found.is_none() {
            self.missing.push(what);
        }
        found
    }
}

/// How the inputs are to be explored; `None` if they are not.
fn exploring(options: &Options, session: &Session) -> Result<Option<(Plan, Depth)>, Failure> {
    let exploring = match options.explore.unwrap_or_default() {
        Exploring::None => return Ok(None),
        Exploring::Screen => screening(session).map(|plan| (plan, Depth::SCREEN)),
        Exploring::Full => usual(session)?.map(|plan| (plan, Depth::FULL)),
    };
    if exploring.is_none() {
        let needs = match options.explore {
            Some(Exploring::Screen) => "a screening needs a market, two policies and 8 replications",
            Some(Exploring::Full) => "an exploration needs two policies and an input to vary",
            Some(Exploring::None) | None => return Ok(None),
        };
        report(format_args!("warning: nothing is explored: {needs}"));
    }
    Ok(exploring)
}

/// What the study's inputs do to its answer; `None` once the program is asked to stop.
fn explored(
    (plan, depth): (Plan, Depth),
    session: &Session,
    budget: &Budget,
    stop: &Stop,
) -> Result<Option<Exploration>, Failure> {
    let bar = Bar::of_points(plan.points.len() as u64);
    let exploring = explore::Exploring { session, plan, how: budget.how(), depth };
    let found = exploring.run(stop, &|progress| bar.show(progress));
    bar.end();
    Ok(found?)
}

/// What the mitigations of policies contribute; `None` once the program is asked to stop.
fn contributed(
    policies: &[usize],
    session: &Session,
    budget: &Budget,
    stop: &Stop,
) -> Result<Option<Vec<Attribution>>, Failure> {
    let scenario = session.scenario();
    let bar = Bar::new(attribution::runs(scenario, policies) * u64::from(scenario.experiment.replications));
    let found = attribution::attribute(scenario, policies, budget.how(), stop, &|progress| bar.show(progress));
    bar.end();
    Ok(found?)
}
