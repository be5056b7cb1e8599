//! Expectations: what a scenario says must come out, and whether it did.
//!
//! `<metric>[{label=value,…}].<stat> <op> <number> [unit]`; the metric ends at the last dot before the operator.

use std::fmt;

use super::metric::{self, METRICS, Metric, Row, Series, Unit};
use super::statistics::{Method, Sample, Summary};
use crate::text::nearest;

/// What is computed of a metric in one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stat {
    /// The sum over all labels not named; of a stock, on the day named by `at`.
    Total,
    /// A stock's mean over the days of the window.
    Mean,
    /// A stock's highest day.
    Max,
    /// Total less the baseline's, in the same replication.
    Diff,
    /// Mean total over the baseline's mean total; of one replication, total over the baseline's.
    Ratio,
}

impl Stat {
    const ALL: [(&'static str, Stat); 5] = [
        ("total", Stat::Total),
        ("mean", Stat::Mean),
        ("max", Stat::Max),
        ("diff", Stat::Diff),
        ("ratio", Stat::Ratio),
    ];
}

/// A number asked of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Place in [`METRICS`].
    pub metric: usize,
    /// Labels that must match.
    pub labels: Vec<(String, String)>,
    /// What is computed.
    pub stat: Stat,
}

/// What a value is held against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// Smaller.
    Less(f64),
    /// Smaller or equal.
    AtMost(f64),
    /// Greater.
    More(f64),
    /// Greater or equal.
    AtLeast(f64),
    /// Equal.
    Equal(f64),
    /// Between two bounds, both included.
    Within(f64, f64),
}

impl Limit {
    /// Whether a value satisfies it.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Limit::Less(limit) => value < limit,
            Limit::AtMost(limit) => value <= limit,
            Limit::More(limit) => value > limit,
            Limit::AtLeast(limit) => value >= limit,
            Limit::Equal(limit) => value == limit,
            Limit::Within(low, high) => low <= value && value <= high,
        }
    }

    /// Whether no value of an interval satisfies it.
    fn excluded(self, [low, high]: [f64; 2]) -> bool {
        match self {
            Limit::Less(limit) => low >= limit,
            Limit::AtMost(limit) => low > limit,
            Limit::More(limit) => high <= limit,
            Limit::AtLeast(limit) => high < limit,
            Limit::Equal(limit) => high < limit || limit < low,
            Limit::Within(a, b) => high < a || b < low,
        }
    }

    /// Judges a number on its whole interval; one that every replication gives alike, on itself.
    fn judge(self, summary: &Summary) -> Outcome {
        let interval = match summary.method {
            Method::Identical => Some([summary.mean, summary.mean]),
            _ => summary.interval,
        };
        match interval {
            Some([low, high]) if self.holds(low) && self.holds(high) => Outcome::Pass,
            Some(interval) if self.excluded(interval) => Outcome::Fail,
            _ => Outcome::Inconclusive,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::Less(x) => write!(f, "< {x}"),
            Limit::AtMost(x) => write!(f, "<= {x}"),
            Limit::More(x) => write!(f, "> {x}"),
            Limit::AtLeast(x) => write!(f, ">= {x}"),
            Limit::Equal(x) => write!(f, "== {x}"),
            Limit::Within(a, b) => write!(f, "within {a}..{b}"),
        }
    }
}

/// How an expectation is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Judging {
    /// Equal to the number in every replication.
    Golden,
    /// True in every replication.
    Invariant,
    /// Judged on the interval of the mean, or of the ratio of means; a number that every replication gives alike, on itself.
    Statistical,
}

/// An expectation of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// As written.
    pub that: String,
    /// The number.
    pub query: Query,
    /// What it is held against.
    pub limit: Limit,
    /// The policy, by id.
    pub policy: String,
    /// How it is judged.
    pub judging: Judging,
    /// Why it is expected, in the scenario's words.
    pub why: Option<String>,
}

/// What came of an expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// The interval holds values of both kinds, or there is none.
    Inconclusive,
}

