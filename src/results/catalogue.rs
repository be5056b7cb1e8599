//! What each value of a run is: metric and labels, in one order for all runs of a study.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::dimension::Dimension;
use super::frame::Frame;
use super::metric::Metric;
use super::metrics;
use super::reading::Reading;

/// The values of one margin of a metric: they follow one another in every run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The metric.
    pub metric: &'static Metric,
    /// The labels of each value.
    pub dimensions: Vec<Dimension>,
    places: Range<usize>,
    // The labels of one value after another.
    labels: Vec<Arc<str>>,
}

impl Block {
    /// The places of its values among those of a run.
    pub fn places(&self) -> Range<usize> {
        self.places.clone()
    }

    /// The labels of the value at a place.
    ///
    /// # Panics
    /// If the place is not one of the block's.
    pub fn labels(&self, place: usize) -> &[Arc<str>] {
        let (of, first) = (self.dimensions.len(), place - self.places.start);
        &self.labels[first * of..(first + 1) * of]
    }

    /// The keys of its values.
    pub fn keys(&self) -> impl Iterator<Item = Key<'_>> {
        self.places().map(|place| Key { place, block: self })
    }

    /// Whether its values have a label in each of these dimensions.
    pub fn has_all<'d>(&self, dimensions: impl IntoIterator<Item = &'d Dimension>) -> bool {
        dimensions.into_iter().all(|dimension| self.dimensions.contains(dimension))
    }
}

/// What one value of a run is.
#[derive(Debug, Clone, Copy)]
pub struct Key<'c> {
    /// Its place among the values of a run.
    pub place: usize,
    block: &'c Block,
}

impl<'c> Key<'c> {
    /// Its metric.
    pub fn metric(&self) -> &'static Metric {
        self.block.metric
    }

    /// Its labels, in the order of its margin.
    pub fn labels(&self) -> impl Iterator<Item = (Dimension, &'c str)> {
        let labels = self.block.labels(self.place);
        self.block.dimensions.iter().copied().zip(labels.iter().map(|label| &**label))
    }

    /// Its label in a dimension.
    pub fn label(&self, dimension: Dimension) -> Option<&'c str> {
        self.labels().find(|(of, _)| *of == dimension).map(|(_, label)| label)
    }
}

/// What the values of each run of a study are. It depends on the study's frame alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Catalogue {
    blocks: Vec<Block>,
}

impl Catalogue {
    /// The catalogue of a study.
    pub fn of(frame: &Frame) -> Self {
        Self::of_metrics(metrics::all(), frame)
    }

    /// The part of a study's catalogue that is about these metrics.
    pub fn of_metrics(of: impl Iterator<Item = &'static Metric>, frame: &Frame) -> Self {
        let (mut catalogue, mut texts) = (Self::default(), Texts::default());
        for metric in of.filter(|metric| (metric.applies)(frame)) {
            for margin in metric.margins {
                let mut labels = Vec::new();
                margin.keys(frame, &mut |key| labels.extend(key.iter().map(|label| texts.shared(label))));
                let count = margin.count(frame) as usize;
                if count > 0 {
                    catalogue.push(metric, margin.dimensions(), count, labels);
                }
            }
        }
        catalogue
    }

    /// Appends the values of a margin.
    fn push(&mut self, metric: &'static Metric, dimensions: Vec<Dimension>, count: usize, labels: Vec<Arc<str>>) {
        let first = self.len();
        debug_assert_eq!(labels.len(), count * dimensions.len());
        self.blocks.push(Block { metric, dimensions, places: first..first + count, labels });
    }

    /// How many values a run of a study has. Nothing is built for it.
    pub fn number_of_values(frame: &Frame) -> f64 {
        let counts = metrics::all().filter(|metric| (metric.applies)(frame));
        counts.flat_map(|metric| metric.margins).map(|margin| margin.count(frame) as f64).sum()
    }

    /// The values of a run, in the order of the catalogue.
    pub fn values(reading: &Reading<'_>) -> Vec<u64> {
        Self::values_of(metrics::all(), reading)
    }

    /// Those of them that are about these metrics, in their order.
    pub fn values_of(of: impl Iterator<Item = &'static Metric>, reading: &Reading<'_>) -> Vec<u64> {
        let mut values = Vec::new();
        for metric in of.filter(|metric| (metric.applies)(reading.frame)) {
            metric.margins.iter().for_each(|margin| margin.read(reading, &mut values));
        }
        values
    }

    /// The catalogue whose values have these keys, in their order.
    ///
    /// # Errors
    /// The first key that this version of the program does not know.
    pub fn from_keys<'k>(
        keys: impl IntoIterator<Item = (&'k str, Vec<(Dimension, &'k str)>)>,
    ) -> Result<Self, UnknownMetric> {
        let (mut catalogue, mut texts) = (Self::default(), Texts::default());
        for (id, labels) in keys {
            let metric = metrics::named(id).ok_or_else(|| UnknownMetric(id.to_owned()))?;
            let dimensions = labels.iter().map(|(dimension, _)| *dimension);
            let place = catalogue.len();
            let continues = |block: &&mut Block| {
                block.metric == metric && block.dimensions.iter().copied().eq(dimensions.clone()) && !labels.is_empty()
            };
            let labels = labels.iter().map(|(_, label)| texts.shared(label)).collect::<Vec<_>>();
            match catalogue.blocks.last_mut().filter(continues) {
                Some(block) => {
                    block.places.end = place + 1;
                    block.labels.extend(labels);
                }
                None => catalogue.push(metric, dimensions.collect(), 1, labels),
            }
        }
        Ok(catalogue)
    }

    /// How many values a run has.
    pub fn len(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.places.end)
    }

    /// Whether a run has no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The margins of all metrics.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The margins of a metric.
    pub fn margins(&self, metric: &'static Metric) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(move |block| block.metric == metric)
    }

    /// The keys of all values.
    pub fn keys(&self) -> impl Iterator<Item = Key<'_>> {
        self.blocks.iter().flat_map(Block::keys)
    }
}

/// A metric that this version of the program does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the metric `{}` is not one of this version of the program", crate::text::visible(.0))]
pub struct UnknownMetric(pub String);

/// The texts of labels, each held once.
#[derive(Default)]
struct Texts(BTreeMap<String, Arc<str>>);

impl Texts {
    fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(shared) = self.0.get(text) {
            return Arc::clone(shared);
        }
        let shared: Arc<str> = text.into();
        self.0.insert(text.to_owned(), Arc::clone(&shared));
        shared
    }
}
