//! Published figures beside simulated numbers.

use super::{Block, Document, Item, Text};
use crate::report::outline::{Outline, PublishedFigure};
use crate::results::cube::Cube;
use crate::results::query::Query;
use crate::text::number::number;

pub(super) fn add(document: &mut Document, outline: &Outline, cube: &Cube) {
    let lines: Vec<Item> = outline.published.iter().filter_map(|figure| line(figure, outline, cube)).collect();
    if !lines.is_empty() {
        document.push(Block::Heading("Published figures, under the baseline".into()));
        document.push(Block::List(lines));
    }
}

/// Each figure beside its published value, in a line.
pub(super) fn summary(outline: &Outline, cube: &Cube) -> Option<Text> {
    let part = |figure: &PublishedFigure| {
        let query: Query = figure.what.parse().ok()?;
        let summary = query.summary(cube, cube.baseline(), outline.confidence)?;
        let figures = format!(" {} (published {})", number(summary.mean), number(figure.value));
        Some(Text::name(&*figure.what).words(figures))
    };
    let parts = outline.published.iter().filter_map(part);
    parts.reduce(|line, part| line.words(" · ").then(part))
}

fn line(figure: &PublishedFigure, outline: &Outline, cube: &Cube) -> Option<Item> {
    let query: Query = figure.what.parse().ok()?;
    let summary = query.summary(cube, cube.baseline(), outline.confidence)?;
    let of = |[low, high]: [f64; 2]| {
        let place = if (low..=high).contains(&figure.value) { "inside" } else { "outside" };
        (place, format!("[{}..{}]", number(low), number(high)))
    };
    let text = match summary.interval.map(of) {
        Some((place, interval)) => {
            let (in_range, range) = of(summary.runs);
            format!(
                "published {}: {place} the interval of the mean {interval}, {in_range} the range of replications \
                 {range}",
                number(figure.value)
            )
        }
        None => format!("published {}, simulated {}", number(figure.value), number(summary.mean)),
    };
    Some(Item { name: Text::name(&*figure.what), text: text.into(), more: None })
}
