//! How expectations are judged: on each replication, or on the interval; and what a query adds up.

use meterchurn::engine::digest::Fingerprint;
use meterchurn::results::catalogue::Catalogue;
use meterchurn::results::cube::{Cube, Run, Runs};
use meterchurn::results::dimension::Dimension;
use meterchurn::results::expectation::{Expectation, Judging, Limit, Status, Verdict, parse};
use meterchurn::results::metrics;
use meterchurn::results::query::{Aggregate, Contrast, Query};
use meterchurn::results::statistics::{Method, Sample};

fn expectation(judging: Judging, limit: Limit) -> Expectation {
    Expectation {
        that: "switches.total within some limit".into(),
        query: Query::total(&metrics::SWITCHES),
        limit,
        policy: "baseline".into(),
        judging,
        span: 0..0,
        line: None,
        pack: None,
        why: Some("a reason".into()),
    }
}

fn judge(judging: Judging, limit: Limit, sample: &Sample) -> Verdict {
    let n = sample.each().len();
    expectation(judging, limit).judge(Some(sample), n, 0.95)
}

fn status(judging: Judging, limit: Limit, sample: &Sample) -> Status {
    judge(judging, limit, sample).verdict
}

const EACH: [Judging; 2] = [Judging::Golden, Judging::Invariant];

/// Thirty different counts around 15.5.
fn one_to_thirty() -> Sample {
    Sample::Counts((1..=30).map(f64::from).collect())
}

#[test]
fn each_comparison_keeps_to_its_bound() {
    let holds = |text: &str, value: f64| {
        let (_, limit) = parse(&format!("switches.total {text}")).expect("an expectation");
        EACH.map(|kind| status(kind, limit, &Sample::Counts(vec![value])) == Status::Pass)
    };
    for (text, below, at, above) in [
        ("< 5", true, false, false),
        ("<= 5", true, true, false),
        ("> 5", false, false, true),
        (">= 5", false, true, true),
        ("== 5", false, true, false),
        ("within 5..5", false, true, false),
    ] {
        assert_eq!([4.0, 5.0, 6.0].map(|value| holds(text, value)), [below, at, above].map(|h| [h, h]), "{text}");
    }
    for (value, within) in [(2.0, false), (3.0, true), (4.0, true), (5.0, true), (6.0, false)] {
        assert_eq!(holds("within 3..5", value), [within; 2], "{value}");
    }
}

#[test]
fn a_golden_number_and_an_invariant_fail_when_one_replication_breaks_them() {
    let mut values = vec![3.0; 30];
    values[17] = 4.0;
    for kind in EACH {
        let verdict = judge(kind, Limit::Equal(3.0), &Sample::Counts(values.clone()));
        assert_eq!((verdict.verdict, verdict.broken_in, verdict.n), (Status::Fail, Some(1), 30));
        let verdict = judge(kind, Limit::AtMost(4.0), &Sample::Counts(values.clone()));
        assert_eq!((verdict.verdict, verdict.broken_in), (Status::Pass, Some(0)));
    }
}

#[test]
fn an_invariant_is_not_judged_on_the_interval() {
    // The interval of 1 to 30 is about 12.2 to 18.8: it holds there, and not in the first replication.
    assert_eq!(status(Judging::Invariant, Limit::More(1.0), &one_to_thirty()), Status::Fail);
    assert_eq!(status(Judging::Statistical, Limit::More(1.0), &one_to_thirty()), Status::Pass);
    // And it holds in each replication of two, which have no interval.
    assert_eq!(status(Judging::Invariant, Limit::More(1.0), &Sample::Counts(vec![2.0, 3.0])), Status::Pass);
}

#[test]
fn a_statistical_expectation_passes_or_fails_with_the_whole_interval_to_its_very_ends() {
    use Status::{Fail, Inconclusive as Open, Pass};
    let sample = one_to_thirty();
    let [low, high] = sample.summarise(0.95).and_then(|s| s.interval).expect("an interval");
    let (under, over) = (low - 0.001, high + 0.001);
    type LimitAt = fn(f64) -> Limit;
    let table: [(LimitAt, [Status; 5]); 5] = [
        // The limit below the interval, at its lower end, inside, at its upper end, above.
        (Limit::Less, [Fail, Fail, Open, Open, Pass]),
        (Limit::AtMost, [Fail, Open, Open, Pass, Pass]),
        (Limit::More, [Pass, Open, Open, Fail, Fail]),
        (Limit::AtLeast, [Pass, Pass, Open, Open, Fail]),
        (Limit::Equal, [Fail, Open, Open, Open, Fail]),
    ];
    for (limit, expected) in table {
        let judged = [under, low, 15.5, high, over].map(|bound| status(Judging::Statistical, limit(bound), &sample));
        assert_eq!(judged, expected, "{}", limit(15.5));
    }
    for (a, b, expected) in [
        (under, over, Pass),
        (low, high, Pass),
        (15.0, 16.0, Open),
        (15.0, over, Open),
        (under, 16.0, Open),
        (0.0, low, Open),
        (high, 40.0, Open),
        (0.0, under, Fail),
        (over, 40.0, Fail),
    ] {
        assert_eq!(status(Judging::Statistical, Limit::Within(a, b), &sample), expected, "{a}..{b}");
    }
}

