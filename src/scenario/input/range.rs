//! The values of an input: their range, their unit, and how they are read and printed.

use std::ops::Range as Bytes;

use super::Input;
use crate::engine::time::Seconds;
use crate::model::varies::{Scale, Span};
use crate::scenario::Assumption;
use crate::scenario::diagnostics::{Fix, Lint, Mistake, Sink};
use crate::scenario::quantity;
use crate::text::number::significant;
use crate::text::{listed, nearest};

/// A value of an input.
#[derive(Debug, Clone, PartialEq)]
pub enum Level {
    /// A number in the input's unit.
    Number(f64),
    /// A word, as a scenario would write it.
    Word(String),
}

impl Level {
    /// The same with three significant digits: what a search can find.
    pub fn rounded(self) -> Self {
        match self {
            Level::Number(number) => Level::Number(format!("{number:.2e}").parse().unwrap_or(number)),
            Level::Word(word) => Level::Word(word),
        }
    }

    /// The number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Level::Number(number) => Some(*number),
            Level::Word(_) => None,
        }
    }
}

/// The plausible values of an input.
#[derive(Debug, Clone, PartialEq)]
pub enum Range {
    /// Numbers between two ends, both included, in the input's unit.
    Between {
        /// The lowest.
        low: f64,
        /// The highest.
        high: f64,
        /// How values are spread between them.
        scale: Scale,
    },
    /// These words, as a scenario would write them.
    OneOf(Vec<String>),
}

/// The unit of an input's numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measure {
    /// Its name.
    pub unit: &'static str,
    /// Its length in seconds, where it is a unit of time.
    pub seconds: Option<f64>,
}

/// The units of time in which inputs are given.
const UNITS: [(&str, f64); 4] = [("d", 86_400.0), ("h", 3_600.0), ("min", 60.0), ("s", 1.0)];

impl Measure {
    /// Of words.
    pub const NONE: Measure = Measure { unit: "", seconds: None };

    /// The unit of the upper end of a range, or else `unit`.
    pub fn of(span: &Span, unit: &'static str) -> Self {
        let time = span.high.split_once(' ').and_then(|(_, own)| UNITS.iter().find(|(name, _)| *name == own));
        time.map_or(Self { unit, seconds: None }, |(unit, seconds)| Self { unit, seconds: Some(*seconds) })
    }

    /// A number or a length of time in this unit.
    pub fn value(self, text: &str) -> Option<f64> {
        let text = text.trim().trim_matches('"');
        let Some(seconds) = self.seconds else { return text.parse().ok() };
        let (sign, length) = text.strip_prefix('-').map_or((1.0, text), |length| (-1.0, length));
        quantity::seconds_f64(length).ok().map(|length| sign * length / seconds)
    }

    /// A value with the unit, if that is a unit of time.
    pub fn print(self, level: &Level) -> String {
        match level {
            Level::Number(number) if self.seconds.is_some() => format!("{} {}", rounded(*number), self.unit),
            Level::Number(number) => rounded(*number).to_string(),
            Level::Word(word) => word.trim_matches('"').to_owned(),
        }
    }

    /// A length of time of the model.
    pub fn length(self, number: f64) -> Seconds {
        Seconds(libm::round(number * self.seconds.unwrap_or(1.0)) as i64)
    }
}

/// A number to six significant digits.
fn rounded(number: f64) -> f64 {
    format!("{number:.5e}").parse().unwrap_or(number)
}

impl Range {
    /// The range of a number: the file's, or else the catalogue's, widened to hold the value that the scenario has.
    /// Nothing if an end cannot be read.
    pub(super) fn between(
        span: &Span,
        measure: Measure,
        value: f64,
        of_file: Option<[String; 2]>,
    ) -> Option<(Self, String)> {
        let ends = |[low, high]: [&str; 2]| Some((measure.value(low)?, measure.value(high)?));
        // Ends of the file that are no such values have been reported.
        let own = of_file.as_ref().and_then(|[low, high]| ends([low, high]));
        let why = if own.is_some() { "the scenario's own range" } else { span.why };
        let (low, high) = own.or_else(|| ends([span.low, span.high]))?;
        let holds = low <= value && value <= high;
        let why = if holds { why.to_owned() } else { format!("{why}; widened to the scenario's value") };
        let (low, high) = (low.min(value), high.max(value));
        // A range from 0 on has no logarithm.
        let scale = if span.scale == Scale::Log && low <= 0.0 { Scale::Linear } else { span.scale };
        value.is_finite().then_some((Self::Between { low, high, scale }, why))
    }

