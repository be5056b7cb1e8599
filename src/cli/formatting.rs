//! The layout of scenario files, by [taplo](https://taplo.tamasfe.dev), which editors use as well.
//!
//! It moves white space and commas alone: every comment, key and value stays where it is. Lists keep the lines that
//! their author gave them unless one is too long.

use taplo::formatter::{Options, format};
use taplo::rowan::TextSize;
use taplo::syntax::SyntaxKind;

/// Longest line before a list is spread over several.
const COLUMNS: usize = 120;

/// Longest list: the time that taplo takes grows with the square of its length.
const MOST_ENTRIES: usize = 20_000;

/// Why a text is not formatted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// It uses what TOML 1.0 does not have, such as a table in braces over several lines.
    #[error("line {line} is not TOML 1.0, which `fmt` formats: {message}")]
    Newer {
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// A list is so long that its layout would take minutes.
    #[error("a list has {entries} entries, and `fmt` formats lists of at most {MOST_ENTRIES}")]
    LongList {
        /// Its entries.
        entries: usize,
    },
    /// The result would not have the same comments, keys and values: a mistake of this program.
    #[error("its layout cannot be changed without changing what it says")]
    Unsafe,
}

/// The text in its usual layout. A text that has it is returned as it is. Line ends stay as they are: all are CRLF if
/// the first is.
///
/// # Errors
/// When the text is not TOML 1.0, or has a list that is too long.
pub fn formatted(text: &str) -> Result<String, FormatError> {
    let (mark, body) = match text.strip_prefix('\u{feff}') {
        Some(body) => ("\u{feff}", body),
        None => ("", text),
    };
    if body.trim().is_empty() {
        return Ok(text.to_owned());
    }
    let before = Content::of(body)?;
    let entries = before.values.iter().flat_map(toml::Table::values).map(longest_list).max().unwrap_or(0);
    if entries > MOST_ENTRIES {
        return Err(FormatError::LongList { entries });
    }
    let crlf = body.split_once('\n').is_some_and(|(line, _)| line.ends_with('\r'));
    let mut done = format(body, options(crlf));
    // A list that becomes longer than a line is spread only in the next pass.
    for _ in 0..MOST_PASSES {
        let again = format(&done, options(crlf));
        if again == done {
            break;
        }
        done = again;
    }
    match Content::of(&done) {
        Ok(after) if after == before => Ok(format!("{mark}{done}")),
        _ => Err(FormatError::Unsafe),
    }
}

/// Passes after which a text no longer changes.
const MOST_PASSES: usize = 4;

fn options(crlf: bool) -> Options {
    Options {
        align_entries: true,
        align_single_comments: false,
        array_auto_collapse: false,
        inline_table_expand: false,
        column_width: COLUMNS,
        indent_string: "    ".to_owned(),
        allowed_blank_lines: 1,
        crlf,
        ..Options::default()
    }
}

/// What a text says: its comments, in their order, and its keys and values.
#[derive(Debug, PartialEq)]
struct Content {
    comments: Vec<String>,
    values: Option<toml::Table>,
}

impl Content {
    fn of(text: &str) -> Result<Self, FormatError> {
        let parsed = taplo::parser::parse(text);
        if let Some(error) = parsed.errors.first() {
            let before = &text.as_bytes()[..offset(error.range.start()).min(text.len())];
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            return Err(FormatError::Newer { line, message: error.message.clone() });
        }
        let tokens = parsed.into_syntax().descendants_with_tokens().filter_map(|element| element.into_token());
        let comments = tokens.filter(|token| token.kind() == SyntaxKind::COMMENT);
        let comments = comments.map(|comment| comment.text().trim_end().to_owned()).collect();
        Ok(Self { comments, values: text.parse().ok() })
    }
}

/// The entries of the longest list in a value.
fn longest_list(value: &toml::Value) -> usize {
    match value {
        toml::Value::Array(items) => items.iter().map(longest_list).chain([items.len()]).max().unwrap_or(0),
        toml::Value::Table(table) => table.values().map(longest_list).max().unwrap_or(0),
        _ => 0,
    }
}

