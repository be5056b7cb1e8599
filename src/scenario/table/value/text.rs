//! Values in quotes: plain text, identifiers, names, quantities with units, and codes.

use toml::de::DeValue;

use super::Value;
use crate::engine::time::Seconds;
use crate::scenario::diagnostics::{Mistake, Sink};
use crate::scenario::quantity;
use crate::text::nearest;
use crate::text::{cut, one_of};

impl<'a> Value<'a, '_> {
    /// A string.
    pub fn string(&self, sink: &mut Sink) -> Option<&'a str> {
        match self.value.get_ref() {
            DeValue::String(text) => Some(text.as_ref()),
            DeValue::Array(_) | DeValue::Table(_) => {
                self.refuse(Mistake::WrongType, "text", "write it in double quotes, as in \"daily\"", sink)
            }
            _ => {
                let (help, right) = in_quotes(&self.scalar());
                self.refuse_for(Mistake::WrongType, "text", (help, right), sink)
            }
        }
    }

    /// An identifier: `[a-z0-9][a-z0-9._-]{0,63}`.
    pub fn id(&self, sink: &mut Sink) -> Option<&'a str> {
        let text = match self.value.get_ref() {
            DeValue::String(text) => text.as_ref(),
            _ => return self.string(sink),
        };
        if is_id(text) {
            return Some(text);
        }
        let help = "write 1 to 64 of a-z, 0-9, `.`, `_` and `-`, starting with a letter or a digit, as in \"gainer-2\"";
        self.refuse(Mistake::BadNotation, "an identifier", help, sink)
    }

    /// The item paired with the given name.
    pub fn one_of<T: Copy>(&self, names: &[(&str, T)], sink: &mut Sink) -> Option<T> {
        let text = self.quoted();
        if let Some((_, meant)) = names.iter().find(|(name, _)| Some(*name) == text) {
            return Some(*meant);
        }
        let known = || names.iter().map(|(name, _)| *name);
        let code = if text.is_some() { Mistake::UnknownWord } else { Mistake::WrongType };
        let due = one_of(known(), "\"");
        match text.and_then(|text| nearest(text, known())) {
            Some(near) => {
                let right = format!("\"{near}\"");
                self.refuse_for(code, &due, (format!("write {right}, or another of these"), right), sink)
            }
            None => self.refuse(code, &due, format!("write {due}"), sink),
        }
    }

    /// Reports that the value names nothing that the file declares `in_section`; `id` is the name, and `known` are the
    /// declared ones. Returns nothing.
    pub fn refuse_name<'k, T>(
        &self,
        due: &str,
        (id, known): (&str, impl Iterator<Item = &'k str> + Clone),
        in_section: &str,
        sink: &mut Sink,
    ) -> Option<T> {
        // An id that was refused cannot be named.
        let known = known.filter(|known| is_id(known));
        match nearest(id, known.clone()) {
            Some(near) => {
                let right = format!("\"{near}\"");
                let help = format!("write {right}, or declare \"{}\" in {in_section}", cut(id));
                self.refuse_for(Mistake::UnknownName, due, (help, right), sink)
            }
            None if known.clone().next().is_none() => {
                self.refuse(Mistake::UnknownName, due, format!("declare it in {in_section}"), sink)
            }
            None => {
                let help = format!("write {}, or declare another in {in_section}", one_of(known, "\""));
                self.refuse(Mistake::UnknownName, due, help, sink)
            }
        }
    }

    /// A length of time: `"78 d 1 h"`.
    pub fn duration(&self, sink: &mut Sink) -> Option<Seconds> {
        self.quantity("a length of time", quantity::duration, sink)
    }

    /// A string that `read` accepts. Its error says what to write instead. `due` says what the string should be, as in
    /// "a length of time".
    pub fn quantity<T>(&self, due: &str, read: impl Fn(&str) -> Result<T, String>, sink: &mut Sink) -> Option<T> {
        let text = match self.value.get_ref() {
            DeValue::String(text) => match read(text) {
                Ok(quantity) => return Some(quantity),
                Err(help) => {
                    return match quantity::corrected(text).filter(|right| read(right).is_ok()) {
                        Some(right) => {
                            let right = format!("\"{right}\"");
                            let said = (format!("write {right}; units are s, min, h, d, w"), right);
                            self.refuse_for(Mistake::BadNotation, due, said, sink)
                        }
                        None => self.refuse(Mistake::BadNotation, due, help, sink),
                    };
                }
            },
            _ => self.scalar(),
        };
        let code = if text.is_empty() { Mistake::WrongType } else { Mistake::BadNotation };
        match read(&text) {
            Ok(_) => self.refuse_for(Mistake::BadNotation, due, in_quotes(&text), sink),
            Err(help) => self.refuse(code, due, help, sink),
        }
    }

    /// The code of an alert or event: `"0x8F0A"`.
    pub fn code(&self, sink: &mut Sink) -> Option<u16> {
        let digits = self.quoted().and_then(|text| text.strip_prefix("0x"));
        let digits = digits.filter(|digits| digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let number = |digits: &str| u16::from_str_radix(digits, 16).ok();
        if let Some(code) = digits.and_then(number) {
            return Some(code);
        }
        const HELP: &str = "write 0x and four hexadecimal digits in quotes, as in ";
        // The same four digits, without quotes or without 0x.
        let meant = match self.value.get_ref() {
            DeValue::Integer(digits) if digits.radix() == 16 && digits.as_str().len() == 4 => number(digits.as_str()),
            DeValue::String(text) if text.len() == 4 && text.bytes().all(|b| b.is_ascii_hexdigit()) => number(text),
            _ => None,
        };
        match meant {
            Some(code) => {
                let right = format!("\"0x{code:04X}\"");
                self.refuse_for(Mistake::BadNotation, "a code", (format!("{HELP}{right}"), right), sink)
            }
            None => self.refuse(Mistake::BadNotation, "a code", format!("{HELP}\"0x8F3F\""), sink),
        }
    }
}

