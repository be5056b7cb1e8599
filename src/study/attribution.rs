//! What each mitigation of a policy contributes: every subset of its mitigations in the replications of the study, with
//! the same draws.

use super::progress::{Counter, PARTS};
use super::{How, Progress, Stop, StudyError, numbers};
use crate::results::attribution::{Attributed, Attribution, Contributions};
use crate::results::query::Query;
use crate::scenario::{Policy, Scenario};
use crate::spread::Threads;
use crate::text::{listed, nearest, visible};

/// The most mitigations of a policy whose subsets are simulated: 8 have 256.
pub const MOST_MITIGATIONS: usize = 8;
/// The name that stands for all policies that use several mitigations.
pub const ALL: &str = "all";

/// Why nothing can be attributed to the mitigations of a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttributionError {
    /// The scenario has no such policy.
    #[error("this scenario has no policy `{}`\nhelp: {help}", visible(.policy))]
    Unknown {
        /// The name that was given.
        policy: String,
        /// What to write instead.
        help: String,
    },
    /// No policy of the scenario uses several mitigations.
    #[error("no policy of this scenario uses several mitigations\nhelp: leave --attribute out")]
    NoneStacked,
    /// The policy uses fewer than two.
    #[error("the policy `{}` uses fewer than two mitigations\nhelp: {help}", visible(.policy))]
    NotStacked {
        /// The policy.
        policy: String,
        /// What to write instead.
        help: String,
    },
    /// The policy uses too many.
    #[error(
        "the policy `{}` uses {used} mitigations, and at most {MOST_MITIGATIONS} can be told apart, because every \
         subset of them is simulated\nhelp: add a policy that uses {MOST_MITIGATIONS} or fewer of them",
        visible(.policy)
    )]
    TooMany {
        /// The policy.
        policy: String,
        /// The number of its mitigations.
        used: usize,
    },
}

/// The policies with these names, by place, each once; [`ALL`] stands for those that use several mitigations, unless
/// it is the name of a policy.
///
/// # Errors
/// When one does not exist, or uses too few or too many mitigations.
pub fn chosen(scenario: &Scenario, names: &[String]) -> Result<Vec<usize>, AttributionError> {
    let policies = &scenario.policies;
    let stacked: Vec<usize> = (0..policies.len()).filter(|place| policies[*place].mitigations.len() > 1).collect();
    let ids = |places: &[usize]| listed(places.iter().map(|place| policies[*place].id.as_str()), "`");
    let mut chosen: Vec<usize> = Vec::new();
    for name in names {
        match policies.iter().position(|policy| policy.id == *name) {
            Some(place) if policies[place].mitigations.len() > 1 => chosen.push(place),
            Some(_) | None if stacked.is_empty() => return Err(AttributionError::NoneStacked),
            Some(_) => {
                let help = format!("write one of {}", ids(&stacked));
                return Err(AttributionError::NotStacked { policy: name.clone(), help });
            }
            None if name == ALL => chosen.extend(&stacked),
            None => {
                let help = match nearest(name, stacked.iter().map(|place| policies[*place].id.as_str())) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("write `{ALL}`, or one of {}", ids(&stacked)),
                };
                return Err(AttributionError::Unknown { policy: name.clone(), help });
            }
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    match chosen.iter().map(|place| &policies[*place]).find(|policy| policy.mitigations.len() > MOST_MITIGATIONS) {
        Some(Policy { id, mitigations, .. }) => {
            Err(AttributionError::TooMany { policy: id.clone(), used: mitigations.len() })
        }
        None => Ok(chosen),
    }
}

/// The number of runs of each replication that attributing to the mitigations of these policies takes.
pub fn runs(scenario: &Scenario, policies: &[usize]) -> u64 {
    policies.iter().map(|place| 1 << scenario.policies[*place].mitigations.len()).sum()
}

/// The scenario under every subset of a policy's mitigations: the k-th mitigation is in the policies whose place has
/// the k-th bit. The first policy uses none of them, the last all.
///
/// # Panics
/// If the policy uses more than [`MOST_MITIGATIONS`].
pub fn subsets(scenario: &Scenario, policy: &Policy) -> Scenario {
    let used = policy.mitigations.len();
    assert!(used <= MOST_MITIGATIONS, "{used} mitigations");
    let subset = |bits: usize| policy.only(format!("{}/{bits}", policy.id), |place| bits >> place & 1 == 1);
    scenario.under((0..1 << used).map(subset).collect())
}

/// What the mitigations of the policies at these places contribute to the primary numbers, in the replications of the
/// study. `progress` is called by one thread at a time. `None` once it is asked to stop.
///
/// # Errors
/// When a conservation law is broken, a sum overflows or threads cannot be started.
pub fn attribute(
    scenario: &Scenario,
    policies: &[usize],
    how: How,
    stop: &Stop,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Option<Vec<Attribution>>, StudyError> {
    let replications = scenario.experiment.replications;
    let threads = Threads::start(how.threads).map_err(|refused| StudyError::Threads(refused.into()))?;
    let how = How { threads: threads.count(), ..how };
    let counter = Counter::new(runs(scenario, policies) * u64::from(replications), progress);
    let queries: Vec<Query> = scenario.primaries.iter().map(|primary| primary.query.clone()).collect();
    let mut attributions = Vec::new();
    for policy in policies.iter().map(|place| &scenario.policies[*place]) {
        let subsets = subsets(scenario, policy);
        let begun = (0..replications).take_while(|_| !stop.is_requested());
        let done = threads.each(begun, |replication| {
            let values = numbers(&subsets, how, replication, &queries);
            counter.add(PARTS * subsets.policies.len() as u64);
            values
        });
        let done: Vec<Vec<Vec<f64>>> = done.into_iter().collect::<Result<_, _>>()?;
        if done.len() < replications as usize {
            return Ok(None);
        }
        let attributed = |(place, query): (usize, &Query)| {
            let of = |values: &Vec<Vec<f64>>| {
                Contributions::of(&values.iter().map(|of_subset| of_subset[place]).collect::<Vec<f64>>())
            };
            let contributions: Vec<Contributions> = done.iter().map(of).collect();
            let number = (query.to_string(), query.metric.unit.name());
            Attributed::of(number, &policy.mitigations, &contributions, scenario.experiment.confidence)
        };
        let numbers = queries.iter().enumerate().filter_map(attributed).collect();
        attributions.push(Attribution { policy: policy.id.clone(), numbers });
    }
    Ok(Some(attributions))
}
