//! The change that each policy makes, with what it takes away and what it costs.

use std::collections::BTreeSet;

use super::{Block, Document, Grid, Study, Text, effects};
use crate::model::labels::{FalseBlock, Outcome, Reference};
use crate::model::lever::Acts;
use crate::results::comparison::{Comparison, Effect, Judged, Percent, Primary, Word};
use crate::results::dimension::Dimension;
use crate::results::metrics;
use crate::results::query::Query;
use crate::text::number::{number, significant, with_decimals};

pub(super) fn add(document: &mut Document, study: &Study<'_>) {
    let Study { outline, cube, comparison } = study;
    let policies: Vec<usize> = (0..cube.policies().len()).filter(|policy| *policy != comparison.against).collect();
    let units = units(comparison);
    let mut groups: Vec<(Option<Acts>, Vec<Vec<Text>>)> = Vec::new();
    let mut order: Vec<usize> = policies;
    order.sort_by_key(|policy| (outline.policies[*policy].acts, *policy));
    for policy in order {
        let acts = outline.policies[policy].acts;
        let row = row(study, policy, &units);
        match groups.last_mut().filter(|(of, _)| *of == acts) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((acts, vec![row])),
        }
    }
    let named = |(acts, rows): (Option<Acts>, Vec<Vec<Text>>)| {
        (Text::from(acts.map_or("changes nothing", Acts::heading)), rows)
    };
    let mut columns = headings(comparison, &units);
    columns.extend([Text::from("consumers"), "rightful".into(), "price".into()]);
    let last = columns.len() - 1;
    document.push(Block::Grid(Grid {
        title: Text::default(),
        columns,
        left: vec![0, last],
        groups: groups.into_iter().map(named).collect(),
        notes: notes(study),
    }));
}

/// In what the effects on a number are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// Per cent of the mean of the policy that it is compared with.
    PerCent,
    /// The unit of the number, which may be 0 in that mean.
    Itself,
}

/// The units of the primary numbers, which decide headings and cells. None where nothing changes.
fn units(comparison: &Comparison) -> Vec<Option<Unit>> {
    let of = |primary: usize| {
        let mut changes = comparison
            .effects
            .iter()
            .filter(|effect| effect.primary == primary && effect.word != Word::Identical)
            .peekable();
        changes.peek()?;
        Some(if changes.all(|effect| effect.shown_percent().is_some()) { Unit::PerCent } else { Unit::Itself })
    };
    (0..comparison.primaries.len()).map(of).collect()
}

/// The headings of the policies and of the effects on each number.
fn headings(comparison: &Comparison, units: &[Option<Unit>]) -> Vec<Text> {
    let has = |unit| units.contains(&Some(unit));
    let (first, in_heading) = match (has(Unit::PerCent), has(Unit::Itself)) {
        (true, true) => ("change", ", %"),
        (true, false) => ("change in %", ""),
        (false, _) => ("change", ""),
    };
    let heading = |(primary, unit): (&Primary, &Option<Unit>)| {
        let noun = effects::noun(&primary.query);
        Text::from(if *unit == Some(Unit::PerCent) { noun + in_heading } else { noun })
    };
    std::iter::once(Text::from(first)).chain(comparison.primaries.iter().zip(units).map(heading)).collect()
}

/// What ± means.
fn judged(study: &Study<'_>) -> Option<String> {
    let comparison = study.comparison;
    let level = number(comparison.level * 100.0);
    let any = |is: fn(&Judged) -> bool| comparison.effects.iter().any(|effect| is(&effect.judged));
    match () {
        () if any(|judged| matches!(judged, Judged::MaxT { .. })) => {
            Some(format!("±: chance, paired, {level} % for all {} at once", comparison.family))
        }
        () if any(|judged| matches!(judged, Judged::Holm { .. })) => {
            Some(format!("±: chance, paired t tests, adjusted by Holm's step-down ({level} %)"))
        }
        () => said(any(|judged| *judged == Judged::Preview), "one replication, so no intervals"),
    }
}

