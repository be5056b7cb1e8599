//! What `test` found, for a terminal of 80 columns: a line for each thing that is wrong, and what was run.

use std::time::Duration;

use textwrap::core::display_width;

use super::remarks::{Kind, Remark, remarks};
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

/// The text, line by line. Without findings it has only what is not a finding with a place in a file.
pub fn text(tested: &Tested, with_findings: bool) -> String {
    let is_shown = |remark: &&Remark| with_findings || remark.kind == Kind::Stopped;
    let mut text: String = remarks(tested).iter().filter(is_shown).map(remark_text).collect();
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
    let mut parts = vec![format!("{} run", counted(counts.run, "scenario"))];
    if counts.checked > 0 {
        let ones = if counts.checked == 1 { "one" } else { "ones" };
        parts[0] += &format!(", {} long {ones} only checked", counts.checked);
    }
    for (count, word) in [(counts.invalid, "invalid"), (counts.stopped, "not finished"), (counts.not_run, "not run")] {
        if count > 0 {
            parts[0] += &format!(", {count} {word}");
        }
    }
    let judged = counts.hold + counts.failed + counts.open;
    match (counts.hold, judged) {
        (_, 0) => {}
        (hold, all) => {
            let of_all = if hold == all { String::new() } else { format!("{hold} of ") };
            let verb = if hold == 1 || all == 1 { "holds" } else { "hold" };
            parts.push(format!("{of_all}{} {verb}", counted(all, "expectation")));
        }
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
    if !tested.written.is_empty()
        && (counts.failed + counts.open + counts.invalid + counts.errors + counts.changed + counts.gone > 0)
    {
        parts.push(format!("see {}", visible(&tested.written.join(", "))));
    }
    parts.join(" · ")
}

fn behaviour(tested: &Tested, counts: Counts) -> Option<String> {
    let Counts { run, changed, gone, .. } = counts;
    let several = |counts: &[(usize, &str)]| {
        let some = counts.iter().filter(|(count, _)| *count > 0);
        some.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
    };
    match &tested.recording {
        Recording::Absent if run == 0 => None,
        Recording::Absent => Some("behaviour not recorded".to_owned()),
        Recording::Written { new, removed } if changed + new + removed > 0 => {
            let what = several(&[(changed, "changed"), (*new, "new"), (*removed, "removed")]);
            Some(format!("behaviour recorded: {what}"))
        }
        Recording::Compared(_) if changed > 0 || gone > 0 && counts.compared == 0 => {
            Some(several(&[(changed, "changed"), (gone, "gone")]))
        }
        _ if run == 0 => None,
        // What is recorded now is as it was.
        _ => {
            let is_whole = run + counts.checked == tested.outcomes.len();
            let same = match counts.compared {
                0 => "behaviour not compared".to_owned(),
                compared if compared == run && is_whole => "behaviour as recorded".to_owned(),
                compared => format!("behaviour of {compared} as recorded"),
            };
            Some(if gone > 0 { format!("{same}, {gone} gone") } else { same })
        }
    }
}

/// The scenarios that took longest, with their times.
fn slowest(outcomes: &[Outcome]) -> Vec<String> {
    let mut slow: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.spent >= SLOW).collect();
    slow.sort_by_key(|outcome| std::cmp::Reverse(outcome.spent));
    slow.iter().take(SLOWEST).map(|outcome| format!("{} {}", outcome.id, time_text(outcome.spent))).collect()
}
