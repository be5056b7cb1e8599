//! What policies leave exactly as it is.

use super::{Item, Study, Text};
use crate::model::lever::Acts;
use crate::results::dimension::Dimension;
use crate::results::metrics;
use crate::results::query::Query;
use crate::text::number::number;

/// Numbers on which a reader may expect an effect.
fn numbers(last: &str) -> [(Query, &'static str); 2] {
    [
        (Query::total(&metrics::NOT_INITIATED).with(Dimension::At, last), "not initiated"),
        (Query::total(&metrics::EXPOSURE_DAYS), "exposed device-days"),
    ]
}

pub(super) fn items(study: &Study<'_>) -> Vec<Item> {
    let Study { outline, cube, comparison } = study;
    let others: Vec<usize> = (0..cube.policies().len()).filter(|policy| *policy != comparison.against).collect();
    // The policies that leave a number as it is in every replication, and the numbers.
    let mut found: Vec<(Vec<usize>, Vec<String>)> = Vec::new();
    for (query, words) in numbers(&outline.last) {
        let against = query.values(cube, comparison.against);
        let summary = query.summary(cube, comparison.against, outline.confidence);
        let Some(summary) = summary.filter(|summary| summary.value > 0.0) else { continue };
        let same: Vec<usize> = others.iter().copied().filter(|policy| query.values(cube, *policy) == against).collect();
        let words = format!("{} {words}", number(summary.value));
        match found.iter_mut().find(|(policies, _)| *policies == same) {
            Some((_, numbers)) => numbers.push(words),
            None if same.is_empty() => {}
            None => found.push((same, vec![words])),
        }
    }
    let item = |(policies, numbers): (Vec<usize>, Vec<String>)| {
        let text = Text::from(numbers.join(", ")).then(when(study, &others, &policies));
        Item { name: "unchanged".into(), text, more: None }
    };
    found.into_iter().map(item).collect()
}

/// Under which policies numbers are unchanged, or what alone changes them.
fn when(study: &Study<'_>, others: &[usize], policies: &[usize]) -> Text {
    if policies.len() == others.len() {
        return " under every policy".into();
    }
    let is_sooner = |policy: &usize| study.outline.policies[*policy].acts.is_some_and(Acts::is_sooner);
    if others.iter().all(|policy| policies.contains(policy) != is_sooner(policy)) {
        return " unless gaining suppliers act sooner".into();
    }
    Text::from(" under ").then(Text::names(policies.iter().map(|policy| &*study.cube.policies()[*policy].policy)))
}
