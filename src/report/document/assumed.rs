//! What the numbers rest on.

use super::{Block, Document, Item, Text, explored};
use crate::report::outline::{Drawer, Meters, Outline};

/// How much rests on judgement, in a line.
pub(super) fn summary(outline: &Outline) -> Option<Item> {
    let assumed = outline.assumptions.iter().filter(|assumption| assumption.assumed).count();
    let all = outline.assumptions.len();
    let words = format!("{assumed} of {all} numbers");
    let text = match outline.exploration.as_ref().and_then(explored::of_baseline) {
        Some(ranges) => Text::from(words + "; baseline ").then(ranges),
        None => Text::from(words + " (assumptions.csv); more replications cannot improve them"),
    };
    let (name, text) = match &outline.meters {
        Meters::Market { .. } if assumed == 0 => return None,
        Meters::Market { .. } => ("assumed", text),
        Meters::Script { draws, .. } => ("inputs", scripted(draws)),
    };
    Some(Item { name: name.into(), text, more: None })
}

pub(super) fn add(document: &mut Document, outline: &Outline) {
    document.push(Block::Heading("Assumptions".into()));
    let mut assumed: Vec<&str> = outline.assumptions.iter().filter(|a| a.assumed).map(|a| &*a.name).collect();
    let words = format!(
        "{} of {} numbers rest on judgement alone. `assumptions.csv` in the results folder lists them all with their \
         values. Assumed are: ",
        assumed.len(),
        outline.assumptions.len()
    );
    // All dates of a path have one name.
    assumed.dedup();
    document.paragraph(Text::from(words).then(Text::names(assumed)).words("."));
    match &outline.meters {
        Meters::Market { .. } => {
            let fitted = outline.published.iter().filter_map(|figure| figure.fitted.as_deref());
            let mut fitted: Vec<&str> = fitted.collect();
            fitted.dedup();
            fitted.into_iter().for_each(|fitted| document.paragraph(Text::name(fitted)));
            document.paragraph(
                "No source says how suppliers read their meters (by calendar or schedule, and how often), so the \
                 number of alerts scales with that guess.",
            );
            if outline.guesses_improvement {
                document.paragraph("The shares by which guidance and obligations improve practice are guesses.");
            }
        }
        Meters::Script { draws, .. } => document.paragraph(scripted(draws)),
    }
}

/// What the numbers of scripted meters are worth.
fn scripted(draws: &[Drawer]) -> Text {
    if draws.is_empty() {
        return "Scripted meters draw nothing: the numbers follow from the script by arithmetic and estimate no \
            market."
            .into();
    }
    let name = |drawer: &Drawer| match drawer {
        Drawer::Injections => Text::from("the injected faults"),
        Drawer::Policy(id) => Text::name(&**id),
        Drawer::Reactions => Text::from("whether suppliers react when they are chased"),
    };
    let mut text = Text::from(
        "The script draws nothing and estimates no market. The following draw delays or the meters concerned, so their \
         numbers depend on the seed: ",
    );
    for (place, drawer) in draws.iter().enumerate() {
        let separator = if place == 0 { "" } else { ", " };
        text = text.words(separator).then(name(drawer));
    }
    text.words(".")
}
