//! What keeps a study from finishing.

/// Something that keeps a study from finishing: a bug, the machine, or numbers beyond the counters.
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
    /// A sum is more than a counter takes.
    #[error(
        "policy {policy}, replication {replication}: a sum is more than a counter takes (1.8e19): give meters fewer `copies`, \
         or their switches a longer `retry`"
    )]
    Overflow {
        /// The policy.
        policy: String,
        /// The replication.
        replication: u32,
    },
    /// The market cannot be drawn.
    #[error("{0}")]
    Market(String),
    /// No threads.
    #[error("cannot start threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}
