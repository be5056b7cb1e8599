//! One meter of a replication, chosen and followed through a run.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use super::error::StudyError;
use super::meters::{Meters, Name, reshape};
use super::replication::settled;
use crate::engine::digest::Fingerprint;
use crate::model::backlog::{self, Drive, Followed};
use crate::model::draw::FirstSwitch;
use crate::model::ledger::{Ledger, Window};
use crate::model::plan::{MeterId, MeterPlan};
use crate::model::south::SouthQueue;
use crate::model::walk::{Around, Walk};
use crate::model::witness::Nobody;
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
    let (mut cases, mut coupled, mut found) = (0, Vec::new(), None);
    meters.each(|drawn, name| {
        cases += 1;
        let is_wanted = match (choice, name) {
            (Choice::Case(case), _) => cases == case,
            (Choice::Meter(id), Name::Scripted(own)) => id == own,
            _ => false,
        };
        let before = is_wanted.then(|| drawn.clone());
        let mut plan = drawn;
        name.lots(scenario, &meters.draws, |lots| reshape(&mut plan, policy, lots, scenario));
        if let Some(drawn) = before {
            found = Some((cases, name, drawn, plan.clone()));
        }
        if plan.is_coupled() {
            coupled.push(plan);
        }
    });
    let Some((case, name, drawn, plan)) = found else { return Err(FollowError::NotThere { cases }) };
    let south = south(scenario, policy, replication)?;
    let around = Around { civil: &scenario.civil, south: south.as_ref() };
    let mut followed = Followed::new(plan.id, scenario.window);
    if plan.is_coupled() {
        let others = &mut Ledger::new(scenario.window);
        let desks = scenario.desks();
        backlog::run_following(&coupled, &desks, around, Drive::Alone, others, Some(&mut followed));
    } else {
        let Window { start, horizon, .. } = scenario.window;
        let walk = Walk::new(&plan, 1, start, horizon, around);
        walk.finish(&mut followed.ledger, &mut followed.notes);
    }
    let first = match name {
        Name::Drawn(first) => Some(first),
        Name::Scripted(_) => None,
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
    /// Its changes of state, and a digest of how it is read. Of meters that wait for a supplier's capacity, the plans are
    /// compared instead.
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
    let south = south(scenario, policy, replication)?;
    let around = Around { civil: &scenario.civil, south: south.as_ref() };
    let Window { start, horizon, .. } = scenario.window;
    let meters = Meters::new(scenario, replication)?;
    let mut ledger = Ledger::new(scenario.window);
    let mut courses = BTreeMap::new();
    meters.each(|mut plan, name| {
        let case = courses.len() as u64 + 1;
        name.lots(scenario, &meters.draws, |lots| reshape(&mut plan, policy, lots, scenario));
        let id = plan.id;
        let steps = if plan.is_coupled() {
            Err(Box::new(plan))
        } else {
            ledger.fingerprint = Fingerprint::default();
            Walk::new(&plan, 1, start, horizon, around).finish(&mut ledger, &mut Nobody);
            // Pushes and runs are no changes of state.
            Ok((ledger.fingerprint, blake3::hash(format!("{:?}{:?}", plan.practice, plan.alerts).as_bytes())))
        };
        courses.insert(id, Course { case, steps });
    });
    Ok(courses)
}

/// The queue for the way south behind which a policy's commands wait, where its capacity is stated.
fn south(scenario: &Scenario, policy: &Policy, replication: u32) -> Result<Option<SouthQueue>, StudyError> {
    if !scenario.states_a_capacity() {
        return Ok(None);
    }
    Ok(settled(scenario, policy, replication, Drive::Alone, &mut |_| ())?.1)
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

/// The place of the meter with most leaked reads. Meters are walked as they are drawn; only those that wait for a
/// supplier's capacity are held.
fn worst(scenario: &Scenario, policy: &Policy, replication: u32) -> Result<u64, FollowError> {
    let south = south(scenario, policy, replication)?;
    let around = Around { civil: &scenario.civil, south: south.as_ref() };
    let Window { start, horizon, .. } = scenario.window;
    let meters = Meters::new(scenario, replication)?;
    let mut ledger = Ledger { each_meter: Some(BTreeMap::new()), ..Ledger::new(scenario.window) };
    let (mut cases, mut coupled, mut most): (_, _, Option<Leak>) = (0, Vec::new(), None);
    let mut take = |leak: Leak| most = Some(most.map_or(leak, |most| most.worse(leak)));
    meters.each(|mut plan, name| {
        cases += 1;
        name.lots(scenario, &meters.draws, |lots| reshape(&mut plan, policy, lots, scenario));
        if plan.is_coupled() {
            coupled.push((cases, plan));
        } else {
            Walk::new(&plan, 1, start, horizon, around).finish(&mut ledger, &mut Nobody);
            let reads = ledger.each_meter.as_mut().and_then(|each| each.remove(&plan.id)).unwrap_or(0);
            take(Leak { case: cases, reads, copies: 1 });
        }
    });
    let (places, coupled): (Vec<u64>, Vec<MeterPlan>) = coupled.into_iter().unzip();
    backlog::run(&coupled, &scenario.desks(), around, Drive::Alone, &mut ledger);
    let each = ledger.each_meter.unwrap_or_default();
    for (case, plan) in places.into_iter().zip(&coupled) {
        take(Leak { case, reads: each.get(&plan.id).copied().unwrap_or(0), copies: plan.copies.max(1) });
    }
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
