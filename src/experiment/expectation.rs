//! Expectations: what a scenario says must come out, and whether it did.
//!
//! `<metric>[{label=value,…}].<stat> <op> <number> [unit]`; the metric ends at the last dot before the operator.

use std::fmt;

use super::metric::{self, METRICS, Metric, Row, Unit};
use super::statistics::{self, Summary};

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
    /// Total over the baseline's.
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
    /// Judged on the interval of the mean.
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
    /// Mean over replications, if the number exists in each.
    pub value: Option<f64>,
    /// Interval of the mean.
    pub interval: Option<[f64; 2]>,
    /// What it was held against.
    pub limit: String,
    /// Replications.
    pub n: usize,
}

impl Query {
    /// The value in one run; `baseline` is the same replication's. `None` where it is undefined.
    pub fn value(&self, catalogue: &[Row], run: &[u64], baseline: &[u64]) -> Option<f64> {
        let unit = METRICS[self.metric].unit;
        let add = |sum: u64, day: u64| sum.saturating_add(day);
        let total = |values: &[u64]| self.by_day(catalogue, values).map(|days| days.into_iter().fold(0, add));
        match self.stat {
            Stat::Total => total(run).map(|v| unit.value(v)),
            Stat::Diff => Some(unit.value(total(run)?) - unit.value(total(baseline)?)),
            Stat::Ratio => {
                let (mine, base) = (total(run)?, total(baseline)?);
                (base > 0).then(|| mine as f64 / base as f64)
            }
            Stat::Max => self.by_day(catalogue, run)?.into_iter().max().map(|v| unit.value(v)),
            Stat::Mean => {
                let days = self.by_day(catalogue, run)?;
                (!days.is_empty()).then(|| unit.value(days.iter().copied().fold(0, add)) / days.len() as f64)
            }
        }
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
    /// Judges it on the values of all replications.
    pub fn judge(&self, values: &[Option<f64>], level: f64) -> Verdict {
        let defined: Option<Vec<f64>> = values.iter().copied().collect();
        let summary: Option<Summary> = defined.as_ref().map(|v| statistics::summarise(v, level));
        let verdict =
            match (self.judging, &defined, summary.as_ref().and_then(|s| s.interval)) {
                (_, None, _) => Outcome::Fail,
                (Judging::Golden | Judging::Invariant, Some(values), _) => {
                    if values.iter().all(|v| self.limit.holds(*v)) { Outcome::Pass } else { Outcome::Fail }
                }
                (Judging::Statistical, Some(_), Some([low, high])) => {
                    if self.limit.holds(low) && self.limit.holds(high) {
                        Outcome::Pass
                    } else if self.limit.excluded([low, high]) {
                        Outcome::Fail
                    } else {
                        Outcome::Inconclusive
                    }
                }
                (Judging::Statistical, Some(_), None) => Outcome::Inconclusive,
            };
        Verdict {
            that: self.that.clone(),
            policy: self.policy.clone(),
            kind: self.judging,
            verdict,
            value: summary.as_ref().map(|s| s.mean),
            interval: summary.and_then(|s| s.interval),
            limit: self.limit.to_string(),
            n: values.len(),
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
        let near = super::scenario::table::nearest(name, METRICS.iter().map(|m| m.name));
        let help = near.map_or_else(
            || "see `meterchurn list metrics`".to_owned(),
            |near| format!("did you mean `{near}`? See `meterchurn list metrics`"),
        );
        (format!("unknown metric `{name}`"), help)
    })?;
    let stat = Stat::ALL.iter().find(|(n, _)| *n == written).map(|(_, s)| *s).ok_or_else(|| {
        (format!("unknown stat `{written}`"), "the stats are total, mean, max, diff and ratio".to_owned())
    })?;
    let daily = METRICS[metric].daily;
    if matches!(stat, Stat::Mean | Stat::Max) && !daily {
        return Err((
            format!("`{name}` is no stock over time"),
            "use .total; mean and max are over the days of a stock".into(),
        ));
    }
    if daily && !matches!(stat, Stat::Mean | Stat::Max) && !labels.iter().any(|(name, _)| name == "at") {
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
    let labels = text[open + 1..close]
        .split(',')
        .map(|pair| pair.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())))
        .collect::<Option<Vec<_>>>()?;
    let stat = text[close + 1..].trim().strip_prefix('.')?;
    Some((text[..open].trim(), labels, stat.trim()))
}

fn limit(op: &str, text: &str, metric: &Metric) -> Result<Limit, String> {
    let help = "write a number, or for `within` two with dots between, as in \"within 760..780\"".to_owned();
    let number = |text: &str| -> Result<f64, String> {
        let text = text.trim();
        let (digits, suffix) =
            text.split_at(text.find(|c: char| c == '%' || c.is_alphabetic() && c != 'e').unwrap_or(text.len()));
        let (digits, suffix) = (digits.trim(), suffix.trim());
        let due = match metric.unit {
            Unit::Count => "",
            Unit::PerThousand => "per 1000",
            Unit::DeviceSeconds | Unit::Seconds => "s",
            Unit::Bytes => "B",
            Unit::Percent => "%",
            Unit::DeviceDays => "d",
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

    #[test]
    fn a_statistical_expectation_is_judged_on_the_whole_interval() {
        let judge = |text: &str| {
            let (query, limit) = parse(text).unwrap();
            let expectation = Expectation {
                that: text.into(),
                query,
                limit,
                policy: "baseline".into(),
                judging: Judging::Statistical,
            };
            let values: Vec<Option<f64>> = (1..=30).map(|i| Some(f64::from(i))).collect();
            expectation.judge(&values, 0.95).verdict
        };
        // The interval of 1 to 30 is about 12.2 to 18.8.
        assert_eq!(judge("switches.total < 20"), Outcome::Pass);
        assert_eq!(judge("switches.total < 16"), Outcome::Inconclusive);
        assert_eq!(judge("switches.total < 12"), Outcome::Fail);
    }
}
