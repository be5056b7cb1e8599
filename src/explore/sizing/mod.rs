//! How much is enough: the least amount from which on a limit holds, found in each replication by bisection. All values
//! are tried in the same replications, so they differ in nothing but the amount.

mod amount;
mod bracket;

use std::collections::BTreeMap;

pub use amount::{Amount, Column, Per};
pub use bracket::Bracket;

use crate::results::expectation::Limit;
use crate::results::query::{Contrast, Query};
use crate::results::statistics::{at_most, fewest_for, ranks_around};
use crate::scenario::Scenario;
use crate::spread::Threads;
use crate::study::error::StudyError;
use crate::study::{How, Stop, numbers};
use crate::text::Advice;

/// A limit that is to hold, as written.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// As written.
    pub that: String,
    /// The number.
    pub query: Query,
    /// Its limit.
    pub limit: Limit,
}

/// What is asked.
pub struct Sizing<'s> {
    /// A scenario with one policy.
    pub scenario: &'s Scenario,
    /// What is sized.
    pub amount: Amount,
    /// The limits, each of which has its own answer.
    pub wanted: Vec<Wanted>,
    /// Values that are tried in every replication, ascending; the first and the last bound the search.
    pub values: Vec<u64>,
    /// The part of itself to within which the least value is to be known.
    pub within: f64,
    /// Replications.
    pub replications: u32,
}

/// The numbers of a replication with one value: those of the columns, then those of the limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// The value.
    pub value: u64,
    /// The replication.
    pub replication: u32,
    /// One number for each column and each limit.
    pub numbers: Vec<f64>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Sized {
    /// Everything that was tried, by value and replication.
    pub tried: Vec<Tried>,
    /// For each limit what is known in each replication.
    pub brackets: Vec<Vec<Bracket>>,
}

impl Sizing<'_> {
    /// The limits of these texts, checked against the scenario.
    ///
    /// # Errors
    /// The text that is no limit on the scenario's numbers, and why.
    pub fn wanted(texts: &[String], amount: Amount, scenario: &Scenario) -> Result<Vec<Wanted>, (String, Advice)> {
        let mut scenario = scenario.clone();
        amount.set(&mut scenario, 1);
        let of = |text: &String| {
            let (query, limit) = crate::results::expectation::parse(text)?;
            query.check(&scenario.frame)?;
            if query.contrast != Contrast::Value {
                return Err(Advice::new("a difference or a ratio needs a second policy", "write a stat such as total"));
            }
            Ok(Wanted { that: text.trim().to_owned(), query, limit })
        };
        texts.iter().map(|text| of(text).map_err(|advice| (text.clone(), advice))).collect()
    }

    /// What is shown for each value.
    pub fn columns(&self) -> Vec<Column> {
        self.amount.columns(self.scenario)
    }

    /// How many runs the first values need.
    pub fn first_runs(&self) -> u64 {
        self.values.len() as u64 * u64::from(self.replications)
    }

    /// About how many runs are needed at most: each limit and replication has a search of its own, which halves the
    /// widest gap between values until it is narrow enough.
    pub fn most_runs(&self) -> u64 {
        let gaps = self.values.windows(2).map(|pair| {
            let gap = pair[1] - pair[0];
            let enough = ((self.within * pair[0] as f64) as u64).max(1);
            u64::from((gap / enough).checked_ilog2().map_or(0, |halvings| halvings + 1))
        });
        let searches = self.wanted.len() as u64 * u64::from(self.replications);
        self.first_runs() + searches * gaps.max().unwrap_or(0)
    }

    /// Finds the answer. `done` is called after each run. `None` if it was asked to stop.
    ///
    /// # Errors
    /// That of a run.
    pub fn run(
        &self,
        (how, threads): (How, &Threads),
        stop: &Stop,
        done: &(dyn Fn() + Sync),
    ) -> Result<Option<Sized>, StudyError> {
        let columns = self.columns();
        let queries: Vec<Query> = columns
            .iter()
            .map(|column| column.query.clone())
            .chain(self.wanted.iter().map(|w| w.query.clone()))
            .collect();
        let of_replications = vec![Bracket::default(); self.replications as usize];
        let mut brackets = vec![of_replications; self.wanted.len()];
        let mut tried: BTreeMap<(u64, u32), Vec<f64>> = BTreeMap::new();
        let all = |value: &u64| (0..self.replications).map(|replication| (*value, replication)).collect::<Vec<_>>();
        let mut next: Vec<(u64, u32)> = self.values.iter().flat_map(all).collect();
        while !next.is_empty() {
            let begun = next.iter().take_while(|_| !stop.is_requested());
            let found = threads.each(begun, |(value, replication)| {
                let mut scenario = self.scenario.clone();
                self.amount.set(&mut scenario, *value);
                let mut of_policies = numbers(&scenario, how, *replication, &queries)?;
                done();
                Ok::<_, StudyError>(((*value, *replication), of_policies.swap_remove(0)))
            });
            let found: Vec<((u64, u32), Vec<f64>)> = found.into_iter().collect::<Result<_, _>>()?;
            if found.len() < next.len() {
                return Ok(None);
            }
            for ((value, replication), numbers) in found {
                let limits = self.wanted.iter().zip(&numbers[columns.len()..]);
                for (bracket, (wanted, number)) in brackets.iter_mut().zip(limits) {
                    bracket[replication as usize].note(value, wanted.limit.holds(*number));
                }
                tried.insert((value, replication), numbers);
            }
            let each = brackets.iter().flat_map(|of| (0..).zip(of));
            next = each.filter_map(|(replication, of)| Some((of.next(self.within)?, replication))).collect();
            next.sort_unstable();
            next.dedup();
        }
        let tried =
            tried.into_iter().map(|((value, replication), numbers)| Tried { value, replication, numbers }).collect();
        Ok(Some(Sized { tried, brackets }))
    }
}

