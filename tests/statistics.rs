//! What a number over replications is worth: estimates and intervals against tables, against numbers derived by hand
//! and, in long checks, against laws whose mean is known.

use meterchurn::engine::random::{Draws, Entity, Purpose};
use meterchurn::results::statistics::{Method, Sample, Summary, at_most, fewest_for};

fn counts(values: impl IntoIterator<Item = f64>) -> Sample {
    Sample::Counts(values.into_iter().collect())
}

fn summary(sample: &Sample) -> Summary {
    sample.summarise(0.95).expect("it is defined")
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-5
}

/// 1 to 30: mean 15.5, variance 77.5, no skewness.
fn one_to_thirty() -> Vec<f64> {
    (1..=30).map(f64::from).collect()
}

/// Thirty values: this many ones, and zeros.
fn ones(k: usize) -> Sample {
    counts((0..30).map(|i| f64::from(u8::from(i < k))))
}

#[test]
fn the_interval_of_thirty_values_uses_students_t_with_29_degrees() {
    // t(0.975, 29) = 2.045230 and t(0.995, 29) = 2.756386 (tables).
    for (level, quantile) in [(0.95, 2.045_230), (0.99, 2.756_386)] {
        let summary = counts(one_to_thirty()).summarise(level).expect("it is defined");
        let half = quantile * (77.5_f64 / 30.0).sqrt();
        let [low, high] = summary.interval.expect("thirty replications");
        assert_eq!((summary.value, summary.method, summary.level, summary.n), (15.5, Method::StudentT, level, 30));
        assert!(close(low, 15.5 - half) && close(high, 15.5 + half), "{low} {high}");
        assert!(close(summary.sd, 77.5_f64.sqrt()), "{}", summary.sd);
    }
}

#[test]
fn fewer_than_thirty_replications_give_no_interval() {
    for values in [vec![1.0; 29], (1..=29).map(f64::from).collect(), vec![4.0]] {
        let summary = summary(&Sample::Counts(values));
        assert_eq!((summary.interval, summary.method), (None, Method::None));
    }
}

#[test]
fn one_replication_is_its_own_value_without_spread() {
    let summary = summary(&counts([4.0]));
    assert_eq!((summary.value, summary.sd, summary.runs, summary.n), (4.0, 0.0, [4.0, 4.0], 1));
}

#[test]
fn equal_values_are_identical_and_have_no_interval() {
    for value in [0.0, 7.0] {
        let summary = summary(&counts([value; 30]));
        assert_eq!((summary.value, summary.interval, summary.method), (value, None, Method::Identical));
    }
}

#[test]
fn the_range_is_of_the_central_95_per_cent_of_runs_and_of_few_runs_their_whole_range() {
    let range = |n: u32| summary(&counts((1..=n).map(f64::from))).runs;
    assert_eq!(range(30), [1.0, 30.0]);
    assert_eq!(range(38), [1.0, 38.0]);
    // The place from either end is 2.5 % of n + 1, rounded down, but at least the first: 40 and 79 give 1, 80 gives 2.
    assert_eq!(range(39), [1.0, 39.0]);
    assert_eq!(range(78), [1.0, 78.0]);
    assert_eq!(range(79), [2.0, 78.0]);
    assert_eq!(range(119), [3.0, 117.0]);
}

#[test]
fn the_range_of_runs_does_not_depend_on_their_order() {
    let values = (1..=79).map(|i| f64::from(i * 37 % 79 + 1));
    assert_eq!(summary(&counts(values)).runs, [2.0, 78.0]);
}

#[test]
fn runs_with_a_skewness_above_1_are_resampled() {
    // k ones among 30 values have the skewness (1 - 2p) / sqrt(p (1 - p)) with p = k / 30: 1.03 with 8, 0.87 with 9.
    assert_eq!(summary(&ones(9)).method, Method::StudentT);
    assert_eq!(summary(&ones(8)).method, Method::BootstrapT);
    // Skewness to the left is skewness.
    assert_eq!(summary(&ones(21)).method, Method::StudentT);
    assert_eq!(summary(&ones(22)).method, Method::BootstrapT);
}

