//! Expectations: what a scenario says must come out, and whether it did.
//!
//! `<metric>[{label=value,…}].<stat> <op> <number> [unit]`

use std::fmt;
use std::ops::Range;

use super::query::Query;
use super::statistics::{Method, Sample, Summary};
use super::unit::Unit;
use crate::text::Advice;

/// What a number is compared with.
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
    fn judge(self, summary: &Summary) -> Status {
        let interval = match summary.method {
            Method::Identical => Some([summary.value, summary.value]),
            _ => summary.interval,
        };
        match interval {
            Some([low, high]) if self.holds(low) && self.holds(high) => Status::Pass,
            Some(interval) if self.excluded(interval) => Status::Fail,
            _ => Status::Inconclusive,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Judging {
    /// Equal to the number in every replication.
    Golden,
    /// True in every replication.
    Invariant,
    /// Judged on the interval of the mean, or of the ratio of means; a number that every replication gives alike, on
    /// itself.
    Statistical,
    /// Judged like [`Judging::Statistical`], because inputs were fitted to it; only reported once an input is changed.
    Calibration,
}

/// An expectation of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// As written.
    pub that: String,
    /// The number.
    pub query: Query,
    /// The limit.
    pub limit: Limit,
    /// The policy, by id.
    pub policy: String,
    /// How it is judged.
    pub judging: Judging,
    /// Why it is expected, in the scenario's words.
    pub why: Option<String>,
    /// Where it is in the text of the scenario, in bytes; nowhere if it was built in code.
    pub span: Range<usize>,
    /// The line of the file on which it begins, from 1, if it is from a file.
    pub line: Option<usize>,
    /// That file, if it is a pack that the scenario includes.
    pub pack: Option<String>,
}

/// Whether an expectation holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// The interval contains values that satisfy the limit and values that do not, or there is no interval.
    Inconclusive,
    /// It is not judged: it is about the calibration, and inputs were changed.
    Reported,
}

/// A judged expectation.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Verdict {
    /// As written.
    pub that: String,
    /// The policy, by id.
    pub policy: String,
    /// How it was judged.
    pub kind: Judging,
    /// Whether it holds.
    pub verdict: Status,
    /// Mean over replications or ratio of means, if it exists.
    pub value: Option<f64>,
    /// Its interval.
    pub interval: Option<[f64; 2]>,
    /// How the interval was found, or why there is none.
    pub method: Option<Method>,
    /// The limit.
    pub limit: String,
    /// Replications.
    pub n: usize,
    /// Of a golden number or an invariant: replications in which it does not hold.
    pub broken_in: Option<usize>,
    /// Why it is expected, in the scenario's words.
    pub why: Option<String>,
    /// The line of the scenario's file on which it begins, from 1.
    #[serde(default)]
    pub line: Option<usize>,
    /// The file that has it, if that is a pack which the scenario includes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pack: Option<String>,
}

impl Verdict {
    /// The same, but only reported if it is about the calibration: for a study whose inputs were changed.
    pub fn after_a_change(mut self) -> Self {
        if self.kind == Judging::Calibration {
            self.verdict = Status::Reported;
        }
        self
    }
}

impl Expectation {
    /// Judges it on all `n` replications at a confidence level. An undefined value satisfies no limit.
    pub fn judge(&self, sample: Option<&Sample>, n: usize, level: f64) -> Verdict {
        let each = sample.map_or_else(|| vec![None; n], Sample::each);
        let summary = sample.and_then(|sample| sample.summarise(level));
        let broken = each.iter().filter(|value| value.is_none_or(|value| !self.limit.holds(value))).count();
        let (verdict, broken_in) = match self.judging {
            Judging::Golden | Judging::Invariant if broken > 0 => (Status::Fail, Some(broken)),
            Judging::Golden | Judging::Invariant => (Status::Pass, Some(0)),
            Judging::Statistical | Judging::Calibration => {
                (summary.as_ref().map_or(Status::Fail, |summary| self.limit.judge(summary)), None)
            }
        };
        Verdict {
            that: self.that.clone(),
            policy: self.policy.clone(),
            kind: self.judging,
            verdict,
            value: summary.as_ref().map(|s| s.value),
            interval: summary.as_ref().and_then(|s| s.interval),
            method: summary.as_ref().map(|s| s.method),
            limit: self.limit.to_string(),
            n,
            broken_in,
            why: self.why.clone(),
            line: self.line,
            pack: self.pack.clone(),
        }
    }
}

