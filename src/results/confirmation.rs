//! Words of a comparison, checked on replications that had no part in it.

use super::comparison::{Comparison, Effect, Word};
use super::cube::Cube;

/// Whether fresh replications give the same words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Confirmation {
    /// The numbers of the first and of the last fresh replication.
    pub fresh: [u32; 2],
    /// Words that were checked: policies by primary numbers.
    pub words: usize,
    /// Those that are not the same.
    pub others: Vec<OtherWord>,
}

/// A word that fresh replications do not confirm.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OtherWord {
    /// The policy, by id.
    pub policy: String,
    /// The number, as a query.
    pub number: String,
    /// The word of the study.
    pub word: Word,
    /// The word of the fresh replications.
    pub fresh: Word,
}

impl Confirmation {
    /// Checks the words of a study's comparison on that of fresh replications of the same policies. `None` if there are
    /// no fresh replications.
    pub fn of(study: &Comparison, fresh: &Comparison, cube: &Cube) -> Option<Self> {
        let replications = [*cube.replications().first()?, *cube.replications().last()?];
        let other = |effect: &Effect| {
            let again = fresh.effect(effect.policy, effect.primary)?;
            (again.word != effect.word).then(|| OtherWord {
                policy: cube.policies()[effect.policy].policy.clone(),
                number: study.primaries[effect.primary].query.to_string(),
                word: effect.word,
                fresh: again.word,
            })
        };
        let others = study.effects.iter().filter_map(other).collect();
        Some(Self { fresh: replications, words: study.effects.len(), others })
    }

    /// The number of fresh replications.
    pub fn replications(&self) -> usize {
        (self.fresh[1] - self.fresh[0]) as usize + 1
    }
}