#[test]
fn the_verdict_is_at_the_confidence_that_is_asked_for() {
    // At 95 % the interval of 1 to 30 ends at 18.8, at 99.9 % at 21.4.
    let at =
        |level| expectation(Judging::Statistical, Limit::Less(20.0)).judge(Some(&one_to_thirty()), 30, level).verdict;
    assert_eq!((at(0.95), at(0.999)), (Status::Pass, Status::Inconclusive));
}

#[test]
fn without_an_interval_a_statistical_expectation_is_inconclusive() {
    let few = Sample::Counts((1..=29).map(f64::from).collect());
    let rare = Sample::Counts((0..30).map(|i| f64::from(u8::from(i == 0))).collect());
    for (sample, method) in [(few, Method::None), (Sample::Counts(vec![1.0]), Method::None), (rare, Method::TooRare)] {
        let verdict = judge(Judging::Statistical, Limit::Less(1_000.0), &sample);
        assert_eq!((verdict.verdict, verdict.method), (Status::Inconclusive, Some(method)));
    }
}

#[test]
fn what_every_replication_gives_alike_is_judged_on_itself() {
    let same = Sample::Counts(vec![7.0; 30]);
    assert_eq!(status(Judging::Statistical, Limit::Equal(7.0), &same), Status::Pass);
    assert_eq!(status(Judging::Statistical, Limit::Less(7.0), &same), Status::Fail);
}

#[test]
fn an_undefined_value_satisfies_nothing() {
    let anything = Limit::AtLeast(0.0);
    let to_nothing = Sample::Ratios(vec![[1.0, 0.0]; 30]);
    for kind in [Judging::Golden, Judging::Invariant, Judging::Statistical] {
        let verdict = judge(kind, anything, &to_nothing);
        assert_eq!((verdict.verdict, verdict.value, verdict.interval), (Status::Fail, None, None), "{kind:?}");
        let verdict = expectation(kind, anything).judge(None, 30, 0.95);
        assert_eq!((verdict.verdict, verdict.value, verdict.n), (Status::Fail, None, 30), "{kind:?}");
    }
}

#[test]
fn one_undefined_replication_breaks_an_invariant() {
    let mut pairs = vec![[1.0, 2.0]; 30];
    pairs[29] = [0.0, 0.0];
    let sample = Sample::Ratios(pairs);
    let verdict = judge(Judging::Invariant, Limit::Less(1.0), &sample);
    assert_eq!((verdict.verdict, verdict.broken_in, verdict.value), (Status::Fail, Some(1), Some(0.5)));
}

#[test]
fn a_statistical_ratio_is_judged_on_the_ratio_of_means() {
    // 30/100 in half of the replications, 3/1 in the others, each with a little spread: means' ratio 0.33, mean of
    // ratios 1.65.
    let pairs =
        (0..30).map(|i| if i % 2 == 0 { [30.0 + f64::from(i % 4), 100.0] } else { [3.0 + f64::from(i % 4), 1.0] });
    let sample = Sample::Ratios(pairs.collect());
    let verdict = judge(Judging::Statistical, Limit::Less(1.0), &sample);
    assert_eq!((verdict.verdict, verdict.method), (Status::Pass, Some(Method::Jackknife)));
    assert!(verdict.value.is_some_and(|value| value < 0.5), "{:?}", verdict.value);
}

#[test]
fn the_ratio_of_an_invariant_is_judged_in_every_replication_on_its_own() {
    // 30/100 and 3/1: the means' ratio is below 1, the second replication's is not.
    let sample = Sample::Ratios(vec![[30.0, 100.0], [3.0, 1.0]]);
    let verdict = judge(Judging::Invariant, Limit::Less(1.0), &sample);
    assert_eq!((verdict.verdict, verdict.broken_in), (Status::Fail, Some(1)));
    assert_eq!(status(Judging::Invariant, Limit::Within(0.3, 3.0), &sample), Status::Pass);
}

