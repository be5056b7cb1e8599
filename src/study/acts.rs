//! Whether the policies of a scenario act on its meters at all.

use super::error::StudyError;
use super::meters::{Meters, Name};
use crate::model::lever::Pull;
use crate::model::plan::MeterPlan;
use crate::scenario::{Policy, Scenario};

/// About how many switches of a market are looked at.
const LOOKED_AT: f64 = 5_000.0;
/// The most scripted meters and policies that are looked at together.
const MOST_PAIRS: usize = 1_000_000;

/// Which meters were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looked {
    /// All that there are.
    AtAll,
    /// This many, drawn at random.
    AtSome(usize),
}

/// The policies that find nothing to act on at all meters that are looked at, by their places: every scripted meter,
/// and one in so many of a market's in the first replication that there are about `LOOKED_AT`. A policy that acts
/// otherwise than on meters, or that pulls no lever, is none of them.
///
/// # Errors
/// When the market cannot be drawn.
pub fn idle_policies(scenario: &Scenario) -> Result<Vec<(usize, Looked)>, StudyError> {
    let is_suspect = |policy: &Policy| !policy.pulls.is_empty() && policy.id != scenario.experiment.baseline;
    let mut idle: Vec<usize> = (0..scenario.policies.len()).filter(|at| is_suspect(&scenario.policies[*at])).collect();
    if idle.is_empty() || scenario.meters.len().saturating_mul(idle.len()) > MOST_PAIRS {
        return Ok(Vec::new());
    }
    let meters = Meters::new(scenario, 0)?;
    let drawn = meters.expected_switches() - scenario.meters.len() as f64;
    let mut seen = 0;
    let mut look = |plan: &MeterPlan, name: Name| {
        seen += 1;
        meters.lots(name, |lots| {
            let finds_nothing = |pull: &Pull| pull.finds_nothing(plan, lots, &scenario.laws);
            let finds_nothing = |policy: usize| scenario.policies[policy].pulls.iter().all(finds_nothing);
            idle.retain(|policy| finds_nothing(*policy));
        });
    };
    meters.each_scripted(1, |plan, name| look(&plan, name));
    let one_in = (drawn / LOOKED_AT) as usize;
    meters.each_drawn(one_in.max(1), |plan, name| look(&plan, name));
    let looked = if scenario.market.is_some() { Looked::AtSome(seen) } else { Looked::AtAll };
    Ok(idle.into_iter().map(|policy| (policy, looked)).collect())
}
