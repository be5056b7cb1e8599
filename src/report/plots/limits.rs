//! The limits of a picture: its policies, panels, stages, days, shares and values.

use super::error::PlotError;
use super::text::clipped;

/// The most policies in a picture.
pub(super) const MAX_POLICIES: usize = 64;
/// The most stages. Each is one bar of every policy.
pub(super) const MAX_STAGES: usize = 8;
/// The most days. Each is one value of a curve.
pub(super) const MAX_DAYS: usize = 4_000;
/// The most shares of the minutes. Each is one value of a curve.
pub(super) const MAX_SHARES: usize = 4_000;
/// The most panels that fit one above the other.
pub(super) const MAX_PANELS: usize = 2;
/// The largest value. No valid count exceeds it, and its label still fits.
const MAX_VALUE: f64 = 1e15;

/// Refuses values that are not valid counts, and a number of values other than expected.
pub(super) fn check(name: &str, values: &[f64], expected: usize) -> Result<(), PlotError> {
    let name = || clipped(name, 60);
    if values.len() != expected {
        return Err(PlotError::Ragged { name: name(), expected, found: values.len() });
    }
    for (index, &value) in values.iter().enumerate() {
        if !value.is_finite() {
            return Err(PlotError::NotFinite { name: name(), index });
        }
        if !(0.0..=MAX_VALUE).contains(&value) {
            return Err(PlotError::OutOfRange { name: name(), index, value });
        }
    }
    Ok(())
}

/// Refuses more than fits on a page.
pub(super) fn at_most(what: &'static str, found: usize, limit: usize) -> Result<(), PlotError> {
    if found > limit { Err(PlotError::TooMany { what, found, limit }) } else { Ok(()) }
}