#[test]
fn a_verdict_carries_value_interval_limit_n_and_why() {
    let sample = one_to_thirty();
    let verdict = judge(Judging::Statistical, Limit::Within(1.0, 2.5), &sample);
    assert_eq!((verdict.value, verdict.n, verdict.kind), (Some(15.5), 30, Judging::Statistical));
    assert_eq!(verdict.interval, sample.summarise(0.95).and_then(|s| s.interval));
    assert_eq!((verdict.limit.as_str(), verdict.broken_in), ("within 1..2.5", None));
    assert_eq!((verdict.policy.as_str(), verdict.why.as_deref()), ("baseline", Some("a reason")));
    assert_eq!(verdict.that, "switches.total within some limit");
}

#[test]
fn limits_are_shown_as_they_are_written() {
    for text in ["< 1", "<= 2.5", "> 3", ">= 4", "== 5", "within 6..7"] {
        assert_eq!(parse(&format!("switches.total {text}")).expect("an expectation").1.to_string(), text);
    }
}

#[test]
fn numbers_that_are_no_number_are_refused_as_limits() {
    for limit in [
        "< 1e999",
        "> -1e999",
        "== nan",
        "< inf",
        "within 0..1e999",
        "within -1e999..0",
        "within 2..1",
        "< ",
        "within 1",
    ] {
        assert!(parse(&format!("switches.total {limit}")).is_err(), "{limit}");
    }
    for (limit, value) in [("< 1e3", 1_000.0), ("< 1E3", 1_000.0), ("< 1_000", 1_000.0), ("< -0.5", -0.5)] {
        assert_eq!(parse(&format!("switches.total {limit}")).expect(limit).1, Limit::Less(value), "{limit}");
    }
}

