//! Every comparison with its interval, its method and the gain from common random numbers.

use super::{Block, Document, Grid, Study, Text, change, effects};
use crate::results::comparison::{Effect, Judged};
use crate::text::number::{number, significant};

pub(super) fn add(document: &mut Document, study: &Study<'_>) {
    let Study { cube, comparison, .. } = study;
    if comparison.effects.is_empty() {
        return;
    }
    for (primary, named) in comparison.primaries.iter().enumerate() {
        let rows = comparison.effects.iter().filter(|effect| effect.primary == primary);
        let row = |effect: &Effect| {
            let between = |[low, high]: [f64; 2]| format!("{}..{}", number(low), number(high));
            vec![
                Text::name(&*cube.policies()[effect.policy].policy),
                effect.word.name().into(),
                change::signed(effect.difference).into(),
                effect.interval.map_or("-".to_owned(), between).into(),
                between(effect.runs).into(),
                effect.gain.map_or("-".to_owned(), |gain| significant(gain, 2)).into(),
                method(effect.judged).into(),
            ]
        };
        let title = Text::from(format!("{}: differences from ", effects::noun(&named.query)))
            .and_name(&*cube.policies()[comparison.against].policy);
        let columns = ["policy", "word", "mean", "interval", "replications", "gain", "method"];
        document.push(Block::Grid(Grid {
            title,
            columns: columns.map(Text::from).to_vec(),
            left: vec![0, 1, 6],
            groups: vec![(Text::default(), rows.map(row).collect())],
            notes: Vec::new(),
        }));
    }
    if comparison.family == 0 {
        return;
    }
    document.paragraph(format!(
        "Intervals hold for all {} comparisons at once, at {} %, unless the method says otherwise. `replications` is \
         the range of the differences of single replications. `gain` is the variance that independent random numbers \
         would have given over that of the paired differences: below 1, pairing makes the comparison less precise.",
        comparison.family,
        number(comparison.level * 100.0)
    ));
}

/// How a difference was judged.
fn method(judged: Judged) -> String {
    match judged {
        Judged::MaxT { critical } => format!("max-t, {}", significant(critical, 3)),
        Judged::Holm { p } | Judged::Sign { p } => format!("{}, p {}", judged.name(), significant(p, 2)),
        Judged::Identical | Judged::Exact | Judged::Preview => judged.name().to_owned(),
    }
}
