//! Closing reads, to which the supplier that lost the meter is entitled: which policies take them away.

use super::{Item, Study, Text, change};
use crate::results::metrics;
use crate::results::query::Query;

/// The least loss that is named, in per cent.
const LEAST: f64 = 50.0;

/// `closing reads lost: 94 % thin-calendar, 88 % filter-code`; nothing where no policy takes any away.
pub(super) fn item(study: &Study<'_>) -> Option<Item> {
    let Study { outline, cube, comparison } = study;
    let query = Query::total(&metrics::CLOSING_RETAINED);
    let mean = |policy: usize| query.summary(cube, policy, outline.confidence).map(|summary| summary.value);
    let against = mean(comparison.against).filter(|mean| *mean > 0.0)?;
    let others = (0..cube.policies().len()).filter(|policy| *policy != comparison.against);
    let mut losses: Vec<(f64, usize)> =
        others.filter_map(|policy| Some((100.0 * (mean(policy)? / against - 1.0), policy))).collect();
    losses.retain(|(percent, _)| *percent < 0.0);
    let all = losses.len();
    losses.retain(|(percent, _)| *percent <= -LEAST);
    let further = match all - losses.len() {
        0 => String::new(),
        1 => " · 1 other by less than half".to_owned(),
        further => format!(" · {further} others by less than half"),
    };
    losses.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let part = |(percent, policy): &(f64, usize)| {
        Text::from(format!("{} % ", change::percent_alone(*percent).trim_start_matches('-')))
            .and_name(&*cube.policies()[*policy].policy)
    };
    let parts = losses.iter().map(part).reduce(|all, part| all.words(", ").then(part))?;
    Some(Item {
        name: "closing".into(),
        text: Text::from("closing reads lost: ").then(parts).words(further),
        more: None,
    })
}
