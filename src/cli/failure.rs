//! Why a command failed. Commands return failures; they are printed in one place.

use std::path::{Path, PathBuf};

use super::colour;
use super::exit::Exit;
use super::streams::{report_error, report_findings};
use crate::calibrate::moments::CalibrateError;
use crate::calibrate::waits::WaitsError;
use crate::explore::design::DesignError;
use crate::explore::plan::ExploreError;
use crate::report::folder::FolderError;
#[cfg(feature = "parquet")]
use crate::report::opened::OpenError;
use crate::report::parts::PartsError;
use crate::report::render::RenderError;
use crate::scenario::diagnostics::{Diagnostic, Mistake};
use crate::scenario::input::SetError;
use crate::study::StudyError;
use crate::study::attribution::AttributionError;
use crate::study::budget::Excess;
use crate::study::session::LoadError;
use crate::text::{self, visible_path};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A scenario cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A study would exceed a limit.
    #[error("{excess}\nhelp: {}", excess.help())]
    Limit {
        /// The limit.
        excess: Excess,
    },
    /// An exploration cannot be finished.
    #[error(transparent)]
    Explore(#[from] ExploreError),
    /// The points of an exploration cannot be chosen.
    #[error("{0}")]
    Design(String),
    /// The parts of an exploration cannot be read or written.
    #[error(transparent)]
    PartFiles(#[from] PartsError),
    /// Parts do not make up an exploration.
    #[error("{0}")]
    Parts(String),
    /// Inputs cannot be fitted.
    #[error(transparent)]
    Calibrate(#[from] CalibrateError),
    /// A file of waits cannot be used.
    #[error("{}: {error}{}", visible_path(file), of_waits(file, error))]
    Waits {
        /// The file.
        file: PathBuf,
        /// Why not.
        error: WaitsError,
    },
    /// A file cannot be written.
    #[error("cannot write {}: {}", visible_path(file), text::reason(reason))]
    File {
        /// The file.
        file: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A folder cannot be searched.
    #[error("cannot read {}: {}", visible_path(folder), text::reason(reason))]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A file of recorded behaviour cannot be used.
    #[error("cannot use {}: {}", visible_path(file), text::reason(reason))]
    Lock {
        /// The file.
        file: PathBuf,
        /// Why not, and what to do.
        reason: String,
    },
    /// A study cannot be finished.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// The results cannot be written.
    #[error(transparent)]
    Results(#[from] FolderError),
    /// The results cannot be put into a form.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// Results cannot be read back.
    #[cfg(feature = "parquet")]
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The plots cannot be drawn; everything else is written.
    #[error("cannot draw the plots: {reason}; all other results are in {}", visible_path(folder))]
    Plots {
        /// Why not.
        reason: String,
        /// The results folder.
        folder: PathBuf,
    },
    /// The system does not let the program handle signals.
    #[error("cannot handle Ctrl-C and SIGTERM: {}", text::reason(.0))]
    Signals(std::io::Error),
    /// An option sets what the scenario does not have, or to a value that it refuses.
    #[error("{}", of_option(option, error))]
    Set {
        /// The option.
        option: &'static str,
        /// Why not.
        error: SetError,
    },
    /// Nothing can be attributed to the mitigations of a policy.
    #[error("--attribute: {0}")]
    Attribution(#[from] AttributionError),
    /// The command line leaves out what the command needs, or its arguments do not go together.
    #[error("{0}")]
    Usage(String),
    /// The scenario has no policy, or the study no meter, of the name that was given.
    #[error("{0}")]
    NotFound(String),
}

/// What to do where there is no file of waits.
fn of_waits(file: &Path, error: &WaitsError) -> String {
    match error {
        WaitsError::Read(error) => {
            text::help_instead_of(file, error, "name a CSV file with the columns `days` and `ended`")
        }
        _ => String::new(),
    }
}

/// An error with the option that it is about.
fn of_option(option: &str, error: &SetError) -> String {
    match error {
        SetError::Refused { .. } => format!("{option} {error}"),
        _ => format!("{option}: {error}"),
    }
}

impl From<DesignError> for Failure {
    fn from(error: DesignError) -> Self {
        Self::Design(error.to_string())
    }
}

impl From<Excess> for Failure {
    fn from(excess: Excess) -> Self {
        Self::Limit { excess }
    }
}

impl Failure {
    /// The exit code.
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Load(_) | Self::Limit { .. } | Self::Lock { .. } => Exit::InvalidScenario,
            Self::Calibrate(CalibrateError::Unknown(SetError::Unknown { .. })) => Exit::NothingSelected,
            Self::Calibrate(CalibrateError::Explore(_)) | Self::Waits { .. } => Exit::InvalidScenario,
            Self::Calibrate(_) => Exit::Usage,
            Self::NotFound(_) | Self::Set { error: SetError::Unknown { .. }, .. } => Exit::NothingSelected,
            Self::Attribution(AttributionError::Unknown { .. }) => Exit::NothingSelected,
            Self::Attribution(_) => Exit::Usage,
            Self::Set { error: SetError::Refused { .. }, .. } => Exit::InvalidScenario,
            Self::Set { .. } | Self::Usage(_) | Self::Design(_) => Exit::Usage,
            Self::PartFiles(PartsError::LargePlan { .. } | PartsError::LargeBlocks { .. }) => Exit::Usage,
            Self::Parts(_) | Self::PartFiles(PartsError::Part { .. } | PartsError::NoPlan(_)) => Exit::Mismatch,
            _ => Exit::Unexpected,
        }
    }

    /// The same as diagnostics, where it is about a file that cannot be used.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let unreadable = |path: &Path, reason: &str| {
            let (message, help) = reason.split_once("\nhelp: ").unwrap_or((reason, ""));
            let whole = Diagnostic::of_file(Mistake::Unreadable, path.display().to_string(), message);
            if help.is_empty() { whole } else { whole.with_help(help) }
        };
        match self {
            Self::Load(error) => error.diagnostics(),
            Self::Lock { file: path, reason } | Self::Folder { folder: path, reason } => vec![unreadable(path, reason)],
            _ => Vec::new(),
        }
    }

    /// Prints it to stderr and returns its exit code.
    pub fn report(&self) -> Exit {
        match self {
            // Each finding says for itself that it is an error.
            Self::Load(error) => report_findings(&error.text(colour::on_stderr())),
            _ => report_error(self),
        }
        self.exit()
    }
}
