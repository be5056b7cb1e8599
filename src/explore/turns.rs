//! Pairs of policies whose order reverses between futures, and what turns it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::bootstrap::Bootstrap;
use super::exploration::{Limit, Region, SwitchingValue, Turn, TurnsAt};
use super::findings::{Depth, Simulating};
use super::futures::Futures;
use super::plan::{ExploreError, position};
use super::prim::{self, Found, prim};
use super::ranks::{correlation_ratio, rank_correlation};
use super::switching::{Crossing, Search, Switching, SwitchingError, switching};
use crate::results::query::Query;
use crate::results::simultaneous::holm;
use crate::scenario::input::{Input, Level, Range, SetError};
use crate::study::numbers;
use crate::study::progress::PARTS;
use crate::study::session::Session;

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

/// A pair of policies whose order reverses, by place.
struct Reversal {
    policies: [usize; 2],
    number: usize,
    fewer: [usize; 2],
    sizes: [f64; 2],
}

impl Reversal {
    /// The difference between the two at a point, in per cent of the baseline's mean. `None` where that is 0.
    fn difference(&self, futures: &Futures, point: usize) -> Option<f64> {
        let [a, b] = self.policies.map(|policy| futures.mean(point, policy, self.number));
        futures.whole(point, self.number).map(|baseline| 100.0 * (a - b) / baseline)
    }

    /// The points at which there is a difference in per cent, each with it.
    fn differences(&self, futures: &Futures) -> (Vec<usize>, Vec<f64>) {
        (0..futures.len()).filter_map(|point| Some((point, self.difference(futures, point)?))).unzip()
    }

