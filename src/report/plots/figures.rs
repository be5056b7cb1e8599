//! Dates as readers see them.

use jiff::civil::Date;

/// A date as in 1 Jun 2018.
pub(super) fn long_date(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}
