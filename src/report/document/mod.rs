//! What a report says, apart from how it looks: headings, paragraphs, verdicts, tables of typed cells and definitions.
//! Renderers turn it into text.

mod answer;
mod assumed;
mod attribution;
mod change;
mod closing;
mod comparisons;
mod durations;
mod effects;
mod explored;
mod header;
mod planner;
mod policies;
mod published;
mod reading;
mod replications;
mod tables;
mod unchanged;
mod verdicts;

use std::fmt;

use crate::report::outline::Outline;
use crate::results::comparison::Comparison;
use crate::results::cube::Cube;
use crate::results::metric::Metric;
use crate::results::query::Query;
use crate::results::statistics::{Method, Summary};
use crate::text::number::{number, significant};
use crate::text::visible;

pub use change::in_words as change_in_words;
pub use effects::noun;
pub use explored::{Explored, report as exploration};
pub use verdicts::{line as verdict_line, numbers as numbers_of};

/// A report.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// What it says, in order.
    pub blocks: Vec<Block>,
}

/// A part of a report.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// The title.
    Title(Text),
    /// The heading of what follows.
    Heading(Text),
    /// Running text.
    Paragraph(Text),
    /// A command to be copied: one line, however wide.
    Command(Text),
    /// Lines without space between them.
    Lines(Vec<Text>),
    /// Lines that belong together.
    List(Vec<Item>),
    /// Lines that follow from what is before them, without space between.
    Conclusions(Vec<Item>),
    /// A table.
    Table(Table),
    /// A table of short texts in groups.
    Grid(Grid),
}

/// How much a report says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What a reader has to know: policies compared, what they take away and cost, what the answer rests on.
    Answer,
    /// That, and every table.
    Full,
}

/// A table of short texts in groups, without frames. Its last column may be long: it wraps.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// What it shows.
    pub title: Text,
    /// Headings of the columns, the first of which names the rows. A newline marks where a heading may break.
    pub columns: Vec<Text>,
    /// Columns whose texts line up on the left; those of the others line up on the right.
    pub left: Vec<usize>,
    /// Names of the groups, and their rows.
    pub groups: Vec<(Text, Vec<Vec<Text>>)>,
    /// What has to be known to read it.
    pub notes: Vec<Text>,
}

/// A study that is reported.
struct Study<'s> {
    outline: &'s Outline,
    cube: &'s Cube,
    comparison: &'s Comparison,
}

/// A line of a list, with what explains it.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// A short name that lines up with those of the other items; may be empty.
    pub name: Text,
    /// The line.
    pub text: Text,
    /// What explains it.
    pub more: Option<Text>,
}

/// Words of the program and names from a scenario. Renderers make names harmless.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text(Vec<Piece>);

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The program's words.
    Words(String),
    /// Data: a name or a text from a scenario.
    Name(String),
}

impl Text {
    /// A name or a text from a scenario.
    pub fn name(name: impl Into<String>) -> Self {
        Self(vec![Piece::Name(name.into())])
    }

    /// The same, followed by words.
    pub fn words(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece::Words(words.into()));
        self
    }

    /// The same, followed by a name.
    pub fn and_name(mut self, name: impl Into<String>) -> Self {
        self.0.push(Piece::Name(name.into()));
        self
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.plain().is_empty()
    }

    /// Its words, with names made visible.
    pub fn plain(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Name(name) => visible(name),
        };
        self.0.iter().map(piece).collect()
    }

    /// Its parts.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// Names separated by commas.
    pub fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        names.into_iter().enumerate().fold(Self::default(), |text, (place, name)| {
            if place == 0 { text.and_name(name) } else { text.words(", ").and_name(name) }
        })
    }

    /// The same, followed by another text.
    pub fn then(mut self, other: Text) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl<T: Into<String>> From<T> for Text {
    fn from(words: T) -> Self {
        Self(vec![Piece::Words(words.into())])
    }
}

/// A table: a row for each thing, a column for each number.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What it shows.
    pub title: Text,
    /// What has to be known to read it.
    pub notes: Vec<Text>,
    /// Heading of the first column, which names the rows.
    pub rows_are: &'static str,
    /// Headings of the other columns. A newline marks where a heading may break.
    pub columns: Vec<Text>,
    /// Names of the rows, and a cell for each column.
    pub rows: Vec<(Text, Vec<Cell>)>,
    /// Definitions of what the columns show.
    pub definitions: Vec<(String, String)>,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// The number does not exist.
    Missing,
    /// A number without an interval.
    Number(f64),
    /// A mean and what is known of its precision.
    Mean(f64, Spread),
    /// The smallest and the largest of the replications. A mean of peaks is no peak.
    Runs([f64; 2]),
}

/// What is known of the precision of a mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spread {
    /// Nothing: too few replications, or all alike.
    None,
    /// Half the width of an interval around the mean.
    HalfWidth(f64),
    /// An interval that need not be symmetrical.
    Interval([f64; 2]),
    /// In how many replications, of how many, there was any.
    AnyIn(usize, usize),
    /// The range of the replications.
    Range([f64; 2]),
}

