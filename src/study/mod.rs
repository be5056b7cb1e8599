//! A study: every policy in every replication, the runs spread over threads and reduced in a fixed order.

pub mod cost;
pub mod error;
pub mod limits;
mod meters;
pub mod replication;
mod round;
mod shared;

use rayon::prelude::*;

use self::limits::Excess;
use self::replication::simulate_all;
use self::shared::SharedLedgers;
use crate::model::backlog::Drive;
use crate::model::labels::Channel;
use crate::model::ledger::Ledger;
use crate::results::cube::{Results, Run};
use crate::results::expectation::{Expectation, Verdict};
use crate::results::metric;
use crate::scenario::diagnostics::{Finding, Sink};
use crate::scenario::{self, Invalid, Scenario};

pub use error::StudyError;
pub use meters::each_plan;
pub use replication::{follow, simulate};

/// How a study is run.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// Threads, of which at most [`most_threads`] are started; 0 is as many as the machine has.
    pub threads: usize,
    /// Alone or by the agenda; the results are the same.
    pub drive: Drive,
    /// Bytes that ledgers may take at once, over all threads: more policies share their draws and walks the more there are.
    pub memory: usize,
}

impl Default for How {
    fn default() -> Self {
        Self { threads: 0, drive: Drive::Alone, memory: 4 << 30 }
    }
}

/// Parts of a run that are told apart as it goes on.
pub const PARTS: u64 = 1_000;

/// Runs a scenario. `tick` hears how many [`PARTS`] of runs have been done since it heard last; together as many as all runs have.
///
/// # Errors
/// When a conservation law breaks or threads cannot be had.
pub fn run(scenario: &Scenario, how: How, tick: &(dyn Fn(u64) + Sync)) -> Result<Results, StudyError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(how.threads.min(most_threads(scenario))).build()?;
    let policies = &scenario.policies;
    let size = policies_at_once(scenario, How { threads: pool.current_num_threads(), ..how });
    let places: Vec<usize> = (0..policies.len()).step_by(size).collect();
    let units: Vec<(u32, usize)> =
        (0..scenario.experiment.replications).flat_map(|r| places.iter().map(move |from| (r, *from))).collect();
    let group = |&(replication, from): &(u32, usize)| {
        let group = &policies[from..policies.len().min(from + size)];
        let (whole, mut told) = (PARTS * group.len() as u64, 0);
        let ledgers = simulate_all(scenario, group, replication, how.drive, &mut |share| {
            let done = (share.min(1.0) * whole as f64) as u64;
            tick(done - told);
            told = done;
        })?;
        let runs: Result<Vec<Run>, StudyError> =
            (from..).zip(&ledgers).map(|(place, ledger)| run_of(ledger, scenario, (place, replication))).collect();
        tick(whole - told);
        runs
    };
    let runs: Vec<Vec<Run>> = pool.install(|| units.par_iter().map(group).collect::<Result<_, StudyError>>())?;
    let mut by_policy: Vec<Vec<Run>> = policies.iter().map(|_| Vec::new()).collect();
    for ((_, from), runs) in units.iter().zip(runs) {
        for (place, run) in (*from..).zip(runs) {
            by_policy[place].push(run);
        }
    }
    let baseline = scenario.policies.iter().position(|p| p.id == scenario.experiment.baseline).unwrap_or(0);
    Ok(Results { catalogue: metric::catalogue(scenario.window, &scenario.frame), runs: by_policy, baseline })
}

/// The most threads that a study can use: as many as it has runs, and not more than machines have cores.
pub fn most_threads(scenario: &Scenario) -> usize {
    const CORES: usize = 1_024;
    CORES.min(scenario.policies.len() * scenario.experiment.replications as usize)
}

/// # Errors
/// When a sum is more than a counter takes.
fn run_of(ledger: &Ledger, scenario: &Scenario, (policy, replication): (usize, u32)) -> Result<Run, StudyError> {
    let values = metric::values(ledger, &scenario.frame, policy);
    // Sums that no counter takes stay at its largest number.
    if values.contains(&u64::MAX) {
        let policy = scenario.policies.get(policy).map_or_else(String::new, |policy| policy.id.clone());
        return Err(StudyError::Overflow { policy, replication });
    }
    Ok(Run {
        values,
        leaked_by_day: scenario.frame.by_day(ledger, Channel::LeakedPush),
        e4_by_day: scenario.frame.by_day(ledger, Channel::E4),
        fingerprint: ledger.fingerprint,
    })
}

