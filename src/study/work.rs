//! The runs of a study, in groups of policies that share the draws of a replication. Threads take one group after
//! another.

use std::ops::Range;

use super::error::StudyError;
use super::progress::{Counter, PARTS};
use super::replication::{Counted, simulate_all};
use super::{How, overflow, policies_at_once};
use crate::results::catalogue::Catalogue;
use crate::results::cube::{Cube, Run, Runs};
use crate::results::reading::Reading;
use crate::results::series::Series;
use crate::scenario::{Policy, Scenario};

/// The runs of these replications of a scenario.
#[derive(Debug, Clone)]
pub(super) struct Work<'s> {
    scenario: &'s Scenario,
    replications: Range<u32>,
    /// The most policies of a group.
    size: usize,
    how: How,
}

/// Some policies in one replication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    replication: u32,
    /// The place of the first policy.
    from: usize,
}

/// A group with its runs, policy by policy.
pub(super) type Done = (Group, Result<Vec<Run>, StudyError>);

impl Group {
    /// Whether it is not the first group of its replication.
    pub(super) fn continues_a_replication(self) -> bool {
        self.from > 0
    }
}

impl<'s> Work<'s> {
    /// The work of these replications, done by `how.threads` threads.
    pub(super) fn new(scenario: &'s Scenario, replications: Range<u32>, how: How) -> Self {
        Self { scenario, replications, size: policies_at_once(scenario, how), how }
    }

    /// The same of other replications.
    pub(super) fn with(self, replications: Range<u32>) -> Self {
        Self { replications, ..self }
    }

    /// How many runs there are.
    pub(super) fn runs(&self) -> u64 {
        (self.scenario.policies.len() * self.replications.len()) as u64
    }

    /// All groups, replication by replication.
    pub(super) fn groups(&self) -> impl Iterator<Item = Group> + use<> {
        let (policies, size) = (self.scenario.policies.len(), self.size);
        let of = move |replication| (0..policies).step_by(size).map(move |from| Group { replication, from });
        self.replications.clone().flat_map(of)
    }

    /// The runs of a group.
    pub(super) fn simulate(&self, group: Group, counter: &Counter<'_>) -> Result<Vec<Run>, StudyError> {
        let (scenario, Group { replication, from }) = (self.scenario, group);
        let policies = &scenario.policies[from..scenario.policies.len().min(from + self.size)];
        let (whole, mut counted) = (PARTS * policies.len() as u64, 0);
        let all = simulate_all(scenario, policies, replication, self.how.drive, &mut |share| {
            let done = (share.min(1.0) * whole as f64) as u64;
            counter.add(done - counted);
            counted = done;
        })?;
        let runs: Result<Vec<Run>, StudyError> =
            (from..).zip(&all).map(|(place, run)| run_of(run, scenario, (place, replication))).collect();
        counter.add(whole - counted);
        runs
    }

    /// The cube of the groups that are done, which must be the first ones, in order.
    ///
    /// # Errors
    /// The first error among them.
    pub(super) fn cube(&self, done: Vec<Done>) -> Result<Cube, StudyError> {
        let policies = &self.scenario.policies;
        let named = |policy: &Policy| Runs { policy: policy.id.clone(), runs: Vec::new() };
        let mut by_policy: Vec<Runs> = policies.iter().map(named).collect();
        for (group, runs) in done {
            for (place, run) in (group.from..).zip(runs?) {
                by_policy[place].runs.push(run);
            }
        }
        let kept = by_policy.first().map_or(0, |policy| policy.runs.len() as u32);
        let baseline = policies.iter().position(|p| p.id == self.scenario.experiment.baseline).unwrap_or(0);
        let kept = self.replications.start..self.replications.start + kept;
        Ok(Cube::new(Catalogue::of(&self.scenario.frame), kept.collect(), by_policy, baseline)?)
    }
}

/// # Errors
/// When a sum is larger than a counter can hold.
fn run_of(
    Counted { ledger, south }: &Counted,
    scenario: &Scenario,
    (policy, replication): (usize, u32),
) -> Result<Run, StudyError> {
    let reading = Reading::new(ledger, south.as_ref(), &scenario.frame, policy);
    let values = Catalogue::values(&reading);
    // Sums that a counter cannot hold saturate at its largest number.
    if values.contains(&u64::MAX) {
        return Err(overflow(scenario, policy, replication));
    }
    let series = Series::of(&reading).map(Box::new);
    Ok(Run { values, fingerprint: ledger.fingerprint, series })
}
