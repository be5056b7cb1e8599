//! One meter of a replication, chosen and followed through a run.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use super::error::StudyError;
use super::meters::{Meters, Name, each_plan, reshape};
use super::round::{Walked, walked};
use crate::engine::digest::Fingerprint;
use crate::model::draw::FirstSwitch;
use crate::model::ledger::{Ledger, Window};
use crate::model::plan::{MeterId, MeterPlan};
use crate::model::walk::{Around, Walk};
use crate::model::witness::{Nobody, Notes};
use crate::scenario::{Policy, Scenario};

/// Which meter of a replication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The scripted meter with this number.
    Meter(MeterId),
    /// The meter with this place, from 1 on, in the order in which the replication has its meters: those of the script,
    /// then those of the market as they are drawn. Every policy has the same meters in the same order.
    Case(u64),
    /// The meter from which most leaked reads are delivered under the policy, and the first of several. Of identical
    /// copies the mean counts.
    Worst,
}

/// What happens to a meter that is followed. Of several copies, the first one is.
#[derive(Debug)]
pub struct Followed {
    /// Its own ledger. It counts in no other.
    pub ledger: Ledger,
    /// What happened to it.
    pub notes: Notes,
}

/// A meter that is followed under a policy.
#[derive(Debug)]
pub struct Traced {
    /// Its place among the meters of the replication, from 1 on.
    pub case: u64,
    /// How many meters the replication has.
    pub cases: u64,
    /// Its first switch, which names it, if it is drawn; none if it is scripted.
    pub first: Option<FirstSwitch>,
    /// What is drawn or scripted, once injections have struck it and before any policy.
    pub drawn: MeterPlan,
    /// The same under the policy.
    pub plan: MeterPlan,
    /// What happens to it.
    pub followed: Followed,
}

/// Why a meter is not followed.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The replication cannot be simulated.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// The replication has no such meter.
    #[error("there is no such meter among the {cases} of this replication")]
    NotThere {
        /// How many meters the replication has.
        cases: u64,
    },
}

/// Follows one meter under a policy, among all meters with which it shares a supplier's capacity.
///
/// # Errors
/// When there is no such meter, or the market cannot be drawn.
pub fn follow(scenario: &Scenario, policy: &Policy, replication: u32, choice: Choice) -> Result<Traced, FollowError> {
    let choice = match choice {
        Choice::Worst => Choice::Case(worst(scenario, policy, replication)?),
        _ => choice,
    };
    let meters = Meters::new(scenario, replication)?;
    let (mut cases, mut found) = (0, None);
    meters.each(|drawn, name| {
        cases += 1;
        let is_wanted = match (choice, name) {
            (Choice::Case(case), _) => cases == case,
            (Choice::Meter(id), Name::Scripted(own, _)) => id == own,
            _ => false,
        };
        if is_wanted {
            let mut plan = drawn.clone();
            meters.lots(name, |lots| reshape(&mut plan, policy, lots, scenario));
            found = Some((cases, name, drawn, plan));
        }
    });
    let Some((case, name, drawn, plan)) = found else { return Err(FollowError::NotThere { cases }) };
    let mut followed = Followed { ledger: Ledger::new(scenario.window), notes: Notes::new() };
    let Followed { ledger, notes } = &mut followed;
    if plan.is_coupled() || scenario.states_a_capacity() {
        run(scenario, policy, replication, scenario.ledger())?.interplay.follow(&plan, ledger, notes);
    } else {
        let Window { start, horizon, .. } = scenario.window;
        Walk::new(&plan, 1, start, horizon, Around::time(&scenario.civil)).finish(ledger, notes);
    }
    let first = match name {
        Name::Drawn(first, _) => Some(first),
        Name::Scripted(..) => None,
    };
    Ok(Traced { case, cases, first, drawn, plan, followed })
}

/// A policy of a scenario.
pub type Under<'s> = (&'s Scenario, &'s Policy);

/// What becomes of a meter, as far as two are compared.
#[derive(Debug, Clone, PartialEq)]
struct Course {
    /// Its place among the meters of the replication, from 1 on.
    case: u64,
    /// Its changes of state, and a digest of how it is read. Of meters that wait for a supplier's capacity, the plans
    /// are compared instead.
    steps: Result<(Fingerprint, blake3::Hash), Box<MeterPlan>>,
}