    /// Where the first policy has fewer.
    fn region(&self, futures: &Futures, inputs: &[Input]) -> Option<Region> {
        let (points, differences) = self.differences(futures);
        let points: Vec<Vec<f64>> = points.iter().map(|point| futures.plan.points[*point].at.clone()).collect();
        let cases: Vec<bool> = differences.iter().map(|difference| *difference < 0.0).collect();
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

/// The pairs of policies whose order reverses and what turns each, those of each number that turn by most first, and
/// how many more reverse. Each input is named once, with the pair that it turns by most. `None` once it is asked to
/// stop.
pub(super) fn turns(
    futures: &Futures,
    session: &Session,
    inputs: &[Input],
    simulating: Simulating<'_>,
    depth: Depth,
) -> Result<Option<(Vec<Turn>, usize)>, ExploreError> {
    let plan = &futures.plan;
    let all = reversals(futures);
    let (mut found, mut known) = (Vec::<Turn>::new(), Vec::<String>::new());
    let looked_at = &all[..all.len().min(depth.pairs)];
    let mut signs = Signs::of(looked_at, futures, session, simulating, depth)?;
    for turn in looked_at {
        if known.len() >= depth.turns {
            break;
        }
        let search = PairSearch::of(turn, futures, session, simulating)?;
        let at = match search.switching_value(turn, futures, inputs, (depth, &known), &mut signs) {
            Ok(at) => at,
            // A value that is refused is not looked at.
            Err(Halt::Refused) => None,
            Err(Halt::Stopped) => return Ok(None),
            Err(Halt::Failed(error)) => return Err(error),
        };
        let Some(at) = at else { continue };
        known.push(at.input.clone());
        let region = if depth.full { turn.region(futures, inputs) } else { None };
        let policies = turn.policies.map(|policy| plan.policies[policy].clone());
        let number = plan.numbers[turn.number].clone();
        found.push(Turn { policies, number, fewer: turn.fewer, sizes: turn.sizes, at, region });
    }
    let further = all.len() - found.len();
    Ok(Some((found, further)))
}

/// The pairs whose order reverses: the one of each number that turns by most, then the second of each, and so on.
fn reversals(futures: &Futures) -> Vec<Reversal> {
    let mut found = Vec::new();
    let others: Vec<usize> = futures.others().collect();
    for number in 0..futures.plan.numbers.len() {
        for (place, a) in others.iter().enumerate() {
            for b in &others[place + 1..] {
                let mut turn = Reversal { policies: [*a, *b], number, fewer: [0; 2], sizes: [0.0; 2] };
                for difference in turn.differences(futures).1 {
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
    // The numbers take turns, so that none is left out for the pairs of another.
    let mut ranks = vec![0; futures.plan.numbers.len()];
    let mut ranked: Vec<(usize, Reversal)> = found
        .into_iter()
        .map(|turn| {
            ranks[turn.number] += 1;
            (ranks[turn.number], turn)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, turn)| turn).collect()
}

impl Reversal {
    /// The inputs by how strongly the difference moves with them, the strongest first: Spearman's rank correlation of a
    /// number, and the square root of the share of the ranks' variance between the words of a word.
    fn movers(&self, futures: &Futures, inputs: &[Input]) -> Vec<(f64, usize)> {
        let (points, differences) = self.differences(futures);
        let points: Vec<_> = points.iter().map(|point| &futures.plan.points[*point]).collect();
        let strength = |(place, input): (usize, &Input)| match &input.range {
            Range::OneOf(_) => {
                let words: Vec<&str> = points.iter().map(|point| &*point.levels[place]).collect();
                correlation_ratio(&words, &differences)
            }
            Range::Between { .. } => {
                let positions: Vec<f64> = points.iter().map(|point| point.at[place]).collect();
                rank_correlation(&positions, &differences).abs()
            }
        };
        let mut movers: Vec<(f64, usize)> = inputs.iter().enumerate().map(strength).zip(0..).collect();
        movers.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        movers
    }
}

/// Why a search does not go on.
#[derive(Debug)]
enum Halt {
    /// It was asked to stop.
    Stopped,
    /// The scenario refuses a value, with all other inputs as they are.
    Refused,
    /// A value cannot be simulated.
    Failed(ExploreError),
}

impl From<SetError> for Halt {
    fn from(error: SetError) -> Self {
        match error {
            SetError::Refused { .. } => Halt::Refused,
            error => Halt::Failed(error.into()),
        }
    }
}

/// The search for what turns a pair.
struct PairSearch<'s> {
    /// The study of the two alone, and their places in it.
    session: Session,
    places: [usize; 2],
    query: [Query; 1],
    simulating: Simulating<'s>,
}

impl<'s> PairSearch<'s> {
    fn of(
        turn: &Reversal,
        futures: &Futures,
        session: &Session,
        simulating: Simulating<'s>,
    ) -> Result<Self, ExploreError> {
        let ids = turn.policies.map(|policy| futures.plan.policies[policy].clone());
        let (session, _) = session.only(&ids)?;
        let places = [place_of(&session, &ids[0]), place_of(&session, &ids[1])];
        let query = [futures.plan.queries().swap_remove(turn.number)];
        Ok(Self { session, places, query, simulating })
    }

    /// The difference between the two in each replication, with an input at a value.
    fn differences(&self, input: &Input, level: Level, replications: u32) -> Result<Vec<f64>, Halt> {
        self.simulating.counter.extend(1);
        let each = simulated(&self.session, input, level, self.simulating, replications, &self.query)?;
        Ok(each.into_iter().map(|numbers| numbers[self.places[0]][0] - numbers[self.places[1]][0]).collect())
    }

    /// What turns the pair, with all other inputs as they are: of the inputs with which the difference moves most, the
    /// first that changes its sign.
    fn switching_value(
        &self,
        turn: &Reversal,
        futures: &Futures,
        inputs: &[Input],
        (depth, known): (Depth, &[String]),
        signs: &mut Signs<'_>,
    ) -> Result<Option<SwitchingValue>, Halt> {
        // The numbers of a policy itself decide its place among others trivially, so they come last.
        let ids = turn.policies.map(|policy| format!("policy.{}.", futures.plan.policies[policy]));
        let is_own = |name: &str| ids.iter().any(|own| name.starts_with(own));
        let mut movers = turn.movers(futures, inputs);
        let usable = self.session.inputs();
        let is_open = |name: &String| !known.contains(name) && usable.iter().any(|input| input.name == *name);
        movers.retain(|(_, input)| is_open(&inputs[*input].name));
        movers.sort_by_key(|(_, input)| is_own(&inputs[*input].name));
        for (_, input) in movers.into_iter().take(TRIED) {
            let input = &inputs[input];
            if !signs.change(turn, input)? {
                continue;
            }
            let at = match &input.range {
                Range::OneOf(words) => {
                    words_that_turn(input, words, |level| self.differences(input, level, depth.fine.1))
                }
                Range::Between { .. } => possible(&self.session, input).and_then(|range| {
                    value_that_turns(input, range, depth, |at, replications| {
                        self.differences(input, input.at(at), replications)
                    })
                }),
            };
            match at {
                Ok(Some(at)) => {
                    let (input, present) = (input.name.clone(), input.print(&input.value));
                    return Ok(Some(SwitchingValue { input, present, at }));
                }
                // Of an input with a gap in what the scenario accepts no value is searched.
                Ok(None) | Err(Halt::Refused) => {}
                Err(halt) => return Err(halt),
            }
        }
        Ok(None)
    }
}

/// The numbers of each policy in each replication, with an input at a value. The counter expects it.
fn simulated(
    session: &Session,
    input: &Input,
    level: Level,
    Simulating { how, threads, stop, counter }: Simulating<'_>,
    replications: u32,
    queries: &[Query],
) -> Result<Vec<Vec<Vec<f64>>>, Halt> {
    let set = session.set(&[input.to(level)])?;
    let begun = (0..replications).take_while(|_| !stop.is_requested());
    let scenario = set.scenario();
    let each = threads.each(begun, |replication| numbers(scenario, how, replication, queries));
    if stop.is_requested() {
        return Err(Halt::Stopped);
    }
    counter.add(PARTS);
    each.into_iter().map(|numbers| numbers.map_err(|error| Halt::Failed(error.into()))).collect()
}

/// The place of a policy in a study that has it.
fn place_of(session: &Session, id: &str) -> usize {
    session.scenario().policies.iter().position(|policy| policy.id == id).unwrap_or(0)
}

/// What all policies have at the ends of the range of an input, or with each of its words, all other inputs as they
/// are. Each input is simulated once for all pairs.
struct Signs<'s> {
    /// The study of the policies in the pairs that are looked at.
    session: Session,
    futures: &'s Futures,
    simulating: Simulating<'s>,
    depth: Depth,
    /// By input: at each place, by policy, the sums of each number over the replications.
    known: BTreeMap<String, Vec<Vec<Vec<f64>>>>,
}

impl<'s> Signs<'s> {
    fn of(
        pairs: &[Reversal],
        futures: &'s Futures,
        session: &Session,
        simulating: Simulating<'s>,
        depth: Depth,
    ) -> Result<Self, ExploreError> {
        let mut policies: Vec<usize> = pairs.iter().flat_map(|turn| turn.policies).collect();
        policies.sort_unstable();
        policies.dedup();
        let ids: Vec<String> = policies.iter().map(|policy| futures.plan.policies[*policy].clone()).collect();
        let session = if ids.is_empty() { session.clone() } else { session.only(&ids)?.0 };
        Ok(Self { session, futures, simulating, depth, known: BTreeMap::new() })
    }

    /// Whether an input changes the sign of the difference between two policies, as far as these places show.
    fn change(&mut self, turn: &Reversal, input: &Input) -> Result<bool, Halt> {
        if !self.known.contains_key(&input.name) {
            let places = self.look(input)?;
            self.known.insert(input.name.clone(), places);
        }
        let places = self.known.get(&input.name).map_or(&[][..], Vec::as_slice);
        let [a, b] = turn.policies.map(|policy| place_of(&self.session, &self.futures.plan.policies[policy]));
        let mut signs = [false; 2];
        for policies in places {
            let difference = policies[a][turn.number] - policies[b][turn.number];
            signs[0] |= difference < 0.0;
            signs[1] |= difference > 0.0;
        }
        Ok(signs == [true; 2])
    }

    /// Simulates the places of an input that the scenario accepts.
    fn look(&self, input: &Input) -> Result<Vec<Vec<Vec<f64>>>, Halt> {
        let levels: Vec<Level> = match &input.range {
            Range::OneOf(words) => words.iter().cloned().map(Level::Word).collect(),
            Range::Between { .. } => {
                let [low, high] = possible(&self.session, input)?;
                self.depth.places().iter().map(|place| input.at(low + place * (high - low))).collect()
            }
        };
        let queries = self.futures.plan.queries();
        self.simulating.counter.extend(levels.len() as u64);
        let mut places = Vec::new();
        for level in levels {
            match simulated(&self.session, input, level, self.simulating, self.depth.ends, &queries) {
                Ok(each) => places.extend(each.into_iter().reduce(sum)),
                Err(Halt::Refused) => {}
                Err(halt) => return Err(halt),
            }
        }
        Ok(places)
    }
}

/// The sums of two tables of the same form.
fn sum(mut a: Vec<Vec<f64>>, b: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    a.iter_mut().flatten().zip(b.into_iter().flatten()).for_each(|(a, b)| *a += b);
    a
}

/// The part of an input's range around its present value that the scenario accepts, as positions.
fn possible(session: &Session, input: &Input) -> Result<[f64; 2], Halt> {
    /// Halvings of the part between the present value and an end that is refused.
    const HALVINGS: u32 = 7;
    let is_possible = |at: f64| match session.set(&[input.to(input.at(at))]) {
        Ok(_) => Ok(true),
        Err(SetError::Refused { .. }) => Ok(false),
        Err(error) => Err(Halt::from(error)),
    };
    let present = present(input);
    let end = |end: f64| {
        if is_possible(end)? {
            return Ok::<f64, Halt>(end);
        }
        let [mut accepted, mut refused] = [present, end];
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(accepted, refused);
            *(if is_possible(middle)? { &mut accepted } else { &mut refused }) = middle;
        }
        Ok(accepted)
    };
    Ok([end(0.0)?, end(1.0)?])
}

/// The position of an input's value, moved into its range.
fn present(input: &Input) -> f64 {
    position(input, &input.value).clamp(0.0, 1.0)
}

/// The words of an input, by which policy has fewer with them; nothing unless either has.
fn words_that_turn(
    input: &Input,
    words: &[String],
    differences: impl Fn(Level) -> Result<Vec<f64>, Halt>,
) -> Result<Option<TurnsAt>, Halt> {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for word in words {
        let level = Level::Word(word.clone());
        let printed = input.print(&level);
        let differences = match differences(level) {
            Ok(differences) => differences,
            // Other inputs exclude the word.
            Err(Halt::Refused) => continue,
            Err(halt) => return Err(halt),
        };
        match decided(&differences) {
            Some(Ordering::Less) => first.push(printed),
            Some(Ordering::Greater) => second.push(printed),
            _ => {}
        }
    }
    Ok((!first.is_empty() && !second.is_empty()).then_some(TurnsAt::Words { first, second }))
}

/// The sign of a mean difference that a paired t test tells from 0 at 5 %. Policies that are identical have none.
fn decided(differences: &[f64]) -> Option<Ordering> {
    if differences.iter().all(|difference| *difference == 0.0) {
        return None;
    }
    let steps = holm(&[differences], 0.95);
    let mean: f64 = differences.iter().sum();
    steps.first().filter(|step| step.differs).and_then(|_| mean.partial_cmp(&0.0))
}

/// The value of an input at which the mean difference changes sign: found with few replications, and then confirmed
/// with more, which look around it and as far away as its interval reaches. `differences` is of a position within
/// `range`, in this many replications.
fn value_that_turns(
    input: &Input,
    range: [f64; 2],
    depth: Depth,
    differences: impl Fn(f64, u32) -> Result<Vec<f64>, Halt>,
) -> Result<Option<TurnsAt>, Halt> {
    /// How far from a coarse crossing it is looked for again at first, as a part of the range.
    const AROUND: f64 = 0.15;
    let [low, high] = range;
    if low >= high {
        return Ok(None);
    }
    let (most, few) = depth.coarse;
    let present = present(input).clamp(low, high);
    let search = Search { range, present, tolerance: 0.02, most_evaluations: most, level: 0.95, around: None };
    let Some(coarse) = crossing(&search, |at| differences(at, few))? else { return Ok(None) };
    let (most, many) = depth.fine;
    let around = Some(AROUND);
    let search = Search { present: coarse.at, most_evaluations: most, tolerance: 0.01, around, ..search };
    // More replications may show that chance turned the few.
    let Some(crossing) = crossing(&search, |at| differences(at, many))? else { return Ok(None) };
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
        again: !coarse.others.is_empty(),
    }))
}

