//! Dates as shown to readers.

use jiff::civil::Date;

/// A date, such as 1 Jun 2018.
pub(super) fn long_date(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}