/// Reads a scenario from a file's text and checks that one replication of it is within the limits. `id` is the file's stem.
///
/// # Errors
/// Everything that is wrong with it, each with its place and a remedy. With a scenario come the warnings.
pub fn load(id: &str, source: &str) -> Result<(Scenario, Vec<Finding>), Invalid> {
    let (scenario, findings) = scenario::read(id, source)?;
    let values = metric::number_of_values(scenario.window, &scenario.frame);
    let excess = limits::of_values(values, scenario.policies.len() as f64).or_else(|| limits::of(&scenario, 1));
    let Some(Excess { section, message, help }) = excess else { return Ok((scenario, findings)) };
    let mut sink = Sink::new();
    sink.error(scenario.places.of_section(section), message, help);
    Err(findings.into_iter().chain(sink.into_findings()).collect::<Vec<Finding>>().into())
}

/// Judges the scenario's expectations, in their order.
pub fn judge(scenario: &Scenario, results: &Results) -> Vec<Verdict> {
    let judged = |expectation: &Expectation| {
        let policy = scenario.policies.iter().position(|policy| policy.id == expectation.policy)?;
        let sample = results.sample(&expectation.query, policy);
        Some(expectation.judge(sample.as_ref(), results.replications(), scenario.experiment.confidence))
    };
    scenario.expectations.iter().filter_map(judged).collect()
}

/// What a replication takes of one policy and of each more that shares with it, as one to another: twelve took 5.8 times as long as one.
const FIRST_POLICY: usize = 9;
const MORE_POLICY: usize = 4;

/// How many policies share the draws of a replication: as many as keep all threads busy, and as their ledgers leave memory for.
/// Meters that wait for a supplier's capacity are held whole for each policy, and behind a stated capacity of the way south each policy
/// has rounds of its own: there it goes alone. No result hangs on it.
pub(super) fn policies_at_once(scenario: &Scenario, How { threads, memory, .. }: How) -> usize {
    let policies = scenario.policies.len().max(1);
    if scenario.states_a_capacity() || scenario.suppliers.iter().any(|supplier| supplier.desk.capacity.is_some()) {
        return 1;
    }
    let ledgers = memory / threads.max(1) / Ledger::bytes(&scenario.window, Channel::COUNT, scenario.counts_traffic());
    let by_memory = (1..=policies).rev().find(|policies| ledgers_at_once(*policies) <= ledgers).unwrap_or(1);
    let groups = groups(scenario.experiment.replications as usize, threads.max(1), policies);
    // As even as may be: an odd one would draw for itself.
    policies.div_ceil(groups.max(policies.div_ceil(by_memory)))
}

/// Into how many groups policies are parted so that all is done soonest; the fewer, the more they share.
fn groups(replications: usize, threads: usize, policies: usize) -> usize {
    let soonest = |groups: &usize| {
        let size = policies.div_ceil(*groups);
        let units = replications * policies.div_ceil(size);
        units.div_ceil(threads) * (FIRST_POLICY + MORE_POLICY * (size - 1))
    };
    (1..=policies).min_by_key(soonest).unwrap_or(1)
}

/// Ledgers of so many policies and of what they share.
pub(super) fn ledgers_at_once(policies: usize) -> usize {
    policies + SharedLedgers::most(policies)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_part_only_where_threads_would_stand_idle() {
        assert_eq!(groups(30, 1, 14), 1);
        assert_eq!(groups(30, 2, 14), 1);
        assert_eq!(groups(30, 8, 14), 1, "thirty of thirty-two places are taken");
        assert_eq!(groups(4, 2, 12), 1);
        assert_eq!(groups(3, 2, 12), 2, "of three the last would go alone");
        assert_eq!(groups(1, 8, 14), 7, "seven pairs on eight threads are done before fourteen in two rounds");
        assert_eq!(groups(1, 8, 3), 3);
    }
}
