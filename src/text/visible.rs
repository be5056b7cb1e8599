//! Text from outside the program, made safe to show.

use std::fmt::Write;
use std::path::Path;

/// `text` with everything that a terminal would obey or hide turned into escapes such as `\u{1b}`: control characters
/// (C0 with newline and tab, DEL, C1), bidirectional marks, characters without width. Other text stays as it is.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    text.chars().for_each(|c| push_visible(&mut shown, c));
    shown
}

/// A path as text that is safe to show, see [`visible`].
pub fn visible_path(path: &Path) -> String {
    visible(&path.display().to_string())
}

fn push_visible(shown: &mut String, c: char) {
    match c {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        c if c.is_control() || is_hidden(c) => {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        }
        c => shown.push(c),
    }
}

/// Characters that are not in the control category but change or hide the text around them.
pub(crate) fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}' // bidirectional
        | '\u{ad}' | '\u{34f}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' // no width
        | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}' // fillers
        | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}' // variation selectors and tags
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' // byte order mark, interlinear marks
        | '\u{2028}' | '\u{2029}') // line and paragraph separators
}

/// Whether a terminal would obey or hide a character; a line may end and be indented.
pub(crate) fn is_hostile(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || is_hidden(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_or_hides_is_made_visible() {
        assert_eq!(visible("\u{1b}[31mred"), "\\u{1b}[31mred");
        assert_eq!(
            visible("a\u{202e}b\u{200b}c\u{7f}\u{9b}\u{0}\u{feff}"),
            "a\\u{202e}b\\u{200b}c\\u{7f}\\u{9b}\\u{0}\\u{feff}"
        );
        assert_eq!(visible("a\nb\tc\r"), "a\\nb\\tc\\r");
        assert_eq!(visible("Zählerwechsel £ → 電"), "Zählerwechsel £ → 電");
        assert_eq!(visible(&visible("\u{1b}")), visible("\u{1b}"));
    }
}
