//! From the numbers of all futures to what is said of them.

use super::bootstrap::Bootstrap;
use super::design::Kind;
use super::exploration::{Drivers, Exploration, Limit, Region, Share, Statement, SwitchingValue, Turn};
use super::futures::Futures;
use super::indices::{given_data, sobol_indices};
use super::morris;
use super::plan::{Chance, ExploreError, position};
use super::prim::{self, Found, prim};
use super::robustness::{Better, Requirement, regret, satisficing};
use super::switching::{Search, Switching, SwitchingError, switching};
use super::variance::crossed;
use crate::scenario::input::{Input, Range, Setting};
use crate::spread::Threads;
use crate::study::session::Session;
use crate::study::{How, numbers};

/// A pair of policies reverses only if either is ahead in at least this many futures.
const FEWEST_FUTURES: usize = 2;
/// And only if the difference is at least this, in per cent of the baseline's mean, on average of either kind of
/// future: policies that differ by less are as good as one another.
const LEAST_SIZE: f64 = 0.5;
/// Inputs that are tried as the one that turns a pair.
const TRIED: usize = 3;
/// Inputs that are listed as those that matter most.
const LISTED: usize = 5;
/// A reduction of this much, in per cent, is what satisficing asks for.
const HALF: f64 = -50.0;

/// How much is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Turns whose switching value is searched.
    pub turns: usize,
    /// The most points of such a search.
    pub evaluations: usize,
    /// Replications of each of its points.
    pub replications: u32,
    /// Whether boxes, indices and regret are computed.
    pub full: bool,
}

impl Depth {
    /// Of a screening beside a study.
    pub const SCREEN: Self = Self { turns: 1, evaluations: 14, replications: 4, full: false };
    /// Of an exploration.
    pub const FULL: Self = Self { turns: 6, evaluations: 16, replications: 8, full: true };
}

/// What the futures say. Switching values are searched by further simulations of the session's study, one input at a
/// time, with all others as they are.
///
/// # Errors
/// When a point of a search cannot be simulated.
pub fn explore(
    futures: &Futures,
    session: &Session,
    inputs: &[Input],
    (how, threads): (How, &Threads),
    depth: Depth,
) -> Result<Exploration, ExploreError> {
    let plan = &futures.plan;
    let mut turns = turns(futures);
    let further_turns = turns.len().saturating_sub(depth.turns);
    turns.truncate(depth.turns);
    let mut found = Vec::new();
    for turn in turns {
        let at = switching_value(&turn, futures, session, inputs, (how, threads), depth)?;
        let region = if depth.full { turn.region(futures, inputs) } else { None };
        let policies = turn.policies.map(|policy| plan.policies[policy].clone());
        let number = plan.numbers[turn.number].clone();
        found.push(Turn { policies, number, fewer: turn.fewer, sizes: turn.sizes, at, region });
    }
    Ok(Exploration {
        design: plan.design.name().to_owned(),
        points: futures.len(),
        replications: plan.chance.each(),
        own_chance: plan.chance == Chance::Own,
        inputs: plan.inputs.len(),
        statements: statements(futures),
        turns: found,
        further_turns,
        drivers: if depth.full { drivers(futures) } else { Vec::new() },
    })
}

/// The places of all policies but the baseline.
fn others(futures: &Futures) -> impl Iterator<Item = usize> + Clone {
    let baseline = futures.plan.baseline;
    (0..futures.plan.policies.len()).filter(move |policy| *policy != baseline)
}

fn statements(futures: &Futures) -> Vec<Statement> {
    let plan = &futures.plan;
    let numbers = 0..plan.numbers.len();
    others(futures)
        .flat_map(|policy| numbers.clone().map(move |number| (policy, number)))
        .map(|(policy, number)| {
            let difference = |point| futures.mean(point, policy, number) - futures.mean(point, plan.baseline, number);
            let points = || 0..futures.len();
            let same = |point: &usize| futures.is_same(*point, [policy, plan.baseline], number);
            let identical = points().filter(same).count();
            let fewer = points().filter(|point| difference(*point) < 0.0).count();
            let percent = |point| futures.percent(point, policy, number);
            let range = points().filter_map(percent).fold(None, |range: Option<[f64; 2]>, percent| {
                Some(range.map_or([percent; 2], |[low, high]| [low.min(percent), high.max(percent)]))
            });
            let worst = points()
                .max_by(|a, b| {
                    let of = |point: usize| percent(point).unwrap_or_else(|| difference(point));
                    of(*a).total_cmp(&of(*b)).then(b.cmp(a))
                })
                .map_or(0, |point| point + 1);
            Statement {
                policy: plan.policies[policy].clone(),
                number: plan.numbers[number].clone(),
                fewer,
                more: futures.len() - identical - fewer,
                identical,
                percent: range,
                worst,
            }
        })
        .collect()
}

