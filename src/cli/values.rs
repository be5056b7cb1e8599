//! Values that several commands read alike.

use std::ops::RangeInclusive;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::report::render::{FORMS, Form, form};

/// The name of the default form.
pub(super) fn default_form() -> &'static str {
    FORMS[0].name.unwrap_or_default()
}

/// Reads the name of a form.
pub(super) fn form_parser() -> impl TypedValueParser<Value = &'static Form> {
    let named = FORMS.iter().filter_map(|form| Some(PossibleValue::new(form.name?).help(form.about)));
    PossibleValuesParser::new(named).map(|name| form(&name).unwrap_or(&FORMS[0]))
}

/// Reads a whole number within a range that `T` can hold.
pub(super) fn whole<T>(range: RangeInclusive<u64>) -> impl TypedValueParser<Value = T>
where
    T: TryFrom<u64> + Clone + Send + Sync + 'static,
{
    clap::builder::StringValueParser::new().try_map(move |text| {
        let number =
            text.parse().ok().filter(|number| range.contains(number)).and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| format!("expected a whole number from {} to {}", range.start(), range.end()))
    })
}
