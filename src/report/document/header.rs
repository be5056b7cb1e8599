//! What was simulated, and what rates relate to.

use super::{Block, Cell, Document, Text, in_line, published, replications, verdicts};
use crate::model::labels::SwitchOutcome;
use crate::report::outline::{Meters, Outline};
use crate::results::cube::Cube;
use crate::results::dimension::Dimension;
use crate::results::metrics;
use crate::results::query::Query;
use crate::text::number::{counted, number};

/// What the numbers are of, and what they lack.
pub(super) fn basis(outline: &Outline, cube: &Cube) -> Vec<Text> {
    let n = cube.n();
    let mut basis = format!(
        "{} · {} · seed {}",
        counted(outline.policies.len(), "policy"),
        counted(n, "replication"),
        outline.seed
    );
    if let Some(verdicts) = verdicts::summary(outline) {
        basis += &format!(" · {verdicts}");
    }
    let mut lines = vec![Text::from(basis)];
    lines.extend(replications::looks(outline));
    lines.extend(published::summary(outline, cube));
    if !outline.set.is_empty() {
        let set: Vec<String> = outline.set.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        lines.push(Text::from("Set for this run: ").and_name(set.join(", ")));
    }
    if let Some(left_out) = outline.left_out {
        let left_out = counted(left_out, "expectation");
        lines.push(format!("Only some policies of the scenario; {left_out} of others left out").into());
    }
    if !outline.is_complete(cube) {
        lines.push(
            format!(
                "Stopped after {n} of {}: results are incomplete and expectations are not judged.",
                counted(outline.replications as usize, "replication")
            )
            .into(),
        );
    } else if n == 1 && outline.is_market() {
        lines.push("A preview: with one replication there are no intervals and no statistical verdicts.".into());
    }
    lines
}

/// What is simulated.
pub(super) fn add(document: &mut Document, outline: &Outline, cube: &Cube) {
    if !outline.story.is_empty() {
        document.push(Block::Heading("About".into()));
        document.paragraph(Text::name(&*outline.story));
    }
    let meters = match outline.meters {
        Meters::Market { connected } => {
            format!("{} connected meters at the end of {}", number(connected as f64), outline.last)
        }
        Meters::Script { points, .. } => counted(points as usize, "scripted meter point"),
    };
    let switches = |outcome: SwitchOutcome| {
        let query = Query::total(&metrics::SWITCHES).with(Dimension::Outcome, outcome.name());
        Cell::of(&query, cube, cube.baseline(), outline.confidence)
    };
    let (started, withdrawn) = (switches(SwitchOutcome::Registered), switches(SwitchOutcome::Withdrawn));
    let noun = if started == Cell::Mean(1.0, super::Spread::None) { "switch" } else { "switches" };
    document.paragraph(format!(
        "{meters}. Under the baseline, {} {noun} started in the window; {} withdrawn.",
        in_line(&started),
        in_line(&withdrawn)
    ));
}
