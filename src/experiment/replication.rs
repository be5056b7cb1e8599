//! The runs of one replication: meters are drawn and struck by injections once, then every policy reshapes and walks its own copy.

use std::collections::BTreeMap;

use super::scenario::{Policy, Scenario};
use super::shared::{PolicySet, SharedLedgers};
use crate::engine::random::Draws;
use crate::model::backlog::{self, Drive, Followed};
use crate::model::draw::{FirstSwitch, Lot};
use crate::model::ledger::{Ledger, Window};
use crate::model::lever::{Lots, reaction};
use crate::model::market::Drawing;
use crate::model::plan::{MeterId, MeterPlan, SupplierId};
use crate::model::smooth::Smooth;
use crate::model::south::SouthQueue;
use crate::model::walk::{Around, Walk};

/// Meters that one policy walks before the next one does: a policy's books stay in the processor's caches meanwhile.
const BATCH: usize = 32768;

/// One meter in so many is looked at for what policies share, and one a day at least.
const SAMPLED: usize = 64;

/// Rounds of a run behind a stated capacity; what is not settled by then is told.
const MOST_ROUNDS: u32 = 8;

/// Something that keeps a study from finishing: a bug, never a property of the scenario.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// A conservation law broke.
    #[error("policy {policy}, replication {replication}: {law}: this is a bug, please report it with the scenario")]
    Conservation {
        /// The policy.
        policy: String,
        /// The replication.
        replication: u32,
        /// The law.
        law: String,
    },
    /// The market cannot be drawn.
    #[error("{0}")]
    Market(String),
    /// No threads.
    #[error("cannot start threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// One run of one policy, checked for conservation.
///
/// # Errors
/// When a conservation law breaks, or the market cannot be drawn.
pub fn simulate(scenario: &Scenario, policy: &Policy, replication: u32, drive: Drive) -> Result<Ledger, StudyError> {
    if states_a_capacity(scenario) {
        return Ok(settled(scenario, policy, replication, drive)?.0);
    }
    let mut ledgers = walked(scenario, std::slice::from_ref(policy), replication, drive, None)?;
    Ok(ledgers.swap_remove(0))
}

/// The runs of several policies in one replication, each as [`simulate`] would give it; the market is drawn once for all of them.
///
/// # Errors
/// When a conservation law breaks, or the market cannot be drawn.
pub fn simulate_all(
    scenario: &Scenario,
    policies: &[Policy],
    replication: u32,
    drive: Drive,
) -> Result<Vec<Ledger>, StudyError> {
    if states_a_capacity(scenario) {
        return policies.iter().map(|policy| simulate(scenario, policy, replication, drive)).collect();
    }
    walked(scenario, policies, replication, drive, None)
}

fn states_a_capacity(scenario: &Scenario) -> bool {
    scenario.traffic.is_some_and(|traffic| traffic.capacity.is_some())
}

/// A run behind a stated capacity, and the queue in which its commands waited: it is walked again behind the queue that it made, until it
/// makes the queue that it waited in. Effects never precede their causes, so each round settles what the ones before it did not reach.
fn settled(
    scenario: &Scenario,
    policy: &Policy,
    replication: u32,
    drive: Drive,
) -> Result<(Ledger, Option<SouthQueue>), StudyError> {
    // Before the first round nothing is asked for.
    let mut south = scenario.frame.south(&Ledger::new(scenario.window));
    let shares: Vec<u16> = policy.pulls.iter().filter_map(|pull| pull.lever.throttles_above()).collect();
    let mut round = 1;
    loop {
        let mut ledgers = walked(scenario, std::slice::from_ref(policy), replication, drive, south.as_ref())?;
        let mut ledger = ledgers.swap_remove(0);
        let (Some(before), Some(made)) = (south, scenario.frame.south(&ledger)) else { return Ok((ledger, None)) };
        let differing = before.differing_minutes(&made, &shares);
        if differing == 0 || round == MOST_ROUNDS {
            ledger.unsettled_minutes = differing;
            return Ok((ledger, Some(before)));
        }
        south = Some(made);
        round += 1;
    }
}

/// A run of one policy as far as the meters have come.
struct Half {
    ledger: Ledger,
    // Held until all are drawn: order matters to them.
    coupled: Vec<MeterPlan>,
}

/// A meter as it is before any policy.
struct Drawn {
    plan: MeterPlan,
    name: Name,
    // Policies that move nothing of what happens to it, so that one walk counts for all of them.
    unmoved: PolicySet,
}

