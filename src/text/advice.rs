//! Errors in what a person wrote.

/// What is wrong with something that a person wrote, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}: {help}")]
pub struct Advice {
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
    /// A part of it and what to write in its place, where that alone puts it right.
    pub instead: Option<Box<(String, String)>>,
}

impl Advice {
    /// Advice with these texts.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), instead: None }
    }

    /// The same where one part needs another text in its place, which the help says in words.
    pub fn instead(self, wrong: impl Into<String>, right: impl Into<String>) -> Self {
        Self { instead: Some(Box::new((wrong.into(), right.into()))), ..self }
    }
}
