//! The runs of one replication: several policies at once.

use super::error::StudyError;
use super::meters::each_plan;
use super::round::{Walked, walked};
use crate::model::backlog::{self, Drive};
use crate::model::ledger::Ledger;
use crate::model::plan::MeterPlan;
use crate::model::south::{self, SouthQueue};
use crate::model::walk::Around;
use crate::scenario::{Policy, Scenario};

/// A run that is over.
#[derive(Debug)]
pub struct Counted {
    /// What it counted, checked for conservation.
    pub ledger: Ledger,
    /// The queue before the way south, where its capacity is stated.
    pub south: Option<SouthQueue>,
}

/// One run of one policy, checked for conservation.
///
/// # Errors
/// When a conservation law is broken, or the market cannot be drawn.
pub fn simulate(scenario: &Scenario, policy: &Policy, replication: u32, drive: Drive) -> Result<Ledger, StudyError> {
    let mut runs = simulate_all(scenario, std::slice::from_ref(policy), replication, drive, &mut |_| ())?;
    Ok(runs.swap_remove(0).ledger)
}

/// The runs of several policies in one replication, each as [`simulate`] would give it; the market is drawn once for
/// all of them. `progress` is called from time to time with the share of the work done.
///
/// # Errors
/// When a conservation law is broken, or the market cannot be drawn.
pub fn simulate_all(
    scenario: &Scenario,
    policies: &[Policy],
    replication: u32,
    drive: Drive,
    progress: &mut dyn FnMut(f64),
) -> Result<Vec<Counted>, StudyError> {
    if drive == Drive::Agenda {
        return policies.iter().map(|policy| by_agenda(scenario, policy, replication)).collect();
    }
    let runs = walked(scenario, policies, replication, &|| scenario.ledger(), progress)?;
    let counted = |Walked { ledger, interplay }| Counted { ledger, south: interplay.into_queue() };
    Ok(runs.into_iter().map(counted).collect())
}

/// The reference for one policy: the agenda takes every step, and all meters are walked in every round.
fn by_agenda(scenario: &Scenario, policy: &Policy, replication: u32) -> Result<Counted, StudyError> {
    let mut meters: Vec<MeterPlan> = Vec::new();
    each_plan(scenario, policy, replication, |plan| meters.push(plan))?;
    let round = |south: Option<&SouthQueue>| {
        let mut ledger = scenario.ledger();
        let around = Around { civil: &scenario.civil, south };
        backlog::run(&meters, &scenario.desks(), around, Drive::Agenda, &mut ledger);
        ledger
    };
    let (ledger, south) = match scenario.way_south(policy) {
        None => (round(None), None),
        Some(way) => {
            let (ledger, queue) = south::settled(&way, &policy.throttles(), |queue| round(Some(queue)));
            (ledger, Some(queue))
        }
    };
    let broken = |law| StudyError::Conservation { policy: policy.id.clone(), replication, law };
    ledger.check_conservation().map_err(broken)?;
    Ok(Counted { ledger, south })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::read;

    #[test]
    fn progress_of_meters_that_act_on_one_another_grows_to_the_whole() {
        let text = include_str!("../../scenarios/september-2021-solr-wave.toml");
        let (mut scenario, _) = read("wave", text).expect("a valid scenario");
        assert!(scenario.states_a_capacity());
        scenario.market.as_mut().expect("a market").scale(1.0 / 1_000.0);
        let mut shares = Vec::new();
        simulate_all(&scenario, &scenario.policies[..2], 0, Drive::Alone, &mut |share| shares.push(share))
            .expect("conservation holds");
        assert!(shares.is_sorted(), "{shares:?}");
        let [.., last_but_one, last] = shares[..] else { panic!("{shares:?}") };
        assert!(last_but_one < 1.0 && last == 1.0, "{shares:?}");
    }
}
