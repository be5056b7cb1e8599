//! Replications until everything is decided: looks at ever more of them, which share the probability of a wrong
//! decision.
//!
//! Each look has twice the replications of the one before. Of the α of the confidence level, the k-th look may use
//! α/(k(k+1)). These add up to less than α however many looks there are (Bonferroni), so that looking again and again
//! makes no wrong decision more likely than the scenario allows.

use std::ops::Range;

use crate::results::comparison::{Comparison, Effect, Word};
use crate::results::cube::{Cube, CubeError};
use crate::results::expectation::{Status, Verdict};
use crate::results::statistics::FEWEST_FOR_AN_INTERVAL;

/// The most replications that are looked at if nothing else is said: 8 times those of the first look, which counts as
/// one that gives intervals.
pub fn usual_most(first: u32) -> u32 {
    const TIMES: u32 = 8;
    first.max(FEWEST_FOR_AN_INTERVAL as u32).saturating_mul(TIMES)
}

/// The looks that were taken at a study.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Looks {
    /// The replications at each look that was taken whole, ascending.
    pub replications: Vec<u32>,
    /// The confidence level of the decisions at the last of them.
    pub level: Option<f64>,
    /// What was not decided there.
    pub open: Vec<Open>,
}

/// Something that a look did not decide.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Open {
    /// Whether a policy has fewer or more than the baseline.
    Word {
        /// The policy, by id.
        policy: String,
        /// The number, as a query.
        number: String,
    },
    /// Whether an expectation holds.
    Expectation {
        /// The policy, by id.
        policy: String,
        /// As written.
        that: String,
    },
}

/// The confidence level of the decisions of the k-th look, from 1, at a study of this confidence level.
pub fn level_of(look: u32, confidence: f64) -> f64 {
    let look = f64::from(look);
    1.0 - (1.0 - confidence) / (look * (look + 1.0))
}

/// The replications of each look: they double from the first to the most.
pub fn sizes(first: u32, most: u32) -> impl Iterator<Item = u32> {
    std::iter::successors(Some(first), move |size| (*size < most).then(|| size.saturating_mul(2).min(most)))
}

/// What is open after a comparison and verdicts at the level of a look.
pub fn open(cube: &Cube, comparison: &Comparison, verdicts: &[Verdict]) -> Vec<Open> {
    let word = |effect: &Effect| {
        (effect.word == Word::CannotTell).then(|| Open::Word {
            policy: cube.policies()[effect.policy].policy.clone(),
            number: comparison.primaries[effect.primary].query.to_string(),
        })
    };
    comparison.effects.iter().filter_map(word).chain(open_expectations(verdicts)).collect()
}

/// The expectations that are open after verdicts at the level of a look.
pub fn open_expectations(verdicts: &[Verdict]) -> Vec<Open> {
    let of = |verdict: &Verdict| Open::Expectation { policy: verdict.policy.clone(), that: verdict.that.clone() };
    verdicts.iter().filter(|verdict| verdict.verdict == Status::Inconclusive).map(of).collect()
}

/// Looks at ever more replications of a study until nothing is open, or there are no more.
#[derive(Debug, Clone)]
pub struct Looking {
    sizes: Vec<u32>,
    confidence: f64,
    looks: Looks,
    known: Option<Cube>,
    is_over: bool,
}

impl Looking {
    /// Looks at `first` replications, and at twice as many each time up to `most`. `confidence` is the study's level.
    pub fn new(first: u32, most: u32, confidence: f64) -> Self {
        let sizes = sizes(first, most).collect();
        Self { sizes, confidence, looks: Looks::default(), known: None, is_over: false }
    }

    /// The replications of the next look that are not known yet; nothing once it is over.
    pub fn wanted(&self) -> Option<Range<u32>> {
        let from = self.known.as_ref().map_or(0, Cube::n) as u32;
        let size = self.sizes.get(self.looks.replications.len()).filter(|_| !self.is_over);
        size.map(|size| from..*size)
    }

    /// Takes the replications that were wanted. Fewer of them end it without another look. `open` is asked for what is
    /// open at a confidence level.
    ///
    /// # Errors
    /// If they are of another study.
    pub fn take(&mut self, more: Cube, open: impl FnOnce(&Cube, f64) -> Vec<Open>) -> Result<(), CubeError> {
        let wanted = self.wanted();
        let cube = match self.known.take() {
            Some(cube) => cube.with(more)?,
            None => more,
        };
        let size = wanted.map_or(0, |wanted| wanted.end);
        self.is_over = cube.n() < size as usize;
        if !self.is_over {
            let level = level_of(self.looks.replications.len() as u32 + 1, self.confidence);
            self.looks.open = open(&cube, level);
            self.looks.replications.push(size);
            self.looks.level = Some(level);
            self.is_over = self.looks.open.is_empty();
        }
        self.known = Some(cube);
        Ok(())
    }

    /// The replications of the last look that was begun; those of the first if none was.
    pub fn size(&self) -> u32 {
        let taken = self.looks.replications.last().filter(|last| self.n() == **last as usize);
        taken.or_else(|| self.sizes.get(self.looks.replications.len())).copied().unwrap_or(0)
    }

    /// How many replications are known.
    pub fn n(&self) -> usize {
        self.known.as_ref().map_or(0, Cube::n)
    }

    /// What is known, if anything is, and the looks that were taken.
    pub fn end(self) -> (Option<Cube>, Looks) {
        (self.known, self.looks)
    }
}

impl Looks {
    /// A verdict after these looks: inconclusive if it was open at the last one, whose level is higher than the
    /// scenario's.
    pub fn at_most(&self, mut verdict: Verdict) -> Verdict {
        let is_open = |open: &Open| match open {
            Open::Expectation { policy, that } => (policy, that) == (&verdict.policy, &verdict.that),
            Open::Word { .. } => false,
        };
        if self.open.iter().any(is_open) {
            verdict.verdict = Status::Inconclusive;
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_double_up_to_the_most() {
        let looks = |first, most| sizes(first, most).collect::<Vec<u32>>();
        assert_eq!(looks(30, 240), [30, 60, 120, 240]);
        assert_eq!(looks(30, 100), [30, 60, 100]);
        assert_eq!(looks(30, 30), [30]);
    }

    #[test]
    fn the_looks_use_half_a_sixth_a_twelfth_of_the_error_and_never_all_of_it() {
        // 5 % over 1·2, 2·3 and 3·4: 2.5 %, 0.8333 % and 0.41667 %.
        for (look, error) in [(1, 0.025), (2, 0.05 / 6.0), (3, 0.05 / 12.0)] {
            assert!((1.0 - level_of(look, 0.95) - error).abs() < 1e-12, "{look}");
        }
        // 1/(1·2) + … + 1/(k(k+1)) = k/(k+1).
        let spent: f64 = (1..=20).map(|look| 1.0 - level_of(look, 0.95)).sum();
        assert!((spent - 0.05 * 20.0 / 21.0).abs() < 1e-12, "{spent}");
    }
}
