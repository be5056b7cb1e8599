//! Survival analysis of counts: how long something lasts that can end in several ways, and of which some is still under
//! way when observation ends.
//!
//! At each time some of those at risk end, in one of `E` ways, and others are censored. Who is censored at a time is at
//! risk at that time. Nobody is dropped.
//!
//! - the Kaplan–Meier estimate of the share that has not ended, with Greenwood's variance: E. L. Kaplan and P. Meier,
//!   "Nonparametric estimation from incomplete observations", JASA 53 (1958);
//! - the Aalen–Johansen estimate of the share that has ended in each way: O. O. Aalen and S. Johansen, "An empirical
//!   transition matrix for non-homogeneous Markov chains", Scand. J. Statist. 5 (1978). One minus a Kaplan–Meier
//!   estimate that takes other ways of ending for censoring would be too high;
//! - the restricted mean, the area under the Kaplan–Meier estimate up to a time, and the mean time lost to each way of
//!   ending, the area under its Aalen–Johansen estimate: P. K. Andersen, "Decomposition of number of life years lost
//!   according to causes of death", Statist. Med. 32 (2013). Together they add up to that time.

/// What happened at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At<const E: usize> {
    /// The time.
    pub time: u32,
    /// How many ended, by the way of ending.
    pub ended: [u64; E],
    /// How many were censored: still under way when observation ended.
    pub censored: u64,
}

impl<const E: usize> At<E> {
    /// How many ended, in whatever way.
    pub fn ended_in_any_way(&self) -> u64 {
        self.ended.iter().sum()
    }
}

/// The estimates just after one time. They hold until the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step<const E: usize> {
    /// What happened at the time.
    pub at: At<E>,
    /// The number at risk: those neither ended nor censored before the time.
    pub at_risk: u64,
    /// The Kaplan–Meier estimate: the share that has not ended.
    pub survival: f64,
    /// Greenwood's variance of the Kaplan–Meier estimate.
    pub variance: f64,
    /// The Aalen–Johansen estimate: the share that has ended, by the way of ending.
    pub incidence: [f64; E],
}

/// Estimates by time.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve<const E: usize> {
    steps: Vec<Step<E>>,
}

impl<const E: usize> Curve<E> {
    /// The estimates of what happened at these times, which ascend.
    pub fn of(times: impl IntoIterator<Item = At<E>>) -> Self {
        let times: Vec<At<E>> = times.into_iter().collect();
        let mut at_risk: u64 = times.iter().map(|at| at.ended_in_any_way() + at.censored).sum();
        let (mut survival, mut greenwood, mut incidence) = (1.0, 0.0, [0.0; E]);
        let step = |at: At<E>| {
            let (n, ended) = (at_risk, at.ended_in_any_way());
            if ended > 0 {
                for (share, count) in incidence.iter_mut().zip(at.ended) {
                    *share += survival * (count as f64 / n as f64);
                }
                // Of none that remain the term would be infinite, times an estimate of 0.
                if ended < n {
                    greenwood += ended as f64 / (n as f64 * (n - ended) as f64);
                }
                survival *= (n - ended) as f64 / n as f64;
            }
            at_risk -= ended + at.censored;
            Step { at, at_risk: n, survival, variance: survival * survival * greenwood, incidence }
        };
        Self { steps: times.into_iter().map(step).collect() }
    }

    /// The estimates, time by time.
    pub fn steps(&self) -> &[Step<E>] {
        &self.steps
    }

    /// The last step at or before a time; `None` before the first.
    fn last(&self, time: u32) -> Option<&Step<E>> {
        let after = self.steps.partition_point(|step| step.at.time <= time);
        after.checked_sub(1).map(|place| &self.steps[place])
    }

    /// The share that has not ended by a time, that time included.
    pub fn survival(&self, time: u32) -> f64 {
        self.last(time).map_or(1.0, |step| step.survival)
    }

    /// The share that has ended in a way by a time, that time included.
    pub fn incidence(&self, way: usize, time: u32) -> f64 {
        self.last(time).map_or(0.0, |step| step.incidence[way])
    }

    /// The number at risk at a time: those neither ended nor censored before it.
    pub fn at_risk(&self, time: u32) -> u64 {
        let place = self.steps.partition_point(|step| step.at.time < time);
        self.steps.get(place).map_or(0, |step| step.at_risk)
    }

