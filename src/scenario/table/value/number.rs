//! Values that are numbers.

use std::ops::RangeInclusive;

use toml::de::DeValue;

use super::Value;
use crate::scenario::diagnostics::{Mistake, Sink};

impl Value<'_, '_> {
    /// A whole number within `range`.
    pub fn integer(&self, range: RangeInclusive<i64>, sink: &mut Sink) -> Option<i64> {
        let (low, high) = (*range.start(), *range.end());
        let low = Some(low).filter(|low| *low > i64::MIN).map(|low| low.to_string());
        let high = Some(high).filter(|high| *high < i64::MAX).map(|high| high.to_string());
        let due = format!("a whole number{}", bounds(low.as_deref(), high.as_deref()));
        if let Some(number) = self.as_integer().filter(|number| range.contains(number)) {
            return Some(number);
        }
        let example = if range.contains(&1) { 1 } else { *range.start() };
        let is_number = matches!(self.value.get_ref(), DeValue::Integer(_) | DeValue::Float(_));
        let code = if is_number { Mistake::OutOfRange } else { Mistake::WrongType };
        match self.quoted().and_then(|text| text.parse::<i64>().ok()) {
            Some(number) if range.contains(&number) => {
                let help = format!("write it without quotes: {number}");
                self.refuse_for(Mistake::BadNotation, &due, (help, number.to_string()), sink)
            }
            _ if range.start() == range.end() => {
                let right = range.start().to_string();
                self.refuse_for(code, &right, (format!("write {right}"), right.clone()), sink)
            }
            _ => self.refuse(code, &due, format!("write {due}, as in {example}"), sink),
        }
    }

    /// A finite number within `range`. Whole numbers are accepted too.
    pub fn number(&self, range: RangeInclusive<f64>, sink: &mut Sink) -> Option<f64> {
        let end = |bound: f64| Some(bound).filter(|bound| bound.abs() < f64::MAX).map(|bound| bound.to_string());
        let due = format!("a number{}", bounds(end(*range.start()).as_deref(), end(*range.end()).as_deref()));
        // A range this large is for counts.
        let examples = if *range.end() >= 1e6 && range.end().is_finite() && *range.end() < f64::MAX {
            [1_000.0, 1.0]
        } else {
            [0.5, 1.0]
        };
        let example = examples.into_iter().find(|number| range.contains(number)).unwrap_or(*range.start());
        self.number_as(range, &due, &format!("write {due}, as in {example}"), sink)
    }

    /// A share: a number from 0 to 1.
    pub fn share(&self, sink: &mut Sink) -> Option<f64> {
        self.number_as(0.0..=1.0, "a share from 0 to 1", "write a share from 0 to 1, as in 0.43 for 43 %", sink)
    }

    fn number_as(&self, range: RangeInclusive<f64>, due: &str, help: &str, sink: &mut Sink) -> Option<f64> {
        let fits = |number: &f64| number.is_finite() && range.contains(number);
        let number = match self.value.get_ref() {
            DeValue::Integer(_) => self.as_integer().map(|number| number as f64),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        if let Some(number) = number.filter(fits) {
            return Some(number + 0.0); // −0 becomes 0
        }
        match self.quoted().and_then(|text| text.parse::<f64>().ok()).filter(fits) {
            Some(right) => {
                let help = format!("write it without quotes: {right}");
                self.refuse_for(Mistake::BadNotation, due, (help, right.to_string()), sink)
            }
            None if number.is_some() => self.refuse(Mistake::OutOfRange, due, help, sink),
            None => self.refuse(Mistake::WrongType, due, help, sink),
        }
    }

    fn as_integer(&self) -> Option<i64> {
        let integer = self.value.get_ref().as_integer()?;
        i64::from_str_radix(integer.as_str(), integer.radix()).ok()
    }
}

fn bounds(low: Option<&str>, high: Option<&str>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!(" from {low} to {high}"),
        (Some(low), None) => format!(" of at least {low}"),
        (None, Some(high)) => format!(" of at most {high}"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::examples::{X, about, given};
    use super::*;

    #[test]
    fn a_whole_number_lies_within_its_range() {
        assert_eq!(given("0xff", |x, sink| x.integer(0..=255, sink)), 255);
        assert_eq!(given("1_000", |x, sink| x.integer(0..=1_000, sink)), 1_000);
        assert_eq!(given("-9223372036854775808", |x, sink| x.integer(i64::MIN..=i64::MAX, sink)), i64::MIN);
        let small = |x: &X, sink: &mut Sink| x.integer(1..=9, sink);
        assert_eq!(
            about("0", small),
            "`x` must be a whole number from 1 to 9, but is 0 | write a whole number from 1 to 9, as in 1"
        );
        assert!(about("1.5", small).contains("but is 1.5"));
        assert!(about("'5'", small).ends_with("write it without quotes: 5"));
        assert!(about("'50'", small).ends_with("write a whole number from 1 to 9, as in 1"));
        assert!(about("99999999999999999999999", small).contains("99999999999999999999999"));
        assert!(about("-9223372036854775809", small).contains("from 1 to 9"));
        assert!(about("-1", |x, sink| x.integer(0..=i64::MAX, sink)).contains("a whole number of at least 0"));
    }

    #[test]
    fn a_number_is_finite_and_within_its_range() {
        let any = |x: &X, sink: &mut Sink| x.number(f64::NEG_INFINITY..=f64::INFINITY, sink);
        assert_eq!(given("1.5", any), 1.5);
        assert_eq!(given("2", any), 2.0);
        assert_eq!(given("-1e-300", any), -1e-300);
        for value in ["nan", "-nan", "inf", "-inf", "1e999", "-1e999"] {
            assert!(about(value, any).starts_with("`x` must be a number, but is "), "{value}");
        }
        let positive = |x: &X, sink: &mut Sink| x.number(0.0..=f64::MAX, sink);
        assert!(about("-1", positive).contains("a number of at least 0, but is -1"));
        assert!(about("'0.5'", positive).ends_with("write it without quotes: 0.5"));
        assert!(about("'nan'", positive).ends_with("as in 0.5"));
    }

    #[test]
    fn a_share_runs_from_0_to_1_and_has_no_minus_zero() {
        assert_eq!(given("0.43", X::share), 0.43);
        assert_eq!(given("1", X::share), 1.0);
        assert!(given("-0.0", X::share).is_sign_positive());
        for value in ["1.0000000000000002", "-0.1", "43", "'43 %'", "nan"] {
            assert!(about(value, X::share).ends_with("as in 0.43 for 43 %"), "{value}");
        }
    }
}
