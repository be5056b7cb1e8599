//! What `test` found, for a terminal of 80 columns: a line for each thing that is wrong, and what was run.

use std::time::Duration;

use textwrap::core::display_width;

use super::remarks::{Remark, remarks};
use super::{Counts, Outcome, Recording, Tested, time_text};
use crate::text::number::counted;
use crate::text::visible;

/// Columns of a page.
const WIDTH: usize = 80;
/// Columns of the word that a remark begins with.
const WORD: usize = 9;
/// Scenarios that are named as the slowest, if they take longer than this.
const SLOWEST: usize = 3;
const SLOW: Duration = Duration::from_secs(1);

/// The text, line by line.
pub fn text(tested: &Tested) -> String {
    let mut text: String = remarks(tested).iter().map(remark_text).collect();
    text += &filled(&closing(tested), "");
    let slowest = slowest(&tested.outcomes);
    if text.lines().count() == 1 && !slowest.is_empty() {
        text += &filled(&format!("slowest: {}", slowest.join(", ")), "");
    }
    text
}

fn remark_text(remark: &Remark) -> String {
    let indent = " ".repeat(WORD);
    let first = format!("{:<WORD$}{}", remark.kind.word(), remark.place.plain());
    let mut lines = remark.lines.iter().map(|line| line.plain());
    let below = |line: String| filled(&format!("{indent}{line}"), &indent);
    let beside = match lines.next() {
        Some(line) if display_width(&first) + 2 + display_width(&line) <= WIDTH => format!("{first}  {line}\n"),
        Some(line) => filled(&first, &indent) + &below(line),
        None => filled(&first, &indent),
    };
    beside + &lines.map(below).collect::<String>()
}

fn filled(text: &str, indent: &str) -> String {
    let options = textwrap::Options::new(WIDTH).subsequent_indent(indent).break_words(false);
    textwrap::fill(text, options.word_splitter(textwrap::WordSplitter::NoHyphenation)) + "\n"
}

/// What was run and how it came out, in a line.
pub(super) fn closing(tested: &Tested) -> String {
    let counts = Counts::of(tested);
    let mut parts = vec![format!("{} run", counts.run)];
    if counts.checked > 0 {
        parts[0] += &format!(", {} long (checked only)", counts.checked);
    }
    if counts.stopped > 0 {
        parts[0] += &format!(", {} not finished", counts.stopped);
    }
    let judged = counts.hold + counts.failed + counts.open;
    match (counts.hold, judged) {
        (_, 0) => {}
        (hold, all) if hold == all => parts.push(format!("{} {}", counted(hold, "expectation"), hold_word(hold))),
        (hold, all) => parts.push(format!("{hold} of {} {}", counted(all, "expectation"), hold_word(hold))),
    }
    for (count, word) in [(counts.failed, "failed"), (counts.open, "open")] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    if counts.reported > 0 {
        let why = if tested.quick { " (--quick)" } else { "" };
        parts.push(format!("{} not judged{why}", counts.reported));
    }
    if counts.errors > 0 {
        parts.push(counted(counts.errors, "error"));
    }
    if counts.denied > 0 {
        parts.push(format!("{} denied", counts.denied));
    }
    if counts.warnings > 0 {
        parts.push(counted(counts.warnings, "warning"));
    }
    parts.extend(behaviour(tested, counts));
    parts.push(time_text(tested.spent));
    if let Some(part) = &tested.part {
        parts.push(part.clone());
    }
    if !tested.written.is_empty() && (counts.failed + counts.open + counts.errors + counts.changed > 0) {
        parts.push(format!("see {}", visible(&tested.written.join(", "))));
    }
    parts.join(" · ")
}

const fn hold_word(n: usize) -> &'static str {
    if n == 1 { "holds" } else { "hold" }
}

fn behaviour(tested: &Tested, counts: Counts) -> Option<String> {
    match &tested.recording {
        _ if counts.run == 0 => None,
        Recording::Absent => Some("behaviour not recorded".to_owned()),
        Recording::Written { new } => Some(match counts.changed + new {
            0 => "behaviour as recorded".to_owned(),
            _ => format!("behaviour recorded: {} changed, {new} new", counts.changed),
        }),
        Recording::Compared(_) if counts.changed > 0 => Some(format!("{} changed", counts.changed)),
        Recording::Compared(_) if counts.compared == counts.run => Some("behaviour as recorded".to_owned()),
        Recording::Compared(_) => Some(format!("behaviour of {} as recorded", counts.compared)),
    }
}

/// The scenarios that took longest, with their times.
fn slowest(outcomes: &[Outcome]) -> Vec<String> {
    let mut slow: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.spent >= SLOW).collect();
    slow.sort_by_key(|outcome| std::cmp::Reverse(outcome.spent));
    slow.iter().take(SLOWEST).map(|outcome| format!("{} {}", outcome.id, time_text(outcome.spent))).collect()
}