/// The crossing that a search finds, if it finds one.
fn crossing(search: &Search, evaluate: impl FnMut(f64) -> Result<Vec<f64>, Halt>) -> Result<Option<Crossing>, Halt> {
    match switching(search, evaluate) {
        Ok(Switching::At(crossing)) => Ok(Some(crossing)),
        Err(SwitchingError::Evaluation(halt)) => Err(halt),
        // A search over a range with a present value in it is valid, and counts are finite.
        Ok(_) | Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_in(settings: &[&str]) -> Session {
        let session = Session::built_in().unwrap();
        let texts: Vec<String> = settings.iter().map(|text| (*text).to_owned()).collect();
        session.set(&session.parse_settings(&texts).unwrap()).unwrap()
    }

    fn input(session: &Session, name: &str) -> Input {
        session.inputs().into_iter().find(|input| input.name == name).unwrap()
    }

    #[test]
    fn identical_policies_have_no_order() {
        assert_eq!(decided(&[0.0; 12]), None);
        assert_eq!(decided(&[-1.0; 12]), Some(Ordering::Less));
        // Mean 0.
        assert_eq!(decided(&[1.0, -1.0]), None);
    }

    #[test]
    fn a_word_that_makes_policies_identical_or_is_refused_is_on_neither_side() {
        let input = input(&built_in(&[]), "dcc.schedule-removal");
        let words = ["a", "b", "c", "d"].map(str::to_owned);
        let turn = words_that_turn(&input, &words, |level| match level {
            Level::Word(word) if word == "a" => Ok(vec![0.0; 4]),
            Level::Word(word) if word == "b" => Ok(vec![-5.0, -5.0, -6.0, -5.0]),
            Level::Word(word) if word == "c" => Ok(vec![4.0, 5.0, 5.0, 6.0]),
            _ => Err(Halt::Refused),
        });
        let (first, second) = (vec!["b".to_owned()], vec!["c".to_owned()]);
        assert_eq!(turn.unwrap(), Some(TurnsAt::Words { first, second }));
        let failed = words_that_turn(&input, &words, |_| Err(Halt::Stopped));
        assert!(matches!(failed, Err(Halt::Stopped)));
    }

    /// The shares of the classes add up to 1: with 0.95 immature, 0.05 is left for non-users, whose range ends at 0.08.
    #[test]
    fn an_input_is_searched_where_the_scenario_accepts_it() {
        let session = built_in(&["class-shares.immature=0.95"]);
        let input = input(&session, "market.class-shares.non-user");
        let [low, high] = possible(&session, &input).unwrap();
        let Level::Number(most) = input.at(high) else { panic!("{input:?}") };
        assert_eq!(low, 0.0);
        assert!(high < 1.0 && (0.049..=0.05).contains(&most), "{most}");
    }

    /// With four replications the order turns in the middle of the range, and with more it does not.
    #[test]
    fn a_turn_that_more_replications_do_not_show_is_dropped() {
        let input = input(&built_in(&[]), "market.calendar-share");
        let of = |with_many: f64| {
            let differences = |at: f64, replications: u32| {
                let shift = if replications > 4 { with_many } else { 0.0 };
                Ok((0..replications).map(|n| at - 0.5 + shift + 0.01 * f64::from(n % 2)).collect())
            };
            value_that_turns(&input, [0.0, 1.0], Depth::SCREEN, differences).unwrap()
        };
        assert_eq!(of(2.0), None);
        let Some(TurnsAt::Value { interval: [Some(_), Some(_)], .. }) = of(0.0) else { panic!("{:?}", of(0.0)) };
    }
}
