//! Numbers asked of results: a metric, labels, how values are aggregated and what they are compared with.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::catalogue::{Block, Catalogue};
use super::cube::Cube;
use super::dimension::Dimension;
use super::frame::Frame;
use super::metric::{Aggregation, Margin, Metric};
use super::metrics;
use super::statistics::{Sample, Summary};
use super::unit::Unit;
use crate::text::{Advice, cut, listed, nearest};

/// What is computed of the values of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Aggregate {
    /// The sum over all labels that are not named; of a stock, on the day named by `at`.
    Total,
    /// The mean over the days of the window.
    Mean,
    /// The highest day.
    Max,
}

impl Aggregate {
    const ALL: [Self; 3] = [Self::Total, Self::Mean, Self::Max];

    /// The name in queries and results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Mean => "mean",
            Self::Max => "max",
        }
    }
}

/// What the aggregate of a run is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Contrast {
    /// Nothing: the number itself.
    Value,
    /// The number less the baseline's in the same replication.
    Difference,
    /// The mean over the baseline's mean.
    Ratio,
}

/// A number asked of the replications of a policy.
///
/// ```
/// use meterchurn::results::query::Query;
/// let query: Query = "cases.open.max.diff".parse().unwrap();
/// assert_eq!(query.to_string(), "cases.open.max.diff");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The metric.
    pub metric: &'static Metric,
    /// Labels that values must have.
    pub labels: Vec<(Dimension, String)>,
    /// What is computed of the values of one run.
    pub aggregate: Aggregate,
    /// What it is compared with.
    pub contrast: Contrast,
}

impl Query {
    /// The total of a metric.
    pub fn total(metric: &'static Metric) -> Self {
        Self { metric, labels: Vec::new(), aggregate: Aggregate::Total, contrast: Contrast::Value }
    }

    /// The mean of a metric over the days of the window.
    pub fn mean(metric: &'static Metric) -> Self {
        Self { aggregate: Aggregate::Mean, ..Self::total(metric) }
    }

    /// The highest day of a metric.
    pub fn max(metric: &'static Metric) -> Self {
        Self { aggregate: Aggregate::Max, ..Self::total(metric) }
    }

    /// The same of the values with a label.
    pub fn with(mut self, dimension: Dimension, label: impl Into<String>) -> Self {
        self.labels.push((dimension, label.into()));
        self
    }

    /// The same, compared with the baseline.
    pub fn against_baseline(self, contrast: Contrast) -> Self {
        Self { contrast, ..self }
    }

    /// Where the values are: for each day, the places to add up. `None` if the catalogue has no such values.
    ///
    /// Of several margins with all the labels the first is taken: each adds up to the same.
    pub fn places(&self, catalogue: &Catalogue) -> Option<Places> {
        let dimensions = || self.labels.iter().map(|(dimension, _)| dimension);
        let block = catalogue.margins(self.metric).find(|block| block.has_all(dimensions()))?;
        let position = |dimension: &Dimension| block.dimensions.iter().position(|of| of == dimension);
        let wanted: Vec<(usize, &str)> =
            self.labels.iter().filter_map(|(dimension, label)| Some((position(dimension)?, label.as_str()))).collect();
        let is_wanted = |place: &usize| {
            let labels = block.labels(*place);
            wanted.iter().all(|(position, label)| *labels[*position] == **label)
        };
        let (days, places) = Places::by_day(block, block.places().filter(is_wanted));
        (!days.is_empty()).then_some(places)
    }

