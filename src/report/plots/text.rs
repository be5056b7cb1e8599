//! Makes text from outside printable and fits it into the space available.

use super::font::{in_font, width};

/// Splits text from outside into pieces that must not be cut: a character of the fonts, or the escape of any other
/// character. Spaces that a reader would not see, or could not count, are escaped too.
fn pieces(text: &str) -> Vec<String> {
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    let mut pieces = Vec::new();
    while let Some(c) = chars.next() {
        pieces.push(match c {
            '\\' => "\\\\".to_owned(),
            ' ' if before == ' ' || chars.peek().is_none() => c.escape_unicode().to_string(),
            c if in_font(c) => c.to_string(),
            c => c.escape_unicode().to_string(),
        });
        before = c;
    }
    pieces
}

/// The end of the first piece of a printable text.
fn piece_end(printable: &str) -> usize {
    let escape = printable.strip_prefix('\\').map(|rest| if rest.starts_with('u') { rest.find('}') } else { Some(0) });
    match escape.flatten() {
        Some(end) => end + 2,
        None => printable.chars().next().map_or(0, char::len_utf8),
    }
}

/// Makes text printable and at most about `limit` characters long.
pub(super) fn clipped(text: &str, limit: usize) -> String {
    shorten(text, |shown| shown.chars().count() <= limit)
}

/// Makes text printable and at most `room` pixels wide.
pub(super) fn fitted(text: &str, em: f64, bold: bool, room: f64) -> String {
    shorten(text, |shown| width(shown, em, bold) <= room)
}

/// Removes pieces from the middle until the text fits. Names that start alike often end differently.
fn shorten(text: &str, fits: impl Fn(&str) -> bool) -> String {
    // The text may have any length, but no page shows more of it than this.
    const ENOUGH: usize = 400;
    let all = match text.char_indices().nth(ENOUGH) {
        None => pieces(text),
        Some((end, _)) => pieces(&text[..end]).into_iter().chain(["…".to_owned()]).collect(),
    };
    let whole = all.concat();
    if fits(&whole) {
        return whole;
    }
    let short = |kept: usize| {
        let tail = kept / 3;
        let (head, tail) = (all[..kept - tail].concat(), all[all.len() - tail..].concat());
        format!("{}…{}", head.trim_end(), tail.trim_start())
    };
    let (mut good, mut bad) = (0, all.len());
    while bad - good > 1 {
        let middle = good.midpoint(bad);
        if fits(&short(middle)) { good = middle } else { bad = middle }
    }
    short(good)
}

/// Breaks text into at most `most` lines at spaces. Words that are too long are broken anywhere. If text is left over,
/// the last line ends in ….
pub(super) fn wrapped(text: &str, em: f64, bold: bool, room: f64, most: usize) -> Vec<String> {
    let text = clipped(text, 1_000);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width(&longer, em, bold) <= room {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut rest = word;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(piece_end(rest));
            if !line.is_empty() && width(&format!("{line}{piece}"), em, bold) > room {
                // Break after the last joint if it is not far back, and otherwise before this piece.
                let joint = line.rfind(['-', '_', '/']).map(|at| at + 1);
                let carried = line.split_off(joint.filter(|at| at * 2 > line.len()).unwrap_or(line.len()));
                lines.push(std::mem::replace(&mut line, carried));
            }
            line.push_str(piece);
            rest = after;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            let mut ends = vec![0];
            while let Some(&end) = ends.last().filter(|&&end| end < last.len()) {
                ends.push(end + piece_end(&last[end..]));
            }
            let fits = |end: &usize| width(&format!("{}…", &last[..*end]), em, bold) <= room;
            let end = ends.into_iter().rev().find(fits).unwrap_or(0);
            last.truncate(end);
            last.push('…');
        }
    }
    lines
}

/// Lays out `lead` and a list of names, separated by commas. No line breaks within a name.
pub(super) fn listed(lead: &str, names: &[&str], em: f64, room: f64) -> Vec<String> {
    let mut lines = vec![lead.to_owned()];
    for (i, name) in names.iter().enumerate() {
        let comma = if i + 1 < names.len() { "," } else { "" };
        let name = format!("{}{comma}", fitted(name, em, false, room - 12.0));
        let last = lines.len() - 1;
        let longer = format!("{} {name}", lines[last]);
        if width(&longer, em, false) <= room { lines[last] = longer } else { lines.push(name) }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::font::fonts;
    use super::*;

    #[test]
    fn unprintable_characters_are_escaped() {
        assert_eq!(clipped("a\u{202e}b\u{200b}\n\u{7}\\é中", 99), "a\\u{202e}b\\u{200b}\\u{a}\\u{7}\\\\é\\u{4e2d}");
        assert_eq!(clipped(" a  b ", 99), "\\u{20}a \\u{20}b\\u{20}");
        fonts().unwrap();
        for room in [30.0, 60.0, 90.0, 200.0] {
            for most in [1, 3, 99] {
                let lines = wrapped("ab\u{202e}cd\u{202e}ef\\x41-\u{202e}\u{202e} \u{202e}", 11.0, false, room, most);
                for line in &lines {
                    assert_eq!(line.matches("\\u").count(), line.matches("\\u{202e}").count(), "{line}");
                    assert!(room < 60.0 || width(line, 11.0, false) <= room, "{line}");
                }
                assert!(lines.len() <= most);
            }
        }
        // Escapes are not cut.
        for limit in 1..20 {
            let shown = clipped("ab\u{202e}cd\u{202e}ef", limit);
            assert!(shown.chars().count() <= limit, "{shown}");
            assert_eq!(shown.matches("\\u{").count(), shown.matches("\\u{202e}").count(), "{shown}");
        }
        assert_eq!(clipped("abcdefghijkl", 7), "abcd…kl");
        fonts().unwrap();
        assert!(width(&fitted(&"W".repeat(100_000), 11.0, false, 200.0), 11.0, false) <= 200.0);
        assert_eq!(fitted("short", 11.0, false, 200.0), "short");
    }
}
