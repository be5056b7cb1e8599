//! The shapes of values: what a scenario may write for a key, as far as a schema can say it.
//!
//! A key declares its shape beside its reader. The schema and the reference are generated from it, and tests hold it
//! against the reader.

/// What a scenario may write for a key. Dates are TOML's own, without quotes; all quantities are in quotes.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Any text.
    Text,
    /// A name that other keys can refer to.
    Id,
    /// `true` or `false`.
    Truth,
    /// A whole number, both ends included.
    Whole(i64, i64),
    /// A number, both ends included.
    Number(f64, f64),
    /// A number from 0 to 1.
    Share,
    /// A local date.
    Date,
    /// A date, a time by London's clock, or a time in UTC.
    Moment,
    /// A [`Moment`](Shape::Moment), or a length of time from SSD, which may be negative.
    FromSsd,
    /// A length of time that is not negative.
    Length,
    /// A length of time, which may be negative.
    SignedLength,
    /// A percentage, in quotes.
    Percentage,
    /// A time of day.
    TimeOfDay,
    /// A whole number for each of a unit of time, such as `d`.
    Rate(&'static str),
    /// A whole number above 0 for each of any unit of time.
    RateOfService,
    /// The code of an alert.
    Code,
    /// A law of durations.
    Law,
    /// All laws, by name.
    Laws,
    /// One of these words.
    Words(fn() -> Vec<&'static str>),
    /// A list.
    List(&'static Shape),
    /// A list of this many values.
    ListOf(usize, &'static Shape),
    /// The table of a section, by its name.
    Section(&'static str),
    /// A table in which each of these words can be a key.
    Keyed(fn() -> Vec<&'static str>, &'static Shape),
    /// A table with these keys; the flag says whether each is required.
    Table(&'static [(&'static str, bool, Shape)]),
    /// A table whose keys are months, such as `2018-12`.
    Months(&'static Shape),
    /// One of several shapes.
    Either(&'static [Shape]),
    /// A value that can be written with its origin in a section that takes none elsewhere.
    WithOrigin(&'static Shape),
}

impl Shape {
    /// The shape in words, as in "a share from 0 to 1".
    pub fn in_words(&self) -> String {
        match self {
            Shape::Text => "text".to_owned(),
            Shape::Id => "a name of `a`-`z`, `0`-`9`, `.`, `_` and `-`".to_owned(),
            Shape::Truth => "`true` or `false`".to_owned(),
            Shape::Whole(low, high) if low == high => low.to_string(),
            Shape::Whole(low, i64::MAX) => format!("a whole number of at least {low}"),
            Shape::Whole(low, high) => format!("a whole number from {low} to {high}"),
            Shape::Number(low, high) if *low == f64::MIN_POSITIVE => format!("a number above 0, at most {high}"),
            Shape::Number(low, high) => format!("a number from {low} to {high}"),
            Shape::Share => "a share from 0 to 1".to_owned(),
            Shape::Date => "a date".to_owned(),
            Shape::Moment => "a date or a time".to_owned(),
            Shape::FromSsd => "a date, a time, or a length of time from SSD such as `\"-5 d\"`".to_owned(),
            Shape::Length => "a length of time such as `\"5 d\"`".to_owned(),
            Shape::SignedLength => "a length of time such as `\"5 d\"` or `\"-5 d\"`".to_owned(),
            Shape::Percentage => "a percentage such as `\"1 %\"`".to_owned(),
            Shape::TimeOfDay => "a time of day such as `\"09:00\"`".to_owned(),
            Shape::Rate(per) => format!("a rate such as `\"500 /{per}\"`"),
            Shape::RateOfService => "a rate such as `\"850 /s\"` or `\"36000 /min\"`".to_owned(),
            Shape::Code => "a code such as `\"0x8F3F\"`".to_owned(),
            Shape::Law => "a law".to_owned(),
            Shape::Laws => "a table of laws".to_owned(),
            Shape::Words(words) => {
                let words: Vec<String> = words().iter().map(|word| format!("`\"{word}\"`")).collect();
                or(&words)
            }
            Shape::List(items) => format!("a list, each entry {}", items.in_words()),
            Shape::ListOf(count, items) => format!("a list of {count}, each {}", items.in_words()),
            Shape::Section(name) => format!("a table, see `[{name}]`"),
            Shape::Keyed(words, values) => {
                let words: Vec<String> = words().iter().map(|word| format!("`{word}`")).collect();
                format!("a table of {}, each {}", and(&words), values.in_words())
            }
            Shape::Table(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(key, required, shape)| {
                        format!("`{key}`{}: {}", if *required { "" } else { " (optional)" }, shape.in_words())
                    })
                    .collect();
                format!("a table with {}", members.join("; "))
            }
            Shape::Months(values) => format!("a table of months such as `\"2018-12\"`, each {}", values.in_words()),
            Shape::Either(shapes) => or(&shapes.iter().map(Shape::in_words).collect::<Vec<_>>()),
            Shape::WithOrigin(shape) => shape.in_words(),
        }
    }

    /// Whether the value consists of tables of a section, which say their own origins.
    pub fn holds_sections(&self) -> bool {
        match self {
            Shape::Section(_) | Shape::Laws => true,
            Shape::List(items) | Shape::ListOf(_, items) => items.holds_sections(),
            Shape::Either(shapes) => shapes.iter().any(Shape::holds_sections),
            _ => false,
        }
    }
}

fn or(words: &[String]) -> String {
    joined(words, "or")
}

fn and(words: &[String]) -> String {
    joined(words, "and")
}

fn joined(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}
