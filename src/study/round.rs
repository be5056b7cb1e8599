//! One round of the runs of several policies: meters are drawn once and walked once for all policies that change
//! nothing about them, then for each of the other policies.

use std::collections::BTreeMap;

use super::error::StudyError;
use super::meters::{Meters, Name, react, reshape};
use super::shared::{PolicySet, SharedLedgers};
use crate::engine::merge::Merge;
use crate::model::backlog::{self, Drive};
use crate::model::coupled::{Coupled, Plans};
use crate::model::ledger::Ledger;
use crate::model::plan::MeterPlan;
use crate::model::smooth::Smooth;
use crate::model::south::SouthQueue;
use crate::model::walk::Around;
use crate::scenario::{Policy, Scenario};

/// Meters that one policy walks before the next one does, so that its ledger stays in the processor's caches.
pub(super) const BATCH: usize = 1 << 15;

/// The same for a policy alone: its ledger stays in the caches anyway, and the plans should, too.
const BATCH_OF_ONE: usize = 1 << 6;

/// Switches drawn or walked between two reports of progress.
const REPORTED_EVERY: u64 = 1 << 12;

/// One meter in this many is sampled for what policies share.
const SAMPLED: usize = 64;

/// Adding one ledger to another takes about as long as walking this many switches for each day of the window.
const ADDING_A_DAY: f64 = 25.0;

/// The runs of several policies in one replication, behind the queue of the round before it. `progress` is called from
/// time to time with the share of the work done.
///
/// # Errors
/// When a conservation law breaks, or the market cannot be drawn.
pub(super) fn walked(
    scenario: &Scenario,
    policies: &[Policy],
    replication: u32,
    drive: Drive,
    south: Option<&SouthQueue>,
    progress: &mut dyn FnMut(f64),
) -> Result<Vec<Ledger>, StudyError> {
    let meters = Meters::new(scenario, replication)?;
    let around = Around { civil: &scenario.civil, south };
    let shares = drive == Drive::Alone && south.is_none() && policies.len() > 1;
    let (shared, walks) = if shares {
        shared_ledgers(scenario, policies, &meters)
    } else {
        let in_window = 1.0 - meters.expected_in_warm_up() / meters.expected_switches().max(1.0);
        (SharedLedgers::default(), policies.len() as f64 * in_window)
    };
    let settled_in_sample = meters.settled();
    let halves = policies.iter().map(|policy| Half::new(policy, scenario)).collect();
    let mut round = Round { scenario, meters: &meters, around, drive, halves, shared, batch: Vec::new(), done: 0 };
    let size = if policies.len() > 1 { BATCH } else { BATCH_OF_ONE };
    let whole = meters.expected_switches() * (1.0 + walks);
    let mut reported = 0;
    meters.each(|plan, name| {
        let unmoved = if shares { round.unmoved_at(&plan, name) } else { PolicySet::default() };
        round.batch.push(Drawn { plan, name, unmoved });
        if round.batch.len() == size {
            round.walk();
        }
        let done = round.done + meters.settled() - settled_in_sample;
        if done >= reported + REPORTED_EVERY {
            progress(done as f64 / whole);
            reported = done;
        }
    });
    round.walk();
    progress((round.done + meters.settled() - settled_in_sample) as f64 / whole);
    round.finish(replication)
}

struct Round<'s> {
    scenario: &'s Scenario,
    meters: &'s Meters<'s>,
    around: Around<'s>,
    drive: Drive,
    halves: Vec<Half<'s>>,
    shared: SharedLedgers,
    batch: Vec<Drawn>,
    // Switches drawn or walked so far; each costs about the same.
    done: u64,
}

/// The run of one policy, in progress.
struct Half<'s> {
    policy: &'s Policy,
    ledger: Ledger,
    // What waits for a supplier's capacity is settled once all are drawn, and drawn again for that.
    coupled: Coupled,
    names: Vec<Name>,
    // What the agenda drives.
    driven: Vec<MeterPlan>,
}

/// A meter before any policy is applied.
struct Drawn {
    plan: MeterPlan,
    name: Name,
    // The policies that do not change it. One walk counts for all of them.
    unmoved: PolicySet,
}

