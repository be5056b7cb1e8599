//! What the policies are.

use super::{Block, Document, Item, Text};
use crate::report::outline::{Outline, PolicyOutline};

pub(super) fn add(document: &mut Document, outline: &Outline) {
    let item = |policy: &PolicyOutline| {
        let text = match &*policy.title {
            title if !title.is_empty() => Text::name(title),
            _ if policy.acts.is_some() => "(no title)".into(),
            _ => "changes nothing".into(),
        };
        Item { name: Text::name(&*policy.id), text, more: None }
    };
    document.push(Block::Heading("Policies".into()));
    document.push(Block::List(outline.policies.iter().map(item).collect()));
}