#[test]
fn resampling_needs_no_seed_and_moves_and_scales_with_the_numbers() {
    let skewed: Vec<f64> = (0..30).map(|i| f64::from(i * i * i)).collect();
    let interval = |values: Vec<f64>| summary(&Sample::Differences(values)).interval.expect("an interval");
    let [low, high] = interval(skewed.clone());
    assert_eq!(interval(skewed.clone()), [low, high]);
    let [moved_low, moved_high] = interval(skewed.iter().map(|x| 4.0 * x - 1_024.0).collect());
    assert!(close(moved_low, 4.0 * low - 1_024.0) && close(moved_high, 4.0 * high - 1_024.0));
    let [mirrored_low, mirrored_high] = interval(skewed.iter().map(|x| -x).collect());
    assert!(close(mirrored_low, -high) && close(mirrored_high, -low));
}

#[test]
fn the_interval_of_runs_skewed_to_the_right_reaches_further_to_the_right_than_students_t() {
    // Cubes of 0 to 29: a skewness of 1.2.
    let values: Vec<f64> = (0..30).map(|i| f64::from(i * i * i)).collect();
    let summary = summary(&counts(values));
    let [low, high] = summary.interval.expect("an interval");
    let half = 2.045_230 * summary.sd / 30_f64.sqrt();
    assert_eq!(summary.method, Method::BootstrapT);
    assert!(high - summary.value > 1.1 * half && summary.value - low < half, "{low} {} {high}", summary.value);
    assert!(high - summary.value < 2.0 * half, "{high}");
}

#[test]
fn a_wider_level_gives_a_wider_bootstrap_interval() {
    let of = |level| ones(5).summarise(level).and_then(|s| s.interval).expect("an interval");
    let ([low, high], [wide_low, wide_high]) = (of(0.9), of(0.95));
    assert!(wide_low < low && high < wide_high);
}

#[test]
fn a_level_that_the_resamples_do_not_reach_falls_back_on_students_t() {
    // 0.999 is the outermost of 1,999 resamples; beyond it there is none.
    let method = |level| ones(8).summarise(level).expect("it is defined").method;
    assert_eq!((method(0.95), method(0.999_9)), (Method::BootstrapT, Method::StudentT));
}

#[test]
fn what_happened_in_very_few_runs_has_no_interval_but_a_probability() {
    // With 3 of 30, (27/30)^30 = 4.2 % of resamples have none, more than the 2.5 % beyond a bound; with 4, (26/30)^30 =
    // 1.4 %.
    let rare = summary(&ones(3));
    assert_eq!((rare.value, rare.interval, rare.method), (0.1, None, Method::TooRare));
    assert_eq!(summary(&ones(4)).method, Method::BootstrapT);
    // Clopper-Pearson for 1 of 30, as tabled: 0.08 % to 17.22 %.
    let any = summary(&ones(1)).at_least_one.expect("most runs have none");
    assert_eq!(any.runs, 1);
    let [low, high] = any.interval;
    assert!((low - 0.0008).abs() < 5e-5 && (high - 0.1722).abs() < 5e-5, "{low} {high}");
}

#[test]
fn what_never_happened_bounds_its_probability_and_has_no_interval() {
    // 0.05^(1/30) = 0.9050: about 3/30.
    let none = summary(&ones(0));
    let any = none.at_least_one.expect("no run has any");
    assert_eq!((none.interval, any.runs, any.interval[0]), (None, 0, 0.0));
    assert!((any.interval[1] - 0.0950).abs() < 5e-5, "{}", any.interval[1]);
}