fn notes(study: &Study<'_>) -> Vec<Text> {
    let comparison = study.comparison;
    let any = |is: &dyn Fn(&Effect) -> bool| comparison.effects.iter().any(is);
    let policies = || (0..study.cube.policies().len()).filter(|policy| *policy != comparison.against);
    // What 6.23 does is what all this is about.
    let requests = policies().flat_map(|policy| further_requests(study, policy));
    let requests = requests.filter(|(reference, _)| *reference != Reference::R6_23);
    let requests: BTreeSet<String> =
        requests.map(|(reference, _)| format!("{} {}", reference.name(), reference.purpose())).collect();
    let requests: Vec<String> = requests.into_iter().collect();
    let signs = [
        judged(study),
        said(any(&|effect| effect.word == Word::CannotTell && effect.n > 1), "?: cannot tell fewer from more"),
        said(any(&|effect| effect.word == Word::AboutTheSame), "≈: about the same, within the declared indifference"),
        said(
            any(&|effect| matches!(effect.judged, Judged::Sign { .. })),
            "[n]: differs in n replications, too few for ±, so a sign test decides",
        ),
        Some("consumers: with a leaked read".to_owned()),
        Some("rightful: registered suppliers' reads".to_owned()),
        (!requests.is_empty()).then(|| format!("price: service requests ({})", requests.join(", "))),
        said(policies().any(|policy| spoils(study, policy)), "spoiled: switches withdrawn too late"),
    ];
    let signs: Vec<String> = signs.into_iter().flatten().collect();
    let both = [&metrics::LEAKED_DELIVERED, &metrics::UNWANTED_DELIVERED].map(Query::total);
    let overlap = both.iter().all(|query| comparison.primaries.iter().any(|primary| primary.query == *query));
    let overlap = if overlap { " Pushed leaked reads count as both." } else { "" };
    vec![format!("{}.{overlap}", signs.join("; ")).into()]
}

fn said(is_true: bool, words: &str) -> Option<String> {
    is_true.then(|| words.to_owned())
}

fn row(study: &Study<'_>, policy: usize, units: &[Option<Unit>]) -> Vec<Text> {
    let Study { outline, cube, comparison } = study;
    let mut cells = vec![Text::name(&*cube.policies()[policy].policy)];
    for (primary, unit) in units.iter().enumerate() {
        let cell = |effect| Text::from(cell(effect, unit.unwrap_or(Unit::PerCent)));
        cells.push(comparison.effect(policy, primary).map_or_else(|| "-".into(), cell));
    }
    let mean = |query: &Query| query.summary(cube, policy, outline.confidence).map(|summary| summary.value);
    let consumers = mean(&Query::total(&metrics::PER_CONSUMER));
    cells.push(consumers.map_or_else(|| "-".into(), |consumers| whole(consumers).into()));
    cells.push(rightful(study, policy).into());
    cells.push(price(study, policy));
    cells
}

/// A count on the answer screen: whole, or with its digits where it is below 1.
pub(super) fn whole(value: f64) -> String {
    if value == 0.0 || value >= 1.0 { with_decimals(value, 0) } else { significant(value, 1) }
}

/// An effect among others that are in per cent.
pub fn in_words(effect: &Effect) -> String {
    match effect.shown_percent() {
        None if effect.word != Word::Identical => cell(effect, Unit::Itself) + " (not %)",
        _ => cell(effect, Unit::PerCent),
    }
}

/// An effect in a cell: never the word without the size.
fn cell(effect: &Effect, unit: Unit) -> String {
    let size = match (unit, &effect.percent) {
        (Unit::PerCent, Some(percent)) => percent_text(percent),
        _ => with_interval(effect.difference, effect.interval),
    };
    let sign = match (effect.word, effect.judged) {
        (Word::Identical, _) => return "identical".to_owned(),
        (Word::CannotTell, Judged::Sign { .. }) => format!(" [{}] ?", effect.differing),
        (_, Judged::Sign { .. }) => format!(" [{}]", effect.differing),
        (Word::CannotTell, _) if effect.n > 1 => " ?".to_owned(),
        (Word::AboutTheSame, _) => " ≈".to_owned(),
        _ => String::new(),
    };
    size + &sign
}

/// An interval is shown by its ends if one is further away than the other by this factor.
const LOPSIDED: f64 = 1.5;
/// Below this change in per cent only the end nearer to 0 is of interest.
const NEARLY_ALL: f64 = -99.0;

/// Whether ± would misrepresent an interval: one side is much longer than the other, or the longer side reaches 0 and
/// the interval does not.
fn needs_ends(value: f64, [low, high]: [f64; 2]) -> bool {
    let (below, above) = (value - low, high - value);
    let half = below.max(above);
    half > LOPSIDED * below.min(above) || (low > 0.0 || high < 0.0) && half >= value.abs()
}

