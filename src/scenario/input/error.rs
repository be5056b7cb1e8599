//! Why an input cannot be set.

use crate::scenario::diagnostics::{Invalid, Severity};
use crate::text::visible;

/// Why an input cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// It is not `NAME=VALUE`.
    #[error("`{}` sets nothing\nhelp: write NAME=VALUE, as in calendar-share=0.72", visible(.0))]
    NoValue(String),
    /// Nothing in the scenario has the name.
    #[error("nothing in this scenario is called `{}`\nhelp: {help}", visible(.name))]
    Unknown {
        /// The name.
        name: String,
        /// What to write instead.
        help: String,
    },
    /// No result of the scenario depends on it.
    #[error("`{name}` has no effect in this scenario without {needs}\nhelp: {help}")]
    Idle {
        /// Its full name.
        name: String,
        /// What the scenario lacks.
        needs: &'static str,
        /// What to write instead.
        help: String,
    },
    /// Several inputs end in the name.
    #[error("several inputs end in `{}`\nhelp: write one of {}", visible(.name), .candidates.join(", "))]
    Ambiguous {
        /// The name.
        name: String,
        /// Their full names.
        candidates: Vec<String>,
    },
    /// The value is not possible.
    #[error("{}: {message}\nhelp: {help}", visible(.option))]
    Refused {
        /// The setting, as `NAME=VALUE`; several are separated by spaces.
        option: String,
        /// What is wrong.
        message: String,
        /// What to write instead.
        help: String,
    },
}

impl SetError {
    pub(super) fn refused(name: &str, value: &str, message: &str, help: &str) -> Self {
        Self::Refused { option: format!("{name}={value}"), message: message.to_owned(), help: help.to_owned() }
    }

    /// What the reader says of a scenario with these settings.
    pub(crate) fn of_reader(option: String, invalid: &Invalid) -> Self {
        let error = invalid.findings().iter().find(|finding| finding.severity == Severity::Error);
        let message = error.map_or_else(String::new, |finding| finding.message.replace(".value`", "`"));
        let help = error.and_then(|finding| finding.help.clone()).unwrap_or_else(|| "write another value".to_owned());
        Self::Refused { option, message, help }
    }
}