    /// The value at a position, 0 to 1.
    pub(super) fn at(&self, u: f64) -> Level {
        match self {
            Range::Between { low, high, .. } if u <= 0.0 || low == high => Level::Number((*low).min(*high)),
            Range::Between { high, .. } if u >= 1.0 => Level::Number(*high),
            Range::Between { low, high, scale } => {
                let number = match scale {
                    Scale::Linear => low + u * (high - low),
                    Scale::Log => low * libm::pow(high / low, u),
                    Scale::Whole => libm::round(low + u * (high - low)),
                };
                Level::Number(rounded(number).clamp(*low, *high))
            }
            Range::OneOf(words) => {
                let place = (u * words.len() as f64).max(0.0) as usize;
                Level::Word(words.get(place.min(words.len().saturating_sub(1))).cloned().unwrap_or_default())
            }
        }
    }

    /// Reads a value.
    pub(super) fn read(&self, text: &str, measure: Measure) -> Result<Level, String> {
        let text = text.trim();
        match self {
            Range::Between { low, high, .. } => {
                let number = match text.strip_suffix('%') {
                    Some(percent) if measure.seconds.is_none() => {
                        percent.trim().parse::<f64>().ok().map(|percent| percent / 100.0)
                    }
                    _ => text.parse().ok().or_else(|| measure.value(text)),
                };
                let example = measure.print(&Level::Number(low.midpoint(*high)));
                match number.filter(|number| number.is_finite()) {
                    Some(number) => Ok(Level::Number(number)),
                    None => Err(format!("write a number, as in {example}")),
                }
            }
            Range::OneOf(words) => {
                let plain = |word: &str| word.trim_matches('"').to_owned();
                let named = words.iter().find(|word| plain(word) == plain(text));
                let short: Vec<String> = words.iter().map(|word| plain(word)).collect();
                named.cloned().map(Level::Word).ok_or_else(|| {
                    let known = || short.iter().map(String::as_str);
                    match nearest(text, known()) {
                        Some(near) => format!("write {near}"),
                        None => format!("write one of {}", listed(known(), "`")),
                    }
                })
            }
        }
    }

    /// Both ends with up to five digits, or the words.
    pub fn text(&self) -> String {
        match self {
            Range::Between { low, high, .. } => format!("{} to {}", short(*low), short(*high)),
            Range::OneOf(words) => {
                words.iter().map(|w| w.trim_matches('"').to_owned()).collect::<Vec<_>>().join(" or ")
            }
        }
    }
}

