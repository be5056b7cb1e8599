//! What a metric is, and how its values are read off the ledger of a run.

use super::dimension::{Coordinate, Dimension};
use super::frame::Frame;
use super::reading::Reading;
use super::unit::Unit;

/// How the values of a metric relate to time and to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregation {
    /// A number of the whole window. Labelled values add up to it.
    Sum,
    /// A number at the end of each local day. Days do not add up.
    Stock,
    /// A number of each local day. Days add up to the window's.
    Flow,
    /// The largest value in the window. Nothing adds up.
    Peak,
    /// The largest value of each local day. Nothing adds up.
    DailyPeak,
    /// A share of what a run counts, or a mean. Nothing adds up.
    Share,
    /// A moment. Nothing adds up, and there is no mean over runs.
    Moment,
}

impl Aggregation {
    /// Whether there is a value for each local day.
    pub const fn is_daily(self) -> bool {
        matches!(self, Aggregation::Stock | Aggregation::Flow | Aggregation::DailyPeak)
    }

    /// Whether values are the largest of a time, so that a mean of them is none.
    pub const fn is_extreme(self) -> bool {
        matches!(self, Aggregation::Peak | Aggregation::DailyPeak)
    }

    /// The name in lists of metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Aggregation::Sum => "sum",
            Aggregation::Stock => "stock",
            Aggregation::Flow => "flow",
            Aggregation::Peak => "peak",
            Aggregation::DailyPeak => "daily peak",
            Aggregation::Share => "share",
            Aggregation::Moment => "moment",
        }
    }
}

/// A metric: everything that the program knows about it.
pub struct Metric {
    /// Its name in scenarios and results.
    pub id: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// How its values relate to time and to one another.
    pub aggregation: Aggregation,
    /// Its definition. The first sentence must make sense alone.
    pub about: &'static str,
    /// Labels that a query must name, each with a value as an example, because values that differ in them do not add
    /// up.
    pub apart: &'static [(Dimension, &'static str)],
    /// Whether a study has it.
    pub applies: fn(&Frame) -> bool,
    /// The sets of labels by which it is counted. The values of each set add up to the same total, where they add up.
    pub margins: &'static [&'static dyn Margin],
}

impl std::fmt::Debug for Metric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

/// Metrics are the same if their names are.
impl PartialEq for Metric {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Metric {}

impl Metric {
    /// The first sentence of its definition, without the full stop.
    pub fn definition(&self) -> &'static str {
        self.about.split_once(". ").map_or(self.about.trim_end_matches('.'), |(first, _)| first)
    }

    /// Whether the values of one margin add up to a total of the window.
    pub fn has_total(&self) -> bool {
        !self.aggregation.is_daily() && self.apart.is_empty()
    }
}

/// A set of labels by which a metric is counted, and how each value is read.
pub trait Margin: Sync {
    /// The labels.
    fn dimensions(&self) -> Vec<Dimension>;
    /// How many values it has in a study.
    fn count(&self, frame: &Frame) -> u64;
    /// The labels that occur in one of its dimensions.
    fn domain<'f>(&self, dimension: Dimension, frame: &'f Frame) -> Vec<&'f str>;
    /// Whether it has values with all of these labels.
    fn has(&self, labels: &[(Dimension, &str)], frame: &Frame) -> bool;
    /// Calls `each` with the labels of one value after another.
    fn keys(&self, frame: &Frame, each: &mut dyn FnMut(&[&str]));
    /// Appends the values of a run, in the order of [`Margin::keys`].
    fn read(&self, reading: &Reading<'_>, values: &mut Vec<u64>);
}

/// The margin by a coordinate.
pub struct Per<C: Coordinate>(pub fn(&Reading<'_>, C) -> u64);

impl<C: Coordinate> Margin for Per<C> {
    fn dimensions(&self) -> Vec<Dimension> {
        C::dimensions()
    }

    fn count(&self, frame: &Frame) -> u64 {
        C::count(frame)
    }

    fn domain<'f>(&self, dimension: Dimension, frame: &'f Frame) -> Vec<&'f str> {
        C::domain(dimension, frame)
    }

    fn has(&self, labels: &[(Dimension, &str)], frame: &Frame) -> bool {
        C::has(labels, frame)
    }

    fn keys(&self, frame: &Frame, each: &mut dyn FnMut(&[&str])) {
        let mut labels = Vec::new();
        for coordinate in C::all(frame) {
            labels.clear();
            coordinate.labels(frame, &mut labels);
            each(&labels);
        }
    }

    fn read(&self, reading: &Reading<'_>, values: &mut Vec<u64>) {
        values.extend(C::all(reading.frame).into_iter().map(|coordinate| (self.0)(reading, coordinate)));
    }
}

/// Declares the metrics of a file: each a static, and all of them as `ALL`.
///
/// `NAME = "id", Unit, Aggregation, "definition" [if condition] [apart labels] => margins;`
macro_rules! declare {
    ($($name:ident = $id:literal, $unit:ident, $aggregation:ident, $about:expr
        $(, if $applies:expr)? $(, apart $apart:expr)? => $margins:expr;)+) => {
        $(
            #[doc = concat!("`", $id, "`")]
            pub static $name: crate::results::metric::Metric = crate::results::metric::Metric {
                id: $id,
                unit: crate::results::unit::Unit::$unit,
                aggregation: crate::results::metric::Aggregation::$aggregation,
                about: $about,
                apart: declare!(@apart $($apart)?),
                applies: declare!(@applies $($applies)?),
                margins: $margins,
            };
        )+
        /// All of them.
        pub(in crate::results) static ALL: &[&crate::results::metric::Metric] = &[$(&$name),+];
    };
    (@apart) => { &[] };
    (@apart $apart:expr) => { $apart };
    (@applies) => { |_| true };
    (@applies $applies:expr) => { $applies };
}
pub(super) use declare;
