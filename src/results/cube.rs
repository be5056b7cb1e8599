//! The results of a study: every value of every run, by policy and replication.

use serde::{Deserialize, Serialize};

use super::catalogue::{Catalogue, UnknownMetric};
use super::dimension::Dimension;
use super::series::Series;
use crate::engine::digest::Fingerprint;

/// The runs of a policy: one for each replication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runs {
    /// The policy's id.
    pub policy: String,
    /// In the order of replications.
    pub runs: Vec<Run>,
}

/// One run: a policy in a replication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Values, one for each key of the catalogue.
    pub values: Vec<u64>,
    /// Hash of all changes of state.
    pub fingerprint: Fingerprint,
    /// Its traffic step by step, where the study asks for that. It is written beside the values, and a cube that is
    /// read back has none.
    pub series: Option<Box<Series>>,
}

/// All values of a study: policies × replications × keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
pub struct Cube {
    catalogue: Catalogue,
    replications: Vec<u32>,
    policies: Vec<Runs>,
    baseline: usize,
}

/// Why values do not make up a cube.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CubeError {
    /// A key is not known.
    #[error(transparent)]
    Unknown(#[from] UnknownMetric),
    /// A label is not known.
    #[error("the label `{}` is not one of this version of the program", crate::text::visible(.0))]
    UnknownLabel(String),
    /// There are too few or too many values or runs.
    #[error("{what}: expected {expected}, found {found}")]
    Size {
        /// What was counted.
        what: &'static str,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// The baseline is not one of the policies.
    #[error("the baseline is not one of the policies")]
    NoBaseline,
    /// A hash of changes of state is not 32 hexadecimal digits.
    #[error("`{}` is not a fingerprint", crate::text::visible(.0))]
    Fingerprint(String),
}

impl Cube {
    /// A cube of these runs. `baseline` is the place of the policy that others are compared with.
    ///
    /// # Errors
    /// If a policy lacks replications, a run lacks values, or there is no such baseline.
    pub fn new(
        catalogue: Catalogue,
        replications: Vec<u32>,
        policies: Vec<Runs>,
        baseline: usize,
    ) -> Result<Self, CubeError> {
        if baseline >= policies.len() {
            return Err(CubeError::NoBaseline);
        }
        let equal = |what, expected: usize, found: usize| match expected == found {
            true => Ok(()),
            false => Err(CubeError::Size { what, expected, found }),
        };
        for runs in &policies {
            equal("runs of a policy", replications.len(), runs.runs.len())?;
            runs.runs.iter().try_for_each(|run| equal("values of a run", catalogue.len(), run.values.len()))?;
        }
        Ok(Self { catalogue, replications, policies, baseline })
    }

    /// The same with the replications of another cube of the same study after its own.
    ///
    /// # Errors
    /// If the other is of other policies or values.
    pub fn with(mut self, more: Self) -> Result<Self, CubeError> {
        let (expected, found) = (self.policies.len(), more.policies.len());
        if expected != found {
            return Err(CubeError::Size { what: "policies", expected, found });
        }
        for (runs, more) in self.policies.iter_mut().zip(more.policies) {
            runs.runs.extend(more.runs);
        }
        self.replications.extend(more.replications);
        Self::new(self.catalogue, self.replications, self.policies, self.baseline)
    }

    /// What each value of a run is.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The numbers of the replications, ascending.
    pub fn replications(&self) -> &[u32] {
        &self.replications
    }

    /// How many replications there are.
    pub fn n(&self) -> usize {
        self.replications.len()
    }

    /// The policies with their runs, in the scenario's order.
    pub fn policies(&self) -> &[Runs] {
        &self.policies
    }

    /// The runs of the policy at a place.
    ///
    /// # Panics
    /// If there is no such policy.
    pub fn runs(&self, policy: usize) -> &[Run] {
        &self.policies[policy].runs
    }

    /// The place of the policy that others are compared with.
    pub fn baseline(&self) -> usize {
        self.baseline
    }

    /// The place of the policy with an id.
    pub fn place_of(&self, policy: &str) -> Option<usize> {
        self.policies.iter().position(|runs| runs.policy == policy)
    }

    /// The values at a place of the catalogue over the replications of a policy, as they are counted.
    pub fn counts(&self, policy: usize, place: usize) -> impl Iterator<Item = u64> {
        self.runs(policy).iter().map(move |run| run.values[place])
    }

    /// Whether a place of the catalogue holds 0 in every run.
    pub fn is_zero(&self, place: usize) -> bool {
        (0..self.policies.len()).all(|policy| self.counts(policy, place).all(|count| count == 0))
    }

    /// BLAKE3 of everything in it: policies, replications, metrics, labels, values and fingerprints, each with its
    /// length.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut text = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        for key in self.catalogue.keys() {
            text(key.metric().id);
            text(key.metric().unit.name());
            key.labels().for_each(|(dimension, label)| [dimension.name(), label].into_iter().for_each(&mut text));
            text("");
        }
        text(&self.policies[self.baseline].policy);
        self.policies.iter().for_each(|runs| text(&runs.policy));
        let mut number = |number: u64| {
            hasher.update(&number.to_le_bytes());
        };
        self.replications.iter().for_each(|replication| number(u64::from(*replication)));
        for run in self.policies.iter().flat_map(|runs| &runs.runs) {
            run.values.iter().for_each(|value| number(*value));
        }
        for run in self.policies.iter().flat_map(|runs| &runs.runs) {
            hasher.update(run.fingerprint.to_string().as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// A cube as it is written: names instead of places.
#[derive(Serialize, Deserialize)]
struct Form {
    baseline: String,
    replications: Vec<u32>,
    keys: Vec<KeyForm>,
    policies: Vec<PolicyForm>,
}

#[derive(Serialize, Deserialize)]
struct KeyForm {
    metric: String,
    labels: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct PolicyForm {
    policy: String,
    fingerprints: Vec<String>,
    values: Vec<Vec<u64>>,
}

impl From<Cube> for Form {
    fn from(cube: Cube) -> Self {
        let labels = |labels: &mut dyn Iterator<Item = (Dimension, &str)>| {
            labels.map(|(dimension, label)| (dimension.name().to_owned(), label.to_owned())).collect()
        };
        let keys = cube.catalogue.keys();
        let keys = keys.map(|key| KeyForm { metric: key.metric().id.to_owned(), labels: labels(&mut key.labels()) });
        Self {
            baseline: cube.policies[cube.baseline].policy.clone(),
            keys: keys.collect(),
            policies: cube.policies.into_iter().map(PolicyForm::from).collect(),
            replications: cube.replications,
        }
    }
}

impl From<Runs> for PolicyForm {
    fn from(Runs { policy, runs }: Runs) -> Self {
        let fingerprints = runs.iter().map(|run| run.fingerprint.to_string()).collect();
        Self { policy, fingerprints, values: runs.into_iter().map(|run| run.values).collect() }
    }
}

impl TryFrom<Form> for Cube {
    type Error = CubeError;

    fn try_from(form: Form) -> Result<Self, CubeError> {
        let label = |(dimension, label): &'_ (String, String)| match Dimension::named(dimension) {
            Some(known) => Ok((known, label.clone())),
            None => Err(CubeError::UnknownLabel(dimension.clone())),
        };
        let keys = form.keys.iter().map(|key| {
            let labels = key.labels.iter().map(label).collect::<Result<Vec<_>, _>>()?;
            Ok((key.metric.as_str(), labels))
        });
        let keys = keys.collect::<Result<Vec<_>, CubeError>>()?;
        let borrowed = keys.iter().map(|(metric, labels)| {
            (*metric, labels.iter().map(|(dimension, label)| (*dimension, label.as_str())).collect())
        });
        let catalogue = Catalogue::from_keys(borrowed)?;
        let baseline = form.policies.iter().position(|policy| policy.policy == form.baseline);
        let policies = form.policies.into_iter().map(Runs::try_from).collect::<Result<_, _>>()?;
        Self::new(catalogue, form.replications, policies, baseline.ok_or(CubeError::NoBaseline)?)
    }
}

impl TryFrom<PolicyForm> for Runs {
    type Error = CubeError;

    fn try_from(form: PolicyForm) -> Result<Self, CubeError> {
        let (expected, found) = (form.values.len(), form.fingerprints.len());
        if expected != found {
            return Err(CubeError::Size { what: "fingerprints of a policy", expected, found });
        }
        let run = |(values, text): (Vec<u64>, String)| match text.parse() {
            Ok(fingerprint) => Ok(Run { values, fingerprint, series: None }),
            Err(_) => Err(CubeError::Fingerprint(text)),
        };
        let runs = form.values.into_iter().zip(form.fingerprints).map(run).collect::<Result<_, _>>()?;
        Ok(Self { policy: form.policy, runs })
    }
}
