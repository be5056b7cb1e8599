//! How long cases wait for their 6.23 under a policy: survival curves of the counts of `wait-days`.
//!
//! Estimates are of the pooled counts of all replications. Their intervals are percentiles of a bootstrap over whole
//! replications, so that what cases of one replication share is not taken for certainty. A wait counts with the day on
//! which it ends, so a mean in days is too long by less than a day.

use std::borrow::Cow;

use super::cube::Cube;
use super::dimension::{Dimension, WaitDay};
use super::metrics;
use super::statistics::{FEWEST_FOR_AN_INTERVAL, RESAMPLES, bound, resampled};
use super::survival::{At, Curve};
use crate::engine::table::By;
use crate::model::ages::{Milestone, Wait};
use crate::model::labels::Owner;

/// The ways in which a wait ends, in the order of curves. A wait that is open at the horizon is censored.
pub const WAYS: [Wait; 3] = [Wait::Reached, Wait::Returned, Wait::Superseded];
/// The place of [`Wait::Reached`] among [`WAYS`].
pub const REACHED: usize = 0;
/// The place of [`Wait::Returned`] among [`WAYS`].
pub const RETURNED: usize = 1;
/// The place of [`Wait::Superseded`] among [`WAYS`].
pub const SUPERSEDED: usize = 2;
/// Fewest cases at risk, in the mean of replications, on which an estimate rests without a remark (assumed: no source
/// sets a number).
pub const FEWEST_AT_RISK: u64 = 10;

/// The most parts that are resampled. More replications are first added up in batches, which are as independent.
const MOST_BATCHES: usize = 300;

/// Counts of one day of waits: by the ways of ending, then censored.
const COLUMNS: usize = WAYS.len() + 1;

/// The waits in the results of a study.
pub struct Durations<'c> {
    cube: &'c Cube,
    days: Vec<u32>,
    // Places in a run's values, day by day.
    places: By<Milestone, By<Owner, By<Wait, Vec<usize>>>>,
}

impl<'c> Durations<'c> {
    /// The waits of a study; `None` if its results have none.
    pub fn of(cube: &'c Cube) -> Option<Self> {
        let block = cube.catalogue().margins(&metrics::WAIT_DAYS).next()?;
        let (mut days, mut places) = (Vec::new(), By::<Milestone, By<Owner, By<Wait, Vec<usize>>>>::default());
        for key in block.keys() {
            let (to, by) = (key.label(Dimension::To)?, key.label(Dimension::By)?);
            let (outcome, day) = (key.label(Dimension::Outcome)?, key.label(Dimension::Day)?);
            let milestone = Milestone::ALL.iter().find(|milestone| milestone.name() == to)?;
            let owner = Owner::ALL.iter().find(|owner| owner.name() == by)?;
            let wait = Wait::ALL.iter().find(|wait| wait.name() == outcome)?;
            let of_kind = &mut places[*milestone][*owner][*wait];
            if of_kind.len() == days.len() {
                days.push(day.trim_end_matches('+').parse().ok()?);
            }
            of_kind.push(key.place);
        }
        let is_whole = places.values().flat_map(By::values).flat_map(By::values).all(|list| list.len() == days.len());
        is_whole.then_some(Self { cube, days, places })
    }

    /// The last day on which a wait can be counted apart.
    pub fn last_day(&self) -> u32 {
        self.days.last().map_or(0, |day| (*day).min(WaitDay::LAST as u32))
    }