    /// The query over the replications of a policy. `None` if there are no such values.
    pub fn sample(&self, cube: &Cube, policy: usize) -> Option<Sample> {
        let places = self.places(cube.catalogue())?;
        let number = |values: &[u64]| self.number(&places, values);
        let numbers = |policy: usize| cube.runs(policy).iter().map(|run| number(&run.values));
        let pairs = || numbers(policy).zip(numbers(cube.baseline()));
        if self.is_extreme() {
            let runs: Vec<Option<f64>> = match self.contrast {
                Contrast::Value => numbers(policy).map(Some).collect(),
                Contrast::Difference => pairs().map(|(run, base)| Some(run - base)).collect(),
                Contrast::Ratio => pairs().map(|(run, base)| (base > 0.0).then(|| run / base)).collect(),
            };
            return Some(Sample::Extremes(runs));
        }
        Some(match self.contrast {
            Contrast::Value => Sample::Counts(numbers(policy).collect()),
            Contrast::Difference => Sample::Differences(pairs().map(|(run, base)| run - base).collect()),
            Contrast::Ratio => Sample::Ratios(pairs().map(|(run, base)| [run, base]).collect()),
        })
    }

    /// The number in a run whose values are at these places, without its contrast.
    pub fn number(&self, places: &Places, values: &[u64]) -> f64 {
        let unit = self.metric.unit;
        match self.aggregate {
            Aggregate::Total => unit.value(places.total(values)),
            Aggregate::Mean => places.mean(values, unit),
            Aggregate::Max => unit.value(places.max(values)),
        }
    }

    /// The number in each replication of a policy; `None` where it is undefined.
    pub fn values(&self, cube: &Cube, policy: usize) -> Vec<Option<f64>> {
        self.sample(cube, policy).map_or_else(|| vec![None; cube.n()], |sample| sample.each())
    }

    /// Whether it is about the largest number of each run, of which there is no mean over runs.
    pub fn is_extreme(&self) -> bool {
        self.aggregate == Aggregate::Max || self.metric.aggregation.is_extreme()
    }

    /// The query's mean and interval over the replications of a policy. `None` if there are no such values, or if it is
    /// undefined.
    pub fn summary(&self, cube: &Cube, policy: usize, level: f64) -> Option<Summary> {
        self.sample(cube, policy)?.summarise(level)
    }

    /// Checks that a study has values for the query.
    ///
    /// # Errors
    /// What the study has instead.
    pub fn check(&self, frame: &Frame) -> Result<(), Advice> {
        let id = self.metric.id;
        if !(self.metric.applies)(frame) {
            return Err(Advice::new(
                format!("`{id}` has no values in this scenario"),
                "traffic.*, background.* and capacity.* need a section [traffic], backlog.* a supplier with a \
                 `capacity`, and not-initiated.per-1000-meters a [market]",
            ));
        }
        let margins = || self.metric.margins.iter().map(|margin| margin.dimensions());
        if let Some((unknown, _)) = self.labels.iter().find(|(of, _)| !margins().any(|known| known.contains(of))) {
            return Err(no_label(self.metric, unknown.name()));
        }
        let labels: Vec<(Dimension, &str)> =
            self.labels.iter().map(|(dimension, label)| (*dimension, label.as_str())).collect();
        let is_together = |margin: &&&'static dyn Margin| {
            let known = margin.dimensions();
            labels.iter().all(|(dimension, _)| known.contains(dimension))
        };
        let Some(margin) = self.metric.margins.iter().find(is_together) else {
            let message = format!("no values of `{id}` have all of these labels");
            return Err(Advice::new(message, format!("its labels are {}", listed_margins(self.metric))));
        };
        for (dimension, label) in &labels {
            let known = margin.domain(*dimension, frame);
            if known.contains(label) {
                continue;
            }
            let message = format!("the label `{}` of `{id}` has no value `{}`", dimension.name(), cut(label));
            return Err(match (dimension, known.first(), known.last()) {
                (Dimension::At, Some(first), Some(last)) => {
                    Advice::new(message, format!("its days go from {first} to {last}"))
                }
                _ => {
                    let rest = format!("its values are {}", listed(known.iter().copied(), "`"));
                    meant(message, label, known.iter().copied(), &rest)
                }
            });
        }
        if margin.has(&labels, frame) {
            return Ok(());
        }
        let message = format!("no values of `{id}` have all of these labels");
        Err(Advice::new(message, "name two different suppliers"))
    }
}

/// Where the values of a query are: for each day, or once for the window, the places to add up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places {
    // The places of all days, and where those of each day end.
    places: Vec<usize>,
    ends: Vec<usize>,
}