/// A judged expectation.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Verdict {
    /// As written.
    pub that: String,
    /// The policy, by id.
    pub policy: String,
    /// How it was judged.
    pub kind: Judging,
    /// What came of it.
    pub verdict: Outcome,
    /// Mean over replications or ratio of means, if it exists.
    pub value: Option<f64>,
    /// Its interval.
    pub interval: Option<[f64; 2]>,
    /// How the interval was found, or why there is none.
    pub method: Option<Method>,
    /// What it was held against.
    pub limit: String,
    /// Replications.
    pub n: usize,
    /// Of a golden number or an invariant: replications in which it does not hold.
    pub broken_in: Option<usize>,
    /// Why it is expected, in the scenario's words.
    pub why: Option<String>,
}

impl Query {
    /// The values of all runs, each with the baseline's run of the same replication. `None` where the catalogue has no such rows.
    pub fn sample<'r>(&self, catalogue: &[Row], runs: impl Iterator<Item = (&'r [u64], &'r [u64])>) -> Option<Sample> {
        let unit = METRICS[self.metric].unit;
        let days = |values: &[u64]| self.by_day(catalogue, values);
        let add = |sum: u64, day: u64| sum.saturating_add(day);
        let total = |values: &[u64]| days(values).map(|days| unit.value(days.into_iter().fold(0, add)));
        Some(match self.stat {
            Stat::Total => Sample::Counts(runs.map(|(run, _)| total(run)).collect::<Option<_>>()?),
            Stat::Max => {
                let max = |days: Vec<u64>| days.into_iter().max().map(|most| unit.value(most));
                Sample::Counts(runs.map(|(run, _)| days(run).and_then(max)).collect::<Option<_>>()?)
            }
            Stat::Mean => {
                let mean = |days: Vec<u64>| unit.value(days.iter().copied().fold(0, add)) / days.len() as f64;
                Sample::Counts(runs.map(|(run, _)| days(run).map(mean)).collect::<Option<_>>()?)
            }
            Stat::Diff => {
                let diff = |(run, base)| Some(total(run)? - total(base)?);
                Sample::Differences(runs.map(diff).collect::<Option<_>>()?)
            }
            Stat::Ratio => {
                let pair = |(run, base)| Some([total(run)?, total(base)?]);
                Sample::Ratios(runs.map(pair).collect::<Option<_>>()?)
            }
        })
    }

    /// Whether the catalogue has rows that the query can be read from.
    pub fn has_rows(&self, catalogue: &[Row]) -> bool {
        self.by_day(catalogue, &vec![0; catalogue.len()]).is_some()
    }

    /// Matching rows of the first family that has all the labels, summed by day for a stock, else in one.
    fn by_day(&self, catalogue: &[Row], values: &[u64]) -> Option<Vec<u64>> {
        let has = |row: &Row, label: &str| row.labels.iter().any(|(name, _)| *name == label);
        let family: Vec<&'static str> = catalogue
            .iter()
            .find(|row| row.metric == self.metric && self.labels.iter().all(|(name, _)| has(row, name)))?
            .labels
            .iter()
            .map(|(name, _)| *name)
            .collect();
        let mut days: std::collections::BTreeMap<&str, u64> = Default::default();
        for (row, value) in catalogue.iter().zip(values) {
            let same = row.metric == self.metric
                && row.labels.len() == family.len()
                && row.labels.iter().zip(&family).all(|((name, _), wanted)| name == wanted);
            let matches =
                |(name, wanted): &(String, String)| row.labels.iter().any(|(n, v)| n == name && **v == **wanted);
            if !same || !self.labels.iter().all(matches) {
                continue;
            }
            let day = row.labels.iter().find(|(name, _)| *name == "at").map_or("", |(_, day)| &**day);
            let sum = days.entry(day).or_default();
            *sum = sum.saturating_add(*value);
        }
        (!days.is_empty()).then(|| days.into_values().collect())
    }
}

