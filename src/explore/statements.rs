//! In how many futures each policy has fewer or more than the baseline, and what decides that.

use statrs::function::factorial::ln_binomial;

use super::exploration::{Cause, Statement};
use super::futures::Futures;
use crate::scenario::input::{Input, Level, Range};

pub(super) fn statements(futures: &Futures, inputs: &[Input]) -> Vec<Statement> {
    let plan = &futures.plan;
    let numbers = 0..plan.numbers.len();
    futures
        .others()
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
            let change = |point: usize| if range.is_some() { percent(point) } else { Some(difference(point)) };
            let worst = points()
                .filter_map(|point| Some((point, change(point)?)))
                .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
                .map_or(0, |(point, _)| futures.numbers[point]);
            let more = points().filter(|point| difference(*point) > 0.0).count();
            let equal = points().filter(|point| difference(*point) == 0.0 && !same(point)).count();
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
                equal,
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
                let value = input.print(&input.at(at).rounded());
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
    let (right, cause) = best.filter(|(right, _)| *right >= 0.9)?;
    let wrong = ((1.0 - right) * yes.max(no) as f64 + 1e-9).floor() as usize;
    (by_chance(inputs.len(), [yes, no], wrong) <= 0.01).then_some(cause)
}

/// An upper bound on the probability that some input splits the futures this well by chance: for each input two
/// directions and a threshold at each future, with this many on the wrong side, among all ways to choose the cases.
fn by_chance(inputs: usize, [yes, no]: [usize; 2], wrong: usize) -> f64 {
    let n = yes + no;
    // Of thousands of futures there are more ways than a number can hold.
    let ways = |k: usize| ln_binomial(n as u64, k as u64);
    let all = ways(yes.min(no));
    (0..=(2 * wrong).min(n)).map(|errors| (inputs * 2) as f64 * libm::exp(ways(errors) - all)).sum()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::block::Block;
    use crate::explore::design::Kind;
    use crate::explore::plan::{Chance, Plan, Point};

    /// Of four futures with two replications each, under a baseline and a policy: 0 and 2, 10 and 10 with other
    /// replications, 10 and the same, 10 and 5.
    #[test]
    fn each_future_counts_once_and_one_with_a_baseline_of_0_is_not_the_worst_in_per_cent() {
        let plan = Plan {
            id: String::new(),
            file: String::new(),
            source: String::new(),
            set: Vec::new(),
            options: Vec::new(),
            seed: 1,
            chance: Chance::Common(2),
            design: Kind::Given,
            design_seed: 0,
            inputs: Vec::new(),
            numbers: vec!["leaked-reads.delivered.total".to_owned()],
            policies: ["baseline", "policy"].map(str::to_owned).to_vec(),
            baseline: 0,
            points: vec![Point { at: Vec::new(), levels: Vec::new() }; 4],
        };
        let values = [[0.0, 0.0, 1.0, 3.0], [10.0, 10.0, 9.0, 11.0], [10.0; 4], [10.0, 10.0, 4.0, 6.0]];
        let block = Block { number: 0, values: values.map(|values| values.to_vec()).to_vec() };
        let futures = Futures::of(plan, vec![block]).unwrap();
        let found = statements(&futures, &[]).remove(0);
        assert_eq!([found.fewer, found.more, found.identical, found.equal, found.of()], [1, 1, 1, 1, 4]);
        assert_eq!((found.percent, found.worst), (Some([-50.0, 0.0]), 2));
    }

    #[test]
    fn a_split_of_few_futures_by_one_of_many_inputs_is_chance() {
        // Five of eight: 56 ways, of which each of 39 inputs gives two.
        assert!((by_chance(39, [5, 3], 0) - 78.0 / 56.0).abs() < 1e-9);
        assert!(by_chance(50, [20, 10], 0) < 1e-5);
    }

    #[test]
    fn a_split_that_is_right_in_nine_of_ten_of_thousands_of_futures_is_no_chance() {
        // 10^1231 ways to choose the cases, of which 10^577 are within twice 204 errors.
        assert!(by_chance(39, [2_048, 2_048], 204) < 1e-100);
        // Within all errors there is every choice.
        assert!(by_chance(1, [2_048, 2_048], 2_048) > 2.0);
    }

    #[test]
    fn the_best_threshold_separates_cases_from_others() {
        // Cases at 0.6, 0.7 and 0.9, and one stray at 0.1: above 0.55, three of four and three of three are right.
        let positions = [0.1, 0.3, 0.5, 0.2, 0.6, 0.7, 0.9];
        let cases = [true, false, false, false, true, true, true];
        assert_eq!(threshold(&positions, &cases), Some((0.75, 0.55, true)));
        assert_eq!(threshold(&[0.2, 0.8], &[true, false]), Some((1.0, 0.5, false)));
    }
}