impl Places {
    /// Places of a block grouped by day, and the days in order: one empty text for values of the whole window.
    pub fn by_day(block: &Block, places: impl IntoIterator<Item = usize>) -> (Vec<&str>, Self) {
        let day = block.dimensions.iter().position(|dimension| *dimension == Dimension::At);
        let mut days: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for place in places {
            days.entry(day.map_or("", |day| &block.labels(place)[day])).or_default().push(place);
        }
        let dates = days.keys().copied().collect();
        let mut all = Self::default();
        for day in days.into_values() {
            all.places.extend(day);
            all.ends.push(all.places.len());
        }
        (dates, all)
    }

    /// For how many days there are places.
    pub fn number_of_days(&self) -> usize {
        self.ends.len()
    }

    /// The value of each day, or the one value of the window. A sum that exceeds the counter stays at `u64::MAX`.
    pub fn days<'v>(&self, values: &'v [u64]) -> impl Iterator<Item = u64> + use<'_, 'v> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        let sum = |places: &[usize]| places.iter().fold(0, |sum: u64, place| sum.saturating_add(values[*place]));
        begins.zip(&self.ends).map(move |(begin, end)| sum(&self.places[begin..*end]))
    }

    /// The sum over all days.
    pub fn total(&self, values: &[u64]) -> u64 {
        self.days(values).fold(0, u64::saturating_add)
    }

    /// The mean over the days.
    pub fn mean(&self, values: &[u64], unit: Unit) -> f64 {
        unit.value(self.total(values)) / self.number_of_days() as f64
    }

    /// The highest day; 0 if there are no days.
    pub fn max(&self, values: &[u64]) -> u64 {
        self.days(values).max().unwrap_or(0)
    }

    /// The last day; 0 if there are no days.
    pub fn last(&self, values: &[u64]) -> u64 {
        self.days(values).last().unwrap_or(0)
    }
}

fn no_label(metric: &Metric, label: &str) -> Advice {
    let margins: Vec<Vec<Dimension>> = metric.margins.iter().map(|margin| margin.dimensions()).collect();
    let known = margins.iter().flatten().map(|dimension| dimension.name());
    let message = format!("`{}` has no label `{}`", metric.id, cut(label));
    meant(message, label, known, &format!("its labels are {}", listed_margins(metric)))
}

/// Advice about a word that is not known: the nearest known one, if any is near, and `rest`.
fn meant<'k>(message: String, word: &str, known: impl IntoIterator<Item = &'k str>, rest: &str) -> Advice {
    match nearest(word, known) {
        Some(near) => Advice::new(message, format!("did you mean `{near}`? {rest}")).instead(word, near),
        None => Advice::new(message, rest),
    }
}

/// The sets of labels of a metric, as in `cause and fuel; or kind`.
pub fn listed_margins(metric: &Metric) -> String {
    let names = |margin: &&'static dyn Margin| {
        let names: Vec<&str> = margin.dimensions().into_iter().map(Dimension::name).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(" and ") }
    };
    metric.margins.iter().map(names).collect::<Vec<_>>().join("; or ")
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.metric.id)?;
        if !self.labels.is_empty() {
            let labels: Vec<String> =
                self.labels.iter().map(|(dimension, label)| format!("{}={label}", dimension.name())).collect();
            write!(f, "{{{}}}", labels.join(","))?;
        }
        let contrast = match self.contrast {
            Contrast::Value => "",
            Contrast::Difference => ".diff",
            Contrast::Ratio => ".ratio",
        };
        match (self.aggregate, self.contrast) {
            (Aggregate::Total, Contrast::Difference | Contrast::Ratio) => f.write_str(contrast),
            (aggregate, _) => write!(f, ".{}{contrast}", aggregate.name()),
        }
    }
}

/// Reads `<metric>[{label=value,…}].<stat>`. A stat is `total`, `mean` or `max`, and then perhaps `diff` or `ratio`;
/// alone, these two are of the total.
impl FromStr for Query {
    type Err = Advice;