/// One round of the runs of several policies, behind the queue of the round before it.
fn walked(
    scenario: &Scenario,
    policies: &[Policy],
    replication: u32,
    drive: Drive,
    south: Option<&SouthQueue>,
) -> Result<Vec<Ledger>, StudyError> {
    let around = Around { civil: &scenario.civil, south };
    let mut halves: Vec<Half> = policies.iter().map(|_| Half::new(scenario)).collect();
    let draws = Draws::new(scenario.experiment.seed, replication);
    let shares = drive == Drive::Alone && south.is_none() && policies.len() > 1;
    let mut shared = if shares { shared_ledgers(scenario, policies, &draws)? } else { SharedLedgers::default() };
    let mut batch: Vec<Drawn> = Vec::with_capacity(BATCH);
    let mut walk = |batch: &mut Vec<Drawn>| {
        for drawn in batch.iter_mut() {
            let Some((set, ledger)) = shared.within(drawn.unmoved) else {
                drawn.unmoved = PolicySet::default();
                continue;
            };
            drawn.unmoved = set;
            drawn.name.lots(&draws, |lots| react(&mut drawn.plan, lots, scenario));
            backlog::run(std::slice::from_ref(&drawn.plan), &[], around, drive, ledger);
        }
        for (place, (policy, half)) in policies.iter().zip(&mut halves).enumerate() {
            for Drawn { plan, name, .. } in batch.iter().filter(|drawn| !drawn.unmoved.contains(place)) {
                name.lots(&draws, |lots| half.take(reshaped(plan.clone(), policy, lots, scenario), around, drive));
            }
        }
        batch.clear();
    };
    each_drawn(scenario, &draws, 1, |plan, name| {
        let unmoved = if shares { unmoved_at(&plan, name, policies, &draws, scenario) } else { PolicySet::default() };
        batch.push(Drawn { plan, name, unmoved });
        if batch.len() == BATCH {
            walk(&mut batch);
        }
    })?;
    walk(&mut batch);
    let desks = scenario.desks();
    let finish = |(place, (policy, half)): (usize, (&Policy, Half))| {
        let Half { mut ledger, coupled } = half;
        backlog::run(&coupled, &desks, around, drive, &mut ledger);
        shared.of_policy(place).for_each(|part| ledger.merge(part));
        let broken = |law| StudyError::Conservation { policy: policy.id.clone(), replication, law };
        ledger.check_conservation().map_err(broken)?;
        Ok(ledger)
    };
    policies.iter().zip(halves).enumerate().map(finish).collect()
}

/// Ledgers for the sets of policies that move nothing of most meters, by a sample of them.
fn shared_ledgers(scenario: &Scenario, policies: &[Policy], draws: &Draws) -> Result<SharedLedgers, StudyError> {
    let mut sample = BTreeMap::new();
    each_drawn(scenario, draws, SAMPLED, |plan, name| {
        *sample.entry(unmoved_at(&plan, name, policies, draws, scenario)).or_default() += 1;
    })?;
    Ok(SharedLedgers::for_sample(policies.len(), &sample, || scenario.ledger()))
}

/// The policies whose levers are all idle at a meter.
fn unmoved_at(plan: &MeterPlan, name: Name, policies: &[Policy], draws: &Draws, scenario: &Scenario) -> PolicySet {
    if plan.is_coupled() {
        return PolicySet::default();
    }
    let smooth = Smooth::of(plan, scenario.window.horizon, &scenario.civil);
    name.lots(draws, |lots| {
        let is_idle = |policy: &Policy| policy.pulls.iter().all(|pull| pull.is_idle(plan, smooth.as_ref(), lots));
        policies.iter().map(is_idle).collect()
    })
}

impl Half {
    fn new(scenario: &Scenario) -> Self {
        Self { ledger: scenario.ledger(), coupled: Vec::new() }
    }

    /// What nothing couples is walked as it is drawn and never held.
    fn take(&mut self, plan: MeterPlan, around: Around<'_>, drive: Drive) {
        if plan.is_coupled() || drive == Drive::Agenda {
            self.coupled.push(plan);
        } else {
            backlog::run(&[plan], &[], around, drive, &mut self.ledger);
        }
    }
}