impl Round<'_> {
    fn unmoved_at(&self, plan: &MeterPlan, name: Name) -> PolicySet {
        unmoved_at(plan, name, self.halves.iter().map(|half| half.policy), self.meters, self.scenario)
    }

    /// Walks the meters of the batch, policy by policy.
    fn walk(&mut self) {
        let Self { scenario, meters, around, drive, ref mut halves, ref mut shared, ref mut batch, ref mut done } =
            *self;
        for drawn in batch.iter_mut() {
            *done += drawn.plan.switches.len() as u64;
            let Some((set, ledger)) = shared.within(drawn.unmoved) else {
                drawn.unmoved = PolicySet::default();
                continue;
            };
            drawn.unmoved = set;
            drawn.name.lots(scenario, &meters.draws, |lots| react(&mut drawn.plan, lots, scenario));
            backlog::run(std::slice::from_ref(&drawn.plan), &[], around, drive, ledger);
            *done += drawn.plan.switches.len() as u64;
        }
        let mut copy = None;
        for (place, half) in halves.iter_mut().enumerate() {
            for Drawn { plan, name, .. } in batch.iter().filter(|drawn| !drawn.unmoved.contains(place)) {
                let copy = copied(&mut copy, plan);
                name.lots(scenario, &meters.draws, |lots| reshape(copy, half.policy, lots, scenario));
                if half.take(copy, *name, around, drive) {
                    *done += copy.switches.len() as u64;
                }
            }
        }
        batch.clear();
    }

    /// Runs the meters whose order matters, and completes each policy's ledger.
    fn finish(self, replication: u32) -> Result<Vec<Ledger>, StudyError> {
        let Self { scenario, meters, around, halves, shared, .. } = self;
        let desks = scenario.desks();
        let finish = |(place, half): (usize, Half<'_>)| {
            let Half { policy, mut ledger, mut coupled, names, driven } = half;
            let plans = Again { scenario, meters, policy, names: &names };
            coupled.settle(&plans, &desks, around, &mut ledger);
            backlog::run(&driven, &desks, around, Drive::Agenda, &mut ledger);
            shared.of_policy(place).for_each(|part| ledger.merge(part));
            let broken = |law| StudyError::Conservation { policy: policy.id.clone(), replication, law };
            ledger.check_conservation().map_err(broken)?;
            Ok(ledger)
        };
        halves.into_iter().enumerate().map(finish).collect()
    }
}

impl<'s> Half<'s> {
    fn new(policy: &'s Policy, scenario: &Scenario) -> Self {
        let (coupled, names, driven) = (Coupled::default(), Vec::new(), Vec::new());
        Self { policy, ledger: scenario.ledger(), coupled, names, driven }
    }

    /// Walks a meter that nothing couples, and holds any other. Returns whether it was walked.
    fn take(&mut self, plan: &MeterPlan, name: Name, around: Around<'_>, drive: Drive) -> bool {
        if drive == Drive::Agenda {
            self.driven.push(plan.clone());
            return false;
        }
        if plan.is_coupled() {
            self.coupled.hold(self.names.len() as u32, plan, self.ledger.window.horizon);
            self.names.push(name);
            return false;
        }
        backlog::run(std::slice::from_ref(plan), &[], around, drive, &mut self.ledger);
        true
    }
}

/// The meters that wait for a supplier's capacity under a policy, drawn again.
struct Again<'a> {
    scenario: &'a Scenario,
    meters: &'a Meters<'a>,
    policy: &'a Policy,
    names: &'a [Name],
}

impl Plans for Again<'_> {
    fn with(&self, number: u32, then: &mut dyn FnMut(&MeterPlan)) {
        let name = self.names[number as usize];
        let mut plan = self.meters.one(name).expect("a meter is drawn again as it was drawn before");
        name.lots(self.scenario, &self.meters.draws, |lots| reshape(&mut plan, self.policy, lots, self.scenario));
        then(&plan);
    }
}