    fn from_str(text: &str) -> Result<Self, Advice> {
        let head = Head::of(text.trim()).ok_or_else(|| {
            Advice::new("not a metric with a stat", "write for example \"leaked-reads.delivered{path=push}.total\"")
        })?;
        let metric = head.metric()?;
        let (aggregate, contrast) = head.stat(metric)?;
        let mut labels = Vec::new();
        for (name, label) in head.labels {
            let dimension = Dimension::named(name).ok_or_else(|| no_label(metric, name))?;
            labels.push((dimension, label.to_owned()));
        }
        let query = Self { metric, labels, aggregate, contrast };
        query.check_aggregate(&head.stats.join("."))?;
        Ok(query)
    }
}

impl Query {
    /// Checks that the aggregate makes sense for the metric and its labels.
    fn check_aggregate(&self, stat: &str) -> Result<(), Advice> {
        let (id, over_days) = (self.metric.id, self.aggregate != Aggregate::Total);
        let names = |dimension: Dimension| self.labels.iter().any(|(of, _)| *of == dimension);
        if over_days && !self.metric.aggregation.is_daily() {
            let help = "write .total; .mean and .max are over the days of a stock or a flow";
            return Err(Advice::new(format!("`{id}` has no daily values"), help));
        }
        if self.metric.aggregation == Aggregation::DailyPeak && self.aggregate == Aggregate::Mean {
            let help = "write .max, or name a day and write .total";
            return Err(Advice::new(format!("`{id}` has the peak of each day, of which there is no mean"), help));
        }
        if self.metric.aggregation == Aggregation::DailyPeak && !over_days && !names(Dimension::At) {
            let help = format!("name a day, as in \"{id}{{at=2018-12-31}}.total\", or use .max");
            return Err(Advice::new(format!("`{id}` has the peak of each day, and days do not add up"), help));
        }
        if self.metric.aggregation == Aggregation::Stock && !over_days && !names(Dimension::At) {
            let help = format!("name a day, as in \"{id}{{at=2018-12-31}}.total\", or use .mean or .max");
            return Err(Advice::new(format!("`{id}` is a stock, so its days do not add up"), help));
        }
        if let Some((missing, _)) = self.metric.apart.iter().find(|(needed, _)| !names(*needed)) {
            let example: Vec<String> =
                self.metric.apart.iter().map(|(label, value)| format!("{}={value}", label.name())).collect();
            return Err(Advice::new(
                format!("`{id}` does not add up over its label `{}`", missing.name()),
                format!("name it, as in \"{id}{{{}}}.{stat}\"", example.join(",")),
            ));
        }
        Ok(())
    }
}

/// The parts of a query's text.
struct Head<'t> {
    name: Cow<'t, str>,
    labels: Vec<(&'t str, &'t str)>,
    stats: Vec<&'t str>,
}

