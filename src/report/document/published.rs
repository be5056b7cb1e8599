//! Published figures beside simulated numbers.

use super::{Block, Document, Item, Text, change};
use crate::report::outline::{Outline, PublishedFigure};
use crate::results::cube::Cube;
use crate::results::dimension::Dimension;
use crate::results::query::{Aggregate, Query};
use crate::text::number::number;

pub(super) fn add(document: &mut Document, outline: &Outline, cube: &Cube) {
    let lines: Vec<Item> = outline.published.iter().filter_map(|figure| line(figure, outline, cube)).collect();
    if !lines.is_empty() {
        document.push(Block::Heading("Published figures, under the baseline".into()));
        document.push(Block::List(lines));
    }
}

/// Each figure beside its published value, in a line: `not-initiated.open: 1,039 on 2018-12-31 (published 1,046)`.
pub(super) fn summary(outline: &Outline, cube: &Cube) -> Option<Text> {
    let mut line: Option<(Text, Query)> = None;
    for figure in &outline.published {
        let Ok(query) = figure.what.parse::<Query>() else { continue };
        let Some(summary) = query.summary(cube, cube.baseline(), outline.confidence) else { continue };
        let day = match &query.labels[..] {
            [(Dimension::At, day)] if query.aggregate == Aggregate::Total => Some(day.clone()),
            _ => None,
        };
        let published = format!("(published {})", number(figure.value));
        let value = change::whole(summary.value);
        let (name, figures) = match day {
            Some(day) => (format!("{}:", query.metric.id), format!(" {value} on {day} {published}")),
            None => (format!("{query}:"), format!(" {value} {published}")),
        };
        line = Some(match line {
            Some((text, before)) if before.metric == query.metric => (text.words(",").words(figures), query),
            Some((text, _)) => (text.words(" · ").then(Text::name(name).words(figures)), query),
            None => (Text::name(name).words(figures), query),
        });
    }
    line.map(|(text, _)| text)
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
        None => format!("published {}, simulated {}", number(figure.value), number(summary.value)),
    };
    Some(Item { name: Text::name(&*figure.what), text: text.into(), more: None })
}
