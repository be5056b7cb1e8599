//! A study: every policy in every replication, the runs spread over threads and reduced in a fixed order.

use rayon::prelude::*;

use super::expectation::Verdict;
use super::metric::{self, METRICS, Row};
use super::scenario::{Policy, Scenario};
use super::statistics::{self, Summary};
use crate::engine::digest::Fingerprint;
use crate::engine::random::Draws;
use crate::model::backlog::{self, Drive, Followed};
use crate::model::draw::Lot;
use crate::model::labels::Channel;
use crate::model::ledger::{Ledger, Window};
use crate::model::lever::{Lots, reaction};
use crate::model::market::Drawing;
use crate::model::plan::{MeterId, MeterPlan, SupplierId};
use crate::model::south::SouthQueue;
use crate::model::traffic::Traffic;
use crate::model::walk::{Around, Walk};

/// How a study is run.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// Threads; 0 is as many as the machine has.
    pub threads: usize,
    /// Alone or by the agenda; the results are the same.
    pub drive: Drive,
}

impl Default for How {
    fn default() -> Self {
        Self { threads: 0, drive: Drive::Alone }
    }
}

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

/// One run: a policy in a replication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Values, one for each row of the catalogue.
    pub values: Vec<u64>,
    /// Leaked pushed reads delivered, by local day.
    pub leaked_by_day: Vec<u64>,
    /// E4s delivered, by local day.
    pub e4_by_day: Vec<u64>,
    /// Hash of all changes of state.
    pub fingerprint: Fingerprint,
}

/// All runs of a study.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// What each value of a run is.
    pub catalogue: Vec<Row>,
    /// By policy, in the scenario's order, then replication.
    pub runs: Vec<Vec<Run>>,
    /// Place of the baseline among the policies.
    pub baseline: usize,
}

/// Runs a scenario. `tick` is called after every run.
///
/// # Errors
/// When a conservation law breaks or threads cannot be had.
pub fn run(scenario: &Scenario, how: How, tick: &(dyn Fn() + Sync)) -> Result<Results, StudyError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(how.threads).build()?;
    let units: Vec<(usize, u32)> = (0..scenario.policies.len())
        .flat_map(|policy| (0..scenario.experiment.replications).map(move |replication| (policy, replication)))
        .collect();
    let mut runs: Vec<Run> = pool.install(|| {
        units
            .par_iter()
            .map(|&(policy, replication)| {
                let ledger = simulate(scenario, &scenario.policies[policy], replication, how.drive)?;
                tick();
                Ok(Run {
                    values: metric::rows(&ledger, &scenario.frame).into_iter().map(|row| row.value).collect(),
                    leaked_by_day: scenario.frame.by_day(&ledger, Channel::LeakedPush),
                    e4_by_day: scenario.frame.by_day(&ledger, Channel::E4),
                    fingerprint: ledger.fingerprint,
                })
            })
            .collect::<Result<_, StudyError>>()
    })?;
    let mut by_policy = Vec::with_capacity(scenario.policies.len());
    for _ in 0..scenario.policies.len() {
        let rest = runs.split_off(scenario.experiment.replications as usize);
        by_policy.push(std::mem::replace(&mut runs, rest));
    }
    let baseline = scenario.policies.iter().position(|p| p.id == scenario.experiment.baseline).unwrap_or(0);
    Ok(Results { catalogue: metric::rows(&Ledger::new(scenario.window), &scenario.frame), runs: by_policy, baseline })
}

/// One run of one policy, checked for conservation. Where a stated capacity makes commands wait, it is walked again behind the queue that it
/// made, until it makes the queue that it waited in: effects never precede their causes, so each round settles what the ones before it did
/// not reach.
///
/// # Errors
/// When a conservation law breaks, or the market cannot be drawn.
pub fn simulate(scenario: &Scenario, policy: &Policy, replication: u32, drive: Drive) -> Result<Ledger, StudyError> {
    Ok(settled(scenario, policy, replication, drive)?.0)
}

/// A run's ledger, and the queue in which its commands waited.
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
        let mut ledger = walked(scenario, policy, replication, drive, south.as_ref())?;
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