impl Expectation {
    /// Judges it on all `n` replications at a confidence level. What is undefined satisfies nothing.
    pub fn judge(&self, sample: Option<&Sample>, n: usize, level: f64) -> Verdict {
        let each = sample.map_or_else(|| vec![None; n], Sample::each);
        let summary = sample.and_then(|sample| sample.summarise(level));
        let broken = each.iter().filter(|value| value.is_none_or(|value| !self.limit.holds(value))).count();
        let (verdict, broken_in) = match self.judging {
            Judging::Golden | Judging::Invariant if broken > 0 => (Outcome::Fail, Some(broken)),
            Judging::Golden | Judging::Invariant => (Outcome::Pass, Some(0)),
            Judging::Statistical => (summary.as_ref().map_or(Outcome::Fail, |summary| self.limit.judge(summary)), None),
        };
        Verdict {
            that: self.that.clone(),
            policy: self.policy.clone(),
            kind: self.judging,
            verdict,
            value: summary.as_ref().map(|s| s.mean),
            interval: summary.as_ref().and_then(|s| s.interval),
            method: summary.as_ref().map(|s| s.method),
            limit: self.limit.to_string(),
            n,
            broken_in,
            why: self.why.clone(),
        }
    }
}

/// Reads the text of an expectation.
///
/// # Errors
/// What is wrong, and what to write instead.
pub fn parse(text: &str) -> Result<(Query, Limit), (String, String)> {
    const EXAMPLE: &str = "write for example \"leaked-reads.delivered{path=push}.total == 78\"";
    let shape = |message: &str| (message.to_owned(), EXAMPLE.to_owned());
    let (left, op, right) = split(text).ok_or_else(|| shape("no comparison: <, <=, >, >=, == or within"))?;
    let (name, labels, written) = head(left.trim()).ok_or_else(|| shape("not a metric with a stat"))?;
    let metric = metric::find(name).ok_or_else(|| {
        let whole = format!("{name}.{written}");
        if metric::find(&whole).is_some() {
            let help = format!("write `{whole}.total`, or another stat: mean, max, diff or ratio");
            return (format!("`{whole}` has no stat"), help);
        }
        let near = nearest(name, METRICS.iter().map(|m| m.name));
        let help = near.map_or_else(
            || "see `meterchurn list metrics`".to_owned(),
            |near| format!("did you mean `{near}`? See `meterchurn list metrics`"),
        );
        (format!("unknown metric `{name}`"), help)
    })?;
    let stat = Stat::ALL.iter().find(|(n, _)| *n == written).map(|(_, s)| *s).ok_or_else(|| {
        (format!("unknown stat `{written}`"), "the stats are total, mean, max, diff and ratio".to_owned())
    })?;
    let series = METRICS[metric].series;
    if matches!(stat, Stat::Mean | Stat::Max) && !series.is_daily() {
        return Err((
            format!("`{name}` is no stock over time"),
            "use .total; mean and max are over the days of a stock".into(),
        ));
    }
    if series == Series::Stock
        && !matches!(stat, Stat::Mean | Stat::Max)
        && !labels.iter().any(|(name, _)| name == "at")
    {
        return Err((
            format!("`{name}` is a stock: on which day?"),
            format!("name a day, as in \"{name}{{at=2018-12-31}}.total\", or use .mean or .max"),
        ));
    }
    let apart = METRICS[metric].apart();
    if let Some((label, _)) = apart.iter().find(|(needed, _)| !labels.iter().any(|(name, _)| name == needed)) {
        let example: Vec<String> = apart.iter().map(|(label, value)| format!("{label}={value}")).collect();
        return Err((
            format!("`{name}` does not add up over its label `{label}`"),
            format!("name it, as in \"{name}{{{}}}.{written}\"", example.join(",")),
        ));
    }
    let limit =
        limit(op, right.trim(), &METRICS[metric]).map_err(|help| (format!("`{}` is no limit", right.trim()), help))?;
    Ok((Query { metric, labels, stat }, limit))
}

fn split(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find('}').map_or(0, |i| i + 1);
    let tail = &text[start..];
    ["within", "<=", ">=", "==", "<", ">"].iter().find_map(|op| {
        let at = start + tail.find(op)?;
        Some((&text[..at], *op, &text[at + op.len()..]))
    })
}

/// Labels as they are written: names and values.
type Labels = Vec<(String, String)>;