    /// The waits under a policy until a milestone, of those cases for which `cohort` has to send the 6.23, or of all.
    pub fn waits(&self, policy: usize, milestone: Milestone, cohort: Option<Owner>) -> DailyWaits {
        let of_cohort: Vec<&By<Wait, Vec<usize>>> = self.places[milestone]
            .each()
            .filter(|(owner, _)| cohort.is_none_or(|cohort| cohort == *owner))
            .map(|(_, by_wait)| by_wait)
            .collect();
        let of_run = |values: &[u64]| -> Vec<u64> {
            let of_day = |day: usize| -> [u64; COLUMNS] {
                let sum = |wait: Wait| of_cohort.iter().map(|by_wait| values[by_wait[wait][day]]).sum::<u64>();
                let counts = [sum(Wait::Reached), sum(Wait::Returned), sum(Wait::Superseded), sum(Wait::Open)];
                // What lasts longer than the last day is at risk on all days, whichever way it ends.
                if self.days[day] > self.last_day() { [0, 0, 0, counts.iter().sum()] } else { counts }
            };
            (0..self.days.len()).flat_map(of_day).collect()
        };
        let runs = self.cube.runs(policy).iter().map(|run| of_run(&run.values)).collect();
        DailyWaits { days: self.days.clone(), runs }
    }
}

/// Waits of the same kind under one policy, by day, in each replication. Two are equal if every replication has the
/// same counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyWaits {
    days: Vec<u32>,
    // Of each replication, day by day: the ways of ending, then censored.
    runs: Vec<Vec<u64>>,
}

/// How far cases were followed that were not followed far enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FollowUp {
    /// The largest day of a wait that was observed; one more than [`WaitDay::LAST`] if it is longer than that.
    pub largest: u32,
    /// The share of cases that were censored before the day asked for, from 0 to 1.
    pub censored: f64,
    /// The last day, at most the one asked for, with [`FEWEST_AT_RISK`] cases at risk in the mean of replications.
    pub enough_until: Option<u32>,
}

impl DailyWaits {
    /// Replications.
    pub fn n(&self) -> usize {
        self.runs.len()
    }

    /// Cases of all replications.
    pub fn cases(&self) -> u64 {
        self.runs.iter().flatten().sum()
    }

    /// The estimates of the pooled counts of all replications.
    pub fn curve(&self) -> Curve<3> {
        self.curve_of(&self.pooled(&vec![1; self.runs.len()]))
    }

    fn curve_of(&self, pooled: &[u64]) -> Curve<3> {
        let times = self.days.iter().zip(pooled.chunks_exact(COLUMNS));
        Curve::of(times.map(|(day, counts)| At {
            time: *day,
            ended: [counts[REACHED], counts[RETURNED], counts[SUPERSEDED]],
            censored: counts[WAYS.len()],
        }))
    }

    /// The sum of the replications, each so many times.
    fn pooled(&self, times: &[u64]) -> Vec<u64> {
        let mut pooled = vec![0; COLUMNS * self.days.len()];
        for (run, times) in self.runs.iter().zip(times).filter(|(_, times)| **times > 0) {
            pooled.iter_mut().zip(run).for_each(|(sum, count)| *sum += count * times);
        }
        pooled
    }

