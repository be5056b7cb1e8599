//! How a trace looks: columns of times and days, and text that is wrapped beside them.

use textwrap::{Options, WordSplitter};

use super::events::{Event, local};
use crate::engine::time::Instant;
use crate::model::plan::MeterPlan;
use crate::report::render::terminal::fill;

/// What has to be known to read the first two columns.
pub(super) const TIMES: &str =
    "Times are London time (GMT is UTC, BST is one hour ahead); days count from the last supply start";

/// The supply starts of a meter, from which its days are counted.
pub(super) struct DayCount(Vec<Instant>);

impl DayCount {
    /// Those of a plan.
    pub fn of(plan: &MeterPlan) -> Self {
        let mut ssds: Vec<Instant> = plan.switches.iter().filter(|s| s.withdrawn.is_none()).map(|s| s.ssd).collect();
        ssds.sort();
        Self(ssds)
    }

    /// Time and day of an event, in columns.
    pub fn columns(&self, at: Instant) -> String {
        let day = self.0.iter().rev().find(|ssd| **ssd <= at).map(|ssd| (at - *ssd).0 / 86_400);
        let day = day.map_or(String::new(), |day| format!("day {day}"));
        format!("{}  {day:<7}  ", local(at),)
    }
}

/// A paragraph within the width.
pub(super) fn paragraph(text: &str, width: usize) -> String {
    fill(text, width, "", "")
}

/// An event on a page: a mark, its time and day, and the text beside them.
pub(super) fn row(mark: &str, event: &Event, days: &DayCount, text: &str, width: usize) -> String {
    let first = format!("{mark}{}", days.columns(event.at));
    fill(text, width, &first, &" ".repeat(first.len()))
}

/// Two texts beside each other after `first`, each in its column, with their marks.
pub(super) fn beside(first: &str, cells: [(&str, &str); 2], width: usize) -> String {
    const BETWEEN: &str = " | ";
    let column = (width.saturating_sub(first.len() + BETWEEN.len()) / 2).max(16);
    let wrapped = cells.map(|(mark, text)| {
        let others = " ".repeat(mark.len());
        let options = Options::new(column).initial_indent(mark).subsequent_indent(&others);
        textwrap::wrap(text, options.word_splitter(WordSplitter::NoHyphenation))
            .into_iter()
            .map(|line| line.into_owned())
            .collect::<Vec<_>>()
    });
    let lines = wrapped[0].len().max(wrapped[1].len());
    (0..lines).fold(String::new(), |out, line| {
        let first = if line == 0 { first.to_owned() } else { " ".repeat(first.len()) };
        let [left, right] = [0, 1].map(|side| wrapped[side].get(line).map_or("", String::as_str));
        let pad = " ".repeat(column.saturating_sub(textwrap::core::display_width(left)));
        out + format!("{first}{left}{pad}{BETWEEN}{right}").trim_end() + "\n"
    })
}
