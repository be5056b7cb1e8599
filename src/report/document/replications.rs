//! How many replications were looked at, and whether others give the same words.

use super::{Item, Text, effects};
use crate::report::outline::Outline;
use crate::results::confirmation::OtherWord;
use crate::results::query::Query;
use crate::study::looks::{Looks, Open};
use crate::text::and;
use crate::text::number::{counted, number};

/// The looks at a study that ran until everything was decided.
pub(super) fn looks(outline: &Outline) -> Option<Text> {
    let Looks { replications, level, open } = outline.looks.as_ref()?;
    let all: Vec<String> = replications.iter().map(u32::to_string).collect();
    let text = Text::from(format!("{}, at {} replications", counted(all.len(), "look"), and(&all)));
    // A study that was stopped during its first look has decided nothing.
    let percent = number((*level)? * 100.0);
    if open.is_empty() {
        return Some(text.words(format!("; everything is decided at {percent} %")));
    }
    let open = open.iter().map(|open| match open {
        Open::Word { policy, number } => Text::name(&**policy).words(format!(": {}", noun(number))),
        Open::Expectation { policy, that } => Text::name(&**policy).words(": ").and_name(&**that),
    });
    Some(text.words(format!("; not decided at {percent} %: ")).then(separated(open)))
}

/// Whether fresh replications give the same words.
pub(super) fn confirmed(outline: &Outline) -> Option<Item> {
    let confirmation = outline.confirmation.as_ref()?;
    let [first, last] = confirmation.fresh;
    let by = format!("by {} ({first} to {last})", counted(confirmation.replications(), "fresh replication"));
    let others = confirmation.others.len();
    let text = if others == 0 {
        Text::from(by)
    } else {
        let other = |OtherWord { policy, number, word, fresh }: &OtherWord| {
            Text::name(&**policy).words(format!(": {} {}, here {}", noun(number), fresh.name(), word.name()))
        };
        Text::from(format!("{} of {} words {by}; not ", confirmation.words - others, confirmation.words))
            .then(separated(confirmation.others.iter().map(other)))
    };
    Some(Item { name: "confirmed".into(), text, more: None })
}

fn noun(number: &str) -> String {
    number.parse::<Query>().map_or_else(|_| number.to_owned(), |query| effects::noun(&query))
}

fn separated(texts: impl Iterator<Item = Text>) -> Text {
    texts.enumerate().fold(
        Text::default(),
        |all, (place, text)| {
            if place == 0 { text } else { all.words("; ").then(text) }
        },
    )
}