fn offset(size: TextSize) -> usize {
    u32::from(size) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::scenario::shipped::{SHIPPED, Shipped};
    use crate::study::session::Session;

    #[test]
    fn white_space_changes_and_nothing_else() {
        let text = "schema=1 # the format\n\n\n\ntitle   =   'a'\n[time]\n  start = 2018-11-01\nhorizon=2018-12-01\n";
        let expected = "schema = 1 # the format\n\ntitle = 'a'\n[time]\nstart   = 2018-11-01\nhorizon = 2018-12-01\n";
        assert_eq!(formatted(text).as_deref(), Ok(expected));
    }

    #[test]
    fn a_list_keeps_its_lines_and_is_spread_where_a_line_is_too_long() {
        let short = "x = [\n    { a = 1 },\n    # between\n    { a = 2 }, # after\n]\n";
        assert_eq!(formatted(short).as_deref(), Ok(short));
        let long = format!("x = [{}]\n", vec!["\"a name\""; 20].join(", "));
        let spread = formatted(&long).expect("TOML");
        assert_eq!(spread.lines().count(), 22, "{spread}");
    }

    #[test]
    fn line_ends_and_a_byte_order_mark_are_kept() {
        assert_eq!(formatted("\u{feff}a=1\r\nb=2\r\n").as_deref(), Ok("\u{feff}a = 1\r\nb = 2\r\n"));
        assert_eq!(formatted("").as_deref(), Ok(""));
    }

    #[test]
    fn what_only_a_later_toml_has_is_named_with_its_line() {
        let error = formatted("a = 1\nb = {\n  c = 1\n}\n").expect_err("TOML 1.1");
        assert!(matches!(error, FormatError::Newer { line: 2, .. }), "{error}");
    }

    #[test]
    fn a_list_that_would_take_minutes_is_refused() {
        let list = |entries: usize| format!("x = {{ y = [{}] }}\n", "1,".repeat(entries));
        assert_eq!(formatted(&list(20_001)), Err(FormatError::LongList { entries: 20_001 }));
        assert!(formatted(&list(100)).is_ok());
    }

    /// A shipped scenario with its white space disturbed at random, which changes nothing that it says.
    fn disturbed(source: &str, choices: &[u8]) -> String {
        let mut choices = choices.iter().cycle();
        let mut in_text = false;
        let mut lines = Vec::new();
        for line in source.lines() {
            let quotes = line.matches("\"\"\"").count();
            let inside = in_text;
            in_text ^= quotes % 2 == 1;
            let plain = !inside && quotes == 0;
            match choices.next() {
                Some(0..=50) if plain && !line.is_empty() => lines.push(format!("   {line}   ")),
                Some(51..=100) if plain && !line.is_empty() => lines.push(format!("{line} # said {}", lines.len())),
                Some(101..=130) if plain => lines.extend([String::new(), String::new(), line.to_owned()]),
                Some(131..=160) if plain => lines.push(line.replacen(" = ", "=", 1)),
                _ => lines.push(line.to_owned()),
            }
        }
        lines.join("\n") + "\n"
    }

    fn digest(name: &str, source: &str) -> String {
        Session::of_text(name, name, source).expect("a valid scenario").identity().digest
    }

    #[test]
    fn a_shipped_scenario_means_the_same_afterwards_and_is_formatted_once() {
        for Shipped { name, source } in SHIPPED.iter().filter(|shipped| shipped.name != "gb-year") {
            let done = formatted(source).expect("TOML");
            assert_eq!(digest(name, &done), digest(name, source), "{name}");
            assert_eq!(formatted(&done).as_ref(), Ok(&done), "{name}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]
        #[test]
        fn a_disturbed_scenario_keeps_its_comments_and_values(
            which in 0..SHIPPED.len(), choices in prop::collection::vec(any::<u8>(), 32..64)
        ) {
            let text = disturbed(SHIPPED[which].source, &choices);
            let done = formatted(&text).expect("TOML");
            prop_assert_eq!(Content::of(&done), Content::of(&text));
            prop_assert_eq!(text.matches("# said").count(), done.matches("# said").count());
            prop_assert_eq!(formatted(&done), Ok(done));
        }
    }
}
