//! A study: every policy in every replication, the runs spread over threads and reduced in a fixed order.
//!
//! Applications start at [`session`]: it loads a scenario, checks its [`budget`], runs it and judges it.

pub mod acts;
pub mod attribution;
pub mod budget;
mod division;
pub mod error;
pub mod follow;
pub mod looks;
mod meters;
pub mod progress;
pub mod recorded;
pub mod replication;
mod round;
pub mod session;
mod shared;
mod source;
pub mod stop;
pub mod suite;
mod work;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use self::budget::cost::{self, Interplay};
use self::progress::Counter;
use self::replication::{Counted, simulate_all};
use self::shared::SharedLedgers;
use self::work::Work;
use crate::model::backlog::Drive;
use crate::model::labels::Channel;
use crate::model::ledger::Ledger;
use crate::results::catalogue::Catalogue;
use crate::results::cube::Cube;
use crate::results::expectation::{Expectation, Verdict};
use crate::results::metric::Metric;
use crate::results::query::{Places, Query};
use crate::results::reading::Reading;
use crate::scenario::diagnostics::{Finding, Mistake, Sink};
use crate::scenario::places::Section;
use crate::scenario::{self, Invalid, Scenario};
use crate::spread::Threads;

pub use error::StudyError;
pub use follow::follow;
pub use meters::each_plan;
pub use progress::Progress;
pub use replication::simulate;
pub use stop::Stop;

/// How a study is run. Its results are the same for every choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct How {
    /// The number of threads; 0 means as many as the machine has. At most [`most_threads`] are started.
    pub threads: usize,
    /// Alone or by the agenda.
    pub drive: Drive,
    /// Bytes that the ledgers of all threads may take at once. The more there are, the more policies share draws and
    /// walks.
    pub memory: u64,
}

impl Default for How {
    fn default() -> Self {
        Self { threads: 0, drive: Drive::Alone, memory: 4 << 30 }
    }
}

/// Runs a scenario to its end. `progress` is called by one thread at a time, and the progress never decreases.
///
/// # Errors
/// When a conservation law is broken, a sum overflows or threads cannot be started.
pub fn run(scenario: &Scenario, how: How, progress: &(dyn Fn(Progress) + Sync)) -> Result<Cube, StudyError> {
    run_until(scenario, how, &Stop::default(), progress)
}

