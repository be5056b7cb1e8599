//! The runs of one replication: several policies at once, or round by round where a stated capacity acts back.

use super::error::StudyError;
use super::round::walked;
use crate::model::backlog::Drive;
use crate::model::ledger::Ledger;
use crate::model::south::{self, SouthQueue};
use crate::scenario::{Policy, Scenario};

/// One run of one policy, checked for conservation.
///
/// # Errors
/// When a conservation law is broken, or the market cannot be drawn.
pub fn simulate(scenario: &Scenario, policy: &Policy, replication: u32, drive: Drive) -> Result<Ledger, StudyError> {
    if scenario.states_a_capacity() {
        return Ok(settled(scenario, policy, replication, drive, &mut |_| ())?.0);
    }
    let mut ledgers = walked(scenario, std::slice::from_ref(policy), replication, drive, None, &mut |_| ())?;
    Ok(ledgers.swap_remove(0))
}

/// The runs of several policies in one replication, each as [`simulate`] would give it; the market is drawn once for
/// all of them. `progress` is called from time to time with the share of the work done, which is a guess for runs in
/// rounds: nobody knows how many rounds are needed.
///
/// # Errors
/// When a conservation law is broken, or the market cannot be drawn.
pub fn simulate_all(
    scenario: &Scenario,
    policies: &[Policy],
    replication: u32,
    drive: Drive,
    progress: &mut dyn FnMut(f64),
) -> Result<Vec<Ledger>, StudyError> {
    if scenario.states_a_capacity() {
        let share = 1.0 / policies.len() as f64;
        let run = |(place, policy): (usize, &Policy)| {
            let shown = &mut |done: f64| progress((place as f64 + done) * share);
            Ok(settled(scenario, policy, replication, drive, shown)?.0)
        };
        return policies.iter().enumerate().map(run).collect();
    }
    walked(scenario, policies, replication, drive, None, progress)
}

/// A run behind a stated capacity, and the queue in which its commands waited.
///
/// `progress` is called from time to time with the share of the work done, as if each round left half of it.
pub(super) fn settled(
    scenario: &Scenario,
    policy: &Policy,
    replication: u32,
    drive: Drive,
    progress: &mut dyn FnMut(f64),
) -> Result<(Ledger, Option<SouthQueue>), StudyError> {
    let shares: Vec<u16> = policy.pulls.iter().filter_map(|pull| pull.lever.throttles_above()).collect();
    let mut left = 1.0;
    let mut round = |south: Option<&SouthQueue>| -> Result<Ledger, StudyError> {
        let shown = &mut |share: f64| progress(1.0 - left * (1.0 - share.min(1.0) / 2.0));
        let mut ledgers = walked(scenario, std::slice::from_ref(policy), replication, drive, south, shown)?;
        left /= 2.0;
        Ok(ledgers.swap_remove(0))
    };
    match scenario.frame.way_south(&scenario.window, scenario.place_of(policy)) {
        None => Ok((round(None)?, None)),
        Some(way) => {
            let (ledger, queue) = south::settled(&way, &shares, |queue| round(Some(queue)))?;
            Ok((ledger, Some(queue)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::read;

    #[test]
    fn progress_in_rounds_behind_a_stated_capacity_grows_and_is_never_the_whole_too_early() {
        let text = include_str!("../../scenarios/september-2021-solr-wave.toml");
        let (mut scenario, _) = read("wave", text).expect("a valid scenario");
        assert!(scenario.states_a_capacity());
        scenario.market.as_mut().expect("a market").scale(1.0 / 1_000.0);
        let mut shares = Vec::new();
        simulate_all(&scenario, &scenario.policies[..2], 0, Drive::Alone, &mut |share| shares.push(share))
            .expect("conservation holds");
        // At least one report a round, and one round or more for each policy.
        assert!(shares.len() >= 2 && shares.is_sorted(), "{shares:?}");
        assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "{shares:?}");
    }
}