/// One round of a run, behind the queue of the round before it.
fn walked(
    scenario: &Scenario,
    policy: &Policy,
    replication: u32,
    drive: Drive,
    south: Option<&SouthQueue>,
) -> Result<Ledger, StudyError> {
    let around = Around { civil: &scenario.civil, south };
    let mut ledger = Ledger::new(scenario.window);
    if scenario.traffic.is_some() {
        ledger.traffic = Some(Box::new(Traffic::new(scenario.window)));
    }
    let mut meters = Vec::new();
    each_plan(scenario, policy, replication, |plan| {
        // What nothing couples is walked as it is drawn and never held.
        if plan.is_coupled() || drive == Drive::Agenda {
            meters.push(plan);
        } else {
            backlog::run(&[plan], &[], around, drive, &mut ledger);
        }
    })?;
    backlog::run(&meters, &scenario.desks(), around, drive, &mut ledger);
    ledger.check_conservation().map_err(|law| StudyError::Conservation {
        policy: policy.id.clone(),
        replication,
        law,
    })?;
    Ok(ledger)
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
    let stated = scenario.traffic.is_some_and(|traffic| traffic.capacity.is_some());
    let south = if stated { settled(scenario, policy, replication, Drive::Alone)?.1 } else { None };
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

/// Every meter's plan under a policy: drawn or scripted, struck by injections, reshaped by levers.
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
    let reacts = |supplier: SupplierId| scenario.suppliers[supplier.0 as usize].weights.reacts;
    let mut reshape = |mut plan: MeterPlan, lots: &Lots<'_>| {
        scenario.injections.iter().for_each(|injection| injection.apply(&mut plan, lots));
        policy.pulls.iter().for_each(|pull| pull.apply(&mut plan, lots, &scenario.laws));
        reaction::apply(&mut plan, lots, &reacts);
        each(plan);
    };
    for plan in &scenario.meters {
        let id = plan.id;
        let of = |k: usize| Lot::scripted(&draws, id, k as u32);
        reshape(plan.clone(), &Lots { of: &of, draws: &draws, scripted: true });
    }
    if let Some(market) = &scenario.market {
        let (weights, conventions) = (scenario.weights(), scenario.conventions);
        let (failures, time) = (scenario.failures(), (scenario.window, &scenario.civil));
        let drawing =
            Drawing::new(market, &scenario.laws, &weights, &failures, conventions, time).map_err(StudyError::Market)?;
        drawing.each_meter(&draws, |plan, first| {
            let of = |k: usize| Lot::switch(&draws, first, k as u32);
            reshape(plan, &Lots { of: &of, draws: &draws, scripted: false });
        });
    }
    Ok(())
}

impl Results {
    /// Replications.
    pub fn replications(&self) -> usize {
        self.runs.first().map_or(0, Vec::len)
    }

    /// Which rows of the catalogue results folders show: all but a stock's days within a month; these are many and each is
    /// like its neighbours.
    pub fn shown(&self) -> Vec<bool> {
        let days: Vec<&str> = self.catalogue.iter().filter_map(|row| row.label("at")).collect();
        let last = days.iter().max().copied();
        let month_end = |day: &str| day.parse::<jiff::civil::Date>().is_ok_and(|date| date == date.last_of_month());
        self.catalogue.iter().map(|row| row.label("at").is_none_or(|day| Some(day) == last || month_end(day))).collect()
    }

    /// Mean and interval of each row of the catalogue under a policy.
    pub fn summaries(&self, policy: usize, level: f64) -> Vec<Summary> {
        (0..self.catalogue.len())
            .map(|row| {
                let unit = METRICS[self.catalogue[row].metric].unit;
                let values: Vec<f64> = self.runs[policy].iter().map(|run| unit.value(run.values[row])).collect();
                statistics::summarise(&values, level)
            })
            .collect()
    }

    /// A query's value in every replication of a policy.
    pub fn values(&self, query: &super::expectation::Query, policy: usize) -> Vec<Option<f64>> {
        let baseline = &self.runs[self.baseline];
        self.runs[policy]
            .iter()
            .zip(baseline)
            .map(|(run, base)| query.value(&self.catalogue, &run.values, &base.values))
            .collect()
    }

    /// Judges the scenario's expectations.
    pub fn verdicts(&self, scenario: &Scenario) -> Vec<Verdict> {
        scenario
            .expectations
            .iter()
            .filter_map(|expectation| {
                let policy = scenario.policies.iter().position(|p| p.id == expectation.policy)?;
                Some(expectation.judge(&self.values(&expectation.query, policy), scenario.experiment.confidence))
            })
            .collect()
    }

    /// BLAKE3 of the integer rows, policy by policy and replication by replication.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for run in self.runs.iter().flatten() {
            run.values.iter().for_each(|value| {
                hasher.update(&value.to_le_bytes());
            });
        }
        hasher.finalize().to_hex().to_string()
    }
}