#[test]
fn the_probability_of_any_is_given_for_counts_that_are_0_in_some_runs_of_at_least_thirty() {
    assert!(summary(&ones(29)).at_least_one.is_some());
    assert!(summary(&ones(30)).at_least_one.is_none());
    assert!(summary(&counts([0.0; 29])).at_least_one.is_none());
    assert!(summary(&Sample::Differences(vec![0.0; 30])).at_least_one.is_none());
}

#[test]
fn no_interval_of_a_count_reaches_below_0() {
    for name in 0..300 {
        let rate = 0.02 + f64::from(name) / 100.0;
        let values: Vec<f64> = (0..30).map(|i| poisson(rate, uniform(name, i))).collect();
        for level in [0.95, 0.999_9] {
            let interval = Sample::Counts(values.clone()).summarise(level).and_then(|s| s.interval);
            assert!(interval.is_none_or(|[low, high]| 0.0 <= low && low <= high), "{interval:?} of {values:?}");
        }
    }
}

#[test]
fn a_difference_may_be_below_0() {
    let [low, high] =
        summary(&Sample::Differences(one_to_thirty().iter().map(|x| x - 15.5).collect())).interval.unwrap();
    assert!(low < 0.0 && close(low, -high));
}

#[test]
fn a_ratio_is_one_of_means() {
    // 1/1 and 1/3: the means' ratio is 2/4; the mean of the ratios would be 2/3.
    assert_eq!(summary(&Sample::Ratios(vec![[1.0, 1.0], [1.0, 3.0]])).value, 0.5);
}

#[test]
fn the_spread_of_a_ratio_is_that_of_its_jackknife_pseudo_values() {
    // Sums 6 and 6. Without the first pair 5/5, the second 5/4, the third 2/3: 3 x 1 - 2 x these is 1, 0.5 and 5/3.
    // Their mean is 19/18, their squared deviations add up to 0.685185, a half of which is 0.585314 squared.
    let summary = summary(&Sample::Ratios(vec![[1.0, 1.0], [1.0, 2.0], [4.0, 3.0]]));
    assert_eq!((summary.value, summary.interval, summary.method), (1.0, None, Method::None));
    assert!(close(summary.sd, 0.585_314), "{}", summary.sd);
    assert_eq!(summary.runs, [0.5, 4.0 / 3.0]);
}

#[test]
fn the_interval_of_a_ratio_is_students_t_around_the_ratio_of_means() {
    let pairs: Vec<[f64; 2]> = (0..30).map(|i| [f64::from(40 + i * 7 % 30), f64::from(80 + i * 11 % 30)]).collect();
    let summary = summary(&Sample::Ratios(pairs));
    let half = 2.045_230 * summary.sd / 30_f64.sqrt();
    let [low, high] = summary.interval.expect("an interval");
    assert_eq!(summary.method, Method::Jackknife);
    // Numerators are 40 to 69, denominators 80 to 109, each once.
    assert!(close(summary.value, 54.5 / 94.5));
    assert!(close(low, summary.value - half) && close(high, summary.value + half));
}

#[test]
fn no_interval_of_a_ratio_reaches_below_0() {
    let pairs = (0..30).map(|i| [if i == 0 { 30.0 } else { 0.0 }, f64::from(80 + i)]);
    let [low, high] = summary(&Sample::Ratios(pairs.collect())).interval.expect("an interval");
    assert!(low == 0.0 && high > 0.0);
}

#[test]
fn a_ratio_to_nothing_is_undefined() {
    assert_eq!(Sample::Ratios(vec![[1.0, 0.0]; 30]).summarise(0.95), None);
    assert_eq!(Sample::Ratios(vec![[1.0, 0.0], [1.0, 2.0]]).each(), [None, Some(0.5)]);
}

#[test]
fn a_ratio_to_what_may_be_nothing_has_no_interval() {
    // With 1 in one run of 30 the baseline's mean and its standard error are 1/30: Student's t reaches below 0.
    let to = |k| Sample::Ratios((0..30).map(|i| [1.0, f64::from(u8::from(i < k))]).collect());
    assert_eq!(summary(&to(1)).method, Method::DenominatorNearZero);
    assert_eq!(summary(&to(1)).interval, None);
    assert_eq!(summary(&to(15)).method, Method::Jackknife);
}

