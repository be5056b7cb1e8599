//! What keeps a study from finishing.

/// Something that keeps a study from finishing: a bug, or the machine; never a property of a scenario that was read.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// A conservation law broke.
    #[error("policy {policy}, replication {replication}: {law}: this is a bug, please report it with the scenario")]
    Conservation {
        /// The policy.
        policy: String,
        /// The replication.
        replication: u32,
        /// The law.
        law: String,
    },
    /// The market cannot be drawn.
    #[error("{0}")]
    Market(String),
    /// No threads.
    #[error("cannot start threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}
