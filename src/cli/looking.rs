//! `run --until decided` and `--confirm`: more replications than the scenario asks for.

use super::failure::Failure;
use super::progress::Bar;
use crate::report::outline::Outline;
use crate::results::comparison::Comparison;
use crate::results::confirmation::Confirmation;
use crate::results::cube::Cube;
use crate::study::budget::Budget;
use crate::study::looks::{Looking, Looks, open};
use crate::study::progress::PARTS;
use crate::study::session::{Session, Study};
use crate::study::{Progress, Stop, StudyError};

/// Runs a study until everything is decided or it has the most replications, and gives its session the replications
/// that it has run.
pub(super) fn until_decided(
    session: &mut Session,
    most: u32,
    budget: &Budget,
    stop: &Stop,
    bar: &Bar,
) -> Result<(Study, Looks), Failure> {
    let experiment = &session.scenario().experiment;
    let mut looking = Looking::new(experiment.replications, most, experiment.confidence);
    while let Some(wanted) = looking.wanted() {
        session.set_replications(wanted.end);
        let before = u64::from(wanted.start) * session.scenario().policies.len() as u64 * PARTS;
        let shown = |progress: Progress| bar.show(Progress { done: before + progress.done, ..progress });
        let more = session.replications(wanted, budget, stop, &shown)?;
        let taken = looking
            .take(more, |cube, level| open(cube, &comparison(session, cube, level), &session.verdicts(cube, level)));
        taken.map_err(StudyError::from)?;
    }
    let (known, looks) = looking.end();
    let Some(cube) = known else { return Ok((session.run(budget, stop, &|_| ())?, looks)) };
    Ok((session.judged_after(cube, &looks), looks))
}

/// Checks the words of a study on as many replications with the numbers after its own. `None` once it is asked to stop.
pub(super) fn confirmation(
    session: &Session,
    study: &Study,
    budget: &Budget,
    stop: &Stop,
) -> Result<Option<Confirmation>, Failure> {
    let n = study.cube.n() as u32;
    let bar = Bar::new(u64::from(n) * session.scenario().policies.len() as u64);
    let fresh = session.replications(n..2 * n, budget, stop, &|progress| bar.show(progress));
    bar.end();
    let fresh = fresh?;
    if fresh.n() < n as usize {
        return Ok(None);
    }
    let level = session.scenario().experiment.confidence;
    let of = |cube: &Cube| comparison(session, cube, level);
    Ok(Confirmation::of(&of(&study.cube), &of(&fresh), &fresh))
}

/// Every policy against the baseline at a confidence level.
fn comparison(session: &Session, cube: &Cube, level: f64) -> Comparison {
    let outline = Outline::of(session.scenario(), "", Vec::new());
    Outline { confidence: level, ..outline }.compare(cube, cube.baseline())
}
