//! Pairs of policies whose order reverses between futures, and what turns it.

use std::cmp::Ordering;

use super::bootstrap::Bootstrap;
use super::exploration::{Limit, Region, SwitchingValue, Turn, TurnsAt};
use super::findings::Depth;
use super::futures::Futures;
use super::plan::{ExploreError, position};
use super::prim::{self, Found, prim};
use super::ranks::{correlation_ratio, rank_correlation};
use super::switching::{Crossing, Search, Switching, SwitchingError, switching};
use crate::results::simultaneous::holm;
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
/// The least share of the futures in a box in which a statement must hold for the box to be reported.
const LEAST_DENSITY: f64 = 0.8;
/// The least share of resamples that must restrict each of its inputs.
const LEAST_RATE: f64 = 0.5;
/// Pairs that are searched for each turn that is wanted.
const SEARCHED: usize = 3;

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
        let limits: Vec<Limit> = found
            .restrictions
            .iter()
            .map(|limit| {
                let input = &inputs[limit.input];
                let print = |at: Option<f64>| at.map(|at| input.print(&input.at(at)));
                let (lower, upper, words) = match &input.range {
                    Range::Between { .. } => (print(limit.lower), print(limit.upper), Vec::new()),
                    Range::OneOf(all) => {
                        let within = limit.lower.unwrap_or(0.0)..=limit.upper.unwrap_or(1.0);
                        let levels = all.iter().map(|word| Level::Word(word.clone()));
                        let kept = levels.filter(|level| within.contains(&position(input, level)));
                        (None, None, kept.map(|level| input.print(&level)).collect())
                    }
                };
                Limit { input: input.name.clone(), lower, upper, words, rate: limit.resampling_rate }
            })
            .collect();
        // What holds in few of its futures, or rests on chance restrictions, is not worth a sentence.
        let is_worth = found.density >= LEAST_DENSITY && limits.iter().all(|limit| limit.rate >= LEAST_RATE);
        (!limits.is_empty() && is_worth).then_some(Region { limits, coverage: found.coverage, density: found.density })
    }
}

/// The pairs of policies whose order reverses and what turns each, those that turn by most first, and how many more
/// reverse. Each input is named once, with the pair that it turns by most.
pub(super) fn turns(
    futures: &Futures,
    session: &Session,
    inputs: &[Input],
    (how, threads): (How, &Threads),
    depth: Depth,
) -> Result<(Vec<Turn>, usize), ExploreError> {
    let plan = &futures.plan;
    let all = reversals(futures);
    let (mut found, mut known) = (Vec::<Turn>::new(), Vec::<String>::new());
    for turn in all.iter().take(SEARCHED * depth.turns) {
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
    let further = all.len() - found.len();
    Ok((found, further))
}

/// The pairs whose order reverses, those that turn by most first.
fn reversals(futures: &Futures) -> Vec<Reversal> {
    let mut found = Vec::new();
    let others: Vec<usize> = futures.others().collect();
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
            Range::OneOf(words) => words_that_turn(input, words, |level| differences(input, level, depth.fine.1))?,
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
        match decided(&differences) {
            Some(Ordering::Less) => first.push(printed),
            Some(Ordering::Greater) => second.push(printed),
            _ => {}
        }
    }
    Ok((!first.is_empty() && !second.is_empty()).then_some(TurnsAt::Words { first, second }))
}

/// The sign of a mean difference that a paired t test tells from 0 at 5 %.
fn decided(differences: &[f64]) -> Option<Ordering> {
    let steps = holm(&[differences], 0.95);
    let mean: f64 = differences.iter().sum();
    steps.first().filter(|step| step.differs).and_then(|_| mean.partial_cmp(&0.0))
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
    let print = |at: f64| input.print(&input.at(at).rounded());
    let bounds = crossing.interval.map_or([None, None], |interval| [interval.lower, interval.upper]);
    // Without a bound on either side the difference is nowhere told from 0: chance may have turned it.
    if bounds == [None, None] {
        return Ok(None);
    }
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
