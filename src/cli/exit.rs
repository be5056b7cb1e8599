//! Exit codes: what scripts and CI read.

use super::args::HELP_WIDTH;
use super::page::beside;
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
    /// Results are not those that were recorded, or parts do not make up an exploration.
    Mismatch,
    /// There are findings that were to be denied.
    Denied,
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
        Exit::Denied,
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
            Exit::Denied => 10,
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
            Exit::Unexpected => "An unexpected error, such as results that cannot be read or written",
            Exit::Usage => "Invalid command line",
            Exit::InvalidScenario => "Invalid or unreadable scenario or record, or a study that exceeds a limit",
            Exit::NothingSelected => "Unknown meter, policy, number or topic, or no scenario selected",
            Exit::Mismatch => {
                "Results differ from those recorded, a recorded scenario is gone, or parts are of different \
                 explorations"
            }
            Exit::Denied => "A finding that the project denies, or a file that `fmt --check` would change",
            Exit::Inconclusive => "An expectation is inconclusive, and none failed",
            Exit::Failed => "An expectation failed",
            Exit::Interrupted => "Stopped by Ctrl-C (SIGINT); results are incomplete",
            Exit::Terminated => "Stopped by SIGTERM; results are incomplete",
        }
    }

    /// The one that is reported where several apply.
    pub fn worst(self, other: Exit) -> Exit {
        if other.rank() > self.rank() { other } else { self }
    }

    /// The higher it is, the rather it is reported.
    const fn rank(self) -> u8 {
        match self {
            Exit::Terminated => 11,
            Exit::Interrupted => 10,
            Exit::Unexpected => 9,
            Exit::InvalidScenario => 8,
            Exit::Mismatch => 7,
            Exit::Failed => 6,
            Exit::Inconclusive => 5,
            Exit::Denied => 3,
            Exit::Usage => 2,
            Exit::NothingSelected => 1,
            Exit::Success => 0,
        }
    }

    /// The codes and what they mean, as the help of the program shows them.
    pub fn table() -> String {
        Self::among(&Self::ALL)
    }

    /// The codes of a command, as its help shows them: those that every command can end with, and these.
    pub fn table_with(others: &[Exit]) -> String {
        Self::among(&[&[Exit::Success, Exit::Unexpected, Exit::Usage], others].concat())
    }

    fn among(shown: &[Exit]) -> String {
        let mut table = String::from("Exit codes:\n");
        for exit in Self::ALL.into_iter().filter(|exit| shown.contains(exit)) {
            // `clap` would begin the further lines of a long text at the margin.
            table += &beside(&format!("  {:>3}  ", exit.code()), exit.about(), HELP_WIDTH);
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
    fn of_several_codes_the_first_in_the_order_of_priority_is_reported() {
        let order = [143, 130, 1, 3, 6, 99, 98, 10, 2, 4, 0];
        let named = |code: u8| Exit::ALL.into_iter().find(|exit| exit.code() == code).expect("an exit code");
        for pair in order.map(named).windows(2) {
            assert_eq!((pair[0].worst(pair[1]), pair[1].worst(pair[0])), (pair[0], pair[0]));
        }
    }

    #[test]
    fn the_page_of_exit_codes_lists_each_code_with_its_meaning() {
        let page = include_str!("../../docs/exit-codes.md");
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ") && !line.contains("---")).collect();
        let row = |exit: Exit| format!("| {} | {} |", exit.code(), exit.about());
        assert_eq!(rows[1..], Exit::ALL.map(row));
    }
}