/// What the replications say of a limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Enough {
    /// The smallest and the largest of the least values at which it holds in a replication; none where it holds nowhere
    /// in a replication.
    pub least: Option<[u64; 2]>,
    /// The largest value at which it fails in a replication, if there is any.
    pub fails: Option<u64>,
    /// In how many replications it holds nowhere.
    pub nowhere_in: usize,
    /// In how many replications it holds below a value at which it fails.
    pub broken_in: usize,
    /// Between which values the median over windows lies at the confidence level.
    pub median: Option<[u64; 2]>,
    /// What is enough in 95 % of windows at the confidence level, or how many replications that needs.
    pub most_years: Result<u64, usize>,
}

/// The share of the windows in which an amount is to be enough.
pub const YEARS: f64 = 0.95;

impl Sized {
    /// What the replications say of the limit with this place, at a confidence level.
    pub fn enough(&self, limit: usize, level: f64) -> Enough {
        let brackets = &self.brackets[limit];
        let mut least: Vec<u64> = brackets.iter().filter_map(Bracket::holds).collect();
        least.sort_unstable();
        let n = brackets.len();
        let is_everywhere = least.len() == n;
        let ends = least.first().zip(least.last()).map(|(first, last)| [*first, *last]);
        let values: Vec<f64> = least.iter().map(|value| *value as f64).collect();
        let bound = if is_everywhere { at_most(&values, YEARS, level) } else { None };
        Enough {
            least: ends.filter(|_| is_everywhere),
            fails: brackets.iter().filter_map(Bracket::fails).max(),
            nowhere_in: n - least.len(),
            broken_in: brackets.iter().filter(|bracket| bracket.is_broken()).count(),
            median: ranks_around(0.5, n, level)
                .filter(|_| is_everywhere)
                .map(|ranks| ranks.map(|rank| least[rank - 1])),
            most_years: bound.map_or_else(|| Err(fewest_for(YEARS, level)), |bound| Ok(bound as u64)),
        }
    }

    /// The values that were tried in every replication, with the numbers of each.
    pub fn by_value(&self) -> Vec<(u64, Vec<&Tried>)> {
        let n = self.brackets.first().map_or(0, Vec::len);
        let values = self.tried.chunk_by(|a, b| a.value == b.value);
        values.filter(|of_value| of_value.len() == n).map(|of| (of[0].value, of.iter().collect())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::read;

    /// 120 meters whose 6.23s come in one second.
    const BURST: &str = r#"
schema = 1
title = "a burst"
supplier = [{ id = "a" }, { id = "b" }]
policy = [{ id = "baseline" }]
[time]
start = 2018-12-01
horizon = 2018-12-03
[traffic]
[[meter]]
id = 1
copies = 120
fuel = "electricity"
holder = "a"
calendar = "none"
[[switch]]
meter = 1
from = "a"
to = "b"
ssd = 2018-12-02
cos = { send = "1 h" }
"#;

    fn sized(limit: &str, values: &[u64], within: f64) -> Sized {
        let (scenario, _) = read("burst", BURST).unwrap_or_else(|findings| panic!("{findings:#?}"));
        let amount = Amount::named("capacity", Per::Minute, &scenario).expect("an amount");
        let wanted = Sizing::wanted(&[limit.to_owned()], amount, &scenario).expect("a limit");
        let values = values.to_vec();
        let sizing = Sizing { scenario: &scenario, amount, wanted, values, within, replications: 1 };
        let threads = Threads::start(2).expect("two threads");
        let how = How { threads: 2, ..How::default() };
        sizing.run((how, &threads), &Stop::default(), &|| ()).expect("conservation holds").expect("an answer")
    }

    #[test]
    fn the_last_of_a_burst_waits_at_most_a_minute_from_a_rate_on_that_is_known_by_hand() {
        // The last of 120 waits for 119 others: 60 s at 119 a minute, so less than 61 s from 118 on: 119 x 60 / 118 is
        // 60.5, and 119 x 60 / 117 is 61.03.
        let sized = sized("capacity.wait{command=6.23,quantile=max}.total <= 60 s", &[30, 240], 0.0);
        let bracket = &sized.brackets[0][0];
        assert_eq!((bracket.fails(), bracket.holds()), (Some(117), Some(118)));
        let enough = sized.enough(0, 0.95);
        assert_eq!((enough.least, enough.nowhere_in, enough.most_years), (Some([118, 118]), 0, Err(59)));
    }

    #[test]
    fn the_numbers_of_each_value_are_those_of_a_study_with_it() {
        let sized = sized("capacity.delayed.total == 0", &[60, 7_200], 0.5);
        let (value, tried) = &sized.by_value()[0];
        assert_eq!(*value, 60);
        // 120 % more than a minute takes; all but the first wait, the last for 119 s.
        assert_eq!(tried[0].numbers[..6], [200.0, 1.0, 119.0, 119.0, 113.0, 119.0]);
    }

    #[test]
    fn a_limit_that_never_holds_has_no_least_value() {
        let enough = sized("capacity.delayed.total < 0", &[60, 120], 0.0).enough(0, 0.95);
        assert_eq!((enough.least, enough.nowhere_in, enough.fails), (None, 1, Some(120)));
    }
}