impl Cell {
    /// The mean of a query over the replications of a policy, with its precision.
    pub fn of(query: &Query, cube: &Cube, policy: usize, level: f64) -> Self {
        let mean = || query.summary(cube, policy, level).map_or(Cell::Missing, |summary| Cell::from(&summary));
        if query.is_extreme() { Self::runs_of(query, cube, policy) } else { mean() }
    }

    /// The mean alone.
    pub fn mean_of(query: &Query, cube: &Cube, policy: usize, level: f64) -> Self {
        let mean = || query.summary(cube, policy, level).map_or(Cell::Missing, |summary| Cell::Number(summary.value));
        if query.is_extreme() { Self::runs_of(query, cube, policy) } else { mean() }
    }

    fn runs_of(query: &Query, cube: &Cube, policy: usize) -> Self {
        let runs: Option<Vec<f64>> = query.sample(cube, policy).and_then(|sample| sample.each().into_iter().collect());
        let runs = runs.unwrap_or_default();
        if runs.is_empty() { Cell::Missing } else { Cell::Runs(ends(runs)) }
    }

    /// Whether it shows a number other than 0.
    pub fn is_something(&self) -> bool {
        match self {
            Cell::Missing => false,
            Cell::Number(value) | Cell::Mean(value, _) | Cell::Runs([_, value]) => *value != 0.0,
        }
    }
}

impl From<&Summary> for Cell {
    fn from(summary: &Summary) -> Self {
        let spread = match (summary.interval, summary.at_least_one) {
            (Some([low, high]), _) if summary.method == Method::StudentT && low > 0.0 => {
                Spread::HalfWidth((high - low) / 2.0)
            }
            (Some(interval), _) => Spread::Interval(interval),
            (None, Some(any)) if summary.method == Method::TooRare => Spread::AnyIn(any.runs, summary.n),
            (None, None) if summary.method == Method::TooRare => Spread::Range(summary.runs),
            _ => Spread::None,
        };
        Cell::Mean(summary.value, spread)
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Spread::None => Ok(()),
            Spread::HalfWidth(half) => write!(f, "± {}", number(*half)),
            Spread::Interval([low, high]) => write!(f, "{}..{}", bound(*low), bound(*high)),
            Spread::AnyIn(runs, n) => write!(f, "in {runs} of {n}"),
            Spread::Range([low, high]) => write!(f, "[{}..{}]", number(*low), number(*high)),
        }
    }
}

/// The bound of an interval: two digits are enough below 1.
fn bound(value: f64) -> String {
    if value.abs() < 1.0 { significant(value, 2) } else { number(value) }
}

/// A mean and its precision on one line.
fn in_line(cell: &Cell) -> String {
    match cell {
        Cell::Missing => "-".to_owned(),
        Cell::Number(value) | Cell::Mean(value, Spread::None) => number(*value),
        Cell::Mean(value, spread) => format!("{} {spread}", number(*value)),
        Cell::Runs(runs) => of_runs(runs),
    }
}

/// The smallest and the largest number; infinite where there is none.
pub(super) fn ends(numbers: impl IntoIterator<Item = f64>) -> [f64; 2] {
    let none = [f64::INFINITY, f64::NEG_INFINITY];
    numbers.into_iter().fold(none, |[low, high], number| [low.min(number), high.max(number)])
}

/// The smallest and the largest of the replications, or the one number of all.
pub fn of_runs([low, high]: &[f64; 2]) -> String {
    let (low, high) = (number(*low), number(*high));
    if low == high { low } else { format!("{low}..{high}") }
}

/// Definitions of metrics, each once.
fn definitions<'m>(metrics: impl IntoIterator<Item = &'m Metric>) -> Vec<(String, String)> {
    let mut known: Vec<&Metric> = Vec::new();
    for metric in metrics {
        if !known.contains(&metric) {
            known.push(metric);
        }
    }
    known.into_iter().map(|metric| (metric.id.to_owned(), metric.definition().to_owned())).collect()
}

impl Document {
    /// The report of a study.
    pub fn of(outline: &Outline, cube: &Cube, comparison: &Comparison, depth: Depth) -> Self {
        let mut document = Self::default();
        let study = Study { outline, cube, comparison };
        answer::add(&mut document, &study);
        // A study of one policy without messages has nothing but its tables.
        if depth == Depth::Answer && (cube.policies().len() > 1 || outline.traffic) {
            planner::add_screen(&mut document, outline, cube);
            return document;
        }
        comparisons::add(&mut document, &study);
        header::add(&mut document, outline, cube);
        verdicts::add(&mut document, outline, cube);
        published::add(&mut document, outline, cube);
        tables::add(&mut document, outline, cube);
        durations::add(&mut document, outline, cube);
        planner::add_tables(&mut document, outline, cube);
        reading::add(&mut document, outline, cube);
        policies::add(&mut document, outline);
        assumed::add(&mut document, outline);
        document
    }

    fn push(&mut self, block: Block) {
        self.blocks.push(block);
    }

    fn paragraph(&mut self, text: impl Into<Text>) {
        self.push(Block::Paragraph(text.into()));
    }
}