fn head(text: &str) -> Option<(&str, Labels, &str)> {
    let Some(open) = text.find('{') else {
        let (name, stat) = text.rsplit_once('.')?;
        return Some((name.trim(), Vec::new(), stat.trim()));
    };
    let close = text.find('}').filter(|close| *close > open)?;
    // `metrics.csv` parts labels by semicolons.
    let labels = text[open + 1..close]
        .split([',', ';'])
        .map(|pair| pair.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())))
        .collect::<Option<Vec<_>>>()?;
    let stat = text[close + 1..].trim().strip_prefix('.')?;
    Some((text[..open].trim(), labels, stat.trim()))
}

fn limit(op: &str, text: &str, metric: &Metric) -> Result<Limit, String> {
    let help = "write a number, or for `within` two with dots between, as in \"within 760..780\"".to_owned();
    let number = |text: &str| -> Result<f64, String> {
        let text = text.trim();
        let (digits, suffix) = text.split_at(
            text.find(|c: char| c == '%' || c.is_alphabetic() && !matches!(c, 'e' | 'E')).unwrap_or(text.len()),
        );
        let (digits, suffix) = (digits.trim(), suffix.trim());
        let due = match metric.unit {
            Unit::Count => "",
            Unit::PerThousand => "per 1000",
            Unit::DeviceSeconds | Unit::Seconds => "s",
            Unit::Bytes => "B",
            Unit::Percent => "%",
            Unit::DeviceDays | Unit::MeterDays => "d",
        };
        let value: f64 = digits.replace('_', "").parse().map_err(|_| help.clone())?;
        if !value.is_finite() {
            return Err(help.clone());
        }
        match (suffix == due || suffix.is_empty(), due) {
            (true, _) => Ok(value),
            (false, "") => Err(format!("`{}` is a count: write {digits}, without a unit", metric.name)),
            (false, due) => {
                Err(format!("the unit of `{}` is {due}: write a number in it, as in \"{digits} {due}\"", metric.name))
            }
        }
    };
    Ok(match op {
        "<" => Limit::Less(number(text)?),
        "<=" => Limit::AtMost(number(text)?),
        ">" => Limit::More(number(text)?),
        ">=" => Limit::AtLeast(number(text)?),
        "==" => Limit::Equal(number(text)?),
        _ => {
            let (low, high) = text.split_once("..").ok_or_else(|| help.clone())?;
            let (low, high) = (number(low)?, number(high)?);
            if low > high {
                return Err(format!("nothing lies within {low}..{high}: write the smaller number first"));
            }
            Limit::Within(low, high)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expectation_names_metric_labels_stat_and_limit() {
        let (query, limit) = parse("leaked-reads.delivered{path=push}.total == 78").unwrap();
        assert_eq!(METRICS[query.metric].name, "leaked-reads.delivered");
        assert_eq!(query.labels, [("path".into(), "push".into())]);
        assert_eq!((query.stat, limit), (Stat::Total, Limit::Equal(78.0)));
        assert_eq!(parse("exposure.days.total within 1..2.5 d").unwrap().1, Limit::Within(1.0, 2.5));
    }

    #[test]
    fn peaks_and_views_of_a_wait_are_not_added_up() {
        for (text, label, remedy) in [
            ("traffic.peak-messages.total < 9", "`leg`", "traffic.peak-messages{leg=wan-south,per=minute}.total"),
            ("background.peak-messages{leg=wan-south}.diff < 9", "`per`", "per=minute}.diff"),
            ("time-to-623.total == 2", "`to`", "time-to-623{to=sent}.total"),
        ] {
            let (message, help) = parse(text).expect_err(text);
            assert!(message.contains(label) && help.contains(remedy), "{message}; {help}");
        }
        assert!(parse("traffic.peak-bytes{leg=to-users,per=day}.total < 9").is_ok());
        assert!(parse("time-to-623{to=executed}.total == 1").is_ok());
    }

    #[test]
    fn a_misspelt_metric_is_answered_with_the_nearest_one() {
        let (message, help) = parse("leaked-read.delivered.total == 1").unwrap_err();
        assert!(message.contains("leaked-read.delivered") && help.contains("leaked-reads.delivered"), "{help}");
    }

    #[test]
    fn a_stock_needs_a_day() {
        assert!(parse("not-initiated.open.total == 1").is_err());
        assert!(parse("not-initiated.open{at=2018-12-31}.total == 1").is_ok());
    }
}
