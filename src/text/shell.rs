//! Words of a command, as a shell reads them.

use std::borrow::Cow;

/// A text as a POSIX shell reads it as one word: as it is, or within single quotes.
///
/// ```
/// use meterchurn::text::in_shell;
/// assert_eq!(in_shell("a/market.toml"), "a/market.toml");
/// assert_eq!(in_shell("to-623.immature=20 d"), "'to-623.immature=20 d'");
/// assert_eq!(in_shell("it's"), r"'it'\''s'");
/// ```
pub fn in_shell(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || "/.-_+,:@%=".contains(c);
    // Some shells replace a word that begins with `=`.
    if !text.is_empty() && !text.starts_with('=') && text.chars().all(is_plain) {
        return text.into();
    }
    format!("'{}'", text.replace('\'', r"'\''")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_act_on_is_quoted() {
        for text in ["", "a b", "$HOME", "a*", "~/a", "(x).toml", "{ uniform = [\"1 d\"] }", "a;b", "=ls", "a\nb"] {
            assert_eq!(in_shell(text), format!("'{text}'"));
        }
        assert_eq!(in_shell("a'b"), r"'a'\''b'");
    }
}
