//! From the numbers of all futures to what is said of them.

use super::bootstrap::Bootstrap;
use super::design::Kind;
use super::exploration::{Cause, Drivers, Exploration, Limit, Region, Share, Statement, SwitchingValue, Turn, TurnsAt};
use super::futures::Futures;
use super::indices::{given_data, sobol_indices};
use super::morris;
use super::plan::{Chance, ExploreError, position};
use super::prim::{self, Found, prim};
use super::robustness::{Better, Requirement, regret, satisficing};
use super::switching::{Crossing, Search, Switching, SwitchingError, switching};
use super::variance::crossed;
use crate::scenario::input::{Input, Level, Range, Setting};
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
    /// The coarse search for it: the most points, and the replications of each.
    pub coarse: (usize, u32),
    /// The search around what it finds.
    pub fine: (usize, u32),
    /// Whether boxes, indices and regret are computed.
    pub full: bool,
}

impl Depth {
    /// Of a screening beside a study.
    pub const SCREEN: Self = Self { turns: 2, coarse: (8, 4), fine: (5, 12), full: false };
    /// Of an exploration.
    pub const FULL: Self = Self { turns: 5, coarse: (10, 4), fine: (6, 30), full: true };
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
    let all = turns(futures);
    let mut found: Vec<Turn> = Vec::new();
    // Each input is named once, with the pair that it turns by most.
    let mut known: Vec<String> = Vec::new();
    for turn in all.iter().take(3 * depth.turns) {
        if known.len() >= depth.turns {
            break;
        }
        let at = switching_value(turn, futures, session, inputs, (how, threads), (depth, &known))?;
        let Some(input) = at.as_ref().map(|at| at.input.clone()) else { continue };
        known.push(input);
        let region = if depth.full { turn.region(futures, inputs) } else { None };
        let policies = turn.policies.map(|policy| plan.policies[policy].clone());
        let number = plan.numbers[turn.number].clone();
        found.push(Turn { policies, number, fewer: turn.fewer, sizes: turn.sizes, at, region });
    }

