//! Syntax errors: those of the TOML parser, reworded and with a remedy.

use std::ops::Range;

use super::limits::DEEPEST;
use crate::scenario::diagnostics::{Mistake, Sink};
use crate::scenario::quantity;
use crate::text::{Advice, cut};

/// Reports the first syntax error of each line.
pub(super) fn syntax_errors(source: &str, errors: &[toml::de::Error], sink: &mut Sink) {
    let last = source.trim_end().len();
    let first = source.chars().next().map_or(0, char::len_utf8);
    let mut errors: Vec<(Range<usize>, &str)> = errors
        .iter()
        .map(|error| (error.span().unwrap_or(0..0), error.message()))
        .map(|(span, message)| (span.start.min(last)..span.end.min(last), message))
        // An error at the very beginning points to the first character.
        .map(|(span, message)| (if span == (0..0) { 0..first } else { span }, message))
        .collect();
    errors.sort_by_key(|(span, _)| span.start);
    let mut before: Option<(Range<usize>, &str)> = None;
    let mut heading_is_broken = false;
    for (span, message) in errors {
        let line = line_around(source, span.start);
        // Without a heading its keys are taken for those of the table above it.
        if heading_is_broken && message.starts_with("duplicate key") {
            sink.broken_line(line);
            continue;
        }
        heading_is_broken |= message.starts_with("unclosed table") || message.starts_with("unclosed array table");
        // A list that is not closed swallows the lines below it, each of which then has the same error.
        let swallowed = |(above, same): &(Range<usize>, &str)| {
            *same == message
                && source.get(above.end..line.start).is_some_and(|between| between.trim().is_empty())
                && message.starts_with("missing comma between")
        };
        // A text that is not closed on its line is often closed on the next.
        let closes = |(above, opened): &(Range<usize>, &str)| {
            opened.contains("string") && above.end + 1 == line.start && source.get(span.clone()) == Some("\"")
        };
        if before.as_ref().is_some_and(|(above, _)| above.start == line.start) {
            continue;
        } else if before.as_ref().is_some_and(|before| swallowed(before) || closes(before)) {
            sink.broken_line(line.clone());
        } else {
            let word = word_around(source, &span);
            let found = source.get(word.clone()).unwrap_or("");
            let (span, problem) = match quantity::date(found) {
                Some(date) => {
                    let help = format!("write {date}, without quotes");
                    (word, Advice::new("dates are written year first", help).instead(found, date.to_string()))
                }
                None => {
                    let after = source.get(span.end..line.end).unwrap_or("");
                    // What is taken for a text is a value and the key after it.
                    let is_two =
                        message.starts_with("string values must be quoted") && after.trim_start().starts_with('=');
                    let message = if is_two { "unexpected key or value" } else { message };
                    match thousands(source, &span).filter(|_| !is_two) {
                        Some((number, right)) => {
                            let problem =
                                Advice::new("a comma separates fields, not thousands", format!("write {right}"));
                            (number, problem.instead("", right))
                        }
                        None => {
                            let problem = syntax(message, source.get(span.clone()).unwrap_or(""));
                            (span, problem)
                        }
                    }
                }
            };
            sink.syntax_error(code_of(message), span, line.clone(), problem);
        }
        before = Some((line, message));
    }
}

/// A number with commas between its thousands that ends at `span`, and the same without them.
fn thousands(source: &str, span: &Range<usize>) -> Option<(Range<usize>, String)> {
    let before = source.get(..span.start)?;
    let start = before.trim_end_matches(|c: char| c.is_ascii_digit() || c == ',').len();
    let groups: Vec<&str> = before[start..].split(',').collect();
    let (first, rest) = groups.split_first()?;
    let is_number = !first.is_empty() && !rest.is_empty() && rest.iter().all(|group| group.len() == 3);
    is_number.then(|| (start..span.start, groups.concat()))
}

