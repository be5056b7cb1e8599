//! The results of an exploration: the numbers of every policy at every point.

use super::block::Block;
use super::plan::{Plan, Point};

/// The numbers of every policy at every point of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Futures {
    /// What was simulated; only the points that are possible.
    pub plan: Plan,
    /// The number of each of them in the whole plan, from 1.
    pub numbers: Vec<usize>,
    /// How many points the scenario refuses.
    pub refused: usize,
    /// The first of these: its number in the whole plan, from 1, and its values.
    pub first_refused: Option<(usize, Point)>,
    values: Vec<Vec<f64>>,
}

impl Futures {
    /// The futures of a plan from its blocks, in any order. `Err` has the numbers of the blocks that are missing.
    pub fn of(mut plan: Plan, blocks: Vec<Block>) -> Result<Self, Vec<usize>> {
        let mut found: Vec<Option<Vec<Vec<f64>>>> = vec![None; plan.blocks()];
        for block in blocks {
            if let Some(place) = found.get_mut(block.number) {
                *place = Some(block.values);
            }
        }
        let missing: Vec<usize> = (0..found.len()).filter(|number| found[*number].is_none()).collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let all: Vec<Vec<f64>> = found.into_iter().flatten().flatten().collect();
        let first = all.iter().position(Vec::is_empty);
        let first_refused = first.and_then(|place| Some((place + 1, plan.points.get(place)?.clone())));
        let mut possible = all.iter().map(|values| !values.is_empty());
        plan.points.retain(|_| possible.next().unwrap_or(false));
        let numbers: Vec<usize> = (1..).zip(&all).filter(|(_, values)| !values.is_empty()).map(|(n, _)| n).collect();
        let refused = all.len() - numbers.len();
        let values = all.into_iter().filter(|values| !values.is_empty()).collect();
        Ok(Self { plan, numbers, refused, first_refused, values })
    }

    /// The places of all policies but the baseline.
    pub fn others(&self) -> impl Iterator<Item = usize> + Clone + use<> {
        let (baseline, policies) = (self.plan.baseline, self.plan.policies.len());
        (0..policies).filter(move |policy| *policy != baseline)
    }

    /// How many points there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// A number of a policy in each replication of a point.
    pub fn at(&self, point: usize, policy: usize, number: usize) -> &[f64] {
        let each = self.plan.chance.each() as usize;
        let from = (policy * self.plan.numbers.len() + number) * each;
        &self.values[point][from..from + each]
    }

    /// The mean of a number of a policy at a point.
    pub fn mean(&self, point: usize, policy: usize, number: usize) -> f64 {
        let values = self.at(point, policy, number);
        values.iter().sum::<f64>() / values.len().max(1) as f64
    }

    /// The mean of a number under the baseline at a point, of which changes are per cent. `None` where it is 0: nothing
    /// is a part of that, so what is said in per cent leaves the point out.
    pub fn whole(&self, point: usize, number: usize) -> Option<f64> {
        Some(self.mean(point, self.plan.baseline, number)).filter(|baseline| *baseline > 0.0)
    }

    /// The change of a number under a policy against the baseline at a point, in per cent of the baseline's mean.
    /// `None` where that is 0.
    pub fn percent(&self, point: usize, policy: usize, number: usize) -> Option<f64> {
        self.whole(point, number).map(|baseline| 100.0 * (self.mean(point, policy, number) / baseline - 1.0))
    }

    /// The lowest and the highest mean of a number under the baseline.
    pub fn range(&self, number: usize) -> [f64; 2] {
        let means = (0..self.len()).map(|point| self.mean(point, self.plan.baseline, number));
        let range = means.fold([f64::INFINITY, 0.0], |[low, high]: [f64; 2], mean| [low.min(mean), high.max(mean)]);
        if self.is_empty() { [0.0, 0.0] } else { range }
    }

    /// Whether a number is the same under two policies in every replication of a point.
    pub fn is_same(&self, point: usize, [a, b]: [usize; 2], number: usize) -> bool {
        self.at(point, a, number) == self.at(point, b, number)
    }

    /// The positions of an input at all points.
    pub fn positions(&self, input: usize) -> Vec<f64> {
        self.plan.points.iter().map(|point| point.at[input]).collect()
    }
}
