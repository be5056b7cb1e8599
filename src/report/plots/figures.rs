//! Numbers, shares and dates as readers see them.

use jiff::civil::Date;

/// A value with thousands separators: counts as they are, means with a decimal or two while they are small.
pub(super) fn number(value: f64) -> String {
    let decimals = if value == value.round() || value >= 100.0 {
        0
    } else if value >= 1.0 {
        1
    } else if value >= 0.01 {
        2
    } else {
        return format!("{value:.0e}");
    };
    with_decimals(value, decimals)
}

/// A value with thousands separators and so many decimals.
pub(super) fn with_decimals(value: f64, decimals: usize) -> String {
    let plain = format!("{value:.decimals$}");
    let (whole, fraction) = plain.split_once('.').map_or((plain.as_str(), None), |(w, f)| (w, Some(f)));
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// " (12.3 %)", and nothing for a share of nothing.
pub(super) fn percent(value: f64, of: f64) -> String {
    let percent = 100.0 * value / of;
    if of <= 0.0 {
        String::new()
    } else if value <= 0.0 {
        " (0 %)".to_owned()
    } else if percent < 0.05 {
        " (<0.1 %)".to_owned()
    } else {
        format!(" ({} %)", with_decimals(percent, 1))
    }
}

/// A date as in 1 Jun 2018.
pub(super) fn long_date(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_honest_about_small_ones() {
        assert_eq!(percent(1.0, 0.0), "");
        assert_eq!(percent(0.0, 9.0), " (0 %)");
        assert_eq!(percent(1.0, 1e6), " (<0.1 %)");
        assert_eq!(percent(1.0, 8.0), " (12.5 %)");
    }

    #[test]
    fn numbers_have_separators() {
        assert_eq!(number(0.0), "0");
        assert_eq!(number(999.0), "999");
        assert_eq!(number(1_234_567.0), "1,234,567");
        assert_eq!(number(1_234.56), "1,235");
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(0.25), "0.25");
        assert_eq!(number(0.0004), "4e-4");
        assert_eq!(number(1e15), "1,000,000,000,000,000");
        assert_eq!(with_decimals(1234.5, 2), "1,234.50");
    }
}