/// The text at `span` with the digits and marks of a date around it.
fn word_around(source: &str, span: &Range<usize>) -> Range<usize> {
    let belongs = |c: char| c.is_ascii_digit() || matches!(c, '.' | '/' | '-');
    let before = source.get(..span.start).unwrap_or("");
    let after = source.get(span.end..).unwrap_or("");
    let start = before.trim_end_matches(belongs).len();
    start..span.end + (after.len() - after.trim_start_matches(belongs).len())
}

/// The line that contains `index`, without its end.
fn line_around(source: &str, index: usize) -> Range<usize> {
    let (before, after) = source.split_at_checked(index).unwrap_or((source, ""));
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    start..before.len() + after.find('\n').unwrap_or(after.len())
}

/// The code of a syntax error.
pub(super) fn code_of(message: &str) -> Mistake {
    if is_too_deep(message) { Mistake::LargeFile } else { Mistake::Syntax }
}

fn is_too_deep(message: &str) -> bool {
    message.starts_with("cannot recurse further") || message.starts_with("recursion limit")
}

/// A reworded syntax error: what is wrong, and what to write instead; of what was found, if that is enough.
pub(super) fn syntax(message: &str, found: &str) -> Advice {
    let (what, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let bare = found.trim_matches(['“', '”', '„', '‘', '’', '"', '\'']);
    let (own, help): (String, String) = match what {
        "duplicate key" => (
            format!("`{}` is given twice", cut(found)),
            "keep one of the two; entries of a list of tables each begin with [[name]]".into(),
        ),
        "string values must be quoted" if found.is_empty() => {
            ("the value is missing".into(), "write a value after `=`, as in title = \"A study\"".into())
        }
        "string values must be quoted" => return quantity::unquoted(bare, found),
        "invalid boolean" => {
            let message = format!("`{}` is neither true nor false", cut(found));
            let lower = found.to_ascii_lowercase();
            if matches!(lower.as_str(), "true" | "false") {
                return Advice::new(message, format!("write {lower}")).instead(found, lower);
            }
            (message, format!("write true or false; text needs quotes: \"{}\"", cut(bare)))
        }
        "key with no value" | "missing value for key" | "missing value" => (
            "a key needs `=` and a value".into(),
            "write key = value, as in meters = 1000; keys have `-` in place of blanks, as in gas-share".into(),
        ),
        "extra `=`" => ("there is one `=` too many".into(), "write one `=`, as in meters = 1000".into()),
        "unexpected key or value" | "unexpected content" => (
            "something follows that belongs on its own line".into(),
            "begin a new line here, or put `#` before a comment; fields of { … } are separated by commas".into(),
        ),
        "unclosed table" | "unclosed array table" | "missing table open" => (
            "the brackets of a table's heading do not match".into(),
            "write [name] for a table, [[name]] for an entry of a list of tables".into(),
        ),
        "unclosed array" => ("a list is not closed".into(), "write `]` after the last entry, as in [ 1, 2 ]".into()),
        "unclosed inline table" => (
            "a table in braces is not closed".into(),
            "write `}` after the last field, as in { at = \"02:00\" }".into(),
        ),
        "extra comma in array" | "missing comma between array elements" | "unexpected `=` in array" => (
            "entries of a list are separated by one comma each".into(),
            "write a list as in [ 1, 2 ] or [ { id = 1 }, { id = 2 } ]; perhaps a `]` is missing before this".into(),
        ),
        "missing comma between key-value pairs"
        | "extra comma in inline table"
        | "extra assignment between key-value pairs"
        | "missing assignment between key-value pairs"
        | "missing key for inline table element"
        | "invalid inline table element" => (
            "fields of a table in braces are key = value, separated by one comma each".into(),
            "write them as in { period = \"daily\", at = \"02:00\" }".into(),
        ),
        "unquoted keys cannot be empty" => {
            ("a key is missing".into(), "write key = value, or [name], as in meters = 1000".into())
        }
        "invalid unquoted key" if found == ":" => {
            return Advice::new("a key is followed by `=`, not by `:`", "write ` =` in place of `:`")
                .instead(found, " =");
        }
        "invalid unquoted key" => (
            format!("`{}` cannot be in a key without quotes", cut(found)),
            "write keys with letters, digits, `-` and `_`, or put them in quotes".into(),
        ),
        _ if is_too_deep(what) => (
            format!("tables and lists are nested more than {DEEPEST} deep"),
            "nest them less deeply; no scenario needs more than ten levels".into(),
        ),
        "invalid mantissa" => ("a number needs a digit before its point".into(), "write it as in 0.5".into()),
        "unexpected leading zero" => ("a number begins with 0".into(), "leave out the leading 0".into()),
        "redundant numeric sign" | "unexpected sign" => {
            ("a sign is out of place".into(), "write one sign or none".into())
        }
        "`_` may only go between digits" => ("`_` is out of place in a number".into(), "write it as in 50_000".into()),
        "invalid date" | "invalid datetime" | "invalid time" => (
            format!("`{}` is not in the calendar or on the clock{}", cut(found), wanted(expected)),
            "write it as in 2018-12-01 or 2018-12-01T18:00:00".into(),
        ),
        "carriage return must be followed by newline" => {
            ("a line ends in a lone carriage return".into(), "end lines with a newline, or with both".into())
        }
        "invalid comment character" => {
            ("a comment contains a control character".into(), "remove the control character".into())
        }
        _ if what.contains("extend value") => (
            format!("`{}` already has a value and cannot be given keys", cut(found)),
            "give its keys in one place, either { … } or [name]".into(),
        ),
        _ if what.contains("string") && expected.contains("visible characters") => (
            "text in quotes contains a control character or a line break".into(),
            "write control characters as escapes in double quotes, as in \"\\n\" for a new line".into(),
        ),
        _ if what.contains("string") => (
            "text in quotes is not closed".into(),
            "close it on the same line with the same quotes, as in \"A study\"".into(),
        ),
        _ if what.contains("escape") || what.contains("unicode value") => (
            "a backslash in double quotes begins an escape, but this escape does not exist".into(),
            "write \\\\ for a backslash, or put the text in single quotes".into(),
        ),
        _ => (
            format!("this is not TOML: {}{}", cut(what), wanted(expected)),
            "write lines as in meters = 1000, title = \"A study\" or [market]".into(),
        ),
    };
    Advice::new(own, help)
}

fn wanted(expected: &str) -> String {
    if expected.is_empty() || expected == "nothing" { String::new() } else { format!(" (expected {})", cut(expected)) }
}

#[cfg(test)]
mod tests {
    use super::super::examples::walk;

    #[test]
    fn syntax_errors_are_reworded_and_reported_once_per_line() {
        for (source, message, help) in [
            ("x = 50 d", "text and quantities need quotes", "write \"50 d\""),
            ("x = “50 d”", "text and quantities need quotes", "write \"50 d\""),
            ("x = daily", "text and quantities need quotes", "write \"daily\""),
            ("x = 500 /d", "text and quantities need quotes", "write \"500 /d\""),
            ("x = 01/12/2018", "dates are written year first", "write 2018-12-01, without quotes"),
            ("x = { a = 1.12.2018 }", "dates are written year first", "write 2018-12-01, without quotes"),
            ("x = 2018/12/01", "dates are written year first", "write 2018-12-01, without quotes"),
            ("x = fixed", "`fixed` is neither true nor false", "\"fixed\""),
            ("x = TRUE", "`TRUE` is neither true nor false", "write true"),
            ("x =", "the value is missing", "after `=`"),
            ("x", "a key needs `=` and a value", "meters = 1000"),
            ("a b = 1", "a key needs `=` and a value", "in place of blanks"),
            ("x: 1", "followed by `=`, not by `:`", "in place of `:`"),
            ("ä = 1", "cannot be in a key", "letters"),
            ("x = 1 // one", "a comment begins with `#`", "`#`"),
            ("x = { a = 20,000, b = 1 }", "not thousands", "write 20000"),
            ("= 1", "a key is missing", "key = value"),
            ("x == 1", "one `=` too many", "one `=`"),
            ("x = \"abc", "not closed", "close it"),
            ("x = 'abc", "not closed", "close it"),
            ("x = [1, 2", "a list is not closed", "`]`"),
            ("x = { a = 1", "a table in braces is not closed", "`}`"),
            ("x = { a = 1 b = 2 }", "its own line", "separated by commas"),
            ("x = { a = 1,, b = 2 }", "one comma each", "{ period"),
            ("x = [1,, 2]", "one comma each", "[ 1, 2 ]"),
            ("[market", "heading do not match", "[name]"),
            ("[[market]", "heading do not match", "[[name]]"),
            ("[market]]", "its own line", "new line"),
            ("x = 1\nx = 2", "`x` is given twice", "keep one"),
            ("[x]\n[x]", "`x` is given twice", "[[name]]"),
            ("x = { a = 1, a = 2 }", "`a` is given twice", "keep one"),
            ("x = 1\nx.y = 2", "`x` already has a value", "one place"),
            ("x = 01", "begins with 0", "leave out"),
            ("x = 1__0", "`_` is out of place", "50_000"),
            ("x = \"\\q\"", "a backslash", "\\\\"),
            ("x = .5", "a digit before its point", "0.5"),
            ("# \u{1b}", "control character", "remove"),
            ("x = \"\u{1b}\"", "control character", "escapes"),
            ("x = '\u{1b}'", "control character", "escapes"),
        ] {
            let ((), findings) = walk(source, |_, _| ());
            assert_eq!(findings.len(), 1, "{source:?}: {findings:?}");
            assert!(findings[0].contains(message) && findings[0].contains(help), "{source:?}: {findings:?}");
        }
    }

    #[test]
    fn several_syntax_errors_are_reported_in_one_pass_and_the_walk_continues() {
        let source = "a = 50 d\nb = 1\nb = 2\nc = [1\nd = 5\n";
        let (_, findings) = walk(source, |root, sink| root.get("b").and_then(|value| value.string(sink)));
        assert!(findings.len() >= 4, "{findings:?}");
        assert!(
            findings[0].contains("quotes") && findings[1].contains("`b` must be text") && findings[2].contains("twice")
        );
    }

    #[test]
    fn an_unclosed_list_is_reported_once_and_hides_the_lines_it_swallows() {
        let source = "list = [1\n[market]\nmeters = -5\n\n\nshare = 2\n";
        let (_, findings) = walk(source, |root, sink| {
            root.required("market", "{ }", sink);
            root.get("list").and_then(|value| value.array(sink))
        });
        let comma = findings.iter().filter(|finding| finding.contains("separated by one comma")).count();
        assert!(comma == 1 && !findings.concat().contains("is missing |"), "{findings:?}");
    }

    #[test]
    fn a_broken_value_is_reported_once() {
        let (_, findings) = walk("x = 50 days\n", |root, sink| root.get("x").and_then(|value| value.duration(sink)));
        assert_eq!(findings, ["text and quantities need quotes | write \"50 d\""]);
    }

    #[test]
    fn deep_nesting_is_refused_without_deep_recursion() {
        for source in [
            format!("x = {}", "[".repeat(100_000)),
            format!("x = {}{}", "[".repeat(100_000), "]".repeat(100_000)),
            format!("x = {}", "{a=".repeat(100_000)),
            format!("x{} = 1", ".x".repeat(100_000)),
            format!("[x{}]", ".x".repeat(100_000)),
        ] {
            let ((), findings) = walk(&source, |_, _| ());
            assert!(findings.len() == 1 && findings[0].contains("nested more than 80 deep"), "{findings:?}");
        }
    }
}