/// Advice to write a text in quotes, and that text.
fn in_quotes(text: &str) -> (String, String) {
    (format!("write it in double quotes: \"{}\"", cut(text)), format!("\"{text}\""))
}

/// Whether a string is an identifier: `[a-z0-9][a-z0-9._-]{0,63}`.
pub(in crate::scenario) fn is_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.len() <= 64
        && text.bytes().next().is_some_and(plain)
        && text.bytes().all(|b| plain(b) || b == b'.' || b == b'_' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::super::super::examples::{X, about, given};
    use super::*;

    #[test]
    fn text_must_be_quoted() {
        assert_eq!(given("'daily'", X::string), "daily");
        assert_eq!(about("5", X::string), "`x` must be text, but is 5 | write it in double quotes: \"5\"");
        assert_eq!(about("true", X::string), "`x` must be text, but is true | write it in double quotes: \"true\"");
        assert!(about("[1, 2]", X::string).contains("but is a list of 2"));
        assert!(about("{ a = 1 }", X::string).contains("but is a table"));
        assert!(about("2018-12-01", X::string).contains("but is 2018-12-01"));
    }

    #[test]
    fn an_identifier_is_plain() {
        for id in ["losing", "a", "0", "a.b_c-d", &"a".repeat(64)] {
            assert_eq!(given(&format!("'{id}'"), X::id), id);
        }
        for id in ["", "A", "-a", ".a", "../etc", "a/b", "a b", "é", "a\u{202e}", &"a".repeat(65)] {
            assert!(about(&format!("'{id}'"), X::id).contains("write 1 to 64 of a-z"), "{id}");
        }
        assert!(about("5", X::id).contains("\"5\""));
    }

    #[test]
    fn a_choice_names_the_nearest_or_all() {
        let fuel = |x: &X, sink: &mut Sink| x.one_of(&[("electricity", 1), ("gas", 2)], sink);
        assert_eq!(given("'gas'", fuel), 2);
        assert_eq!(
            about("'electrcity'", fuel),
            "`x` must be one of \"electricity\", \"gas\", but is \"electrcity\" | write \"electricity\", or \
             another of these"
        );
        assert!(about("'water'", fuel).ends_with("write one of \"electricity\", \"gas\""));
        assert!(about("[]", fuel).ends_with("write one of \"electricity\", \"gas\""));
    }

    #[test]
    fn a_quantity_has_a_unit() {
        assert_eq!(given("'78 d 1 h'", X::duration), Seconds::days(78) + Seconds::hours(1));
        assert_eq!(
            about("50", X::duration),
            "`x` must be a length of time, but is 50 | write a number and a unit, as in \"50 d\" or \"78 d \
             1 h\"; units are s, min, h, d, w"
        );
        assert!(about("{}", X::duration).contains("but is a table | write a number and a unit"));
        let opening = |x: &X, sink: &mut Sink| x.quantity("a time of day", quantity::time_of_day, sink);
        assert_eq!(given("'09:00'", opening), Seconds::hours(9));
        assert!(about("09:00:00", opening).ends_with("write it in double quotes: \"09:00:00\""));
    }

    #[test]
    fn a_code_is_four_hexadecimal_digits_in_quotes() {
        assert_eq!(given("'0x8F0A'", X::code), 0x8f0a);
        assert_eq!(given("'0x8f0a'", X::code), 0x8f0a);
        for value in ["'0x8F0'", "'0x18F0A'", "'0x+F0A'", "'0X8F0A'", "36618", "''"] {
            assert!(about(value, X::code).ends_with("in quotes, as in \"0x8F3F\""), "{value}");
        }
        for value in ["0x8F0A", "'8F0A'"] {
            assert!(about(value, X::code).ends_with("in quotes, as in \"0x8F0A\""), "{value}");
        }
    }
}
