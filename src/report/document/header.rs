//! What was simulated, and what rates relate to.

use super::{Block, Cell, Document, Text, in_line};
use crate::model::labels::SwitchOutcome;
use crate::report::outline::{Meters, Outline};
use crate::results::cube::Cube;
use crate::results::dimension::Dimension;
use crate::results::metrics;
use crate::results::query::Query;
use crate::text::number::{counted, number};

pub(super) fn add(document: &mut Document, outline: &Outline, cube: &Cube) {
    document.push(Block::Title(Text::name(&*outline.title)));
    if !outline.story.is_empty() {
        document.paragraph(Text::name(&*outline.story));
    }
    let n = cube.n();
    document.paragraph(format!(
        "{} to {}, {}, {}",
        outline.first,
        outline.last,
        counted(outline.policies.len(), "policy"),
        counted(n, "replication")
    ));
    if !outline.set.is_empty() {
        let set: Vec<String> = outline.set.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        document.paragraph(Text::name(format!("Set for this run: {}.", set.join(", "))));
    }
    if let Some(left_out) = outline.left_out {
        let left_out = counted(left_out, "expectation");
        document.paragraph(format!("Only some policies of the scenario; {left_out} of others left out."));
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
    if !outline.is_complete(cube) {
        document.paragraph(format!(
            "Stopped after {n} of {}: results are incomplete and expectations are not judged.",
            counted(outline.replications as usize, "replication")
        ));
    } else if n == 1 && outline.is_market() {
        document.paragraph("A preview: with one replication there are no intervals and no statistical verdicts.");
    }
}
