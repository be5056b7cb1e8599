//! Why a picture could not be drawn.

use jiff::civil::Date;

/// Why a picture could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PlotError {
    /// A value is NaN or infinite.
    #[error("value {} of \"{name}\" is not a finite number", index + 1)]
    NotFinite {
        /// The name of the policy, made printable.
        name: String,
        /// The index of the value.
        index: usize,
    },
    /// A value is negative or above 10¹⁵, so it is not a valid count.
    #[error("value {} of \"{name}\" is {value}, outside 0 to 10^15", index + 1)]
    OutOfRange {
        /// The name of the policy, made printable.
        name: String,
        /// The index of the value.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A curve that may only fall rises.
    #[error("value {} of \"{name}\" is {value}, above the value before it", index + 1)]
    Rising {
        /// The name of the policy, made printable.
        name: String,
        /// The index of the value.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A share is not on the axis, or not above the share before it.
    #[error("share {} is {value}; shares ascend, from 0.000001 at the least to 100 per cent at the most", index + 1)]
    Share {
        /// The index of the share.
        index: usize,
        /// The share in per cent.
        value: f64,
    },
    /// Two series differ in their number of days, or a policy does not have one value per stage or share.
    #[error("\"{name}\" has {found} values where {expected} are expected")]
    Ragged {
        /// The name of the policy, made printable.
        name: String,
        /// The number of values expected.
        expected: usize,
        /// The number of values given.
        found: usize,
    },
    /// More policies, stages, days, shares or panels than fit on a page.
    #[error("{found} {what} do not fit a plot (at most {limit})")]
    TooMany {
        /// What exceeds the limit.
        what: &'static str,
        /// The number given.
        found: usize,
        /// The largest number allowed.
        limit: usize,
    },
    /// The days run past the end of the calendar.
    #[error("{0} days from {1} on run past the end of the calendar")]
    Calendar(usize, Date),
    /// The built-in fonts could not be read.
    #[error("the fonts of the plots cannot be read")]
    Font,
    /// The drawing library failed.
    #[error("drawing failed: {0}")]
    Drawing(String),
}

impl PlotError {
    /// Whether the study is too large for a page. Its numbers are valid in that case.
    pub fn is_about_size(&self) -> bool {
        matches!(self, PlotError::TooMany { .. } | PlotError::Calendar(..))
    }
}