/// A number with at most four significant digits, for a list.
pub fn short(number: f64) -> String {
    let text = significant(number, 4);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

impl Assumption {
    /// The range that the file gives a part of this number; of the number itself where `part` is empty.
    pub(super) fn range_of(&self, part: &str) -> Option<[String; 2]> {
        let table: toml::Table = format!("range = {}", self.range.as_deref()?).parse().ok()?;
        let pair = match table.get("range")? {
            toml::Value::Table(parts) => parts.get(part)?.as_array()?,
            toml::Value::Array(pair) if part.is_empty() => pair,
            _ => return None,
        };
        match pair.as_slice() {
            [low, high] => Some([low.to_string(), high.to_string()]),
            _ => None,
        }
    }
}

/// Reports a range of a file that the reader would not accept as values, or that does not hold the value.
pub(super) fn check(input: &Input, pair: &[String; 2], span: &Bytes<usize>, sink: &mut Sink) {
    let (Range::Between { .. }, Level::Number(value)) = (&input.range, &input.value) else { return };
    let measure = input.measure;
    let ends = [&pair[0], &pair[1]].map(|end| measure.value(end));
    let example = measure.print(&input.value);
    let example = if measure.seconds.is_some() { format!("\"{example}\"") } else { example };
    let [Some(low), Some(high)] = ends else {
        let due = if measure.seconds.is_some() { "lengths of time" } else { "numbers" };
        let message = format!("the range of `{}` must have {due}", input.name);
        sink.error(Mistake::BadRange, span.clone(), message, format!("write both ends like the value, {example}"));
        return;
    };
    let most = if matches!(input.unit, "share" | "probability") { 1.0 } else { f64::INFINITY };
    // A script may say how long before SSD something happens.
    let least = if *value < 0.0 { f64::NEG_INFINITY } else { 0.0 };
    if low < least || high > most {
        let limit = if most.is_finite() { "from 0 to 1" } else { "of at least 0" };
        let message = format!("the range of `{}` must be {limit}", input.name);
        sink.error(
            Mistake::BadRange,
            span.clone(),
            message,
            format!("write bounds {limit}, around the value, {example}"),
        );
    } else if *value < low || *value > high {
        let held = [low.min(*value), high.max(*value)].map(|end| measure.print(&Level::Number(end)));
        let held = if measure.seconds.is_some() { held.map(|end| format!("\"{end}\"")) } else { held };
        let message = format!("the range of `{}` does not hold its value, {example}", input.name);
        let right = format!("[{}, {}]", held[0], held[1]);
        let fix = Fix { span: span.clone(), text: right.clone() };
        sink.fixable(Lint::RangeWithoutValue, span.clone(), message, (format!("write {right}"), fix));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPAN: Span = Span { low: "6 h", high: "4 d", scale: Scale::Log, why: "" };

    #[test]
    fn a_range_is_in_the_unit_of_its_upper_end() {
        let measure = Measure::of(&SPAN, "");
        assert_eq!((measure.unit, measure.value("6 h"), measure.value("-2 d")), ("d", Some(0.25), Some(-2.0)));
        assert_eq!(Measure::of(&Span { low: "0", high: "1", ..SPAN }, "share").value("0.5"), Some(0.5));
    }

    #[test]
    fn positions_run_from_end_to_end_by_the_scale() {
        let measure = Measure::of(&SPAN, "");
        let (range, _) = Range::between(&SPAN, measure, 1.0, None).expect("a range");
        // Half way from a quarter to four in logarithms is 1.
        assert_eq!([0.0, 0.5, 1.0].map(|u| range.at(u)), [0.25, 1.0, 4.0].map(Level::Number));
        let linear = Range::Between { low: 1.0, high: 3.0, scale: Scale::Linear };
        assert_eq!(linear.at(1.0 / 3.0), Level::Number(1.66667));
        let whole = Range::Between { low: 2.0, high: 100.0, scale: Scale::Whole };
        assert_eq!(whole.at(0.506), Level::Number(52.0));
        let words = Range::OneOf(["a", "b"].map(str::to_owned).to_vec());
        assert_eq!([0.49, 0.5, 1.0].map(|u| words.at(u)), ["a", "b", "b"].map(|w| Level::Word(w.to_owned())));
    }

    #[test]
    fn a_range_is_widened_to_the_value_that_the_scenario_has() {
        let (range, why) = Range::between(&SPAN, Measure::of(&SPAN, ""), 8.0, None).expect("a range");
        assert_eq!(range, Range::Between { low: 0.25, high: 8.0, scale: Scale::Log });
        assert!(why.ends_with("widened to the scenario's value"), "{why}");
        let (range, _) = Range::between(&SPAN, Measure::of(&SPAN, ""), 0.0, None).expect("a range");
        assert_eq!(range, Range::Between { low: 0.0, high: 4.0, scale: Scale::Linear });
    }

    #[test]
    fn a_value_is_a_number_with_or_without_its_unit() {
        let (range, _) = Range::between(&SPAN, Measure::of(&SPAN, ""), 1.0, None).expect("a range");
        let read = |text: &str| range.read(text, Measure::of(&SPAN, ""));
        assert_eq!([read("2"), read("2 d"), read("48 h")], [(); 3].map(|()| Ok(Level::Number(2.0))));
        assert!(read("soon").is_err() && read("30 %").is_err() && read("inf").is_err());
        let share = Range::Between { low: 0.0, high: 1.0, scale: Scale::Linear };
        let read = |text: &str| share.read(text, Measure { unit: "share", seconds: None });
        assert_eq!([read("0.3"), read("30 %"), read("30%")], [(); 3].map(|()| Ok(Level::Number(0.3))));
    }
}
