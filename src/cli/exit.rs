//! Exit codes: what CI reads.

use std::process::ExitCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All expectations hold.
    Success,
    /// A bug, or the machine refuses something.
    Unexpected,
    /// The command line is wrong.
    Usage,
    /// A scenario is invalid.
    InvalidScenario,
    /// Nothing was selected, such as a meter that is not there.
    NothingSelected,
    /// An expectation is inconclusive.
    Inconclusive,
    /// An expectation failed.
    Failed,
}

impl Exit {
    /// The code.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Success => 0,
            Exit::Unexpected => 1,
            Exit::Usage => 2,
            Exit::InvalidScenario => 3,
            Exit::NothingSelected => 4,
            Exit::Inconclusive => 98,
            Exit::Failed => 99,
        }
    }

    /// The one that is reported where several hold.
    pub fn worst(self, other: Exit) -> Exit {
        let rank = |exit: Exit| match exit {
            Exit::Unexpected => 6,
            Exit::InvalidScenario => 5,
            Exit::Failed => 4,
            Exit::Inconclusive => 3,
            Exit::Usage => 2,
            Exit::NothingSelected => 1,
            Exit::Success => 0,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}
