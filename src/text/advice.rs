//! Errors in what a person wrote.

/// What is wrong with something that a person wrote, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}: {help}")]
pub struct Advice {
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl Advice {
    /// Advice with these texts.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}