/// A difference with its interval: `-9,700 ±4,200`, or the ends of an interval that ± would misrepresent.
pub(super) fn with_interval(value: f64, interval: Option<[f64; 2]>) -> String {
    match interval {
        None => signed(value),
        Some([low, high]) if needs_ends(value, [low, high]) => format!("{}..{}", signed(low), signed(high)),
        Some([low, high]) => format!("{} ±{}", signed(value), number((value - low).max(high - value))),
    }
}

/// `-72.2 ±2.1`, of an interval that is not quite symmetrical the longer side; or the ends of an interval that ± would
/// misrepresent.
fn percent_text(Percent { value, interval }: &Percent) -> String {
    let Some([low, high]) = interval else { return percent_alone(*value) };
    let (below, above) = (value - low, high - value);
    if needs_ends(*value, [*low, *high]) {
        let decimals = decimals(below.min(above));
        if *high <= NEARLY_ALL {
            return format!("≤ {}", percent_with(*high, decimals));
        }
        return format!("{}..{}", percent_with(*low, decimals), percent_with(*high, decimals));
    }
    let half = below.max(above);
    let decimals = decimals(half);
    let mut text = percent_with(*value, decimals);
    if half > 0.0 {
        text.push_str(&format!(" ±{}", with_decimals(half, decimals)));
    }
    text
}

/// Decimals with which a number of this size has one significant digit, at least one and at most four.
fn decimals(size: f64) -> usize {
    if size <= 0.0 { 1 } else { (-libm::log10(size).floor() as i32).clamp(1, 4) as usize }
}

/// A change in per cent without its interval: whole from 10 on, or one decimal.
pub(super) fn percent_alone(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 10.0 => 0,
        size => decimals(size).max(1),
    };
    percent_with(value, decimals)
}

/// A change with a sign. −100 is only written where nothing is left.
fn percent_with(value: f64, decimals: usize) -> String {
    let least = (decimals..=6).find(|decimals| value == -100.0 || !with_decimals(value, *decimals).starts_with("-100"));
    let text = with_decimals(value, least.unwrap_or(6));
    if value > 0.0 { format!("+{text}") } else { text }
}

/// A difference with a sign.
pub(super) fn signed(value: f64) -> String {
    if value > 0.0 { format!("+{}", number(value)) } else { number(value) }
}

/// The change in reads that the registered supplier keeps.
fn rightful(study: &Study<'_>, policy: usize) -> String {
    match (difference(study, policy, &Query::total(&metrics::RIGHTFUL_RETAINED)), study) {
        (None, _) => "-".to_owned(),
        (Some((0.0, _)), _) => "0".to_owned(),
        (Some((difference, against)), _) if against > 0.0 => {
            let percent = 100.0 * difference / against;
            if percent.abs() < 0.005 {
                "<0.01 %".to_owned()
            } else {
                format!("{} %", percent_with(percent, decimals(percent.abs()).min(2)))
            }
        }
        (Some((difference, _)), _) => signed(difference),
    }
}

/// The mean difference of a policy from the one that it is compared with, and that one's mean. Exactly 0 only if it is
/// 0 in every replication.
fn difference(study: &Study<'_>, policy: usize, query: &Query) -> Option<(f64, f64)> {
    let values = |policy| query.values(study.cube, policy).into_iter().collect::<Option<Vec<f64>>>();
    let (values, against) = (values(policy)?, values(study.comparison.against)?);
    let n = values.len().max(1) as f64;
    let sum: f64 = values.iter().zip(&against).map(|(value, against)| value - against).sum();
    let differs = values != against;
    let mean = sum / n;
    Some((if differs && mean == 0.0 { f64::MIN_POSITIVE } else { mean }, against.iter().sum::<f64>() / n))
}

/// The service requests of which a policy has more accepted, and how many more. One that is accepted and fails counts
/// once. Scheduled reads are no requests of their own.
fn further_requests(study: &Study<'_>, policy: usize) -> Vec<(Reference, f64)> {
    let rise = |reference: Reference| {
        let query = Query::total(&metrics::REQUESTS)
            .with(Dimension::Reference, reference.name())
            .with(Dimension::Outcome, Outcome::Accepted.name());
        Some((reference, rise(study, policy, &query)?.round()))
    };
    Reference::ALL.iter().copied().filter(|reference| *reference != Reference::Scheduled).filter_map(rise).collect()
}

