//! How figures are written, everywhere: on screens, in pictures and in messages.

/// A number with thousands separated. From a thousand on it is whole; below it has three significant digits where it
/// has decimals.
///
/// ```
/// use meterchurn::text::number::number;
/// assert_eq!([number(244_764.0), number(12.34), number(0.9)], ["244,764", "12.3", "0.900"]);
/// ```
pub fn number(value: f64) -> String {
    if value.abs() >= 1_000.0 { significant(value.round(), 3) } else { significant(value, 3) }
}

/// A number with this many significant digits: at least one decimal where it has any, and at most six.
pub fn significant(value: f64, digits: i32) -> String {
    let decimals = if value.fract() == 0.0 {
        0
    } else {
        // A 0 before the point is not significant.
        (digits - 1 - libm::log10(value.abs()).floor() as i32).clamp(1, 6) as usize
    };
    with_decimals(value, decimals)
}

/// A number with thousands separated and this many decimals. What rounds to zero has no minus sign.
pub fn with_decimals(value: f64, decimals: usize) -> String {
    let rounded = format!("{value:.decimals$}");
    let is_zero = rounded.chars().all(|c| matches!(c, '-' | '0' | '.'));
    let rounded = if is_zero { rounded.trim_start_matches('-') } else { &rounded };
    let (sign, digits) = rounded.strip_prefix('-').map_or(("", rounded), |digits| ("-", digits));
    let (whole, part) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let mut grouped = String::from(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if let Some(part) = part {
        grouped.push('.');
        grouped.push_str(part);
    }
    grouped
}

/// A number that is not negative, in at most six characters, for where there is no room: two significant digits, or all
/// those before the point, and k, M, G, T or P for thousands, millions and so on.
///
/// ```
/// use meterchurn::text::number::short;
/// assert_eq!([short(1_234.0), short(45_000.0), short(3_400_000.0), short(0.5)], ["1.2k", "45k", "3.4M", "0.50"]);
/// ```
pub fn short(value: f64) -> String {
    const SIZES: [(f64, &str); 6] = [(1.0, ""), (1e3, "k"), (1e6, "M"), (1e9, "G"), (1e12, "T"), (1e15, "P")];
    // What rounds to 1,000 of a size is 1.0 of the next.
    let (size, letter) = SIZES.into_iter().find(|(size, _)| value / size < 999.5).unwrap_or(SIZES[5]);
    let of_size = value / size;
    if value > 0.0 && value < 0.001 {
        return "<0.001".to_owned();
    }
    let is_whole = letter.is_empty() && value.fract() == 0.0;
    let decimals = match of_size {
        _ if is_whole => 0,
        x if x >= 9.95 => 0,
        x if x >= 0.995 => 1,
        x if x >= 0.0995 => 2,
        _ => 3,
    };
    format!("{of_size:.decimals$}{letter}")
}

/// A share of something as per cent; `<0.1 %` instead of a rounded zero. Empty where there is nothing to have a share
/// of.
pub fn percent(value: f64, of: f64) -> String {
    let percent = 100.0 * value / of;
    if of <= 0.0 {
        String::new()
    } else if value <= 0.0 {
        "0 %".to_owned()
    } else if percent < 0.05 {
        "<0.1 %".to_owned()
    } else {
        format!("{} %", with_decimals(percent, 1))
    }
}

/// A number as files have it: without separators, with as many digits as it takes to read it back, and always with a
/// decimal point, so that programs that guess types from the first rows see a number with decimals.
pub fn plain(value: f64) -> String {
    format!("{value:?}")
}

/// A length of time for a reader: seconds below ten minutes, then minutes, then hours and minutes.
///
/// ```
/// use meterchurn::text::number::length;
/// assert_eq!([length(54.0), length(680.0), length(6_240.0)], ["54 s", "11 min", "1 h 44 min"]);
/// ```
pub fn length(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round();
    if seconds < 600.0 {
        format!("{} s", number(seconds))
    } else if minutes < 60.0 {
        format!("{} min", number(minutes))
    } else {
        let hours = (minutes / 60.0).floor();
        format!("{} h {:02} min", number(hours), minutes - 60.0 * hours)
    }
}

/// A noun after a count: `counted(1, "replication")` is `1 replication`.
pub fn counted(n: usize, noun: &str) -> String {
    let plural = match noun.strip_suffix('y') {
        Some(stem) if n != 1 => format!("{stem}ies"),
        _ if n != 1 => format!("{noun}s"),
        _ => noun.to_owned(),
    };
    format!("{} {plural}", number(n as f64))
}

/// The form of a verb after a count.
///
/// ```
/// use meterchurn::text::number::verb;
/// assert_eq!([1, 2].map(|n| verb(n, "changes", "change")), ["changes", "change"]);
/// ```
pub fn verb<'v>(n: usize, one: &'v str, several: &'v str) -> &'v str {
    if n == 1 { one } else { several }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated_and_small_numbers_keep_three_digits() {
        assert_eq!(number(244_764.0), "244,764");
        assert_eq!(number(1_234.6), "1,235");
        assert_eq!(number(123.45), "123.5");
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(-1_000.0), "-1,000");
        assert_eq!(number(0.0), "0");
        assert_eq!(number(0.9), "0.900");
        assert_eq!(number(-0.0123), "-0.0123");
        assert_eq!(number(1e15), "1,000,000,000,000,000");
    }

    #[test]
    fn a_number_that_six_decimals_round_to_zero_has_no_sign() {
        assert_eq!(number(0.000_012_3), "0.000012");
        assert_eq!(number(-0.000_000_1), "0.000000");
    }

    #[test]
    fn five_digits_separate_a_value_from_a_limit_close_by() {
        assert_eq!(significant(0.9996, 5), "0.99960");
        assert_eq!(significant(10_068_198.0, 5), "10,068,198");
        assert_eq!(significant(10_068_198.4, 5), "10,068,198.4");
        assert_eq!(significant(2.0, 5), "2");
    }

    #[test]
    fn small_shares_are_not_rounded_to_zero() {
        assert_eq!(percent(1.0, 0.0), "");
        assert_eq!(percent(0.0, 9.0), "0 %");
        assert_eq!(percent(1.0, 1e6), "<0.1 %");
        assert_eq!(percent(1.0, 8.0), "12.5 %");
    }

    #[test]
    fn short_numbers_have_two_digits_or_more_and_at_most_six_characters() {
        for (value, text) in [
            (0.0, "0"),
            (0.000_9, "<0.001"),
            (0.004_2, "0.004"),
            (0.35, "0.35"),
            (0.997, "1.0"),
            (5.0, "5"),
            (5.26, "5.3"),
            (9.97, "10"),
            (123.4, "123"),
            (999.4, "999"),
            (999.6, "1.0k"),
            (1_234.0, "1.2k"),
            (9_960.0, "10k"),
            (45_000.0, "45k"),
            (999_600.0, "1.0M"),
            (3_400_000.0, "3.4M"),
            (7.2e9, "7.2G"),
            (8.25e14, "825T"),
            (1e15, "1.0P"),
        ] {
            assert_eq!(short(value), text, "{value}");
        }
        let all = (0..=2_000).map(|i| short(libm::pow(10.0, f64::from(i) / 100.0 - 5.0)));
        assert!(all.into_iter().all(|text| text.len() <= 6));
    }

    #[test]
    fn nouns_follow_their_count() {
        assert_eq!(counted(1, "policy"), "1 policy");
        assert_eq!(counted(2, "policy"), "2 policies");
        assert_eq!(counted(0, "replication"), "0 replications");
    }
}