/// A pair of policies whose order reverses, by place.
struct Reversal {
    policies: [usize; 2],
    number: usize,
    fewer: [usize; 2],
    sizes: [f64; 2],
}

impl Reversal {
    /// The difference between the two at a point, in per cent of the baseline's mean.
    fn difference(&self, futures: &Futures, point: usize) -> f64 {
        let [a, b] = self.policies.map(|policy| futures.mean(point, policy, self.number));
        let baseline = futures.mean(point, futures.plan.baseline, self.number);
        100.0 * (a - b) / if baseline > 0.0 { baseline } else { 1.0 }
    }

    /// Where the first policy has fewer.
    fn region(&self, futures: &Futures, inputs: &[Input]) -> Option<Region> {
        let points: Vec<Vec<f64>> = futures.plan.points.iter().map(|point| point.at.clone()).collect();
        let cases: Vec<bool> = (0..points.len()).map(|point| self.difference(futures, point) < 0.0).collect();
        let bootstrap = Bootstrap::new(futures.plan.seed, 199, 0.95).ok()?;
        let Found::Within(found) = prim(&points, &cases, &prim::Settings::default(), &bootstrap).ok()? else {
            return None;
        };
        let level = |input: usize, at: Option<f64>| at.map(|at| inputs[input].print(&inputs[input].at(at)));
        let limits = found.restrictions.iter().map(|limit| Limit {
            input: inputs[limit.input].name.clone(),
            lower: level(limit.input, limit.lower),
            upper: level(limit.input, limit.upper),
            rate: limit.resampling_rate,
        });
        let limits: Vec<Limit> = limits.collect();
        (!limits.is_empty()).then_some(Region { limits, coverage: found.coverage, density: found.density })
    }
}

/// The pairs whose order reverses, those that turn by most first.
fn turns(futures: &Futures) -> Vec<Reversal> {
    let mut found = Vec::new();
    let others: Vec<usize> = others(futures).collect();
    for number in 0..futures.plan.numbers.len() {
        for (place, a) in others.iter().enumerate() {
            for b in &others[place + 1..] {
                let mut turn = Reversal { policies: [*a, *b], number, fewer: [0; 2], sizes: [0.0; 2] };
                for point in 0..futures.len() {
                    let difference = turn.difference(futures, point);
                    let side = usize::from(difference > 0.0);
                    if difference != 0.0 {
                        turn.fewer[side] += 1;
                        turn.sizes[side] += difference.abs();
                    }
                }
                if turn.fewer.iter().all(|futures| *futures >= FEWEST_FUTURES) {
                    turn.sizes = [0, 1].map(|side| turn.sizes[side] / turn.fewer[side] as f64);
                    if turn.sizes.iter().all(|size| *size >= LEAST_SIZE) {
                        found.push(turn);
                    }
                }
            }
        }
    }
    let least = |turn: &Reversal| turn.sizes[0].min(turn.sizes[1]);
    found.sort_by(|a, b| least(b).total_cmp(&least(a)).then(a.number.cmp(&b.number)).then(a.policies.cmp(&b.policies)));
    found
}