/// Whether to send more of a request is the duty of a gaining supplier, which a policy only makes it do sooner.
fn is_duty(reference: Reference, acts: Option<Acts>) -> bool {
    match acts.is_some_and(Acts::is_sooner) {
        true => [Reference::R6_23, Reference::R6_8, Reference::R5_1].contains(&reference),
        false => reference == Reference::R6_23,
    }
}

/// By how much a policy raises a number, if by at least 1.
fn rise(study: &Study<'_>, policy: usize, query: &Query) -> Option<f64> {
    difference(study, policy, query).map(|(difference, _)| difference).filter(|difference| *difference >= 1.0)
}

/// What a policy costs: the service requests of which it sends more, and the harm that it does.
fn price(study: &Study<'_>, policy: usize) -> Text {
    let acts = study.outline.policies[policy].acts;
    let (duties, further): (Vec<_>, Vec<_>) =
        further_requests(study, policy).into_iter().partition(|(reference, _)| is_duty(*reference, acts));
    let request = |(reference, rise): &(Reference, f64)| format!("{} {}", reference.name(), signed(*rise));
    let further: Vec<String> = further.iter().map(request).collect();
    let mut parts: Vec<String> = if further.is_empty() { Vec::new() } else { vec![further.join(", ")] };
    let blocks = |kind: FalseBlock| Query::total(&metrics::FALSE_BLOCKS).with(Dimension::Kind, kind.name());
    let harms = [
        (Query::total(&metrics::SPOILED), ["spoiled"; 2]),
        (blocks(FalseBlock::ClosingRead), ["closing read blocked", "closing reads blocked"]),
        (blocks(FalseBlock::StaleCopy), ["alert falsely blocked", "alerts falsely blocked"]),
        (Query::total(&metrics::LOST_SAFETY), ["safety alert lost", "safety alerts lost"]),
        (Query::total(&metrics::ORPHAN_DAYS), ["orphan device-day", "orphan device-days"]),
        (Query::total(&metrics::BACKGROUND_REQUESTS), ["request to the estate", "requests to the estate"]),
    ];
    let harm = |(query, [one, more]): (Query, [&str; 2])| {
        let rise = whole(rise(study, policy, &query)?);
        Some(format!("{rise} {}", if rise == "1" { one } else { more }))
    };
    parts.extend(harms.into_iter().filter_map(harm));
    if keeps_nothing(study, policy) {
        parts.push("discards leaked reads".to_owned());
    }
    // Where there is a price, the heading says that they act sooner.
    if parts.is_empty() && !duties.is_empty() && acts.is_some_and(Acts::is_sooner) {
        let duties: Vec<&str> = duties.iter().map(|(reference, _)| reference.name()).collect();
        parts.push(format!("{} sooner", duties.join(", ")));
    }
    parts.join("; ").into()
}

/// Whether suppliers keep no leaked read although some are delivered.
fn keeps_nothing(study: &Study<'_>, policy: usize) -> bool {
    let all_zero = |metric| Query::total(metric).values(study.cube, policy).iter().all(|value| *value == Some(0.0));
    all_zero(&metrics::LEAKED_RETAINED) && !all_zero(&metrics::LEAKED_DELIVERED)
}

/// Whether a policy spoils switches that the other one does not.
fn spoils(study: &Study<'_>, policy: usize) -> bool {
    difference(study, policy, &Query::total(&metrics::SPOILED)).is_some_and(|(difference, _)| difference >= 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plus_minus_is_only_written_where_it_represents_the_interval() {
        assert_eq!(with_interval(-10.0, Some([-12.0, -8.0])), "-10 ±2");
        // One side is longer than the other.
        assert_eq!(with_interval(-10.0, Some([-12.0, -5.0])), "-12..-5");
        // 13.3 ± 14.1 would contain 0, and the interval does not.
        assert_eq!(with_interval(13.3, Some([0.8, 27.4])), "+0.800..+27.4");
        assert_eq!(with_interval(13.3, None), "+13.3");
        let percent = |value, interval| percent_text(&Percent { value, interval: Some(interval) });
        assert_eq!(percent(13.3, [0.8, 27.4]), "+0.8..+27.4");
        assert_eq!(percent(-72.8, [-75.6, -70.1]), "-72.8 ±2.8");
        assert_eq!(percent(3.0, [-2.0, 8.0]), "+3.0 ±5.0");
    }
}