    let further_turns = all.len() - found.len();
    Ok(Exploration {
        design: plan.design.name().to_owned(),
        points: futures.len(),
        impossible: futures.impossible,
        replications: plan.chance.each(),
        own_chance: plan.chance == Chance::Own,
        inputs: plan.inputs.len(),
        statements: statements(futures, inputs),
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

fn statements(futures: &Futures, inputs: &[Input]) -> Vec<Statement> {
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
                .map_or(0, |point| futures.numbers[point]);
            let more = futures.len() - identical - fewer;
            let most = fewer.max(more).max(identical);
            let holds = |point: usize| match () {
                () if most == fewer => difference(point) < 0.0,
                () if most == more => difference(point) > 0.0,
                () => same(&point),
            };
            let cases: Vec<bool> = points().map(holds).collect();
            Statement {
                cause: cause(futures, inputs, &cases),
                policy: plan.policies[policy].clone(),
                number: plan.numbers[number].clone(),
                fewer,
                more,
                identical,
                percent: range,
                worst,
            }
        })
        .collect()
}

/// The input that decides in which futures a statement holds. A split is accepted if it is right in nine of ten futures
/// of either kind, of which there must be a few.
fn cause(futures: &Futures, inputs: &[Input], cases: &[bool]) -> Option<Cause> {
    const FEW: usize = 3;
    let (yes, no) = (cases.iter().filter(|case| **case).count(), cases.iter().filter(|case| !**case).count());
    if yes.min(no) < FEW {
        return None;
    }
    let mut best: Option<(f64, Cause)> = None;
    for (place, input) in inputs.iter().enumerate() {
        let found = match &input.range {
            Range::Between { .. } => threshold(&futures.positions(place), cases).map(|(right, at, above)| {
                let value = input.print(&input.at(at));
                (right, format!("is {} {value}", if above { "above" } else { "below" }))
            }),
            Range::OneOf(words) => by_word(futures, input, place, words, cases),
        };
        if let Some((right, holds_where)) = found
            && best.as_ref().is_none_or(|(known, _)| right > *known)
        {
            best = Some((right, Cause { input: input.name.clone(), holds_where }));
        }
    }
    best.filter(|(right, _)| *right >= 0.9).map(|(_, cause)| cause)
}

/// The split of positions that separates cases from others best: the lower of the two shares that it gets right, the
/// position, and whether cases lie above it.
fn threshold(positions: &[f64], cases: &[bool]) -> Option<(f64, f64, bool)> {
    let mut order: Vec<usize> = (0..positions.len()).collect();
    order.sort_by(|a, b| positions[*a].total_cmp(&positions[*b]));
    let all = [false, true].map(|kind| cases.iter().filter(|case| **case == kind).count() as f64);
    let mut below = [0.0; 2];
    let mut best: Option<(f64, f64, bool)> = None;
    for pair in order.windows(2) {
        below[usize::from(cases[pair[0]])] += 1.0;
        let (low, high) = (positions[pair[0]], positions[pair[1]]);
        if low == high {
            continue;
        }
        let shares = [0, 1].map(|kind| below[kind] / all[kind]);
        for (right, above) in [(shares[0].min(1.0 - shares[1]), true), (shares[1].min(1.0 - shares[0]), false)] {
            if best.is_none_or(|(known, ..)| right > known) {
                best = Some((right, (low + high) / 2.0, above));
            }
        }
    }
    best
}

/// The words with which most futures are cases, and the lower of the two shares that they get right.
fn by_word(futures: &Futures, input: &Input, place: usize, words: &[String], cases: &[bool]) -> Option<(f64, String)> {
    let level = |point: usize| &futures.plan.points[point].levels[place];
    let printed: Vec<String> = words.iter().map(|word| input.print(&Level::Word(word.clone()))).collect();
    let holding: Vec<&String> = printed
        .iter()
        .filter(|word| {
            let with: Vec<bool> = (0..cases.len()).filter(|p| *level(*p) == **word).map(|p| cases[p]).collect();
            2 * with.iter().filter(|case| **case).count() > with.len()
        })
        .collect();
    if holding.is_empty() || holding.len() == printed.len() {
        return None;
    }
    let right = |kind: bool| {
        let of: Vec<usize> = (0..cases.len()).filter(|point| cases[*point] == kind).collect();
        let right = of.iter().filter(|point| holding.contains(&level(**point)) == kind).count();
        right as f64 / of.len().max(1) as f64
    };
    let names: Vec<&str> = holding.iter().map(|word| word.as_str()).collect();
    Some((right(true).min(right(false)), format!("is {}", names.join(" or "))))
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

impl Reversal {
    /// The inputs by how strongly the difference moves with them, the strongest first: Spearman's rank correlation of a
    /// number, and the square root of the share of the ranks' variance between the words of a word.
    fn movers(&self, futures: &Futures) -> Vec<(f64, usize)> {
        let differences: Vec<f64> = (0..futures.len()).map(|point| self.difference(futures, point)).collect();
        let mut movers: Vec<(f64, usize)> = (0..futures.plan.inputs.len())
            .map(|input| {
                let levels: Vec<&str> = futures.plan.points.iter().map(|point| &*point.levels[input]).collect();
                let is_word = levels.iter().all(|level| level.parse::<f64>().is_err() && !level.contains(' '));
                let strength = match is_word {
                    true => correlation_ratio(&levels, &differences),
                    false => rank_correlation(&futures.positions(input), &differences).abs(),
                };
                (strength, input)
            })
            .collect();
        movers.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        movers
    }
}

/// What turns a pair, with all other inputs as they are: of the inputs with which the difference moves most, the first
/// that changes its sign.
fn switching_value(
    turn: &Reversal,
    futures: &Futures,
    session: &Session,
    inputs: &[Input],
    (how, threads): (How, &Threads),
    (depth, known): (Depth, &[String]),
) -> Result<Option<SwitchingValue>, ExploreError> {
    let ids = turn.policies.map(|policy| futures.plan.policies[policy].clone());
    let pair = session.only(&ids).map(|(pair, _)| pair);
    let pair = pair.map_err(|error| ExploreError::Point { point: 0, error })?;
    let queries = [futures.plan.queries().swap_remove(turn.number)];
    let place = |id: &String| pair.scenario().policies.iter().position(|policy| policy.id == *id).unwrap_or(0);
    let places = [place(&ids[0]), place(&ids[1])];
    let differences = |input: &Input, level: Level, replications: u32| {
        let setting = Setting::Input { name: input.name.clone(), level };
        let set = pair.set(&[setting]).map_err(|error| ExploreError::Point { point: 0, error })?;
        let each = threads.each(0..replications, |replication| {
            let numbers = numbers(set.scenario(), how, replication, &queries)?;
            Ok::<f64, ExploreError>(numbers[places[0]][0] - numbers[places[1]][0])
        });
        each.into_iter().collect::<Result<Vec<f64>, ExploreError>>()
    };
    // The numbers of a policy itself decide its place among others trivially, so they come last.
    let is_own = |name: &str| ids.iter().any(|id| name.starts_with(&format!("policy.{id}.")));
    let mut movers = turn.movers(futures);
    let usable = pair.inputs();
    let is_open = |name: &String| !known.contains(name) && usable.iter().any(|input| input.name == *name);
    movers.retain(|(_, input)| is_open(&inputs[*input].name));
    movers.sort_by_key(|(_, input)| is_own(&inputs[*input].name));
    for (_, input) in movers.into_iter().take(TRIED) {
        let input = &inputs[input];
        let at = match &input.range {
            Range::OneOf(words) => words_that_turn(input, words, |level| differences(input, level, depth.coarse.1))?,
            Range::Between { .. } => value_that_turns(input, depth, differences)?,
        };
        if let Some(at) = at {
            return Ok(Some(SwitchingValue { input: input.name.clone(), present: input.print(&input.value), at }));
        }
    }
    Ok(None)
}

/// The words of an input, by which policy has fewer with them; nothing unless either has.
fn words_that_turn(
    input: &Input,
    words: &[String],
    differences: impl Fn(Level) -> Result<Vec<f64>, ExploreError>,
) -> Result<Option<TurnsAt>, ExploreError> {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for word in words {
        let level = Level::Word(word.clone());
        let printed = input.print(&level);
        // A word that other inputs exclude is left out.
        let Ok(differences) = differences(level) else { continue };
        match differences.iter().sum::<f64>() {
            sum if sum < 0.0 => first.push(printed),
            sum if sum > 0.0 => second.push(printed),
            _ => {}
        }
    }
    Ok((!first.is_empty() && !second.is_empty()).then_some(TurnsAt::Words { first, second }))
}

/// The value of an input at which the mean difference changes sign: found with few replications, and then with more
/// around it.
fn value_that_turns(
    input: &Input,
    depth: Depth,
    differences: impl Fn(&Input, Level, u32) -> Result<Vec<f64>, ExploreError>,
) -> Result<Option<TurnsAt>, ExploreError> {
    /// The part of the range on either side of a coarse crossing in which it is looked for again.
    const AROUND: f64 = 0.15;
    let (most, few) = depth.coarse;
    // A search that finds nothing takes as long as one that does: look at the ends first, and in the middle if there is
    // time.
    let first: &[f64] = if depth.full { &[0.0, 0.5, 1.0] } else { &[0.0, 1.0] };
    let mut signs = [false; 2];
    for place in first {
        let sum: f64 = differences(input, input.at(*place), few)?.iter().sum();
        signs[0] |= sum < 0.0;
        signs[1] |= sum > 0.0;
    }
    if signs != [true; 2] {
        return Ok(None);
    }
    let present = position(input, &input.value).clamp(0.0, 1.0);
    let search = Search { range: [0.0, 1.0], present, tolerance: 0.02, most_evaluations: most, level: 0.95 };
    let Some(coarse) = crossing(&search, |at| differences(input, input.at(at), few))? else { return Ok(None) };
    let (most, many) = depth.fine;
    let range = [(coarse.at - AROUND).max(0.0), (coarse.at + AROUND).min(1.0)];
    let around = Search { range, present: coarse.at, most_evaluations: most, tolerance: 0.01, ..search };
    let again = !coarse.others.is_empty();
    let fine = crossing(&around, |at| differences(input, input.at(at), many))?;
    let crossing = fine.unwrap_or(coarse);
    // More digits than a search can find are noise.
    let print = |at: f64| match input.at(at) {
        Level::Number(number) => input.print(&Level::Number(format!("{number:.2e}").parse().unwrap_or(number))),
        word @ Level::Word(_) => input.print(&word),
    };
    let bounds = crossing.interval.map_or([None, None], |interval| [interval.lower, interval.upper]);
    Ok(Some(TurnsAt::Value {
        value: print(crossing.at),
        interval: bounds.map(|bound| bound.map(print)),
        first_above: crossing.below.is_gt(),
        again,
    }))
}

/// The crossing that a search finds, if it finds one.
fn crossing(
    search: &Search,
    evaluate: impl FnMut(f64) -> Result<Vec<f64>, ExploreError>,
) -> Result<Option<Crossing>, ExploreError> {
    match switching(search, evaluate) {
        Ok(Switching::At(crossing)) => Ok(Some(crossing)),
        Err(SwitchingError::Evaluation(error)) => Err(error),
        // A search over a range with a present value in it is valid, and counts are finite.
        Ok(_) | Err(_) => Ok(None),
    }
}

/// The square root of the share of the variance of ranks that lies between groups; 0 where all are equal.
fn correlation_ratio(groups: &[&str], values: &[f64]) -> f64 {
    let ranks = ranks(values);
    let mean = (ranks.len() as f64 - 1.0) / 2.0;
    let mut sums: std::collections::BTreeMap<&str, (f64, f64)> = std::collections::BTreeMap::new();
    for (group, rank) in groups.iter().zip(&ranks) {
        let (n, sum) = sums.entry(group).or_default();
        *n += 1.0;
        *sum += rank - mean;
    }
    let between: f64 = sums.values().map(|(n, sum)| sum * sum / n).sum();
    let all: f64 = ranks.iter().map(|rank| (rank - mean) * (rank - mean)).sum();
    if all > 0.0 { (between / all).sqrt() } else { 0.0 }
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
    fn the_best_threshold_separates_cases_from_others() {
        // Cases at 0.6, 0.7 and 0.9, and one stray at 0.1: above 0.55, three of four and three of three are right.
        let positions = [0.1, 0.3, 0.5, 0.2, 0.6, 0.7, 0.9];
        let cases = [true, false, false, false, true, true, true];
        assert_eq!(threshold(&positions, &cases), Some((0.75, 0.55, true)));
        assert_eq!(threshold(&[0.2, 0.8], &[true, false]), Some((1.0, 0.5, false)));
    }

    #[test]
    fn a_correlation_ratio_is_1_if_the_groups_separate_the_values_and_0_if_their_means_are_equal() {
        assert_eq!(correlation_ratio(&["a", "a", "b", "b"], &[1.0, 1.0, 5.0, 5.0]), 1.0);
        assert_eq!(correlation_ratio(&["a", "b", "b", "a"], &[1.0, 2.0, 3.0, 4.0]), 0.0);
    }

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
