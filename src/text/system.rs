//! What the system says is wrong.

use std::fmt::Display;

/// What an error says, without the numbers that the system gives its errors, as in `(os error 2)`. The error may have
/// a cause that the system names.
pub fn reason(error: impl Display) -> String {
    const BEFORE: &str = " (os error ";
    let text = error.to_string();
    let mut parts = text.split(BEFORE);
    let mut reason = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(')') {
            Some((number, rest)) if number.parse::<i32>().is_ok() => reason.push_str(rest),
            _ => reason.extend([BEFORE, part]),
        }
    }
    reason
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn an_error_of_the_system_has_no_number() {
        let error = io::Error::from_raw_os_error(2);
        assert!(error.to_string().ends_with(" (os error 2)"), "{error}");
        assert_eq!(format!("{} (os error 2)", reason(&error)), error.to_string());
        let within = io::Error::other(format!("{error} at path \"a (os error)\""));
        assert_eq!(reason(&within), format!("{} at path \"a (os error)\"", reason(&error)));
    }

    #[test]
    fn other_errors_stay_as_they_are() {
        for text in ["", "not a regular file", "a (os error x) b", "a (os error 2"] {
            assert_eq!(reason(text), text);
        }
    }
}
