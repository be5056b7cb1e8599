//! Exit codes: what scripts and CI read.

use std::fmt::Write;
use std::process::ExitCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Every expectation holds.
    Success,
    /// The system refuses something, or a bug.
    Unexpected,
    /// The command line is wrong.
    Usage,
    /// A scenario is invalid, or exceeds a limit.
    InvalidScenario,
    /// There is nothing of the name that was given.
    NothingSelected,
    /// Parts do not make up an exploration.
    Mismatch,
    /// A file is not as it should be: lint findings that are denied, or a layout.
    Lint,
    /// An expectation is inconclusive.
    Inconclusive,
    /// An expectation failed.
    Failed,
    /// The study was stopped by SIGINT (Ctrl-C).
    Interrupted,
    /// The study was stopped by SIGTERM.
    Terminated,
}

impl Exit {
    /// All of them, by code.
    pub const ALL: [Exit; 11] = [
        Exit::Success,
        Exit::Unexpected,
        Exit::Usage,
        Exit::InvalidScenario,
        Exit::NothingSelected,
        Exit::Mismatch,
        Exit::Lint,
        Exit::Inconclusive,
        Exit::Failed,
        Exit::Interrupted,
        Exit::Terminated,
    ];

    /// The code.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Success => 0,
            Exit::Unexpected => 1,
            Exit::Usage => 2,
            Exit::InvalidScenario => 3,
            Exit::NothingSelected => 4,
            Exit::Mismatch => 6,
            Exit::Lint => 10,
            Exit::Inconclusive => 98,
            Exit::Failed => 99,
            Exit::Interrupted => 130,
            Exit::Terminated => 143,
        }
    }

    /// What it means.
    pub const fn about(self) -> &'static str {
        match self {
            Exit::Success => "Success; every expectation holds",
            Exit::Unexpected => "An unexpected error, such as results that cannot be written",
            Exit::Usage => "Invalid command line",
            Exit::InvalidScenario => "Invalid or unreadable scenario, or one that exceeds a limit",
            Exit::NothingSelected => "Unknown name, meter or policy",
            Exit::Mismatch => "Parts that do not make up one exploration",
            Exit::Lint => "A file that `fmt --check` would change",
            Exit::Inconclusive => "An expectation is inconclusive, and none failed",
            Exit::Failed => "An expectation failed",
            Exit::Interrupted => "Stopped by Ctrl-C (SIGINT); results are incomplete",
            Exit::Terminated => "Stopped by SIGTERM; results are incomplete",
        }
    }

    /// The one that is reported where several apply.
    pub fn worst(self, other: Exit) -> Exit {
        let rank = |exit: Exit| match exit {
            Exit::Unexpected => 10,
            Exit::Terminated => 9,
            Exit::Interrupted => 8,
            Exit::InvalidScenario => 7,
            Exit::Mismatch => 6,
            Exit::Failed => 5,
            Exit::Inconclusive => 4,
            Exit::Lint => 3,
            Exit::Usage => 2,
            Exit::NothingSelected => 1,
            Exit::Success => 0,
        };
        if rank(other) > rank(self) { other } else { self }
    }

    /// The codes and what they mean, as help shows them.
    pub fn table() -> String {
        let mut table = String::from("Exit codes:\n");
        for exit in Self::ALL {
            // Writing to a String cannot fail.
            let _ = writeln!(table, "  {:>3}  {}", exit.code(), exit.about());
        }
        table
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_exit_codes_lists_each_code_with_its_meaning() {
        let page = include_str!("../../docs/exit-codes.md");
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ") && !line.contains("---")).collect();
        let row = |exit: Exit| format!("| {} | {} |", exit.code(), exit.about());
        assert_eq!(rows[1..], Exit::ALL.map(row));
    }
}