#[test]
fn a_policy_that_removes_everything_has_exactly_none_of_it() {
    let pairs = (1..=30).map(|i| [0.0, f64::from(i)]);
    let summary = summary(&Sample::Ratios(pairs.collect()));
    assert_eq!((summary.value, summary.interval, summary.method), (0.0, None, Method::Identical));
}

#[test]
fn replications_without_either_do_not_make_a_ratio_identical() {
    let pairs = (0..30).map(|i| if i == 0 { [0.0, 0.0] } else { [1.0 + f64::from(i % 2), 2.0] });
    assert_eq!(summary(&Sample::Ratios(pairs.collect())).method, Method::Jackknife);
}

fn uniform(study: u32, index: u32) -> f64 {
    Draws::new(14, study).uniform(Entity(0), Purpose(0), index)
}

/// The count below which a Poisson law has a probability of `u`.
fn poisson(rate: f64, u: f64) -> f64 {
    let (mut count, mut mass) = (0.0, libm::exp(-rate));
    let mut below = mass;
    while below < u && count < 1_000.0 {
        count += 1.0;
        mass *= rate / count;
        below += mass;
    }
    count
}

fn normal(u: f64) -> f64 {
    use statrs::distribution::{ContinuousCDF, Normal};
    Normal::standard().inverse_cdf(u)
}

/// In how many of 10,000 studies of 30 replications the interval holds the true mean, and in how many Student's t does.
fn covered(truth: f64, value: impl Fn(f64) -> f64) -> (u32, u32) {
    covered_by(truth, |study| counts((0..30).map(|i| value(uniform(study, i)))))
}

/// The same for studies that are drawn as a whole.
fn covered_by(truth: f64, sample: impl Fn(u32) -> Sample) -> (u32, u32) {
    let holds = |[low, high]: [f64; 2]| u32::from(low <= truth && truth <= high);
    (0..10_000).fold((0, 0), |(ours, ts), study| {
        let summary = summary(&sample(study));
        let half = 2.045_230 * summary.sd / 30_f64.sqrt();
        // What is too rare for an interval claims nothing, and is never wrong.
        let ours = ours + summary.interval.map_or(1, holds);
        (ours, ts + holds([summary.value - half, summary.value + half]))
    })
}

#[test]
#[ignore = "a long check: 30,000 studies"]
fn intervals_of_laws_without_much_skewness_cover_the_mean_in_95_per_cent_of_studies() {
    // The sum of 45 exponential numbers has the skewness 2 / sqrt(45) = 0.298.
    let gamma = |study, i: u32| (0..45_u32).map(|k| -libm::log(uniform(study, 45 * i + k))).sum::<f64>();
    // A right procedure leaves these bars once in some thousand times.
    for (law, covered) in [
        ("normal", covered(1_000.0, |u| 1_000.0 + normal(u))),
        ("Poisson(20)", covered(20.0, |u| poisson(20.0, u))),
        ("gamma(45)", covered_by(45.0, |study| counts((0..30).map(|i| gamma(study, i))))),
    ] {
        println!("{law}: {} of 10,000", covered.0);
        assert!((9_420..=9_580).contains(&covered.0), "{law}: {} of 10,000", covered.0);
    }
}