/// The value of one input that turns a pair, all others as they are: of the inputs that move the difference most, the
/// first that changes its sign.
fn switching_value(
    turn: &Reversal,
    futures: &Futures,
    session: &Session,
    inputs: &[Input],
    (how, threads): (How, &Threads),
    depth: Depth,
) -> Result<Option<SwitchingValue>, ExploreError> {
    let differences: Vec<f64> = (0..futures.len()).map(|point| turn.difference(futures, point)).collect();
    let mut candidates: Vec<(f64, usize)> = (0..inputs.len())
        .filter(|input| matches!(inputs[*input].range, Range::Between { .. }))
        .map(|input| (rank_correlation(&futures.positions(input), &differences).abs(), input))
        .collect();
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let ids = turn.policies.map(|policy| futures.plan.policies[policy].clone());
    let pair = session.only(&ids).map(|(pair, _)| pair);
    let pair = pair.map_err(|error| ExploreError::Point { point: 0, error })?;
    let queries = [futures.plan.queries().swap_remove(turn.number)];
    let place = |id: &String| pair.scenario().policies.iter().position(|policy| policy.id == *id).unwrap_or(0);
    let places = [place(&ids[0]), place(&ids[1])];
    for (_, input) in candidates.into_iter().take(TRIED) {
        let input = &inputs[input];
        let search = Search {
            range: [0.0, 1.0],
            present: position(input, &input.value).clamp(0.0, 1.0),
            tolerance: 0.01,
            most_evaluations: depth.evaluations,
            level: 0.95,
        };
        let found = switching(&search, |at| {
            let setting = Setting::Input { name: input.name.clone(), level: input.at(at) };
            let set = pair.set(&[setting]).map_err(|error| ExploreError::Point { point: 0, error })?;
            let each = threads.each(0..depth.replications, |replication| {
                let numbers = numbers(set.scenario(), how, replication, &queries)?;
                Ok::<f64, ExploreError>(numbers[places[0]][0] - numbers[places[1]][0])
            });
            each.into_iter().collect::<Result<Vec<f64>, ExploreError>>()
        });
        let crossing = match found {
            Ok(Switching::At(crossing)) => crossing,
            // A search over a range with a present value in it is valid, and counts are finite.
            Ok(_) => continue,
            Err(SwitchingError::Evaluation(error)) => return Err(error),
            Err(_) => continue,
        };
        let print = |at: f64| input.print(&input.at(at));
        let bounds = crossing.interval.map_or([None, None], |interval| [interval.lower, interval.upper]);
        return Ok(Some(SwitchingValue {
            input: input.name.clone(),
            value: print(crossing.at),
            interval: bounds.map(|bound| bound.map(print)),
            first_above: crossing.below.is_gt(),
            present: input.print(&input.value),
            turns_again: !crossing.others.is_empty(),
        }));
    }
    Ok(None)
}

/// Spearman's rank correlation; 0 where either is constant.
fn rank_correlation(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    let mean = (a.len() as f64 - 1.0) / 2.0;
    let (mut products, mut squares) = (0.0, [0.0; 2]);
    for (x, y) in a.iter().zip(&b) {
        products += (x - mean) * (y - mean);
        squares[0] += (x - mean) * (x - mean);
        squares[1] += (y - mean) * (y - mean);
    }
    let scale = (squares[0] * squares[1]).sqrt();
    if scale > 0.0 { products / scale } else { 0.0 }
}

/// Ranks from 0; equal values share the mean of their ranks.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    for tied in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let rank = from as f64 + (tied.len() as f64 - 1.0) / 2.0;
        tied.iter().for_each(|place| ranks[*place] = rank);
        from += tied.len();
    }
    ranks
}

/// What matters to each policy and number.
fn drivers(futures: &Futures) -> Vec<Drivers> {
    let plan = &futures.plan;
    let points: Vec<Vec<f64>> = plan.points.iter().map(|point| point.at.clone()).collect();
    let others: Vec<usize> = others(futures).collect();
    let mut all = Vec::new();
    for number in 0..plan.numbers.len() {
        let outcome = |point: usize, policy: &usize| futures.percent(point, *policy, number).unwrap_or(0.0);
        let outcomes: Vec<Vec<f64>> =
            (0..points.len()).map(|point| others.iter().map(|policy| outcome(point, policy)).collect()).collect();
        let regrets = regret(&outcomes, Better::Lower).ok();
        let halves = satisficing(&outcomes, Requirement::AtMost(HALF)).unwrap_or_default();
        for (column, policy) in others.iter().enumerate() {
            let outputs: Vec<f64> = outcomes.iter().map(|row| row[column]).collect();
            if outputs.iter().all(|output| *output == outputs[0]) {
                continue;
            }
            all.push(Drivers {
                policy: plan.policies[*policy].clone(),
                number: plan.numbers[number].clone(),
                inputs: share_of_inputs(futures, *policy, number),
                shares: shares(futures, &points, &outputs),
                regret: regrets.as_ref().map(|regrets| regrets[column].absolute.most),
                halves: halves.get(column).copied().unwrap_or(0.0),
            });
        }
    }
    all
}

