//! Text from outside as messages repeat it: visible and not too long.

use std::borrow::Cow;

use super::visible;

/// Most characters of a text that a message repeats, and most names that it lists.
const REPEATED: usize = 60;
const LISTED: usize = 24;

/// A text as a message repeats it: visible and not too long.
pub fn cut(text: &str) -> String {
    let mut shown: String = text.chars().take(REPEATED).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    visible(&shown)
}

/// A name within this many characters: the middle of a longer one is left out, since names that begin alike often end
/// differently.
///
/// ```
/// use meterchurn::text::shortened;
/// assert_eq!(shortened("filter-all-of-2018", 10), "filter…018");
/// assert_eq!(shortened("filter-all", 10), "filter-all");
/// ```
pub fn shortened(name: &str, most: usize) -> Cow<'_, str> {
    let chars: Vec<char> = name.chars().collect();
    if chars.len() <= most {
        return name.into();
    }
    let kept = most.saturating_sub(1);
    let tail = kept / 3;
    let (head, tail) = (&chars[..kept - tail], &chars[chars.len() - tail..]);
    head.iter().chain(&['…']).chain(tail).collect::<String>().into()
}

/// Names separated by commas, each within `quote`; not too many.
pub fn listed<'k>(names: impl IntoIterator<Item = &'k str>, quote: &str) -> String {
    let mut names = names.into_iter();
    let mut words: Vec<String> =
        names.by_ref().take(LISTED).map(|name| format!("{quote}{}{quote}", cut(name))).collect();
    if names.next().is_some() {
        words.push("…".to_owned());
    }
    words.join(", ")
}

/// What to write where only these names are possible: `one of "a", "b"`, or the only one, each within `quote`.
pub fn one_of<'k>(names: impl IntoIterator<Item = &'k str>, quote: &str) -> String {
    let names: Vec<&str> = names.into_iter().take(LISTED + 1).collect();
    let of = if names.len() == 1 { "" } else { "one of " };
    of.to_owned() + &listed(names, quote)
}

/// `30, 60 and 120`.
pub fn and<S: AsRef<str>>(words: &[S]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.concat(),
    }
}
