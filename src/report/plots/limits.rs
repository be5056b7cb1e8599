//! What fits a picture: how many policies, stages and days, and which values.

use super::error::PlotError;
use super::text::clipped;

/// Most policies of a picture.
pub(super) const MAX_POLICIES: usize = 64;
/// Most stages, each a bar of every policy.
pub(super) const MAX_STAGES: usize = 8;
/// Most days, one value of a curve each.
pub(super) const MAX_DAYS: usize = 4_000;
/// Beyond what any count here can be; a label of it still fits.
const MAX_VALUE: f64 = 1e15;

/// Refuses values that are no counts, or not as many as expected.
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

/// Refuses more than fits a page.
pub(super) fn at_most(what: &'static str, found: usize, limit: usize) -> Result<(), PlotError> {
    if found > limit { Err(PlotError::TooMany { what, found, limit }) } else { Ok(()) }
}