/// Runs a scenario to its end or until it is asked to stop; see [`run_range`].
///
/// # Errors
/// When a conservation law is broken, a sum overflows or threads cannot be started.
pub fn run_until(
    scenario: &Scenario,
    how: How,
    stop: &Stop,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Cube, StudyError> {
    run_range(scenario, 0..scenario.experiment.replications, how, stop, progress)
}

/// Runs the replications of a scenario with these numbers, or until it is asked to stop. If stopped, it finishes the
/// replications that it has begun. The results hold the replications from the first on that every policy has finished,
/// with the same numbers as in any other study of them. They hold none if the request came before the first was
/// finished.
///
/// # Errors
/// When a conservation law is broken, a sum overflows or threads cannot be started.
pub fn run_range(
    scenario: &Scenario,
    replications: Range<u32>,
    how: How,
    stop: &Stop,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Cube, StudyError> {
    let threads = start(how.threads.min(most_threads(scenario)))?;
    let work = Work::new(scenario, replications, How { threads: threads.count(), ..how });
    let counter = Counter::new(work.runs(), progress);
    let failed = AtomicBool::new(false);
    // Groups are begun in this order, so a replication is left out whole and only after all that are kept. After a
    // failure all groups before the failed one are finished, so the error does not depend on the threads.
    let begun = work.groups().take_while(|group| {
        !failed.load(Ordering::Relaxed) && (group.continues_a_replication() || !stop.is_requested())
    });
    let done = threads.each(begun, |group| {
        let runs = work.simulate(group, &counter);
        failed.fetch_or(runs.is_err(), Ordering::Relaxed);
        (group, runs)
    });
    work.cube(done)
}

/// Starts threads.
///
/// # Errors
/// When the system refuses them.
fn start(threads: usize) -> Result<Threads, StudyError> {
    Threads::start(threads).map_err(|refused| StudyError::Threads(refused.into()))
}

/// Some numbers of every policy in one replication, policy by policy, in the order of the queries: what a whole study
/// gives, without the values that nobody asked for. A number that the scenario does not have is 0.
///
/// # Errors
/// When a conservation law is broken, a sum overflows or the market cannot be drawn.
pub fn numbers(
    scenario: &Scenario,
    how: How,
    replication: u32,
    queries: &[Query],
) -> Result<Vec<Vec<f64>>, StudyError> {
    let mut metrics: Vec<&'static Metric> = Vec::new();
    for query in queries {
        if !metrics.contains(&query.metric) {
            metrics.push(query.metric);
        }
    }
    let catalogue = Catalogue::of_metrics(metrics.iter().copied(), &scenario.frame);
    let places: Vec<Option<Places>> = queries.iter().map(|query| query.places(&catalogue)).collect();
    let size = policies_at_once(scenario, how);
    let mut all = Vec::with_capacity(scenario.policies.len());
    for group in scenario.policies.chunks(size) {
        for Counted { ledger, south } in simulate_all(scenario, group, replication, how.drive, &mut |_| ())? {
            let policy = all.len();
            let reading = Reading::new(&ledger, south.as_ref(), &scenario.frame, policy);
            let values = Catalogue::values_of(metrics.iter().copied(), &reading);
            if values.contains(&u64::MAX) {
                return Err(overflow(scenario, policy, replication));
            }
            let number = |(query, places): (&Query, &Option<Places>)| {
                places.as_ref().map_or(0.0, |places| query.number(places, &values))
            };
            all.push(queries.iter().zip(&places).map(number).collect());
        }
    }
    Ok(all)
}

fn overflow(scenario: &Scenario, policy: usize, replication: u32) -> StudyError {
    let policy = scenario.policies.get(policy).map_or_else(String::new, |policy| policy.id.clone());
    StudyError::Overflow { policy, replication }
}

/// The most threads that a study can use: as many as it has runs, and no more than any machine has cores.
pub fn most_threads(scenario: &Scenario) -> usize {
    const CORES: usize = 1_024;
    CORES.min(scenario.policies.len() * scenario.experiment.replications as usize)
}

/// Reads a scenario from a file's text and checks that one replication of it is within the limits. `id` is the file's
/// stem.
///
/// # Errors
/// Everything that is wrong with it, each with its place and a remedy. A valid scenario is returned with its warnings.
pub fn load(id: &str, source: &str) -> Result<(Scenario, Vec<Finding>), Invalid> {
    let (scenario, findings) = scenario::read(id, source)?;
    let values = Catalogue::number_of_values(&scenario.frame);
    let within = budget::check_one_replication(&scenario, values);
    let Err(excess) = within else { return Ok((scenario, findings)) };
    let mut sink = Sink::new();
    let section = excess.section().unwrap_or(Section::Time);
    sink.error(Mistake::TooMuch, scenario.places.of_section(section), excess.to_string(), excess.help());
    Err(findings.into_iter().chain(sink.into_findings()).collect::<Vec<Finding>>().into())
}

/// Judges the scenario's expectations, in their order.
pub fn judge(scenario: &Scenario, cube: &Cube) -> Vec<Verdict> {
    judge_at(scenario, cube, scenario.experiment.confidence)
}

/// The same at a confidence level other than the scenario's.
pub fn judge_at(scenario: &Scenario, cube: &Cube, level: f64) -> Vec<Verdict> {
    let judged = |expectation: &Expectation| {
        let policy = scenario.policies.iter().position(|policy| policy.id == expectation.policy)?;
        let sample = expectation.query.sample(cube, policy);
        Some(expectation.judge(sample.as_ref(), cube.n(), level))
    };
    scenario.expectations.iter().filter_map(judged).collect()
}

/// Relative cost of a replication's first policy and of each further one that shares with it: twelve took 5.8 times as
/// long as one.
const FIRST_POLICY: usize = 9;
const MORE_POLICY: usize = 4;

/// How many policies share the draws of a replication: as many as keep all threads busy and as there is memory for
/// their ledgers and plans. No result depends on this number.
pub(super) fn policies_at_once(scenario: &Scenario, How { threads, memory, .. }: How) -> usize {
    let policies = scenario.policies.len().max(1);
    let ledger = Ledger::bytes(&scenario.window, Channel::COUNT, scenario.counting()) as f64;
    let interplay = Interplay::of(scenario);
    let taken = |policies: usize| {
        ledgers_at_once(policies) as f64 * ledger + interplay.bytes(policies) + cost::batch(scenario, policies)
    };
    let of_a_thread = memory as f64 / threads.max(1) as f64;
    let by_memory = (1..=policies).rev().find(|policies| taken(*policies) <= of_a_thread).unwrap_or(1);
    let groups = groups(scenario.experiment.replications as usize, threads.max(1), policies);
    // As even as possible: an odd one would draw for itself alone.
    policies.div_ceil(groups.max(policies.div_ceil(by_memory)))
}

/// The number of groups of policies with which a study ends soonest; the fewer there are, the more policies share.
fn groups(replications: usize, threads: usize, policies: usize) -> usize {
    let soonest = |groups: &usize| {
        let size = policies.div_ceil(*groups);
        let units = replications * policies.div_ceil(size);
        units.div_ceil(threads) * (FIRST_POLICY + MORE_POLICY * (size - 1))
    };
    (1..=policies).min_by_key(soonest).unwrap_or(1)
}

/// The number of ledgers of this many policies and of what they share.
pub(super) fn ledgers_at_once(policies: usize) -> usize {
    policies + SharedLedgers::most(policies)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_split_only_where_threads_would_be_idle() {
        assert_eq!(groups(30, 1, 14), 1);
        assert_eq!(groups(30, 2, 14), 1);
        assert_eq!(groups(30, 8, 14), 1, "thirty of thirty-two places are taken");
        assert_eq!(groups(4, 2, 12), 1);
        assert_eq!(groups(3, 2, 12), 2, "of three the last would go alone");
        assert_eq!(groups(1, 8, 14), 7, "seven pairs on eight threads are done before fourteen in two rounds");
        assert_eq!(groups(1, 8, 3), 3);
    }
}
