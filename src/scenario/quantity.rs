//! Quantities as people write them: `"78 d 1 h"`, `"500 /d"`, `"02:00"`. A bare number is never a quantity.
//!
//! Every error is a remedy: it says what to write instead.

use jiff::civil::Date;

use crate::engine::law::LONGEST;
use crate::engine::rate::Rate;
use crate::engine::time::Seconds;
use crate::text::{Advice, cut};

/// Units of time, longest first, with their lengths in seconds.
const UNITS: [(&str, u64); 5] = [("w", 604_800), ("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];
/// The most digits of one number. It keeps all arithmetic here exact in `u128`.
const DIGITS: usize = 18;

const WRITE_DURATION: &str = "write a number and a unit, as in \"50 d\" or \"78 d 1 h\"; units are s, min, h, d, w";
const WRITE_TIME: &str = "write a time of day from 00:00 to 23:59:59, as in \"02:00\"";
const TOO_LONG: &str = "write at most 1,000 years, as in \"366000 d\"";

/// A length of time: `"50 d"`, `"78 d 1 h"`, `"-5 d"`, `"1.5 h"`. Longer units come first, each once, and a leading
/// minus applies to the whole. The result is whole seconds and at most 1,000 years ([`LONGEST`]) either way.
pub fn duration(text: &str) -> Result<Seconds, String> {
    let (text, negative) = match text.trim().strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (text.trim(), false),
    };
    let mut total = 0_u128;
    for part in parts(text)? {
        if part.product() % part.scale() != 0 {
            return Err("write whole seconds, as in \"90 s\" or \"1.5 h\"".to_owned());
        }
        total += part.product() / part.scale();
    }
    let seconds = i64::try_from(total).ok().filter(|seconds| *seconds <= LONGEST.0).ok_or(TOO_LONG)?;
    Ok(Seconds(if negative { -seconds } else { seconds }))
}

/// A length of time that is a parameter of a law, in seconds: the same units as [`duration`], not negative, not
/// necessarily whole.
pub fn seconds_f64(text: &str) -> Result<f64, String> {
    let text = text.trim();
    if text.starts_with('-') {
        return Err("write a length of time that is not negative, as in \"50 d\"".to_owned());
    }
    let total: f64 = parts(text)?.iter().map(|part| part.product() as f64 / part.scale() as f64).sum();
    if total > LONGEST.0 as f64 { Err(TOO_LONG.to_owned()) } else { Ok(total) }
}

/// A whole number per `per`, which is one of `s`, `min`, `h`, `d`, `w`, `month`, `year`: `"500 /d"`.
pub fn rate(text: &str, per: &str) -> Result<u64, String> {
    let each = match per {
        "s" => "second",
        "min" => "minute",
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        other => other,
    };
    let article = if each == "hour" { "an" } else { "a" };
    let remedy = || format!("write a count {article} {each}, as in \"500 /{per}\"");
    let (count, unit) = text.trim().split_once('/').ok_or_else(remedy)?;
    let count = count.trim_end();
    if unit.trim_start() != per || count.is_empty() || !count.bytes().all(|b| b.is_ascii_digit()) {
        return Err(remedy());
    }
    count.parse().map_err(|_| format!("write a smaller count {article} {each}, as in \"500 /{per}\""))
}

/// A whole number of messages in any unit of time: `"850 /s"`, `"36000 /min"`. `None` where it is 0.
pub fn rate_of_service(text: &str) -> Result<Option<Rate>, String> {
    const REMEDY: &str = "write a count and a unit, as in \"850 /s\" or \"36000 /min\"; units are s, min, h, d, w";
    let (count, unit) = text.trim().split_once('/').ok_or(REMEDY)?;
    let (count, unit) = (count.trim_end(), unit.trim_start());
    let (_, seconds) = UNITS.into_iter().find(|(name, _)| *name == unit).ok_or(REMEDY)?;
    if count.is_empty() || !count.bytes().all(|b| b.is_ascii_digit()) {
        return Err(REMEDY.to_owned());
    }
    let count: u64 = count.parse().map_err(|_| "write a smaller count, as in \"850 /s\"".to_owned())?;
    Ok(Rate::new(count, Seconds(seconds as i64)))
}

/// A time of day as seconds after midnight: `"02:00"`, `"23:59:59"`.
pub fn time_of_day(text: &str) -> Result<Seconds, String> {
    let fields: Vec<&str> = text.trim().splitn(4, ':').collect();
    let (hour, minute, second) = match fields[..] {
        [hour, minute] => (hour, minute, "00"),
        [hour, minute, second] => (hour, minute, second),
        _ => return Err(WRITE_TIME.to_owned()),
    };
    let mut total = 0;
    for (field, limit) in [(hour, 24), (minute, 60), (second, 60)] {
        if field.len() != 2 || !field.bytes().all(|b| b.is_ascii_digit()) {
            return Err(WRITE_TIME.to_owned());
        }
        let n = field.parse::<i64>().ok().filter(|n| *n < limit).ok_or(WRITE_TIME)?;
        total = total * 60 + n;
    }
    Ok(Seconds(total))
}

/// Recognises a date in another notation, so that an error can say how to write it. The notation is year, month and
/// day, or the British day, month and year, separated by `-`, `/` or `.`.
pub fn date(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.trim().split(['-', '/', '.']).collect();
    let &[first, month, last] = parts.as_slice() else { return None };
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || ![year, month, day].into_iter().all(digits) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// What is wrong with a value that lacks its quotes, and what to write. `found` is the value as the file has it, and
/// `bare` the same without marks that are no quotes.
pub fn unquoted(bare: &str, found: &str) -> Advice {
    const MESSAGE: &str = "text and quantities need quotes";
    if let Some(date) = date(bare) {
        return Advice::new(MESSAGE, format!("write {date}, without quotes")).instead(found, date.to_string());
    }
    let plain_value = bare.trim();
    if plain_value != bare && (plain_value.parse::<f64>().is_ok() || matches!(plain_value, "true" | "false")) {
        let message = "only spaces and tabs can be around a value";
        return Advice::new(message, format!("write {plain_value}")).instead(found, plain_value);
    }
    if bare.contains(" //") {
        return Advice::new("a comment begins with `#`", "write `#` in place of `//`");
    }
    let text = corrected(bare).unwrap_or_else(|| bare.to_owned());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b' ';
    match parts(&text) {
        // A length of time without its unit.
        Err(help) if text.starts_with(|c: char| c.is_ascii_digit()) && text.bytes().all(plain) => {
            Advice::new(MESSAGE, help)
        }
        _ if text != cut(&text) || text.contains(['"', '\\']) => {
            Advice::new(MESSAGE, "write it in double quotes, as in \"A study\"")
        }
        _ => {
            let right = format!("\"{text}\"");
            Advice::new(MESSAGE, format!("write {right}")).instead(found, right)
        }
    }
}

/// A length of time in the notation of [`duration`], if a text is one that only names its units in other words or gives
/// them in another order: `"50 days"` and `"1 h 78 d"`.
pub fn corrected(text: &str) -> Option<String> {
    let (sign, mut rest) = text.trim().strip_prefix('-').map_or(("", text.trim()), |rest| ("-", rest));
    let mut parts: Vec<(u64, &str, &str)> = Vec::new();
    while !rest.is_empty() && parts.len() < UNITS.len() {
        let (number, after) = split_where(rest, |c| c.is_ascii_digit() || c == '.');
        let (word, after) = split_where(after.trim_start(), char::is_alphabetic);
        rest = after.trim_start();
        decimal(number).ok()?;
        let (name, length) = UNITS.iter().find(|(name, _)| *name == meant(word))?;
        parts.push((*length, number, name));
    }
    parts.sort_by_key(|(length, ..)| std::cmp::Reverse(*length));
    let parts: Vec<String> = parts.iter().map(|(_, number, unit)| format!("{number} {unit}")).collect();
    let right = sign.to_owned() + &parts.join(" ");
    (rest.is_empty() && right != text && duration(&right).is_ok()).then_some(right)
}

/// The canonical text of a duration. [`duration`] reads it back as the same length, up to its limit of 1,000 years.
pub fn print_duration(length: Seconds) -> String {
    length.to_string()
}

/// One number with its unit: `mantissa` × 10^−`decimals` × `unit` seconds.
struct Part {
    mantissa: u64,
    decimals: u32,
    unit: u64,
}

impl Part {
    fn product(&self) -> u128 {
        u128::from(self.mantissa) * u128::from(self.unit)
    }

    fn scale(&self) -> u128 {
        10_u128.pow(self.decimals)
    }
}

/// The numbers and units of a length of time, longest unit first.
fn parts(text: &str) -> Result<Vec<Part>, String> {
    let mut parts: Vec<Part> = Vec::new();
    let mut rest = text;
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(WRITE_DURATION.to_owned());
    }
    while !rest.is_empty() {
        let (number, after) = split_where(rest, |c| c.is_ascii_digit() || c == '.');
        let (word, after) = split_where(after.trim_start(), char::is_alphabetic);
        rest = after.trim_start();
        let (mantissa, decimals) = decimal(number)?;
        let unit = unit(word)?;
        if parts.last().is_some_and(|last| last.unit <= unit) {
            return Err("write each unit once and the longer ones first, as in \"78 d 1 h\"".to_owned());
        }
        parts.push(Part { mantissa, decimals, unit });
    }
    Ok(parts)
}

fn split_where(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

/// Reads digits, with or without a decimal point, as a mantissa and a number of decimals.
fn decimal(number: &str) -> Result<(u64, u32), String> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let dangling = number.ends_with('.') || fraction.contains('.');
    if whole.is_empty() || dangling {
        return Err(WRITE_DURATION.to_owned());
    }
    let fraction = fraction.trim_end_matches('0');
    let whole = whole.trim_start_matches('0');
    if whole.len() + fraction.len() > DIGITS {
        return Err(format!("write a number of at most {DIGITS} digits, as in \"50 d\""));
    }
    let digits = format!("0{whole}{fraction}");
    let mantissa = digits.parse().map_err(|_| WRITE_DURATION.to_owned())?;
    Ok((mantissa, u32::try_from(fraction.len()).unwrap_or(0)))
}

/// The length of a unit in seconds.
fn unit(word: &str) -> Result<u64, String> {
    if let Some((_, length)) = UNITS.iter().find(|(name, _)| *name == word) {
        return Ok(*length);
    }
    Err(match meant(word) {
        "" => WRITE_DURATION.to_owned(),
        "month" => "months and years differ in length: write days, as in \"365 d\"".to_owned(),
        meant => format!("write the unit as {meant}, as in \"50 {meant}\"; units are s, min, h, d, w"),
    })
}

/// The unit that a word means; `month` for units of no fixed length, and nothing for other words.
fn meant(word: &str) -> &'static str {
    match word.to_ascii_lowercase().as_str() {
        "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "mins" | "minute" | "minutes" => "min",
        "hr" | "hrs" | "hour" | "hours" => "h",
        "day" | "days" => "d",
        "wk" | "wks" | "week" | "weeks" => "w",
        "month" | "months" | "y" | "yr" | "year" | "years" => "month",
        lower => UNITS.iter().find(|(name, _)| *name == lower).map_or("", |(name, _)| name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T: std::fmt::Debug>(result: Result<T, String>) -> String {
        result.expect_err("this should be refused")
    }

    #[test]
    fn a_duration_is_numbers_with_units() {
        for (text, seconds) in [
            ("50 d", 50 * 86_400),
            ("78 d 1 h", 78 * 86_400 + 3_600),
            ("10 min", 600),
            ("1 w", 604_800),
            ("0 d", 0),
            ("1 s", 1),
            ("50d", 50 * 86_400),
            ("  2 w 3 d 4 h 5 min 6 s  ", 2 * 604_800 + 3 * 86_400 + 4 * 3_600 + 5 * 60 + 6),
            ("366000 d", LONGEST.0),
        ] {
            assert_eq!(duration(text), Ok(Seconds(seconds)), "{text}");
        }
    }

    #[test]
    fn a_leading_minus_covers_the_whole_duration() {
        assert_eq!(duration("-5 d"), Ok(Seconds::days(-5)));
        assert_eq!(duration("-1 min 1 s"), Ok(Seconds(-61)));
        assert_eq!(duration("-0 d"), Ok(Seconds(0)));
    }

    #[test]
    fn decimals_are_exact_and_must_come_out_as_whole_seconds() {
        assert_eq!(duration("1.5 h"), Ok(Seconds(5_400)));
        assert_eq!(duration("0.3 d"), Ok(Seconds(25_920)));
        assert_eq!(duration("0.10 d"), Ok(Seconds(8_640)));
        assert_eq!(duration("1.0000000000000000000000 s"), Ok(Seconds(1)));
        assert!(refused(duration("0.5 s")).contains("whole seconds"));
        assert!(refused(duration("0.33 min 0.2 s")).contains("whole seconds"));
        assert!(refused(duration("0.000000001 d")).contains("whole seconds"));
    }

    #[test]
    fn a_bare_number_is_not_a_duration() {
        for text in ["50", "0", "-5", "1.5", "50 d 3", ""] {
            assert_eq!(refused(duration(text)), WRITE_DURATION, "{text:?}");
        }
    }

    #[test]
    fn an_invalid_duration_gets_a_remedy() {
        for text in [
            "d",
            "- 5 d",
            "--5 d",
            "+5 d",
            "1,5 h",
            "1. d",
            ".5 d",
            "1.2.3 d",
            "1..2 d",
            "NaN d",
            "inf d",
            "1e3 s",
            "5 \u{1b}[31m",
            "5 d\u{202e}",
            "−5 d",
            "5 d, 3 h",
            "٣ d",
            "d 5",
            "50 d!",
            "3 %",
        ] {
            assert_eq!(refused(duration(text)), WRITE_DURATION, "{text:?}");
        }
    }

    #[test]
    fn a_unit_written_out_is_answered_with_its_short_name() {
        assert!(refused(duration("50 days")).contains("\"50 d\""));
        assert!(refused(duration("5 m")).contains("\"50 min\""));
        assert!(refused(duration("5 D")).contains("\"50 d\""));
        assert!(refused(duration("2 years")).contains("write days"));
    }

    #[test]
    fn units_come_once_and_in_order() {
        for text in ["1 h 78 d", "1 d 1 d", "1 d 2 d 3 h", "1 s 1 s"] {
            assert!(refused(duration(text)).contains("longer ones first"), "{text}");
        }
    }

    #[test]
    fn a_duration_beyond_a_thousand_years_is_refused_and_nothing_overflows() {
        for text in ["366000 d 1 s", "-366001 d", "999999999999999999 w", "999999999999999999 w 999999999999999999 d"] {
            assert_eq!(refused(duration(text)), TOO_LONG, "{text}");
        }
        let long = format!("{} d", "9".repeat(4_000));
        assert!(refused(duration(&long)).contains("at most 18 digits"));
        assert!(refused(duration(&"1 d ".repeat(1_000))).contains("once"));
        assert!(refused(seconds_f64(&long)).contains("at most 18 digits"));
    }

    #[test]
    fn a_parameter_of_a_law_may_have_parts_of_a_second_but_no_sign() {
        assert_eq!(seconds_f64("1.5 h"), Ok(5_400.0));
        assert_eq!(seconds_f64("0.5 s"), Ok(0.5));
        assert_eq!(seconds_f64("2 d 1 h"), Ok(176_400.0));
        assert_eq!(seconds_f64("0 d"), Ok(0.0));
        assert!(refused(seconds_f64("-5 d")).contains("not negative"));
        assert_eq!(refused(seconds_f64("366001 d")), TOO_LONG);
        assert_eq!(refused(seconds_f64("inf d")), WRITE_DURATION);
        assert_eq!(refused(seconds_f64("5")), WRITE_DURATION);
    }

    #[test]
    fn a_rate_is_a_whole_count_with_the_unit_that_is_due() {
        assert_eq!(rate("500 /d", "d"), Ok(500));
        assert_eq!(rate("288/month", "month"), Ok(288));
        assert_eq!(rate("0 / d", "d"), Ok(0));
        for text in ["500", "500 /h", "500 d", "/d", "-5 /d", "1.5 /d", "1,000 /d", "500 /d/d", "500 /", "nan /d", ""] {
            assert_eq!(refused(rate(text, "d")), "write a count a day, as in \"500 /d\"", "{text:?}");
        }
        assert_eq!(refused(rate("5", "h")), "write a count an hour, as in \"500 /h\"");
        assert!(refused(rate("18446744073709551616 /d", "d")).contains("smaller"));
    }

    #[test]
    fn a_rate_of_service_is_a_whole_count_in_any_unit() {
        assert_eq!(rate_of_service("36000 /min"), Ok(Rate::new(600, Seconds(1))));
        assert_eq!(rate_of_service(" 7/w "), Ok(Rate::new(1, Seconds::days(1))));
        assert_eq!(rate_of_service("0 /s"), Ok(None));
        for text in ["850", "850 /month", "850 s", "/s", "-5 /s", "1.5 /s", "1,000 /s", "5 /s/s", "5 /", ""] {
            assert!(refused(rate_of_service(text)).contains("units are s, min, h, d, w"), "{text:?}");
        }
        assert!(refused(rate_of_service("18446744073709551616 /s")).contains("smaller"));
    }

    #[test]
    fn a_time_of_day_is_hours_and_minutes_and_perhaps_seconds() {
        assert_eq!(time_of_day("02:00"), Ok(Seconds::hours(2)));
        assert_eq!(time_of_day("23:59:59"), Ok(Seconds(86_399)));
        assert_eq!(time_of_day("00:00"), Ok(Seconds(0)));
        for text in ["24:00", "2:00", "02:60", "02:00:60", "02", "02:00:00:00", "02:0", "-2:00", "+2:00", "02:00Z", ""]
        {
            assert_eq!(refused(time_of_day(text)), WRITE_TIME, "{text:?}");
        }
    }

    #[test]
    fn a_printed_duration_reads_back_as_the_same() {
        let mut seconds = 1_i64;
        while seconds <= LONGEST.0 {
            for n in [seconds, -seconds, seconds - 1, seconds + 86_399] {
                if n <= LONGEST.0 {
                    assert_eq!(duration(&print_duration(Seconds(n))), Ok(Seconds(n)));
                }
            }
            seconds = seconds * 7 / 3 + 1;
        }
        assert_eq!(print_duration(Seconds(0)), "0 s");
    }
}
