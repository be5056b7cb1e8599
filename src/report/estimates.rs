//! Every number of a study with its interval: the totals of all metrics, and their values by label.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::results::catalogue::{Block, Catalogue};
use crate::results::cube::Cube;
use crate::results::dimension::Dimension;
use crate::results::metric::{Aggregation, Metric};
use crate::results::metrics;
use crate::results::query::Places;
use crate::results::statistics::{Sample, Summary};
use crate::spread::find_below;

/// A number of a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate<'c> {
    /// The policy, by place.
    pub policy: usize,
    /// What it is.
    pub number: Arc<Number<'c>>,
    /// What is known of it.
    pub summary: Summary,
}

/// What a number is.
#[derive(Debug, Clone, PartialEq)]
pub struct Number<'c> {
    /// The metric.
    pub metric: &'static Metric,
    /// The margin that it belongs to: its labels but for days. The values of a margin add up to the total, where
    /// they add up.
    pub margin: Vec<Dimension>,
    /// A label for each dimension of the margin.
    pub labels: Vec<&'c str>,
    /// How the values of a run become the number.
    pub reduction: Reduction,
    places: Arc<Places>,
}

/// How the values of a run become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reduction {
    /// Their sum.
    Total,
    /// The mean over the days of the window.
    Mean,
    /// The highest day of the window.
    Max,
    /// The last day of the window.
    Last,
}

impl Reduction {
    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Mean => "mean",
            Self::Max => "max",
            Self::Last => "last",
        }
    }

    /// Those of a metric.
    const fn of(metric: &Metric) -> &'static [Self] {
        match metric.aggregation {
            Aggregation::Sum | Aggregation::Peak | Aggregation::Share => &[Self::Total],
            Aggregation::Stock => &[Self::Mean, Self::Max, Self::Last],
            Aggregation::Flow => &[Self::Total, Self::Max],
            Aggregation::DailyPeak => &[Self::Max],
            Aggregation::Moment => &[],
        }
    }
}

impl Number<'_> {
    /// The name of the margin: its labels, or `total`.
    pub fn margin_name(&self) -> String {
        margin_name(&self.margin)
    }

    /// Whether it is the largest number of a run.
    fn is_extreme(&self) -> bool {
        self.reduction == Reduction::Max || self.metric.aggregation.is_extreme()
    }

    /// The number in a run.
    fn of(&self, values: &[u64]) -> f64 {
        let unit = self.metric.unit;
        match self.reduction {
            Reduction::Total => unit.value(self.places.total(values)),
            Reduction::Mean => self.places.mean(values, unit),
            Reduction::Max => unit.value(self.places.max(values)),
            Reduction::Last => unit.value(self.places.last(values)),
        }
    }
}

/// The name of a margin: its labels, or `total`.
pub fn margin_name(margin: &[Dimension]) -> String {
    let names: Vec<&str> = margin.iter().map(|dimension| dimension.name()).collect();
    if names.is_empty() { "total".to_owned() } else { names.join("+") }
}

/// The values of a margin with the same labels but for the day, and where they are.
pub struct Series<'c> {
    /// The metric.
    pub metric: &'static Metric,
    /// The labels' dimensions but for the days.
    pub margin: Vec<Dimension>,
    /// A label for each of them.
    pub labels: Vec<&'c str>,
    /// The days of the values; one empty text for a number of the whole window.
    pub dates: Vec<&'c str>,
    /// Where the values are, day by day.
    pub places: Places,
}

/// Labels that tables of numbers do not break down by: each has a table of its own, by day of the window and by day of
/// a wait.
const HAVE_TABLES: [Dimension; 2] = [Dimension::At, Dimension::Day];

/// The series of a study, margin by margin, totals first. What is 0 throughout is left out, but for totals.
pub fn series<'c>(cube: &'c Cube) -> Vec<Series<'c>> {
    let catalogue = cube.catalogue();
    metrics::all().flat_map(|metric| of_metric(metric, catalogue, cube)).collect()
}

fn of_metric<'c>(metric: &'static Metric, catalogue: &'c Catalogue, cube: &'c Cube) -> Vec<Series<'c>> {
    let blocks: Vec<&Block> = catalogue.margins(metric).collect();
    let mut all = Vec::new();
    if let (Some(first), true) = (blocks.first(), metric.apart.is_empty()) {
        let (dates, places) = Places::by_day(first, first.places());
        all.push(Series { metric, margin: Vec::new(), labels: Vec::new(), dates, places });
    }
    for block in blocks {
        let kept: Vec<usize> =
            (0..block.dimensions.len()).filter(|place| !HAVE_TABLES.contains(&block.dimensions[*place])).collect();
        if kept.is_empty() {
            continue;
        }
        let mut groups: Vec<(Vec<&str>, Vec<usize>)> = Vec::new();
        let mut known = BTreeMap::new();
        for place in block.places() {
            let labels: Vec<&str> = kept.iter().map(|position| &*block.labels(place)[*position]).collect();
            let group = *known.entry(labels.clone()).or_insert_with(|| {
                groups.push((labels, Vec::new()));
                groups.len() - 1
            });
            groups[group].1.push(place);
        }
        for (labels, places) in groups {
            if places.iter().any(|place| !cube.is_zero(*place)) {
                let margin = kept.iter().map(|position| block.dimensions[*position]).collect();
                let (dates, places) = Places::by_day(block, places);
                all.push(Series { metric, margin, labels, dates, places });
            }
        }
    }
    all
}

/// All numbers of a study at a confidence level: policy by policy, metric by metric, totals first.
pub fn estimates<'c>(cube: &'c Cube, level: f64) -> Vec<Estimate<'c>> {
    let numbers: Vec<Arc<Number<'c>>> = series(cube)
        .into_iter()
        .flat_map(|Series { metric, margin, labels, places, .. }| {
            let places = Arc::new(places);
            let number = move |reduction: &Reduction| Number {
                metric,
                margin: margin.clone(),
                labels: labels.clone(),
                reduction: *reduction,
                places: Arc::clone(&places),
            };
            Reduction::of(metric).iter().map(move |reduction| Arc::new(number(reduction)))
        })
        .collect();
    // Skewed numbers are resampled thousands of times.
    find_below(cube.policies().len() * numbers.len(), |place| {
        let (policy, number) = (place / numbers.len(), &numbers[place % numbers.len()]);
        let values = cube.runs(policy).iter().map(|run| number.of(&run.values));
        let sample = match number.is_extreme() {
            true => Sample::Extremes(values.map(Some).collect()),
            false => Sample::Counts(values.collect()),
        };
        let summary = sample.summarise(level)?;
        Some(Estimate { policy, number: Arc::clone(number), summary })
    })
}