    /// Intervals of statistics of the curve: percentiles of a bootstrap over whole replications (Efron and Tibshirani,
    /// "An introduction to the bootstrap", 1993, 13.3). `statistics` returns as many numbers for each curve.
    ///
    /// `None` with fewer than [`FEWEST_FOR_AN_INTERVAL`] replications, where all of them are alike, where a resample
    /// has no case, and at a level whose bounds lie beyond the outermost resamples.
    pub fn intervals(&self, level: f64, statistics: impl Fn(&Curve<3>) -> Vec<f64>) -> Option<Vec<[f64; 2]>> {
        let (n, rank) = (self.runs.len(), bound(level));
        if n < FEWEST_FOR_AN_INTERVAL || rank == 0 || self.runs.windows(2).all(|pair| pair[0] == pair[1]) {
            return None;
        }
        let batches = self.in_batches();
        let (n, mut found) = (batches.runs.len(), Vec::<Vec<f64>>::new());
        for resample in 0..RESAMPLES as u64 {
            let mut times = vec![0; n];
            resampled(resample, n, |place| times[place] += 1);
            let pooled = batches.pooled(&times);
            if pooled.iter().all(|count| *count == 0) {
                return None;
            }
            let statistics = statistics(&self.curve_of(&pooled));
            found.resize_with(statistics.len(), Vec::new);
            found.iter_mut().zip(statistics).for_each(|(values, value)| values.push(value));
        }
        let interval = |mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            [values[rank - 1], values[RESAMPLES - rank]]
        };
        Some(found.into_iter().map(interval).collect())
    }

    /// The same counts with the replications added up to at most [`MOST_BATCHES`], of sizes that differ by one at most.
    fn in_batches(&self) -> Cow<'_, Self> {
        if self.runs.len() <= MOST_BATCHES {
            return Cow::Borrowed(self);
        }
        let mut runs = self.runs[..MOST_BATCHES].to_vec();
        for (place, run) in self.runs.iter().enumerate().skip(MOST_BATCHES) {
            runs[place % MOST_BATCHES].iter_mut().zip(run).for_each(|(sum, count)| *sum += count);
        }
        Cow::Owned(Self { days: self.days.clone(), runs })
    }

    /// How far the cases were followed, if that is too little for estimates up to a day: more than half are censored
    /// before it, or some are and fewer than [`FEWEST_AT_RISK`] a replication are at risk on it. Where none is censored
    /// before the day, every case was followed to it or to its end, and small numbers at risk mean only that few still
    /// wait.
    pub fn too_little_follow_up(&self, until: u32) -> Option<FollowUp> {
        let (curve, cases) = (self.curve(), self.cases());
        let before = curve.steps().iter().take_while(|step| step.at.time < until);
        let censored: u64 = before.map(|step| step.at.censored).sum();
        let is_enough = |day: &u32| curve.at_risk(*day) >= FEWEST_AT_RISK * self.n() as u64;
        if censored == 0 || (2 * censored <= cases && is_enough(&until)) {
            return None;
        }
        Some(FollowUp {
            largest: curve.largest_follow_up()?,
            censored: censored as f64 / cases as f64,
            enough_until: (0..=until).rev().find(is_enough),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waits of several replications: cases reached, returned, superseded and censored, from day 0 on.
    fn waits(runs: &[&[[u64; COLUMNS]]]) -> DailyWaits {
        let days = runs.iter().map(|run| run.len()).max().unwrap_or(0);
        let padded = |run: &&[[u64; COLUMNS]]| {
            let mut counts = run.concat();
            counts.resize(COLUMNS * days, 0);
            counts
        };
        DailyWaits { days: (0..days as u32).collect(), runs: runs.iter().map(padded).collect() }
    }

    #[test]
    fn estimates_are_of_the_pooled_counts() {
        // 1 of 1 and 3 of 9 are sent at once: 4 of 10, not the mean of the two shares.
        let waits = waits(&[&[[1, 0, 0, 0]], &[[3, 0, 0, 0], [6, 0, 0, 0]]]);
        assert!((waits.curve().survival(0) - 0.6).abs() < 1e-15);
        assert_eq!((waits.cases(), waits.n()), (10, 2));
    }

    #[test]
    fn an_interval_holds_the_estimate_and_is_the_same_each_time() {
        // Replication r has r + 1 cases that are sent at once and 10 that are sent the day after.
        let runs: Vec<Vec<[u64; COLUMNS]>> = (1..31).map(|r| vec![[r, 0, 0, 0], [10, 0, 0, 0]]).collect();
        let runs: Vec<&[[u64; COLUMNS]]> = runs.iter().map(Vec::as_slice).collect();
        let waits = waits(&runs);
        let share = |curve: &Curve<3>| vec![curve.incidence(REACHED, 0)];
        let [low, high] = waits.intervals(0.95, share).expect("an interval")[0];
        // 465 of 765.
        let estimate = waits.curve().incidence(REACHED, 0);
        assert!((estimate - 465.0 / 765.0).abs() < 1e-15);
        // By the delta method the ratio of means has a standard error of (1 − p) s / (√30 × 25.5) with s = 8.80:
        // 0.0247. The ratio is concave in the sum of the replications, so both ends lie 0.006 lower than that. 1,999
        // resamples leave the lower one a standard deviation of 0.002 and the upper one of 0.001.
        let (below, above) = (1.96 * 0.0247 + 0.006, 1.96 * 0.0247 - 0.006);
        assert!((estimate - low - below).abs() < 0.007 && (high - estimate - above).abs() < 0.004, "{low} {high}");
        assert_eq!(waits.intervals(0.95, share), Some(vec![[low, high]]));
    }

    #[test]
    fn replications_that_are_few_alike_or_empty_have_no_interval() {
        let share = |curve: &Curve<3>| vec![curve.survival(0)];
        let (one, other): (&[[u64; COLUMNS]], &[[u64; COLUMNS]]) = (&[[1, 0, 0, 0]], &[[2, 0, 0, 1]]);
        let mut few = vec![one; 28];
        few.push(other);
        assert_eq!(waits(&few).intervals(0.95, share), None);
        assert_eq!(waits(&[one; 30]).intervals(0.95, share), None);
        // Without its only replication with a case, which (29/30)^30 = 36 % of resamples lack.
        let mut rare: Vec<&[[u64; COLUMNS]]> = vec![&[[0, 0, 0, 0]]; 29];
        rare.push(one);
        assert_eq!(waits(&rare).intervals(0.95, share), None);
    }

    #[test]
    fn more_replications_than_are_resampled_are_added_up_in_batches() {
        let runs: Vec<Vec<[u64; COLUMNS]>> = (0..700).map(|r| vec![[r % 7, 0, 0, 0], [10, 0, 0, 0]]).collect();
        let runs: Vec<&[[u64; COLUMNS]]> = runs.iter().map(Vec::as_slice).collect();
        let waits = waits(&runs);
        let batches = waits.in_batches();
        assert_eq!((batches.n(), batches.cases()), (MOST_BATCHES, waits.cases()));
        // Replications 0, 300 and 600: 0 + 300 % 7 + 600 % 7 at once, and 30 a day later.
        assert_eq!(batches.runs[0], [6 + 5, 0, 0, 0, 30, 0, 0, 0]);
        assert!(waits.intervals(0.95, |curve| vec![curve.survival(0)]).is_some());
    }

    #[test]
    fn a_cohort_that_is_mostly_censored_is_named_with_its_largest_follow_up() {
        // 30 of 50 are censored on day 1.
        let waits = waits(&[&[[0, 0, 0, 0], [0, 0, 0, 30], [0, 0, 0, 0], [20, 0, 0, 0]]]);
        let found = waits.too_little_follow_up(3).expect("too little follow-up");
        assert_eq!(found, FollowUp { largest: 3, censored: 0.6, enough_until: Some(3) });
        // On day 1 itself all are at risk.
        assert_eq!(waits.too_little_follow_up(1), None);
    }

    #[test]
    fn a_cohort_with_fewer_than_ten_at_risk_a_replication_is_named() {
        // Of 40 cases in two replications 19 are at risk on day 2.
        let run: &[[u64; COLUMNS]] = &[[10, 0, 0, 0], [0, 0, 0, 1], [9, 0, 0, 0]];
        let other: &[[u64; COLUMNS]] = &[[8, 0, 1, 0], [0, 0, 0, 1], [10, 0, 0, 0]];
        let found = waits(&[run, other]).too_little_follow_up(2).expect("too little follow-up");
        assert_eq!(found, FollowUp { largest: 2, censored: 0.05, enough_until: Some(1) });
    }

    #[test]
    fn few_at_risk_are_enough_where_every_case_was_followed_to_its_end() {
        let waits = waits(&[&[[99, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]]]);
        assert_eq!(waits.curve().at_risk(2), 1);
        assert_eq!(waits.too_little_follow_up(2), None);
    }
}
