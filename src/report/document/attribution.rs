//! What each mitigation of a policy contributes.

use super::{Block, Document, Grid, Text, change, effects};
use crate::report::outline::Outline;
use crate::results::attribution::{Attributed, Attribution, Part};
use crate::results::query::Query;
use crate::results::statistics::Summary;
use crate::text::number::number;

pub(super) fn add(document: &mut Document, outline: &Outline) {
    for attribution in &outline.attributions {
        document.push(Block::Grid(grid(attribution)));
    }
}

fn grid(Attribution { policy, numbers }: &Attribution) -> Grid {
    let used = numbers.first().map_or(0, |attributed| attributed.parts.len());
    let level = numbers.first().map_or(0.0, |attributed| attributed.whole.level);
    let any_interval = numbers.iter().any(|attributed| attributed.whole.interval.is_some());
    let orders = if used == 2 {
        "first and last: both orders; the first of one and the last of the other add up to all together. The Shapley \
         value is the mean of both orders"
            .to_owned()
    } else {
        format!(
            "first: before any other; last: after all others. The Shapley value is the mean over all orders, from {} \
             subsets with the same draws",
            1_u64 << used
        )
    };
    let intervals = if any_interval {
        format!(" ± is at {} % for each number alone.", number(level * 100.0))
    } else {
        String::new()
    };
    Grid {
        title: Text::from("What each mitigation of ").and_name(&**policy).words(" changes, from no mitigation"),
        columns: ["mitigation", "first", "last", "Shapley value"].map(Text::from).to_vec(),
        left: vec![0],
        groups: numbers.iter().map(group).collect(),
        notes: vec![format!("{orders}; these values add up to all together.{intervals}").into()],
    }
}

fn group(attributed: &Attributed) -> (Text, Vec<Vec<Text>>) {
    let noun =
        attributed.number.parse::<Query>().map_or_else(|_| attributed.number.clone(), |query| effects::noun(&query));
    let row = |Part { mitigation, first, last, shapley }: &Part| {
        vec![Text::name(&**mitigation), cell(first), cell(last), cell(shapley)]
    };
    let together = vec!["all together".into(), Text::default(), Text::default(), cell(&attributed.whole)];
    (noun.into(), attributed.parts.iter().map(row).chain([together]).collect())
}

fn cell(summary: &Summary) -> Text {
    change::with_interval(summary.value, summary.interval).into()
}