/// The share of the variance of a change that is due to the inputs, where replications are common to all points.
fn share_of_inputs(futures: &Futures, policy: usize, number: usize) -> Option<(f64, [f64; 2])> {
    let Chance::Common(2..) = futures.plan.chance else { return None };
    let each = |point: usize| -> Option<Vec<f64>> {
        let pairs = futures.at(point, policy, number).iter().zip(futures.at(point, futures.plan.baseline, number));
        pairs.map(|(value, baseline)| (*baseline > 0.0).then(|| value / baseline)).collect()
    };
    let values: Vec<Vec<f64>> = (0..futures.len()).map(each).collect::<Option<_>>()?;
    let split = crossed(&values, 0.95).ok()??;
    Some((split.share.value, split.share.interval))
}

/// The inputs that matter most to an output, by the method that the design allows.
fn shares(futures: &Futures, points: &[Vec<f64>], outputs: &[f64]) -> Vec<Share> {
    let plan = &futures.plan;
    let Ok(bootstrap) = Bootstrap::new(plan.seed, 199, 0.95) else { return Vec::new() };
    let bare = |input: usize, first: f64, interval| Share {
        input: plan.inputs[input].clone(),
        first,
        interval,
        total: None,
        total_interval: None,
        half: None,
    };
    let mut shares: Vec<Share> = match plan.design {
        Kind::Saltelli => match sobol_indices(outputs, plan.inputs.len(), &bootstrap) {
            Ok(Some(indices)) => {
                let of = |(input, index): (usize, &super::indices::Shares)| {
                    let change = |index: &super::indices::Index| index.half.map(|half| (index.value - half).abs());
                    let half = change(&index.first).zip(change(&index.total)).map(|(a, b)| a.max(b));
                    Share {
                        total: Some(index.total.value),
                        total_interval: index.total.interval,
                        half,
                        ..bare(input, index.first.value, index.first.interval)
                    }
                };
                indices.inputs.iter().enumerate().map(of).collect()
            }
            _ => Vec::new(),
        },
        Kind::Morris => match morris::effects(points, outputs, &bootstrap) {
            // μ* as a part of the sum of all, so that it can be read as a share.
            Ok(effects) => {
                let sum: f64 = effects.iter().map(|effect| effect.mu_star).sum();
                let scale = if sum > 0.0 { 1.0 / sum } else { 0.0 };
                let of = |(input, effect): (usize, &morris::Effect)| {
                    let interval = Some(effect.mu_star_interval.map(|bound| bound * scale));
                    bare(input, effect.mu_star * scale, interval)
                };
                effects.iter().enumerate().map(of).collect()
            }
            Err(_) => Vec::new(),
        },
        Kind::Sobol | Kind::LatinHypercube | Kind::Grid | Kind::Given => {
            match given_data(points, outputs, &bootstrap) {
                Ok(Some(given)) => {
                    let halves = given_data(&points[..points.len() / 2], &outputs[..points.len() / 2], &bootstrap);
                    let halves = halves.ok().flatten();
                    let of = |(input, index): (usize, &Option<super::indices::GivenIndex>)| {
                        let index = index.as_ref()?;
                        let half = halves.as_ref().and_then(|half| half.inputs[input].as_ref()).map(|half| half.value);
                        let half = half.map(|half| (half - index.value).abs());
                        Some(Share { half, ..bare(input, index.value, index.interval) })
                    };
                    given.inputs.iter().enumerate().filter_map(of).collect()
                }
                _ => Vec::new(),
            }
        }
    };
    let size = |share: &Share| share.total.unwrap_or(share.first);
    shares.sort_by(|a, b| size(b).total_cmp(&size(a)));
    shares.truncate(LISTED);
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_correlation_is_1_for_any_ascending_relation_and_0_for_a_constant() {
        assert_eq!(rank_correlation(&[1.0, 2.0, 3.0, 9.0], &[0.1, 0.2, 50.0, 51.0]), 1.0);
        assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]), -1.0);
        assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[4.0, 4.0, 4.0]), 0.0);
        // Spearman's formula for five pairs with rank differences 0, 1, −1, 1, −1: 1 − 6 × 4 / (5 × 24) = 0.8.
        let rho = rank_correlation(&[1.0, 2.0, 3.0, 4.0, 5.0], &[1.0, 3.0, 2.0, 5.0, 4.0]);
        assert!((rho - 0.8).abs() < 1e-12, "{rho}");
    }
}