/// A copy of a plan, which reuses the memory of the last one.
fn copied<'c>(copy: &'c mut Option<MeterPlan>, plan: &MeterPlan) -> &'c mut MeterPlan {
    if let Some(copy) = copy {
        copy.clone_from(plan);
    }
    copy.get_or_insert_with(|| plan.clone())
}

/// Ledgers for the sets of policies that change nothing about most meters, estimated by a sample, and how often each
/// drawn switch is walked with them. Switches that are settled before the window are never walked.
fn shared_ledgers(scenario: &Scenario, policies: &[Policy], meters: &Meters<'_>) -> (SharedLedgers, f64) {
    let mut sample: BTreeMap<PolicySet, u64> = BTreeMap::new();
    meters.each_nth(SAMPLED, |plan, name| {
        let switches = plan.switches.len() as u64;
        *sample.entry(unmoved_at(&plan, name, policies.iter(), meters, scenario)).or_default() += switches;
    });
    let sampled = sample.values().sum::<u64>() as f64;
    let adding = ADDING_A_DAY * scenario.window.days as f64 * sampled
        / (meters.expected_switches() - meters.expected_in_warm_up()).max(1.0);
    let mut shared = SharedLedgers::for_sample(policies.len(), &sample, adding as u64, || scenario.ledger());
    let mut spared = |set: PolicySet| shared.within(set).map_or(0, |(set, _)| u64::from(set.len()) - 1);
    let spared: u64 = sample.iter().map(|(set, switches)| switches * spared(*set)).sum();
    let in_window = sampled / (sampled + meters.settled() as f64).max(1.0);
    (shared, (policies.len() as f64 - spared as f64 / sampled.max(1.0)) * in_window)
}

/// The policies whose levers are all idle at a meter.
fn unmoved_at<'p>(
    plan: &MeterPlan,
    name: Name,
    policies: impl Iterator<Item = &'p Policy>,
    meters: &Meters<'_>,
    scenario: &Scenario,
) -> PolicySet {
    if plan.is_coupled() {
        return PolicySet::default();
    }
    let smooth = Smooth::of(plan, scenario.window.horizon, &scenario.civil);
    name.lots(scenario, &meters.draws, |lots| {
        let is_idle = |policy: &Policy| policy.pulls.iter().all(|pull| pull.is_idle(plan, smooth.as_ref(), lots));
        policies.map(is_idle).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::read;

    #[test]
    fn reported_progress_grows_to_about_the_whole() {
        let text = include_str!("../../scenarios/gb-year.toml");
        let (mut scenario, _) = read("gb-year", text).expect("a valid scenario");
        scenario.market.as_mut().expect("a market").scale(1.0 / 500.0);
        for policies in [1, 4] {
            let mut shares = Vec::new();
            walked(&scenario, &scenario.policies[..policies], 0, Drive::Alone, None, &mut |share| shares.push(share))
                .expect("conservation holds");
            assert!(shares.is_sorted(), "{shares:?}");
            // 20,000 switches, and what they cost by a sample of some 300.
            let last = shares.last().copied().unwrap_or_default();
            assert!((last - 1.0).abs() < 0.1, "{policies} policies: {last}");
        }
    }

    #[test]
    fn a_run_that_breaks_a_law_of_conservation_is_an_error_that_names_policy_replication_and_law() {
        let (scenario, _) = read("incident", include_str!("../../scenarios/dp072-incident.toml")).expect("valid");
        let meters = Meters::new(&scenario, 0).expect("scripted meters");
        let mut half = Half::new(&scenario.policies[1], &scenario);
        half.ledger.open += 1;
        let around = Around { civil: &scenario.civil, south: None };
        let (shared, batch) = (SharedLedgers::default(), Vec::new());
        let round = Round {
            scenario: &scenario,
            meters: &meters,
            around,
            drive: Drive::Alone,
            halves: vec![half],
            shared,
            batch,
            done: 0,
        };
        let error = round.finish(7).expect_err("a case is open that never opened").to_string();
        let law = "policy nothing, replication 7: cases at the start + opened = closed + open";
        assert!(error.contains(law), "{error}");
    }
}