/// The first meter of a replication, in the order of the second run, that takes another course under the second than
/// under the first: its place in each, or nothing where it has none. Nothing at all if no course differs.
///
/// # Errors
/// When a replication cannot be simulated.
pub fn first_to_differ(
    one: Under<'_>,
    other: Under<'_>,
    replication: u32,
) -> Result<Option<[Option<u64>; 2]>, StudyError> {
    let mut before = courses(one, replication)?;
    let mut after: Vec<(MeterId, Course)> = courses(other, replication)?.into_iter().collect();
    after.sort_by_key(|(_, course)| course.case);
    for (id, course) in after {
        match before.remove(&id) {
            Some(known) if known.steps == course.steps => {}
            known => return Ok(Some([known.map(|known| known.case), Some(course.case)])),
        }
    }
    // Those that only the first run has.
    Ok(before.values().map(|course| course.case).min().map(|case| [Some(case), None]))
}

fn courses((scenario, policy): Under<'_>, replication: u32) -> Result<BTreeMap<MeterId, Course>, StudyError> {
    let behind =
        scenario.states_a_capacity().then(|| run(scenario, policy, replication, scenario.ledger())).transpose()?;
    let around = behind.as_ref().map_or(Around::time(&scenario.civil), |run| run.interplay.around());
    let Window { start, horizon, .. } = scenario.window;
    let mut ledger = Ledger::new(scenario.window);
    let mut courses = BTreeMap::new();
    each_plan(scenario, policy, replication, |plan| {
        let (case, id) = (courses.len() as u64 + 1, plan.id);
        let steps = if plan.is_coupled() {
            Err(Box::new(plan))
        } else {
            ledger.fingerprint = Fingerprint::default();
            Walk::new(&plan, 1, start, horizon, around).finish(&mut ledger, &mut Nobody);
            // Pushes and runs are no changes of state.
            Ok((ledger.fingerprint, blake3::hash(format!("{:?}{:?}", plan.practice, plan.alerts).as_bytes())))
        };
        courses.insert(id, Course { case, steps });
    })?;
    Ok(courses)
}

/// A run of a policy, counted in a ledger.
fn run<'s>(
    scenario: &'s Scenario,
    policy: &Policy,
    replication: u32,
    ledger: Ledger,
) -> Result<Walked<'s>, StudyError> {
    let mut runs =
        walked(scenario, std::slice::from_ref(policy), replication, &|| Ledger::empty_like(&ledger), &mut |_| ())?;
    Ok(runs.swap_remove(0))
}

/// A meter and what leaked from it.
#[derive(Debug, Clone, Copy)]
struct Leak {
    case: u64,
    // Of all its copies.
    reads: u64,
    copies: u64,
}

impl Leak {
    /// The one with more reads a copy; of two with as many the one that comes first.
    fn worse(self, other: Self) -> Self {
        let of = |leak: Self, copies: u64| u128::from(leak.reads) * u128::from(copies);
        match (of(self, other.copies), Reverse(self.case)).cmp(&(of(other, self.copies), Reverse(other.case))) {
            Ordering::Less => other,
            _ => self,
        }
    }
}

/// The place of the meter with most leaked reads.
fn worst(scenario: &Scenario, policy: &Policy, replication: u32) -> Result<u64, FollowError> {
    let ledger = Ledger { each_meter: Some(BTreeMap::new()), ..scenario.ledger() };
    let each = run(scenario, policy, replication, ledger)?.ledger.each_meter.unwrap_or_default();
    let (mut cases, mut most): (_, Option<Leak>) = (0, None);
    each_plan(scenario, policy, replication, |plan| {
        cases += 1;
        let reads = each.get(&plan.id).copied().unwrap_or(0);
        let leak = Leak { case: cases, reads, copies: plan.copies.max(1) };
        most = Some(most.map_or(leak, |most| most.worse(leak)));
    })?;
    most.map(|most| most.case).ok_or(FollowError::NotThere { cases })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_reads_a_copy_are_worse_and_of_as_many_the_first_meter_is() {
        let leak = |case, reads, copies| Leak { case, reads, copies };
        // 10 reads of one meter against 15 of two.
        assert_eq!(leak(2, 10, 1).worse(leak(1, 15, 2)).case, 2);
        assert_eq!(leak(2, 10, 1).worse(leak(1, 20, 2)).case, 1);
        assert_eq!(leak(1, 0, 1).worse(leak(2, 0, 1)).case, 1);
    }
}