#[test]
fn a_limit_is_in_the_unit_of_its_metric() {
    for good in [
        "exposure.days.total < 5 d",
        "exposure.days.total < 5",
        "exposure.seconds.total < 5 s",
        "traffic.bytes.total < 5 B",
    ] {
        assert!(parse(good).is_ok(), "{good}");
    }
    for bad in
        ["exposure.days.total < 5 s", "switches.total < 5 d", "switches.total < 5 %", "traffic.bytes.total < 5 kB"]
    {
        assert!(parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn the_list_of_stats_is_closed_and_each_is_read_as_itself() {
    use Aggregate::{Max, Mean, Total};
    use Contrast::{Difference, Ratio, Value};
    for (text, stat) in [
        ("switches.total", (Total, Value)),
        ("cases.open.mean", (Mean, Value)),
        ("cases.open.max", (Max, Value)),
        ("switches.diff", (Total, Difference)),
        ("switches.ratio", (Total, Ratio)),
        ("cases.open.max.diff", (Max, Difference)),
        ("cases.open{days=0-1}.mean.ratio", (Mean, Ratio)),
    ] {
        let query = parse(&format!("{text} < 1")).expect(text).0;
        assert_eq!((query.aggregate, query.contrast), stat, "{text}");
    }
    for text in [
        "switches.median",
        "switches.mean",
        "switches.max",
        "switches.diff.total",
        "cases.open.total",
        "cases.open.diff",
        "cases.open.ratio",
    ] {
        assert!(parse(&format!("{text} < 1")).is_err(), "{text}");
    }
}

#[test]
fn labels_are_separated_by_commas_or_semicolons() {
    let labels = |text: &str| parse(text).expect(text).0.labels;
    let expected = [(Dimension::Reference, "6.23".to_owned()), (Dimension::Outcome, "e4".to_owned())];
    assert_eq!(labels("requests{reference=6.23, outcome=e4}.total < 1"), expected);
    assert_eq!(labels("requests{reference=6.23;outcome=e4}.total < 1"), expected);
}

/// Leaked reads by path, by losing supplier and by pair of suppliers, and a stock by owner and day: each with its value
/// in the first replication, in the baseline's first, and so on in the second, in which both policies are alike.
fn cube() -> Cube {
    use Dimension::{At, By, Cause, Gaining, Losing, Path};
    let leaked = "leaked-reads.delivered";
    let open = "not-initiated.open";
    let table = [
        (leaked, vec![(Path, "push")], 4, 8),
        (leaked, vec![(Path, "pull")], 3, 6),
        (leaked, vec![(Losing, "a")], 5, 9),
        (leaked, vec![(Losing, "b")], 2, 5),
        (open, vec![(By, "mature"), (At, "2018-12-01")], 10, 0),
        (open, vec![(By, "mature"), (At, "2018-12-02")], 20, 0),
        (open, vec![(By, "non-user"), (At, "2018-12-01")], 1, 0),
        (open, vec![(By, "non-user"), (At, "2018-12-02")], 5, 0),
        ("exposure.days", vec![(Cause, "other")], 3 * 86_400, 86_400),
        (leaked, vec![(Losing, "a"), (Gaining, "b")], 4, 8),
    ];
    let run = |values: Vec<u64>| Run { values, fingerprint: Fingerprint::default(), series: None };
    let (ours, base): (Vec<u64>, Vec<u64>) = table.iter().map(|(.., ours, base)| (*ours, *base)).unzip();
    let policies = [("baseline", base.clone()), ("policy", ours)];
    let runs =
        policies.map(|(policy, first)| Runs { policy: policy.into(), runs: vec![run(first), run(base.clone())] });
    let catalogue = Catalogue::from_keys(table.into_iter().map(|(metric, labels, ..)| (metric, labels)));
    Cube::new(catalogue.expect("known metrics"), vec![0, 1], runs.to_vec(), 0).expect("a cube")
}

fn sampled(query: &str) -> Option<Sample> {
    query.parse::<Query>().expect(query).sample(&cube(), 1)
}

#[test]
fn a_total_adds_up_one_margin_over_the_labels_that_are_not_named() {
    assert_eq!(sampled("leaked-reads.delivered.total"), Some(Sample::Counts(vec![7.0, 14.0])));
    assert_eq!(sampled("leaked-reads.delivered{path=pull}.total"), Some(Sample::Counts(vec![3.0, 6.0])));
    assert_eq!(sampled("leaked-reads.delivered{losing=a}.total"), Some(Sample::Counts(vec![5.0, 9.0])));
    assert_eq!(sampled("leaked-reads.delivered{losing=a,gaining=b}.total"), Some(Sample::Counts(vec![4.0, 8.0])));
    assert_eq!(sampled("not-initiated.open{at=2018-12-02}.total"), Some(Sample::Counts(vec![25.0, 0.0])));
    assert_eq!(sampled("exposure.days.total"), Some(Sample::Counts(vec![3.0, 1.0])));
}

#[test]
fn the_mean_and_the_highest_of_a_stock_are_over_days_not_over_labels() {
    // By day: 11 and 25.
    assert_eq!(sampled("not-initiated.open.mean"), Some(Sample::Counts(vec![18.0, 0.0])));
    assert_eq!(sampled("not-initiated.open.max"), Some(Sample::Extremes(vec![Some(25.0), Some(0.0)])));
    assert_eq!(sampled("not-initiated.open{by=non-user}.max"), Some(Sample::Extremes(vec![Some(5.0), Some(0.0)])));
}

#[test]
fn differences_and_ratios_are_to_the_baseline_of_the_same_replication() {
    assert_eq!(sampled("leaked-reads.delivered.diff"), Some(Sample::Differences(vec![-7.0, 0.0])));
    assert_eq!(sampled("leaked-reads.delivered.ratio"), Some(Sample::Ratios(vec![[7.0, 14.0], [14.0, 14.0]])));
    assert_eq!(sampled("exposure.days.diff"), Some(Sample::Differences(vec![2.0, 0.0])));
    assert_eq!(sampled("not-initiated.open.max.diff"), Some(Sample::Extremes(vec![Some(25.0), Some(0.0)])));
}

#[test]
fn a_query_without_values_has_no_sample() {
    for query in [
        "leaked-reads.delivered{path=push,losing=a}.total",
        "leaked-reads.delivered{path=radio}.total",
        "switches.total",
    ] {
        assert_eq!(sampled(query), None, "{query}");
    }
}

#[test]
#[ignore = "a long check: 20,000 studies"]
fn with_the_truth_on_the_limit_at_most_569_of_10_000_studies_are_decided() {
    use meterchurn::engine::law::{normal, poisson};
    use meterchurn::engine::random::{Draws, Entity, Purpose};
    let draw = |study, i: u32| Draws::new(14, study).uniform(Entity(u64::from(i)), Purpose(1), 0);
    let shifted_normal = |u: f64| 100.0 + normal(u);
    let counts = |u: f64| poisson(u, 20.0) as f64;
    type Value<'v> = &'v dyn Fn(f64) -> f64;
    for (law, mean, value) in [("normal", 100.0, &shifted_normal as Value<'_>), ("Poisson(20)", 20.0, &counts)] {
        let decided = (0..10_000).filter(|study| {
            let sample = Sample::Counts((0..30).map(|i| value(draw(*study, i))).collect());
            status(Judging::Statistical, Limit::AtMost(mean), &sample) != Status::Inconclusive
        });
        let decided = decided.count();
        println!("{law}: {decided} of 10,000");
        assert!(decided <= 569, "{law}: {decided} of 10,000");
    }
}