    /// The first time by which at least this share has ended, in whatever way. `None` if the curve stays above:
    /// not reached.
    pub fn quantile(&self, share: f64) -> Option<u32> {
        // A product of many factors can miss a round share by a few units in the last place.
        let left = 1.0 - share + 1e-12;
        self.steps.iter().find(|step| step.survival <= left).map(|step| step.at.time)
    }

    /// The restricted mean: the mean time until the end or until `until`, whichever is first.
    pub fn restricted_mean(&self, until: u32) -> f64 {
        self.area(until, 1.0, |step| step.survival)
    }

    /// The mean time lost to a way of ending: what of the time up to `until` is left after those ends.
    pub fn time_lost(&self, way: usize, until: u32) -> f64 {
        self.area(until, 0.0, |step| step.incidence[way])
    }

    /// The area under a step function, which starts at `first`.
    fn area(&self, until: u32, first: f64, value: impl Fn(&Step<E>) -> f64) -> f64 {
        let (mut area, mut from, mut height) = (0.0, 0, first);
        for step in self.steps.iter().take_while(|step| step.at.time < until) {
            area += height * f64::from(step.at.time - from);
            (from, height) = (step.at.time, value(step));
        }
        area + height * f64::from(until - from)
    }

    /// The last time at which anybody was at risk: the largest follow-up.
    pub fn largest_follow_up(&self) -> Option<u32> {
        let any = |step: &&Step<E>| step.at.ended_in_any_way() + step.at.censored > 0;
        self.steps.iter().rev().find(any).map(|step| step.at.time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One way of ending.
    fn at(time: u32, ended: u64, censored: u64) -> At<1> {
        At { time, ended: [ended], censored }
    }

    /// Weeks in remission of the 21 patients on 6-mercaptopurine: E. J. Freireich et al., Blood 21 (1963), in D. R. Cox
    /// and D. Oakes, "Analysis of survival data" (1984), table 1.1. Nine relapses; twelve were still in remission.
    fn leukaemia() -> Curve<1> {
        Curve::of([
            at(6, 3, 1),
            at(7, 1, 0),
            at(9, 0, 1),
            at(10, 1, 1),
            at(11, 0, 1),
            at(13, 1, 0),
            at(16, 1, 0),
            at(17, 0, 1),
            at(19, 0, 1),
            at(20, 0, 1),
            at(22, 1, 0),
            at(23, 1, 0),
            at(25, 0, 1),
            at(32, 0, 2),
            at(34, 0, 1),
            at(35, 0, 1),
        ])
    }

    #[test]
    fn kaplan_meier_of_the_leukaemia_data_is_the_published_one() {
        // Time, at risk, estimate and Greenwood's standard error as `survfit` of R prints them.
        let published = [
            (6, 21, "0.857", "0.0764"),
            (7, 17, "0.807", "0.0869"),
            (10, 15, "0.753", "0.0963"),
            (13, 12, "0.690", "0.1068"),
            (16, 11, "0.627", "0.1141"),
            (22, 7, "0.538", "0.1282"),
            (23, 6, "0.448", "0.1346"),
        ];
        let curve = leukaemia();
        let events = curve.steps().iter().filter(|step| step.at.ended[0] > 0);
        let found: Vec<(u32, u64, String, String)> = events
            .map(|step| {
                let (estimate, error) = (format!("{:.3}", step.survival), format!("{:.4}", step.variance.sqrt()));
                (step.at.time, step.at_risk, estimate, error)
            })
            .collect();
        let published =
            published.map(|(time, at_risk, estimate, error)| (time, at_risk, estimate.into(), error.into()));
        assert_eq!(found, published);
    }

    #[test]
    fn half_of_the_leukaemia_patients_relapse_within_23_weeks_and_nine_tenths_are_not_reached() {
        let curve = leukaemia();
        assert_eq!(curve.quantile(0.5), Some(23));
        assert_eq!(curve.quantile(0.25), Some(13));
        assert_eq!(curve.quantile(0.9), None);
    }

    #[test]
    fn the_restricted_mean_is_the_area_under_the_published_estimates() {
        // 6 + 0.857 + 3 × (0.807 + 0.753 + 0.690) + 6 × 0.627 + 0.538 + 12 × 0.448, by hand from the published
        // estimates.
        assert_eq!(format!("{:.1}", leukaemia().restricted_mean(35)), "23.3");
        // All are in remission for 5 weeks.
        assert_eq!(leukaemia().restricted_mean(5), 5.0);
        assert_eq!(leukaemia().restricted_mean(7), 6.0 + 18.0 / 21.0);
    }

    /// Five cases: the first way at 1, censored at 2, the second way at 3, the first way at 4, censored at 5.
    fn two_ways() -> Curve<2> {
        let at = |time, ended, censored| At { time, ended, censored };
        Curve::of([at(1, [1, 0], 0), at(2, [0, 0], 1), at(3, [0, 1], 0), at(4, [1, 0], 0), at(5, [0, 0], 1)])
    }

    #[test]
    fn aalen_johansen_adds_what_ends_of_those_that_have_not() {
        let curve = two_ways();
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-15, "{a} is not {b}");
        // S: 4/5, 4/5, 4/5 × 2/3 = 8/15, 8/15 × 1/2 = 4/15.
        close(curve.survival(3), 8.0 / 15.0);
        close(curve.survival(5), 4.0 / 15.0);
        // The second way: 4/5 × 1/3. The first: 1/5 + 8/15 × 1/2 = 7/15.
        close(curve.incidence(1, 5), 4.0 / 15.0);
        close(curve.incidence(0, 5), 7.0 / 15.0);
        assert_eq!(curve.incidence(0, 0), 0.0);
    }

    #[test]
    fn one_minus_kaplan_meier_of_one_way_is_higher_than_its_incidence() {
        // With the second way taken for censoring: 1 − 4/5 × 1/2 = 3/5, not 7/15.
        let naive = Curve::of([at(1, 1, 0), at(2, 0, 1), at(3, 0, 1), at(4, 1, 0), at(5, 0, 1)]);
        assert!((1.0 - naive.survival(5) - 3.0 / 5.0).abs() < 1e-15);
        assert!(1.0 - naive.survival(5) > two_ways().incidence(0, 5) + 0.13);
    }

    #[test]
    fn shares_that_have_ended_and_that_have_not_add_up_to_one_and_their_areas_to_the_time() {
        let curve = two_ways();
        for time in 0..8 {
            let shares = curve.survival(time) + curve.incidence(0, time) + curve.incidence(1, time);
            assert!((shares - 1.0).abs() < 1e-15, "{time}: {shares}");
            let areas = curve.restricted_mean(time) + curve.time_lost(0, time) + curve.time_lost(1, time);
            assert!((areas - f64::from(time)).abs() < 1e-14, "{time}: {areas}");
        }
        // 1 + 4/5 + 4/5 + 8/15 = 47/15 until 4; 1/5 × 3 of it are lost to the first way.
        assert!((curve.restricted_mean(4) - 47.0 / 15.0).abs() < 1e-15);
        assert!((curve.time_lost(0, 4) - 3.0 / 5.0).abs() < 1e-15);
    }

    #[test]
    fn who_is_censored_at_a_time_is_at_risk_at_it() {
        let curve = Curve::of([at(0, 1, 0), at(2, 1, 2)]);
        assert_eq!([0, 1, 2, 3].map(|time| curve.at_risk(time)), [4, 3, 3, 0]);
        assert_eq!(curve.survival(2), 0.75 * (2.0 / 3.0));
        assert_eq!(curve.largest_follow_up(), Some(2));
    }

    #[test]
    fn without_censoring_the_estimate_is_the_share_that_is_left() {
        let curve = Curve::of([at(0, 5, 0), at(1, 3, 0), at(9, 2, 0)]);
        assert_eq!(curve.survival(0), 0.5);
        assert!((curve.survival(8) - 0.2).abs() < 1e-15);
        assert_eq!(curve.survival(9), 0.0);
        // Five wait 0, three 1, two 9: a mean of 2.1.
        assert!((curve.restricted_mean(20) - 2.1).abs() < 1e-14);
        assert_eq!(curve.quantile(0.8), Some(1));
    }

    #[test]
    fn of_nobody_there_is_a_curve_without_steps() {
        let curve = Curve::<1>::of([]);
        assert_eq!((curve.survival(9), curve.at_risk(0), curve.quantile(0.5)), (1.0, 0, None));
        assert_eq!((curve.restricted_mean(9), curve.largest_follow_up()), (9.0, None));
    }
}
