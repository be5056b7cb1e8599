//! `summary.md`: what `test` found, as a page of Markdown for the job summary of a pipeline.

use super::remarks::{Remark, remarks};
use super::screen::closing;
use super::{Outcome, Tested, time_text};
use crate::report::document::{Block, Document, Grid, Item, Text};
use crate::report::render::markdown::text_of;
use crate::results::expectation::Status;

/// The page.
pub fn text(tested: &Tested) -> String {
    let mut document =
        Document { blocks: vec![Block::Title("Scenarios".into()), Block::Paragraph(closing(tested).into())] };
    let items: Vec<Item> = remarks(tested).into_iter().map(item).collect();
    if !items.is_empty() {
        document.blocks.push(Block::List(items));
    }
    document.blocks.push(Block::Grid(grid(tested)));
    text_of(&document)
}

fn item(Remark { kind, place, lines }: Remark) -> Item {
    let mut lines = lines.into_iter();
    let text = lines.next().map_or_else(Text::default, |first| Text::from(": ").then(first));
    let more = lines.reduce(|text, line| text.words("; ").then(line));
    Item { name: kind.word().into(), text: place.then(text), more }
}

fn grid(tested: &Tested) -> Grid {
    let columns = ["scenario", "result", "expectations", "replications", "time"].map(Text::from);
    let rows = tested.outcomes.iter().map(row).collect();
    Grid {
        title: "".into(),
        columns: columns.to_vec(),
        left: vec![0, 1],
        groups: vec![(Text::default(), rows)],
        notes: Vec::new(),
    }
}

fn row(outcome: &Outcome) -> Vec<Text> {
    let (expectations, n) = match outcome.judged() {
        Some(judged) => {
            let judged_at_all = judged.verdicts.len() - judged.count(Status::Reported);
            (format!("{} of {judged_at_all}", judged.count(Status::Pass)), judged.n.to_string())
        }
        None => (String::new(), String::new()),
    };
    vec![
        Text::name(&*outcome.id),
        outcome.word().into(),
        expectations.into(),
        n.into(),
        outcome.judged().map_or_else(String::new, |_| time_text(outcome.spent)).into(),
    ]
}