/// Reads the text of an expectation.
///
/// # Errors
/// What is wrong, and what to write instead.
pub fn parse(text: &str) -> Result<(Query, Limit), Advice> {
    let Some((left, op, right)) = split(text) else {
        let help = "write for example \"leaked-reads.delivered{path=push}.total == 78\"";
        return Err(Advice::new("no comparison: <, <=, >, >=, == or within", help));
    };
    let query: Query = left.parse()?;
    let right = right.trim();
    let limit = limit(op, right, query.metric.id, query.metric.unit).map_err(|help| {
        let advice = Advice::new(format!("`{}` is not a valid limit", crate::text::cut(right)), help);
        match right.split_once("..") {
            // The help says so where the larger bound comes first.
            Some((high, low)) if advice.help.starts_with(&format!("write {low}..{high},")) => {
                advice.instead(right, format!("{low}..{high}"))
            }
            _ => advice,
        }
    })?;
    Ok((query, limit))
}

/// The two sides of the comparison and the operator between them. Labels may hold the characters of operators.
fn split(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find('}').map_or(0, |i| i + 1);
    let tail = &text[start..];
    ["within", "<=", ">=", "==", "<", ">"].iter().find_map(|op| {
        let at = start + tail.find(op)?;
        Some((&text[..at], *op, &text[at + op.len()..]))
    })
}

fn limit(op: &str, text: &str, id: &str, unit: Unit) -> Result<Limit, String> {
    let number = |text: &str| number(text, id, unit);
    Ok(match op {
        "<" => Limit::Less(number(text)?),
        "<=" => Limit::AtMost(number(text)?),
        ">" => Limit::More(number(text)?),
        ">=" => Limit::AtLeast(number(text)?),
        "==" => Limit::Equal(number(text)?),
        _ => {
            let (low, high) = text.split_once("..").ok_or(WRITE_LIMIT)?;
            let (low, high) = (number(low)?, number(high)?);
            if low > high {
                return Err(format!("write {high}..{low}, the smaller number first"));
            }
            Limit::Within(low, high)
        }
    })
}

const WRITE_LIMIT: &str = "write a number, or for `within` two with dots between, as in \"within 760..780\"";

/// A finite number, perhaps with the unit of its metric.
fn number(text: &str, id: &str, unit: Unit) -> Result<f64, String> {
    let text = text.trim();
    let is_suffix = |c: char| c == '%' || c.is_alphabetic() && !matches!(c, 'e' | 'E');
    let (digits, suffix) = text.split_at(text.find(is_suffix).unwrap_or(text.len()));
    let (digits, suffix) = (digits.trim(), suffix.trim());
    let value: f64 = digits.replace('_', "").parse().map_err(|_| WRITE_LIMIT)?;
    if !value.is_finite() {
        return Err(WRITE_LIMIT.to_owned());
    }
    match unit.suffix() {
        due if suffix == due || suffix.is_empty() => Ok(value),
        "" => Err(format!("`{id}` is a count: write {digits}, without a unit")),
        due => Err(format!("the unit of `{id}` is {due}: write a number in it, as in \"{digits} {due}\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::dimension::Dimension;
    use crate::results::metrics;

    #[test]
    fn an_expectation_names_metric_labels_stat_and_limit() {
        let (query, limit) = parse("leaked-reads.delivered{path=push}.total == 78").unwrap();
        assert_eq!(query, Query::total(&metrics::LEAKED_DELIVERED).with(Dimension::Path, "push"));
        assert_eq!(limit, Limit::Equal(78.0));
        assert_eq!(parse("exposure.days.total within 1..2.5 d").unwrap().1, Limit::Within(1.0, 2.5));
    }
}
