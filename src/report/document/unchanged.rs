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
        (Query::total(&metrics::EXPOSURE_DAYS), "device-days exposed"),
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
        let Some(summary) = summary.filter(|summary| summary.mean > 0.0) else { continue };
        let same: Vec<usize> = others.iter().copied().filter(|policy| query.values(cube, *policy) == against).collect();
        let words = format!("{} {words}", number(summary.mean));
        match found.iter_mut().find(|(policies, _)| *policies == same) {
            Some((_, numbers)) => numbers.push(words),
            None if same.is_empty() => {}
            None => found.push((same, vec![words])),
        }
    }
    let item = |(policies, numbers): (Vec<usize>, Vec<String>)| {
        let leaves = if policies.len() == 1 || policies.len() == others.len() { "leaves" } else { "leave" };
        let text = who(study, &others, &policies).words(format!(" {leaves} {}", numbers.join(", ")));
        Item { name: "unchanged".into(), text, more: None }
    };
    found.into_iter().map(item).collect()
}

/// Policies by the groups that they make up, or else by name.
fn who(study: &Study<'_>, others: &[usize], policies: &[usize]) -> Text {
    if policies.len() == others.len() {
        return "every policy".into();
    }
    let acts = |policy: &usize| study.outline.policies[*policy].acts;
    let mut groups: Vec<Acts> = policies.iter().filter_map(acts).collect();
    groups.sort_by_key(|acts| (acts.actor(), *acts));
    groups.dedup();
    let is_whole =
        others.iter().all(|policy| policies.contains(policy) == acts(policy).is_none_or(|acts| groups.contains(&acts)));
    if is_whole && policies.len() > 2 {
        let mut actors: Vec<&str> = groups.into_iter().map(Acts::actor).collect();
        actors.dedup();
        return actors.join(" and ").into();
    }
    Text::names(policies.iter().map(|policy| &*study.cube.policies()[*policy].policy))
}