impl<'t> Head<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let Some(open) = text.find('{') else {
            let (mut name, last) = text.rsplit_once('.')?;
            let mut stats = vec![last.trim()];
            if Contrast::named(last.trim()).is_some()
                && let Some((shorter, before)) = name.rsplit_once('.')
                && Aggregate::named(before.trim()).is_some()
            {
                name = shorter;
                stats.insert(0, before.trim());
            }
            return Some(Self { name: name.trim().into(), labels: Vec::new(), stats });
        };
        let close = text.find('}').filter(|close| *close > open)?;
        let pair = |pair: &'t str| pair.split_once('=').map(|(name, label)| (name.trim(), label.trim()));
        let labels = text[open + 1..close].split([',', ';']).map(pair).collect::<Option<Vec<_>>>()?;
        let stats = text[close + 1..].trim().strip_prefix('.')?.split('.').map(str::trim).collect();
        Some(Self { name: text[..open].trim().into(), labels, stats })
    }

    fn metric(&self) -> Result<&'static Metric, Advice> {
        let name = &*self.name;
        if let Some(metric) = metrics::named(name) {
            return Ok(metric);
        }
        let whole = format!("{name}.{}", self.stats.join("."));
        if metrics::named(&whole).is_some() {
            let right = format!("{whole}.total");
            let help = format!("write `{right}`, or another stat: mean, max, diff or ratio");
            return Err(Advice::new(format!("`{whole}` has no stat"), help).instead(whole, right));
        }
        let message = format!("unknown metric `{}`", cut(name));
        let known = metrics::all().map(|metric| metric.id);
        Err(meant(message, name, known, "`meterchurn list metrics` lists all metrics"))
    }

    fn stat(&self, metric: &Metric) -> Result<(Aggregate, Contrast), Advice> {
        let read = match self.stats[..] {
            [one] => match (Aggregate::named(one), Contrast::named(one)) {
                (Some(aggregate), _) => Some((aggregate, Contrast::Value)),
                (None, contrast) => contrast.map(|contrast| (Aggregate::Total, contrast)),
            },
            [aggregate, contrast] => Aggregate::named(aggregate).zip(Contrast::named(contrast)),
            _ => None,
        };
        read.ok_or_else(|| {
            let stats = self.stats.join(".");
            let message = format!("unknown stat `{}` of `{}`", cut(&stats), metric.id);
            let rest = "the stats are total, mean, max, diff and ratio, or two as in mean.diff and max.ratio";
            meant(message, &stats, ["total", "mean", "max", "diff", "ratio"], rest)
        })
    }
}

impl Aggregate {
    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|aggregate| aggregate.name() == name)
    }
}

impl Contrast {
    fn named(name: &str) -> Option<Self> {
        match name {
            "diff" => Some(Self::Difference),
            "ratio" => Some(Self::Ratio),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::metrics;

    #[test]
    fn a_query_reads_back_as_it_is_written() {
        for text in [
            "leaked-reads.delivered{path=push}.total",
            "cases.open{days=0-1}.max",
            "cases.open.max.diff",
            "not-initiated.open.mean.ratio",
            "unwanted-alerts.delivered.diff",
            "traffic.peak-bytes{leg=to-users,per=day}.total",
        ] {
            assert_eq!(text.parse::<Query>().expect(text).to_string(), text);
        }
        assert_eq!("switches.total.diff".parse::<Query>().unwrap().to_string(), "switches.diff");
    }

    #[test]
    fn text_is_one_way_to_build_a_query() {
        let built = Query::max(&metrics::OPEN).with(Dimension::Days, "0-1").against_baseline(Contrast::Ratio);
        assert_eq!("cases.open{days=0-1}.max.ratio".parse(), Ok(built));
    }

    #[test]
    fn peaks_and_views_of_a_wait_do_not_add_up() {
        for (text, label, remedy) in [
            ("traffic.peak-messages.total", "`leg`", "traffic.peak-messages{leg=wan-south,per=minute}.total"),
            ("background.peak-messages{leg=wan-south}.diff", "`per`", "per=minute}.diff"),
            ("time-to-623.total", "`to`", "time-to-623{to=sent}.total"),
        ] {
            let advice = text.parse::<Query>().expect_err(text);
            assert!(advice.message.contains(label) && advice.help.contains(remedy), "{advice:?}");
        }
        assert!("time-to-623{to=executed}.total".parse::<Query>().is_ok());
    }

    #[test]
    fn a_misspelt_metric_is_answered_with_the_nearest_one() {
        let advice = "leaked-read.delivered.total".parse::<Query>().unwrap_err();
        assert_eq!(advice.message, "unknown metric `leaked-read.delivered`");
        assert!(advice.help.contains("did you mean `leaked-reads.delivered`?"), "{}", advice.help);
    }

    #[test]
    fn a_stock_needs_a_day_or_a_stat_over_days() {
        assert!("not-initiated.open.total".parse::<Query>().is_err());
        assert!("not-initiated.open.diff".parse::<Query>().is_err());
        assert!("not-initiated.open{at=2018-12-31}.total".parse::<Query>().is_ok());
        assert!("switches.max".parse::<Query>().is_err());
    }
}
