//! What matters to each policy: the inputs or sampling, and which inputs; and how robust it is.

use super::bootstrap::Bootstrap;
use super::design::Kind;
use super::exploration::{Drivers, Measure, Share};
use super::futures::Futures;
use super::indices::{GivenIndex, Index, Shares, given_data, sobol_indices};
use super::morris;
use super::plan::Chance;
use super::robustness::{greatest_regret, satisficing};
use super::variance::crossed;

/// Inputs that are listed as those that matter most.
const LISTED: usize = 5;
/// A reduction of this much, in per cent, is what satisficing asks for.
const HALF: f64 = -50.0;

/// What matters to each policy and number.
pub(super) fn drivers(futures: &Futures) -> Vec<Drivers> {
    let plan = &futures.plan;
    let others: Vec<usize> = futures.others().collect();
    let mut all = Vec::new();
    for number in 0..plan.numbers.len() {
        // Those with a change in per cent: of every policy or of none.
        let known: Vec<usize> = (0..futures.len()).filter(|point| futures.whole(*point, number).is_some()).collect();
        if known.is_empty() {
            continue;
        }
        let points: Vec<Vec<f64>> = known.iter().map(|point| plan.points[*point].at.clone()).collect();
        let outcomes: Vec<Vec<f64>> = known
            .iter()
            .map(|point| others.iter().filter_map(|policy| futures.percent(*point, *policy, number)).collect())
            .collect();
        let regrets = greatest_regret(&outcomes).ok();
        let halves = satisficing(&outcomes, HALF).unwrap_or_default();
        for (column, policy) in others.iter().enumerate() {
            let outputs: Vec<f64> = outcomes.iter().map(|row| row[column]).collect();
            if outputs.iter().all(|output| *output == outputs[0]) {
                continue;
            }
            let (measure, shares) = shares(futures, &points, &outputs).unwrap_or_default();
            all.push(Drivers {
                policy: plan.policies[*policy].clone(),
                number: plan.numbers[number].clone(),
                inputs: share_of_inputs(futures, *policy, number),
                measure,
                shares,
                regret: regrets.as_ref().map(|regrets| regrets[column]),
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

/// The inputs that matter most to an output, by the method that the design allows. `None` if the design has too few
/// points, or lacks some of which it needs every one.
fn shares(futures: &Futures, points: &[Vec<f64>], outputs: &[f64]) -> Option<(Measure, Vec<Share>)> {
    let plan = &futures.plan;
    if plan.needs_every_point() && points.len() < plan.points.len() {
        return None;
    }
    let bootstrap = Bootstrap::new(plan.seed, 199, 0.95).ok()?;
    let bare = |input: usize, value: f64, interval| Share {
        input: plan.inputs[input].clone(),
        value,
        interval,
        total: None,
        total_interval: None,
        half: None,
    };
    let (measure, mut shares): (Measure, Vec<Share>) = match plan.design {
        Kind::Saltelli => {
            let of = |(input, index): (usize, &Shares)| {
                let change = |index: &Index| index.half.map(|half| (index.value - half).abs());
                let half = change(&index.first).zip(change(&index.total)).map(|(a, b)| a.max(b));
                Share {
                    total: Some(index.total.value),
                    total_interval: index.total.interval,
                    half,
                    ..bare(input, index.first.value, index.first.interval)
                }
            };
            let indices = sobol_indices(outputs, plan.inputs.len(), &bootstrap).ok()??;
            (Measure::FirstAndTotal, indices.inputs.iter().enumerate().map(of).collect())
        }
        Kind::Morris => {
            let effects = morris::effects(points, outputs, &bootstrap).ok()?;
            let sum: f64 = effects.iter().map(|effect| effect.mu_star).sum();
            let scale = if sum > 0.0 { 1.0 / sum } else { 0.0 };
            let of = |(input, effect): (usize, &morris::Effect)| {
                let interval = Some(effect.mu_star_interval.map(|bound| bound * scale));
                bare(input, effect.mu_star * scale, interval)
            };
            (Measure::MuStar, effects.iter().enumerate().map(of).collect())
        }
        Kind::Sobol | Kind::LatinHypercube | Kind::Grid | Kind::Given => {
            let given = given_data(points, outputs, &bootstrap).ok()??;
            // The first half of a grid, and maybe of a file, has half of the first input's range.
            let is_spread = matches!(plan.design, Kind::Sobol | Kind::LatinHypercube);
            let half = points.len() / 2;
            let halves = is_spread.then(|| given_data(&points[..half], &outputs[..half], &bootstrap).ok()?).flatten();
            let of = |(input, index): (usize, &Option<GivenIndex>)| {
                let index = index.as_ref()?;
                let half = halves.as_ref().and_then(|half| half.inputs[input].as_ref()).map(|half| half.value);
                let half = half.map(|half| (half - index.value).abs());
                Some(Share { half, ..bare(input, index.value, index.interval) })
            };
            (Measure::FirstOrder, given.inputs.iter().enumerate().filter_map(of).collect())
        }
    };
    let size = |share: &Share| share.total.unwrap_or(share.value);
    shares.sort_by(|a, b| size(b).total_cmp(&size(a)));
    shares.truncate(LISTED);
    Some((measure, shares))
}