/// One meter's plan under a policy, and what happens to it among all those that it shares a supplier's capacity with.
///
/// # Errors
/// When the market cannot be drawn.
pub fn follow(
    scenario: &Scenario,
    policy: &Policy,
    replication: u32,
    meter: MeterId,
) -> Result<Option<(MeterPlan, Followed)>, StudyError> {
    let (mut coupled, mut wanted) = (Vec::new(), None);
    each_plan(scenario, policy, replication, |plan| {
        if plan.id == meter {
            wanted = Some(plan.clone());
        }
        if plan.is_coupled() {
            coupled.push(plan);
        }
    })?;
    let Some(plan) = wanted else { return Ok(None) };
    let south =
        if states_a_capacity(scenario) { settled(scenario, policy, replication, Drive::Alone)?.1 } else { None };
    let around = Around { civil: &scenario.civil, south: south.as_ref() };
    let mut followed = Followed::new(meter, scenario.window);
    if plan.is_coupled() {
        let others = &mut Ledger::new(scenario.window);
        let desks = scenario.desks();
        backlog::run_following(&coupled, &desks, around, Drive::Alone, others, Some(&mut followed));
    } else {
        let Window { start, horizon, .. } = scenario.window;
        let walk = Walk::new(&plan, 1, start, horizon, around);
        walk.finish(&mut followed.ledger, &mut followed.notes);
    }
    Ok(Some((plan, followed)))
}

/// Every meter's plan under a policy.
///
/// # Errors
/// When the market cannot be drawn.
pub fn each_plan(
    scenario: &Scenario,
    policy: &Policy,
    replication: u32,
    mut each: impl FnMut(MeterPlan),
) -> Result<(), StudyError> {
    let draws = Draws::new(scenario.experiment.seed, replication);
    each_drawn(scenario, &draws, 1, |plan, name| name.lots(&draws, |lots| each(reshaped(plan, policy, lots, scenario))))
}

/// A plan under a policy: reshaped by its levers, and by what suppliers make of being chased.
fn reshaped(mut plan: MeterPlan, policy: &Policy, lots: &Lots<'_>, scenario: &Scenario) -> MeterPlan {
    policy.pulls.iter().for_each(|pull| pull.apply(&mut plan, lots, &scenario.laws));
    react(&mut plan, lots, scenario);
    plan
}

/// What suppliers make of being chased. To be told twice changes nothing.
fn react(plan: &mut MeterPlan, lots: &Lots<'_>, scenario: &Scenario) {
    reaction::apply(plan, lots, &|SupplierId(place)| scenario.suppliers[place as usize].weights.reacts);
}

/// Whom the draws of a meter belong to.
#[derive(Debug, Clone, Copy)]
enum Name {
    Scripted(MeterId),
    Drawn(FirstSwitch),
}

impl Name {
    /// Hands out the lots of the meter's switches.
    fn lots<T>(self, draws: &Draws, then: impl FnOnce(&Lots<'_>) -> T) -> T {
        match self {
            Name::Scripted(id) => {
                let of = |k: usize| Lot::scripted(draws, id, k as u32);
                then(&Lots { of: &of, draws, scripted: true })
            }
            Name::Drawn(first) => {
                let of = |k: usize| Lot::switch(draws, first, k as u32);
                then(&Lots { of: &of, draws, scripted: false })
            }
        }
    }
}

/// Each `nth` meter's plan before any policy: drawn or scripted, and struck by injections.
fn each_drawn(
    scenario: &Scenario,
    draws: &Draws,
    nth: usize,
    mut each: impl FnMut(MeterPlan, Name),
) -> Result<(), StudyError> {
    let mut strike = |mut plan: MeterPlan, name: Name| {
        let injections = scenario.injections.iter();
        name.lots(draws, |lots| injections.for_each(|injection| injection.apply(&mut plan, lots)));
        each(plan, name);
    };
    for plan in scenario.meters.iter().step_by(nth) {
        strike(plan.clone(), Name::Scripted(plan.id));
    }
    if let Some(market) = &scenario.market {
        let (weights, conventions) = (scenario.weights(), scenario.conventions);
        let (failures, time) = (scenario.failures(), (scenario.window, &scenario.civil));
        let drawing =
            Drawing::new(market, &scenario.laws, &weights, &failures, conventions, time).map_err(StudyError::Market)?;
        drawing.each_nth_meter(draws, nth, |plan, first| strike(plan, Name::Drawn(first)));
    }
    Ok(())
}
