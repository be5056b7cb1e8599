//! The answer: what a reader has to know of a study, on one screen.

use super::{
    Block, Document, Item, Study, Text, assumed, attribution, change, closing, effects, explored, header, replications,
    unchanged, verdicts,
};

pub(super) fn add(document: &mut Document, study: &Study<'_>) {
    let Study { outline, cube, comparison } = study;
    let dates = format!(" · {} to {}", outline.first, outline.last);
    document.push(Block::Title(Text::name(&*outline.title).words(dates)));
    document.push(Block::Lines(header::basis(outline, cube)));
    verdicts::add_broken(document, outline);
    if comparison.effects.is_empty() {
        return;
    }
    effects::add(document, study);
    change::add(document, study);
    let mut items: Vec<Item> = closing::item(study).into_iter().chain(unchanged::items(study)).collect();
    items.extend(explored::items(study));
    items.extend(assumed::summary(outline));
    items.extend(replications::confirmed(outline));
    document.push(Block::Conclusions(items));
    attribution::add(document, outline);
}