#[test]
#[ignore = "a long check: 20,000 studies"]
fn intervals_of_paired_differences_cover_the_true_difference_in_95_per_cent_of_studies() {
    let at = |study, i: u32, k: u32| uniform(study, i + 1_000 * k);
    // What both policies share goes, however much it varies.
    let normals = |study, i| {
        let shared = 1_000.0 + 50.0 * normal(at(study, i, 0));
        (shared - 3.0 + normal(at(study, i, 1))) - (shared + normal(at(study, i, 2)))
    };
    let poissons = |study, i| {
        let shared = poisson(100.0, at(study, i, 0));
        (shared + poisson(20.0, at(study, i, 1))) - (shared + poisson(24.0, at(study, i, 2)))
    };
    let differences =
        |each: &dyn Fn(u32, u32) -> f64, study| Sample::Differences((0..30).map(|i| each(study, i)).collect());
    for (law, covered) in [
        ("normal", covered_by(-3.0, |study| differences(&normals, study))),
        ("Poisson(20)", covered_by(-4.0, |study| differences(&poissons, study))),
    ] {
        println!("{law}: {} of 10,000", covered.0);
        assert!((9_420..=9_580).contains(&covered.0), "{law}: {} of 10,000", covered.0);
    }
}

#[test]
#[ignore = "a long check: 30,000 studies, most of them resampled"]
fn intervals_of_skewed_laws_cover_the_mean_more_often_than_students_t() {
    for (law, (ours, ts)) in [
        ("exponential", covered(1.0, |u| -libm::log(u))),
        ("lognormal, sigma 1", covered(libm::exp(0.5), |u| libm::exp(normal(u)))),
        ("Poisson(0.3)", covered(0.3, |u| poisson(0.3, u))),
    ] {
        println!("{law}: {ours} of 10,000 studies, Student's t {ts}");
        assert!(ours > ts, "{law}: {ours} of 10,000, Student's t {ts}");
    }
}

#[test]
#[ignore = "a long check: 10,000 studies"]
fn intervals_of_ratios_cover_the_ratio_of_the_true_means_in_95_per_cent_of_studies() {
    // A policy that leaves each of Poisson(40) alerts with probability 0.7: means 28 and 40.
    let covered = (0..10_000).filter(|study| {
        let pair = |i: u32| {
            let (kept, removed) = (poisson(28.0, uniform(*study, i)), poisson(12.0, uniform(*study, 1_000 + i)));
            [kept, kept + removed]
        };
        let summary = summary(&Sample::Ratios((0..30).map(pair).collect()));
        summary.interval.is_some_and(|[low, high]| low <= 0.7 && 0.7 <= high)
    });
    let covered = covered.count();
    assert!((9_420..=9_580).contains(&covered), "{covered} of 10,000");
}

#[test]
fn the_largest_numbers_of_runs_are_represented_by_their_median_between_two_of_them() {
    let extremes = |n: u32| summary(&Sample::Extremes((1..=n).map(|run| Some(f64::from(run * run))).collect()));
    // The mean of 1, 4, 9, 16 is 7.5.
    let four = extremes(4);
    assert_eq!((four.value, four.estimator.name(), four.interval, four.method), (6.5, "median", None, Method::None));
    // Of 30, fewer than 10 exceed the median in 2.1 % of all samples, and fewer than 11 in 4.9 %.
    let thirty = extremes(30);
    assert_eq!((thirty.interval, thirty.method), (Some([100.0, 441.0]), Method::OrderStatistics));
    assert_eq!(summary(&Sample::Extremes(vec![Some(3.0); 2])).method, Method::Identical);
}

#[test]
fn a_percentile_of_all_years_is_bounded_by_the_largest_of_59_replications_and_by_none_of_58() {
    let runs = |n: u32| -> Vec<f64> { (1..=n).map(f64::from).collect() };
    assert_eq!((at_most(&runs(59), 0.95, 0.95), at_most(&runs(58), 0.95, 0.95)), (Some(59.0), None));
    // Of 93 replications, all but one fall short of it in 4.9 % of all samples.
    assert_eq!(at_most(&runs(93), 0.95, 0.95), Some(92.0));
    assert_eq!((fewest_for(0.95, 0.95), fewest_for(0.99, 0.95), fewest_for(0.5, 0.75)), (59, 299, 2));
}
