//! Why there is no picture.

use jiff::civil::Date;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PlotError {
    /// A value is NaN or infinite.
    #[error("value {} of \"{name}\" is not a finite number", index + 1)]
    NotFinite {
        /// Whose value, made printable.
        name: String,
        /// Which value, from 0.
        index: usize,
    },
    /// A value is negative or beyond 10¹⁵, which no count here can be.
    #[error("value {} of \"{name}\" is {value}, outside 0 to 10^15", index + 1)]
    OutOfRange {
        /// Whose value, made printable.
        name: String,
        /// Which value, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// Two series have different numbers of days, or a policy has not one value a stage.
    #[error("\"{name}\" has {found} values where {expected} are expected")]
    Ragged {
        /// Whose values, made printable.
        name: String,
        /// How many it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// More policies, stages or days than fit a page.
    #[error("{found} {what} do not fit a plot (at most {limit})")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many may be.
        limit: usize,
    },
    /// The days run past the end of the calendar.
    #[error("{0} days from {1} on run past the end of the calendar")]
    Calendar(usize, Date),
    /// The fonts compiled in could not be read.
    #[error("the fonts of the plots cannot be read")]
    Font,
    /// The drawing library failed.
    #[error("drawing failed: {0}")]
    Drawing(String),
}

impl PlotError {
    /// Whether the study is larger than a page; then nothing is wrong with its numbers.
    pub fn is_about_size(&self) -> bool {
        matches!(self, PlotError::TooMany { .. } | PlotError::Calendar(..))
    }
}
