//! The answer: what a reader has to know of a study, on one screen.

use super::{Block, Document, Study, Text, assumed, change, effects, explored, header, published, unchanged, verdicts};

pub(super) fn add(document: &mut Document, study: &Study<'_>) {
    let Study { outline, cube, comparison } = study;
    document.push(Block::Title(Text::name(&*outline.title)));
    let mut lines = header::basis(outline, cube);
    lines.extend(verdicts::summary(outline));
    lines.extend(published::summary(outline, cube));
    document.push(Block::Lines(lines));
    verdicts::add_broken(document, outline);
    if comparison.effects.is_empty() {
        return;
    }
    effects::add(document, study);
    change::add(document, study);
    let mut items = unchanged::items(study);
    items.extend(explored::items(study));
    items.extend(assumed::summary(outline));
    document.push(Block::List(items));
}
