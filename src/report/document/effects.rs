//! What each policy does to the primary numbers, in words.

use super::{Block, Document, Item, Study, Text, change};
use crate::results::comparison::{Effect, Judged, Word};
use crate::results::metrics;
use crate::results::query::Query;
use crate::text::number::number;

/// Percentages that are closer than this are listed together.
const CLOSE: f64 = 10.0;

pub(super) fn add(document: &mut Document, study: &Study<'_>) {
    let Study { cube, comparison, .. } = study;
    let primaries = &comparison.primaries;
    document.push(Block::Heading(heading(study)));
    let mut items = Vec::new();
    for (primary, named) in primaries.iter().enumerate() {
        let of_primary: Vec<&Effect> = comparison.effects.iter().filter(|effect| effect.primary == primary).collect();
        let mut lines = Vec::new();
        let with = |word: Word| of_primary.iter().copied().filter(move |effect| effect.word == word);
        lines.extend(clusters(study, with(Word::Fewer).collect(), ""));
        lines.extend(clusters(study, with(Word::More).collect(), "more, "));
        let previewed = of_primary.iter().copied().filter(|effect| effect.judged == Judged::Preview).collect();
        lines.extend(clusters(study, previewed, "in this replication "));
        for (word, words) in [(Word::AboutTheSame, "about the same"), (Word::CannotTell, "cannot tell")] {
            let found: Vec<&Effect> = with(word).filter(|effect| effect.judged != Judged::Preview).collect();
            if !found.is_empty() {
                lines.push(Text::from(format!("{words}: ")).then(names(study, &found)));
            }
        }
        if !lines.is_empty() {
            items.push(Item { name: noun(&named.query).into(), text: joined(lines), more: None });
        }
    }
    let neither: Vec<usize> =
        (0..cube.policies().len()).filter(|p| *p != comparison.against && comparison.is_identical(*p)).collect();
    if !neither.is_empty() {
        let name = if primaries.len() == 2 { "neither" } else { "nothing" };
        let ids = neither.iter().map(|policy| &*cube.policies()[*policy].policy);
        let text = Text::from("identical in every replication: ").then(Text::names(ids));
        items.push(Item { name: name.into(), text, more: None });
    }
    if !items.is_empty() {
        document.push(Block::List(items));
    }
}

/// `Against the baseline with 29,722 leaked reads of 1,468 consumers and 114,402 unwanted alerts`
fn heading(study: &Study<'_>) -> Text {
    let Study { outline, cube, comparison } = study;
    let against = comparison.against;
    let id = &*cube.policies()[against].policy;
    let is_called_so = against == cube.baseline() && id == "baseline";
    let mut text = Text::from("Against ");
    text = if is_called_so { text.words("the baseline") } else { text.and_name(id) };
    for (place, primary) in comparison.primaries.iter().enumerate() {
        let Some(summary) = primary.query.summary(cube, against, outline.confidence) else { continue };
        let separator = if place == 0 { "with" } else { "and" };
        text = text.words(format!(" {separator} {} {}", number(summary.value), noun(&primary.query)));
        if primary.query == Query::total(&metrics::LEAKED_DELIVERED)
            && let Some(consumers) = Query::total(&metrics::PER_CONSUMER).summary(cube, against, outline.confidence)
        {
            let noun = if consumers.value == 1.0 { "consumer" } else { "consumers" };
            text = text.words(format!(" of {} {noun}", number(consumers.value)));
        }
    }
    text
}

/// What a primary number counts, in as few words as possible.
pub fn noun(query: &Query) -> String {
    let known = [(&metrics::LEAKED_DELIVERED, "leaked reads"), (&metrics::UNWANTED_DELIVERED, "unwanted alerts")];
    let known = known.into_iter().find(|(metric, _)| *query == Query::total(metric));
    known.map_or_else(|| query.to_string(), |(_, noun)| noun.to_owned())
}

/// Effects in order of size, those of about the same size together: `-72 %: prompt, future-dated`. Policies that remove
/// less than half are counted; the table has them.
fn clusters(study: &Study<'_>, mut effects: Vec<&Effect>, lead: &'static str) -> Vec<Text> {
    effects.sort_by(|a, b| {
        let of = |effect: &Effect| (size(effect).unwrap_or(f64::MAX).abs(), effect.difference.abs());
        let ((percent_a, difference_a), (percent_b, difference_b)) = (of(a), of(b));
        percent_b.total_cmp(&percent_a).then(difference_b.total_cmp(&difference_a))
    });
    let named = effects.partition_point(|effect| size(effect).is_none_or(|size| !(MOST_COUNTED..0.0).contains(&size)));
    let (large, small) = effects.split_at(if effects.len() - named > 2 { named } else { effects.len() });
    let together = |a: &&Effect, b: &&Effect| match (size(a), size(b)) {
        (Some(a), Some(b)) => (a - b).abs() <= CLOSE && is_nearly_all(a) == is_nearly_all(b),
        _ => false,
    };
    let mut lines: Vec<Text> = large
        .chunk_by(together)
        .map(|cluster| Text::from(format!("{lead}{}: ", label(cluster))).then(names(study, cluster)))
        .collect();
    if !small.is_empty() {
        lines.push(format!("{}: {} others", label(small), small.len()).into());
    }
    lines
}

/// Policies that remove less are counted instead of named.
const MOST_COUNTED: f64 = -50.0;

fn size(effect: &Effect) -> Option<f64> {
    effect.shown_percent().map(|percent| percent.value)
}

/// The sizes of effects in order: `-31 to -0.8 %`.
fn label(cluster: &[&Effect]) -> String {
    match (cluster.first(), cluster.last()) {
        (Some(first), Some(last)) => match (size(first), size(last)) {
            (Some(a), Some(b)) => {
                // The largest effect comes first, but a range of increases begins with the smallest.
                let (a, b) = if a > 0.0 { (b, a) } else { (a, b) };
                let (a, b) = (change::percent_alone(a), change::percent_alone(b));
                if a == b { format!("{a} %") } else { format!("{a} to {b} %") }
            }
            _ => change::signed(first.difference),
        },
        _ => String::new(),
    }
}

/// Whether a policy removes at least 99 % of a number.
fn is_nearly_all(percent: f64) -> bool {
    percent <= -99.0 + 0.5
}

fn names(study: &Study<'_>, effects: &[&Effect]) -> Text {
    Text::names(effects.iter().map(|effect| &*study.cube.policies()[effect.policy].policy))
}

fn joined(lines: Vec<Text>) -> Text {
    lines.into_iter().enumerate().fold(
        Text::default(),
        |all, (place, line)| {
            if place == 0 { line } else { all.words(" · ").then(line) }
        },
    )
}
